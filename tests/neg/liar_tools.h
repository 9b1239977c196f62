/* For lies: what a run has recorded, and changes of it. */
#ifndef MGP_TESTS_LIAR_TOOLS_H
#define MGP_TESTS_LIAR_TOOLS_H

#include "liar.h"
#include "test.h"

static inline void liar_set_word(mgp_vm_t *vm, uint32_t key, uint32_t value) {
  memcpy(vm->mem + 4 * (size_t)key, &value, 4);
}

/* The recorded step number `step` of the shard. */
static inline mgp_step_t *liar_recorded(mgp_session_t *s, uint32_t step) {
  for (uint32_t i = 0; i < s->nparts; i++) {
    if (step < s->now->parts[i].nsteps)
      return (mgp_step_t *)(uintptr_t)&s->now->parts[i].raw.steps[step];
    step -= (uint32_t)s->now->parts[i].nsteps;
  }
  abort();
}

/* The boundary row of a word, and the partition that has it; NULL if there is none. */
static inline mgp_bound_t *liar_find_bound(mgp_session_t *s, int kind, uint32_t key,
                                           mgp_part_t **part) {
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t k = 0; k < s->now->parts[i].nbounds[kind]; k++)
      if (s->now->parts[i].raw.bounds[kind][k].key == key) {
        *part = &s->now->parts[i];
        return (mgp_bound_t *)(uintptr_t)&s->now->parts[i].raw.bounds[kind][k];
      }
  return NULL;
}
static inline mgp_bound_t *liar_bound_of(mgp_session_t *s, int kind, uint32_t key,
                                         mgp_part_t **part) {
  mgp_bound_t *row = liar_find_bound(s, kind, key, part);
  if (!row) abort();
  return row;
}

/* One more row after a partition's others. */
static inline void liar_add_bound(mgp_session_t *s, mgp_part_t *part, int kind, mgp_bound_t row) {
  mgp_bound_t *rows = NULL;
  uint32_t n = part->nbounds[kind];
  REQUIRE_OK(s->be->ops->alloc(s->be, MGP_MEM_RAW, (n + 1) * sizeof row, (void **)&rows));
  memcpy(rows, part->raw.bounds[kind], n * sizeof row);
  rows[n] = row;
  s->be->ops->free(s->be, (void *)(uintptr_t)part->raw.bounds[kind]);
  part->raw.bounds[kind] = rows;
  part->nbounds[kind] = n + 1;
}

static inline void liar_drop_bound(mgp_part_t *part, int kind, mgp_bound_t *row) {
  const mgp_bound_t *end = part->raw.bounds[kind] + part->nbounds[kind];
  memmove(row, row + 1, (size_t)(end - (row + 1)) * sizeof *row);
  part->nbounds[kind]--;
}

#endif
