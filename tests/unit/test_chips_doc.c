/* docs/chips.md lists the chips as they are, and an average step of the workloads of `mgprove
 * bench` costs no more than it should. `test_chips_doc --write` brings the generated part up to
 * date, the measured workloads included (which are not compared: they depend on the guests). */
#include "chips/describe.h"
#include "chips/replay.h"
#include "chips_run.h"

#define DOC        "docs/chips.md"
#define GENERATED  "<!-- generated: everything below this line -->\n"
#define MEASURED   "<!-- measured: not compared by the test -->\n"
#define NWORKLOADS 8

/* of an average step, REFRESH and memory boundary included, tables not */
#define MOST_CELLS        20.0
#define MOST_INTERACTIONS 13.0

static const struct {
  const char *name;
  uint32_t size;
} workloads[NWORKLOADS] = {{"sha256", 6000},    {"sort", 4000},  {"memory", 16384},
                           {"fibonacci", 1500}, {"matrix", 40},  {"keccak", 2000},
                           {"interpreter", 24}, {"sieve", 50000}};

static void print_chips(const mgp_chipset_t *set, FILE *f) {
  fprintf(
      f, "\n## 8. Table of chips\n\nA row costs columns + 2·interactions: the unit in which shards "
         "and partitions are cut.\n\n");
  mgp_chipset_print_table(set, f);
  fprintf(
      f,
      "\n## 9. Declarations\n\nColumns, constraints and interactions in their order, the order of "
      "the protocol. `:=` names a formula; `BUS m: tuple` is an interaction with multiplicity m. "
      "Constants are mod p.\n");
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    fprintf(f, "\n### %s\n\n```\n", set->chip[id].name);
    REQUIRE_OK(mgp_chip_print((mgp_chip_id_t)id, f));
    fprintf(f, "```\n");
  }
}

typedef struct {
  uint64_t steps, ts, rows[MGP_CHIP_FIRST_TABLE], cells, interactions, cost;
} measure_t;

static void measure(const mgp_chipset_t *set, const char *name, uint32_t size, measure_t *m) {
  run_t run;
  uint32_t n[MGP_CHIP_FIRST_TABLE];
  memset(m, 0, sizeof *m);
  if (!run_load(&run, set, name, size)) TEST_SKIP("run from the root of the sources");
  run_record(&run, 1);
  m->steps = run.part[0].rec.nsteps;
  m->ts = run.check.end_ts - 1;
  mgp_replay_count(run.prog.insn, run.part[0].steps, run.part[0].rec.nsteps, n);
  for (unsigned id = 0; id < MGP_CHIP_FIRST_TABLE; id++) {
    m->rows[id] = n[id];
    if (id >= MGP_CHIP_MEM_IMAGE && id < MGP_CHIP_MEM_IMAGE + 3)
      m->rows[id] = run.nbounds[id - MGP_CHIP_MEM_IMAGE];
    m->cells += m->rows[id] * set->chip[id].ncols;
    m->interactions += m->rows[id] * set->chip[id].ninteractions;
    m->cost += m->rows[id] * set->chip[id].cost;
  }
  run_free(&run);
}

typedef enum { CELLS, INTERACTIONS } unit_t;

/* What a chip adds to an average step. */
static double per_step(const mgp_chipset_t *set, const measure_t *m, unsigned id, unit_t unit) {
  const uint32_t each = unit == CELLS ? set->chip[id].ncols : set->chip[id].ninteractions;
  return (double)(m->rows[id] * each) / (double)m->steps;
}

/* Where the cells or interactions of an average step go. */
static void print_chips_share(const mgp_chipset_t *set, const measure_t *m, unit_t unit, FILE *f) {
  fprintf(f, "\n%s of an average step, by chip:\n\n| chip |",
          unit == CELLS ? "Cells" : "Interactions");
  for (unsigned w = 0; w < NWORKLOADS; w++) fprintf(f, " %s |", workloads[w].name);
  fprintf(f, "\n| --- |");
  for (unsigned w = 0; w < NWORKLOADS; w++) fprintf(f, " --- |");
  fputc('\n', f);
  for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) {
    double most = 0;
    for (unsigned w = 0; w < NWORKLOADS; w++)
      if (per_step(set, &m[w], id, unit) > most) most = per_step(set, &m[w], id, unit);
    if (most < 0.005) continue;
    fprintf(f, "| %s |", set->chip[id].name);
    for (unsigned w = 0; w < NWORKLOADS; w++) fprintf(f, " %.2f |", per_step(set, &m[w], id, unit));
    fputc('\n', f);
  }
}

