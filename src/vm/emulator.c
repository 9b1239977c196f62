#include "vm/emulator.h"

#include "vm/interp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/verify.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "guest words lie in memory as host words");

#define TS_LIMIT (1u << 29)

static mgp_status_t map_memory(void **out) {
  void *p = mmap(NULL, MGP_ADDR_LIMIT, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    return mgp_fail(MGP_RESOURCES, "emulator: cannot reserve 1 GiB of address space: %s",
                    strerror(errno));
  *out = p;
  return MGP_OK;
}

/* Zero pages again, and memory given back. */
static void clear_memory(void *p) {
  (void)madvise(p, MGP_ADDR_LIMIT, MADV_DONTNEED);
}

static void fill_memory(mgp_vm_t *vm) {
  if (vm->blank) return;
  for (uint32_t k = 0; k < vm->prog->nimage; k++) {
    const mgp_segment_t *seg = &vm->prog->image[k];
    memcpy(vm->mem + 4 * (size_t)seg->base, seg->words, 4 * (size_t)seg->n);
  }
  if (vm->nhints > 0) memcpy(vm->mem + MGP_HINT_START, vm->hints, vm->nhints);
}

static void start(mgp_vm_t *vm) {
  vm->s = (mgp_vm_state_t){.pc = vm->prog->entry, .output = vm->output};
  vm->at = mgp_vm_locate(vm, vm->prog->entry);
  vm->trapped = 0;
  vm->trap = (mgp_trap_t){0};
  vm->status = MGP_OK;
  memset(vm->reg_ts, 0, sizeof vm->reg_ts);
  fill_memory(vm);
}

/* What predecoding has made in another vm of the same kind. */
static void borrow_ops(mgp_vm_t *vm, const mgp_vm_t *like) {
  vm->borrows = 1;
  vm->nops = like->nops;
  vm->ops = like->ops;
  vm->meta = like->meta;
  vm->block_steps = like->block_steps;
  vm->block_cost = like->block_cost;
  vm->near_base = like->near_base;
  vm->near_n = like->near_n;
  vm->near_op = like->near_op;
}

static mgp_status_t create(const mgp_vm_config_t *config, int blank, const mgp_vm_t *like,
                           mgp_vm_t **out) {
  mgp_status_t st;
  if (config->nhints > MGP_HINT_END - MGP_HINT_START)
    return mgp_fail(MGP_RESOURCES, "hints: %zu bytes do not fit into the hint region of %u",
                    config->nhints, MGP_HINT_END - MGP_HINT_START);
  mgp_vm_t *vm = calloc(1, sizeof *vm);
  if (vm == NULL) return mgp_fail(MGP_RESOURCES, "emulator: no memory");
  vm->prog = config->prog;
  vm->blank = blank;
  vm->hints = config->hints;
  vm->nhints = config->nhints;
  vm->write = config->write;
  vm->ctx = config->ctx;
  vm->translate = config->translate;
  for (unsigned c = MGP_CHIP_NONE + 1; c < MGP_OPCHIP_COUNT; c++) {
    vm->dt[c] = config->dt[c];
    vm->cost[c] = config->cost[c];
    if (vm->dt[c] == 0) {
      st = mgp_fail(MGP_INTERNAL, "emulator: chip %u uses no timestamp", c);
      goto fail;
    }
    if (vm->dt[c] > vm->max_dt) vm->max_dt = vm->dt[c];
    if (vm->cost[c] > vm->max_cost) vm->max_cost = vm->cost[c];
  }
  void *mem = NULL;
  MGP_TRY_GOTO(st, map_memory(&mem), fail);
  vm->mem = mem;
  vm->resident = calloc(MGP_VM_PAGES, 1);
  if (vm->resident == NULL) {
    st = mgp_fail(MGP_RESOURCES, "emulator: no memory");
    goto fail;
  }
  if (like)
    borrow_ops(vm, like);
  else
    MGP_TRY_GOTO(st, mgp_vm_predecode(vm), fail);
  start(vm);
  *out = vm;
  return MGP_OK;
fail:
  mgp_vm_destroy(vm);
  return st;
}

mgp_status_t mgp_vm_create(const mgp_vm_config_t *config, mgp_vm_t **out) {
  return create(config, 0, NULL, out);
}

mgp_status_t mgp_vm_create_blank(const mgp_vm_config_t *config, const mgp_vm_t *like,
                                 mgp_vm_t **out) {
  return create(config, 1, like, out);
}

void mgp_vm_destroy(mgp_vm_t *vm) {
  if (vm == NULL) return;
  if (vm->mem != NULL) (void)munmap(vm->mem, MGP_ADDR_LIMIT);
  if (vm->mem_ts != NULL) (void)munmap(vm->mem_ts, MGP_ADDR_LIMIT);
  mgp_vm_free_words(vm);
  mgp_vm_free_code(vm->code);
  free(vm->resident);
  if (!vm->borrows) {
    free(vm->ops);
    free(vm->meta);
    free(vm->block_steps);
    free(vm->block_cost);
  }
  free(vm->output);
  free(vm);
}

void mgp_vm_reset(mgp_vm_t *vm) {
  clear_memory(vm->mem);
  mgp_vm_record_release(vm);
  mgp_vm_free_words(vm);
  start(vm);
}

const mgp_vm_state_t *mgp_vm_state(const mgp_vm_t *vm) {
  return &vm->s;
}
const mgp_trap_t *mgp_vm_trap(const mgp_vm_t *vm) {
  return &vm->trap;
}

uint32_t mgp_vm_word(const mgp_vm_t *vm, uint32_t key) {
  uint32_t v;
  memcpy(&v, vm->mem + 4 * (size_t)key, 4);
  return v;
}

/* What is compared with stop_cost. */
static uint64_t spent(const mgp_vm_t *vm) {
  return vm->s.cost + vm->word_cost * vm->s.words;
}

/* 1 with the outcome in *st and *why if the run must not or cannot go on. */
static int stopped(const mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_status_t *st,
                   mgp_vm_stop_t *why) {
  MGP_VERIFY_CHECK(vm->s.x[0] == 0);
  MGP_VERIFY_CHECK(vm->s.ts <= vm->s.steps * vm->max_dt);
  *st = MGP_OK;
  if (vm->status != MGP_OK) { /* the ecall that failed has left its message */
    *st = vm->status;
  } else if (vm->trapped) {
    char line[512];
    mgp_trap_format(&vm->trap, vm->prog, line, sizeof line);
    *st = mgp_fail(MGP_TRAPPED, "%s", line);
    *why = MGP_VM_TRAPPED;
  } else if (vm->s.halted) {
    *why = MGP_VM_HALTED;
  } else if (spent(vm) >= limits->stop_cost) {
    *why = MGP_VM_CUT;
  } else if (vm->s.steps >= limits->max_steps) {
    *why = MGP_VM_LIMIT;
  } else {
    return 0;
  }
  return 1;
}

/* A number of steps that surely stay within the limits: every step but the last starts below
 * stop_cost even if all cost the most, with a new word each. */
static uint64_t safe_steps(const mgp_vm_t *vm, const mgp_vm_limits_t *limits) {
  uint64_t n = limits->max_steps - vm->s.steps;
  const uint64_t most = (uint64_t)vm->max_cost + vm->word_cost;
  if (most > 0) {
    const uint64_t by_cost = (limits->stop_cost - spent(vm) - 1) / most + 1;
    if (by_cost < n) n = by_cost;
  }
  return n < MGP_PLAIN_STEPS ? n : MGP_PLAIN_STEPS;
}

/* Steps that are looked at, so that the registers they use most become the machine's. */
#define SAMPLE ((uint64_t)1 << 14)

/* To translate an instruction takes as long as some 25 steps. */
static int pays_off(const mgp_vm_t *vm) {
  return vm->translate == MGP_VM_TRANSLATE_NOW ||
         (vm->translate == MGP_VM_TRANSLATE_LATER && vm->s.steps >= SAMPLE + 64ull * vm->nops);
}

/* Goes on within the limits, and translates by what the steps were. */
static void translate(mgp_vm_t *vm, mgp_vm_loop_t kind, const mgp_vm_limits_t *limits) {
  uint64_t *hits = calloc(vm->prog->ninsn + 1, sizeof *hits);
  mgp_vm_limits_t some = *limits;
  vm->tried = 1;
  if (hits == NULL) return;
  if (some.max_steps - vm->s.steps > SAMPLE) some.max_steps = vm->s.steps + SAMPLE;
  mgp_vm_loop_count(vm, &some, hits);
  mgp_vm_translate(vm, kind, hits);
  free(hits);
}

/* Goes on within the limits, which are not reached. Notes words if vm->note says where. */
static void run_some(mgp_vm_t *vm, const mgp_vm_limits_t *limits) {
  static void (*const loop[])(mgp_vm_t *, uint64_t) = {mgp_vm_loop_plain, mgp_vm_loop_words,
                                                       mgp_vm_loop_note};
  const mgp_vm_loop_t kind = vm->note != NULL   ? MGP_VM_LOOP_NOTE
                             : vm->seen != NULL ? MGP_VM_LOOP_WORDS
                                                : MGP_VM_LOOP_PLAIN;
  const uint64_t before = vm->s.steps, steps = safe_steps(vm, limits);
  if (!vm->tried && pays_off(vm)) {
    translate(vm, kind, limits);
    return;
  }
  if (!mgp_vm_loop_code(vm, kind, steps))
    loop[kind](vm, steps);
  else if (vm->block_steps[vm->at] >> 32 <=
           before + steps - vm->s.steps) /* one block is left to it */
    loop[kind](vm, vm->block_steps[vm->at] >> 32);
  if (vm->s.steps != before || vm->trapped || vm->status != MGP_OK) return;
  /* the next block is longer than what is surely safe: go through it step by step */
  mgp_vm_limits_t block = *limits;
  const uint64_t end = before + (vm->block_steps[vm->at] >> 32);
  if (end > before && end < block.max_steps) block.max_steps = end;
  mgp_vm_loop_count(vm, &block, NULL);
}

mgp_status_t mgp_vm_run(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_stop_t *why) {
  mgp_status_t st;
  while (!stopped(vm, limits, &st, why)) run_some(vm, limits);
  return st;
}

mgp_status_t mgp_vm_note(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_notes_t *notes,
                         mgp_vm_stop_t *why) {
  mgp_status_t st;
  if (vm->seen == NULL) MGP_TRY(mgp_vm_count_words(vm, 0));
  while (!stopped(vm, limits, &st, why)) {
    const uint64_t room = notes->cap - notes->n;
    mgp_vm_limits_t some = *limits;
    if (room <= MGP_MAX_NOTES_PER_STEP) {
      *why = MGP_VM_FULL;
      return MGP_OK;
    }
    /* a word a step, and once eight for a COMMIT */
    const uint64_t steps = room - MGP_MAX_NOTES_PER_STEP;
    if (some.max_steps - vm->s.steps > steps) some.max_steps = vm->s.steps + steps;
    vm->note = notes->word + notes->n;
    run_some(vm, &some);
    notes->n = (uint64_t)(vm->note - notes->word);
    vm->note = NULL;
  }
  return st;
}

mgp_status_t mgp_vm_profile(mgp_vm_t *vm, const mgp_vm_limits_t *limits, uint64_t *hits,
                            mgp_vm_stop_t *why) {
  mgp_status_t st;
  while (!stopped(vm, limits, &st, why)) mgp_vm_loop_count(vm, limits, hits);
  return st;
}

/* --- recording ----------------------------------------------------------------------------- */

static void forget_times(mgp_vm_t *vm) {
  if (vm->mem_ts != NULL) clear_memory(vm->mem_ts);
  memset(vm->resident, 0, MGP_VM_PAGES);
  vm->nresident = 0;
  vm->ts_end = 0;
}

uint64_t mgp_vm_record_bytes(const mgp_vm_t *vm) {
  return (uint64_t)vm->nresident * MGP_VM_PAGE_BYTES * (vm->blank ? 2 : 1);
}

void mgp_vm_record_release(mgp_vm_t *vm) {
  forget_times(vm);
  if (vm->blank) clear_memory(vm->mem);
}

mgp_status_t mgp_vm_record_begin(mgp_vm_t *vm, mgp_record_t *rec, uint32_t ts) {
  if (vm->mem_ts == NULL) {
    void *p = NULL;
    MGP_TRY(map_memory(&p));
    vm->mem_ts = p;
  } else if (ts < vm->ts_end) {
    forget_times(vm);
  }
  vm->since = ts;
  memset(vm->reg_ts, 0, sizeof vm->reg_ts);
  rec->nsteps = rec->steps0 = rec->ncommits = rec->ntouches = 0;
  rec->ts = ts;
  return MGP_OK;
}

typedef void record_loop_t(mgp_vm_t *vm, uint64_t max_steps, uint64_t stop_cost, mgp_record_t *rec);

static mgp_status_t record(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_record_t *rec,
                           record_loop_t *loop, mgp_vm_stop_t *why) {
  mgp_status_t st;
  while (!stopped(vm, limits, &st, why)) {
    if (rec->nsteps == rec->cap_steps || (!vm->s.committed && rec->ncommits == rec->cap_commits) ||
        rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP) {
      *why = MGP_VM_FULL;
      return MGP_OK;
    }
    const uint64_t by_ts = (TS_LIMIT - rec->ts) / vm->max_dt;
    if (rec->ts >= TS_LIMIT || by_ts == 0)
      return mgp_fail(MGP_RESOURCES,
                      "emulator: the shard has too many steps: timestamps reach 2^29");
    const uint64_t left = limits->max_steps - vm->s.steps;
    loop(vm, left < by_ts ? left : by_ts, limits->stop_cost, rec);
  }
  return st;
}

mgp_status_t mgp_vm_record(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_record_t *rec,
                           mgp_vm_stop_t *why) {
  return record(vm, limits, rec, mgp_vm_loop_record, why);
}

mgp_status_t mgp_vm_record_noted(mgp_vm_t *vm, const mgp_vm_limits_t *limits,
                                 const uint32_t **words, mgp_record_t *rec, mgp_vm_stop_t *why) {
  vm->note = (uint32_t *)(uintptr_t)*words; /* which is only read */
  mgp_status_t st = record(vm, limits, rec, mgp_vm_loop_noted, why);
  *words = vm->note;
  vm->note = NULL;
  return st;
}

void mgp_vm_record_end(const mgp_vm_t *vm, mgp_record_t *rec) {
  for (uint32_t i = 0; i < rec->ntouches; i++) {
    mgp_touch_t *t = &rec->touches[i];
    t->last = t->is_register ? vm->s.x[t->key] : mgp_vm_word(vm, t->key);
    t->last_ts = t->is_register ? vm->reg_ts[t->key] : vm->mem_ts[t->key];
  }
}
