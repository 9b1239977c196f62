/* The MPI transport (MPI 3). Everything is non-blocking and polled, so that a wait can yield the
 * core, and give up at the deadline. */
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "comm/comm_mpi.h"
#include "comm/transport.h"

/* MPI counts are int: longer messages go in pieces. */
enum { PIECE_NBYTES = 16 << 20, TAG = 1 };

typedef struct {
  mgp_transport_t base;
  MPI_Comm comm;
  int finalises;
} mpi_transport_t;

static mgp_status_t check(int err, const char *what) {
  if (err == MPI_SUCCESS) return MGP_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int len = 0;
  (void)MPI_Error_string(err, text, &len);
  return mgp_fail(MGP_PEER, "%s: %s", what, text);
}

/* At most two requests. (Statuses are not ignored: MPICH's constant for that looks to gcc like an
 * address to be written to.) */
static mgp_status_t wait_all(mpi_transport_t *t, int n, MPI_Request *requests, const char *what) {
  enum { YIELD_NS = 1000000, NAP_NS = 50000 };
  MPI_Status statuses[2];
  uint64_t start = mgp_clock_ns();
  for (;;) {
    int done = 0;
    MGP_TRY(check(MPI_Testall(n, requests, &done, statuses), what));
    if (done) return MGP_OK;
    uint64_t now = mgp_clock_ns();
    if (t->base.deadline_ns != 0 && now > t->base.deadline_ns)
      return mgp_fail(MGP_PEER, "timed out waiting for other ranks");
    if (now - start < YIELD_NS) {
      (void)sched_yield();
    } else {
      struct timespec nap = {0, NAP_NS};
      (void)nanosleep(&nap, NULL);
    }
  }
}

static mgp_status_t mpi_allgather(mgp_transport_t *base, const void *mine, void *all,
                                  uint64_t nbytes) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  MPI_Request request;
  MGP_TRY(check(
      MPI_Iallgather(mine, (int)nbytes, MPI_BYTE, all, (int)nbytes, MPI_BYTE, t->comm, &request),
      "MPI_Iallgather"));
  return wait_all(t, 1, &request, "MPI_Iallgather");
}

static uint64_t piece(uint64_t left) {
  return left < PIECE_NBYTES ? left : PIECE_NBYTES;
}

static mgp_status_t mpi_bcast(mgp_transport_t *base, void *buf, uint64_t nbytes, uint32_t root) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  for (uint64_t at = 0; at < nbytes; at += piece(nbytes - at)) {
    MPI_Request request;
    MGP_TRY(check(MPI_Ibcast((uint8_t *)buf + at, (int)piece(nbytes - at), MPI_BYTE, (int)root,
                             t->comm, &request),
                  "MPI_Ibcast"));
    MGP_TRY(wait_all(t, 1, &request, "MPI_Ibcast"));
  }
  return MGP_OK;
}

/* In step k each rank sends to the rank k above it and receives from the one k below. */
static mgp_status_t mpi_exchange(mgp_transport_t *base, const uint8_t *const *send,
                                 const uint64_t *send_nbytes, uint8_t *const *recv,
                                 const uint64_t *recv_nbytes) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  uint32_t size = base->size, rank = base->rank;
  if (send_nbytes[rank] != 0 && send[rank] != recv[rank])
    memcpy(recv[rank], send[rank], send_nbytes[rank]);
  for (uint32_t k = 1; k < size; k++) {
    uint32_t to = (rank + k) % size, from = (rank + size - k) % size;
    uint64_t sent = 0, received = 0;
    while (sent < send_nbytes[to] || received < recv_nbytes[from]) {
      MPI_Request requests[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
      uint64_t in = piece(recv_nbytes[from] - received), out = piece(send_nbytes[to] - sent);
      if (in != 0)
        MGP_TRY(check(MPI_Irecv(recv[from] + received, (int)in, MPI_BYTE, (int)from, TAG, t->comm,
                                &requests[0]),
                      "MPI_Irecv"));
      if (out != 0)
        MGP_TRY(check(
            MPI_Isend(send[to] + sent, (int)out, MPI_BYTE, (int)to, TAG, t->comm, &requests[1]),
            "MPI_Isend"));
      MGP_TRY(wait_all(t, 2, requests, "exchange"));
      received += in;
      sent += out;
    }
  }
  return MGP_OK;
}

