/* What the conformance tests of the backends share: the backends there are on this machine, random
 * chips and traces, and the definitions of docs/protocol.md written out without any shortcut. */
#ifndef MGP_TESTS_BACKEND_REF_H
#define MGP_TESTS_BACKEND_REF_H

#include "backend/backend.h"
#include "test.h"

#ifdef MGP_TEST_CUDA
#include "cuda_backend.h"
#endif

/* --- backends -------------------------------------------------------------------------------- */

#define REF_MAX_BACKENDS 8

typedef struct {
  char name[32];
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
} ref_backend_t;

#ifdef MGP_TEST_CUDA

/* The GPU alone: the definitions below are what it is compared with. */
#define REF_CUDA_BYTES ((uint64_t)(test_quick() > 1 ? 256 : 2048) << 20)
static inline unsigned ref_backends(const mgp_chipset_t *chips, ref_backend_t *out) {
  int n = 0;
  REQUIRE_OK(mgp_cuda_probe(&n));
  if (n == 0) TEST_SKIP("no CUDA device");
  REQUIRE_OK(mgp_ledger_create(0, &out->ledger));
  REQUIRE_OK(mgp_backend_cuda_create(chips, out->ledger, 0, &out->be));
  REQUIRE_OK(mgp_backend_cuda_reserve(out->be, REF_CUDA_BYTES));
  snprintf(out->name, sizeof out->name, "cuda");
  return 1;
}

#else

/* cpu at every instruction set there is, with 1 and 2 threads, and strict. */
static inline unsigned ref_backends(const mgp_chipset_t *chips, ref_backend_t *out) {
  static const mgp_isa_t isas[] = {MGP_ISA_PORTABLE, MGP_ISA_AVX2, MGP_ISA_AVX512};
  unsigned n = 0;
  for (unsigned i = 0; i < 3; i++) {
    for (int threads = 1; threads <= 2; threads++) {
      ref_backend_t *r = &out[n];
      REQUIRE_OK(mgp_ledger_create(0, &r->ledger));
      if (mgp_backend_cpu_create(chips, r->ledger, isas[i], threads, &r->be) != MGP_OK) {
        mgp_ledger_destroy(r->ledger);
        continue;
      }
      snprintf(r->name, sizeof r->name, "%s, %d threads", r->be->isa, threads);
      n++;
    }
  }
#ifndef REF_NO_STRICT
  ref_backend_t *r = &out[n++];
  REQUIRE_OK(mgp_ledger_create(0, &r->ledger));
  REQUIRE_OK(mgp_backend_strict_create(chips, r->ledger, &r->be));
  snprintf(r->name, sizeof r->name, "strict");
#endif
  return n;
}

#endif

static inline void ref_backends_destroy(ref_backend_t *b, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    mgp_backend_destroy(b[i].be);
    CHECK_EQ_U64(mgp_ledger_destroy(b[i].ledger), 0);
  }
}

static inline mgp_f_t *ref_upload(ref_backend_t *b, mgp_mem_class_t cls, const mgp_f_t *src,
                                  size_t words) {
  void *d = NULL;
  if (words == 0) return NULL;
  REQUIRE_OK(b->be->ops->alloc(b->be, cls, words * sizeof *src, &d));
  REQUIRE_OK(b->be->ops->upload(b->be, d, src, words * sizeof *src));
  return d;
}
static inline void ref_free(ref_backend_t *b, void *d) {
  b->be->ops->free(b->be, d);
}

/* --- random values --------------------------------------------------------------------------- */

/* Edge values more often than chance would have them. */
static inline mgp_f_t ref_rand_f(test_rng_t *r) {
  static const uint32_t edge[] = {0, 1, MGP_P - 1, MGP_P - 2, 2, 1u << 16, MGP_P / 2};
  uint64_t x = test_rand(r);
  return (x & 15) == 0 ? edge[(x >> 8) % 7] : (mgp_f_t)((x >> 8) % MGP_P);
}
static inline mgp_e_t ref_rand_e(test_rng_t *r) {
  mgp_e_t e;
  for (int i = 0; i < MGP_D; i++) e.c[i] = ref_rand_f(r);
  return e;
}

static inline void *ref_alloc(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size);
  if (!p) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return p;
}

/* --- definitions ----------------------------------------------------------------------------- */

static inline unsigned ref_log2(uint64_t n) {
  unsigned k = 0;
  while ((uint64_t)1 << k < n) k++;
  return k;
}

