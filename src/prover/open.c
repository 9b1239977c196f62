/* Opening: all column claims to one point on the stacked columns (docs/protocol.md, 5.7 and 5.8).
 */
#include <string.h>

#include "prover/messages.h"

#define WEIGHTS 4096u /* chunks of one call, at most */

typedef struct {
  mgp_session_t *s;
  mgp_f_t *d_ge;     /* [own traces][2][D][2^b]: G_t and eq(r_low, .) */
  mgp_f_t *d_eq;     /* eq(rho_low, .): ext planes of 2^b */
  mgp_e_t *d_values; /* [own columns][2^(s-b)]: chunk values */
  mgp_f_t *d_q;
  mgp_e_t gamma;
  mgp_e_t *e_low; /* [own traces]: eq(r_low, rho_low) */
  mgp_f_t *block; /* [own columns][2][D][2^(s-b)]: chunk values and weights */
  const mgp_e_t *eq_u;
  mgp_e_t *w;    /* [WEIGHTS] of the chunks in hand */
  uint32_t *pos; /* [WEIGHTS] and where they go */
  uint32_t first_trace, first_col;
} opener_t;

static const mgp_e_t *point_of(const opener_t *o, const mgp_trace_t *t) {
  size_t k = (size_t)(t - o->s->shape.traces) - o->first_trace;
  return o->s->points + k * MGP_MAX_LOG_ROWS;
}

/* w[c] = gamma^(claim of column c) * eq(r_high, chunk_row) */
static void chunk_weights(const opener_t *o, const mgp_trace_t *t, uint32_t chunk_row, mgp_e_t *w) {
  unsigned b = o->s->params.log_chunk;
  mgp_e_t x = mgp_e_pow(o->gamma, t->first_claim);
  if (t->log_rows > b)
    x = mgp_e_mul(x, mgp_eq_index(point_of(o, t) + b, t->log_rows - b, chunk_row));
  for (uint32_t c = 0; c < o->s->chips->chip[t->chip].ncols; c++) {
    w[c] = x;
    x = mgp_e_mul(x, o->gamma);
  }
}

static mgp_status_t combine_slabs(void *arg, const mgp_trace_t *t, uint32_t first, uint32_t n,
                                  const mgp_f_t *d_slabs) {
  opener_t *o = arg;
  const unsigned b = o->s->params.log_chunk;
  const uint32_t ncols = o->s->chips->chip[t->chip].ncols, most = WEIGHTS / ncols;
  const size_t k = (size_t)(t - o->s->shape.traces) - o->first_trace;
  for (uint32_t at = 0, m; at < n; at += m) {
    m = n - at < most ? n - at : most;
    for (uint32_t i = 0; i < m; i++) chunk_weights(o, t, first + at + i, o->w + i * ncols);
    MGP_TRY(o->s->be->ops->combine(o->s->be, d_slabs + (((size_t)at * ncols) << b), m * ncols, b,
                                   o->w, o->d_ge + ((k * 2 * MGP_D) << b)));
  }
  return MGP_OK;
}

static void place(mgp_f_t *block, size_t col, int which, size_t pos, unsigned log_n, mgp_e_t v) {
  for (int i = 0; i < MGP_D; i++)
    block[(((col * 2 + (size_t)which) * MGP_D + (size_t)i) << log_n) + pos] = v.c[i];
}

/* Chunks of this rank before those of a partition: they fill its columns in order. */
static size_t chunks_before(const opener_t *o, uint32_t partition) {
  const mgp_params_t *p = &o->s->params;
  size_t col = o->s->shape.first_col[partition] - o->first_col;
  return col << (p->log_height - p->log_chunk);
}

static mgp_status_t inner_chunks(void *arg, const mgp_part_t *part, uint32_t first, uint32_t n,
                                 const mgp_f_t *d_chunks) {
  opener_t *o = arg;
  return o->s->be->ops->inner(o->s->be, d_chunks, n, o->s->params.log_chunk, o->d_eq,
                              o->d_values + chunks_before(o, part->p) + first);
}

