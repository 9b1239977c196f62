/* mgprove setup: the verifying key of a program. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/text.h"

static mgp_status_t setup(const mgp_cli_t *cli) {
  static const mgp_text_list_t no_hints;
  mgp_inputs_t in;
  uint8_t *vk = NULL;
  size_t nvk = 0;
  char *path = NULL, digest[65];
  mgp_status_t st;
  MGP_TRY(mgp_inputs_load(NULL, cli->args[0], &no_hints, &in));
  MGP_TRY_GOTO(st, mgp_output_path(cli->args[0], cli->opt->output, ".vk", &path), out);
  MGP_TRY_GOTO(st, mgp_vk_serialize(&in.prog, &vk, &nvk), out);
  MGP_TRY_GOTO(st, mgp_file_write(path, vk, nvk), out);
  printf("program        %s\n", mgp_hex(digest, in.prog.digest, 32));
  printf("instructions   %u\n", in.prog.ninsn);
  printf("image          %u words\n", in.prog.nimage_words);
  printf("verifying key  %s, %zu bytes\n", path, nvk);
out:
  free(vk);
  free(path);
  mgp_inputs_free(&in);
  return st;
}

const mgp_command_t mgp_cmd_setup = {
    .name = "setup",
    .args = "ELF",
    .summary = "write the verifying key of a program: what `verify --vk` needs",
    .text =
        "The key holds the entry, the code and the initial memory; its digest names the program.\n"
        "The default output is `<name of ELF>.vk` in the current folder.\n",
    .min_args = 1,
    .max_args = 1,
    .options = MGP_OPT(OUTPUT),
    .serial = setup,
};
