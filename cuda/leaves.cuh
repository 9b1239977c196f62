/* The layer over leaves that are not stored (gkr.cuh).
 *
 * With r = p / lambda and u = q + r the summand p_0 q_1 + p_1 q_0 + lambda q_0 q_1 of a pair of
 * leaves is lambda (u_0 u_1 - r_0 r_1). u and r are linear over F in what the chip computes of a
 * row, so entry variables are bound on the coefficients, once for all rows: what a row costs are
 * sums of products of F and K, then a product for each value of the round's variable. Where all
 * multiplicities of a chip are constants, so is r_0 r_1 on all rows, and a bound row is (u_0, u_1);
 * else it becomes an entry: (lambda u_0, u_0 - r_0, lambda r_1, u_1 - r_1).
 *
 * The entries of a row that differ in the bound variables only are a half: at 0 or 1 of the round's
 * variable. Tables of a round: coefficients of leaf j at coef[j * MGP_LEAF_ROW], of its
 * multiplicity first; the constants of each half, [halves][u_0, u_1, r_0, r_1], with the
 * multiplicities that are constants; what is taken off h(0) and h_2 of a row, which is what rows
 * that are absent have. Even leaves have the weight of the variables after the round's in their
 * coefficients, too. */
#ifndef MGP_CUDA_LEAVES_CUH
#define MGP_CUDA_LEAVES_CUH

#include "gkr_few.cuh"
#include "task_ops.cuh"

typedef struct {
  mgp_e_t *coef, *constant, *less;
} mgp_leaf_tables_t;

static __host__ __device__ __forceinline__ mgp_leaf_tables_t mgp_leaf_tables(mgp_e_t *room,
                                                                             uint32_t k) {
  mgp_leaf_tables_t t;
  t.less = room;
  t.coef = t.less + 2;
  t.constant = t.coef + (size_t)k * MGP_LEAF_ROW;
  return t;
}
/* Elements of the tables of 2^m interactions, rounded up from k. */
static inline uint64_t mgp_leaf_table_size(uint32_t k, unsigned m) {
  return 2 + (uint64_t)k * MGP_LEAF_ROW + ((uint64_t)4 << m);
}

/* Halves of a row in the round of entry variable b; one if all ev are bound. */
__device__ __forceinline__ uint32_t mgp_leaf_halves(uint32_t k, unsigned ev, unsigned b) {
  const uint32_t entries = (k + 1) / 2, mask = (2u << b) - 1;
  return b == ev ? 1 : ((entries + mask) & ~mask) >> b;
}

/* --- tables: one block ------------------------------------------------------------------------ */

/* Weight of leaf 2e + side in the round of entry variable b. */
__device__ __forceinline__ mgp_e_t mgp_leaf_weight(const mgp_task_state_t *s, unsigned ev,
                                                   unsigned b, uint32_t e, uint32_t side) {
  const mgp_e_t w = s->weight[e & ((1u << b) - 1)];
  if (side || b == ev) return w;
  return mgp_e_mul(w, mgp_task_eq(s->point + b + 1, ev - 1 - b, e >> (b + 1)));
}

/* u and r of leaf j as far as they are constant. */
__device__ __forceinline__ mgp_e_t mgp_leaf_r(const mgp_task_state_t *s, const mgp_chip_args_t &a,
                                              uint32_t j) {
  const uint32_t *node = a.words + a.form.nodes + 3 * a.words[a.form.leaf + j * MGP_LEAF_ROW];
  return node[0] == MGP_X_CONST ? mgp_e_mul_f(s->inv_lambda, node[2]) : mgp_e_zero();
}

/* What a row has too much in the round of entry variable b, from the halves' constants. */
__device__ __forceinline__ void mgp_leaf_less(const mgp_task_state_t *s, const mgp_chip_args_t &a,
                                              unsigned ev, unsigned b, bool varying,
                                              const mgp_leaf_tables_t &t) {
  const uint32_t halves = mgp_leaf_halves(a.form.k, ev, b);
  mgp_e_t less[2] = {mgp_e_zero(), mgp_e_zero()};
  for (uint32_t h = 0; h < halves; h += 2) {
    const mgp_e_t *r = t.constant + 4 * (size_t)h + 2;
    less[0] = mgp_e_add(less[0],
                        b == ev ? mgp_e_one() : mgp_task_eq(s->point + b + 1, ev - 1 - b, h / 2));
    if (varying) continue;
    less[0] = mgp_e_add(less[0], mgp_e_mul(r[0], r[1]));
    if (b < ev)
      less[1] = mgp_e_add(less[1], mgp_e_mul(mgp_e_sub(r[4], r[0]), mgp_e_sub(r[5], r[1])));
  }
  mgp_st(t.less, less[0]);
  mgp_st(t.less + 1, less[1]);
}

