/* Commit and query streams of the cuda backend against cpu: caps, rows and paths word for word, the
 * bytes they say they need, stale replays. */
#include "cuda_pair.h"

typedef struct {
  unsigned s, keep_log;
  uint32_t ncols, npos;
  int keep_all;
} case_t;

typedef struct {
  mgp_digest_t cap[64];
  mgp_f_t *rows;
  mgp_digest_t *paths;
  int needs_columns;
  mgp_tree_t *tree;
} answer_t;

static unsigned cap_depth(unsigned h) {
  return h < 6 ? h : 6;
}

static void run_commit(side_t *side, const case_t *c, void *const *d_cols, answer_t *a) {
  const mgp_backend_ops_t *ops = side->be->ops;
  mgp_commit_stream_t *cs = NULL;
  REQUIRE_OK(ops->commit_begin(side->be, c->s, c->ncols, c->keep_log, c->keep_all, &cs));
  for (uint32_t i = 0; i < c->ncols; i++)
    REQUIRE_OK(ops->commit_column(side->be, cs, (const mgp_f_t *)d_cols[i]));
  REQUIRE_OK(ops->commit_end(side->be, cs, a->cap, &a->tree));
}

static void run_query(side_t *side, const case_t *c, void *const *d_cols, const uint32_t *pos,
                      answer_t *a) {
  const mgp_backend_ops_t *ops = side->be->ops;
  mgp_query_stream_t *qs = NULL;
  REQUIRE_OK(ops->query_begin(side->be, a->tree, pos, c->npos, &qs, &a->needs_columns));
  for (uint32_t i = 0; i < c->ncols && a->needs_columns; i++)
    REQUIRE_OK(ops->query_column(side->be, qs, (const mgp_f_t *)d_cols[i]));
  REQUIRE_OK(ops->query_end(side->be, qs, a->rows, a->paths));
}

/* One column is not the one committed: the queries must notice, if they touch what it changed. */
static void check_stale(side_t *side, const case_t *c, void *const *d_cols, const uint32_t *pos,
                        answer_t *a) {
  const mgp_backend_ops_t *ops = side->be->ops;
  mgp_query_stream_t *qs = NULL;
  void *d_other = NULL;
  const size_t nbytes = sizeof(mgp_f_t) << c->s;
  mgp_f_t *other = new_array(1, nbytes);
  REQUIRE_OK(ops->download(side->be, other, d_cols[0], nbytes));
  other[0] = mgp_f_add(other[0], mgp_f_one()); /* changes every position of the codeword */
  d_other = to_device(side, MGP_MEM_SCRATCH, other, nbytes);
  REQUIRE_OK(ops->query_begin(side->be, a->tree, pos, c->npos, &qs, &a->needs_columns));
  for (uint32_t i = 0; i < c->ncols; i++)
    REQUIRE_OK(ops->query_column(side->be, qs, (const mgp_f_t *)(i ? d_cols[i] : d_other)));
  mgp_status_t st = ops->query_end(side->be, qs, a->rows, a->paths);
  CHECK(st == MGP_INTERNAL);
  CHECK_MSG(strstr(mgp_error_message(), "stale replay"), "%s", mgp_error_message());
  ops->free(side->be, d_other);
  free(other);
}

