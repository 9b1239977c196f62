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

/* --- weights --------------------------------------------------------------------------------- */

/* A row's first weight, by appending one variable at a time above the others, then the row. */
static void fill_weights(const mgp_weights_t *l, mgp_e_t gamma, mgp_e_t *w) {
  w[0] = l->scale;
  for (unsigned t = 0; t < l->nvars; t++)
    for (size_t i = 0, half = (size_t)1 << t; i < half && i < l->nrows; i++) {
      const mgp_e_t one = mgp_e_mul(w[i * l->ncols], l->point[t]);
      w[i * l->ncols] = mgp_e_sub(w[i * l->ncols], one);
      if (half + i < l->nrows) w[(half + i) * l->ncols] = one;
    }
  for (size_t i = 0; i < l->nrows; i++)
    for (size_t c = 1; c < l->ncols; c++)
      w[i * l->ncols + c] = mgp_e_mul(w[i * l->ncols + c - 1], gamma);
}

mgp_status_t mgp_cpu_weights(mgp_backend_t *be, const mgp_weights_t *lists, uint32_t count,
                             mgp_e_t gamma, mgp_e_t *d_w) {
  (void)be;
  for (uint32_t k = 0; k < count; k++)
    if (lists[k].nrows && lists[k].ncols) fill_weights(&lists[k], gamma, d_w + lists[k].first);
  return MGP_OK;
}

/* --- cells ----------------------------------------------------------------------------------- */

typedef struct {
  const mgp_open_kernels_t *k;
  const mgp_f_t *chunks;
  uint32_t first, n;
  size_t rows; /* of a chunk */
  const mgp_e_t *w;
  mgp_f_t *planes;
  size_t stride;
  unsigned hi; /* of scatter: chunks of a column */
} cells_ctx_t;

static size_t row_of(uint64_t tile, size_t rows) {
  return tile * TILE_ROWS < rows ? (size_t)(tile * TILE_ROWS) : rows;
}

static void combine_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  const cells_ctx_t *c = ctx;
  const size_t from = row_of(first, c->rows), n = row_of(last, c->rows) - from;
  const mgp_f_t *at[COLUMN_GROUP];
  for (uint32_t i = 0, m; i < c->n; i += m) {
    m = c->n - i < COLUMN_GROUP ? c->n - i : COLUMN_GROUP;
    for (uint32_t k = 0; k < m; k++) at[k] = c->chunks + (i + k) * c->rows + from;
    c->k->combine(at, c->w + i, m, n, c->planes + from, c->stride);
  }
}

/* Position by position, which all columns come to. */
static void scatter_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  const cells_ctx_t *c = ctx;
  const size_t from = row_of(first, c->rows), n = row_of(last, c->rows) - from;
  const uint32_t columns = ((c->first + c->n - 1) >> c->hi) + 1;
  for (uint32_t p = 0; p < 1u << c->hi; p++) {
    const mgp_f_t *at[COLUMN_GROUP];
    mgp_e_t w[COLUMN_GROUP];
    uint32_t m = 0;
    for (uint32_t j = c->first >> c->hi; j < columns; j++) {
      const uint32_t e = (j << c->hi) + p - c->first;
      if (e < c->n) {
        at[m] = c->chunks + e * c->rows + from;
        w[m++] = c->w[j];
      }
      if (m != COLUMN_GROUP && (m == 0 || j + 1 < columns)) continue;
      c->k->combine(at, w, m, n, c->planes + p * c->rows + from, c->stride);
      m = 0;
    }
  }
}

static void run_cells(mgp_backend_t *be, cells_ctx_t *c, mgp_range_fn fn) {
  const uint64_t tiles = (c->rows + TILE_ROWS - 1) / TILE_ROWS;
  c->k = kernels_of(be);
  mgp_ranges(mgp_range_threads(be->threads, tiles, ROW_GRAIN / TILE_ROWS), tiles, fn, c);
}

