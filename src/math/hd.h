/* MGP_HD marks functions whose one text is compiled for the host (C11) and for the device (CUDA).
 * Such code keeps to the common subset of C and C++: no designated initialisers, no compound
 * literals, no variable-length arrays, no implicit conversion from void *. */
#ifndef MGP_MATH_HD_H
#define MGP_MATH_HD_H

#include <stddef.h>
#include <stdint.h>

#include "base/verify.h"

#ifdef __CUDACC__
#define MGP_HD static __host__ __device__ __forceinline__
#else
#define MGP_HD static inline
#endif

/* How nvcc is to take the loop that follows. */
#ifdef __CUDA_ARCH__
#define MGP_UNROLL    _Pragma("unroll")
#define MGP_NO_UNROLL _Pragma("unroll 1")
#else
#define MGP_UNROLL
#define MGP_NO_UNROLL
#endif

/* An invariant of such a function, checked on the host in builds with MGP_VERIFY; _ASSUME: the
 * device's compiler makes use of it. */
#ifdef __CUDA_ARCH__
#define MGP_HD_CHECK(cond)  ((void)0)
#define MGP_HD_ASSUME(cond) __builtin_assume(cond)
#else
#define MGP_HD_CHECK(cond)  MGP_VERIFY_CHECK(cond)
#define MGP_HD_ASSUME(cond) MGP_VERIFY_CHECK(cond)
#endif

#endif
