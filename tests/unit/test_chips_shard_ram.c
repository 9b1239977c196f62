/* SHARD_RAM: honest rows, changed rows (no column is free, no accepted row says anything false),
 * and each constraint and each lookup taken away: then a row with one fault, which all that comes
 * after it follows, is accepted and says something false. */
#include "chips_ram.h"

enum { PROGRAM_OUT, PROGRAM_IN, MEMORY_OUT, MEMORY_IN, NKINDS };

typedef struct {
  ram_shard_t shard;
  mgp_point_t before;
  mgp_f_t row[MGP_MAX_COLUMNS];
  judge_face_t face;
} subject_t;

static const mgp_program_t none;

static const char *judge_row(const mgp_chip_t *chip, const subject_t *s, const mgp_f_t *row,
                             judge_face_t *face) {
  static mgp_f_t values[MGP_MAX_NODES];
  if (!judge_accepts(chip, &none, row, values)) return "rejected";
  judge_face(chip, values, face);
  return ram_judge(&s->shard, row, face);
}

static subject_t make_subject(test_rng_t *rng, unsigned kind) {
  const int in = kind & 1, memory = kind >= MEMORY_OUT;
  const uint32_t own = 2 + (uint32_t)(test_rand(rng) % 65000);
  mgp_ram_t ram = {.key = (uint32_t)(test_rand(rng) & ((1u << 28) - 1)),
                   .value = (uint32_t)test_rand(rng),
                   .in = (uint32_t)in,
                   .id = in       ? (uint32_t)(test_rand(rng) % own)
                         : memory ? 0
                                  : own,
                   .ts = in       ? (uint32_t)memory
                         : memory ? 0
                                  : (uint32_t)(test_rand(rng) >> 35)};
  subject_t s = {.shard = {own, memory ? 0 : own, (uint32_t)memory}};
  const mgp_f_t seed[5] = {mgp_f_from_u32((uint32_t)test_rand(rng))};
  mgp_point_t blocks[1], total, end;
  mgp_curve_hash(seed, MGP_TAG_RECORD, &s.before);
  ram_rows_points(1, &ram, 1, own, memory, blocks, &total);
  REQUIRE_OK(
      ram_rows_chain(1, &ram, 1, (uint32_t)(test_rand(rng) & 0xffffff), s.before, blocks, &end));
  const mgp_raw_t raw = {.ram = &ram};
  mgp_witness_row(MGP_CHIP_SHARD_RAM, &raw, 0, s.row, 1);
  const char *fault = judge_row(ram_chip, &s, s.row, &s.face);
  CHECK_MSG(fault == JUDGE_OK, "honest row of kind %u: %s", kind, fault);
  /* the rows of this test are made as the witness makes them */
  const ram_fault_t no_fault = {UINT32_MAX, UINT32_MAX, 0};
  mgp_f_t again[MGP_MAX_COLUMNS];
  memcpy(again, s.row, sizeof again);
  memset(again + ram_column("w_hi"), 0, (ram_chip->ncols - ram_column("w_hi")) * sizeof *again);
  CHECK(ram_follow(again, &s.before, &no_fault));
  CHECK(memcmp(again, s.row, ram_chip->ncols * sizeof *again) == 0);
  return s;
}

/* --- changes ---------------------------------------------------------------------------------- */

static uint64_t rejected, unmatched, legal;

static void try_row(const subject_t *s, const mgp_f_t *row, const char *what) {
  judge_face_t face;
  if (memcmp(row, s->row, ram_chip->ncols * sizeof *row) == 0) return;
  const char *fault = judge_row(ram_chip, s, row, &face);
  if (fault && strcmp(fault, "rejected") == 0) {
    rejected++;
  } else if (fault && strcmp(fault, JUDGE_ENV) == 0) {
    unmatched++;
  } else {
    CHECK_MSG(fault == JUDGE_OK, "%s is accepted: %s", what, fault);
    CHECK_MSG(memcmp(&face, &s->face, sizeof face) != 0, "%s: a free column", what);
    legal++;
  }
}

static void singles(test_rng_t *rng, const subject_t *s) {
  static const uint32_t step[] = {1, MGP_P - 1, 2, 5, 256, 65536, MGP_P - 65536, 1u << 29};
  mgp_f_t row[MGP_MAX_COLUMNS];
  memcpy(row, s->row, sizeof row);
  for (uint32_t c = 0; c < ram_chip->ncols; c++) {
    const mgp_f_t v = s->row[c];
    mgp_f_t to[12] = {0, mgp_f_one(), mgp_f_neg(v), mgp_f_from_u32((uint32_t)test_rand(rng))};
    for (unsigned i = 0; i < 8; i++) to[4 + i] = mgp_f_add(v, mgp_f_from_u32(step[i]));
    for (unsigned i = 0; i < 12; i++) {
      row[c] = to[i];
      try_row(s, row, ram_chip->col_name[c]);
    }
    row[c] = v;
  }
}

