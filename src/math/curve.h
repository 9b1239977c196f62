/* The curve E: y^2 = x^3 + 2x + 26 z^5 over L = F_{p^7} (math/ext7.h), and the map from memory
 * records to its points: the multiset hash of runs of several shards (docs/protocol.md, "Shard
 * RAM"; Maitin-Shepard, Tibouchi, Aranha, "Elliptic curve multiset hash", 2017).
 *
 * #E is the prime MGP_CURVE_ORDER, about 2^216.35 (tests/unit/test_curve_facts.py proves it; what
 * else was checked is in docs/security.md). So every point but the identity has that order, and no
 * point has y = 0. */
#ifndef MGP_MATH_CURVE_H
#define MGP_MATH_CURVE_H

#include "math/ext7.h"
#include "math/poseidon2.h"

#define MGP_CURVE_A            2u
#define MGP_CURVE_B5           26u /* coefficient of z^5 in b */
#define MGP_CURVE_ORDER_LIMBS  7
#define MGP_CURVE_LOG2_ORDER   216.34823417427579
#define MGP_CURVE_RECORD_WORDS 5
#define MGP_CURVE_POINT_WORDS  (2 * MGP_E7_DEGREE)
/* Domain tags of the permutation, beside those of the transcript: records, and the offset point. */
#define MGP_TAG_RECORD 5u
#define MGP_TAG_OFFSET 6u

/* Affine; x = y = 0 if infinity is set. */
typedef struct {
  mgp_e7_t x, y;
  uint32_t infinity;
} mgp_point_t;

/* --- one point, for host and device --------------------------------------------------------- */

/* x^3 + 2x + 26 z^5 */
MGP_HD mgp_e7_t mgp_curve_rhs(mgp_e7_t x) {
  mgp_e7_t r = mgp_e7_add(mgp_e7_mul(mgp_e7_sqr(x), x), mgp_e7_add(x, x));
  r.c[5] = mgp_f_add(r.c[5], mgp_f_from_u32(MGP_CURVE_B5));
  return r;
}

/* The state that is permuted for a record: its five words, the nonce, and ten words that are the
 * same for all (two zeros, the tag, the number of words, six zeros), as in a leaf hash. The first
 * seven words of the result are x. With so many words fixed, the permutation cannot be run
 * backwards from a chosen x. */
MGP_HD void mgp_curve_hash_state(const mgp_f_t word[MGP_CURVE_RECORD_WORDS], mgp_f_t nonce,
                                 uint32_t tag, mgp_f_t s[MGP_P2_WIDTH]) {
  for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = i < MGP_CURVE_RECORD_WORDS ? word[i] : 0;
  s[5] = nonce;
  s[8] = mgp_f_from_u32(tag);
  s[9] = mgp_f_from_u32(MGP_CURVE_RECORD_WORDS + 1);
}

/* Whether y, the ordinate of a point, is the canonical one of y, -y: y_6 in [1, (p - 1) / 2].
 * If y_6 = 0 neither is. */
MGP_HD int mgp_curve_is_canonical(mgp_e7_t y) {
  const uint32_t top = mgp_f_to_u32(y.c[6]);
  return top >= 1 && top <= (MGP_P - 1) / 2;
}

/* The point over x with canonical ordinate. 0 if there is none. */
MGP_HD int mgp_curve_lift(mgp_e7_t x, mgp_e7_t *y) {
  const mgp_e7_t square = mgp_curve_rhs(x);
  const mgp_f_t norm = mgp_e7_norm(square);
  if (mgp_f_legendre(norm) != 1) return 0;
  const mgp_e7_t root = mgp_e7_sqrt_of_norm(square, norm);
  if (root.c[6] == 0) return 0;
  *y = mgp_curve_is_canonical(root) ? root : mgp_e7_neg(root);
  return 1;
}

MGP_HD mgp_point_t mgp_curve_identity(void) {
  mgp_point_t p;
  p.x = p.y = mgp_e7_zero();
  p.infinity = 1;
  return p;
}

/* Slope of the chord, or of the tangent if p = q, neither of them the identity, p not -q; the order
 * is odd, so y is not 0 there. */
MGP_HD mgp_e7_t mgp_curve_slope(const mgp_point_t *p, const mgp_point_t *q) {
  mgp_e7_t num, den;
  if (mgp_e7_eq(p->x, q->x)) {
    num = mgp_e7_sqr(p->x);
    num = mgp_e7_add(num, mgp_e7_add(num, num));
    num.c[0] = mgp_f_add(num.c[0], mgp_f_from_u32(MGP_CURVE_A));
    den = mgp_e7_add(p->y, p->y);
  } else {
    num = mgp_e7_sub(q->y, p->y);
    den = mgp_e7_sub(q->x, p->x);
  }
  return mgp_e7_mul(num, mgp_e7_inv(den));
}

/* Complete: any two points of the curve, equal, opposite or the identity. *slope: of the line, 0
 * where there is none. */
MGP_HD mgp_point_t mgp_curve_sum(const mgp_point_t *p, const mgp_point_t *q, mgp_e7_t *slope) {
  mgp_point_t r;
  *slope = mgp_e7_zero();
  if (p->infinity) return *q;
  if (q->infinity) return *p;
  if (mgp_e7_eq(p->x, q->x) && mgp_e7_is_zero(mgp_e7_add(p->y, q->y))) return mgp_curve_identity();
  *slope = mgp_curve_slope(p, q);
  r.x = mgp_e7_sub(mgp_e7_sub(mgp_e7_sqr(*slope), p->x), q->x);
  r.y = mgp_e7_sub(mgp_e7_mul(*slope, mgp_e7_sub(p->x, r.x)), p->y);
  r.infinity = 0;
  return r;
}

/* --- the group (host) ------------------------------------------------------------------------ */

/* The offset D from which shards count: the hash of no words under a tag of its own, so nobody
 * knows a relation between it and records' points. */
mgp_point_t mgp_curve_offset(void);
/* Whether (x, y) meets the equation; the identity counts. */
int mgp_curve_has(const mgp_point_t *p);
int mgp_curve_equal(const mgp_point_t *p, const mgp_point_t *q);
mgp_point_t mgp_curve_neg(const mgp_point_t *p);
/* mgp_curve_sum. About 3 us. */
mgp_point_t mgp_curve_add(const mgp_point_t *p, const mgp_point_t *q);
/* k * p by double and add; k in 32-bit limbs, low first. Not constant in time. */
mgp_point_t mgp_curve_mul(const uint32_t *k, unsigned nlimbs, const mgp_point_t *p);

/* Hash to the curve: the point over the first x that has a canonical ordinate, for nonces 0, 1, ...
 * Returns that nonce. Two tries on average, a permutation and a norm each. */
uint32_t mgp_curve_hash(const mgp_f_t word[MGP_CURVE_RECORD_WORDS], uint32_t tag, mgp_point_t *out);

/* x then y, canonical integers. Parsing refuses (returns 0) words >= p and points off the curve. */
void mgp_curve_write(const mgp_point_t *p, uint32_t words[MGP_CURVE_POINT_WORDS]);
int mgp_curve_read(const uint32_t words[MGP_CURVE_POINT_WORDS], mgp_point_t *out);

#endif
