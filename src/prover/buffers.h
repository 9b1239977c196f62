/* Memory for recorded steps of pieces, where a backend copies beside its other work: it stays for
 * pieces of the next shards, since to pin it takes longer than to copy it. Not thread-safe: the
 * recorder has a lock. Private to src/prover. */
#ifndef MGP_PROVER_BUFFERS_H
#define MGP_PROVER_BUFFERS_H

#include "backend/backend.h"

typedef struct {
  mgp_step_t *steps;
  uint64_t nbytes;
  int taken, pinned;
} mgp_buffer_t;

typedef struct {
  mgp_ledger_t *ledger; /* of the steps */
  mgp_backend_t *be;    /* that pins them; before that it may be NULL */
  mgp_buffer_t *buffer; /* [n] */
  uint32_t n, cap;
} mgp_buffers_t;

/* Bytes of one for nbytes of steps: whole huge pages, so that no two share what is pinned. */
uint64_t mgp_buffer_bytes(uint64_t nbytes);
/* One that is free and large enough; NULL in *out if there is none. */
void mgp_buffers_reuse(mgp_buffers_t *b, uint64_t nbytes, mgp_step_t **out);
/* One more, of mgp_buffer_bytes. */
mgp_status_t mgp_buffers_add(mgp_buffers_t *b, uint64_t nbytes, mgp_step_t **out);
/* It is free from now on. 0 if it is none of these. */
int mgp_buffers_give(mgp_buffers_t *b, const mgp_step_t *steps);
/* Pins it unless it is; *pinned: 0 if it cannot be. */
mgp_status_t mgp_buffers_pin(mgp_buffers_t *b, const mgp_step_t *steps, int *pinned);
/* Gives all back; there are none then. */
void mgp_buffers_free(mgp_buffers_t *b);

#endif
