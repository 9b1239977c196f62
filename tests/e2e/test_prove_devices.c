/* Ranks on devices that are the CPU behind the strict backend's rules: each rank creates its
 * backend on the device that is its own, whatever it sees; more ranks than devices are refused; the
 * bytes are those of the CPU. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "prove_util.h"

#define DEVICES  2
#define MAX_USES 8

/* What the table has been asked for. */
static struct {
  pthread_mutex_t lock;
  unsigned asked[DEVICES], created[DEVICES];
  unsigned uses;
  uint64_t reserved[MAX_USES];
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

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
  out->total = UINT64_C(1) << 30;
  return MGP_OK;
}

/* Only of a device that the rank takes. */
static mgp_status_t fake_memory(int device, mgp_device_info_t *io) {
  (void)pthread_mutex_lock(&fake.lock);
  if (device >= 0 && device < DEVICES) fake.asked[device]++;
  (void)pthread_mutex_unlock(&fake.lock);
  io->free = io->total;
  return MGP_OK;
}

static mgp_status_t fake_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                mgp_ledger_t *host_ledger, int device, mgp_backend_t **out) {
  (void)host_ledger;
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
  return MGP_OK;
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
  return test_result();
}
