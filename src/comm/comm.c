#include "comm/comm.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"
#include "comm/meet.h"

static const char *const op_text[] = {
#define OP_TEXT(name, text) text,
    MGP_COMM_OP_LIST(OP_TEXT)
#undef OP_TEXT
};

static void copy_name(char *dst, size_t cap, const char *src) {
  (void)snprintf(dst, cap, "%s", src);
}

/* --- life --- */

mgp_status_t mgp_comm_create(mgp_transport_t *t, mgp_comm_t **out) {
  size_t size = t->size;
  mgp_comm_t *c = calloc(1, sizeof *c);
  if (c != NULL) {
    c->t = t;
    c->headers = calloc(size, sizeof *c->headers);
    c->send = calloc(size, sizeof *c->send);
    c->recv = calloc(size, sizeof *c->recv);
    c->send_nbytes = calloc(size, sizeof *c->send_nbytes);
    c->recv_nbytes = calloc(size, sizeof *c->recv_nbytes);
    c->incoming = calloc(size, sizeof *c->incoming);
  }
  if (c == NULL || c->headers == NULL || c->send == NULL || c->recv == NULL ||
      c->send_nbytes == NULL || c->recv_nbytes == NULL || c->incoming == NULL) {
    if (c == NULL)
      t->ops->destroy(t);
    else
      mgp_comm_destroy(c);
    return mgp_fail(MGP_RESOURCES, "out of memory for the comm state of %zu ranks", size);
  }
  if (gethostname(c->host, sizeof c->host) != 0) copy_name(c->host, sizeof c->host, "unknown");
  c->host[sizeof c->host - 1] = '\0';
  copy_name(c->phase, sizeof c->phase, "start");
  c->local_size = 1;
  *out = c;
  return MGP_OK;
}

void mgp_comm_keep(mgp_comm_t *c, void *what, void (*end_it)(void *what, int failed)) {
  c->kept = what;
  c->kept_end = end_it;
}

void *mgp_comm_kept(const mgp_comm_t *c) {
  return c->kept;
}

void mgp_comm_let_go(mgp_comm_t *c) {
  if (c->kept != NULL) c->kept_end(c->kept, c->status != MGP_OK);
  c->kept = NULL;
}

void mgp_comm_destroy(mgp_comm_t *c) {
  if (c == NULL) return;
  mgp_comm_let_go(c);
  c->t->ops->destroy(c->t);
  free(c->headers);
  free(c->send);
  free(c->recv);
  free(c->send_nbytes);
  free(c->recv_nbytes);
  free(c->incoming);
  free(c);
}

/* The ranks cannot reach each other any more. Of several ranks in one process, one says so; of
 * several processes, which notice together, the lowest: by the time that it would be their turn,
 * the others are being ended, or at least see that it has been said (on a busy host ending them
 * takes longer than a turn). */
static _Noreturn void die(mgp_comm_t *c) {
  static atomic_flag said = ATOMIC_FLAG_INIT;
  enum { TURN_NS = 200000000, TURNS = 24, READ_NS = 100000000 };
  char why[MGP_COMM_MESSAGE_MAX];
  while (atomic_flag_test_and_set(&said)) (void)pause();
  copy_name(why, sizeof why, mgp_error_message());
  const bool stopping = mgp_stop_check() != MGP_OK;
  const uint64_t wait_ns = (uint64_t)(c->t->rank < TURNS ? c->t->rank : TURNS) * TURN_NS;
  struct timespec turn = {(time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000)};
  (void)nanosleep(&turn, NULL); /* a signal ends it */
  if ((stopping || mgp_stop_check() == MGP_OK) &&
      (c->t->ops->speaks == NULL || c->t->ops->speaks(c->t)))
    (void)fprintf(stderr,
                  "mgprove: rank %u of %u on %s%s%s gave up in phase \"%s\", collective %s: %s\n",
                  c->t->rank, c->t->size, c->host, c->device[0] ? ", " : "", c->device, c->phase,
                  op_text[c->op], why);
  (void)fflush(stderr);
  turn = (struct timespec){0, READ_NS}; /* MPICH's launcher drops what it has not read by then */
  (void)nanosleep(&turn, NULL);
  c->t->ops->abort(c->t, mgp_status_exit_code(MGP_PEER));
  _exit(mgp_status_exit_code(MGP_PEER));
}

