/* Where a run is cut into shards.
 *
 * A shard ends before the first step at which its steps so far, and the words of memory that they
 * have touched, cost the budget or more: a word costs as much as its two SHARD_RAM rows. A run
 * whose steps alone cost less than the budget is one shard all the same, since then it has no such
 * rows; so the cuts of a run's beginning are held until it is known not to be one. */
#ifndef MGP_PROVER_SHARD_CUT_H
#define MGP_PROVER_SHARD_CUT_H

#include "prover/pieces.h"

/* Cost of a word that a shard touches. */
static inline uint32_t mgp_word_cost(const mgp_session_t *s) {
  return 2 * s->chips->chip[MGP_CHIP_SHARD_RAM].cost;
}

/* Executes a run and finds its cuts, one after the other. */
typedef struct {
  mgp_session_t *s; /* options, chips, ledger `ahead` */
  mgp_vm_t *vm;     /* at the entry */
  uint64_t budget;  /* `run` may change it as long as nothing depends on it */
  /* Executes some of the shard whose cut it is, at most to these limits, and writes down what is
   * wanted of it. MGP_VM_LIMIT in *why: there is more of the shard. */
  mgp_status_t (*run)(void *arg, mgp_cut_t *cut, const mgp_vm_limits_t *limits, mgp_vm_stop_t *why);
  void *arg;
  uint32_t made; /* shards */
  int longer;    /* the run is known not to be one shard, or to have halted */
  mgp_cut_t *held;
  uint32_t nheld, given, cap;
  mgp_cut_t wreck; /* of a shard in which the run has failed: somebody may be reading its words */
} mgp_cutter_t;

/* The next shard's cut, whose pieces are the caller's. Fails as the run does (a trap, a limit); not
 * to be called after the last one. */
mgp_status_t mgp_cutter_next(mgp_cutter_t *c, mgp_cut_t *out);
/* Cuts that were not taken. */
void mgp_cutter_free(mgp_cutter_t *c);

#endif
