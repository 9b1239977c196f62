/* Field, extension and Poseidon2 against arithmetic on plain integers, on a table of edge values in
 * all combinations and at random; Poseidon2 against known states. Also for the lanes of the cpu
 * backend's kernels, at every instruction set there is. */
#include "backend/cpu/kernels_hash.h"
#include "math/ext.h"
#include "poseidon2_vectors.h"
#include "test.h"

__extension__ typedef unsigned __int128 u128;

static const uint32_t edges[] = {0,
                                 1,
                                 2,
                                 3,
                                 11,
                                 MGP_P - 1,
                                 MGP_P - 2,
                                 MGP_P / 2,
                                 MGP_P / 2 + 1,
                                 1u << 27,
                                 (1u << 27) - 1,
                                 1u << 30,
                                 MGP_R_MOD_P,
                                 MGP_P - MGP_R_MOD_P,
                                 0x0000ffff,
                                 0x77ff0001};
#define NEDGES (sizeof edges / sizeof edges[0])

static uint32_t mul_ref(uint32_t a, uint32_t b) {
  return (uint32_t)((u128)a * b % MGP_P);
}
static uint32_t pow_ref(uint32_t a, uint64_t e) {
  uint32_t r = 1;
  for (; e; e >>= 1, a = mul_ref(a, a))
    if (e & 1) r = mul_ref(r, a);
  return r;
}

static void check_pair(uint32_t a, uint32_t b) {
  mgp_f_t x = mgp_f_from_u32(a), y = mgp_f_from_u32(b);
  CHECK(x < MGP_P && y < MGP_P);
  CHECK_EQ_U64(mgp_f_to_u32(x), a);
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_add(x, y)), ((uint64_t)a + b) % MGP_P);
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_sub(x, y)), ((uint64_t)a + MGP_P - b) % MGP_P);
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_mul(x, y)), mul_ref(a, b));
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_neg(x)), (MGP_P - a) % MGP_P);
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_dbl(x)), 2 * (uint64_t)a % MGP_P);
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_sqr(x)), mul_ref(a, a));
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_pow(x, b)), pow_ref(a, b));
  /* the words as they are in memory too: every word below p is some element */
  CHECK_EQ_U64(mul_ref(mgp_f_mul(a, b), MGP_R_MOD_P), mul_ref(a, b));
}

static void field(test_rng_t *rng) {
  for (size_t i = 0; i < NEDGES; i++) {
    for (size_t j = 0; j < NEDGES; j++) check_pair(edges[i] % MGP_P, edges[j] % MGP_P);
    mgp_f_t x = mgp_f_from_u32(edges[i]);
    CHECK_EQ_U64(mgp_f_mul(x, mgp_f_inv(x)), x ? mgp_f_one() : 0);
  }
  for (int i = 0; i < 2000; i++)
    check_pair((uint32_t)(test_rand(rng) % MGP_P), (uint32_t)(test_rand(rng) % MGP_P));
  /* reduce at the ends of its range, p 2^32 - 1 */
  const uint64_t limit = ((uint64_t)MGP_P << 32) - 1;
  for (uint64_t k = 0; k < 1000; k++) {
    CHECK_EQ_U64(mul_ref(mgp_f_reduce(limit - k), MGP_R_MOD_P), (limit - k) % MGP_P);
    CHECK_EQ_U64(mul_ref(mgp_f_reduce(k), MGP_R_MOD_P), k % MGP_P);
  }
  static const uint32_t wide[] = {MGP_P,      MGP_P + 1,      2 * MGP_P,
                                  UINT32_MAX, UINT32_MAX - 1, 1u << 31};
  for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
    CHECK_EQ_U64(mgp_f_to_u32(mgp_f_from_u32(wide[i])), wide[i] % MGP_P);
  static const int32_t ints[] = {0,          1,           -1,        INT32_MAX, INT32_MIN + 1,
                                 -(1 << 30), -2013265921, 2013265921};
  for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++)
    CHECK_EQ_U64(mgp_f_to_u32(mgp_f_from_i32(ints[i])),
                 (uint64_t)(((int64_t)ints[i] % MGP_P + MGP_P) % MGP_P));
  CHECK_EQ_U64(mgp_f_from_u32(1), mgp_f_one());
  CHECK_EQ_U64((uint32_t)(MGP_P * MGP_P_INV), 1);
  CHECK_EQ_U64(((u128)1 << 64) % MGP_P, MGP_R2_MOD_P);
  for (unsigned l = 0; l <= MGP_TWO_ADICITY; l++) {
    mgp_f_t w = mgp_f_omega(l);
    CHECK_EQ_U64(mgp_f_pow(w, (uint64_t)1 << l), mgp_f_one());
    if (l) CHECK_EQ_U64(mgp_f_pow(w, (uint64_t)1 << (l - 1)), mgp_f_neg(mgp_f_one()));
    if (l) CHECK_EQ_U64(mgp_f_sqr(w), mgp_f_omega(l - 1));
  }
  CHECK_EQ_U64(mgp_f_to_u32(mgp_f_omega(MGP_TWO_ADICITY)), pow_ref(31, 15));
}

