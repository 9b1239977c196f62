/* From what several threads have recorded of a partition to the partition: each has recorded a
 * stretch of its steps on its own, knowing nothing of what was before. Previous timestamps that
 * reach back before a stretch are patched, and its first accesses become those of the partition:
 * first of the first, last of the last. The result does not depend on how the steps were cut.
 *
 * Accesses of different pages of memory have nothing to do with each other: they are sorted into
 * buckets, within a stretch while it is fresh, and the buckets are merged side by side. */
#ifndef MGP_PROVER_MERGE_H
#define MGP_PROVER_MERGE_H

#include "base/ledger.h"
#include "vm/emulator.h"

#define MGP_MERGE_BUCKETS 64u

typedef struct {
  uint32_t part; /* of the rank's own, from 0 */
  mgp_step_t *steps;
  uint32_t nsteps, first; /* first: steps of the partition before these */
  mgp_commit_t commit;
  uint32_t ncommits;
  mgp_touch_t *touches; /* [ntouches], in access order, indices within the stretch; ledger memory */
  uint32_t ntouches;
  uint32_t *order; /* [ntouches]: touches by bucket, in access order within each; likewise */
  uint32_t bucket[MGP_MERGE_BUCKETS + 1]; /* where in order each begins */
} mgp_stretch_t;

/* Takes over a copy of n touches, and sorts them. */
mgp_status_t mgp_stretch_take(mgp_ledger_t *ledger, mgp_stretch_t *seg, const mgp_touch_t *touches,
                              uint32_t n);
void mgp_stretch_free(mgp_ledger_t *ledger, mgp_stretch_t *seg);
/* The stretches of one partition in the order of its steps: their steps become final but for what
 * reaches back before the partition, their touches are gone. Sets `first` of each. touches: ledger
 * memory, in access order, indices within the partition. Scratch: 24 bytes for each touch of one
 * bucket and thread. */
mgp_status_t mgp_stretches_merge(mgp_ledger_t *ledger, unsigned threads, mgp_stretch_t *seg,
                                 uint32_t n, mgp_touch_t **touches, uint32_t *ntouches);

#endif
