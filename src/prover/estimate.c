/* What proving would take. The run is executed plainly; shards are recorded in pieces which are
 * counted and dropped, so that it needs little memory: all of them for an exact answer, otherwise
 * those with numbers 1, 2, 4, 8, ..., from which the others are scaled. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chips/replay.h"
#include "prover/backend.h"
#include "prover/memory.h"
#include "prover/shards.h"

#define PIECE (1u << 16) /* records at a time */
#define BURST (1u << 26) /* steps between two looks at whether to stop */

typedef struct {
  mgp_session_t s;
  mgp_comm_t *comm; /* alone */
  mgp_cutter_t front;
  mgp_vm_t *vm;
  mgp_record_t rec;
  mgp_commit_t commit;
  mgp_shards_t shards; /* `last` and `done` only */
  uint64_t part_steps[MGP_MAX_PARTITIONS];
  /* over the shards that were counted */
  uint64_t steps, counted;
  mgp_estimate_t out;
  mgp_params_t *params; /* [counted], if all are */
  uint32_t cap_params;
} estimator_t;

/* The run in front of what is counted. */
static mgp_status_t run_front(void *arg, mgp_cut_t *cut, const mgp_vm_limits_t *limits,
                              mgp_vm_stop_t *why) {
  estimator_t *e = arg;
  mgp_vm_limits_t some = *limits;
  const uint64_t done = mgp_vm_state(e->front.vm)->steps;
  const double begin = mgp_clock_seconds();
  (void)cut;
  if (some.max_steps - done > BURST) some.max_steps = done + BURST;
  mgp_status_t st = mgp_vm_run(e->front.vm, &some, why);
  e->out.pass_seconds += mgp_clock_seconds() - begin;
  return st;
}

static mgp_status_t open_estimator(estimator_t *e) {
  mgp_session_t *s = &e->s;
  const mgp_prove_options_t *o = s->opt;
  s->now = &s->hands[0];
  MGP_TRY(mgp_comm_self_create(&e->comm));
  s->comm = e->comm;
  MGP_TRY(mgp_chipset_create(&s->chips));
  MGP_TRY(mgp_session_open_ledgers(s));
  MGP_TRY(mgp_session_place(s, 1));
  MGP_TRY(mgp_session_open_backend(s, 1));
  uint32_t want = o->plan ? o->plan->params[0].partitions : o->partitions;
  s->partitions = want ? want : s->nranks;
  if (s->partitions > MGP_MAX_PARTITIONS)
    return mgp_fail(MGP_USAGE, "%u partitions; the most is %u", s->partitions, MGP_MAX_PARTITIONS);
  s->nparts = mgp_parts_per_rank(s->partitions, s->nranks); /* of rank 0, for the budget */
  MGP_TRY(mgp_plan_budget(s));
  mgp_layout_counts(s);
  mgp_chain_begin(s->prog, &s->chain);
  s->shards = &e->shards;
  MGP_TRY(mgp_last_create(s->ahead, &e->shards.last));
  e->front = (mgp_cutter_t){.s = s, .budget = s->run.budget, .run = run_front, .arg = e};
  MGP_TRY(mgp_pass_create_vm(s, &e->front.vm));
  return mgp_pass_create_vm(s, &e->vm);
}

static void close_estimator(estimator_t *e) {
  mgp_session_t *s = &e->s;
  if (e->front.s) mgp_cutter_free(&e->front);
  mgp_vm_destroy(e->front.vm);
  mgp_vm_destroy(e->vm);
  mgp_last_destroy(e->shards.last);
  mgp_host_free(s, e->rec.touches);
  mgp_host_free(s, e->rec.steps);
  mgp_host_free(s, e->params);
  if (s->now->have_shape) mgp_shape_free(&s->now->shape);
  (void)mgp_session_close_backend(s);
  mgp_chipset_destroy(s->chips);
  mgp_comm_destroy(e->comm);
}

/* --- counting a shard ---------------------------------------------------------------------- */

static mgp_status_t more_touches(estimator_t *e) {
  mgp_record_t *rec = &e->rec;
  uint32_t cap = rec->cap_touches ? 2 * rec->cap_touches : 1u << 12;
  MGP_TRY(mgp_ledger_grow(e->s.ledger, MGP_MEM_ACCUMULATOR, rec->ntouches * sizeof *rec->touches,
                          cap * sizeof *rec->touches, (void **)&rec->touches));
  rec->cap_touches = cap;
  return MGP_OK;
}

