#include "chip_form.h"

#include <stdlib.h>
#include <string.h>

#define NSRC (MGP_POLY_COLUMNS + MGP_POLY_SLOTS)

typedef struct {
  uint32_t row, src;
  mgp_f_t coef;
} pair_t;

typedef struct {
  const mgp_chip_t *chip;
  mgp_poly_t *poly;
  mgp_form_t *f;
  uint32_t *words;
  size_t room;
  int failed; /* out of memory */
  pair_t *pairs;
  size_t npairs, pair_room;
  uint32_t atom_of[MGP_POLY_SLOTS]; /* slot -> atom */
  mgp_e_t g[MGP_MAX_NODES];
  mgp_poly_weight_t term[NSRC];
} builder_t;

/* --- words ----------------------------------------------------------------------------------- */

static void put(builder_t *b, uint32_t w) {
  if (b->f->nwords == b->room) {
    const size_t room = b->room ? 2 * b->room : 1024;
    uint32_t *words = realloc(b->words, room * sizeof *words);
    if (!words) {
      b->failed = 1;
      return;
    }
    b->words = words;
    b->room = room;
  }
  b->words[b->f->nwords++] = w;
}

static void add_pair(builder_t *b, uint32_t row, uint32_t src, mgp_f_t coef) {
  if (b->npairs == b->pair_room) {
    const size_t room = b->pair_room ? 2 * b->pair_room : 1024;
    pair_t *pairs = realloc(b->pairs, room * sizeof *pairs);
    if (!pairs) {
      b->failed = 1;
      return;
    }
    b->pairs = pairs;
    b->pair_room = room;
  }
  b->pairs[b->npairs++] = (pair_t){row, src, coef};
}

static int by_row(const void *a, const void *b) {
  const pair_t *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  return x->src < y->src ? -1 : x->src > y->src;
}

/* The pairs gathered so far as nrows sparse rows. */
static void put_sparse(builder_t *b, uint32_t nrows, uint32_t *first, uint32_t *pairs) {
  if (b->npairs) qsort(b->pairs, b->npairs, sizeof *b->pairs, by_row);
  *first = b->f->nwords;
  size_t i = 0;
  for (uint32_t r = 0; r <= nrows; r++) {
    put(b, (uint32_t)i);
    while (i < b->npairs && b->pairs[i].row == r) i++;
  }
  *pairs = b->f->nwords;
  for (i = 0; i < b->npairs; i++) {
    put(b, b->pairs[i].src);
    put(b, b->pairs[i].coef);
  }
  b->npairs = 0;
}

/* --- weights --------------------------------------------------------------------------------- */

/* Terms of a node's affine combination of columns and atoms. */
static uint32_t take_apart(builder_t *b, uint32_t node, mgp_f_t *constant) {
  mgp_e_t c;
  memset(b->g, 0, sizeof b->g);
  b->g[node] = mgp_e_one();
  const uint32_t n = mgp_poly_linear(b->chip, b->poly, b->g, &c, b->term, NSRC);
  *constant = c.c[0];
  return n;
}

/* Atoms are numbered by their slots. */
static void find_atoms(builder_t *b, uint32_t node) {
  mgp_f_t constant;
  const uint32_t n = take_apart(b, node, &constant);
  for (uint32_t t = 0; t < n; t++)
    if (b->term[t].src >= MGP_POLY_COLUMNS) b->atom_of[b->term[t].src - MGP_POLY_COLUMNS] = 1;
}

static void add_weights(builder_t *b, uint32_t node, uint32_t scalar, int constraint) {
  const mgp_form_t *f = b->f;
  const uint32_t columns = 2, atoms = columns + f->ncols + f->nvirtual;
  mgp_f_t constant;
  const uint32_t n = take_apart(b, node, &constant);
  if (constant) add_pair(b, 0, scalar, constant);
  for (uint32_t t = 0; t < n; t++) {
    const mgp_f_t coef = b->term[t].coef.c[0];
    const uint32_t src = b->term[t].src;
    if (coef == 0) continue;
    if (src < MGP_POLY_COLUMNS) {
      add_pair(b, columns + src, scalar, coef);
      continue;
    }
    const uint32_t atom = b->atom_of[src - MGP_POLY_COLUMNS];
    add_pair(b, atoms + atom, scalar, coef);
    if (constraint) add_pair(b, atoms + f->natoms + atom, scalar, coef);
  }
}

