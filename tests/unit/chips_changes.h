/* For the chip tests: changes of honest rows.
 *
 * Each changed row must be rejected by a constraint or lookup, or be a row that no environment can
 * match, or do what its instruction means (another legal row). A change that nothing notices is
 * allowed only for the listed columns. Anything else is a fault.
 *
 * Changes: single columns (small steps, limb and byte weights and their inverses mod p, multiples
 * of p folded into 16 bits, random, another row's value), pairs, pairs that keep one constraint or
 * lookup entry constant to first order, triples of flags, random sets, and attacks made for one
 * chip. */
#ifndef MGP_TESTS_CHIPS_CHANGES_H
#define MGP_TESTS_CHIPS_CHANGES_H

#include "chips_judge.h"

/* Inverse hints: in no interaction, and without influence once the constraints hold. */
static const struct {
  uint8_t chip;
  const char *column;
} free_columns[] = {{MGP_CHIP_BEQ, "il"}, {MGP_CHIP_BEQ, "ih"}, {MGP_CHIP_BZ, "i"}};

typedef struct {
  const mgp_chip_t *chip;
  const mgp_program_t *prog;
  const model_instance_t *step; /* NULL: not an instruction */
  mgp_f_t row[MGP_MAX_COLUMNS];
  judge_face_t face;
} subject_t;

static struct {
  uint64_t rejected, unmatched, legal, hints, faults;
  int quiet; /* faults are counted, but are no failures of the test */
} tally;
static unsigned char free_seen[3];

static const char *judge(const subject_t *s, const judge_face_t *face) {
  if (s->step) return judge_step(s->step, face);
  if (s->chip->id == MGP_CHIP_REFRESH) return judge_refresh(face);
  return judge_boundary((mgp_chip_id_t)s->chip->id, s->prog, face);
}

static int free_column(const mgp_chip_t *chip, uint32_t c) {
  for (int i = 0; i < 3; i++)
    if (free_columns[i].chip == chip->id && strcmp(free_columns[i].column, chip->col_name[c]) == 0)
      return i;
  return -1;
}

static void try_row(const subject_t *s, const mgp_f_t *row) {
  mgp_f_t values[MGP_MAX_NODES];
  judge_face_t face;
  if (memcmp(row, s->row, s->chip->ncols * sizeof *row) == 0) return;
  if (!judge_accepts(s->chip, s->prog, row, values)) {
    tally.rejected++;
    return;
  }
  judge_face(s->chip, values, &face);
  const char *fault = judge(s, &face);
  if (fault == JUDGE_OK && memcmp(&face, &s->face, sizeof face) == 0) {
    for (uint32_t c = 0; c < s->chip->ncols; c++) {
      if (row[c] == s->row[c]) continue;
      int f = free_column(s->chip, c);
      if (f >= 0) free_seen[f] = 1;
      tally.faults += f < 0;
      CHECK_MSG(f >= 0 || tally.quiet, "%s: column %s is free", s->chip->name,
                s->chip->col_name[c]);
    }
    tally.hints++;
  } else if (fault == JUDGE_OK) {
    tally.legal++;
  } else if (strcmp(fault, JUDGE_ENV) == 0) {
    tally.unmatched++;
  } else if (tally.faults++, !tally.quiet) {
    char diff[400] = "";
    for (uint32_t c = 0, n = 0; c < s->chip->ncols && n < 300; c++)
      if (row[c] != s->row[c])
        n += (uint32_t)snprintf(diff + n, sizeof diff - n, " %s %u -> %u", s->chip->col_name[c],
                                mgp_f_to_u32(s->row[c]), mgp_f_to_u32(row[c]));
    CHECK_MSG(0, "%s accepts a wrong row, %s:%s", s->chip->name, fault, diff);
  }
}

static void subject_init(subject_t *s, const mgp_chip_t *chip, const mgp_raw_t *raw, uint32_t index,
                         const mgp_program_t *prog, const model_instance_t *step) {
  mgp_f_t values[MGP_MAX_NODES];
  memset(s, 0, sizeof *s);
  s->chip = chip;
  s->prog = prog;
  s->step = step;
  mgp_witness_row((mgp_chip_id_t)chip->id, raw, index, s->row, 1);
  CHECK_MSG(judge_accepts(s->chip, prog, s->row, values), "%s: honest row", s->chip->name);
  judge_face(s->chip, values, &s->face);
  const char *fault = judge(s, &s->face);
  CHECK_MSG(fault == JUDGE_OK, "%s: honest row: %s", s->chip->name, fault);
}

