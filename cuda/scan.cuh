/* Counts to where what they count begins. */
#ifndef MGP_CUDA_SCAN_CUH
#define MGP_CUDA_SCAN_CUH

#include "state.cuh"

#define MGP_SCAN_THREADS 256u

/* The sum of `mine` over the threads up to this one, of MGP_SCAN_THREADS in a block; *all: over all
 * of them. */
__device__ __forceinline__ uint32_t mgp_block_scan(uint32_t mine, uint32_t *all) {
  MGP_SHARED(uint32_t, room, [2][MGP_SCAN_THREADS]);
  const unsigned t = threadIdx.x;
  unsigned now = 0;
  room[0][t] = mine;
  __syncthreads();
  for (unsigned by = 1; by < MGP_SCAN_THREADS; by *= 2, now ^= 1) {
    room[now ^ 1][t] = room[now][t] + (t >= by ? room[now][t - by] : 0);
    __syncthreads();
  }
  const uint32_t sum = room[now][t];
  *all = room[now][MGP_SCAN_THREADS - 1];
  __syncthreads(); /* before the room is used again */
  return sum;
}

/* Rows of counts [gridDim.x][n], a block each, in place; total[row]. */
static __global__ void __launch_bounds__(MGP_SCAN_THREADS)
    scan_counts(uint32_t *counts, uint32_t n, uint32_t *total) {
  uint32_t *c = counts + (size_t)blockIdx.x * n, before = 0;
  for (uint32_t first = 0; first < n; first += MGP_SCAN_THREADS) {
    const uint32_t i = first + threadIdx.x, mine = i < n ? c[i] : 0;
    uint32_t all;
    const uint32_t sum = mgp_block_scan(mine, &all);
    if (i < n) c[i] = before + sum - mine;
    before += all;
  }
  if (threadIdx.x == 0) total[blockIdx.x] = before;
}

#endif
