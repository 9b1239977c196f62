/* The first shard's pieces as the plain pass makes them: who is going to record them begins while
 * the pass still executes the shard. One thread shows, any number of threads look, of this process
 * or, where the stream lies in memory that ranks share, of others. */
#ifndef MGP_PROVER_STREAM_H
#define MGP_PROVER_STREAM_H

#include "prover/pieces.h"

#define MGP_STREAM_PIECES 2048u /* the most; 2^29 steps, as the pass cuts them */

typedef struct {
  mgp_piece_t piece;
  mgp_vm_point_t end;   /* of the piece */
  const uint32_t *word; /* in rank 0 only; others look in the pool */
  uint64_t total;       /* cost that the shard will have, as far as can be told */
} mgp_shown_t;

typedef struct mgp_stream mgp_stream_t;

uint64_t mgp_stream_bytes(void);
/* Memory that is all zeros is an open stream that has shown nothing; this makes it one again, while
 * nobody looks. */
void mgp_stream_open(mgp_stream_t *stream);
/* The next piece, unless there are too many, or it is closed. */
void mgp_stream_show(mgp_stream_t *stream, const mgp_shown_t *shown);
/* There will be no more of them. Fine twice. */
void mgp_stream_close(mgp_stream_t *stream);

typedef enum { MGP_STREAM_SHOWN, MGP_STREAM_NOT_YET, MGP_STREAM_NEVER } mgp_stream_look_t;
/* Piece i; waits for it, but not for long. Once the stream is closed, *total is the shard's unless
 * the run goes on within it; as far as can be told before. */
mgp_stream_look_t mgp_stream_look(mgp_stream_t *stream, uint32_t i, mgp_shown_t *out);

#endif
