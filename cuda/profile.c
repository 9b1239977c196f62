#include "profile.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAMES 512u

typedef struct {
  const char *phase;
  char name[64];
  uint64_t calls, ns, longest;
} line_t;

struct mgp_profile {
  unsigned n;
  line_t line[MAX_NAMES];
};

mgp_profile_t *mgp_profile_create(void) {
  return calloc(1, sizeof(mgp_profile_t));
}
void mgp_profile_destroy(mgp_profile_t *p) {
  free(p);
}

/* Adds calls to the line of a phase and name. */
static void add(mgp_profile_t *p, const char *phase, const char *name, uint64_t calls, uint64_t ns,
                uint64_t longest) {
  unsigned i = 0;
  while (i < p->n && (strcmp(p->line[i].phase, phase) != 0 ||
                      strncmp(p->line[i].name, name, sizeof p->line[i].name - 1) != 0))
    i++;
  if (i == MAX_NAMES) return;
  line_t *l = &p->line[i];
  if (i == p->n) {
    l->phase = phase;
    snprintf(l->name, sizeof l->name, "%s", name);
    p->n++;
  }
  l->calls += calls;
  l->ns += ns;
  if (longest > l->longest) l->longest = longest;
}

void mgp_profile_add(mgp_profile_t *p, const char *phase, const char *name, uint64_t ns) {
  add(p, phase, name, 1, ns, ns);
}

static int longer_first(const void *a, const void *b) {
  const line_t *x = a, *y = b;
  return x->ns > y->ns ? -1 : x->ns < y->ns;
}

static uint64_t total_of(const mgp_profile_t *p, const char *phase) {
  uint64_t ns = 0;
  for (unsigned i = 0; i < p->n; i++)
    if (!phase || strcmp(p->line[i].phase, phase) == 0) ns += p->line[i].ns;
  return ns;
}

/* Lines of a phase, or all; of: what is 100 %. */
static void print_lines(const mgp_profile_t *sorted, const char *phase, uint64_t of, FILE *f) {
  const uint64_t ns = total_of(sorted, phase);
  fprintf(f, "# %-40s %9s %11.3f %9s %9s %6.1f\n", phase ? phase : "all phases", "",
          (double)ns / 1e6, "", "", of ? 100.0 * (double)ns / (double)of : 0);
  for (unsigned i = 0; i < sorted->n; i++) {
    const line_t *l = &sorted->line[i];
    if (phase && strcmp(l->phase, phase) != 0) continue;
    fprintf(f, "%-42s %9llu %11.3f %9.1f %9.1f %6.1f\n", l->name, (unsigned long long)l->calls,
            (double)l->ns / 1e6, (double)l->ns / 1e3 / (double)l->calls, (double)l->longest / 1e3,
            of ? 100.0 * (double)l->ns / (double)of : 0);
  }
}

void mgp_profile_print(const mgp_profile_t *p, FILE *f) {
  mgp_profile_t *sorted = malloc(sizeof *sorted), *sum = mgp_profile_create();
  const uint64_t all = total_of(p, NULL);
  if (sorted && sum) {
    *sorted = *p;
    qsort(sorted->line, sorted->n, sizeof *sorted->line, longer_first);
    fprintf(f, "# %-40s %9s %11s %9s %9s %6s\n", "kernel", "launches", "ms", "us each", "longest",
            "%");
    for (unsigned i = 0; i < p->n; i++) { /* phases as they came */
      unsigned k = 0;
      while (strcmp(p->line[k].phase, p->line[i].phase) != 0) k++;
      if (k == i) print_lines(sorted, p->line[i].phase, all, f);
      add(sum, "", p->line[i].name, p->line[i].calls, p->line[i].ns, p->line[i].longest);
    }
    qsort(sum->line, sum->n, sizeof *sum->line, longer_first);
    print_lines(sum, NULL, all, f);
  }
  free(sorted);
  mgp_profile_destroy(sum);
}
