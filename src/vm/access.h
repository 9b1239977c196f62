/* First and last accesses of a partition, and what is made of them: the words of memory that it has
 * touched, the previous timestamps that reach back before it, the rows of the memory boundary. One
 * text for host and device (math/hd.h). */
#ifndef MGP_VM_ACCESS_H
#define MGP_VM_ACCESS_H

#include "vm/step.h"

/* Which previous timestamp a first access belongs to. */
enum {
  MGP_TOUCH_A, /* pa of the step */
  MGP_TOUCH_B,
  MGP_TOUCH_O,
  MGP_TOUCH_M,
  MGP_TOUCH_COMMIT /* + i: pm[i] of the commit */
};

#define MGP_TOUCH_REGISTERS 33u /* x0..x31 and the sink */

/* First access of a register or memory word in this partition. */
typedef struct {
  uint32_t key;     /* memory: word index < 2^28; registers: number <= 32 */
  uint32_t index;   /* partition-wide index of the step (< 2^29, as timestamps are), or commit */
  uint32_t first;   /* value before */
  uint32_t last;    /* value after the partition's last access (mgp_vm_record_end) */
  uint32_t last_ts; /* timestamp of that access (mgp_vm_record_end) */
  uint8_t is_register;
  uint8_t field; /* MGP_TOUCH_* */
  uint8_t pad[2];
} mgp_touch_t;

/* A word of memory that was touched. */
typedef struct {
  uint32_t key, first, last, ts; /* value before and after, timestamp of the last access */
} mgp_word_t;

/* Where a touch's previous timestamp lies, in one word. */
#define MGP_TARGET_COMMIT 0x80000000u
MGP_HD uint32_t mgp_touch_target(const mgp_touch_t *t) {
  if (t->field >= MGP_TOUCH_COMMIT)
    return MGP_TARGET_COMMIT | t->index << 3 | (uint32_t)(t->field - MGP_TOUCH_COMMIT);
  return t->index << 2 | t->field;
}

/* Sets it; steps and commits are the partition's. */
MGP_HD void mgp_target_patch(uint32_t target, mgp_step_t *steps, mgp_commit_t *commits,
                             uint32_t prev) {
  if (target & MGP_TARGET_COMMIT) {
    commits[(target & ~MGP_TARGET_COMMIT) >> 3].pm[target & 7] = prev;
    return;
  }
  switch (target & 3) {
  case MGP_TOUCH_A:
    steps[target >> 2].pa = prev;
    return;
  case MGP_TOUCH_B:
    steps[target >> 2].pb = prev;
    return;
  case MGP_TOUCH_O:
    steps[target >> 2].po = prev;
    return;
  default:
    steps[target >> 2].pm = prev;
  }
}
MGP_HD void mgp_touch_patch(const mgp_touch_t *touch, mgp_step_t *steps, mgp_commit_t *commits,
                            uint32_t prev) {
  mgp_target_patch(mgp_touch_target(touch), steps, commits, prev);
}

MGP_HD mgp_word_t mgp_touch_word(const mgp_touch_t *t) {
  mgp_word_t w;
  w.key = t->key;
  w.first = t->first;
  w.last = t->last;
  w.ts = t->last_ts;
  return w;
}

/* Of several partitions' words of one key, the first and the last of which are these. */
MGP_HD mgp_word_t mgp_words_joined(const mgp_word_t *first, const mgp_word_t *last) {
  mgp_word_t w;
  w.key = first->key;
  w.first = first->first;
  w.last = last->last;
  w.ts = last->ts;
  return w;
}

/* Of n words with ascending keys, those with keys below `key`. */
MGP_HD uint32_t mgp_words_below(const mgp_word_t *words, uint32_t n, uint32_t key) {
  uint32_t lo = 0, hi = n;
  while (lo < hi) {
    const uint32_t mid = lo + (hi - lo) / 2;
    if (words[mid].key < key)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

/* Kinds of the memory boundary's rows in the order of their chips, by the source of the first
 * value. */
enum { MGP_BOUND_IMAGE, MGP_BOUND_HINT, MGP_BOUND_ZERO, MGP_BOUND_KINDS };

/* Image segments, the hint region and gaps, at most. */
#define MGP_BOUND_RANGES (MGP_MAX_SEGMENTS + 1 + MGP_MAX_GAPS)

/* Neighbouring words, by keys, that are rows of one kind of the memory boundary and of one gap. */
typedef struct {
  uint32_t begin;     /* the first one's number */
  uint32_t kind, gap; /* rows[kind] get them; gap as in mgp_bound_t */
  uint32_t row;       /* of the first one */
  uint32_t prev;      /* its chain value */
} mgp_bound_range_t;

/* The range of word i, of `count` of them; begins ascend, ranges may be empty, the first begins
 * with word 0. */
MGP_HD uint32_t mgp_bound_range(const mgp_bound_range_t *ranges, uint32_t count, uint32_t i) {
  uint32_t lo = 0, hi = count; /* the last one with begin <= i is in [lo, hi) */
  while (hi - lo > 1) {
    const uint32_t mid = lo + (hi - lo) / 2;
    if (ranges[mid].begin <= i)
      lo = mid;
    else
      hi = mid;
  }
  return lo;
}

/* The row of word i, which is in range r. */
MGP_HD mgp_bound_t mgp_bound_row(const mgp_word_t *words, const mgp_bound_range_t *r, uint32_t i) {
  mgp_bound_t row;
  row.key = words[i].key;
  row.prev = i == r->begin ? r->prev : words[i - 1].key + 1;
  row.gap = r->gap;
  row.first = words[i].first;
  row.last = words[i].last;
  row.ts = words[i].ts;
  return row;
}

#endif
