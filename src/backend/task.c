#include "backend/task.h"

#include <string.h>

#include "backend/task_math.h"

#define MAX_VARS 40u /* of rows and interactions */

size_t mgp_task_words(const mgp_chip_t *chip, uint32_t nrows) {
  const size_t n = mgp_task_log(nrows), layers = n + mgp_task_log(chip->ninteractions);
  /* root; per layer l: l rounds of 2 and 4 values; main rounds of 3; columns */
  return (2 + layers * (layers - (layers > 0)) + 4 * layers + 3 * n + chip->ncols) * MGP_D;
}

struct mgp_task {
  mgp_task_job_t job;
};

typedef struct {
  mgp_backend_t *be;
  const mgp_task_job_t *job;
  mgp_e_t alpha, beta;
  unsigned m, n;
  mgp_transcript_t tr;
  uint32_t *words;         /* the next ones to write */
  mgp_e_t point[MAX_VARS]; /* of the layer reached */
  mgp_e_t p, q;
} task_t;

static void send(task_t *k, mgp_label_t label, const mgp_e_t *v, size_t n) {
  mgp_transcript_absorb_ext(&k->tr, label, v, n);
  for (size_t i = 0; i < n; i++)
    for (unsigned d = 0; d < MGP_D; d++) *k->words++ = mgp_f_to_u32(v[i].c[d]);
}

mgp_status_t mgp_task_exceptional(void) {
  return mgp_fail(MGP_INTERNAL, "a challenge hit an exceptional value (probability 2^-123)");
}

static mgp_status_t invert(mgp_e_t x, mgp_e_t *out) {
  if (mgp_e_is_zero(x)) return mgp_task_exceptional();
  *out = mgp_e_inv(x);
  return MGP_OK;
}

static mgp_status_t prove_layer(task_t *k, mgp_gkr_t *g, unsigned l) {
  mgp_backend_t *be = k->be;
  const mgp_backend_ops_t *ops = be->ops;
  mgp_e_t next[MAX_VARS], h[3], ev[4], r[2];
  mgp_e_t lambda = mgp_transcript_squeeze_ext(&k->tr);
  mgp_e_t c = mgp_task_claim(k->p, k->q, lambda, 0);
  MGP_TRY(ops->gkr_layer(be, g, l, k->point, lambda));
  for (unsigned i = 0; i < l; i++) {
    mgp_e_t inv;
    MGP_TRY(ops->gkr_round(be, g, r));
    MGP_TRY(invert(k->point[i], &inv));
    h[0] = r[0];
    h[2] = r[1];
    h[1] = mgp_task_middle(c, h[0], h[2], inv);
    send(k, MGP_LABEL_GKR_ROUND, h + 1, 2);
    mgp_e_t x = mgp_transcript_squeeze_ext(&k->tr);
    c = mgp_task_horner(h, 3, x);
    next[i + 1] = x;
    MGP_TRY(ops->gkr_bind(be, g, x));
  }
  MGP_TRY(ops->gkr_evals(be, g, ev));
  send(k, MGP_LABEL_GKR_EVALS, ev, 4);
  mgp_e_t x = mgp_transcript_squeeze_ext(&k->tr);
  k->p = mgp_e_add(ev[0], mgp_e_mul(x, mgp_e_sub(ev[1], ev[0])));
  k->q = mgp_e_add(ev[2], mgp_e_mul(x, mgp_e_sub(ev[3], ev[2])));
  next[0] = x;
  memcpy(k->point, next, (l + 1) * sizeof next[0]);
  return MGP_OK;
}

static mgp_status_t prove_gkr(task_t *k) {
  mgp_backend_t *be = k->be;
  const mgp_task_job_t *j = k->job;
  mgp_gkr_t *g = NULL;
  mgp_e_t root[2];
  mgp_status_t st;
  MGP_TRY(be->ops->gkr_begin(be, j->chip, j->d_trace, j->d_virt, j->stride, j->nrows, k->alpha,
                             k->beta, &g, root));
  send(k, MGP_LABEL_GKR_ROOT, root, 2);
  k->p = root[0];
  k->q = root[1];
  for (unsigned l = 0; l < k->m + k->n; l++) MGP_TRY_GOTO(st, prove_layer(k, g, l), out);
  st = MGP_OK;
out:
  be->ops->gkr_end(be, g);
  return st;
}

