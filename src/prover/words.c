#include <string.h>

#include "prover/session.h"

mgp_status_t mgp_words_reserve(mgp_words_t *b, size_t n) {
  void *fresh;
  MGP_TRY(mgp_ledger_alloc(b->ledger, MGP_MEM_PROOF, n * sizeof *b->w, &fresh));
  b->w = fresh;
  b->n = 0;
  b->cap = n;
  return MGP_OK;
}

static mgp_status_t room(const mgp_words_t *b, size_t more) {
  if (more <= b->cap - b->n) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "a part of the proof has more than the %zu words planned", b->cap);
}

mgp_status_t mgp_words_push(mgp_words_t *b, const mgp_f_t *words, size_t n) {
  MGP_TRY(room(b, n));
  for (size_t i = 0; i < n; i++) b->w[b->n + i] = mgp_f_to_u32(words[i]);
  b->n += n;
  return MGP_OK;
}

mgp_status_t mgp_words_push_ext(mgp_words_t *b, const mgp_e_t *v, size_t n) {
  return mgp_words_push(b, v->c, n * MGP_D);
}

mgp_status_t mgp_words_append(mgp_words_t *b, const uint32_t *canonical, size_t n) {
  MGP_TRY(room(b, n));
  if (n) memcpy(b->w + b->n, canonical, n * sizeof *b->w);
  b->n += n;
  return MGP_OK;
}

void mgp_words_free(mgp_words_t *b) {
  mgp_ledger_free(b->ledger, b->w);
  b->w = NULL;
  b->n = b->cap = 0;
}

mgp_status_t mgp_host_alloc(mgp_session_t *s, mgp_mem_class_t cls, size_t nbytes, void *out) {
  return mgp_ledger_alloc(s->ledger, cls, nbytes, (void **)out);
}

mgp_status_t mgp_scratch_alloc(mgp_session_t *s, size_t nbytes, void *out) {
  return s->be->ops->alloc(s->be, MGP_MEM_SCRATCH, nbytes + 1, (void **)out);
}
