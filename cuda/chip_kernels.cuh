/* The kernels that know a chip, as templates over it. A Chip is made from mgp_chip_args_t and has
 *
 *   THREADS                 most threads at a time (0: any number)
 *   LOG_K                   log2 of the interactions, rounded up, or more
 *   prepare(row)            before leaves() of that row
 *   leaves(e, constants, beta, &out)  leaves 2e and 2e + 1 of the row
 *   nforms(), form(f, row)  form f on a row
 *   values_t<V>(chip, which)  the values over V = mgp_f_t or mgp_e_t of all forms: get, set
 *   atoms<V>(form, weights, &sum)  sum += weight * atom over all atoms; `which` of form is 0
 *
 * gen_chips.c writes one for each chip of the program; chip_any.cu interprets any. */
#ifndef MGP_CUDA_CHIP_KERNELS_CUH
#define MGP_CUDA_CHIP_KERNELS_CUH

#include "gkr_round.cuh"
#include "task_ops.cuh"

/* Leaves 2e and 2e + 1. */
struct mgp_leaves_t {
  mgp_f_t p0, p1;
  mgp_e_t q0, q1;
};

__device__ __forceinline__ mgp_f_t mgp_chip_column(const mgp_chip_args_t &a, uint32_t c,
                                                   size_t row) {
  return a.trace[c * a.stride + row];
}
__device__ __forceinline__ mgp_f_t mgp_chip_virtual(const mgp_chip_args_t &a, uint32_t c,
                                                    size_t row) {
  return a.virt[c * a.stride + row];
}

/* --- fraction tree ---------------------------------------------------------------------------- */

/* The leaves as a source of entries (gkr.cuh). */
template <class Chip> struct mgp_leaf_source_t {
  Chip chip;
  uint32_t k;
  const mgp_e_t *constants, *beta;

  __device__ __forceinline__ mgp_leaf_source_t(const mgp_chip_args_t &a, const mgp_task_dev_t &dev)
      : chip(a), k(a.form.k), constants(dev.leaf), beta(dev.leaf + a.form.k) {}
  __device__ __forceinline__ void prepare(uint32_t row) { chip.prepare(row); }
  __device__ __forceinline__ uint32_t entries() const { return (k + 1) / 2; }
  __device__ __forceinline__ mgp_leaves_t leaves(uint32_t e) const {
    mgp_leaves_t l;
    l.p1 = 0;
    l.q1 = mgp_e_one();
    chip.leaves(e, constants, beta, &l);
    return l;
  }
  __device__ __forceinline__ void add(mgp_entry_t *to, uint32_t, uint32_t e, const mgp_e_t &w,
                                      bool weighted) const {
    mgp_leaves_t l = leaves(e);
    if (weighted) {
      to->p0 = mgp_e_add(to->p0, mgp_e_mul_f(w, l.p0));
      to->p1 = mgp_e_add(to->p1, mgp_e_mul_f(w, l.p1));
      l.q0 = mgp_e_mul(l.q0, w);
      l.q1 = mgp_e_mul(l.q1, w);
    } else {
      to->p0 = mgp_e_add_f(to->p0, l.p0);
      to->p1 = mgp_e_add_f(to->p1, l.p1);
    }
    to->q0 = mgp_e_add(to->q0, l.q0);
    to->q1 = mgp_e_add(to->q1, l.q1);
  }
};

struct mgp_node_t {
  mgp_e_t p, q;
};
__device__ __forceinline__ mgp_node_t mgp_gkr_node(const mgp_node_t &a, const mgp_node_t &b) {
  mgp_node_t r;
  r.p = mgp_e_mul2(a.p, b.q, b.p, a.q);
  r.q = mgp_e_mul(a.q, b.q);
  return r;
}

/* A row's nodes are made in their order; `left` has those that wait for their right neighbours, one
 * per level. Takes node i of the level m - UP above level n to its place and, if it is a right
 * neighbour, its parent to its own. (Recursion over levels: with a loop the nodes would not stay in
 * registers.) */
