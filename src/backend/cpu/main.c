/* Main sumcheck of one trace: the summand's weights, order of the passes, the pair at the end of
 * the rows. The arithmetic over rows is in kernels_main.c, whose header explains the method. */
#include <string.h>

#include "backend/cpu/kernels_main.h"
#include "backend/cpu/kernels_open.h"
#include "backend/cpu/tasks.h"

#define EB           MGP_BLOCK_WORDS
#define MAX_LOG_ROWS 32u
#define PASS_GRAIN   4u /* chunks a thread should have at least */

/* --- sizes ----------------------------------------------------------------------------------- */

typedef struct {
  unsigned n;
  int threads;
  uint32_t elements; /* of an entry */
  uint32_t ncols, slots, nodes;
  uint64_t blocks[2]; /* of the two buffers of folded entries; the first: units of the trace */
} plan_t;

static plan_t make_plan(const mgp_backend_t *be, const mgp_chip_t *chip, const mgp_poly_t *poly,
                        uint32_t nrows) {
  plan_t p = {.n = mgp_log2_up(nrows), .elements = poly->nforms + 1};
  p.ncols = poly->ncols;
  p.slots = mgp_poly_slots(poly);
  p.nodes = chip->nnodes;
  p.blocks[0] = (nrows + MGP_MAIN_UNIT - 1) / MGP_MAIN_UNIT;
  p.blocks[1] = (p.blocks[0] + 1) / 2;
  p.threads = mgp_range_threads(be->threads, p.blocks[0], PASS_GRAIN * 4);
  return p;
}
/* The first fold that stores is followed by a round, so it needs two variables, the next three. */
static uint64_t buffer_words(const plan_t *p, unsigned i) {
  return p->n >= i + 2 ? p->blocks[i] * p->elements * EB : 0;
}

/* Of a thread; fold_unit wants two slots whatever the chip. */
static size_t column_words(const plan_t *p) {
  return (size_t)2 * p->ncols * MGP_BLOCK;
}
static size_t slot_words(const plan_t *p) {
  return (size_t)(p->slots + 2) * MGP_MAIN_SLOT_WORDS;
}
static size_t slope_words(const plan_t *p) {
  return (size_t)p->elements * MGP_MAIN_SLOT_WORDS;
}
static size_t scratch_words(const plan_t *p) {
  return column_words(p) + slot_words(p) + slope_words(p) + 2 * EB + MGP_EQ_LOW_WORDS +
         (size_t)p->ncols * MGP_D;
}
/* Of all threads; before they start, the weights of the chip's nodes lie there. */
static uint64_t all_scratch_words(const plan_t *p) {
  const uint64_t words = (uint64_t)p->threads * scratch_words(p),
                 nodes = (uint64_t)p->nodes * MGP_D;
  return words > nodes ? words : nodes;
}

/* --- state ----------------------------------------------------------------------------------- */

struct mgp_main {
  plan_t plan;
  const mgp_main_kernels_t *kernels;
  const mgp_open_kernels_t *open;
  mgp_f_t *scratch, *tables, *constant, *buffer[2];
  mgp_main_scratch_t thread[MGP_MAX_THREADS];
  unsigned round;
  int pending;
  mgp_e_t rho[MAX_LOG_ROWS], x[MAX_LOG_ROWS];
  mgp_sel_t sel;
  mgp_main_pass_t pass;
  /* linear part of the constraints, as a combination of forms */
  mgp_e_t g_constant, g_form[MGP_POLY_COLUMNS];
  mgp_main_form_t form;
};

uint64_t mgp_cpu_main_bytes(const mgp_backend_t *be, const mgp_chip_t *chip, uint32_t nrows) {
  mgp_poly_t poly;
  if (mgp_poly_build(chip, 1, &poly) != MGP_OK) return UINT64_MAX;
  const plan_t p = make_plan(be, chip, &poly, nrows);
  const uint64_t words = all_scratch_words(&p) + mgp_eq_words(p.n) + (uint64_t)p.elements * EB +
                         buffer_words(&p, 0) + buffer_words(&p, 1);
  return words * sizeof(mgp_f_t) + sizeof(mgp_main_t);
}

/* --- weights --------------------------------------------------------------------------------- */

#define NSRC (MGP_POLY_COLUMNS + MGP_POLY_SLOTS)