/* Rows of instruction chips and REFRESH, by partition; the vm stands at the shard's start. */
static mgp_status_t count_steps(estimator_t *e, const mgp_cut_t *cut) {
  mgp_session_t *s = &e->s;
  mgp_record_t *rec = &e->rec;
  uint32_t n[MGP_CHIP_FIRST_TABLE], P = s->partitions;
  mgp_vm_stop_t why;
  rec->cap_steps = PIECE;
  rec->commits = &e->commit;
  rec->cap_commits = 1;
  memset(e->part_steps, 0, sizeof e->part_steps);
  memset(s->now->st.rows, 0, sizeof s->now->st.rows);
  if (!rec->steps) MGP_TRY(mgp_host_alloc(s, MGP_MEM_RAW, PIECE * sizeof *rec->steps, &rec->steps));
  if (!rec->touches) MGP_TRY(more_touches(e));
  MGP_TRY(mgp_vm_record_begin(e->vm, rec, 1));
  for (uint32_t p = 0; p < P; p++) {
    mgp_vm_limits_t limits = {cut->end.steps,
                              p + 1 < P ? mgp_cut_cost(cut, P, p + 1) : MGP_VM_NO_LIMIT};
    do {
      MGP_TRY(mgp_vm_record(e->vm, &limits, rec, &why));
      mgp_replay_count(s->prog->insn, rec->steps, rec->nsteps, n);
      for (uint32_t c = 1; c <= MGP_CHIP_REFRESH; c++) s->now->st.rows[p][c] += n[c];
      e->part_steps[p] += rec->nsteps;
      rec->steps0 += rec->nsteps;
      rec->nsteps = 0;
      if (rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP) MGP_TRY(more_touches(e));
    } while (why == MGP_VM_FULL);
  }
  mgp_vm_record_end(e->vm, rec);
  return MGP_OK;
}

static int in_image(const mgp_program_t *prog, uint32_t key) {
  for (uint32_t i = 0; i < prog->nimage; i++)
    if (key - prog->image[i].base < prog->image[i].n) return 1;
  return 0;
}

static unsigned source_of(const mgp_session_t *s, uint32_t key) {
  if (in_image(s->prog, key)) return 0;
  return key >= MGP_HINT_START / 4 && key < MGP_HINT_END / 4 ? 1 : 2;
}

/* n rows of a chip, dealt evenly. */
static void deal_evenly(mgp_session_t *s, unsigned chip, uint64_t n, uint32_t each) {
  uint32_t P = s->partitions;
  for (uint32_t p = 0; p < P; p++)
    s->now->st.rows[p][chip] = each * (uint32_t)(n * (p + 1) / P - n * p / P);
}

/* Rows of the memory that the shard touched. */
static mgp_status_t count_touched(estimator_t *e) {
  mgp_session_t *s = &e->s;
  uint64_t n[3] = {0};
  for (uint32_t i = 0; i < e->rec.ntouches; i++) {
    const mgp_touch_t *t = &e->rec.touches[i];
    if (t->is_register) continue;
    n[source_of(s, t->key)]++;
    MGP_TRY(mgp_last_set(e->shards.last, t->key, 1));
  }
  if (s->now->st.kind == MGP_SHARD_WHOLE)
    for (uint32_t k = 0; k < 3; k++) deal_evenly(s, MGP_CHIP_MEM_IMAGE + k, n[k], 1);
  else
    deal_evenly(s, MGP_CHIP_SHARD_RAM, n[0] + n[1] + n[2], 2);
  return MGP_OK;
}

/* Chain ends and the accumulator do not influence the shape: something that is allowed. */
static void set_free_values(mgp_session_t *s) {
  const mgp_point_t offset = mgp_curve_offset();
  s->now->st.image_end = s->now->st.image_start;
  s->now->st.hint_end = s->now->st.hint_start;
  memcpy(s->now->st.zero_end, s->now->st.zero_start, sizeof s->now->st.zero_end);
  if (s->now->st.kind != MGP_SHARD_WHOLE && s->now->st.rows[0][MGP_CHIP_SHARD_RAM])
    mgp_curve_write(&offset, s->now->st.point);
}

