#include "prover/boundary.h"

#include <string.h>

#include "prover/deal.h"

#define HINT_START (MGP_HINT_START / 4)
#define HINT_END   (MGP_HINT_END / 4)

mgp_status_t mgp_boundary_reserve(mgp_session_t *s, mgp_boundary_t *b, uint32_t n) {
  b->ngaps = mgp_program_gaps(s->prog, b->gaps);
  for (int k = 0; k < MGP_BOUND_KINDS; k++)
    MGP_TRY(
        mgp_host_alloc(s, MGP_MEM_ACCUMULATOR, ((size_t)n + 1) * sizeof **b->rows, &b->rows[k]));
  return MGP_OK;
}

void mgp_boundary_free(mgp_session_t *s, mgp_boundary_t *b) {
  for (int k = 0; k < MGP_BOUND_KINDS; k++) mgp_host_free(s, b->rows[k]);
}

void mgp_boundary_add(const mgp_session_t *s, mgp_boundary_t *b, uint32_t key, uint32_t first,
                      uint32_t last, uint32_t ts) {
  const mgp_program_t *prog = s->prog;
  int kind = MGP_BOUND_ZERO;
  uint32_t gap = 0;
  while (b->image_at < prog->nimage &&
         prog->image[b->image_at].base + prog->image[b->image_at].n <= key)
    b->image_at++;
  if (b->image_at < prog->nimage && prog->image[b->image_at].base <= key) {
    kind = MGP_BOUND_IMAGE;
  } else if (key >= HINT_START && key < HINT_END) {
    kind = MGP_BOUND_HINT;
  } else {
    while (b->gap_at + 1 < b->ngaps && b->gaps[b->gap_at].end <= key) b->gap_at++;
    gap = b->gap_at;
  }
  b->rows[kind][b->n[kind]++] = (mgp_bound_t){key, 0, gap, first, last, ts};
}

/* The last row of each kind on a rank. */
typedef struct {
  uint32_t any, key, gap;
} tail_t;

static uint32_t chain_start(const mgp_session_t *s, int kind, uint32_t gap) {
  return kind == MGP_BOUND_IMAGE  ? s->st.image_start
         : kind == MGP_BOUND_HINT ? s->st.hint_start
                                  : s->st.zero_start[gap];
}

static mgp_status_t link_chains(mgp_session_t *s, mgp_status_t local, mgp_boundary_t *b) {
  tail_t mine[MGP_BOUND_KINDS];
  mgp_comm_parts_t all = {0};
  for (int k = 0; k < MGP_BOUND_KINDS; k++) {
    mine[k] = (tail_t){b->n[k] > 0, 0, 0};
    if (b->n[k]) {
      mine[k].key = b->rows[k][b->n[k] - 1].key;
      mine[k].gap = b->rows[k][b->n[k] - 1].gap;
    }
  }
  MGP_TRY(mgp_comm_allgatherv(s->comm, local, mine, sizeof mine, &all));
  const tail_t(*tails)[MGP_BOUND_KINDS] = (const void *)all.data;
  for (int k = 0; k < MGP_BOUND_KINDS; k++) {
    uint32_t r = s->rank;
    while (r > 0 && !tails[r - 1][k].any) r--;
    for (uint32_t i = 0; i < b->n[k]; i++) {
      mgp_bound_t *row = &b->rows[k][i];
      row->prev = chain_start(s, k, row->gap);
      if (i > 0 && row[-1].gap == row->gap)
        row->prev = row[-1].key + 1;
      else if (i == 0 && r > 0 && tails[r - 1][k].gap == row->gap)
        row->prev = tails[r - 1][k].key + 1;
    }
  }
  mgp_comm_parts_free(&all);
  return MGP_OK;
}

static mgp_status_t chain_ends(mgp_session_t *s, const mgp_boundary_t *b) {
  uint64_t end[2 + MGP_MAX_GAPS] = {s->st.image_start, s->st.hint_start};
  for (uint32_t g = 0; g < b->ngaps; g++) end[2 + g] = s->st.zero_start[g];
  for (int k = 0; k < MGP_BOUND_KINDS; k++)
    for (uint32_t i = 0; i < b->n[k]; i++) {
      uint64_t *e = &end[k == MGP_BOUND_ZERO ? 2 + b->rows[k][i].gap : (uint32_t)k];
      if (*e < b->rows[k][i].key + 1) *e = b->rows[k][i].key + 1;
    }
  MGP_TRY(mgp_comm_allreduce_max_u64(s->comm, end, 2 + b->ngaps));
  s->st.image_end = (uint32_t)end[0];
  s->st.hint_end = (uint32_t)end[1];
  for (uint32_t g = 0; g < b->ngaps; g++) s->st.zero_end[g] = (uint32_t)end[2 + g];
  return MGP_OK;
}

static mgp_status_t deal_kind(mgp_session_t *s, mgp_status_t local, const mgp_boundary_t *b,
                              int kind) {
  mgp_deal_t dealt = {0};
  mgp_status_t st = MGP_OK;
  MGP_TRY(mgp_deal(s, local, b->rows[kind], sizeof(mgp_bound_t), b->n[kind], &dealt));
  for (uint32_t i = 0; i < s->nparts && st == MGP_OK; i++) {
    mgp_part_t *part = &s->parts[i];
    uint64_t n = dealt.n[i];
    mgp_bound_t *d_rows = NULL;
    st = s->be->ops->alloc(s->be, MGP_MEM_RAW, (n + 1) * sizeof *d_rows, (void **)&d_rows);
    part->raw.bounds[kind] = d_rows;
    if (st == MGP_OK) st = s->be->ops->upload(s->be, d_rows, dealt.rows[i], n * sizeof *d_rows);
    part->nbounds[kind] = (uint32_t)n;
  }
  mgp_deal_free(&dealt);
  return st;
}

mgp_status_t mgp_boundary_deal(mgp_session_t *s, mgp_status_t local, mgp_boundary_t *b) {
  MGP_TRY(link_chains(s, local, b));
  MGP_TRY(chain_ends(s, b));
  mgp_status_t st = MGP_OK;
  for (int k = 0; k < MGP_BOUND_KINDS; k++) st = deal_kind(s, st, b, k);
  return mgp_comm_agree(s->comm, st);
}
