/* Poseidon2 (eprint 2023/323), width 16 over BabyBear, x^7, 8 full and 13 partial rounds.
 * One text for C and CUDA, and for states side by side in vectors (math/poseidon2.inc). Words are
 * field elements in Montgomery form. */
#ifndef MGP_MATH_POSEIDON2_H
#define MGP_MATH_POSEIDON2_H

#include "math/field.h"
#include "math/poseidon2_constants.h"

#define MGP_P2_WIDTH     16
#define MGP_P2_RATE      8
#define MGP_P2_FULL_HALF 4
#define MGP_P2_PARTIAL   13
#define MGP_DIGEST_WORDS 8

#ifdef __CUDACC__
#define MGP_P2_TABLE static __device__ __constant__ const
#else
#define MGP_P2_TABLE static const
#endif

#ifdef __CUDA_ARCH__
#define MGP_P2_USE(name) name##_dev
#else
#define MGP_P2_USE(name) name
#endif

static const mgp_f_t mgp_p2_rc_initial[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_INITIAL;
static const mgp_f_t mgp_p2_rc_partial[MGP_P2_PARTIAL] = MGP_P2_RC_PARTIAL;
static const mgp_f_t mgp_p2_rc_final[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_FINAL;
static const mgp_f_t mgp_p2_diag[MGP_P2_WIDTH] = MGP_P2_DIAG;
#ifdef __CUDACC__
MGP_P2_TABLE mgp_f_t mgp_p2_rc_initial_dev[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_INITIAL;
MGP_P2_TABLE mgp_f_t mgp_p2_rc_partial_dev[MGP_P2_PARTIAL] = MGP_P2_RC_PARTIAL;
MGP_P2_TABLE mgp_f_t mgp_p2_rc_final_dev[MGP_P2_FULL_HALF][MGP_P2_WIDTH] = MGP_P2_RC_FINAL;
MGP_P2_TABLE mgp_f_t mgp_p2_diag_dev[MGP_P2_WIDTH] = MGP_P2_DIAG;
#endif

MGP_HD mgp_f_t mgp_p2_sbox(mgp_f_t x) {
  mgp_f_t x2 = mgp_f_sqr(x);
  mgp_f_t x3 = mgp_f_mul(x2, x);
  return mgp_f_mul(mgp_f_sqr(x2), x3);
}

MGP_HD void mgp_p2_full(mgp_f_t s[MGP_P2_WIDTH], const mgp_f_t rc[MGP_P2_WIDTH]) {
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = mgp_p2_sbox(mgp_f_add(s[i], rc[i]));
}
MGP_HD void mgp_p2_partial(mgp_f_t s[MGP_P2_WIDTH], const mgp_f_t *rc) {
  s[0] = mgp_p2_sbox(mgp_f_add(s[0], *rc));
}

/* Section 5.2: sum of all plus a diagonal. */
MGP_HD void mgp_p2_internal(mgp_f_t s[MGP_P2_WIDTH]) {
  mgp_f_t sum = s[0];
  for (int i = 1; i < MGP_P2_WIDTH; i++) sum = mgp_f_add(sum, s[i]);
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = mgp_f_add(sum, mgp_f_mul(s[i], MGP_P2_USE(mgp_p2_diag)[i]));
}

/* mgp_p2_external and mgp_p2_permute */
#define P2_FN      MGP_HD
#define P2_NAME(f) mgp_p2_##f
#define P2_WORD    mgp_f_t
#define P2_ADD     mgp_f_add
#define P2_DBL     mgp_f_dbl
#include "math/poseidon2.inc"

#endif
