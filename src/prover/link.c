#include "prover/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "prover/placement.h"

/* What is left of the job, once devices wait in vain, to learn which rank is at fault. */
#define LAST_WORDS_S 5.0

const char *mgp_link_op_text(mgp_link_op_t op) {
  static const char *const texts[] = {
#define TEXT(name, text) text,
      MGP_LINK_OP_LIST(TEXT)
#undef TEXT
  };
  return (unsigned)op < MGP_LINK_OPS ? texts[op] : "?";
}

uint64_t mgp_link_bytes(const mgp_device_link_ops_t *ops, uint64_t n, uint32_t size) {
  return ops && size > 1 ? ops->slices_bytes(n, size) : 0;
}

/* --- steps between devices -------------------------------------------------------------------- */

static uint64_t deadline(const mgp_link_t *l) {
  const double limit = mgp_comm_timeout(l->comm);
  return mgp_clock_ns() + (uint64_t)((limit > 0 ? limit : MGP_LINK_LIMIT_S) * 1e9);
}

/* Of no more use. */
static void drop(mgp_link_t *l) {
  mgp_comm_keep(l->comm, NULL, NULL);
  if (l->device) l->ops->end(l->device, 1);
  l->device = NULL;
}

/* The ranks that can still speak say what has happened; those that cannot are not waited for as
 * long as again. */
static mgp_status_t agree_late(mgp_link_t *l, mgp_status_t st) {
  const double limit = mgp_comm_timeout(l->comm);
  mgp_comm_set_timeout(l->comm, LAST_WORDS_S);
  st = mgp_comm_agree(l->comm, st);
  mgp_comm_set_timeout(l->comm, limit);
  return st;
}

/* Has every rank started a step of all devices? If one could not, nobody waits for it. */
static mgp_status_t agree_started(mgp_link_t *l, mgp_status_t st) {
  st = mgp_comm_agree(l->comm, st);
  if (st != MGP_OK) drop(l);
  return st;
}

/* Has it ended on every rank? st: on this one, and with what it did then. */
static mgp_status_t agree_waited(mgp_link_t *l, mgp_status_t st) {
  st = st == MGP_PEER ? agree_late(l, st) : mgp_comm_agree(l->comm, st);
  if (st != MGP_OK) drop(l);
  return st;
}

static mgp_status_t wait_here(mgp_link_t *l) {
  return l->ops->wait(l->device, l->be, deadline(l));
}

/* An operation under way: its time without that of the comm, which counts its own. */
typedef struct {
  uint64_t start;
  double comm;
} stopwatch_t;

static stopwatch_t start_watch(const mgp_link_t *l) {
  return (stopwatch_t){mgp_clock_ns(), mgp_comm_seconds(l->comm)};
}

static mgp_status_t counted(mgp_link_t *l, mgp_link_op_t op, stopwatch_t t, uint64_t sent,
                            uint64_t received, mgp_status_t st) {
  mgp_comm_stats_t *s = &l->stats[op];
  const uint64_t all = mgp_clock_ns() - t.start;
  const uint64_t comm = (uint64_t)((mgp_comm_seconds(l->comm) - t.comm) * 1e9);
  s->calls++;
  s->sent_nbytes += sent;
  s->received_nbytes += received;
  s->ns += all > comm ? all - comm : 0;
  return st;
}

double mgp_link_seconds(const mgp_link_t *l) {
  uint64_t ns = 0;
  for (unsigned op = 0; op < MGP_LINK_OPS; op++) ns += l->stats[op].ns;
  return (double)ns * 1e-9;
}

/* --- opening ---------------------------------------------------------------------------------- */

typedef struct {
  char place[MGP_DEVICE_PLACE_MAX];
  mgp_device_door_t door;
  uint32_t able, kept; /* kept: the comm has a connection */
} offer_t;
_Static_assert(sizeof(offer_t) <= MGP_COMM_SMALL_MAX, "one exchange");

