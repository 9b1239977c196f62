#include "backend/cpu/kernels_hash.h"

#include "backend/cpu/lanes.h"
#include "protocol/transcript.h"

/* --- the permutation ------------------------------------------------------------------------ */

MGP_LANE void lanes_full(mgp_v_t s[MGP_P2_WIDTH], const mgp_f_t rc[MGP_P2_WIDTH]) {
  for (int i = 0; i < MGP_P2_WIDTH; i += 4) mgp_v_add_pow7(s + i, rc + i, 4);
}
MGP_LANE void lanes_partial(mgp_v_t s[MGP_P2_WIDTH], const mgp_f_t *rc) {
  mgp_v_add_pow7(s, rc, 1);
}

#define P2_FN       MGP_LANE
#define P2_NAME(f)  lanes_##f
#define P2_WORD     mgp_v_t
#define P2_ADD      mgp_v_add
#define P2_SUB      mgp_v_sub
#define P2_DBL      mgp_v_dbl
#define P2_DIV_2EXP mgp_v_div_2exp
#include "math/poseidon2.inc"

/* Called: inlined in each kernel it would be most of this file. */
static void permute_lanes(mgp_v_t s[MGP_P2_WIDTH]) {
  lanes_permute(s);
}

/* --- [lane][8] <-> 8 vectors ----------------------------------------------------------------- */

/* Even elements of the whole array of 8 vectors go to its first half. Three times: the word number,
 * the low three bits of an index, becomes the vector number. */
MGP_LANE void load_words(const mgp_f_t *rows, mgp_v_t v[8]) {
  for (int i = 0; i < 8; i++) v[i] = mgp_v_load(rows + i * MGP_LANES);
  for (int k = 0; k < 3; k++) {
    mgp_v_t t[8];
    for (int i = 0; i < 4; i++) mgp_v_deinterleave(v[2 * i], v[2 * i + 1], &t[i], &t[i + 4]);
    for (int i = 0; i < 8; i++) v[i] = t[i];
  }
}
MGP_LANE void store_words(mgp_f_t *rows, const mgp_v_t v_in[8]) {
  mgp_v_t v[8];
  for (int i = 0; i < 8; i++) v[i] = v_in[i];
  for (int k = 0; k < 3; k++) {
    mgp_v_t t[8];
    for (int i = 0; i < 4; i++) mgp_v_interleave(v[i], v[i + 4], &t[2 * i], &t[2 * i + 1]);
    for (int i = 0; i < 8; i++) v[i] = t[i];
  }
  for (int i = 0; i < 8; i++) mgp_v_store(rows + i * MGP_LANES, v[i]);
}

static inline size_t lanes_left(size_t count, size_t i) {
  return count - i < MGP_LANES ? count - i : MGP_LANES;
}

/* --- kernels ---------------------------------------------------------------------------------- */

static void permute(mgp_f_t *states, size_t count) {
  for (size_t i = 0; i < count; i += MGP_LANES) {
    size_t n = lanes_left(count, i);
    mgp_v_t s[MGP_P2_WIDTH];
    mgp_f_t *at = states + i * MGP_P2_WIDTH, half[2][MGP_LANES][8] = {0};
    for (size_t j = 0; j < n; j++)
      for (int h = 0; h < 2; h++)
        memcpy(half[h][j], at + j * MGP_P2_WIDTH + h * 8, sizeof half[h][j]);
    for (int h = 0; h < 2; h++) load_words(half[h][0], s + 8 * h);
    permute_lanes(s);
    for (int h = 0; h < 2; h++) store_words(half[h][0], s + 8 * h);
    for (size_t j = 0; j < n; j++)
      for (int h = 0; h < 2; h++)
        memcpy(at + j * MGP_P2_WIDTH + h * 8, half[h][j], sizeof half[h][j]);
  }
}

MGP_LANE void begin_leaf(mgp_v_t s[MGP_P2_WIDTH], uint32_t row_words) {
  for (unsigned i = 0; i < 8; i++)
    s[8 + i] = mgp_v_set1(mgp_fresh_capacity(i, MGP_TAG_LEAF, row_words));
}

