#include "comm/comm.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"
#include "comm/transport.h"

/* What every rank tells every other at the start of a collective; always as long, since a rank may
 * be in another one. */
typedef struct {
  uint64_t n; /* bytes or elements of the operation */
  uint32_t sequence;
  uint32_t op;
  uint32_t root;
  uint32_t status;
  uint8_t bytes[MGP_COMM_SMALL_MAX]; /* of allgather */
} header_t;

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
  header_t *headers; /* [size] */
  void *kept;        /* mgp_comm_keep */
  void (*kept_end)(void *, int);
  /* arguments of exchange, [size] each */
  const uint8_t **send;
  uint8_t **recv;
  uint64_t *send_nbytes, *recv_nbytes;
};

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
  }
  if (c == NULL || c->headers == NULL || c->send == NULL || c->recv == NULL ||
      c->send_nbytes == NULL || c->recv_nbytes == NULL) {
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
  free(c);
}

/* The ranks cannot reach each other any more. Of several ranks in one process, one says so; of
 * several processes, which notice together, the lowest: the others are being ended by the time that
 * it would be their turn. */
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
  if (stopping || mgp_stop_check() == MGP_OK)
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

static void exchange_counted(mgp_comm_t *c) {
  exchange(c);
  mgp_comm_stats_t *s = &c->stats[c->op];
  for (uint32_t r = 0; r < c->t->size; r++) {
    if (r == c->t->rank) continue;
    s->sent_nbytes += c->send_nbytes[r];
    s->received_nbytes += c->recv_nbytes[r];
  }
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
  const header_t *a = &c->headers[0], *b = &c->headers[rank];
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

/* One round of headers; `same_n`: all ranks must have the same n. Of allgather: with n bytes. */
static mgp_status_t meet_with(mgp_comm_t *c, mgp_status_t local, uint64_t n, bool same_n,
                              uint32_t root, const void *bytes) {
  header_t mine = {n, ++c->sequence, (uint32_t)c->op, root, (uint32_t)local, {0}};
  if (bytes != NULL) memcpy(mine.bytes, bytes, n);
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
    const header_t *a = &c->headers[0], *b = &c->headers[r];
    if (a->op != b->op || a->sequence != b->sequence || a->root != b->root ||
        (same_n && a->n != b->n))
      return close_mismatch(c, r, same_n);
  }
  return MGP_OK;
}

static mgp_status_t meet(mgp_comm_t *c, mgp_status_t local, uint64_t n, bool same_n,
                         uint32_t root) {
  return meet_with(c, local, n, same_n, root, NULL);
}

static void enter(mgp_comm_t *c, mgp_comm_op_t op) {
  c->op = op;
  c->entered_ns = mgp_clock_ns();
  c->t->deadline_ns = c->timeout_ns != 0 ? c->entered_ns + c->timeout_ns : 0;
  c->stats[op].calls++;
}

/* Starts a collective; each begin has an end. */
static mgp_status_t begin(mgp_comm_t *c, mgp_comm_op_t op, uint64_t n, bool same_n, uint32_t root) {
  enter(c, op);
  if (c->status != MGP_OK) return mgp_fail(c->status, "%s", c->message);
  mgp_status_t st = MGP_OK;
  if (root >= c->t->size)
    st = mgp_fail(MGP_INTERNAL, "%s: root %u of %u ranks", op_text[op], root, c->t->size);
  return meet(c, st, n, same_n, root);
}

static mgp_status_t end(mgp_comm_t *c, mgp_status_t st) {
  c->stats[c->op].ns += mgp_clock_ns() - c->entered_ns;
  return st;
}

mgp_status_t mgp_comm_agree(mgp_comm_t *c, mgp_status_t local) {
  if (c->status != MGP_OK && local != MGP_OK) return local;
  if (c->status != MGP_OK) return mgp_fail(c->status, "%s", c->message);
  enter(c, MGP_COMM_AGREE);
  return end(c, meet(c, local, 0, true, 0));
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
  mgp_status_t st = begin(c, MGP_COMM_SPLIT, color, false, 0);
  if (st != MGP_OK) return end(c, st);
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
  return end(c, MGP_OK);
fail:
  mgp_comm_destroy(part);
  return end(c, st);
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
  return end(c, begin(c, MGP_COMM_BARRIER, 0, true, 0));
}

