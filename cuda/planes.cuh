/* Elements of K in ext planes: D planes of words, `stride` apart (backend/backend.h). */
#ifndef MGP_CUDA_PLANES_CUH
#define MGP_CUDA_PLANES_CUH

#include "element.cuh"

__device__ __forceinline__ mgp_e_t mgp_get(const mgp_f_t *planes, size_t stride, size_t i) {
  mgp_e_t e;
#pragma unroll
  for (int d = 0; d < MGP_D; d++) e.c[d] = planes[d * stride + i];
  return e;
}
__device__ __forceinline__ void mgp_put(mgp_f_t *planes, size_t stride, size_t i,
                                        const mgp_e_t &e) {
#pragma unroll
  for (int d = 0; d < MGP_D; d++) planes[d * stride + i] = e.c[d];
}

/* V neighbouring words: 4, at a boundary of 16 bytes, or 2, at one of 8, or 1 */
template <unsigned V> __device__ __forceinline__ void mgp_load_words(const mgp_f_t *p, mgp_f_t *v) {
  if constexpr (V == 4) {
    const uint4 w = *reinterpret_cast<const uint4 *>(p);
    v[0] = w.x, v[1] = w.y, v[2] = w.z, v[3] = w.w;
  } else if constexpr (V == 2) {
    const uint2 w = *reinterpret_cast<const uint2 *>(p);
    v[0] = w.x, v[1] = w.y;
  } else {
    v[0] = *p;
  }
}
template <unsigned V>
__device__ __forceinline__ void mgp_store_words(mgp_f_t *p, const mgp_f_t *v) {
  if constexpr (V == 4)
    *reinterpret_cast<uint4 *>(p) = make_uint4(v[0], v[1], v[2], v[3]);
  else if constexpr (V == 2)
    *reinterpret_cast<uint2 *>(p) = make_uint2(v[0], v[1]);
  else
    *p = v[0];
}

#endif
