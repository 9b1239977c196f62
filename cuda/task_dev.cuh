/* State of a chip proof on the device (docs/protocol.md section 5.4), and what its kernels share:
 * transcript, sums over a grid, tables of eq.
 *
 * A proof is a chain of launches on one stream with no word to the host in between. The kernels of
 * a round add up over the grid; the block that arrives last closes the round: it makes the message,
 * absorbs it and draws the challenge, which the next launch finds in the state. Rounds on few rows
 * are done by one block, many in one launch. */
#ifndef MGP_CUDA_TASK_DEV_CUH
#define MGP_CUDA_TASK_DEV_CUH

#include "grid_add.cuh"
#include "warp_sponge.cuh"

extern "C" {
#include "backend/task_math.h"
}

#define MGP_TASK_VARS   32u /* most variables of a claim: rows and interactions */
#define MGP_TASK_LOG_K  6u  /* most of them for interactions */
#define MGP_LEAF_ROW    (1u + MGP_MAX_TUPLE)
#define MGP_TASK_SUMS   8u    /* most sums of a kernel */
#define MGP_TASK_WIDE   256u  /* threads of a block of a kernel for many rows */
#define MGP_TASK_TAIL   512u  /* threads of the block that does the rounds on few rows */
#define MGP_TASK_FEW    1024u /* rows that are few */
#define MGP_TASK_BLOCKS 2048u /* most blocks of a kernel that sums */

/* The results lie together, as they are downloaded: failed, digest, point, messages. */
typedef struct {
  uint32_t failed; /* a challenge hit an exceptional value */
  mgp_f_t digest[MGP_DIGEST_WORDS];
  mgp_e_t point[MGP_TASK_VARS];
} mgp_task_result_t;

typedef struct {
  unsigned long long sum[MGP_TASK_SUMS * MGP_D]; /* over a grid: grid_add.cuh */
  mgp_transcript_t tr;
  uint32_t *next_word;                    /* where the next message goes */
  mgp_e_t alpha, beta[MGP_MAX_TUPLE + 1]; /* powers of beta */
  mgp_e_t lambda, claim;
  mgp_e_t inv_lambda;                   /* of the layer over the leaves */
  mgp_e_t point[MGP_TASK_VARS];         /* the claim of the layer is at */
  mgp_e_t inv[MGP_TASK_VARS];           /* what the rounds divide by, inverted */
  mgp_e_t x[MGP_TASK_VARS];             /* challenges of this sumcheck */
  mgp_e_t weight[1u << MGP_TASK_LOG_K]; /* eq of the bound entry variables */
  mgp_e_t edge;                         /* main sumcheck: where sel goes from 1 to 0 */
} mgp_task_state_t;

typedef struct {
  mgp_task_state_t *state;
  mgp_task_result_t *result;
  mgp_e_t *partial;    /* [MGP_TASK_SUMS][MGP_TASK_BLOCKS] */
  mgp_e_t *eq_rows;    /* heap: eq of the last s row variables at [2^s, 2^(s+1)) */
  mgp_e_t *eq_entries; /* the same for the last s entry variables */
  mgp_e_t *leaf;       /* [k][MGP_LEAF_ROW] constant of a leaf, beta^i for entry i of its tuple */
  mgp_e_t *folded;     /* the leaves with entry variables bound: leaves.cuh */
} mgp_task_dev_t;

/* --- sums ------------------------------------------------------------------------------------- */

/* Sums over all threads whose number is g mod G: out[k * G + g], in shared memory, for all to read
 * until the next barrier but one. */
template <unsigned THREADS, int K, int G>
__device__ __forceinline__ void mgp_task_block_sum(const mgp_e_t *v, mgp_e_t *out) {
  MGP_SHARED(mgp_e_t, room, [THREADS / 32][K * G]);
  const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
  for (int k = 0; k < K; k++) {
    mgp_e_t s = v[k];
#pragma unroll
    for (int with = 16; with >= G; with /= 2) s = mgp_e_add(s, mgp_shfl_xor(s, with));
    if (lane < G) room[warp][k * G + (int)lane] = s;
  }
  __syncthreads();
  if (threadIdx.x < K * G) {
    mgp_e_t s = room[0][threadIdx.x];
    for (unsigned w = 1; w < THREADS / 32; w++) s = mgp_e_add(s, room[w][threadIdx.x]);
    out[threadIdx.x] = s;
  }
  __syncthreads();
}

/* What the blocks of a grid have left in `partial`, added up: out[k], k < K. One block. */
template <unsigned THREADS, int K>
__device__ __forceinline__ void mgp_task_add_partial(const mgp_task_dev_t &dev, unsigned blocks,
                                                     mgp_e_t *out) {
  mgp_e_t sum[K];
#pragma unroll
  for (int k = 0; k < K; k++) {
    sum[k] = mgp_e_zero();
    for (unsigned b = threadIdx.x; b < blocks; b += THREADS)
      sum[k] = mgp_e_add(sum[k], mgp_ld(&dev.partial[(unsigned)k * MGP_TASK_BLOCKS + b]));
  }
  mgp_task_block_sum<THREADS, K, 1>(sum, out);
}

