/* Memory ledger: accounting by class and phase, limit, containment, leaks, threads. */
#include <pthread.h>

#include "base/ledger.h"
#include "test.h"

static void accounting(void) {
  mgp_ledger_t *l;
  REQUIRE_OK(mgp_ledger_create(0, &l));
  CHECK(mgp_ledger_phase(l) == MGP_PHASE_SETUP);
  void *a, *b, *c;
  REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_RAW, 1000, &a));
  CHECK_EQ_U64((uintptr_t)a % 64, 0);
  mgp_ledger_set_phase(l, MGP_PHASE_COMMIT);
  REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_SCRATCH, 300, &b));
  REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_SCRATCH, 70, &c));
  CHECK_EQ_U64(mgp_ledger_live(l, MGP_MEM_SCRATCH), 370);
  CHECK_EQ_U64(mgp_ledger_live_total(l), 1370);
  mgp_ledger_free(l, b);
  CHECK_EQ_U64(mgp_ledger_live(l, MGP_MEM_SCRATCH), 70);
  mgp_ledger_set_phase(l, MGP_PHASE_OPEN);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_SETUP, MGP_MEM_CLASSES), 1000);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_COMMIT, MGP_MEM_SCRATCH), 370);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_COMMIT, MGP_MEM_RAW), 1000);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_COMMIT, MGP_MEM_CLASSES), 1370);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_OPEN, MGP_MEM_CLASSES), 1070);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASE_QUERY, MGP_MEM_CLASSES), 0);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASES, MGP_MEM_CLASSES), 1370);
  mgp_ledger_free(l, NULL);
  mgp_ledger_free(l, c);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 1); /* a is left */
}

/* A block that grows keeps its bytes, and one that cannot is as it was. */
static void growing(void) {
  mgp_ledger_t *l;
  uint8_t *p = NULL;
  REQUIRE_OK(mgp_ledger_create(1000, &l));
  REQUIRE_OK(mgp_ledger_grow(l, MGP_MEM_RAW, 0, 100, (void **)&p));
  memset(p, 7, 100);
  REQUIRE_OK(mgp_ledger_grow(l, MGP_MEM_RAW, 100, 300, (void **)&p));
  CHECK_EQ_U64(mgp_ledger_live_total(l), 300);
  uint8_t *const before = p;
  CHECK(mgp_ledger_grow(l, MGP_MEM_RAW, 300, 900, (void **)&p) == MGP_RESOURCES);
  CHECK(p == before && mgp_ledger_live_total(l) == 300);
  for (int i = 0; i < 100; i++) CHECK(p[i] == 7);
  mgp_ledger_free(l, p);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 0);
}

/* What is counted under an owner's address takes no place there. */
static void counting(void) {
  mgp_ledger_t *l;
  char object[2][64];
  REQUIRE_OK(mgp_ledger_create(0, &l));
  REQUIRE_OK(mgp_ledger_count(l, MGP_MEM_RAW, object[0], 1u << 20));
  REQUIRE_OK(mgp_ledger_account(l, MGP_MEM_PLAN, object[1], sizeof object[1]));
  CHECK_EQ_U64(mgp_ledger_live_total(l), (1u << 20) + sizeof object[1]);
  CHECK(!mgp_ledger_contains(l, object[0], 1));
  CHECK(mgp_ledger_contains(l, object[1], sizeof object[1]));
  REQUIRE_OK(mgp_ledger_recount(l, object[0], 3u << 20));
  REQUIRE_OK(mgp_ledger_recount(l, object[0], 2u << 20));
  CHECK_EQ_U64(mgp_ledger_live(l, MGP_MEM_RAW), 2u << 20);
  CHECK_EQ_U64(mgp_ledger_peak(l, MGP_PHASES, MGP_MEM_RAW), 3u << 20);
  mgp_ledger_set_limit(l, 4u << 20, "a limit");
  CHECK(mgp_ledger_recount(l, object[0], 4u << 20) == MGP_RESOURCES);
  CHECK(mgp_ledger_recount(l, object[1], 1) == MGP_INTERNAL); /* no such object */
  CHECK(mgp_ledger_recount(l, object[1] + 1, 1) == MGP_INTERNAL);
  CHECK_EQ_U64(mgp_ledger_live_total(l), (2u << 20) + sizeof object[1]);
  mgp_ledger_free(l, object[0]);
  CHECK_EQ_U64(mgp_ledger_live(l, MGP_MEM_RAW), 0);
  mgp_ledger_free(l, object[1]);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 0);
}

