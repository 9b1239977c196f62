/* Witness of decl_alu.c and decl_shift.c. */
#ifndef MGP_CHIPS_WITNESS_ALU_H
#define MGP_CHIPS_WITNESS_ALU_H

#include "chips/shamt.h"
#include "chips/witness_access.h"

MGP_WITNESS(J) {
  MGP_WITNESS_STEP(J);
  MGP_PUT_STEP(r, w);
  r->nx = mgp_w(w.in->x);
}

MGP_WITNESS(CONST) {
  MGP_WITNESS_STEP(CONST);
  MGP_PUT_STEP(r, w);
  MGP_PUT_O(r, w);
  r->c_lo = mgp_w(w.in->x);
  r->c_hi = mgp_w(w.in->y);
  r->nx = mgp_w(w.in->z);
}

MGP_WITNESS(MV) {
  MGP_WITNESS_STEP(MV);
  MGP_PUT_AO(r, w);
}

#define MGP_PUT_ADDI(r, w)                                                                         \
  ((r)->imm = mgp_w((w).in->x), MGP_PUT_LIMBS(r, r, (w).st->a + (w).in->imm))

MGP_WITNESS(ADDI) {
  MGP_WITNESS_STEP(ADDI);
  MGP_PUT_AO(r, w);
  MGP_PUT_ADDI(r, w);
}

MGP_WITNESS(ADDI2) {
  MGP_WITNESS_STEP(ADDI2);
  MGP_PUT_STEP(r, w);
  MGP_PUT_A(r, w);
  MGP_PUT_ADDI(r, w);
}

/* x + y = z: a subtraction shows rs1 as z and its result as x. */
#define MGP_PUT_ADD(r, w)                                                                          \
  do {                                                                                             \
    const uint32_t sub_ = (w).in->op == MGP_OP_SUB;                                                \
    const uint32_t x_ = sub_ ? (w).st->a - (w).st->b : (w).st->a;                                  \
    MGP_PUT_STEP(r, w);                                                                            \
    (r)->rs1 = mgp_w((w).in->rs1);                                                                 \
    (r)->p1 = mgp_wstep_prev(&(w), MGP_FIELD_A);                                                   \
    (r)->rs2 = mgp_w((w).in->rs2);                                                                 \
    (r)->p2 = mgp_wstep_prev(&(w), MGP_FIELD_B);                                                   \
    MGP_PUT_LIMBS(r, x, x_);                                                                       \
    MGP_PUT_LIMBS(r, y, (w).st->b);                                                                \
    MGP_PUT_LIMBS(r, z, x_ + (w).st->b);                                                           \
    (r)->sub = mgp_w(sub_);                                                                        \
  } while (0)

MGP_WITNESS(ADD) {
  MGP_WITNESS_STEP(ADD);
  MGP_PUT_ADD(r, w);
  MGP_PUT_O(r, w);
}

MGP_WITNESS(ADD2) {
  MGP_WITNESS_STEP(ADD2);
  MGP_PUT_ADD(r, w);
}

#define MGP_PUT_LOGIC(r, w)                                                                        \
  do {                                                                                             \
    const uint32_t and_ = (w).st->a & (w).st->b;                                                   \
    MGP_PUT_AB(r, w);                                                                              \
    (r)->a0 = mgp_w_byte((w).st->a, 0);                                                            \
    (r)->a2 = mgp_w_byte((w).st->a, 2);                                                            \
    (r)->b0 = mgp_w_byte((w).st->b, 0);                                                            \
    (r)->b2 = mgp_w_byte((w).st->b, 2);                                                            \
    (r)->n0 = mgp_w_byte(and_, 0);                                                                 \
    (r)->n1 = mgp_w_byte(and_, 1);                                                                 \
    (r)->n2 = mgp_w_byte(and_, 2);                                                                 \
    (r)->n3 = mgp_w_byte(and_, 3);                                                                 \
    (r)->o = mgp_w((w).in->op == MGP_OP_OR);                                                       \
    (r)->x = mgp_w((w).in->op == MGP_OP_XOR);                                                      \
  } while (0)

MGP_WITNESS(LOGIC) {
  MGP_WITNESS_STEP(LOGIC);
  MGP_PUT_LOGIC(r, w);
  MGP_PUT_O(r, w);
}

MGP_WITNESS(LOGIC2) {
  MGP_WITNESS_STEP(LOGIC2);
  MGP_PUT_LOGIC(r, w);
}

MGP_WITNESS(LOGICI) {
  MGP_WITNESS_STEP(LOGICI);
  const uint32_t n = w.st->a & w.in->imm;
  MGP_PUT_AO(r, w);
  r->a0 = mgp_w_byte(w.st->a, 0);
  r->n0 = mgp_w_byte(n, 0);
  r->n1 = mgp_w_byte(n, 1);
  r->i0 = mgp_w(w.in->x);
  r->i1 = mgp_w(w.in->y);
  r->al = mgp_w(w.in->z);
  r->o = mgp_w(w.in->op == MGP_OP_ORI);
  r->x = mgp_w(w.in->op == MGP_OP_XORI);
}

/* a shifted by n (low five bits): the result, and the parts of the window. */
#define MGP_PUT_SHIFT(r, w, n)                                                                     \
  do {                                                                                             \
    const uint32_t a_ = (w).st->a, n_ = (n)&31;                                                    \
    const uint32_t sra_ = (w).in->op == MGP_OP_SRA || (w).in->op == MGP_OP_SRAI;                   \
    const uint32_t left_ = (w).in->op == MGP_OP_SLL || (w).in->op == MGP_OP_SLLI;                  \
    const uint32_t sgn_ = sra_ & a_ >> 31;                                                         \
    const uint32_t fill_ = sgn_ && n_ ? 0xffffffffu << (32 - n_) : 0;                              \
    const mgp_shamt_t s_ = mgp_shamt(n_, left_);                                                   \
    (r)->w2 = mgp_w(s_.w2);                                                                        \
    (r)->w1 = mgp_w(s_.w1);                                                                        \
    (r)->w0 = mgp_w(s_.w0);                                                                        \
    (r)->sra = mgp_w(sra_);                                                                        \
    (r)->sgn = mgp_w(sgn_);                                                                        \
    (r)->Q = mgp_w(1u << s_.s);                                                                    \
    (r)->P = mgp_w(1u << (16 - s_.s));                                                             \
    (r)->u_lo = mgp_w((a_ & 0xffff) >> s_.s);                                                      \
    (r)->u_hi = mgp_w(a_ >> 16 >> s_.s);                                                           \
    MGP_PUT_LIMBS(r, r, left_ ? a_ << n_ : (a_ >> n_ | fill_));                                    \
  } while (0)

MGP_WITNESS(SHIFTI) {
  MGP_WITNESS_STEP(SHIFTI);
  MGP_PUT_AO(r, w);
  MGP_PUT_SHIFT(r, w, w.in->imm);
}

MGP_WITNESS(SHIFTI2) {
  MGP_WITNESS_STEP(SHIFTI2);
  MGP_PUT_STEP(r, w);
  MGP_PUT_A(r, w);
  MGP_PUT_SHIFT(r, w, w.in->imm);
}

MGP_WITNESS(SHIFT) {
  MGP_WITNESS_STEP(SHIFT);
  MGP_PUT_ABO(r, w);
  MGP_PUT_SHIFT(r, w, w.st->b);
  r->left = mgp_w(w.in->op == MGP_OP_SLL);
}

#endif
