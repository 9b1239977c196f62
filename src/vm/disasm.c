#include "vm/disasm.h"

#include "vm/program.h"

#include <stdio.h>

const char *mgp_register_name(unsigned r) {
  static const char *const names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                        "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                        "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                        "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
  return r < 32 ? names[r] : "?";
}

const char *mgp_op_name(unsigned op) {
  static const char *const names[MGP_OP_COUNT] = {"ILLEGAL",
#define MGP_OP_NAME(name) #name,
                                                  MGP_OP_LIST(MGP_OP_NAME)
#undef MGP_OP_NAME
  };
  return op < MGP_OP_COUNT ? names[op] : "?";
}

void mgp_disasm(uint32_t pc, uint32_t word, char out[MGP_DISASM_MAX]) {
  mgp_insn_t in;
  char name[8];
  size_t n = 0;
  mgp_decode(pc, word, &in);
  for (const char *p = mgp_op_name(in.op); *p && n + 1 < sizeof name; p++)
    name[n++] = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
  name[n] = 0;
  /* the instruction's own fields: the decoder's are the chip's (swapped or absent) */
  const char *rd = mgp_register_name(word >> 7 & 31), *rs1 = mgp_register_name(word >> 15 & 31);
  const char *rs2 = mgp_register_name(word >> 20 & 31);
  const int32_t imm = (int32_t)in.imm;
  switch ((mgp_op_t)in.op) {
  case MGP_OP_ILLEGAL:
  case MGP_OP_COUNT:
    (void)snprintf(out, MGP_DISASM_MAX, ".word 0x%08x", word);
    return;
  case MGP_OP_FENCE:
  case MGP_OP_ECALL:
    (void)snprintf(out, MGP_DISASM_MAX, "%s", name);
    return;
  case MGP_OP_LUI:
  case MGP_OP_AUIPC:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, 0x%x", name, rd, in.imm >> 12);
    return;
  case MGP_OP_JAL:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, 0x%08x", name, rd, 4 * pc + in.imm);
    return;
  case MGP_OP_BEQ:
  case MGP_OP_BNE:
  case MGP_OP_BLT:
  case MGP_OP_BGE:
  case MGP_OP_BLTU:
  case MGP_OP_BGEU:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, %s, 0x%08x", name, rs1, rs2, 4 * pc + in.imm);
    return;
  case MGP_OP_JALR:
  case MGP_OP_LB:
  case MGP_OP_LH:
  case MGP_OP_LW:
  case MGP_OP_LBU:
  case MGP_OP_LHU:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, %d(%s)", name, rd, imm, rs1);
    return;
  case MGP_OP_SB:
  case MGP_OP_SH:
  case MGP_OP_SW:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, %d(%s)", name, rs2, imm, rs1);
    return;
  case MGP_OP_ADDI:
  case MGP_OP_SLTI:
  case MGP_OP_SLTIU:
  case MGP_OP_XORI:
  case MGP_OP_ORI:
  case MGP_OP_ANDI:
  case MGP_OP_SLLI:
  case MGP_OP_SRLI:
  case MGP_OP_SRAI:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, %s, %d", name, rd, rs1, imm);
    return;
  default:
    (void)snprintf(out, MGP_DISASM_MAX, "%s %s, %s, %s", name, rd, rs1, rs2);
    return;
  }
}
