/* The memory boundary: rows of all touched words by the source of their first value, each kind in
 * the order of keys and dealt out in P equal parts. Words and rows are on the devices all the time;
 * what ranks have to know of each other are the number and the last of the words in each range of
 * keys of one source. */
#ifndef MGP_PROVER_BOUNDARY_H
#define MGP_PROVER_BOUNDARY_H

#include "prover/session.h"

typedef struct {
  mgp_word_t *d_word; /* keys ascending, and between ranks in their order */
  uint32_t n;
} mgp_words_list_t;

/* Rows of the partitions, and chain ends of the statement. Collective. */
mgp_status_t mgp_memory_boundary(mgp_session_t *s, const mgp_words_list_t *words);

#endif
