/* Witness of decl_branch.c. */
#ifndef MGP_CHIPS_WITNESS_BRANCH_H
#define MGP_CHIPS_WITNESS_BRANCH_H

#include "chips/witness_access.h"

MGP_WITNESS(BZ) {
  MGP_WITNESS_STEP(BZ);
  const uint32_t s = (w.st->a & 0xffff) + (w.st->a >> 16);
  MGP_PUT_STEP(r, w);
  MGP_PUT_A(r, w);
  r->ne = mgp_w(s != 0);
  r->i = mgp_f_inv(mgp_w(s));
  r->te = mgp_w(w.in->x);
  r->tn = mgp_w(w.in->y);
}

/* One inverse is enough: of the low difference, or of the high one if that is zero. */
MGP_WITNESS(BEQ) {
  MGP_WITNESS_STEP(BEQ);
  const uint32_t a = w.st->a, b = w.st->b;
  const int32_t dl = (int32_t)(a & 0xffff) - (int32_t)(b & 0xffff);
  const int32_t dh = (int32_t)(a >> 16) - (int32_t)(b >> 16);
  const mgp_f_t inv = mgp_f_inv(mgp_f_from_i32(dl ? dl : dh));
  MGP_PUT_AB(r, w);
  r->ne = mgp_w(a != b);
  r->il = dl ? inv : 0;
  r->ih = dl ? 0 : inv;
  r->te = mgp_w(w.in->x);
  r->tn = mgp_w(w.in->y);
}

/* Flags of a < b: which limb decides. Flipping the top bits turns the signed order into the
 * unsigned one. */
#define MGP_PUT_LESS(r, a, b, flip)                                                                \
  do {                                                                                             \
    const uint32_t a_ = (a) ^ (flip), b_ = (b) ^ (flip);                                           \
    const uint32_t ah_ = a_ >> 16, bh_ = b_ >> 16;                                                 \
    (r)->f1 = mgp_w(ah_ < bh_);                                                                    \
    (r)->f2 = mgp_w(ah_ == bh_ && a_ < b_);                                                        \
    (r)->f3 = mgp_w(ah_ > bh_);                                                                    \
  } while (0)
#define MGP_PUT_SIGNS(r, a, b) ((r)->sa = mgp_w((a) >> 31), (r)->sb = mgp_w((b) >> 31))

#define MGP_PUT_BRANCH(r, w) ((r)->tl = mgp_w((w).in->x), (r)->tg = mgp_w((w).in->y))

MGP_WITNESS(BLT) {
  MGP_WITNESS_STEP(BLT);
  MGP_PUT_AB(r, w);
  MGP_PUT_LESS(r, w.st->a, w.st->b, 0x80000000u);
  MGP_PUT_SIGNS(r, w.st->a, w.st->b);
  MGP_PUT_BRANCH(r, w);
}

MGP_WITNESS(BLTU) {
  MGP_WITNESS_STEP(BLTU);
  MGP_PUT_AB(r, w);
  MGP_PUT_LESS(r, w.st->a, w.st->b, 0u);
  MGP_PUT_BRANCH(r, w);
}

/* With an immediate, b is the immediate and register 0 at time 0 stands for rs2. */
#define MGP_PUT_SLT_B(r, w, reg_, b_)                                                              \
  ((r)->reg = mgp_w(reg_), MGP_PUT_LIMBS(r, b, b_), (r)->rs2 = (reg_) ? mgp_w((w).in->rs2) : 0,    \
   (r)->p2 = (reg_) ? mgp_wstep_prev(&(w), MGP_FIELD_B) : 0)

MGP_WITNESS(SLT) {
  MGP_WITNESS_STEP(SLT);
  const uint32_t reg = w.in->op == MGP_OP_SLT, b = reg ? w.st->b : w.in->imm;
  MGP_PUT_AO(r, w);
  MGP_PUT_SLT_B(r, w, reg, b);
  MGP_PUT_LESS(r, w.st->a, b, 0x80000000u);
  MGP_PUT_SIGNS(r, w.st->a, b);
}

MGP_WITNESS(SLTU) {
  MGP_WITNESS_STEP(SLTU);
  const uint32_t reg = w.in->op == MGP_OP_SLTU, b = reg ? w.st->b : w.in->imm;
  MGP_PUT_AO(r, w);
  MGP_PUT_SLT_B(r, w, reg, b);
  MGP_PUT_LESS(r, w.st->a, b, 0u);
}

MGP_WITNESS(JALR) {
  MGP_WITNESS_STEP(JALR);
  MGP_PUT_AO(r, w);
  r->imm = mgp_w(w.in->x);
  r->lk = mgp_w(w.in->y);
  r->b0 = mgp_w((w.st->a + w.in->imm) & 1);
}

#endif
