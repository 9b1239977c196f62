/* Accesses of partitions: words in the order of their keys, previous timestamps, boundary rows. */
#include "key_sort.cuh"
#include "ops.cuh"
#include "scan.cuh"

#define THREADS 256u
#define TILE    2048u /* words of a block where keys are counted */

#define REGISTER 0x80000000u /* of a key: behind all words of memory */

/* --- words of a partition --------------------------------------------------------------------- */

static __global__ void key_touches(const mgp_touch_t *touches, uint32_t n, mgp_keyed_t *pairs,
                                   mgp_touch_t *regs) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const mgp_touch_t t = touches[i];
  pairs[i] = make_uint2(t.is_register ? REGISTER | t.key : t.key, i);
  if (t.is_register && t.key < MGP_TOUCH_REGISTERS) regs[t.key] = t;
}

static __global__ void fill_words(const mgp_touch_t *touches, uint32_t n, const mgp_keyed_t *pairs,
                                  mgp_word_t *words, uint32_t *target) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const mgp_touch_t t = touches[pairs[i].y];
  if (!t.is_register) words[i] = mgp_touch_word(&t);
  if (target) target[i] = mgp_touch_target(&t);
}

static mgp_status_t sort_touches(mgp_cuda_t *cu, const mgp_key_sort_t *s,
                                 const mgp_touch_t *d_touches, mgp_touch_t *d_regs,
                                 mgp_word_t *d_words, uint32_t *d_target) {
  MGP_TRY(MGP_LAUNCH(cu, key_touches, mgp_blocks(s->n, THREADS), THREADS, d_touches, s->n,
                     s->d_pairs, d_regs));
  MGP_TRY(mgp_cuda_key_sort(cu, s));
  return MGP_LAUNCH(cu, fill_words, mgp_blocks(s->n, THREADS), THREADS, d_touches, s->n, s->d_pairs,
                    d_words, d_target);
}

mgp_status_t mgp_cuda_touch_words(mgp_backend_t *be, mgp_touch_t *d_touches, uint32_t n,
                                  mgp_touch_t regs[MGP_TOUCH_REGISTERS], mgp_word_t *d_words,
                                  uint32_t *d_target, uint32_t *nwords) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t nbytes = MGP_TOUCH_REGISTERS * sizeof *regs;
  mgp_touch_t *d_regs = (mgp_touch_t *)mgp_cuda_spare(cu);
  mgp_key_sort_t s;
  MGP_TRY(mgp_cuda_zero(be, d_regs, nbytes));
  if (n) {
    MGP_TRY(mgp_cuda_key_sort_begin(cu, n, &s));
    mgp_status_t st = sort_touches(cu, &s, d_touches, d_regs, d_words, d_target);
    mgp_cuda_key_sort_end(cu, &s);
    MGP_TRY(st);
  }
  MGP_TRY(mgp_cuda_download(be, regs, d_regs, nbytes));
  *nwords = n;
  for (unsigned r = 0; r < MGP_TOUCH_REGISTERS; r++) *nwords -= regs[r].is_register;
  return MGP_OK;
}

/* --- words of several ------------------------------------------------------------------------- */

typedef struct {
  const mgp_word_t *words;
  const mgp_keyed_t *pairs; /* in order */
  uint32_t n;
} sorted_t;

static __global__ void key_words(const mgp_word_t *words, uint32_t n, mgp_keyed_t *pairs) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i < n) pairs[i] = make_uint2(words[i].key, i);
}

__device__ __forceinline__ bool begins(const sorted_t &s, uint32_t i) {
  return i == 0 || s.pairs[i - 1].x != s.pairs[i].x;
}

/* Previous timestamps, and keys that begin in each tile. */
static __global__ void __launch_bounds__(THREADS)
    find_previous(sorted_t s, uint32_t *prev, uint32_t *counts) {
  uint32_t keys = 0;
  for (uint32_t k = 0; k < TILE && blockIdx.x * TILE + k < s.n; k += THREADS) {
    const uint32_t i = blockIdx.x * TILE + k + threadIdx.x;
    const bool begin = i < s.n && begins(s, i);
    if (i < s.n) prev[s.pairs[i].y] = begin ? 0 : s.words[s.pairs[i - 1].y].ts;
    keys += (uint32_t)__syncthreads_count(begin);
  }
  if (threadIdx.x == 0) counts[blockIdx.x] = keys;
}

/* Each key's word by the thread that has its first one. */
static __global__ void __launch_bounds__(THREADS)
    merge_keys(sorted_t s, const uint32_t *starts, mgp_word_t *merged) {
  MGP_SHARED(uint32_t, at, [THREADS / 32]);
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  uint32_t next = starts[blockIdx.x];
  for (uint32_t k = 0; k < TILE && blockIdx.x * TILE + k < s.n; k += THREADS) {
    const uint32_t i = blockIdx.x * TILE + k + threadIdx.x;
    const bool begin = i < s.n && begins(s, i);
    const unsigned beginning = __ballot_sync(0xffffffffu, begin);
    if (lane == 0) at[warp] = (uint32_t)__popc(beginning);
    __syncthreads();
    uint32_t out = next;
    for (unsigned w = 0; w < THREADS / 32; w++) {
      if (w < warp) out += at[w];
      next += at[w];
    }
    if (begin) {
      uint32_t end = i + 1;
      while (end < s.n && !begins(s, end)) end++;
      merged[out + (uint32_t)__popc(beginning & ((1u << lane) - 1))] =
          mgp_words_joined(&s.words[s.pairs[i].y], &s.words[s.pairs[end - 1].y]);
    }
    __syncthreads();
  }
}

