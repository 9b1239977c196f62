/* The shards of a run, one after the other, each proved by all ranks together.
 *
 *   mgp_shards_open        starts the plain pass (rank 0)
 *   mgp_shards_follow      starts the recording of the first shard, if a device is to be opened
 *   mgp_shards_begin       the budget is known
 *   mgp_job_restore        finished shards of an earlier start, if there are any (job.h)
 *   mgp_shards_ahead       starts the recording of the first shard, or goes on with it
 *   for each shard:
 *     mgp_phase_record     its raw state: the records of a program shard, made ahead, with previous
 *                          timestamps exchanged; or the words of a memory shard
 *     mgp_shards_ahead     once it is planned: the next shard is recorded in the background
 *     mgp_shards_further   while a device makes its chip proofs: so is the one after that
 *     mgp_shards_append    its proof joins the finished ones, and is checked beside what follows
 *   mgp_shards_write       the file, on rank 0
 *
 * A run that halts within its first shard is one of kind WHOLE; otherwise memory shards follow once
 * the last program shard is proved (protocol/statement.h). All functions are collective unless they
 * say otherwise. */
#ifndef MGP_PROVER_SHARDS_H
#define MGP_PROVER_SHARDS_H

#include "prover/checker.h"
#include "prover/last.h"
#include "prover/record.h"

#define MGP_SHARDS_AHEAD 2u /* that are recorded at a time */

struct mgp_shards {
  mgp_pass_t *pass; /* rank 0 */
  /* of the next shard (its turn), and of the one after it */
  mgp_recorder_t *recorder[MGP_SHARDS_AHEAD];
  unsigned turn, ahead; /* so many of them have a shard */
  int all_cut;          /* among them the last one */
  int late;      /* a shard may not be recorded when devices could go on with it, or was not */
  mgp_cut_t cut; /* of the program shard in hand, or the last one; without pieces */
  uint64_t held; /* bytes of the device that the next one has taken */
  int follows;   /* it has pieces of the first one, without its cut */
  mgp_last_t *last;
  uint32_t begun;    /* shards taken in hand, those of an earlier start included */
  uint32_t done;     /* shards finished */
  uint32_t restored; /* ... of which an earlier start has proved so many */
  uint32_t told;     /* ... and have been verified and kept, as far as that is wished; rank 0 */
  uint32_t next_key; /* memory shards: first word that has had no row yet */
  /* rank 0: finished shards */
  uint8_t *bytes;
  size_t nbytes, cap_bytes;
  mgp_params_t *params;
  uint32_t cap_params;
  double bits;            /* of the worst of them */
  mgp_checker_t *checker; /* from the first finished shard on */
};

/* Partitions are dealt out. Local. */
mgp_status_t mgp_shards_open(mgp_session_t *s);
/* The rank has its place; its backend may still be missing. Local. */
mgp_status_t mgp_shards_follow(mgp_session_t *s);
mgp_status_t mgp_shards_begin(mgp_session_t *s);
mgp_status_t mgp_shards_ahead(mgp_session_t *s);
/* If recording may be late, which it is not for one device until it has been, and the plain pass
 * has come so far: nobody waits for it here. (Buffers for another shard cost time to pin.) */
mgp_status_t mgp_shards_further(mgp_session_t *s);
/* *fits: the next shard is recorded, and there is room for its raw state beside the shard in hand,
 * whose chip proofs are under way, on every rank. There is a next one. */
mgp_status_t mgp_shards_fit_beside(mgp_session_t *s, int *fits);
/* Seconds that this rank's recorders have been at work, by the clock. Local. */
double mgp_shards_record_seconds(const mgp_session_t *s);
/* Between two steps of a proof: what is recorded by now begins its way to the device. Local. */
mgp_status_t mgp_shards_send(mgp_session_t *s);
mgp_status_t mgp_shards_append(mgp_session_t *s);
/* The next program shard has been proved before: its memory is applied, nothing recorded. Sets the
 * statement as far as the run says it, also that of a memory shard. */
mgp_status_t mgp_shards_pass_over(mgp_session_t *s);
/* Rank 0, local: statement and body of that shard, with the session's parameters, join the finished
 * ones, and are verified beside what follows. */
mgp_status_t mgp_shards_adopt(mgp_session_t *s, const uint8_t *bytes, size_t nbytes,
                              size_t body_words);
/* All finished shards are verified. Collective. */
mgp_status_t mgp_shards_checked(mgp_session_t *s);
/* All ranks: goes on to the next shard. Local. */
void mgp_shards_join(mgp_session_t *s);
/* Whether another shard follows. Local. */
int mgp_shards_left(const mgp_session_t *s);
mgp_status_t mgp_shards_write(mgp_session_t *s);
/* Local. */
void mgp_shards_end(mgp_session_t *s);

#endif