/* Values of a trace's chunks and their weights into the block. */
static void place_trace(opener_t *o, const mgp_trace_t *t, const mgp_e_t *values) {
  const mgp_params_t *p = &o->s->params;
  unsigned hi = p->log_height - p->log_chunk;
  size_t k = (size_t)(t - o->s->shape.traces) - o->first_trace;
  const uint32_t ncols = o->s->chips->chip[t->chip].ncols;
  size_t first = chunks_before(o, t->partition) + t->first_chunk;
  for (uint32_t i = 0; i < t->nchunks; i++, first += ncols) {
    chunk_weights(o, t, i, o->w);
    for (uint32_t c = 0; c < ncols; c++) {
      size_t col = (first + c) >> hi, pos = (first + c) & (((size_t)1 << hi) - 1);
      place(o->block, col, 0, pos, hi, values[first + c]);
      place(o->block, col, 1, pos, hi, mgp_e_mul(o->w[c], o->e_low[k]));
    }
  }
}

static mgp_status_t scatter_chunks(void *arg, const mgp_part_t *part, uint32_t first, uint32_t n,
                                   const mgp_f_t *d_chunks) {
  opener_t *o = arg;
  const mgp_params_t *p = &o->s->params;
  const unsigned b = p->log_chunk, hi = p->log_height - b;
  for (uint32_t at = 0, m; at < n; at += m) {
    m = n - at < WEIGHTS ? n - at : WEIGHTS;
    for (uint32_t c = 0; c < m; c++) {
      uint32_t e = first + at + c;
      o->w[c] = o->eq_u[o->s->shape.first_col[part->p] + (e >> hi)];
      o->pos[c] = e & ((1u << hi) - 1);
    }
    MGP_TRY(o->s->be->ops->scatter(o->s->be, d_chunks + ((size_t)at << b), m, b, o->w, o->pos,
                                   p->log_height, o->d_q));
  }
  return MGP_OK;
}

/* Partitions with chunks, one after the other: by traces, or by chunks. */
static mgp_status_t combine_parts(opener_t *o) {
  mgp_session_t *s = o->s;
  for (uint32_t i = 0; i < s->nparts; i++)
    if (s->shape.ncols[s->parts[i].p] != 0)
      MGP_TRY(mgp_replay_slabs(s, &s->parts[i], MGP_BUILD_COMBINE, combine_slabs, o));
  return MGP_OK;
}
static mgp_status_t each_part(opener_t *o, mgp_build_use_t use, mgp_chunk_fn_t fn) {
  mgp_session_t *s = o->s;
  for (uint32_t i = 0; i < s->nparts; i++)
    if (s->shape.ncols[s->parts[i].p] != 0) MGP_TRY(mgp_replay_chunks(s, &s->parts[i], use, fn, o));
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
  *x = mgp_transcript_squeeze_ext(&s->tr);
  return MGP_OK;
}

/* The first b rounds: sum over own traces of G_t * eq(r_low, .), added over ranks each round. */
static mgp_status_t row_rounds(opener_t *o, uint32_t ntraces) {
  mgp_session_t *s = o->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  unsigned b = s->params.log_chunk;
  mgp_status_t st = ops->zero(s->be, o->d_ge, (((size_t)ntraces * 2 * MGP_D) << b) * 4);
  for (uint32_t k = 0; k < ntraces && st == MGP_OK; k++) {
    const mgp_trace_t *t = &s->shape.traces[o->first_trace + k];
    mgp_e_t r_low[MGP_MAX_LOG_CHUNK];
    for (unsigned i = 0; i < b; i++) r_low[i] = i < t->log_rows ? point_of(o, t)[i] : mgp_e_zero();
    st = ops->eq_table(s->be, r_low, b, o->d_ge + (((size_t)k * 2 + 1) * MGP_D << b));
  }
  if (st == MGP_OK) st = combine_parts(o);
  MGP_TRY(mgp_comm_agree(s->comm, st));
  for (unsigned i = 0; i < b; i++) {
    mgp_e_t v[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()};
    if (ntraces && st == MGP_OK)
      st = ops->pair_round(s->be, o->d_ge, ntraces, (size_t)1 << b, b - i, v);
    MGP_TRY(mgp_sum_ext(s, st, v, 3));
    MGP_TRY(send_round(s, v, &s->rho[i]));
    if (ntraces) st = ops->pair_bind(s->be, o->d_ge, ntraces, (size_t)1 << b, b - i, s->rho[i]);
  }
  return mgp_comm_agree(s->comm, st);
}

