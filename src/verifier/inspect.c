#include "verifier/inspect.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NAMED(name)                                                                                \
  { #name, offsetof(mgp_params_t, name) }
static const struct {
  const char *name;
  size_t offset;
} param_names[] = {NAMED(partitions), NAMED(log_height),  NAMED(log_chunk), NAMED(log_rows),
                   NAMED(queries),    NAMED(grind_alpha), NAMED(grind_u),   NAMED(grind_query),
                   NAMED(log_final),  NAMED(log_fold)};
#undef NAMED
#define NPARAMS (sizeof param_names / sizeof param_names[0])

#define NAMED(name)                                                                                \
  { #name, offsetof(mgp_body_parts_t, name) }
static const struct {
  const char *name;
  size_t offset;
} part_names[] = {NAMED(caps),    NAMED(gkr),        NAMED(main), NAMED(columns),
                  NAMED(opening), NAMED(folding),    NAMED(rows), NAMED(row_paths),
                  NAMED(cosets),  NAMED(coset_paths)};
#undef NAMED
#define NPARTS (sizeof part_names / sizeof part_names[0])

static uint32_t param(const mgp_inspection_t *in, size_t i) {
  uint32_t v;
  memcpy(&v, (const uint8_t *)&in->params + param_names[i].offset, sizeof v);
  return v;
}
static uint64_t part_bytes(const mgp_inspection_t *in, size_t i) {
  uint64_t v;
  memcpy(&v, (const uint8_t *)&in->parts + part_names[i].offset, sizeof v);
  return 4 * v;
}
/* Never rounded up. */
static double bits(double b) {
  return floor(b * 10) / 10;
}

mgp_status_t mgp_inspect(const uint8_t *bytes, size_t nbytes, const mgp_chipset_t *chips,
                         const mgp_program_t *prog, mgp_inspection_t *out) {
  mgp_inspection_t in = {.nbytes = nbytes, .chips = chips};
  if (!prog) {
    MGP_TRY(mgp_proof_parse_outcome(bytes, nbytes, &in.params, &in.statement));
    *out = in;
    return MGP_OK;
  }
  mgp_proof_t proof;
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  MGP_TRY(mgp_proof_parse(bytes, nbytes, prog, &proof));
  in.params = proof.params;
  in.statement = proof.statement;
  memcpy(in.program_digest, prog->digest, sizeof in.program_digest);
  in.has_output = proof.has_output;
  in.output_bytes = proof.output_bytes;
  MGP_TRY(mgp_shape_create(chips, prog, &in.params, &in.statement, &in.shape));
  uint32_t nterms = mgp_public_terms(prog, &in.statement, &in.shape, terms);
  mgp_security_compute(chips, &in.params, &in.shape, nterms, &in.security);
  mgp_shape_body_parts(chips, &in.params, &in.shape, &in.parts);
  in.complete = proof.body_words == in.shape.body_words;
  for (uint32_t t = 0; t < in.shape.ntraces; t++) {
    in.chip_rows[in.shape.traces[t].chip] += in.shape.traces[t].rows;
    in.chip_traces[in.shape.traces[t].chip]++;
  }
  *out = in;
  return MGP_OK;
}

void mgp_inspection_free(mgp_inspection_t *in) {
  if (in) mgp_shape_free(&in->shape);
}

static void commit_digest(const mgp_inspection_t *in, uint8_t digest[32]) {
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(in->statement.commit[i / 4] >> (8 * (i % 4)));
}

static void print_hex(FILE *out, const char *name, const uint8_t digest[32]) {
  fprintf(out, "%-18s ", name);
  for (int i = 0; i < 32; i++) fprintf(out, "%02x", digest[i]);
  fputc('\n', out);
}

static void print_shape(const mgp_inspection_t *in, FILE *out) {
  const mgp_shape_t *s = &in->shape;
  fprintf(out,
          "\n%u traces, %u stacked columns of 2^%u rows, %" PRIu64 " cells, %u column claims\n",
          s->ntraces, s->total_cols, in->params.log_height, s->total_cells, s->total_claims);
  fprintf(out, "  %-12s %12s %7s\n", "chip", "rows", "traces");
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++)
    if (in->chip_traces[id])
      fprintf(out, "  %-12s %12" PRIu64 " %7u\n", in->chips->chip[id].name, in->chip_rows[id],
              in->chip_traces[id]);
  fprintf(out, "\nsoundness, bits\n  %-20s %7s %6s %7s  %s\n", "round", "proven", "grind", "sum",
          "error * |K|");
  for (uint32_t i = 0; i < in->security.nrounds; i++) {
    const mgp_round_bits_t *r = &in->security.round[i];
    fprintf(out, "  %-20s %7.1f %6.0f %7.1f  %s\n", r->name, bits(r->bits), r->grind,
            bits(r->bits + r->grind), r->formula);
  }
  fprintf(out, "  %-20s %22.1f\n", "least", bits(in->security.min_bits));
  fprintf(out, "\nsize\n");
  uint64_t body = 0;
  for (size_t i = 0; i < NPARTS; i++) {
    body += part_bytes(in, i);
    fprintf(out, "  %-12s %12" PRIu64 " bytes\n", part_names[i].name, part_bytes(in, i));
  }
  if (in->complete)
    fprintf(out, "  %-12s %12" PRIu64 " bytes\n", "header", in->nbytes - body);
  else
    fprintf(out, "  the file is not as long as its header says: it will be refused\n");
}

void mgp_inspection_print(const mgp_inspection_t *in, FILE *out) {
  uint8_t digest[32];
  commit_digest(in, digest);
  fprintf(out,
          "mgprove proof, format version %u, extension degree %u, %zu bytes; not verified here\n",
          MGP_FORMAT_VERSION, MGP_D, in->nbytes);
  if (in->chips) print_hex(out, "program", in->program_digest);
  fprintf(out, "%-18s %u\n", "exit code", in->statement.exit_code);
  if (in->statement.has_commit) print_hex(out, "output digest", digest);
  if (in->chips && in->has_output)
    fprintf(out, "%-18s %zu bytes\n", "public output", in->output_bytes);
  for (size_t i = 0; i < NPARAMS; i++)
    fprintf(out, "%-18s %u\n", param_names[i].name, param(in, i));
  if (in->chips)
    print_shape(in, out);
  else
    fprintf(out, "row counts, soundness and sizes depend on the program: give --elf or --vk\n");
}

static void json_shape(const mgp_inspection_t *in, mgp_json_t *j) {
  const mgp_shape_t *s = &in->shape;
  mgp_json_bool(j, "complete", in->complete != 0);
  mgp_json_u64(j, "traces", s->ntraces);
  mgp_json_u64(j, "stacked_columns", s->total_cols);
  mgp_json_u64(j, "cells", s->total_cells);
  mgp_json_u64(j, "column_claims", s->total_claims);
  mgp_json_object_begin(j, "rows");
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++)
    if (in->chip_traces[id]) mgp_json_u64(j, in->chips->chip[id].name, in->chip_rows[id]);
  mgp_json_object_end(j);
  mgp_json_array_begin(j, "rounds");
  for (uint32_t i = 0; i < in->security.nrounds; i++) {
    const mgp_round_bits_t *r = &in->security.round[i];
    mgp_json_object_begin(j, NULL);
    mgp_json_string(j, "name", r->name);
    mgp_json_f64(j, "bits", bits(r->bits));
    mgp_json_f64(j, "grind", r->grind);
    mgp_json_string(j, "error", r->formula);
    mgp_json_object_end(j);
  }
  mgp_json_array_end(j);
  mgp_json_f64(j, "security_bits", bits(in->security.min_bits));
  mgp_json_object_begin(j, "bytes");
  for (size_t i = 0; i < NPARTS; i++) mgp_json_u64(j, part_names[i].name, part_bytes(in, i));
  mgp_json_object_end(j);
}

void mgp_inspection_json(const mgp_inspection_t *in, mgp_json_t *j, const char *key) {
  uint8_t digest[32];
  commit_digest(in, digest);
  mgp_json_object_begin(j, key);
  mgp_json_u64(j, "format_version", MGP_FORMAT_VERSION);
  mgp_json_u64(j, "extension_degree", MGP_D);
  mgp_json_u64(j, "size", in->nbytes);
  if (in->chips) mgp_json_hex(j, "program", in->program_digest, 32);
  mgp_json_u64(j, "exit_code", in->statement.exit_code);
  if (in->statement.has_commit)
    mgp_json_hex(j, "output_digest", digest, 32);
  else
    mgp_json_null(j, "output_digest");
  mgp_json_object_begin(j, "plan");
  for (size_t i = 0; i < NPARAMS; i++) mgp_json_u64(j, param_names[i].name, param(in, i));
  mgp_json_object_end(j);
  if (in->chips) json_shape(in, j);
  mgp_json_object_end(j);
}
