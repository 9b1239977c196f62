/* Eight field words in a 256-bit register (see lanes.h).
 *
 * 32 x 32 -> 64 products exist for even lanes only, so odd lanes are brought down first and both
 * halves are reduced on their own. The difference x - q p of two numbers with equal low halves has
 * a zero low half: its high half is the reduced word, off by p when negative, and
 * min(d, d + p) as unsigned numbers picks the right one. */
#ifndef MGP_BACKEND_CPU_LANES_AVX2_H
#define MGP_BACKEND_CPU_LANES_AVX2_H

#include <immintrin.h>

#define MGP_LANES 8

typedef __m256i mgp_v_t;
typedef struct {
  __m256i even, odd;
} mgp_vw_t;

MGP_LANE mgp_v_t mgp_v_load(const mgp_f_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}
MGP_LANE void mgp_v_store(mgp_f_t *p, mgp_v_t a) {
  _mm256_storeu_si256((__m256i *)p, a);
}
MGP_LANE mgp_v_t mgp_v_set1(mgp_f_t a) {
  return _mm256_set1_epi32((int)a);
}

MGP_LANE mgp_v_t mgp_v_add(mgp_v_t a, mgp_v_t b) {
  __m256i s = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(s, _mm256_sub_epi32(s, mgp_v_set1(MGP_P)));
}
MGP_LANE mgp_v_t mgp_v_sub(mgp_v_t a, mgp_v_t b) {
  __m256i d = _mm256_sub_epi32(a, b);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, mgp_v_set1(MGP_P)));
}

/* Odd words into the even places; what the odd places then hold does not matter. */
MGP_LANE __m256i mgp_x_odd(__m256i a) {
  return _mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(a)));
}

MGP_LANE mgp_vw_t mgp_vw_zero(void) {
  mgp_vw_t r = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_mul(mgp_v_t a, mgp_v_t b) {
  mgp_vw_t r = {_mm256_mul_epu32(a, b), _mm256_mul_epu32(mgp_x_odd(a), mgp_x_odd(b))};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_mul_f(mgp_v_t a, mgp_f_t c) {
  __m256i b = mgp_v_set1(c);
  mgp_vw_t r = {_mm256_mul_epu32(a, b), _mm256_mul_epu32(mgp_x_odd(a), b)};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_add(mgp_vw_t a, mgp_vw_t b) {
  mgp_vw_t r = {_mm256_add_epi64(a.even, b.even), _mm256_add_epi64(a.odd, b.odd)};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_fold(mgp_vw_t a) {
  __m256i p_high = _mm256_set1_epi64x((int64_t)((uint64_t)MGP_P << 32));
  mgp_vw_t r = {_mm256_min_epu32(a.even, _mm256_sub_epi32(a.even, p_high)),
                _mm256_min_epu32(a.odd, _mm256_sub_epi32(a.odd, p_high))};
  return r;
}
MGP_LANE mgp_v_t mgp_vw_reduce(mgp_vw_t a) {
  __m256i p = mgp_v_set1(MGP_P), p_inv = mgp_v_set1(MGP_P_INV);
  __m256i q_even = _mm256_mul_epu32(a.even, p_inv), q_odd = _mm256_mul_epu32(a.odd, p_inv);
  __m256i d_even = _mm256_sub_epi64(a.even, _mm256_mul_epu32(q_even, p));
  __m256i d_odd = _mm256_sub_epi64(a.odd, _mm256_mul_epu32(q_odd, p));
  __m256i d = _mm256_blend_epi32(mgp_x_odd(d_even), d_odd, 0xaa);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, p));
}

/* even = a0 a2 .. b0 b2 ..; odd = a1 a3 .. b1 b3 .. */
MGP_LANE void mgp_v_deinterleave(mgp_v_t a, mgp_v_t b, mgp_v_t *even, mgp_v_t *odd) {
  __m256 x = _mm256_castsi256_ps(a), y = _mm256_castsi256_ps(b);
  __m256i e = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88));
  __m256i o = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xdd));
  *even = _mm256_permute4x64_epi64(e, 0xd8);
  *odd = _mm256_permute4x64_epi64(o, 0xd8);
}
/* lo, hi = a0 b0 a1 b1 .. */
MGP_LANE void mgp_v_interleave(mgp_v_t a, mgp_v_t b, mgp_v_t *lo, mgp_v_t *hi) {
  __m256i l = _mm256_unpacklo_epi32(a, b), h = _mm256_unpackhi_epi32(a, b);
  *lo = _mm256_permute2x128_si256(l, h, 0x20);
  *hi = _mm256_permute2x128_si256(l, h, 0x31);
}

/* x / 2^n, 1 <= n <= 27. p = 1 + 2^n k with k = 15 * 2^(27-n), so 2^-n = -k mod p and
 * x / 2^n = (x >> n) - k (x mod 2^n), which is negative exactly when p is to be added. */