static void allgather(mgp_comm_t *c, const void *mine, void *all, uint64_t nbytes) {
  if (c->t->ops->allgather(c->t, mine, all, nbytes) != MGP_OK) die(c);
}

static void exchange(mgp_comm_t *c) {
  if (c->t->ops->exchange(c->t, c->send, c->send_nbytes, c->recv, c->recv_nbytes) != MGP_OK) die(c);
}

void mgp_meet_count(mgp_comm_t *c) {
  mgp_comm_stats_t *s = &c->stats[c->op];
  for (uint32_t r = 0; r < c->t->size; r++) {
    if (r == c->t->rank) continue;
    s->sent_nbytes += c->send_nbytes[r];
    s->received_nbytes += c->recv_nbytes[r];
  }
}

void mgp_meet_exchange(mgp_comm_t *c) {
  exchange(c);
  mgp_meet_count(c);
}

/* --- agreement --- */

/* Closes the comm with c->failure filled in; `own` is this rank's own failure, or MGP_OK. */
static mgp_status_t close_failed(mgp_comm_t *c, mgp_status_t own) {
  const mgp_comm_failure_t *f = &c->failure;
  if (own != MGP_OK) {
    c->status = own;
    copy_name(c->message, sizeof c->message, mgp_error_message());
    return own;
  }
  c->status = MGP_PEER;
  (void)snprintf(c->message, sizeof c->message, "rank %u on %s failed in phase \"%s\": %.800s",
                 f->rank, f->host, f->phase, f->message);
  return mgp_fail(c->status, "%s", c->message);
}

/* Ranks that are not in the same collective: every rank sees the same headers, so all say so. */
static mgp_status_t close_mismatch(mgp_comm_t *c, uint32_t rank, bool same_n) {
  const mgp_header_t *a = &c->headers[0], *b = &c->headers[rank];
  mgp_comm_failure_t *f = &c->failure;
  f->rank = rank;
  f->status = MGP_INTERNAL;
  f->exit_code = mgp_status_exit_code(MGP_INTERNAL);
  copy_name(f->host, sizeof f->host, "?");
  copy_name(f->phase, sizeof f->phase, c->phase);
  char na[32] = "", nb[32] = "";
  if (same_n) {
    (void)snprintf(na, sizeof na, " n %llu,", (unsigned long long)a->n);
    (void)snprintf(nb, sizeof nb, " n %llu,", (unsigned long long)b->n);
  }
  (void)snprintf(
      f->message, sizeof f->message,
      "the ranks disagree on a collective: rank 0 is in %s (call %u,%s root %u), rank %u "
      "in %s (call %u,%s root %u)",
      op_text[a->op], a->sequence, na, a->root, rank, op_text[b->op], b->sequence, nb, b->root);
  return close_failed(c, mgp_fail(MGP_INTERNAL, "%s", f->message));
}

mgp_status_t mgp_meet(mgp_comm_t *c, mgp_status_t local, uint64_t n, bool same_n, uint32_t root,
                      mgp_load_t load) {
  mgp_header_t mine = {n, ++c->sequence, (uint32_t)c->op, root, (uint32_t)local, {0}};
  if (local == MGP_OK && load.nbytes != 0) memcpy(mine.bytes, load.bytes, load.nbytes);
  allgather(c, &mine, c->headers, sizeof mine);
  for (uint32_t r = 0; r < c->t->size; r++) {
    if (c->headers[r].status == MGP_OK) continue;
    mgp_comm_failure_t *f = &c->failure;
    if (r == c->t->rank) {
      f->rank = r;
      f->status = local;
      f->exit_code = local == MGP_STOPPED ? mgp_stop_exit_code() : mgp_status_exit_code(local);
      copy_name(f->host, sizeof f->host, c->host);
      copy_name(f->device, sizeof f->device, c->device);
      copy_name(f->phase, sizeof f->phase, c->phase);
      copy_name(f->message, sizeof f->message, mgp_error_message());
    }
    if (c->t->ops->bcast(c->t, f, sizeof *f, r) != MGP_OK) die(c);
    return close_failed(c, local);
  }
  for (uint32_t r = 1; r < c->t->size; r++) {
    const mgp_header_t *a = &c->headers[0], *b = &c->headers[r];
    if (a->op != b->op || a->sequence != b->sequence || a->root != b->root ||
        (same_n && a->n != b->n))
      return close_mismatch(c, r, same_n);
  }
  return MGP_OK;
}

