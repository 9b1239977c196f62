/* Query stream: columns are encoded again, and the rows of the subtrees below those kept nodes that
 * hold a queried row are gathered and hashed. */
#include <stdlib.h>
#include <string.h>

#include "commit.cuh"
#include "ntt.cuh"
#include "ops.cuh"

#define THREADS 256u

struct mgp_query_stream {
  const mgp_tree_t *tree;
  uint32_t npos, fed;
  uint32_t nblocks; /* needed kept nodes */
  uint32_t *blocks; /* host: their numbers, ascending */
  uint32_t *d_pos;  /* [npos]; then, if there is a replay, [nblocks] and [npos]: */
  uint32_t *d_blocks;
  uint32_t *d_slot; /* number in blocks of each position's kept node */
  mgp_f_t *d_rows;  /* [npos][ncols] */
  mgp_digest_t *d_paths;
  /* none of these if the tree is kept whole */
  mgp_f_t *d_codeword;   /* of the current column */
  mgp_f_t *d_gathered;   /* needed blocks of up to 8 columns: [8][nblocks][rows of a block] */
  mgp_digest_t *d_state; /* [nblocks][rows of a block] */
  mgp_digest_t *d_nodes; /* the kept nodes and those above, to and fro */
};

/* --- kernels ---------------------------------------------------------------------------------- */

/* out[b][r] = code[blocks[b]][r] */
static __global__ void gather_blocks(const mgp_f_t *code, const uint32_t *blocks, unsigned below,
                                     uint64_t n, mgp_f_t *out) {
  const uint64_t i = (uint64_t)blockIdx.x * THREADS + threadIdx.x;
  if (i < n) out[i] = code[((uint64_t)blocks[i >> below] << below) + (i & ((1u << below) - 1))];
}

/* rows[i][column + c] = code[c][pos[i]] */
static __global__ void gather_rows(const mgp_f_t *code, size_t stride, const uint32_t *pos,
                                   uint32_t npos, uint32_t column, uint32_t n, uint32_t ncols,
                                   mgp_f_t *rows) {
  const uint64_t i = (uint64_t)blockIdx.x * THREADS + threadIdx.x;
  if (i >= (uint64_t)npos * n) return;
  const uint32_t c = (uint32_t)(i % n), q = (uint32_t)(i / n);
  rows[(uint64_t)q * ncols + column + c] = code[c * stride + pos[q]];
}

/* paths[i][level] = sibling of position i's node `level` levels up, of nodes [block][2^log_block]
 * at that level; slot NULL: one block. A thread per word. */
static __global__ void gather_siblings(const mgp_digest_t *nodes, const uint32_t *pos,
                                       const uint32_t *slot, uint32_t npos, unsigned level,
                                       unsigned log_block, unsigned length, mgp_digest_t *paths) {
  const uint32_t t = blockIdx.x * THREADS + threadIdx.x, i = t / MGP_DIGEST_WORDS,
                 word = t % MGP_DIGEST_WORDS;
  if (i >= npos) return;
  const uint32_t in_block = (pos[i] >> level ^ 1) & ((1u << log_block) - 1);
  const size_t block = slot ? slot[i] : 0;
  paths[(size_t)i * length + level][word] = nodes[(block << log_block) + in_block][word];
}

/* *worst = the smallest number in blocks whose node differs */
static __global__ void compare_nodes(const mgp_digest_t *nodes, const mgp_digest_t *kept,
                                     const uint32_t *blocks, uint32_t n, uint32_t *worst) {
  const uint32_t i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  for (int k = 0; k < MGP_DIGEST_WORDS; k++)
    if (nodes[i][k] != kept[blocks[i]][k]) atomicMin(worst, i);
}

/* --- begin ------------------------------------------------------------------------------------ */

/* positions, blocks, slots, and a word for the comparison */
static uint64_t list_words(unsigned kept, uint32_t npos) {
  return 2 * (uint64_t)npos + mgp_most_blocks(kept, npos) + 1;
}

