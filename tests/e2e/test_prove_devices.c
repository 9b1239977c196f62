/* Ranks on devices that are the CPU behind the strict backend's rules: each rank creates its
 * backend on the device that is its own, whatever it sees; more ranks than devices are refused; the
 * bytes are those of the CPU, also where a device takes long to open and turns out to be small; one
 * that does not open ends the proof. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "prove_util.h"

#define DEVICES  2
#define MAX_USES 8

/* What the table has been asked for. */
static struct {
  pthread_mutex_t lock;
  unsigned asked[DEVICES], created[DEVICES];
  unsigned uses;
  uint64_t reserved[MAX_USES];
  uint64_t total;   /* bytes of a device */
  unsigned slow_us; /* until its memory is known */
  const char *fails;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .total = UINT64_C(1) << 30, .fails = ""};

static mgp_status_t call(const char *name) {
  if (strcmp(fake.fails, name) != 0) return MGP_OK;
  return mgp_fail(MGP_RESOURCES, "the fake device fails in %s", name);
}

/* One device per task: each thread, which is a rank, sees one with an identity of its own. */
static bool one_each;
static atomic_int next_identity;
static _Thread_local int own_identity = -1;

static mgp_status_t fake_count(int *n) {
  *n = one_each ? 1 : DEVICES;
  return MGP_OK;
}

static mgp_status_t fake_info(int device, mgp_device_info_t *out) {
  if (one_each && own_identity < 0) own_identity = atomic_fetch_add(&next_identity, 1);
  memset(out, 0, sizeof *out);
  snprintf(out->name, sizeof out->name, "fake");
  snprintf(out->id, sizeof out->id, "GPU-%d", one_each ? own_identity : device);
  out->total = fake.total;
  return call("info");
}

/* Only of a device that the rank takes. */
static mgp_status_t fake_memory(int device, mgp_device_info_t *io) {
  (void)pthread_mutex_lock(&fake.lock);
  if (device >= 0 && device < DEVICES) fake.asked[device]++;
  (void)pthread_mutex_unlock(&fake.lock);
  io->free = io->total;
  if (fake.slow_us) (void)usleep(fake.slow_us);
  return call("memory");
}

static mgp_status_t fake_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                mgp_ledger_t *host_ledger, int device, mgp_backend_t **out) {
  (void)host_ledger;
  MGP_TRY(call("create"));
  (void)pthread_mutex_lock(&fake.lock);
  if (device >= 0 && device < DEVICES) fake.created[device]++;
  (void)pthread_mutex_unlock(&fake.lock);
  return mgp_backend_strict_create(chips, ledger, out);
}

static mgp_status_t fake_reserve(mgp_backend_t *be, uint64_t nbytes) {
  (void)be;
  (void)pthread_mutex_lock(&fake.lock);
  if (fake.uses < MAX_USES) fake.reserved[fake.uses++] = nbytes;
  (void)pthread_mutex_unlock(&fake.lock);
  return call("reserve");
}

static const mgp_device_ops_t table = {.name = "fake",
                                       .count = fake_count,
                                       .info = fake_info,
                                       .memory = fake_memory,
                                       .create = fake_create,
                                       .reserve = fake_reserve};

static mgp_status_t prove(const guest_t *g, uint32_t ranks, int share, mgp_prove_result_t *out) {
  mgp_prove_options_t o = {.partitions = 2,
                           .log_rows = 14,
                           .shard_steps = 1 << 20,
                           .threads = 1,
                           .device = &table,
                           .share_device = share,
                           .no_self_check = 1};
  memset(fake.created, 0, sizeof fake.created);
  memset(fake.asked, 0, sizeof fake.asked);
  fake.uses = 0;
  return guest_prove(g, ranks, &o, out);
}

static void check_same(const mgp_prove_result_t *expected, mgp_prove_result_t *got) {
  CHECK(got->nbytes == expected->nbytes && memcmp(got->bytes, expected->bytes, got->nbytes) == 0);
  mgp_prove_result_free(got);
}

/* While a device is opened the run is executed, and recorded where there is one partition: as far
 * as is right by a budget that is given; too far for the one that its memory allows, in the end. */
