#include "backend/cpu/commit.h"

#include <string.h>

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/kernels_hash.h"
#include "backend/cpu/ntt.h"

#define CHUNK_LOG 9u /* rows hashed at a time; their nodes stay in the L1 cache */

struct mgp_commit_stream {
  mgp_tree_t *tree;
  uint32_t fed;
  int keep_all;
  mgp_f_t *block;      /* codewords not absorbed yet: [8][stride] */
  mgp_digest_t *state; /* see state_count */
};

/* Levels of the tree that are built at once, chunk by chunk, when the last block is absorbed. */
static unsigned levels_in_chunk(unsigned s, unsigned kept_depth) {
  unsigned below = s + 1 - kept_depth;
  return below < CHUNK_LOG ? below : CHUNK_LOG;
}

/* Sponge states of all rows, if there is more than one block; else only the nodes of the chunks. */
static size_t state_count(unsigned s, uint32_t ncols, unsigned kept_depth) {
  size_t rows = (size_t)2 << s;
  return ncols > MGP_BLOCK_COLUMNS ? rows : rows >> levels_in_chunk(s, kept_depth);
}

uint64_t mgp_cpu_commit_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                              int keep_all) {
  (void)be;
  const uint64_t stride = mgp_code_stride((size_t)2 << s);
  uint64_t bytes = sizeof(mgp_commit_stream_t);
  if (keep_all)
    return bytes + ncols * stride * sizeof(mgp_f_t) +
           mgp_whole_tree_count(s + 1) * sizeof(mgp_digest_t);
  return bytes + mgp_block_columns(ncols) * stride * sizeof(mgp_f_t) +
         state_count(s, ncols, mgp_kept_depth(s, keep_log)) * sizeof(mgp_digest_t);
}

uint64_t mgp_cpu_table_bytes(mgp_backend_t *be, unsigned s) {
  return mgp_ntt_prepare_bytes(mgp_cpu_of(be), s + 1);
}

mgp_status_t mgp_cpu_commit_begin(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                                  int keep_all, mgp_commit_stream_t **out) {
  if (ncols == 0 || s + 1 > MGP_NTT_MAX_LOG)
    return mgp_fail(MGP_INTERNAL, "commit of %u columns of 2^%u values", ncols, s);
  MGP_TRY(mgp_ntt_prepare(mgp_cpu_of(be), s + 1));
  const size_t rows = (size_t)2 << s, stride = mgp_code_stride(rows);
  mgp_status_t st;
  mgp_commit_stream_t *cs;
  MGP_TRY(MGP_NEW(be, MGP_MEM_SCRATCH, 1, &cs));
  *cs = (mgp_commit_stream_t){.keep_all = keep_all};
  MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_DIGEST, 1, &cs->tree), failed);
  mgp_tree_t *tree = cs->tree;
  *tree = (mgp_tree_t){.s = s, .ncols = ncols, .stride = stride};
  tree->kept_depth = mgp_kept_depth(s, keep_log);
  if (keep_all) {
    MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_CODEWORD, ncols * stride, &tree->codewords), failed);
    MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_CODEWORD, mgp_whole_tree_count(s + 1), &tree->whole),
                 failed);
    cs->state = tree->whole;
  } else {
    size_t states = state_count(s, ncols, tree->kept_depth);
    MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_SCRATCH, mgp_block_columns(ncols) * stride, &cs->block),
                 failed);
    MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_SCRATCH, states, &cs->state), failed);
  }
  *out = cs;
  return MGP_OK;
failed:
  mgp_cpu_commit_abort(be, cs);
  return st;
}

/* Absorbs n columns into all rows; after the last ones the digests are at the tree's leaves if it
 * is kept whole, else the nodes levels_in_chunk up are at the front of `state`. */
