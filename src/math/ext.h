/* Extension field K = F[x] / (x^D - W), D = MGP_EXT_DEGREE: (4, 11) by default, or (5, 2).
 *
 * Both binomials are irreducible over BabyBear (W is not a q-th power for the primes q | D, and
 * 4 | p - 1). |K| = p^D: 2^123.6 or 2^154.5. This header is the only place that may assume a D;
 * everything else uses MGP_D. Elements are D Montgomery words, low coefficient first. */
#ifndef MGP_MATH_EXT_H
#define MGP_MATH_EXT_H

#include "math/field.h"

#ifndef MGP_EXT_DEGREE
#define MGP_EXT_DEGREE 4
#endif
#define MGP_D MGP_EXT_DEGREE

#if MGP_D == 4
#define MGP_W 11u
#elif MGP_D == 5
#define MGP_W 2u
#else
#error "MGP_EXT_DEGREE must be 4 or 5"
#endif

typedef struct {
  mgp_f_t c[MGP_D];
} mgp_e_t;

MGP_HD mgp_e_t mgp_e_zero(void) {
  mgp_e_t r;
  for (int i = 0; i < MGP_D; i++) r.c[i] = 0;
  return r;
}
MGP_HD mgp_e_t mgp_e_from_f(mgp_f_t a) {
  mgp_e_t r = mgp_e_zero();
  r.c[0] = a;
  return r;
}
MGP_HD mgp_e_t mgp_e_one(void) {
  return mgp_e_from_f(mgp_f_one());
}

MGP_HD mgp_e_t mgp_e_add(mgp_e_t a, mgp_e_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_f_add(a.c[i], b.c[i]);
  return a;
}
MGP_HD mgp_e_t mgp_e_sub(mgp_e_t a, mgp_e_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_f_sub(a.c[i], b.c[i]);
  return a;
}
MGP_HD mgp_e_t mgp_e_neg(mgp_e_t a) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_f_neg(a.c[i]);
  return a;
}
MGP_HD mgp_e_t mgp_e_add_f(mgp_e_t a, mgp_f_t b) {
  a.c[0] = mgp_f_add(a.c[0], b);
  return a;
}
MGP_HD mgp_e_t mgp_e_sub_f(mgp_e_t a, mgp_f_t b) {
  a.c[0] = mgp_f_sub(a.c[0], b);
  return a;
}
MGP_HD mgp_e_t mgp_e_mul_f(mgp_e_t a, mgp_f_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_f_mul(a.c[i], b);
  return a;
}

/* W * a */
MGP_HD mgp_f_t mgp_f_mul_w(mgp_f_t a) {
  mgp_f_t a2 = mgp_f_dbl(a);
#if MGP_W == 11
  return mgp_f_add(mgp_f_dbl(mgp_f_dbl(a2)), mgp_f_add(a2, a));
#else
  return a2;
#endif
}

/* Four products at a time are added before they are reduced (mgp_f_reduce4). */
MGP_HD mgp_e_t mgp_e_mul(mgp_e_t a, mgp_e_t b) {
  mgp_e_t r;
  mgp_f_t wb[MGP_D]; /* W b: x^D = W */
  for (int i = 1; i < MGP_D; i++) wb[i] = mgp_f_mul_w(b.c[i]);
  for (int k = 0; k < MGP_D; k++) {
    uint64_t sum = 0;
    for (int i = 0; i < 4; i++) sum += (uint64_t)a.c[i] * (i <= k ? b.c[k - i] : wb[MGP_D + k - i]);
    r.c[k] = mgp_f_reduce4(sum);
#if MGP_D == 5
    r.c[k] = mgp_f_add(r.c[k], mgp_f_mul(a.c[4], k == 4 ? b.c[0] : wb[k + 1]));
#endif
  }
  return r;
}
MGP_HD mgp_e_t mgp_e_sqr(mgp_e_t a) {
  return mgp_e_mul(a, a);
}

MGP_HD int mgp_e_is_zero(mgp_e_t a) {
  mgp_f_t o = 0;
  for (int i = 0; i < MGP_D; i++) o |= a.c[i];
  return o == 0;
}
MGP_HD int mgp_e_eq(mgp_e_t a, mgp_e_t b) {
  mgp_f_t o = 0;
  for (int i = 0; i < MGP_D; i++) o |= a.c[i] ^ b.c[i];
  return o == 0;
}

MGP_HD mgp_e_t mgp_e_pow(mgp_e_t a, uint64_t e) {
  mgp_e_t r = mgp_e_one();
  for (; e; e >>= 1) {
    if (e & 1) r = mgp_e_mul(r, a);
    a = mgp_e_sqr(a);
  }
  return r;
}

/* 1/a; 0 for a = 0. Itoh-Tsujii: with r = 1 + p + ... + p^(D-1), a^r is in F, and
 * a^-1 = a^(r-1) / a^r. The Frobenius map sends x^i to z^i * x^i, z = W^((p-1)/D). */
MGP_HD mgp_e_t mgp_e_inv(mgp_e_t a) {
  mgp_f_t z = mgp_f_pow(mgp_f_from_u32(MGP_W), (MGP_P - 1) / MGP_D);
  mgp_e_t conj = mgp_e_one(), t = a;
  for (int k = 1; k < MGP_D; k++) {
    mgp_f_t zi = mgp_f_one();
    for (int i = 0; i < MGP_D; i++) {
      t.c[i] = mgp_f_mul(t.c[i], zi);
      zi = mgp_f_mul(zi, z);
    }
    conj = mgp_e_mul(conj, t);
  }
  return mgp_e_mul_f(conj, mgp_f_inv(mgp_e_mul(conj, a).c[0]));
}

#endif
