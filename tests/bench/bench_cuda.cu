/* Kernels of the CUDA backend: time, rate, bytes moved and multiplier cycles, and the part of the
 * floor that is reached. Results are not checked here: tests/gpu does that.
 *
 * Floors of an H100: 3.03 TB/s read and written; a permutation keeps the multiplier pipe of an SM
 * partition busy for 7500 of its 2^5-lane cycles (564 products of IMAD.WIDE, IMAD and IMAD.HI
 * at 5.2, 2 and 4 cycles, and the additions that the compiler puts there), so 33.4e12 / 7500
 * = 4.46e9 a second. On another GPU the bandwidth is that of the copy measured first, the rest
 * scales by the clock and the number of multiprocessors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_cuda.cuh"
#include "commit.cuh"
#include "ntt.cuh"
#include "ops.cuh"

extern "C" {
#include "chips/chip.h"
}

#define RUNS 5

typedef struct {
  mgp_cuda_t *cu;
  mgp_backend_t *be;
  double bandwidth;   /* bytes a second, read and written */
  double lane_cycles; /* cycles of all lanes a second */
} bench_t;

/* Best time of a call in seconds. */
template <typename F> static double best(const bench_t *b, F call) {
  return best_of(b->cu, RUNS, call);
}

/* items: what the rate counts; cycles: of the multiplier pipe, per item */
static void report(const bench_t *b, const char *name, const char *size, double seconds,
                   double items, double bytes, double cycles) {
  const double memory = b->bandwidth > 0 ? bytes / b->bandwidth : 0,
               work = cycles * items / b->lane_cycles, floor = memory > work ? memory : work;
  printf("%-26s %-14s %9.3f %10.3f %9.3f %9.3f %9.3f %6.1f\n", name, size, seconds * 1e3,
         items / seconds / 1e9, bytes / 1e9, bytes / seconds / 1e12, floor * 1e3,
         100 * floor / seconds);
  fflush(stdout);
}

static __global__ void mul_base(mgp_f_t *v, unsigned times) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  mgp_f_t a = v[4 * i], b = v[4 * i + 1], c = v[4 * i + 2], d = v[4 * i + 3];
#pragma unroll 8
  for (unsigned t = 0; t < times; t++)
    a = mgp_f_mul(a, d), b = mgp_f_mul(b, a), c = mgp_f_mul(c, b), d = mgp_f_mul(d, c);
  v[4 * i] = a ^ b ^ c ^ d;
}

static __global__ void mul_ext(mgp_e_t *v, unsigned times) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  mgp_e_t a = v[i], b = v[i ^ 1];
#pragma unroll 2
  for (unsigned t = 0; t < times; t++) a = mgp_e_mul(a, b), b = mgp_e_mul(b, a);
  v[i] = mgp_e_add(a, b);
}

static __global__ void copy_words(const uint4 *from, uint4 *to, size_t n) {
  const size_t step = (size_t)gridDim.x * blockDim.x;
  for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) to[i] = from[i];
}

static void arithmetic(bench_t *b, mgp_f_t *d) {
  const unsigned threads = 1u << 20, times = 256;
  double s = best(b, [&] { return MGP_LAUNCH(b->cu, mul_base, threads / 256, 256, d, times); });
  report(b, "multiply, base", "2^30", s, 4.0 * threads * times, 0, 11.2);
  s = best(b,
           [&] { return MGP_LAUNCH(b->cu, mul_ext, threads / 256, 256, (mgp_e_t *)d, times / 8); });
  /* 16 wide products and 4 reductions of a low and a high product */
  report(b, "multiply, extension", "2^26", s, 2.0 * threads * (times / 8), 0, 16 * 5.2 + 4 * 6);
}

