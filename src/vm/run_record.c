/* The recording pass. Order and slots of the accesses are those of the chips (chips.md of the
 * design, section 4); interp.inc names them. */
#include "vm/interp.h"

#include <string.h>

/* Appends a touch. Returns where recording stops: after this step, if a next one could lack room.
 */
static __attribute__((noinline)) mgp_step_t *touch(mgp_record_t *rec, mgp_step_t *step,
                                                   mgp_step_t *end, int is_register, uint32_t key,
                                                   unsigned field, uint32_t value) {
  const uint32_t index =
      field >= MGP_TOUCH_COMMIT ? rec->ncommits : rec->steps0 + (uint32_t)(step - rec->steps);
  rec->touches[rec->ntouches++] =
      (mgp_touch_t){key, index, value, 0, 0, (uint8_t)is_register, (uint8_t)field, {0}};
  return rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP ? step + 1 : end;
}

#define ACCESS_REGISTER(reg, value, slot, f, F)                                                    \
  do {                                                                                             \
    r.f = (value);                                                                                 \
    r.p##f = reg_ts[reg];                                                                          \
    reg_ts[reg] = ts + (slot);                                                                     \
    if (__builtin_expect(r.p##f == 0, 0)) end = touch(rec, s, end, 1, (reg), MGP_TOUCH_##F, r.f);  \
  } while (0)

#define STEP mgp_step_t r = {0};
#define READ1(v, slot)                                                                             \
  const uint32_t v = x[o->rs1];                                                                    \
  ACCESS_REGISTER(o->rs1, v, slot, a, A)
#define READ2(v, slot)                                                                             \
  const uint32_t v = x[o->rs2];                                                                    \
  ACCESS_REGISTER(o->rs2, v, slot, b, B)
#define WRITE(slot, v)                                                                             \
  do {                                                                                             \
    const uint32_t new_value = (v);                                                                \
    ACCESS_REGISTER(o->rd, x[o->rd], slot, o, O);                                                  \
    x[o->rd] = new_value;                                                                          \
  } while (0)
#define REPLACE(old, slot, v)                                                                      \
  do {                                                                                             \
    ACCESS_REGISTER(o->rs1, old, slot, a, A);                                                      \
    x[o->rs1] = (v);                                                                               \
  } while (0)
#define ACCESS(addr)                                                                               \
  do {                                                                                             \
    const uint32_t key = (addr) >> 2;                                                              \
    memcpy(&r.m, mem + 4 * (size_t)key, 4);                                                        \
    r.pm = mem_ts[key];                                                                            \
    mem_ts[key] = ts;                                                                              \
    if (__builtin_expect(r.pm == 0, 0)) end = touch(rec, s, end, 0, key, MGP_TOUCH_M, r.m);        \
  } while (0)
#define WRITTEN(addr) ((void)0) /* pages are noted by the other passes only */
#define ECALL(chip)                                                                                \
  do {                                                                                             \
    ACCESS_REGISTER(5, x[5], 0, a, A);                                                             \
    if ((chip) != MGP_CHIP_ENOP) ACCESS_REGISTER(10, x[10], 1, b, B);                              \
    if ((chip) == MGP_CHIP_COMMIT) {                                                               \
      mgp_commit_t *c = &rec->commits[rec->ncommits];                                              \
      for (unsigned w = 0; w < 8; w++) {                                                           \
        const uint32_t key = x[10] / 4 + w;                                                        \
        memcpy(&c->m[w], mem + 4 * (size_t)key, 4);                                                \
        c->pm[w] = mem_ts[key];                                                                    \
        mem_ts[key] = ts;                                                                          \
        if (c->pm[w] == 0) end = touch(rec, s, end, 0, key, MGP_TOUCH_COMMIT + w, c->m[w]);        \
      }                                                                                            \
      r.o = rec->ncommits++;                                                                       \
    }                                                                                              \
    next_ts += vm->dt[chip];                                                                       \
    cost += vm->cost[chip];                                                                        \
  } while (0)
#define STEPS (vm->s.steps + (uint64_t)(s - first))
#define RETIRE                                                                                     \
  do {                                                                                             \
    const mgp_vmeta_t *m = &meta[i];                                                               \
    r.insn = m->insn;                                                                              \
    r.ts = ts;                                                                                     \
    *s++ = r;                                                                                      \
    next_ts += m->dt;                                                                              \
    cost += m->cost;                                                                               \
    ts = next_ts;                                                                                  \
  } while (0)
#define SEQ BLOCK(i + 1)
#define BLOCK(next)                                                                                \
  do {                                                                                             \
    RETIRE;                                                                                        \
    i = (next);                                                                                    \
    if (__builtin_expect(s >= end || cost >= stop_cost, 0)) goto halted;                           \
    goto *labels[(o = ops + i)->h];                                                                \
  } while (0)

void mgp_vm_loop_record(mgp_vm_t *vm, uint64_t max_steps, uint64_t stop_cost, mgp_record_t *rec) {
  const mgp_vop_t *const ops = vm->ops, *o;
  const mgp_vmeta_t *const meta = vm->meta;
  uint32_t *const x = vm->s.x, *const reg_ts = vm->reg_ts, *const mem_ts = vm->mem_ts;
  uint8_t *const mem = vm->mem;
  size_t i = vm->at;
  mgp_step_t *const first = rec->steps + rec->nsteps, *s = first;
  const uint64_t room = rec->cap_steps - rec->nsteps;
  mgp_step_t *end = s + (max_steps < room ? max_steps : room);
  uint32_t ts = rec->ts, next_ts = ts;
  uint64_t cost = vm->s.cost;
  if (s >= end || cost >= stop_cost) return;

#include "vm/interp.inc"

trap:
halted:
  vm->at = (uint32_t)i;
  vm->s.pc = vm->s.halted ? MGP_HALT_PC : meta[i].pc;
  vm->s.steps += (uint64_t)(s - first);
  vm->s.ts += ts - rec->ts;
  vm->s.cost = cost;
  rec->nsteps += (uint32_t)(s - first);
  rec->ts = ts;
}
