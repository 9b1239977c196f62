/* The fraction tree and its sumchecks: kernels that are the same for all chips, and the order of
 * the launches. The kernels that know a chip are in chip_kernels.cuh. */
#include "leaves.cuh"

#define WIDE MGP_TASK_WIDE
#define TAIL MGP_TASK_TAIL

#define TAIL_ROWS 256u /* most rows of the first pass of a tail */

/* --- kernels for many rows -------------------------------------------------------------------- */

#define UP 3u /* levels at a time */

/* Levels t - 1 ... t - UP from level t, UP <= t <= n. */
static __global__ void __launch_bounds__(WIDE) gkr_up(mgp_gkr_dev_t g, unsigned t) {
  const uint32_t rows = mgp_gkr_rows(g, t), groups = mgp_gkr_nodes(g, t - UP);
  for (uint32_t z = blockIdx.x * WIDE + threadIdx.x; z < groups; z += gridDim.x * WIDE) {
    mgp_node_t node[1u << (UP - 1)];
    uint32_t first = z << (UP - 1), count = rows - first;
    if (count > 1u << (UP - 1)) count = 1u << (UP - 1);
#pragma unroll
    for (uint32_t k = 0; k < 1u << (UP - 1); k++) {
      if (k >= count) continue;
      mgp_entry_t e;
      mgp_gkr_load(g.level[t], rows, first + k, &e);
      const mgp_node_t left = {e.p0, e.q0}, right = {e.p1, e.q1};
      node[k] = mgp_gkr_node(left, right);
      mgp_gkr_store_node(g.level[t - 1], mgp_gkr_nodes(g, t - 1), first + k, node[k].p, node[k].q);
    }
#pragma unroll
    for (unsigned s = 2; s <= UP; s++) {
      first >>= 1;
#pragma unroll
      for (uint32_t k = 0; k < 1u << (UP - s); k++) {
        if (2 * k >= count) continue;
        node[k] = 2 * k + 1 < count ? mgp_gkr_node(node[2 * k], node[2 * k + 1]) : node[2 * k];
        mgp_gkr_store_node(g.level[t - s], mgp_gkr_nodes(g, t - s), first + k, node[k].p,
                           node[k].q);
      }
      count = (count + 1) / 2;
    }
  }
}
/* Level t - 1 from level t <= n, by one block. */
__device__ __forceinline__ void up(const mgp_gkr_dev_t &g, unsigned t) {
  const uint32_t rows = mgp_gkr_rows(g, t), nodes = mgp_gkr_nodes(g, t - 1);
  for (uint32_t y = threadIdx.x; y < rows; y += TAIL) {
    mgp_entry_t e;
    mgp_gkr_load(g.level[t], rows, y, &e);
    mgp_gkr_store_node(g.level[t - 1], nodes, y, mgp_gkr_cross(e), mgp_e_mul(e.q0, e.q1));
  }
}

/* Tables and divisors of layer l, by threads first, first + step, ... */
__device__ __forceinline__ void set_up(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                       unsigned l, unsigned first, unsigned step) {
  mgp_task_state_t *s = dev.state;
  const unsigned ev = mgp_gkr_entry_vars(g, l);
  for (unsigned i = first; i < l; i += step) s->inv[i] = mgp_task_invert(dev, s->point[i]);
  mgp_task_eq_heap(s->point + ev, l - ev, mgp_task_heap_log(mgp_gkr_row_vars(g, l)), dev.eq_rows,
                   first, step);
  mgp_task_eq_heap(s->point, ev, ev, dev.eq_entries, first, step);
}
static __global__ void __launch_bounds__(WIDE)
    gkr_set_up(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  set_up(dev, g, l, blockIdx.x * WIDE + threadIdx.x, gridDim.x * WIDE);
}

/* With B entry variables bound, or more if MORE. */
template <unsigned B, bool MORE>
static __global__ void __launch_bounds__(WIDE)
    gkr_entries(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned b) {
  mgp_gkr_entries<WIDE>(dev, g, l, MORE ? b : B, MGP_GKR_LOW);
}
template <unsigned B, bool MORE>
static __global__ void __launch_bounds__(WIDE)
    gkr_bound(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  mgp_gkr_bound<WIDE>(dev, g, l, MORE ? mgp_gkr_entry_vars(g, l) : B, MGP_GKR_LOW_GROUP);
}
typedef void (*entries_t)(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned b);
typedef void (*bound_t)(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l);
static const entries_t entries_of[] = {gkr_entries<0, false>, gkr_entries<1, false>,
                                       gkr_entries<2, true>};
