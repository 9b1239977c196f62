/* Folding phase and query answers (docs/protocol.md, 5.9 and 5.10). Every rank has the combined
 * polynomial and folds it, so that challenges need no messages; of the trees over long words, which
 * take most of the time, each makes the part below its own nodes of the cap. Every rank opens its
 * own matrices. */
#include <string.h>

#include "prover/messages.h"

/* --- words ------------------------------------------------------------------------------------ */

/* Below this a rank has a whole tree sooner than the others' nodes of the cap. */
#define SHARED_LOG_LEAVES 10u

typedef struct {
  uint32_t first, n;
} nodes_t;

static uint32_t log_leaves(const mgp_session_t *s, uint32_t w) {
  return mgp_shape_word_log(&s->now->params, &s->now->shape, w) - s->now->shape.group[w];
}

/* How many ranks make the tree of word w: each one for itself, or some together. */
static uint32_t makers(const mgp_session_t *s, uint32_t w) {
  const uint32_t height = log_leaves(s, w), ncap = 1u << mgp_cap_log(height);
  if (height < SHARED_LOG_LEAVES) return 1;
  return s->nranks < ncap ? s->nranks : ncap;
}

/* Nodes of the cap that a rank makes for all. */
static nodes_t nodes_of(const mgp_session_t *s, uint32_t w, uint32_t rank) {
  const uint32_t ncap = 1u << mgp_cap_log(log_leaves(s, w)), n = makers(s, w);
  if (rank >= n) return (nodes_t){0, 0};
  const uint32_t first = ncap * rank / n;
  return (nodes_t){first, ncap * (rank + 1) / n - first};
}

static int opens(const mgp_session_t *s, uint32_t w, uint32_t rank, uint32_t leaf) {
  const uint32_t height = log_leaves(s, w);
  const nodes_t nodes = nodes_of(s, w, rank);
  return (leaf >> (height - mgp_cap_log(height))) - nodes.first < nodes.n;
}

/* A rank without nodes of its own makes one in vain: it has the word, as every rank does. */
static mgp_status_t commit_word(mgp_session_t *s, mgp_fold_t *f, uint32_t w) {
  const size_t ncap = (size_t)1 << mgp_cap_log(log_leaves(s, w));
  const nodes_t nodes = nodes_of(s, w, makers(s, w) == 1 ? 0 : s->rank);
  mgp_digest_t mine[1 << MGP_CAP_LOG];
  mgp_comm_parts_t all = {0};
  mgp_status_t st = s->be->ops->fold_commit(s->be, f, s->now->shape.group[w], nodes.first,
                                            nodes.n ? nodes.n : 1, mine);
  if (makers(s, w) > 1) {
    MGP_TRY(mgp_comm_allgatherv(s->comm, st, mine, nodes.n * sizeof *mine, &all));
    memcpy(mine, all.data, ncap * sizeof *mine);
    mgp_comm_parts_free(&all);
  } else {
    MGP_TRY(st);
  }
  return mgp_send(s, MGP_LABEL_FOLD_ROOT, mine[0], ncap * MGP_DIGEST_WORDS);
}

static mgp_status_t fold_words(mgp_session_t *s, mgp_fold_t *f) {
  const mgp_backend_ops_t *ops = s->be->ops;
  uint32_t left = s->now->params.log_height;
  for (uint32_t w = 0; w < s->now->shape.ngroups; w++) {
    MGP_TRY(commit_word(s, f, w));
    for (uint32_t i = 0; i < s->now->shape.group[w]; i++) {
      mgp_e_t h1;
      left--;
      MGP_TRY(ops->fold_round(s->be, f, &h1));
      MGP_TRY(mgp_send_ext(s, MGP_LABEL_FOLD_ROUND, &h1, 1));
      MGP_TRY(ops->fold_bind(s->be, f, mgp_transcript_squeeze_ext(&s->now->tr)));
    }
  }
  mgp_e_t final[1 << 8];
  if (left != s->now->params.log_final)
    return mgp_fail(MGP_INTERNAL, "folding ended at 2^%u values instead of 2^%u", left,
                    s->now->params.log_final);
  MGP_TRY(ops->fold_final(s->be, f, final));
  return mgp_send_ext(s, MGP_LABEL_FINAL, final, (size_t)1 << s->now->params.log_final);
}

/* --- openings of words ------------------------------------------------------------------------ */

/* What a rank's openings of a word take: cosets one after the other, then paths. */
typedef struct {
  uint32_t coset, depth; /* elements and digests of one */
} opening_size_t;