/* What is resident on the rank when the plan is made, as the phases before allocate it. */
static uint64_t raw_bytes(const estimator_t *e) {
  const mgp_session_t *s = &e->s;
  uint64_t n = s->be->ops->program_bytes(s->be, s->prog);
  for (uint32_t p = s->first_part; p < s->first_part + s->nparts; p++) {
    const uint32_t *rows = s->now->st.rows[p];
    n += (e->part_steps[p] + 1) * sizeof(mgp_step_t) + sizeof(mgp_commit_t);
    for (uint32_t c = 1; c < MGP_CHIP_MEM_IMAGE; c++) n += rows[c] * sizeof(uint32_t);
    if (s->now->st.kind != MGP_SHARD_PROGRAM)
      for (uint32_t k = 0; k < 3; k++)
        n += (rows[MGP_CHIP_MEM_IMAGE + k] + 1) * sizeof(mgp_bound_t);
    if (s->now->st.kind != MGP_SHARD_WHOLE) n += (rows[MGP_CHIP_SHARD_RAM] + 1) * sizeof(mgp_ram_t);
  }
  return n;
}

static void find_peaks(estimator_t *e) {
  mgp_session_t *s = &e->s;
  uint32_t per = mgp_parts_per_rank(s->partitions, s->nranks);
  for (s->rank = 0; s->rank < s->nranks; s->rank++) {
    s->first_part = s->rank * per;
    if (s->first_part >= s->partitions) break;
    s->nparts = s->partitions - s->first_part;
    if (s->nparts > per) s->nparts = per;
    uint64_t raw = raw_bytes(e);
    if (raw > e->out.raw) e->out.raw = raw;
    for (unsigned c = MGP_CACHE_NONE; c <= MGP_CACHE_FULL; c++) {
      uint64_t peak = mgp_plan_peak(s, (mgp_cache_t)c, raw);
      if (peak > e->out.peak[c]) e->out.peak[c] = peak;
    }
  }
  s->rank = 0;
}

static mgp_status_t keep_params(estimator_t *e) {
  if (e->shards.done == e->cap_params) {
    uint32_t cap = e->cap_params ? 2 * e->cap_params : 16;
    MGP_TRY(mgp_ledger_grow(e->s.ledger, MGP_MEM_PLAN, e->cap_params * sizeof *e->params,
                            cap * sizeof *e->params, (void **)&e->params));
    e->cap_params = cap;
  }
  e->params[e->shards.done++] = e->s.now->params;
  e->s.now->number = e->shards.done;
  return MGP_OK;
}

/* Shape, peaks and totals of the shard whose statement is set. */
static mgp_status_t add_shard(estimator_t *e) {
  mgp_session_t *s = &e->s;
  mgp_estimate_t *out = &e->out;
  const mgp_prove_options_t *o = s->opt;
  set_free_values(s);
  MGP_TRY(mgp_plan_shape(s, o->log_rows ? o->log_rows : MGP_DEFAULT_LOG_ROWS));
  if (out->traces == 0) out->params = s->now->params;
  if (out->traces == 0 || s->now->security.min_bits < out->security_bits)
    out->security_bits = s->now->security.min_bits;
  out->traces += s->now->shape.ntraces;
  out->cells += s->now->shape.total_cells;
  out->stacked_columns += s->now->shape.total_cols;
  for (uint32_t k = 0; k < s->now->shape.ntraces; k++) {
    const mgp_trace_t *t = &s->now->shape.traces[k];
    out->chip_rows[t->chip] += t->rows;
    out->rows += t->rows;
    out->interactions += (uint64_t)t->rows * s->chips->chip[t->chip].ninteractions;
  }
  out->proof_bytes += mgp_shard_bytes(&s->now->params, s->now->st.kind, s->now->st.ngaps,
                                      s->now->shape.body_words) +
                      4 * MGP_PARAM_WORDS;
  find_peaks(e);
  return keep_params(e);
}

/* --- the run ------------------------------------------------------------------------------- */

static mgp_status_t count_shard(estimator_t *e, const mgp_cut_t *cut) {
  mgp_session_t *s = &e->s;
  int whole = cut->last && cut->id == 1;
  mgp_chain_context(&s->chain, whole ? MGP_SHARD_WHOLE : MGP_SHARD_PROGRAM, cut->last ? cut->id : 0,
                    cut->end.exit_code, &s->now->st);
  s->now->st.id = cut->id;
  s->now->st.end_pc = cut->end.pc;
  mgp_statement_commit(&s->now->st, cut->end.committed && !cut->start.committed, cut->end.commit);
  MGP_TRY(count_steps(e, cut));
  MGP_TRY(count_touched(e));
  MGP_TRY(add_shard(e));
  e->steps += cut->end.steps - cut->start.steps;
  e->counted++;
  return MGP_OK;
}

