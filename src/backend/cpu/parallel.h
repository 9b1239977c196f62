/* Ranges of work for the backend's threads. Field sums are exact, so neither the number of threads
 * nor the cut between them changes a result. */
#ifndef MGP_BACKEND_CPU_PARALLEL_H
#define MGP_BACKEND_CPU_PARALLEL_H

#include <stdint.h>

#define MGP_MAX_THREADS 256

typedef void (*mgp_range_fn)(void *ctx, int thread, uint64_t first, uint64_t last);

/* Threads worth starting for n items of which one thread should get at least `grain`. */
static inline int mgp_range_threads(int threads, uint64_t n, uint64_t grain) {
#ifdef _OPENMP
  uint64_t most = n / (grain ? grain : 1);
  if ((uint64_t)threads > most) threads = (int)most;
  if (threads > MGP_MAX_THREADS) threads = MGP_MAX_THREADS;
  return threads > 1 ? threads : 1;
#else
  (void)threads, (void)n, (void)grain;
  return 1;
#endif
}

/* Calls fn(ctx, t, first, last) for t < count with ranges that cover [0, n). */
static inline void mgp_ranges(int count, uint64_t n, mgp_range_fn fn, void *ctx) {
  if (count <= 1) {
    fn(ctx, 0, 0, n);
    return;
  }
#ifdef _OPENMP
#pragma omp parallel for num_threads(count) schedule(static, 1)
#endif
  for (int t = 0; t < count; t++)
    fn(ctx, t, n * (uint64_t)t / (uint64_t)count, n * ((uint64_t)t + 1) / (uint64_t)count);
}

#endif
