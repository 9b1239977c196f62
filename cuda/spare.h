/* Blocks of device memory that backends have left to the next ones of the process: to give one
 * back, and to have it cleared when it is taken again, costs 0.2 s for all of an H100's memory. The
 * process has them until it ends, or until a larger one is wanted; `shown` ones, which other
 * processes may have open, until it ends. Thread-safe. */
#ifndef MGP_CUDA_SPARE_H
#define MGP_CUDA_SPARE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest block of the device with nbytes or more, *has of them; NULL if there is none. It is
 * the caller's. */
void *mgp_spare_take(int device, uint64_t nbytes, uint64_t *has, int *shown);
/* One that is not shown, to be given back to the device; NULL if there is none. */
void *mgp_spare_take_hidden(int device);
/* Nothing on the device uses the block any more. 0 if it stays the caller's: there are too many. */
int mgp_spare_leave(int device, void *d_block, uint64_t nbytes, int shown);
/* Bytes of all that are left. */
uint64_t mgp_spare_bytes(int device);
/* What a backend can have, where `left` bytes are free beside the blocks: all of it, if a shown
 * block is nearly all; else what is free and not shown together, or a shown block. */
uint64_t mgp_spare_free(int device, uint64_t left);

#ifdef __cplusplus
}
#endif

#endif
