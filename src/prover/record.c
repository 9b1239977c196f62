#include "prover/record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "prover/backend.h"
#include "prover/buffers.h"
#include "prover/crew.h"
#include "prover/merge.h"

#define FIRST_TOUCHES (1u << 12)
#define ROUND         4096u /* more than a device rounds an allocation up to */
/* A vm gives back what it has taken for recording sooner than it keeps more of that. */
#define VM_KEEPS ((uint64_t)32 << 20)

/* A piece of the cut, for one thread. */
typedef struct {
  uint32_t piece;
  mgp_step_t *steps; /* of all of the piece; NULL: not recorded yet */
  mgp_stretch_t *stretch;
  uint32_t nstretches;
  int sent; /* its steps are on their way */
} job_t;

/* What is recorded at a time, for whichever partitions have steps in it. */
typedef struct {
  const mgp_vm_point_t *shard, *start, *end; /* start of the shard; of the piece, and its end */
  const uint32_t *words;                     /* [nwords] */
  uint64_t nwords;
} span_t;

/* A piece that was recorded before there was a cut. */
typedef struct {
  mgp_step_t *steps;
  mgp_stretch_t stretch;
} followed_t;

/* What one thread works with. */
typedef struct {
  mgp_vm_t *vm;
  mgp_touch_t *touches;
  uint32_t cap_touches;
  uint64_t nbytes; /* that the vm has taken, as the ledger has it */
  double seconds;  /* recording of the pass that it follows */
} worker_t;

/* One own partition, when it is recorded. */
typedef struct {
  mgp_touch_t *touches;
  uint32_t ntouches;
  uint64_t nsteps;
  mgp_step_t *d_steps; /* on the device before the shard's turn, or NULL; room for `most` */
  uint64_t most;
} recording_t;

struct mgp_recorder {
  mgp_session_t *s;
  mgp_cut_t cut;
  uint64_t room;
  unsigned threads;
  worker_t worker[MGP_CREW_MAX];
  job_t *job; /* [njobs] */
  uint32_t njobs;
  mgp_stretch_t *stretch; /* [nstretches], by job and by partition: both ascend */
  uint32_t nstretches;
  recording_t *recording; /* [nparts] */
  uint64_t placed;        /* bytes of their d_steps */
  pthread_mutex_t lock;   /* of what follows, while threads record */
  int merged;             /* the recordings are complete */
  int keeps;              /* steps lie in buffers, which a device may read */
  mgp_buffers_t buffers;
  uint64_t promised;    /* bytes of room for jobs under way */
  uint32_t left;        /* jobs that are not recorded */
  uint32_t behind;      /* jobs that were recorded behind the pass */
  mgp_stream_t *follow; /* followed until there is a cut; NULL: none is */
  atomic_int enough;    /* it is not wanted any more */
  followed_t *followed; /* [nfollowed] */
  uint32_t nfollowed, cap_followed;
  uint32_t next; /* piece to be followed */
  double seconds;
  pthread_t thread;
  int running;
  mgp_status_t status;
  char message[512];
};

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

/* NULL is fine. */
static void give_steps(mgp_recorder_t *r, mgp_step_t *steps) {
  pthread_mutex_lock(&r->lock);
  const int kept = mgp_buffers_give(&r->buffers, steps);
  pthread_mutex_unlock(&r->lock);
  if (!kept) mgp_ledger_free(r->s->ahead, steps);
}

static void give_followed(mgp_recorder_t *r) {
  for (uint32_t i = 0; i < r->nfollowed; i++) {
    mgp_stretch_free(r->s->ahead, &r->followed[i].stretch);
    give_steps(r, r->followed[i].steps);
  }
  mgp_ledger_free(r->s->ahead, r->followed);
  r->followed = NULL;
  r->nfollowed = r->cap_followed = 0;
}

