/* Witness functions: raw state in, one row of columns out. One text for the host and the device.
 *
 * mgp_witness_row dispatches on the chip. `index` says which row: for instruction chips the step's
 * index in raw->steps; for REFRESH 4 * step + slot (slot = 0, 1, 2: the access through a/pa, b/pb,
 * o/po); for MEM_IMAGE, MEM_HINT, MEM_ZERO the index into bounds[0..2]; for SHARD_RAM the
 * index into ram; for tables the row.
 * Column c is written to out[c * stride] in Montgomery form. */
#ifndef MGP_CHIPS_WITNESS_H
#define MGP_CHIPS_WITNESS_H

#include "chips/chip.h"
#include "vm/step.h"

/* Chip of a step: the instruction's, or for ECALL by the code in x5 (step->a). */
MGP_HD mgp_chip_id_t mgp_step_chip(const mgp_insn_t *insn, const mgp_step_t *step);

/* Which of the accesses a, b, o of a step are register accesses older than the window of its
 * lookup: bit 0 for a/pa, 1 for b/pb, 2 for o/po. Each set bit asks for one REFRESH row, and the
 * step's own row then uses the refreshed timestamp (chips.md section 3). */
MGP_HD unsigned mgp_refresh_mask(const mgp_insn_t *insn, mgp_chip_id_t chip,
                                 const mgp_step_t *step);

MGP_HD void mgp_witness_row(mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index, mgp_f_t *out,
                            size_t stride);

/* One function per chip, for kernels that know their chip:
 * void mgp_witness_NAME(const mgp_raw_t *raw, uint32_t index, mgp_row_NAME_t *row), and
 * void mgp_store_NAME(const mgp_row_NAME_t *row, mgp_f_t *out, size_t stride). */
#include "chips/witness_access.h"
#include "chips/witness_alu.h"
#include "chips/witness_branch.h"
#include "chips/witness_mem.h"
#include "chips/witness_muldiv.h"
#include "chips/witness_other.h"
#include "chips/witness_shard_ram.h"

#define MGP_STORE_COLUMN(col) out[stride * c++] = row->col;
#define MGP_STORE_FUNCTION(name)                                                                   \
  MGP_HD void mgp_store_##name(const mgp_row_##name##_t *row, mgp_f_t *out, size_t stride) {       \
    size_t c = 0;                                                                                  \
    MGP_COLS_##name(MGP_STORE_COLUMN)                                                              \
  }
MGP_OPCHIP_LIST(MGP_STORE_FUNCTION)
MGP_OTHERCHIP_LIST(MGP_STORE_FUNCTION)
MGP_TABLE_LIST(MGP_STORE_FUNCTION)
#undef MGP_STORE_FUNCTION
#undef MGP_STORE_COLUMN

MGP_HD void mgp_witness_row(mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index, mgp_f_t *out,
                            size_t stride) {
  switch (chip) {
#define MGP_WITNESS_CASE(name)                                                                     \
  case MGP_CHIP_##name: {                                                                          \
    mgp_row_##name##_t row;                                                                        \
    mgp_witness_##name(raw, index, &row);                                                          \
    mgp_store_##name(&row, out, stride);                                                           \
    break;                                                                                         \
  }
    MGP_OPCHIP_LIST(MGP_WITNESS_CASE)
    MGP_OTHERCHIP_LIST(MGP_WITNESS_CASE)
    MGP_TABLE_LIST(MGP_WITNESS_CASE)
#undef MGP_WITNESS_CASE
  default:
    break;
  }
}

#endif
