#include "prover/buffers.h"

#define HUGE_PAGE ((uint64_t)2 << 20) /* the ledger aligns two and more of them to one */

uint64_t mgp_buffer_bytes(uint64_t nbytes) {
  const uint64_t pages = (nbytes + HUGE_PAGE - 1) / HUGE_PAGE;
  return (pages < 2 ? 2 : pages) * HUGE_PAGE;
}

static mgp_buffer_t *find(const mgp_buffers_t *b, const mgp_step_t *steps) {
  for (uint32_t i = 0; i < b->n; i++)
    if (b->buffer[i].steps == steps) return &b->buffer[i];
  return NULL;
}

void mgp_buffers_reuse(mgp_buffers_t *b, uint64_t nbytes, mgp_step_t **out) {
  *out = NULL;
  for (uint32_t i = 0; i < b->n && !*out; i++) {
    mgp_buffer_t *one = &b->buffer[i];
    if (one->taken || one->nbytes < nbytes) continue;
    one->taken = 1;
    *out = one->steps;
  }
}

mgp_status_t mgp_buffers_add(mgp_buffers_t *b, uint64_t nbytes, mgp_step_t **out) {
  if (b->n == b->cap) {
    const uint32_t cap = b->cap ? 2 * b->cap : 64;
    MGP_TRY(mgp_ledger_grow(b->ledger, MGP_MEM_RAW, b->n * sizeof *b->buffer,
                            cap * sizeof *b->buffer, (void **)&b->buffer));
    b->cap = cap;
  }
  const uint64_t size = mgp_buffer_bytes(nbytes);
  MGP_TRY(mgp_ledger_alloc(b->ledger, MGP_MEM_RAW, size, (void **)out));
  b->buffer[b->n++] = (mgp_buffer_t){.steps = *out, .nbytes = size, .taken = 1};
  return MGP_OK;
}

int mgp_buffers_give(mgp_buffers_t *b, const mgp_step_t *steps) {
  mgp_buffer_t *one = steps ? find(b, steps) : NULL;
  if (one) one->taken = 0;
  return one != NULL;
}

mgp_status_t mgp_buffers_pin(mgp_buffers_t *b, const mgp_step_t *steps, int *pinned) {
  mgp_buffer_t *one = find(b, steps);
  *pinned = 0;
  if (!one) return MGP_OK;
  if (!one->pinned) MGP_TRY(b->be->ops->pin(b->be, one->steps, one->nbytes, &one->pinned));
  *pinned = one->pinned;
  return MGP_OK;
}

void mgp_buffers_free(mgp_buffers_t *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    if (b->buffer[i].pinned) b->be->ops->unpin(b->be, b->buffer[i].steps);
    mgp_ledger_free(b->ledger, b->buffer[i].steps);
  }
  mgp_ledger_free(b->ledger, b->buffer);
  b->buffer = NULL;
  b->n = b->cap = 0;
}
