/* Opening operations (docs/protocol.md section 5.7): weights, and passes over cells, many chunks in
 * a launch. The sumcheck over what they leave is in pair.cu. */
#include <stdlib.h>
#include <string.h>

#include "ops.cuh"
#include "planes.cuh"
#include "task_ops.cuh"

#define THREADS 256u
#define LANES   32u
#define WARPS   (THREADS / LANES)

__device__ __forceinline__ size_t global_thread(void) {
  return (size_t)blockIdx.x * THREADS + threadIdx.x;
}

/* Elements that the spare room has for one launch. */
#define MOST_TERMS ((uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof(mgp_e_t)))

/* Something for the next launch, no more than the spare room takes. */
template <typename T>
static mgp_status_t put_spare(mgp_cuda_t *cu, const T *host, uint32_t n, const T **d_out) {
  T *d = (T *)mgp_cuda_spare(cu);
  *d_out = d;
  return mgp_cuda_upload(&cu->base, d, host, n * sizeof *host);
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
  for (unsigned i = 0; i < 1u << low; i++) mgp_put(out, size, first + i, v[i]);
}

mgp_status_t mgp_cuda_eq_tables(mgp_backend_t *be, const mgp_e_t *points, uint32_t count,
                                unsigned n, size_t stride, mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const unsigned low = n < 2 ? n : 2, blocks = mgp_blocks((uint64_t)1 << (n - low), THREADS);
  const uint32_t most = MOST_TERMS / (n ? n : 1);
  for (uint32_t k = 0, m; k < count; k += m) {
    const mgp_e_t *d_points = NULL;
    m = count - k < most ? count - k : most;
    MGP_TRY(put_spare(cu, points + (size_t)k * n, m * n, &d_points));
    MGP_TRY(MGP_LAUNCH(cu, eq_tables, dim3(blocks, m), THREADS, d_points, n, low, stride,
                       d_out + k * stride));
  }
  return MGP_OK;
}

/* --- weights ---------------------------------------------------------------------------------- */

/* mgp_weights_t as the kernel takes it. */
typedef struct {
  mgp_e_t scale, point[MGP_WEIGHTS_VARS];
  uint32_t first, nrows, ncols, nvars;
} rows_t;
#define MOST_ROWS ((uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof(rows_t)))

/* A row of blocks for one of the lists; a thread per weight. */
static __global__ void __launch_bounds__(THREADS)
    chunk_weights(const rows_t *lists, mgp_e_t gamma, mgp_e_t *out) {
  const rows_t &r = lists[blockIdx.y];
  const uint32_t n = r.nrows * r.ncols, step = gridDim.x * THREADS;
  for (uint32_t e = (uint32_t)global_thread(); e < n; e += step) {
    const uint32_t i = e / r.ncols;
    mgp_e_t w = mgp_ld(&r.scale), power = gamma;
    for (uint32_t c = e % r.ncols; c; c >>= 1) {
      if (c & 1) w = mgp_e_mul(w, power);
      power = mgp_e_mul(power, power);
    }
    for (uint32_t t = 0; t < r.nvars; t++) {
      const mgp_e_t x = mgp_ld(&r.point[t]);
      w = mgp_e_mul(w, i >> t & 1 ? x : mgp_e_sub(mgp_e_one(), x));
    }
    mgp_st(&out[r.first + e], w);
  }
}

mgp_status_t mgp_cuda_weights(mgp_backend_t *be, const mgp_weights_t *lists, uint32_t count,
                              mgp_e_t gamma, mgp_e_t *d_w) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  rows_t *rows = (rows_t *)calloc(count < MOST_ROWS ? count + 1 : MOST_ROWS, sizeof *rows);
  mgp_status_t st = MGP_OK;
  if (!rows) return mgp_fail(MGP_RESOURCES, "out of host memory for %u lists of weights", count);
  for (uint32_t k = 0, m; k < count && st == MGP_OK; k += m) {
    const rows_t *d_rows = NULL;
    uint32_t most = 1;
    m = count - k < MOST_ROWS ? count - k : MOST_ROWS;
    for (uint32_t i = 0; i < m; i++) {
      const mgp_weights_t *l = &lists[k + i];
      rows[i].first = l->first;
      rows[i].nrows = l->nrows;
      rows[i].ncols = l->ncols;
      rows[i].nvars = l->nvars;
      rows[i].scale = l->scale;
      memcpy(rows[i].point, l->point, l->nvars * sizeof *l->point);
      if (l->nrows * l->ncols > most) most = l->nrows * l->ncols;
    }
    MGP_TRY_GOTO(st, put_spare(cu, rows, m, &d_rows), out);
    st = MGP_LAUNCH(cu, chunk_weights, dim3(mgp_blocks(most, THREADS), m), THREADS, d_rows, gamma,
                    d_w);
  }
