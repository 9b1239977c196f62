/* Main sumcheck of a trace on the device (docs/protocol.md section 5.4; method: chip_form.h and
 * backend/cpu/kernels_main.h).
 *
 * What is kept of a row once a variable is bound is its forms and the linear part L, planes over
 * the rows. Rows beyond the last have forms 0 and the L of a zero row; planes have an even number
 * of rows. Where sel goes from 1 to 0 within a pair of rows (at most one pair), the summand is sel
 * E + (1 - sel) G, G the constraints' part: the same sum of atoms with other weights, which are
 * made for X = 1, 2, 3 when the round before closes. */
#ifndef MGP_CUDA_MAIN_ROUND_CUH
#define MGP_CUDA_MAIN_ROUND_CUH

#include "task_dev.cuh" /* first */

#include "chip_form.h"

#define MGP_MAIN_THREADS 128u
#define MGP_MAIN_FEW     256u /* pairs of rows that one block does */
#define MGP_MAIN_LOW     7u   /* bits of a pair that are constant in a thread of many blocks */

typedef struct {
  unsigned n, m;
  uint32_t rows, ncols; /* columns with the virtual ones */
  uint32_t nforms, natoms;
  mgp_e_t *constants; /* of L, of G; then, in this order: */
  mgp_e_t *linear;    /* [ncols] */
  mgp_e_t *atom;      /* [natoms][2] weight, W weight */
  mgp_e_t *atom_g;    /* [natoms] */
  mgp_e_t *form_g;    /* [nforms] */
  mgp_e_t *edge;      /* [3][2] sel, (1 - sel) times G's constant */
  mgp_e_t *edge_atom; /* [3][natoms][2] */
  mgp_e_t *edge_form; /* [3][nforms] */
  mgp_e_t *scalars;   /* [nscalars] */
  mgp_e_t *columns;   /* [ncols] values at the end */
  mgp_e_t *partial;   /* [ncols][MGP_MAIN_COLUMN_BLOCKS] */
  mgp_e_t *fold[2];   /* [nforms + 1][rows after one fold], after two; each rounded up to even */
} mgp_main_dev_t;

#define MGP_MAIN_COLUMN_BLOCKS 512u /* blocks over the rows when columns are evaluated */

/* Rows of round i, pairs of them, planes of their storage. */
static __host__ __device__ __forceinline__ uint32_t mgp_main_rows(const mgp_main_dev_t &m,
                                                                  unsigned i) {
  return (uint32_t)(((uint64_t)m.rows + ((uint64_t)1 << i) - 1) >> i);
}
static __host__ __device__ __forceinline__ uint32_t mgp_main_pairs(const mgp_main_dev_t &m,
                                                                   unsigned i) {
  return (mgp_main_rows(m, i) + 1) / 2;
}

/* Values of sel at the two rows of the pair where it changes in round i. */
__device__ __forceinline__ void mgp_main_sel(const mgp_main_dev_t &m, unsigned i,
                                             const mgp_e_t &edge, mgp_e_t sel[2]) {
  const bool odd = m.rows >> i & 1;
  sel[0] = odd ? mgp_e_one() : edge;
  sel[1] = odd ? edge : mgp_e_zero();
}

/* Weights of that pair in round i, by threads first, first + step, ... */
MGP_CALLED void mgp_main_edges(const mgp_task_dev_t &dev, const mgp_main_dev_t &m, unsigned i,
                               unsigned first, unsigned step) {
  mgp_e_t sel[2];
  mgp_main_sel(m, i, dev.state->edge, sel);
  const mgp_e_t slope = mgp_e_sub(sel[1], sel[0]);
  for (unsigned X = 0; X < 3; X++) {
    sel[0] = mgp_e_add(sel[0], slope);
    const mgp_e_t rest = mgp_e_sub(mgp_e_one(), sel[0]);
    if (first == 0) {
      mgp_st(&m.edge[2 * X], sel[0]);
      mgp_st(&m.edge[2 * X + 1], mgp_e_mul(rest, mgp_ld(&m.constants[1])));
    }
    for (uint32_t t = first; t < m.natoms; t += step) {
      const mgp_e_t g = mgp_ld(&m.atom_g[t]), w = mgp_e_lerp(g, mgp_ld(&m.atom[2 * t]), sel[0]);
      mgp_e_t *to = &m.edge_atom[2 * ((size_t)X * m.natoms + t)];
      mgp_st(to, w);
      mgp_st(to + 1, mgp_times_w(w));
    }
    for (uint32_t f = first; f < m.nforms; f += step)
      mgp_st(&m.edge_form[(size_t)X * m.nforms + f], mgp_e_mul(rest, mgp_ld(&m.form_g[f])));
  }
}

/* --- one pair of rows ------------------------------------------------------------------------- */

