/* First and last accesses between partitions: previous timestamps that reach back before a
 * partition's start are patched, and the rows of the memory that was touched are made and dealt
 * out: the memory boundary of a run of one shard, the SHARD_RAM rows of a shard of several. All of
 * it in device memory, but for registers. */
#ifndef MGP_PROVER_EXCHANGE_H
#define MGP_PROVER_EXCHANGE_H

#include "prover/session.h"
#include "vm/emulator.h"

typedef struct {
  mgp_touch_t *d_touches; /* of one own partition, SCRATCH */
  uint32_t n;
} mgp_touch_list_t;

/* lists: one per own partition; given back as soon as they have been read. Afterwards the records
 * on the device are final, each partition has its rows of memory (the sorted rows of each kind are
 * cut into P equal parts), and the statement its last register values and chain ends or
 * accumulator. Collective. */
mgp_status_t mgp_exchange_accesses(mgp_session_t *s, mgp_touch_list_t *lists);

#endif
