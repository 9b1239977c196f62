/* Chip proofs on streams of their own: sizes, begin, end. */
#include <stdlib.h>
#include <string.h>

#include "chips.cuh"
#include "graph.cuh"
#include "leaves.cuh"
#include "ops.cuh"
#include "task_ops.cuh"

extern "C" {
#include "backend/task.h"
}

/* --- memory of a task ------------------------------------------------------------------------- */

/* One piece: first what lasts, then the tree, in whose place the main sumcheck works. */
typedef struct {
  uint64_t at; /* bytes placed so far */
  uint8_t *base;
} placer_t;

template <typename T> static T *place(placer_t *p, uint64_t count) {
  T *r = (T *)(p->base + p->at);
  p->at += mgp_cuda_size(count * sizeof(T));
  return r;
}

typedef struct {
  mgp_task_dev_t dev;
  mgp_gkr_dev_t g;
  mgp_main_dev_t m;
  mgp_chip_args_t args;
  uint32_t *words;
  uint64_t nbytes, result_bytes;
} layout_t;

static void place_tree(placer_t *p, mgp_gkr_dev_t *g) {
  for (unsigned t = g->n + g->m; t > g->n; t--) {
    const bool leaves = t == g->n + g->m;
    if (leaves && g->rows > MGP_TASK_FEW) continue;
    g->level[t] = place<mgp_e_t>(p, (uint64_t)2 * mgp_gkr_nodes(*g, t) * g->rows);
  }
  const uint64_t low = p->at;
  for (unsigned t = 0; t <= g->n; t++)
    g->level[t] = place<mgp_e_t>(p, 4 * (uint64_t)mgp_gkr_rows(*g, t));
  const uint64_t top = p->at;
  /* rows of layers above level n: the levels below it are used up by then */
  p->at = low;
  g->fold[0] = place<mgp_e_t>(p, g->m > 0 ? 4 * (uint64_t)g->rows : 0);
  if (p->at < top) p->at = top;
  g->fold[1] = place<mgp_e_t>(p, 4 * (((uint64_t)g->rows + 3) / 4));
  g->fold[2] = place<mgp_e_t>(p, 4 * (((uint64_t)g->rows + 15) / 16));
}

static void place_main(placer_t *p, mgp_main_dev_t *m, const mgp_form_t *f) {
  m->constants = place<mgp_e_t>(p, 2 + m->ncols);
  m->linear = m->constants + 2;
  m->atom = place<mgp_e_t>(p, 2 * m->natoms);
  m->atom_g = place<mgp_e_t>(p, m->natoms + m->nforms);
  m->form_g = m->atom_g + m->natoms;
  m->edge = place<mgp_e_t>(p, 6);
  m->edge_atom = place<mgp_e_t>(p, 6 * m->natoms);
  m->edge_form = place<mgp_e_t>(p, 3 * m->nforms);
  m->scalars = place<mgp_e_t>(p, f->nscalars);
  m->columns = place<mgp_e_t>(p, f->ncols);
  m->partial = place<mgp_e_t>(p, (uint64_t)f->ncols * MGP_MAIN_COLUMN_BLOCKS);
  for (unsigned i = 0; i < 2; i++)
    m->fold[i] = place<mgp_e_t>(
        p, m->n > i + 1 ? 2 * (uint64_t)(m->nforms + 1) * mgp_main_pairs(*m, i + 1) : 0);
}

static uint64_t result_bytes(const mgp_chip_t *chip, uint32_t rows) {
  return sizeof(mgp_task_result_t) + mgp_task_words(chip, rows) * sizeof(uint32_t);
}

/* Everything at its place from `base` on; with NULL, sizes. */
static void lay_out(const mgp_cuda_t *cu, mgp_chip_id_t id, uint32_t rows, uint8_t *base,
                    layout_t *l) {
  const mgp_chip_t *chip = &cu->base.chips->chip[id];
  const mgp_form_t *form = mgp_cuda_form(cu->chips, id);
  placer_t p = {0, base};
  memset(l, 0, sizeof *l);
  l->g.rows = l->m.rows = rows;
  l->g.k = chip->ninteractions;
  l->g.n = l->m.n = mgp_task_log(rows);
  l->g.m = l->m.m = mgp_task_log(chip->ninteractions);
  l->m.ncols = chip->ncols + chip->nvirtual;
  l->m.nforms = form->nforms;
  l->m.natoms = form->natoms;
  l->result_bytes = result_bytes(chip, rows);
  l->dev.result = (mgp_task_result_t *)place<uint8_t>(&p, l->result_bytes);
  l->words = (uint32_t *)(l->dev.result + 1);
  l->dev.state = place<mgp_task_state_t>(&p, 1);
  l->dev.partial = place<mgp_e_t>(&p, MGP_TASK_SUMS * MGP_TASK_BLOCKS);
  l->dev.eq_rows = place<mgp_e_t>(&p, (uint64_t)2 << mgp_task_heap_log(l->g.n));
  l->dev.eq_entries = place<mgp_e_t>(&p, (uint64_t)2 << l->g.m);
  l->dev.leaf = place<mgp_e_t>(&p, (uint64_t)l->g.k * MGP_LEAF_ROW);
  l->dev.folded = place<mgp_e_t>(&p, mgp_leaf_table_size(l->g.k, l->g.m));
  l->args.slots = NULL;
  if (mgp_cuda_chip(cu->chips, id) == &mgp_cuda_chip_any)
    l->args.slots = place<uint32_t>(&p, mgp_cuda_any_slots(form) * MGP_ANY_THREADS);
  l->args.rows = rows;
  l->args.form = *form;
  l->args.words = mgp_cuda_form_words(cu->chips, id);
  placer_t q = p;
  place_tree(&p, &l->g);
  place_main(&q, &l->m, form);
  l->nbytes = p.at > q.at ? p.at : q.at;
  if (rows > MGP_TASK_FEW && l->g.m > 0) l->g.level[l->g.n + l->g.m] = NULL;
}

