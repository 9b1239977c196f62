/* What one shard claims, and how the shards of a run fit together (docs/protocol.md, 2 and 3).
 *
 * A run that fits is one shard of kind WHOLE. A longer one is cut into K >= 2 shards of kind
 * PROGRAM, ranges of its steps in order, and L >= 1 shards of kind MEMORY, which give every word of
 * memory its first value and take its last. Registers and pc pass from shard to shard as public
 * values, memory words as records whose curve points cancel over all shards. */
#ifndef MGP_PROTOCOL_STATEMENT_H
#define MGP_PROTOCOL_STATEMENT_H

#include "base/status.h"
#include "chips/chip.h"
#include "math/curve.h"

#define MGP_MAX_PARTITIONS 64u
#define MGP_REGISTERS      33u     /* x0..x31 and the sink */
#define MGP_MAX_SHARDS     0xffffu /* of either kind: ids are u16 */
#define MGP_POINT_WORDS    MGP_CURVE_POINT_WORDS

typedef enum { MGP_SHARD_WHOLE = 1, MGP_SHARD_PROGRAM, MGP_SHARD_MEMORY } mgp_shard_kind_t;

typedef struct {
  /* context: what is known before the shard is read. Never in the file, always absorbed. */
  uint32_t kind;
  uint32_t id;      /* 1..K among the PROGRAM shards, 1..L among the MEMORY shards; WHOLE: 1 */
  uint32_t nshards; /* K; 0 in every PROGRAM shard but the last: it is proved before K is known */
  uint32_t start_pc, start_value[MGP_REGISTERS]; /* MEMORY: 0 */
  uint32_t image_start, hint_start;              /* of the chains; PROGRAM: 0 */
  uint32_t ngaps;                                /* of the program */
  uint32_t zero_start[MGP_MAX_GAPS];
  uint32_t exit_code; /* WHOLE and the last PROGRAM shard; else 0 */
  uint32_t commit[8]; /* the digest given to PUB_IO_COMMIT, as little-endian words, in the shard
                         that has this step; else 0 */
  /* in the file, as far as the kind has it; the rest is 0 */
  uint32_t has_commit; /* PROGRAM: in the file; WHOLE: the run's */
  uint32_t end_pc;     /* PROGRAM; WHOLE: HALT_PC, not in the file */
  uint32_t reg_value[MGP_REGISTERS], reg_ts[MGP_REGISTERS]; /* WHOLE, PROGRAM: last access */
  uint32_t image_end, hint_end, zero_end[MGP_MAX_GAPS];     /* WHOLE, MEMORY */
  uint32_t point[MGP_POINT_WORDS]; /* PROGRAM, MEMORY: end of the accumulator, canonical words */
  uint32_t rows[MGP_MAX_PARTITIONS][MGP_CHIP_FIRST_TABLE]; /* by chip id; [.][0] is 0 */
} mgp_statement_t;

/* Number of statement words of a shard in the file, for P partitions, and their order. */
size_t mgp_statement_words(uint32_t kind, uint32_t partitions, uint32_t ngaps);
#define MGP_MAX_STATEMENT_WORDS                                                                    \
  (2 + 2 * MGP_REGISTERS + 2 + MGP_MAX_GAPS + MGP_POINT_WORDS +                                    \
   MGP_MAX_PARTITIONS * (MGP_CHIP_FIRST_TABLE - 1))
void mgp_statement_pack(const mgp_statement_t *st, uint32_t partitions, uint32_t *out);
/* Sets the second half of *st, whose context is set. */
void mgp_statement_unpack(const uint32_t *in, uint32_t partitions, mgp_statement_t *st);
/* Words that are absorbed: the context, then those of the file. */
size_t mgp_statement_claim_words(const mgp_statement_t *st, uint32_t partitions);
void mgp_statement_claim(const mgp_statement_t *st, uint32_t partitions, uint32_t *out);

/* What is claimed of the whole run. */
typedef struct {
  uint32_t nshards;       /* K */
  uint32_t memory_shards; /* L; 0 if and only if K = 1 */
  uint64_t budget;        /* cost at which a shard ends, a record of the plan; 0 if K = 1 */
  uint32_t exit_code;
  uint32_t has_commit, commit[8];
  uint32_t has_output, output_bytes; /* bytes that travel with the proof */
} mgp_run_t;

/* Kind of shard number i, 0 <= i < K + L, in the order of the file. */
mgp_shard_kind_t mgp_run_kind(const mgp_run_t *run, uint32_t i);

/* Where the shards read so far have led to. Prover and verifier walk along the same chain. */
typedef struct {
  uint32_t done[MGP_SHARD_MEMORY + 1]; /* shards so far, by kind */
  uint32_t pc, value[MGP_REGISTERS];
  uint32_t commits;
  uint32_t image_at, hint_at, ngaps, zero_at[MGP_MAX_GAPS];
  mgp_point_t sum; /* of the shards' accumulators, each less its start D: all records so far */
} mgp_chain_t;

void mgp_chain_begin(const mgp_program_t *prog, mgp_chain_t *c);
/* Zeroes *st and sets its context: the next shard has this kind. nshards: K, or 0 if the shard is a
 * PROGRAM shard and not the last. The commitment of the run is set by mgp_statement_commit. */
void mgp_chain_context(const mgp_chain_t *c, mgp_shard_kind_t kind, uint32_t nshards,
                       uint32_t exit_code, mgp_statement_t *st);
/* Sets has_commit and, if it is 1, the digest. */
void mgp_statement_commit(mgp_statement_t *st, uint32_t has_commit, const uint32_t digest[8]);
/* Moves on behind a shard whose statement mgp_shape_create has accepted. MGP_REJECTED
 * (run-commit) if a second one commits. */
mgp_status_t mgp_chain_advance(mgp_chain_t *c, const mgp_statement_t *st);
/* After the last shard: the run's commitment was made in one of them (run-commit), and every record
 * that was sent has been received: their points cancel (run-sum). */
mgp_status_t mgp_chain_finish(const mgp_chain_t *c, const mgp_run_t *run);

#endif
