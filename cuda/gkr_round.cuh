/* Rounds of entry variables of the sumchecks over the fraction tree: what each thread adds up, and
 * how a round is closed; the end of a layer. Storage and method: gkr.cuh. */
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

/* --- closing a round or layer: one warp ------------------------------------------------------- */

/* sum: h(0) - lambda and h_2 */
MGP_CALLED void mgp_gkr_close_round(const mgp_task_dev_t &dev, unsigned i, const mgp_e_t sum[2]) {
  mgp_task_state_t *s = dev.state;
  mgp_task_talk_t talk(s);
  mgp_e_t h[3];
  h[0] = mgp_e_add(sum[0], s->lambda);
  h[2] = sum[1];
  h[1] = mgp_task_middle(s->claim, h[0], h[2], s->inv[i]);
  talk.say(MGP_LABEL_GKR_ROUND, h + 1, 2);
  const mgp_e_t x = talk.squeeze_ext();
  talk.store(s);
  if (threadIdx.x == 0) {
    s->claim = mgp_task_horner(h, 3, x);
    s->x[i] = x;
  }
  if (threadIdx.x >= 1u << i) return;
  const mgp_e_t w = s->weight[threadIdx.x], with = mgp_e_mul(w, x);
  s->weight[threadIdx.x] = mgp_e_sub(w, with);
  s->weight[threadIdx.x + (1u << i)] = with;
}

/* The claim about p and q of the next layer, or of the main sumcheck after the last one. */
__device__ __forceinline__ void mgp_gkr_open_layer(mgp_task_state_t *s, mgp_task_talk_t *talk,
                                                   const mgp_e_t &p, const mgp_e_t &q,
                                                   bool to_main) {
  const mgp_e_t lambda = talk->squeeze_ext();
  talk->store(s);
  if (threadIdx.x != 0) return;
  s->lambda = lambda;
  s->claim = mgp_task_claim(p, q, lambda, to_main);
  s->weight[0] = mgp_e_one();
}

/* e: the bound entry, lifted */
MGP_CALLED void mgp_gkr_close_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l,
                                    const mgp_entry_t &e) {
  mgp_task_state_t *s = dev.state;
  mgp_task_talk_t talk(s);
  mgp_e_t ev[4];
  ev[0] = mgp_e_sub(e.p0, mgp_e_mul(s->lambda, e.q0));
  ev[1] = e.p1;
  ev[2] = e.q0;
  ev[3] = e.q1;
  talk.say(MGP_LABEL_GKR_EVALS, ev, 4);
  const mgp_e_t x = talk.squeeze_ext();
  for (unsigned i = threadIdx.x; i < l; i += 32) s->point[i + 1] = s->x[i];
  if (threadIdx.x == 0) s->point[0] = x;
  mgp_gkr_open_layer(s, &talk, mgp_e_lerp(ev[0], ev[1], x), mgp_e_lerp(ev[2], ev[3], x),
                     l + 1 == g.n + g.m);
}

/* --- a whole round ---------------------------------------------------------------------------- */

/* Most low bits of a row that are constant in a thread: blocks take THREADS rows at a time. One
 * block alone has the tables for all bits. */
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
    mgp_gkr_close_round(dev, i, sum);
}

#endif
