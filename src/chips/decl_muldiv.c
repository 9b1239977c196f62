/* Multiplication and division.
 *
 * Products go by bytes: with a = sum a_i 256^i and b alike, S0 = a0 b0 + 256 (a0 b1 + a1 b0)
 * collects the weights 2^0 and 2^8, S1 the weights 2^16 and 2^24, S2 those of 2^32 and 2^40, S3
 * that of 2^48. S0 <= 33 357 825, S1, S2 <= 66 780 675 (all below 2^26), S3 <= 65 025. The limb
 * equations S + carry in = r + 2^16 * carry out have u16 limbs and carries below 2^10 by lookup:
 * both sides are below 2^27 in size, so they hold over the integers. (A carry range of 16 bits
 * would leave room for a second solution S + p.) Bytes are unique: low + 256 * high = limb < 2^16.
 */
#include "chips/decl.h"

static void bytes_of_a(mgp_decl_t *d) {
  LET("a1", "(a_lo - a0) / 256");
  LET("a3", "(a_hi - a2) / 256");
}
static void bytes_of_b(mgp_decl_t *d) {
  LET("b1", "(b_lo - b0) / 256");
  LET("b3", "(b_hi - b2) / 256");
}
static void product_low(mgp_decl_t *d) {
  LET("S0", "a0*b0 + 256 * (a0*b1 + a1*b0)");
  LET("S1", "a0*b2 + a1*b1 + a2*b0 + 256 * (a0*b3 + a1*b2 + a2*b1 + a3*b0)");
}
static void product_high(mgp_decl_t *d) {
  LET("S2", "a1*b3 + a2*b2 + a3*b1 + 256 * (a2*b3 + a3*b2)");
  LET("S3", "a3*b3");
}

CHIP(MUL) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "", "0, 0, 0");
  READ_A();
  READ_B();
  WRITE_O("r_lo, r_hi");
  bytes_of_a(d);
  bytes_of_b(d);
  product_low(d);
  LET("c0", "(S0 - r_lo) / 65536");
  LET("c1", "(S1 + c0 - r_hi) / 65536");
  LOOKUP(BYTE, "0, a0, a1, 0");
  LOOKUP(BYTE, "0, a2, a3, 0");
  LOOKUP(BYTE, "0, b0, b1, 0");
  LOOKUP(BYTE, "0, b2, b3, 0");
  U16("r_lo");
  U16("r_hi");
  LOOKUP(RANGE, "1024, c0");
  LOOKUP(RANGE, "1024, c1");
}

/* The high half: unsigned product minus 2^32 * (sa*b + sb*a), where sa = 1 if a is taken as signed
 * (fa) and negative (ma: top bit, from the table). -2 <= c2 <= 511 and -2 <= c3 <= 1; c3 is the
 * part above 2^64, dropped. All sides stay below 2^27. */
CHIP(MULH) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "fa fb", "0, 0, 0");
  READ_A();
  READ_B();
  WRITE_O("r_lo, r_hi");
  bytes_of_a(d);
  bytes_of_b(d);
  product_low(d);
  product_high(d);
  LET("c0", "(S0 - r0) / 65536");
  LET("c1", "(S1 + c0 - r1) / 65536");
  LET("c2", "(S2 + c1 - sa*b_lo - sb*a_lo - r_lo) / 65536");
  LET("c3", "(S3 + c2 - sa*b_hi - sb*a_hi - r_hi) / 65536");
  BITS("fa fb");
  ZERO("a counts as negative", "sa - fa*ma");
  ZERO("b counts as negative", "sb - fb*mb");
  LOOKUP(BYTE, "0, a0, a1, 0");
  LOOKUP(BYTE, "2, a3, a2, ma");
  LOOKUP(BYTE, "0, b0, b1, 0");
  LOOKUP(BYTE, "2, b3, b2, mb");
  U16("r0");
  U16("r1");
  U16("r_lo");
  U16("r_hi");
  LOOKUP(RANGE, "1024, c0");
  LOOKUP(RANGE, "1024, c1");
  LOOKUP(RANGE, "1024, c2 + 2");
  LOOKUP(RANGE, "4, c3 + 2");
}

