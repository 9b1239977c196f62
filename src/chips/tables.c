/* Contents of the lookup tables: row by row, as multilinear extensions, and backwards (where a
 * request counts). */
#include <stdlib.h>

#include "chips/chip.h"
#include "chips/shamt.h"

uint32_t mgp_table_rows(mgp_chip_id_t table, const mgp_program_t *prog) {
  switch (table) {
  case MGP_CHIP_PROGRAM:
    return prog->ninsn;
  case MGP_CHIP_IMAGE:
    return prog->nimage_words;
  case MGP_CHIP_RANGE:
    return MGP_RANGE_ROWS;
  case MGP_CHIP_BYTE:
    return MGP_BYTE_ROWS;
  case MGP_CHIP_TS2:
    return MGP_TS2_ROWS;
  case MGP_CHIP_SHAMT:
    return MGP_SHAMT_ROWS;
  default:
    return 0;
  }
}

/* --- row by row, canonical integers ------------------------------------------------------- */

static unsigned program_row(const mgp_insn_t *in, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = in->pc;
  v[1] = in->k;
  v[2] = in->x;
  v[3] = in->y;
  v[4] = in->z;
  return 5;
}

static unsigned image_row(uint32_t key, uint32_t word, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = key & 0x3fff;
  v[1] = key >> 14;
  v[2] = word & 0xffff;
  v[3] = word >> 16;
  return 4;
}

static unsigned range_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = 1;
  while (2 * v[0] <= i) v[0] *= 2;
  v[1] = i ? i - v[0] : 0;
  return 2;
}

/* (x, y, x & y, x >> 7) */
static unsigned byte_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = i & 255;
  v[1] = i >> 8;
  v[2] = v[0] & v[1];
  v[3] = v[0] >> 7;
  return 4;
}

static unsigned ts2_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  v[0] = i & ((1u << MGP_TS2_BITS) - 1);
  v[1] = i >> MGP_TS2_BITS;
  return 2;
}

static unsigned shamt_row(uint32_t i, uint32_t v[MGP_MAX_VIRTUAL]) {
  mgp_shamt_t s = mgp_shamt(i & 31, i >> 16);
  v[0] = i;
  v[1] = s.w2 + 2 * s.w1 + 4 * s.w0;
  v[2] = 1u << s.s;
  v[3] = 1u << (16 - s.s);
  return 4;
}

void mgp_table_virtual(mgp_chip_id_t table, const mgp_program_t *prog, uint32_t i,
                       mgp_f_t virt[MGP_MAX_VIRTUAL]) {
  uint32_t v[MGP_MAX_VIRTUAL] = {0};
  unsigned n = 0;
  switch (table) {
  case MGP_CHIP_PROGRAM:
    n = program_row(&prog->insn[i], v);
    break;
  case MGP_CHIP_IMAGE:
    for (uint32_t s = 0; s < prog->nimage; s++) {
      const mgp_segment_t *seg = &prog->image[s];
      if (i < seg->n) {
        n = image_row(seg->base + i, seg->words[i], v);
        break;
      }
      i -= seg->n;
    }
    break;
  case MGP_CHIP_RANGE:
    n = range_row(i, v);
    break;
  case MGP_CHIP_BYTE:
    n = byte_row(i, v);
    break;
  case MGP_CHIP_TS2:
    n = ts2_row(i, v);
    break;
  case MGP_CHIP_SHAMT:
    n = shamt_row(i, v);
    break;
  default:
    break;
  }
  for (unsigned j = 0; j < n; j++) virt[j] = mgp_f_from_u32(v[j]);
}

/* --- multilinear extensions ---------------------------------------------------------------- */

/* sum_j 2^j r_j: the extension of the integer whose bits are the coordinates */
static mgp_e_t binary(const mgp_e_t *r, unsigned n) {
  mgp_e_t s = mgp_e_zero();
  while (n-- > 0) s = mgp_e_add(mgp_e_add(s, s), r[n]);
  return s;
}

/* Rows with top bit k are those of B = 2^k: B = sum_k 2^k T_k and v = sum_k T_k (r below bit k),
 * with T_k = r_k prod_{j>k} (1 - r_j); row 0 has no top bit and B = 1. */
static void range_mle(const mgp_e_t *r, mgp_e_t *virt) {
  mgp_e_t above = mgp_e_one();
  virt[0] = virt[1] = mgp_e_zero();
  for (unsigned k = 17; k-- > 0;) {
    mgp_e_t top = mgp_e_mul(above, r[k]);
    virt[0] = mgp_e_add(virt[0], mgp_e_mul_f(top, mgp_f_from_u32(1u << k)));
    virt[1] = mgp_e_add(virt[1], mgp_e_mul(top, binary(r, k)));
    above = mgp_e_sub(above, top);
  }
  virt[0] = mgp_e_add(virt[0], above);
}