static unsigned path_length(unsigned s) {
  return s + 1 - mgp_cap_log(s + 1);
}

uint64_t mgp_cuda_query_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                              uint32_t npos) {
  (void)be;
  const unsigned kept = mgp_kept_depth(s, keep_log);
  const uint64_t rows = mgp_most_blocks(kept, npos) << (s + 1 - kept);
  return mgp_cuda_size_of<uint32_t>(list_words(kept, npos)) +
         mgp_cuda_size_of<mgp_f_t>((uint64_t)npos * ncols) +
         mgp_cuda_size_of<mgp_digest_t>((uint64_t)npos * path_length(s)) +
         mgp_cuda_size_of<mgp_f_t>((uint64_t)2 << s) +
         mgp_cuda_size_of<mgp_f_t>(mgp_cuda_block_columns(ncols) * rows) +
         mgp_cuda_size_of<mgp_digest_t>(rows) +
         mgp_cuda_size_of<mgp_digest_t>((uint64_t)3 << kept >> 2);
}

static int by_value(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Lists of positions, needed kept nodes and slots, on host and device. */
static mgp_status_t make_lists(mgp_cuda_t *cu, mgp_query_stream_t *qs, const uint32_t *pos) {
  const unsigned kept = qs->tree->kept_depth, below = qs->tree->s + 1 - kept;
  const uint64_t words = list_words(kept, qs->npos);
  uint32_t *list = (uint32_t *)malloc(words * sizeof *list);
  qs->blocks = (uint32_t *)malloc((qs->npos + 1) * sizeof *qs->blocks);
  if (!list || !qs->blocks) {
    free(list);
    return mgp_fail(MGP_RESOURCES, "out of host memory for %u queries", qs->npos);
  }
  for (uint32_t i = 0; i < qs->npos; i++) qs->blocks[i] = pos[i] >> below;
  qsort(qs->blocks, qs->npos, sizeof *qs->blocks, by_value);
  for (uint32_t i = 0; i < qs->npos; i++)
    if (i == 0 || qs->blocks[i] != qs->blocks[qs->nblocks - 1])
      qs->blocks[qs->nblocks++] = qs->blocks[i];
  uint32_t *blocks = list + qs->npos, *slot = blocks + qs->nblocks;
  for (uint32_t i = 0; i < qs->npos; i++) {
    const uint32_t block = pos[i] >> below;
    list[i] = pos[i];
    slot[i] = (uint32_t)((const uint32_t *)bsearch(&block, qs->blocks, qs->nblocks, sizeof block,
                                                   by_value) -
                         qs->blocks);
  }
  memcpy(blocks, qs->blocks, qs->nblocks * sizeof *blocks);
  slot[qs->npos] = UINT32_MAX;
  mgp_status_t st = mgp_cuda_new(cu, MGP_MEM_SCRATCH, words, &qs->d_pos);
  if (st == MGP_OK)
    st = mgp_cuda_upload(&cu->base, qs->d_pos, list,
                         (2 * (size_t)qs->npos + qs->nblocks + 1) * sizeof *list);
  qs->d_blocks = qs->d_pos + qs->npos;
  qs->d_slot = qs->d_blocks + qs->nblocks;
  free(list);
  return st;
}

mgp_status_t mgp_cuda_query_begin(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                                  uint32_t npos, mgp_query_stream_t **out, int *needs_columns) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const unsigned kept = tree->kept_depth;
  const uint64_t rows = mgp_most_blocks(kept, npos) << (tree->s + 1 - kept);
  mgp_status_t st = MGP_OK;
  for (uint32_t i = 0; i < npos; i++)
    if (pos[i] >> (tree->s + 1))
      return mgp_fail(MGP_INTERNAL, "query of row %u of 2^%u", pos[i], tree->s + 1);
  mgp_query_stream_t *qs = (mgp_query_stream_t *)calloc(1, sizeof *qs);
  if (!qs) return mgp_fail(MGP_RESOURCES, "out of host memory for queries");
  qs->tree = tree;
  qs->npos = npos;
  MGP_TRY_GOTO(st, make_lists(cu, qs, pos), failed);
  MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)npos * tree->ncols, &qs->d_rows),
               failed);
  MGP_TRY_GOTO(
      st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)npos * path_length(tree->s), &qs->d_paths),
      failed);
  if (tree->d_kept) {
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)2 << tree->s, &qs->d_codeword),
                 failed);
    MGP_TRY_GOTO(st,
                 mgp_cuda_new(cu, MGP_MEM_SCRATCH, mgp_cuda_block_columns(tree->ncols) * rows,
                              &qs->d_gathered),
                 failed);
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, rows, &qs->d_state), failed);
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, (uint64_t)3 << kept >> 2, &qs->d_nodes),
                 failed);
  }
  *out = qs;
  *needs_columns = tree->d_kept != NULL;
  return MGP_OK;
