/* Kernels of the main sumcheck (docs/protocol.md section 5.4).
 *
 * On a row with sel = 1 the summand E is one affine combination over K of columns and atoms
 * (poly.h). Its linear part L is a column of its own: multilinear, it is folded like any other, so
 * columns that occur only linearly are never touched after the first fold. What is kept of a row
 * is an entry of nforms + 1 elements: the forms from which atoms are made, then L.
 * Pairs of rows with sel = 1 on both are summed here; the one pair at the end of the rows that
 * may be different is the caller's (main.c). */
#ifndef MGP_BACKEND_CPU_KERNELS_MAIN_H
#define MGP_BACKEND_CPU_KERNELS_MAIN_H

#include "backend/cpu/block.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/poly.h"

#define MGP_MAIN_UNIT (2 * MGP_BLOCK) /* rows of the trace taken at a time */
#define MGP_MAIN_STEP 16u             /* pairs evaluated at a time over K */

typedef struct {
  uint16_t slot;
  mgp_e_t b, wb; /* weight in E, and W times it */
  mgp_e_t g;     /* the constraints' part of b */
} mgp_main_atom_t;

typedef struct {
  const mgp_f_t *trace, *virt;
  size_t stride;
  uint32_t ncols, nrows;
  mgp_e_t constant; /* L */
  uint32_t nlinear, natoms;
  mgp_poly_weight_t linear[MGP_POLY_COLUMNS];
  mgp_main_atom_t atom[MGP_POLY_OPS];
  mgp_poly_weight_t base_atom[MGP_POLY_OPS]; /* the same as weights of slots */
  mgp_poly_t poly;
} mgp_main_form_t;

/* Per thread. */
typedef struct {
  mgp_f_t *columns; /* [2][columns][MGP_BLOCK]: even rows, odd rows */
  mgp_f_t *slots;   /* [slots, >= 2][D][MGP_MAIN_STEP], or base [slots][MGP_BLOCK] */
  mgp_f_t *slopes;  /* the same for forms */
  mgp_f_t *linear;  /* [2][D][MGP_BLOCK]: L at 0, and its slope */
  mgp_f_t *low;     /* MGP_EQ_LOW_WORDS */
  mgp_e_t *sums;    /* [columns] */
} mgp_main_scratch_t;

#define MGP_MAIN_SLOT_WORDS (MGP_D * MGP_MAIN_STEP > MGP_BLOCK ? MGP_D * MGP_MAIN_STEP : MGP_BLOCK)

typedef struct {
  const mgp_main_form_t *form;
  int from_trace; /* source: units of the trace, else blocks of src */
  const mgp_f_t *src;
  uint64_t src_blocks;
  int fold;
  mgp_e_t x;
  mgp_poly_weight_t
      folded[2 * MGP_POLY_COLUMNS]; /* from the trace: L folded, over even, odd rows */
  mgp_f_t *dst;
  uint64_t blocks; /* after folding */
  mgp_eq_t eq;
  uint64_t full;           /* pairs to sum */
  const mgp_f_t *constant; /* entry block of rows beyond the end */
} mgp_main_pass_t;

typedef struct {
  /* Chunks [first, last) of MGP_EQ_LOW pairs: folds if asked; out = sums of h(1), h(2), h(3). */
  void (*pass)(const mgp_main_pass_t *a, const mgp_main_scratch_t *scratch, uint64_t first,
               uint64_t last, mgp_e_t out[3]);
} mgp_main_kernels_t;

MGP_KERNEL_TABLES(mgp_main_kernels_t, mgp_main_kernels)

/* Pairs of a block of the round: the trace is not folded in the first one. */
static inline unsigned mgp_main_block_pairs(const mgp_main_pass_t *a) {
  return a->from_trace && !a->fold ? MGP_BLOCK : MGP_BLOCK / 2;
}

#endif
