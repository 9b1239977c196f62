/* The proof is the same byte for byte whatever made it: ranks, cache level, backend, instruction
 * set, threads. And what each rank did, and how often each witness was built. */
#include "base/machine.h"
#include "prove_util.h"

#define PARTITIONS 4

typedef struct {
  const char *name;
  uint32_t ranks;
  mgp_cache_t cache;
  mgp_backend_kind_t backend;
  mgp_isa_t isa;
  int threads;
} variant_t;

static void check_report(const variant_t *v, const mgp_prove_report_t *r) {
  uint64_t steps = 0, tasks = 0, most = 0, parts = (PARTITIONS + v->ranks - 1) / v->ranks;
  for (uint32_t k = 0; k < r->nranks; k++) {
    const mgp_rank_report_t *rank = &r->ranks[k];
    steps += rank->steps;
    tasks += rank->tasks;
    if (rank->steps > most) most = rank->steps;
    CHECK_MSG(rank->partitions <= parts, "rank %u holds %u partitions", k, rank->partitions);
    /* raw state of a rank: its own records and boundary, and one upload piece */
    uint64_t raw = 0;
    for (unsigned p = MGP_PHASE_ASSIGN; p < MGP_PHASES; p++)
      if (rank->peak[p][MGP_MEM_RAW] > raw) raw = rank->peak[p][MGP_MEM_RAW];
    CHECK_MSG(rank->peak[MGP_PHASES - 1][MGP_MEM_CLASSES] <= rank->predicted_peak,
              "peak above the plan's on rank %u", k);
  }
  CHECK_EQ_U64(steps, r->steps);
  CHECK_EQ_U64(tasks, r->traces);
  uint64_t total[MGP_BUILD_USES] = {0};
  for (uint32_t k = 0; k < r->nranks; k++)
    for (int u = 0; u < MGP_BUILD_USES; u++) total[u] += r->ranks[k].builds[u];
  /* docs/architecture.md: every trace once per use, or once in all with a cache; tables are not
   * built for their side effects, as they have none */
  for (int u = 0; u < MGP_BUILD_USES; u++) {
    uint64_t want = v->cache == MGP_CACHE_NONE ? r->traces : u == MGP_BUILD_COMMIT ? r->traces : 0;
    if (u == MGP_BUILD_ASSIGN) continue;
    CHECK_MSG(total[u] == want, "%s: %llu builds for %s, not %llu", v->name,
              (unsigned long long)total[u], mgp_build_use_name((mgp_build_use_t)u),
              (unsigned long long)want);
  }
  CHECK(total[MGP_BUILD_ASSIGN] > 0 && total[MGP_BUILD_ASSIGN] < r->traces);
}

int main(void) {
  mgp_cpu_features_t cpu = mgp_machine_cpu_features();
  variant_t variants[] = {
      {"1 rank", 1, MGP_CACHE_NONE, MGP_BACKEND_CPU, MGP_ISA_PORTABLE, 1},
      {"2 ranks, auto isa", 2, MGP_CACHE_NONE, MGP_BACKEND_CPU, MGP_ISA_AUTO, 1},
      {"3 ranks", 3, MGP_CACHE_TRACE, MGP_BACKEND_CPU, MGP_ISA_AUTO, 1},
      {"4 ranks", 4, MGP_CACHE_FULL, MGP_BACKEND_CPU, MGP_ISA_AUTO, 1},
      {"8 ranks", 8, MGP_CACHE_NONE, MGP_BACKEND_CPU, MGP_ISA_AUTO, 1},
      {"2 threads", 1, MGP_CACHE_NONE, MGP_BACKEND_CPU, MGP_ISA_AUTO, 2},
      {"avx2", 1, MGP_CACHE_TRACE, MGP_BACKEND_CPU, MGP_ISA_AVX2, 1},
      {"avx512", 1, MGP_CACHE_TRACE, MGP_BACKEND_CPU, MGP_ISA_AVX512, 1},
      {"strict", 1, MGP_CACHE_NONE, MGP_BACKEND_STRICT, MGP_ISA_AUTO, 1},
      {"strict, 2 ranks, full", 2, MGP_CACHE_FULL, MGP_BACKEND_STRICT, MGP_ISA_AUTO, 1}};
  guest_t g;
  mgp_prove_result_t first = {0};
  guest_load(&g, "sort", 300);
  for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
    const variant_t *v = &variants[i];
    mgp_prove_options_t o = {0};
    mgp_prove_result_t r;
    if ((v->isa == MGP_ISA_AVX2 && !cpu.avx2) || (v->isa == MGP_ISA_AVX512 && !cpu.avx512)) {
      printf("%-24s not on this processor\n", v->name);
      continue;
    }
    o.partitions = PARTITIONS;
    o.log_rows = 14;
    o.cache = v->cache;
    o.backend = v->backend;
    o.isa = v->isa;
    o.threads = v->threads;
    o.no_self_check = i > 0;
    mgp_status_t st = guest_prove(&g, v->ranks, &o, &r);
    CHECK_MSG(st == MGP_OK, "%s: %s", v->name, mgp_error_message());
    if (st != MGP_OK) continue;
    printf("%-24s %zu bytes, %.2f s\n", v->name, r.nbytes, r.report.total_seconds);
    check_report(v, &r.report);
    if (i == 0) {
      first = r;
      continue;
    }
    CHECK_MSG(r.nbytes == first.nbytes && memcmp(r.bytes, first.bytes, r.nbytes) == 0,
              "%s: other bytes", v->name);
    mgp_prove_result_free(&r);
  }
  mgp_prove_result_free(&first);
  guest_free(&g);
  return test_result();
}