/* --- changes ------------------------------------------------------------------------------- */

static mgp_f_t moves[20];
static unsigned nmoves;

static void make_moves(void) {
  static const uint32_t size[] = {1, 256, 65536, 2};
  for (unsigned i = 0; i < 4; i++) {
    mgp_f_t d = mgp_f_from_u32(size[i]);
    moves[nmoves++] = d;
    moves[nmoves++] = mgp_f_neg(d);
    if (i == 1 || i == 2) {
      moves[nmoves++] = mgp_f_inv(d);
      moves[nmoves++] = mgp_f_neg(mgp_f_inv(d));
    }
  }
}

/* New values for a column that holds v. */
static unsigned variants(test_rng_t *g, mgp_f_t v, mgp_f_t *out) {
  static const uint32_t far[] = {3, 4, 255, 65535, 1u << 13, 1u << 24, 1u << 29, MGP_P / 2};
  const uint32_t x = mgp_f_to_u32(v);
  unsigned n = 0;
  for (unsigned i = 0; i < nmoves; i++) out[n++] = mgp_f_add(v, moves[i]);
  for (unsigned i = 0; i < sizeof far / sizeof *far; i++) {
    out[n++] = mgp_f_add(v, mgp_f_from_u32(far[i]));
    out[n++] = mgp_f_sub(v, mgp_f_from_u32(far[i]));
  }
  for (uint64_t k = 1; k <= 2; k++) { /* what a wrap mod p would look like in a limb */
    out[n++] = mgp_f_from_u32((uint32_t)(x + k * MGP_P) & 0xffff);
    out[n++] = mgp_f_from_u32((uint32_t)(x - k * MGP_P) & 0xffff);
    out[n++] = mgp_f_from_u32((uint32_t)((((uint64_t)x << 16) + k * MGP_P) >> 16) & 0xffff);
    out[n++] = mgp_f_from_u32((uint32_t)((((uint64_t)x << 16) - k * MGP_P) >> 16) & 0xffff);
  }
  const uint32_t direct[] = {0,         1,          x ^ 1, x ^ 0x8000, 0xffff - (x & 0xffff),
                             MGP_P - 1, 0x7fffffff, 2,     5,          10};
  for (unsigned i = 0; i < sizeof direct / sizeof *direct; i++)
    out[n++] = mgp_f_from_u32(direct[i]);
  out[n++] = mgp_f_sub(mgp_f_one(), v);
  out[n++] = mgp_f_neg(v);
  out[n++] = mgp_f_mul(v, mgp_f_from_u32(65536));
  out[n++] = mgp_f_mul(v, mgp_f_inv(mgp_f_from_u32(65536)));
  out[n++] = mgp_f_from_u32((uint32_t)test_rand(g));
  out[n++] = mgp_f_from_u32((uint32_t)test_rand(g) & 0xffff);
  out[n++] = mgp_f_from_u32((uint32_t)test_rand(g) & 0xff);
  return n;
}

static void singles(test_rng_t *g, const subject_t *s) {
  mgp_f_t row[MGP_MAX_COLUMNS], v[80];
  memcpy(row, s->row, sizeof row);
  for (uint32_t c = 0; c < s->chip->ncols; c++) {
    unsigned n = variants(g, s->row[c], v);
    for (unsigned i = 0; i < n; i++) {
      row[c] = v[i];
      try_row(s, row);
    }
    row[c] = s->row[c];
  }
}

static void pairs(const subject_t *s) {
  mgp_f_t row[MGP_MAX_COLUMNS];
  memcpy(row, s->row, sizeof row);
  for (uint32_t a = 0; a < s->chip->ncols; a++) {
    for (uint32_t b = a + 1; b < s->chip->ncols; b++) {
      for (unsigned i = 0; i < nmoves * nmoves; i++) {
        row[a] = mgp_f_add(s->row[a], moves[i / nmoves]);
        row[b] = mgp_f_add(s->row[b], moves[i % nmoves]);
        try_row(s, row);
      }
      row[b] = s->row[b];
    }
    row[a] = s->row[a];
  }
}

