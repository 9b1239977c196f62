/* Witness replay: traces, slabs and stacked columns are made from raw state where they are used. */
#include <string.h>

#include "base/stop.h"
#include "prover/backend.h"

static uint32_t ncols_of(const mgp_session_t *s, const mgp_trace_t *t) {
  return s->chips->chip[t->chip].ncols;
}

static mgp_status_t build(mgp_session_t *s, mgp_part_t *part, const mgp_trace_t *t, uint32_t row0,
                          uint32_t nrows, uint32_t zero_to, size_t stride, mgp_f_t *d_out) {
  const uint32_t *d_index = t->chip < MGP_CHIP_FIRST_TABLE ? part->d_index[t->chip] : NULL;
  MGP_TRY(mgp_stop_check());
  return s->be->ops->replay(s->be, (mgp_chip_id_t)t->chip, &part->raw, d_index, t->first_row + row0,
                            nrows, zero_to, stride, d_out);
}

static void count_build(mgp_session_t *s, mgp_build_use_t use, const mgp_trace_t *t) {
  s->builds[use]++;
  if (s->opt->trace_log)
    fprintf(s->opt->trace_log, "build rank %u use %s partition %u chip %s rows %u\n", s->rank,
            mgp_build_use_name(use), t->partition, s->chips->chip[t->chip].name, t->rows);
}

static const mgp_f_t *cached_slab(const mgp_session_t *s, const mgp_part_t *part,
                                  const mgp_trace_t *t, uint32_t chunk_row) {
  size_t chunk = t->first_chunk + (size_t)chunk_row * ncols_of(s, t);
  return part->d_stack + (chunk << s->now->params.log_chunk);
}

mgp_status_t mgp_replay_trace(mgp_session_t *s, mgp_part_t *part, const mgp_trace_t *t,
                              size_t stride, mgp_f_t *d_trace, mgp_f_t *d_virt) {
  const mgp_backend_ops_t *ops = s->be->ops;
  if (part->d_stack) {
    MGP_TRY(ops->unstack(s->be, cached_slab(s, part, t, 0), ncols_of(s, t),
                         s->now->params.log_chunk, t->nchunks, stride, d_trace));
  } else {
    MGP_TRY(build(s, part, t, 0, t->rows, (uint32_t)stride, stride, d_trace));
    count_build(s, MGP_BUILD_TASK, t);
  }
  if (s->chips->chip[t->chip].nvirtual == 0) return MGP_OK;
  return ops->table_columns(s->be, (mgp_chip_id_t)t->chip, t->rows, stride, d_virt);
}

mgp_status_t mgp_replay_into(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                             const mgp_trace_t *t, mgp_f_t *d_slabs) {
  const uint32_t chunk = 1u << s->now->params.log_chunk;
  MGP_TRY(build(s, part, t, 0, t->rows, t->nchunks * chunk, chunk, d_slabs));
  count_build(s, use, t);
  return MGP_OK;
}

/* A device wants more than one slab at a time: launches of a few thousand rows leave it idle. */
uint64_t mgp_slab_bytes(const mgp_session_t *s) {
  uint64_t most = mgp_session_shares_memory(s) ? 0 : MGP_DEVICE_PIECE;
  for (uint32_t t = 0; t < s->now->shape.ntraces; t++) {
    if (mgp_part_owner(s, s->now->shape.traces[t].partition) != s->rank) continue;
    uint64_t n = (uint64_t)ncols_of(s, &s->now->shape.traces[t]) * sizeof(mgp_f_t)
                 << s->now->params.log_chunk;
    if (n > most) most = n;
  }
  return most;
}

/* As many slabs at a time as fit the buffer of nbytes. */
static mgp_status_t build_slabs(mgp_session_t *s, mgp_part_t *part, const mgp_trace_t *t,
                                mgp_f_t *d_slabs, uint64_t nbytes, mgp_slab_fn_t fn, void *arg) {
  const unsigned b = s->now->params.log_chunk;
  const uint32_t chunk = 1u << b;
  const uint32_t room = (uint32_t)(nbytes / (ncols_of(s, t) * sizeof(mgp_f_t)) >> b);
  for (uint32_t i = 0, n; i < t->nchunks; i += n) {
    n = t->nchunks - i < room ? t->nchunks - i : room;
    const uint32_t row0 = i << b, left = t->rows - row0, end = n << b;
    MGP_TRY(build(s, part, t, row0, left < end ? left : end, end, chunk, d_slabs));
    MGP_TRY(fn(arg, t, i, n, d_slabs));
  }
  return MGP_OK;
}

