/* Headers, statements and shapes that must be refused before anything is read or allocated, each by
 * the check that is there for it; and the shape itself against numbers worked out by hand. */
#include "neg/mini.h"
#include "verifier/verifier.h"

static char message[512];

static const char *check_of(mgp_status_t st) {
  snprintf(message, sizeof message, "%s", st == MGP_OK ? "accepted" : mgp_error_message());
  CHECK_MSG(st == MGP_OK || st == MGP_REJECTED, "%s", message);
  char *colon = strstr(message, ": ");
  if (colon) *colon = 0;
  return message;
}

static const char *shape_check(const mini_t *m, const mgp_params_t *params,
                               const mgp_statement_t *st) {
  mgp_shape_t shape = {0};
  const char *check = check_of(mgp_shape_create(m->chips, &m->prog, params, st, &shape));
  mgp_shape_free(&shape);
  return check;
}

/* --- parameters ------------------------------------------------------------------------------ */

static void test_params(const mini_t *m) {
#define BAD(field, value)                                                                          \
  do {                                                                                             \
    mgp_params_t p = m->t.params;                                                                  \
    p.field = value;                                                                               \
    CHECK_EQ_STR(shape_check(m, &p, &m->t.st), "params");                                          \
    CHECK_EQ_STR(check_of(mgp_params_check(&p)), "params");                                        \
  } while (0)
  BAD(partitions, 0);
  BAD(partitions, 65);
  BAD(partitions, UINT32_MAX);
  BAD(log_height, 7);
  BAD(log_height, 27);
  BAD(log_chunk, 3);
  BAD(log_chunk, m->t.params.log_height + 1);
  BAD(log_chunk, 17);
  BAD(log_rows, m->t.params.log_chunk - 1);
  BAD(log_rows, 23);
  BAD(queries, 0);
  BAD(queries, 1025);
  BAD(grind_alpha, 27);
  BAD(grind_u, 27);
  BAD(grind_query, UINT32_MAX);
  BAD(log_final, 0);
  BAD(log_final, 9);
  BAD(log_fold, 0);
  BAD(log_fold, 5);
#undef BAD
  mgp_params_t p = m->t.params;
  p.log_height = 26;
  p.log_chunk = 16;
  p.log_rows = 22;
  CHECK_EQ_STR(check_of(mgp_params_check(&p)), "accepted");
  p.log_height = 8;
  p.log_chunk = 8;
  p.log_final = 8;
  CHECK_EQ_STR(check_of(mgp_params_check(&p)), "params");
  p.log_final = 7;
  CHECK_EQ_STR(check_of(mgp_params_check(&p)), "accepted");
}

/* --- statement ------------------------------------------------------------------------------- */

static void test_statements(const mini_t *m) {
  static mgp_statement_t st;
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps = mgp_program_gaps(&m->prog, gaps);
  CHECK_EQ_STR(shape_check(m, &m->t.params, &m->t.st), "accepted");
#define BAD(check, change)                                                                         \
  do {                                                                                             \
    st = m->t.st;                                                                                  \
    change;                                                                                        \
    CHECK_EQ_STR(shape_check(m, &m->t.params, &st), check);                                        \
  } while (0)
  BAD("statement-timestamp", st.reg_ts[32] = MGP_TS_LIMIT);
  BAD("statement-timestamp", st.reg_ts[0] = UINT32_MAX);
  BAD("statement-x0", st.reg_value[0] = 1);
  BAD("statement-chain", st.image_end = (1u << 28) + 1);
  BAD("statement-chain", st.hint_end = MGP_HINT_START / 4 - 1);
  BAD("statement-chain", st.hint_end = MGP_HINT_END / 4 + 1);
  BAD("statement-chain", st.ngaps = ngaps + 1);
  for (uint32_t g = 0; g < ngaps; g++) {
    BAD("statement-chain", st.zero_end[g] = gaps[g].end + 1);
    if (gaps[g].start) BAD("statement-chain", st.zero_end[g] = gaps[g].start - 1);
    BAD("accepted", st.zero_end[g] = gaps[g].end);
  }
  BAD("statement-halt", st.rows[0][MGP_CHIP_HALT] += 1);
  BAD("statement-halt", memset(st.rows, 0, sizeof st.rows));
  BAD("statement-commit", st.rows[1][MGP_CHIP_COMMIT] += 1);
  BAD("statement-commit", st.has_commit = 0);
  BAD("statement-commit", st.has_commit = 2);
  BAD("statement-image", st.rows[2][MGP_CHIP_MEM_IMAGE] = m->prog.nimage_words);
  BAD("statement-ram", st.rows[2][MGP_CHIP_SHARD_RAM] = 1);
  BAD("statement-ram", st.rows[0][MGP_CHIP_SHARD_RAM] = 2);
  BAD("statement-time", st.rows[2][MGP_CHIP_J] = 1u << 29);
  BAD("statement-time", st.rows[2][MGP_CHIP_J] = UINT32_MAX);
  BAD("shape-bus", st.rows[0][MGP_CHIP_MEM_ZERO] = UINT32_MAX);
  BAD("shape-traces", st.rows[0][MGP_CHIP_MEM_ZERO] = 16 * (MGP_MAX_TRACES + 1));
  BAD("shape-bus", for (int p = 0; p < 2; p++) st.rows[p][MGP_CHIP_REFRESH] = 1u << 30);
#undef BAD
  /* the largest number of steps that fits: ts_end = 2^29 - 1 */
  mgp_params_t p = m->t.params;
  p.log_height = 26;
  p.log_chunk = 16;
  p.log_rows = 22;
  st = m->t.st;
  uint32_t others = MINI_STEPS - MINI_JUMPS + 1; /* HALT counts 1 here: its stand-in's dt */
  for (uint32_t q = 0; q < 3; q++) st.rows[q][MGP_CHIP_J] = 0;
  st.rows[2][MGP_CHIP_J] = (1u << 29) - 1 - others;
  CHECK_EQ_STR(shape_check(m, &p, &st), "accepted");
  st.rows[2][MGP_CHIP_J]++;
  CHECK_EQ_STR(shape_check(m, &p, &st), "statement-time");
}

