/* Folding phase and grinding against docs/protocol.md sections 1 and 5. */
#include "backend_ref.h"
#include "protocol/transcript.h"

static unsigned min_u(unsigned a, unsigned b) {
  return a < b ? a : b;
}

static uint32_t bitrev(uint32_t x, unsigned bits) {
  uint32_t r = 0;
  for (unsigned i = 0; i < bits; i++) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

/* Position x of Enc(q), q of 2^n values. */
static mgp_e_t evaluate(const mgp_e_t *q, unsigned n, uint32_t x) {
  mgp_f_t z = mgp_f_pow(mgp_f_omega(n + 1), bitrev(x, n + 1));
  mgp_e_t v = mgp_e_zero();
  for (size_t i = (size_t)1 << n; i-- > 0;) v = mgp_e_add(mgp_e_mul_f(v, z), q[i]);
  return v;
}

typedef struct {
  unsigned n, k; /* 2^n values, cosets of 2^k positions */
  mgp_e_t *q;
  uint32_t first, count; /* nodes of the cap that are committed, and here: */
  mgp_digest_t cap[64];
} ref_word_t;

/* The opening of one leaf. */
static void check_leaf(const ref_backend_t *b, const ref_word_t *w, uint32_t leaf,
                       const mgp_e_t *coset, const mgp_digest_t *path) {
  const unsigned length = w->n + 1 - w->k - min_u(6, w->n + 1 - w->k);
  mgp_digest_t node;
  for (uint32_t j = 0; j < 1u << w->k; j++)
    CHECK_MSG(mgp_e_eq(coset[j], evaluate(w->q, w->n, (leaf << w->k) + j)),
              "%s: word of 2^%u, coset %u, position %u", b->name, w->n, leaf, j);
  mgp_hash_leaf(coset->c, (size_t)MGP_D << w->k, node);
  for (unsigned l = 0; l < length; l++) {
    if (leaf >> l & 1)
      mgp_hash_node(path[l], node, node);
    else
      mgp_hash_node(node, path[l], node);
  }
  CHECK_MSG(memcmp(node, w->cap[(leaf >> length) - w->first], sizeof node) == 0,
            "%s: word of 2^%u, path of leaf %u", b->name, w->n, leaf);
}

/* Some leaves of some words, none of the others. */
static void check_open(ref_backend_t *b, mgp_fold_t *f, test_rng_t *rng, const ref_word_t *words,
                       uint32_t nwords) {
  enum { MOST = 32 };
  uint32_t n[32] = {0}, leaf[32 * MOST] = {0}, leaves = 0;
  size_t size = 0;
  for (uint32_t i = 0; i < nwords; i++) {
    const ref_word_t *w = &words[i];
    const unsigned h = w->n + 1 - w->k, length = h - min_u(6, h);
    const uint32_t from = w->first << length, nleaf = w->count << length;
    n[i] = h <= 5 ? nleaf : (uint32_t)(test_rand(rng) % 6);
    for (uint32_t k = 0; k < n[i]; k++)
      leaf[leaves++] = from + (h <= 5 ? k : (uint32_t)(test_rand(rng) % nleaf));
    size += n[i] * (((size_t)MGP_D << w->k) + length * MGP_DIGEST_WORDS);
  }
  mgp_f_t *out = ref_alloc(size + 1, sizeof *out), *at = out;
  CHECK_OK(b->be->ops->fold_open(b->be, f, n, leaf, out));
  for (uint32_t i = 0, first = 0; i < nwords; first += n[i++]) {
    const ref_word_t *w = &words[i];
    const size_t length = w->n + 1 - w->k - min_u(6, w->n + 1 - w->k);
    const mgp_e_t *cosets = (const mgp_e_t *)(const void *)at;
    at += (size_t)n[i] * (MGP_D << w->k);
    const mgp_digest_t *paths = (const mgp_digest_t *)(const void *)at;
    at += n[i] * length * MGP_DIGEST_WORDS;
    for (uint32_t k = 0; k < n[i]; k++)
      check_leaf(b, w, leaf[first + k], cosets + ((size_t)k << w->k), paths + k * length);
  }
  free(out);
  out = ref_alloc(1 << 10, sizeof *out);
  for (uint32_t i = 0; i < nwords; i++) {
    const unsigned h = words[i].n + 1 - words[i].k, length = h - min_u(6, h);
    const uint32_t from = words[i].first << length, end = from + (words[i].count << length);
    const uint32_t outside[] = {1u << h, from - 1, end};
    uint32_t of[32] = {0};
    of[i] = 1;
    for (int k = 0; k < 3; k++)
      CHECK(b->be->ops->fold_open(b->be, f, of, &outside[k], out) == MGP_INTERNAL);
  }
  free(out);
}

/* The whole phase for 2^s values, final polynomial of 2^last, groups of k rounds. */
static void phase(test_rng_t *rng, ref_backend_t *b, unsigned s, unsigned last, unsigned k) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const size_t size = (size_t)1 << s;
  mgp_e_t *q = ref_alloc(size, sizeof *q), *eq = ref_alloc(size, sizeof *eq);
  mgp_f_t *planes = ref_alloc(size * MGP_D, sizeof *planes);
  mgp_e_t point[32];
  ref_word_t words[32];
  uint32_t nwords = 0;
  for (size_t i = 0; i < size; i++) {
    q[i] = ref_rand_e(rng);
    for (size_t d = 0; d < MGP_D; d++) planes[d * size + i] = q[i].c[d];
  }
  mgp_f_t *d_q = ref_upload(b, MGP_MEM_WITNESS, planes, size * MGP_D);
  mgp_fold_t *f;
  mgp_ledger_set_phase(b->ledger, MGP_PHASE_FOLD);
  for (unsigned t = 0; t < s; t++) point[t] = ref_rand_e(rng);
  REQUIRE_OK(ops->fold_begin(b->be, d_q, s, point, &f));
  unsigned next = s;
  for (unsigned n = s; n > last; n--) {
    if (n == next) {
      ref_word_t *w = &words[nwords++];
      *w = (ref_word_t){.n = n, .k = min_u(k, n - last), .q = ref_alloc((size_t)1 << n, sizeof *q)};
      memcpy(w->q, q, sizeof *q << n);
      const uint32_t ncap = 1u << min_u(6, n + 1 - w->k);
      if (nwords % 2) w->first = (uint32_t)(test_rand(rng) % ncap);
      w->count = nwords % 2 ? 1 + (uint32_t)(test_rand(rng) % (ncap - w->first)) : ncap;
      CHECK(ops->fold_commit(b->be, f, w->k, 0, 0, w->cap) == MGP_INTERNAL);
      CHECK(ops->fold_commit(b->be, f, w->k, 1, ncap, w->cap) == MGP_INTERNAL);
      CHECK(ops->fold_commit(b->be, f, w->k, UINT32_MAX, 2, w->cap) == MGP_INTERNAL);
      REQUIRE_OK(ops->fold_commit(b->be, f, w->k, w->first, w->count, w->cap));
      next = n - w->k;
    }
    ref_eq_table(point + s - n + 1, n - 1, eq);
    mgp_e_t want = mgp_e_zero(), got, x = ref_rand_e(rng);
    for (size_t y = 0; y < (size_t)1 << (n - 1); y++)
      want = mgp_e_add(want, mgp_e_mul(eq[y], mgp_e_sub(q[2 * y + 1], q[2 * y])));
    if (test_rand(rng) % 4) REQUIRE_OK(ops->fold_round(b->be, f, &got));
    REQUIRE_OK(ops->fold_round(b->be, f, &got)); /* also again */
    CHECK_MSG(mgp_e_eq(got, want), "%s: s %u, round on 2^%u values", b->name, s, n);
    REQUIRE_OK(ops->fold_bind(b->be, f, x));
    ref_bind(q, (size_t)1 << n, x);
  }
  mgp_e_t *final = ref_alloc((size_t)1 << last, sizeof *final);
  REQUIRE_OK(ops->fold_final(b->be, f, final));
  for (size_t i = 0; i < (size_t)1 << last; i++)
    CHECK_MSG(mgp_e_eq(final[i], q[i]), "%s: s %u, final value %zu", b->name, s, i);
  check_open(b, f, rng, words, nwords);
  ops->fold_end(b->be, f);

  const uint64_t peak = mgp_ledger_peak(b->ledger, MGP_PHASE_FOLD, MGP_MEM_SCRATCH) +
                        mgp_ledger_peak(b->ledger, MGP_PHASE_FOLD, MGP_MEM_CODEWORD);
  CHECK_MSG(peak <= ops->fold_bytes(b->be, s, k),
            "%s: s %u, k %u, f %u: fold_bytes %" PRIu64 ", measured %" PRIu64, b->name, s, k, last,
            ops->fold_bytes(b->be, s, k), peak);
  for (uint32_t w = 0; w < nwords; w++) free(words[w].q);
  ref_free(b, d_q);
  free(final);
  free(planes);
  free(eq);
  free(q);
}

