/* The declarations build, keep the rules of chips/chip.h, and the builder refuses every breach of
 * them with a message that names chip and item. */
#include "chips/decl.h"
#include "chips/witness.h"
#include "test.h"

/* --- breaches ------------------------------------------------------------------------------ */

static void no_such_name(mgp_decl_t *d) {
  ZERO("sum", "a + bb");
}
static void degree_four(mgp_decl_t *d) {
  ZERO("power", "a*a * (a*b)");
}
static void not_zero_on_zeros(mgp_decl_t *d) {
  ZERO("one", "a*b - 1");
}
static void constant(mgp_decl_t *d) {
  ZERO("nothing", "(a - a) + b*0");
  LET("c", "a + b");
  LOOKUP(RANGE, "c, 0");
}
static void tuple_too_short(mgp_decl_t *d) {
  SEND(STATE, "a + b");
}
static void tuple_degree(mgp_decl_t *d) {
  SEND(STATE, "a*b*b, a");
}
static void multiplicity_degree(mgp_decl_t *d) {
  LOOKUP_IF("a*b", RANGE, "2, a");
}
static void send_on_lookup(mgp_decl_t *d) {
  SEND(RANGE, "2, a + b");
}
static void entry_from_chip(mgp_decl_t *d) {
  ENTRY(RANGE, "a", "2, b");
}
static void unused_column(mgp_decl_t *d) {
  ZERO("a is zero", "a");
}
static void unused_definition(mgp_decl_t *d) {
  LET("c", "a + b");
  ZERO("difference", "a - b");
}
static void name_twice(mgp_decl_t *d) {
  LET("c", "a");
  LET("c", "b");
}
static void name_of_column(mgp_decl_t *d) {
  LET("a", "b");
}
static void syntax(mgp_decl_t *d) {
  ZERO("open", "(a + b");
}
static void junk(mgp_decl_t *d) {
  ZERO("juxtaposed", "a b");
}
static void division(mgp_decl_t *d) {
  ZERO("quotient", "a / b");
}
static void division_by_zero(mgp_decl_t *d) {
  ZERO("quotient", "(a + b) / (3 - 3)");
}
static void big_integer(mgp_decl_t *d) {
  ZERO("big", "a + 2013265921 * b");
}
static void no_such_flag(mgp_decl_t *d) {
  PROGRAM("0", "0", "0", "a c", "0, 0, 0");
}
static void stray_access(mgp_decl_t *d) {
  mgp_decl_register(d, MGP_FIELD_A, "5", "a, b", "a, b", "0");
}

static void many_constraints(mgp_decl_t *d) {
  for (unsigned i = 0; i <= MGP_MAX_CONSTRAINTS; i++) {
    char formula[32];
    snprintf(formula, sizeof formula, "%u*a + b", i + 1);
    ZERO("one of many", formula);
  }
}
static void many_interactions(mgp_decl_t *d) {
  for (unsigned i = 0; i <= MGP_MAX_INTERACTIONS; i++) SEND(STATE, "a, b");
}
static void many_nodes(mgp_decl_t *d) {
  for (unsigned i = 0; i <= MGP_MAX_NODES / 32; i++) {
    char formula[512] = "a";
    for (unsigned k = 0; k < 20; k++)
      snprintf(formula + strlen(formula), 32, " + %u*b", 1000 * k + i + 2);
    ZERO("sum", formula);
  }
}

