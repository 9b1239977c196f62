/* For the chip tests: runs a guest and records it in P partitions, with previous timestamps patched
 * across cuts and the memory boundary dealt to partitions. Single-threaded and plain: not the
 * prover's code. */
#ifndef MGP_TESTS_CHIPS_RUN_H
#define MGP_TESTS_CHIPS_RUN_H

#include "chips/check.h"
#include "test.h"
#include "vm/emulator.h"
#include "vm/hints.h"

#define RUN_MAX_PARTS 8u

typedef struct {
  mgp_step_t *steps;
  mgp_commit_t commits[4];
  mgp_touch_t *touches;
  mgp_record_t rec;
  mgp_raw_t raw;
} run_part_t;

typedef struct {
  mgp_program_t prog;
  uint8_t *hints;
  mgp_vm_t *vm;
  uint32_t nparts;
  run_part_t part[RUN_MAX_PARTS];
  mgp_check_part_t check_part[RUN_MAX_PARTS];
  mgp_bound_t *bounds[3];
  uint32_t nbounds[3];
  mgp_check_run_t check;
} run_t;

static inline void run_free(run_t *run) {
  mgp_vm_destroy(run->vm);
  mgp_program_free(&run->prog);
  free(run->hints);
  for (uint32_t p = 0; p < RUN_MAX_PARTS; p++) {
    free(run->part[p].steps);
    free(run->part[p].touches);
  }
  for (unsigned k = 0; k < 3; k++) free(run->bounds[k]);
  memset(run, 0, sizeof *run);
}

static inline void *run_read_file(const char *path, size_t *nbytes) {
  FILE *f = fopen(path, "rb");
  long size = -1;
  if (f && fseek(f, 0, SEEK_END) == 0) size = ftell(f);
  uint8_t *bytes = size < 0 ? NULL : malloc((size_t)size + 1);
  if (bytes) {
    rewind(f);
    *nbytes = fread(bytes, 1, (size_t)size, f);
  }
  if (f) fclose(f);
  return bytes;
}

/* Loads guest/prebuilt/NAME.elf with one hint, a size (0: none); returns 0 if there is no such
 * file. */
static inline int run_load(run_t *run, const mgp_chipset_t *set, const char *name, uint32_t size) {
  char path[200];
  size_t nelf = 0, nhints = 0;
  memset(run, 0, sizeof *run);
  snprintf(path, sizeof path, "guest/prebuilt/%s.elf", name);
  uint8_t *elf = run_read_file(path, &nelf);
  if (!elf) return 0;
  REQUIRE_OK(mgp_program_load_elf(elf, nelf, &run->prog));
  free(elf);
  mgp_hint_item_t item = {(const uint8_t *)&size, sizeof size};
  if (size) REQUIRE_OK(mgp_hints_build(&item, 1, &run->hints, &nhints));
  uint8_t dt[MGP_OPCHIP_COUNT];
  uint32_t cost[MGP_OPCHIP_COUNT];
  for (unsigned id = 0; id < MGP_OPCHIP_COUNT; id++) {
    dt[id] = set->chip[id].dt;
    cost[id] = set->chip[id].cost;
  }
  mgp_vm_config_t config = {
      .prog = &run->prog, .hints = run->hints, .nhints = nhints, .dt = dt, .cost = cost};
  REQUIRE_OK(mgp_vm_create(&config, &run->vm));
  return 1;
}

static inline void run_grow(void **array, uint32_t *cap, size_t nbytes) {
  *cap = *cap ? 2 * *cap : 1u << 12;
  *array = realloc(*array, *cap * nbytes);
  if (!*array) exit(1);
}

static inline void run_record_part(run_t *run, uint32_t p, uint32_t ts, uint64_t stop_cost) {
  run_part_t *part = &run->part[p];
  mgp_record_t *rec = &part->rec;
  mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, stop_cost};
  mgp_vm_stop_t why = MGP_VM_FULL;
  rec->commits = part->commits;
  rec->cap_commits = 4;
  REQUIRE_OK(mgp_vm_record_begin(run->vm, rec, ts));
  while (why == MGP_VM_FULL) {
    if (rec->nsteps == rec->cap_steps)
      run_grow((void **)&rec->steps, &rec->cap_steps, sizeof(mgp_step_t));
    if (rec->ntouches + MGP_MAX_TOUCHES_PER_STEP > rec->cap_touches)
      run_grow((void **)&rec->touches, &rec->cap_touches, sizeof(mgp_touch_t));
    REQUIRE_OK(mgp_vm_record(run->vm, &limits, rec, &why));
  }
  mgp_vm_record_end(run->vm, rec);
  part->steps = rec->steps;
  part->touches = rec->touches;
}

