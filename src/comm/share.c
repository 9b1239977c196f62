#include <string.h>

#include "comm/comm.h"

mgp_status_t mgp_comm_share(mgp_comm_t *c, uint64_t nbytes, mgp_shared_t *out, uint8_t *shares) {
  const uint32_t rank = mgp_comm_rank(c), size = mgp_comm_size(c);
  mgp_shared_t m = {NULL, 0, -1};
  mgp_shared_offer_t offer = {"", ""};
  uint32_t with = 0;
  *out = m;
  if (rank == 0 && mgp_comm_local_size(c) > 1) mgp_shared_offer(nbytes, &offer, &m);
  mgp_status_t st = mgp_comm_bcast(c, &offer, sizeof offer, 0);
  if (st == MGP_OK && rank != 0) mgp_shared_accept(&offer, nbytes, &m);
  const uint8_t mine = m.base != NULL;
  if (st == MGP_OK) st = mgp_comm_allgather(c, MGP_OK, &mine, sizeof mine, shares);
  if (rank == 0) mgp_shared_withdraw(&offer);
  for (uint32_t r = 0; st == MGP_OK && r < size; r++) with += shares[r];
  if (with > 1) {
    *out = m;
    return MGP_OK;
  }
  memset(shares, 0, size);
  mgp_shared_destroy(&m);
  return st;
}
