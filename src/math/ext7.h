/* L = F_{p^7} = F[z] / (z^7 - 2z - 5), the field of the curve in math/curve.h.
 *
 * The polynomial is irreducible over BabyBear (tests/unit/test_curve_facts.py). Elements are 7
 * Montgomery words, low coefficient first, each reduced; every function takes and returns such. The
 * Frobenius map a -> a^p is linear over F: its matrices and those of a -> a^(p^2), a^(p^4) are
 * constants. With r = 1 + p + ... + p^6, a^r = N(a) is in F, which gives inverses (Itoh-Tsujii),
 * the quadratic character (r is odd, so a is a square exactly when N(a) is one in F) and square
 * roots. */
#ifndef MGP_MATH_EXT7_H
#define MGP_MATH_EXT7_H

#include "math/curve_constants.h"
#include "math/field.h"

#define MGP_E7_DEGREE 7

typedef struct {
  mgp_f_t c[MGP_E7_DEGREE];
} mgp_e7_t;

/* [log2 of the power of the map][i - 1][k]: coefficient k of the image of z^i */
static const mgp_f_t mgp_e7_frobenius_table[3][6][7] = MGP_E7_FROBENIUS;
#ifdef __CUDACC__
static __device__ __constant__ const mgp_f_t mgp_e7_frobenius_table_dev[3][6][7] = MGP_E7_FROBENIUS;
#endif
#ifdef __CUDA_ARCH__
#define MGP_E7_TABLE mgp_e7_frobenius_table_dev
#else
#define MGP_E7_TABLE mgp_e7_frobenius_table
#endif

MGP_HD mgp_e7_t mgp_e7_zero(void) {
  mgp_e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++) r.c[i] = 0;
  return r;
}
MGP_HD mgp_e7_t mgp_e7_one(void) {
  mgp_e7_t r = mgp_e7_zero();
  r.c[0] = mgp_f_one();
  return r;
}
MGP_HD mgp_e7_t mgp_e7_add(mgp_e7_t a, mgp_e7_t b) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) a.c[i] = mgp_f_add(a.c[i], b.c[i]);
  return a;
}
MGP_HD mgp_e7_t mgp_e7_sub(mgp_e7_t a, mgp_e7_t b) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) a.c[i] = mgp_f_sub(a.c[i], b.c[i]);
  return a;
}
MGP_HD mgp_e7_t mgp_e7_neg(mgp_e7_t a) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) a.c[i] = mgp_f_neg(a.c[i]);
  return a;
}
MGP_HD mgp_e7_t mgp_e7_mul_f(mgp_e7_t a, mgp_f_t b) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) a.c[i] = mgp_f_mul(a.c[i], b);
  return a;
}
MGP_HD int mgp_e7_is_zero(mgp_e7_t a) {
  mgp_f_t o = 0;
  for (int i = 0; i < MGP_E7_DEGREE; i++) o |= a.c[i];
  return o == 0;
}
MGP_HD int mgp_e7_eq(mgp_e7_t a, mgp_e7_t b) {
  mgp_f_t o = 0;
  for (int i = 0; i < MGP_E7_DEGREE; i++) o |= a.c[i] ^ b.c[i];
  return o == 0;
}

/* Degree 12 to degree 6: z^(7 + m) = 2 z^(m + 1) + 5 z^m. */
MGP_HD mgp_e7_t mgp_e7_reduce(const mgp_f_t c[2 * MGP_E7_DEGREE - 1]) {
  mgp_e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++) r.c[i] = c[i];
  for (int m = 0; m < MGP_E7_DEGREE - 1; m++) {
    const mgp_f_t h = c[MGP_E7_DEGREE + m], h2 = mgp_f_dbl(h);
    r.c[m] = mgp_f_add(r.c[m], mgp_f_add(mgp_f_dbl(h2), h));
    r.c[m + 1] = mgp_f_add(r.c[m + 1], h2);
  }
  return r;
}

/* Up to four products are added before they are reduced (mgp_f_reduce4). */
MGP_HD mgp_e7_t mgp_e7_mul(mgp_e7_t a, mgp_e7_t b) {
  mgp_f_t c[2 * MGP_E7_DEGREE - 1];
  for (int k = 0; k < 2 * MGP_E7_DEGREE - 1; k++) {
    const int first = k < MGP_E7_DEGREE ? 0 : k - (MGP_E7_DEGREE - 1);
    const int last = k < MGP_E7_DEGREE ? k : MGP_E7_DEGREE - 1;
    uint64_t low = 0, high = 0;
    for (int i = first; i <= last; i++) {
      const uint64_t product = (uint64_t)a.c[i] * b.c[k - i];
      if (i < first + 4)
        low += product;
      else
        high += product;
    }
    c[k] = mgp_f_reduce4(low);
    if (last - first >= 4) c[k] = mgp_f_add(c[k], mgp_f_reduce4(high));
  }
  return mgp_e7_reduce(c);
}