static mgp_e_t spread(const mgp_chip_t *chip, const mgp_poly_t *poly, mgp_e_t *g, mgp_e_t *by_src) {
  mgp_poly_weight_t term[NSRC];
  mgp_e_t constant;
  const uint32_t n = mgp_poly_linear(chip, poly, g, &constant, term, NSRC);
  memset(by_src, 0, NSRC * sizeof *by_src);
  for (uint32_t i = 0; i < n; i++) by_src[term[i].src] = term[i].coef;
  return constant;
}

static mgp_e_t times_w(mgp_e_t a) {
  return mgp_e_mul_f(a, mgp_f_from_u32(MGP_W));
}

/* g: room for the weights of the chip's nodes. */
static void describe(mgp_main_t *m, const mgp_chip_t *chip, mgp_e_t alpha, mgp_e_t beta,
                     mgp_e_t lambda, const mgp_e_t *eq_int, mgp_e_t *g) {
  mgp_main_form_t *f = &m->form;
  const mgp_poly_t *poly = &f->poly;
  mgp_e_t interactions[NSRC], constraints[NSRC], constant = mgp_e_zero();
  memset(g, 0, chip->nnodes * sizeof *g);
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    const mgp_e_t weight = mgp_e_mul(lambda, eq_int[j]);
    mgp_e_t d = mgp_e_add_f(mgp_e_sub(alpha, mgp_e_one()), mgp_f_from_u32(it->bus));
    constant = mgp_e_add(constant, mgp_e_mul(weight, d));
    g[it->mult] = mgp_e_add(g[it->mult], eq_int[j]);
    mgp_e_t power = mgp_e_mul(weight, beta);
    for (unsigned i = 0; i < it->len; i++, power = mgp_e_mul(power, beta))
      g[it->tuple[i]] = mgp_e_add(g[it->tuple[i]], power);
  }
  constant = mgp_e_add(constant, spread(chip, poly, g, interactions));
  memset(g, 0, chip->nnodes * sizeof *g);
  mgp_e_t power = mgp_e_sqr(lambda);
  for (uint32_t c = 0; c < chip->nconstraints; c++, power = mgp_e_mul(power, lambda)) {
    const mgp_poly_sum_t *sum = &poly->constraint[c];
    g[chip->constraints[c]] = mgp_e_add(g[chip->constraints[c]], power);
    m->g_constant = mgp_e_add(m->g_constant, mgp_e_mul_f(power, sum->constant));
    for (uint32_t t = sum->first; t < (uint32_t)sum->first + sum->n; t++) {
      mgp_e_t *to = &m->g_form[poly->term[t].src];
      *to = mgp_e_add(*to, mgp_e_mul_f(power, poly->term[t].coef));
    }
  }
  f->constant = mgp_e_add(constant, spread(chip, poly, g, constraints));
  for (uint16_t src = 0; src < NSRC; src++) {
    const mgp_e_t b = mgp_e_add(interactions[src], constraints[src]);
    if (mgp_e_is_zero(interactions[src]) && mgp_e_is_zero(constraints[src])) continue;
    if (src < MGP_POLY_COLUMNS) {
      f->linear[f->nlinear++] = (mgp_poly_weight_t){src, b};
      continue;
    }
    f->base_atom[f->natoms] = (mgp_poly_weight_t){src, b};
    f->atom[f->natoms++] =
        (mgp_main_atom_t){(uint16_t)(src - MGP_POLY_COLUMNS), b, times_w(b), constraints[src]};
  }
}

/* --- begin, end ------------------------------------------------------------------------------ */

static void place_scratch(mgp_main_t *m) {
  for (int t = 0; t < m->plan.threads; t++) {
    mgp_main_scratch_t *s = &m->thread[t];
    s->columns = m->scratch + (size_t)t * scratch_words(&m->plan);
    s->slots = s->columns + column_words(&m->plan);
    s->slopes = s->slots + slot_words(&m->plan);
    s->linear = s->slopes + slope_words(&m->plan);
    s->low = s->linear + 2 * EB;
    s->sums = (mgp_e_t *)(s->low + MGP_EQ_LOW_WORDS);
  }
}

