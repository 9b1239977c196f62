#include "protocol/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"

#define MAGIC_BYTES 8u
#define RUN_WORDS   18u
#define RUN_BYTES   (MAGIC_BYTES + 4u * RUN_WORDS)

static uint32_t load_u32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static uint8_t *store_u32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) *p++ = (uint8_t)(v >> (8 * i));
  return p;
}

void mgp_params_pack(const mgp_params_t *params, uint32_t out[MGP_PARAM_WORDS]) {
  const uint32_t w[MGP_PARAM_WORDS] = {params->partitions, params->log_height,  params->log_chunk,
                                       params->log_rows,   params->queries,     params->grind_alpha,
                                       params->grind_u,    params->grind_query, params->log_final,
                                       params->log_fold};
  memcpy(out, w, sizeof w);
}

void mgp_header_claim(const mgp_params_t *params, uint64_t budget, uint32_t out[MGP_HEADER_WORDS]) {
  out[0] = MGP_FORMAT_VERSION;
  out[1] = MGP_D;
  mgp_params_pack(params, out + 2);
  out[2 + MGP_PARAM_WORDS] = (uint32_t)budget;
  out[3 + MGP_PARAM_WORDS] = (uint32_t)(budget >> 32);
}

static mgp_status_t in_range(const char *what, uint32_t v, uint32_t lo, uint32_t hi) {
  if (v < lo || v > hi) return MGP_REJECT("params", "%s is %u, not in %u..%u", what, v, lo, hi);
  return MGP_OK;
}

mgp_status_t mgp_params_check(const mgp_params_t *p) {
  MGP_TRY(in_range("number of partitions", p->partitions, 1, MGP_MAX_PARTITIONS));
  MGP_TRY(in_range("log_height", p->log_height, MGP_MIN_LOG_HEIGHT, MGP_MAX_LOG_HEIGHT));
  MGP_TRY(in_range("log_chunk", p->log_chunk, MGP_MIN_LOG_CHUNK,
                   p->log_height < MGP_MAX_LOG_CHUNK ? p->log_height : MGP_MAX_LOG_CHUNK));
  MGP_TRY(in_range("log_rows", p->log_rows, p->log_chunk, MGP_MAX_LOG_ROWS));
  MGP_TRY(in_range("number of queries", p->queries, 1, MGP_MAX_QUERIES));
  MGP_TRY(in_range("grind_alpha", p->grind_alpha, 0, MGP_MAX_GRIND));
  MGP_TRY(in_range("grind_u", p->grind_u, 0, MGP_MAX_GRIND));
  MGP_TRY(in_range("grind_query", p->grind_query, 0, MGP_MAX_GRIND));
  MGP_TRY(in_range("log_final", p->log_final, 1,
                   p->log_height - 1 < MGP_MAX_LOG_FINAL ? p->log_height - 1 : MGP_MAX_LOG_FINAL));
  return in_range("log_fold", p->log_fold, 1, MGP_MAX_LOG_FOLD);
}

/* The bytes that travel with the proof are those of the committed digest; without a commit the
 * output is empty. An empty output is never left out, so that a statement has one encoding. */
static mgp_status_t output_check(const mgp_run_t *run, const uint8_t *output) {
  uint8_t digest[32], commit[32], *c = commit;
  for (int i = 0; i < 8; i++) c = store_u32(c, run->commit[i]);
  if (run->has_commit > 1)
    return MGP_REJECT("statement-commit", "has_commit is %u", run->has_commit);
  for (int i = 0; i < 8 && !run->has_commit; i++)
    if (run->commit[i])
      return MGP_REJECT("statement-commit", "a digest is given, but nothing was committed");
  if (!run->has_output && run->output_bytes)
    return MGP_REJECT("format-output", "output bytes that the header does not announce");
  if (!run->has_commit)
    return run->has_output && run->output_bytes == 0
               ? MGP_OK
               : MGP_REJECT("statement-output",
                            "the run committed to nothing: its output is empty");
  mgp_keccak256(output, run->output_bytes, digest);
  int same = memcmp(digest, commit, 32) == 0;
  if (run->has_output && !same)
    return MGP_REJECT("statement-output", "the output is not what the run committed to");
  if (!run->has_output && same)
    return MGP_REJECT("format-output", "an empty output is marked as left out");
  return MGP_OK;
}

