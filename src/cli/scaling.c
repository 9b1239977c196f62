#include "cli/scaling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "cli/plan_file.h"
#include "cli/proving.h"
#include "cli/report.h"
#include "cli/text.h"
#include "cli/workload.h"
#include "prover/placement.h"

#define REPEAT         3u
#define WORKLOAD       "fibonacci"
#define LEAST_STEPS    1024u
#define WARM_LOG_STEPS 14u
/* how often within --timeout a rank that proves alone is heard of, if it tells progress so often */
#define ALIVE_PER_TIMEOUT 4

/* What the first point of a series measured: the others are compared with it. */
typedef struct {
  double steps, seconds, prove_seconds;
} base_t;

typedef struct {
  const mgp_cli_t *cli;
  mgp_comm_t *comm; /* of the job */
  mgp_proving_t proving;
  const mgp_guest_t *guest;
  uint64_t steps; /* of the strong series */
  uint32_t repeat;
  bool strong; /* the series in hand */
  double told; /* when the rank that proves alone was last heard of */
  /* rank 0 */
  mgp_json_t *j;
  base_t base;
  uint8_t *proof; /* of the strong series' first point */
  size_t nproof;
  uint32_t wrong;
} bench_t;

/* --- output, on rank 0 --- */

static mgp_status_t print_head(const bench_t *b, uint32_t size) {
  printf("# %s: %s, size %" PRIu32 "%s\n",
         b->strong ? "strong, the same program and plan" : "weak, the same steps per rank",
         b->guest->name, size, b->strong ? "" : " for one rank");
  printf("# %5s %10s %9s %9s %8s %8s %8s %7s %7s %7s %7s %7s %7s %7s %6s %6s  %s\n", "ranks",
         "steps", "all", "prove", "speedup", "all", "prove", "work", "pass", "record", "imbal",
         "comm", "tail", "other", "load", "pred", "proof");
  printf("# %5s %10s %9s %9s %8s %8s %8s %7s %7s %7s %7s %7s %7s %7s %6s %6s  %s\n", "", "", "s",
         "s", "of prove", "eff. %", "eff. %", "%", "%", "%", "%", "%", "%", "%", "max", "max", "");
  return mgp_cli_flush();
}

/* Speed per rank, as a part of that of one rank. */
static double efficiency(double steps, double seconds, double base_steps, double base_seconds,
                         uint32_t ranks) {
  return seconds > 0 && base_steps > 0 ? steps / seconds / ranks * base_seconds / base_steps : 0;
}

static void print_row(const base_t *base, const mgp_prove_report_t *r, const char *verdict) {
  mgp_report_split_t s;
  mgp_report_split(r, &s);
  const double percent = s.all > 0 ? 100 / s.all : 0, steps = (double)r->steps;
  double all = efficiency(steps, s.all, base->steps, base->seconds, r->nranks);
  double prove = efficiency(steps, r->prove_seconds, base->steps, base->prove_seconds, r->nranks);
  printf("  %5" PRIu32 " %10" PRIu64 " %9.4f %9.4f %8.3f %8.1f %8.1f %7.2f %7.2f %7.2f %7.2f %7.2f "
         "%7.2f %7.2f %6.3f %6.3f  %s\n",
         r->nranks, r->steps, s.all, r->prove_seconds, prove * r->nranks, 100 * all, 100 * prove,
         percent * s.work, percent * s.pass, percent * s.recording, percent * s.imbalance,
         percent * s.comm, percent * s.tail, percent * s.other, s.load, s.predicted_load, verdict);
}

static void json_point(bench_t *b, uint32_t size, const mgp_prove_report_t *r) {
  const double steps = (double)r->steps;
  mgp_json_u64(b->j, "size", size);
  double prove =
      efficiency(steps, r->prove_seconds, b->base.steps, b->base.prove_seconds, r->nranks);
  mgp_json_f64(b->j, "efficiency",
               efficiency(steps, r->total_seconds, b->base.steps, b->base.seconds, r->nranks));
  mgp_json_f64(b->j, "prove_efficiency", prove);
  mgp_json_f64(b->j, "prove_speedup", prove * r->nranks);
  mgp_report_json(b->j, r);
}