mgp_status_t mgp_cpu_combine(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t from,
                             const mgp_weights_t *lists, uint32_t count, unsigned b,
                             const mgp_e_t *d_w, size_t stride, mgp_f_t *d_g) {
  const size_t rows = (size_t)1 << b;
  for (uint32_t k = 0; k < count; k++) {
    const mgp_weights_t *l = &lists[k];
    cells_ctx_t c = {.chunks = d_chunks + (l->first - from) * rows,
                     .n = l->nrows * l->ncols,
                     .rows = rows,
                     .w = d_w + l->first,
                     .planes = d_g + k * stride,
                     .stride = rows};
    run_cells(be, &c, combine_range);
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_scatter(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t first, uint32_t n,
                             unsigned b, const mgp_e_t *w, unsigned s, mgp_f_t *d_q) {
  if (b > s) return mgp_fail(MGP_INTERNAL, "scatter: chunks of 2^%u in columns of 2^%u", b, s);
  cells_ctx_t c = {NULL, d_chunks, first, n, (size_t)1 << b, w, d_q, (size_t)1 << s, s - b};
  if (n) run_cells(be, &c, scatter_range);
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

#define POINTS 9u /* of two variables */

typedef struct {
  const mgp_open_kernels_t *k;
  mgp_f_t *ge;
  size_t stride, rows;
  unsigned log_items, m; /* of a vector, of 2^m values each */
  mgp_e_t x;
  mgp_e_t sum[MGP_MAX_THREADS][POINTS];
} pair_ctx_t;

static unsigned points_of(unsigned m) {
  return m == 2 ? 9 : 3;
}

/* A range of the items of all vectors together. */
static void round_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  pair_ctx_t *c = ctx;
  const uint64_t items = (uint64_t)1 << c->log_items;
  mgp_e_t *sum = c->sum[thread];
  for (unsigned i = 0; i < POINTS; i++) sum[i] = mgp_e_zero();
  while (first < last) {
    const uint64_t from = first % items;
    const uint64_t to = last - first < items - from ? from + last - first : items;
    const mgp_f_t *g = c->ge + (first >> c->log_items) * 2 * MGP_D * c->stride;
    mgp_e_t part[POINTS];
    (c->m == 2 ? c->k->pair_round2 : c->k->pair_round)(g, g + MGP_D * c->stride, c->stride, from,
                                                       to, part);
    for (unsigned i = 0; i < points_of(c->m); i++) sum[i] = mgp_e_add(sum[i], part[i]);
    first += to - from;
  }
}

static void fold_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  pair_ctx_t *c = ctx;
  for (uint64_t i = first; i < last; i++)
    c->k->fold(c->ge + i * MGP_D * c->stride, c->stride, c->rows / 2, c->x);
}

static void bind_all(mgp_backend_t *be, pair_ctx_t *c, uint32_t count, unsigned n, mgp_e_t x) {
  const uint64_t vectors = 2 * (uint64_t)count, grain = 1 + ((uint64_t)ROW_GRAIN >> n);
  c->rows = (size_t)1 << n;
  c->x = x;
  mgp_ranges(mgp_range_threads(be->threads, vectors, grain), vectors, fold_range, c);
}

mgp_status_t mgp_cpu_pair_round(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                                unsigned n, unsigned nbound, const mgp_e_t *x, unsigned m,
                                mgp_e_t *out) {
  if (m < 1 || m > 2 || nbound > 2 || nbound + m > n)
    return mgp_fail(MGP_INTERNAL, "pair_round: %u variables to bind and %u to sum of %u", nbound, m,
                    n);
  pair_ctx_t c = {
      .k = kernels_of(be), .ge = d_ge, .stride = stride, .log_items = n - nbound - m, .m = m};
  for (unsigned i = 0; i < nbound; i++) bind_all(be, &c, count, n - i, x[i]);
  const uint64_t items = (uint64_t)count << c.log_items;
  const int threads = mgp_range_threads(be->threads, items, ROW_GRAIN >> m);
  mgp_ranges(threads, items, round_range, &c);
  for (unsigned i = 0; i < points_of(m); i++) {
    out[i] = mgp_e_zero();
    for (int t = 0; t < threads; t++) out[i] = mgp_e_add(out[i], c.sum[t][i]);
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                 size_t stride, unsigned n, const mgp_e_t *x, mgp_e_t *out) {
  (void)be;
  if (n > 2) return mgp_fail(MGP_INTERNAL, "pair_values: %u variables are left", n);
  for (size_t i = 0; i < count; i++) {
    const mgp_f_t *g = d_ge + i * 2 * MGP_D * stride;
    mgp_e_t v[4];
    for (size_t k = 0; k < (size_t)1 << n; k++) v[k] = mgp_planes_get(g, stride, k);
    for (unsigned t = 0; t < n; t++)
      for (size_t k = 0; k < (size_t)1 << (n - 1 - t); k++)
        v[k] = mgp_e_fold(v[2 * k], v[2 * k + 1], x[t]);
    out[i] = v[0];
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_pair_fill(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *d_w,
                               uint32_t count, unsigned n, mgp_f_t *d_ge) {
  const size_t size = (size_t)1 << n;
  (void)be;
  for (uint32_t k = 0; k < count; k++)
    for (size_t i = 0; i < size; i++)
      for (size_t d = 0; d < MGP_D; d++) {
        d_ge[(2 * k * MGP_D + d) * size + i] = d_values[k * size + i].c[d];
        d_ge[((2 * k + 1) * MGP_D + d) * size + i] = d_w[k * size + i].c[d];
      }
  return MGP_OK;
}
