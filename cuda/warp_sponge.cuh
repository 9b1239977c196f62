/* The transcript on the device (protocol/transcript.h): one warp, a word of the state per lane.
 * Lanes 16 to 31 do what lanes 0 to 15 do. All lanes of the warp call each function together.
 *
 * A permutation is a chain of about 4000 cycles. One thread with the whole state would take several
 * times as long, and every round of a sumcheck waits for one. In a partial round every lane takes
 * the S-box of word 0. Meanwhile the other words, times the diagonal, are added up: with their sum
 * A and the sum S of the state after the S-box, the next sum of the others is 15 S + A, so that no
 * sum over lanes is in the chain from S-box to S-box. */
#ifndef MGP_CUDA_WARP_SPONGE_CUH
#define MGP_CUDA_WARP_SPONGE_CUH

#include "element.cuh"
#include "poseidon2.cuh"

/* Round constants by lane: not in constant memory, which serves one address at a time. */
static __device__ const mgp_f_t p2_warp_initial[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_INITIAL;
static __device__ const mgp_f_t p2_warp_final[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_FINAL;
static __device__ const mgp_f_t p2_warp_diag[MGP_P2_WIDTH] = MGP_P2_DIAG;

__device__ __forceinline__ mgp_f_t p2_lane_xor(mgp_f_t v, int with) {
  return __shfl_xor_sync(0xffffffffu, v, with);
}

/* Sum over the lanes that differ in the bits of a, b and a + b. */
__device__ __forceinline__ mgp_f_t p2_warp_sum(mgp_f_t v, int a, int b) {
  const mgp_f_t x = p2_lane_xor(v, a), y = p2_lane_xor(v, b), z = p2_lane_xor(v, a + b);
  return mgp_f_add(mgp_f_add(v, x), mgp_f_add(y, z));
}

/* Sum over a state, in all lanes. */
__device__ __forceinline__ mgp_f_t p2_warp_all(mgp_f_t v) {
  return p2_warp_sum(p2_warp_sum(v, 1, 2), 4, 8);
}
__device__ __forceinline__ mgp_f_t p2_times_15(mgp_f_t v) {
  const mgp_f_t v3 = mgp_f_add(mgp_f_dbl(v), v);
  return mgp_f_add(mgp_f_dbl(mgp_f_dbl(v3)), v3);
}

/* circ(2, 3, 1, 1) on groups of four, each with the sum of the groups added: first the sum, as both
 * are linear. */
__device__ __forceinline__ mgp_f_t p2_warp_external(mgp_f_t s, unsigned lane) {
  s = mgp_f_add(s, p2_warp_sum(s, 4, 8));
  const mgp_f_t x = p2_lane_xor(s, 1), y = p2_lane_xor(s, 2), z = p2_lane_xor(s, 3);
  const mgp_f_t next = lane & 1 ? z : x;
  return mgp_f_add(mgp_f_add(mgp_f_add(s, x), mgp_f_add(y, z)), mgp_f_add(s, mgp_f_dbl(next)));
}

MGP_CALLED mgp_f_t p2_warp_permute(mgp_f_t s) {
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH;
  mgp_f_t rc[2 * MGP_P2_FULL_HALF];
#pragma unroll
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    rc[r] = p2_warp_initial[r][lane] - MGP_P;
    rc[MGP_P2_FULL_HALF + r] = p2_warp_final[r][lane] - MGP_P;
  }
  const mgp_f_t diag = p2_warp_diag[lane];
  s = p2_warp_external(s, lane);
#pragma unroll
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) s = p2_warp_external(p2_sbox(s, rc[r]), lane);
  mgp_f_t first = __shfl_sync(0xffffffffu, s, 0), other = lane ? s : 0, rest = p2_warp_all(other);
#pragma unroll 3
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    const mgp_f_t scaled = mgp_f_mul(other, diag), ahead = p2_warp_all(scaled);
    const mgp_f_t z = p2_sbox(first, mgp_p2_rc_partial_dev[r] - MGP_P);
    const mgp_f_t sum = mgp_f_add(rest, z);
    first = mgp_f_sub(rest, z); /* diag[0] = -2 */
    other = lane ? mgp_f_add(sum, scaled) : 0;
    rest = mgp_f_add(p2_times_15(sum), ahead);
  }
  s = lane ? other : first;
#pragma unroll
  for (int r = 0; r < MGP_P2_FULL_HALF; r++)
    s = p2_warp_external(p2_sbox(s, rc[MGP_P2_FULL_HALF + r]), lane);
  return s;
}

/* --- the sponge ------------------------------------------------------------------------------- */

struct mgp_sponge_t {
  mgp_f_t s; /* word `lane` of the state */
  unsigned pos;
};

__device__ __forceinline__ void mgp_sponge_add(mgp_sponge_t *k, unsigned i, mgp_f_t v) {
  if (threadIdx.x % MGP_P2_WIDTH == i) k->s = mgp_f_add(k->s, v);
}
__device__ __forceinline__ void mgp_sponge_overwrite(mgp_sponge_t *k, const mgp_f_t *words,
                                                     uint32_t n) {
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH;
  if (lane < MGP_P2_RATE) k->s = lane < n ? words[lane] : 0;
}
__device__ __forceinline__ void mgp_sponge_permute(mgp_sponge_t *k) {
  k->s = p2_warp_permute(k->s);
}
__device__ __forceinline__ mgp_f_t mgp_sponge_word(const mgp_sponge_t *k, unsigned i) {
  return __shfl_sync(0xffffffffu, k->s, (int)i);
}

#define SPONGE __device__ __forceinline__
#include "protocol/sponge.inc"

struct mgp_warp_sponge_t : mgp_sponge_t {
  __device__ __forceinline__ explicit mgp_warp_sponge_t(const mgp_transcript_t *t) {
    s = t->s[threadIdx.x % MGP_P2_WIDTH];
    pos = t->pos;
  }
  __device__ __forceinline__ void store(mgp_transcript_t *t) const {
    if (threadIdx.x < MGP_P2_WIDTH) t->s[threadIdx.x] = s;
    if (threadIdx.x == 0) t->pos = pos;
  }
  /* n words in memory that all lanes see */
  __device__ __forceinline__ void absorb(uint32_t label, const mgp_f_t *words, uint32_t n) {
    mgp_sponge_absorb(this, label, words, n);
  }
  __device__ __forceinline__ mgp_f_t squeeze() { return mgp_sponge_squeeze(this); }
  /* Elements only since the last message. */
  __device__ __forceinline__ mgp_e_t squeeze_ext() {
#if MGP_P2_RATE % MGP_D == 0 /* none is in two states: the position is looked at once */
    MGP_HD_ASSUME(pos % MGP_D == 0);
#endif
    return mgp_sponge_squeeze_ext(this);
  }
};

#endif
