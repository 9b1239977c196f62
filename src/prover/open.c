/* Opening: all column claims to one point on the stacked columns (docs/protocol.md, 5.7 and 5.8).
 */
#include <string.h>

#include "prover/messages.h"
#include "verifier/multilinear.h"

typedef struct {
  mgp_session_t *s;
  mgp_f_t *d_ge;     /* [own traces][2][D][2^b]: G_t and eq(r_low, .) */
  mgp_f_t *d_eq;     /* eq(rho_low, .): ext planes of 2^b */
  mgp_e_t *d_w;      /* [own columns][2^(s-b)]: weights of chunks, 0 where there is none */
  mgp_e_t *d_values; /* likewise: values of chunks */
  mgp_f_t *d_pairs;  /* [own columns][2][D][2^(s-b)]: both */
  mgp_f_t *d_q;
  mgp_e_t gamma;
  mgp_weights_t *weights; /* [own traces] */
  const mgp_e_t *eq_u;
  uint32_t first_trace, first_col, ntraces, ncols;
} opener_t;

static const mgp_e_t *point_of(const opener_t *o, const mgp_trace_t *t) {
  size_t k = (size_t)(t - o->s->now->shape.traces) - o->first_trace;
  return o->s->now->points + k * MGP_MAX_LOG_ROWS;
}

static unsigned log_chunk_rows(const opener_t *o, const mgp_trace_t *t) {
  const unsigned b = o->s->now->params.log_chunk;
  return t->log_rows > b ? t->log_rows - b : 0;
}

/* Chunks of this rank before those of a partition: they fill its columns in order. */
static size_t chunks_before(const opener_t *o, uint32_t partition) {
  const mgp_params_t *p = &o->s->now->params;
  size_t col = o->s->now->shape.first_col[partition] - o->first_col;
  return col << (p->log_height - p->log_chunk);
}

/* Of chunk row i and column c of a trace: scale * gamma^(claim of column c) * eq(r_high, i) */
static void describe_weights(const opener_t *o, uint32_t k, mgp_e_t scale) {
  const mgp_trace_t *t = &o->s->now->shape.traces[o->first_trace + k];
  const uint32_t ncols = o->s->chips->chip[t->chip].ncols;
  o->weights[k] = (mgp_weights_t){
      .first = (uint32_t)(chunks_before(o, t->partition) + t->first_chunk),
      .nrows = t->nchunks,
      .ncols = ncols,
      .nvars = log_chunk_rows(o, t),
      .point = point_of(o, t) + o->s->now->params.log_chunk,
      .scale = mgp_e_mul(scale, mgp_e_pow(o->gamma, t->first_claim)),
  };
}

static mgp_status_t make_weights(opener_t *o) {
  return o->s->be->ops->weights(o->s->be, o->weights, o->ntraces, o->gamma, o->d_w);
}

/* Of the own traces from number k on, or of slabs of one that it describes; d_chunks: from chunk
 * `from` of this rank on. */
static mgp_status_t combine(const opener_t *o, uint32_t k, const mgp_weights_t *lists,
                            uint32_t count, uint32_t from, const mgp_f_t *d_chunks) {
  const unsigned b = o->s->now->params.log_chunk;
  const size_t stride = (2 * (size_t)MGP_D) << b;
  return o->s->be->ops->combine(o->s->be, d_chunks, from, lists, count, b, o->d_w, stride,
                                o->d_ge + k * stride);
}

static mgp_status_t combine_slabs(void *arg, const mgp_trace_t *t, uint32_t first, uint32_t n,
                                  const mgp_f_t *d_slabs) {
  const opener_t *o = arg;
  const uint32_t k = (uint32_t)(t - o->s->now->shape.traces) - o->first_trace;
  mgp_weights_t slabs = o->weights[k];
  slabs.first += first * slabs.ncols;
  slabs.nrows = n;
  return combine(o, k, &slabs, 1, slabs.first, d_slabs);
}

static mgp_status_t inner_chunks(void *arg, const mgp_part_t *part, uint32_t first, uint32_t n,
                                 const mgp_f_t *d_chunks) {
  opener_t *o = arg;
  return o->s->be->ops->inner(o->s->be, d_chunks, n, o->s->now->params.log_chunk, o->d_eq,
                              o->d_values + chunks_before(o, part->p) + first);
}

static mgp_status_t scatter_chunks(void *arg, const mgp_part_t *part, uint32_t first, uint32_t n,
                                   const mgp_f_t *d_chunks) {
  opener_t *o = arg;
  const mgp_params_t *p = &o->s->now->params;
  return o->s->be->ops->scatter(o->s->be, d_chunks, first, n, p->log_chunk,
                                o->eq_u + o->s->now->shape.first_col[part->p], p->log_height,
                                o->d_q);
}

