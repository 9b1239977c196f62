#include "math/poseidon2_simd.h"

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

AVX2 void full8(__m256i s[MGP_P2_WIDTH], const mgp_f_t rc[MGP_P2_WIDTH]) {
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = sbox8(s[i], rc[i]);
}
AVX2 void partial8(__m256i s[MGP_P2_WIDTH], const mgp_f_t *rc) {
  s[0] = sbox8(s[0], *rc);
}

AVX2 __m256i sub8(__m256i a, __m256i b) {
  __m256i d = _mm256_sub_epi32(a, b);
  return _mm256_min_epu32(d, _mm256_add_epi32(d, _mm256_set1_epi32((int)MGP_P)));
}

/* x / 2^k = (x >> k) - (p - 1) / 2^k * (x mod 2^k), for 1 / 2^k = -(p - 1) / 2^k mod p. */
AVX2 __m256i div8(__m256i x, int k) {
  __m256i low = _mm256_and_si256(x, _mm256_set1_epi32((1 << k) - 1));
  __m256i less = _mm256_mullo_epi32(low, _mm256_set1_epi32((int)((MGP_P - 1) >> k)));
  return sub8(_mm256_srli_epi32(x, k), less);
}

#define P2_FN       AVX2
#define P2_NAME(f)  f##8
#define P2_WORD     __m256i
#define P2_ADD      add8
#define P2_SUB      sub8
#define P2_DBL(a)   add8(a, a)
#define P2_DIV_2EXP div8
#include "math/poseidon2.inc"

/* One state in two registers, s[0..7] and s[8..15]. */
AVX2 __m256i external_half(__m256i s) {
  __m256i t = add8(s, _mm256_shuffle_epi32(s, 0xb1));
  t = add8(t, _mm256_shuffle_epi32(t, 0x4e)); /* the sum of each group of four */
  __m256i next = _mm256_shuffle_epi32(s, 0x39);
  return add8(add8(t, s), add8(next, next));
}

AVX2 void external_one(__m256i s[2]) {
  s[0] = external_half(s[0]);
  s[1] = external_half(s[1]);
  __m256i sum = add8(s[0], s[1]);
  sum = add8(sum, _mm256_permute2x128_si256(sum, sum, 1));
  s[0] = add8(s[0], sum);
  s[1] = add8(s[1], sum);
}

AVX2 void full_round_one(__m256i s[2], const mgp_f_t rc[MGP_P2_WIDTH]) {
  for (int h = 0; h < 2; h++) {
    __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(rc + 8 * h));
    __m256i x = add8(s[h], c), x2 = mul8(x, x), x3 = mul8(x2, x);
    s[h] = mul8(mul8(x2, x2), x3);
  }
  external_one(s);
}

/* In the partial rounds word 0 lives in a scalar, and its lane is zero: its power is taken while
 * the lanes are summed up and multiplied by the diagonal. */
__attribute__((target("avx2"))) static void permute_one_avx2(mgp_f_t words[MGP_P2_WIDTH]) {
  __m256i *p = (__m256i *)(void *)words;
  __m256i s[2] = {_mm256_loadu_si256(p), _mm256_loadu_si256(p + 1)}, diag[2];
  const __m256i zero = _mm256_setzero_si256();
  for (int h = 0; h < 2; h++)
    diag[h] = _mm256_loadu_si256((const __m256i *)(const void *)(mgp_p2_diag + 8 * h));
  external_one(s);
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) full_round_one(s, mgp_p2_rc_initial[r]);
  mgp_f_t first = (mgp_f_t)_mm256_cvtsi256_si32(s[0]);
  s[0] = _mm256_blend_epi32(s[0], zero, 1);
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    __m256i sum = add8(s[0], s[1]);
    sum = add8(sum, _mm256_permute2x128_si256(sum, sum, 1));
    sum = add8(sum, _mm256_shuffle_epi32(sum, 0x4e));
    sum = add8(sum, _mm256_shuffle_epi32(sum, 0xb1));
    first = mgp_p2_sbox(mgp_f_add(first, mgp_p2_rc_partial[r]));
    mgp_f_t total = mgp_f_add((mgp_f_t)_mm256_cvtsi256_si32(sum), first);
    sum = add8(sum, _mm256_set1_epi32((int)first));
    s[0] = _mm256_blend_epi32(add8(mul8(s[0], diag[0]), sum), zero, 1);
    s[1] = add8(mul8(s[1], diag[1]), sum);
    first = mgp_f_add(total, mgp_f_mul(first, mgp_p2_diag[0]));
  }
  s[0] = _mm256_insert_epi32(s[0], (int)first, 0);
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) full_round_one(s, mgp_p2_rc_final[r]);
  _mm256_storeu_si256(p, s[0]);
  _mm256_storeu_si256(p + 1, s[1]);
}

__attribute__((target("avx2"))) static void permute_avx2(mgp_p2x8_t *state) {
  __m256i s[MGP_P2_WIDTH];
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = _mm256_load_si256((const __m256i *)(const void *)state->s[i]);
  permute8(s);
  for (int i = 0; i < MGP_P2_WIDTH; i++) _mm256_store_si256((__m256i *)(void *)state->s[i], s[i]);
}
#endif

void mgp_p2_permute_simd(mgp_f_t s[MGP_P2_WIDTH]) {
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    permute_one_avx2(s);
    return;
  }
#endif
  mgp_p2_permute(s);
}

void mgp_p2x8_permute(mgp_p2x8_t *state) {
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports("avx2")) {
    permute_avx2(state);
    return;
  }
#endif
  mgp_p2x8_permute_portable(state);
}
