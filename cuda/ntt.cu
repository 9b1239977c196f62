/* Transforms in passes of up to 8 levels: radix 16 in registers, an exchange in shared memory, and
 * radix 2^b, 1 <= b <= 4, again in registers; then the twiddles for the levels below.
 *
 * A pass over blocks of B points with R = 2^k, M = B / R views a block as [R][M]. Index r M + c and
 * frequency e + R f split the transform into one of size R along r, for every c, a twiddle
 * w_B^(c e), and one of size M for every e, which the next pass does in the block at row bitrev(e)
 * (Gentleman and Sande, 1966; four steps: Bailey, 1990). Every thread holds 16 points. */
#include <stdlib.h>

#include "ntt.cuh"

#include "ops.cuh"

#define SMALL_LOG   10u /* up to here one block does a column */
#define TILE_LOG    5u  /* neighbours c that a strided pass takes together: 128 bytes */
#define MAX_THREADS 512u

/* --- roots ------------------------------------------------------------------------------------ */

/* w_N^t = low[t mod 2^l] * high[t >> l], l = low_log(n): two short tables for each N = 2^n, one
 * after the other; in front w_256^t. */
#define INNER_LOG 8u

static inline unsigned low_log(unsigned n) {
  return (n + 1) / 2;
}

static size_t roots_offset(unsigned n) {
  size_t at = (size_t)1 << INNER_LOG;
  for (unsigned i = 0; i < n; i++)
    at += ((size_t)1 << low_log(i)) + ((size_t)1 << (i - low_log(i)));
  return at;
}

uint64_t mgp_cuda_ntt_roots_bytes(void) {
  return mgp_cuda_size_of<mgp_f_t>(roots_offset(MGP_CUDA_NTT_MAX_LOG + 1));
}

static void powers(mgp_f_t w, size_t n, mgp_f_t *out) {
  out[0] = mgp_f_one();
  for (size_t i = 1; i < n; i++) out[i] = mgp_f_mul(out[i - 1], w);
}

mgp_status_t mgp_cuda_ntt_roots(mgp_cuda_t *cu) {
  const size_t words = roots_offset(MGP_CUDA_NTT_MAX_LOG + 1);
  mgp_f_t *d_roots = NULL, *host = (mgp_f_t *)malloc(words * sizeof *host);
  if (!host) return mgp_fail(MGP_RESOURCES, "out of host memory for roots of unity");
  powers(mgp_f_omega(INNER_LOG), (size_t)1 << INNER_LOG, host);
  for (unsigned n = 0; n <= MGP_CUDA_NTT_MAX_LOG; n++) {
    const unsigned l = low_log(n);
    const mgp_f_t w = mgp_f_omega(n);
    mgp_f_t *at = host + roots_offset(n);
    powers(w, (size_t)1 << l, at);
    powers(mgp_f_pow(w, (uint64_t)1 << l), (size_t)1 << (n - l), at + ((size_t)1 << l));
  }
  mgp_status_t st = mgp_cuda_new(cu, MGP_MEM_PLAN, words, &d_roots);
  if (st == MGP_OK) {
    cu->d_roots = d_roots;
    st = mgp_cuda_upload(&cu->base, d_roots, host, words * sizeof *host);
  }
  free(host);
  return st;
}

typedef struct {
  const mgp_f_t *inner; /* w_256^t */
  const mgp_f_t *low, *high;
  unsigned log_low, log_n;
} roots_t;

static roots_t roots_of(const mgp_cuda_t *cu, unsigned n) {
  roots_t r;
  r.inner = cu->d_roots;
  r.low = cu->d_roots + roots_offset(n);
  r.log_low = low_log(n);
  r.high = r.low + ((size_t)1 << r.log_low);
  r.log_n = n;
  return r;
}

__device__ __forceinline__ mgp_f_t root(const roots_t &r, uint32_t t) {
  return mgp_f_mul(__ldg(r.low + (t & ((1u << r.log_low) - 1))), __ldg(r.high + (t >> r.log_low)));
}

/* --- registers -------------------------------------------------------------------------------- */

