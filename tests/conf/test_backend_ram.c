/* Rows of the shard RAM of every backend: made from words, points by the definition of the hash,
 * sums and chain point by point, also where addition is degenerate. */
#include "conf/backend_ref.h"

#define KEYS (1u << 28)

static void *put(ref_backend_t *b, const void *src, size_t nbytes) {
  void *d = NULL;
  REQUIRE_OK(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, nbytes + 1, &d));
  if (src) REQUIRE_OK(b->be->ops->upload(b->be, d, src, nbytes));
  return d;
}

/* Edges more often than chance would have them. */
static uint32_t draw(test_rng_t *rng, uint32_t end) {
  const uint64_t r = test_rand(rng);
  return r % 5 == 0 ? 0 : r % 5 == 1 ? end - 1 : (uint32_t)(r >> 20) % end;
}

static mgp_point_t point_of(const mgp_ram_t *row, uint32_t *nonce) {
  const mgp_f_t word[MGP_CURVE_RECORD_WORDS] = {
      mgp_f_from_u32(row->key << 2 & 0xffff), mgp_f_from_u32(row->key >> 14),
      mgp_f_from_u32(row->value & 0xffff), mgp_f_from_u32(row->value >> 16),
      mgp_f_from_u32(row->id)};
  mgp_point_t p;
  *nonce = mgp_curve_hash(word, MGP_TAG_RECORD, &p);
  return row->in ? mgp_curve_neg(&p) : p;
}

static mgp_ram_t *download(ref_backend_t *b, const mgp_ram_t *d_rows, uint32_t n) {
  mgp_ram_t *rows = ref_alloc(n, sizeof *rows);
  REQUIRE_OK(b->be->ops->download(b->be, rows, d_rows, n * sizeof *rows));
  return rows;
}

/* --- rows of words ---------------------------------------------------------------------------- */

static void check_rows(ref_backend_t *b, test_rng_t *rng, uint32_t n, uint32_t memory) {
  const mgp_ram_shard_t shard = {1 + draw(rng, 65535), memory};
  const uint32_t first = draw(rng, KEYS);
  mgp_word_t *w = ref_alloc(n, sizeof *w);
  uint16_t *from = ref_alloc(n, sizeof *from);
  uint32_t bad = 0;
  for (uint32_t i = 0; i < n; i++) {
    w[i] = (mgp_word_t){draw(rng, KEYS), draw(rng, UINT32_MAX), draw(rng, UINT32_MAX),
                        1 + draw(rng, 1u << 29)};
    from[i] = (uint16_t)draw(rng, shard.own);
  }
  mgp_word_t *d_w = put(b, w, n * sizeof *w);
  uint16_t *d_from = put(b, from, n * sizeof *from);
  mgp_ram_t *d_rows = put(b, NULL, 2 * n * sizeof *d_rows);
  REQUIRE_OK(b->be->ops->ram_rows(b->be, d_w, d_from, n, &shard, first, d_rows));
  mgp_ram_t *rows = download(b, d_rows, 2 * n);
  for (uint32_t i = 0; i < n; i++) {
    const mgp_ram_t *in = &rows[i], *out = &rows[n + i];
    bad += in->key != w[i].key || out->key != w[i].key || in->in != 1 || out->in != 0;
    bad += in->i != first + i || out->i != first + n + i || in->id != from[i];
    bad += in->d != shard.own - 1 - from[i] || out->d != memory;
    if (memory)
      bad += in->value != w[i].last || out->value != w[i].first || out->id != 0 || in->ts != 1 ||
             out->ts != 0;
    else
      bad += in->value != w[i].first || out->value != w[i].last || out->id != shard.own ||
             in->ts != 0 || out->ts != w[i].ts;
  }
  CHECK_MSG(bad == 0, "%s: %u rows of %u words are wrong", b->name, bad, n);
  ref_free(b, d_w), ref_free(b, d_from), ref_free(b, d_rows);
  free(w), free(from), free(rows);
}

/* --- points and sums -------------------------------------------------------------------------- */

