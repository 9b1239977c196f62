/* SHARD_RAM: memory that goes from shard to shard, as a multiset hash into an elliptic curve. The
 * argument for a whole run is in docs/protocol.md, "Shard RAM"; here is what one row proves. */
#include <stdio.h>

#include "chips/decl.h"
#include "math/curve.h"

#define NO_COLUMN ((mgp_node_t)UINT16_MAX)

/* --- F_{p^7} ------------------------------------------------------------------------------- */

typedef struct {
  mgp_node_t c[MGP_E7_DEGREE];
} e7_t;

static e7_t e7_column(mgp_decl_t *d, const char *name) {
  e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    char text[16];
    snprintf(text, sizeof text, "%s%d", name, i);
    r.c[i] = mgp_decl_formula(d, text);
  }
  return r;
}
static e7_t e7_sub(mgp_decl_t *d, e7_t a, e7_t b) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) a.c[i] = mgp_decl_sub(d, a.c[i], b.c[i]);
  return a;
}

static mgp_node_t times(mgp_decl_t *d, mgp_node_t a, uint32_t k) {
  return mgp_decl_mul(d, a, mgp_decl_constant(d, mgp_f_from_u32(k)));
}

/* z^(7 + m) = 2 z^(m + 1) + 5 z^m */
static e7_t e7_reduce(mgp_decl_t *d, const mgp_node_t c[2 * MGP_E7_DEGREE - 1]) {
  e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++) r.c[i] = c[i];
  for (int m = 0; m < MGP_E7_DEGREE - 1; m++) {
    r.c[m] = mgp_decl_add(d, r.c[m], times(d, c[MGP_E7_DEGREE + m], 5));
    r.c[m + 1] = mgp_decl_add(d, r.c[m + 1], times(d, c[MGP_E7_DEGREE + m], 2));
  }
  return r;
}

static e7_t e7_mul(mgp_decl_t *d, e7_t a, e7_t b) {
  mgp_node_t c[2 * MGP_E7_DEGREE - 1];
  for (int k = 0; k < 2 * MGP_E7_DEGREE - 1; k++) c[k] = mgp_decl_constant(d, 0);
  for (int i = 0; i < MGP_E7_DEGREE; i++)
    for (int j = 0; j < MGP_E7_DEGREE; j++)
      c[i + j] = mgp_decl_add(d, c[i + j], mgp_decl_mul(d, a.c[i], b.c[j]));
  return e7_reduce(d, c);
}

static e7_t e7_sqr(mgp_decl_t *d, e7_t a) {
  mgp_node_t c[2 * MGP_E7_DEGREE - 1];
  for (int k = 0; k < 2 * MGP_E7_DEGREE - 1; k++) {
    mgp_node_t mixed = mgp_decl_constant(d, 0);
    for (int i = k < MGP_E7_DEGREE ? 0 : k - (MGP_E7_DEGREE - 1); 2 * i < k; i++)
      mixed = mgp_decl_add(d, mixed, mgp_decl_mul(d, a.c[i], a.c[k - i]));
    c[k] = times(d, mixed, 2);
    if (k % 2 == 0) c[k] = mgp_decl_add(d, c[k], mgp_decl_mul(d, a.c[k / 2], a.c[k / 2]));
  }
  return e7_reduce(d, c);
}

/* a = b, coefficient by coefficient. */
static void e7_equal(mgp_decl_t *d, const char *name, e7_t a, e7_t b) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    char text[32];
    snprintf(text, sizeof text, "%s %d", name, i);
    mgp_decl_zero_node(d, text, mgp_decl_sub(d, a.c[i], b.c[i]));
  }
}

static void e7_define(mgp_decl_t *d, const char *name, e7_t a) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    char text[16];
    snprintf(text, sizeof text, "%s%d", name, i);
    mgp_decl_define(d, text, a.c[i]);
  }
}

/* --- Poseidon2 (math/poseidon2.h) ----------------------------------------------------------- */

