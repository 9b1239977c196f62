/* The strict backend: the portable cpu backend under the rules of device memory (backend.h). */
#include "backend/strict/strict.h"

#include <string.h>

#include "backend/strict/checks.h"
#include "backend/task.h"

/* --- memory ----------------------------------------------------------------------------------- */

static mgp_status_t alloc(mgp_backend_t *be, mgp_mem_class_t cls, size_t nbytes, void **d_out) {
  return mgp_strict_alloc(mgp_strict_of(be), cls, nbytes, d_out);
}

static void free_(mgp_backend_t *be, void *d_ptr) {
  mgp_strict_free(mgp_strict_of(be), d_ptr);
}

static mgp_status_t upload(mgp_backend_t *be, void *d_dst, const void *src, size_t nbytes) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE_BYTES(d_dst, nbytes);
  HOST_BYTES(src, nbytes);
  return INNER(upload, d_dst, src, nbytes);
}

static mgp_status_t download(mgp_backend_t *be, void *dst, const void *d_src, size_t nbytes) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST_BYTES(dst, nbytes);
  DEVICE_BYTES(d_src, nbytes);
  return INNER(download, dst, d_src, nbytes);
}

static mgp_status_t copy(mgp_backend_t *be, void *d_dst, const void *d_src, size_t nbytes) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE_BYTES(d_dst, nbytes);
  DEVICE_BYTES(d_src, nbytes);
  return INNER(copy, d_dst, d_src, nbytes);
}

static mgp_status_t zero(mgp_backend_t *be, void *d_dst, size_t nbytes) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE_BYTES(d_dst, nbytes);
  return INNER(zero, d_dst, nbytes);
}

/* --- replay ----------------------------------------------------------------------------------- */

/* Words of a column-major trace up to the end of its last column's rows. */
static size_t trace_words(uint32_t ncols, size_t stride, uint64_t rows) {
  return ncols && rows ? (ncols - 1) * stride + rows : 0;
}

static uint64_t padded(uint64_t nrows) {
  return (nrows + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
}

/* What mgp_witness_row reads for one index (chips/witness.h). */
static mgp_status_t raw_row(mgp_strict_t *st, mgp_chip_id_t chip, const mgp_raw_t *raw,
                            uint64_t index) {
  static const char op[] = "replay";
  if (chip <= MGP_CHIP_REFRESH) {
    uint64_t step = chip == MGP_CHIP_REFRESH ? index / 4 : index;
    MGP_TRY(mgp_strict_device(st, op, "raw->steps", raw->steps, sizeof raw->steps[0] * (step + 1)));
    const mgp_step_t *s = &raw->steps[step];
    MGP_TRY(mgp_strict_device(st, op, "raw->insns", raw->insns,
                              sizeof raw->insns[0] * ((size_t)s->insn + 1)));
    if (chip == MGP_CHIP_COMMIT)
      MGP_TRY(mgp_strict_device(st, op, "raw->commits", raw->commits,
                                sizeof raw->commits[0] * ((size_t)s->o + 1)));
  } else if (chip == MGP_CHIP_SHARD_RAM) {
    MGP_TRY(mgp_strict_device(st, op, "raw->ram", raw->ram, sizeof raw->ram[0] * (index + 1)));
  } else if (chip < MGP_CHIP_FIRST_TABLE) {
    const mgp_bound_t *bounds = raw->bounds[chip - MGP_CHIP_MEM_IMAGE];
    MGP_TRY(mgp_strict_device(st, op, "raw->bounds", bounds, sizeof bounds[0] * (index + 1)));
  } else {
    /* one column of counts, [rows], for each multiplicity: more than one in BYTE only */
    const uint32_t *counts = raw->counts[chip - MGP_CHIP_FIRST_TABLE];
    uint64_t words =
        chip == MGP_CHIP_BYTE
            ? (st->base.chips->chip[chip].ncols - 1) * (uint64_t)MGP_BYTE_ROWS + index + 1
            : index + 1;
    MGP_TRY(mgp_strict_device(st, op, "raw->counts", counts, words * sizeof counts[0]));
  }
  return MGP_OK;
}

static mgp_status_t replay(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_raw_t *raw,
                           const uint32_t *d_index, uint64_t first, uint32_t nrows,
                           uint32_t zero_to, size_t stride, mgp_f_t *d_out) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST(raw, 1);
  const uint64_t rows = zero_to > nrows ? zero_to : nrows;
  const uint64_t slabs = stride && rows > stride ? (rows - 1) / stride : 0; /* before the last */
  const uint32_t ncols = be->chips->chip[chip].ncols;
  if (d_index) DEVICE(d_index, first + nrows);
  DEVICE(d_out, slabs * ncols * stride + trace_words(ncols, stride, rows - slabs * stride));
  for (uint64_t r = first; r < first + nrows; r++)
    MGP_TRY(raw_row(st, chip, raw, d_index ? d_index[r] : r));
  return INNER(replay, chip, raw, d_index, first, nrows, zero_to, stride, d_out);
}