static mgp_status_t make_offer(mgp_link_t *l, const mgp_device_link_ops_t *ops, offer_t *out) {
  const char *way = getenv("MGP_LINK");
  const int host = way && strcmp(way, "host") == 0, sent = way && strcmp(way, "nccl") == 0;
  char where[MGP_DEVICE_PLACE_MAX] = "";
  memset(out, 0, sizeof *out);
  if (way && !host && !sent)
    return mgp_fail(MGP_USAGE, "MGP_LINK=%s: it is \"host\", \"nccl\" or not set", way);
  if (!ops || host) return MGP_OK;
  MGP_TRY(ops->place(l->be, where));
  if (!sent) ops->door(l->be, &out->door);
  (void)snprintf(out->place, sizeof out->place, "%.60s %.60s", mgp_comm_host(l->comm), where);
  out->able = 1;
  out->kept = mgp_comm_kept(l->comm) != NULL;
  return MGP_OK;
}

/* Whether each rank has a device of its own; the answer is the same on all. */
static int all_apart(const mgp_link_t *l, const offer_t *all) {
  const uint32_t size = mgp_comm_size(l->comm);
  for (uint32_t r = 0; r < size; r++) {
    if (!all[r].able) return 0;
    for (uint32_t k = 0; k < r; k++) {
      if (strcmp(all[r].place, all[k].place) != 0) continue;
      if (mgp_comm_rank(l->comm) == 0)
        mgp_log_info(
            "ranks %u and %u have the same device (%s): sums over ranks go through the host", k, r,
            all[r].place);
      return 0;
    }
  }
  return 1;
}

/* Sets ops, and device to what the comm has if all ranks have something. */
static void choose(mgp_link_t *l, const mgp_device_link_ops_t *ops, const offer_t *all) {
  uint32_t kept = 0;
  if (!all_apart(l, all)) return;
  l->ops = ops;
  for (uint32_t r = 0; r < mgp_comm_size(l->comm); r++) kept += all[r].kept;
  l->device = mgp_comm_kept(l->comm);
  if (kept < mgp_comm_size(l->comm)) drop(l);
}

static void end_kept(void *device, int failed) {
  const mgp_device_link_t *l = device;
  l->ops->end(device, failed);
}

static mgp_status_t start_connect(mgp_link_t *l) {
  const uint32_t rank = mgp_comm_rank(l->comm), size = mgp_comm_size(l->comm);
  uint8_t id[MGP_LINK_ID_BYTES] = {0};
  mgp_status_t st = l->ops->open(l->be, rank, size, &l->device);
  if (st == MGP_OK && rank == 0) st = l->ops->make_id(l->device, id);
  MGP_TRY(mgp_comm_agree(l->comm, st));
  MGP_TRY(mgp_comm_bcast(l->comm, id, sizeof id, 0));
  return mgp_comm_agree(l->comm, l->ops->start_connect(l->device, id));
}

static mgp_status_t start_reach(mgp_link_t *l, const offer_t *all) {
  const uint32_t size = mgp_comm_size(l->comm);
  mgp_device_door_t *doors = NULL;
  mgp_status_t st =
      mgp_ledger_alloc(l->ledger, MGP_MEM_SCRATCH, size * sizeof *doors, (void **)&doors);
  for (uint32_t r = 0; st == MGP_OK && r < size; r++) doors[r] = all[r].door;
  if (st == MGP_OK) st = l->ops->reach(l->device, l->be, doors);
  mgp_ledger_free(l->ledger, doors);
  return mgp_comm_agree(l->comm, st);
}

/* all: of every rank. */
static mgp_status_t connect_all(mgp_link_t *l, const mgp_device_link_ops_t *ops,
                                const offer_t *all) {
  mgp_status_t st = MGP_OK;
  choose(l, ops, all);
  if (!l->ops) return MGP_OK;
  if (!l->device) {
    st = start_connect(l);
    if (st == MGP_OK) mgp_comm_keep(l->comm, l->device, end_kept);
  }
  if (st == MGP_OK) st = start_reach(l, all);
  if (st != MGP_OK) drop(l);
  return st;
}

