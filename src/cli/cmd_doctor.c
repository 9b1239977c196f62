/* mgprove doctor: what this machine, or this job, has to offer, and what would not work. */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/parse.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/text.h"

#define MAX_DEVICES 8u /* shown of each rank */

/* What one rank found; sent as it is. */
typedef struct {
  uint32_t rank, local_rank, local_size;
  uint32_t cores; /* usable: affinity and quota */
  uint32_t affinity;
  uint32_t launched; /* ranks that the launcher says it started */
  char host[MGP_COMM_NAME_MAX];
  char cpus[64]; /* affinity as "0-3,8" */
  char commit[64];
  uint64_t physical, available, cgroup, limit;
  uint8_t avx2, avx512, pad[2];
  uint32_t ndevices;
  mgp_device_info_t device[MAX_DEVICES];
} found_t;

typedef struct {
  uint32_t n;
  const found_t *rank;       /* [n] */
  double latency, bandwidth; /* seconds of a small all-reduce; bytes/s of a large gather */
  uint32_t nwarnings;
  mgp_json_t *j;
} doctor_t;

/* Cores of the affinity mask as ranges; cut if they do not fit. */
static uint32_t affinity(char *out, size_t cap) {
  cpu_set_t set;
  uint32_t n = 0;
  size_t at = 0;
  out[0] = '\0';
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  for (int c = 0; c < CPU_SETSIZE; c++) {
    int first = c;
    if (!CPU_ISSET(c, &set)) continue;
    while (c + 1 < CPU_SETSIZE && CPU_ISSET(c + 1, &set)) c++;
    n += (uint32_t)(c - first + 1);
    char range[32];
    int len = first == c ? snprintf(range, sizeof range, "%s%d", at ? "," : "", c)
                         : snprintf(range, sizeof range, "%s%d-%d", at ? "," : "", first, c);
    if (at + (size_t)len + 1 > cap) continue;
    memcpy(out + at, range, (size_t)len + 1);
    at += (size_t)len;
  }
  return n;
}

static mgp_status_t look_for_devices(const mgp_device_ops_t *dev, found_t *f) {
  int n = 0;
  if (!dev) return MGP_OK;
  MGP_TRY(dev->count(&n));
  f->ndevices = (uint32_t)n < MAX_DEVICES ? (uint32_t)n : MAX_DEVICES;
  for (uint32_t i = 0; i < f->ndevices; i++) MGP_TRY(dev->info((int)i, &f->device[i]));
  return MGP_OK;
}

static mgp_status_t look(const mgp_cli_t *cli, const mgp_comm_t *comm, found_t *f) {
  mgp_memory_t memory;
  mgp_cpu_features_t cpu = mgp_machine_cpu_features();
  memset(f, 0, sizeof *f);
  MGP_TRY(mgp_machine_memory(&memory));
  f->rank = mgp_comm_rank(comm);
  f->local_rank = mgp_comm_local_rank(comm);
  f->local_size = mgp_comm_local_size(comm);
  f->cores = mgp_machine_cores();
  f->launched = mgp_comm_launched_size();
  f->affinity = affinity(f->cpus, sizeof f->cpus);
  (void)snprintf(f->host, sizeof f->host, "%s", mgp_comm_host(comm));
  (void)snprintf(f->commit, sizeof f->commit, "%s", mgp_version_commit());
  f->physical = memory.physical;
  f->available = memory.available;
  f->cgroup = memory.cgroup;
  f->limit = memory.limit;
  f->avx2 = cpu.avx2;
  f->avx512 = cpu.avx512;
  return look_for_devices(cli->device, f);
}

/* Collective. The sums and gathered bytes are checked too. */
static mgp_status_t measure(mgp_comm_t *comm, doctor_t *d) {
  enum { ROUNDS = 20, NBYTES = 4 << 20 };
  uint32_t size = mgp_comm_size(comm), value[4];
  mgp_comm_parts_t parts = {0};
  uint8_t *block = malloc(NBYTES);
  mgp_status_t st = block ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory for the test");
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  double start = mgp_clock_seconds();
  for (uint32_t i = 0; i < ROUNDS && st == MGP_OK; i++) {
    for (uint32_t k = 0; k < 4; k++) value[k] = mgp_comm_rank(comm) + k;
    MGP_TRY_GOTO(st, mgp_comm_allreduce_sum_u32(comm, value, 4), out);
    for (uint32_t k = 0; k < 4; k++)
      if (value[k] != size * (size - 1) / 2 + k * size)
        st = mgp_fail(MGP_INTERNAL, "an all-reduce gave a wrong sum");
  }
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, st), out);
  d->latency = (mgp_clock_seconds() - start) / ROUNDS;
  memset(block, (int)mgp_comm_rank(comm) + 1, NBYTES);
  MGP_TRY_GOTO(st, mgp_comm_barrier(comm), out);
  start = mgp_clock_seconds();
  MGP_TRY_GOTO(st, mgp_comm_gatherv(comm, block, NBYTES, 0, &parts), out);
  MGP_TRY_GOTO(st, mgp_comm_barrier(comm), out);
  d->bandwidth = (double)NBYTES * (size - 1) / (mgp_clock_seconds() - start);
  for (uint32_t r = 0; r < size && mgp_comm_rank(comm) == 0; r++)
    for (uint64_t i = parts.offset[r]; i < parts.offset[r + 1]; i++)
      if (parts.data[i] != (uint8_t)(r + 1)) {
        st = mgp_fail(MGP_INTERNAL, "bytes of rank %u arrived changed", r);
        goto out;
      }
