/* Runs of several shards: the same bytes whatever made them; memory that does not grow with the
 * number of shards; and shards that are swapped, left out, repeated, cut off or taken from another
 * run, each refused by the check that is there for it. */
#include "neg/proof_parts.h"
#include "prove_util.h"

#define PARTITIONS 3
#define STEPS      6500 /* of a shard */

static mgp_prove_options_t options(uint64_t steps) {
  return (mgp_prove_options_t){.partitions = PARTITIONS, .log_rows = 12, .shard_steps = steps};
}

/* --- the same bytes ------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  uint32_t ranks;
  mgp_cache_t cache;
  mgp_backend_kind_t backend;
  int threads;
  int crowded;    /* no room for records ahead of their shard */
  uint32_t piece; /* steps that are recorded at a time */
} variant_t;

static const variant_t variants[] = {
    {"1 rank", 1, MGP_CACHE_NONE, MGP_BACKEND_CPU, 1, 0, 0},
    {"2 ranks, pieces of 777 steps", 2, MGP_CACHE_FULL, MGP_BACKEND_CPU, 1, 0, 777},
    {"4 ranks, one without work", 4, MGP_CACHE_TRACE, MGP_BACKEND_CPU, 1, 0, 0},
    {"2 threads, no room ahead", 1, MGP_CACHE_NONE, MGP_BACKEND_CPU, 2, 1, 0},
    {"3 threads, pieces of 100 steps, no room ahead", 1, MGP_CACHE_NONE, MGP_BACKEND_CPU, 3, 1,
     100}};
/* slow: of a run of few shards */
static const variant_t few_variants[] = {
    {"few shards", 1, MGP_CACHE_TRACE, MGP_BACKEND_CPU, 1, 0, 0},
    {"few shards, strict", 1, MGP_CACHE_TRACE, MGP_BACKEND_STRICT, 1, 0, 3000}};

static void check_report(const variant_t *v, const mgp_prove_report_t *r) {
  uint64_t steps = 0;
  for (uint32_t k = 0; k < r->nranks; k++) {
    steps += r->ranks[k].steps;
    for (unsigned p = 0; p < MGP_PHASES; p++)
      CHECK_MSG(r->ranks[k].peak[p][MGP_MEM_CLASSES] <= r->ranks[k].predicted_peak ||
                    p <= MGP_PHASE_RECORD,
                "%s: the peak of %s is above the plan's on rank %u", v->name,
                mgp_phase_name((mgp_phase_t)p), k);
  }
  CHECK_EQ_U64(steps, r->steps);
}

static mgp_prove_result_t check_variants(const guest_t *g, uint64_t steps, const variant_t *all,
                                         size_t n) {
  mgp_prove_result_t first = {0};
  for (size_t i = 0; i < n; i++) {
    const variant_t *v = &all[i];
    mgp_prove_options_t o = options(steps);
    mgp_prove_result_t r;
    o.cache = v->cache;
    o.backend = v->backend;
    o.threads = v->threads;
    o.piece_steps = v->piece;
    if (v->crowded) o.memory_limit = first.report.ranks[0].predicted_peak / 3 * 4 + 65536;
    mgp_status_t st = guest_prove(g, v->ranks, &o, &r);
    CHECK_MSG(st == MGP_OK, "%s: %s", v->name, mgp_error_message());
    if (st != MGP_OK) continue;
    printf("%-46s %u + %u shards, %zu bytes, %.2f s\n", v->name, r.report.shards,
           r.report.memory_shards, r.nbytes, r.report.total_seconds);
    check_report(v, &r.report);
    if (i == 0) {
      first = r;
      continue;
    }
    CHECK_MSG(r.nbytes == first.nbytes && memcmp(r.bytes, first.bytes, r.nbytes) == 0,
              "%s: other bytes", v->name);
    mgp_prove_result_free(&r);
  }
  return first;
}

/* The plan of the proof makes the same proof; a plan for fewer shards is refused. */
static void check_plan(const guest_t *g, const mgp_prove_result_t *first) {
  mgp_proof_t proof;
  mgp_params_t *params = NULL;
  mgp_prove_result_t r;
  REQUIRE_OK(mgp_proof_parse(first->bytes, first->nbytes, &proof));
  params = calloc(proof.nshards, sizeof *params);
  for (uint32_t i = 0; i < proof.nshards; i++) CHECK_OK(mgp_proof_params(&proof, i, &params[i]));
  mgp_plan_t plan = {proof.run.budget, proof.nshards, params};
  mgp_prove_options_t o = {.plan = &plan, .no_self_check = 1};
  CHECK_OK(guest_prove(g, 2, &o, &r));
  CHECK(r.nbytes == first->nbytes && memcmp(r.bytes, first->bytes, r.nbytes) == 0);
  mgp_prove_result_free(&r);
  plan.nshards = 1;
  CHECK(guest_prove(g, 1, &o, &r) == MGP_USAGE);
  free(params);
}