mgp_status_t mgp_link_open(mgp_link_t *l, mgp_comm_t *comm, mgp_backend_t *be, mgp_ledger_t *ledger,
                           const mgp_device_link_ops_t *ops) {
  memset(l, 0, sizeof *l);
  l->comm = comm;
  l->be = be;
  l->ledger = ledger;
  if (mgp_comm_size(comm) == 1) return MGP_OK;
  offer_t mine;
  mgp_comm_parts_t all = {0};
  mgp_status_t st = make_offer(l, ops, &mine);
  MGP_TRY(mgp_comm_allgatherv(l->comm, st, &mine, sizeof mine, &all));
  st = connect_all(l, ops, (const offer_t *)(const void *)all.data);
  mgp_comm_parts_free(&all);
  return st;
}

void mgp_link_name(const mgp_link_t *l, char out[MGP_LINK_NAME_MAX]) {
  int v = 0;
  if (l->ops && l->ops->version(&v) == MGP_OK)
    (void)snprintf(out, MGP_LINK_NAME_MAX, "%.8s %d.%d.%d%s", l->ops->name, v / 10000,
                   v / 100 % 100, v % 100, l->reaches ? ", peer memory" : "");
  else
    (void)snprintf(out, MGP_LINK_NAME_MAX, "%s", mgp_comm_size(l->comm) == 1 ? "none" : "host");
}

/* --- sums ------------------------------------------------------------------------------------- */

/* In each other's memory, once what each rank writes there itself is done. st: how this rank comes
 * to the sum. */
static mgp_status_t sum_in_place(mgp_link_t *l, mgp_status_t st, uint32_t *d_buf, uint64_t n,
                                 int field) {
  uint64_t at[MGP_DEVICE_REACH_MOST], mine = l->ops->offset(l->be, d_buf);
  if (st == MGP_OK) st = l->ops->drain(l->device, l->be);
  st = mgp_comm_allgather(l->comm, st, &mine, sizeof mine, at);
  if (st != MGP_OK) {
    drop(l);
    return st;
  }
  st = l->ops->start_sum(l->device, l->be, at, n, field);
  if (st == MGP_OK) {
    st = wait_here(l);
    if (st != MGP_OK) (void)l->ops->drain(l->device, l->be); /* nothing of it in others' memory */
  }
  return agree_waited(l, st);
}

static mgp_status_t sum_u32_direct(mgp_link_t *l, mgp_status_t st, uint32_t *d_buf, uint64_t n) {
  if (st == MGP_OK) st = l->ops->start_sum_u32(l->device, l->be, d_buf, n);
  MGP_TRY(agree_started(l, st));
  return agree_waited(l, wait_here(l));
}

static mgp_status_t sum_field_direct(mgp_link_t *l, mgp_status_t st, mgp_f_t *d_buf, uint64_t n) {
  if (mgp_comm_size(l->comm) == 2) {
    MGP_TRY(sum_u32_direct(l, st, d_buf, n));
    return mgp_comm_agree(l->comm, l->ops->reduce(l->device, l->be, d_buf, n));
  }
  if (st == MGP_OK) st = l->ops->start_slices(l->device, l->be, d_buf, n);
  MGP_TRY(agree_started(l, st));
  st = wait_here(l);
  if (st == MGP_OK) st = l->ops->add_slices(l->device, l->be, d_buf, n);
  if (st == MGP_OK) st = l->ops->start_spread(l->device, l->be, d_buf, n);
  MGP_TRY(agree_waited(l, st)); /* and started the way back */
  return agree_waited(l, wait_here(l));
}