failed:
  mgp_cuda_query_abort(be, qs);
  return st;
}

/* --- columns ---------------------------------------------------------------------------------- */

mgp_status_t mgp_cuda_query_column(mgp_backend_t *be, mgp_query_stream_t *qs,
                                   const mgp_f_t *d_col) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const mgp_tree_t *tree = qs->tree;
  if (!tree->d_kept || qs->fed == tree->ncols)
    return mgp_fail(MGP_INTERNAL, "query: more columns than the %u of the matrix",
                    tree->d_kept ? tree->ncols : 0);
  const unsigned below = tree->s + 1 - tree->kept_depth;
  const uint32_t in_block = qs->fed % MGP_BLOCK_COLUMNS;
  const uint64_t rows = (uint64_t)qs->nblocks << below;
  const uint32_t column = qs->fed++;
  const bool last = qs->fed == tree->ncols;
  if (qs->npos == 0) return MGP_OK;
  MGP_TRY(mgp_cuda_encode(cu, d_col, 0, tree->s, 1, qs->d_codeword, 0));
  MGP_TRY(MGP_LAUNCH(cu, gather_blocks, mgp_blocks(rows, THREADS), THREADS, qs->d_codeword,
                     qs->d_blocks, below, rows, qs->d_gathered + in_block * rows));
  MGP_TRY(MGP_LAUNCH(cu, gather_rows, mgp_blocks(qs->npos, THREADS), THREADS, qs->d_codeword,
                     (size_t)0, qs->d_pos, qs->npos, column, 1u, tree->ncols, qs->d_rows));
  if (in_block + 1 < MGP_BLOCK_COLUMNS && !last) return MGP_OK;
  return mgp_cuda_absorb(cu, qs->d_gathered, rows, in_block + 1, tree->ncols,
                         qs->fed == in_block + 1, last, qs->d_state, rows);
}

/* --- end -------------------------------------------------------------------------------------- */

static mgp_status_t siblings(mgp_cuda_t *cu, mgp_query_stream_t *qs, const mgp_digest_t *d_nodes,
                             const uint32_t *d_slot, unsigned level, unsigned log_block) {
  return MGP_LAUNCH(cu, gather_siblings, mgp_blocks((uint64_t)qs->npos * MGP_DIGEST_WORDS, THREADS),
                    THREADS, d_nodes, qs->d_pos, d_slot, qs->npos, level, log_block,
                    path_length(qs->tree->s), qs->d_paths);
}

