#include "prover/memory.h"

#include <string.h>

#include "prover/deal.h"
#include "prover/placement.h"
#include "prover/shards.h"

/* --- records ------------------------------------------------------------------------------- */

/* Words of a shard. */
typedef struct {
  const mgp_words_list_t *own;       /* of this rank */
  uint64_t first[MGP_MAX_RANKS + 1]; /* number of each rank's first one, among all */
  const uint32_t *key;               /* of all */
} shard_words_t;

/* Words of one own partition, and what its rows add. */
typedef struct {
  mgp_word_t *d_words; /* [n] */
  uint16_t *d_from;    /* [n]: shards that had them last */
  uint32_t n;
  uint64_t first; /* number of the first one */
  mgp_ram_t *d_rows;
  mgp_point_t *d_before, sum, start;
} records_t;

static mgp_status_t alloc_records(mgp_session_t *s, const shard_words_t *words, records_t *own) {
  const uint64_t total = words->first[s->nranks];
  for (uint32_t i = 0; i < s->nparts; i++) {
    records_t *r = &own[i];
    r->first = mgp_deal_first(s, total, s->now->parts[i].p);
    r->n = mgp_deal_rows(s, total, s->now->parts[i].p);
    MGP_TRY(mgp_scratch_alloc(s, r->n * sizeof *r->d_words, &r->d_words));
    MGP_TRY(mgp_scratch_alloc(s, r->n * sizeof *r->d_from, &r->d_from));
  }
  return MGP_OK;
}

/* Every partition's words to it. */
static mgp_status_t deal_words(mgp_session_t *s, mgp_status_t st, const shard_words_t *words,
                               const records_t *own) {
  mgp_deal_t deal = {words->first, sizeof(mgp_word_t) / 4, words->own->d_word, {NULL}};
  for (uint32_t i = 0; i < s->nparts; i++) deal.d_part[i] = own[i].d_words;
  return mgp_deal(s, st, &deal, 1);
}

static mgp_status_t find_last(mgp_session_t *s, const uint32_t *key, records_t *r) {
  uint16_t *from;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, r->n * sizeof *from + 1, &from));
  for (uint32_t i = 0; i < r->n; i++) from[i] = (uint16_t)mgp_last_get(s->shards->last, key[i]);
  mgp_status_t st = s->be->ops->upload(s->be, r->d_from, from, r->n * sizeof *from);
  mgp_host_free(s, from);
  return st;
}

static mgp_status_t make_rows(mgp_session_t *s, mgp_part_t *part, records_t *r) {
  const mgp_backend_ops_t *ops = s->be->ops;
  const uint32_t memory = s->now->st.kind == MGP_SHARD_MEMORY, nrows = 2 * r->n;
  const mgp_ram_shard_t shard = {memory ? s->now->st.nshards + 1 : s->now->st.id, memory};
  MGP_TRY(
      ops->alloc(s->be, MGP_MEM_RAW, ((size_t)nrows + 1) * sizeof *r->d_rows, (void **)&r->d_rows));
  part->raw.ram = r->d_rows;
  part->nram = nrows;
  MGP_TRY(ops->ram_rows(s->be, r->d_words, r->d_from, r->n, &shard, (uint32_t)(2 * r->first),
                        r->d_rows));
  MGP_TRY(ops->ram_points(s->be, r->d_rows, nrows));
  MGP_TRY(mgp_scratch_alloc(s, mgp_ram_blocks(nrows) * sizeof *r->d_before, &r->d_before));
  return ops->ram_sums(s->be, r->d_rows, nrows, r->d_before, &r->sum);
}

/* Where the accumulator stands before each own partition, and its end in the statement. */
static mgp_status_t place_sums(mgp_session_t *s, mgp_status_t local, records_t *mine,
                               uint64_t total) {
  mgp_comm_parts_t all = {0};
  mgp_point_t at = mgp_curve_offset(), sums[MGP_MAX_PARTITIONS];
  for (uint32_t i = 0; i < s->nparts; i++) sums[i] = mine[i].sum;
  MGP_TRY(mgp_comm_allgatherv(s->comm, local, sums, s->nparts * sizeof *sums, &all));
  for (uint32_t p = 0; p < s->partitions; p++) {
    mgp_point_t sum;
    if (p >= s->first_part && p < s->first_part + s->nparts) mine[p - s->first_part].start = at;
    memcpy(&sum, all.data + p * sizeof sum, sizeof sum);
    at = mgp_curve_add(&at, &sum);
  }
  mgp_comm_parts_free(&all);
  if (at.infinity) return mgp_fail(MGP_INTERNAL, "an accumulator met the identity");
  if (total) mgp_curve_write(&at, s->now->st.point);
  return MGP_OK;
}

