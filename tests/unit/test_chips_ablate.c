/* Every constraint and every interaction is needed. Without a constraint or a lookup, some changed
 * row says something false or has a free column; without a send or a receive, honest rows no longer
 * say what their instruction means. Shows that the mutation test can fail, and keeps dead
 * constraints out. (A table's entries and multiplicities: test_chips_tables, and the lies of
 * tests/neg.) */
#include "chips_changes.h"

#define NROWS 48 /* honest rows per chip */

/* What the search does not miss, and why it stays. */
static const struct {
  uint8_t chip;
  const char *item, *why;
} kept[] = {
    {MGP_CHIP_DIV, "bit sr", "implied, but a sign must be boolean"},
    {MGP_CHIP_DIV, "bit z", "implied, but a multiplicity must be boolean"},
    {MGP_CHIP_COMMIT, "bit k",
     "needed together; one alone follows from the keys of the other words"},
};

static int is_kept(const mgp_chip_t *chip, const char *item) {
  for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++)
    if (kept[i].chip == chip->id && strncmp(kept[i].item, item, strlen(kept[i].item)) == 0)
      return 1;
  return 0;
}

static mgp_chipset_t *set;
static model_instance_t rows[MGP_OPCHIP_COUNT][NROWS];
static unsigned nrows[MGP_OPCHIP_COUNT];
static boundary_t bounds[NROWS];
static model_instance_t old_rows[NROWS]; /* for REFRESH: field b is old */

static void keep_instance(model_instance_t *to, const model_instance_t *m) {
  *to = *m;
  to->prog.code[0].words = to->words;
  to->prog.insn = to->insns;
  to->raw.insns = to->insns;
  to->raw.steps = &to->step;
  to->raw.commits = &to->commit;
}

static void collect(test_rng_t *g) {
  model_instance_t m;
  for (unsigned round = 0; round < 400; round++) {
    for (unsigned op = 1; op < MGP_OP_COUNT; op++) {
      model_instance(g, &m, op, 0);
      if (nrows[m.chip] < NROWS) keep_instance(&rows[m.chip][nrows[m.chip]++], &m);
    }
  }
  for (unsigned i = 0; i < NROWS; i++) {
    do model_instance(g, &m, MGP_OP_SLL, 1);
    while (!(mgp_refresh_mask(&m.insns[m.at], m.chip, &m.step) & 2));
    keep_instance(&old_rows[i], &m);
    boundary_init(g, &bounds[i]);
  }
}

/* Operands for which a sign that is no bit fits (attack_quotient): one pair in 2^15, so not left to
 * chance. 5 * 2^16 / 2^15 = 10, or 10 + 30720 * 2^17. */
static void collect_division(test_rng_t *g) {
  model_instance_t m;
  const mgp_insn_t *in;
  do {
    model_instance(g, &m, MGP_OP_DIVU, 0);
    in = &m.insns[m.at];
  } while (!in->rs1 || !in->rs2 || in->rs1 == in->rs2 || in->rd == in->rs1 || in->rd == in->rs2);
  m.step.a = 5u << 16;
  m.step.b = 1u << 15;
  keep_instance(&rows[MGP_CHIP_DIV][0], &m);
}

static void row_of(const mgp_chip_t *chip, unsigned i, subject_t *s) {
  if (chip->id < MGP_OPCHIP_COUNT) {
    const model_instance_t *m = &rows[chip->id][i % nrows[chip->id]];
    subject_init(s, chip, &m->raw, 0, &m->prog, m);
  } else if (chip->id == MGP_CHIP_REFRESH) {
    subject_init(s, chip, &old_rows[i].raw, MGP_FIELD_B, &old_rows[i].prog, NULL);
  } else {
    subject_init(s, chip, &bounds[i].raw, 0, &bounds[i].prog, NULL);
  }
}

/* Searches for a fault of a chip from which something was taken. */
static int search(test_rng_t *g, const mgp_chip_t *chip) {
  tally.faults = 0;
  for (unsigned i = 0; i < NROWS; i++) {
    subject_t s;
    row_of(chip, i, &s);
    singles(g, &s);
    targeted(g, &s);
    flag_triples(&s);
    if (tally.faults) return 1;
    level_sets(&s, 5);
    if (tally.faults) return 1;
    random_sets(g, &s, 1000);
    pairs(&s);
    if (tally.faults) return 1;
  }
  return 0;
}

/* Is there an honest row that the chip no longer tells right? */
static int honest_fails(const mgp_chip_t *chip) {
  for (unsigned i = 0; i < NROWS; i++) {
    mgp_f_t values[MGP_MAX_NODES];
    subject_t s;
    row_of(&set->chip[chip->id], i, &s);
    s.chip = chip;
    mgp_chip_eval_row(chip, s.row, NULL, values);
    judge_face(chip, values, &s.face);
    if (judge(&s, &s.face) != JUDGE_OK) return 1;
  }
  return 0;
}

static void ablate_constraint(test_rng_t *g, const mgp_chip_t *full, uint32_t i) {
  mgp_chip_t chip = *full;
  const char *name = full->constraint_name[i];
  if (is_kept(full, name)) return;
  chip.nconstraints--;
  for (uint32_t j = i; j < chip.nconstraints; j++) chip.constraints[j] = chip.constraints[j + 1];
  CHECK_MSG(search(g, &chip), "%s: nobody misses constraint \"%s\"", full->name, name);
}

static void ablate_interaction(test_rng_t *g, const mgp_chip_t *full, uint32_t i) {
  mgp_chip_t chip = *full;
  const mgp_bus_t bus = (mgp_bus_t)full->interactions[i].bus;
  chip.ninteractions--;
  for (uint32_t j = i; j < chip.ninteractions; j++) chip.interactions[j] = chip.interactions[j + 1];
  CHECK_MSG(mgp_bus_is_lookup(bus) ? search(g, &chip) : honest_fails(&chip),
            "%s: nobody misses interaction %u (%s)", full->name, i, mgp_bus_name(bus));
}

int main(void) {
  /* enough rows for this seed, not for every one */
  setenv("MGP_TEST_SEED", "1", 0);
  test_rng_t g = test_rng();
  REQUIRE_OK(mgp_chipset_create(&set));
  make_moves();
  collect(&g);
  collect_division(&g);
  tally.quiet = 1;
  for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) {
    const mgp_chip_t *chip = &set->chip[id];
    if (id == MGP_CHIP_SHARD_RAM) continue; /* test_chips_shard_ram.c */
    for (uint32_t i = 0; i < chip->nconstraints; i++) ablate_constraint(&g, chip, i);
    for (uint32_t i = 0; i < chip->ninteractions; i++) ablate_interaction(&g, chip, i);
  }
  mgp_chipset_destroy(set);
  return test_result();
}