/* Instructions in a block of their own, as on a device. */
static mgp_status_t set_program(mgp_backend_t *be, const mgp_program_t *prog,
                                const mgp_insn_t **d_insns) {
  mgp_strict_t *st = mgp_strict_of(be);
  const mgp_insn_t *none;
  void *insns;
  HOST(prog, 1);
  MGP_TRY(mgp_strict_alloc(st, MGP_MEM_RAW, prog->ninsn * sizeof *st->insns, &insns));
  MGP_TRY(INNER(set_program, prog, &none));
  mgp_strict_free(st, st->insns);
  memcpy(insns, prog->insn, prog->ninsn * sizeof *st->insns);
  st->insns = insns;
  st->prog = prog;
  *d_insns = insns;
  return MGP_OK;
}

static uint64_t program_bytes(mgp_backend_t *be, const mgp_program_t *prog) {
  (void)be;
  return prog->ninsn * sizeof(mgp_insn_t);
}

static mgp_status_t index_(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                           uint32_t n[MGP_CHIP_FIRST_TABLE],
                           uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]) {
  mgp_strict_t *st = mgp_strict_of(be);
  uint32_t *inner_lists[MGP_CHIP_FIRST_TABLE] = {NULL}, *lists[MGP_CHIP_FIRST_TABLE] = {NULL};
  mgp_status_t status = MGP_OK;
  HOST(raw, 1);
  HOST(n, MGP_CHIP_FIRST_TABLE);
  HOST(d_lists, MGP_CHIP_FIRST_TABLE);
  DEVICE_BYTES(raw->steps, nsteps * sizeof raw->steps[0]);
  for (uint32_t i = 0; i < nsteps; i++)
    DEVICE_BYTES(raw->insns, sizeof raw->insns[0] * ((size_t)raw->steps[i].insn + 1));
  MGP_TRY(INNER(index, raw, nsteps, n, inner_lists));
  for (uint32_t c = 0; c < MGP_CHIP_FIRST_TABLE; c++) {
    size_t nbytes = n[c] * sizeof **lists;
    if (nbytes && status == MGP_OK)
      status = mgp_strict_alloc(st, MGP_MEM_PLAN, nbytes, (void **)&lists[c]);
    if (lists[c]) memcpy(lists[c], inner_lists[c], nbytes);
    INNER(free, inner_lists[c]);
  }
  if (status == MGP_OK) memcpy(d_lists, lists, sizeof lists);
  for (uint32_t c = 0; c < MGP_CHIP_FIRST_TABLE && status != MGP_OK; c++)
    mgp_strict_free(st, lists[c]);
  return status;
}

