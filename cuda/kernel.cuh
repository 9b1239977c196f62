/* How kernels declare shared memory and are started. tests/emu has these for the CPU, and no
 * __shared__ and <<<>>>: all kernels use them. */
#ifndef MGP_CUDA_KERNEL_CUH
#define MGP_CUDA_KERNEL_CUH

#include <cuda_runtime.h>

#ifndef MGP_EMULATED

/* MGP_SHARED(T, name, [A][B]): an array of the block, on 16 bytes, as a statement. */
#define MGP_SHARED(T, name, ...) __shared__ __align__(16) T name __VA_ARGS__
/* MGP_SHARED_DYNAMIC(T, name): T *name to the bytes that MGP_LAUNCH_SHARED asks for. */
#define MGP_SHARED_DYNAMIC(T, name)                                                                \
  extern __shared__ __align__(16) unsigned char mgp_dynamic_shared[];                              \
  T *const name = reinterpret_cast<T *>(mgp_dynamic_shared)

/* clang-format off */
#define MGP_KERNEL_START(kernel, grid, block, shared, stream, ...)                                 \
  ((kernel)<<<(grid), (block), (shared), (stream)>>>(__VA_ARGS__))
/* clang-format on */

#endif

#define MGP_STATIC_SHARED_MAX ((size_t)48 << 10) /* more has to be asked for */

#endif
