/* Instruction word -> operation, chip and PROGRAM tuple (chips.md of the design, sections 1, 3). */
#include "math/field.h"
#include "vm/program.h"

#include <string.h>

typedef struct {
  uint8_t op; /* mgp_op_t */
  uint8_t rd, rs1, rs2;
  int32_t imm; /* sign-extended; shift amount; LUI, AUIPC: the upper 20 bits in place */
} raw_t;

static int32_t sign_extend(uint32_t v, unsigned bits) {
  return (int32_t)(v << (32 - bits)) >> (32 - bits);
}

static uint8_t pick(const uint8_t table[8], uint32_t funct3) {
  return table[funct3 & 7];
}

/* Fields of an instruction word; op = MGP_OP_ILLEGAL unless it is RV32IM or ECALL. */
static raw_t fields(uint32_t w) {
  static const uint8_t load[8] = {MGP_OP_LB, MGP_OP_LH, MGP_OP_LW, 0, MGP_OP_LBU, MGP_OP_LHU, 0, 0};
  static const uint8_t store[8] = {MGP_OP_SB, MGP_OP_SH, MGP_OP_SW, 0, 0, 0, 0, 0};
  static const uint8_t branch[8] = {MGP_OP_BEQ, MGP_OP_BNE, 0,           0,
                                    MGP_OP_BLT, MGP_OP_BGE, MGP_OP_BLTU, MGP_OP_BGEU};
  static const uint8_t imm_op[8] = {MGP_OP_ADDI, 0, MGP_OP_SLTI, MGP_OP_SLTIU,
                                    MGP_OP_XORI, 0, MGP_OP_ORI,  MGP_OP_ANDI};
  static const uint8_t reg_op[8] = {MGP_OP_ADD, MGP_OP_SLL, MGP_OP_SLT, MGP_OP_SLTU,
                                    MGP_OP_XOR, MGP_OP_SRL, MGP_OP_OR,  MGP_OP_AND};
  static const uint8_t mul_op[8] = {MGP_OP_MUL, MGP_OP_MULH, MGP_OP_MULHSU, MGP_OP_MULHU,
                                    MGP_OP_DIV, MGP_OP_DIVU, MGP_OP_REM,    MGP_OP_REMU};
  const uint32_t funct3 = w >> 12 & 7, funct7 = w >> 25;
  const int32_t i_imm = sign_extend(w >> 20, 12);
  const raw_t illegal = {MGP_OP_ILLEGAL, 0, 0, 0, 0};
  raw_t r = {MGP_OP_ILLEGAL, (uint8_t)(w >> 7 & 31), (uint8_t)(w >> 15 & 31),
             (uint8_t)(w >> 20 & 31), 0};
  switch (w & 0x7f) {
  case 0x37:
  case 0x17:
    r.op = (w & 0x7f) == 0x37 ? MGP_OP_LUI : MGP_OP_AUIPC;
    r.imm = (int32_t)(w & 0xfffff000u);
    return r;
  case 0x6f:
    r.op = MGP_OP_JAL;
    r.imm = sign_extend((w >> 31) << 20 | (w >> 12 & 0xff) << 12 | (w >> 20 & 1) << 11 |
                            (w >> 21 & 0x3ff) << 1,
                        21);
    return r;
  case 0x67:
    if (funct3 != 0) return illegal;
    r.op = MGP_OP_JALR;
    r.imm = i_imm;
    return r;
  case 0x63:
    r.op = pick(branch, funct3);
    r.imm = sign_extend(
        (w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 0x3f) << 5 | (w >> 8 & 0xf) << 1, 13);
    return r.op == MGP_OP_ILLEGAL ? illegal : r;
  case 0x03:
    r.op = pick(load, funct3);
    r.imm = i_imm;
    return r.op == MGP_OP_ILLEGAL ? illegal : r;
  case 0x23:
    r.op = pick(store, funct3);
    r.imm = sign_extend((w >> 25) << 5 | (w >> 7 & 31), 12);
    return r.op == MGP_OP_ILLEGAL ? illegal : r;
  case 0x13:
    r.op = pick(imm_op, funct3);
    r.imm = i_imm;
    if (funct3 == 1 || funct3 == 5) {
      r.imm = r.rs2;
      if (funct7 == 0)
        r.op = funct3 == 1 ? MGP_OP_SLLI : MGP_OP_SRLI;
      else if (funct7 == 0x20 && funct3 == 5)
        r.op = MGP_OP_SRAI;
      else
        return illegal;
    }
    return r;
  case 0x33:
    if (funct7 == 0)
      r.op = pick(reg_op, funct3);
    else if (funct7 == 1)
      r.op = pick(mul_op, funct3);
    else if (funct7 == 0x20 && funct3 == 0)
      r.op = MGP_OP_SUB;
    else if (funct7 == 0x20 && funct3 == 5)
      r.op = MGP_OP_SRA;
    else
      return illegal;
    return r;
  case 0x0f:
    if (funct3 != 0) return illegal;
    r.op = MGP_OP_FENCE; /* one hart: every fence is a nop, whatever its fields */
    return r;
  case 0x73:
    if (w != 0x73) return illegal;
    r.op = MGP_OP_ECALL;
    return r;
  default:
    return illegal;
  }
}

