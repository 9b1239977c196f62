#include "backend/cpu/ram.h"

#include <string.h>

#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/parallel.h"
#include "math/poseidon2_simd.h"

/* Blocks whose sums advance together, one inversion for all of them. */
#define GROUP 64u

/* --- points ---------------------------------------------------------------------------------- */

/* Takes the row's point if the lane has the abscissa of one. */
static int take_point(mgp_ram_t *row, const mgp_p2x8_t *state, unsigned lane, uint32_t nonce) {
  mgp_e7_t x;
  for (int i = 0; i < MGP_E7_DEGREE; i++) x.c[i] = state->s[i][lane];
  return mgp_ram_row_point(row, x, nonce);
}

/* Eight searches side by side; a lane that has found its point goes on with the next row. */
static void hash_rows(mgp_ram_t *rows, size_t nrows) {
  size_t at[MGP_P2_LANES], next = 0, left = nrows;
  uint32_t nonce[MGP_P2_LANES] = {0};
  mgp_p2x8_t state;
  memset(&state, 0, sizeof state);
  for (unsigned l = 0; l < MGP_P2_LANES; l++) at[l] = next++;
  while (left > 0) {
    for (unsigned l = 0; l < MGP_P2_LANES; l++) {
      mgp_f_t s[MGP_P2_WIDTH];
      if (at[l] >= nrows) continue;
      mgp_ram_row_state(&rows[at[l]], nonce[l], s);
      for (int i = 0; i < MGP_P2_WIDTH; i++) state.s[i][l] = s[i];
    }
    mgp_p2x8_permute(&state);
    for (unsigned l = 0; l < MGP_P2_LANES; l++) {
      if (at[l] >= nrows) continue;
      if (!take_point(&rows[at[l]], &state, l, nonce[l])) {
        nonce[l]++;
        continue;
      }
      at[l] = next++;
      nonce[l] = 0;
      left--;
    }
  }
}

/* --- sums ------------------------------------------------------------------------------------ */

/* What one row adds to a sum. */
typedef struct {
  mgp_e7_t x, y;
} addend_t;

/* v[i] = 1 / v[i], 0 for 0: one inversion for all (Montgomery). */
static void invert_all(mgp_e7_t *v, unsigned n) {
  mgp_e7_t before[GROUP], t = mgp_e7_one();
  for (unsigned i = 0; i < n; i++) {
    before[i] = t;
    if (!mgp_e7_is_zero(v[i])) t = mgp_e7_mul(t, v[i]);
  }
  t = mgp_e7_inv(t);
  for (unsigned i = n; i-- > 0;) {
    if (mgp_e7_is_zero(v[i])) continue;
    const mgp_e7_t inverse = mgp_e7_mul(t, before[i]);
    t = mgp_e7_mul(t, v[i]);
    v[i] = inverse;
  }
}

/* sum += (x, y) where inverse = 1 / (x - sum.x), or 0 where that does not exist. *slope: as of
 * mgp_curve_sum. */
static void add_row(mgp_point_t *sum, const addend_t *a, mgp_e7_t inverse, mgp_e7_t *slope) {
  const mgp_point_t p = {a->x, a->y, 0};
  if (sum->infinity || mgp_e7_is_zero(inverse)) {
    *sum = mgp_curve_sum(sum, &p, slope);
    return;
  }
  const mgp_e7_t l = mgp_e7_mul(mgp_e7_sub(a->y, sum->y), inverse);
  const mgp_e7_t x = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(l), sum->x), a->x);
  sum->y = mgp_e7_sub(mgp_e7_mul(l, mgp_e7_sub(a->x, x)), a->y);
  sum->x = x;
  *slope = l;
}

/* Adds the rows of n neighbouring blocks to their sums, row by row in all blocks at a time. chain:
 * the rows again, for ax and slope, or NULL. Returns 0 if a chain came to the identity. */
static int add_group(const mgp_ram_t *rows, size_t nrows, mgp_point_t *sum, unsigned n,
                     mgp_ram_t *chain) {
  int good = 1;
  for (unsigned step = 0; step < MGP_RAM_BLOCK; step++) {
    addend_t a[GROUP];
    mgp_e7_t inverse[GROUP];
    for (unsigned b = 0; b < n; b++) {
      const size_t r = (size_t)b * MGP_RAM_BLOCK + step;
      inverse[b] = mgp_e7_zero();
      if (r >= nrows) continue;
      a[b].x = rows[r].ax;
      a[b].y = rows[r].y;
      if (!sum[b].infinity) inverse[b] = mgp_e7_sub(a[b].x, sum[b].x);
    }
    invert_all(inverse, n);
    for (unsigned b = 0; b < n; b++) {
      const size_t r = (size_t)b * MGP_RAM_BLOCK + step;
      mgp_e7_t slope = mgp_e7_zero();
      if (r >= nrows) continue;
      if (chain) chain[r].ax = sum[b].x;
      good &= !chain || !sum[b].infinity;
      add_row(&sum[b], &a[b], inverse[b], &slope);
      if (chain) chain[r].slope = slope;
      good &= !chain || !sum[b].infinity;
    }
  }
  return good;
}

