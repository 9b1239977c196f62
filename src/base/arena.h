/* Sub-allocation of one block of memory. Knows offsets, not pointers.
 *
 * First fit, from the low end for what lives long and from the high end for the rest, so that
 * scratch does not cut the space between lasting pieces. The same calls give the same offsets. */
#ifndef MGP_BASE_ARENA_H
#define MGP_BASE_ARENA_H

#include <stdint.h>

typedef struct mgp_arena mgp_arena_t;

/* NULL if out of host memory. */
mgp_arena_t *mgp_arena_create(uint64_t nbytes);
void mgp_arena_destroy(mgp_arena_t *a); /* NULL is fine */
/* Returns 1 and the offset of nbytes > 0, or 0 if there is no such gap. */
int mgp_arena_take(mgp_arena_t *a, uint64_t nbytes, int from_high, uint64_t *offset);
/* Gives back the piece that starts at offset; its size, or 0 if there is none. */
uint64_t mgp_arena_give(mgp_arena_t *a, uint64_t offset);
uint64_t mgp_arena_size(const mgp_arena_t *a);
uint64_t mgp_arena_used(const mgp_arena_t *a);
uint64_t mgp_arena_largest_gap(const mgp_arena_t *a);

#endif