typedef struct {
  mgp_touch_t touch;
  uint32_t part;
} run_touch_t;

static inline int run_touch_order(const void *a, const void *b) {
  const run_touch_t *x = a, *y = b;
  if (x->touch.is_register != y->touch.is_register) return x->touch.is_register ? -1 : 1;
  if (x->touch.key != y->touch.key) return x->touch.key < y->touch.key ? -1 : 1;
  return x->part < y->part ? -1 : x->part > y->part;
}

static inline void run_add_bound(run_t *run, uint32_t key, uint32_t first,
                                 const mgp_touch_t *last) {
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps = mgp_program_gaps(&run->prog, gaps), kind = 0, gap = 0;
  if (key >= MGP_HINT_START / 4 && key < MGP_HINT_END / 4) kind = 1;
  for (uint32_t g = 0; g < ngaps; g++) {
    if (key < gaps[g].start || key >= gaps[g].end) continue;
    kind = 2;
    gap = g;
  }
  mgp_bound_t *rows = run->bounds[kind];
  const uint32_t n = run->nbounds[kind]++;
  uint32_t prev = kind == 0 ? 0 : kind == 1 ? MGP_HINT_START / 4 : gaps[gap].start;
  if (n && rows[n - 1].gap == gap) prev = rows[n - 1].key + 1;
  rows[n] = (mgp_bound_t){key, prev, gap, first, last->last, last->last_ts};
}

/* Previous timestamps across cuts, last registers, memory boundary. */
static inline void run_link(run_t *run) {
  size_t n = 0;
  for (uint32_t p = 0; p < run->nparts; p++) n += run->part[p].rec.ntouches;
  run_touch_t *all = malloc((n + 1) * sizeof *all);
  n = 0;
  for (uint32_t p = 0; p < run->nparts; p++)
    for (uint32_t i = 0; i < run->part[p].rec.ntouches; i++)
      all[n++] = (run_touch_t){run->part[p].touches[i], p};
  qsort(all, n, sizeof *all, run_touch_order);
  for (unsigned k = 0; k < 3; k++) run->bounds[k] = malloc((n + 1) * sizeof(mgp_bound_t));
  for (size_t i = 0, j; i < n; i = j) {
    const mgp_touch_t *first = &all[i].touch, *last = first;
    for (j = i + 1;
         j < n && all[j].touch.key == first->key && all[j].touch.is_register == first->is_register;
         j++) {
      run_part_t *part = &run->part[all[j].part];
      mgp_touch_patch(&all[j].touch, part->steps, part->commits, last->last_ts);
      last = &all[j].touch;
    }
    if (first->is_register)
      run->check.last[first->key] = (mgp_check_register_t){last->last, last->last_ts};
    else
      run_add_bound(run, first->key, first->first, last);
  }
  free(all);
}

/* Runs from the entry to the halt, recording in nparts partitions of about equal cost. */
static inline void run_record(run_t *run, uint32_t nparts) {
  mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_run(run->vm, &limits, &why));
  const mgp_vm_state_t *state = mgp_vm_state(run->vm);
  const uint64_t total = state->cost;
  mgp_vm_reset(run->vm);
  run->nparts = nparts;
  uint32_t ts = 1;
  for (uint32_t p = 0; p < nparts; p++) {
    run_record_part(run, p, ts, p + 1 == nparts ? MGP_VM_NO_LIMIT : total * (p + 1) / nparts);
    ts = run->part[p].rec.ts;
  }
  run_link(run);
  for (uint32_t p = 0; p < nparts; p++) {
    run_part_t *part = &run->part[p];
    part->raw.insns = run->prog.insn;
    part->raw.steps = part->steps;
    part->raw.commits = part->commits;
    run->check_part[p].raw = &part->raw;
    run->check_part[p].nsteps = part->rec.nsteps;
    for (unsigned k = 0; k < 3; k++) {
      uint32_t from = (uint32_t)((uint64_t)run->nbounds[k] * p / nparts);
      uint32_t to = (uint32_t)((uint64_t)run->nbounds[k] * (p + 1) / nparts);
      part->raw.bounds[k] = run->bounds[k] + from;
      run->check_part[p].nbounds[k] = to - from;
    }
  }
  mgp_check_run_t *c = &run->check;
  c->prog = &run->prog;
  c->parts = run->check_part;
  c->nparts = nparts;
  c->start_pc = run->prog.entry;
  c->end_pc = MGP_HALT_PC;
  c->end_ts = ts;
  c->has_exit = 1;
  c->exit_code = state->exit_code;
  c->digest = state->committed ? state->commit : NULL;
}

#endif
