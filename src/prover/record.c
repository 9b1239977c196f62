#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "prover/backend.h"
#include "prover/record_impl.h"

#define ROUND 4096u /* more than a device rounds an allocation up to */

mgp_status_t mgp_recorder_create(mgp_session_t *s, const mgp_recorder_t *like,
                                 mgp_recorder_t **out) {
  mgp_recorder_t *r;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, sizeof *r, (void **)&r));
  memset(r, 0, sizeof *r);
  r->s = s;
  r->keeps = mgp_session_on_device(s);
  r->buffers = (mgp_buffers_t){.ledger = s->ahead};
  pthread_mutex_init(&r->lock, NULL);
  mgp_status_t st = mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, (s->nparts + 1) * sizeof *r->recording,
                                     (void **)&r->recording);
  if (st == MGP_OK) {
    memset(r->recording, 0, (s->nparts + 1) * sizeof *r->recording);
    st = mgp_pass_create_recorder(s, like ? like->worker[0].vm : NULL, &r->worker[0].vm);
  }
  if (st == MGP_OK)
    *out = r;
  else
    mgp_recorder_destroy(r);
  return st;
}

/* --- memory for steps ------------------------------------------------------------------------ */

static int can_send(const mgp_session_t *s) {
  return s->be && s->be->ops->send != NULL;
}

/* Everything of the shard in hand but the numbers of its cut. */
static void free_shard(mgp_recorder_t *r) {
  mgp_ledger_t *l = r->s->ahead;
  for (uint32_t i = 0; i < r->nstretches; i++) mgp_stretch_free(l, &r->stretch[i]);
  for (uint32_t i = 0; i < r->njobs; i++) mgp_rec_give_steps(r, r->job[i].steps);
  mgp_rec_give_followed(r);
  for (uint32_t i = 0; r->recording && i < r->s->nparts; i++) {
    mgp_ledger_free(l, r->recording[i].touches);
    if (r->recording[i].d_steps) r->s->be->ops->free(r->s->be, r->recording[i].d_steps);
    r->recording[i] = (mgp_rec_part_t){0};
  }
  mgp_ledger_free(l, r->stretch);
  mgp_ledger_free(l, r->job);
  r->stretch = NULL;
  r->job = NULL;
  r->nstretches = r->njobs = r->left = r->behind = 0;
  mgp_cut_free(r->s, &r->cut);
}

/* --- jobs ---------------------------------------------------------------------------------- */

/* Own partitions [*first, return value) that may have steps in a piece. */
static uint32_t parts_of(const mgp_recorder_t *r, uint32_t piece, uint32_t *first) {
  const mgp_session_t *s = r->s;
  const uint64_t begin = r->cut.piece[piece].start.cost, end = mgp_piece_end(&r->cut, piece)->cost;
  const uint32_t P = s->partitions;
  uint32_t i = 0, k;
  while (i < s->nparts && mgp_cut_stop(&r->cut, P, s->first_part + i) <= begin) i++;
  for (k = i; k < s->nparts; k++)
    if (mgp_cut_cost(&r->cut, P, s->first_part + k) > end) break;
  *first = i;
  return k;
}

static mgp_status_t make_jobs(mgp_recorder_t *r) {
  mgp_ledger_t *l = r->s->ahead;
  uint32_t nstretches = 0, first;
  for (uint32_t i = 0; i < r->cut.npieces; i++) nstretches += parts_of(r, i, &first) - first;
  MGP_TRY(
      mgp_ledger_alloc(l, MGP_MEM_RAW, (r->cut.npieces + 1) * sizeof *r->job, (void **)&r->job));
  MGP_TRY(mgp_ledger_alloc(l, MGP_MEM_RAW, (nstretches + 1) * sizeof *r->stretch,
                           (void **)&r->stretch));
  memset(r->stretch, 0, nstretches * sizeof *r->stretch);
  for (uint32_t i = 0; i < r->cut.npieces; i++) {
    const uint32_t end = parts_of(r, i, &first);
    if (end == first) continue;
    r->job[r->njobs++] = (mgp_rec_job_t){
        .piece = i, .stretch = r->stretch + r->nstretches, .nstretches = end - first};
    for (; first < end; first++) r->stretch[r->nstretches++].part = first;
  }
  r->left = r->njobs;
  return MGP_OK;
}

