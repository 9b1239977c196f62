/* Witness of decl_muldiv.c. */
#ifndef MGP_CHIPS_WITNESS_MULDIV_H
#define MGP_CHIPS_WITNESS_MULDIV_H

#include "chips/witness_access.h"

#define MGP_PUT_FACTORS(r, a, b)                                                                   \
  ((r)->a0 = mgp_w_byte(a, 0), (r)->a2 = mgp_w_byte(a, 2), (r)->b0 = mgp_w_byte(b, 0),             \
   (r)->b2 = mgp_w_byte(b, 2))

MGP_WITNESS(MUL) {
  MGP_WITNESS_STEP(MUL);
  MGP_PUT_ABO(r, w);
  MGP_PUT_FACTORS(r, w.st->a, w.st->b);
  MGP_PUT_LIMBS(r, r, w.st->a * w.st->b);
}

MGP_WITNESS(MULH) {
  MGP_WITNESS_STEP(MULH);
  const uint32_t a = w.st->a, b = w.st->b;
  const uint32_t fa = w.in->op != MGP_OP_MULHU, fb = w.in->op == MGP_OP_MULH;
  const uint32_t ma = a >> 31, mb = b >> 31;
  const uint64_t product = (uint64_t)a * b;
  const uint32_t low = (uint32_t)product;
  const uint32_t high = (uint32_t)(product >> 32) - (fa & ma ? b : 0) - (fb & mb ? a : 0);
  MGP_PUT_ABO(r, w);
  MGP_PUT_FACTORS(r, a, b);
  r->r0 = mgp_w_lo(low);
  r->r1 = mgp_w_hi(low);
  MGP_PUT_LIMBS(r, r, high);
  r->fa = mgp_w(fa);
  r->fb = mgp_w(fb);
  r->ma = mgp_w(ma);
  r->mb = mgp_w(mb);
  r->sa = mgp_w(fa & ma);
  r->sb = mgp_w(fb & mb);
}

/* Division by magnitudes: no case of the machine's own signed division is needed. */
MGP_WITNESS(DIV) {
  MGP_WITNESS_STEP(DIV);
  const uint32_t a = w.st->a, b = w.st->b;
  const uint32_t sg = w.in->op == MGP_OP_DIV || w.in->op == MGP_OP_REM;
  const uint32_t sa = sg & a >> 31, sb = sg & b >> 31, z = b == 0;
  const uint32_t abs_a = sa ? 0u - a : a, abs_b = sb ? 0u - b : b;
  const uint32_t abs_q = z ? 0 : abs_a / (z ? 1 : abs_b), abs_r = abs_a - abs_q * abs_b;
  const uint32_t sq = z ? 1 : (sa ^ sb) & (abs_q != 0), sr = sa & (abs_r != 0);
  const uint32_t q = z ? 0xffffffffu : sq ? 0u - abs_q : abs_q, rest = sr ? 0u - abs_r : abs_r;
  MGP_PUT_ABO(r, w);
  r->b0 = mgp_w_byte(b, 0);
  r->b2 = mgp_w_byte(b, 2);
  r->q0 = mgp_w_byte(q, 0);
  r->q1 = mgp_w_byte(q, 1);
  r->q2 = mgp_w_byte(q, 2);
  r->q3 = mgp_w_byte(q, 3);
  MGP_PUT_LIMBS(r, r, rest);
  r->t_lo = z ? 0 : mgp_w_lo(abs_b - 1 - abs_r);
  r->sa = mgp_w(sa);
  r->sb = mgp_w(sb);
  r->sq = mgp_w(sq);
  r->sr = mgp_w(sr);
  r->z = mgp_w(z);
  r->sg = mgp_w(sg);
  r->rem = mgp_w(w.in->op == MGP_OP_REM || w.in->op == MGP_OP_REMU);
}

#endif