/* Word index of a jump target, TRAP_PC if no instruction can be there. */
static uint32_t target(uint32_t pc, int32_t byte_offset) {
  const int64_t t = (int64_t)pc * 4 + byte_offset;
  return t < 0 || t >= 4 * (int64_t)MGP_PC_LIMIT || (t & 3) != 0 ? MGP_TRAP_PC : (uint32_t)(t >> 2);
}

static uint32_t lo16(uint32_t v) {
  return v & 0xffff;
}
static uint32_t hi16(uint32_t v) {
  return v >> 16;
}
static uint32_t in_field(int32_t v) {
  return v < 0 ? MGP_P - (uint32_t)-v : (uint32_t)v;
}

static void set_chip(mgp_insn_t *o, mgp_chip_id_t chip, uint32_t rd, uint32_t rs1, uint32_t rs2) {
  o->chip = (uint8_t)chip;
  o->rd = (uint8_t)rd;
  o->rs1 = (uint8_t)rs1;
  o->rs2 = (uint8_t)rs2;
  o->k = (uint32_t)chip | rd << 5 | rs1 << 11 | rs2 << 17;
}

/* In-place chips name their one register rs1 in K; rd of the struct repeats it. */
static void set_chip_in_place(mgp_insn_t *o, mgp_chip_id_t chip, uint32_t rs1, uint32_t rs2) {
  set_chip(o, chip, 0, rs1, rs2);
  o->rd = (uint8_t)rs1;
}

static void set_flag(mgp_insn_t *o, unsigned index, int value) {
  o->k |= (uint32_t)(value != 0) << (23 + index);
}

static void set_entries(mgp_insn_t *o, uint32_t x, uint32_t y, uint32_t z) {
  o->x = x;
  o->y = y;
  o->z = z;
}

static void decode_constant(mgp_insn_t *o, uint32_t rd, uint32_t value, uint32_t next) {
  set_chip(o, MGP_CHIP_CONST, rd, 0, 0);
  set_entries(o, lo16(value), hi16(value), next);
}

static void decode_jump(mgp_insn_t *o, uint32_t next) {
  set_chip(o, MGP_CHIP_J, 0, 0, 0);
  set_entries(o, next, 0, 0);
}

static void decode_addi(mgp_insn_t *o, const raw_t *r, uint32_t rd) {
  if (r->rd == 0 || (r->rd == r->rs1 && r->imm == 0)) {
    decode_jump(o, o->pc + 1);
  } else if (r->rs1 == 0) {
    decode_constant(o, rd, (uint32_t)r->imm, o->pc + 1);
  } else if (r->rd == r->rs1) {
    set_chip_in_place(o, MGP_CHIP_ADDI2, r->rs1, 0);
    o->x = in_field(r->imm);
  } else if (r->imm == 0) {
    set_chip(o, MGP_CHIP_MV, rd, r->rs1, 0);
  } else {
    set_chip(o, MGP_CHIP_ADDI, rd, r->rs1, 0);
    o->x = in_field(r->imm);
  }
}