static const bound_t bound_of[] = {gkr_bound<1, false>, gkr_bound<2, true>};

static __global__ void __launch_bounds__(WIDE)
    gkr_plain(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  mgp_gkr_plain<WIDE>(dev, g, l, MGP_GKR_LOW_GROUP);
}
static __global__ void __launch_bounds__(WIDE)
    gkr_folded(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  mgp_gkr_folded<WIDE>(dev, g, l, i, MGP_GKR_LOW_GROUP, r);
}
static __global__ void __launch_bounds__(WIDE)
    leaf_folded(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  mgp_leaf_folded<WIDE>(dev, g, l, i, MGP_GKR_LOW_GROUP, r);
}

/* --- one block -------------------------------------------------------------------------------- */

/* The layer over the leaves: the tables of its first round. */
static __global__ void __launch_bounds__(WIDE)
    leaf_set_up(mgp_task_dev_t dev, mgp_chip_args_t args, unsigned ev, bool varying) {
  if (threadIdx.x == 0) dev.state->inv_lambda = mgp_task_invert(dev, dev.state->lambda);
  __syncthreads();
  mgp_leaf_fold<WIDE>(dev, args, ev, 0, varying);
}
static __global__ void __launch_bounds__(WIDE)
    leaf_close(mgp_task_dev_t dev, mgp_chip_args_t args, unsigned ev, bool varying, unsigned b,
               unsigned blocks) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  mgp_task_add_partial<WIDE, 2>(dev, blocks, sum);
  if (threadIdx.x < 32) mgp_gkr_close_round(dev, b, sum);
  __syncthreads();
  mgp_leaf_fold<WIDE>(dev, args, ev, b + 1, varying);
}
static __global__ void __launch_bounds__(WIDE)
    rows_close(mgp_task_dev_t dev, unsigned l, unsigned i, unsigned blocks) {
  MGP_SHARED(mgp_e_t, sum, [MGP_GKR_VALUES]);
  mgp_task_add_partial<WIDE, MGP_GKR_VALUES>(dev, blocks, sum);
  if (threadIdx.x < 32) mgp_gkr_close_rows(dev, l, i, sum);
}
mgp_status_t mgp_cuda_leaves_close(mgp_cuda_t *cu, const mgp_chip_args_t *args,
                                   const mgp_task_dev_t *dev, const mgp_gkr_dev_t *g, bool varying,
                                   unsigned b, unsigned blocks) {
  return MGP_LAUNCH(cu, leaf_close, 1, WIDE, *dev, *args, g->m - 1, varying, b, blocks);
}
mgp_status_t mgp_cuda_rows_close(mgp_cuda_t *cu, const mgp_task_dev_t *dev, unsigned l, unsigned i,
                                 unsigned blocks) {
  return MGP_LAUNCH(cu, rows_close, 1, WIDE, *dev, l, i, blocks);
}

/* Rounds i ... of layer l, and its end. */
__device__ __forceinline__ void tail(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l,
                                     unsigned i, const mgp_gkr_rows_t &r, mgp_e_t *buffer) {
  const mgp_gkr_lifted_t terms = {dev.state->lambda};
  mgp_few_tail<TAIL>(
      dev, l, i, r, mgp_gkr_nothing(), terms.absent(), [&](unsigned) { return terms; },
      (const mgp_e_t *)NULL, buffer,
      [&](unsigned k, const mgp_gkr_rows_t &rows) {
        mgp_gkr_folded<TAIL>(dev, g, l, k, 0, rows);
        return mgp_gkr_next_rows(g, rows, l, k);
      },
      [&](const mgp_entry_t &e) { mgp_gkr_close_layer(dev, g, l, e); });
}
static __global__ void __launch_bounds__(TAIL)
    gkr_tail(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  MGP_SHARED(mgp_e_t, buffer, [MGP_FEW_BUFFER]);
  tail(dev, g, l, i, r, buffer);
}
static __global__ void __launch_bounds__(TAIL)
    leaf_tail(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  MGP_SHARED(mgp_e_t, buffer, [MGP_FEW_BUFFER]);
  const unsigned ev = mgp_gkr_entry_vars(g, l);
  const mgp_pair_t absent = mgp_leaf_absent();
  mgp_few_tail<TAIL>(
      dev, l, i, r, absent, absent, [&](unsigned k) { return mgp_leaf_terms(dev, g, k - ev); },
      &dev.state->lambda, buffer,
      [&](unsigned k, const mgp_gkr_rows_t &rows) {
        mgp_leaf_folded<TAIL>(dev, g, l, k, 0, rows);
        return mgp_gkr_next_rows(g, rows, l, k);
      },
      [&](const mgp_pair_t &v) { mgp_gkr_close_layer(dev, g, l, mgp_leaf_last(dev, g, v)); });
}

