/* The replay index: which steps of a partition give the rows of which chip.
 *
 * Rows of a chip are in step order; those of REFRESH in the order (step, field), each entry
 * 4 * step + field. Entries are the `index` argument of mgp_witness_row. The caller provides the
 * memory: count first, then fill lists of exactly those lengths. Steps: fewer than 2^30. */
#ifndef MGP_CHIPS_REPLAY_H
#define MGP_CHIPS_REPLAY_H

#include "chips/chip.h"
#include "vm/step.h"

/* n[chip] for the instruction chips and REFRESH; the memory boundary's entries are left as 0. */
void mgp_replay_count(const mgp_insn_t *insns, const mgp_step_t *steps, uint32_t nsteps,
                      uint32_t n[MGP_CHIP_FIRST_TABLE]);
/* lists[chip] has room for n[chip] entries; unused for chips with none. */
void mgp_replay_index(const mgp_insn_t *insns, const mgp_step_t *steps, uint32_t nsteps,
                      uint32_t *const lists[MGP_CHIP_FIRST_TABLE]);

#endif