static void decode_branch(mgp_insn_t *o, const raw_t *r) {
  const uint32_t taken = target(o->pc, r->imm), next = o->pc + 1;
  /* x is where the chip's own condition (equal, less) leads */
  const int direct = r->op == MGP_OP_BEQ || r->op == MGP_OP_BLT || r->op == MGP_OP_BLTU;
  if (r->op == MGP_OP_BEQ || r->op == MGP_OP_BNE) {
    if (r->rs1 == 0 || r->rs2 == 0)
      set_chip(o, MGP_CHIP_BZ, 0, r->rs1 ? r->rs1 : r->rs2, 0);
    else
      set_chip(o, MGP_CHIP_BEQ, 0, r->rs1, r->rs2);
  } else {
    const int is_signed = r->op == MGP_OP_BLT || r->op == MGP_OP_BGE;
    set_chip(o, is_signed ? MGP_CHIP_BLT : MGP_CHIP_BLTU, 0, r->rs1, r->rs2);
  }
  set_entries(o, direct ? taken : next, direct ? next : taken, 0);
}

static void decode_shift_imm(mgp_insn_t *o, const raw_t *r, uint32_t rd) {
  const unsigned n = (unsigned)r->imm;
  const int left = r->op == MGP_OP_SLLI;
  /* a right shift by s of the limbs (0, lo, hi), then one of three windows (or none) */
  const unsigned s = left ? (32 - n) % 16 : n % 16;
  if (r->rd == r->rs1 && r->rd != 0)
    set_chip_in_place(o, MGP_CHIP_SHIFTI2, r->rs1, 0);
  else
    set_chip(o, MGP_CHIP_SHIFTI, rd, r->rs1, 0);
  set_flag(o, 0, !left && n >= 16);
  set_flag(o, 1, left ? n == 0 : n < 16);
  set_flag(o, 2, left && n >= 1 && n <= 16);
  set_flag(o, 3, r->op == MGP_OP_SRAI);
  set_entries(o, 1u << s, 1u << (16 - s), 0);
}

/* ADD, SUB, AND, OR, XOR */
static void decode_add_logic(mgp_insn_t *o, const raw_t *r, uint32_t rd) {
  const int add = r->op == MGP_OP_ADD || r->op == MGP_OP_SUB;
  uint32_t a = r->rs1, b = r->rs2;
  if (r->op != MGP_OP_SUB && r->rd == b && r->rd != a) {
    b = a;
    a = r->rd;
  }
  if (r->rd == a && r->rd != 0)
    set_chip_in_place(o, add ? MGP_CHIP_ADD2 : MGP_CHIP_LOGIC2, a, b);
  else
    set_chip(o, add ? MGP_CHIP_ADD : MGP_CHIP_LOGIC, rd, r->rs1, r->rs2);
  set_flag(o, 0, r->op == MGP_OP_SUB || r->op == MGP_OP_OR);
  set_flag(o, 1, r->op == MGP_OP_XOR);
}

static void decode_logic_imm(mgp_insn_t *o, const raw_t *r, uint32_t rd) {
  const uint32_t imm = (uint32_t)r->imm;
  const int negative = r->imm < 0;
  set_chip(o, MGP_CHIP_LOGICI, rd, r->rs1, 0);
  set_flag(o, 0, r->op == MGP_OP_ORI);
  set_flag(o, 1, r->op == MGP_OP_XORI);
  uint32_t al = (uint32_t)negative;
  if (r->op == MGP_OP_ORI) al = (uint32_t)!negative;
  if (r->op == MGP_OP_XORI) al = negative ? MGP_P - 1 : 1;
  set_entries(o, imm & 0xff, imm >> 8 & 0xff, al);
}