/* A layer whose level has several nodes per row. */
__device__ __forceinline__ void entry_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                            unsigned l, mgp_e_t *buffer) {
  const unsigned ev = mgp_gkr_entry_vars(g, l);
  for (unsigned i = 0; i < ev; i++) {
    mgp_gkr_entries<TAIL>(dev, g, l, i, 0);
    __syncthreads();
  }
  if (g.n == 0) {
    if (threadIdx.x < 32) {
      mgp_entry_t e = mgp_gkr_stored(g, l + 1).bound(0, 0, ev, dev.state);
      mgp_gkr_lift(&e, dev.state->lambda);
      mgp_gkr_close_layer(dev, g, l, e);
    }
    __syncthreads();
    return;
  }
  mgp_gkr_bound<TAIL>(dev, g, l, ev, 0);
  __syncthreads();
  tail(dev, g, l, ev + 2, mgp_gkr_first_rows(g.fold[0], g.rows, l, ev, false), buffer);
}

/* A layer over a level of pairs of rows. */
__device__ __forceinline__ void row_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                          unsigned l, mgp_e_t *buffer) {
  const mgp_gkr_rows_t r = mgp_gkr_first_rows(g.level[l + 1], mgp_gkr_rows(g, l + 1), l, 0, true);
  const mgp_gkr_lifted_t terms = {dev.state->lambda};
  if (r.rows > MGP_FEW_ROWS) {
    mgp_gkr_plain<TAIL>(dev, g, l, 0);
    __syncthreads();
  } else if (l > 0) {
    mgp_few_pass<TAIL, 0>(dev, l, 0, mgp_few_rows(r), mgp_gkr_nothing(), terms,
                          (const mgp_e_t *)NULL, buffer);
  }
  tail(dev, g, l, 2, r, buffer);
}

/* The top of the tree from level t <= n on, the root, and layers 0 ... count - 1. */
static __global__ void __launch_bounds__(TAIL)
    gkr_top(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned t, unsigned count) {
  MGP_SHARED(mgp_e_t, buffer, [MGP_FEW_BUFFER]);
  for (; t > 0; t--) {
    up(g, t);
    __syncthreads();
  }
  if (threadIdx.x < 32) {
    mgp_task_state_t *s = dev.state;
    mgp_task_talk_t talk(s);
    mgp_e_t root[2];
    root[0] = mgp_ld(g.level[0]);
    root[1] = mgp_ld(g.level[0] + 1);
    talk.say(MGP_LABEL_GKR_ROOT, root, 2);
    mgp_gkr_open_layer(s, &talk, root[0], root[1], g.n + g.m == 0);
  }
  __syncthreads();
  for (unsigned l = 0; l < count; l++) {
    set_up(dev, g, l, threadIdx.x, TAIL);
    __syncthreads();
    if (l + 1 > g.n)
      entry_layer(dev, g, l, buffer);
    else
      row_layer(dev, g, l, buffer);
  }
}

/* --- launches --------------------------------------------------------------------------------- */

/* Rounds i ... of layer l, over entries or pairs. */
static mgp_status_t wide_rows(mgp_cuda_t *cu, const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                              unsigned l, unsigned i, mgp_gkr_rows_t r, bool pairs) {
  for (; (r.rows + 3) / 4 > TAIL_ROWS; i += 2) {
    const unsigned grid = mgp_sum_grid(cu, (r.rows + 3) / 4);
    MGP_TRY(pairs ? MGP_LAUNCH(cu, leaf_folded, grid, WIDE, dev, g, l, i, r)
                  : MGP_LAUNCH(cu, gkr_folded, grid, WIDE, dev, g, l, i, r));
    r = mgp_gkr_next_rows(g, r, l, i);
  }
  return pairs ? MGP_LAUNCH(cu, leaf_tail, 1, TAIL, dev, g, l, i, r)
               : MGP_LAUNCH(cu, gkr_tail, 1, TAIL, dev, g, l, i, r);
}

