/* Opening operations (docs/protocol.md section 5.7): passes over cells, and the sumcheck over pairs
 * of ext vectors. */
#include <string.h>

#include "backend/cpu/kernels_open.h"
#include "backend/cpu/tasks.h"

#define COLUMN_GROUP 64u
#define ROW_GRAIN    2048u /* rows a thread should have at least */
#define TILE_ROWS    64u   /* threads cut rows here */

static const mgp_open_kernels_t *kernels_of(mgp_backend_t *be) {
  return mgp_open_kernels(mgp_cpu_of(be)->isa);
}

mgp_status_t mgp_cpu_eq_tables(mgp_backend_t *be, const mgp_e_t *points, uint32_t count, unsigned n,
                               size_t stride, mgp_f_t *d_out) {
  for (uint32_t k = 0; k < count; k++)
    kernels_of(be)->eq_table(points + (size_t)k * n, n, d_out + k * stride, (size_t)1 << n);
  return MGP_OK;
}

/* --- cells ----------------------------------------------------------------------------------- */

typedef struct {
  const mgp_open_kernels_t *k;
  const mgp_f_t *slab;
  uint32_t ncols;
  size_t rows; /* of a chunk */
  const mgp_e_t *w;
  mgp_f_t *planes;
  size_t stride;
  const uint32_t *pos; /* scatter; else NULL */
} cells_ctx_t;

static size_t row_of(uint64_t tile, size_t rows) {
  return tile * TILE_ROWS < rows ? (size_t)(tile * TILE_ROWS) : rows;
}

static void cells_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  const cells_ctx_t *c = ctx;
  const size_t from = row_of(first, c->rows), n = row_of(last, c->rows) - from;
  const mgp_f_t *at[COLUMN_GROUP];
  for (uint32_t i = 0; i < c->ncols;) {
    uint32_t m = 0;
    size_t to = c->pos ? (size_t)c->pos[i] * c->rows : 0;
    while (m < COLUMN_GROUP && i + m < c->ncols && (!c->pos || c->pos[i + m] == c->pos[i])) {
      at[m] = c->slab + (i + m) * c->rows + from;
      m++;
    }
    c->k->combine(at, c->w + i, m, n, c->planes + to + from, c->stride);
    i += m;
  }
}

static void run_cells(mgp_backend_t *be, cells_ctx_t *c) {
  const uint64_t tiles = (c->rows + TILE_ROWS - 1) / TILE_ROWS;
  c->k = kernels_of(be);
  mgp_ranges(mgp_range_threads(be->threads, tiles, ROW_GRAIN / TILE_ROWS), tiles, cells_range, c);
}

mgp_status_t mgp_cpu_combine(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                             const mgp_e_t *w, mgp_f_t *d_g) {
  cells_ctx_t c = {NULL, d_slab, ncols, (size_t)1 << b, w, d_g, (size_t)1 << b, NULL};
  run_cells(be, &c);
  return MGP_OK;
}

mgp_status_t mgp_cpu_scatter(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                             const mgp_e_t *w, const uint32_t *pos, unsigned s, mgp_f_t *d_q) {
  cells_ctx_t c = {NULL, d_slab, ncols, (size_t)1 << b, w, d_q, (size_t)1 << s, pos};
  for (uint32_t i = 0; i < ncols; i++)
    if (b > s || pos[i] >> (s - b))
      return mgp_fail(MGP_INTERNAL, "scatter: chunk %u to position %u of 2^%u", i, pos[i], s - b);
  run_cells(be, &c);
  return MGP_OK;
}

typedef struct {
  const mgp_open_kernels_t *k;
  const mgp_f_t *slab, *eq;
  size_t rows;
  mgp_e_t *out;
} inner_ctx_t;

static void inner_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  const inner_ctx_t *c = ctx;
  for (uint64_t i = first; i < last; i++)
    c->out[i] = c->k->inner(c->slab + i * c->rows, c->eq, c->rows, c->rows);
}

