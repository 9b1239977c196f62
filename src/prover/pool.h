/* Words of pieces (pieces.h) in memory that rank 0 shares with the ranks on its host: what the
 * plain pass writes down is there for all of them as it is made, and nothing is copied or sent.
 *
 * Blocks are found first-fit, so that the same pages are used again. Only the plain pass takes
 * them; each rank lets go of those that it has been told of. Memory is taken as it is needed, up to
 * half of /dev/shm: the rest of the words goes by messages, as to other hosts. */
#ifndef MGP_PROVER_POOL_H
#define MGP_PROVER_POOL_H

#include "base/ledger.h"
#include "comm/comm.h"

typedef struct mgp_pool mgp_pool_t;

#define MGP_POOL_NBYTES ((uint64_t)4 << 30) /* of addresses */
#define MGP_POOL_NONE   UINT32_MAX          /* no block: the words are elsewhere */

/* *out: NULL on every rank if rank 0 shares memory with none, or there is none for what is in
 * front. nbytes: the most that blocks take together; front: bytes before them. Rank 0's ledger
 * counts the memory that is there. Collective. */
mgp_status_t mgp_pool_create(mgp_comm_t *comm, mgp_ledger_t *ledger, uint64_t front,
                             uint64_t nbytes, mgp_pool_t **out);
/* Zeros at first, for anything; NULL on a rank without the memory. */
void *mgp_pool_front(const mgp_pool_t *pool);
/* Whether rank r, or every rank, has the memory. Local. NULL: no. */
int mgp_pool_reaches(const mgp_pool_t *pool, uint32_t r);
int mgp_pool_reaches_all(const mgp_pool_t *pool);
/* A block for n words, which rank 0 holds; MGP_POOL_NONE: no room. By one thread of rank 0. */
uint32_t mgp_pool_take(mgp_pool_t *pool, uint64_t n);
/* From now on every rank that has the memory holds the block. By rank 0, before it tells them. */
void mgp_pool_share(mgp_pool_t *pool, uint32_t block);
/* By any thread of a rank that holds it. Once nobody does, it is taken again. */
void mgp_pool_leave(mgp_pool_t *pool, uint32_t block);
/* Its words, on a rank that has the memory. */
uint32_t *mgp_pool_words(const mgp_pool_t *pool, uint32_t block);
void mgp_pool_destroy(mgp_pool_t *pool); /* local; NULL is fine */

#endif
