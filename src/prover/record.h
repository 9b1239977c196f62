/* Recording: each rank records its own partitions of a shard, in threads of its own, while the
 * shard before is being proved, or the device is opened. No backend and no comm is used there: the
 * records lie in host memory of the ledger `ahead` until the shard's turn comes. To a device with
 * memory left they are sent before that, by whoever proves (mgp_recorder_send).
 *
 * The pieces of the cut are recorded by all threads of the rank, each in a vm of its own that has
 * no memory but what the piece's words say, and are put together then (prover/merge.h). Only beside
 * a proof on the host's own processors one thread records alone: it is a hundred times faster than
 * the proof. */
#ifndef MGP_PROVER_RECORD_H
#define MGP_PROVER_RECORD_H

#include "prover/exchange.h"
#include "prover/pass.h"

typedef struct mgp_recorder mgp_recorder_t;

/* The session has its place and its partitions; its backend is wanted by mgp_recorder_start. like:
 * NULL, or another one, which shares its tables and must outlive this one. */
mgp_status_t mgp_recorder_create(mgp_session_t *s, const mgp_recorder_t *like,
                                 mgp_recorder_t **out);
/* Begins with the run's first shard while the pass still executes it: pieces that are expected to
 * be in partitions of this rank are recorded as they come, unless no thread is to be had. Which
 * ones are is known once there is a cut: mgp_recorder_start with that is next, and records what is
 * missing. The stream and the words that it tells of outlive that, or the recorder. Local. */
void mgp_recorder_follow(mgp_recorder_t *r, mgp_stream_t *stream, uint64_t room);
/* Starts with a shard; the recorder owns the cut from now on. room: bytes that may be held ahead; a
 * recorder that needs more waits for mgp_recorder_finish. The shards of a run are started in order,
 * each after the one before is finished. Local. */
mgp_status_t mgp_recorder_start(mgp_recorder_t *r, mgp_cut_t *cut, uint64_t room);
/* Instead: the shard has been proved before. Keeps the cut without its pieces, in *cut too. Local.
 */
void mgp_recorder_skip(mgp_recorder_t *r, mgp_cut_t *cut);
/* Gives it memory of the device beside the shard in hand, if the plan has room and unless it has
 * some. Local. */
mgp_status_t mgp_recorder_place(mgp_recorder_t *r);
/* Begins to send what has been recorded to the device, where it has been given memory for that;
 * returns at once. To be called now and then while a shard is proved. Local. */
mgp_status_t mgp_recorder_send(mgp_recorder_t *r);
/* Whether mgp_recorder_finish would not wait. If so: bytes of the device that steps will take
 * beside what they have been given, and the number of touches. Local. */
int mgp_recorder_ready(mgp_recorder_t *r, uint64_t *steps_nbytes, uint64_t *ntouches);
/* Waits for the end and moves the records of the rank's partitions to the device. lists: one per
 * own partition; their touches are the caller's, device memory. Local. */
mgp_status_t mgp_recorder_finish(mgp_recorder_t *r, mgp_touch_list_t *lists);
/* The shard that was started last; its pieces are gone once it is finished. */
const mgp_cut_t *mgp_recorder_cut(const mgp_recorder_t *r);
/* Seconds of recording so far, by the clock, without what it has waited for the pass. */
double mgp_recorder_seconds(const mgp_recorder_t *r);
/* There will be no more shards: gives its buffers back. */
void mgp_recorder_rest(mgp_recorder_t *r);
void mgp_recorder_destroy(mgp_recorder_t *r);

#endif
