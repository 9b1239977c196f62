#include <string.h>

#include "comm/comm.h"

/* What rank 0 offers: empty if it has nothing. */
typedef struct {
  char name[MGP_SHARED_NAME_MAX], host[MGP_COMM_NAME_MAX];
} offer_t;

static void make_offer(const mgp_comm_t *c, uint64_t nbytes, mgp_shared_t *m, offer_t *offer) {
  if (!mgp_shared_wanted() || mgp_comm_local_size(c) == 1) return;
  if (mgp_shared_create(nbytes, offer->name, m) != MGP_OK) {
    offer->name[0] = '\0';
    return;
  }
  memcpy(offer->host, mgp_comm_host(c), strlen(mgp_comm_host(c)) + 1);
}

static void accept_offer(const mgp_comm_t *c, uint64_t nbytes, mgp_shared_t *m,
                         const offer_t *offer) {
  if (offer->name[0] == '\0' || !mgp_shared_wanted() || strcmp(offer->host, mgp_comm_host(c)) != 0)
    return;
  if (mgp_shared_join(offer->name, nbytes, m) != MGP_OK) m->base = NULL;
}

mgp_status_t mgp_comm_share(mgp_comm_t *c, uint64_t nbytes, mgp_shared_t *out, uint8_t *shares) {
  const uint32_t rank = mgp_comm_rank(c), size = mgp_comm_size(c);
  mgp_shared_t m = {NULL, 0, -1};
  offer_t offer = {"", ""};
  uint32_t with = 0;
  *out = m;
  if (rank == 0) make_offer(c, nbytes, &m, &offer);
  mgp_status_t st = mgp_comm_bcast(c, &offer, sizeof offer, 0);
  if (st == MGP_OK && rank != 0) accept_offer(c, nbytes, &m, &offer);
  const uint8_t mine = m.base != NULL;
  if (st == MGP_OK) st = mgp_comm_allgather(c, MGP_OK, &mine, sizeof mine, shares);
  if (rank == 0 && mine) mgp_shared_hide(offer.name);
  for (uint32_t r = 0; st == MGP_OK && r < size; r++) with += shares[r];
  if (with > 1) {
    *out = m;
    return MGP_OK;
  }
  memset(shares, 0, size);
  mgp_shared_destroy(&m);
  return st;
}
