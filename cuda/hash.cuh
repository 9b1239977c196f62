/* Hash kernels (docs/protocol.md section 1): leaf sponge, nodes, trees. All device pointers. */
#ifndef MGP_CUDA_HASH_CUH
#define MGP_CUDA_HASH_CUH

#include "state.cuh"

extern "C" {
#include "backend/tree_shape.h"
}

/* Absorbs ncols >= 1 columns (plane c at d_cols + c * stride) into rows [0, count): first: fresh
 * states of rows of row_words words, else the capacities in d_state; last: leaves digests in
 * d_state, else capacities. Unless last, ncols is a multiple of 8. */
mgp_status_t mgp_cuda_absorb(mgp_cuda_t *cu, const mgp_f_t *d_cols, size_t stride, uint32_t ncols,
                             uint32_t row_words, bool first, bool last, mgp_digest_t *d_state,
                             size_t count);
/* Leaf digests of `count` cosets of 2^k consecutive positions of ext planes of `stride` words. */
mgp_status_t mgp_cuda_coset_leaves(mgp_cuda_t *cu, const mgp_f_t *d_code, size_t stride, unsigned k,
                                   mgp_digest_t *d_out, size_t count);
/* d_out[i] = node(d_in[2i], d_in[2i+1]), i < count; must not overlap. */
mgp_status_t mgp_cuda_nodes(mgp_cuda_t *cu, const mgp_digest_t *d_in, mgp_digest_t *d_out,
                            size_t count);
/* Independent permutations of states [count][16], in place (benchmark, tests). */
mgp_status_t mgp_cuda_permute(mgp_cuda_t *cu, mgp_f_t *d_states, unsigned times, size_t count);

/* Fills the levels of a whole tree (backend/tree_shape.h) above the leaves, below nodes [first,
 * first + n) of the cap. */
mgp_status_t mgp_cuda_tree_build(mgp_cuda_t *cu, mgp_digest_t *d_tree, unsigned h, size_t first,
                                 size_t n);
/* 2^log_n nodes in d_nodes to those `levels` up, to and fro between d_nodes and d_spare, which has
 * room for half of them; *d_out: where they ended. */
mgp_status_t mgp_cuda_reduce_nodes(mgp_cuda_t *cu, mgp_digest_t *d_nodes, mgp_digest_t *d_spare,
                                   unsigned log_n, unsigned levels, mgp_digest_t **d_out);
/* Siblings of leaves d_leaf[n] from the bottom up, [n][h - cap depth]. */
mgp_status_t mgp_cuda_tree_paths(mgp_cuda_t *cu, const mgp_digest_t *d_tree, unsigned h,
                                 const uint32_t *d_leaf, uint32_t n, mgp_digest_t *d_paths);

#endif
