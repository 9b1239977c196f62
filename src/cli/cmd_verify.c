/* mgprove verify: mgverify's command line, inside mgprove. */
#include "cli/cli.h"
#include "verifier/command.h"

static int verify(int argc, char **argv) {
  static char name[] = "mgprove verify";
  argv[0] = name;
  return mgp_verify_command(argc, argv);
}

const mgp_command_t mgp_cmd_verify = {
    .name = "verify",
    .summary = "check a proof against a program, as `mgverify` does",
    .raw = verify,
};
