/* What a backend leaves of the device's memory: blocks by size and device, and one backend after
 * the other. */
#include "cuda_pair.h"
#include "spare.h"

#define NOWHERE 99 /* a device that nobody has: its blocks are numbers */

static void *block(uintptr_t number) {
  return (void *)(number << 8);
}

static void check_blocks(void) {
  uint64_t has = 0;
  int shown = 1;
  CHECK(mgp_spare_take(NOWHERE, 0, &has, &shown) == NULL);
  CHECK(mgp_spare_leave(NOWHERE, block(1), 100, 0) == 1);
  CHECK(mgp_spare_leave(NOWHERE, block(2), 50, 0) == 1);
  CHECK(mgp_spare_leave(NOWHERE, block(3), 70, 0) == 1);
  CHECK(mgp_spare_leave(NOWHERE + 1, block(4), 60, 0) == 1);
  CHECK_EQ_U64(mgp_spare_bytes(NOWHERE), 220);
  CHECK_EQ_U64(mgp_spare_bytes(NOWHERE + 1), 60);
  CHECK(mgp_spare_take(NOWHERE, 101, &has, &shown) == NULL);
  CHECK(mgp_spare_take(NOWHERE, 51, &has, &shown) == block(3) && has == 70);
  CHECK(mgp_spare_take(NOWHERE, 51, &has, &shown) == block(1) && has == 100);
  CHECK(mgp_spare_take(NOWHERE, 51, &has, &shown) == NULL);
  CHECK(mgp_spare_take(NOWHERE, 50, &has, &shown) == block(2) && has == 50);
  CHECK(mgp_spare_take(NOWHERE + 1, 1, &has, &shown) == block(4) && has == 60);
  CHECK_EQ_U64(mgp_spare_bytes(NOWHERE), 0);
  uint64_t left = 0;
  while (left < 1000 && mgp_spare_leave(NOWHERE, block(left + 1), 1, 0)) left++;
  CHECK_MSG(left >= 32 && left < 1000, "%" PRIu64 " blocks", left);
  CHECK_EQ_U64(mgp_spare_bytes(NOWHERE), left);
  while (mgp_spare_take(NOWHERE, 1, &has, &shown)) left--;
  CHECK_EQ_U64(left, 0);
  /* what others may have open is not given back, so a backend has that or something else */
  CHECK(shown == 0);
  CHECK_EQ_U64(mgp_spare_free(NOWHERE, 500), 500);
  CHECK(mgp_spare_leave(NOWHERE, block(1), 100, 0) == 1);
  CHECK_EQ_U64(mgp_spare_free(NOWHERE, 500), 600);
  CHECK(mgp_spare_leave(NOWHERE, block(2), 900, 1) == 1);
  CHECK_EQ_U64(mgp_spare_free(NOWHERE, 500), 900);
  CHECK_EQ_U64(mgp_spare_free(NOWHERE, 20), 1020); /* nearly all */
  CHECK_EQ_U64(mgp_spare_free(NOWHERE, 1500), 1600);
  CHECK(mgp_spare_take(NOWHERE, 101, &has, &shown) == block(2) && shown == 1);
  CHECK(mgp_spare_take(NOWHERE, 1, &has, &shown) == block(1) && shown == 0);
  CHECK(mgp_spare_leave(NOWHERE, block(1), 100, 1) == 1);
  CHECK(mgp_spare_leave(NOWHERE, block(2), 50, 0) == 1);
  CHECK(mgp_spare_take_hidden(NOWHERE + 1) == NULL);
  CHECK(mgp_spare_take_hidden(NOWHERE) == block(2));
  CHECK(mgp_spare_take_hidden(NOWHERE) == NULL);
  CHECK(mgp_spare_take(NOWHERE, 1, &has, &shown) == block(1) && has == 100 && shown == 1);
  CHECK_EQ_U64(mgp_spare_bytes(NOWHERE), 0);
}

static side_t begin(uint64_t nbytes) {
  side_t s;
  REQUIRE_OK(mgp_ledger_create(0, &s.ledger));
  REQUIRE_OK(mgp_backend_cuda_create(NULL, s.ledger, 0, &s.be));
  if (nbytes) REQUIRE_OK(mgp_backend_cuda_reserve(s.be, nbytes));
  return s;
}
static void end(side_t *s) {
  mgp_backend_destroy(s->be);
  CHECK_EQ_U64(mgp_ledger_destroy(s->ledger), 0);
}

static void check_backends(void) {
  const uint64_t size = (uint64_t)64 << 20;
  uint64_t left[2], all, first;
  void *d;
  side_t a = begin(size);
  CHECK_EQ_U64(mgp_spare_bytes(0), 0);
  REQUIRE_OK(mgp_cuda_memory(0, &left[0], &all));
  end(&a);
  first = mgp_spare_bytes(0);
  CHECK(first > size && first < 2 * size);
  REQUIRE_OK(mgp_cuda_memory(0, &left[1], &all));
  CHECK(left[1] >= left[0] + size); /* counts as free */
  a = begin(size / 2);              /* takes the larger block, and no more of it than it wants */
  CHECK_EQ_U64(mgp_spare_bytes(0), 0);
  CHECK(a.be->ops->alloc(a.be, MGP_MEM_RAW, size / 2 + 1, &d) == MGP_RESOURCES);
  side_t b = begin(size / 2); /* beside it: a block of its own */
  end(&a);
  CHECK_EQ_U64(mgp_spare_bytes(0), first);
  end(&b);
  CHECK(mgp_spare_bytes(0) > first + size / 2);
  a = begin(4 * size); /* too large for both, which are given back */
  CHECK_EQ_U64(mgp_spare_bytes(0), 0);
  end(&a);
  CHECK(mgp_spare_bytes(0) > 4 * size);
  a = begin(0); /* takes what is free, that included */
  REQUIRE_OK(a.be->ops->alloc(a.be, MGP_MEM_RAW, 256, &d));
  CHECK_EQ_U64(mgp_spare_bytes(0), 0);
  a.be->ops->free(a.be, d);
  end(&a);
  CHECK_EQ_U64(mgp_spare_bytes(0), 0);
}

int main(void) {
  check_blocks();
  require_device();
  check_backends();
  return test_result();
}
