/* Chip proofs of the CUDA backend: bench_cuda_task [LOG_ROWS [CHIP]]
 *
 * For some chips, or this one, alone: time per row, bytes that the method moves (each pass counted
 * once), what they take at the bandwidth of a copy, and the part of that floor that is reached.
 * Then many together, of many rows and of few; then passes over rows alone, two rounds each with
 * their end. Results are not checked here: tests/gpu does that.
 * With MGP_CUDA_PROFILE=1 a table by kernel follows; then other times mean nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_cuda.cuh"
#include "gkr_rows.cuh"
#include "ops.cuh"
#include "task_ops.cuh"

extern "C" {
#include "backend/task.h"
#include "base/clock.h"
}
#include "chips.cuh"

#define RUNS   3
#define PASSES 11 /* of which the best counts */
#define MANY   (1u << 24)
#define COLUMN 64u /* columns of the random trace that all chips share */

static __global__ void fill(uint32_t *words, size_t n) {
  const size_t step = (size_t)gridDim.x * blockDim.x;
  for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9u;
    words[i] = (uint32_t)((x ^ (x >> 29)) % MGP_P);
  }
}

static double nodes_at(double k, unsigned up) {
  while (up--) k = (double)(((unsigned)k + 1) / 2);
  return k;
}

/* Bytes a row of each pass, tree and layers; then main sumcheck. Sums over quarters are to
 * infinity. */
static double bytes_of(const mgp_chip_t *c, const mgp_form_t *form, bool varying) {
  const unsigned m = mgp_task_log(c->ninteractions);
  const double cell = 4, node = 2 * sizeof(mgp_e_t), row = 2 * node;
  const double trace = cell * (c->ncols + c->nvirtual),
               entry = sizeof(mgp_e_t) * (form->nforms + 1);
  const double quarters = 1.25 * 4 / 3; /* rows read, a quarter of them written, and so on */
  double bytes = trace;                 /* build */
  for (unsigned s = 0; s < m; s++) bytes += node * nodes_at(c->ninteractions, m - s);
  bytes += 2 * node; /* up: each level read, the next one written */
  for (unsigned s = 1; s <= m; s++) {
    const double level = s == m ? trace : node * nodes_at(c->ninteractions, m - s);
    /* rounds of entries and the first pass; rows: stored, if they are not there; read, quarters
     * written */
    const bool stored = s == 1 && s < m, pairs = s == m && !varying;
    bytes += level * s + ((stored ? 0 : 1) + quarters) * (pairs ? row / 2 : row);
  }
  bytes += row + quarters * row; /* levels of pairs of rows, together */
  return bytes + 2 * trace + entry / 2 + entry + entry / 2 + trace;
}

typedef struct {
  mgp_cuda_t *cu;
  mgp_backend_t *be;
  const mgp_chipset_t *set;
  uint32_t *d_words;
  size_t stride;
} bench_t;

typedef struct {
  mgp_task_job_t job;
  mgp_task_start_t start;
  mgp_task_t *task;
  uint32_t *words;
  mgp_e_t point[32];
  mgp_digest_t digest;
} proof_t;

static void begin(const bench_t *b, proof_t *p, unsigned chip, uint32_t rows) {
  memset(p, 0, sizeof *p);
  p->words = (uint32_t *)malloc(mgp_task_words(&b->set->chip[chip], rows) * sizeof *p->words);
  mgp_task_job_t *j = &p->job;
  j->chip = (mgp_chip_id_t)chip;
  j->nrows = rows;
  j->stride = b->stride;
  j->d_trace = b->d_words;
  j->d_virt = b->d_words + 32 * b->stride;
  mgp_task_start_t *start = &p->start;
  for (int d = 0; d < MGP_D; d++)
    start->alpha.c[d] = 12345u + (unsigned)d, start->beta.c[d] = 777u * chip;
  mgp_transcript_init(&start->transcript, MGP_TAG_FORK);
  const mgp_f_t word = chip;
  mgp_transcript_absorb(&start->transcript, MGP_LABEL_FORK, &word, 1);
  j->words = p->words;
  j->point = p->point;
  j->digest = p->digest;
  const uint64_t scratch = b->be->ops->task_bytes(b->be, j->chip, rows);
  REQUIRE(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, scratch, &j->d_scratch));
  REQUIRE(b->be->ops->task_prepare(b->be, j, &p->task));
  REQUIRE(b->be->ops->task_begin(b->be, p->task, start));
}
static void end(const bench_t *b, proof_t *p) {
  REQUIRE(b->be->ops->task_end(b->be, p->task));
  b->be->ops->free(b->be, p->job.d_scratch);
  free(p->words);
}

