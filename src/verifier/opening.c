#include <stdlib.h>

#include "verifier/multilinear.h"
#include "verifier/verifier.h"

/* sum over the column claims of gamma^i claim_i */
static mgp_e_t combined_claim(const mgp_verifier_t *v, mgp_e_t gamma) {
  mgp_e_t c = mgp_e_zero();
  for (uint32_t t = v->shape->ntraces; t-- > 0;) {
    uint32_t ncols = v->chips->chip[v->shape->traces[t].chip].ncols;
    for (uint32_t i = ncols; i-- > 0;) c = mgp_e_add(mgp_e_mul(c, gamma), v->tasks[t].claims[i]);
  }
  return c;
}

/* eq(rho_low, r_low), r_low padded with zeros to b coordinates */
static mgp_e_t low_weight(const mgp_verifier_t *v, const mgp_trace_t *trace, const mgp_e_t *r) {
  mgp_e_t w = mgp_e_one();
  for (uint32_t i = 0; i < v->params->log_chunk; i++)
    w = mgp_e_mul(w, i < trace->log_rows ? mgp_ml_eq1(v->rho[i], r[i])
                                         : mgp_e_sub(mgp_e_one(), v->rho[i]));
  return w;
}

/* A trace's part of sum_j v_j W_j(rho), without the factor gamma^first_claim. position:
 * eq(rho_high,
 * .), high: scratch. Two multiplications a chunk. */
static mgp_e_t trace_weight(const mgp_verifier_t *v, const mgp_trace_t *trace, const mgp_e_t *r,
                            const mgp_e_t *values, mgp_e_t gamma, const mgp_e_t *position,
                            mgp_e_t *high) {
  uint32_t b = v->params->log_chunk, log_positions = v->params->log_height - b;
  uint32_t ncols = v->chips->chip[trace->chip].ncols, mask = (1u << log_positions) - 1;
  const mgp_e_t *column = values + v->shape->first_col[trace->partition];
  mgp_e_t sum = mgp_e_zero();
  if (trace->log_rows > b)
    mgp_ml_eq_table(r + b, trace->log_rows - b, trace->nchunks, high);
  else
    high[0] = mgp_e_one();
  for (uint32_t i = 0; i < trace->nchunks; i++) {
    uint32_t first = trace->first_chunk + i * ncols;
    mgp_e_t row = mgp_e_zero();
    for (uint32_t e = first + ncols; e-- > first;)
      row = mgp_e_add(mgp_e_mul(row, gamma),
                      mgp_e_mul(column[e >> log_positions], position[e & mask]));
    sum = mgp_e_add(sum, mgp_e_mul(row, high[i]));
  }
  return mgp_e_mul(sum, low_weight(v, trace, r));
}

/* sum_j v_j W_j(rho) */
static mgp_status_t weighted_values(const mgp_verifier_t *v, const mgp_e_t *values, mgp_e_t gamma,
                                    mgp_e_t *out) {
  const mgp_shape_t *s = v->shape;
  uint32_t b = v->params->log_chunk, log_positions = v->params->log_height - b;
  uint32_t npositions = 1, nhigh = 1;
  for (uint32_t p = 0; p < v->params->partitions; p++)
    if (s->nchunks[p] > npositions) npositions = s->nchunks[p];
  if (npositions > 1u << log_positions) npositions = 1u << log_positions;
  for (uint32_t t = 0; t < s->ntraces; t++)
    if (s->traces[t].nchunks > nhigh) nhigh = s->traces[t].nchunks;
  size_t room = ((size_t)1 << mgp_ml_log2_ceil(npositions));
  mgp_e_t *position = malloc((room + ((size_t)1 << mgp_ml_log2_ceil(nhigh))) * sizeof *position);
  if (!position) return mgp_fail(MGP_RESOURCES, "no memory for the weights of the chunks");
  mgp_ml_eq_table(v->rho + b, log_positions, npositions, position);
  mgp_e_t sum = mgp_e_zero(), power = mgp_e_one();
  for (uint32_t t = 0; t < s->ntraces; t++) {
    const mgp_trace_t *trace = &s->traces[t];
    mgp_e_t part =
        trace_weight(v, trace, v->tasks[t].point, values, gamma, position, position + room);
    sum = mgp_e_add(sum, mgp_e_mul(power, part));
    power = mgp_e_mul(power, mgp_e_pow(gamma, v->chips->chip[trace->chip].ncols));
  }
  free(position);
  *out = sum;
  return MGP_OK;
}

mgp_status_t mgp_verify_opening(mgp_verifier_t *v) {
  const mgp_e_t *msg, *values;
  uint32_t M = v->shape->total_cols, log_m = mgp_ml_log2_ceil(M);
  mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2));
  mgp_e_t gamma = mgp_transcript_squeeze_ext(&v->t);
  mgp_e_t c = combined_claim(v, gamma), sum;
  for (uint32_t i = 0; i < v->params->log_height; i++) {
    MGP_TRY(mgp_receive_ext(&v->in, &v->t, MGP_LABEL_OPEN_ROUND, 2, &msg));
    mgp_e_t h0 = mgp_e_mul_f(mgp_e_sub(c, mgp_e_add(msg[0], msg[1])), half);
    mgp_e_t x = mgp_transcript_squeeze_ext(&v->t);
    c = mgp_e_add(h0, mgp_e_mul(x, mgp_e_add(msg[0], mgp_e_mul(x, msg[1]))));
    v->rho[i] = x;
  }
  MGP_TRY(mgp_receive_ext(&v->in, &v->t, MGP_LABEL_V, M, &values));
  MGP_TRY(weighted_values(v, values, gamma, &sum));
  if (!mgp_e_eq(sum, c))
    return MGP_REJECT("open-v", "the values of the stacked columns do not fit the column claims");

  MGP_TRY(mgp_receive_nonce(&v->in, &v->t, v->params->grind_u, "u"));
  mgp_e_t u[32];
  for (uint32_t i = 0; i < log_m; i++) u[i] = mgp_transcript_squeeze_ext(&v->t);
  mgp_ml_eq_table(u, log_m, M, v->eq_u);
  v->claim = mgp_e_zero();
  for (uint32_t j = 0; j < M; j++) v->claim = mgp_e_add(v->claim, mgp_e_mul(v->eq_u[j], values[j]));
  return MGP_OK;
}
