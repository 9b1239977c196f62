/* Replay plans: a stable split of the steps by chip. Each block counts its tile, the counts of all
 * blocks are scanned chip by chip, and each block writes where its tile's rows begin. */
#include <string.h>

#include "ops.cuh"
#include "scan.cuh"

#include "chips/witness_access.h"

#define THREADS 256u
#define WARPS   (THREADS / 32)
#define TILE    2048u /* steps of a block */
#define LISTS   ((unsigned)MGP_CHIP_REFRESH + 1)
#define ALL     0xffffffffu

typedef struct {
  const mgp_insn_t *insns;
  const mgp_step_t *steps;
  uint32_t nsteps, nblocks;
} tiles_t;

typedef struct {
  uint32_t *list[LISTS];
} lists_t;

/* Chip of a step, MGP_CHIP_NONE beyond the last; which accesses ask for a REFRESH row. */
__device__ __forceinline__ unsigned chip_of(const tiles_t &t, uint32_t i, unsigned *old) {
  *old = 0;
  if (i >= t.nsteps) return MGP_CHIP_NONE;
  const mgp_step_t *step = &t.steps[i];
  const mgp_insn_t *insn = &t.insns[step->insn];
  const mgp_chip_id_t chip = mgp_step_chip(insn, step);
  *old = mgp_refresh_mask(insn, chip, step);
  return chip;
}

/* counts[chip][block] */
static __global__ void __launch_bounds__(THREADS) count_tiles(tiles_t t, uint32_t *counts) {
  MGP_SHARED(unsigned, sum, [LISTS]);
  const unsigned lane = threadIdx.x % 32;
  if (threadIdx.x < LISTS) sum[threadIdx.x] = 0;
  __syncthreads();
  for (uint32_t k = 0; k < TILE; k += THREADS) {
    unsigned old;
    const unsigned chip = chip_of(t, blockIdx.x * TILE + k + threadIdx.x, &old);
    const unsigned peers = __match_any_sync(ALL, chip);
    if (chip && (peers & ((1u << lane) - 1)) == 0) atomicAdd(&sum[chip], (unsigned)__popc(peers));
    const unsigned refreshed = __reduce_add_sync(ALL, (unsigned)__popc(old));
    if (lane == 0 && refreshed) atomicAdd(&sum[MGP_CHIP_REFRESH], refreshed);
  }
  __syncthreads();
  if (threadIdx.x < LISTS) counts[threadIdx.x * t.nblocks + blockIdx.x] = sum[threadIdx.x];
}

static __global__ void __launch_bounds__(THREADS)
    fill_lists(tiles_t t, const uint32_t *starts, lists_t lists) {
  MGP_SHARED(uint32_t, start, [LISTS]);
  MGP_SHARED(uint32_t, at, [WARPS][LISTS]); /* rows of each warp, then where they begin */
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, before = (1u << lane) - 1;
  if (threadIdx.x < LISTS) start[threadIdx.x] = starts[threadIdx.x * t.nblocks + blockIdx.x];
  for (uint32_t k = 0; k < TILE; k += THREADS) {
    const uint32_t i = blockIdx.x * TILE + k + threadIdx.x;
    unsigned old, slots[MGP_FIELD_COUNT], refreshed = 0, rank = 0;
    const unsigned chip = chip_of(t, i, &old);
    const unsigned peers = __match_any_sync(ALL, chip);
    for (unsigned c = lane; c < LISTS; c += 32) at[warp][c] = 0;
    __syncwarp();
    if ((peers & before) == 0) at[warp][chip] = (uint32_t)__popc(peers);
    for (unsigned f = 0; f < MGP_FIELD_COUNT; f++) {
      slots[f] = __ballot_sync(ALL, (int)(old >> f & 1));
      refreshed += (unsigned)__popc(slots[f]);
      rank += (unsigned)__popc(slots[f] & before);
    }
    if (lane == 0) at[warp][MGP_CHIP_REFRESH] = refreshed;
    __syncthreads();
    if (threadIdx.x < LISTS) {
      uint32_t sum = start[threadIdx.x];
      for (unsigned w = 0; w < WARPS; w++) {
        const uint32_t rows = at[w][threadIdx.x];
        at[w][threadIdx.x] = sum;
        sum += rows;
      }
      start[threadIdx.x] = sum;
    }
    __syncthreads();
    if (chip) lists.list[chip][at[warp][chip] + __popc(peers & before)] = i;
    for (unsigned f = 0; f < MGP_FIELD_COUNT; f++)
      if (old >> f & 1)
        lists.list[MGP_CHIP_REFRESH][at[warp][MGP_CHIP_REFRESH] + rank++] = 4 * i + f;
    __syncthreads();
  }
}

static mgp_status_t make_lists(mgp_cuda_t *cu, const tiles_t *t, uint32_t *d_counts, uint32_t *n,
                               lists_t *lists) {
  uint32_t *d_total = d_counts + (size_t)LISTS * t->nblocks;
  MGP_TRY(MGP_LAUNCH(cu, count_tiles, t->nblocks, THREADS, *t, d_counts));
  MGP_TRY(MGP_LAUNCH(cu, scan_counts, LISTS, MGP_SCAN_THREADS, d_counts, t->nblocks, d_total));
  MGP_TRY(mgp_cuda_download(&cu->base, n, d_total, LISTS * sizeof *n));
  for (unsigned c = 0; c < LISTS; c++)
    if (n[c]) MGP_TRY(mgp_cuda_new(cu, MGP_MEM_PLAN, n[c], &lists->list[c]));
  return MGP_LAUNCH(cu, fill_lists, t->nblocks, THREADS, *t, d_counts, *lists);
}

mgp_status_t mgp_cuda_index(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                            uint32_t n[MGP_CHIP_FIRST_TABLE],
                            uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  uint32_t *d_counts = NULL;
  lists_t lists;
  tiles_t t;
  mgp_status_t st = MGP_OK;
  t.insns = raw->insns;
  t.steps = raw->steps;
  t.nsteps = nsteps;
  t.nblocks = mgp_blocks(nsteps, TILE);
  memset(&lists, 0, sizeof lists);
  memset(n, 0, MGP_CHIP_FIRST_TABLE * sizeof *n);
  memset(d_lists, 0, MGP_CHIP_FIRST_TABLE * sizeof *d_lists);
  if (nsteps == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)LISTS * (t.nblocks + 1), &d_counts));
  st = make_lists(cu, &t, d_counts, n, &lists);
  mgp_cuda_give(cu, d_counts);
  if (st == MGP_OK)
    memcpy(d_lists, lists.list, sizeof lists.list);
  else
    for (unsigned c = 0; c < LISTS; c++) mgp_cuda_give(cu, lists.list[c]);
  return st;
}