/* The proof verifies, and is the one that one rank has made; no figures otherwise. */
static mgp_status_t report(bench_t *b, uint32_t size, mgp_prove_result_t *best) {
  const mgp_prove_report_t *r = &best->report;
  double seconds = 0;
  mgp_status_t st = mgp_proving_verify(b->guest->elf, b->guest->nelf, best, 1, &seconds);
  if (st != MGP_OK && st != MGP_REJECTED) return st;
  bool verified = st == MGP_OK, same = true;
  if (b->base.steps == 0) b->base = (base_t){(double)r->steps, r->total_seconds, r->prove_seconds};
  if (b->strong && b->proof)
    same = best->nbytes == b->nproof && memcmp(best->bytes, b->proof, b->nproof) == 0;
  if (b->strong && !b->proof) {
    b->proof = best->bytes;
    b->nproof = best->nbytes;
    best->bytes = NULL;
  }
  mgp_json_object_begin(b->j, NULL);
  mgp_json_bool(b->j, "verified", verified);
  if (b->strong) mgp_json_bool(b->j, "same_bytes", same);
  if (verified && same) {
    print_row(&b->base, r, b->strong ? "same" : "verified");
    json_point(b, size, r);
  } else {
    b->wrong++;
    mgp_json_u64(b->j, "ranks", r->nranks);
    printf("  %5" PRIu32 " %10" PRIu64 " WRONG: %s\n", r->nranks, r->steps,
           verified ? "other bytes than by one rank" : mgp_error_message());
  }
  mgp_json_object_end(b->j);
  return mgp_cli_flush();
}

/* --- ranks --- */

/* Steps for the series at this number of ranks. */
static uint64_t steps_of(const bench_t *b, uint32_t ranks) {
  const uint64_t n = b->strong ? b->steps : b->steps * ranks / mgp_comm_size(b->comm);
  return n < LEAST_STEPS ? LEAST_STEPS : n;
}

/* The fastest of some proofs on the ranks of `part`. */
static mgp_status_t prove_best(bench_t *b, mgp_comm_t *part, const mgp_inputs_t *in,
                               mgp_prove_result_t *best) {
  for (uint32_t i = 0; i < b->repeat; i++) {
    mgp_prove_result_t r;
    MGP_TRY(mgp_proving_run(&b->proving, part, in, &r));
    if (i == 0 || r.report.total_seconds < best->report.total_seconds) {
      mgp_prove_result_free(best);
      *best = r;
    } else {
      mgp_prove_result_free(&r);
    }
  }
  return MGP_OK;
}

static mgp_status_t prove_point(bench_t *b, mgp_comm_t *part, uint32_t size) {
  mgp_inputs_t in = {0};
  mgp_prove_result_t best = {0};
  mgp_status_t st;
  MGP_TRY(mgp_comm_agree(part, mgp_inputs_from_guest(b->guest, size, &in)));
  MGP_TRY_GOTO(st, prove_best(b, part, &in, &best), out);
  st = mgp_comm_rank(part) == 0 ? report(b, size, &best) : MGP_OK;
  st = mgp_comm_agree(part, st);
out:
  mgp_prove_result_free(&best);
  mgp_inputs_free(&in);
  return st;
}

/* --- waiting for a point --- */

/* Several ranks that prove notice if one of them stands still, and end the job. One rank alone
 * meets nobody: it tells those that wait, with its progress, that it goes on. */

/* All ranks: does rank 0 go on alone? */
static mgp_status_t meet_alone(bench_t *b, bool goes_on, bool *out) {
  uint8_t mine = goes_on, all[MGP_MAX_RANKS];
  MGP_TRY(mgp_comm_allgather(b->comm, MGP_OK, &mine, sizeof mine, all));
  *out = all[0];
  return MGP_OK;
}

/* An error closes the comm, which the end of the point reports. */
static void tell_alive(void *arg) {
  bench_t *b = arg;
  bool goes_on = true;
  const double now = mgp_clock_seconds();
  if (now - b->told < mgp_comm_timeout(b->comm) / ALIVE_PER_TIMEOUT) return;
  b->told = now;
  (void)meet_alone(b, true, &goes_on);
}

