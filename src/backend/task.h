/* Chip proofs made round by round (docs/protocol.md section 5.4): what `cpu` and `strict` have in
 * their tables, and sizes that all backends share. */
#ifndef MGP_BACKEND_TASK_H
#define MGP_BACKEND_TASK_H

#include "backend/backend.h"

/* ceil(log2 n); 0 for n = 0 */
static inline unsigned mgp_task_log(uint64_t n) {
  unsigned k = 0;
  while (k < 63 && (uint64_t)1 << k < n) k++;
  return k;
}

/* Words that the chip proof of a trace sends. */
size_t mgp_task_words(const mgp_chip_t *chip, uint32_t nrows);

/* Tasks by the backend's own gkr_* and main_*: all is done when mgp_task_by_rounds returns. */
mgp_status_t mgp_task_keep(mgp_backend_t *be, const mgp_task_job_t *job, mgp_task_t **out);
mgp_status_t mgp_task_by_rounds(mgp_backend_t *be, mgp_task_t *task, const mgp_task_start_t *start);
mgp_status_t mgp_task_done(mgp_backend_t *be, mgp_task_t *task);
/* The prover divides by challenges where the verifier multiplies; they are zero with probability
 * 2^-123 each. */
mgp_status_t mgp_task_exceptional(void);

#endif
