/* An independent, slow model of the machine, for tests of the emulator: plain integers, one
 * instruction at a time from its own fields, and the accesses of each chip as a table. */
#ifndef MGP_TESTS_VM_MODEL_H
#define MGP_TESTS_VM_MODEL_H

#include "vm_build.h"

/* Values near every edge: signs, limbs, carries between limbs, the field's order. */
static const uint32_t edge_values[] = {
    0,          1,          2,          3,          5,          0x7f,       0x80,       0xff,
    0x100,      0x7fff,     0x8000,     0xffff,     0x10000,    0x10001,    0x7fffffff, 0x80000000,
    0x80000001, 0x78000000, 0x78000001, 0x78000002, 0xf0000002, 0xfffeffff, 0xffff0000, 0xffffff80,
    0xfffffffe, 0xffffffff, 0x12345678, 31,         32,         33};
#define N_EDGE (sizeof edge_values / sizeof edge_values[0])

static inline __int128 model_signed(uint32_t v) {
  return v >> 31 ? (__int128)v - ((__int128)1 << 32) : v;
}

/* rd of a register-register operation (of its immediate form with b = imm). */
static inline uint32_t model_alu(mgp_op_t op, uint32_t a, uint32_t b) {
  const __int128 sa = model_signed(a), sb = model_signed(b), two32 = (__int128)1 << 32;
  const unsigned n = b % 32;
  __int128 r;
  switch (op) {
  case MGP_OP_ADD:
  case MGP_OP_ADDI:
    r = sa + sb;
    break;
  case MGP_OP_SUB:
    r = sa - sb;
    break;
  case MGP_OP_AND:
  case MGP_OP_ANDI:
    r = 0;
    for (unsigned i = 0; i < 32; i++)
      if ((a >> i) % 2 == 1 && (b >> i) % 2 == 1) r += (__int128)1 << i;
    break;
  case MGP_OP_OR:
  case MGP_OP_ORI:
    r = 0;
    for (unsigned i = 0; i < 32; i++)
      if ((a >> i) % 2 == 1 || (b >> i) % 2 == 1) r += (__int128)1 << i;
    break;
  case MGP_OP_XOR:
  case MGP_OP_XORI:
    r = 0;
    for (unsigned i = 0; i < 32; i++)
      if ((a >> i) % 2 != (b >> i) % 2) r += (__int128)1 << i;
    break;
  case MGP_OP_SLL:
  case MGP_OP_SLLI:
    r = (__int128)a * ((__int128)1 << n);
    break;
  case MGP_OP_SRL:
  case MGP_OP_SRLI:
    r = a / ((__int128)1 << n);
    break;
  case MGP_OP_SRA:
  case MGP_OP_SRAI: /* floor division */
    r = (sa - (((sa % ((__int128)1 << n)) + ((__int128)1 << n)) % ((__int128)1 << n))) /
        ((__int128)1 << n);
    break;
  case MGP_OP_SLT:
  case MGP_OP_SLTI:
    r = sa < sb;
    break;
  case MGP_OP_SLTU:
  case MGP_OP_SLTIU:
    r = (__int128)a < (__int128)b;
    break;
  case MGP_OP_MUL:
    r = sa * sb;
    break;
  case MGP_OP_MULH:
    r = (sa * sb) >> 32;
    break;
  case MGP_OP_MULHSU:
    r = (sa * (__int128)b) >> 32;
    break;
  case MGP_OP_MULHU:
    r = ((__int128)a * (__int128)b) >> 32;
    break;
  case MGP_OP_DIV:
    r = b == 0 ? -1 : sa / sb;
    break;
  case MGP_OP_DIVU:
    r = b == 0 ? -1 : (__int128)a / (__int128)b;
    break;
  case MGP_OP_REM:
    r = b == 0 ? sa : sa % sb;
    break;
  case MGP_OP_REMU:
    r = b == 0 ? sa : (__int128)a % (__int128)b;
    break;
  default:
    abort();
  }
  return (uint32_t)(((r % two32) + two32) % two32);
}

static inline int model_branch(mgp_op_t op, uint32_t a, uint32_t b) {
  const __int128 sa = model_signed(a), sb = model_signed(b);
  switch (op) {
  case MGP_OP_BEQ:
    return a == b;
  case MGP_OP_BNE:
    return a != b;
  case MGP_OP_BLT:
    return sa < sb;
  case MGP_OP_BGE:
    return !(sa < sb);
  case MGP_OP_BLTU:
    return a < b;
  case MGP_OP_BGEU:
    return !(a < b);
  default:
    abort();
  }
}

/* Bytes of the access of a load or store. */
static inline unsigned model_size(mgp_op_t op) {
  switch (op) {
  case MGP_OP_LB:
  case MGP_OP_LBU:
  case MGP_OP_SB:
    return 1;
  case MGP_OP_LH:
  case MGP_OP_LHU:
  case MGP_OP_SH:
    return 2;
  default:
    return 4;
  }
}

/* What a load puts into rd, from the word of memory and the byte address. */
static inline uint32_t model_load(mgp_op_t op, uint32_t word, uint32_t addr) {
  uint8_t bytes[4];
  for (unsigned i = 0; i < 4; i++) bytes[i] = (uint8_t)(word >> (8 * i));
  uint32_t v = 0;
  const unsigned n = model_size(op);
  for (unsigned i = 0; i < n; i++) v |= (uint32_t)bytes[addr % 4 + i] << (8 * i);
  if (op == MGP_OP_LB && v >= 0x80) v += 0xffffff00u;
  if (op == MGP_OP_LH && v >= 0x8000) v += 0xffff0000u;
  return v;
}

static inline uint32_t model_store(mgp_op_t op, uint32_t word, uint32_t addr, uint32_t value) {
  uint8_t bytes[4];
  for (unsigned i = 0; i < 4; i++) bytes[i] = (uint8_t)(word >> (8 * i));
  for (unsigned i = 0; i < model_size(op); i++) bytes[addr % 4 + i] = (uint8_t)(value >> (8 * i));
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

#endif
