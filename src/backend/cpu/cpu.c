#include "backend/cpu/cpu.h"

#include <string.h>

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/kernels_hash.h"
#include "backend/task.h"

#ifdef _OPENMP
#include <omp.h>
#endif

#define GRIND_CHUNK 4096u /* nonces that a thread tries at a time */

/* --- memory ----------------------------------------------------------------------------------- */

mgp_status_t mgp_cpu_alloc(mgp_backend_t *be, mgp_mem_class_t cls, size_t nbytes, void **d_out) {
  return mgp_ledger_alloc(be->ledger, cls, nbytes, d_out);
}

void mgp_cpu_free(mgp_backend_t *be, void *d_ptr) {
  mgp_ledger_free(be->ledger, d_ptr);
}

mgp_status_t mgp_cpu_upload(mgp_backend_t *be, void *d_dst, const void *src, size_t nbytes) {
  (void)be;
  if (nbytes) memcpy(d_dst, src, nbytes);
  return MGP_OK;
}

mgp_status_t mgp_cpu_download(mgp_backend_t *be, void *dst, const void *d_src, size_t nbytes) {
  (void)be;
  if (nbytes) memcpy(dst, d_src, nbytes);
  return MGP_OK;
}

mgp_status_t mgp_cpu_copy(mgp_backend_t *be, void *d_dst, const void *d_src, size_t nbytes) {
  (void)be;
  if (nbytes) memmove(d_dst, d_src, nbytes);
  return MGP_OK;
}

mgp_status_t mgp_cpu_zero(mgp_backend_t *be, void *d_dst, size_t nbytes) {
  (void)be;
  if (nbytes) memset(d_dst, 0, nbytes);
  return MGP_OK;
}

/* --- grinding --------------------------------------------------------------------------------- */

/* Windows in order, a chunk per thread in each: the smallest hit of the first window that has one
 * is the smallest of all. */
mgp_status_t mgp_cpu_grind(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits,
                           uint32_t first, uint32_t n, uint32_t *nonce) {
  const mgp_hash_kernels_t *k = mgp_hash_kernels(mgp_cpu_of(be)->isa);
  const uint32_t window = GRIND_CHUNK * (uint32_t)be->threads;
  const uint64_t end = (uint64_t)first + n;
  uint64_t best = MGP_NO_NONCE;
  for (uint64_t at = first; at < end && best == MGP_NO_NONCE; at += window) {
    MGP_OMP(omp parallel for schedule(static, 1) num_threads(be->threads) reduction(min : best))
    for (int t = 0; t < be->threads; t++) {
      uint64_t from = at + (uint64_t)t * GRIND_CHUNK;
      if (from >= end) continue;
      uint32_t count = end - from < GRIND_CHUNK ? (uint32_t)(end - from) : GRIND_CHUNK;
      uint32_t hit = k->grind(seed, bits, (uint32_t)from, count);
      if (hit < count && from + hit < best) best = from + hit;
    }
  }
  *nonce = (uint32_t)best;
  return MGP_OK;
}

/* --- the backend ------------------------------------------------------------------------------ */

static void destroy(mgp_backend_t *be) {
  mgp_cpu_t *cpu = mgp_cpu_of(be);
  mgp_ledger_t *ledger = be->ledger;
  mgp_ledger_free(ledger, cpu->twiddle_memory);
  mgp_ledger_free(ledger, cpu);
}

