/* A chip's declaration, taken apart for the sumchecks.
 *
 * Every expression of a chip is an affine combination of its columns and of *atoms*: the products
 * of two expressions neither of which is constant. So a sum of expressions with weights in K is a
 * linear form in columns and atoms, found by one pass backwards through the DAG, and only atoms
 * have to be evaluated at every point. Atoms are products of affine combinations of a few linear
 * forms of the columns (a basis of all that occur) and of earlier atoms: the program below. In the
 * later rounds of the main sumcheck these forms stand for the columns.
 *
 * Values live in slots: forms first, then one per operation. Columns are the committed ones, then
 * the virtual ones. */
#ifndef MGP_BACKEND_CPU_POLY_H
#define MGP_BACKEND_CPU_POLY_H

#include "chips/chip.h"

#define MGP_POLY_COLUMNS (MGP_MAX_COLUMNS + MGP_MAX_VIRTUAL)
#define MGP_POLY_OPS     1024u
#define MGP_POLY_SLOTS   (MGP_POLY_COLUMNS + MGP_POLY_OPS)
#define MGP_POLY_TERMS   2048u

typedef struct {
  uint16_t src;
  mgp_f_t coef;
} mgp_poly_term_t;

/* constant + sum of coef * value[src] over terms [first, first + n) */
typedef struct {
  mgp_f_t constant;
  uint16_t first, n;
} mgp_poly_sum_t;

typedef struct {
  uint8_t is_product;
  uint16_t a, b;      /* product: slots */
  mgp_poly_sum_t sum; /* else: over slots */
} mgp_poly_op_t;

typedef struct {
  uint32_t ncols; /* committed and virtual */
  uint32_t nforms, nops, nterms;
  mgp_poly_sum_t form[MGP_POLY_COLUMNS]; /* over columns, constant 0 */
  mgp_poly_op_t op[MGP_POLY_OPS];        /* slot nforms + i */
  uint16_t slot[MGP_MAX_NODES];          /* of an atom's node; else UINT16_MAX */
  /* linear part of each constraint over forms, its constant included, atoms not */
  mgp_poly_sum_t constraint[MGP_MAX_CONSTRAINTS];
  mgp_poly_term_t term[MGP_POLY_TERMS];
} mgp_poly_t;

/* Atoms of all interactions, and of the constraints if asked. MGP_INTERNAL if a bound above is too
 * small for the chip. */
mgp_status_t mgp_poly_build(const mgp_chip_t *chip, int with_constraints, mgp_poly_t *out);

static inline uint32_t mgp_poly_slots(const mgp_poly_t *p) {
  return p->nforms + p->nops;
}

/* A linear form over K in columns and slots of atoms: constant + sum coef * value. */
typedef struct {
  uint16_t src; /* column, or MGP_POLY_COLUMNS + slot */
  mgp_e_t coef;
} mgp_poly_weight_t;

/* g[node]: weights of the chip's nodes, [nnodes], overwritten. Writes the constant and at most
 * `room` terms; returns the number of terms there are. */
uint32_t mgp_poly_linear(const mgp_chip_t *chip, const mgp_poly_t *p, mgp_e_t *g, mgp_e_t *constant,
                         mgp_poly_weight_t *out, uint32_t room);

/* The program on one point of K: forms are in slot[0 .. nforms), the rest is filled in. */
void mgp_poly_eval(const mgp_poly_t *p, mgp_e_t *slot);

#endif
