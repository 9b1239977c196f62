/* One program proved and its proof written: what `prove` does once, and --batch for each line. */
#ifndef MGP_CLI_PROOF_JOB_H
#define MGP_CLI_PROOF_JOB_H

#include "cli/proving.h"

/* Zero-initialise; mgp_proof_job_free accepts that. */
typedef struct {
  mgp_inputs_t in;
  mgp_prove_result_t result;
  char *path; /* of the proof; rank 0 */
} mgp_proof_job_t;

/* Proves args[0] with the options of cli->opt and writes the proof and the reports asked for.
 * Collective; an error is one of the comm too. */
mgp_status_t mgp_proof_job_run(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proof_job_t *out);
void mgp_proof_job_free(mgp_proof_job_t *job);

#endif
