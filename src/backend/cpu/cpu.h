/* The cpu backend's own state. Device memory is the ledger's host memory. Operations of one backend
 * must not be called from two threads at a time; each spreads its work over `threads`. */
#ifndef MGP_BACKEND_CPU_CPU_H
#define MGP_BACKEND_CPU_CPU_H

#include "backend/backend.h"
#include "backend/cpu/kernels_ntt.h"

/* A loop over threads: MGP_OMP(omp parallel for num_threads(t)); nothing without OpenMP. */
#ifdef _OPENMP
#define MGP_OMP(pragma) _Pragma(#pragma)
#else
#define MGP_OMP(pragma)
#endif

typedef struct {
  mgp_backend_t base;
  mgp_isa_t isa;             /* resolved: never AUTO */
  const mgp_program_t *prog; /* of set_program */
  /* Twiddles made so far (ntt.h); a larger table takes the place of a smaller one. */
  mgp_twiddles_t twiddles;
  void *twiddle_memory;
  unsigned twiddle_log;
} mgp_cpu_t;

static inline mgp_cpu_t *mgp_cpu_of(mgp_backend_t *be) {
  return (mgp_cpu_t *)be;
}

/* Zeroed or raw memory of class SCRATCH and others, by type: MGP_NEW(be, cls, count, &pointer). */
#define MGP_NEW(be, cls, count, pointer)                                                           \
  mgp_ledger_alloc((be)->ledger, (cls), (size_t)(count) * sizeof **(pointer), (void **)(pointer))

#endif