/* Variable 0 of a vector of n values bound to x, in place: n / 2 values. */
static inline void ref_bind(mgp_e_t *v, size_t n, mgp_e_t x) {
  for (size_t i = 0; i < n / 2; i++)
    v[i] = mgp_e_add(v[2 * i], mgp_e_mul(x, mgp_e_sub(v[2 * i + 1], v[2 * i])));
}
static inline mgp_e_t ref_at(const mgp_e_t *v, size_t pair, uint32_t x) {
  mgp_e_t d = mgp_e_sub(v[2 * pair + 1], v[2 * pair]);
  return mgp_e_add(v[2 * pair], mgp_e_mul_f(d, mgp_f_from_u32(x)));
}
static inline mgp_e_t ref_eq(const mgp_e_t *point, unsigned n, uint64_t i) {
  mgp_e_t r = mgp_e_one();
  for (unsigned t = 0; t < n; t++)
    r = mgp_e_mul(r, i >> t & 1 ? point[t] : mgp_e_sub(mgp_e_one(), point[t]));
  return r;
}
static inline void ref_eq_table(const mgp_e_t *point, unsigned n, mgp_e_t *out) {
  for (size_t i = 0; i < (size_t)1 << n; i++) out[i] = ref_eq(point, n, i);
}

/* --- chips and traces ------------------------------------------------------------------------ */

static inline uint16_t ref_node(mgp_chip_t *c, mgp_xop_t op, uint32_t a, uint32_t b,
                                mgp_f_t value) {
  mgp_xnode_t n = {.op = (uint8_t)op, .a = (uint16_t)a, .b = (uint16_t)b, .value = value};
  const mgp_xnode_t *x = &c->nodes[a], *y = &c->nodes[b];
  switch (op) {
  case MGP_X_COLUMN:
  case MGP_X_VIRTUAL:
    n.degree = 1;
    break;
  case MGP_X_CONST:
    break;
  case MGP_X_MUL:
    n.degree = (uint8_t)(x->degree + y->degree);
    break;
  default:
    n.degree = x->degree > y->degree ? x->degree : y->degree;
  }
  c->nodes[c->nnodes] = n;
  return (uint16_t)c->nnodes++;
}

typedef struct {
  uint32_t n;
  uint16_t node[256];
} ref_pool_t;

static inline uint16_t ref_put(ref_pool_t *p, uint16_t node) {
  return p->node[p->n++] = node;
}
static inline uint16_t ref_pick(test_rng_t *r, const ref_pool_t *p) {
  return p->node[test_rand(r) % p->n];
}

/* A random chip with k interactions. Constraints vanish on the zero row: sums of column times
 * something. varying: some multiplicities are no constants. nvirtual: virtual columns. */
static inline void ref_chip(test_rng_t *r, mgp_chip_t *c, uint32_t k, uint32_t ncols,
                            uint32_t nvirtual, uint32_t nconstraints, int varying) {
  ref_pool_t pool[3] = {{.n = 0}}; /* nodes by degree 0, 1, 2 */
  memset(c, 0, sizeof *c);
  c->name = "random";
  c->nodes = ref_alloc(MGP_MAX_NODES, sizeof *c->nodes);
  c->ncols = ncols;
  c->nvirtual = nvirtual;
  for (uint32_t i = 0; i < ncols; i++) ref_put(&pool[1], ref_node(c, MGP_X_COLUMN, i, 0, 0));
  for (uint32_t i = 0; i < nvirtual; i++) ref_put(&pool[1], ref_node(c, MGP_X_VIRTUAL, i, 0, 0));
  ref_put(&pool[0], ref_node(c, MGP_X_CONST, 0, 0, mgp_f_one()));
  ref_put(&pool[0], ref_node(c, MGP_X_CONST, 0, 0, mgp_f_neg(mgp_f_one())));
  while (pool[0].n < 5) ref_put(&pool[0], ref_node(c, MGP_X_CONST, 0, 0, ref_rand_f(r)));
#define PICK(d) ref_pick(r, &pool[d])
  for (uint32_t i = 0; i < 6 + ncols; i++) {
    uint16_t a = PICK(1), b = PICK(test_rand(r) % 2);
    mgp_xop_t op = c->nodes[b].degree ? (mgp_xop_t)(MGP_X_ADD + test_rand(r) % 2)
                                      : (mgp_xop_t)(MGP_X_ADD + test_rand(r) % 3);
    if (test_rand(r) & 1) { /* constants on the left, too */
      uint16_t t = a;
      a = b;
      b = t;
    }
    ref_put(&pool[1], ref_node(c, op, a, b, 0));
  }
  for (uint32_t i = 0; i < 4 + ncols / 2; i++)
    ref_put(&pool[2], ref_node(c, MGP_X_MUL, PICK(1), PICK(1), 0));
  for (uint32_t i = 0; i < 4 + ncols / 2; i++) {
    mgp_xop_t op = (mgp_xop_t)(MGP_X_ADD + test_rand(r) % 3);
    uint16_t a = PICK(2), b = op == MGP_X_MUL ? PICK(0) : PICK(test_rand(r) % 3);
    ref_put(&pool[2], ref_node(c, op, a, b, 0));
  }
  for (uint32_t i = 0; i < nconstraints; i++) {
    uint16_t sum =
        ref_node(c, MGP_X_MUL, (uint32_t)(test_rand(r) % ncols), PICK(test_rand(r) % 3), 0);
    for (unsigned j = 0; j < test_rand(r) % 3; j++) {
      uint16_t term =
          ref_node(c, MGP_X_MUL, PICK(test_rand(r) % 3), (uint32_t)(test_rand(r) % ncols), 0);
      sum = ref_node(c, (mgp_xop_t)(MGP_X_ADD + test_rand(r) % 2), sum, term, 0);
    }
    c->constraints[c->nconstraints++] = sum;
  }
  for (uint32_t j = 0; j < k; j++) {
    mgp_interaction_t *it = &c->interactions[c->ninteractions++];
    it->bus = (uint8_t)(1 + test_rand(r) % (MGP_BUS_COUNT - 1));
    it->len = (uint8_t)(1 + test_rand(r) % MGP_MAX_TUPLE);
    it->mult =
        varying && (j == 0 || test_rand(r) % 3 == 0) ? PICK(1) : pool[0].node[test_rand(r) % 3];
    for (unsigned i = 0; i < it->len; i++) it->tuple[i] = PICK(test_rand(r) % 3);
  }
#undef PICK
}

