/* Hash kernels. A thread does one permutation at a time, its state in registers; where there are
 * too few for that to keep the device busy, a warp, which takes a quarter of the time for one. */
#include "hash.cuh"

#include "ops.cuh"
#include "poseidon2.cuh"
#include "task_ops.cuh"
#include "warp_sponge.cuh"

#define THREADS 256u

/* Arithmetic-bound: registers are better spent on a second wave of warps than on a wider one. */
#define HASH_KERNEL static __global__ void __launch_bounds__(THREADS)

__device__ __forceinline__ uint64_t global_index(void) {
  return (uint64_t)blockIdx.x * THREADS + threadIdx.x;
}

/* Digests are 32 bytes at 32-byte boundaries. */
__device__ __forceinline__ void load_digest(const mgp_digest_t *d, mgp_f_t s[MGP_DIGEST_WORDS]) {
  const uint4 a = reinterpret_cast<const uint4 *>(d)[0], b = reinterpret_cast<const uint4 *>(d)[1];
  s[0] = a.x, s[1] = a.y, s[2] = a.z, s[3] = a.w;
  s[4] = b.x, s[5] = b.y, s[6] = b.z, s[7] = b.w;
}
__device__ __forceinline__ void store_digest(mgp_digest_t *d, const mgp_f_t s[MGP_DIGEST_WORDS]) {
  reinterpret_cast<uint4 *>(d)[0] = make_uint4(s[0], s[1], s[2], s[3]);
  reinterpret_cast<uint4 *>(d)[1] = make_uint4(s[4], s[5], s[6], s[7]);
}

__device__ __forceinline__ void fresh(mgp_f_t s[MGP_P2_WIDTH], uint32_t tag, uint32_t number) {
#pragma unroll
  for (int i = 0; i < MGP_P2_WIDTH - MGP_P2_RATE; i++)
    s[MGP_P2_RATE + i] = mgp_fresh_capacity((unsigned)i, tag, number);
}

HASH_KERNEL absorb(const mgp_f_t *cols, size_t stride, uint32_t ncols, uint32_t row_words,
                   bool first, bool last, mgp_digest_t *state, size_t count) {
  const uint64_t i = global_index();
  mgp_f_t s[MGP_P2_WIDTH];
  if (i >= count) return;
  if (first)
    fresh(s, MGP_TAG_LEAF, row_words);
  else
    load_digest(state + i, s + MGP_P2_RATE);
  cols += i;
#pragma unroll 1
  for (uint32_t c = 0; c < ncols; c += MGP_P2_RATE) {
#pragma unroll
    for (int k = 0; k < MGP_P2_RATE; k++) s[k] = c + k < ncols ? cols[(c + k) * stride] : 0;
    p2_permute(s);
  }
#pragma unroll
  for (int k = 0; k < MGP_DIGEST_WORDS; k++) s[k] = last ? s[k] : s[k + MGP_P2_RATE];
  store_digest(state + i, s);
}

mgp_status_t mgp_cuda_absorb(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t stride, uint32_t ncols,
                             uint32_t row_words, bool first, bool last, mgp_digest_t *d_state,
                             size_t count) {
  if (count == 0) return MGP_OK;
  return MGP_LAUNCH(cu, absorb, mgp_blocks(count, THREADS), THREADS, d_cols, stride, ncols,
                    row_words, first, last, d_state, count);
}

/* Words go position by position, D each; a thread's positions are neighbours in every plane. */
HASH_KERNEL coset_leaves(const mgp_f_t *code, size_t stride, unsigned k, mgp_digest_t *out,
                         size_t count) {
  const uint64_t i = global_index();
  const uint32_t words = (uint32_t)MGP_D << k;
  mgp_f_t s[MGP_P2_WIDTH];
  if (i >= count) return;
  fresh(s, MGP_TAG_LEAF, words);
  code += i << k;
#pragma unroll 1
  for (uint32_t w = 0; w < words; w += MGP_P2_RATE) {
#pragma unroll
    for (uint32_t j = 0; j < MGP_P2_RATE; j++)
      s[j] = w + j < words ? code[(w + j) % MGP_D * stride + (w + j) / MGP_D] : 0;
    p2_permute(s);
  }
  store_digest(out + i, s);
}

