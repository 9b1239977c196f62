/* Who takes which device, and how a thread is bound near to it, on machines that are made up. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/numa.h"
#include "prover/placement.h"
#include "test.h"

/* --- devices ------------------------------------------------------------------------------- */

static mgp_seen_t seen(const char *host, const char *const *ids) {
  mgp_seen_t s;
  memset(&s, 0, sizeof s);
  snprintf(s.host, sizeof s.host, "%s", host);
  snprintf(s.cores, sizeof s.cores, "0-7");
  for (; *ids; ids++) snprintf(s.id[s.ndevices++], sizeof s.id[0], "%s", *ids);
  return s;
}

static const char *const none[] = {NULL}, *const a[] = {"A", NULL}, *const b[] = {"B", NULL},
                         *const ab[] = {"A", "B", NULL}, *const ba[] = {"B", "A", NULL},
                         *const abcd[] = {"A", "B", "C", "D", NULL}, *const cd[] = {"C", "D", NULL};

typedef struct {
  const char *host;
  const char *const *ids;
  uint32_t device, sharers;
} rank_t;

static void check(const char *what, const rank_t *ranks, uint32_t n, uint32_t worst,
                  uint32_t worst_ranks, uint32_t worst_devices) {
  mgp_seen_t all[8];
  mgp_placement_t got[8];
  for (uint32_t r = 0; r < n; r++) all[r] = seen(ranks[r].host, ranks[r].ids);
  mgp_placement_choose(all, n, got);
  for (uint32_t r = 0; r < n; r++) {
    CHECK_MSG(got[r].device == ranks[r].device && got[r].sharers == ranks[r].sharers,
              "%s: rank %u takes device %u with %u", what, r, got[r].device, got[r].sharers);
    CHECK_MSG(got[r].worst == worst && got[r].worst_ranks == worst_ranks &&
                  got[r].worst_devices == worst_devices,
              "%s: rank %u: at worst %u, %u ranks on %u devices", what, r, got[r].worst,
              got[r].worst_ranks, got[r].worst_devices);
  }
}
#define CHECK_PLACES(what, worst, wranks, wdevices, ...)                                           \
  do {                                                                                             \
    static const rank_t ranks[] = __VA_ARGS__;                                                     \
    check(what, ranks, sizeof ranks / sizeof *ranks, worst, wranks, wdevices);                     \
  } while (0)

static void check_devices(void) {
  CHECK_PLACES("no device", 0, 0, 0, {{"x", none, 0, 0}, {"x", none, 0, 0}});
  CHECK_PLACES("one rank", 1, 1, 1, {{"x", abcd, 0, 1}});
  CHECK_PLACES("all visible", 1, 4, 4,
               {{"x", abcd, 0, 1}, {"x", abcd, 1, 1}, {"x", abcd, 2, 1}, {"x", abcd, 3, 1}});
  CHECK_PLACES("one visible per task", 1, 2, 2, {{"x", a, 0, 1}, {"x", b, 0, 1}});
  CHECK_PLACES("each its own order", 1, 2, 2, {{"x", ab, 0, 1}, {"x", ba, 0, 1}});
  CHECK_PLACES("two visible per task", 1, 2, 2, {{"x", ab, 0, 1}, {"x", cd, 0, 1}});
  CHECK_PLACES("some see more", 1, 3, 3, {{"x", b, 0, 1}, {"x", abcd, 0, 1}, {"x", abcd, 2, 1}});
  /* the same identities on another host are other devices */
  CHECK_PLACES("two hosts, ranks in turn", 1, 2, 2,
               {{"x", ab, 0, 1}, {"y", ab, 0, 1}, {"x", ab, 1, 1}, {"y", ab, 1, 1}});
  CHECK_PLACES("one for two", 2, 2, 1, {{"x", a, 0, 2}, {"x", a, 0, 2}});
  CHECK_PLACES("two for three", 2, 3, 2, {{"x", ab, 0, 2}, {"x", ab, 1, 1}, {"x", ab, 0, 2}});
  CHECK_PLACES("too many on the second host", 3, 3, 1,
               {{"x", ab, 0, 1}, {"x", ab, 1, 1}, {"y", a, 0, 3}, {"y", a, 0, 3}, {"y", a, 0, 3}});
  CHECK_PLACES("a host without", 1, 1, 1, {{"x", none, 0, 0}, {"y", a, 0, 1}});
}

static void check_cores(void) {
  mgp_seen_t all[4] = {seen("x", none), seen("x", none), seen("x", none), seen("y", none)};
  mgp_placement_t got[4];
  snprintf(all[2].cores, sizeof all[2].cores, "8-15");
  mgp_placement_choose(all, 4, got);
  CHECK_EQ_U64(got[0].core_mates, 2);
  CHECK_EQ_U64(got[1].core_mates, 2);
  CHECK_EQ_U64(got[2].core_mates, 1);
  CHECK_EQ_U64(got[3].core_mates, 1);
}

/* --- agreement ----------------------------------------------------------------------------- */

/* A table of two devices, as all ranks see it. */
static mgp_status_t two(int *n) {
  *n = 2;
  return MGP_OK;
}
static mgp_status_t info_of(int device, mgp_device_info_t *out) {
  memset(out, 0, sizeof *out);
  snprintf(out->id, sizeof out->id, "GPU-%d", device);
  return MGP_OK;
}
static mgp_status_t cannot_tell(int device, mgp_device_info_t *out) {
  (void)out;
  return mgp_fail(MGP_RESOURCES, "device %d does not answer", device);
}
static const mgp_device_ops_t fine = {.name = "fake", .count = two, .info = info_of},
                              broken = {.name = "fake", .count = two, .info = cannot_tell};