static mgp_status_t count(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                          size_t stride, uint32_t nrows, uint32_t *d_counts,
                          const uint64_t *offset) {
  mgp_strict_t *st = mgp_strict_of(be);
  const mgp_chip_t *c = &be->chips->chip[chip];
  HOST(offset, MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE);
  DEVICE(d_trace, trace_words(c->ncols, stride, nrows));
  for (unsigned bus = 0; bus < MGP_BUS_COUNT; bus++) {
    if (!(c->lookup_buses >> bus & 1)) continue;
    mgp_chip_id_t table = mgp_bus_table((mgp_bus_t)bus);
    uint64_t words = (uint64_t)mgp_table_rows(table, st->prog) * be->chips->chip[table].ncols;
    DEVICE(d_counts, nrows ? offset[table - MGP_CHIP_FIRST_TABLE] + words : 0);
  }
  return INNER(count, chip, d_trace, stride, nrows, d_counts, offset);
}

static mgp_status_t count_end(mgp_backend_t *be) {
  mgp_backend_t *cpu = mgp_strict_of(be)->inner;
  return cpu->ops->count_end(cpu);
}

static mgp_status_t table_columns(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                  size_t stride, mgp_f_t *d_out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_out, be->chips->chip[table].nvirtual * stride);
  return INNER(table_columns, table, nrows, stride, d_out);
}

static mgp_status_t unstack(mgp_backend_t *be, const mgp_f_t *d_slabs, uint32_t ncols, unsigned b,
                            uint32_t nslabs, size_t stride, mgp_f_t *d_out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_slabs, ((size_t)nslabs * ncols) << b);
  DEVICE(d_out, ncols * stride);
  return INNER(unstack, d_slabs, ncols, b, nslabs, stride, d_out);
}

/* --- commitment ------------------------------------------------------------------------------- */

static mgp_status_t commit_begin(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                                 int keep_all, mgp_commit_stream_t **out) {
  mgp_strict_t *st = mgp_strict_of(be);
  MGP_TRY(mgp_strict_object_room(st));
  MGP_TRY(INNER(commit_begin, s, ncols, keep_log, keep_all, out));
  mgp_strict_object_add(st, (mgp_strict_object_t){.object = *out, .s = s});
  return MGP_OK;
}

static mgp_status_t commit_column(mgp_backend_t *be, mgp_commit_stream_t *cs,
                                  const mgp_f_t *d_col) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(cs);
  DEVICE(d_col, (size_t)1 << object.s);
  return INNER(commit_column, cs, d_col);
}

static void commit_abort(mgp_backend_t *be, mgp_commit_stream_t *cs) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, cs);
  INNER(commit_abort, cs);
}

static mgp_status_t commit_end(mgp_backend_t *be, mgp_commit_stream_t *cs, mgp_digest_t *cap,
                               mgp_tree_t **out) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(cs);
  mgp_status_t status = mgp_strict_host(st, __func__, "cap", cap, sizeof cap[0]);
  if (status != MGP_OK) {
    commit_abort(be, cs);
    return status;
  }
  mgp_strict_object_remove(st, cs);
  MGP_TRY(INNER(commit_end, cs, cap, out));
  mgp_strict_object_add(st, (mgp_strict_object_t){.object = *out, .s = object.s});
  return MGP_OK;
}

static void tree_free(mgp_backend_t *be, mgp_tree_t *tree) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, tree);
  INNER(tree_free, tree);
}

static uint64_t commit_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                             int keep_all) {
  mgp_strict_t *st = mgp_strict_of(be);
  return INNER(commit_bytes, s, ncols, keep_log, keep_all);
}

static uint64_t table_bytes(mgp_backend_t *be, unsigned s) {
  mgp_strict_t *st = mgp_strict_of(be);
  return INNER(table_bytes, s);
}

static mgp_status_t query_begin(mgp_backend_t *be, mgp_tree_t *tree, const uint32_t *pos,
                                uint32_t npos, mgp_query_stream_t **out, int *needs_columns) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(tree);
  HOST(pos, npos);
  MGP_TRY(mgp_strict_object_room(st));
  MGP_TRY(INNER(query_begin, tree, pos, npos, out, needs_columns));
  mgp_strict_object_add(st, (mgp_strict_object_t){.object = *out, .s = object.s});
  return MGP_OK;
}

static mgp_status_t query_column(mgp_backend_t *be, mgp_query_stream_t *qs, const mgp_f_t *d_col) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(qs);
  DEVICE(d_col, (size_t)1 << object.s);
  return INNER(query_column, qs, d_col);
}

