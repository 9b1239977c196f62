#include "prover/exchange.h"

#include <string.h>

#include "prover/memory.h"
#include "prover/placement.h"

_Static_assert(MGP_TOUCH_REGISTERS == MGP_REGISTERS, "registers have their touches");

/* What an own partition has touched. */
typedef struct {
  mgp_touch_t regs[MGP_TOUCH_REGISTERS];
  mgp_word_t *d_words; /* [nwords], keys ascending */
  uint32_t nwords;
  uint32_t *d_target, *d_prev; /* [n]: of the words, then of the registers */
  uint32_t n;
  uint32_t *at; /* [BUCKETS]: words in each bucket and those before */
} touched_t;

static void device_free(mgp_session_t *s, void *ptr) {
  void **d = ptr;
  s->be->ops->free(s->be, *d);
  *d = NULL;
}

static mgp_status_t read_touches(mgp_session_t *s, mgp_touch_list_t *list, touched_t *t) {
  const int several = s->partitions > 1;
  t->n = list->n;
  MGP_TRY(mgp_scratch_alloc(s, list->n * sizeof *t->d_words, &t->d_words));
  if (several) MGP_TRY(mgp_scratch_alloc(s, list->n * sizeof *t->d_target, &t->d_target));
  MGP_TRY(s->be->ops->touch_words(s->be, list->d_touches, list->n, t->regs, t->d_words, t->d_target,
                                  &t->nwords));
  device_free(s, &list->d_touches);
  return several ? mgp_scratch_alloc(s, list->n * sizeof *t->d_prev, &t->d_prev) : MGP_OK;
}

static void free_touched(mgp_session_t *s, touched_t *own) {
  for (uint32_t i = 0; own && i < s->nparts; i++) {
    device_free(s, &own[i].d_words);
    device_free(s, &own[i].d_target);
    device_free(s, &own[i].d_prev);
    mgp_host_free(s, own[i].at);
  }
  mgp_host_free(s, own);
}

/* --- registers --------------------------------------------------------------------------- */

typedef struct {
  uint32_t touched, ts, value; /* of the last access in the partition */
} reg_last_t;

/* Previous timestamps of a partition's registers, behind those of its words. */
static mgp_status_t place_registers(mgp_session_t *s, uint32_t p, const touched_t *t,
                                    const reg_last_t (*last)[MGP_REGISTERS]) {
  uint32_t prev[MGP_REGISTERS], n = 0;
  for (uint32_t r = 0; r < MGP_REGISTERS; r++) {
    uint32_t before = p;
    if (!t->regs[r].is_register) continue;
    while (before > 0 && !last[before - 1][r].touched) before--;
    prev[n++] = before > 0 ? last[before - 1][r].ts : 0;
  }
  return n && t->d_prev ? s->be->ops->upload(s->be, t->d_prev + t->nwords, prev, n * sizeof *prev)
                        : MGP_OK;
}

/* Registers are few: everybody learns the last access of each in each partition. */
static mgp_status_t exchange_registers(mgp_session_t *s, mgp_status_t st, const touched_t *own) {
  mgp_comm_parts_t all = {0};
  reg_last_t(*mine)[MGP_REGISTERS] = NULL;
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (s->nparts + 1) * sizeof *mine, &mine);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    for (uint32_t r = 0; r < MGP_REGISTERS; r++) {
      const mgp_touch_t *t = &own[i].regs[r];
      mine[i][r] = (reg_last_t){t->is_register, t->last_ts, t->last};
    }
  st = mgp_comm_allgatherv(s->comm, st, mine, s->nparts * sizeof *mine, &all);
  mgp_host_free(s, mine);
  MGP_TRY(st);
  const reg_last_t(*last)[MGP_REGISTERS] = (const void *)all.data;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    st = place_registers(s, s->now->parts[i].p, &own[i], last);
  for (uint32_t r = 0; r < MGP_REGISTERS; r++) {
    s->now->st.reg_value[r] = s->now->st.start_value[r];
    s->now->st.reg_ts[r] = 0;
    for (uint32_t p = 0; p < s->partitions; p++)
      if (last[p][r].touched) {
        s->now->st.reg_value[r] = last[p][r].value;
        s->now->st.reg_ts[r] = last[p][r].ts;
      }
  }
  mgp_comm_parts_free(&all);
  return mgp_comm_agree(s->comm, st);
}

/* --- memory ------------------------------------------------------------------------------ */

#define BUCKET_SHIFT 14u /* keys of one bucket go to one rank */
#define BUCKETS      (1u << (28 - BUCKET_SHIFT))

