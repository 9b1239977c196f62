/* Numbers in the order of their keys: a stable radix sort, low digit first. */
#ifndef MGP_CUDA_KEY_SORT_CUH
#define MGP_CUDA_KEY_SORT_CUH

#include "state.cuh"

/* x: key; y: what goes with it. */
typedef uint2 mgp_keyed_t;

/* Scratch of a sort: pairs and their places, taken and given back together. */
typedef struct {
  mgp_keyed_t *d_pairs; /* [n], the caller's to fill, in order after mgp_cuda_key_sort */
  mgp_keyed_t *d_other; /* [n] */
  uint32_t *d_counts;   /* [digits][tiles], then totals */
  uint32_t n;
} mgp_key_sort_t;

/* For n >= 1 pairs. */
mgp_status_t mgp_cuda_key_sort_begin(mgp_cuda_t *cu, uint32_t n, mgp_key_sort_t *s);
mgp_status_t mgp_cuda_key_sort(mgp_cuda_t *cu, const mgp_key_sort_t *s);
void mgp_cuda_key_sort_end(mgp_cuda_t *cu, mgp_key_sort_t *s); /* also of one that did not begin */

#endif
