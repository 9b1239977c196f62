/* Where MEM tokens come from and go: REFRESH rows and the memory boundary. (Registers' first and
 * last tokens are public terms of the verifier.) */
#include "chips/decl.h"

/* Stamps a register token anew, so that its next access is within its window: a read by nobody. The
 * new time t = 2^7 (n0 + 2^16 n1) is below 2^29 by lookup: without an absolute bound, refreshes
 * could run once round the field and close a cycle that carries a forged value. t - prev - 1 in [0,
 * 2^29) as for any access; prev < 2^29 because the token was sent by somebody. The register number
 * and the value are the token's own. */
CHIP(REFRESH) {
  LET("t", "128 * (n0 + 65536*n1)");
  RECEIVE(MEM, "r, REG, v_lo, v_hi, prev");
  SEND(MEM, "r, REG, v_lo, v_hi, t");
  U16("n0");
  LOOKUP(RANGE, "64, n1");
  U16("t - prev - 1 - 65536*dh");
  LOOKUP(RANGE, "8192, dh");
}

/* One row per touched word: gives its first token (value i, time 0), takes its last (value f, time
 * tf). key = k + 2^14 a_hi with k, a_hi < 2^14, so the MEM address limbs (4k, a_hi) are those of a
 * word below 2^30, and distinct keys have distinct limbs. Chain: the row takes the value c, which
 * the previous row sent as its key + 1 (or the verifier as the chain's public start), and sends key
 * + 1. c <= 2^28 is an integer for that reason, and key - c in [0, 2^29) by lookup means key >= c
 * over the integers: keys strictly increase along the chain, none comes twice, and all lie between
 * the public start and the public end. f and tf are as received. */
static void boundary(mgp_decl_t *d, const char *first) {
  LET("key", "k + 16384*a_hi");
  mgp_decl_send(d, MGP_BUS_MEM, first);
  RECEIVE(MEM, "4*k, a_hi, f_lo, f_hi, tf");
  U16("key - c - 65536*dh");
  LOOKUP(RANGE, "8192, dh");
}

/* First value from the program image: the request validates key and value at once. */
CHIP(MEM_IMAGE) {
  boundary(d, "4*k, a_hi, i_lo, i_hi, 0");
  RECEIVE(CHAIN_IMAGE, "c");
  SEND(CHAIN_IMAGE, "key + 1");
  LOOKUP(IMAGE, "k, a_hi, i_lo, i_hi");
}

/* Hint region: the prover chooses the first value, two u16 limbs. The public ends of the chain keep
 * keys inside the region. */
CHIP(MEM_HINT) {
  boundary(d, "4*k, a_hi, i_lo, i_hi, 0");
  RECEIVE(CHAIN_HINT, "c");
  SEND(CHAIN_HINT, "key + 1");
  LOOKUP(RANGE, "16384, k");
  LOOKUP(RANGE, "16384, a_hi");
  U16("i_lo");
  U16("i_hi");
}

/* Everything else starts as zero. Each gap g between image segments and hint region is a chain of
 * its own, with the gap's start and an end inside the gap as public terms. */
CHIP(MEM_ZERO) {
  boundary(d, "4*k, a_hi, 0, 0, 0");
  RECEIVE(CHAIN_ZERO, "g, c");
  SEND(CHAIN_ZERO, "g, key + 1");
  LOOKUP(RANGE, "16384, k");
  LOOKUP(RANGE, "16384, a_hi");
}
