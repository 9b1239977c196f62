/* Recording a piece of a shard. */
#include <string.h>

#include "base/stop.h"
#include "prover/record_impl.h"

#define FIRST_TOUCHES (1u << 12)
/* A vm gives back what it has taken for recording sooner than it keeps more of that. */
#define VM_KEEPS ((uint64_t)32 << 20)

void mgp_rec_give_steps(mgp_recorder_t *r, mgp_step_t *steps) {
  pthread_mutex_lock(&r->lock);
  const int kept = mgp_buffers_give(&r->buffers, steps);
  pthread_mutex_unlock(&r->lock);
  if (!kept) mgp_ledger_free(r->s->ahead, steps);
}

static mgp_status_t more_touches(mgp_recorder_t *r, mgp_rec_worker_t *w, uint32_t used) {
  const uint32_t cap = w->cap_touches ? 2 * w->cap_touches : FIRST_TOUCHES;
  MGP_TRY(mgp_ledger_grow(r->s->ahead, MGP_MEM_RAW, used * sizeof *w->touches,
                          cap * sizeof *w->touches, (void **)&w->touches));
  w->cap_touches = cap;
  return MGP_OK;
}

/* Records on up to a cost, at most n steps; the touches are the worker's, in *rec. ts0: timestamps
 * before the shard. */
static mgp_status_t record_to(mgp_recorder_t *r, mgp_rec_worker_t *w, uint64_t ts0,
                              const uint32_t **words, uint64_t stop, mgp_step_t *steps, uint32_t n,
                              mgp_commit_t *commit, mgp_record_t *rec) {
  const mgp_vm_state_t *v = mgp_vm_state(w->vm);
  const mgp_vm_limits_t limits = {v->steps + n, stop};
  mgp_vm_stop_t why;
  *rec = (mgp_record_t){.steps = steps, .cap_steps = n, .commits = commit, .cap_commits = 1};
  MGP_TRY(mgp_vm_record_begin(w->vm, rec, (uint32_t)(v->ts - ts0 + 1)));
  do {
    if (w->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP)
      MGP_TRY(more_touches(r, w, rec->ntouches));
    rec->touches = w->touches;
    rec->cap_touches = w->cap_touches;
    MGP_TRY(mgp_vm_record_noted(w->vm, &limits, words, rec, &why));
  } while (why == MGP_VM_FULL);
  mgp_vm_record_end(w->vm, rec);
  return MGP_OK;
}

/* A span that was recorded to its end has come to where the pass was there. */
static mgp_status_t check_end(const mgp_rec_worker_t *w, const mgp_rec_span_t *x,
                              const uint32_t *words) {
  mgp_vm_point_t here;
  mgp_vm_point(w->vm, &here);
  if (here.steps != x->end->steps ||
      (memcmp(&here, x->end, sizeof here) == 0 && words == x->words + x->nwords))
    return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "a recording has left the run of the plain pass, before step %llu",
                  (unsigned long long)here.steps);
}

/* Steps from partition `first` on, for the stretches of it and those that follow. begin: cost at
 * which it begins; stop[k]: where stretch k ends. */
static mgp_status_t record_stretches(mgp_recorder_t *r, mgp_rec_worker_t *w,
                                     const mgp_rec_span_t *x, uint64_t begin, const uint64_t *stop,
                                     mgp_stretch_t *stretch, uint32_t nstretches,
                                     mgp_step_t *steps) {
  const uint32_t *words = x->words;
  uint32_t n = (uint32_t)(x->end->steps - x->start->steps);
  mgp_record_t rec;
  MGP_TRY(mgp_vm_resume(w->vm, x->start));
  if (x->start->cost < begin) { /* steps of a partition that is another rank's */
    mgp_commit_t commit;
    MGP_TRY(record_to(r, w, x->shard->ts, &words, begin, steps, n, &commit, &rec));
    steps += rec.nsteps;
    n -= rec.nsteps;
  }
  for (uint32_t k = 0; k < nstretches; k++) {
    mgp_stretch_t *st = &stretch[k];
    MGP_TRY(record_to(r, w, x->shard->ts, &words, stop[k], steps, n, &st->commit, &rec));
    st->steps = steps;
    st->nsteps = rec.nsteps;
    st->ncommits = rec.ncommits;
    MGP_TRY(mgp_stretch_take(r->s->ahead, st, rec.touches, rec.ntouches));
    steps += rec.nsteps;
    n -= rec.nsteps;
  }
  return check_end(w, x, words);
}

/* Tells the ledger what the worker's vm has taken beside it. */
static mgp_status_t account_vm(mgp_recorder_t *r, mgp_rec_worker_t *w) {
  if (mgp_vm_record_bytes(w->vm) > VM_KEEPS) mgp_vm_record_release(w->vm);
  const uint64_t nbytes = mgp_vm_record_bytes(w->vm);
  if (nbytes == w->nbytes) return MGP_OK;
  if (w->nbytes) mgp_ledger_free(r->s->ahead, w->vm);
  w->nbytes = 0;
  if (nbytes) MGP_TRY(mgp_ledger_count(r->s->ahead, MGP_MEM_RAW, w->vm, nbytes));
  w->nbytes = nbytes;
  return MGP_OK;
}

/* Bytes that the touches of a span may take: every word may be one, and every register. */
static uint64_t most_touched(const mgp_rec_span_t *x, uint32_t nstretches) {
  return (x->nwords + nstretches * 33u) * (sizeof(mgp_touch_t) + sizeof(uint32_t));
}

/* NULL in *steps: not within what may be held ahead. Otherwise give_room is next. */
static mgp_status_t take_room(mgp_recorder_t *r, const mgp_rec_span_t *x, uint64_t touched,
                              mgp_step_t **steps) {
  const uint64_t nbytes = (x->end->steps - x->start->steps) * sizeof **steps + 1;
  mgp_status_t st = MGP_OK;
  *steps = NULL;
  pthread_mutex_lock(&r->lock);
  const uint64_t used = mgp_ledger_live_total(r->s->ahead) + r->promised + touched;
  if (r->keeps) {
    if (used <= r->room) mgp_buffers_reuse(&r->buffers, nbytes, steps);
    if (!*steps && used + mgp_buffer_bytes(nbytes) <= r->room)
      st = mgp_buffers_add(&r->buffers, nbytes, steps);
  } else if (used + nbytes <= r->room) {
    st = mgp_ledger_alloc(r->s->ahead, MGP_MEM_RAW, nbytes, (void **)steps);
  }
  if (*steps) r->promised += touched;
  pthread_mutex_unlock(&r->lock);
  return st;
}

static void give_room(mgp_recorder_t *r, uint64_t touched) {
  pthread_mutex_lock(&r->lock);
  r->promised -= touched;
  pthread_mutex_unlock(&r->lock);
}

mgp_status_t mgp_rec_span(mgp_recorder_t *r, mgp_rec_worker_t *w, const mgp_rec_span_t *x,
                          uint64_t begin, const uint64_t *stop, mgp_stretch_t *stretch,
                          uint32_t nstretches, mgp_step_t **steps) {
  const uint64_t touched = most_touched(x, nstretches);
  *steps = NULL;
  MGP_TRY(mgp_stop_check());
  if (!w->vm) MGP_TRY(mgp_pass_create_recorder(r->s, r->worker[0].vm, &w->vm));
  MGP_TRY(take_room(r, x, touched, steps));
  if (!*steps) return MGP_OK;
  mgp_status_t st = record_stretches(r, w, x, begin, stop, stretch, nstretches, *steps);
  give_room(r, touched);
  MGP_TRY(st);
  return account_vm(r, w);
}