static void put_weights(builder_t *b) {
  const mgp_chip_t *chip = b->chip;
  mgp_form_t *f = b->f;
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    find_atoms(b, chip->interactions[j].mult);
    for (unsigned i = 0; i < chip->interactions[j].len; i++)
      find_atoms(b, chip->interactions[j].tuple[i]);
  }
  for (uint32_t c = 0; c < chip->nconstraints; c++) find_atoms(b, chip->constraints[c]);
  for (uint32_t s = 0; s < mgp_poly_slots(b->poly); s++)
    b->atom_of[s] = b->atom_of[s] ? f->natoms++ : MGP_FORM_NONE;
  f->nweights = 2 + f->ncols + f->nvirtual + 2 * f->natoms + f->nforms;

  const uint32_t forms = f->nweights - f->nforms;
  uint32_t tuple = 2 * f->k;
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    add_weights(b, it->mult, j, 0);
    add_pair(b, 0, f->k + j, mgp_f_one());
    for (unsigned i = 0; i < it->len; i++) add_weights(b, it->tuple[i], tuple++, 0);
  }
  for (uint32_t c = 0; c < chip->nconstraints; c++) {
    const mgp_poly_sum_t *sum = &b->poly->constraint[c];
    add_weights(b, chip->constraints[c], tuple + c, 1);
    if (sum->constant) add_pair(b, 1, tuple + c, sum->constant);
    for (uint32_t t = sum->first; t < (uint32_t)sum->first + sum->n; t++)
      add_pair(b, forms + b->poly->term[t].src, tuple + c, b->poly->term[t].coef);
  }
  f->ntuple = tuple - 2 * f->k;
  f->nscalars = tuple + chip->nconstraints;
  put_sparse(b, f->nweights, &f->weight_first, &f->weight_pairs);
  f->tuple = f->nwords;
  for (uint32_t j = 0; j < chip->ninteractions; j++)
    for (uint32_t i = 0; i < chip->interactions[j].len; i++) put(b, j << 8 | (i + 1));
}

/* --- leaves ---------------------------------------------------------------------------------- */

static int is_constant(const mgp_chip_t *chip, uint32_t node) {
  return chip->nodes[node].op == MGP_X_CONST;
}

static void put_leaves(builder_t *b) {
  const mgp_chip_t *chip = b->chip;
  mgp_form_t *f = b->f;
  uint8_t live[MGP_MAX_NODES] = {0};
  uint32_t place[MGP_MAX_NODES];
  f->constants = f->nwords;
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    live[it->mult] = 1;
    put(b, mgp_f_from_u32(it->bus));
    for (uint32_t i = 0; i < MGP_MAX_TUPLE; i++) {
      const int constant = i < it->len && is_constant(chip, it->tuple[i]);
      if (i < it->len && !constant) live[it->tuple[i]] = 1;
      put(b, constant ? chip->nodes[it->tuple[i]].value : 0);
    }
  }
  for (uint32_t i = chip->nnodes; i-- > 0;)
    if (live[i] && chip->nodes[i].op >= MGP_X_ADD)
      live[chip->nodes[i].a] = live[chip->nodes[i].b] = 1;
  f->nodes = f->nwords;
  for (uint32_t i = 0; i < chip->nnodes; i++) {
    const mgp_xnode_t *n = &chip->nodes[i];
    if (!live[i]) continue;
    place[i] = f->nnodes++;
    put(b, n->op);
    put(b, n->op >= MGP_X_ADD ? place[n->a] : n->a);
    put(b, n->op >= MGP_X_ADD ? place[n->b] : n->value);
  }
  f->leaf = f->nwords;
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    put(b, place[it->mult]);
    for (uint32_t i = 0; i < MGP_MAX_TUPLE; i++)
      put(b, i < it->len && !is_constant(chip, it->tuple[i]) ? place[it->tuple[i]] : MGP_FORM_NONE);
  }
}