#define WARPS (THREADS / 32)
/* Permutations at a time from which on threads are as fast as warps, and most levels of a launch of
 * `tops`: few where each exchange between lanes is a switch of threads. */
#ifdef MGP_EMULATED
#define WARP_STATES 64u
#define TOP_LEVELS  2u
#else
#define WARP_STATES 2048u
#define TOP_LEVELS  6u
#endif

/* The same, a leaf per warp. */
HASH_KERNEL few_coset_leaves(const mgp_f_t *code, size_t stride, unsigned k, mgp_digest_t *out,
                             size_t count) {
  const size_t i = (size_t)blockIdx.x * WARPS + threadIdx.x / 32;
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH;
  const uint32_t words = (uint32_t)MGP_D << k;
  if (i >= count) return;
  mgp_f_t s = lane < MGP_P2_RATE ? 0 : mgp_fresh_capacity(lane - MGP_P2_RATE, MGP_TAG_LEAF, words);
  code += i << k;
#pragma unroll 1
  for (uint32_t w = lane; w < words + lane; w += MGP_P2_RATE) {
    if (lane < MGP_P2_RATE) s = w < words ? code[w % MGP_D * stride + w / MGP_D] : 0;
    s = p2_warp_permute(s);
  }
  if (threadIdx.x % 32 < MGP_DIGEST_WORDS) out[i][lane] = s;
}

mgp_status_t mgp_cuda_coset_leaves(mgp_cuda_t *cu, const mgp_f_t *d_code, size_t stride, unsigned k,
                                   mgp_digest_t *d_out, size_t count) {
  if (count <= WARP_STATES)
    return MGP_LAUNCH(cu, few_coset_leaves, mgp_blocks(count, WARPS), THREADS, d_code, stride, k,
                      d_out, count);
  return MGP_LAUNCH(cu, coset_leaves, mgp_blocks(count, THREADS), THREADS, d_code, stride, k, d_out,
                    count);
}

HASH_KERNEL nodes(const mgp_digest_t *in, mgp_digest_t *out, size_t count) {
  const uint64_t i = global_index();
  mgp_f_t s[MGP_P2_WIDTH], left[MGP_DIGEST_WORDS];
  if (i >= count) return;
  load_digest(in + 2 * i, s);
  load_digest(in + 2 * i + 1, s + MGP_DIGEST_WORDS);
  p2_permute(s);
  load_digest(in + 2 * i, left); /* again: cheaper than eight registers all the way */
#pragma unroll
  for (int k = 0; k < MGP_DIGEST_WORDS; k++) s[k] = mgp_f_add(s[k], left[k]);
  store_digest(out + i, s);
}

mgp_status_t mgp_cuda_nodes(mgp_cuda_t *cu, const mgp_digest_t *d_in, mgp_digest_t *d_out,
                            size_t count) {
  return MGP_LAUNCH(cu, nodes, mgp_blocks(count, THREADS), THREADS, d_in, d_out, count);
}

HASH_KERNEL permute(mgp_f_t *states, unsigned times, size_t count) {
  const uint64_t i = global_index();
  mgp_f_t s[MGP_P2_WIDTH];
  if (i >= count) return;
  mgp_digest_t *at = reinterpret_cast<mgp_digest_t *>(states) + 2 * i;
  load_digest(at, s);
  load_digest(at + 1, s + MGP_DIGEST_WORDS);
#pragma unroll 1
  for (unsigned t = 0; t < times; t++) p2_permute(s);
  store_digest(at, s);
  store_digest(at + 1, s + MGP_DIGEST_WORDS);
}