static mgp_status_t query_end(mgp_backend_t *be, mgp_query_stream_t *qs, mgp_f_t *rows,
                              mgp_digest_t *paths) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(qs);
  mgp_strict_object_remove(st, qs);
  return INNER(query_end, qs, rows, paths);
}

static void query_abort(mgp_backend_t *be, mgp_query_stream_t *qs) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, qs);
  INNER(query_abort, qs);
}

static uint64_t query_bytes(mgp_backend_t *be, unsigned s, uint32_t ncols, unsigned keep_log,
                            uint32_t npos) {
  mgp_strict_t *st = mgp_strict_of(be);
  return INNER(query_bytes, s, ncols, keep_log, npos);
}

/* --- GKR and main sumcheck -------------------------------------------------------------------- */

/* Checks the trace and describes it as borrowed. */
static mgp_status_t borrow_trace(mgp_strict_t *st, const char *op, mgp_chip_id_t chip,
                                 const mgp_f_t *d_trace, const mgp_f_t *d_virt, size_t stride,
                                 uint32_t nrows, mgp_strict_object_t *out) {
  const mgp_chip_t *c = &st->base.chips->chip[chip];
  *out = (mgp_strict_object_t){
      .borrowed = {d_trace, d_virt},
      .nbytes = {trace_words(c->ncols, stride, padded(nrows)) * sizeof(mgp_f_t),
                 trace_words(c->nvirtual, stride, padded(nrows)) * sizeof(mgp_f_t)}};
  MGP_TRY(mgp_strict_object_room(st));
  MGP_TRY(mgp_strict_device(st, op, "d_trace", d_trace, out->nbytes[0]));
  return mgp_strict_device(st, op, "d_virt", d_virt, out->nbytes[1]);
}

static mgp_status_t gkr_begin(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                              const mgp_f_t *d_virt, size_t stride, uint32_t nrows, mgp_e_t alpha,
                              mgp_e_t beta, mgp_gkr_t **out, mgp_e_t root[2]) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  MGP_TRY(borrow_trace(st, __func__, chip, d_trace, d_virt, stride, nrows, &object));
  HOST(root, 2);
  MGP_TRY(INNER(gkr_begin, chip, d_trace, d_virt, stride, nrows, alpha, beta, out, root));
  object.object = *out;
  mgp_strict_object_add(st, object);
  return MGP_OK;
}

static mgp_status_t gkr_layer(mgp_backend_t *be, mgp_gkr_t *g, unsigned l, const mgp_e_t *point,
                              mgp_e_t lambda) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(g);
  HOST(point, l);
  return INNER(gkr_layer, g, l, point, lambda);
}

static mgp_status_t gkr_round(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[2]) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(g);
  HOST(out, 2);
  return INNER(gkr_round, g, out);
}

static mgp_status_t gkr_bind(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t x) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(g);
  return INNER(gkr_bind, g, x);
}

static mgp_status_t gkr_evals(mgp_backend_t *be, mgp_gkr_t *g, mgp_e_t out[4]) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(g);
  HOST(out, 4);
  return INNER(gkr_evals, g, out);
}

static void gkr_end(mgp_backend_t *be, mgp_gkr_t *g) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, g);
  INNER(gkr_end, g);
}

static mgp_status_t main_begin(mgp_backend_t *be, mgp_chip_id_t chip, const mgp_f_t *d_trace,
                               const mgp_f_t *d_virt, size_t stride, uint32_t nrows, unsigned n,
                               const mgp_e_t *rho, mgp_e_t alpha, mgp_e_t beta, mgp_e_t lambda,
                               const mgp_e_t *eq_int, mgp_main_t **out) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  MGP_TRY(borrow_trace(st, __func__, chip, d_trace, d_virt, stride, nrows, &object));
  HOST(rho, n);
  HOST(eq_int, be->chips->chip[chip].ninteractions);
  MGP_TRY(INNER(main_begin, chip, d_trace, d_virt, stride, nrows, n, rho, alpha, beta, lambda,
                eq_int, out));
  object.object = *out;
  mgp_strict_object_add(st, object);
  return MGP_OK;
}

