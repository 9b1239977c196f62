#include "comm/board.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_BOOL_LOCK_FREE == 2,
               "processes share the counters");

/* Of one rank. Two places in turn: who shows for the third time has taken the second one from every
 * rank, each of which had taken the first one before it showed that. */
typedef struct {
  _Alignas(64) atomic_ullong shown; /* how often */
  atomic_bool claimed;              /* of rank 0's place: mgp_board_claim */
  _Alignas(64) uint8_t bytes[2][MGP_BOARD_NBYTES];
} place_t;

struct mgp_board {
  mgp_shared_t shared;
  place_t *place; /* [size], shared */
  uint32_t rank, size;
  uint32_t seen; /* ranks that have been seen to have shown as often as this one */
  uint64_t shown;
};

uint64_t mgp_board_nbytes(uint32_t size) {
  return size * sizeof(place_t);
}

mgp_status_t mgp_board_create(mgp_shared_t *shared, uint32_t rank, uint32_t size,
                              mgp_board_t **out) {
  mgp_board_t *b = NULL;
  mgp_status_t st = shared->fd >= 0 ? mgp_shared_take(shared, 0, shared->nbytes) : MGP_OK;
  if (st == MGP_OK && (b = calloc(1, sizeof *b)) == NULL)
    st = mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  if (st != MGP_OK) {
    mgp_shared_destroy(shared);
    return st;
  }
  b->shared = *shared;
  b->place = shared->base;
  b->rank = rank;
  b->size = size;
  *out = b;
  return MGP_OK;
}

void mgp_board_destroy(mgp_board_t *b) {
  if (b == NULL) return;
  mgp_shared_destroy(&b->shared);
  free(b);
}

void mgp_board_show(mgp_board_t *b, const void *mine, uint64_t nbytes) {
  place_t *own = &b->place[b->rank];
  b->shown++;
  b->seen = 0;
  memcpy(own->bytes[b->shown % 2], mine, nbytes);
  atomic_store_explicit(&own->shown, b->shown, memory_order_release);
}

bool mgp_board_claim(mgp_board_t *b) {
  return !atomic_exchange(&b->place[0].claimed, true);
}

bool mgp_board_take(mgp_board_t *b, void *all, uint64_t nbytes) {
  for (; b->seen < b->size; b->seen++)
    if (atomic_load_explicit(&b->place[b->seen].shown, memory_order_acquire) < b->shown)
      return false;
  for (uint32_t r = 0; r < b->size; r++)
    memcpy((uint8_t *)all + r * nbytes, b->place[r].bytes[b->shown % 2], nbytes);
  return true;
}
