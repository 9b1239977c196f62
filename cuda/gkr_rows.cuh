/* Rounds of row variables of the sumchecks over the fraction tree, two at a time.
 *
 * Let X be the variable of round i and Y that of round i + 1: of four rows that differ in these the
 * summand is quadratic in each, so it is known everywhere from its values at X, Y in 0, 1, infinity
 * (the leading coefficient), but for (1, 1), which the claim has. With v the sums of those values
 * over all groups of four rows, by eq of the variables after Y, and rho the point at Y,
 *
 *   round i:      h(0) = (1 - rho) v(0, 0) + rho v(0, 1),  h_2 = (1 - rho) v(inf, 0) + rho v(inf,
 * 1) round i + 1:  h(0) = v(x, 0),  h_2 = v(x, inf)
 *
 * So one pass over the rows serves two rounds: half the launches, and a third less to read and
 * write than a pass a round. If there is no Y, groups have two rows and rho is 0.
 *
 * Each lane of four has a row of its group and two of the eight values:
 *
 *   lane  0: v(0, 0), v(0, inf)   1: v(1, 0), v(inf, 0)   2: v(0, 1), v(inf, 1)
 *         3: v(1, inf), v(inf, inf) */
#ifndef MGP_CUDA_GKR_ROWS_CUH
#define MGP_CUDA_GKR_ROWS_CUH

#include "gkr_round.cuh"

/* Where the block's sums of a pass have them. */
typedef enum {
  MGP_GKR_00,
  MGP_GKR_10,
  MGP_GKR_01,
  MGP_GKR_1I,
  MGP_GKR_0I,
  MGP_GKR_I0,
  MGP_GKR_I1,
  MGP_GKR_II,
  MGP_GKR_VALUES
} mgp_gkr_value_t;

/* The lane of its group that a lane takes the difference to. */
__device__ __forceinline__ unsigned mgp_gkr_opposite(unsigned j) {
  return 0x72u >> (2 * j) & 3;
}

/* --- sources of a pass: row y ----------------------------------------------------------------- */

struct mgp_gkr_bound_t { /* all entry variables bound */
  mgp_gkr_stored_t src;
  unsigned ev;
  const mgp_task_state_t *state;
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t operator()(uint32_t y) const {
    mgp_entry_t e = src.bound(y, 0, ev, state);
    mgp_gkr_lift(&e, lambda);
    return e;
  }
};
struct mgp_gkr_plain_t { /* a level of pairs of rows */
  const mgp_e_t *src;
  size_t stride;
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t operator()(uint32_t y) const {
    mgp_entry_t e;
    mgp_gkr_load(src, stride, y, &e);
    mgp_gkr_lift(&e, lambda);
    return e;
  }
};

/* Rows on their way down: planes `rows` apart. */
typedef struct {
  mgp_e_t *src;
  uint32_t rows;
  unsigned folds; /* variables that are bound when they are read: 0 to 2 */
  bool raw;       /* not lifted yet */
} mgp_gkr_rows_t;

/* Rows 4y ... 4y + 3, folded by two challenges x. */
template <class Row> struct mgp_gkr_folded_t {
  const mgp_e_t *src, *x;
  uint32_t rows;
  bool raw;
  Row absent;
  mgp_e_t lambda;

  __device__ __forceinline__ static void lift(mgp_entry_t *e, const mgp_e_t &lambda) {
    mgp_gkr_lift(e, lambda);
  }
  __device__ __forceinline__ static void lift(mgp_pair_t *, const mgp_e_t &) {}
  __device__ __forceinline__ Row operator()(uint32_t y) const {
    Row r[4];
#pragma unroll
    for (uint32_t k = 0; k < 4; k++) {
      r[k] = absent;
      if (4 * y + k < rows) mgp_gkr_load(src, rows, 4 * (size_t)y + k, &r[k]);
    }
    r[0] = mgp_gkr_lerp(r[0], r[1], x[0]);
    r[0] = mgp_gkr_lerp(r[0], mgp_gkr_lerp(r[2], r[3], x[0]), x[1]);
    if (raw) lift(&r[0], lambda);
    return r[0];
  }
};

/* --- sums ------------------------------------------------------------------------------------- */

/* Terms of a pass over entries: a row that is absent, and what is taken off a value of group z. */
struct mgp_gkr_lifted_t {
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t absent() const {
    mgp_entry_t e = mgp_gkr_nothing();
    e.p0 = lambda;
    return e;
  }
  __device__ __forceinline__ mgp_e_t less(uint32_t, unsigned value) const {
    return value < MGP_GKR_1I ? lambda : mgp_e_zero();
  }
};