static mgp_status_t meet(mgp_comm_t *c, mgp_status_t local, uint64_t n, bool same_n,
                         uint32_t root) {
  return mgp_meet(c, local, n, same_n, root, (mgp_load_t){NULL, 0});
}

void mgp_meet_enter(mgp_comm_t *c, mgp_comm_op_t op) {
  c->op = op;
  c->entered_ns = mgp_clock_ns();
  c->t->deadline_ns = c->timeout_ns != 0 ? c->entered_ns + c->timeout_ns : 0;
  c->stats[op].calls++;
}

static mgp_status_t check_root(const mgp_comm_t *c, uint32_t root) {
  if (root < c->t->size) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "%s: root %u of %u ranks", op_text[c->op], root, c->t->size);
}

mgp_status_t mgp_meet_closed(const mgp_comm_t *c, mgp_status_t local) {
  return local != MGP_OK ? local : mgp_fail(c->status, "%s", c->message);
}

/* Starts a collective of which nothing fails beforehand; each begin has an end. */
static mgp_status_t begin(mgp_comm_t *c, mgp_comm_op_t op, uint64_t n, bool same_n) {
  mgp_meet_enter(c, op);
  return c->status != MGP_OK ? mgp_meet_closed(c, MGP_OK) : meet(c, MGP_OK, n, same_n, 0);
}

mgp_status_t mgp_meet_end(mgp_comm_t *c, mgp_status_t st) {
  c->stats[c->op].ns += mgp_clock_ns() - c->entered_ns;
  return st;
}

mgp_status_t mgp_comm_agree(mgp_comm_t *c, mgp_status_t local) {
  if (c->status != MGP_OK) return mgp_meet_closed(c, local);
  mgp_meet_enter(c, MGP_COMM_AGREE);
  return mgp_meet_end(c, meet(c, local, 0, true, 0));
}

mgp_status_t mgp_comm_connect(mgp_comm_t *c) {
  size_t size = c->t->size;
  char(*hosts)[MGP_COMM_NAME_MAX] = calloc(size, sizeof *hosts);
  mgp_status_t st =
      hosts != NULL ? MGP_OK : mgp_fail(MGP_RESOURCES, "out of memory for %zu host names", size);
  st = mgp_comm_agree(c, st);
  if (st == MGP_OK) {
    allgather(c, c->host, hosts, sizeof *hosts);
    c->local_rank = c->local_size = 0;
    for (uint32_t r = 0; r < size; r++) {
      if (strcmp(hosts[r], c->host) != 0) continue;
      c->local_size++;
      if (r < c->t->rank) c->local_rank++;
    }
  }
  free(hosts);
  return st;
}

mgp_status_t mgp_comm_reopen(mgp_comm_t *c) {
  c->status = MGP_OK;
  memset(&c->failure, 0, sizeof c->failure);
  return mgp_comm_barrier(c);
}

/* --- parts --- */

mgp_status_t mgp_comm_split(mgp_comm_t *c, uint32_t color, mgp_comm_t **out) {
  uint32_t first = 0, rank = 0, size = 0;
  mgp_transport_t *t = NULL;
  mgp_comm_t *part = NULL;
  mgp_status_t st = begin(c, MGP_COMM_SPLIT, color, false);
  if (st != MGP_OK) return mgp_meet_end(c, st);
  for (uint32_t r = 0; r < c->t->size && color != MGP_COMM_NO_PART; r++) {
    if (c->headers[r].n != color) continue;
    if (size++ == 0) first = r;
    if (r < c->t->rank) rank++;
  }
  st = c->t->ops->split(c->t, first, rank, size, &t);
  if (st == MGP_PEER) die(c);
  if (st == MGP_OK && t != NULL) st = mgp_comm_create(t, &part);
  /* nobody uses a part that a member of it does not have */
  MGP_TRY_GOTO(st, meet(c, st, 0, true, 0), fail);
  if (part != NULL) {
    copy_name(part->phase, sizeof part->phase, c->phase);
    copy_name(part->device, sizeof part->device, c->device);
    part->timeout_ns = c->timeout_ns;
    st = mgp_comm_connect(part);
  }
  MGP_TRY_GOTO(st, meet(c, st, 0, true, 0), fail);
  *out = part;
  return mgp_meet_end(c, MGP_OK);
fail:
  mgp_comm_destroy(part);
  return mgp_meet_end(c, st);
}

