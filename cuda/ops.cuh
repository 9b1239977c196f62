/* Operations of the CUDA backend; see backend/backend.h for what each does. The table is in
 * backend.cu. Memory is in memory.cu, the program and the tables' columns in program.cu, chip
 * proofs in task.cu, grinding in hash.cu; the others are in files of their names, unstack beside
 * replay. */
#ifndef MGP_CUDA_OPS_CUH
#define MGP_CUDA_OPS_CUH

#include "state.cuh"

MGP_BACKEND_OPS(mgp_cuda)

#endif