/* Leaves the block's sums (as in mgp_task_block_sum) to a kernel that follows; add: to those that
 * this block of a kernel before has left. */
template <unsigned THREADS, int K, int G>
__device__ __forceinline__ void mgp_task_leave_sum(const mgp_task_dev_t &dev, const mgp_e_t *v,
                                                   bool add = false) {
  MGP_SHARED(mgp_e_t, out, [K * G]);
  mgp_task_block_sum<THREADS, K, G>(v, out);
  if (threadIdx.x >= K * G) return;
  mgp_e_t *to = &dev.partial[threadIdx.x * MGP_TASK_BLOCKS + blockIdx.x];
  mgp_st(to, add ? mgp_e_add(mgp_ld(to), out[threadIdx.x]) : out[threadIdx.x]);
}

/* Sums over the grid, for all to read until the next barrier but one. True in the block that has
 * them: the last one. */
template <unsigned THREADS, int K, int G>
MGP_CALLED bool mgp_task_grid_sum(const mgp_task_dev_t &dev, const mgp_e_t *v, mgp_e_t *out) {
  const unsigned t = threadIdx.x, n = K * G * MGP_D;
  mgp_task_block_sum<THREADS, K, G>(v, out);
  if (gridDim.x == 1) return true;
  mgp_f_t word = t < n ? out[t / MGP_D].c[t % MGP_D] : 0;
  if (!mgp_grid_add(dev.state->sum, n, &word)) return false;
  if (t < n) out[t / MGP_D].c[t % MGP_D] = word;
  __syncthreads();
  return true;
}

/* --- messages: one warp ----------------------------------------------------------------------- */

/* The transcript, and where its next message is written; stored when it is not needed any more. */
struct mgp_task_talk_t : mgp_warp_sponge_t {
  uint32_t *to;

  __device__ __forceinline__ explicit mgp_task_talk_t(const mgp_task_state_t *from)
      : mgp_warp_sponge_t(&from->tr), to(from->next_word) {}
  __device__ __forceinline__ void store(mgp_task_state_t *state) const {
    mgp_warp_sponge_t::store(&state->tr);
    if (threadIdx.x == 0) state->next_word = to;
  }
  /* n elements in memory that all lanes see */
  __device__ __forceinline__ void send(mgp_label_t label, const mgp_e_t *v, unsigned n) {
    for (unsigned i = threadIdx.x; i < n * MGP_D; i += 32) to[i] = mgp_f_to_u32(v->c[i]);
    to += n * MGP_D;
    absorb((uint32_t)label, v->c, n * MGP_D);
  }
  /* up to MGP_TASK_MESSAGE elements that every lane has */
#define MGP_TASK_MESSAGE 4u
  __device__ __forceinline__ void say(mgp_label_t label, const mgp_e_t *v, unsigned n) {
    MGP_SHARED(mgp_e_t, message, [MGP_TASK_MESSAGE]);
    __syncwarp(); /* the message before has been read */
    if (threadIdx.x == 0)
      for (unsigned i = 0; i < n; i++) message[i] = v[i];
    __syncwarp();
    send(label, message, n);
  }
};

/* 1 / x for a divisor of a round. */
MGP_CALLED mgp_e_t mgp_task_invert(const mgp_task_dev_t &dev, const mgp_e_t &x) {
  if (mgp_e_is_zero(x)) dev.result->failed = 1;
  return mgp_e_inv(x);
}

/* --- eq --------------------------------------------------------------------------------------- */

/* Heap of the eq tables of the last s of n variables, s <= top, at [2^s, 2^(s+1)): entries first,
 * first + step, ... */
__device__ __forceinline__ void mgp_task_eq_heap(const mgp_e_t *point, unsigned n, unsigned top,
                                                 mgp_e_t *heap, unsigned first, unsigned step) {
  for (unsigned i = first; i < 2u << top; i += step) {
    if (i == 0) continue;
    const unsigned s = 31u - (unsigned)__clz((int)i);
    mgp_st(&heap[i], mgp_task_eq(point + n - s, s, i - (1u << s)));
  }
}

/* The largest table of a heap over n variables of rows: for many rows less the low bits (at least
 * 7 of a pair or 8 of a row), which are not in the table; for few rows all. */
static __host__ __device__ __forceinline__ unsigned mgp_task_heap_log(unsigned n) {
  return n > 18 ? n - 8 : n < 10 ? n : 10;
}

/* eq over r variables at index y is heap[2^(r - low) + (y >> low)] times eq over the first `low`
 * variables at the low bits of y. A thread takes indices whose low bits are the same, so it
 * multiplies by the second factor once, at the end. */

#endif
