/* Witness functions: raw state in, one row of columns out. One text for the host and the device.
 *
 * mgp_witness_row dispatches on the chip. `index` says which row: for instruction chips the step's
 * index in raw->steps; for REFRESH 4 * step + slot (slot = 0, 1, 2: the access through a/pa, b/pb,
 * o/po); for MEM_IMAGE, MEM_HINT, MEM_ZERO the index into bounds[0..2]; for tables the row.
 * Column c is written to out[c * stride] in Montgomery form. */
#ifndef MGP_CHIPS_WITNESS_H
#define MGP_CHIPS_WITNESS_H

#include "chips/chip.h"
#include "vm/step.h"

MGP_HD void mgp_witness_row(mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index, mgp_f_t *out,
                            size_t stride);

/* Which of the accesses a, b, o of a step are register accesses older than the window of its
 * lookup: bit 0 for a/pa, 1 for b/pb, 2 for o/po. Each set bit asks for one REFRESH row, and the
 * step's own row then uses the refreshed timestamp (chips.md section 6). */
MGP_HD unsigned mgp_refresh_mask(const mgp_insn_t *insn, mgp_chip_id_t chip, const mgp_step_t *step);

/* Chip of a step: the instruction's, or for ECALL by the code in x5 (step->a). */
MGP_HD mgp_chip_id_t mgp_step_chip(const mgp_insn_t *insn, const mgp_step_t *step);

#endif
