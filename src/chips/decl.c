#include "chips/decl_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FAIL(d, ...) ((d)->st = (d)->st != MGP_OK ? (d)->st : mgp_fail(MGP_INTERNAL, __VA_ARGS__))
#define FAIL_ITEM(d, fmt, ...)                                                                     \
  FAIL(d, "chip %s, %s \"%s\": " fmt, (d)->chip->name, (d)->kind, (d)->item, __VA_ARGS__)

static const char *pool_copy(mgp_decl_t *d, const char *text, size_t n) {
  if (d->pool_used + n + 1 > MGP_DECL_POOL_BYTES) {
    FAIL(d, "chip %s: names take more than %u bytes", d->chip->name, MGP_DECL_POOL_BYTES);
    return "";
  }
  char *copy = d->pool + d->pool_used;
  memcpy(copy, text, n);
  copy[n] = 0;
  d->pool_used += (uint32_t)n + 1;
  return copy;
}

/* --- nodes --------------------------------------------------------------------------------- */

static int is_const(const mgp_decl_t *d, uint16_t i, mgp_f_t v) {
  return d->nodes[i].op == MGP_X_CONST && d->nodes[i].value == v;
}

static uint32_t node_hash(mgp_xnode_t n) {
  const uint64_t x = (n.op | (uint64_t)n.a << 8 | (uint64_t)n.b << 24) ^ (uint64_t)n.value << 32;
  return (uint32_t)((x * 0x9e3779b97f4a7c15u) >> 32) % MGP_DECL_BUCKETS;
}

static uint16_t node_intern(mgp_decl_t *d, mgp_xnode_t n) {
  uint32_t at = node_hash(n);
  for (; d->bucket[at]; at = (at + 1) % MGP_DECL_BUCKETS) {
    const mgp_xnode_t *m = &d->nodes[d->bucket[at] - 1];
    if (m->op == n.op && m->a == n.a && m->b == n.b && m->value == n.value)
      return (uint16_t)(d->bucket[at] - 1);
  }
  if (d->nnodes == MGP_MAX_NODES) {
    FAIL_ITEM(d, "more than %u nodes", MGP_MAX_NODES);
    return 0;
  }
  d->nodes[d->nnodes] = n;
  d->bucket[at] = (uint16_t)(d->nnodes + 1);
  return (uint16_t)d->nnodes++;
}

static uint16_t node_const(mgp_decl_t *d, mgp_f_t value) {
  return node_intern(d, (mgp_xnode_t){.op = MGP_X_CONST, .value = value});
}

static uint16_t node_leaf(mgp_decl_t *d, mgp_xop_t op, uint32_t index) {
  return node_intern(d, (mgp_xnode_t){.op = (uint8_t)op, .degree = 1, .a = (uint16_t)index});
}

static uint16_t node_make(mgp_decl_t *d, mgp_xop_t op, uint16_t a, uint16_t b) {
  const mgp_xnode_t x = d->nodes[a], y = d->nodes[b];
  if (x.op == MGP_X_CONST && y.op == MGP_X_CONST) {
    return node_const(d, op == MGP_X_ADD   ? mgp_f_add(x.value, y.value)
                         : op == MGP_X_SUB ? mgp_f_sub(x.value, y.value)
                                           : mgp_f_mul(x.value, y.value));
  }
  unsigned degree = x.degree > y.degree ? x.degree : y.degree;
  switch (op) {
  case MGP_X_ADD:
    if (is_const(d, a, 0)) return b;
    if (is_const(d, b, 0)) return a;
    break;
  case MGP_X_SUB:
    if (is_const(d, b, 0)) return a;
    if (a == b) return node_const(d, 0);
    break;
  default:
    if (is_const(d, a, 0) || is_const(d, b, mgp_f_one())) return a;
    if (is_const(d, b, 0) || is_const(d, a, mgp_f_one())) return b;
    degree = (unsigned)x.degree + y.degree;
    if (degree > UINT8_MAX) {
      FAIL_ITEM(d, "degree %u", degree);
      return 0;
    }
  }
  if (op != MGP_X_SUB && a > b) {
    uint16_t t = a;
    a = b;
    b = t;
  }
  return node_intern(d,
                     (mgp_xnode_t){.op = (uint8_t)op, .degree = (uint8_t)degree, .a = a, .b = b});
}