static int add_groups(int threads, const mgp_ram_t *rows, uint32_t nrows, mgp_point_t *sum,
                      mgp_ram_t *chain) {
  const size_t nblocks = mgp_ram_blocks(nrows), ngroups = (nblocks + GROUP - 1) / GROUP;
  int good = 1;
  (void)threads;
  MGP_OMP(omp parallel for num_threads(threads) schedule(dynamic) reduction(& : good))
  for (size_t g = 0; g < ngroups; g++) {
    const size_t block = g * GROUP, row = block * MGP_RAM_BLOCK;
    const unsigned n = nblocks - block < GROUP ? (unsigned)(nblocks - block) : GROUP;
    good &= add_group(rows + row, nrows - row, sum + block, n, chain ? chain + row : NULL);
  }
  return good;
}

/* --- steps ----------------------------------------------------------------------------------- */

void mgp_ram_find_points(int threads, mgp_ram_t *rows, uint32_t nrows) {
  const uint32_t nblocks = mgp_ram_blocks(nrows);
  (void)threads;
  MGP_OMP(omp parallel for num_threads(threads) schedule(dynamic))
  for (uint32_t b = 0; b < nblocks; b++) {
    const uint32_t row = b * MGP_RAM_BLOCK;
    hash_rows(rows + row, nrows - row < MGP_RAM_BLOCK ? nrows - row : MGP_RAM_BLOCK);
  }
}

void mgp_ram_sums(int threads, const mgp_ram_t *rows, uint32_t nrows, mgp_point_t *before,
                  mgp_point_t *total) {
  mgp_point_t sum = mgp_curve_identity();
  for (uint32_t b = 0; b < mgp_ram_blocks(nrows); b++) before[b] = sum;
  add_groups(threads, rows, nrows, before, NULL);
  for (uint32_t b = 0; b < mgp_ram_blocks(nrows); b++) {
    const mgp_point_t next = mgp_curve_add(&sum, &before[b]);
    before[b] = sum;
    sum = next;
  }
  *total = sum;
}

mgp_status_t mgp_ram_chain(int threads, mgp_ram_t *rows, uint32_t nrows, const mgp_point_t *start,
                           mgp_point_t *before) {
  for (uint32_t b = 0; b < mgp_ram_blocks(nrows); b++) before[b] = mgp_curve_add(start, &before[b]);
  if (add_groups(threads, rows, nrows, before, rows)) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, MGP_RAM_IDENTITY);
}

/* --- operations ------------------------------------------------------------------------------ */

mgp_status_t mgp_cpu_ram_rows(mgp_backend_t *be, const mgp_word_t *d_words, const uint16_t *d_from,
                              uint32_t n, const mgp_ram_shard_t *shard, uint32_t first,
                              mgp_ram_t *d_rows) {
  (void)be;
  MGP_OMP(omp parallel for num_threads(be->threads) schedule(static))
  for (uint32_t i = 0; i < n; i++)
    mgp_ram_rows(&d_words[i], d_from[i], shard, first + i, first + n + i, &d_rows[i],
                 &d_rows[n + i]);
  return MGP_OK;
}

mgp_status_t mgp_cpu_ram_points(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows) {
  mgp_ram_find_points(be->threads, d_rows, nrows);
  return MGP_OK;
}

mgp_status_t mgp_cpu_ram_sums(mgp_backend_t *be, const mgp_ram_t *d_rows, uint32_t nrows,
                              mgp_point_t *d_before, mgp_point_t *total) {
  mgp_ram_sums(be->threads, d_rows, nrows, d_before, total);
  return MGP_OK;
}

mgp_status_t mgp_cpu_ram_chain(mgp_backend_t *be, mgp_ram_t *d_rows, uint32_t nrows,
                               const mgp_point_t *start, mgp_point_t *d_before) {
  return mgp_ram_chain(be->threads, d_rows, nrows, start, d_before);
}
