/* The strict backend notices what would break on a device: host pointers, memory that was freed,
 * buffers that are too short, objects that are gone. Each bug is planted and must be named. */
#include "backend_ref.h"

static mgp_backend_t *be;
static const mgp_backend_ops_t *ops;

/* The call is refused, and the message names operation and argument. */
#define REFUSED(op, arg, ...)                                                                      \
  do {                                                                                             \
    mgp_status_t refused_status_ = ops->op(be, __VA_ARGS__);                                       \
    CHECK_MSG(refused_status_ == MGP_INTERNAL, #op " accepted a bad " arg);                        \
    CHECK_MSG(strncmp(mgp_error_message(), #op ":", sizeof #op) == 0 &&                            \
                  strstr(mgp_error_message(), arg),                                                \
              "%s", mgp_error_message());                                                          \
  } while (0)

/* For an operation with a device argument `d`: a host buffer, one freed before, one word too few.
 */
#define EACH_BAD(words, d) for (mgp_f_t * d, **bad = make_bad(words); (d = *bad) != NULL; bad++)

static mgp_f_t host_words[4096];

static mgp_f_t *device(size_t words) {
  void *d;
  REQUIRE_OK(ops->alloc(be, MGP_MEM_WITNESS, words * sizeof(mgp_f_t), &d));
  REQUIRE_OK(ops->zero(be, d, words * sizeof(mgp_f_t)));
  return d;
}

static mgp_f_t **make_bad(size_t words) {
  static mgp_f_t *bad[4];
  static mgp_f_t *too_short;
  ops->free(be, too_short);
  mgp_f_t *freed = device(words);
  too_short = device(words - 1); /* before the free, so that it does not get the same place */
  ops->free(be, freed);
  bad[0] = host_words;
  bad[1] = freed;
  bad[2] = too_short;
  return bad;
}

static void memory(void) {
  mgp_f_t *good = device(64), local[64] = {0};
  EACH_BAD(64, d) {
    REFUSED(upload, "d_dst", d, local, 256);
    REFUSED(download, "d_src", local, d, 256);
    REFUSED(copy, "d_dst", d, good, 256);
    REFUSED(copy, "d_src", good, d, 256);
    REFUSED(zero, "d_dst", d, 256);
  }
  REFUSED(upload, "src", good, good, 4);
  REFUSED(download, "dst", good, good, 4);
  CHECK_OK(ops->upload(be, good + 63, local, 4));
  REFUSED(upload, "d_dst", good + 63, local, 8);
  CHECK_OK(ops->upload(be, NULL, NULL, 0));
  ops->free(be, NULL);
  ops->free(be, good);

  /* not written yet: no field words */
  void *fresh;
  REQUIRE_OK(ops->alloc(be, MGP_MEM_SCRATCH, 256, &fresh));
  CHECK_OK(ops->download(be, local, fresh, 256));
  for (int i = 0; i < 64; i++) CHECK(local[i] >= MGP_P);
  ops->free(be, fresh);
}

/* All of 16 words of memory, or 16 records of two words each. */
static void accesses(void) {
  enum { N = 16, WORDS = N * sizeof(mgp_word_t) / 4, TOUCHES = N * sizeof(mgp_touch_t) / 4 };
  mgp_f_t *touches = device(TOUCHES), *words = device(WORDS), *list = device(N);
  mgp_word_t *w = (mgp_word_t *)words;
  mgp_touch_t regs[MGP_TOUCH_REGISTERS];
  uint32_t n, at[1];
  const uint32_t key[1] = {5};
  const mgp_bound_range_t range = {0};
  EACH_BAD(TOUCHES, d)
  REFUSED(touch_words, "d_touches", (mgp_touch_t *)d, N, regs, w, list, &n);
  EACH_BAD(WORDS, d) {
    REFUSED(touch_words, "d_words", (mgp_touch_t *)touches, N, regs, (mgp_word_t *)d, list, &n);
    REFUSED(word_merge, "d_words", (mgp_word_t *)d, N, list, w, &n);
    REFUSED(word_merge, "d_merged", w, N, list, (mgp_word_t *)d, &n);
    REFUSED(word_find, "d_words", (mgp_word_t *)d, N, key, 1, at, NULL);
    REFUSED(bound_rows, "d_words", (mgp_word_t *)d, N, &range, 1, &(mgp_bound_t *){NULL});
  }
  EACH_BAD(N, d) {
    REFUSED(touch_words, "d_target", (mgp_touch_t *)touches, N, regs, w, d, &n);
    REFUSED(word_merge, "d_prev", w, N, d, w, &n);
    REFUSED(patch, "d_target", &(mgp_raw_t){0}, d, list, N);
    REFUSED(patch, "d_prev", &(mgp_raw_t){0}, list, d, N);
  }
  EACH_BAD(N * sizeof(mgp_bound_t) / 4, d)
  REFUSED(bound_rows, "d_rows", w, N, &range, 1, &(mgp_bound_t *){(mgp_bound_t *)d});
  REFUSED(word_find, "at", w, N, key, 1, list, NULL);
  REFUSED(bound_rows, "ranges", w, N, (mgp_bound_range_t *)words, 1, &(mgp_bound_t *){NULL});
  /* the targets say what is written */
  const uint32_t step = 4 * 3 + MGP_TOUCH_M, commit = MGP_TARGET_COMMIT | 8 * 1 | 7;
  CHECK_OK(ops->upload(be, list, &step, 4));
  CHECK_OK(ops->upload(be, list + 1, &(uint32_t){9}, 4));
  EACH_BAD(4 * sizeof(mgp_step_t) / 4, d)
  REFUSED(patch, "steps", &(mgp_raw_t){.steps = (mgp_step_t *)d}, list, list + 1, 1);
  CHECK_OK(ops->upload(be, list, &commit, 4));
  EACH_BAD(2 * sizeof(mgp_commit_t) / 4, d)
  REFUSED(patch, "commits", &(mgp_raw_t){.commits = (mgp_commit_t *)d}, list, list + 1, 1);
  ops->free(be, touches);
  ops->free(be, words);
  ops->free(be, list);
}

/* Of 40 words, so 80 rows, in two blocks. */
static void shard_ram(void) {
  enum { N = 40, WORDS = N * sizeof(mgp_word_t) / 4, ROWS = 2 * N * sizeof(mgp_ram_t) / 4 };
  enum { POINTS = 2 * sizeof(mgp_point_t) / 4 };
  mgp_f_t *words = device(WORDS), *from = device(N / 2), *rows = device(ROWS);
  mgp_f_t *before = device(POINTS);
  const mgp_word_t *w = (const mgp_word_t *)words;
  const uint16_t *f = (const uint16_t *)from;
  mgp_ram_t *r = (mgp_ram_t *)rows;
  mgp_point_t *b = (mgp_point_t *)before, total;
  const mgp_ram_shard_t shard = {1, 0};
  EACH_BAD(WORDS, d) REFUSED(ram_rows, "d_words", (mgp_word_t *)d, f, N, &shard, 0, r);
  EACH_BAD(N / 2, d) REFUSED(ram_rows, "d_from", w, (uint16_t *)d, N, &shard, 0, r);
  EACH_BAD(ROWS, d) {
    REFUSED(ram_rows, "d_rows", w, f, N, &shard, 0, (mgp_ram_t *)d);
    REFUSED(ram_points, "d_rows", (mgp_ram_t *)d, 2 * N);
    REFUSED(ram_sums, "d_rows", (mgp_ram_t *)d, 2 * N, b, &total);
    REFUSED(ram_chain, "d_rows", (mgp_ram_t *)d, 2 * N, &total, b);
  }
  EACH_BAD(POINTS, d) {
    REFUSED(ram_sums, "d_before", r, 2 * N, (mgp_point_t *)d, &total);
    REFUSED(ram_chain, "d_before", r, 2 * N, &total, (mgp_point_t *)d);
  }
  REFUSED(ram_rows, "shard", w, f, N, (mgp_ram_shard_t *)words, 0, r);
  REFUSED(ram_sums, "total", r, 2 * N, b, b);
  REFUSED(ram_chain, "start", r, 2 * N, b, b);
  ops->free(be, words);
  ops->free(be, from);
  ops->free(be, rows);
  ops->free(be, before);
}

static void commitment(void) {
  mgp_commit_stream_t *cs, *gone;
  mgp_tree_t *tree;
  mgp_query_stream_t *qs;
  mgp_digest_t cap[64], paths[6];
  mgp_f_t row[1], *good = device(32);
  int needs_columns;
  const uint32_t pos = 3;
  REQUIRE_OK(ops->commit_begin(be, 5, 1, 6, 0, &cs));
  EACH_BAD(32, d) REFUSED(commit_column, "d_col", cs, d);
  REQUIRE_OK(ops->commit_column(be, cs, good));
  gone = cs;
  REQUIRE_OK(ops->commit_end(be, cs, cap, &tree));
  REFUSED(commit_column, "object", gone, good);
  REFUSED(commit_end, "object", gone, cap, &tree);
  REQUIRE_OK(ops->query_begin(be, tree, &pos, 1, &qs, &needs_columns));
  EACH_BAD(32, d) REFUSED(query_column, "d_col", qs, d);
  REQUIRE_OK(ops->query_column(be, qs, good));
  REQUIRE_OK(ops->query_end(be, qs, row, paths));
  REFUSED(query_column, "object", qs, good);
  REFUSED(query_begin, "pos", tree, (const uint32_t *)good, 1, &qs, &needs_columns);
  ops->tree_free(be, tree);
  REFUSED(query_begin, "object", tree, &pos, 1, &qs, &needs_columns);
  ops->free(be, good);
}

static void chips(const mgp_chipset_t *set) {
  const mgp_chip_id_t chip = MGP_CHIP_NONE + 1;
  const size_t stride = 64, words = set->chip[chip].ncols * stride;
  const size_t virt_words = set->chip[chip].nvirtual * stride;
  mgp_e_t e[MGP_MAX_INTERACTIONS] = {{{0}}}, root[2], x = mgp_e_one();
  mgp_f_t *trace = device(words), *virt = virt_words ? device(virt_words) : NULL;
  mgp_gkr_t *g;
  mgp_main_t *m;
  EACH_BAD(words, d) {
    REFUSED(gkr_begin, "d_trace", chip, d, virt, stride, 33, x, x, &g, root);
    REFUSED(main_begin, "d_trace", chip, d, virt, stride, 33, 6, e, x, x, x, e, &m);
  }
  REFUSED(gkr_begin, "root", chip, trace, virt, stride, 33, x, x, &g, (mgp_e_t *)trace);
  if (virt) EACH_BAD(virt_words, d)
  REFUSED(gkr_begin, "d_virt", chip, trace, d, stride, 33, x, x, &g, root);
  /* the trace goes away under the object's feet */
  REQUIRE_OK(ops->gkr_begin(be, chip, trace, virt, stride, 33, x, x, &g, root));
  ops->free(be, trace);
  REFUSED(gkr_layer, "memory given", g, 0, e, x);
  REFUSED(gkr_round, "memory given", g, e);
  ops->gkr_end(be, g);
  REFUSED(gkr_bind, "object", g, x);
  ops->free(be, virt);

  mgp_raw_t raw = {.steps = NULL};
  mgp_f_t *out = device(words);
  REFUSED(replay, "raw->steps", chip, &raw, NULL, 0, 1, 64, stride, out);
  uint32_t *d_index = (uint32_t *)device(4);
  EACH_BAD(words, d) REFUSED(replay, "d_out", chip, &raw, d_index, 0, 4, 64, stride, d);
  EACH_BAD(4, d) REFUSED(replay, "d_index", chip, &raw, d, 1, 3, 64, stride, out);
  EACH_BAD(words, d)
  REFUSED(count, "d_trace", chip, d, stride, 64, d_index, (uint64_t[16]){0});
  ops->free(be, d_index);
  ops->free(be, out);
}

static void opening(void) {
  enum { B = 4, COLS = 3, S = 6 };
  mgp_e_t e[8] = {{{0}}}, x = mgp_e_one();
  mgp_f_t *slab = device(COLS << B), *planes = device(MGP_D << B), *q = device(MGP_D << S),
          *ge = device(2 * 2 * MGP_D << B), *w = device(2 * MGP_D << B);
  mgp_weights_t list = {.nrows = 2, .ncols = COLS, .nvars = 1, .point = e, .scale = x};
  const mgp_weights_t chunks = {.nrows = 1, .ncols = COLS};
  EACH_BAD(MGP_D << B, d) {
    REFUSED(eq_tables, "d_out", e, 1, B, MGP_D << B, d);
    REFUSED(combine, "d_g", slab, 0, &chunks, 1, B, (mgp_e_t *)w, MGP_D << B, d);
    REFUSED(inner, "d_eq", slab, COLS, B, d, (mgp_e_t *)q);
  }
  EACH_BAD(COLS << B, d) {
    REFUSED(combine, "d_chunks", d, 0, &chunks, 1, B, (mgp_e_t *)w, MGP_D << B, planes);
    REFUSED(inner, "d_slab", d, COLS, B, planes, (mgp_e_t *)q);
    REFUSED(scatter, "d_chunks", d, 1, COLS, B, e, S, q);
  }
  EACH_BAD(MGP_D << S, d) REFUSED(scatter, "d_q", slab, 1, COLS, B, e, S, d);
  EACH_BAD(COLS * MGP_D, d)
  REFUSED(combine, "d_w", slab, 0, &chunks, 1, B, (mgp_e_t *)d, MGP_D << B, planes);
  REFUSED(combine, "before chunk 1", slab, 1, &chunks, 1, B, (mgp_e_t *)w, MGP_D << B, planes);
  EACH_BAD(2 * COLS * MGP_D, d) REFUSED(weights, "d_w", &list, 1, x, (mgp_e_t *)d);
  list.nrows = 3;
  REFUSED(weights, "3 rows", &list, 1, x, (mgp_e_t *)w);
  EACH_BAD(2 * 2 * MGP_D << B, d) {
    REFUSED(pair_round, "d_ge", d, 2, 1 << B, B, 0, NULL, 1, e);
    REFUSED(pair_fill, "d_ge", (mgp_e_t *)ge, (mgp_e_t *)w, 2, B, d);
  }
  REFUSED(eq_tables, "points", (mgp_e_t *)q, 1, B, MGP_D << B, planes);
  EACH_BAD(2 * MGP_D << B, d)
  REFUSED(pair_fill, "d_w", (mgp_e_t *)ge, (mgp_e_t *)d, 2, B, ge);
  REFUSED(pair_round, "out", ge, 2, 1 << B, B, 0, NULL, 2, (mgp_e_t *)q);
  REFUSED(pair_round, "x", ge, 2, 1 << B, B, 1, (mgp_e_t *)q, 2, e);
  EACH_BAD(MGP_D, d) REFUSED(inner, "d_out", slab, COLS, B, planes, (mgp_e_t *)d);
  EACH_BAD(3 * MGP_D << B, d) REFUSED(pair_values, "d_ge", d, 2, 1 << B, 0, NULL, e);
  REFUSED(pair_values, "out", ge, 2, 1 << B, 0, NULL, (mgp_e_t *)q);
  REFUSED(scatter, "w", slab, 1, COLS, B, (mgp_e_t *)q, S, q);
  REFUSED(scatter, "columns of 2^3", slab, 1, COLS, B, e, B - 1, q);
  ops->free(be, w);
  ops->free(be, slab);
  ops->free(be, planes);
  ops->free(be, q);
  ops->free(be, ge);
}

static void folding(void) {
  mgp_fold_t *f;
  mgp_digest_t cap[64];
  mgp_e_t e[8] = {{{0}}}, x = mgp_e_one();
  mgp_f_t *q = device(MGP_D << 5);
  EACH_BAD(MGP_D << 5, d) REFUSED(fold_begin, "d_q", d, 5, e, &f);
  REFUSED(fold_begin, "point", q, 5, (mgp_e_t *)q, &f);
  REQUIRE_OK(ops->fold_begin(be, q, 5, e, &f));
  REQUIRE_OK(ops->fold_commit(be, f, 2, 0, 16, cap));
  REFUSED(fold_commit, "cap", f, 2, 0, 16, (mgp_digest_t *)q);
  ops->free(be, q);
  REFUSED(fold_round, "memory given", f, &x);
  REFUSED(fold_bind, "memory given", f, x);
  REFUSED(fold_final, "memory given", f, e);
  ops->fold_end(be, f);
  REFUSED(fold_bind, "object", f, x);
  mgp_f_t *seed = device(8);
  uint32_t nonce;
  REFUSED(grind, "seed", seed, 1, 0, MGP_P, &nonce);
  ops->free(be, seed);
}

int main(void) {
  test_rng_t rng = test_rng();
  static const uint32_t interactions[] = {3};
  mgp_chipset_t *set = ref_chipset(&rng, interactions, 1);
  mgp_ledger_t *ledger;
  REQUIRE_OK(mgp_ledger_create(0, &ledger));
  REQUIRE_OK(mgp_backend_strict_create(set, ledger, &be));
  ops = be->ops;
  CHECK_EQ_STR(be->name, "strict");
  memory();
  accesses();
  shard_ram();
  commitment();
  chips(set);
  opening();
  folding();
  make_bad(2);
  mgp_backend_destroy(be);
  CHECK_EQ_U64(mgp_ledger_destroy(ledger), 1); /* the last short buffer */
  ref_chipset_free(set);
  return test_result();
}
