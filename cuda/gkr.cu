/* The fraction tree and its sumchecks: kernels that are the same for all chips, and the order of
 * the launches. The kernels that know a chip are in chip_kernels.cuh. */
#include "leaves.cuh"

#define WIDE MGP_TASK_WIDE
#define TAIL MGP_TASK_TAIL

/* --- kernels for many rows -------------------------------------------------------------------- */

/* Level t - 1 from level t <= n. */
template <unsigned THREADS> __device__ __forceinline__ void up(const mgp_gkr_dev_t &g, unsigned t) {
  const uint32_t rows = mgp_gkr_rows(g, t), nodes = mgp_gkr_nodes(g, t - 1);
  for (uint32_t y = blockIdx.x * THREADS + threadIdx.x; y < rows; y += gridDim.x * THREADS) {
    mgp_entry_t e;
    mgp_gkr_load(g.level[t], rows, y, &e);
    mgp_gkr_store_node(g.level[t - 1], nodes, y, mgp_gkr_cross(e), mgp_e_mul(e.q0, e.q1));
  }
}
static __global__ void __launch_bounds__(WIDE) gkr_up(mgp_gkr_dev_t g, unsigned t) {
  up<WIDE>(g, t);
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
  mgp_gkr_bound<WIDE>(dev, g, l, MORE ? mgp_gkr_entry_vars(g, l) : B, MGP_GKR_LOW - 1);
}
typedef void (*entries_t)(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned b);
typedef void (*bound_t)(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l);
static const entries_t entries_of[] = {gkr_entries<0, false>, gkr_entries<1, false>,
                                       gkr_entries<2, true>};
static const bound_t bound_of[] = {gkr_bound<1, false>, gkr_bound<2, true>};

static __global__ void __launch_bounds__(WIDE)
    gkr_plain(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l) {
  mgp_gkr_plain<WIDE>(dev, g, l, MGP_GKR_LOW - 1);
}
static __global__ void __launch_bounds__(WIDE)
    gkr_halved(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  mgp_gkr_halved<WIDE>(dev, g, l, i, MGP_GKR_LOW - 1, r);
}

static __global__ void __launch_bounds__(WIDE)
    leaf_halved(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  mgp_leaf_halved<WIDE>(dev, g, l, i, MGP_GKR_LOW - 1, r);
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
    leaf_close(mgp_task_dev_t dev, mgp_chip_args_t args, unsigned ev, bool varying, unsigned i,
               unsigned blocks) {
  MGP_SHARED(mgp_e_t, sum, [2]);
  mgp_task_add_partial<WIDE, 2>(dev, blocks, sum);
  if (threadIdx.x < 32) mgp_gkr_close_round(dev, i, ev, sum);
  if (i >= ev) return;
  __syncthreads();
  mgp_leaf_fold<WIDE>(dev, args, ev, i + 1, varying);
}
mgp_status_t mgp_cuda_leaves_close(mgp_cuda_t *cu, const mgp_chip_args_t *args,
                                   const mgp_task_dev_t *dev, const mgp_gkr_dev_t *g, bool varying,
                                   unsigned i, unsigned blocks) {
  return MGP_LAUNCH(cu, leaf_close, 1, WIDE, *dev, *args, g->m - 1, varying, i, blocks);
}

/* Rounds i ... of layer l, and its end. */
__device__ __forceinline__ void tail(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g, unsigned l,
                                     unsigned i, mgp_gkr_rows_t r) {
  for (; i < l; i++) {
    mgp_gkr_halved<TAIL>(dev, g, l, i, 0, r);
    r = mgp_gkr_halve(g, r);
    __syncthreads();
  }
  if (threadIdx.x < 32) mgp_gkr_close_layer(dev, g, l, mgp_gkr_halved_entries(dev, l, r)(0));
  __syncthreads();
}
static __global__ void __launch_bounds__(TAIL)
    gkr_tail(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  tail(dev, g, l, i, r);
}
static __global__ void __launch_bounds__(TAIL)
    leaf_tail(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned l, unsigned i, mgp_gkr_rows_t r) {
  for (; i < l; i++) {
    mgp_leaf_halved<TAIL>(dev, g, l, i, 0, r);
    r = mgp_gkr_halve(g, r);
    __syncthreads();
  }
  if (threadIdx.x >= 32) return;
  const mgp_pair_t one = {mgp_e_one(), mgp_e_one()};
  mgp_gkr_close_layer(dev, g, l, mgp_leaf_last(dev, g, mgp_gkr_halved_rows(dev, l, r, one)(0)));
}

/* A layer whose level has several nodes per row. */
__device__ __forceinline__ void entry_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                            unsigned l) {
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
  mgp_gkr_rows_t r;
  r.src = g.fold[0];
  r.rows = g.rows;
  r.raw = false;
  tail(dev, g, l, ev + 1, r);
}

/* A layer over a level of pairs of rows. */
__device__ __forceinline__ void row_layer(const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                                          unsigned l) {
  mgp_gkr_rows_t r;
  r.src = g.level[l + 1];
  r.rows = mgp_gkr_rows(g, l + 1);
  r.raw = true;
  if (l > 0) {
    mgp_gkr_plain<TAIL>(dev, g, l, 0);
    __syncthreads();
    tail(dev, g, l, 1, r);
    return;
  }
  if (threadIdx.x < 32) {
    mgp_entry_t e;
    mgp_gkr_load(r.src, r.rows, 0, &e);
    mgp_gkr_lift(&e, dev.state->lambda);
    mgp_gkr_close_layer(dev, g, 0, e);
  }
  __syncthreads();
}