void mgp_decode(uint32_t pc, uint32_t word, mgp_insn_t *out) {
  const raw_t r = fields(word);
  const uint32_t rd = r.rd ? r.rd : MGP_REG_SINK;
  const uint32_t next_byte = 4 * pc + 4;
  mgp_insn_t *o = out;
  memset(o, 0, sizeof *o);
  o->pc = pc;
  o->op = r.op;
  o->imm = (uint32_t)r.imm;
  switch ((mgp_op_t)r.op) {
  case MGP_OP_LUI:
    decode_constant(o, rd, (uint32_t)r.imm, pc + 1);
    break;
  case MGP_OP_AUIPC:
    decode_constant(o, rd, 4 * pc + (uint32_t)r.imm, pc + 1);
    break;
  case MGP_OP_JAL:
    if (r.rd == 0)
      decode_jump(o, target(pc, r.imm));
    else
      decode_constant(o, rd, next_byte, target(pc, r.imm));
    break;
  case MGP_OP_JALR:
    set_chip(o, MGP_CHIP_JALR, rd, r.rs1, 0);
    set_entries(o, in_field(r.imm), lo16(next_byte), 0);
    break;
  case MGP_OP_BEQ:
  case MGP_OP_BNE:
  case MGP_OP_BLT:
  case MGP_OP_BGE:
  case MGP_OP_BLTU:
  case MGP_OP_BGEU:
    decode_branch(o, &r);
    break;
  case MGP_OP_LW:
    if (r.rd == r.rs1 && r.rd != 0)
      set_chip_in_place(o, MGP_CHIP_LW2, r.rs1, 0);
    else
      set_chip(o, MGP_CHIP_LW, rd, r.rs1, 0);
    o->x = in_field(r.imm);
    break;
  case MGP_OP_LB:
  case MGP_OP_LH:
  case MGP_OP_LBU:
  case MGP_OP_LHU:
    set_chip(o, MGP_CHIP_LSUB, rd, r.rs1, 0);
    set_flag(o, 0, r.op == MGP_OP_LH || r.op == MGP_OP_LHU);
    set_flag(o, 1, r.op == MGP_OP_LB);
    set_flag(o, 2, r.op == MGP_OP_LH);
    o->x = in_field(r.imm);
    break;
  case MGP_OP_SW:
  case MGP_OP_SB:
  case MGP_OP_SH:
    set_chip(o, r.op == MGP_OP_SW ? MGP_CHIP_SW : MGP_CHIP_SSUB, 0, r.rs1, r.rs2);
    set_flag(o, 0, r.op == MGP_OP_SH);
    o->x = in_field(r.imm);
    break;
  case MGP_OP_ADDI:
    decode_addi(o, &r, rd);
    break;
  case MGP_OP_SLTI:
  case MGP_OP_SLTIU:
    set_chip(o, r.op == MGP_OP_SLTI ? MGP_CHIP_SLT : MGP_CHIP_SLTU, rd, r.rs1, 0);
    set_entries(o, lo16((uint32_t)r.imm), hi16((uint32_t)r.imm), 0);
    break;
  case MGP_OP_XORI:
  case MGP_OP_ORI:
  case MGP_OP_ANDI:
    decode_logic_imm(o, &r, rd);
    break;
  case MGP_OP_SLLI:
  case MGP_OP_SRLI:
  case MGP_OP_SRAI:
    decode_shift_imm(o, &r, rd);
    break;
  case MGP_OP_ADD:
  case MGP_OP_SUB:
  case MGP_OP_XOR:
  case MGP_OP_OR:
  case MGP_OP_AND:
    decode_add_logic(o, &r, rd);
    break;
  case MGP_OP_SLL:
  case MGP_OP_SRL:
  case MGP_OP_SRA:
    set_chip(o, MGP_CHIP_SHIFT, rd, r.rs1, r.rs2);
    set_flag(o, 0, r.op == MGP_OP_SRA);
    set_flag(o, 1, r.op == MGP_OP_SLL);
    break;
  case MGP_OP_SLT:
  case MGP_OP_SLTU:
    set_chip(o, r.op == MGP_OP_SLT ? MGP_CHIP_SLT : MGP_CHIP_SLTU, rd, r.rs1, r.rs2);
    set_flag(o, 0, 1);
    break;
  case MGP_OP_FENCE:
    decode_jump(o, pc + 1);
    o->imm = 0;
    break;
  case MGP_OP_ECALL:
    o->chip = MGP_CHIP_ENOP;
    o->k = MGP_ECALL_ID;
    break;
  case MGP_OP_MUL:
    set_chip(o, MGP_CHIP_MUL, rd, r.rs1, r.rs2);
    break;
  case MGP_OP_MULH:
  case MGP_OP_MULHSU:
  case MGP_OP_MULHU:
    set_chip(o, MGP_CHIP_MULH, rd, r.rs1, r.rs2);
    set_flag(o, 0, r.op != MGP_OP_MULHU);
    set_flag(o, 1, r.op == MGP_OP_MULH);
    break;
  case MGP_OP_DIV:
  case MGP_OP_DIVU:
  case MGP_OP_REM:
  case MGP_OP_REMU:
    set_chip(o, MGP_CHIP_DIV, rd, r.rs1, r.rs2);
    set_flag(o, 0, r.op == MGP_OP_DIV || r.op == MGP_OP_REM);
    set_flag(o, 1, r.op == MGP_OP_REM || r.op == MGP_OP_REMU);
    break;
  case MGP_OP_ILLEGAL:
  case MGP_OP_COUNT:
    break;
  }
}
