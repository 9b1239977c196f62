/* Query stream: the columns are encoded again, but only the subtrees below the kept nodes that hold
 * a queried row are computed and hashed. */
#include <string.h>

#include "backend/cpu/commit.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/kernels_hash.h"
#include "backend/cpu/ntt.h"

#define CHUNK ((size_t)512) /* rows hashed at a time */

struct mgp_query_stream {
  const mgp_tree_t *tree;
  uint32_t npos, fed;
  uint32_t *pos;
  /* none of these if the tree is kept whole */
  uint32_t nblocks;
  uint32_t *blocks;  /* needed kept nodes, ascending */
  uint32_t *slot;    /* of each kept node: its number in blocks, if needed */
  mgp_f_t *codeword; /* of the current column; only the needed blocks are right */
  mgp_f_t *gathered; /* needed blocks of up to 8 columns: [8][stride], block after block */
  size_t stride;
  mgp_digest_t *state; /* [nblocks][rows of a block] */
  mgp_digest_t *nodes; /* the kept nodes, reduced in query_end */
  mgp_f_t *rows;       /* [npos][ncols] */
};

uint64_t mgp_cpu_query_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                             uint32_t npos) {
  (void)be;
  const unsigned kept = mgp_kept_depth(s, keep_log);
  const uint64_t nodes = (uint64_t)1 << kept, blocks = mgp_most_blocks(kept, npos);
  const uint64_t rows = blocks << (s + 1 - kept);
  return sizeof(mgp_query_stream_t) + sizeof(uint32_t) * (npos + blocks + nodes) +
         sizeof(mgp_f_t) * (((uint64_t)2 << s) + mgp_block_columns(ncols) * mgp_code_stride(rows) +
                            (uint64_t)npos * ncols) +
         sizeof(mgp_digest_t) * (rows + nodes);
}

static mgp_status_t begin_replay(mgp_backend_t *be, mgp_query_stream_t *qs) {
  const mgp_tree_t *tree = qs->tree;
  const unsigned kept = tree->kept_depth, below = tree->s + 1 - kept;
  const size_t nodes = (size_t)1 << kept, blocks = mgp_most_blocks(kept, qs->npos);
  const size_t rows = blocks << below;
  qs->stride = mgp_code_stride(rows);
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, blocks, &qs->blocks));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, nodes, &qs->slot));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, (size_t)2 << tree->s, &qs->codeword));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, mgp_block_columns(tree->ncols) * qs->stride, &qs->gathered));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, rows, &qs->state));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, nodes, &qs->nodes));
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, (size_t)qs->npos * tree->ncols, &qs->rows));
  memset(qs->slot, 0, nodes * sizeof qs->slot[0]);
  for (uint32_t i = 0; i < qs->npos; i++) qs->slot[qs->pos[i] >> below] = 1;
  for (uint32_t b = 0; b < nodes; b++) {
    if (!qs->slot[b]) continue;
    qs->slot[b] = qs->nblocks;
    qs->blocks[qs->nblocks++] = b;
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_query_begin(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                                 uint32_t npos, mgp_query_stream_t **out, int *needs_columns) {
  for (uint32_t i = 0; i < npos; i++)
    if (pos[i] >> (tree->s + 1))
      return mgp_fail(MGP_INTERNAL, "query of row %u of 2^%u", pos[i], tree->s + 1);
  MGP_TRY(mgp_ntt_prepare(mgp_cpu_of(be), tree->s + 1));
  mgp_query_stream_t *qs;
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, 1, &qs));
  *qs = (mgp_query_stream_t){.tree = tree, .npos = npos};
  mgp_status_t st = MGP_NEW(be, MGP_MEM_SCRATCH, npos, &qs->pos);
  if (st == MGP_OK) {
    if (npos) memcpy(qs->pos, pos, npos * sizeof pos[0]);
    if (tree->kept) st = begin_replay(be, qs);
  }
  if (st != MGP_OK) {
    mgp_cpu_query_abort(be, qs);
    return st;
  }
  *out = qs;
  *needs_columns = tree->kept != NULL;
  return MGP_OK;
}

