/* Sizes that the two halves of a chip proof share. */
#ifndef MGP_BACKEND_CPU_TASKS_H
#define MGP_BACKEND_CPU_TASKS_H

#include "backend/cpu/block.h"
#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/parallel.h"

/* Peak scratch of each half, exact; UINT64_MAX if the chip is too large for poly.h. */
uint64_t mgp_cpu_gkr_bytes(const mgp_backend_t *be, const mgp_chip_t *chip, uint32_t nrows);
uint64_t mgp_cpu_main_bytes(const mgp_backend_t *be, const mgp_chip_t *chip, uint32_t nrows);

static inline unsigned mgp_log2_up(uint64_t n) {
  unsigned k = 0;
  while ((uint64_t)1 << k < n) k++;
  return k;
}

/* Words of the two tables of an mgp_eq_t for up to n coordinates. */
static inline size_t mgp_eq_high_stride(unsigned n) {
  size_t high = (size_t)1 << mgp_eq_high_log(n);
  return high < 16 ? 16 : high;
}
static inline size_t mgp_eq_words(unsigned n) {
  return MGP_EQ_LOW_WORDS + MGP_D * mgp_eq_high_stride(n);
}
static inline mgp_eq_t mgp_eq_place(mgp_f_t *words, unsigned n) {
  mgp_eq_t eq = {words, words + MGP_EQ_LOW_WORDS, mgp_eq_high_stride(n)};
  return eq;
}

static inline mgp_status_t mgp_scratch_words(mgp_backend_t *be, uint64_t words, mgp_f_t **out) {
  void *p = NULL;
  *out = NULL;
  if (words == 0) return MGP_OK;
  MGP_TRY(mgp_ledger_alloc(be->ledger, MGP_MEM_SCRATCH, (size_t)(words * sizeof(mgp_f_t)), &p));
  *out = p;
  return MGP_OK;
}

#endif
