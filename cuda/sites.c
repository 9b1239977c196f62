#include "sites.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES 512u

typedef struct {
  const char *name;
  uint64_t first, last, calls;
} site_t;

struct mgp_sites {
  unsigned n;
  site_t site[MAX_NAMES];
};

mgp_sites_t *mgp_sites_create(void) {
  return calloc(1, sizeof(mgp_sites_t));
}
void mgp_sites_destroy(mgp_sites_t *s) {
  free(s);
}

void mgp_sites_add(mgp_sites_t *s, const char *name, uint64_t n) {
  unsigned i = 0;
  while (i < s->n && s->site[i].name != name && strcmp(s->site[i].name, name) != 0) i++;
  if (i == MAX_NAMES) return;
  if (i == s->n) s->site[s->n++] = (site_t){name, n, n, 0};
  s->site[i].last = n;
  s->site[i].calls++;
}

void mgp_sites_print(const mgp_sites_t *s, FILE *f) {
  for (unsigned i = 0; i < s->n; i++)
    fprintf(f, "site %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", s->site[i].first, s->site[i].last,
            s->site[i].calls, s->site[i].name);
}