static mgp_status_t run_parse(const uint8_t *bytes, size_t nbytes, mgp_run_t *out) {
  if (nbytes < MAGIC_BYTES || memcmp(bytes, MGP_PROOF_MAGIC, MAGIC_BYTES) != 0)
    return MGP_REJECT("format-magic", "this is not an mgprove proof file");
  if (nbytes >= MAGIC_BYTES + 4 && load_u32(bytes + MAGIC_BYTES) != MGP_FORMAT_VERSION)
    return MGP_REJECT("format-version", "the file has format version %u, this build reads %u",
                      load_u32(bytes + MAGIC_BYTES), MGP_FORMAT_VERSION);
  if (nbytes < RUN_BYTES || nbytes % 4)
    return MGP_REJECT("format-length",
                      "the file has %zu bytes: it ends inside its header, or not after whole words",
                      nbytes);
  uint32_t w[RUN_WORDS];
  for (unsigned i = 0; i < RUN_WORDS; i++) w[i] = load_u32(bytes + MAGIC_BYTES + 4 * i);
  if (w[1] != MGP_D)
    return MGP_REJECT("format-degree",
                      "the file was made with extension degree %u, this build has %u", w[1], MGP_D);
  *out = (mgp_run_t){.nshards = w[2],
                     .memory_shards = w[3],
                     .budget = w[4] | (uint64_t)w[5] << 32,
                     .exit_code = w[6],
                     .has_commit = w[7],
                     .has_output = w[16],
                     .output_bytes = w[17]};
  memcpy(out->commit, w + 8, sizeof out->commit);
  return MGP_OK;
}

mgp_status_t mgp_proof_parse(const uint8_t *bytes, size_t nbytes, mgp_proof_t *out) {
  mgp_proof_t f = {0};
  mgp_run_t *run = &f.run;
  MGP_TRY(run_parse(bytes, nbytes, run));
  if (run->nshards < 1 || run->nshards > MGP_MAX_SHARDS || run->memory_shards > MGP_MAX_SHARDS ||
      (run->nshards == 1) != (run->memory_shards == 0))
    return MGP_REJECT("format-shards", "%u shards and %u of memory", run->nshards,
                      run->memory_shards);
  if (run->nshards == 1 && run->budget)
    return MGP_REJECT("format-shards", "a budget, but nothing that was cut by it");
  if (run->has_output > 1) return MGP_REJECT("format-output", "has_output is %u", run->has_output);
  f.nshards = run->nshards + run->memory_shards;
  uint64_t left = nbytes - RUN_BYTES, params = 4 * (uint64_t)f.nshards * MGP_PARAM_WORDS;
  uint64_t padded = ((uint64_t)run->output_bytes + 3) / 4 * 4;
  if (params > left)
    return MGP_REJECT("format-length", "the file ends inside the parameters of its shards");
  if (padded > left - params)
    return MGP_REJECT("format-length", "the file ends inside the public output");
  f.params = bytes + RUN_BYTES;
  f.shards = f.params + params;
  f.shards_nbytes = (size_t)(left - params - padded);
  f.output = f.shards + f.shards_nbytes;
  for (uint64_t i = run->output_bytes; i < padded; i++)
    if (f.output[i]) return MGP_REJECT("format-output", "padding of the public output is not zero");
  MGP_TRY(output_check(run, f.output));
  *out = f;
  return MGP_OK;
}

mgp_status_t mgp_proof_params(const mgp_proof_t *proof, uint32_t i, mgp_params_t *out) {
  const uint8_t *at = proof->params + 4 * MGP_PARAM_WORDS * (size_t)i;
  uint32_t w[MGP_PARAM_WORDS];
  for (unsigned k = 0; k < MGP_PARAM_WORDS; k++) w[k] = load_u32(at + 4 * k);
  mgp_params_t p = {.partitions = w[0],
                    .log_height = w[1],
                    .log_chunk = w[2],
                    .log_rows = w[3],
                    .queries = w[4],
                    .grind_alpha = w[5],
                    .grind_u = w[6],
                    .grind_query = w[7],
                    .log_final = w[8],
                    .log_fold = w[9]};
  MGP_TRY(mgp_params_check(&p));
  *out = p;
  return MGP_OK;
}