out:
  free(rows);
  return st;
}

/* --- cells ------------------------------------------------------------------------------------ */

#define COMBINE_THREADS 512u
#define COMBINE_WARPS   (COMBINE_THREADS / LANES)

/* n chunks from number `first` on, to the planes of list `to`. */
typedef struct {
  uint32_t first, n, to;
} list_t;
#define MOST_LISTS ((uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof(list_t)))

/* planes[y] += sum_c w[c] chunk_c[y] over the chunks of list blockIdx.y. A lane has V neighbouring
 * rows, a warp every sixteenth chunk: also a trace of few rows keeps many warps busy. */
template <unsigned V>
static __global__ void __launch_bounds__(COMBINE_THREADS)
    combine_chunks(const mgp_f_t *chunks, uint32_t from, const list_t *lists, size_t rows,
                   const mgp_e_t *w, size_t stride, mgp_f_t *planes) {
  constexpr unsigned HALF = COMBINE_WARPS / 2, TILE = LANES * V;
  MGP_SHARED(mgp_e_t, room, [HALF][TILE]);
  const list_t list = lists[blockIdx.y];
  const unsigned lane = threadIdx.x % LANES, warp = threadIdx.x / LANES;
  const size_t base = (size_t)blockIdx.x * TILE, y = base + lane * V;
  mgp_dot_t sum[V];
  chunks += (size_t)(list.first - from) * rows;
  w += list.first;
  planes += list.to * stride;
  if (y < rows) {
#pragma unroll 4
    for (uint32_t c = warp; c < list.n; c += COMBINE_WARPS) {
      mgp_f_t v[V];
      mgp_load_words<V>(chunks + c * rows + y, v);
      const mgp_e_t weight = mgp_ld(&w[c]);
#pragma unroll
      for (unsigned i = 0; i < V; i++) sum[i].mac(v[i], weight);
    }
  }
  if (warp >= HALF)
#pragma unroll
    for (unsigned i = 0; i < V; i++) room[warp - HALF][lane * V + i] = sum[i].value();
  __syncthreads();
  if (warp < HALF)
#pragma unroll
    for (unsigned i = 0; i < V; i++) {
      mgp_e_t *at = &room[warp][lane * V + i];
      *at = mgp_e_add(*at, sum[i].value());
    }
  __syncthreads();
  for (unsigned t = threadIdx.x; t < TILE * MGP_D; t += COMBINE_THREADS) { /* a word each */
    const unsigned row = t % TILE, d = t / TILE;
    if (base + row >= rows) continue;
    mgp_f_t all = planes[d * rows + base + row];
    for (unsigned k = 0; k < HALF; k++) all = mgp_f_add(all, room[k][row].c[d]);
    planes[d * rows + base + row] = all;
  }
}

static int longer_first(const void *a, const void *b) {
  const uint32_t x = ((const list_t *)a)->n, y = ((const list_t *)b)->n;
  return x > y ? -1 : x < y;
}

/* The longest lists first, so that the short ones fill the device behind them. */
static void make_lists(const mgp_weights_t *lists, uint32_t first, uint32_t n, list_t *out) {
  for (uint32_t k = 0; k < n; k++) {
    out[k].first = lists[first + k].first;
    out[k].n = lists[first + k].nrows * lists[first + k].ncols;
    out[k].to = first + k;
  }
  qsort(out, n, sizeof *out, longer_first);
}

mgp_status_t mgp_cuda_combine(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t from,
                              const mgp_weights_t *lists, uint32_t count, unsigned b,
                              const mgp_e_t *d_w, size_t stride, mgp_f_t *d_g) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  const unsigned blocks = mgp_blocks(rows, (b < 2 ? 1 : 4) * LANES);
  list_t *some = (list_t *)malloc((count < MOST_LISTS ? count + 1 : MOST_LISTS) * sizeof *some);
  mgp_status_t st = MGP_OK;
  if (!some) return mgp_fail(MGP_RESOURCES, "out of host memory for %u lists of chunks", count);
  for (uint32_t k = 0, n; k < count && st == MGP_OK; k += n) {
    const list_t *d_lists = NULL;
    n = count - k < MOST_LISTS ? count - k : MOST_LISTS;
    make_lists(lists, k, n, some);
    MGP_TRY_GOTO(st, put_spare(cu, some, n, &d_lists), out);
    st = b < 2 ? MGP_LAUNCH(cu, combine_chunks<1>, dim3(blocks, n), COMBINE_THREADS, d_chunks, from,
                            d_lists, rows, d_w, stride, d_g)
               : MGP_LAUNCH(cu, combine_chunks<4>, dim3(blocks, n), COMBINE_THREADS, d_chunks, from,
                            d_lists, rows, d_w, stride, d_g);
  }
