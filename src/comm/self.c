/* The transport of a job with one rank. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "comm/transport.h"

static mgp_status_t self_allgather(mgp_transport_t *t, const void *mine, void *all,
                                   uint64_t nbytes) {
  (void)t;
  memcpy(all, mine, nbytes);
  return MGP_OK;
}

static mgp_status_t self_bcast(mgp_transport_t *t, void *buf, uint64_t nbytes, uint32_t root) {
  (void)t, (void)buf, (void)nbytes, (void)root;
  return MGP_OK;
}

static mgp_status_t self_exchange(mgp_transport_t *t, const uint8_t *const *send,
                                  const uint64_t *send_nbytes, uint8_t *const *recv,
                                  const uint64_t *recv_nbytes) {
  (void)t, (void)recv_nbytes;
  if (send_nbytes[0] != 0 && send[0] != recv[0]) memcpy(recv[0], send[0], send_nbytes[0]);
  return MGP_OK;
}

static mgp_status_t self_split(mgp_transport_t *t, uint32_t first, uint32_t rank, uint32_t size,
                               mgp_transport_t **out);

static void self_abort(mgp_transport_t *t, int code) {
  (void)t;
  _exit(code);
}

static void self_destroy(mgp_transport_t *t) {
  free(t);
}

static const mgp_transport_ops_t self_ops = {"self",     self_allgather, self_bcast, self_exchange,
                                             self_split, NULL,           self_abort, self_destroy};

static mgp_status_t transport_create(mgp_transport_t **out) {
  mgp_transport_t *t = calloc(1, sizeof *t);
  if (t == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  t->ops = &self_ops;
  t->size = 1;
  *out = t;
  return MGP_OK;
}

static mgp_status_t self_split(mgp_transport_t *t, uint32_t first, uint32_t rank, uint32_t size,
                               mgp_transport_t **out) {
  (void)t, (void)first, (void)rank;
  return size ? transport_create(out) : MGP_OK;
}

mgp_status_t mgp_comm_self_create(mgp_comm_t **out) {
  mgp_transport_t *t = NULL;
  mgp_comm_t *c;
  MGP_TRY(transport_create(&t));
  MGP_TRY(mgp_comm_create(t, &c));
  mgp_status_t st = mgp_comm_connect(c);
  if (st != MGP_OK) {
    mgp_comm_destroy(c);
    return st;
  }
  *out = c;
  return MGP_OK;
}
