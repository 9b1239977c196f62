/* Operations of the CUDA backend; see backend/backend.h for what each does. The table is in
 * backend.cu. */
#ifndef MGP_CUDA_OPS_CUH
#define MGP_CUDA_OPS_CUH

#include "state.cuh"

/* memory.cu */
mgp_status_t mgp_cuda_alloc(mgp_backend_t *be, mgp_mem_class_t cls, size_t nbytes, void **d_out);
void mgp_cuda_free(mgp_backend_t *be, void *d_ptr);
mgp_status_t mgp_cuda_upload(mgp_backend_t *be, void *d_dst, const void *src, size_t nbytes);
mgp_status_t mgp_cuda_download(mgp_backend_t *be, void *dst, const void *d_src, size_t nbytes);
mgp_status_t mgp_cuda_copy(mgp_backend_t *be, void *d_dst, const void *d_src, size_t nbytes);
mgp_status_t mgp_cuda_zero(mgp_backend_t *be, void *d_dst, size_t nbytes);
mgp_status_t mgp_cuda_patch(mgp_backend_t *be, uint32_t *d_words, const uint64_t *index,
                            const uint32_t *value, size_t n);
uint64_t mgp_cuda_table_bytes(mgp_backend_t *be, unsigned s);

/* program.cu */
mgp_status_t mgp_cuda_set_program(mgp_backend_t *be, const mgp_program_t *prog,
                                  const mgp_insn_t **d_insns);
uint64_t mgp_cuda_program_bytes(mgp_backend_t *be, const mgp_program_t *prog);
mgp_status_t mgp_cuda_unstack(mgp_backend_t *be, const mgp_f_t *d_slabs, uint32_t ncols, unsigned b,
                              uint32_t nslabs, size_t stride, mgp_f_t *d_out);
mgp_status_t mgp_cuda_table_columns(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                    size_t stride, mgp_f_t *d_out);

/* index.cu */
mgp_status_t mgp_cuda_index(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                            uint32_t n[MGP_CHIP_FIRST_TABLE],
                            uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]);

/* replay.cu */
mgp_status_t mgp_cuda_replay(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_raw_t *raw,
                             const uint32_t *d_index, uint64_t first, uint32_t nrows,
                             uint32_t zero_to, size_t stride, mgp_f_t *d_out);

/* count.cu */
mgp_status_t mgp_cuda_count(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                            size_t stride, uint32_t nrows, uint32_t *d_counts,
                            const uint64_t *offset);
mgp_status_t mgp_cuda_count_end(mgp_backend_t *be);

/* open.cu */
mgp_status_t mgp_cuda_eq_table(mgp_backend_t *be, const mgp_e_t *point, unsigned n, mgp_f_t *d_out);
mgp_status_t mgp_cuda_combine(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, mgp_f_t *d_g);
mgp_status_t mgp_cuda_inner(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                            const mgp_f_t *d_eq, mgp_e_t *d_out);
mgp_status_t mgp_cuda_scatter(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                              const mgp_e_t *w, const uint32_t *pos, unsigned s, mgp_f_t *d_q);
mgp_status_t mgp_cuda_pair_round(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                 size_t stride, unsigned n, mgp_e_t out[3]);
mgp_status_t mgp_cuda_pair_bind(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t count, size_t stride,
                                unsigned n, mgp_e_t x);
mgp_status_t mgp_cuda_pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t count,
                                  size_t stride, mgp_e_t *out);

/* commit.cu */
mgp_status_t mgp_cuda_commit_begin(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                                   int keep_all, mgp_commit_stream_t **out);
mgp_status_t mgp_cuda_commit_column(mgp_backend_t *be, mgp_commit_stream_t *cs,
                                    const mgp_f_t *d_col);
mgp_status_t mgp_cuda_commit_end(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                                 mgp_tree_t **out);
void mgp_cuda_commit_abort(mgp_backend_t *be, mgp_commit_stream_t *cs);
void mgp_cuda_tree_free(mgp_backend_t *be, mgp_tree_t *tree);
uint64_t mgp_cuda_commit_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                               int keep_all);

/* query.cu */
mgp_status_t mgp_cuda_query_begin(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                                  uint32_t npos, mgp_query_stream_t **out, int *needs_columns);
mgp_status_t mgp_cuda_query_column(mgp_backend_t *be, mgp_query_stream_t *qs, const mgp_f_t *d_col);
mgp_status_t mgp_cuda_query_end(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                                mgp_digest_t *paths);
void mgp_cuda_query_abort(mgp_backend_t *be, mgp_query_stream_t *qs);
uint64_t mgp_cuda_query_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                              uint32_t npos);

/* fold.cu */
mgp_status_t mgp_cuda_fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, mgp_fold_t **out);
mgp_status_t mgp_cuda_fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, mgp_digest_t *cap);
mgp_status_t mgp_cuda_fold_round(mgp_backend_t *be, mgp_fold_t *f, const mgp_e_t *rest,
                                 mgp_e_t *h1);
mgp_status_t mgp_cuda_fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x);
mgp_status_t mgp_cuda_fold_final(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out);
mgp_status_t mgp_cuda_fold_open(mgp_backend_t *be, mgp_fold_t *f, uint32_t w, const uint32_t *leaf,
                                uint32_t n, mgp_e_t *cosets, mgp_digest_t *paths);
void mgp_cuda_fold_end(mgp_backend_t *be, mgp_fold_t *f);
uint64_t mgp_cuda_fold_bytes(mgp_backend_t *be, unsigned s, unsigned k);

/* task.cu */
mgp_status_t mgp_cuda_task_begin(mgp_backend_t *be, const mgp_task_job_t *job, mgp_task_t **out);
mgp_status_t mgp_cuda_task_end(mgp_backend_t *be, mgp_task_t *task);
uint64_t mgp_cuda_task_bytes(mgp_backend_t *be, mgp_chip_id_t chip, uint32_t nrows);

/* hash.cu */
mgp_status_t mgp_cuda_grind(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits,
                            uint32_t *nonce);

#endif
