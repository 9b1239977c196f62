/* Speed of the cpu backend's kernels: bench_kernels [portable|avx2|avx512 [THREADS [LOG_ROWS]]]
 *
 * Each line gives the best of a few runs and a ceiling: the widening multiplications of the work at
 * two instructions a clock cycle and nothing else (clock from a chain of dependent additions),
 * times the threads. Time is processor time with one thread, so that other processes matter less,
 * else elapsed time. */
#include "backend/cpu/kernels_hash.h"
#include "backend/cpu/ntt.h"
#include "test.h"

#define RUNS 7

static double clock_hz;
static int threads, lanes;

static double now(void) {
  struct timespec t;
  clock_gettime(threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Dependent additions, ten in a row so that the loop's own count is hidden: one cycle each. */
static double measure_clock(void) {
  double best = 1e9;
  for (int run = 0; run < 20; run++) {
    const long n = 100000;
    volatile uint64_t sink;
    uint64_t x = 1;
    double t = now();
    for (long i = 0; i < n; i++) {
#define STEP                                                                                       \
  x += 1;                                                                                          \
  __asm__ volatile("" : "+r"(x));
      STEP STEP STEP STEP STEP STEP STEP STEP STEP STEP
#undef STEP
    }
    t = now() - t;
    sink = x;
    (void)sink;
    if (t < best) best = t / (10 * (double)n);
  }
  return 1 / best;
}

/* multiplications: widening products per unit of work; an instruction makes MGP_LANES / 2. */
static void line(const char *what, const char *unit, double count, double seconds,
                 double multiplications) {
  const double per_cycle = lanes > 2 ? lanes : 2;
  const double most = clock_hz * per_cycle / multiplications * threads;
  printf("%-34s %10.2f %-14s %10.2f %8.0f %%\n", what, count / seconds * 1e-6, unit, most * 1e-6,
         100 * count / seconds / most);
}

#define BEST(best, ...)                                                                            \
  do {                                                                                             \
    best = 1e9;                                                                                    \
    for (int run_ = 0; run_ < RUNS; run_++) {                                                      \
      double t_ = now();                                                                           \
      __VA_ARGS__;                                                                                 \
      t_ = now() - t_;                                                                             \
      if (t_ < best) best = t_;                                                                    \
    }                                                                                              \
  } while (0)

static void bench_hash(mgp_backend_t *be, mgp_isa_t isa) {
  enum { COUNT = 4096 };
  static mgp_f_t cols[8 * (COUNT + 64)];
  static mgp_digest_t state[COUNT];
  const mgp_hash_kernels_t *k = mgp_hash_kernels(isa);
  const int all = threads;
  double t;
  for (size_t i = 0; i < sizeof cols / sizeof cols[0]; i++)
    cols[i] = (mgp_f_t)(i * 2654435761u % MGP_P);
  threads = 1;
  /* 141 S-boxes of 4 multiplications of 3 products */
  BEST(t, k->absorb(cols, COUNT + 64, 8, 16, 0, 0, state, COUNT));
  line("absorb, one thread", "M perm/s", COUNT, t, 1692);
  BEST(t, k->nodes(state, state, COUNT / 2));
  line("nodes, one thread", "M perm/s", COUNT / 2, t, 1692);
  threads = all;
  mgp_digest_t seed = {1, 2, 3, 4, 5, 6, 7, 8};
  uint32_t nonce;
  BEST(t, REQUIRE_OK(be->ops->grind(be, seed, 16, 0, MGP_P, &nonce)));
  line("grinding, 16 bits", "M perm/s", nonce + 1, t, 1692);
}

static mgp_f_t *device(mgp_backend_t *be, size_t words) {
  void *d;
  REQUIRE_OK(be->ops->alloc(be, MGP_MEM_WITNESS, words * sizeof(mgp_f_t), &d));
  mgp_f_t *w = d;
  for (size_t i = 0; i < words; i++) w[i] = (mgp_f_t)(i * 2654435761u % MGP_P);
  return w;
}

static void bench_ntt(mgp_backend_t *be, unsigned s) {
  char what[64];
  mgp_f_t *col = device(be, (size_t)1 << s), *out = device(be, (size_t)2 << s);
  double t;
  REQUIRE_OK(mgp_ntt_prepare(mgp_cpu_of(be), s + 1));
  BEST(t, mgp_ntt_encode(mgp_cpu_of(be), col, s, out));
  /* the first level is a copy; a butterfly multiplies by a constant: 2.5 products in 8 lanes */
  const double butterflies = (double)s * (double)((size_t)1 << s);
  snprintf(what, sizeof what, "encode 2^%u to 2^%u", s, s + 1);
  line(what, "M butterfly/s", butterflies, t, 2.5);
  line(what, "M elem/s out", (double)((size_t)2 << s), t, 1.25 * s);
  be->ops->free(be, col);
  be->ops->free(be, out);
}

static void bench_commit(mgp_backend_t *be, unsigned s, uint32_t ncols) {
  const mgp_backend_ops_t *ops = be->ops;
  const size_t n = (size_t)1 << s;
  char what[64];
  mgp_f_t *cols = device(be, n * ncols);
  mgp_digest_t cap[64], *paths = malloc(100 * (s + 1) * sizeof *paths);
  mgp_f_t *rows = malloc(100 * ncols * sizeof *rows);
  uint32_t pos[100];
  mgp_commit_stream_t *cs;
  mgp_query_stream_t *qs;
  mgp_tree_t *tree = NULL;
  int needs_columns;
  double t;
  for (uint32_t i = 0; i < 100; i++) pos[i] = (uint32_t)(i * 2654435761u % (2 * n));
  BEST(t, {
    ops->tree_free(be, tree);
    REQUIRE_OK(ops->commit_begin(be, s, ncols, 10, 0, &cs));
    for (uint32_t c = 0; c < ncols; c++) REQUIRE_OK(ops->commit_column(be, cs, cols + c * n));
    REQUIRE_OK(ops->commit_end(be, cs, cap, &tree));
  });
  const double cells = (double)n * ncols, blocks = (ncols + 7) / 8;
  /* 2 rows for each row of the matrix: blocks permutations for the leaf and one for a node */
  const double per_cell = 2 * (blocks + 1) / ncols * 1692 + 2.5 * s;
  snprintf(what, sizeof what, "commit 2^%u x %u", s, ncols);
  line(what, "M cell/s", cells, t, per_cell);
  printf("%-34s %10.3f s\n", "", t);
  BEST(t, {
    REQUIRE_OK(ops->query_begin(be, tree, pos, 100, &qs, &needs_columns));
    for (uint32_t c = 0; c < ncols; c++) REQUIRE_OK(ops->query_column(be, qs, cols + c * n));
    REQUIRE_OK(ops->query_end(be, qs, rows, paths));
  });
  printf("%-34s %10.3f s\n", "100 queries, top 2^10 kept", t);
  ops->tree_free(be, tree);
  be->ops->free(be, cols);
  free(rows);
  free(paths);
}

static void bench_fold(mgp_backend_t *be, unsigned s) {
  mgp_f_t *q = device(be, (size_t)MGP_D << s);
  mgp_e_t rest[32], x = mgp_e_one(), h1;
  mgp_digest_t cap[64];
  mgp_fold_t *f;
  char what[64];
  for (int i = 0; i < 32; i++) rest[i] = x;
  double t;
  REQUIRE_OK(be->ops->fold_begin(be, q, s, rest, &f));
  BEST(t, REQUIRE_OK(be->ops->fold_round(be, f, &h1)));
  snprintf(what, sizeof what, "fold_round on 2^%u", s);
  line(what, "M elem/s", (double)((size_t)1 << s), t, (MGP_D * MGP_D + 2 * MGP_D) / 2.);
  t = now();
  REQUIRE_OK(be->ops->fold_commit(be, f, 4, 0, 64, cap));
  t = now() - t;
  snprintf(what, sizeof what, "fold_commit of 2^%u", s);
  printf("%-34s %10.3f s\n", what, t);
  t = now();
  REQUIRE_OK(be->ops->fold_bind(be, f, x));
  t = now() - t;
  snprintf(what, sizeof what, "fold_bind of 2^%u", s);
  line(what, "M elem/s", (double)((size_t)1 << s), t, (MGP_D * MGP_D + 2 * MGP_D) / 2.);
  be->ops->fold_end(be, f);
  be->ops->free(be, q);
}

int main(int argc, char **argv) {
  mgp_isa_t isa = MGP_ISA_AUTO;
  if (argc > 1)
    isa = strcmp(argv[1], "portable") == 0 ? MGP_ISA_PORTABLE
          : strcmp(argv[1], "avx512") == 0 ? MGP_ISA_AVX512
                                           : MGP_ISA_AVX2;
  const unsigned s = argc > 3 ? (unsigned)atoi(argv[3]) : 20;
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
  REQUIRE_OK(mgp_ledger_create(0, &ledger));
  REQUIRE_OK(mgp_backend_cpu_create(NULL, ledger, isa, argc > 2 ? atoi(argv[2]) : 1, &be));
  isa = mgp_cpu_of(be)->isa;
  threads = be->threads;
  lanes = isa == MGP_ISA_AVX512 ? 16 : isa == MGP_ISA_AVX2 ? 8 : 1;
  clock_hz = measure_clock();
  printf("# %s, %d threads, D = %d, clock %.2f GHz\n", be->isa, threads, MGP_D, clock_hz * 1e-9);
  printf("# %-32s %10s %-14s %10s %10s\n", "kernel", "speed", "unit", "ceiling", "reached");
  bench_hash(be, isa);
  bench_ntt(be, 10);
  bench_ntt(be, 16);
  bench_ntt(be, s);
  bench_commit(be, s, 16);
  bench_commit(be, s, 8);
  bench_fold(be, s - 2);
  mgp_backend_destroy(be);
  return mgp_ledger_destroy(ledger) != 0;
}