typedef struct {
  const mgp_device_ops_t *dev;
  int share;
  uint32_t device[4];
} agreement_t;

static mgp_status_t agree(mgp_comm_t *comm, void *arg) {
  agreement_t *x = arg;
  mgp_placement_t p;
  MGP_TRY(mgp_placement_agree(comm, x->dev, x->share, &p));
  x->device[mgp_comm_rank(comm)] = p.device;
  return p.core_mates == mgp_comm_size(comm) ? MGP_OK : mgp_fail(MGP_INTERNAL, "core mates");
}

static void check_agreement(void) {
  agreement_t x = {.dev = &fine};
  CHECK_OK(mgp_comm_threads_run(2, agree, &x));
  CHECK(x.device[0] == 0 && x.device[1] == 1);
  CHECK(mgp_comm_threads_run(3, agree, &x) == MGP_RESOURCES);
  CHECK_MSG(strstr(mgp_error_message(), "3 ranks on ") != NULL, "%s", mgp_error_message());
  CHECK_MSG(strstr(mgp_error_message(), "for 2 fake devices: start at most 2 there") != NULL &&
                strstr(mgp_error_message(), "--share-gpu") != NULL,
            "%s", mgp_error_message());
  x.share = 1;
  CHECK_OK(mgp_comm_threads_run(4, agree, &x));
  for (uint32_t r = 0; r < 4; r++) CHECK_EQ_U64(x.device[r], r % 2);
  x.dev = NULL;
  CHECK_OK(mgp_comm_threads_run(4, agree, &x));
  x.dev = &broken;
  CHECK(mgp_comm_threads_run(2, agree, &x) == MGP_RESOURCES);
  CHECK_EQ_STR(mgp_error_message(), "device 0 does not answer");
}

/* --- NUMA ---------------------------------------------------------------------------------- */

static char root[64];

/* A file below root, with its folders. */
static void put(const char *path, const char *text) {
  char name[256];
  snprintf(name, sizeof name, "%s%s", root, path);
  for (char *c = name + 1; *c; c++)
    if (*c == '/') {
      *c = '\0';
      (void)mkdir(name, 0700);
      *c = '/';
    }
  FILE *f = fopen(name, "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
    perror(name);
    exit(1);
  }
}

static void check_numa(void) {
  cpu_set_t before, now, cores;
  mgp_numa_binding_t binding;
  char first[64], text[128], remove[128];
  snprintf(root, sizeof root, "/tmp/mgprove-numa-XXXXXX");
  if (!mkdtemp(root) || sched_getaffinity(0, sizeof before, &before) != 0) exit(1);
  int core = 0;
  while (!CPU_ISSET(core, &before)) core++;
  snprintf(first, sizeof first, "%d,1000-1001\n", core);
  put("/sys/bus/pci/devices/0000:1b:00.0/numa_node", "1\n");
  put("/sys/bus/pci/devices/0000:2b:00.0/numa_node", "-1\n");
  put("/sys/devices/system/node/node0/cpulist", "0-3,8,10-11\n");
  put("/sys/devices/system/node/node1/cpulist", first);
  put("/sys/devices/system/node/node2/cpulist", "1000\n");
  put("/sys/devices/system/node/node3/cpulist", "\n");

  CHECK(mgp_numa_of_pci(root, "0000:1B:00.0") == 1);
  CHECK(mgp_numa_of_pci(root, "0000:2b:00.0") == -1);
  CHECK(mgp_numa_of_pci(root, "0000:3b:00.0") == -1);
  CHECK(mgp_numa_of_pci(root, "") == -1 && mgp_numa_of_pci(root, "../x") == -1);
  CHECK(mgp_numa_cores(root, 0, &cores));
  CHECK_EQ_U64(mgp_cores_text(&cores, text, sizeof text), 7);
  CHECK_EQ_STR(text, "0-3,8,10-11");
  CHECK_EQ_U64(mgp_cores_text(&cores, text, 6), 7); /* cut */
  CHECK_EQ_STR(text, "0-3,8");
  CHECK(!mgp_numa_cores(root, 3, &cores) && !mgp_numa_cores(root, 9, &cores) &&
        !mgp_numa_cores(root, -1, &cores));

  /* nothing to bind to: no node, an unknown one, one of whose cores none may be used */
  static const int nowhere[] = {-1, 9, 2};
  for (int i = 0; i < 3; i++) {
    CHECK(!mgp_numa_bind(root, nowhere[i], &binding));
    mgp_numa_release(&binding);
    CHECK(sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&now, &before));
  }
  CHECK(mgp_numa_bind(root, 1, &binding));
  CHECK(sched_getaffinity(0, sizeof now, &now) == 0 && CPU_COUNT(&now) == 1 &&
        CPU_ISSET(core, &now));
  mgp_numa_release(&binding);
  mgp_numa_release(&binding); /* once is enough */
  CHECK(sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&now, &before));
  snprintf(remove, sizeof remove, "rm -r %s", root);
  CHECK(system(remove) == 0);
}

int main(void) {
  check_devices();
  check_cores();
  check_agreement();
  check_numa();
  return test_result();
}
