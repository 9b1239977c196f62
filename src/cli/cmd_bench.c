/* mgprove bench: the standard workloads. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "base/version.h"
#include "cli/proving.h"
#include "cli/report.h"
#include "cli/scaling.h"
#include "cli/text.h"
#include "cli/workload.h"

#define VERIFY_TIMES 3u

/* --- output, on rank 0 --- */

typedef struct {
  mgp_json_t *j;
  uint32_t wrong; /* proofs that did not verify */
} output_t;

static void print_head(const mgp_comm_t *comm) {
  printf("# mgprove %s (commit %s), extension degree %d, %" PRIu32 " rank%s (%s)\n", mgp_version(),
         mgp_version_commit(), MGP_D, mgp_comm_size(comm), mgp_comm_size(comm) == 1 ? "" : "s",
         mgp_comm_transport(comm));
  printf("# %-11s %9s %10s %9s %8s %8s %7s %7s %7s %7s %7s %7s %8s %7s %8s %6s %3s %s\n",
         "workload", "size", "steps", "speed", "cells", "interact", "all", "record", "assign",
         "commit", "tasks", "opening", "proof", "verify", "memory", "bits", "P", "instructions");
  printf("# %-11s %9s %10s %9s %8s %8s %7s %7s %7s %7s %7s %7s %8s %7s %8s %6s %3s %s\n", "", "",
         "", "steps/s", "G/s", "G/s", "s", "s", "s", "s", "s", "s", "KiB", "ms", "MiB", "", "", "");
}

static double slowest(const mgp_prove_report_t *r, unsigned phase) {
  double most = 0;
  for (uint32_t k = 0; k < r->nranks; k++)
    if (r->ranks[k].seconds[phase] > most) most = r->ranks[k].seconds[phase];
  return most;
}

static void print_row(const char *name, uint32_t size, const mgp_prove_report_t *r, size_t nproof,
                      double verify_seconds) {
  mgp_report_figures_t f;
  mgp_report_figures(r, &f);
  double opening =
      slowest(r, MGP_PHASE_OPEN) + slowest(r, MGP_PHASE_FOLD) + slowest(r, MGP_PHASE_QUERY);
  printf("  %-11s %9" PRIu32 " %10" PRIu64
         " %9.0f %8.5f %8.5f %7.3f %7.3f %7.3f %7.3f %7.3f %7.3f %8.1f %7.2f %8.1f %6.1f %3" PRIu32
         " %s\n",
         name, size, r->steps, f.steps_per_s, f.cells_per_s * 1e-9, f.interactions_per_s * 1e-9,
         f.seconds, slowest(r, MGP_PHASE_RECORD),
         slowest(r, MGP_PHASE_ASSIGN) + slowest(r, MGP_PHASE_REDUCE), slowest(r, MGP_PHASE_COMMIT),
         slowest(r, MGP_PHASE_TASKS), opening, (double)nproof / 1024, verify_seconds * 1e3,
         (double)f.peak / (1 << 20), (double)(int64_t)(r->security_bits * 10) / 10,
         r->params.partitions, r->isa);
}

/* No figure for a proof that was not accepted. */
static mgp_status_t report(output_t *o, const mgp_guest_t *guest, uint32_t size,
                           const mgp_prove_result_t *r) {
  double seconds = 0;
  mgp_status_t st = mgp_proving_verify(guest->elf, guest->nelf, r, VERIFY_TIMES, &seconds);
  if (st != MGP_OK && st != MGP_REJECTED) return st;
  mgp_json_object_begin(o->j, NULL);
  mgp_json_string(o->j, "workload", guest->name);
  mgp_json_u64(o->j, "size", size);
  mgp_json_bool(o->j, "verified", st == MGP_OK);
  if (st == MGP_OK) {
    print_row(guest->name, size, &r->report, r->nbytes, seconds);
    mgp_json_f64(o->j, "verify_ms", seconds * 1e3);
    mgp_report_json(o->j, &r->report);
  } else {
    o->wrong++;
    printf("  %-11s %9" PRIu32 " %10" PRIu64 " WRONG: %s\n", guest->name, size, r->report.steps,
           mgp_error_message());
  }
  mgp_json_object_end(o->j);
  return mgp_cli_flush();
}

/* --- ranks --- */

