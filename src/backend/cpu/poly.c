#include "backend/cpu/poly.h"

#include <string.h>

#define NO_SLOT UINT16_MAX

#define POOL_TERMS 4096u

/* The forms found so far, as an echelon over F: row r has its pivot at pivot[r], and is the sum of
 * mix[r] over forms. Most forms are single columns: rows and mixes are lists of terms in a pool. */
typedef struct {
  const mgp_chip_t *chip;
  mgp_poly_t *p;
  mgp_status_t st;
  uint32_t pivot[MGP_POLY_COLUMNS];
  mgp_f_t pivot_inv[MGP_POLY_COLUMNS];
  mgp_poly_sum_t row[MGP_POLY_COLUMNS], mix[MGP_POLY_COLUMNS];
  uint32_t npool;
  mgp_poly_term_t pool[POOL_TERMS];
  uint16_t operand[MGP_MAX_NODES];
  /* the affine combination last taken apart */
  mgp_f_t constant, column[MGP_POLY_COLUMNS], weight[MGP_MAX_NODES];
} builder_t;

static int is_atom(const mgp_chip_t *chip, uint32_t i) {
  const mgp_xnode_t *n = &chip->nodes[i];
  return n->op == MGP_X_MUL && chip->nodes[n->a].degree > 0 && chip->nodes[n->b].degree > 0;
}

/* Weights of columns and atoms in node `root`: backwards through the DAG. */
static void take_apart(builder_t *b, uint32_t root) {
  const mgp_chip_t *chip = b->chip;
  mgp_f_t *w = b->weight;
  memset(w, 0, (root + 1) * sizeof *w);
  memset(b->column, 0, sizeof b->column);
  b->constant = 0;
  w[root] = mgp_f_one();
  for (uint32_t i = root + 1; i-- > 0;) {
    const mgp_xnode_t *n = &chip->nodes[i];
    if (w[i] == 0) continue;
    switch (n->op) {
    case MGP_X_COLUMN:
      b->column[n->a] = w[i];
      break;
    case MGP_X_VIRTUAL:
      b->column[chip->ncols + n->a] = w[i];
      break;
    case MGP_X_CONST:
      b->constant = mgp_f_add(b->constant, mgp_f_mul(w[i], n->value));
      break;
    case MGP_X_ADD:
      w[n->a] = mgp_f_add(w[n->a], w[i]);
      w[n->b] = mgp_f_add(w[n->b], w[i]);
      break;
    case MGP_X_SUB:
      w[n->a] = mgp_f_add(w[n->a], w[i]);
      w[n->b] = mgp_f_sub(w[n->b], w[i]);
      break;
    default:
      if (is_atom(chip, i)) continue;
      if (chip->nodes[n->a].op == MGP_X_CONST)
        w[n->b] = mgp_f_add(w[n->b], mgp_f_mul(w[i], chip->nodes[n->a].value));
      else
        w[n->a] = mgp_f_add(w[n->a], mgp_f_mul(w[i], chip->nodes[n->b].value));
    }
    w[i] = 0; /* what is left in w are the atoms */
  }
}

static void add_term(builder_t *b, mgp_poly_sum_t *sum, uint32_t src, mgp_f_t coef) {
  if (coef == 0 || b->st != MGP_OK) return;
  if (b->p->nterms == MGP_POLY_TERMS) {
    b->st = mgp_fail(MGP_INTERNAL, "chip %s: more than %u terms", b->chip->name, MGP_POLY_TERMS);
    return;
  }
  b->p->term[b->p->nterms++] = (mgp_poly_term_t){(uint16_t)src, coef};
  sum->n++;
}

static mgp_poly_sum_t new_sum(const builder_t *b, mgp_f_t constant) {
  return (mgp_poly_sum_t){constant, (uint16_t)b->p->nterms, 0};
}

/* The n values that are not zero, as terms in the pool. */
static mgp_poly_sum_t to_pool(builder_t *b, const mgp_f_t *value, uint32_t n) {
  mgp_poly_sum_t sum = {0, (uint16_t)b->npool, 0};
  for (uint32_t i = 0; i < n && b->st == MGP_OK; i++) {
    if (value[i] == 0) continue;
    if (b->npool == POOL_TERMS) {
      b->st =
          mgp_fail(MGP_INTERNAL, "chip %s: forms of more than %u terms", b->chip->name, POOL_TERMS);
      break;
    }
    b->pool[b->npool++] = (mgp_poly_term_t){(uint16_t)i, value[i]};
    sum.n++;
  }
  return sum;
}

