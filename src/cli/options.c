#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

typedef enum { FLAG, TEXT, LIST, NUMBER, SIZE, CHOICE } kind_t;

typedef struct {
  const char *name;
  char letter;
  kind_t kind;
  uint64_t min, max;
  const char *const *words; /* CHOICE: ends with NULL */
  size_t offset;            /* in mgp_options_t */
  const char *value, *help;
} spec_t;

/* in the order of mgp_backend_kind_t, mgp_isa_t, mgp_cache_t */
static const char *const backend_words[] = {"auto", "cpu", "cuda", "strict", NULL};
static const char *const isa_words[] = {"auto", "portable", "avx2", "avx512", NULL};
static const char *const cache_words[] = {"auto", "none", "trace", "full", NULL};

static const spec_t specs[MGP_OPTIONS] = {
#define FLAG           FLAG, 0, 0, NULL
#define TEXT           TEXT, 0, 0, NULL
#define LIST           LIST, 0, 0, NULL
#define NUMBER(lo, hi) NUMBER, lo, hi, NULL
#define SIZE(lo, hi)   SIZE, lo, hi, NULL
#define CHOICE(w)      CHOICE, 0, 0, w
#define SPEC(id, name, letter, kind, field, value, help)                                           \
  {name, letter, kind, offsetof(mgp_options_t, field), value, help},
    MGP_OPTION_LIST(SPEC)
#undef SPEC
#undef FLAG
#undef TEXT
#undef LIST
#undef NUMBER
#undef SIZE
#undef CHOICE
};

static mgp_status_t set_choice(const spec_t *spec, const char *text, int *out) {
  for (int i = 0; spec->words[i]; i++)
    if (strcmp(spec->words[i], text) == 0) {
      *out = i;
      return MGP_OK;
    }
  return mgp_fail(MGP_USAGE, "--%s: \"%.60s\" is not one of %s", spec->name, text, spec->value);
}

static mgp_status_t set_value(const spec_t *spec, const char *text, mgp_options_t *o) {
  void *field = (char *)o + spec->offset;
  char what[40];
  (void)snprintf(what, sizeof what, "--%s", spec->name);
  switch (spec->kind) {
  case FLAG:
    *(bool *)field = true;
    return MGP_OK;
  case TEXT:
    *(const char **)field = text;
    return MGP_OK;
  case LIST: {
    mgp_text_list_t *list = field;
    list->items[list->n++] = text;
    return MGP_OK;
  }
  case NUMBER:
    return mgp_parse_u64(text, what, spec->min, spec->max, field);
  case SIZE:
    MGP_TRY(mgp_parse_size(text, what, field));
    if (*(uint64_t *)field < spec->min)
      return mgp_fail(MGP_USAGE, "%s: %s is less than %llu bytes", what, text,
                      (unsigned long long)spec->min);
    return MGP_OK;
  default:
    return set_choice(spec, text, field);
  }
}

/* The option that arg (with its dashes) names, and the text behind "=" or NULL. */
static const spec_t *find(const char *arg, uint64_t allowed, const char **value) {
  *value = NULL;
  for (int i = 0; i < MGP_OPTIONS; i++) {
    const spec_t *spec = &specs[i];
    if (!(allowed >> i & 1)) continue;
    if (arg[1] != '-') {
      if (spec->letter && arg[1] == spec->letter && arg[2] == '\0') return spec;
      continue;
    }
    size_t n = strlen(spec->name);
    if (strncmp(arg + 2, spec->name, n) != 0) continue;
    if (arg[2 + n] == '=') *value = arg + 2 + n + 1;
    if (arg[2 + n] == '=' || arg[2 + n] == '\0') return spec;
  }
  return NULL;
}

mgp_status_t mgp_options_parse(const char *command, uint64_t allowed, int argc, char **argv,
                               mgp_options_t *out, int *nargs) {
  bool options_ended = false;
  memset(out, 0, sizeof *out);
  *nargs = 0;
  out->hint.items = malloc(((size_t)argc + 1) * sizeof *out->hint.items);
  if (!out->hint.items) return mgp_fail(MGP_RESOURCES, "out of memory for the options");
  for (int i = 0; i < argc; i++) {
    const char *value;
    if (options_ended || argv[i][0] != '-' || argv[i][1] == '\0') {
      argv[(*nargs)++] = argv[i];
      continue;
    }
    if (strcmp(argv[i], "--") == 0) {
      options_ended = true;
      continue;
    }
    const char *name = argv[i];
    const spec_t *spec = find(name, allowed, &value);
    if (!spec)
      return mgp_fail(MGP_USAGE, "unknown option %.60s (`mgprove %s --help` lists them)", name,
                      command);
    uint64_t bit = UINT64_C(1) << (spec - specs);
    if (spec->kind != LIST && out->given & bit)
      return mgp_fail(MGP_USAGE, "--%s is given twice", spec->name);
    if (spec->kind == FLAG && value) return mgp_fail(MGP_USAGE, "--%s takes no value", spec->name);
    if (spec->kind != FLAG && !value && ++i == argc)
      return mgp_fail(MGP_USAGE, "--%s needs a value: %s", spec->name,
                      spec->value ? spec->value : spec->help);
    MGP_TRY(set_value(spec, value || spec->kind == FLAG ? value : argv[i], out));
    out->given |= bit;
  }
  if (out->quiet && out->verbose)
    return mgp_fail(MGP_USAGE, "--quiet and --verbose exclude each other");
  return MGP_OK;
}

mgp_options_t mgp_options_override(const mgp_options_t *base, const mgp_options_t *line) {
  static const size_t size[] = {
      [FLAG] = sizeof(bool),       [TEXT] = sizeof(char *),   [LIST] = sizeof(mgp_text_list_t),
      [NUMBER] = sizeof(uint64_t), [SIZE] = sizeof(uint64_t), [CHOICE] = sizeof(int)};
  mgp_options_t out = *base;
  for (int i = 0; i < MGP_OPTIONS; i++)
    if (line->given >> i & 1)
      memcpy((char *)&out + specs[i].offset, (const char *)line + specs[i].offset,
             size[specs[i].kind]);
  out.given |= line->given;
  return out;
}

void mgp_options_free(mgp_options_t *o) {
  free(o->hint.items);
  o->hint.items = NULL;
}

bool mgp_options_text(int id, mgp_option_text_t *out) {
  const spec_t *spec = &specs[id];
  if (!spec->value) return false;
  *out = (mgp_option_text_t){spec->name,   spec->value,        spec->help,
                             spec->letter, spec->kind == LIST, spec->words};
  return true;
}

void mgp_options_print_help(uint64_t allowed) {
  enum { WIDTH = 36 };
  for (int i = 0; i < MGP_OPTIONS; i++) {
    const spec_t *spec = &specs[i];
    char left[80];
    if (!(allowed >> i & 1) || !spec->value) continue;
    int n = snprintf(left, sizeof left, "  ");
    if (spec->letter) n += snprintf(left + n, sizeof left - (size_t)n, "-%c, ", spec->letter);
    n += snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", spec->name,
                  spec->value[0] ? " " : "", spec->value);
    if (n < WIDTH)
      printf("%-*s%s\n", WIDTH, left, spec->help);
    else
      printf("%s\n%*s%s\n", left, WIDTH, "", spec->help);
  }
}