/* Chunk values at rho_low and their weights, for the columns of this rank. */
static mgp_status_t chunk_values(opener_t *o, uint32_t ntraces, uint32_t ncols) {
  mgp_session_t *s = o->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  unsigned b = s->params.log_chunk;
  size_t nbytes = ((size_t)ncols << (s->params.log_height - b)) * sizeof(mgp_e_t);
  mgp_e_t *values = NULL, (*ge)[2] = NULL;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, (ntraces + 1) * sizeof *ge, &ge), out);
  MGP_TRY_GOTO(st, mgp_host_alloc(s, MGP_MEM_SCRATCH, nbytes + 1, &values), out);
  MGP_TRY_GOTO(st, ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes + 1, (void **)&o->d_values), out);
  MGP_TRY_GOTO(st, ops->pair_values(s->be, o->d_ge, ntraces, (size_t)1 << b, ge[0]), out);
  for (uint32_t k = 0; k < ntraces; k++) o->e_low[k] = ge[k][1];
  MGP_TRY_GOTO(st, ops->eq_table(s->be, s->rho, b, o->d_eq), out);
  MGP_TRY_GOTO(st, each_part(o, MGP_BUILD_INNER, inner_chunks), out);
  MGP_TRY_GOTO(st, ops->download(s->be, values, o->d_values, nbytes), out);
  for (uint32_t k = 0; k < ntraces; k++)
    place_trace(o, &s->shape.traces[o->first_trace + k], values);
out:
  ops->free(s->be, o->d_values);
  mgp_host_free(s, values);
  mgp_host_free(s, ge);
  return st;
}

/* The last s - b rounds: over all columns' chunk values, the same on every rank. v: [M]. */
static mgp_status_t position_rounds(opener_t *o, uint64_t block_nbytes, mgp_e_t *v) {
  mgp_session_t *s = o->s;
  const mgp_backend_ops_t *ops = s->be->ops;
  unsigned b = s->params.log_chunk, hi = s->params.log_height - b;
  uint32_t m = s->shape.total_cols;
  mgp_comm_parts_t all = {0};
  mgp_f_t *d_all = NULL;
  mgp_e_t(*hw)[2] = NULL;
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, o->block, block_nbytes, &all), out);
  st = ops->alloc(s->be, MGP_MEM_SCRATCH, all.offset[s->nranks], (void **)&d_all);
  if (st == MGP_OK) st = ops->upload(s->be, d_all, all.data, all.offset[s->nranks]);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, m * sizeof *hw, &hw);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  for (unsigned i = 0; i < hi; i++) {
    mgp_e_t h[3];
    MGP_TRY_GOTO(st, ops->pair_round(s->be, d_all, m, (size_t)1 << hi, hi - i, h), out);
    MGP_TRY_GOTO(st, send_round(s, h, &s->rho[b + i]), out);
    MGP_TRY_GOTO(st, ops->pair_bind(s->be, d_all, m, (size_t)1 << hi, hi - i, s->rho[b + i]), out);
  }
  MGP_TRY_GOTO(st, ops->pair_values(s->be, d_all, m, (size_t)1 << hi, hw[0]), out);
  for (uint32_t j = 0; j < m; j++) v[j] = hw[j][0];
out:
  mgp_host_free(s, hw);
  ops->free(s->be, d_all);
  mgp_comm_parts_free(&all);
  return st;
}

