#include "vm/interp.h"

#include <stdlib.h>

uint32_t mgp_vm_locate(const mgp_vm_t *vm, uint32_t pc) {
  for (uint32_t k = 0; k < vm->prog->ncode; k++) {
    const mgp_segment_t *seg = &vm->prog->code[k];
    if (pc - seg->base < seg->n) return seg->first + k + (pc - seg->base);
  }
  return UINT32_MAX;
}

/* Handler of an instruction without a direct target. */
static mgp_handler_t plain_handler(const mgp_insn_t *in) {
  const int two = in->chip == MGP_CHIP_ADDI2 || in->chip == MGP_CHIP_ADD2 ||
                  in->chip == MGP_CHIP_LOGIC2 || in->chip == MGP_CHIP_SHIFTI2 ||
                  in->chip == MGP_CHIP_LW2;
  if (in->chip == MGP_CHIP_CONST) return MGP_H_CONST;
  if (in->chip == MGP_CHIP_J) return MGP_H_NOP;
  if (in->chip == MGP_CHIP_MV) return MGP_H_MV;
  switch ((mgp_op_t)in->op) {
#define CASE(name)                                                                                 \
  case MGP_OP_##name:                                                                              \
    return MGP_H_##name;
#define CASE2(name)                                                                                \
  case MGP_OP_##name:                                                                              \
    return two ? MGP_H_##name##2 : MGP_H_##name;
    /* clang-format off */
    CASE2(ADDI) CASE(SLTI) CASE(SLTIU) CASE(XORI) CASE(ORI) CASE(ANDI)
    CASE2(SLLI) CASE2(SRLI) CASE2(SRAI)
    CASE2(ADD) CASE2(SUB) CASE2(XOR) CASE2(OR) CASE2(AND)
    CASE(SLL) CASE(SRL) CASE(SRA) CASE(SLT) CASE(SLTU)
    CASE(MUL) CASE(MULH) CASE(MULHSU) CASE(MULHU) CASE(DIV) CASE(DIVU) CASE(REM) CASE(REMU)
    CASE(LB) CASE(LH) CASE2(LW) CASE(LBU) CASE(LHU) CASE(SB) CASE(SH) CASE(SW)
    CASE(JALR) CASE(ECALL)
    /* clang-format on */
#undef CASE
#undef CASE2
                        default : return MGP_H_ILLEGAL;
  }
}

static mgp_handler_t branch_handler(const mgp_insn_t *in, int good_target) {
  const int zero = in->chip == MGP_CHIP_BZ;
  if (!good_target) return zero ? MGP_H_BAD_BRANCHZ : MGP_H_BAD_BRANCH;
  switch ((mgp_op_t)in->op) {
  case MGP_OP_BEQ:
    return zero ? MGP_H_BEQZ : MGP_H_BEQ;
  case MGP_OP_BNE:
    return zero ? MGP_H_BNEZ : MGP_H_BNE;
  case MGP_OP_BLT:
    return MGP_H_BLT;
  case MGP_OP_BGE:
    return MGP_H_BGE;
  case MGP_OP_BLTU:
    return MGP_H_BLTU;
  default:
    return MGP_H_BGEU;
  }
}

static void predecode_one(const mgp_vm_t *vm, const mgp_insn_t *in, mgp_vop_t *op) {
  const int is_branch = in->op >= MGP_OP_BEQ && in->op <= MGP_OP_BGEU;
  *op = (mgp_vop_t){0, in->rd, in->rs1, in->rs2, in->imm};
  if (is_branch || in->op == MGP_OP_JAL) {
    const int64_t to = 4 * (int64_t)in->pc + (int32_t)in->imm;
    uint32_t target = UINT32_MAX;
    if ((to & 3) == 0 && to >= 0 && to < MGP_ADDR_LIMIT)
      target = mgp_vm_locate(vm, (uint32_t)(to / 4));
    const int good = target != UINT32_MAX;
    op->imm = target;
    if (is_branch)
      op->h = (uint8_t)branch_handler(in, good);
    else if (!good)
      op->h = MGP_H_BAD_JUMP;
    else
      op->h = in->chip == MGP_CHIP_J ? MGP_H_JUMP : MGP_H_JAL;
    return;
  }
  op->h = (uint8_t)plain_handler(in);
  if (op->h == MGP_H_CONST) op->imm = in->x | in->y << 16;
}

int mgp_vm_ends_block(unsigned handler) {
  switch (handler) {
  case MGP_H_JUMP:
  case MGP_H_JAL:
  case MGP_H_JALR:
  case MGP_H_BEQZ:
  case MGP_H_BNEZ:
  case MGP_H_BEQ:
  case MGP_H_BNE:
  case MGP_H_BLT:
  case MGP_H_BGE:
  case MGP_H_BLTU:
  case MGP_H_BGEU:
  case MGP_H_BAD_JUMP:
  case MGP_H_BAD_BRANCHZ:
  case MGP_H_BAD_BRANCH:
  case MGP_H_ECALL:
  case MGP_H_ILLEGAL:
  case MGP_H_END:
    return 1;
  default:
    return 0;
  }
}

mgp_status_t mgp_vm_predecode(mgp_vm_t *vm) {
  const mgp_program_t *prog = vm->prog;
  const size_t n = (size_t)prog->ninsn + prog->ncode;
  vm->nops = (uint32_t)n;
  vm->ops = malloc(n * sizeof *vm->ops);
  vm->meta = malloc(n * sizeof *vm->meta);
  vm->block_steps = malloc(n * sizeof *vm->block_steps);
  vm->block_cost = malloc(n * sizeof *vm->block_cost);
  if (vm->ops == NULL || vm->meta == NULL || vm->block_steps == NULL || vm->block_cost == NULL)
    return mgp_fail(MGP_RESOURCES, "emulator: no memory for %u instructions", prog->ninsn);
  for (uint32_t k = 0; k < prog->ncode; k++) {
    const mgp_segment_t *seg = &prog->code[k];
    const uint32_t first = seg->first + k, end = first + seg->n;
    if (prog->entry - seg->base < seg->n) {
      vm->near_base = seg->base;
      vm->near_n = seg->n;
      vm->near_op = first;
    }
    vm->ops[end] = (mgp_vop_t){.h = MGP_H_END};
    vm->meta[end] = (mgp_vmeta_t){UINT32_MAX, seg->base + seg->n, 0, 0};
    vm->block_steps[end] = vm->block_cost[end] = 0;
    for (uint32_t i = end; i-- > first;) {
      const uint32_t insn = seg->first + (i - first);
      const mgp_insn_t *in = &prog->insn[insn];
      mgp_vmeta_t *m = &vm->meta[i];
      predecode_one(vm, in, &vm->ops[i]);
      *m = (mgp_vmeta_t){insn, in->pc, vm->cost[in->chip], vm->dt[in->chip]};
      if (vm->ops[i].h == MGP_H_ECALL || vm->ops[i].h == MGP_H_ILLEGAL) m->cost = m->dt = 0;
      vm->block_steps[i] = (uint64_t)(vm->ops[i].h != MGP_H_ILLEGAL) << 32 | m->dt;
      vm->block_cost[i] = m->cost;
      if (!mgp_vm_ends_block(vm->ops[i].h)) {
        vm->block_steps[i] += vm->block_steps[i + 1];
        vm->block_cost[i] += vm->block_cost[i + 1];
      }
    }
  }
  return MGP_OK;
}
