/* Which device and how many cores each rank takes.
 *
 * A rank sees all devices of its host, or those that the launcher gave it alone; both look the same
 * here. In the order of ranks each takes the first of those it sees that fewest ranks before it
 * have taken. So the r-th rank of a host takes its r-th device if all are visible, and its own one
 * if it sees one. Devices are told apart by their identity, since numbers depend on who looks. A
 * part of a device that works as one (MIG) has an identity of its own and counts as a device. */
#ifndef MGP_PROVER_PLACEMENT_H
#define MGP_PROVER_PLACEMENT_H

#include "backend/device.h"
#include "base/numa.h"
#include "comm/comm.h"

#define MGP_MAX_RANKS   1024u
#define MGP_MAX_DEVICES 16u /* of those that a rank sees, the first so many are considered */

/* What a rank sees; sent as it is. */
typedef struct {
  char host[MGP_COMM_NAME_MAX];
  char cores[MGP_COMM_NAME_MAX]; /* it may use, as text: compared only */
  uint32_t ndevices, pad;
  char id[MGP_MAX_DEVICES][MGP_DEVICE_ID_MAX];
} mgp_seen_t;

typedef struct {
  uint32_t device;        /* its number on this rank; 0 if there is none */
  uint32_t sharers;       /* ranks that take the same one, this one included */
  uint32_t core_mates;    /* ranks of the host that may use the same cores, this one included */
  uint32_t worst;         /* most sharers that a device of the job has; 0: no rank has a device */
  uint32_t worst_rank;    /* the first rank on such a device */
  uint32_t worst_ranks;   /* ranks of its host */
  uint32_t worst_devices; /* devices that ranks of its host have taken */
} mgp_placement_t;

/* For each of n ranks, from what all of them see. */
void mgp_placement_choose(const mgp_seen_t *seen, uint32_t n, mgp_placement_t *out);

/* Fills in what this rank sees. dev NULL: no device is looked for. */
mgp_status_t mgp_placement_look(const mgp_comm_t *comm, const mgp_device_ops_t *dev,
                                mgp_seen_t *out);

/* This rank's place. Collective. Without `share` it is MGP_RESOURCES, on every rank and with what
 * to do, if a device has more than one rank. */
mgp_status_t mgp_placement_agree(mgp_comm_t *comm, const mgp_device_ops_t *dev, int share,
                                 mgp_placement_t *out);

#endif
