/* The chips of a backend: their forms, on the device too, and their kernels. */
#ifndef MGP_CUDA_CHIPS_CUH
#define MGP_CUDA_CHIPS_CUH

#include "task_ops.cuh"

typedef struct mgp_cuda_chips mgp_cuda_chips_t;

/* Forms of all chips of a set; NULL gives none. Host memory only. */
mgp_status_t mgp_cuda_chips_create(const mgp_chipset_t *set, mgp_cuda_chips_t **out);
void mgp_cuda_chips_destroy(mgp_cuda_chips_t *chips); /* NULL is fine */
/* Bytes that they take on the device, and their copy there (nbytes of class PLAN). */
uint64_t mgp_cuda_chips_bytes(const mgp_cuda_chips_t *chips);
mgp_status_t mgp_cuda_chips_upload(mgp_cuda_t *cu, mgp_cuda_chips_t *chips);
void mgp_cuda_chips_drop(mgp_cuda_t *cu, mgp_cuda_chips_t *chips);

/* Loads all kernels of chip proofs from another thread while this one goes on: a few hundred take
 * the driver some tenths of a second. */
void mgp_cuda_chips_load(mgp_cuda_chips_t *chips, int device);

/* NULL if there are no chips or the chip has no interactions. */
const mgp_form_t *mgp_cuda_form(const mgp_cuda_chips_t *chips, mgp_chip_id_t id);
const uint32_t *mgp_cuda_form_words(const mgp_cuda_chips_t *chips, mgp_chip_id_t id);
/* Its own kernels if they were made from this declaration, else those that interpret. */
const mgp_cuda_chip_t *mgp_cuda_chip(const mgp_cuda_chips_t *chips, mgp_chip_id_t id);

#endif
