/* For the tests of SHARD_RAM: honest rows, a judge of accepted rows, and rows with one fault that
 * everything after it follows.
 *
 * The judge sees the tokens of a row and the record that it claims (columns j and nonce; the rest
 * of a record is in the MEM token). It assumes that SHARD tokens are those of the row's shard, that
 * the sum received is a point of the curve other than the row's own (a relation that takes a
 * discrete logarithm), and that records of ids beyond 2^16 are sent by nobody. */
#ifndef MGP_TESTS_CHIPS_RAM_H
#define MGP_TESTS_CHIPS_RAM_H

#include "chips/check.h"
#include "chips/ram.h"
#include "chips/witness.h"
#include "chips_judge.h"
#include "unit/ram_rows.h"

typedef struct {
  uint32_t in_id, out_id, memory;
} ram_shard_t;

static const mgp_chip_t *ram_chip;

static unsigned ram_column(const char *name) {
  for (uint32_t c = 0; c < ram_chip->ncols; c++)
    if (strcmp(ram_chip->col_name[c], name) == 0) return c;
  fprintf(stderr, "SHARD_RAM has no column %s\n", name);
  exit(1);
}

static mgp_e7_t ram_e7(const mgp_f_t *row, const char *first) {
  mgp_e7_t r;
  memcpy(r.c, row + ram_column(first), sizeof r.c);
  return r;
}
static void ram_put_e7(mgp_f_t *row, const char *first, mgp_e7_t v) {
  memcpy(row + ram_column(first), v.c, sizeof v.c);
}
static uint32_t ram_get(const mgp_f_t *row, const char *name) {
  return mgp_f_to_u32(row[ram_column(name)]);
}
static void ram_put(mgp_f_t *row, const char *name, uint32_t v) {
  row[ram_column(name)] = mgp_f_from_u32(v);
}

/* --- the judge ------------------------------------------------------------------------------- */

/* The point that a record adds to the sum; 0 if the nonce does not fit. */
static int ram_point(const mgp_f_t word[5], mgp_f_t nonce, int in, mgp_point_t *out) {
  mgp_f_t s[MGP_P2_WIDTH];
  mgp_curve_hash_state(word, nonce, MGP_TAG_RECORD, s);
  mgp_p2_permute(s);
  memcpy(out->x.c, s, sizeof out->x.c);
  out->infinity = 0;
  if (!mgp_curve_lift(out->x, &out->y)) return 0;
  if (in) *out = mgp_curve_neg(out);
  return 1;
}

static mgp_point_t ram_sum_of(const judge_token_t *acc) {
  mgp_point_t p = {.infinity = 0};
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    p.x.c[i] = mgp_f_from_u32(acc->t[1 + i]);
    p.y.c[i] = mgp_f_from_u32(acc->t[8 + i]);
  }
  return p;
}

static const char *ram_judge(const ram_shard_t *shard, const mgp_f_t *row,
                             const judge_face_t *face) {
  const judge_token_t *mem = NULL, *who = NULL, *take = NULL, *give = NULL;
  for (uint32_t i = 0; i < face->n; i++) {
    const judge_token_t *k = &face->token[i];
    if (k->bus == MGP_BUS_MEM) mem = k;
    if (k->bus == MGP_BUS_SHARD) who = k;
    if (k->bus == MGP_BUS_ACC && k->mult == 1) give = k;
    if (k->bus == MGP_BUS_ACC && k->mult != 1) take = k;
  }
  if (!mem || !who || !take || !give || face->n != 4) return "the wrong set of tokens";
  const uint32_t in = who->t[1], id = in ? shard->in_id : shard->out_id;
  if (who->t[0] != 1 || in > 1 || who->t[2] != id || who->t[3] != shard->memory) return JUDGE_ENV;
  if (mem->mult != (in ? 1 : MGP_P - 1)) return "a token in the wrong direction";
  const uint32_t j = ram_get(row, "j"), *t = mem->t;
  if (in ? j >= 1u << 16 || !judge_valid_token(t) : !judge_valid_token(t)) return JUDGE_ENV;
  if (in ? j >= id : j != id) return "a record of the wrong shard";
  if (in && t[4] != shard->memory) return "the time of a received word";
  if (!in && shard->memory && t[4] != 0) return "a late value is sent as a first one";
  mgp_point_t sum = ram_sum_of(take), point, next = ram_sum_of(give);
  if (!mgp_curve_has(&sum)) return JUDGE_ENV;
  mgp_f_t word[5] = {0, 0, 0, 0, row[ram_column("j")]};
  for (int i = 0; i < 4; i++) word[i] = mgp_f_from_u32(t[i]);
  if (!ram_point(word, row[ram_column("nonce")], (int)in, &point))
    return "a record without a point";
  if (mgp_curve_equal(&sum, &point)) return JUDGE_ENV;
  sum = mgp_curve_add(&sum, &point);
  if (!mgp_curve_equal(&sum, &next)) return "the sum";
  return give->t[0] == (take->t[0] + 1) % MGP_P ? JUDGE_OK : "the number of the row";
}

