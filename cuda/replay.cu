/* Rebuilding traces: one kernel per chip, one row per thread, columns written by neighbours. */
#include "ops.cuh"

#include "chips/witness.h"

#define THREADS 128u

typedef struct {
  mgp_raw_t raw;
  const uint32_t *index; /* of the first row; NULL: first, first + 1, ... */
  uint32_t first, nrows, zero_to;
  size_t stride, slab_words;
  mgp_f_t *out;
} job_t;

/* Of row r: of the slab that it is in. */
__device__ __forceinline__ mgp_f_t *place(const job_t &j, uint32_t r) {
  if (r < j.stride) return j.out + r;
  const uint32_t slab = r / (uint32_t)j.stride;
  return j.out + slab * j.slab_words + (r - slab * (uint32_t)j.stride);
}

#define REPLAY_KERNEL(name)                                                                        \
  static __global__ void __launch_bounds__(THREADS) replay_##name(job_t j) {                       \
    const uint32_t r = blockIdx.x * THREADS + threadIdx.x;                                         \
    mgp_row_##name##_t row = mgp_row_##name##_t();                                                 \
    if (r >= j.zero_to) return;                                                                    \
    if (r < j.nrows) mgp_witness_##name(&j.raw, j.index ? j.index[r] : j.first + r, &row);         \
    mgp_store_##name(&row, place(j, r), j.stride);                                                 \
  }
MGP_OPCHIP_LIST(REPLAY_KERNEL)
MGP_OTHERCHIP_LIST(REPLAY_KERNEL)
MGP_TABLE_LIST(REPLAY_KERNEL)

typedef void (*replay_fn)(job_t);

static replay_fn kernel_of(mgp_chip_id_t chip) {
  switch (chip) {
#define REPLAY_CASE(name)                                                                          \
  case MGP_CHIP_##name:                                                                            \
    return replay_##name;
    MGP_OPCHIP_LIST(REPLAY_CASE)
    MGP_OTHERCHIP_LIST(REPLAY_CASE)
    MGP_TABLE_LIST(REPLAY_CASE)
#undef REPLAY_CASE
  default:
    return NULL;
  }
}

mgp_status_t mgp_cuda_replay(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_raw_t *raw,
                             const uint32_t *d_index, uint64_t first, uint32_t nrows,
                             uint32_t zero_to, size_t stride, mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const replay_fn replay = kernel_of(chip);
  job_t j;
  if (!replay) return mgp_fail(MGP_INTERNAL, "chip %d has no rows", (int)chip);
  j.raw = *raw;
  j.index = d_index ? d_index + first : NULL;
  j.first = (uint32_t)first;
  j.nrows = nrows;
  j.zero_to = zero_to < nrows ? nrows : zero_to;
  j.stride = stride;
  j.slab_words = be->chips->chip[chip].ncols * stride;
  j.out = d_out;
  if (stride == 0 && j.zero_to > 0)
    return mgp_fail(MGP_INTERNAL, "replay: %u rows in slabs of none", j.zero_to);
  if (j.zero_to == 0) return MGP_OK;
  return MGP_LAUNCH(cu, replay, mgp_blocks(j.zero_to, THREADS), THREADS, j);
}

/* Four rows of one column at a time. */
static __global__ void __launch_bounds__(THREADS)
    unstack(const uint4 *slabs, uint32_t ncols, unsigned log_fours, uint32_t nslabs, size_t fours,
            uint4 *out) {
  const size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x, slab = i >> log_fours;
  const uint32_t c = blockIdx.y;
  if (i >= fours) return;
  uint4 v = make_uint4(0, 0, 0, 0);
  if (slab < nslabs)
    v = slabs[((slab * ncols + c) << log_fours) + (i & (((size_t)1 << log_fours) - 1))];
  out[c * fours + i] = v;
}

mgp_status_t mgp_cuda_unstack(mgp_backend_t *be, const mgp_f_t *d_slabs, uint32_t ncols, unsigned b,
                              uint32_t nslabs, size_t stride, mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (b < 2 || stride % 4)
    return mgp_fail(MGP_INTERNAL, "slabs of 2^%u rows, a stride of %zu", b, stride);
  if (stride == 0 || ncols == 0) return MGP_OK;
  const dim3 grid(mgp_blocks(stride / 4, THREADS), ncols);
  return MGP_LAUNCH(cu, unstack, grid, THREADS, reinterpret_cast<const uint4 *>(d_slabs), ncols,
                    b - 2, nslabs, stride / 4, reinterpret_cast<uint4 *>(d_out));
}
