/* Accesses of partitions: words in the order of their keys, previous timestamps, boundary rows. */
#include <string.h>

#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/key_sort.h"
#include "backend/cpu/parallel.h"

#define GRAIN 8192u /* words a thread should have at least */

static int threads_for(const mgp_backend_t *be, uint32_t n) {
  return mgp_range_threads(be->threads, n, GRAIN);
}

/* --- words of a partition ------------------------------------------------------------------- */

typedef struct {
  mgp_touch_t *touches;
  uint32_t n;
  const uint32_t *order; /* of those of memory */
  mgp_word_t *words;
  uint32_t *target; /* or NULL */
  /* numbers of the touches of registers, by thread and in all */
  uint32_t found[MGP_MAX_THREADS];
  uint32_t reg[MGP_MAX_THREADS][MGP_TOUCH_REGISTERS];
} words_t;

static void find_registers(void *ctx, int thread, uint64_t first, uint64_t last) {
  words_t *x = ctx;
  x->found[thread] = 0;
  for (uint64_t i = first; i < last; i++)
    if (x->touches[i].is_register && x->found[thread] < MGP_TOUCH_REGISTERS)
      x->reg[thread][x->found[thread]++] = (uint32_t)i;
}

static void fill_words(void *ctx, int thread, uint64_t first, uint64_t last) {
  const words_t *x = ctx;
  (void)thread;
  for (uint64_t i = first; i < last; i++) {
    const mgp_touch_t *t = &x->touches[x->order[i]];
    x->words[i] = mgp_touch_word(t);
    if (x->target) x->target[i] = mgp_touch_target(t);
  }
}

/* Registers' touches to regs, and out of the list: those of memory are the first *nwords then. Keys
 * differ, so their order does not matter. */
static void take_registers(words_t *x, int threads, mgp_touch_t regs[MGP_TOUCH_REGISTERS],
                           uint32_t *nwords) {
  uint32_t n = x->n;
  memset(regs, 0, MGP_TOUCH_REGISTERS * sizeof *regs);
  mgp_ranges(threads, x->n, find_registers, x);
  for (int t = threads; t-- > 0;) /* from the end: what comes in its place is none */
    for (uint32_t k = x->found[t]; k-- > 0;) {
      const mgp_touch_t *touch = &x->touches[x->reg[t][k]];
      regs[touch->key] = *touch;
      x->touches[x->reg[t][k]] = x->touches[--n];
    }
  *nwords = n;
}

static mgp_status_t order_words(mgp_backend_t *be, words_t *x, uint32_t n, uint32_t **order) {
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, (size_t)n * 2 + 1, order));
  mgp_status_t st = MGP_OK;
  if (n)
    st = mgp_key_sort(be->ledger, threads_for(be, n), &x->touches[0].key, sizeof(mgp_touch_t) / 4,
                      n, *order, *order + n);
  if (st != MGP_OK) mgp_ledger_free(be->ledger, *order);
  return st;
}

mgp_status_t mgp_cpu_touch_words(mgp_backend_t *be, mgp_touch_t *d_touches, uint32_t n,
                                 mgp_touch_t regs[MGP_TOUCH_REGISTERS], mgp_word_t *d_words,
                                 uint32_t *d_target, uint32_t *nwords) {
  words_t *x;
  uint32_t *order;
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, 1, &x));
  x->touches = d_touches;
  x->n = n;
  x->words = d_words;
  x->target = d_target;
  take_registers(x, threads_for(be, n), regs, nwords);
  mgp_status_t st = order_words(be, x, *nwords, &order);
  if (st == MGP_OK) {
    x->order = order;
    mgp_ranges(threads_for(be, *nwords), *nwords, fill_words, x);
    uint32_t at = *nwords;
    for (uint32_t r = 0; r < MGP_TOUCH_REGISTERS && d_target; r++)
      if (regs[r].is_register) d_target[at++] = mgp_touch_target(&regs[r]);
    mgp_ledger_free(be->ledger, order);
  }
  mgp_ledger_free(be->ledger, x);
  return st;
}

/* --- words of several ------------------------------------------------------------------------ */

typedef struct {
  const mgp_word_t *words;
  const uint32_t *order;
  uint32_t n, *prev;
  mgp_word_t *merged;
  uint32_t start[MGP_MAX_THREADS + 1]; /* keys that begin before each thread's range */
} merge_t;

static const mgp_word_t *word_at(const merge_t *m, uint64_t i) {
  return &m->words[m->order[i]];
}

