/* What the ranks of one host show each other in memory that they share: an all-gather of a few
 * bytes by a store and a look at each other rank, in 1 or 2 us, where messages take ten. The
 * transports decide when; processes or threads are the same to it. */
#ifndef MGP_COMM_BOARD_H
#define MGP_COMM_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "comm/shared.h"

enum { MGP_BOARD_NBYTES = 1024 };

typedef struct mgp_board mgp_board_t;

uint64_t mgp_board_nbytes(uint32_t size); /* of the memory that `size` ranks share */

/* Takes shared memory of that length over, also if it fails; of one of the ranks it is the
 * maker's own (mgp_shared_offer). Nobody shows anything before all ranks have theirs. */
mgp_status_t mgp_board_create(mgp_shared_t *shared, uint32_t rank, uint32_t size,
                              mgp_board_t **out);
void mgp_board_destroy(mgp_board_t *b); /* local; NULL is fine */

/* Shows nbytes <= MGP_BOARD_NBYTES, the same number on every rank, to the others. Each show is
 * followed by takes until one has returned true. */
void mgp_board_show(mgp_board_t *b, const void *mine, uint64_t nbytes);
/* all[r] = what rank r has shown, nbytes each, if every rank has; else false. Does not wait. */
bool mgp_board_take(mgp_board_t *b, void *all, uint64_t nbytes);

/* True for the first rank that calls this, once: what only one of them may do. */
bool mgp_board_claim(mgp_board_t *b);

#endif
