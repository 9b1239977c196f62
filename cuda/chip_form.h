/* A chip's declaration as tables for kernels. Plain C, on the host: for the backend, and for the
 * program that writes the chips' kernels (gen_chips.c), so that both number atoms alike.
 *
 * Main sumcheck. On a row with sel = 1 the summand is an affine combination over K of columns and
 * atoms (backend/cpu/poly.h), whose weights are linear in scalars that are known once the
 * challenges are: for interaction j with weight e_j = eq(rho_int, j)
 *   A_j = e_j, D_j = lambda e_j (alpha + bus_j - 1), T_ji = lambda e_j beta^i, C_c = lambda^(2+c).
 * What the constraints alone contribute (g) is needed where sel is not 1.
 * Leaves. Denominator j is leaf constant j + sum_i beta^i t_i over the entries that are no
 * constants. */
#ifndef MGP_CUDA_CHIP_FORM_H
#define MGP_CUDA_CHIP_FORM_H

#ifdef __cplusplus
extern "C" {
#endif

#include "backend/cpu/poly.h"

#define MGP_FORM_NONE UINT32_MAX

/* Offsets are into `words`. A sparse row r of (src, coef) pairs: pairs [first[r], first[r + 1]). */
typedef struct {
  uint64_t fingerprint; /* of the declaration */
  uint32_t k, ncols, nvirtual;
  uint32_t nforms, nops, natoms, nconstraints;
  /* scalars A, D, T, C in this order */
  uint32_t ntuple, nscalars;
  uint32_t tuple; /* [ntuple] j << 8 | i of each T */
  /* leaf constants: [k][1 + MGP_MAX_TUPLE] bus, constant entries (0 if none), in Montgomery form */
  uint32_t constants;
  /* weights: L's constant, g's constant; columns; atoms; atoms in g; forms in g */
  uint32_t nweights, weight_first, weight_pairs;
  /* leaves by interpretation: nodes (op, a, b or value), values by position; [k][1 +
   * MGP_MAX_TUPLE] positions of multiplicity and entries, MGP_FORM_NONE if constant or absent */
  uint32_t nnodes, nodes, leaf;
  /* atoms by interpretation: forms over columns; operations (is product, a, b) or (0, constant, row
   * of op_pairs); slot of each atom */
  uint32_t form_first, form_pairs, ops, op_first, op_pairs, atoms;
  uint32_t nwords;
} mgp_form_t;

/* Fails as mgp_poly_build does. words: malloc'ed, the caller's. */
mgp_status_t mgp_form_build(const mgp_chip_t *chip, mgp_form_t *form, uint32_t **words);
/* FNV-1a over all that kernels depend on. */
uint64_t mgp_form_fingerprint(const mgp_chip_t *chip);

#ifdef __cplusplus
}
#endif

#endif