/* --- formulas ------------------------------------------------------------------------------ */

typedef struct {
  mgp_decl_t *d;
  const char *text, *at;
} parser_t;

static uint16_t parse_sum(parser_t *p);

static uint16_t parse_error(parser_t *p, const char *what) {
  FAIL_ITEM(p->d, "%s at \"%s\" in \"%s\"", what, p->at, p->text);
  return 0;
}

static char peek(parser_t *p) {
  while (*p->at == ' ') p->at++;
  return *p->at;
}

static int names_equal(const char *name, const char *text, size_t n) {
  return name && strncmp(name, text, n) == 0 && name[n] == 0;
}

/* MGP_NO_NODE if there is no such name. */
static uint16_t find_name(mgp_decl_t *d, const char *text, size_t n) {
  for (uint32_t i = 0; i < d->ndefinitions; i++) {
    if (names_equal(d->definition[i].name, text, n)) {
      d->definition[i].used = 1;
      return d->definition[i].node;
    }
  }
  for (uint32_t i = 0; i < d->chip->ncols; i++)
    if (names_equal(d->chip->col_name[i], text, n)) return node_leaf(d, MGP_X_COLUMN, i);
  for (uint32_t i = 0; i < d->chip->nvirtual; i++)
    if (names_equal(d->virtual_name[i], text, n)) return node_leaf(d, MGP_X_VIRTUAL, i);
  if (names_equal("REG", text, n)) return node_const(d, mgp_f_from_u32(MGP_REG_SPACE));
  if (names_equal("HALT_PC", text, n)) return node_const(d, mgp_f_from_u32(MGP_HALT_PC));
  return MGP_NO_NODE;
}

static uint16_t parse_factor(parser_t *p) {
  char c = peek(p);
  if (c == '(') {
    p->at++;
    uint16_t x = parse_sum(p);
    if (peek(p) != ')') return parse_error(p, "')' expected");
    p->at++;
    return x;
  }
  if (isdigit((unsigned char)c)) {
    char *end;
    unsigned long v = strtoul(p->at, &end, 10);
    if (v >= MGP_P) return parse_error(p, "integer not below p");
    p->at = end;
    return node_const(p->d, mgp_f_from_u32((uint32_t)v));
  }
  size_t n = 0;
  while (isalnum((unsigned char)p->at[n]) || p->at[n] == '_') n++;
  if (n == 0) return parse_error(p, "formula expected");
  uint16_t x = find_name(p->d, p->at, n);
  if (x == MGP_NO_NODE) return parse_error(p, "unknown name");
  p->at += n;
  return x;
}

static uint16_t parse_product(parser_t *p) {
  uint16_t x = parse_factor(p);
  while (p->d->st == MGP_OK && (peek(p) == '*' || peek(p) == '/')) {
    char op = *p->at++;
    uint16_t y = parse_factor(p);
    if (op == '/') {
      const mgp_xnode_t *n = &p->d->nodes[y];
      if (n->op != MGP_X_CONST || n->value == 0) return parse_error(p, "division by no constant");
      y = node_const(p->d, mgp_f_inv(n->value));
    }
    x = node_make(p->d, MGP_X_MUL, x, y);
  }
  return x;
}