/* u, then Q = sum_j eq(u, j) q_j */
static mgp_status_t combine_columns(opener_t *o, const mgp_e_t *v) {
  mgp_session_t *s = o->s;
  uint32_t m = s->shape.total_cols;
  unsigned log_m = 0;
  mgp_e_t u[32], *eq_u = NULL;
  mgp_status_t st;
  while ((1u << log_m) < m) log_m++;
  MGP_TRY(mgp_send_ext(s, MGP_LABEL_V, v, m));
  MGP_TRY(mgp_send_nonce(s, s->params.grind_u));
  for (unsigned i = 0; i < log_m; i++) u[i] = mgp_transcript_squeeze_ext(&s->tr);
  st = mgp_host_alloc(s, MGP_MEM_SCRATCH, sizeof(mgp_e_t) << log_m, &eq_u);
  if (st == MGP_OK) {
    size_t nbytes = ((size_t)MGP_D << s->params.log_height) * sizeof(mgp_f_t);
    mgp_eq_table_host(u, log_m, eq_u);
    o->eq_u = eq_u;
    st = s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes, (void **)&s->d_q);
    o->d_q = s->d_q;
    if (st == MGP_OK) st = s->be->ops->zero(s->be, s->d_q, nbytes);
  }
  if (st == MGP_OK) st = each_part(o, MGP_BUILD_SCATTER, scatter_chunks);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  st = mgp_link_sum_field(&s->link, s->d_q, (uint64_t)MGP_D << s->params.log_height);
out:
  mgp_host_free(s, eq_u);
  return st;
}

mgp_status_t mgp_phase_open(mgp_session_t *s) {
  const mgp_backend_ops_t *ops = s->be->ops;
  unsigned b = s->params.log_chunk, hi = s->params.log_height - b;
  uint32_t end_part = s->first_part + s->nparts;
  uint32_t ntraces = s->shape.first_trace[end_part] - s->shape.first_trace[s->first_part];
  uint32_t ncols = s->shape.first_col[end_part] - s->shape.first_col[s->first_part];
  uint64_t block_nbytes = (((uint64_t)ncols * 2 * MGP_D) << hi) * sizeof(mgp_f_t);
  opener_t o = {0};
  mgp_e_t *v = NULL;
  mgp_status_t st;
  o.s = s;
  o.gamma = mgp_transcript_squeeze_ext(&s->tr);
  o.first_trace = s->shape.first_trace[s->first_part];
  o.first_col = s->shape.first_col[s->first_part];

  st = mgp_host_alloc(s, MGP_MEM_PROOF, MGP_MAX_LOG_HEIGHT * sizeof *s->rho, &s->rho);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_SCRATCH, (ntraces + 1) * sizeof *o.e_low, &o.e_low);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, WEIGHTS * sizeof *o.w, &o.w);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, WEIGHTS * sizeof *o.pos, &o.pos);
  if (st == MGP_OK)
    st = ops->alloc(s->be, MGP_MEM_SCRATCH, (((size_t)ntraces * 2 * MGP_D) << b) * 4 + 4,
                    (void **)&o.d_ge);
  if (st == MGP_OK)
    st = ops->alloc(s->be, MGP_MEM_SCRATCH, ((size_t)MGP_D << b) * 4, (void **)&o.d_eq);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, block_nbytes + 4, &o.block);
  if (st == MGP_OK) st = mgp_host_alloc(s, MGP_MEM_SCRATCH, s->shape.total_cols * sizeof *v, &v);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  memset(o.block, 0, block_nbytes);

  MGP_TRY_GOTO(st, row_rounds(&o, ntraces), out);
  st = chunk_values(&o, ntraces, ncols);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  ops->free(s->be, o.d_ge);
  o.d_ge = NULL;
  MGP_TRY_GOTO(st, position_rounds(&o, block_nbytes, v), out);
  mgp_host_free(s, o.block);
  o.block = NULL;
  st = combine_columns(&o, v);
out:
  mgp_host_free(s, v);
  mgp_host_free(s, o.block);
  ops->free(s->be, o.d_eq);
  ops->free(s->be, o.d_ge);
  mgp_host_free(s, o.pos);
  mgp_host_free(s, o.w);
  mgp_host_free(s, o.e_low);
  return st;
}
