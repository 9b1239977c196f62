/* The checked calls of a backend by name, for MGP_CUDA_SITES=1: what a test needs to know that
 * makes each of them fail (MGP_CUDA_FAIL). */
#ifndef MGP_CUDA_SITES_H
#define MGP_CUDA_SITES_H

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mgp_sites mgp_sites_t;

mgp_sites_t *mgp_sites_create(void); /* NULL if out of memory */
void mgp_sites_destroy(mgp_sites_t *s);
/* Call number n is one of `name`, a literal. */
void mgp_sites_add(mgp_sites_t *s, const char *name, uint64_t n);
/* A line for each name: "site FIRST LAST CALLS NAME". */
void mgp_sites_print(const mgp_sites_t *s, FILE *f);

#ifdef __cplusplus
}
#endif

#endif
