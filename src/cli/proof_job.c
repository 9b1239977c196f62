#include "cli/proof_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/store.h"
#include "cli/events.h"
#include "cli/report.h"
#include "cli/stopping.h"
#include "cli/text.h"

/* The folder of the job, for the whole of it. Collective. */
static mgp_status_t open_folder(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proving_t *p) {
  const double patience = 10; /* ranks of a killed job may live on for some seconds */
  const char *path = cli->opt->job_dir;
  mgp_status_t st = MGP_OK;
  if (!path) return MGP_OK;
  mgp_comm_set_phase(comm, "job");
  if (mgp_comm_rank(comm) == 0) st = mgp_store_open(path, patience, &p->options.store);
  if (st == MGP_OK && p->options.store && !cli->opt->resume &&
      mgp_store_has(p->options.store, MGP_JOB_RECORD))
    st = mgp_fail(MGP_USAGE, "%s: holds a job already: --resume goes on with it", path);
  if (st == MGP_OK) st = mgp_stopping_saves();
  p->options.has_store = 1;
  return mgp_comm_agree(comm, st);
}

/* All that may fail for want of a place to write, before anything is computed. Rank 0. */
static mgp_status_t check_outputs(const mgp_cli_t *cli, char **path) {
  MGP_TRY(mgp_output_path(cli->args[0], cli->opt->output, ".mgp", path));
  MGP_TRY(mgp_output_check(cli->opt->json));
  return mgp_output_check(cli->opt->mem_report);
}

static mgp_status_t write_report(const char *path, const mgp_inputs_t *in,
                                 const mgp_prove_result_t *r) {
  mgp_json_t *j;
  MGP_TRY(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", 1);
  mgp_json_hex(j, "program", in->prog.digest, 32);
  mgp_json_u64(j, "exit_code", r->exit_code);
  mgp_json_hex(j, "public_output", r->output, r->output_nbytes);
  mgp_report_json(j, &r->report);
  mgp_json_object_end(j);
  return mgp_json_write(j, path);
}

static void tell_proof(const mgp_cli_t *cli, const mgp_proof_job_t *job) {
  mgp_json_t *j = mgp_event_begin("proof");
  if (!j) return;
  mgp_json_string(j, "elf", cli->args[0]);
  mgp_json_hex(j, "program", job->in.prog.digest, 32);
  mgp_json_string(j, "file", job->path);
  mgp_json_u64(j, "bytes", job->result.nbytes);
  mgp_json_u64(j, "guest_exit_code", job->result.exit_code);
  mgp_json_object_begin(j, "report");
  mgp_report_json(j, &job->result.report);
  mgp_json_object_end(j);
  mgp_event_end(j);
}

/* Rank 0. */
static mgp_status_t finish(const mgp_cli_t *cli, const mgp_proof_job_t *job) {
  const mgp_options_t *o = cli->opt;
  const mgp_prove_result_t *r = &job->result;
  MGP_TRY(mgp_file_write(job->path, r->bytes, r->nbytes));
  if (o->json) MGP_TRY(write_report(o->json, &job->in, r));
  if (o->mem_report) MGP_TRY(mgp_report_write_memory(o->mem_report, &r->report));
  tell_proof(cli, job);
  return MGP_OK;
}

mgp_status_t mgp_proof_job_run(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_proof_job_t *job) {
  mgp_proving_t proving = {0};
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &proving), out);
  MGP_TRY_GOTO(st, mgp_inputs_load(comm, cli->args[0], &cli->opt->hint, &job->in), out);
  mgp_comm_set_phase(comm, "output");
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, root ? check_outputs(cli, &job->path) : MGP_OK), out);
  MGP_TRY_GOTO(st, open_folder(cli, comm, &proving), out);
  MGP_TRY_GOTO(st, mgp_proving_run(&proving, comm, &job->in, &job->result), out);
  mgp_comm_set_phase(comm, "output");
  st = mgp_comm_agree(comm, root ? finish(cli, job) : MGP_OK);
out:
  mgp_store_close(proving.options.store);
  mgp_proving_end(&proving);
  return st;
}

void mgp_proof_job_free(mgp_proof_job_t *job) {
  mgp_prove_result_free(&job->result);
  mgp_inputs_free(&job->in);
  free(job->path);
  memset(job, 0, sizeof *job);
}
