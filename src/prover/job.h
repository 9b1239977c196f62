/* The state of a job in its folder (base/store.h), from which another start goes on: with any
 * number of ranks, any backend, and to the same bytes.
 *
 * Records: `job`, the plan and what it is for, written before the first shard; `shard.00001` and so
 * on, one for each finished shard in the order of the file: its proof, and the words of memory that
 * it touched. The run itself is not saved: it is executed again, which is fast, and each shard that
 * is found is verified against it. Rank 0 has the folder; all functions are collective and do
 * nothing if the job has none. */
#ifndef MGP_PROVER_JOB_H
#define MGP_PROVER_JOB_H

#include "prover/session.h"

/* Takes the plan of the folder's job, if there is one, into *own, the session's options: the
 * folder's job must be for the same program, input, format version and (where they were given)
 * plan. */
mgp_status_t mgp_job_begin(mgp_session_t *s, mgp_prove_options_t *own);
/* Once the budget is known: writes the plan of a new job. */
mgp_status_t mgp_job_planned(mgp_session_t *s);
/* After mgp_shards_begin: all finished shards, up to the first that is missing, as if they had just
 * been proved. MGP_BAD_INPUT, with the file's name, for one that does not belong here. */
mgp_status_t mgp_job_restore(mgp_session_t *s);
/* The shard that has just joined the finished ones. */
mgp_status_t mgp_job_keep(mgp_session_t *s, const uint8_t *bytes, size_t nbytes);

#endif
