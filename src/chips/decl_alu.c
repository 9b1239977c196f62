/* Jumps without operands, constants, moves, addition, bitwise logic.
 *
 * What every instruction chip may rely on (the lemmas of docs/chips.md):
 *   time    ts is an integer in [1, 2^29): STATE is one path from the public start to the public
 * end. tokens  a received MEM token was sent by somebody, so its register number is in 0..32 (or
 * its address is a valid word), both its limbs are u16, and its timestamp is below 2^29; order ages
 * are proved nonnegative, so a read returns what the last earlier access left. So values read need
 * no range check; each value *written* must be a pair of u16 limbs, and the chip that makes it says
 * why. Division by 2^16 is exact arithmetic mod p: a carry is a small integer by constraint or
 * lookup, and the integer equation follows because both sides are small. */
#include "chips/decl.h"

/* jal x0 and instructions without effect: the target is program data. */
CHIP(J) {
  STEP("nx");
  PROGRAM("0", "0", "0", "", "nx, 0, 0");
}

/* lui, auipc, jal, li: limbs and next pc are program data, and the decoder made the limbs u16. */
CHIP(CONST) {
  STEP("nx");
  PROGRAM("rd", "0", "0", "", "c_lo, c_hi, nx");
  WRITE_O("c_lo, c_hi");
}

CHIP(MV) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "", "0, 0, 0");
  READ_A();
  WRITE_O("a_lo, a_hi");
}

/* a + imm = r mod 2^32, -2048 <= imm < 2048. With u16 limbs on both sides all terms are below 2^18
 * in size, so the limb equations hold over the integers and limbs and carries are unique. imm is
 * signed, so a carry may be -1. */
static void add_immediate(mgp_decl_t *d) {
  LET("carry", "(a_lo + imm - r_lo) / 65536");
  LET("carry2", "(a_hi + carry - r_hi) / 65536");
  ZERO("carry of low limb is -1, 0 or 1", "carry * (carry - 1) * (carry + 1)");
  ZERO("carry of high limb is -1, 0 or 1", "carry2 * (carry2 - 1) * (carry2 + 1)");
  U16("r_lo");
  U16("r_hi");
}

CHIP(ADDI) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "", "imm, 0, 0");
  READ_A();
  WRITE_O("r_lo, r_hi");
  add_immediate(d);
}

/* rd = rs1: one access changes the value of the token. */
CHIP(ADDI2) {
  STEP("pc + 1");
  PROGRAM("0", "rs1", "0", "", "imm, 0, 0");
  REPLACE_A("r_lo, r_hi");
  add_immediate(d);
}

/* x + y = z mod 2^32. Addition: rs1 = x, rs2 = y, rd = z; subtraction: rs1 = z, rs2 = y, rd = x.
 * Two of the three are u16 limbs because they were read, the third because it is looked up: sums
 * are below 2^17 and boolean carries make the result unique. */
static void add_core(mgp_decl_t *d) {
  LET("carry", "(x_lo + y_lo - z_lo) / 65536");
  LET("carry2", "(x_hi + y_hi + carry - z_hi) / 65536");
  LET("a_lo", "x_lo + sub * (z_lo - x_lo)");
  LET("a_hi", "x_hi + sub * (z_hi - x_hi)");
  LET("out_lo", "z_lo + sub * (x_lo - z_lo)");
  LET("out_hi", "z_hi + sub * (x_hi - z_hi)");
  BITS("carry carry2 sub");
  U16("out_lo");
  U16("out_hi");
}

CHIP(ADD) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "sub", "0, 0, 0");
  add_core(d);
  READ_A();
  mgp_decl_register(d, MGP_FIELD_B, "rs2", "y_lo, y_hi", "y_lo, y_hi", "p2");
  WRITE_O("out_lo, out_hi");
}

/* rd = rs1. rs2 is read first, then rs1 is replaced, so that add a, a, a works. */
CHIP(ADD2) {
  STEP("pc + 1");
  PROGRAM("0", "rs1", "rs2", "sub", "0, 0, 0");
  add_core(d);
  mgp_decl_register(d, MGP_FIELD_B, "rs2", "y_lo, y_hi", "y_lo, y_hi", "p2");
  REPLACE_A("out_lo, out_hi");
}

/* n = a AND b by bytes; or: a + b - n, xor: a + b - 2n. The table makes its inputs bytes, and
 * low byte + 256 * high byte = limb < 2^16 cannot wrap, so the split is the true one. The result is
 * a u16 because n, a | b and a ^ b are. */
static void logic_core(mgp_decl_t *d) {
  BITS("o x");
  LOOKUP(BYTE, "1, a0, b0, n0");
  LOOKUP(BYTE, "1, (a_lo - a0) / 256, (b_lo - b0) / 256, n1");
  LOOKUP(BYTE, "1, a2, b2, n2");
  LOOKUP(BYTE, "1, (a_hi - a2) / 256, (b_hi - b2) / 256, n3");
  LET("out_lo", "(o + x) * (a_lo + b_lo) + (1 - 2*o - 3*x) * (n0 + 256*n1)");
  LET("out_hi", "(o + x) * (a_hi + b_hi) + (1 - 2*o - 3*x) * (n2 + 256*n3)");
}

CHIP(LOGIC) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "o x", "0, 0, 0");
  READ_A();
  READ_B();
  logic_core(d);
  WRITE_O("out_lo, out_hi");
}

CHIP(LOGIC2) {
  STEP("pc + 1");
  PROGRAM("0", "rs1", "rs2", "o x", "0, 0, 0");
  READ_B();
  logic_core(d);
  REPLACE_A("out_lo, out_hi");
}

/* The high half of the immediate is 0 or 0xffff, so the high limb needs no lookup:
 * out_hi = al * a_hi + 0xffff * (1 - al) * (o + x/2), al program data: andi 0 / 1 for imm >= 0 / <
 * 0, ori 1 / 0, xori 1 / -1. Every case gives a u16: 0 or a_hi, a_hi or 0xffff, a_hi or 0xffff -
 * a_hi. */
CHIP(LOGICI) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "o x", "i0, i1, al");
  READ_A();
  BITS("o x");
  LOOKUP(BYTE, "1, a0, i0, n0");
  LOOKUP(BYTE, "1, (a_lo - a0) / 256, i1, n1");
  LET("out_lo", "(o + x) * (a_lo + i0 + 256*i1) + (1 - 2*o - 3*x) * (n0 + 256*n1)");
  LET("out_hi", "al * a_hi + 65535 * (1 - al) * (o + x / 2)");
  WRITE_O("out_lo, out_hi");
}