/* --- extension -------------------------------------------------------------------------------- */

/* Product of polynomials over the integers, then modulo x^D - W and p. */
static void ext_mul_ref(const uint32_t *a, const uint32_t *b, uint32_t *out) {
  u128 wide[2 * MGP_D - 1] = {0};
  for (int i = 0; i < MGP_D; i++)
    for (int j = 0; j < MGP_D; j++) wide[i + j] += (u128)a[i] * b[j];
  for (int i = 0; i < MGP_D; i++)
    out[i] =
        (uint32_t)((wide[i] + (i + MGP_D < 2 * MGP_D - 1 ? MGP_W * wide[i + MGP_D] : 0)) % MGP_P);
}

static mgp_e_t ext_of(const uint32_t *a) {
  mgp_e_t e;
  for (int i = 0; i < MGP_D; i++) e.c[i] = mgp_f_from_u32(a[i]);
  return e;
}

static mgp_e_t frobenius(mgp_e_t a) {
  return mgp_e_pow(a, MGP_P);
}

static void check_ext(const uint32_t *a, const uint32_t *b) {
  uint32_t product[MGP_D];
  mgp_e_t x = ext_of(a), y = ext_of(b), xy = mgp_e_mul(x, y);
  ext_mul_ref(a, b, product);
  CHECK(mgp_e_eq(xy, ext_of(product)));
  ext_mul_ref(a, a, product);
  CHECK(mgp_e_eq(mgp_e_sqr(x), ext_of(product)));
  for (int i = 0; i < MGP_D; i++) {
    CHECK_EQ_U64(mgp_e_add(x, y).c[i], mgp_f_add(x.c[i], y.c[i]));
    CHECK_EQ_U64(mgp_e_sub(x, y).c[i], mgp_f_sub(x.c[i], y.c[i]));
    CHECK_EQ_U64(mgp_e_neg(x).c[i], mgp_f_neg(x.c[i]));
  }
  CHECK(mgp_e_eq(mgp_e_mul_f(x, y.c[0]), mgp_e_mul(x, mgp_e_from_f(y.c[0]))));
  CHECK(mgp_e_eq(mgp_e_add_f(x, y.c[0]), mgp_e_add(x, mgp_e_from_f(y.c[0]))));
  CHECK(mgp_e_eq(mgp_e_sub_f(x, y.c[0]), mgp_e_sub(x, mgp_e_from_f(y.c[0]))));
}

