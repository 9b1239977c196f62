/* Folding phase: the combined polynomial, its words with their trees, its rounds. */
#include <string.h>

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/kernels_fold.h"
#include "backend/cpu/kernels_hash.h"
#include "backend/cpu/ntt.h"
#include "backend/cpu/tree.h"

#define MAX_WORDS  MGP_TWO_ADICITY
#define MAX_GROUP  4u
#define MAX_FINAL  8u
#define LEAF_CHUNK 64u
#define BIND_CHUNK ((size_t)8192)

typedef struct {
  unsigned n, k;         /* 2^(n+1) positions in cosets of 2^k */
  uint32_t first, count; /* nodes of the cap that the tree is there for */
  mgp_f_t *code;         /* ext planes of 2^(n+1) */
  mgp_digest_t *tree;    /* room for all 2^(n+1-k) leaves */
} word_t;

struct mgp_fold {
  unsigned s, n;    /* 2^s values at first, 2^n now */
  mgp_f_t *given;   /* the caller's planes */
  mgp_f_t *half;    /* 2^(s-1) more */
  mgp_f_t *q;       /* current planes, 2^n apart: in one of the two above */
  mgp_f_t *eq_low;  /* ext planes, 2^low apart: eq of the low half of the coordinates */
  mgp_e_t *eq_high; /* ... of the high half */
  mgp_e_t point[MGP_TWO_ADICITY];
  uint32_t nwords;
  word_t words[MAX_WORDS];
};

/* The m = s - 1 coordinates after the current one, cut in two. */
static unsigned low_log(unsigned m) {
  return (m + 1) / 2;
}

static uint64_t word_bytes(unsigned n, unsigned k) {
  return sizeof(mgp_f_t) * MGP_D * ((uint64_t)2 << n) +
         sizeof(mgp_digest_t) * mgp_whole_tree_count(n + 1 - k);
}

static size_t half_words(unsigned s) {
  return (size_t)MGP_D << (s ? s - 1 : 0);
}
static size_t low_words(unsigned s) {
  return (size_t)MGP_D << low_log(s ? s - 1 : 0);
}
static size_t high_count(unsigned s) {
  return (size_t)1 << (s ? s - 1 - low_log(s - 1) : 0);
}

/* The most over all sizes 2^f of the final polynomial: the last group is what f leaves of it. */
uint64_t mgp_cpu_fold_bytes(mgp_backend_t *be, unsigned s, unsigned k) {
  (void)be;
  uint64_t most = 0;
  for (unsigned f = 1; f <= MAX_FINAL && f < s; f++) {
    uint64_t words = 0;
    for (unsigned n = s; n > f; n -= k < n - f ? k : n - f)
      words += word_bytes(n, k < n - f ? k : n - f);
    if (words > most) most = words;
  }
  return most + sizeof(mgp_fold_t) + sizeof(mgp_f_t) * (half_words(s) + low_words(s)) +
         sizeof(mgp_e_t) * high_count(s);
}

mgp_status_t mgp_cpu_fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, const mgp_e_t *point,
                                mgp_fold_t **out) {
  MGP_TRY(mgp_ntt_prepare(mgp_cpu_of(be), s + 1));
  mgp_status_t st;
  mgp_fold_t *f;
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, 1, &f));
  memset(f, 0, sizeof *f);
  f->s = f->n = s;
  f->given = f->q = d_q;
  memcpy(f->point, point, s * sizeof *point);
  MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_SCRATCH, half_words(s), &f->half), failed);
  MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_SCRATCH, low_words(s), &f->eq_low), failed);
  MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_SCRATCH, high_count(s), &f->eq_high), failed);
  *out = f;
  return MGP_OK;
failed:
  mgp_cpu_fold_end(be, f);
  return st;
}

