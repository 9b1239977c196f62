/* The CUDA backend: the table of src/backend/backend.h on one GPU. This header is plain C and the
 * only one of this folder that others include.
 *
 * All device memory is one block (the arena), taken with the first allocation or by
 * mgp_backend_cuda_reserve; every piece of it is an entry of the ledger, so ledger peaks are device
 * peaks. Pieces are multiples of MGP_CUDA_ALIGN bytes and the ledger counts them so.
 * Work goes to one stream in order; an operation that returns values to the host waits for it. Chip
 * proofs are graphs on streams of their own, up to task_slots at a time, and keep their transcripts
 * on the device (task_dev.cuh); kernels that know a chip are written at build time (gen_chips.c).
 * Errors name the call or kernel, the device and the host. With MGP_CUDA_FAIL=n in the environment
 * the n-th checked call of a backend fails (for tests), and MGP_CUDA_SITES=1 prints at the end
 * which calls there were; with MGP_CUDA_SYNC=1 each kernel is waited for, so that the one at fault
 * is named; with MGP_CUDA_POISON=1 fresh memory is filled with 0xa5; with MGP_CUDA_PROFILE=1 the
 * time by kernel is printed at the end; with MGP_CUDA_TASKS=n no more than n chip
 * proofs are under way at a time; with less than CUDA_DEVICE_MAX_CONNECTIONS=8, or without, they
 * are not under way beside other shards' work; with MGP_CUDA_LAZY=1 kernels are loaded when they
 * are first started, not beside the first phases.
 */
#ifndef MGP_CUDA_BACKEND_H
#define MGP_CUDA_BACKEND_H

#ifdef __cplusplus
extern "C" {
#endif

#include "backend/device.h"

#define MGP_CUDA_ALIGN 256u

/* Number of CUDA devices: 0 if there is no driver or no device. MGP_INTERNAL for other errors. */
mgp_status_t mgp_cuda_probe(int *ndevices);
/* Free and total bytes of a device; what ended backends have left (spare.h) counts as free. */
mgp_status_t mgp_cuda_memory(int device, uint64_t *free_bytes, uint64_t *total_bytes);

/* chips and ledger stay the caller's and must outlive the backend. MGP_RESOURCES ("no CUDA device")
 * if there is none of this number. */
mgp_status_t mgp_backend_cuda_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger, int device,
                                     mgp_backend_t **out);
/* The same; what it keeps in host memory goes to a ledger of its own. */
mgp_status_t mgp_backend_cuda_create_with(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                          mgp_ledger_t *host_ledger, int device,
                                          mgp_backend_t **out);
/* Takes the arena now, with room for nbytes, and leaves it to the next backend of the process when
 * this one ends; without this call the first allocation takes what is free less 1/16. MGP_INTERNAL
 * if there is one already. */
mgp_status_t mgp_backend_cuda_reserve(mgp_backend_t *be, uint64_t nbytes);
/* Checked calls so far: what MGP_CUDA_FAIL counts. */
uint64_t mgp_backend_cuda_calls(const mgp_backend_t *be);

#ifdef __cplusplus
}
#endif

#endif