/* Piece by piece: checked u32 sums, or field words. */
static mgp_status_t sum_by_host(mgp_link_t *l, mgp_status_t st, uint32_t *d_buf, uint64_t n,
                                int field) {
  const mgp_backend_ops_t *ops = l->be->ops;
  const uint64_t piece = n < MGP_LINK_PIECE ? n : MGP_LINK_PIECE;
  uint32_t *host = NULL;
  if (st == MGP_OK)
    st = mgp_ledger_alloc(l->ledger, MGP_MEM_SCRATCH, piece * sizeof *host + 1, (void **)&host);
  for (uint64_t at = 0; at < n; at += piece) {
    const uint64_t len = n - at < piece ? n - at : piece;
    if (st == MGP_OK) st = ops->download(l->be, host, d_buf + at, len * sizeof *host);
    MGP_TRY_GOTO(st, mgp_comm_agree(l->comm, st), out);
    MGP_TRY_GOTO(st,
                 field ? mgp_comm_allreduce_sum_mod(l->comm, host, len, MGP_P)
                       : mgp_comm_allreduce_sum_u32(l->comm, host, len),
                 out);
    st = ops->upload(l->be, d_buf + at, host, len * sizeof *host);
  }
  st = mgp_comm_agree(l->comm, st);
out:
  mgp_ledger_free(l->ledger, host);
  return st;
}

static mgp_status_t sum_u32(mgp_link_t *l, mgp_status_t st, uint32_t *d_buf, uint64_t n) {
  return l->reaches ? sum_in_place(l, st, d_buf, n, 0) : sum_u32_direct(l, st, d_buf, n);
}

static mgp_status_t sum_field(mgp_link_t *l, mgp_status_t st, mgp_f_t *d_buf, uint64_t n) {
  return l->reaches ? sum_in_place(l, st, d_buf, n, 1) : sum_field_direct(l, st, d_buf, n);
}

/* Rank r gives r + 1 in each word: a transport that does not carry bytes right shows. */
static mgp_status_t try_out(mgp_link_t *l, uint32_t *d_buf, uint32_t *host, uint64_t n) {
  const mgp_backend_ops_t *ops = l->be->ops;
  const uint32_t rank = mgp_comm_rank(l->comm), size = mgp_comm_size(l->comm);
  const uint32_t sum = size * (size + 1) / 2;
  uint64_t wrong = 0;
  for (uint64_t i = 0; i < n; i++) host[i] = rank + 1;
  mgp_status_t st = ops->upload(l->be, d_buf, host, n * sizeof *host);
  MGP_TRY(sum_u32(l, st, d_buf, n));
  MGP_TRY(sum_field(l, MGP_OK, d_buf, n));
  st = ops->download(l->be, host, d_buf, n * sizeof *host);
  for (uint64_t i = 0; i < n; i++) wrong += host[i] != sum * size;
  if (st == MGP_OK && wrong)
    st = mgp_fail(MGP_INTERNAL,
                  "%s adds wrongly between these devices (%llu of %llu words): MGP_LINK=%s does "
                  "without it",
                  l->reaches ? "memory that is shared" : l->ops->name, (unsigned long long)wrong,
                  (unsigned long long)n, l->reaches ? "nccl" : "host");
  return mgp_comm_agree(l->comm, st);
}

/* Both ways: pieces are sent in any case. */
static mgp_status_t try_ways(mgp_link_t *l, uint32_t *d_buf, uint32_t *host, uint64_t n) {
  const int reaches = l->reaches;
  l->reaches = 0;
  mgp_status_t st = try_out(l, d_buf, host, n);
  l->reaches = reaches;
  return st == MGP_OK && reaches ? try_out(l, d_buf, host, n) : st;
}

static mgp_status_t try_once(mgp_link_t *l) {
  enum { WORDS = 1 << 18 };
  uint32_t *host = NULL, *d_buf = NULL;
  mgp_status_t st =
      mgp_ledger_alloc(l->ledger, MGP_MEM_SCRATCH, WORDS * sizeof *host, (void **)&host);
  if (st == MGP_OK)
    st = l->be->ops->alloc(l->be, MGP_MEM_SCRATCH, WORDS * sizeof *d_buf, (void **)&d_buf);
  st = mgp_comm_agree(l->comm, st);
  if (st == MGP_OK) st = try_ways(l, d_buf, host, WORDS);
  l->be->ops->free(l->be, d_buf);
  mgp_ledger_free(l->ledger, host);
  if (st == MGP_OK)
    l->device->tried = 1;
  else
    drop(l);
  return st;
}

