/* Kernel tables: one per instruction set, picked at run time.
 *
 * A kernel source kernels_X.c defines `const mgp_X_kernels_t MGP_ISA(mgp_X_kernels) = {...};` and
 * the header that declares the type says MGP_KERNEL_TABLES(mgp_X_kernels_t, mgp_X_kernels), which
 * makes `const mgp_X_kernels_t *mgp_X_kernels(mgp_isa_t isa)`. Kernels allocate nothing. */
#ifndef MGP_BACKEND_CPU_KERNELS_H
#define MGP_BACKEND_CPU_KERNELS_H

#include "backend/backend.h"

#ifdef MGP_X86_KERNELS
#define MGP_KERNEL_TABLES(type, name)                                                              \
  extern const type name##_portable, name##_avx2, name##_avx512;                                   \
  static inline const type *name(mgp_isa_t isa) {                                                  \
    return isa == MGP_ISA_AVX512 ? &name##_avx512                                                  \
           : isa == MGP_ISA_AVX2 ? &name##_avx2                                                    \
                                 : &name##_portable;                                               \
  }
#else
#define MGP_KERNEL_TABLES(type, name)                                                              \
  extern const type name##_portable;                                                               \
  static inline const type *name(mgp_isa_t isa) {                                                  \
    (void)isa;                                                                                     \
    return &name##_portable;                                                                       \
  }
#endif

#endif
