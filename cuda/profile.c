#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define MAX_NAMES 128u

typedef struct {
  char name[64];
  uint64_t calls, ns, longest;
} line_t;

struct mgp_profile {
  uint64_t last;
  unsigned n;
  line_t line[MAX_NAMES];
};

mgp_profile_t *mgp_profile_create(void) {
  return calloc(1, sizeof(mgp_profile_t));
}
void mgp_profile_destroy(mgp_profile_t *p) {
  free(p);
}

void mgp_profile_mark(mgp_profile_t *p) {
  p->last = mgp_clock_ns();
}

void mgp_profile_add(mgp_profile_t *p, const char *name) {
  const uint64_t now = mgp_clock_ns();
  unsigned i = 0;
  while (i < p->n && strncmp(p->line[i].name, name, sizeof p->line[i].name - 1) != 0) i++;
  if (i == p->n && p->n < MAX_NAMES)
    snprintf(p->line[p->n++].name, sizeof p->line[i].name, "%s", name);
  if (i < p->n) {
    p->line[i].calls++;
    p->line[i].ns += now - p->last;
    if (now - p->last > p->line[i].longest) p->line[i].longest = now - p->last;
  }
  p->last = now;
}

static int longer_first(const void *a, const void *b) {
  const line_t *x = a, *y = b;
  return x->ns > y->ns ? -1 : x->ns < y->ns;
}

void mgp_profile_print(const mgp_profile_t *p, FILE *f) {
  mgp_profile_t sorted = *p;
  uint64_t all = 0;
  qsort(sorted.line, sorted.n, sizeof *sorted.line, longer_first);
  for (unsigned i = 0; i < sorted.n; i++) all += sorted.line[i].ns;
  fprintf(f, "# %-40s %9s %11s %9s %9s %6s\n", "kernel", "launches", "ms", "us each", "longest",
          "%");
  for (unsigned i = 0; i < sorted.n; i++) {
    const line_t *l = &sorted.line[i];
    fprintf(f, "%-42s %9llu %11.3f %9.1f %9.1f %6.1f\n", l->name, (unsigned long long)l->calls,
            (double)l->ns / 1e6, (double)l->ns / 1e3 / (double)l->calls, (double)l->longest / 1e3,
            all ? 100.0 * (double)l->ns / (double)all : 0);
  }
}