/* --- atoms ----------------------------------------------------------------------------------- */

static void put_atoms(builder_t *b) {
  const mgp_poly_t *p = b->poly;
  mgp_form_t *f = b->f;
  for (uint32_t i = 0; i < p->nforms; i++)
    for (uint32_t t = p->form[i].first; t < (uint32_t)p->form[i].first + p->form[i].n; t++)
      add_pair(b, i, p->term[t].src, p->term[t].coef);
  put_sparse(b, p->nforms, &f->form_first, &f->form_pairs);
  for (uint32_t i = 0; i < p->nops; i++) {
    const mgp_poly_sum_t *sum = &p->op[i].sum;
    for (uint32_t t = sum->first; !p->op[i].is_product && t < (uint32_t)sum->first + sum->n; t++)
      add_pair(b, i, p->term[t].src, p->term[t].coef);
  }
  put_sparse(b, p->nops, &f->op_first, &f->op_pairs);
  f->ops = f->nwords;
  for (uint32_t i = 0; i < p->nops; i++) {
    const mgp_poly_op_t *op = &p->op[i];
    put(b, op->is_product);
    put(b, op->is_product ? op->a : op->sum.constant);
    put(b, op->is_product ? op->b : 0);
  }
  f->atoms = f->nwords;
  for (uint32_t s = 0; s < mgp_poly_slots(p); s++)
    if (b->atom_of[s] != MGP_FORM_NONE) put(b, s);
}

mgp_status_t mgp_form_build(const mgp_chip_t *chip, mgp_form_t *form, uint32_t **words) {
  builder_t *b = calloc(1, sizeof *b);
  mgp_poly_t *poly = calloc(1, sizeof *poly);
  mgp_status_t st = MGP_OK;
  memset(form, 0, sizeof *form);
  if (!b || !poly) {
    st = mgp_fail(MGP_RESOURCES, "out of host memory for chip %s", chip->name);
    goto out;
  }
  MGP_TRY_GOTO(st, mgp_poly_build(chip, 1, poly), out);
  b->chip = chip;
  b->poly = poly;
  b->f = form;
  form->fingerprint = mgp_form_fingerprint(chip);
  form->k = chip->ninteractions;
  form->ncols = chip->ncols;
  form->nvirtual = chip->nvirtual;
  form->nforms = poly->nforms;
  form->nops = poly->nops;
  form->nconstraints = chip->nconstraints;
  put_weights(b);
  put_leaves(b);
  put_atoms(b);
  if (b->failed) {
    st = mgp_fail(MGP_RESOURCES, "out of host memory for chip %s", chip->name);
    free(b->words);
    goto out;
  }
  *words = b->words;
out:
  if (b) free(b->pairs);
  free(b);
  free(poly);
  return st;
}

/* --- fingerprint ----------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t x) {
  for (int i = 0; i < 8; i++, x >>= 8) h = (h ^ (x & 0xff)) * 0x100000001b3u;
  return h;
}

uint64_t mgp_form_fingerprint(const mgp_chip_t *chip) {
  uint64_t h = 0xcbf29ce484222325u;
  h = mix(h, chip->ncols);
  h = mix(h, chip->nvirtual);
  h = mix(h, chip->nnodes);
  for (uint32_t i = 0; i < chip->nnodes; i++) {
    const mgp_xnode_t *n = &chip->nodes[i];
    h = mix(h, (uint64_t)n->op << 32 | n->a);
    h = mix(h, (uint64_t)n->b << 32 | n->value);
  }
  h = mix(h, chip->nconstraints);
  for (uint32_t c = 0; c < chip->nconstraints; c++) h = mix(h, chip->constraints[c]);
  h = mix(h, chip->ninteractions);
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    h = mix(h, (uint64_t)it->bus << 32 | (uint64_t)it->len << 16 | it->mult);
    for (unsigned i = 0; i < it->len; i++) h = mix(h, it->tuple[i]);
  }
  return h;
}