static uint16_t parse_sum(parser_t *p) {
  uint16_t x;
  if (peek(p) == '-') {
    p->at++;
    x = parse_product(p);
    x = node_make(p->d, MGP_X_SUB, node_const(p->d, 0), x);
  } else {
    x = parse_product(p);
  }
  while (p->d->st == MGP_OK && (peek(p) == '+' || peek(p) == '-')) {
    char op = *p->at++;
    x = node_make(p->d, op == '+' ? MGP_X_ADD : MGP_X_SUB, x, parse_product(p));
  }
  return x;
}

/* Formulas separated by commas; returns how many. */
static unsigned parse_list(mgp_decl_t *d, const char *text, uint16_t *out, unsigned max) {
  parser_t p = {d, text, text};
  unsigned n = 0;
  for (;;) {
    uint16_t x = parse_sum(&p);
    if (d->st != MGP_OK) return 0;
    if (n == max) {
      parse_error(&p, "too many entries");
      return 0;
    }
    out[n++] = x;
    if (peek(&p) == 0) return n;
    if (*p.at != ',') {
      parse_error(&p, "operator expected");
      return 0;
    }
    p.at++;
  }
}

static uint16_t parse_one(mgp_decl_t *d, const char *text) {
  uint16_t x = 0;
  parse_list(d, text, &x, 1);
  return d->st == MGP_OK ? x : 0;
}

/* --- items --------------------------------------------------------------------------------- */

static int begin(mgp_decl_t *d, const char *kind, const char *item) {
  d->kind = kind;
  d->item = item;
  return d->st == MGP_OK;
}

static void define(mgp_decl_t *d, const char *name, uint16_t node) {
  if (d->st != MGP_OK) return;
  if (find_name(d, name, strlen(name)) != MGP_NO_NODE) {
    FAIL_ITEM(d, "%s", "the name is taken");
    return;
  }
  if (d->ndefinitions == MGP_MAX_DEFINITIONS) {
    FAIL_ITEM(d, "more than %u definitions", MGP_MAX_DEFINITIONS);
    return;
  }
  d->definition[d->ndefinitions].name = pool_copy(d, name, strlen(name));
  d->definition[d->ndefinitions++].node = node;
}

void mgp_decl_let(mgp_decl_t *d, const char *name, const char *formula) {
  if (begin(d, "definition", name)) define(d, name, parse_one(d, formula));
}

static void add_constraint(mgp_decl_t *d, const char *name, uint16_t x) {
  if (d->st != MGP_OK) return;
  mgp_chip_t *c = d->chip;
  if (d->nodes[x].degree > MGP_CONSTRAINT_DEGREE) {
    FAIL_ITEM(d, "degree %u, at most %u allowed", d->nodes[x].degree, MGP_CONSTRAINT_DEGREE);
  } else if (d->nodes[x].op == MGP_X_CONST) {
    FAIL_ITEM(d, "%s", "the formula is constant");
  } else if (c->nconstraints == MGP_MAX_CONSTRAINTS) {
    FAIL_ITEM(d, "more than %u constraints", MGP_MAX_CONSTRAINTS);
  } else {
    c->constraint_name[c->nconstraints] = pool_copy(d, name, strlen(name));
    c->constraints[c->nconstraints++] = x;
  }
}

void mgp_decl_zero(mgp_decl_t *d, const char *name, const char *formula) {
  if (!begin(d, "constraint", name)) return;
  add_constraint(d, name, parse_one(d, formula));
}

/* The next word of a list separated by spaces: its start, or NULL; *n its length. */
static const char *next_word(const char **list, size_t *n) {
  const char *s = *list;
  while (*s == ' ') s++;
  *n = strcspn(s, " ");
  *list = s + *n;
  return *n ? s : NULL;
}

void mgp_decl_bits(mgp_decl_t *d, const char *names) {
  size_t n;
  for (const char *s; d->st == MGP_OK && (s = next_word(&names, &n));) {
    char name[40] = "bit ";
    if (n > sizeof name - 5) n = sizeof name - 5;
    strncat(name, s, n);
    if (!begin(d, "constraint", name)) return;
    uint16_t x = parse_one(d, name + 4);
    if (d->st != MGP_OK) return;
    uint16_t x1 = node_make(d, MGP_X_SUB, x, node_const(d, mgp_f_one()));
    add_constraint(d, name, node_make(d, MGP_X_MUL, x, x1));
  }
  d->item = "";
}

