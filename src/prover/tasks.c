/* Chip proofs: one task per trace, under a transcript of its own (docs/protocol.md, 5.4).
 *
 * As many tasks are under way as the backend has slots and the plan has room for, the largest
 * first (prover/window.h): what is held when depends on sizes alone, and the plan knows it
 * beforehand. A backend with several slots works in one block of memory for all of them; and if the
 * plan has room for that block beside the commitment, tasks that fit together are prepared while
 * the device makes the commitment, when the host has nothing else to do. */
#include <stdlib.h>

#include "backend/task.h"
#include "base/stop.h"
#include "prover/shards.h"
#include "prover/window.h"

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

static uint64_t witness_bytes(const mgp_session_t *s, const mgp_trace_t *t) {
  const mgp_chip_t *chip = &s->chips->chip[t->chip];
  return mgp_trace_stride(t->rows) * sizeof(mgp_f_t) * (chip->ncols + chip->nvirtual);
}

static uint64_t task_bytes(const mgp_session_t *s, const mgp_trace_t *t) {
  return witness_bytes(s, t) + s->be->ops->task_bytes(s->be, (mgp_chip_id_t)t->chip, t->rows);
}

/* This rank's tasks, the largest first; words: what they send in all. */
static mgp_status_t make_order(mgp_session_t *s, entry_t **out, uint32_t *count, size_t *words) {
  const uint32_t first = s->now->shape.first_trace[s->first_part];
  const uint32_t n = s->now->shape.first_trace[s->first_part + s->nparts] - first;
  entry_t *e;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PLAN, (n + 1) * sizeof *e, &e));
  *words = 0;
  for (uint32_t k = 0; k < n; k++) {
    const mgp_trace_t *t = &s->now->shape.traces[first + k];
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

static mgp_status_t make_window(mgp_session_t *s, const entry_t *e, uint32_t n,
                                mgp_window_t **out) {
  const int half = s->be->task_slots / 2; /* there may be two shards in hand */
  const int slots = half < 1 ? 1 : half < MGP_MAX_TASK_SLOTS ? half : MGP_MAX_TASK_SLOTS;
  uint64_t *nbytes;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PLAN, (n + 1) * sizeof *nbytes, &nbytes));
  for (uint32_t k = 0; k < n; k++) nbytes[k] = e[k].nbytes;
  const mgp_status_t st =
      mgp_window_create(s->ledger, nbytes, n, (uint32_t)slots, s->now->task_room, out);
  mgp_host_free(s, nbytes);
  return st;
}

uint64_t mgp_tasks_peak(mgp_session_t *s) {
  entry_t *e = NULL;
  mgp_window_t *w = NULL;
  uint32_t n = 0;
  size_t words = 0;
  mgp_status_t st = make_order(s, &e, &n, &words);
  if (st == MGP_OK) st = make_window(s, e, n, &w);
  const uint64_t peak = st == MGP_OK ? mgp_window_peak(w) : UINT64_MAX;
  mgp_window_destroy(w);
  mgp_host_free(s, e);
  return peak;
}

uint64_t mgp_tasks_total(const mgp_session_t *s) {
  const mgp_shape_t *shape = &s->now->shape;
  uint64_t sum = 0;
  for (uint32_t k = shape->first_trace[s->first_part];
       k < shape->first_trace[s->first_part + s->nparts]; k++)
    sum += task_bytes(s, &shape->traces[k]);
  return sum;
}

/* --- tasks ----------------------------------------------------------------------------------- */

typedef struct {
  mgp_session_t *s;
  const mgp_trace_t *trace;
  mgp_f_t *d_trace, *d_virt;
  mgp_f_t *d_own; /* both, where there is no block */
  mgp_task_t *task;
} running_t;

struct mgp_tasks {
  entry_t *e;
  uint32_t n;
  mgp_window_t *window;
  uint8_t *d_block; /* of all tasks; NULL: each takes its own memory */
  uint64_t block_bytes;
  running_t running[MGP_MAX_TASK_SLOTS];
  uint32_t begun;
  mgp_f_t *digests;
};

static running_t *running_of(mgp_tasks_t *k, uint32_t number) {
  return &k->running[number % MGP_MAX_TASK_SLOTS];
}