/* value += f * terms */
static void add_scaled(const builder_t *b, mgp_f_t *value, mgp_f_t f, mgp_poly_sum_t sum) {
  for (const mgp_poly_term_t *t = b->pool + sum.first; t < b->pool + sum.first + sum.n; t++)
    value[t->src] = mgp_f_add(value[t->src], mgp_f_mul(f, t->coef));
}

/* Writes the columns of the last combination as a mix of forms; makes a form of them if they are
 * independent of those there are. */
static void reduce_columns(builder_t *b, mgp_f_t *mix) {
  mgp_poly_t *p = b->p;
  mgp_f_t left[MGP_POLY_COLUMNS];
  memcpy(left, b->column, sizeof left);
  memset(mix, 0, MGP_POLY_COLUMNS * sizeof *mix);
  for (uint32_t r = 0; r < p->nforms; r++) {
    if (left[b->pivot[r]] == 0) continue;
    const mgp_f_t f = mgp_f_mul(left[b->pivot[r]], b->pivot_inv[r]);
    add_scaled(b, left, mgp_f_neg(f), b->row[r]);
    add_scaled(b, mix, f, b->mix[r]);
  }
  uint32_t pivot = 0;
  while (pivot < p->ncols && left[pivot] == 0) pivot++;
  if (pivot == p->ncols) return;
  uint32_t r = p->nforms++;
  p->form[r] = new_sum(b, 0);
  for (uint32_t c = 0; c < p->ncols; c++) add_term(b, &p->form[r], c, b->column[c]);
  b->pivot[r] = pivot;
  b->pivot_inv[r] = mgp_f_inv(left[pivot]);
  b->row[r] = to_pool(b, left, p->ncols);
  for (uint32_t i = 0; i < r; i++) mix[i] = mgp_f_neg(mix[i]);
  mix[r] = mgp_f_one();
  b->mix[r] = to_pool(b, mix, r + 1);
  memset(mix, 0, MGP_POLY_COLUMNS * sizeof *mix);
  mix[r] = mgp_f_one();
}

static uint16_t new_op(builder_t *b, mgp_poly_op_t op) {
  if (b->p->nops == MGP_POLY_OPS) {
    b->st = mgp_fail(MGP_INTERNAL, "chip %s: more than %u operations", b->chip->name, MGP_POLY_OPS);
    return 0;
  }
  b->p->op[b->p->nops++] = op;
  return (uint16_t)(b->p->nops - 1); /* forms may still be found: made a slot at the end */
}

/* While building, slot numbers of operations carry this bit. */
#define OP_BIT 0x8000u

/* The slot with the value of a factor of an atom. */
static uint16_t operand(builder_t *b, uint16_t node) {
  if (b->p->slot[node] != NO_SLOT) return b->p->slot[node];
  if (b->operand[node] != NO_SLOT) return b->operand[node];
  mgp_f_t mix[MGP_POLY_COLUMNS];
  take_apart(b, node);
  reduce_columns(b, mix);
  mgp_poly_sum_t sum = new_sum(b, b->constant);
  for (uint32_t i = 0; i < b->p->nforms; i++) add_term(b, &sum, i, mix[i]);
  for (uint32_t i = 0; i <= node; i++) add_term(b, &sum, b->p->slot[i], b->weight[i]);
  if (b->st != MGP_OK) return 0;
  const mgp_poly_term_t *t = &b->p->term[sum.first];
  if (sum.n == 1 && sum.constant == 0 && t->coef == mgp_f_one()) {
    b->p->nterms--;
    return b->operand[node] = t->src;
  }
  return b->operand[node] = (uint16_t)(new_op(b, (mgp_poly_op_t){.sum = sum}) | OP_BIT);
}

static void mark_live(const mgp_chip_t *chip, int with_constraints, uint8_t *live) {
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    live[it->mult] = 1;
    for (unsigned i = 0; i < it->len; i++) live[it->tuple[i]] = 1;
  }
  for (uint32_t c = 0; with_constraints && c < chip->nconstraints; c++)
    live[chip->constraints[c]] = 1;
  for (uint32_t i = chip->nnodes; i-- > 0;)
    if (live[i] && chip->nodes[i].op >= MGP_X_ADD)
      live[chip->nodes[i].a] = live[chip->nodes[i].b] = 1;
}

static uint16_t final_slot(const mgp_poly_t *p, uint16_t s) {
  return s & OP_BIT ? (uint16_t)(p->nforms + (s & ~OP_BIT)) : s;
}

