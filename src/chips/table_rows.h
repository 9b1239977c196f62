/* Rows of the lookup tables as canonical integers, and which row a request counts at: for the host
 * and the device. On the device `prog` is a copy of the struct with device pointers. */
#ifndef MGP_CHIPS_TABLE_ROWS_H
#define MGP_CHIPS_TABLE_ROWS_H

#include "chips/chip.h"
#include "chips/shamt.h"

MGP_HD unsigned mgp_program_row(const mgp_insn_t *in, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = in->pc;
  v[1] = in->k;
  v[2] = in->x;
  v[3] = in->y;
  v[4] = in->z;
  return 5;
}

MGP_HD unsigned mgp_image_row(uint32_t key, uint32_t word, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = key & 0x3fff;
  v[1] = key >> 14;
  v[2] = word & 0xffff;
  v[3] = word >> 16;
  return 4;
}

MGP_HD unsigned mgp_range_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = 1;
  while (2 * v[0] <= i) v[0] *= 2;
  v[1] = i ? i - v[0] : 0;
  return 2;
}

/* (x, y, x & y, x >> 7) */
MGP_HD unsigned mgp_byte_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = i & 255;
  v[1] = i >> 8;
  v[2] = v[0] & v[1];
  v[3] = v[0] >> 7;
  return 4;
}

MGP_HD unsigned mgp_ts2_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = i & ((1u << MGP_TS2_BITS) - 1);
  v[1] = i >> MGP_TS2_BITS;
  return 2;
}

MGP_HD unsigned mgp_shamt_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  mgp_shamt_t s = mgp_shamt(i & 31, i >> 16);
  v[0] = i;
  v[1] = s.w2 + 2 * s.w1 + 4 * s.w0;
  v[2] = 1u << s.s;
  v[3] = 1u << (16 - s.s);
  return 4;
}

/* Virtual columns of row i; their number. */
MGP_HD unsigned mgp_table_row(mgp_chip_id_t table, const mgp_program_t *prog, uint32_t i,
                              uint32_t v[MGP_MAX_VIRTUAL]) {
  switch (table) {
  case MGP_CHIP_PROGRAM:
    return mgp_program_row(&prog->insn[i], v);
  case MGP_CHIP_IMAGE:
    for (uint32_t s = 0; s < prog->nimage; s++) {
      const mgp_segment_t *seg = &prog->image[s];
      if (i < seg->n) return mgp_image_row(seg->base + i, seg->words[i], v);
      i -= seg->n;
    }
    return 0;
  case MGP_CHIP_RANGE:
    return mgp_range_row(i, v);
  case MGP_CHIP_BYTE:
    return mgp_byte_row(i, v);
  case MGP_CHIP_TS2:
    return mgp_ts2_row(i, v);
  case MGP_CHIP_SHAMT:
    return mgp_shamt_row(i, v);
  default:
    return 0;
  }
}

/* --- backwards ----------------------------------------------------------------------------- */

MGP_HD int mgp_same_words(const uint32_t *a, const uint32_t *b, unsigned n) {
  uint32_t d = 0;
  for (unsigned j = 0; j < n; j++) d |= a[j] ^ b[j];
  return d == 0;
}

MGP_HD uint64_t mgp_image_index(const mgp_program_t *prog, const uint32_t *tuple) {
  if (tuple[0] >> 14 || tuple[1] >> 14) return UINT64_MAX;
  uint32_t key = tuple[0] | tuple[1] << 14, before = 0, v[MGP_MAX_VIRTUAL];
  for (uint32_t s = 0; s < prog->nimage; s++) {
    const mgp_segment_t *seg = &prog->image[s];
    if (key >= seg->base && key - seg->base < seg->n) {
      mgp_image_row(key, seg->words[key - seg->base], v);
      return mgp_same_words(v, tuple, 4) ? before + (key - seg->base) : UINT64_MAX;
    }
    before += seg->n;
  }
  return UINT64_MAX;
}

MGP_HD uint64_t mgp_program_index(const mgp_program_t *prog, const uint32_t *tuple) {
  uint32_t v[MGP_MAX_VIRTUAL], i = mgp_program_find(prog, tuple[0]);
  if (i == UINT32_MAX) return UINT64_MAX;
  mgp_program_row(&prog->insn[i], v);
  return mgp_same_words(v, tuple, 5) ? i : UINT64_MAX;
}

MGP_HD uint64_t mgp_byte_index(const uint32_t *tuple) {
  uint32_t v[MGP_MAX_VIRTUAL], op = tuple[0], row = tuple[1] | tuple[2] << 8;
  if (op > 2 || tuple[1] > 255 || tuple[2] > 255) return UINT64_MAX;
  mgp_byte_row(row, v);
  uint32_t z = op == 0 ? 0 : v[op + 1];
  return tuple[3] == z ? (uint64_t)op * MGP_BYTE_ROWS + row : UINT64_MAX;
}

/* mgp_table_index of chip.h. */
MGP_HD uint64_t mgp_table_find(mgp_bus_t bus, const uint32_t *tuple, const mgp_program_t *prog) {
  uint32_t v[MGP_MAX_VIRTUAL];
  switch (bus) {
  case MGP_BUS_PROGRAM:
    return mgp_program_index(prog, tuple);
  case MGP_BUS_IMAGE:
    return mgp_image_index(prog, tuple);
  case MGP_BUS_RANGE: {
    uint32_t B = tuple[0];
    int power = B != 0 && (B & (B - 1)) == 0 && B <= 1u << 16;
    return power && tuple[1] < B ? B + tuple[1] : UINT64_MAX;
  }
  case MGP_BUS_BYTE:
    return mgp_byte_index(tuple);
  case MGP_BUS_TS2:
    if (tuple[0] >> MGP_TS2_BITS || tuple[1] >> MGP_TS2_BITS) return UINT64_MAX;
    return tuple[0] | tuple[1] << MGP_TS2_BITS;
  case MGP_BUS_SHAMT:
    if (tuple[0] >= MGP_SHAMT_ROWS) return UINT64_MAX;
    mgp_shamt_row(tuple[0], v);
    return mgp_same_words(v, tuple, 4) ? tuple[0] : UINT64_MAX;
  default:
    return UINT64_MAX;
  }
}

#endif
