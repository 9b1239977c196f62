/* The cpu backend's own state. Device memory is the ledger's host memory. */
#ifndef MGP_BACKEND_CPU_CPU_H
#define MGP_BACKEND_CPU_CPU_H

#include "backend/backend.h"

#define MGP_NTT_MAX_LOG 27u

typedef struct {
  mgp_backend_t base;
  mgp_isa_t isa; /* resolved: never AUTO */
  /* twiddles of a transform of 2^L points, made at first use (ntt.h) */
  mgp_f_t *twiddles[MGP_NTT_MAX_LOG + 1];
} mgp_cpu_t;

static inline mgp_cpu_t *mgp_cpu_of(mgp_backend_t *be) {
  return (mgp_cpu_t *)be;
}

#endif
