/* Folding phase: the combined polynomial, its words with their trees, its rounds. */
#include <stdlib.h>
#include <string.h>

#include "hash.cuh"
#include "ntt.cuh"
#include "ops.cuh"
#include "planes.cuh"
#include "reduce.cuh"
#include "task_ops.cuh"

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
  mgp_e_t *d_eq; /* of each round: eq of the low half of the coordinates, then of the high half */
  bool summing;  /* the result of the current round is on its way */
  mgp_e_t h1;    /* else it is this */
  uint32_t nwords;
  word_t words[MAX_WORDS];
};

/* The m = n - 1 coordinates after the current one, cut in two. */
__host__ __device__ static inline unsigned low_log(unsigned m) {
  return (m + 1) / 2;
}

static size_t half_words(unsigned s) {
  return (size_t)MGP_D << (s ? s - 1 : 0);
}
/* Where the tables for m coordinates are, after those for fewer. */
__host__ __device__ static inline size_t eq_offset(unsigned m) {
  size_t at = 0;
  for (unsigned i = 0; i < m; i++)
    at += ((size_t)1 << low_log(i)) + ((size_t)1 << (i - low_log(i)));
  return at;
}
static uint64_t word_bytes(unsigned n, unsigned k) {
  return mgp_cuda_size_of<mgp_f_t>(MGP_D * ((uint64_t)2 << n)) +
         mgp_cuda_size_of<mgp_digest_t>(mgp_whole_tree_count(n + 1 - k));
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
  return most + mgp_cuda_size_of<mgp_f_t>(half_words(s)) + mgp_cuda_size_of<mgp_e_t>(eq_offset(s));
}

mgp_status_t mgp_cuda_fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                                  uint32_t n, mgp_digest_t *cap) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (f->nwords == MAX_WORDS || k > MAX_GROUP || k > f->n)
    return mgp_fail(MGP_INTERNAL, "fold: word %u, cosets of 2^%u of 2^%u values", f->nwords, k,
                    f->n);
  const unsigned h = f->n + 1 - k, below = h - mgp_cap_log(h);
  const uint32_t ncap = 1u << mgp_cap_log(h);
  const size_t size = (size_t)2 << f->n, from = (size_t)first << below;
  if (n == 0 || n > ncap || first > ncap - n)
    return mgp_fail(MGP_INTERNAL, "fold: %u nodes from %u on of a cap of %u", n, first, ncap);
  word_t *w = &f->words[f->nwords++]; /* fold_end frees what is there if this fails */
  w->n = f->n;
  w->k = k;
  w->first = first;
  w->count = n;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_CODEWORD, MGP_D * size, &w->d_code));
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_CODEWORD, mgp_whole_tree_count(h), &w->d_tree));
  MGP_TRY(mgp_cuda_encode(cu, f->d_q, size / 2, f->n, MGP_D, w->d_code, size));
  MGP_TRY(mgp_cuda_coset_leaves(cu, w->d_code + (from << k), size, k, w->d_tree + from,
                                (size_t)n << below));
  MGP_TRY(mgp_cuda_tree_build(cu, w->d_tree, h, first, n));
  return mgp_cuda_download(be, cap, w->d_tree + mgp_whole_tree_level(h, mgp_cap_log(h)) + first,
                           n * sizeof *cap);
}

/* --- rounds ----------------------------------------------------------------------------------- */

typedef struct {
  mgp_e_t r[MGP_TWO_ADICITY];
} point_t;

/* A row of blocks for the tables of m = blockIdx.y coordinates, the last ones of s: out[i] =
 * eq(r[0..low), i) for i < 2^low, then eq(r[low..m), i) for i < 2^(m - low) */
static __global__ void __launch_bounds__(THREADS)
    eq_tables(point_t point, unsigned s, mgp_e_t *out) {
  const unsigned m = blockIdx.y, low = low_log(m);
  const uint32_t at = blockIdx.x * THREADS + threadIdx.x, nlow = 1u << low;
  const bool high = at >= nlow;
  const unsigned first = s - m + (high ? low : 0), n = high ? m - low : low;
  const uint32_t i = high ? at - nlow : at;
  if (i >= 1u << n) return;
  mgp_st(&out[eq_offset(m) + at], mgp_task_eq(point.r + first, n, i));
}