static void check_slow(void) {
  mgp_prove_options_t o = {.log_rows = 12,
                           .threads = 2,
                           .shard_steps = 1 << 14,
                           .device = &table,
                           .piece_steps = 1000,
                           .no_self_check = 1};
  guest_t g;
  mgp_prove_result_t given, found;
  guest_load(&g, "fibonacci", 1);
  fake.slow_us = 200000;
  REQUIRE_OK(guest_prove(&g, 1, &o, &given));
  CHECK(given.report.shards > 1);
  o.shard_steps = 0;
  fake.total = UINT64_C(24) << 20;
  REQUIRE_OK(guest_prove(&g, 1, &o, &found));
  CHECK_EQ_U64(found.report.budget, (uint64_t)MGP_STEP_COST << 14);
  printf("a slow device: %u + %u shards, %.2f s\n", found.report.shards, found.report.memory_shards,
         found.report.total_seconds);
  check_same(&given, &found);
  mgp_prove_result_free(&given);
  fake.total = UINT64_C(1) << 30;
  fake.slow_us = 0;
  guest_free(&g);
}

/* One rank, which follows the pass, or two: the error is the device's, and everything ends. */
static void check_failures(void) {
  static const char *const calls[] = {"info", "memory", "create", "reserve"};
  guest_t g;
  guest_load(&g, "sort", 4000); /* longer than it takes to fail */
  for (size_t i = 0; i < 2 * sizeof calls / sizeof *calls; i++) {
    const uint32_t ranks = 1 + (uint32_t)i % 2;
    const mgp_prove_options_t o = {.threads = 2, .device = &table, .piece_steps = 1000};
    mgp_prove_result_t r;
    fake.fails = calls[i / 2];
    CHECK(guest_prove(&g, ranks, &o, &r) == MGP_RESOURCES);
    CHECK_MSG(strstr(mgp_error_message(), "the fake device fails") != NULL, "%s",
              mgp_error_message());
  }
  fake.fails = "";
  guest_free(&g);
}

int main(void) {
  guest_t g;
  mgp_prove_result_t cpu, r;
  mgp_prove_options_t o = {.partitions = 2, .log_rows = 14, .shard_steps = 1 << 20, .threads = 1};
  guest_load(&g, "silent", 3);
  REQUIRE_OK(guest_prove(&g, 1, &o, &cpu));

  REQUIRE_OK(prove(&g, 1, 0, &r));
  CHECK(fake.created[0] == 1 && fake.created[1] == 0);
  CHECK(fake.asked[0] == 1 && fake.asked[1] == 0); /* looking takes nothing of the others */
  check_same(&cpu, &r);
  REQUIRE_OK(prove(&g, 2, 0, &r));
  CHECK(fake.created[0] == 1 && fake.created[1] == 1 && fake.uses == 2);
  CHECK(fake.asked[0] == 1 && fake.asked[1] == 1);
  const uint64_t alone = fake.reserved[0];
  CHECK(alone == fake.reserved[1] && alone > UINT64_C(900) << 20);
  check_same(&cpu, &r);

  CHECK(prove(&g, 3, 0, &r) == MGP_RESOURCES);
  CHECK_MSG(strstr(mgp_error_message(), "--share-gpu") != NULL, "%s", mgp_error_message());
  CHECK(fake.created[0] == 0 && fake.created[1] == 0);
  REQUIRE_OK(prove(&g, 4, 1, &r));
  CHECK(fake.created[0] == 2 && fake.created[1] == 2 && fake.uses == 4);
  for (unsigned i = 0; i < fake.uses; i++) CHECK(fake.reserved[i] <= alone / 2 + 1);
  check_same(&cpu, &r);

  one_each = true;
  REQUIRE_OK(prove(&g, 2, 0, &r));
  CHECK(fake.created[0] == 2 && fake.created[1] == 0); /* number 0 of each */
  CHECK(fake.reserved[0] == alone && fake.reserved[1] == alone);
  check_same(&cpu, &r);

  mgp_prove_result_free(&cpu);
  guest_free(&g);
  one_each = false;
  check_slow();
  check_failures();
  return test_result();
}
