#include "protocol/transcript.h"

#include <string.h>

#include "base/verify.h"
#include "math/poseidon2_simd.h"

/* --- the sponge, its state in memory ---------------------------------------------------------- */

typedef mgp_transcript_t mgp_sponge_t;

static inline void mgp_sponge_add(mgp_sponge_t *k, unsigned i, mgp_f_t v) {
  k->s[i] = mgp_f_add(k->s[i], v);
}
static inline void mgp_sponge_overwrite(mgp_sponge_t *k, const mgp_f_t *words, uint32_t n) {
  memset(k->s, 0, MGP_P2_RATE * sizeof k->s[0]);
  memcpy(k->s, words, (n < MGP_P2_RATE ? n : MGP_P2_RATE) * sizeof k->s[0]);
}
static inline void mgp_sponge_permute(mgp_sponge_t *k) {
  mgp_p2_permute_simd(k->s);
}
static inline mgp_f_t mgp_sponge_word(const mgp_sponge_t *k, unsigned i) {
  return k->s[i];
}

#define SPONGE static inline
#include "protocol/sponge.inc"

/* --- transcripts ------------------------------------------------------------------------------ */

static void fresh(mgp_f_t s[MGP_P2_WIDTH], uint32_t tag, uint32_t number) {
  for (unsigned i = 0; i < MGP_P2_RATE; i++) s[i] = 0;
  for (unsigned i = 0; i < MGP_P2_WIDTH - MGP_P2_RATE; i++)
    s[MGP_P2_RATE + i] = mgp_fresh_capacity(i, tag, number);
}

void mgp_transcript_init(mgp_transcript_t *t, uint32_t tag) {
  fresh(t->s, tag, 0);
  t->pos = 0;
}

void mgp_transcript_absorb(mgp_transcript_t *t, mgp_label_t label, const mgp_f_t *words, size_t n) {
  MGP_VERIFY_CHECK(n > 0 && n < (size_t)1 << 28);
  for (size_t i = 0; i < n; i++) MGP_VERIFY_CHECK(words[i] < MGP_P);
  mgp_sponge_absorb(t, (uint32_t)label, words, (uint32_t)n);
}

void mgp_transcript_absorb_ext(mgp_transcript_t *t, mgp_label_t label, const mgp_e_t *v, size_t n) {
  mgp_transcript_absorb(t, label, v->c, n * MGP_D);
}

void mgp_transcript_absorb_u32(mgp_transcript_t *t, mgp_label_t label, const uint32_t *v,
                               size_t n) {
  MGP_VERIFY_CHECK(n > 0 && n < (size_t)1 << 28);
  mgp_sponge_begin(t, (uint32_t)label, (uint32_t)(2 * n));
  for (size_t i = 0; i < n; i += MGP_P2_RATE / 2) {
    const size_t len = n - i < MGP_P2_RATE / 2 ? n - i : MGP_P2_RATE / 2;
    mgp_f_t half[MGP_P2_RATE];
    for (size_t j = 0; j < len; j++) {
      half[2 * j] = mgp_f_from_u32(v[i + j] & 0xffff);
      half[2 * j + 1] = mgp_f_from_u32(v[i + j] >> 16);
    }
    mgp_sponge_block(t, half, (uint32_t)(2 * len));
  }
}

mgp_f_t mgp_transcript_squeeze(mgp_transcript_t *t) {
  return mgp_sponge_squeeze(t);
}

mgp_e_t mgp_transcript_squeeze_ext(mgp_transcript_t *t) {
  return mgp_sponge_squeeze_ext(t);
}

void mgp_transcript_squeeze_digest(mgp_transcript_t *t, mgp_f_t digest[MGP_DIGEST_WORDS]) {
  for (int i = 0; i < MGP_DIGEST_WORDS; i++) digest[i] = mgp_transcript_squeeze(t);
}

void mgp_transcript_fork(mgp_transcript_t *t, const mgp_f_t seed[MGP_DIGEST_WORDS], uint32_t task) {
  mgp_f_t words[MGP_DIGEST_WORDS + 1];
  memcpy(words, seed, MGP_DIGEST_WORDS * sizeof words[0]);
  words[MGP_DIGEST_WORDS] = mgp_f_from_u32(task);
  mgp_transcript_init(t, MGP_TAG_FORK);
  mgp_transcript_absorb(t, MGP_LABEL_FORK, words, MGP_DIGEST_WORDS + 1);
}

int mgp_grind_check(const mgp_f_t seed[MGP_DIGEST_WORDS], uint32_t nonce, unsigned bits) {
  mgp_f_t s[MGP_P2_WIDTH];
  fresh(s, MGP_TAG_GRIND, nonce);
  memcpy(s, seed, MGP_DIGEST_WORDS * sizeof s[0]);
  mgp_p2_permute_simd(s);
  return (mgp_f_to_u32(s[0]) & ((1u << bits) - 1)) == 0;
}

void mgp_hash_leaf(const mgp_f_t *row, size_t n, mgp_f_t out[MGP_DIGEST_WORDS]) {
  mgp_f_t s[MGP_P2_WIDTH];
  fresh(s, MGP_TAG_LEAF, (uint32_t)n);
  for (size_t i = 0; i < n; i += MGP_P2_RATE) {
    size_t len = n - i < MGP_P2_RATE ? n - i : MGP_P2_RATE;
    memset(s, 0, MGP_P2_RATE * sizeof s[0]);
    memcpy(s, row + i, len * sizeof s[0]);
    mgp_p2_permute_simd(s);
  }
  memcpy(out, s, MGP_DIGEST_WORDS * sizeof s[0]);
}

void mgp_hash_node(const mgp_f_t l[MGP_DIGEST_WORDS], const mgp_f_t r[MGP_DIGEST_WORDS],
                   mgp_f_t out[MGP_DIGEST_WORDS]) {
  mgp_f_t s[MGP_P2_WIDTH];
  memcpy(s, l, MGP_DIGEST_WORDS * sizeof s[0]);
  memcpy(s + MGP_DIGEST_WORDS, r, MGP_DIGEST_WORDS * sizeof s[0]);
  mgp_p2_permute_simd(s);
  for (int i = 0; i < MGP_DIGEST_WORDS; i++) out[i] = mgp_f_add(s[i], l[i]);
}
