/* The sumcheck over pairs of ext vectors (docs/protocol.md section 5.7), up to two variables in a
 * launch. */
#include "ops.cuh"
#include "planes.cuh"
#include "reduce.cuh"
#include "task_ops.cuh"

#define THREADS 256u

/* Elements for the next launch, one per thread. */
#define MOST_VALUES ((uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof(mgp_e_t)))

typedef struct {
  mgp_e_t x[2];
} point_t;

/* Value i of a vector whose first B variables are bound to x. */
template <unsigned B>
__device__ __forceinline__ mgp_e_t bound(const mgp_f_t *planes, size_t stride, size_t i,
                                         const point_t &p) {
  constexpr unsigned N = 1u << B;
  mgp_e_t v[N];
#pragma unroll
  for (int d = 0; d < MGP_D; d++) {
    mgp_f_t w[N];
    mgp_load_words<N>(planes + d * stride + N * i, w);
#pragma unroll
    for (unsigned k = 0; k < N; k++) v[k].c[d] = w[k];
  }
  if constexpr (B > 0)
#pragma unroll
    for (unsigned b = 0; b < B; b++)
#pragma unroll
      for (unsigned k = 0; k < N >> (b + 1); k++) v[k] = mgp_e_lerp(v[2 * k], v[2 * k + 1], p.x[b]);
  return v[0];
}

/* From the values of 2^M neighbours to those with the M variables at 0, 1, 2 each. */
template <unsigned M> __device__ __forceinline__ void extend(const mgp_e_t *v, mgp_e_t *out) {
  if constexpr (M == 1) {
    out[0] = v[0];
    out[1] = v[1];
    out[2] = mgp_e_sub(mgp_e_add(v[1], v[1]), v[0]);
  } else {
    extend<1>(v, out);
    extend<1>(v + 2, out + 3);
#pragma unroll
    for (int i = 0; i < 3; i++) out[6 + i] = mgp_e_sub(mgp_e_add(out[3 + i], out[3 + i]), out[i]);
  }
}
__host__ __device__ constexpr unsigned points(unsigned m) {
  return m == 2 ? 9 : 3;
}

/* h += the products of a pair's values with M variables at 0, 1, 2. */
template <unsigned M>
__device__ __forceinline__ void add_products(const mgp_e_t *g, const mgp_e_t *e,
                                             mgp_e_t h[points(M)]) {
  mgp_e_t a[points(M)], b[points(M)];
  extend<M>(g, a);
  extend<M>(e, b);
#pragma unroll
  for (unsigned i = 0; i < points(M); i++) h[i] = mgp_e_add(h[i], mgp_e_mul(a[i], b[i]));
}

/* log_items: of a vector, 2^M values each; a thread goes over items of all vectors. */
template <unsigned M>
static __global__ void __launch_bounds__(THREADS)
    pair_sums(const mgp_f_t *ge, uint64_t items, size_t stride, unsigned log_items,
              mgp_sums_t out) {
  constexpr unsigned N = 1u << M;
  mgp_e_t h[points(M)];
  for (unsigned i = 0; i < points(M); i++) h[i] = mgp_e_zero();
  for (uint64_t i = (uint64_t)blockIdx.x * THREADS + threadIdx.x; i < items;
       i += (uint64_t)gridDim.x * THREADS) {
    const mgp_f_t *g = ge + (i >> log_items) * 2 * MGP_D * stride;
    const size_t y = i & (((size_t)1 << log_items) - 1);
    const point_t none = {};
    mgp_e_t v[2][N];
#pragma unroll
    for (unsigned k = 0; k < N; k++) {
      v[0][k] = bound<0>(g, stride, N * y + k, none);
      v[1][k] = bound<0>(g + MGP_D * stride, stride, N * y + k, none);
    }
    add_products<M>(v[0], v[1], h);
  }
  mgp_grid_sum<THREADS, (int)points(M)>(out, h);
}

/* The same after B variables have been bound, in place. A block per pair, from the front on: what
 * it writes has been read. */
template <unsigned B, unsigned M>
static __global__ void __launch_bounds__(THREADS)
    pair_bound_sums(mgp_f_t *ge, size_t stride, size_t items, point_t x, mgp_sums_t out) {
  constexpr unsigned N = 1u << M;
  mgp_f_t *g = ge + (size_t)blockIdx.x * 2 * MGP_D * stride, *e = g + MGP_D * stride;
  mgp_e_t h[points(M)];
  for (unsigned i = 0; i < points(M); i++) h[i] = mgp_e_zero();
  for (size_t first = 0; first < items; first += THREADS) {
    const size_t y = first + threadIdx.x;
    mgp_e_t v[2][N];
    if (y < items) {
#pragma unroll
      for (unsigned k = 0; k < N; k++) {
        v[0][k] = bound<B>(g, stride, N * y + k, x);
        v[1][k] = bound<B>(e, stride, N * y + k, x);
      }
      add_products<M>(v[0], v[1], h);
    }
    __syncthreads();
    if (y < items)
#pragma unroll
      for (int d = 0; d < MGP_D; d++) {
        mgp_f_t w[2][N];
#pragma unroll
        for (unsigned k = 0; k < N; k++) w[0][k] = v[0][k].c[d], w[1][k] = v[1][k].c[d];
        mgp_store_words<N>(g + d * stride + N * y, w[0]);
        mgp_store_words<N>(e + d * stride + N * y, w[1]);
      }
  }
  mgp_grid_sum<THREADS, (int)points(M)>(out, h);
}

