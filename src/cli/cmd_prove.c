/* mgprove prove: the main job. */
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/proving.h"
#include "cli/report.h"
#include "cli/text.h"

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

/* Rank 0. */
static mgp_status_t finish(const mgp_cli_t *cli, const char *path, const mgp_inputs_t *in,
                           const mgp_prove_result_t *r) {
  MGP_TRY(mgp_file_write(path, r->bytes, r->nbytes));
  mgp_proving_print(in, r);
  printf("proof          %s, %zu bytes\n", path, r->nbytes);
  mgp_report_log(&r->report);
  if (cli->opt->json) MGP_TRY(write_report(cli->opt->json, in, r));
  if (cli->opt->mem_report) MGP_TRY(mgp_report_write_memory(cli->opt->mem_report, &r->report));
  return MGP_OK;
}

static mgp_status_t prove(const mgp_cli_t *cli, mgp_comm_t *comm) {
  mgp_proving_t proving = {0};
  mgp_inputs_t in = {0};
  mgp_prove_result_t result = {0};
  char *path = NULL;
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &proving), out);
  MGP_TRY_GOTO(st, mgp_inputs_load(comm, cli->args[0], &cli->opt->hint, &in), out);
  mgp_comm_set_phase(comm, "output");
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, root ? check_outputs(cli, &path) : MGP_OK), out);
  MGP_TRY_GOTO(st, mgp_proving_run(&proving, comm, &in, &result), out);
  mgp_comm_set_phase(comm, "output");
  st = mgp_comm_agree(comm, root ? finish(cli, path, &in, &result) : MGP_OK);
out:
  mgp_prove_result_free(&result);
  mgp_inputs_free(&in);
  mgp_proving_end(&proving);
  free(path);
  return st;
}

const mgp_command_t mgp_cmd_prove = {
    .name = "prove",
    .args = "ELF",
    .summary = "run a program and write a proof of what it did",
    .text =
        "Alone, or by all ranks of mpirun or srun. The default output is `<name of ELF>.mgp` in "
        "the\n"
        "current folder. A guest that exits with a code other than 0 is proved like any other.\n",
    .min_args = 1,
    .max_args = 1,
    .options = MGP_OPT(OUTPUT) | MGP_OPT(HINT) | MGP_OPT(MAX_STEPS) | MGP_OPT_PROVING |
               MGP_OPT(PLAN) | MGP_OPT(NO_SELF_CHECK) | MGP_OPT(JSON) | MGP_OPT(MEM_REPORT) |
               MGP_OPT(FAIL_PHASE) | MGP_OPT(TRACE_LOG) | MGP_OPT(WRONG_PEAK),
    .collective = prove,
};
