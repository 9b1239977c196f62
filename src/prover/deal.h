/* Sorted rows that lie on the ranks in order, in device memory, are cut into P equal parts, and
 * each goes to the rank that holds the partition. */
#ifndef MGP_PROVER_DEAL_H
#define MGP_PROVER_DEAL_H

#include "prover/session.h"

/* The first row, of `total`, of partition p. */
static inline uint64_t mgp_deal_first(const mgp_session_t *s, uint64_t total, uint32_t p) {
  return total * p / s->partitions;
}
/* Number of rows of partition p. */
static inline uint32_t mgp_deal_rows(const mgp_session_t *s, uint64_t total, uint32_t p) {
  return (uint32_t)(mgp_deal_first(s, total, p + 1) - mgp_deal_first(s, total, p));
}

/* Rows of one kind. */
typedef struct {
  const uint64_t *first; /* [nranks + 1]: number, among all, of each rank's first row; how many */
  size_t words;          /* of a row */
  const void *d_rows;    /* this rank's */
  void *d_part[MGP_MAX_PARTITIONS]; /* room for those of each own partition */
} mgp_deal_t;

/* All of `count` kinds, if all ranks have theirs, which `local` says. Collective. */
mgp_status_t mgp_deal(mgp_session_t *s, mgp_status_t local, const mgp_deal_t *kinds,
                      uint32_t count);

#endif
