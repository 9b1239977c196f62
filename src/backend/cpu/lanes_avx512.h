/* Sixteen field words in a 512-bit register (see lanes.h); the method is that of lanes_avx2.h. */
#ifndef MGP_BACKEND_CPU_LANES_AVX512_H
#define MGP_BACKEND_CPU_LANES_AVX512_H

#include <immintrin.h>

#define MGP_LANES 16

typedef __m512i mgp_v_t;
typedef struct {
  __m512i even, odd;
} mgp_vw_t;

MGP_LANE mgp_v_t mgp_v_load(const mgp_f_t *p) {
  return _mm512_loadu_si512(p);
}
MGP_LANE void mgp_v_store(mgp_f_t *p, mgp_v_t a) {
  _mm512_storeu_si512(p, a);
}
MGP_LANE mgp_v_t mgp_v_set1(mgp_f_t a) {
  return _mm512_set1_epi32((int)a);
}

MGP_LANE mgp_v_t mgp_v_add(mgp_v_t a, mgp_v_t b) {
  __m512i s = _mm512_add_epi32(a, b);
  return _mm512_min_epu32(s, _mm512_sub_epi32(s, mgp_v_set1(MGP_P)));
}
MGP_LANE mgp_v_t mgp_v_sub(mgp_v_t a, mgp_v_t b) {
  __m512i d = _mm512_sub_epi32(a, b);
  return _mm512_min_epu32(d, _mm512_add_epi32(d, mgp_v_set1(MGP_P)));
}

/* Odd words into the even places; what the odd places then hold does not matter. */
MGP_LANE __m512i mgp_x_odd(__m512i a) {
  return _mm512_srli_epi64(a, 32);
}

MGP_LANE mgp_vw_t mgp_vw_zero(void) {
  mgp_vw_t r = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_mul(mgp_v_t a, mgp_v_t b) {
  mgp_vw_t r = {_mm512_mul_epu32(a, b), _mm512_mul_epu32(mgp_x_odd(a), mgp_x_odd(b))};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_add(mgp_vw_t a, mgp_vw_t b) {
  mgp_vw_t r = {_mm512_add_epi64(a.even, b.even), _mm512_add_epi64(a.odd, b.odd)};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_fold(mgp_vw_t a) {
  __m512i p_high = _mm512_set1_epi64((int64_t)((uint64_t)MGP_P << 32));
  mgp_vw_t r = {_mm512_min_epu32(a.even, _mm512_sub_epi32(a.even, p_high)),
                _mm512_min_epu32(a.odd, _mm512_sub_epi32(a.odd, p_high))};
  return r;
}
MGP_LANE mgp_v_t mgp_vw_reduce(mgp_vw_t a) {
  __m512i p = mgp_v_set1(MGP_P), p_inv = mgp_v_set1(MGP_P_INV);
  __m512i q_even = _mm512_mul_epu32(a.even, p_inv), q_odd = _mm512_mul_epu32(a.odd, p_inv);
  __m512i d_even = _mm512_sub_epi64(a.even, _mm512_mul_epu32(q_even, p));
  __m512i d_odd = _mm512_sub_epi64(a.odd, _mm512_mul_epu32(q_odd, p));
  __m512i d = _mm512_mask_shuffle_epi32(d_odd, 0x5555, d_even, (_MM_PERM_ENUM)0xf5);
  return _mm512_min_epu32(d, _mm512_add_epi32(d, p));
}

/* even = a0 a2 .. b0 b2 ..; odd = a1 a3 .. b1 b3 .. */
MGP_LANE void mgp_v_deinterleave(mgp_v_t a, mgp_v_t b, mgp_v_t *even, mgp_v_t *odd) {
  const __m512i e = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i o = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  *even = _mm512_permutex2var_epi32(a, e, b);
  *odd = _mm512_permutex2var_epi32(a, o, b);
}
/* lo, hi = a0 b0 a1 b1 .. */
MGP_LANE void mgp_v_interleave(mgp_v_t a, mgp_v_t b, mgp_v_t *lo, mgp_v_t *hi) {
  const __m512i l = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i h = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  *lo = _mm512_permutex2var_epi32(a, l, b);
  *hi = _mm512_permutex2var_epi32(a, h, b);
}

#endif
