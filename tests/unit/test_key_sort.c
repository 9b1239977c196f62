/* Order of keys, by one thread and several, against one comparison sort: sizes around the limits,
 * keys that are spread, dense, equal, in order, backwards. */
#include "backend/cpu/key_sort.h"
#include "test.h"

#define MOST ((1u << 17) + 3)

static const uint32_t *sorted_keys;
static size_t sorted_stride;

static int compare(const void *a, const void *b) {
  const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
  const uint32_t x = sorted_keys[i * sorted_stride], y = sorted_keys[k * sorted_stride];
  return x != y ? (x > y) - (x < y) : (i > k) - (i < k);
}

enum { SPREAD, DENSE, EQUAL, ASCENDING, DESCENDING, PAGES, EDGES, KINDS };

static uint32_t draw(test_rng_t *rng, int kind, uint32_t i, uint32_t n) {
  const uint32_t r = (uint32_t)test_rand(rng), most = (1u << 28) - 1;
  switch (kind) {
  case DENSE:
    return 0x4000000 + r % (n + 1);
  case EQUAL:
    return most;
  case ASCENDING:
    return i * 3;
  case DESCENDING:
    return most - i / 2;
  case PAGES: /* few of many high digits, many of one */
    return r & 1 ? r % 100 : (r >> 4) & ~0x3ff0u;
  case EDGES:
    return r & 1 ? r & 2 ? most : 0 : r & 2 ? (1u << 14) - 1 : 1u << 14;
  default:
    return r & most;
  }
}

static void check(test_rng_t *rng, mgp_ledger_t *l, int kind, uint32_t n, size_t stride) {
  static const int threads[] = {1, 2, 7, 16, 64};
  uint32_t *keys = calloc(n * stride + 1, sizeof *keys), *want = calloc(n + 1, sizeof *want);
  uint32_t *order = calloc(n + 1, sizeof *order), *tmp = calloc(n + 1, sizeof *tmp);
  for (uint32_t i = 0; i < n; i++) {
    keys[i * stride] = draw(rng, kind, i, n);
    want[i] = i;
  }
  sorted_keys = keys;
  sorted_stride = stride;
  qsort(want, n, sizeof *want, compare);
  for (unsigned t = 0; t < sizeof threads / sizeof *threads; t++) {
    memset(order, 0xff, (n + 1) * sizeof *order);
    REQUIRE_OK(mgp_key_sort(l, threads[t], keys, stride, n, order, tmp));
    CHECK_MSG(memcmp(order, want, n * sizeof *order) == 0 && order[n] == UINT32_MAX,
              "kind %d, %u keys, %d threads", kind, n, threads[t]);
  }
  free(keys);
  free(want);
  free(order);
  free(tmp);
}

int main(void) {
  static const uint32_t sizes[] = {
      0, 1, 2, 3, 23, 24, 25, 26, 64, 100, 3000, (1u << 15) - 1, 1u << 15, MOST};
  test_rng_t rng = test_rng();
  mgp_ledger_t *l;
  REQUIRE_OK(mgp_ledger_create(0, &l));
  for (int kind = 0; kind < KINDS; kind++)
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
      check(&rng, l, kind, sizes[i], 1 + (i + (unsigned)kind) % 7);
  CHECK(mgp_ledger_destroy(l) == 0);
  return test_result();
}
