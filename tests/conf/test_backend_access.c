/* Accesses of every backend: words of touches, previous timestamps, merged words, places of keys,
 * boundary rows, each against its definition written out. */
#include "conf/backend_ref.h"

#define KEYS (1u << 28)

static const uint32_t sizes[] = {0,
                                 1,
                                 2,
                                 3,
                                 31,
                                 32,
                                 33,
                                 255,
                                 256,
                                 257,
                                 2047,
                                 2048,
                                 2049,
                                 4095,
                                 4096,
                                 4097,
                                 16383,
                                 16384,
                                 16385,
                                 (1u << 15) - 1,
                                 1u << 15,
                                 (1u << 15) + 1,
                                 (1u << 17) + 3};

/* Fewer of the large ones where they take long. */
static unsigned nsizes(void) {
  const unsigned n = sizeof sizes / sizeof *sizes;
  return test_quick() > 1 ? n - 7 : test_quick() ? n - 4 : n;
}

static void *put(ref_backend_t *b, const void *src, size_t nbytes) {
  void *d = NULL;
  REQUIRE_OK(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, nbytes + 1, &d));
  REQUIRE_OK(b->be->ops->upload(b->be, d, src, nbytes));
  return d;
}

static void *get(ref_backend_t *b, const void *d, size_t nbytes) {
  void *host = ref_alloc(nbytes + 1, 1);
  REQUIRE_OK(b->be->ops->download(b->be, host, d, nbytes));
  return host;
}

/* Room that is full of something else. */
static void *room(ref_backend_t *b, size_t nbytes) {
  void *host = ref_alloc(nbytes + 1, 1);
  memset(host, 0x5a, nbytes + 1);
  void *d = put(b, host, nbytes);
  free(host);
  return d;
}

/* --- keys ------------------------------------------------------------------------------------- */

enum { SPREAD, DENSE, EQUAL, DESCENDING, PAGES, EDGES, KINDS };

static uint32_t draw_key(test_rng_t *rng, int kind, uint32_t i, uint32_t n) {
  const uint32_t r = (uint32_t)test_rand(rng);
  switch (kind) {
  case DENSE:
    return 0x4000000 + r % (n + 1);
  case EQUAL:
    return KEYS - 1;
  case DESCENDING:
    return KEYS - 1 - i / 2;
  case PAGES: /* few of many high digits, many of one */
    return r & 1 ? r % 100 : (r >> 4) & ~0x3ff0u;
  case EDGES:
    return r & 1 ? r & 2 ? KEYS - 1 : 0 : r & 2 ? (1u << 14) - 1 : 1u << 14;
  default:
    return r & (KEYS - 1);
  }
}

static const mgp_word_t *sorted_words;
static int by_key_and_number(const void *a, const void *b) {
  const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
  const uint32_t x = sorted_words[i].key, y = sorted_words[k].key;
  return x != y ? (x > y) - (x < y) : (i > k) - (i < k);
}

static int by_key(const void *a, const void *b) {
  const mgp_touch_t *x = a, *y = b;
  if (x->is_register != y->is_register) return x->is_register - y->is_register;
  return (x->key > y->key) - (x->key < y->key);
}

/* n words with keys that differ, ascending. */
static mgp_word_t *ascending_words(test_rng_t *rng, uint32_t n) {
  mgp_word_t *w = ref_alloc(n, sizeof *w);
  uint32_t key = (uint32_t)(test_rand(rng) % 3); /* the first one is often 0 */
  for (uint32_t i = 0; i < n; i++) {
    w[i] = (mgp_word_t){key, (uint32_t)test_rand(rng), (uint32_t)test_rand(rng), i + 1};
    key += 1 + (uint32_t)(test_rand(rng) % (test_rand(rng) % 4 ? 3 : (KEYS - key) / (n - i) + 1));
  }
  if (n && test_rand(rng) % 2) w[n - 1].key = KEYS - 1;
  return w;
}

/* --- touches ---------------------------------------------------------------------------------- */

