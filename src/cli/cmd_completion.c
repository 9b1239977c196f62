/* mgprove completion, and mgprove manual (for the build, not in the help). */
#include "cli/describe_cli.h"

static mgp_status_t completion(const mgp_cli_t *cli) {
  return mgp_completion_print(cli->commands, cli->args[0]);
}

const mgp_command_t mgp_cmd_completion = {
    .name = "completion",
    .args = "bash|zsh|fish",
    .summary = "print a script that completes command lines",
    .text =
        "An installation has these scripts already; otherwise: source <(mgprove completion bash)\n",
    .min_args = 1,
    .max_args = 1,
    .serial = completion,
};

static mgp_status_t manual(const mgp_cli_t *cli) {
  return mgp_manual_print(cli->commands, cli->args[0]);
}

const mgp_command_t mgp_cmd_manual = {
    .name = "manual",
    .args = "PAGE",
    .min_args = 1,
    .max_args = 1,
    .serial = manual,
};
