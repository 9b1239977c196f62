/* What the commands of mgprove share: how they are declared and started.
 *
 * A command is serial (one process; under an MPI launcher the first rank does it alone) or
 * collective (all ranks run it together). Results go to stdout, messages to stderr; what a command
 * returns decides the exit code (base/status.h), and its error is printed once, by the caller. */
#ifndef MGP_CLI_CLI_H
#define MGP_CLI_CLI_H

#include "backend/device.h"
#include "cli/options.h"
#include "comm/comm.h"

/* The MPI transport as main() was linked with it; all NULL in a build without MPI. */
typedef struct {
  mgp_status_t (*create)(mgp_comm_t **out);
  const char *(*version)(void); /* one line */
} mgp_cli_mpi_t;

typedef struct mgp_command mgp_command_t;

typedef struct {
  const mgp_command_t *command;
  const mgp_options_t *opt;
  char **args; /* [nargs], as many as the command allows */
  int nargs;
  const mgp_cli_mpi_t *mpi;
  const mgp_device_ops_t *device;       /* NULL in a build without a backend for GPUs */
  const mgp_command_t *const *commands; /* all of them, ending with NULL */
} mgp_cli_t;

struct mgp_command {
  const char *name, *args, *summary; /* summary NULL: not in the help */
  const char *text;                  /* further lines of its help, or NULL */
  int min_args, max_args;
  uint64_t options; /* MGP_OPT bits; MGP_OPT_COMMON are always there */
  /* what the table of options cannot say about them, or NULL */
  mgp_status_t (*check)(const mgp_cli_t *cli);
  /* one of the three; comm lives for the whole command */
  mgp_status_t (*serial)(const mgp_cli_t *cli);
  mgp_status_t (*collective)(const mgp_cli_t *cli, mgp_comm_t *comm);
  /* a command line that is parsed elsewhere: argv[0] is the command's name; returns the exit code
   */
  int (*raw)(int argc, char **argv);
};

extern const mgp_command_t mgp_cmd_prove, mgp_cmd_run, mgp_cmd_verify, mgp_cmd_setup,
    mgp_cmd_inspect, mgp_cmd_demo, mgp_cmd_doctor, mgp_cmd_bench, mgp_cmd_plan, mgp_cmd_completion,
    mgp_cmd_manual;

/* The whole program: finds the command, parses, runs, prints the error if there is one. Returns the
 * exit code. commands ends with NULL; fallback is the command of `mgprove FILE`, or NULL. */
int mgp_cli_main(const mgp_command_t *const *commands, const mgp_command_t *fallback,
                 const mgp_cli_mpi_t *mpi, const mgp_device_ops_t *device, int argc, char **argv);

/* Flushes stdout: MGP_IO if something could not be written. */
mgp_status_t mgp_cli_flush(void);

#endif