static int begins(const merge_t *m, uint64_t i) {
  return i == 0 || word_at(m, i - 1)->key != word_at(m, i)->key;
}

static void count_keys(void *ctx, int thread, uint64_t first, uint64_t last) {
  merge_t *m = ctx;
  uint32_t n = 0;
  for (uint64_t i = first; i < last; i++) {
    const int begin = begins(m, i);
    n += (uint32_t)begin;
    m->prev[m->order[i]] = begin ? 0 : word_at(m, i - 1)->ts;
  }
  m->start[thread + 1] = n;
}

static void fill_merged(void *ctx, int thread, uint64_t first, uint64_t last) {
  const merge_t *m = ctx;
  mgp_word_t *out = m->merged + m->start[thread];
  for (uint64_t i = first; i < last; i++) {
    if (!begins(m, i)) continue;
    uint64_t end = i + 1;
    while (end < m->n && !begins(m, end)) end++;
    *out++ = mgp_words_joined(word_at(m, i), word_at(m, end - 1));
  }
}

mgp_status_t mgp_cpu_word_merge(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                uint32_t *d_prev, mgp_word_t *d_merged, uint32_t *nmerged) {
  const int threads = threads_for(be, n);
  merge_t m = {.words = d_words, .n = n, .prev = d_prev, .merged = d_merged};
  uint32_t *order;
  *nmerged = 0;
  if (n == 0) return MGP_OK;
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, (size_t)n * 2, &order));
  mgp_status_t st = mgp_key_sort(be->ledger, threads, &d_words[0].key, sizeof(mgp_word_t) / 4, n,
                                 order, order + n);
  if (st == MGP_OK) {
    m.order = order;
    mgp_ranges(threads, n, count_keys, &m);
    for (int t = 0; t < threads; t++) m.start[t + 1] += m.start[t];
    mgp_ranges(threads, n, fill_merged, &m);
    *nmerged = m.start[threads];
  }
  mgp_ledger_free(be->ledger, order);
  return st;
}

mgp_status_t mgp_cpu_word_find(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                               const uint32_t *key, uint32_t count, uint32_t *at, uint32_t *last) {
  (void)be;
  for (uint32_t k = 0; k < count; k++) {
    at[k] = mgp_words_below(d_words, n, key[k]);
    if (last) last[k] = at[k] ? d_words[at[k] - 1].key : 0;
  }
  return MGP_OK;
}

/* --- records and rows ------------------------------------------------------------------------ */

typedef struct {
  mgp_step_t *steps;
  mgp_commit_t *commits;
  const uint32_t *target, *prev;
} patches_t;

static void patch_some(void *ctx, int thread, uint64_t first, uint64_t last) {
  const patches_t *x = ctx;
  (void)thread;
  for (uint64_t i = first; i < last; i++)
    if (x->prev[i]) mgp_target_patch(x->target[i], x->steps, x->commits, x->prev[i]);
}

mgp_status_t mgp_cpu_patch(mgp_backend_t *be, const mgp_raw_t *raw, const uint32_t *d_target,
                           const uint32_t *d_prev, uint32_t n) {
  patches_t x = {(mgp_step_t *)(uintptr_t)raw->steps, (mgp_commit_t *)(uintptr_t)raw->commits,
                 d_target, d_prev};
  mgp_ranges(threads_for(be, n), n, patch_some, &x);
  return MGP_OK;
}

typedef struct {
  const mgp_word_t *words;
  const mgp_bound_range_t *ranges;
  uint32_t count;
  mgp_bound_t *const *rows;
} rows_t;

static void fill_rows(void *ctx, int thread, uint64_t first, uint64_t last) {
  const rows_t *x = ctx;
  uint32_t r = mgp_bound_range(x->ranges, x->count, (uint32_t)first);
  (void)thread;
  for (uint32_t i = (uint32_t)first; i < last; i++) {
    while (r + 1 < x->count && x->ranges[r + 1].begin <= i) r++;
    const mgp_bound_range_t *range = &x->ranges[r];
    x->rows[range->kind][range->row + (i - range->begin)] = mgp_bound_row(x->words, range, i);
  }
}

mgp_status_t mgp_cpu_bound_rows(mgp_backend_t *be, const mgp_word_t *d_words, uint32_t n,
                                const mgp_bound_range_t *ranges, uint32_t count,
                                mgp_bound_t *const d_rows[3]) {
  rows_t x = {d_words, ranges, count, d_rows};
  if (n) mgp_ranges(threads_for(be, n), n, fill_rows, &x);
  return MGP_OK;
}
