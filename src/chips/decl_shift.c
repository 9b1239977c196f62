/* Shifts. Every shift is a right shift by s in 0..15 of the limbs (0, a_lo, a_hi), read as one long
 * number, then a choice of two neighbouring limbs of the result:
 *   T2 = a_hi >> s (with sign bits), T1 = the 16 bits below it, T0 = the 16 bits below those.
 * Right by n: s = n mod 16; w1 picks (T1, T2) for n < 16, w2 picks (T2, sign) else.
 * Left by n:  s = -n mod 16; w1 for n = 0, w0 picks (T0, T1) for 1..16, none picks (0, T0).
 *
 * Q = 2^s and P = 2^(16-s) come from the program or the SHAMT table. u = limb >> s is unique: with
 * remainder < Q and u < P, Q*u + remainder < 2^16 is Euclidean division over the integers. P * a_lo
 * may pass p, but T0 = P * (a_lo - Q*u_lo) mod p as P*Q = 2^16, and that integer is below 2^16; the
 * same for T1 = u_lo + P * (a_hi - Q*u_hi) < 2^16. So both result limbs are u16.
 * sgn is the top bit of a for sra: 2*a_hi - 2^16*sgn in [0, 2^16); it is 0 for the others. */
#include "chips/decl.h"

static void shift_core(mgp_decl_t *d) {
  BITS("w2 w1 w0 sra sgn");
  ZERO("sign bits only for sra", "sgn * (1 - sra)");
  LET("T0", "P * a_lo - 65536*u_lo");
  LET("T1", "u_lo + P * a_hi - 65536*u_hi");
  LET("T2", "u_hi + sgn * (65536 - P)");
  ZERO("low limb", "w2*T2 + w1*T1 + w0*T0 - r_lo");
  ZERO("high limb", "65535*w2*sgn + w1*T2 + w0*T1 + (1 - w2 - w1 - w0) * T0 - r_hi");
  LOOKUP(RANGE, "Q, a_lo - Q*u_lo");
  LOOKUP(RANGE, "P, u_lo");
  LOOKUP(RANGE, "Q, a_hi - Q*u_hi");
  LOOKUP(RANGE, "P, u_hi");
  LOOKUP_IF("sra", RANGE, "65536, 2*a_hi - 65536*sgn");
}

CHIP(SHIFTI) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "0", "w2 w1 w0 sra", "Q, P, 0");
  READ_A();
  WRITE_O("r_lo, r_hi");
  shift_core(d);
}

CHIP(SHIFTI2) {
  STEP("pc + 1");
  PROGRAM("0", "rs1", "0", "w2 w1 w0 sra", "Q, P, 0");
  REPLACE_A("r_lo, r_hi");
  shift_core(d);
}

/* The amount is a register: the table takes its low limb (a u16) and the direction, and gives the
 * window (unique, as its three flags are boolean), Q and P. */
CHIP(SHIFT) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "sra left", "0, 0, 0");
  READ_A();
  READ_B();
  WRITE_O("r_lo, r_hi");
  shift_core(d);
  BITS("left");
  LOOKUP(SHAMT, "b_lo + 65536*left, w2 + 2*w1 + 4*w0, Q, P");
}
