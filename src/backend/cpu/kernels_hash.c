#include "backend/cpu/kernels_hash.h"

#include "backend/cpu/lanes.h"
#include "protocol/transcript.h"

/* --- the permutation ------------------------------------------------------------------------ */

MGP_LANE void external(mgp_v_t s[MGP_P2_WIDTH]) {
  mgp_v_t sum[4];
  for (int g = 0; g < MGP_P2_WIDTH; g += 4) {
    mgp_v_t a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
    mgp_v_t ab = mgp_v_add(a, b), cd = mgp_v_add(c, d), t = mgp_v_add(ab, cd);
    mgp_v_t tb = mgp_v_add(t, b), td = mgp_v_add(t, d);
    s[g] = mgp_v_add(tb, ab);
    s[g + 1] = mgp_v_add(tb, mgp_v_dbl(c));
    s[g + 2] = mgp_v_add(td, cd);
    s[g + 3] = mgp_v_add(td, mgp_v_dbl(a));
    for (int i = 0; i < 4; i++) sum[i] = g ? mgp_v_add(sum[i], s[g + i]) : s[i];
  }
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = mgp_v_add(s[i], sum[i & 3]);
}

/* The diagonal is -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 2^-8, 2^-2, 2^-3, 2^-27, -2^-8, -2^-4, -2^-27:
 * no multiplication is needed. */
MGP_LANE void internal(mgp_v_t s[MGP_P2_WIDTH]) {
  /* s[0] last: it comes late, out of the S-box */
  mgp_v_t pair[8], rest, sum;
  for (int i = 1; i < 8; i++) pair[i] = mgp_v_add(s[2 * i], s[2 * i + 1]);
  rest = mgp_v_add(mgp_v_add(mgp_v_add(pair[1], pair[2]), mgp_v_add(pair[3], pair[4])),
                   mgp_v_add(mgp_v_add(pair[5], pair[6]), mgp_v_add(pair[7], s[1])));
  sum = mgp_v_add(rest, s[0]);
  s[0] = mgp_v_sub(rest, s[0]);
  s[1] = mgp_v_add(sum, s[1]);
  s[2] = mgp_v_add(sum, mgp_v_dbl(s[2]));
  s[3] = mgp_v_add(sum, mgp_v_div_2exp(s[3], 1));
  s[4] = mgp_v_add(sum, mgp_v_add(mgp_v_dbl(s[4]), s[4]));
  s[5] = mgp_v_add(sum, mgp_v_dbl(mgp_v_dbl(s[5])));
  s[6] = mgp_v_sub(sum, mgp_v_div_2exp(s[6], 1));
  s[7] = mgp_v_sub(sum, mgp_v_add(mgp_v_dbl(s[7]), s[7]));
  s[8] = mgp_v_sub(sum, mgp_v_dbl(mgp_v_dbl(s[8])));
  s[9] = mgp_v_add(sum, mgp_v_div_2exp(s[9], 8));
  s[10] = mgp_v_add(sum, mgp_v_div_2exp(s[10], 2));
  s[11] = mgp_v_add(sum, mgp_v_div_2exp(s[11], 3));
  s[12] = mgp_v_add(sum, mgp_v_div_2exp(s[12], 27));
  s[13] = mgp_v_sub(sum, mgp_v_div_2exp(s[13], 8));
  s[14] = mgp_v_sub(sum, mgp_v_div_2exp(s[14], 4));
  s[15] = mgp_v_sub(sum, mgp_v_div_2exp(s[15], 27));
}

static void permute_lanes(mgp_v_t s[MGP_P2_WIDTH]) {
  external(s);
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    for (int i = 0; i < MGP_P2_WIDTH; i += 4) mgp_v_add_pow7(s + i, mgp_p2_rc_initial[r] + i, 4);
    external(s);
  }
  for (int r = 0; r < MGP_P2_PARTIAL; r++) {
    mgp_v_add_pow7(s, mgp_p2_rc_partial + r, 1);
    internal(s);
  }
  for (int r = 0; r < MGP_P2_FULL_HALF; r++) {
    for (int i = 0; i < MGP_P2_WIDTH; i += 4) mgp_v_add_pow7(s + i, mgp_p2_rc_final[r] + i, 4);
    external(s);
  }
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
      s[8] = mgp_v_set1(mgp_f_from_u32(MGP_TAG_LEAF));
      s[9] = mgp_v_set1(mgp_f_from_u32(row_words));
      for (int k = 10; k < MGP_P2_WIDTH; k++) s[k] = mgp_v_zero();
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
    s[8] = mgp_v_set1(mgp_f_from_u32(MGP_TAG_LEAF));
    s[9] = mgp_v_set1(mgp_f_from_u32(row_words));
    for (int k = 10; k < MGP_P2_WIDTH; k++) s[k] = mgp_v_zero();
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
    for (uint32_t j = 0; j < MGP_LANES; j++) word[j] = mgp_f_from_u32(first + i + j);
    for (int k = 0; k < 8; k++) s[k] = mgp_v_set1(seed[k]);
    s[8] = mgp_v_set1(mgp_f_from_u32(MGP_TAG_GRIND));
    s[9] = mgp_v_load(word);
    for (int k = 10; k < MGP_P2_WIDTH; k++) s[k] = mgp_v_zero();
    permute_lanes(s);
    mgp_v_store(word, s[0]);
    for (uint32_t j = 0; j < MGP_LANES && i + j < count; j++)
      if ((mgp_f_to_u32(word[j]) & mask) == 0) return i + j;
  }
  return count;
}

const mgp_hash_kernels_t MGP_ISA(mgp_hash_kernels) = {permute, absorb, leaves, nodes, grind};