static size_t opening_bytes(opening_size_t size) {
  return size.coset * sizeof(mgp_e_t) + size.depth * sizeof(mgp_digest_t);
}
static opening_size_t opening_size(const mgp_session_t *s, uint32_t w) {
  const uint32_t height = log_leaves(s, w);
  return (opening_size_t){1u << s->now->shape.group[w], height - mgp_cap_log(height)};
}

static uint32_t query_leaf(const mgp_session_t *s, uint32_t w, uint32_t q) {
  return s->now->query_pos[q] >> (s->now->params.log_height + 1 - log_leaves(s, w));
}

/* The queries whose leaf of word w a rank opens, ascending; how many. query: [queries], room. */
static uint32_t queries_of(const mgp_session_t *s, uint32_t w, uint32_t rank, uint32_t *query) {
  uint32_t n = 0;
  for (uint32_t q = 0; q < s->now->params.queries; q++)
    if (opens(s, w, rank, query_leaf(s, w, q))) query[n++] = q;
  return n;
}

/* Words of what a rank answers the queries with from its own matrices. */
static size_t row_words(const mgp_session_t *s) {
  const uint32_t height = s->now->params.log_height + 1, depth = height - mgp_cap_log(height);
  size_t words = 0;
  for (uint32_t i = 0; i < s->nparts; i++) {
    const uint32_t ncols = s->now->shape.ncols[s->now->parts[i].p];
    if (ncols) words += (ncols + (size_t)depth * MGP_DIGEST_WORDS) * s->now->params.queries;
  }
  return words;
}

void mgp_answers_free(mgp_session_t *s) {
  mgp_host_free(s, s->now->answers);
  s->now->answers = NULL;
}

/* This rank's openings of all words, to the front of its answers. They go to rank 0 with the rows
 * of the queries. */
static mgp_status_t open_words(mgp_session_t *s, mgp_fold_t *f) {
  uint32_t n[MGP_TWO_ADICITY], leaves = 0, *leaf = NULL;
  size_t words = 0;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH,
                         (size_t)s->now->shape.ngroups * s->now->params.queries * sizeof *leaf,
                         &leaf));
  for (uint32_t w = 0; w < s->now->shape.ngroups; w++) {
    uint32_t *first = leaf + leaves;
    n[w] = queries_of(s, w, s->rank, first);
    for (uint32_t i = 0; i < n[w]; i++) first[i] = query_leaf(s, w, first[i]);
    leaves += n[w];
    words += n[w] * opening_bytes(opening_size(s, w)) / sizeof *s->now->answers;
  }
  s->now->opening_words = words;
  mgp_status_t st = mgp_host_alloc(
      s, MGP_MEM_PROOF, (words + row_words(s) + 1) * sizeof *s->now->answers, &s->now->answers);
  if (st == MGP_OK) st = s->be->ops->fold_open(s->be, f, n, leaf, s->now->answers);
  mgp_host_free(s, leaf);
  return st;
}

typedef struct {
  const mgp_e_t *coset;
  const mgp_digest_t *path;
} opening_t;

/* Where the openings of all queries lie in what the ranks have sent: out[query][word], and behind
 * those of each rank its rows. query: [queries], room. */
static void find_openings(const mgp_session_t *s, const mgp_comm_parts_t *all, uint32_t *query,
                          opening_t *out, const mgp_f_t *rows[MGP_MAX_RANKS]) {
  for (uint32_t r = 0; r < s->nranks; r++) {
    const uint8_t *at = all->data + all->offset[r];
    for (uint32_t w = 0; w < s->now->shape.ngroups; w++) {
      if (r >= makers(s, w)) continue;
      const opening_size_t size = opening_size(s, w);
      const uint32_t n = queries_of(s, w, r, query);
      const mgp_e_t *cosets = (const mgp_e_t *)(const void *)at;
      const mgp_digest_t *paths =
          (const mgp_digest_t *)(const void *)(cosets + (size_t)n * size.coset);
      for (uint32_t k = 0; k < n; k++)
        out[(size_t)query[k] * s->now->shape.ngroups + w] =
            (opening_t){cosets + (size_t)k * size.coset, paths + (size_t)k * size.depth};
      at += n * opening_bytes(size);
    }
    rows[r] = (const mgp_f_t *)(const void *)at;
  }
}

/* --- the phase -------------------------------------------------------------------------------- */

