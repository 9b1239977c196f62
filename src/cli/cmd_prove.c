/* mgprove prove: the main job. */
#include <stdio.h>

#include "cli/batch.h"
#include "cli/proof_job.h"
#include "cli/report.h"

static mgp_status_t check(const mgp_cli_t *cli) {
  const mgp_options_t *o = cli->opt;
  if (o->batch && cli->nargs)
    return mgp_fail(MGP_USAGE, "leftover argument \"%.60s\": the programs of --batch stand in LIST",
                    cli->args[0]);
  if (o->batch && o->given & (MGP_OPT(OUTPUT) | MGP_OPT(HINT) | MGP_OPT(MEM_REPORT)))
    return mgp_fail(MGP_USAGE, "--batch: output, hints and memory report belong to the lines of "
                               "LIST");
  if (!o->batch && !cli->nargs)
    return mgp_fail(MGP_USAGE, "an argument is missing: mgprove prove ELF");
  if (o->batch && o->job_dir)
    return mgp_fail(MGP_USAGE, "--batch: a folder of a job belongs to the lines of LIST");
  if (!o->batch && !o->job_dir && o->resume)
    return mgp_fail(MGP_USAGE, "--resume: nothing to go on with; it needs --job-dir or --batch");
  return MGP_OK;
}

static mgp_status_t prove(const mgp_cli_t *cli, mgp_comm_t *comm) {
  mgp_proof_job_t job = {0};
  if (cli->opt->batch) return mgp_batch_run(cli, comm);
  mgp_status_t st = mgp_proof_job_run(cli, comm, &job);
  if (st == MGP_OK && mgp_comm_rank(comm) == 0) {
    mgp_proving_print(&job.in, &job.result);
    printf("proof          %s, %zu bytes\n", job.path, job.result.nbytes);
    mgp_report_log(&job.result.report);
  }
  mgp_proof_job_free(&job);
  return st;
}

const mgp_command_t mgp_cmd_prove = {
    .name = "prove",
    .args = "ELF",
    .summary = "run a program and write a proof of what it did",
    .text =
        "Alone, or by all ranks of mpirun or srun. The default output is `<name of ELF>.mgp` in "
        "the\n"
        "current folder. A guest that exits with a code other than 0 is proved like any other.\n"
        "\n"
        "With --job-dir DIR, each finished shard of the proof is kept in DIR (mode 0700). After a "
        "stop\n"
        "(SIGTERM, SIGUSR1; exit code 75) or a failure, the same command with --resume goes on "
        "from\n"
        "there, with any number of ranks, to the same bytes; it also starts a job that is new.\n"
        "\n"
        "With --batch LIST instead of ELF, each line of LIST is `ELF [-o FILE] [--hint FILE]...`;\n"
        "words with blanks are quoted, and # begins a comment. A program that fails leaves the\n"
        "others alone. With --resume, outputs that are there and verify are kept.\n",
    .max_args = 1,
    .options = MGP_OPT(OUTPUT) | MGP_OPT(HINT) | MGP_OPT(MAX_STEPS) | MGP_OPT_PROVING |
               MGP_OPT(PLAN) | MGP_OPT(NO_SELF_CHECK) | MGP_OPT(JSON) | MGP_OPT(MEM_REPORT) |
               MGP_OPT(BATCH) | MGP_OPT(JOB_DIR) | MGP_OPT(RESUME) | MGP_OPT(FAIL_PHASE) |
               MGP_OPT(KILL_PHASE) | MGP_OPT(STOP_PHASE) | MGP_OPT(TRACE_LOG) | MGP_OPT(WRONG_PEAK),
    .check = check,
    .collective = prove,
};
