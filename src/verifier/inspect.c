#include "verifier/inspect.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
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

static uint32_t param(const mgp_params_t *params, size_t i) {
  uint32_t v;
  memcpy(&v, (const uint8_t *)params + param_names[i].offset, sizeof v);
  return v;
}
static uint64_t *part(mgp_body_parts_t *parts, size_t i) {
  return (uint64_t *)(void *)((uint8_t *)parts + part_names[i].offset);
}
static uint64_t part_bytes(const mgp_inspection_t *in, size_t i) {
  mgp_body_parts_t parts = in->parts;
  return 4 * *part(&parts, i);
}
/* Never rounded up. */
static double bits(double b) {
  return floor(b * 10) / 10;
}

/* Adds a shard's shape to the totals. */
static void add_shape(mgp_inspection_t *in, const mgp_shard_t *shard, const mgp_shape_t *shape,
                      uint32_t i) {
  mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
  mgp_security_t security;
  mgp_body_parts_t parts;
  const mgp_statement_t *st = &shard->statement;
  mgp_inspected_shard_t *out = &in->shards[i];
  uint32_t nterms = mgp_public_terms(st, shape, terms);
  mgp_security_compute(in->chips, &shard->params, shape, nterms, &security);
  mgp_shape_body_parts(in->chips, &shard->params, shape, &parts);
  for (size_t k = 0; k < NPARTS; k++) *part(&in->parts, k) += *part(&parts, k);
  if (i == 0 || security.min_bits < in->security.min_bits) {
    in->security = security;
    in->worst = i;
  }
  *out = (mgp_inspected_shard_t){
      .kind = st->kind,
      .id = st->id,
      .cells = shape->total_cells,
      .traces = shape->ntraces,
      .stacked_columns = shape->total_cols,
      .nbytes = mgp_shard_bytes(&shard->params, st->kind, st->ngaps, shape->body_words),
      .bits = security.min_bits};
  for (uint32_t t = 0; t < shape->ntraces; t++) {
    out->rows += shape->traces[t].rows;
    in->chip_rows[shape->traces[t].chip] += shape->traces[t].rows;
    in->chip_traces[shape->traces[t].chip]++;
  }
  in->cells += shape->total_cells;
  in->claims += shape->total_claims;
  in->traces += shape->ntraces;
  in->stacked_columns += shape->total_cols;
  in->body_bytes += 4 * (uint64_t)shape->body_words;
}

static mgp_status_t inspect_shards(mgp_inspection_t *in, const mgp_program_t *prog,
                                   const mgp_proof_t *proof) {
  mgp_chain_t chain;
  size_t at = 0;
  mgp_chain_begin(prog, &chain);
  memcpy(in->program_digest, prog->digest, sizeof in->program_digest);
  for (uint32_t i = 0; i < proof->nshards; i++) {
    mgp_shard_t shard;
    mgp_shape_t shape = {0};
    MGP_TRY(mgp_proof_shard(proof, &chain, i, at, &shard));
    MGP_TRY(mgp_shape_create(in->chips, prog, &shard.params, &shard.statement, &shape));
    add_shape(in, &shard, &shape, i);
    mgp_shape_free(&shape);
    MGP_TRY(mgp_chain_advance(&chain, &shard.statement));
    at += in->shards[i].nbytes;
    if (at <= proof->shards_nbytes) continue;
    if (i + 1 == proof->nshards) break; /* all headers are there: say what they say */
    return MGP_REJECT("format-length", "the file ends inside shard %u", i + 1);
  }
  in->complete = at == proof->shards_nbytes;
  return MGP_OK;
}