mgp_status_t mgp_cpu_main_begin(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_trace,
                                const mgp_f_t *d_virt, size_t stride, uint32_t nrows, unsigned n,
                                const mgp_e_t *rho, mgp_e_t alpha, mgp_e_t beta, mgp_e_t lambda,
                                const mgp_e_t *eq_int, mgp_main_t **out) {
  const mgp_chip_t *chip = &be->chips->chip[id];
  if (nrows == 0 || n != mgp_log2_up(nrows))
    return mgp_fail(MGP_INTERNAL, "chip %s: %u rows are not 2^%u", chip->name, nrows, n);
  mgp_status_t st;
  void *mem;
  MGP_TRY(mgp_ledger_alloc(be->ledger, MGP_MEM_SCRATCH, sizeof(mgp_main_t), &mem));
  mgp_main_t *m = mem;
  memset(m, 0, sizeof *m);
  mgp_main_form_t *f = &m->form;
  MGP_TRY_GOTO(st, mgp_poly_build(chip, 1, &f->poly), fail);
  plan_t *p = &m->plan;
  *p = make_plan(be, chip, &f->poly, nrows);
  m->kernels = mgp_main_kernels(mgp_cpu_of(be)->isa);
  m->open = mgp_open_kernels(mgp_cpu_of(be)->isa);
  f->trace = d_trace;
  f->virt = d_virt;
  f->stride = stride;
  f->ncols = chip->ncols;
  f->nrows = nrows;
  MGP_TRY_GOTO(st, mgp_scratch_words(be, all_scratch_words(p), &m->scratch), fail);
  MGP_TRY_GOTO(st, mgp_scratch_words(be, mgp_eq_words(p->n), &m->tables), fail);
  MGP_TRY_GOTO(st, mgp_scratch_words(be, (uint64_t)p->elements * EB, &m->constant), fail);
  for (unsigned i = 0; i < 2; i++)
    MGP_TRY_GOTO(st, mgp_scratch_words(be, buffer_words(p, i), &m->buffer[i]), fail);
  place_scratch(m);
  describe(m, chip, alpha, beta, lambda, eq_int, (mgp_e_t *)m->scratch);
  memset(m->constant, 0, (size_t)p->elements * EB * sizeof *m->constant);
  for (unsigned i = 0; i < MGP_BLOCK; i++)
    mgp_planes_set(m->constant + (size_t)(p->elements - 1) * EB, MGP_BLOCK, i, f->constant);
  memcpy(m->rho, rho, n * sizeof *rho);
  m->sel = mgp_sel_init(nrows);
  m->pass.form = f;
  m->pass.from_trace = 1;
  m->pass.blocks = m->pass.src_blocks = p->blocks[0];
  m->pass.eq = mgp_eq_place(m->tables, p->n);
  m->pass.constant = m->constant;
  *out = m;
  return MGP_OK;
fail:
  mgp_cpu_main_end(be, m);
  return st;
}

void mgp_cpu_main_end(mgp_backend_t *be, mgp_main_t *m) {
  if (!m) return;
  mgp_ledger_free(be->ledger, m->buffer[1]);
  mgp_ledger_free(be->ledger, m->buffer[0]);
  mgp_ledger_free(be->ledger, m->constant);
  mgp_ledger_free(be->ledger, m->tables);
  mgp_ledger_free(be->ledger, m->scratch);
  mgp_ledger_free(be->ledger, m);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void plan_fold(mgp_main_t *m) {
  mgp_main_pass_t *a = &m->pass;
  a->fold = 1;
  a->x = m->x[m->round - 1];
  if (!a->from_trace) {
    a->blocks = (a->src_blocks + 1) / 2;
    a->dst = m->buffer[a->src == m->buffer[0] ? 1 : 0];
    return;
  }
  a->dst = m->buffer[0];
  const mgp_main_form_t *f = &m->form;
  for (uint32_t i = 0; i < f->nlinear; i++) {
    const mgp_poly_weight_t *w = &f->linear[i];
    const mgp_e_t odd = mgp_e_mul(a->x, w->coef);
    a->folded[2 * i] = (mgp_poly_weight_t){w->src, mgp_e_sub(w->coef, odd)};
    a->folded[2 * i + 1] = (mgp_poly_weight_t){(uint16_t)(w->src + MGP_POLY_COLUMNS), odd};
  }
}

static void after_pass(mgp_main_t *m) {
  mgp_main_pass_t *a = &m->pass;
  if (a->fold) {
    a->from_trace = 0;
    a->src = a->dst;
    a->src_blocks = a->blocks;
    a->fold = 0;
  }
  m->pending = 0;
}

typedef struct {
  mgp_main_t *m;
  mgp_e_t sum[MGP_MAX_THREADS][3];
} pass_ctx_t;

static void pass_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  pass_ctx_t *c = ctx;
  c->m->kernels->pass(&c->m->pass, &c->m->thread[thread], first, last, c->sum[thread]);
}