static void copies(bench_t *b, mgp_f_t *d, uint8_t *host) {
  const size_t n = (size_t)1 << 30;
  double s = best(b, [&] {
    return MGP_LAUNCH(b->cu, copy_words, 132 * 16, 512, (const uint4 *)d, (uint4 *)(d + n / 4),
                      n / sizeof(uint4));
  });
  b->bandwidth = 2.0 * n / s;
  report(b, "copy", "1 GiB", s, n / 4, 2.0 * n, 0);
  s = best(b, [&] { return mgp_cuda_upload(b->be, d, host, n / 4); });
  report(b, "upload, pageable", "256 MiB", s, n / 16, n / 4, 0);
  s = best(b, [&] { return mgp_cuda_download(b->be, host, d, n / 4); });
  report(b, "download, pageable", "256 MiB", s, n / 16, n / 4, 0);
}

static void hashing(bench_t *b, mgp_f_t *d, mgp_digest_t *d_tree) {
  const size_t n = (size_t)1 << 22;
  double s = best(b, [&] { return mgp_cuda_permute(b->cu, d, 32, n); });
  report(b, "Poseidon2 permutation", "2^27", s, 32.0 * n, 128.0 * n, 7500);
  s = best(b, [&] { return mgp_cuda_nodes(b->cu, d_tree, d_tree + 2 * n, n); });
  report(b, "nodes", "2^22", s, n, 96.0 * n, 7500);
  for (unsigned h = 20; h <= 22; h++) {
    const size_t rows = (size_t)1 << h;
    char size[32];
    snprintf(size, sizeof size, "2^%u x 128", h);
    s = best(b, [&] {
      mgp_status_t st = mgp_cuda_absorb(b->cu, d, rows, 128, 128, true, true, d_tree, rows);
      return st == MGP_OK ? mgp_cuda_tree_build(b->cu, d_tree, h, 0, (size_t)1 << mgp_cap_log(h))
                          : st;
    });
    report(b, "Merkle tree", size, s, 17.0 * rows, (128 * 4 + 32 + 96.0) * rows, 7500);
  }
  mgp_digest_t seed;
  uint32_t nonce = 0;
  memset(seed, 7, sizeof seed);
  s = best(b, [&] { return mgp_cuda_grind(b->be, seed, 26, 0, MGP_P, &nonce); });
  report(b, "grinding", "26 bits", s, (double)nonce + 1, 0, 7500);
}

/* Multiplier cycles of a point: products of a pass of 8 levels, 5.1 (3 in the last one). */
static double ntt_cycles(unsigned log_n) {
  const unsigned passes = (log_n + 7) / 8;
  return (5.1 * (passes - 1) + 3.0) * log_n / (8 * passes) * 11.2;
}

static void transforms(bench_t *b, mgp_f_t *d_in, mgp_f_t *d_out) {
  for (unsigned s = 15; s <= 23; s++) {
    const uint32_t ncols = s < 22 ? 128 : s == 22 ? 64 : 32;
    const double n = (double)((size_t)2 << s);
    char size[32];
    snprintf(size, sizeof size, "2^%u x %u", s + 1, ncols);
    double t = best(b, [&] {
      return mgp_cuda_encode(b->cu, d_in, (size_t)1 << s, s, ncols, d_out, (size_t)2 << s);
    });
    /* floor of memory: the column read once, the codeword written once; three passes that go to
     * memory each time move 22 bytes a point instead of 6 */
    report(b, "encode, all columns", size, t, n * ncols, 6.0 * n * ncols, ntt_cycles(s + 1));
    t = best(b, [&] {
      mgp_status_t st = MGP_OK;
      for (uint32_t c = 0; c < ncols && st == MGP_OK; c++)
        st = mgp_cuda_encode(b->cu, d_in + ((size_t)c << s), 0, s, 1, d_out + ((size_t)2 * c << s),
                             0);
      return st;
    });
    report(b, "encode, one by one", size, t, n * ncols, 6.0 * n * ncols, ntt_cycles(s + 1));
  }
}