/* Limits that only a few partitions or a few columns can reach. */
static void test_limits(const mini_t *m) {
  static mgp_statement_t st;
  mgp_params_t p = m->t.params;
  p.log_rows = 22;
  st = m->t.st;
  st.rows[0][MGP_CHIP_MEM_ZERO] = (MGP_MAX_CHUNKS << p.log_chunk) / 7; /* 7 columns */
  CHECK_EQ_STR(shape_check(m, &p, &st), "shape-chunks");
  p.log_chunk = p.log_height; /* a chunk is a stacked column */
  st.rows[0][MGP_CHIP_MEM_ZERO] = (MGP_MAX_STACKED << p.log_chunk) / 7;
  CHECK_EQ_STR(shape_check(m, &p, &st), "shape-columns");
  st.rows[0][MGP_CHIP_MEM_ZERO] = ((MGP_MAX_STACKED - 100) << p.log_chunk) / 7;
  CHECK_EQ_STR(shape_check(m, &p, &st), "accepted");
}

/* --- the shape ------------------------------------------------------------------------------- */

/* P = 3, b = 4, rows per trace 2^4, s = 9, f = 2, k = 3. Steps are dealt 15, 15, 15. */
static void test_shape(const mini_t *m) {
  mgp_shape_t s;
  REQUIRE_OK(mgp_shape_create(m->chips, &m->prog, &m->t.params, &m->t.st, &s));
  const uint32_t(*rows)[MGP_CHIP_FIRST_TABLE] = m->t.st.rows;
  uint32_t t = 0, claims = 0;
  for (uint32_t p = 0; p < 3; p++) {
    uint32_t chunk = 0;
    CHECK_EQ_U64(s.first_trace[p], t);
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      uint32_t n = id < MGP_CHIP_FIRST_TABLE               ? rows[p][id]
                   : id == MGP_CHIP_PROGRAM && id % 3 == p ? MINI_STEPS
                   : id == MGP_CHIP_IMAGE && id % 3 == p   ? MINI_STEPS + MINI_VALUES
                                                           : 0;
      uint32_t ncols = m->chips->chip[id].ncols;
      int table = id >= MGP_CHIP_FIRST_TABLE;
      for (uint32_t first = 0, split = 0; first < n; split++, t++) {
        uint32_t here = table || n - first < 16 ? n - first : 16;
        const mgp_trace_t *tr = &s.traces[t];
        CHECK_EQ_U64(tr->partition, p);
        CHECK_EQ_U64(tr->chip, id);
        CHECK_EQ_U64(tr->split, split);
        CHECK_EQ_U64(tr->first_row, first);
        CHECK_EQ_U64(tr->rows, here);
        CHECK_EQ_U64(tr->nchunks, (here + 15) / 16);
        CHECK_EQ_U64(tr->first_chunk, chunk);
        CHECK_EQ_U64(tr->first_claim, claims);
        CHECK(1u << tr->log_rows >= here && (tr->log_rows == 0 || 1u << (tr->log_rows - 1) < here));
        first += here;
        claims += ncols;
        chunk += (here + 15) / 16 * ncols;
      }
    }
    CHECK_EQ_U64(s.nchunks[p], chunk);
    CHECK_EQ_U64(s.ncols[p], (chunk + 31) / 32);
    CHECK_EQ_U64(s.first_col[p + 1], s.first_col[p] + s.ncols[p]);
  }
  CHECK_EQ_U64(s.ntraces, t);
  CHECK_EQ_U64(s.total_claims, claims);
  CHECK_EQ_U64(s.ts_end, 1 + MINI_STEPS);
  CHECK_EQ_U64(s.ngroups, 3);
  CHECK_EQ_U64(s.group[0], 3);
  CHECK_EQ_U64(s.group[2], 1);
  CHECK_EQ_U64(mgp_shape_word_log(&m->t.params, &s, 0), 10);
  CHECK_EQ_U64(mgp_shape_word_log(&m->t.params, &s, 2), 4);
  /* trees: matrices of height 10, words of 7, 4 and 3; caps of 64, 64, 16, 8 nodes */
  mgp_body_parts_t w;
  mgp_shape_body_parts(m->chips, &m->t.params, &s, &w);
  uint64_t nq = m->t.params.queries;
  CHECK_EQ_U64(w.caps, 3 * 64 * 8);
  CHECK_EQ_U64(w.rows, nq * s.total_cols);
  CHECK_EQ_U64(w.row_paths, nq * 3 * 4 * 8);
  CHECK_EQ_U64(w.cosets, nq * MGP_D * (8 + 8 + 2));
  CHECK_EQ_U64(w.coset_paths, nq * 8);
  CHECK_EQ_U64(w.folding, (64 + 16 + 8) * 8 + MGP_D * (7 + 4));
  CHECK_EQ_U64(w.opening, MGP_D * (2 * 9 + s.total_cols));
  CHECK_EQ_U64(w.columns, MGP_D * claims);
  mgp_shape_free(&s);
}

