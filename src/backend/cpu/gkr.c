/* Fractional-sum GKR of one trace: storage, order of the passes, closed forms. The arithmetic over
 * rows is in kernels_gkr.c, whose header explains the layouts. */
#include <string.h>

#include "backend/cpu/kernels_gkr.h"
#include "backend/cpu/kernels_open.h"
#include "backend/cpu/tasks.h"

#define EB           MGP_BLOCK_WORDS
#define MAX_LOG_ROWS 32u
#define MAX_LOG_K    6u
#define BUILD_GRAIN  32u /* blocks a thread should have at least */
#define PASS_GRAIN   4u  /* chunks */

/* --- sizes ----------------------------------------------------------------------------------- */

typedef struct {
  unsigned n, m; /* log2 of rows and interactions */
  uint32_t k;
  int varying, threads;
  uint32_t slots, chip_nodes;
  uint64_t blocks;                       /* of rows */
  uint32_t nodes[MAX_LOG_K + 1];         /* per row at level n + s */
  uint64_t row_blocks[MAX_LOG_ROWS + 1]; /* entry blocks of level t <= n */
} plan_t;

static int has_varying(const mgp_chip_t *chip) {
  for (uint32_t j = 0; j < chip->ninteractions; j++)
    if (chip->nodes[chip->interactions[j].mult].op != MGP_X_CONST) return 1;
  return chip->ninteractions == 1; /* then the leaf itself is a stored node */
}

static plan_t make_plan(const mgp_backend_t *be, const mgp_chip_t *chip, const mgp_poly_t *poly,
                        uint32_t nrows) {
  plan_t p = {.n = mgp_log2_up(nrows), .m = mgp_log2_up(chip->ninteractions)};
  p.k = chip->ninteractions;
  p.slots = mgp_poly_slots(poly);
  p.chip_nodes = chip->nnodes;
  p.varying = has_varying(chip);
  p.blocks = (nrows + MGP_BLOCK - 1) / MGP_BLOCK;
  p.threads = mgp_range_threads(be->threads, p.blocks, BUILD_GRAIN);
  for (unsigned s = 0; s <= p.m; s++) p.nodes[s] = (p.k + (1u << (p.m - s)) - 1) >> (p.m - s);
  p.row_blocks[p.n] = (p.blocks + 1) / 2;
  for (unsigned t = p.n; t-- > 0;) p.row_blocks[t] = (p.row_blocks[t + 1] + 1) / 2;
  return p;
}

static size_t leaf_words(const plan_t *p) {
  return (size_t)((p->k + 1) / 2) * (p->varying ? 4 : 2) * EB;
}
static size_t scratch_words(const plan_t *p) {
  return (size_t)p->slots * MGP_BLOCK + (p->k == 2 ? 2 : 1) * leaf_words(p) + 2 * EB;
}
/* Of all threads; before they start, the weights of the chip's nodes lie there. */
static uint64_t all_scratch_words(const plan_t *p) {
  const uint64_t words = (uint64_t)p->threads * scratch_words(p);
  const uint64_t nodes = (uint64_t)p->chip_nodes * MGP_D;
  return words > nodes ? words : nodes;
}
/* Words per block of an in-row level. */
static size_t level_stride(const plan_t *p, unsigned s) {
  return (size_t)((p->nodes[s] + 1) / 2) * 4 * EB;
}
/* Is level t stored, and in how many words? */
static uint64_t level_words(const plan_t *p, unsigned t) {
  if (t > p->n) return t < p->n + p->m ? p->blocks * level_stride(p, t - p->n) : 0;
  return t > 0 || p->n == 0 ? p->row_blocks[t] * 4 * EB : 0;
}

/* All levels lie in one block, the largest first. A layer's folded values need no memory of their
 * own: what a level's rows fold to is as large as the levels before it, which are used up by then,
 * and folded leaf entries are no larger than the nodes made of them. */
static uint64_t tree_words(const plan_t *p) {
  uint64_t words = 0;
  for (unsigned t = 0; t <= p->n + p->m; t++) words += level_words(p, t);
  return words;
}

/* --- state ----------------------------------------------------------------------------------- */