static void breaches(void) {
  static const struct {
    mgp_decl_fn fn;
    const char *item, *words;
  } cases[] = {
      {no_such_name, "\"sum\"", "unknown name"},
      {degree_four, "\"power\"", "degree 4"},
      {not_zero_on_zeros, "\"one\"", "zero row"},
      {constant, "\"nothing\"", "constant"},
      {tuple_too_short, "STATE", "1 entries, bus STATE has 2"},
      {tuple_degree, "STATE", "degree 3"},
      {multiplicity_degree, "RANGE", "multiplicity of degree 2"},
      {send_on_lookup, "RANGE", "wrong kind"},
      {entry_from_chip, "RANGE", "wrong kind"},
      {unused_column, "column b", "not used"},
      {unused_definition, "definition c", "not used"},
      {name_twice, "\"c\"", "taken"},
      {name_of_column, "\"a\"", "taken"},
      {syntax, "\"open\"", "')' expected"},
      {junk, "\"juxtaposed\"", "operator expected"},
      {division, "\"quotient\"", "no constant"},
      {division_by_zero, "\"quotient\"", "no constant"},
      {big_integer, "\"big\"", "below p"},
      {no_such_flag, "PROGRAM", "unknown flag"},
      {stray_access, "register", "MGP_ACCESS_LIST"},
      {many_constraints, "one of many", "more than 320 constraints"},
      {many_interactions, "STATE", "more than 64 interactions"},
      {many_nodes, "sum", "more than 4096 nodes"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    mgp_chip_t chip;
    mgp_status_t st = mgp_chip_declare(&chip, MGP_CHIP_NONE, "PROBE", "a b", "", cases[i].fn);
    const char *text = mgp_error_message();
    CHECK_MSG(st == MGP_INTERNAL && strstr(text, "PROBE") && strstr(text, cases[i].item) &&
                  strstr(text, cases[i].words),
              "case %u: want %s and %s, got: %s", i, cases[i].item, cases[i].words,
              st == MGP_OK ? "accepted" : text);
    if (st == MGP_OK) mgp_chip_release(&chip);
  }
  mgp_chip_t chip;
  CHECK(mgp_chip_declare(&chip, MGP_CHIP_NONE, "PROBE", "a b a", "", unused_column) ==
        MGP_INTERNAL);
  CHECK(strstr(mgp_error_message(), "called a") != NULL);
  CHECK(mgp_chip_declare(&chip, MGP_CHIP_ADDI, "PROBE", "a b", "", unused_column) == MGP_INTERNAL);
  CHECK(strstr(mgp_error_message(), "MGP_ACCESS_LIST") != NULL);
}

/* --- what is built ------------------------------------------------------------------------- */

static void folding(mgp_decl_t *d) {
  LET("s", "a + b");
  LET("t", "b + a");
  ZERO("first", "s*t - (4 - 1 - 3)");
  ZERO("second", "(6/3) * s * 1 / 2 - 0*a + (b + a) * 0");
  ZERO("third", "-a + b*(s - t)");
}

static void check_folding(void) {
  mgp_chip_t chip;
  REQUIRE_OK(mgp_chip_declare(&chip, MGP_CHIP_NONE, "FOLD", "a b", "", folding));
  mgp_f_t cols[2] = {mgp_f_from_u32(5), mgp_f_from_u32(7)}, v[MGP_MAX_NODES];
  mgp_chip_eval_row(&chip, cols, NULL, v);
  CHECK_EQ_U64(mgp_f_to_u32(v[chip.constraints[0]]), 144);
  CHECK_EQ_U64(mgp_f_to_u32(v[chip.constraints[1]]), 12);
  CHECK_EQ_U64(mgp_f_to_u32(v[chip.constraints[2]]), MGP_P - 5);
  CHECK_EQ_U64(chip.nodes[chip.constraints[0]].degree, 2);
  CHECK_EQ_U64(chip.nodes[chip.constraints[1]].degree, 1);
  /* a, b, a + b, its square; 2, 2(a+b), 1/2, their product; 0, -a */
  CHECK(chip.nnodes <= 10);
  mgp_chip_release(&chip);
}

static unsigned degree_of(const mgp_xnode_t *n, const unsigned *degree) {
  switch (n->op) {
  case MGP_X_CONST:
    return 0;
  case MGP_X_COLUMN:
  case MGP_X_VIRTUAL:
    return 1;
  case MGP_X_MUL:
    return degree[n->a] + degree[n->b];
  default:
    return degree[n->a] > degree[n->b] ? degree[n->a] : degree[n->b];
  }
}

/* Every rule again, from the finished chip alone. */
static void check_chip(const mgp_chip_t *c, unsigned id) {
  static const mgp_f_t zeros[MGP_MAX_COLUMNS];
  static unsigned degree_at[MGP_MAX_NODES];
  mgp_f_t v[MGP_MAX_NODES];
  unsigned state = 0, mem = 0, max_degree = 0;
  CHECK_EQ_U64(c->id, id);
  CHECK(c->nnodes > 0 && c->nnodes <= MGP_MAX_NODES && c->ncols > 0 && c->ncols <= MGP_MAX_COLUMNS);
  for (unsigned i = 0; i < c->nnodes; i++) {
    const mgp_xnode_t *n = &c->nodes[i];
    if (n->op == MGP_X_COLUMN) CHECK(n->a < c->ncols);
    if (n->op == MGP_X_VIRTUAL) CHECK(n->a < c->nvirtual);
    if (n->op == MGP_X_CONST) CHECK(n->value < MGP_P);
    if (n->op >= MGP_X_ADD) CHECK(n->a < i && n->b < i);
    degree_at[i] = degree_of(n, degree_at);
    CHECK_EQ_U64(n->degree, degree_at[i]);
    for (unsigned j = 0; j < i; j++)
      CHECK_MSG(n->op != c->nodes[j].op || n->a != c->nodes[j].a || n->b != c->nodes[j].b ||
                    n->value != c->nodes[j].value,
                "%s: nodes %u and %u are equal", c->name, j, i);
  }
  mgp_chip_eval_row(c, zeros, zeros, v);
  for (unsigned i = 0; i < c->nconstraints; i++) {
    unsigned degree = c->nodes[c->constraints[i]].degree;
    CHECK_MSG(v[c->constraints[i]] == 0, "%s: %s", c->name, c->constraint_name[i]);
    CHECK(degree >= 1 && degree <= MGP_CONSTRAINT_DEGREE);
    if (degree > max_degree) max_degree = degree;
    for (unsigned j = 0; j < i; j++)
      CHECK(strcmp(c->constraint_name[i], c->constraint_name[j]) != 0);
  }
  for (unsigned i = 0; i < c->ninteractions; i++) {
    const mgp_interaction_t *it = &c->interactions[i];
    const mgp_bus_t bus = (mgp_bus_t)it->bus;
    CHECK_EQ_U64(it->len, mgp_bus_tuple_length(bus));
    CHECK(c->nodes[it->mult].degree <= MGP_MULTIPLICITY_DEGREE);
    if (mgp_bus_is_lookup(bus)) CHECK(c->is_table == (mgp_bus_table(bus) == id));
    if (mgp_bus_is_lookup(bus) && !c->is_table) CHECK(c->lookup_buses >> it->bus & 1);
    state += bus == MGP_BUS_STATE;
    mem += bus == MGP_BUS_MEM;
    for (unsigned j = 0; j < it->len; j++) {
      unsigned degree = c->nodes[it->tuple[j]].degree;
      CHECK(degree <= MGP_TUPLE_DEGREE);
      if (degree + 1 > max_degree) max_degree = degree + 1;
    }
  }
  CHECK_EQ_U64(c->max_degree, max_degree);
  CHECK_EQ_U64(c->cost, c->ncols + 2 * c->ninteractions);
  CHECK_EQ_U64(mem % 2, id == MGP_CHIP_SHARD_RAM); /* its token is given or taken */
  if (id < MGP_OPCHIP_COUNT) {
    CHECK_EQ_U64(state, 2);
    CHECK(c->dt >= 1 && c->dt <= 3);
  } else {
    CHECK_EQ_U64(state, 0);
    CHECK_EQ_U64(c->dt, 0);
  }
}

/* mgp_chip_eval on points of F inside K agrees with mgp_chip_eval_row; it is a polynomial map, so
 * on a line through two such points every node is a polynomial of its degree. */
static void check_eval(test_rng_t *g, const mgp_chip_t *c) {
  enum { POINTS = 6 };
  static mgp_e_t at[POINTS][MGP_MAX_NODES];
  mgp_f_t cols[MGP_MAX_COLUMNS], virt[MGP_MAX_VIRTUAL], values[MGP_MAX_NODES];
  mgp_e_t base[MGP_MAX_COLUMNS], slope[MGP_MAX_COLUMNS], x[MGP_MAX_COLUMNS];
  mgp_e_t vbase[MGP_MAX_VIRTUAL], vslope[MGP_MAX_VIRTUAL], y[MGP_MAX_VIRTUAL];
  for (unsigned i = 0; i < MGP_MAX_COLUMNS; i++) {
    base[i] = mgp_e_from_f(cols[i] = mgp_f_from_u32((uint32_t)test_rand(g)));
    for (unsigned k = 0; k < MGP_D; k++) slope[i].c[k] = mgp_f_from_u32((uint32_t)test_rand(g));
  }
  for (unsigned i = 0; i < MGP_MAX_VIRTUAL; i++) {
    vbase[i] = mgp_e_from_f(virt[i] = mgp_f_from_u32((uint32_t)test_rand(g)));
    for (unsigned k = 0; k < MGP_D; k++) vslope[i].c[k] = mgp_f_from_u32((uint32_t)test_rand(g));
  }
  mgp_chip_eval_row(c, cols, virt, values);
  for (unsigned t = 0; t < POINTS; t++) {
    mgp_f_t ft = mgp_f_from_u32(t);
    for (unsigned i = 0; i < c->ncols; i++) x[i] = mgp_e_add(base[i], mgp_e_mul_f(slope[i], ft));
    for (unsigned i = 0; i < c->nvirtual; i++)
      y[i] = mgp_e_add(vbase[i], mgp_e_mul_f(vslope[i], ft));
    mgp_chip_eval(c, x, y, at[t]);
  }
  for (unsigned i = 0; i < c->nnodes; i++) {
    mgp_e_t diff[POINTS];
    CHECK(mgp_e_eq(at[0][i], mgp_e_from_f(values[i])));
    for (unsigned t = 0; t < POINTS; t++) diff[t] = at[t][i];
    for (unsigned k = 0; k <= c->nodes[i].degree; k++)
      for (unsigned t = 0; t + 1 + k < POINTS; t++) diff[t] = mgp_e_sub(diff[t + 1], diff[t]);
    CHECK_MSG(mgp_e_is_zero(diff[0]), "%s: node %u is of higher degree than %u", c->name, i,
              c->nodes[i].degree);
  }
}

/* Ages: the windows of the witness are the bounds of the lookups that the declaration made, and the
 * refresh stamp is young enough for both. */
static void check_windows(const mgp_chip_t *c) {
  const uint32_t accesses = mgp_chip_accesses(c->id);
  unsigned pairs = 0, lone = 0, cond = 0, ts2 = 0, conditional = 0;
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++) {
    pairs += mgp_access_age(accesses, f) == MGP_ACCESS_PAIR;
    lone += mgp_access_age(accesses, f) == MGP_ACCESS_LONE;
    cond += mgp_access_age(accesses, f) == MGP_ACCESS_COND;
    CHECK(mgp_access_slot(accesses, f) < c->dt || mgp_access_age(accesses, f) == MGP_ACCESS_NO);
  }
  for (unsigned i = 0; i < c->ninteractions; i++) {
    ts2 += c->interactions[i].bus == MGP_BUS_TS2;
    conditional +=
        c->interactions[i].bus == MGP_BUS_MEM && c->nodes[c->interactions[i].mult].degree;
  }
  CHECK_EQ_U64(2 * ts2, pairs);
  CHECK_EQ_U64(conditional, 2 * cond);
  CHECK(lone <= 1);
  CHECK_EQ_U64(mgp_access_window(MGP_ACCESS_PAIR), MGP_TS2_BITS);
  CHECK(1u << MGP_REFRESH_LOG_GRAIN < 1u << MGP_TS2_BITS);
}

int main(void) {
  test_rng_t g = test_rng();
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    check_chip(&set->chip[id], id);
    check_eval(&g, &set->chip[id]);
    if (id < MGP_OPCHIP_COUNT) check_windows(&set->chip[id]);
  }
  CHECK_EQ_U64(set->chip[MGP_CHIP_NONE].ncols, 0);
  for (unsigned bus = 0; bus < MGP_BUS_COUNT; bus++) {
    mgp_chip_id_t table = mgp_bus_table((mgp_bus_t)bus);
    CHECK(mgp_bus_is_lookup((mgp_bus_t)bus) == (table != MGP_CHIP_NONE));
    CHECK(table == MGP_CHIP_NONE || table >= MGP_CHIP_FIRST_TABLE);
    CHECK(mgp_bus_tuple_length((mgp_bus_t)bus) <= MGP_MAX_TUPLE);
  }
  breaches();
  check_folding();
  mgp_chipset_destroy(set);
  mgp_chipset_destroy(NULL);
  return test_result();
}
