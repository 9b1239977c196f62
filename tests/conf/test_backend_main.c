/* The main sumcheck of every backend against section 5.4 written out: E evaluated by the verifier's
 * own function at every point of the cube, every claim following from the one before; and the
 * memory a whole chip proof takes against what was announced. */
#include "conf/backend_ref.h"

typedef struct {
  const mgp_chip_t *chip;
  mgp_e_t alpha, beta, lambda, eq_int[MGP_MAX_INTERACTIONS];
} task_t;

/* E at values of columns, virtual columns and sel */
static mgp_e_t summand(const task_t *t, const mgp_e_t *cols, const mgp_e_t *virt, mgp_e_t sel,
                       mgp_e_t *values) {
  const mgp_chip_t *c = t->chip;
  mgp_e_t e = mgp_e_zero(), power = mgp_e_mul(t->lambda, t->lambda);
  mgp_chip_eval(c, cols, virt, values);
  for (uint32_t j = 0; j < c->ninteractions; j++) {
    const mgp_interaction_t *it = &c->interactions[j];
    mgp_e_t d = mgp_e_add_f(t->alpha, mgp_f_from_u32(it->bus)), b = mgp_e_one();
    for (unsigned i = 0; i < it->len; i++) {
      b = mgp_e_mul(b, t->beta);
      d = mgp_e_add(d, mgp_e_mul(b, values[it->tuple[i]]));
    }
    d = mgp_e_mul(t->lambda, mgp_e_sub(d, mgp_e_one()));
    e = mgp_e_add(e, mgp_e_mul(t->eq_int[j], mgp_e_add(values[it->mult], d)));
  }
  e = mgp_e_mul(e, sel);
  for (uint32_t i = 0; i < c->nconstraints; i++) {
    e = mgp_e_add(e, mgp_e_mul(power, values[c->constraints[i]]));
    power = mgp_e_mul(power, t->lambda);
  }
  return e;
}

