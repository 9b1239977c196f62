/* What each rank does and holds: it records, commits and proves its own partitions and no others;
 * its raw state is its share; between phases and tasks there is raw state, and what the cache
 * level keeps, and nothing else; the process grows by what the ledger says. */
#include "base/machine.h"
#include "chips/chip.h"
#include "prove_util.h"
#include "vm/step.h"

#define PARTITIONS 4
#define MAX_RANKS  8
#define MAX_TASKS  1024

static const guest_t *guest;

/* A proof in which every rank writes a trace log of its own. */
typedef struct {
  mgp_prove_options_t options;
  mgp_prove_result_t result; /* of rank 0 */
  char *log[MAX_RANKS];      /* free() */
} traced_t;

static mgp_status_t prove_traced(mgp_comm_t *comm, void *arg) {
  traced_t *job = arg;
  uint32_t rank = mgp_comm_rank(comm);
  mgp_prove_result_t result;
  mgp_prove_options_t o = job->options;
  size_t n = 0;
  o.hints = guest->hints;
  o.hints_nbytes = guest->nhints;
  o.trace_log = open_memstream(&job->log[rank], &n);
  mgp_status_t st = o.trace_log ? mgp_prove(comm, &guest->prog, &o, &result)
                                : mgp_fail(MGP_RESOURCES, "no memory for a trace log");
  if (o.trace_log) fclose(o.trace_log);
  if (st != MGP_OK) return st;
  if (rank == 0)
    job->result = result;
  else
    mgp_prove_result_free(&result);
  return MGP_OK;
}

static void traced_run(traced_t *job, uint32_t ranks, mgp_cache_t cache) {
  memset(job, 0, sizeof *job);
  job->options.partitions = PARTITIONS;
  job->options.log_rows = 14;
  job->options.threads = 1;
  job->options.cache = cache;
  job->options.no_self_check = 1;
  REQUIRE_OK(mgp_comm_threads_run(ranks, prove_traced, job));
}

static void traced_free(traced_t *job) {
  for (uint32_t r = 0; r < MAX_RANKS; r++) free(job->log[r]);
  mgp_prove_result_free(&job->result);
}

/* --- whose work ------------------------------------------------------------------------------ */

static uint64_t field(const char *line, const char *name) {
  char word[32];
  snprintf(word, sizeof word, " %s ", name);
  const char *at = strstr(line, word);
  CHECK_MSG(at, "no %s in: %s", name, line);
  return at ? strtoull(at + strlen(word), NULL, 10) : UINT64_MAX;
}

/* One line of a rank's log; counts what was recorded, committed and proved. */
static void check_line(const char *line, uint32_t rank, uint32_t per, uint64_t kept,
                       unsigned recorded[PARTITIONS], unsigned committed[PARTITIONS],
                       unsigned proved[MAX_TASKS]) {
  uint64_t p = field(line, "partition");
  CHECK_MSG(field(line, "rank") == rank && p / per == rank && p < PARTITIONS, "rank %u: %s", rank,
            line);
  if (p >= PARTITIONS) return;
  if (strncmp(line, "record ", 7) == 0) recorded[p]++;
  if (strncmp(line, "build ", 6) == 0 && strstr(line, " use commit ")) committed[p]++;
  if (strncmp(line, "task ", 5) != 0) return;
  uint64_t task = field(line, "number"), transient = field(line, "transient");
  CHECK(task < MAX_TASKS);
  if (task < MAX_TASKS) proved[task]++;
  CHECK_MSG(transient == kept, "%s, not %" PRIu64, line, kept);
}

/* Bytes that the cache level keeps between tasks. */
static uint64_t kept_bytes(const mgp_rank_report_t *r) {
  return r->resident[MGP_PHASE_COMMIT][MGP_MEM_WITNESS] +
         r->resident[MGP_PHASE_COMMIT][MGP_MEM_CODEWORD];
}

