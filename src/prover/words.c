#include <string.h>

#include "prover/session.h"

static mgp_status_t reserve(mgp_words_t *b, size_t more) {
  if (b->n + more <= b->cap) return MGP_OK;
  size_t cap = b->cap ? b->cap : 4096;
  while (cap < b->n + more) cap *= 2;
  void *fresh;
  MGP_TRY(mgp_ledger_alloc(b->ledger, MGP_MEM_PROOF, cap * sizeof *b->w, &fresh));
  if (b->n) memcpy(fresh, b->w, b->n * sizeof *b->w);
  mgp_ledger_free(b->ledger, b->w);
  b->w = fresh;
  b->cap = cap;
  return MGP_OK;
}

mgp_status_t mgp_words_push(mgp_words_t *b, const mgp_f_t *words, size_t n) {
  MGP_TRY(reserve(b, n));
  for (size_t i = 0; i < n; i++) b->w[b->n + i] = mgp_f_to_u32(words[i]);
  b->n += n;
  return MGP_OK;
}

mgp_status_t mgp_words_push_ext(mgp_words_t *b, const mgp_e_t *v, size_t n) {
  return mgp_words_push(b, v->c, n * MGP_D);
}

mgp_status_t mgp_words_append(mgp_words_t *b, const uint32_t *canonical, size_t n) {
  MGP_TRY(reserve(b, n));
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
