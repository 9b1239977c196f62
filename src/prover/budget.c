/* The budget of a run: given, or found so that a shard's proof fits the memory there is. That is
 * decided before anything is executed, for a shard of average instructions; each shard's own plan
 * is made later from its row counts, and refuses what does not fit. */
#include <string.h>

#include "math/curve.h"
#include "prover/backend.h"
#include "prover/messages.h"

#define NO_BUDGET       (UINT64_C(1) << 60) /* of a plan for one shard */
#define LEAST_LOG_STEPS 14u
#define MOST_LOG_STEPS  26u /* timestamps of a shard stay far below 2^29 */
/* Of one partition, where chip proofs go on beside other work: longer shards gain nothing by it,
 * and the first one is waited for longer. */
#define BESIDE_LOG_STEPS 25u

/* Of 1024 average steps: rows by chip, register refreshes, words of memory touched for the first
 * time in the shard. The steps cost MGP_STEP_COST each, within one part in a hundred. With the
 * words, which cost too, such a shard would end a fifth before: that much is left to others, whose
 * words are more than instructions. */
static const struct {
  uint8_t chip;
  uint16_t rows;
} mix[] = {
    {MGP_CHIP_J, 20},      {MGP_CHIP_CONST, 50},    {MGP_CHIP_MV, 60},       {MGP_CHIP_ADDI, 100},
    {MGP_CHIP_ADDI2, 120}, {MGP_CHIP_ADD, 70},      {MGP_CHIP_ADD2, 40},     {MGP_CHIP_LOGIC, 40},
    {MGP_CHIP_LOGIC2, 24}, {MGP_CHIP_LOGICI, 40},   {MGP_CHIP_SHIFTI, 60},   {MGP_CHIP_SHIFT, 10},
    {MGP_CHIP_BZ, 60},     {MGP_CHIP_BEQ, 60},      {MGP_CHIP_BLTU, 50},     {MGP_CHIP_JALR, 20},
    {MGP_CHIP_LW, 90},     {MGP_CHIP_LSUB, 20},     {MGP_CHIP_SW, 70},       {MGP_CHIP_SSUB, 10},
    {MGP_CHIP_MUL, 10},    {MGP_CHIP_REFRESH, 100}, {MGP_CHIP_SHARD_RAM, 32}};

static void set_average(mgp_session_t *s, uint64_t steps) {
  mgp_statement_t *st = &s->now->st;
  uint32_t partitions = s->partitions;
  const mgp_point_t offset = mgp_curve_offset();
  memset(st, 0, sizeof *st);
  st->kind = MGP_SHARD_PROGRAM;
  st->id = 1;
  st->ngaps = s->chain.ngaps;
  mgp_curve_write(&offset, st->point);
  for (uint32_t p = 0; p < partitions; p++)
    for (size_t k = 0; k < sizeof mix / sizeof *mix; k++)
      st->rows[p][mix[k].chip] = (uint32_t)((steps / partitions * mix[k].rows >> 10) + 1) & ~1u;
}

/* Words that the pass has noted: a fifth of the steps has one; on rank 0 those of the shard that is
 * recorded, of two that wait and of the one being executed. */
static uint64_t expected_words(const mgp_session_t *s, uint64_t steps, uint64_t own) {
  return s->rank == 0 ? steps * 4 * sizeof(uint32_t) / 5 : own * sizeof(uint32_t) / 5;
}

/* Expected peak of this rank, what is recorded ahead included; UINT64_MAX if there is no plan. */
static uint64_t expected_peak(mgp_session_t *s, uint64_t steps) {
  const mgp_cache_t cache = s->opt->cache == MGP_CACHE_AUTO ? MGP_CACHE_NONE : s->opt->cache;
  uint64_t own = steps / s->partitions * s->nparts;
  set_average(s, steps);
  mgp_layout_counts(s);
  if (mgp_plan_shape(s, s->opt->log_rows ? s->opt->log_rows : MGP_DEFAULT_LOG_ROWS) != MGP_OK)
    return UINT64_MAX;
  uint64_t records = own * sizeof(mgp_step_t);
  uint64_t rest = own * 5 + own / 32 * sizeof(mgp_ram_t); /* index lists, records of memory */
  const uint64_t live = mgp_ledger_live_total(s->device_ledger) - s->now->held;
  uint64_t peak = mgp_plan_peak(s, cache, live + records + rest);
  if (!mgp_session_shares_memory(s) || peak == UINT64_MAX) return peak;
  return peak + records + expected_words(s, steps, own); /* of the shards that follow */
}

static unsigned most_log_steps(const mgp_session_t *s, int overlaps) {
  return overlaps && s->partitions == 1 ? BESIDE_LOG_STEPS : MOST_LOG_STEPS;
}

/* Where there are two shards in hand, both fit. */
static uint64_t fitting_budget(mgp_session_t *s) {
  const int overlaps = mgp_session_overlaps(s);
  const uint64_t memory = mgp_plan_memory(s) / (overlaps ? 2 : 1);
  unsigned log_steps = most_log_steps(s, overlaps);
  while (log_steps > LEAST_LOG_STEPS && expected_peak(s, UINT64_C(1) << log_steps) > memory)
    log_steps--;
  if (s->now->have_shape) mgp_shape_free(&s->now->shape);
  s->now->have_shape = 0;
  s->now->params = (mgp_params_t){0}; /* what the search tried last */
  return (uint64_t)MGP_STEP_COST << log_steps;
}

/* 0: it is not. */
static uint64_t given_budget(const mgp_prove_options_t *o) {
  if (o->budget) return o->budget;
  if (o->plan) return o->plan->budget ? o->plan->budget : NO_BUDGET;
  return o->shard_steps * MGP_STEP_COST;
}

uint64_t mgp_plan_likely_budget(const mgp_session_t *s) {
  const uint64_t given = given_budget(s->opt), memory = mgp_plan_memory(s);
  unsigned log_steps = most_log_steps(s, mgp_options_want_device(s->opt));
  while (log_steps > LEAST_LOG_STEPS && (uint64_t)sizeof(mgp_step_t) << log_steps > memory)
    log_steps--; /* the records alone would not fit */
  return given ? given : (uint64_t)MGP_STEP_COST << log_steps;
}

mgp_status_t mgp_plan_smaller(mgp_session_t *s, uint64_t *steps) {
  const uint64_t cost = s->run.budget ? s->run.budget : s->steps * MGP_STEP_COST; /* of this one */
  uint64_t budget = fitting_budget(s), less;
  while (budget >= cost) budget /= 2;
  if (expected_peak(s, budget / MGP_STEP_COST) > mgp_plan_memory(s)) budget = 0;
  less = UINT64_MAX - budget;
  MGP_TRY(mgp_comm_allreduce_max_u64(s->comm, &less, 1));
  *steps = (UINT64_MAX - less) / MGP_STEP_COST;
  return MGP_OK;
}

mgp_status_t mgp_plan_budget(mgp_session_t *s) {
  const uint64_t given = given_budget(s->opt), budget = given ? given : fitting_budget(s);
  uint64_t least = UINT64_MAX - budget; /* the same on all ranks: what fits all */
  MGP_TRY(mgp_comm_allreduce_max_u64(s->comm, &least, 1));
  s->run.budget = UINT64_MAX - least;
  return MGP_OK;
}