/* Row-major cosets [count][2^k][D] of a word. */
static void gather_cosets(const word_t *w, size_t first, size_t count, mgp_f_t *out) {
  const size_t stride = (size_t)2 << w->n, from = first << w->k, n = count << w->k;
  for (size_t d = 0; d < MGP_D; d++)
    for (size_t i = 0; i < n; i++) out[i * MGP_D + d] = w->code[d * stride + from + i];
}

mgp_status_t mgp_cpu_fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                                 uint32_t n, mgp_digest_t *cap) {
  mgp_cpu_t *cpu = mgp_cpu_of(be);
  const mgp_hash_kernels_t *hash = mgp_hash_kernels(cpu->isa);
  if (f->nwords == MAX_WORDS || k > MAX_GROUP || k > f->n)
    return mgp_fail(MGP_INTERNAL, "fold: word %u, cosets of 2^%u of 2^%u values", f->nwords, k,
                    f->n);
  const unsigned h = f->n + 1 - k, below = h - mgp_cap_log(h);
  const uint32_t ncap = 1u << mgp_cap_log(h);
  if (n == 0 || n > ncap || first > ncap - n)
    return mgp_fail(MGP_INTERNAL, "fold: %u nodes from %u on of a cap of %u", n, first, ncap);
  word_t *w = &f->words[f->nwords];
  *w = (word_t){.n = f->n, .k = k, .first = first, .count = n};
  MGP_TRY(MGP_NEW(be, MGP_MEM_CODEWORD, (size_t)MGP_D * ((size_t)2 << f->n), &w->code));
  mgp_status_t st = MGP_NEW(be, MGP_MEM_CODEWORD, mgp_whole_tree_count(h), &w->tree);
  if (st != MGP_OK) {
    mgp_ledger_free(be->ledger, w->code);
    return st;
  }
  for (size_t d = 0; d < MGP_D; d++)
    mgp_ntt_encode(cpu, f->q + (d << f->n), f->n, w->code + d * ((size_t)2 << f->n));
  const size_t from = (size_t)first << below, end = from + ((size_t)n << below);
  MGP_OMP(omp parallel for schedule(static) num_threads(be->threads) if (end - from > LEAF_CHUNK))
  for (size_t i = from; i < end; i += LEAF_CHUNK) {
    mgp_f_t rows[(LEAF_CHUNK << MAX_GROUP) * MGP_D];
    const size_t chunk = end - i < LEAF_CHUNK ? end - i : LEAF_CHUNK;
    gather_cosets(w, i, chunk, rows);
    hash->leaves(rows, (uint32_t)MGP_D << k, w->tree + i, chunk);
  }
  mgp_whole_tree_build(cpu, w->tree, h, first, n);
  memcpy(cap, w->tree + mgp_whole_tree_level(h, mgp_cap_log(h)) + first, n * sizeof cap[0]);
  f->nwords++;
  return MGP_OK;
}

/* eq(point, i) for i < 2^n */
static void eq_elements(const mgp_e_t *point, unsigned n, mgp_e_t *out) {
  out[0] = mgp_e_one();
  for (unsigned t = 0; t < n; t++)
    for (size_t i = 0; i < (size_t)1 << t; i++) {
      mgp_e_t high = mgp_e_mul(out[i], point[t]);
      out[((size_t)1 << t) + i] = high;
      out[i] = mgp_e_sub(out[i], high);
    }
}

/* The same as planes. */
static void eq_planes(const mgp_e_t *point, unsigned n, mgp_f_t *out) {
  const size_t stride = (size_t)1 << n;
  mgp_e_t v = mgp_e_one();
  for (size_t d = 0; d < MGP_D; d++) out[d * stride] = v.c[d];
  for (unsigned t = 0; t < n; t++)
    for (size_t i = 0; i < (size_t)1 << t; i++) {
      for (size_t d = 0; d < MGP_D; d++) v.c[d] = out[d * stride + i];
      mgp_e_t high = mgp_e_mul(v, point[t]), low = mgp_e_sub(v, high);
      for (size_t d = 0; d < MGP_D; d++) {
        out[d * stride + i] = low.c[d];
        out[d * stride + ((size_t)1 << t) + i] = high.c[d];
      }
    }
}

