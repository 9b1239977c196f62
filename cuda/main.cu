/* Main sumcheck: weights, the columns' values at the end, the order of the launches. The rounds are
 * in chip_kernels.cuh. */
#include "task_ops.cuh"

#define WIDE     MGP_TASK_WIDE
#define TAIL     MGP_TASK_TAIL
#define GROUP    8u /* columns a thread evaluates at a time */
#define LOW_ROWS 8u /* bits of a row that are constant in a thread */

/* --- weights ---------------------------------------------------------------------------------- */

/* Scalars A, D, T, C; then every weight is a sparse row of them. One block. */
__device__ __forceinline__ void make_weights(const mgp_task_dev_t &dev, const mgp_main_dev_t &m,
                                             const mgp_chip_args_t &args) {
  const mgp_task_state_t *s = dev.state;
  const mgp_form_t &f = args.form;
  const uint32_t constraints = 2 * f.k + f.ntuple;
  for (uint32_t j = threadIdx.x; j < f.k; j += TAIL)
    mgp_st(&m.scalars[j], mgp_task_eq(s->point, m.m, j));
  __syncthreads();
  for (uint32_t i = f.k + threadIdx.x; i < f.nscalars; i += TAIL) {
    mgp_e_t v;
    if (i < 2 * f.k) {
      const uint32_t j = i - f.k;
      const mgp_f_t bus = args.words[f.constants + j * MGP_LEAF_ROW];
      v = mgp_e_sub(mgp_e_add_f(s->alpha, bus), mgp_e_one());
      v = mgp_e_mul(mgp_e_mul(v, mgp_ld(&m.scalars[j])), s->lambda);
    } else if (i < constraints) {
      const uint32_t of = args.words[f.tuple + i - 2 * f.k];
      v = mgp_e_mul(mgp_e_mul(s->beta[of & 0xff], mgp_ld(&m.scalars[of >> 8])), s->lambda);
    } else {
      v = mgp_e_pow(s->lambda, 2 + i - constraints);
    }
    mgp_st(&m.scalars[i], v);
  }
  __syncthreads();
  const uint32_t *first = args.words + f.weight_first, *pair = args.words + f.weight_pairs;
  const uint32_t atoms = 2 + m.ncols;
  for (uint32_t r = threadIdx.x; r < f.nweights; r += TAIL) {
    mgp_dot_t sum;
    for (uint32_t t = first[r]; t < first[r + 1]; t++)
      sum.mac(pair[2 * t + 1], mgp_ld(&m.scalars[pair[2 * t]]));
    const mgp_e_t w = sum.value();
    if (r < atoms) {
      mgp_st(&m.constants[r], w);
    } else if (r < atoms + m.natoms) {
      mgp_st(&m.atom[2 * (r - atoms)], w);
      mgp_st(&m.atom[2 * (r - atoms) + 1], mgp_times_w(w));
    } else {
      mgp_st(&m.atom_g[r - atoms - m.natoms], w);
    }
  }
  __syncthreads();
  mgp_main_edges(dev, m, 0, threadIdx.x, TAIL);
}

static __global__ void __launch_bounds__(TAIL)
    main_set_up(mgp_task_dev_t dev, mgp_main_dev_t m, mgp_chip_args_t args) {
  if (blockIdx.x == 0) {
    make_weights(dev, m, args);
    return;
  }
  const unsigned first = (blockIdx.x - 1) * TAIL + threadIdx.x, step = (gridDim.x - 1) * TAIL;
  const mgp_e_t *rho = dev.state->point + m.m;
  for (unsigned i = first; i < m.n; i += step)
    dev.state->inv[i] = mgp_task_invert(dev, mgp_e_sub(mgp_e_one(), rho[i]));
  mgp_task_eq_heap(rho, m.n, mgp_task_heap_log(m.n), dev.eq_rows, first, step);
}

/* --- end of a round --------------------------------------------------------------------------- */

static __global__ void __launch_bounds__(MGP_MAIN_THREADS)
    main_close(mgp_task_dev_t dev, mgp_main_dev_t m, unsigned i, unsigned blocks) {
  MGP_SHARED(mgp_e_t, sum, [3]);
  mgp_task_add_partial<MGP_MAIN_THREADS, 3>(dev, blocks, sum);
  mgp_main_end_round(dev, m, i, sum);
}
mgp_status_t mgp_cuda_main_close(mgp_cuda_t *cu, const mgp_task_dev_t *dev, const mgp_main_dev_t *m,
                                 unsigned i, unsigned blocks) {
  return MGP_LAUNCH(cu, main_close, 1, MGP_MAIN_THREADS, *dev, *m, i, blocks);
}

/* --- values of the columns -------------------------------------------------------------------- */

static __global__ void __launch_bounds__(WIDE) main_eq(mgp_task_dev_t dev, mgp_main_dev_t m) {
  mgp_task_eq_heap(dev.state->x, m.n, mgp_task_heap_log(m.n), dev.eq_rows,
                   blockIdx.x * WIDE + threadIdx.x, gridDim.x * WIDE);
}

