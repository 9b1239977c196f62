/* What is kept of a committed matrix, shared by the commit and the query stream. */
#ifndef MGP_BACKEND_CPU_COMMIT_H
#define MGP_BACKEND_CPU_COMMIT_H

#include "backend/cpu/tree.h"

struct mgp_tree {
  unsigned s, kept_depth;
  uint32_t ncols;
  mgp_digest_t *kept; /* 2^kept_depth nodes; NULL if all is kept: */
  mgp_f_t *codewords; /* [ncols][stride] */
  size_t stride;
  mgp_digest_t *whole; /* mgp_whole_tree_count(s + 1) */
};

/* Words from one codeword to the next: the rows of 8 columns must not all fall in one cache set. */
static inline size_t mgp_code_stride(size_t rows) {
  return rows < 1024 ? rows : rows + 64;
}

static inline uint32_t mgp_block_columns(uint32_t ncols) {
  return ncols < MGP_BLOCK_COLUMNS ? ncols : MGP_BLOCK_COLUMNS;
}

#endif