/* n touches in any order, some of registers. */
static mgp_touch_t *draw_touches(test_rng_t *rng, uint32_t n) {
  const uint32_t most = n < MGP_TOUCH_REGISTERS ? n : MGP_TOUCH_REGISTERS;
  const uint32_t nregs = (uint32_t)(test_rand(rng) % (most + 1));
  mgp_word_t *words = ascending_words(rng, n - nregs);
  mgp_touch_t *t = ref_alloc(n, sizeof *t);
  uint32_t regs[MGP_TOUCH_REGISTERS];
  for (uint32_t r = 0; r < MGP_TOUCH_REGISTERS; r++) {
    const uint32_t k = (uint32_t)(test_rand(rng) % (r + 1));
    regs[r] = regs[k];
    regs[k] = r;
  }
  for (uint32_t i = 0; i < n; i++) {
    const int commit = test_rand(rng) % 16 == 0;
    t[i].is_register = i < nregs;
    t[i].key = i < nregs ? regs[i] : words[i - nregs].key;
    t[i].index = commit ? 0 : (uint32_t)(test_rand(rng) & ((1u << 29) - 1));
    t[i].field = (uint8_t)(commit ? MGP_TOUCH_COMMIT + test_rand(rng) % 8
                                  : test_rand(rng) % MGP_TOUCH_COMMIT);
    t[i].first = (uint32_t)test_rand(rng);
    t[i].last = (uint32_t)test_rand(rng);
    t[i].last_ts = (uint32_t)test_rand(rng);
  }
  for (uint32_t i = n; i > 1; i--) {
    const uint32_t k = (uint32_t)(test_rand(rng) % i);
    const mgp_touch_t other = t[k];
    t[k] = t[i - 1];
    t[i - 1] = other;
  }
  free(words);
  return t;
}

static void check_touches(ref_backend_t *b, test_rng_t *rng, uint32_t n, int targets) {
  mgp_touch_t *t = draw_touches(rng, n), regs[MGP_TOUCH_REGISTERS];
  mgp_touch_t *d_t = put(b, t, n * sizeof *t);
  mgp_word_t *d_words = room(b, n * sizeof *d_words);
  uint32_t *d_target = targets ? room(b, n * sizeof *d_target) : NULL, nwords = 0, bad = 0;
  memset(regs, 0x5a, sizeof regs);
  REQUIRE_OK(b->be->ops->touch_words(b->be, d_t, n, regs, d_words, d_target, &nwords));
  mgp_word_t *words = get(b, d_words, n * sizeof *words);
  uint32_t *target = targets ? get(b, d_target, n * sizeof *target) : NULL, k = 0;
  qsort(t, n, sizeof *t, by_key); /* registers last */
  while (k < n && !t[k].is_register) k++;
  CHECK_EQ_U64(nwords, k);
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t want = t[i].field < MGP_TOUCH_COMMIT
                              ? 4 * t[i].index + t[i].field
                              : 0x80000000u + 8 * t[i].index + t[i].field - MGP_TOUCH_COMMIT;
    if (targets) bad += target[i] != want;
    if (i < k)
      bad += words[i].key != t[i].key || words[i].first != t[i].first ||
             words[i].last != t[i].last || words[i].ts != t[i].last_ts;
  }
  for (uint32_t r = 0; r < MGP_TOUCH_REGISTERS; r++) {
    if (k < n && t[k].key == r)
      bad += memcmp(&regs[r], &t[k++], sizeof *t) != 0;
    else
      bad += regs[r].is_register != 0;
  }
  CHECK_MSG(bad == 0, "%s: %u of %u touches are wrong", b->name, bad, n);
  ref_free(b, d_t), ref_free(b, d_words), ref_free(b, d_target);
  free(t), free(words), free(target);
}

/* --- words of several partitions -------------------------------------------------------------- */