static const mgp_backend_ops_t cpu_ops = {
    .alloc = mgp_cpu_alloc,
    .free = mgp_cpu_free,
    .upload = mgp_cpu_upload,
    .download = mgp_cpu_download,
    .copy = mgp_cpu_copy,
    .zero = mgp_cpu_zero,
    .set_program = mgp_cpu_set_program,
    .program_bytes = mgp_cpu_program_bytes,
    .index = mgp_cpu_index,
    .touch_words = mgp_cpu_touch_words,
    .word_merge = mgp_cpu_word_merge,
    .word_find = mgp_cpu_word_find,
    .patch = mgp_cpu_patch,
    .bound_rows = mgp_cpu_bound_rows,
    .ram_rows = mgp_cpu_ram_rows,
    .ram_points = mgp_cpu_ram_points,
    .ram_sums = mgp_cpu_ram_sums,
    .ram_chain = mgp_cpu_ram_chain,
    .replay = mgp_cpu_replay,
    .count = mgp_cpu_count,
    .count_end = mgp_cpu_count_end,
    .table_columns = mgp_cpu_table_columns,
    .unstack = mgp_cpu_unstack,
    .commit_begin = mgp_cpu_commit_begin,
    .commit_column = mgp_cpu_commit_column,
    .commit_end = mgp_cpu_commit_end,
    .commit_abort = mgp_cpu_commit_abort,
    .tree_free = mgp_cpu_tree_free,
    .commit_bytes = mgp_cpu_commit_bytes,
    .table_bytes = mgp_cpu_table_bytes,
    .query_begin = mgp_cpu_query_begin,
    .query_column = mgp_cpu_query_column,
    .query_end = mgp_cpu_query_end,
    .query_abort = mgp_cpu_query_abort,
    .query_bytes = mgp_cpu_query_bytes,
    .gkr_begin = mgp_cpu_gkr_begin,
    .gkr_layer = mgp_cpu_gkr_layer,
    .gkr_round = mgp_cpu_gkr_round,
    .gkr_bind = mgp_cpu_gkr_bind,
    .gkr_evals = mgp_cpu_gkr_evals,
    .gkr_end = mgp_cpu_gkr_end,
    .main_begin = mgp_cpu_main_begin,
    .main_round = mgp_cpu_main_round,
    .main_bind = mgp_cpu_main_bind,
    .main_evals = mgp_cpu_main_evals,
    .main_end = mgp_cpu_main_end,
    .task_prepare = mgp_task_keep,
    .task_begin = mgp_task_by_rounds,
    .task_end = mgp_task_done,
    .task_bytes = mgp_cpu_task_bytes,
    .eq_tables = mgp_cpu_eq_tables,
    .weights = mgp_cpu_weights,
    .combine = mgp_cpu_combine,
    .inner = mgp_cpu_inner,
    .scatter = mgp_cpu_scatter,
    .pair_round = mgp_cpu_pair_round,
    .pair_values = mgp_cpu_pair_values,
    .pair_fill = mgp_cpu_pair_fill,
    .fold_begin = mgp_cpu_fold_begin,
    .fold_commit = mgp_cpu_fold_commit,
    .fold_round = mgp_cpu_fold_round,
    .fold_bind = mgp_cpu_fold_bind,
    .fold_final = mgp_cpu_fold_final,
    .fold_open = mgp_cpu_fold_open,
    .fold_end = mgp_cpu_fold_end,
    .fold_bytes = mgp_cpu_fold_bytes,
    .grind = mgp_cpu_grind,
    .destroy = destroy,
};

static int isa_present(mgp_isa_t isa) {
#ifdef MGP_X86_KERNELS
  if (isa == MGP_ISA_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
  if (isa == MGP_ISA_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  return isa == MGP_ISA_PORTABLE;
}

static const char *isa_name(mgp_isa_t isa) {
  return isa == MGP_ISA_AVX512 ? "avx512" : isa == MGP_ISA_AVX2 ? "avx2" : "portable";
}

mgp_status_t mgp_backend_cpu_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger, mgp_isa_t isa,
                                    int threads, mgp_backend_t **out) {
  if (threads < 0) return mgp_fail(MGP_USAGE, "number of threads is %d", threads);
#ifdef _OPENMP
  if (threads == 0) threads = omp_get_num_procs();
#else
  threads = 1;
#endif
  if (isa == MGP_ISA_AUTO)
    isa = isa_present(MGP_ISA_AVX512) ? MGP_ISA_AVX512
          : isa_present(MGP_ISA_AVX2) ? MGP_ISA_AVX2
                                      : MGP_ISA_PORTABLE;
  if (!isa_present(isa))
    return mgp_fail(MGP_RESOURCES, "this processor does not have the instruction set %s",
                    isa_name(isa));
  mgp_cpu_t *cpu;
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_PLAN, sizeof *cpu, (void **)&cpu));
  memset(cpu, 0, sizeof *cpu);
  cpu->base = (mgp_backend_t){&cpu_ops, "cpu", isa_name(isa), ledger, chips, threads, 1, 0};
  cpu->isa = isa;
  *out = &cpu->base;
  return MGP_OK;
}

void mgp_backend_destroy(mgp_backend_t *be) {
  if (be) be->ops->destroy(be);
}
