/* Machine code for x86-64, as far as translate.c makes it: bytes behind each other in a buffer.
 * Encodings: Intel 64 Architectures Software Developer's Manual, volume 2. */
#ifndef MGP_VM_X86_H
#define MGP_VM_X86_H

#include <stdint.h>
#include <string.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

/* Where a 32-bit value is: a register, or at an offset from RBP. */
typedef struct {
  int reg; /* negative: in memory */
  int32_t offset;
} x86_loc_t;

/* Operations "reg = reg op loc", as opcode (0x100 and more: behind a byte 0x0f); and of those with
 * an immediate, the extension. */
enum {
  X86_ADD = 0x03,
  X86_OR = 0x0b,
  X86_AND = 0x23,
  X86_SUB = 0x2b,
  X86_XOR = 0x33,
  X86_CMP = 0x3b,
  X86_MOVSXD = 0x63, /* 64 bits: reg = the 32 bits of loc with their sign */
  X86_LOAD = 0x8b,
  X86_IMUL = 0x1af,
  X86_MOVZX8 = 0x1b6, /* reg = what lies there; likewise the next ones */
  X86_MOVZX16 = 0x1b7,
  X86_MOVSX8 = 0x1be,
  X86_MOVSX16 = 0x1bf,
  /* the other way round: of loc, with reg */
  X86_STORE8 = 0x88,
  X86_STORE = 0x89,
  X86_BT = 0x1a3,
  X86_BTS = 0x1ab,
  X86_SET = 0x190 /* SETcc, with the condition */
};
enum { X86_EXT_ADD, X86_EXT_OR, X86_EXT_AND = 4, X86_EXT_SUB, X86_EXT_XOR, X86_EXT_CMP };
enum { X86_SHL = 4, X86_SHR, X86_SAR = 7 };
/* Conditions of jumps and SETcc. */
enum {
  X86_B = 2,
  X86_AE,
  X86_E,
  X86_NE,
  X86_L = 12,
  X86_GE,
};

/* Bytes from `at` on; the caller sees to it that there is room. */
typedef struct {
  uint8_t *at;
} x86_t;

static inline void x86_byte(x86_t *c, unsigned v) {
  *c->at++ = (uint8_t)v;
}
static inline void x86_u32(x86_t *c, uint32_t v) {
  memcpy(c->at, &v, 4);
  c->at += 4;
}
static inline void x86_u64(x86_t *c, uint64_t v) {
  memcpy(c->at, &v, 8);
  c->at += 8;
}

/* Prefix for operands of `bits` 64 or 32; left out if it says nothing. */
static inline void x86_rex(x86_t *c, int bits, int reg, int index, int base) {
  const unsigned rex = (bits == 64) << 3 | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | base >> 3;
  if (rex) x86_byte(c, 0x40 | rex);
}
static inline void x86_modrm(x86_t *c, unsigned mod, int reg, int rm) {
  x86_byte(c, mod << 6 | (unsigned)(reg & 7) << 3 | (unsigned)(rm & 7));
}

static inline int x86_is_byte(int32_t v) {
  return v >= -128 && v <= 127;
}

static inline void x86_opcode(x86_t *c, unsigned opcode) {
  if (opcode > 0xff) x86_byte(c, 0x0f);
  x86_byte(c, opcode & 0xff);
}
/* ModRM of reg and loc, whose prefix has been written. */
static inline void x86_operand(x86_t *c, int reg, x86_loc_t loc) {
  if (loc.reg >= 0) {
    x86_modrm(c, 3, reg, loc.reg);
  } else {
    x86_modrm(c, 1, reg, RBP);
    x86_byte(c, (unsigned)loc.offset);
  }
}
static inline int x86_base(x86_loc_t loc) {
  return loc.reg >= 0 ? loc.reg : RBP;
}

