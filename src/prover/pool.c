#include "prover/pool.h"

#include <stdatomic.h>
#include <string.h>

#define CHUNK ((uint64_t)64 << 10)
#define STEP  16u /* chunks whose memory is taken at a time */

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "processes share the counters");

/* A block is a few chunks, and known by its first one. */
struct mgp_pool {
  mgp_ledger_t *ledger;
  mgp_shared_t shared;  /* counters, what is in front, then, from a whole chunk on, the blocks */
  atomic_uint *holders; /* [nchunks], shared: of the block that begins there */
  uint64_t front, base; /* bytes before what is in front, and before the blocks */
  uint32_t nchunks;
  uint32_t *length; /* rank 0, [nchunks]: chunks of the block that begins there; 0: none does */
  uint32_t backed;  /* rank 0: chunks that have memory */
  uint32_t nranks, sharing;
  uint8_t shares[]; /* [nranks] */
};

static mgp_status_t open_memory(mgp_comm_t *comm, uint64_t front, mgp_pool_t *p) {
  p->front = (p->nchunks * sizeof *p->holders + 63) / 64 * 64;
  p->base = (p->front + front + CHUNK - 1) / CHUNK * CHUNK;
  MGP_TRY(mgp_comm_share(comm, p->base + p->nchunks * CHUNK, &p->shared, p->shares));
  for (uint32_t r = 0; r < p->nranks; r++) p->sharing += p->shares[r];
  p->holders = p->shared.base;
  return MGP_OK;
}

/* Memory for bytes [at, at + nbytes), unless others need it. */
static int take_memory(const mgp_pool_t *p, uint64_t at, uint64_t nbytes) {
  return nbytes <= mgp_shared_spare(&p->shared) &&
         mgp_shared_take(&p->shared, at, nbytes) == MGP_OK;
}

/* *usable: what comes before the blocks has memory. */
static mgp_status_t open_blocks(mgp_pool_t *p, uint32_t *usable) {
  const size_t nbytes = (p->nchunks + 1) * sizeof *p->length;
  *usable = take_memory(p, 0, p->base);
  if (!*usable) return MGP_OK;
  MGP_TRY(mgp_ledger_count(p->ledger, MGP_MEM_RAW, p->shared.base, p->base));
  MGP_TRY(mgp_ledger_alloc(p->ledger, MGP_MEM_RAW, nbytes, (void **)&p->length));
  memset(p->length, 0, nbytes);
  return MGP_OK;
}

mgp_status_t mgp_pool_create(mgp_comm_t *comm, mgp_ledger_t *ledger, uint64_t front,
                             uint64_t nbytes, mgp_pool_t **out) {
  const uint32_t nranks = mgp_comm_size(comm);
  mgp_pool_t *p = NULL;
  uint32_t usable = 0;
  mgp_status_t st = mgp_ledger_alloc(ledger, MGP_MEM_RAW, sizeof *p + nranks, (void **)&p);
  *out = NULL;
  if (st == MGP_OK) {
    memset(p, 0, sizeof *p);
    p->ledger = ledger;
    p->nranks = nranks;
    p->nchunks = (uint32_t)(nbytes / CHUNK);
  }
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  MGP_TRY_GOTO(st, open_memory(comm, front, p), out);
  if (!p->sharing) goto out;
  if (mgp_comm_rank(comm) == 0) st = open_blocks(p, &usable);
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  MGP_TRY_GOTO(st, mgp_comm_bcast(comm, &usable, sizeof usable, 0), out);
  if (!usable) goto out;
  *out = p;
  return MGP_OK;
out:
  mgp_pool_destroy(p);
  return st;
}

void *mgp_pool_front(const mgp_pool_t *p) {
  return p && p->shared.base ? (uint8_t *)p->shared.base + p->front : NULL;
}

int mgp_pool_reaches(const mgp_pool_t *p, uint32_t r) {
  return p && p->shares[r];
}

int mgp_pool_reaches_all(const mgp_pool_t *p) {
  return p && p->sharing == p->nranks;
}

/* No block that is held has this chunk. */
static int is_free(mgp_pool_t *p, uint32_t chunk) {
  if (p->length[chunk] && atomic_load_explicit(&p->holders[chunk], memory_order_acquire)) return 0;
  p->length[chunk] = 0;
  return 1;
}

/* The first run of n free chunks; nchunks if there is none. */
static uint32_t find(mgp_pool_t *p, uint32_t n) {
  uint32_t at = 0, end = 0; /* chunks [at, end) are free */
  while (end - at < n && end < p->nchunks) {
    if (is_free(p, end))
      end++;
    else
      at = end += p->length[end];
  }
  return end - at == n ? at : p->nchunks;
}

/* Memory for chunks below `end`. After a failure there will be no more. */
static int back(mgp_pool_t *p, uint32_t end) {
  if (end <= p->backed) return 1;
  const uint32_t most = p->nchunks - p->backed, want = end - p->backed;
  const uint32_t n = want > STEP ? want : most < STEP ? most : STEP;
  const uint64_t at = p->base + p->backed * CHUNK;
  if (!take_memory(p, at, n * CHUNK) ||
      mgp_ledger_recount(p->ledger, p->shared.base, at + n * CHUNK) != MGP_OK) {
    p->nchunks = p->backed;
    return 0;
  }
  p->backed += n;
  return 1;
}

uint32_t mgp_pool_take(mgp_pool_t *p, uint64_t n) {
  const uint64_t chunks = n ? (n * sizeof(uint32_t) + CHUNK - 1) / CHUNK : 1;
  if (chunks > p->nchunks) return MGP_POOL_NONE;
  const uint32_t at = find(p, (uint32_t)chunks);
  if (at == p->nchunks || !back(p, at + (uint32_t)chunks)) return MGP_POOL_NONE;
  p->length[at] = (uint32_t)chunks;
  atomic_store_explicit(&p->holders[at], 1, memory_order_relaxed);
  return at;
}

void mgp_pool_share(mgp_pool_t *p, uint32_t block) {
  atomic_store_explicit(&p->holders[block], p->sharing, memory_order_relaxed);
}

void mgp_pool_leave(mgp_pool_t *p, uint32_t block) {
  atomic_fetch_sub_explicit(&p->holders[block], 1, memory_order_release);
}

uint32_t *mgp_pool_words(const mgp_pool_t *p, uint32_t block) {
  return (uint32_t *)(void *)((uint8_t *)p->shared.base + p->base + block * CHUNK);
}

void mgp_pool_destroy(mgp_pool_t *p) {
  if (!p) return;
  mgp_ledger_free(p->ledger, p->length);
  mgp_ledger_free(p->ledger, p->shared.base);
  mgp_shared_destroy(&p->shared);
  mgp_ledger_free(p->ledger, p);
}
