/* Many programs proved by one job, so that starting up is paid once. */
#ifndef MGP_CLI_BATCH_H
#define MGP_CLI_BATCH_H

#include "cli/cli.h"

/* Proves the programs of the list cli->opt->batch, which rank 0 reads, in order. A program that
 * cannot be proved is noted and the next one follows; a request to stop ends the batch
 * (MGP_STOPPED; what is finished stays). Prints a table and writes the summary to opt->json. A list
 * with a mistake in it is refused before anything starts. Returns the status of the first program
 * that failed. Collective. */
mgp_status_t mgp_batch_run(const mgp_cli_t *cli, mgp_comm_t *comm);

#endif