/* --- shards out of place -------------------------------------------------------------------- */

static void take_apart(const guest_t *g, const mgp_prove_result_t *r, proof_parts_t *out) {
  mgp_chipset_t *chips;
  REQUIRE_OK(mgp_chipset_create(&chips));
  proof_take_apart(chips, &g->prog, r->bytes, r->nbytes, out);
  mgp_chipset_destroy(chips);
}

static void expect(const guest_t *g, const proof_parts_t *p, const char *name, const char *check) {
  size_t n;
  uint8_t *file = proof_put_together(p, &n);
  mgprove_result_t result = {0};
  mgprove_verdict_t v = guest_verify(g, file, n, &result);
  if (v == MGPROVE_ACCEPTED) snprintf(result.check, sizeof result.check, "accepted");
  CHECK_MSG(strstr(check, result.check) != NULL, "%s: %s, not %s", name, result.check, check);
  printf("%-44s %s\n", name, result.check);
  free(file);
}

static void check_places(const guest_t *g, const proof_parts_t *honest,
                         const proof_parts_t *other) {
  const uint32_t K = honest->run.nshards, L = honest->run.memory_shards;
  proof_parts_t p = *honest;
  CHECK(K >= 4 && L >= 1 && other->run.nshards == K);
  expect(g, &p, "as it was", "accepted");
  p.shard[1] = honest->shard[2];
  p.shard[2] = honest->shard[1];
  expect(g, &p, "two shards swapped", "grind-alpha gkr-layer");
  p = *honest;
  for (uint32_t i = 1; i + 1 < p.n; i++) p.shard[i] = honest->shard[i + 1];
  p.n--;
  p.run.nshards--;
  expect(g, &p, "a shard left out", "grind-alpha gkr-layer");
  p = *honest;
  for (uint32_t i = p.n; i > 2; i--) p.shard[i] = honest->shard[i - 1];
  p.shard[2] = honest->shard[1];
  p.n++;
  p.run.nshards++;
  expect(g, &p, "a shard repeated", "grind-alpha gkr-layer");
  p = *honest;
  p.shard[2] = other->shard[2];
  expect(g, &p, "a shard of another run", "grind-alpha gkr-layer");
  p = *honest;
  p.shard[0] = other->shard[0];
  expect(g, &p, "the first shard of another run", "grind-alpha gkr-layer run-sum");
  p = *honest;
  for (uint32_t i = 0; i < L; i++) p.shard[2 + i] = honest->shard[K + i];
  p.n = 2 + L;
  p.run.nshards = 2;
  expect(g, &p, "a halt in the middle", "statement-pc");
  p = *honest;
  for (uint32_t i = 0; i < L; i++) p.shard[1 + i] = honest->shard[K - 1 + i];
  p.n = 1 + L;
  p.run.nshards = 1;
  expect(g, &p, "one shard and one of memory", "format-shards");
  p = *honest;
  for (uint32_t i = p.n; i > K; i--) p.shard[i] = honest->shard[i - 1];
  p.shard[K] = honest->shard[K - 1];
  p.n++;
  p.run.nshards++;
  expect(g, &p, "a shard after the halt", "statement-pc");
  p = *honest;
  p.shard[K] = other->shard[K];
  expect(g, &p, "memory of another run", "grind-alpha gkr-layer run-sum");
  p = *honest;
  p.shard[p.n] = honest->shard[p.n - 1];
  p.n++;
  p.run.memory_shards++;
  expect(g, &p, "memory twice", "grind-alpha gkr-layer statement-chain");
}

int main(void) {
  guest_t g, h, few;
  guest_load(&g, "sort", 30);
  guest_load(&h, "sort", 31);       /* another input */
  guest_load(&few, "fibonacci", 1); /* 22,216 steps */
  mgp_prove_result_t first =
      check_variants(&g, STEPS, variants, sizeof variants / sizeof variants[0]);
  mgp_prove_result_t short_run =
      check_variants(&few, 4 * STEPS, few_variants, sizeof few_variants / sizeof few_variants[0]);
  mgp_prove_result_t second;
  check_plan(&g, &first);
  mgp_prove_options_t o = options(STEPS);
  o.no_self_check = 1;
  REQUIRE_OK(guest_prove(&h, 1, &o, &second));
  if (first.bytes) {
    proof_parts_t honest, other;
    take_apart(&g, &first, &honest);
    take_apart(&h, &second, &other);
    check_places(&g, &honest, &other);
  }
  mgp_prove_result_free(&first);
  mgp_prove_result_free(&second);
  CHECK(short_run.report.shards > 1);
  mgp_prove_result_free(&short_run);
  guest_free(&few);
  guest_free(&g);
  guest_free(&h);
  return test_result();
}