/* Constraints and lookup entries of a row, as one vector. */
static unsigned entries(const mgp_chip_t *chip, const mgp_f_t *row, mgp_f_t *out) {
  mgp_f_t values[MGP_MAX_NODES];
  unsigned n = 0;
  mgp_chip_eval_row(chip, row, NULL, values);
  for (uint32_t i = 0; i < chip->nconstraints; i++) out[n++] = values[chip->constraints[i]];
  for (uint32_t i = 0; i < chip->ninteractions; i++)
    for (unsigned j = 0; j < chip->interactions[i].len; j++)
      if (mgp_bus_is_lookup((mgp_bus_t)chip->interactions[i].bus))
        out[n++] = values[chip->interactions[i].tuple[j]];
  return n;
}

/* Two columns moved so that one constraint or lookup entry keeps its value to first order. */
static void level_sets(const subject_t *s, unsigned steps) {
  enum { MAX_ENTRIES = MGP_MAX_CONSTRAINTS + 4 * MGP_MAX_INTERACTIONS };
  static mgp_f_t slope[MGP_MAX_COLUMNS][MAX_ENTRIES];
  static const uint32_t size[] = {1, MGP_P - 1, 65536, 256, 2};
  mgp_f_t row[MGP_MAX_COLUMNS], base[MAX_ENTRIES];
  const uint32_t ncols = s->chip->ncols;
  unsigned n = entries(s->chip, s->row, base);
  memcpy(row, s->row, sizeof row);
  for (uint32_t c = 0; c < ncols; c++) {
    row[c] = mgp_f_add(s->row[c], mgp_f_one());
    entries(s->chip, row, slope[c]);
    for (unsigned e = 0; e < n; e++) slope[c][e] = mgp_f_sub(slope[c][e], base[e]);
    row[c] = s->row[c];
  }
  for (uint32_t a = 0; a < ncols; a++) {
    for (uint32_t b = 0; b < ncols; b++) {
      mgp_f_t tried[MAX_ENTRIES];
      unsigned ntried = 0;
      for (unsigned e = 0; e < n && a != b; e++) {
        if (!slope[a][e] || !slope[b][e]) continue;
        mgp_f_t ratio = mgp_f_mul(slope[a][e], mgp_f_inv(slope[b][e]));
        unsigned known = 0;
        while (known < ntried && tried[known] != ratio) known++;
        if (known < ntried) continue;
        tried[ntried++] = ratio;
        for (unsigned i = 0; i < steps; i++) {
          mgp_f_t d = mgp_f_from_u32(size[i]);
          row[a] = mgp_f_add(s->row[a], d);
          row[b] = mgp_f_sub(s->row[b], mgp_f_mul(d, ratio));
          try_row(s, row);
        }
        row[a] = s->row[a];
        row[b] = s->row[b];
      }
    }
  }
}

static void flag_triples(const subject_t *s) {
  mgp_f_t row[MGP_MAX_COLUMNS];
  uint32_t flag[MGP_MAX_COLUMNS], n = 0;
  for (uint32_t c = 0; c < s->chip->ncols; c++)
    if (mgp_f_to_u32(s->row[c]) < 2) flag[n++] = c;
  if (n > 12) n = 12;
  memcpy(row, s->row, sizeof row);
  for (uint32_t mask = 1; mask < 1u << n; mask++) {
    if (__builtin_popcount(mask) > 3) continue;
    for (uint32_t i = 0; i < n; i++)
      row[flag[i]] = mask >> i & 1 ? mgp_f_sub(mgp_f_one(), s->row[flag[i]]) : s->row[flag[i]];
    try_row(s, row);
  }
}

static void random_sets(test_rng_t *g, const subject_t *s, unsigned count) {
  mgp_f_t row[MGP_MAX_COLUMNS];
  for (unsigned i = 0; i < count; i++) {
    memcpy(row, s->row, sizeof row);
    for (unsigned k = 3 + model_below(g, 3); k > 0; k--) {
      uint32_t c = model_below(g, s->chip->ncols);
      row[c] = mgp_f_add(row[c], moves[model_below(g, nmoves)]);
    }
    try_row(s, row);
  }
}

