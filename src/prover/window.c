#include "prover/window.h"

#include <string.h>

#include "base/arena.h"

struct mgp_window {
  mgp_ledger_t *ledger;
  mgp_arena_t *arena;
  uint64_t room;
  uint32_t n, slots;
  uint32_t left; /* pieces before this one have been started */
  uint32_t started, ended;
  uint64_t *nbytes, *offset; /* by piece */
  uint32_t *order;           /* pieces as they were started */
  uint8_t *taken;            /* by piece: it has been started */
};

static mgp_status_t begin_again(mgp_window_t *w) {
  mgp_arena_destroy(w->arena);
  w->arena = mgp_arena_create(w->room);
  w->left = w->started = w->ended = 0;
  memset(w->taken, 0, w->n);
  return w->arena ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of host memory for a plan");
}

mgp_status_t mgp_window_create(mgp_ledger_t *ledger, const uint64_t *nbytes, uint32_t n,
                               uint32_t slots, uint64_t room, mgp_window_t **out) {
  mgp_window_t *w;
  uint8_t *at;
  const size_t each = 2 * sizeof *w->nbytes + sizeof *w->order + sizeof *w->taken;
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_PLAN, sizeof *w + n * each, (void **)&w));
  memset(w, 0, sizeof *w);
  w->ledger = ledger;
  w->n = n;
  w->slots = slots;
  w->room = n && nbytes[0] > room ? nbytes[0] : room;
  at = (uint8_t *)(w + 1);
  w->nbytes = (uint64_t *)(void *)at;
  w->offset = w->nbytes + n;
  w->order = (uint32_t *)(void *)(w->offset + n);
  w->taken = (uint8_t *)(w->order + n);
  if (n) memcpy(w->nbytes, nbytes, n * sizeof *nbytes);
  const mgp_status_t st = begin_again(w);
  if (st != MGP_OK) {
    mgp_ledger_free(ledger, w);
    return st;
  }
  *out = w;
  return MGP_OK;
}

void mgp_window_destroy(mgp_window_t *w) {
  if (!w) return;
  mgp_arena_destroy(w->arena);
  mgp_ledger_free(w->ledger, w);
}

/* The first piece of at most `most` bytes. */
static uint32_t first_of(const mgp_window_t *w, uint64_t most) {
  uint32_t low = w->left, high = w->n;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (w->nbytes[middle] > most)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

uint32_t mgp_window_start(mgp_window_t *w, uint64_t *offset) {
  if (w->started - w->ended == w->slots) return MGP_WINDOW_NONE;
  uint32_t i = first_of(w, mgp_arena_largest_gap(w->arena));
  while (i < w->n && w->taken[i]) i++;
  if (i == w->n || !mgp_arena_take(w->arena, w->nbytes[i], 0, &w->offset[i]))
    return MGP_WINDOW_NONE;
  w->taken[i] = 1;
  w->order[w->started++] = i;
  while (w->left < w->n && w->taken[w->left]) w->left++;
  *offset = w->offset[i];
  return i;
}

uint32_t mgp_window_end(mgp_window_t *w) {
  if (w->ended == w->started) return MGP_WINDOW_NONE;
  const uint32_t i = w->order[w->ended++];
  (void)mgp_arena_give(w->arena, w->offset[i]);
  return i;
}

uint32_t mgp_window_started(const mgp_window_t *w) {
  return w->started;
}
uint32_t mgp_window_ended(const mgp_window_t *w) {
  return w->ended;
}

uint64_t mgp_window_peak(mgp_window_t *w) {
  uint64_t peak = 0, offset = 0;
  if (begin_again(w) != MGP_OK) return UINT64_MAX;
  while (w->started < w->n) {
    const uint32_t i = mgp_window_start(w, &offset);
    if (i == MGP_WINDOW_NONE) {
      if (mgp_window_end(w) == MGP_WINDOW_NONE) return UINT64_MAX; /* out of host memory */
      continue;
    }
    if (offset + w->nbytes[i] > peak) peak = offset + w->nbytes[i];
  }
  return begin_again(w) == MGP_OK ? peak : UINT64_MAX;
}
