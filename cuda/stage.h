/* Copies between the caller's memory and the staging buffer: one core alone is slower than the bus.
 */
#ifndef MGP_CUDA_STAGE_H
#define MGP_CUDA_STAGE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* memcpy by several threads if it is long. */
void mgp_stage_copy(void *dst, const void *src, size_t nbytes);

#ifdef __cplusplus
}
#endif

#endif
