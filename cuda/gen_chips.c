/* Writes the kernels of the program's chips as CUDA, from the chips' declarations: straight-line
 * code for leaves, forms and atoms (chip_kernels.cuh says what a chip is there, chip_form.h what
 * forms and atoms are). Run at build time:
 *
 *   gen_chips FOLDER COUNT    FOLDER/chips_0.cu ... chips_(COUNT - 1).cu, FOLDER/chips_own.cu
 *
 * Chips whose code would be too long for the instruction cache are left to interpretation. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip_form.h"

#define MOST_OPS 160u /* operations on K of a chip with kernels of its own */
#define ONE      MGP_R_MOD_P
#define MINUS    (MGP_P - MGP_R_MOD_P)

typedef struct {
  const mgp_chip_t *chip;
  mgp_form_t form;
  uint32_t *words;
  FILE *f;
} gen_t;

static int has_kernels(const gen_t *g) {
  return g->form.nops <= MOST_OPS;
}

/* --- leaves ---------------------------------------------------------------------------------- */

static void mark(const mgp_chip_t *chip, uint8_t *live) {
  for (uint32_t i = chip->nnodes; i-- > 0;)
    if (live[i] && chip->nodes[i].op >= MGP_X_ADD)
      live[chip->nodes[i].a] = live[chip->nodes[i].b] = 1;
}

static void print_node(const gen_t *g, uint32_t i) {
  static const char *const name[] = {"mgp_chip_column", "mgp_chip_virtual", NULL,
                                     "mgp_f_add",       "mgp_f_sub",        "mgp_f_mul"};
  const mgp_xnode_t *n = &g->chip->nodes[i];
  fprintf(g->f, "      const mgp_f_t v%" PRIu32 " = ", i);
  if (n->op == MGP_X_CONST)
    fprintf(g->f, "%" PRIu32 "u;\n", n->value);
  else if (n->op < MGP_X_CONST)
    fprintf(g->f, "%s(a, %u, row);\n", name[n->op], n->a);
  else
    fprintf(g->f, "%s(v%u, v%u);\n", name[n->op], n->a, n->b);
}

static int is_constant(const gen_t *g, uint32_t node) {
  return g->chip->nodes[node].op == MGP_X_CONST;
}

/* Products two at a time. */
static void print_denominator(const gen_t *g, uint32_t j) {
  const mgp_interaction_t *it = &g->chip->interactions[j];
  uint32_t at[MGP_MAX_TUPLE], n = 0;
  for (uint32_t i = 0; i < it->len; i++)
    if (!is_constant(g, it->tuple[i])) at[n++] = i;
  fprintf(g->f, "      mgp_dot_t d%" PRIu32 "(mgp_ld(constants + %" PRIu32 "));\n", j, j);
  for (uint32_t i = 0; i < n; i += 2) {
    fprintf(g->f, "      d%" PRIu32 ".mac%s(v%u, mgp_ld(beta + %" PRIu32 ")", j,
            i + 1 < n ? "2" : "", it->tuple[at[i]], at[i] + 1);
    if (i + 1 < n)
      fprintf(g->f, ",\n             v%u, mgp_ld(beta + %" PRIu32 ")", it->tuple[at[i + 1]],
              at[i + 1] + 1);
    fprintf(g->f, ");\n");
  }
}

