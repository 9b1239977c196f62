/* Which of many pieces of work are under way at a time in bounded memory: sizes alone say it, so
 * the plan and the proof come to the same.
 *
 * Each piece has a place of its own in one block. The largest that is left and fits beside those
 * under way starts next, so a smaller one goes ahead of one for which there is no gap; that one has
 * to wait only until one that was at least as large has ended. If none fits, the one that began
 * first is ended. */
#ifndef MGP_PROVER_WINDOW_H
#define MGP_PROVER_WINDOW_H

#include "base/ledger.h"

typedef struct mgp_window mgp_window_t;

#define MGP_WINDOW_NONE UINT32_MAX

/* Pieces of nbytes[i] > 0, i < n, in an order that never rises; it is copied. slots >= 1: most
 * under way at a time; room: bytes they may take, or the largest one's size if that is more. Memory
 * of the ledger, class PLAN. */
mgp_status_t mgp_window_create(mgp_ledger_t *ledger, const uint64_t *nbytes, uint32_t n,
                               uint32_t slots, uint64_t room, mgp_window_t **out);
void mgp_window_destroy(mgp_window_t *w); /* NULL is fine */

/* Starts the next one; *offset: of its place, a multiple of what divides all sizes. NONE if none is
 * left, or none fits. */
uint32_t mgp_window_start(mgp_window_t *w, uint64_t *offset);
/* Ends the one of those under way that began first; NONE if there is none. */
uint32_t mgp_window_end(mgp_window_t *w);
/* How many have been started, and ended. */
uint32_t mgp_window_started(const mgp_window_t *w);
uint32_t mgp_window_ended(const mgp_window_t *w);

/* Bytes of the block, if one is ended only when none can be started. Whatever has been started or
 * ended before makes no difference afterwards: the window begins again. */
uint64_t mgp_window_peak(mgp_window_t *w);

#endif