/* Partitions with chunks, one after the other: by traces, all together if the partition is kept, or
 * by chunks. */
static mgp_status_t combine_parts(opener_t *o) {
  mgp_session_t *s = o->s;
  for (uint32_t i = 0; i < s->nparts; i++) {
    mgp_part_t *part = &s->now->parts[i];
    const uint32_t k = s->now->shape.first_trace[part->p] - o->first_trace;
    const uint32_t count =
        s->now->shape.first_trace[part->p + 1] - s->now->shape.first_trace[part->p];
    if (s->now->shape.ncols[part->p] == 0) continue;
    if (part->d_stack)
      MGP_TRY(
          combine(o, k, o->weights + k, count, (uint32_t)chunks_before(o, part->p), part->d_stack));
    else
      MGP_TRY(mgp_replay_slabs(s, part, MGP_BUILD_COMBINE, combine_slabs, o));
  }
  return MGP_OK;
}
static mgp_status_t each_part(opener_t *o, mgp_build_use_t use, mgp_chunk_fn_t fn) {
  mgp_session_t *s = o->s;
  for (uint32_t i = 0; i < s->nparts; i++)
    if (s->now->shape.ncols[s->now->parts[i].p] != 0)
      MGP_TRY(mgp_replay_chunks(s, &s->now->parts[i], use, fn, o));
  return MGP_OK;
}

/* Sends the round polynomial given by its values at 0, 1, 2; returns the challenge. */
static mgp_status_t send_round(mgp_session_t *s, const mgp_e_t v[3], mgp_e_t *x) {
  mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2));
  mgp_e_t h[2];
  mgp_e_t d1 = mgp_e_sub(v[1], v[0]), d2 = mgp_e_sub(mgp_e_sub(v[2], v[1]), d1);
  h[1] = mgp_e_mul_f(d2, half);
  h[0] = mgp_e_sub(d1, h[1]);
  MGP_TRY(mgp_send_ext(s, MGP_LABEL_OPEN_ROUND, h, 2));
  *x = mgp_transcript_squeeze_ext(&s->now->tr);
  return MGP_OK;
}

/* The value at x of the polynomial of degree 2 with the values v at 0, 1, 2. */
static mgp_e_t value_at(const mgp_e_t v[3], mgp_e_t x) {
  const mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2));
  const mgp_e_t d1 = mgp_e_sub(v[1], v[0]), d2 = mgp_e_sub(mgp_e_sub(v[2], v[1]), d1);
  const mgp_e_t slope = mgp_e_add(d1, mgp_e_mul_f(mgp_e_mul(mgp_e_sub(x, mgp_e_one()), d2), half));
  return mgp_e_add(v[0], mgp_e_mul(x, slope));
}

/* Two rounds out of the sums v[3 Y + X] with the first variable at X and the second one at Y. */
static mgp_status_t send_rounds(mgp_session_t *s, const mgp_e_t v[9], mgp_e_t x[2]) {
  mgp_e_t h[3];
  for (int i = 0; i < 3; i++) h[i] = mgp_e_add(v[i], v[3 + i]);
  MGP_TRY(send_round(s, h, &x[0]));
  for (int i = 0; i < 3; i++) h[i] = value_at(v + 3 * (size_t)i, x[0]);
  return send_round(s, h, &x[1]);
}

/* The rounds that bind one variable after another of `count` pairs of 2^n values on this rank,
 * added over ranks if all have theirs, which `local` says. Two at a time, so that devices and ranks
 * are waited for half as often: values with both variables at 0, 1, 2 say what the second round
 * needs whatever the first challenge is. The last challenges are left to be bound. Collective. */
static mgp_status_t rounds(opener_t *o, mgp_status_t local, mgp_f_t *d_pairs, uint32_t count,
                           unsigned n, mgp_e_t *rho) {
  mgp_session_t *s = o->s;
  const size_t stride = (size_t)1 << n;
  for (unsigned i = 0, bound = 0, m; i < n; i += m, bound = m) {
    mgp_e_t v[9];
    m = n - i < 2 ? 1 : 2;
    for (int k = 0; k < 9; k++) v[k] = mgp_e_zero();
    if (local == MGP_OK && count)
      local = s->be->ops->pair_round(s->be, d_pairs, count, stride, n - i + bound, bound,
                                     rho + i - bound, m, v);
    MGP_TRY(mgp_sum_ext(s, local, v, m == 2 ? 9 : 3));
    MGP_TRY(m == 2 ? send_rounds(s, v, rho + i) : send_round(s, v, &rho[i]));
  }
  return local;
}