static mgp_status_t main_round(mgp_backend_t *be, mgp_main_t *m, mgp_e_t out[3]) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(m);
  HOST(out, 3);
  return INNER(main_round, m, out);
}

static mgp_status_t main_bind(mgp_backend_t *be, mgp_main_t *m, mgp_e_t x) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(m);
  return INNER(main_bind, m, x);
}

static mgp_status_t main_evals(mgp_backend_t *be, mgp_main_t *m, mgp_e_t *out) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(m);
  HOST(out, 1);
  return INNER(main_evals, m, out);
}

static void main_end(mgp_backend_t *be, mgp_main_t *m) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, m);
  INNER(main_end, m);
}

static uint64_t task_bytes(mgp_backend_t *be, mgp_chip_id_t chip, uint32_t nrows) {
  mgp_strict_t *st = mgp_strict_of(be);
  return INNER(task_bytes, chip, nrows);
}

/* --- opening ---------------------------------------------------------------------------------- */

static mgp_status_t eq_tables(mgp_backend_t *be, const mgp_e_t *points, uint32_t count, unsigned n,
                              size_t stride, mgp_f_t *d_out) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST(points, (size_t)count * n);
  DEVICE(d_out, trace_words(count, stride, (uint64_t)MGP_D << n));
  return INNER(eq_tables, points, count, n, stride, d_out);
}

/* Where the last of the chunks ends that lists of weights are about. */
static size_t end_of(const mgp_weights_t *lists, uint32_t count) {
  size_t end = 0;
  for (uint32_t k = 0; k < count; k++) {
    const size_t n = lists[k].first + (size_t)lists[k].nrows * lists[k].ncols;
    if (n > end) end = n;
  }
  return end;
}

static mgp_status_t weights(mgp_backend_t *be, const mgp_weights_t *lists, uint32_t count,
                            mgp_e_t gamma, mgp_e_t *d_w) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST(lists, count);
  for (uint32_t k = 0; k < count; k++)
    if (lists[k].nvars > MGP_WEIGHTS_VARS || lists[k].nrows > 1u << lists[k].nvars)
      return mgp_fail(MGP_INTERNAL, "weights: %u rows by %u variables", lists[k].nrows,
                      lists[k].nvars);
  DEVICE(d_w, end_of(lists, count));
  return INNER(weights, lists, count, gamma, d_w);
}

static mgp_status_t combine(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t from,
                            const mgp_weights_t *lists, uint32_t count, unsigned b,
                            const mgp_e_t *d_w, size_t stride, mgp_f_t *d_g) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST(lists, count);
  for (uint32_t k = 0; k < count; k++)
    if (lists[k].first < from)
      return mgp_fail(MGP_INTERNAL, "combine: chunk %u before chunk %u", lists[k].first, from);
  const size_t end = end_of(lists, count);
  DEVICE(d_chunks, (end > from ? end - from : 0) << b);
  DEVICE(d_w, end);
  DEVICE(d_g, trace_words(count, stride, (uint64_t)MGP_D << b));
  return INNER(combine, d_chunks, from, lists, count, b, d_w, stride, d_g);
}

static mgp_status_t inner(mgp_backend_t *be, const mgp_f_t *d_slab, uint32_t ncols, unsigned b,
                          const mgp_f_t *d_eq, mgp_e_t *d_out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_slab, (size_t)ncols << b);
  DEVICE(d_eq, (size_t)MGP_D << b);
  DEVICE(d_out, ncols);
  return INNER(inner, d_slab, ncols, b, d_eq, d_out);
}

static mgp_status_t scatter(mgp_backend_t *be, const mgp_f_t *d_chunks, uint32_t first, uint32_t n,
                            unsigned b, const mgp_e_t *w, unsigned s, mgp_f_t *d_q) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_chunks, (size_t)n << b);
  if (b <= s && n != 0) HOST(w, (size_t)((first + n - 1) >> (s - b)) + 1);
  DEVICE(d_q, (size_t)MGP_D << s);
  return INNER(scatter, d_chunks, first, n, b, w, s, d_q);
}

