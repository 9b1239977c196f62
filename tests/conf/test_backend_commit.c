/* Commitment and query streams against the definitions of docs/protocol.md section 3: codewords by
 * evaluation, trees by mgp_hash_leaf and mgp_hash_node, memory against the ledger. */
#include "backend_ref.h"
#include "protocol/transcript.h"

typedef struct {
  unsigned s;
  uint32_t ncols;
  unsigned keep_log;
} case_t;

static unsigned min_u(unsigned a, unsigned b) {
  return a < b ? a : b;
}

static uint32_t bitrev(uint32_t x, unsigned bits) {
  uint32_t r = 0;
  for (unsigned i = 0; i < bits; i++) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

/* Position x of the codeword of col. */
static mgp_f_t evaluate(const mgp_f_t *col, unsigned s, uint32_t x) {
  mgp_f_t z = mgp_f_pow(mgp_f_omega(s + 1), bitrev(x, s + 1)), v = 0;
  for (size_t i = (size_t)1 << s; i-- > 0;) v = mgp_f_add(mgp_f_mul(v, z), col[i]);
  return v;
}

typedef struct {
  case_t c;
  mgp_f_t *cols;      /* [ncols][2^s] */
  mgp_f_t *rows;      /* [2^(s+1)][ncols], or NULL if the matrix is large */
  mgp_digest_t *tree; /* heap order: node i has children 2i, 2i+1; root 1; NULL likewise */
} matrix_t;

static matrix_t make_matrix(test_rng_t *rng, case_t c) {
  const size_t n = (size_t)1 << c.s;
  matrix_t m = {.c = c, .cols = ref_alloc(n * c.ncols, sizeof *m.cols)};
  for (size_t i = 0; i < n * c.ncols; i++) m.cols[i] = ref_rand_f(rng);
  if (c.s > 10) return m;
  m.rows = ref_alloc(2 * n * c.ncols, sizeof *m.rows);
  m.tree = ref_alloc(4 * n, sizeof *m.tree);
  for (size_t x = 0; x < 2 * n; x++) {
    for (uint32_t k = 0; k < c.ncols; k++)
      m.rows[x * c.ncols + k] = evaluate(m.cols + k * n, c.s, (uint32_t)x);
    mgp_hash_leaf(m.rows + x * c.ncols, c.ncols, m.tree[2 * n + x]);
  }
  for (size_t i = 2 * n; i-- > 1;) mgp_hash_node(m.tree[2 * i], m.tree[2 * i + 1], m.tree[i]);
  return m;
}

static void free_matrix(matrix_t *m) {
  free(m->cols);
  free(m->rows);
  free(m->tree);
}

static uint64_t peak_bytes(const ref_backend_t *b, mgp_phase_t phase) {
  return mgp_ledger_peak(b->ledger, phase, MGP_MEM_SCRATCH) +
         mgp_ledger_peak(b->ledger, phase, MGP_MEM_CODEWORD);
}
static uint64_t live_bytes(const ref_backend_t *b) {
  return mgp_ledger_live(b->ledger, MGP_MEM_SCRATCH) + mgp_ledger_live(b->ledger, MGP_MEM_CODEWORD);
}

static void check_path(const matrix_t *m, const mgp_f_t *row, uint32_t pos,
                       const mgp_digest_t *path, const mgp_digest_t *cap, const char *name) {
  const unsigned h = m->c.s + 1, length = h - min_u(6, h);
  mgp_digest_t node;
  mgp_hash_leaf(row, m->c.ncols, node);
  for (unsigned l = 0; l < length; l++) {
    if (pos >> l & 1)
      mgp_hash_node(path[l], node, node);
    else
      mgp_hash_node(node, path[l], node);
  }
  CHECK_MSG(memcmp(node, cap[pos >> length], sizeof node) == 0, "%s: path of row %u", name, pos);
}

/* Opens positions; the columns are fed if asked for. */
static mgp_status_t query(ref_backend_t *b, const matrix_t *m, mgp_f_t *d_cols, mgp_tree_t *tree,
                          const uint32_t *pos, uint32_t npos, mgp_f_t *rows, mgp_digest_t *paths) {
  const mgp_backend_ops_t *ops = b->be->ops;
  mgp_query_stream_t *qs;
  int needs_columns;
  REQUIRE_OK(ops->query_begin(b->be, tree, pos, npos, &qs, &needs_columns));
  for (uint32_t k = 0; needs_columns && k < m->c.ncols; k++)
    CHECK_OK(ops->query_column(b->be, qs, d_cols + ((size_t)k << m->c.s)));
  return ops->query_end(b->be, qs, rows, paths);
}

static void run(test_rng_t *rng, ref_backend_t *b, const matrix_t *m, int keep_all) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const case_t c = m->c;
  const size_t n = (size_t)1 << c.s;
  const unsigned h = c.s + 1, cap_depth = min_u(6, h), length = h - cap_depth;
  char name[512];
  snprintf(name, sizeof name, "%s, s %u, %u columns, keep %u%s", b->name, c.s, c.ncols, c.keep_log,
           keep_all ? " (all)" : "");
  mgp_f_t *d_cols = ref_upload(b, MGP_MEM_WITNESS, m->cols, n * c.ncols);

  mgp_ledger_set_phase(b->ledger, MGP_PHASE_COMMIT);
  uint64_t before = live_bytes(b), plan = mgp_ledger_live(b->ledger, MGP_MEM_PLAN);
  uint64_t tables = ops->table_bytes(b->be, c.s);
  mgp_commit_stream_t *cs;
  mgp_tree_t *tree = NULL;
  mgp_digest_t cap[64];
  REQUIRE_OK(ops->commit_begin(b->be, c.s, c.ncols, c.keep_log, keep_all, &cs));
  for (uint32_t k = 0; k < c.ncols; k++) REQUIRE_OK(ops->commit_column(b->be, cs, d_cols + k * n));
  REQUIRE_OK(ops->commit_end(b->be, cs, cap, &tree));
  CHECK_MSG(ops->commit_bytes(b->be, c.s, c.ncols, c.keep_log, keep_all) ==
                peak_bytes(b, MGP_PHASE_COMMIT) - before,
            "%s: commit_bytes %" PRIu64 ", measured %" PRIu64, name,
            ops->commit_bytes(b->be, c.s, c.ncols, c.keep_log, keep_all),
            peak_bytes(b, MGP_PHASE_COMMIT) - before);
  plan = mgp_ledger_live(b->ledger, MGP_MEM_PLAN) - plan;
  const uint64_t lists = strcmp(b->be->name, "strict") == 0 ? 1 << 16 : 0; /* of its own objects */
  CHECK_MSG(plan <= tables + lists && plan >= tables && ops->table_bytes(b->be, c.s) == 0,
            "%s: table_bytes %" PRIu64 ", measured %" PRIu64, name, tables, plan);
  if (m->tree)
    CHECK_MSG(memcmp(cap, m->tree + ((size_t)1 << cap_depth), sizeof cap[0] << cap_depth) == 0,
              "%s: cap", name);

  /* all rows of a small matrix, in order; a few random ones, repetitions likely, of any */
  uint32_t npos = m->rows && n <= 64 ? (uint32_t)(2 * n) : 1 + (uint32_t)(test_rand(rng) % 12);
  int all = m->rows && n <= 64;
  uint32_t *pos = ref_alloc(npos, sizeof *pos);
  for (uint32_t i = 0; i < npos; i++) pos[i] = all ? i : (uint32_t)(test_rand(rng) % (2 * n));
  if (!all && npos > 2) pos[1] = pos[0];
  mgp_f_t *rows = ref_alloc((size_t)npos * c.ncols, sizeof *rows);
  mgp_digest_t *paths = ref_alloc((size_t)npos * length, sizeof *paths);
  mgp_ledger_set_phase(b->ledger, MGP_PHASE_QUERY);
  before = live_bytes(b);
  CHECK_OK(query(b, m, d_cols, tree, pos, npos, rows, paths));
  if (!keep_all)
    CHECK_MSG(ops->query_bytes(b->be, c.s, c.ncols, c.keep_log, npos) ==
                  peak_bytes(b, MGP_PHASE_QUERY) - before,
              "%s: query_bytes %" PRIu64 ", measured %" PRIu64, name,
              ops->query_bytes(b->be, c.s, c.ncols, c.keep_log, npos),
              peak_bytes(b, MGP_PHASE_QUERY) - before);
  for (uint32_t i = 0; i < npos; i++) {
    const mgp_f_t *row = rows + (size_t)i * c.ncols;
    int same = 1;
    for (uint32_t k = 0; k < c.ncols; k++)
      same &= row[k] == (m->rows ? m->rows[(size_t)pos[i] * c.ncols + k]
                                 : evaluate(m->cols + k * n, c.s, pos[i]));
    CHECK_MSG(same, "%s: row %u", name, pos[i]);
    check_path(m, row, pos[i], paths + (size_t)i * length, cap, name);
    for (unsigned l = 0; m->tree && l < length; l++)
      CHECK_MSG(memcmp(paths[(size_t)i * length + l], m->tree[((2 * n + pos[i]) >> l) ^ 1],
                       sizeof paths[0]) == 0,
                "%s: sibling %u of row %u", name, l, pos[i]);
  }

  /* no query at all is fine; another value in a column is noticed */
  CHECK_OK(query(b, m, d_cols, tree, NULL, 0, rows, paths));
  if (!keep_all) {
    size_t at = (size_t)(test_rand(rng) % (n * c.ncols));
    mgp_f_t other = mgp_f_add(m->cols[at], 1);
    REQUIRE_OK(ops->upload(b->be, d_cols + at, &other, sizeof other));
    CHECK_MSG(query(b, m, d_cols, tree, pos, npos, rows, paths) == MGP_INTERNAL &&
                  strstr(mgp_error_message(), "stale replay"),
              "%s: a changed column was not noticed", name);
  }
  ops->tree_free(b->be, tree);
  ref_free(b, d_cols);
  free(pos);
  free(rows);
  free(paths);
}

