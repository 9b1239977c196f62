/* Accesses and rows of the shard RAM (backend.h) under the rules of device memory. */
#include "backend/strict/checks.h"

mgp_status_t mgp_strict_touch_words(mgp_backend_t *be, mgp_touch_t *d_touches, uint32_t n,
                                    mgp_touch_t regs[MGP_TOUCH_REGISTERS], mgp_word_t *d_words,
                                    uint32_t *d_target, uint32_t *nwords) {
  mgp_strict_t *st = mgp_strict_of(be);
  uint32_t words = 0;
  DEVICE(d_touches, n);
  HOST(regs, MGP_TOUCH_REGISTERS);
  for (uint32_t i = 0; i < n; i++) words += !d_touches[i].is_register;
  DEVICE(d_words, words);
  if (d_target) DEVICE(d_target, n);
  HOST(nwords, 1);
  return INNER(touch_words, d_touches, n, regs, d_words, d_target, nwords);
}

mgp_status_t mgp_strict_word_merge(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                   uint32_t *d_prev, mgp_word_t *d_merged, uint32_t *nmerged) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_words, n);
  DEVICE(d_prev, n);
  DEVICE(d_merged, n);
  HOST(nmerged, 1);
  return INNER(word_merge, d_words, n, d_prev, d_merged, nmerged);
}

mgp_status_t mgp_strict_word_find(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                  const uint32_t *key, uint32_t count, uint32_t *at,
                                  uint32_t *last) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_words, n);
  HOST(key, count);
  HOST(at, count);
  if (last) HOST(last, count);
  return INNER(word_find, d_words, n, key, count, at, last);
}

mgp_status_t mgp_strict_patch(mgp_backend_t *be, const mgp_raw_t *raw, const uint32_t *d_target,
                              const uint32_t *d_prev, uint32_t n) {
  mgp_strict_t *st = mgp_strict_of(be);
  size_t steps = 0, commits = 0;
  HOST(raw, 1);
  DEVICE(d_target, n);
  DEVICE(d_prev, n);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t t = d_target[i];
    if (d_prev[i] == 0) continue;
    if (t & MGP_TARGET_COMMIT && commits <= (t & ~MGP_TARGET_COMMIT) >> 3)
      commits = ((t & ~MGP_TARGET_COMMIT) >> 3) + 1;
    else if (!(t & MGP_TARGET_COMMIT) && steps <= t >> 2)
      steps = (t >> 2) + 1;
  }
  DEVICE(raw->steps, steps);
  DEVICE(raw->commits, commits);
  return INNER(patch, raw, d_target, d_prev, n);
}

mgp_status_t mgp_strict_bound_rows(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                   const mgp_bound_range_t *ranges, uint32_t count,
                                   mgp_bound_t *const d_rows[3]) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_words, n);
  HOST(ranges, count);
  for (uint32_t r = 0; r < count; r++) {
    const uint32_t end = r + 1 < count ? ranges[r + 1].begin : n;
    if (end > ranges[r].begin)
      DEVICE(d_rows[ranges[r].kind], ranges[r].row + (end - ranges[r].begin));
  }
  return INNER(bound_rows, d_words, n, ranges, count, d_rows);
}

mgp_status_t mgp_strict_ram_rows(mgp_backend_t *be, const mgp_word_t *d_words,
                                 const uint16_t *d_from, uint32_t n, const mgp_ram_shard_t *shard,
                                 uint32_t first, mgp_ram_t *d_rows) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_words, n);
  DEVICE(d_from, n);
  HOST(shard, 1);
  DEVICE(d_rows, 2 * (size_t)n);
  return INNER(ram_rows, d_words, d_from, n, shard, first, d_rows);
}

mgp_status_t mgp_strict_ram_points(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_rows, nrows);
  return INNER(ram_points, d_rows, nrows);
}

mgp_status_t mgp_strict_ram_sums(mgp_backend_t *be, const mgp_ram_t *d_rows, uint32_t nrows,
                                 mgp_point_t *d_before, mgp_point_t *total) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_rows, nrows);
  DEVICE(d_before, mgp_ram_blocks(nrows));
  HOST(total, 1);
  return INNER(ram_sums, d_rows, nrows, d_before, total);
}

mgp_status_t mgp_strict_ram_chain(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows,
                                  const mgp_point_t *start, mgp_point_t *d_before) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_rows, nrows);
  HOST(start, 1);
  DEVICE(d_before, mgp_ram_blocks(nrows));
  return INNER(ram_chain, d_rows, nrows, start, d_before);
}
