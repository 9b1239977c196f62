#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/version.h"
#include "cli/events.h"
#include "cli/waiting.h"
#include "protocol/proof.h"
#include "protocol/security.h"

static void print_version(void) {
  printf("mgprove %s (commit %s)\n", mgp_version(), mgp_version_commit());
  printf("proof format %u, BabyBear, extension degree %d, Poseidon2, at least %.0f proven bits\n",
         MGP_FORMAT_VERSION, MGP_D, MGP_TARGET_BITS);
}

static void print_help(const mgp_command_t *const *commands, const mgp_command_t *fallback) {
  printf("usage: mgprove COMMAND [OPTION]...\n");
  if (fallback)
    printf("       mgprove %s [OPTION]...   short for `mgprove %s`\n", fallback->args,
           fallback->name);
  printf("\nProves what RISC-V programs (RV32IM) do, and checks such proofs.\n\n");
  for (; *commands; commands++)
    if ((*commands)->summary) printf("  %-12s%s\n", (*commands)->name, (*commands)->summary);
  printf("\n`mgprove COMMAND --help` lists its options; `mgprove --version` tells the build.\n");
}

static void print_command_help(const mgp_command_t *c) {
  printf("usage: mgprove %s [OPTION]...%s%s\n\n%s\n", c->name, *c->args ? " " : "", c->args,
         c->summary ? c->summary : "");
  if (c->text) printf("\n%s", c->text);
  printf("\n");
  mgp_options_print_help(c->options | MGP_OPT_COMMON);
}

mgp_status_t mgp_cli_flush(void) {
  if (fflush(stdout) != 0 || ferror(stdout))
    return mgp_fail(MGP_IO, "standard output: %s", strerror(errno));
  return MGP_OK;
}

/* --- one line for all ranks --- */

/* The failure as the user sees it. Every rank of a comm that failed knows the same. */
static void print_failure(const mgp_comm_t *comm) {
  const mgp_comm_failure_t *f = mgp_comm_failure(comm);
  if (mgp_comm_size(comm) > 1)
    mgp_log_error("%s (rank %u on %s%s%s, phase %s)", f->message, f->rank, f->host,
                  f->device[0] ? ", " : "", f->device, f->phase);
  else
    mgp_log_error("%s", f->message);
}

static void tell_start(const mgp_cli_t *cli, const mgp_comm_t *comm) {
  mgp_json_t *j = mgp_event_begin("start");
  if (!j) return;
  mgp_json_string(j, "mgprove", mgp_version());
  mgp_json_string(j, "commit", mgp_version_commit());
  mgp_json_string(j, "command", cli->command->name);
  mgp_json_array_begin(j, "arguments");
  for (int i = 0; i < cli->nargs; i++) mgp_json_string(j, NULL, cli->args[i]);
  mgp_json_array_end(j);
  mgp_json_u64(j, "ranks", mgp_comm_size(comm));
  mgp_json_string(j, "transport", mgp_comm_transport(comm));
  mgp_json_string(j, "host", mgp_comm_host(comm));
  mgp_json_i64(j, "pid", getpid());
  mgp_event_end(j);
}

static void tell_end(const mgp_comm_t *comm, int exit_code) {
  const mgp_comm_failure_t *f = mgp_comm_failure(comm);
  mgp_json_t *j = mgp_event_begin("end");
  if (j) {
    mgp_json_i64(j, "exit_code", exit_code);
    if (f) {
      mgp_json_string(j, "status", mgp_status_text(f->status));
      mgp_json_string(j, "message", f->message);
      mgp_json_u64(j, "rank", f->rank);
      mgp_json_string(j, "host", f->host);
      if (f->device[0]) mgp_json_string(j, "device", f->device);
      mgp_json_string(j, "phase", f->phase);
    }
    mgp_event_end(j);
  }
  mgp_events_close();
}

typedef struct {
  const mgp_cli_t *cli;
  int exit_code; /* of rank 0, if ranks are threads */
} job_t;

/* One rank of the command; all ranks leave with the same exit code. */
static mgp_status_t run_rank(mgp_comm_t *comm, void *arg) {
  job_t *job = arg;
  const mgp_options_t *o = job->cli->opt;
  bool root = mgp_comm_rank(comm) == 0;
  if (o->timeout) mgp_comm_set_timeout(comm, (double)o->timeout);
  mgp_status_t st = root && o->events ? mgp_events_open(o->events) : MGP_OK;
  st = mgp_comm_agree(comm, st);
  if (st == MGP_OK && root) tell_start(job->cli, comm);
  if (st == MGP_OK) st = job->cli->command->collective(job->cli, comm);
  if (st == MGP_OK && root) st = mgp_cli_flush();
  st = mgp_comm_agree(comm, st);
  if (st != MGP_OK && root) print_failure(comm);
  if (mgp_comm_rank(comm) == 0 || strcmp(mgp_comm_transport(comm), "thread") != 0)
    job->exit_code = st == MGP_OK ? 0 : mgp_comm_failure(comm)->exit_code;
  if (root) tell_end(comm, job->exit_code);
  return st;
}

