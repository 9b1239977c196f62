/* Rows of the shard RAM: a row a thread where rows are on their own, MGP_RAM_BLOCK of them a thread
 * where they are added up, with an inversion for each. */
#include "ops.cuh"
#include "poseidon2.cuh"

#define THREADS 128u

/* --- rows and points -------------------------------------------------------------------------- */

static __global__ void ram_rows(const mgp_word_t *words, const uint16_t *from, uint32_t n,
                                mgp_ram_shard_t shard, uint32_t first, mgp_ram_t *rows) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const mgp_word_t word = words[i];
  mgp_ram_rows(&word, from[i], &shard, first + i, first + n + i, &rows[i], &rows[n + i]);
}

mgp_status_t mgp_cuda_ram_rows(mgp_backend_t *be, const mgp_word_t *d_words, const uint16_t *d_from,
                               uint32_t n, const mgp_ram_shard_t *shard, uint32_t first,
                               mgp_ram_t *d_rows) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (n == 0) return MGP_OK;
  return MGP_LAUNCH(cu, ram_rows, mgp_blocks(n, THREADS), THREADS, d_words, d_from, n, *shard,
                    first, d_rows);
}

static __global__ void __launch_bounds__(THREADS) ram_points(mgp_ram_t *rows, uint32_t nrows) {
  const uint32_t r = blockIdx.x * THREADS + threadIdx.x;
  if (r >= nrows) return;
  mgp_ram_t row = rows[r];
  mgp_e7_t x;
  uint32_t nonce = 0;
  do {
    mgp_f_t s[MGP_P2_WIDTH];
    mgp_ram_row_state(&row, nonce, s);
    p2_permute(s);
#pragma unroll
    for (int i = 0; i < MGP_E7_DEGREE; i++) x.c[i] = s[i];
  } while (!mgp_ram_row_point(&row, x, nonce++));
  rows[r].nonce = row.nonce;
  rows[r].y = row.y;
  rows[r].ax = row.ax;
}

mgp_status_t mgp_cuda_ram_points(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (nrows == 0) return MGP_OK;
  return MGP_LAUNCH(cu, ram_points, mgp_blocks(nrows, THREADS), THREADS, d_rows, nrows);
}

/* --- sums ------------------------------------------------------------------------------------- */

/* *sum += the row's point; the slope. */
__device__ __forceinline__ mgp_e7_t add_row(mgp_point_t *sum, const mgp_ram_t *row) {
  mgp_point_t p;
  mgp_e7_t slope;
  p.x = row->ax;
  p.y = row->y;
  p.infinity = 0;
  *sum = mgp_curve_sum(sum, &p, &slope);
  return slope;
}

static __global__ void __launch_bounds__(THREADS)
    sum_blocks(const mgp_ram_t *rows, uint32_t nrows, mgp_point_t *sums) {
  const uint32_t b = blockIdx.x * THREADS + threadIdx.x;
  if (b >= mgp_ram_blocks(nrows)) return;
  const uint32_t begin = b * MGP_RAM_BLOCK;
  mgp_point_t sum = mgp_curve_identity();
  for (uint32_t r = begin; r < nrows && r - begin < MGP_RAM_BLOCK; r++) add_row(&sum, &rows[r]);
  sums[b] = sum;
}

/* sums[n], in place, to those of all before each; by one block. */
static __global__ void __launch_bounds__(THREADS)
    scan_sums(mgp_point_t *sums, uint32_t n, mgp_point_t *total) {
  MGP_SHARED(mgp_point_t, room, [2][THREADS]);
  const unsigned t = threadIdx.x;
  const uint32_t each = n / THREADS + (n % THREADS != 0), begin = t * each < n ? t * each : n,
                 end = n - begin < each ? n : begin + each;
  mgp_point_t sum = mgp_curve_identity();
  mgp_e7_t slope;
  unsigned now = 0;
  for (uint32_t i = begin; i < end; i++) sum = mgp_curve_sum(&sum, &sums[i], &slope);
  room[0][t] = sum;
  __syncthreads();
  for (unsigned by = 1; by < THREADS; by *= 2, now ^= 1) {
    sum = room[now][t];
    if (t >= by) sum = mgp_curve_sum(&room[now][t - by], &sum, &slope);
    room[now ^ 1][t] = sum;
    __syncthreads();
  }
  if (t == THREADS - 1) *total = room[now][t];
  sum = t ? room[now][t - 1] : mgp_curve_identity();
  for (uint32_t i = begin; i < end; i++) {
    const mgp_point_t own = sums[i];
    sums[i] = sum;
    sum = mgp_curve_sum(&sum, &own, &slope);
  }
}

mgp_status_t mgp_cuda_ram_sums(mgp_backend_t *be, const mgp_ram_t *d_rows, uint32_t nrows,
                               mgp_point_t *d_before, mgp_point_t *total) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint32_t nblocks = mgp_ram_blocks(nrows);
  mgp_point_t *d_total = (mgp_point_t *)mgp_cuda_spare(cu);
  *total = mgp_curve_identity();
  if (nrows == 0) return MGP_OK;
  MGP_TRY(
      MGP_LAUNCH(cu, sum_blocks, mgp_blocks(nblocks, THREADS), THREADS, d_rows, nrows, d_before));
  MGP_TRY(MGP_LAUNCH(cu, scan_sums, 1, THREADS, d_before, nblocks, d_total));
  return mgp_cuda_download(be, total, d_total, sizeof *total);
}

/* --- chain ------------------------------------------------------------------------------------ */

static __global__ void __launch_bounds__(THREADS)
    chain_blocks(mgp_ram_t *rows, uint32_t nrows, mgp_point_t start, const mgp_point_t *before,
                 uint32_t *identities) {
  const uint32_t b = blockIdx.x * THREADS + threadIdx.x;
  if (b >= mgp_ram_blocks(nrows)) return;
  const uint32_t begin = b * MGP_RAM_BLOCK;
  mgp_e7_t slope;
  mgp_point_t sum = mgp_curve_sum(&start, &before[b], &slope);
  bool met = sum.infinity != 0;
  for (uint32_t r = begin; r < nrows && r - begin < MGP_RAM_BLOCK; r++) {
    const mgp_e7_t x = sum.x;
    rows[r].slope = add_row(&sum, &rows[r]);
    rows[r].ax = x;
    met |= sum.infinity != 0;
  }
  if (met) atomicAdd(identities, 1u);
}

mgp_status_t mgp_cuda_ram_chain(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows,
                                const mgp_point_t *start, mgp_point_t *d_before) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  uint32_t *d_identities = (uint32_t *)mgp_cuda_spare(cu), identities = 0;
  if (nrows == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_zero(be, d_identities, sizeof identities));
  MGP_TRY(MGP_LAUNCH(cu, chain_blocks, mgp_blocks(mgp_ram_blocks(nrows), THREADS), THREADS, d_rows,
                     nrows, *start, d_before, d_identities));
  MGP_TRY(mgp_cuda_download(be, &identities, d_identities, sizeof identities));
  return identities ? mgp_fail(MGP_INTERNAL, MGP_RAM_IDENTITY) : MGP_OK;
}
