#include <stdlib.h>
#include <string.h>

#include "verifier/multilinear.h"
#include "verifier/verifier.h"

/* Steps 1 to 3: everything up to alpha, beta and the fork seed. */
static mgp_status_t start_transcript(mgp_verifier_t *v) {
  uint32_t head[MGP_HEADER_WORDS];
  size_t nwords = mgp_statement_claim_words(v->statement, v->params->partitions);
  uint32_t *words = malloc(nwords * sizeof *words);
  if (!words) return mgp_fail(MGP_RESOURCES, "no memory for the statement");
  mgp_f_t digest[16];
  for (int i = 0; i < 16; i++)
    digest[i] = mgp_f_from_u32((uint32_t)v->prog->digest[2 * i] |
                               (uint32_t)v->prog->digest[2 * i + 1] << 8);
  mgp_header_claim(v->params, v->budget, head);
  mgp_statement_claim(v->statement, v->params->partitions, words);
  mgp_transcript_init(&v->t, MGP_TAG_TRANSCRIPT);
  mgp_transcript_absorb_u32(&v->t, MGP_LABEL_HEADER, head, MGP_HEADER_WORDS);
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

/* What is known of a shard before any cryptography, and where it ends. */
typedef struct {
  mgp_shard_t shard;
  mgp_shape_t shape; /* mgp_shape_free */
  mgp_security_t security;
} shard_plan_t;

/* Bounds everything of out->shard, before any allocation in proportion to what it says. left: words
 * from its body to the end of all shards. */
static mgp_status_t plan_shard(const mgp_chipset_t *chips, const mgp_program_t *prog, uint32_t i,
                               size_t left, shard_plan_t *out) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  mgp_shape_t shape = {0};
  const mgp_statement_t *st = &out->shard.statement;
  MGP_TRY(mgp_shape_create(chips, prog, &out->shard.params, st, &shape));
  uint32_t nterms = mgp_public_terms(st, &shape, terms);
  mgp_security_compute(chips, &out->shard.params, &shape, nterms, &out->security);
  mgp_status_t status = MGP_OK;
  if (!(out->security.min_bits >= MGP_TARGET_BITS))
    status = MGP_REJECT("security", "the parameters of shard %u give %.1f bits, %.0f are required",
                        i + 1, out->security.min_bits, MGP_TARGET_BITS);
  else if (left < shape.body_words)
    status = MGP_REJECT("format-length", "the file ends inside the body of shard %u", i + 1);
  if (status != MGP_OK) {
    mgp_shape_free(&shape);
    return status;
  }
  out->shape = shape;
  return MGP_OK;
}

static mgp_status_t verify_body(const mgp_chipset_t *chips, const mgp_program_t *prog,
                                uint64_t budget, const shard_plan_t *plan) {
  const mgp_shape_t *shape = &plan->shape;
  mgp_verifier_t v = {.chips = chips,
                      .prog = prog,
                      .budget = budget,
                      .params = &plan->shard.params,
                      .statement = &plan->shard.statement,
                      .shape = shape};
  mgp_f_t *body = malloc(shape->body_words * sizeof *body);
  v.tasks = calloc(shape->ntraces, sizeof *v.tasks);
  v.eq_u = malloc(((size_t)1 << mgp_ml_log2_ceil(shape->total_cols)) * sizeof *v.eq_u);
  mgp_status_t st;
  if (body && v.tasks && v.eq_u) {
    st = mgp_body_decode(plan->shard.body, shape->body_words, body);
    v.in = (mgp_reader_t){.words = body, .n = shape->body_words};
    if (st == MGP_OK) st = run_protocol(&v);
  } else {
    st = mgp_fail(MGP_RESOURCES, "no memory for a shard of %zu words", shape->body_words);
  }
  free(v.eq_u);
  free(v.tasks);
  free(body);
  return st;
}

mgp_status_t mgp_verify_shard(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              uint64_t budget, const mgp_shard_t *shard, size_t body_words,
                              double *bits) {
  shard_plan_t plan = {.shard = *shard};
  MGP_TRY(plan_shard(chips, prog, 0, body_words, &plan));
  mgp_status_t st = plan.shape.body_words == body_words
                        ? verify_body(chips, prog, budget, &plan)
                        : MGP_REJECT("format-length", "the body is longer than its header says");
  mgp_shape_free(&plan.shape);
  *bits = plan.security.min_bits;
  return st;
}

/* Walks along the shards, with a look at their bodies or without. */
static mgp_status_t walk(const mgp_chipset_t *chips, const mgp_program_t *prog,
                         const mgp_proof_t *proof, int bodies, mgp_verified_t *out) {
  mgp_chain_t chain;
  size_t at = 0;
  mgp_chain_begin(prog, &chain);
  for (uint32_t i = 0; i < proof->nshards; i++) {
    shard_plan_t plan;
    MGP_TRY(mgp_proof_shard(proof, &chain, i, at, &plan.shard));
    size_t left = mgp_proof_left(proof, &plan.shard);
    MGP_TRY(plan_shard(chips, prog, i, left / 4, &plan));
    at = proof->shards_nbytes - left + 4 * plan.shape.body_words;
    mgp_status_t st = bodies ? verify_body(chips, prog, proof->run.budget, &plan) : MGP_OK;
    mgp_shape_free(&plan.shape);
    if (st != MGP_OK) return st;
    if (i == 0 || plan.security.min_bits < out->security_bits)
      out->security_bits = plan.security.min_bits;
    MGP_TRY(mgp_chain_advance(&chain, &plan.shard.statement));
  }
  if (at != proof->shards_nbytes)
    return MGP_REJECT("format-length", "%zu bytes follow the last shard",
                      proof->shards_nbytes - at);
  out->security_bits = mgp_security_assumed(out->security_bits, proof->run.nshards > 1);
  return bodies ? mgp_chain_finish(&chain, &proof->run) : MGP_OK;
}

mgp_status_t mgp_verify_headers(const mgp_chipset_t *chips, const mgp_program_t *prog,
                                const uint8_t *bytes, size_t nbytes, mgp_verified_t *out) {
  memset(out, 0, sizeof *out);
  MGP_TRY(mgp_proof_parse(bytes, nbytes, &out->proof));
  return walk(chips, prog, &out->proof, 0, out);
}

mgp_status_t mgp_verify_proof(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              const uint8_t *bytes, size_t nbytes, mgp_verified_t *out) {
  /* all headers and lengths first, so that a file with a wrong one is refused before any work */
  MGP_TRY(mgp_verify_headers(chips, prog, bytes, nbytes, out));
  return walk(chips, prog, &out->proof, 1, out);
}
