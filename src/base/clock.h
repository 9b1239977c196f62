/* Monotonic time. */
#ifndef MGP_BASE_CLOCK_H
#define MGP_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since an arbitrary start; never goes back. */
uint64_t mgp_clock_ns(void);
/* The same in seconds. */
double mgp_clock_seconds(void);

#endif