struct mgp_gkr {
  plan_t plan;
  const mgp_gkr_kernels_t *kernels;
  const mgp_open_kernels_t *open;
  mgp_f_t *scratch, *tables, *constant, *tree;
  mgp_f_t *level[MAX_LOG_ROWS + MAX_LOG_K + 1]; /* in tree */
  mgp_f_t *entries, *rows[2];                   /* the layer's folded leaves and rows, in tree */
  mgp_gkr_scratch_t thread[MGP_MAX_THREADS];
  /* the layer */
  unsigned next_layer, l, round, entry_vars;
  int pending; /* a challenge is bound, but not folded in */
  mgp_e_t point[MAX_LOG_ROWS + MAX_LOG_K];
  mgp_gkr_pass_t pass;
  mgp_e_t inv_lambda, p[MGP_LEAF_PAIRS + 1][2]; /* shifted entries: their constant p_0, p_1 */
  mgp_sel_t sel;
  mgp_leaves_t leaves;
};

uint64_t mgp_cpu_gkr_bytes(const mgp_backend_t *be, const mgp_chip_t *chip, uint32_t nrows) {
  if (chip->ninteractions == 0) return 0;
  mgp_poly_t poly;
  if (mgp_poly_build(chip, 0, &poly) != MGP_OK) return UINT64_MAX;
  const plan_t p = make_plan(be, chip, &poly, nrows);
  const uint64_t words = tree_words(&p) + all_scratch_words(&p) + mgp_eq_words(p.n) + 4 * EB;
  return words * sizeof(mgp_f_t) + sizeof(mgp_gkr_t);
}

/* g: room for the weights of the chip's nodes. */
static mgp_status_t describe_leaves(const mgp_chip_t *chip, mgp_e_t alpha, mgp_e_t beta, mgp_e_t *g,
                                    mgp_leaves_t *l) {
  const size_t g_bytes = chip->nnodes * sizeof *g;
  mgp_e_t constant;
  uint32_t nmult = 0;
  for (uint32_t j = 0; j < l->count; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    memset(g, 0, g_bytes);
    mgp_e_t power = beta;
    for (unsigned i = 0; i < it->len; i++, power = mgp_e_mul(power, beta))
      g[it->tuple[i]] = mgp_e_add(g[it->tuple[i]], power);
    const uint32_t first = l->first[j], room = MGP_LEAF_WEIGHTS - first;
    uint32_t n = mgp_poly_linear(chip, &l->poly, g, &constant, l->weight + first, room);
    if (n > room)
      return mgp_fail(MGP_INTERNAL, "chip %s: leaves have more than %u terms", chip->name,
                      MGP_LEAF_WEIGHTS);
    l->first[j + 1] = (uint16_t)(first + n);
    l->constant[j] = mgp_e_add_f(mgp_e_add(alpha, constant), mgp_f_from_u32(it->bus));
    if (!l->varying) {
      l->mult[j] = chip->nodes[it->mult].value;
      continue;
    }
    mgp_poly_weight_t term[MGP_POLY_COLUMNS];
    memset(g, 0, g_bytes);
    g[it->mult] = mgp_e_one();
    n = mgp_poly_linear(chip, &l->poly, g, &constant, term, MGP_POLY_COLUMNS);
    l->mult_sum[j] = (mgp_poly_sum_t){constant.c[0], (uint16_t)nmult, (uint16_t)n};
    if (nmult + n > sizeof l->mult_term / sizeof *l->mult_term)
      return mgp_fail(MGP_INTERNAL, "chip %s: multiplicities have too many terms", chip->name);
    for (uint32_t i = 0; i < n; i++)
      l->mult_term[nmult++] = (mgp_poly_term_t){term[i].src, term[i].coef.c[0]};
  }
  return MGP_OK;
}

/* --- tree ------------------------------------------------------------------------------------ */

typedef struct {
  mgp_gkr_t *g;
  mgp_gkr_build_t build;
  unsigned t;
} tree_ctx_t;

static void build_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  tree_ctx_t *c = ctx;
  c->g->kernels->build(&c->build, &c->g->thread[thread], first, last);
}
static void up_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  tree_ctx_t *c = ctx;
  mgp_gkr_t *g = c->g;
  g->kernels->up(g->level[c->t + 1], g->plan.row_blocks[c->t + 1], g->level[c->t],
                 &g->thread[thread], first, last);
}

