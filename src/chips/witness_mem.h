/* Witness of decl_mem.c. */
#ifndef MGP_CHIPS_WITNESS_MEM_H
#define MGP_CHIPS_WITNESS_MEM_H

#include "chips/witness_access.h"

/* The word at address a + imm, and the age's high part: d = ts - prev - 1 >= 0 always. */
#define MGP_PUT_M(r, w, address)                                                                   \
  ((r)->imm = mgp_w((w).in->x), (r)->w_lo = mgp_w((address)&0xfffc),                               \
   MGP_PUT_LIMBS(r, m, (w).st->m), (r)->pm = mgp_w((w).st->pm),                                    \
   (r)->dh = mgp_w(((w).st->ts - (w).st->pm - 1) >> 16))

MGP_WITNESS(LW) {
  MGP_WITNESS_STEP(LW);
  MGP_PUT_AO(r, w);
  MGP_PUT_M(r, w, w.st->a + w.in->imm);
}

MGP_WITNESS(LW2) {
  MGP_WITNESS_STEP(LW2);
  MGP_PUT_STEP(r, w);
  MGP_PUT_A(r, w);
  MGP_PUT_M(r, w, w.st->a + w.in->imm);
}

MGP_WITNESS(SW) {
  MGP_WITNESS_STEP(SW);
  MGP_PUT_AB(r, w);
  MGP_PUT_M(r, w, w.st->a + w.in->imm);
}

MGP_WITNESS(LSUB) {
  MGP_WITNESS_STEP(LSUB);
  const uint32_t address = w.st->a + w.in->imm, o1 = address >> 1 & 1;
  const uint32_t h = w.in->op == MGP_OP_LH || w.in->op == MGP_OP_LHU;
  const uint32_t k = h | (address & 1), half = w.st->m >> (16 * o1) & 0xffff;
  const uint32_t z = half >> (8 * k) & 255;
  MGP_PUT_AO(r, w);
  MGP_PUT_M(r, w, address);
  r->h = mgp_w(h);
  r->sb = mgp_w(w.in->op == MGP_OP_LB);
  r->sh = mgp_w(w.in->op == MGP_OP_LH);
  r->o1 = mgp_w(o1);
  r->k = mgp_w(k);
  r->z = mgp_w(z);
  r->y = mgp_w(half >> (8 * (k ^ 1)) & 255);
  r->s = mgp_w(z >> 7);
}

MGP_WITNESS(SSUB) {
  MGP_WITNESS_STEP(SSUB);
  const uint32_t address = w.st->a + w.in->imm, o1 = address >> 1 & 1;
  const uint32_t h = w.in->op == MGP_OP_SH, k = h ? 0 : address & 1;
  const uint32_t half = w.st->m >> (16 * o1) & 0xffff, z = half >> (8 * k) & 255;
  const uint32_t b = w.st->b & 255;
  const int32_t d =
      h ? (int32_t)(w.st->b & 0xffff) - (int32_t)half : ((int32_t)b - (int32_t)z) * (k ? 256 : 1);
  MGP_PUT_AB(r, w);
  MGP_PUT_M(r, w, address);
  r->h = mgp_w(h);
  r->o1 = mgp_w(o1);
  r->k = mgp_w(k);
  r->z = mgp_w(z);
  r->y = mgp_w(half >> (8 * (k ^ 1)) & 255);
  r->b = mgp_w(b);
  r->d = mgp_f_from_i32(d);
}

#endif
