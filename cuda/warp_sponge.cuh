/* The transcript on the device (protocol/transcript.h): one warp, a word of the state per lane.
 * Lanes 16 to 31 do what lanes 0 to 15 do, or half of it. All lanes of the warp call each function
 * together.
 *
 * A permutation is a chain of some thousand cycles. One thread with the whole state would take
 * several times as long, and every round of a sumcheck waits for one. In the partial rounds every
 * lane takes the S-box of word 0, z_r in round r. With T_r the sum of the state after it and d_i
 * the diagonal, word i > 0 is
 *
 *   s_i(r) = d_i^r s_i(0) + sum of d_i^(r-1-t) T_t over t < r,
 *
 * so of the sum rest(r) of words 1 to 15, T_r = rest(r) + z_r, the part that comes from s(0) is
 * known beforehand for all rounds, and lane r keeps it: rest(r) = sum of d_i^r s_i(0) + sum of
 * c_(r-1-t) T_t, c_k the sum of d_i^k. With d_0 = -2 word 0 becomes rest(r) - z_r. So a round is an
 * S-box and a subtraction; all else is done beside the next S-box. */
#ifndef MGP_CUDA_WARP_SPONGE_CUH
#define MGP_CUDA_WARP_SPONGE_CUH

#include "element.cuh"
#include "poseidon2.cuh"