mgp_status_t mgp_inspect(const uint8_t *bytes, size_t nbytes, const mgp_chipset_t *chips,
                         const mgp_program_t *prog, mgp_inspection_t *out) {
  mgp_inspection_t in = {.nbytes = nbytes, .chips = prog ? chips : NULL};
  mgp_proof_t proof;
  mgp_status_t st;
  MGP_TRY(mgp_proof_parse(bytes, nbytes, &proof));
  in.run = proof.run;
  in.nparams = proof.nshards;
  in.params = calloc(in.nparams, sizeof *in.params);
  in.shards = calloc(in.nparams, sizeof *in.shards);
  st = in.params && in.shards ? MGP_OK : mgp_fail(MGP_RESOURCES, "no memory");
  for (uint32_t i = 0; i < in.nparams && st == MGP_OK; i++)
    st = mgp_proof_params(&proof, i, &in.params[i]);
  if (st == MGP_OK && prog) st = inspect_shards(&in, prog, &proof);
  if (st == MGP_OK)
    *out = in;
  else
    mgp_inspection_free(&in);
  return st;
}

void mgp_inspection_free(mgp_inspection_t *in) {
  if (!in) return;
  free(in->params);
  free(in->shards);
  in->params = NULL;
  in->shards = NULL;
}

static void commit_digest(const mgp_inspection_t *in, uint8_t digest[32]) {
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(in->run.commit[i / 4] >> (8 * (i % 4)));
}

static void print_hex(FILE *out, const char *name, const uint8_t digest[32]) {
  fprintf(out, "%-18s ", name);
  for (int i = 0; i < 32; i++) fprintf(out, "%02x", digest[i]);
  fputc('\n', out);
}

#define MOST_LINES 64u /* of the table of shards */

static const char *kind_name(uint32_t kind) {
  return kind == MGP_SHARD_WHOLE ? "whole" : kind == MGP_SHARD_PROGRAM ? "program" : "memory";
}

static void print_shards(const mgp_inspection_t *in, FILE *out) {
  fprintf(out, "\n  %-8s %6s %12s %14s %8s %8s %10s %6s\n", "shard", "id", "rows", "cells",
          "traces", "columns", "bytes", "bits");
  for (uint32_t i = 0; i < in->nparams; i++) {
    const mgp_inspected_shard_t *s = &in->shards[i];
    if (in->nparams > MOST_LINES && i >= MOST_LINES / 2 && i < in->nparams - MOST_LINES / 2) {
      if (i == MOST_LINES / 2) fprintf(out, "  ... (%u more)\n", in->nparams - MOST_LINES);
      continue;
    }
    fprintf(out, "  %-8s %6u %12" PRIu64 " %14" PRIu64 " %8u %8u %10" PRIu64 " %6.1f\n",
            kind_name(s->kind), s->id, s->rows, s->cells, s->traces, s->stacked_columns, s->nbytes,
            bits(s->bits));
  }
}

