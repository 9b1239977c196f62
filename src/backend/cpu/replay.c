/* Rebuilding a trace from raw state: rows in tiles that fit the first cache, tiles into columns. */
#include <string.h>

#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/parallel.h"
#include "chips/witness.h"

#define TILE       64u
#define TILE_GRAIN 16u /* tiles a thread should have at least */

/* Rows 0 .. n - 1 of a tile [column][TILE]; row r has index list[r], or first + r without list. */
typedef void (*tile_fn)(const mgp_raw_t *raw, const uint32_t *list, uint64_t first, unsigned n,
                        mgp_f_t *tile);

#define TILE_FUNCTION(name)                                                                        \
  static void tile_##name(const mgp_raw_t *raw, const uint32_t *list, uint64_t first, unsigned n,  \
                          mgp_f_t *tile) {                                                         \
    for (unsigned r = 0; r < n; r++) {                                                             \
      mgp_row_##name##_t row;                                                                      \
      mgp_witness_##name(raw, list ? list[r] : (uint32_t)first + r, &row);                         \
      mgp_store_##name(&row, tile + r, TILE);                                                      \
    }                                                                                              \
  }
MGP_OPCHIP_LIST(TILE_FUNCTION)
MGP_OTHERCHIP_LIST(TILE_FUNCTION)
MGP_TABLE_LIST(TILE_FUNCTION)

#define TILE_ENTRY(name) [MGP_CHIP_##name] = tile_##name,
static const tile_fn tile_of[MGP_CHIP_COUNT] = {
    MGP_OPCHIP_LIST(TILE_ENTRY) MGP_OTHERCHIP_LIST(TILE_ENTRY) MGP_TABLE_LIST(TILE_ENTRY)};

typedef struct {
  tile_fn tile;
  const mgp_raw_t *raw;
  const uint32_t *list;
  uint64_t first;
  uint32_t nrows, zero_to, ncols;
  size_t stride;
  mgp_f_t *out;
} ctx_t;

static void replay_range(void *ctx, int thread, uint64_t from, uint64_t to) {
  (void)thread;
  const ctx_t *c = ctx;
  mgp_f_t tile[MGP_MAX_COLUMNS * TILE];
  for (uint64_t t = from; t < to; t++) {
    const uint64_t row = t * TILE;
    const unsigned size = c->zero_to - row < TILE ? (unsigned)(c->zero_to - row) : TILE;
    const unsigned n = row >= c->nrows         ? 0
                       : c->nrows - row < TILE ? (unsigned)(c->nrows - row)
                                               : TILE;
    if (n < size) memset(tile, 0, c->ncols * TILE * sizeof *tile);
    c->tile(c->raw, c->list ? c->list + c->first + row : NULL, c->first + row, n, tile);
    for (unsigned r = 0, len; r < size; r += len) { /* slabs may be lower than a tile */
      const uint64_t slab = (row + r) / c->stride, at = (row + r) % c->stride;
      mgp_f_t *out = c->out + slab * c->ncols * c->stride + at;
      len = c->stride - at < size - r ? (unsigned)(c->stride - at) : size - r;
      for (uint32_t col = 0; col < c->ncols; col++)
        memcpy(out + col * c->stride, tile + (size_t)col * TILE + r, len * sizeof *tile);
    }
  }
}

mgp_status_t mgp_cpu_replay(mgp_backend_t *be, mgp_chip_id_t id, const mgp_raw_t *raw,
                            const uint32_t *d_index, uint64_t first, uint32_t nrows,
                            uint32_t zero_to, size_t stride, mgp_f_t *d_out) {
  if ((unsigned)id >= MGP_CHIP_COUNT || !tile_of[id])
    return mgp_fail(MGP_INTERNAL, "chip %d has no rows", (int)id);
  ctx_t c = {tile_of[id], raw,    d_index, first, nrows, zero_to < nrows ? nrows : zero_to,
             0,           stride, d_out};
  c.ncols = be->chips->chip[id].ncols;
  if (stride == 0 && c.zero_to > 0)
    return mgp_fail(MGP_INTERNAL, "replay: %u rows in slabs of none", c.zero_to);
  const uint64_t tiles = ((uint64_t)c.zero_to + TILE - 1) / TILE;
  mgp_ranges(mgp_range_threads(be->threads, tiles, TILE_GRAIN), tiles, replay_range, &c);
  return MGP_OK;
}

mgp_status_t mgp_cpu_unstack(mgp_backend_t *be, const mgp_f_t *d_slabs, uint32_t ncols, unsigned b,
                             uint32_t nslabs, size_t stride, mgp_f_t *d_out) {
  (void)be;
  const size_t chunk = (size_t)1 << b;
  for (uint32_t c = 0; c < ncols; c++, d_out += stride) {
    size_t row = 0;
    for (uint32_t i = 0; i < nslabs && row < stride; i++, row += chunk)
      memcpy(d_out + row, d_slabs + ((size_t)i * ncols + c) * chunk,
             (stride - row < chunk ? stride - row : chunk) * sizeof *d_out);
    if (row < stride) memset(d_out + row, 0, (stride - row) * sizeof *d_out);
  }
  return MGP_OK;
}
