/* Chip proofs: one task per trace, under a transcript of its own (docs/protocol.md, 5.4).
 *
 * As many tasks are under way as the backend has slots and the plan has room for, the largest
 * first; when the next one does not fit, the oldest is waited for. So what is held when depends on
 * sizes alone, and the plan knows it beforehand. */
#include <stdlib.h>

#include "backend/task.h"
#include "base/stop.h"
#include "prover/shards.h"

/* --- order ----------------------------------------------------------------------------------- */

typedef struct {
  uint64_t nbytes; /* witness and scratch */
  size_t words;    /* where its messages go */
  uint32_t trace;
} entry_t;

static int larger_first(const void *a, const void *b) {
  const entry_t *x = a, *y = b;
  if (x->nbytes != y->nbytes) return x->nbytes > y->nbytes ? -1 : 1;
  return x->trace < y->trace ? -1 : x->trace > y->trace;
}

static uint64_t task_bytes(const mgp_session_t *s, const mgp_trace_t *t) {
  const mgp_chip_t *chip = &s->chips->chip[t->chip];
  const uint64_t column = mgp_trace_stride(t->rows) * sizeof(mgp_f_t);
  return column * (chip->ncols + chip->nvirtual) +
         s->be->ops->task_bytes(s->be, (mgp_chip_id_t)t->chip, t->rows);
}

/* This rank's tasks in the order they start; words: what they send in all. */
static mgp_status_t make_order(mgp_session_t *s, entry_t **out, uint32_t *count, size_t *words) {
  const uint32_t first = s->shape.first_trace[s->first_part];
  const uint32_t n = s->shape.first_trace[s->first_part + s->nparts] - first;
  entry_t *e;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PLAN, (n + 1) * sizeof *e, &e));
  *words = 0;
  for (uint32_t k = 0; k < n; k++) {
    const mgp_trace_t *t = &s->shape.traces[first + k];
    e[k].trace = first + k;
    e[k].nbytes = task_bytes(s, t);
    e[k].words = *words;
    *words += mgp_task_words(&s->chips->chip[t->chip], t->rows);
  }
  qsort(e, n, sizeof *e, larger_first);
  *out = e;
  *count = n;
  return MGP_OK;
}

/* The tasks under way are entries [oldest, next). */
typedef struct {
  const entry_t *e;
  uint32_t oldest, next, slots;
  uint64_t used, room;
} window_t;

static window_t new_window(const mgp_session_t *s, const entry_t *e) {
  window_t w = {.e = e, .room = s->task_room};
  w.slots =
      (uint32_t)(s->be->task_slots < MGP_MAX_TASK_SLOTS ? s->be->task_slots : MGP_MAX_TASK_SLOTS);
  return w;
}
/* Must the oldest task end before the next one starts? One alone always fits: it was planned. */
static int must_wait(const window_t *w) {
  const uint32_t n = w->next - w->oldest;
  return n > 0 && (n == w->slots || w->used + w->e[w->next].nbytes > w->room);
}
static void started(window_t *w) {
  w->used += w->e[w->next++].nbytes;
}
static void ended(window_t *w) {
  w->used -= w->e[w->oldest++].nbytes;
}

uint64_t mgp_tasks_peak(mgp_session_t *s) {
  entry_t *e;
  uint32_t n;
  size_t words;
  uint64_t peak = 0;
  if (make_order(s, &e, &n, &words) != MGP_OK) return UINT64_MAX;
  window_t w = new_window(s, e);
  while (w.next < n) {
    if (must_wait(&w)) {
      ended(&w);
      continue;
    }
    started(&w);
    if (w.used > peak) peak = w.used;
  }
  mgp_host_free(s, e);
  return peak;
}

/* --- tasks ----------------------------------------------------------------------------------- */

typedef struct {
  mgp_f_t *d_trace, *d_virt;
  mgp_task_t *task;
} running_t;

