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

/* x / 2^k, reduced: ceil(x / 2^k) + m (p - 1) / 2^k with m = -x mod 2^k */
template <int k> __device__ __forceinline__ mgp_f_t p2_shift(mgp_f_t x) {
  const uint32_t t = x + ((1u << k) - 1);
  return (t >> k) + (~t & ((1u << k) - 1)) * ((MGP_P - 1) >> k);
}

__device__ __forceinline__ void p2_full(mgp_f_t s[MGP_P2_WIDTH], const mgp_f_t rc[MGP_P2_WIDTH]) {
#pragma unroll
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = p2_sbox(s[i], rc[i] - MGP_P);
}
__device__ __forceinline__ void p2_partial(mgp_f_t s[MGP_P2_WIDTH], const mgp_f_t *rc) {
  s[0] = p2_sbox(s[0], *rc - MGP_P);
}

#define P2_FN             __device__ __forceinline__
#define P2_NAME(f)        p2_##f
#define P2_WORD           mgp_f_t
#define P2_ADD            mgp_f_add
#define P2_SUB            mgp_f_sub
#define P2_DBL            mgp_f_dbl
#define P2_DIV_2EXP(a, k) p2_shift<k>(a)
#include "math/poseidon2.inc"

#endif
