/* Merkle paths, eight queries at a time: most of a verifier's hashing. */
#include <string.h>

#include "math/poseidon2_simd.h"
#include "verifier/verifier.h"

static void load_lane(mgp_p2x8_t *st, int word, int lane, const mgp_f_t *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) st->s[word + (int)i][lane] = from[i];
}

/* digest[word][lane] = leaf hashes of the lanes' queries */
static void hash_leaves(const mgp_paths_t *p, const uint32_t query[MGP_P2_LANES],
                        mgp_f_t digest[MGP_DIGEST_WORDS][MGP_P2_LANES]) {
  mgp_p2x8_t st;
  for (unsigned i = 0; i < MGP_P2_WIDTH - MGP_P2_RATE; i++)
    for (int lane = 0; lane < MGP_P2_LANES; lane++)
      st.s[MGP_P2_RATE + i][lane] = mgp_fresh_capacity(i, MGP_TAG_LEAF, p->leaf_words);
  for (uint32_t i = 0; i < p->leaf_words; i += MGP_P2_RATE) {
    uint32_t n = p->leaf_words - i < MGP_P2_RATE ? p->leaf_words - i : MGP_P2_RATE;
    memset(st.s, 0, MGP_P2_RATE * sizeof st.s[0]);
    for (int lane = 0; lane < MGP_P2_LANES; lane++)
      load_lane(&st, 0, lane, p->leaf + query[lane] * p->stride + i, n);
    mgp_p2x8_permute(&st);
  }
  memcpy(digest, st.s, MGP_DIGEST_WORDS * sizeof st.s[0]);
}

/* One level up: digest is the left child of even nodes, the right one of odd nodes. */
static void hash_level(const mgp_paths_t *p, const uint32_t query[MGP_P2_LANES],
                       const uint32_t node[MGP_P2_LANES], uint32_t level,
                       mgp_f_t digest[MGP_DIGEST_WORDS][MGP_P2_LANES]) {
  mgp_p2x8_t st;
  mgp_f_t left[MGP_DIGEST_WORDS][MGP_P2_LANES];
  for (int lane = 0; lane < MGP_P2_LANES; lane++) {
    const mgp_f_t *sibling = p->path + query[lane] * p->stride + (size_t)level * MGP_DIGEST_WORDS;
    int odd = (int)(node[lane] & 1), own = odd ? MGP_DIGEST_WORDS : 0;
    for (int i = 0; i < MGP_DIGEST_WORDS; i++) {
      st.s[own + i][lane] = digest[i][lane];
      st.s[MGP_DIGEST_WORDS - own + i][lane] = sibling[i];
    }
  }
  memcpy(left, st.s, sizeof left);
  mgp_p2x8_permute(&st);
  for (int i = 0; i < MGP_DIGEST_WORDS; i++)
    for (int lane = 0; lane < MGP_P2_LANES; lane++)
      digest[i][lane] = mgp_f_add(st.s[i][lane], left[i][lane]);
}

uint32_t mgp_paths_check(const mgp_paths_t *p, const uint32_t *index, uint32_t n) {
  for (uint32_t first = 0; first < n; first += MGP_P2_LANES) {
    uint32_t query[MGP_P2_LANES], node[MGP_P2_LANES];
    mgp_f_t digest[MGP_DIGEST_WORDS][MGP_P2_LANES];
    for (uint32_t lane = 0; lane < MGP_P2_LANES; lane++) {
      query[lane] = first + lane < n ? first + lane : n - 1; /* idle lanes repeat the last */
      node[lane] = index[query[lane]];
    }
    hash_leaves(p, query, digest);
    for (uint32_t level = 0; level < p->depth; level++) {
      hash_level(p, query, node, level, digest);
      for (int lane = 0; lane < MGP_P2_LANES; lane++) node[lane] >>= 1;
    }
    for (int lane = 0; lane < MGP_P2_LANES; lane++)
      for (int i = 0; i < MGP_DIGEST_WORDS; i++)
        if (p->cap[(size_t)node[lane] * MGP_DIGEST_WORDS + (size_t)i] != digest[i][lane])
          return query[lane];
  }
  return n;
}
