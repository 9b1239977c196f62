/* Sums of elements of K over a whole grid in one launch (grid_add.cuh). Field sums are exact, so
 * the order does not matter. */
#ifndef MGP_CUDA_REDUCE_CUH
#define MGP_CUDA_REDUCE_CUH

#include "grid_add.cuh"
#include "state.cuh"

/* Where a kernel's sums go: mgp_cuda_sums, read by mgp_cuda_results. The result is the page of
 * pinned host memory: the device writes it itself, and nobody waits for a copy. */
typedef struct {
  unsigned long long *sum;
  mgp_e_t *result;
} mgp_sums_t;

static inline mgp_e_t *mgp_cuda_page(const mgp_cuda_t *cu) {
  return (mgp_e_t *)(cu->pinned + 2 * MGP_CUDA_STAGE);
}
static inline mgp_sums_t mgp_cuda_sums(const mgp_cuda_t *cu) {
  mgp_sums_t s;
  s.sum = cu->d_sums;
  s.result = mgp_cuda_page(cu);
  return s;
}

/* v summed over the block's threads, in thread 0; THREADS = blockDim.x, a power of two. */
template <unsigned THREADS> __device__ __forceinline__ mgp_e_t mgp_block_sum(mgp_e_t v) {
  MGP_SHARED(mgp_f_t, room, [MGP_D][THREADS]);
  const unsigned t = threadIdx.x;
  for (unsigned half = THREADS / 2; half > 0; half /= 2) {
    if (t >= half && t < 2 * half)
      for (int d = 0; d < MGP_D; d++) room[d][t] = v.c[d];
    __syncthreads();
    if (t < half)
      for (int d = 0; d < MGP_D; d++) v.c[d] = mgp_f_add(v.c[d], room[d][t + half]);
  }
  __syncthreads(); /* room may be used again */
  return v;
}

/* Every thread of a grid of at most MGP_CUDA_BLOCKS blocks calls this once: result[k] = v[k] summed
 * over all threads, K <= MGP_CUDA_RESULTS. */
template <unsigned THREADS, int K>
__device__ __forceinline__ void mgp_grid_sum(mgp_sums_t out, const mgp_e_t v[K]) {
  MGP_SHARED(mgp_e_t, total, [K]);
  const unsigned t = threadIdx.x, n = K * MGP_D;
  for (int k = 0; k < K; k++) {
    const mgp_e_t sum = mgp_block_sum<THREADS>(v[k]);
    if (t == 0) total[k] = sum;
  }
  __syncthreads();
  mgp_f_t word = t < n ? total[t / MGP_D].c[t % MGP_D] : 0;
  if (mgp_grid_add(out.sum, n, &word) && t < n) out.result[t / MGP_D].c[t % MGP_D] = word;
}

#endif