static mgp_e_t planes_at(const mgp_f_t *elements, unsigned e, unsigned row) {
  return mgp_planes_get(elements + (size_t)e * EB, MGP_BLOCK, row);
}

static void build_tree(mgp_gkr_t *g, mgp_e_t root[2]) {
  const plan_t *p = &g->plan;
  tree_ctx_t c = {.g = g};
  c.build.leaves = &g->leaves;
  c.build.nlevels = p->m > 0 ? p->m - 1 : 0;
  for (unsigned s = 0; s < c.build.nlevels; s++) c.build.level[s] = g->level[p->n + 1 + s];
  c.build.rows = g->level[p->n];
  c.build.blocks = p->blocks;
  mgp_ranges(p->threads, p->blocks, build_range, &c);
  for (unsigned t = p->n; t-- > 1;) {
    c.t = t;
    uint64_t blocks = p->row_blocks[t + 1];
    int threads = mgp_range_threads(p->threads, blocks, 4 * BUILD_GRAIN);
    mgp_ranges(threads, blocks, up_range, &c);
  }
  const mgp_f_t *top = g->level[p->n > 0 ? 1 : 0];
  mgp_e_t p0 = planes_at(top, 0, 0), q0 = planes_at(top, 1, 0);
  root[0] = p0;
  root[1] = q0;
  if (p->n > 0) {
    mgp_e_t p1 = planes_at(top, 2, 0), q1 = planes_at(top, 3, 0);
    root[0] = mgp_e_add(mgp_e_mul(p0, q1), mgp_e_mul(p1, q0));
    root[1] = mgp_e_mul(q0, q1);
  }
}

mgp_status_t mgp_cpu_gkr_begin(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_trace,
                               const mgp_f_t *d_virt, size_t stride, uint32_t nrows, mgp_e_t alpha,
                               mgp_e_t beta, mgp_gkr_t **out, mgp_e_t root[2]) {
  const mgp_chip_t *chip = &be->chips->chip[id];
  if (chip->ninteractions == 0 || nrows == 0)
    return mgp_fail(MGP_INTERNAL, "chip %s with %u rows has no bus sum", chip->name, nrows);
  mgp_status_t st;
  void *mem;
  MGP_TRY(mgp_ledger_alloc(be->ledger, MGP_MEM_SCRATCH, sizeof(mgp_gkr_t), &mem));
  mgp_gkr_t *g = mem;
  memset(g, 0, sizeof *g);
  plan_t *p = &g->plan;
  MGP_TRY_GOTO(st, mgp_poly_build(chip, 0, &g->leaves.poly), fail);
  *p = make_plan(be, chip, &g->leaves.poly, nrows);
  g->kernels = mgp_gkr_kernels(mgp_cpu_of(be)->isa);
  g->open = mgp_open_kernels(mgp_cpu_of(be)->isa);
  mgp_leaves_t *l = &g->leaves;
  l->trace = d_trace;
  l->virt = d_virt;
  l->stride = stride;
  l->ncols = chip->ncols;
  l->nrows = nrows;
  l->count = p->k;
  l->varying = p->varying;
  MGP_TRY_GOTO(st, mgp_scratch_words(be, all_scratch_words(p), &g->scratch), fail);
  MGP_TRY_GOTO(st, describe_leaves(chip, alpha, beta, (mgp_e_t *)g->scratch, l), fail);
  MGP_TRY_GOTO(st, mgp_scratch_words(be, mgp_eq_words(p->n), &g->tables), fail);
  MGP_TRY_GOTO(st, mgp_scratch_words(be, 4 * EB, &g->constant), fail);
  MGP_TRY_GOTO(st, mgp_scratch_words(be, tree_words(p), &g->tree), fail);
  mgp_f_t *free_words = g->tree;
  for (unsigned t = p->n + p->m + 1; t-- > 0;) {
    g->level[t] = free_words;
    free_words += level_words(p, t);
  }
  for (int i = 0; i < p->threads; i++) {
    mgp_f_t *w = g->scratch + (size_t)i * scratch_words(p);
    g->thread[i].slots = w;
    g->thread[i].node = w + (size_t)p->slots * MGP_BLOCK;
    g->thread[i].entries[0] = g->thread[i].node + 2 * EB;
    g->thread[i].entries[1] = g->thread[i].entries[0] + (p->k == 2 ? leaf_words(p) : 0);
  }
  build_tree(g, root);
  *out = g;
  return MGP_OK;
fail:
  mgp_cpu_gkr_end(be, g);
  return st;
}

