/* The MPI transport (MPI 3). Everything is non-blocking and polled, so that a wait can yield the
 * core, and give up at the deadline. */
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "comm/board.h"
#include "comm/comm_mpi.h"
#include "comm/transport.h"

/* MPI counts are int: longer messages go in pieces. */
enum { PIECE_NBYTES = 16 << 20, TAG = 1, NO_TAG = 2 };

typedef struct {
  mgp_transport_t base;
  MPI_Comm comm;
  int finalises;
  mgp_board_t *board; /* NULL: not all ranks are on one host, or it was not to be had */
  /* of an exchange, [2 * size]: receptions by rank, then sendings. Statuses are not ignored:
   * MPICH's constant for that looks to gcc like an address to be written to. */
  MPI_Request *requests;
  MPI_Status *statuses;
  int *ended;
  uint64_t *posted; /* bytes that MPI has been given */
} mpi_transport_t;

static void transport_free(mpi_transport_t *t) {
  mgp_board_destroy(t->board);
  free(t->requests);
  free(t->statuses);
  free(t->ended);
  free(t->posted);
  free(t);
}

/* Takes the board over, also if it fails. */
static mpi_transport_t *transport_create(uint32_t rank, uint32_t size, mgp_board_t *board) {
  const size_t n = 2 * (size_t)size;
  mpi_transport_t *t = calloc(1, sizeof *t);
  if (t == NULL) {
    mgp_board_destroy(board);
    return NULL;
  }
  t->board = board;
  t->base.rank = rank;
  t->base.size = size;
  t->requests = malloc(n * sizeof *t->requests);
  t->statuses = malloc(n * sizeof *t->statuses);
  t->ended = malloc(n * sizeof *t->ended);
  t->posted = malloc(n * sizeof *t->posted);
  if (t->requests != NULL && t->statuses != NULL && t->ended != NULL && t->posted != NULL) return t;
  transport_free(t);
  return NULL;
}

static mgp_status_t check(int err, const char *what) {
  if (err == MPI_SUCCESS) return MGP_OK;
  char text[MPI_MAX_ERROR_STRING] = "";
  int len = 0;
  (void)MPI_Error_string(err, text, &len);
  return mgp_fail(MGP_PEER, "%s: %s", what, text);
}

/* Between two looks at what is waited for, nothing of which has come since `since`. A nap takes
 * some 0.1 ms, which the rank that was waited for would lose in its next collective: only after
 * longer than ranks of an even load differ by, which other threads get in the meantime if they
 * want. */
static mgp_status_t idle(const mpi_transport_t *t, uint64_t since) {
  enum { YIELD_NS = 10000000, NAP_NS = 50000 };
  const uint64_t now = mgp_clock_ns();
  if (t->base.deadline_ns != 0 && now > t->base.deadline_ns)
    return mgp_fail(MGP_PEER, "timed out waiting for other ranks");
  if (now - since < YIELD_NS) {
    (void)sched_yield();
  } else {
    struct timespec nap = {0, NAP_NS};
    (void)nanosleep(&nap, NULL);
  }
  return MGP_OK;
}

static mgp_status_t wait_for(mpi_transport_t *t, MPI_Request *request, const char *what) {
  const uint64_t start = mgp_clock_ns();
  for (;;) {
    MPI_Status status;
    int done = 0;
    MGP_TRY(check(MPI_Test(request, &done, &status), what));
    if (done) return MGP_OK;
    MGP_TRY(idle(t, start));
  }
}

/* By the board: a few looks for one at the clock. MPI is called as well, since what this rank has
 * sent may still be on its way, and others wait for that. */
static mgp_status_t board_allgather(mpi_transport_t *t, const void *mine, void *all,
                                    uint64_t nbytes) {
  enum { LOOKS = 64 };
  const uint64_t start = mgp_clock_ns();
  mgp_board_show(t->board, mine, nbytes);
  for (unsigned look = 1; !mgp_board_take(t->board, all, nbytes); look++) {
    MPI_Status status;
    int some = 0;
    if (look % LOOKS != 0) continue;
    MGP_TRY(check(MPI_Iprobe(MPI_ANY_SOURCE, NO_TAG, t->comm, &some, &status), "MPI_Iprobe"));
    MGP_TRY(idle(t, start));
  }
  return MGP_OK;
}

