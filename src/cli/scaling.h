/* bench --scaling: one workload by 1, 2, 4, ... ranks of one job, on comms that are parts of the
 * job's. Two series:
 *   strong  the same program, by the same plan: the proofs are equal byte for byte, or the figures
 *           are refused
 *   weak    as many steps per rank as the strong series has at the full number of ranks
 * Each figure is of the fastest of --repeat proofs, all of which verify. */
#ifndef MGP_CLI_SCALING_H
#define MGP_CLI_SCALING_H

#include "cli/cli.h"

/* Table on stdout, JSON as asked for. Collective; an error is one of the comm too. */
mgp_status_t mgp_scaling_bench(const mgp_cli_t *cli, mgp_comm_t *comm);

#endif
