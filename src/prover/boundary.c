#include "prover/boundary.h"

#include <string.h>

#include "prover/deal.h"
#include "prover/placement.h"

#define KEYS_END (1u << 28)

/* Chains: of image and hints, then of each gap. */
#define CHAINS (2 + MGP_MAX_GAPS)
#define KINDS  MGP_BOUND_KINDS

/* Words of a rank in a range. */
typedef struct {
  uint32_t n, last; /* last key */
} found_t;

typedef struct {
  mgp_bound_range_t range[MGP_BOUND_RANGES];
  uint32_t end[MGP_BOUND_RANGES], at[MGP_BOUND_RANGES], last[MGP_BOUND_RANGES];
  uint32_t count;
  found_t mine[MGP_BOUND_RANGES];
  uint64_t first[KINDS][MGP_MAX_RANKS + 1]; /* number of each rank's first row, among all */
  mgp_bound_t *d_rows[KINDS];
} boundary_t;

/* --- ranges of keys ------------------------------------------------------------------------ */

/* All of memory, in the order of keys. */
static void list_ranges(const mgp_program_t *prog, boundary_t *b) {
  mgp_gap_t gaps[MGP_MAX_GAPS];
  const uint32_t ngaps = mgp_program_gaps(prog, gaps);
  uint32_t image = 0, gap = 0;
  for (uint32_t at = 0; at < KEYS_END; b->count++) {
    mgp_bound_range_t *r = &b->range[b->count];
    if (gap < ngaps && gaps[gap].start == at) {
      r->kind = MGP_BOUND_ZERO;
      r->gap = gap;
      at = gaps[gap++].end;
    } else if (image < prog->nimage && prog->image[image].base == at) {
      r->kind = MGP_BOUND_IMAGE;
      at += prog->image[image++].n;
    } else { /* the only one left */
      r->kind = MGP_BOUND_HINT;
      at = MGP_HINT_END / 4;
    }
    b->end[b->count] = at;
  }
}

static uint32_t chain_of(const mgp_bound_range_t *r) {
  return r->kind == MGP_BOUND_ZERO ? 2 + r->gap : r->kind;
}

static mgp_status_t find_ranges(mgp_session_t *s, const mgp_words_list_t *words, boundary_t *b) {
  uint32_t rows[KINDS] = {0};
  list_ranges(s->prog, b);
  MGP_TRY(s->be->ops->word_find(s->be, words->d_word, words->n, b->end, b->count, b->at, b->last));
  for (uint32_t g = 0; g < b->count; g++) {
    mgp_bound_range_t *r = &b->range[g];
    r->begin = g ? b->at[g - 1] : 0;
    r->row = rows[r->kind];
    b->mine[g] = (found_t){b->at[g] - r->begin, b->last[g]};
    rows[r->kind] += b->mine[g].n;
  }
  return MGP_OK;
}

/* Along the chains, from rank to rank: where each of this rank's ranges goes on, where each rank's
 * rows begin, and where chains end. */
static void link_chains(mgp_session_t *s, boundary_t *b, const found_t *all) {
  uint32_t chain[CHAINS] = {s->now->st.image_start, s->now->st.hint_start};
  memcpy(chain + 2, s->now->st.zero_start, s->now->st.ngaps * sizeof *chain);
  for (uint32_t r = 0; r < s->nranks; r++) {
    for (int k = 0; k < KINDS; k++) b->first[k][r + 1] = b->first[k][r];
    for (uint32_t g = 0; g < b->count; g++) {
      const found_t *f = &all[(size_t)r * b->count + g];
      mgp_bound_range_t *range = &b->range[g];
      if (f->n == 0) continue;
      if (r == s->rank) range->prev = chain[chain_of(range)];
      chain[chain_of(range)] = f->last + 1;
      b->first[range->kind][r + 1] += f->n;
    }
  }
  s->now->st.image_end = chain[MGP_BOUND_IMAGE];
  s->now->st.hint_end = chain[MGP_BOUND_HINT];
  memcpy(s->now->st.zero_end, chain + 2, s->now->st.ngaps * sizeof *chain);
}

static mgp_status_t share_ranges(mgp_session_t *s, const mgp_words_list_t *words, boundary_t *b) {
  mgp_comm_parts_t all = {0};
  mgp_status_t st = find_ranges(s, words, b);
  MGP_TRY(mgp_comm_allgatherv(s->comm, st, b->mine, b->count * sizeof *b->mine, &all));
  link_chains(s, b, (const found_t *)(const void *)all.data);
  mgp_comm_parts_free(&all);
  return MGP_OK;
}

/* --- rows ---------------------------------------------------------------------------------- */

/* Memory of the partitions for their rows. */
static mgp_status_t alloc_parts(mgp_session_t *s, const boundary_t *b) {
  for (uint32_t i = 0; i < s->nparts; i++)
    for (int k = 0; k < KINDS; k++) {
      mgp_part_t *part = &s->now->parts[i];
      mgp_bound_t *d_rows = NULL;
      const uint32_t n = mgp_deal_rows(s, b->first[k][s->nranks], part->p);
      MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_RAW, ((size_t)n + 1) * sizeof *d_rows,
                                (void **)&d_rows));
      part->raw.bounds[k] = d_rows;
      part->nbounds[k] = n;
    }
  return MGP_OK;
}

/* This rank's rows: where they stay if there is one partition, else to be dealt out. */
static mgp_status_t make_rows(mgp_session_t *s, const mgp_words_list_t *words, boundary_t *b) {
  mgp_bound_t *d_rows[KINDS];
  MGP_TRY(alloc_parts(s, b));
  for (int k = 0; k < KINDS; k++) {
    if (s->partitions == 1) {
      d_rows[k] = s->nparts ? (mgp_bound_t *)(uintptr_t)s->now->parts[0].raw.bounds[k] : NULL;
      continue;
    }
    const uint64_t n = b->first[k][s->rank + 1] - b->first[k][s->rank];
    MGP_TRY(mgp_scratch_alloc(s, n * sizeof **d_rows, &b->d_rows[k]));
    d_rows[k] = b->d_rows[k];
  }
  return s->be->ops->bound_rows(s->be, words->d_word, words->n, b->range, b->count, d_rows);
}

static mgp_status_t deal_rows(mgp_session_t *s, mgp_status_t st, const boundary_t *b) {
  mgp_deal_t kind[KINDS];
  if (s->partitions == 1) return mgp_comm_agree(s->comm, st);
  for (int k = 0; k < KINDS; k++) {
    kind[k].first = b->first[k];
    kind[k].words = sizeof(mgp_bound_t) / 4;
    kind[k].d_rows = b->d_rows[k];
    for (uint32_t i = 0; i < s->nparts; i++)
      kind[k].d_part[i] = (void *)(uintptr_t)s->now->parts[i].raw.bounds[k];
  }
  return mgp_deal(s, st, kind, KINDS);
}

mgp_status_t mgp_memory_boundary(mgp_session_t *s, const mgp_words_list_t *words) {
  boundary_t *b;
  MGP_TRY(mgp_comm_agree(s->comm, mgp_host_alloc(s, MGP_MEM_SCRATCH, sizeof *b, &b)));
  memset(b, 0, sizeof *b);
  mgp_status_t st = share_ranges(s, words, b);
  if (st == MGP_OK) st = deal_rows(s, make_rows(s, words, b), b);
  for (int k = 0; k < KINDS; k++) s->be->ops->free(s->be, b->d_rows[k]);
  mgp_host_free(s, b);
  return st;
}
