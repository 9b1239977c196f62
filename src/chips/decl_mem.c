/* Loads and stores.
 *
 * Address: byte address a + imm = word key + offset, key = (w_lo, a_hi + k), k the carry. The MEM
 * token exists only for keys of the memory boundary: w_lo a multiple of 4 below 2^16 and a_hi + k
 * below 2^14. a_lo + imm - offset - w_lo is below 2^18 in size, so with k in {-1, 0, 1} the
 * equation holds over the integers and the split is unique: alignment and the limit 2^30 need no
 * lookup. A sum outside [0, 2^30), the wrap at 2^32 included, has no key: the run traps. No address
 * reaches the register space, as a_hi + k <= 2^16 < REG. */
#include "chips/decl.h"

static void address(mgp_decl_t *d) {
  LET("k_w", "(a_lo + imm - offset - w_lo) / 65536");
  ZERO("carry of the address is -1, 0 or 1", "k_w * (k_w - 1) * (k_w + 1)");
}
#define WORD_KEY "w_lo, a_hi + k_w"

CHIP(LW) {
  LET("offset", "0");
  address(d);
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "", "imm, 0, 0");
  READ_A();
  MEMORY(WORD_KEY, "m_lo, m_hi");
  WRITE_O("m_lo, m_hi");
}

/* rd = rs1. The register's access and the memory's share slot 0: their keys differ. */
CHIP(LW2) {
  LET("offset", "0");
  address(d);
  STEP("pc + 1");
  PROGRAM("0", "rs1", "0", "", "imm, 0, 0");
  REPLACE_A("m_lo, m_hi");
  MEMORY(WORD_KEY, "m_lo, m_hi");
}

/* The half of the word chosen by o1 as bytes: z is the byte chosen by k, y the other. A lookup of
 * (z, y) makes them bytes, and z + 256*y < 2^16 cannot wrap, so they are the true ones. */
static void split_half(mgp_decl_t *d) {
  LET("half", "m_lo + o1 * (m_hi - m_lo)");
  ZERO("bytes of the half", "half - z - 256*y - 255*k * (z - y)");
}

/* lb, lbu, lh, lhu. Byte loads: offset = 2*o1 + k, z is the byte. Halves (h = 1): k = 1, so offset
 * = 2*o1, z is the high byte. s is the top bit of z, from the table. Values are u16 by
 * construction. */
CHIP(LSUB) {
  LET("offset", "2*o1 + k - h");
  address(d);
  split_half(d);
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "h sb sh", "imm, 0, 0");
  READ_A();
  MEMORY(WORD_KEY, "m_lo, m_hi");
  WRITE_O("z + 65280*sb*s + h * (y + 255*z), 65535 * (sb + sh) * s");
  BITS("h sb sh o1 k");
  ZERO("halves take the high byte as z", "h * (1 - k)");
  LOOKUP(BYTE, "2, z, y, s");
}

CHIP(SW) {
  LET("offset", "0");
  address(d);
  STEP("pc + 1");
  PROGRAM("0", "rs1", "rs2", "", "imm, 0, 0");
  READ_A();
  READ_B();
  MEMORY(WORD_KEY, "b_lo, b_hi");
}

/* sb, sh. d is what is added to the chosen half: for sh the difference to b_lo, for sb the
 * difference of bytes b - z at its place. b is the low byte of rs2: b and (b_lo - b) / 256 are
 * bytes by lookup. The new half has bytes (b, y) or is b_lo: a u16. */
CHIP(SSUB) {
  LET("offset", "2*o1 + k");
  address(d);
  split_half(d);
  STEP("pc + 1");
  PROGRAM("0", "rs1", "rs2", "h", "imm, 0, 0");
  READ_A();
  READ_B();
  MEMORY(WORD_KEY, "m_lo + (1 - o1) * d, m_hi + o1 * d");
  BITS("h o1 k");
  ZERO("halves are aligned", "h*k");
  ZERO("what is added to the half", "(1 - h) * (b - z) * (1 + 255*k) + h * (b_lo - half) - d");
  LOOKUP(BYTE, "0, z, y, 0");
  LOOKUP(BYTE, "0, b, (b_lo - b) / 256, 0");
}