static void add_interaction(mgp_decl_t *d, mgp_bus_t bus, int negative, uint16_t m,
                            const uint16_t *tuple, unsigned len) {
  if (d->st != MGP_OK) return;
  mgp_chip_t *c = d->chip;
  if (negative) m = node_make(d, MGP_X_SUB, node_const(d, 0), m);
  if (len != mgp_bus_tuple_length(bus)) {
    FAIL_ITEM(d, "%u entries, bus %s has %u", len, mgp_bus_name(bus), mgp_bus_tuple_length(bus));
    return;
  }
  if (d->nodes[m].degree > MGP_MULTIPLICITY_DEGREE) {
    FAIL_ITEM(d, "multiplicity of degree %u, at most %u allowed", d->nodes[m].degree,
              MGP_MULTIPLICITY_DEGREE);
    return;
  }
  if (c->ninteractions == MGP_MAX_INTERACTIONS) {
    FAIL_ITEM(d, "more than %u interactions", MGP_MAX_INTERACTIONS);
    return;
  }
  mgp_interaction_t *it = &c->interactions[c->ninteractions++];
  it->bus = (uint8_t)bus;
  it->len = (uint8_t)len;
  it->mult = m;
  for (unsigned i = 0; i < len; i++) {
    it->tuple[i] = tuple[i];
    if (d->nodes[tuple[i]].degree > MGP_TUPLE_DEGREE) {
      FAIL_ITEM(d, "entry %u has degree %u, at most %u allowed", i, d->nodes[tuple[i]].degree,
                MGP_TUPLE_DEGREE);
      return;
    }
  }
}

static void interaction(mgp_decl_t *d, mgp_bus_t bus, int lookup, int negative, const char *mult,
                        const char *tuple) {
  if (!begin(d, mgp_bus_name(bus), tuple)) return;
  uint16_t t[MGP_MAX_TUPLE];
  if (lookup != mgp_bus_is_lookup(bus) || (lookup && negative == d->chip->is_table)) {
    FAIL_ITEM(d, "%s", "the wrong kind of interaction for this bus and chip");
    return;
  }
  uint16_t m = parse_one(d, mult);
  unsigned len = parse_list(d, tuple, t, MGP_MAX_TUPLE);
  add_interaction(d, bus, negative, m, t, len);
}

void mgp_decl_send(mgp_decl_t *d, mgp_bus_t bus, const char *tuple) {
  interaction(d, bus, 0, 0, "1", tuple);
}
void mgp_decl_receive(mgp_decl_t *d, mgp_bus_t bus, const char *tuple) {
  interaction(d, bus, 0, 1, "1", tuple);
}
void mgp_decl_request(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple) {
  interaction(d, bus, 1, 1, multiplicity, tuple);
}
void mgp_decl_entry(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple) {
  interaction(d, bus, 1, 0, multiplicity, tuple);
}

void mgp_decl_move(mgp_decl_t *d, mgp_bus_t bus, const char *multiplicity, const char *tuple) {
  interaction(d, bus, 0, 0, multiplicity, tuple);
}

/* --- nodes, for declarations made by loops ------------------------------------------------- */

