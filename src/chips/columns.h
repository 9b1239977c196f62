/* Column layouts: the one list per chip from which the declaration takes its names and the witness
 * its row struct, in trace order. Also the register accesses of each chip, from which the
 * declaration takes time slots and age proofs, and the witness the refresh rule. */
#ifndef MGP_CHIPS_COLUMNS_H
#define MGP_CHIPS_COLUMNS_H

#include "math/field.h"
#include "vm/program.h"

/* Groups: A = read of rs1, B = read of rs2, O = write of rd (old value o), M = memory word. (The
 * formatter has no fixed point for such lists.) */
/* clang-format off */
#define MGP_COLS_STEP(X) X(pc) X(ts)
#define MGP_COLS_A(X) X(rs1) X(a_lo) X(a_hi) X(p1)
#define MGP_COLS_B(X) X(rs2) X(b_lo) X(b_hi) X(p2)
#define MGP_COLS_O(X) X(rd) X(o_lo) X(o_hi) X(pd)
#define MGP_COLS_M(X) X(w_lo) X(m_lo) X(m_hi) X(pm) X(dh)
#define MGP_COLS_R(X) X(r_lo) X(r_hi)
#define MGP_COLS_XYZ(X) X(x_lo) X(x_hi) X(y_lo) X(y_hi) X(z_lo) X(z_hi) X(sub)
#define MGP_COLS_AND(X) X(a0) X(a2) X(b0) X(b2) X(n0) X(n1) X(n2) X(n3) X(o) X(x)
#define MGP_COLS_SHR(X) X(w2) X(w1) X(w0) X(sra) X(sgn) X(Q) X(P) X(u_lo) X(u_hi) MGP_COLS_R(X)
#define MGP_COLS_AB(X) MGP_COLS_STEP(X) MGP_COLS_A(X) MGP_COLS_B(X)
#define MGP_COLS_AO(X) MGP_COLS_STEP(X) MGP_COLS_A(X) MGP_COLS_O(X)
#define MGP_COLS_ABO(X) MGP_COLS_AB(X) MGP_COLS_O(X)

#define MGP_COLS_J(X) MGP_COLS_STEP(X) X(nx)
#define MGP_COLS_CONST(X) MGP_COLS_STEP(X) MGP_COLS_O(X) X(c_lo) X(c_hi) X(nx)
#define MGP_COLS_MV(X) MGP_COLS_AO(X)
#define MGP_COLS_ADDI(X) MGP_COLS_AO(X) X(imm) MGP_COLS_R(X)
#define MGP_COLS_ADDI2(X) MGP_COLS_STEP(X) MGP_COLS_A(X) X(imm) MGP_COLS_R(X)
#define MGP_COLS_ADD(X) MGP_COLS_STEP(X) X(rs1) X(p1) X(rs2) X(p2) MGP_COLS_O(X) MGP_COLS_XYZ(X)
#define MGP_COLS_ADD2(X) MGP_COLS_STEP(X) X(rs1) X(p1) X(rs2) X(p2) MGP_COLS_XYZ(X)
#define MGP_COLS_LOGIC(X) MGP_COLS_ABO(X) MGP_COLS_AND(X)
#define MGP_COLS_LOGIC2(X) MGP_COLS_AB(X) MGP_COLS_AND(X)
#define MGP_COLS_LOGICI(X) MGP_COLS_AO(X) X(a0) X(n0) X(n1) X(i0) X(i1) X(al) X(o) X(x)
#define MGP_COLS_SHIFTI(X) MGP_COLS_AO(X) MGP_COLS_SHR(X)
#define MGP_COLS_SHIFTI2(X) MGP_COLS_STEP(X) MGP_COLS_A(X) MGP_COLS_SHR(X)
#define MGP_COLS_SHIFT(X) MGP_COLS_ABO(X) MGP_COLS_SHR(X) X(left)
#define MGP_COLS_BZ(X) MGP_COLS_STEP(X) MGP_COLS_A(X) X(ne) X(i) X(te) X(tn)
#define MGP_COLS_BEQ(X) MGP_COLS_AB(X) X(ne) X(il) X(ih) X(te) X(tn)
#define MGP_COLS_BLT(X) MGP_COLS_AB(X) X(f1) X(f2) X(f3) X(sa) X(sb) X(tl) X(tg)
#define MGP_COLS_BLTU(X) MGP_COLS_AB(X) X(f1) X(f2) X(f3) X(tl) X(tg)
#define MGP_COLS_SLT(X) MGP_COLS_ABO(X) X(f1) X(f2) X(f3) X(sa) X(sb) X(reg)
#define MGP_COLS_SLTU(X) MGP_COLS_ABO(X) X(f1) X(f2) X(f3) X(reg)
#define MGP_COLS_JALR(X) MGP_COLS_AO(X) X(imm) X(lk) X(b0)
#define MGP_COLS_LW(X) MGP_COLS_AO(X) X(imm) MGP_COLS_M(X)
#define MGP_COLS_LW2(X) MGP_COLS_STEP(X) MGP_COLS_A(X) X(imm) MGP_COLS_M(X)
#define MGP_COLS_LSUB(X) MGP_COLS_AO(X) X(imm) MGP_COLS_M(X) X(h) X(sb) X(sh) X(o1) X(k) X(z)      \
    X(y) X(s)
