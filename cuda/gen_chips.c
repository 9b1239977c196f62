/* Writes the kernels of the program's chips as CUDA, from the chips' declarations: straight-line
 * code for leaves, forms and atoms (chip_kernels.cuh says what a chip is there, chip_form.h what
 * forms and atoms are). Run at build time:
 *
 *   gen_chips FOLDER COUNT    FOLDER/chips_0.cu ... chips_(COUNT - 1).cu, FOLDER/chips_own.cu
 *
 * The main sumcheck of a chip whose code would be too long for registers and the instruction cache
 * is cut into parts: atoms in their order, with the operations and forms that they need. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip_form.h"

#define MOST_OPS   160u /* operations on K of a chip that is not cut */
#define PART_OPS   48u  /* of a part, and its forms, at most 32 */
#define PART_FORMS 16u
#define MOST_PARTS 64u
#define MOST_EARLY 32u /* columns of leaves that a thread keeps in registers */
#define ONE        MGP_R_MOD_P
#define MINUS      (MGP_P - MGP_R_MOD_P)

typedef struct {
  const mgp_chip_t *chip;
  mgp_form_t form;
  uint32_t *words;
  int early; /* the columns of the leaves are read all at once */
  FILE *f;
} gen_t;

/* Of the main sumcheck: the slots (forms, then operations) that it computes, which of them are
 * atoms that it adds, and which forms it stores. */
typedef struct {
  uint8_t has[MGP_POLY_SLOTS], atom[MGP_POLY_SLOTS], owns[MGP_POLY_SLOTS];
  uint32_t form[MGP_POLY_SLOTS], nforms, nops;
  int linear;
} part_t;

/* --- leaves ---------------------------------------------------------------------------------- */

static void mark(const mgp_chip_t *chip, uint8_t *live) {
  for (uint32_t i = chip->nnodes; i-- > 0;)
    if (live[i] && chip->nodes[i].op >= MGP_X_ADD)
      live[chip->nodes[i].a] = live[chip->nodes[i].b] = 1;
}

/* A value of the trace, read where it is needed. */
static void print_cell(const gen_t *g, const mgp_xnode_t *n) {
  fprintf(g->f, "mgp_chip_%s(a, %u, at)", n->op == MGP_X_COLUMN ? "column" : "virtual", n->a);
}

static void print_node(const gen_t *g, uint32_t i) {
  static const char *const name[] = {NULL, NULL, NULL, "mgp_f_add", "mgp_f_sub", "mgp_f_mul"};
  const mgp_xnode_t *n = &g->chip->nodes[i];
  fprintf(g->f, "      const mgp_f_t v%" PRIu32 " = ", i);
  if (n->op == MGP_X_CONST) {
    fprintf(g->f, "%" PRIu32 "u;\n", n->value);
  } else if (n->op < MGP_X_CONST && g->early) {
    fprintf(g->f, "c%" PRIu32 ";\n", i);
  } else if (n->op < MGP_X_CONST) {
    print_cell(g, n);
    fprintf(g->f, ";\n");
  } else
    fprintf(g->f, "%s(v%u, v%u);\n", name[n->op], n->a, n->b);
}

static int is_constant(const gen_t *g, uint32_t node) {
  return g->chip->nodes[node].op == MGP_X_CONST;
}

