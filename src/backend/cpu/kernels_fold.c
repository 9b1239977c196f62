#include "backend/cpu/kernels_fold.h"

#include "backend/cpu/lanes.h"

static mgp_e_t element(const mgp_f_t *p, size_t stride, size_t i) {
  mgp_e_t r;
  for (size_t d = 0; d < MGP_D; d++) r.c[d] = p[d * stride + i];
  return r;
}

MGP_LANE void load_pairs(const mgp_f_t *q, size_t stride, size_t j, mgp_ve_t *even, mgp_ve_t *odd) {
  mgp_ve_t a = mgp_ve_load(q + 2 * j, stride), b = mgp_ve_load(q + 2 * j + MGP_LANES, stride);
  mgp_ve_deinterleave(a, b, even, odd);
}

static mgp_e_t diff_dot(const mgp_f_t *q, size_t q_stride, const mgp_f_t *eq, size_t eq_stride,
                        size_t count) {
  mgp_ve_t sum = mgp_ve_zero(), even, odd;
  size_t j = 0;
  for (; j + MGP_LANES <= count; j += MGP_LANES) {
    load_pairs(q, q_stride, j, &even, &odd);
    sum = mgp_ve_mul_add(sum, mgp_ve_load(eq + j, eq_stride), mgp_ve_sub(odd, even));
  }
  mgp_e_t total = mgp_ve_sum(sum);
  for (; j < count; j++) {
    mgp_e_t diff = mgp_e_sub(element(q, q_stride, 2 * j + 1), element(q, q_stride, 2 * j));
    total = mgp_e_add(total, mgp_e_mul(element(eq, eq_stride, j), diff));
  }
  return total;
}

static void bind(const mgp_f_t *q, size_t q_stride, mgp_e_t x, mgp_f_t *out, size_t out_stride,
                 size_t count) {
  const mgp_vec_t c = mgp_vec(x);
  mgp_ve_t even, odd;
  size_t j = 0;
  for (; j + MGP_LANES <= count; j += MGP_LANES) {
    load_pairs(q, q_stride, j, &even, &odd);
    mgp_ve_store(out + j, out_stride, mgp_ve_add(even, mgp_ve_mul_c(mgp_ve_sub(odd, even), &c)));
  }
  for (; j < count; j++) {
    mgp_e_t a = element(q, q_stride, 2 * j), b = element(q, q_stride, 2 * j + 1);
    a = mgp_e_add(a, mgp_e_mul(x, mgp_e_sub(b, a)));
    for (size_t d = 0; d < MGP_D; d++) out[d * out_stride + j] = a.c[d];
  }
}

const mgp_fold_kernels_t MGP_ISA(mgp_fold_kernels) = {diff_dot, bind};