static void print_leaves(const gen_t *g) {
  const mgp_chip_t *chip = g->chip;
  fprintf(g->f, "  __device__ __forceinline__ void leaves(uint32_t e, const mgp_e_t *constants,\n"
                "                                         const mgp_e_t *beta,\n"
                "                                         mgp_leaves_t *out) const {\n"
                "    const size_t row = at;\n    switch (e) {\n");
  for (uint32_t e = 0; 2 * e < chip->ninteractions; e++) {
    uint8_t live[MGP_MAX_NODES] = {0};
    const uint32_t end = 2 * e + 2 < chip->ninteractions ? 2 * e + 2 : chip->ninteractions;
    for (uint32_t j = 2 * e; j < end; j++) {
      const mgp_interaction_t *it = &chip->interactions[j];
      live[it->mult] = 1;
      for (uint32_t i = 0; i < it->len; i++)
        if (!is_constant(g, it->tuple[i])) live[it->tuple[i]] = 1;
    }
    mark(chip, live);
    fprintf(g->f, "    case %" PRIu32 ": {\n", e);
    for (uint32_t i = 0; i < chip->nnodes; i++)
      if (live[i]) print_node(g, i);
    for (uint32_t j = 2 * e; j < end; j++) {
      print_denominator(g, j);
      fprintf(g->f,
              "      out->p%" PRIu32 " = v%u;\n      out->q%" PRIu32 " = d%" PRIu32 ".value();\n",
              j & 1, chip->interactions[j].mult, j & 1, j);
    }
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
static void print_forms(const gen_t *g) {
  const mgp_form_t *f = &g->form;
  const uint32_t *first = g->words + f->form_first, *pair = g->words + f->form_pairs;
  fprintf(g->f, "  __device__ __forceinline__ mgp_f_t form(uint32_t f, size_t row) const {\n"
                "    switch (f) {\n");
  for (uint32_t i = 0; i < f->nforms; i++) {
    fprintf(g->f, "    case %" PRIu32 ":\n      return ", i);
    print_sum(g, pair + 2 * first[i], first[i + 1] - first[i], 0, column_name);
    fprintf(g->f, ";\n");
  }
  fprintf(g->f, "    }\n    (void)row;\n    return 0;\n  }\n");
}

/* Some forms are only in linear parts of constraints. */
static int is_operand(const gen_t *g, uint32_t slot) {
  const mgp_form_t *f = &g->form;
  const uint32_t *op = g->words + f->ops, *pair = g->words + f->op_pairs;
  for (uint32_t i = 0; i < f->nops; i++)
    if (op[3 * i] && (op[3 * i + 1] == slot || op[3 * i + 2] == slot)) return 1;
  for (uint32_t t = 0; t < g->words[f->op_first + f->nops]; t++)
    if (pair[2 * t] == slot) return 1;
  return 0;
}

static void print_atoms(const gen_t *g) {
  const mgp_form_t *f = &g->form;
  const uint32_t *op = g->words + f->ops, *first = g->words + f->op_first;
  const uint32_t *pair = g->words + f->op_pairs, *atom = g->words + f->atoms;
  uint32_t next = 0;
  fprintf(g->f, "  template <class V>\n"
                "  __device__ __forceinline__ void atoms(const values_t<V> &form,\n"
                "                                        const mgp_e_t *weights,\n"
                "                                        mgp_dot_t *sum) const {\n");
  if (f->natoms == 0) fprintf(g->f, "    (void)form, (void)weights, (void)sum;\n");
  for (uint32_t i = 0; i < f->nforms; i++)
    if (is_operand(g, i))
      fprintf(g->f, "    const V s%" PRIu32 " = form.get(%" PRIu32 ");\n", i, i);
  for (uint32_t i = 0; i < f->nops; i++, op += 3) {
    fprintf(g->f, "    const V s%" PRIu32 " = ", f->nforms + i);
    if (op[0])
      fprintf(g->f, "mgp_v_mul(s%" PRIu32 ", s%" PRIu32 ")", op[1], op[2]);
    else
      print_sum(g, pair + 2 * first[i], first[i + 1] - first[i], op[1], slot_name);
    fprintf(g->f, ";\n");
    if (next < f->natoms && atom[next] == f->nforms + i) { /* while it is in registers */
      fprintf(g->f, "    mgp_v_mac(sum, s%" PRIu32 ", weights + %" PRIu32 ");\n", f->nforms + i,
              2 * next);
      next++;
    }
  }
  fprintf(g->f, "  }\n");
}

/* --- chips ------------------------------------------------------------------------------------ */

static void print_chip(const gen_t *g) {
  const uint32_t nforms = g->form.nforms;
  unsigned log_k = 0;
  while (1u << log_k < g->form.k) log_k++;
  fprintf(g->f,
          "namespace {\nstruct %s_t {\n"
          "  static const unsigned THREADS = 0, LOG_K = %u;\n"
          "  const mgp_chip_args_t &a;\n"
          "  size_t at;\n\n"
          "  __device__ __forceinline__ explicit %s_t(const mgp_chip_args_t &args) : a(args), "
          "at(0) {}\n"
          "  __device__ __forceinline__ void prepare(uint32_t r) { at = r; }\n",
          g->chip->name, log_k, g->chip->name);
  print_leaves(g);
  fprintf(g->f,
          "  __device__ __forceinline__ static constexpr uint32_t nforms() { return %" PRIu32
          "; }\n",
          nforms);
  fprintf(g->f,
          "  template <class V> struct values_t {\n    V v[%" PRIu32 "];\n"
          "    __device__ __forceinline__ values_t(const %s_t &, unsigned) {}\n"
          "    __device__ __forceinline__ V get(uint32_t i) const { return v[i]; }\n"
          "    __device__ __forceinline__ void set(uint32_t i, const V &x) { v[i] = x; }\n"
          "  };\n",
          nforms ? nforms : 1, g->chip->name);
  print_forms(g);
  print_atoms(g);
  fprintf(g->f,
          "};\n} // namespace\n\n"
          "extern const mgp_cuda_chip_t mgp_cuda_chip_%s;\n"
          "const mgp_cuda_chip_t mgp_cuda_chip_%s =\n"
          "    mgp_chip_launch_t<%s_t>::table(0x%016" PRIx64 "u, \"%s\");\n\n",
          g->chip->name, g->chip->name, g->chip->name, g->form.fingerprint, g->chip->name);
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
  const int count = atoi(argv[2]);
  mgp_chipset_t *set;
  if (mgp_chipset_create(&set) != MGP_OK) {
    fprintf(stderr, "gen_chips: %s\n", mgp_error_message());
    return 1;
  }
  FILE *own = open_file(argv[1], "chips_own.cu");
  fprintf(own, "#include \"task_ops.cuh\"\n\n");
  char list[64 * MGP_CHIP_COUNT] = "";
  for (int k = 0; k < count; k++) {
    char name[32];
    snprintf(name, sizeof name, "chips_%d.cu", k);
    FILE *f = open_file(argv[1], name);
    fprintf(f, "#include \"chip_kernels.cuh\"\n\n");
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      gen_t g = {.chip = &set->chip[id], .f = f};
      if ((int)(id % (unsigned)count) != k || g.chip->ninteractions == 0) continue;
      if (mgp_form_build(g.chip, &g.form, &g.words) != MGP_OK) {
        fprintf(stderr, "gen_chips: %s\n", mgp_error_message());
        return 1;
      }
      if (has_kernels(&g)) {
        print_chip(&g);
        fprintf(own, "extern const mgp_cuda_chip_t mgp_cuda_chip_%s;\n", g.chip->name);
        const size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "      &mgp_cuda_chip_%s,\n", g.chip->name);
      }
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
