#include "verifier/verifier.h"

static mgp_e_t lerp(mgp_e_t a, mgp_e_t b, mgp_e_t x) {
  return mgp_e_add(a, mgp_e_mul(x, mgp_e_sub(b, a)));
}

mgp_status_t mgp_verify_gkr(mgp_reader_t *in, mgp_transcript_t *f, uint32_t layers,
                            const char *name, mgp_e_t root[2], mgp_e_t leaf[2],
                            mgp_e_t point[MGP_MAX_LAYERS]) {
  const mgp_e_t *msg;
  MGP_TRY(mgp_receive_ext(in, f, MGP_LABEL_GKR_ROOT, 2, &msg));
  root[0] = msg[0];
  root[1] = msg[1];
  if (mgp_e_is_zero(root[1]))
    return MGP_REJECT("gkr-root-zero", "%s: the product of the denominators is zero", name);
  mgp_e_t p = root[0], q = root[1];
  for (uint32_t l = 0; l < layers; l++) {
    mgp_e_t next[MGP_MAX_LAYERS];
    mgp_e_t lambda = mgp_transcript_squeeze_ext(f);
    mgp_e_t c = mgp_e_add(p, mgp_e_mul(lambda, q));
    for (uint32_t i = 0; i < l; i++) {
      MGP_TRY(mgp_receive_ext(in, f, MGP_LABEL_GKR_ROUND, 2, &msg));
      mgp_e_t h0 = mgp_e_sub(c, mgp_e_mul(point[i], mgp_e_add(msg[0], msg[1])));
      mgp_e_t x = mgp_transcript_squeeze_ext(f);
      c = mgp_e_add(h0, mgp_e_mul(x, mgp_e_add(msg[0], mgp_e_mul(x, msg[1]))));
      next[i + 1] = x;
    }
    MGP_TRY(mgp_receive_ext(in, f, MGP_LABEL_GKR_EVALS, 4, &msg));
    mgp_e_t p0 = msg[0], p1 = msg[1], q0 = msg[2], q1 = msg[3];
    mgp_e_t sum = mgp_e_add(mgp_e_mul(p0, q1), mgp_e_mul(p1, q0));
    if (!mgp_e_eq(c, mgp_e_add(sum, mgp_e_mul(lambda, mgp_e_mul(q0, q1)))))
      return MGP_REJECT("gkr-layer", "%s: layer %u of the fractional sum does not fit", name, l);
    next[0] = mgp_transcript_squeeze_ext(f);
    p = lerp(p0, p1, next[0]);
    q = lerp(q0, q1, next[0]);
    for (uint32_t i = 0; i <= l; i++) point[i] = next[i];
  }
  leaf[0] = p;
  leaf[1] = q;
  return MGP_OK;
}