/* q j, products two at a time; what depends on a multiplicity that is not constant. */
static void print_leaf(const gen_t *g, uint32_t j) {
  const mgp_interaction_t *it = &g->chip->interactions[j];
  const uint32_t side = j & 1, row = side * (1 + MGP_MAX_TUPLE);
  uint32_t at[MGP_MAX_TUPLE], n = 0;
  for (uint32_t i = 0; i < it->len; i++)
    if (!is_constant(g, it->tuple[i])) at[n++] = i;
  for (uint32_t i = 0; i < n; i += 2) {
    fprintf(g->f, "      out->q%" PRIu32 ".mac%s(v%u, mgp_ld(w + %" PRIu32 ")", side,
            i + 1 < n ? "2" : "", it->tuple[at[i]], row + at[i] + 1);
    if (i + 1 < n)
      fprintf(g->f, ",\n                   v%u, mgp_ld(w + %" PRIu32 ")", it->tuple[at[i + 1]],
              row + at[i + 1] + 1);
    fprintf(g->f, ");\n");
  }
  fprintf(g->f, "      out->p%" PRIu32 " = v%u;\n", side, it->mult);
  if (!is_constant(g, it->mult))
    fprintf(g->f, "      if (SHIFT) out->shift%" PRIu32 "(v%u, mgp_ld(w + %" PRIu32 "));\n", side,
            it->mult, row);
}

/* Is a multiplicity not constant? */
static int is_varying(const gen_t *g) {
  for (uint32_t j = 0; j < g->chip->ninteractions; j++)
    if (!is_constant(g, g->chip->interactions[j].mult)) return 1;
  return 0;
}

/* Marks what leaves first ... end - 1 need. */
static void mark_leaves(const gen_t *g, uint32_t first, uint32_t end, uint8_t *live) {
  for (uint32_t j = first; j < end; j++) {
    const mgp_interaction_t *it = &g->chip->interactions[j];
    live[it->mult] = 1;
    for (uint32_t i = 0; i < it->len; i++)
      if (!is_constant(g, it->tuple[i])) live[it->tuple[i]] = 1;
  }
  mark(g->chip, live);
}

/* prepare(): with few columns, all are read at once, so that a row waits for memory once. */
static void print_prepare(gen_t *g) {
  const mgp_chip_t *chip = g->chip;
  uint8_t live[MGP_MAX_NODES] = {0};
  uint32_t n = 0;
  mark_leaves(g, 0, chip->ninteractions, live);
  for (uint32_t i = 0; i < chip->nnodes; i++) n += live[i] && chip->nodes[i].op < MGP_X_CONST;
  g->early = n <= MOST_EARLY;
  fprintf(g->f, "  size_t at = 0;\n");
  for (uint32_t i = 0; i < chip->nnodes && g->early; i++)
    if (live[i] && chip->nodes[i].op < MGP_X_CONST)
      fprintf(g->f, "  mgp_f_t c%" PRIu32 " = 0;\n", i);
  fprintf(g->f, "  __device__ __forceinline__ void prepare(uint32_t row) {\n    at = row;\n");
  for (uint32_t i = 0; i < chip->nnodes && g->early; i++) {
    if (!live[i] || chip->nodes[i].op >= MGP_X_CONST) continue;
    fprintf(g->f, "    c%" PRIu32 " = ", i);
    print_cell(g, &chip->nodes[i]);
    fprintf(g->f, ";\n");
  }
  fprintf(g->f, "  }\n");
}

static void print_leaves(const gen_t *g) {
  const mgp_chip_t *chip = g->chip;
  fprintf(g->f,
          "  static const bool VARYING = %s;\n"
          "  template <bool SHIFT>\n"
          "  __device__ __forceinline__ void leaves(uint32_t e, const mgp_e_t *w,\n"
          "                                         mgp_leaves_t *out) const {\n"
          "    switch (e) {\n",
          is_varying(g) ? "true" : "false");
  for (uint32_t e = 0; 2 * e < chip->ninteractions; e++) {
    uint8_t live[MGP_MAX_NODES] = {0};
    const uint32_t end = 2 * e + 2 < chip->ninteractions ? 2 * e + 2 : chip->ninteractions;
    mark_leaves(g, 2 * e, end, live);
    fprintf(g->f, "    case %" PRIu32 ": {\n", e);
    for (uint32_t i = 0; i < chip->nnodes; i++)
      if (live[i]) print_node(g, i);
    for (uint32_t j = 2 * e; j < end; j++) print_leaf(g, j);
    fprintf(g->f, "      break;\n    }\n");
  }
  fprintf(g->f, "    }\n  }\n");
}