mgp_status_t mgp_cpu_query_column(mgp_backend_t *be, mgp_query_stream_t *qs, const mgp_f_t *d_col) {
  mgp_cpu_t *cpu = mgp_cpu_of(be);
  const mgp_hash_kernels_t *k = mgp_hash_kernels(cpu->isa);
  const mgp_tree_t *tree = qs->tree;
  if (!tree->kept || qs->fed == tree->ncols)
    return mgp_fail(MGP_INTERNAL, "query: more columns than the %u of the matrix",
                    tree->kept ? tree->ncols : 0);
  const unsigned below = tree->s + 1 - tree->kept_depth;
  const uint32_t in_block = qs->fed % MGP_BLOCK_COLUMNS;
  const size_t rows = (size_t)qs->nblocks << below;
  if (qs->nblocks)
    mgp_ntt_encode_blocks(cpu, d_col, tree->s, tree->kept_depth, qs->blocks, qs->nblocks,
                          qs->codeword);
  for (uint32_t i = 0; i < qs->nblocks; i++)
    memcpy(qs->gathered + in_block * qs->stride + ((size_t)i << below),
           qs->codeword + ((size_t)qs->blocks[i] << below), sizeof(mgp_f_t) << below);
  for (uint32_t i = 0; i < qs->npos; i++)
    qs->rows[(size_t)i * tree->ncols + qs->fed] = qs->codeword[qs->pos[i]];
  qs->fed++;
  const int last = qs->fed == tree->ncols;
  if (in_block + 1 < MGP_BLOCK_COLUMNS && !last) return MGP_OK;
  const int first = qs->fed == in_block + 1;
  const size_t chunks = (rows + CHUNK - 1) / CHUNK;
  MGP_OMP(omp parallel for schedule(static) num_threads(be->threads) if (chunks > 1))
  for (size_t i = 0; i < chunks; i++) {
    size_t from = i * CHUNK, n = rows - from < CHUNK ? rows - from : CHUNK;
    k->absorb(qs->gathered + from, qs->stride, in_block + 1, tree->ncols, first, last,
              qs->state + from, n);
  }
  return MGP_OK;
}

/* Paths up to the kept nodes, level by level; each level takes the place of the one below. */
static mgp_status_t replayed_paths(mgp_cpu_t *cpu, mgp_query_stream_t *qs, mgp_digest_t *paths) {
  const mgp_hash_kernels_t *k = mgp_hash_kernels(cpu->isa);
  const mgp_tree_t *tree = qs->tree;
  const unsigned kept = tree->kept_depth, below = tree->s + 1 - kept;
  const size_t path_length = tree->s + 1 - mgp_cap_log(tree->s + 1);
  for (unsigned l = 0; l < below; l++) {
    for (uint32_t i = 0; i < qs->npos; i++) {
      size_t row = qs->pos[i] & (((size_t)1 << below) - 1);
      const mgp_digest_t *block = qs->state + ((size_t)qs->slot[qs->pos[i] >> below] << below);
      memcpy(paths[i * path_length + l], block[row >> l ^ 1], sizeof block[0]);
    }
    MGP_OMP(omp parallel for schedule(static) num_threads(cpu->base.threads) if (qs->nblocks > 1))
    for (uint32_t i = 0; i < qs->nblocks; i++) {
      mgp_digest_t *block = qs->state + ((size_t)i << below);
      k->nodes(block, block, (size_t)1 << (below - l - 1));
    }
  }
  for (uint32_t i = 0; i < qs->nblocks; i++)
    if (memcmp(qs->state + ((size_t)i << below), tree->kept + qs->blocks[i],
               sizeof(mgp_digest_t)) != 0)
      return mgp_fail(MGP_INTERNAL,
                      "stale replay: the columns fed for the queries are not the committed ones "
                      "(node %u at depth %u differs)",
                      qs->blocks[i], kept);
  memcpy(qs->nodes, tree->kept, sizeof(mgp_digest_t) << kept);
  for (unsigned l = below; l < path_length; l++) {
    for (uint32_t i = 0; i < qs->npos; i++)
      memcpy(paths[i * path_length + l], qs->nodes[qs->pos[i] >> l ^ 1], sizeof paths[0]);
    mgp_tree_reduce(cpu, qs->nodes, tree->s + 1 - l, 1);
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_query_end(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                               mgp_digest_t *paths) {
  const mgp_tree_t *tree = qs->tree;
  const size_t path_length = tree->s + 1 - mgp_cap_log(tree->s + 1);
  mgp_status_t st = MGP_OK;
  if (!tree->kept) {
    for (uint32_t i = 0; i < qs->npos; i++) {
      for (uint32_t c = 0; c < tree->ncols; c++)
        rows[(size_t)i * tree->ncols + c] = tree->codewords[c * tree->stride + qs->pos[i]];
      mgp_whole_tree_path(tree->whole, tree->s + 1, qs->pos[i], paths + i * path_length);
    }
  } else if (qs->fed != tree->ncols) {
    st = mgp_fail(MGP_INTERNAL, "query: %u columns of %u were fed", qs->fed, tree->ncols);
  } else if (qs->npos) {
    st = replayed_paths(mgp_cpu_of(be), qs, paths);
    if (st == MGP_OK) memcpy(rows, qs->rows, (size_t)qs->npos * tree->ncols * sizeof rows[0]);
  }
  mgp_cpu_query_abort(be, qs);
  return st;
}

void mgp_cpu_query_abort(mgp_backend_t *be, mgp_query_stream_t *qs) {
  if (!qs) return;
  mgp_ledger_free(be->ledger, qs->rows);
  mgp_ledger_free(be->ledger, qs->nodes);
  mgp_ledger_free(be->ledger, qs->state);
  mgp_ledger_free(be->ledger, qs->gathered);
  mgp_ledger_free(be->ledger, qs->codeword);
  mgp_ledger_free(be->ledger, qs->slot);
  mgp_ledger_free(be->ledger, qs->blocks);
  mgp_ledger_free(be->ledger, qs->pos);
  mgp_ledger_free(be->ledger, qs);
}
