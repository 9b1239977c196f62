/* Operations of the CUDA backend; see backend/backend.h for what each does. The table is in
 * backend.cu. Memory is in memory.cu, the program and the tables' columns in program.cu, chip
 * proofs in task.cu, grinding in hash.cu; the others are in files of their names, weights and
 * passes over cells in open.cu, unstack beside replay. */
#ifndef MGP_CUDA_OPS_CUH
#define MGP_CUDA_OPS_CUH

#include "state.cuh"

MGP_BACKEND_OPS(mgp_cuda)

/* Pinned bytes that start and results of any chip proof fit in. */
uint64_t mgp_cuda_task_pinned_bytes(const mgp_cuda_t *cu);

/* Have the driver load kernels that a proof of a common size launches, before it does. */
void mgp_cuda_open_load(void);
void mgp_cuda_pair_load(void);
void mgp_cuda_hash_load(void);
void mgp_cuda_fold_load(void);

#endif