static void containment(void) {
  mgp_ledger_t *l;
  REQUIRE_OK(mgp_ledger_create(0, &l));
  char *p[20];
  for (size_t i = 0; i < 20; i++)
    REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_WITNESS, 100 + i, (void **)&p[i]));
  for (size_t i = 0; i < 20; i += 3) mgp_ledger_free(l, p[i]);
  for (size_t i = 0; i < 20; i++) {
    int live = i % 3 != 0;
    CHECK(mgp_ledger_contains(l, p[i], 100 + i) == live);
    CHECK(mgp_ledger_contains(l, p[i] + 50, 50 + i) == live);
    CHECK(!mgp_ledger_contains(l, p[i], 101 + i));
    CHECK(!mgp_ledger_contains(l, p[i] + 1, 100 + i));
    CHECK(!mgp_ledger_contains(l, p[i] - 1, 1));
  }
  int local;
  CHECK(!mgp_ledger_contains(l, &local, sizeof local));
  void *empty;
  REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_PLAN, 0, &empty));
  CHECK(empty != NULL && mgp_ledger_contains(l, empty, 0) && !mgp_ledger_contains(l, empty, 1));
  CHECK_EQ_U64(mgp_ledger_destroy(l), 14);
}

static void limit(void) {
  mgp_ledger_t *l;
  REQUIRE_OK(mgp_ledger_create(1000, &l));
  void *a, *b = &a;
  REQUIRE_OK(mgp_ledger_alloc(l, MGP_MEM_RAW, 600, &a));
  CHECK(mgp_ledger_alloc(l, MGP_MEM_CODEWORD, 401, &b) == MGP_RESOURCES);
  CHECK(b == &a); /* no output on failure */
  CHECK(strstr(mgp_error_message(), "codeword") && strstr(mgp_error_message(), "401") &&
        strstr(mgp_error_message(), "1000"));
  CHECK(mgp_ledger_alloc(l, MGP_MEM_CODEWORD, SIZE_MAX, &b) == MGP_RESOURCES);
  CHECK_OK(mgp_ledger_alloc(l, MGP_MEM_CODEWORD, 400, &b));
  mgp_ledger_free(l, a);
  mgp_ledger_free(l, b);
  CHECK_EQ_U64(mgp_ledger_live_total(l), 0);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 0);
  REQUIRE_OK(mgp_ledger_create(0, &l));
  CHECK(mgp_ledger_alloc(l, MGP_MEM_RAW, SIZE_MAX - 100, &a) == MGP_RESOURCES);
  CHECK(mgp_ledger_alloc(l, MGP_MEM_CLASSES, 1, &a) == MGP_INTERNAL);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 0);
}

static void *churn(void *ledger) {
  for (int i = 0; i < 300; i++) {
    void *p[8];
    for (int k = 0; k < 8; k++)
      if (mgp_ledger_alloc(ledger, (mgp_mem_class_t)k, 64u * (unsigned)(k + 1), &p[k]) != MGP_OK)
        return ledger;
    for (int k = 0; k < 8; k++) mgp_ledger_free(ledger, p[k]);
  }
  return NULL;
}

static void threads(void) {
  mgp_ledger_t *l;
  pthread_t t[4];
  REQUIRE_OK(mgp_ledger_create(0, &l));
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&t[i], NULL, churn, l) == 0);
  for (int i = 0; i < 4; i++) {
    void *failed;
    CHECK(pthread_join(t[i], &failed) == 0 && failed == NULL);
  }
  CHECK_EQ_U64(mgp_ledger_live_total(l), 0);
  CHECK(mgp_ledger_peak(l, MGP_PHASES, MGP_MEM_CLASSES) >= 64 * 36);
  CHECK(mgp_ledger_peak(l, MGP_PHASES, MGP_MEM_CLASSES) <= 4 * 64 * 36);
  CHECK_EQ_U64(mgp_ledger_destroy(l), 0);
}

int main(void) {
  CHECK_EQ_STR(mgp_phase_name(MGP_PHASE_FINISH), "finish");
  CHECK_EQ_STR(mgp_mem_class_name(MGP_MEM_SCRATCH), "scratch");
  CHECK_EQ_U64(mgp_ledger_destroy(NULL), 0);
  accounting();
  growing();
  counting();
  containment();
  limit();
  threads();
  return test_result();
}