static mgp_status_t record_job(void *arg, unsigned worker, uint32_t i) {
  mgp_recorder_t *r = arg;
  const mgp_session_t *s = r->s;
  mgp_rec_job_t *job = &r->job[i];
  const mgp_rec_span_t x = {&r->cut.start, &r->cut.piece[job->piece].start,
                            mgp_piece_end(&r->cut, job->piece), r->cut.word[job->piece],
                            r->cut.piece[job->piece].nwords};
  const uint32_t P = s->partitions, first = s->first_part + job->stretch[0].part;
  uint64_t stop[MGP_MAX_PARTITIONS];
  if (job->steps) return MGP_OK;
  for (uint32_t k = 0; k < job->nstretches; k++) stop[k] = mgp_cut_stop(&r->cut, P, first + k);
  MGP_TRY(mgp_rec_span(r, &r->worker[worker], &x, mgp_cut_cost(&r->cut, P, first), stop,
                       job->stretch, job->nstretches, &job->steps));
  if (!job->steps) return MGP_OK;
  mgp_piece_drop(r->s, &r->cut.piece[job->piece], &r->cut.word[job->piece]);
  pthread_mutex_lock(&r->lock);
  r->left--;
  pthread_mutex_unlock(&r->lock);
  return MGP_OK;
}

/* Words of pieces that other ranks record. */
static void drop_others(mgp_recorder_t *r) {
  for (uint32_t i = 0, k = 0; i < r->cut.npieces; i++) {
    if (k < r->njobs && r->job[k].piece == i)
      k++;
    else
      mgp_piece_drop(r->s, &r->cut.piece[i], &r->cut.word[i]);
  }
}

/* --- a shard ------------------------------------------------------------------------------- */

/* Memory that only recording takes. */
static void rest_workers(mgp_recorder_t *r) {
  for (unsigned i = 0; i < MGP_CREW_MAX; i++) {
    mgp_rec_worker_t *w = &r->worker[i];
    if (w->vm) mgp_vm_record_release(w->vm);
    if (w->nbytes) mgp_ledger_free(r->s->ahead, w->vm);
    w->nbytes = 0;
    mgp_ledger_free(r->s->ahead, w->touches);
    w->touches = NULL;
    w->cap_touches = 0;
  }
}

/* All jobs are recorded: each partition's stretches become one. */
static mgp_status_t merge_parts(mgp_recorder_t *r) {
  mgp_stretch_t *seg = r->stretch, *end = seg + r->nstretches;
  for (uint32_t i = 0; i < r->s->nparts; i++) {
    mgp_rec_part_t *x = &r->recording[i];
    uint32_t n = 0;
    for (; seg + n < end && seg[n].part == i; n++) x->nsteps += seg[n].nsteps;
    MGP_TRY(mgp_stretches_merge(r->s->ahead, r->threads, seg, n, &x->touches, &x->ntouches));
    seg += n;
  }
  pthread_mutex_lock(&r->lock);
  r->merged = 1;
  pthread_mutex_unlock(&r->lock);
  return MGP_OK;
}

/* Merging makes at most another copy of the touches, and tables for some of them. */
static int may_merge(const mgp_recorder_t *r) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < r->nstretches; i++) n += r->stretch[i].ntouches;
  return mgp_ledger_live_total(r->s->ahead) + 2 * n * sizeof(mgp_touch_t) <= r->room;
}

/* As far as there is room. */
static mgp_status_t record_some(mgp_recorder_t *r) {
  if (r->left) MGP_TRY(mgp_crew_for(r->threads, r->njobs, record_job, r));
  if (r->left) return MGP_OK;
  rest_workers(r);
  return !r->merged && may_merge(r) ? merge_parts(r) : MGP_OK;
}

static void *run_recorder(void *arg) {
  mgp_recorder_t *r = arg;
  const double begin = mgp_clock_seconds();
  r->status = record_some(r);
  if (r->status != MGP_OK) snprintf(r->message, sizeof r->message, "%s", mgp_error_message());
  r->seconds += mgp_clock_seconds() - begin;
  return NULL;
}

/* --- to the device before the shard's turn ---------------------------------------------------- */

/* Steps of own partition i, at most: where it begins and ends within a piece is not known yet. */
static uint64_t most_steps(const mgp_recorder_t *r, uint32_t i) {
  uint64_t begin = UINT64_MAX, end = 0;
  for (uint32_t k = 0; k < r->njobs; k++) {
    const mgp_rec_job_t *job = &r->job[k];
    const uint32_t first = job->stretch[0].part;
    if (i < first || i >= first + job->nstretches) continue;
    if (begin == UINT64_MAX) begin = r->cut.piece[job->piece].start.steps;
    end = mgp_piece_end(&r->cut, job->piece)->steps;
  }
  return end ? end - begin : 0;
}

static uint64_t steps_bytes(uint64_t nsteps) {
  return (nsteps + 1) * sizeof(mgp_step_t);
}

