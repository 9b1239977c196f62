/* Rows of SHARD_RAM, for host and device: the two of a word, and the point of each, which is what
 * is permuted, and what the permuted words give (math/curve.h). Nonces 0, 1, ... are tried in turn.
 */
#ifndef MGP_VM_RAM_ROW_H
#define MGP_VM_RAM_ROW_H

#include "math/curve.h"
#include "vm/access.h"

/* Rows that are added up one after the other (backend.h, ram_sums). */
#define MGP_RAM_BLOCK 64u
MGP_HD uint32_t mgp_ram_blocks(uint32_t nrows) {
  return nrows / MGP_RAM_BLOCK + (nrows % MGP_RAM_BLOCK != 0);
}

/* The shard whose rows they are. */
typedef struct {
  uint32_t own;    /* its id; of a memory shard: the number of program shards, and one */
  uint32_t memory; /* 1: it is one */
} mgp_ram_shard_t;

/* Of a word that shard `from` had last, row number i comes in and row o goes out; but for their
 * points and sums. A program shard receives the word as it finds it and sends it as it leaves it; a
 * memory shard receives what is left in the end and sends the first value, of id 0. */
MGP_HD void mgp_ram_rows(const mgp_word_t *word, uint32_t from, const mgp_ram_shard_t *shard,
                         uint32_t i, uint32_t o, mgp_ram_t *in, mgp_ram_t *out) {
  in->key = out->key = word->key;
  in->value = shard->memory ? word->last : word->first;
  out->value = shard->memory ? word->first : word->last;
  in->id = from;
  out->id = shard->memory ? 0 : shard->own;
  in->ts = shard->memory;
  out->ts = shard->memory ? 0 : word->ts;
  in->in = 1;
  out->in = 0;
  in->d = shard->own - 1 - from;
  out->d = shard->memory;
  in->i = i;
  out->i = o;
  in->nonce = out->nonce = 0;
  in->y = in->ax = in->slope = out->y = out->ax = out->slope = mgp_e7_zero();
}

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