mgp_status_t mgp_comm_bcast(mgp_comm_t *c, void *buf, uint64_t nbytes, uint32_t root) {
  mgp_status_t st = begin(c, MGP_COMM_BCAST, nbytes, true, root);
  if (st != MGP_OK || nbytes == 0) return end(c, st);
  if (c->t->ops->bcast(c->t, buf, nbytes, root) != MGP_OK) die(c);
  if (c->t->rank == root)
    c->stats[MGP_COMM_BCAST].sent_nbytes += nbytes * (c->t->size - 1);
  else
    c->stats[MGP_COMM_BCAST].received_nbytes += nbytes;
  return end(c, MGP_OK);
}

mgp_status_t mgp_comm_allgather(mgp_comm_t *c, mgp_status_t local, const void *mine,
                                uint64_t nbytes, void *all) {
  if (c->status != MGP_OK) return mgp_comm_agree(c, local);
  enter(c, MGP_COMM_ALLGATHER);
  if (local == MGP_OK && nbytes > MGP_COMM_SMALL_MAX)
    local = mgp_fail(MGP_INTERNAL, "allgather of %llu bytes", (unsigned long long)nbytes);
  mgp_status_t st = meet_with(c, local, nbytes, true, 0, local == MGP_OK ? mine : NULL);
  if (st != MGP_OK) return end(c, st);
  for (uint32_t r = 0; r < c->t->size; r++)
    memcpy((uint8_t *)all + r * nbytes, c->headers[r].bytes, nbytes);
  c->stats[MGP_COMM_ALLGATHER].sent_nbytes += nbytes * (c->t->size - 1);
  c->stats[MGP_COMM_ALLGATHER].received_nbytes += nbytes * (c->t->size - 1);
  return end(c, MGP_OK);
}

