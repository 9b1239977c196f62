/* Record: the run is executed plainly to know its length and cost, cut into partitions of equal
 * cost, and each rank records its own partitions straight into device memory. */
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "base/log.h"
#include "base/stop.h"
#include "prover/exchange.h"
#include "prover/messages.h"
#include "prover/record.h"

#define STEP_PIECE    (1u << 18) /* records on the host at a time */
#define FIRST_TOUCHES (1u << 12)

static void print_guest(void *ctx, uint32_t fd, const void *bytes, size_t nbytes) {
  mgp_recorder_t *r = ctx;
  if (r->print) fwrite(bytes, 1, nbytes, fd == 1 ? stdout : stderr);
}

mgp_status_t mgp_recorder_create_vm(mgp_recorder_t *r) {
  const mgp_session_t *s = r->s;
  uint8_t dt[MGP_OPCHIP_COUNT] = {0};
  uint32_t cost[MGP_OPCHIP_COUNT] = {0};
  for (uint32_t c = 1; c < MGP_OPCHIP_COUNT; c++) {
    dt[c] = s->chips->chip[c].dt;
    cost[c] = s->chips->chip[c].cost;
  }
  mgp_vm_config_t config = {s->prog, s->opt->hints, s->opt->hints_nbytes, dt, cost, print_guest, r};
  return mgp_vm_create(&config, &r->vm);
}

uint64_t mgp_recorder_cut(const mgp_recorder_t *r, uint32_t p) {
  uint32_t n = r->s->params.partitions;
  unsigned __int128 x = (unsigned __int128)r->total_cost * p + n - 1;
  return (uint64_t)(x / n);
}

/* Shard limits: previous timestamps and chains are below 2^29. */
static mgp_status_t check_length(const mgp_session_t *s, const mgp_vm_state_t *v) {
  if (v->ts + 1 >= MGP_TS_LIMIT)
    return mgp_fail(MGP_RESOURCES,
                    "the run has %llu steps and needs %llu timestamps; one shard holds %u: runs of "
                    "several shards are not built yet",
                    (unsigned long long)v->steps, (unsigned long long)v->ts, MGP_TS_LIMIT - 2);
  (void)s;
  return MGP_OK;
}

mgp_status_t mgp_recorder_measure(mgp_recorder_t *r) {
  mgp_session_t *s = r->s;
  uint64_t most = MGP_TS_LIMIT; /* every step takes at least one timestamp */
  if (s->opt->max_steps && s->opt->max_steps < most) most = s->opt->max_steps;
  mgp_vm_limits_t limits = {most, MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  r->print = s->opt->print_guest_output && s->rank == 0;
  MGP_TRY(mgp_vm_run(r->vm, &limits, &why));
  r->print = 0;
  const mgp_vm_state_t *v = mgp_vm_state(r->vm);
  if (why != MGP_VM_HALTED)
    return mgp_fail(MGP_RESOURCES, "the run does not halt within %llu steps, the limit %s",
                    (unsigned long long)most,
                    s->opt->max_steps && s->opt->max_steps == most ? "given"
                                                                   : "of one shard: runs of "
                                                                     "several shards are not "
                                                                     "built yet");
  MGP_TRY(check_length(s, v));
  r->total_cost = v->cost;
  s->steps = v->steps;
  s->run = (mgp_run_t){
      .nshards = 1, .exit_code = v->exit_code, .has_commit = v->committed != 0, .has_output = 1};
  if (v->committed) memcpy(s->run.commit, v->commit, sizeof s->run.commit);
  mgp_chain_begin(s->prog, &s->chain);
  mgp_chain_context(&s->chain, MGP_SHARD_WHOLE, 1, v->exit_code, &s->st);
  mgp_statement_commit(&s->st, s->run.has_commit, s->run.commit);
  if (s->rank != 0) return MGP_OK;
  uint8_t digest[32];
  uint32_t words[8];
  mgp_keccak256(v->output, v->noutput, digest);
  for (int i = 0; i < 8; i++)
    words[i] = (uint32_t)digest[4 * i] | (uint32_t)digest[4 * i + 1] << 8 |
               (uint32_t)digest[4 * i + 2] << 16 | (uint32_t)digest[4 * i + 3] << 24;
  s->run.has_output = !v->committed || memcmp(words, v->commit, sizeof words) == 0;
  if (!v->committed && v->noutput)
    mgp_log_warn("the guest wrote %zu bytes to fd 3 but committed to no digest: they are not part "
                 "of the proof",
                 v->noutput);
  if (!v->committed || !s->run.has_output || v->noutput == 0) return MGP_OK;
  s->output = malloc(v->noutput);
  if (!s->output) return mgp_fail(MGP_RESOURCES, "out of memory for the public output");
  memcpy(s->output, v->output, v->noutput);
  s->run.output_bytes = (uint32_t)v->noutput;
  return MGP_OK;
}

/* Steps before the start of each own partition and before its end. */
static mgp_status_t measure_cuts(mgp_recorder_t *r, uint64_t *steps) {
  mgp_session_t *s = r->s;
  mgp_vm_stop_t why;
  if (s->params.partitions == 1) {
    steps[0] = 0;
    steps[1] = s->steps;
    return MGP_OK;
  }
  mgp_vm_reset(r->vm);
  for (uint32_t i = 0; i <= s->nparts; i++) {
    uint32_t p = s->first_part + i;
    mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, mgp_recorder_cut(r, p)};
    if (p < s->params.partitions) {
      MGP_TRY(mgp_vm_run(r->vm, &limits, &why));
      steps[i] = mgp_vm_state(r->vm)->steps;
    } else {
      steps[i] = s->steps;
    }
  }
  return MGP_OK;
}

