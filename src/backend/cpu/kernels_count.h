/* Values of a chip's expressions on blocks of rows, for counting lookup requests. */
#ifndef MGP_BACKEND_CPU_KERNELS_COUNT_H
#define MGP_BACKEND_CPU_KERNELS_COUNT_H

#include "backend/cpu/kernels.h"

#define MGP_COUNT_ROWS  32u
#define MGP_COUNT_NODES 512u /* under the requests of a chip */

typedef struct {
  uint32_t nnodes;
  mgp_xnode_t node[MGP_COUNT_NODES]; /* operands before their use */
  uint8_t wanted[MGP_COUNT_NODES];   /* as canonical integers */
} mgp_count_program_t;

typedef struct {
  /* value[i] of node i on MGP_COUNT_ROWS rows from `trace` on (column c at c * stride). */
  void (*eval)(const mgp_count_program_t *p, const mgp_f_t *trace, size_t stride,
               uint32_t (*value)[MGP_COUNT_ROWS]);
} mgp_count_kernels_t;

MGP_KERNEL_TABLES(mgp_count_kernels_t, mgp_count_kernels)

#endif
