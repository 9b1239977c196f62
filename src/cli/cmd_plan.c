/* mgprove plan: what proving would take. */
#include <inttypes.h>
#include <stdio.h>

#include "base/machine.h"
#include "base/parse.h"
#include "chips/chip.h"
#include "cli/inputs.h"
#include "cli/plan_file.h"
#include "cli/proving.h"
#include "cli/text.h"

/* Seconds of one core per cell, AVX2, on the machine of docs/performance-log.md: the estimate's
 * only source of time. */
#define CORE_SECONDS_PER_CELL 2.1e-7

typedef struct {
  uint32_t ranks;
  uint32_t cores; /* of this machine: what all ranks together would have */
  mgp_estimate_t e;
  double seconds;
} plan_t;

static void print(const plan_t *p, const mgp_inputs_t *in) {
  const mgp_estimate_t *e = &p->e;
  char a[65], b[32];
  printf("program        %s\n", mgp_hex(a, in->prog.digest, 32));
  printf("exit code      %" PRIu32 "\n", e->exit_code);
  printf("steps          %" PRIu64 "\n", e->steps);
  if (e->shards == 1)
    printf("shards         1 (%" PRIu64 " of %u timestamps)\n", e->timestamps, MGP_TS_LIMIT - 2);
  else
    printf("shards         %" PRIu32 ", and %s%" PRIu32 " of memory (%" PRIu64 " words)\n",
           e->shards, e->exact ? "" : "at least ", e->memory_shards, e->words);
  if (e->budget)
    printf("cost           %" PRIu64 ", a shard ends at %" PRIu64 "\n", e->cost, e->budget);
  else
    printf("cost           %" PRIu64 "\n", e->cost);
  if (!e->exact)
    printf("estimated      from shards 1, 2, 4, 8 ...; --write-plan counts all of them\n");
  printf("rows           %" PRIu64 " in %" PRIu64 " traces\n", e->rows, e->traces);
  printf("cells          %" PRIu64 ", %.1f per step\n", e->cells,
         (double)e->cells / (double)e->steps);
  printf("interactions   %" PRIu64 ", %.1f per step\n", e->interactions,
         (double)e->interactions / (double)e->steps);
  printf("partitions     %" PRIu32 " on %" PRIu32 " rank%s\n", e->params.partitions, p->ranks,
         p->ranks == 1 ? "" : "s");
  printf("columns        %" PRIu64 " of 2^%" PRIu32 " rows\n", e->stacked_columns,
         e->params.log_height);
  printf("security       %.1f bits\n", (double)(int64_t)(e->security_bits * 10) / 10);
  printf("proof          %zu bytes\n", e->proof_bytes);
  printf("plain pass     %.2f s, %.0f million steps/s\n", e->pass_seconds,
         e->pass_seconds > 0 ? (double)e->steps / e->pass_seconds * 1e-6 : 0);
  printf("raw state      %s per rank\n", mgp_format_size(e->raw, b));
  for (int c = MGP_CACHE_NONE; c <= MGP_CACHE_FULL; c++)
    printf("peak memory    %s per rank with --cache %s\n", mgp_format_size(e->peak[c], b),
           mgp_cache_name((mgp_cache_t)c));
  printf("time           about %.1f s on %" PRIu32 " cores like those measured (AVX2, %.0f ns per "
         "cell and core)\n",
         p->seconds, p->cores, CORE_SECONDS_PER_CELL * 1e9);
}

