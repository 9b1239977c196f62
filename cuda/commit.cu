/* Commit stream: the first pass of encoding a column is made as it comes, the rest for 8
 * together, which are then absorbed into the sponges of all rows. */
#include "commit.cuh"

#include <stdlib.h>
#include <string.h>

#include "ntt.cuh"
#include "ops.cuh"

struct mgp_commit_stream {
  mgp_tree_t *tree;
  uint32_t fed;
  bool keep_all;
  mgp_f_t *d_block;      /* codewords not absorbed yet */
  mgp_digest_t *d_state; /* sponges of all rows, then the leaves */
};

uint64_t mgp_cuda_commit_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                               int keep_all) {
  (void)be, (void)keep_log;
  const uint64_t rows = (uint64_t)2 << s;
  if (keep_all)
    return mgp_cuda_size_of<mgp_f_t>(ncols * rows) +
           mgp_cuda_size_of<mgp_digest_t>(mgp_whole_tree_count(s + 1));
  return mgp_cuda_size_of<mgp_f_t>(mgp_cuda_block_columns(ncols) * rows) +
         mgp_cuda_size_of<mgp_digest_t>(rows);
}

/* From here to the stream's end all work goes to `bulk`. */
static mgp_status_t enter_bulk(mgp_cuda_t *cu) {
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->task_ready, cu->main)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamWaitEvent(cu->bulk, cu->task_ready, 0)));
  cu->stream = cu->bulk;
  return MGP_OK;
}
static void leave_bulk(mgp_cuda_t *cu) {
  if (cu->stream != cu->bulk) return;
  (void)cudaStreamSynchronize(cu->bulk); /* as its result has, unless it failed */
  cu->stream = cu->main;
}

mgp_status_t mgp_cuda_commit_begin(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                                   int keep_all, mgp_commit_stream_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t rows = (size_t)2 << s;
  mgp_status_t st;
  if (cu->stream != cu->main) return mgp_fail(MGP_INTERNAL, "a commitment within another one");
  if (ncols == 0 || s + 1 > MGP_CUDA_NTT_MAX_LOG)
    return mgp_fail(MGP_INTERNAL, "commit of %u columns of 2^%u values", ncols, s);
  mgp_commit_stream_t *cs = (mgp_commit_stream_t *)calloc(1, sizeof *cs);
  mgp_tree_t *tree = (mgp_tree_t *)calloc(1, sizeof *tree);
  if (!cs || !tree) {
    free(cs);
    free(tree);
    return mgp_fail(MGP_RESOURCES, "out of host memory for a commitment");
  }
  cs->tree = tree;
  cs->keep_all = keep_all != 0;
  MGP_TRY_GOTO(st, enter_bulk(cu), failed);
  tree->s = s;
  tree->ncols = ncols;
  tree->kept_depth = mgp_kept_depth(s, keep_log);
  if (keep_all) {
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_CODEWORD, ncols * rows, &tree->d_codewords), failed);
    MGP_TRY_GOTO(st,
                 mgp_cuda_new(cu, MGP_MEM_CODEWORD, mgp_whole_tree_count(s + 1), &tree->d_whole),
                 failed);
    cs->d_state = tree->d_whole;
  } else {
    MGP_TRY_GOTO(
        st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, mgp_cuda_block_columns(ncols) * rows, &cs->d_block),
        failed);
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_SCRATCH, rows, &cs->d_state), failed);
  }
  *out = cs;
  return MGP_OK;
failed:
  mgp_cuda_commit_abort(be, cs);
  return st;
}

mgp_status_t mgp_cuda_commit_column(mgp_backend_t *be, mgp_commit_stream_t *cs,
                                    const mgp_f_t *d_col) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const mgp_tree_t *tree = cs->tree;
  const size_t rows = (size_t)2 << tree->s;
  if (cs->fed == tree->ncols)
    return mgp_fail(MGP_INTERNAL, "commit: more than the %u columns announced", tree->ncols);
  const uint32_t in_block = cs->fed % MGP_BLOCK_COLUMNS;
  mgp_f_t *block = cs->keep_all ? tree->d_codewords + (cs->fed - in_block) * rows : cs->d_block;
  MGP_TRY(mgp_cuda_encode_begin(cu, d_col, 0, tree->s, 1, block + in_block * rows, 0));
  cs->fed++;
  const bool last = cs->fed == tree->ncols;
  if (in_block + 1 < MGP_BLOCK_COLUMNS && !last) return MGP_OK;
  MGP_TRY(mgp_cuda_encode_finish(cu, tree->s, in_block + 1, block, rows));
  return mgp_cuda_absorb(cu, block, rows, in_block + 1, tree->ncols, cs->fed == in_block + 1, last,
                         cs->d_state, rows);
}

mgp_status_t mgp_cuda_commit_end(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                                 mgp_tree_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_tree_t *tree = cs->tree;
  const unsigned h = tree->s + 1, cap_depth = mgp_cap_log(h), kept = tree->kept_depth;
  mgp_digest_t *d_cap = NULL, *d_kept = NULL;
  mgp_status_t st = MGP_OK;
  if (cs->fed != tree->ncols) {
    st = mgp_fail(MGP_INTERNAL, "commit: %u columns of %u were fed", cs->fed, tree->ncols);
    goto done;
  }
  if (cs->keep_all) {
    MGP_TRY_GOTO(st, mgp_cuda_tree_build(cu, tree->d_whole, h, 0, (size_t)1 << mgp_cap_log(h)),
                 done);
    d_cap = tree->d_whole + mgp_whole_tree_level(h, cap_depth);
  } else {
    mgp_digest_t *d_spare = (mgp_digest_t *)cs->d_block;
    MGP_TRY_GOTO(st, mgp_cuda_new(cu, MGP_MEM_DIGEST, (size_t)1 << kept, &tree->d_kept), done);
    MGP_TRY_GOTO(st, mgp_cuda_reduce_nodes(cu, cs->d_state, d_spare, h, h - kept, &d_kept), done);
    MGP_TRY_GOTO(st, mgp_cuda_copy(be, tree->d_kept, d_kept, sizeof *d_kept << kept), done);
    if (d_kept == d_spare) d_spare = cs->d_state;
    MGP_TRY_GOTO(st, mgp_cuda_reduce_nodes(cu, d_kept, d_spare, kept, kept - cap_depth, &d_cap),
                 done);
  }
  MGP_TRY_GOTO(st, mgp_cuda_download(be, cap, d_cap, sizeof *d_cap << cap_depth), done);
  *out = tree;
  cs->tree = NULL;
done:
  mgp_cuda_commit_abort(be, cs);
  return st;
}

void mgp_cuda_commit_abort(mgp_backend_t *be, mgp_commit_stream_t *cs) {
  if (!cs) return;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  leave_bulk(cu);
  if (!cs->keep_all) mgp_cuda_give(cu, cs->d_state);
  mgp_cuda_give(cu, cs->d_block);
  mgp_cuda_tree_free(be, cs->tree);
  free(cs);
}

void mgp_cuda_tree_free(mgp_backend_t *be, mgp_tree_t *tree) {
  if (!tree) return;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  mgp_cuda_give(cu, tree->d_kept);
  mgp_cuda_give(cu, tree->d_codewords);
  mgp_cuda_give(cu, tree->d_whole);
  free(tree);
}
