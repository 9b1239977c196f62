/* The parts of mgprove doctor: what each rank finds out (doctor_look.c), what it says about it
 * (cmd_doctor.c), and what would not work (doctor_check.c). */
#ifndef MGP_CLI_DOCTOR_H
#define MGP_CLI_DOCTOR_H

#include "base/json.h"
#include "cli/cli.h"
#include "prover/placement.h"

/* What one rank found; sent as it is. */
typedef struct {
  uint32_t rank, local_rank, local_size;
  uint32_t cores;    /* usable: affinity and quota */
  uint32_t launched; /* ranks that the launcher says it started */
  char host[MGP_COMM_NAME_MAX];
  char cpus[MGP_COMM_NAME_MAX]; /* affinity as "0-3,8" */
  char commit[64];
  uint64_t physical, available, cgroup, limit; /* cgroup UINT64_MAX: none */
  uint8_t avx2, avx512, pad[2];
  uint32_t ndevices;
  mgp_device_info_t device[MGP_MAX_DEVICES];
  /* of each: its NUMA node, or -1; how many cores that has, and how many of them the rank may use
   */
  int32_t node[MGP_MAX_DEVICES];
  uint32_t near[MGP_MAX_DEVICES], in_reach[MGP_MAX_DEVICES];
  mgp_seen_t seen;
} mgp_found_t;

/* Collectives over one way between the ranks. */
typedef struct {
  char name[MGP_COMM_NAME_MAX];    /* and version */
  char missing[MGP_COMM_NAME_MAX]; /* why it is not used; empty: it is */
  double latency;                  /* seconds of an all-reduce of 16 bytes */
  double bandwidth;                /* bytes/s: size of a large all-reduce by its time */
} mgp_found_link_t;

typedef struct {
  uint32_t n;
  const mgp_found_t *rank; /* [n] */
  mgp_placement_t *place;  /* [n] */
  mgp_found_link_t ranks;  /* the comm: self, thread, mpi */
  mgp_found_link_t gpus;   /* between the memories of GPUs */
  double gather;           /* bytes/s of a large gather to rank 0 */
  uint32_t nwarnings;
  mgp_json_t *j;
} mgp_doctor_t;

/* Collective. */
mgp_status_t mgp_doctor_look(const mgp_cli_t *cli, const mgp_comm_t *comm, mgp_found_t *out);
/* Local: memory of the device that this rank takes; the first rank of a host looks at all it
 * sees. Others keep free = 0. */
mgp_status_t mgp_doctor_look_inside(const mgp_cli_t *cli, const mgp_placement_t *place,
                                    mgp_found_t *f);
/* Collective; d->rank and d->place are set. Sums and gathered bytes are checked too. */
mgp_status_t mgp_doctor_measure(const mgp_cli_t *cli, mgp_comm_t *comm, mgp_doctor_t *d);

/* Rank 0: prints what would not work and what to do, and adds it to the open array of d->j. */
void mgp_doctor_check(const mgp_cli_t *cli, mgp_doctor_t *d);
/* True for the first rank of each host. */
bool mgp_doctor_first_of_host(const mgp_doctor_t *d, uint32_t rank);

#endif