MGP_HD mgp_e7_t mgp_e7_sqr(mgp_e7_t a) {
  mgp_f_t c[2 * MGP_E7_DEGREE - 1];
  const mgp_e7_t twice = mgp_e7_add(a, a);
  for (int k = 0; k < 2 * MGP_E7_DEGREE - 1; k++) {
    uint64_t sum = (k & 1) == 0 ? (uint64_t)a.c[k / 2] * a.c[k / 2] : 0;
    for (int i = k < MGP_E7_DEGREE ? 0 : k - (MGP_E7_DEGREE - 1); 2 * i < k; i++)
      sum += (uint64_t)twice.c[i] * a.c[k - i];
    c[k] = mgp_f_reduce4(sum);
  }
  return mgp_e7_reduce(c);
}

MGP_HD mgp_e7_t mgp_e7_pow(mgp_e7_t a, uint64_t e) {
  mgp_e7_t r = mgp_e7_one();
  for (; e; e >>= 1) {
    if (e & 1) r = mgp_e7_mul(r, a);
    a = mgp_e7_sqr(a);
  }
  return r;
}

/* a^(p^(2^k)), k = 0, 1, 2 */
MGP_HD mgp_e7_t mgp_e7_frobenius(mgp_e7_t a, unsigned k) {
  mgp_e7_t r;
  for (int j = 0; j < MGP_E7_DEGREE; j++) {
    uint64_t low = 0, high = 0;
    for (int i = 0; i < 3; i++) {
      low += (uint64_t)a.c[1 + i] * MGP_E7_TABLE[k][i][j];
      high += (uint64_t)a.c[4 + i] * MGP_E7_TABLE[k][3 + i][j];
    }
    r.c[j] = mgp_f_add(mgp_f_reduce4(low), mgp_f_reduce4(high));
  }
  r.c[0] = mgp_f_add(r.c[0], a.c[0]);
  return r;
}

/* a^(r - 1): the product of the six conjugates of a */
MGP_HD mgp_e7_t mgp_e7_conjugates(mgp_e7_t a) {
  const mgp_e7_t b1 = mgp_e7_frobenius(a, 0);                  /* a^p */
  const mgp_e7_t b2 = mgp_e7_mul(b1, mgp_e7_frobenius(b1, 0)); /* exponents p, p^2 */
  const mgp_e7_t b4 = mgp_e7_mul(b2, mgp_e7_frobenius(b2, 1)); /* p .. p^4 */
  return mgp_e7_mul(b4, mgp_e7_frobenius(b2, 2));              /* p .. p^6 */
}
/* Coefficient 0 of a * b; all there is of it if the product is in F. */
MGP_HD mgp_f_t mgp_e7_mul_low(mgp_e7_t a, mgp_e7_t b) {
  uint64_t low = 0, high = 0;
  for (int i = 1; i < 4; i++) {
    low += (uint64_t)a.c[i] * b.c[MGP_E7_DEGREE - i];
    high += (uint64_t)a.c[3 + i] * b.c[4 - i];
  }
  const mgp_f_t c7 = mgp_f_add(mgp_f_reduce4(low), mgp_f_reduce4(high));
  return mgp_f_add(mgp_f_mul(a.c[0], b.c[0]), mgp_f_add(mgp_f_dbl(mgp_f_dbl(c7)), c7));
}
/* N(a) = a^r, an element of F; 0 for a = 0 only */
MGP_HD mgp_f_t mgp_e7_norm(mgp_e7_t a) {
  return mgp_e7_mul_low(a, mgp_e7_conjugates(a));
}
/* 1/a; 0 for a = 0 */
MGP_HD mgp_e7_t mgp_e7_inv(mgp_e7_t a) {
  const mgp_e7_t t = mgp_e7_conjugates(a);
  return mgp_e7_mul_f(t, mgp_f_inv(mgp_e7_mul_low(a, t)));
}
/* 1 if a is a square and not 0, -1 if it is none, 0 for 0 */
MGP_HD int mgp_f_legendre(mgp_f_t a) {
  if (a == 0) return 0;
  return mgp_f_pow(a, (MGP_P - 1) / 2) == mgp_f_one() ? 1 : -1;
}
MGP_HD int mgp_e7_legendre(mgp_e7_t a) {
  return mgp_f_legendre(mgp_e7_norm(a));
}

/* A square root of a, a square: the caller has asked mgp_e7_legendre (0 for 0). As (r + 1) / 2 =
 * 1 + (p + 1) / 2 * (p + p^3 + p^5), the root of a^(r + 1) = a N(a) takes three powers of one
 * a^((p + 1) / 2); the root of N(a) is taken in F. */
MGP_HD mgp_e7_t mgp_e7_sqrt_of_norm(mgp_e7_t a, mgp_f_t norm) {
  const mgp_e7_t v = mgp_e7_frobenius(mgp_e7_pow(a, (MGP_P + 1) / 2), 0);
  const mgp_e7_t v2 = mgp_e7_frobenius(v, 1), v4 = mgp_e7_frobenius(v, 2);
  const mgp_e7_t root = mgp_e7_mul(mgp_e7_mul(v, a), mgp_e7_mul(v2, v4)); /* of a N(a) */
  return mgp_e7_mul_f(root, mgp_f_inv(mgp_f_sqrt(norm)));
}
MGP_HD mgp_e7_t mgp_e7_sqrt(mgp_e7_t a) {
  return mgp_e7_sqrt_of_norm(a, mgp_e7_norm(a));
}

#endif