static mgp_status_t make_records(mgp_session_t *s, const shard_words_t *words, records_t *own) {
  mgp_status_t st = alloc_records(s, words, own);
  MGP_TRY(deal_words(s, st, words, own));
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    st = find_last(s, words->key + own[i].first, &own[i]);
    if (st == MGP_OK) st = make_rows(s, &s->now->parts[i], &own[i]);
  }
  MGP_TRY(place_sums(s, st, own, words->first[s->nranks]));
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    st = s->be->ops->ram_chain(s->be, own[i].d_rows, 2 * own[i].n, &own[i].start, own[i].d_before);
  return mgp_comm_agree(s->comm, st);
}

/* SHARD_RAM rows of all words on the devices, and the accumulator of the statement. Collective. */
static mgp_status_t deal_records(mgp_session_t *s, const shard_words_t *words) {
  records_t own[MGP_MAX_PARTITIONS];
  memset(own, 0, sizeof own);
  const mgp_status_t st = make_records(s, words, own);
  for (uint32_t i = 0; i < s->nparts; i++) {
    s->be->ops->free(s->be, own[i].d_words);
    s->be->ops->free(s->be, own[i].d_from);
    s->be->ops->free(s->be, own[i].d_before);
  }
  return st;
}

/* Of this rank's words. */
static mgp_status_t read_keys(mgp_session_t *s, const mgp_words_list_t *words, uint32_t **key) {
  const size_t nbytes = words->n * sizeof(mgp_word_t);
  mgp_word_t *word;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, words->n * sizeof **key + 1, key));
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, nbytes + 1, &word));
  mgp_status_t st = s->be->ops->download(s->be, word, words->d_word, nbytes);
  for (uint32_t i = 0; i < words->n && st == MGP_OK; i++) (*key)[i] = word[i].key;
  mgp_host_free(s, word);
  return st;
}

/* The shard has had these words. */
static mgp_status_t note_last(mgp_session_t *s, const uint32_t *key, uint64_t n) {
  mgp_status_t st = MGP_OK;
  for (uint64_t i = 0; i < n && st == MGP_OK; i++)
    st = mgp_last_set(s->shards->last, key[i], s->now->st.id);
  if (st == MGP_OK && s->opt->has_store && s->rank == 0) {
    mgp_hand_t *h = s->now;
    st = mgp_ledger_alloc(s->ahead, MGP_MEM_ACCUMULATOR, n * sizeof *key + 1, (void **)&h->keys);
    if (st == MGP_OK) memcpy(h->keys, key, n * sizeof *key);
    if (st == MGP_OK) h->nkeys = (uint32_t)n;
  }
  return mgp_comm_agree(s->comm, st);
}

/* Everybody learns which words the shard has. */
mgp_status_t mgp_memory_program(mgp_session_t *s, const mgp_words_list_t *words) {
  shard_words_t all = {.own = words};
  mgp_comm_parts_t keys = {0};
  uint32_t *mine = NULL;
  mgp_status_t st = read_keys(s, words, &mine);
  st = mgp_comm_allgatherv(s->comm, st, mine, words->n * sizeof *mine, &keys);
  mgp_host_free(s, mine);
  MGP_TRY(st);
  all.key = (const uint32_t *)(const void *)keys.data;
  for (uint32_t r = 0; r <= s->nranks; r++) all.first[r] = keys.offset[r] / sizeof *all.key;
  st = deal_records(s, &all);
  if (st == MGP_OK) st = note_last(s, all.key, all.first[s->nranks]);
  mgp_comm_parts_free(&keys);
  return st;
}

/* --- memory shards -------------------------------------------------------------------------- */

uint32_t mgp_memory_shard_words(const mgp_session_t *s) {
  const mgp_chip_t *chip = s->chips->chip;
  uint64_t bound = chip[MGP_CHIP_MEM_IMAGE].cost;
  if (bound < chip[MGP_CHIP_MEM_HINT].cost) bound = chip[MGP_CHIP_MEM_HINT].cost;
  if (bound < chip[MGP_CHIP_MEM_ZERO].cost) bound = chip[MGP_CHIP_MEM_ZERO].cost;
  uint64_t n = s->run.budget / (bound + mgp_word_cost(s));
  return n < 1 ? 1 : n > 1u << 24 ? 1u << 24 : (uint32_t)n;
}

