/* Sums of elements of K over a whole grid in one launch (grid_add.cuh). Field sums are exact, so
 * the order does not matter. */
#ifndef MGP_CUDA_REDUCE_CUH
#define MGP_CUDA_REDUCE_CUH

#include "element.cuh"
#include "grid_add.cuh"

#define MGP_CUDA_NO_RESULT UINT32_MAX /* in place of a word of F that is not there yet */

/* Where a kernel's sums go: mgp_cuda_sums, read by mgp_cuda_results. The result is the page of
 * pinned host memory: the device writes it itself, and the host sees each word come, which takes
 * less than waiting for the stream. */
typedef struct {
  unsigned long long *sum;
  mgp_e_t *result;
} mgp_sums_t;

static inline mgp_e_t *mgp_cuda_page(const mgp_cuda_t *cu) {
  return (mgp_e_t *)(cu->pinned + 2 * MGP_CUDA_STAGE);
}
/* For the next kernel that sums, n results from number `first` on; what the one before has left
 * there must have been read. */
static inline mgp_sums_t mgp_cuda_sums(const mgp_cuda_t *cu, unsigned first, unsigned n) {
  volatile uint32_t *word = mgp_cuda_page(cu)[first].c;
  mgp_sums_t s;
  for (unsigned i = 0; i < n * MGP_D; i++) word[i] = MGP_CUDA_NO_RESULT;
  s.sum = cu->d_sums;
  s.result = mgp_cuda_page(cu) + first;
  return s;
}

/* Every thread of a grid of at most MGP_CUDA_BLOCKS blocks of THREADS, a power of two, calls this
 * once: result[k] = v[k] summed over all threads, K <= MGP_CUDA_RESULTS. */
template <unsigned THREADS, int K>
__device__ __forceinline__ void mgp_grid_sum(mgp_sums_t out, const mgp_e_t v[K]) {
  constexpr unsigned WARPS = THREADS / 32;
  MGP_SHARED(mgp_e_t, part, [WARPS][K]);
  const unsigned t = threadIdx.x, n = K * MGP_D;
  static_assert(K * MGP_D <= THREADS, "a thread for each word");
#pragma unroll
  for (int k = 0; k < K; k++) {
    mgp_e_t sum = v[k];
    for (int with = 16; with > 0; with /= 2) sum = mgp_e_add(sum, mgp_shfl_xor(sum, with));
    if (t % 32 == 0) part[t / 32][k] = sum;
  }
  __syncthreads();
  mgp_f_t word = 0;
  if (t < n)
    for (unsigned w = 0; w < WARPS; w++) word = mgp_f_add(word, part[w][t / MGP_D].c[t % MGP_D]);
  if (mgp_grid_add(out.sum, n, &word) && t < n) out.result[t / MGP_D].c[t % MGP_D] = word;
}

#endif
