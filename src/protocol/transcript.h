/* Fiat-Shamir transcript: duplex sponge over Poseidon2 (docs/protocol.md, section 1).
 * Label and length of a message go into the capacity, so a message of up to 8 words costs one
 * permutation. Words are field elements in Montgomery form; the canonical value is what counts. */
#ifndef MGP_PROTOCOL_TRANSCRIPT_H
#define MGP_PROTOCOL_TRANSCRIPT_H

#include "math/ext.h"
#include "math/poseidon2.h"

/* Domain tags: one per use of the permutation (node compression is apart by its feed-forward). */
enum { MGP_TAG_LEAF = 1, MGP_TAG_TRANSCRIPT = 2, MGP_TAG_FORK = 3, MGP_TAG_GRIND = 4 };

/* Word MGP_P2_RATE + i of a fresh state, i < 8: its tag and a number, which is 0 in a transcript,
 * the words of the row in a LEAF, the nonce in GRIND. */
MGP_HD mgp_f_t mgp_fresh_capacity(unsigned i, uint32_t tag, uint32_t number) {
  return i == 0 ? mgp_f_from_u32(tag) : i == 1 ? mgp_f_from_u32(number) : 0;
}

typedef enum {
  MGP_LABEL_HEADER = 1,
  MGP_LABEL_PROGRAM,
  MGP_LABEL_STATEMENT,
  MGP_LABEL_ROOT,
  MGP_LABEL_NONCE,
  MGP_LABEL_FORK,
  MGP_LABEL_GKR_ROOT,
  MGP_LABEL_GKR_ROUND,
  MGP_LABEL_GKR_EVALS,
  MGP_LABEL_MAIN_ROUND,
  MGP_LABEL_COLUMNS,
  MGP_LABEL_JOIN,
  MGP_LABEL_OPEN_ROUND,
  MGP_LABEL_V,
  MGP_LABEL_FOLD_ROOT,
  MGP_LABEL_FOLD_ROUND,
  MGP_LABEL_FINAL
} mgp_label_t;

typedef struct {
  mgp_f_t s[MGP_P2_WIDTH];
  unsigned pos; /* squeeze position in the rate, 0..8 */
} mgp_transcript_t;

void mgp_transcript_init(mgp_transcript_t *t, uint32_t tag);
/* n field elements or 32-bit integers, 1 <= n < 2^28 */
void mgp_transcript_absorb(mgp_transcript_t *t, mgp_label_t label, const mgp_f_t *words, size_t n);
void mgp_transcript_absorb_ext(mgp_transcript_t *t, mgp_label_t label, const mgp_e_t *v, size_t n);
/* each as two 16-bit words */
void mgp_transcript_absorb_u32(mgp_transcript_t *t, mgp_label_t label, const uint32_t *v, size_t n);
mgp_f_t mgp_transcript_squeeze(mgp_transcript_t *t);
mgp_e_t mgp_transcript_squeeze_ext(mgp_transcript_t *t);
void mgp_transcript_squeeze_digest(mgp_transcript_t *t, mgp_f_t digest[MGP_DIGEST_WORDS]);
/* Transcript of task `task` under the fork seed. */
void mgp_transcript_fork(mgp_transcript_t *t, const mgp_f_t seed[MGP_DIGEST_WORDS], uint32_t task);

/* Does nonce (canonical, < p) have `bits` zero bits under this seed? */
int mgp_grind_check(const mgp_f_t seed[MGP_DIGEST_WORDS], uint32_t nonce, unsigned bits);

/* Leaf and node hashes (section 1). `row` has n >= 1 words; out may alias l. */
void mgp_hash_leaf(const mgp_f_t *row, size_t n, mgp_f_t out[MGP_DIGEST_WORDS]);
void mgp_hash_node(const mgp_f_t l[MGP_DIGEST_WORDS], const mgp_f_t r[MGP_DIGEST_WORDS],
                   mgp_f_t out[MGP_DIGEST_WORDS]);

#endif
