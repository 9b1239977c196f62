/* What proving would take, from exact row counts: one pass over the run that records in pieces
 * which are counted and dropped, so that it needs little memory. */
#include <stdlib.h>
#include <string.h>

#include "chips/replay.h"
#include "prover/backend.h"
#include "prover/record.h"

#define PIECE (1u << 16) /* records at a time */

typedef struct {
  mgp_session_t s;
  mgp_recorder_t r;
  mgp_comm_t *comm; /* alone */
  uint64_t steps[MGP_MAX_PARTITIONS];
} estimator_t;

static mgp_status_t open_estimator(estimator_t *e) {
  mgp_session_t *s = &e->s;
  const mgp_prove_options_t *o = s->opt;
  MGP_TRY(mgp_comm_self_create(&e->comm));
  s->comm = e->comm;
  MGP_TRY(mgp_chipset_create(&s->chips));
  MGP_TRY(mgp_session_open_backend(s, 1));
  uint32_t want = o->plan ? o->plan->partitions : o->partitions;
  s->params.partitions = want ? want : s->nranks;
  if (s->params.partitions > MGP_MAX_PARTITIONS)
    return mgp_fail(MGP_USAGE, "%u partitions; the most is %u", s->params.partitions,
                    MGP_MAX_PARTITIONS);
  for (uint32_t t = MGP_CHIP_FIRST_TABLE; t < MGP_CHIP_COUNT; t++)
    s->count_total += (uint64_t)mgp_table_rows((mgp_chip_id_t)t, s->prog) * s->chips->chip[t].ncols;
  return MGP_OK;
}

static void close_estimator(estimator_t *e) {
  mgp_session_t *s = &e->s;
  free(s->output);
  mgp_vm_destroy(e->r.vm);
  if (s->have_shape) mgp_shape_free(&s->shape);
  (void)mgp_session_close_backend(s);
  mgp_chipset_destroy(s->chips);
  mgp_comm_destroy(e->comm);
}

/* Rows of instruction chips and REFRESH, by partition. */
static mgp_status_t count_steps(estimator_t *e, mgp_record_t *rec) {
  mgp_session_t *s = &e->s;
  uint32_t n[MGP_CHIP_FIRST_TABLE];
  mgp_vm_stop_t why;
  MGP_TRY(mgp_vm_record_begin(e->r.vm, rec, 1));
  for (uint32_t p = 0; p < s->params.partitions; p++) {
    uint64_t stop = mgp_recorder_cut(&e->r, p + 1);
    mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT,
                              p + 1 < s->params.partitions ? stop : MGP_VM_NO_LIMIT};
    do {
      MGP_TRY(mgp_vm_record(e->r.vm, &limits, rec, &why));
      mgp_replay_count(s->prog->insn, rec->steps, rec->nsteps, n);
      for (uint32_t c = 1; c <= MGP_CHIP_REFRESH; c++) s->st.rows[p][c] += n[c];
      e->steps[p] += rec->nsteps;
      rec->steps0 += rec->nsteps;
      rec->nsteps = 0;
      if (rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP)
        MGP_TRY(mgp_recorder_grow(s, rec));
    } while (why == MGP_VM_FULL);
  }
  mgp_vm_record_end(e->r.vm, rec);
  return MGP_OK;
}

static int in_image(const mgp_program_t *prog, uint32_t key) {
  for (uint32_t i = 0; i < prog->nimage; i++)
    if (key - prog->image[i].base < prog->image[i].n) return 1;
  return 0;
}

/* Rows of the memory boundary: one per word that was touched, dealt evenly. */
static void count_boundary(mgp_session_t *s, const mgp_record_t *rec) {
  uint64_t n[3] = {0};
  uint32_t P = s->params.partitions;
  for (uint32_t i = 0; i < rec->ntouches; i++) {
    uint32_t key = rec->touches[i].key;
    if (rec->touches[i].is_register) continue;
    if (in_image(s->prog, key))
      n[0]++;
    else
      n[key >= MGP_HINT_START / 4 && key < MGP_HINT_END / 4 ? 1 : 2]++;
  }
  for (uint32_t p = 0; p < P; p++)
    for (uint32_t k = 0; k < 3; k++)
      s->st.rows[p][MGP_CHIP_MEM_IMAGE + k] = (uint32_t)(n[k] * (p + 1) / P - n[k] * p / P);
}

static mgp_status_t count_rows(estimator_t *e) {
  mgp_session_t *s = &e->s;
  mgp_commit_t commit;
  mgp_record_t rec = {.cap_steps = PIECE, .commits = &commit, .cap_commits = 1};
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_RAW, PIECE * sizeof *rec.steps, &rec.steps), out);
  MGP_TRY_GOTO(st, mgp_recorder_grow(s, &rec), out);
  mgp_vm_reset(e->r.vm);
  MGP_TRY_GOTO(st, count_steps(e, &rec), out);
  count_boundary(s, &rec);
