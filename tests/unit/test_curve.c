/* F_{p^7} and the curve against vectors from big integers (test_curve_facts.py), on edge values in
 * all combinations and at random against each other. */
#include "curve_vectors.h"
#include "math/curve.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const uint32_t edges[] = {0,           1,
                                 2,           5,
                                 MGP_P - 1,   MGP_P - 2,
                                 MGP_P / 2,   1u << 27,
                                 MGP_R_MOD_P, MGP_P / 2 + 1,
                                 1u << 30,    0xffff,
                                 0x77ff0001,  3};

static mgp_e7_t element(const uint32_t *a) {
  mgp_e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++) r.c[i] = mgp_f_from_u32(a[i]);
  return r;
}
static mgp_point_t point(const vector_point_t *v) {
  mgp_point_t p = {element(v->x), element(v->y), v->infinity};
  return p;
}

static mgp_e7_t draw(test_rng_t *rng, int edge) {
  mgp_e7_t r;
  for (int i = 0; i < MGP_E7_DEGREE; i++)
    r.c[i] = mgp_f_from_u32(edge ? edges[test_rand(rng) % COUNT(edges)]
                                 : (uint32_t)(test_rand(rng) % MGP_P));
  return r;
}

/* Schoolbook, term by term, z^7 = 2z + 5 applied one power at a time. */
static mgp_e7_t mul_ref(mgp_e7_t a, mgp_e7_t b) {
  mgp_e7_t sum = mgp_e7_zero();
  for (int i = MGP_E7_DEGREE - 1; i >= 0; i--) {
    const mgp_f_t top = sum.c[MGP_E7_DEGREE - 1];
    for (int k = MGP_E7_DEGREE - 1; k > 0; k--) sum.c[k] = sum.c[k - 1];
    sum.c[0] = mgp_f_mul(mgp_f_from_u32(5), top);
    sum.c[1] = mgp_f_add(sum.c[1], mgp_f_dbl(top));
    sum = mgp_e7_add(sum, mgp_e7_mul_f(a, b.c[i]));
  }
  return sum;
}

static void check_root(mgp_e7_t a) {
  const mgp_e7_t root = mgp_e7_sqrt(a);
  CHECK(mgp_e7_eq(mgp_e7_sqr(root), a));
  for (int i = 0; i < MGP_E7_DEGREE; i++) CHECK(root.c[i] < MGP_P);
}

static void field(test_rng_t *rng) {
  for (size_t v = 0; v < COUNT(field_vectors); v++) {
    const mgp_e7_t a = element(field_vectors[v].a), b = element(field_vectors[v].b);
    CHECK(mgp_e7_eq(mgp_e7_mul(a, b), element(field_vectors[v].product)));
    CHECK(mgp_e7_eq(mgp_e7_inv(a), element(field_vectors[v].inverse)));
    CHECK(mgp_e7_eq(mgp_e7_frobenius(a, 0), element(field_vectors[v].frobenius)));
    CHECK_EQ_U64(mgp_f_to_u32(mgp_e7_norm(a)), field_vectors[v].norm);
    CHECK_MSG(mgp_e7_legendre(a) == field_vectors[v].character, "vector %zu", v);
    if (field_vectors[v].character >= 0) check_root(a);
  }
  for (int round = 0; round < 3000; round++) {
    const mgp_e7_t a = draw(rng, round & 1), b = draw(rng, round & 2);
    const mgp_e7_t ab = mgp_e7_mul(a, b);
    CHECK(mgp_e7_eq(ab, mul_ref(a, b)));
    CHECK(mgp_e7_eq(mgp_e7_sqr(a), mul_ref(a, a)));
    CHECK_EQ_U64(mgp_e7_mul_low(a, b), ab.c[0]);
    for (int i = 0; i < MGP_E7_DEGREE; i++) {
      CHECK_EQ_U64(mgp_e7_add(a, b).c[i], mgp_f_add(a.c[i], b.c[i]));
      CHECK_EQ_U64(mgp_e7_sub(a, b).c[i], mgp_f_sub(a.c[i], b.c[i]));
      CHECK_EQ_U64(mgp_e7_neg(a).c[i], mgp_f_neg(a.c[i]));
      CHECK(ab.c[i] < MGP_P);
    }
    if (round % 8) continue;
    mgp_e7_t t = a;
    for (unsigned k = 0; k < 3; k++) {
      for (unsigned i = 0; i < (k ? 1u << (k - 1) : 1u); i++) t = mgp_e7_pow(t, MGP_P);
      CHECK(mgp_e7_eq(mgp_e7_frobenius(a, k), t));
    }
    CHECK(mgp_e7_is_zero(a) || mgp_e7_eq(mgp_e7_mul(a, mgp_e7_inv(a)), mgp_e7_one()));
    CHECK(mgp_e7_legendre(ab) == mgp_e7_legendre(a) * mgp_e7_legendre(b));
    check_root(mgp_e7_sqr(a));
  }
  /* all fours of edge values in the words that meet in one coefficient */
  for (size_t n = 0; n < COUNT(edges) * COUNT(edges) * COUNT(edges) * COUNT(edges); n++) {
    size_t m = n;
    mgp_e7_t a, b;
    const mgp_f_t x = mgp_f_from_u32(edges[m % COUNT(edges)]);
    const mgp_f_t y = mgp_f_from_u32(edges[(m /= COUNT(edges)) % COUNT(edges)]);
    const mgp_f_t u = mgp_f_from_u32(edges[(m /= COUNT(edges)) % COUNT(edges)]);
    const mgp_f_t w = mgp_f_from_u32(edges[m / COUNT(edges)]);
    for (int i = 0; i < MGP_E7_DEGREE; i++) {
      a.c[i] = i & 1 ? y : x;
      b.c[i] = i & 2 ? w : u;
    }
    if (n % 7 == 0) CHECK(mgp_e7_eq(mgp_e7_mul(a, b), mul_ref(a, b)));
  }
  for (size_t i = 0; i < COUNT(edges); i++) {
    const mgp_f_t a = mgp_f_from_u32(edges[i]), square = mgp_f_sqr(a);
    CHECK_EQ_U64(mgp_f_sqr(mgp_f_sqrt(square)), square);
  }
  for (unsigned l = 0; l < MGP_TWO_ADICITY; l++) { /* roots of unity: the longest loops */
    const mgp_f_t a = mgp_f_omega(l);
    CHECK_EQ_U64(mgp_f_sqr(mgp_f_sqrt(a)), a);
  }
  CHECK_EQ_U64(mgp_f_sqrt(mgp_f_omega(MGP_TWO_ADICITY)), 0);
}