/* --- forms and atoms -------------------------------------------------------------------------- */

/* A sum of coef * value, as nested calls; `constant` last. name(src) prints a value. */
typedef void (*name_fn_t)(const gen_t *g, uint32_t src);

static void print_term(const gen_t *g, const uint32_t *pair, name_fn_t name) {
  const uint32_t coef = pair[1];
  if (coef != ONE) fprintf(g->f, "mgp_v_scale(");
  name(g, pair[0]);
  if (coef != ONE) fprintf(g->f, ", %" PRIu32 "u)", coef);
}

static void print_sum(const gen_t *g, const uint32_t *pair, uint32_t n, uint32_t constant,
                      name_fn_t name) {
  uint32_t start = 0;
  for (uint32_t t = 0; t < n; t++)
    if (pair[2 * t + 1] == ONE) {
      start = t;
      break;
    }
  if (constant) fprintf(g->f, "mgp_v_shift(");
  for (uint32_t t = n; t-- > 0;)
    if (t != start) fprintf(g->f, pair[2 * t + 1] == MINUS ? "mgp_v_sub(" : "mgp_v_add(");
  print_term(g, pair + 2 * start, name);
  for (uint32_t t = 0; t < n; t++) {
    if (t == start) continue;
    fprintf(g->f, ", ");
    if (pair[2 * t + 1] == MINUS)
      name(g, pair[2 * t]);
    else
      print_term(g, pair + 2 * t, name);
    fprintf(g->f, ")");
  }
  if (constant) fprintf(g->f, ", %" PRIu32 "u)", constant);
}

static void column_name(const gen_t *g, uint32_t c) {
  if (c < g->form.ncols)
    fprintf(g->f, "mgp_chip_column(a, %" PRIu32 ", row)", c);
  else
    fprintf(g->f, "mgp_chip_virtual(a, %" PRIu32 ", row)", c - g->form.ncols);
}
static void slot_name(const gen_t *g, uint32_t s) {
  fprintf(g->f, "s%" PRIu32, s);
}

/* Functions in print_sum nest from the last term outwards, so the opening calls are printed in
 * reverse: the call of the last term comes first. */
static void print_forms(const gen_t *g, const part_t *p) {
  const mgp_form_t *f = &g->form;
  const uint32_t *first = g->words + f->form_first, *pair = g->words + f->form_pairs;
  fprintf(g->f, "  __device__ __forceinline__ mgp_f_t form(uint32_t f, size_t row) const {\n"
                "    switch (f) {\n");
  for (uint32_t k = 0; k < p->nforms; k++) {
    const uint32_t i = p->form[k];
    fprintf(g->f, "    case %" PRIu32 ":\n      return ", k);
    print_sum(g, pair + 2 * first[i], first[i + 1] - first[i], 0, column_name);
    fprintf(g->f, ";\n");
  }
  fprintf(g->f, "    }\n    (void)row;\n    return 0;\n  }\n");
}

/* Some forms are only in linear parts of constraints. */
static int is_operand(const gen_t *g, const part_t *p, uint32_t slot) {
  const mgp_form_t *f = &g->form;
  const uint32_t *op = g->words + f->ops, *first = g->words + f->op_first;
  const uint32_t *pair = g->words + f->op_pairs;
  for (uint32_t i = 0; i < f->nops; i++) {
    if (!p->has[f->nforms + i]) continue;
    if (op[3 * i] && (op[3 * i + 1] == slot || op[3 * i + 2] == slot)) return 1;
    for (uint32_t t = first[i]; t < first[i + 1]; t++)
      if (pair[2 * t] == slot) return 1;
  }
  return 0;
}

