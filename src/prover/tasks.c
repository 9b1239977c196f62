/* Chip proofs: one task per trace, under a transcript of its own (docs/protocol.md, 5.4). */
#include <string.h>

#include "prover/messages.h"

typedef struct {
  mgp_session_t *s;
  const mgp_trace_t *t;
  const mgp_chip_t *chip;
  mgp_f_t *d_trace, *d_virt;
  size_t stride;
  mgp_transcript_t tr;
  mgp_e_t point[MGP_MAX_LOG_ROWS + 8]; /* of the layer reached */
  mgp_e_t p, q;
} task_t;

static mgp_status_t send_ext(task_t *k, mgp_label_t label, const mgp_e_t *v, size_t n) {
  mgp_transcript_absorb_ext(&k->tr, label, v, n);
  return mgp_words_push_ext(&k->s->tasks, v, n);
}

/* h(x) by Horner's rule; n coefficients, the constant one first */
static mgp_e_t horner(const mgp_e_t *h, int n, mgp_e_t x) {
  mgp_e_t r = h[n - 1];
  for (int i = n - 2; i >= 0; i--) r = mgp_e_add(mgp_e_mul(r, x), h[i]);
  return r;
}

/* The prover divides by challenges where the verifier multiplies; they are zero with probability
 * 2^-123 each. */
static mgp_status_t invert(mgp_e_t x, mgp_e_t *out) {
  if (mgp_e_is_zero(x))
    return mgp_fail(MGP_INTERNAL, "a challenge hit an exceptional value (probability 2^-123)");
  *out = mgp_e_inv(x);
  return MGP_OK;
}

static mgp_status_t prove_layer(task_t *k, mgp_gkr_t *g, unsigned l) {
  const mgp_backend_ops_t *ops = k->s->be->ops;
  mgp_backend_t *be = k->s->be;
  mgp_e_t next[MGP_MAX_LOG_ROWS + 8], h[3], ev[4], r[2];
  mgp_e_t lambda = mgp_transcript_squeeze_ext(&k->tr);
  mgp_e_t c = mgp_e_add(k->p, mgp_e_mul(lambda, k->q));
  MGP_TRY(ops->gkr_layer(be, g, l, k->point, lambda));
  for (unsigned i = 0; i < l; i++) {
    mgp_e_t inv;
    MGP_TRY(ops->gkr_round(be, g, r));
    MGP_TRY(invert(k->point[i], &inv));
    h[0] = r[0];
    h[2] = r[1];
    h[1] = mgp_e_sub(mgp_e_mul(mgp_e_sub(c, h[0]), inv), h[2]);
    MGP_TRY(send_ext(k, MGP_LABEL_GKR_ROUND, h + 1, 2));
    mgp_e_t x = mgp_transcript_squeeze_ext(&k->tr);
    c = horner(h, 3, x);
    next[i + 1] = x;
    MGP_TRY(ops->gkr_bind(be, g, x));
  }
  MGP_TRY(ops->gkr_evals(be, g, ev));
  MGP_TRY(send_ext(k, MGP_LABEL_GKR_EVALS, ev, 4));
  mgp_e_t x = mgp_transcript_squeeze_ext(&k->tr);
  k->p = mgp_e_add(ev[0], mgp_e_mul(x, mgp_e_sub(ev[1], ev[0])));
  k->q = mgp_e_add(ev[2], mgp_e_mul(x, mgp_e_sub(ev[3], ev[2])));
  next[0] = x;
  memcpy(k->point, next, (l + 1) * sizeof next[0]);
  return MGP_OK;
}

static mgp_status_t prove_gkr(task_t *k) {
  const mgp_backend_ops_t *ops = k->s->be->ops;
  mgp_backend_t *be = k->s->be;
  mgp_gkr_t *g = NULL;
  mgp_e_t root[2];
  mgp_status_t st;
  MGP_TRY_GOTO(st,
               ops->gkr_begin(be, (mgp_chip_id_t)k->t->chip, k->d_trace, k->d_virt, k->stride,
                              k->t->rows, k->s->alpha, k->s->beta, &g, root),
               out);
  MGP_TRY_GOTO(st, send_ext(k, MGP_LABEL_GKR_ROOT, root, 2), out);
  k->p = root[0];
  k->q = root[1];
  for (unsigned l = 0; l < k->t->log_inter + k->t->log_rows; l++)
    MGP_TRY_GOTO(st, prove_layer(k, g, l), out);
out:
  ops->gkr_end(be, g);
  return st;
}

