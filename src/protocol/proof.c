#include "protocol/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"

#define MAGIC_BYTES  8u
#define HEADER_BYTES (MAGIC_BYTES + 4u * MGP_PARAM_WORDS)

static uint32_t load_u32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static uint8_t *store_u32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) *p++ = (uint8_t)(v >> (8 * i));
  return p;
}

size_t mgp_statement_words(uint32_t partitions, uint32_t ngaps) {
  return 2 + 8 + 2 * (size_t)MGP_REGISTERS + 2 + ngaps +
         (size_t)partitions * (MGP_CHIP_FIRST_TABLE - 1);
}

void mgp_statement_pack(const mgp_params_t *params, const mgp_statement_t *st, uint32_t *out) {
  *out++ = st->exit_code;
  *out++ = st->has_commit;
  for (int i = 0; i < 8; i++) *out++ = st->commit[i];
  for (unsigned r = 0; r < MGP_REGISTERS; r++) {
    *out++ = st->reg_value[r];
    *out++ = st->reg_ts[r];
  }
  *out++ = st->image_end;
  *out++ = st->hint_end;
  for (uint32_t g = 0; g < st->ngaps; g++) *out++ = st->zero_end[g];
  for (uint32_t p = 0; p < params->partitions; p++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) *out++ = st->rows[p][id];
}

void mgp_statement_unpack(const mgp_params_t *params, uint32_t ngaps, const uint32_t *in,
                          mgp_statement_t *st) {
  memset(st, 0, sizeof *st);
  st->exit_code = *in++;
  st->has_commit = *in++;
  for (int i = 0; i < 8; i++) st->commit[i] = *in++;
  for (unsigned r = 0; r < MGP_REGISTERS; r++) {
    st->reg_value[r] = *in++;
    st->reg_ts[r] = *in++;
  }
  st->image_end = *in++;
  st->hint_end = *in++;
  st->ngaps = ngaps;
  for (uint32_t g = 0; g < ngaps; g++) st->zero_end[g] = *in++;
  for (uint32_t p = 0; p < params->partitions; p++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) st->rows[p][id] = *in++;
}

