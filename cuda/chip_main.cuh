/* Main sumcheck of a chip, as templates over a Part. What a pair of rows adds to a round is a sum
 * over atoms, and a chip whose code would be too long for registers and instruction cache, and for
 * the compiler, has it in several parts; the others are their own only part. A Part is made from
 * mgp_chip_args_t and has
 *
 *   THREADS                 most threads at a time (0: any number)
 *   LINEAR                  whether it adds L and the constants: one part of a chip
 *   nforms(), form(f, row)  its forms on a row; a form may be in several parts
 *   number(f), owns(f)      number of its form f in the chip; it is stored by one part
 *   values_t<V>(part, which)  the values over V = mgp_f_t or mgp_e_t of its forms: get, set
 *   atoms<V>(form, weights, &sum)  sum += weight * atom over its atoms; `which` of form is 0 */
#ifndef MGP_CUDA_CHIP_MAIN_CUH
#define MGP_CUDA_CHIP_MAIN_CUH

#include "task_ops.cuh"

__device__ __forceinline__ mgp_f_t mgp_chip_column(const mgp_chip_args_t &a, uint32_t c,
                                                   size_t row) {
  return a.trace[c * a.stride + row];
}
__device__ __forceinline__ mgp_f_t mgp_chip_virtual(const mgp_chip_args_t &a, uint32_t c,
                                                    size_t row) {
  return a.virt[c * a.stride + row];
}

/* --- rounds ----------------------------------------------------------------------------------- */

__device__ __forceinline__ const mgp_f_t *mgp_chip_any_column(const mgp_chip_args_t &a,
                                                              uint32_t c) {
  return c < a.form.ncols ? a.trace + c * a.stride : a.virt + (c - a.form.ncols) * a.stride;
}

/* What a thread adds up in a round, for one part. */
struct mgp_main_work_t {
  const mgp_chip_args_t &args;
  const mgp_task_dev_t &dev;
  const mgp_main_dev_t &m;
  unsigned i, low;
  mgp_e_t *acc; /* [3] */

  __device__ __forceinline__ uint32_t first() const {
    return blockIdx.x * MGP_MAIN_THREADS + threadIdx.x;
  }
  __device__ __forceinline__ uint32_t step() const { return gridDim.x * MGP_MAIN_THREADS; }
  __device__ __forceinline__ mgp_e_t eq(uint32_t y) const {
    return mgp_ld(dev.eq_rows + ((size_t)1 << (m.n - 1 - i - low)) + (y >> low));
  }
};

/* Round 0, over F. */
template <class Part> __device__ __forceinline__ void mgp_main_first(const mgp_main_work_t &w) {
  const mgp_main_dev_t &m = w.m;
  typedef typename Part::template values_t<mgp_f_t> values_t;
  Part part(w.args);
  const uint32_t pairs = mgp_main_pairs(m, 0), edge = m.rows >> 1;
  for (uint32_t y = w.first(); y < pairs; y += w.step()) {
    values_t form(part, 0), slope(part, 1);
    mgp_e_t linear = mgp_e_zero(), linear_slope = linear;
    if (Part::LINEAR) {
      mgp_dot_t even(mgp_ld(m.constants)), odd(even);
#pragma unroll 2
      for (uint32_t c = 0; c < m.ncols; c++) {
        const uint2 v = reinterpret_cast<const uint2 *>(mgp_chip_any_column(w.args, c))[y];
        const mgp_e_t of = mgp_ld(&m.linear[c]);
        even.mac(v.x, of);
        odd.mac(v.y, of);
      }
      linear = even.value();
      linear_slope = mgp_e_sub(odd.value(), linear);
    }
#pragma unroll
    for (uint32_t f = 0; f < part.nforms(); f++) {
      const mgp_f_t a = part.form(f, 2 * (size_t)y);
      form.set(f, a);
      slope.set(f, mgp_f_sub(part.form(f, 2 * (size_t)y + 1), a));
    }
    mgp_main_pair<mgp_f_t>(m, part, form, slope, linear, linear_slope, y == edge, w.eq(y), w.acc);
  }
}
template <class Part>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    part_first(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned low, bool add) {
  mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  const mgp_main_work_t work = {args, dev, m, 0, low, acc};
  mgp_main_first<Part>(work);
  mgp_main_times_low(dev, m, 0, low, acc);
  mgp_task_leave_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc, add);
}