/* h(0) from the claim and h(1), and the coefficients from the values at 0, 1, 2, 3. */
static mgp_status_t main_coefficients(mgp_e_t c, mgp_e_t rho, const mgp_e_t ev[3], mgp_e_t h[4]) {
  mgp_e_t inv;
  MGP_TRY(invert(mgp_e_sub(mgp_e_one(), rho), &inv));
  mgp_e_t v0 = mgp_e_mul(mgp_e_sub(c, mgp_e_mul(rho, ev[0])), inv);
  /* Newton: differences d1, d2, d3; h = v0 + d1 X + d2 X(X-1)/2 + d3 X(X-1)(X-2)/6 */
  mgp_f_t half = mgp_f_inv(mgp_f_from_u32(2)), third = mgp_f_inv(mgp_f_from_u32(3));
  mgp_e_t a = mgp_e_sub(ev[0], v0), b = mgp_e_sub(ev[1], ev[0]), d = mgp_e_sub(ev[2], ev[1]);
  mgp_e_t d2 = mgp_e_mul_f(mgp_e_sub(b, a), half);
  mgp_e_t d3 = mgp_e_mul_f(mgp_e_mul_f(mgp_e_sub(mgp_e_sub(d, b), mgp_e_sub(b, a)), half), third);
  h[0] = v0;
  h[1] = mgp_e_add(mgp_e_sub(a, d2), mgp_e_add(d3, d3));
  h[2] = mgp_e_sub(d2, mgp_e_add(d3, mgp_e_add(d3, d3)));
  h[3] = d3;
  return MGP_OK;
}

static mgp_status_t prove_main(task_t *k, mgp_e_t *r_out) {
  const mgp_backend_ops_t *ops = k->s->be->ops;
  mgp_backend_t *be = k->s->be;
  unsigned m = k->t->log_inter, n = k->t->log_rows;
  const mgp_e_t *rho = k->point + m;
  mgp_e_t eq_int[2 * MGP_MAX_INTERACTIONS], cols[MGP_MAX_COLUMNS], h[4], ev[3];
  mgp_main_t *main_state = NULL;
  mgp_status_t st;
  mgp_eq_table_host(k->point, m, eq_int);
  mgp_e_t lambda = mgp_transcript_squeeze_ext(&k->tr);
  mgp_e_t c = mgp_e_add(k->p, mgp_e_mul(lambda, mgp_e_sub(k->q, mgp_e_one())));
  MGP_TRY_GOTO(st,
               ops->main_begin(be, (mgp_chip_id_t)k->t->chip, k->d_trace, k->d_virt, k->stride,
                               k->t->rows, n, rho, k->s->alpha, k->s->beta, lambda, eq_int,
                               &main_state),
               out);
  for (unsigned i = 0; i < n; i++) {
    MGP_TRY_GOTO(st, ops->main_round(be, main_state, ev), out);
    MGP_TRY_GOTO(st, main_coefficients(c, rho[i], ev, h), out);
    MGP_TRY_GOTO(st, send_ext(k, MGP_LABEL_MAIN_ROUND, h + 1, 3), out);
    r_out[i] = mgp_transcript_squeeze_ext(&k->tr);
    c = horner(h, 4, r_out[i]);
    MGP_TRY_GOTO(st, ops->main_bind(be, main_state, r_out[i]), out);
  }
  MGP_TRY_GOTO(st, ops->main_evals(be, main_state, cols), out);
  st = send_ext(k, MGP_LABEL_COLUMNS, cols, k->chip->ncols);
out:
  ops->main_end(be, main_state);
  return st;
}