/* Values 2y and 2y + 1 of planes `stride` apart. */
__device__ __forceinline__ void load_pair(const mgp_f_t *q, size_t stride, size_t y, mgp_e_t *a,
                                          mgp_e_t *b) {
#pragma unroll
  for (int d = 0; d < MGP_D; d++) {
    mgp_f_t w[2];
    mgp_load_words<2>(q + d * stride + 2 * y, w);
    a->c[d] = w[0];
    b->c[d] = w[1];
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
    sum = mgp_e_add(sum, mgp_e_mul(mgp_e_sub(b, a), mgp_ld(&eq_high[y >> low])));
  }
  sum = mgp_e_mul(sum, mgp_ld(&eq[first & (((size_t)1 << low) - 1)]));
  mgp_grid_sum<THREADS, 1>(out, &sum);
}

/* out = q with the first variable bound to x, 4 count values to 2 count, and of those the same sum
 * as above. */
static __global__ void __launch_bounds__(THREADS)
    bind_and_sum(const mgp_f_t *q, size_t count, mgp_e_t x, mgp_f_t *out, const mgp_e_t *eq,
                 unsigned low, mgp_sums_t sums) {
  const mgp_e_t *eq_high = eq + ((size_t)1 << low);
  const size_t threads = (size_t)gridDim.x * THREADS,
               first = (size_t)blockIdx.x * THREADS + threadIdx.x;
  mgp_e_t sum = mgp_e_zero();
  for (size_t y = first; y < count; y += threads) {
    mgp_e_t v[4];
#pragma unroll
    for (int d = 0; d < MGP_D; d++) {
      mgp_f_t w[4];
      mgp_load_words<4>(q + 4 * (d * count + y), w);
#pragma unroll
      for (int k = 0; k < 4; k++) v[k].c[d] = w[k];
    }
    const mgp_e_t a = mgp_e_lerp(v[0], v[1], x), b = mgp_e_lerp(v[2], v[3], x);
#pragma unroll
    for (int d = 0; d < MGP_D; d++) {
      const mgp_f_t w[2] = {a.c[d], b.c[d]};
      mgp_store_words<2>(out + 2 * (d * count + y), w);
    }
    sum = mgp_e_add(sum, mgp_e_mul(mgp_e_sub(b, a), mgp_ld(&eq_high[y >> low])));
  }
  sum = mgp_e_mul(sum, mgp_ld(&eq[first & (((size_t)1 << low) - 1)]));
  mgp_grid_sum<THREADS, 1>(sums, &sum);
}

/* Two values to one. */
static __global__ void bind_last(const mgp_f_t *q, mgp_e_t x, mgp_f_t *out) {
  mgp_e_t a, b;
  load_pair(q, 2, 0, &a, &b);
  mgp_put(out, 1, 0, mgp_e_lerp(a, b, x));
}

/* Blocks that sum over 2^m pairs of values. */
static unsigned sum_blocks(unsigned m) {
  const unsigned blocks = mgp_blocks((uint64_t)1 << m, THREADS);
  return blocks < MGP_CUDA_BLOCKS ? blocks : MGP_CUDA_BLOCKS;
}

/* Every round's sum is begun as soon as its values are there. */
static mgp_status_t start_first(mgp_cuda_t *cu, mgp_fold_t *f, const mgp_e_t *point) {
  const unsigned m = f->s - 1, entries = (1u << low_log(m)) + (1u << (m - low_log(m)));
  point_t p;
  memset(&p, 0, sizeof p);
  memcpy(p.r, point, f->s * sizeof *point);
  MGP_TRY(MGP_LAUNCH(cu, eq_tables, dim3(mgp_blocks(entries, THREADS), f->s), THREADS, p, f->s,
                     f->d_eq));
  MGP_TRY(MGP_LAUNCH(cu, difference_sum, sum_blocks(m), THREADS, f->d_q, (size_t)2 << m,
                     f->d_eq + eq_offset(m), low_log(m), (size_t)1 << m,
                     mgp_cuda_sums(cu, MGP_CUDA_FOLDING, 1)));
  f->summing = true;
  return MGP_OK;
}