static mgp_status_t mpi_split(mgp_transport_t *base, uint32_t first, uint32_t rank, uint32_t size,
                              mgp_transport_t **out);

/* Of all ranks, also from a comm that has only some of them. */
static void mpi_abort(mgp_transport_t *base, int code) {
  (void)base;
  (void)MPI_Abort(MPI_COMM_WORLD, code);
}

static void mpi_destroy(mgp_transport_t *base) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  (void)MPI_Comm_free(&t->comm);
  if (t->finalises) (void)MPI_Finalize();
  free(t);
}

static const mgp_transport_ops_t mpi_ops = {"mpi",     mpi_allgather, mpi_bcast,  mpi_exchange,
                                            mpi_split, mpi_abort,     mpi_destroy};

/* The one call here that blocks: MPI has no other for it, and the ranks have just met. */
static mgp_status_t mpi_split(mgp_transport_t *base, uint32_t first, uint32_t rank, uint32_t size,
                              mgp_transport_t **out) {
  MPI_Comm comm = MPI_COMM_NULL;
  MGP_TRY(check(MPI_Comm_split(((mpi_transport_t *)base)->comm,
                               size != 0 ? (int)first : MPI_UNDEFINED, (int)rank, &comm),
                "MPI_Comm_split"));
  if (size == 0) return MGP_OK;
  mpi_transport_t *t = calloc(1, sizeof *t);
  if (t == NULL) {
    (void)MPI_Comm_free(&comm);
    return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  }
  (void)MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  t->base = (mgp_transport_t){.ops = &mpi_ops, .rank = rank, .size = size};
  t->comm = comm;
  *out = &t->base;
  return MGP_OK;
}

mgp_status_t mgp_comm_mpi_create(mgp_comm_t **out) {
  int initialised = 0, finalised = 0, rank = 0, size = 0;
  MGP_TRY(check(MPI_Finalized(&finalised), "MPI_Finalized"));
  if (finalised) return mgp_fail(MGP_INTERNAL, "MPI has been finalised in this process");
  MGP_TRY(check(MPI_Initialized(&initialised), "MPI_Initialized"));
  if (!initialised) {
    int provided = 0;
    MGP_TRY(check(MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread"));
    if (provided < MPI_THREAD_FUNNELED)
      return mgp_fail(MGP_RESOURCES, "this MPI does not allow other threads beside its own");
  }
  mpi_transport_t *t = calloc(1, sizeof *t);
  /* alone with such an error, a rank would leave the others waiting: the job ends */
  if (t == NULL) (void)MPI_Abort(MPI_COMM_WORLD, mgp_status_exit_code(MGP_RESOURCES));
  if (t == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  (void)MPI_Comm_dup(MPI_COMM_WORLD, &t->comm);
  (void)MPI_Comm_set_errhandler(t->comm, MPI_ERRORS_RETURN);
  (void)MPI_Comm_rank(t->comm, &rank);
  (void)MPI_Comm_size(t->comm, &size);
  /* writing to a dead peer is an MPI error to report, not a silent death */
  (void)signal(SIGPIPE, SIG_IGN);
  t->base.ops = &mpi_ops;
  t->base.rank = (uint32_t)rank;
  t->base.size = (uint32_t)size;
  t->finalises = !initialised;
  mgp_comm_t *c;
  mgp_status_t st = mgp_comm_create(&t->base, &c);
  if (st != MGP_OK) (void)MPI_Abort(MPI_COMM_WORLD, mgp_status_exit_code(st));
  MGP_TRY(st);
  st = mgp_comm_connect(c);
  if (st != MGP_OK) {
    mgp_comm_destroy(c);
    return st;
  }
  *out = c;
  return MGP_OK;
}

const char *mgp_comm_mpi_version(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int len = 0;
  if (MPI_Get_library_version(text, &len) != MPI_SUCCESS) return "unknown MPI library";
  text[strcspn(text, ",\n")] = '\0';
  for (char *c = text; *c != '\0'; c++)
    if (*c == '\t') *c = ' ';
  return text;
}