static int run_collective(const mgp_cli_t *cli) {
  job_t job = {cli, 0};
  mgp_comm_t *comm;
  uint64_t ranks = cli->opt->ranks;
  mgp_status_t st;
  if (ranks && mgp_comm_launched_size() > 1) {
    st = mgp_fail(MGP_USAGE,
                  "--ranks is for ranks inside one process; here a launcher has started "
                  "%u of them",
                  mgp_comm_launched_size());
  } else if (ranks > 1) {
    st = mgp_comm_threads_run((uint32_t)ranks, run_rank, &job);
    if (job.exit_code || st == MGP_OK) return job.exit_code;
  } else {
    st = mgp_comm_world_create(cli->mpi->create, &comm);
    if (st == MGP_OK) {
      mgp_log_set_rank(mgp_comm_rank(comm));
      (void)run_rank(comm, &job);
      mgp_comm_destroy(comm);
      return job.exit_code;
    }
  }
  if (mgp_comm_launched_rank() == 0) mgp_log_error("%s", mgp_error_message());
  return mgp_status_exit_code(st);
}

/* --- commands --- */

static mgp_status_t check_args(const mgp_command_t *c, int nargs, char **args) {
  if (nargs < c->min_args)
    return mgp_fail(MGP_USAGE, "an argument is missing: mgprove %s %s", c->name, c->args);
  if (nargs > c->max_args)
    return mgp_fail(MGP_USAGE, "leftover argument \"%.60s\" (`mgprove %s --help`)",
                    args[c->max_args], c->name);
  return MGP_OK;
}

static mgp_status_t find_command(const mgp_command_t *const *commands,
                                 const mgp_command_t *fallback, int argc, char **argv,
                                 const mgp_command_t **out, int *first) {
  if (argc < 2) return mgp_fail(MGP_USAGE, "no command (`mgprove --help` lists them)");
  *first = 2;
  for (; *commands; commands++)
    if (strcmp((*commands)->name, argv[1]) == 0) {
      *out = *commands;
      return MGP_OK;
    }
  /* a word that is no file is a misspelt command; a path, or an option, belongs to the fallback */
  bool path = argv[1][0] == '-' || strpbrk(argv[1], "./") || access(argv[1], F_OK) == 0;
  if (!fallback || !path)
    return mgp_fail(MGP_USAGE, "\"%.60s\" is neither a command nor a file (`mgprove --help`)",
                    argv[1]);
  *out = fallback;
  *first = 1;
  return MGP_OK;
}

static int run_command(const mgp_command_t *const *commands, const mgp_command_t *command,
                       const mgp_cli_mpi_t *mpi, const mgp_device_ops_t *device, int argc,
                       char **argv) {
  mgp_options_t opt;
  mgp_cli_t cli = {command, &opt, argv, 0, mpi, device, commands};
  int code;
  mgp_status_t st = mgp_options_parse(command->name, command->options | MGP_OPT_COMMON, argc, argv,
                                      &opt, &cli.nargs);
  if (st == MGP_OK && !opt.help) st = check_args(command, cli.nargs, argv);
  if (st == MGP_OK && !opt.help && command->check) st = command->check(&cli);
  bool first = mgp_comm_launched_rank() == 0;
  if (opt.quiet) mgp_log_set_level(MGP_LOG_QUIET);
  if (opt.verbose) mgp_log_set_level(MGP_LOG_VERBOSE);
  mgp_log_show_rank(opt.log_ranks);
  if (st == MGP_OK && !opt.help && command->collective) {
    code = run_collective(&cli);
    mgp_options_free(&opt);
    return code;
  }
  if (st == MGP_OK && opt.help) {
    if (first) print_command_help(command);
  } else if (st == MGP_OK && first) {
    st = command->serial(&cli);
  }
  if (st == MGP_OK) st = mgp_cli_flush();
  if (st != MGP_OK && first) mgp_log_error("%s", mgp_error_message());
  mgp_options_free(&opt);
  return mgp_status_exit_code(st);
}

int mgp_cli_main(const mgp_command_t *const *commands, const mgp_command_t *fallback,
                 const mgp_cli_mpi_t *mpi, const mgp_device_ops_t *device, int argc, char **argv) {
  const mgp_command_t *command = fallback;
  int skip = 1;
  bool first = mgp_comm_launched_rank() == 0;
  bool version = argc == 2 && strcmp(argv[1], "--version") == 0;
  bool help = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
  if (version || help) {
    if (version && first) print_version();
    if (help && first) print_help(commands, fallback);
    if (mgp_cli_flush() == MGP_OK) return 0;
    mgp_log_error("%s", mgp_error_message());
    return mgp_status_exit_code(MGP_IO);
  }
  mgp_status_t st = find_command(commands, fallback, argc, argv, &command, &skip);
  if (st != MGP_OK) {
    if (first) mgp_log_error("%s", mgp_error_message());
    return mgp_status_exit_code(st);
  }
  if (command->collective) mgp_widen_device();
  if (command->collective) mgp_bound_waiting(argv);
  if (command->raw) return first ? command->raw(argc - 1, argv + 1) : 0;
  return run_command(commands, command, mpi, device, argc - skip, argv + skip);
}