/* Seconds of `count` proofs of `rows` rows, chips taken in turn, as many at a time as slots. */
static double together(const bench_t *b, const unsigned *chips, unsigned nchips, unsigned count,
                       uint32_t rows, unsigned slots) {
  double least = 1e30;
  for (int r = 0; r <= RUNS; r++) {
    proof_t *p = (proof_t *)calloc(slots, sizeof *p);
    const uint64_t start = mgp_clock_ns();
    for (unsigned i = 0; i < count + slots; i++) {
      if (i >= slots && i - slots < count) end(b, &p[i % slots]);
      if (i < count) begin(b, &p[i % slots], chips[i % nchips], rows);
    }
    const double s = (double)(mgp_clock_ns() - start) / 1e9;
    if (r && s < least) least = s;
    free(p);
  }
  return least;
}

/* --- passes over rows ------------------------------------------------------------------------- */

static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    pass_plain(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  mgp_gkr_plain<MGP_TASK_WIDE>(dev, g, l, MGP_GKR_LOW_GROUP);
}
static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    pass_folded(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, mgp_gkr_rows_t r) {
  mgp_gkr_folded<MGP_TASK_WIDE>(dev, g, l, 2, MGP_GKR_LOW_GROUP, r);
}

template <typename T> static T *room(const bench_t *b, uint64_t count) {
  T *d;
  REQUIRE(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, count * sizeof(T), (void **)&d));
  REQUIRE(MGP_LAUNCH(b->cu, fill, 1024, 256, (uint32_t *)d, count * sizeof(T) / 4));
  return d;
}

