#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

typedef struct {
  uint64_t start, end;
} piece_t;

struct mgp_arena {
  uint64_t nbytes, used;
  piece_t *pieces; /* by start */
  size_t count, capacity;
};

mgp_arena_t *mgp_arena_create(uint64_t nbytes) {
  mgp_arena_t *a = calloc(1, sizeof *a);
  if (a) a->nbytes = nbytes;
  return a;
}

void mgp_arena_destroy(mgp_arena_t *a) {
  if (!a) return;
  free(a->pieces);
  free(a);
}

/* The gap before piece i; after the last one for i = count. */
static piece_t gap_before(const mgp_arena_t *a, size_t i) {
  piece_t gap;
  gap.start = i ? a->pieces[i - 1].end : 0;
  gap.end = i < a->count ? a->pieces[i].start : a->nbytes;
  return gap;
}

int mgp_arena_take(mgp_arena_t *a, uint64_t nbytes, int from_high, uint64_t *offset) {
  if (nbytes == 0 || !mgp_grow((void **)&a->pieces, &a->capacity, a->count, sizeof *a->pieces))
    return 0;
  for (size_t k = 0; k <= a->count; k++) {
    size_t at = from_high ? a->count - k : k;
    piece_t gap = gap_before(a, at);
    if (gap.end - gap.start < nbytes) continue;
    uint64_t start = from_high ? gap.end - nbytes : gap.start;
    memmove(a->pieces + at + 1, a->pieces + at, (a->count - at) * sizeof *a->pieces);
    a->pieces[at].start = start;
    a->pieces[at].end = start + nbytes;
    a->count++;
    a->used += nbytes;
    *offset = start;
    return 1;
  }
  return 0;
}

uint64_t mgp_arena_give(mgp_arena_t *a, uint64_t offset) {
  size_t lo = 0, hi = a->count;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (a->pieces[mid].start < offset)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo == a->count || a->pieces[lo].start != offset) return 0;
  uint64_t nbytes = a->pieces[lo].end - a->pieces[lo].start;
  memmove(a->pieces + lo, a->pieces + lo + 1, (a->count - lo - 1) * sizeof *a->pieces);
  a->count--;
  a->used -= nbytes;
  return nbytes;
}

uint64_t mgp_arena_size(const mgp_arena_t *a) {
  return a->nbytes;
}
uint64_t mgp_arena_used(const mgp_arena_t *a) {
  return a->used;
}

uint64_t mgp_arena_largest_gap(const mgp_arena_t *a) {
  uint64_t most = 0;
  for (size_t i = 0; i <= a->count; i++) {
    piece_t gap = gap_before(a, i);
    if (gap.end - gap.start > most) most = gap.end - gap.start;
  }
  return most;
}
