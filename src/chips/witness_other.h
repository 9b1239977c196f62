/* Witness of decl_ecall.c, decl_boundary.c and decl_tables.c. */
#ifndef MGP_CHIPS_WITNESS_OTHER_H
#define MGP_CHIPS_WITNESS_OTHER_H

#include "chips/chip.h"
#include "chips/witness_access.h"

MGP_WITNESS(HALT) {
  MGP_WITNESS_STEP(HALT);
  MGP_PUT_STEP(r, w);
  r->p5 = mgp_wstep_prev(&w, MGP_FIELD_A);
  MGP_PUT_LIMBS(r, v, w.st->b);
  r->p10 = mgp_wstep_prev(&w, MGP_FIELD_B);
}

MGP_WITNESS(ENOP) {
  MGP_WITNESS_STEP(ENOP);
  MGP_PUT_STEP(r, w);
  r->p5 = mgp_wstep_prev(&w, MGP_FIELD_A);
  r->e = mgp_f_from_i32((int32_t)w.st->a - 3);
}

MGP_WITNESS(COMMIT) {
  MGP_WITNESS_STEP(COMMIT);
  const mgp_commit_t *words = &raw->commits[w.st->o];
  MGP_PUT_STEP(r, w);
  r->p5 = mgp_wstep_prev(&w, MGP_FIELD_A);
  MGP_PUT_LIMBS(r, a, w.st->b);
  r->p10 = mgp_wstep_prev(&w, MGP_FIELD_B);
#define MGP_PUT_WORD(i)                                                                            \
  MGP_PUT_LIMBS(r, m##i, words->m[i]);                                                             \
  r->pm##i = mgp_w(words->pm[i]);                                                                  \
  r->dh##i = mgp_w((w.st->ts - words->pm[i] - 1) >> 16);                                           \
  r->k##i = mgp_w(((w.st->b & 0xffff) + 4 * i) >> 16)
  MGP_PUT_WORD(0);
  MGP_PUT_WORD(1);
  MGP_PUT_WORD(2);
  MGP_PUT_WORD(3);
  MGP_PUT_WORD(4);
  MGP_PUT_WORD(5);
  MGP_PUT_WORD(6);
  MGP_PUT_WORD(7);
#undef MGP_PUT_WORD
}

/* index = 4 * step + field */
MGP_WITNESS(REFRESH) {
  const mgp_step_t *st = &raw->steps[index >> 2];
  const mgp_insn_t *in = &raw->insns[st->insn];
  const unsigned f = index & 3;
  const uint32_t slot = mgp_access_slot(mgp_chip_accesses(mgp_step_chip(in, st)), f);
  const uint32_t t = mgp_refresh_stamp(st->ts + slot), prev = mgp_step_prev(st, f);
  const uint32_t number = in->op == MGP_OP_ECALL ? (f == MGP_FIELD_A ? 5u : 10u)
                          : f == MGP_FIELD_A     ? in->rs1
                          : f == MGP_FIELD_B     ? in->rs2
                                                 : in->rd;
  r->r = mgp_w(number);
  MGP_PUT_LIMBS(r, v, mgp_step_value(st, f));
  r->prev = mgp_w(prev);
  r->n0 = mgp_w_lo(t >> MGP_REFRESH_LOG_GRAIN);
  r->n1 = mgp_w_hi(t >> MGP_REFRESH_LOG_GRAIN);
  r->dh = mgp_w((t - prev - 1) >> 16);
}

#define MGP_PUT_BOUND(r, b)                                                                        \
  ((r)->c = mgp_w((b)->prev), (r)->k = mgp_w((b)->key & 0x3fff),                                   \
   (r)->a_hi = mgp_w((b)->key >> 14), MGP_PUT_LIMBS(r, f, (b)->last), (r)->tf = mgp_w((b)->ts),    \
   (r)->dh = mgp_w(((b)->key - (b)->prev) >> 16))

MGP_WITNESS(MEM_IMAGE) {
  const mgp_bound_t *b = &raw->bounds[0][index];
  MGP_PUT_BOUND(r, b);
  MGP_PUT_LIMBS(r, i, b->first);
}

MGP_WITNESS(MEM_HINT) {
  const mgp_bound_t *b = &raw->bounds[1][index];
  MGP_PUT_BOUND(r, b);
  MGP_PUT_LIMBS(r, i, b->first);
}

MGP_WITNESS(MEM_ZERO) {
  const mgp_bound_t *b = &raw->bounds[2][index];
  MGP_PUT_BOUND(r, b);
  r->g = mgp_w(b->gap);
}

#define MGP_COUNTS(name) (raw->counts[MGP_CHIP_##name - MGP_CHIP_FIRST_TABLE])
#define MGP_WITNESS_TABLE(name)                                                                    \
  MGP_WITNESS(name) {                                                                              \
    r->n = mgp_w(MGP_COUNTS(name)[index]);                                                         \
  }
MGP_WITNESS_TABLE(PROGRAM)
MGP_WITNESS_TABLE(IMAGE)
MGP_WITNESS_TABLE(RANGE)
MGP_WITNESS_TABLE(TS2)
MGP_WITNESS_TABLE(SHAMT)
MGP_WITNESS(BYTE) {
  r->n_pair = mgp_w(MGP_COUNTS(BYTE)[index]);
  r->n_and = mgp_w(MGP_COUNTS(BYTE)[MGP_BYTE_ROWS + index]);
  r->n_msb = mgp_w(MGP_COUNTS(BYTE)[2 * MGP_BYTE_ROWS + index]);
}
#undef MGP_WITNESS_TABLE
#undef MGP_COUNTS

#endif