mgp_status_t mgp_cpu_inner(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                           const mgp_f_t *d_eq, mgp_e_t *d_out) {
  inner_ctx_t c = {kernels_of(be), d_slab, d_eq, (size_t)1 << b, d_out};
  const uint64_t grain = 1 + (ROW_GRAIN >> b);
  mgp_ranges(mgp_range_threads(be->threads, ncols, grain), ncols, inner_range, &c);
  return MGP_OK;
}

/* --- pairs ----------------------------------------------------------------------------------- */

typedef struct {
  const mgp_open_kernels_t *k;
  mgp_f_t *ge;
  uint32_t count;
  size_t rows, stride;
  mgp_e_t x;
  mgp_e_t sum[MGP_MAX_THREADS][3];
} pair_ctx_t;

/* A range of the pairs of rows of all vectors together. */
static void round_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  pair_ctx_t *c = ctx;
  const uint64_t half = c->rows / 2;
  mgp_e_t *sum = c->sum[thread];
  for (int i = 0; i < 3; i++) sum[i] = mgp_e_zero();
  while (first < last) {
    const uint64_t pair = first / half, from = first % half;
    const uint64_t to = last - first < half - from ? from + last - first : half;
    const mgp_f_t *g = c->ge + pair * 2 * MGP_D * c->stride;
    mgp_e_t part[3];
    c->k->pair_round(g, g + MGP_D * c->stride, c->stride, from, to, part);
    for (int i = 0; i < 3; i++) sum[i] = mgp_e_add(sum[i], part[i]);
    first += to - from;
  }
}

mgp_status_t mgp_cpu_pair_round(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                size_t stride, unsigned n, mgp_e_t out[3]) {
  if (n == 0) return mgp_fail(MGP_INTERNAL, "pair_round: no variable left");
  pair_ctx_t c = {.k = kernels_of(be),
                  .ge = (mgp_f_t *)d_ge,
                  .count = count,
                  .rows = (size_t)1 << n,
                  .stride = stride};
  const uint64_t items = (uint64_t)count << (n - 1);
  const int threads = mgp_range_threads(be->threads, items, ROW_GRAIN);
  mgp_ranges(threads, items, round_range, &c);
  for (int i = 0; i < 3; i++) out[i] = mgp_e_zero();
  for (int t = 0; t < threads; t++)
    for (int i = 0; i < 3; i++) out[i] = mgp_e_add(out[i], c.sum[t][i]);
  return MGP_OK;
}

static void fold_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  pair_ctx_t *c = ctx;
  for (uint64_t i = first; i < last; i++)
    c->k->fold(c->ge + i * MGP_D * c->stride, c->stride, c->rows / 2, c->x);
}

mgp_status_t mgp_cpu_pair_bind(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                               unsigned n, mgp_e_t x) {
  if (n == 0) return mgp_fail(MGP_INTERNAL, "pair_bind: no variable left");
  pair_ctx_t c = {.k = kernels_of(be),
                  .ge = d_ge,
                  .count = count,
                  .rows = (size_t)1 << n,
                  .stride = stride,
                  .x = x};
  const uint64_t grain = 1 + ((uint64_t)ROW_GRAIN >> n);
  mgp_ranges(mgp_range_threads(be->threads, 2 * (uint64_t)count, grain), 2 * (uint64_t)count,
             fold_range, &c);
  return MGP_OK;
}

mgp_status_t mgp_cpu_pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                 size_t stride, mgp_e_t *out) {
  (void)be;
  for (size_t i = 0; i < 2 * (size_t)count; i++)
    out[i] = mgp_planes_get(d_ge + i * MGP_D * stride, stride, 0);
  return MGP_OK;
}

mgp_status_t mgp_cpu_pair_fill(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *w,
                               uint32_t count, unsigned n, mgp_f_t *d_ge) {
  const size_t size = (size_t)1 << n;
  (void)be;
  for (uint32_t k = 0; k < count; k++)
    for (size_t i = 0; i < size; i++)
      for (size_t d = 0; d < MGP_D; d++) {
        d_ge[(2 * k * MGP_D + d) * size + i] = d_values[k * size + i].c[d];
        d_ge[((2 * k + 1) * MGP_D + d) * size + i] = w[k * size + i].c[d];
      }
  return MGP_OK;
}