static mgp_status_t write_json(const plan_t *p, const mgp_inputs_t *in, const mgp_chipset_t *chips,
                               const char *path) {
  const mgp_estimate_t *e = &p->e;
  mgp_json_t *j;
  MGP_TRY(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", 1);
  mgp_json_hex(j, "program", in->prog.digest, 32);
  mgp_json_u64(j, "exit_code", e->exit_code);
  mgp_json_u64(j, "steps", e->steps);
  mgp_json_u64(j, "timestamps", e->timestamps);
  mgp_json_u64(j, "shards", e->shards);
  mgp_json_u64(j, "memory_shards", e->memory_shards);
  mgp_json_bool(j, "exact", e->exact != 0);
  mgp_json_u64(j, "budget", e->budget);
  mgp_json_f64(j, "pass_seconds", e->pass_seconds);
  mgp_json_u64(j, "cost", e->cost);
  mgp_json_u64(j, "ranks", p->ranks);
  mgp_json_u64(j, "rows", e->rows);
  mgp_json_u64(j, "cells", e->cells);
  mgp_json_u64(j, "interactions", e->interactions);
  mgp_json_u64(j, "traces", e->traces);
  mgp_json_u64(j, "stacked_columns", e->stacked_columns);
  mgp_json_u64(j, "proof_bytes", e->proof_bytes);
  mgp_json_f64(j, "security_bits", e->security_bits);
  mgp_json_object_begin(j, "plan");
#define MEMBER(name) mgp_json_u64(j, #name, e->params.name);
  MGP_PARAM_LIST(MEMBER)
#undef MEMBER
  mgp_json_object_end(j);
  mgp_json_u64(j, "raw_bytes", e->raw);
  mgp_json_object_begin(j, "peak_bytes");
  for (int c = MGP_CACHE_NONE; c <= MGP_CACHE_FULL; c++)
    mgp_json_u64(j, mgp_cache_name((mgp_cache_t)c), e->peak[c]);
  mgp_json_object_end(j);
  mgp_json_f64(j, "estimated_seconds", p->seconds);
  mgp_json_f64(j, "core_seconds_per_cell", CORE_SECONDS_PER_CELL);
  mgp_json_object_begin(j, "chip_rows");
  for (unsigned c = 1; c < MGP_CHIP_COUNT; c++)
    if (e->chip_rows[c]) mgp_json_u64(j, chips->chip[c].name, e->chip_rows[c]);
  mgp_json_object_end(j);
  mgp_json_object_end(j);
  return mgp_json_write(j, path);
}

static void print_chips(const plan_t *p, const mgp_chipset_t *chips) {
  printf("# %-10s %12s %8s %14s %13s\n", "chip", "rows", "columns", "cells", "interactions");
  for (unsigned c = 1; c < MGP_CHIP_COUNT; c++) {
    const mgp_chip_t *chip = &chips->chip[c];
    uint64_t rows = p->e.chip_rows[c];
    if (rows)
      printf("  %-10s %12" PRIu64 " %8u %14" PRIu64 " %13" PRIu64 "\n", chip->name, rows,
             chip->ncols, rows * chip->ncols, rows * chip->ninteractions);
  }
}

static mgp_status_t plan(const mgp_cli_t *cli) {
  const mgp_options_t *o = cli->opt;
  plan_t p = {.ranks = o->ranks ? (uint32_t)o->ranks : 1, .cores = mgp_machine_cores()};
  mgp_proving_t proving = {0};
  mgp_inputs_t in = {0};
  mgp_chipset_t *chips = NULL;
  mgp_comm_t *comm = NULL;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_comm_self_create(&comm), out);
  MGP_TRY_GOTO(st, mgp_proving_begin(cli, comm, &proving), out);
  MGP_TRY_GOTO(st, mgp_output_check(o->json), out);
  MGP_TRY_GOTO(st, mgp_output_check(o->write_plan), out);
  MGP_TRY_GOTO(st, mgp_inputs_load(comm, cli->args[0], &o->hint, &in), out);
  MGP_TRY_GOTO(st, mgp_chipset_create(&chips), out);
  proving.options.hints = in.hints;
  proving.options.hints_nbytes = in.nhints;
  proving.options.print_guest_output = 0;
  MGP_TRY_GOTO(st,
               mgp_prove_estimate(&in.prog, &proving.options, p.ranks, o->write_plan != NULL, &p.e),
               out);
  if (o->threads && o->threads * p.ranks < p.cores) p.cores = (uint32_t)o->threads * p.ranks;
  p.seconds = (double)p.e.cells * CORE_SECONDS_PER_CELL / p.cores;
  print(&p, &in);
  if (o->stats) print_chips(&p, chips);
  if (o->write_plan) {
    mgp_plan_t kept = {p.e.budget, p.e.nparams, p.e.plan};
    MGP_TRY_GOTO(st, mgp_plan_file_write(o->write_plan, &kept), out);
  }
  if (o->json) st = write_json(&p, &in, chips, o->json);
out:
  mgp_estimate_free(&p.e);
  mgp_chipset_destroy(chips);
  mgp_inputs_free(&in);
  mgp_proving_end(&proving);
  mgp_comm_destroy(comm);
  return st;
}

const mgp_command_t mgp_cmd_plan = {
    .name = "plan",
    .args = "ELF",
    .summary = "execute a program and say what proving would take",
    .text =
        "Rows, cells, memory and the proof's size are exact for a run of one shard, and with\n"
        "--write-plan; for a longer one they are scaled from some of its shards. The time is a\n"
        "rule of thumb. --ranks N plans for N ranks.\n",
    .min_args = 1,
    .max_args = 1,
    .options = MGP_OPT(HINT) | MGP_OPT(MAX_STEPS) | MGP_OPT(STATS) | MGP_OPT(BACKEND) |
               MGP_OPT(ISA) | MGP_OPT(PARTITIONS) | MGP_OPT(TRACE_ROWS) | MGP_OPT(SHARD_STEPS) |
               MGP_OPT(MEMORY) | MGP_OPT(PLAN) | MGP_OPT(WRITE_PLAN) | MGP_OPT(THREADS) |
               MGP_OPT(RANKS) | MGP_OPT(JSON),
    .serial = plan,
};
