#include "cli/proving.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/stop.h"
#include "cli/events.h"
#include "cli/plan_file.h"
#include "cli/text.h"
#include "mgprove/verify.h"

static void end_progress(mgp_proving_t *p) {
  if (p->progress.counting) mgp_log_progress_end();
  p->progress.counting = false;
  p->progress.done = 0;
}

/* A proof that is done sooner shows no phases in a log. */
static const double quiet_seconds = 5;
/* Progress within a phase is an event this often at most. */
static const double event_period = 1;

static void tell_phase(mgp_phase_t phase, double elapsed) {
  mgp_json_t *j = mgp_event_begin("phase");
  if (!j) return;
  mgp_json_string(j, "phase", mgp_phase_name(phase));
  mgp_json_f64(j, "elapsed_s", elapsed);
  mgp_event_end(j);
}

static void tell_progress(mgp_proving_t *p, uint64_t done, uint64_t total) {
  double now = mgp_clock_seconds();
  if (now - p->progress.told < event_period && done < total) return;
  p->progress.told = now;
  mgp_json_t *j = mgp_event_begin("progress");
  if (!j) return;
  mgp_json_string(j, "phase", mgp_phase_name(p->progress.phase));
  mgp_json_u64(j, "done", done);
  mgp_json_u64(j, "total", total);
  mgp_event_end(j);
}

/* Called on rank 0 by the prover: at the start of each phase, and where a phase counts its work. */
static void show_progress(void *arg, mgp_phase_t phase, uint64_t done, uint64_t total) {
  mgp_proving_t *p = arg;
  if (p->alive) p->alive(p->alive_arg);
  if (phase != p->progress.phase) {
    double elapsed = mgp_clock_seconds() - p->progress.start;
    end_progress(p);
    p->progress.phase = phase;
    tell_phase(phase, elapsed);
    if (phase == MGP_PHASE_RECORD && ++p->progress.shard > 1 && elapsed > quiet_seconds)
      mgp_log_info("shard %" PRIu32 ", after %.0f s", p->progress.shard, elapsed);
    if (elapsed > quiet_seconds && p->progress.shard < 2)
      mgp_log_info("phase %s, after %.0f s", mgp_phase_name(phase), elapsed);
    else
      mgp_log_verbose("phase %s, after %.3f s", mgp_phase_name(phase), elapsed);
  }
  if (total < 2) return;
  tell_progress(p, done, total);
  if (!p->progress.counting) mgp_log_progress_begin(mgp_phase_name(phase), total, "parts");
  p->progress.counting = true;
  mgp_log_progress_add(done - p->progress.done);
  p->progress.done = done;
}

/* Called on rank 0 by the prover. */
static void tell_shard(void *arg, uint32_t number, uint32_t of, int restored) {
  const mgp_proving_t *p = arg;
  mgp_json_t *j = mgp_event_begin("shard");
  if (!j) return;
  mgp_json_u64(j, "shard", number);
  if (of)
    mgp_json_u64(j, "of", of);
  else
    mgp_json_null(j, "of");
  mgp_json_bool(j, "restored", restored != 0);
  mgp_json_bool(j, "saved", p->options.has_store != 0);
  mgp_json_f64(j, "elapsed_s", mgp_clock_seconds() - p->progress.start);
  mgp_event_end(j);
}

mgp_status_t mgp_proving_share_plan(mgp_proving_t *p, mgp_comm_t *comm) {
  mgp_params_t *params = (mgp_params_t *)(uintptr_t)p->plan.params;
  mgp_status_t st = mgp_comm_bcast(comm, &p->plan, sizeof p->plan, 0);
  size_t nbytes = p->plan.nshards * sizeof *params;
  if (st == MGP_OK && mgp_comm_rank(comm) != 0) {
    params = malloc(nbytes);
    if (!params) st = mgp_fail(MGP_RESOURCES, "out of memory for a plan");
  }
  p->plan.params = params;
  st = mgp_comm_agree(comm, st);
  if (st == MGP_OK) st = mgp_comm_bcast(comm, params, nbytes, 0);
  p->options.plan = &p->plan;
  return st;
}