/* Room for nbytes[r] bytes of each rank r. */
static mgp_status_t parts_create(uint32_t size, const uint64_t *nbytes, mgp_comm_parts_t *out) {
  mgp_comm_parts_t p = {NULL, malloc(((size_t)size + 1) * sizeof *p.offset)};
  uint64_t total = 0;
  if (p.offset == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for %u part sizes", size);
  for (uint32_t r = 0; r < size; r++) {
    p.offset[r] = total;
    if (__builtin_add_overflow(total, nbytes[r], &total)) total = UINT64_MAX;
  }
  p.offset[size] = total;
  /* one byte more, so that an empty result is not NULL */
  if (total < SIZE_MAX) p.data = malloc((size_t)total + 1);
  if (p.data == NULL) {
    free(p.offset);
    return mgp_fail(MGP_RESOURCES, "out of memory for %llu bytes from %u ranks",
                    (unsigned long long)total, size);
  }
  *out = p;
  return MGP_OK;
}

void mgp_comm_parts_free(mgp_comm_parts_t *parts) {
  free(parts->data);
  free(parts->offset);
  parts->data = NULL;
  parts->offset = NULL;
}

/* Ends gatherv, allgatherv and alltoallv: with c->send, c->send_nbytes and c->recv_nbytes set,
 * makes room, agrees that every rank has it, and moves the bytes. Without `receives`, *out stays.
 */
static mgp_status_t receive_parts(mgp_comm_t *c, bool receives, uint32_t root,
                                  mgp_comm_parts_t *out) {
  mgp_comm_parts_t parts = {NULL, NULL};
  mgp_status_t st = MGP_OK;
  if (receives) st = parts_create(c->t->size, c->recv_nbytes, &parts);
  st = meet(c, st, 0, true, root);
  if (st != MGP_OK) {
    mgp_comm_parts_free(&parts);
    return st;
  }
  for (uint32_t r = 0; r < c->t->size; r++)
    c->recv[r] = receives ? parts.data + parts.offset[r] : NULL;
  exchange_counted(c);
  if (receives) *out = parts;
  return MGP_OK;
}

/* gatherv to one root or, with every_root, to each rank. */
static mgp_status_t gather(mgp_comm_t *c, mgp_comm_op_t op, const void *send, uint64_t nbytes,
                           bool every_root, uint32_t root, mgp_comm_parts_t *out) {
  mgp_status_t st = begin(c, op, nbytes, false, root);
  if (st != MGP_OK) return end(c, st);
  bool receives = every_root || c->t->rank == root;
  for (uint32_t r = 0; r < c->t->size; r++) {
    c->send[r] = send;
    c->send_nbytes[r] = every_root || r == root ? nbytes : 0;
    c->recv_nbytes[r] = receives ? c->headers[r].n : 0;
  }
  return end(c, receive_parts(c, receives, root, out));
}

mgp_status_t mgp_comm_gatherv(mgp_comm_t *c, const void *send, uint64_t nbytes, uint32_t root,
                              mgp_comm_parts_t *out) {
  return gather(c, MGP_COMM_GATHERV, send, nbytes, false, root, out);
}

mgp_status_t mgp_comm_allgatherv(mgp_comm_t *c, const void *send, uint64_t nbytes,
                                 mgp_comm_parts_t *out) {
  return gather(c, MGP_COMM_ALLGATHERV, send, nbytes, true, 0, out);
}

mgp_status_t mgp_comm_alltoallv(mgp_comm_t *c, const void *send, const uint64_t *send_nbytes,
                                mgp_comm_parts_t *out) {
  mgp_status_t st = begin(c, MGP_COMM_ALLTOALLV, 0, true, 0);
  if (st != MGP_OK) return end(c, st);
  uint32_t size = c->t->size;
  uint64_t *incoming = malloc(size * sizeof *incoming);
  if (incoming == NULL) st = mgp_fail(MGP_RESOURCES, "out of memory for %u sizes", size);
  st = meet(c, st, 0, true, 0);
  if (st != MGP_OK) goto done;
  for (uint32_t r = 0; r < size; r++) {
    c->send[r] = (const uint8_t *)&send_nbytes[r];
    c->recv[r] = (uint8_t *)&incoming[r];
    c->send_nbytes[r] = c->recv_nbytes[r] = sizeof *incoming;
  }
  exchange(c);
  const uint8_t *from = send;
  for (uint32_t r = 0; r < size; r++) {
    c->send[r] = from;
    c->send_nbytes[r] = send_nbytes[r];
    c->recv_nbytes[r] = incoming[r];
    if (send_nbytes[r] != 0) from += send_nbytes[r];
  }
  st = receive_parts(c, true, 0, out);
done:
  free(incoming);
  return end(c, st);
}

/* --- arithmetic --- */

/* acc[i] op= x[i] for n elements; returns whether a result did not fit, or an element was not below
 * the modulus. */
typedef bool fold_t(void *acc, const void *x, uint64_t n, uint32_t modulus);

static bool add_u32(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  (void)modulus;
  uint32_t *acc = acc_, carry = 0;
  const uint32_t *x = x_;
  for (uint64_t i = 0; i < n; i++) {
    acc[i] += x[i];
    carry |= acc[i] < x[i];
  }
  return carry != 0;
}

static bool add_mod(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  uint32_t *acc = acc_, wrong = 0;
  const uint32_t *x = x_;
  for (uint64_t i = 0; i < n; i++) {
    wrong |= acc[i] >= modulus || x[i] >= modulus;
    acc[i] += x[i];
    acc[i] -= acc[i] >= modulus ? modulus : 0;
  }
  return wrong != 0;
}

static bool max_u64(void *acc_, const void *x_, uint64_t n, uint32_t modulus) {
  (void)modulus;
  uint64_t *acc = acc_;
  const uint64_t *x = x_;
  for (uint64_t i = 0; i < n; i++)
    if (acc[i] < x[i]) acc[i] = x[i];
  return false;
}

static uint64_t slice_start(uint64_t n, uint32_t size, uint32_t rank) {
  uint64_t rest = n % size;
  return n / size * rank + (rank < rest ? rank : rest);
}

/* Each rank folds its slice of the n elements over all ranks, in rank order; then the slices go to
 * every rank. */
static mgp_status_t allreduce(mgp_comm_t *c, mgp_comm_op_t op, void *buf_, uint64_t n,
                              uint64_t width, fold_t *fold, uint32_t modulus) {
  enum { SCRATCH_NBYTES = 16 << 20 };
  mgp_status_t st = begin(c, op, n, true, 0);
  uint32_t size = c->t->size, rank = c->t->rank;
  if (st != MGP_OK || n == 0 || size == 1) return end(c, st);

  uint8_t *buf = buf_;
  uint64_t block = SCRATCH_NBYTES / (width * size); /* elements of a slice in one round */
  uint64_t longest = n / size + (n % size != 0);
  if (block == 0) block = 1;
  if (block > longest) block = longest;
  uint8_t *scratch = malloc(block * width * size);
  if (scratch == NULL)
    st = mgp_fail(MGP_RESOURCES, "out of memory for %llu bytes of %s",
                  (unsigned long long)(block * width * size), op_text[op]);
  st = meet(c, st, n, true, 0);
  if (st != MGP_OK) goto done;

  uint64_t mine = slice_start(n, size, rank);
  uint64_t mine_n = slice_start(n, size, rank + 1) - mine;
  bool lost = false;
  for (uint64_t at = 0; at < longest; at += block) {
    uint64_t mine_block = at >= mine_n ? 0 : (mine_n - at < block ? mine_n - at : block);
    for (uint32_t r = 0; r < size; r++) {
      uint64_t start = slice_start(n, size, r), len = slice_start(n, size, r + 1) - start;
      uint64_t len_block = at >= len ? 0 : (len - at < block ? len - at : block);
      c->send[r] = buf + (start + at) * width;
      c->send_nbytes[r] = len_block * width;
      c->recv[r] = scratch + r * block * width;
      c->recv_nbytes[r] = mine_block * width;
    }
    exchange_counted(c);
    for (uint32_t r = 1; r < size; r++) lost |= fold(scratch, c->recv[r], mine_block, modulus);
    if (mine_block != 0) memcpy(buf + (mine + at) * width, scratch, mine_block * width);
  }
  if (lost && modulus != 0)
    st = mgp_fail(MGP_INTERNAL, "%s: an element that is not below %u", op_text[op], modulus);
  else if (lost)
    st = mgp_fail(MGP_RESOURCES, "a sum over %u ranks does not fit in %u bits", size,
                  (unsigned)(8 * width));
  st = meet(c, st, n, true, 0);
  if (st != MGP_OK) goto done;

  for (uint32_t r = 0; r < size; r++) {
    uint64_t start = slice_start(n, size, r), len = slice_start(n, size, r + 1) - start;
    c->send[r] = buf + mine * width;
    c->send_nbytes[r] = mine_n * width;
    c->recv[r] = buf + start * width;
    c->recv_nbytes[r] = len * width;
  }
  exchange_counted(c);
done:
  free(scratch);
  return end(c, st);
}

mgp_status_t mgp_comm_allreduce_sum_mod(mgp_comm_t *c, uint32_t *buf, uint64_t n,
                                        uint32_t modulus) {
  return allreduce(c, MGP_COMM_ALLREDUCE_SUM_MOD, buf, n, sizeof *buf, add_mod, modulus);
}

mgp_status_t mgp_comm_allreduce_sum_u32(mgp_comm_t *c, uint32_t *buf, uint64_t n) {
  return allreduce(c, MGP_COMM_ALLREDUCE_SUM, buf, n, sizeof *buf, add_u32, 0);
}

mgp_status_t mgp_comm_allreduce_max_u64(mgp_comm_t *c, uint64_t *buf, uint64_t n) {
  return allreduce(c, MGP_COMM_ALLREDUCE_MAX, buf, n, sizeof *buf, max_u64, 0);
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
