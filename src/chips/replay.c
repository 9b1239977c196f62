#include "chips/replay.h"

#include <string.h>

#include "chips/witness.h"

void mgp_replay_count(const mgp_insn_t *insns, const mgp_step_t *steps, uint32_t nsteps,
                      uint32_t n[MGP_CHIP_FIRST_TABLE]) {
  memset(n, 0, MGP_CHIP_FIRST_TABLE * sizeof *n);
  for (uint32_t i = 0; i < nsteps; i++) {
    const mgp_insn_t *insn = &insns[steps[i].insn];
    mgp_chip_id_t chip = mgp_step_chip(insn, &steps[i]);
    unsigned old = mgp_refresh_mask(insn, chip, &steps[i]);
    n[chip]++;
    n[MGP_CHIP_REFRESH] += (old & 1) + (old >> 1 & 1) + (old >> 2);
  }
}

void mgp_replay_index(const mgp_insn_t *insns, const mgp_step_t *steps, uint32_t nsteps,
                      uint32_t *const lists[MGP_CHIP_FIRST_TABLE]) {
  uint32_t *next[MGP_CHIP_FIRST_TABLE];
  memcpy(next, lists, sizeof next);
  for (uint32_t i = 0; i < nsteps; i++) {
    const mgp_insn_t *insn = &insns[steps[i].insn];
    mgp_chip_id_t chip = mgp_step_chip(insn, &steps[i]);
    unsigned old = mgp_refresh_mask(insn, chip, &steps[i]);
    *next[chip]++ = i;
    for (uint32_t f = 0; f < MGP_FIELD_COUNT; f++)
      if (old >> f & 1) *next[MGP_CHIP_REFRESH]++ = 4 * i + f;
  }
}
