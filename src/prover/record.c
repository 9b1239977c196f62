#include "prover/record.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"

#define PIECE         (1u << 18) /* records allocated at a time */
#define FIRST_TOUCHES (1u << 12)

/* One own partition, as it is recorded. */
typedef struct {
  mgp_step_t **piece; /* [npieces], all but the last one full */
  uint32_t npieces, cap_pieces;
  uint64_t nsteps;
  mgp_commit_t commit;
  mgp_record_t rec;
} recording_t;

struct mgp_recorder {
  mgp_session_t *s;
  mgp_vm_t *vm;
  mgp_cut_t cut;
  uint64_t room;
  int at_start;           /* the vm stands before the first own partition */
  uint32_t part;          /* own partition that is being recorded; nparts: all are */
  int begun;              /* ... and it has begun */
  recording_t *recording; /* [nparts] */
  double seconds;
  pthread_t thread;
  int running;
  mgp_status_t status;
  char message[512];
};

mgp_status_t mgp_recorder_create(mgp_session_t *s, mgp_recorder_t **out) {
  mgp_recorder_t *r;
  MGP_TRY(mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, sizeof *r, (void **)&r));
  memset(r, 0, sizeof *r);
  r->s = s;
  mgp_status_t st = mgp_ledger_alloc(s->ahead, MGP_MEM_RAW, (s->nparts + 1) * sizeof *r->recording,
                                     (void **)&r->recording);
  if (st == MGP_OK) {
    memset(r->recording, 0, (s->nparts + 1) * sizeof *r->recording);
    st = mgp_pass_create_vm(s, 0, &r->vm);
  }
  if (st == MGP_OK)
    *out = r;
  else
    mgp_recorder_destroy(r);
  return st;
}

static void free_recording(mgp_session_t *s, recording_t *x) {
  for (uint32_t i = 0; i < x->npieces; i++) mgp_ledger_free(s->ahead, x->piece[i]);
  mgp_ledger_free(s->ahead, x->piece);
  mgp_ledger_free(s->ahead, x->rec.touches);
  memset(x, 0, sizeof *x);
}

/* --- the thread ---------------------------------------------------------------------------- */

static int has_room(const mgp_recorder_t *r, uint64_t nbytes) {
  return mgp_ledger_live_total(r->s->ahead) + nbytes <= r->room;
}

/* A larger copy of an array of the ledger. */
static mgp_status_t grow(mgp_ledger_t *ledger, void **array, size_t nbytes, size_t fresh_nbytes) {
  void *fresh;
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_RAW, fresh_nbytes, &fresh));
  if (nbytes) memcpy(fresh, *array, nbytes);
  mgp_ledger_free(ledger, *array);
  *array = fresh;
  return MGP_OK;
}

/* Records of a piece: no more than the shard has. */
static uint32_t piece_steps(const mgp_recorder_t *r) {
  uint64_t n = r->cut.end.steps - r->cut.start.steps;
  return n < PIECE ? (uint32_t)n : PIECE;
}

static mgp_status_t next_piece(mgp_recorder_t *r, recording_t *x) {
  mgp_step_t *piece;
  if (x->npieces == x->cap_pieces) {
    uint32_t cap = x->cap_pieces ? 2 * x->cap_pieces : 16;
    MGP_TRY(grow(r->s->ahead, (void **)&x->piece, x->npieces * sizeof *x->piece,
                 cap * sizeof *x->piece));
    x->cap_pieces = cap;
  }
  MGP_TRY(
      mgp_ledger_alloc(r->s->ahead, MGP_MEM_RAW, piece_steps(r) * sizeof *piece, (void **)&piece));
  x->piece[x->npieces++] = piece;
  x->rec.steps = piece;
  x->rec.steps0 += x->rec.nsteps;
  x->rec.nsteps = 0;
  x->rec.cap_steps = piece_steps(r);
  return MGP_OK;
}

