/* What is kept of a committed matrix, shared by the commit and the query stream. */
#ifndef MGP_CUDA_COMMIT_CUH
#define MGP_CUDA_COMMIT_CUH

#include "hash.cuh"

#define MGP_CUDA_BLOCK_COLUMNS 8u /* columns absorbed at a time: the sponge's rate */

struct mgp_tree {
  unsigned s, kept_depth;
  uint32_t ncols;
  mgp_digest_t *d_kept;  /* 2^kept_depth nodes; NULL if all is kept: */
  mgp_f_t *d_codewords;  /* [ncols][2^(s+1)] */
  mgp_digest_t *d_whole; /* mgp_cuda_tree_count(s + 1) */
};

/* At least the cap is kept. */
static inline unsigned mgp_cuda_kept_depth(unsigned s, unsigned keep_log) {
  const unsigned cap = mgp_cuda_cap_depth(s + 1), depth = keep_log < s + 1 ? keep_log : s + 1;
  return depth > cap ? depth : cap;
}

/* Columns of the buffer of codewords. After the last block it takes the level above the leaves, 16
 * bytes a row. */
static inline uint32_t mgp_cuda_block_columns(uint32_t ncols) {
  const uint32_t n = ncols < MGP_CUDA_BLOCK_COLUMNS ? ncols : MGP_CUDA_BLOCK_COLUMNS;
  return n < 4 ? 4 : n;
}

#endif
