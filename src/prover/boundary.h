/* The memory boundary while it is made: rows of this rank's key range, by the source of the first
 * value, keys ascending. Then chain values are filled in and rows dealt to partitions. */
#ifndef MGP_PROVER_BOUNDARY_H
#define MGP_PROVER_BOUNDARY_H

#include "prover/session.h"

/* Kinds in the order of their chips. */
enum { MGP_BOUND_IMAGE, MGP_BOUND_HINT, MGP_BOUND_ZERO, MGP_BOUND_KINDS };

typedef struct {
  mgp_bound_t *rows[MGP_BOUND_KINDS];
  uint32_t n[MGP_BOUND_KINDS];
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps;
  uint32_t image_at, gap_at; /* segment and gap reached: keys come ascending */
} mgp_boundary_t;

/* Room for n rows of any kind. */
mgp_status_t mgp_boundary_reserve(mgp_session_t *s, mgp_boundary_t *b, uint32_t n);
/* Adds the row of the next key. */
void mgp_boundary_add(const mgp_session_t *s, mgp_boundary_t *b, uint32_t key, uint32_t first,
                      uint32_t last, uint32_t ts);
/* Chain values, chain ends of the statement, and each partition's rows to its rank's device, if all
 * ranks have their rows, which `local` says. Collective. */
mgp_status_t mgp_boundary_deal(mgp_session_t *s, mgp_status_t local, mgp_boundary_t *b);
void mgp_boundary_free(mgp_session_t *s, mgp_boundary_t *b);

#endif
