#include "stage.h"

#include <stdint.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#define PIECE   ((size_t)512 << 10)
#define THREADS 8

void mgp_stage_copy(void *dst, const void *src, size_t nbytes) {
#ifdef _OPENMP
  const int pieces = (int)((nbytes + PIECE - 1) / PIECE), cores = omp_get_num_procs();
  const int threads = cores < THREADS ? cores : THREADS;
  if (pieces > 1 && threads > 1) {
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int i = 0; i < pieces; i++) {
      const size_t at = (size_t)i * PIECE, n = nbytes - at < PIECE ? nbytes - at : PIECE;
      memcpy((uint8_t *)dst + at, (const uint8_t *)src + at, n);
    }
    return;
  }
#endif
  if (nbytes) memcpy(dst, src, nbytes);
}
