/* A minimal test harness: CHECK prints what failed and where; main returns test_result().
 * Random tests take their seed from MGP_TEST_SEED or the clock, and print it. */
#ifndef MGP_TESTS_TEST_H
#define MGP_TESTS_TEST_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned long test_checks, test_failures;

#define CHECK_MSG(cond, ...)                                                                       \
  do {                                                                                             \
    test_checks++;                                                                                 \
    if (!(cond)) {                                                                                 \
      if (test_failures++ < 20) {                                                                  \
        fprintf(stderr, "%s:%d: CHECK(%s) failed: ", __FILE__, __LINE__, #cond);                   \
        fprintf(stderr, __VA_ARGS__);                                                              \
        fputc('\n', stderr);                                                                       \
      }                                                                                            \
    }                                                                                              \
  } while (0)
#define CHECK(cond) CHECK_MSG(cond, "%s", "")
#define CHECK_EQ_U64(a, b)                                                                         \
  CHECK_MSG((uint64_t)(a) == (uint64_t)(b), "%" PRIu64 " != %" PRIu64, (uint64_t)(a), (uint64_t)(b))
#define CHECK_EQ_STR(a, b) CHECK_MSG(strcmp((a), (b)) == 0, "\"%s\" != \"%s\"", (a), (b))
#define CHECK_OK(expr)     CHECK_MSG((expr) == MGP_OK, "%s", mgp_error_message())
/* for setup steps without which the rest makes no sense */
#define REQUIRE_OK(expr)                                                                           \
  do {                                                                                             \
    if ((expr) != MGP_OK) {                                                                        \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #expr, mgp_error_message());          \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)
#define TEST_SKIP(why)                                                                             \
  do {                                                                                             \
    printf("skipped: %s\n", why);                                                                  \
    exit(77);                                                                                      \
  } while (0)

typedef struct {
  uint64_t s;
} test_rng_t;

/* splitmix64 */
static inline uint64_t test_rand(test_rng_t *r) {
  uint64_t z = (r->s += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static inline test_rng_t test_rng(void) {
  const char *env = getenv("MGP_TEST_SEED");
  test_rng_t r = {env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL)};
  printf("seed: MGP_TEST_SEED=%" PRIu64 "\n", r.s);
  return r;
}
/* Whether this run is the long one (label slow): see tests/CMakeLists.txt. */
static inline int test_slow(void) {
  return getenv("MGP_TEST_SLOW") != NULL;
}
/* Sizes: 0 in full, 1 of an emulated GPU, 2 under a sanitizer. */
static inline unsigned test_quick(void) {
  const char *quick = getenv("MGP_TEST_QUICK");
  return quick ? (unsigned)atoi(quick) : 0;
}
static inline int test_result(void) {
  printf("%lu checks, %lu failed\n", test_checks, test_failures);
  return test_failures != 0 || test_checks == 0;
}

#endif
