#include "verifier/verifier.h"

mgp_status_t mgp_reader_take(mgp_reader_t *in, size_t n, const mgp_f_t **out) {
  if (n > in->n - in->pos)
    return MGP_REJECT("format-length", "the body ends before word %zu", in->pos + n);
  *out = in->words + in->pos;
  in->pos += n;
  return MGP_OK;
}

mgp_status_t mgp_receive(mgp_reader_t *in, mgp_transcript_t *t, mgp_label_t label, size_t n,
                         const mgp_f_t **out) {
  MGP_TRY(mgp_reader_take(in, n, out));
  mgp_transcript_absorb(t, label, *out, n);
  return MGP_OK;
}

mgp_status_t mgp_receive_ext(mgp_reader_t *in, mgp_transcript_t *t, mgp_label_t label, size_t n,
                             const mgp_e_t **out) {
  const mgp_f_t *words = NULL;
  MGP_TRY(mgp_receive(in, t, label, n * MGP_D, &words));
  *out = (const mgp_e_t *)(const void *)words; /* an element is its D words */
  return MGP_OK;
}

mgp_status_t mgp_receive_nonce(mgp_reader_t *in, mgp_transcript_t *t, uint32_t bits,
                               const char *name) {
  mgp_f_t seed[MGP_DIGEST_WORDS];
  const mgp_f_t *nonce = NULL;
  mgp_transcript_squeeze_digest(t, seed);
  MGP_TRY(mgp_receive(in, t, MGP_LABEL_NONCE, 1, &nonce));
  if (!mgp_grind_check(seed, mgp_f_to_u32(*nonce), bits))
    return MGP_REJECT("grind-%s", "the nonce does not show %u bits of work", name, bits);
  return MGP_OK;
}
