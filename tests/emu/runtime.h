/* Between the two halves of the emulation. */
#ifndef MGP_TESTS_EMU_RUNTIME_H
#define MGP_TESTS_EMU_RUNTIME_H

#include "cuda_runtime.h"

/* What the next cudaGetLastError of this host thread returns. */
void mgp_emu_set_error(cudaError_t error);

#endif
