/* The plain pass: a thread of rank 0 executes the run ahead of the proof, as fast as possible, and
 * cuts it into shards (prover/shard_cut.h), and these into pieces. It is at most two shards ahead:
 * what it has written down of them is what is kept. Every rank gets a shard's cut (mgp_cut_share),
 * and records from it (prover/pieces.h): so the run is executed once, and no rank but this one
 * keeps its memory.
 *
 * It begins before the budget is known, which depends on the device's memory: what has cost less
 * than the budget is the beginning of the first shard whatever the budget is. If that turns out to
 * have been spent already, the pass begins again, which loses no more than the time before. */
#ifndef MGP_PROVER_PASS_H
#define MGP_PROVER_PASS_H

#include "prover/shard_cut.h"
#include "prover/stream.h"

/* A vm at the entry of the session's program, with its hints. What the guest writes to fd 1 and 2
 * is dropped. */
mgp_status_t mgp_pass_create_vm(const mgp_session_t *s, mgp_vm_t **out);
/* A vm that records what the pass has noted. like: NULL, or one made by this, which must outlive
 * it. */
mgp_status_t mgp_pass_create_recorder(const mgp_session_t *s, const mgp_vm_t *like, mgp_vm_t **out);

typedef struct mgp_pass mgp_pass_t;
/* Starts the thread; the session's options, chips and ledger `ahead` are set. likely: the budget as
 * far as it is known; before mgp_pass_settle the first shard is not left, and nothing is printed.
 * Local. */
mgp_status_t mgp_pass_create(mgp_session_t *s, uint64_t likely, mgp_pass_t **out);
/* The budget. 0: what has been executed goes too far for it, and the pass has ended;
 * mgp_pass_restart is next. Local, once. */
int mgp_pass_settle(mgp_pass_t *pass, uint64_t budget);
/* From the entry, with the budget that is settled: nobody uses pieces of before. Local. */
mgp_status_t mgp_pass_restart(mgp_pass_t *pass);
/* Whether mgp_pass_next would not wait. Local. */
int mgp_pass_has_next(mgp_pass_t *pass);
/* Waits for the next shard's cut. Fails as the run does (a trap, a limit). Local. */
mgp_status_t mgp_pass_next(mgp_pass_t *pass, mgp_cut_t *out);
/* The first shard's pieces as soon as they have ended, before there is a cut, or the budget. Words
 * stay the cut's, or the pass's if there will be none. Closed when there are no more of them: the
 * run may have failed, or the pass begins again. In front of the session's pool, if it has one. */
mgp_stream_t *mgp_pass_stream(const mgp_pass_t *pass);
/* After the last cut: the run as it has halted. */
const mgp_vm_t *mgp_pass_vm(const mgp_pass_t *pass);
/* Seconds that the thread has spent executing. */
double mgp_pass_seconds(const mgp_pass_t *pass);
/* Ends the thread, wherever the run is; the stream is closed before. */
void mgp_pass_destroy(mgp_pass_t *pass);

/* The next cut to every rank, with the words that it needs for its partitions. pass: NULL but on
 * rank 0. record: 0 if nobody will record it: without words. After a failure the pass keeps what it
 * has written until it is destroyed, since somebody may follow it. Collective. */
mgp_status_t mgp_cut_share(mgp_session_t *s, mgp_pass_t *pass, int record, mgp_cut_t *out);

#endif