template <unsigned UP, unsigned MOST>
__device__ __forceinline__ void mgp_chip_climb(const mgp_gkr_dev_t &g, uint32_t row, uint32_t i,
                                               bool there, mgp_node_t node, mgp_node_t *left) {
  const unsigned s = g.m > UP ? g.m - UP : 0;
  if (there && s == 0) mgp_gkr_store_node(g.level[g.n], g.rows, row, node.p, node.q);
  if (s == 0) return;
  if (there) {
    mgp_e_t *to = g.level[g.n + s] + 2 * (size_t)i * g.rows + row;
    mgp_st(to, node.p);
    mgp_st(to + g.rows, node.q);
  }
  if ((i & 1) == 0) {
    left[UP - 1] = node;
    return;
  }
  if (there) {
    node = mgp_gkr_node(left[UP - 1], node);
  } else if (i - 1 < mgp_gkr_nodes(g, g.n + s)) { /* alone: it is its parent */
    node = left[UP - 1];
    there = true;
  }
  if constexpr (UP < MOST) mgp_chip_climb<UP + 1, MOST>(g, row, i >> 1, there, node, left);
}
/* Levels n ... n + m - 1, and the leaves if they are stored. */
template <class Chip>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    chip_build(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_gkr_dev_t g) {
  mgp_leaf_source_t<Chip> src(args, dev);
  const uint32_t entries = src.entries(), all = 1u << (g.m ? g.m - 1 : 0);
  mgp_e_t *const leaf = g.m ? g.level[g.n + g.m] : NULL;
  for (uint32_t row = blockIdx.x * MGP_MAIN_THREADS + threadIdx.x; row < g.rows;
       row += gridDim.x * MGP_MAIN_THREADS) {
    mgp_node_t left[Chip::LOG_K ? Chip::LOG_K : 1];
    src.prepare(row);
#pragma unroll 1
    for (uint32_t e = 0; e < all; e++) {
      mgp_node_t node;
      node.p = node.q = mgp_e_zero();
      if (e < entries) {
        const mgp_leaves_t l = src.leaves(e);
        node.p = mgp_e_add(mgp_e_mul_f(l.q1, l.p0), mgp_e_mul_f(l.q0, l.p1));
        node.q = mgp_e_mul(l.q0, l.q1); /* one leaf alone is the node: q1 = 1, p1 = 0 */
        if (leaf) {
          mgp_e_t *to = leaf + 4 * (size_t)e * g.rows + row;
          mgp_st(to, mgp_e_from_f(l.p0));
          mgp_st(to + g.rows, l.q0);
          if (2 * e + 1 < g.k) {
            mgp_st(to + 2 * (size_t)g.rows, mgp_e_from_f(l.p1));
            mgp_st(to + 3 * (size_t)g.rows, l.q1);
          }
        }
      }
      mgp_chip_climb<1, Chip::LOG_K ? Chip::LOG_K : 1>(g, row, e, e < entries, node, left);
    }
  }
}

template <class Chip>
static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    chip_entries(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l,
                 unsigned b) {
  mgp_e_t acc[2];
  mgp_gkr_entry_sums<MGP_TASK_WIDE>(dev, g, l, b, MGP_GKR_LOW, mgp_leaf_source_t<Chip>(args, dev),
                                    acc);
  mgp_task_leave_sum<MGP_TASK_WIDE, 2, 1>(dev, acc);
}
template <class Chip>
static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    chip_bound(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  const mgp_e_t acc = mgp_gkr_row_sum<MGP_TASK_WIDE>(
      dev, l, mgp_gkr_entry_vars(g, l), MGP_GKR_LOW - 1,
      mgp_gkr_bound_rows(dev, g, l, mgp_leaf_source_t<Chip>(args, dev)), g.rows, g.fold[0]);
  mgp_task_leave_sum<MGP_TASK_WIDE, 1, 2>(dev, &acc);
}

