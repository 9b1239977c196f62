#include "prover/messages.h"

#include "prover/deal.h"

#define GRIND_LEAST 4096u

mgp_status_t mgp_send(mgp_session_t *s, mgp_label_t label, const mgp_f_t *words, size_t n) {
  mgp_transcript_absorb(&s->now->tr, label, words, n);
  return s->rank == 0 ? mgp_words_push(&s->now->body, words, n) : MGP_OK;
}

mgp_status_t mgp_send_ext(mgp_session_t *s, mgp_label_t label, const mgp_e_t *v, size_t n) {
  return mgp_send(s, label, v->c, n * MGP_D);
}

/* Nonces that one rank tries before all meet again: one alone all there are, several together half
 * of what it takes on average, so that not many are tried behind the smallest. */
static uint64_t grind_window(const mgp_session_t *s, unsigned bits) {
  const uint64_t share = ((uint64_t)1 << bits) / 2 / s->nranks;
  if (s->nranks == 1) return MGP_P;
  return share < GRIND_LEAST ? GRIND_LEAST : share;
}

/* Windows in order, one for each rank: the smallest hit of the first turn that has one is the
 * smallest of all. */
static mgp_status_t find_nonce(mgp_session_t *s, mgp_status_t local, const mgp_digest_t seed,
                               unsigned bits, uint32_t *nonce) {
  const uint64_t window = grind_window(s, bits);
  uint32_t all[MGP_MAX_RANKS];
  *nonce = MGP_NO_NONCE;
  for (uint64_t turn = 0; turn < MGP_P && *nonce == MGP_NO_NONCE; turn += window * s->nranks) {
    const uint64_t first = turn + window * s->rank;
    const uint64_t n = first >= MGP_P ? 0 : MGP_P - first < window ? MGP_P - first : window;
    uint32_t mine = MGP_NO_NONCE;
    if (local == MGP_OK && n)
      local = s->be->ops->grind(s->be, seed, bits, (uint32_t)first, (uint32_t)n, &mine);
    MGP_TRY(mgp_comm_allgather(s->comm, local, &mine, sizeof mine, all));
    for (uint32_t r = 0; r < s->nranks; r++)
      if (all[r] < *nonce) *nonce = all[r];
  }
  if (*nonce == MGP_NO_NONCE)
    return mgp_fail(MGP_RESOURCES, "grinding: no nonce below p has %u zero bits", bits);
  return MGP_OK;
}

mgp_status_t mgp_send_nonce(mgp_session_t *s, mgp_status_t local, unsigned bits) {
  mgp_digest_t seed;
  uint32_t nonce;
  mgp_transcript_squeeze_digest(&s->now->tr, seed);
  MGP_TRY(find_nonce(s, local, seed, bits, &nonce));
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

void mgp_eq_table_host(const mgp_e_t *r, unsigned n, mgp_e_t *out) {
  out[0] = mgp_e_one();
  for (unsigned t = 0; t < n; t++) {
    for (size_t i = 0, half = (size_t)1 << t; i < half; i++) {
      out[half + i] = mgp_e_mul(out[i], r[t]);
      out[i] = mgp_e_sub(out[i], out[half + i]);
    }
  }
}