/* Level by level through the subtrees to the kept nodes, which must be met, and on to the cap. */
static mgp_status_t replayed_paths(mgp_cuda_t *cu, mgp_query_stream_t *qs) {
  const mgp_tree_t *tree = qs->tree;
  const unsigned kept = tree->kept_depth, below = tree->s + 1 - kept;
  mgp_digest_t *d_nodes = qs->d_state, *d_spare = (mgp_digest_t *)qs->d_gathered, *swap;
  uint32_t *d_worst = qs->d_slot + qs->npos, worst = 0;
  for (unsigned l = 0; l < below; l++) {
    MGP_TRY(siblings(cu, qs, d_nodes, qs->d_slot, l, below - l));
    MGP_TRY(mgp_cuda_nodes(cu, d_nodes, d_spare, (size_t)qs->nblocks << (below - l - 1)));
    swap = d_nodes, d_nodes = d_spare, d_spare = swap;
  }
  MGP_TRY(MGP_LAUNCH(cu, compare_nodes, mgp_blocks(qs->nblocks, THREADS), THREADS, d_nodes,
                     tree->d_kept, qs->d_blocks, qs->nblocks, d_worst));
  MGP_TRY(mgp_cuda_download(&cu->base, &worst, d_worst, sizeof worst));
  if (worst != UINT32_MAX)
    return mgp_fail(MGP_INTERNAL,
                    "stale replay: the columns fed for the queries are not the committed ones "
                    "(node %u at depth %u differs)",
                    qs->blocks[worst], kept);
  d_nodes = tree->d_kept;
  d_spare = qs->d_nodes;
  for (unsigned l = below; l < path_length(tree->s); l++) {
    const unsigned depth = tree->s + 1 - l;
    MGP_TRY(siblings(cu, qs, d_nodes, NULL, l, depth));
    MGP_TRY(mgp_cuda_nodes(cu, d_nodes, d_spare, (size_t)1 << (depth - 1)));
    /* the kept nodes stay as they are: from here on between the two parts of d_nodes */
    d_nodes = d_spare;
    d_spare = d_spare == qs->d_nodes ? qs->d_nodes + ((size_t)1 << (kept - 1)) : qs->d_nodes;
  }
  return MGP_OK;
}

static mgp_status_t kept_answers(mgp_cuda_t *cu, mgp_query_stream_t *qs) {
  const mgp_tree_t *tree = qs->tree;
  MGP_TRY(MGP_LAUNCH(cu, gather_rows, mgp_blocks((uint64_t)qs->npos * tree->ncols, THREADS),
                     THREADS, tree->d_codewords, (size_t)2 << tree->s, qs->d_pos, qs->npos, 0u,
                     tree->ncols, tree->ncols, qs->d_rows));
  return mgp_cuda_tree_paths(cu, tree->d_whole, tree->s + 1, qs->d_pos, qs->npos, qs->d_paths);
}

mgp_status_t mgp_cuda_query_end(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                                mgp_digest_t *paths) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const mgp_tree_t *tree = qs->tree;
  const uint64_t ncols = tree->ncols, length = path_length(tree->s);
  mgp_status_t st = MGP_OK;
  if (tree->d_kept && qs->fed != tree->ncols)
    st = mgp_fail(MGP_INTERNAL, "query: %u columns of %u were fed", qs->fed, tree->ncols);
  else if (qs->npos)
    st = tree->d_kept ? replayed_paths(cu, qs) : kept_answers(cu, qs);
  if (st == MGP_OK) st = mgp_cuda_download(be, rows, qs->d_rows, qs->npos * ncols * sizeof *rows);
  if (st == MGP_OK)
    st = mgp_cuda_download(be, paths, qs->d_paths, qs->npos * length * sizeof *paths);
  mgp_cuda_query_abort(be, qs);
  return st;
}

void mgp_cuda_query_abort(mgp_backend_t *be, mgp_query_stream_t *qs) {
  if (!qs) return;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_cuda_give(cu, qs->d_nodes);
  mgp_cuda_give(cu, qs->d_state);
  mgp_cuda_give(cu, qs->d_gathered);
  mgp_cuda_give(cu, qs->d_codeword);
  mgp_cuda_give(cu, qs->d_paths);
  mgp_cuda_give(cu, qs->d_rows);
  mgp_cuda_give(cu, qs->d_pos);
  free(qs->blocks);
  free(qs);
}
