/* For every word of memory that the run has touched: the last program shard that did. Every rank
 * keeps the whole map, 2 bytes a word in pages that are made when a word of them is touched first,
 * so that it grows with the memory used and not with the number of shards. */
#ifndef MGP_PROVER_LAST_H
#define MGP_PROVER_LAST_H

#include "base/ledger.h"

#define MGP_LAST_KEYS (1u << 28) /* words of memory */

typedef struct mgp_last mgp_last_t;
mgp_status_t mgp_last_create(mgp_ledger_t *ledger, mgp_last_t **out);
void mgp_last_destroy(mgp_last_t *m);
/* 0: not touched yet. */
uint32_t mgp_last_get(const mgp_last_t *m, uint32_t key);
/* 1 <= id < 2^16 */
mgp_status_t mgp_last_set(mgp_last_t *m, uint32_t key, uint32_t id);
uint64_t mgp_last_words(const mgp_last_t *m);
/* The first touched word from key on; MGP_LAST_KEYS if there is none. */
uint32_t mgp_last_next(const mgp_last_t *m, uint32_t key);

#endif
