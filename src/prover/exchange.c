#include "prover/exchange.h"

#include <string.h>

#include "prover/backend.h"
#include "prover/crew.h"
#include "prover/deal.h"
#include "prover/key_sort.h"
#include "prover/memory.h"

/* --- registers --------------------------------------------------------------------------- */

typedef struct {
  uint32_t touched, ts, value; /* of the last access in the partition */
} reg_last_t;

typedef struct {
  uint64_t *index; /* word of the records */
  uint32_t *value;
  size_t n;
} patches_t;

/* Word of a step record, or of a commit record, that holds a touch's previous timestamp. */
static uint64_t patch_index(const mgp_touch_t *t) {
  static const uint32_t offset[] = {offsetof(mgp_step_t, pa) / 4, offsetof(mgp_step_t, pb) / 4,
                                    offsetof(mgp_step_t, po) / 4, offsetof(mgp_step_t, pm) / 4};
  return (uint64_t)t->index * (sizeof(mgp_step_t) / 4) + offset[t->field];
}

static mgp_status_t patch_part(mgp_session_t *s, mgp_part_t *part, const mgp_touch_t *touches,
                               const uint32_t *prev, uint32_t n) {
  patches_t steps = {0}, commits = {0};
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, (n + 1) * sizeof(uint64_t), &steps.index),
               out);
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, (n + 1) * sizeof(uint32_t), &steps.value),
               out);
  uint64_t commit_index[8];
  uint32_t commit_value[8];
  for (uint32_t i = 0; i < n; i++) {
    if (prev[i] == 0) continue;
    if (touches[i].field >= MGP_TOUCH_COMMIT) {
      commit_index[commits.n] = touches[i].index * (sizeof(mgp_commit_t) / 4) +
                                offsetof(mgp_commit_t, pm) / 4 +
                                (touches[i].field - MGP_TOUCH_COMMIT);
      commit_value[commits.n++] = prev[i];
    } else {
      steps.index[steps.n] = patch_index(&touches[i]);
      steps.value[steps.n++] = prev[i];
    }
  }
  MGP_TRY_GOTO(st,
               s->be->ops->patch(s->be, (uint32_t *)(uintptr_t)part->raw.steps, steps.index,
                                 steps.value, steps.n),
               out);
  if (commits.n)
    st = s->be->ops->patch(s->be, (uint32_t *)(uintptr_t)part->raw.commits, commit_index,
                           commit_value, commits.n);
out:
  mgp_host_free(s, steps.value);
  mgp_host_free(s, steps.index);
  return st;
}

/* Registers are few: everybody learns the last access of each in each partition. */
static mgp_status_t exchange_registers(mgp_session_t *s, const mgp_touch_list_t *lists) {
  mgp_comm_parts_t all = {0};
  reg_last_t(*mine)[MGP_REGISTERS] = NULL;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (s->nparts + 1) * sizeof *mine, &mine);
  if (st == MGP_OK) {
    memset(mine, 0, (s->nparts + 1) * sizeof *mine);
    for (uint32_t i = 0; i < s->nparts; i++)
      for (uint32_t k = 0; k < lists[i].n; k++) {
        const mgp_touch_t *t = &lists[i].touches[k];
        if (t->is_register) mine[i][t->key] = (reg_last_t){1, t->last_ts, t->last};
      }
  }
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, st, mine, s->nparts * sizeof *mine, &all), out);
  const reg_last_t(*last)[MGP_REGISTERS] = (const void *)all.data;
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_touch_t first[MGP_REGISTERS];
    uint32_t prev[MGP_REGISTERS], n = 0;
    for (uint32_t k = 0; k < lists[i].n; k++) {
      const mgp_touch_t *t = &lists[i].touches[k];
      if (!t->is_register) continue;
      uint32_t p = s->parts[i].p;
      while (p > 0 && !last[p - 1][t->key].touched) p--;
      first[n] = *t;
      prev[n++] = p > 0 ? last[p - 1][t->key].ts : 0;
    }
    MGP_TRY_GOTO(st, patch_part(s, &s->parts[i], first, prev, n), out);
  }
  for (uint32_t r = 0; r < MGP_REGISTERS; r++) {
    s->st.reg_value[r] = s->st.start_value[r];
    s->st.reg_ts[r] = 0;
    for (uint32_t p = 0; p < s->params.partitions; p++)
      if (last[p][r].touched) {
        s->st.reg_value[r] = last[p][r].value;
        s->st.reg_ts[r] = last[p][r].ts;
      }
  }
out:
  mgp_comm_parts_free(&all);
  mgp_host_free(s, mine);
  return st;
}

/* --- memory ------------------------------------------------------------------------------ */

#define BUCKET_SHIFT 14u /* keys of one bucket go to one rank */
#define BUCKETS      (1u << (28 - BUCKET_SHIFT))

static unsigned crew_size(const mgp_session_t *s) {
  const int threads = mgp_session_threads(s);
  return threads < (int)MGP_CREW_MAX ? (unsigned)threads : MGP_CREW_MAX;
}