/* --- changes made for one chip ------------------------------------------------------------- */

static uint32_t column(const mgp_chip_t *chip, const char *name) {
  for (uint32_t c = 0; c < chip->ncols; c++)
    if (strcmp(chip->col_name[c], name) == 0) return c;
  return UINT32_MAX;
}
static void put(const subject_t *s, mgp_f_t *row, const char *name, uint32_t v) {
  uint32_t c = column(s->chip, name);
  if (c != UINT32_MAX) row[c] = mgp_f_from_u32(v);
}
static uint32_t get(const subject_t *s, const char *name) {
  uint32_t c = column(s->chip, name);
  return c == UINT32_MAX ? 0 : mgp_f_to_u32(s->row[c]);
}

/* A pointer register that is a valid address only mod p or mod 2^32, with all that an attacker
 * chooses: word, half, byte. */
static void attack_address(test_rng_t *g, const subject_t *s) {
  const uint32_t top[] = {0x40000000,
                          0x40000ffc,
                          4 * MGP_HALT_PC,
                          MGP_P,
                          MGP_P + 4 * model_below(g, 1u << 20),
                          2u * MGP_P + 4,
                          0xfffffffc,
                          0xffffffff,
                          (uint32_t)test_rand(g)};
  const uint32_t honest = get(s, "a_lo") | get(s, "a_hi") << 16;
  for (unsigned i = 0; i < sizeof top / sizeof *top + 4; i++) {
    uint32_t a =
        i < sizeof top / sizeof *top ? top[i] : honest + (1u << (i - sizeof top / sizeof *top));
    for (unsigned choice = 0; choice < 32; choice++) {
      mgp_f_t row[MGP_MAX_COLUMNS];
      memcpy(row, s->row, sizeof row);
      const unsigned o1 = choice & 1, k = choice >> 1 & 1, h = get(s, "h");
      const uint32_t word = a & (choice & 4 ? 0xffffu : 0xfffcu);
      put(s, row, "a_lo", a & 0xffff);
      put(s, row, "a_hi", a >> 16);
      put(s, row, "w_lo", choice & 8 ? get(s, "w_lo") : word);
      put(s, row, "o1", o1);
      put(s, row, "k", k);
      put(s, row, "b0", o1);
      if (choice & 16) { /* h = 2 in place of sb = 1 has the same k */
        if (!get(s, "sb")) break;
        put(s, row, "h", 2);
        put(s, row, "sb", 0);
      }
      uint32_t half = get(s, o1 ? "m_hi" : "m_lo"), z = half >> (8 * k) & 255;
      put(s, row, "z", z);
      put(s, row, "y", half >> (8 * (k ^ 1)) & 255);
      put(s, row, "s", z >> 7);
      uint32_t c = column(s->chip, "d");
      if (c != UINT32_MAX)
        row[c] = h ? mgp_f_from_i32((int32_t)get(s, "b_lo") - (int32_t)half)
                   : mgp_f_from_i32(((int32_t)get(s, "b") - (int32_t)z) * (k ? 256 : 1));
      try_row(s, row);
    }
  }
}

/* Products with limbs or carries that differ by multiples of p. */
static void attack_product(const subject_t *s) {
  static const char *const limb[] = {"r_lo", "r_hi", "r0", "r1"};
  for (int k = -4; k <= 4; k++) {
    for (int e = -1; e <= 1; e++) {
      const uint32_t shift = (uint32_t)k * MGP_P + (uint32_t)e;
      for (unsigned i = 0; i < 4; i++) {
        mgp_f_t row[MGP_MAX_COLUMNS];
        memcpy(row, s->row, sizeof row);
        put(s, row, limb[i], (get(s, limb[i]) + shift) & 0xffff);
        try_row(s, row);
        uint64_t sum = (uint64_t)get(s, limb[i & 2]) + shift; /* the carry moves on */
        put(s, row, limb[i & 2], (uint32_t)sum & 0xffff);
        put(s, row, limb[i | 1], (get(s, limb[i | 1]) + (uint32_t)(sum >> 16)) & 0xffff);
        try_row(s, row);
      }
    }
  }
}