void mgp_proving_drop_plan(mgp_proving_t *p) {
  mgp_plan_file_free(&p->plan);
  p->options.plan = NULL;
}

static mgp_status_t read_plan(const mgp_options_t *o, mgp_comm_t *comm, mgp_proving_t *p) {
  mgp_status_t st = MGP_OK;
  if (!o->plan) return MGP_OK;
  if (o->given & (MGP_OPT(PARTITIONS) | MGP_OPT(TRACE_ROWS) | MGP_OPT(SHARD_STEPS)))
    st = mgp_fail(MGP_USAGE, "--plan sets everything that --partitions, --trace-rows and "
                             "--shard-steps set: give either");
  if (st == MGP_OK && mgp_comm_rank(comm) == 0) st = mgp_plan_file_read(o->plan, &p->plan);
  MGP_TRY(mgp_comm_agree(comm, st));
  return mgp_proving_share_plan(p, comm);
}

static mgp_status_t set_trace_rows(uint64_t rows, mgp_prove_options_t *options) {
  if (rows & (rows - 1))
    return mgp_fail(MGP_USAGE, "--trace-rows: %" PRIu64 " is not a power of two", rows);
  while (rows >> options->log_rows > 1) options->log_rows++;
  return MGP_OK;
}

/* "PHASE" or "PHASE:RANK", for tests */
static mgp_status_t set_fail_phase(const char *text, uint32_t rank, mgp_prove_options_t *options) {
  size_t n = strcspn(text, ":");
  if (text[n] == ':' && strtoul(text + n + 1, NULL, 10) != rank) return MGP_OK;
  for (unsigned p = 0; p < MGP_PHASES; p++) {
    const char *name = mgp_phase_name((mgp_phase_t)p);
    if (strlen(name) == n && strncmp(name, text, n) == 0) {
      options->fail_phase = name;
      return MGP_OK;
    }
  }
  return mgp_fail(MGP_USAGE, "--fail-phase: \"%s\" is no phase", text);
}

