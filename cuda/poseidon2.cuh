/* Poseidon2 in registers, one permutation per thread (math/poseidon2.h, eprint 2023/323).
 *
 * Between layers words are reduced. Inside an S-box they are signed: with |a b| <= p^2 the signed
 * Montgomery product (a b + q p) / 2^32, |q| <= 2^31, is below p^2 / 2^32 + p / 2 < 0.97 p in
 * magnitude, so a chain of products needs no correction, and x + (rc - p) in [-p, p) may enter it
 * as it is. A product is then IMAD.WIDE, IMAD, IMAD.HI.
 * The diagonal of the internal layer is made of small multiples and of powers of 1/2, which shifts
 * do: x / 2^k = (x + m p) / 2^k with m = -x mod 2^k, since p = 1 mod 2^27. That is ALU work beside
 * the multiplications, which are what bounds the permutation. */
#ifndef MGP_CUDA_POSEIDON2_CUH
#define MGP_CUDA_POSEIDON2_CUH

#include "math/poseidon2.h"

__device__ __forceinline__ int32_t p2_mul(int32_t a, int32_t b) {
#ifdef __CUDA_ARCH__
  int32_t r;
  asm("{\n\t"
      ".reg .s32 lo, hi, q, none;\n\t"
      "mul.lo.s32 lo, %1, %2;\n\t"
      "mul.hi.s32 hi, %1, %2;\n\t"
      "mul.lo.s32 q, lo, %3;\n\t"
      "mad.lo.cc.s32 none, q, %4, lo;\n\t"
      "madc.hi.s32 %0, q, %4, hi;\n\t"
      "}"
      : "=r"(r)
      : "r"(a), "r"(b), "n"(0u - MGP_P_INV), "n"(MGP_P));
  return r;
#else
  const int64_t product = (int64_t)a * b;
  const int32_t q = (int32_t)((uint32_t)product * (0u - MGP_P_INV));
  return (int32_t)((product + q * (int64_t)MGP_P) >> 32);
#endif
}

/* (x + rc)^7, reduced; rc given as rc - p */
__device__ __forceinline__ mgp_f_t p2_sbox(mgp_f_t x, uint32_t rc_minus_p) {
  const int32_t y = (int32_t)(x + rc_minus_p);
  const int32_t y2 = p2_mul(y, y);
  const int32_t y3 = p2_mul(y2, y), y4 = p2_mul(y2, y2);
  const uint32_t y7 = (uint32_t)p2_mul(y3, y4);
  return min(y7, y7 + MGP_P);
}

__device__ __forceinline__ void p2_external(mgp_f_t s[MGP_P2_WIDTH]) {
  mgp_f_t sum[4];
#pragma unroll
  for (int g = 0; g < MGP_P2_WIDTH; g += 4) {
    const mgp_f_t a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
    const mgp_f_t ab = mgp_f_add(a, b), cd = mgp_f_add(c, d), t = mgp_f_add(ab, cd);
    const mgp_f_t tb = mgp_f_add(t, b), td = mgp_f_add(t, d);
    s[g] = mgp_f_add(tb, ab);
    s[g + 1] = mgp_f_add(tb, mgp_f_dbl(c));
    s[g + 2] = mgp_f_add(td, cd);
    s[g + 3] = mgp_f_add(td, mgp_f_dbl(a));
#pragma unroll
    for (int i = 0; i < 4; i++) sum[i] = g ? mgp_f_add(sum[i], s[g + i]) : s[i];
  }
#pragma unroll
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = mgp_f_add(s[i], sum[i & 3]);
}

/* x / 2^k, reduced: ceil(x / 2^k) + m (p - 1) / 2^k with m = -x mod 2^k */
template <int k> __device__ __forceinline__ mgp_f_t p2_shift(mgp_f_t x) {
  const uint32_t t = x + ((1u << k) - 1);
  return (t >> k) + (~t & ((1u << k) - 1)) * ((MGP_P - 1) >> k);
}

/* s_i -> sum + diag_i s_i with the diagonal -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 2^-8, 2^-2, 2^-3,
 * 2^-27, -2^-8, -2^-4, -2^-27 */
__device__ __forceinline__ void p2_internal(mgp_f_t s[MGP_P2_WIDTH]) {
  mgp_f_t pair[8]; /* s[0] joins last: it comes late, out of the S-box */
#pragma unroll
  for (int i = 1; i < 8; i++) pair[i] = mgp_f_add(s[2 * i], s[2 * i + 1]);
  const mgp_f_t rest =
      mgp_f_add(mgp_f_add(mgp_f_add(pair[1], pair[2]), mgp_f_add(pair[3], pair[4])),
                mgp_f_add(mgp_f_add(pair[5], pair[6]), mgp_f_add(pair[7], s[1])));
  const mgp_f_t sum = mgp_f_add(rest, s[0]);
  s[0] = mgp_f_sub(rest, s[0]);
  s[1] = mgp_f_add(sum, s[1]);
  s[2] = mgp_f_add(sum, mgp_f_dbl(s[2]));
  s[3] = mgp_f_add(sum, p2_shift<1>(s[3]));
  s[4] = mgp_f_add(sum, mgp_f_add(mgp_f_dbl(s[4]), s[4]));
  s[5] = mgp_f_add(sum, mgp_f_dbl(mgp_f_dbl(s[5])));
  s[6] = mgp_f_sub(sum, p2_shift<1>(s[6]));
  s[7] = mgp_f_sub(sum, mgp_f_add(mgp_f_dbl(s[7]), s[7]));
  s[8] = mgp_f_sub(sum, mgp_f_dbl(mgp_f_dbl(s[8])));
  s[9] = mgp_f_add(sum, p2_shift<8>(s[9]));
  s[10] = mgp_f_add(sum, p2_shift<2>(s[10]));
  s[11] = mgp_f_add(sum, p2_shift<3>(s[11]));
  s[12] = mgp_f_add(sum, p2_shift<27>(s[12]));
  s[13] = mgp_f_sub(sum, p2_shift<8>(s[13]));
  s[14] = mgp_f_sub(sum, p2_shift<4>(s[14]));
  s[15] = mgp_f_sub(sum, p2_shift<27>(s[15]));
}

/* Rounds are loops: unrolled, the code would not fit the instruction cache. */
__device__ __forceinline__ void p2_permute(mgp_f_t s[MGP_P2_WIDTH]) {
  p2_external(s);
#pragma unroll 1
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
#pragma unroll
    for (int i = 0; i < MGP_P2_WIDTH; i++)
      s[i] = p2_sbox(s[i], mgp_p2_rc_initial_dev[r][i] - MGP_P);
    p2_external(s);
  }
#pragma unroll 1
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    s[0] = p2_sbox(s[0], mgp_p2_rc_partial_dev[r] - MGP_P);
    p2_internal(s);
  }
#pragma unroll 1
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
#pragma unroll
    for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = p2_sbox(s[i], mgp_p2_rc_final_dev[r][i] - MGP_P);
    p2_external(s);
  }
}

#endif
