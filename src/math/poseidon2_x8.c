#include "math/poseidon2_x8.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_AVX2 1
#include <immintrin.h>
#endif

void mgp_p2x8_permute_portable(mgp_p2x8_t *state) {
  for (int lane = 0; lane < MGP_P2_LANES; lane++) {
    mgp_f_t s[MGP_P2_WIDTH];
    for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = state->s[i][lane];
    mgp_p2_permute(s);
    for (int i = 0; i < MGP_P2_WIDTH; i++) state->s[i][lane] = s[i];
  }
}

#ifdef HAVE_AVX2
#define AVX2 __attribute__((target("avx2"))) static inline

AVX2 __m256i add8(__m256i a, __m256i b) {
  __m256i s = _mm256_add_epi32(a, b);
  return _mm256_min_epu32(s, _mm256_sub_epi32(s, _mm256_set1_epi32((int)MGP_P)));
}

/* The subtracting Montgomery product of math/field.h on even and odd lanes apart. */
AVX2 __m256i mul8(__m256i a, __m256i b) {
  const __m256i p = _mm256_set1_epi32((int)MGP_P), inv = _mm256_set1_epi32((int)MGP_P_INV);
  __m256i even = _mm256_mul_epu32(a, b);
  __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32));
  __m256i m_even = _mm256_mul_epu32(_mm256_mul_epu32(even, inv), p);
  __m256i m_odd = _mm256_mul_epu32(_mm256_mul_epu32(odd, inv), p);
  __m256i hi = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  __m256i m = _mm256_blend_epi32(_mm256_srli_epi64(m_even, 32), m_odd, 0xaa);
  __m256i d = _mm256_sub_epi32(hi, m);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, p));
}

AVX2 __m256i sbox8(__m256i x, mgp_f_t constant) {
  x = add8(x, _mm256_set1_epi32((int)constant));
  __m256i x2 = mul8(x, x), x3 = mul8(x2, x);
  return mul8(mul8(x2, x2), x3);
}

AVX2 void external8(__m256i s[MGP_P2_WIDTH]) {
  __m256i sum[4];
  for (int i = 0; i < 4; i++) sum[i] = _mm256_setzero_si256();
  for (int g = 0; g < MGP_P2_WIDTH; g += 4) {
    __m256i a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
    __m256i ab = add8(a, b), cd = add8(c, d), t = add8(ab, cd);
    __m256i tb = add8(t, b), td = add8(t, d);
    s[g] = add8(tb, ab);
    s[g + 1] = add8(tb, add8(c, c));
    s[g + 2] = add8(td, cd);
    s[g + 3] = add8(td, add8(a, a));
    for (int i = 0; i < 4; i++) sum[i] = add8(sum[i], s[g + i]);
  }
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = add8(s[i], sum[i & 3]);
}

AVX2 void internal8(__m256i s[MGP_P2_WIDTH]) {
  __m256i sum = s[0];
  for (int i = 1; i < MGP_P2_WIDTH; i++) sum = add8(sum, s[i]);
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = add8(sum, mul8(s[i], _mm256_set1_epi32((int)mgp_p2_diag[i])));
}

__attribute__((target("avx2"))) static void permute_avx2(mgp_p2x8_t *state) {
  __m256i s[MGP_P2_WIDTH];
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = _mm256_load_si256((const __m256i *)(const void *)state->s[i]);
  external8(s);
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = sbox8(s[i], mgp_p2_rc_initial[r][i]);
    external8(s);
  }
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    s[0] = sbox8(s[0], mgp_p2_rc_partial[r]);
    internal8(s);
  }
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = sbox8(s[i], mgp_p2_rc_final[r][i]);
    external8(s);
  }
  for (int i = 0; i < MGP_P2_WIDTH; i++) _mm256_store_si256((__m256i *)(void *)state->s[i], s[i]);
}
#endif

void mgp_p2x8_permute(mgp_p2x8_t *state) {
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    permute_avx2(state);
    return;
  }
#endif
  mgp_p2x8_permute_portable(state);
}
