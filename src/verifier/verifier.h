/* Inside the verifier: the state while a shard is verified, and its steps (docs/protocol.md,
 * section 5).
 *
 * Every step returns MGP_OK or MGP_REJECTED; the message starts with the name of the check that
 * refused, then ": ". Sizes of all messages follow from the shape, and the length of the body is
 * compared with them before a step runs. */
#ifndef MGP_VERIFIER_VERIFIER_H
#define MGP_VERIFIER_VERIFIER_H

#include "protocol/security.h"
#include "protocol/transcript.h"
#include "verifier/verify.h"

/* Coordinates of a point over the rows of a trace, and of one over the leaves of its sum tree. */
#define MGP_MAX_POINT  32u
#define MGP_MAX_LAYERS 40u

/* Reads the body's words in order; asking for more than there are is a rejection. */
typedef struct {
  const mgp_f_t *words; /* Montgomery form */
  size_t n, pos;
} mgp_reader_t;
mgp_status_t mgp_reader_take(mgp_reader_t *in, size_t n, const mgp_f_t **out);
/* The same, and absorbs them: a message of the prover. */
mgp_status_t mgp_receive(mgp_reader_t *in, mgp_transcript_t *t, mgp_label_t label, size_t n,
                         const mgp_f_t **out);
mgp_status_t mgp_receive_ext(mgp_reader_t *in, mgp_transcript_t *t, mgp_label_t label, size_t n,
                             const mgp_e_t **out);
/* A nonce for `bits` of work on the transcript's next eight words. Does it not fit, the check that
 * refuses is "grind-NAME". */
mgp_status_t mgp_receive_nonce(mgp_reader_t *in, mgp_transcript_t *t, uint32_t bits,
                               const char *name);

/* What a task leaves for the opening. */
typedef struct {
  mgp_e_t p, q;                 /* the trace's part of the bus sum is p / q */
  mgp_e_t point[MGP_MAX_POINT]; /* r, log_rows coordinates */
  const mgp_e_t *claims;        /* the columns' values at r */
  mgp_f_t digest[MGP_DIGEST_WORDS];
} mgp_task_t;

typedef struct {
  const mgp_chipset_t *chips;
  const mgp_program_t *prog;
  uint64_t budget;
  const mgp_params_t *params;
  const mgp_statement_t *statement;
  const mgp_shape_t *shape;
  mgp_reader_t in;
  mgp_transcript_t t;
  const mgp_f_t *cap[MGP_MAX_PARTITIONS]; /* of the partitions' matrices */
  mgp_e_t alpha, beta[MGP_MAX_TUPLE + 1]; /* beta[i] = beta^i */
  mgp_f_t fork_seed[MGP_DIGEST_WORDS];
  mgp_task_t *tasks;                           /* [ntraces] */
  mgp_e_t rho[MGP_MAX_LOG_HEIGHT];             /* the common point of all stacked columns */
  mgp_e_t *eq_u;                               /* [total_cols] weights of the columns in Q */
  mgp_e_t claim;                               /* Q(rho) */
  const mgp_f_t *fold_cap[MGP_MAX_LOG_HEIGHT]; /* of the committed words */
  mgp_e_t fold[MGP_MAX_LOG_HEIGHT];            /* challenges of the folding rounds */
  const mgp_e_t *final;                        /* [2^log_final] */
} mgp_verifier_t;

/* Step 4 for trace `index`. */
mgp_status_t mgp_verify_task(mgp_verifier_t *v, uint32_t index);
/* The fractional sum of a task: 2^layers leaves. Gives the root, and the claim (p, q) about the
 * leaves at `point` (layers coordinates). `name`: for messages. */
mgp_status_t mgp_verify_gkr(mgp_reader_t *in, mgp_transcript_t *f, uint32_t layers,
                            const char *name, mgp_e_t root[2], mgp_e_t leaf[2],
                            mgp_e_t point[MGP_MAX_LAYERS]);
/* The main sumcheck: claim (p, q) about the leaves at `point` to column values at task->point. */
mgp_status_t mgp_verify_main(mgp_verifier_t *v, mgp_transcript_t *f, const mgp_trace_t *trace,
                             const mgp_e_t leaf[2], const mgp_e_t *point, mgp_task_t *task);
/* Step 5. */
mgp_status_t mgp_verify_bus_sum(mgp_verifier_t *v);
/* Steps 7 and 8: sets rho, eq_u (room for the next power of two of total_cols) and claim. */
mgp_status_t mgp_verify_opening(mgp_verifier_t *v);
/* Step 9: sets fold_cap, fold and final. */
mgp_status_t mgp_verify_folding(mgp_verifier_t *v);
/* Step 10. */
mgp_status_t mgp_verify_queries(mgp_verifier_t *v);

/* One Merkle path per query. The answers of query i lie at first + i * stride. */
typedef struct {
  const mgp_f_t *leaf; /* of query 0 */
  const mgp_f_t *path; /* of query 0: depth siblings of 8 words */
  size_t stride;       /* words from a query to the next */
  uint32_t leaf_words, depth;
  const mgp_f_t *cap;
} mgp_paths_t;
/* Index of the first query whose leaf `index[i]` does not lead to the cap, or n. */
uint32_t mgp_paths_check(const mgp_paths_t *paths, const uint32_t *index, uint32_t n);

#endif