static void check_chain(ref_backend_t *b, test_rng_t *rng, uint32_t n) {
  const mgp_backend_ops_t *ops = b->be->ops;
  mgp_ram_t *rows = ref_alloc(n, sizeof *rows);
  for (uint32_t i = 0; i < n; i++) {
    rows[i].key = draw(rng, KEYS);
    rows[i].value = draw(rng, UINT32_MAX);
    rows[i].id = (uint32_t)(test_rand(rng) % 1000);
    rows[i].in = (uint32_t)(test_rand(rng) & 1);
    rows[i].i = i;
    if (i && test_rand(rng) % 8 == 0) { /* the same record again, or the other way */
      rows[i] = rows[i - 1];
      if (test_rand(rng) % 2) rows[i].in ^= 1;
    }
  }
  mgp_ram_t *d_rows = put(b, rows, n * sizeof *rows);
  mgp_point_t *d_before = put(b, NULL, mgp_ram_blocks(n) * sizeof *d_before), total;
  REQUIRE_OK(ops->ram_points(b->be, d_rows, n));
  REQUIRE_OK(ops->ram_sums(b->be, d_rows, n, d_before, &total));
  const mgp_point_t start = mgp_curve_offset();
  REQUIRE_OK(ops->ram_chain(b->be, d_rows, n, &start, d_before));
  mgp_ram_t *got = download(b, d_rows, n);
  mgp_point_t sum = start;
  uint32_t bad = 0;
  for (uint32_t i = 0; i < n; i++) {
    const mgp_point_t p = point_of(&rows[i], &rows[i].nonce);
    const mgp_point_t next = mgp_curve_add(&sum, &p);
    rows[i].y = p.y;
    rows[i].ax = sum.x;
    rows[i].slope = got[i].slope;
    /* of a line through the point, and through minus the sum after it */
    bad += !mgp_e7_eq(mgp_e7_mul(got[i].slope, mgp_e7_sub(p.x, next.x)), mgp_e7_add(p.y, next.y));
    bad += memcmp(&rows[i], &got[i], sizeof *rows) != 0;
    sum = next;
  }
  const mgp_point_t end = mgp_curve_add(&start, &total);
  CHECK(mgp_curve_equal(&sum, &end));
  CHECK_MSG(bad == 0, "%s: %u of %u rows are wrong", b->name, bad, n);
  ref_free(b, d_rows), ref_free(b, d_before);
  free(rows), free(got);
}

/* A chain that begins at `start`, of one record n times. */
static mgp_status_t chain_of(ref_backend_t *b, const mgp_ram_t *row, uint32_t n, mgp_point_t start,
                             mgp_point_t *total, mgp_ram_t *out) {
  const mgp_backend_ops_t *ops = b->be->ops;
  mgp_ram_t *rows = ref_alloc(n, sizeof *rows);
  for (uint32_t i = 0; i < n; i++) rows[i] = *row;
  mgp_ram_t *d_rows = put(b, rows, n * sizeof *rows);
  mgp_point_t *d_before = put(b, NULL, mgp_ram_blocks(n) * sizeof *d_before);
  free(rows);
  REQUIRE_OK(ops->ram_points(b->be, d_rows, n));
  REQUIRE_OK(ops->ram_sums(b->be, d_rows, n, d_before, total));
  const mgp_status_t st = ops->ram_chain(b->be, d_rows, n, &start, d_before);
  REQUIRE_OK(ops->download(b->be, out, d_rows, sizeof *out));
  ref_free(b, d_rows), ref_free(b, d_before);
  return st;
}

/* A sum that doubles is a tangent; one that comes to the identity, in the first row, in the last,
 * in a block behind others or at a block's end, is refused. */
static void degenerate(ref_backend_t *b) {
  const mgp_ram_t row = {.key = 7, .value = 9, .id = 1};
  uint32_t nonce;
  const mgp_point_t p = point_of(&row, &nonce);
  static const uint32_t lengths[] = {1, 2, 63, 64, 65, 128, 200};
  mgp_point_t total, sum = p;
  mgp_ram_t first;
  CHECK_OK(chain_of(b, &row, 3, p, &total, &first));
  const mgp_point_t two = mgp_curve_add(&p, &p), three = mgp_curve_add(&two, &p);
  CHECK(mgp_curve_equal(&total, &three));
  CHECK(mgp_e7_eq(mgp_e7_mul(first.slope, mgp_e7_sub(p.x, two.x)), mgp_e7_add(p.y, two.y)));
  for (uint32_t n = 1, k = 0; k < sizeof lengths / sizeof *lengths; k++) {
    for (; n < lengths[k]; n++) sum = mgp_curve_add(&sum, &p); /* n p */
    const mgp_point_t start = mgp_curve_neg(&sum);
    CHECK(chain_of(b, &row, n, start, &total, &first) == MGP_INTERNAL);
    CHECK(chain_of(b, &row, n + 70, start, &total, &first) == MGP_INTERNAL);
    CHECK(strstr(mgp_error_message(), "add up to the identity") != NULL);
    if (n > 1) CHECK_OK(chain_of(b, &row, n - 1, start, &total, &first));
  }
}

int main(void) {
  static const uint32_t sizes[] = {0,   1,   2,   3,   63,  64,   65,   127,  128,
                                   129, 255, 256, 257, 999, 8191, 8192, 8193, 40001};
  const unsigned n = sizeof sizes / sizeof *sizes, quick = test_quick();
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  const unsigned nb = ref_backends(NULL, b);
  for (unsigned k = 0; k < nb; k++) {
    for (unsigned i = 0; i < (quick ? n - 4 : n); i++) {
      check_rows(&b[k], &rng, sizes[i], 0);
      check_rows(&b[k], &rng, sizes[i], 1);
      /* several blocks for each thread that scans them, on a device */
      if (i + 1 < n || !strcmp(b[k].be->name, "cuda")) check_chain(&b[k], &rng, sizes[i]);
    }
    degenerate(&b[k]);
    CHECK_EQ_U64(mgp_ledger_live(b[k].ledger, MGP_MEM_SCRATCH), 0);
  }
  ref_backends_destroy(b, nb);
  return test_result();
}