/* 32 bits */
static inline void x86_op(x86_t *c, unsigned opcode, int reg, x86_loc_t loc) {
  x86_rex(c, 32, reg, 0, x86_base(loc));
  x86_opcode(c, opcode);
  x86_operand(c, reg, loc);
}
/* loc = loc op imm; bits: 64 only of a register */
static inline void x86_op_imm(x86_t *c, int bits, int ext, x86_loc_t loc, int32_t imm) {
  x86_rex(c, bits, 0, 0, x86_base(loc));
  x86_byte(c, x86_is_byte(imm) ? 0x83 : 0x81);
  x86_operand(c, ext, loc);
  if (x86_is_byte(imm))
    x86_byte(c, (unsigned)imm);
  else
    x86_u32(c, (uint32_t)imm);
}
static inline void x86_shift_imm(x86_t *c, int bits, int ext, x86_loc_t loc, unsigned n) {
  x86_rex(c, bits, 0, 0, x86_base(loc));
  x86_byte(c, 0xc1);
  x86_operand(c, ext, loc);
  x86_byte(c, n);
}
/* reg shifted by CL */
static inline void x86_shift_cl(x86_t *c, int ext, int reg) {
  x86_rex(c, 32, 0, 0, reg);
  x86_byte(c, 0xd3);
  x86_modrm(c, 3, ext, reg);
}
static inline void x86_set(x86_t *c, x86_loc_t loc, uint32_t imm) {
  x86_rex(c, 32, 0, 0, x86_base(loc));
  if (loc.reg >= 0) {
    x86_byte(c, 0xb8u | (unsigned)(loc.reg & 7));
  } else {
    x86_byte(c, 0xc7);
    x86_operand(c, 0, loc);
  }
  x86_u32(c, imm);
}
static inline void x86_set64(x86_t *c, int reg, uint64_t imm) {
  x86_rex(c, 64, 0, 0, reg);
  x86_byte(c, 0xb8u | (unsigned)(reg & 7));
  x86_u64(c, imm);
}
/* 64 bits, registers */
static inline void x86_op64(x86_t *c, unsigned opcode, int reg, int rm) {
  x86_rex(c, 64, reg, 0, rm);
  x86_opcode(c, opcode);
  x86_modrm(c, 3, reg, rm);
}
/* the group of NEG, DIV, IDIV: of RDX:RAX by reg */
static inline void x86_unary(x86_t *c, int bits, int ext, int reg) {
  x86_rex(c, bits, 0, 0, reg);
  x86_byte(c, 0xf7);
  x86_modrm(c, 3, ext, reg);
}

/* 64-bit loads and stores at [base + offset]; base is not R12 */
static inline void x86_move64(x86_t *c, unsigned opcode, int reg, int base, int32_t offset) {
  x86_rex(c, 64, reg, 0, base);
  x86_byte(c, opcode);
  if (base == RSP) {
    x86_modrm(c, 2, reg, 4);
    x86_byte(c, 0x24);
  } else {
    x86_modrm(c, 2, reg, base);
  }
  x86_u32(c, (uint32_t)offset);
}

/* reg and [base + index * 2^scale]; base is not RBP or R13 */
static inline void x86_indexed(x86_t *c, unsigned opcode, int reg, int base, int index,
                               unsigned scale) {
  x86_rex(c, 32, reg, index, base);
  x86_opcode(c, opcode);
  x86_modrm(c, 0, reg, 4);
  x86_byte(c, scale << 6 | (unsigned)(index & 7) << 3 | (unsigned)(base & 7));
}

/* Jumps: the offset is filled in by x86_link; where it is. */
static inline uint8_t *x86_jump(x86_t *c) {
  x86_byte(c, 0xe9);
  x86_u32(c, 0);
  return c->at - 4;
}
static inline uint8_t *x86_jump_if(x86_t *c, unsigned condition) {
  x86_byte(c, 0x0f);
  x86_byte(c, 0x80 | condition);
  x86_u32(c, 0);
  return c->at - 4;
}
static inline uint8_t *x86_call(x86_t *c) {
  x86_byte(c, 0xe8);
  x86_u32(c, 0);
  return c->at - 4;
}
static inline void x86_link(uint8_t *jump, const uint8_t *target) {
  const int32_t offset = (int32_t)(target - (jump + 4));
  memcpy(jump, &offset, 4);
}
/* A jump over the next few bytes, linked by x86_link8. */
static inline uint8_t *x86_short_if(x86_t *c, unsigned condition) {
  x86_byte(c, 0x70 | condition);
  x86_byte(c, 0);
  return c->at - 1;
}
static inline void x86_link8(uint8_t *jump, const uint8_t *target) {
  *jump = (uint8_t)(target - (jump + 1));
}

#endif