/* Tables of the round of entry variable b, or with all ev of them bound. varying: not all
 * multiplicities are constants. */
template <unsigned THREADS>
MGP_CALLED void mgp_leaf_fold(const mgp_task_dev_t &dev, const mgp_chip_args_t &a, unsigned ev,
                              unsigned b, bool varying) {
  const mgp_task_state_t *s = dev.state;
  const uint32_t k = a.form.k, entries = (k + 1) / 2, halves = mgp_leaf_halves(k, ev, b);
  const mgp_leaf_tables_t t = mgp_leaf_tables(dev.folded, k);
  for (uint32_t i = threadIdx.x; i < k * MGP_LEAF_ROW; i += THREADS) {
    const uint32_t j = i / MGP_LEAF_ROW, power = i % MGP_LEAF_ROW;
    const mgp_e_t w = mgp_leaf_weight(s, ev, b, j >> 1, j & 1);
    mgp_st(&t.coef[i], mgp_e_mul(w, power ? s->beta[power] : s->inv_lambda));
  }
  for (uint32_t i = threadIdx.x; i < 2 * halves; i += THREADS) {
    const uint32_t side = i & 1, end = (i / 2 + 1) << b;
    mgp_e_t u = mgp_e_zero(), r = u;
    for (uint32_t e = i / 2 << b; e < end; e++) {
      const uint32_t j = 2 * e + side;
      const mgp_e_t w = mgp_leaf_weight(s, ev, b, e, side);
      if (e >= entries || j >= k) {
        u = mgp_e_add(u, w); /* (0, 1) */
        continue;
      }
      const mgp_e_t own = mgp_leaf_r(s, a, j);
      u = mgp_e_add(u, mgp_e_mul(w, mgp_e_add(mgp_ld(&dev.leaf[j * MGP_LEAF_ROW]), own)));
      r = mgp_e_add(r, mgp_e_mul(w, own));
    }
    mgp_st(&t.constant[4 * (i / 2) + side], u);
    mgp_st(&t.constant[4 * (i / 2) + 2 + side], r);
  }
  __syncthreads();
  if (threadIdx.x == 0) mgp_leaf_less(s, a, ev, b, varying, t);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Leaves 2e and 2e + 1: multiplicities; sums of their denominators, or of u and r. */
struct mgp_leaves_t {
  mgp_f_t p0, p1;
  mgp_dot_t q0, q1, r0, r1;

  /* A multiplicity in u and r; w: its coefficient. */
  __device__ __forceinline__ void shift0(mgp_f_t p, const mgp_e_t &w) {
    q0.mac(p, w);
    r0.mac(p, w);
  }
  __device__ __forceinline__ void shift1(mgp_f_t p, const mgp_e_t &w) {
    q1.mac(p, w);
    r1.mac(p, w);
  }
};

/* Values of a half, or of a bound row; r only if it varies. */
struct mgp_shifted_t {
  mgp_e_t u0, u1, r0, r1;
};

__device__ __forceinline__ mgp_entry_t mgp_leaf_entry(const mgp_shifted_t &v,
                                                      const mgp_e_t &lambda) {
  mgp_entry_t e;
  e.p0 = mgp_e_mul(v.u0, lambda);
  e.q0 = mgp_e_sub(v.u0, v.r0);
  e.p1 = mgp_e_mul(v.r1, lambda);
  e.q1 = mgp_e_sub(v.u1, v.r1);
  return e;
}

template <class Chip> struct mgp_leaf_rows_t {
  Chip chip;
  mgp_leaf_tables_t t;
  uint32_t k;

  __device__ __forceinline__ mgp_leaf_rows_t(const mgp_chip_args_t &a, const mgp_task_dev_t &dev)
      : chip(a), t(mgp_leaf_tables(dev.folded, a.form.k)), k(a.form.k) {}
  /* Half h of the prepared row: entries first ... end - 1. */
  __device__ __forceinline__ mgp_shifted_t half(uint32_t h, uint32_t first, uint32_t end) const {
    const mgp_e_t *c = t.constant + 4 * (size_t)h;
    mgp_leaves_t sum;
    mgp_shifted_t v;
    sum.q0 = mgp_dot_t(mgp_ld(c));
    sum.q1 = mgp_dot_t(mgp_ld(c + 1));
    if (Chip::VARYING) {
      sum.r0 = mgp_dot_t(mgp_ld(c + 2));
      sum.r1 = mgp_dot_t(mgp_ld(c + 3));
    }
    if (end > (k + 1) / 2) end = (k + 1) / 2;
#pragma unroll 1
    for (uint32_t e = first; e < end; e++)
      chip.template leaves<true>(e, t.coef + 2 * (size_t)e * MGP_LEAF_ROW, &sum);
    v.u0 = sum.q0.value();
    v.u1 = sum.q1.value();
    v.r0 = Chip::VARYING ? sum.r0.value() : mgp_e_zero();
    v.r1 = Chip::VARYING ? sum.r1.value() : mgp_e_zero();
    return v;
  }
  __device__ __forceinline__ static mgp_e_t cross(const mgp_shifted_t &v) {
    const mgp_e_t u = mgp_e_mul(v.u0, v.u1);
    return Chip::VARYING ? mgp_e_sub(u, mgp_e_mul(v.r0, v.r1)) : u;
  }
};

/* What a thread adds up in the round of entry variable b, divided by lambda: h(0) - lambda and h_2
 * in acc, but for eq over the low row bits, of which it has constant ones. */
template <unsigned THREADS, class Chip>
__device__ __forceinline__ void mgp_leaf_round(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                               const mgp_chip_args_t &args, unsigned ev, unsigned b,
                                               unsigned low, mgp_e_t acc[2]) {
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (g.n - low));
  mgp_leaf_rows_t<Chip> rows(args, dev);
  const uint32_t halves = mgp_leaf_halves(rows.k, ev, b);
  acc[0] = acc[1] = mgp_e_zero();
  for (uint32_t row = blockIdx.x * THREADS + threadIdx.x; row < g.rows;
       row += gridDim.x * THREADS) {
    mgp_e_t sum[2] = {mgp_e_zero(), mgp_e_zero()};
    mgp_shifted_t even;
    rows.chip.prepare(row);
#pragma unroll 1
    for (uint32_t h = 0; h < halves; h++) {
      mgp_shifted_t v = rows.half(h, h << b, (h + 1) << b);
      if ((h & 1) == 0) {
        even = v;
        sum[0] = mgp_e_add(sum[0], rows.cross(v));
        continue;
      }
      v.u0 = mgp_e_sub(v.u0, even.u0);
      v.u1 = mgp_e_sub(v.u1, even.u1);
      v.r0 = mgp_e_sub(v.r0, even.r0);
      v.r1 = mgp_e_sub(v.r1, even.r1);
      sum[1] = mgp_e_add(sum[1], rows.cross(v));
    }
    const mgp_e_t high = mgp_ld(&eq[row >> low]);
    for (int i = 0; i < 2; i++)
      acc[i] = mgp_e_add(acc[i], mgp_e_mul(mgp_e_sub(sum[i], mgp_ld(&rows.t.less[i])), high));
  }
}