/* Everything of the shard in hand but the numbers of its cut. */
static void free_shard(mgp_recorder_t *r) {
  mgp_ledger_t *l = r->s->ahead;
  for (uint32_t i = 0; i < r->nstretches; i++) mgp_stretch_free(l, &r->stretch[i]);
  for (uint32_t i = 0; i < r->njobs; i++) give_steps(r, r->job[i].steps);
  give_followed(r);
  for (uint32_t i = 0; r->recording && i < r->s->nparts; i++) {
    mgp_ledger_free(l, r->recording[i].touches);
    if (r->recording[i].d_steps) r->s->be->ops->free(r->s->be, r->recording[i].d_steps);
    r->recording[i] = (recording_t){0};
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
    r->job[r->njobs++] =
        (job_t){.piece = i, .stretch = r->stretch + r->nstretches, .nstretches = end - first};
    for (; first < end; first++) r->stretch[r->nstretches++].part = first;
  }
  r->left = r->njobs;
  return MGP_OK;
}

/* --- recording a piece ---------------------------------------------------------------------- */

static mgp_status_t more_touches(mgp_recorder_t *r, worker_t *w, uint32_t used) {
  const uint32_t cap = w->cap_touches ? 2 * w->cap_touches : FIRST_TOUCHES;
  MGP_TRY(mgp_ledger_grow(r->s->ahead, MGP_MEM_RAW, used * sizeof *w->touches,
                          cap * sizeof *w->touches, (void **)&w->touches));
  w->cap_touches = cap;
  return MGP_OK;
}

/* Records on up to a cost, at most n steps; the touches are the worker's, in *rec. ts0: timestamps
 * before the shard. */