static void streams(bench_t *b, const mgp_f_t *d_in) {
  for (unsigned s = 19; s <= 22; s++) {
    const uint32_t ncols = s < 22 ? 128 : 64;
    const double rows = (double)((size_t)2 << s);
    char size[32];
    snprintf(size, sizeof size, "2^%u x %u", s, ncols);
    double t = best(b, [&] {
      mgp_commit_stream_t *cs = NULL;
      mgp_tree_t *tree = NULL;
      mgp_digest_t cap[64];
      mgp_status_t st = mgp_cuda_commit_begin(b->be, s, ncols, 11, 0, &cs);
      for (uint32_t c = 0; c < ncols && st == MGP_OK; c++)
        st = mgp_cuda_commit_column(b->be, cs, d_in + ((size_t)c << s));
      if (st == MGP_OK) st = mgp_cuda_commit_end(b->be, cs, cap, &tree);
      mgp_cuda_tree_free(b->be, tree);
      return st;
    });
    /* cells of the trace a second; each is two of the codewords */
    report(b, "commit stream", size, t, rows / 2 * ncols, 0,
           2 * ntt_cycles(s + 1) + 2 * 7500.0 * (ncols / 8 + 1) / ncols);
  }
}

static void folding(bench_t *b, mgp_f_t *d_q) {
  for (unsigned s = 20; s <= 25; s += s < 24 ? 2 : 1) {
    const double n = (double)((size_t)1 << s);
    mgp_e_t rest[32], h1;
    mgp_fold_t *f = NULL;
    char size[32];
    snprintf(size, sizeof size, "2^%u", s);
    memset(rest, 1, sizeof rest);
    double t = best(b, [&] {
      mgp_status_t st = mgp_cuda_fold_begin(b->be, d_q, s, rest, &f);
      if (st == MGP_OK) st = mgp_cuda_fold_round(b->be, f, &h1);
      mgp_cuda_fold_end(b->be, f);
      return st;
    });
    report(b, "fold begin, round", size, t, n, 4.0 * MGP_D * n, 16 * 5.2 / 2);
    /* a bind changes the size: each run from a fresh start, whose host work is not counted */
    double least = 1e9;
    for (int i = 0; i < RUNS; i++) {
      cudaEvent_t from, to;
      float ms;
      cudaEventCreate(&from), cudaEventCreate(&to);
      REQUIRE(mgp_cuda_fold_begin(b->be, d_q, s, rest, &f));
      REQUIRE(mgp_cuda_fold_round(b->be, f, &h1));
      cudaEventRecord(from, b->cu->stream);
      REQUIRE(mgp_cuda_fold_bind(b->be, f, rest[0]));
      cudaEventRecord(to, b->cu->stream);
      cudaEventSynchronize(to);
      cudaEventElapsedTime(&ms, from, to);
      cudaEventDestroy(from), cudaEventDestroy(to);
      mgp_cuda_fold_end(b->be, f);
      if (ms / 1e3 < least) least = ms / 1e3;
    }
    report(b, "fold bind, round", size, least, n, 6.0 * MGP_D * n, 16 * 5.2 * 3 / 4);
    if (s > 24) continue;
    t = best(b, [&] {
      mgp_digest_t cap[64];
      mgp_status_t st = mgp_cuda_fold_begin(b->be, d_q, s, rest, &f);
      if (st == MGP_OK) st = mgp_cuda_fold_commit(b->be, f, 3, 0, 64, cap);
      mgp_cuda_fold_end(b->be, f);
      return st;
    });
    report(b, "fold commit, cosets of 8", size, t, n, 0,
           2 * MGP_D * ntt_cycles(s + 1) + 2 * 7500.0 * (MGP_D + 1) / 8);
  }
}

/* Cycles of a product of F and K: wide products, which are reduced together. */
#define MAC_CYCLES (MGP_D * 5.2)

