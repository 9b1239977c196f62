#include "prover/memory.h"

#include <string.h>

#include "prover/backend.h"
#include "prover/deal.h"
#include "prover/ram.h"
#include "prover/shards.h"

/* Words in host memory. */
typedef struct {
  mgp_word_t *word; /* keys ascending, and between ranks in their order */
  uint32_t n;
} host_words_t;

/* --- records ------------------------------------------------------------------------------- */

/* The two rows of a word: `in` first for all words of a partition, then `out` for all. */
static void set_rows(const mgp_session_t *s, const mgp_word_t *w, mgp_ram_t *in, mgp_ram_t *out) {
  const uint32_t from = mgp_last_get(s->shards->last, w->key);
  if (s->st.kind == MGP_SHARD_PROGRAM) {
    *in = (mgp_ram_t){.key = w->key, .value = w->first, .id = from, .in = 1};
    *out = (mgp_ram_t){.key = w->key, .value = w->last, .id = s->st.id, .ts = w->ts};
  } else {
    *in = (mgp_ram_t){.key = w->key, .value = w->last, .id = from, .ts = 1, .in = 1};
    *out = (mgp_ram_t){.key = w->key, .value = w->first};
  }
}

/* Rows of one own partition, and what they add. */
typedef struct {
  mgp_ram_t *rows;
  mgp_point_t *blocks, sum, start;
  uint32_t n;
} records_t;

static mgp_status_t make_rows(mgp_session_t *s, const mgp_word_t *words, uint64_t n, records_t *r) {
  const int memory = s->st.kind == MGP_SHARD_MEMORY;
  r->n = (uint32_t)(2 * n);
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (2 * n + 1) * sizeof *r->rows, &r->rows));
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, (mgp_ram_blocks(r->n) + 1) * sizeof *r->blocks,
                         &r->blocks));
  for (uint64_t i = 0; i < n; i++) set_rows(s, &words[i], &r->rows[i], &r->rows[n + i]);
  if (s->be->ops->ram_points)
    MGP_TRY(s->be->ops->ram_points(s->be, r->rows, r->n));
  else
    mgp_ram_find_points(mgp_session_threads(s), r->rows, r->n);
  mgp_ram_sums(mgp_session_threads(s), r->rows, r->n, memory ? s->st.nshards + 1 : s->st.id, memory,
               r->blocks, &r->sum);
  return MGP_OK;
}

/* Where the accumulator stands before each own partition, and its end in the statement. */
static mgp_status_t place_sums(mgp_session_t *s, mgp_status_t local, records_t *mine,
                               uint64_t total) {
  mgp_comm_parts_t all = {0};
  mgp_point_t at = mgp_curve_offset(), sums[MGP_MAX_PARTITIONS];
  for (uint32_t i = 0; i < s->nparts; i++) sums[i] = mine[i].sum;
  MGP_TRY(mgp_comm_allgatherv(s->comm, local, sums, s->nparts * sizeof *sums, &all));
  for (uint32_t p = 0; p < s->params.partitions; p++) {
    mgp_point_t sum;
    if (p >= s->first_part && p < s->first_part + s->nparts) mine[p - s->first_part].start = at;
    memcpy(&sum, all.data + p * sizeof sum, sizeof sum);
    at = mgp_curve_add(&at, &sum);
  }
  mgp_comm_parts_free(&all);
  if (at.infinity) return mgp_fail(MGP_INTERNAL, "an accumulator met the identity");
  if (total) mgp_curve_write(&at, s->st.point);
  return MGP_OK;
}

static mgp_status_t upload_rows(mgp_session_t *s, mgp_part_t *part, const mgp_ram_t *rows,
                                uint32_t n) {
  mgp_ram_t *d_rows = NULL;
  mgp_status_t st =
      s->be->ops->alloc(s->be, MGP_MEM_RAW, (n + 1) * sizeof *d_rows, (void **)&d_rows);
  part->raw.ram = d_rows;
  part->nram = n;
  return st == MGP_OK ? s->be->ops->upload(s->be, d_rows, rows, n * sizeof *rows) : st;
}

/* local: are this rank's words there? */
static mgp_status_t deal_records(mgp_session_t *s, mgp_status_t local, const host_words_t *words) {
  mgp_deal_t dealt = {0};
  records_t own[MGP_MAX_PARTITIONS];
  mgp_status_t st;
  memset(own, 0, sizeof own);
  MGP_TRY(mgp_deal(s, local, words->word, sizeof *words->word, words->n, &dealt));
  st = MGP_OK;
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++)
    st = make_rows(s, (const mgp_word_t *)(const void *)dealt.rows[i], dealt.n[i], &own[i]);
  MGP_TRY_GOTO(st, place_sums(s, st, own, dealt.total), out);
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    mgp_point_t end;
    st = mgp_ram_chain(mgp_session_threads(s), own[i].rows, own[i].n,
                       (uint32_t)(2 * dealt.first[i]), own[i].start, own[i].blocks, &end);
    if (st == MGP_OK) st = upload_rows(s, &s->parts[i], own[i].rows, own[i].n);
  }
  st = mgp_comm_agree(s->comm, st);