/* w_16^t in Montgomery form, at compile time */
__host__ __device__ constexpr uint64_t mod_pow(uint64_t x, uint64_t e) {
  uint64_t r = 1;
  for (; e; e >>= 1) {
    if (e & 1) r = r * x % MGP_P;
    x = x * x % MGP_P;
  }
  return r;
}
__host__ __device__ constexpr mgp_f_t root16(int t) {
  return (mgp_f_t)(mod_pow(mod_pow(MGP_OMEGA_27, 1u << (MGP_TWO_ADICITY - 4)), (uint64_t)t) *
                   MGP_R_MOD_P % MGP_P);
}

/* x[i + h] = (a - b) w_(2h)^i, x[i] = a + b; w_(2h)^i = w_16^(i 8 / h) */
template <int H, int I> __device__ __forceinline__ void butterfly(mgp_f_t *x) {
  constexpr mgp_f_t w = root16(I * 8 / H);
  const mgp_f_t a = x[I], b = x[I + H], d = mgp_f_sub(a, b);
  x[I] = mgp_f_add(a, b);
  x[I + H] = I == 0 ? d : mgp_f_mul(d, w);
}
template <int H, int I = 0> __device__ __forceinline__ void level(mgp_f_t *x) {
  if constexpr (I < H) {
    butterfly<H, I>(x);
    level<H, I + 1>(x);
  }
}

/* 2^LOG points in place, output in bit-reversed order */
template <int LOG> __device__ __forceinline__ void transform(mgp_f_t *x) {
  if constexpr (LOG > 0) {
    level<1 << (LOG - 1)>(x);
    transform<LOG - 1>(x);
    transform<LOG - 1>(x + (1 << (LOG - 1)));
  }
}

/* The first level when the upper half is zero. */
template <int I = 0> __device__ __forceinline__ void spread(mgp_f_t *x) {
  if constexpr (I < 8) {
    constexpr mgp_f_t w = root16(I);
    x[I + 8] = I == 0 ? x[0] : mgp_f_mul(x[I], w);
    spread<I + 1>(x);
  }
}

__host__ __device__ constexpr int bitrev4(int i) {
  return (i & 1) << 3 | (i & 2) << 1 | (i & 4) >> 1 | (i & 8) >> 3;
}

/* x[bitrev(i)] *= w^i: the points of a radix-16 transform, whose order is bit-reversed */
template <int I = 1> __device__ __forceinline__ void twist(mgp_f_t *x, mgp_f_t at, mgp_f_t step) {
  if constexpr (I < 16) {
    x[bitrev4(I)] = mgp_f_mul(x[bitrev4(I)], at);
    twist<I + 1>(x, I < 15 ? mgp_f_mul(at, step) : at, step);
  }
}

/* --- passes ----------------------------------------------------------------------------------- */

/* Thread g of the 2^B that share a transform of R = 2^(4+B) points has points g + i 2^B, i < 16:
 * first four levels over i, with the twiddles w_R^(g e) for the rest. */
template <int B, bool HALF>
__device__ __forceinline__ void upper_levels(mgp_f_t *x, uint32_t g, const roots_t &roots) {
  if (HALF) {
    spread(x);
    transform<3>(x);
    transform<3>(x + 8);
  } else {
    transform<4>(x);
  }
  const mgp_f_t w = __ldg(roots.inner + (g << (INNER_LOG - 4 - B)));
  twist(x, w, w);
}

/* Thread q has the rows 16 q + j: 16 / 2^B transforms of 2^B neighbours. */
template <int B> __device__ __forceinline__ void lower_levels(mgp_f_t *x) {
#pragma unroll
  for (int i = 0; i < 16; i += 1 << B) transform<B>(x + i);
}

/* k = 4 + B levels on blocks of 2^log_b points that are no less than 2^TILE_LOG apart: a thread
 * block takes 2^TILE_LOG neighbours c of one block. HALF: the first pass, whose upper half is zero
 * and not there. */