/* d: 2^28 words; d_q: 2^29 words. */
static void opening(bench_t *b, const mgp_f_t *d, mgp_f_t *d_q) {
  const unsigned log_rows = 18, log_q = 24;
  const uint32_t ncols = 1024;
  const double cells = (double)ncols * (1u << log_rows), q = (double)(1u << log_q);
  mgp_e_t *w = (mgp_e_t *)calloc(ncols, sizeof *w), point[32], h[9];
  mgp_e_t *d_w = (mgp_e_t *)(d_q + MGP_D * ((size_t)1 << log_q)), *d_inner = d_w + ncols;
  if (!w) exit(4);
  for (uint32_t c = 0; c < ncols; c++)
    for (int k = 0; k < MGP_D; k++) w[c].c[k] = 123457u * c + (unsigned)k;
  REQUIRE(mgp_cuda_upload(b->be, d_w, w, ncols * sizeof *w));
  memset(point, 1, sizeof point);
  const char *size = "2^18 x 1024";
  mgp_weights_t all;
  memset(&all, 0, sizeof all);
  all.nrows = 1;
  all.ncols = ncols;
  double s = best(b, [&] { return mgp_cuda_combine(b->be, d, 0, &all, 1, log_rows, d_w, 0, d_q); });
  report(b, "combine", size, s, cells, 4 * cells + 8.0 * MGP_D * (1u << log_rows), MAC_CYCLES);
  s = best(b, [&] { return mgp_cuda_inner(b->be, d, ncols, log_rows, d_q, d_inner); });
  report(b, "inner", size, s, cells, 4 * cells + 4.0 * MGP_D * (1u << log_rows), MAC_CYCLES);
  s = best(b, [&] { return mgp_cuda_scatter(b->be, d, 0, ncols, log_rows, w, log_q, d_q); });
  report(b, "scatter to 2^24", size, s, cells, 4 * cells + 8.0 * MGP_D * q, MAC_CYCLES);
  s = best(b, [&] { return mgp_cuda_unstack(b->be, d, 16, log_rows, 64, 64u << log_rows, d_q); });
  report(b, "unstack", "2^24 x 16", s, 16 * q, 8.0 * 16 * q, 0);
  s = best(b, [&] { return mgp_cuda_eq_tables(b->be, point, 1, log_q, 0, d_q); });
  report(b, "eq table", "2^24", s, q, 4.0 * MGP_D * q, 16 * 5.2);
  /* rounds over a partition's traces; and over much, to see what a round itself takes */
  const size_t stride = (size_t)1 << log_q;
  s = best(b, [&] { return mgp_cuda_pair_round(b->be, d_q, 1, stride, log_q, 0, NULL, 2, h); });
  report(b, "two pair rounds", "2^24", s, q, 8.0 * MGP_D * q, 2.25 * 16 * 5.2);
  const double few = 64.0 * (1u << 12);
  s = best(b, [&] { return mgp_cuda_pair_round(b->be, d_q, 64, 1u << 14, 14, 2, point, 2, h); });
  report(b, "bound, two pair rounds", "64 x 2^12", s, few, 36.0 * MGP_D * few, 8.25 * 16 * 5.2);
  free(w);
}

/* Rows of records that are all zero, one after the other. */
static void replays(bench_t *b, const mgp_chipset_t *set, mgp_f_t *d_zero, mgp_f_t *d_out) {
  static const char *const names[] = {"ADDI", "BEQ", "LW", "SW", "MUL", "DIV"};
  const uint32_t rows = 1u << 22;
  mgp_raw_t raw;
  memset(&raw, 0, sizeof raw);
  raw.steps = (const mgp_step_t *)d_zero;
  raw.insns = (const mgp_insn_t *)d_zero;
  REQUIRE(b->be->ops->zero(b->be, d_zero, rows * sizeof(mgp_step_t)));
  for (const char *name : names) {
    unsigned id = 1;
    while (id < MGP_CHIP_COUNT && strcmp(set->chip[id].name, name) != 0) id++;
    if (id == MGP_CHIP_COUNT) continue;
    const double cells = (double)set->chip[id].ncols * rows;
    char text[32];
    snprintf(text, sizeof text, "replay, %s", name);
    const double s = best(b, [&] {
      return mgp_cuda_replay(b->be, (mgp_chip_id_t)id, &raw, NULL, 0, rows, rows, rows, d_out);
    });
    report(b, text, "2^22 rows", s, rows, 4 * cells + (double)sizeof(mgp_step_t) * rows, 0);
  }
}

