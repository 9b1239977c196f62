/* Collectives between GPUs: backend/device.h, by NCCL. In builds with it only. */
#ifndef MGP_CUDA_LINK_CUH
#define MGP_CUDA_LINK_CUH

#include "state.cuh"

extern "C" const mgp_device_link_ops_t mgp_cuda_link;

#endif