mgp_status_t mgp_recorder_grow(mgp_session_t *s, mgp_record_t *rec) {
  uint32_t cap = rec->cap_touches ? 2 * rec->cap_touches : FIRST_TOUCHES;
  mgp_touch_t *fresh;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (size_t)cap * sizeof *fresh, &fresh));
  if (rec->ntouches) memcpy(fresh, rec->touches, rec->ntouches * sizeof *fresh);
  mgp_host_free(s, rec->touches);
  rec->touches = fresh;
  rec->cap_touches = cap;
  return MGP_OK;
}

/* Records one partition; the vm stands at its start. touches: fresh memory of the ledger. */
static mgp_status_t record_part(mgp_recorder_t *r, mgp_part_t *part, uint64_t nsteps,
                                mgp_touch_t **touches, uint32_t *ntouches) {
  mgp_session_t *s = r->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  mgp_commit_t commit;
  mgp_record_t rec = {0};
  mgp_step_t *d_steps = NULL;
  mgp_commit_t *d_commits = NULL;
  uint32_t piece = nsteps < STEP_PIECE ? (uint32_t)nsteps + 1 : STEP_PIECE;
  mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, part->p + 1 < s->params.partitions
                                                 ? mgp_recorder_cut(r, part->p + 1)
                                                 : MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  mgp_status_t st;
  MGP_TRY_GOTO(
      st, ops->alloc(s->be, MGP_MEM_RAW, (nsteps + 1) * sizeof *d_steps, (void **)&d_steps), out);
  MGP_TRY_GOTO(st, ops->alloc(s->be, MGP_MEM_RAW, sizeof *d_commits, (void **)&d_commits), out);
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, piece * sizeof *rec.steps, &rec.steps), out);
  MGP_TRY_GOTO(st, mgp_recorder_grow(s, &rec), out);
  rec.cap_steps = piece;
  rec.commits = &commit;
  rec.cap_commits = 1;
  MGP_TRY_GOTO(st, mgp_vm_record_begin(r->vm, &rec, (uint32_t)mgp_vm_state(r->vm)->ts + 1), out);
  do {
    MGP_TRY_GOTO(st, mgp_stop_check(), out);
    MGP_TRY_GOTO(st, mgp_vm_record(r->vm, &limits, &rec, &why), out);
    if (rec.steps0 + (uint64_t)rec.nsteps > nsteps) {
      st = mgp_fail(MGP_INTERNAL, "partition %u recorded more steps than it has", part->p);
      goto out;
    }
    MGP_TRY_GOTO(
        st, ops->upload(s->be, d_steps + rec.steps0, rec.steps, rec.nsteps * sizeof *d_steps), out);
    if (rec.cap_touches - rec.ntouches < MGP_MAX_TOUCHES_PER_STEP)
      MGP_TRY_GOTO(st, mgp_recorder_grow(s, &rec), out);
    rec.steps0 += rec.nsteps;
    rec.nsteps = 0;
  } while (why == MGP_VM_FULL);
  mgp_vm_record_end(r->vm, &rec);
  if (rec.steps0 != nsteps) {
    st = mgp_fail(MGP_INTERNAL, "partition %u recorded %u of %llu steps", part->p, rec.steps0,
                  (unsigned long long)nsteps);
    goto out;
  }
  if (rec.ncommits) MGP_TRY_GOTO(st, ops->upload(s->be, d_commits, &commit, sizeof commit), out);
  part->nsteps = nsteps;
  part->raw.insns = s->d_insns;
  part->raw.steps = d_steps;
  part->raw.commits = d_commits;
  *touches = rec.touches;
  *ntouches = rec.ntouches;
  d_steps = NULL;
  d_commits = NULL;
  rec.touches = NULL;
out:
  mgp_host_free(s, rec.touches);
  mgp_host_free(s, rec.steps);
  ops->free(s->be, d_commits);
  ops->free(s->be, d_steps);
  return st;
}

static mgp_status_t record_own(mgp_recorder_t *r, mgp_touch_list_t *lists) {
  mgp_session_t *s = r->s;
  uint64_t steps[MGP_MAX_PARTITIONS + 1];
  mgp_vm_stop_t why;
  MGP_TRY(mgp_recorder_create_vm(r));
  MGP_TRY(mgp_recorder_measure(r));
  MGP_TRY(s->be->ops->set_program(s->be, s->prog, &s->d_insns));
  if (s->nparts == 0) return MGP_OK;
  MGP_TRY(measure_cuts(r, steps));
  mgp_vm_reset(r->vm);
  mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, mgp_recorder_cut(r, s->first_part)};
  MGP_TRY(mgp_vm_run(r->vm, &limits, &why));
  for (uint32_t i = 0; i < s->nparts; i++) {
    MGP_TRY(record_part(r, &s->parts[i], steps[i + 1] - steps[i], &lists[i].touches, &lists[i].n));
    if (s->opt->trace_log)
      fprintf(s->opt->trace_log, "record rank %u partition %u steps %llu\n", s->rank, s->parts[i].p,
              (unsigned long long)s->parts[i].nsteps);
  }
  return MGP_OK;
}

mgp_status_t mgp_phase_record(mgp_session_t *s) {
  mgp_recorder_t r = {s, NULL, 0, 0};
  mgp_touch_list_t lists[MGP_MAX_PARTITIONS];
  memset(lists, 0, sizeof lists);
  mgp_status_t st = record_own(&r, lists);
  mgp_vm_destroy(r.vm);
  st = mgp_comm_agree(s->comm, st);
  if (st == MGP_OK) st = mgp_exchange_accesses(s, lists);
  for (uint32_t i = 0; i < s->nparts; i++) mgp_host_free(s, lists[i].touches);
  return st;
}