mgp_status_t mgp_replay_slabs(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                              mgp_slab_fn_t fn, void *arg) {
  mgp_status_t st = MGP_OK;
  mgp_f_t *d_slabs = NULL;
  const uint64_t nbytes = mgp_slab_bytes(s);
  if (!part->d_stack) MGP_TRY(s->be->ops->alloc(s->be, MGP_MEM_WITNESS, nbytes, (void **)&d_slabs));
  for (uint32_t k = s->now->shape.first_trace[part->p]; k < s->now->shape.first_trace[part->p + 1];
       k++) {
    const mgp_trace_t *t = &s->now->shape.traces[k];
    if (part->d_stack) {
      MGP_TRY_GOTO(st, fn(arg, t, 0, t->nchunks, cached_slab(s, part, t, 0)), out);
      continue;
    }
    MGP_TRY_GOTO(st, build_slabs(s, part, t, d_slabs, nbytes, fn, arg), out);
    count_build(s, use, t);
  }
out:
  s->be->ops->free(s->be, d_slabs);
  return st;
}

typedef struct {
  mgp_session_t *s;
  const mgp_part_t *part;
  mgp_chunk_fn_t fn;
  void *arg;
} chunks_t;

static mgp_status_t slab_chunks(void *arg, const mgp_trace_t *t, uint32_t first, uint32_t n,
                                const mgp_f_t *d_slabs) {
  const chunks_t *k = arg;
  const uint32_t ncols = ncols_of(k->s, t);
  return k->fn(k->arg, k->part, t->first_chunk + first * ncols, n * ncols, d_slabs);
}

mgp_status_t mgp_replay_chunks(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                               mgp_chunk_fn_t fn, void *arg) {
  chunks_t k = {s, part, fn, arg};
  if (part->d_stack) return fn(arg, part, 0, s->now->shape.nchunks[part->p], part->d_stack);
  return mgp_replay_slabs(s, part, use, slab_chunks, &k);
}

/* Appends chunks to a column buffer and hands on each column as it fills. */
typedef struct {
  mgp_session_t *s;
  mgp_f_t *d_col;
  size_t fill, height;
  mgp_column_fn_t fn;
  void *arg;
} stacker_t;

static mgp_status_t stack_chunks(void *arg, const mgp_part_t *part, uint32_t first, uint32_t count,
                                 const mgp_f_t *d_chunks) {
  stacker_t *k = arg;
  const mgp_backend_ops_t *ops = k->s->be->ops;
  size_t n = (size_t)count << k->s->now->params.log_chunk;
  (void)part, (void)first;
  while (n > 0) {
    size_t len = k->height - k->fill < n ? k->height - k->fill : n;
    MGP_TRY(ops->copy(k->s->be, k->d_col + k->fill, d_chunks, len * sizeof(mgp_f_t)));
    k->fill += len;
    d_chunks += len;
    n -= len;
    if (k->fill == k->height) {
      MGP_TRY(k->fn(k->arg, k->d_col));
      k->fill = 0;
    }
  }
  return MGP_OK;
}

mgp_status_t mgp_replay_columns(mgp_session_t *s, mgp_part_t *part, mgp_build_use_t use,
                                mgp_column_fn_t fn, void *arg) {
  mgp_status_t st;
  size_t height = (size_t)1 << s->now->params.log_height;
  if (part->d_stack) {
    for (uint32_t j = 0; j < s->now->shape.ncols[part->p]; j++)
      MGP_TRY(fn(arg, part->d_stack + j * height));
    return MGP_OK;
  }
  stacker_t k = {s, NULL, 0, height, fn, arg};
  MGP_TRY_GOTO(
      st, s->be->ops->alloc(s->be, MGP_MEM_WITNESS, height * sizeof(mgp_f_t), (void **)&k.d_col),
      out);
  MGP_TRY_GOTO(st, mgp_replay_chunks(s, part, use, stack_chunks, &k), out);
  if (k.fill > 0) {
    MGP_TRY_GOTO(st, s->be->ops->zero(s->be, k.d_col + k.fill, (height - k.fill) * sizeof(mgp_f_t)),
                 out);
    st = fn(arg, k.d_col);
  }
out:
  s->be->ops->free(s->be, k.d_col);
  return st;
}
