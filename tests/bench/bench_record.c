/* Recording on several cores: bench_record ELF [HINT...]
 * A run as one shard of one partition, from its entry to records in the memory of the cpu backend,
 * as the prover does it (pieces are recorded while the pass goes on), by 1, 2, 4, ... threads up to
 * all cores; best of three. Columns: seconds of the plain pass, which notes the words; of recording
 * and merging, by the busiest thread; of what is left when the pass has ended, moving the records
 * included; all.
 */
#include "base/file.h"
#include "base/machine.h"
#include "prover/backend.h"
#include "prover/shards.h"
#include "test.h"
#include "vm/hints.h"

typedef struct {
  double pass, record, after, all;
  uint64_t steps;
  uint32_t touched;
} times_t;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static times_t measure(const mgp_program_t *prog, const mgp_prove_options_t *opt) {
  mgp_session_t s = {.prog = prog, .opt = opt, .nranks = 1, .nparts = 1};
  mgp_part_t part = {0};
  mgp_pass_t *pass = NULL;
  mgp_recorder_t *recorder = NULL;
  mgp_touch_list_t list = {0};
  mgp_cut_t cut;
  times_t t = {0};
  s.partitions = 1;
  s.now = &s.hands[0];
  s.now->parts = &part;
  const uint64_t budget = UINT64_C(1) << 60;
  REQUIRE_OK(mgp_comm_self_create(&s.comm));
  REQUIRE_OK(mgp_chipset_create(&s.chips));
  REQUIRE_OK(mgp_session_open_ledgers(&s));
  REQUIRE_OK(mgp_session_place(&s, 0));
  REQUIRE_OK(mgp_session_open_backend(&s, 0));
  const double start = now();
  REQUIRE_OK(mgp_recorder_create(&s, NULL, &recorder));
  REQUIRE_OK(mgp_pass_create(&s, budget, &pass));
  CHECK(mgp_pass_settle(pass, budget));
  mgp_recorder_follow(recorder, mgp_pass_stream(pass), UINT64_MAX);
  REQUIRE_OK(mgp_cut_share(&s, pass, 1, &cut));
  const double passed = now();
  REQUIRE_OK(mgp_recorder_start(recorder, &cut, UINT64_MAX));
  REQUIRE_OK(mgp_recorder_finish(recorder, &list));
  t.all = now() - start;
  t.pass = mgp_pass_seconds(pass);
  t.record = mgp_recorder_seconds(recorder);
  t.after = now() - passed;
  t.steps = part.nsteps;
  t.touched = list.n;
  s.be->ops->free(s.be, list.d_touches);
  s.be->ops->free(s.be, (void *)(uintptr_t)part.raw.steps);
  s.be->ops->free(s.be, (void *)(uintptr_t)part.raw.commits);
  mgp_recorder_destroy(recorder);
  mgp_pass_destroy(pass);
  if (mgp_session_close_backend(&s) != 0) printf("# memory is left\n");
  mgp_chipset_destroy(s.chips);
  mgp_comm_destroy(s.comm);
  return t;
}

static void bench(const mgp_program_t *prog, const uint8_t *hints, size_t nhints) {
  const int cores = (int)mgp_machine_cores();
  for (int threads = 1;; threads = 2 * threads < cores ? 2 * threads : cores) {
    mgp_prove_options_t o = {
        .backend = MGP_BACKEND_CPU, .threads = threads, .hints = hints, .hints_nbytes = nhints};
    times_t best = {.all = 1e9};
    for (int round = 0; round < 3; round++) {
      const times_t t = measure(prog, &o);
      if (t.all < best.all) best = t;
    }
    printf("%9d %12" PRIu64 " %10u %9.4f %9.0f %9.4f %9.0f %9.4f %9.4f\n", threads, best.steps,
           best.touched, best.pass, (double)best.steps / best.pass * 1e-6, best.record,
           (double)best.steps / best.record * 1e-6, best.after, best.all);
    if (threads == cores) return;
  }
}

int main(int argc, char **argv) {
  mgp_program_t prog = {0};
  uint8_t *elf, *hints;
  size_t nelf, nhints;
  if (argc < 2) {
    fprintf(stderr, "usage: bench_record ELF [HINT...]\n");
    return 2;
  }
  REQUIRE_OK(mgp_file_read(argv[1], 1u << 28, &elf, &nelf));
  REQUIRE_OK(mgp_program_load_elf(elf, nelf, &prog));
  REQUIRE_OK(mgp_hints_read((const char *const *)argv + 2, (size_t)argc - 2, &hints, &nhints));
  printf("# %7s %12s %10s %9s %9s %9s %9s %9s %9s\n# %7s %12s %10s %9s %9s %9s %9s %9s %9s\n",
         "threads", "steps", "touched", "pass", "pass", "record", "record", "after", "all", "", "",
         "", "s", "M steps/s", "s", "M steps/s", "s", "s");
  bench(&prog, hints, nhints);
  mgp_program_free(&prog);
  free(elf);
  free(hints);
  return 0;
}