static void print_atoms(const gen_t *g, const part_t *p) {
  const mgp_form_t *f = &g->form;
  const uint32_t *op = g->words + f->ops, *first = g->words + f->op_first;
  const uint32_t *pair = g->words + f->op_pairs, *atom = g->words + f->atoms;
  uint32_t next = 0;
  fprintf(g->f, "  template <class V>\n"
                "  __device__ __forceinline__ void atoms(const values_t<V> &form,\n"
                "                                        const mgp_e_t *weights,\n"
                "                                        mgp_dot_t *sum) const {\n"
                "    (void)form, (void)weights, (void)sum;\n");
  for (uint32_t k = 0; k < p->nforms; k++)
    if (is_operand(g, p, p->form[k]))
      fprintf(g->f, "    const V s%" PRIu32 " = form.get(%" PRIu32 ");\n", p->form[k], k);
  for (uint32_t i = 0; i < f->nops; i++, op += 3) {
    const uint32_t slot = f->nforms + i;
    const int is_atom = next < f->natoms && atom[next] == slot;
    if (p->has[slot]) {
      fprintf(g->f, "    const V s%" PRIu32 " = ", slot);
      if (op[0])
        fprintf(g->f, "mgp_v_mul(s%" PRIu32 ", s%" PRIu32 ")", op[1], op[2]);
      else
        print_sum(g, pair + 2 * first[i], first[i + 1] - first[i], op[1], slot_name);
      fprintf(g->f, ";\n");
    }
    if (p->atom[slot]) /* while it is in registers */
      fprintf(g->f, "    mgp_v_mac(sum, s%" PRIu32 ", weights + %" PRIu32 ");\n", slot, 2 * next);
    next += is_atom;
  }
  fprintf(g->f, "  }\n");
}

/* --- parts ------------------------------------------------------------------------------------ */

/* Adds a slot and what it needs. */
static void need(const gen_t *g, part_t *p, uint32_t slot) {
  const mgp_form_t *f = &g->form;
  if (p->has[slot]) return;
  p->has[slot] = 1;
  if (slot < f->nforms) {
    p->nforms++;
    return;
  }
  const uint32_t i = slot - f->nforms, *op = g->words + f->ops + 3 * i;
  const uint32_t *first = g->words + f->op_first, *pair = g->words + f->op_pairs;
  p->nops++;
  if (op[0]) {
    need(g, p, op[1]);
    need(g, p, op[2]);
  } else {
    for (uint32_t t = first[i]; t < first[i + 1]; t++) need(g, p, pair[2 * t]);
  }
}

/* The forms of all parts in order; each is owned by the first part that has it. */
static void list_forms(const gen_t *g, part_t *part, uint32_t n) {
  uint8_t owned[MGP_POLY_SLOTS] = {0};
  for (uint32_t k = 0; k < n; k++) {
    part[k].nforms = 0;
    for (uint32_t s = 0; s < g->form.nforms; s++) {
      if (!part[k].has[s]) continue;
      part[k].form[part[k].nforms++] = s;
      part[k].owns[s] = !owned[s];
      owned[s] = 1;
    }
  }
}

/* Everything in one. */
static uint32_t one_part(const gen_t *g, part_t *part) {
  const uint32_t *atom = g->words + g->form.atoms;
  memset(part, 0, sizeof *part);
  part->linear = 1;
  for (uint32_t s = 0; s < g->form.nforms + g->form.nops; s++) need(g, part, s);
  for (uint32_t t = 0; t < g->form.natoms; t++) part->atom[atom[t]] = 1;
  list_forms(g, part, 1);
  return 1;
}

/* L and the constants; atoms as long as there is room; forms that no atom needs. 0 parts: too many.
 */
static uint32_t cut(const gen_t *g, part_t *part) {
  const mgp_form_t *f = &g->form;
  const uint32_t *atom = g->words + f->atoms;
  uint8_t seen[MGP_POLY_SLOTS] = {0};
  uint32_t n = 1;
  memset(part, 0, MOST_PARTS * sizeof *part);
  part->linear = 1;
  for (uint32_t t = 0; t < f->natoms + f->nforms; t++) {
    const uint32_t slot = t < f->natoms ? atom[t] : t - f->natoms;
    if (t >= f->natoms && seen[slot]) continue;
    part_t *p = &part[n - 1], with = *p;
    need(g, &with, slot);
    if (n == 1 || with.nforms > PART_FORMS || with.nops > PART_OPS) {
      if (n == MOST_PARTS) return 0;
      p = &part[n++];
      with = *p;
      need(g, &with, slot);
    }
    *p = with;
    if (t < f->natoms) p->atom[slot] = 1;
    for (uint32_t s = 0; s < f->nforms; s++) seen[s] |= p->has[s];
  }
  list_forms(g, part, n);
  return n;
}