static void check_merge(ref_backend_t *b, test_rng_t *rng, int kind, uint32_t n) {
  mgp_word_t *w = ref_alloc(n, sizeof *w);
  uint32_t *order = ref_alloc(n, sizeof *order), nmerged = 77, count = 0, bad = 0;
  for (uint32_t i = 0; i < n; i++) {
    w[i] = (mgp_word_t){draw_key(rng, kind, i, n), (uint32_t)test_rand(rng),
                        (uint32_t)test_rand(rng), 1 + (uint32_t)(test_rand(rng) >> 40)};
    order[i] = i;
  }
  mgp_word_t *d_w = put(b, w, n * sizeof *w), *d_merged = room(b, n * sizeof *w);
  uint32_t *d_prev = room(b, n * sizeof *d_prev);
  REQUIRE_OK(b->be->ops->word_merge(b->be, d_w, n, d_prev, d_merged, &nmerged));
  uint32_t *prev = get(b, d_prev, n * sizeof *prev);
  mgp_word_t *merged = get(b, d_merged, n * sizeof *merged);
  sorted_words = w;
  qsort(order, n, sizeof *order, by_key_and_number);
  for (uint32_t i = 0; i < n;) {
    const mgp_word_t *first = &w[order[i]], *last = NULL;
    for (; i < n && w[order[i]].key == first->key; i++) {
      bad += prev[order[i]] != (last ? last->ts : 0);
      last = &w[order[i]];
    }
    const mgp_word_t *got = &merged[count++];
    bad += got->key != first->key || got->first != first->first || got->last != last->last ||
           got->ts != last->ts;
  }
  CHECK_EQ_U64(nmerged, count);
  CHECK_MSG(bad == 0, "%s: %u words of kind %d: %u are wrong", b->name, n, kind, bad);
  ref_free(b, d_w), ref_free(b, d_merged), ref_free(b, d_prev);
  free(w), free(order), free(prev), free(merged);
}

/* --- places ----------------------------------------------------------------------------------- */

static void check_find(ref_backend_t *b, test_rng_t *rng, uint32_t n, uint32_t count) {
  mgp_word_t *w = ascending_words(rng, n), *d_w = put(b, w, n * sizeof *w);
  uint32_t *key = ref_alloc(count, sizeof *key), bad = 0;
  uint32_t *at[2] = {ref_alloc(count, sizeof **at), ref_alloc(count, sizeof **at)};
  uint32_t *last = ref_alloc(count, sizeof *last);
  for (uint32_t k = 0; k < count; k++)
    key[k] = k == 0       ? 0
             : k == 1     ? KEYS
             : n && k % 3 ? w[test_rand(rng) % n].key + (uint32_t)(test_rand(rng) % 2)
                          : (uint32_t)(test_rand(rng) % (KEYS + 1));
  REQUIRE_OK(b->be->ops->word_find(b->be, d_w, n, key, count, at[0], last));
  REQUIRE_OK(b->be->ops->word_find(b->be, d_w, n, key, count, at[1], NULL));
  for (uint32_t k = 0; k < count; k++) {
    uint32_t below = at[0][k]; /* of ascending keys there is only one such number */
    bad += at[1][k] != below || below > n;
    if (below > n) continue;
    bad += below > 0 && w[below - 1].key >= key[k];
    bad += below < n && w[below].key < key[k];
    bad += last[k] != (below ? w[below - 1].key : 0);
  }
  CHECK_MSG(bad == 0, "%s: %u of %u places in %u words are wrong", b->name, bad, count, n);
  ref_free(b, d_w);
  free(w), free(key), free(at[0]), free(at[1]), free(last);
}

/* --- records ---------------------------------------------------------------------------------- */

