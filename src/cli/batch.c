#include "cli/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "cli/batch_list.h"
#include "cli/events.h"
#include "cli/proof_job.h"
#include "cli/stopping.h"
#include "cli/text.h"
#include "mgprove/verify.h"

typedef enum { NOT_TRIED, PROVED, KEPT, FAILED } outcome_t;

/* What became of a line. */
typedef struct {
  outcome_t outcome;
  mgp_status_t status;
  uint64_t steps, proof_bytes;
  uint32_t guest_exit_code;
  double seconds;
  char message[MGP_COMM_MESSAGE_MAX];
} entry_t;

typedef struct {
  const mgp_cli_t *cli;
  mgp_comm_t *comm;
  char *text; /* of the list; the lines point into it */
  mgp_batch_list_t list;
  entry_t *entries; /* [list.n] */
  size_t count[FAILED + 1];
  bool root;
} batch_t;

static const char *outcome_text(outcome_t o) {
  static const char *const text[] = {"not tried", "proved", "kept", "failed"};
  return text[o];
}

/* --- input --- */

/* The list of rank 0 on every rank. */
static mgp_status_t read_list(batch_t *b) {
  const char *path = b->cli->opt->batch;
  uint8_t *bytes = NULL;
  size_t nbytes = 0;
  mgp_status_t st = MGP_OK;
  mgp_comm_set_phase(b->comm, "batch");
  if (b->root) st = mgp_inputs_read(path, &bytes, &nbytes);
  if (st == MGP_OK && b->root && strlen((char *)bytes) != nbytes)
    st = mgp_fail(MGP_BAD_INPUT, "%s: is not a text file", path);
  b->text = (char *)bytes;
  MGP_TRY(mgp_comm_agree(b->comm, st));
  uint64_t n = nbytes + 1;
  MGP_TRY(mgp_comm_bcast(b->comm, &n, sizeof n, 0));
  if (!b->root) b->text = malloc((size_t)n);
  if (!b->text) st = mgp_fail(MGP_RESOURCES, "%s: out of memory", path);
  MGP_TRY(mgp_comm_agree(b->comm, st));
  MGP_TRY(mgp_comm_bcast(b->comm, b->text, n, 0));
  st = mgp_batch_list_parse(path, b->text, &b->list);
  if (st == MGP_OK) {
    b->entries = calloc(b->list.n, sizeof *b->entries);
    if (!b->entries) st = mgp_fail(MGP_RESOURCES, "%s: out of memory", path);
  }
  return mgp_comm_agree(b->comm, st);
}

/* Whether the output is there already and is a proof of this program. Local. */
static bool is_proved(const mgp_batch_line_t *line, entry_t *e) {
  uint8_t *elf = NULL, *proof = NULL;
  size_t nelf, nproof;
  mgprove_program_t *program = NULL;
  mgprove_result_t result;
  char err[256];
  bool ok = access(line->output, F_OK) == 0 &&
            mgp_inputs_read(line->words[0], &elf, &nelf) == MGP_OK &&
            mgp_inputs_read(line->output, &proof, &nproof) == MGP_OK &&
            mgprove_program_from_elf(elf, nelf, &program, err, sizeof err) == MGPROVE_ACCEPTED &&
            mgprove_verify(program, proof, nproof, &result) == MGPROVE_ACCEPTED;
  if (ok) {
    e->guest_exit_code = result.exit_code;
    e->proof_bytes = nproof;
  }
  mgprove_program_destroy(program);
  free(proof);
  free(elf);
  return ok;
}

/* --- one line --- */

/* MGP_OK: tried, and e says how it went. */
static mgp_status_t prove_line(batch_t *b, const mgp_batch_line_t *line, entry_t *e) {
  mgp_options_t opt = mgp_options_override(b->cli->opt, &line->opt);
  mgp_cli_t cli = *b->cli;
  mgp_proof_job_t job = {0};
  cli.opt = &opt;
  cli.args = line->words;
  cli.nargs = 1;
  /* the batch's own report is not that of each program */
  if (!(line->opt.given & MGP_OPT(JSON))) opt.json = NULL;
  opt.output = line->output;
  mgp_status_t st = mgp_proof_job_run(&cli, b->comm, &job);
  if (st == MGP_OK) {
    e->outcome = PROVED;
    e->steps = job.result.report.steps;
    e->proof_bytes = job.result.report.proof_bytes;
    e->guest_exit_code = job.result.exit_code;
    mgp_proof_job_free(&job);
    return MGP_OK;
  }
  mgp_proof_job_free(&job);
  const mgp_comm_failure_t *f = mgp_comm_failure(b->comm);
  if (!f || f->status == MGP_STOPPED) return st;
  e->outcome = FAILED;
  e->status = f->status;
  (void)snprintf(e->message, sizeof e->message, "%s", f->message);
  /* what one program does to the ranks ends with it */
  return mgp_comm_reopen(b->comm);
}

static void tell_line(const batch_t *b, size_t i) {
  const mgp_batch_line_t *line = &b->list.lines[i];
  const entry_t *e = &b->entries[i];
  if (e->outcome == FAILED)
    mgp_log_error("%s:%u: %s", b->cli->opt->batch, line->number, e->message);
  else
    mgp_log_info("%zu/%zu %s: %s %s, %.1f s", i + 1, b->list.n, line->words[0],
                 outcome_text(e->outcome), line->output, e->seconds);
  mgp_json_t *j = mgp_event_begin("line");
  if (!j) return;
  mgp_json_u64(j, "line", line->number);
  mgp_json_u64(j, "index", i);
  mgp_json_u64(j, "of", b->list.n);
  mgp_json_string(j, "elf", line->words[0]);
  mgp_json_string(j, "file", line->output);
  mgp_json_string(j, "outcome", outcome_text(e->outcome));
  if (e->outcome == FAILED) mgp_json_string(j, "message", e->message);
  mgp_json_f64(j, "seconds", e->seconds);
  mgp_event_end(j);
}