uint64_t mgp_cuda_task_bytes(mgp_backend_t *be, mgp_chip_id_t chip, uint32_t nrows) {
  layout_t l;
  if (mgp_cuda_form(mgp_cuda_of(be)->chips, chip) == NULL) return UINT64_MAX;
  lay_out(mgp_cuda_of(be), chip, nrows, NULL, &l);
  return mgp_cuda_size(l.nbytes);
}

/* Each slot has pinned memory for what a proof starts with, and for its results, of any chip: they
 * are there when it ends. */
#define MOST_ROWS (1u << 24)

static size_t start_bytes(void) {
  return mgp_cuda_size(sizeof(mgp_task_start_t));
}

uint64_t mgp_cuda_task_pinned_bytes(const mgp_cuda_t *cu) {
  uint64_t most = 0;
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    if (mgp_cuda_form(cu->chips, (mgp_chip_id_t)id) == NULL) continue;
    const uint64_t nbytes = result_bytes(&cu->base.chips->chip[id], MOST_ROWS);
    if (nbytes > most) most = nbytes;
  }
  return start_bytes() + mgp_cuda_size(most);
}

static mgp_task_start_t *start_of(const mgp_cuda_t *cu, unsigned slot) {
  return (mgp_task_start_t *)(void *)(cu->task_pinned + slot * cu->task_pinned_bytes);
}
static uint8_t *results_of(const mgp_cuda_t *cu, unsigned slot) {
  return cu->task_pinned + slot * cu->task_pinned_bytes + start_bytes();
}

/* --- prepare ---------------------------------------------------------------------------------- */

/* State, and what is constant in each leaf's denominator. What the proof starts with is in the
 * host's memory: nobody knew it yet when the kernel was put into a graph. */
static __global__ void __launch_bounds__(MGP_TASK_WIDE)
    task_start(mgp_task_dev_t dev, mgp_chip_args_t args, const mgp_task_start_t *start,
               uint32_t *words) {
  mgp_task_state_t *s = dev.state;
  const mgp_e_t alpha = start->alpha, beta = start->beta;
  if (threadIdx.x == 0) {
    s->tr = start->transcript;
    s->next_word = words;
    s->alpha = alpha;
    s->beta[0] = mgp_e_one();
    for (unsigned i = 1; i <= MGP_MAX_TUPLE; i++) s->beta[i] = mgp_e_mul(s->beta[i - 1], beta);
  }
  __syncthreads();
  for (uint32_t j = threadIdx.x; j < args.form.k; j += MGP_TASK_WIDE) {
    const uint32_t *c = args.words + args.form.constants + j * MGP_LEAF_ROW;
    mgp_e_t *to = dev.leaf + j * MGP_LEAF_ROW;
    mgp_dot_t sum(mgp_e_add_f(alpha, c[0]));
    for (unsigned i = 1; i < MGP_LEAF_ROW; i++) {
      sum.mac(c[i], s->beta[i]);
      mgp_st(&to[i], s->beta[i]);
    }
    mgp_st(to, sum.value());
  }
}

/* What a trace is built by, too: it is built while others are proved, for which a kernel that is
 * not loaded yet would wait. */
void mgp_cuda_task_load(void) {
  mgp_kernel_load(task_start);
  mgp_cuda_program_load();
}

struct mgp_task {
  mgp_task_job_t job;
  layout_t l;
  unsigned slot;
  cudaStream_t stream;
  bool begun, recorded;    /* recorded: its end is an event */
  mgp_cuda_graph_t *graph; /* or NULL */
};

