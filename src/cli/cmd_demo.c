/* mgprove demo: proves and verifies a built-in guest. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/guests.h"
#include "cli/proving.h"
#include "cli/report.h"

/* F(SIZE): some 100,000 steps */
#define SIZE 500u

/* Rank 0. */
static mgp_status_t show(const mgp_guest_t *guest, const mgp_inputs_t *in,
                         const mgp_prove_result_t *r) {
  mgp_report_figures_t f;
  double seconds;
  mgp_report_figures(&r->report, &f);
  mgp_proving_print(in, r);
  MGP_TRY(mgp_proving_verify(guest->elf, guest->nelf, r, 1, &seconds));
  printf("proof          %zu bytes, verified in %.1f ms\n", r->nbytes, seconds * 1e3);
  printf("speed          %.2f s on %" PRIu32 " rank%s, %.0f steps/s\n", f.seconds, r->report.nranks,
         r->report.nranks == 1 ? "" : "s", f.steps_per_s);
  printf("The program `%s` was run and proved, and the proof was accepted.\n", guest->name);
  if (r->report.nranks > 1) mgp_report_log(&r->report);
  return MGP_OK;
}

static mgp_status_t demo(const mgp_cli_t *cli, mgp_comm_t *comm) {
  mgp_proving_t proving = {0};
  mgp_inputs_t in = {0};
  mgp_prove_result_t result = {0};
  const mgp_guest_t *guest = mgp_guest_find("fibonacci");
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &proving), out);
  st = guest ? mgp_inputs_from_guest(guest, SIZE, &in)
             : mgp_fail(MGP_INTERNAL, "this build has no guest for the demo");
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  MGP_TRY_GOTO(st, mgp_proving_run(&proving, comm, &in, &result), out);
  mgp_comm_set_phase(comm, "verify");
  st = mgp_comm_agree(comm, mgp_comm_rank(comm) == 0 ? show(guest, &in, &result) : MGP_OK);
out:
  mgp_prove_result_free(&result);
  mgp_inputs_free(&in);
  mgp_proving_end(&proving);
  return st;
}

const mgp_command_t mgp_cmd_demo = {
    .name = "demo",
    .args = "",
    .summary = "prove and verify a built-in program: does this installation work?",
    .options = MGP_OPT_PROVING,
    .collective = demo,
};