out:
  mgp_comm_parts_free(&parts);
  free(block);
  return st;
}

static void warn(doctor_t *d, const char *host, const char *what) {
  if (d->nwarnings++ == 0) printf("\n");
  printf("WARNING %s: %s\n", host, what);
  mgp_json_object_begin(d->j, NULL);
  mgp_json_string(d->j, "host", host);
  mgp_json_string(d->j, "text", what);
  mgp_json_object_end(d->j);
}

/* Where several ranks of a host are bound to the same cores. */
static bool shares_cores(const doctor_t *d, const found_t *f) {
  for (uint32_t r = 0; r < d->n; r++)
    if (d->rank[r].rank != f->rank && strcmp(d->rank[r].host, f->host) == 0 &&
        strcmp(d->rank[r].cpus, f->cpus) == 0)
      return true;
  return false;
}

static void check_host(doctor_t *d, const found_t *f) {
  const uint64_t least = UINT64_C(1) << 30;
  char text[256], a[32], b[32];
  if (shares_cores(d, f) && f->cores < f->local_size) {
    (void)snprintf(text, sizeof text,
                   "%u ranks share %u core%s: start fewer ranks, or more cores per task "
                   "(mpirun --bind-to none, srun --cpus-per-task)",
                   f->local_size, f->cores, f->cores == 1 ? "" : "s");
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

static void check_job(doctor_t *d, const mgp_cli_t *cli) {
  const found_t *first = &d->rank[0];
  bool same_commit = true, same_isa = true;
  for (uint32_t r = 1; r < d->n; r++) {
    same_commit = same_commit && strcmp(d->rank[r].commit, first->commit) == 0;
    same_isa = same_isa && d->rank[r].avx2 == first->avx2 && d->rank[r].avx512 == first->avx512;
  }
  if (!same_commit)
    warn(d, "job", "the ranks run different builds of mgprove: install one on all hosts");
  if (!same_isa)
    warn(d, "job", "the hosts have different instruction sets: the slowest one sets the pace");
  if (!cli->mpi->create)
    warn(d, "job", "built without MPI: one process only; configure with -DMGP_MPI=ON for more");
  if (getenv("SLURM_JOB_ID") && !first->launched)
    warn(d, "job", "inside a Slurm job, but not started by srun or mpirun: this is one rank only");
}

/* True for the first rank of each host. */
static bool first_of_host(const doctor_t *d, uint32_t rank) {
  for (uint32_t r = 0; r < rank; r++)
    if (strcmp(d->rank[r].host, d->rank[rank].host) == 0) return false;
  return true;
}

static const char *isa_of(const found_t *f) {
  return f->avx512 ? "avx512" : f->avx2 ? "avx2" : "portable";
}

static void print_hosts(const doctor_t *d) {
  char physical[32], limit[32], available[32];
  printf("# %-20s %6s %6s %10s %10s %10s  %s\n", "host", "ranks", "cores", "memory", "limit",
         "free", "instructions");
  for (uint32_t r = 0; r < d->n; r++) {
    const found_t *f = &d->rank[r];
    if (!first_of_host(d, r)) continue;
    printf("  %-20s %6u %6u %10s %10s %10s  %s\n", f->host, f->local_size, f->cores,
           mgp_format_size(f->physical, physical), mgp_format_size(f->limit, limit),
           mgp_format_size(f->available, available), isa_of(f));
  }
  printf("# %-20s %-20s %6s  %s\n", "rank", "host", "local", "may use cores");
  for (uint32_t r = 0; r < d->n; r++)
    printf("  %-20u %-20s %6u  %s\n", d->rank[r].rank, d->rank[r].host, d->rank[r].local_rank,
           d->rank[r].cpus);
}

/* The device that the rank would take first, then the others it sees. */
static void print_devices(const mgp_cli_t *cli, const doctor_t *d) {
  char total[32], available[32];
  uint32_t n = 0;
  for (uint32_t r = 0; r < d->n; r++) {
    const found_t *f = &d->rank[r];
    for (uint32_t i = 0; i < f->ndevices; i++) {
      const mgp_device_info_t *g = &f->device[(f->local_rank + i) % f->ndevices];
      if (n++ == 0)
        printf("# %-20s %-30s %10s %10s  %s\n", "rank", cli->device->name, "memory", "free",
               "architecture");
      printf("  %-20u %-30s %10s %10s  sm_%d%d, driver %d.%d, runtime %d.%d\n", f->rank, g->name,
             mgp_format_size(g->total, total), mgp_format_size(g->free, available), g->major,
             g->minor, g->driver / 1000, g->driver % 1000 / 10, g->runtime / 1000,
             g->runtime % 1000 / 10);
    }
  }
  if (n == 0)
    printf("GPUs           %s\n",
           cli->device ? "none found" : "not looked for: built without CUDA");
}

static void json_devices(const doctor_t *d, const found_t *f) {
  mgp_json_array_begin(d->j, "devices");
  for (uint32_t i = 0; i < f->ndevices; i++) {
    const mgp_device_info_t *g = &f->device[i];
    mgp_json_object_begin(d->j, NULL);
    mgp_json_string(d->j, "name", g->name);
    mgp_json_u64(d->j, "memory_bytes", g->total);
    mgp_json_u64(d->j, "memory_free_bytes", g->free);
    mgp_json_i64(d->j, "architecture", 10 * g->major + g->minor);
    mgp_json_i64(d->j, "driver", g->driver);
    mgp_json_object_end(d->j);
  }
  mgp_json_array_end(d->j);
}

static void json_ranks(const doctor_t *d) {
  mgp_json_array_begin(d->j, "ranks");
  for (uint32_t r = 0; r < d->n; r++) {
    const found_t *f = &d->rank[r];
    mgp_json_object_begin(d->j, NULL);
    mgp_json_u64(d->j, "rank", f->rank);
    mgp_json_string(d->j, "host", f->host);
    mgp_json_u64(d->j, "local_rank", f->local_rank);
    mgp_json_u64(d->j, "cores", f->cores);
    mgp_json_string(d->j, "affinity", f->cpus);
    mgp_json_u64(d->j, "memory_bytes", f->physical);
    mgp_json_u64(d->j, "memory_limit_bytes", f->limit);
    mgp_json_u64(d->j, "memory_free_bytes", f->available);
    mgp_json_string(d->j, "isa", isa_of(f));
    json_devices(d, f);
    mgp_json_object_end(d->j);
  }
  mgp_json_array_end(d->j);
}

/* Rank 0. */
static mgp_status_t report(const mgp_cli_t *cli, const mgp_comm_t *comm, doctor_t *d) {
  MGP_TRY(mgp_json_create(&d->j));
  const char *mpi = cli->mpi->create ? cli->mpi->version() : "none";
  mgp_json_object_begin(d->j, NULL);
  mgp_json_u64(d->j, "version", 1);
  mgp_json_string(d->j, "mgprove", mgp_version());
  mgp_json_string(d->j, "commit", mgp_version_commit());
  mgp_json_string(d->j, "mpi", mpi);
  mgp_json_string(d->j, "transport", mgp_comm_transport(comm));
  mgp_json_f64(d->j, "allreduce_s", d->latency);
  printf("mgprove        %s (commit %s)\n", mgp_version(), mgp_version_commit());
  printf("MPI            %s\n", mpi);
  printf("ranks          %u (%s)\n", d->n, mgp_comm_transport(comm));
  if (d->n > 1) {
    mgp_json_f64(d->j, "gather_bytes_per_s", d->bandwidth);
    printf("all-reduce     %.1f us for 16 bytes\n", d->latency * 1e6);
    printf("gather         %.2f GB/s to rank 0\n", d->bandwidth * 1e-9);
  }
  print_hosts(d);
  print_devices(cli, d);
  json_ranks(d);
  mgp_json_array_begin(d->j, "warnings");
  for (uint32_t r = 0; r < d->n; r++)
    if (first_of_host(d, r)) check_host(d, &d->rank[r]);
  check_job(d, cli);
  mgp_json_array_end(d->j);
  mgp_json_object_end(d->j);
  printf("\n%s\n", d->nwarnings ? "Proofs can be made, with the reservations above."
                                : "No problem found: `mgprove demo` makes a proof.");
  if (cli->opt->json) return mgp_json_write(d->j, cli->opt->json);
  mgp_json_destroy(d->j);
  return MGP_OK;
}

static mgp_status_t doctor(const mgp_cli_t *cli, mgp_comm_t *comm) {
  found_t mine;
  doctor_t d = {.n = mgp_comm_size(comm)};
  mgp_comm_parts_t all = {0};
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  mgp_comm_set_phase(comm, "doctor");
  MGP_TRY(mgp_comm_agree(comm, root ? mgp_output_check(cli->opt->json) : MGP_OK));
  MGP_TRY(mgp_comm_agree(comm, look(cli, comm, &mine)));
  MGP_TRY(mgp_comm_allgatherv(comm, &mine, sizeof mine, &all));
  d.rank = (const found_t *)(const void *)all.data;
  st = measure(comm, &d);
  if (st == MGP_OK && root) st = report(cli, comm, &d);
  st = mgp_comm_agree(comm, st);
  mgp_comm_parts_free(&all);
  return st;
}

const mgp_command_t mgp_cmd_doctor = {
    .name = "doctor",
    .args = "",
    .summary = "show what this machine or job has, and what would not work",
    .options = MGP_OPT(RANKS) | MGP_OPT(TIMEOUT) | MGP_OPT(JSON) | MGP_OPT(LOG_RANKS),
    .collective = doctor,
};