/* Round 1: rows 4y ... 4y + 3 of the trace are folded to a pair. */
template <class Part> __device__ __forceinline__ void mgp_main_second(const mgp_main_work_t &w) {
  const mgp_main_dev_t &m = w.m;
  typedef typename Part::template values_t<mgp_e_t> values_t;
  Part part(w.args);
  const mgp_e_t x = w.dev.state->x[0];
  const uint32_t pairs = mgp_main_pairs(m, 1), edge = m.rows >> 2;
  const size_t stride = 2 * (size_t)pairs;
  for (uint32_t y = w.first(); y < pairs; y += w.step()) {
    values_t form(part, 0), slope(part, 1);
    mgp_e_t *to = m.fold[0] + 2 * (size_t)y;
    mgp_e_t linear = mgp_e_zero(), linear_slope = linear;
    if (Part::LINEAR) {
      mgp_dot_t dot[4];
#pragma unroll
      for (int k = 0; k < 4; k++) dot[k] = mgp_dot_t(mgp_ld(m.constants));
#pragma unroll 1
      for (uint32_t c = 0; c < m.ncols; c++) {
        const uint4 v = reinterpret_cast<const uint4 *>(mgp_chip_any_column(w.args, c))[y];
        const mgp_e_t of = mgp_ld(&m.linear[c]);
        dot[0].mac(v.x, of);
        dot[1].mac(v.y, of);
        dot[2].mac(v.z, of);
        dot[3].mac(v.w, of);
      }
      linear = mgp_e_lerp(dot[0].value(), dot[1].value(), x);
      const mgp_e_t b = mgp_e_lerp(dot[2].value(), dot[3].value(), x);
      mgp_st(to + m.nforms * stride, linear);
      mgp_st(to + m.nforms * stride + 1, b);
      linear_slope = mgp_e_sub(b, linear);
    }
#pragma unroll
    for (uint32_t f = 0; f < part.nforms(); f++) {
      const size_t row = 4 * (size_t)y;
      const mgp_f_t v0 = part.form(f, row), v2 = part.form(f, row + 2);
      const mgp_f_t d0 = mgp_f_sub(part.form(f, row + 1), v0);
      const mgp_f_t d2 = mgp_f_sub(part.form(f, row + 3), v2);
      const mgp_e_t a = mgp_e_add_f(mgp_e_mul_f(x, d0), v0);
      const mgp_e_t b = mgp_e_add_f(mgp_e_mul_f(x, d2), v2);
      if (part.owns(f)) {
        mgp_st(to + part.number(f) * stride, a);
        mgp_st(to + part.number(f) * stride + 1, b);
      }
      form.set(f, a);
      slope.set(f, mgp_e_sub(b, a));
    }
    mgp_main_pair<mgp_e_t>(m, part, form, slope, linear, linear_slope, y == edge, w.eq(y), w.acc);
  }
}
template <class Part>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    part_second(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned low,
                bool add) {
  mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  const mgp_main_work_t work = {args, dev, m, 1, low, acc};
  mgp_main_second<Part>(work);
  mgp_main_times_low(dev, m, 1, low, acc);
  mgp_task_leave_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc, add);
}

/* Folded values at rows 2y and 2y + 1 of a plane of the round before; `beyond` where there are no
 * rows any more. Stores them, if `store`. */
__device__ __forceinline__ void mgp_main_fold_pair(const mgp_e_t *src, mgp_e_t *dst, uint32_t y,
                                                   bool second, const mgp_e_t &beyond,
                                                   const mgp_e_t &x, bool store, mgp_e_t *a,
                                                   mgp_e_t *b) {
  src += 4 * (size_t)y;
  dst += 2 * (size_t)y;
  *a = mgp_e_lerp(mgp_ld(src), mgp_ld(src + 1), x);
  *b = second ? mgp_e_lerp(mgp_ld(src + 2), mgp_ld(src + 3), x) : beyond;
  if (!store) return;
  mgp_st(dst, *a);
  mgp_st(dst + 1, *b);
}

