/* Packed field words: the vocabulary of all CPU kernels.
 *
 * A kernel source src/backend/cpu/kernels_*.c is compiled once per instruction set, each time with
 * MGP_ISA_SUFFIX = portable, avx2 or avx512; this header gives it MGP_LANES words side by side
 * (4, 8, 16) under the same names. External names in such a source go through MGP_ISA(name).
 *
 *   mgp_v_t    MGP_LANES field words, each in [0, p)
 *   mgp_vw_t   MGP_LANES unreduced 64-bit sums of products (even lanes apart from odd ones)
 *   mgp_ve_t   MGP_LANES extension elements, D planes
 *   mgp_vec_t  one extension element made ready to multiply many by
 *
 * Bounds of mgp_vw_t: p^2 < 0.469 * p * 2^32 and 2^64 > 2.133 * p * 2^32. So a sum of up to 4
 * products fits; mgp_vw_fold takes a sum below 2 * p * 2^32 (4 products, or a folded sum and 2
 * more) to one below p * 2^32, congruent mod p; mgp_vw_reduce wants it below p * 2^32 (2 products,
 * or folded). */
#ifndef MGP_BACKEND_CPU_LANES_H
#define MGP_BACKEND_CPU_LANES_H

#include <string.h>

#include "math/ext.h"

#define MGP_ISA_PASTE2(name, suffix) name##_##suffix
#define MGP_ISA_PASTE(name, suffix)  MGP_ISA_PASTE2(name, suffix)
#define MGP_ISA(name)                MGP_ISA_PASTE(name, MGP_ISA_SUFFIX)
#define MGP_LANE                     static inline __attribute__((always_inline))

#if defined(__AVX512F__)
#include "backend/cpu/lanes_avx512.h"
#elif defined(__AVX2__)
#include "backend/cpu/lanes_avx2.h"
#else
#include "backend/cpu/lanes_portable.h"
#endif

MGP_LANE mgp_v_t mgp_v_zero(void) {
  return mgp_v_set1(0);
}
MGP_LANE mgp_v_t mgp_v_dbl(mgp_v_t a) {
  return mgp_v_add(a, a);
}
MGP_LANE mgp_v_t mgp_v_mul(mgp_v_t a, mgp_v_t b) {
  return mgp_vw_reduce(mgp_vw_mul(a, b));
}
MGP_LANE mgp_v_t mgp_v_sqr(mgp_v_t a) {
  return mgp_v_mul(a, a);
}
/* a + b * c */
MGP_LANE mgp_v_t mgp_v_mul_add(mgp_v_t a, mgp_v_t b, mgp_v_t c) {
  return mgp_v_add(a, mgp_v_mul(b, c));
}
/* W * a */
MGP_LANE mgp_v_t mgp_v_mul_w(mgp_v_t a) {
  mgp_v_t a2 = mgp_v_dbl(a);
#if MGP_W == 11
  return mgp_v_add(mgp_v_add(mgp_v_dbl(mgp_v_dbl(a2)), a2), a);
#else
  return a2;
#endif
}
/* Sum of all lanes. */
MGP_LANE mgp_f_t mgp_v_sum(mgp_v_t a) {
  mgp_f_t w[MGP_LANES], s = 0;
  mgp_v_store(w, a);
  for (int i = 0; i < MGP_LANES; i++) s = mgp_f_add(s, w[i]);
  return s;
}

/* --- extension lanes ------------------------------------------------------------------------ */

typedef struct {
  mgp_v_t c[MGP_D];
} mgp_ve_t;

typedef struct {
  mgp_ve_t b, wb; /* the element and W times it, in all lanes */
} mgp_vec_t;

