#include "prover/deal.h"

#include <string.h>

mgp_status_t mgp_deal(mgp_session_t *s, mgp_status_t local, const void *rows, size_t size,
                      uint64_t n, mgp_deal_t *out) {
  mgp_comm_parts_t counts = {0};
  uint64_t nbytes[MGP_MAX_RANKS] = {0}, total = 0, before = 0;
  MGP_TRY(mgp_comm_allgatherv(s->comm, local, &n, sizeof n, &counts));
  for (uint32_t r = 0; r < s->nranks; r++) {
    uint64_t of_rank;
    memcpy(&of_rank, counts.data + r * sizeof n, sizeof n);
    if (r < s->rank) before += of_rank;
    total += of_rank;
  }
  mgp_comm_parts_free(&counts);
  for (uint32_t p = 0; p < s->params.partitions; p++) {
    uint64_t lo = mgp_deal_first(s, total, p), hi = mgp_deal_first(s, total, p + 1);
    lo = lo < before ? before : lo;
    hi = hi > before + n ? before + n : hi;
    if (lo < hi) nbytes[mgp_part_owner(s, p)] += (hi - lo) * size;
  }
  MGP_TRY(mgp_comm_alltoallv(s->comm, MGP_OK, rows, nbytes, &out->all));
  const uint8_t *at = out->all.data;
  out->total = total;
  for (uint32_t i = 0; i < s->nparts; i++) {
    out->first[i] = mgp_deal_first(s, total, s->parts[i].p);
    out->n[i] = mgp_deal_first(s, total, s->parts[i].p + 1) - out->first[i];
    out->rows[i] = at;
    at += out->n[i] * size;
  }
  return MGP_OK;
}

void mgp_deal_free(mgp_deal_t *d) {
  mgp_comm_parts_free(&d->all);
}