/* Round i >= 2. */
template <class Part> __device__ __forceinline__ void mgp_main_later(const mgp_main_work_t &w) {
  const mgp_main_dev_t &m = w.m;
  const unsigned i = w.i;
  typedef typename Part::template values_t<mgp_e_t> values_t;
  Part part(w.args);
  const mgp_e_t zero = mgp_e_zero(), x = w.dev.state->x[i - 1], beyond = mgp_ld(m.constants);
  const mgp_e_t *src = m.fold[i & 1];
  mgp_e_t *dst = m.fold[(i & 1) ^ 1];
  const uint32_t rows = mgp_main_rows(m, i), pairs = (rows + 1) / 2, edge = m.rows >> i >> 1;
  const size_t from = 2 * (size_t)mgp_main_pairs(m, i - 1), stride = 2 * (size_t)pairs;
  for (uint32_t y = w.first(); y < pairs; y += w.step()) {
    values_t form(part, 0), slope(part, 1);
    const bool second = 2 * y + 1 < rows;
    mgp_e_t a, b, linear = zero, linear_slope = zero;
#pragma unroll
    for (uint32_t f = 0; f < part.nforms(); f++) {
      const size_t k = part.number(f);
      mgp_main_fold_pair(src + k * from, dst + k * stride, y, second, zero, x, part.owns(f), &a,
                         &b);
      form.set(f, a);
      slope.set(f, mgp_e_sub(b, a));
    }
    if (Part::LINEAR) {
      mgp_main_fold_pair(src + m.nforms * from, dst + m.nforms * stride, y, second, beyond, x, true,
                         &linear, &b);
      linear_slope = mgp_e_sub(b, linear);
    }
    mgp_main_pair<mgp_e_t>(m, part, form, slope, linear, linear_slope, y == edge, w.eq(y), w.acc);
  }
}
template <class Part>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    part_later(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned i, unsigned low,
               bool add) {
  mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  const mgp_main_work_t work = {args, dev, m, i, low, acc};
  mgp_main_later<Part>(work);
  mgp_main_times_low(dev, m, i, low, acc);
  mgp_task_leave_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc, add);
}

/* Rounds i ... i + count - 1, i >= 2, of a chip that is one part; count > 1 in one block only. */
template <class Chip>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    chip_later(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned i,
               unsigned count, unsigned low) {
  MGP_SHARED(mgp_e_t, sum, [3]);
#pragma unroll 1
  for (const unsigned end = i + count; i < end; i++) {
    mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
    const mgp_main_work_t work = {args, dev, m, i, low, acc};
    mgp_main_later<Chip>(work);
    mgp_main_times_low(dev, m, i, low, acc);
    if (mgp_task_grid_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc, sum))
      mgp_main_end_round(dev, m, i, sum);
  }
}

/* --- launches --------------------------------------------------------------------------------- */

/* Few pairs are for one block, which has all bits of a pair in the table. */
static inline unsigned mgp_main_low(uint32_t pairs) {
  return pairs <= MGP_MAIN_FEW ? 0 : MGP_MAIN_LOW;
}

/* `blocks` of so many threads, or as many as a chip has room for. */
template <class Chip> static inline unsigned mgp_chip_most(unsigned blocks, unsigned threads) {
  const unsigned most = Chip::THREADS / threads;
  return most && blocks > most ? most : blocks;
}
template <class Chip>
static inline unsigned mgp_chip_grid(const mgp_cuda_t *cu, uint64_t n, unsigned threads) {
  return mgp_chip_most<Chip>(mgp_task_grid(cu, n, threads), threads);
}

/* A part of a chip. */
template <class Part> struct mgp_part_launch_t {
  static unsigned blocks(const mgp_cuda_t *cu, uint32_t pairs) {
    return pairs <= MGP_MAIN_FEW ? 1 : mgp_chip_grid<Part>(cu, pairs, MGP_MAIN_THREADS);
  }
  static mgp_status_t first(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, bool add) {
    const uint32_t pairs = mgp_main_pairs(*m, 0);
    return MGP_LAUNCH(cu, part_first<Part>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m,
                      mgp_main_low(pairs), add);
  }
  static mgp_status_t second(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                             const mgp_main_dev_t *m, bool add) {
    const uint32_t pairs = mgp_main_pairs(*m, 1);
    return MGP_LAUNCH(cu, part_second<Part>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m,
                      mgp_main_low(pairs), add);
  }
  static mgp_status_t later(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, unsigned i, bool add) {
    const uint32_t pairs = mgp_main_pairs(*m, i);
    return MGP_LAUNCH(cu, part_later<Part>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m, i,
                      mgp_main_low(pairs), add);
  }
  static void load() {
    mgp_kernel_load(part_first<Part>);
    mgp_kernel_load(part_second<Part>);
    mgp_kernel_load(part_later<Part>);
  }
  static constexpr mgp_cuda_part_t table() {
    return mgp_cuda_part_t{load, blocks, first, second, later};
  }
};

#endif
