#include "base/clock.h"

#include <time.h>

uint64_t mgp_clock_ns(void) {
  struct timespec ts;
  (void)clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

double mgp_clock_seconds(void) {
  return (double)mgp_clock_ns() * 1e-9;
}
