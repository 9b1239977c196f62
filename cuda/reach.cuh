/* Memory of other ranks' devices that this one's kernels read and write as its own, over NVLink:
 * sums over ranks in one launch each. Part of link.cu's links; works without NCCL's help. */
#ifndef MGP_CUDA_REACH_CUH
#define MGP_CUDA_REACH_CUH

#include <pthread.h>

#include "state.cuh"

extern "C" {
#include "backend/device.h"
}

/* A rank's arena as others see it; kept in bytes in mgp_device_door_t. All zero: closed. */
typedef struct {
  uint8_t process[16]; /* of the process that has it, and of no other */
  char boot[40];       /* of its machine, since that was started */
  char pci[MGP_DEVICE_PCI_MAX];
  uint8_t handle[64]; /* CUDA's, for other processes */
  uint64_t address, nbytes;
  int32_t device; /* in its process */
} mgp_cuda_door_t;

typedef struct {
  mgp_cuda_door_t door;
  uint8_t *d_base; /* its arena, from here; NULL: not reached */
  bool opened;     /* by its handle */
} mgp_cuda_peer_t;

typedef struct {
  uint32_t rank, size;
  int device;
  mgp_cuda_peer_t *peer; /* [size]; NULL: never tried */
  pthread_t thread;      /* opens doors, which takes 20 ms each */
  bool opening;
  char why[160]; /* a door stayed closed, or empty */
} mgp_cuda_reach_t;

/* Local. Closed where CUDA has no way in for others. */
void mgp_cuda_door(mgp_cuda_t *cu, mgp_device_door_t *out);
/* all: [size] doors, the own one too. Begins to open the others' if one is not as it was the last
 * time: *fresh, the same on every rank. */
mgp_status_t mgp_cuda_reach_begin(mgp_cuda_reach_t *r, mgp_cuda_t *cu, const mgp_device_door_t *all,
                                  bool *fresh);
/* Waits for that: whether all are open. */
bool mgp_cuda_reach_end(mgp_cuda_reach_t *r);
void mgp_cuda_reach_close(mgp_cuda_reach_t *r);

/* Reads a little of each arena, on the stream `side`. */
mgp_status_t mgp_cuda_reach_wake(mgp_cuda_reach_t *r, mgp_cuda_t *cu);
/* Starts this rank's share of a sum: of n words at offset at[rank] of each arena, those of its
 * slice are added, mod p or mod 2^32, and written to all arenas. No other rank touches these. */
mgp_status_t mgp_cuda_reach_sum(mgp_cuda_reach_t *r, mgp_cuda_t *cu, const uint64_t *at, uint64_t n,
                                bool field);

#endif