static void random_sets(test_rng_t *rng, const subject_t *s, unsigned count) {
  mgp_f_t row[MGP_MAX_COLUMNS];
  for (unsigned i = 0; i < count; i++) {
    memcpy(row, s->row, sizeof row);
    for (unsigned k = 2 + (unsigned)(test_rand(rng) % 4); k > 0; k--)
      row[test_rand(rng) % (test_rand(rng) & 1 ? 12 : ram_chip->ncols)] =
          mgp_f_from_u32((uint32_t)(test_rand(rng) % 3));
    try_row(s, row, "a set of columns");
  }
}

/* Another record, direction, time or sum, with all that follows from it. */
static void consistent(test_rng_t *rng, const subject_t *s) {
  static const char *const column[] = {"a_lo",  "a_hi", "v_lo", "v_hi", "j",
                                       "nonce", "ts",   "d",    "in",   "on"};
  const ram_fault_t no_fault = {UINT32_MAX, UINT32_MAX, 0};
  for (unsigned i = 0; i < 400; i++) {
    mgp_f_t row[MGP_MAX_COLUMNS];
    memcpy(row, s->row, sizeof row);
    for (unsigned k = 1 + (unsigned)(test_rand(rng) % 3); k > 0; k--) {
      const unsigned c = ram_column(column[test_rand(rng) % 10]);
      const uint32_t small = (uint32_t)(test_rand(rng) % 4);
      row[c] = test_rand(rng) & 1
                   ? mgp_f_from_u32(small)
                   : mgp_f_add(row[c], mgp_f_sub(mgp_f_from_u32(small), mgp_f_one()));
    }
    if (test_rand(rng) & 1) /* the id that fits the change, or so it looks */
      row[ram_column("d")] = mgp_f_sub(mgp_f_from_u32(s->shard.in_id - 1), row[ram_column("j")]);
    for (unsigned tries = 0; tries < 40 && !ram_follow(row, &s->before, &no_fault); tries++)
      row[ram_column("nonce")] = mgp_f_add(row[ram_column("nonce")], mgp_f_one());
    try_row(s, row, "another record");
  }
}

/* --- one thing less --------------------------------------------------------------------------- */

/* A row that the chip without constraint or lookup `item` accepts and that is false. It must be
 * that item alone that the whole chip misses. */
static int is_found(const mgp_chip_t *less, const subject_t *s, const mgp_f_t *row) {
  judge_face_t face;
  const char *fault = judge_row(less, s, row, &face);
  if (!fault || strcmp(fault, "rejected") == 0 || strcmp(fault, JUDGE_ENV) == 0) return 0;
  fault = judge_row(ram_chip, s, row, &face);
  CHECK_MSG(fault && strcmp(fault, "rejected") == 0, "accepted: %s", fault ? fault : "as true");
  return 1;
}

/* The fault that a constraint of this name is there to stop. */
static ram_fault_t fault_of(const char *name) {
  ram_fault_t f = {UINT32_MAX, UINT32_MAX, 0};
  char column[16];
  if (sscanf(name, "curve %u", &f.coefficient) == 1) return f;
  if (strncmp(name, "sum ", 4) == 0)
    snprintf(column, sizeof column, "bx%s", name + 4);
  else if (strncmp(name, "x ", 2) == 0)
    snprintf(column, sizeof column, "x%s", name + 2);
  else if (strncmp(name, "cube ", 5) == 0)
    snprintf(column, sizeof column, "%c%s", strchr(name, '_') ? 'c' : 'q', name + 5);
  else
    snprintf(column, sizeof column, "%s", name);
  f.column = ram_column(column);
  return f;
}

static int search_constraint(test_rng_t *rng, const mgp_chip_t *less, const char *name) {
  if (strcmp(name, "no late token as a first value") == 0) {
    subject_t s = make_subject(rng, MEMORY_OUT);
    ram_put(s.row, "ts", 1);
    return is_found(less, &s, s.row);
  }
  ram_fault_t f = fault_of(name);
  for (unsigned tries = 0; tries < 60; tries++) {
    subject_t s = make_subject(rng, tries % NKINDS);
    f.delta = mgp_f_from_u32(1 + (uint32_t)(test_rand(rng) % (MGP_P - 1)));
    if (ram_follow(s.row, &s.before, &f) && is_found(less, &s, s.row)) return 1;
  }
  return 0;
}

