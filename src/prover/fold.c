/* Folding phase and query answers (docs/protocol.md, 5.9 and 5.10). Rank 0 folds; every rank opens
 * its own matrices. */
#include <string.h>

#include "prover/messages.h"

/* Answers about the folded words, [query] rows of the body, filled on rank 0. */
typedef struct {
  mgp_e_t *cosets;
  mgp_digest_t *paths;
  uint32_t coset, depth; /* elements and digests per query */
} word_answers_t;

static mgp_status_t fold_words(mgp_session_t *s, mgp_fold_t *f) {
  const mgp_backend_ops_t *ops = s->be->ops;
  mgp_digest_t cap[1 << MGP_CAP_LOG];
  uint32_t rounds = 0, left = s->params.log_height;
  for (uint32_t w = 0; w < s->shape.ngroups; w++) {
    uint32_t height = mgp_shape_word_log(&s->params, &s->shape, w) - s->shape.group[w];
    MGP_TRY(ops->fold_commit(s->be, f, s->shape.group[w], cap));
    MGP_TRY(mgp_send(s, MGP_LABEL_FOLD_ROOT, cap[0],
                     ((size_t)1 << mgp_cap_log(height)) * MGP_DIGEST_WORDS));
    for (uint32_t i = 0; i < s->shape.group[w]; i++) {
      mgp_e_t h1;
      rounds++;
      left--;
      MGP_TRY(ops->fold_round(s->be, f, s->rho + rounds, &h1));
      MGP_TRY(mgp_send_ext(s, MGP_LABEL_FOLD_ROUND, &h1, 1));
      MGP_TRY(ops->fold_bind(s->be, f, mgp_transcript_squeeze_ext(&s->tr)));
    }
  }
  mgp_e_t final[1 << 8];
  if (left != s->params.log_final)
    return mgp_fail(MGP_INTERNAL, "folding ended at 2^%u values instead of 2^%u", left,
                    s->params.log_final);
  MGP_TRY(ops->fold_final(s->be, f, final));
  return mgp_send_ext(s, MGP_LABEL_FINAL, final, (size_t)1 << s->params.log_final);
}

void mgp_answers_free(mgp_session_t *s) {
  word_answers_t *a = s->answers;
  for (uint32_t w = 0; a && w < s->shape.ngroups; w++) {
    mgp_host_free(s, a[w].cosets);
    mgp_host_free(s, a[w].paths);
  }
  mgp_host_free(s, a);
  s->answers = NULL;
}

static mgp_status_t open_words(mgp_session_t *s, mgp_fold_t *f, word_answers_t *a) {
  uint32_t nq = s->params.queries, *leaf = NULL;
  mgp_status_t st;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, nq * sizeof *leaf, &leaf));
  memcpy(leaf, s->query_pos, nq * sizeof *leaf);
  for (uint32_t w = 0; w < s->shape.ngroups; w++) {
    uint32_t k = s->shape.group[w];
    uint32_t height = mgp_shape_word_log(&s->params, &s->shape, w) - k;
    for (uint32_t q = 0; q < nq; q++) leaf[q] >>= k;
    a[w].coset = 1u << k;
    a[w].depth = height - mgp_cap_log(height);
    MGP_TRY_GOTO(
        st,
        mgp_host_alloc(s, MGP_MEM_PROOF, (size_t)nq * a[w].coset * sizeof(mgp_e_t), &a[w].cosets),
        out);
    MGP_TRY_GOTO(st,
                 mgp_host_alloc(s, MGP_MEM_PROOF,
                                (size_t)nq * a[w].depth * sizeof(mgp_digest_t) + 1, &a[w].paths),
                 out);
    MGP_TRY_GOTO(st, s->be->ops->fold_open(s->be, f, w, leaf, nq, a[w].cosets, a[w].paths), out);
  }
out:
  mgp_host_free(s, leaf);
  return st;
}

/* Replays the partition's columns and opens the query rows; words [nq][ncols + 8 * depth]. */
typedef struct {
  mgp_session_t *s;
  mgp_query_stream_t *qs;
} opener_t;

static mgp_status_t query_column(void *arg, const mgp_f_t *d_col) {
  opener_t *o = arg;
  return o->s->be->ops->query_column(o->s->be, o->qs, d_col);
}

static mgp_status_t query_part(mgp_session_t *s, mgp_part_t *part, mgp_f_t *out) {
  uint32_t nq = s->params.queries, ncols = s->shape.ncols[part->p];
  uint32_t height = s->params.log_height + 1, depth = height - mgp_cap_log(height);
  size_t width = ncols + (size_t)depth * MGP_DIGEST_WORDS;
  opener_t o = {s, NULL};
  mgp_f_t *rows = NULL;
  mgp_digest_t *paths = NULL;
  int needs_columns = 0;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, (size_t)nq * ncols * sizeof *rows, &rows),
               out);
  MGP_TRY_GOTO(
      st, mgp_host_alloc(s, MGP_MEM_SCRATCH, (size_t)nq * depth * sizeof *paths + 1, &paths), out);
  MGP_TRY_GOTO(
      st, s->be->ops->query_begin(s->be, part->tree, s->query_pos, nq, &o.qs, &needs_columns), out);
  if (needs_columns)
    MGP_TRY_GOTO(st, mgp_replay_columns(s, part, MGP_BUILD_QUERY, query_column, &o), out);
  mgp_query_stream_t *qs = o.qs;
  o.qs = NULL;
  MGP_TRY_GOTO(st, s->be->ops->query_end(s->be, qs, rows, paths), out);
  for (uint32_t q = 0; q < nq; q++) {
    memcpy(out + q * width, rows + (size_t)q * ncols, ncols * sizeof *out);
    memcpy(out + q * width + ncols, paths + (size_t)q * depth, depth * sizeof *paths);
  }