typedef void (*bound_sums_t)(mgp_f_t *, size_t, size_t, point_t, mgp_sums_t);
static const bound_sums_t bound_sums[2][2] = {{pair_bound_sums<1, 1>, pair_bound_sums<1, 2>},
                                              {pair_bound_sums<2, 1>, pair_bound_sums<2, 2>}};

static mgp_status_t start_sums(mgp_cuda_t *cu, const mgp_f_t *d_ge, uint32_t count, size_t stride,
                               unsigned log_items, unsigned m) {
  const uint64_t items = (uint64_t)count << log_items;
  const unsigned grid = mgp_task_grid(cu, items, THREADS);
  if (m == 2)
    return MGP_LAUNCH(cu, pair_sums<2>, grid, THREADS, d_ge, items, stride, log_items,
                      mgp_cuda_sums(cu, 0, points(m)));
  return MGP_LAUNCH(cu, pair_sums<1>, grid, THREADS, d_ge, items, stride, log_items,
                    mgp_cuda_sums(cu, 0, points(m)));
}

mgp_status_t mgp_cuda_pair_round(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                                 unsigned n, unsigned nbound, const mgp_e_t *x, unsigned m,
                                 mgp_e_t *out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (m < 1 || m > 2 || nbound > 2 || nbound + m > n)
    return mgp_fail(MGP_INTERNAL, "pair_round: %u variables to bind and %u to sum of %u", nbound, m,
                    n);
  const unsigned log_items = n - nbound - m;
  if (count == 0) {
    for (unsigned i = 0; i < points(m); i++) out[i] = mgp_e_zero();
    return MGP_OK;
  }
  if (nbound == 0) {
    MGP_TRY(start_sums(cu, d_ge, count, stride, log_items, m));
  } else {
    point_t p = {};
    for (unsigned i = 0; i < nbound; i++) p.x[i] = x[i];
    const bound_sums_t pair_bound = bound_sums[nbound - 1][m - 1];
    MGP_TRY(MGP_LAUNCH(cu, pair_bound, count, THREADS, d_ge, stride, (size_t)1 << log_items, p,
                       mgp_cuda_sums(cu, 0, points(m))));
  }
  return mgp_cuda_results(cu, 0, points(m), out);
}

/* The first of each pair. */
template <unsigned B>
static __global__ void pair_values(const mgp_f_t *ge, size_t stride, uint32_t n, point_t x,
                                   mgp_e_t *out) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i < n) mgp_st(&out[i], bound<B>(ge + (size_t)i * 2 * MGP_D * stride, stride, 0, x));
}

typedef void (*values_t)(const mgp_f_t *, size_t, uint32_t, point_t, mgp_e_t *);
static const values_t values_of[3] = {pair_values<0>, pair_values<1>, pair_values<2>};

mgp_status_t mgp_cuda_pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                  size_t stride, unsigned n, const mgp_e_t *x, mgp_e_t *out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_e_t *d_values = (mgp_e_t *)mgp_cuda_spare(cu);
  point_t p = {};
  if (n > 2) return mgp_fail(MGP_INTERNAL, "pair_values: %u variables are left", n);
  for (unsigned i = 0; i < n; i++) p.x[i] = x[i];
  const values_t pair_ends = values_of[n];
  for (uint32_t at = 0, m; at < count; at += m) {
    m = count - at < MOST_VALUES ? count - at : MOST_VALUES;
    MGP_TRY(MGP_LAUNCH(cu, pair_ends, mgp_blocks(m, THREADS), THREADS,
                       d_ge + (size_t)at * 2 * MGP_D * stride, stride, m, p, d_values));
    MGP_TRY(mgp_cuda_download(be, out + at, d_values, m * sizeof *out));
  }
  return MGP_OK;
}

/* Vectors of 2^log_n elements. */
static __global__ void pair_fill(const mgp_e_t *values, const mgp_e_t *w, size_t n, unsigned log_n,
                                 mgp_f_t *ge) {
  const size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x, size = (size_t)1 << log_n;
  if (i >= n) return;
  mgp_f_t *g = ge + (i >> log_n) * 2 * MGP_D * size;
  mgp_put(g, size, i & (size - 1), mgp_ld(&values[i]));
  mgp_put(g + MGP_D * size, size, i & (size - 1), mgp_ld(&w[i]));
}

mgp_status_t mgp_cuda_pair_fill(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *d_w,
                                uint32_t count, unsigned n, mgp_f_t *d_ge) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t all = (size_t)count << n;
  if (all == 0) return MGP_OK;
  return MGP_LAUNCH(cu, pair_fill, mgp_blocks(all, THREADS), THREADS, d_values, d_w, all, n, d_ge);
}

void mgp_cuda_pair_load(void) {
  mgp_kernel_load(pair_sums<2>);
  mgp_kernel_load(pair_bound_sums<2, 2>);
  mgp_kernel_load(pair_values<2>);
  mgp_kernel_load(pair_fill);
}