template <int B, bool HALF>
static __global__ void __launch_bounds__(MAX_THREADS)
    strided_pass(const mgp_f_t *in, size_t in_stride, mgp_f_t *out, size_t out_stride,
                 unsigned log_b, roots_t roots) {
  constexpr uint32_t GROUPS = 1u << B, TILE = 1u << TILE_LOG;
  MGP_SHARED(mgp_f_t, tile, [GROUPS * 16 * TILE]);
  const unsigned log_m = log_b - 4 - B;
  const uint32_t lane = threadIdx.x % TILE, g = threadIdx.x / TILE;
  const uint32_t per_block = 1u << (log_m - TILE_LOG);
  const uint32_t c = (blockIdx.x & (per_block - 1)) * TILE + lane;
  const size_t base = ((size_t)(blockIdx.x >> (log_m - TILE_LOG)) << log_b) + c;
  mgp_f_t x[16];
  in += blockIdx.y * in_stride;
  out += blockIdx.y * out_stride;
#pragma unroll
  for (uint32_t i = 0; i < (HALF ? 8 : 16); i++)
    x[i] = in[base + ((size_t)(g + i * GROUPS) << log_m)];
  upper_levels<B, HALF>(x, g, roots);
#pragma unroll
  for (uint32_t i = 0; i < 16; i++) tile[(i * GROUPS + g) * TILE + lane] = x[i];
  __syncthreads();
#pragma unroll
  for (uint32_t j = 0; j < 16; j++) x[j] = tile[(g * 16 + j) * TILE + lane];
  lower_levels<B>(x);
  /* row 16 g + j has frequency bitrev_B(g) + 2^B bitrev_4(j) */
  const unsigned up = roots.log_n - log_b;
  const uint32_t e = __brev(g) >> (32 - B);
  const mgp_f_t first = root(roots, (c * e) << up), step = root(roots, (c << B) << up);
  x[0] = mgp_f_mul(x[0], first);
  twist(x, mgp_f_mul(first, step), step);
#pragma unroll
  for (uint32_t j = 0; j < 16; j++) out[base + ((size_t)(g * 16 + j) << log_m)] = x[j];
}

/* The last pass: k = 4 + B levels on blocks of that size, in place. One word in 17 is left out of
 * the exchange, so that 16 neighbours and one word of each of 16 neighbours lie in different banks.
 */
__device__ __forceinline__ uint32_t padded(uint32_t i) {
  return i + (i >> 4);
}

template <int B>
static __global__ void __launch_bounds__(MAX_THREADS)
    last_pass(mgp_f_t *data, size_t stride, roots_t roots) {
  constexpr uint32_t GROUPS = 1u << B;
  MGP_SHARED(mgp_f_t, tile, [MAX_THREADS * 17]);
  const uint32_t t = threadIdx.x, g = t % GROUPS, first = t / GROUPS * (16 * GROUPS);
  mgp_f_t x[16];
  data += blockIdx.y * stride + (size_t)blockIdx.x * blockDim.x * 16;
#pragma unroll
  for (uint32_t i = 0; i < 16; i++) x[i] = data[first + g + i * GROUPS];
  upper_levels<B, false>(x, g, roots);
#pragma unroll
  for (uint32_t i = 0; i < 16; i++) tile[padded(first + g + i * GROUPS)] = x[i];
  __syncthreads();
#pragma unroll
  for (uint32_t j = 0; j < 16; j++) x[j] = tile[t * 17 + j];
  lower_levels<B>(x);
#pragma unroll
  for (uint32_t j = 0; j < 16; j++) tile[t * 17 + j] = x[j]; /* a thread's own words */
  __syncthreads();
#pragma unroll
  for (uint32_t i = 0; i < 16; i++) data[i * blockDim.x + t] = tile[padded(i * blockDim.x + t)];
}

/* Columns of up to 2^SMALL_LOG positions, level by level. */
static __global__ void small_encode(const mgp_f_t *in, size_t in_stride, mgp_f_t *out,
                                    size_t out_stride, unsigned log_n, roots_t roots) {
  MGP_SHARED(mgp_f_t, x, [1u << SMALL_LOG]);
  const uint32_t n = 1u << log_n;
  in += blockIdx.x * in_stride;
  out += blockIdx.x * out_stride;
  for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) x[i] = i < n / 2 ? in[i] : 0;
  __syncthreads();
  for (unsigned l = log_n; l-- > 0;) {
    const uint32_t half = 1u << l;
    for (uint32_t i = threadIdx.x; i < n / 2; i += blockDim.x) {
      const uint32_t j = i & (half - 1), at = (i - j) * 2 + j;
      const mgp_f_t a = x[at], b = x[at + half];
      x[at] = mgp_f_add(a, b);
      x[at + half] = mgp_f_mul(mgp_f_sub(a, b), root(roots, j << (log_n - 1 - l)));
    }
    __syncthreads();
  }
  for (uint32_t i = threadIdx.x; i < n; i += blockDim.x) out[i] = x[i];
}