static void absorb(mgp_cpu_t *cpu, mgp_commit_stream_t *cs, const mgp_f_t *cols, uint32_t n) {
  const mgp_hash_kernels_t *k = mgp_hash_kernels(cpu->isa);
  const mgp_tree_t *tree = cs->tree;
  const int first = cs->fed == n, last = cs->fed == tree->ncols,
            in_place = tree->ncols > MGP_BLOCK_COLUMNS;
  const unsigned log_rows = tree->s + 1, chunk_log = log_rows < CHUNK_LOG ? log_rows : CHUNK_LOG;
  const unsigned up = last && !cs->keep_all ? levels_in_chunk(tree->s, tree->kept_depth) : 0;
  const size_t chunks = (size_t)1 << (log_rows - chunk_log), rows = (size_t)1 << chunk_log;
  const size_t left = rows >> up;
  MGP_OMP(omp parallel for schedule(static) num_threads(cpu->base.threads) if (chunks > 1))
  for (size_t i = 0; i < chunks; i++) {
    mgp_digest_t local[1 << CHUNK_LOG];
    mgp_digest_t *at = in_place || cs->keep_all ? cs->state + i * rows : local;
    k->absorb(cols + i * rows, tree->stride, n, tree->ncols, first, last, at, rows);
    for (unsigned l = 1; l <= up; l++) k->nodes(at, at, rows >> l);
    if (at == local) memcpy(cs->state + i * left, local, left * sizeof local[0]);
  }
  if (in_place && up)
    for (size_t i = 1; i < chunks; i++)
      memmove(cs->state + i * left, cs->state + i * rows, left * sizeof cs->state[0]);
}

mgp_status_t mgp_cpu_commit_column(mgp_backend_t *be, mgp_commit_stream_t *cs,
                                   const mgp_f_t *d_col) {
  mgp_cpu_t *cpu = mgp_cpu_of(be);
  const mgp_tree_t *tree = cs->tree;
  if (cs->fed == tree->ncols)
    return mgp_fail(MGP_INTERNAL, "commit: more than the %u columns announced", tree->ncols);
  const uint32_t in_block = cs->fed % MGP_BLOCK_COLUMNS;
  mgp_f_t *block = cs->keep_all ? tree->codewords + (cs->fed - in_block) * tree->stride : cs->block;
  mgp_ntt_encode(cpu, d_col, tree->s, block + in_block * tree->stride);
  cs->fed++;
  if (in_block + 1 == MGP_BLOCK_COLUMNS || cs->fed == tree->ncols)
    absorb(cpu, cs, block, in_block + 1);
  return MGP_OK;
}

mgp_status_t mgp_cpu_commit_end(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                                mgp_tree_t **out) {
  mgp_cpu_t *cpu = mgp_cpu_of(be);
  mgp_status_t st = MGP_OK;
  mgp_tree_t *tree = cs->tree;
  const unsigned h = tree->s + 1, cap_depth = mgp_cap_log(h);
  if (cs->fed != tree->ncols) {
    st = mgp_fail(MGP_INTERNAL, "commit: %u columns of %u were fed", cs->fed, tree->ncols);
    goto done;
  }
  if (cs->keep_all) {
    mgp_whole_tree_build(cpu, tree->whole, h, 0, (size_t)1 << mgp_cap_log(h));
    memcpy(cap, tree->whole + mgp_whole_tree_level(h, cap_depth), sizeof cap[0] << cap_depth);
  } else {
    const unsigned kept = tree->kept_depth, depth = h - levels_in_chunk(tree->s, kept);
    MGP_TRY_GOTO(st, MGP_NEW(be, MGP_MEM_DIGEST, (size_t)1 << kept, &tree->kept), done);
    mgp_tree_reduce(cpu, cs->state, depth, depth - kept);
    memcpy(tree->kept, cs->state, sizeof cap[0] << kept);
    mgp_tree_reduce(cpu, cs->state, kept, kept - cap_depth);
    memcpy(cap, cs->state, sizeof cap[0] << cap_depth);
  }
  *out = tree;
  cs->tree = NULL;
done:
  mgp_cpu_commit_abort(be, cs);
  return st;
}

void mgp_cpu_commit_abort(mgp_backend_t *be, mgp_commit_stream_t *cs) {
  if (!cs) return;
  if (!cs->keep_all) mgp_ledger_free(be->ledger, cs->state);
  mgp_ledger_free(be->ledger, cs->block);
  mgp_cpu_tree_free(be, cs->tree);
  mgp_ledger_free(be->ledger, cs);
}

void mgp_cpu_tree_free(mgp_backend_t *be, mgp_tree_t *tree) {
  if (!tree) return;
  mgp_ledger_free(be->ledger, tree->kept);
  mgp_ledger_free(be->ledger, tree->codewords);
  mgp_ledger_free(be->ledger, tree->whole);
  mgp_ledger_free(be->ledger, tree);
}