static void group(void) {
  static const uint32_t order[] = MGP_CURVE_ORDER;
  for (size_t v = 0; v < COUNT(sum_vectors); v++) {
    const mgp_point_t p = point(&sum_vectors[v].p), q = point(&sum_vectors[v].q);
    const mgp_point_t want = point(&sum_vectors[v].sum);
    mgp_point_t sum = mgp_curve_add(&p, &q);
    CHECK(mgp_curve_equal(&sum, &want) && mgp_curve_has(&sum));
    sum = mgp_curve_add(&q, &p);
    CHECK(mgp_curve_equal(&sum, &want));
    const mgp_point_t minus = mgp_curve_neg(&q), back = mgp_curve_add(&sum, &minus);
    CHECK(mgp_curve_equal(&back, &p));
  }
  for (size_t v = 0; v < COUNT(multiple_vectors); v++) {
    const mgp_point_t p = point(&multiple_vectors[v].p),
                      want = point(&multiple_vectors[v].multiple);
    const mgp_point_t got = mgp_curve_mul(multiple_vectors[v].k, MGP_CURVE_ORDER_LIMBS, &p);
    CHECK_MSG(mgp_curve_equal(&got, &want), "multiple %zu", v);
  }
  const mgp_point_t d = mgp_curve_offset(), zero = mgp_curve_mul(order, MGP_CURVE_ORDER_LIMBS, &d);
  CHECK(mgp_curve_has(&d) && mgp_curve_is_canonical(d.y) && zero.infinity);
  const mgp_f_t none[MGP_CURVE_RECORD_WORDS] = {0};
  mgp_point_t made;
  CHECK_EQ_U64(mgp_curve_hash(none, MGP_TAG_OFFSET, &made), 1);
  CHECK(mgp_curve_equal(&made, &d));
  /* a point that is off by one word is off the curve, and is not read */
  uint32_t words[MGP_CURVE_POINT_WORDS];
  for (int i = 0; i < MGP_CURVE_POINT_WORDS; i++) {
    mgp_curve_write(&d, words);
    CHECK(mgp_curve_read(words, &made) && mgp_curve_equal(&made, &d));
    words[i] = (words[i] + 1) % MGP_P;
    CHECK(!mgp_curve_read(words, &made));
    mgp_curve_write(&d, words);
    words[i] += MGP_P;
    CHECK(words[i] < MGP_P || !mgp_curve_read(words, &made));
  }
}

static void hashes(test_rng_t *rng) {
  for (size_t v = 0; v < COUNT(hash_vectors); v++) {
    mgp_f_t word[MGP_CURVE_RECORD_WORDS];
    mgp_point_t got, want = point(&hash_vectors[v].point);
    for (int i = 0; i < MGP_CURVE_RECORD_WORDS; i++)
      word[i] = mgp_f_from_u32(hash_vectors[v].word[i]);
    CHECK_EQ_U64(mgp_curve_hash(word, MGP_TAG_RECORD, &got), hash_vectors[v].nonce);
    CHECK(mgp_curve_equal(&got, &want) && mgp_curve_has(&got));
  }
  unsigned lifted = 0;
  for (int i = 0; i < 400; i++) {
    mgp_e7_t x = draw(rng, 0), y;
    if (!mgp_curve_lift(x, &y)) {
      CHECK(mgp_e7_legendre(mgp_curve_rhs(x)) == -1);
      continue;
    }
    lifted++;
    CHECK(mgp_e7_eq(mgp_e7_sqr(y), mgp_curve_rhs(x)) && mgp_curve_is_canonical(y));
    CHECK(!mgp_curve_is_canonical(mgp_e7_neg(y)));
  }
  CHECK_MSG(lifted > 120 && lifted < 280, "%u of 400 lift", lifted);
  static const uint32_t top[] = {0, 1, (MGP_P - 1) / 2, (MGP_P + 1) / 2, MGP_P - 1};
  for (int i = 0; i < 5; i++) {
    mgp_e7_t y = mgp_e7_zero();
    y.c[6] = mgp_f_from_u32(top[i]);
    CHECK(mgp_curve_is_canonical(y) == (i == 1 || i == 2));
  }
}

int main(void) {
  test_rng_t rng = test_rng();
  field(&rng);
  group();
  hashes(&rng);
  return test_result();
}