/* "PHASE", "PHASE:RANK" or "PHASE:RANK:SHARD", for tests */
static mgp_status_t set_kill_phase(const char *text, int signal, uint32_t rank,
                                   mgp_prove_options_t *options) {
  const char *fail = options->fail_phase;
  const char *colon = strchr(text, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
  MGP_TRY(set_fail_phase(text, rank, options));
  options->kill_phase = options->fail_phase;
  options->kill_signal = signal;
  options->fail_phase = fail;
  if (second) options->kill_shard = (uint32_t)strtoul(second + 1, NULL, 10);
  return MGP_OK;
}

static mgp_status_t open_trace_log(const char *path, uint32_t rank, FILE **out) {
  char name[4096];
  (void)snprintf(name, sizeof name, "%s.%" PRIu32, path, rank);
  *out = fopen(name, "w");
  if (!*out) return mgp_fail(MGP_IO, "%s: %s", name, strerror(errno));
  return MGP_OK;
}

static mgp_status_t set_options(const mgp_cli_t *cli, uint32_t rank, mgp_proving_t *p) {
  const mgp_options_t *o = cli->opt;
  mgp_prove_options_t *q = &p->options;
  q->device = cli->device;
  q->partitions = (uint32_t)o->partitions;
  q->backend = (mgp_backend_kind_t)o->backend;
  q->isa = (mgp_isa_t)o->isa;
  q->cache = (mgp_cache_t)o->cache;
  q->threads = (int)o->threads;
  q->share_device = o->share_gpu;
  q->memory_limit = o->memory;
  q->no_self_check = o->no_self_check;
  q->max_steps = o->max_steps;
  q->shard_steps = o->shard_steps;
  q->print_guest_output = !o->quiet;
  q->wrong_peak = o->wrong_peak;
  if (o->backend == MGP_BACKEND_STRICT && o->isa != MGP_ISA_AUTO && o->isa != MGP_ISA_PORTABLE)
    return mgp_fail(MGP_USAGE, "--isa: the strict backend is portable only");
  if (o->trace_rows) MGP_TRY(set_trace_rows(o->trace_rows, q));
  if (o->fail_phase) MGP_TRY(set_fail_phase(o->fail_phase, rank, q));
  if (o->kill_phase) MGP_TRY(set_kill_phase(o->kill_phase, SIGKILL, rank, q));
  if (o->stop_phase) MGP_TRY(set_kill_phase(o->stop_phase, SIGSTOP, rank, q));
  if (o->trace_log) MGP_TRY(open_trace_log(o->trace_log, rank, &q->trace_log));
  return MGP_OK;
}

mgp_status_t mgp_proving_begin(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proving_t *p) {
  mgp_stop_catch_signals();
  mgp_comm_set_phase(comm, "options");
  MGP_TRY(mgp_comm_agree(comm, set_options(cli, mgp_comm_rank(comm), p)));
  return read_plan(cli->opt, comm, p);
}

mgp_status_t mgp_proving_run(mgp_proving_t *p, mgp_comm_t *comm, const mgp_inputs_t *in,
                             mgp_prove_result_t *out) {
  p->options.hints = in->hints;
  p->options.hints_nbytes = in->nhints;
  p->options.progress = show_progress;
  p->options.shard = tell_shard;
  p->options.progress_arg = p;
  p->progress.phase = MGP_PHASES;
  p->progress.shard = 0;
  p->progress.start = mgp_clock_seconds();
  mgp_status_t st = mgp_prove(comm, &in->prog, &p->options, out);
  end_progress(p);
  return st;
}

void mgp_proving_end(mgp_proving_t *p) {
  if (p->options.trace_log) (void)fclose(p->options.trace_log);
  mgp_plan_file_free(&p->plan);
  memset(p, 0, sizeof *p);
}

void mgp_proving_print(const mgp_inputs_t *in, const mgp_prove_result_t *r) {
  char digest[65], text[MGP_BYTES_TEXT];
  printf("program        %s\n", mgp_hex(digest, in->prog.digest, 32));
  printf("steps          %" PRIu64 "\n", r->report.steps);
  printf("exit code      %" PRIu32 "%s\n", r->exit_code,
         r->exit_code ? " (the guest reports a failure; the proof says so)" : "");
  printf("public output  %s\n", mgp_bytes_text(text, r->output, r->output_nbytes));
  /* never rounded up */
  printf("security       %.1f bits\n", (double)(int64_t)(r->report.security_bits * 10) / 10);
}

mgp_status_t mgp_proving_verify(const uint8_t *elf, size_t nelf, const mgp_prove_result_t *r,
                                unsigned times, double *seconds) {
  char err[256];
  mgprove_program_t *program = NULL;
  mgprove_result_t verified;
  if (mgprove_program_from_elf(elf, nelf, &program, err, sizeof err) != MGPROVE_ACCEPTED)
    return mgp_fail(MGP_INTERNAL, "the verifier cannot load the program: %s", err);
  mgprove_verdict_t v = MGPROVE_ACCEPTED;
  for (unsigned i = 0; i < times && v == MGPROVE_ACCEPTED; i++) {
    double start = mgp_clock_seconds();
    v = mgprove_verify(program, r->bytes, r->nbytes, &verified);
    double took = mgp_clock_seconds() - start;
    if (i == 0 || took < *seconds) *seconds = took;
  }
  mgprove_program_destroy(program);
  if (v == MGPROVE_ACCEPTED && verified.exit_code == r->exit_code) return MGP_OK;
  return mgp_fail(MGP_REJECTED, "the proof does not verify: %s: %s", verified.check,
                  v == MGPROVE_ACCEPTED ? "another exit code" : verified.message);
}
