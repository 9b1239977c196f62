/* The plain pass: a thread of rank 0 executes the run ahead of the proof, as fast as possible, and
 * cuts it into shards. It is at most two shards ahead: what it has written down of them is what is
 * kept. Every rank gets a shard's cut (mgp_cut_share), and goes on from there on its own.
 *
 * A cut holds the state at the shard's start and the pages that the shard before has written. Where
 * the shard's partitions start is known only when its cost is (the last one is cut by its own), so
 * a rank runs plainly from the shard's start to its partitions: at the speed of the pass, and
 * beside it, so no shard waits longer than for the pass itself, and pages travel once instead of
 * once for each partition. */
#ifndef MGP_PROVER_PASS_H
#define MGP_PROVER_PASS_H

#include "prover/session.h"
#include "vm/snapshot.h"

/* Plain data but for the two pointers. */
typedef struct {
  uint32_t id;               /* 1, 2, ... */
  uint32_t last;             /* 1: the run halts in this shard */
  mgp_vm_point_t start, end; /* end: of the shard */
  uint32_t npages;
  uint32_t *page; /* [npages], ledger memory */
  uint8_t *bytes; /* [npages][MGP_VM_PAGE_BYTES] */
} mgp_cut_t;

/* Start of partition p, as cost since the entry: the first step before which that much was spent.
 * Partitions of the last shard share its own cost, those of the others the budget. */
uint64_t mgp_cut_cost(const mgp_cut_t *cut, uint64_t budget, uint32_t partitions, uint32_t p);
void mgp_cut_free(mgp_session_t *s, mgp_cut_t *cut);

/* A vm at the entry of the session's program, with its hints. print: what the guest writes to fd 1
 * and 2 goes to the user. */
mgp_status_t mgp_pass_create_vm(const mgp_session_t *s, int print, mgp_vm_t **out);

typedef struct mgp_pass mgp_pass_t;
/* Starts the thread; the session's options, ledger and budget are set. Local. */
mgp_status_t mgp_pass_create(mgp_session_t *s, mgp_pass_t **out);
/* Waits for the next shard's cut. Fails as the run does (a trap, a limit). Local. */
mgp_status_t mgp_pass_next(mgp_pass_t *pass, mgp_cut_t *out);
/* After the last cut: the run as it has halted. */
const mgp_vm_t *mgp_pass_vm(const mgp_pass_t *pass);
/* Seconds that the thread has spent executing. */
double mgp_pass_seconds(const mgp_pass_t *pass);
void mgp_pass_destroy(mgp_pass_t *pass);

/* The next cut to every rank. pass: NULL but on rank 0. Collective. */
mgp_status_t mgp_cut_share(mgp_session_t *s, mgp_pass_t *pass, mgp_cut_t *out);

#endif