MGP_LANE mgp_v_t mgp_v_div_2exp(mgp_v_t x, int n) {
  if (n == 1) { /* x odd: (x - 1) / 2 + (p + 1) / 2 */
    __m256i half = mgp_v_set1((MGP_P + 1) / 2);
    return _mm256_sub_epi32(_mm256_srli_epi32(x, 1),
                            _mm256_sign_epi32(half, _mm256_slli_epi32(x, 31)));
  }
  __m256i low = _mm256_and_si256(x, mgp_v_set1((1u << n) - 1));
  __m256i sub = _mm256_mullo_epi32(low, mgp_v_set1((MGP_P - 1) >> n));
  __m256i d = _mm256_sub_epi32(_mm256_srli_epi32(x, n), sub);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, mgp_v_set1(MGP_P)));
}

/* Signed twin of mgp_vw_reduce for the even lanes of n vectors, without the last correction:
 * |x| <= 2^62 gives words of at most 2^30 + p/2 in the odd places, and |x| <= p^2 words in (-p, p).
 * Vectors go through each step together, or the scheduler's window would hold one chain only. */
MGP_LANE void mgp_x_reduce_signed(__m256i *x, int n) {
  __m256i q[8];
  for (int i = 0; i < n; i++) q[i] = _mm256_mul_epi32(x[i], mgp_v_set1(MGP_P_INV));
  for (int i = 0; i < n; i++) q[i] = _mm256_mul_epi32(q[i], mgp_v_set1(MGP_P));
  for (int i = 0; i < n; i++) x[i] = _mm256_sub_epi64(x[i], q[i]);
}
/* v[i] = (v[i] + c[i])^7 for i < n <= 4. v + c - p is in [-p, p), and so are all words between. */
MGP_LANE void mgp_v_add_pow7(mgp_v_t *v, const mgp_f_t *c, int n) {
  __m256i x[8], x2[8], x3[8], x4[8];
  for (int i = 0; i < n; i++) {
    x[2 * i] = _mm256_add_epi32(v[i], mgp_v_set1(c[i] - MGP_P));
    x[2 * i + 1] = mgp_x_odd(x[2 * i]);
  }
  for (int i = 0; i < 2 * n; i++) x2[i] = _mm256_mul_epi32(x[i], x[i]);
  mgp_x_reduce_signed(x2, 2 * n);
  for (int i = 0; i < 2 * n; i++) x2[i] = mgp_x_odd(x2[i]);
  for (int i = 0; i < 2 * n; i++) x3[i] = _mm256_mul_epi32(x2[i], x[i]);
  for (int i = 0; i < 2 * n; i++) x4[i] = _mm256_mul_epi32(x2[i], x2[i]);
  mgp_x_reduce_signed(x3, 2 * n);
  mgp_x_reduce_signed(x4, 2 * n);
  for (int i = 0; i < 2 * n; i++) x[i] = _mm256_mul_epi32(mgp_x_odd(x3[i]), mgp_x_odd(x4[i]));
  mgp_x_reduce_signed(x, 2 * n);
  for (int i = 0; i < n; i++) {
    __m256i d = _mm256_blend_epi32(mgp_x_odd(x[2 * i]), x[2 * i + 1], 0xaa);
    v[i] = _mm256_min_epu32(d, _mm256_add_epi32(d, mgp_v_set1(MGP_P)));
  }
}

/* A fixed factor w with wq = w / p mod 2^32: one product less for each multiplication. */
typedef struct {
  __m256i even, odd, q;
} mgp_vk_t;

MGP_LANE mgp_vk_t mgp_vk_set1(mgp_f_t w, uint32_t wq) {
  mgp_vk_t k = {mgp_v_set1(w), mgp_v_set1(w), mgp_v_set1(wq)};
  return k;
}
MGP_LANE __m256i mgp_x_load_period(const uint32_t *p, int n) {
  long long two;
  if (n == 8) return mgp_v_load(p);
  if (n == 4) return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
  memcpy(&two, p, sizeof two);
  return _mm256_set1_epi64x(two);
}
/* Lane i: w[i mod n], n = 2, 4, ... MGP_LANES. */
MGP_LANE mgp_vk_t mgp_vk_load_period(const mgp_f_t *w, const uint32_t *wq, int n) {
  __m256i v = mgp_x_load_period(w, n);
  mgp_vk_t k = {v, mgp_x_odd(v), mgp_x_load_period(wq, n)};
  return k;
}
MGP_LANE mgp_v_t mgp_v_mul_k(mgp_v_t a, mgp_vk_t k) {
  __m256i p = mgp_v_set1(MGP_P), q = _mm256_mullo_epi32(a, k.q);
  __m256i even = _mm256_mul_epu32(a, k.even), odd = _mm256_mul_epu32(mgp_x_odd(a), k.odd);
  __m256i d_even = _mm256_sub_epi64(even, _mm256_mul_epu32(q, p));
  __m256i d_odd = _mm256_sub_epi64(odd, _mm256_mul_epu32(mgp_x_odd(q), p));
  __m256i d = _mm256_blend_epi32(mgp_x_odd(d_even), d_odd, 0xaa);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, p));
}

#endif