static mgp_status_t mpi_allgather(mgp_transport_t *base, const void *mine, void *all,
                                  uint64_t nbytes) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  MPI_Request request;
  if (t->board != NULL && nbytes <= MGP_BOARD_NBYTES) return board_allgather(t, mine, all, nbytes);
  MGP_TRY(check(
      MPI_Iallgather(mine, (int)nbytes, MPI_BYTE, all, (int)nbytes, MPI_BYTE, t->comm, &request),
      "MPI_Iallgather"));
  return wait_for(t, &request, "MPI_Iallgather");
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
    MGP_TRY(wait_for(t, &request, "MPI_Ibcast"));
  }
  return MGP_OK;
}

/* What an exchange moves. */
typedef struct {
  const uint8_t *const *send;
  const uint64_t *send_nbytes;
  uint8_t *const *recv;
  const uint64_t *recv_nbytes;
} moves_t;

/* Gives MPI the next piece from a rank (slot below size) or to it, if there is one. */
static mgp_status_t post(mpi_transport_t *t, const moves_t *m, uint32_t slot) {
  const uint32_t size = t->base.size, peer = slot % size;
  const bool sends = slot >= size;
  const uint64_t at = t->posted[slot];
  const uint64_t n = piece((sends ? m->send_nbytes : m->recv_nbytes)[peer] - at);
  MPI_Request *request = &t->requests[slot];
  if (n == 0) return MGP_OK;
  t->posted[slot] += n;
  return sends ? check(MPI_Isend(m->send[peer] + at, (int)n, MPI_BYTE, (int)peer, TAG, t->comm,
                                 request),
                       "MPI_Isend")
               : check(MPI_Irecv(m->recv[peer] + at, (int)n, MPI_BYTE, (int)peer, TAG, t->comm,
                                 request),
                       "MPI_Irecv");
}

/* All ranks at a time; of each, one piece after the other in both directions, so that MPI has no
 * more than 2 * size requests and pieces to care for. Each rank begins with the one above it. */
static mgp_status_t mpi_exchange(mgp_transport_t *base, const uint8_t *const *send,
                                 const uint64_t *send_nbytes, uint8_t *const *recv,
                                 const uint64_t *recv_nbytes) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  const moves_t moves = {send, send_nbytes, recv, recv_nbytes};
  const uint32_t size = base->size, rank = base->rank;
  for (uint32_t slot = 0; slot < 2 * size; slot++) {
    t->requests[slot] = MPI_REQUEST_NULL;
    t->posted[slot] = 0;
  }
  for (uint32_t k = 1; k < size; k++) {
    MGP_TRY(post(t, &moves, (rank + size - k) % size));
    MGP_TRY(post(t, &moves, size + (rank + k) % size));
  }
  if (send_nbytes[rank] != 0 && send[rank] != recv[rank])
    memcpy(recv[rank], send[rank], send_nbytes[rank]);
  for (uint64_t since = mgp_clock_ns();;) {
    int n = 0;
    MGP_TRY(check(MPI_Testsome((int)(2 * size), t->requests, &n, t->ended, t->statuses),
                  "MPI_Testsome"));
    if (n == MPI_UNDEFINED) return MGP_OK; /* nothing is under way */
    for (int i = 0; i < n; i++) MGP_TRY(post(t, &moves, (uint32_t)t->ended[i]));
    if (n > 0)
      since = mgp_clock_ns();
    else
      MGP_TRY(idle(t, since));
  }
}

static mgp_status_t mpi_split(mgp_transport_t *base, uint32_t first, uint32_t rank, uint32_t size,
                              mgp_transport_t **out);

static bool mpi_speaks(mgp_transport_t *base) {
  mgp_board_t *board = ((mpi_transport_t *)base)->board;
  return board == NULL || mgp_board_claim(board);
}

