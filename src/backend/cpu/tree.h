/* Hash trees over leaf digests. A tree of 2^h leaves ends at its cap, depth min(6, h). */
#ifndef MGP_BACKEND_CPU_TREE_H
#define MGP_BACKEND_CPU_TREE_H

#include "backend/cpu/cpu.h"

#define MGP_CAP_LOG 6u

static inline unsigned mgp_cap_depth(unsigned h) {
  return h < MGP_CAP_LOG ? h : MGP_CAP_LOG;
}

/* 2^log_n nodes to the 2^(log_n - levels) nodes that many levels up, in place. */
void mgp_tree_reduce(mgp_cpu_t *cpu, mgp_digest_t *nodes, unsigned log_n, unsigned levels);

/* A whole tree: leaves first, each level after the one below, up to the cap. */
static inline size_t mgp_whole_tree_count(unsigned h) {
  return ((size_t)2 << h) - ((size_t)1 << mgp_cap_depth(h));
}
/* Offset of the nodes at a depth. */
static inline size_t mgp_whole_tree_level(unsigned h, unsigned depth) {
  return ((size_t)2 << h) - ((size_t)2 << depth);
}
/* Fills the levels above the leaves, below nodes [first, first + n) of the cap. */
void mgp_whole_tree_build(mgp_cpu_t *cpu, mgp_digest_t *tree, unsigned h, size_t first, size_t n);
/* Siblings of a leaf from the bottom up: h - cap depth of them. */
void mgp_whole_tree_path(const mgp_digest_t *tree, unsigned h, uint32_t leaf, mgp_digest_t *path);

#endif