mgp_status_t mgp_poly_build(const mgp_chip_t *chip, int with_constraints, mgp_poly_t *p) {
  uint8_t live[MGP_MAX_NODES] = {0};
  builder_t b = {.chip = chip, .p = p};
  memset(p, 0, sizeof *p);
  memset(p->slot, 0xff, sizeof p->slot);
  memset(b.operand, 0xff, sizeof b.operand);
  p->ncols = chip->ncols + chip->nvirtual;
  mark_live(chip, with_constraints, live);
  for (uint32_t i = 0; i < chip->nnodes && b.st == MGP_OK; i++) {
    if (!live[i] || !is_atom(chip, i)) continue;
    uint16_t x = operand(&b, chip->nodes[i].a), y = operand(&b, chip->nodes[i].b);
    if (b.st != MGP_OK) break;
    p->slot[i] = (uint16_t)(new_op(&b, (mgp_poly_op_t){.is_product = 1, .a = x, .b = y}) | OP_BIT);
  }
  for (uint32_t c = 0; with_constraints && c < chip->nconstraints && b.st == MGP_OK; c++) {
    mgp_f_t mix[MGP_POLY_COLUMNS];
    take_apart(&b, chip->constraints[c]);
    reduce_columns(&b, mix);
    p->constraint[c] = new_sum(&b, b.constant);
    for (uint32_t i = 0; i < p->nforms; i++) add_term(&b, &p->constraint[c], i, mix[i]);
  }
  if (b.st != MGP_OK) return b.st;
  for (uint32_t i = 0; i < p->nops; i++) {
    mgp_poly_op_t *op = &p->op[i];
    op->a = final_slot(p, op->a);
    op->b = final_slot(p, op->b);
    for (uint32_t t = 0; t < op->sum.n; t++)
      p->term[op->sum.first + t].src = final_slot(p, p->term[op->sum.first + t].src);
  }
  for (uint32_t i = 0; i < chip->nnodes; i++)
    if (p->slot[i] != NO_SLOT) p->slot[i] = final_slot(p, p->slot[i]);
  return MGP_OK;
}

uint32_t mgp_poly_linear(const mgp_chip_t *chip, const mgp_poly_t *p, mgp_e_t *g, mgp_e_t *constant,
                         mgp_poly_weight_t *out, uint32_t room) {
  uint32_t n = 0;
  *constant = mgp_e_zero();
  for (uint32_t i = chip->nnodes; i-- > 0;) {
    const mgp_xnode_t *x = &chip->nodes[i];
    if (mgp_e_is_zero(g[i])) continue;
    uint32_t src;
    switch (x->op) {
    case MGP_X_COLUMN:
      src = x->a;
      break;
    case MGP_X_VIRTUAL:
      src = chip->ncols + x->a;
      break;
    case MGP_X_CONST:
      *constant = mgp_e_add(*constant, mgp_e_mul_f(g[i], x->value));
      continue;
    case MGP_X_ADD:
      g[x->a] = mgp_e_add(g[x->a], g[i]);
      g[x->b] = mgp_e_add(g[x->b], g[i]);
      continue;
    case MGP_X_SUB:
      g[x->a] = mgp_e_add(g[x->a], g[i]);
      g[x->b] = mgp_e_sub(g[x->b], g[i]);
      continue;
    default:
      if (chip->nodes[x->a].op == MGP_X_CONST) {
        g[x->b] = mgp_e_add(g[x->b], mgp_e_mul_f(g[i], chip->nodes[x->a].value));
        continue;
      }
      if (chip->nodes[x->b].op == MGP_X_CONST) {
        g[x->a] = mgp_e_add(g[x->a], mgp_e_mul_f(g[i], chip->nodes[x->b].value));
        continue;
      }
      src = MGP_POLY_COLUMNS + p->slot[i];
    }
    if (n < room) out[n] = (mgp_poly_weight_t){(uint16_t)src, g[i]};
    n++;
  }
  return n;
}

void mgp_poly_eval(const mgp_poly_t *p, mgp_e_t *slot) {
  for (uint32_t i = 0; i < p->nops; i++) {
    const mgp_poly_op_t *op = &p->op[i];
    mgp_e_t r;
    if (op->is_product) {
      r = mgp_e_mul(slot[op->a], slot[op->b]);
    } else {
      r = mgp_e_from_f(op->sum.constant);
      for (uint32_t t = 0; t < op->sum.n; t++) {
        const mgp_poly_term_t *term = &p->term[op->sum.first + t];
        r = mgp_e_add(r, mgp_e_mul_f(slot[term->src], term->coef));
      }
    }
    slot[p->nforms + i] = r;
  }
}
