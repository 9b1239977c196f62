/* Opening operations (docs/protocol.md section 5.7): passes over cells, whose weights are kernel
 * parameters, and the sumcheck over pairs of ext vectors. */
#include <string.h>

#include "ops.cuh"
#include "reduce.cuh"

#define THREADS 256u
#define COLUMNS 64u /* of one launch */

typedef struct {
  mgp_e_t r[MGP_TWO_ADICITY];
} point_t;

typedef struct {
  mgp_e_t w[COLUMNS];
} weights_t;

typedef struct {
  uint32_t at[COLUMNS];
} positions_t;

__device__ __forceinline__ size_t global_thread(void) {
  return (size_t)blockIdx.x * THREADS + threadIdx.x;
}
__device__ __forceinline__ mgp_e_t get(const mgp_f_t *planes, size_t stride, size_t i) {
  mgp_e_t e;
#pragma unroll
  for (int d = 0; d < MGP_D; d++) e.c[d] = planes[d * stride + i];
  return e;
}
__device__ __forceinline__ void put(mgp_f_t *planes, size_t stride, size_t i, mgp_e_t e) {
#pragma unroll
  for (int d = 0; d < MGP_D; d++) planes[d * stride + i] = e.c[d];
}

/* --- eq ----------------------------------------------------------------------------------------
 */

/* A thread has the entries that differ in coordinates below `low` <= 2. */
static __global__ void eq_table(point_t point, unsigned n, unsigned low, mgp_f_t *out) {
  const size_t first = global_thread() << low, size = (size_t)1 << n;
  mgp_e_t v[4];
  if (first >= size) return;
  v[0] = mgp_e_one();
  for (unsigned t = low; t < n; t++)
    v[0] = mgp_e_mul(v[0], first >> t & 1 ? point.r[t] : mgp_e_sub(mgp_e_one(), point.r[t]));
  for (unsigned t = 0; t < low; t++)
    for (unsigned i = 0; i < 1u << t; i++) {
      v[i + (1u << t)] = mgp_e_mul(v[i], point.r[t]);
      v[i] = mgp_e_sub(v[i], v[i + (1u << t)]);
    }
  for (unsigned i = 0; i < 1u << low; i++) put(out, size, first + i, v[i]);
}

mgp_status_t mgp_cuda_eq_table(mgp_backend_t *be, const mgp_e_t *point, unsigned n,
                               mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const unsigned low = n < 2 ? n : 2;
  point_t p;
  if (n > MGP_TWO_ADICITY) return mgp_fail(MGP_INTERNAL, "eq table of %u coordinates", n);
  memset(&p, 0, sizeof p);
  if (n) memcpy(p.r, point, n * sizeof *point);
  return MGP_LAUNCH(cu, eq_table, mgp_blocks((uint64_t)1 << (n - low), THREADS), THREADS, p, n, low,
                    d_out);
}

/* --- cells -------------------------------------------------------------------------------------
 */

/* planes[y] += sum_c w[c] slab[c][y]; four products are added before they are reduced. */
static __global__ void __launch_bounds__(THREADS)
    combine_columns(const mgp_f_t *slab, uint32_t ncols, size_t rows, weights_t w,
                    mgp_f_t *planes) {
  const size_t y = global_thread();
  if (y >= rows) return;
  mgp_e_t sum = get(planes, rows, y);
  for (uint32_t c = 0; c < ncols; c += 4) {
    uint64_t product[MGP_D] = {0};
#pragma unroll
    for (uint32_t k = 0; k < 4; k++) {
      const uint64_t v = c + k < ncols ? slab[(c + k) * rows + y] : 0;
#pragma unroll
      for (int d = 0; d < MGP_D; d++) product[d] += v * w.w[(c + k) % COLUMNS].c[d];
    }
#pragma unroll
    for (int d = 0; d < MGP_D; d++) sum.c[d] = mgp_f_add(sum.c[d], mgp_f_reduce4(product[d]));
  }
  put(planes, rows, y, sum);
}

static weights_t some_weights(const mgp_e_t *w, uint32_t n) {
  weights_t p;
  memset(&p, 0, sizeof p);
  memcpy(p.w, w, n * sizeof *w);
  return p;
}

mgp_status_t mgp_cuda_combine(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, mgp_f_t *d_g) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  for (uint32_t c = 0; c < ncols; c += COLUMNS) {
    const uint32_t n = ncols - c < COLUMNS ? ncols - c : COLUMNS;
    MGP_TRY(MGP_LAUNCH(cu, combine_columns, mgp_blocks(rows, THREADS), THREADS, d_slab + c * rows,
                       n, rows, some_weights(w + c, n), d_g));
  }
  return MGP_OK;
}

/* Columns whose positions all differ: one row of blocks each. */
static __global__ void __launch_bounds__(THREADS)
    scatter_columns(const mgp_f_t *slab, size_t rows, weights_t w, positions_t pos, size_t stride,
                    mgp_f_t *planes) {
  const size_t y = global_thread();
  const uint32_t c = blockIdx.y;
  if (y >= rows) return;
  const size_t at = pos.at[c] * rows + y;
  put(planes, stride, at,
      mgp_e_add(get(planes, stride, at), mgp_e_mul_f(w.w[c], slab[c * rows + y])));
}

