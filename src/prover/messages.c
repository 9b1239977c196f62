#include "prover/messages.h"

#include "prover/deal.h"

mgp_status_t mgp_send(mgp_session_t *s, mgp_label_t label, const mgp_f_t *words, size_t n) {
  mgp_transcript_absorb(&s->tr, label, words, n);
  return s->rank == 0 ? mgp_words_push(&s->body, words, n) : MGP_OK;
}

mgp_status_t mgp_send_ext(mgp_session_t *s, mgp_label_t label, const mgp_e_t *v, size_t n) {
  return mgp_send(s, label, v->c, n * MGP_D);
}

mgp_status_t mgp_send_nonce(mgp_session_t *s, unsigned bits) {
  mgp_digest_t seed;
  uint32_t nonce = 0;
  mgp_status_t st = MGP_OK;
  mgp_transcript_squeeze_digest(&s->tr, seed);
  if (s->rank == 0) st = s->be->ops->grind(s->be, seed, bits, &nonce);
  MGP_TRY(mgp_comm_agree(s->comm, st));
  MGP_TRY(mgp_comm_bcast(s->comm, &nonce, sizeof nonce, 0));
  mgp_f_t word = mgp_f_from_u32(nonce);
  return mgp_send(s, MGP_LABEL_NONCE, &word, 1);
}

mgp_status_t mgp_sum_ext(mgp_session_t *s, mgp_status_t local, mgp_e_t *v, size_t n) {
  mgp_e_t all[MGP_MAX_RANKS * MGP_SUM_EXT_MAX];
  _Static_assert(MGP_SUM_EXT_MAX * sizeof *v <= MGP_COMM_SMALL_MAX, "one message");
  if (s->nranks == 1) return local;
  MGP_TRY(mgp_comm_allgather(s->comm, local, v, n * sizeof *v, all));
  for (size_t i = 0; i < n; i++) v[i] = mgp_e_zero();
  for (size_t k = 0; k < s->nranks * n; k++) v[k % n] = mgp_e_add(v[k % n], all[k]);
  return MGP_OK;
}

mgp_e_t mgp_eq_index(const mgp_e_t *r, unsigned n, uint64_t i) {
  mgp_e_t a = mgp_e_one();
  for (unsigned t = 0; t < n; t++)
    a = mgp_e_mul(a, i >> t & 1 ? r[t] : mgp_e_sub(mgp_e_one(), r[t]));
  return a;
}

void mgp_eq_table_host(const mgp_e_t *r, unsigned n, mgp_e_t *out) {
  out[0] = mgp_e_one();
  for (unsigned t = 0; t < n; t++) {
    for (size_t i = 0, half = (size_t)1 << t; i < half; i++) {
      out[half + i] = mgp_e_mul(out[i], r[t]);
      out[i] = mgp_e_sub(out[i], out[half + i]);
    }
  }
}