static mgp_status_t create_tasks(mgp_session_t *s) {
  mgp_tasks_t *k;
  size_t nwords = 0;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PLAN, sizeof *k, &k));
  *k = (mgp_tasks_t){0};
  s->now->tasks = k;
  MGP_TRY(make_order(s, &k->e, &k->n, &nwords));
  MGP_TRY(make_window(s, k->e, k->n, &k->window));
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PROOF, (k->n + 1) * sizeof(mgp_digest_t), &k->digests));
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PROOF, (size_t)(k->n + 1) * MGP_MAX_LOG_ROWS * sizeof(mgp_e_t),
                         &s->now->points));
  MGP_TRY(mgp_words_reserve(&s->now->task_words, nwords));
  s->now->task_words.n = nwords;
  if (s->be->task_slots < 2 || k->n == 0) return MGP_OK;
  k->block_bytes = mgp_window_peak(k->window);
  return s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, k->block_bytes, (void **)&k->d_block);
}

uint64_t mgp_tasks_bytes(const mgp_hand_t *h) {
  return h->tasks ? h->tasks->block_bytes : 0;
}

/* Tasks that were not ended, after an error, are. */
void mgp_tasks_free(mgp_session_t *s) {
  mgp_tasks_t *k = s->now->tasks;
  if (!k) return;
  while (k->window && mgp_window_end(k->window) != MGP_WINDOW_NONE) {
    running_t *r = running_of(k, mgp_window_ended(k->window) - 1);
    (void)s->be->ops->task_end(s->be, r->task);
    s->be->ops->free(s->be, r->d_own);
  }
  s->be->ops->free(s->be, k->d_block);
  mgp_host_free(s, k->digests);
  mgp_window_destroy(k->window);
  mgp_host_free(s, k->e);
  mgp_host_free(s, k);
  s->now->tasks = NULL;
}

static mgp_status_t build_trace(void *arg) {
  const running_t *r = arg;
  mgp_session_t *s = r->s;
  return mgp_replay_trace(s, &s->now->parts[r->trace->partition - s->first_part], r->trace,
                          mgp_trace_stride(r->trace->rows), r->d_trace, r->d_virt);
}

/* Its memory: at its place in the block, or its own. */
static mgp_status_t place_task(mgp_session_t *s, uint64_t offset, running_t *r,
                               mgp_task_job_t *job) {
  const mgp_chip_t *chip = &s->chips->chip[r->trace->chip];
  const size_t stride = mgp_trace_stride(r->trace->rows);
  const uint64_t witness = witness_bytes(s, r->trace);
  if (s->now->tasks->d_block) {
    r->d_trace = (mgp_f_t *)(void *)(s->now->tasks->d_block + offset);
    job->d_scratch = s->now->tasks->d_block + offset + witness;
  } else {
    MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_WITNESS, witness, (void **)&r->d_own));
    r->d_trace = r->d_own;
  }
  r->d_virt = chip->nvirtual ? r->d_trace + chip->ncols * stride : NULL;
  job->stride = stride;
  job->d_trace = r->d_trace;
  job->d_virt = r->d_virt;
  return MGP_OK;
}

/* The next one that fits: *prepared is 0 if none does. What there is of one that failed is ended
 * with the others. */
static mgp_status_t prepare_next(mgp_session_t *s, int *prepared) {
  mgp_tasks_t *k = s->now->tasks;
  uint64_t offset = 0;
  const uint32_t i = mgp_window_start(k->window, &offset);
  *prepared = i != MGP_WINDOW_NONE;
  if (!*prepared) return MGP_OK;
  running_t *r = running_of(k, mgp_window_started(k->window) - 1);
  const mgp_trace_t *t = &s->now->shape.traces[k->e[i].trace];
  const uint32_t own = k->e[i].trace - s->now->shape.first_trace[s->first_part];
  *r = (running_t){.s = s, .trace = t};
  mgp_task_job_t job = {.chip = (mgp_chip_id_t)t->chip,
                        .nrows = t->rows,
                        .build = build_trace,
                        .arg = r,
                        .beside = s->now->shares,
                        .words = s->now->task_words.w + k->e[i].words,
                        .point = s->now->points + (size_t)own * MGP_MAX_LOG_ROWS,
                        .digest = k->digests + (size_t)own * MGP_DIGEST_WORDS};
  if (s->opt->trace_log)
    fprintf(s->opt->trace_log, "task rank %u number %u partition %u chip %s transient %llu\n",
            s->rank, k->e[i].trace, t->partition, s->chips->chip[t->chip].name,
            (unsigned long long)mgp_transient_bytes(s));
  MGP_TRY(place_task(s, offset, r, &job));
  return s->be->ops->task_prepare(s->be, &job, &r->task);
}