/* --- main sumcheck ---------------------------------------------------------------------------- */

__device__ __forceinline__ const mgp_f_t *mgp_chip_any_column(const mgp_chip_args_t &a,
                                                              uint32_t c) {
  return c < a.form.ncols ? a.trace + c * a.stride : a.virt + (c - a.form.ncols) * a.stride;
}

/* Round 0, over F. */
template <class Chip>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    chip_first(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned low) {
  typedef typename Chip::template values_t<mgp_f_t> values_t;
  Chip chip(args);
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (m.n - 1 - low));
  const uint32_t pairs = mgp_main_pairs(m, 0), edge = m.rows >> 1;
  mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  for (uint32_t y = blockIdx.x * MGP_MAIN_THREADS + threadIdx.x; y < pairs;
       y += gridDim.x * MGP_MAIN_THREADS) {
    values_t form(chip, 0), slope(chip, 1);
    mgp_dot_t even(mgp_ld(m.constants)), odd(even);
#pragma unroll 2
    for (uint32_t c = 0; c < m.ncols; c++) {
      const uint2 v = reinterpret_cast<const uint2 *>(mgp_chip_any_column(args, c))[y];
      const mgp_e_t w = mgp_ld(&m.linear[c]);
      even.mac(v.x, w);
      odd.mac(v.y, w);
    }
#pragma unroll
    for (uint32_t f = 0; f < chip.nforms(); f++) {
      const mgp_f_t a = chip.form(f, 2 * (size_t)y);
      form.set(f, a);
      slope.set(f, mgp_f_sub(chip.form(f, 2 * (size_t)y + 1), a));
    }
    const mgp_e_t linear = even.value();
    mgp_main_pair<mgp_f_t>(m, chip, form, slope, linear, mgp_e_sub(odd.value(), linear), y == edge,
                           mgp_ld(&eq[y >> low]), acc);
  }
  mgp_main_times_low(dev, m, 0, low, acc);
  mgp_task_leave_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc);
}

/* Round 1: rows 4y ... 4y + 3 of the trace are folded to a pair. */
template <class Chip>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    chip_second(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned low) {
  typedef typename Chip::template values_t<mgp_e_t> values_t;
  Chip chip(args);
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (m.n - 2 - low));
  const mgp_e_t x = dev.state->x[0];
  const uint32_t pairs = mgp_main_pairs(m, 1), edge = m.rows >> 2;
  const size_t stride = 2 * (size_t)pairs;
  mgp_e_t acc[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
  for (uint32_t y = blockIdx.x * MGP_MAIN_THREADS + threadIdx.x; y < pairs;
       y += gridDim.x * MGP_MAIN_THREADS) {
    values_t form(chip, 0), slope(chip, 1);
    mgp_e_t *to = m.fold[0] + 2 * (size_t)y;
    mgp_dot_t dot[4];
#pragma unroll
    for (int i = 0; i < 4; i++) dot[i] = mgp_dot_t(mgp_ld(m.constants));
#pragma unroll 1
    for (uint32_t c = 0; c < m.ncols; c++) {
      const uint4 v = reinterpret_cast<const uint4 *>(mgp_chip_any_column(args, c))[y];
      const mgp_e_t w = mgp_ld(&m.linear[c]);
      dot[0].mac(v.x, w);
      dot[1].mac(v.y, w);
      dot[2].mac(v.z, w);
      dot[3].mac(v.w, w);
    }
#pragma unroll
    for (uint32_t f = 0; f < chip.nforms(); f++) {
      const size_t row = 4 * (size_t)y;
      const mgp_f_t v0 = chip.form(f, row), v2 = chip.form(f, row + 2);
      const mgp_f_t d0 = mgp_f_sub(chip.form(f, row + 1), v0);
      const mgp_f_t d2 = mgp_f_sub(chip.form(f, row + 3), v2);
      const mgp_e_t a = mgp_e_add_f(mgp_e_mul_f(x, d0), v0);
      const mgp_e_t b = mgp_e_add_f(mgp_e_mul_f(x, d2), v2);
      mgp_st(to + f * stride, a);
      mgp_st(to + f * stride + 1, b);
      form.set(f, a);
      slope.set(f, mgp_e_sub(b, a));
    }
    const mgp_e_t a = mgp_e_lerp(dot[0].value(), dot[1].value(), x);
    const mgp_e_t b = mgp_e_lerp(dot[2].value(), dot[3].value(), x);
    mgp_st(to + chip.nforms() * stride, a);
    mgp_st(to + chip.nforms() * stride + 1, b);
    mgp_main_pair<mgp_e_t>(m, chip, form, slope, a, mgp_e_sub(b, a), y == edge,
                           mgp_ld(&eq[y >> low]), acc);
  }
  mgp_main_times_low(dev, m, 1, low, acc);
  mgp_task_leave_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc);
}

