/* The exact pass: looks at the limits before every step, and can count executions. */
#include "vm/interp.h"

#include <string.h>

#define STEP
#define READ1(v, slot)      const uint32_t v = x[o->rs1]
#define READ2(v, slot)      const uint32_t v = x[o->rs2]
#define WRITE(slot, v)      x[o->rd] = (v)
#define REPLACE(a, slot, v) x[o->rs1] = (v)
#define ACCESS(addr)        ((void)0)
#define WRITTEN(addr)       MGP_VM_WRITTEN(vm, written, addr)
#define ECALL(chip)         (ts += vm->dt[chip], cost += vm->cost[chip])
#define STEPS               steps
#define RETIRE                                                                                     \
  do {                                                                                             \
    const mgp_vmeta_t *m = &vm->meta[i];                                                           \
    steps++;                                                                                       \
    ts += m->dt;                                                                                   \
    cost += m->cost;                                                                               \
    if (hits != NULL) hits[m->insn]++;                                                             \
  } while (0)
#define SEQ BLOCK(i + 1)
#define BLOCK(next)                                                                                \
  do {                                                                                             \
    RETIRE;                                                                                        \
    i = (next);                                                                                    \
    if (steps >= max_steps || cost >= stop_cost) goto halted;                                      \
    goto *labels[(o = ops + i)->h];                                                                \
  } while (0)

void mgp_vm_loop_count(mgp_vm_t *vm, const mgp_vm_limits_t *limits, uint64_t *hits) {
  const mgp_vop_t *const ops = vm->ops, *o;
  uint32_t *const x = vm->s.x;
  uint8_t *const mem = vm->mem, *const written = vm->written;
  size_t i = vm->at;
  const uint64_t max_steps = limits->max_steps, stop_cost = limits->stop_cost;
  uint64_t steps = vm->s.steps, ts = vm->s.ts, cost = vm->s.cost;
  if (steps >= max_steps || cost >= stop_cost) return;

#include "vm/interp.inc"

trap:
halted:
  vm->at = (uint32_t)i;
  vm->s.pc = vm->s.halted ? MGP_HALT_PC : vm->meta[i].pc;
  vm->s.steps = steps;
  vm->s.ts = ts;
  vm->s.cost = cost;
}