mgp_node_t mgp_decl_formula(mgp_decl_t *d, const char *formula) {
  return begin(d, "formula", formula) ? parse_one(d, formula) : 0;
}
mgp_node_t mgp_decl_constant(mgp_decl_t *d, mgp_f_t value) {
  return d->st == MGP_OK ? node_const(d, value) : 0;
}
mgp_node_t mgp_decl_add(mgp_decl_t *d, mgp_node_t a, mgp_node_t b) {
  return d->st == MGP_OK ? node_make(d, MGP_X_ADD, a, b) : 0;
}
mgp_node_t mgp_decl_sub(mgp_decl_t *d, mgp_node_t a, mgp_node_t b) {
  return d->st == MGP_OK ? node_make(d, MGP_X_SUB, a, b) : 0;
}
mgp_node_t mgp_decl_mul(mgp_decl_t *d, mgp_node_t a, mgp_node_t b) {
  return d->st == MGP_OK ? node_make(d, MGP_X_MUL, a, b) : 0;
}

void mgp_decl_define(mgp_decl_t *d, const char *name, mgp_node_t node) {
  if (begin(d, "definition", name)) define(d, name, node);
}

void mgp_decl_zero_node(mgp_decl_t *d, const char *name, mgp_node_t node) {
  if (begin(d, "constraint", name)) add_constraint(d, name, node);
}

void mgp_decl_share(mgp_decl_t *d) {
  d->shared = 1;
}

/* --- vocabulary of instruction chips ------------------------------------------------------- */

void mgp_decl_step(mgp_decl_t *d, const char *next_pc) {
  if (!begin(d, "STATE", next_pc)) return;
  uint16_t one = node_const(d, mgp_f_one());
  uint16_t dt = node_const(d, mgp_f_from_u32(d->chip->dt));
  uint16_t now[2] = {parse_one(d, "pc"), parse_one(d, "ts")};
  uint16_t next[2] = {parse_one(d, next_pc), 0};
  if (d->st != MGP_OK) return;
  next[1] = node_make(d, MGP_X_ADD, now[1], dt);
  add_interaction(d, MGP_BUS_STATE, 1, one, now, 2);
  add_interaction(d, MGP_BUS_STATE, 0, one, next, 2);
}

/* k + 2^shift * x */
static uint16_t add_shifted(mgp_decl_t *d, uint16_t k, uint16_t x, unsigned shift) {
  uint16_t w = node_const(d, mgp_f_from_u32(1u << shift));
  return node_make(d, MGP_X_ADD, k, node_make(d, MGP_X_MUL, x, w));
}

void mgp_decl_program(mgp_decl_t *d, const char *rd, const char *rs1, const char *rs2,
                      const char *flags, const char *xyz) {
  if (!begin(d, "PROGRAM", xyz)) return;
  uint32_t id = d->chip->id;
  if (id == MGP_CHIP_HALT || id == MGP_CHIP_ENOP || id == MGP_CHIP_COMMIT) id = MGP_ECALL_ID;
  uint16_t t[MGP_MAX_TUPLE], k = node_const(d, mgp_f_from_u32(id));
  k = add_shifted(d, k, parse_one(d, rd), 5);
  k = add_shifted(d, k, parse_one(d, rs1), 11);
  k = add_shifted(d, k, parse_one(d, rs2), 17);
  size_t n;
  unsigned shift = 23;
  for (const char *s; d->st == MGP_OK && (s = next_word(&flags, &n)); shift++) {
    uint16_t x = find_name(d, s, n);
    if (x == MGP_NO_NODE) {
      FAIL_ITEM(d, "unknown flag \"%s\"", s);
      return;
    }
    k = add_shifted(d, k, x, shift);
  }
  t[0] = parse_one(d, "pc");
  t[1] = k;
  unsigned len = parse_list(d, xyz, t + 2, 3);
  add_interaction(d, MGP_BUS_PROGRAM, 1, node_const(d, mgp_f_one()), t, len + 2);
}

static void range_request(mgp_decl_t *d, uint32_t bound, uint16_t x, uint16_t m) {
  uint16_t t[2] = {node_const(d, mgp_f_from_u32(bound)), x};
  add_interaction(d, MGP_BUS_RANGE, 1, m, t, 2);
}