/* Touches of words all over memory, sorted; the words merged again; rows of one kind. Bytes: each
 * of four passes of a sort reads pairs of 8 bytes twice and writes them. */
static void accesses(bench_t *b, const uint32_t *keys, mgp_f_t *d_in, mgp_f_t *d_out) {
  const uint32_t n = 1u << 22;
  const double sort = 4 * 24.0;
  const mgp_bound_range_t range = {0, 0, 0, 0, 0};
  mgp_touch_t *touches = (mgp_touch_t *)calloc(n, sizeof *touches), regs[MGP_TOUCH_REGISTERS];
  mgp_touch_t *d_touches = (mgp_touch_t *)d_in;
  mgp_word_t *d_words = (mgp_word_t *)d_out, *d_merged = d_words + n;
  uint32_t *d_list = (uint32_t *)(d_merged + n), count = 0;
  mgp_bound_t *const d_rows[3] = {(mgp_bound_t *)d_in, NULL, NULL};
  if (!touches) exit(4);
  for (uint32_t i = 0; i < n; i++) {
    touches[i].key = keys[i] & ((1u << 28) - 1);
    touches[i].field = MGP_TOUCH_M;
  }
  REQUIRE(mgp_cuda_upload(b->be, d_touches, touches, n * sizeof *touches));
  double s = best(
      b, [&] { return mgp_cuda_touch_words(b->be, d_touches, n, regs, d_words, d_list, &count); });
  report(b, "touches to words", "2^22", s, n, (32 + sort + 52) * n, 0);
  s = best(b, [&] { return mgp_cuda_word_merge(b->be, d_words, n, d_list, d_merged, &count); });
  report(b, "merged words", "2^22", s, n, (24 + sort + 56) * n, 0);
  s = best(b, [&] { return mgp_cuda_bound_rows(b->be, d_words, n, &range, 1, d_rows); });
  report(b, "rows of the boundary", "2^22", s, n, 40.0 * n, 0);
  free(touches);
}

/* Rows of records that differ in their keys. Cycles of a point: two permutations and norms, a root;
 * of a row that is added: an inversion, two products and a square in F_{p^7}. */
static void shard_ram(bench_t *b, mgp_f_t *d_in, mgp_f_t *d_out) {
  const uint32_t n = 1u << 19;
  const mgp_ram_shard_t shard = {1, 0};
  const mgp_point_t start = mgp_curve_offset();
  mgp_point_t total;
  mgp_ram_t *d_rows = (mgp_ram_t *)d_out;
  mgp_point_t *d_before = (mgp_point_t *)(d_rows + 2 * n);
  const mgp_word_t *d_words = (const mgp_word_t *)d_in;
  const uint16_t *d_from = (const uint16_t *)(d_words + n);
  double s =
      best(b, [&] { return mgp_cuda_ram_rows(b->be, d_words, d_from, n, &shard, 0, d_rows); });
  report(b, "rows of the shard RAM", "2^20", s, 2.0 * n, (18.0 + 2 * sizeof *d_rows) * n, 0);
  s = best(b, [&] { return mgp_cuda_ram_points(b->be, d_rows, 2 * n); });
  report(b, "their points", "2^20", s, 2.0 * n, 0, 33000);
  s = best(b, [&] { return mgp_cuda_ram_sums(b->be, d_rows, 2 * n, d_before, &total); });
  report(b, "their sums", "2^20", s, 2.0 * n, 0, 3900);
  s = best(b, [&] { /* the chain takes the points away */
                    MGP_TRY(mgp_cuda_ram_points(b->be, d_rows, 2 * n));
                    MGP_TRY(mgp_cuda_ram_sums(b->be, d_rows, 2 * n, d_before, &total));
                    return mgp_cuda_ram_chain(b->be, d_rows, 2 * n, &start, d_before);
  });
  report(b, "points, sums and chain", "2^20", s, 2.0 * n, 0, 33000 + 2 * 3900);
}