void mgp_cpu_gkr_end(mgp_backend_t *be, mgp_gkr_t *g) {
  if (!g) return;
  mgp_ledger_free(be->ledger, g->tree);
  mgp_ledger_free(be->ledger, g->constant);
  mgp_ledger_free(be->ledger, g->tables);
  mgp_ledger_free(be->ledger, g->scratch);
  mgp_ledger_free(be->ledger, g);
}

/* --- layers ---------------------------------------------------------------------------------- */

/* Moves p / lambda into the constants of the leaves. */
static mgp_status_t shift_leaves(mgp_gkr_t *g, mgp_e_t lambda) {
  mgp_leaves_t *l = &g->leaves;
  if (mgp_e_is_zero(lambda)) /* one challenge in |K|; there is no witness to blame */
    return mgp_fail(MGP_INTERNAL, "the challenge lambda of the last GKR layer is zero");
  g->inv_lambda = mgp_e_inv(lambda);
  memset(g->p, 0, sizeof g->p);
  for (uint32_t j = 0; j < l->count; j++) {
    g->p[j / 2][j & 1] = mgp_e_from_f(l->mult[j]);
    l->constant[j] = mgp_e_add(l->constant[j], mgp_e_mul_f(g->inv_lambda, l->mult[j]));
  }
  g->sel = mgp_sel_init(l->nrows);
  return MGP_OK;
}

mgp_status_t mgp_cpu_gkr_layer(mgp_backend_t *be, mgp_gkr_t *g, unsigned layer,
                               const mgp_e_t *point, mgp_e_t lambda) {
  (void)be;
  const plan_t *p = &g->plan;
  if (layer != g->next_layer || layer >= p->n + p->m)
    return mgp_fail(MGP_INTERNAL, "GKR layer %u out of order", layer);
  const unsigned t = layer + 1;
  const unsigned top = t > p->n ? p->n : layer; /* rows fold into this level, then the next */
  g->rows[0] = g->level[top];
  g->rows[1] = top > 0 ? g->level[top - 1] : NULL;
  g->entries = p->m > 1 ? g->level[p->n + p->m - 1] : NULL;
  mgp_gkr_pass_t *a = &g->pass;
  memset(a, 0, sizeof *a);
  a->lambda = lambda;
  a->src = g->level[t];
  a->src_entries = t > p->n ? (p->nodes[t - p->n] + 1) / 2 : 1;
  a->src_blocks = t > p->n ? p->blocks : p->row_blocks[t];
  a->src_stride = (size_t)a->src_entries * 4 * EB;
  if (p->m > 0 && t == p->n + p->m) {
    a->leaves = &g->leaves;
    a->shifted = !p->varying;
  }
  a->lift = !a->shifted;
  a->blocks = a->src_blocks;
  a->entries = a->src_entries;
  a->eq = mgp_eq_place(g->tables, p->n);
  a->constant = g->constant;
  if (a->shifted) MGP_TRY(shift_leaves(g, lambda));
  const mgp_e_t one = mgp_e_one(), zero = mgp_e_zero();
  const mgp_e_t constant[4] = {a->shifted ? one : lambda, one, zero, one};
  for (unsigned e = 0; e < 4; e++)
    for (unsigned i = 0; i < MGP_BLOCK; i++)
      mgp_planes_set(g->constant + (size_t)e * EB, MGP_BLOCK, i, constant[e]);
  memcpy(g->point, point, layer * sizeof *point);
  g->l = layer;
  g->round = 0;
  g->entry_vars = t > p->n ? layer - p->n : 0;
  g->pending = 0;
  g->next_layer++;
  return MGP_OK;
}

/* --- rounds ---------------------------------------------------------------------------------- */

static unsigned elements(const mgp_gkr_t *g) {
  return g->pass.shifted ? 2 : 4;
}