out:
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_host_free(s, own[i].rows);
    mgp_host_free(s, own[i].blocks);
  }
  mgp_deal_free(&dealt);
  return st;
}

/* Everybody learns which words the shard had. */
static mgp_status_t note_last(mgp_session_t *s, const host_words_t *words) {
  mgp_comm_parts_t all = {0};
  uint32_t *keys = NULL;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (words->n + 1) * sizeof *keys, &keys);
  for (uint32_t i = 0; i < words->n && st == MGP_OK; i++) keys[i] = words->word[i].key;
  st = mgp_comm_allgatherv(s->comm, st, keys, words->n * sizeof *keys, &all);
  mgp_host_free(s, keys);
  if (st != MGP_OK) return st;
  const uint32_t *key = (const uint32_t *)(const void *)all.data;
  const uint64_t n = all.offset[s->nranks] / sizeof *key;
  for (uint64_t i = 0; i < n && st == MGP_OK; i++)
    st = mgp_last_set(s->shards->last, key[i], s->st.id);
  if (st == MGP_OK && s->opt->has_store && s->rank == 0) {
    mgp_shards_t *sh = s->shards;
    st = mgp_ledger_alloc(s->ahead, MGP_MEM_ACCUMULATOR, n * sizeof *key + 1, (void **)&sh->keys);
    if (st == MGP_OK) memcpy(sh->keys, key, n * sizeof *key);
    if (st == MGP_OK) sh->nkeys = (uint32_t)n;
  }
  mgp_comm_parts_free(&all);
  return mgp_comm_agree(s->comm, st);
}

mgp_status_t mgp_memory_program(mgp_session_t *s, const mgp_words_list_t *words) {
  const size_t nbytes = words->n * sizeof(mgp_word_t);
  host_words_t host = {NULL, words->n};
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, nbytes + 1, &host.word);
  if (st == MGP_OK) st = s->be->ops->download(s->be, host.word, words->d_word, nbytes);
  st = deal_records(s, st, &host);
  if (st == MGP_OK) st = note_last(s, &host);
  mgp_host_free(s, host.word);
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

static uint32_t words_left(const mgp_session_t *s) {
  uint32_t most = mgp_memory_shard_words(s);
  uint64_t left = mgp_last_words(s->shards->last);
  return most < left ? most : (uint32_t)left;
}

void mgp_memory_shard_skip(mgp_session_t *s) {
  mgp_shards_t *sh = s->shards;
  uint32_t most = words_left(s), key = mgp_last_next(sh->last, sh->next_key);
  for (uint32_t n = 0; n < most && key < MGP_LAST_KEYS; n++) {
    sh->next_key = key + 1;
    key = mgp_last_next(sh->last, sh->next_key);
  }
}

/* The shard's words with first and last values, on rank 0, which has the memory of the halted run;
 * the others have none. All ranks move on. */
static mgp_status_t take_words(mgp_session_t *s, host_words_t *out) {
  mgp_shards_t *sh = s->shards;
  const uint32_t most = words_left(s);
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_ACCUMULATOR,
                         (s->rank == 0 ? (size_t)most : 0) * sizeof *out->word + 1, &out->word));
  uint32_t n = 0, key = mgp_last_next(sh->last, sh->next_key);
  for (; n < most && key < MGP_LAST_KEYS; n++) {
    if (s->rank == 0)
      out->word[n] =
          (mgp_word_t){key, first_value(s, key), mgp_vm_word(mgp_pass_vm(sh->pass), key), 1};
    sh->next_key = key + 1;
    key = mgp_last_next(sh->last, sh->next_key);
  }
  out->n = s->rank == 0 ? n : 0;
  return MGP_OK;
}

/* A partition without steps has records all the same. */
static mgp_status_t no_steps(mgp_session_t *s) {
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_part_t *part = &s->parts[i];
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

static mgp_status_t upload_words(mgp_session_t *s, const host_words_t *words,
                                 mgp_words_list_t *out) {
  const size_t nbytes = words->n * sizeof *words->word;
  out->n = words->n;
  MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes + 1, (void **)&out->d_word));
  return s->be->ops->upload(s->be, out->d_word, words->word, nbytes);
}

mgp_status_t mgp_memory_shard(mgp_session_t *s) {
  host_words_t words = {0};
  mgp_words_list_t there = {0};
  mgp_chain_context(&s->chain, MGP_SHARD_MEMORY, s->run.nshards, 0, &s->st);
  mgp_status_t st = no_steps(s);
  if (st == MGP_OK) st = take_words(s, &words);
  if (st == MGP_OK) st = upload_words(s, &words, &there);
  st = mgp_comm_agree(s->comm, st);
  if (st == MGP_OK) st = mgp_memory_boundary(s, &there);
  s->be->ops->free(s->be, there.d_word);
  if (st == MGP_OK) st = deal_records(s, MGP_OK, &words);
  mgp_host_free(s, words.word);
  return st;
}
