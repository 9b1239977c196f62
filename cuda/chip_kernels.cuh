/* The kernels that know a chip, as templates over it. A Chip is made from mgp_chip_args_t and has
 * what its fraction tree needs:
 *
 *   THREADS                 most threads at a time (0: any number)
 *   LOG_K                   log2 of the interactions, rounded up, or more
 *   VARYING                 whether some multiplicity is not constant
 *   prepare(row)            before leaves() of that row
 *   leaves<SHIFT>(e, w, &out)  leaves 2e and 2e + 1 of the row, with coefficients w[MGP_LEAF_ROW]
 * of the first, then of the second: the multiplicities, and the sums of the tuples' entries times
 * w[1 ...], added to those in `out`; with SHIFT also multiplicities that are not constant, times
 * w[0]
 *
 * Its main sumcheck is that of a Part (chip_main.cuh): of itself, or of several that are compiled
 * apart, Chip::parts().
 *
 * gen_chips.c writes one for each chip of the program; chip_any.cu interprets any. */
#ifndef MGP_CUDA_CHIP_KERNELS_CUH
#define MGP_CUDA_CHIP_KERNELS_CUH

#include "chip_main.cuh"
#include "graph.cuh"
#include "leaves.cuh"

/* --- fraction tree ---------------------------------------------------------------------------- */

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
static __global__ void __launch_bounds__(MGP_MAIN_THREADS, 4)
    chip_build(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_gkr_dev_t g) {
  Chip chip(args);
  const uint32_t entries = (g.k + 1) / 2, all = 1u << (g.m ? g.m - 1 : 0);
  mgp_e_t *const leaf = g.m ? g.level[g.n + g.m] : NULL;
  for (uint32_t row = blockIdx.x * MGP_MAIN_THREADS + threadIdx.x; row < g.rows;
       row += gridDim.x * MGP_MAIN_THREADS) {
    mgp_node_t left[Chip::LOG_K ? Chip::LOG_K : 1];
    chip.prepare(row);
#pragma unroll 1
    for (uint32_t e = 0; e < all; e++) {
      mgp_node_t node;
      node.p = node.q = mgp_e_zero();
      if (e < entries) {
        const mgp_e_t *w = dev.leaf + 2 * (size_t)e * MGP_LEAF_ROW;
        const bool two = 2 * e + 1 < g.k;
        mgp_leaves_t l;
        l.p1 = 0;
        l.q0 = mgp_dot_t(mgp_ld(w));
        l.q1 = mgp_dot_t(two ? mgp_ld(w + MGP_LEAF_ROW) : mgp_e_one());
        chip.template leaves<false>(e, w, &l);
        const mgp_e_t q0 = l.q0.value(), q1 = l.q1.value();
        node.p = mgp_e_add(mgp_e_mul_f(q1, l.p0), mgp_e_mul_f(q0, l.p1));
        node.q = mgp_e_mul(q0, q1); /* one leaf alone is the node: q1 = 1, p1 = 0 */
        if (leaf) {
          mgp_e_t *to = leaf + 4 * (size_t)e * g.rows + row;
          mgp_st(to, mgp_e_from_f(l.p0));
          mgp_st(to + g.rows, q0);
          if (two) {
            mgp_st(to + 2 * (size_t)g.rows, mgp_e_from_f(l.p1));
            mgp_st(to + 3 * (size_t)g.rows, q1);
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
  const mgp_task_state_t *s = dev.state;
  const unsigned ev = mgp_gkr_entry_vars(g, l), low = MGP_GKR_LOW;
  mgp_e_t acc[2];
  mgp_leaf_round<MGP_TASK_WIDE, Chip>(dev, g, args, ev, b, low, acc);
  mgp_e_t w = mgp_task_eq(s->point + ev, low, threadIdx.x & ((1u << low) - 1));
  w = mgp_e_mul(w, s->lambda);
  for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], w);
  mgp_task_leave_sum<MGP_TASK_WIDE, 2, 1>(dev, acc);
}
template <class Chip>
static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    chip_bound(mgp_chip_args_t args, mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  const unsigned ev = mgp_gkr_entry_vars(g, l), low = MGP_GKR_LOW_GROUP;
  const mgp_e_t lambda = dev.state->lambda;
  const mgp_leaf_bound_t<Chip> load = {mgp_leaf_rows_t<Chip>(args, dev), lambda};
  mgp_e_t acc[2];
  if constexpr (Chip::VARYING) {
    const mgp_gkr_lifted_t terms = {lambda};
    mgp_gkr_row_sums<MGP_TASK_WIDE>(dev, l, ev, low, load, terms, g.rows, g.fold[0], acc);
  } else {
    mgp_gkr_row_sums<MGP_TASK_WIDE>(dev, l, ev, low, load, mgp_leaf_terms(dev, g, 0), g.rows,
                                    g.fold[0], acc);
    for (int k = 0; k < 2; k++) acc[k] = mgp_e_mul(acc[k], lambda);
  }
  mgp_task_leave_sum<MGP_TASK_WIDE, 2, 4>(dev, acc);
}

/* --- launches --------------------------------------------------------------------------------- */

template <class Chip> struct mgp_leaf_launch_t {
  static unsigned grid(const mgp_cuda_t *cu, uint64_t n, unsigned threads) {
    return mgp_chip_grid<Chip>(cu, n, threads);
  }
  static unsigned sum_grid(const mgp_cuda_t *cu, uint64_t n) {
    return mgp_chip_most<Chip>(mgp_sum_grid(cu, n), MGP_TASK_WIDE);
  }
  static mgp_status_t build(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_gkr_dev_t *g) {
    return MGP_LAUNCH(cu, chip_build<Chip>, grid(cu, g->rows, MGP_MAIN_THREADS), MGP_MAIN_THREADS,
                      *args, *dev, *g);
  }
  static mgp_status_t entries(mgp_cuda_t *cu, const mgp_chip_args_t *args,
                              const mgp_task_dev_t *dev, const mgp_gkr_dev_t *g, unsigned l,
                              unsigned b) {
    const unsigned blocks = sum_grid(cu, g->rows);
    MGP_TRY(MGP_LAUNCH(cu, chip_entries<Chip>, blocks, MGP_TASK_WIDE, *args, *dev, *g, l, b));
    return mgp_cuda_leaves_close(cu, args, dev, g, Chip::VARYING, b, blocks);
  }
  static mgp_status_t bound(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_gkr_dev_t *g, unsigned l) {
    const unsigned blocks = sum_grid(cu, g->rows);
    MGP_TRY(MGP_LAUNCH(cu, chip_bound<Chip>, blocks, MGP_TASK_WIDE, *args, *dev, *g, l));
    return mgp_cuda_rows_close(cu, dev, l, g->m - 1, blocks);
  }
  /* The driver loads a kernel when it is first asked for. */
  static void load() {
    mgp_kernel_load(chip_build<Chip>);
    mgp_kernel_load(chip_entries<Chip>);
    mgp_kernel_load(chip_bound<Chip>);
  }
};

/* A chip that is its own only part. */
template <class Chip> struct mgp_chip_launch_t {
  typedef mgp_leaf_launch_t<Chip> leaf_t;
  typedef mgp_part_launch_t<Chip> part_t;
  static mgp_status_t first(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m) {
    MGP_TRY(part_t::first(cu, args, dev, m, false));
    return mgp_cuda_main_close(cu, dev, m, 0, part_t::blocks(cu, mgp_main_pairs(*m, 0)));
  }
  static mgp_status_t second(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                             const mgp_main_dev_t *m) {
    MGP_TRY(part_t::second(cu, args, dev, m, false));
    return mgp_cuda_main_close(cu, dev, m, 1, part_t::blocks(cu, mgp_main_pairs(*m, 1)));
  }
  static mgp_status_t later(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, unsigned i, unsigned count) {
    const uint32_t pairs = mgp_main_pairs(*m, i);
    return MGP_LAUNCH(cu, chip_later<Chip>, part_t::blocks(cu, pairs), MGP_MAIN_THREADS, *args,
                      *dev, *m, i, count, mgp_main_low(pairs));
  }
  static void load() {
    leaf_t::load();
    mgp_kernel_load(part_first<Chip>);
    mgp_kernel_load(part_second<Chip>);
    mgp_kernel_load(chip_later<Chip>);
  }
  static constexpr mgp_cuda_chip_t table(uint64_t fingerprint, const char *name) {
    return mgp_cuda_chip_t{fingerprint,     name,          Chip::VARYING, load,   leaf_t::build,
                           leaf_t::entries, leaf_t::bound, first,         second, later};
  }
};

/* A chip of several parts: on few rows a kernel of one is mostly latency, so they are side by side,
 * as many as there are places for their sums; those behind them add to what they have left. */
template <class Chip> struct mgp_cut_launch_t {
  typedef mgp_leaf_launch_t<Chip> leaf_t;
  static mgp_status_t launch(mgp_cuda_t *cu, const mgp_cuda_part_t *part,
                             const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                             const mgp_main_dev_t *m, unsigned i, bool add) {
    if (i == 0) return part->first(cu, args, dev, m, add);
    if (i == 1) return part->second(cu, args, dev, m, add);
    return part->later(cu, args, dev, m, i, add);
  }
  static mgp_status_t round(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, unsigned i) {
    const mgp_cuda_part_t *const *part = Chip::parts();
    const unsigned blocks = part[0]->blocks(cu, mgp_main_pairs(*m, i));
    unsigned parts = 0;
    while (part[parts]) parts++;
    const unsigned places = MGP_TASK_BLOCKS / blocks;
    const unsigned branches = mgp_cuda_graph_branches(cu, places < parts ? places : parts);
    mgp_status_t st = mgp_cuda_graph_fork(cu, branches);
    for (unsigned k = 0; st == MGP_OK && k < parts; k++) {
      mgp_task_dev_t own = *dev;
      own.partial += k % branches * blocks;
      mgp_cuda_graph_take(cu, k % branches);
      st = launch(cu, part[k], args, &own, m, i, k >= branches);
    }
    mgp_cuda_graph_take(cu, 0);
    MGP_TRY(st);
    MGP_TRY(mgp_cuda_graph_join(cu, branches));
    return mgp_cuda_main_close(cu, dev, m, i, branches * blocks);
  }
  static mgp_status_t first(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m) {
    return round(cu, args, dev, m, 0);
  }
  static mgp_status_t second(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                             const mgp_main_dev_t *m) {
    return round(cu, args, dev, m, 1);
  }
  static mgp_status_t later(mgp_cuda_t *cu, const mgp_chip_args_t *args, const mgp_task_dev_t *dev,
                            const mgp_main_dev_t *m, unsigned i, unsigned count) {
    for (const unsigned end = i + count; i < end; i++) MGP_TRY(round(cu, args, dev, m, i));
    return MGP_OK;
  }
  static void load() {
    leaf_t::load();
    for (const mgp_cuda_part_t *const *part = Chip::parts(); *part; part++) (*part)->load();
  }
  static constexpr mgp_cuda_chip_t table(uint64_t fingerprint, const char *name) {
    return mgp_cuda_chip_t{fingerprint,     name,          Chip::VARYING, load,   leaf_t::build,
                           leaf_t::entries, leaf_t::bound, first,         second, later};
  }
};

#endif
