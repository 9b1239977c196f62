/* Rows of SHARD_RAM whole, in host memory, as the tests of chips and shards want them. */
#ifndef MGP_TESTS_RAM_ROWS_H
#define MGP_TESTS_RAM_ROWS_H

#include "backend/cpu/ram.h"

/* Points and d of rows with key, value, id and in, for the shard `own`. total: what they add up to;
 * before: [mgp_ram_blocks(n)]. */
static inline void ram_rows_points(int threads, mgp_ram_t *rows, size_t n, uint32_t own, int memory,
                                   mgp_point_t *before, mgp_point_t *total) {
  for (size_t r = 0; r < n; r++) rows[r].d = rows[r].in ? own - 1 - rows[r].id : memory != 0;
  mgp_ram_find_points(threads, rows, (uint32_t)n);
  mgp_ram_sums(threads, rows, (uint32_t)n, before, total);
}

/* After that: the chain from `start` to *end, and numbers from `first` on. */
static inline mgp_status_t ram_rows_chain(int threads, mgp_ram_t *rows, size_t n, uint32_t first,
                                          mgp_point_t start, mgp_point_t *before,
                                          mgp_point_t *end) {
  *end = start;
  for (size_t r = 0; r < n; r++) {
    const mgp_point_t p = {rows[r].ax, rows[r].y, 0};
    *end = mgp_curve_add(end, &p);
    rows[r].i = first + (uint32_t)r;
  }
  return mgp_ram_chain(threads, rows, (uint32_t)n, &start, before);
}

#endif