static void ablate_constraints(test_rng_t *rng) {
  for (uint32_t i = 0; i < ram_chip->nconstraints; i++) {
    static mgp_chip_t less;
    const char *name = ram_chip->constraint_name[i];
    /* implied, as SHARD tokens have 0 or 1 there, but a multiplicity must be boolean */
    if (strcmp(name, "bit in") == 0) continue;
    less = *ram_chip;
    less.nconstraints--;
    for (uint32_t k = i; k < less.nconstraints; k++) less.constraints[k] = less.constraints[k + 1];
    CHECK_MSG(search_constraint(rng, &less, name), "nobody misses constraint \"%s\"", name);
  }
}

/* The point with the other sign, and any w_hi that might make it pass. */
static int search_sign(test_rng_t *rng, const mgp_chip_t *less) {
  for (unsigned tries = 0; tries < 400; tries++) {
    subject_t s = make_subject(rng, tries % NKINDS);
    const ram_fault_t no_fault = {UINT32_MAX, UINT32_MAX, 0};
    ram_put_e7(s.row, "y0", mgp_e7_neg(ram_e7(s.row, "y0")));
    ram_follow_sum(s.row, &s.before, &no_fault);
    const uint32_t honest = ram_get(s.row, "w_hi");
    if (is_found(less, &s, s.row)) return 1;
    for (int k = -1; k <= 0; k++) { /* w or w - p, in pieces of 2^16, the last rounded down */
      const int64_t w =
          (int64_t)mgp_f_to_u32(mgp_f_sub(ram_get(s.row, "in") ? mgp_f_neg(ram_e7(s.row, "y0").c[6])
                                                               : ram_e7(s.row, "y0").c[6],
                                          mgp_f_one())) +
          k * (int64_t)MGP_P;
      const int64_t hi = w >= 0 ? w / 65536 : -((-w + 65535) / 65536);
      ram_put(s.row, "w_hi", (uint32_t)((hi + MGP_P) % MGP_P));
      if (is_found(less, &s, s.row)) return 1;
    }
    ram_put(s.row, "w_hi", honest % 15360);
    if (is_found(less, &s, s.row)) return 1;
  }
  return 0;
}

/* A record of the shard itself, or of a later one. */
static int search_id(test_rng_t *rng, const mgp_chip_t *less) {
  const ram_fault_t no_fault = {UINT32_MAX, UINT32_MAX, 0};
  for (unsigned tries = 0; tries < 40; tries++) {
    subject_t s = make_subject(rng, tries & 1 ? PROGRAM_IN : MEMORY_IN);
    const uint32_t j = s.shard.in_id + (uint32_t)(test_rand(rng) % 300);
    ram_put(s.row, "j", j);
    s.row[ram_column("d")] = mgp_f_from_i32((int32_t)s.shard.in_id - 1 - (int32_t)j);
    while (!ram_follow(s.row, &s.before, &no_fault))
      ram_put(s.row, "nonce", ram_get(s.row, "nonce") + 1);
    if (is_found(less, &s, s.row)) return 1;
  }
  return 0;
}

static void ablate_lookups(test_rng_t *rng) {
  for (uint32_t i = 0; i < ram_chip->ninteractions; i++) {
    static mgp_chip_t less;
    if (!mgp_bus_is_lookup((mgp_bus_t)ram_chip->interactions[i].bus)) continue;
    less = *ram_chip;
    less.ninteractions--;
    for (uint32_t k = i; k < less.ninteractions; k++)
      less.interactions[k] = less.interactions[k + 1];
    const int is_id = ram_chip->nodes[ram_chip->interactions[i].mult].op != MGP_X_CONST;
    CHECK_MSG(is_id ? search_id(rng, &less) : search_sign(rng, &less),
              "nobody misses interaction %u", i);
    /* and the whole chip has none of it */
    CHECK(!(is_id ? search_id(rng, ram_chip) : 0));
  }
  CHECK(!search_sign(rng, ram_chip));
}

int main(void) {
  test_rng_t rng = test_rng();
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  ram_chip = &set->chip[MGP_CHIP_SHARD_RAM];
  for (unsigned round = 0; round < (test_slow() ? 20 : 1); round++) {
    for (unsigned kind = 0; kind < NKINDS; kind++) {
      const subject_t s = make_subject(&rng, kind);
      singles(&rng, &s);
      random_sets(&rng, &s, 2000);
      consistent(&rng, &s);
    }
    ablate_constraints(&rng);
    ablate_lookups(&rng);
  }
  CHECK(rejected > 10000 && unmatched > 200 && legal > 10);
  printf("%" PRIu64 " rejected, %" PRIu64 " that nothing can match, %" PRIu64 " other legal rows\n",
         rejected, unmatched, legal);
  mgp_chipset_destroy(set);
  return test_result();
}