/* Where the challenge that is pending is folded in during the next pass. */
static void plan_fold(mgp_gkr_t *g) {
  mgp_gkr_pass_t *a = &g->pass;
  if (g->round <= g->entry_vars) {
    a->fold = MGP_FOLD_ENTRIES;
    a->entries = (a->src_entries + 1) / 2;
    a->dst = a->leaves ? g->entries : a->src;
    a->dst_stride = a->leaves ? (size_t)a->entries * elements(g) * EB : a->src_stride;
  } else {
    a->fold = MGP_FOLD_ROWS;
    a->blocks = (a->src_blocks + 1) / 2;
    a->dst = a->src == g->rows[0] ? g->rows[1] : g->rows[0];
    a->dst_stride = (size_t)elements(g) * EB;
  }
}

static void after_pass(mgp_gkr_t *g) {
  mgp_gkr_pass_t *a = &g->pass;
  if (a->fold != MGP_FOLD_NONE) {
    a->leaves = NULL;
    a->src = a->dst;
    a->src_stride = a->dst_stride;
    a->src_blocks = a->blocks;
    a->src_entries = a->entries;
    a->fold = MGP_FOLD_NONE;
  }
  if (!a->leaves) a->lift = 0;
  g->pending = 0;
}

typedef struct {
  mgp_gkr_t *g;
  mgp_e_t sum[MGP_MAX_THREADS][2];
} pass_ctx_t;

static void pass_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  pass_ctx_t *c = ctx;
  c->g->kernels->pass(&c->g->pass, &c->g->thread[thread], first, last, c->sum[thread]);
}

static void run_pass(mgp_gkr_t *g, mgp_e_t out[2]) {
  const unsigned per_chunk = mgp_gkr_chunk_blocks(&g->pass);
  const uint64_t chunks = (g->pass.blocks + per_chunk - 1) / per_chunk;
  pass_ctx_t c = {.g = g};
  int threads = mgp_range_threads(g->plan.threads, chunks, PASS_GRAIN);
  mgp_ranges(threads, chunks, pass_range, &c);
  out[0] = out[1] = mgp_e_zero();
  for (int t = 0; t < threads; t++)
    for (int i = 0; i < 2; i++) out[i] = mgp_e_add(out[i], c.sum[t][i]);
}

/* What shifting took out of the summand: p_0 p_1 / lambda, with p_i constant on real rows and 0 on
 * the others. */
static void unshift(const mgp_gkr_t *g, const mgp_e_t *rest, unsigned nrest, mgp_e_t out[2]) {
  const mgp_gkr_pass_t *a = &g->pass;
  mgp_e_t c0 = mgp_e_zero(), c2 = mgp_e_zero(), weight;
  if (!a->row_pairs) {
    for (uint32_t j = 0; 2 * j < a->entries; j++) {
      const mgp_e_t *x = g->p[2 * j], *y = g->p[2 * j + 1];
      mgp_e_t d = mgp_e_mul(mgp_e_sub(y[0], x[0]), mgp_e_sub(y[1], x[1]));
      c0 = mgp_e_add(c0, mgp_e_mul(a->eq_entry[j], mgp_e_mul(x[0], x[1])));
      c2 = mgp_e_add(c2, mgp_e_mul(a->eq_entry[j], d));
    }
    weight = mgp_eq_below(rest, nrest, g->sel.full);
  } else {
    const uint64_t full = g->sel.full >> 1;
    mgp_e_t s[2], edge = mgp_eq_at(rest, nrest, full);
    mgp_sel_pair(&g->sel, s);
    mgp_e_t d = mgp_e_sub(s[1], s[0]);
    c0 = mgp_e_add(mgp_eq_below(rest, nrest, full), mgp_e_mul(edge, mgp_e_sqr(s[0])));
    c2 = mgp_e_mul(edge, mgp_e_sqr(d));
    weight = mgp_e_mul(g->p[0][0], g->p[0][1]);
  }
  weight = mgp_e_mul(weight, g->inv_lambda);
  out[0] = mgp_e_sub(out[0], mgp_e_mul(weight, c0));
  out[1] = mgp_e_sub(out[1], mgp_e_mul(weight, c2));
}