static mgp_status_t prove_alone(bench_t *b, mgp_comm_t *part, uint32_t size) {
  bool goes_on = true;
  b->told = mgp_clock_seconds();
  b->proving.alive = mgp_comm_timeout(b->comm) > 0 ? tell_alive : NULL;
  b->proving.alive_arg = b;
  mgp_status_t st = prove_point(b, part, size);
  b->proving.alive = NULL;
  mgp_status_t met = meet_alone(b, false, &goes_on);
  return st != MGP_OK ? st : met;
}

static mgp_status_t wait_for_one(bench_t *b) {
  mgp_comm_set_phase(b->comm, "wait");
  for (bool goes_on = true; goes_on;) MGP_TRY(meet_alone(b, false, &goes_on));
  return MGP_OK;
}

/* By the first `ranks` ranks; the others wait, for as long as it takes. */
static mgp_status_t bench_point(bench_t *b, uint32_t ranks, uint32_t size) {
  const bool alone = ranks == 1 && mgp_comm_size(b->comm) > 1;
  mgp_comm_t *part = NULL;
  bool works = mgp_comm_rank(b->comm) < ranks;
  mgp_status_t st = MGP_OK;
  MGP_TRY(mgp_comm_split(b->comm, works ? 0 : MGP_COMM_NO_PART, &part));
  if (part)
    st = alone ? prove_alone(b, part, size) : prove_point(b, part, size);
  else if (alone)
    st = wait_for_one(b);
  mgp_comm_set_timeout(b->comm, part || alone ? (double)b->cli->opt->timeout : 0);
  st = mgp_comm_agree_part(b->comm, part, st);
  mgp_comm_set_timeout(b->comm, (double)b->cli->opt->timeout);
  mgp_comm_destroy(part);
  return st;
}

/* The plan of the first proof is that of the series: nothing that differs between the numbers of
 * ranks, such as the memory of a rank, has a say in it. */
static mgp_status_t keep_plan(bench_t *b) {
  bool root = mgp_comm_rank(b->comm) == 0;
  mgp_status_t st = MGP_OK;
  if (root) st = mgp_plan_of_proof(b->proof, b->nproof, &b->proving.plan);
  MGP_TRY(mgp_comm_agree(b->comm, st));
  return mgp_proving_share_plan(&b->proving, b->comm);
}

static mgp_status_t workload_size(bench_t *b, uint64_t steps, uint32_t *size) {
  bool root = mgp_comm_rank(b->comm) == 0;
  MGP_TRY(mgp_comm_agree(b->comm, root ? mgp_workload_size(b->guest, steps, size) : MGP_OK));
  return mgp_comm_bcast(b->comm, size, sizeof *size, 0);
}

static uint32_t default_partitions(uint32_t ranks) {
  return ranks < MGP_MAX_PARTITIONS ? ranks : MGP_MAX_PARTITIONS;
}

static mgp_status_t bench_series(bench_t *b, bool strong) {
  const uint32_t all = mgp_comm_size(b->comm);
  const uint32_t partitions = b->proving.options.partitions;
  const bool root = mgp_comm_rank(b->comm) == 0;
  uint32_t size = 0;
  b->strong = strong;
  b->base = (base_t){0};
  if (root) {
    mgp_json_object_begin(b->j, NULL);
    mgp_json_string(b->j, "series", strong ? "strong" : "weak");
    mgp_json_array_begin(b->j, "points");
  }
  for (uint32_t n = 1;; n = 2 * n < all ? 2 * n : all) {
    if (n == 1 || !strong) MGP_TRY(workload_size(b, steps_of(b, n), &size));
    if (n == 1) MGP_TRY(mgp_comm_agree(b->comm, root ? print_head(b, size) : MGP_OK));
    if (!partitions) b->proving.options.partitions = default_partitions(strong ? all : n);
    MGP_TRY(bench_point(b, n, size));
    if (strong && n == 1) MGP_TRY(keep_plan(b));
    if (n == all) break;
  }
  mgp_proving_drop_plan(&b->proving);
  b->proving.options.partitions = partitions;
  if (root) {
    mgp_json_array_end(b->j);
    mgp_json_object_end(b->j);
  }
  return MGP_OK;
}

/* On the CPU a rank has as many threads in each point as with all ranks: the cores of those that
 * wait, some of them in a spin, are not its own. */
