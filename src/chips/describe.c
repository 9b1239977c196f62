#include "chips/describe.h"

#include <inttypes.h>
#include <stdlib.h>

#include "chips/decl_internal.h"

void mgp_chipset_print_table(const mgp_chipset_t *set, FILE *f) {
  fprintf(f, "| id | chip | columns | interactions | by bus | constraints | degree | Δ | cost |\n"
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (unsigned id = MGP_CHIP_NONE + 1; id < MGP_CHIP_COUNT; id++) {
    const mgp_chip_t *c = &set->chip[id];
    unsigned count[MGP_BUS_COUNT] = {0};
    for (uint32_t i = 0; i < c->ninteractions; i++) count[c->interactions[i].bus]++;
    fprintf(f, "| %u | %s | %" PRIu32 " | %" PRIu32 " |", id, c->name, c->ncols, c->ninteractions);
    for (unsigned bus = 1; bus < MGP_BUS_COUNT; bus++)
      if (count[bus]) fprintf(f, " %s %u", mgp_bus_name((mgp_bus_t)bus), count[bus]);
    fprintf(f, " | %" PRIu32 " | %u | %u | %" PRIu32 " |\n", c->nconstraints, c->max_degree, c->dt,
            c->cost);
  }
}

/* --- formulas ------------------------------------------------------------------------------ */

typedef enum { TERM, SUBTRAHEND, FACTOR } context_t;

static int is_const(const mgp_decl_t *d, uint16_t i) {
  return d->nodes[i].op == MGP_X_CONST;
}
static int is_zero(const mgp_decl_t *d, uint16_t i) {
  return is_const(d, i) && d->nodes[i].value == 0;
}

/* n if the node is the constant 1/n, for the weights that declarations divide by; else 0. */
static uint32_t divisor(const mgp_decl_t *d, uint16_t i) {
  static const uint32_t weight[] = {2, 4, 256, 65536};
  for (unsigned k = 0; k < sizeof weight / sizeof *weight && is_const(d, i); k++)
    if (mgp_f_mul(d->nodes[i].value, mgp_f_from_u32(weight[k])) == mgp_f_one()) return weight[k];
  return 0;
}

static void print_integer(uint32_t x, FILE *f) {
  if (x >= 32 && (x & (x - 1)) == 0)
    fprintf(f, "2^%d", __builtin_ctz(x));
  else
    fprintf(f, "%" PRIu32, x);
}

static void print_const(mgp_f_t value, FILE *f) {
  const uint32_t x = mgp_f_to_u32(value);
  if (x > MGP_P / 2) fputc('-', f);
  print_integer(x > MGP_P / 2 ? MGP_P - x : x, f);
}

static int is_shared(const mgp_decl_t *d, uint16_t i) {
  return d->uses[i] > 1 && d->nodes[i].op >= MGP_X_ADD;
}

/* The constant's place in a product that is printed as one, if the constant is negative: "- 3·x".
 */
static int negative_factor(const mgp_decl_t *d, uint16_t i, uint16_t *constant, uint16_t *other) {
  const mgp_xnode_t *n = &d->nodes[i];
  if (!d->shared || is_shared(d, i) || n->op != MGP_X_MUL) return 0;
  *constant = is_const(d, n->a) ? n->a : n->b;
  *other = is_const(d, n->a) ? n->b : n->a;
  return is_const(d, *constant) && mgp_f_to_u32(d->nodes[*constant].value) > MGP_P / 2;
}

static void print_node(const mgp_decl_t *d, uint16_t i, context_t context, FILE *f);

/* Sums: constants last. Products: constants first, inverses as quotients. */
static void print_operation(const mgp_decl_t *d, const mgp_xnode_t *n, FILE *f) {
  uint16_t a = n->a, b = n->b;
  if (n->op == MGP_X_SUB) {
    if (!is_zero(d, a)) {
      print_node(d, a, TERM, f);
      fputc(' ', f);
    }
    fputs(is_zero(d, a) ? "-" : "- ", f);
    print_node(d, b, SUBTRAHEND, f);
    return;
  }
  if (is_const(d, n->op == MGP_X_ADD ? a : b)) {
    a = n->b;
    b = n->a;
  }
  if (n->op == MGP_X_MUL && divisor(d, a)) {
    print_node(d, b, FACTOR, f);
    fputc('/', f);
    print_integer(divisor(d, a), f);
    return;
  }
  print_node(d, a, n->op == MGP_X_ADD ? TERM : FACTOR, f);
  uint16_t constant, other;
  if (n->op == MGP_X_ADD && negative_factor(d, b, &constant, &other)) {
    fputs(" - ", f);
    print_integer(MGP_P - mgp_f_to_u32(d->nodes[constant].value), f);
    fputs("·", f);
    print_node(d, other, FACTOR, f);
    return;
  }
  fputs(n->op == MGP_X_ADD ? " + " : "·", f);
  print_node(d, b, n->op == MGP_X_ADD ? TERM : FACTOR, f);
}

static void print_node(const mgp_decl_t *d, uint16_t i, context_t context, FILE *f) {
  const mgp_xnode_t *n = &d->nodes[i];
  for (uint32_t k = 0; k < d->ndefinitions && n->op >= MGP_X_ADD; k++) {
    if (d->definition[k].node != i) continue;
    fputs(d->definition[k].name, f);
    return;
  }
  if (is_shared(d, i)) {
    fprintf(f, "n%u", i);
    return;
  }
  const int paren = (n->op == MGP_X_ADD || n->op == MGP_X_SUB) && context != TERM;
  if (paren) fputc('(', f);
  if (n->op == MGP_X_COLUMN)
    fputs(d->chip->col_name[n->a], f);
  else if (n->op == MGP_X_VIRTUAL)
    fputs(d->virtual_name[n->a], f);
  else if (n->op == MGP_X_CONST)
    print_const(n->value, f);
  else
    print_operation(d, n, f);
  if (paren) fputc(')', f);
}

/* Operations by their formula: a definition's own name would say nothing. */
static void print_definition(const mgp_decl_t *d, uint32_t k, FILE *f) {
  const mgp_xnode_t *n = &d->nodes[d->definition[k].node];
  fprintf(f, "%s := ", d->definition[k].name);
  if (n->op >= MGP_X_ADD)
    print_operation(d, n, f);
  else
    print_node(d, d->definition[k].node, TERM, f);
  fputc('\n', f);
}

static void print_interaction(const mgp_decl_t *d, const mgp_interaction_t *it, FILE *f) {
  const mgp_f_t m = d->nodes[it->mult].value;
  fprintf(f, "%s ", mgp_bus_name((mgp_bus_t)it->bus));
  if (is_const(d, it->mult)) {
    fputs(m == mgp_f_one() ? "+1" : "-1", f);
  } else {
    print_node(d, it->mult, TERM, f);
  }
  fputs(": ", f);
  for (unsigned j = 0; j < it->len; j++) {
    if (j) fprintf(f, ", ");
    print_node(d, it->tuple[j], TERM, f);
  }
}

/* Marks the operations that are used more than once. */
static void share_nodes(mgp_decl_t *d) {
  const mgp_chip_t *c = d->chip;
  for (uint32_t i = 0; i < c->nconstraints; i++) d->uses[c->constraints[i]]++;
  for (uint32_t i = 0; i < c->ninteractions; i++)
    for (unsigned j = 0; j < c->interactions[i].len; j++) d->uses[c->interactions[i].tuple[j]]++;
  for (uint32_t i = d->nnodes; i-- > 0;) {
    if (!d->uses[i] || d->nodes[i].op < MGP_X_ADD) continue;
    d->uses[d->nodes[i].a]++;
    d->uses[d->nodes[i].b]++;
  }
}

/* In the order in which they were made; with nodes in the order of nodes if they are shared, as
 * then they need each other. */
static void print_definitions(const mgp_decl_t *d, FILE *f) {
  for (uint32_t k = 0; k < d->ndefinitions && !d->shared; k++) print_definition(d, k, f);
  for (uint16_t i = 0; i < d->nnodes && d->shared; i++) {
    uint32_t k = 0;
    while (k < d->ndefinitions && d->definition[k].node != i) k++;
    if (k < d->ndefinitions) {
      print_definition(d, k, f);
    } else if (is_shared(d, i)) {
      fprintf(f, "n%u := ", i);
      print_operation(d, &d->nodes[i], f);
      fputc('\n', f);
    }
  }
}

mgp_status_t mgp_chip_print(mgp_chip_id_t id, FILE *f) {
  const mgp_declaration_t *decl = &mgp_declarations[id];
  mgp_chip_t chip;
  mgp_decl_t *d = mgp_decl_create(&chip, id, decl->name, decl->columns, decl->virtuals);
  if (!d) return mgp_fail(MGP_RESOURCES, "no memory to print chip %s", decl->name);
  decl->declare(d);
  fprintf(f, "columns: %s\n", decl->columns);
  if (chip.nvirtual) fprintf(f, "virtual: %s\n", decl->virtuals);
  if (d->shared) share_nodes(d);
  print_definitions(d, f);
  for (uint32_t i = 0; i < chip.nconstraints; i++) {
    fprintf(f, "0 = ");
    print_node(d, chip.constraints[i], TERM, f);
    fprintf(f, "    (%s)\n", chip.constraint_name[i]);
  }
  for (uint32_t i = 0; i < chip.ninteractions; i++) {
    print_interaction(d, &chip.interactions[i], f);
    fputc('\n', f);
  }
  mgp_status_t st = d->st;
  free(d);
  return st;
}