#define MGP_COLS_SW(X) MGP_COLS_AB(X) X(imm) MGP_COLS_M(X)
#define MGP_COLS_SSUB(X) MGP_COLS_AB(X) X(imm) MGP_COLS_M(X) X(h) X(o1) X(k) X(z) X(y) X(b) X(d)
#define MGP_COLS_MUL(X) MGP_COLS_ABO(X) X(a0) X(a2) X(b0) X(b2) MGP_COLS_R(X)
#define MGP_COLS_MULH(X) MGP_COLS_ABO(X) X(a0) X(a2) X(b0) X(b2) X(r0) X(r1) MGP_COLS_R(X) X(fa)   \
    X(fb) X(ma) X(mb) X(sa) X(sb)
#define MGP_COLS_DIV(X) MGP_COLS_ABO(X) X(b0) X(b2) X(q0) X(q1) X(q2) X(q3) MGP_COLS_R(X) X(t_lo)  \
    X(sa) X(sb) X(sq) X(sr) X(z) X(sg) X(rem)
#define MGP_COLS_HALT(X) MGP_COLS_STEP(X) X(p5) X(v_lo) X(v_hi) X(p10)
#define MGP_COLS_ENOP(X) MGP_COLS_STEP(X) X(p5) X(e)
#define MGP_COLS_WORD(X, i) X(m##i##_lo) X(m##i##_hi) X(pm##i) X(dh##i) X(k##i)
#define MGP_COLS_COMMIT(X) MGP_COLS_STEP(X) X(p5) X(a_lo) X(a_hi) X(p10) MGP_COLS_WORD(X, 0)       \
    MGP_COLS_WORD(X, 1) MGP_COLS_WORD(X, 2) MGP_COLS_WORD(X, 3) MGP_COLS_WORD(X, 4)                \
    MGP_COLS_WORD(X, 5) MGP_COLS_WORD(X, 6) MGP_COLS_WORD(X, 7)
#define MGP_COLS_REFRESH(X) X(r) X(v_lo) X(v_hi) X(prev) X(n0) X(n1) X(dh)
#define MGP_COLS_BOUND(X) X(c) X(k) X(a_hi) X(f_lo) X(f_hi) X(tf) X(dh)
#define MGP_COLS_MEM_IMAGE(X) MGP_COLS_BOUND(X) X(i_lo) X(i_hi)
#define MGP_COLS_MEM_HINT(X) MGP_COLS_BOUND(X) X(i_lo) X(i_hi)
#define MGP_COLS_MEM_ZERO(X) MGP_COLS_BOUND(X) X(g)
/* SHARD_RAM: elements of F_{p^7}, and the S-boxes of a Poseidon2: s = input, c = its cube, of full
 * round r and word i; t, q the same for the one S-box of partial round r. Inputs of round 0 are
 * linear in the record. */
