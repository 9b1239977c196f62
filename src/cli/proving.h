/* From the command line to mgp_prove, for the commands that prove: prove, demo, bench. */
#ifndef MGP_CLI_PROVING_H
#define MGP_CLI_PROVING_H

#include "cli/cli.h"
#include "cli/inputs.h"
#include "prover/prover.h"

/* Options that mgp_proving_begin understands. */
#define MGP_OPT_PROVING                                                                            \
  (MGP_OPT(BACKEND) | MGP_OPT(ISA) | MGP_OPT(CACHE) | MGP_OPT(PARTITIONS) | MGP_OPT(TRACE_ROWS) |  \
   MGP_OPT(SHARD_STEPS) | MGP_OPT(MEMORY) | MGP_OPT(THREADS) | MGP_OPT(RANKS) | MGP_OPT(TIMEOUT) | \
   MGP_OPT(SHARE_GPU) | MGP_OPT(EVENTS) | MGP_OPT(LOG_RANKS))

typedef struct {
  mgp_prove_options_t options; /* for mgp_prove; points into the rest */
  mgp_plan_t plan;
  struct {
    mgp_phase_t phase;
    uint32_t shard; /* the one in hand, from 1 */
    uint64_t done;
    bool counting; /* the phase has a bar */
    double start, told;
  } progress;
  /* called with the progress of rank 0, or NULL */
  void (*alive)(void *arg);
  void *alive_arg;
} mgp_proving_t;

/* Collective. The inputs are lent until the end. Zero-initialise p; mgp_proving_end afterwards,
 * also on error. */
mgp_status_t mgp_proving_begin(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proving_t *p);
/* p->plan as rank 0 has it becomes the plan of every rank, until it is dropped. Collective. */
mgp_status_t mgp_proving_share_plan(mgp_proving_t *p, mgp_comm_t *comm);
void mgp_proving_drop_plan(mgp_proving_t *p);
/* Sets the run and calls mgp_prove, with progress on rank 0. Collective. */
mgp_status_t mgp_proving_run(mgp_proving_t *p, mgp_comm_t *comm, const mgp_inputs_t *in,
                             mgp_prove_result_t *out);
void mgp_proving_end(mgp_proving_t *p);

/* What a proof says, on stdout: program, steps, exit code, public output, security. */
void mgp_proving_print(const mgp_inputs_t *in, const mgp_prove_result_t *r);

/* Verifies a proof as somebody else would: from the program's file and the proof's bytes alone.
 * MGP_REJECTED with the check's name; *seconds: of the verification, best of `times`. Local. */
mgp_status_t mgp_proving_verify(const uint8_t *elf, size_t nelf, const mgp_prove_result_t *r,
                                unsigned times, double *seconds);

#endif