mgp_status_t mgp_comm_agree_part(mgp_comm_t *c, const mgp_comm_t *part, mgp_status_t local) {
  if (local != MGP_OK && part != NULL) {
    copy_name(c->phase, sizeof c->phase, part->phase);
    copy_name(c->device, sizeof c->device, part->device);
  }
  if (local == MGP_PEER && part != NULL && part->status == MGP_PEER) local = MGP_OK;
  return mgp_comm_agree(c, local);
}

/* --- moving bytes --- */

mgp_status_t mgp_comm_barrier(mgp_comm_t *c) {
  return mgp_meet_end(c, begin(c, MGP_COMM_BARRIER, 0, true));
}

mgp_status_t mgp_comm_bcast(mgp_comm_t *c, void *buf, uint64_t nbytes, uint32_t root) {
  if (c->status != MGP_OK) return mgp_meet_closed(c, MGP_OK);
  mgp_meet_enter(c, MGP_COMM_BCAST);
  const bool small = nbytes <= MGP_COMM_SMALL_MAX, sends = c->t->rank == root;
  const mgp_load_t load = {buf, small && sends ? nbytes : 0};
  mgp_status_t st = mgp_meet(c, check_root(c, root), nbytes, true, root, load);
  if (st != MGP_OK || nbytes == 0) return mgp_meet_end(c, st);
  if (!small) {
    if (c->t->ops->bcast(c->t, buf, nbytes, root) != MGP_OK) die(c);
  } else if (!sends) {
    memcpy(buf, c->headers[root].bytes, nbytes);
  }
  if (sends)
    c->stats[MGP_COMM_BCAST].sent_nbytes += nbytes * (c->t->size - 1);
  else
    c->stats[MGP_COMM_BCAST].received_nbytes += nbytes;
  return mgp_meet_end(c, MGP_OK);
}

mgp_status_t mgp_comm_allgather(mgp_comm_t *c, mgp_status_t local, const void *mine,
                                uint64_t nbytes, void *all) {
  if (c->status != MGP_OK) return mgp_meet_closed(c, local);
  mgp_meet_enter(c, MGP_COMM_ALLGATHER);
  if (local == MGP_OK && nbytes > MGP_COMM_SMALL_MAX)
    local = mgp_fail(MGP_INTERNAL, "allgather of %llu bytes", (unsigned long long)nbytes);
  mgp_status_t st = mgp_meet(c, local, nbytes, true, 0, (mgp_load_t){mine, nbytes});
  if (st != MGP_OK) return mgp_meet_end(c, st);
  for (uint32_t r = 0; r < c->t->size; r++)
    memcpy((uint8_t *)all + r * nbytes, c->headers[r].bytes, nbytes);
  c->stats[MGP_COMM_ALLGATHER].sent_nbytes += nbytes * (c->t->size - 1);
  c->stats[MGP_COMM_ALLGATHER].received_nbytes += nbytes * (c->t->size - 1);
  return mgp_meet_end(c, MGP_OK);
}

/* --- parts of different lengths --- */

/* What all ranks send together, at most this, has room before they meet, so that they need not
 * agree afterwards that all have it. */
enum { ROOM_NBYTES = 64 << 10 };