/* --- bound rows ------------------------------------------------------------------------------- */

/* Row y with all entry variables bound: a pair, or an entry if multiplicities vary. */
template <class Chip> struct mgp_leaf_bound_t {
  mutable mgp_leaf_rows_t<Chip> rows;
  mgp_e_t lambda;

  __device__ __forceinline__ auto operator()(uint32_t y) const {
    rows.chip.prepare(y);
    const mgp_shifted_t v = rows.half(0, 0, rows.k);
    if constexpr (Chip::VARYING) {
      return mgp_leaf_entry(v, lambda);
    } else {
      const mgp_pair_t pair = {v.u0, v.u1};
      return pair;
    }
  }
};

/* Where a trace ends among rows with i variables x bound: the part of row `rows >> i` that there
 * is. */
MGP_CALLED mgp_e_t mgp_leaf_edge(uint32_t rows, const mgp_e_t *x, unsigned i) {
  mgp_e_t s = mgp_e_zero();
  MGP_NO_UNROLL
  for (unsigned t = 0; t < i; t++)
    s = rows >> t & 1 ? mgp_e_lerp(mgp_e_one(), s, x[t]) : mgp_e_sub(s, mgp_e_mul(s, x[t]));
  return s;
}

/* Row y of those with i variables x bound: 1, 0, or that part. */
__device__ __forceinline__ mgp_e_t mgp_leaf_there(uint32_t rows, const mgp_e_t *x, unsigned i,
                                                  uint32_t y) {
  const uint32_t edge = rows >> i;
  return y < edge ? mgp_e_one() : y > edge ? mgp_e_zero() : mgp_leaf_edge(rows, x, i);
}
/* The square of that at a value's X and Y in group z. */
MGP_CALLED mgp_e_t mgp_leaf_at_edge(uint32_t rows, const mgp_e_t *x, unsigned i, uint32_t z,
                                    unsigned value) {
  mgp_e_t there[4];
  for (unsigned k = 0; k < 4; k++) there[k] = mgp_leaf_there(rows, x, i, 4 * z + k);
  const mgp_e_t s = mgp_few_at<1>(there, value);
  return mgp_e_mul(s, s);
}

