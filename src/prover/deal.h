/* Sorted rows that lie on the ranks in order are cut into P equal parts, and each goes to the rank
 * that holds the partition. */
#ifndef MGP_PROVER_DEAL_H
#define MGP_PROVER_DEAL_H

#include "prover/session.h"

/* The first row, of `total`, of partition p. */
static inline uint64_t mgp_deal_first(const mgp_session_t *s, uint64_t total, uint32_t p) {
  return total * p / s->params.partitions;
}

typedef struct {
  mgp_comm_parts_t all;
  const uint8_t *rows[MGP_MAX_PARTITIONS]; /* of each own partition */
  uint64_t n[MGP_MAX_PARTITIONS];
  uint64_t first[MGP_MAX_PARTITIONS]; /* number of its first row among all */
  uint64_t total;                     /* rows of all partitions */
} mgp_deal_t;

/* n rows of `size` bytes each on this rank, if all ranks have theirs, which `local` says.
 * Collective. */
mgp_status_t mgp_deal(mgp_session_t *s, mgp_status_t local, const void *rows, size_t size,
                      uint64_t n, mgp_deal_t *out);
void mgp_deal_free(mgp_deal_t *d);

#endif