static mgp_status_t start_task(mgp_session_t *s, const entry_t *e, mgp_f_t *digests, running_t *r) {
  const mgp_trace_t *t = &s->shape.traces[e->trace];
  const uint32_t k = e->trace - s->shape.first_trace[s->first_part];
  mgp_part_t *part = &s->parts[t->partition - s->first_part];
  mgp_task_job_t job = {.chip = (mgp_chip_id_t)t->chip, .nrows = t->rows};
  *r = (running_t){NULL, NULL, NULL};
  MGP_TRY(mgp_stop_check());
  s->ntasks++;
  if (s->opt->trace_log)
    fprintf(s->opt->trace_log, "task rank %u number %u partition %u chip %s transient %llu\n",
            s->rank, e->trace, part->p, s->chips->chip[t->chip].name,
            (unsigned long long)mgp_transient_bytes(s));
  MGP_TRY(mgp_replay_trace(s, part, t, &r->d_trace, &r->d_virt, &job.stride));
  job.d_trace = r->d_trace;
  job.d_virt = r->d_virt;
  job.alpha = s->alpha;
  job.beta = s->beta;
  mgp_transcript_fork(&job.transcript, s->fork_seed, e->trace);
  job.words = s->tasks.w + e->words;
  job.point = s->points + (size_t)k * MGP_MAX_LOG_ROWS;
  job.digest = digests + (size_t)k * MGP_DIGEST_WORDS;
  return s->be->ops->task_begin(s->be, &job, &r->task);
}

static mgp_status_t end_task(mgp_session_t *s, running_t *r) {
  const mgp_status_t st = s->be->ops->task_end(s->be, r->task);
  s->be->ops->free(s->be, r->d_virt);
  s->be->ops->free(s->be, r->d_trace);
  return st;
}

static mgp_status_t prove_tasks(mgp_session_t *s, const entry_t *e, uint32_t n, mgp_f_t *digests) {
  running_t running[MGP_MAX_TASK_SLOTS];
  window_t w = new_window(s, e);
  mgp_status_t st = MGP_OK;
  while (w.oldest < w.next || (st == MGP_OK && w.next < n)) {
    if (st == MGP_OK && w.next < n && !must_wait(&w)) {
      st = start_task(s, &e[w.next], digests, &running[w.next % MGP_MAX_TASK_SLOTS]);
      started(&w); /* also if it failed: then what there is of it is ended with the others */
      continue;
    }
    const mgp_status_t end = end_task(s, &running[w.oldest % MGP_MAX_TASK_SLOTS]);
    ended(&w);
    if (st == MGP_OK) st = end;
    if (st == MGP_OK) st = mgp_shards_send(s);
    if (st == MGP_OK && s->opt->progress && s->rank == 0)
      s->opt->progress(s->opt->progress_arg, MGP_PHASE_TASKS, w.oldest, n);
  }
  return st;
}

mgp_status_t mgp_phase_tasks(mgp_session_t *s) {
  entry_t *order = NULL;
  uint32_t ntasks = 0;
  size_t nwords = 0;
  mgp_f_t *digests = NULL;
  mgp_comm_parts_t all = {0}, words = {0};
  mgp_status_t st;
  st = make_order(s, &order, &ntasks, &nwords);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_PROOF, (ntasks + 1) * sizeof(mgp_digest_t), &digests);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_PROOF, (size_t)(ntasks + 1) * MGP_MAX_LOG_ROWS * sizeof(mgp_e_t),
                        &s->points);
  if (st == MGP_OK) st = mgp_words_reserve(&s->tasks, nwords);
  if (st == MGP_OK) st = prove_tasks(s, order, ntasks, digests);
  s->tasks.n = nwords;
  MGP_TRY_GOTO(
      st, mgp_comm_gatherv(s->comm, st, s->tasks.w, s->tasks.n * sizeof *s->tasks.w, 0, &words),
      out);
  mgp_words_free(&s->tasks);
  if (s->rank == 0)
    st = mgp_words_append(&s->body, (const uint32_t *)words.data,
                          words.offset[s->nranks] / sizeof(uint32_t));
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, st, digests, ntasks * sizeof(mgp_digest_t), &all),
               out);
  const mgp_f_t *d = (const mgp_f_t *)all.data;
  for (uint32_t k = 0; k < s->shape.ntraces; k++)
    mgp_transcript_absorb(&s->tr, MGP_LABEL_JOIN, d + (size_t)k * MGP_DIGEST_WORDS,
                          MGP_DIGEST_WORDS);
out:
  mgp_comm_parts_free(&words);
  mgp_comm_parts_free(&all);
  mgp_host_free(s, digests);
  mgp_host_free(s, order);
  return st;
}
