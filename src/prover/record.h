/* Executing the run: what recording and estimating share. Private to src/prover. */
#ifndef MGP_PROVER_RECORD_H
#define MGP_PROVER_RECORD_H

#include "prover/session.h"
#include "vm/emulator.h"

typedef struct {
  mgp_session_t *s;
  mgp_vm_t *vm;
  int print; /* guest output of the first pass goes to the user */
  uint64_t total_cost;
} mgp_recorder_t;

/* A vm at the entry of the session's program, with its hints. */
mgp_status_t mgp_recorder_create_vm(mgp_recorder_t *r);
/* Runs to the halt: sets total_cost, and steps, statement and public output of the session. Fails
 * if the run traps or does not fit into one shard. */
mgp_status_t mgp_recorder_measure(mgp_recorder_t *r);
/* Start of partition p: the first step before which at least this much cost was spent. */
uint64_t mgp_recorder_cut(const mgp_recorder_t *r, uint32_t p);
/* More room for first accesses. */
mgp_status_t mgp_recorder_grow(mgp_session_t *s, mgp_record_t *rec);

#endif
