/* Encoding: 2^s coefficients to the codeword of 2^(s+1) values (docs/protocol.md section 3). */
#ifndef MGP_BACKEND_CPU_NTT_H
#define MGP_BACKEND_CPU_NTT_H

#include "backend/cpu/cpu.h"

#define MGP_NTT_MAX_LOG MGP_TWO_ADICITY

/* Makes the twiddles for codewords of 2^log_n values (class PLAN, kept by the backend). */
mgp_status_t mgp_ntt_prepare(mgp_cpu_t *cpu, unsigned log_n);
/* How many bytes that would allocate and keep. */
uint64_t mgp_ntt_prepare_bytes(const mgp_cpu_t *cpu, unsigned log_n);

/* The whole codeword of col [2^s] into out [2^(s+1)]. */
void mgp_ntt_encode(mgp_cpu_t *cpu, const mgp_f_t *col, unsigned s, mgp_f_t *out);

/* As above, but only the blocks (of 2^(s+1-depth) positions, 1 <= depth <= s + 1) named in the
 * ascending list blocks[nblocks] are sure to be there; the rest of out is overwritten with
 * anything. */
void mgp_ntt_encode_blocks(mgp_cpu_t *cpu, const mgp_f_t *col, unsigned s, unsigned depth,
                           const uint32_t *blocks, size_t nblocks, mgp_f_t *out);

#endif
