/* Branches, comparisons, jalr. Targets are program data; a target outside [0, 2^28) was decoded to
 * a pc that no instruction has, so taking it has no next row. */
#include "chips/decl.h"

/* s = a_lo + a_hi < 2^17 is zero exactly if both limbs are. s != 0 forces ne = 1 by the second
 * constraint, s = 0 forces ne = 0 by the first. i is 1/s, or anything if s = 0 (a free column: it
 * occurs nowhere else). */
CHIP(BZ) {
  LET("s", "a_lo + a_hi");
  STEP("te + ne * (tn - te)");
  PROGRAM("0", "rs1", "0", "", "te, tn, 0");
  READ_A();
  ZERO("ne = 0 if zero", "ne - s*i");
  ZERO("ne = 1 if not", "(1 - ne) * s");
}

/* Two differences, two hints: both zero forces ne = 0, any nonzero one forces ne = 1. One combined
 * difference such as dl + c*dh would be zero mod p for unequal values (there are 2^34 pairs). The
 * hints il, ih are free columns: only il*dl + ih*dh matters. */
CHIP(BEQ) {
  LET("dl", "a_lo - b_lo");
  LET("dh", "a_hi - b_hi");
  STEP("te + ne * (tn - te)");
  PROGRAM("0", "rs1", "rs2", "", "te, tn, 0");
  READ_A();
  READ_B();
  ZERO("ne = 0 if equal", "ne - dl*il - dh*ih");
  ZERO("ne = 1 if low limbs differ", "(1 - ne) * dl");
  ZERO("ne = 1 if high limbs differ", "(1 - ne) * dh");
}

/* a < b. One of four flags holds: f1 less by the high limb, f2 less by the low limb, f3 not less by
 * the high limb, f4 not less by the low limb (or equal). f2, f4 need equal high limbs. One lookup
 * proves the claim: Dh > 0, Dl > 0, Dh < 0 or Dl <= 0. Differences are below 2^17 in size, so "in
 * [0, 2^16)" decides the sign, and for limbs of u16 (or of 17 bits with the sign's weight moved,
 * whose difference is still within +-2^16) the true claim always fits: exactly one flag passes.
 * Signed: sa, sb are the top bits (2*a_hi - 2^16*sa is a u16) and count -2^16 instead of +2^15. */
static void less_unsigned(mgp_decl_t *d) {
  LET("Dl", "b_lo - a_lo");
  LET("f4", "1 - f1 - f2 - f3");
  LET("less", "f1 + f2");
  BITS("f1 f2 f3 f4");
  ZERO("high limbs equal where the low limb decides", "(1 - f1 - f3) * Dh");
  U16("f1 * (Dh - 1) + f2 * (Dl - 1) - f3 * (Dh + 1) - f4*Dl");
}
static void less(mgp_decl_t *d, int is_signed) {
  if (is_signed) {
    LET("Dh", "b_hi - 65536*sb - a_hi + 65536*sa");
    BITS("sa sb");
    U16("2*a_hi - 65536*sa");
    U16("2*b_hi - 65536*sb");
  } else {
    LET("Dh", "b_hi - a_hi");
  }
  less_unsigned(d);
}

static void branch_less(mgp_decl_t *d, int is_signed) {
  less(d, is_signed);
  STEP("tg + less * (tl - tg)");
  PROGRAM("0", "rs1", "rs2", "", "tl, tg, 0");
  READ_A();
  READ_B();
}
CHIP(BLT) {
  branch_less(d, 1);
}
CHIP(BLTU) {
  branch_less(d, 0);
}

/* reg = 1: rs2 is read. reg = 0: b is the immediate, from the program, and rs2's access does not
 * happen (multiplicity reg); its number must then be 0, or it could make up for another rd in k. */
static void set_less(mgp_decl_t *d, int is_signed) {
  less(d, is_signed);
  STEP("pc + 1");
  PROGRAM("rd", "rs1", "rs2", "reg", "(1 - reg) * b_lo, (1 - reg) * b_hi, 0");
  READ_A();
  mgp_decl_register_if(d, MGP_FIELD_B, "rs2", "b_lo, b_hi", "b_lo, b_hi", "p2", "reg");
  WRITE_O("less, 0");
  BITS("reg");
  ZERO("no rs2 with an immediate", "(1 - reg) * rs2");
  ZERO("no timestamp with an immediate", "(1 - reg) * p2");
}
CHIP(SLT) {
  set_less(d, 1);
}
CHIP(SLTU) {
  set_less(d, 0);
}

/* Next pc = (a + imm - b0) / 4. The lookup 3*a_hi < 2^16 gives a_hi <= 0x5555, so a + imm - b0 lies
 * in
 * [-2049, 0x55560800), and the next pc, received by a row with a program entry, is below 2^28, so
 * 4 * next is below 2^30. The two are equal mod p and differ by less than p: they are equal. So bit
 * 1 of the target is 0 and b0 is its bit 0. (A public end at HALT_PC is out of reach: 4 * HALT_PC
 * is above the interval.) The link's low limb is program data, its high limb (4*pc + 4 - lk) /
 * 2^16. */
CHIP(JALR) {
  STEP("(a_lo + 65536*a_hi + imm - b0) / 4");
  PROGRAM("rd", "rs1", "0", "", "imm, lk, 0");
  READ_A();
  WRITE_O("lk, (4*pc + 4 - lk) / 65536");
  BITS("b0");
  U16("3*a_hi");
}