/* bench_cuda [WORD]: only the groups whose names contain it */
int main(int argc, char **argv) {
  const char *word = argc > 1 ? argv[1] : "";
  bench_t b;
  mgp_ledger_t *ledger = NULL;
  mgp_chipset_t *set = NULL;
  cudaDeviceProp prop;
  int n = 0, clock_khz = 0;
  memset(&b, 0, sizeof b);
  REQUIRE(mgp_cuda_probe(&n));
  if (n == 0) {
    printf("skipped: no CUDA device\n");
    return 77;
  }
  REQUIRE(mgp_ledger_create(0, &ledger));
  REQUIRE(mgp_chipset_create(&set));
  REQUIRE(mgp_backend_cuda_create(set, ledger, 0, &b.be));
  b.cu = mgp_cuda_of(b.be);
  cudaGetDeviceProperties(&prop, 0);
  cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, 0);
  b.lane_cycles = prop.multiProcessorCount * 4.0 * 32 * clock_khz * 1e3;
  printf("# %s, sm_%d%d, %d multiprocessors, %d MHz\n", prop.name, prop.major, prop.minor,
         prop.multiProcessorCount, clock_khz / 1000);
  printf("%-26s %-14s %9s %10s %9s %9s %9s %6s\n", "# kernel", "size", "time", "rate", "bytes",
         "bandwidth", "floor", "of it");
  printf("%-26s %-14s %9s %10s %9s %9s %9s %6s\n", "#", "", "ms", "G/s", "GB", "TB/s", "ms", "%");

  const size_t words = (size_t)1 << 29; /* 2 GiB */
  mgp_f_t *d_in = NULL, *d_out = NULL;
  uint8_t *host = (uint8_t *)malloc((size_t)256 << 20);
  if (!host) return 4;
  for (size_t i = 0; i < ((size_t)64 << 20); i++)
    ((uint32_t *)host)[i] = (uint32_t)((i * 0x9e3779b97f4a7c15ull) >> 33) % MGP_P;
  REQUIRE(mgp_cuda_new(b.cu, MGP_MEM_WITNESS, words, &d_in));
  REQUIRE(mgp_cuda_new(b.cu, MGP_MEM_WITNESS, words, &d_out));
  for (size_t at = 0; at < words; at += (size_t)64 << 20)
    REQUIRE(mgp_cuda_upload(b.be, d_in + at, host, (size_t)256 << 20));
  copies(&b, d_in, host);
  for (size_t at = 0; at < words; at += (size_t)64 << 20)
    REQUIRE(mgp_cuda_upload(b.be, d_in + at, host, (size_t)256 << 20));
  if (strstr("transforms", word)) transforms(&b, d_in, d_out);
  if (strstr("arithmetic", word)) arithmetic(&b, d_out);
  if (strstr("hashing", word)) hashing(&b, d_in, (mgp_digest_t *)d_out);
  if (strstr("streams", word)) streams(&b, d_in);
  if (strstr("folding", word)) folding(&b, d_in);
  if (strstr("replays", word)) replays(&b, set, d_in, d_out);
  if (strstr("opening", word)) opening(&b, d_in, d_out);
  if (strstr("accesses", word)) accesses(&b, (const uint32_t *)host, d_in, d_out);
  if (strstr("records", word)) shard_ram(&b, d_in, d_out);
  mgp_cuda_give(b.cu, d_out);
  mgp_cuda_give(b.cu, d_in);
  free(host);
  mgp_backend_destroy(b.be);
  mgp_chipset_destroy(set);
  return mgp_ledger_destroy(ledger) != 0;
}