static void check_chip(ref_backend_t *b, unsigned nb, const mgp_chipset_t *set, unsigned id,
                       uint32_t nrows, test_rng_t *rng) {
  const mgp_chip_t *c = &set->chip[id];
  const unsigned n = ref_log2(nrows);
  const size_t size = (size_t)1 << n;
  const uint32_t nv = c->ncols + c->nvirtual;
  ref_trace_t trace = ref_trace(rng, c, nrows);
  task_t t = {.chip = c};
  t.alpha = ref_rand_e(rng);
  t.beta = ref_rand_e(rng);
  t.lambda = ref_rand_e(rng);
  for (uint32_t j = 0; j < c->ninteractions; j++) t.eq_int[j] = ref_rand_e(rng);
  mgp_e_t rho[32], *v[MGP_MAX_COLUMNS + MGP_MAX_VIRTUAL + 1], x;
  for (unsigned i = 0; i < n; i++) rho[i] = ref_rand_e(rng);
  for (uint32_t i = 0; i <= nv; i++) { /* columns, virtual columns, sel */
    v[i] = ref_alloc(size, sizeof(mgp_e_t));
    for (uint32_t row = 0; row < nrows; row++)
      v[i][row] = i == nv        ? mgp_e_one()
                  : i < c->ncols ? mgp_e_from_f(trace.cols[i * trace.stride + row])
                                 : mgp_e_from_f(trace.virt[(i - c->ncols) * trace.stride + row]);
  }
  mgp_f_t *d_cols[REF_MAX_BACKENDS], *d_virt[REF_MAX_BACKENDS];
  mgp_main_t *m[REF_MAX_BACKENDS];
  for (unsigned k = 0; k < nb; k++) {
    d_cols[k] = ref_upload(&b[k], MGP_MEM_WITNESS, trace.cols, trace.cols_words);
    d_virt[k] = ref_upload(&b[k], MGP_MEM_WITNESS, trace.virt, trace.virt_words);
    REQUIRE_OK(b[k].be->ops->main_begin(b[k].be, (mgp_chip_id_t)id, d_cols[k], d_virt[k],
                                        trace.stride, nrows, n, rho, t.alpha, t.beta, t.lambda,
                                        t.eq_int, &m[k]));
  }
  mgp_e_t *eq = ref_alloc(size, sizeof *eq), *values = ref_alloc(MGP_MAX_NODES, sizeof *values);
  mgp_e_t point[MGP_MAX_COLUMNS + MGP_MAX_VIRTUAL + 1], claim = mgp_e_zero();
  for (unsigned i = 0; i < n; i++) {
    const size_t pairs = size >> (i + 1);
    mgp_e_t h[4] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
    ref_eq_table(rho + i + 1, n - i - 1, eq);
    for (size_t y = 0; y < pairs; y++) {
      for (uint32_t X = 0; X < 4; X++) {
        for (uint32_t e = 0; e <= nv; e++) point[e] = ref_at(v[e], y, X);
        mgp_e_t s = summand(&t, point, point + c->ncols, point[nv], values);
        h[X] = mgp_e_add(h[X], mgp_e_mul(eq[y], s));
      }
    }
    if (i > 0) {
      mgp_e_t sum = mgp_e_add(h[0], mgp_e_mul(rho[i], mgp_e_sub(h[1], h[0])));
      CHECK_MSG(mgp_e_eq(sum, claim), "%s round %u: claim", c->name, i);
    }
    for (unsigned k = 0; k < nb; k++) {
      mgp_e_t out[3];
      CHECK_OK(b[k].be->ops->main_round(b[k].be, m[k], out));
      for (unsigned X = 1; X < 4; X++)
        CHECK_MSG(mgp_e_eq(out[X - 1], h[X]), "%s: chip %s (%u), %u rows, round %u: h(%u)",
                  b[k].name, c->name, id, nrows, i, X);
    }
    x = ref_rand_e(rng);
    /* h(x) by Lagrange on 0, 1, 2, 3 */
    claim = mgp_e_zero();
    for (int X = 0; X < 4; X++) {
      mgp_e_t l = h[X];
      for (int Y = 0; Y < 4; Y++) {
        if (Y == X) continue;
        l = mgp_e_mul(l, mgp_e_sub_f(x, mgp_f_from_i32(Y)));
        l = mgp_e_mul_f(l, mgp_f_inv(mgp_f_from_i32(X - Y)));
      }
      claim = mgp_e_add(claim, l);
    }
    for (uint32_t e = 0; e <= nv; e++) ref_bind(v[e], 2 * pairs, x);
    for (unsigned k = 0; k < nb; k++) CHECK_OK(b[k].be->ops->main_bind(b[k].be, m[k], x));
  }
  for (uint32_t e = 0; e <= nv; e++) point[e] = v[e][0];
  if (n > 0) CHECK(mgp_e_eq(summand(&t, point, point + c->ncols, point[nv], values), claim));
  for (unsigned k = 0; k < nb; k++) {
    CHECK_OK(b[k].be->ops->main_evals(b[k].be, m[k], values));
    for (uint32_t e = 0; e < c->ncols; e++)
      CHECK_MSG(mgp_e_eq(values[e], v[e][0]), "%s: chip %s, %u rows: column %u", b[k].name, c->name,
                nrows, e);
    b[k].be->ops->main_end(b[k].be, m[k]);
    ref_free(&b[k], d_cols[k]);
    ref_free(&b[k], d_virt[k]);
    CHECK_EQ_U64(mgp_ledger_live(b[k].ledger, MGP_MEM_SCRATCH), 0);
  }
  for (uint32_t e = 0; e <= nv; e++) free(v[e]);
  free(eq);
  free(values);
  ref_trace_free(&trace);
}

