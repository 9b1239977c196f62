/* Poseidon2 on many rows at a time (docs/protocol.md section 1): leaf sponge, nodes, grinding.
 *
 * A row's sponge state between two blocks is its capacity, 8 words, for the next block overwrites
 * the rate; after the last block it is the digest. Both are kept as [row][8]. */
#ifndef MGP_BACKEND_CPU_KERNELS_HASH_H
#define MGP_BACKEND_CPU_KERNELS_HASH_H

#include "backend/cpu/kernels.h"

typedef struct {
  /* `count` independent permutations of states [count][16], in place. */
  void (*permute)(mgp_f_t *states, size_t count);
  /* Absorbs a block of ncols <= 8 columns (plane c at cols + c * stride) into rows [0, count):
   * first: fresh states of rows of row_words words, else the capacities in state; last: leaves
   * digests in state, else capacities. */
  void (*absorb)(const mgp_f_t *cols, size_t stride, unsigned ncols, uint32_t row_words, int first,
                 int last, mgp_digest_t *state, size_t count);
  /* Leaf digests of rows [count][row_words], row-major. */
  void (*leaves)(const mgp_f_t *rows, uint32_t row_words, mgp_digest_t *out, size_t count);
  /* out[i] = node(in[2i], in[2i+1]); out may be in. */
  void (*nodes)(const mgp_digest_t *in, mgp_digest_t *out, size_t count);
  /* Smallest nonce in [first, first + count), all < p, that passes mgp_grind_check, or count if
   * none: returned as offset. */
  uint32_t (*grind)(const mgp_digest_t seed, unsigned bits, uint32_t first, uint32_t count);
} mgp_hash_kernels_t;

MGP_KERNEL_TABLES(mgp_hash_kernels_t, mgp_hash_kernels)

#endif
