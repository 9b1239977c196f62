/* Number-theoretic transform: evaluation of polynomials at all powers of a root of unity.
 *
 * A block (log_n, b) holds a polynomial of 2^log_n coefficients modulo X^(2^log_n) - tw_b^2; one
 * level splits it into the residues modulo X^(n/2) - tw_b and X^(n/2) + tw_b, which are the blocks
 * 2b and 2b + 1: (u, v) -> (u + tw_b v, u - tw_b v). Starting from block 0, position x ends up with
 * the value at omega^bitrev(x). tw_b = exp(2 pi i phi(b) / 2), phi(b) = sum of b_k / 2^(k+1) over
 * the bits of b, so one table serves all levels and sizes: a transform of 2^L points reads the
 * first 2^(L-1) entries. (Radix-2 splitting: Gentleman and Sande, 1966, seen as polynomial
 * residues: Fiduccia 1972.) */
#ifndef MGP_BACKEND_CPU_KERNELS_NTT_H
#define MGP_BACKEND_CPU_KERNELS_NTT_H

#include "backend/cpu/kernels.h"

typedef struct {
  const mgp_f_t *w;   /* tw_b */
  const uint32_t *wq; /* tw_b / p mod 2^32 */
} mgp_twiddles_t;

#define MGP_NTT_RADIX_LOG 3u /* most levels in one pass */

/* Number of levels of the next pass if `levels` >= 1 are left: no pass of one level but a last one.
 */
static inline unsigned mgp_ntt_radix(unsigned levels) {
  return levels % 3 == 0 ? 3 : levels == 1 ? 1 : 2;
}

typedef struct {
  /* 1 <= r <= 3 levels of block (log_n, b), from src to dst (may be the same); of the 2^(log_n - r)
   * butterflies of radix 2^r, [first, last): multiples of 16. log_n - r >= 4. */
  void (*pass)(const mgp_f_t *src, mgp_f_t *dst, unsigned log_n, uint32_t b, unsigned r,
               size_t first, size_t last, mgp_twiddles_t tw);
  /* All levels of block (log_n, b), in place. */
  void (*finish)(mgp_f_t *data, unsigned log_n, uint32_t b, mgp_twiddles_t tw);
} mgp_ntt_kernels_t;

MGP_KERNEL_TABLES(mgp_ntt_kernels_t, mgp_ntt_kernels)

#endif
