/* Sums of elements of K over a whole grid in one launch: blocks leave partial sums, the last one to
 * arrive adds them. Field sums are exact, so the order does not matter. */
#ifndef MGP_CUDA_REDUCE_CUH
#define MGP_CUDA_REDUCE_CUH

#include "state.cuh"

/* Where a kernel's sums go: mgp_cuda_sums, read by mgp_cuda_results. */
typedef struct {
  mgp_e_t *partial, *result;
  unsigned *arrivals;
} mgp_sums_t;

static inline mgp_sums_t mgp_cuda_sums(const mgp_cuda_t *cu) {
  mgp_sums_t s;
  s.partial = cu->d_partial;
  s.result = cu->d_partial + (size_t)MGP_CUDA_RESULTS * MGP_CUDA_BLOCKS;
  s.arrivals = cu->d_arrivals;
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
  MGP_SHARED(bool, is_last);
  for (int k = 0; k < K; k++) {
    const mgp_e_t sum = mgp_block_sum<THREADS>(v[k]);
    if (threadIdx.x == 0) out.partial[(size_t)k * gridDim.x + blockIdx.x] = sum;
  }
  if (threadIdx.x == 0) {
    __threadfence();
    is_last = atomicInc(out.arrivals, gridDim.x - 1) == gridDim.x - 1; /* back at 0 for the next */
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  for (int k = 0; k < K; k++) {
    mgp_e_t sum = mgp_e_zero();
    for (unsigned b = threadIdx.x; b < gridDim.x; b += THREADS)
      sum = mgp_e_add(sum, out.partial[(size_t)k * gridDim.x + b]);
    sum = mgp_block_sum<THREADS>(sum);
    if (threadIdx.x == 0) out.result[k] = sum;
  }
}

#endif