static mgp_status_t keep_threads(bench_t *b, const mgp_prove_report_t *r) {
  int *threads = &b->proving.options.threads, all = *threads;
  const bool root = mgp_comm_rank(b->comm) == 0;
  if (root && all == 0 && strcmp(r->backend, "cpu") == 0) all = r->threads;
  MGP_TRY(mgp_comm_bcast(b->comm, &all, sizeof all, 0));
  *threads = all;
  return MGP_OK;
}

/* A short proof by all ranks: the first one in a process also loads kernels and makes threads. */
static mgp_status_t warm_up(bench_t *b) {
  mgp_inputs_t in = {0};
  mgp_prove_result_t r = {0};
  uint32_t size = 0;
  MGP_TRY(workload_size(b, UINT64_C(1) << WARM_LOG_STEPS, &size));
  mgp_status_t st = mgp_comm_agree(b->comm, mgp_inputs_from_guest(b->guest, size, &in));
  if (st == MGP_OK) st = mgp_proving_run(&b->proving, b->comm, &in, &r);
  if (st == MGP_OK) st = keep_threads(b, &r.report);
  mgp_prove_result_free(&r);
  mgp_inputs_free(&in);
  return st;
}

/* --- the whole --- */

/* Rank 0. */
static mgp_status_t begin_output(bench_t *b) {
  const mgp_comm_t *comm = b->comm;
  MGP_TRY(mgp_output_check(b->cli->opt->json));
  MGP_TRY(mgp_json_create(&b->j));
  mgp_json_object_begin(b->j, NULL);
  mgp_json_u64(b->j, "version", 1);
  mgp_json_string(b->j, "mgprove", mgp_version());
  mgp_json_string(b->j, "commit", mgp_version_commit());
  mgp_json_u64(b->j, "ranks", mgp_comm_size(comm));
  mgp_json_string(b->j, "transport", mgp_comm_transport(comm));
  mgp_json_string(b->j, "workload", b->guest->name);
  mgp_json_u64(b->j, "repeat", b->repeat);
  mgp_json_array_begin(b->j, "scaling");
  printf("# mgprove %s (commit %s), extension degree %d, %" PRIu32
         " rank%s (%s), fastest of %" PRIu32 "\n",
         mgp_version(), mgp_version_commit(), MGP_D, mgp_comm_size(comm),
         mgp_comm_size(comm) == 1 ? "" : "s", mgp_comm_transport(comm), b->repeat);
  return MGP_OK;
}

static mgp_status_t end_output(bench_t *b) {
  mgp_json_t *j = b->j;
  mgp_json_array_end(j);
  mgp_json_object_end(j);
  b->j = NULL;
  if (b->cli->opt->json)
    MGP_TRY(mgp_json_write(j, b->cli->opt->json));
  else
    mgp_json_destroy(j);
  if (b->wrong) return mgp_fail(MGP_REJECTED, "%" PRIu32 " points are wrong", b->wrong);
  return MGP_OK;
}

static mgp_status_t set_up(bench_t *b) {
  const mgp_options_t *o = b->cli->opt;
  const char *name = o->workload ? o->workload : WORKLOAD;
  b->steps = UINT64_C(1) << (o->log_steps ? o->log_steps : MGP_WORKLOAD_LOG_STEPS);
  b->repeat = o->repeat ? (uint32_t)o->repeat : REPEAT;
  MGP_TRY(mgp_workload_check(name));
  return mgp_workload_guest(name, &b->guest);
}

mgp_status_t mgp_scaling_bench(const mgp_cli_t *cli, mgp_comm_t *comm) {
  bench_t b = {.cli = cli, .comm = comm};
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &b.proving), out);
  b.proving.options.no_self_check = 1; /* it is verified here, and outside the time */
  b.proving.options.print_guest_output = 0;
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, set_up(&b)), out);
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, root ? begin_output(&b) : MGP_OK), out);
  MGP_TRY_GOTO(st, warm_up(&b), out);
  MGP_TRY_GOTO(st, bench_series(&b, true), out);
  MGP_TRY_GOTO(st, bench_series(&b, false), out);
  mgp_comm_set_phase(comm, "output");
  st = mgp_comm_agree(comm, root ? end_output(&b) : MGP_OK);
out:
  mgp_json_destroy(b.j);
  free(b.proof);
  mgp_proving_end(&b.proving);
  return st;
}
