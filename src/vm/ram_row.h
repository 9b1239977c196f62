/* The point of a SHARD_RAM row, for host and device: what is permuted, and what the permuted words
 * give (math/curve.h). Nonces 0, 1, ... are tried in turn. */
#ifndef MGP_VM_RAM_ROW_H
#define MGP_VM_RAM_ROW_H

#include "math/curve.h"
#include "vm/step.h"

MGP_HD void mgp_ram_row_state(const mgp_ram_t *row, uint32_t nonce, mgp_f_t s[MGP_P2_WIDTH]) {
  mgp_f_t word[MGP_CURVE_RECORD_WORDS];
  word[0] = mgp_f_from_u32(row->key << 2 & 0xffff);
  word[1] = mgp_f_from_u32(row->key >> 14);
  word[2] = mgp_f_from_u32(row->value & 0xffff);
  word[3] = mgp_f_from_u32(row->value >> 16);
  word[4] = mgp_f_from_u32(row->id);
  mgp_curve_hash_state(word, mgp_f_from_u32(nonce), MGP_TAG_RECORD, s);
}

/* x: the first words of the permuted state. Sets ax (to x), y and nonce if x is the abscissa of a
 * point that counts, else returns 0 (ax and y are unspecified then). */
MGP_HD int mgp_ram_row_point(mgp_ram_t *row, mgp_e7_t x, uint32_t nonce) {
  row->ax = x;
  if (!mgp_curve_lift(x, &row->y)) return 0;
  if (row->in) row->y = mgp_e7_neg(row->y);
  row->nonce = nonce;
  return 1;
}

#endif
