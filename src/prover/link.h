/* What lies in device memory and is long: sums of it over the ranks, and exchanges between them.
 *
 * Two ways with the same results: between the devices (backend/device.h: NCCL) if every rank has a
 * device of its own and a program with that way, else through the host by the comm. Where devices
 * reach each other's memory (NVLink), they make sums there, and send pieces only. The environment
 * variable MGP_LINK=host asks for the second way, MGP_LINK=nccl for sums that are sent. Devices
 * connect while the run is recorded, and stay connected as long as the comm lives, for the next
 * proof.
 *
 * Failures are agreed on as in comm/comm.h: an operation that fails on one rank fails on all. A
 * wait between devices has an end even without --timeout: MGP_LINK_LIMIT_S, since all ranks are
 * there when it begins. */
#ifndef MGP_PROVER_LINK_H
#define MGP_PROVER_LINK_H

#include "backend/device.h"
#include "comm/comm.h"

#define MGP_LINK_LIMIT_S 20.0
#define MGP_LINK_PIECE   (1u << 20) /* words at a time through the host */

#define MGP_LINK_OP_LIST(X)                                                                        \
  X(CONNECT, "connect")                                                                            \
  X(SUM_U32, "sum_u32") X(SUM_FIELD, "sum_field") X(EXCHANGE, "exchange")
typedef enum {
#define MGP_LINK_ENUM(name, text) MGP_LINK_##name,
  MGP_LINK_OP_LIST(MGP_LINK_ENUM)
#undef MGP_LINK_ENUM
      MGP_LINK_OPS
} mgp_link_op_t;
const char *mgp_link_op_text(mgp_link_op_t op);

typedef struct {
  mgp_comm_t *comm;
  mgp_backend_t *be;
  mgp_ledger_t *ledger; /* of the host */
  /* between devices; NULL: through the host */
  const mgp_device_link_ops_t *ops;
  mgp_device_link_t *device; /* the comm's */
  int ready;                 /* mgp_link_ready has been here */
  int reaches;               /* sums are made in each other's memory */
  /* between devices only, and without the time of the comm, which counts its own */
  mgp_comm_stats_t stats[MGP_LINK_OPS];
} mgp_link_t;

/* ops: of the backend's device, or NULL. Starts to connect, unless the comm has a connection, and
 * returns. Collective. Whatever it returns, the comm ends what there is. */
mgp_status_t mgp_link_open(mgp_link_t *l, mgp_comm_t *comm, mgp_backend_t *be, mgp_ledger_t *ledger,
                           const mgp_device_link_ops_t *ops);
/* Waits until the devices are connected and, the first time, adds up a little for trial. What
 * follows begins with this. Collective. */
mgp_status_t mgp_link_ready(mgp_link_t *l);

/* A sum comes soon: what sleeps between the devices may wake. Local. */
mgp_status_t mgp_link_wake(mgp_link_t *l);

/* d_buf[i] summed over the ranks, on every rank. No sum is above `bound`, the same on every rank:
 * if that is not below 2^32, sums are checked (MGP_RESOURCES on all ranks). Collective. */
mgp_status_t mgp_link_sum_u32(mgp_link_t *l, uint32_t *d_buf, uint64_t n, uint64_t bound);
/* The same of field words, if all ranks have theirs, which `local` says. Collective. */
mgp_status_t mgp_link_sum_field(mgp_link_t *l, mgp_status_t local, mgp_f_t *d_buf, uint64_t n);

/* Pieces of every rank to every rank, if all have theirs, which `local` says. out and in: ascending
 * by rank, the own one included; what goes to a rank, in order, is what that rank has in its list
 * from this one, with the same sizes. Pieces do not overlap. Collective. */
mgp_status_t mgp_link_exchange(mgp_link_t *l, mgp_status_t local, const mgp_device_piece_t *out,
                               uint32_t nout, const mgp_device_piece_t *in, uint32_t nin);

/* Seconds that this rank has spent so far between devices, as in stats. */
double mgp_link_seconds(const mgp_link_t *l);

#define MGP_LINK_NAME_MAX 48
/* "NCCL 2.28.9", with ", peer memory" once ready if sums are made there; "host", or "none" for one
 * rank. */
void mgp_link_name(const mgp_link_t *l, char out[MGP_LINK_NAME_MAX]);

/* Most device memory (SCRATCH) that summing n field words takes. */
uint64_t mgp_link_bytes(const mgp_device_link_ops_t *ops, uint64_t n, uint32_t size);

#endif
