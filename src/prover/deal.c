#include "prover/deal.h"

/* The rows of a kind that rank r has and partition p gets: how many, from which of the rank's and
 * to which of the partition's on. */
static uint64_t shared_rows(const mgp_session_t *s, const mgp_deal_t *d, uint32_t r, uint32_t p,
                            uint64_t *from, uint64_t *to) {
  const uint64_t total = d->first[s->nranks], part = mgp_deal_first(s, total, p);
  uint64_t lo = part, hi = mgp_deal_first(s, total, p + 1);
  lo = lo < d->first[r] ? d->first[r] : lo;
  hi = hi > d->first[r + 1] ? d->first[r + 1] : hi;
  if (lo >= hi) return 0;
  *from = lo - d->first[r];
  *to = lo - part;
  return hi - lo;
}

static mgp_device_piece_t piece_of(uint32_t rank, const void *d_rows, size_t words, uint64_t first,
                                   uint64_t n) {
  return (mgp_device_piece_t){rank, (uint32_t *)(uintptr_t)d_rows + first * words, n * words};
}

static uint32_t list_out(const mgp_session_t *s, const mgp_deal_t *kinds, uint32_t count,
                         mgp_device_piece_t *out) {
  uint32_t nout = 0;
  for (uint32_t p = 0; p < s->partitions; p++)
    for (uint32_t k = 0; k < count; k++) {
      uint64_t from, to;
      const uint64_t n = shared_rows(s, &kinds[k], s->rank, p, &from, &to);
      if (n) out[nout++] = piece_of(mgp_part_owner(s, p), kinds[k].d_rows, kinds[k].words, from, n);
    }
  return nout;
}

static uint32_t list_in(const mgp_session_t *s, const mgp_deal_t *kinds, uint32_t count,
                        mgp_device_piece_t *in) {
  uint32_t nin = 0;
  for (uint32_t r = 0; r < s->nranks; r++)
    for (uint32_t i = 0; i < s->nparts; i++)
      for (uint32_t k = 0; k < count; k++) {
        uint64_t from, to;
        const uint64_t n = shared_rows(s, &kinds[k], r, s->now->parts[i].p, &from, &to);
        if (n) in[nin++] = piece_of(r, kinds[k].d_part[i], kinds[k].words, to, n);
      }
  return nin;
}

mgp_status_t mgp_deal(mgp_session_t *s, mgp_status_t local, const mgp_deal_t *kinds,
                      uint32_t count) {
  const size_t most[2] = {(size_t)s->partitions * count, (size_t)s->nranks * s->nparts * count};
  mgp_device_piece_t *piece = NULL;
  uint32_t nout = 0, nin = 0;
  mgp_status_t st = local;
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (most[0] + most[1]) * sizeof *piece, &piece);
  if (st == MGP_OK) {
    nout = list_out(s, kinds, count, piece);
    nin = list_in(s, kinds, count, piece + most[0]);
  }
  st = mgp_link_exchange(&s->link, st, piece, nout, piece ? piece + most[0] : NULL, nin);
  mgp_host_free(s, piece);
  return st;
}