static uint64_t add_sizes(uint64_t a, uint64_t b) {
  uint64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static mgp_status_t parts_create(uint32_t size, mgp_comm_parts_t *out) {
  out->offset = malloc(((size_t)size + 1) * sizeof *out->offset);
  out->data = malloc(ROOM_NBYTES);
  if (out->offset != NULL && out->data != NULL) return MGP_OK;
  return mgp_fail(MGP_RESOURCES, "out of memory for what %u ranks send", size);
}

/* More room, for c->recv_nbytes[r] bytes of each rank r. */
static mgp_status_t parts_grow(const mgp_comm_t *c, mgp_comm_parts_t *parts) {
  uint64_t total = 0;
  for (uint32_t r = 0; r < c->t->size; r++) total = add_sizes(total, c->recv_nbytes[r]);
  free(parts->data);
  parts->data = total < SIZE_MAX ? malloc((size_t)total + 1) : NULL;
  if (parts->data != NULL) return MGP_OK;
  return mgp_fail(MGP_RESOURCES, "out of memory for %llu bytes from %u ranks",
                  (unsigned long long)total, c->t->size);
}

void mgp_comm_parts_free(mgp_comm_parts_t *parts) {
  free(parts->data);
  free(parts->offset);
  parts->data = NULL;
  parts->offset = NULL;
}

/* What all ranks send, by their headers. */
static uint64_t sent_by_all(const mgp_comm_t *c) {
  uint64_t total = 0;
  for (uint32_t r = 0; r < c->t->size; r++) total = add_sizes(total, c->headers[r].n);
  return total;
}

/* All of it has come in the headers: nobody has more than fits there, as all ranks see. */
static bool came_along(const mgp_comm_t *c, uint64_t total) {
  bool small = total <= ROOM_NBYTES;
  for (uint32_t r = 0; r < c->t->size; r++) small &= c->headers[r].n <= MGP_COMM_SMALL_MAX;
  return small;
}

static void lay_out(mgp_comm_t *c, mgp_comm_parts_t *parts) {
  parts->offset[0] = 0;
  for (uint32_t r = 0; r < c->t->size; r++) {
    parts->offset[r + 1] = parts->offset[r] + c->recv_nbytes[r];
    c->recv[r] = parts->data + parts->offset[r];
  }
}

/* Ends gatherv, allgatherv and alltoallv: with c->send, c->send_nbytes and c->recv_nbytes set, and
 * `total` bytes sent by all, makes room if there is not enough yet, agrees that every rank has it,
 * and moves the bytes. Without room (who does not receive) nothing comes. */
static mgp_status_t receive_parts(mgp_comm_t *c, uint64_t total, uint32_t root,
                                  mgp_comm_parts_t *room) {
  if (total > ROOM_NBYTES)
    MGP_TRY(meet(c, room != NULL ? parts_grow(c, room) : MGP_OK, 0, true, root));
  if (room != NULL) lay_out(c, room);
  mgp_meet_exchange(c);
  return MGP_OK;
}

/* gatherv to one root or, with every_root, to each rank. */
static mgp_status_t gather(mgp_comm_t *c, mgp_comm_op_t op, mgp_status_t local, const void *send,
                           uint64_t nbytes, bool every_root, uint32_t root, mgp_comm_parts_t *out) {
  if (c->status != MGP_OK) return mgp_meet_closed(c, local);
  mgp_meet_enter(c, op);
  const bool receives = every_root || c->t->rank == root;
  const mgp_load_t load = {send, nbytes <= MGP_COMM_SMALL_MAX ? nbytes : 0};
  mgp_comm_parts_t parts = {NULL, NULL};
  if (local == MGP_OK) local = check_root(c, root);
  if (local == MGP_OK && receives) local = parts_create(c->t->size, &parts);
  mgp_status_t st;
  MGP_TRY_GOTO(st, mgp_meet(c, local, nbytes, false, root, load), out);
  for (uint32_t r = 0; r < c->t->size; r++) {
    c->send[r] = send;
    c->send_nbytes[r] = every_root || r == root ? nbytes : 0;
    c->recv_nbytes[r] = receives ? c->headers[r].n : 0;
  }
  const uint64_t total = sent_by_all(c);
  if (came_along(c, total)) {
    mgp_meet_count(c);
    if (receives) lay_out(c, &parts);
    for (uint32_t r = 0; r < c->t->size && receives; r++)
      memcpy(c->recv[r], c->headers[r].bytes, c->recv_nbytes[r]);
  } else {
    MGP_TRY_GOTO(st, receive_parts(c, total, root, receives ? &parts : NULL), out);
  }
  if (receives) *out = parts;
  return mgp_meet_end(c, MGP_OK);
out:
  mgp_comm_parts_free(&parts);
  return mgp_meet_end(c, st);
}

mgp_status_t mgp_comm_gatherv(mgp_comm_t *c, mgp_status_t local, const void *send, uint64_t nbytes,
                              uint32_t root, mgp_comm_parts_t *out) {
  return gather(c, MGP_COMM_GATHERV, local, send, nbytes, false, root, out);
}

mgp_status_t mgp_comm_allgatherv(mgp_comm_t *c, mgp_status_t local, const void *send,
                                 uint64_t nbytes, mgp_comm_parts_t *out) {
  return gather(c, MGP_COMM_ALLGATHERV, local, send, nbytes, true, 0, out);
}

/* Sets c->incoming[r], what rank r sends to this one: from the headers, if they have room for what
 * each rank sends to each. */
static void learn_incoming(mgp_comm_t *c, bool in_headers, const uint64_t *send_nbytes) {
  const uint32_t size = c->t->size;
  for (uint32_t r = 0; r < size && in_headers; r++)
    memcpy(&c->incoming[r], c->headers[r].bytes + c->t->rank * sizeof *c->incoming,
           sizeof *c->incoming);
  if (in_headers) return;
  for (uint32_t r = 0; r < size; r++) {
    c->send[r] = (const uint8_t *)&send_nbytes[r];
    c->recv[r] = (uint8_t *)&c->incoming[r];
    c->send_nbytes[r] = c->recv_nbytes[r] = sizeof *c->incoming;
  }
  exchange(c);
}

mgp_status_t mgp_comm_alltoallv(mgp_comm_t *c, mgp_status_t local, const void *send,
                                const uint64_t *send_nbytes, mgp_comm_parts_t *out) {
  if (c->status != MGP_OK) return mgp_meet_closed(c, local);
  mgp_meet_enter(c, MGP_COMM_ALLTOALLV);
  const uint32_t size = c->t->size;
  const bool in_headers = size * sizeof *send_nbytes <= MGP_COMM_SMALL_MAX;
  mgp_comm_parts_t parts = {NULL, NULL};
  uint64_t sent = 0;
  for (uint32_t r = 0; r < size && local == MGP_OK; r++) sent = add_sizes(sent, send_nbytes[r]);
  if (local == MGP_OK) local = parts_create(size, &parts);
  mgp_status_t st;
  MGP_TRY_GOTO(st,
               mgp_meet(c, local, sent, false, 0,
                        (mgp_load_t){send_nbytes, in_headers ? size * sizeof *send_nbytes : 0}),
               out);
  const uint64_t total = sent_by_all(c);
  learn_incoming(c, in_headers, send_nbytes);
  const uint8_t *from = send;
  for (uint32_t r = 0; r < size; r++) {
    c->send[r] = from;
    c->send_nbytes[r] = send_nbytes[r];
    c->recv_nbytes[r] = c->incoming[r];
    if (send_nbytes[r] != 0) from += send_nbytes[r];
  }
  MGP_TRY_GOTO(st, receive_parts(c, total, 0, &parts), out);
  *out = parts;
  return mgp_meet_end(c, MGP_OK);
out:
  mgp_comm_parts_free(&parts);
  return mgp_meet_end(c, st);
}

/* --- queries --- */

uint32_t mgp_comm_rank(const mgp_comm_t *c) {
  return c->t->rank;
}
uint32_t mgp_comm_size(const mgp_comm_t *c) {
  return c->t->size;
}
uint32_t mgp_comm_local_rank(const mgp_comm_t *c) {
  return c->local_rank;
}
uint32_t mgp_comm_local_size(const mgp_comm_t *c) {
  return c->local_size;
}
const char *mgp_comm_host(const mgp_comm_t *c) {
  return c->host;
}
const char *mgp_comm_transport(const mgp_comm_t *c) {
  return c->t->ops->name;
}
const char *mgp_comm_phase(const mgp_comm_t *c) {
  return c->phase;
}

void mgp_comm_set_phase(mgp_comm_t *c, const char *phase) {
  copy_name(c->phase, sizeof c->phase, phase);
}

void mgp_comm_set_device(mgp_comm_t *c, const char *device) {
  copy_name(c->device, sizeof c->device, device);
}

void mgp_comm_set_timeout(mgp_comm_t *c, double seconds) {
  c->timeout_ns = seconds > 0 ? (uint64_t)(seconds * 1e9) : 0;
}

double mgp_comm_timeout(const mgp_comm_t *c) {
  return (double)c->timeout_ns * 1e-9;
}

const mgp_comm_failure_t *mgp_comm_failure(const mgp_comm_t *c) {
  return c->status != MGP_OK ? &c->failure : NULL;
}

mgp_comm_stats_t mgp_comm_stats(const mgp_comm_t *c, mgp_comm_op_t op) {
  return c->stats[op];
}
double mgp_comm_seconds(const mgp_comm_t *c) {
  uint64_t ns = 0;
  for (unsigned op = 0; op < MGP_COMM_OP_COUNT; op++) ns += c->stats[op].ns;
  return (double)ns * 1e-9;
}
const char *mgp_comm_op_text(mgp_comm_op_t op) {
  return op_text[op];
}
