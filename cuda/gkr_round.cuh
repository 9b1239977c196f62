/* Rounds of the sumchecks over the fraction tree: what each thread adds up, and how a round and a
 * layer are closed. Storage and method: gkr.cuh. */
#ifndef MGP_CUDA_GKR_ROUND_CUH
#define MGP_CUDA_GKR_ROUND_CUH

#include "gkr.cuh"

/* --- sums of a round -------------------------------------------------------------------------- */

/* What a thread adds up in the round of entry variable b: h(0) - lambda and h_2 in acc, but for
 * eq over the low row bits, of which it has constant ones. */
template <unsigned THREADS>
__device__ __forceinline__ void
mgp_gkr_entry_round(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned ev, unsigned b,
                    unsigned low, const mgp_gkr_stored_t &src, mgp_e_t acc[2]) {
  const mgp_task_state_t *s = dev.state;
  const mgp_e_t lambda = s->lambda;
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (g.n - low));
  const mgp_e_t *eq_entry = dev.eq_entries + ((size_t)1 << (ev - 1 - b));
  const uint32_t mask = (2u << b) - 1, halves = ((src.entries() + mask) & ~mask) >> b;
  acc[0] = acc[1] = mgp_e_zero();
  for (uint32_t row = blockIdx.x * THREADS + threadIdx.x; row < g.rows;
       row += gridDim.x * THREADS) {
    mgp_e_t sum[2] = {mgp_e_zero(), mgp_e_zero()};
    mgp_entry_t even; /* at 0 of the round's variable */
#pragma unroll 1
    for (uint32_t h = 0; h < halves; h++) {
      mgp_entry_t v = src.bound(row, h << b, b, s);
      mgp_gkr_lift(&v, lambda);
      const bool odd = h & 1;
      if (odd)
        v = mgp_gkr_sub(v, even);
      else
        even = v;
      mgp_e_t term = mgp_gkr_cross(v);
      if (!odd) term = mgp_e_sub(term, lambda);
      if (b + 1 < ev) term = mgp_e_mul(term, mgp_ld(&eq_entry[h >> 1]));
      if (odd)
        sum[1] = mgp_e_add(sum[1], term);
      else
        sum[0] = mgp_e_add(sum[0], term);
    }
    const mgp_e_t high = mgp_ld(&eq[row >> low]);
    for (int i = 0; i < 2; i++) acc[i] = mgp_e_add(acc[i], mgp_e_mul(sum[i], high));
  }
}

/* Terms of a row round over entries: a row that is absent, and what is taken off the terms of pair
 * y of rows, of h(0) or (odd) of h_2. */
struct mgp_gkr_lifted_t {
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t absent() const {
    mgp_entry_t e = mgp_gkr_nothing();
    e.p0 = lambda;
    return e;
  }
  __device__ __forceinline__ mgp_e_t less(uint32_t, bool odd) const {
    return odd ? mgp_e_zero() : lambda;
  }
};

/* Sources of a row round: row y. */
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
/* Rows 2y and 2y + 1 of `rows`, folded; they may be not lifted yet. */
template <class Row> struct mgp_gkr_halved_t {
  const mgp_e_t *src;
  size_t stride;
  uint32_t rows;
  mgp_e_t x;
  bool raw;
  Row absent;
  mgp_e_t lambda;

  __device__ __forceinline__ static void lift(mgp_entry_t *e, const mgp_e_t &lambda) {
    mgp_gkr_lift(e, lambda);
  }
  __device__ __forceinline__ static void lift(mgp_pair_t *, const mgp_e_t &) {}
  __device__ __forceinline__ Row operator()(uint32_t y) const {
    Row a, b = absent;
    mgp_gkr_load(src, stride, 2 * (size_t)y, &a);
    if (2 * y + 1 < rows) mgp_gkr_load(src, stride, 2 * (size_t)y + 1, &b);
    Row r = mgp_gkr_lerp(a, b, x);
    if (raw) lift(&r, lambda);
    return r;
  }
};

/* What a thread adds up in a round of a row variable with r variables after it: even threads
 * h(0) - lambda, odd ones h_2; but for eq over the low bits. Stores the rows if dst. */
