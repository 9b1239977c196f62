/* The shape of a proof: all that follows from parameters, row counts and program before any
 * cryptography. Traces in canonical order, chunk and column numbering, message sizes. Prover and
 * verifier build it by the same function, so they cannot disagree. */
#ifndef MGP_PROTOCOL_SHAPE_H
#define MGP_PROTOCOL_SHAPE_H

#include "chips/ram.h"
#include "protocol/proof.h"

typedef struct {
  uint32_t partition;
  uint8_t chip;         /* mgp_chip_id_t */
  uint32_t split;       /* number of this trace among the chip's traces of the partition */
  uint64_t first_row;   /* split << log_rows */
  uint32_t rows;        /* N >= 1 */
  uint32_t log_rows;    /* n = ceil(log2 N) */
  uint32_t log_inter;   /* m = ceil(log2 k) */
  uint32_t nchunks;     /* ceil(N / 2^b), per column */
  uint32_t first_chunk; /* number of its first chunk within the partition */
  uint32_t first_claim; /* number of its first column claim, through all traces */
} mgp_trace_t;

typedef struct {
  uint32_t ntraces;
  mgp_trace_t *traces; /* [ntraces] */
  uint32_t
      first_trace[MGP_MAX_PARTITIONS + 1];    /* traces of p: [first_trace[p], first_trace[p+1]) */
  uint32_t nchunks[MGP_MAX_PARTITIONS];       /* chunks of the partition */
  uint32_t ncols[MGP_MAX_PARTITIONS];         /* stacked columns; 0: no matrix */
  uint32_t first_col[MGP_MAX_PARTITIONS + 1]; /* running number of the partition's first column */
  uint32_t total_cols;                        /* M */
  uint32_t total_claims;                      /* column claims through all traces */
  uint64_t total_cells;
  uint32_t ngroups;                   /* committed words of the folding phase */
  uint32_t group[MGP_MAX_LOG_HEIGHT]; /* rounds of each group */
  uint64_t ts_end;                    /* 1 + sum of rows * dt */
  size_t body_words;                  /* exact length of the proof's body */
} mgp_shape_t;

/* Checks everything of section 3 that concerns parameters, statement and counts (bounds, chain
 * ends, HALT and COMMIT rows, timestamps, bus totals < p, numbers of traces, columns, chunks)
 * before anything is allocated in proportion to it. MGP_REJECTED with the check's name first. */
mgp_status_t mgp_shape_create(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              const mgp_params_t *params, const mgp_statement_t *st,
                              mgp_shape_t *out);
void mgp_shape_free(mgp_shape_t *shape);

/* Rounds and depths: leaves of the matrix tree 2^(s+1); of word w 2^(fold_log_leaves). */
static inline uint32_t mgp_cap_log(uint32_t height) {
  return height < MGP_CAP_LOG ? height : MGP_CAP_LOG;
}
/* log2 of the length of committed word w (s + 1 minus the rounds before it) */
uint32_t mgp_shape_word_log(const mgp_params_t *params, const mgp_shape_t *shape, uint32_t w);

/* Words of the body by part; nonces (3) apart, they add up to body_words. */
typedef struct {
  uint64_t caps;                /* of the partitions' matrices */
  uint64_t gkr, main, columns;  /* tasks */
  uint64_t opening;             /* sumcheck and values of the stacked columns */
  uint64_t folding;             /* caps, messages, final polynomial */
  uint64_t rows, row_paths;     /* queries: matrices */
  uint64_t cosets, coset_paths; /* queries: committed words */
} mgp_body_parts_t;
void mgp_shape_body_parts(const mgp_chipset_t *chips, const mgp_params_t *params,
                          const mgp_shape_t *shape, mgp_body_parts_t *out);

/* A public term of the bus sum: sign * count / (alpha + bus + sum beta^i t_i). */
typedef struct {
  int sign;
  uint32_t count; /* >= 1, < p */
  uint8_t bus, len;
  uint32_t t[MGP_MAX_TUPLE]; /* canonical */
} mgp_public_term_t;
#define MGP_MAX_RAM_TERMS 4
#define MGP_MAX_PUBLIC_TERMS                                                                       \
  (2 + 2 * MGP_REGISTERS + 1 + 8 + 4 + 2 * MGP_MAX_GAPS + MGP_MAX_RAM_TERMS)
uint32_t mgp_public_terms(const mgp_statement_t *st, const mgp_shape_t *shape,
                          mgp_public_term_t out[MGP_MAX_PUBLIC_TERMS]);

/* Terms of the SHARD_RAM rows on SHARD and ACC: none without rows. Returns how many. */
uint32_t mgp_public_ram_terms(const mgp_ram_terms_t *ram, mgp_public_term_t out[MGP_MAX_RAM_TERMS]);

#endif
