/* What is kept of a committed matrix, shared by the commit and the query stream. */
#ifndef MGP_CUDA_COMMIT_CUH
#define MGP_CUDA_COMMIT_CUH

#include "hash.cuh"

struct mgp_tree {
  unsigned s, kept_depth;
  uint32_t ncols;
  mgp_digest_t *d_kept;  /* 2^kept_depth nodes; NULL if all is kept: */
  mgp_f_t *d_codewords;  /* [ncols][2^(s+1)] */
  mgp_digest_t *d_whole; /* mgp_whole_tree_count(s + 1) */
};

/* Columns of the buffer of codewords. After the last block it takes the level above the leaves, 16
 * bytes a row. */
static inline uint32_t mgp_cuda_block_columns(uint32_t ncols) {
  const uint32_t n = ncols < MGP_BLOCK_COLUMNS ? ncols : MGP_BLOCK_COLUMNS;
  return n < 4 ? 4 : n;
}

#endif