/* Other quotients, with every combination of signs and the remainder that then fits. */
static void attack_quotient(test_rng_t *g, const subject_t *s) {
  const uint32_t a = get(s, "a_lo") | get(s, "a_hi") << 16, b = get(s, "b_lo") | get(s, "b_hi")
                                                                                     << 16;
  const uint32_t q0 = get(s, "q0") | get(s, "q1") << 8 | get(s, "q2") << 16 | get(s, "q3") << 24;
  /* the last: quotient and remainder of a + p * 2^32, equal to a where only residues mod p count */
  const uint64_t big = ((uint64_t)MGP_P << 32) + a;
  const uint32_t q_big = b ? (uint32_t)(big / b) : 0, r_big = b ? (uint32_t)(big % b) : 0;
  const uint32_t qs[] = {q0,   q0 + 1,  q0 - 1,     q0 + 2,     0,
                         1,    0u - q0, 0xffffffff, 0x80000000, (uint32_t)test_rand(g),
                         q_big};
  for (unsigned i = 0; i < sizeof qs / sizeof *qs; i++) {
    const uint32_t q = qs[i], exact = a - q * b;
    const uint32_t rs[] = {exact, (uint32_t)((a + (uint64_t)q * (MGP_P - b % MGP_P)) % MGP_P), 0,
                           get(s, "r_lo") | get(s, "r_hi") << 16, r_big};
    for (unsigned f = 0; f < 5 * 64; f++) {
      mgp_f_t row[MGP_MAX_COLUMNS];
      memcpy(row, s->row, sizeof row);
      const uint32_t r = rs[f >> 6], z = f & 1, sq = f >> 1 & 1, sr = f >> 2 & 1;
      const uint32_t sa = get(s, "sa") ^ (f >> 3 & 1), sb = get(s, "sb") ^ (f >> 4 & 1);
      const int64_t B = ((int64_t)b - ((int64_t)sb << 32)) * (sb ? -1 : 1);
      const int64_t R = ((int64_t)r - ((int64_t)sr << 32)) * (sa ? -1 : 1);
      put(s, row, "q0", q & 255);
      put(s, row, "q1", q >> 8 & 255);
      put(s, row, "q2", q >> 16 & 255);
      put(s, row, "q3", q >> 24);
      put(s, row, "r_lo", r & 0xffff);
      put(s, row, "r_hi", r >> 16);
      put(s, row, "z", z);
      put(s, row, "sq", sq);
      put(s, row, "sr", sr);
      put(s, row, "sa", sa);
      put(s, row, "sb", sb);
      put(s, row, "t_lo", z && f >> 5 & 1 ? 0 : (uint32_t)(B - 1 - R) & 0xffff);
      try_row(s, row);
      /* a sign of b that makes the divisor look larger: q = 0, r = a */
      row[column(s->chip, "sb")] =
          mgp_f_mul(mgp_f_from_i32((int32_t)(b >> 16) - 32768), mgp_f_inv(mgp_f_from_u32(65536)));
      try_row(s, row);
    }
  }
  /* sa = -30720: 65536 * 30720 = p - 1, so a_hi - 65536 sa is a u16 here too; then q b = a + 30720
   * * 2^32 balances, if b divides that */
  const uint64_t high = ((uint64_t)30720 << 32) + a;
  if (b && high % b == 0 && high / b <= UINT32_MAX) {
    const uint32_t q = (uint32_t)(high / b);
    mgp_f_t other[MGP_MAX_COLUMNS];
    memcpy(other, s->row, sizeof other);
    for (unsigned k = 0; k < 4; k++)
      put(s, other, k == 0 ? "q0" : k == 1 ? "q1" : k == 2 ? "q2" : "q3", q >> (8 * k) & 255);
    put(s, other, "r_lo", 0);
    put(s, other, "r_hi", 0);
    put(s, other, "sr", 0);
    put(s, other, "t_lo", (b - 1) & 0xffff);
    other[column(s->chip, "sa")] = mgp_f_from_i32(-30720);
    try_row(s, other);
  }
  /* a fractional sign of q: b = b3 * 2^24, q = 2^24, r = a, sq = 1/256 balances mod p */
  mgp_f_t row[MGP_MAX_COLUMNS];
  memcpy(row, s->row, sizeof row);
  for (unsigned i = 0; i < 4; i++)
    put(s, row, i == 0 ? "q0" : i == 1 ? "q1" : i == 2 ? "q2" : "q3", i == 3);
  put(s, row, "r_lo", a & 0xffff);
  put(s, row, "r_hi", a >> 16);
  put(s, row, "t_lo", (b - 1 - a) & 0xffff);
  row[column(s->chip, "sq")] = mgp_f_inv(mgp_f_from_u32(256));
  try_row(s, row);
}