static void print_numbers(const gen_t *g, const part_t *p) {
  uint32_t mask = 0;
  fprintf(g->f, "  __device__ __forceinline__ static uint32_t number(uint32_t f) {\n"
                "    const uint32_t n[] = {");
  for (uint32_t k = 0; k < p->nforms; k++) {
    fprintf(g->f, "%s%" PRIu32, k ? ", " : "", p->form[k]);
    mask |= (uint32_t)p->owns[p->form[k]] << k;
  }
  fprintf(g->f,
          "%s};\n    return n[f];\n  }\n"
          "  __device__ __forceinline__ static bool owns(uint32_t f) {\n"
          "    return %" PRIu32 "u >> f & 1;\n  }\n",
          p->nforms ? "" : "0", mask);
}

/* The members of a Part, as which `name` is constructed. */
static void print_part(const gen_t *g, const part_t *p, const char *name) {
  fprintf(g->f,
          "  static const bool LINEAR = %s;\n"
          "  __device__ __forceinline__ static constexpr uint32_t nforms() { return %" PRIu32
          "; }\n",
          p->linear ? "true" : "false", p->nforms);
  print_numbers(g, p);
  fprintf(g->f,
          "  template <class V> struct values_t {\n    V v[%" PRIu32 "];\n"
          "    __device__ __forceinline__ values_t(const %s &, unsigned) {}\n"
          "    __device__ __forceinline__ V get(uint32_t i) const { return v[i]; }\n"
          "    __device__ __forceinline__ void set(uint32_t i, const V &x) { v[i] = x; }\n"
          "  };\n",
          p->nforms ? p->nforms : 1, name);
  print_forms(g, p);
  print_atoms(g, p);
}

/* --- chips ------------------------------------------------------------------------------------ */

static void print_constructed(const gen_t *g, const char *name) {
  fprintf(g->f,
          "namespace {\nstruct %s {\n"
          "  static const unsigned THREADS = 0;\n"
          "  const mgp_chip_args_t &a;\n\n"
          "  __device__ __forceinline__ explicit %s(const mgp_chip_args_t &args) : a(args) {}\n",
          name, name);
}

/* Part k of a chip that is cut. */
static void print_cut(const gen_t *g, const part_t *part, uint32_t k) {
  char name[64], type[72];
  snprintf(name, sizeof name, "%.40s_%" PRIu32, g->chip->name, k);
  snprintf(type, sizeof type, "%s_t", name);
  print_constructed(g, type);
  print_part(g, part, type);
  fprintf(g->f,
          "};\n} // namespace\n\n"
          "extern const mgp_cuda_part_t mgp_cuda_part_%s;\n"
          "const mgp_cuda_part_t mgp_cuda_part_%s = mgp_part_launch_t<%s>::table();\n\n",
          name, name, type);
}

/* The parts of a chip, wherever they are. */
static void print_parts(const gen_t *g, uint32_t n) {
  const char *name = g->chip->name;
  for (uint32_t k = 0; k < n; k++)
    fprintf(g->f, "extern const mgp_cuda_part_t mgp_cuda_part_%s_%" PRIu32 ";\n", name, k);
  fprintf(g->f, "static const mgp_cuda_part_t *const %s_parts[] = {\n", name);
  for (uint32_t k = 0; k < n; k++) fprintf(g->f, "    &mgp_cuda_part_%s_%" PRIu32 ",\n", name, k);
  fprintf(g->f, "    NULL};\n");
}

