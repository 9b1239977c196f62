#include <stdlib.h>

#include "verifier/verifier.h"

static uint32_t bit_reverse(uint32_t x, uint32_t bits) {
  uint32_t r = 0;
  for (uint32_t i = 0; i < bits; i++) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

/* Where the parts of a query's answer lie, in words from its start. */
typedef struct {
  uint32_t row[MGP_MAX_PARTITIONS], coset[MGP_MAX_LOG_HEIGHT];
  uint32_t stride;
} layout_t;

static uint32_t path_words(uint32_t height) {
  return MGP_DIGEST_WORDS * (height - mgp_cap_log(height));
}

static layout_t answer_layout(const mgp_verifier_t *v) {
  layout_t l = {.stride = 0};
  for (uint32_t p = 0; p < v->params->partitions; p++) {
    l.row[p] = l.stride;
    if (v->shape->ncols[p]) l.stride += v->shape->ncols[p] + path_words(v->params->log_height + 1);
  }
  for (uint32_t w = 0; w < v->shape->ngroups; w++) {
    uint32_t size = v->shape->group[w];
    l.coset[w] = l.stride;
    l.stride +=
        ((uint32_t)MGP_D << size) + path_words(mgp_shape_word_log(v->params, v->shape, w) - size);
  }
  return l;
}

/* Leaves and paths of one tree at `offset` of every answer. `shift`: from a query to its leaf. */
static mgp_status_t check_tree(const mgp_verifier_t *v, const mgp_f_t *answers, size_t stride,
                               uint32_t offset, uint32_t leaf_words, uint32_t height,
                               const mgp_f_t *cap, const uint32_t *query, uint32_t shift,
                               uint32_t *bad) {
  uint32_t nq = v->params->queries, index[MGP_MAX_QUERIES];
  for (uint32_t i = 0; i < nq; i++) index[i] = query[i] >> shift;
  mgp_paths_t paths = {.leaf = answers + offset,
                       .path = answers + offset + leaf_words,
                       .stride = stride,
                       .leaf_words = leaf_words,
                       .depth = height - mgp_cap_log(height),
                       .cap = cap};
  *bad = mgp_paths_check(&paths, index, nq);
  return *bad == nq ? MGP_OK : MGP_REJECTED;
}

static mgp_status_t check_trees(const mgp_verifier_t *v, const layout_t *l, const mgp_f_t *answers,
                                const uint32_t *query) {
  uint32_t height = v->params->log_height + 1, shift = 0, bad;
  for (uint32_t p = 0; p < v->params->partitions; p++)
    if (v->shape->ncols[p] && check_tree(v, answers, l->stride, l->row[p], v->shape->ncols[p],
                                         height, v->cap[p], query, 0, &bad) != MGP_OK)
      return MGP_REJECT("query-path-matrix",
                        "query %u: the row of partition %u is not in the committed matrix", bad, p);
  for (uint32_t w = 0; w < v->shape->ngroups; w++) {
    uint32_t size = v->shape->group[w];
    shift += size;
    height -= size;
    if (check_tree(v, answers, l->stride, l->coset[w], (uint32_t)MGP_D << size, height,
                   v->fold_cap[w], query, shift, &bad) != MGP_OK)
      return MGP_REJECT("query-path-word", "query %u: the coset is not in committed word %u", bad,
                        w);
  }
  return MGP_OK;
}

/* Powers of 1/omega for folding: for cosets of 2^size positions, half[size][i] is 1/2 of the
 * inverse of the point of position 2i of the coset that starts at 0. */
typedef struct {
  mgp_f_t half[MGP_MAX_LOG_FOLD + 1][1u << (MGP_MAX_LOG_FOLD - 1)];
} twiddles_t;

static void fill_twiddles(twiddles_t *tw) {
  mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2));
  for (uint32_t size = 1; size <= MGP_MAX_LOG_FOLD; size++) {
    mgp_f_t root = mgp_f_inv(mgp_f_omega(size));
    for (uint32_t i = 0; i < 1u << (size - 1); i++)
      tw->half[size][i] = mgp_f_mul(half, mgp_f_pow(root, bit_reverse(i, size - 1)));
  }
}

/* Folds the coset of 2^size positions that starts at `start` of a word of 2^log positions. The
 * point of position start + i is the product of those of start and of i: their bits are disjoint.
 */
