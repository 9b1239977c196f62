/* The planned peak holds for plans of odd proportions: long chunks, low and high columns, one trace
 * for each chip or many. A plan that is too low ends the proof with MGP_RESOURCES, as the ledger is
 * limited to it; one that is far too high would refuse what fits. The exchange of accesses, which
 * is before the plan, takes no more. */
#include "prove_util.h"

typedef struct {
  uint32_t partitions, log_height, log_chunk, log_rows;
} proportions_t;

static void check_plan(guest_t *g, const proportions_t *v, uint32_t ranks, mgp_cache_t cache) {
  mgp_prove_options_t o = {.partitions = v->partitions,
                           .log_rows = v->log_rows,
                           .log_height = v->log_height,
                           .log_chunk = v->log_chunk,
                           .cache = cache,
                           .threads = 1,
                           .no_self_check = 1};
  mgp_prove_result_t r;
  char name[96];
  snprintf(name, sizeof name, "columns 2^%u, chunks 2^%u, traces 2^%u, %u ranks, cache %s",
           v->log_height, v->log_chunk, v->log_rows, ranks, mgp_cache_name(cache));
  mgp_status_t st = guest_prove(g, ranks, &o, &r);
  CHECK_MSG(st == MGP_OK, "%s: %s", name, mgp_error_message());
  if (st != MGP_OK) return;
  for (uint32_t k = 0; k < r.report.nranks; k++) {
    const mgp_rank_report_t *rank = &r.report.ranks[k];
    uint64_t most = 0;
    for (unsigned p = MGP_PHASE_RECORD; p < MGP_PHASES; p++)
      if (rank->peak[p][MGP_MEM_CLASSES] > most) most = rank->peak[p][MGP_MEM_CLASSES];
    printf("%-70s rank %u: %6.1f of %6.1f MiB\n", name, k, (double)most / (1 << 20),
           (double)rank->predicted_peak / (1 << 20));
    CHECK_MSG(most <= rank->predicted_peak, "%s: peak above the plan's", name);
  }
  mgp_prove_result_free(&r);
}

int main(void) {
  static const proportions_t table[] = {{1, 18, 16, 20}, {2, 18, 16, 16}, {1, 16, 16, 16},
                                        {1, 17, 15, 18}, {2, 14, 14, 14}, {2, 14, 6, 14},
                                        {1, 12, 4, 16},  {1, 19, 8, 20}};
  guest_t g;
  guest_load(&g, "silent", 0);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    check_plan(&g, &table[i], 1, MGP_CACHE_NONE);
    check_plan(&g, &table[i], 2, MGP_CACHE_FULL);
  }
  guest_free(&g);
  /* touches much, in more partitions than ranks, and little is planned */
  static const proportions_t least[] = {{1, 0, 0, 14}, {4, 0, 0, 14}, {8, 0, 0, 14}};
  guest_load(&g, "memory", 4000);
  for (size_t i = 0; i < sizeof least / sizeof least[0]; i++)
    check_plan(&g, &least[i], 1, MGP_CACHE_NONE);
  guest_free(&g);
  return test_result();
}