static mgp_status_t run_line(batch_t *b, size_t i) {
  const mgp_batch_line_t *line = &b->list.lines[i];
  entry_t *e = &b->entries[i];
  double start = mgp_clock_seconds();
  uint8_t kept = 0;
  if (b->cli->opt->resume) {
    if (b->root) kept = is_proved(line, e);
    MGP_TRY(mgp_comm_bcast(b->comm, &kept, sizeof kept, 0));
  }
  if (kept)
    e->outcome = KEPT;
  else
    MGP_TRY(prove_line(b, line, e));
  e->seconds = mgp_clock_seconds() - start;
  b->count[e->outcome]++;
  if (b->root) tell_line(b, i);
  return MGP_OK;
}

/* --- summary, on rank 0 --- */

static void print_table(const batch_t *b) {
  printf("# %4s %-9s %12s %9s %10s %5s  %s\n", "line", "outcome", "steps", "seconds", "proof",
         "exit", "program");
  printf("# %4s %-9s %12s %9s %10s %5s  %s\n", "", "", "", "s", "bytes", "", "");
  for (size_t i = 0; i < b->list.n; i++) {
    const entry_t *e = &b->entries[i];
    const mgp_batch_line_t *line = &b->list.lines[i];
    char steps[24] = "-", bytes[24] = "-", code[16] = "-";
    if (e->steps) (void)snprintf(steps, sizeof steps, "%" PRIu64, e->steps);
    if (e->proof_bytes) (void)snprintf(bytes, sizeof bytes, "%" PRIu64, e->proof_bytes);
    if (e->outcome == PROVED || e->outcome == KEPT)
      (void)snprintf(code, sizeof code, "%" PRIu32, e->guest_exit_code);
    printf("  %4u %-9s %12s %9.2f %10s %5s  %s\n", line->number, outcome_text(e->outcome), steps,
           e->seconds, bytes, code, line->words[0]);
  }
  printf("%zu programs: %zu proved, %zu kept, %zu failed, %zu not tried\n", b->list.n,
         b->count[PROVED], b->count[KEPT], b->count[FAILED],
         b->list.n - b->count[PROVED] - b->count[KEPT] - b->count[FAILED]);
}

static mgp_status_t write_json(const batch_t *b, const char *path) {
  mgp_json_t *j;
  MGP_TRY(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", 1);
  mgp_json_u64(j, "programs", b->list.n);
  mgp_json_u64(j, "proved", b->count[PROVED]);
  mgp_json_u64(j, "kept", b->count[KEPT]);
  mgp_json_u64(j, "failed", b->count[FAILED]);
  mgp_json_array_begin(j, "lines");
  for (size_t i = 0; i < b->list.n; i++) {
    const entry_t *e = &b->entries[i];
    const mgp_batch_line_t *line = &b->list.lines[i];
    mgp_json_object_begin(j, NULL);
    mgp_json_u64(j, "line", line->number);
    mgp_json_string(j, "elf", line->words[0]);
    mgp_json_string(j, "file", line->output);
    mgp_json_string(j, "outcome", outcome_text(e->outcome));
    if (e->outcome == FAILED) {
      mgp_json_string(j, "status", mgp_status_text(e->status));
      mgp_json_i64(j, "exit_code", mgp_status_exit_code(e->status));
      mgp_json_string(j, "message", e->message);
    }
    if (e->outcome == PROVED || e->outcome == KEPT) {
      mgp_json_u64(j, "proof_bytes", e->proof_bytes);
      mgp_json_u64(j, "guest_exit_code", e->guest_exit_code);
    }
    if (e->outcome == PROVED) mgp_json_u64(j, "steps", e->steps);
    mgp_json_f64(j, "seconds", e->seconds);
    mgp_json_object_end(j);
  }
  mgp_json_array_end(j);
  mgp_json_object_end(j);
  return mgp_json_write(j, path);
}

static mgp_status_t summarise(const batch_t *b) {
  print_table(b);
  return b->cli->opt->json ? write_json(b, b->cli->opt->json) : MGP_OK;
}

static mgp_status_t first_failure(const batch_t *b) {
  for (size_t i = 0; i < b->list.n; i++)
    if (b->entries[i].outcome == FAILED)
      return mgp_fail(b->entries[i].status, "%zu of %zu programs failed, the first on line %u",
                      b->count[FAILED], b->list.n, b->list.lines[i].number);
  return MGP_OK;
}

mgp_status_t mgp_batch_run(const mgp_cli_t *cli, mgp_comm_t *comm) {
  batch_t b = {.cli = cli, .comm = comm, .root = mgp_comm_rank(comm) == 0};
  mgp_status_t st;
  MGP_TRY_GOTO(st, read_list(&b), out);
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, b.root ? mgp_output_check(cli->opt->json) : MGP_OK), out);
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, mgp_stopping_saves()), out);
  for (size_t i = 0; i < b.list.n && st == MGP_OK; i++) {
    mgp_comm_set_phase(comm, "batch");
    st = mgp_comm_agree(comm, mgp_stop_check());
    if (st == MGP_OK) st = run_line(&b, i);
  }
  if (st == MGP_OK) mgp_comm_set_phase(comm, "batch");
  if (st == MGP_OK) st = first_failure(&b);
  if (b.root) {
    /* also if the batch was stopped: the comm is closed then, and its failure is what counts */
    mgp_status_t written = summarise(&b);
    if (st == MGP_OK) st = written;
  }
out:
  mgp_batch_list_free(&b.list);
  free(b.entries);
  free(b.text);
  return st;
}
