/* Time by phase and kernel, for MGP_CUDA_PROFILE=1: each kernel is waited for, so a run is slower
 * than it would be, and a kernel's time has its launch in it. */
#ifndef MGP_CUDA_PROFILE_H
#define MGP_CUDA_PROFILE_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mgp_profile mgp_profile_t;

mgp_profile_t *mgp_profile_create(void); /* NULL if out of memory */
void mgp_profile_destroy(mgp_profile_t *p);
/* From here on time is counted for what comes next. */
void mgp_profile_mark(mgp_profile_t *p);
/* The time since the last mark was `name`'s. phase: a literal. */
void mgp_profile_add(mgp_profile_t *p, const char *phase, const char *name);
/* A table of each phase, the longest first, and one of all. */
void mgp_profile_print(const mgp_profile_t *p, FILE *f);

#ifdef __cplusplus
}
#endif

#endif