/* The layer over leaves that are not stored. */
static mgp_status_t leaf_layer(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip,
                               const mgp_chip_args_t *args, const mgp_task_dev_t &dev,
                               const mgp_gkr_dev_t &g, unsigned l) {
  const unsigned ev = g.m - 1;
  MGP_TRY(MGP_LAUNCH(cu, leaf_set_up, 1, WIDE, dev, *args, ev, chip->varying));
  for (unsigned b = 0; b < ev; b++) MGP_TRY(chip->entries(cu, args, &dev, &g, l, b));
  MGP_TRY(chip->bound(cu, args, &dev, &g, l));
  return wide_rows(cu, dev, g, l, ev + 2, mgp_gkr_first_rows(g.fold[0], g.rows, l, ev, false),
                   !chip->varying);
}

static mgp_status_t wide_layer(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip,
                               const mgp_chip_args_t *args, const mgp_task_dev_t &dev,
                               const mgp_gkr_dev_t &g, unsigned l) {
  const unsigned ev = mgp_gkr_entry_vars(g, l), t = l + 1;
  const uint32_t rows = mgp_gkr_rows(g, t);
  const unsigned grid = mgp_sum_grid(cu, rows);
  MGP_TRY(MGP_LAUNCH(cu, gkr_set_up,
                     mgp_task_grid(cu, 2u << mgp_task_heap_log(mgp_gkr_row_vars(g, l)), WIDE), WIDE,
                     dev, g, l));
  if (!g.level[t]) return leaf_layer(cu, chip, args, dev, g, l);
  if (ev == 0) {
    MGP_TRY(MGP_LAUNCH(cu, gkr_plain, grid, WIDE, dev, g, l));
  } else {
    for (unsigned b = 0; b < ev; b++) {
      const entries_t gkr_entries = entries_of[b < 2 ? b : 2];
      MGP_TRY(MGP_LAUNCH(cu, gkr_entries, grid, WIDE, dev, g, l, b));
    }
    const bound_t gkr_bound = bound_of[ev > 1];
    MGP_TRY(MGP_LAUNCH(cu, gkr_bound, grid, WIDE, dev, g, l));
  }
  return wide_rows(cu, dev, g, l, ev + 2,
                   mgp_gkr_first_rows(ev ? g.fold[0] : g.level[t], rows, l, ev, ev == 0), false);
}

mgp_status_t mgp_cuda_gkr(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip, const mgp_chip_args_t *args,
                          const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g) {
  const unsigned layers = g.n + g.m;
  unsigned t = g.n, count = g.n; /* layers whose levels have few rows, by one block */
  MGP_TRY(chip->build(cu, args, &dev, &g));
  for (; mgp_gkr_rows(g, t) > MGP_TASK_FEW; t -= UP)
    MGP_TRY(MGP_LAUNCH(cu, gkr_up, mgp_task_grid(cu, mgp_gkr_nodes(g, t - UP), WIDE), WIDE, g, t));
  while (mgp_gkr_rows(g, count) > MGP_TASK_FEW) count--;
  if (g.rows <= MGP_TASK_FEW) count = layers;
  MGP_TRY(MGP_LAUNCH(cu, gkr_top, 1, TAIL, dev, g, t, count));
  for (unsigned l = count; l < layers; l++) MGP_TRY(wide_layer(cu, chip, args, dev, g, l));
  return MGP_OK;
}

void mgp_cuda_gkr_load(void) {
  mgp_kernel_load(gkr_up);
  mgp_kernel_load(gkr_set_up);
  for (const entries_t kernel : entries_of) mgp_kernel_load(kernel);
  for (const bound_t kernel : bound_of) mgp_kernel_load(kernel);
  mgp_kernel_load(gkr_plain);
  mgp_kernel_load(gkr_folded);
  mgp_kernel_load(gkr_tail);
  mgp_kernel_load(leaf_set_up);
  mgp_kernel_load(leaf_close);
  mgp_kernel_load(leaf_folded);
  mgp_kernel_load(rows_close);
  mgp_kernel_load(leaf_tail);
  mgp_kernel_load(gkr_top);
}
