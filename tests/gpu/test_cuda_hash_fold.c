/* Folding phase and grinding of the cuda backend against cpu, word for word. */
#include "cuda_pair.h"

#define MANY 6000u /* openings */

/* Both fold the same random polynomial of 2^s values in groups of k down to 2^last. Returns the
 * bytes that cuda took. */
static uint64_t check_fold(pair_t *p, test_rng_t *rng, unsigned s, unsigned k, unsigned last) {
  const mgp_backend_ops_t *a = p->cpu.be->ops, *b = p->cuda.be->ops;
  const size_t words = (size_t)MGP_D << s;
  mgp_f_t *q = new_array(words, sizeof *q);
  mgp_e_t point[32], h1[2], *final[2];
  mgp_fold_t *f[2] = {NULL, NULL};
  mgp_digest_t cap[2][64];
  unsigned group[32], log_leaves[32], n = s;
  uint32_t first[32], nodes[32];
  uint32_t nwords = 0;
  for (size_t i = 0; i < words; i++) q[i] = rand_f(rng);
  for (unsigned i = 0; i < s; i++) point[i] = rand_e(rng);
  mgp_f_t *d_a = to_device(&p->cpu, MGP_MEM_SCRATCH, q, words * sizeof *q);
  mgp_f_t *d_b = to_device(&p->cuda, MGP_MEM_SCRATCH, q, words * sizeof *q);
  const uint64_t before = working_set(&p->cuda);
  REQUIRE_OK(a->fold_begin(p->cpu.be, d_a, s, point, &f[0]));
  REQUIRE_OK(b->fold_begin(p->cuda.be, d_b, s, point, &f[1]));
  while (n > last) {
    const unsigned size = k < n - last ? k : n - last, h = n + 1 - size;
    const uint32_t ncap = 1u << (h < 6 ? h : 6);
    first[nwords] = nwords % 2 ? (uint32_t)(test_rand(rng) % ncap) : 0;
    nodes[nwords] = nwords % 2 ? 1 + (uint32_t)(test_rand(rng) % (ncap - first[nwords])) : ncap;
    REQUIRE_OK(a->fold_commit(p->cpu.be, f[0], size, first[nwords], nodes[nwords], cap[0]));
    REQUIRE_OK(b->fold_commit(p->cuda.be, f[1], size, first[nwords], nodes[nwords], cap[1]));
    CHECK_MSG(memcmp(cap[0], cap[1], sizeof cap[0][0] * nodes[nwords]) == 0,
              "cap of word %u: s %u, k %u", nwords, s, k);
    group[nwords] = size;
    log_leaves[nwords++] = h;
    for (unsigned i = 0; i < size; i++, n--) {
      const mgp_e_t x = rand_e(rng);
      REQUIRE_OK(a->fold_round(p->cpu.be, f[0], &h1[0]));
      REQUIRE_OK(b->fold_round(p->cuda.be, f[1], &h1[1]));
      CHECK_MSG(mgp_e_eq(h1[0], h1[1]), "round on 2^%u values: s %u, k %u", n, s, k);
      REQUIRE_OK(a->fold_bind(p->cpu.be, f[0], x));
      REQUIRE_OK(b->fold_bind(p->cuda.be, f[1], x));
    }
  }
  for (int i = 0; i < 2; i++) final[i] = new_array((size_t)1 << last, sizeof *final[i]);
  REQUIRE_OK(a->fold_final(p->cpu.be, f[0], final[0]));
  REQUIRE_OK(b->fold_final(p->cuda.be, f[1], final[1]));
  CHECK_MSG(memcmp(final[0], final[1], sizeof *final[0] << last) == 0, "final: s %u, k %u", s, k);
  const uint64_t taken = working_set(&p->cuda) - before;

  /* a few, then of one word more than a launch takes */
  for (int turn = 0; turn < 2; turn++) {
    uint32_t count[32] = {0}, *leaf = new_array(32 * 50 + MANY, sizeof *leaf), leaves = 0;
    size_t size = 0;
    mgp_f_t *out[2];
    for (uint32_t w = 0; w < nwords; w++) {
      const unsigned length = log_leaves[w] - (log_leaves[w] < 6 ? log_leaves[w] : 6);
      count[w] = turn && w == nwords / 2 ? MANY : (uint32_t)(test_rand(rng) % 50);
      for (uint32_t i = 0; i < count[w]; i++)
        leaf[leaves++] =
            (uint32_t)((first[w] << length) + test_rand(rng) % ((uint64_t)nodes[w] << length));
      size += count[w] * (((size_t)MGP_D << group[w]) + length * MGP_DIGEST_WORDS);
    }
    for (int i = 0; i < 2; i++) out[i] = new_array(size, sizeof *out[i]);
    REQUIRE_OK(a->fold_open(p->cpu.be, f[0], count, leaf, out[0]));
    REQUIRE_OK(b->fold_open(p->cuda.be, f[1], count, leaf, out[1]));
    CHECK_MSG(memcmp(out[0], out[1], size * sizeof *out[0]) == 0, "openings: s %u, k %u", s, k);
    for (int i = 0; i < 2; i++) free(out[i]);
    free(leaf);
  }
  const uint32_t outside = 1u << log_leaves[0], one[32] = {1};
  CHECK(b->fold_open(p->cuda.be, f[1], one, &outside, q) == MGP_INTERNAL);
  a->fold_end(p->cpu.be, f[0]);
  b->fold_end(p->cuda.be, f[1]);
  CHECK_EQ_U64(working_set(&p->cuda), before);
  a->free(p->cpu.be, d_a);
  b->free(p->cuda.be, d_b);
  free(final[0]), free(final[1]), free(q);
  return taken;
}

