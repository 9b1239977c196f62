/* The backend of a session: which one, on which device, with how much memory. */
#include "prover/backend.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/machine.h"

int mgp_session_threads(const mgp_session_t *s) {
  if (s->opt->threads) return s->opt->threads;
  int cores = (int)mgp_machine_cores() / (int)mgp_comm_local_size(s->comm);
  return cores > 0 ? cores : 1;
}

static mgp_status_t open_on_host(mgp_session_t *s) {
  const mgp_prove_options_t *o = s->opt;
  s->device_ledger = s->ledger;
  if (o->backend == MGP_BACKEND_STRICT)
    return mgp_backend_strict_create(s->chips, s->ledger, &s->be);
  return mgp_backend_cpu_create(s->chips, s->ledger, o->isa, mgp_session_threads(s), &s->be);
}

/* How many ranks use the device. A launcher that gives each rank devices of its own says so. */
static uint64_t sharers(const mgp_session_t *s, int ndevices) {
  if (getenv("CUDA_VISIBLE_DEVICES")) return 1;
  return (mgp_comm_local_size(s->comm) + (uint32_t)ndevices - 1) / (uint32_t)ndevices;
}

static mgp_status_t open_on_device(mgp_session_t *s, int ndevices, int sizes_only) {
  const mgp_device_ops_t *dev = s->opt->device;
  const int device = (int)(mgp_comm_local_rank(s->comm) % (uint32_t)ndevices);
  const uint64_t asked = s->opt->memory_limit;
  mgp_device_info_t info;
  MGP_TRY(dev->info(device, &info));
  MGP_TRY(mgp_ledger_create(0, &s->device_ledger));
  MGP_TRY(dev->create(s->chips, s->device_ledger, s->ledger, device, &s->be));
  const uint64_t share = info.total / sharers(s, ndevices);
  const uint64_t there = info.free < share ? info.free : share;
  s->device_memory = asked ? asked : there - there / 16;
  if (sizes_only) return MGP_OK;
  if (s->device_memory > info.free)
    return mgp_fail(MGP_RESOURCES,
                    "%s device %d (%s) has %.2f GiB free, and --memory asks for %.2f", dev->name,
                    device, info.name, (double)info.free / (1 << 30), (double)asked / (1 << 30));
  return dev->reserve(s->be, s->device_memory);
}

mgp_status_t mgp_session_open_backend(mgp_session_t *s, int sizes_only) {
  const mgp_prove_options_t *o = s->opt;
  const int wanted = o->backend == MGP_BACKEND_CUDA;
  int ndevices = 0;
  MGP_TRY(mgp_ledger_create(0, &s->ledger));
  MGP_TRY(mgp_ledger_create(0, &s->ahead));
  if (wanted && !o->device)
    return mgp_fail(MGP_RESOURCES, "this build has no CUDA backend: configure with -DMGP_CUDA=ON");
  if (o->device && (wanted || o->backend == MGP_BACKEND_AUTO)) MGP_TRY(o->device->count(&ndevices));
  if (ndevices > 0) return open_on_device(s, ndevices, sizes_only);
  if (wanted) return mgp_fail(MGP_RESOURCES, "no %s device", o->device->name);
  if (o->device && o->backend == MGP_BACKEND_AUTO && s->rank == 0)
    mgp_log_info("no %s device: the cpu backend", o->device->name);
  return open_on_host(s);
}

size_t mgp_session_close_backend(mgp_session_t *s) {
  size_t left = 0;
  mgp_backend_destroy(s->be);
  if (s->device_ledger != s->ledger && s->device_ledger)
    left += mgp_ledger_destroy(s->device_ledger);
  if (s->ledger) left += mgp_ledger_destroy(s->ledger);
  if (s->ahead) left += mgp_ledger_destroy(s->ahead);
  s->be = NULL;
  s->ledger = s->device_ledger = s->ahead = NULL;
  return left;
}
