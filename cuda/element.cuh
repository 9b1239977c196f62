/* Elements of K in kernels: 16-byte accesses, sums of products reduced once. */
#ifndef MGP_CUDA_ELEMENT_CUH
#define MGP_CUDA_ELEMENT_CUH

#include "state.cuh"

/* Code that is not for all threads of a grid, in every kernel: called, since inlined it would be
 * most of each, and kernels are loaded before they run. */
#ifdef MGP_EMULATED
#define MGP_CALLED __attribute__((noinline, unused)) static
#else
#define MGP_CALLED static __device__ __noinline__
#endif

#if MGP_D == 4
__device__ __forceinline__ mgp_e_t mgp_ld(const mgp_e_t *p) {
  const uint4 w = *reinterpret_cast<const uint4 *>(p);
  mgp_e_t r;
  r.c[0] = w.x, r.c[1] = w.y, r.c[2] = w.z, r.c[3] = w.w;
  return r;
}
__device__ __forceinline__ void mgp_st(mgp_e_t *p, const mgp_e_t &v) {
  *reinterpret_cast<uint4 *>(p) = make_uint4(v.c[0], v.c[1], v.c[2], v.c[3]);
}
#else
__device__ __forceinline__ mgp_e_t mgp_ld(const mgp_e_t *p) {
  return *p;
}
__device__ __forceinline__ void mgp_st(mgp_e_t *p, const mgp_e_t &v) {
  *p = v;
}
#endif

/* v of that lane, and of the lane whose number differs in the bits of `with`. */
__device__ __forceinline__ mgp_e_t mgp_shfl(const mgp_e_t &v, unsigned lane) {
  mgp_e_t r;
#pragma unroll
  for (int d = 0; d < MGP_D; d++) r.c[d] = __shfl_sync(0xffffffffu, v.c[d], (int)lane);
  return r;
}
__device__ __forceinline__ mgp_e_t mgp_shfl_xor(const mgp_e_t &v, int with) {
  mgp_e_t r;
#pragma unroll
  for (int d = 0; d < MGP_D; d++) r.c[d] = __shfl_xor_sync(0xffffffffu, v.c[d], with);
  return r;
}

/* A sum of products over K. Between calls each word is below p 2^32; two more products, at most
 * 2 p^2, leave it below 2 p 2^32 < 2^64, and the multiple of p is taken off the high half. */
struct mgp_dot_t {
  uint64_t s[MGP_D];

  __device__ __forceinline__ mgp_dot_t() {
#pragma unroll
    for (int k = 0; k < MGP_D; k++) s[k] = 0;
  }
  __device__ __forceinline__ explicit mgp_dot_t(const mgp_e_t &a) {
#pragma unroll
    for (int k = 0; k < MGP_D; k++) s[k] = (uint64_t)a.c[k] << 32;
  }
  static __device__ __forceinline__ uint64_t fold(uint64_t x) {
    const uint32_t hi = (uint32_t)(x >> 32);
    return (uint64_t)min(hi, hi - MGP_P) << 32 | (uint32_t)x;
  }
  /* + v w */
  __device__ __forceinline__ void mac(mgp_f_t v, const mgp_e_t &w) {
#pragma unroll
    for (int k = 0; k < MGP_D; k++) s[k] = fold(s[k] + (uint64_t)v * w.c[k]);
  }
  __device__ __forceinline__ void mac2(mgp_f_t v0, const mgp_e_t &w0, mgp_f_t v1,
                                       const mgp_e_t &w1) {
#pragma unroll
    for (int k = 0; k < MGP_D; k++)
      s[k] = fold(s[k] + (uint64_t)v0 * w0.c[k] + (uint64_t)v1 * w1.c[k]);
  }
  /* + a b; wb = W b */
  __device__ __forceinline__ void mac(const mgp_e_t &a, const mgp_e_t &b, const mgp_e_t &wb) {
#pragma unroll
    for (int k = 0; k < MGP_D; k++) {
#pragma unroll
      for (int i = 0; i < MGP_D; i++) {
        s[k] += (uint64_t)a.c[i] * (i <= k ? b.c[k - i] : wb.c[MGP_D + k - i]);
        if ((i & 1) || i == MGP_D - 1) s[k] = fold(s[k]);
      }
    }
  }
  __device__ __forceinline__ mgp_e_t value() const {
    mgp_e_t r;
#pragma unroll
    for (int k = 0; k < MGP_D; k++) r.c[k] = mgp_f_reduce(s[k]);
    return r;
  }
};

/* W a; its first word is never asked for. */
__device__ __forceinline__ mgp_e_t mgp_times_w(const mgp_e_t &a) {
  mgp_e_t r;
  r.c[0] = 0;
#pragma unroll
  for (int i = 1; i < MGP_D; i++) r.c[i] = mgp_f_mul_w(a.c[i]);
  return r;
}

/* a b + c d */
__device__ __forceinline__ mgp_e_t mgp_e_mul2(const mgp_e_t &a, const mgp_e_t &b, const mgp_e_t &c,
                                              const mgp_e_t &d) {
  mgp_dot_t sum;
  sum.mac(a, b, mgp_times_w(b));
  sum.mac(c, d, mgp_times_w(d));
  return sum.value();
}

/* a + x (b - a) */
__device__ __forceinline__ mgp_e_t mgp_e_lerp(const mgp_e_t &a, const mgp_e_t &b,
                                              const mgp_e_t &x) {
  return mgp_e_add(a, mgp_e_mul(mgp_e_sub(b, a), x));
}

#endif
