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
MGP_LANE mgp_vw_t mgp_vw_mul_f(mgp_v_t a, mgp_f_t c) {
  __m512i b = mgp_v_set1(c);
  mgp_vw_t r = {_mm512_mul_epu32(a, b), _mm512_mul_epu32(mgp_x_odd(a), b)};
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

/* As in lanes_avx2.h. */
MGP_LANE mgp_v_t mgp_v_div_2exp(mgp_v_t x, int n) {
  __m512i low = _mm512_and_si512(x, mgp_v_set1((1u << n) - 1));
  __m512i low16 = _mm512_sub_epi32(_mm512_slli_epi32(low, 4), low);
  __m512i d = _mm512_sub_epi32(_mm512_srli_epi32(x, (unsigned)n),
                               _mm512_slli_epi32(low16, (unsigned)(27 - n)));
  return _mm512_min_epu32(d, _mm512_add_epi32(d, mgp_v_set1(MGP_P)));
}

MGP_LANE void mgp_x_reduce_signed(__m512i *x, int n) {
  __m512i q[8];
  for (int i = 0; i < n; i++) q[i] = _mm512_mul_epi32(x[i], mgp_v_set1(MGP_P_INV));
  for (int i = 0; i < n; i++) q[i] = _mm512_mul_epi32(q[i], mgp_v_set1(MGP_P));
  for (int i = 0; i < n; i++) x[i] = _mm512_sub_epi64(x[i], q[i]);
}
MGP_LANE void mgp_v_add_pow7(mgp_v_t *v, const mgp_f_t *c, int n) {
  __m512i x[8], x2[8], x3[8], x4[8];
  for (int i = 0; i < n; i++) {
    x[2 * i] = _mm512_add_epi32(v[i], mgp_v_set1(c[i] - MGP_P));
    x[2 * i + 1] = mgp_x_odd(x[2 * i]);
  }
  for (int i = 0; i < 2 * n; i++) x2[i] = _mm512_mul_epi32(x[i], x[i]);
  mgp_x_reduce_signed(x2, 2 * n);
  for (int i = 0; i < 2 * n; i++) x2[i] = mgp_x_odd(x2[i]);
  for (int i = 0; i < 2 * n; i++) x3[i] = _mm512_mul_epi32(x2[i], x[i]);
  for (int i = 0; i < 2 * n; i++) x4[i] = _mm512_mul_epi32(x2[i], x2[i]);
  mgp_x_reduce_signed(x3, 2 * n);
  mgp_x_reduce_signed(x4, 2 * n);
  for (int i = 0; i < 2 * n; i++) x[i] = _mm512_mul_epi32(mgp_x_odd(x3[i]), mgp_x_odd(x4[i]));
  mgp_x_reduce_signed(x, 2 * n);
  for (int i = 0; i < n; i++) {
    __m512i d = _mm512_mask_shuffle_epi32(x[2 * i + 1], 0x5555, x[2 * i], (_MM_PERM_ENUM)0xf5);
    v[i] = _mm512_min_epu32(d, _mm512_add_epi32(d, mgp_v_set1(MGP_P)));
  }
}

typedef struct {
  __m512i even, odd, q;
} mgp_vk_t;

MGP_LANE mgp_vk_t mgp_vk_set1(mgp_f_t w, uint32_t wq) {
  mgp_vk_t k = {mgp_v_set1(w), mgp_v_set1(w), mgp_v_set1(wq)};
  return k;
}
MGP_LANE __m512i mgp_x_load_period(const uint32_t *p, int n) {
  long long two;
  if (n == 16) return mgp_v_load(p);
  if (n == 8) return _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)p));
  if (n == 4) return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)p));
  memcpy(&two, p, sizeof two);
  return _mm512_set1_epi64(two);
}
MGP_LANE mgp_vk_t mgp_vk_load_period(const mgp_f_t *w, const uint32_t *wq, int n) {
  __m512i v = mgp_x_load_period(w, n);
  mgp_vk_t k = {v, mgp_x_odd(v), mgp_x_load_period(wq, n)};
  return k;
}
MGP_LANE mgp_v_t mgp_v_mul_k(mgp_v_t a, mgp_vk_t k) {
  __m512i p = mgp_v_set1(MGP_P), q = _mm512_mullo_epi32(a, k.q);
  __m512i even = _mm512_mul_epu32(a, k.even), odd = _mm512_mul_epu32(mgp_x_odd(a), k.odd);
  __m512i d_even = _mm512_sub_epi64(even, _mm512_mul_epu32(q, p));
  __m512i d_odd = _mm512_sub_epi64(odd, _mm512_mul_epu32(mgp_x_odd(q), p));
  __m512i d = _mm512_mask_shuffle_epi32(d_odd, 0x5555, d_even, (_MM_PERM_ENUM)0xf5);
  return _mm512_min_epu32(d, _mm512_add_epi32(d, p));
}

#endif