/* Forms and L of one row, or entry. */
static void entry_at(const mgp_main_t *m, uint64_t i, mgp_e_t *value) {
  const mgp_main_form_t *f = &m->form;
  const mgp_main_pass_t *a = &m->pass;
  const uint32_t n = f->poly.nforms;
  if (!a->from_trace) {
    const uint64_t block = i / MGP_BLOCK;
    const mgp_f_t *entry =
        block < a->src_blocks ? a->src + block * m->plan.elements * EB : a->constant;
    for (uint32_t e = 0; e <= n; e++)
      value[e] = mgp_planes_get(entry + (size_t)e * EB, MGP_BLOCK, i % MGP_BLOCK);
    return;
  }
  mgp_f_t col[MGP_POLY_COLUMNS] = {0};
  for (uint32_t c = 0; c < f->poly.ncols && i < f->nrows; c++)
    col[c] = c < f->ncols ? f->trace[c * f->stride + i] : f->virt[(c - f->ncols) * f->stride + i];
  for (uint32_t e = 0; e < n; e++) {
    const mgp_poly_sum_t *sum = &f->poly.form[e];
    mgp_f_t s = 0;
    for (uint32_t t = sum->first; t < (uint32_t)sum->first + sum->n; t++)
      s = mgp_f_add(s, mgp_f_mul(f->poly.term[t].coef, col[f->poly.term[t].src]));
    value[e] = mgp_e_from_f(s);
  }
  value[n] = f->constant;
  for (uint32_t i2 = 0; i2 < f->nlinear; i2++)
    value[n] = mgp_e_add(value[n], mgp_e_mul_f(f->linear[i2].coef, col[f->linear[i2].src]));
}

/* E where sel is not 1: sel (E - G) + G with G the constraints' part. */
static mgp_e_t summand(const mgp_main_t *m, mgp_e_t sel, mgp_e_t linear, mgp_e_t *slot) {
  const mgp_main_form_t *f = &m->form;
  mgp_e_t e = linear, g = m->g_constant;
  mgp_poly_eval(&f->poly, slot);
  for (uint32_t i = 0; i < f->poly.nforms; i++) g = mgp_e_add(g, mgp_e_mul(m->g_form[i], slot[i]));
  for (uint32_t t = 0; t < f->natoms; t++) {
    e = mgp_e_add(e, mgp_e_mul(f->atom[t].b, slot[f->atom[t].slot]));
    g = mgp_e_add(g, mgp_e_mul(f->atom[t].g, slot[f->atom[t].slot]));
  }
  return mgp_e_add(mgp_e_mul(sel, mgp_e_sub(e, g)), g);
}

static void add_edge(const mgp_main_t *m, const mgp_e_t *rest, unsigned nrest, mgp_e_t out[3]) {
  const uint32_t n = m->form.poly.nforms;
  const uint64_t pair = m->sel.full >> 1;
  mgp_e_t sel[2], a[MGP_POLY_COLUMNS + 1], b[MGP_POLY_COLUMNS + 1], slot[MGP_POLY_SLOTS];
  mgp_sel_pair(&m->sel, sel);
  if (mgp_e_is_zero(sel[0])) return;
  entry_at(m, 2 * pair, a);
  entry_at(m, 2 * pair + 1, b);
  const mgp_e_t weight = mgp_eq_at(rest, nrest, pair);
  for (uint32_t X = 1; X <= 3; X++) {
    const mgp_e_t x = mgp_e_from_f(mgp_f_from_u32(X));
    for (uint32_t i = 0; i < n; i++) slot[i] = mgp_e_fold(a[i], b[i], x);
    mgp_e_t e = summand(m, mgp_e_fold(sel[0], sel[1], x), mgp_e_fold(a[n], b[n], x), slot);
    out[X - 1] = mgp_e_add(out[X - 1], mgp_e_mul(weight, e));
  }
}

