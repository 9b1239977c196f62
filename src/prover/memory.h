/* Rows of the memory that a shard has touched, from its words in key order: boundary rows in the
 * one shard of a run (boundary.h), SHARD_RAM rows in a program shard, both in a memory shard. */
#ifndef MGP_PROVER_MEMORY_H
#define MGP_PROVER_MEMORY_H

#include "prover/boundary.h"

/* Kind PROGRAM: every word comes in by a record of the shard that had it last, and goes out by one
 * of this shard. SHARD_RAM rows on the devices, accumulator of the statement, map of last shards.
 * Collective. */
mgp_status_t mgp_memory_program(mgp_session_t *s, const mgp_words_list_t *words);
/* Kind MEMORY: the next words of the run, as many as cost the budget: their first values go out by
 * records of id 0, their last come in. Statement and all raw state of the shard. Collective. */
mgp_status_t mgp_memory_shard(mgp_session_t *s);
/* Passes over the words of the next memory shard, which is finished. Local. */
void mgp_memory_shard_skip(mgp_session_t *s);
/* Words of a memory shard, at most. Local. */
uint32_t mgp_memory_shard_words(const mgp_session_t *s);
/* ... of the next one. Local. */
uint32_t mgp_memory_words_left(const mgp_session_t *s);

#endif