/* A whole chip proof with made-up challenges, for its memory alone. */
static void check_bytes(const mgp_chipset_t *set, unsigned id, uint32_t nrows, int threads,
                        test_rng_t *rng) {
  const mgp_chip_t *c = &set->chip[id];
  const unsigned n = ref_log2(nrows), m = ref_log2(c->ninteractions);
  ref_trace_t trace = ref_trace(rng, c, nrows);
  ref_backend_t b;
  REQUIRE_OK(mgp_ledger_create(0, &b.ledger));
  REQUIRE_OK(mgp_backend_cpu_create(set, b.ledger, MGP_ISA_AUTO, threads, &b.be));
  const mgp_backend_ops_t *ops = b.be->ops;
  mgp_f_t *d_cols = ref_upload(&b, MGP_MEM_WITNESS, trace.cols, trace.cols_words);
  mgp_f_t *d_virt = ref_upload(&b, MGP_MEM_WITNESS, trace.virt, trace.virt_words);
  mgp_e_t point[40], e[MGP_MAX_COLUMNS], eq_int[MGP_MAX_INTERACTIONS];
  for (unsigned i = 0; i < 40; i++) point[i] = ref_rand_e(rng);
  for (unsigned i = 0; i < MGP_MAX_INTERACTIONS; i++) eq_int[i] = ref_rand_e(rng);
  const uint64_t before = mgp_ledger_live_total(b.ledger);
  const uint64_t promised = ops->task_bytes(b.be, (mgp_chip_id_t)id, nrows);
  if (c->ninteractions > 0) {
    mgp_gkr_t *g = NULL;
    REQUIRE_OK(ops->gkr_begin(b.be, (mgp_chip_id_t)id, d_cols, d_virt, trace.stride, nrows,
                              point[0], point[1], &g, e));
    for (unsigned layer = 0; layer < n + m; layer++) {
      CHECK_OK(ops->gkr_layer(b.be, g, layer, point, point[2]));
      for (unsigned i = 0; i < layer; i++) {
        CHECK_OK(ops->gkr_round(b.be, g, e));
        CHECK_OK(ops->gkr_bind(b.be, g, point[i]));
      }
      CHECK_OK(ops->gkr_evals(b.be, g, e));
    }
    ops->gkr_end(b.be, g);
  }
  mgp_main_t *mm = NULL;
  REQUIRE_OK(ops->main_begin(b.be, (mgp_chip_id_t)id, d_cols, d_virt, trace.stride, nrows, n, point,
                             point[0], point[1], point[2], eq_int, &mm));
  for (unsigned i = 0; i < n; i++) {
    CHECK_OK(ops->main_round(b.be, mm, e));
    CHECK_OK(ops->main_bind(b.be, mm, point[i]));
  }
  CHECK_OK(ops->main_evals(b.be, mm, e));
  ops->main_end(b.be, mm);
  const uint64_t used = mgp_ledger_peak(b.ledger, MGP_PHASES, MGP_MEM_CLASSES) - before;
  CHECK_MSG(used == promised,
            "chip %s, %u rows, %d threads: %" PRIu64 " bytes announced, %" PRIu64 " used", c->name,
            nrows, threads, promised, used);
  CHECK_EQ_U64(mgp_ledger_live_total(b.ledger), before);
  ref_free(&b, d_cols);
  ref_free(&b, d_virt);
  ref_trace_free(&trace);
  mgp_backend_destroy(b.be);
  CHECK_EQ_U64(mgp_ledger_destroy(b.ledger), 0);
}

int main(void) {
  static const uint32_t ks[] = {1, 2, 3, 5, 8, 10, 13, 0, 0, 1, 2, 3, 5, 8, 10, 13, 25, 33};
  static const uint32_t sizes[] = {1, 2, 3, 5, 63, 64, 65, 100, 255, 256, 257};
  const unsigned nk = sizeof ks / sizeof *ks, ns = sizeof sizes / sizeof *sizes;
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  mgp_chipset_t *set = ref_chipset(&rng, ks, nk);
  unsigned nb = ref_backends(set, b);
  for (unsigned id = 1; id <= nk; id++) {
    for (unsigned s = 0; s < ns; s++)
      if (s % 3 == id % 3) check_chip(b, nb, set, id, sizes[s], &rng);
    check_bytes(set, id, sizes[test_rand(&rng) % ns], 2, &rng);
    check_bytes(set, id, 2000 + (uint32_t)(test_rand(&rng) % 3000), 1 + id % 2, &rng);
  }
  check_chip(b, nb, set, 4, 1000, &rng);
  check_chip(b, nb, set, 10, 1000, &rng);
  /* enough rows for several threads and for weights of two tables */
  check_chip(b, nb, set, 3, 6000, &rng);
  check_chip(b, nb, set, 13, 4097, &rng);
  ref_backends_destroy(b, nb);
  ref_chipset_free(set);

  mgp_chipset_t *chips;
  REQUIRE_OK(mgp_chipset_create(&chips));
  nb = ref_backends(chips, b);
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    check_chip(b, nb, chips, id, 1 + (uint32_t)(test_rand(&rng) % 150), &rng);
    check_chip(b, nb, chips, id, 1 + (uint32_t)(test_rand(&rng) % 4), &rng);
    check_bytes(chips, id, 1 + (uint32_t)(test_rand(&rng) % 5000), 1 + id % 2, &rng);
  }
  ref_backends_destroy(b, nb);
  mgp_chipset_destroy(chips);
  return test_result();
}
