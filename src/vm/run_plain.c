/* The plain pass: steps, timestamps and cost are added once per block (from where it is entered to
 * its control transfer), and the one comparison there decides about stopping. */
#include "vm/interp.h"

#include <string.h>

#define STEP
#define READ1(v, slot)      const uint32_t v = x[o->rs1]
#define READ2(v, slot)      const uint32_t v = x[o->rs2]
#define WRITE(slot, v)      x[o->rd] = (v)
#define REPLACE(a, slot, v) x[o->rs1] = (v)
#define ACCESS(addr)        ((void)0)
#define WRITTEN(addr)       MGP_VM_WRITTEN(vm, written, addr)
#define ECALL(chip)         (count += vm->dt[chip], cost += vm->cost[chip])
#define RETIRE              ((void)0)
#define STEPS               (vm->s.steps + (count >> 32) - 1)
#define SEQ                                                                                        \
  do {                                                                                             \
    i++;                                                                                           \
    goto *labels[(++o)->h];                                                                        \
  } while (0)
#define BLOCK(next)                                                                                \
  do {                                                                                             \
    i = (next);                                                                                    \
    count += block_steps[i];                                                                       \
    cost += block_cost[i];                                                                         \
    if (__builtin_expect(count >= stop, 0)) goto leave_block;                                      \
    goto *labels[(o = ops + i)->h];                                                                \
  } while (0)

void mgp_vm_loop_plain(mgp_vm_t *vm, uint64_t steps) {
  const mgp_vop_t *const ops = vm->ops, *o;
  const uint64_t *const block_steps = vm->block_steps, *const block_cost = vm->block_cost;
  uint32_t *const x = vm->s.x;
  uint8_t *const mem = vm->mem, *const written = vm->written;
  size_t i = vm->at;
  const uint64_t stop = (steps + 1) << 32;
  uint64_t count = block_steps[i], cost = block_cost[i];
  if (count >= stop) return;

#include "vm/interp.inc"

trap:
leave_block: /* the rest of the block, from this instruction on, was not executed */
  count -= block_steps[i];
  cost -= block_cost[i];
halted:
  vm->at = (uint32_t)i;
  vm->s.pc = vm->s.halted ? MGP_HALT_PC : vm->meta[i].pc;
  vm->s.steps += count >> 32;
  vm->s.ts += (uint32_t)count;
  vm->s.cost += cost;
}
