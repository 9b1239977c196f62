/* What a rank of mgprove doctor finds out, alone and with the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/version.h"
#include "cli/doctor.h"
#include "prover/link.h"

static mgp_status_t look_at_devices(const mgp_device_ops_t *dev, const cpu_set_t *mine,
                                    mgp_found_t *f) {
  int n = 0;
  if (!dev) return MGP_OK;
  MGP_TRY(dev->count(&n));
  f->ndevices = (uint32_t)n < MGP_MAX_DEVICES ? (uint32_t)n : MGP_MAX_DEVICES;
  for (uint32_t i = 0; i < f->ndevices; i++) {
    cpu_set_t near;
    MGP_TRY(dev->info((int)i, &f->device[i]));
    f->node[i] = mgp_numa_of_pci("", f->device[i].pci);
    if (!mgp_numa_cores("", f->node[i], &near)) continue;
    f->near[i] = (uint32_t)CPU_COUNT(&near);
    CPU_AND(&near, &near, mine);
    f->in_reach[i] = (uint32_t)CPU_COUNT(&near);
  }
  return MGP_OK;
}

mgp_status_t mgp_doctor_look(const mgp_cli_t *cli, const mgp_comm_t *comm, mgp_found_t *f) {
  mgp_memory_t memory;
  cpu_set_t cores;
  mgp_cpu_features_t cpu = mgp_machine_cpu_features();
  memset(f, 0, sizeof *f);
  CPU_ZERO(&cores);
  MGP_TRY(mgp_machine_memory(&memory));
  f->rank = mgp_comm_rank(comm);
  f->local_rank = mgp_comm_local_rank(comm);
  f->local_size = mgp_comm_local_size(comm);
  f->cores = mgp_machine_cores();
  f->launched = mgp_comm_launched_size();
  (void)sched_getaffinity(0, sizeof cores, &cores);
  (void)mgp_cores_text(&cores, f->cpus, sizeof f->cpus);
  (void)snprintf(f->host, sizeof f->host, "%s", mgp_comm_host(comm));
  (void)snprintf(f->commit, sizeof f->commit, "%s", mgp_version_commit());
  f->physical = memory.physical;
  f->available = memory.available;
  f->cgroup = memory.cgroup;
  f->limit = memory.limit;
  f->avx2 = cpu.avx2;
  f->avx512 = cpu.avx512;
  MGP_TRY(look_at_devices(cli->device, &cores, f));
  return mgp_placement_look(comm, cli->device, &f->seen);
}

mgp_status_t mgp_doctor_look_inside(const mgp_cli_t *cli, const mgp_placement_t *place,
                                    mgp_found_t *f) {
  for (uint32_t i = 0; i < f->ndevices; i++)
    if (i == place->device || f->local_rank == 0)
      MGP_TRY(cli->device->memory((int)i, &f->device[i]));
  return MGP_OK;
}

/* --- together --- */

enum { ROUNDS = 20, NBYTES = 4 << 20 };

/* n words, of which word k is rank + k; summed, checked, timed. The fastest of `rounds`. */
static mgp_status_t time_sum(mgp_comm_t *comm, uint32_t *value, uint32_t n, uint32_t rounds,
                             double *seconds) {
  const uint32_t size = mgp_comm_size(comm), sum = size * (size - 1) / 2;
  mgp_status_t st = MGP_OK;
  for (uint32_t i = 0; i < rounds; i++) {
    for (uint32_t k = 0; k < n; k++) value[k] = mgp_comm_rank(comm) + k;
    MGP_TRY(mgp_comm_barrier(comm));
    double start = mgp_clock_seconds();
    MGP_TRY(mgp_comm_allreduce_sum_u32(comm, value, n));
    double took = mgp_clock_seconds() - start;
    if (i == 0 || took < *seconds) *seconds = took;
    for (uint32_t k = 0; k < n && st == MGP_OK; k++)
      if (value[k] != sum + k * size) st = mgp_fail(MGP_INTERNAL, "an all-reduce gave a wrong sum");
  }
  return mgp_comm_agree(comm, st);
}

static mgp_status_t time_gather(mgp_comm_t *comm, uint8_t *block, double *bytes_per_s) {
  const uint32_t size = mgp_comm_size(comm);
  mgp_comm_parts_t parts = {0};
  mgp_status_t st;
  memset(block, (int)mgp_comm_rank(comm) + 1, NBYTES);
  MGP_TRY(mgp_comm_barrier(comm));
  double start = mgp_clock_seconds();
  MGP_TRY_GOTO(st, mgp_comm_gatherv(comm, MGP_OK, block, NBYTES, 0, &parts), out);
  MGP_TRY_GOTO(st, mgp_comm_barrier(comm), out);
  *bytes_per_s = (double)NBYTES * (size - 1) / (mgp_clock_seconds() - start);
  for (uint32_t r = 0; r < size && mgp_comm_rank(comm) == 0; r++)
    for (uint64_t i = parts.offset[r]; i < parts.offset[r + 1]; i++)
      if (parts.data[i] != (uint8_t)(r + 1)) {
        st = mgp_fail(MGP_INTERNAL, "bytes of rank %u arrived changed", r);
        goto out;
      }
out:
  mgp_comm_parts_free(&parts);
  return st;
}