mgp_status_t mgp_cpu_fold_round(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *h1) {
  const mgp_fold_kernels_t *k = mgp_fold_kernels(mgp_cpu_of(be)->isa);
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: a round on one value");
  const unsigned m = f->n - 1, low = low_log(m), high = m - low;
  const size_t stride = (size_t)1 << f->n, count = (size_t)1 << low;
  const mgp_e_t *rest = f->point + (f->s - m);
  eq_planes(rest, low, f->eq_low);
  eq_elements(rest + low, high, f->eq_high);
  mgp_e_t total = mgp_e_zero();
  MGP_OMP(omp parallel num_threads(be->threads) if (m > 13)) {
    mgp_e_t sum = mgp_e_zero();
    MGP_OMP(omp for schedule(static))
    for (size_t i = 0; i < (size_t)1 << high; i++) {
      mgp_e_t part = k->diff_dot(f->q + 2 * i * count, stride, f->eq_low, count, count);
      sum = mgp_e_add(sum, mgp_e_mul(f->eq_high[i], part));
    }
    MGP_OMP(omp critical(mgp_fold_sum))
    total = mgp_e_add(total, sum);
  }
  *h1 = total;
  return MGP_OK;
}

mgp_status_t mgp_cpu_fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x) {
  const mgp_fold_kernels_t *k = mgp_fold_kernels(mgp_cpu_of(be)->isa);
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: nothing left to bind");
  mgp_f_t *out = f->q == f->given ? f->half : f->given;
  const size_t n = (size_t)1 << (f->n - 1), chunk = n < BIND_CHUNK ? n : BIND_CHUNK;
  MGP_OMP(omp parallel for schedule(static) num_threads(be->threads) if (n > chunk))
  for (size_t i = 0; i < n; i += chunk) k->bind(f->q + 2 * i, 2 * n, x, out + i, n, chunk);
  f->q = out;
  f->n--;
  return MGP_OK;
}

mgp_status_t mgp_cpu_fold_final(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out) {
  (void)be;
  const size_t n = (size_t)1 << f->n;
  for (size_t i = 0; i < n; i++)
    for (size_t d = 0; d < MGP_D; d++) out[i].c[d] = f->q[d * n + i];
  return MGP_OK;
}

mgp_status_t mgp_cpu_fold_open(mgp_backend_t *be, mgp_fold_t *f, const uint32_t *n,
                               const uint32_t *leaf, mgp_f_t *out) {
  (void)be;
  for (uint32_t w = 0; w < f->nwords; leaf += n[w++]) {
    const word_t *word = &f->words[w];
    const unsigned h = word->n + 1 - word->k;
    const size_t length = h - mgp_cap_log(h), coset = (size_t)MGP_D << word->k;
    mgp_digest_t *paths = (mgp_digest_t *)(void *)(out + n[w] * coset);
    for (uint32_t i = 0; i < n[w]; i++) {
      if (leaf[i] >> h || (leaf[i] >> length) - word->first >= word->count)
        return mgp_fail(MGP_INTERNAL, "fold: leaf %u of 2^%u", leaf[i], h);
      gather_cosets(word, leaf[i], 1, out + i * coset);
      mgp_whole_tree_path(word->tree, h, leaf[i], paths + i * length);
    }
    out = paths[n[w] * length];
  }
  return MGP_OK;
}

void mgp_cpu_fold_end(mgp_backend_t *be, mgp_fold_t *f) {
  if (!f) return;
  for (uint32_t i = 0; i < f->nwords; i++) {
    mgp_ledger_free(be->ledger, f->words[i].code);
    mgp_ledger_free(be->ledger, f->words[i].tree);
  }
  mgp_ledger_free(be->ledger, f->eq_high);
  mgp_ledger_free(be->ledger, f->eq_low);
  mgp_ledger_free(be->ledger, f->half);
  mgp_ledger_free(be->ledger, f);
}