static mgp_status_t prove_task(mgp_session_t *s, mgp_part_t *part, uint32_t number, mgp_e_t *r_out,
                               mgp_f_t *digest) {
  task_t k = {0};
  mgp_status_t st;
  k.s = s;
  k.t = &s->shape.traces[number];
  k.chip = &s->chips->chip[k.t->chip];
  s->ntasks++;
  if (s->opt->trace_log)
    fprintf(s->opt->trace_log, "task rank %u number %u partition %u chip %s\n", s->rank, number,
            part->p, k.chip->name);
  MGP_TRY(mgp_replay_trace(s, part, k.t, &k.d_trace, &k.d_virt, &k.stride));
  mgp_transcript_fork(&k.tr, s->fork_seed, number);
  MGP_TRY_GOTO(st, prove_gkr(&k), out);
  MGP_TRY_GOTO(st, prove_main(&k, r_out), out);
  mgp_transcript_squeeze_digest(&k.tr, digest);
out:
  s->be->ops->free(s->be, k.d_virt);
  s->be->ops->free(s->be, k.d_trace);
  return st;
}

static mgp_status_t prove_tasks(mgp_session_t *s, mgp_f_t *digests) {
  uint32_t first = s->shape.first_trace[s->first_part];
  uint32_t end = s->shape.first_trace[s->first_part + s->nparts];
  for (uint32_t k = first; k < end; k++) {
    mgp_part_t *part = &s->parts[s->shape.traces[k].partition - s->first_part];
    MGP_TRY(prove_task(s, part, k, s->points + (size_t)(k - first) * MGP_MAX_LOG_ROWS,
                       digests + (size_t)(k - first) * MGP_DIGEST_WORDS));
    if (s->opt->progress && s->rank == 0)
      s->opt->progress(s->opt->progress_arg, MGP_PHASE_TASKS, k + 1 - first, end - first);
  }
  return MGP_OK;
}

/* Words that this rank's tasks send. */
static size_t task_words(const mgp_session_t *s) {
  size_t elements = 0;
  for (uint32_t k = s->shape.first_trace[s->first_part];
       k < s->shape.first_trace[s->first_part + s->nparts]; k++) {
    const mgp_trace_t *t = &s->shape.traces[k];
    size_t layers = t->log_inter + t->log_rows;
    /* root; per layer l: l rounds of 2 and 4 values; main rounds of 3; columns */
    elements += 2 + layers * (layers - (layers > 0)) + 4 * layers + 3 * (size_t)t->log_rows +
                s->chips->chip[t->chip].ncols;
  }
  return elements * MGP_D;
}

mgp_status_t mgp_phase_tasks(mgp_session_t *s) {
  uint32_t ntasks =
      s->shape.first_trace[s->first_part + s->nparts] - s->shape.first_trace[s->first_part];
  mgp_f_t *digests = NULL;
  mgp_comm_parts_t all = {0}, words = {0};
  mgp_status_t st;
  st = mgp_host_alloc(s, MGP_MEM_PROOF, (ntasks + 1) * sizeof(mgp_digest_t), &digests);
  if (st == MGP_OK)
    st = mgp_host_alloc(s, MGP_MEM_PROOF, (size_t)(ntasks + 1) * MGP_MAX_LOG_ROWS * sizeof(mgp_e_t),
                        &s->points);
  if (st == MGP_OK) st = mgp_words_reserve(&s->tasks, task_words(s));
  if (st == MGP_OK) st = prove_tasks(s, digests);
  MGP_TRY_GOTO(st, mgp_comm_agree(s->comm, st), out);
  MGP_TRY_GOTO(
      st, mgp_comm_gatherv(s->comm, s->tasks.w, s->tasks.n * sizeof *s->tasks.w, 0, &words), out);
  mgp_words_free(&s->tasks);
  if (s->rank == 0)
    MGP_TRY_GOTO(st,
                 mgp_words_append(&s->body, (const uint32_t *)words.data,
                                  words.offset[s->nranks] / sizeof(uint32_t)),
                 out);
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(s->comm, digests, ntasks * sizeof(mgp_digest_t), &all), out);
  const mgp_f_t *d = (const mgp_f_t *)all.data;
  for (uint32_t k = 0; k < s->shape.ntraces; k++)
    mgp_transcript_absorb(&s->tr, MGP_LABEL_JOIN, d + (size_t)k * MGP_DIGEST_WORDS,
                          MGP_DIGEST_WORDS);
out:
  mgp_comm_parts_free(&words);
  mgp_comm_parts_free(&all);
  mgp_host_free(s, digests);
  return st;
}