/* The end of the proof, by one warp. */
__device__ __forceinline__ void finish(const mgp_task_dev_t &dev, const mgp_main_dev_t &m,
                                       uint32_t ncols) {
  mgp_task_state_t *s = dev.state;
  mgp_task_talk_t talk(s);
  talk.send(MGP_LABEL_COLUMNS, m.columns, ncols);
  for (int i = 0; i < MGP_DIGEST_WORDS; i++) {
    const mgp_f_t w = talk.squeeze();
    if (threadIdx.x == 0) dev.result->digest[i] = w;
  }
}

/* sum over the rows of eq(x, row) column[row], for GROUP columns per y of the grid. */
static __global__ void __launch_bounds__(WIDE)
    main_columns(mgp_task_dev_t dev, mgp_main_dev_t m, mgp_chip_args_t args, unsigned low) {
  MGP_SHARED(mgp_e_t, sum, [GROUP]);
  const uint32_t ncols = args.form.ncols, first = blockIdx.y * GROUP;
  const uint32_t count = ncols - first < GROUP ? ncols - first : GROUP;
  const mgp_e_t *eq = dev.eq_rows + ((size_t)1 << (m.n - low));
  mgp_dot_t dot[GROUP];
  mgp_e_t v[GROUP];
#pragma unroll 2
  for (uint32_t row = blockIdx.x * WIDE + threadIdx.x; row < m.rows; row += gridDim.x * WIDE) {
    const mgp_e_t w = mgp_ld(&eq[row >> low]);
    mgp_f_t cell[GROUP];
#pragma unroll
    for (uint32_t c = 0; c < GROUP; c++)
      cell[c] = c < count ? args.trace[(first + c) * args.stride + row] : 0;
#pragma unroll
    for (uint32_t c = 0; c < GROUP; c++) dot[c].mac(cell[c], w);
  }
  mgp_e_t w = mgp_e_one();
  if (low) w = mgp_task_eq(dev.state->x, low, threadIdx.x & ((1u << low) - 1));
#pragma unroll
  for (uint32_t c = 0; c < GROUP; c++) v[c] = mgp_e_mul(dot[c].value(), w);
  mgp_task_block_sum<WIDE, GROUP, 1>(v, sum);
  if (threadIdx.x < count)
    mgp_st(&m.partial[(first + threadIdx.x) * MGP_MAIN_COLUMN_BLOCKS + blockIdx.x],
           sum[threadIdx.x]);
}

/* The columns' sums from those of `blocks` blocks, and the end. */
static __global__ void __launch_bounds__(WIDE)
    main_finish(mgp_task_dev_t dev, mgp_main_dev_t m, uint32_t ncols, unsigned blocks) {
  for (uint32_t c = threadIdx.x / 32; c < ncols; c += WIDE / 32) { /* a warp per column */
    mgp_e_t s = mgp_e_zero();
    for (unsigned b = threadIdx.x % 32; b < blocks; b += 32)
      s = mgp_e_add(s, mgp_ld(&m.partial[c * MGP_MAIN_COLUMN_BLOCKS + b]));
    for (int with = 16; with > 0; with /= 2) s = mgp_e_add(s, mgp_shfl_xor(s, with));
    if (threadIdx.x % 32 == 0) m.columns[c] = s;
  }
  __syncthreads();
  if (threadIdx.x < 32) finish(dev, m, ncols);
}

/* --- launches --------------------------------------------------------------------------------- */

mgp_status_t mgp_cuda_main(mgp_cuda_t *cu, const mgp_cuda_chip_t *chip, const mgp_chip_args_t *args,
                           const mgp_task_dev_t &dev, const mgp_main_dev_t &m) {
  const unsigned tables = mgp_task_grid(cu, 2u << mgp_task_heap_log(m.n), TAIL);
  const unsigned few = m.rows <= MGP_TASK_FEW, low = few ? 0 : LOW_ROWS;
  dim3 grid(few ? 1 : mgp_task_grid(cu, m.rows, 4 * WIDE), (args->form.ncols + GROUP - 1) / GROUP);
  if (grid.x > MGP_MAIN_COLUMN_BLOCKS) grid.x = MGP_MAIN_COLUMN_BLOCKS;
  MGP_TRY(MGP_LAUNCH(cu, main_set_up, 1 + tables, TAIL, dev, m, *args));
  if (m.n > 0) MGP_TRY(chip->first(cu, args, &dev, &m));
  if (m.n > 1) MGP_TRY(chip->second(cu, args, &dev, &m));
  unsigned i = 2;
  for (; i < m.n && mgp_main_pairs(m, i) > MGP_MAIN_FEW; i++)
    MGP_TRY(chip->later(cu, args, &dev, &m, i, 1));
  if (i < m.n) MGP_TRY(chip->later(cu, args, &dev, &m, i, m.n - i));
  MGP_TRY(
      MGP_LAUNCH(cu, main_eq, mgp_task_grid(cu, 2u << mgp_task_heap_log(m.n), WIDE), WIDE, dev, m));
  MGP_TRY(MGP_LAUNCH(cu, main_columns, grid, WIDE, dev, m, *args, low));
  return MGP_LAUNCH(cu, main_finish, 1, WIDE, dev, m, args->form.ncols, grid.x);
}

void mgp_cuda_main_load(void) {
  mgp_kernel_load(main_set_up);
  mgp_kernel_load(main_eq);
  mgp_kernel_load(main_close);
  mgp_kernel_load(main_columns);
  mgp_kernel_load(main_finish);
}
