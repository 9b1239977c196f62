/* Records of the shard RAM to points of the curve: a row a thread. */
#include "ops.cuh"
#include "poseidon2.cuh"

#include "vm/ram_row.h"

#define THREADS 128u
/* Rows on the device at a time: their room is scratch. */
#define PIECE ((size_t)(16u << 20) / sizeof(mgp_ram_t))

static __global__ void __launch_bounds__(THREADS) ram_points(mgp_ram_t *rows, uint32_t nrows) {
  const uint32_t r = blockIdx.x * THREADS + threadIdx.x;
  if (r >= nrows) return;
  mgp_ram_t row = rows[r];
  mgp_e7_t x;
  uint32_t nonce = 0;
  do {
    mgp_f_t s[MGP_P2_WIDTH];
    mgp_ram_row_state(&row, nonce, s);
    p2_permute(s);
#pragma unroll
    for (int i = 0; i < MGP_E7_DEGREE; i++) x.c[i] = s[i];
  } while (!mgp_ram_row_point(&row, x, nonce++));
  rows[r].nonce = row.nonce;
  rows[r].y = row.y;
  rows[r].ax = row.ax;
}

mgp_status_t mgp_cuda_ram_points(mgp_backend_t *be, mgp_ram_t *rows, size_t nrows) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t piece = nrows < PIECE ? nrows : PIECE;
  mgp_ram_t *d_rows = NULL;
  mgp_status_t st = MGP_OK;
  if (nrows == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_new(cu, MGP_MEM_SCRATCH, piece, &d_rows));
  for (size_t at = 0; at < nrows && st == MGP_OK; at += piece) {
    const size_t n = nrows - at < piece ? nrows - at : piece;
    MGP_TRY_GOTO(st, mgp_cuda_upload(be, d_rows, rows + at, n * sizeof *rows), out);
    MGP_TRY_GOTO(
        st, MGP_LAUNCH(cu, ram_points, mgp_blocks(n, THREADS), THREADS, d_rows, (uint32_t)n), out);
    st = mgp_cuda_download(be, rows + at, d_rows, n * sizeof *rows);
  }
out:
  mgp_cuda_give(cu, d_rows);
  return st;
}
