/* Ecalls and the slow paths of the loops. */
#include "vm/interp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int mgp_vm_set_trap(mgp_vm_t *vm, uint32_t at, mgp_trap_reason_t reason, int64_t addr,
                    uint32_t size) {
  mgp_trap_t *t = &vm->trap;
  const uint32_t insn = vm->meta[at].insn;
  *t = (mgp_trap_t){.reason = reason, .pc = vm->meta[at].pc, .addr = addr, .size = size};
  vm->trapped = 1;
  if (insn == UINT32_MAX) return 0;
  for (uint32_t k = 0; k < vm->prog->ncode; k++) {
    const mgp_segment_t *seg = &vm->prog->code[k];
    if (insn - seg->first < seg->n) t->word = seg->words[insn - seg->first];
  }
  const int is_ecall = vm->ops[at].h == MGP_H_ECALL;
  t->a = vm->s.x[is_ecall ? 5 : t->word >> 15 & 31];
  t->b = vm->s.x[is_ecall ? 10 : t->word >> 20 & 31];
  return 0;
}

/* Every byte of [addr, addr + size) is in the address map or in one region of the ELF. */
static int in_regions(const mgp_program_t *prog, uint64_t addr, uint64_t size) {
  static const struct {
    uint32_t start, end;
  } map[] = {{0x08000000u, 0x20000000u}, {MGP_HINT_START, MGP_ADDR_LIMIT}};
  for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
    if (addr >= map[i].start && addr + size <= map[i].end) return 1;
  for (uint32_t i = 0; i < prog->nregions; i++)
    if (addr >= prog->regions[i].start && addr + size <= prog->regions[i].end) return 1;
  return 0;
}

int mgp_vm_check_access(mgp_vm_t *vm, uint32_t at, uint32_t a, uint32_t imm, uint32_t size) {
  const int64_t addr = (int64_t)a + (int32_t)imm;
  if (addr < 0 || addr >= MGP_ADDR_LIMIT)
    return mgp_vm_set_trap(vm, at, MGP_TRAP_OUT_OF_RANGE, addr, size);
  if ((addr & (size - 1)) != 0) return mgp_vm_set_trap(vm, at, MGP_TRAP_MISALIGNED, addr, size);
  if (!in_regions(vm->prog, (uint64_t)addr, size))
    return mgp_vm_set_trap(vm, at, MGP_TRAP_NO_REGION, addr, size);
  return 1;
}

int mgp_vm_check_jump(mgp_vm_t *vm, uint32_t at, int64_t to, uint32_t *target) {
  if (to < 0 || to >= MGP_ADDR_LIMIT) return mgp_vm_set_trap(vm, at, MGP_TRAP_TARGET_RANGE, to, 0);
  if ((to & 3) != 0) return mgp_vm_set_trap(vm, at, MGP_TRAP_TARGET_MISALIGNED, to, 0);
  *target = mgp_vm_locate(vm, (uint32_t)(to / 4));
  if (*target == UINT32_MAX) return mgp_vm_set_trap(vm, at, MGP_TRAP_TARGET_NOT_CODE, to, 0);
  return 1;
}

int mgp_vm_bad_jump(mgp_vm_t *vm, uint32_t at) {
  const mgp_insn_t *in = &vm->prog->insn[vm->meta[at].insn];
  uint32_t target;
  return mgp_vm_check_jump(vm, at, 4 * (int64_t)in->pc + (int32_t)in->imm, &target);
}

int mgp_vm_branch_taken(const mgp_vm_t *vm, uint32_t at) {
  const mgp_insn_t *in = &vm->prog->insn[vm->meta[at].insn];
  const uint32_t a = vm->s.x[in->rs1], b = vm->s.x[in->rs2];
  switch ((mgp_op_t)in->op) {
  case MGP_OP_BEQ:
    return a == b;
  case MGP_OP_BNE:
    return a != b;
  case MGP_OP_BLT:
    return (int32_t)a < (int32_t)b;
  case MGP_OP_BGE:
    return (int32_t)a >= (int32_t)b;
  case MGP_OP_BLTU:
    return a < b;
  default:
    return a >= b;
  }
}

