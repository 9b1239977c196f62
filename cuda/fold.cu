/* Folding phase: the combined polynomial, its words with their trees, its rounds. */
#include <stdlib.h>
#include <string.h>

#include "hash.cuh"
#include "ntt.cuh"
#include "ops.cuh"
#include "reduce.cuh"

#define THREADS   256u
#define MAX_WORDS MGP_TWO_ADICITY
#define MAX_GROUP 4u
#define MAX_FINAL 8u

typedef struct {
  unsigned n, k;         /* 2^(n+1) positions in cosets of 2^k */
  uint32_t first, count; /* nodes of the cap that the tree is there for */
  mgp_f_t *d_code;       /* ext planes of 2^(n+1) */
  mgp_digest_t *d_tree;  /* room for all 2^(n+1-k) leaves */
} word_t;

struct mgp_fold {
  unsigned s, n;    /* 2^s values at first, 2^n now */
  mgp_f_t *d_given; /* the caller's planes */
  mgp_f_t *d_half;  /* 2^(s-1) more */
  mgp_f_t *d_q;     /* current planes, 2^n apart: in one of the two above */
  mgp_e_t *d_eq;    /* eq of the low half of the coordinates, then of the high half */
  uint32_t nwords;
  word_t words[MAX_WORDS];
};

/* The m = n - 1 coordinates after the current one, cut in two. */
static unsigned low_log(unsigned m) {
  return (m + 1) / 2;
}

static size_t half_words(unsigned s) {
  return (size_t)MGP_D << (s ? s - 1 : 0);
}
static size_t eq_count(unsigned s) {
  const unsigned m = s ? s - 1 : 0;
  return ((size_t)1 << low_log(m)) + ((size_t)1 << (m - low_log(m)));
}
static uint64_t word_bytes(unsigned n, unsigned k) {
  return mgp_cuda_size_of<mgp_f_t>(MGP_D * ((uint64_t)2 << n)) +
         mgp_cuda_size_of<mgp_digest_t>(mgp_cuda_tree_count(n + 1 - k));
}

/* Down to which 2^f values is not said here; a shorter last group has a larger tree, so f = 1 need
 * not be the most. */
uint64_t mgp_cuda_fold_bytes(mgp_backend_t *be, unsigned s, unsigned k) {
  (void)be;
  uint64_t most = 0;
  for (unsigned f = 1; f <= MAX_FINAL; f++) {
    uint64_t words = 0;
    for (unsigned n = s; n > f; n -= k < n - f ? k : n - f)
      words += word_bytes(n, k < n - f ? k : n - f);
    if (words > most) most = words;
  }
  return most + mgp_cuda_size_of<mgp_f_t>(half_words(s)) + mgp_cuda_size_of<mgp_e_t>(eq_count(s));
}

mgp_status_t mgp_cuda_fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, mgp_fold_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_fold_t *f = (mgp_fold_t *)calloc(1, sizeof *f);
  if (!f) return mgp_fail(MGP_RESOURCES, "out of host memory for the folding phase");
  f->s = f->n = s;
  f->d_given = f->d_q = d_q;
  mgp_status_t st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, half_words(s), &f->d_half);
  if (st == MGP_OK) st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, eq_count(s), &f->d_eq);
  if (st != MGP_OK) {
    mgp_cuda_fold_end(be, f);
    return st;
  }
  *out = f;
  return MGP_OK;
}

mgp_status_t mgp_cuda_fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                                  uint32_t n, mgp_digest_t *cap) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (f->nwords == MAX_WORDS || k > MAX_GROUP || k > f->n)
    return mgp_fail(MGP_INTERNAL, "fold: word %u, cosets of 2^%u of 2^%u values", f->nwords, k,
                    f->n);
  const unsigned h = f->n + 1 - k, below = h - mgp_cuda_cap_depth(h);
  const uint32_t ncap = 1u << mgp_cuda_cap_depth(h);
  const size_t size = (size_t)2 << f->n, from = (size_t)first << below;
  if (n == 0 || n > ncap || first > ncap - n)
    return mgp_fail(MGP_INTERNAL, "fold: %u nodes from %u on of a cap of %u", n, first, ncap);
  word_t *w = &f->words[f->nwords++]; /* fold_end frees what is there if this fails */
  w->n = f->n;
  w->k = k;
  w->first = first;
  w->count = n;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_CODEWORD, MGP_D * size, &w->d_code));
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_CODEWORD, mgp_cuda_tree_count(h), &w->d_tree));
  MGP_TRY(mgp_cuda_encode(cu, f->d_q, size / 2, f->n, MGP_D, w->d_code, size));
  MGP_TRY(mgp_cuda_coset_leaves(cu, w->d_code + (from << k), size, k, w->d_tree + from,
                                (size_t)n << below));
  MGP_TRY(mgp_cuda_tree_build(cu, w->d_tree, h, first, n));
  return mgp_cuda_download(
      be, cap, w->d_tree + mgp_cuda_tree_level(h, mgp_cuda_cap_depth(h)) + first, n * sizeof *cap);
}

