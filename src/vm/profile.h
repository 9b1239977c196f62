/* What a run spends its steps on, from the executions counted by mgp_vm_profile. */
#ifndef MGP_VM_PROFILE_H
#define MGP_VM_PROFILE_H

#include "vm/program.h"

/* Steps by operation: counts[MGP_OP_COUNT]. */
void mgp_profile_by_op(const mgp_program_t *prog, const uint64_t *hits, uint64_t *counts);

typedef struct {
  const mgp_symbol_t *symbol; /* NULL: code that no symbol covers */
  uint64_t steps;
} mgp_profile_entry_t;

/* Functions with at least one step, most steps first (then by address). The caller frees *out. */
mgp_status_t mgp_profile_by_function(const mgp_program_t *prog, const uint64_t *hits,
                                     mgp_profile_entry_t **out, uint32_t *n);

#endif