static mgp_status_t merge_sorted(mgp_cuda_t *cu, const sorted_t *s, uint32_t *d_counts,
                                 uint32_t *d_prev, mgp_word_t *d_merged, uint32_t *nmerged) {
  const uint32_t ntiles = mgp_blocks(s->n, TILE);
  MGP_TRY(MGP_LAUNCH(cu, find_previous, ntiles, THREADS, *s, d_prev, d_counts));
  MGP_TRY(MGP_LAUNCH(cu, scan_counts, 1, MGP_SCAN_THREADS, d_counts, ntiles, d_counts + ntiles));
  MGP_TRY(MGP_LAUNCH(cu, merge_keys, ntiles, THREADS, *s, d_counts, d_merged));
  return mgp_cuda_download(&cu->base, nmerged, d_counts + ntiles, sizeof *nmerged);
}

mgp_status_t mgp_cuda_word_merge(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                 uint32_t *d_prev, mgp_word_t *d_merged, uint32_t *nmerged) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_key_sort_t s;
  uint32_t *d_counts = NULL;
  *nmerged = 0;
  if (n == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_key_sort_begin(cu, n, &s));
  mgp_status_t st =
      MGP_LAUNCH(cu, key_words, mgp_blocks(n, THREADS), THREADS, d_words, n, s.d_pairs);
  if (st == MGP_OK) st = mgp_cuda_key_sort(cu, &s);
  if (st == MGP_OK)
    st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)mgp_blocks(n, TILE) + 1, &d_counts);
  if (st == MGP_OK) {
    const sorted_t sorted = {d_words, s.d_pairs, n};
    st = merge_sorted(cu, &sorted, d_counts, d_prev, d_merged, nmerged);
  }
  mgp_cuda_give(cu, d_counts);
  mgp_cuda_key_sort_end(cu, &s);
  return st;
}

/* --- places ----------------------------------------------------------------------------------- */

static __global__ void find_words(const mgp_word_t *words, uint32_t n, uint32_t count,
                                  const uint32_t *key, uint32_t *at, uint32_t *last) {
  const uint32_t k = blockIdx.x * THREADS + threadIdx.x;
  if (k >= count) return;
  const uint32_t below = mgp_words_below(words, n, key[k]);
  at[k] = below;
  last[k] = below ? words[below - 1].key : 0;
}

mgp_status_t mgp_cuda_word_find(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                const uint32_t *key, uint32_t count, uint32_t *at, uint32_t *last) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t nbytes = count * sizeof *key;
  uint32_t *d_key;
  mgp_status_t st;
  if (count == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)count * 3, &d_key));
  uint32_t *d_at = d_key + count, *d_last = d_at + count;
  MGP_TRY_GOTO(st, mgp_cuda_upload(be, d_key, key, nbytes), out);
  MGP_TRY_GOTO(st,
               MGP_LAUNCH(cu, find_words, mgp_blocks(count, THREADS), THREADS, d_words, n, count,
                          d_key, d_at, d_last),
               out);
  MGP_TRY_GOTO(st, mgp_cuda_download(be, at, d_at, nbytes), out);
  if (last) st = mgp_cuda_download(be, last, d_last, nbytes);
out:
  mgp_cuda_give(cu, d_key);
  return st;
}

/* --- records and rows ------------------------------------------------------------------------- */

static __global__ void patch_records(mgp_step_t *steps, mgp_commit_t *commits,
                                     const uint32_t *target, const uint32_t *prev, uint32_t n) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i < n && prev[i]) mgp_target_patch(target[i], steps, commits, prev[i]);
}

mgp_status_t mgp_cuda_patch(mgp_backend_t *be, const mgp_raw_t *raw, const uint32_t *d_target,
                            const uint32_t *d_prev, uint32_t n) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (n == 0) return MGP_OK;
  return MGP_LAUNCH(cu, patch_records, mgp_blocks(n, THREADS), THREADS,
                    const_cast<mgp_step_t *>(raw->steps), const_cast<mgp_commit_t *>(raw->commits),
                    d_target, d_prev, n);
}

typedef struct {
  mgp_bound_t *kind[3];
} rows_t;

static __global__ void fill_bounds(const mgp_word_t *words, uint32_t n,
                                   const mgp_bound_range_t *ranges, uint32_t count, rows_t rows) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  const mgp_bound_range_t r = ranges[mgp_bound_range(ranges, count, i)];
  rows.kind[r.kind][r.row + (i - r.begin)] = mgp_bound_row(words, &r, i);
}

mgp_status_t mgp_cuda_bound_rows(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                 const mgp_bound_range_t *ranges, uint32_t count,
                                 mgp_bound_t *const d_rows[3]) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_bound_range_t *d_ranges = (mgp_bound_range_t *)mgp_cuda_spare(cu);
  const rows_t rows = {{d_rows[0], d_rows[1], d_rows[2]}};
  static_assert(MGP_BOUND_RANGES * sizeof *ranges <= MGP_CUDA_SPARE_BYTES, "room for the ranges");
  if (n == 0) return MGP_OK;
  if (count > MGP_BOUND_RANGES)
    return mgp_fail(MGP_INTERNAL, "%u ranges of the memory boundary", count);
  MGP_TRY(mgp_cuda_upload(be, d_ranges, ranges, count * sizeof *ranges));
  return MGP_LAUNCH(cu, fill_bounds, mgp_blocks(n, THREADS), THREADS, d_words, n, d_ranges, count,
                    rows);
}
