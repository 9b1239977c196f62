/* Several threads for one piece of work, where OpenMP is not used: its threads are the backend's,
 * and its runtime is unknown to the thread sanitizer. */
#ifndef MGP_PROVER_CREW_H
#define MGP_PROVER_CREW_H

#include "base/status.h"

#include <stdint.h>

#define MGP_CREW_MAX 64u

/* worker < threads: one at a time is in fn with the same number. */
typedef mgp_status_t (*mgp_crew_fn_t)(void *arg, unsigned worker, uint32_t item);

/* Calls fn for all items < n, handed out in ascending order to this thread (worker 0) and up to
 * threads - 1 others, and returns when all have ended. After a failure no more are handed out; the
 * first one's status and message are this call's. Threads that cannot be started are done without.
 * threads: 1 to MGP_CREW_MAX. */
mgp_status_t mgp_crew_for(unsigned threads, uint32_t n, mgp_crew_fn_t fn, void *arg);

#endif
