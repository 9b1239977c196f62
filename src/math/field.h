/* BabyBear, F = Z/p with p = 15 * 2^27 + 1.
 *
 * An mgp_f_t holds x * 2^32 mod p (Montgomery form), always reduced: every function takes and
 * returns values in [0, p). Files, transcripts and table indices use the canonical integer in
 * [0, p): mgp_f_from_u32 and mgp_f_to_u32 convert.
 * Reduction: Montgomery, "Modular multiplication without trial division" (1985), in the signed-free
 * form that subtracts: with M = p^-1 mod 2^32, (x - (x*M mod 2^32)*p) / 2^32 lies in (-p, p). */
#ifndef MGP_MATH_FIELD_H
#define MGP_MATH_FIELD_H

#include "math/hd.h"

#define MGP_P           2013265921u /* 0x78000001 */
#define MGP_P_INV       2281701377u /* p^-1 mod 2^32 = 0x88000001 */
#define MGP_R_MOD_P     268435454u  /* 2^32 mod p: the Montgomery form of 1 */
#define MGP_R2_MOD_P    1172168163u /* 2^64 mod p */
#define MGP_TWO_ADICITY 27
#define MGP_OMEGA_27    0x1a427a41u /* canonical; order 2^27; = 31^15 */

typedef uint32_t mgp_f_t;

MGP_HD mgp_f_t mgp_f_zero(void) {
  return 0;
}
MGP_HD mgp_f_t mgp_f_one(void) {
  return MGP_R_MOD_P;
}

MGP_HD mgp_f_t mgp_f_add(mgp_f_t a, mgp_f_t b) {
  MGP_HD_CHECK(a < MGP_P && b < MGP_P);
  uint32_t s = a + b; /* < 2p < 2^32 */
  uint32_t t = s - MGP_P;
  return t < s ? t : s; /* t wraps above s exactly when s < p */
}

MGP_HD mgp_f_t mgp_f_sub(mgp_f_t a, mgp_f_t b) {
  MGP_HD_CHECK(a < MGP_P && b < MGP_P);
  uint32_t d = a - b; /* wraps exactly when a < b, and then so does t */
  uint32_t t = d + MGP_P;
  return t < d ? t : d;
}

MGP_HD mgp_f_t mgp_f_neg(mgp_f_t a) {
  MGP_HD_CHECK(a < MGP_P);
  return a ? MGP_P - a : 0;
}
MGP_HD mgp_f_t mgp_f_dbl(mgp_f_t a) {
  return mgp_f_add(a, a);
}

/* x < p * 2^32 -> x / 2^32 mod p, reduced */
MGP_HD mgp_f_t mgp_f_reduce(uint64_t x) {
  MGP_HD_CHECK(x >> 32 < MGP_P);
  uint32_t q = (uint32_t)x * MGP_P_INV;
  uint32_t hi = (uint32_t)(x >> 32);
  uint32_t m = (uint32_t)(((uint64_t)q * MGP_P) >> 32); /* the low halves agree, so no borrow */
  return mgp_f_sub(hi, m);
}
/* The same for x < 4 p^2 < 2^64, a sum of four products: the high half is below 2p. */
MGP_HD mgp_f_t mgp_f_reduce4(uint64_t x) {
  MGP_HD_CHECK(x >> 32 < 2 * MGP_P);
  uint32_t hi = (uint32_t)(x >> 32);
  uint32_t t = hi - MGP_P;
  return mgp_f_reduce((uint64_t)(t < hi ? t : hi) << 32 | (uint32_t)x);
}

#ifdef __CUDA_ARCH__
/* Adds the multiple of p that clears the low half: a product, a low product, and one IMAD.HI whose
 * 64-bit addend is the product; the C form costs an instruction more. The high half is below 2p. */