mgp_status_t mgp_tasks_prepare(mgp_session_t *s) {
  int prepared = 1;
  if (!s->now->tasks_early) return MGP_OK;
  if (!s->now->tasks) MGP_TRY(create_tasks(s));
  while (prepared && s->be->ops->busy(s->be)) {
    MGP_TRY(prepare_next(s, &prepared));
    s->ntasks_early += (uint64_t)prepared;
  }
  return MGP_OK;
}

static mgp_status_t begin_task(mgp_session_t *s, const running_t *r) {
  mgp_task_start_t start = {.alpha = s->now->alpha, .beta = s->now->beta};
  MGP_TRY(mgp_stop_check());
  s->ntasks++;
  mgp_transcript_fork(&start.transcript, s->now->fork_seed,
                      (uint32_t)(r->trace - s->now->shape.traces));
  return s->be->ops->task_begin(s->be, r->task, &start);
}

static mgp_status_t end_oldest(mgp_session_t *s) {
  mgp_tasks_t *k = s->now->tasks;
  if (mgp_window_end(k->window) == MGP_WINDOW_NONE)
    return mgp_fail(MGP_RESOURCES, "out of host memory for the order of chip proofs");
  running_t *r = running_of(k, mgp_window_ended(k->window) - 1);
  const mgp_status_t st = s->be->ops->task_end(s->be, r->task);
  s->be->ops->free(s->be, r->d_own);
  return st;
}

/* All that fit beside those under way. */
static mgp_status_t begin_some(mgp_session_t *s) {
  mgp_tasks_t *k = s->now->tasks;
  int prepared = 1;
  while (prepared) {
    while (k->begun < mgp_window_started(k->window))
      MGP_TRY(begin_task(s, running_of(k, k->begun++)));
    MGP_TRY(prepare_next(s, &prepared));
  }
  return MGP_OK;
}

static mgp_status_t prove_tasks(mgp_session_t *s) {
  mgp_tasks_t *k = s->now->tasks;
  MGP_TRY(begin_some(s));
  while (mgp_window_ended(k->window) < k->n) {
    MGP_TRY(end_oldest(s));
    MGP_TRY(begin_some(s));
    MGP_TRY(mgp_shards_send(s));
    mgp_session_progress(s, MGP_PHASE_TASKS, mgp_window_ended(k->window), k->n);
  }
  return MGP_OK;
}

mgp_status_t mgp_phase_tasks_begin(mgp_session_t *s) {
  if (!s->now->tasks) MGP_TRY(create_tasks(s));
  return begin_some(s);
}

mgp_status_t mgp_phase_tasks(mgp_session_t *s) {
  mgp_comm_parts_t all = {0};
  mgp_status_t st = s->now->tasks ? MGP_OK : create_tasks(s);
  if (st == MGP_OK) st = prove_tasks(s);
  const mgp_tasks_t *k = s->now->tasks;
  const size_t n = st == MGP_OK ? k->n : 0;
  MGP_TRY_GOTO(
      st, mgp_comm_allgatherv(s->comm, st, n ? k->digests : NULL, n * sizeof(mgp_digest_t), &all),
      out);
  const mgp_f_t *d = (const mgp_f_t *)all.data;
  for (uint32_t t = 0; t < s->now->shape.ntraces; t++)
    mgp_transcript_absorb(&s->now->tr, MGP_LABEL_JOIN, d + (size_t)t * MGP_DIGEST_WORDS,
                          MGP_DIGEST_WORDS);
out:
  mgp_comm_parts_free(&all);
  mgp_tasks_free(s);
  return st;
}

mgp_status_t mgp_tasks_collect(mgp_session_t *s, mgp_status_t local) {
  mgp_comm_parts_t words = {0};
  mgp_status_t st =
      mgp_comm_gatherv(s->comm, local, s->now->task_words.w,
                       s->now->task_words.n * sizeof *s->now->task_words.w, 0, &words);
  mgp_words_free(&s->now->task_words);
  if (st == MGP_OK && s->rank == 0)
    st = mgp_words_append(&s->now->body, (const uint32_t *)words.data,
                          words.offset[s->nranks] / sizeof(uint32_t));
  mgp_comm_parts_free(&words);
  return st;
}
