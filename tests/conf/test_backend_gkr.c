/* The fractional-sum GKR of every backend against section 5.4 written out: all 2^(m+n) leaves, all
 * levels, round polynomials as sums over the cube; every claim follows from the one before. */
#include "conf/backend_ref.h"

typedef struct {
  const mgp_chip_t *chip;
  unsigned n, m;
  mgp_e_t *p[40], *q[40]; /* levels 0 .. m + n */
} tree_t;

static tree_t make_tree(const mgp_chip_t *c, const ref_trace_t *t, mgp_e_t alpha, mgp_e_t beta) {
  tree_t r = {.chip = c, .n = ref_log2(t->nrows), .m = ref_log2(c->ninteractions)};
  const unsigned top = r.n + r.m;
  mgp_f_t *values = ref_alloc(MGP_MAX_NODES, sizeof *values);
  for (unsigned l = 0; l <= top; l++) {
    r.p[l] = ref_alloc((size_t)1 << l, sizeof(mgp_e_t));
    r.q[l] = ref_alloc((size_t)1 << l, sizeof(mgp_e_t));
  }
  for (size_t i = 0; i < (size_t)1 << top; i++) {
    uint32_t j = (uint32_t)(i & ((1u << r.m) - 1)), row = (uint32_t)(i >> r.m);
    r.p[top][i] = mgp_e_zero();
    r.q[top][i] = mgp_e_one();
    if (j >= c->ninteractions || row >= t->nrows) continue;
    const mgp_interaction_t *it = &c->interactions[j];
    if (j == 0) ref_row(c, t, row, values);
    mgp_e_t d = mgp_e_add_f(alpha, mgp_f_from_u32(it->bus)), power = mgp_e_one();
    for (unsigned e = 0; e < it->len; e++) {
      power = mgp_e_mul(power, beta);
      d = mgp_e_add(d, mgp_e_mul_f(power, values[it->tuple[e]]));
    }
    r.p[top][i] = mgp_e_from_f(values[it->mult]);
    r.q[top][i] = d;
  }
  for (unsigned l = top; l-- > 0;) {
    for (size_t i = 0; i < (size_t)1 << l; i++) {
      const mgp_e_t *p = r.p[l + 1] + 2 * i, *q = r.q[l + 1] + 2 * i;
      r.p[l][i] = mgp_e_add(mgp_e_mul(p[0], q[1]), mgp_e_mul(p[1], q[0]));
      r.q[l][i] = mgp_e_mul(q[0], q[1]);
    }
  }
  free(values);
  return r;
}
static void free_tree(tree_t *t) {
  for (unsigned l = 0; l <= t->n + t->m; l++) {
    free(t->p[l]);
    free(t->q[l]);
  }
}

/* One run on one backend. */
typedef struct {
  mgp_f_t *d_cols, *d_virt;
  mgp_gkr_t *g;
} run_t;