/* Words of pairs of planes of 2^n values that are `stride` apart, up to the end of the last. */
static size_t pair_words(uint32_t pairs, size_t stride, unsigned n) {
  return trace_words(pairs * 2 * MGP_D, stride, (uint64_t)1 << n);
}

static mgp_status_t pair_round(mgp_backend_t *be, mgp_f_t *d_ge, uint32_t pairs, size_t stride,
                               unsigned n, unsigned nbound, const mgp_e_t *x, unsigned m,
                               mgp_e_t *out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_ge, pair_words(pairs, stride, n));
  if (nbound != 0) HOST(x, nbound);
  HOST(out, m == 2 ? 9 : 3);
  return INNER(pair_round, d_ge, pairs, stride, n, nbound, x, m, out);
}

static mgp_status_t pair_values(mgp_backend_t *be, const mgp_f_t *d_ge, uint32_t pairs,
                                size_t stride, unsigned n, const mgp_e_t *x, mgp_e_t *out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_ge, pair_words(pairs, stride, n));
  if (n != 0) HOST(x, n);
  HOST(out, pairs);
  return INNER(pair_values, d_ge, pairs, stride, n, x, out);
}

static mgp_status_t pair_fill(mgp_backend_t *be, const mgp_e_t *d_values, const mgp_e_t *d_w,
                              uint32_t pairs, unsigned n, mgp_f_t *d_ge) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_values, (size_t)pairs << n);
  DEVICE(d_w, (size_t)pairs << n);
  DEVICE(d_ge, pair_words(pairs, (size_t)1 << n, n));
  return INNER(pair_fill, d_values, d_w, pairs, n, d_ge);
}

/* --- folding phase ---------------------------------------------------------------------------- */

static mgp_status_t fold_begin(mgp_backend_t *be, mgp_f_t *d_q, unsigned s, const mgp_e_t *point,
                               mgp_fold_t **out) {
  mgp_strict_t *st = mgp_strict_of(be);
  DEVICE(d_q, (size_t)MGP_D << s);
  HOST(point, s);
  MGP_TRY(mgp_strict_object_room(st));
  MGP_TRY(INNER(fold_begin, d_q, s, point, out));
  mgp_strict_object_add(st, (mgp_strict_object_t){.object = *out,
                                                  .s = s,
                                                  .borrowed = {d_q},
                                                  .nbytes = {((size_t)MGP_D << s) * sizeof *d_q}});
  return MGP_OK;
}

static mgp_status_t fold_commit(mgp_backend_t *be, mgp_fold_t *f, unsigned k, uint32_t first,
                                uint32_t n, mgp_digest_t *cap) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(f);
  HOST(cap, n);
  return INNER(fold_commit, f, k, first, n, cap);
}

static mgp_status_t fold_round(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *h1) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(f);
  HOST(h1, 1);
  return INNER(fold_round, f, h1);
}

static mgp_status_t fold_bind(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t x) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(f);
  return INNER(fold_bind, f, x);
}

static mgp_status_t fold_final(mgp_backend_t *be, mgp_fold_t *f, mgp_e_t *out) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(f);
  HOST(out, 1);
  return INNER(fold_final, f, out);
}

static mgp_status_t fold_open(mgp_backend_t *be, mgp_fold_t *f, const uint32_t *n,
                              const uint32_t *leaf, mgp_f_t *out) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_t object;
  OBJECT(f);
  HOST(n, 1);
  HOST(leaf, 1);
  HOST(out, 1);
  return INNER(fold_open, f, n, leaf, out);
}

static void fold_end(mgp_backend_t *be, mgp_fold_t *f) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_strict_object_remove(st, f);
  INNER(fold_end, f);
}

static uint64_t fold_bytes(mgp_backend_t *be, unsigned s, unsigned k) {
  mgp_strict_t *st = mgp_strict_of(be);
  return INNER(fold_bytes, s, k);
}