/* A list's touches of memory come first: order of them by key, SCRATCH; registers are dropped. */
static mgp_status_t order_memory(mgp_session_t *s, mgp_touch_list_t *list, uint32_t **order) {
  uint32_t n = list->n;
  *order = NULL;
  for (uint32_t i = 0; i < n;) {
    if (list->touches[i].is_register)
      list->touches[i] = list->touches[--n]; /* keys differ, so the order before does not matter */
    else
      i++;
  }
  list->n = n;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, ((size_t)n * 2 + 1) * sizeof **order, order));
  return n == 0 ? MGP_OK
                : mgp_key_sort(s->ledger, crew_size(s), &list->touches[0].key,
                               sizeof(mgp_touch_t) / 4, n, *order, *order + n);
}

/* Touches in their order, by several threads, to one or the other. */
#define GATHER_PIECE (1u << 14)
typedef struct {
  const mgp_touch_t *touches;
  const uint32_t *order;
  uint32_t n;
  mgp_touch_t *sorted;
  mgp_word_t *word;
} gather_t;

static mgp_status_t gather_piece(void *arg, unsigned worker, uint32_t piece) {
  const gather_t *g = arg;
  const uint32_t begin = piece * GATHER_PIECE,
                 end = g->n - begin < GATHER_PIECE ? g->n : begin + GATHER_PIECE;
  (void)worker;
  for (uint32_t i = begin; i < end; i++) {
    const mgp_touch_t *t = &g->touches[g->order[i]];
    if (g->sorted)
      g->sorted[i] = *t;
    else
      g->word[i] = (mgp_word_t){t->key, t->first, t->last, t->last_ts};
  }
  return MGP_OK;
}

static mgp_status_t gather(const mgp_session_t *s, gather_t *g) {
  return mgp_crew_for(crew_size(s), (g->n + GATHER_PIECE - 1) / GATHER_PIECE, gather_piece, g);
}

/* Memory touches of a list first, sorted by key; registers dropped. */
static mgp_status_t sort_memory_touches(mgp_session_t *s, mgp_touch_list_t *list) {
  uint32_t *order;
  gather_t g = {0};
  mgp_status_t st = order_memory(s, list, &order);
  if (st == MGP_OK && list->n)
    st = mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (size_t)list->n * sizeof *g.sorted, &g.sorted);
  if (st == MGP_OK && list->n) {
    g.touches = list->touches;
    g.order = order;
    g.n = list->n;
    st = gather(s, &g);
    mgp_host_free(s, list->touches);
    list->touches = g.sorted;
  }
  mgp_host_free(s, order);
  return st;
}

/* Of the only partition there is nothing to be exchanged: no access was before it. */
static mgp_status_t take_words(mgp_session_t *s, mgp_touch_list_t *list, mgp_words_list_t *out) {
  uint32_t *order;
  mgp_status_t st = order_memory(s, list, &order);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, ((size_t)list->n + 1) * sizeof *out->word,
                        &out->word);
  if (st == MGP_OK) {
    gather_t g = {.touches = list->touches, .order = order, .n = list->n, .word = out->word};
    out->n = list->n;
    st = gather(s, &g);
  }
  mgp_host_free(s, order);
  return st;
}

/* first[r]: first bucket of rank r's key range; ranges are balanced by touched words. local: are
 * this rank's lists there? */
static mgp_status_t split_keys(mgp_session_t *s, mgp_status_t local, const mgp_touch_list_t *lists,
                               uint32_t *first) {
  uint32_t *count = NULL;
  uint64_t total = 0, sum = 0;
  mgp_status_t st = local;
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, BUCKETS * sizeof *count, &count);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  memset(count, 0, BUCKETS * sizeof *count);
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t k = 0; k < lists[i].n; k++) count[lists[i].touches[k].key >> BUCKET_SHIFT]++;
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

typedef struct {
  mgp_comm_parts_t words; /* mgp_word_t, in partition order */
  uint64_t *sent;         /* bytes sent to each rank */
} key_exchange_t;

/* Sends every touched word to the holder of its key. Within what is sent to one rank: partition by
 * partition, keys ascending. */
static mgp_status_t send_words(mgp_session_t *s, const mgp_touch_list_t *lists,
                               const uint32_t *first, key_exchange_t *x) {
  mgp_word_t *out = NULL;
  uint32_t at[MGP_MAX_PARTITIONS] = {0};
  uint64_t total = 0, n = 0;
  mgp_status_t st;
  for (uint32_t i = 0; i < s->nparts; i++) total += lists[i].n;
  st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (total + 1) * sizeof *out, &out);
  for (uint32_t r = 0; r < s->nranks && st == MGP_OK; r++) {
    uint64_t before = n;
    for (uint32_t i = 0; i < s->nparts; i++) {
      const mgp_touch_list_t *l = &lists[i];
      for (; at[i] < l->n && l->touches[at[i]].key >> BUCKET_SHIFT < first[r + 1]; at[i]++) {
        const mgp_touch_t *t = &l->touches[at[i]];
        out[n++] = (mgp_word_t){t->key, t->first, t->last, t->last_ts};
      }
    }
    x->sent[r] = (n - before) * sizeof *out;
  }
  st = mgp_comm_alltoallv(s->comm, st, out, x->sent, &x->words);
  mgp_host_free(s, out);
  return st;
}