mgp_status_t mgp_cpu_main_round(mgp_backend_t *be, mgp_main_t *m, mgp_e_t out[3]) {
  (void)be;
  mgp_main_pass_t *a = &m->pass;
  if (m->round >= m->plan.n)
    return mgp_fail(MGP_INTERNAL, "main sumcheck has no round %u", m->round);
  if (m->pending) plan_fold(m);
  const mgp_e_t *rest = m->rho + m->round + 1;
  const unsigned nrest = m->plan.n - m->round - 1;
  mgp_eq_fill(m->open, rest, nrest, &a->eq);
  a->full = m->sel.full >> 1;
  const unsigned per_chunk = MGP_EQ_LOW / mgp_main_block_pairs(a);
  const uint64_t chunks = (a->blocks + per_chunk - 1) / per_chunk;
  pass_ctx_t c = {.m = m};
  const int threads = mgp_range_threads(m->plan.threads, chunks, PASS_GRAIN);
  mgp_ranges(threads, chunks, pass_range, &c);
  for (int i = 0; i < 3; i++) out[i] = mgp_e_zero();
  for (int t = 0; t < threads; t++)
    for (int i = 0; i < 3; i++) out[i] = mgp_e_add(out[i], c.sum[t][i]);
  after_pass(m);
  add_edge(m, rest, nrest, out);
  return MGP_OK;
}

mgp_status_t mgp_cpu_main_bind(mgp_backend_t *be, mgp_main_t *m, mgp_e_t x) {
  (void)be;
  if (m->round >= m->plan.n || m->pending)
    return mgp_fail(MGP_INTERNAL, "main sumcheck: challenge %u out of order", m->round);
  mgp_sel_bind(&m->sel, x);
  m->x[m->round++] = x;
  m->pending = 1;
  return MGP_OK;
}

/* --- evaluations ----------------------------------------------------------------------------- */

/* One pass over the committed columns: cheaper than folding all of them all the way. */
static void evals_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  mgp_main_t *m = ctx;
  const mgp_main_form_t *f = &m->form;
  const mgp_eq_t *eq = &m->pass.eq;
  mgp_e_t *sums = m->thread[thread].sums;
  for (uint32_t c = 0; c < f->ncols; c++) sums[c] = mgp_e_zero();
  for (uint64_t chunk = first; chunk < last; chunk++) {
    const uint64_t row = chunk * MGP_EQ_LOW;
    const size_t n = f->nrows - row < MGP_EQ_LOW ? (size_t)(f->nrows - row) : MGP_EQ_LOW;
    const mgp_e_t high = mgp_eq_high(eq, chunk);
    for (uint32_t c = 0; c < f->ncols; c++) {
      mgp_e_t s = m->open->inner(f->trace + c * f->stride + row, eq->low, MGP_EQ_LOW, n);
      sums[c] = mgp_e_add(sums[c], mgp_e_mul(s, high));
    }
  }
}

mgp_status_t mgp_cpu_main_evals(mgp_backend_t *be, mgp_main_t *m, mgp_e_t *out) {
  (void)be;
  if (m->round != m->plan.n)
    return mgp_fail(MGP_INTERNAL, "main sumcheck: %u of %u rounds bound", m->round, m->plan.n);
  mgp_eq_fill(m->open, m->x, m->plan.n, &m->pass.eq);
  const uint64_t chunks = ((uint64_t)m->form.nrows + MGP_EQ_LOW - 1) / MGP_EQ_LOW;
  const int threads = mgp_range_threads(m->plan.threads, chunks, PASS_GRAIN);
  mgp_ranges(threads, chunks, evals_range, m);
  for (uint32_t c = 0; c < m->form.ncols; c++) {
    out[c] = m->thread[0].sums[c];
    for (int t = 1; t < threads; t++) out[c] = mgp_e_add(out[c], m->thread[t].sums[c]);
  }
  return MGP_OK;
}

uint64_t mgp_cpu_task_bytes(mgp_backend_t *be, mgp_chip_id_t id, uint32_t nrows) {
  const mgp_chip_t *chip = &be->chips->chip[id];
  const uint64_t gkr = mgp_cpu_gkr_bytes(be, chip, nrows);
  const uint64_t main_part = mgp_cpu_main_bytes(be, chip, nrows);
  return gkr > main_part ? gkr : main_part;
}
