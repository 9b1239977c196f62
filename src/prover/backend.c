/* The backend of a session: which one, on which device, with how much memory. */
#include "prover/backend.h"

#include <stdio.h>

#include "base/log.h"
#include "base/machine.h"

int mgp_session_threads(const mgp_session_t *s) {
  return s->opt->threads ? s->opt->threads : s->threads;
}

/* A rank's share of the cores that it may use, and of what the host's control group allows. */
static int count_threads(const mgp_session_t *s) {
  uint32_t cores = mgp_machine_cores() / s->place.core_mates;
  const uint32_t quota = mgp_machine_cgroup_cores(""), ranks = mgp_comm_local_size(s->comm);
  if (quota > 0 && quota / ranks < cores) cores = quota / ranks;
  return cores > 0 ? (int)cores : 1;
}

static mgp_status_t open_on_host(mgp_session_t *s) {
  const mgp_prove_options_t *o = s->opt;
  s->device_ledger = s->ledger;
  if (o->backend == MGP_BACKEND_STRICT)
    return mgp_backend_strict_create(s->chips, s->ledger, &s->be);
  return mgp_backend_cpu_create(s->chips, s->ledger, o->isa, mgp_session_threads(s), &s->be);
}

/* The rank's own name for its device, in messages; and the rank near to it. */
static void settle(mgp_session_t *s) {
  const mgp_device_info_t *info = &s->device;
  char text[MGP_COMM_NAME_MAX];
  const int node = mgp_numa_of_pci("", info->pci);
  const bool bound = mgp_numa_bind("", node, &s->binding);
  const int cores = (int)mgp_machine_cores();
  if (s->threads > cores) s->threads = cores; /* fewer than before */
  (void)snprintf(text, sizeof text, "%s device %u, %s", s->opt->device->name, s->place.device,
                 info->pci);
  mgp_comm_set_device(s->comm, text);
  mgp_log_verbose("rank %u on %s takes %s (%s), NUMA node %d%s", s->rank, mgp_comm_host(s->comm),
                  text, info->name, node, bound ? ", whose cores it is bound to" : "");
}

static mgp_status_t open_on_device(mgp_session_t *s, int sizes_only) {
  const mgp_device_ops_t *dev = s->opt->device;
  const int device = (int)s->place.device;
  const uint64_t asked = s->opt->memory_limit;
  mgp_device_info_t info = s->device;
  MGP_TRY(dev->memory(device, &info));
  MGP_TRY(mgp_ledger_create(0, &s->device_ledger));
  MGP_TRY(dev->create(s->chips, s->device_ledger, s->ledger, device, &s->be));
  const uint64_t share = info.total / s->place.sharers;
  const uint64_t there = info.free < share ? info.free : share;
  s->device_memory = asked ? asked : there - there / 16;
  if (sizes_only) return MGP_OK;
  if (s->device_memory > info.free)
    return mgp_fail(MGP_RESOURCES,
                    "%s device %d (%s) has %.2f GiB free, and --memory asks for %.2f", dev->name,
                    device, info.name, (double)info.free / (1 << 30), (double)asked / (1 << 30));
  return dev->reserve(s->be, s->device_memory);
}

mgp_status_t mgp_session_open_ledgers(mgp_session_t *s) {
  MGP_TRY(mgp_ledger_create(0, &s->ledger));
  return mgp_ledger_create(0, &s->ahead);
}

mgp_status_t mgp_session_place(mgp_session_t *s, int sizes_only) {
  const mgp_prove_options_t *o = s->opt;
  const int wanted = o->backend == MGP_BACKEND_CUDA, looks = mgp_options_want_device(o);
  if (wanted && !o->device)
    return mgp_fail(MGP_RESOURCES, "this build has no CUDA backend: configure with -DMGP_CUDA=ON");
  MGP_TRY(mgp_placement_agree(s->comm, looks ? o->device : NULL, o->share_device, &s->place));
  s->threads = count_threads(s);
  if (mgp_session_on_device(s)) {
    MGP_TRY(o->device->info((int)s->place.device, &s->device));
    if (!sizes_only) settle(s);
    return MGP_OK;
  }
  if (wanted) return mgp_fail(MGP_RESOURCES, "no %s device", o->device->name);
  if (o->device && o->backend == MGP_BACKEND_AUTO && s->rank == 0)
    mgp_log_info("no %s device: the cpu backend", o->device->name);
  return MGP_OK;
}

mgp_status_t mgp_session_open_backend(mgp_session_t *s, int sizes_only) {
  return mgp_session_on_device(s) ? open_on_device(s, sizes_only) : open_on_host(s);
}

size_t mgp_session_close_backend(mgp_session_t *s) {
  size_t left = 0;
  mgp_numa_release(&s->binding);
  mgp_backend_destroy(s->be);
  if (s->device_ledger != s->ledger && s->device_ledger)
    left += mgp_ledger_destroy(s->device_ledger);
  if (s->ledger) left += mgp_ledger_destroy(s->ledger);
  if (s->ahead) left += mgp_ledger_destroy(s->ahead);
  s->be = NULL;
  s->ledger = s->device_ledger = s->ahead = NULL;
  return left;
}