mgp_status_t mgp_cuda_fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, const mgp_e_t *point,
                                 mgp_fold_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (s > MGP_TWO_ADICITY) return mgp_fail(MGP_INTERNAL, "fold: 2^%u values", s);
  mgp_fold_t *f = (mgp_fold_t *)calloc(1, sizeof *f);
  if (!f) return mgp_fail(MGP_RESOURCES, "out of host memory for the folding phase");
  f->s = f->n = s;
  f->d_given = f->d_q = d_q;
  mgp_status_t st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, half_words(s), &f->d_half);
  if (st == MGP_OK) st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, eq_offset(s), &f->d_eq);
  if (st == MGP_OK && s) st = start_first(cu, f, point);
  if (st != MGP_OK) {
    mgp_cuda_fold_end(be, f);
    return st;
  }
  *out = f;
  return MGP_OK;
}

mgp_status_t mgp_cuda_fold_round(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *h1) {
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: a round on one value");
  if (f->summing) MGP_TRY(mgp_cuda_results(mgp_cuda_of(be), MGP_CUDA_FOLDING, 1, &f->h1));
  f->summing = false;
  *h1 = f->h1;
  return MGP_OK;
}

mgp_status_t mgp_cuda_fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_e_t unread;
  if (f->n == 0) return mgp_fail(MGP_INTERNAL, "fold: nothing left to bind");
  MGP_TRY(mgp_cuda_fold_round(be, f, &unread)); /* or it would come in place of the next one */
  mgp_f_t *d_out = f->d_q == f->d_given ? f->d_half : f->d_given;
  if (f->n == 1) {
    MGP_TRY(MGP_LAUNCH(cu, bind_last, 1, 1, f->d_q, x, d_out));
  } else {
    const unsigned m = f->n - 2;
    MGP_TRY(MGP_LAUNCH(cu, bind_and_sum, sum_blocks(m), THREADS, f->d_q, (size_t)1 << m, x, d_out,
                       f->d_eq + eq_offset(m), low_log(m), mgp_cuda_sums(cu, MGP_CUDA_FOLDING, 1)));
    f->summing = true;
  }
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

/* Openings of one word, that begin at words `out` of the room; `length` digests of a path each. */
typedef struct {
  const mgp_f_t *code;
  const mgp_digest_t *tree;
  size_t stride;
  unsigned k, h, length;
  uint32_t leaf, n; /* leaves of the list */
  uint32_t out;
} opening_t;

typedef struct {
  opening_t word[MAX_WORDS];
} openings_t;

static uint32_t opening_words(const opening_t &o) {
  return (MGP_D << o.k) + o.length * MGP_DIGEST_WORDS;
}

/* A row of blocks for a word of the folding: cosets, position by position, then paths. */
static __global__ void __launch_bounds__(THREADS)
    open_words(openings_t all, const uint32_t *leaf, mgp_f_t *out) {
  const opening_t &o = all.word[blockIdx.y];
  const uint32_t coset = (uint32_t)MGP_D << o.k, path = o.length * MGP_DIGEST_WORDS;
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i < o.n * coset) {
    const uint32_t w = i % coset;
    out[o.out + i] =
        o.code[w % MGP_D * o.stride + ((size_t)leaf[o.leaf + i / coset] << o.k) + w / MGP_D];
  } else if (i < o.n * (coset + path)) {
    const uint32_t p = i - o.n * coset, up = p % path / MGP_DIGEST_WORDS;
    const size_t level = mgp_whole_tree_level(o.h, o.h - up);
    out[o.out + i] = o.tree[level + (leaf[o.leaf + p / path] >> up ^ 1)][p % MGP_DIGEST_WORDS];
  }
}

static mgp_status_t check_leaves(const word_t *word, const uint32_t *leaf, uint32_t n) {
  const unsigned h = word->n + 1 - word->k, path = h - mgp_cap_log(h);
  for (uint32_t i = 0; i < n; i++)
    if (leaf[i] >> h || (leaf[i] >> path) - word->first >= word->count)
      return mgp_fail(MGP_INTERNAL, "fold: leaf %u of 2^%u", leaf[i], h);
  return MGP_OK;
}

/* Openings in hand, in a row, and where they go. */
typedef struct {
  openings_t all;
  uint32_t count, words;
  const uint32_t *d_leaf;
  mgp_f_t *d_room, *out;
} batch_t;

static mgp_status_t launch_batch(mgp_cuda_t *cu, const batch_t *b) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < b->count; i++) {
    const uint32_t n = b->all.word[i].n * opening_words(b->all.word[i]);
    if (n > most) most = n;
  }
  return MGP_LAUNCH(cu, open_words, dim3(mgp_blocks(most, THREADS), b->count), THREADS, b->all,
                    b->d_leaf, b->d_room);
}