mgp_status_t mgp_cuda_permute(mgp_cuda_t *cu, mgp_f_t *d_states, unsigned times, size_t count) {
  return MGP_LAUNCH(cu, permute, mgp_blocks(count, THREADS), THREADS, d_states, times, count);
}

/* --- trees ------------------------------------------------------------------------------------ */

#define TOP_THREADS 512u
#define TOP_WARPS   (TOP_THREADS / 32)

/* Where nodes go that are 1, 2, ... levels up; NULL: nowhere. */
typedef struct {
  mgp_digest_t *at[TOP_LEVELS];
} levels_t;

/* A block hashes 2^levels neighbours, level by level, into one: a permutation per warp. */
static __global__ void __launch_bounds__(TOP_THREADS)
    tops(const mgp_digest_t *in, unsigned levels, levels_t out) {
  MGP_SHARED(mgp_f_t, room, [2][1u << (TOP_LEVELS - 1)][MGP_DIGEST_WORDS]);
  const unsigned lane = threadIdx.x % MGP_P2_WIDTH, warp = threadIdx.x / 32;
  const bool writes = threadIdx.x % 32 < MGP_DIGEST_WORDS;
  in += (size_t)blockIdx.x << levels;
  for (unsigned l = 0; l < levels; l++) {
    const unsigned n = 1u << (levels - 1 - l);
    const mgp_f_t *below = l ? &room[(l - 1) & 1][0][0] : &in[0][0];
    for (unsigned i = warp; i < n; i += TOP_WARPS) {
      const mgp_f_t word = below[i * MGP_P2_WIDTH + lane]; /* two digests, one after the other */
      const mgp_f_t node = mgp_f_add(p2_warp_permute(word), word);
      if (!writes) continue;
      room[l & 1][i][lane] = node;
      if (out.at[l]) out.at[l][((size_t)blockIdx.x << (levels - 1 - l)) + i][lane] = node;
    }
    __syncthreads();
  }
}
static_assert(MGP_P2_WIDTH == 2 * MGP_DIGEST_WORDS, "a node takes two digests");

mgp_status_t mgp_cuda_tree_build(mgp_cuda_t *cu, mgp_digest_t *d_tree, unsigned h, size_t first,
                                 size_t n) {
  const unsigned cap = mgp_cap_log(h);
  const unsigned top = h - cap < TOP_LEVELS ? h - cap : TOP_LEVELS;
  levels_t levels = {};
  for (unsigned depth = h; depth > cap + top; depth--) {
    const unsigned below = depth - 1 - cap;
    MGP_TRY(mgp_cuda_nodes(cu, d_tree + mgp_whole_tree_level(h, depth) + (2 * first << below),
                           d_tree + mgp_whole_tree_level(h, depth - 1) + (first << below),
                           n << below));
  }
  if (top == 0) return MGP_OK;
  for (unsigned l = 0; l < top; l++) {
    const unsigned depth = cap + top - 1 - l;
    levels.at[l] = d_tree + mgp_whole_tree_level(h, depth) + (first << (depth - cap));
  }
  return MGP_LAUNCH(cu, tops, (unsigned)n, TOP_THREADS,
                    d_tree + mgp_whole_tree_level(h, cap + top) + (first << top), top, levels);
}

mgp_status_t mgp_cuda_reduce_nodes(mgp_cuda_t *cu, mgp_digest_t *d_nodes, mgp_digest_t *d_spare,
                                   unsigned log_n, unsigned levels, mgp_digest_t **d_out) {
  mgp_digest_t *swap;
  levels_t end = {};
  for (; levels && (levels > TOP_LEVELS || (size_t)1 << (log_n - 1) > WARP_STATES);
       levels--, log_n--) {
    MGP_TRY(mgp_cuda_nodes(cu, d_nodes, d_spare, (size_t)1 << (log_n - 1)));
    swap = d_nodes, d_nodes = d_spare, d_spare = swap;
  }
  *d_out = levels ? d_spare : d_nodes;
  if (levels == 0) return MGP_OK;
  end.at[levels - 1] = d_spare;
  return MGP_LAUNCH(cu, tops, 1u << (log_n - levels), TOP_THREADS, d_nodes, levels, end);
}

