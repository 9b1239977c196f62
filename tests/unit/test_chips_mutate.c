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

static void mutate_boundary(test_rng_t *g, int thorough) {
  boundary_t b;
  boundary_init(g, &b);
  for (unsigned k = 0; k < 3; k++) {
    subject_t s;
    subject_init(&s, &set->chip[MGP_CHIP_MEM_IMAGE + k], &b.raw, 0, &b.prog, NULL);
    all_changes(g, &s, thorough);
    pairs(&s);
  }
}

static void mutate_step(test_rng_t *g, unsigned op, int thorough) {
  model_instance_t m;
  subject_t s;
  model_instance(g, &m, op, (int)(test_rand(g) & 1));
  subject_init(&s, &set->chip[m.chip], &m.raw, 0, &m.prog, &m);
  all_changes(g, &s, thorough);
  targeted(g, &s);
  unsigned old = mgp_refresh_mask(&m.insns[m.at], m.chip, &m.step);
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++) {
    if (!(old >> f & 1)) continue;
    subject_init(&s, &set->chip[MGP_CHIP_REFRESH], &m.raw, f, &m.prog, NULL);
    all_changes(g, &s, thorough);
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
  for (int i = 0; i < 3; i++)
    CHECK_MSG(free_seen[i], "%s is no free column", free_columns[i].column);
  CHECK(tally.rejected > 100000 && tally.legal > 1000 && tally.unmatched > 1000);
  printf("%" PRIu64 " rejected, %" PRIu64 " other legal rows, %" PRIu64
         " that nothing can match, %" PRIu64 " changes of hints\n",
         tally.rejected, tally.legal, tally.unmatched, tally.hints);
  mgp_chipset_destroy(set);
  return test_result();
}