static void check_work(const traced_t *job, uint32_t ranks) {
  unsigned recorded[PARTITIONS] = {0}, committed[PARTITIONS] = {0}, proved[MAX_TASKS] = {0};
  const mgp_prove_report_t *report = &job->result.report;
  uint32_t per = (PARTITIONS + ranks - 1) / ranks;
  for (uint32_t r = 0; r < ranks; r++) {
    unsigned lines = 0;
    for (char *line = job->log[r], *end; *line; line = end + 1, lines++) {
      end = strchr(line, '\n');
      *end = 0;
      check_line(line, r, per, kept_bytes(&report->ranks[r]), recorded, committed, proved);
    }
    CHECK_MSG((lines > 0) == (r * per < PARTITIONS), "rank %u did %u things", r, lines);
  }
  uint64_t traces = 0;
  for (unsigned p = 0; p < PARTITIONS; p++) {
    CHECK_MSG(recorded[p] == 1, "partition %u was recorded %u times", p, recorded[p]);
    traces += committed[p];
  }
  CHECK_EQ_U64(traces, report->traces);
  CHECK(report->traces < MAX_TASKS);
  for (uint64_t k = 0; k < report->traces; k++)
    CHECK_MSG(proved[k] == 1, "task %" PRIu64 " was proved %u times", k, proved[k]);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* Raw state of some steps and boundary rows. */
static uint64_t raw_bytes(uint64_t steps, uint64_t boundary, uint64_t partitions) {
  return steps * sizeof(mgp_step_t) + boundary * sizeof(mgp_bound_t) +
         partitions * (sizeof(mgp_step_t) + sizeof(mgp_commit_t) + 3 * sizeof(mgp_bound_t));
}

/* Raw state of each rank, at any time, is at most 1.1 times its part. */
static void check_raw(const traced_t *job, uint32_t ranks, uint64_t boundary) {
  const mgp_prove_report_t *report = &job->result.report;
  uint64_t program = guest->prog.ninsn * sizeof(mgp_insn_t), together = 0;
  for (uint32_t r = 0; r < ranks; r++) {
    const mgp_rank_report_t *k = &report->ranks[r];
    uint64_t rows = boundary * k->partitions / PARTITIONS + k->partitions, most = 0;
    for (unsigned p = 0; p < MGP_PHASES; p++)
      if (k->peak[p][MGP_MEM_RAW] > most) most = k->peak[p][MGP_MEM_RAW];
    uint64_t share = raw_bytes(k->steps, rows, k->partitions);
    uint64_t own = most > program ? most - program : 0; /* without partitions there is no program */
    CHECK_MSG(10 * own <= 11 * share,
              "rank %u of %u: raw state of %" PRIu64 " bytes, its part is %" PRIu64, r, ranks, own,
              share);
    together += own;
  }
  uint64_t whole = raw_bytes(report->steps, boundary, PARTITIONS);
  CHECK_MSG(10 * together <= 11 * whole && together >= whole / 10 * 9,
            "%u ranks: raw state of %" PRIu64 " bytes in all, of %" PRIu64, ranks, together, whole);
}

/* What is resident after each phase. */
static void check_resident(const traced_t *job, uint32_t ranks, mgp_cache_t cache) {
  const mgp_prove_report_t *report = &job->result.report;
  const uint64_t column = sizeof(mgp_f_t) << report->params.log_height;
  for (uint32_t r = 0; r < ranks; r++) {
    const mgp_rank_report_t *k = &report->ranks[r];
    for (unsigned p = MGP_PHASE_RECORD; p <= MGP_PHASE_FINISH; p++) {
      const uint64_t *live = k->resident[p];
      const char *phase = mgp_phase_name((mgp_phase_t)p);
      int over = p == MGP_PHASE_FINISH; /* the shard is released when its proof is done */
      int keeps = p >= MGP_PHASE_COMMIT && !over && k->partitions > 0;
      uint64_t sum = 0, q = p == MGP_PHASE_OPEN ? MGP_D * column : 0;
      for (unsigned c = 0; c < MGP_MEM_CLASSES; c++) sum += live[c];
      CHECK_EQ_U64(sum, live[MGP_MEM_CLASSES]);
      CHECK_MSG((live[MGP_MEM_WITNESS] > 0) == (keeps && cache >= MGP_CACHE_TRACE) &&
                    live[MGP_MEM_WITNESS] % column == 0,
                "%s on rank %u leaves %" PRIu64 " bytes of witness", phase, r,
                live[MGP_MEM_WITNESS]);
      CHECK_MSG((live[MGP_MEM_CODEWORD] > 0) == (keeps && cache == MGP_CACHE_FULL),
                "%s on rank %u leaves %" PRIu64 " bytes of codewords", phase, r,
                live[MGP_MEM_CODEWORD]);
      CHECK_MSG(live[MGP_MEM_SCRATCH] == q, "%s on rank %u leaves %" PRIu64 " bytes of scratch",
                phase, r, live[MGP_MEM_SCRATCH]);
      uint64_t digests = k->partitions * ((uint64_t)65536 + 256);
      CHECK_MSG(live[MGP_MEM_DIGEST] <= digests,
                "%s on rank %u leaves %" PRIu64 " bytes of digests", phase, r,
                live[MGP_MEM_DIGEST]);
      CHECK_EQ_U64(live[MGP_MEM_RAW], over ? 0 : k->resident[MGP_PHASE_RECORD][MGP_MEM_RAW]);
      CHECK(live[MGP_MEM_CLASSES] <= k->peak[p][MGP_MEM_CLASSES]);
    }
  }
}

/* The planned peak is the real one, nearly: plan.c grants 4 MiB for the pieces in which ranks add
 * up the combined polynomial, which a small run does not fill, and half a MiB for small things. */
static void check_planned(const mgp_prove_report_t *report) {
  for (uint32_t r = 0; r < report->nranks; r++) {
    const mgp_rank_report_t *k = &report->ranks[r];
    uint64_t most = 0;
    for (unsigned p = MGP_PHASE_ASSIGN; p < MGP_PHASES; p++)
      if (k->peak[p][MGP_MEM_CLASSES] > most) most = k->peak[p][MGP_MEM_CLASSES];
    CHECK_MSG(most <= k->predicted_peak, "rank %u: peak %" PRIu64 ", planned %" PRIu64, r, most,
              k->predicted_peak);
    CHECK_MSG(k->predicted_peak <= most + most / 20 + (5u << 20),
              "rank %u: peak %" PRIu64 ", planned %" PRIu64, r, most, k->predicted_peak);
  }
}

static void check_ranks(void) {
  static const uint32_t counts[] = {1, 2, 3, 4, 8};
  static const mgp_cache_t caches[] = {MGP_CACHE_NONE, MGP_CACHE_TRACE, MGP_CACHE_FULL};
  mgp_prove_options_t o = {.partitions = PARTITIONS, .hints = guest->hints};
  mgp_estimate_t e;
  o.hints_nbytes = guest->nhints;
  REQUIRE_OK(mgp_prove_estimate(&guest->prog, &o, 1, 0, &e));
  uint64_t boundary = e.chip_rows[MGP_CHIP_MEM_IMAGE] + e.chip_rows[MGP_CHIP_MEM_HINT] +
                      e.chip_rows[MGP_CHIP_MEM_ZERO];
  for (unsigned i = 0; i < 5; i++) {
    traced_t job;
    mgp_cache_t cache = caches[i % 3];
    traced_run(&job, counts[i], cache);
    check_raw(&job, counts[i], boundary);
    check_resident(&job, counts[i], cache);
    check_planned(&job.result.report);
    check_work(&job, counts[i]);
    printf("%u ranks, cache %s: %lu failed\n", counts[i], mgp_cache_name(cache), test_failures);
    traced_free(&job);
  }
}

/* --- behind the pass -------------------------------------------------------------------------- */

/* Pieces of the first shard on a rank, and how many of them were recorded as they were made. */
static uint64_t pieces_behind(const char *log, uint64_t *pieces) {
  const char *line = strstr(log, "record ");
  CHECK_MSG(line, "nothing is recorded: %s", log);
  if (!line) return *pieces = 0;
  CHECK_EQ_U64(field(line, "shard"), 1);
  *pieces = field(line, "pieces");
  return field(line, "behind");
}

/* Each rank records its part of the first shard behind the pass: what is cut in two by the bounds
 * of partitions is recorded again, and what was not expected to be its own comes later. Without
 * shared memory the ranks but 0 wait for the cut. */
static void check_behind(uint32_t ranks, uint64_t pool) {
  traced_t job = {.options = {.partitions = PARTITIONS,
                              .threads = 2,
                              .shard_steps = 12000,
                              .piece_steps = 60,
                              .pool_nbytes = pool,
                              .fail_phase = "assign"}};
  CHECK(mgp_comm_threads_run(ranks, prove_traced, &job) == MGP_INTERNAL);
  for (uint32_t r = 0; r < ranks; r++) {
    uint64_t pieces, behind = pieces_behind(job.log[r], &pieces);
    printf("rank %u of %u: %" PRIu64 " of %" PRIu64 " pieces recorded behind the pass\n", r, ranks,
           behind, pieces);
    CHECK(pieces >= 20);
    if (ranks == 1)
      CHECK(behind < pieces && behind + PARTITIONS > pieces);
    else if (r > 0 && pool)
      CHECK_EQ_U64(behind, 0);
    else
      CHECK(behind >= pieces / 2 && behind < pieces);
  }
  traced_free(&job);
}

/* --- the process ------------------------------------------------------------------------------ */

/* The ledger's peak against what the kernel saw: what the prover needs beyond it is small. */
static void check_process(void) {
  mgp_memory_t before, after;
  guest_t g;
  mgp_prove_options_t o = {.threads = 1, .no_self_check = 1, .cache = MGP_CACHE_NONE};
  mgp_prove_result_t r;
  guest_load(&g, "sieve", 160000); /* a million steps */
  if (!mgp_machine_reset_peak()) {
    printf("the kernel does not let us measure the process\n");
    guest_free(&g);
    return;
  }
  REQUIRE_OK(mgp_machine_memory(&before));
  REQUIRE_OK(guest_prove(&g, 1, &o, &r));
  REQUIRE_OK(mgp_machine_memory(&after));
  const mgp_rank_report_t *k = &r.report.ranks[0];
  uint64_t ledger = 0, grown = after.rss_peak - before.rss;
  for (unsigned p = 0; p < MGP_PHASES; p++)
    if (k->peak[p][MGP_MEM_CLASSES] > ledger) ledger = k->peak[p][MGP_MEM_CLASSES];
  printf("ledger %.1f MiB (planned %.1f), process grew by %.1f MiB\n", (double)ledger / (1 << 20),
         (double)k->predicted_peak / (1 << 20), (double)grown / (1 << 20));
  check_planned(&r.report);
  /* beyond the ledger: emulated memory, tables of the chips, thread stacks */
  CHECK_MSG(grown <= ledger + ledger / 10 + (24u << 20), "%" PRIu64 " bytes, ledger %" PRIu64,
            grown, ledger);
  CHECK_MSG(grown >= ledger / 10 * 8, "%" PRIu64 " bytes, ledger %" PRIu64, grown, ledger);
  mgp_prove_result_free(&r);
  guest_free(&g);
}

int main(void) {
  guest_t g;
  check_process();
  guest_load(&g, "sort", 300);
  guest = &g;
  check_ranks();
  guest_free(&g);
  guest_load(&g, "fibonacci", 250);
  guest = &g;
  check_behind(1, 0);
  check_behind(4, 0);
  check_behind(2, 1);
  guest_free(&g);
  return test_result();
}