/* --- rounds ----------------------------------------------------------------------------------- */

typedef struct {
  mgp_e_t r[MGP_TWO_ADICITY];
} point_t;

/* out[i] = eq(r[0..low), i) for i < 2^low, then eq(r[low..low + high), i) for i < 2^high */
static __global__ void eq_tables(point_t point, unsigned low, unsigned high, mgp_e_t *out) {
  uint32_t i = blockIdx.x * THREADS + threadIdx.x, first = 0;
  const uint32_t nlow = 1u << low, at = i;
  unsigned n = low;
  if (i >= nlow) {
    i -= nlow;
    first = low;
    n = high;
  }
  if (i >= 1u << n) return;
  mgp_e_t v = mgp_e_one();
  for (unsigned t = 0; t < n; t++) {
    const mgp_e_t r = point.r[first + t];
    v = mgp_e_mul(v, i >> t & 1 ? r : mgp_e_sub(mgp_e_one(), r));
  }
  out[at] = v;
}

/* Values 2y and 2y + 1 of planes `stride` apart. */
__device__ __forceinline__ void load_pair(const mgp_f_t *q, size_t stride, size_t y, mgp_e_t *a,
                                          mgp_e_t *b) {
#pragma unroll
  for (int d = 0; d < MGP_D; d++) {
    const uint2 w = reinterpret_cast<const uint2 *>(q + d * stride)[y];
    a->c[d] = w.x;
    b->c[d] = w.y;
  }
}

/* sum over y of eq_low[y mod 2^low] eq_high[y >> low] (q[2y + 1] - q[2y]). The number of threads is
 * a multiple of 2^low, so that each has one entry of eq_low, which waits until the end. */
static __global__ void __launch_bounds__(THREADS)
    difference_sum(const mgp_f_t *q, size_t stride, const mgp_e_t *eq, unsigned low, size_t count,
                   mgp_sums_t out) {
  const mgp_e_t *eq_high = eq + ((size_t)1 << low);
  const size_t threads = (size_t)gridDim.x * THREADS,
               first = (size_t)blockIdx.x * THREADS + threadIdx.x;
  mgp_e_t sum = mgp_e_zero();
  for (size_t y = first; y < count; y += threads) {
    mgp_e_t a, b;
    load_pair(q, stride, y, &a, &b);
    sum = mgp_e_add(sum, mgp_e_mul(mgp_e_sub(b, a), eq_high[y >> low]));
  }
  sum = mgp_e_mul(sum, eq[first & (((size_t)1 << low) - 1)]);
  mgp_grid_sum<THREADS, 1>(out, &sum);
}

mgp_status_t mgp_cuda_fold_round(mgp_backend_t *be, mgp_fold_t *f, const mgp_e_t *rest,
                                 mgp_e_t *h1) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: a round on one value");
  const unsigned m = f->n - 1, low = low_log(m), high = m - low;
  const size_t count = (size_t)1 << m;
  const uint32_t entries = (1u << low) + (1u << high);
  const unsigned blocks = mgp_blocks(count, THREADS);
  point_t point;
  memset(&point, 0, sizeof point);
  if (m) memcpy(point.r, rest, m * sizeof *rest);
  MGP_TRY(
      MGP_LAUNCH(cu, eq_tables, mgp_blocks(entries, THREADS), THREADS, point, low, high, f->d_eq));
  MGP_TRY(MGP_LAUNCH(cu, difference_sum, blocks < MGP_CUDA_BLOCKS ? blocks : MGP_CUDA_BLOCKS,
                     THREADS, f->d_q, 2 * count, f->d_eq, low, count, mgp_cuda_sums(cu)));
  return mgp_cuda_results(cu, 1, h1);
}

static __global__ void bind(const mgp_f_t *q, size_t n, mgp_e_t x, mgp_f_t *out) {
  const size_t y = (size_t)blockIdx.x * THREADS + threadIdx.x;
  mgp_e_t a, b;
  if (y >= n) return;
  load_pair(q, 2 * n, y, &a, &b);
  a = mgp_e_add(a, mgp_e_mul(mgp_e_sub(b, a), x));
#pragma unroll
  for (int d = 0; d < MGP_D; d++) out[d * n + y] = a.c[d];
}

mgp_status_t mgp_cuda_fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: nothing left to bind");
  mgp_f_t *d_out = f->d_q == f->d_given ? f->d_half : f->d_given;
  const size_t n = (size_t)1 << (f->n - 1);
  MGP_TRY(MGP_LAUNCH(cu, bind, mgp_blocks(n, THREADS), THREADS, f->d_q, n, x, d_out));
  f->d_q = d_out;
  f->n--;
  return MGP_OK;
}