mgp_status_t mgp_cpu_gkr_round(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[2]) {
  (void)be;
  mgp_gkr_pass_t *a = &g->pass;
  if (g->round >= g->l)
    return mgp_fail(MGP_INTERNAL, "GKR layer %u has no round %u", g->l, g->round);
  if (g->pending) plan_fold(g);
  a->row_pairs = g->round >= g->entry_vars;
  const unsigned first = a->row_pairs ? g->round + 1 : g->entry_vars;
  const mgp_e_t *rest = g->point + first;
  const unsigned nrest = g->l - first;
  mgp_eq_fill(g->open, rest, nrest, &a->eq);
  mgp_e_t real = mgp_eq_below(rest, nrest, a->blocks * MGP_BLOCK / (a->row_pairs ? 2 : 1));
  if (!a->row_pairs) {
    const unsigned n = g->entry_vars - g->round - 1;
    for (uint32_t j = 0; 2 * j < a->entries; j++)
      a->eq_entry[j] = mgp_eq_at(g->point + g->round + 1, n, j);
    real = mgp_e_mul(real, mgp_eq_below(g->point + g->round + 1, n, (a->entries + 1) / 2));
  }
  run_pass(g, out);
  after_pass(g);
  /* the summand is lambda wherever there is no node */
  mgp_e_t absent = mgp_e_mul(a->lambda, mgp_e_sub(mgp_e_one(), real));
  if (a->shifted)
    for (int i = 0; i < 2; i++) out[i] = mgp_e_mul(out[i], a->lambda);
  out[0] = mgp_e_add(out[0], absent);
  if (a->shifted) unshift(g, rest, nrest, out);
  return MGP_OK;
}

mgp_status_t mgp_cpu_gkr_bind(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t x) {
  (void)be;
  if (g->round >= g->l || g->pending)
    return mgp_fail(MGP_INTERNAL, "GKR layer %u: challenge %u out of order", g->l, g->round);
  if (g->pass.shifted && g->round < g->entry_vars) {
    const uint32_t n = (g->pass.entries + 1) / 2;
    for (uint32_t j = 0; j < n; j++)
      for (int i = 0; i < 2; i++) g->p[j][i] = mgp_e_fold(g->p[2 * j][i], g->p[2 * j + 1][i], x);
    memset(g->p + n, 0, (MGP_LEAF_PAIRS + 1 - n) * sizeof *g->p); /* absent entries have p = 0 */
  } else if (g->pass.shifted) {
    mgp_sel_bind(&g->sel, x);
  }
  g->pass.x = x;
  g->pending = 1;
  g->round++;
  return MGP_OK;
}

mgp_status_t mgp_cpu_gkr_evals(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[4]) {
  (void)be;
  const mgp_gkr_pass_t *a = &g->pass;
  if (g->round != g->l || (g->l > 0 && !g->pending))
    return mgp_fail(MGP_INTERNAL, "GKR layer %u is not bound yet", g->l);
  const unsigned n = elements(g);
  const mgp_f_t *src = a->src, *other;
  if (a->leaves) {
    g->kernels->leaf_entries(a->leaves, &g->thread[0], 0, g->thread[0].entries[0]);
    src = g->thread[0].entries[0];
  }
  mgp_e_t e[4];
  const int by_rows = g->l > g->entry_vars;
  other = by_rows ? src : a->src_entries > 1 ? src + (size_t)n * EB : a->constant;
  for (unsigned i = 0; i < n; i++) {
    e[i] = planes_at(src, i, 0);
    if (g->pending) e[i] = mgp_e_fold(e[i], planes_at(other, i, by_rows ? 1 : 0), a->x);
  }
  if (a->shifted) {
    const mgp_e_t s = g->sel.full ? mgp_e_one() : g->sel.edge;
    for (int i = 0; i < 2; i++) {
      out[i] = mgp_e_mul(g->p[0][i], s);
      out[2 + i] = mgp_e_sub(e[i], mgp_e_mul(out[i], g->inv_lambda));
    }
    return MGP_OK;
  }
  out[0] = a->lift ? e[0] : mgp_e_sub(e[0], mgp_e_mul(a->lambda, e[1]));
  out[1] = e[2];
  out[2] = e[1];
  out[3] = e[3];
  return MGP_OK;
}
