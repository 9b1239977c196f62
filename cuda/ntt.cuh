/* Encoding: 2^s coefficients to the codeword of 2^(s+1) values (docs/protocol.md section 3):
 * forward decimation in frequency, natural order in, bit-reversed order out. */
#ifndef MGP_CUDA_NTT_CUH
#define MGP_CUDA_NTT_CUH

#include "state.cuh"

#define MGP_CUDA_NTT_MAX_LOG MGP_TWO_ADICITY

/* Makes the tables of roots (class PLAN): with the arena. */
mgp_status_t mgp_cuda_ntt_roots(mgp_cuda_t *cu);
uint64_t mgp_cuda_ntt_roots_bytes(void);

/* ncols codewords: column c at d_cols + c * in_stride to d_out + c * out_stride. */
mgp_status_t mgp_cuda_encode(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t in_stride, unsigned s,
                             uint32_t ncols, mgp_f_t *d_out, size_t out_stride);

/* The same in two steps, for columns that come one by one: after begin the columns are no longer
 * needed; finish is best called for several codewords together. */
mgp_status_t mgp_cuda_encode_begin(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t in_stride,
                                   unsigned s, uint32_t ncols, mgp_f_t *d_out, size_t out_stride);
mgp_status_t mgp_cuda_encode_finish(mgp_cuda_t *cu, unsigned s, uint32_t ncols, mgp_f_t *d_out,
                                    size_t out_stride);

#endif