mgp_status_t mgp_cuda_fold_final(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out) {
  const size_t n = (size_t)1 << f->n;
  mgp_f_t *planes = (mgp_f_t *)malloc(n * sizeof *out);
  if (!planes) return mgp_fail(MGP_RESOURCES, "out of host memory for 2^%u values", f->n);
  mgp_status_t st = mgp_cuda_download(be, planes, f->d_q, n * sizeof *out);
  for (size_t i = 0; i < n && st == MGP_OK; i++)
    for (size_t d = 0; d < MGP_D; d++) out[i].c[d] = planes[d * n + i];
  free(planes);
  return st;
}

/* --- openings --------------------------------------------------------------------------------- */

/* out[i] = word i mod (D 2^k) of coset leaf[i / (D 2^k)], position by position */
static __global__ void gather_cosets(const mgp_f_t *code, size_t stride, const uint32_t *leaf,
                                     uint32_t n, unsigned k, mgp_f_t *out) {
  const uint64_t i = (uint64_t)blockIdx.x * THREADS + threadIdx.x;
  const uint32_t words = (uint32_t)MGP_D << k;
  if (i >= (uint64_t)n * words) return;
  const uint32_t w = (uint32_t)(i % words);
  out[i] = code[w % MGP_D * stride + ((size_t)leaf[i / words] << k) + w / MGP_D];
}

/* n openings that fit the spare room, one after the other: paths, cosets, leaves. */
static mgp_status_t open_some(mgp_cuda_t *cu, const word_t *word, const uint32_t *leaf, uint32_t n,
                              mgp_e_t *cosets, mgp_digest_t *paths) {
  const unsigned h = word->n + 1 - word->k;
  const size_t path_bytes = (size_t)n * (h - mgp_cuda_cap_depth(h)) * sizeof *paths;
  const size_t coset_bytes = ((size_t)n << word->k) * sizeof *cosets;
  uint8_t *d_room = mgp_cuda_spare(cu);
  mgp_digest_t *d_paths = (mgp_digest_t *)d_room;
  mgp_f_t *d_cosets = (mgp_f_t *)(d_room + path_bytes);
  uint32_t *d_leaf = (uint32_t *)(d_room + path_bytes + coset_bytes);
  MGP_TRY(mgp_cuda_upload(&cu->base, d_leaf, leaf, n * sizeof *leaf));
  MGP_TRY(MGP_LAUNCH(cu, gather_cosets, mgp_blocks(coset_bytes / sizeof(mgp_f_t), THREADS), THREADS,
                     word->d_code, (size_t)2 << word->n, d_leaf, n, word->k, d_cosets));
  MGP_TRY(mgp_cuda_tree_paths(cu, word->d_tree, h, d_leaf, n, d_paths));
  uint8_t *both = (uint8_t *)malloc(path_bytes + coset_bytes); /* one wait for the device */
  if (!both) return mgp_fail(MGP_RESOURCES, "out of host memory for %u openings", n);
  mgp_status_t st = mgp_cuda_download(&cu->base, both, d_room, path_bytes + coset_bytes);
  if (st == MGP_OK) {
    memcpy(paths, both, path_bytes);
    memcpy(cosets, both + path_bytes, coset_bytes);
  }
  free(both);
  return st;
}

mgp_status_t mgp_cuda_fold_open(mgp_backend_t *be, mgp_fold_t *f, uint32_t w, const uint32_t *leaf,
                                uint32_t n, mgp_e_t *cosets, mgp_digest_t *paths) {
  if (w >= f->nwords) return mgp_fail(MGP_INTERNAL, "fold: word %u of %u", w, f->nwords);
  const word_t *word = &f->words[w];
  const unsigned h = word->n + 1 - word->k;
  const size_t path = h - mgp_cuda_cap_depth(h), coset = (size_t)1 << word->k;
  const size_t each = path * sizeof *paths + coset * sizeof *cosets + sizeof *leaf;
  const uint32_t most = (uint32_t)(MGP_CUDA_SPARE_BYTES / each);
  for (uint32_t i = 0; i < n; i++)
    if (leaf[i] >> h || (leaf[i] >> path) - word->first >= word->count)
      return mgp_fail(MGP_INTERNAL, "fold: leaf %u of 2^%u", leaf[i], h);
  for (uint32_t at = 0; at < n; at += most)
    MGP_TRY(open_some(mgp_cuda_of(be), word, leaf + at, n - at < most ? n - at : most,
                      cosets + at * coset, paths + at * path));
  return MGP_OK;
}

void mgp_cuda_fold_end(mgp_backend_t *be, mgp_fold_t *f) {
  if (!f) return;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  for (uint32_t i = 0; i < f->nwords; i++) {
    mgp_cuda_give(cu, f->words[i].d_tree);
    mgp_cuda_give(cu, f->words[i].d_code);
  }
  mgp_cuda_give(cu, f->d_eq);
  mgp_cuda_give(cu, f->d_half);
  free(f);
}
