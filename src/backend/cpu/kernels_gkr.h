/* Kernels of the fractional-sum GKR (docs/protocol.md section 5.4).
 *
 * Storage. A level that has several nodes per row holds entries of two nodes, [block of
 * rows][entry][p_0, q_0, p_1, q_1][D][MGP_BLOCK]; an odd node is paired with (0, 1). From the level
 * with one node per row on, entry i is the pair of nodes 2i, 2i + 1 and takes the place of a row.
 * Rows and entries that fill up a block are (0, 1) too, so kernels see whole blocks only.
 * Leaves are not stored: they are computed again from the trace, twice.
 *
 * Sumcheck. The summand p_0 q_1 + p_1 q_0 + lambda q_0 q_1 is P_0 q_1 + p_1 q_0 with P_0 = p_0 +
 * lambda q_0, made once per layer. Where all multiplicities of a chip are constants a leaf pair is
 * two elements instead of four: with u_i = q_i + p_i / lambda the summand is lambda u_0 u_1 -
 * p_0 p_1 / lambda, and the second part has a closed form (gkr.c). */
#ifndef MGP_BACKEND_CPU_KERNELS_GKR_H
#define MGP_BACKEND_CPU_KERNELS_GKR_H

#include "backend/cpu/block.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/poly.h"

#define MGP_LEAF_WEIGHTS 1536u
#define MGP_LEAF_PAIRS   (MGP_MAX_INTERACTIONS / 2)

/* The leaves of a trace as linear forms in columns and atoms. */
typedef struct {
  const mgp_f_t *trace, *virt;
  size_t stride;
  uint32_t ncols, nrows, count; /* count: interactions */
  int varying;                  /* some multiplicity is not constant: leaves are p, q; else q */
  mgp_e_t constant[MGP_MAX_INTERACTIONS];
  uint16_t first[MGP_MAX_INTERACTIONS + 1]; /* weights of leaf j: [first[j], first[j + 1]) */
  mgp_poly_weight_t weight[MGP_LEAF_WEIGHTS];
  mgp_f_t mult[MGP_MAX_INTERACTIONS]; /* constant multiplicities */
  mgp_poly_sum_t mult_sum[MGP_MAX_INTERACTIONS];
  mgp_poly_term_t mult_term[MGP_MAX_INTERACTIONS * 4];
  mgp_poly_t poly;
} mgp_leaves_t;

/* Per thread. */
typedef struct {
  mgp_f_t *slots;      /* [slots][MGP_BLOCK] */
  mgp_f_t *entries[2]; /* leaf entries of a block */
  mgp_f_t *node;       /* [p, q][D][MGP_BLOCK] */
} mgp_gkr_scratch_t;

typedef struct {
  const mgp_leaves_t *leaves;
  unsigned nlevels; /* stored levels with several nodes per row; level[0] has the fewest */
  mgp_f_t *level[8];
  uint32_t nodes[8];
  mgp_f_t *rows; /* entries of the level with one node per row */
  uint64_t blocks;
} mgp_gkr_build_t;

typedef enum { MGP_FOLD_NONE, MGP_FOLD_ENTRIES, MGP_FOLD_ROWS } mgp_gkr_fold_t;

/* One pass of a layer's sumcheck: fold (unless it is the first), then the round's two sums. */
typedef struct {
  /* source: leaves, if not NULL, else blocks of src */
  const mgp_leaves_t *leaves;
  int shifted; /* elements of an entry are u_0, u_1, not P_0, q_0, p_1, q_1 */
  int lift;    /* the first element is still p_0 */
  mgp_f_t *src;
  size_t src_stride; /* words per block */
  uint64_t src_blocks;
  uint32_t src_entries; /* per row */
  mgp_gkr_fold_t fold;
  mgp_e_t x, lambda;
  mgp_f_t *dst; /* if folded; may be src unless rows are folded */
  size_t dst_stride;
  /* after folding */
  uint64_t blocks;
  uint32_t entries;
  int row_pairs; /* the round's variable is a row bit */
  mgp_eq_t eq;   /* over rows, or over pairs of rows */
  mgp_e_t eq_entry[MGP_LEAF_PAIRS];
  const mgp_f_t *constant; /* entry block that stands for absent entries and blocks */
} mgp_gkr_pass_t;

typedef struct {
  /* Blocks [first, last) of all levels with one or more nodes per row. */
  void (*build)(const mgp_gkr_build_t *b, const mgp_gkr_scratch_t *scratch, uint64_t first,
                uint64_t last);
  /* The next smaller level from blocks [first, last) of `blocks`: first even; last even or the
   * end. */
  void (*up)(const mgp_f_t *src, uint64_t blocks, mgp_f_t *dst, const mgp_gkr_scratch_t *scratch,
             uint64_t first, uint64_t last);
  /* Chunks [first, last) of mgp_gkr_chunks: out = sums of h(0) and h_2 without closed forms and
   * without the factor lambda of shifted entries. */
  void (*pass)(const mgp_gkr_pass_t *a, const mgp_gkr_scratch_t *scratch, uint64_t first,
               uint64_t last, mgp_e_t out[2]);
  /* Entries of a block of leaves: [ceil(k/2)][2 or 4][D][MGP_BLOCK]. */
  void (*leaf_entries)(const mgp_leaves_t *leaves, const mgp_gkr_scratch_t *scratch, uint64_t block,
                       mgp_f_t *out);
} mgp_gkr_kernels_t;

MGP_KERNEL_TABLES(mgp_gkr_kernels_t, mgp_gkr_kernels)

/* Output blocks that share one weight of the high table. */
static inline unsigned mgp_gkr_chunk_blocks(const mgp_gkr_pass_t *a) {
  return a->row_pairs ? 2 * MGP_EQ_LOW / MGP_BLOCK : MGP_EQ_LOW / MGP_BLOCK;
}

#endif
