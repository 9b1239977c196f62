/* The text of the transcript's absorb and squeeze, for C and CUDA. Whoever includes it has defined
 * MGP_SPONGE, what stands before a function, and MGP_SPONGE_PERMUTE(s), its permutation. */
#ifndef MGP_PROTOCOL_SPONGE_H
#define MGP_PROTOCOL_SPONGE_H

#include "protocol/transcript.h"

#ifndef MGP_SPONGE
#define MGP_SPONGE                static inline
#define MGP_SPONGE_PERMUTE(state) mgp_p2_permute(state)
#endif

MGP_SPONGE void mgp_sponge_absorb(mgp_transcript_t *t, uint32_t label, const mgp_f_t *words,
                                  size_t n) {
  t->s[MGP_P2_RATE + 1] = mgp_f_add(t->s[MGP_P2_RATE + 1], mgp_f_from_u32(label));
  t->s[MGP_P2_RATE + 2] = mgp_f_add(t->s[MGP_P2_RATE + 2], mgp_f_from_u32((uint32_t)n));
  for (size_t i = 0; i < n; i += MGP_P2_RATE) {
    for (size_t j = 0; j < MGP_P2_RATE; j++) t->s[j] = i + j < n ? words[i + j] : 0;
    MGP_SPONGE_PERMUTE(t->s);
  }
  t->pos = 0;
}

MGP_SPONGE mgp_f_t mgp_sponge_squeeze(mgp_transcript_t *t) {
  if (t->pos == MGP_P2_RATE) {
    MGP_SPONGE_PERMUTE(t->s);
    t->pos = 0;
  }
  return t->s[t->pos++];
}

MGP_SPONGE mgp_e_t mgp_sponge_squeeze_ext(mgp_transcript_t *t) {
  mgp_e_t r;
  for (int i = 0; i < MGP_D; i++) r.c[i] = mgp_sponge_squeeze(t);
  return r;
}

#endif