static void check_case(pair_t *p, test_rng_t *rng, const case_t *c) {
  const size_t n = (size_t)1 << c->s, length = c->s + 1 - cap_depth(c->s + 1);
  void **d_cpu = new_array(c->ncols, sizeof *d_cpu), **d_cuda = new_array(c->ncols, sizeof *d_cuda);
  mgp_f_t *col = new_array(n, sizeof *col);
  uint32_t *pos = new_array(c->npos, sizeof *pos);
  answer_t want = {0}, got = {0};
  for (uint32_t i = 0; i < c->ncols; i++) {
    for (size_t j = 0; j < n; j++) col[j] = rand_f(rng);
    d_cpu[i] = to_device(&p->cpu, MGP_MEM_WITNESS, col, n * sizeof *col);
    d_cuda[i] = to_device(&p->cuda, MGP_MEM_WITNESS, col, n * sizeof *col);
  }
  for (uint32_t i = 0; i < c->npos; i++) pos[i] = (uint32_t)(test_rand(rng) % (2 * n));
  if (c->npos > 2) pos[1] = pos[0], pos[2] = (uint32_t)(2 * n - 1);
  want.rows = new_array((size_t)c->npos * c->ncols, sizeof *want.rows);
  got.rows = new_array((size_t)c->npos * c->ncols, sizeof *got.rows);
  want.paths = new_array(c->npos * length, sizeof *want.paths);
  got.paths = new_array(c->npos * length, sizeof *got.paths);

  const mgp_backend_ops_t *ops = p->cuda.be->ops;
  uint64_t before = working_set(&p->cuda);
  run_commit(&p->cpu, c, d_cpu, &want);
  mgp_commit_stream_t *cs = NULL;
  REQUIRE_OK(ops->commit_begin(p->cuda.be, c->s, c->ncols, c->keep_log, c->keep_all, &cs));
  CHECK_EQ_U64(working_set(&p->cuda) - before,
               ops->commit_bytes(p->cuda.be, c->s, c->ncols, c->keep_log, c->keep_all));
  ops->commit_abort(p->cuda.be, cs);
  CHECK_EQ_U64(working_set(&p->cuda), before);
  run_commit(&p->cuda, c, d_cuda, &got);
  CHECK_MSG(memcmp(want.cap, got.cap, sizeof want.cap[0] << cap_depth(c->s + 1)) == 0,
            "cap: s %u, %u columns, keep %u, all %d", c->s, c->ncols, c->keep_log, c->keep_all);

  run_query(&p->cpu, c, d_cpu, pos, &want);
  if (!c->keep_all) {
    mgp_query_stream_t *qs = NULL;
    before = working_set(&p->cuda);
    REQUIRE_OK(ops->query_begin(p->cuda.be, got.tree, pos, c->npos, &qs, &got.needs_columns));
    CHECK_EQ_U64(working_set(&p->cuda) - before,
                 ops->query_bytes(p->cuda.be, c->s, c->ncols, c->keep_log, c->npos));
    ops->query_abort(p->cuda.be, qs);
  }
  run_query(&p->cuda, c, d_cuda, pos, &got);
  CHECK_EQ_U64(want.needs_columns, got.needs_columns);
  CHECK_MSG(memcmp(want.rows, got.rows, (size_t)c->npos * c->ncols * sizeof *got.rows) == 0,
            "rows: s %u, %u columns, keep %u, all %d", c->s, c->ncols, c->keep_log, c->keep_all);
  CHECK_MSG(memcmp(want.paths, got.paths, c->npos * length * sizeof *got.paths) == 0,
            "paths: s %u, %u columns, keep %u, all %d", c->s, c->ncols, c->keep_log, c->keep_all);
  if (!c->keep_all && c->npos) check_stale(&p->cuda, c, d_cuda, pos, &got);

  p->cpu.be->ops->tree_free(p->cpu.be, want.tree);
  ops->tree_free(p->cuda.be, got.tree);
  for (uint32_t i = 0; i < c->ncols; i++) {
    p->cpu.be->ops->free(p->cpu.be, d_cpu[i]);
    ops->free(p->cuda.be, d_cuda[i]);
  }
  CHECK_EQ_U64(working_set(&p->cuda), before);
  free(want.rows), free(got.rows), free(want.paths), free(got.paths);
  free(pos), free(col), free(d_cpu), free(d_cuda);
}

/* Misuse is refused with a message, and leaves nothing behind. */
static void check_misuse(pair_t *p) {
  mgp_backend_t *be = p->cuda.be;
  mgp_commit_stream_t *cs = NULL;
  mgp_tree_t *tree = NULL;
  mgp_digest_t cap[64];
  const uint64_t before = working_set(&p->cuda);
  mgp_f_t zero[8] = {0};
  CHECK(be->ops->commit_begin(be, 27, 1, 6, 0, &cs) == MGP_INTERNAL);
  CHECK(be->ops->commit_begin(be, 4, 0, 6, 0, &cs) == MGP_INTERNAL);
  void *d = to_device(&p->cuda, MGP_MEM_WITNESS, zero, sizeof zero);
  REQUIRE_OK(be->ops->commit_begin(be, 3, 2, 6, 0, &cs));
  REQUIRE_OK(be->ops->commit_column(be, cs, d));
  CHECK(be->ops->commit_end(be, cs, cap, &tree) == MGP_INTERNAL);
  REQUIRE_OK(be->ops->commit_begin(be, 3, 1, 6, 0, &cs));
  REQUIRE_OK(be->ops->commit_column(be, cs, d));
  CHECK(be->ops->commit_column(be, cs, d) == MGP_INTERNAL);
  be->ops->commit_abort(be, cs);
  be->ops->commit_abort(be, NULL);
  be->ops->query_abort(be, NULL);
  be->ops->tree_free(be, NULL);
  be->ops->free(be, d);
  CHECK_EQ_U64(working_set(&p->cuda), before);
}

int main(void) {
  pair_t p = pair_create((uint64_t)6 << 30);
  test_rng_t rng = test_rng();
  const unsigned quick = test_quick();
  static const uint32_t ncols[] = {1, 2, 3, 7, 8, 9, 17};
  static const unsigned keep[] = {0, 7, 11, 27};
  for (unsigned s = 0; s <= (quick ? 12 : 16); s += quick > 1 ? 3 : 1)
    for (unsigned i = 0; i < 7; i += quick ? 5 : 1)
      for (unsigned k = 0; k < 5; k += quick ? 2 : 1) {
        const case_t c = {s, k < 4 ? keep[k] : 0, ncols[i], (uint32_t)(test_rand(&rng) % 40),
                          k == 4};
        check_case(&p, &rng, &c);
      }
  static const case_t large[] = {{17, 11, 3, 100, 0}, {18, 11, 9, 100, 0}, {19, 11, 2, 100, 1},
                                 {20, 11, 5, 100, 0}, {21, 11, 2, 0, 0},   {22, 11, 9, 100, 0},
                                 {22, 11, 3, 100, 1}};
  for (unsigned i = 0; i < sizeof large / sizeof large[0] && !quick; i++)
    check_case(&p, &rng, &large[i]);
  if (test_slow()) {
    const case_t most = {24, 11, 3, 100, 0};
    check_case(&p, &rng, &most);
  }
  check_misuse(&p);
  pair_destroy(&p);
  return test_result();
}
