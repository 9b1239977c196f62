/* The program on the device, and the public columns of the tables made from it. */
#include <stdlib.h>
#include <string.h>

#include "ops.cuh"
#include "task_ops.cuh"

extern "C" {
#include "chips/chip.h"
}
#include "chips/table_rows.h"

#define THREADS 256u

/* The struct with device pointers, then instructions, then the words of the image. */
static size_t insns_offset(void) {
  return mgp_cuda_size(sizeof(mgp_program_t));
}
static size_t words_offset(const mgp_program_t *prog) {
  return insns_offset() + mgp_cuda_size(prog->ninsn * sizeof(mgp_insn_t));
}

uint64_t mgp_cuda_program_bytes(mgp_backend_t *be, const mgp_program_t *prog) {
  (void)be;
  return words_offset(prog) + mgp_cuda_size(prog->nimage_words * sizeof(uint32_t));
}

static mgp_status_t upload_program(mgp_cuda_t *cu, const mgp_program_t *prog, uint8_t *d_all) {
  mgp_backend_t *be = &cu->base;
  mgp_program_t copy = *prog; /* what the device has no use for points nowhere */
  mgp_insn_t *d_insns = (mgp_insn_t *)(d_all + insns_offset());
  uint32_t *d_words = (uint32_t *)(d_all + words_offset(prog));
  copy.insn = d_insns;
  copy.symbols = NULL;
  copy.strings = NULL;
  for (uint32_t i = 0; i < prog->ncode; i++) copy.code[i].words = NULL;
  for (uint32_t i = 0; i < prog->nimage; i++) {
    copy.image[i].words = d_words;
    MGP_TRY(mgp_cuda_upload(be, d_words, prog->image[i].words, prog->image[i].n * sizeof *d_words));
    d_words += prog->image[i].n;
  }
  MGP_TRY(mgp_cuda_upload(be, d_insns, prog->insn, prog->ninsn * sizeof *d_insns));
  return mgp_cuda_upload(be, d_all, &copy, sizeof copy);
}

mgp_status_t mgp_cuda_set_program(mgp_backend_t *be, const mgp_program_t *prog,
                                  const mgp_insn_t **d_insns) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  uint8_t *d_all = NULL;
  MGP_TRY(mgp_cuda_take(cu, MGP_MEM_RAW, mgp_cuda_program_bytes(be, prog), (void **)&d_all));
  mgp_status_t st = upload_program(cu, prog, d_all);
  if (st != MGP_OK) {
    mgp_cuda_give(cu, d_all);
    return st;
  }
  mgp_cuda_give(cu, cu->d_prog);
  cu->prog = prog;
  cu->d_prog = (mgp_program_t *)d_all;
  *d_insns = (const mgp_insn_t *)(d_all + insns_offset());
  return MGP_OK;
}

static __global__ void table_columns(const mgp_program_t *prog, mgp_chip_id_t table, uint32_t nrows,
                                     uint32_t nvirtual, size_t stride, mgp_f_t *out) {
  const size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x;
  uint32_t v[MGP_MAX_VIRTUAL];
  if (i >= stride) return;
  for (uint32_t k = 0; k < MGP_MAX_VIRTUAL; k++) v[k] = 0;
  if (i < nrows) mgp_table_row(table, prog, (uint32_t)i, v);
  for (uint32_t k = 0; k < nvirtual; k++) out[k * stride + i] = mgp_f_from_u32(v[k]);
}

mgp_status_t mgp_cuda_table_columns(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                    size_t stride, mgp_f_t *d_out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const mgp_chip_t *chip = &be->chips->chip[table];
  if (!chip->is_table || !cu->prog || nrows > mgp_table_rows(table, cu->prog) || stride < nrows)
    return mgp_fail(MGP_INTERNAL, "%u rows of table %s", nrows, chip->name);
  if (stride == 0) return MGP_OK;
  return MGP_LAUNCH(cu, table_columns, mgp_blocks(stride, THREADS), THREADS, cu->d_prog, table,
                    nrows, chip->nvirtual, stride, d_out);
}

void mgp_cuda_program_load(void) {
  mgp_kernel_load(table_columns);
}