static void print_shape(const mgp_inspection_t *in, FILE *out) {
  if (in->nparams > 1) print_shards(in, out);
  fprintf(out,
          "\n%" PRIu64 " traces, %" PRIu64 " stacked columns, %" PRIu64 " cells, %" PRIu64
          " column claims\n",
          in->traces, in->stacked_columns, in->cells, in->claims);
  fprintf(out, "  %-12s %12s %7s\n", "chip", "rows", "traces");
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++)
    if (in->chip_traces[id])
      fprintf(out, "  %-12s %12" PRIu64 " %7u\n", in->chips->chip[id].name, in->chip_rows[id],
              in->chip_traces[id]);
  if (in->nparams > 1)
    fprintf(out, "\nsoundness of the worst shard, %s %u, bits\n",
            kind_name(in->shards[in->worst].kind), in->shards[in->worst].id);
  else
    fprintf(out, "\nsoundness, bits\n");
  fprintf(out, "  %-20s %7s %6s %7s  %s\n", "round", "proven", "grind", "sum", "error * |K|");
  for (uint32_t i = 0; i < in->security.nrounds; i++) {
    const mgp_round_bits_t *r = &in->security.round[i];
    fprintf(out, "  %-20s %7.1f %6.0f %7.1f  %s\n", r->name, bits(r->bits), r->grind,
            bits(r->bits + r->grind), r->formula);
  }
  fprintf(out, "  %-20s %22.1f\n", "least", bits(in->security.min_bits));
  fprintf(out, "assumed beside them\n  %-20s %22.0f  collisions of the hash\n", "hash",
          MGP_HASH_BITS);
  if (in->nparams > 1)
    fprintf(out, "  %-20s %22.0f  logarithms on the curve, between shards\n", "curve",
            MGP_CURVE_BITS);
  fprintf(out, "\nsize\n");
  for (size_t i = 0; i < NPARTS; i++)
    fprintf(out, "  %-12s %12" PRIu64 " bytes\n", part_names[i].name, part_bytes(in, i));
  if (in->complete)
    fprintf(out, "  %-12s %12" PRIu64 " bytes\n", "headers", in->nbytes - in->body_bytes);
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
  fprintf(out, "%-18s %u\n", "exit code", in->run.exit_code);
  if (in->run.has_commit) print_hex(out, "output digest", digest);
  if (in->run.has_output)
    fprintf(out, "%-18s %" PRIu32 " bytes\n", "public output", in->run.output_bytes);
  fprintf(out, "%-18s %" PRIu32, "shards", in->run.nshards);
  if (in->run.memory_shards) fprintf(out, ", and %" PRIu32 " of memory", in->run.memory_shards);
  fprintf(out, "\n%-18s %" PRIu64 "\n", "budget", in->run.budget);
  if (in->nparams > 1) fprintf(out, "parameters of the first shard\n");
  for (size_t i = 0; i < NPARAMS; i++)
    fprintf(out, "%-18s %u\n", param_names[i].name, param(&in->params[0], i));
  if (in->chips)
    print_shape(in, out);
  else
    fprintf(out, "row counts, soundness and sizes depend on the program: give --elf or --vk\n");
}

static void json_shards(const mgp_inspection_t *in, mgp_json_t *j) {
  mgp_json_array_begin(j, "by_shard");
  for (uint32_t i = 0; i < in->nparams; i++) {
    const mgp_inspected_shard_t *s = &in->shards[i];
    mgp_json_object_begin(j, NULL);
    mgp_json_string(j, "kind", kind_name(s->kind));
    mgp_json_u64(j, "id", s->id);
    mgp_json_u64(j, "rows", s->rows);
    mgp_json_u64(j, "cells", s->cells);
    mgp_json_u64(j, "traces", s->traces);
    mgp_json_u64(j, "stacked_columns", s->stacked_columns);
    mgp_json_u64(j, "bytes", s->nbytes);
    mgp_json_f64(j, "security_bits", bits(s->bits));
    mgp_json_object_end(j);
  }
  mgp_json_array_end(j);
}

static void json_shape(const mgp_inspection_t *in, mgp_json_t *j) {
  mgp_json_bool(j, "complete", in->complete != 0);
  mgp_json_u64(j, "traces", in->traces);
  mgp_json_u64(j, "stacked_columns", in->stacked_columns);
  mgp_json_u64(j, "cells", in->cells);
  mgp_json_u64(j, "column_claims", in->claims);
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
  mgp_json_f64(j, "hash_bits", MGP_HASH_BITS);
  if (in->nparams > 1)
    mgp_json_f64(j, "curve_bits", MGP_CURVE_BITS);
  else
    mgp_json_null(j, "curve_bits"); /* not used */
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
  mgp_json_u64(j, "exit_code", in->run.exit_code);
  if (in->run.has_commit)
    mgp_json_hex(j, "output_digest", digest, 32);
  else
    mgp_json_null(j, "output_digest");
  mgp_json_u64(j, "shards", in->run.nshards);
  mgp_json_u64(j, "memory_shards", in->run.memory_shards);
  mgp_json_u64(j, "budget", in->run.budget);
  mgp_json_object_begin(j, "plan"); /* of the first shard */
  for (size_t i = 0; i < NPARAMS; i++)
    mgp_json_u64(j, param_names[i].name, param(&in->params[0], i));
  mgp_json_object_end(j);
  if (in->chips) json_shape(in, j);
  if (in->chips) json_shards(in, j);
  mgp_json_object_end(j);
}
