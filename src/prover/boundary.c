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
  uint64_t first[MGP_MAX_RANKS + 1][KINDS]; /* number of each rank's first row, among all */
  mgp_bound_t *d_rows[KINDS];
  mgp_device_piece_t *out, *in;
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
  uint32_t chain[CHAINS] = {s->st.image_start, s->st.hint_start};
  memcpy(chain + 2, s->st.zero_start, s->st.ngaps * sizeof *chain);
  memset(b->first[0], 0, sizeof b->first[0]);
  for (uint32_t r = 0; r < s->nranks; r++) {
    memcpy(b->first[r + 1], b->first[r], sizeof b->first[r]);
    for (uint32_t g = 0; g < b->count; g++) {
      const found_t *f = &all[(size_t)r * b->count + g];
      mgp_bound_range_t *range = &b->range[g];
      if (f->n == 0) continue;
      if (r == s->rank) range->prev = chain[chain_of(range)];
      chain[chain_of(range)] = f->last + 1;
      b->first[r + 1][range->kind] += f->n;
    }
  }
  s->st.image_end = chain[MGP_BOUND_IMAGE];
  s->st.hint_end = chain[MGP_BOUND_HINT];
  memcpy(s->st.zero_end, chain + 2, s->st.ngaps * sizeof *chain);
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

/* Rows of a kind on this rank. */
static uint64_t own_rows(const mgp_session_t *s, const boundary_t *b, int kind) {
  return b->first[s->rank + 1][kind] - b->first[s->rank][kind];
}

/* First row of partition p. */
static uint64_t part_row(const mgp_session_t *s, const boundary_t *b, int kind, uint32_t p) {
  return mgp_deal_first(s, b->first[s->nranks][kind], p);
}

/* Memory of the partitions for their rows. */
static mgp_status_t alloc_parts(mgp_session_t *s, const boundary_t *b) {
  for (uint32_t i = 0; i < s->nparts; i++)
    for (int k = 0; k < KINDS; k++) {
      mgp_part_t *part = &s->parts[i];
      mgp_bound_t *d_rows = NULL;
      const uint64_t n = part_row(s, b, k, part->p + 1) - part_row(s, b, k, part->p);
      MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_RAW, (n + 1) * sizeof *d_rows, (void **)&d_rows));
      part->raw.bounds[k] = d_rows;
      part->nbounds[k] = (uint32_t)n;
    }
  return MGP_OK;
}

/* This rank's rows: where they stay if there is one partition, else to be dealt out. */
static mgp_status_t make_rows(mgp_session_t *s, const mgp_words_list_t *words, boundary_t *b) {
  mgp_bound_t *d_rows[KINDS];
  MGP_TRY(alloc_parts(s, b));
  for (int k = 0; k < KINDS; k++) {
    if (s->params.partitions == 1) {
      d_rows[k] = s->nparts ? (mgp_bound_t *)(uintptr_t)s->parts[0].raw.bounds[k] : NULL;
      continue;
    }
    MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, (own_rows(s, b, k) + 1) * sizeof **d_rows,
                              (void **)&b->d_rows[k]));
    d_rows[k] = b->d_rows[k];
  }
  return s->be->ops->bound_rows(s->be, words->d_word, words->n, b->range, b->count, d_rows);
}

/* The rows of a kind that rank r has made and partition p gets: how many, from which of the rank's
 * and to which of the partition's on. */
static uint64_t shared_rows(const mgp_session_t *s, const boundary_t *b, int kind, uint32_t r,
                            uint32_t p, uint64_t *from, uint64_t *to) {
  uint64_t lo = part_row(s, b, kind, p), hi = part_row(s, b, kind, p + 1);
  const uint64_t part = lo;
  lo = lo < b->first[r][kind] ? b->first[r][kind] : lo;
  hi = hi > b->first[r + 1][kind] ? b->first[r + 1][kind] : hi;
  if (lo >= hi) return 0;
  *from = lo - b->first[r][kind];
  *to = lo - part;
  return hi - lo;
}

static uint32_t list_out(const mgp_session_t *s, boundary_t *b) {
  uint32_t count = 0;
  for (uint32_t p = 0; p < s->params.partitions; p++)
    for (int k = 0; k < KINDS; k++) {
      uint64_t from, to;
      const uint64_t n = shared_rows(s, b, k, s->rank, p, &from, &to);
      if (n)
        b->out[count++] = (mgp_device_piece_t){
            mgp_part_owner(s, p), (uint32_t *)(b->d_rows[k] + from), n * (sizeof(mgp_bound_t) / 4)};
    }
  return count;
}

static uint32_t list_in(const mgp_session_t *s, boundary_t *b) {
  uint32_t count = 0;
  for (uint32_t r = 0; r < s->nranks; r++)
    for (uint32_t i = 0; i < s->nparts; i++)
      for (int k = 0; k < KINDS; k++) {
        uint64_t from, to;
        const uint64_t n = shared_rows(s, b, k, r, s->parts[i].p, &from, &to);
        if (n)
          b->in[count++] =
              (mgp_device_piece_t){r, (uint32_t *)(uintptr_t)(s->parts[i].raw.bounds[k] + to),
                                   n * (sizeof(mgp_bound_t) / 4)};
      }
  return count;
}

static mgp_status_t deal_rows(mgp_session_t *s, mgp_status_t st, boundary_t *b) {
  const size_t most[2] = {(size_t)s->params.partitions * KINDS,
                          (size_t)s->nranks * s->nparts * KINDS};
  uint32_t nout = 0, nin = 0;
  if (s->params.partitions == 1) return mgp_comm_agree(s->comm, st);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, most[0] * sizeof *b->out, &b->out);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (most[1] + 1) * sizeof *b->in, &b->in);
  if (st == MGP_OK) {
    nout = list_out(s, b);
    nin = list_in(s, b);
  }
  return mgp_link_exchange(&s->link, st, b->out, nout, b->in, nin);
}

mgp_status_t mgp_memory_boundary(mgp_session_t *s, const mgp_words_list_t *words) {
  boundary_t *b;
  MGP_TRY(mgp_comm_agree(s->comm, mgp_host_alloc(s, MGP_MEM_SCRATCH, sizeof *b, &b)));
  memset(b, 0, sizeof *b);
  mgp_status_t st = share_ranges(s, words, b);
  if (st == MGP_OK) st = deal_rows(s, make_rows(s, words, b), b);
  for (int k = 0; k < KINDS; k++) s->be->ops->free(s->be, b->d_rows[k]);
  mgp_host_free(s, b->out);
  mgp_host_free(s, b->in);
  mgp_host_free(s, b);
  return st;
}