out:
  free(some);
  return st;
}

/* Chunks first, ..., first + n - 1 of columns of 2^hi, from column `from` on until `to`. */
typedef struct {
  uint32_t first, n, from, to;
  unsigned hi;
} columns_t;

/* planes[e mod 2^hi][y] += w[e >> hi] chunk_e[y]: a thread has V neighbouring rows of one position
 * and takes all columns, so that a place is read and written once. `blocks` for a position; w from
 * column `from` on. */
template <unsigned V>
static __global__ void __launch_bounds__(THREADS)
    scatter_columns(const mgp_f_t *chunks, size_t rows, columns_t cols, const mgp_e_t *w,
                    unsigned blocks, size_t stride, mgp_f_t *planes) {
  const size_t y = ((size_t)(blockIdx.x % blocks) * THREADS + threadIdx.x) * V;
  const uint32_t p = blockIdx.x / blocks;
  mgp_dot_t sum[V];
  bool any = false;
  if (y >= rows) return;
#pragma unroll 4
  for (uint32_t j = cols.from; j < cols.to; j++) {
    const uint32_t c = (j << cols.hi) + p - cols.first;
    if (c >= cols.n) continue;
    mgp_f_t v[V];
    mgp_load_words<V>(chunks + c * rows + y, v);
    const mgp_e_t weight = mgp_ld(&w[j - cols.from]);
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
    mgp_load_words<V>(to, v);
#pragma unroll
    for (unsigned i = 0; i < V; i++) v[i] = mgp_f_add(v[i], e[i].c[d]);
    mgp_store_words<V>(to, v);
  }
}

mgp_status_t mgp_cuda_scatter(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t first,
                              uint32_t n, unsigned b, const mgp_e_t *w, unsigned s, mgp_f_t *d_q) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b, stride = (size_t)1 << s;
  if (b > s) return mgp_fail(MGP_INTERNAL, "scatter: chunks of 2^%u in columns of 2^%u", b, s);
  if (n == 0) return MGP_OK;
  const unsigned hi = s - b, blocks = mgp_blocks(rows, THREADS * (b < 2 ? 1 : 4));
  const uint32_t end = ((first + n - 1) >> hi) + 1;
  for (uint32_t at = first >> hi, m; at < end; at += m) {
    const mgp_e_t *d_w = NULL;
    m = end - at < MOST_TERMS ? end - at : MOST_TERMS;
    const columns_t cols = {first, n, at, at + m, hi};
    MGP_TRY(put_spare(cu, w + at, m, &d_w));
    if (b < 2)
      MGP_TRY(MGP_LAUNCH(cu, scatter_columns<1>, blocks << hi, THREADS, d_chunks, rows, cols, d_w,
                         blocks, stride, d_q));
    else
      MGP_TRY(MGP_LAUNCH(cu, scatter_columns<4>, blocks << hi, THREADS, d_chunks, rows, cols, d_w,
                         blocks, stride, d_q));
  }
  return MGP_OK;
}

/* --- inner products --------------------------------------------------------------------------- */

#define EACH         2u    /* columns of a warp: each word of eq that it reads serves both */
#define TILE         2048u /* rows of eq in shared memory */
#define MAX_SEGMENTS 256u
#define MAX_GROUPS   65535u /* of a grid */

/* sums[segment][c] = sum over a segment's rows of eq[y] slab[c][y]. A block has eq in shared
 * memory, tile by tile, and a warp EACH of the columns. */
