/* mgprove inspect: what is in a proof file. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/text.h"
#include "verifier/inspect.h"

static mgp_status_t load(const mgp_options_t *o, mgp_program_t *prog) {
  uint8_t *bytes;
  size_t n;
  const char *path = o->elf ? o->elf : o->vk;
  char why[512];
  if (o->elf && o->vk) return mgp_fail(MGP_USAGE, "give the program by --elf or by --vk, not both");
  if (!path) return MGP_OK;
  MGP_TRY(mgp_inputs_read(path, &bytes, &n));
  mgp_status_t st = o->elf ? mgp_program_load_elf(bytes, n, prog) : mgp_vk_parse(bytes, n, prog);
  free(bytes);
  if (st == MGP_OK) return MGP_OK;
  (void)snprintf(why, sizeof why, "%s", mgp_error_message());
  return mgp_fail(st, "%s: %s", path, why);
}

static mgp_status_t inspect(const mgp_cli_t *cli) {
  const mgp_options_t *o = cli->opt;
  bool program = o->elf || o->vk;
  mgp_program_t prog = {0};
  mgp_chipset_t *chips = NULL;
  mgp_inspection_t in = {0};
  mgp_json_t *j;
  uint8_t *proof = NULL;
  size_t n;
  char why[512];
  mgp_status_t st;
  MGP_TRY(mgp_output_check(o->json));
  MGP_TRY_GOTO(st, load(o, &prog), out);
  MGP_TRY_GOTO(st, mgp_inputs_read(cli->args[0], &proof, &n), out);
  if (program) MGP_TRY_GOTO(st, mgp_chipset_create(&chips), out);
  st = mgp_inspect(proof, n, chips, program ? &prog : NULL, &in);
  if (st != MGP_OK) {
    (void)snprintf(why, sizeof why, "%s", mgp_error_message());
    st = mgp_fail(st == MGP_REJECTED ? MGP_BAD_INPUT : st, "%s: %s", cli->args[0], why);
    goto out;
  }
  mgp_inspection_print(&in, stdout);
  if (o->json) {
    MGP_TRY_GOTO(st, mgp_json_create(&j), out);
    mgp_inspection_json(&in, j, NULL);
    st = mgp_json_write(j, o->json);
  }
out:
  mgp_inspection_free(&in);
  mgp_chipset_destroy(chips);
  mgp_program_free(&prog);
  free(proof);
  return st;
}

const mgp_command_t mgp_cmd_inspect = {
    .name = "inspect",
    .args = "PROOF",
    .summary = "show what is in a proof file, without verifying it",
    .text = "Rows, soundness by round and sizes depend on the program: they need --elf or --vk.\n",
    .min_args = 1,
    .max_args = 1,
    .options = MGP_OPT(ELF) | MGP_OPT(VK) | MGP_OPT(JSON),
    .serial = inspect,
};
