/* Kernels of the folding phase, over ext planes of the current polynomial. */
#ifndef MGP_BACKEND_CPU_KERNELS_FOLD_H
#define MGP_BACKEND_CPU_KERNELS_FOLD_H

#include "backend/cpu/kernels.h"

typedef struct {
  /* sum over j < count of eq[j] (q[2j+1] - q[2j]) */
  mgp_e_t (*diff_dot)(const mgp_f_t *q, size_t q_stride, const mgp_f_t *eq, size_t eq_stride,
                      size_t count);
  /* out[j] = q[2j] + x (q[2j+1] - q[2j]) for j < count; out and q do not overlap */
  void (*bind)(const mgp_f_t *q, size_t q_stride, mgp_e_t x, mgp_f_t *out, size_t out_stride,
               size_t count);
} mgp_fold_kernels_t;

MGP_KERNEL_TABLES(mgp_fold_kernels_t, mgp_fold_kernels)

#endif
