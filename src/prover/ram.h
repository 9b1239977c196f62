/* Rows of SHARD_RAM from records: hash to the curve, and the chain of sums.
 *
 * A partition's rows are made in two steps, since the chain of a partition starts where that of the
 * partition before ends: mgp_ram_points gives the sum of the partition's own points, the partitions
 * exchange these (a point each), then mgp_ram_chain. Results do not depend on the number of
 * threads. Private to src/prover. */
#ifndef MGP_PROVER_RAM_H
#define MGP_PROVER_RAM_H

#include "base/status.h"
#include "math/curve.h"
#include "vm/step.h"

/* Rows that are added up one after the other; the caller gives a point's room for each such block.
 */
#define MGP_RAM_BLOCK 64u
static inline size_t mgp_ram_blocks(size_t nrows) {
  return (nrows + MGP_RAM_BLOCK - 1) / MGP_RAM_BLOCK;
}

/* The points of rows with key, value, id and in: nonce, y, and the abscissa in ax. About 6 us a row
 * and core; a backend's ram_points does the same. */
void mgp_ram_find_points(int threads, mgp_ram_t *rows, size_t nrows);

/* After that. Sets d for the shard `own` (a MEMORY shard: memory = 1 and own = number of program
 * shards + 1). blocks: the sum of each block of rows. *total: of all of them. About 1 us a row. */
void mgp_ram_sums(int threads, mgp_ram_t *rows, size_t nrows, uint32_t own, int memory,
                  mgp_point_t *blocks, mgp_point_t *total);

/* Both. */
void mgp_ram_points(int threads, mgp_ram_t *rows, size_t nrows, uint32_t own, int memory,
                    mgp_point_t *blocks, mgp_point_t *total);

/* After mgp_ram_points, with its blocks (overwritten). Sets i = first, first + 1, ..., ax and slope
 * for a chain that starts at `start`. *end: where it ends. MGP_INTERNAL if a sum is the identity,
 * which no row can say; it takes a discrete logarithm to find such records. About 1 us a row. */
mgp_status_t mgp_ram_chain(int threads, mgp_ram_t *rows, size_t nrows, uint32_t first,
                           mgp_point_t start, mgp_point_t *blocks, mgp_point_t *end);

#endif