/* fold_bytes is the most over all sizes of the final polynomial, and no more. */
static void exact_bytes(test_rng_t *rng, ref_backend_t *b, unsigned s, unsigned k) {
  for (unsigned last = 1; last <= 8 && last < s; last++) phase(rng, b, s, last, k);
  const uint64_t peak = mgp_ledger_peak(b->ledger, MGP_PHASE_FOLD, MGP_MEM_SCRATCH) +
                        mgp_ledger_peak(b->ledger, MGP_PHASE_FOLD, MGP_MEM_CODEWORD);
  const uint64_t bound = b->be->ops->fold_bytes(b->be, s, k);
  CHECK_MSG(peak == bound, "%s: s %u, k %u: fold_bytes %" PRIu64 ", measured %" PRIu64, b->name, s,
            k, bound, peak);
}

static void grinding(test_rng_t *rng, ref_backend_t *b, unsigned bits) {
  mgp_digest_t seed;
  uint32_t want = 0, got = MGP_P;
  for (unsigned i = 0; i < MGP_DIGEST_WORDS; i++) seed[i] = ref_rand_f(rng);
  while (!mgp_grind_check(seed, want, bits)) want++;
  CHECK_OK(b->be->ops->grind(b->be, seed, bits, 0, MGP_P, &got));
  CHECK_MSG(got == want, "%s: %u bits: nonce %u, smallest %u", b->name, bits, got, want);
  CHECK_OK(b->be->ops->grind(b->be, seed, bits, want, 1, &got));
  CHECK_MSG(got == want, "%s: %u bits: nonce %u, the only one %u", b->name, bits, got, want);
  CHECK_OK(b->be->ops->grind(b->be, seed, bits, 0, want, &got));
  CHECK_MSG(got == MGP_NO_NONCE, "%s: %u bits: nonce %u below %u", b->name, bits, got, want);
  const uint32_t after = ++want;
  while (!mgp_grind_check(seed, want, bits)) want++;
  CHECK_OK(b->be->ops->grind(b->be, seed, bits, after, MGP_P - after, &got));
  CHECK_MSG(got == want, "%s: %u bits: nonce %u, second %u", b->name, bits, got, want);
}

int main(void) {
  static const struct {
    unsigned s, last, k;
  } cases[] = {{2, 1, 4}, {3, 1, 1}, {5, 2, 3}, {8, 1, 3}, {9, 4, 2}, {12, 8, 4}, {15, 5, 4}};
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    unsigned n = ref_backends(NULL, b);
    for (unsigned j = 0; j < n; j++) {
      phase(&rng, &b[j], cases[i].s, cases[i].last, cases[i].k);
      if (cases[i].s == 9) exact_bytes(&rng, &b[j], 9, cases[i].k);
    }
    ref_backends_destroy(b, n);
  }
  unsigned n = ref_backends(NULL, b);
  for (unsigned j = 0; j < n; j++) {
    b[j].be->ops->fold_end(b[j].be, NULL);
    for (unsigned bits = 0; bits <= 14; bits += bits < 4 ? 1 : 5) grinding(&rng, &b[j], bits);
  }
  ref_backends_destroy(b, n);
  return test_result();
}
