/* Time of a chip proof by part and chip: bench_tasks [LOG_ROWS [THREADS [CHIP...]]]
 * Columns: ns per row of the trace for the fraction tree, the GKR rounds and the main sumcheck, and
 * the floor: extension products of the method, counted, times the time of one. */
#include "../conf/backend_ref.h"
#include "base/clock.h"

/* With one thread: time on the processor, so that other programs do not count. */
static int threads = 1;
static uint64_t now_ns(void) {
  struct timespec t;
  if (threads != 1) return mgp_clock_ns();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds of one extension product, from the sumcheck over pairs (3 of them a pair). */
static double product_ns(mgp_backend_t *be) {
  enum { N = 14 };
  void *d = NULL;
  mgp_e_t out[3];
  const size_t nbytes = sizeof(mgp_e_t) << (N + 1);
  REQUIRE_OK(be->ops->alloc(be, MGP_MEM_SCRATCH, nbytes, &d));
  REQUIRE_OK(be->ops->zero(be, d, nbytes));
  double best = 1e9;
  for (int i = 0; i < 20; i++) {
    uint64_t t0 = now_ns();
    REQUIRE_OK(be->ops->pair_round(be, d, 1, (size_t)1 << N, N, 0, NULL, 1, out));
    double t = (double)(now_ns() - t0) / (3 << (N - 1));
    if (t < best) best = t;
  }
  be->ops->free(be, d);
  return best;
}

/* Products per row: tree, leaf layer, other layers. A round of E entries has E/2 pairs, all rounds
 * of a layer together E. */
static double gkr_products(const mgp_chip_t *c) {
  int constant = c->ninteractions > 1;
  for (uint32_t j = 0; j < c->ninteractions; j++)
    constant &= c->nodes[c->interactions[j].mult].op == MGP_X_CONST;
  const double half = c->ninteractions / 2.0;
  const double tree = (constant ? 1 : 3) * half + 3 * half + 3;
  return tree + (constant ? 6 : 10) * half + 11 * (half + 1);
}

typedef struct {
  double tree, layers, main;
} times_t;

static times_t run(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_cols,
                   const mgp_f_t *d_virt, size_t stride, unsigned n, test_rng_t *rng) {
  const mgp_chip_t *c = &be->chips->chip[id];
  const mgp_backend_ops_t *ops = be->ops;
  const unsigned m = ref_log2(c->ninteractions);
  const uint32_t nrows = (uint32_t)1 << n;
  mgp_e_t point[64], eq_int[MGP_MAX_INTERACTIONS], out[MGP_MAX_COLUMNS];
  mgp_gkr_t *g = NULL;
  mgp_main_t *mm = NULL;
  for (unsigned i = 0; i < 64; i++) point[i] = eq_int[i] = ref_rand_e(rng);
  uint64_t t0 = now_ns();
  REQUIRE_OK(ops->gkr_begin(be, id, d_cols, d_virt, stride, nrows, point[0], point[1], &g, out));
  uint64_t t1 = now_ns();
  for (unsigned l = 0; l < n + m; l++) {
    REQUIRE_OK(ops->gkr_layer(be, g, l, point, point[2]));
    for (unsigned i = 0; i < l; i++) {
      REQUIRE_OK(ops->gkr_round(be, g, out));
      REQUIRE_OK(ops->gkr_bind(be, g, point[i]));
    }
    REQUIRE_OK(ops->gkr_evals(be, g, out));
  }
  ops->gkr_end(be, g);
  uint64_t t2 = now_ns();
  REQUIRE_OK(ops->main_begin(be, id, d_cols, d_virt, stride, nrows, n, point, point[0], point[1],
                             point[2], eq_int, &mm));
  for (unsigned i = 0; i < n; i++) {
    REQUIRE_OK(ops->main_round(be, mm, out));
    REQUIRE_OK(ops->main_bind(be, mm, point[i]));
  }
  REQUIRE_OK(ops->main_evals(be, mm, out));
  ops->main_end(be, mm);
  uint64_t t3 = now_ns();
  return (times_t){(double)(t1 - t0) / nrows, (double)(t2 - t1) / nrows, (double)(t3 - t2) / nrows};
}

static void bench(mgp_backend_t *be, unsigned id, unsigned n, double product, test_rng_t *rng) {
  const mgp_chip_t *c = &be->chips->chip[id];
  const size_t stride = ((size_t)1 << n) < MGP_ROW_PAD ? MGP_ROW_PAD : (size_t)1 << n;
  mgp_f_t *d_cols = NULL, *d_virt = NULL;
  REQUIRE_OK(be->ops->alloc(be, MGP_MEM_WITNESS, c->ncols * stride * 4, (void **)&d_cols));
  if (c->nvirtual)
    REQUIRE_OK(be->ops->alloc(be, MGP_MEM_WITNESS, c->nvirtual * stride * 4, (void **)&d_virt));
  for (size_t i = 0; i < c->ncols * stride; i++) d_cols[i] = (mgp_f_t)(test_rand(rng) % MGP_P);
  for (size_t i = 0; i < c->nvirtual * stride; i++) d_virt[i] = (mgp_f_t)(test_rand(rng) % MGP_P);
  times_t best = {1e9, 1e9, 1e9};
  for (int i = 0; i < 3; i++) {
    times_t t = run(be, (mgp_chip_id_t)id, d_cols, d_virt, stride, n, rng);
    if (t.tree < best.tree) best.tree = t.tree;
    if (t.layers < best.layers) best.layers = t.layers;
    if (t.main < best.main) best.main = t.main;
  }
  const double bytes = (double)be->ops->task_bytes(be, (mgp_chip_id_t)id, (uint32_t)1 << n);
  printf("%-10s %4u %6u %8.1f %8.1f %8.1f %8.1f %9.1f %9.0f\n", c->name, c->ncols, c->ninteractions,
         best.tree, best.layers, best.main, best.tree + best.layers + best.main,
         product * gkr_products(c), bytes / (double)((uint32_t)1 << n));
  be->ops->free(be, d_cols);
  be->ops->free(be, d_virt);
}

int main(int argc, char **argv) {
  const unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 18;
  if (argc > 2) threads = atoi(argv[2]);
  test_rng_t rng = test_rng();
  mgp_chipset_t *chips;
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
  REQUIRE_OK(mgp_chipset_create(&chips));
  REQUIRE_OK(mgp_ledger_create(0, &ledger));
  REQUIRE_OK(mgp_backend_cpu_create(chips, ledger, MGP_ISA_AUTO, threads, &be));
  const double product = product_ns(be);
  printf("# %s, %d threads, 2^%u rows, extension product %.2f ns\n", be->isa, threads, n, product);
  printf("#chip      cols  inter     tree      gkr     main      all gkr floor   scratch\n");
  printf("#                        ns/row   ns/row   ns/row   ns/row    ns/row bytes/row\n");
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    int wanted = argc <= 3;
    for (int i = 3; i < argc; i++) wanted |= strcmp(argv[i], chips->chip[id].name) == 0;
    if (wanted) bench(be, id, n, product, &rng);
  }
  mgp_backend_destroy(be);
  mgp_ledger_destroy(ledger);
  mgp_chipset_destroy(chips);
  return 0;
}