/* A row that is absent. */
__device__ __forceinline__ mgp_pair_t mgp_leaf_absent(void) {
  const mgp_pair_t one = {mgp_e_one(), mgp_e_one()};
  return one;
}

/* Terms of a pass over pairs, divided by lambda: u_0 u_1 less 1 and r_0 r_1, which only rows have
 * that there are. With s 1 where there is a row, 0 where there is none and between the two in the
 * row where the trace ends, that is r_0 r_1 s^2, s at the value's X and Y. */
struct mgp_leaf_terms_t {
  uint32_t rows; /* of the trace */
  unsigned i;    /* row variables bound */
  const mgp_e_t *x;
  mgp_e_t rr;

  __device__ __forceinline__ mgp_pair_t absent() const { return mgp_leaf_absent(); }
  __device__ __forceinline__ mgp_e_t less(uint32_t z, unsigned value) const {
    const uint32_t edge = rows >> i;
    const mgp_e_t rest = value < MGP_GKR_1I ? mgp_e_one() : mgp_e_zero();
    if (4 * z > edge) return rest;
    if (4 * z + 3 < edge) return value < MGP_GKR_1I ? mgp_e_add(rest, rr) : rest;
    return mgp_e_add(rest, mgp_e_mul(rr, mgp_leaf_at_edge(rows, x, i, z, value)));
  }
};
__device__ __forceinline__ mgp_leaf_terms_t mgp_leaf_terms(const mgp_task_dev_t &dev,
                                                           const mgp_gkr_dev_t &g, unsigned i) {
  const mgp_e_t *r = mgp_leaf_tables(dev.folded, g.k).constant + 2;
  const mgp_leaf_terms_t terms = {g.rows, i, dev.state->x + (g.m - 1),
                                  mgp_e_mul(mgp_ld(r), mgp_ld(r + 1))};
  return terms;
}

/* Rounds i and i + 1 over pairs that two variables are bound of. */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_leaf_folded(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                                unsigned l, unsigned i, unsigned low,
                                                mgp_gkr_rows_t r) {
  const mgp_gkr_rows_t next = mgp_gkr_next_rows(g, r, l, i);
  const mgp_leaf_terms_t terms = mgp_leaf_terms(dev, g, i - mgp_gkr_entry_vars(g, l));
  mgp_gkr_pass<THREADS>(dev, l, i, low, mgp_gkr_folded_rows(dev, i, r, terms.absent()), terms,
                        &dev.state->lambda, next.rows, next.src);
}

/* The entry that a bound pair is, with all row variables bound, too. */
__device__ __forceinline__ mgp_entry_t mgp_leaf_last(const mgp_task_dev_t &dev,
                                                     const mgp_gkr_dev_t &g, const mgp_pair_t &v) {
  const mgp_e_t *r = mgp_leaf_tables(dev.folded, g.k).constant + 2;
  const mgp_e_t s =
      g.rows >> g.n ? mgp_e_one() : mgp_leaf_edge(g.rows, dev.state->x + (g.m - 1), g.n);
  const mgp_shifted_t all = {v.u0, v.u1, mgp_e_mul(mgp_ld(r), s), mgp_e_mul(mgp_ld(r + 1), s)};
  return mgp_leaf_entry(all, dev.state->lambda);
}

#endif
