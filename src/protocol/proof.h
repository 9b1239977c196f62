/* Parameters, statement, and the proof file (docs/protocol.md, section 3).
 * The wire format lives here alone. */
#ifndef MGP_PROTOCOL_PROOF_H
#define MGP_PROTOCOL_PROOF_H

#include "base/status.h"
#include "chips/chip.h"

#define MGP_FORMAT_VERSION 1u
#define MGP_PROOF_MAGIC    "mgproof\n" /* 8 bytes */
#define MGP_MAX_PARTITIONS 64u
#define MGP_MIN_LOG_HEIGHT 8u
#define MGP_MAX_LOG_HEIGHT 26u
#define MGP_MIN_LOG_CHUNK  4u
#define MGP_MAX_LOG_CHUNK  16u
#define MGP_MAX_LOG_ROWS   22u
#define MGP_MAX_QUERIES    1024u
#define MGP_MAX_LOG_FINAL  8u
#define MGP_MAX_LOG_FOLD   4u
#define MGP_MAX_GRIND      30u
#define MGP_MAX_TRACES     (1u << 14)
#define MGP_MAX_STACKED    (1u << 16)
#define MGP_MAX_CHUNKS     (1u << 20)
#define MGP_CAP_LOG        6u  /* a tree of height h is sent as its 2^min(6, h) nodes */
#define MGP_REGISTERS      33u /* x0..x31 and the sink */

/* The plan as far as it is part of a proof; words of the file in this order after the version and
 * the extension degree. */
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
#define MGP_PARAM_WORDS 12u /* version and degree included */

/* What is claimed of the run; together with the program digest this is the statement. */
typedef struct {
  uint32_t exit_code;
  uint32_t has_commit;
  uint32_t commit[8]; /* the digest given to PUB_IO_COMMIT, as little-endian words */
  uint32_t reg_value[MGP_REGISTERS], reg_ts[MGP_REGISTERS];
  uint32_t image_end, hint_end;
  uint32_t ngaps; /* of the program; not in the file */
  uint32_t zero_end[MGP_MAX_GAPS];
  uint32_t rows[MGP_MAX_PARTITIONS][MGP_CHIP_FIRST_TABLE]; /* by chip id; [.][0] is 0 */
} mgp_statement_t;

/* Number of statement words in the file for P partitions and ngaps gaps, and their order. out has
 * room for that many. Used for the file and for the transcript. */
size_t mgp_statement_words(uint32_t partitions, uint32_t ngaps);
void mgp_statement_pack(const mgp_params_t *params, const mgp_statement_t *st, uint32_t *out);
void mgp_statement_unpack(const mgp_params_t *params, uint32_t ngaps, const uint32_t *in,
                          mgp_statement_t *st);
/* The 12 parameter words. */
void mgp_params_pack(const mgp_params_t *params, uint32_t out[MGP_PARAM_WORDS]);
/* The bounds of section 3 that concern parameters alone. MGP_REJECTED, check "params". */
mgp_status_t mgp_params_check(const mgp_params_t *params);

/* Refuses a proof: the message starts with the name of the check. */
#define MGP_REJECT(check, ...) mgp_fail(MGP_REJECTED, check ": " __VA_ARGS__)

/* A parsed proof file. The pointers point into the bytes that were parsed. */
typedef struct {
  mgp_params_t params;
  mgp_statement_t statement;
  int has_output;
  const uint8_t *output;
  size_t output_bytes;
  const uint8_t *body; /* [4 * body_words] little-endian words, not yet checked to be canonical */
  size_t body_words;
} mgp_proof_t;

/* Reads parameters only: enough for `inspect` and to say which version or build a file needs. */
mgp_status_t mgp_proof_parse_params(const uint8_t *bytes, size_t nbytes, mgp_params_t *params);
/* Parameters, and of the statement the exit code and the commitment: what can be read without the
 * program. Nothing is verified. */
mgp_status_t mgp_proof_parse_outcome(const uint8_t *bytes, size_t nbytes, mgp_params_t *params,
                                     mgp_statement_t *st);
/* Parses and bounds everything in the header (not the body's contents) for this program.
 * MGP_REJECTED with a message that starts with the check's name. Allocates nothing. */
mgp_status_t mgp_proof_parse(const uint8_t *bytes, size_t nbytes, const mgp_program_t *prog,
                             mgp_proof_t *out);
/* Length of the file. */
size_t mgp_proof_bytes(const mgp_params_t *params, uint32_t ngaps, size_t output_bytes,
                       size_t body_words);
/* Body words in Montgomery form, [body_words]. MGP_REJECTED (format-canonical) if one is >= p. */
mgp_status_t mgp_proof_decode_body(const mgp_proof_t *proof, mgp_f_t *out);
/* Writes the file into fresh memory (free() it). body: canonical words. */
mgp_status_t mgp_proof_serialize(const mgp_params_t *params, const mgp_statement_t *st,
                                 int has_output, const uint8_t *output, size_t output_bytes,
                                 const uint32_t *body, size_t body_words, uint8_t **out,
                                 size_t *nbytes);

#endif
