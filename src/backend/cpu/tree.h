/* Hash trees over leaf digests (backend/tree_shape.h). */
#ifndef MGP_BACKEND_CPU_TREE_H
#define MGP_BACKEND_CPU_TREE_H

#include "backend/cpu/cpu.h"
#include "backend/tree_shape.h"

/* 2^log_n nodes to the 2^(log_n - levels) nodes that many levels up, in place. */
void mgp_tree_reduce(mgp_cpu_t *cpu, mgp_digest_t *nodes, unsigned log_n, unsigned levels);

/* Fills the levels of a whole tree above the leaves, below nodes [first, first + n) of the cap. */
void mgp_whole_tree_build(mgp_cpu_t *cpu, mgp_digest_t *tree, unsigned h, size_t first, size_t n);
/* Siblings of a leaf from the bottom up: h - cap depth of them. */
void mgp_whole_tree_path(const mgp_digest_t *tree, unsigned h, uint32_t leaf, mgp_digest_t *path);

#endif
