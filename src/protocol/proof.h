/* Parameters and the proof file (docs/protocol.md, section 3).
 * The wire format lives here alone. */
#ifndef MGP_PROTOCOL_PROOF_H
#define MGP_PROTOCOL_PROOF_H

#include "protocol/reject.h"
#include "protocol/statement.h"

#define MGP_FORMAT_VERSION 2u
#define MGP_PROOF_MAGIC    "mgproof\n" /* 8 bytes */
#define MGP_MIN_LOG_HEIGHT 8u
#define MGP_MAX_LOG_HEIGHT 26u
#define MGP_MIN_LOG_CHUNK  4u
#define MGP_MAX_LOG_CHUNK  16u
#define MGP_MAX_LOG_ROWS   22u
#define MGP_MAX_QUERIES    1024u
#define MGP_MAX_LOG_FINAL  8u
#define MGP_MAX_LOG_FOLD   4u
#define MGP_MAX_GRIND      26u /* of 31-bit nonces 2^-43 of all seeds have none; at 30 bits 1 in 7 */
#define MGP_MAX_TRACES     (1u << 14)
#define MGP_MAX_STACKED    (1u << 16)
#define MGP_MAX_CHUNKS     (1u << 20)
#define MGP_CAP_LOG        6u /* a tree of height h is sent as its 2^min(6, h) nodes */

/* The plan of a shard as far as it is part of a proof; words of the file in this order. */
typedef struct {
  uint32_t partitions; /* P */
  uint32_t log_height; /* s: rows of a stacked column = 2^s */
  uint32_t log_chunk;  /* b: rows of a chunk = 2^b */
  uint32_t log_rows;   /* most rows of a trace = 2^log_rows */
  uint32_t queries;    /* nq */
  uint32_t grind_alpha, grind_u, grind_query;
  uint32_t log_final; /* f: the final polynomial has 2^f coefficients */
  uint32_t log_fold;  /* k: rounds per committed word */
} mgp_params_t;
#define MGP_PARAM_WORDS 10u

void mgp_params_pack(const mgp_params_t *params, uint32_t out[MGP_PARAM_WORDS]);
/* The bounds of section 3 that concern parameters alone. MGP_REJECTED, check "params". */
mgp_status_t mgp_params_check(const mgp_params_t *params);

/* The first message of a shard's transcript: version, degree, parameters, budget. */
#define MGP_HEADER_WORDS (2u + MGP_PARAM_WORDS + 2u)
void mgp_header_claim(const mgp_params_t *params, uint64_t budget, uint32_t out[MGP_HEADER_WORDS]);

/* A parsed file. The pointers point into the bytes that were parsed. */
typedef struct {
  mgp_run_t run;
  uint32_t nshards;      /* of both kinds */
  const uint8_t *params; /* [nshards][MGP_PARAM_WORDS], not yet checked */
  const uint8_t *shards; /* statement and body of each, one after the other */
  size_t shards_nbytes;
  const uint8_t *output; /* [run.output_bytes] */
} mgp_proof_t;

/* One shard of it. */
typedef struct {
  mgp_params_t params;
  mgp_statement_t statement;
  const uint8_t *body; /* little-endian words, not yet checked to be canonical; how many there are
                          follows from the shape */
} mgp_shard_t;

/* Reads and checks what concerns the run as a whole; nothing of it depends on the program. */
mgp_status_t mgp_proof_parse(const uint8_t *bytes, size_t nbytes, mgp_proof_t *out);
/* Parameters of shard number i, within bounds. */
mgp_status_t mgp_proof_params(const mgp_proof_t *proof, uint32_t i, mgp_params_t *out);
/* Parameters and statement of shard number i, which begins `at` bytes after the start of all
 * shards. The context comes from the run and the chain. Allocates nothing. */
mgp_status_t mgp_proof_shard(const mgp_proof_t *proof, const mgp_chain_t *chain, uint32_t i,
                             size_t at, mgp_shard_t *out);
/* Bytes from a shard's body to the end of all shards. */
size_t mgp_proof_left(const mgp_proof_t *proof, const mgp_shard_t *shard);
/* n body words in Montgomery form. MGP_REJECTED (format-canonical) if one is >= p. */
mgp_status_t mgp_body_decode(const uint8_t *body, size_t n, mgp_f_t *out);

/* Length of statement and body of a shard in the file. */
size_t mgp_shard_bytes(const mgp_params_t *params, uint32_t kind, uint32_t ngaps,
                       size_t body_words);
/* Writes them. body: canonical words. */
void mgp_shard_write(const mgp_params_t *params, const mgp_statement_t *st, const uint32_t *body,
                     size_t body_words, uint8_t *out);
/* Length of a file. */
size_t mgp_proof_bytes(const mgp_run_t *run, size_t shards_nbytes);
/* Puts a file together in fresh memory (free() it). params: of all shards; output:
 * [run->output_bytes]. */
mgp_status_t mgp_proof_serialize(const mgp_run_t *run, const mgp_params_t *params,
                                 const uint8_t *shards, size_t shards_nbytes, const uint8_t *output,
                                 uint8_t **out, size_t *nbytes);

#endif
