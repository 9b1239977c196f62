/* Four passes of eight bits. In each, every block counts the digits of its tile; the counts of all
 * blocks are scanned digit by digit; and each block writes its pairs to where its tile's begin, in
 * the order in which they lie. The toolkit's own sort moves a third less; this one, far below what
 * the touches take to come up, needs no memory but the arena's, has launches that tests can make to
 * fail, and runs emulated. */
#include <string.h>

#include "key_sort.cuh"
#include "scan.cuh"

#define THREADS 256u
#define WARPS   (THREADS / 32)
#define TILE    4096u /* pairs of a block */
#define BITS    8u
#define DIGITS  (1u << BITS)
#define ALL     0xffffffffu
static_assert(DIGITS == THREADS && THREADS == MGP_SCAN_THREADS, "a thread a digit");

typedef struct {
  const mgp_keyed_t *in;
  mgp_keyed_t *out;
  uint32_t n, ntiles;
  unsigned shift;
} pass_t;

__device__ __forceinline__ unsigned digit_of(const pass_t &p, mgp_keyed_t pair) {
  return pair.x >> p.shift & (DIGITS - 1);
}

/* counts[digit][tile] */
static __global__ void __launch_bounds__(THREADS) count_digits(pass_t p, uint32_t *counts) {
  MGP_SHARED(unsigned, sum, [DIGITS]);
  const unsigned lane = threadIdx.x % 32;
  sum[threadIdx.x] = 0;
  __syncthreads();
  for (uint32_t k = 0; k < TILE && blockIdx.x * TILE + k < p.n; k += THREADS) {
    const uint32_t i = blockIdx.x * TILE + k + threadIdx.x;
    const unsigned digit = i < p.n ? digit_of(p, p.in[i]) : DIGITS;
    const unsigned peers = __match_any_sync(ALL, digit); /* many are equal in high digits */
    if (i < p.n && (peers & ((1u << lane) - 1)) == 0)
      atomicAdd(&sum[digit], (unsigned)__popc(peers));
  }
  __syncthreads();
  counts[(size_t)threadIdx.x * p.ntiles + blockIdx.x] = sum[threadIdx.x];
}

/* total[digit]: of all tiles. */
static __global__ void __launch_bounds__(THREADS)
    scatter_pairs(pass_t p, const uint32_t *counts, const uint32_t *total) {
  MGP_SHARED(uint32_t, at, [WARPS][DIGITS]); /* pairs of each warp, then where they go */
  const unsigned t = threadIdx.x, lane = t % 32, warp = t / 32;
  uint32_t all;
  uint32_t next =
      mgp_block_scan(total[t], &all) - total[t] + counts[(size_t)t * p.ntiles + blockIdx.x];
  for (uint32_t k = 0; k < TILE && blockIdx.x * TILE + k < p.n; k += THREADS) {
    const uint32_t i = blockIdx.x * TILE + k + t;
    mgp_keyed_t pair = make_uint2(0, 0);
    if (i < p.n) pair = p.in[i];
    const unsigned digit = i < p.n ? digit_of(p, pair) : DIGITS;
    const unsigned peers = __match_any_sync(ALL, digit), before = peers & ((1u << lane) - 1);
    for (unsigned d = lane; d < DIGITS; d += 32) at[warp][d] = 0;
    __syncwarp();
    if (i < p.n && before == 0) at[warp][digit] = (uint32_t)__popc(peers);
    __syncthreads();
    for (unsigned w = 0; w < WARPS; w++) {
      const uint32_t pairs = at[w][t];
      at[w][t] = next;
      next += pairs;
    }
    __syncthreads();
    if (i < p.n) p.out[at[warp][digit] + (uint32_t)__popc(before)] = pair;
    __syncthreads();
  }
}

static uint32_t tiles_of(uint32_t n) {
  return mgp_blocks(n, TILE);
}

mgp_status_t mgp_cuda_key_sort_begin(mgp_cuda_t *cu, uint32_t n, mgp_key_sort_t *s) {
  memset(s, 0, sizeof *s);
  s->n = n;
  mgp_status_t st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, n, &s->d_pairs);
  if (st == MGP_OK) st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, n, &s->d_other);
  if (st == MGP_OK)
    st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)DIGITS * (tiles_of(n) + 1), &s->d_counts);
  if (st != MGP_OK) mgp_cuda_key_sort_end(cu, s);
  return st;
}

void mgp_cuda_key_sort_end(mgp_cuda_t *cu, mgp_key_sort_t *s) {
  mgp_cuda_give(cu, s->d_counts);
  mgp_cuda_give(cu, s->d_other);
  mgp_cuda_give(cu, s->d_pairs);
  memset(s, 0, sizeof *s);
}

mgp_status_t mgp_cuda_key_sort(mgp_cuda_t *cu, const mgp_key_sort_t *s) {
  const uint32_t ntiles = tiles_of(s->n);
  uint32_t *d_total = s->d_counts + (size_t)DIGITS * ntiles;
  static_assert(32 / BITS % 2 == 0, "the last pass ends where the first began");
  for (unsigned shift = 0; shift < 32; shift += BITS) {
    const bool even = shift / BITS % 2 == 0;
    const pass_t p = {even ? s->d_pairs : s->d_other, even ? s->d_other : s->d_pairs, s->n, ntiles,
                      shift};
    MGP_TRY(MGP_LAUNCH(cu, count_digits, ntiles, THREADS, p, s->d_counts));
    MGP_TRY(MGP_LAUNCH(cu, scan_counts, DIGITS, MGP_SCAN_THREADS, s->d_counts, ntiles, d_total));
    MGP_TRY(MGP_LAUNCH(cu, scatter_pairs, ntiles, THREADS, p, s->d_counts, d_total));
  }
  return MGP_OK;
}