static mgp_e_t fold_coset(const twiddles_t *tw, const mgp_e_t *coset, uint32_t start, uint32_t size,
                          uint32_t log, const mgp_e_t *x) {
  mgp_e_t a[1u << MGP_MAX_LOG_FOLD];
  mgp_f_t half = tw->half[1][0];
  mgp_f_t inverse = mgp_f_pow(mgp_f_inv(mgp_f_omega(log)), bit_reverse(start, log));
  for (uint32_t i = 0; i < 1u << size; i++) a[i] = coset[i];
  for (uint32_t left = size; left > 0; left--, x++) {
    for (uint32_t i = 0; i < 1u << (left - 1); i++) {
      mgp_f_t z = mgp_f_mul(tw->half[left][i], inverse); /* 1 / 2z */
      mgp_e_t even = mgp_e_mul_f(mgp_e_add(a[2 * i], a[2 * i + 1]), half);
      mgp_e_t odd = mgp_e_mul_f(mgp_e_sub(a[2 * i], a[2 * i + 1]), z);
      a[i] = mgp_e_add(even, mgp_e_mul(mgp_e_sub(odd, even), *x));
    }
    inverse = mgp_f_sqr(inverse);
  }
  return a[0];
}

/* The combined row at position x of all matrices. */
static mgp_e_t combined_row(const mgp_verifier_t *v, const layout_t *l, const mgp_f_t *answer) {
  mgp_e_t sum = mgp_e_zero();
  for (uint32_t p = 0; p < v->params->partitions; p++) {
    const mgp_f_t *row = answer + l->row[p];
    const mgp_e_t *weight = v->eq_u + v->shape->first_col[p];
    for (uint32_t j = 0; j < v->shape->ncols[p]; j++)
      sum = mgp_e_add(sum, mgp_e_mul_f(weight[j], row[j]));
  }
  return sum;
}

static mgp_status_t check_answer(const mgp_verifier_t *v, const layout_t *l, const twiddles_t *tw,
                                 const mgp_f_t *answer, uint32_t query, uint32_t number) {
  uint32_t y = query, log = v->params->log_height + 1, round = 0;
  mgp_e_t value = combined_row(v, l, answer);
  for (uint32_t w = 0; w < v->shape->ngroups; w++) {
    uint32_t size = v->shape->group[w], inside = y & ((1u << size) - 1);
    const mgp_e_t *coset = (const mgp_e_t *)(const void *)(answer + l->coset[w]);
    if (!mgp_e_eq(coset[inside], value)) {
      if (w == 0)
        return MGP_REJECT("query-combination",
                          "query %u: the rows do not combine to the first committed word", number);
      return MGP_REJECT("query-fold", "query %u: word %u is not the fold of the one before", number,
                        w);
    }
    value = fold_coset(tw, coset, y - inside, size, log, v->fold + round);
    y >>= size;
    log -= size;
    round += size;
  }
  mgp_f_t z = mgp_f_pow(mgp_f_omega(log), bit_reverse(y, log));
  mgp_e_t end = mgp_e_zero();
  for (uint32_t i = 1u << v->params->log_final; i-- > 0;)
    end = mgp_e_add(mgp_e_mul_f(end, z), v->final[i]);
  if (!mgp_e_eq(end, value))
    return MGP_REJECT("query-final", "query %u: the last fold is not the final polynomial", number);
  return MGP_OK;
}

mgp_status_t mgp_verify_queries(mgp_verifier_t *v) {
  MGP_TRY(mgp_receive_nonce(&v->in, &v->t, v->params->grind_query, "query"));
  uint32_t nq = v->params->queries, query[MGP_MAX_QUERIES];
  for (uint32_t i = 0; i < nq; i++)
    query[i] =
        mgp_f_to_u32(mgp_transcript_squeeze(&v->t)) & ((1u << (v->params->log_height + 1)) - 1);
  layout_t l = answer_layout(v);
  const mgp_f_t *answers;
  MGP_TRY(mgp_reader_take(&v->in, (size_t)l.stride * nq, &answers));
  MGP_TRY(check_trees(v, &l, answers, query));
  twiddles_t tw;
  fill_twiddles(&tw);
  for (uint32_t i = 0; i < nq; i++)
    MGP_TRY(check_answer(v, &l, &tw, answers + (size_t)l.stride * i, query[i], i));
  return MGP_OK;
}