mgp_status_t mgp_recorder_place(mgp_recorder_t *r) {
  mgp_session_t *s = r->s;
  if (r->placed || !can_send(s) || !s->now->have_shape) return MGP_OK;
  for (uint32_t i = 0; i < s->nparts; i++) {
    r->recording[i].most = most_steps(r, i);
    r->placed += steps_bytes(r->recording[i].most) + ROUND;
  }
  if (!mgp_plan_extend(s, r->placed)) {
    r->placed = 0;
    return MGP_OK;
  }
  for (uint32_t i = 0; i < s->nparts; i++)
    MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_RAW, steps_bytes(r->recording[i].most),
                              (void **)&r->recording[i].d_steps));
  return MGP_OK;
}

static int is_merged(mgp_recorder_t *r) {
  pthread_mutex_lock(&r->lock);
  const int merged = r->merged;
  pthread_mutex_unlock(&r->lock);
  return merged;
}

/* Nobody records any more: what is recorded is final. */
static mgp_status_t send_job(mgp_recorder_t *r, mgp_rec_job_t *job) {
  mgp_backend_t *be = r->s->be;
  int pinned;
  MGP_TRY(mgp_buffers_pin(&r->buffers, job->steps, &pinned));
  for (uint32_t k = 0; k < job->nstretches && pinned; k++) {
    const mgp_stretch_t *seg = &job->stretch[k];
    MGP_TRY(be->ops->send(be, r->recording[seg->part].d_steps + seg->first, seg->steps,
                          seg->nsteps * sizeof *seg->steps));
  }
  job->sent = pinned;
  return MGP_OK;
}

mgp_status_t mgp_recorder_send(mgp_recorder_t *r) {
  if (!r->placed || !r->running || !is_merged(r)) return MGP_OK;
  for (uint32_t i = 0; i < r->njobs; i++)
    if (!r->job[i].sent) MGP_TRY(send_job(r, &r->job[i]));
  return MGP_OK;
}

int mgp_recorder_ready(mgp_recorder_t *r, uint64_t *steps_nbytes, uint64_t *ntouches) {
  *steps_nbytes = *ntouches = 0;
  if (!r->running || !is_merged(r)) return 0;
  for (uint32_t i = 0; i < r->s->nparts; i++) {
    if (!r->placed) *steps_nbytes += steps_bytes(r->recording[i].nsteps) + ROUND;
    *ntouches += r->recording[i].ntouches;
  }
  return 1;
}

/* --- the rank ------------------------------------------------------------------------------ */

unsigned mgp_rec_threads(const mgp_session_t *s, int beside) {
  const int threads = mgp_session_threads(s);
  if (beside && mgp_session_shares_memory(s)) return 1;
  return threads < (int)MGP_CREW_MAX ? (unsigned)threads : MGP_CREW_MAX;
}

/* Ends what has been started, with its status. */
static mgp_status_t join(mgp_recorder_t *r) {
  if (r->running) pthread_join(r->thread, NULL);
  r->running = 0;
  return r->status == MGP_OK ? MGP_OK : mgp_fail(r->status, "%s", r->message);
}

mgp_status_t mgp_recorder_start(mgp_recorder_t *r, mgp_cut_t *cut, uint64_t room) {
  mgp_status_t st = join(r); /* of following */
  r->buffers.be = r->s->be;  /* which was not there yet, maybe, when that began */
  r->cut = *cut;
  memset(cut, 0, sizeof *cut);
  r->room = room;
  r->merged = 0;
  r->threads = mgp_rec_threads(r->s, r->s->now->have_shape);
  MGP_TRY(st);
  MGP_TRY(make_jobs(r));
  drop_others(r);
  if (r->follow) mgp_rec_take_followed(r);
  r->follow = NULL;
  r->running = pthread_create(&r->thread, NULL, run_recorder, r) == 0;
  return r->running ? MGP_OK : mgp_fail(MGP_RESOURCES, "cannot start a thread");
}

void mgp_recorder_skip(mgp_recorder_t *r, mgp_cut_t *cut) {
  mgp_cut_free(r->s, cut);
  r->cut = *cut;
}

static mgp_status_t wait_for_end(mgp_recorder_t *r) {
  MGP_TRY(join(r));
  r->room = UINT64_MAX;
  r->threads = mgp_rec_threads(r->s, 0);
  if (!r->merged) run_recorder(r);
  return r->status;
}

