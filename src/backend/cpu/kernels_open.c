#include "backend/cpu/kernels_open.h"

#include "backend/cpu/lanes_block.h"

/* Appends one variable at a time above the others: eq (r, 1) = eq r, eq (r, 0) = eq - eq r. */
static void eq_table(const mgp_e_t *point, unsigned n, mgp_f_t *out, size_t stride) {
  mgp_planes_set(out, stride, 0, mgp_e_one());
  for (unsigned k = 0; k < n; k++) {
    const size_t half = (size_t)1 << k;
    if (half < MGP_LANES) {
      for (size_t i = 0; i < half; i++) {
        mgp_e_t a = mgp_planes_get(out, stride, i), b = mgp_e_mul(a, point[k]);
        mgp_planes_set(out, stride, half + i, b);
        mgp_planes_set(out, stride, i, mgp_e_sub(a, b));
      }
      continue;
    }
    const mgp_vec_t r = mgp_vec(point[k]);
    for (size_t i = 0; i < half; i += MGP_LANES) {
      mgp_ve_t a = mgp_ve_load(out + i, stride), b = mgp_ve_mul_c(a, &r);
      mgp_ve_store(out + half + i, stride, b);
      mgp_ve_store(out + i, stride, mgp_ve_sub(a, b));
    }
  }
}

static void eq_low(const mgp_e_t *point, unsigned n, mgp_f_t *low) {
  memset(low, 0, MGP_EQ_LOW_WORDS * sizeof *low);
  eq_table(point, n, low, MGP_EQ_LOW);
  for (size_t i = 0; i < MGP_D * MGP_EQ_LOW; i += MGP_LANES)
    mgp_v_store(low + MGP_D * MGP_EQ_LOW + i, mgp_v_mul_w(mgp_v_load(low + i)));
}

static mgp_e_t inner(const mgp_f_t *col, const mgp_f_t *eq, size_t stride, size_t n) {
  mgp_vw_t s[MGP_D];
  mgp_e_t tail = mgp_e_zero();
  size_t i = 0;
  for (int d = 0; d < MGP_D; d++) s[d] = mgp_vw_zero();
  for (; i + 2 * MGP_LANES <= n; i += 2 * MGP_LANES) {
    mgp_v_t x = mgp_v_load(col + i), y = mgp_v_load(col + i + MGP_LANES);
    for (int d = 0; d < MGP_D; d++) {
      const mgp_f_t *e = eq + (size_t)d * stride + i;
      s[d] = mgp_vw_add(s[d], mgp_vw_mul(x, mgp_v_load(e)));
      s[d] = mgp_vw_fold(mgp_vw_add(s[d], mgp_vw_mul(y, mgp_v_load(e + MGP_LANES))));
    }
  }
  for (; i < n; i++) tail = mgp_e_add(tail, mgp_e_mul_f(mgp_planes_get(eq, stride, i), col[i]));
  for (int d = 0; d < MGP_D; d++) tail.c[d] = mgp_f_add(tail.c[d], mgp_v_sum(mgp_vw_reduce(s[d])));
  return tail;
}

/* Columns are taken in tiles of a few cache lines: they lie a power of two apart, where a whole
 * column's line would not survive until its second half is wanted. */
#define TILE  ((size_t)64)
#define GROUP 64u

static void combine_tile(const mgp_f_t *tile, const mgp_e_t *w, uint32_t ncols, mgp_f_t *out,
                         size_t stride) {
  mgp_poly_weight_t weight[GROUP];
  const mgp_f_t *at[GROUP];
  for (uint32_t c = 0; c < ncols; c++) {
    weight[c] = (mgp_poly_weight_t){(uint16_t)c, w[c]};
    at[c] = tile + c * TILE;
  }
  for (size_t v = 0; v < TILE; v += MGP_LANES)
    mgp_ve_store(
        out + v, stride,
        mgp_ve_add(mgp_ve_load(out + v, stride), mgp_ve_dot(mgp_e_zero(), weight, ncols, at, v)));
}

static void combine(const mgp_f_t *const *cols, const mgp_e_t *w, uint32_t ncols, size_t n,
                    mgp_f_t *out, size_t stride) {
  mgp_f_t tile[GROUP * TILE];
  size_t i = 0;
  for (; i + TILE <= n; i += TILE) {
    for (uint32_t c0 = 0; c0 < ncols; c0 += GROUP) {
      const uint32_t m = ncols - c0 < GROUP ? ncols - c0 : GROUP;
      for (uint32_t c = 0; c < m; c++)
        memcpy(tile + c * TILE, cols[c0 + c] + i, sizeof *tile * TILE);
      combine_tile(tile, w + c0, m, out + i, stride);
    }
  }
  for (; i < n; i++) {
    mgp_e_t s = mgp_planes_get(out, stride, i);
    for (uint32_t c = 0; c < ncols; c++) s = mgp_e_add(s, mgp_e_mul_f(w[c], cols[c][i]));
    mgp_planes_set(out, stride, i, s);
  }
}