template <unsigned V>
static __global__ void __launch_bounds__(THREADS)
    inner_segments(const mgp_f_t *slab, uint32_t ncols, size_t rows, size_t segment,
                   const mgp_f_t *eq, mgp_e_t *sums) {
  MGP_SHARED(uint4, tile, [MGP_D][TILE / 4]);
  static_assert(EACH == 2, "a half of the warp for each");
  const unsigned lane = threadIdx.x % LANES, warp = threadIdx.x / LANES;
  const uint32_t first = (blockIdx.y * WARPS + warp) * EACH;
  const uint32_t n = first >= ncols ? 0 : ncols - first < EACH ? ncols - first : EACH;
  const size_t from = blockIdx.x * segment, end = from + segment < rows ? from + segment : rows;
  const mgp_f_t *column[EACH] = {slab + first * rows, slab + (first + (n > 1)) * rows};
  mgp_e_t sum[EACH] = {mgp_e_zero(), mgp_e_zero()};
  for (size_t at = from; at < end; at += TILE) {
    const unsigned len = end - at < TILE ? (unsigned)(end - at) : TILE;
    __syncthreads(); /* the tile before has been used */
    for (unsigned y = threadIdx.x * V; y < len; y += THREADS * V)
#pragma unroll
      for (unsigned d = 0; d < MGP_D; d++) {
        mgp_f_t v[V];
        mgp_load_words<V>(eq + d * rows + at + y, v);
        mgp_store_words<V>(reinterpret_cast<mgp_f_t *>(tile[d]) + y, v);
      }
    __syncthreads();
    if (n == 0) continue;
#pragma unroll 4
    for (unsigned y = lane * V; y < len; y += LANES * V) {
      mgp_f_t v[EACH][V], e[V];
#pragma unroll
      for (unsigned k = 0; k < EACH; k++) mgp_load_words<V>(column[k] + at + y, v[k]);
#pragma unroll
      for (unsigned d = 0; d < MGP_D; d++) {
        mgp_load_words<V>(reinterpret_cast<const mgp_f_t *>(tile[d]) + y, e);
#pragma unroll
        for (unsigned k = 0; k < EACH; k++) {
          uint64_t product = 0;
#pragma unroll
          for (unsigned i = 0; i < V; i++) product += (uint64_t)v[k][i] * e[i];
          sum[k].c[d] = mgp_f_add(sum[k].c[d], mgp_f_reduce4(product));
        }
      }
    }
  }
  const bool high = lane & 16;
  mgp_e_t all = mgp_e_add(high ? sum[1] : sum[0], mgp_shfl_xor(high ? sum[0] : sum[1], 16));
  for (int with = 8; with > 0; with /= 2) all = mgp_e_add(all, mgp_shfl_xor(all, with));
  if (lane % 16 == 0 && lane / 16 < n)
    mgp_st(&sums[(size_t)blockIdx.x * ncols + first + lane / 16], all);
}

static __global__ void add_segments(const mgp_e_t *sums, uint32_t ncols, unsigned nsegments,
                                    mgp_e_t *out) {
  const uint32_t c = blockIdx.x * THREADS + threadIdx.x;
  if (c >= ncols) return;
  mgp_e_t sum = sums[c];
  for (unsigned s = 1; s < nsegments; s++) sum = mgp_e_add(sum, sums[(size_t)s * ncols + c]);
  out[c] = sum;
}

/* Few columns are cut into segments, so that the device has enough blocks. */
static unsigned segments_of(const mgp_cuda_t *cu, uint32_t ncols, size_t rows) {
  const uint64_t groups = mgp_blocks(ncols, WARPS * EACH);
  unsigned n = 1;
  while (n < MAX_SEGMENTS && rows / n > TILE && groups * n < 4u * (unsigned)cu->multiprocessors)
    n *= 2;
  return n;
}

mgp_status_t mgp_cuda_inner(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                            const mgp_f_t *d_eq, mgp_e_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)1 << b;
  const unsigned nsegments = segments_of(cu, ncols, rows);
  const uint32_t room = nsegments > 1 ? MOST_TERMS / nsegments : UINT32_MAX;
  const uint32_t most = room < MAX_GROUPS * WARPS * EACH ? room : MAX_GROUPS * WARPS * EACH;
  mgp_e_t *d_sums = (mgp_e_t *)mgp_cuda_spare(cu);
  static_assert(MAX_SEGMENTS <= MOST_TERMS, "spare room");
  for (uint32_t c = 0, n; c < ncols; c += n) {
    n = ncols - c < most ? ncols - c : most;
    const dim3 grid(nsegments, mgp_blocks(n, WARPS * EACH));
    mgp_e_t *d_to = nsegments == 1 ? d_out + c : d_sums;
    if (b < 2)
      MGP_TRY(MGP_LAUNCH(cu, inner_segments<1>, grid, THREADS, d_slab + c * rows, n, rows,
                         rows / nsegments, d_eq, d_to));
    else
      MGP_TRY(MGP_LAUNCH(cu, inner_segments<4>, grid, THREADS, d_slab + c * rows, n, rows,
                         rows / nsegments, d_eq, d_to));
    if (nsegments > 1)
      MGP_TRY(MGP_LAUNCH(cu, add_segments, mgp_blocks(n, THREADS), THREADS, d_sums, n, nsegments,
                         d_out + c));
  }
  return MGP_OK;
}

void mgp_cuda_open_load(void) {
  mgp_kernel_load(eq_tables);
  mgp_kernel_load(chunk_weights);
  mgp_kernel_load(combine_chunks<4>);
  mgp_kernel_load(scatter_columns<4>);
  mgp_kernel_load(inner_segments<4>);
  mgp_kernel_load(add_segments);
}