static void byte_mle(const mgp_e_t *r, mgp_e_t *virt) {
  mgp_e_t both[8];
  for (unsigned j = 0; j < 8; j++) both[j] = mgp_e_mul(r[j], r[8 + j]);
  virt[0] = binary(r, 8);
  virt[1] = binary(r + 8, 8);
  virt[2] = binary(both, 8);
  virt[3] = r[7];
}

/* eq(r, i) for i < 2^n; out has room for 2^n */
static void eq_table(const mgp_e_t *r, unsigned n, mgp_e_t *out) {
  out[0] = mgp_e_one();
  for (unsigned k = 0; k < n; k++) {
    for (size_t i = (size_t)1 << k; i-- > 0;) {
      out[i + ((size_t)1 << k)] = mgp_e_mul(out[i], r[k]);
      out[i] = mgp_e_sub(out[i], out[i + ((size_t)1 << k)]);
    }
  }
}

/* The outputs depend on the low five bits of the amount and on the direction alone. */
static void shamt_mle(const mgp_e_t *r, mgp_e_t *virt) {
  mgp_e_t eq[64], at[6];
  for (unsigned j = 0; j < 5; j++) at[j] = r[j];
  at[5] = r[16];
  eq_table(at, 6, eq);
  virt[0] = binary(r, 17);
  for (unsigned j = 1; j < 4; j++) virt[j] = mgp_e_zero();
  for (uint32_t i = 0; i < 64; i++) {
    uint32_t v[MGP_MAX_VIRTUAL];
    shamt_row((i & 31) | (i >> 5) << 16, v);
    for (unsigned j = 1; j < 4; j++)
      virt[j] = mgp_e_add(virt[j], mgp_e_mul_f(eq[i], mgp_f_from_u32(v[j])));
  }
}

/* Sums of rows times eq, rows in order. eq(r, i) = low[i mod 2^nlow] * high[i >> nlow]: two tables
 * of about the square root of the row count, one extension product per block of rows. */
typedef struct {
  unsigned nlow;
  mgp_e_t *low, *high;
  uint32_t row;
  unsigned ncols;
  mgp_e_t block[MGP_MAX_VIRTUAL], *sum;
} row_sum_t;

static mgp_status_t row_sum_init(row_sum_t *s, const mgp_e_t *r, unsigned n, unsigned ncols,
                                 mgp_e_t *sum) {
  unsigned nlow = n / 2, nhigh = n - nlow;
  s->low = malloc((((size_t)1 << nlow) + ((size_t)1 << nhigh)) * sizeof(mgp_e_t));
  if (!s->low) return mgp_fail(MGP_RESOURCES, "no memory to evaluate a table of 2^%u rows", n);
  s->high = s->low + ((size_t)1 << nlow);
  eq_table(r, nlow, s->low);
  eq_table(r + nlow, nhigh, s->high);
  s->nlow = nlow;
  s->row = 0;
  s->ncols = ncols;
  s->sum = sum;
  for (unsigned j = 0; j < ncols; j++) s->block[j] = sum[j] = mgp_e_zero();
  return MGP_OK;
}

static void row_sum_flush(row_sum_t *s, uint32_t block) {
  for (unsigned j = 0; j < s->ncols; j++) {
    s->sum[j] = mgp_e_add(s->sum[j], mgp_e_mul(s->block[j], s->high[block]));
    s->block[j] = mgp_e_zero();
  }
}

static void row_sum_add(row_sum_t *s, const uint32_t *v) {
  uint32_t in_block = s->row & ((1u << s->nlow) - 1);
  if (in_block == 0 && s->row != 0) row_sum_flush(s, (s->row >> s->nlow) - 1);
  for (unsigned j = 0; j < s->ncols; j++)
    s->block[j] = mgp_e_add(s->block[j], mgp_e_mul_f(s->low[in_block], mgp_f_from_u32(v[j])));
  s->row++;
}

static void row_sum_finish(row_sum_t *s) {
  if (s->row) row_sum_flush(s, (s->row - 1) >> s->nlow);
  free(s->low);
}

static mgp_status_t program_mle(const mgp_program_t *prog, const mgp_e_t *r, unsigned n,
                                mgp_e_t *virt) {
  row_sum_t s;
  uint32_t v[MGP_MAX_VIRTUAL];
  MGP_TRY(row_sum_init(&s, r, n, 5, virt));
  for (uint32_t i = 0; i < prog->ninsn; i++) {
    program_row(&prog->insn[i], v);
    row_sum_add(&s, v);
  }
  row_sum_finish(&s);
  return MGP_OK;
}

