/* Poseidon2 (math/poseidon2.h) with AVX2 where the processor has it, chosen at run time: one
 * permutation sooner, for transcripts, or eight at once, for hashes of independent data. Elsewhere
 * the scalar permutation. */
#ifndef MGP_MATH_POSEIDON2_SIMD_H
#define MGP_MATH_POSEIDON2_SIMD_H

#include "math/poseidon2.h"

#define MGP_P2_LANES 8

/* s[word][lane], Montgomery form */
typedef struct {
  _Alignas(32) mgp_f_t s[MGP_P2_WIDTH][MGP_P2_LANES];
} mgp_p2x8_t;

/* The same as mgp_p2_permute. */
void mgp_p2_permute_simd(mgp_f_t s[MGP_P2_WIDTH]);
void mgp_p2x8_permute(mgp_p2x8_t *state);
/* The portable form, for tests. */
void mgp_p2x8_permute_portable(mgp_p2x8_t *state);

#endif