/* How many of n columns from the first on go to different positions. */
static uint32_t apart(const uint32_t *pos, uint32_t n) {
  for (uint32_t i = 1; i < n; i++)
    for (uint32_t j = 0; j < i; j++)
      if (pos[i] == pos[j]) return i;
  return n;
}

mgp_status_t mgp_cuda_scatter(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, const uint32_t *pos, unsigned s, mgp_f_t *d_q) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  for (uint32_t i = 0; i < ncols; i++)
    if (b > s || pos[i] >> (s - b))
      return mgp_fail(MGP_INTERNAL, "scatter: chunk %u to position %u of 2^%u", i, pos[i], s - b);
  for (uint32_t c = 0, n; c < ncols; c += n) {
    positions_t p;
    n = apart(pos + c, ncols - c < COLUMNS ? ncols - c : COLUMNS);
    memset(&p, 0, sizeof p);
    memcpy(p.at, pos + c, n * sizeof *pos);
    MGP_TRY(MGP_LAUNCH(cu, scatter_columns, dim3(mgp_blocks(rows, THREADS), n), THREADS,
                       d_slab + c * rows, rows, some_weights(w + c, n), p, (size_t)1 << s, d_q));
  }
  return MGP_OK;
}

/* --- inner products ----------------------------------------------------------------------------
 */

#define GROUP        4u    /* columns of a block: eq is read once for all of them */
#define SEGMENT      2048u /* rows that a block takes at least */
#define MAX_SEGMENTS 256u

/* sums[segment][c] = sum over a segment's rows of eq[y] slab[c][y] */
static __global__ void __launch_bounds__(THREADS)
    inner_segments(const mgp_f_t *slab, uint32_t ncols, size_t rows, size_t segment,
                   const mgp_f_t *eq, mgp_e_t *sums) {
  const uint32_t first = blockIdx.y * GROUP, n = ncols - first < GROUP ? ncols - first : GROUP;
  const size_t from = blockIdx.x * segment, end = from + segment < rows ? from + segment : rows;
  mgp_e_t sum[GROUP];
#pragma unroll
  for (uint32_t k = 0; k < GROUP; k++) sum[k] = mgp_e_zero();
  for (size_t y = from + threadIdx.x; y < end; y += 4 * THREADS) {
    uint64_t product[GROUP][MGP_D] = {{0}};
#pragma unroll
    for (uint32_t i = 0; i < 4; i++) {
      const size_t at = y + i * THREADS;
      if (at >= end) break;
      const mgp_e_t e = get(eq, rows, at);
#pragma unroll
      for (uint32_t k = 0; k < GROUP; k++) {
        const uint64_t v = k < n ? slab[(first + k) * rows + at] : 0;
#pragma unroll
        for (int d = 0; d < MGP_D; d++) product[k][d] += v * e.c[d];
      }
    }
#pragma unroll
    for (uint32_t k = 0; k < GROUP; k++)
#pragma unroll
      for (int d = 0; d < MGP_D; d++)
        sum[k].c[d] = mgp_f_add(sum[k].c[d], mgp_f_reduce4(product[k][d]));
  }
#pragma unroll
  for (uint32_t k = 0; k < GROUP; k++) {
    const mgp_e_t all = mgp_block_sum<THREADS>(sum[k]);
    if (threadIdx.x == 0 && k < n) sums[(size_t)blockIdx.x * ncols + first + k] = all;
  }
}

static __global__ void add_segments(const mgp_e_t *sums, uint32_t ncols, unsigned nsegments,
                                    mgp_e_t *out) {
  const uint32_t c = blockIdx.x * THREADS + threadIdx.x;
  if (c >= ncols) return;
  mgp_e_t sum = sums[c];
  for (unsigned s = 1; s < nsegments; s++) sum = mgp_e_add(sum, sums[(size_t)s * ncols + c]);
  out[c] = sum;
}

mgp_status_t mgp_cuda_inner(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                            const mgp_f_t *d_eq, mgp_e_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  const size_t segment = rows / MAX_SEGMENTS > SEGMENT ? rows / MAX_SEGMENTS : SEGMENT;
  const unsigned nsegments = mgp_blocks(rows, (unsigned)segment);
  mgp_e_t *d_sums = (mgp_e_t *)mgp_cuda_spare(cu);
  static_assert(MAX_SEGMENTS * COLUMNS * sizeof(mgp_e_t) <= MGP_CUDA_SPARE_BYTES, "spare room");
  for (uint32_t c = 0; c < ncols; c += COLUMNS) {
    const uint32_t n = ncols - c < COLUMNS ? ncols - c : COLUMNS;
    MGP_TRY(MGP_LAUNCH(cu, inner_segments, dim3(nsegments, mgp_blocks(n, GROUP)), THREADS,
                       d_slab + c * rows, n, rows, segment, d_eq,
                       nsegments == 1 ? d_out + c : d_sums));
    if (nsegments > 1)
      MGP_TRY(MGP_LAUNCH(cu, add_segments, 1, THREADS, d_sums, n, nsegments, d_out + c));
  }
  return MGP_OK;
}