static void check_layer(ref_backend_t *b, run_t *run, unsigned nb, const tree_t *t, unsigned l,
                        mgp_e_t *point, mgp_e_t *p, mgp_e_t *q, test_rng_t *rng) {
  const size_t size = (size_t)1 << l;
  const mgp_e_t lambda = ref_rand_e(rng);
  mgp_e_t *v[4], x[40], evals[4], claim = mgp_e_add(*p, mgp_e_mul(lambda, *q));
  for (unsigned e = 0; e < 4; e++) {
    v[e] = ref_alloc(size, sizeof(mgp_e_t));
    for (size_t i = 0; i < size; i++)
      v[e][i] = e < 2 ? t->p[l + 1][2 * i + e] : t->q[l + 1][2 * i + e - 2];
  }
  mgp_e_t *eq = ref_alloc(size, sizeof(mgp_e_t));
  for (unsigned k = 0; k < nb; k++)
    CHECK_OK(b[k].be->ops->gkr_layer(b[k].be, run[k].g, l, point, lambda));
  for (unsigned i = 0; i < l; i++) {
    const size_t pairs = size >> (i + 1);
    mgp_e_t h[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
    ref_eq_table(point + i + 1, l - i - 1, eq);
    for (size_t y = 0; y < pairs; y++) {
      for (uint32_t X = 0; X < 3; X++) {
        mgp_e_t p0 = ref_at(v[0], y, X), p1 = ref_at(v[1], y, X);
        mgp_e_t q0 = ref_at(v[2], y, X), q1 = ref_at(v[3], y, X);
        mgp_e_t s = mgp_e_add(mgp_e_mul(p0, q1), mgp_e_mul(p1, q0));
        s = mgp_e_add(s, mgp_e_mul(lambda, mgp_e_mul(q0, q1)));
        h[X] = mgp_e_add(h[X], mgp_e_mul(eq[y], s));
      }
    }
    mgp_e_t h2 = mgp_e_sub(mgp_e_add(h[0], h[2]), mgp_e_add(h[1], h[1]));
    h2 = mgp_e_mul_f(h2, mgp_f_inv(mgp_f_from_u32(2)));
    mgp_e_t sum = mgp_e_add(h[0], mgp_e_mul(point[i], mgp_e_sub(h[1], h[0])));
    CHECK_MSG(mgp_e_eq(sum, claim), "%s layer %u round %u: claim", t->chip->name, l, i);
    for (unsigned k = 0; k < nb; k++) {
      mgp_e_t out[2];
      CHECK_OK(b[k].be->ops->gkr_round(b[k].be, run[k].g, out));
      CHECK_MSG(mgp_e_eq(out[0], h[0]) && mgp_e_eq(out[1], h2),
                "%s: %s k %u n %u layer %u round %u: h(0) %d h_2 %d", b[k].name, t->chip->name,
                t->chip->ninteractions, t->n, l, i, mgp_e_eq(out[0], h[0]), mgp_e_eq(out[1], h2));
    }
    x[i] = ref_rand_e(rng);
    mgp_e_t h1 = mgp_e_sub(mgp_e_sub(h[1], h[0]), h2);
    claim = mgp_e_add(h[0], mgp_e_mul(x[i], mgp_e_add(h1, mgp_e_mul(x[i], h2))));
    for (unsigned e = 0; e < 4; e++) ref_bind(v[e], 2 * pairs, x[i]);
    for (unsigned k = 0; k < nb; k++) CHECK_OK(b[k].be->ops->gkr_bind(b[k].be, run[k].g, x[i]));
  }
  for (unsigned k = 0; k < nb; k++) {
    CHECK_OK(b[k].be->ops->gkr_evals(b[k].be, run[k].g, evals));
    for (unsigned e = 0; e < 4; e++)
      CHECK_MSG(mgp_e_eq(evals[e], v[e][0]), "%s: %s k %u n %u layer %u value %u", b[k].name,
                t->chip->name, t->chip->ninteractions, t->n, l, e);
  }
  mgp_e_t end = mgp_e_add(mgp_e_mul(v[0][0], v[3][0]), mgp_e_mul(v[1][0], v[2][0]));
  end = mgp_e_add(end, mgp_e_mul(lambda, mgp_e_mul(v[2][0], v[3][0])));
  CHECK(mgp_e_eq(end, claim));
  mgp_e_t last = ref_rand_e(rng);
  *p = mgp_e_add(v[0][0], mgp_e_mul(last, mgp_e_sub(v[1][0], v[0][0])));
  *q = mgp_e_add(v[2][0], mgp_e_mul(last, mgp_e_sub(v[3][0], v[2][0])));
  point[0] = last;
  memcpy(point + 1, x, l * sizeof *x);
  for (unsigned e = 0; e < 4; e++) free(v[e]);
  free(eq);
}

static void check_chip(ref_backend_t *b, unsigned nb, const mgp_chipset_t *set, unsigned id,
                       uint32_t nrows, test_rng_t *rng) {
  const mgp_chip_t *c = &set->chip[id];
  ref_trace_t trace = ref_trace(rng, c, nrows);
  mgp_e_t alpha = ref_rand_e(rng), beta = ref_rand_e(rng), point[40];
  tree_t t = make_tree(c, &trace, alpha, beta);
  run_t run[REF_MAX_BACKENDS];
  for (unsigned k = 0; k < nb; k++) {
    mgp_e_t root[2];
    run[k].d_cols = ref_upload(&b[k], MGP_MEM_WITNESS, trace.cols, trace.cols_words);
    run[k].d_virt = ref_upload(&b[k], MGP_MEM_WITNESS, trace.virt, trace.virt_words);
    REQUIRE_OK(b[k].be->ops->gkr_begin(b[k].be, (mgp_chip_id_t)id, run[k].d_cols, run[k].d_virt,
                                       trace.stride, nrows, alpha, beta, &run[k].g, root));
    CHECK_MSG(mgp_e_eq(root[0], t.p[0][0]) && mgp_e_eq(root[1], t.q[0][0]), "%s: %s %u rows: root",
              b[k].name, c->name, nrows);
  }
  mgp_e_t p = t.p[0][0], q = t.q[0][0];
  for (unsigned l = 0; l < t.n + t.m; l++) check_layer(b, run, nb, &t, l, point, &p, &q, rng);
  for (unsigned k = 0; k < nb; k++) {
    b[k].be->ops->gkr_end(b[k].be, run[k].g);
    ref_free(&b[k], run[k].d_cols);
    ref_free(&b[k], run[k].d_virt);
    CHECK_EQ_U64(mgp_ledger_live(b[k].ledger, MGP_MEM_SCRATCH), 0);
  }
  free_tree(&t);
  ref_trace_free(&trace);
}

int main(void) {
  static const uint32_t ks[] = {1, 2, 3, 5, 8, 10, 13, 1, 2, 3, 5, 8, 10, 13, 25, 33};
  static const uint32_t sizes[] = {1, 2, 3, 5, 63, 64, 65, 100, 255, 256, 257};
  const unsigned nk = sizeof ks / sizeof *ks;
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  mgp_chipset_t *set = ref_chipset(&rng, ks, nk);
  unsigned nb = ref_backends(set, b);
  for (unsigned id = 1; id <= nk; id++)
    for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; s++)
      if (id <= 7 || s % 3 == id % 3) check_chip(b, nb, set, id, sizes[s], &rng);
  check_chip(b, nb, set, 4, 1000, &rng);
  check_chip(b, nb, set, 10, 1000, &rng);
  /* enough rows for several threads and for weights of two tables */
  check_chip(b, nb, set, 2, 6000, &rng);
  check_chip(b, nb, set, 3, 4159, &rng);
  check_chip(b, nb, set, 8, 9000, &rng);
  ref_backends_destroy(b, nb);
  ref_chipset_free(set);

  mgp_chipset_t *chips;
  REQUIRE_OK(mgp_chipset_create(&chips));
  nb = ref_backends(chips, b);
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    check_chip(b, nb, chips, id, 1 + (uint32_t)(test_rand(&rng) % 150), &rng);
    check_chip(b, nb, chips, id, 1 + (uint32_t)(test_rand(&rng) % 4), &rng);
  }
  ref_backends_destroy(b, nb);
  mgp_chipset_destroy(chips);
  return test_result();
}
