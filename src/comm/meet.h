/* Inside of the comm: how a collective begins, moves bytes and ends. Private to src/comm. */
#ifndef MGP_COMM_MEET_H
#define MGP_COMM_MEET_H

#include <stdbool.h>

#include "comm/transport.h"

/* What every rank tells every other at the start of a collective; always as long, since a rank may
 * be in another one. */
typedef struct {
  uint64_t n; /* bytes or elements of the operation */
  uint32_t sequence;
  uint32_t op;
  uint32_t root;
  uint32_t status;
  uint8_t bytes[MGP_COMM_SMALL_MAX]; /* what is small enough to come along */
} mgp_header_t;

struct mgp_comm {
  mgp_transport_t *t;
  char host[MGP_COMM_NAME_MAX];
  char device[MGP_COMM_NAME_MAX];
  char phase[MGP_COMM_NAME_MAX];
  uint32_t local_rank, local_size;
  uint64_t timeout_ns;
  uint64_t entered_ns; /* of the collective under way */
  mgp_comm_op_t op;    /* likewise */
  uint32_t sequence;
  /* MGP_OK until a collective fails; then this rank's status and message for ever */
  mgp_status_t status;
  char message[MGP_COMM_MESSAGE_MAX];
  mgp_comm_failure_t failure;
  mgp_comm_stats_t stats[MGP_COMM_OP_COUNT];
  mgp_header_t *headers; /* [size] */
  void *kept;            /* mgp_comm_keep */
  void (*kept_end)(void *, int);
  /* arguments of exchange, [size] each */
  const uint8_t **send;
  uint8_t **recv;
  uint64_t *send_nbytes, *recv_nbytes;
  uint64_t *incoming; /* [size], of alltoallv */
};

/* What comes along in a header, at most MGP_COMM_SMALL_MAX bytes. */
typedef struct {
  const void *bytes;
  uint64_t nbytes;
} mgp_load_t;

/* Every collective of an open comm begins with enter and ends with end, which returns st. */
void mgp_meet_enter(mgp_comm_t *c, mgp_comm_op_t op);
mgp_status_t mgp_meet_end(mgp_comm_t *c, mgp_status_t st);
/* What it returns if a failure has closed the comm. */
mgp_status_t mgp_meet_closed(const mgp_comm_t *c, mgp_status_t local);

/* One round of headers, which are in c->headers then; `same_n`: all ranks must have the same n. Of
 * a rank that fails the load is not read. */
mgp_status_t mgp_meet(mgp_comm_t *c, mgp_status_t local, uint64_t n, bool same_n, uint32_t root,
                      mgp_load_t load);

/* Moves bytes by c->send, c->send_nbytes, c->recv, c->recv_nbytes, and counts them; or only counts
 * what went in the headers. */
void mgp_meet_exchange(mgp_comm_t *c);
void mgp_meet_count(mgp_comm_t *c);

#endif