/* The result of a shift that follows mod p from all other columns. */
static void finish_shift(const subject_t *s, mgp_f_t *row) {
#define COL(name) row[column(s->chip, name)]
  const mgp_f_t k16 = mgp_f_from_u32(65536), k16m = mgp_f_from_u32(65535), P = COL("P");
  const mgp_f_t u_lo = COL("u_lo"), u_hi = COL("u_hi"), sgn = COL("sgn");
  const mgp_f_t w2 = COL("w2"), w1 = COL("w1"), w0 = COL("w0");
  const mgp_f_t none = mgp_f_sub(mgp_f_sub(mgp_f_sub(mgp_f_one(), w2), w1), w0);
  const mgp_f_t T0 = mgp_f_sub(mgp_f_mul(P, COL("a_lo")), mgp_f_mul(k16, u_lo));
  const mgp_f_t T1 = mgp_f_add(u_lo, mgp_f_sub(mgp_f_mul(P, COL("a_hi")), mgp_f_mul(k16, u_hi)));
  const mgp_f_t T2 = mgp_f_add(u_hi, mgp_f_mul(sgn, mgp_f_sub(k16, P)));
  COL("r_lo") = mgp_f_add(mgp_f_mul(w2, T2), mgp_f_add(mgp_f_mul(w1, T1), mgp_f_mul(w0, T0)));
  COL("r_hi") = mgp_f_add(mgp_f_add(mgp_f_mul(mgp_f_mul(w2, k16m), sgn), mgp_f_mul(w1, T2)),
                          mgp_f_add(mgp_f_mul(w0, T1), mgp_f_mul(none, T0)));
#undef COL
}

/* Other pieces, windows with the same code and signs that fit their lookup. */
static void attack_shift(const subject_t *s) {
  static const char *const window[] = {"w2", "w1", "w0"};
  const uint32_t q = get(s, "Q"), rest[] = {0, 1, 2, q, q - 1, 65535}, a_hi = get(s, "a_hi");
  const uint32_t code = get(s, "w2") + 2 * get(s, "w1") + 4 * get(s, "w0");
  mgp_f_t row[MGP_MAX_COLUMNS];
  for (unsigned i = 0; i < 24; i++) {
    const char *u = i & 1 ? "u_lo" : "u_hi";
    memcpy(row, s->row, sizeof row);
    put(s, row, "sgn", get(s, "sgn") ^ (i >> 1 & 1));
    const mgp_f_t left =
        mgp_f_sub(row[column(s->chip, i & 1 ? "a_lo" : "a_hi")], mgp_f_from_u32(rest[i >> 2]));
    row[column(s->chip, u)] = mgp_f_mul(left, mgp_f_inv(mgp_f_from_u32(q)));
    finish_shift(s, row);
    try_row(s, row);
  }
  for (unsigned i = 0; i < 3; i++) {
    for (unsigned bits = 0; bits < 4; bits++) {
      const unsigned j = (i + 1) % 3, k = (i + 2) % 3;
      mgp_f_t x =
          mgp_f_from_i32((int32_t)code - (int32_t)((bits & 1) << j) - (int32_t)((bits >> 1) << k));
      memcpy(row, s->row, sizeof row);
      row[column(s->chip, window[i])] = mgp_f_mul(x, mgp_f_inv(mgp_f_from_u32(1u << i)));
      put(s, row, window[j], bits & 1);
      put(s, row, window[k], bits >> 1);
      finish_shift(s, row);
      try_row(s, row);
    }
  }
  const uint32_t fits[] = {0, 1, 65535, 2 * a_hi & 0xffff};
  for (unsigned i = 0; i < 4; i++) {
    memcpy(row, s->row, sizeof row);
    row[column(s->chip, "sgn")] = mgp_f_mul(mgp_f_from_i32((int32_t)(2 * a_hi) - (int32_t)fits[i]),
                                            mgp_f_inv(mgp_f_from_u32(65536)));
    finish_shift(s, row);
    try_row(s, row);
  }
}