/* n: parts, or 1. */
static void print_chip(gen_t *g, const part_t *part, uint32_t n) {
  const char *name = g->chip->name;
  char type[64];
  unsigned log_k = 0;
  while (1u << log_k < g->form.k) log_k++;
  snprintf(type, sizeof type, "%.40s_t", name);
  if (n > 1) print_parts(g, n);
  print_constructed(g, type);
  fprintf(g->f, "  static const unsigned LOG_K = %u;\n", log_k);
  print_prepare(g);
  print_leaves(g);
  if (n == 1)
    print_part(g, part, type);
  else
    fprintf(g->f, "  static const mgp_cuda_part_t *const *parts() { return %s_parts; }\n", name);
  fprintf(g->f,
          "};\n} // namespace\n\n"
          "extern const mgp_cuda_chip_t mgp_cuda_chip_%s;\n"
          "const mgp_cuda_chip_t mgp_cuda_chip_%s =\n"
          "    mgp_%s_launch_t<%s>::table(0x%016" PRIx64 "u, \"%s\");\n\n",
          name, name, n == 1 ? "chip" : "cut", type, g->form.fingerprint, name);
}

static FILE *open_file(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  if (!f) {
    perror(path);
    exit(1);
  }
  fprintf(f, "/* Made by gen_chips from the declarations of the chips. */\n");
  return f;
}
static void close_file(FILE *f, const char *name) {
  if (ferror(f) | fclose(f)) {
    perror(name);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 3 || atoi(argv[2]) < 1) {
    fprintf(stderr, "usage: gen_chips FOLDER COUNT\n");
    return 2;
  }
  const uint32_t count = (uint32_t)atoi(argv[2]);
  mgp_chipset_t *set;
  if (mgp_chipset_create(&set) != MGP_OK) {
    fprintf(stderr, "gen_chips: %s\n", mgp_error_message());
    return 1;
  }
  FILE *own = open_file(argv[1], "chips_own.cu");
  fprintf(own, "#include \"task_ops.cuh\"\n\n");
  char list[64 * MGP_CHIP_COUNT] = "";
  for (uint32_t k = 0; k < count; k++) {
    char name[32];
    snprintf(name, sizeof name, "chips_%" PRIu32 ".cu", k);
    FILE *f = open_file(argv[1], name);
    fprintf(f, "#include \"chip_kernels.cuh\"\n\n");
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      static part_t part[MOST_PARTS];
      gen_t g = {.chip = &set->chip[id], .f = f};
      if (g.chip->ninteractions == 0) continue;
      if (mgp_form_build(g.chip, &g.form, &g.words) != MGP_OK) {
        fprintf(stderr, "gen_chips: %s\n", mgp_error_message());
        return 1;
      }
      const uint32_t n = g.form.nops > MOST_OPS ? cut(&g, part) : one_part(&g, part);
      if (n == 0) {
        fprintf(stderr, "gen_chips: chip %s has more than %u parts\n", g.chip->name, MOST_PARTS);
        return 1;
      }
      for (uint32_t i = k; n > 1 && i < n; i += count) print_cut(&g, &part[i], i);
      if (id % count != k) {
        free(g.words);
        continue;
      }
      print_chip(&g, part, n);
      fprintf(own, "extern const mgp_cuda_chip_t mgp_cuda_chip_%s;\n", g.chip->name);
      const size_t at = strlen(list);
      snprintf(list + at, sizeof list - at, "      &mgp_cuda_chip_%s,\n", g.chip->name);
      free(g.words);
    }
    close_file(f, name);
  }
  fprintf(own,
          "\nconst mgp_cuda_chip_t *const *mgp_cuda_own_chips(void) {\n"
          "  static const mgp_cuda_chip_t *const own[] = {\n%s      NULL};\n"
          "  return own;\n}\n",
          list);
  close_file(own, "chips_own.cu");
  mgp_chipset_destroy(set);
  return 0;
}
