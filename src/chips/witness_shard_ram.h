/* Witness of decl_shard_ram.c. What takes a search or an inverse (nonce, ordinate, slope) is in the
 * raw row; the permutation is done again. */
#ifndef MGP_CHIPS_WITNESS_SHARD_RAM_H
#define MGP_CHIPS_WITNESS_SHARD_RAM_H

#include "chips/witness_access.h"
#include "math/curve.h"

/* Where column `first` of a run of columns is in a row, whose fields are all words. */
#define MGP_RAM_COLUMN(r, first)                                                                   \
  ((mgp_f_t *)(r) + offsetof(mgp_row_SHARD_RAM_t, first) / sizeof(mgp_f_t))

/* s = x^7; writes x (unless input is NULL) and its cube. */
MGP_HD void mgp_ram_sbox(mgp_f_t *s, mgp_f_t x, mgp_f_t *input, mgp_f_t *cube) {
  const mgp_f_t x3 = mgp_f_mul(mgp_f_sqr(x), x);
  if (input) *input = x;
  *cube = x3;
  *s = mgp_f_mul(mgp_f_sqr(x3), x);
}

/* Columns of a full round: inputs (none in round 0), then cubes. */
MGP_HD void mgp_ram_full_round(mgp_f_t s[MGP_P2_WIDTH], const mgp_f_t *rc, mgp_f_t *input,
                               mgp_f_t *cube) {
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    mgp_ram_sbox(&s[i], mgp_f_add(s[i], rc[i]), input ? input + i : NULL, cube + i);
  mgp_p2_external(s);
}

MGP_HD void mgp_ram_hash(mgp_row_SHARD_RAM_t *r) {
  const mgp_f_t word[MGP_CURVE_RECORD_WORDS] = {r->a_lo, r->a_hi, r->v_lo, r->v_hi, r->j};
  mgp_f_t s[MGP_P2_WIDTH];
  mgp_curve_hash_state(word, r->nonce, MGP_TAG_RECORD, s);
  mgp_p2_external(s);
  mgp_f_t *at = MGP_RAM_COLUMN(r, c0_0);
  for (int k = 0; k < MGP_P2_FULL_HALF; k++) {
    mgp_f_t *input = k ? at : NULL, *cube = k ? at + MGP_P2_WIDTH : at;
    mgp_ram_full_round(s, MGP_P2_USE(mgp_p2_rc_initial)[k], input, cube);
    at = cube + MGP_P2_WIDTH;
  }
  for (int k = 0; k < MGP_P2_PARTIAL; k++) {
    mgp_ram_sbox(&s[0], mgp_f_add(s[0], MGP_P2_USE(mgp_p2_rc_partial)[k]), at + k,
                 at + MGP_P2_PARTIAL + k);
    mgp_p2_internal(s);
  }
  at += 2 * MGP_P2_PARTIAL;
  for (int k = 0; k < MGP_P2_FULL_HALF; k++, at += 2 * MGP_P2_WIDTH)
    mgp_ram_full_round(s, MGP_P2_USE(mgp_p2_rc_final)[k], at, at + MGP_P2_WIDTH);
  for (int i = 0; i < MGP_E7_DEGREE; i++) MGP_RAM_COLUMN(r, x0)[i] = s[i];
}

MGP_WITNESS(SHARD_RAM) {
  const mgp_ram_t *m = &raw->ram[index];
  r->on = mgp_f_one();
  r->in = mgp_w(m->in);
  r->a_lo = mgp_w(m->key << 2 & 0xffff);
  r->a_hi = mgp_w(m->key >> 14);
  MGP_PUT_LIMBS(r, v, m->value);
  r->j = mgp_w(m->id);
  r->nonce = mgp_w(m->nonce);
  r->ts = mgp_w(m->ts);
  r->d = mgp_w(m->d);
  r->i = mgp_w(m->i);
  const mgp_f_t top = m->in ? mgp_f_neg(m->y.c[6]) : m->y.c[6];
  r->w_hi = mgp_w_hi(mgp_f_to_u32(mgp_f_sub(top, mgp_f_one())));
  mgp_ram_hash(r);
  mgp_e7_t x, bx;
  for (int i = 0; i < MGP_E7_DEGREE; i++) x.c[i] = MGP_RAM_COLUMN(r, x0)[i];
  bx = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(m->slope), m->ax), x);
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    MGP_RAM_COLUMN(r, y0)[i] = m->y.c[i];
    MGP_RAM_COLUMN(r, ax0)[i] = m->ax.c[i];
    MGP_RAM_COLUMN(r, bx0)[i] = bx.c[i];
    MGP_RAM_COLUMN(r, l0)[i] = m->slope.c[i];
  }
}

#endif