/* --- pairs -------------------------------------------------------------------------------------
 */

typedef struct {
  mgp_e_t even, odd;
} two_t;

/* Values 2y and 2y + 1; strides are even unless there is one value. */
__device__ __forceinline__ two_t get_two(const mgp_f_t *planes, size_t stride, size_t y) {
  two_t t;
#pragma unroll
  for (int d = 0; d < MGP_D; d++) {
    const uint2 w = reinterpret_cast<const uint2 *>(planes + d * stride)[y];
    t.even.c[d] = w.x;
    t.odd.c[d] = w.y;
  }
  return t;
}

/* n: variables left; a thread goes over pairs of rows of all vectors. */
static __global__ void __launch_bounds__(THREADS)
    pair_round(const mgp_f_t *ge, uint64_t items, size_t stride, unsigned n, mgp_sums_t out) {
  mgp_e_t h[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  for (uint64_t i = global_thread(); i < items; i += (uint64_t)gridDim.x * THREADS) {
    const mgp_f_t *g = ge + (i >> (n - 1)) * 2 * MGP_D * stride;
    const size_t y = i & (((size_t)1 << (n - 1)) - 1);
    const two_t a = get_two(g, stride, y), b = get_two(g + MGP_D * stride, stride, y);
    h[0] = mgp_e_add(h[0], mgp_e_mul(a.even, b.even));
    h[1] = mgp_e_add(h[1], mgp_e_mul(a.odd, b.odd));
    h[2] = mgp_e_add(h[2], mgp_e_mul(mgp_e_sub(mgp_e_add(a.odd, a.odd), a.even),
                                     mgp_e_sub(mgp_e_add(b.odd, b.odd), b.even)));
  }
  mgp_grid_sum<THREADS, 3>(out, h);
}

mgp_status_t mgp_cuda_pair_round(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                 size_t stride, unsigned n, mgp_e_t out[3]) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (n == 0) return mgp_fail(MGP_INTERNAL, "pair_round: no variable left");
  const uint64_t items = (uint64_t)count << (n - 1);
  const unsigned most = 8 * (unsigned)cu->multiprocessors;
  const uint64_t blocks = (items + THREADS - 1) / THREADS;
  if (items == 0) {
    for (int i = 0; i < 3; i++) out[i] = mgp_e_zero();
    return MGP_OK;
  }
  MGP_TRY(MGP_LAUNCH(cu, pair_round, blocks < most ? (unsigned)blocks : most, THREADS, d_ge, items,
                     stride, n, mgp_cuda_sums(cu)));
  return mgp_cuda_results(cu, 3, out);
}

/* In place, a block per vector from the front on: what it writes has been read. */
static __global__ void __launch_bounds__(THREADS)
    pair_bind(mgp_f_t *ge, size_t stride, size_t half, mgp_e_t x) {
  mgp_f_t *planes = ge + (size_t)blockIdx.x * MGP_D * stride;
  for (size_t first = 0; first < half; first += THREADS) {
    const size_t y = first + threadIdx.x;
    mgp_e_t v = mgp_e_zero();
    if (y < half) {
      const two_t t = get_two(planes, stride, y);
      v = mgp_e_add(t.even, mgp_e_mul(x, mgp_e_sub(t.odd, t.even)));
    }
    __syncthreads();
    if (y < half) put(planes, stride, y, v);
  }
}

mgp_status_t mgp_cuda_pair_bind(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                                unsigned n, mgp_e_t x) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (n == 0) return mgp_fail(MGP_INTERNAL, "pair_bind: no variable left");
  if (count == 0) return MGP_OK;
  return MGP_LAUNCH(cu, pair_bind, 2 * count, THREADS, d_ge, stride, (size_t)1 << (n - 1), x);
}

static __global__ void pair_values(const mgp_f_t *ge, size_t stride, uint32_t n, mgp_e_t *out) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i < n) out[i] = get(ge + (size_t)i * MGP_D * stride, stride, 0);
}

mgp_status_t mgp_cuda_pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                  size_t stride, mgp_e_t *out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint32_t most = (uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof *out);
  mgp_e_t *d_values = (mgp_e_t *)mgp_cuda_spare(cu);
  for (uint32_t at = 0, n; at < 2 * count; at += n) {
    n = 2 * count - at < most ? 2 * count - at : most;
    MGP_TRY(MGP_LAUNCH(cu, pair_values, mgp_blocks(n, THREADS), THREADS,
                       d_ge + (size_t)at * MGP_D * stride, stride, n, d_values));
    MGP_TRY(mgp_cuda_download(be, out + at, d_values, n * sizeof *out));
  }
  return MGP_OK;
}
