/* Memory operations of the cuda backend, its arena against the ledger, and errors injected at every
 * checked call. */
#include "cuda_pair.h"

static void check_copies(pair_t *p, test_rng_t *rng, size_t nbytes) {
  const mgp_backend_ops_t *ops = p->cuda.be->ops;
  mgp_backend_t *be = p->cuda.be;
  uint8_t *src = new_array(nbytes, 1), *dst = new_array(nbytes, 1);
  void *d[2];
  for (size_t i = 0; i < nbytes; i++) src[i] = (uint8_t)test_rand(rng);
  for (int i = 0; i < 2; i++) REQUIRE_OK(ops->alloc(be, MGP_MEM_SCRATCH, nbytes, &d[i]));
  CHECK(mgp_ledger_contains(p->cuda.ledger, d[0], nbytes));
  REQUIRE_OK(ops->upload(be, d[0], src, nbytes));
  REQUIRE_OK(ops->zero(be, d[1], nbytes));
  REQUIRE_OK(ops->download(be, dst, d[1], nbytes));
  uint8_t any = 0;
  for (size_t i = 0; i < nbytes; i++) any |= dst[i];
  CHECK_MSG(any == 0, "%zu bytes", nbytes);
  REQUIRE_OK(ops->copy(be, d[1], d[0], nbytes));
  REQUIRE_OK(ops->download(be, dst, d[1], nbytes));
  CHECK_MSG(memcmp(src, dst, nbytes) == 0, "%zu bytes", nbytes);
  for (int i = 0; i < 2; i++) ops->free(be, d[i]);
  free(src), free(dst);
}

/* The ledger's limit and the arena's end both stop an allocation, with the numbers. */
static void check_limits(void) {
  side_t s;
  void *d = NULL, *e = NULL;
  REQUIRE_OK(mgp_ledger_create(0, &s.ledger));
  REQUIRE_OK(mgp_backend_cuda_create(NULL, s.ledger, 0, &s.be));
  const uint64_t tables = s.be->ops->table_bytes(s.be, 20),
                 before = mgp_ledger_live_total(s.ledger);
  REQUIRE_OK(mgp_backend_cuda_reserve(s.be, 1 << 20));
  CHECK_EQ_U64(mgp_ledger_live_total(s.ledger) - before, tables);
  CHECK_EQ_U64(s.be->ops->table_bytes(s.be, 20), 0);
  CHECK(mgp_backend_cuda_reserve(s.be, 1 << 20) == MGP_INTERNAL);
  REQUIRE_OK(s.be->ops->alloc(s.be, MGP_MEM_RAW, 1 << 19, &d));
  CHECK(s.be->ops->alloc(s.be, MGP_MEM_SCRATCH, (1 << 19) + 1, &e) == MGP_RESOURCES);
  CHECK_MSG(strstr(mgp_error_message(), "largest gap"), "%s", mgp_error_message());
  REQUIRE_OK(s.be->ops->alloc(s.be, MGP_MEM_SCRATCH, 1 << 19, &e));
  s.be->ops->free(s.be, e);
  mgp_ledger_set_limit(s.ledger, mgp_ledger_live_total(s.ledger) + 1024, "the limit of this test");
  CHECK(s.be->ops->alloc(s.be, MGP_MEM_SCRATCH, 1025, &e) == MGP_RESOURCES);
  CHECK_MSG(strstr(mgp_error_message(), "the limit of this test"), "%s", mgp_error_message());
  REQUIRE_OK(s.be->ops->alloc(s.be, MGP_MEM_SCRATCH, 1024, &e));
  s.be->ops->free(s.be, e);
  s.be->ops->free(s.be, d);
  s.be->ops->free(s.be, NULL);
  mgp_backend_destroy(s.be);
  CHECK_EQ_U64(mgp_ledger_destroy(s.ledger), 0);
}

/* --- injected errors -------------------------------------------------------------------------- */