static mgp_status_t image_mle(const mgp_program_t *prog, const mgp_e_t *r, unsigned n,
                              mgp_e_t *virt) {
  row_sum_t s;
  uint32_t v[MGP_MAX_VIRTUAL];
  MGP_TRY(row_sum_init(&s, r, n, 4, virt));
  for (uint32_t g = 0; g < prog->nimage; g++) {
    for (uint32_t i = 0; i < prog->image[g].n; i++) {
      image_row(prog->image[g].base + i, prog->image[g].words[i], v);
      row_sum_add(&s, v);
    }
  }
  row_sum_finish(&s);
  return MGP_OK;
}

mgp_status_t mgp_table_virtual_mle(mgp_chip_id_t table, const mgp_program_t *prog, const mgp_e_t *r,
                                   unsigned n, mgp_e_t virt[MGP_MAX_VIRTUAL]) {
  uint32_t rows = mgp_table_rows(table, prog);
  unsigned log_rows = 0;
  while ((uint64_t)1 << log_rows < rows) log_rows++;
  if (rows == 0 || n != log_rows)
    return mgp_fail(MGP_INTERNAL, "table %u has %u rows, not 2^%u", (unsigned)table, rows, n);
  switch (table) {
  case MGP_CHIP_PROGRAM:
    return program_mle(prog, r, n, virt);
  case MGP_CHIP_IMAGE:
    return image_mle(prog, r, n, virt);
  case MGP_CHIP_RANGE:
    range_mle(r, virt);
    return MGP_OK;
  case MGP_CHIP_BYTE:
    byte_mle(r, virt);
    return MGP_OK;
  case MGP_CHIP_TS2:
    virt[0] = binary(r, MGP_TS2_BITS);
    virt[1] = binary(r + MGP_TS2_BITS, MGP_TS2_BITS);
    return MGP_OK;
  default:
    shamt_mle(r, virt);
    return MGP_OK;
  }
}

/* --- backwards ----------------------------------------------------------------------------- */

static int same(const uint32_t *a, const uint32_t *b, unsigned n) {
  uint32_t d = 0;
  for (unsigned j = 0; j < n; j++) d |= a[j] ^ b[j];
  return d == 0;
}

static uint64_t image_index(const mgp_program_t *prog, const uint32_t *tuple) {
  if (tuple[0] >> 14 || tuple[1] >> 14) return UINT64_MAX;
  uint32_t key = tuple[0] | tuple[1] << 14, before = 0, v[MGP_MAX_VIRTUAL];
  for (uint32_t s = 0; s < prog->nimage; s++) {
    const mgp_segment_t *seg = &prog->image[s];
    if (key >= seg->base && key - seg->base < seg->n) {
      image_row(key, seg->words[key - seg->base], v);
      return same(v, tuple, 4) ? before + (key - seg->base) : UINT64_MAX;
    }
    before += seg->n;
  }
  return UINT64_MAX;
}

static uint64_t program_index(const mgp_program_t *prog, const uint32_t *tuple) {
  uint32_t v[MGP_MAX_VIRTUAL], i = mgp_program_find(prog, tuple[0]);
  if (i == UINT32_MAX) return UINT64_MAX;
  program_row(&prog->insn[i], v);
  return same(v, tuple, 5) ? i : UINT64_MAX;
}

static uint64_t byte_index(const uint32_t *tuple) {
  uint32_t v[MGP_MAX_VIRTUAL], op = tuple[0], row = tuple[1] | tuple[2] << 8;
  if (op > 2 || tuple[1] > 255 || tuple[2] > 255) return UINT64_MAX;
  byte_row(row, v);
  uint32_t z = op == 0 ? 0 : v[op + 1];
  return tuple[3] == z ? (uint64_t)op * MGP_BYTE_ROWS + row : UINT64_MAX;
}

uint64_t mgp_table_index(mgp_bus_t bus, const uint32_t *tuple, const mgp_program_t *prog) {
  uint32_t v[MGP_MAX_VIRTUAL];
  switch (bus) {
  case MGP_BUS_PROGRAM:
    return program_index(prog, tuple);
  case MGP_BUS_IMAGE:
    return image_index(prog, tuple);
  case MGP_BUS_RANGE: {
    uint32_t B = tuple[0];
    int power = B != 0 && (B & (B - 1)) == 0 && B <= 1u << 16;
    return power && tuple[1] < B ? B + tuple[1] : UINT64_MAX;
  }
  case MGP_BUS_BYTE:
    return byte_index(tuple);
  case MGP_BUS_TS2:
    if (tuple[0] >> MGP_TS2_BITS || tuple[1] >> MGP_TS2_BITS) return UINT64_MAX;
    return tuple[0] | tuple[1] << MGP_TS2_BITS;
  case MGP_BUS_SHAMT:
    if (tuple[0] >= MGP_SHAMT_ROWS) return UINT64_MAX;
    shamt_row(tuple[0], v);
    return same(v, tuple, 4) ? tuple[0] : UINT64_MAX;
  default:
    return UINT64_MAX;
  }
}