/* The column of a word: PREFIX_i of a full round, PREFIXr of a partial one. */
static mgp_node_t p2_column(mgp_decl_t *d, char what, unsigned round, int word) {
  char text[16];
  if (word < 0)
    snprintf(text, sizeof text, "%c%u", what, round);
  else
    snprintf(text, sizeof text, "%c%u_%d", what, round, word);
  return mgp_decl_formula(d, text);
}

/* x^7 from an input of degree 1 and the column of its cube. */
static mgp_node_t p2_sbox(mgp_decl_t *d, mgp_node_t x, mgp_node_t cube, const char *name) {
  mgp_node_t x2 = mgp_decl_mul(d, x, x);
  mgp_decl_zero_node(d, name, mgp_decl_sub(d, cube, mgp_decl_mul(d, x2, x)));
  return mgp_decl_mul(d, mgp_decl_mul(d, cube, cube), x);
}

static void p2_external(mgp_decl_t *d, mgp_node_t s[MGP_P2_WIDTH]) {
  mgp_node_t sum[4];
  for (int g = 0; g < MGP_P2_WIDTH; g += 4) {
    mgp_node_t a = s[g], b = s[g + 1], c = s[g + 2], e = s[g + 3];
    mgp_node_t ab = mgp_decl_add(d, a, b), ce = mgp_decl_add(d, c, e), t = mgp_decl_add(d, ab, ce);
    mgp_node_t tb = mgp_decl_add(d, t, b), te = mgp_decl_add(d, t, e);
    s[g] = mgp_decl_add(d, tb, ab);
    s[g + 1] = mgp_decl_add(d, tb, times(d, c, 2));
    s[g + 2] = mgp_decl_add(d, te, ce);
    s[g + 3] = mgp_decl_add(d, te, times(d, a, 2));
    for (int i = 0; i < 4; i++) sum[i] = g == 0 ? s[i] : mgp_decl_add(d, sum[i], s[g + i]);
  }
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = mgp_decl_add(d, s[i], sum[i & 3]);
}

static void p2_internal(mgp_decl_t *d, mgp_node_t s[MGP_P2_WIDTH]) {
  mgp_node_t sum = s[0];
  for (int i = 1; i < MGP_P2_WIDTH; i++) sum = mgp_decl_add(d, sum, s[i]);
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = mgp_decl_add(d, sum, mgp_decl_mul(d, s[i], mgp_decl_constant(d, mgp_p2_diag[i])));
}

/* Input of an S-box: the word plus the round constant, which `on` keeps off rows beyond the end. A
 * column takes its value, unless it is of degree 1 anyway (round 0). */
static mgp_node_t p2_input(mgp_decl_t *d, mgp_node_t word, mgp_f_t rc, mgp_node_t on,
                           mgp_node_t column, const char *name) {
  mgp_node_t x = mgp_decl_add(d, word, mgp_decl_mul(d, on, mgp_decl_constant(d, rc)));
  if (column == NO_COLUMN) return x;
  mgp_decl_zero_node(d, name, mgp_decl_sub(d, column, x));
  return column;
}

static void p2_full(mgp_decl_t *d, unsigned round, const mgp_f_t rc[MGP_P2_WIDTH], mgp_node_t on,
                    mgp_node_t s[MGP_P2_WIDTH]) {
  for (int i = 0; i < MGP_P2_WIDTH; i++) {
    char input[24], cube[24];
    snprintf(input, sizeof input, "s%u_%d", round, i);
    snprintf(cube, sizeof cube, "cube %u_%d", round, i);
    mgp_node_t column = round == 0 ? NO_COLUMN : p2_column(d, 's', round, i);
    mgp_node_t x = p2_input(d, s[i], rc[i], on, column, input);
    s[i] = p2_sbox(d, x, p2_column(d, 'c', round, i), cube);
  }
  p2_external(d, s);
}

