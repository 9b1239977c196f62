/* Passes over few rows, by one block: what gkr_rows.cuh does with a lane a row, with a lane an
 * element and then a lane a product, since here a pass takes as long as a lane does (on an H100
 * 2,400 cycles in place of 6,500; from some 100 rows on it is the other way round). Rows that are
 * folded stay in shared memory. */
#ifndef MGP_CUDA_GKR_FEW_CUH
#define MGP_CUDA_GKR_FEW_CUH

#include "gkr_rows.cuh"

#define MGP_FEW_ROWS 64u /* most rows of a pass */

/* Planes of a row, its products p_0 q_1, p_1 q_0 or u_0 u_1, and a plane of a row that is given. */
template <class Row> struct mgp_few_t;
template <> struct mgp_few_t<mgp_entry_t> {
  static const unsigned PLANES = 4, PRODUCTS = 2;
  __device__ __forceinline__ static mgp_e_t plane(const mgp_entry_t &e, unsigned k) {
    return k & 2 ? (k & 1 ? e.q1 : e.p1) : (k & 1 ? e.q0 : e.p0);
  }
  __device__ __forceinline__ static unsigned left(unsigned product) { return 2 * product; }
  __device__ __forceinline__ static unsigned right(unsigned product) { return 3 - 2 * product; }
};
template <> struct mgp_few_t<mgp_pair_t> {
  static const unsigned PLANES = 2, PRODUCTS = 1;
  __device__ __forceinline__ static mgp_e_t plane(const mgp_pair_t &v, unsigned k) {
    return k ? v.u1 : v.u0;
  }
  __device__ __forceinline__ static unsigned left(unsigned) { return 0; }
  __device__ __forceinline__ static unsigned right(unsigned) { return 1; }
};

/* Where a pass reads: element of a row and plane at src[row * row_step + plane * plane_step]. */
typedef struct {
  const mgp_e_t *src;
  uint32_t rows, row_step, plane_step;
  bool raw;
} mgp_few_rows_t;

static __device__ __forceinline__ mgp_few_rows_t mgp_few_rows(const mgp_gkr_rows_t &r) {
  const mgp_few_rows_t few = {r.src, r.rows, 1, r.rows, r.raw};
  return few;
}

/* A plane of the row at value k of a group: rows are PLANES apart (gkr_rows.cuh). */
template <unsigned PLANES>
__device__ __forceinline__ mgp_e_t mgp_few_at(const mgp_e_t *group, unsigned k) {
  const unsigned own = 0xf6e4u >> (2 * k) & 3; /* 0, 1, 2, 3, 2, 1, 3, 3 */
  mgp_e_t v = mgp_ld(group + own * PLANES);
  if (k >= MGP_GKR_1I) {
    const unsigned other = k == MGP_GKR_I1 ? 2 : own == 3 ? 1 : 0;
    v = mgp_e_sub(v, mgp_ld(group + other * PLANES));
  }
  if (k == MGP_GKR_II) v = mgp_e_sub(v, mgp_e_sub(mgp_ld(group + 2 * PLANES), mgp_ld(group)));
  return v;
}

/* An element of row y, folded by the first FOLDS of x. */
template <int FOLDS, class Row>
__device__ __forceinline__ mgp_e_t mgp_few_element(const mgp_few_rows_t &r, uint32_t y,
                                                   unsigned plane, const Row &absent,
                                                   const mgp_e_t *x) {
  mgp_e_t part[1 << FOLDS];
#pragma unroll
  for (int k = 0; k < 1 << FOLDS; k++) {
    const uint32_t from = (y << FOLDS) + (unsigned)k;
    part[k] = from < r.rows ? mgp_ld(r.src + from * r.row_step + plane * r.plane_step)
                            : mgp_few_t<Row>::plane(absent, plane);
  }
#pragma unroll
  for (int f = 0; f < FOLDS; f++)
#pragma unroll
    for (int k = 0; k < (1 << FOLDS) >> (f + 1); k++)
      part[k] = mgp_e_lerp(part[2 * k], part[2 * k + 1], x[f]);
  return part[0];
}
/* Lifted, if rows are not yet; neighbouring lanes have the planes of a row. */
template <class Row>
__device__ __forceinline__ mgp_e_t mgp_few_lifted(const mgp_task_dev_t &dev,
                                                  const mgp_few_rows_t &r, mgp_e_t v) {
  if (mgp_few_t<Row>::PLANES == 4 && r.raw) {
    const mgp_e_t q = mgp_shfl(v, (threadIdx.x % 32) | 1);
    if (threadIdx.x % 4 == 0) v = mgp_e_add(v, mgp_e_mul(q, dev.state->lambda));
  }
  return v;
}

/* Rounds i and i + 1 of layer l over rows, r.rows >> FOLDS of them, with FOLDS variables bound when
 * they are read. They go to `to`, [rows, up to a multiple of 4][PLANES]; without FOLDS that has
 * room for those of the block's THREADS lanes only. The sums are multiplied by `factor` (NULL:
 * one). */