/* Memory shards for the words that are known. */
static mgp_status_t count_memory(estimator_t *e) {
  mgp_session_t *s = &e->s;
  uint32_t most = mgp_memory_shard_words(s), key = mgp_last_next(e->shards.last, 0);
  memset(e->part_steps, 0, sizeof e->part_steps);
  e->out.words = mgp_last_words(e->shards.last);
  while (key < MGP_LAST_KEYS) {
    uint64_t n[3] = {0}, words = 0;
    mgp_chain_context(&s->chain, MGP_SHARD_MEMORY, e->out.shards, 0, &s->now->st);
    for (; words < most && key < MGP_LAST_KEYS; words++) {
      n[source_of(s, key)]++;
      key = mgp_last_next(e->shards.last, key + 1);
    }
    for (uint32_t k = 0; k < 3; k++) deal_evenly(s, MGP_CHIP_MEM_IMAGE + k, n[k], 1);
    deal_evenly(s, MGP_CHIP_SHARD_RAM, words, 2);
    MGP_TRY(add_shard(e));
    e->out.memory_shards++;
  }
  return MGP_OK;
}

/* From the shards that were counted to all of them. */
static void scale(estimator_t *e) {
  mgp_estimate_t *out = &e->out;
  double by = (double)out->steps / (double)e->steps;
  out->exact = e->counted == out->shards;
  out->security_bits = mgp_security_assumed(out->security_bits, out->shards > 1);
  if (out->exact) return;
#define SCALE(x) out->x = (uint64_t)((double)out->x * by)
  SCALE(traces);
  SCALE(cells);
  SCALE(stacked_columns);
  SCALE(rows);
  SCALE(interactions);
  out->proof_bytes = (size_t)((double)out->proof_bytes * by);
  for (unsigned c = 0; c < MGP_CHIP_COUNT; c++) SCALE(chip_rows[c]);
#undef SCALE
}

/* `front` finds where a shard ends; then `vm` counts it, or runs after it. */
static mgp_status_t walk(estimator_t *e, int all) {
  mgp_estimate_t *out = &e->out;
  mgp_cut_t cut = {0};
  while (!cut.last) {
    mgp_vm_stop_t why;
    MGP_TRY(mgp_cutter_next(&e->front, &cut));
    mgp_vm_limits_t limits = {cut.end.steps, MGP_VM_NO_LIMIT};
    if (all || (cut.id & (cut.id - 1)) == 0)
      MGP_TRY(count_shard(e, &cut));
    else
      MGP_TRY(mgp_vm_run(e->vm, &limits, &why));
  }
  out->steps = cut.end.steps;
  out->timestamps = cut.end.ts;
  out->cost = cut.end.cost;
  out->exit_code = cut.end.exit_code;
  out->shards = cut.id;
  out->budget = cut.id == 1 ? 0 : e->s.run.budget;
  return MGP_OK;
}

static mgp_status_t estimate(estimator_t *e, int all) {
  mgp_run_t *run = &e->s.run;
  MGP_TRY(open_estimator(e));
  MGP_TRY(walk(e, all));
  scale(e);
  if (e->out.shards > 1) MGP_TRY(count_memory(e));
  const mgp_vm_state_t *end = mgp_vm_state(e->front.vm);
  *run = (mgp_run_t){.nshards = e->out.shards,
                     .memory_shards = e->out.memory_shards,
                     .output_bytes = end->committed ? (uint32_t)end->noutput : 0};
  e->out.proof_bytes +=
      mgp_proof_bytes(run, 0) - 4 * MGP_PARAM_WORDS * (size_t)(run->nshards + run->memory_shards);
  if (!e->out.exact) return MGP_OK;
  e->out.nparams = e->shards.done;
  e->out.plan = malloc(e->shards.done * sizeof *e->out.plan);
  if (!e->out.plan) return mgp_fail(MGP_RESOURCES, "out of memory for the plan");
  memcpy(e->out.plan, e->params, e->shards.done * sizeof *e->out.plan);
  return MGP_OK;
}

mgp_status_t mgp_prove_estimate(const mgp_program_t *prog, const mgp_prove_options_t *options,
                                uint32_t nranks, int all, mgp_estimate_t *out) {
  estimator_t e;
  memset(&e, 0, sizeof e);
  e.s.prog = prog;
  e.s.opt = options;
  e.s.nranks = nranks;
  mgp_status_t st = estimate(&e, all);
  close_estimator(&e);
  if (st == MGP_OK)
    *out = e.out;
  else
    free(e.out.plan);
  return st;
}

void mgp_estimate_free(mgp_estimate_t *e) {
  free(e->plan);
  e->plan = NULL;
}
