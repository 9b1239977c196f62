/* Sums over the blocks of a grid in one launch.
 *
 * Words of F are added up as integers by atomic additions, with the number of blocks in the upper
 * bits, so a word says itself when it is complete and nothing has to be ordered: a fence at the end
 * of each block takes 4 us, and those of a multiprocessor's blocks follow one another. */
#ifndef MGP_CUDA_GRID_ADD_CUH
#define MGP_CUDA_GRID_ADD_CUH

#include "kernel.cuh"

#include "math/field.h"

#define MGP_GRID_COUNT 48u /* first bit of the number of blocks; below, the sum */

/* Thread t < n has word t of its block's sums in *v; sum: n words, all zero between kernels. True
 * in all threads of one block, the last one: its thread t then has the sum over the grid in *v. At
 * most 2^15 blocks. */
__device__ __forceinline__ bool mgp_grid_add(unsigned long long *sum, unsigned n, mgp_f_t *v) {
  MGP_SHARED(bool, is_last);
  const unsigned t = threadIdx.x;
  unsigned long long before = 0;
  if (t < n) before = atomicAdd(&sum[t], (1ull << MGP_GRID_COUNT) + *v);
  if (t == 0) is_last = before >> MGP_GRID_COUNT == gridDim.x - 1;
  __syncthreads();
  if (!is_last) return false;
  if (t < n) {
    volatile unsigned long long *word = &sum[t];
    unsigned long long all = *word;
    while (all >> MGP_GRID_COUNT != gridDim.x) all = *word; /* additions that are on their way */
    *word = 0;
    all &= (1ull << MGP_GRID_COUNT) - 1;
    *v = mgp_f_mul(mgp_f_reduce(all), MGP_R2_MOD_P); /* all < p 2^32 */
  }
  return true;
}

#endif
