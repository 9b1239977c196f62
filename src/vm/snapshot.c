#include "vm/snapshot.h"

#include "vm/interp.h"

#include <string.h>

void mgp_vm_point(const mgp_vm_t *vm, mgp_vm_point_t *out) {
  const mgp_vm_state_t *s = &vm->s;
  *out = (mgp_vm_point_t){.steps = s->steps,
                          .ts = s->ts,
                          .cost = s->cost,
                          .pc = s->pc,
                          .halted = s->halted != 0,
                          .exit_code = s->exit_code,
                          .committed = s->committed != 0};
  memcpy(out->x, s->x, sizeof out->x);
  memcpy(out->commit, s->commit, sizeof out->commit);
}

mgp_status_t mgp_vm_resume(mgp_vm_t *vm, const mgp_vm_point_t *point) {
  const uint32_t at = mgp_vm_locate(vm, point->pc);
  if (at == UINT32_MAX && !point->halted)
    return mgp_fail(MGP_INTERNAL, "emulator: a snapshot at pc 0x%08x, where no instruction is",
                    4 * point->pc);
  vm->s = (mgp_vm_state_t){.pc = point->pc,
                           .steps = point->steps,
                           .ts = point->ts,
                           .cost = point->cost,
                           .halted = (int)point->halted,
                           .exit_code = point->exit_code,
                           .committed = (int)point->committed,
                           .output = vm->output};
  memcpy(vm->s.x, point->x, sizeof vm->s.x);
  memcpy(vm->s.commit, point->commit, sizeof vm->s.commit);
  if (!point->halted) vm->at = at;
  vm->trapped = 0;
  vm->trap = (mgp_trap_t){0};
  vm->status = MGP_OK;
  return MGP_OK;
}
