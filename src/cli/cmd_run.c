/* mgprove run: executes a program without proving anything. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "chips/chip.h"
#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/text.h"
#include "vm/disasm.h"
#include "vm/emulator.h"
#include "vm/profile.h"

typedef struct {
  const mgp_options_t *opt;
  mgp_inputs_t in;
  mgp_vm_t *vm;
  uint64_t *hits; /* executions by instruction, if they are wanted */
  uint64_t by_op[MGP_OP_COUNT];
  mgp_profile_entry_t *functions;
  uint32_t nfunctions;
  double seconds;
} run_t;

static void write_guest(void *ctx, uint32_t fd, const void *bytes, size_t nbytes) {
  (void)ctx;
  (void)fwrite(bytes, 1, nbytes, fd == 1 ? stdout : stderr);
}

static mgp_status_t execute(run_t *r) {
  /* a run that never halts shows its progress: it goes on in pieces */
  const uint64_t piece = UINT64_C(1) << 26;
  const uint64_t most = r->opt->max_steps ? r->opt->max_steps : MGP_VM_NO_LIMIT;
  const mgp_vm_state_t *v = mgp_vm_state(r->vm);
  mgp_vm_stop_t why;
  mgp_status_t st;
  double start = mgp_clock_seconds();
  mgp_log_progress_begin("run", r->opt->max_steps, "steps");
  do {
    uint64_t before = v->steps, left = most - before;
    mgp_vm_limits_t limits = {before + (left < piece ? left : piece), MGP_VM_NO_LIMIT};
    st = r->hits ? mgp_vm_profile(r->vm, &limits, r->hits, &why) : mgp_vm_run(r->vm, &limits, &why);
    mgp_log_progress_add(v->steps - before);
  } while (st == MGP_OK && why != MGP_VM_HALTED && v->steps < most);
  mgp_log_progress_end();
  r->seconds = mgp_clock_seconds() - start;
  if (st == MGP_OK && why != MGP_VM_HALTED)
    st = mgp_fail(MGP_RESOURCES, "the run does not halt within %" PRIu64 " steps (--max-steps)",
                  most);
  return st;
}

static mgp_status_t count(run_t *r) {
  if (!r->hits) return MGP_OK;
  mgp_profile_by_op(&r->in.prog, r->hits, r->by_op);
  return mgp_profile_by_function(&r->in.prog, r->hits, &r->functions, &r->nfunctions);
}

static double percent(uint64_t part, uint64_t all) {
  return all ? 100.0 * (double)part / (double)all : 0.0;
}

static int by_count(const void *a, const void *b) {
  const uint64_t *x = *(const uint64_t *const *)a, *y = *(const uint64_t *const *)b;
  return *x > *y ? -1 : *x < *y ? 1 : x > y ? 1 : -1;
}

static void print_by_op(const run_t *r, uint64_t steps) {
  const uint64_t *order[MGP_OP_COUNT];
  for (unsigned op = 0; op < MGP_OP_COUNT; op++) order[op] = &r->by_op[op];
  qsort(order, MGP_OP_COUNT, sizeof *order, by_count);
  fprintf(stderr, "# %-10s %14s %7s\n", "opcode", "steps", "%");
  for (unsigned i = 0; i < MGP_OP_COUNT && *order[i]; i++)
    fprintf(stderr, "  %-10s %14" PRIu64 " %7.2f\n", mgp_op_name((mgp_op_t)(order[i] - r->by_op)),
            *order[i], percent(*order[i], steps));
}

static void print_by_function(const run_t *r, uint64_t steps) {
  fprintf(stderr, "# %-32s %14s %7s\n", "function", "steps", "%");
  for (uint32_t i = 0; i < r->nfunctions; i++) {
    const mgp_profile_entry_t *e = &r->functions[i];
    fprintf(stderr, "  %-32.60s %14" PRIu64 " %7.2f\n", e->symbol ? e->symbol->name : "(no symbol)",
            e->steps, percent(e->steps, steps));
  }
}

static void print_summary(const run_t *r) {
  const mgp_vm_state_t *v = mgp_vm_state(r->vm);
  char text[MGP_BYTES_TEXT];
  if (r->opt->stats) print_by_op(r, v->steps);
  if (r->opt->profile) print_by_function(r, v->steps);
  if (v->noutput) mgp_log_info("public output: %s", mgp_bytes_text(text, v->output, v->noutput));
  mgp_log_info("exit code %" PRIu32 ", %" PRIu64 " steps in %.3f s, %.1f M steps/s", v->exit_code,
               v->steps, r->seconds, r->seconds > 0 ? (double)v->steps / r->seconds * 1e-6 : 0.0);
}