/* MEM tokens in and out; returns the age ts + slot - prev - 1. */
static uint16_t mem_tokens(mgp_decl_t *d, const uint16_t key[2], const char *in, const char *out,
                           const char *prev, unsigned slot, uint16_t m) {
  uint16_t take[5] = {key[0], key[1]}, give[5] = {key[0], key[1]};
  if (parse_list(d, in, take + 2, 2) != 2 || parse_list(d, out, give + 2, 2) != 2) {
    FAIL_ITEM(d, "%s", "a value has two limbs");
    return 0;
  }
  take[4] = parse_one(d, prev);
  uint16_t ts = parse_one(d, "ts");
  if (d->st != MGP_OK) return 0;
  give[4] = node_make(d, MGP_X_ADD, ts, node_const(d, mgp_f_from_u32(slot)));
  add_interaction(d, MGP_BUS_MEM, 1, m, take, 5);
  add_interaction(d, MGP_BUS_MEM, 0, m, give, 5);
  /* ts - prev + (slot - 1) */
  uint16_t age = node_make(d, MGP_X_SUB, ts, take[4]);
  uint16_t rest = node_const(d, mgp_f_from_u32(slot > 0 ? slot - 1 : 1));
  return node_make(d, slot > 0 ? MGP_X_ADD : MGP_X_SUB, age, rest);
}

static void register_access(mgp_decl_t *d, mgp_field_t field, const char *key, const char *in,
                            const char *out, const char *prev, const char *cond) {
  if (!begin(d, "access of register", key)) return;
  unsigned kind = mgp_access_age(d->accesses, field);
  if (kind == MGP_ACCESS_NO || (d->fields_done >> field & 1) ||
      (kind == MGP_ACCESS_COND) != (cond != NULL)) {
    FAIL_ITEM(d, "field %u is not declared so in MGP_ACCESS_LIST", (unsigned)field);
    return;
  }
  d->fields_done |= 1u << field;
  uint16_t m = parse_one(d, cond ? cond : "1");
  uint16_t k[2] = {parse_one(d, key), parse_one(d, "REG")};
  uint16_t age = mem_tokens(d, k, in, out, prev, mgp_access_slot(d->accesses, field), m);
  if (d->st != MGP_OK) return;
  if (kind != MGP_ACCESS_PAIR) {
    range_request(d, 1u << mgp_access_window(kind), age, m);
  } else if (d->pair_age == MGP_NO_NODE) {
    d->pair_age = age;
  } else {
    uint16_t t[2] = {d->pair_age, age};
    add_interaction(d, MGP_BUS_TS2, 1, m, t, 2);
    d->pair_age = MGP_NO_NODE;
  }
}

void mgp_decl_register(mgp_decl_t *d, mgp_field_t field, const char *key, const char *in,
                       const char *out, const char *prev) {
  register_access(d, field, key, in, out, prev, NULL);
}
void mgp_decl_register_if(mgp_decl_t *d, mgp_field_t field, const char *key, const char *in,
                          const char *out, const char *prev, const char *cond) {
  register_access(d, field, key, in, out, prev, cond);
}

void mgp_decl_memory(mgp_decl_t *d, const char *key, const char *in, const char *out,
                     const char *prev, const char *dh) {
  if (!begin(d, "access of memory", key)) return;
  uint16_t k[2] = {0, 0}, one = node_const(d, mgp_f_one());
  if (parse_list(d, key, k, 2) != 2) {
    FAIL_ITEM(d, "%s", "an address has two limbs");
    return;
  }
  uint16_t age = mem_tokens(d, k, in, out, prev, 0, one);
  uint16_t high = parse_one(d, dh);
  if (d->st != MGP_OK) return;
  uint16_t shifted = node_make(d, MGP_X_MUL, high, node_const(d, mgp_f_from_u32(1u << 16)));
  range_request(d, 1u << 16, node_make(d, MGP_X_SUB, age, shifted), one);
  range_request(d, 1u << 13, high, one);
}