static void attack_compare(const subject_t *s) {
  static const char *const flag[] = {"f1", "f2", "f3", "sa", "sb"};
  const mgp_f_t step = mgp_f_inv(mgp_f_from_u32(1u << 18));
  for (unsigned f = 0; f < 96; f++) {
    mgp_f_t row[MGP_MAX_COLUMNS];
    memcpy(row, s->row, sizeof row);
    for (unsigned i = 0; i < 5; i++) put(s, row, flag[i], f >> i & 1);
    uint32_t reg = column(s->chip, "reg"), rd = column(s->chip, "rd");
    if (f >= 32) { /* a fraction of reg makes up for another rd in k; the immediate is scaled */
      if (reg == UINT32_MAX || s->row[reg] != 0) break;
      row[reg] = f >= 64 ? mgp_f_neg(step) : step;
      row[rd] = f >= 64 ? mgp_f_add(s->row[rd], mgp_f_one()) : mgp_f_sub(s->row[rd], mgp_f_one());
      mgp_f_t scale = mgp_f_inv(mgp_f_sub(mgp_f_one(), row[reg]));
      row[column(s->chip, "b_lo")] = mgp_f_mul(s->row[column(s->chip, "b_lo")], scale);
      row[column(s->chip, "b_hi")] = mgp_f_mul(s->row[column(s->chip, "b_hi")], scale);
    }
    try_row(s, row);
  }
}

static void targeted(test_rng_t *g, const subject_t *s) {
  switch (s->chip->id) {
  case MGP_CHIP_LW:
  case MGP_CHIP_LW2:
  case MGP_CHIP_LSUB:
  case MGP_CHIP_SW:
  case MGP_CHIP_SSUB:
  case MGP_CHIP_JALR:
    attack_address(g, s);
    break;
  case MGP_CHIP_MUL:
  case MGP_CHIP_MULH:
    attack_product(s);
    break;
  case MGP_CHIP_DIV:
    attack_quotient(g, s);
    break;
  case MGP_CHIP_SHIFT:
  case MGP_CHIP_SHIFTI:
  case MGP_CHIP_SHIFTI2:
    attack_shift(s);
    break;
  case MGP_CHIP_BLT:
  case MGP_CHIP_BLTU:
  case MGP_CHIP_SLT:
  case MGP_CHIP_SLTU:
    attack_compare(s);
    break;
  default:
    break;
  }
}

/* --- honest rows of the memory boundary ---------------------------------------------------- */

typedef struct {
  uint32_t words[40];
  mgp_program_t prog;
  mgp_bound_t bound[3];
  mgp_raw_t raw;
} boundary_t;

static void boundary_init(test_rng_t *g, boundary_t *b) {
  memset(b, 0, sizeof *b);
  for (unsigned i = 0; i < 40; i++) b->words[i] = i % 5 ? model_value(g) : b->words[i / 2];
  b->prog.nimage = 2;
  b->prog.image[0] = (mgp_segment_t){.base = 0x4003ff0, .n = 30, .words = b->words};
  b->prog.image[1] = (mgp_segment_t){.base = 0x4010000, .n = 10, .words = b->words + 30};
  b->prog.nimage_words = 40;
  const unsigned at = model_below(g, 40);
  const uint32_t hint = MGP_HINT_START / 4;
  const uint32_t start[3] = {0, hint, 0};
  const uint32_t key[3] = {at < 30 ? b->prog.image[0].base + at : b->prog.image[1].base + at - 30,
                           hint + model_below(g, 1u << 20), model_below(g, 1u << 28)};
  const uint32_t first[3] = {b->words[at], model_value(g), 0};
  for (unsigned k = 0; k < 3; k++) {
    uint32_t prev = start[k];
    if (test_rand(g) & 1) prev += model_below(g, key[k] - start[k] + 1);
    b->bound[k] = (mgp_bound_t){key[k],   prev,           k == 2 ? 7 : 0,
                                first[k], model_value(g), 1 + model_below(g, MGP_TS_LIMIT - 1)};
    b->raw.bounds[k] = &b->bound[k];
  }
}

#endif
