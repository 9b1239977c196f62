#include <stdlib.h>
#include <string.h>

#include "verifier/multilinear.h"
#include "verifier/verifier.h"

/* Steps 1 to 3: everything up to alpha, beta and the fork seed. */
static mgp_status_t start_transcript(mgp_verifier_t *v) {
  uint32_t head[MGP_PARAM_WORDS];
  size_t nwords = mgp_statement_words(v->params->partitions, v->statement->ngaps);
  uint32_t *words = malloc(nwords * sizeof *words);
  if (!words) return mgp_fail(MGP_RESOURCES, "no memory for the statement");
  mgp_f_t digest[16];
  for (int i = 0; i < 16; i++)
    digest[i] = mgp_f_from_u32((uint32_t)v->prog->digest[2 * i] |
                               (uint32_t)v->prog->digest[2 * i + 1] << 8);
  mgp_params_pack(v->params, head);
  mgp_statement_pack(v->params, v->statement, words);
  mgp_transcript_init(&v->t, MGP_TAG_TRANSCRIPT);
  mgp_transcript_absorb_u32(&v->t, MGP_LABEL_HEADER, head, MGP_PARAM_WORDS);
  mgp_transcript_absorb(&v->t, MGP_LABEL_PROGRAM, digest, 16);
  mgp_transcript_absorb_u32(&v->t, MGP_LABEL_STATEMENT, words, nwords);
  free(words);

  size_t cap_words = (size_t)MGP_DIGEST_WORDS << mgp_cap_log(v->params->log_height + 1);
  for (uint32_t p = 0; p < v->params->partitions; p++)
    if (v->shape->ncols[p])
      MGP_TRY(mgp_receive(&v->in, &v->t, MGP_LABEL_ROOT, cap_words, &v->cap[p]));
  MGP_TRY(mgp_receive_nonce(&v->in, &v->t, v->params->grind_alpha, "alpha"));
  v->alpha = mgp_transcript_squeeze_ext(&v->t);
  v->beta[0] = mgp_e_one();
  v->beta[1] = mgp_transcript_squeeze_ext(&v->t);
  for (unsigned i = 2; i <= MGP_MAX_TUPLE; i++) v->beta[i] = mgp_e_mul(v->beta[i - 1], v->beta[1]);
  mgp_transcript_squeeze_digest(&v->t, v->fork_seed);
  return MGP_OK;
}

static mgp_status_t run_protocol(mgp_verifier_t *v) {
  MGP_TRY(start_transcript(v));
  for (uint32_t t = 0; t < v->shape->ntraces; t++) MGP_TRY(mgp_verify_task(v, t));
  MGP_TRY(mgp_verify_bus_sum(v));
  for (uint32_t t = 0; t < v->shape->ntraces; t++)
    mgp_transcript_absorb(&v->t, MGP_LABEL_JOIN, v->tasks[t].digest, MGP_DIGEST_WORDS);
  MGP_TRY(mgp_verify_opening(v));
  MGP_TRY(mgp_verify_folding(v));
  MGP_TRY(mgp_verify_queries(v));
  if (v->in.pos != v->in.n)
    return MGP_REJECT("format-length", "%zu words follow the last query", v->in.n - v->in.pos);
  return MGP_OK;
}

/* Everything about sizes and security, before any allocation in proportion to them. */
static mgp_status_t check_sizes(const mgp_verifier_t *v, mgp_verified_t *out) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  uint32_t nterms = mgp_public_terms(v->prog, v->statement, v->shape, terms);
  mgp_security_compute(v->chips, v->params, v->shape, nterms, &out->security);
  if (!(out->security.min_bits >= MGP_TARGET_BITS))
    return MGP_REJECT("security", "the parameters give %.1f bits, %.0f are required",
                      out->security.min_bits, MGP_TARGET_BITS);
  if (out->proof.body_words != v->shape->body_words)
    return MGP_REJECT("format-length", "the body has %zu words, its header implies %zu",
                      out->proof.body_words, v->shape->body_words);
  return MGP_OK;
}

mgp_status_t mgp_verify_proof(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              const uint8_t *bytes, size_t nbytes, mgp_verified_t *out) {
  mgp_shape_t shape = {0};
  mgp_f_t *body = NULL;
  mgp_status_t st;
  memset(out, 0, sizeof *out);
  MGP_TRY(mgp_proof_parse(bytes, nbytes, prog, &out->proof));
  mgp_verifier_t v = {.chips = chips,
                      .prog = prog,
                      .params = &out->proof.params,
                      .statement = &out->proof.statement,
                      .shape = &shape};
  MGP_TRY(mgp_shape_create(chips, prog, v.params, v.statement, &shape));
  st = check_sizes(&v, out);
  if (st != MGP_OK) goto done;
  body = malloc(shape.body_words * sizeof *body);
  v.tasks = calloc(shape.ntraces, sizeof *v.tasks);
  v.eq_u = malloc(((size_t)1 << mgp_ml_log2_ceil(shape.total_cols)) * sizeof *v.eq_u);
  if (!body || !v.tasks || !v.eq_u) {
    st = mgp_fail(MGP_RESOURCES, "no memory for a proof of %zu bytes", nbytes);
    goto done;
  }
  st = mgp_proof_decode_body(&out->proof, body);
  if (st != MGP_OK) goto done;
  v.in = (mgp_reader_t){.words = body, .n = shape.body_words};
  st = run_protocol(&v);
done:
  free(v.eq_u);
  free(v.tasks);
  free(body);
  mgp_shape_free(&shape);
  return st;
}