MGP_HD mgp_f_t mgp_f_mul(mgp_f_t a, mgp_f_t b) {
  uint32_t r;
  asm("{\n\t"
      ".reg .u32 lo, hi, q, none;\n\t"
      "mul.lo.u32 lo, %1, %2;\n\t"
      "mul.hi.u32 hi, %1, %2;\n\t"
      "mul.lo.u32 q, lo, %3;\n\t"
      "mad.lo.cc.u32 none, q, %4, lo;\n\t"
      "madc.hi.u32 %0, q, %4, hi;\n\t"
      "}"
      : "=r"(r)
      : "r"(a), "r"(b), "n"(0u - MGP_P_INV), "n"(MGP_P));
  uint32_t t = r - MGP_P;
  return t < r ? t : r;
}
#else
MGP_HD mgp_f_t mgp_f_mul(mgp_f_t a, mgp_f_t b) {
  MGP_HD_CHECK(a < MGP_P && b < MGP_P);
  return mgp_f_reduce((uint64_t)a * b);
}
#endif
MGP_HD mgp_f_t mgp_f_sqr(mgp_f_t a) {
  return mgp_f_mul(a, a);
}

/* canonical integer below 2^32 (reduced if >= p) -> field element */
MGP_HD mgp_f_t mgp_f_from_u32(uint32_t x) {
  return mgp_f_reduce((uint64_t)x * MGP_R2_MOD_P);
}
/* integer in (-2^31, 2^31) -> field element */
MGP_HD mgp_f_t mgp_f_from_i32(int32_t x) {
  return x < 0 ? mgp_f_neg(mgp_f_from_u32((uint32_t)(-(int64_t)x))) : mgp_f_from_u32((uint32_t)x);
}
/* field element -> canonical integer in [0, p) */
MGP_HD uint32_t mgp_f_to_u32(mgp_f_t a) {
  MGP_HD_CHECK(a < MGP_P);
  return mgp_f_reduce(a);
}

MGP_HD mgp_f_t mgp_f_pow(mgp_f_t a, uint64_t e) {
  mgp_f_t r = mgp_f_one();
  for (; e; e >>= 1) {
    if (e & 1) r = mgp_f_mul(r, a);
    a = mgp_f_sqr(a);
  }
  return r;
}

/* 1/a; 0 for a = 0 */
MGP_HD mgp_f_t mgp_f_inv(mgp_f_t a) {
  return mgp_f_pow(a, MGP_P - 2);
}

/* generator of the subgroup of order 2^log_n, log_n <= 27 */
MGP_HD mgp_f_t mgp_f_omega(unsigned log_n) {
  mgp_f_t w = mgp_f_from_u32(MGP_OMEGA_27);
  for (unsigned i = log_n; i < MGP_TWO_ADICITY; i++) w = mgp_f_sqr(w);
  return w;
}

/* A square root of a square of F; 0 for 0. Tonelli-Shanks: p - 1 = 15 * 2^27, so a^15 is a power of
 * w = omega(27), an even one; the loop takes off its bits, lowest first. */
MGP_HD mgp_f_t mgp_f_sqrt(mgp_f_t a) {
  const mgp_f_t a2 = mgp_f_sqr(a), a4 = mgp_f_sqr(a2), a7 = mgp_f_mul(mgp_f_mul(a4, a2), a);
  mgp_f_t root = mgp_f_mul(a7, a); /* root^2 = a * t, t of order 2^k at most */
  mgp_f_t t = mgp_f_mul(root, a7), w = mgp_f_from_u32(MGP_OMEGA_27);
  for (unsigned k = MGP_TWO_ADICITY; a != 0 && t != mgp_f_one();) {
    unsigned order = 0; /* t has order 2^order */
    for (mgp_f_t s = t; s != mgp_f_one(); s = mgp_f_sqr(s)) order++;
    if (order >= k) return 0;                    /* no square */
    for (; k > order + 1; k--) w = mgp_f_sqr(w); /* w has order 2^(order + 1) */
    root = mgp_f_mul(root, w);
    w = mgp_f_sqr(w);
    k--;
    t = mgp_f_mul(t, w);
  }
  return root;
}

#endif
