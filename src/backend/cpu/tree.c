#include "backend/cpu/tree.h"

#include <string.h>

#include "backend/cpu/kernels_hash.h"

#define CHUNK_LOG 9u /* nodes that a thread takes at a time */

void mgp_tree_reduce(mgp_cpu_t *cpu, mgp_digest_t *nodes, unsigned log_n, unsigned levels) {
  const mgp_hash_kernels_t *k = mgp_hash_kernels(cpu->isa);
  while (levels) {
    const unsigned down = levels < CHUNK_LOG ? levels : CHUNK_LOG;
    const unsigned chunk_log = log_n < CHUNK_LOG ? log_n : CHUNK_LOG;
    const size_t chunks = (size_t)1 << (log_n - chunk_log), left = (size_t)1 << (chunk_log - down);
    MGP_OMP(omp parallel for schedule(static) num_threads(cpu->base.threads) if (chunks > 1))
    for (size_t i = 0; i < chunks; i++) {
      mgp_digest_t *at = nodes + (i << chunk_log);
      for (unsigned l = 1; l <= down; l++) k->nodes(at, at, (size_t)1 << (chunk_log - l));
    }
    for (size_t i = 1; i < chunks; i++)
      memcpy(nodes[i * left], nodes[i << chunk_log], left * sizeof nodes[0]);
    log_n -= down;
    levels -= down;
  }
}

void mgp_whole_tree_build(mgp_cpu_t *cpu, mgp_digest_t *tree, unsigned h, size_t first, size_t n) {
  const mgp_hash_kernels_t *k = mgp_hash_kernels(cpu->isa);
  for (unsigned depth = h; depth > mgp_cap_log(h); depth--) {
    const unsigned below = depth - 1 - mgp_cap_log(h); /* levels that the parents are below it */
    const size_t from = first << below, count = n << below, most = (size_t)1 << CHUNK_LOG;
    const mgp_digest_t *in = tree + mgp_whole_tree_level(h, depth) + 2 * from;
    mgp_digest_t *out = tree + mgp_whole_tree_level(h, depth - 1) + from;
    MGP_OMP(omp parallel for schedule(static) num_threads(cpu->base.threads) if (count > most))
    for (size_t i = 0; i < count; i += most)
      k->nodes(in + 2 * i, out + i, count - i < most ? count - i : most);
  }
}

void mgp_whole_tree_path(const mgp_digest_t *tree, unsigned h, uint32_t leaf, mgp_digest_t *path) {
  for (unsigned depth = h; depth > mgp_cap_log(h); depth--, leaf >>= 1)
    memcpy(path[h - depth], tree[mgp_whole_tree_level(h, depth) + (leaf ^ 1)], sizeof path[0]);
}