/* --- encoding --------------------------------------------------------------------------------- */

/* by number of levels, 5 to 8 */
typedef void (*strided_fn)(const mgp_f_t *, size_t, mgp_f_t *, size_t, unsigned, roots_t);
typedef void (*last_fn)(mgp_f_t *, size_t, roots_t);

static const strided_fn first_passes[] = {strided_pass<1, true>, strided_pass<2, true>,
                                          strided_pass<3, true>, strided_pass<4, true>};
static const strided_fn strided_passes[] = {strided_pass<1, false>, strided_pass<2, false>,
                                            strided_pass<3, false>, strided_pass<4, false>};
static const last_fn last_passes[] = {last_pass<1>, last_pass<2>, last_pass<3>, last_pass<4>};

/* Levels of pass p of all: shared out evenly, 5 to 8 each, since log_n > 10. */
static unsigned pass_count(unsigned log_n) {
  return (log_n + 7) / 8;
}
static unsigned pass_levels(unsigned log_n, unsigned p) {
  const unsigned passes = pass_count(log_n);
  return log_n / passes + (p < log_n % passes);
}

static mgp_status_t run_strided(mgp_cuda_t *cu, unsigned log_n, unsigned p, unsigned log_b,
                                const mgp_f_t *d_in, size_t in_stride, uint32_t ncols,
                                mgp_f_t *d_out, size_t out_stride) {
  const unsigned k = pass_levels(log_n, p), threads = (1u << (k - 4)) << TILE_LOG;
  const strided_fn pass = p ? strided_passes[k - 5] : first_passes[k - 5];
  return MGP_LAUNCH(cu, pass, dim3(1u << (log_n - k - TILE_LOG), ncols), threads, d_in, in_stride,
                    d_out, out_stride, log_b, roots_of(cu, log_n));
}

mgp_status_t mgp_cuda_encode_begin(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t in_stride,
                                   unsigned s, uint32_t ncols, mgp_f_t *d_out, size_t out_stride) {
  const unsigned log_n = s + 1;
  if (log_n > MGP_CUDA_NTT_MAX_LOG)
    return mgp_fail(MGP_INTERNAL, "transform of 2^%u points; the field has roots of order 2^%u",
                    log_n, MGP_CUDA_NTT_MAX_LOG);
  if (log_n <= SMALL_LOG)
    return MGP_LAUNCH(cu, small_encode, ncols, 256, d_cols, in_stride, d_out, out_stride, log_n,
                      roots_of(cu, log_n));
  return run_strided(cu, log_n, 0, log_n, d_cols, in_stride, ncols, d_out, out_stride);
}

mgp_status_t mgp_cuda_encode_finish(mgp_cuda_t *cu, unsigned s, uint32_t ncols, mgp_f_t *d_out,
                                    size_t out_stride) {
  const unsigned log_n = s + 1;
  if (log_n <= SMALL_LOG) return MGP_OK;
  unsigned log_b = log_n - pass_levels(log_n, 0);
  for (unsigned p = 1; p + 1 < pass_count(log_n); p++) {
    MGP_TRY(run_strided(cu, log_n, p, log_b, d_out, out_stride, ncols, d_out, out_stride));
    log_b -= pass_levels(log_n, p);
  }
  const unsigned threads = log_n < 13 ? 1u << (log_n - 4) : MAX_THREADS;
  return MGP_LAUNCH(cu, last_passes[log_b - 5], dim3((1u << log_n) / (threads * 16), ncols),
                    threads, d_out, out_stride, roots_of(cu, log_n));
}

/* All columns in each launch, though little of them is in the L2 cache by the next pass: groups
 * that fit it were 13 % slower. */
mgp_status_t mgp_cuda_encode(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t in_stride, unsigned s,
                             uint32_t ncols, mgp_f_t *d_out, size_t out_stride) {
  MGP_TRY(mgp_cuda_encode_begin(cu, d_cols, in_stride, s, ncols, d_out, out_stride));
  return mgp_cuda_encode_finish(cu, s, ncols, d_out, out_stride);
}