template <unsigned THREADS, int FOLDS, class Row, class Terms>
__device__ __forceinline__ void
mgp_few_pass(const mgp_task_dev_t &dev, unsigned l, unsigned i, const mgp_few_rows_t &r,
             const Row &absent, const Terms &terms, const mgp_e_t *factor, mgp_e_t *to) {
  typedef mgp_few_t<Row> few_t;
  const unsigned planes = few_t::PLANES, lanes = MGP_GKR_VALUES * few_t::PRODUCTS;
  const unsigned after = l - i > 2 ? l - i - 2 : 0;
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << after), *x = dev.state->x + i - FOLDS;
  const unsigned t = threadIdx.x, plane = t % planes, warps = THREADS / 32;
  const unsigned value = t % lanes / few_t::PRODUCTS, product = t % few_t::PRODUCTS;
  const uint32_t rows = (r.rows + (1u << FOLDS) - 1) >> FOLDS, all = (rows + 3) & ~3u;
  MGP_SHARED(mgp_e_t, room, [THREADS / 32][MGP_GKR_VALUES]);
  MGP_SHARED(mgp_e_t, sum, [MGP_GKR_VALUES]);
  mgp_e_t acc = mgp_e_zero();
  for (uint32_t first = 0; first < all; first += THREADS / planes) {
    mgp_e_t *const chunk = to + (FOLDS ? (size_t)first * planes : 0);
    const uint32_t y = first + t / planes, z = first / 4 + t / lanes;
    const mgp_e_t weight = 4 * z < all ? mgp_ld(&eq[z]) : mgp_e_zero();
    mgp_e_t v = few_t::plane(absent, plane);
    if (y < rows) v = mgp_few_element<FOLDS>(r, y, plane, absent, x);
    v = mgp_few_lifted<Row>(dev, r, v);
    if (y < all) mgp_st(&chunk[t], v);
    __syncthreads();
    if (4 * z < all) {
      const mgp_e_t *group = chunk + t / lanes * 4 * planes;
      mgp_e_t u = mgp_e_mul(mgp_few_at<planes>(group + few_t::left(product), value),
                            mgp_few_at<planes>(group + few_t::right(product), value));
      if (product == 0) u = mgp_e_sub(u, terms.less(z, value));
      acc = mgp_e_add(acc, mgp_e_mul(u, weight));
    }
    if (!FOLDS) __syncthreads();
  }
  for (unsigned with = 1; with < 32; with *= 2)
    if (with < few_t::PRODUCTS || with >= lanes) acc = mgp_e_add(acc, mgp_shfl_xor(acc, (int)with));
  if (t % 32 < lanes && product == 0) room[t / 32][value] = acc;
  __syncthreads();
  if (t < 32) {
    unsigned some = (all * planes + 31) / 32; /* warps that had rows */
    if (some > warps) some = warps;
    for (unsigned word = t; word < MGP_GKR_VALUES * MGP_D; word += 32) {
      mgp_f_t s = room[0][word / MGP_D].c[word % MGP_D];
      for (unsigned w = 1; w < some; w++) s = mgp_f_add(s, room[w][word / MGP_D].c[word % MGP_D]);
      sum[word / MGP_D].c[word % MGP_D] = s;
    }
    __syncwarp();
    if (factor && t < MGP_GKR_VALUES) sum[t] = mgp_e_mul(sum[t], *factor);
    __syncwarp();
    mgp_gkr_close_rows(dev, l, i, sum);
  }
  __syncthreads();
}

/* What is left when all l variables are bound, `folds` of them here. One warp. */
template <class Row>
__device__ __forceinline__ Row mgp_few_last(const mgp_task_dev_t &dev, unsigned l, unsigned folds,
                                            const mgp_few_rows_t &r, const Row &absent) {
  const unsigned plane = threadIdx.x % mgp_few_t<Row>::PLANES;
  const mgp_e_t *x = dev.state->x + l - folds;
  mgp_e_t v = folds == 2   ? mgp_few_element<2>(r, 0, plane, absent, x)
              : folds == 1 ? mgp_few_element<1>(r, 0, plane, absent, x)
                           : mgp_few_element<0>(r, 0, plane, absent, x);
  v = mgp_few_lifted<Row>(dev, r, v);
  return Row::make([&](auto, int k) { return mgp_shfl(v, (unsigned)k); });
}

#define MGP_FEW_BUFFER (4u * (MGP_FEW_ROWS + MGP_FEW_ROWS / 4 + MGP_FEW_ROWS / 16 + 4 + 4))

/* Rounds i ... of layer l, over rows that terms(i) knows, and its end: close(row), by one warp.
 * pass(i, rows): rounds i and i + 1 over rows that are not few, and where they are then.
 * raw_absent: a row that is absent from those not lifted yet. */
template <unsigned THREADS, class Row, class Terms, class Pass, class Close>
__device__ __forceinline__ void
mgp_few_tail(const mgp_task_dev_t &dev, unsigned l, unsigned i, mgp_gkr_rows_t first,
             const Row &raw_absent, const Row &absent, const Terms &terms, const mgp_e_t *factor,
             mgp_e_t *buffer, const Pass &pass, const Close &close) {
  for (; i < l && (first.rows + 3) / 4 > MGP_FEW_ROWS; i += 2) {
    first = pass(i, first);
    __syncthreads();
  }
  mgp_few_rows_t r = mgp_few_rows(first);
  unsigned folds = first.folds;
  for (; i < l; i += 2) {
    mgp_few_pass<THREADS, 2>(dev, l, i, r, r.raw ? raw_absent : absent, terms(i), factor, buffer);
    const mgp_few_rows_t next = {buffer, (r.rows + 3) / 4, mgp_few_t<Row>::PLANES, 1, false};
    buffer += (size_t)((next.rows + 3) & ~3u) * mgp_few_t<Row>::PLANES;
    r = next;
    folds = l - i < 2 ? 1 : 2;
  }
  if (threadIdx.x < 32) close(mgp_few_last(dev, l, folds, r, r.raw ? raw_absent : absent));
  __syncthreads();
}

#endif