__device__ __forceinline__ mgp_f_t mgp_v_add(mgp_f_t a, mgp_f_t b) {
  return mgp_f_add(a, b);
}
__device__ __forceinline__ mgp_e_t mgp_v_add(const mgp_e_t &a, const mgp_e_t &b) {
  return mgp_e_add(a, b);
}
__device__ __forceinline__ mgp_f_t mgp_v_sub(mgp_f_t a, mgp_f_t b) {
  return mgp_f_sub(a, b);
}
__device__ __forceinline__ mgp_e_t mgp_v_sub(const mgp_e_t &a, const mgp_e_t &b) {
  return mgp_e_sub(a, b);
}
__device__ __forceinline__ mgp_f_t mgp_v_mul(mgp_f_t a, mgp_f_t b) {
  return mgp_f_mul(a, b);
}
__device__ __forceinline__ mgp_e_t mgp_v_mul(const mgp_e_t &a, const mgp_e_t &b) {
  return mgp_e_mul(a, b);
}
__device__ __forceinline__ mgp_f_t mgp_v_scale(mgp_f_t a, mgp_f_t c) {
  return mgp_f_mul(a, c);
}
__device__ __forceinline__ mgp_e_t mgp_v_scale(const mgp_e_t &a, mgp_f_t c) {
  return mgp_e_mul_f(a, c);
}
__device__ __forceinline__ mgp_f_t mgp_v_shift(mgp_f_t a, mgp_f_t c) {
  return mgp_f_add(a, c);
}
__device__ __forceinline__ mgp_e_t mgp_v_shift(const mgp_e_t &a, mgp_f_t c) {
  return mgp_e_add_f(a, c);
}
/* sum += v w, ww = W w */
__device__ __forceinline__ void mgp_v_mac(mgp_dot_t *sum, mgp_f_t v, const mgp_e_t *w) {
  sum->mac(v, mgp_ld(w));
}
__device__ __forceinline__ void mgp_v_mac(mgp_dot_t *sum, const mgp_e_t &v, const mgp_e_t *w) {
  sum->mac(v, mgp_ld(w), mgp_ld(w + 1));
}
__device__ __forceinline__ mgp_e_t mgp_v_times(mgp_f_t v, const mgp_e_t &w) {
  return mgp_e_mul_f(w, v);
}
__device__ __forceinline__ mgp_e_t mgp_v_times(const mgp_e_t &v, const mgp_e_t &w) {
  return mgp_e_mul(v, w);
}

/* acc[X - 1] += weight * summand at X = 1, 2, 3, as far as it is a part's (chip_main.cuh). The
 * forms and L are given by their values at 0, which are used up, and slopes. */
template <class V, class Part>
__device__ __forceinline__ void
mgp_main_pair(const mgp_main_dev_t &m, const Part &part, typename Part::template values_t<V> &form,
              const typename Part::template values_t<V> &slope, mgp_e_t linear,
              const mgp_e_t &linear_slope, bool edge, const mgp_e_t &weight, mgp_e_t acc[3]) {
  const uint32_t nforms = part.nforms();
#pragma unroll 1
  for (unsigned X = 0; X < 3; X++) {
#pragma unroll
    for (uint32_t f = 0; f < nforms; f++) form.set(f, mgp_v_add(form.get(f), slope.get(f)));
    if (Part::LINEAR) linear = mgp_e_add(linear, linear_slope);
    mgp_dot_t sum;
    part.template atoms<V>(form, edge ? &m.edge_atom[2 * (size_t)X * m.natoms] : m.atom, &sum);
    mgp_e_t e = sum.value();
    if (edge) {
      if (Part::LINEAR) {
        e = mgp_e_add(e, mgp_e_mul(linear, mgp_ld(&m.edge[2 * X])));
        e = mgp_e_add(e, mgp_ld(&m.edge[2 * X + 1]));
      }
      const mgp_e_t *w = &m.edge_form[(size_t)X * m.nforms];
#pragma unroll
      for (uint32_t f = 0; f < nforms; f++)
        if (part.owns(f)) e = mgp_e_add(e, mgp_v_times(form.get(f), mgp_ld(&w[part.number(f)])));
    } else if (Part::LINEAR) {
      e = mgp_e_add(e, linear);
    }
    e = mgp_e_mul(e, weight);
#pragma unroll
    for (unsigned k = 0; k < 3; k++)
      if (k == X) acc[k] = mgp_e_add(acc[k], e);
  }
}

/* --- closing a round -------------------------------------------------------------------------- */

/* One warp: message and challenge of round i from h(1), h(2), h(3). */
MGP_CALLED void mgp_main_close(const mgp_task_dev_t &dev, const mgp_main_dev_t &m, unsigned i,
                               const mgp_e_t ev[3]) {
  mgp_task_state_t *s = dev.state;
  mgp_task_talk_t talk(s);
  mgp_e_t h[4], sel[2];
  mgp_task_cubic(mgp_task_main_zero(s->claim, s->point[m.m + i], ev[0], s->inv[i]), ev, h);
  talk.say(MGP_LABEL_MAIN_ROUND, h + 1, 3);
  const mgp_e_t x = talk.squeeze_ext();
  talk.store(s);
  mgp_main_sel(m, i, s->edge, sel);
  __syncwarp();
  if (threadIdx.x != 0) return;
  s->claim = mgp_task_horner(h, 4, x);
  s->x[i] = x;
  dev.result->point[i] = x;
  s->edge = mgp_e_lerp(sel[0], sel[1], x);
}

/* What a thread added up in round i, times eq over the low bits. */
__device__ __forceinline__ void mgp_main_times_low(const mgp_task_dev_t &dev,
                                                   const mgp_main_dev_t &m, unsigned i,
                                                   unsigned low, mgp_e_t acc[3]) {
  if (low == 0) return;
  const mgp_e_t w = mgp_task_eq(dev.state->point + m.m + i + 1, low, threadIdx.x);
  for (int k = 0; k < 3; k++) acc[k] = mgp_e_mul(acc[k], w);
}

/* The whole block, which has the sums of round i. */
__device__ __forceinline__ void mgp_main_end_round(const mgp_task_dev_t &dev,
                                                   const mgp_main_dev_t &m, unsigned i,
                                                   const mgp_e_t sum[3]) {
  if (threadIdx.x < 32) mgp_main_close(dev, m, i, sum);
  __syncthreads();
  if (i + 1 < m.n) mgp_main_edges(dev, m, i + 1, threadIdx.x, MGP_MAIN_THREADS);
  __syncthreads();
}

#endif