/* Of all ranks, also from a comm that has only some of them. */
static void mpi_abort(mgp_transport_t *base, int code) {
  (void)base;
  (void)MPI_Abort(MPI_COMM_WORLD, code);
}

static void mpi_destroy(mgp_transport_t *base) {
  mpi_transport_t *t = (mpi_transport_t *)base;
  (void)MPI_Comm_free(&t->comm);
  if (t->finalises) (void)MPI_Finalize();
  transport_free(t);
}

static const mgp_transport_ops_t mpi_ops = {"mpi",     mpi_allgather, mpi_bcast, mpi_exchange,
                                            mpi_split, mpi_speaks,    mpi_abort, mpi_destroy};

/* There is no transport with a deadline yet. Not left to MPI, whose blocking calls spin where ranks
 * share cores. */
static void yield_until(MPI_Request *request) {
  MPI_Status status;
  for (int done = 0; !done;) {
    if (MPI_Test(request, &done, &status) != MPI_SUCCESS) return;
    if (!done) (void)sched_yield();
  }
}

/* The board of all ranks, or NULL on all of them: not on one host, not to be had, or MGP_BOARD=off
 * in the environment of any (headers go by MPI then, as between hosts). Collective, where ranks
 * have just met, also for one that fails right after. */
static mgp_board_t *find_board(MPI_Comm comm, uint32_t rank, uint32_t size) {
  mgp_shared_offer_t offer = {"", ""};
  mgp_shared_t shared = {NULL, 0, -1};
  mgp_board_t *b = NULL;
  MPI_Request request = MPI_REQUEST_NULL;
  if (size == 1) return NULL;
  if (rank == 0) mgp_shared_offer(mgp_board_nbytes(size), &offer, &shared);
  if (MPI_Ibcast(&offer, sizeof offer, MPI_BYTE, 0, comm, &request) == MPI_SUCCESS)
    yield_until(&request);
  if (rank != 0) mgp_shared_accept(&offer, mgp_board_nbytes(size), &shared);
  int mine = shared.base != NULL && mgp_board_create(&shared, rank, size, &b) == MGP_OK;
  int good = 0;
  if (MPI_Iallreduce(&mine, &good, 1, MPI_INT, MPI_MIN, comm, &request) == MPI_SUCCESS)
    yield_until(&request);
  if (rank == 0) mgp_shared_withdraw(&offer);
  if (good) return b;
  mgp_board_destroy(b);
  return NULL;
}

/* MPI_Comm_split blocks: MPI has no other for it, and the ranks have just met. */
static mgp_status_t mpi_split(mgp_transport_t *base, uint32_t first, uint32_t rank, uint32_t size,
                              mgp_transport_t **out) {
  MPI_Comm comm = MPI_COMM_NULL;
  MGP_TRY(check(MPI_Comm_split(((mpi_transport_t *)base)->comm,
                               size != 0 ? (int)first : MPI_UNDEFINED, (int)rank, &comm),
                "MPI_Comm_split"));
  if (size == 0) return MGP_OK;
  mpi_transport_t *t = transport_create(rank, size, find_board(comm, rank, size));
  if (t == NULL) {
    (void)MPI_Comm_free(&comm);
    return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  }
  (void)MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  t->base.ops = &mpi_ops;
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
  MPI_Comm comm = MPI_COMM_NULL;
  (void)MPI_Comm_dup(MPI_COMM_WORLD, &comm);
  (void)MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  (void)MPI_Comm_rank(comm, &rank);
  (void)MPI_Comm_size(comm, &size);
  mgp_board_t *board = find_board(comm, (uint32_t)rank, (uint32_t)size);
  mpi_transport_t *t = transport_create((uint32_t)rank, (uint32_t)size, board);
  /* alone with such an error, a rank would leave the others waiting: the job ends */
  if (t == NULL) (void)MPI_Abort(MPI_COMM_WORLD, mgp_status_exit_code(MGP_RESOURCES));
  if (t == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for the comm state");
  /* writing to a dead peer is an MPI error to report, not a silent death */
  (void)signal(SIGPIPE, SIG_IGN);
  t->base.ops = &mpi_ops;
  t->comm = comm;
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
