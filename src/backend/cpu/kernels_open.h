/* Kernels over base columns and ext planes: weights, inner products, combinations, folds. */
#ifndef MGP_BACKEND_CPU_KERNELS_OPEN_H
#define MGP_BACKEND_CPU_KERNELS_OPEN_H

#include "backend/cpu/block.h"
#include "backend/cpu/kernels.h"

typedef struct {
  /* eq(point, i), i < 2^n, as ext planes `stride` apart. */
  void (*eq_table)(const mgp_e_t *point, unsigned n, mgp_f_t *out, size_t stride);
  /* The low table of mgp_eq_t for n <= MGP_EQ_LOG coordinates. */
  void (*eq_low)(const mgp_e_t *point, unsigned n, mgp_f_t *low);
  /* sum over i < n of eq[i] col[i]; eq: ext planes `stride` apart. */
  mgp_e_t (*inner)(const mgp_f_t *col, const mgp_f_t *eq, size_t stride, size_t n);
  /* out (ext planes `stride` apart) += sum_c w[c] * cols[c], n values each. */
  void (*combine)(const mgp_f_t *const *cols, const mgp_e_t *w, uint32_t ncols, size_t n,
                  mgp_f_t *out, size_t stride);
  /* Items [first, last) of vectors of ext planes, of 2 (4) values each: sums of g e with one
   * variable (two variables) at 0, 1, 2. */
  void (*pair_round)(const mgp_f_t *g, const mgp_f_t *e, size_t stride, size_t first, size_t last,
                     mgp_e_t out[3]);
  void (*pair_round2)(const mgp_f_t *g, const mgp_f_t *e, size_t stride, size_t first, size_t last,
                      mgp_e_t out[9]);
  /* out[i] = in[2i] + x (in[2i+1] - in[2i]) for i < n; ext planes `stride` apart, in place. */
  void (*fold)(mgp_f_t *planes, size_t stride, size_t n, mgp_e_t x);
} mgp_open_kernels_t;

MGP_KERNEL_TABLES(mgp_open_kernels_t, mgp_open_kernels)

/* Fills tables made for at least n coordinates. */
static inline void mgp_eq_fill(const mgp_open_kernels_t *k, const mgp_e_t *point, unsigned n,
                               mgp_eq_t *eq) {
  unsigned low = n < MGP_EQ_LOG ? n : MGP_EQ_LOG;
  k->eq_low(point, low, eq->low);
  k->eq_table(point + low, n - low, eq->high, eq->high_stride);
}

#endif