/* The holder's part: previous timestamps for every word received, and each word once, by key. */
static mgp_status_t merge_words(mgp_session_t *s, const key_exchange_t *x, uint32_t *prev,
                                mgp_words_list_t *merged) {
  const mgp_word_t *w = (const mgp_word_t *)x->words.data;
  uint32_t n = (uint32_t)(x->words.offset[s->nranks] / sizeof *w), *order = NULL;
  mgp_status_t st;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, ((size_t)n * 2 + 1) * sizeof *order, &order));
  if (n)
    MGP_TRY_GOTO(
        st, mgp_key_sort(s->ledger, crew_size(s), &w[0].key, sizeof *w / 4, n, order, order + n),
        out);
  MGP_TRY_GOTO(
      st,
      mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, ((size_t)n + 1) * sizeof *merged->word, &merged->word),
      out);
  for (uint32_t i = 0; i < n;) {
    uint32_t begin = i, ts = 0;
    for (; i < n && w[order[i]].key == w[order[begin]].key; i++) {
      prev[order[i]] = ts;
      ts = w[order[i]].ts;
    }
    merged->word[merged->n++] =
        (mgp_word_t){w[order[begin]].key, w[order[begin]].first, w[order[i - 1]].last, ts};
  }
out:
  mgp_host_free(s, order);
  return st;
}

/* Previous timestamps go back the way the words came, if all ranks have theirs, which `local` says.
 */
static mgp_status_t return_previous(mgp_session_t *s, mgp_status_t local,
                                    const mgp_touch_list_t *lists, const uint32_t *first,
                                    const key_exchange_t *x, const uint32_t *prev) {
  mgp_comm_parts_t back = {0};
  uint64_t nbytes[MGP_MAX_RANKS];
  uint32_t at[MGP_MAX_PARTITIONS] = {0};
  uint32_t *own[MGP_MAX_PARTITIONS] = {0};
  mgp_status_t st = MGP_OK;
  for (uint32_t r = 0; r < s->nranks; r++)
    nbytes[r] = (x->words.offset[r + 1] - x->words.offset[r]) / sizeof(mgp_word_t) * sizeof *prev;
  MGP_TRY_GOTO(st, mgp_comm_alltoallv(s->comm, local, prev, nbytes, &back), out);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (lists[i].n + 1) * sizeof *own[i], &own[i]);
  if (st != MGP_OK) goto out;
  const uint32_t *in = (const uint32_t *)back.data;
  for (uint32_t r = 0; r < s->nranks; r++)
    for (uint32_t i = 0; i < s->nparts; i++)
      for (; at[i] < lists[i].n && lists[i].touches[at[i]].key >> BUCKET_SHIFT < first[r + 1];
           at[i]++)
        own[i][at[i]] = *in++;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    st = patch_part(s, &s->parts[i], lists[i].touches, own[i], lists[i].n);
out:
  for (uint32_t i = 0; i < s->nparts; i++) mgp_host_free(s, own[i]);
  mgp_comm_parts_free(&back);
  return st;
}

static mgp_status_t exchange_memory(mgp_session_t *s, mgp_touch_list_t *lists,
                                    mgp_words_list_t *merged) {
  uint32_t first[MGP_MAX_RANKS + 1], *prev = NULL;
  uint64_t sent[MGP_MAX_RANKS];
  key_exchange_t x = {{0}, sent};
  mgp_status_t st = MGP_OK;
  if (s->params.partitions == 1) return s->nparts ? take_words(s, &lists[0], merged) : MGP_OK;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) st = sort_memory_touches(s, &lists[i]);
  MGP_TRY(split_keys(s, st, lists, first));
  MGP_TRY(send_words(s, lists, first, &x));
  st = mgp_host_alloc(s, MGP_MEM_SCRATCH, x.words.offset[s->nranks] / 4 + 4, &prev);
  if (st == MGP_OK) st = merge_words(s, &x, prev, merged);
  st = return_previous(s, st, lists, first, &x, prev);
  mgp_host_free(s, prev);
  mgp_comm_parts_free(&x.words);
  return st;
}

mgp_status_t mgp_exchange_accesses(mgp_session_t *s, mgp_touch_list_t *lists) {
  mgp_words_list_t merged = {0};
  if (s->nranks > MGP_MAX_RANKS)
    return mgp_fail(MGP_USAGE, "%u ranks; the most is %u", s->nranks, MGP_MAX_RANKS);
  mgp_status_t st = mgp_comm_agree(s->comm, exchange_registers(s, lists));
  if (st == MGP_OK) st = mgp_comm_agree(s->comm, exchange_memory(s, lists, &merged));
  if (st == MGP_OK)
    st = s->st.kind == MGP_SHARD_WHOLE ? mgp_memory_boundary(s, &merged)
                                       : mgp_memory_program(s, &merged);
  mgp_host_free(s, merged.word);
  return st;
}