mgp_status_t mgp_proof_shard(const mgp_proof_t *proof, const mgp_chain_t *chain, uint32_t i,
                             size_t at, mgp_shard_t *out) {
  const mgp_run_t *run = &proof->run;
  mgp_statement_t *st = &out->statement;
  uint32_t words[MGP_MAX_STATEMENT_WORDS];
  mgp_shard_kind_t kind = mgp_run_kind(run, i);
  int known = kind != MGP_SHARD_PROGRAM || i + 1 == run->nshards;
  MGP_TRY(mgp_proof_params(proof, i, &out->params));
  mgp_chain_context(chain, kind, known ? run->nshards : 0, run->exit_code, st);
  size_t n = mgp_statement_words(kind, out->params.partitions, st->ngaps);
  if ((proof->shards_nbytes - at) / 4 < n)
    return MGP_REJECT("format-length", "the file ends inside the statement of shard %u", i + 1);
  for (size_t k = 0; k < n; k++) words[k] = load_u32(proof->shards + at + 4 * k);
  mgp_statement_unpack(words, out->params.partitions, st);
  mgp_statement_commit(st, kind == MGP_SHARD_WHOLE ? run->has_commit : st->has_commit, run->commit);
  out->body = proof->shards + at + 4 * n;
  return MGP_OK;
}

size_t mgp_proof_left(const mgp_proof_t *proof, const mgp_shard_t *shard) {
  return (size_t)(proof->shards + proof->shards_nbytes - shard->body);
}

mgp_status_t mgp_body_decode(const uint8_t *body, size_t n, mgp_f_t *out) {
  for (size_t i = 0; i < n; i++) {
    uint32_t w = load_u32(body + 4 * i);
    if (w >= MGP_P)
      return MGP_REJECT("format-canonical", "word %zu of the body is %u, not below p", i, w);
    out[i] = mgp_f_from_u32(w);
  }
  return MGP_OK;
}

size_t mgp_shard_bytes(const mgp_params_t *params, uint32_t kind, uint32_t ngaps,
                       size_t body_words) {
  return 4 * (mgp_statement_words(kind, params->partitions, ngaps) + body_words);
}

void mgp_shard_write(const mgp_params_t *params, const mgp_statement_t *st, const uint32_t *body,
                     size_t body_words, uint8_t *out) {
  uint32_t words[MGP_MAX_STATEMENT_WORDS];
  size_t n = mgp_statement_words(st->kind, params->partitions, st->ngaps);
  mgp_statement_pack(st, params->partitions, words);
  for (size_t i = 0; i < n; i++) out = store_u32(out, words[i]);
  for (size_t i = 0; i < body_words; i++) out = store_u32(out, body[i]);
}

static uint32_t shards_of(const mgp_run_t *run) {
  return run->nshards + run->memory_shards;
}

size_t mgp_proof_bytes(const mgp_run_t *run, size_t shards_nbytes) {
  return RUN_BYTES + 4 * MGP_PARAM_WORDS * (size_t)shards_of(run) + shards_nbytes +
         ((size_t)run->output_bytes + 3) / 4 * 4;
}

static uint8_t *run_write(const mgp_run_t *run, uint8_t *out) {
  memcpy(out, MGP_PROOF_MAGIC, MAGIC_BYTES);
  out = store_u32(out + MAGIC_BYTES, MGP_FORMAT_VERSION);
  out = store_u32(out, MGP_D);
  out = store_u32(out, run->nshards);
  out = store_u32(out, run->memory_shards);
  out = store_u32(out, (uint32_t)run->budget);
  out = store_u32(out, (uint32_t)(run->budget >> 32));
  out = store_u32(out, run->exit_code);
  out = store_u32(out, run->has_commit);
  for (int i = 0; i < 8; i++) out = store_u32(out, run->commit[i]);
  out = store_u32(out, run->has_output);
  return store_u32(out, run->output_bytes);
}

mgp_status_t mgp_proof_serialize(const mgp_run_t *run, const mgp_params_t *params,
                                 const uint8_t *shards, size_t shards_nbytes, const uint8_t *output,
                                 uint8_t **out, size_t *nbytes) {
  size_t total = mgp_proof_bytes(run, shards_nbytes);
  uint8_t *file = calloc(total, 1), *p = file;
  if (!file) return mgp_fail(MGP_RESOURCES, "no memory for a proof file of %zu bytes", total);
  p = run_write(run, p);
  for (uint32_t i = 0; i < shards_of(run); i++) {
    uint32_t w[MGP_PARAM_WORDS];
    mgp_params_pack(&params[i], w);
    for (unsigned k = 0; k < MGP_PARAM_WORDS; k++) p = store_u32(p, w[k]);
  }
  memcpy(p, shards, shards_nbytes);
  if (run->output_bytes) memcpy(p + shards_nbytes, output, run->output_bytes);
  *out = file;
  *nbytes = total;
  return MGP_OK;
}