/* Streams that are given up, and misuse that must be reported. */
static void misuse(ref_backend_t *b) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const mgp_f_t zeros[16] = {0};
  mgp_f_t *d_col = ref_upload(b, MGP_MEM_WITNESS, zeros, 16);
  mgp_commit_stream_t *cs;
  mgp_query_stream_t *qs;
  mgp_tree_t *tree;
  mgp_digest_t cap[64];
  int needs_columns;
  ops->commit_abort(b->be, NULL);
  ops->query_abort(b->be, NULL);
  ops->tree_free(b->be, NULL);
  CHECK(ops->commit_begin(b->be, 4, 0, 6, 0, &cs) == MGP_INTERNAL);
  CHECK(ops->commit_begin(b->be, 27, 1, 6, 0, &cs) == MGP_INTERNAL);
  REQUIRE_OK(ops->commit_begin(b->be, 4, 2, 6, 0, &cs));
  CHECK_OK(ops->commit_column(b->be, cs, d_col));
  ops->commit_abort(b->be, cs);
  REQUIRE_OK(ops->commit_begin(b->be, 4, 2, 6, 0, &cs));
  CHECK_OK(ops->commit_column(b->be, cs, d_col));
  CHECK(ops->commit_end(b->be, cs, cap, &tree) == MGP_INTERNAL);
  REQUIRE_OK(ops->commit_begin(b->be, 4, 1, 6, 0, &cs));
  CHECK_OK(ops->commit_column(b->be, cs, d_col));
  CHECK(ops->commit_column(b->be, cs, d_col) == MGP_INTERNAL);
  REQUIRE_OK(ops->commit_end(b->be, cs, cap, &tree));
  const uint32_t good = 31, bad = 32;
  CHECK(ops->query_begin(b->be, tree, &bad, 1, &qs, &needs_columns) == MGP_INTERNAL);
  REQUIRE_OK(ops->query_begin(b->be, tree, &good, 1, &qs, &needs_columns));
  mgp_f_t row[1];
  CHECK(needs_columns && ops->query_end(b->be, qs, row, NULL) == MGP_INTERNAL);
  REQUIRE_OK(ops->query_begin(b->be, tree, &good, 1, &qs, &needs_columns));
  ops->query_abort(b->be, qs);
  ops->tree_free(b->be, tree);
  ref_free(b, d_col);
}

int main(void) {
  static const case_t cases[] = {{0, 1, 3},   {1, 2, 9},   {2, 8, 0},  {4, 7, 6},   {5, 9, 30},
                                 {5, 17, 6},  {6, 8, 7},   {7, 1, 8},  {8, 9, 7},   {9, 17, 8},
                                 {10, 9, 11}, {12, 3, 10}, {13, 9, 8}, {14, 2, 30}, {15, 1, 9}};
  test_rng_t rng = test_rng();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    matrix_t m = make_matrix(&rng, cases[i]);
    ref_backend_t b[REF_MAX_BACKENDS];
    for (int keep_all = 0; keep_all < 2; keep_all++) {
      unsigned n = ref_backends(NULL, b);
      for (unsigned j = 0; j < n; j++) {
        run(&rng, &b[j], &m, keep_all);
        if (i == 0) misuse(&b[j]);
      }
      ref_backends_destroy(b, n);
    }
    free_matrix(&m);
  }
  return test_result();
}
