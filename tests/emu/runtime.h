/* Between the two halves of the emulation. */
#ifndef MGP_TESTS_EMU_RUNTIME_H
#define MGP_TESTS_EMU_RUNTIME_H

#include "cuda_runtime.h"

/* What the next cudaGetLastError of this host thread returns. */
void mgp_emu_set_error(cudaError_t error);
/* Whether these bytes are device memory. */
bool mgp_emu_on_device(const void *p, size_t nbytes);

#endif
