/* Eight Poseidon2 permutations at once (math/poseidon2.h): eight hashes of independent data.
 * Uses AVX2 where the processor has it, chosen at run time, else the scalar permutation. */
#ifndef MGP_MATH_POSEIDON2_X8_H
#define MGP_MATH_POSEIDON2_X8_H

#include "math/poseidon2.h"

#define MGP_P2_LANES 8

/* s[word][lane], Montgomery form */
typedef struct {
  _Alignas(32) mgp_f_t s[MGP_P2_WIDTH][MGP_P2_LANES];
} mgp_p2x8_t;

void mgp_p2x8_permute(mgp_p2x8_t *state);
/* The portable form, for tests. */
void mgp_p2x8_permute_portable(mgp_p2x8_t *state);

#endif
