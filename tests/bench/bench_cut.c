/* The cuts of a run to all ranks, by shared memory and by messages: [mpirun -n RANKS] bench_cut
 * STEPS ELF [HINT...]
 * In shards of about STEPS steps, a partition a rank; nothing is recorded. Three rounds each; with
 * one rank nothing is to be sent. Columns: shards; megabytes of words; seconds of the plain pass,
 * which writes them; milliseconds of a shard's cut from the moment that the pass has it until each
 * rank has the words of its pieces; of reading them once on the slowest rank, which is the least
 * that recording takes. */
#include <sched.h>

#include "base/clock.h"
#include "base/file.h"
#include "prover/pass.h"
#include "test.h"
#include "vm/hints.h"
#ifdef MGP_HAVE_MPI
#include "comm/comm_mpi.h"
#define CREATE_MPI mgp_comm_mpi_create
#else
#define CREATE_MPI NULL
#endif

typedef struct {
  uint32_t shards;
  uint64_t nwords;
  double pass, cut, read;
} times_t;

/* Of the pieces in which the rank's partition has steps. */
static uint32_t read_words(const mgp_session_t *s, const mgp_cut_t *cut) {
  const uint64_t begin = mgp_cut_cost(cut, s->partitions, s->rank);
  const uint64_t stop = mgp_cut_stop(cut, s->partitions, s->rank);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < cut->npieces; i++) {
    if (mgp_piece_end(cut, i)->cost < begin || cut->piece[i].start.cost >= stop) continue;
    for (uint64_t k = 0; k < cut->piece[i].nwords; k++) sum += cut->word[i][k];
  }
  return sum;
}

static times_t measure(mgp_session_t *s, int pooled) {
  mgp_pass_t *pass = NULL;
  mgp_cut_t cut = {0};
  times_t t = {0};
  static volatile uint32_t sink;
  REQUIRE_OK(mgp_ledger_create(0, &s->ahead));
  if (pooled)
    REQUIRE_OK(mgp_pool_create(s->comm, s->ahead, mgp_stream_bytes(), MGP_POOL_NBYTES, &s->pool));
  if (s->rank == 0) REQUIRE_OK(mgp_pass_create(s, s->run.budget, &pass));
  if (s->rank == 0) CHECK(mgp_pass_settle(pass, s->run.budget));
  while (!cut.last) {
    while (pass && !mgp_pass_has_next(pass)) (void)sched_yield();
    REQUIRE_OK(mgp_comm_barrier(s->comm));
    const double begin = mgp_clock_seconds();
    REQUIRE_OK(mgp_cut_share(s, pass, 1, &cut));
    REQUIRE_OK(mgp_comm_barrier(s->comm));
    const double has = mgp_clock_seconds();
    t.cut += has - begin;
    sink = sink + read_words(s, &cut);
    REQUIRE_OK(mgp_comm_barrier(s->comm));
    t.read += mgp_clock_seconds() - has;
    for (uint32_t i = 0; i < cut.npieces; i++) t.nwords += cut.piece[i].nwords;
    t.shards++;
    mgp_cut_free(s, &cut);
  }
  if (pass) t.pass = mgp_pass_seconds(pass);
  REQUIRE_OK(mgp_comm_barrier(s->comm));
  mgp_pass_destroy(pass);
  mgp_pool_destroy(s->pool);
  s->pool = NULL;
  if (mgp_ledger_destroy(s->ahead) != 0) printf("# memory is left\n");
  return t;
}

static void bench(mgp_session_t *s) {
  if (s->rank == 0)
    printf("# %u ranks (%s)\n# %8s %7s %9s %9s %9s %9s\n", s->nranks, mgp_comm_transport(s->comm),
           "by", "shards", "words MB", "pass s", "cut ms", "read ms");
  for (int round = 0; round < 6; round++) {
    const times_t t = measure(s, round % 2 == 0);
    if (s->rank != 0) continue;
    printf("%10s %7u %9.1f %9.4f %9.3f %9.3f\n", round % 2 == 0 ? "memory" : "messages", t.shards,
           (double)t.nwords * 4e-6, t.pass, t.cut / t.shards * 1e3, t.read / t.shards * 1e3);
  }
}

int main(int argc, char **argv) {
  mgp_program_t prog = {0};
  mgp_prove_options_t opt = {0};
  mgp_session_t s = {.prog = &prog, .opt = &opt};
  uint8_t *elf, *hints;
  size_t nelf, nhints;
  if (argc < 3) {
    fprintf(stderr, "usage: [mpirun -n RANKS] bench_cut STEPS ELF [HINT...]\n");
    return 2;
  }
  REQUIRE_OK(mgp_comm_world_create(CREATE_MPI, &s.comm));
  REQUIRE_OK(mgp_chipset_create(&s.chips));
  REQUIRE_OK(mgp_file_read(argv[2], 1u << 28, &elf, &nelf));
  REQUIRE_OK(mgp_program_load_elf(elf, nelf, &prog));
  REQUIRE_OK(mgp_hints_read((const char *const *)argv + 3, (size_t)argc - 3, &hints, &nhints));
  opt.hints = hints;
  opt.hints_nbytes = nhints;
  s.rank = mgp_comm_rank(s.comm);
  s.nranks = s.partitions = mgp_comm_size(s.comm);
  s.run.budget = strtoull(argv[1], NULL, 0) * MGP_STEP_COST;
  bench(&s);
  mgp_program_free(&prog);
  mgp_chipset_destroy(s.chips);
  mgp_comm_destroy(s.comm);
  free(elf);
  free(hints);
  return 0;
}
