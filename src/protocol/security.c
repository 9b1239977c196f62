#include "protocol/security.h"

#include <math.h>

#define LOG2_P           30.906890596325113 /* log2 of 15 * 2^27 + 1 */
#define GRIND_QUERY_BITS 20u
/* From this height on lines of words are bounded by BCHKS25, up to a radius a little below 1/4; for
 * lower ones, where that is little gain or none, by BCIKS20 (docs/security.md, section 3). */
#define LONG_LOG_HEIGHT 19u

/* The rounds that parameters are chosen by, by their place in the list below. */
enum { ROUND_ALPHA_BETA = 0, ROUND_BATCH = 7, ROUND_QUERIES = 9 };

static uint32_t ceil_log2(uint32_t n) {
  uint32_t l = 0;
  while ((UINT64_C(1) << l) < n) l++;
  return l;
}

static void add_round(mgp_security_t *s, const char *name, const char *formula, double bits,
                      double grind) {
  s->round[s->nrounds++] =
      (mgp_round_bits_t){.name = name, .formula = formula, .bits = bits, .grind = grind};
  if (s->nrounds == 1 || bits + grind < s->min_bits) s->min_bits = bits + grind;
}

/* A round whose challenge comes from K and that `error` elements of K do not survive. */
static void add_algebraic(mgp_security_t *s, const char *name, const char *formula, double error,
                          double grind) {
  add_round(s, name, formula, MGP_D * LOG2_P - log2(error < 1 ? 1 : error), grind);
}

void mgp_security_compute(const mgp_chipset_t *chips, const mgp_params_t *params,
                          const mgp_shape_t *shape, uint32_t npublic, mgp_security_t *out) {
  mgp_security_t s = {0};
  double degree = (double)npublic * MGP_MAX_TUPLE;
  uint32_t constraints = 0;
  for (uint32_t i = 0; i < shape->ntraces; i++) {
    const mgp_chip_t *chip = &chips->chip[shape->traces[i].chip];
    double per_row = 0;
    for (uint32_t j = 0; j < chip->ninteractions; j++)
      per_row += chip->interactions[j].len > 1 ? chip->interactions[j].len : 1;
    degree += per_row * shape->traces[i].rows;
    if (chip->nconstraints > constraints) constraints = chip->nconstraints;
  }
  const int is_long = params->log_height >= LONG_LOG_HEIGHT;
  const double n = exp2(params->log_height + 1.0); /* length of the first word */
  const double missed = is_long ? 0.75 + 24 / n : 0.75;
  add_algebraic(&s, "alpha, beta", "sum over rows and interactions of tuple length, + public terms",
                degree, params->grind_alpha);
  add_algebraic(&s, "GKR lambda", "1", 1, 0);
  add_algebraic(&s, "GKR round", "3", 3, 0);
  add_algebraic(&s, "main lambda", "constraints of a chip + 1", constraints + 1.0, 0);
  add_algebraic(&s, "main round", "4", 4, 0);
  add_algebraic(&s, "claim combination", "column claims", shape->total_claims, 0);
  add_algebraic(&s, "opening round", "2", 2, 0);
  add_algebraic(&s, "batch by eq(u, j)",
                is_long ? "ceil(log2 columns) * (2^(s-1) + 1)" : "ceil(log2 columns) * 2^(s+1)",
                ceil_log2(shape->total_cols) * (is_long ? n / 4 + 1 : n), params->grind_u);
  add_algebraic(&s, "fold", is_long ? "2^(s-2) + 3" : "2^s + 2", is_long ? n / 8 + 3 : n / 2 + 2,
                0);
  add_round(&s, "queries", is_long ? "(3/4 + 6/2^(s-1))^queries" : "(3/4)^queries",
            -log2(missed) * params->queries, params->grind_query);
  *out = s;
}

double mgp_security_assumed(double bits, int several) {
  if (bits > MGP_HASH_BITS) bits = MGP_HASH_BITS;
  if (several && bits > MGP_CURVE_BITS) bits = MGP_CURVE_BITS;
  return bits;
}

static double round_bits(const mgp_security_t *s, uint32_t i) {
  return s->round[i].bits + s->round[i].grind;
}

mgp_status_t mgp_security_choose(const mgp_chipset_t *chips, const mgp_shape_t *shape,
                                 uint32_t npublic, mgp_params_t *params) {
  mgp_params_t p = *params;
  mgp_security_t s;
  uint32_t *const grind[] = {&p.grind_alpha, &p.grind_u};
  static const uint32_t grind_round[] = {ROUND_ALPHA_BETA, ROUND_BATCH};
  p.grind_alpha = p.grind_u = 0;
  p.grind_query = GRIND_QUERY_BITS;
  p.queries = 1;
  mgp_security_compute(chips, &p, shape, npublic, &s);
  p.queries = (uint32_t)ceil((MGP_TARGET_BITS - GRIND_QUERY_BITS) / s.round[ROUND_QUERIES].bits);
  mgp_security_compute(chips, &p, shape, npublic, &s);
  for (int i = 0; i < 2; i++) {
    double missing = MGP_TARGET_BITS - round_bits(&s, grind_round[i]);
    if (missing > 0) *grind[i] = (uint32_t)ceil(missing);
  }
  mgp_security_compute(chips, &p, shape, npublic, &s);
  for (uint32_t i = 0; i < s.nrounds; i++)
    if (round_bits(&s, i) < MGP_TARGET_BITS)
      return mgp_fail(MGP_RESOURCES,
                      "round \"%s\" reaches %.1f bits, %.0f are needed: choose a smaller shard or "
                      "lower stacked columns",
                      s.round[i].name, round_bits(&s, i), MGP_TARGET_BITS);
  if (p.grind_alpha > MGP_MAX_GRIND || p.grind_u > MGP_MAX_GRIND)
    return mgp_fail(MGP_RESOURCES, "grinding of %u and %u bits is needed, at most %u is done",
                    p.grind_alpha, p.grind_u, MGP_MAX_GRIND);
  *params = p;
  return MGP_OK;
}
