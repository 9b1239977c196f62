/* Opening operations (docs/protocol.md section 5.7): passes over cells, many chunks in a launch,
 * and the sumcheck over pairs of ext vectors. */
#include <string.h>

#include "element.cuh"
#include "ops.cuh"
#include "reduce.cuh"

#define THREADS 256u

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

/* V neighbouring words: 4, at a boundary of 16 bytes, or 1 */
template <unsigned V> __device__ __forceinline__ void load_rows(const mgp_f_t *p, mgp_f_t v[V]) {
  if constexpr (V == 4) {
    const uint4 w = *reinterpret_cast<const uint4 *>(p);
    v[0] = w.x, v[1] = w.y, v[2] = w.z, v[3] = w.w;
  } else {
    v[0] = *p;
  }
}
template <unsigned V> __device__ __forceinline__ void store_rows(mgp_f_t *p, const mgp_f_t v[V]) {
  if constexpr (V == 4)
    *reinterpret_cast<uint4 *>(p) = make_uint4(v[0], v[1], v[2], v[3]);
  else
    *p = v[0];
}

/* Elements that the spare room has for one launch. */
#define MOST_TERMS ((uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof(mgp_e_t)))

/* Weights or coordinates for the next launch, at most MOST_TERMS. */
static mgp_status_t put_weights(mgp_cuda_t *cu, const mgp_e_t *w, uint32_t n,
                                const mgp_e_t **d_out) {
  mgp_e_t *d_w = (mgp_e_t *)mgp_cuda_spare(cu);
  *d_out = d_w;
  return mgp_cuda_upload(&cu->base, d_w, w, n * sizeof *w);
}

/* --- eq --------------------------------------------------------------------------------------- */

/* A row of blocks for a table; a thread has the entries that differ in coordinates below `low`
 * <= 2.
 */
static __global__ void eq_tables(const mgp_e_t *points, unsigned n, unsigned low, size_t stride,
                                 mgp_f_t *out) {
  const size_t first = global_thread() << low, size = (size_t)1 << n;
  const mgp_e_t *point = points + (size_t)blockIdx.y * n;
  mgp_e_t v[4];
  if (first >= size) return;
  out += blockIdx.y * stride;
  v[0] = mgp_e_one();
  for (unsigned t = low; t < n; t++) {
    const mgp_e_t r = mgp_ld(&point[t]);
    v[0] = mgp_e_mul(v[0], first >> t & 1 ? r : mgp_e_sub(mgp_e_one(), r));
  }
  for (unsigned t = 0; t < low; t++) {
    const mgp_e_t r = mgp_ld(&point[t]);
    for (unsigned i = 0; i < 1u << t; i++) {
      v[i + (1u << t)] = mgp_e_mul(v[i], r);
      v[i] = mgp_e_sub(v[i], v[i + (1u << t)]);
    }
  }
  for (unsigned i = 0; i < 1u << low; i++) put(out, size, first + i, v[i]);
}

mgp_status_t mgp_cuda_eq_tables(mgp_backend_t *be, const mgp_e_t *points, uint32_t count,
                                unsigned n, size_t stride, mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const unsigned low = n < 2 ? n : 2, blocks = mgp_blocks((uint64_t)1 << (n - low), THREADS);
  const uint32_t most = MOST_TERMS / (n ? n : 1);
  for (uint32_t k = 0, m; k < count; k += m) {
    const mgp_e_t *d_points = NULL;
    m = count - k < most ? count - k : most;
    MGP_TRY(put_weights(cu, points + (size_t)k * n, m * n, &d_points));
    MGP_TRY(MGP_LAUNCH(cu, eq_tables, dim3(blocks, m), THREADS, d_points, n, low, stride,
                       d_out + k * stride));
  }
  return MGP_OK;
}

/* --- cells ------------------------------------------------------------------------------------ */

#define LANES 32u
#define WARPS (THREADS / LANES)

/* planes[y] += sum_c w[c] chunk_c[y]. A lane has one row, a warp every eighth chunk: also a trace
 * of few rows keeps many warps busy. */
static __global__ void __launch_bounds__(THREADS)
    combine_chunks(const mgp_f_t *chunks, uint32_t n, size_t rows, const mgp_e_t *w,
                   mgp_f_t *planes) {
  MGP_SHARED(mgp_e_t, room, [WARPS][LANES]);
  const unsigned lane = threadIdx.x % LANES, warp = threadIdx.x / LANES;
  const size_t y = (size_t)blockIdx.x * LANES + lane;
  mgp_dot_t sum;
  if (y < rows) {
#pragma unroll 8
    for (uint32_t c = warp; c < n; c += WARPS) sum.mac(chunks[c * rows + y], mgp_ld(&w[c]));
  }
  room[warp][lane] = sum.value();
  __syncthreads();
  if (warp >= MGP_D || y >= rows) return;
  mgp_f_t all = planes[warp * rows + y]; /* a word of the sum per warp */
  for (unsigned k = 0; k < WARPS; k++) all = mgp_f_add(all, room[k][lane].c[warp]);
  planes[warp * rows + y] = all;
}
static_assert(WARPS >= MGP_D, "a warp for each word");