/* h(0) from the claim and h(1), and the coefficients from the values at 0, 1, 2, 3. */
static mgp_status_t main_coefficients(mgp_e_t c, mgp_e_t rho, const mgp_e_t ev[3], mgp_e_t h[4]) {
  mgp_e_t inv;
  MGP_TRY(invert(mgp_e_sub(mgp_e_one(), rho), &inv));
  mgp_task_cubic(mgp_task_main_zero(c, rho, ev[0], inv), ev, h);
  return MGP_OK;
}

static mgp_status_t prove_main(task_t *k) {
  mgp_backend_t *be = k->be;
  const mgp_backend_ops_t *ops = be->ops;
  const mgp_task_job_t *j = k->job;
  const mgp_e_t *rho = k->point + k->m;
  mgp_e_t eq_int[2 * MGP_MAX_INTERACTIONS], cols[MGP_MAX_COLUMNS], h[4], ev[3];
  mgp_main_t *main_state = NULL;
  mgp_status_t st;
  for (uint32_t i = 0; i < 1u << k->m; i++) eq_int[i] = mgp_task_eq(k->point, k->m, i);
  mgp_e_t lambda = mgp_transcript_squeeze_ext(&k->tr);
  mgp_e_t c = mgp_task_claim(k->p, k->q, lambda, 1);
  MGP_TRY(ops->main_begin(be, j->chip, j->d_trace, j->d_virt, j->stride, j->nrows, k->n, rho,
                          k->alpha, k->beta, lambda, eq_int, &main_state));
  for (unsigned i = 0; i < k->n; i++) {
    MGP_TRY_GOTO(st, ops->main_round(be, main_state, ev), out);
    MGP_TRY_GOTO(st, main_coefficients(c, rho[i], ev, h), out);
    send(k, MGP_LABEL_MAIN_ROUND, h + 1, 3);
    j->point[i] = mgp_transcript_squeeze_ext(&k->tr);
    c = mgp_task_horner(h, 4, j->point[i]);
    MGP_TRY_GOTO(st, ops->main_bind(be, main_state, j->point[i]), out);
  }
  MGP_TRY_GOTO(st, ops->main_evals(be, main_state, cols), out);
  send(k, MGP_LABEL_COLUMNS, cols, be->chips->chip[j->chip].ncols);
out:
  ops->main_end(be, main_state);
  return st;
}

mgp_status_t mgp_task_keep(mgp_backend_t *be, const mgp_task_job_t *job, mgp_task_t **out) {
  MGP_TRY(mgp_ledger_alloc(be->ledger, MGP_MEM_PLAN, sizeof **out, (void **)out));
  (*out)->job = *job;
  return MGP_OK;
}

mgp_status_t mgp_task_by_rounds(mgp_backend_t *be, mgp_task_t *task,
                                const mgp_task_start_t *start) {
  const mgp_task_job_t *job = &task->job;
  task_t k;
  memset(&k, 0, sizeof k);
  k.be = be;
  k.job = job;
  k.alpha = start->alpha;
  k.beta = start->beta;
  k.m = mgp_task_log(be->chips->chip[job->chip].ninteractions);
  k.n = mgp_task_log(job->nrows);
  k.tr = start->transcript;
  k.words = job->words;
  if (job->build) MGP_TRY(job->build(job->arg));
  MGP_TRY(prove_gkr(&k));
  MGP_TRY(prove_main(&k));
  mgp_transcript_squeeze_digest(&k.tr, job->digest);
  return MGP_OK;
}

mgp_status_t mgp_task_done(mgp_backend_t *be, mgp_task_t *task) {
  mgp_ledger_free(be->ledger, task);
  return MGP_OK;
}