void mgp_params_pack(const mgp_params_t *params, uint32_t out[MGP_PARAM_WORDS]) {
  const uint32_t w[MGP_PARAM_WORDS] = {MGP_FORMAT_VERSION, MGP_D,
                                       params->partitions, params->log_height,
                                       params->log_chunk,  params->log_rows,
                                       params->queries,    params->grind_alpha,
                                       params->grind_u,    params->grind_query,
                                       params->log_final,  params->log_fold};
  memcpy(out, w, sizeof w);
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

mgp_status_t mgp_proof_parse_params(const uint8_t *bytes, size_t nbytes, mgp_params_t *params) {
  if (nbytes < MAGIC_BYTES || memcmp(bytes, MGP_PROOF_MAGIC, MAGIC_BYTES) != 0)
    return MGP_REJECT("format-magic", "this is not an mgprove proof file");
  if (nbytes < HEADER_BYTES)
    return MGP_REJECT("format-length", "the file ends inside its header (%zu bytes)", nbytes);
  uint32_t w[MGP_PARAM_WORDS];
  for (unsigned i = 0; i < MGP_PARAM_WORDS; i++) w[i] = load_u32(bytes + MAGIC_BYTES + 4 * i);
  if (w[0] != MGP_FORMAT_VERSION)
    return MGP_REJECT("format-version", "the file has format version %u, this build reads %u", w[0],
                      MGP_FORMAT_VERSION);
  if (w[1] != MGP_D)
    return MGP_REJECT("format-degree",
                      "the file was made with extension degree %u, this build has %u", w[1], MGP_D);
  mgp_params_t p = {.partitions = w[2],
                    .log_height = w[3],
                    .log_chunk = w[4],
                    .log_rows = w[5],
                    .queries = w[6],
                    .grind_alpha = w[7],
                    .grind_u = w[8],
                    .grind_query = w[9],
                    .log_final = w[10],
                    .log_fold = w[11]};
  MGP_TRY(mgp_params_check(&p));
  *params = p;
  return MGP_OK;
}

mgp_status_t mgp_proof_parse_outcome(const uint8_t *bytes, size_t nbytes, mgp_params_t *params,
                                     mgp_statement_t *st) {
  uint32_t w[10];
  MGP_TRY(mgp_proof_parse_params(bytes, nbytes, params));
  if (nbytes < HEADER_BYTES + sizeof w)
    return MGP_REJECT("format-length", "the file ends inside its statement");
  for (unsigned i = 0; i < 10; i++) w[i] = load_u32(bytes + HEADER_BYTES + 4 * i);
  memset(st, 0, sizeof *st);
  st->exit_code = w[0];
  st->has_commit = w[1];
  memcpy(st->commit, w + 2, sizeof st->commit);
  return MGP_OK;
}

/* The bytes that travel with the proof are those of the committed digest; without a commit the
 * output is empty. An empty output is never left out, so that a statement has one encoding. */
static mgp_status_t output_check(const mgp_proof_t *f) {
  const mgp_statement_t *st = &f->statement;
  uint8_t digest[32], commit[32], *c = commit;
  for (int i = 0; i < 8; i++) c = store_u32(c, st->commit[i]);
  if (st->has_commit > 1) return MGP_REJECT("statement-commit", "has_commit is %u", st->has_commit);
  for (int i = 0; i < 8 && !st->has_commit; i++)
    if (st->commit[i])
      return MGP_REJECT("statement-commit", "a digest is given, but nothing was committed");
  if (!f->has_output && f->output_bytes)
    return MGP_REJECT("format-output", "output bytes that the header does not announce");
  if (!st->has_commit)
    return f->has_output && f->output_bytes == 0
               ? MGP_OK
               : MGP_REJECT("statement-output",
                            "the run committed to nothing: its output is empty");
  mgp_keccak256(f->output, f->output_bytes, digest);
  int same = memcmp(digest, commit, 32) == 0;
  if (f->has_output && !same)
    return MGP_REJECT("statement-output", "the output is not what the run committed to");
  if (!f->has_output && same)
    return MGP_REJECT("format-output", "an empty output is marked as left out");
  return MGP_OK;
}

mgp_status_t mgp_proof_parse(const uint8_t *bytes, size_t nbytes, const mgp_program_t *prog,
                             mgp_proof_t *out) {
  mgp_proof_t f = {0};
  MGP_TRY(mgp_proof_parse_params(bytes, nbytes, &f.params));
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps = mgp_program_gaps(prog, gaps);
  uint32_t words[2 + 8 + 2 * MGP_REGISTERS + 2 + MGP_MAX_GAPS +
                 MGP_MAX_PARTITIONS * (MGP_CHIP_FIRST_TABLE - 1)];
  size_t nwords = mgp_statement_words(f.params.partitions, ngaps);
  size_t left = nbytes - HEADER_BYTES;
  const uint8_t *p = bytes + HEADER_BYTES;
  if (left % 4 || left / 4 < nwords + 2)
    return MGP_REJECT("format-length", "the file has %zu bytes, too few or not whole words",
                      nbytes);
  for (size_t i = 0; i < nwords; i++, p += 4) words[i] = load_u32(p);
  mgp_statement_unpack(&f.params, ngaps, words, &f.statement);

  uint32_t has_output = load_u32(p), output_bytes = load_u32(p + 4);
  p += 8;
  left -= 4 * (nwords + 2);
  uint64_t padded = ((uint64_t)output_bytes + 3) / 4 * 4;
  if (has_output > 1) return MGP_REJECT("format-output", "has_output is %u", has_output);
  if (padded > left) return MGP_REJECT("format-length", "the file ends inside the public output");
  f.has_output = (int)has_output;
  f.output = p;
  f.output_bytes = output_bytes;
  for (uint64_t i = output_bytes; i < padded; i++)
    if (p[i]) return MGP_REJECT("format-output", "padding of the public output is not zero");
  MGP_TRY(output_check(&f));
  f.body = p + padded;
  f.body_words = (left - (size_t)padded) / 4;
  *out = f;
  return MGP_OK;
}

mgp_status_t mgp_proof_decode_body(const mgp_proof_t *proof, mgp_f_t *out) {
  for (size_t i = 0; i < proof->body_words; i++) {
    uint32_t w = load_u32(proof->body + 4 * i);
    if (w >= MGP_P)
      return MGP_REJECT("format-canonical", "word %zu of the body is %u, not below p", i, w);
    out[i] = mgp_f_from_u32(w);
  }
  return MGP_OK;
}

size_t mgp_proof_bytes(const mgp_params_t *params, uint32_t ngaps, size_t output_bytes,
                       size_t body_words) {
  size_t statement = mgp_statement_words(params->partitions, ngaps) + 2;
  return HEADER_BYTES + 4 * statement + (output_bytes + 3) / 4 * 4 + 4 * body_words;
}

mgp_status_t mgp_proof_serialize(const mgp_params_t *params, const mgp_statement_t *st,
                                 int has_output, const uint8_t *output, size_t output_bytes,
                                 const uint32_t *body, size_t body_words, uint8_t **out,
                                 size_t *nbytes) {
  if (output_bytes > UINT32_MAX)
    return mgp_fail(MGP_RESOURCES, "a public output of %zu bytes does not fit a proof file",
                    output_bytes);
  size_t nwords = mgp_statement_words(params->partitions, st->ngaps);
  size_t padded = (output_bytes + 3) / 4 * 4;
  size_t total = mgp_proof_bytes(params, st->ngaps, output_bytes, body_words);
  uint32_t *words = malloc(nwords * sizeof *words);
  uint8_t *file = calloc(total, 1), *p = file;
  if (!words || !file) {
    free(words);
    free(file);
    return mgp_fail(MGP_RESOURCES, "no memory for a proof file of %zu bytes", total);
  }
  uint32_t head[MGP_PARAM_WORDS];
  memcpy(p, MGP_PROOF_MAGIC, MAGIC_BYTES);
  p += MAGIC_BYTES;
  mgp_params_pack(params, head);
  for (unsigned i = 0; i < MGP_PARAM_WORDS; i++) p = store_u32(p, head[i]);
  mgp_statement_pack(params, st, words);
  for (size_t i = 0; i < nwords; i++) p = store_u32(p, words[i]);
  p = store_u32(p, (uint32_t)has_output);
  p = store_u32(p, (uint32_t)output_bytes);
  if (output_bytes) memcpy(p, output, output_bytes);
  p += padded;
  for (size_t i = 0; i < body_words; i++) p = store_u32(p, body[i]);
  free(words);
  *out = file;
  *nbytes = total;
  return MGP_OK;
}