static mgp_status_t grind(mgp_backend_t *be, const mgp_digest_t seed, unsigned bits, uint32_t first,
                          uint32_t n, uint32_t *nonce) {
  mgp_strict_t *st = mgp_strict_of(be);
  HOST(seed, MGP_DIGEST_WORDS);
  HOST(nonce, 1);
  return INNER(grind, seed, bits, first, n, nonce);
}

/* --- the backend ------------------------------------------------------------------------------ */

static void destroy(mgp_backend_t *be) {
  mgp_strict_t *st = mgp_strict_of(be);
  mgp_ledger_t *ledger = be->ledger;
  mgp_strict_free(st, st->insns);
  mgp_backend_destroy(st->inner);
  mgp_ledger_free(ledger, st->blocks);
  mgp_ledger_free(ledger, st->objects);
  mgp_ledger_free(ledger, st);
}

static const mgp_backend_ops_t strict_ops = {
    .alloc = alloc,
    .free = free_,
    .upload = upload,
    .download = download,
    .copy = copy,
    .zero = zero,
    .set_program = set_program,
    .program_bytes = program_bytes,
    .index = index_,
    .touch_words = mgp_strict_touch_words,
    .word_merge = mgp_strict_word_merge,
    .word_find = mgp_strict_word_find,
    .patch = mgp_strict_patch,
    .bound_rows = mgp_strict_bound_rows,
    .ram_rows = mgp_strict_ram_rows,
    .ram_points = mgp_strict_ram_points,
    .ram_sums = mgp_strict_ram_sums,
    .ram_chain = mgp_strict_ram_chain,
    .replay = replay,
    .count = count,
    .count_end = count_end,
    .table_columns = table_columns,
    .unstack = unstack,
    .commit_begin = commit_begin,
    .commit_column = commit_column,
    .commit_end = commit_end,
    .commit_abort = commit_abort,
    .tree_free = tree_free,
    .commit_bytes = commit_bytes,
    .table_bytes = table_bytes,
    .query_begin = query_begin,
    .query_column = query_column,
    .query_end = query_end,
    .query_abort = query_abort,
    .query_bytes = query_bytes,
    .gkr_begin = gkr_begin,
    .gkr_layer = gkr_layer,
    .gkr_round = gkr_round,
    .gkr_bind = gkr_bind,
    .gkr_evals = gkr_evals,
    .gkr_end = gkr_end,
    .main_begin = main_begin,
    .main_round = main_round,
    .main_bind = main_bind,
    .main_evals = main_evals,
    .main_end = main_end,
    .task_prepare = mgp_task_keep,
    .task_begin = mgp_task_by_rounds, /* by the operations above, checked one by one */
    .task_end = mgp_task_done,
    .task_bytes = task_bytes,
    .eq_tables = eq_tables,
    .weights = weights,
    .combine = combine,
    .inner = inner,
    .scatter = scatter,
    .pair_round = pair_round,
    .pair_values = pair_values,
    .pair_fill = pair_fill,
    .fold_begin = fold_begin,
    .fold_commit = fold_commit,
    .fold_round = fold_round,
    .fold_bind = fold_bind,
    .fold_final = fold_final,
    .fold_open = fold_open,
    .fold_end = fold_end,
    .fold_bytes = fold_bytes,
    .grind = grind,
    .destroy = destroy,
};

mgp_status_t mgp_backend_strict_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                       mgp_backend_t **out) {
  mgp_strict_t *st;
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_PLAN, sizeof *st, (void **)&st));
  memset(st, 0, sizeof *st);
  mgp_status_t status = mgp_backend_cpu_create(chips, ledger, MGP_ISA_PORTABLE, 1, &st->inner);
  if (status != MGP_OK) {
    mgp_ledger_free(ledger, st);
    return status;
  }
  st->base = *st->inner;
  st->base.ops = &strict_ops;
  st->base.name = "strict";
  *out = &st->base;
  return MGP_OK;
}