/* --- rows that follow a fault ----------------------------------------------------------------- */

/* What is added to one column, or to one coefficient of the curve's equation. */
typedef struct {
  unsigned column, coefficient; /* UINT32_MAX: none */
  mgp_f_t delta;
} ram_fault_t;

static mgp_f_t ram_set(mgp_f_t *row, unsigned column, mgp_f_t v, const ram_fault_t *fault) {
  return row[column] = column == fault->column ? mgp_f_add(v, fault->delta) : v;
}

static mgp_f_t ram_sbox(mgp_f_t *row, mgp_f_t x, unsigned input, unsigned cube,
                        const ram_fault_t *fault) {
  if (input != UINT32_MAX) x = ram_set(row, input, x, fault);
  const mgp_f_t c = ram_set(row, cube, mgp_f_mul(mgp_f_sqr(x), x), fault);
  return mgp_f_mul(mgp_f_sqr(c), x);
}

static void ram_full_round(mgp_f_t *row, unsigned round, const mgp_f_t *rc, mgp_f_t *s,
                           const ram_fault_t *fault) {
  char input[8], cube[8];
  snprintf(input, sizeof input, "s%u_0", round);
  snprintf(cube, sizeof cube, "c%u_0", round);
  const unsigned c = ram_column(cube), x = round ? ram_column(input) : UINT32_MAX;
  for (unsigned i = 0; i < MGP_P2_WIDTH; i++)
    s[i] = ram_sbox(row, mgp_f_add(s[i], rc[i]), round ? x + i : UINT32_MAX, c + i, fault);
  mgp_p2_external(s);
}

/* Columns of the hash, from those of the record. */
static void ram_follow_hash(mgp_f_t *row, const ram_fault_t *fault) {
  mgp_f_t s[MGP_P2_WIDTH];
  mgp_curve_hash_state(row + ram_column("a_lo"), row[ram_column("nonce")], MGP_TAG_RECORD, s);
  mgp_p2_external(s);
  for (unsigned r = 0; r < 4; r++) ram_full_round(row, r, mgp_p2_rc_initial[r], s, fault);
  for (unsigned r = 0; r < MGP_P2_PARTIAL; r++) {
    s[0] = ram_sbox(row, mgp_f_add(s[0], mgp_p2_rc_partial[r]), ram_column("t0") + r,
                    ram_column("q0") + r, fault);
    mgp_p2_internal(s);
  }
  for (unsigned r = 0; r < 4; r++) ram_full_round(row, 4 + r, mgp_p2_rc_final[r], s, fault);
  for (unsigned i = 0; i < MGP_E7_DEGREE; i++) ram_set(row, ram_column("x0") + i, s[i], fault);
}

/* Columns after x and y, for the sum `before`. */
static void ram_follow_sum(mgp_f_t *row, const mgp_point_t *before, const ram_fault_t *fault) {
  const mgp_e7_t x = ram_e7(row, "x0"), y = ram_e7(row, "y0");
  const mgp_f_t top = ram_get(row, "in") ? mgp_f_neg(y.c[6]) : y.c[6];
  ram_put(row, "w_hi", mgp_f_to_u32(mgp_f_sub(top, mgp_f_one())) >> 16);
  const mgp_e7_t l = mgp_e7_mul(mgp_e7_sub(y, before->y), mgp_e7_inv(mgp_e7_sub(x, before->x)));
  const mgp_e7_t bx = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(l), before->x), x);
  ram_put_e7(row, "ax0", before->x);
  ram_put_e7(row, "l0", l);
  for (unsigned i = 0; i < MGP_E7_DEGREE; i++) ram_set(row, ram_column("bx0") + i, bx.c[i], fault);
}

/* The whole row. 0 if this fault has no y. */
static int ram_follow(mgp_f_t *row, const mgp_point_t *before, const ram_fault_t *fault) {
  ram_follow_hash(row, fault);
  mgp_e7_t square = mgp_curve_rhs(ram_e7(row, "x0"));
  if (fault->coefficient < MGP_E7_DEGREE)
    square.c[fault->coefficient] = mgp_f_add(square.c[fault->coefficient], fault->delta);
  if (mgp_e7_legendre(square) != 1) return 0;
  mgp_e7_t y = mgp_e7_sqrt(square);
  if (y.c[6] == 0) return 0;
  if (mgp_curve_is_canonical(y) == (int)ram_get(row, "in")) y = mgp_e7_neg(y);
  ram_put_e7(row, "y0", y);
  ram_follow_sum(row, before, fault);
  return 1;
}

#endif