template <unsigned THREADS, class Load, class Terms>
__device__ __forceinline__ mgp_e_t mgp_gkr_row_round(const mgp_task_dev_t &dev, const Load &load,
                                                     const Terms &terms, uint32_t rows,
                                                     mgp_e_t *dst, unsigned r, unsigned low) {
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (r - low));
  const bool odd = threadIdx.x & 1;
  mgp_e_t acc = mgp_e_zero();
  for (uint32_t first = blockIdx.x * THREADS; first < rows; first += gridDim.x * THREADS) {
    const uint32_t y = first + threadIdx.x;
    const bool some = (y & ~1u) < rows; /* else both are absent: nothing is left */
    const mgp_e_t weight = some ? mgp_ld(&eq[y >> 1 >> low]) : mgp_e_zero();
    auto row = terms.absent();
    if (y < rows) {
      row = load(y);
      if (dst) mgp_gkr_store(dst, rows, y, row);
    }
    const auto other = mgp_gkr_shfl_xor(row, 1);
    if (!some) continue;
    if (odd) row = mgp_gkr_sub(row, other);
    const mgp_e_t v = mgp_e_sub(mgp_gkr_cross(row), terms.less(y >> 1, odd));
    acc = mgp_e_add(acc, mgp_e_mul(v, weight));
  }
  return acc;
}

/* --- closing a round or layer: one warp ------------------------------------------------------- */

/* sum: h(0) - lambda and h_2 */
MGP_CALLED void mgp_gkr_close_round(const mgp_task_dev_t &dev, unsigned i, unsigned ev,
                                    const mgp_e_t sum[2]) {
  mgp_task_state_t *s = dev.state;
  mgp_warp_sponge_t sponge(&s->tr);
  mgp_e_t h[3];
  h[0] = mgp_e_add(sum[0], s->lambda);
  h[2] = sum[1];
  h[1] = mgp_e_sub(mgp_e_mul(mgp_e_sub(s->claim, h[0]), s->inv[i]), h[2]);
  mgp_task_say(dev, &sponge, MGP_LABEL_GKR_ROUND, h + 1, 2);
  const mgp_e_t x = sponge.squeeze_ext();
  sponge.store(&s->tr);
  if (threadIdx.x == 0) {
    s->claim = mgp_task_horner(h, 3, x);
    s->x[i] = x;
  }
  if (i >= ev || threadIdx.x >= 1u << i) return;
  const mgp_e_t w = s->weight[threadIdx.x], with = mgp_e_mul(w, x);
  s->weight[threadIdx.x] = mgp_e_sub(w, with);
  s->weight[threadIdx.x + (1u << i)] = with;
}

/* The claim about p and q of the next layer, or of the main sumcheck after the last one. */
__device__ __forceinline__ void mgp_gkr_open_layer(mgp_task_state_t *s, mgp_warp_sponge_t *sponge,
                                                   const mgp_e_t &p, const mgp_e_t &q,
                                                   bool to_main) {
  const mgp_e_t lambda = sponge->squeeze_ext();
  sponge->store(&s->tr);
  if (threadIdx.x != 0) return;
  s->lambda = lambda;
  s->claim = mgp_e_add(p, mgp_e_mul(lambda, to_main ? mgp_e_sub(q, mgp_e_one()) : q));
  s->weight[0] = mgp_e_one();
}

/* e: the bound entry, lifted */
MGP_CALLED void mgp_gkr_close_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l,
                                    const mgp_entry_t &e) {
  mgp_task_state_t *s = dev.state;
  mgp_warp_sponge_t sponge(&s->tr);
  mgp_e_t ev[4];
  ev[0] = mgp_e_sub(e.p0, mgp_e_mul(s->lambda, e.q0));
  ev[1] = e.p1;
  ev[2] = e.q0;
  ev[3] = e.q1;
  mgp_task_say(dev, &sponge, MGP_LABEL_GKR_EVALS, ev, 4);
  const mgp_e_t x = sponge.squeeze_ext();
  for (unsigned i = threadIdx.x; i < l; i += 32) s->point[i + 1] = s->x[i];
  if (threadIdx.x == 0) s->point[0] = x;
  mgp_gkr_open_layer(s, &sponge, mgp_e_lerp(ev[0], ev[1], x), mgp_e_lerp(ev[2], ev[3], x),
                     l + 1 == g.n + g.m);
}

/* --- whole rounds ----------------------------------------------------------------------------- */

/* Most low bits of a row that are constant in a thread: blocks take THREADS rows at a time. Pairs
 * of rows have one less. One block alone has the tables for all bits. */
#define MGP_GKR_LOW 8u

/* Round i of an entry variable of layer l. (Where the compiler knows i the code is shorter.) */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_entries(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                                unsigned l, unsigned i, unsigned low) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  const unsigned ev = mgp_gkr_entry_vars(g, l);
  mgp_e_t acc[2];
  mgp_gkr_entry_round<THREADS>(dev, g, ev, i, low, mgp_gkr_stored(g, l + 1), acc);
  if (low) {
    const mgp_e_t w = mgp_task_eq(dev.state->point + ev, low, threadIdx.x & ((1u << low) - 1));
    for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], w);
  }
  if (mgp_task_grid_sum<THREADS, 2, 1>(dev, acc, sum) && threadIdx.x < 32)
    mgp_gkr_close_round(dev, i, ev, sum);
}