static mgp_status_t commit_and_query(mgp_backend_t *be, const mgp_f_t *d_col, int keep_all) {
  const mgp_backend_ops_t *ops = be->ops;
  static const uint32_t pos[3] = {0, 77, 4095};
  mgp_commit_stream_t *cs = NULL;
  mgp_query_stream_t *qs = NULL;
  mgp_tree_t *tree = NULL;
  mgp_digest_t cap[64], paths[3 * 6];
  mgp_f_t rows[3 * 9];
  int needs_columns = 0;
  mgp_status_t st;
  MGP_TRY(ops->commit_begin(be, 11, 9, 7, keep_all, &cs));
  for (int i = 0; i < 9; i++)
    if ((st = ops->commit_column(be, cs, d_col)) != MGP_OK) {
      ops->commit_abort(be, cs);
      return st;
    }
  MGP_TRY(ops->commit_end(be, cs, cap, &tree));
  MGP_TRY_GOTO(st, ops->query_begin(be, tree, pos, 3, &qs, &needs_columns), out);
  for (int i = 0; i < 9 && needs_columns; i++)
    if ((st = ops->query_column(be, qs, d_col)) != MGP_OK) {
      ops->query_abort(be, qs);
      goto out;
    }
  st = ops->query_end(be, qs, rows, paths);
out:
  ops->tree_free(be, tree);
  return st;
}

static mgp_status_t fold(mgp_backend_t *be, mgp_f_t *d_q) {
  const mgp_backend_ops_t *ops = be->ops;
  static const uint32_t leaf[2] = {3, 250}, n[1] = {2};
  mgp_fold_t *f = NULL;
  mgp_digest_t cap[64];
  mgp_e_t point[9], h1, final[1 << 8];
  mgp_f_t openings[2 * 2 * MGP_D + 2 * 3 * MGP_DIGEST_WORDS];
  mgp_status_t st;
  memset(point, 0, sizeof point);
  MGP_TRY(ops->fold_begin(be, d_q, 9, point, &f));
  MGP_TRY_GOTO(st, ops->fold_commit(be, f, 1, 0, 64, cap), out);
  MGP_TRY_GOTO(st, ops->fold_round(be, f, &h1), out);
  MGP_TRY_GOTO(st, ops->fold_bind(be, f, mgp_e_one()), out);
  MGP_TRY_GOTO(st, ops->fold_final(be, f, final), out);
  st = ops->fold_open(be, f, n, leaf, openings);
out:
  ops->fold_end(be, f);
  return st;
}

/* Of zeroes: words of key 0, and nothing to patch. */
static mgp_status_t accesses(mgp_backend_t *be) {
  enum { N = 50 };
  const mgp_backend_ops_t *ops = be->ops;
  const mgp_bound_range_t range = {0, 0, 0, 0, 0};
  const mgp_raw_t raw = {0};
  mgp_touch_t regs[MGP_TOUCH_REGISTERS], *d_touches = NULL;
  uint32_t n = 0, at = 0;
  mgp_status_t st;
  MGP_TRY(ops->alloc(be, MGP_MEM_SCRATCH, 4 * N * sizeof *d_touches, (void **)&d_touches));
  mgp_word_t *d_words = (mgp_word_t *)(d_touches + N), *d_merged = d_words + N;
  uint32_t *d_list = (uint32_t *)(d_merged + N);
  mgp_bound_t *const d_rows[3] = {(mgp_bound_t *)d_touches};
  MGP_TRY_GOTO(st, ops->zero(be, d_touches, 4 * N * sizeof *d_touches), out);
  MGP_TRY_GOTO(st, ops->touch_words(be, d_touches, N, regs, d_words, d_list, &n), out);
  MGP_TRY_GOTO(st, ops->word_merge(be, d_words, N, d_list, d_merged, &n), out);
  MGP_TRY_GOTO(st, ops->word_find(be, d_merged, n, &n, 1, &at, &at), out);
  MGP_TRY_GOTO(st, ops->patch(be, &raw, d_list, d_list, N), out);
  st = ops->bound_rows(be, d_merged, n, &range, 1, d_rows);
out:
  ops->free(be, d_touches);
  return st;
}