/* --- a whole chip -------------------------------------------------------------------------- */

static uint32_t split_names(mgp_decl_t *d, const char *list, const char **names, uint32_t max,
                            const char *what) {
  uint32_t count = 0;
  size_t n;
  for (const char *s; d->st == MGP_OK && (s = next_word(&list, &n));) {
    if (count == max) {
      FAIL(d, "chip %s: more than %u %s", d->chip->name, max, what);
      return 0;
    }
    for (uint32_t i = 0; i < count; i++)
      if (names_equal(names[i], s, n))
        FAIL(d, "chip %s: two %s are called %s", d->chip->name, what, names[i]);
    names[count++] = pool_copy(d, s, n);
  }
  return count;
}

/* Renumbers the nodes, leaving out those that only folding needed. */
static void compact(mgp_decl_t *d) {
  mgp_chip_t *c = d->chip;
  uint8_t live[MGP_MAX_NODES] = {0};
  uint16_t to[MGP_MAX_NODES];
  for (uint32_t i = 0; i < c->nconstraints; i++) live[c->constraints[i]] = 1;
  for (uint32_t i = 0; i < c->ninteractions; i++) {
    live[c->interactions[i].mult] = 1;
    for (unsigned j = 0; j < c->interactions[i].len; j++) live[c->interactions[i].tuple[j]] = 1;
  }
  for (uint32_t i = d->nnodes; i-- > 0;)
    if (live[i] && d->nodes[i].op >= MGP_X_ADD) live[d->nodes[i].a] = live[d->nodes[i].b] = 1;
  uint32_t n = 0;
  for (uint32_t i = 0; i < d->nnodes; i++) {
    if (!live[i]) continue;
    mgp_xnode_t x = d->nodes[i];
    if (x.op >= MGP_X_ADD) {
      x.a = to[x.a];
      x.b = to[x.b];
    }
    to[i] = (uint16_t)n;
    d->nodes[n++] = x;
  }
  d->nnodes = n;
  for (uint32_t i = 0; i < c->nconstraints; i++) c->constraints[i] = to[c->constraints[i]];
  for (uint32_t i = 0; i < c->ninteractions; i++) {
    mgp_interaction_t *it = &c->interactions[i];
    it->mult = to[it->mult];
    for (unsigned j = 0; j < it->len; j++) it->tuple[j] = to[it->tuple[j]];
  }
}

static void check_complete(mgp_decl_t *d) {
  mgp_chip_t *c = d->chip;
  unsigned fields = 0;
  for (unsigned f = 0; f < MGP_FIELD_COUNT; f++)
    if (mgp_access_age(d->accesses, f) != MGP_ACCESS_NO) fields |= 1u << f;
  if (fields != d->fields_done || d->pair_age != MGP_NO_NODE)
    FAIL(d, "chip %s: register accesses differ from MGP_ACCESS_LIST", c->name);
  for (uint32_t i = 0; i < d->ndefinitions; i++)
    if (!d->definition[i].used)
      FAIL(d, "chip %s: definition %s is not used", c->name, d->definition[i].name);
  uint8_t used[MGP_MAX_COLUMNS] = {0};
  for (uint32_t i = 0; i < d->nnodes; i++)
    if (d->nodes[i].op == MGP_X_COLUMN) used[d->nodes[i].a] = 1;
  for (uint32_t i = 0; i < c->ncols; i++)
    if (!used[i]) FAIL(d, "chip %s: column %s is not used", c->name, c->col_name[i]);
}

/* Rows beyond the end are zero, and constraints are not multiplied by sel. */
static void check_zero_row(mgp_decl_t *d) {
  static const mgp_f_t zeros[MGP_MAX_COLUMNS];
  mgp_f_t values[MGP_MAX_NODES];
  mgp_chip_eval_row(d->chip, zeros, zeros, values);
  for (uint32_t i = 0; i < d->chip->nconstraints; i++)
    if (values[d->chip->constraints[i]] != 0)
      FAIL(d, "chip %s, constraint \"%s\": not zero on the zero row", d->chip->name,
           d->chip->constraint_name[i]);
}