/* One identity for div, divu, rem, remu: A = B * Q + R with A = a - 2^32 sa and so on. sa, sb are
 * the top bits if the operation is signed (sg), else 0: a_hi - 2^16 sa + 2^15 sg is a u16 only so.
 * Identity: the product q*b by bytes as in MUL (q has four byte columns, which also bound it), with
 * the sign terms at weight 2^32 and nothing left above: over the integers by the same bounds.
 * Remainder, b != 0 (z = 0): |R| < |B|, by t = |B| - 1 - |R| in [0, 2^32), limb by limb with a
 * borrow j in -2..1; and R has the sign of A or is 0. That pins (Q, R); 0 <= q < 2^32 then pins sq,
 * also for -2^31 / -1 (Q = +2^31, sq = 0). b = 0 (z = 1): q = 2^32 - 1, sq = 1 (Q = -1), and the
 * identity gives r = a. z = 0 with b = 0 fails the remainder's bound; z = 1 needs b_lo + b_hi = 0,
 * a sum below 2^17. */
CHIP(DIV) {
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "sg rem", "0, 0, 0");
  READ_A();
  READ_B();
  LET("q_lo", "q0 + 256*q1");
  LET("q_hi", "q2 + 256*q3");
  WRITE_O("q_lo + rem * (r_lo - q_lo), q_hi + rem * (r_hi - q_hi)");
  bytes_of_b(d);
  LET("S0", "q0*b0 + 256 * (q0*b1 + q1*b0)");
  LET("S1", "q0*b2 + q1*b1 + q2*b0 + 256 * (q0*b3 + q1*b2 + q2*b1 + q3*b0)");
  LET("S2", "q1*b3 + q2*b2 + q3*b1 + 256 * (q2*b3 + q3*b2)");
  LET("S3", "q3*b3");
  LET("c0", "(S0 + r_lo - a_lo) / 65536");
  LET("c1", "(S1 + r_hi + c0 - a_hi) / 65536");
  LET("c2", "(S2 + c1 - sq*b_lo - sb*q_lo - sr + sa) / 65536");
  ZERO("nothing above the top limb", "c2 + S3 - sq*b_hi - sb*q_hi + 65536*sq*sb");
  BITS("sa sb sq sr z sg rem");
  LET("B", "1 - 2*sb");
  LET("R", "1 - 2*sa");
  LET("j", "(B*b_lo - 1 - R*r_lo - t_lo) / 65536");
  LET("t_hi", "B * (b_hi - 65536*sb) - R * (r_hi - 65536*sr) + j");
  ZERO("remainder not negative if a is not", "sr * (1 - sa)");
  ZERO("remainder negative or zero if a is negative", "sa * (1 - sr) * (r_lo + r_hi)");
  ZERO("z only for b = 0", "z * (b_lo + b_hi)");
  ZERO("quotient by zero, low limb", "z * (q_lo - 65535)");
  ZERO("quotient by zero, high limb", "z * (q_hi - 65535)");
  ZERO("quotient by zero, sign", "z * (1 - sq)");
  ZERO("no bound to prove for b = 0", "z * t_lo");
  LOOKUP(BYTE, "0, b0, b1, 0");
  LOOKUP(BYTE, "0, b2, b3, 0");
  LOOKUP(BYTE, "0, q0, q1, 0");
  LOOKUP(BYTE, "0, q2, q3, 0");
  U16("r_lo");
  U16("r_hi");
  LOOKUP(RANGE, "1024, c0");
  LOOKUP(RANGE, "1024, c1");
  LOOKUP(RANGE, "1024, c2 + 2");
  LOOKUP_IF("1 - z", RANGE, "65536, t_lo");
  LOOKUP_IF("1 - z", RANGE, "4, j + 2");
  LOOKUP_IF("1 - z", RANGE, "65536, t_hi");
  U16("a_hi - 65536*sa + 32768*sg");
  U16("b_hi - 65536*sb + 32768*sg");
}