static void print_workloads(const mgp_chipset_t *set, const measure_t *m, FILE *f) {
  fprintf(
      f,
      "\n## 10. Workloads\n\nPrebuilt guests (`guest/prebuilt`), tables not counted, REFRESH and "
      "memory boundary included.\n\n"
      "| guest (size) | steps | cells a step | interactions a step | ts a step | REFRESH rows | "
      "boundary rows |\n| --- | --- | --- | --- | --- | --- | --- |\n");
  for (unsigned w = 0; w < NWORKLOADS; w++) {
    const double steps = (double)m[w].steps;
    uint64_t bounds = 0;
    for (unsigned id = MGP_CHIP_MEM_IMAGE; id <= MGP_CHIP_MEM_ZERO; id++) bounds += m[w].rows[id];
    fprintf(f, "| %s (%u) | %" PRIu64 " | %.2f | %.2f | %.2f | %.2f %% | %.2f %% |\n",
            workloads[w].name, workloads[w].size, m[w].steps, (double)m[w].cells / steps,
            (double)m[w].interactions / steps, (double)m[w].ts / steps,
            100 * (double)m[w].rows[MGP_CHIP_REFRESH] / steps, 100 * (double)bounds / steps);
  }
  print_chips_share(set, m, CELLS, f);
  print_chips_share(set, m, INTERACTIONS, f);
}

static void check_workloads(const measure_t *m) {
  for (unsigned w = 0; w < NWORKLOADS; w++) {
    const double cells = (double)m[w].cells / (double)m[w].steps;
    const double interactions = (double)m[w].interactions / (double)m[w].steps;
    printf("%-12s %5.2f cells, %5.2f interactions a step\n", workloads[w].name, cells,
           interactions);
    CHECK_MSG(cells <= MOST_CELLS, "%s: %.2f cells a step", workloads[w].name, cells);
    CHECK_MSG(interactions <= MOST_INTERACTIONS, "%s: %.2f interactions a step", workloads[w].name,
              interactions);
  }
}

int main(int argc, char **argv) {
  static measure_t m[NWORKLOADS];
  mgp_chipset_t *set;
  char *now = NULL;
  size_t nnow = 0, ndoc = 0;
  char *doc = run_read_file(DOC, &ndoc);
  if (!doc) TEST_SKIP("run from the root of the sources");
  doc[ndoc] = 0;
  char *generated = strstr(doc, GENERATED);
  CHECK_MSG(generated, "%s has no line %s", DOC, GENERATED);
  if (!generated) return test_result();
  generated += strlen(GENERATED);
  REQUIRE_OK(mgp_chipset_create(&set));
  for (unsigned w = 0; w < NWORKLOADS; w++)
    measure(set, workloads[w].name, workloads[w].size, &m[w]);
  check_workloads(m);
  FILE *f = open_memstream(&now, &nnow);
  print_chips(set, f);
  fputs("\n" MEASURED, f);
  if (argc > 1 && strcmp(argv[1], "--write") == 0) {
    print_workloads(set, m, f);
    fclose(f);
    FILE *out = fopen(DOC, "wb");
    CHECK(out && fwrite(doc, 1, (size_t)(generated - doc), out) == (size_t)(generated - doc) &&
          fwrite(now, 1, nnow, out) == nnow && fclose(out) == 0);
  } else {
    fclose(f);
    CHECK_MSG(strncmp(generated, now, nnow) == 0, "%s is not current: test_chips_doc --write", DOC);
  }
  free(now);
  free(doc);
  mgp_chipset_destroy(set);
  return test_result();
}