static void summarize(mgp_chip_t *c) {
  for (uint32_t i = 0; i < c->nconstraints; i++)
    if (c->nodes[c->constraints[i]].degree > c->max_degree)
      c->max_degree = c->nodes[c->constraints[i]].degree;
  for (uint32_t i = 0; i < c->ninteractions; i++) {
    const mgp_interaction_t *it = &c->interactions[i];
    for (unsigned j = 0; j < it->len; j++)
      if (c->nodes[it->tuple[j]].degree >= c->max_degree)
        c->max_degree = (uint8_t)(c->nodes[it->tuple[j]].degree + 1);
    if (!c->is_table && mgp_bus_is_lookup((mgp_bus_t)it->bus)) c->lookup_buses |= 1u << it->bus;
  }
  c->cost = c->ncols + 2 * c->ninteractions;
}

/* One block: nodes, then names. */
static void move_out(mgp_decl_t *d) {
  mgp_chip_t *c = d->chip;
  size_t nbytes = d->nnodes * sizeof(mgp_xnode_t);
  c->nodes = malloc(nbytes + d->pool_used);
  if (!c->nodes) {
    d->st = mgp_fail(MGP_RESOURCES, "no memory for chip %s", c->name);
    return;
  }
  c->nnodes = d->nnodes;
  memcpy(c->nodes, d->nodes, nbytes);
  char *pool = (char *)c->nodes + nbytes;
  memcpy(pool, d->pool, d->pool_used);
  for (uint32_t i = 0; i < c->ncols; i++) c->col_name[i] = pool + (c->col_name[i] - d->pool);
  for (uint32_t i = 0; i < c->nconstraints; i++)
    c->constraint_name[i] = pool + (c->constraint_name[i] - d->pool);
}

mgp_decl_t *mgp_decl_create(mgp_chip_t *chip, mgp_chip_id_t id, const char *name,
                            const char *columns, const char *virtuals) {
  memset(chip, 0, sizeof *chip);
  mgp_decl_t *d = calloc(1, sizeof *d);
  if (!d) return NULL;
  d->chip = chip;
  d->pair_age = MGP_NO_NODE;
  d->accesses = mgp_chip_accesses(id);
  chip->name = name;
  chip->id = (uint8_t)id;
  chip->is_table = id >= MGP_CHIP_FIRST_TABLE;
  chip->dt = (uint8_t)mgp_access_dt(d->accesses);
  chip->ncols = split_names(d, columns, chip->col_name, MGP_MAX_COLUMNS, "columns");
  chip->nvirtual = split_names(d, virtuals, d->virtual_name, MGP_MAX_VIRTUAL, "virtual columns");
  return d;
}

mgp_status_t mgp_chip_declare(mgp_chip_t *chip, mgp_chip_id_t id, const char *name,
                              const char *columns, const char *virtuals, mgp_decl_fn fn) {
  mgp_decl_t *d = mgp_decl_create(chip, id, name, columns, virtuals);
  if (!d) return mgp_fail(MGP_RESOURCES, "no memory to declare chip %s", name);
  fn(d);
  if (d->st == MGP_OK) compact(d);
  if (d->st == MGP_OK) check_complete(d);
  if (d->st == MGP_OK) move_out(d);
  if (d->st == MGP_OK) check_zero_row(d);
  if (d->st == MGP_OK) summarize(chip);
  mgp_status_t st = d->st;
  if (st != MGP_OK) mgp_chip_release(chip);
  free(d);
  return st;
}

void mgp_chip_release(mgp_chip_t *chip) {
  free(chip->nodes);
  memset(chip, 0, sizeof *chip);
}
