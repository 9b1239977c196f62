/* Points and sums of SHARD_RAM rows by threads: what the operations ram_points, ram_sums and
 * ram_chain do (backend.h). Results do not depend on the number of threads. */
#ifndef MGP_BACKEND_CPU_RAM_H
#define MGP_BACKEND_CPU_RAM_H

#include "base/status.h"
#include "vm/ram_row.h"

/* About 6 us a row and core. */
void mgp_ram_find_points(int threads, mgp_ram_t *rows, uint32_t nrows);
/* About 1 us a row. */
void mgp_ram_sums(int threads, const mgp_ram_t *rows, uint32_t nrows, mgp_point_t *before,
                  mgp_point_t *total);
/* About 1 us a row. before: overwritten. */
mgp_status_t mgp_ram_chain(int threads, mgp_ram_t *rows, uint32_t nrows, const mgp_point_t *start,
                           mgp_point_t *before);

#endif
