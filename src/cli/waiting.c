#include "cli/waiting.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define TURNS "1000"

void mgp_widen_device(void) {
  (void)setenv("CUDA_DEVICE_MAX_CONNECTIONS", "8", 0);
}

void mgp_bound_waiting(char **argv) {
#if defined(_OPENMP) && !defined(__clang__)
  char self[PATH_MAX];
  if (getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT")) return;
  const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0 || setenv("GOMP_SPINCOUNT", TURNS, 1) != 0) return;
  self[n] = 0;
  (void)execv(self, argv);
#else
  (void)argv;
#endif
}