/* From and to ext planes: plane i at offset i * stride. */
MGP_LANE mgp_ve_t mgp_ve_load(const mgp_f_t *p, size_t stride) {
  mgp_ve_t r;
  for (int i = 0; i < MGP_D; i++) r.c[i] = mgp_v_load(p + (size_t)i * stride);
  return r;
}
MGP_LANE void mgp_ve_store(mgp_f_t *p, size_t stride, mgp_ve_t a) {
  for (int i = 0; i < MGP_D; i++) mgp_v_store(p + (size_t)i * stride, a.c[i]);
}
MGP_LANE mgp_ve_t mgp_ve_set1(mgp_e_t a) {
  mgp_ve_t r;
  for (int i = 0; i < MGP_D; i++) r.c[i] = mgp_v_set1(a.c[i]);
  return r;
}
MGP_LANE mgp_ve_t mgp_ve_zero(void) {
  return mgp_ve_set1(mgp_e_zero());
}
MGP_LANE mgp_ve_t mgp_ve_from_v(mgp_v_t a) {
  mgp_ve_t r = mgp_ve_zero();
  r.c[0] = a;
  return r;
}
MGP_LANE mgp_ve_t mgp_ve_add(mgp_ve_t a, mgp_ve_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_v_add(a.c[i], b.c[i]);
  return a;
}
MGP_LANE mgp_ve_t mgp_ve_sub(mgp_ve_t a, mgp_ve_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_v_sub(a.c[i], b.c[i]);
  return a;
}
MGP_LANE mgp_ve_t mgp_ve_mul_v(mgp_ve_t a, mgp_v_t b) {
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_v_mul(a.c[i], b);
  return a;
}
MGP_LANE void mgp_ve_deinterleave(mgp_ve_t a, mgp_ve_t b, mgp_ve_t *even, mgp_ve_t *odd) {
  for (int i = 0; i < MGP_D; i++) mgp_v_deinterleave(a.c[i], b.c[i], &even->c[i], &odd->c[i]);
}
MGP_LANE void mgp_ve_interleave(mgp_ve_t a, mgp_ve_t b, mgp_ve_t *lo, mgp_ve_t *hi) {
  for (int i = 0; i < MGP_D; i++) mgp_v_interleave(a.c[i], b.c[i], &lo->c[i], &hi->c[i]);
}
MGP_LANE mgp_e_t mgp_ve_sum(mgp_ve_t a) {
  mgp_e_t r;
  for (int i = 0; i < MGP_D; i++) r.c[i] = mgp_v_sum(a.c[i]);
  return r;
}

MGP_LANE mgp_vec_t mgp_vec(mgp_e_t a) {
  mgp_vec_t r;
  r.b = mgp_ve_set1(a);
  for (int i = 0; i < MGP_D; i++) r.wb.c[i] = mgp_v_mul_w(r.b.c[i]);
  return r;
}
/* wb = W b. Coefficient k is a sum of D products; one fold after the fourth and one at the end
 * keep it in bounds for D <= 6. */
MGP_LANE mgp_ve_t mgp_ve_mul_prepared(const mgp_ve_t *a, const mgp_ve_t *b, const mgp_ve_t *wb) {
  mgp_ve_t r;
  for (int k = 0; k < MGP_D; k++) {
    mgp_vw_t s = mgp_vw_mul(a->c[0], b->c[k]);
    for (int i = 1; i < MGP_D; i++) {
      if (i == 4) s = mgp_vw_fold(s);
      s = mgp_vw_add(s, i <= k ? mgp_vw_mul(a->c[i], b->c[k - i])
                               : mgp_vw_mul(a->c[i], wb->c[MGP_D + k - i]));
    }
    r.c[k] = mgp_vw_reduce(mgp_vw_fold(s));
  }
  return r;
}
MGP_LANE mgp_ve_t mgp_ve_mul(mgp_ve_t a, mgp_ve_t b) {
  mgp_ve_t wb;
  wb.c[0] = b.c[0];
  for (int i = 1; i < MGP_D; i++) wb.c[i] = mgp_v_mul_w(b.c[i]);
  return mgp_ve_mul_prepared(&a, &b, &wb);
}
MGP_LANE mgp_ve_t mgp_ve_mul_c(mgp_ve_t a, const mgp_vec_t *b) {
  return mgp_ve_mul_prepared(&a, &b->b, &b->wb);
}
/* a + b * c */
MGP_LANE mgp_ve_t mgp_ve_mul_add(mgp_ve_t a, mgp_ve_t b, mgp_ve_t c) {
  return mgp_ve_add(a, mgp_ve_mul(b, c));
}
/* A base word times a prepared element. */
MGP_LANE mgp_ve_t mgp_v_mul_c(mgp_v_t a, const mgp_vec_t *b) {
  return mgp_ve_mul_v(b->b, a);
}
/* At most ceil(D / 2) products with one factor doubled or times W: 3 fit without a fold between. */
MGP_LANE mgp_ve_t mgp_ve_sqr(mgp_ve_t a) {
  mgp_ve_t r, d, w;
  d.c[0] = mgp_v_dbl(a.c[0]);
  w.c[0] = a.c[0];
  for (int i = 1; i < MGP_D; i++) {
    d.c[i] = mgp_v_dbl(a.c[i]);
    w.c[i] = mgp_v_mul_w(a.c[i]);
  }
  for (int k = 0; k < MGP_D; k++) {
    mgp_vw_t s = mgp_vw_zero();
    for (int i = 0; 2 * i <= k; i++)
      s = mgp_vw_add(s, mgp_vw_mul(2 * i == k ? a.c[i] : d.c[i], a.c[k - i]));
    for (int i = k + 1; 2 * i <= MGP_D + k; i++)
      s = mgp_vw_add(s, mgp_vw_mul(2 * i == MGP_D + k ? a.c[i] : d.c[i], w.c[MGP_D + k - i]));
    r.c[k] = mgp_vw_reduce(mgp_vw_fold(s));
  }
  return r;
}

#endif