/* Every number of final values; the most that one of them takes is what fold_bytes says. */
static void check_folds(pair_t *p, test_rng_t *rng, unsigned s, unsigned k) {
  uint64_t most = 0;
  for (unsigned last = 1; last < s && last <= 8; last++) {
    const uint64_t taken = check_fold(p, rng, s, k, last);
    if (taken > most) most = taken;
  }
  CHECK_EQ_U64(most, p->cuda.be->ops->fold_bytes(p->cuda.be, s, k));
}

static void check_grind(pair_t *p, test_rng_t *rng, unsigned bits) {
  mgp_digest_t seed;
  uint32_t want = 0, got = 1;
  for (int i = 0; i < MGP_DIGEST_WORDS; i++) seed[i] = rand_f(rng);
  for (int k = 0; k < 2; k++) { /* the smallest, and the one after it */
    const uint32_t first = k ? want + 1 : 0;
    REQUIRE_OK(p->cpu.be->ops->grind(p->cpu.be, seed, bits, first, MGP_P - first, &want));
    REQUIRE_OK(p->cuda.be->ops->grind(p->cuda.be, seed, bits, first, MGP_P - first, &got));
    CHECK_EQ_U64(want, got);
    REQUIRE_OK(p->cuda.be->ops->grind(p->cuda.be, seed, bits, first, want - first, &got));
    CHECK_EQ_U64(got, MGP_NO_NONCE);
  }
}

int main(void) {
  pair_t p = pair_create((uint64_t)4 << 30);
  test_rng_t rng = test_rng();
  const unsigned quick = test_quick();
  for (unsigned s = 2; s <= (quick ? 11 : 15); s += quick > 1 ? 3 : 1)
    for (unsigned k = 1; k <= 4; k += quick ? 3 : 1) check_folds(&p, &rng, s, k);
  if (!quick) {
    check_fold(&p, &rng, 18, 3, 5);
    check_fold(&p, &rng, 20, 4, 1);
    check_fold(&p, &rng, 22, 3, 5);
  }
  for (unsigned i = 0; i < (quick ? 4 : 60); i++) check_grind(&p, &rng, i % 21);
  if (!quick) check_grind(&p, &rng, 24);
  pair_destroy(&p);
  return test_result();
}