static uint32_t first_value(const mgp_session_t *s, uint32_t key) {
  const mgp_program_t *prog = s->prog;
  for (uint32_t i = 0; i < prog->nimage; i++)
    if (key - prog->image[i].base < prog->image[i].n)
      return prog->image[i].words[key - prog->image[i].base];
  uint8_t bytes[4] = {0};
  size_t at = 4 * (size_t)key - MGP_HINT_START;
  for (size_t i = 0; i < 4 && key >= MGP_HINT_START / 4 && key < MGP_HINT_END / 4; i++)
    if (at + i < s->opt->hints_nbytes) bytes[i] = s->opt->hints[at + i];
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

uint32_t mgp_memory_words_left(const mgp_session_t *s) {
  uint32_t most = mgp_memory_shard_words(s);
  uint64_t left = mgp_last_words(s->shards->last);
  return most < left ? most : (uint32_t)left;
}

void mgp_memory_shard_skip(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  uint32_t most = mgp_memory_words_left(s), key = mgp_last_next(sh->last, sh->next_key);
  for (uint32_t n = 0; n < most && key < MGP_LAST_KEYS; n++) {
    sh->next_key = key + 1;
    key = mgp_last_next(sh->last, sh->next_key);
  }
}

/* Words of a memory shard, in host memory. */
typedef struct {
  uint32_t *key, n;
  mgp_word_t *word; /* on rank 0, which has the memory of the halted run */
} taken_t;

/* All ranks know the keys, and move on. */
static mgp_status_t take_words(mgp_session_t *s, taken_t *out) {
  mgp_shards_t *sh = s->shards;
  const uint32_t most = mgp_memory_words_left(s);
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (size_t)most * sizeof *out->key + 1, &out->key));
  if (s->rank == 0)
    MGP_TRY(
        mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (size_t)most * sizeof *out->word + 1, &out->word));
  uint32_t n = 0, key = mgp_last_next(sh->last, sh->next_key);
  for (; n < most && key < MGP_LAST_KEYS; n++) {
    out->key[n] = key;
    if (out->word)
      out->word[n] =
          (mgp_word_t){key, first_value(s, key), mgp_vm_word(mgp_pass_vm(sh->pass), key), 1};
    sh->next_key = key + 1;
    key = mgp_last_next(sh->last, sh->next_key);
  }
  out->n = n;
  return MGP_OK;
}

/* A partition without steps has records all the same. */
static mgp_status_t no_steps(mgp_session_t *s) {
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_part_t *part = &s->now->parts[i];
    mgp_step_t *d_steps;
    mgp_commit_t *d_commits;
    MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_RAW, sizeof *d_steps, (void **)&d_steps));
    part->raw.steps = d_steps;
    MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_RAW, sizeof *d_commits, (void **)&d_commits));
    part->raw.commits = d_commits;
    part->raw.insns = s->d_insns;
    part->nsteps = 0;
  }
  return MGP_OK;
}

static mgp_status_t upload_words(mgp_session_t *s, const taken_t *words, mgp_words_list_t *out) {
  out->n = words->word ? words->n : 0;
  MGP_TRY(mgp_scratch_alloc(s, out->n * sizeof *words->word, &out->d_word));
  return s->be->ops->upload(s->be, out->d_word, words->word, out->n * sizeof *words->word);
}

mgp_status_t mgp_memory_shard(mgp_session_t *s) {
  taken_t taken = {0};
  mgp_words_list_t words = {0};
  shard_words_t all = {.own = &words};
  mgp_chain_context(&s->chain, MGP_SHARD_MEMORY, s->run.nshards, 0, &s->now->st);
  mgp_status_t st = no_steps(s);
  if (st == MGP_OK) st = take_words(s, &taken);
  if (st == MGP_OK) st = upload_words(s, &taken, &words);
  st = mgp_comm_agree(s->comm, st);
  mgp_host_free(s, taken.word);
  all.key = taken.key;
  for (uint32_t r = 1; r <= s->nranks; r++) all.first[r] = taken.n;
  if (st == MGP_OK) st = mgp_memory_boundary(s, &words);
  if (st == MGP_OK) st = deal_records(s, &all);
  s->be->ops->free(s->be, words.d_word);
  mgp_host_free(s, taken.key);
  return st;
}