/* Whether every rank reaches all memory: else none uses it. */
static mgp_status_t agree_reached(mgp_link_t *l) {
  uint64_t not_reached = !l->ops->reached(l->device);
  MGP_TRY(mgp_comm_allreduce_max_u64(l->comm, &not_reached, 1));
  l->reaches = !not_reached;
  return MGP_OK;
}

mgp_status_t mgp_link_ready(mgp_link_t *l) {
  const stopwatch_t start = start_watch(l);
  if (!l->ops || l->ready) return MGP_OK;
  mgp_status_t st = agree_waited(l, l->ops->wait(l->device, NULL, deadline(l)));
  if (st == MGP_OK) st = agree_reached(l);
  if (st == MGP_OK && !l->device->tried) st = try_once(l);
  l->ready = st == MGP_OK;
  return counted(l, MGP_LINK_CONNECT, start, 0, 0, st);
}

mgp_status_t mgp_link_wake(mgp_link_t *l) {
  return l->reaches ? l->ops->wake(l->device, l->be) : MGP_OK;
}

mgp_status_t mgp_link_sum_u32(mgp_link_t *l, uint32_t *d_buf, uint64_t n, uint64_t bound) {
  const uint64_t size = mgp_comm_size(l->comm);
  if (size == 1 || n == 0) return MGP_OK;
  if (!l->ops || bound > UINT32_MAX) return sum_by_host(l, MGP_OK, d_buf, n, 0);
  MGP_TRY(mgp_link_ready(l));
  mgp_status_t st = l->ops->drain(l->device, l->be);
  const stopwatch_t start = start_watch(l);
  const uint64_t nbytes = 2 * n * sizeof *d_buf / size * (size - 1);
  st = sum_u32(l, st, d_buf, n);
  return counted(l, MGP_LINK_SUM_U32, start, nbytes, nbytes, st);
}

mgp_status_t mgp_link_sum_field(mgp_link_t *l, mgp_status_t local, mgp_f_t *d_buf, uint64_t n) {
  const uint64_t size = mgp_comm_size(l->comm);
  if (size == 1 || n == 0) return local;
  if (!l->ops) return sum_by_host(l, local, d_buf, n, 1);
  if (!l->ready) MGP_TRY(mgp_comm_agree(l->comm, local));
  MGP_TRY(mgp_link_ready(l));
  mgp_status_t st = local != MGP_OK ? local : l->ops->drain(l->device, l->be);
  const stopwatch_t start = start_watch(l);
  const uint64_t nbytes = 2 * n * sizeof *d_buf / size * (size - 1);
  st = sum_field(l, st, d_buf, n);
  return counted(l, MGP_LINK_SUM_FIELD, start, nbytes, nbytes, st);
}

/* --- pieces ----------------------------------------------------------------------------------- */

/* Bytes of the pieces of other ranks, or of one of them. */
static uint64_t bytes_of(const mgp_link_t *l, const mgp_device_piece_t *piece, uint32_t n,
                         const uint32_t *of) {
  uint64_t words = 0;
  for (uint32_t k = 0; k < n; k++)
    if (piece[k].rank != mgp_comm_rank(l->comm) && (!of || piece[k].rank == *of))
      words += piece[k].n;
  return words * sizeof(uint32_t);
}

/* What this rank has for itself. */
static mgp_status_t copy_own(mgp_link_t *l, const mgp_device_piece_t *out, uint32_t nout,
                             const mgp_device_piece_t *in, uint32_t nin) {
  const uint32_t own = mgp_comm_rank(l->comm);
  uint32_t k = 0;
  for (uint32_t i = 0; i < nin; i++) {
    if (in[i].rank != own) continue;
    while (k < nout && out[k].rank != own) k++;
    if (k == nout || out[k].n != in[i].n)
      return mgp_fail(MGP_INTERNAL, "pieces of a rank for itself differ");
    MGP_TRY(l->be->ops->copy(l->be, in[i].d_words, out[k++].d_words, in[i].n * sizeof(uint32_t)));
  }
  return MGP_OK;
}