typedef struct {
  uint32_t first[MGP_MAX_RANKS + 1]; /* buckets of rank r: [first[r], first[r + 1]) */
  mgp_comm_parts_t sizes;            /* uint32_t [P][nranks]: words of each partition's in those */
  /* of this rank's buckets: words in the order of partitions, and their previous timestamps */
  mgp_word_t *d_words;
  uint32_t *d_prev;
  uint32_t n;
  mgp_device_piece_t *mine; /* [nranks nparts]: of own partitions, with each rank's buckets */
  mgp_device_piece_t *held; /* [P]: of each partition, with own buckets */
} key_exchange_t;

/* Words of a partition in buckets before b. */
static uint32_t words_before(const touched_t *t, uint32_t b) {
  return b ? t->at[b - 1] : 0;
}

static mgp_status_t count_buckets(mgp_session_t *s, touched_t *own, uint32_t *count) {
  uint32_t *key;
  memset(count, 0, BUCKETS * sizeof *count);
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, BUCKETS * sizeof *key, &key));
  for (uint32_t b = 0; b < BUCKETS; b++) key[b] = (b + 1) << BUCKET_SHIFT;
  mgp_status_t st = MGP_OK;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    touched_t *t = &own[i];
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, BUCKETS * sizeof *t->at, &t->at);
    if (st == MGP_OK)
      st = s->be->ops->word_find(s->be, t->d_words, t->nwords, key, BUCKETS, t->at, NULL);
    for (uint32_t b = 0; b < BUCKETS && st == MGP_OK; b++)
      count[b] += words_before(t, b + 1) - words_before(t, b);
  }
  mgp_host_free(s, key);
  return st;
}

/* first: ranges of buckets are balanced by touched words. */
static mgp_status_t split_keys(mgp_session_t *s, touched_t *own, uint32_t *first) {
  uint32_t *count = NULL;
  uint64_t total = 0, sum = 0;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, BUCKETS * sizeof *count, &count);
  if (st == MGP_OK) st = count_buckets(s, own, count);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  MGP_TRY_GOTO(st, mgp_comm_allreduce_sum_u32(s->comm, count, BUCKETS), out);
  for (uint32_t b = 0; b < BUCKETS; b++) total += count[b];
  uint32_t r = 0;
  first[0] = 0;
  for (uint32_t b = 0; b < BUCKETS; b++) {
    while (r + 1 < s->nranks && sum * s->nranks >= total * (r + 1)) first[++r] = b;
    sum += count[b];
  }
  while (r < s->nranks) first[++r] = BUCKETS;
out:
  mgp_host_free(s, count);
  return st;
}

/* What everybody has for everybody. */
static mgp_status_t share_sizes(mgp_session_t *s, const touched_t *own, key_exchange_t *x) {
  const size_t most = (size_t)s->nranks * s->nparts;
  uint32_t *mine = NULL;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (most + 1) * sizeof *mine, &mine);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    for (uint32_t r = 0; r < s->nranks; r++)
      mine[(size_t)i * s->nranks + r] =
          words_before(&own[i], x->first[r + 1]) - words_before(&own[i], x->first[r]);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (most + 1) * sizeof *x->mine, &x->mine);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, s->partitions * sizeof *x->held, &x->held);
  st = mgp_comm_allgatherv(s->comm, st, mine, most * sizeof *mine, &x->sizes);
  mgp_host_free(s, mine);
  return st;
}

/* Pieces of own partitions: words or, on the way back, their previous timestamps. */
static uint32_t list_mine(const mgp_session_t *s, const touched_t *own, key_exchange_t *x,
                          int back) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < s->nranks; r++)
    for (uint32_t i = 0; i < s->nparts; i++) {
      const uint32_t begin = words_before(&own[i], x->first[r]);
      const uint64_t len = words_before(&own[i], x->first[r + 1]) - begin;
      x->mine[n++] = back ? (mgp_device_piece_t){r, own[i].d_prev + begin, len}
                          : (mgp_device_piece_t){r, (uint32_t *)(own[i].d_words + begin),
                                                 len * (sizeof(mgp_word_t) / 4)};
    }
  return n;
}

/* Pieces of own buckets, likewise. */
static uint32_t list_held(const mgp_session_t *s, key_exchange_t *x, int back) {
  const uint32_t *sizes = (const uint32_t *)(const void *)x->sizes.data, P = s->partitions;
  uint32_t at = 0;
  for (uint32_t p = 0; p < P; p++) {
    const uint32_t len = sizes[(size_t)p * s->nranks + s->rank], r = mgp_part_owner(s, p);
    x->held[p] = back ? (mgp_device_piece_t){r, x->d_prev + at, len}
                      : (mgp_device_piece_t){r, (uint32_t *)(x->d_words + at),
                                             len * (sizeof(mgp_word_t) / 4)};
    at += len;
  }
  return P;
}

