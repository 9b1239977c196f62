/* Lookup tables: contents are virtual columns, known to the verifier; committed is only how often
 * each row is requested. The number of rows is the verifier's, so a table cannot be cut short. */
#include "chips/decl.h"

CHIP(PROGRAM) {
  ENTRY(PROGRAM, "n", "pc, k, x, y, z");
}
CHIP(IMAGE) {
  ENTRY(IMAGE, "n", "k, a_hi, lo, hi");
}
CHIP(RANGE) {
  ENTRY(RANGE, "n", "B, v");
}
CHIP(BYTE) {
  ENTRY(BYTE, "n_pair", "0, x, y, 0");
  ENTRY(BYTE, "n_and", "1, x, y, xy");
  ENTRY(BYTE, "n_msb", "2, x, y, msb");
}
CHIP(TS2) {
  ENTRY(TS2, "n", "d, e");
}
CHIP(SHAMT) {
  ENTRY(SHAMT, "n", "x, w, Q, P");
}
