/* What a transport does for comm.c, and nothing more: three data movements whose sizes all ranks
 * know, and transports for parts of the ranks. Failure marks, agreement, sums, counters and
 * messages are made from them in comm.c.
 *
 * A primitive returns MGP_OK, or an error (with mgp_fail) after which the ranks can no longer talk
 * to each other, such as a wait beyond the deadline: comm.c then says so and aborts the job. */
#ifndef MGP_COMM_TRANSPORT_H
#define MGP_COMM_TRANSPORT_H

#include <stdbool.h>

#include "comm/comm.h"

typedef struct mgp_transport mgp_transport_t;

typedef struct {
  const char *name;
  /* all[r] = mine of rank r, nbytes each (small, the same on every rank). */
  mgp_status_t (*allgather)(mgp_transport_t *t, const void *mine, void *all, uint64_t nbytes);
  mgp_status_t (*bcast)(mgp_transport_t *t, void *buf, uint64_t nbytes, uint32_t root);
  /* send[r] (send_nbytes[r]) goes to rank r, recv[r] (recv_nbytes[r]) comes from rank r; sizes of a
   * pair match. The entry for the rank itself is copied, unless both pointers are equal. */
  mgp_status_t (*exchange)(mgp_transport_t *t, const uint8_t *const *send,
                           const uint64_t *send_nbytes, uint8_t *const *recv,
                           const uint64_t *recv_nbytes);
  /* The transport of a part of the ranks, of which this one is number `rank` of `size`; `first` is
   * the number here of the part's rank 0. size 0: this rank is in no part, and *out stays NULL. All
   * ranks call it together, having just met. MGP_PEER as above; any other error is this rank's own.
   */
  mgp_status_t (*split)(mgp_transport_t *t, uint32_t first, uint32_t rank, uint32_t size,
                        mgp_transport_t **out);
  /* The ranks have lost each other: whether this one says so. NULL: always; of ranks that share
   * memory, the first that asks. */
  bool (*speaks)(mgp_transport_t *t);
  /* Ends all ranks of the job; does not return. */
  void (*abort)(mgp_transport_t *t, int code);
  void (*destroy)(mgp_transport_t *t);
} mgp_transport_ops_t;

/* A transport's own state begins with this. */
struct mgp_transport {
  const mgp_transport_ops_t *ops;
  uint32_t rank, size;
  uint64_t deadline_ns; /* mgp_clock_ns() beyond which a wait gives up; 0: never */
};

/* Local. Takes the transport over (it is destroyed with the comm, and also if this fails). */
mgp_status_t mgp_comm_create(mgp_transport_t *t, mgp_comm_t **out);
/* Collective, once, before anything else: exchanges host names. */
mgp_status_t mgp_comm_connect(mgp_comm_t *comm);
/* Collective, before destroy where one thread destroys for all ranks: ends what is kept. */
void mgp_comm_let_go(mgp_comm_t *comm);

#endif