/* Most low bits of a group that are constant in a thread: blocks take THREADS rows at a time. */
#define MGP_GKR_LOW_GROUP (MGP_GKR_LOW - 2u)

/* What a thread adds up of its lane's two values in rounds i and i + 1 of layer l. Stores the rows
 * if dst. */
template <unsigned THREADS, class Load, class Terms>
__device__ __forceinline__ void mgp_gkr_row_sums(const mgp_task_dev_t &dev, unsigned l, unsigned i,
                                                 unsigned low, const Load &load, const Terms &terms,
                                                 uint32_t rows, mgp_e_t *dst, mgp_e_t acc[2]) {
  const unsigned after = l - i > 2 ? l - i - 2 : 0; /* variables */
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (after - low));
  const unsigned j = threadIdx.x & 3, group = threadIdx.x & 28;
  acc[0] = acc[1] = mgp_e_zero();
  for (uint32_t first = blockIdx.x * THREADS; first < rows; first += gridDim.x * THREADS) {
    const uint32_t y = first + threadIdx.x, z = y >> 2;
    const bool some = 4 * z < rows; /* else all are absent: nothing is left */
    const mgp_e_t weight = some ? mgp_ld(&eq[z >> low]) : mgp_e_zero();
    auto row = terms.absent();
    if (y < rows) {
      row = load(y);
      if (dst) mgp_gkr_store(dst, rows, y, row);
    }
    auto slope = mgp_gkr_sub(row, mgp_gkr_shfl(row, group | mgp_gkr_opposite(j)));
    const auto other = mgp_gkr_shfl(slope, group);
    if (!some) continue;
    if (j == 3) {
      row = slope;
      slope = mgp_gkr_add(slope, other);
    }
    mgp_e_t v = mgp_e_sub(mgp_gkr_cross(row), terms.less(z, j));
    acc[0] = mgp_e_add(acc[0], mgp_e_mul(v, weight));
    v = mgp_e_sub(mgp_gkr_cross(slope), terms.less(z, MGP_GKR_0I + j));
    acc[1] = mgp_e_add(acc[1], mgp_e_mul(v, weight));
  }
  if (low == 0) return;
  const mgp_e_t w =
      mgp_task_eq(dev.state->point + i + 2, low, threadIdx.x >> 2 & ((1u << low) - 1));
  for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], w);
}

/* --- closing: one warp ------------------------------------------------------------------------ */

/* Rounds i and i + 1, if there is one, of layer l from the values v, less lambda where they are not
 * slopes. */
MGP_CALLED void mgp_gkr_close_rows(const mgp_task_dev_t &dev, unsigned l, unsigned i,
                                   const mgp_e_t v[MGP_GKR_VALUES]) {
  mgp_task_state_t *s = dev.state;
  mgp_task_talk_t talk(s);
  const bool two = i + 1 < l;
  const mgp_e_t lambda = s->lambda, inv = s->inv[i + 1], rho = two ? s->point[i + 1] : mgp_e_zero();
  mgp_e_t h[3], next[3];
  h[0] = mgp_e_add(mgp_e_lerp(v[MGP_GKR_00], v[MGP_GKR_01], rho), lambda);
  h[2] = mgp_e_lerp(v[MGP_GKR_I0], v[MGP_GKR_I1], rho);
  h[1] = mgp_task_middle(s->claim, h[0], h[2], s->inv[i]);
  talk.say(MGP_LABEL_GKR_ROUND, h + 1, 2);
  /* quadratics in x: lane 0 the claim, 1 the next h(0), 2 the next h_2 */
  const unsigned lane = threadIdx.x;
  const mgp_e_t low = lane == 1 ? mgp_e_add(v[MGP_GKR_00], lambda) : v[MGP_GKR_0I],
                lead = lane == 1 ? v[MGP_GKR_I0] : v[MGP_GKR_II],
                at_1 = lane == 1 ? mgp_e_add(v[MGP_GKR_10], lambda) : v[MGP_GKR_1I];
  mgp_e_t c[3] = {low, mgp_e_sub(mgp_e_sub(at_1, low), lead), lead};
  if (lane == 0)
    for (int k = 0; k < 3; k++) c[k] = h[k];
  const mgp_e_t x = talk.squeeze_ext();
  const mgp_e_t at_x = mgp_task_horner(c, 3, x);
  mgp_e_t claim = mgp_shfl(at_x, 0);
  if (lane == 0) s->x[i] = x;
  if (two) {
    next[0] = mgp_shfl(at_x, 1);
    next[2] = mgp_shfl(at_x, 2);
    next[1] = mgp_task_middle(claim, next[0], next[2], inv);
    talk.say(MGP_LABEL_GKR_ROUND, next + 1, 2);
    const mgp_e_t y = talk.squeeze_ext();
    claim = mgp_task_horner(next, 3, y);
    if (lane == 0) s->x[i + 1] = y;
  }
  talk.store(s);
  if (lane == 0) s->claim = claim;
}