static void absorb(const mgp_f_t *cols, size_t stride, unsigned ncols, uint32_t row_words,
                   int first, int last, mgp_digest_t *state, size_t count) {
  for (size_t i = 0; i < count; i += MGP_LANES) {
    size_t n = lanes_left(count, i);
    mgp_v_t s[MGP_P2_WIDTH];
    mgp_f_t part[8 * MGP_LANES] = {0};
    for (unsigned c = 0; c < 8; c++) {
      if (c >= ncols) {
        s[c] = mgp_v_zero();
      } else if (n == MGP_LANES) {
        s[c] = mgp_v_load(cols + c * stride + i);
      } else {
        memcpy(part, cols + c * stride + i, n * sizeof part[0]);
        s[c] = mgp_v_load(part);
      }
    }
    if (first) {
      begin_leaf(s, row_words);
    } else if (n == MGP_LANES) {
      load_words(state[i], s + 8);
    } else {
      memcpy(part, state[i], n * sizeof state[0]);
      load_words(part, s + 8);
    }
    permute_lanes(s);
    if (n == MGP_LANES) {
      store_words(state[i], last ? s : s + 8);
    } else {
      store_words(part, last ? s : s + 8);
      memcpy(state[i], part, n * sizeof state[0]);
    }
  }
}

static void leaves(const mgp_f_t *rows, uint32_t row_words, mgp_digest_t *out, size_t count) {
  for (size_t i = 0; i < count; i += MGP_LANES) {
    size_t n = lanes_left(count, i);
    mgp_v_t s[MGP_P2_WIDTH];
    mgp_f_t block[MGP_LANES][8];
    begin_leaf(s, row_words);
    for (uint32_t w = 0; w < row_words; w += 8) {
      size_t len = row_words - w < 8 ? row_words - w : 8;
      memset(block, 0, sizeof block);
      for (size_t j = 0; j < n; j++)
        memcpy(block[j], rows + (i + j) * row_words + w, len * sizeof block[j][0]);
      load_words(block[0], s);
      permute_lanes(s);
    }
    store_words(block[0], s);
    memcpy(out[i], block, n * sizeof out[0]);
  }
}

static void nodes(const mgp_digest_t *in, mgp_digest_t *out, size_t count) {
  for (size_t i = 0; i < count; i += MGP_LANES) {
    size_t n = lanes_left(count, i);
    mgp_v_t s[MGP_P2_WIDTH], left[8];
    mgp_digest_t child[2][MGP_LANES] = {0};
    for (size_t j = 0; j < n; j++)
      for (int h = 0; h < 2; h++) memcpy(child[h][j], in[2 * (i + j) + h], sizeof child[h][j]);
    for (int h = 0; h < 2; h++) load_words(child[h][0], s + 8 * h);
    for (int k = 0; k < 8; k++) left[k] = s[k];
    permute_lanes(s);
    for (int k = 0; k < 8; k++) s[k] = mgp_v_add(s[k], left[k]);
    store_words(child[0][0], s);
    memcpy(out[i], child[0], n * sizeof out[0]);
  }
}

static uint32_t grind(const mgp_digest_t seed, unsigned bits, uint32_t first, uint32_t count) {
  const uint32_t mask = (1u << bits) - 1;
  for (uint32_t i = 0; i < count; i += MGP_LANES) {
    mgp_v_t s[MGP_P2_WIDTH];
    mgp_f_t word[MGP_LANES];
    for (int k = 0; k < 8; k++) s[k] = mgp_v_set1(seed[k]);
    for (unsigned k = 0; k < 8; k++) {
      for (uint32_t j = 0; j < MGP_LANES; j++)
        word[j] = mgp_fresh_capacity(k, MGP_TAG_GRIND, first + i + j);
      s[8 + k] = mgp_v_load(word);
    }
    permute_lanes(s);
    mgp_v_store(word, s[0]);
    for (uint32_t j = 0; j < MGP_LANES && i + j < count; j++)
      if ((mgp_f_to_u32(word[j]) & mask) == 0) return i + j;
  }
  return count;
}

const mgp_hash_kernels_t MGP_ISA(mgp_hash_kernels) = {permute, absorb, leaves, nodes, grind};