mgp_status_t mgp_phase_fold(mgp_session_t *s) {
  mgp_fold_t *f = NULL;
  const uint32_t nq = s->now->params.queries, mask = (2u << s->now->params.log_height) - 1;
  mgp_status_t st =
      mgp_host_alloc(s, MGP_MEM_PROOF, nq * sizeof *s->now->query_pos, &s->now->query_pos);
  if (st == MGP_OK)
    st = s->be->ops->fold_begin(s->be, s->now->d_q, s->now->params.log_height, s->now->rho, &f);
  if (st == MGP_OK) st = fold_words(s, f);
  st = mgp_send_nonce(s, st, s->now->params.grind_query);
  for (uint32_t q = 0; q < nq && st == MGP_OK; q++)
    s->now->query_pos[q] = mgp_f_to_u32(mgp_transcript_squeeze(&s->now->tr)) & mask;
  if (st == MGP_OK) st = open_words(s, f);
  s->be->ops->fold_end(s->be, f);
  s->be->ops->free(s->be, s->now->d_q);
  s->now->d_q = NULL;
  return st;
}

/* --- queries ---------------------------------------------------------------------------------- */

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
  uint32_t nq = s->now->params.queries, ncols = s->now->shape.ncols[part->p];
  uint32_t height = s->now->params.log_height + 1, depth = height - mgp_cap_log(height);
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
      st, s->be->ops->query_begin(s->be, part->tree, s->now->query_pos, nq, &o.qs, &needs_columns),
      out);
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

static mgp_status_t write_answers(mgp_session_t *s, const mgp_f_t *const *rows,
                                  const opening_t *openings) {
  const uint32_t height = s->now->params.log_height + 1, depth = height - mgp_cap_log(height);
  const uint32_t nq = s->now->params.queries, words = s->now->shape.ngroups;
  for (uint32_t q = 0; q < nq; q++) {
    const mgp_f_t *at = NULL;
    for (uint32_t p = 0, owner = UINT32_MAX; p < s->partitions; p++) {
      size_t width = s->now->shape.ncols[p] + (size_t)depth * MGP_DIGEST_WORDS;
      if (owner != mgp_part_owner(s, p)) at = rows[owner = mgp_part_owner(s, p)];
      if (s->now->shape.ncols[p] == 0) continue;
      MGP_TRY(mgp_words_push(&s->now->body, at + q * width, width));
      at += nq * width;
    }
    for (uint32_t w = 0; w < words; w++) {
      const opening_t *o = &openings[(size_t)q * words + w];
      const opening_size_t size = opening_size(s, w);
      MGP_TRY(mgp_words_push_ext(&s->now->body, o->coset, size.coset));
      MGP_TRY(mgp_words_push(&s->now->body, o->path[0], (size_t)size.depth * MGP_DIGEST_WORDS));
    }
  }
  return MGP_OK;
}

static mgp_status_t write_all_answers(mgp_session_t *s, const mgp_comm_parts_t *all) {
  const uint32_t nq = s->now->params.queries;
  const mgp_f_t *rows[MGP_MAX_RANKS];
  opening_t *openings = NULL;
  uint32_t *query = NULL;
  mgp_status_t st = mgp_host_alloc(
      s, MGP_MEM_PROOF, ((size_t)nq * s->now->shape.ngroups + 1) * sizeof *openings, &openings);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, nq * sizeof *query, &query);
  if (st == MGP_OK) {
    find_openings(s, all, query, openings, rows);
    st = write_answers(s, rows, openings);
  }
  mgp_host_free(s, query);
  mgp_host_free(s, openings);
  return st;
}

mgp_status_t mgp_phase_query(mgp_session_t *s) {
  const uint32_t height = s->now->params.log_height + 1, depth = height - mgp_cap_log(height);
  const size_t words = s->now->opening_words + row_words(s);
  mgp_f_t *at = s->now->answers + s->now->opening_words;
  mgp_comm_parts_t all = {0};
  mgp_status_t st = MGP_OK;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    uint32_t ncols = s->now->shape.ncols[s->now->parts[i].p];
    if (ncols == 0) continue;
    st = query_part(s, &s->now->parts[i], at);
    at += (ncols + (size_t)depth * MGP_DIGEST_WORDS) * s->now->params.queries;
  }
  MGP_TRY_GOTO(
      st, mgp_comm_gatherv(s->comm, st, s->now->answers, words * sizeof *s->now->answers, 0, &all),
      out);
  if (s->rank == 0) st = write_all_answers(s, &all);
out:
  mgp_answers_free(s);
  mgp_comm_parts_free(&all);
  return st;
}
