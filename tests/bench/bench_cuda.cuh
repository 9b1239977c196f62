/* What the benchmarks of the CUDA backend share. */
#ifndef MGP_TESTS_BENCH_CUDA_CUH
#define MGP_TESTS_BENCH_CUDA_CUH

#include <stdio.h>
#include <stdlib.h>

#include "state.cuh"

#define REQUIRE(expr)                                                                              \
  do {                                                                                             \
    if ((expr) != MGP_OK) {                                                                        \
      fprintf(stderr, "%s: %s\n", #expr, mgp_error_message());                                     \
      exit(4);                                                                                     \
    }                                                                                              \
  } while (0)

/* Best time of `runs` calls in seconds, after one that warms up. */
template <typename F> static double best_of(const mgp_cuda_t *cu, int runs, F call) {
  cudaEvent_t from, to;
  float least = 1e30f, ms;
  cudaEventCreate(&from), cudaEventCreate(&to);
  for (int i = 0; i <= runs; i++) {
    cudaEventRecord(from, cu->stream);
    REQUIRE(call());
    cudaEventRecord(to, cu->stream);
    cudaEventSynchronize(to);
    cudaEventElapsedTime(&ms, from, to);
    if (i && ms < least) least = ms;
  }
  cudaEventDestroy(from), cudaEventDestroy(to);
  return least / 1e3;
}

#endif