mgp_status_t mgp_cuda_combine(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, mgp_f_t *d_g) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  for (uint32_t c = 0, n; c < ncols; c += n) {
    const mgp_e_t *d_w = NULL;
    n = ncols - c < MOST_TERMS ? ncols - c : MOST_TERMS;
    MGP_TRY(put_weights(cu, w + c, n, &d_w));
    MGP_TRY(MGP_LAUNCH(cu, combine_chunks, mgp_blocks(rows, LANES), THREADS, d_slab + c * rows, n,
                       rows, d_w, d_g));
  }
  return MGP_OK;
}

/* Chunks first, ..., first + n - 1 that go to positions pos, ..., pos + n - 1. */
typedef struct {
  uint32_t first, pos, n;
} run_t;
#define RUNS 64u
typedef struct {
  run_t run[RUNS];
  uint32_t count;
  uint32_t from, to; /* all positions are in [from, to) */
} runs_t;

/* planes[pos[c]][y] += w[c] chunk_c[y]: a thread has V neighbouring rows of one position and takes
 * all chunks that go there, so that a place is read and written once. `blocks` for a position. */
template <unsigned V>
static __global__ void __launch_bounds__(THREADS)
    scatter_runs(const mgp_f_t *chunks, size_t rows, runs_t runs, const mgp_e_t *w, unsigned blocks,
                 size_t stride, mgp_f_t *planes) {
  const size_t y = ((size_t)(blockIdx.x % blocks) * THREADS + threadIdx.x) * V;
  const uint32_t p = runs.from + blockIdx.x / blocks;
  mgp_dot_t sum[V];
  bool any = false;
  if (y >= rows) return;
#pragma unroll 4
  for (uint32_t r = 0; r < runs.count; r++) {
    const uint32_t at = p - runs.run[r].pos, c = runs.run[r].first + at;
    if (at >= runs.run[r].n) continue;
    mgp_f_t v[V];
    load_rows<V>(chunks + c * rows + y, v);
    const mgp_e_t weight = mgp_ld(&w[c]);
#pragma unroll
    for (unsigned i = 0; i < V; i++) sum[i].mac(v[i], weight);
    any = true;
  }
  if (!any) return;
  mgp_e_t e[V];
#pragma unroll
  for (unsigned i = 0; i < V; i++) e[i] = sum[i].value();
#pragma unroll
  for (unsigned d = 0; d < MGP_D; d++) {
    mgp_f_t *to = planes + d * stride + p * rows + y, v[V];
    load_rows<V>(to, v);
#pragma unroll
    for (unsigned i = 0; i < V; i++) v[i] = mgp_f_add(v[i], e[i].c[d]);
    store_rows<V>(to, v);
  }
}

/* The runs that the first of n chunks make: how many of them. */
static uint32_t find_runs(const uint32_t *pos, uint32_t n, runs_t *out) {
  uint32_t c = 0;
  memset(out, 0, sizeof *out);
  out->from = UINT32_MAX;
  while (c < n && out->count < RUNS) {
    run_t *run = &out->run[out->count++];
    run->first = c;
    run->pos = pos[c];
    while (c < n && pos[c] - run->pos == c - run->first) c++;
    run->n = c - run->first;
    if (run->pos < out->from) out->from = run->pos;
    if (run->pos + run->n > out->to) out->to = run->pos + run->n;
  }
  return c;
}

mgp_status_t mgp_cuda_scatter(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, const uint32_t *pos, unsigned s, mgp_f_t *d_q) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b, stride = (size_t)1 << s;
  for (uint32_t i = 0; i < ncols; i++)
    if (b > s || pos[i] >> (s - b))
      return mgp_fail(MGP_INTERNAL, "scatter: chunk %u to position %u of 2^%u", i, pos[i], s - b);
  for (uint32_t c = 0, n; c < ncols; c += n) {
    const mgp_e_t *d_w = NULL;
    runs_t runs;
    n = find_runs(pos + c, ncols - c < MOST_TERMS ? ncols - c : MOST_TERMS, &runs);
    const unsigned blocks = mgp_blocks(rows, THREADS * (b < 2 ? 1 : 4));
    const unsigned grid = blocks * (runs.to - runs.from);
    MGP_TRY(put_weights(cu, w + c, n, &d_w));
    if (b < 2)
      MGP_TRY(MGP_LAUNCH(cu, scatter_runs<1>, grid, THREADS, d_slab + c * rows, rows, runs, d_w,
                         blocks, stride, d_q));
    else
      MGP_TRY(MGP_LAUNCH(cu, scatter_runs<4>, grid, THREADS, d_slab + c * rows, rows, runs, d_w,
                         blocks, stride, d_q));
  }
  return MGP_OK;
}