/* Round constants by lane: not in constant memory, which serves one address at a time. */
static __device__ const mgp_f_t p2_warp_initial[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_INITIAL;
static __device__ const mgp_f_t p2_warp_final[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_FINAL;

/* Powers of the diagonal: in Montgomery form, by lane. */
struct p2_warp_powers_t {
  mgp_f_t of[MGP_P2_WIDTH][MGP_P2_WIDTH];    /* [i][r] d_i^r, r < 13, else 0; 0 for i = 0 */
  mgp_f_t own[MGP_P2_PARTIAL][MGP_P2_WIDTH]; /* [t][i] d_i^(12-t) */
  mgp_f_t all[MGP_P2_WIDTH];                 /* d_i^13 */
  mgp_f_t sum[MGP_P2_PARTIAL][MGP_P2_WIDTH]; /* [t][r] c_(r-1-t), r > t, else 0 */

  constexpr p2_warp_powers_t() : of(), own(), all(), sum() {
    const mgp_f_t diag[MGP_P2_WIDTH] = MGP_P2_DIAG;
    mgp_f_t c[MGP_P2_PARTIAL] = {};
    for (int i = 1; i < MGP_P2_WIDTH; i++) {
      uint64_t power = (UINT64_C(1) << 32) % MGP_P;
      for (int k = 0; k <= MGP_P2_PARTIAL; k++) {
        all[i] = (mgp_f_t)power; /* the last one stays */
        if (k < MGP_P2_PARTIAL) {
          of[i][k] = own[MGP_P2_PARTIAL - 1 - k][i] = (mgp_f_t)power;
          c[k] = (mgp_f_t)((c[k] + power) % MGP_P);
        }
        power = power * diag[i] % MGP_P * inverse_of_2_32() % MGP_P;
      }
    }
    for (int t = 0; t < MGP_P2_PARTIAL; t++)
      for (int r = t + 1; r < MGP_P2_PARTIAL; r++) sum[t][r] = c[r - 1 - t];
  }
  static constexpr uint64_t inverse_of_2_32() {
    uint64_t r = 1;
    for (int i = 0; i < 32; i++) r = r & 1 ? (r + MGP_P) / 2 : r / 2;
    return r;
  }
};
static __device__ const p2_warp_powers_t p2_warp_powers{};

__device__ __forceinline__ mgp_f_t p2_lane_xor(mgp_f_t v, int with) {
  return __shfl_xor_sync(0xffffffffu, v, with);
}

/* Sum over the lanes that differ in the bits of a, b and a + b. */
__device__ __forceinline__ mgp_f_t p2_warp_sum(mgp_f_t v, int a, int b) {
  const mgp_f_t x = p2_lane_xor(v, a), y = p2_lane_xor(v, b), z = p2_lane_xor(v, a + b);
  return mgp_f_add(mgp_f_add(v, x), mgp_f_add(y, z));
}

/* circ(2, 3, 1, 1) on groups of four, each with the sum of the groups added: first the sum, as both
 * are linear. */
__device__ __forceinline__ mgp_f_t p2_warp_external(mgp_f_t s, unsigned lane) {
  s = mgp_f_add(s, p2_warp_sum(s, 4, 8));
  const mgp_f_t x = p2_lane_xor(s, 1), y = p2_lane_xor(s, 2), z = p2_lane_xor(s, 3);
  const mgp_f_t next = lane & 1 ? z : x;
  return mgp_f_add(mgp_f_add(mgp_f_add(s, x), mgp_f_add(y, z)), mgp_f_add(s, mgp_f_dbl(next)));
}

/* Lane r: sum of d_i^r s_i over i > 0. Each half of the warp adds up half of the words. */
__device__ __forceinline__ mgp_f_t p2_warp_rests(mgp_f_t s) {
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH, first = threadIdx.x / MGP_P2_WIDTH % 2 * 8;
  mgp_f_t half = 0;
#pragma unroll
  for (unsigned i = 0; i < 8; i += 4) {
    uint64_t sum = 0;
#pragma unroll
    for (unsigned k = i; k < i + 4; k++)
      sum += (uint64_t)__shfl_sync(0xffffffffu, s, (int)(first + k)) *
             p2_warp_powers.of[first + k][lane];
    half = mgp_f_add(half, mgp_f_reduce4(sum));
  }
  return mgp_f_add(half, p2_lane_xor(half, 16));
}

/* The partial rounds. */
__device__ __forceinline__ mgp_f_t p2_warp_partial(mgp_f_t s) {
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH;
  mgp_f_t rests = p2_warp_rests(s), rest = __shfl_sync(0xffffffffu, rests, 0), z = 0;
  uint64_t own = (uint64_t)s * p2_warp_powers.all[lane];
  /* into the S-box: word 0 and the round constant, which is reduced before z is known */
  mgp_f_t in = __shfl_sync(0xffffffffu, s, 0) + (mgp_p2_rc_partial_dev[0] - MGP_P);
#pragma unroll
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    const int next = r + 1 < MGP_P2_PARTIAL ? r + 1 : r;
    const mgp_f_t ahead = mgp_f_add(rest, mgp_p2_rc_partial_dev[next]);
    z = p2_sbox(in, 0);
    in = ahead - z;
    if (r + 1 == MGP_P2_PARTIAL) break;
    const mgp_f_t sum = mgp_f_add(rest, z);
    rests = mgp_f_add(rests, mgp_f_mul(sum, p2_warp_powers.sum[r][lane]));
    own = mgp_dot_t::fold(own + (uint64_t)sum * p2_warp_powers.own[r][lane]);
    rest = __shfl_sync(0xffffffffu, rests, r + 1);
  }
  const mgp_f_t last = mgp_f_add(rest, z); /* d_i^0 */
  return lane ? mgp_f_add(mgp_f_reduce(own), last) : mgp_f_sub(rest, z);
}

MGP_CALLED mgp_f_t p2_warp_permute(mgp_f_t s) {
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH;
  mgp_f_t rc[2 * MGP_P2_FULL_HALF];
#pragma unroll
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    rc[r] = p2_warp_initial[r][lane] - MGP_P;
    rc[MGP_P2_FULL_HALF + r] = p2_warp_final[r][lane] - MGP_P;
  }
  s = p2_warp_external(s, lane);
#pragma unroll
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) s = p2_warp_external(p2_sbox(s, rc[r]), lane);
  s = p2_warp_partial(s);
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