/* --- between the memories of GPUs --- */

/* What a rank has for it. */
typedef struct {
  mgp_ledger_t *ledger;
  mgp_backend_t *be; /* NULL: the rank has no device */
  mgp_link_t link;
  uint32_t *d_words; /* NBYTES */
} gpu_t;

static mgp_status_t open_gpu(const mgp_cli_t *cli, const mgp_doctor_t *d, uint32_t rank, gpu_t *g) {
  MGP_TRY(mgp_ledger_create(0, &g->ledger));
  if (d->rank[rank].ndevices == 0) return MGP_OK;
  MGP_TRY(cli->device->create(NULL, g->ledger, g->ledger, (int)d->place[rank].device, &g->be));
  MGP_TRY(cli->device->reserve(g->be, g->be->ops->table_bytes(g->be, 0) + 4 * NBYTES));
  MGP_TRY(g->be->ops->alloc(g->be, MGP_MEM_SCRATCH, NBYTES, (void **)&g->d_words));
  return g->be->ops->zero(g->be, g->d_words, NBYTES);
}

static void close_gpu(gpu_t *g) {
  if (g->be) g->be->ops->free(g->be, g->d_words);
  mgp_backend_destroy(g->be);
  if (g->ledger) (void)mgp_ledger_destroy(g->ledger);
}

/* The fastest of `rounds`; that sums are right is seen when the link is made ready. */
static mgp_status_t time_gpu_sum(gpu_t *g, uint64_t n, uint32_t rounds, double *seconds) {
  for (uint32_t i = 0; i < rounds; i++) {
    MGP_TRY(mgp_comm_barrier(g->link.comm));
    double start = mgp_clock_seconds();
    MGP_TRY(mgp_link_sum_u32(&g->link, g->d_words, n, 0));
    double took = mgp_clock_seconds() - start;
    if (i == 0 || took < *seconds) *seconds = took;
  }
  return MGP_OK;
}

static mgp_status_t measure_link(mgp_comm_t *comm, const mgp_cli_t *cli, gpu_t *g,
                                 mgp_found_link_t *out) {
  _Static_assert(sizeof out->name >= MGP_LINK_NAME_MAX, "room for a link's name");
  double seconds = 0;
  MGP_TRY(mgp_link_open(&g->link, comm, g->be, g->ledger, g->be ? cli->device->link : NULL));
  if (!g->link.ops) {
    (void)snprintf(out->missing, sizeof out->missing, "not every rank has a GPU of its own");
    return MGP_OK;
  }
  mgp_link_name(&g->link, out->name);
  MGP_TRY(mgp_link_ready(&g->link));
  mgp_link_name(&g->link, out->name); /* with what has turned out */
  MGP_TRY(time_gpu_sum(g, 4, ROUNDS, &out->latency));
  MGP_TRY(time_gpu_sum(g, NBYTES / sizeof *g->d_words, ROUNDS, &seconds));
  out->bandwidth = seconds > 0 ? NBYTES / seconds : 0;
  out->missing[0] = '\0';
  return MGP_OK;
}

/* What does not work between GPUs is said, and is no reason to say nothing else. */
static mgp_status_t measure_gpus(const mgp_cli_t *cli, mgp_comm_t *comm, const mgp_doctor_t *d,
                                 mgp_found_link_t *out) {
  const bool some = d->place[0].worst > 0;
  gpu_t g = {0};
  (void)snprintf(out->name, sizeof out->name, "none");
  (void)snprintf(out->missing, sizeof out->missing, "%s",
                 !cli->device ? "built without CUDA"
                 : !some      ? "no GPU"
                 : d->n == 1  ? "one rank"
                 : !cli->device->link
                     ? "built without NCCL"
                     : "does not work (sums go through the host by MGP_LINK=host)");
  if (!cli->device || !cli->device->link || !some || d->n == 1) return MGP_OK;
  mgp_status_t st = mgp_comm_agree(comm, open_gpu(cli, d, mgp_comm_rank(comm), &g));
  if (st == MGP_OK) st = measure_link(comm, cli, &g, out);
  close_gpu(&g);
  if (st == MGP_OK) return MGP_OK;
  mgp_log_error("between GPUs: %s", mgp_error_message());
  return mgp_comm_reopen(comm);
}

mgp_status_t mgp_doctor_measure(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_doctor_t *d) {
  uint32_t *block = malloc(NBYTES);
  double seconds = 0;
  mgp_status_t st = block ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory for the test");
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  (void)snprintf(d->ranks.name, sizeof d->ranks.name, "%s", mgp_comm_transport(comm));
  MGP_TRY_GOTO(st, time_sum(comm, block, 4, ROUNDS, &d->ranks.latency), out);
  MGP_TRY_GOTO(st, time_sum(comm, block, NBYTES / sizeof *block, 3, &seconds), out);
  d->ranks.bandwidth = seconds > 0 ? NBYTES / seconds : 0;
  MGP_TRY_GOTO(st, time_gather(comm, (uint8_t *)block, &d->gather), out);
  st = mgp_comm_agree(comm, measure_gpus(cli, comm, d, &d->gpus));
out:
  free(block);
  return st;
}
