/* Contents of the lookup tables as multilinear extensions; row by row and backwards: table_rows.h.
 */
#include <stdlib.h>

#include "chips/chip.h"
#include "chips/table_rows.h"

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

void mgp_table_virtual(mgp_chip_id_t table, const mgp_program_t *prog, uint32_t i,
                       mgp_f_t virt[MGP_MAX_VIRTUAL]) {
  uint32_t v[MGP_MAX_VIRTUAL];
  const unsigned n = mgp_table_row(table, prog, i, v);
  for (unsigned j = 0; j < n; j++) virt[j] = mgp_f_from_u32(v[j]);
}

uint64_t mgp_table_index(mgp_bus_t bus, const uint32_t *tuple, const mgp_program_t *prog) {
  return mgp_table_find(bus, tuple, prog);
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
    mgp_shamt_row((i & 31) | (i >> 5) << 16, v);
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
    mgp_program_row(&prog->insn[i], v);
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
      mgp_image_row(prog->image[g].base + i, prog->image[g].words[i], v);
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