static __global__ void tree_paths(const mgp_digest_t *tree, unsigned h, const uint32_t *leaf,
                                  uint32_t n, unsigned length, mgp_digest_t *paths) {
  const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n * length) return;
  const uint32_t q = i / length, up = i % length;
  mgp_f_t d[MGP_DIGEST_WORDS];
  load_digest(tree + mgp_whole_tree_level(h, h - up) + (leaf[q] >> up ^ 1), d);
  store_digest(paths + i, d);
}

mgp_status_t mgp_cuda_tree_paths(mgp_cuda_t *cu, const mgp_digest_t *d_tree, unsigned h,
                                 const uint32_t *d_leaf, uint32_t n, mgp_digest_t *d_paths) {
  const unsigned length = h - mgp_cap_log(h);
  if (n == 0 || length == 0) return MGP_OK;
  return MGP_LAUNCH(cu, tree_paths, mgp_blocks((uint64_t)n * length, THREADS), THREADS, d_tree, h,
                    d_leaf, n, length, d_paths);
}

/* --- grinding --------------------------------------------------------------------------------- */

typedef struct {
  mgp_f_t word[MGP_DIGEST_WORDS];
} seed_t;

/* Blocks start in order, more or less: those behind a hit that was found have nothing to do. */
HASH_KERNEL grind(seed_t seed, uint32_t mask, uint32_t first, uint32_t count, uint32_t *best) {
  const uint64_t i = global_index();
  mgp_f_t s[MGP_P2_WIDTH];
  if (i >= count || *(volatile uint32_t *)best < first + (uint32_t)i) return;
#pragma unroll
  for (int k = 0; k < MGP_DIGEST_WORDS; k++) s[k] = seed.word[k];
  fresh(s, MGP_TAG_GRIND, first + (uint32_t)i);
  p2_permute(s);
  if ((mgp_f_to_u32(s[0]) & mask) == 0) atomicMin(best, first + (uint32_t)i);
}

/* Windows in order: the smallest hit of the first window that has one is the smallest of all. */
mgp_status_t mgp_cuda_grind(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits,
                            uint32_t first, uint32_t n, uint32_t *nonce) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint64_t window = (uint64_t)1 << (bits < 14 ? 15 : bits < 20 ? bits + 3 : 23);
  const uint64_t end = (uint64_t)first + n;
  uint32_t *d_best = NULL, best = MGP_NO_NONCE;
  mgp_status_t st = MGP_OK;
  seed_t words;
  for (int k = 0; k < MGP_DIGEST_WORDS; k++) words.word[k] = seed[k];
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_SCRATCH, 1, &d_best));
  MGP_TRY_GOTO(st, mgp_cuda_upload(be, d_best, &best, sizeof best), out);
  for (uint64_t at = first; at < end && best == MGP_NO_NONCE; at += window) {
    const uint32_t count = (uint32_t)(end - at < window ? end - at : window);
    MGP_TRY_GOTO(st,
                 MGP_LAUNCH(cu, grind, mgp_blocks(count, THREADS), THREADS, words, (1u << bits) - 1,
                            (uint32_t)at, count, d_best),
                 out);
    MGP_TRY_GOTO(st, mgp_cuda_download(be, &best, d_best, sizeof best), out);
  }
  *nonce = best;
out:
  mgp_cuda_give(cu, d_best);
  return st;
}

void mgp_cuda_hash_load(void) {
  mgp_kernel_load(coset_leaves);
  mgp_kernel_load(few_coset_leaves);
  mgp_kernel_load(tops);
  mgp_kernel_load(tree_paths);
  mgp_kernel_load(grind);
}