static mgp_status_t enqueue(mgp_cuda_t *cu, const mgp_task *t) {
  const layout_t *l = &t->l;
  const mgp_cuda_chip_t *chip = mgp_cuda_chip(cu->chips, t->job.chip);
  if (cu->poison)
    MGP_TRY(MGP_CUDA_CALL(cu, cudaMemsetAsync(t->job.d_scratch, 0xa5, l->nbytes, cu->stream)));
  if (t->job.build) MGP_TRY(t->job.build(t->job.arg));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMemsetAsync(l->dev.state, 0, sizeof *l->dev.state, cu->stream)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMemsetAsync(l->dev.result, 0, sizeof *l->dev.result, cu->stream)));
  MGP_TRY(MGP_LAUNCH(cu, task_start, 1, MGP_TASK_WIDE, l->dev, l->args, start_of(cu, t->slot),
                     l->words));
  MGP_TRY(mgp_cuda_gkr(cu, chip, &l->args, l->dev, l->g));
  MGP_TRY(mgp_cuda_main(cu, chip, &l->args, l->dev, l->m));
  return MGP_CUDA_CALL(cu, cudaMemcpyAsync(results_of(cu, t->slot), l->dev.result, l->result_bytes,
                                           cudaMemcpyDeviceToHost, cu->stream));
}

/* Kernels that are waited for one by one cannot be in a graph. */
static mgp_status_t make_graph(mgp_cuda_t *cu, mgp_task *t) {
  if (cu->sync_each || cu->profile) return MGP_OK;
  MGP_TRY(mgp_cuda_graph_begin(cu));
  return mgp_cuda_graph_end(cu, enqueue(cu, t), t->job.chip, &t->graph);
}

/* Nothing of it is under way. */
static void forget(mgp_cuda_t *cu, mgp_task_t *t) {
  mgp_cuda_graph_done(t->graph);
  cu->task_busy[t->slot] = false;
  free(t);
}

mgp_status_t mgp_cuda_task_prepare(mgp_backend_t *be, const mgp_task_job_t *job, mgp_task_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const cudaStream_t main_stream = cu->stream;
  const mgp_chip_t *chip = &be->chips->chip[job->chip];
  unsigned slot = 0;
  *out = NULL;
  while (slot < (unsigned)be->task_slots && cu->task_busy[slot]) slot++;
  if (slot == (unsigned)be->task_slots)
    return mgp_fail(MGP_INTERNAL, "more than %d tasks", be->task_slots);
  if (chip->ninteractions == 0 || job->nrows == 0 || job->nrows > MOST_ROWS || !job->d_scratch)
    return mgp_fail(MGP_INTERNAL,
                    "chip %s with %u rows has no memory, no bus sum, or too many rows", chip->name,
                    job->nrows);
  mgp_task_t *t = (mgp_task_t *)calloc(1, sizeof *t);
  if (!t) return mgp_fail(MGP_RESOURCES, "out of host memory for a task");
  t->job = *job;
  t->slot = slot;
  lay_out(cu, job->chip, job->nrows, (uint8_t *)job->d_scratch, &t->l);
  t->l.args.trace = job->d_trace;
  t->l.args.virt = job->d_virt;
  t->l.args.stride = job->stride;
  cu->task_busy[slot] = true;
  t->stream = cu->task_stream[job->beside ? cu->next_lane++ % MGP_CUDA_LANES : slot];
  cu->stream = t->stream;
  const mgp_status_t st = make_graph(cu, t);
  cu->stream = main_stream;
  if (st == MGP_OK)
    *out = t;
  else
    forget(cu, t);
  return st;
}

/* --- begin, end ------------------------------------------------------------------------------- */

mgp_status_t mgp_cuda_task_begin(mgp_backend_t *be, mgp_task_t *t, const mgp_task_start_t *start) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const cudaStream_t main_stream = cu->stream;
  if (t->begun) return mgp_fail(MGP_INTERNAL, "a task that has begun before");
  *start_of(cu, t->slot) = *start;
  /* what the proof is made from, and whoever had its memory before, are on the main stream */
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->task_ready, main_stream)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamWaitEvent(t->stream, cu->task_ready, 0)));
  t->begun = true;
  cu->stream = t->stream;
  const mgp_status_t st = t->graph ? mgp_cuda_graph_launch(cu, t->graph) : enqueue(cu, t);
  cu->stream = main_stream;
  MGP_TRY(st);
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->task_done[t->slot], t->stream)));
  t->recorded = true;
  return MGP_OK;
}

static mgp_status_t results(const mgp_cuda_t *cu, const mgp_task_t *t) {
  const mgp_task_result_t *r = (const mgp_task_result_t *)results_of(cu, t->slot);
  const mgp_task_job_t *j = &t->job;
  if (r->failed) return mgp_task_exceptional();
  memcpy(j->words, r + 1, t->l.result_bytes - sizeof *r);
  memcpy(j->digest, r->digest, sizeof r->digest);
  memcpy(j->point, r->point, t->l.m.n * sizeof *r->point);
  return MGP_OK;
}

mgp_status_t mgp_cuda_task_end(mgp_backend_t *be, mgp_task_t *t) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_status_t st = MGP_OK;
  if (!t) return MGP_OK;
  /* waited for in any case: its memory is given back */
  const cudaError_t error =
      t->recorded ? cudaEventSynchronize(cu->task_done[t->slot]) : cudaStreamSynchronize(t->stream);
  if (t->begun) st = mgp_cuda_ended(cu, error, "the end of a task");
  if (t->begun && st == MGP_OK) st = results(cu, t);
  forget(cu, t);
  return st;
}