/* Room for the next steps. 0 in *have: not within what may be held ahead. */
static mgp_status_t make_room(mgp_recorder_t *r, recording_t *x, int *have) {
  mgp_record_t *rec = &x->rec;
  int steps = rec->nsteps == rec->cap_steps;
  int touches = rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP;
  uint32_t cap = touches ? rec->cap_touches ? 2 * rec->cap_touches : FIRST_TOUCHES : 0;
  *have =
      has_room(r, (steps ? piece_steps(r) * sizeof(mgp_step_t) : 0) + cap * sizeof(mgp_touch_t));
  if (!*have) return MGP_OK;
  if (steps) MGP_TRY(next_piece(r, x));
  if (touches) {
    MGP_TRY(grow(r->s->ahead, (void **)&rec->touches, rec->ntouches * sizeof *rec->touches,
                 cap * sizeof *rec->touches));
    rec->cap_touches = cap;
  }
  return MGP_OK;
}

/* Applies the cut, and runs plainly to the first own partition. */
static mgp_status_t go_to_start(mgp_recorder_t *r) {
  const mgp_session_t *s = r->s;
  mgp_vm_stop_t why;
  mgp_vm_put_pages(r->vm, r->cut.npages, r->cut.page, r->cut.bytes);
  MGP_TRY(mgp_vm_resume(r->vm, &r->cut.start));
  mgp_cut_free(r->s, &r->cut);
  mgp_vm_limits_t limits = {
      r->cut.end.steps, mgp_cut_cost(&r->cut, s->run.budget, s->params.partitions, s->first_part)};
  MGP_TRY(mgp_vm_run(r->vm, &limits, &why));
  r->at_start = 1;
  return MGP_OK;
}