/* --- inner products --------------------------------------------------------------------------- */

#define GROUP        4u    /* columns of a block: eq is read once for all of them */
#define SEGMENT      4096u /* rows that a block takes at least */
#define MAX_SEGMENTS 256u
#define MAX_GROUPS   65535u /* of a grid */

/* The sums over a block's threads of a group of columns: column k in thread k. Halves of the group
 * go to halves of the warp and so on, until a quarter of the warp adds up one column. */
__device__ __forceinline__ mgp_e_t group_sum(const mgp_e_t v[GROUP]) {
  MGP_SHARED(mgp_e_t, room, [WARPS][GROUP]);
  static_assert(GROUP == 4, "two steps of halving");
  const unsigned lane = threadIdx.x % LANES;
  const bool high = lane & 16, odd = lane & 8;
  const mgp_e_t a = mgp_e_add(high ? v[2] : v[0], mgp_shfl_xor(high ? v[0] : v[2], 16));
  const mgp_e_t b = mgp_e_add(high ? v[3] : v[1], mgp_shfl_xor(high ? v[1] : v[3], 16));
  mgp_e_t sum = mgp_e_add(odd ? b : a, mgp_shfl_xor(odd ? a : b, 8));
  for (int with = 4; with > 0; with /= 2) sum = mgp_e_add(sum, mgp_shfl_xor(sum, with));
  if (lane % 8 == 0) room[threadIdx.x / LANES][lane / 8] = sum;
  __syncthreads();
  if (threadIdx.x >= GROUP) return sum;
  sum = room[0][threadIdx.x];
  for (unsigned w = 1; w < WARPS; w++) sum = mgp_e_add(sum, room[w][threadIdx.x]);
  return sum;
}

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
  const mgp_e_t all = group_sum(sum);
  if (threadIdx.x < n) sums[(size_t)blockIdx.x * ncols + first + threadIdx.x] = all;
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
  const uint32_t room = MOST_TERMS / nsegments;
  const uint32_t most = room < MAX_GROUPS * GROUP ? room : MAX_GROUPS * GROUP;
  static_assert(MAX_SEGMENTS * GROUP <= MOST_TERMS, "spare room");
  for (uint32_t c = 0, n; c < ncols; c += n) {
    n = ncols - c < most ? ncols - c : most;
    MGP_TRY(MGP_LAUNCH(cu, inner_segments, dim3(nsegments, mgp_blocks(n, GROUP)), THREADS,
                       d_slab + c * rows, n, rows, segment, d_eq,
                       nsegments == 1 ? d_out + c : d_sums));
    if (nsegments > 1)
      MGP_TRY(MGP_LAUNCH(cu, add_segments, mgp_blocks(n, THREADS), THREADS, d_sums, n, nsegments,
                         d_out + c));
  }
  return MGP_OK;
}

/* --- pairs ------------------------------------------------------------------------------------ */

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
  mgp_e_t *d_values = (mgp_e_t *)mgp_cuda_spare(cu);
  for (uint32_t at = 0, n; at < 2 * count; at += n) {
    n = 2 * count - at < MOST_TERMS ? 2 * count - at : MOST_TERMS;
    MGP_TRY(MGP_LAUNCH(cu, pair_values, mgp_blocks(n, THREADS), THREADS,
                       d_ge + (size_t)at * MGP_D * stride, stride, n, d_values));
    MGP_TRY(mgp_cuda_download(be, out + at, d_values, n * sizeof *out));
  }
  return MGP_OK;
}

/* Elements first, ..., first + n - 1 of vectors of 2^log_n. */
static __global__ void pair_fill(const mgp_e_t *values, const mgp_e_t *w, size_t first, uint32_t n,
                                 unsigned log_n, mgp_f_t *ge) {
  const size_t i = global_thread(), at = first + i, size = (size_t)1 << log_n;
  if (i >= n) return;
  mgp_f_t *g = ge + (at >> log_n) * 2 * MGP_D * size;
  put(g, size, at & (size - 1), mgp_ld(&values[at]));
  put(g + MGP_D * size, size, at & (size - 1), mgp_ld(&w[i]));
}

mgp_status_t mgp_cuda_pair_fill(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *w,
                                uint32_t count, unsigned n, mgp_f_t *d_ge) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t all = (size_t)count << n;
  for (size_t at = 0; at < all; at += MOST_TERMS) {
    const uint32_t m = all - at < MOST_TERMS ? (uint32_t)(all - at) : MOST_TERMS;
    const mgp_e_t *d_w = NULL;
    MGP_TRY(put_weights(cu, w + at, m, &d_w));
    MGP_TRY(
        MGP_LAUNCH(cu, pair_fill, mgp_blocks(m, THREADS), THREADS, d_values, d_w, at, m, n, d_ge));
  }
  return MGP_OK;
}