/* eq(r_low, .) of each own trace. */
static mgp_status_t low_tables(opener_t *o) {
  mgp_session_t *s = o->s;
  const unsigned b = s->now->params.log_chunk;
  mgp_e_t *points = NULL;
  if (o->ntraces == 0) return MGP_OK;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, (size_t)o->ntraces * b * sizeof *points, &points));
  for (uint32_t k = 0; k < o->ntraces; k++) {
    const mgp_trace_t *t = &s->now->shape.traces[o->first_trace + k];
    for (unsigned i = 0; i < b; i++)
      points[k * b + i] = i < t->log_rows ? point_of(o, t)[i] : mgp_e_zero();
  }
  mgp_status_t st = s->be->ops->eq_tables(s->be, points, o->ntraces, b, (2 * (size_t)MGP_D) << b,
                                          o->d_ge + ((size_t)MGP_D << b));
  mgp_host_free(s, points);
  return st;
}

/* G_t and eq(r_low, .) of the own traces. */
static mgp_status_t row_pairs(opener_t *o) {
  mgp_session_t *s = o->s;
  const unsigned b = s->now->params.log_chunk;
  MGP_TRY(
      s->be->ops->zero(s->be, o->d_ge, (((size_t)o->ntraces * 2 * MGP_D) << b) * sizeof(mgp_f_t)));
  for (uint32_t k = 0; k < o->ntraces; k++) describe_weights(o, k, mgp_e_one());
  MGP_TRY(make_weights(o));
  MGP_TRY(combine_parts(o));
  return low_tables(o);
}

/* Weights times eq(r_low, rho_low) of their trace, which is what the rounds have made of its table.
 */
static mgp_status_t finish_weights(opener_t *o) {
  const unsigned b = o->s->now->params.log_chunk;
  for (uint32_t k = 0; k < o->ntraces; k++) {
    const mgp_trace_t *t = &o->s->now->shape.traces[o->first_trace + k];
    mgp_e_t eq = mgp_e_one();
    for (unsigned i = 0; i < b; i++) {
      const mgp_e_t r = i < t->log_rows ? point_of(o, t)[i] : mgp_e_zero();
      eq = mgp_e_mul(eq, mgp_ml_eq1(r, o->s->now->rho[i]));
    }
    describe_weights(o, k, eq);
  }
  return make_weights(o);
}

/* Chunk values at rho_low and their weights, for the columns of this rank. */
static mgp_status_t chunk_values(opener_t *o) {
  mgp_session_t *s = o->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  const unsigned b = s->now->params.log_chunk, hi = s->now->params.log_height - b;
  const size_t nbytes = ((size_t)o->ncols << hi) * sizeof(mgp_e_t);
  mgp_status_t st;
  MGP_TRY(ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes + 1, (void **)&o->d_values));
  MGP_TRY_GOTO(st, ops->eq_tables(s->be, s->now->rho, 1, b, 0, o->d_eq), out);
  MGP_TRY_GOTO(st, ops->zero(s->be, o->d_values, nbytes), out); /* where there is no chunk */
  MGP_TRY_GOTO(st, each_part(o, MGP_BUILD_INNER, inner_chunks), out);
  MGP_TRY_GOTO(st, finish_weights(o), out);
  MGP_TRY_GOTO(st, ops->alloc(s->be, MGP_MEM_SCRATCH, 2 * nbytes + 1, (void **)&o->d_pairs), out);
  st = ops->pair_fill(s->be, o->d_values, o->d_w, o->ncols, hi, o->d_pairs);
out:
  ops->free(s->be, o->d_values);
  return st;
}

/* The values of all columns, at the n variables that the rounds have left, on every rank. v: [M].
 */
static mgp_status_t column_values(opener_t *o, unsigned n, const mgp_e_t *x, mgp_e_t *v) {
  mgp_session_t *s = o->s;
  mgp_comm_parts_t all = {0};
  mgp_e_t *mine = NULL;
  mgp_status_t st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (o->ncols + 1) * sizeof *mine, &mine);
  if (st == MGP_OK)
    st = s->be->ops->pair_values(
        s->be, o->d_pairs, o->ncols,
        (size_t)1 << (s->now->params.log_height - s->now->params.log_chunk), n, x, mine);
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, st, mine, o->ncols * sizeof *mine, &all), out);
  memcpy(v, all.data, s->now->shape.total_cols * sizeof *v);
out:
  mgp_comm_parts_free(&all);
  mgp_host_free(s, mine);
  return st;
}

/* The last s - b rounds, over all columns' chunk values. local: as in rounds. */
static mgp_status_t position_rounds(opener_t *o, mgp_status_t local, mgp_e_t *v) {
  mgp_session_t *s = o->s;
  const unsigned b = s->now->params.log_chunk, hi = s->now->params.log_height - b;
  const unsigned left = hi < 2 ? hi : hi % 2 ? 1 : 2;
  MGP_TRY(rounds(o, local, o->d_pairs, o->ncols, hi, s->now->rho + b));
  MGP_TRY(column_values(o, left, s->now->rho + s->now->params.log_height - left, v));
  s->be->ops->free(s->be, o->d_pairs);
  o->d_pairs = NULL;
  return MGP_OK;
}

