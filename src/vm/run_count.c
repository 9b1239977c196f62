/* The exact pass: looks at the limits before every step, and can count executions, and count and
 * note words. */
#include "vm/interp.h"

#include <string.h>

#define STEP
#define READ1(v, slot)      const uint32_t v = x[o->rs1]
#define READ2(v, slot)      const uint32_t v = x[o->rs2]
#define WRITE(slot, v)      x[o->rd] = (v)
#define REPLACE(a, slot, v) x[o->rs1] = (v)
#define ACCESS(addr)                                                                               \
  do {                                                                                             \
    if (seen != NULL) MGP_VM_COUNT(vm, seen, addr);                                                \
    if (note != NULL) memcpy(note++, mem + ((addr) & ~3u), 4);                                     \
  } while (0)
#define LOADED(v, addr) memcpy(&(v), mem + (addr), sizeof(v))
#define CALL()          mgp_vm_ecall(vm, (uint32_t)i, steps)
#define ECALL(chip)                                                                                \
  do {                                                                                             \
    ts += vm->dt[chip];                                                                            \
    cost += vm->cost[chip];                                                                        \
    if (seen != NULL && (chip) == MGP_CHIP_COMMIT) MGP_VM_COUNT_COMMIT(vm, seen, x[10]);           \
    if (note != NULL && (chip) == MGP_CHIP_COMMIT) {                                               \
      memcpy(note, vm->s.commit, sizeof vm->s.commit);                                             \
      note += 8;                                                                                   \
    }                                                                                              \
  } while (0)
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
    if (steps >= max_steps || cost + word_cost * vm->s.words >= stop_cost) goto halted;            \
    goto *labels[(o = ops + i)->h];                                                                \
  } while (0)

void mgp_vm_loop_count(mgp_vm_t *vm, const mgp_vm_limits_t *limits, uint64_t *hits) {
  const mgp_vop_t *const ops = vm->ops, *o;
  uint32_t *const x = vm->s.x;
  uint8_t *const mem = vm->mem;
  size_t i = vm->at;
  const uint64_t max_steps = limits->max_steps, stop_cost = limits->stop_cost;
  const uint64_t word_cost = vm->word_cost;
  const uint32_t *const seen = vm->seen;
  uint32_t *note = vm->note;
  uint64_t steps = vm->s.steps, ts = vm->s.ts, cost = vm->s.cost;
  if (steps >= max_steps || cost + word_cost * vm->s.words >= stop_cost) return;

#include "vm/interp.inc"

trap:
halted:
  vm->at = (uint32_t)i;
  vm->s.pc = vm->s.halted ? MGP_HALT_PC : vm->meta[i].pc;
  vm->s.steps = steps;
  vm->s.ts = ts;
  vm->s.cost = cost;
  vm->note = note;
}
