/* Multilinear polynomials at points of K: low bit of an index first (docs/protocol.md, section 1).
 */
#ifndef MGP_VERIFIER_MULTILINEAR_H
#define MGP_VERIFIER_MULTILINEAR_H

#include "math/ext.h"

static inline uint32_t mgp_ml_log2_ceil(uint64_t n) {
  uint32_t l = 0;
  while (l < 63 && (UINT64_C(1) << l) < n) l++;
  return l;
}

/* eq(a, b) for one coordinate */
static inline mgp_e_t mgp_ml_eq1(mgp_e_t a, mgp_e_t b) {
  mgp_e_t ab = mgp_e_mul(a, b), one = mgp_e_one();
  return mgp_e_add(mgp_e_sub(mgp_e_sub(one, a), b), mgp_e_add(ab, ab));
}

/* out[i] = eq(r, i) for i < count <= 2^n. out has room for the next power of two of count. */
static inline void mgp_ml_eq_table(const mgp_e_t *r, uint32_t n, size_t count, mgp_e_t *out) {
  uint32_t low = mgp_ml_log2_ceil(count);
  out[0] = mgp_e_one();
  for (uint32_t t = low; t < n; t++) out[0] = mgp_e_mul(out[0], mgp_e_sub(mgp_e_one(), r[t]));
  for (uint32_t t = 0; t < low; t++)
    for (size_t i = 0, half = (size_t)1 << t; i < half; i++) {
      out[half + i] = mgp_e_mul(out[i], r[t]);
      out[i] = mgp_e_sub(out[i], out[half + i]);
    }
}

/* The vector that is 1 below N and 0 from N to 2^n, at r. */
static inline mgp_e_t mgp_ml_below(uint64_t N, const mgp_e_t *r, uint32_t n) {
  mgp_e_t below = mgp_e_zero(); /* the low bits of the index are below those of N */
  if (N >> n) return mgp_e_one();
  for (uint32_t t = 0; t < n; t++) {
    mgp_e_t zero = mgp_e_sub(mgp_e_one(), r[t]); /* the weight of a 0 in this place */
    below = N >> t & 1 ? mgp_e_add(zero, mgp_e_mul(r[t], below)) : mgp_e_mul(zero, below);
  }
  return below;
}

#endif