#define MGP_COLS_E7(X, v) X(v##0) X(v##1) X(v##2) X(v##3) X(v##4) X(v##5) X(v##6)
#define MGP_COLS_P2(X, v) X(v##_0) X(v##_1) X(v##_2) X(v##_3) X(v##_4) X(v##_5) X(v##_6) X(v##_7)  \
    X(v##_8) X(v##_9) X(v##_10) X(v##_11) X(v##_12) X(v##_13) X(v##_14) X(v##_15)
#define MGP_COLS_P13(X, v) X(v##0) X(v##1) X(v##2) X(v##3) X(v##4) X(v##5) X(v##6) X(v##7) X(v##8) \
    X(v##9) X(v##10) X(v##11) X(v##12)
#define MGP_COLS_SHARD_RAM(X) X(on) X(in) X(a_lo) X(a_hi) X(v_lo) X(v_hi) X(j) X(nonce) X(ts) X(d) \
    X(i) X(w_hi) MGP_COLS_E7(X, x) MGP_COLS_E7(X, y) MGP_COLS_E7(X, ax) MGP_COLS_E7(X, bx)         \
    MGP_COLS_E7(X, l) MGP_COLS_P2(X, c0)                                                           \
    MGP_COLS_P2(X, s1) MGP_COLS_P2(X, c1) MGP_COLS_P2(X, s2) MGP_COLS_P2(X, c2)                    \
    MGP_COLS_P2(X, s3) MGP_COLS_P2(X, c3) MGP_COLS_P13(X, t) MGP_COLS_P13(X, q)                    \
    MGP_COLS_P2(X, s4) MGP_COLS_P2(X, c4) MGP_COLS_P2(X, s5) MGP_COLS_P2(X, c5)                    \
    MGP_COLS_P2(X, s6) MGP_COLS_P2(X, c6) MGP_COLS_P2(X, s7) MGP_COLS_P2(X, c7)
/* clang-format on */

/* Tables commit to multiplicities only; their contents are virtual columns. */
#define MGP_COLS_PROGRAM(X) X(n)
#define MGP_COLS_IMAGE(X)   X(n)
#define MGP_COLS_RANGE(X)   X(n)
#define MGP_COLS_BYTE(X)    X(n_pair) X(n_and) X(n_msb)
#define MGP_COLS_TS2(X)     X(n)
#define MGP_COLS_SHAMT(X)   X(n)

#define MGP_VIRT_PROGRAM(X) X(pc) X(k) X(x) X(y) X(z)
#define MGP_VIRT_IMAGE(X)   X(k) X(a_hi) X(lo) X(hi)
#define MGP_VIRT_RANGE(X)   X(B) X(v)
#define MGP_VIRT_BYTE(X)    X(x) X(y) X(xy) X(msb)
#define MGP_VIRT_TS2(X)     X(d) X(e)
#define MGP_VIRT_SHAMT(X)   X(x) X(w) X(Q) X(P)

#define MGP_OTHERCHIP_LIST(X) X(REFRESH) X(MEM_IMAGE) X(MEM_HINT) X(MEM_ZERO) X(SHARD_RAM)
#define MGP_TABLE_LIST(X)     X(PROGRAM) X(IMAGE) X(RANGE) X(BYTE) X(TS2) X(SHAMT)

/* Register accesses of instruction chips: chip, timestamps used by a row, then (age proof, time
 * slot) of the accesses recorded in the step's fields a (rs1 or x5), b (rs2 or x10) and o (rd).
 *   NO    no such access
 *   PAIR  shares one TS2 lookup with the chip's other PAIR access: age < 2^MGP_TS2_BITS
 *   LONE  a RANGE lookup of its own: age < 2^16
 *   COND  the same, but the access happens only in the register form of the instruction */
#define MGP_ACCESS_LIST(X)                                                                         \
  X(J, 1, NO, 0, NO, 0, NO, 0)                                                                     \
  X(CONST, 1, NO, 0, NO, 0, LONE, 0)                                                               \
  X(MV, 2, PAIR, 0, NO, 0, PAIR, 1)                                                                \
  X(ADDI, 2, PAIR, 0, NO, 0, PAIR, 1)                                                              \
  X(ADDI2, 1, LONE, 0, NO, 0, NO, 0)                                                               \
  X(ADD, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                             \
  X(ADD2, 2, PAIR, 1, PAIR, 0, NO, 0)                                                              \
  X(LOGIC, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                           \
  X(LOGIC2, 2, PAIR, 1, PAIR, 0, NO, 0)                                                            \
  X(LOGICI, 2, PAIR, 0, NO, 0, PAIR, 1)                                                            \
  X(SHIFTI, 2, PAIR, 0, NO, 0, PAIR, 1)                                                            \
  X(SHIFTI2, 1, LONE, 0, NO, 0, NO, 0)                                                             \
  X(SHIFT, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                           \
  X(BZ, 1, LONE, 0, NO, 0, NO, 0)                                                                  \
  X(BEQ, 2, PAIR, 0, PAIR, 1, NO, 0)                                                               \
  X(BLT, 2, PAIR, 0, PAIR, 1, NO, 0)                                                               \
  X(BLTU, 2, PAIR, 0, PAIR, 1, NO, 0)                                                              \
  X(SLT, 3, PAIR, 0, COND, 1, PAIR, 2)                                                             \
  X(SLTU, 3, PAIR, 0, COND, 1, PAIR, 2)                                                            \
  X(JALR, 2, PAIR, 0, NO, 0, PAIR, 1)                                                              \
  X(LW, 2, PAIR, 0, NO, 0, PAIR, 1)                                                                \
  X(LW2, 1, LONE, 0, NO, 0, NO, 0)                                                                 \
  X(LSUB, 2, PAIR, 0, NO, 0, PAIR, 1)                                                              \
  X(SW, 2, PAIR, 0, PAIR, 1, NO, 0)                                                                \
  X(SSUB, 2, PAIR, 0, PAIR, 1, NO, 0)                                                              \
  X(MUL, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                             \
  X(MULH, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                            \
  X(DIV, 3, PAIR, 0, PAIR, 1, LONE, 2)                                                             \
  X(HALT, 2, PAIR, 0, PAIR, 1, NO, 0)                                                              \
  X(ENOP, 1, LONE, 0, NO, 0, NO, 0)                                                                \
  X(COMMIT, 2, PAIR, 0, PAIR, 1, NO, 0)

typedef enum { MGP_ACCESS_NO, MGP_ACCESS_PAIR, MGP_ACCESS_LONE, MGP_ACCESS_COND } mgp_access_age_t;
typedef enum { MGP_FIELD_A, MGP_FIELD_B, MGP_FIELD_O, MGP_FIELD_COUNT } mgp_field_t;

/* The list above in one word per chip: bits 4f, 4f+1 the age proof of field f, bits 4f+2, 4f+3 its
 * slot; bits 12, 13 the timestamps of a row. 0 for chips that are no instruction. */
MGP_HD uint32_t mgp_chip_accesses(unsigned chip) {
  switch (chip) {
#define MGP_ACCESS_CASE(name, dt, ka, ta, kb, tb, ko, to)                                          \
  case MGP_CHIP_##name:                                                                            \
    return (uint32_t)(MGP_ACCESS_##ka | ta << 2 | MGP_ACCESS_##kb << 4 | tb << 6 |                 \
                      MGP_ACCESS_##ko << 8 | to << 10 | dt << 12);
    MGP_ACCESS_LIST(MGP_ACCESS_CASE)
#undef MGP_ACCESS_CASE
  default:
    return 0;
  }
}
MGP_HD unsigned mgp_access_age(uint32_t accesses, unsigned field) {
  return accesses >> (4 * field) & 3;
}
MGP_HD unsigned mgp_access_slot(uint32_t accesses, unsigned field) {
  return accesses >> (4 * field + 2) & 3;
}
MGP_HD unsigned mgp_access_dt(uint32_t accesses) {
  return accesses >> 12;
}
/* Bits of the window in which an access of this kind needs no REFRESH row. */
MGP_HD unsigned mgp_access_window(unsigned age) {
  return age == MGP_ACCESS_PAIR ? 8 : 16;
}

/* REFRESH stamps are multiples of 2^7: half the smaller window, so that a stamp just below the
 * access is always young enough. */
#define MGP_REFRESH_LOG_GRAIN 7u

/* One row of a chip, by column name. */
#define MGP_ROW_FIELD(col) mgp_f_t col;
#define MGP_ROW_STRUCT(name)                                                                       \
  typedef struct {                                                                                 \
    MGP_COLS_##name(MGP_ROW_FIELD)                                                                 \
  } mgp_row_##name##_t;
MGP_OPCHIP_LIST(MGP_ROW_STRUCT)
MGP_OTHERCHIP_LIST(MGP_ROW_STRUCT)
MGP_TABLE_LIST(MGP_ROW_STRUCT)
#undef MGP_ROW_STRUCT
#undef MGP_ROW_FIELD

#endif
