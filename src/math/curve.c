#include "math/curve.h"

#include <string.h>

mgp_point_t mgp_curve_offset(void) {
  static const mgp_point_t offset = {MGP_CURVE_OFFSET_X, MGP_CURVE_OFFSET_Y, 0};
  return offset;
}

int mgp_curve_has(const mgp_point_t *p) {
  return p->infinity || mgp_e7_eq(mgp_e7_sqr(p->y), mgp_curve_rhs(p->x));
}

int mgp_curve_equal(const mgp_point_t *p, const mgp_point_t *q) {
  if (p->infinity || q->infinity) return p->infinity && q->infinity;
  return mgp_e7_eq(p->x, q->x) && mgp_e7_eq(p->y, q->y);
}

mgp_point_t mgp_curve_neg(const mgp_point_t *p) {
  mgp_point_t r = *p;
  r.y = mgp_e7_neg(p->y);
  return r;
}

mgp_point_t mgp_curve_add(const mgp_point_t *p, const mgp_point_t *q) {
  mgp_e7_t slope;
  return mgp_curve_sum(p, q, &slope);
}

mgp_point_t mgp_curve_mul(const uint32_t *k, unsigned nlimbs, const mgp_point_t *p) {
  mgp_point_t r = mgp_curve_identity();
  for (unsigned i = 32 * nlimbs; i-- > 0;) {
    r = mgp_curve_add(&r, &r);
    if (k[i / 32] >> (i % 32) & 1) r = mgp_curve_add(&r, p);
  }
  return r;
}

uint32_t mgp_curve_hash(const mgp_f_t word[MGP_CURVE_RECORD_WORDS], uint32_t tag,
                        mgp_point_t *out) {
  for (uint32_t nonce = 0;; nonce++) {
    mgp_f_t s[MGP_P2_WIDTH];
    mgp_curve_hash_state(word, mgp_f_from_u32(nonce), tag, s);
    mgp_p2_permute(s);
    memcpy(out->x.c, s, sizeof out->x.c);
    out->infinity = 0;
    if (mgp_curve_lift(out->x, &out->y)) return nonce;
  }
}

void mgp_curve_write(const mgp_point_t *p, uint32_t words[MGP_CURVE_POINT_WORDS]) {
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    words[i] = mgp_f_to_u32(p->x.c[i]);
    words[MGP_E7_DEGREE + i] = mgp_f_to_u32(p->y.c[i]);
  }
}

int mgp_curve_read(const uint32_t words[MGP_CURVE_POINT_WORDS], mgp_point_t *out) {
  mgp_point_t p = {.infinity = 0};
  for (int i = 0; i < MGP_CURVE_POINT_WORDS; i++)
    if (words[i] >= MGP_P) return 0;
  for (int i = 0; i < MGP_E7_DEGREE; i++) {
    p.x.c[i] = mgp_f_from_u32(words[i]);
    p.y.c[i] = mgp_f_from_u32(words[MGP_E7_DEGREE + i]);
  }
  if (!mgp_curve_has(&p)) return 0;
  *out = p;
  return 1;
}
