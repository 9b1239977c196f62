#include "prover/ram.h"

#include <string.h>

#include "math/poseidon2_simd.h"
#include "vm/ram_row.h"

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

/* Slope of the tangent at p. */
static mgp_e7_t tangent(const mgp_point_t *p) {
  mgp_e7_t num = mgp_e7_sqr(p->x);
  num = mgp_e7_add(num, mgp_e7_add(num, num));
  num.c[0] = mgp_f_add(num.c[0], mgp_f_from_u32(MGP_CURVE_A));
  return mgp_e7_mul(num, mgp_e7_inv(mgp_e7_add(p->y, p->y)));
}

/* sum += (x, y) where inverse = 1 / (x - sum.x), or 0 where that does not exist. *slope is set
 * unless the result or the sum is the identity. */
static void add_row(mgp_point_t *sum, const addend_t *a, mgp_e7_t inverse, mgp_e7_t *slope) {
  const mgp_point_t p = {a->x, a->y, 0};
  if (sum->infinity || mgp_e7_is_zero(inverse)) {
    if (mgp_curve_equal(sum, &p)) *slope = tangent(&p);
    *sum = mgp_curve_add(sum, &p);
    return;
  }
  const mgp_e7_t l = mgp_e7_mul(mgp_e7_sub(a->y, sum->y), inverse);
  const mgp_e7_t x = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(l), sum->x), a->x);
  sum->y = mgp_e7_sub(mgp_e7_mul(l, mgp_e7_sub(a->x, x)), a->y);
  sum->x = x;
  *slope = l;
}

/* Adds the rows of n neighbouring blocks to their sums, row by row in all blocks at a time. If
 * `chain` is set, writes ax and slope. Returns 0 if a chain came to the identity. */
static int add_group(mgp_ram_t *rows, size_t nrows, mgp_point_t *sum, unsigned n, int chain) {
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
      if (chain) rows[r].ax = sum[b].x;
      good &= !chain || !sum[b].infinity;
      add_row(&sum[b], &a[b], inverse[b], &slope);
      if (chain) rows[r].slope = slope;
      good &= !chain || !sum[b].infinity;
    }
  }
  return good;
}

static int add_groups(int threads, mgp_ram_t *rows, size_t nrows, mgp_point_t *sum, int chain) {
  const size_t nblocks = mgp_ram_blocks(nrows), ngroups = (nblocks + GROUP - 1) / GROUP;
  int good = 1;
  (void)threads;
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads) schedule(dynamic) reduction(& : good)
#endif
  for (size_t g = 0; g < ngroups; g++) {
    const size_t block = g * GROUP, row = block * MGP_RAM_BLOCK;
    const unsigned n = nblocks - block < GROUP ? (unsigned)(nblocks - block) : GROUP;
    good &= add_group(rows + row, nrows - row, sum + block, n, chain);
  }
  return good;
}

/* --- steps ----------------------------------------------------------------------------------- */

void mgp_ram_find_points(int threads, mgp_ram_t *rows, size_t nrows) {
  const size_t nblocks = mgp_ram_blocks(nrows);
  (void)threads;
#ifdef _OPENMP
#pragma omp parallel for num_threads(threads) schedule(dynamic)
#endif
  for (size_t b = 0; b < nblocks; b++) {
    const size_t row = b * MGP_RAM_BLOCK;
    hash_rows(rows + row, nrows - row < MGP_RAM_BLOCK ? nrows - row : MGP_RAM_BLOCK);
  }
}

void mgp_ram_sums(int threads, mgp_ram_t *rows, size_t nrows, uint32_t own, int memory,
                  mgp_point_t *blocks, mgp_point_t *total) {
  const size_t nblocks = mgp_ram_blocks(nrows);
  for (size_t r = 0; r < nrows; r++) rows[r].d = rows[r].in ? own - 1 - rows[r].id : memory != 0;
  for (size_t b = 0; b < nblocks; b++) blocks[b] = mgp_curve_identity();
  add_groups(threads, rows, nrows, blocks, 0);
  *total = mgp_curve_identity();
  for (size_t b = 0; b < nblocks; b++) *total = mgp_curve_add(total, &blocks[b]);
}

void mgp_ram_points(int threads, mgp_ram_t *rows, size_t nrows, uint32_t own, int memory,
                    mgp_point_t *blocks, mgp_point_t *total) {
  mgp_ram_find_points(threads, rows, nrows);
  mgp_ram_sums(threads, rows, nrows, own, memory, blocks, total);
}

mgp_status_t mgp_ram_chain(int threads, mgp_ram_t *rows, size_t nrows, uint32_t first,
                           mgp_point_t start, mgp_point_t *blocks, mgp_point_t *end) {
  mgp_point_t sum = start;
  for (size_t b = 0; b < mgp_ram_blocks(nrows); b++) {
    const mgp_point_t before = sum;
    sum = mgp_curve_add(&sum, &blocks[b]);
    blocks[b] = before;
  }
  for (size_t r = 0; r < nrows; r++) rows[r].i = first + (uint32_t)r;
  if (!add_groups(threads, rows, nrows, blocks, 1) || (nrows && sum.infinity))
    return mgp_fail(MGP_INTERNAL, "records of the shard RAM add up to the identity");
  *end = sum;
  return MGP_OK;
}
