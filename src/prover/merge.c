#include "prover/merge.h"

#include <string.h>

#include "prover/crew.h"

#define DROPPED  0xffu      /* field of a touch that is not the partition's first */
#define FEW      (1u << 14) /* touches that one thread merges sooner than others are started */
#define PAGE_LOG 10u        /* words */

static unsigned bucket_of(const mgp_touch_t *t) {
  return t->is_register ? 0 : (t->key >> PAGE_LOG) * 0x9e3779b1u >> 26;
}
_Static_assert(MGP_MERGE_BUCKETS == 1u << (32 - 26), "a bucket is the top of the product");

mgp_status_t mgp_stretch_take(mgp_ledger_t *ledger, mgp_stretch_t *seg, const mgp_touch_t *touches,
                              uint32_t n) {
  uint32_t at[MGP_MERGE_BUCKETS + 1] = {0};
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_RAW, n * sizeof *touches + 1, (void **)&seg->touches));
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_RAW, n * sizeof *seg->order + 1, (void **)&seg->order));
  if (n) memcpy(seg->touches, touches, n * sizeof *touches);
  seg->ntouches = n;
  for (uint32_t i = 0; i < n; i++) at[bucket_of(&touches[i]) + 1]++;
  for (uint32_t b = 0; b < MGP_MERGE_BUCKETS; b++) at[b + 1] += at[b];
  memcpy(seg->bucket, at, sizeof seg->bucket);
  for (uint32_t i = 0; i < n; i++) seg->order[at[bucket_of(&touches[i])]++] = i;
  return MGP_OK;
}

void mgp_stretch_free(mgp_ledger_t *ledger, mgp_stretch_t *seg) {
  mgp_ledger_free(ledger, seg->touches);
  mgp_ledger_free(ledger, seg->order);
  seg->touches = NULL;
  seg->order = NULL;
  seg->ntouches = 0;
}

/* --- buckets ------------------------------------------------------------------------------- */

typedef struct {
  mgp_ledger_t *ledger;
  mgp_stretch_t *seg;
  uint32_t n;
  uint32_t *kept; /* [n][MGP_MERGE_BUCKETS] touches that stay */
  uint64_t *at;   /* [n + 1] where those of each stretch go */
  mgp_touch_t *out;
} merge_t;

/* The first touch of a key; an open hash table of them. */
typedef struct {
  uint32_t key;
  mgp_touch_t *touch; /* NULL: free */
} slot_t;

static uint32_t hash_key(const mgp_touch_t *t) {
  return t->key + ((uint32_t)t->is_register << 28);
}

static slot_t *find(slot_t *table, unsigned log_size, uint32_t key) {
  uint32_t i = key * 0x9e3779b1u >> (32 - log_size);
  while (table[i].touch && table[i].key != key) i = (i + 1) & ((1u << log_size) - 1);
  return &table[i];
}

static mgp_status_t make_table(const merge_t *m, uint32_t b, slot_t **table, unsigned *log_size) {
  uint64_t n = 0;
  for (uint32_t k = 0; k < m->n; k++) n += m->seg[k].bucket[b + 1] - m->seg[k].bucket[b];
  *log_size = 1;
  while ((UINT64_C(1) << *log_size) * 3 < n * 4) ++*log_size;
  const size_t nbytes = sizeof **table << *log_size;
  MGP_TRY(mgp_ledger_alloc(m->ledger, MGP_MEM_SCRATCH, nbytes, (void **)table));
  memset(*table, 0, nbytes);
  return MGP_OK;
}

static mgp_status_t merge_bucket(void *arg, unsigned worker, uint32_t b) {
  const merge_t *m = arg;
  slot_t *table;
  unsigned log_size;
  (void)worker;
  MGP_TRY(make_table(m, b, &table, &log_size));
  for (uint32_t k = 0; k < m->n; k++) {
    mgp_stretch_t *seg = &m->seg[k];
    uint32_t kept = 0;
    for (uint32_t i = seg->bucket[b]; i < seg->bucket[b + 1]; i++) {
      mgp_touch_t *t = &seg->touches[seg->order[i]];
      slot_t *s = find(table, log_size, hash_key(t));
      if (!s->touch) {
        *s = (slot_t){hash_key(t), t};
        kept++;
        continue;
      }
      mgp_touch_patch(t, seg->steps, &seg->commit, s->touch->last_ts);
      s->touch->last = t->last;
      s->touch->last_ts = t->last_ts;
      t->field = DROPPED;
    }
    m->kept[k * MGP_MERGE_BUCKETS + b] = kept;
  }
  mgp_ledger_free(m->ledger, table);
  return MGP_OK;
}

/* The touches of a stretch that stay go to their place. */
static mgp_status_t gather(void *arg, unsigned worker, uint32_t k) {
  const merge_t *m = arg;
  mgp_stretch_t *seg = &m->seg[k];
  mgp_touch_t *out = m->out + m->at[k];
  (void)worker;
  for (uint32_t i = 0; i < seg->ntouches; i++) {
    if (seg->touches[i].field == DROPPED) continue;
    *out = seg->touches[i];
    if (out->field < MGP_TOUCH_COMMIT) out->index += seg->first;
    out++;
  }
  mgp_stretch_free(m->ledger, seg);
  return MGP_OK;
}

static mgp_status_t merge(merge_t *m, unsigned threads, uint32_t *ntouches) {
  MGP_TRY(
      mgp_ledger_alloc(m->ledger, MGP_MEM_SCRATCH, (m->n + 1) * sizeof *m->at, (void **)&m->at));
  MGP_TRY(mgp_ledger_alloc(m->ledger, MGP_MEM_SCRATCH,
                           (m->n * MGP_MERGE_BUCKETS + 1) * sizeof *m->kept, (void **)&m->kept));
  MGP_TRY(mgp_crew_for(threads, MGP_MERGE_BUCKETS, merge_bucket, m));
  m->at[0] = 0;
  for (uint32_t k = 0; k < m->n; k++) {
    m->at[k + 1] = m->at[k];
    for (uint32_t b = 0; b < MGP_MERGE_BUCKETS; b++)
      m->at[k + 1] += m->kept[k * MGP_MERGE_BUCKETS + b];
  }
  MGP_TRY(
      mgp_ledger_alloc(m->ledger, MGP_MEM_RAW, m->at[m->n] * sizeof *m->out + 1, (void **)&m->out));
  *ntouches = (uint32_t)m->at[m->n];
  return mgp_crew_for(threads, m->n, gather, m);
}

mgp_status_t mgp_stretches_merge(mgp_ledger_t *ledger, unsigned threads, mgp_stretch_t *seg,
                                 uint32_t n, mgp_touch_t **touches, uint32_t *ntouches) {
  merge_t m = {.ledger = ledger, .seg = seg, .n = n};
  uint64_t total = 0;
  uint32_t first = 0;
  if (n == 1) { /* nothing reaches back */
    seg->first = 0;
    *touches = seg->touches;
    *ntouches = seg->ntouches;
    seg->touches = NULL;
    mgp_stretch_free(ledger, seg);
    return MGP_OK;
  }
  for (uint32_t k = 0; k < n; k++) {
    seg[k].first = first;
    first += seg[k].nsteps;
    total += seg[k].ntouches;
  }
  mgp_status_t st = merge(&m, total < FEW ? 1 : threads, ntouches);
  mgp_ledger_free(ledger, m.at);
  mgp_ledger_free(ledger, m.kept);
  if (st == MGP_OK)
    *touches = m.out;
  else
    mgp_ledger_free(ledger, m.out);
  return st;
}
