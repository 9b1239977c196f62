/* mgprove doctor: what this machine, or this job, has to offer, and what would not work. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/version.h"
#include "cli/doctor.h"
#include "cli/text.h"

static const char *isa_of(const mgp_found_t *f) {
  return f->avx512 ? "avx512" : f->avx2 ? "avx2" : "portable";
}

/* --- text --- */

static void print_link(const char *what, const mgp_found_link_t *link) {
  if (link->missing[0])
    printf("%-15s%s: %s\n", what, link->name, link->missing);
  else
    printf("%-15s%s: %.1f us for 16 bytes, %.2f GB/s for 4 MiB\n", what, link->name,
           link->latency * 1e6, link->bandwidth * 1e-9);
}

static void print_hosts(const mgp_doctor_t *d) {
  char physical[32], cgroup[32], available[32];
  printf("# %-20s %6s %6s %10s %10s %10s  %s\n", "host", "ranks", "cores", "memory", "cgroup",
         "free", "instructions");
  for (uint32_t r = 0; r < d->n; r++) {
    const mgp_found_t *f = &d->rank[r];
    if (!mgp_doctor_first_of_host(d, r)) continue;
    printf("  %-20s %6u %6u %10s %10s %10s  %s\n", f->host, f->local_size, f->cores,
           mgp_format_size(f->physical, physical),
           f->cgroup == UINT64_MAX ? "no limit" : mgp_format_size(f->cgroup, cgroup),
           mgp_format_size(f->available, available), isa_of(f));
  }
}

static void print_ranks(const mgp_doctor_t *d) {
  printf("# %-6s %-20s %6s %-28s  %s\n", "rank", "host", "local", "may use cores", "takes");
  for (uint32_t r = 0; r < d->n; r++) {
    const mgp_found_t *f = &d->rank[r];
    const uint32_t k = d->place[r].device;
    printf("  %-6u %-20s %6u %-28s  ", f->rank, f->host, f->local_rank, f->cpus);
    if (!f->ndevices)
      printf("the CPU\n");
    else if (f->node[k] < 0)
      printf("GPU %u, %s\n", k, f->device[k].pci);
    else
      printf("GPU %u, %s, NUMA node %d\n", k, f->device[k].pci, f->node[k]);
  }
}

/* Those that the first rank of each host sees, and those of others that it does not. */
static bool seen_before(const mgp_doctor_t *d, uint32_t rank, uint32_t device) {
  for (uint32_t r = 0; r < rank; r++) {
    if (strcmp(d->rank[r].host, d->rank[rank].host) != 0) continue;
    for (uint32_t i = 0; i < d->rank[r].ndevices; i++)
      if (strcmp(d->rank[r].device[i].id, d->rank[rank].device[device].id) == 0) return true;
  }
  return false;
}

static void print_devices(const mgp_cli_t *cli, const mgp_doctor_t *d) {
  char total[32], available[32];
  uint32_t n = 0;
  for (uint32_t r = 0; r < d->n; r++) {
    const mgp_found_t *f = &d->rank[r];
    for (uint32_t i = 0; i < f->ndevices; i++) {
      const mgp_device_info_t *g = &f->device[i];
      if (seen_before(d, r, i)) continue;
      if (n++ == 0)
        printf("# %-12s %-20s %-26s %10s %10s  %s\n", "bus", "host", cli->device->name, "memory",
               "free", "architecture");
      printf("  %-12s %-20s %-26s %10s %10s  sm_%d%d, driver %d.%d, runtime %d.%d\n", g->pci,
             f->host, g->name, mgp_format_size(g->total, total),
             g->free ? mgp_format_size(g->free, available) : "-", g->major, g->minor,
             g->driver / 1000, g->driver % 1000 / 10, g->runtime / 1000, g->runtime % 1000 / 10);
    }
  }
  if (n == 0)
    printf("GPUs           %s\n",
           cli->device ? "none found" : "not looked for: built without CUDA");
}

/* --- JSON --- */

static void json_link(mgp_json_t *j, const char *key, const mgp_found_link_t *link) {
  mgp_json_object_begin(j, key);
  mgp_json_string(j, "name", link->name);
  mgp_json_string(j, "missing", link->missing[0] ? link->missing : NULL);
  if (!link->missing[0]) {
    mgp_json_f64(j, "allreduce_s", link->latency);
    mgp_json_f64(j, "allreduce_bytes_per_s", link->bandwidth);
  }
  mgp_json_object_end(j);
}

static void json_devices(const mgp_doctor_t *d, const mgp_found_t *f) {
  mgp_json_array_begin(d->j, "devices");
  for (uint32_t i = 0; i < f->ndevices; i++) {
    const mgp_device_info_t *g = &f->device[i];
    mgp_json_object_begin(d->j, NULL);
    mgp_json_string(d->j, "name", g->name);
    mgp_json_string(d->j, "id", g->id);
    mgp_json_string(d->j, "pci", g->pci);
    if (f->node[i] >= 0)
      mgp_json_i64(d->j, "numa_node", f->node[i]);
    else
      mgp_json_null(d->j, "numa_node");
    mgp_json_u64(d->j, "memory_bytes", g->total);
    if (g->free)
      mgp_json_u64(d->j, "memory_free_bytes", g->free);
    else
      mgp_json_null(d->j, "memory_free_bytes");
    mgp_json_i64(d->j, "architecture", 10 * g->major + g->minor);
    mgp_json_i64(d->j, "driver", g->driver);
    mgp_json_i64(d->j, "runtime", g->runtime);
    mgp_json_object_end(d->j);
  }
  mgp_json_array_end(d->j);
}

