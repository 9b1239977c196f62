/* Time by phase and kernel on the device, for MGP_CUDA_PROFILE=1: each kernel is waited for, so a
 * run is slower than it would be. */
#ifndef MGP_CUDA_PROFILE_H
#define MGP_CUDA_PROFILE_H

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mgp_profile mgp_profile_t;

mgp_profile_t *mgp_profile_create(void); /* NULL if out of memory */
void mgp_profile_destroy(mgp_profile_t *p);
/* `name` took so long. phase: a literal. */
void mgp_profile_add(mgp_profile_t *p, const char *phase, const char *name, uint64_t ns);
/* A table of each phase, the longest first, and one of all. */
void mgp_profile_print(const mgp_profile_t *p, FILE *f);

#ifdef __cplusplus
}
#endif

#endif