static mgp_status_t record_to(mgp_recorder_t *r, worker_t *w, uint64_t ts0, const uint32_t **words,
                              uint64_t stop, mgp_step_t *steps, uint32_t n, mgp_commit_t *commit,
                              mgp_record_t *rec) {
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
static mgp_status_t check_end(const worker_t *w, const span_t *x, const uint32_t *words) {
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
static mgp_status_t record_stretches(mgp_recorder_t *r, worker_t *w, const span_t *x,
                                     uint64_t begin, const uint64_t *stop, mgp_stretch_t *stretch,
                                     uint32_t nstretches, mgp_step_t *steps) {
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
static mgp_status_t account_vm(mgp_recorder_t *r, worker_t *w) {
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
static uint64_t most_touched(const span_t *x, uint32_t nstretches) {
  return (x->nwords + nstretches * 33u) * (sizeof(mgp_touch_t) + sizeof(uint32_t));
}

/* NULL in *steps: not within what may be held ahead. Otherwise give_room is next. */
static mgp_status_t take_room(mgp_recorder_t *r, const span_t *x, uint64_t touched,
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

/* Records a span as far as there is room: *steps is NULL if there is none, else ledger memory, also
 * after a failure. */
static mgp_status_t record_span(mgp_recorder_t *r, worker_t *w, const span_t *x, uint64_t begin,
                                const uint64_t *stop, mgp_stretch_t *stretch, uint32_t nstretches,
                                mgp_step_t **steps) {
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

static mgp_status_t record_job(void *arg, unsigned worker, uint32_t i) {
  mgp_recorder_t *r = arg;
  const mgp_session_t *s = r->s;
  job_t *job = &r->job[i];
  const span_t x = {&r->cut.start, &r->cut.piece[job->piece].start,
                    mgp_piece_end(&r->cut, job->piece), r->cut.word[job->piece],
                    r->cut.piece[job->piece].nwords};
  const uint32_t P = s->partitions, first = s->first_part + job->stretch[0].part;
  uint64_t stop[MGP_MAX_PARTITIONS];
  if (job->steps) return MGP_OK;
  for (uint32_t k = 0; k < job->nstretches; k++) stop[k] = mgp_cut_stop(&r->cut, P, first + k);
  MGP_TRY(record_span(r, &r->worker[worker], &x, mgp_cut_cost(&r->cut, P, first), stop,
                      job->stretch, job->nstretches, &job->steps));
  if (!job->steps) return MGP_OK;
  mgp_piece_drop(r->s, &r->cut.piece[job->piece], &r->cut.word[job->piece]);
  pthread_mutex_lock(&r->lock);
  r->left--;
  pthread_mutex_unlock(&r->lock);
  return MGP_OK;
}

/* --- behind the pass ------------------------------------------------------------------------ */

/* Takes over what was recorded of piece i. */
static mgp_status_t keep_followed(mgp_recorder_t *r, uint32_t i, const followed_t *x) {
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
static mgp_status_t follow_piece(mgp_recorder_t *r, worker_t *w, uint32_t i,
                                 const mgp_shown_t *shown, int *room) {
  static const uint64_t stop[1] = {MGP_VM_NO_LIMIT};
  static const mgp_vm_point_t entry; /* the first shard's times are the run's */
  const span_t x = {&entry, &shown->piece.start, &shown->end, words_of(r->s, shown),
                    shown->piece.nwords};
  followed_t got = {0};
  if (!x.words || !is_likely(r, shown)) return MGP_OK;
  const double begin = mgp_clock_seconds();
  mgp_status_t st = record_span(r, w, &x, 0, stop, &got.stretch, 1, &got.steps);
  if (st == MGP_OK && got.steps) st = keep_followed(r, i, &got);
  *room = got.steps != NULL;
  w->seconds += mgp_clock_seconds() - begin;
  if (st == MGP_OK) return MGP_OK;
  mgp_stretch_free(r->s->ahead, &got.stretch);
  give_steps(r, got.steps);
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
static int is_whole(const mgp_recorder_t *r, const job_t *job) {
  const mgp_session_t *s = r->s;
  const uint32_t p = s->first_part + job->stretch[0].part;
  return job->nstretches == 1 &&
         r->cut.piece[job->piece].start.cost >= mgp_cut_cost(&r->cut, s->partitions, p) &&
         mgp_piece_end(&r->cut, job->piece)->cost <= mgp_cut_stop(&r->cut, s->partitions, p);
}

/* The cut is there: jobs that are done already. What else was followed is another rank's. */
static void take_followed(mgp_recorder_t *r) {
  for (uint32_t k = 0; k < r->njobs && r->job[k].piece < r->nfollowed; k++) {
    job_t *job = &r->job[k];
    followed_t *x = &r->followed[job->piece];
    if (!x->steps || !is_whole(r, job)) continue;
    x->stretch.part = job->stretch->part;
    *job->stretch = x->stretch;
    job->steps = x->steps;
    *x = (followed_t){0};
    mgp_piece_drop(r->s, &r->cut.piece[job->piece], &r->cut.word[job->piece]);
    r->left--;
    r->behind++;
  }
  give_followed(r);
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
    worker_t *w = &r->worker[i];
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
    recording_t *x = &r->recording[i];
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
    const job_t *job = &r->job[k];
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
static mgp_status_t send_job(mgp_recorder_t *r, job_t *job) {
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

/* All threads of the rank, but one alone beside a proof that needs them itself: it has time. */
static unsigned crew_size(const mgp_session_t *s, int beside) {
  const int threads = mgp_session_threads(s);
  if (beside && mgp_session_shares_memory(s)) return 1;
  return threads < (int)MGP_CREW_MAX ? (unsigned)threads : MGP_CREW_MAX;
}

mgp_status_t mgp_recorder_follow(mgp_recorder_t *r, mgp_stream_t *stream, uint64_t room) {
  r->follow = stream;
  r->next = 0;
  r->room = room;
  r->threads = crew_size(r->s, 0);
  r->running = pthread_create(&r->thread, NULL, run_follower, r) == 0;
  return r->running ? MGP_OK : mgp_fail(MGP_RESOURCES, "cannot start a thread");
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
  r->threads = crew_size(r->s, r->s->now->have_shape);
  MGP_TRY(st);
  MGP_TRY(make_jobs(r));
  drop_others(r);
  if (r->follow) take_followed(r);
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
  r->threads = crew_size(r->s, 0);
  if (!r->merged) run_recorder(r);
  return r->status;
}

/* Device memory for a partition's records, unless it has been there before. */
static mgp_status_t alloc_part(mgp_session_t *s, mgp_part_t *part, recording_t *x) {
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

static mgp_status_t upload_job(mgp_recorder_t *r, job_t *job) {
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
  give_steps(r, job->steps);
  job->steps = NULL;
  return MGP_OK;
}

static mgp_status_t upload_touches(mgp_session_t *s, const recording_t *x, mgp_touch_list_t *list) {
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
