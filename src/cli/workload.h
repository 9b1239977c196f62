/* The standard workloads of bench: guests that are part of mgprove, at a chosen length. */
#ifndef MGP_CLI_WORKLOAD_H
#define MGP_CLI_WORKLOAD_H

#include "base/status.h"
#include "cli/guests.h"

#define MGP_WORKLOAD_LOG_STEPS 20u /* default of --log-steps */

extern const char *const mgp_workloads[]; /* names; ends with NULL */

/* MGP_USAGE, naming all there are, if this is none. */
mgp_status_t mgp_workload_check(const char *name);
mgp_status_t mgp_workload_guest(const char *name, const mgp_guest_t **out);

/* A size, rounded up to two digits or so, for at least this many steps: the same everywhere.
 * Executes the program some ten times. Local. */
mgp_status_t mgp_workload_size(const mgp_guest_t *guest, uint64_t steps, uint32_t *out);

#endif