/* A level of pairs of rows, and its rows after the first pass. */
static void passes(const bench_t *b, unsigned log_rows, double copy) {
  const unsigned l = log_rows, n = l + 1;
  const uint32_t rows = 1u << log_rows;
  mgp_task_dev_t dev = {};
  mgp_gkr_dev_t g = {};
  static mgp_task_state_t start;
  g.n = n;
  g.rows = 2 * rows;
  g.k = 1;
  g.level[n] = room<mgp_e_t>(b, 4 * (uint64_t)rows);
  g.fold[1] = room<mgp_e_t>(b, rows);
  g.fold[2] = room<mgp_e_t>(b, rows / 4);
  dev.eq_rows = room<mgp_e_t>(b, (uint64_t)2 << mgp_task_heap_log(n));
  dev.state = room<mgp_task_state_t>(b, 1);
  start.next_word = room<uint32_t>(b, 1u << 16);
  REQUIRE(b->be->ops->upload(b->be, dev.state, &start, sizeof start));
  const mgp_gkr_rows_t r = mgp_gkr_first_rows(g.level[n], rows, l, 0, true);
  const unsigned plain = mgp_sum_grid(b->cu, rows), folded = mgp_sum_grid(b->cu, rows / 4);
  const double bytes = 64.0 * rows;
  double s = best_of(b->cu, PASSES, [&] {
    return MGP_LAUNCH(b->cu, pass_plain, plain, MGP_TASK_WIDE, dev, g, l);
  });
  printf("first pass   2^%u %9.1f %9.3f %7.1f\n", log_rows, s * 1e6, bytes / s / 1e12,
         100 * bytes * copy / s);
  s = best_of(b->cu, PASSES,
              [&] { return MGP_LAUNCH(b->cu, pass_folded, folded, MGP_TASK_WIDE, dev, g, l, r); });
  printf("folding pass 2^%u %9.1f %9.3f %7.1f\n", log_rows, s * 1e6, 1.25 * bytes / s / 1e12,
         125 * bytes * copy / s);
  fflush(stdout);
  b->be->ops->free(b->be, start.next_word);
  b->be->ops->free(b->be, dev.state);
  b->be->ops->free(b->be, dev.eq_rows);
  for (int i = 2; i > 0; i--) b->be->ops->free(b->be, g.fold[i]);
  b->be->ops->free(b->be, g.level[n]);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"J",  "CONST", "MV", "ADDI", "ADD",   "LOGIC", "SHIFTI",
                                      "BZ", "BEQ",   "LW", "SW",   "RANGE", "MUL",   "DIV"};
  const unsigned log_rows = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
  const uint32_t rows = 1u << log_rows;
  int ndevices = 0;
  REQUIRE(mgp_cuda_probe(&ndevices));
  if (ndevices == 0) {
    printf("skipped: no CUDA device\n");
    return 77;
  }
  mgp_chipset_t *set;
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
  REQUIRE(mgp_chipset_create(&set));
  REQUIRE(mgp_ledger_create(0, &ledger));
  REQUIRE(mgp_backend_cuda_create(set, ledger, 0, &be));
  bench_t b;
  b.be = be;
  b.cu = mgp_cuda_of(be);
  b.set = set;
  b.stride = rows;
  REQUIRE(be->ops->alloc(be, MGP_MEM_WITNESS, COLUMN * b.stride * 4, (void **)&b.d_words));
  REQUIRE(MGP_LAUNCH(b.cu, fill, 1024, 256, b.d_words, COLUMN * b.stride));

  /* the bandwidth of a copy, read and written */
  double copy = 1e30;
  for (int i = 0; i < 4; i++) {
    const size_t half = COLUMN / 2 * b.stride * 4;
    REQUIRE(MGP_CUDA_CALL(b.cu, cudaStreamSynchronize(b.cu->stream)));
    const uint64_t start = mgp_clock_ns();
    REQUIRE(be->ops->copy(be, b.d_words, (uint8_t *)b.d_words + half, half));
    REQUIRE(MGP_CUDA_CALL(b.cu, cudaStreamSynchronize(b.cu->stream)));
    const double s = (double)(mgp_clock_ns() - start) / 1e9 / (2.0 * (double)half);
    if (i && s < copy) copy = s;
  }
  printf("# %s, copy %.2f TB/s, 2^%u rows\n", b.cu->device_name, 1 / copy / 1e12, log_rows);
  printf("# %-10s %4s %4s %9s %9s %9s %9s %7s\n# %-10s %4s %4s %9s %9s %9s %9s %7s\n", "chip", "k",
         "cols", "ms", "ns", "bytes", "floor", "reached", "", "", "", "", "a row", "a row",
         "ns a row", "%");
  unsigned chips[MGP_CHIP_COUNT], nchips = 0;
  for (unsigned k = 0; k < sizeof names / sizeof *names; k++) {
    unsigned id = 1;
    while (id < MGP_CHIP_COUNT && strcmp(set->chip[id].name, names[k]) != 0) id++;
    if (id == MGP_CHIP_COUNT || (argc > 2 && strcmp(argv[2], names[k]) != 0)) continue;
    const mgp_chip_t *c = &set->chip[id];
    const double s = together(&b, &id, 1, 1, rows, 1);
    const mgp_chip_id_t chip = (mgp_chip_id_t)id;
    const double bytes =
        bytes_of(c, mgp_cuda_form(b.cu->chips, chip), mgp_cuda_chip(b.cu->chips, chip)->varying);
    printf("%-12s %4u %4u %9.3f %9.3f %9.0f %9.3f %7.1f\n", c->name, c->ninteractions, c->ncols,
           s * 1e3, s * 1e9 / rows, bytes, bytes * copy * 1e9, 100 * bytes * copy * rows / s);
    fflush(stdout);
    if (c->ncols < 26 && !c->is_table) chips[nchips++] = id;
  }
  if (argc <= 2) printf("# together: proofs, rows each, at a time, ms, ns a row\n");
  const unsigned count = MANY / rows;
  for (unsigned slots = 1; argc <= 2 && slots <= MGP_CUDA_TASKS;
       slots = slots == 16 ? 32 : 4 * slots) {
    double s = together(&b, chips, nchips, count, rows, slots);
    printf("%8u %8u %8u %9.3f %9.3f\n", count, rows, slots, s * 1e3, s * 1e9 / MANY);
    s = together(&b, chips, nchips, 40, 1u << 14, slots);
    printf("%8u %8u %8u %9.3f %9.3f\n", 40, 1u << 14, slots, s * 1e3, s * 1e9 / (40 << 14));
    s = together(&b, chips, nchips, 40, 1000, slots);
    printf("%8u %8u %8u %9.3f %9.3f\n", 40, 1000, slots, s * 1e3, s * 1e9 / 40000);
    fflush(stdout);
  }
  if (argc <= 2) printf("# pass over rows, us, TB/s, %%\n");
  for (unsigned log = 14; argc <= 2 && log <= 24; log += log < 20 ? 2 : 1) passes(&b, log, copy);
  be->ops->free(be, b.d_words);
  mgp_backend_destroy(be);
  mgp_chipset_destroy(set);
  mgp_ledger_destroy(ledger);
  return 0;
}