/* The top of the tree from level t <= n on, the root, and layers 0 ... count - 1. */
static __global__ void __launch_bounds__(TAIL)
    gkr_top(mgp_task_dev_t dev, mgp_gkr_dev_t g, unsigned t, unsigned count) {
  for (; t > 0; t--) {
    up<TAIL>(g, t);
    __syncthreads();
  }
  if (threadIdx.x < 32) {
    mgp_task_state_t *s = dev.state;
    mgp_warp_sponge_t sponge(&s->tr);
    mgp_e_t root[2];
    root[0] = mgp_ld(g.level[0]);
    root[1] = mgp_ld(g.level[0] + 1);
    mgp_task_say(dev, &sponge, MGP_LABEL_GKR_ROOT, root, 2);
    mgp_gkr_open_layer(s, &sponge, root[0], root[1], g.n + g.m == 0);
  }
  __syncthreads();
  for (unsigned l = 0; l < count; l++) {
    set_up(dev, g, l, threadIdx.x, TAIL);
    __syncthreads();
    if (l + 1 > g.n)
      entry_layer(dev, g, l);
    else
      row_layer(dev, g, l);
  }
}

/* --- launches --------------------------------------------------------------------------------- */

/* Rounds i ... of layer l, over entries or pairs. */
static mgp_status_t wide_rows(mgp_cuda_t *cu, const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g,
                              unsigned l, unsigned i, mgp_gkr_rows_t r, bool pairs) {
  for (; (r.rows + 1) / 2 > MGP_TASK_FEW; i++) {
    const unsigned grid = mgp_task_grid(cu, (r.rows + 1) / 2, WIDE);
    MGP_TRY(pairs ? MGP_LAUNCH(cu, leaf_halved, grid, WIDE, dev, g, l, i, r)
                  : MGP_LAUNCH(cu, gkr_halved, grid, WIDE, dev, g, l, i, r));
    r = mgp_gkr_halve(g, r);
  }
  return pairs ? MGP_LAUNCH(cu, leaf_tail, 1, TAIL, dev, g, l, i, r)
               : MGP_LAUNCH(cu, gkr_tail, 1, TAIL, dev, g, l, i, r);
}

/* The layer over leaves that are not stored. */
static mgp_status_t leaf_layer(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip,
                               const mgp_chip_args_t *args, const mgp_task_dev_t &dev,
                               const mgp_gkr_dev_t &g, unsigned l) {
  const unsigned ev = g.m - 1;
  mgp_gkr_rows_t r;
  MGP_TRY(MGP_LAUNCH(cu, leaf_set_up, 1, WIDE, dev, *args, ev, chip->varying));
  for (unsigned b = 0; b < ev; b++) MGP_TRY(chip->entries(cu, args, &dev, &g, l, b));
  MGP_TRY(chip->bound(cu, args, &dev, &g, l));
  r.src = g.fold[0];
  r.rows = g.rows;
  r.raw = false;
  return wide_rows(cu, dev, g, l, ev + 1, r, !chip->varying);
}

static mgp_status_t wide_layer(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip,
                               const mgp_chip_args_t *args, const mgp_task_dev_t &dev,
                               const mgp_gkr_dev_t &g, unsigned l) {
  const unsigned ev = mgp_gkr_entry_vars(g, l), t = l + 1;
  const unsigned grid = mgp_task_grid(cu, mgp_gkr_rows(g, t), WIDE);
  mgp_gkr_rows_t r;
  MGP_TRY(MGP_LAUNCH(cu, gkr_set_up,
                     mgp_task_grid(cu, 2u << mgp_task_heap_log(mgp_gkr_row_vars(g, l)), WIDE), WIDE,
                     dev, g, l));
  if (!g.level[t]) return leaf_layer(cu, chip, args, dev, g, l);
  r.rows = mgp_gkr_rows(g, t);
  if (ev == 0) {
    MGP_TRY(MGP_LAUNCH(cu, gkr_plain, grid, WIDE, dev, g, l));
    r.src = g.level[t];
    r.raw = true;
  } else {
    for (unsigned b = 0; b < ev; b++) {
      const entries_t gkr_entries = entries_of[b < 2 ? b : 2];
      MGP_TRY(MGP_LAUNCH(cu, gkr_entries, grid, WIDE, dev, g, l, b));
    }
    const bound_t gkr_bound = bound_of[ev > 1];
    MGP_TRY(MGP_LAUNCH(cu, gkr_bound, grid, WIDE, dev, g, l));
    r.src = g.fold[0];
    r.raw = false;
  }
  return wide_rows(cu, dev, g, l, ev + 1, r, false);
}

mgp_status_t mgp_cuda_gkr(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip, const mgp_chip_args_t *args,
                          const mgp_task_dev_t &dev, const mgp_gkr_dev_t &g) {
  const unsigned layers = g.n + g.m;
  unsigned t = g.n;
  MGP_TRY(chip->build(cu, args, &dev, &g));
  for (; mgp_gkr_rows(g, t) > MGP_TASK_FEW; t--)
    MGP_TRY(MGP_LAUNCH(cu, gkr_up, mgp_task_grid(cu, mgp_gkr_rows(g, t), WIDE), WIDE, g, t));
  const unsigned count = g.rows <= MGP_TASK_FEW ? layers : t;
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
  mgp_kernel_load(gkr_halved);
  mgp_kernel_load(gkr_tail);
  mgp_kernel_load(leaf_set_up);
  mgp_kernel_load(leaf_close);
  mgp_kernel_load(leaf_halved);
  mgp_kernel_load(leaf_tail);
  mgp_kernel_load(gkr_top);
}