/* --- files ----------------------------------------------------------------------------------- */

static const char *file_check(const mini_t *m, const uint8_t *file, size_t n) {
  static mgp_verified_t v;
  return check_of(mgp_verify_proof(m->chips, &m->prog, file, n, &v));
}

static void test_files(mini_t *m) {
  size_t n;
  uint8_t *good = toy_prove(&m->t, &n), *file = toy_alloc(n + 8, 1);
  CHECK_EQ_STR(file_check(m, good, n), "accepted");
#define BAD(check, length, change)                                                                 \
  do {                                                                                             \
    memcpy(file, good, n);                                                                         \
    change;                                                                                        \
    CHECK_EQ_STR(file_check(m, file, length), check);                                              \
  } while (0)
  const size_t params = 8 + 4 * 18, statement = params + 4 * MGP_PARAM_WORDS, output = n - 16;
  const size_t body = output - 4 * m->t.body_words;
  BAD("format-magic", 0, (void)0);
  BAD("format-magic", 7, (void)0);
  BAD("format-magic", n, file[3] ^= 1);
#define SHORT(length) /* with the output where it is expected */                                   \
  BAD("format-length", length, memmove(file + (length)-16, good + output, 16))
  BAD("format-length", 8, (void)0);
  BAD("format-length", params - 1, (void)0);
  BAD("format-length", params, (void)0);
  BAD("format-length", params + 4, (void)0);
  BAD("format-length", statement - 4, (void)0);
  SHORT(statement + 16);
  SHORT(statement + 20);
  SHORT(body + 16);
  SHORT(n - 4);
  BAD("format-output", n - 4, (void)0); /* the body's last word taken for padding */
  BAD("format-length", n - 1, (void)0);
  BAD("format-length", n + 1, (void)0);
  SHORT(n + 4);
#undef SHORT
  BAD("format-version", n, file[8] = 1);
  BAD("format-version", 12, file[8] = 1);
  BAD("format-degree", n, file[12] ^= 1);
  BAD("format-shards", n, file[16] = 0);
  BAD("format-shards", n, file[16] = 2);
  BAD("format-shards", n, file[20] = 1);
  BAD("format-shards", n, memset(file + 16, 1, 8));
  BAD("statement-commit", n, (file[16] = 2, file[20] = 1)); /* the rest is read as parameters */
  BAD("format-shards", n, file[24] ^= 1);                   /* a budget that nothing was cut by */
  BAD("params", n, file[params + 3] = 1);
  BAD("format-output", n, file[8 + 4 * 16] = 2);
  BAD("format-output", n, file[8 + 4 * 16] = 0);
  BAD("format-length", n, memset(file + 8 + 4 * 17, 0xff, 4));
  BAD("statement-output", n, file[output] ^= 1);
  BAD("format-output", n, file[n - 1] = 1); /* padding: the output has 15 bytes */
  BAD("statement-commit", n, file[8 + 4 * 7] = 3);
  BAD("format-canonical", n, mini_put32(file + output - 4, MGP_P));
  BAD("format-canonical", n, mini_put32(file + body, UINT32_MAX));
  BAD("security", n, mini_put32(file + params + 4 * 4, m->t.params.queries - 20));
  BAD("format-length", n, mini_put32(file + params + 4 * 4, m->t.params.queries + 1));
#undef BAD
  free(file);
  free(good);
}

int main(void) {
  mini_t m;
  mgp_params_t p = mini_params(3);
  p.log_height = 9;
  mini_run(&m, p, 1, "a public output");
  test_params(&m);
  test_statements(&m);
  test_limits(&m);
  test_shape(&m);
  test_files(&m);
  mini_free(&m);
  return test_result();
}