/* Folded values at rows 2y and 2y + 1 of a plane of the round before; `beyond` where there are no
 * rows any more. Stores them. */
__device__ __forceinline__ void mgp_main_fold_pair(const mgp_e_t *src, mgp_e_t *dst, uint32_t y,
                                                   bool second, const mgp_e_t &beyond,
                                                   const mgp_e_t &x, mgp_e_t *a, mgp_e_t *b) {
  src += 4 * (size_t)y;
  dst += 2 * (size_t)y;
  *a = mgp_e_lerp(mgp_ld(src), mgp_ld(src + 1), x);
  *b = second ? mgp_e_lerp(mgp_ld(src + 2), mgp_ld(src + 3), x) : beyond;
  mgp_st(dst, *a);
  mgp_st(dst + 1, *b);
}

/* Rounds i ... i + count - 1, i >= 2; count > 1 in one block only. */
template <class Chip>
static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    chip_later(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_main_dev_t m, unsigned i,
               unsigned count, unsigned low) {
  typedef typename Chip::template values_t<mgp_e_t> values_t;
  MGP_SHARED(mgp_e_t, sum, [3]);
  Chip chip(args);
  const mgp_e_t zero = mgp_e_zero();
#pragma unroll 1
  for (const unsigned end = i + count; i < end; i++) {
    const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (m.n - 1 - i - low)), *src = m.fold[i & 1];
    mgp_e_t *dst = m.fold[(i & 1) ^ 1];
    const mgp_e_t x = dev.state->x[i - 1], beyond = mgp_ld(m.constants);
    const uint32_t rows = mgp_main_rows(m, i), pairs = (rows + 1) / 2, edge = m.rows >> i >> 1;
    const size_t from = 2 * (size_t)mgp_main_pairs(m, i - 1), stride = 2 * (size_t)pairs;
    mgp_e_t acc[3] = {zero, zero, zero};
    for (uint32_t y = blockIdx.x * MGP_MAIN_THREADS + threadIdx.x; y < pairs;
         y += gridDim.x * MGP_MAIN_THREADS) {
      values_t form(chip, 0), slope(chip, 1);
      const bool second = 2 * y + 1 < rows;
      mgp_e_t a, b;
#pragma unroll
      for (uint32_t f = 0; f < chip.nforms(); f++) {
        mgp_main_fold_pair(src + f * from, dst + f * stride, y, second, zero, x, &a, &b);
        form.set(f, a);
        slope.set(f, mgp_e_sub(b, a));
      }
      mgp_main_fold_pair(src + chip.nforms() * from, dst + chip.nforms() * stride, y, second,
                         beyond, x, &a, &b);
      mgp_main_pair<mgp_e_t>(m, chip, form, slope, a, mgp_e_sub(b, a), y == edge,
                             mgp_ld(&eq[y >> low]), acc);
    }
    mgp_main_times_low(dev, m, i, low, acc);
    if (mgp_task_grid_sum<MGP_MAIN_THREADS, 3, 1>(dev, acc, sum))
      mgp_main_end_round(dev, m, i, sum);
  }
}

