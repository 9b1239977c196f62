/* What of a committed matrix or word is where, the same for all backends that keep trees
 * (docs/protocol.md section 1). A tree of 2^h leaves ends at its cap, depth mgp_cap_log(h). */
#ifndef MGP_BACKEND_TREE_SHAPE_H
#define MGP_BACKEND_TREE_SHAPE_H

#include "math/poseidon2.h"
#include "protocol/shape.h"

#define MGP_BLOCK_COLUMNS ((uint32_t)MGP_P2_RATE) /* columns absorbed at a time */

/* A whole tree: leaves first, each level after the one below, up to the cap. */
static inline size_t mgp_whole_tree_count(unsigned h) {
  return ((size_t)2 << h) - ((size_t)1 << mgp_cap_log(h));
}
/* Offset of the nodes at a depth. */
MGP_HD size_t mgp_whole_tree_level(unsigned h, unsigned depth) {
  return ((size_t)2 << h) - ((size_t)2 << depth);
}

/* Depth of the nodes kept of a matrix of 2^(s+1) rows if 2^keep_log are asked for: at least the cap
 * is. */
static inline unsigned mgp_kept_depth(unsigned s, unsigned keep_log) {
  const unsigned cap = mgp_cap_log(s + 1), depth = keep_log < s + 1 ? keep_log : s + 1;
  return depth > cap ? depth : cap;
}

/* Blocks of the rows under the kept nodes that npos positions can lie in. */
static inline uint64_t mgp_most_blocks(unsigned kept_depth, uint32_t npos) {
  return npos < (uint64_t)1 << kept_depth ? npos : (uint64_t)1 << kept_depth;
}

#endif