out:
  s->be->ops->query_abort(s->be, o.qs);
  mgp_host_free(s, paths);
  mgp_host_free(s, rows);
  return st;
}

mgp_status_t mgp_phase_fold(mgp_session_t *s) {
  mgp_fold_t *f = NULL;
  mgp_status_t st = MGP_OK;
  word_answers_t *answers = NULL;
  uint32_t nq = s->params.queries;
  st = mgp_host_alloc(s, MGP_MEM_PROOF, nq * sizeof *s->query_pos, &s->query_pos);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_PROOF, MGP_MAX_LOG_HEIGHT * sizeof *answers, &answers);
  if (st == MGP_OK) {
    memset(answers, 0, MGP_MAX_LOG_HEIGHT * sizeof *answers);
    s->answers = answers;
  }
  if (st == MGP_OK && s->rank == 0) {
    mgp_digest_t seed;
    uint32_t nonce = 0;
    st = s->be->ops->fold_begin(s->be, s->d_q, s->params.log_height, &f);
    if (st == MGP_OK) st = fold_words(s, f);
    if (st == MGP_OK) {
      mgp_transcript_squeeze_digest(&s->tr, seed);
      st = s->be->ops->grind(s->be, seed, s->params.grind_query, &nonce);
    }
    if (st == MGP_OK) {
      mgp_f_t word = mgp_f_from_u32(nonce);
      st = mgp_send(s, MGP_LABEL_NONCE, &word, 1);
      uint32_t mask = (2u << s->params.log_height) - 1;
      for (uint32_t q = 0; q < nq; q++)
        s->query_pos[q] = mgp_f_to_u32(mgp_transcript_squeeze(&s->tr)) & mask;
    }
    if (st == MGP_OK) st = open_words(s, f, answers);
    s->be->ops->fold_end(s->be, f);
    s->be->ops->free(s->be, s->d_q);
    s->d_q = NULL;
  }
  MGP_TRY(mgp_comm_agree(s->comm, st));
  return mgp_comm_bcast(s->comm, s->query_pos, nq * sizeof *s->query_pos, 0);
}

static mgp_status_t write_answers(mgp_session_t *s, const mgp_comm_parts_t *all) {
  const word_answers_t *a = s->answers;
  uint32_t height = s->params.log_height + 1, depth = height - mgp_cap_log(height);
  uint32_t nq = s->params.queries;
  for (uint32_t q = 0; q < nq; q++) {
    const mgp_f_t *at = (const mgp_f_t *)all->data;
    for (uint32_t p = 0; p < s->params.partitions; p++) {
      size_t width = s->shape.ncols[p] + (size_t)depth * MGP_DIGEST_WORDS;
      if (s->shape.ncols[p] == 0) continue;
      MGP_TRY(mgp_words_push(&s->body, at + q * width, width));
      at += nq * width;
    }
    for (uint32_t w = 0; w < s->shape.ngroups; w++) {
      MGP_TRY(mgp_words_push_ext(&s->body, a[w].cosets + (size_t)q * a[w].coset, a[w].coset));
      MGP_TRY(mgp_words_push(&s->body, a[w].paths[(size_t)q * a[w].depth],
                             (size_t)a[w].depth * MGP_DIGEST_WORDS));
    }
  }
  return MGP_OK;
}

mgp_status_t mgp_phase_query(mgp_session_t *s) {
  uint32_t height = s->params.log_height + 1, depth = height - mgp_cap_log(height);
  size_t words = 0;
  mgp_f_t *mine = NULL;
  mgp_comm_parts_t all = {0};
  mgp_status_t st;
  for (uint32_t i = 0; i < s->nparts; i++)
    if (s->shape.ncols[s->parts[i].p])
      words +=
          (s->shape.ncols[s->parts[i].p] + (size_t)depth * MGP_DIGEST_WORDS) * s->params.queries;
  st = mgp_host_alloc(s, MGP_MEM_PROOF, (words + 1) * sizeof *mine, &mine);
  size_t at = 0;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    uint32_t ncols = s->shape.ncols[s->parts[i].p];
    if (ncols == 0) continue;
    st = query_part(s, &s->parts[i], mine + at);
    at += (ncols + (size_t)depth * MGP_DIGEST_WORDS) * s->params.queries;
  }
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  MGP_TRY_GOTO(st, mgp_comm_gatherv(s->comm, mine, words * sizeof *mine, 0, &all), out);
  if (s->rank == 0) st = write_answers(s, &all);
out:
  mgp_answers_free(s);
  mgp_comm_parts_free(&all);
  mgp_host_free(s, mine);
  return st;
}
