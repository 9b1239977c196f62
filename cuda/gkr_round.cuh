/* Rounds of the sumchecks over the fraction tree: what each thread adds up, and how a round and a
 * layer are closed. Storage and method: gkr.cuh. */
#ifndef MGP_CUDA_GKR_ROUND_CUH
#define MGP_CUDA_GKR_ROUND_CUH

#include "gkr.cuh"

/* --- sums of a round -------------------------------------------------------------------------- */

/* What a thread adds up in the round of entry variable b: h(0) - lambda and h_2 in acc, but for
 * eq over the low row bits, of which it has constant ones. */
template <unsigned THREADS, class Source>
__device__ __forceinline__ void mgp_gkr_entry_round(const mgp_task_dev_t &dev,
                                                    const mgp_gkr_dev_t &g, unsigned ev, unsigned b,
                                                    unsigned low, Source src, mgp_e_t acc[2]) {
  const mgp_task_state_t *s = dev.state;
  const mgp_e_t lambda = s->lambda;
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (g.n - low));
  const mgp_e_t *eq_entry = dev.eq_entries + ((size_t)1 << (ev - 1 - b));
  const uint32_t entries = src.entries(), mask = (2u << b) - 1;
  const uint32_t end = (entries + mask) & ~mask;
  acc[0] = acc[1] = mgp_e_zero();
  for (uint32_t row = blockIdx.x * THREADS + threadIdx.x; row < g.rows;
       row += gridDim.x * THREADS) {
    mgp_e_t sum[2] = {mgp_e_zero(), mgp_e_zero()};
    mgp_entry_t v[2]; /* at 0 and 1 of the round's variable, so far */
    src.prepare(row);
#pragma unroll 1
    for (uint32_t e = 0; e < end; e++) {
      const mgp_e_t w = s->weight[e & (mask >> 1)];
      mgp_entry_t one;
      one.p0 = one.q0 = one.p1 = one.q1 = mgp_e_zero();
      if ((e & mask) == 0) v[0] = v[1] = one;
      if (e < entries)
        src.add(&one, row, e, w, b > 0);
      else
        one.q0 = one.q1 = w;
      if (e >> b & 1)
        mgp_gkr_add(&v[1], one);
      else
        mgp_gkr_add(&v[0], one);
      if ((e & mask) != mask) continue;
      mgp_gkr_lift(&v[0], lambda);
      mgp_gkr_lift(&v[1], lambda);
      v[1] = mgp_gkr_sub(v[1], v[0]);
      const mgp_e_t we = mgp_ld(&eq_entry[e >> (b + 1)]);
      sum[0] = mgp_e_add(sum[0], mgp_e_mul(mgp_e_sub(mgp_gkr_cross(v[0]), lambda), we));
      sum[1] = mgp_e_add(sum[1], mgp_e_mul(mgp_gkr_cross(v[1]), we));
    }
    const mgp_e_t high = mgp_ld(&eq[row >> low]);
    for (int i = 0; i < 2; i++) acc[i] = mgp_e_add(acc[i], mgp_e_mul(sum[i], high));
  }
}

/* Sources of a row round: row y, lifted. */
template <class Source> struct mgp_gkr_bound_t { /* all entry variables bound */
  mutable Source src;
  unsigned ev;
  const mgp_e_t *weight;
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t operator()(uint32_t y) const {
    src.prepare(y);
    mgp_entry_t e = mgp_gkr_fold_row(src, y, ev, weight);
    mgp_gkr_lift(&e, lambda);
    return e;
  }
};
struct mgp_gkr_plain_t { /* a level of pairs of rows */
  const mgp_e_t *src;
  size_t stride;
  mgp_e_t lambda;

  __device__ __forceinline__ mgp_entry_t operator()(uint32_t y) const {
    mgp_entry_t e = mgp_gkr_load(src, stride, y);
    mgp_gkr_lift(&e, lambda);
    return e;
  }
};
struct mgp_gkr_halved_t { /* rows 2y and 2y + 1 of `rows`, folded */
  const mgp_e_t *src;
  size_t stride;
  uint32_t rows;
  bool raw; /* the rows are not lifted yet */
  mgp_e_t x, lambda;

  __device__ __forceinline__ mgp_entry_t operator()(uint32_t y) const {
    const mgp_entry_t a = mgp_gkr_load(src, stride, 2 * (size_t)y);
    mgp_entry_t b = mgp_gkr_nothing();
    if (2 * y + 1 < rows)
      b = mgp_gkr_load(src, stride, 2 * (size_t)y + 1);
    else if (!raw)
      b.p0 = lambda;
    mgp_entry_t e = mgp_gkr_lerp(a, b, x);
    if (raw) mgp_gkr_lift(&e, lambda);
    return e;
  }
};

/* What a thread adds up in a round of a row variable with r variables after it: even threads
 * h(0) - lambda, odd ones h_2; but for eq over the low bits. Stores the rows if dst. */