/* Every touched word to the holder of its key. */
static mgp_status_t send_words(mgp_session_t *s, touched_t *own, key_exchange_t *x) {
  const uint32_t *sizes = (const uint32_t *)(const void *)x->sizes.data;
  uint64_t n = 0;
  mgp_status_t st = MGP_OK;
  for (uint32_t p = 0; p < s->partitions; p++) n += sizes[(size_t)p * s->nranks + s->rank];
  if (n > UINT32_MAX)
    st = mgp_fail(MGP_RESOURCES, "%llu words of memory for one rank", (unsigned long long)n);
  x->n = (uint32_t)n;
  if (st == MGP_OK) st = mgp_scratch_alloc(s, n * sizeof *x->d_words, &x->d_words);
  const uint32_t nmine = list_mine(s, own, x, 0), nheld = list_held(s, x, 0);
  MGP_TRY(mgp_link_exchange(&s->link, st, x->mine, nmine, x->held, nheld));
  for (uint32_t i = 0; i < s->nparts; i++) device_free(s, &own[i].d_words);
  return MGP_OK;
}

/* The holder's part. */
static mgp_status_t merge_words(mgp_session_t *s, key_exchange_t *x, mgp_words_list_t *merged) {
  MGP_TRY(mgp_scratch_alloc(s, x->n * sizeof *x->d_prev, &x->d_prev));
  MGP_TRY(mgp_scratch_alloc(s, x->n * sizeof *merged->d_word, &merged->d_word));
  MGP_TRY(s->be->ops->word_merge(s->be, x->d_words, x->n, x->d_prev, merged->d_word, &merged->n));
  device_free(s, &x->d_words);
  return MGP_OK;
}

static mgp_status_t exchange_words(mgp_session_t *s, touched_t *own, key_exchange_t *x,
                                   mgp_words_list_t *merged) {
  MGP_TRY(split_keys(s, own, x->first));
  MGP_TRY(share_sizes(s, own, x));
  MGP_TRY(send_words(s, own, x));
  mgp_status_t st = merge_words(s, x, merged);
  const uint32_t nmine = list_mine(s, own, x, 1), nheld = list_held(s, x, 1);
  MGP_TRY(mgp_link_exchange(&s->link, st, x->held, nheld, x->mine, nmine));
  for (uint32_t i = 0; i < s->nparts; i++)
    MGP_TRY(
        s->be->ops->patch(s->be, &s->now->parts[i].raw, own[i].d_target, own[i].d_prev, own[i].n));
  return MGP_OK;
}

static mgp_status_t exchange_memory(mgp_session_t *s, touched_t *own, mgp_words_list_t *merged) {
  key_exchange_t *x;
  if (s->partitions == 1) { /* no access was before it */
    if (s->nparts) {
      *merged = (mgp_words_list_t){own->d_words, own->nwords};
      own->d_words = NULL;
    }
    return MGP_OK;
  }
  MGP_TRY(mgp_comm_agree(s->comm, mgp_host_alloc(s, MGP_MEM_SCRATCH, sizeof *x, &x)));
  memset(x, 0, sizeof *x);
  mgp_status_t st = exchange_words(s, own, x, merged);
  device_free(s, &x->d_words);
  device_free(s, &x->d_prev);
  mgp_comm_parts_free(&x->sizes);
  mgp_host_free(s, x->mine);
  mgp_host_free(s, x->held);
  mgp_host_free(s, x);
  return st;
}

static mgp_status_t exchange(mgp_session_t *s, mgp_touch_list_t *lists, mgp_words_list_t *merged) {
  touched_t *own = NULL;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (s->nparts + 1) * sizeof *own, &own);
  if (own) memset(own, 0, (s->nparts + 1) * sizeof *own);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) st = read_touches(s, &lists[i], &own[i]);
  st = exchange_registers(s, st, own);
  if (st == MGP_OK) st = mgp_comm_agree(s->comm, exchange_memory(s, own, merged));
  free_touched(s, own);
  return st;
}

mgp_status_t mgp_exchange_accesses(mgp_session_t *s, mgp_touch_list_t *lists) {
  mgp_words_list_t merged = {0};
  if (s->nranks > MGP_MAX_RANKS)
    return mgp_fail(MGP_USAGE, "%u ranks; the most is %u", s->nranks, MGP_MAX_RANKS);
  mgp_status_t st = exchange(s, lists, &merged);
  if (st == MGP_OK)
    st = s->now->st.kind == MGP_SHARD_WHOLE ? mgp_memory_boundary(s, &merged)
                                            : mgp_memory_program(s, &merged);
  device_free(s, &merged.d_word);
  return st;
}