/* u, then Q = sum_j eq(u, j) q_j */
static mgp_status_t combine_columns(opener_t *o, const mgp_e_t *v) {
  mgp_session_t *s = o->s;
  uint32_t m = s->now->shape.total_cols;
  unsigned log_m = 0;
  mgp_e_t u[32], *eq_u = NULL;
  mgp_status_t st;
  while ((1u << log_m) < m) log_m++;
  MGP_TRY(mgp_send_ext(s, MGP_LABEL_V, v, m));
  MGP_TRY(mgp_send_nonce(s, MGP_OK, s->now->params.grind_u));
  for (unsigned i = 0; i < log_m; i++) u[i] = mgp_transcript_squeeze_ext(&s->now->tr);
  st = mgp_host_alloc(s, MGP_MEM_SCRATCH, sizeof(mgp_e_t) << log_m, &eq_u);
  if (st == MGP_OK) {
    size_t nbytes = ((size_t)MGP_D << s->now->params.log_height) * sizeof(mgp_f_t);
    mgp_eq_table_host(u, log_m, eq_u);
    o->eq_u = eq_u;
    st = s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes, (void **)&s->now->d_q);
    o->d_q = s->now->d_q;
    if (st == MGP_OK) st = s->be->ops->zero(s->be, s->now->d_q, nbytes);
  }
  if (st == MGP_OK)
    st = mgp_link_wake(&s->link); /* before the devices are busy, for what follows */
  if (st == MGP_OK) st = each_part(o, MGP_BUILD_SCATTER, scatter_chunks);
  st = mgp_link_sum_field(&s->link, st, s->now->d_q, (uint64_t)MGP_D << s->now->params.log_height);
  mgp_host_free(s, eq_u);
  return st;
}

static mgp_status_t alloc_opener(opener_t *o) {
  mgp_session_t *s = o->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  const unsigned b = s->now->params.log_chunk, hi = s->now->params.log_height - b;
  const size_t nbytes = ((size_t)o->ncols << hi) * sizeof *o->d_w;
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_PROOF, MGP_MAX_LOG_HEIGHT * sizeof *s->now->rho, &s->now->rho));
  MGP_TRY(mgp_host_alloc(s, MGP_MEM_SCRATCH, (o->ntraces + 1) * sizeof *o->weights, &o->weights));
  MGP_TRY(ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes + 1, (void **)&o->d_w));
  MGP_TRY(ops->zero(s->be, o->d_w, nbytes));
  MGP_TRY(ops->alloc(s->be, MGP_MEM_SCRATCH,
                     (((size_t)o->ntraces * 2 * MGP_D) << b) * sizeof(mgp_f_t) + 4,
                     (void **)&o->d_ge));
  return ops->alloc(s->be, MGP_MEM_SCRATCH, ((size_t)MGP_D << b) * sizeof(mgp_f_t),
                    (void **)&o->d_eq);
}

mgp_status_t mgp_phase_open(mgp_session_t *s) {
  const mgp_backend_ops_t *ops = s->be->ops;
  const uint32_t end_part = s->first_part + s->nparts;
  opener_t o = {.s = s,
                .first_trace = s->now->shape.first_trace[s->first_part],
                .first_col = s->now->shape.first_col[s->first_part]};
  mgp_e_t *v = NULL;
  o.gamma = mgp_transcript_squeeze_ext(&s->now->tr);
  o.ntraces = s->now->shape.first_trace[end_part] - o.first_trace;
  o.ncols = s->now->shape.first_col[end_part] - o.first_col;
  mgp_status_t st = alloc_opener(&o);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, s->now->shape.total_cols * sizeof *v, &v);
  if (st == MGP_OK) st = row_pairs(&o);
  st = mgp_tasks_collect(s, st); /* while devices combine */
  MGP_TRY_GOTO(st, rounds(&o, st, o.d_ge, o.ntraces, s->now->params.log_chunk, s->now->rho), out);
  ops->free(s->be, o.d_ge);
  o.d_ge = NULL;
  st = chunk_values(&o);
  ops->free(s->be, o.d_w);
  o.d_w = NULL;
  MGP_TRY_GOTO(st, position_rounds(&o, st, v), out);
  st = combine_columns(&o, v);
out:
  mgp_host_free(s, v);
  ops->free(s->be, o.d_pairs);
  ops->free(s->be, o.d_eq);
  ops->free(s->be, o.d_ge);
  ops->free(s->be, o.d_w);
  mgp_host_free(s, o.weights);
  return st;
}
