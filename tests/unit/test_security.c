/* Soundness bits of the rounds against values worked out by hand. */
#include <math.h>

#include "protocol/security.h"
#include "test.h"

/* log2 of p = 15 * 2^27 + 1, and so of |K| */
static const double log2_k = MGP_D * 30.906890596325113;

typedef struct {
  mgp_params_t params;
  uint32_t rows[2], cols, claims, constraints, npublic;
  double alpha, main, claim, batch, fold; /* log2 of error * |K| */
  double queries;
} case_t;

/* Both traces are of one chip with tuples of 2, 2, 5, 5 and 1 entries: 15 a row. */
static const case_t cases[] = {
    {{.partitions = 8, .log_height = 21, .queries = 193, .grind_alpha = 1, .grind_query = 20},
     {1u << 20, 0},
     3200,
     7200,
     1000,
     10,
     23.906904354,
     9.967226259,
     12.813781191,
     23.584963877,
     19.000008255,
     80.100113039},
    {{.partitions = 64, .log_height = 24, .queries = 241, .grind_u = 4},
     {1u << 22, (1u << 22) + 77},
     65536,
     1,
     2,
     141,
     26.906928087,
     1.584962501,
     0,
     27.000000172,
     22.000001032,
     100.023705744},
    {{.partitions = 1, .log_height = 8, .queries = 261, .grind_query = 20},
     {1, 0},
     2,
     2,
     0,
     0,
     3.906890596,
     0,
     1,
     9,
     8.011227255,
     108.324787311},
    {{.partitions = 1, .log_height = 8, .queries = 1},
     {1, 0},
     1,
     2,
     0,
     0,
     3.906890596,
     0,
     1,
     0,
     8.011227255,
     0.415037499},
};

static void check_round(const mgp_security_t *s, const char *name, double bits, double grind) {
  for (uint32_t i = 0; i < s->nrounds; i++)
    if (strcmp(s->round[i].name, name) == 0) {
      CHECK_MSG(fabs(s->round[i].bits - bits) < 1e-6, "%s: %.9f, not %.9f", name, s->round[i].bits,
                bits);
      CHECK_MSG(s->round[i].grind == grind, "%s: grinding %g", name, s->round[i].grind);
      CHECK_MSG(s->min_bits <= bits + grind + 1e-6, "%s: the least is %g", name, s->min_bits);
      return;
    }
  CHECK_MSG(0, "no round %s", name);
}

static void make(const case_t *c, mgp_chipset_t *chips, mgp_trace_t traces[2], mgp_shape_t *shape) {
  static const uint8_t len[] = {2, 2, 5, 5, 1};
  mgp_chip_t *chip = &chips->chip[MGP_CHIP_J];
  memset(chips, 0, sizeof *chips);
  chip->ninteractions = 5;
  chip->nconstraints = c->constraints;
  for (int j = 0; j < 5; j++) chip->interactions[j].len = len[j];
  for (int i = 0; i < 2; i++) traces[i] = (mgp_trace_t){.chip = MGP_CHIP_J, .rows = c->rows[i]};
  *shape = (mgp_shape_t){
      .ntraces = 2, .traces = traces, .total_cols = c->cols, .total_claims = c->claims};
}

static void test_values(void) {
  static mgp_chipset_t chips;
  mgp_trace_t traces[2];
  mgp_shape_t shape;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const case_t *c = &cases[i];
    mgp_security_t s;
    make(c, &chips, traces, &shape);
    mgp_security_compute(&chips, &c->params, &shape, c->npublic, &s);
    check_round(&s, "alpha, beta", log2_k - c->alpha, c->params.grind_alpha);
    check_round(&s, "GKR lambda", log2_k, 0);
    check_round(&s, "GKR round", log2_k - log2(3), 0);
    check_round(&s, "main lambda", log2_k - c->main, 0);
    check_round(&s, "main round", log2_k - 2, 0);
    check_round(&s, "claim combination", log2_k - c->claim, 0);
    check_round(&s, "opening round", log2_k - 1, 0);
    check_round(&s, "batch by eq(u, j)", log2_k - c->batch, c->params.grind_u);
    check_round(&s, "fold", log2_k - c->fold, 0);
    check_round(&s, "queries", c->queries, c->params.grind_query);
    CHECK_EQ_U64(s.nrounds, 10);
  }
}

/* The choice reaches the target with the least grinding and the fewest queries. */
static void test_choice(void) {
  static mgp_chipset_t chips;
  mgp_trace_t traces[2];
  mgp_shape_t shape;
  for (uint32_t h = 8; h <= 25; h++) {
    case_t c = cases[0];
    mgp_security_t s;
    c.params.log_height = h;
    make(&c, &chips, traces, &shape);
    CHECK_OK(mgp_security_choose(&chips, &shape, c.npublic, &c.params));
    mgp_security_compute(&chips, &c.params, &shape, c.npublic, &s);
    CHECK_MSG(s.min_bits >= MGP_TARGET_BITS, "%u: %g bits", h, s.min_bits);
    CHECK_EQ_U64(c.params.queries, MGP_D == 4 ? 193 : 261);
    CHECK_EQ_U64(c.params.grind_query, 20);
    /* 23.91 bits of error; 12 * 2^19 below h = 19, 12 * (2^(h-1) + 1) is 2^23.6 at h = 21; 99.7,
     * 101.0 and 100.04 and, for D = 5 at h = 23, 128.9 bits are left */
    CHECK_EQ_U64(c.params.grind_alpha, MGP_D == 4 ? 1 : 0);
    const uint32_t free_up_to = MGP_D == 4 ? 21 : 23;
    CHECK_EQ_U64(c.params.grind_u, h > free_up_to ? h - free_up_to : 0);
  }
  /* the folds cannot be helped by grinding: 2^24 of 2^123.6 */
  case_t c = cases[0];
  c.params.log_height = 26;
  make(&c, &chips, traces, &shape);
  mgp_status_t st = mgp_security_choose(&chips, &shape, c.npublic, &c.params);
  CHECK(st == (MGP_D == 4 ? MGP_RESOURCES : MGP_OK));
}

int main(void) {
  test_values();
  test_choice();
  return test_result();
}