/* Timestamps for about half the fields of n steps, and those of a commit. */
static void check_patch(ref_backend_t *b, test_rng_t *rng, uint32_t nsteps) {
  const size_t words = (size_t)nsteps * 10, fields = (size_t)nsteps * 4 + 8;
  uint32_t *steps = ref_alloc(words, 4), commit[16], n = 0;
  uint32_t *target = ref_alloc(fields, 4), *prev = ref_alloc(fields, 4);
  mgp_raw_t raw;
  memset(&raw, 0, sizeof raw);
  for (size_t i = 0; i < words; i++) steps[i] = (uint32_t)test_rand(rng);
  for (unsigned i = 0; i < 16; i++) commit[i] = (uint32_t)test_rand(rng);
  mgp_step_t *d_steps = put(b, steps, words * 4);
  mgp_commit_t *d_commit = put(b, commit, sizeof commit);
  for (size_t i = 0; i < fields; i++) {
    const uint32_t ts = test_rand(rng) % 4 ? 1 + (uint32_t)(test_rand(rng) >> 36) : 0;
    if (test_rand(rng) % 2) continue;
    target[n] = i < fields - 8 ? (uint32_t)i : 0x80000000u + (uint32_t)(i - (fields - 8));
    prev[n++] = ts;
    if (ts == 0) continue;
    if (i < fields - 8)
      steps[i / 4 * 10 + 6 + i % 4] = ts; /* pa, pb, po, pm are the last of ten */
    else
      commit[8 + i - (fields - 8)] = ts;
  }
  uint32_t *d_target = put(b, target, n * 4), *d_prev = put(b, prev, n * 4);
  raw.steps = d_steps;
  raw.commits = d_commit;
  REQUIRE_OK(b->be->ops->patch(b->be, &raw, d_target, d_prev, n));
  uint32_t *got = get(b, d_steps, words * 4), *got_commit = get(b, d_commit, sizeof commit);
  CHECK_MSG(memcmp(got, steps, words * 4) == 0, "%s: %u patches", b->name, n);
  CHECK_MSG(memcmp(got_commit, commit, sizeof commit) == 0, "%s: a commit's", b->name);
  ref_free(b, d_steps), ref_free(b, d_commit), ref_free(b, d_target), ref_free(b, d_prev);
  free(steps), free(target), free(prev), free(got), free(got_commit);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* Words cut into `count` ranges, some of them empty, of three kinds. */
static void check_rows(ref_backend_t *b, test_rng_t *rng, uint32_t n, uint32_t count) {
  mgp_word_t *w = ascending_words(rng, n), *d_w = put(b, w, n * sizeof *w);
  mgp_bound_range_t *ranges = ref_alloc(count, sizeof *ranges);
  mgp_bound_t *want[3], *d_rows[3];
  uint32_t rows[3] = {0}, begin = 0;
  for (int k = 0; k < 3; k++) want[k] = ref_alloc(n, sizeof **want);
  for (uint32_t r = 0; r < count; r++) {
    const uint32_t left = n - begin, kind = (uint32_t)(test_rand(rng) % 3);
    const uint32_t len = r + 1 == count            ? left
                         : test_rand(rng) % 3 == 0 ? 0
                                                   : (uint32_t)(test_rand(rng) % (left / 2 + 1));
    ranges[r] = (mgp_bound_range_t){begin, kind, (uint32_t)(test_rand(rng) % 9), rows[kind],
                                    (uint32_t)(test_rand(rng) % KEYS)};
    for (uint32_t i = begin; i < begin + len; i++)
      want[kind][rows[kind]++] =
          (mgp_bound_t){w[i].key,      i == begin ? ranges[r].prev : w[i - 1].key + 1,
                        ranges[r].gap, w[i].first,
                        w[i].last,     w[i].ts};
    begin += len;
  }
  for (int k = 0; k < 3; k++) d_rows[k] = room(b, rows[k] * sizeof **d_rows);
  REQUIRE_OK(b->be->ops->bound_rows(b->be, d_w, n, ranges, count, d_rows));
  for (int k = 0; k < 3; k++) {
    mgp_bound_t *got = get(b, d_rows[k], rows[k] * sizeof *got);
    CHECK_MSG(memcmp(got, want[k], rows[k] * sizeof *got) == 0,
              "%s: %u rows of kind %d, of %u words in %u ranges", b->name, rows[k], k, n, count);
    ref_free(b, d_rows[k]);
    free(got);
    free(want[k]);
  }
  ref_free(b, d_w);
  free(w), free(ranges);
}

int main(void) {
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  const unsigned nb = ref_backends(NULL, b);
  for (unsigned k = 0; k < nb; k++)
    for (unsigned i = 0; i < nsizes(); i++) {
      const uint32_t n = sizes[i];
      check_touches(&b[k], &rng, n, 1);
      check_touches(&b[k], &rng, n, 0);
      for (int kind = 0; kind < KINDS; kind++) check_merge(&b[k], &rng, kind, n);
      check_find(&b[k], &rng, n, 1 + n % 300);
      check_patch(&b[k], &rng, n / 4);
      check_rows(&b[k], &rng, n, 1);
      check_rows(&b[k], &rng, n, MGP_BOUND_RANGES);
      CHECK_EQ_U64(mgp_ledger_live(b[k].ledger, MGP_MEM_SCRATCH), 0);
    }
  if (test_quick() < 2 && strcmp(b[0].be->name, "cuda") == 0) { /* more tiles than threads scan */
    const uint32_t n = (1u << 20) + 4097;
    check_touches(b, &rng, n, 1);
    check_merge(b, &rng, SPREAD, n);
    check_merge(b, &rng, DENSE, n);
  }
  ref_backends_destroy(b, nb);
  return test_result();
}
