#include "vm/profile.h"

#include "vm/trap.h"

#include <stdlib.h>
#include <string.h>

void mgp_profile_by_op(const mgp_program_t *prog, const uint64_t *hits, uint64_t *counts) {
  memset(counts, 0, MGP_OP_COUNT * sizeof *counts);
  for (uint32_t i = 0; i < prog->ninsn; i++) counts[prog->insn[i].op] += hits[i];
}

static int by_steps(const void *a, const void *b) {
  const mgp_profile_entry_t *x = a, *y = b;
  if (x->steps != y->steps) return x->steps > y->steps ? -1 : 1;
  return x->symbol < y->symbol ? -1 : x->symbol > y->symbol; /* symbols lie in address order */
}

mgp_status_t mgp_profile_by_function(const mgp_program_t *prog, const uint64_t *hits,
                                     mgp_profile_entry_t **out, uint32_t *n) {
  /* one entry per symbol, and the last for the rest */
  const uint32_t all = prog->nsymbols + 1;
  mgp_profile_entry_t *e = calloc(all, sizeof *e);
  if (e == NULL) return mgp_fail(MGP_RESOURCES, "profile: no memory for %u functions", all);
  for (uint32_t i = 0; i < prog->nsymbols; i++) e[i].symbol = &prog->symbols[i];
  for (uint32_t i = 0; i < prog->ninsn; i++) {
    if (hits[i] == 0) continue;
    const mgp_symbol_t *s = mgp_symbol_find(prog, 4 * prog->insn[i].pc);
    e[s ? (uint32_t)(s - prog->symbols) : prog->nsymbols].steps += hits[i];
  }
  qsort(e, all, sizeof *e, by_steps);
  *n = 0;
  while (*n < all && e[*n].steps > 0) (*n)++;
  *out = e;
  return MGP_OK;
}
