/* What all witness functions of instruction chips share: the step, and the previous timestamps of
 * its register accesses, refreshed where they are older than their window. */
#ifndef MGP_CHIPS_WITNESS_ACCESS_H
#define MGP_CHIPS_WITNESS_ACCESS_H

#include "chips/columns.h"
#include "vm/step.h"

MGP_HD mgp_f_t mgp_w(uint32_t x) {
  return mgp_f_from_u32(x);
}
MGP_HD mgp_f_t mgp_w_lo(uint32_t x) {
  return mgp_f_from_u32(x & 0xffff);
}
MGP_HD mgp_f_t mgp_w_hi(uint32_t x) {
  return mgp_f_from_u32(x >> 16);
}
MGP_HD mgp_f_t mgp_w_byte(uint32_t x, unsigned i) {
  return mgp_f_from_u32(x >> (8 * i) & 255);
}

MGP_HD mgp_chip_id_t mgp_step_chip(const mgp_insn_t *insn, const mgp_step_t *step) {
  if (insn->chip != MGP_CHIP_ENOP) return (mgp_chip_id_t)insn->chip;
  if (step->a == MGP_ECALL_HALT) return MGP_CHIP_HALT;
  return step->a == MGP_ECALL_COMMIT ? MGP_CHIP_COMMIT : MGP_CHIP_ENOP;
}

/* The three fields as arrays, in a form that compilers resolve for constant f. */
MGP_HD uint32_t mgp_step_value(const mgp_step_t *step, unsigned f) {
  return f == MGP_FIELD_A ? step->a : f == MGP_FIELD_B ? step->b : step->o;
}
MGP_HD uint32_t mgp_step_prev(const mgp_step_t *step, unsigned f) {
  return f == MGP_FIELD_A ? step->pa : f == MGP_FIELD_B ? step->pb : step->po;
}

/* Last grain of time before an access at `ts`. */
MGP_HD uint32_t mgp_refresh_stamp(uint32_t ts) {
  return (ts - 1) >> MGP_REFRESH_LOG_GRAIN << MGP_REFRESH_LOG_GRAIN;
}

MGP_HD int mgp_access_is_old(uint32_t accesses, unsigned f, const mgp_insn_t *insn,
                             const mgp_step_t *step) {
  unsigned age = mgp_access_age(accesses, f);
  if (age == MGP_ACCESS_NO) return 0;
  if (age == MGP_ACCESS_COND && insn->op != MGP_OP_SLT && insn->op != MGP_OP_SLTU) return 0;
  uint32_t ts = step->ts + mgp_access_slot(accesses, f);
  return (ts - mgp_step_prev(step, f) - 1) >> mgp_access_window(age) != 0;
}

MGP_HD unsigned mgp_refresh_mask(const mgp_insn_t *insn, mgp_chip_id_t chip,
                                 const mgp_step_t *step) {
  uint32_t accesses = mgp_chip_accesses(chip);
  unsigned mask = 0;
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++)
    mask |= (unsigned)mgp_access_is_old(accesses, f, insn, step) << f;
  return mask;
}

typedef struct {
  const mgp_insn_t *in;
  const mgp_step_t *st;
  uint32_t accesses;
} mgp_wstep_t;

MGP_HD mgp_wstep_t mgp_wstep(const mgp_raw_t *raw, uint32_t index, mgp_chip_id_t chip) {
  mgp_wstep_t w;
  w.st = &raw->steps[index];
  w.in = &raw->insns[w.st->insn];
  w.accesses = mgp_chip_accesses(chip);
  return w;
}

/* The previous timestamp that the row shows for an access. */
MGP_HD mgp_f_t mgp_wstep_prev(const mgp_wstep_t *w, unsigned f) {
  uint32_t prev = mgp_step_prev(w->st, f);
  if (mgp_access_is_old(w->accesses, f, w->in, w->st))
    prev = mgp_refresh_stamp(w->st->ts + mgp_access_slot(w->accesses, f));
  return mgp_w(prev);
}

/* Column groups of columns.h. `r` is the row, `w` the mgp_wstep_t. */
#define MGP_PUT_STEP(r, w)        ((r)->pc = mgp_w((w).in->pc), (r)->ts = mgp_w((w).st->ts))
#define MGP_PUT_LIMBS(r, name, v) ((r)->name##_lo = mgp_w_lo(v), (r)->name##_hi = mgp_w_hi(v))
#define MGP_PUT_A(r, w)                                                                            \
  (MGP_PUT_LIMBS(r, a, (w).st->a), (r)->rs1 = mgp_w((w).in->rs1),                                  \
   (r)->p1 = mgp_wstep_prev(&(w), MGP_FIELD_A))
#define MGP_PUT_B(r, w)                                                                            \
  (MGP_PUT_LIMBS(r, b, (w).st->b), (r)->rs2 = mgp_w((w).in->rs2),                                  \
   (r)->p2 = mgp_wstep_prev(&(w), MGP_FIELD_B))
#define MGP_PUT_O(r, w)                                                                            \
  (MGP_PUT_LIMBS(r, o, (w).st->o), (r)->rd = mgp_w((w).in->rd),                                    \
   (r)->pd = mgp_wstep_prev(&(w), MGP_FIELD_O))
#define MGP_PUT_AB(r, w)  (MGP_PUT_STEP(r, w), MGP_PUT_A(r, w), MGP_PUT_B(r, w))
#define MGP_PUT_AO(r, w)  (MGP_PUT_STEP(r, w), MGP_PUT_A(r, w), MGP_PUT_O(r, w))
#define MGP_PUT_ABO(r, w) (MGP_PUT_AB(r, w), MGP_PUT_O(r, w))

/* Begins a witness function: its name, the step `w`. */
#define MGP_WITNESS(name)                                                                          \
  MGP_HD void mgp_witness_##name(const mgp_raw_t *raw, uint32_t index, mgp_row_##name##_t *r)
#define MGP_WITNESS_STEP(name) const mgp_wstep_t w = mgp_wstep(raw, index, MGP_CHIP_##name)

#endif