/* Columns and virtual columns of a trace: [ncols][stride], rows beyond nrows zero. */
typedef struct {
  uint32_t nrows;
  size_t stride;
  mgp_f_t *cols, *virt;
  size_t cols_words, virt_words;
} ref_trace_t;

static inline ref_trace_t ref_trace(test_rng_t *r, const mgp_chip_t *c, uint32_t nrows) {
  ref_trace_t t = {.nrows = nrows};
  t.stride = (nrows + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
  t.stride += test_rand(r) % 2 * MGP_ROW_PAD;
  t.cols_words = c->ncols * t.stride;
  t.virt_words = c->nvirtual * t.stride;
  t.cols = ref_alloc(t.cols_words, sizeof *t.cols);
  t.virt = ref_alloc(t.virt_words, sizeof *t.virt);
  for (uint32_t i = 0; i < c->ncols + c->nvirtual; i++) {
    mgp_f_t *col = i < c->ncols ? t.cols + i * t.stride : t.virt + (i - c->ncols) * t.stride;
    for (uint32_t row = 0; row < nrows; row++) col[row] = ref_rand_f(r);
  }
  return t;
}
static inline void ref_trace_free(ref_trace_t *t) {
  free(t->cols);
  free(t->virt);
}

static inline void ref_row(const mgp_chip_t *c, const ref_trace_t *t, uint32_t row,
                           mgp_f_t *values) {
  mgp_f_t cols[MGP_MAX_COLUMNS], virt[MGP_MAX_VIRTUAL];
  for (uint32_t i = 0; i < c->ncols; i++) cols[i] = t->cols[i * t->stride + row];
  for (uint32_t i = 0; i < c->nvirtual; i++) virt[i] = t->virt[i * t->stride + row];
  mgp_chip_eval_row(c, cols, virt, values);
}

/* --- test chip sets --------------------------------------------------------------------------- */

/* Random chips in place of the real ones: ids 1 .. count. */
static inline mgp_chipset_t *ref_chipset(test_rng_t *r, const uint32_t *ks, uint32_t count) {
  mgp_chipset_t *set = ref_alloc(1, sizeof *set);
  for (uint32_t i = 0; i < count; i++)
    ref_chip(r, &set->chip[1 + i], ks[i], 1 + (uint32_t)(test_rand(r) % 20),
             test_rand(r) % 3 == 0 ? (uint32_t)(test_rand(r) % 4) : 0,
             (uint32_t)(test_rand(r) % 12), test_rand(r) % 2 == 0);
  return set;
}
static inline void ref_chipset_free(mgp_chipset_t *set) {
  for (unsigned i = 0; i < MGP_CHIP_COUNT; i++) free(set->chip[i].nodes);
  free(set);
}

#endif