static mgp_status_t write_json(const run_t *r) {
  const mgp_vm_state_t *v = mgp_vm_state(r->vm);
  uint8_t commit[32];
  mgp_json_t *j;
  if (!r->opt->json) return MGP_OK;
  MGP_TRY(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", 1);
  mgp_json_hex(j, "program", r->in.prog.digest, 32);
  mgp_json_u64(j, "exit_code", v->exit_code);
  mgp_json_u64(j, "steps", v->steps);
  mgp_json_u64(j, "timestamps", v->ts);
  mgp_json_f64(j, "seconds", r->seconds);
  mgp_json_hex(j, "public_output", v->output, v->noutput);
  for (int i = 0; i < 32; i++) commit[i] = (uint8_t)(v->commit[i / 4] >> (8 * (i % 4)));
  if (v->committed)
    mgp_json_hex(j, "committed_digest", commit, 32);
  else
    mgp_json_null(j, "committed_digest");
  if (r->hits) {
    mgp_json_object_begin(j, "opcodes");
    for (unsigned op = 0; op < MGP_OP_COUNT; op++)
      if (r->by_op[op]) mgp_json_u64(j, mgp_op_name((mgp_op_t)op), r->by_op[op]);
    mgp_json_object_end(j);
    mgp_json_array_begin(j, "functions");
    for (uint32_t i = 0; i < r->nfunctions; i++) {
      const mgp_profile_entry_t *e = &r->functions[i];
      mgp_json_object_begin(j, NULL);
      mgp_json_string(j, "name", e->symbol ? e->symbol->name : NULL);
      mgp_json_u64(j, "steps", e->steps);
      mgp_json_object_end(j);
    }
    mgp_json_array_end(j);
  }
  mgp_json_object_end(j);
  return mgp_json_write(j, r->opt->json);
}

static mgp_status_t run(const mgp_cli_t *cli) {
  run_t r = {.opt = cli->opt};
  mgp_chipset_t *chips = NULL;
  uint8_t dt[MGP_OPCHIP_COUNT] = {0};
  uint32_t cost[MGP_OPCHIP_COUNT] = {0};
  mgp_status_t st;
  MGP_TRY(mgp_output_check(cli->opt->json));
  MGP_TRY_GOTO(st, mgp_inputs_load(NULL, cli->args[0], &cli->opt->hint, &r.in), out);
  MGP_TRY_GOTO(st, mgp_chipset_create(&chips), out);
  for (unsigned c = 1; c < MGP_OPCHIP_COUNT; c++) {
    dt[c] = chips->chip[c].dt;
    cost[c] = chips->chip[c].cost;
  }
  mgp_vm_config_t config = {.prog = &r.in.prog,
                            .hints = r.in.hints,
                            .nhints = r.in.nhints,
                            .dt = dt,
                            .cost = cost,
                            .write = write_guest};
  MGP_TRY_GOTO(st, mgp_vm_create(&config, &r.vm), out);
  if (cli->opt->stats || cli->opt->profile) {
    r.hits = calloc((size_t)r.in.prog.ninsn + 1, sizeof *r.hits);
    if (!r.hits) {
      st = mgp_fail(MGP_RESOURCES, "out of memory for %u counters", r.in.prog.ninsn);
      goto out;
    }
  }
  st = execute(&r);
  /* what the guest said before a trap is the best hint at its cause */
  if (fflush(stdout) != 0 && st == MGP_OK) st = mgp_cli_flush();
  if (st != MGP_OK) goto out;
  MGP_TRY_GOTO(st, count(&r), out);
  print_summary(&r);
  st = write_json(&r);
out:
  free(r.functions);
  free(r.hits);
  mgp_vm_destroy(r.vm);
  mgp_chipset_destroy(chips);
  mgp_inputs_free(&r.in);
  return st;
}

const mgp_command_t mgp_cmd_run = {
    .name = "run",
    .args = "ELF",
    .summary = "execute a program without proving",
    .text =
        "The guest's fd 1 goes to stdout, fd 2 and its log to stderr. Exits 0 if the guest halts,\n"
        "whatever its exit code, and 1 if it traps.\n",
    .min_args = 1,
    .max_args = 1,
    .options =
        MGP_OPT(HINT) | MGP_OPT(MAX_STEPS) | MGP_OPT(STATS) | MGP_OPT(PROFILE) | MGP_OPT(JSON),
    .serial = run,
};
