/* ECALL: the chip follows from the code in x5, and all of them have the same program entry. A code
 * without a chip has no row, so the run traps. */
#include <stdio.h>

#include "chips/decl.h"

/* The verifier requires one row in the run's last shard and none elsewhere, and takes EXIT from its
 * public terms. HALT_PC is no program pc: nothing follows. */
CHIP(HALT) {
  STEP("HALT_PC");
  PROGRAM("0", "0", "0", "", "0, 0, 0");
  mgp_decl_register(d, MGP_FIELD_A, "5", "0, 0", "0, 0", "p5");
  mgp_decl_register(d, MGP_FIELD_B, "10", "v_lo, v_hi", "v_lo, v_hi", "p10");
  SEND(EXIT, "v_lo, v_hi");
}

/* Codes 2, 3, 4 change nothing in the machine. */
CHIP(ENOP) {
  STEP("pc + 1");
  PROGRAM("0", "0", "0", "", "0, 0, 0");
  mgp_decl_register(d, MGP_FIELD_A, "5", "3 + e, 0", "3 + e, 0", "p5");
  ZERO("code 2, 3 or 4", "e * (e - 1) * (e + 1)");
}

/* Reads eight words from the address in x10 and makes them public; at most one row per run (the
 * verifier's check). Word i has the key (a_lo + 4i - 2^16 k_i, a_hi + k_i), valid as it is a MEM
 * token's: so k_i is the true carry (the other value moves the low limb out of [0, 2^16)) and the
 * pointer is aligned. The eight keys differ, so all reads share slot 0. */
CHIP(COMMIT) {
  STEP("pc + 1");
  PROGRAM("0", "0", "0", "", "0, 0, 0");
  mgp_decl_register(d, MGP_FIELD_A, "5", "16, 0", "16, 0", "p5");
  mgp_decl_register(d, MGP_FIELD_B, "10", "a_lo, a_hi", "a_lo, a_hi", "p10");
  for (int i = 0; i < 8; i++) {
    char key[64], value[32], prev[8], high[8], carry[8], pub[48];
    snprintf(carry, sizeof carry, "k%d", i);
    snprintf(key, sizeof key, "a_lo + %d - 65536*k%d, a_hi + k%d", 4 * i, i, i);
    snprintf(value, sizeof value, "m%d_lo, m%d_hi", i, i);
    snprintf(prev, sizeof prev, "pm%d", i);
    snprintf(high, sizeof high, "dh%d", i);
    snprintf(pub, sizeof pub, "%d, m%d_lo, m%d_hi", i, i, i);
    BITS(carry);
    mgp_decl_memory(d, key, value, value, prev, high);
    SEND(PUB, pub);
  }
}