static void json_ranks(const mgp_doctor_t *d) {
  mgp_json_array_begin(d->j, "ranks");
  for (uint32_t r = 0; r < d->n; r++) {
    const mgp_found_t *f = &d->rank[r];
    mgp_json_object_begin(d->j, NULL);
    mgp_json_u64(d->j, "rank", f->rank);
    mgp_json_string(d->j, "host", f->host);
    mgp_json_u64(d->j, "local_rank", f->local_rank);
    mgp_json_u64(d->j, "cores", f->cores);
    mgp_json_string(d->j, "affinity", f->cpus);
    mgp_json_u64(d->j, "memory_bytes", f->physical);
    mgp_json_u64(d->j, "memory_limit_bytes", f->limit);
    if (f->cgroup == UINT64_MAX)
      mgp_json_null(d->j, "memory_cgroup_bytes");
    else
      mgp_json_u64(d->j, "memory_cgroup_bytes", f->cgroup);
    mgp_json_u64(d->j, "memory_free_bytes", f->available);
    mgp_json_string(d->j, "isa", isa_of(f));
    if (f->ndevices) {
      mgp_json_u64(d->j, "takes_device", d->place[r].device);
      mgp_json_u64(d->j, "device_ranks", d->place[r].sharers);
    }
    json_devices(d, f);
    mgp_json_object_end(d->j);
  }
  mgp_json_array_end(d->j);
}

/* --- the whole, on rank 0 --- */

static mgp_status_t report(const mgp_cli_t *cli, const mgp_comm_t *comm, mgp_doctor_t *d) {
  MGP_TRY(mgp_json_create(&d->j));
  const char *mpi = cli->mpi->create ? cli->mpi->version() : "none";
  mgp_json_object_begin(d->j, NULL);
  mgp_json_u64(d->j, "version", 1);
  mgp_json_string(d->j, "mgprove", mgp_version());
  mgp_json_string(d->j, "commit", mgp_version_commit());
  mgp_json_string(d->j, "mpi", mpi);
  mgp_json_string(d->j, "transport", mgp_comm_transport(comm));
  mgp_json_f64(d->j, "allreduce_s", d->ranks.latency);
  printf("mgprove        %s (commit %s)\n", mgp_version(), mgp_version_commit());
  printf("MPI            %s\n", mpi);
  printf("ranks          %u (%s)\n", d->n, mgp_comm_transport(comm));
  if (d->n > 1) {
    mgp_json_f64(d->j, "gather_bytes_per_s", d->gather);
    print_link("all-reduce", &d->ranks);
    printf("gather         %.2f GB/s to rank 0\n", d->gather * 1e-9);
  }
  print_link("between GPUs", &d->gpus);
  json_link(d->j, "between_ranks", &d->ranks);
  json_link(d->j, "between_gpus", &d->gpus);
  print_hosts(d);
  print_ranks(d);
  print_devices(cli, d);
  json_ranks(d);
  mgp_json_array_begin(d->j, "warnings");
  mgp_doctor_check(cli, d);
  mgp_json_array_end(d->j);
  mgp_json_object_end(d->j);
  printf("\n%s\n", d->place[0].worst > 1 ? "Proofs will be refused, for the reason above."
                   : d->nwarnings        ? "Proofs can be made, with the reservations above."
                                         : "No problem found: `mgprove demo` makes a proof.");
  if (cli->opt->json) return mgp_json_write(d->j, cli->opt->json);
  mgp_json_destroy(d->j);
  return MGP_OK;
}

static mgp_status_t place_ranks(mgp_doctor_t *d) {
  mgp_seen_t *seen = malloc(d->n * sizeof *seen);
  d->place = malloc(d->n * sizeof *d->place);
  mgp_status_t st =
      seen && d->place ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory for %u ranks", d->n);
  if (st == MGP_OK) {
    for (uint32_t r = 0; r < d->n; r++) seen[r] = d->rank[r].seen;
    mgp_placement_choose(seen, d->n, d->place);
  }
  free(seen);
  return st;
}

static mgp_status_t doctor(const mgp_cli_t *cli, mgp_comm_t *comm) {
  mgp_found_t mine;
  mgp_doctor_t d = {.n = mgp_comm_size(comm)};
  mgp_comm_parts_t all = {0};
  bool root = mgp_comm_rank(comm) == 0;
  mgp_status_t st;
  mgp_comm_set_phase(comm, "doctor");
  MGP_TRY(mgp_comm_agree(comm, root ? mgp_output_check(cli->opt->json) : MGP_OK));
  st = mgp_doctor_look(cli, comm, &mine);
  MGP_TRY(mgp_comm_allgatherv(comm, st, &mine, sizeof mine, &all));
  d.rank = (const mgp_found_t *)(const void *)all.data;
  MGP_TRY_GOTO(st, mgp_comm_agree(comm, place_ranks(&d)), out);
  st = mgp_doctor_look_inside(cli, &d.place[mine.rank], &mine);
  mgp_comm_parts_free(&all);
  MGP_TRY_GOTO(st, mgp_comm_allgatherv(comm, st, &mine, sizeof mine, &all), out);
  d.rank = (const mgp_found_t *)(const void *)all.data;
  st = mgp_doctor_measure(cli, comm, &d);
  if (st == MGP_OK && root) st = report(cli, comm, &d);
  st = mgp_comm_agree(comm, st);
out:
  mgp_comm_parts_free(&all);
  free(d.place);
  return st;
}

const mgp_command_t mgp_cmd_doctor = {
    .name = "doctor",
    .args = "",
    .summary = "show what this machine or job has, and what would not work",
    .options = MGP_OPT(RANKS) | MGP_OPT(TIMEOUT) | MGP_OPT(JSON) | MGP_OPT(LOG_RANKS),
    .collective = doctor,
};