/* --- launches --------------------------------------------------------------------------------- */

template <class Chip> struct mgp_chip_launch_t {
  static unsigned grid(const mgp_cuda_t *cu, uint64_t n, unsigned threads) {
    const unsigned blocks = mgp_task_grid(cu, n, threads);
    const unsigned most = Chip::THREADS / threads;
    return most && blocks > most ? most : blocks;
  }
  static mgp_status_t build(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_gkr_dev_t *g) {
    return MGP_LAUNCH(cu, chip_build<Chip>, grid(cu, g->rows, MGP_MAIN_THREADS), MGP_MAIN_THREADS,
                      *args, *dev, *g);
  }
  static mgp_status_t entries(mgp_cuda_t *cu, const mgp_chip_args_t *args,
                              const mgp_task_dev_t *dev, const mgp_gkr_dev_t *g, unsigned l,
                              unsigned b) {
    const unsigned blocks = grid(cu, g->rows, MGP_TASK_WIDE);
    MGP_TRY(MGP_LAUNCH(cu, chip_entries<Chip>, blocks, MGP_TASK_WIDE, *args, *dev, *g, l, b));
    return mgp_cuda_gkr_close(cu, dev, g, l, b, blocks);
  }
  static mgp_status_t bound(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_gkr_dev_t *g, unsigned l) {
    const unsigned blocks = grid(cu, g->rows, MGP_TASK_WIDE);
    MGP_TRY(MGP_LAUNCH(cu, chip_bound<Chip>, blocks, MGP_TASK_WIDE, *args, *dev, *g, l));
    return mgp_cuda_gkr_close(cu, dev, g, l, mgp_gkr_entry_vars(*g, l), blocks);
  }
  /* Few pairs are for one block, which has all bits of a pair in the table. */
  static unsigned low(uint32_t pairs) { return pairs <= MGP_MAIN_FEW ? 0 : MGP_MAIN_LOW; }
  static unsigned blocks(const mgp_cuda_t *cu, uint32_t pairs) {
    return pairs <= MGP_MAIN_FEW ? 1 : grid(cu, pairs, MGP_MAIN_THREADS);
  }
  static mgp_status_t first(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m) {
    const uint32_t pairs = mgp_main_pairs(*m, 0);
    MGP_TRY(MGP_LAUNCH(cu, chip_first<Chip>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m,
                       low(pairs)));
    return mgp_cuda_main_close(cu, dev, m, 0, blocks(cu, pairs));
  }
  static mgp_status_t second(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                             const mgp_main_dev_t *m) {
    const uint32_t pairs = mgp_main_pairs(*m, 1);
    MGP_TRY(MGP_LAUNCH(cu, chip_second<Chip>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m,
                       low(pairs)));
    return mgp_cuda_main_close(cu, dev, m, 1, blocks(cu, pairs));
  }
  static mgp_status_t later(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, unsigned i, unsigned count) {
    const uint32_t pairs = mgp_main_pairs(*m, i);
    return MGP_LAUNCH(cu, chip_later<Chip>, blocks(cu, pairs), MGP_MAIN_THREADS, *args, *dev, *m, i,
                      count, low(pairs));
  }
  /* The driver loads a kernel when it is first asked for. */
  static void load() {
    mgp_kernel_load(chip_build<Chip>);
    mgp_kernel_load(chip_entries<Chip>);
    mgp_kernel_load(chip_bound<Chip>);
    mgp_kernel_load(chip_first<Chip>);
    mgp_kernel_load(chip_second<Chip>);
    mgp_kernel_load(chip_later<Chip>);
  }
  static constexpr mgp_cuda_chip_t table(uint64_t fingerprint, const char *name) {
    return mgp_cuda_chip_t{fingerprint, name, load, build, entries, bound, first, second, later};
  }
};

#endif