/* --- whole passes ----------------------------------------------------------------------------- */

/* The sums are multiplied by `factor` (NULL: one). Stores the rows if dst. */
template <unsigned THREADS, class Load, class Terms>
__device__ __forceinline__ void mgp_gkr_pass(const mgp_task_dev_t &dev, unsigned l, unsigned i,
                                             unsigned low, const Load &load, const Terms &terms,
                                             const mgp_e_t *factor, uint32_t rows, mgp_e_t *dst) {
  MGP_SHARED(mgp_e_t, sum, [MGP_GKR_VALUES]);
  mgp_e_t acc[2];
  mgp_gkr_row_sums<THREADS>(dev, l, i, low, load, terms, rows, dst, acc);
  if (factor)
    for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], *factor);
  if (mgp_task_grid_sum<THREADS, 2, 4>(dev, acc, sum) && threadIdx.x < 32)
    mgp_gkr_close_rows(dev, l, i, sum);
}
/* Over entries. */
template <unsigned THREADS, class Load>
__device__ __forceinline__ void mgp_gkr_entry_pass(const mgp_task_dev_t &dev, unsigned l,
                                                   unsigned i, unsigned low, const Load &load,
                                                   uint32_t rows, mgp_e_t *dst) {
  const mgp_gkr_lifted_t terms = {dev.state->lambda};
  mgp_gkr_pass<THREADS>(dev, l, i, low, load, terms, (const mgp_e_t *)NULL, rows, dst);
}

/* The first pass: over a stored level with several nodes per row, whose rows are stored with all
 * entry variables bound; */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_bound(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                              unsigned l, unsigned ev, unsigned low) {
  const mgp_gkr_bound_t load = {mgp_gkr_stored(g, l + 1), ev, dev.state, dev.state->lambda};
  mgp_gkr_entry_pass<THREADS>(dev, l, ev, low, load, g.rows, g.fold[0]);
}
/* over a level with one entry per row, or of pairs of rows, which are not stored again. */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_plain(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                              unsigned l, unsigned low) {
  const uint32_t rows = mgp_gkr_rows(g, l + 1);
  const mgp_gkr_plain_t load = {g.level[l + 1], rows, dev.state->lambda};
  mgp_gkr_entry_pass<THREADS>(dev, l, 0, low, load, rows, NULL);
}

/* Rows after the pass for rounds i and i + 1 of layer l, which reads them from src. */
static __host__ __device__ __forceinline__ mgp_gkr_rows_t mgp_gkr_first_rows(mgp_e_t *src,
                                                                             uint32_t rows,
                                                                             unsigned l, unsigned i,
                                                                             bool raw) {
  const mgp_gkr_rows_t r = {src, rows, l - i < 2 ? l - i : 2, raw};
  return r;
}
/* The same after a pass that folds r. */
static __host__ __device__ __forceinline__ mgp_gkr_rows_t mgp_gkr_next_rows(const mgp_gkr_dev_t &g,
                                                                            mgp_gkr_rows_t r,
                                                                            unsigned l,
                                                                            unsigned i) {
  return mgp_gkr_first_rows(r.src == g.fold[1] ? g.fold[2] : g.fold[1], (r.rows + 3) / 4, l, i,
                            false);
}

/* The source of a pass that begins with round i. */
template <class Row>
__device__ __forceinline__ mgp_gkr_folded_t<Row>
mgp_gkr_folded_rows(const mgp_task_dev_t &dev, unsigned i, mgp_gkr_rows_t r, const Row &absent) {
  const mgp_gkr_folded_t<Row> load = {r.src,  dev.state->x + i - 2, r.rows, r.raw,
                                      absent, dev.state->lambda};
  return load;
}
/* Rounds i and i + 1 over rows that two variables are bound of. */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_folded(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                               unsigned l, unsigned i, unsigned low,
                                               mgp_gkr_rows_t r) {
  const mgp_gkr_rows_t next = mgp_gkr_next_rows(g, r, l, i);
  mgp_entry_t absent = mgp_gkr_nothing();
  if (!r.raw) absent.p0 = dev.state->lambda;
  mgp_gkr_entry_pass<THREADS>(dev, l, i, low, mgp_gkr_folded_rows(dev, i, r, absent), next.rows,
                              next.src);
}

#endif
