/* First and last accesses between partitions: previous timestamps that reach back before a
 * partition's start are patched, and the memory boundary is made and dealt out. */
#ifndef MGP_PROVER_EXCHANGE_H
#define MGP_PROVER_EXCHANGE_H

#include "prover/session.h"
#include "vm/emulator.h"

typedef struct {
  mgp_touch_t *touches; /* of one own partition, in access order; sorted in place */
  uint32_t n;
} mgp_touch_list_t;

/* lists: one per own partition. Afterwards the records on the device are final, each partition has
 * its boundary rows (the sorted rows of each kind are cut into P equal parts), and the statement
 * its last register values and chain ends. Collective. */
mgp_status_t mgp_exchange_accesses(mgp_session_t *s, mgp_touch_list_t *lists);

#endif
