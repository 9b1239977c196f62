/* The backends that the tests compare: cpu, the reference, and cuda. */
#ifndef MGP_TESTS_CUDA_PAIR_H
#define MGP_TESTS_CUDA_PAIR_H

#include "cuda_backend.h"
#include "test.h"

typedef struct {
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
} side_t;

typedef struct {
  side_t cpu, cuda;
} pair_t;

/* A sanitizer keeps notes of all device memory. */
#define PAIR_QUICK_BYTES ((uint64_t)256 << 20)

/* Ends the test as skipped if there is no device. */
static inline void require_device(void) {
  int n = 0;
  REQUIRE_OK(mgp_cuda_probe(&n));
  if (n == 0) TEST_SKIP("no CUDA device");
}

static inline pair_t pair_create_chips(const mgp_chipset_t *chips, uint64_t arena) {
  pair_t p;
  require_device();
  REQUIRE_OK(mgp_ledger_create(0, &p.cpu.ledger));
  REQUIRE_OK(mgp_ledger_create(0, &p.cuda.ledger));
  REQUIRE_OK(mgp_backend_cpu_create(chips, p.cpu.ledger, MGP_ISA_AUTO, 0, &p.cpu.be));
  REQUIRE_OK(mgp_backend_cuda_create(chips, p.cuda.ledger, 0, &p.cuda.be));
  if (test_quick() > 1 && arena > PAIR_QUICK_BYTES) arena = PAIR_QUICK_BYTES;
  REQUIRE_OK(mgp_backend_cuda_reserve(p.cuda.be, arena));
  return p;
}

static inline pair_t pair_create(uint64_t arena) {
  return pair_create_chips(NULL, arena);
}

/* Nothing may be left in either ledger. */
static inline void pair_destroy(pair_t *p) {
  mgp_backend_destroy(p->cpu.be);
  mgp_backend_destroy(p->cuda.be);
  CHECK_EQ_U64(mgp_ledger_destroy(p->cpu.ledger), 0);
  CHECK_EQ_U64(mgp_ledger_destroy(p->cuda.ledger), 0);
}

/* Every step-th checked call is made to fail, one a run of fn, until a run comes through: each ends
 * with an error that names the device, and leaves nothing in the ledger. */
static inline void fail_each_call(const mgp_chipset_t *chips, uint64_t step,
                                  mgp_status_t (*fn)(mgp_backend_t *be, void *arg), void *arg) {
  uint64_t n = 0, calls = 0;
  for (mgp_status_t st = MGP_INTERNAL; st != MGP_OK && n < 5000;) {
    char text[24];
    mgp_ledger_t *ledger;
    mgp_backend_t *be = NULL;
    n += step;
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    setenv("MGP_CUDA_FAIL", text, 1);
    REQUIRE_OK(mgp_ledger_create(0, &ledger));
    st = mgp_backend_cuda_create(chips, ledger, 0, &be);
    if (st == MGP_OK) {
      st = fn(be, arg);
      calls = mgp_backend_cuda_calls(be);
      mgp_backend_destroy(be);
    }
    CHECK(st == MGP_OK || st == MGP_INTERNAL);
    if (st != MGP_OK)
      CHECK_MSG(strstr(mgp_error_message(), "CUDA device 0"), "%s", mgp_error_message());
    CHECK_EQ_U64(mgp_ledger_destroy(ledger), 0);
  }
  unsetenv("MGP_CUDA_FAIL");
  CHECK(n > 100); /* or the calls are not counted */
  CHECK(calls < n && n <= calls + step);
  printf("%llu of %llu calls made to fail\n", (unsigned long long)(calls / step),
         (unsigned long long)calls);
}

/* Edge values more often than chance would have them. */
static inline mgp_f_t rand_f(test_rng_t *r) {
  static const uint32_t edge[] = {0,         1,     MGP_P - 1,   MGP_P - 2,     2,
                                  MGP_P / 2, 65536, MGP_R_MOD_P, MGP_P / 2 + 1, 1u << 30};
  uint64_t x = test_rand(r);
  return (x & 7) == 0 ? edge[(x >> 8) % 10] : (mgp_f_t)((x >> 8) % MGP_P);
}
static inline mgp_e_t rand_e(test_rng_t *r) {
  mgp_e_t e;
  for (int i = 0; i < MGP_D; i++) e.c[i] = rand_f(r);
  return e;
}

static inline void *new_array(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size);
  if (!p) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  return p;
}

static inline void *to_device(side_t *s, mgp_mem_class_t cls, const void *src, size_t nbytes) {
  void *d = NULL;
  REQUIRE_OK(s->be->ops->alloc(s->be, cls, nbytes, &d));
  REQUIRE_OK(s->be->ops->upload(s->be, d, src, nbytes));
  return d;
}

/* Scratch and codeword bytes of a ledger, now. */
static inline uint64_t working_set(const side_t *s) {
  return mgp_ledger_live(s->ledger, MGP_MEM_SCRATCH) + mgp_ledger_live(s->ledger, MGP_MEM_CODEWORD);
}

#endif
