/* The first shard, behind the pass that executes it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "prover/record_impl.h"

void mgp_rec_give_followed(mgp_recorder_t *r) {
  for (uint32_t i = 0; i < r->nfollowed; i++) {
    mgp_stretch_free(r->s->ahead, &r->followed[i].stretch);
    mgp_rec_give_steps(r, r->followed[i].steps);
  }
  mgp_ledger_free(r->s->ahead, r->followed);
  r->followed = NULL;
  r->nfollowed = r->cap_followed = 0;
}

/* Takes over what was recorded of piece i. */
static mgp_status_t keep_followed(mgp_recorder_t *r, uint32_t i, const mgp_rec_followed_t *x) {
  mgp_status_t st = MGP_OK;
  pthread_mutex_lock(&r->lock);
  if (i >= r->cap_followed) {
    const uint32_t n = r->nfollowed, cap = i < 32 ? 64 : 2 * i;
    st = mgp_ledger_grow(r->s->ahead, MGP_MEM_RAW, n * sizeof *r->followed,
                         cap * sizeof *r->followed, (void **)&r->followed);
    if (st == MGP_OK) {
      memset(r->followed + n, 0, (cap - n) * sizeof *r->followed);
      r->cap_followed = cap;
    }
  }
  if (st == MGP_OK) {
    r->followed[i] = *x;
    if (i >= r->nfollowed) r->nfollowed = i + 1;
  }
  pthread_mutex_unlock(&r->lock);
  return st;
}

/* Whether all of a piece is expected to be this rank's. */
static int is_likely(const mgp_recorder_t *r, const mgp_shown_t *x) {
  const mgp_session_t *s = r->s;
  const mgp_cut_t likely = {.end.cost = x->total};
  return s->nparts && x->piece.start.cost >= mgp_cut_cost(&likely, s->partitions, s->first_part) &&
         x->end.cost <= mgp_cut_stop(&likely, s->partitions, s->first_part + s->nparts - 1);
}

/* NULL: they are out of reach until there is a cut. */
static const uint32_t *words_of(const mgp_session_t *s, const mgp_shown_t *x) {
  if (s->rank == 0) return x->word;
  return x->piece.block == MGP_POOL_NONE ? NULL : mgp_pool_words(s->pool, x->piece.block);
}

/* *room: 0 if there was none. */
static mgp_status_t follow_piece(mgp_recorder_t *r, mgp_rec_worker_t *w, uint32_t i,
                                 const mgp_shown_t *shown, int *room) {
  static const uint64_t stop[1] = {MGP_VM_NO_LIMIT};
  static const mgp_vm_point_t entry; /* the first shard's times are the run's */
  const mgp_rec_span_t x = {&entry, &shown->piece.start, &shown->end, words_of(r->s, shown),
                            shown->piece.nwords};
  mgp_rec_followed_t got = {0};
  if (!x.words || !is_likely(r, shown)) return MGP_OK;
  const double begin = mgp_clock_seconds();
  mgp_status_t st = mgp_rec_span(r, w, &x, 0, stop, &got.stretch, 1, &got.steps);
  if (st == MGP_OK && got.steps) st = keep_followed(r, i, &got);
  *room = got.steps != NULL;
  w->seconds += mgp_clock_seconds() - begin;
  if (st == MGP_OK) return MGP_OK;
  mgp_stretch_free(r->s->ahead, &got.stretch);
  mgp_rec_give_steps(r, got.steps);
  return st;
}

/* One of the threads that follow: piece after piece, until there is no more, or no more room. */
static mgp_status_t follow_some(void *arg, unsigned worker, uint32_t item) {
  mgp_recorder_t *r = arg;
  mgp_stream_look_t look = MGP_STREAM_SHOWN;
  int room = 1;
  (void)item;
  while (room && look != MGP_STREAM_NEVER && !atomic_load(&r->enough)) {
    mgp_shown_t shown;
    pthread_mutex_lock(&r->lock);
    const uint32_t i = r->next++;
    pthread_mutex_unlock(&r->lock);
    do {
      look = mgp_stream_look(r->follow, i, &shown);
    } while (look == MGP_STREAM_NOT_YET && !atomic_load(&r->enough));
    if (look == MGP_STREAM_SHOWN) MGP_TRY(follow_piece(r, &r->worker[worker], i, &shown, &room));
  }
  return MGP_OK;
}

static void *run_follower(void *arg) {
  mgp_recorder_t *r = arg;
  double longest = 0;
  r->status = mgp_crew_for(r->threads, r->threads, follow_some, r);
  if (r->status != MGP_OK) snprintf(r->message, sizeof r->message, "%s", mgp_error_message());
  for (unsigned i = 0; i < r->threads; i++)
    if (r->worker[i].seconds > longest) longest = r->worker[i].seconds;
  r->seconds += longest;
  return NULL;
}

/* All of the job's piece is in one partition. */
static int is_whole(const mgp_recorder_t *r, const mgp_rec_job_t *job) {
  const mgp_session_t *s = r->s;
  const uint32_t p = s->first_part + job->stretch[0].part;
  return job->nstretches == 1 &&
         r->cut.piece[job->piece].start.cost >= mgp_cut_cost(&r->cut, s->partitions, p) &&
         mgp_piece_end(&r->cut, job->piece)->cost <= mgp_cut_stop(&r->cut, s->partitions, p);
}

void mgp_rec_take_followed(mgp_recorder_t *r) {
  for (uint32_t k = 0; k < r->njobs && r->job[k].piece < r->nfollowed; k++) {
    mgp_rec_job_t *job = &r->job[k];
    mgp_rec_followed_t *x = &r->followed[job->piece];
    if (!x->steps || !is_whole(r, job)) continue;
    x->stretch.part = job->stretch->part;
    *job->stretch = x->stretch;
    job->steps = x->steps;
    *x = (mgp_rec_followed_t){0};
    mgp_piece_drop(r->s, &r->cut.piece[job->piece], &r->cut.word[job->piece]);
    r->left--;
    r->behind++;
  }
  mgp_rec_give_followed(r);
}

void mgp_recorder_follow(mgp_recorder_t *r, mgp_stream_t *stream, uint64_t room) {
  if (r->s->nparts == 0) return;
  r->follow = stream;
  r->next = 0;
  r->room = room;
  r->threads = mgp_rec_threads(r->s, 0);
  r->running = pthread_create(&r->thread, NULL, run_follower, r) == 0;
}