static void p2_permute(mgp_decl_t *d, mgp_node_t on, mgp_node_t s[MGP_P2_WIDTH]) {
  p2_external(d, s);
  for (unsigned r = 0; r < MGP_P2_FULL_HALF; r++) p2_full(d, r, mgp_p2_rc_initial[r], on, s);
  for (unsigned r = 0; r < MGP_P2_PARTIAL; r++) {
    char input[24], cube[24];
    snprintf(input, sizeof input, "t%u", r);
    snprintf(cube, sizeof cube, "cube %u", r);
    mgp_node_t column = p2_column(d, 't', r, -1);
    mgp_node_t x = p2_input(d, s[0], mgp_p2_rc_partial[r], on, column, input);
    s[0] = p2_sbox(d, x, p2_column(d, 'q', r, -1), cube);
    p2_internal(d, s);
  }
  for (unsigned r = 0; r < MGP_P2_FULL_HALF; r++)
    p2_full(d, MGP_P2_FULL_HALF + r, mgp_p2_rc_final[r], on, s);
}

/* --- the chip ------------------------------------------------------------------------------- */

/* x = the first seven words of the permutation of (record, nonce, constants). */
static void hash(mgp_decl_t *d) {
  static const char *const word[] = {"a_lo", "a_hi", "v_lo", "v_hi", "j", "nonce"};
  const mgp_node_t on = mgp_decl_formula(d, "on");
  mgp_node_t s[MGP_P2_WIDTH];
  for (int i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = i < 6 ? mgp_decl_formula(d, word[i]) : mgp_decl_constant(d, 0);
  s[8] = times(d, on, MGP_TAG_RECORD);
  s[9] = times(d, on, MGP_CURVE_RECORD_WORDS + 1);
  p2_permute(d, on, s);
  e7_t x;
  for (int i = 0; i < MGP_E7_DEGREE; i++) x.c[i] = s[i];
  e7_equal(d, "x", e7_column(d, "x"), x);
}

CHIP(SHARD_RAM) {
  mgp_decl_share(d);
  BITS("in");
  ZERO("no late token as a first value", "(1 - in) * d * ts");
  hash(d);
  const e7_t x = e7_column(d, "x"), y = e7_column(d, "y"), l = e7_column(d, "l");
  const e7_t a = e7_column(d, "ax"), b = e7_column(d, "bx");
  e7_t rhs = e7_mul(d, e7_sqr(d, x), x);
  for (int i = 0; i < MGP_E7_DEGREE; i++)
    rhs.c[i] = mgp_decl_add(d, rhs.c[i], times(d, x.c[i], MGP_CURVE_A));
  rhs.c[5] = mgp_decl_add(d, rhs.c[5], times(d, mgp_decl_formula(d, "on"), MGP_CURVE_B5));
  e7_equal(d, "curve", e7_sqr(d, y), rhs);
  e7_equal(d, "sum", b, e7_sub(d, e7_sub(d, e7_sqr(d, l), a), x));
  e7_define(d, "ay", e7_sub(d, y, e7_mul(d, l, e7_sub(d, x, a))));
  e7_define(d, "by", e7_sub(d, e7_mul(d, l, e7_sub(d, x, b)), y));
  MOVE("2*in - 1", MEM, "a_lo, a_hi, v_lo, v_hi, ts");
  RECEIVE(SHARD, "on, in, j + in*(d + 1), d + in*(ts - d)");
  LOOKUP_IF("in", RANGE, "65536, d");
  LET("w", "(1 - 2*in)*y6 - 1");
  U16("w - 65536*w_hi");
  LOOKUP(RANGE, "16384, w_hi");
  LOOKUP(RANGE, "16384, w_hi + 1024");
  RECEIVE(ACC, "i, ax0, ax1, ax2, ax3, ax4, ax5, ax6, ay0, ay1, ay2, ay3, ay4, ay5, ay6");
  SEND(ACC, "i + 1, bx0, bx1, bx2, bx3, bx4, bx5, bx6, by0, by1, by2, by3, by4, by5, by6");
}