out:
  mgp_host_free(s, rec.touches);
  mgp_host_free(s, rec.steps);
  return st;
}

/* Chain ends do not influence the shape: the least that is allowed. */
static void set_chains(mgp_session_t *s) {
  mgp_gap_t gaps[MGP_MAX_GAPS];
  mgp_program_gaps(s->prog, gaps);
  s->st.hint_end = MGP_HINT_START / 4;
  for (uint32_t g = 0; g < s->st.ngaps; g++) s->st.zero_end[g] = gaps[g].start;
}

/* What is resident on the rank when the plan is made, as the phases before allocate it. */
static uint64_t raw_bytes(const estimator_t *e) {
  const mgp_session_t *s = &e->s;
  uint64_t n = s->be->ops->program_bytes(s->be, s->prog);
  for (uint32_t p = s->first_part; p < s->first_part + s->nparts; p++) {
    n += (e->steps[p] + 1) * sizeof(mgp_step_t) + sizeof(mgp_commit_t);
    for (uint32_t c = 1; c < MGP_CHIP_MEM_IMAGE; c++) n += s->st.rows[p][c] * sizeof(uint32_t);
    for (uint32_t k = 0; k < 3; k++)
      n += (s->st.rows[p][MGP_CHIP_MEM_IMAGE + k] + 1) * sizeof(mgp_bound_t);
  }
  return n;
}

static void find_peaks(estimator_t *e, mgp_estimate_t *out) {
  mgp_session_t *s = &e->s;
  uint32_t per = mgp_parts_per_rank(s->params.partitions, s->nranks);
  for (s->rank = 0; s->rank < s->nranks; s->rank++) {
    s->first_part = s->rank * per;
    if (s->first_part >= s->params.partitions) break;
    s->nparts = s->params.partitions - s->first_part;
    if (s->nparts > per) s->nparts = per;
    uint64_t raw = raw_bytes(e);
    if (raw > out->raw) out->raw = raw;
    for (unsigned c = MGP_CACHE_NONE; c <= MGP_CACHE_FULL; c++) {
      uint64_t peak = mgp_plan_peak(s, (mgp_cache_t)c, raw);
      if (peak > out->peak[c]) out->peak[c] = peak;
    }
  }
}

static void fill(estimator_t *e, mgp_estimate_t *out) {
  mgp_session_t *s = &e->s;
  const mgp_vm_state_t *v = mgp_vm_state(e->r.vm);
  out->steps = v->steps;
  out->timestamps = v->ts;
  out->cost = v->cost;
  out->exit_code = v->exit_code;
  out->params = s->params;
  out->security_bits = s->security.min_bits;
  out->traces = s->shape.ntraces;
  out->cells = s->shape.total_cells;
  out->stacked_columns = s->shape.total_cols;
  for (uint32_t k = 0; k < s->shape.ntraces; k++) {
    const mgp_trace_t *t = &s->shape.traces[k];
    out->chip_rows[t->chip] += t->rows;
    out->rows += t->rows;
    out->interactions += (uint64_t)t->rows * s->chips->chip[t->chip].ninteractions;
  }
  out->proof_bytes = mgp_proof_bytes(
      &s->run, mgp_shard_bytes(&s->params, s->st.kind, s->st.ngaps, s->shape.body_words));
  find_peaks(e, out);
}

static mgp_status_t estimate(estimator_t *e, mgp_estimate_t *out) {
  const mgp_prove_options_t *o = e->s.opt;
  MGP_TRY(open_estimator(e));
  MGP_TRY(mgp_recorder_create_vm(&e->r));
  MGP_TRY(mgp_recorder_measure(&e->r));
  MGP_TRY(count_rows(e));
  set_chains(&e->s);
  MGP_TRY(mgp_plan_shape(&e->s, o->log_rows ? o->log_rows : MGP_DEFAULT_LOG_ROWS));
  fill(e, out);
  return MGP_OK;
}

mgp_status_t mgp_prove_estimate(const mgp_program_t *prog, const mgp_prove_options_t *options,
                                uint32_t nranks, mgp_estimate_t *out) {
  mgp_estimate_t found = {0};
  estimator_t e;
  memset(&e, 0, sizeof e);
  e.s.prog = prog;
  e.s.opt = options;
  e.s.nranks = nranks;
  e.r.s = &e.s;
  mgp_status_t st = estimate(&e, &found);
  close_estimator(&e);
  if (st == MGP_OK) *out = found;
  return st;
}