static mgp_status_t end_batch(mgp_cuda_t *cu, batch_t *b) {
  if (b->words == 0) return MGP_OK;
  MGP_TRY(launch_batch(cu, b));
  MGP_TRY(mgp_cuda_download(&cu->base, b->out, b->d_room, b->words * sizeof *b->out));
  b->out += b->words;
  b->count = b->words = 0;
  return MGP_OK;
}

/* More openings of one word than the room takes: cosets and paths lie apart. */
static mgp_status_t open_long(mgp_cuda_t *cu, batch_t *b, opening_t o, uint32_t room) {
  const uint32_t coset = (uint32_t)MGP_D << o.k, path = o.length * MGP_DIGEST_WORDS, n = o.n;
  const uint32_t most = room / opening_words(o);
  for (uint32_t at = 0; at < n; at += o.n, o.leaf += o.n) {
    o.n = n - at < most ? n - at : most;
    b->all.word[0] = o;
    b->count = 1;
    MGP_TRY(launch_batch(cu, b));
    MGP_TRY(
        mgp_cuda_download(&cu->base, b->out + at * coset, b->d_room, o.n * coset * sizeof *b->out));
    MGP_TRY(mgp_cuda_download(&cu->base, b->out + n * coset + at * path, b->d_room + o.n * coset,
                              o.n * path * sizeof *b->out));
  }
  b->out += n * opening_words(o);
  b->count = 0;
  return MGP_OK;
}

/* As many words in a launch as the spare room takes, behind the list of leaves. */
mgp_status_t mgp_cuda_fold_open(mgp_backend_t *be, mgp_fold_t *f, const uint32_t *n,
                                const uint32_t *leaf, mgp_f_t *out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint32_t all = (uint32_t)(MGP_CUDA_SPARE_BYTES / sizeof *leaf);
  uint32_t *d_leaf = (uint32_t *)mgp_cuda_spare(cu), leaves = 0;
  for (uint32_t w = 0; w < f->nwords; w++) {
    MGP_TRY(check_leaves(&f->words[w], leaf + leaves, n[w]));
    leaves += n[w];
  }
  if (leaves > all / 2) return mgp_fail(MGP_INTERNAL, "fold: %u openings", leaves);
  if (leaves == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_upload(be, d_leaf, leaf, leaves * sizeof *leaf));
  const uint32_t room = all - leaves;
  batch_t b;
  memset(&b, 0, sizeof b);
  b.d_leaf = d_leaf;
  b.d_room = d_leaf + leaves;
  b.out = out;
  for (uint32_t w = 0, at = 0; w < f->nwords; at += n[w++]) {
    const word_t *word = &f->words[w];
    opening_t o;
    memset(&o, 0, sizeof o);
    o.code = word->d_code;
    o.tree = word->d_tree;
    o.stride = (size_t)2 << word->n;
    o.k = word->k;
    o.h = word->n + 1 - word->k;
    o.length = o.h - mgp_cap_log(o.h);
    o.leaf = at;
    o.n = n[w];
    const uint32_t more = o.n * opening_words(o);
    if (b.words + more > room) MGP_TRY(end_batch(cu, &b));
    if (more > room) {
      MGP_TRY(open_long(cu, &b, o, room));
      continue;
    }
    o.out = b.words;
    b.all.word[b.count++] = o;
    b.words += more;
  }
  return end_batch(cu, &b);
}

void mgp_cuda_fold_end(mgp_backend_t *be, mgp_fold_t *f) {
  if (!f) return;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (f->summing) (void)cudaStreamSynchronize(cu->stream); /* its result would find another one */
  for (uint32_t i = 0; i < f->nwords; i++) {
    mgp_cuda_give(cu, f->words[i].d_tree);
    mgp_cuda_give(cu, f->words[i].d_code);
  }
  mgp_cuda_give(cu, f->d_eq);
  mgp_cuda_give(cu, f->d_half);
  free(f);
}

void mgp_cuda_fold_load(void) {
  mgp_kernel_load(eq_tables);
  mgp_kernel_load(difference_sum);
  mgp_kernel_load(bind_and_sum);
  mgp_kernel_load(open_words);
}
