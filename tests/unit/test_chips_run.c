/* Whole runs of all guests through the emulator's records and the constraint checker: constraints,
 * lookups and the balance of every bus, for one and three partitions. Then faults are planted, and
 * the checker must name them. */
#include "chips_run.h"

static mgp_chipset_t *set;

static const struct {
  const char *name;
  uint32_t size, big;
} guests[] = {{"fibonacci", 30, 1500}, {"sort", 60, 4000},    {"sha256", 100, 2000},
              {"keccak", 50, 1000},    {"matrix", 6, 30},     {"sieve", 300, 20000},
              {"interpreter", 1, 8},   {"memory", 64, 8192},  {"edges", 1, 1},
              {"panic", 42, 42},       {"silent", 27, 837799}};

static void check_guest(const char *name, uint32_t size, uint32_t nparts, mgp_check_stats_t *sum) {
  run_t run;
  mgp_check_stats_t stats = {{0}};
  if (!run_load(&run, set, name, size)) TEST_SKIP("run from the root of the sources");
  run_record(&run, nparts);
  mgp_status_t st = mgp_check_run(set, &run.check, &stats);
  CHECK_MSG(st == MGP_OK, "%s, %u partitions: %s", name, nparts, mgp_error_message());
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) sum->rows[id] += stats.rows[id];
  run_free(&run);
}

/* The checker must refuse a changed run, with these words in its message. */
static void expect_fault(const run_t *run, const char *words) {
  mgp_status_t st = mgp_check_run(set, &run->check, NULL);
  CHECK_MSG(st == MGP_REJECTED && strstr(mgp_error_message(), words), "want \"%s\", got %d: %s",
            words, (int)st, st ? mgp_error_message() : "");
}

static void plant_faults(void) {
  run_t run;
  if (!run_load(&run, set, "sort", 20)) TEST_SKIP("run from the root of the sources");
  run_record(&run, 2);
  mgp_step_t *steps = run.part[1].steps;
  uint32_t n = run.part[1].rec.nsteps, add = 0, load = 0;
  for (uint32_t i = 0; i < n; i++) {
    unsigned chip = run.prog.insn[steps[i].insn].chip;
    if (chip == MGP_CHIP_ADD) add = i;
    if (chip == MGP_CHIP_LW) load = i;
  }
  steps[add].a ^= 4;
  expect_fault(&run, "bus MEM");
  steps[add].a ^= 4;
  steps[load].m ^= 0x10000;
  expect_fault(&run, "bus MEM");
  steps[load].m ^= 0x10000;
  steps[load].pm = steps[load].ts + 5;
  expect_fault(&run, "chip LW, row");
  steps[load].pm = 0;
  expect_fault(&run, "bus MEM");
  run_free(&run);
  run_load(&run, set, "edges", 1);
  run_record(&run, 1);
  CHECK(run.nbounds[0] > 0);
  run.bounds[0][0].first ^= 1;
  expect_fault(&run, "chip MEM_IMAGE, row 0");
  run_free(&run);
  run_load(&run, set, "silent", 5);
  run_record(&run, 1);
  run.check.exit_code ^= 1;
  expect_fault(&run, "bus EXIT");
  run.check.exit_code ^= 1;
  run.check.end_ts++;
  expect_fault(&run, "bus STATE");
  run.check.end_ts--;
  run.bounds[2][1].prev++;
  expect_fault(&run,
               run.bounds[2][1].prev > run.bounds[2][1].key ? "chip MEM_ZERO" : "bus CHAIN_ZERO");
  run.bounds[2][1].prev--;
  run.part[0].steps[7].insn++;
  CHECK(mgp_check_run(set, &run.check, NULL) == MGP_REJECTED);
  run.part[0].steps[7].insn--;
  CHECK_OK(mgp_check_run(set, &run.check, NULL));
  run_free(&run);
}

int main(void) {
  mgp_check_stats_t sum = {{0}};
  REQUIRE_OK(mgp_chipset_create(&set));
  for (unsigned i = 0; i < sizeof guests / sizeof *guests; i++)
    for (uint32_t nparts = 1; nparts <= 3; nparts += 2)
      check_guest(guests[i].name, test_slow() ? guests[i].big : guests[i].size, nparts, &sum);
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++)
    CHECK_MSG(sum.rows[id] > 0 || id == MGP_CHIP_SHARD_RAM, "no guest has a row of %s",
              set->chip[id].name);
  plant_faults();
  mgp_chipset_destroy(set);
  return test_result();
}