template <unsigned THREADS, class Load>
__device__ __forceinline__ mgp_e_t mgp_gkr_row_round(const mgp_task_dev_t &dev, const Load &load,
                                                     uint32_t rows, mgp_e_t *dst, size_t stride,
                                                     unsigned r, unsigned low) {
  const mgp_e_t lambda = dev.state->lambda;
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (r - low));
  const bool odd = threadIdx.x & 1;
  mgp_e_t acc = mgp_e_zero();
  for (uint32_t first = blockIdx.x * THREADS; first < rows; first += gridDim.x * THREADS) {
    const uint32_t y = first + threadIdx.x;
    mgp_entry_t e = mgp_gkr_nothing(), other;
    e.p0 = lambda;
    if (y < rows) {
      e = load(y);
      if (dst) mgp_gkr_store(dst, stride, y, e);
    }
    other.p0 = mgp_shfl_xor(e.p0, 1);
    other.q0 = mgp_shfl_xor(e.q0, 1);
    other.p1 = mgp_shfl_xor(e.p1, 1);
    other.q1 = mgp_shfl_xor(e.q1, 1);
    if ((y & ~1u) >= rows) continue; /* nothing at both: lambda less lambda; or no difference */
    if (odd) e = mgp_gkr_sub(e, other);
    mgp_e_t v = mgp_gkr_cross(e);
    if (!odd) v = mgp_e_sub(v, lambda);
    acc = mgp_e_add(acc, mgp_e_mul(v, mgp_ld(&eq[y >> 1 >> low])));
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

/* Round i of an entry variable of layer l: what each thread has of its two sums. */
template <unsigned THREADS, class Source>
__device__ __forceinline__ void
mgp_gkr_entry_sums(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l, unsigned i,
                   unsigned low, const Source &src, mgp_e_t acc[2]) {
  const unsigned ev = mgp_gkr_entry_vars(g, l);
  mgp_gkr_entry_round<THREADS>(dev, g, ev, i, low, src, acc);
  if (low == 0) return;
  const mgp_e_t w = mgp_task_eq(dev.state->point + ev, low, threadIdx.x & ((1u << low) - 1));
  for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], w);
}
template <unsigned THREADS, class Source>
__device__ __forceinline__ void mgp_gkr_entries(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                                unsigned l, unsigned i, unsigned low,
                                                const Source &src) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  mgp_e_t acc[2];
  mgp_gkr_entry_sums<THREADS>(dev, g, l, i, low, src, acc);
  if (mgp_task_grid_sum<THREADS, 2, 1>(dev, acc, sum) && threadIdx.x < 32)
    mgp_gkr_close_round(dev, i, mgp_gkr_entry_vars(g, l), sum);
}

/* Round i of a row variable of layer l: what each thread has, even ones of the first sum, odd ones
 * of the second. */
template <unsigned THREADS, class Load>
__device__ __forceinline__ mgp_e_t mgp_gkr_row_sum(const mgp_task_dev_t &dev, unsigned l,
                                                   unsigned i, unsigned low, const Load &load,
                                                   uint32_t rows, mgp_e_t *dst) {
  const mgp_e_t acc = mgp_gkr_row_round<THREADS>(dev, load, rows, dst, rows, l - 1 - i, low);
  if (low == 0) return acc;
  const unsigned y = (threadIdx.x >> 1) & ((1u << low) - 1);
  return mgp_e_mul(acc, mgp_task_eq(dev.state->point + i + 1, low, y));
}
template <unsigned THREADS, class Load>
__device__ __forceinline__ void mgp_gkr_rows_of(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                                unsigned l, unsigned i, unsigned low,
                                                const Load &load, uint32_t rows, mgp_e_t *dst) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  const mgp_e_t acc = mgp_gkr_row_sum<THREADS>(dev, l, i, low, load, rows, dst);
  if (mgp_task_grid_sum<THREADS, 1, 2>(dev, &acc, sum) && threadIdx.x < 32)
    mgp_gkr_close_round(dev, i, mgp_gkr_entry_vars(g, l), sum);
}

/* The rows of a level with all entry variables bound, for the first round of a row variable. */
template <class Source>
__device__ __forceinline__ mgp_gkr_bound_t<Source>
mgp_gkr_bound_rows(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l,
                   const Source &src) {
  const mgp_gkr_bound_t<Source> load = {src, mgp_gkr_entry_vars(g, l), dev.state->weight,
                                        dev.state->lambda};
  return load;
}
template <unsigned THREADS, class Source>
__device__ __forceinline__ void mgp_gkr_bound(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                              unsigned l, unsigned low, const Source &src) {
  mgp_gkr_rows_of<THREADS>(dev, g, l, mgp_gkr_entry_vars(g, l), low,
                           mgp_gkr_bound_rows(dev, g, l, src), g.rows, g.fold[0]);
}

/* The same for a level of pairs of rows, which are not stored again. */
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
  half.src = r.src == g.fold[0] || r.src == g.fold[2] ? g.fold[1] : g.fold[2];
  half.rows = (r.rows + 1) / 2;
  half.raw = false;
  return half;
}

/* Round i, after that challenge i - 1 is bound. */
template <unsigned THREADS>
__device__ __forceinline__ void mgp_gkr_halved(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                               unsigned l, unsigned i, unsigned low,
                                               mgp_gkr_rows_t r) {
  const mgp_gkr_rows_t half = mgp_gkr_halve(g, r);
  mgp_gkr_halved_t load;
  load.src = r.src;
  load.stride = load.rows = r.rows;
  load.raw = r.raw;
  load.x = dev.state->x[i - 1];
  load.lambda = dev.state->lambda;
  mgp_gkr_rows_of<THREADS>(dev, g, l, i, low, load, half.rows, half.src);
}

#endif