/* Rows of those words, where there is room for them. */
static mgp_status_t shard_ram(mgp_backend_t *be) {
  enum { N = 35 };
  const mgp_backend_ops_t *ops = be->ops;
  const mgp_ram_shard_t shard = {1, 0};
  const mgp_point_t start = mgp_curve_offset();
  const size_t words = N * sizeof(mgp_word_t), rows = 2 * N * sizeof(mgp_ram_t);
  mgp_point_t total;
  uint8_t *d = NULL;
  mgp_status_t st;
  MGP_TRY(ops->alloc(be, MGP_MEM_SCRATCH, words + rows + 2 * sizeof total, (void **)&d));
  mgp_ram_t *d_rows = (mgp_ram_t *)(d + words);
  mgp_point_t *d_before = (mgp_point_t *)(d + words + rows);
  MGP_TRY_GOTO(st, ops->zero(be, d, words), out);
  MGP_TRY_GOTO(st, ops->ram_rows(be, (mgp_word_t *)d, (uint16_t *)d, N, &shard, 0, d_rows), out);
  MGP_TRY_GOTO(st, ops->ram_points(be, d_rows, 2 * N), out);
  MGP_TRY_GOTO(st, ops->ram_sums(be, d_rows, 2 * N, d_before, &total), out);
  st = ops->ram_chain(be, d_rows, 2 * N, &start, d_before);
out:
  ops->free(be, d);
  return st;
}

static mgp_status_t everything(mgp_backend_t *be, void *arg) {
  mgp_f_t *host = arg;
  const mgp_backend_ops_t *ops = be->ops;
  const size_t nbytes = ((size_t)MGP_D << 11) * sizeof *host;
  mgp_digest_t seed = {0};
  uint32_t nonce;
  mgp_status_t st;
  void *d = NULL;
  MGP_TRY(mgp_backend_cuda_reserve(be, 16 << 20));
  MGP_TRY(ops->alloc(be, MGP_MEM_WITNESS, nbytes, &d));
  MGP_TRY_GOTO(st, ops->upload(be, d, host, nbytes), out);
  MGP_TRY_GOTO(st, accesses(be), out);
  MGP_TRY_GOTO(st, shard_ram(be), out);
  MGP_TRY_GOTO(st, ops->copy(be, (uint8_t *)d + nbytes / 2, d, nbytes / 2), out);
  MGP_TRY_GOTO(st, commit_and_query(be, d, 0), out);
  MGP_TRY_GOTO(st, commit_and_query(be, d, 1), out);
  MGP_TRY_GOTO(st, fold(be, d), out);
  MGP_TRY_GOTO(st, ops->grind(be, seed, 4, 0, MGP_P, &nonce), out);
  MGP_TRY_GOTO(st, ops->zero(be, d, nbytes), out);
  st = ops->download(be, host, d, nbytes);
out:
  ops->free(be, d);
  return st;
}

int main(void) {
  const unsigned quick = test_quick();
  pair_t p = pair_create((uint64_t)256 << 20);
  test_rng_t rng = test_rng();
  static const size_t sizes[] = {
      0, 1, 2, 3, 255, 256, 257, 1u << 20, 8u << 20, (8u << 20) + 1, (16u << 20) - 1, 40000003};
  for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0] - (quick > 1 ? 2 : 0); i++)
    check_copies(&p, &rng, sizes[i]);
  pair_destroy(&p);
  check_limits();
  mgp_f_t *host = new_array((size_t)MGP_D << 11, sizeof *host);
  fail_each_call(NULL, quick > 1 ? 41 : quick ? 3 : 1, everything, host);
  free(host);
  return test_result();
}
