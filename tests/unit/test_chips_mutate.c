/* No column of any chip is free, and no changed row says anything false. MGP_TEST_SLOW=1: many more
 * rows and changes. */
#include "chips_changes.h"

static mgp_chipset_t *set;

static void all_changes(test_rng_t *g, const subject_t *s, int thorough) {
  singles(g, s);
  flag_triples(s);
  random_sets(g, s, thorough ? 4000 : 300);
  level_sets(s, thorough ? 5 : 2);
  if (thorough) pairs(s);
}

/* Values of another row of the chip: in one column, and in random sets of columns. */
static void transplants(test_rng_t *g, const subject_t *s, const mgp_f_t *other, unsigned count) {
  mgp_f_t row[MGP_MAX_COLUMNS];
  memcpy(row, s->row, sizeof row);
  for (uint32_t c = 0; c < s->chip->ncols; c++) {
    row[c] = other[c];
    try_row(s, row);
    row[c] = s->row[c];
  }
  for (unsigned i = 0; i < count; i++) {
    const uint64_t mask = test_rand(g); /* there are at most 64 columns */
    for (uint32_t c = 0; c < s->chip->ncols; c++) row[c] = mask >> c & 1 ? other[c] : s->row[c];
    try_row(s, row);
  }
}

static void mutate_boundary(test_rng_t *g, int thorough) {
  boundary_t b;
  boundary_init(g, &b);
  for (unsigned k = 0; k < 3; k++) {
    subject_t s;
    subject_init(&s, &set->chip[MGP_CHIP_MEM_IMAGE + k], &b.raw, 0, &b.prog, NULL);
    all_changes(g, &s, thorough);
    pairs(&s);
    boundary_t other;
    mgp_f_t row[MGP_MAX_COLUMNS];
    boundary_init(g, &other);
    mgp_witness_row((mgp_chip_id_t)s.chip->id, &other.raw, 0, row, 1);
    transplants(g, &s, row, 100);
  }
}

static void mutate_step(test_rng_t *g, unsigned op, int thorough) {
  model_instance_t m;
  subject_t s;
  model_instance(g, &m, op, (int)(test_rand(g) & 1));
  subject_init(&s, &set->chip[m.chip], &m.raw, 0, &m.prog, &m);
  all_changes(g, &s, thorough);
  targeted(g, &s);
  for (unsigned i = 0; i < (thorough ? 20 : 3); i++) {
    model_instance_t other;
    mgp_f_t row[MGP_MAX_COLUMNS];
    model_instance(g, &other, op, 0);
    if (other.chip != m.chip) continue;
    mgp_witness_row((mgp_chip_id_t)m.chip, &other.raw, 0, row, 1);
    transplants(g, &s, row, thorough ? 100 : 20);
  }
  unsigned old = mgp_refresh_mask(&m.insns[m.at], m.chip, &m.step);
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++) {
    if (!(old >> f & 1)) continue;
    subject_init(&s, &set->chip[MGP_CHIP_REFRESH], &m.raw, f, &m.prog, NULL);
    all_changes(g, &s, thorough);
  }
}

/* A hint is free only in some rows (BZ's where the register is zero): rows until each was met. */
static void meet_free_columns(test_rng_t *g) {
  for (unsigned i = 0; i < 20000 && !(free_seen[0] && free_seen[1] && free_seen[2]); i++) {
    model_instance_t m;
    subject_t s;
    model_instance(g, &m, MGP_OP_BEQ, 0);
    subject_init(&s, &set->chip[m.chip], &m.raw, 0, &m.prog, &m);
    singles(g, &s);
  }
}

int main(void) {
  test_rng_t g = test_rng();
  const int slow = test_slow();
  REQUIRE_OK(mgp_chipset_create(&set));
  make_moves();
  for (unsigned round = 0; round < (slow ? 100 : 16); round++) {
    for (unsigned op = 1; op < MGP_OP_COUNT; op++) mutate_step(&g, op, slow || round == 0);
    mutate_boundary(&g, slow || round == 0);
  }
  meet_free_columns(&g);
  for (int i = 0; i < 3; i++)
    CHECK_MSG(free_seen[i], "%s is no free column", free_columns[i].column);
  CHECK(tally.rejected > 100000 && tally.legal > 1000 && tally.unmatched > 1000);
  printf("%" PRIu64 " rejected, %" PRIu64 " other legal rows, %" PRIu64
         " that nothing can match, %" PRIu64 " changes of hints\n",
         tally.rejected, tally.legal, tally.unmatched, tally.hints);
  mgp_chipset_destroy(set);
  return test_result();
}