static mgp_status_t bench_guest(const mgp_guest_t *guest, uint64_t steps, mgp_comm_t *comm,
                                mgp_proving_t *proving, output_t *o) {
  mgp_inputs_t in = {0};
  mgp_prove_result_t result = {0};
  uint32_t size = 0;
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  mgp_comm_set_phase(comm, guest->name);
  MGP_TRY(mgp_comm_agree(comm, root ? mgp_workload_size(guest, steps, &size) : MGP_OK));
  MGP_TRY(mgp_comm_bcast(comm, &size, sizeof size, 0));
  MGP_TRY(mgp_comm_agree(comm, mgp_inputs_from_guest(guest, size, &in)));
  (void)mgp_machine_reset_peak();
  MGP_TRY_GOTO(st, mgp_proving_run(proving, comm, &in, &result), out);
  mgp_comm_set_phase(comm, "verify");
  st = mgp_comm_agree(comm, root ? report(o, guest, size, &result) : MGP_OK);
out:
  mgp_prove_result_free(&result);
  mgp_inputs_free(&in);
  return st;
}

static mgp_status_t bench_all(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proving_t *proving,
                              output_t *o) {
  const char *only = cli->opt->workload;
  uint64_t steps =
      UINT64_C(1) << (cli->opt->log_steps ? cli->opt->log_steps : MGP_WORKLOAD_LOG_STEPS);
  for (unsigned i = 0; mgp_workloads[i]; i++) {
    const mgp_guest_t *guest;
    if (only && strcmp(only, mgp_workloads[i]) != 0) continue;
    MGP_TRY(mgp_comm_agree(comm, mgp_workload_guest(mgp_workloads[i], &guest)));
    MGP_TRY(bench_guest(guest, steps, comm, proving, o));
  }
  return MGP_OK;
}

/* Rank 0. */
static mgp_status_t begin_output(const mgp_cli_t *cli, const mgp_comm_t *comm, output_t *o) {
  if (cli->opt->workload) MGP_TRY(mgp_workload_check(cli->opt->workload));
  MGP_TRY(mgp_output_check(cli->opt->json));
  MGP_TRY(mgp_json_create(&o->j));
  mgp_json_object_begin(o->j, NULL);
  mgp_json_u64(o->j, "version", 1);
  mgp_json_array_begin(o->j, "workloads");
  print_head(comm);
  return MGP_OK;
}

static mgp_status_t end_output(const mgp_cli_t *cli, output_t *o) {
  mgp_json_array_end(o->j);
  mgp_json_object_end(o->j);
  mgp_json_t *j = o->j;
  o->j = NULL;
  if (cli->opt->json)
    MGP_TRY(mgp_json_write(j, cli->opt->json));
  else
    mgp_json_destroy(j);
  if (o->wrong) return mgp_fail(MGP_REJECTED, "%" PRIu32 " proofs do not verify", o->wrong);
  return MGP_OK;
}

static mgp_status_t bench(const mgp_cli_t *cli, mgp_comm_t *comm) {
  mgp_proving_t proving = {0};
  output_t o = {0};
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  if (cli->opt->scaling) return mgp_scaling_bench(cli, comm);
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &proving), out);
  proving.options.no_self_check = 1; /* it is verified here, and outside the time */
  proving.options.print_guest_output = 0;
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, root ? begin_output(cli, comm, &o) : MGP_OK), out);
  MGP_TRY_GOTO(st, bench_all(cli, comm, &proving, &o), out);
  mgp_comm_set_phase(comm, "output");
  st = mgp_comm_agree(comm, root ? end_output(cli, &o) : MGP_OK);
out:
  mgp_json_destroy(o.j);
  mgp_proving_end(&proving);
  return st;
}

static mgp_status_t check(const mgp_cli_t *cli) {
  if (cli->opt->repeat && !cli->opt->scaling)
    return mgp_fail(MGP_USAGE, "--repeat is for --scaling");
  return MGP_OK;
}

const mgp_command_t mgp_cmd_bench = {
    .name = "bench",
    .args = "",
    .summary = "prove the standard workloads and print a table",
    .text = "The speed counts everything from the loaded program to the finished proof. The "
            "verification\n"
            "is the best of three. There are no times for a proof that does not verify.\n"
            "With --scaling: one workload by 1, 2, 4, ... ranks, up to all of the job, with the\n"
            "same program (strong) and with the same work per rank (weak), and where the time\n"
            "went. --log-steps is the length for all ranks together.\n",
    .options = MGP_OPT_PROVING | MGP_OPT(WORKLOAD) | MGP_OPT(LOG_STEPS) | MGP_OPT(JSON) |
               MGP_OPT(SCALING) | MGP_OPT(REPEAT),
    .check = check,
    .collective = bench,
};
