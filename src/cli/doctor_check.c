/* What would not work, and what to do about it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "cli/doctor.h"
#include "cli/text.h"

static void warn(mgp_doctor_t *d, const char *host, const char *what) {
  if (d->nwarnings++ == 0) printf("\n");
  printf("WARNING %s: %s\n", host, what);
  mgp_json_object_begin(d->j, NULL);
  mgp_json_string(d->j, "host", host);
  mgp_json_string(d->j, "text", what);
  mgp_json_object_end(d->j);
}

bool mgp_doctor_first_of_host(const mgp_doctor_t *d, uint32_t rank) {
  for (uint32_t r = 0; r < rank; r++)
    if (strcmp(d->rank[r].host, d->rank[rank].host) == 0) return false;
  return true;
}

static void check_host(mgp_doctor_t *d, uint32_t rank) {
  const uint64_t least = UINT64_C(1) << 30;
  const mgp_found_t *f = &d->rank[rank];
  const uint32_t mates = d->place[rank].core_mates;
  char text[256], a[32], b[32];
  if (f->cores < mates) {
    (void)snprintf(text, sizeof text,
                   "%u ranks share %u core%s: start fewer ranks, or more cores per task "
                   "(mpirun --bind-to none, srun --cpus-per-task)",
                   mates, f->cores, f->cores == 1 ? "" : "s");
    warn(d, f->host, text);
  }
  if (f->available / f->local_size < least) {
    (void)snprintf(text, sizeof text,
                   "%s of memory are free for %u rank%s: proofs of long runs will be refused; use "
                   "fewer ranks per host or ask for more memory",
                   mgp_format_size(f->available, a), f->local_size, f->local_size == 1 ? "" : "s");
    warn(d, f->host, text);
  }
  if (f->cgroup != UINT64_MAX && f->cgroup < f->physical / 2) {
    (void)snprintf(text, sizeof text,
                   "the control group allows %s of %s: ask the batch system for more memory if a "
                   "proof does not fit",
                   mgp_format_size(f->cgroup, a), mgp_format_size(f->physical, b));
    warn(d, f->host, text);
  }
  if (!f->avx2)
    warn(d, f->host, "no AVX2: the portable code is several times slower; choose another machine");
}

/* --- devices --- */

/* Ranks of the host of rank r, and devices that they have taken. */
static void count_devices(const mgp_doctor_t *d, uint32_t rank, uint32_t *taken, uint32_t *visible,
                          bool *shared) {
  *taken = *visible = 0;
  *shared = false;
  for (uint32_t r = 0; r < d->n; r++) {
    if (strcmp(d->rank[r].host, d->rank[rank].host) != 0 || !d->rank[r].ndevices) continue;
    bool first = true;
    for (uint32_t k = 0; k < r; k++)
      first = first && !(strcmp(d->rank[k].host, d->rank[r].host) == 0 && d->rank[k].ndevices &&
                         strcmp(d->rank[k].seen.id[d->place[k].device],
                                d->rank[r].seen.id[d->place[r].device]) == 0);
    *taken += first;
    *shared = *shared || d->place[r].sharers > 1;
    if (d->rank[r].ndevices > *visible) *visible = d->rank[r].ndevices;
  }
}

static void check_devices_of_host(mgp_doctor_t *d, const mgp_cli_t *cli, uint32_t rank) {
  const mgp_found_t *f = &d->rank[rank];
  uint32_t taken, visible;
  bool shared;
  char text[320];
  count_devices(d, rank, &taken, &visible, &shared);
  if (shared) {
    (void)snprintf(
        text, sizeof text,
        "%u ranks for %u %s device%s: proofs will be refused; start at most %u there "
        "(mpirun --map-by ppr:%u:node, srun --ntasks-per-node=%u), give each a device of "
        "its own (srun --gpus-per-task=1), or allow it by --share-gpu",
        f->local_size, taken, cli->device->name, taken == 1 ? "" : "s", taken, taken, taken);
    warn(d, f->host, text);
  }
  if (taken < visible) {
    (void)snprintf(text, sizeof text, "%u of %u %s devices are idle: start %u ranks there",
                   visible - taken, visible, cli->device->name, visible);
    warn(d, f->host, text);
  }
}

static void check_device_of_rank(mgp_doctor_t *d, const mgp_cli_t *cli, uint32_t rank) {
  const mgp_found_t *f = &d->rank[rank];
  const uint32_t k = d->place[rank].device;
  const mgp_device_info_t *g = &f->device[k];
  char text[256];
  if (!f->ndevices) return;
  if (f->near[k] && !f->in_reach[k]) {
    (void)snprintf(text, sizeof text,
                   "rank %u may use cores %s, but its %s device hangs at NUMA node %d: let it use "
                   "that node's cores (mpirun --map-by numa or --bind-to none, srun "
                   "--gpu-bind=closest)",
                   f->rank, f->cpus, cli->device->name, f->node[k]);
    warn(d, f->host, text);
  }
  if (g->driver && g->runtime && g->driver / 1000 < g->runtime / 1000) {
    (void)snprintf(text, sizeof text,
                   "the driver knows CUDA %d.%d, mgprove was built with %d.%d: update the driver, "
                   "or build with an older CUDA",
                   g->driver / 1000, g->driver % 1000 / 10, g->runtime / 1000,
                   g->runtime % 1000 / 10);
    warn(d, f->host, text);
  }
  if (g->free < g->total / 4 * 3 && d->place[rank].sharers == 1) {
    (void)snprintf(text, sizeof text,
                   "%.1f of %.1f GiB of %s device %u are in use by others: proofs get what is left",
                   (double)(g->total - g->free) / (1 << 30), (double)g->total / (1 << 30),
                   cli->device->name, k);
    warn(d, f->host, text);
  }
}

static void check_job(mgp_doctor_t *d, const mgp_cli_t *cli) {
  const mgp_found_t *first = &d->rank[0];
  bool same_commit = true, same_isa = true, some = false, all = true;
  for (uint32_t r = 0; r < d->n; r++) {
    const mgp_found_t *f = &d->rank[r];
    same_commit = same_commit && strcmp(f->commit, first->commit) == 0;
    same_isa = same_isa && f->avx2 == first->avx2 && f->avx512 == first->avx512;
    some = some || f->ndevices;
    all = all && f->ndevices;
  }
  if (!same_commit)
    warn(d, "job", "the ranks run different builds of mgprove: install one on all hosts");
  if (!same_isa)
    warn(d, "job", "the hosts have different instruction sets: the slowest one sets the pace");
  if (some && !all)
    warn(d, "job", "some ranks see no GPU and compute on the CPU: the others wait for them");
  if (!cli->mpi->create)
    warn(d, "job", "built without MPI: one process only; configure with -DMGP_MPI=ON for more");
  if (getenv("SLURM_JOB_ID") && !first->launched)
    warn(d, "job", "inside a Slurm job, but not started by srun or mpirun: this is one rank only");
}

void mgp_doctor_check(const mgp_cli_t *cli, mgp_doctor_t *d) {
  for (uint32_t r = 0; r < d->n; r++) {
    if (mgp_doctor_first_of_host(d, r)) {
      check_host(d, r);
      check_devices_of_host(d, cli, r);
    }
    check_device_of_rank(d, cli, r);
  }
  check_job(d, cli);
}
