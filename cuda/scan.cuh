/* Counts to where what they count begins: rows of them, a block each. */
#ifndef MGP_CUDA_SCAN_CUH
#define MGP_CUDA_SCAN_CUH

#include "state.cuh"

#define MGP_SCAN_THREADS 256u

/* counts [gridDim.x][n], in place; total[row]. */
static __global__ void __launch_bounds__(MGP_SCAN_THREADS)
    scan_counts(uint32_t *counts, uint32_t n, uint32_t *total) {
  MGP_SHARED(uint32_t, room, [2][MGP_SCAN_THREADS]);
  uint32_t *c = counts + (size_t)blockIdx.x * n, before = 0;
  const unsigned t = threadIdx.x;
  for (uint32_t first = 0; first < n; first += MGP_SCAN_THREADS) {
    const uint32_t i = first + t, mine = i < n ? c[i] : 0;
    unsigned now = 0;
    room[0][t] = mine;
    __syncthreads();
    for (unsigned by = 1; by < MGP_SCAN_THREADS; by *= 2, now ^= 1) {
      room[now ^ 1][t] = room[now][t] + (t >= by ? room[now][t - by] : 0);
      __syncthreads();
    }
    if (i < n) c[i] = before + room[now][t] - mine;
    before += room[now][MGP_SCAN_THREADS - 1];
    __syncthreads();
  }
  if (t == 0) total[blockIdx.x] = before;
}

#endif
