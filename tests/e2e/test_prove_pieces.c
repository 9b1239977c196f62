/* Where the plain pass cuts its pieces, who records them when, and how their words come there,
 * leaves no trace in a proof: one partition, recorded by one rank behind the pass or, where there
 * are more, from the finished cut; words in shared memory, or for want of it in messages. And the
 * ways in which a run ends while it is followed. */
#include "prove_util.h"

typedef struct {
  uint32_t ranks, piece_steps;
  int threads;
  uint64_t pool; /* bytes of shared memory for words; 0: the usual, 1: none */
} variant_t;

/* In four partitions, of which some of the first shard's pieces are in two. */
static const variant_t parts_variants[] = {
    {1, 0, 1, 0}, {1, 90, 2, 0}, {4, 70, 1, 0}, {3, 101, 1, 12 << 16}};

static const variant_t variants[] = {{2, 0, 1, 0},   {1, 0, 1, 0},   {1, 1000, 3, 0},
                                     {1, 61, 2, 0},  {2, 333, 2, 0}, {2, 250, 1, 10 << 16},
                                     {2, 5000, 1, 1}};

/* shard_steps: 0 for one shard. */
static void check_variants(const guest_t *g, uint32_t partitions, uint64_t shard_steps,
                           const variant_t *all, size_t n) {
  mgp_prove_result_t first = {0};
  for (size_t i = 0; i < n; i++) {
    const variant_t *v = &all[i];
    mgp_prove_options_t o = {.partitions = partitions, .log_rows = 12, .shard_steps = shard_steps};
    mgp_prove_result_t r;
    o.piece_steps = v->piece_steps;
    o.threads = v->threads;
    o.pool_nbytes = v->pool;
    o.no_self_check = i > 0; /* the others are the same */
    REQUIRE_OK(guest_prove(g, v->ranks, &o, &r));
    printf("%u ranks, %u threads, pieces of %u steps: %u + %u shards, %.2f s\n", v->ranks,
           (unsigned)v->threads, v->piece_steps, r.report.shards, r.report.memory_shards,
           r.report.total_seconds);
    CHECK_EQ_U64(r.report.shards == 1, shard_steps == 0);
    CHECK(r.report.ranks[0].record_seconds > 0);
    if (i == 0) {
      first = r;
      continue;
    }
    CHECK_MSG(r.nbytes == first.nbytes && memcmp(r.bytes, first.bytes, r.nbytes) == 0,
              "variant %zu: other bytes", i);
    mgp_prove_result_free(&r);
  }
  mgp_prove_result_free(&first);
}

/* The run does not end as it should: every thread ends, and the message is the run's. */
static void check_failures(const guest_t *g) {
  for (uint64_t steps = 1; steps < 20000; steps = 3 * steps + 100) {
    mgp_prove_options_t o = {.partitions = 1, .threads = 3, .piece_steps = 200, .max_steps = steps};
    mgp_prove_result_t r;
    CHECK(guest_prove(g, 1, &o, &r) == MGP_RESOURCES);
    CHECK_MSG(strstr(mgp_error_message(), "does not halt") != NULL, "%s", mgp_error_message());
  }
}

int main(void) {
  guest_t g;
  guest_load(&g, "sort", 30);
  check_failures(&g);
  check_variants(&g, 1, 0, variants, sizeof variants / sizeof variants[0]);
  check_variants(&g, 1, 12000, variants, sizeof variants / sizeof variants[0]);
  guest_free(&g);
  guest_load(&g, "fibonacci", 20);
  check_variants(&g, 4, 12000, parts_variants, sizeof parts_variants / sizeof parts_variants[0]);
  guest_free(&g);
  return test_result();
}