static mgp_status_t collect(mgp_link_t *l, const mgp_device_piece_t *out, uint32_t nout,
                            uint8_t **host, uint64_t *nbytes) {
  uint64_t at = 0;
  for (uint32_t r = 0; r < mgp_comm_size(l->comm); r++) nbytes[r] = bytes_of(l, out, nout, &r);
  MGP_TRY(mgp_ledger_alloc(l->ledger, MGP_MEM_SCRATCH, bytes_of(l, out, nout, NULL) + 1,
                           (void **)host));
  for (uint32_t k = 0; k < nout; k++) {
    const uint64_t n = out[k].n * sizeof(uint32_t);
    if (out[k].rank == mgp_comm_rank(l->comm)) continue;
    MGP_TRY(l->be->ops->download(l->be, *host + at, out[k].d_words, n));
    at += n;
  }
  return MGP_OK;
}

static mgp_status_t distribute(mgp_link_t *l, const mgp_comm_parts_t *all,
                               const mgp_device_piece_t *in, uint32_t nin) {
  const uint8_t *at = all->data;
  for (uint32_t r = 0; r < mgp_comm_size(l->comm); r++)
    if (all->offset[r + 1] - all->offset[r] != bytes_of(l, in, nin, &r))
      return mgp_fail(MGP_INTERNAL, "pieces of rank %u are not as long as expected", r);
  for (uint32_t k = 0; k < nin; k++) {
    const uint64_t n = in[k].n * sizeof(uint32_t);
    if (in[k].rank == mgp_comm_rank(l->comm)) continue;
    MGP_TRY(l->be->ops->upload(l->be, in[k].d_words, at, n));
    at += n;
  }
  return MGP_OK;
}

static mgp_status_t exchange_by_host(mgp_link_t *l, mgp_status_t st, const mgp_device_piece_t *out,
                                     uint32_t nout, const mgp_device_piece_t *in, uint32_t nin) {
  uint64_t nbytes[MGP_MAX_RANKS] = {0};
  mgp_comm_parts_t all = {0};
  uint8_t *host = NULL;
  if (st == MGP_OK) st = collect(l, out, nout, &host, nbytes);
  st = mgp_comm_alltoallv(l->comm, st, host, nbytes, &all);
  mgp_ledger_free(l->ledger, host);
  MGP_TRY(st);
  st = distribute(l, &all, in, nin);
  if (st == MGP_OK) st = copy_own(l, out, nout, in, nin);
  mgp_comm_parts_free(&all);
  return mgp_comm_agree(l->comm, st);
}

static mgp_status_t exchange_direct(mgp_link_t *l, mgp_status_t st, const mgp_device_piece_t *out,
                                    uint32_t nout, const mgp_device_piece_t *in, uint32_t nin) {
  if (st == MGP_OK) st = copy_own(l, out, nout, in, nin);
  if (st == MGP_OK) st = l->ops->start_exchange(l->device, l->be, out, nout, in, nin);
  MGP_TRY(agree_started(l, st));
  return agree_waited(l, wait_here(l));
}

mgp_status_t mgp_link_exchange(mgp_link_t *l, mgp_status_t local, const mgp_device_piece_t *out,
                               uint32_t nout, const mgp_device_piece_t *in, uint32_t nin) {
  if (mgp_comm_size(l->comm) == 1) return local == MGP_OK ? copy_own(l, out, nout, in, nin) : local;
  if (!l->ops) return exchange_by_host(l, local, out, nout, in, nin);
  if (!l->ready) MGP_TRY(mgp_comm_agree(l->comm, local));
  MGP_TRY(mgp_link_ready(l));
  mgp_status_t st = local != MGP_OK ? local : l->ops->drain(l->device, l->be);
  const stopwatch_t start = start_watch(l);
  st = exchange_direct(l, st, out, nout, in, nin);
  return counted(l, MGP_LINK_EXCHANGE, start, bytes_of(l, out, nout, NULL),
                 bytes_of(l, in, nin, NULL), st);
}
