#include "prover/placement.h"

#include <stdio.h>
#include <string.h>

static bool same_host(const mgp_seen_t *a, const mgp_seen_t *b) {
  return strcmp(a->host, b->host) == 0;
}

/* Of the first n ranks, those of the rank's host that have taken this device. */
static uint32_t takers(const mgp_seen_t *seen, const mgp_placement_t *places, uint32_t n,
                       const mgp_seen_t *of, const char *id) {
  uint32_t count = 0;
  for (uint32_t r = 0; r < n; r++)
    if (seen[r].ndevices && same_host(&seen[r], of) &&
        strcmp(seen[r].id[places[r].device], id) == 0)
      count++;
  return count;
}

static uint32_t take_device(const mgp_seen_t *seen, const mgp_placement_t *places, uint32_t rank) {
  uint32_t best = 0, fewest = UINT32_MAX;
  for (uint32_t d = 0; d < seen[rank].ndevices && fewest > 0; d++) {
    uint32_t n = takers(seen, places, rank, &seen[rank], seen[rank].id[d]);
    if (n >= fewest) continue;
    fewest = n;
    best = d;
  }
  return best;
}

/* Ranks and taken devices of a rank's host. */
static void count_host(const mgp_seen_t *seen, const mgp_placement_t *places, uint32_t n,
                       uint32_t rank, uint32_t *ranks, uint32_t *devices) {
  *ranks = *devices = 0;
  for (uint32_t r = 0; r < n; r++) {
    if (!same_host(&seen[r], &seen[rank])) continue;
    ++*ranks;
    if (seen[r].ndevices && takers(seen, places, r, &seen[r], seen[r].id[places[r].device]) == 0)
      ++*devices;
  }
}

void mgp_placement_choose(const mgp_seen_t *seen, uint32_t n, mgp_placement_t *out) {
  uint32_t worst = 0, worst_rank = 0, ranks = 0, devices = 0;
  memset(out, 0, n * sizeof *out);
  for (uint32_t r = 0; r < n; r++) out[r].device = take_device(seen, out, r);
  for (uint32_t r = 0; r < n; r++) {
    if (seen[r].ndevices)
      out[r].sharers = takers(seen, out, n, &seen[r], seen[r].id[out[r].device]);
    for (uint32_t k = 0; k < n; k++)
      out[r].core_mates +=
          same_host(&seen[k], &seen[r]) && strcmp(seen[k].cores, seen[r].cores) == 0;
    if (out[r].sharers <= worst) continue;
    worst = out[r].sharers;
    worst_rank = r;
  }
  if (worst) count_host(seen, out, n, worst_rank, &ranks, &devices);
  for (uint32_t r = 0; r < n; r++) {
    out[r].worst = worst;
    out[r].worst_rank = worst_rank;
    out[r].worst_ranks = ranks;
    out[r].worst_devices = devices;
  }
}

mgp_status_t mgp_placement_look(const mgp_comm_t *comm, const mgp_device_ops_t *dev,
                                mgp_seen_t *out) {
  cpu_set_t cores;
  int n = 0;
  memset(out, 0, sizeof *out);
  (void)snprintf(out->host, sizeof out->host, "%s", mgp_comm_host(comm));
  if (sched_getaffinity(0, sizeof cores, &cores) == 0)
    (void)mgp_cores_text(&cores, out->cores, sizeof out->cores);
  if (dev) MGP_TRY(dev->count(&n));
  out->ndevices = (uint32_t)n < MGP_MAX_DEVICES ? (uint32_t)n : MGP_MAX_DEVICES;
  for (uint32_t d = 0; d < out->ndevices; d++) {
    mgp_device_info_t info;
    MGP_TRY(dev->info((int)d, &info));
    (void)snprintf(out->id[d], sizeof out->id[d], "%s", info.id);
  }
  return MGP_OK;
}

static mgp_status_t refuse(const mgp_device_ops_t *dev, const mgp_seen_t *seen,
                           const mgp_placement_t *p) {
  return mgp_fail(MGP_RESOURCES,
                  "%u ranks on %s for %u %s device%s: start at most %u there (mpirun --map-by "
                  "ppr:%u:node, srun --ntasks-per-node=%u), or give each a device of its own "
                  "(srun --gpus-per-task=1), or allow %u ranks on one device by --share-gpu",
                  p->worst_ranks, seen[p->worst_rank].host, p->worst_devices, dev->name,
                  p->worst_devices == 1 ? "" : "s", p->worst_devices, p->worst_devices,
                  p->worst_devices, p->worst);
}

mgp_status_t mgp_placement_agree(mgp_comm_t *comm, const mgp_device_ops_t *dev, int share,
                                 mgp_placement_t *out) {
  const uint32_t n = mgp_comm_size(comm);
  mgp_comm_parts_t all = {0};
  mgp_seen_t mine;
  mgp_placement_t places[MGP_MAX_RANKS];
  mgp_status_t st = MGP_OK;
  if (n > MGP_MAX_RANKS) st = mgp_fail(MGP_USAGE, "%u ranks; the most is %u", n, MGP_MAX_RANKS);
  if (st == MGP_OK) st = mgp_placement_look(comm, dev, &mine);
  MGP_TRY(mgp_comm_allgatherv(comm, st, &mine, sizeof mine, &all));
  const mgp_seen_t *seen = (const mgp_seen_t *)(const void *)all.data;
  mgp_placement_choose(seen, n, places);
  *out = places[mgp_comm_rank(comm)];
  if (out->worst > 1 && !share) st = refuse(dev, seen, out);
  mgp_comm_parts_free(&all);
  return st;
}
