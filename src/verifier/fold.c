#include "verifier/multilinear.h"
#include "verifier/verifier.h"

static mgp_status_t receive_cap(mgp_verifier_t *v, uint32_t word) {
  uint32_t leaves = mgp_shape_word_log(v->params, v->shape, word) - v->shape->group[word];
  size_t n = (size_t)MGP_DIGEST_WORDS << mgp_cap_log(leaves);
  return mgp_receive(&v->in, &v->t, MGP_LABEL_FOLD_ROOT, n, &v->fold_cap[word]);
}

mgp_status_t mgp_verify_folding(mgp_verifier_t *v) {
  const mgp_e_t *msg;
  mgp_e_t c = v->claim, eq[1u << MGP_MAX_LOG_FINAL], sum = mgp_e_zero();
  uint32_t f = v->params->log_final, round = 0;
  for (uint32_t w = 0; w < v->shape->ngroups; w++) {
    MGP_TRY(receive_cap(v, w));
    for (uint32_t i = 0; i < v->shape->group[w]; i++, round++) {
      MGP_TRY(mgp_receive_ext(&v->in, &v->t, MGP_LABEL_FOLD_ROUND, 1, &msg));
      mgp_e_t h0 = mgp_e_sub(c, mgp_e_mul(v->rho[round], msg[0]));
      v->fold[round] = mgp_transcript_squeeze_ext(&v->t);
      c = mgp_e_add(h0, mgp_e_mul(v->fold[round], msg[0]));
    }
  }
  MGP_TRY(mgp_receive_ext(&v->in, &v->t, MGP_LABEL_FINAL, (size_t)1 << f, &v->final));
  mgp_ml_eq_table(v->rho + round, f, (size_t)1 << f, eq);
  for (uint32_t i = 0; i < 1u << f; i++) sum = mgp_e_add(sum, mgp_e_mul(eq[i], v->final[i]));
  if (!mgp_e_eq(sum, c))
    return MGP_REJECT("fold-final", "the final polynomial does not fit the claim of the last fold");
  return MGP_OK;
}