static void extension(test_rng_t *rng) {
  uint32_t a[MGP_D], b[MGP_D];
  for (int round = 0; round < 4000; round++) {
    for (int i = 0; i < MGP_D; i++) {
      a[i] =
          round & 1 ? edges[test_rand(rng) % NEDGES] % MGP_P : (uint32_t)(test_rand(rng) % MGP_P);
      b[i] =
          round & 2 ? edges[test_rand(rng) % NEDGES] % MGP_P : (uint32_t)(test_rand(rng) % MGP_P);
    }
    check_ext(a, b);
    if (round % 16) continue;
    mgp_e_t x = ext_of(a), y = ext_of(b);
    if (!mgp_e_is_zero(x)) CHECK(mgp_e_eq(mgp_e_mul(x, mgp_e_inv(x)), mgp_e_one()));
    CHECK(mgp_e_eq(frobenius(mgp_e_mul(x, y)), mgp_e_mul(frobenius(x), frobenius(y))));
    CHECK(mgp_e_eq(frobenius(mgp_e_add(x, y)), mgp_e_add(frobenius(x), frobenius(y))));
    mgp_e_t z = x;
    for (int i = 0; i < MGP_D; i++) z = frobenius(z);
    CHECK(mgp_e_eq(z, x));
  }
  for (int i = 0; i < MGP_D; i++) a[i] = b[i] = MGP_P - 1;
  check_ext(a, b);
  CHECK(mgp_e_is_zero(mgp_e_inv(mgp_e_zero())));
  /* x^D = W, and the field has no smaller subfield element x: its orbit has length D */
  mgp_e_t x = mgp_e_zero(), t;
  x.c[1] = mgp_f_one();
  CHECK(mgp_e_eq(mgp_e_pow(x, MGP_D), mgp_e_from_f(mgp_f_from_u32(MGP_W))));
  t = frobenius(x);
  for (int i = 1; i < MGP_D; i++, t = frobenius(t)) CHECK(!mgp_e_eq(t, x));
  CHECK(mgp_e_eq(t, x));
}

/* --- Poseidon2 -------------------------------------------------------------------------------- */

static void poseidon2(test_rng_t *rng) {
  const size_t n = sizeof poseidon2_vectors / sizeof poseidon2_vectors[0];
  for (size_t v = 0; v < n; v++) {
    mgp_f_t s[MGP_P2_WIDTH];
    for (int i = 0; i < MGP_P2_WIDTH; i++) s[i] = mgp_f_from_u32(poseidon2_vectors[v][0][i]);
    mgp_p2_permute(s);
    for (int i = 0; i < MGP_P2_WIDTH; i++)
      CHECK_EQ_U64(mgp_f_to_u32(s[i]), poseidon2_vectors[v][1][i]);
  }
  enum { COUNT = 301 };
  static mgp_f_t in[COUNT][MGP_P2_WIDTH], want[COUNT][MGP_P2_WIDTH], got[COUNT][MGP_P2_WIDTH];
  for (int k = 0; k < COUNT; k++)
    for (int i = 0; i < MGP_P2_WIDTH; i++)
      in[k][i] = k & 1 ? edges[test_rand(rng) % NEDGES] % MGP_P : (mgp_f_t)(test_rand(rng) % MGP_P);
  memset(in[2], 0, sizeof in[2]);
  for (int i = 0; i < MGP_P2_WIDTH; i++) in[3][i] = MGP_P - 1;
  memcpy(want, in, sizeof in);
  for (int k = 0; k < COUNT; k++) mgp_p2_permute(want[k]);
  static const mgp_isa_t isas[] = {MGP_ISA_PORTABLE, MGP_ISA_AVX2, MGP_ISA_AVX512};
  for (int i = 0; i < 3; i++) {
    mgp_ledger_t *ledger;
    mgp_backend_t *be;
    REQUIRE_OK(mgp_ledger_create(0, &ledger));
    if (mgp_backend_cpu_create(NULL, ledger, isas[i], 1, &be) == MGP_OK) {
      for (size_t count = 0; count <= COUNT; count += count < 20 ? 1 : 281) {
        memcpy(got, in, sizeof in);
        mgp_hash_kernels(isas[i])->permute(got[0], count);
        CHECK_MSG(memcmp(got, want, count * sizeof got[0]) == 0, "%s, %zu permutations", be->isa,
                  count);
        CHECK(memcmp(got + count, in + count, (COUNT - count) * sizeof got[0]) == 0);
      }
      mgp_backend_destroy(be);
    } else {
      printf("skipped: %s\n", mgp_error_message());
    }
    mgp_ledger_destroy(ledger);
  }
}

int main(void) {
  test_rng_t rng = test_rng();
  field(&rng);
  extension(&rng);
  poseidon2(&rng);
  return test_result();
}