/* Device memory for a partition's records, unless it has been there before. */
static mgp_status_t alloc_part(mgp_session_t *s, mgp_part_t *part, mgp_rec_part_t *x) {
  const mgp_backend_ops_t *ops = s->be->ops;
  mgp_step_t *d_steps = x->d_steps;
  mgp_commit_t *d_commits;
  if (!d_steps)
    MGP_TRY(ops->alloc(s->be, MGP_MEM_RAW, steps_bytes(x->nsteps), (void **)&d_steps));
  else if (x->nsteps > x->most)
    return mgp_fail(MGP_INTERNAL, "a partition has more steps than its pieces");
  part->raw.steps = d_steps;
  x->d_steps = NULL;
  MGP_TRY(ops->alloc(s->be, MGP_MEM_RAW, sizeof *d_commits, (void **)&d_commits));
  part->raw.commits = d_commits;
  part->raw.insns = s->d_insns;
  part->nsteps = x->nsteps;
  return MGP_OK;
}

static mgp_status_t upload_job(mgp_recorder_t *r, mgp_rec_job_t *job) {
  mgp_session_t *s = r->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  for (uint32_t k = 0; k < job->nstretches; k++) {
    const mgp_stretch_t *seg = &job->stretch[k];
    const mgp_part_t *part = &s->now->parts[seg->part];
    mgp_step_t *d_steps = (mgp_step_t *)(uintptr_t)part->raw.steps + seg->first;
    if (seg->nsteps && !job->sent)
      MGP_TRY(ops->upload(s->be, d_steps, seg->steps, seg->nsteps * sizeof *d_steps));
    if (seg->ncommits)
      MGP_TRY(ops->upload(s->be, (mgp_commit_t *)(uintptr_t)part->raw.commits, &seg->commit,
                          sizeof seg->commit));
  }
  if (job->sent) return MGP_OK; /* its buffer is read until all is sent */
  mgp_rec_give_steps(r, job->steps);
  job->steps = NULL;
  return MGP_OK;
}

static mgp_status_t upload_touches(mgp_session_t *s, const mgp_rec_part_t *x,
                                   mgp_touch_list_t *list) {
  const size_t nbytes = x->ntouches * sizeof *list->d_touches;
  MGP_TRY(mgp_scratch_alloc(s, nbytes, &list->d_touches));
  list->n = x->ntouches;
  return s->be->ops->upload(s->be, list->d_touches, x->touches, nbytes);
}

mgp_status_t mgp_recorder_finish(mgp_recorder_t *r, mgp_touch_list_t *lists) {
  mgp_session_t *s = r->s;
  MGP_TRY(wait_for_end(r));
  for (uint32_t i = 0; i < s->nparts; i++) {
    MGP_TRY(alloc_part(s, &s->now->parts[i], &r->recording[i]));
    MGP_TRY(upload_touches(s, &r->recording[i], &lists[i]));
    if (s->opt->trace_log)
      fprintf(s->opt->trace_log,
              "record rank %u shard %u partition %u steps %llu pieces %u behind %u\n", s->rank,
              r->cut.id, s->now->parts[i].p, (unsigned long long)s->now->parts[i].nsteps, r->njobs,
              r->behind);
  }
  uint32_t sent = 0;
  for (uint32_t i = 0; i < r->njobs; i++) {
    sent += r->job[i].sent != 0;
    MGP_TRY(upload_job(r, &r->job[i]));
  }
  if (sent) MGP_TRY(s->be->ops->sent(s->be));
  if (s->opt->trace_log && can_send(s))
    fprintf(s->opt->trace_log, "sent rank %u shard %u pieces %u of %u\n", s->rank, r->cut.id, sent,
            r->njobs);
  s->now->placed = r->placed;
  r->placed = 0;
  free_shard(r);
  return MGP_OK;
}

void mgp_recorder_rest(mgp_recorder_t *r) {
  if (r) mgp_buffers_free(&r->buffers);
}

const mgp_cut_t *mgp_recorder_cut(const mgp_recorder_t *r) {
  return &r->cut;
}

double mgp_recorder_seconds(const mgp_recorder_t *r) {
  return r->seconds;
}

void mgp_recorder_destroy(mgp_recorder_t *r) {
  if (!r) return;
  atomic_store(&r->enough, 1);
  if (r->running) pthread_join(r->thread, NULL);
  /* nothing may be written to what is freed; the error that came first is told */
  if (r->placed && can_send(r->s)) (void)r->s->be->ops->sent(r->s->be);
  free_shard(r);
  mgp_buffers_free(&r->buffers);
  rest_workers(r);
  for (unsigned i = MGP_CREW_MAX; i-- > 0;) mgp_vm_destroy(r->worker[i].vm);
  mgp_ledger_free(r->s->ahead, r->recording);
  pthread_mutex_destroy(&r->lock);
  mgp_ledger_free(r->s->ahead, r);
}