static void pair_round(const mgp_f_t *g, const mgp_f_t *e, size_t stride, size_t first, size_t last,
                       mgp_e_t out[3]) {
  mgp_ve_t acc[3] = {mgp_ve_zero(), mgp_ve_zero(), mgp_ve_zero()};
  mgp_e_t tail[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  size_t i = first;
  for (; i + MGP_LANES <= last; i += MGP_LANES) {
    mgp_ve_t g0, g1, e0, e1;
    mgp_ve_deinterleave(mgp_ve_load(g + 2 * i, stride), mgp_ve_load(g + 2 * i + MGP_LANES, stride),
                        &g0, &g1);
    mgp_ve_deinterleave(mgp_ve_load(e + 2 * i, stride), mgp_ve_load(e + 2 * i + MGP_LANES, stride),
                        &e0, &e1);
    acc[0] = mgp_ve_mul_add(acc[0], g0, e0);
    acc[1] = mgp_ve_mul_add(acc[1], g1, e1);
    acc[2] = mgp_ve_mul_add(acc[2], mgp_ve_sub(mgp_ve_add(g1, g1), g0),
                            mgp_ve_sub(mgp_ve_add(e1, e1), e0));
  }
  for (; i < last; i++) {
    mgp_e_t g0 = mgp_planes_get(g, stride, 2 * i), g1 = mgp_planes_get(g, stride, 2 * i + 1);
    mgp_e_t e0 = mgp_planes_get(e, stride, 2 * i), e1 = mgp_planes_get(e, stride, 2 * i + 1);
    tail[0] = mgp_e_add(tail[0], mgp_e_mul(g0, e0));
    tail[1] = mgp_e_add(tail[1], mgp_e_mul(g1, e1));
    tail[2] = mgp_e_add(
        tail[2], mgp_e_mul(mgp_e_sub(mgp_e_add(g1, g1), g0), mgp_e_sub(mgp_e_add(e1, e1), e0)));
  }
  for (int k = 0; k < 3; k++) out[k] = mgp_e_add(tail[k], mgp_ve_sum(acc[k]));
}

/* Values 0, 1, 2, 3 of each of MGP_LANES items of four, which begin at value i, to v[0], v[1],
 * v[3], v[4] of values with both variables at 0, 1, 2. */
static void load_fours(const mgp_f_t *planes, size_t stride, size_t i, mgp_ve_t v[9]) {
  mgp_ve_t even[2], odd[2];
  for (int k = 0; k < 2; k++) {
    const mgp_f_t *at = planes + i + (size_t)k * 2 * MGP_LANES;
    mgp_ve_deinterleave(mgp_ve_load(at, stride), mgp_ve_load(at + MGP_LANES, stride), &even[k],
                        &odd[k]);
  }
  mgp_ve_deinterleave(even[0], even[1], &v[0], &v[3]);
  mgp_ve_deinterleave(odd[0], odd[1], &v[1], &v[4]);
}
/* The values at 2 from those at 0 and 1, the first variable fastest. */
static void extend_fours(mgp_ve_t v[9]) {
  for (int k = 0; k < 6; k += 3) v[k + 2] = mgp_ve_sub(mgp_ve_add(v[k + 1], v[k + 1]), v[k]);
  for (int k = 0; k < 3; k++) v[6 + k] = mgp_ve_sub(mgp_ve_add(v[3 + k], v[3 + k]), v[k]);
}
static void extend_four(mgp_e_t v[9]) {
  for (int k = 0; k < 6; k += 3) v[k + 2] = mgp_e_sub(mgp_e_add(v[k + 1], v[k + 1]), v[k]);
  for (int k = 0; k < 3; k++) v[6 + k] = mgp_e_sub(mgp_e_add(v[3 + k], v[3 + k]), v[k]);
}
static void load_four(const mgp_f_t *planes, size_t stride, size_t i, mgp_e_t v[9]) {
  for (size_t k = 0; k < 4; k++) v[k + (k >> 1)] = mgp_planes_get(planes, stride, i + k);
  extend_four(v);
}

static void pair_round2(const mgp_f_t *g, const mgp_f_t *e, size_t stride, size_t first,
                        size_t last, mgp_e_t out[9]) {
  mgp_ve_t acc[9];
  mgp_e_t tail[9];
  size_t i = first;
  for (int k = 0; k < 9; k++) {
    acc[k] = mgp_ve_zero();
    tail[k] = mgp_e_zero();
  }
  for (; i + MGP_LANES <= last; i += MGP_LANES) {
    mgp_ve_t a[9], b[9];
    load_fours(g, stride, 4 * i, a);
    load_fours(e, stride, 4 * i, b);
    extend_fours(a);
    extend_fours(b);
    for (int k = 0; k < 9; k++) acc[k] = mgp_ve_mul_add(acc[k], a[k], b[k]);
  }
  for (; i < last; i++) {
    mgp_e_t a[9], b[9];
    load_four(g, stride, 4 * i, a);
    load_four(e, stride, 4 * i, b);
    for (int k = 0; k < 9; k++) tail[k] = mgp_e_add(tail[k], mgp_e_mul(a[k], b[k]));
  }
  for (int k = 0; k < 9; k++) out[k] = mgp_e_add(tail[k], mgp_ve_sum(acc[k]));
}

static void fold(mgp_f_t *planes, size_t stride, size_t n, mgp_e_t x) {
  const mgp_vec_t xv = mgp_vec(x);
  size_t i = 0;
  for (; i + MGP_LANES <= n; i += MGP_LANES) {
    mgp_ve_t even, odd;
    mgp_ve_deinterleave(mgp_ve_load(planes + 2 * i, stride),
                        mgp_ve_load(planes + 2 * i + MGP_LANES, stride), &even, &odd);
    mgp_ve_store(planes + i, stride, mgp_ve_fold(even, odd, &xv));
  }
  for (; i < n; i++)
    mgp_planes_set(planes, stride, i,
                   mgp_e_fold(mgp_planes_get(planes, stride, 2 * i),
                              mgp_planes_get(planes, stride, 2 * i + 1), x));
}

const mgp_open_kernels_t MGP_ISA(mgp_open_kernels) = {eq_table,   eq_low,      inner, combine,
                                                      pair_round, pair_round2, fold};
