/* The state of a job in its folder (base/store.h), from which another start goes on: with any
 * number of ranks, any backend, and to the same bytes.
 *
 * Records: `job`, the plan and what it is for, written before the first shard; `shard.00001` and so
 * on, one for each finished shard by its place in the file: its proof, and the words of memory that
 * it touched, written once the proof is verified, beside those of the next ones. The run itself is
 * not saved: it is executed again, which is fast, and each shard that is found is verified against
 * it. Rank 0 has the folder; functions are collective, and do nothing if the job has none, unless
 * they say otherwise. */
#ifndef MGP_PROVER_JOB_H
#define MGP_PROVER_JOB_H

#include "prover/checker.h"

/* Takes the plan of the folder's job, if there is one, into *own, the session's options: the
 * folder's job must be for the same program, input, format version and (where they were given)
 * plan. */
mgp_status_t mgp_job_begin(mgp_session_t *s, mgp_prove_options_t *own);
/* Once the budget is known: writes the plan of a new job. */
mgp_status_t mgp_job_planned(mgp_session_t *s);
/* After mgp_shards_begin: all finished shards, up to the first that is missing, as if they had just
 * been proved. MGP_BAD_INPUT, with the file's name, for one that does not belong here. */
mgp_status_t mgp_job_restore(mgp_session_t *s);
/* The record of the shard in hand, statement and body of which are given, to be verified and kept
 * (*out, but for body_words and what is to be done). Rank 0, local. */
mgp_status_t mgp_job_record(mgp_session_t *s, const uint8_t *bytes, size_t nbytes,
                            mgp_check_t *out);
/* Puts it into the folder. Rank 0, from any thread. */
mgp_status_t mgp_job_put(const mgp_session_t *s, uint32_t number, const uint8_t *record, size_t n);

#endif