static mgp_status_t record_part(mgp_recorder_t *r, uint32_t i, int *have) {
  const mgp_session_t *s = r->s;
  recording_t *x = &r->recording[i];
  uint32_t next = s->first_part + i + 1;
  mgp_vm_limits_t limits = {r->cut.end.steps, MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  if (next < s->params.partitions)
    limits.stop_cost = mgp_cut_cost(&r->cut, s->run.budget, s->params.partitions, next);
  if (!r->begun) {
    const uint64_t ts = mgp_vm_state(r->vm)->ts - r->cut.start.ts + 1;
    x->rec.commits = &x->commit;
    x->rec.cap_commits = 1;
    MGP_TRY(mgp_vm_record_begin(r->vm, &x->rec, (uint32_t)ts));
    r->begun = 1;
  }
  do {
    MGP_TRY(mgp_stop_check());
    MGP_TRY(make_room(r, x, have));
    if (!*have) return MGP_OK;
    MGP_TRY(mgp_vm_record(r->vm, &limits, &x->rec, &why));
  } while (why == MGP_VM_FULL);
  mgp_vm_record_end(r->vm, &x->rec);
  x->nsteps = x->rec.steps0 + (uint64_t)x->rec.nsteps;
  r->begun = 0;
  return MGP_OK;
}

/* As far as there is room. */
static mgp_status_t record_some(mgp_recorder_t *r) {
  int have = 1;
  if (r->s->nparts == 0) mgp_cut_free(r->s, &r->cut);
  if (!r->at_start && r->s->nparts) MGP_TRY(go_to_start(r));
  while (r->part < r->s->nparts) {
    MGP_TRY(record_part(r, r->part, &have));
    if (!have) break;
    r->part++;
  }
  return MGP_OK;
}

static void *run_recorder(void *arg) {
  mgp_recorder_t *r = arg;
  const double begin = mgp_clock_seconds();
  r->status = record_some(r);
  if (r->status != MGP_OK) snprintf(r->message, sizeof r->message, "%s", mgp_error_message());
  r->seconds += mgp_clock_seconds() - begin;
  return NULL;
}

/* --- the rank ------------------------------------------------------------------------------ */

mgp_status_t mgp_recorder_start(mgp_recorder_t *r, mgp_cut_t *cut, uint64_t room) {
  r->cut = *cut;
  memset(cut, 0, sizeof *cut);
  r->room = room;
  r->part = 0;
  r->at_start = r->begun = 0;
  r->running = pthread_create(&r->thread, NULL, run_recorder, r) == 0;
  return r->running ? MGP_OK : mgp_fail(MGP_RESOURCES, "cannot start a thread");
}

void mgp_recorder_skip(mgp_recorder_t *r, mgp_cut_t *cut) {
  if (r->s->nparts) mgp_vm_put_pages(r->vm, cut->npages, cut->page, cut->bytes);
  mgp_cut_free(r->s, cut);
  r->cut = *cut;
}

static mgp_status_t wait_for_end(mgp_recorder_t *r) {
  if (r->running) pthread_join(r->thread, NULL);
  r->running = 0;
  if (r->status != MGP_OK) return mgp_fail(r->status, "%s", r->message);
  r->room = UINT64_MAX;
  if (r->part < r->s->nparts) run_recorder(r);
  return r->status;
}

/* The partition's records to the device. */
static mgp_status_t upload_part(mgp_recorder_t *r, mgp_part_t *part, recording_t *x) {
  mgp_session_t *s = r->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  mgp_step_t *d_steps;
  mgp_commit_t *d_commits;
  MGP_TRY(ops->alloc(s->be, MGP_MEM_RAW, (x->nsteps + 1) * sizeof *d_steps, (void **)&d_steps));
  part->raw.steps = d_steps;
  MGP_TRY(ops->alloc(s->be, MGP_MEM_RAW, sizeof *d_commits, (void **)&d_commits));
  part->raw.commits = d_commits;
  part->raw.insns = s->d_insns;
  part->nsteps = x->nsteps;
  for (uint32_t i = 0; i < x->npieces; i++) {
    uint64_t piece = piece_steps(r), first = i * piece;
    uint64_t n = x->nsteps - first < piece ? x->nsteps - first : piece;
    MGP_TRY(ops->upload(s->be, d_steps + first, x->piece[i], n * sizeof *d_steps));
    mgp_ledger_free(s->ahead, x->piece[i]);
    x->piece[i] = NULL;
  }
  if (x->rec.ncommits == 0) return MGP_OK;
  return ops->upload(s->be, d_commits, &x->commit, sizeof x->commit);
}

static mgp_status_t take_touches(mgp_session_t *s, const recording_t *x, mgp_touch_list_t *list) {
  size_t nbytes = x->rec.ntouches * sizeof *list->touches;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, nbytes + 1, &list->touches));
  if (nbytes) memcpy(list->touches, x->rec.touches, nbytes);
  list->n = x->rec.ntouches;
  return MGP_OK;
}

mgp_status_t mgp_recorder_finish(mgp_recorder_t *r, mgp_touch_list_t *lists) {
  mgp_session_t *s = r->s;
  MGP_TRY(wait_for_end(r));
  for (uint32_t i = 0; i < s->nparts; i++) {
    recording_t *x = &r->recording[i];
    MGP_TRY(upload_part(r, &s->parts[i], x));
    MGP_TRY(take_touches(s, x, &lists[i]));
    free_recording(s, x);
    if (s->opt->trace_log)
      fprintf(s->opt->trace_log, "record rank %u shard %u partition %u steps %llu\n", s->rank,
              r->cut.id, s->parts[i].p, (unsigned long long)s->parts[i].nsteps);
  }
  return MGP_OK;
}

const mgp_cut_t *mgp_recorder_cut(const mgp_recorder_t *r) {
  return &r->cut;
}

double mgp_recorder_seconds(const mgp_recorder_t *r) {
  return r->seconds;
}

void mgp_recorder_destroy(mgp_recorder_t *r) {
  if (!r) return;
  if (r->running) pthread_join(r->thread, NULL);
  for (uint32_t i = 0; r->recording && i < r->s->nparts; i++)
    free_recording(r->s, &r->recording[i]);
  mgp_cut_free(r->s, &r->cut);
  mgp_ledger_free(r->s->ahead, r->recording);
  mgp_vm_destroy(r->vm);
  mgp_ledger_free(r->s->ahead, r);
}