static mgp_status_t collect(mgp_vm_t *vm, const uint8_t *bytes, uint32_t n) {
  const size_t have = vm->s.noutput;
  if (n > vm->cap_output - have) {
    size_t cap = vm->cap_output ? vm->cap_output : 4096;
    while (cap - have < n) cap *= 2;
    uint8_t *grown = realloc(vm->output, cap);
    if (grown == NULL)
      return mgp_fail(MGP_RESOURCES, "emulator: no memory for %zu bytes of public output", cap);
    vm->output = grown;
    vm->cap_output = cap;
  }
  memcpy(vm->output + have, bytes, n);
  vm->s.output = vm->output;
  vm->s.noutput = have + n;
  return MGP_OK;
}

/* WRITE and LOG_STR: the bytes [addr, addr + n) go to fd. */
static int write_bytes(mgp_vm_t *vm, uint32_t at, uint32_t fd, uint32_t addr, uint32_t n) {
  if (n == 0) return 1;
  if (!in_regions(vm->prog, addr, n)) return mgp_vm_set_trap(vm, at, MGP_TRAP_BUFFER, addr, n);
  if (fd == 3) {
    if (n > MGP_MAX_PUBLIC_OUTPUT - vm->s.noutput)
      return mgp_vm_set_trap(vm, at, MGP_TRAP_OUTPUT_TOO_LARGE, addr, n);
    vm->status = collect(vm, vm->mem + addr, n);
    return vm->status == MGP_OK;
  }
  if ((fd == 1 || fd == 2) && vm->write != NULL) vm->write(vm->ctx, fd, vm->mem + addr, n);
  return 1;
}

/* The label (a0, a1) is optional: callers that know of none leave anything in these registers. */
static void log_pc(const mgp_vm_t *vm, uint32_t at, uint64_t steps) {
  const uint32_t addr = vm->s.x[10], n = vm->s.x[11];
  const int has_label = n > 0 && n <= 80 && in_regions(vm->prog, addr, n);
  char line[160];
  const int len = snprintf(line, sizeof line, "pc 0x%08x, step %llu%s%.*s\n", 4 * vm->meta[at].pc,
                           (unsigned long long)steps, has_label ? ": " : "", has_label ? (int)n : 0,
                           (const char *)vm->mem + (has_label ? addr : 0));
  if (vm->write != NULL) vm->write(vm->ctx, 2, line, (size_t)len);
}

static int commit(mgp_vm_t *vm, uint32_t at, uint32_t addr) {
  if (vm->s.committed) return mgp_vm_set_trap(vm, at, MGP_TRAP_COMMIT_TWICE, addr, 32);
  if ((addr & 3) != 0 || !in_regions(vm->prog, addr, 32))
    return mgp_vm_set_trap(vm, at, MGP_TRAP_COMMIT_POINTER, addr, 32);
  memcpy(vm->s.commit, vm->mem + addr, sizeof vm->s.commit);
  vm->s.committed = 1;
  return 1;
}

mgp_chip_id_t mgp_vm_ecall(mgp_vm_t *vm, uint32_t at, uint64_t steps) {
  const uint32_t *x = vm->s.x;
  switch (x[5]) {
  case MGP_ECALL_HALT:
    vm->s.halted = 1;
    vm->s.exit_code = x[10];
    return MGP_CHIP_HALT;
  case MGP_ECALL_WRITE:
    return write_bytes(vm, at, x[10], x[11], x[12]) ? MGP_CHIP_ENOP : MGP_CHIP_NONE;
  case MGP_ECALL_LOG_PC:
    log_pc(vm, at, steps);
    return MGP_CHIP_ENOP;
  case MGP_ECALL_LOG_STR:
    return write_bytes(vm, at, 2, x[10], x[11]) ? MGP_CHIP_ENOP : MGP_CHIP_NONE;
  case MGP_ECALL_COMMIT:
    return commit(vm, at, x[10]) ? MGP_CHIP_COMMIT : MGP_CHIP_NONE;
  default:
    (void)mgp_vm_set_trap(vm, at, MGP_TRAP_ECALL_UNKNOWN, 0, 0);
    return MGP_CHIP_NONE;
  }
}

mgp_chip_id_t mgp_vm_ecall_noted(mgp_vm_t *vm, const uint32_t *note) {
  switch (vm->s.x[5]) {
  case MGP_ECALL_HALT:
    vm->s.halted = 1;
    vm->s.exit_code = vm->s.x[10];
    return MGP_CHIP_HALT;
  case MGP_ECALL_COMMIT:
    memcpy(vm->s.commit, note, sizeof vm->s.commit);
    vm->s.committed = 1;
    return MGP_CHIP_COMMIT;
  default:
    return MGP_CHIP_ENOP;
  }
}