/* Round i of a row variable of layer l: what each thread has, even ones of the first sum, odd ones
 * of the second. */
template <unsigned THREADS, class Load, class Terms>
__device__ __forceinline__ mgp_e_t mgp_gkr_row_sum(const mgp_task_dev_t &dev, unsigned l,
                                                   unsigned i, unsigned low, const Load &load,
                                                   const Terms &terms, uint32_t rows,
                                                   mgp_e_t *dst) {
  const mgp_e_t acc = mgp_gkr_row_round<THREADS>(dev, load, terms, rows, dst, l - 1 - i, low);
  if (low == 0) return acc;
  const unsigned y = (threadIdx.x >> 1) & ((1u << low) - 1);
  return mgp_e_mul(acc, mgp_task_eq(dev.state->point + i + 1, low, y));
}
template <unsigned THREADS, class Load>
__device__ __forceinline__ void mgp_gkr_rows_of(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                                unsigned l, unsigned i, unsigned low,
                                                const Load &load, uint32_t rows, mgp_e_t *dst) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  const mgp_gkr_lifted_t terms = {dev.state->lambda};
  const mgp_e_t acc = mgp_gkr_row_sum<THREADS>(dev, l, i, low, load, terms, rows, dst);
  if (mgp_task_grid_sum<THREADS, 1, 2>(dev, &acc, sum) && threadIdx.x < 32)
    mgp_gkr_close_round(dev, i, mgp_gkr_entry_vars(g, l), sum);
}

/* The first round of a row variable: of a stored level with several nodes per row, whose rows are
 * stored with all entry variables bound; */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_bound(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                              unsigned l, unsigned ev, unsigned low) {
  const mgp_gkr_bound_t load = {mgp_gkr_stored(g, l + 1), ev, dev.state, dev.state->lambda};
  mgp_gkr_rows_of<THREADS>(dev, g, l, ev, low, load, g.rows, g.fold[0]);
}
/* of a level with one entry per row, or of pairs of rows, which are not stored again. */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_plain(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                              unsigned l, unsigned low) {
  mgp_gkr_plain_t load;
  load.src = g.level[l + 1];
  load.stride = mgp_gkr_rows(g, l + 1);
  load.lambda = dev.state->lambda;
  mgp_gkr_rows_of<THREADS>(dev, g, l, 0, low, load, (uint32_t)load.stride, NULL);
}

/* Rows on their way down: planes `rows` apart. */
typedef struct {
  mgp_e_t *src;
  uint32_t rows;
  bool raw; /* not lifted yet */
} mgp_gkr_rows_t;

/* Where they are after the next round. */
static __host__ __device__ __forceinline__ mgp_gkr_rows_t mgp_gkr_halve(const mgp_gkr_dev_t &g,
                                                                        mgp_gkr_rows_t r) {
  mgp_gkr_rows_t half;
  half.src = r.src == g.fold[1] ? g.fold[2] : g.fold[1];
  half.rows = (r.rows + 1) / 2;
  half.raw = false;
  return half;
}

/* The source of round i, after that challenge i - 1 is bound. */
template <class Row>
__device__ __forceinline__ mgp_gkr_halved_t<Row>
mgp_gkr_halved_rows(const mgp_task_dev_t &dev, unsigned i, mgp_gkr_rows_t r, const Row &absent) {
  mgp_gkr_halved_t<Row> load;
  load.src = r.src;
  load.stride = load.rows = r.rows;
  load.raw = r.raw;
  load.x = dev.state->x[i - 1];
  load.lambda = dev.state->lambda;
  load.absent = absent;
  return load;
}
__device__ __forceinline__ mgp_gkr_halved_t<mgp_entry_t>
mgp_gkr_halved_entries(const mgp_task_dev_t &dev, unsigned i, mgp_gkr_rows_t r) {
  mgp_entry_t absent = mgp_gkr_nothing();
  if (!r.raw) absent.p0 = dev.state->lambda;
  return mgp_gkr_halved_rows(dev, i, r, absent);
}
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_halved(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                               unsigned l, unsigned i, unsigned low,
                                               mgp_gkr_rows_t r) {
  const mgp_gkr_rows_t half = mgp_gkr_halve(g, r);
  mgp_gkr_rows_of<THREADS>(dev, g, l, i, low, mgp_gkr_halved_entries(dev, i, r), half.rows,
                           half.src);
}

#endif
