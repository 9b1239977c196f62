/* Collectives between GPUs by NCCL (backend/device.h), one communicator per rank, never blocking: a
 * call starts something, and `wait` asks whether it is done.
 *
 * NCCL has no sum mod p. Sums of two words of F fit 32 bits, and a kernel reduces them; from the
 * third rank on field words travel in slices by ncclSend and ncclRecv and are added by a kernel.
 * With MGP_NCCL_FAIL=N[:RANK] in the environment the N-th NCCL call of each rank, or of that one,
 * fails (for tests); all polls of one wait count as one call. */
#include "link.cuh"

#include <nccl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops.cuh"
#include "planes.cuh"
#include "reach.cuh"

extern "C" {
#include "base/clock.h"
}

#define THREADS    256u
#define GOODBYE_NS UINT64_C(5000000000) /* for others who end too */

typedef struct {
  mgp_device_link_t base;
  int device;
  char device_name[64], host[64];
  ncclComm_t comm;
  uint32_t rank, size;
  bool connected;
  const char *started; /* the NCCL call that is waited for */
  cudaEvent_t done;
  /* others' slices, one after the other, in the order of ranks; of that backend */
  mgp_f_t *d_room;
  mgp_cuda_t *room_of;
  mgp_cuda_reach_t reach;
  uint64_t calls, fail_at;
} link_t;

static link_t *link_of(mgp_device_link_t *l) {
  return reinterpret_cast<link_t *>(l);
}

/* --- checked calls ---------------------------------------------------------------------------- */

static mgp_status_t check(const link_t *l, ncclResult_t result, const char *what) {
  if (result == ncclSuccess || result == ncclInProgress) return MGP_OK;
  const char *more = ncclGetLastError(l->comm);
  const bool peers = result == ncclRemoteError || result == ncclSystemError;
  return mgp_fail(peers ? MGP_PEER : MGP_INTERNAL,
                  "NCCL, rank %u of %u, CUDA device %d (%s) on host %s: %s: %s (error %d)%s%.300s",
                  l->rank, l->size, l->device, l->device_name, l->host, what,
                  ncclGetErrorString(result), (int)result, more && *more ? ": " : "",
                  more ? more : "");
}

static bool injected(link_t *l) {
  return ++l->calls == l->fail_at;
}

#define NCCL_CALL(l, call) check((l), injected(l) ? ncclInternalError : (call), #call)

static uint64_t fail_at(uint32_t rank) {
  const char *text = getenv("MGP_NCCL_FAIL");
  char *end = NULL;
  if (!text) return 0;
  const uint64_t n = strtoull(text, &end, 10);
  return *end == ':' && strtoul(end + 1, NULL, 10) != rank ? 0 : n;
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* Soon done or not: short naps, once it takes longer than a collective on one host. */
static mgp_status_t pause_until(const link_t *l, uint64_t start, uint64_t deadline_ns) {
  const uint64_t now = mgp_clock_ns();
  const struct timespec nap = {0, 50000};
  if (now > deadline_ns)
    return mgp_fail(
        MGP_PEER,
        "NCCL, rank %u of %u, CUDA device %d (%s) on host %s: %s: timed out waiting for "
        "other ranks",
        l->rank, l->size, l->device, l->device_name, l->host, l->started);
  if (now - start < 2000000)
    (void)sched_yield();
  else
    (void)nanosleep(&nap, NULL);
  return MGP_OK;
}

/* Until the communicator has done what the host has to do for the last call. */
static mgp_status_t settle(link_t *l, uint64_t deadline_ns) {
  const uint64_t start = mgp_clock_ns();
  ncclResult_t state = ncclInProgress;
  MGP_TRY(NCCL_CALL(l, ncclCommGetAsyncError(l->comm, &state)));
  for (;;) {
    MGP_TRY(check(l, state, l->started));
    if (state == ncclSuccess) return MGP_OK;
    MGP_TRY(pause_until(l, start, deadline_ns));
    MGP_TRY(check(l, ncclCommGetAsyncError(l->comm, &state), "ncclCommGetAsyncError"));
  }
}

static mgp_status_t wait_for(mgp_device_link_t *base, mgp_backend_t *be, uint64_t deadline_ns) {
  link_t *l = link_of(base);
  MGP_TRY(settle(l, deadline_ns));
  l->connected = true;
  if (!be) return MGP_OK;
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint64_t start = mgp_clock_ns();
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(l->done, cu->stream)));
  for (;;) {
    ncclResult_t state = ncclSuccess;
    const cudaError_t error = cudaEventQuery(l->done);
    if (error == cudaSuccess) return MGP_OK;
    if (error != cudaErrorNotReady) return mgp_cuda_check(cu, error, l->started);
    MGP_TRY(check(l, ncclCommGetAsyncError(l->comm, &state), "ncclCommGetAsyncError"));
    MGP_TRY(check(l, state, l->started));
    MGP_TRY(pause_until(l, start, deadline_ns));
  }
}

/* --- life ------------------------------------------------------------------------------------- */

static mgp_status_t version(int *out) {
  const ncclResult_t result = ncclGetVersion(out);
  if (result == ncclSuccess) return MGP_OK;
  return mgp_fail(MGP_INTERNAL, "NCCL: ncclGetVersion: %s", ncclGetErrorString(result));
}

/* NCCL takes one rank per bus address, also where that is a part of a GPU (MIG). */
static mgp_status_t place(mgp_backend_t *be, char out[MGP_DEVICE_PLACE_MAX]) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  cudaDeviceProp prop;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaGetDeviceProperties(&prop, cu->device)));
  snprintf(out, MGP_DEVICE_PLACE_MAX, "GPU %04x:%02x:%02x", (unsigned)prop.pciDomainID,
           (unsigned)prop.pciBusID, (unsigned)prop.pciDeviceID);
  return MGP_OK;
}

static mgp_status_t open_link(mgp_backend_t *be, uint32_t rank, uint32_t size,
                              mgp_device_link_t **out) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  link_t *l = (link_t *)calloc(1, sizeof *l);
  if (!l) return mgp_fail(MGP_RESOURCES, "out of host memory for NCCL");
  l->base.ops = &mgp_cuda_link;
  l->device = cu->device;
  memcpy(l->device_name, cu->device_name, sizeof l->device_name);
  memcpy(l->host, cu->host, sizeof l->host);
  l->rank = l->reach.rank = rank;
  l->size = l->reach.size = size;
  l->reach.device = cu->device;
  l->fail_at = fail_at(rank);
  mgp_status_t st = MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&l->done, cudaEventDisableTiming));
  if (st != MGP_OK)
    free(l);
  else
    *out = &l->base;
  return st;
}

static mgp_status_t make_id(mgp_device_link_t *base, uint8_t id[MGP_LINK_ID_BYTES]) {
  link_t *l = link_of(base);
  ncclUniqueId unique;
  static_assert(sizeof unique == MGP_LINK_ID_BYTES, "size of an id");
  MGP_TRY(NCCL_CALL(l, ncclGetUniqueId(&unique)));
  memcpy(id, &unique, sizeof unique);
  return MGP_OK;
}

static mgp_status_t start_connect(mgp_device_link_t *base, const uint8_t id[MGP_LINK_ID_BYTES]) {
  link_t *l = link_of(base);
  ncclUniqueId unique;
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  memcpy(&unique, id, sizeof unique);
  l->started = "ncclCommInitRankConfig";
  return NCCL_CALL(l,
                   ncclCommInitRankConfig(&l->comm, (int)l->size, unique, (int)l->rank, &config));
}

static void end(mgp_device_link_t *base, int lost) {
  link_t *l = link_of(base);
  if (!l) return;
  (void)cudaSetDevice(l->device);
  lost |= !l->connected;
  if (l->comm && !lost) {
    const uint64_t deadline_ns = mgp_clock_ns() + GOODBYE_NS;
    l->started = "ncclCommFinalize";
    lost = NCCL_CALL(l, ncclCommFinalize(l->comm)) != MGP_OK || settle(l, deadline_ns) != MGP_OK;
  }
  if (l->comm && lost)
    (void)ncclCommAbort(l->comm);
  else if (l->comm)
    (void)ncclCommDestroy(l->comm);
  mgp_cuda_reach_close(&l->reach);
  if (l->done) (void)cudaEventDestroy(l->done);
  if (l->d_room) mgp_cuda_give(l->room_of, l->d_room);
  free(l);
}

/* --- sums in each other's memory -------------------------------------------------------------- */

static void door(mgp_backend_t *be, mgp_device_door_t *out) {
  mgp_cuda_door(mgp_cuda_of(be), out);
}

static mgp_status_t reach(mgp_device_link_t *base, mgp_backend_t *be,
                          const mgp_device_door_t *all) {
  bool fresh = false;
  MGP_TRY(mgp_cuda_reach_begin(&link_of(base)->reach, mgp_cuda_of(be), all, &fresh));
  if (fresh) base->tried = 0;
  return MGP_OK;
}

static int reached(mgp_device_link_t *base) {
  return mgp_cuda_reach_end(&link_of(base)->reach);
}

static mgp_status_t wake(mgp_device_link_t *base, mgp_backend_t *be) {
  return mgp_cuda_reach_wake(&link_of(base)->reach, mgp_cuda_of(be));
}

static uint64_t offset_of(mgp_backend_t *be, const void *d_buf) {
  return (uint64_t)((const uint8_t *)d_buf - mgp_cuda_of(be)->d_arena);
}

static mgp_status_t start_sum(mgp_device_link_t *base, mgp_backend_t *be, const uint64_t *offset,
                              uint64_t n, int field) {
  link_t *l = link_of(base);
  l->started = "kernel sum_places";
  return mgp_cuda_reach_sum(&l->reach, mgp_cuda_of(be), offset, n, field != 0);
}

/* --- sums by NCCL ----------------------------------------------------------------------------- */

static mgp_status_t drain(mgp_device_link_t *base, mgp_backend_t *be) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  (void)base;
  return MGP_CUDA_CALL(cu, cudaStreamSynchronize(cu->stream));
}

static mgp_status_t start_sum_u32(mgp_device_link_t *base, mgp_backend_t *be, uint32_t *d_buf,
                                  uint64_t n) {
  link_t *l = link_of(base);
  const cudaStream_t stream = mgp_cuda_of(be)->stream;
  l->started = "ncclAllReduce";
  return NCCL_CALL(l, ncclAllReduce(d_buf, d_buf, n, ncclUint32, ncclSum, l->comm, stream));
}

/* Words below 2 p, four a thread, to words of F. */
static __global__ void reduce_words(mgp_f_t *words, uint64_t n) {
  const uint64_t first = ((uint64_t)blockIdx.x * THREADS + threadIdx.x) * 4;
  if (first + 4 <= n) {
    mgp_f_t w[4];
    mgp_load_words<4>(words + first, w);
#pragma unroll
    for (int i = 0; i < 4; i++) w[i] = min(w[i], w[i] - MGP_P);
    mgp_store_words<4>(words + first, w);
  } else {
    for (uint64_t i = first; i < n; i++) words[i] = min(words[i], words[i] - MGP_P);
  }
}

static mgp_status_t reduce(mgp_device_link_t *base, mgp_backend_t *be, mgp_f_t *d_buf, uint64_t n) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  (void)base;
  static_assert(2 * (uint64_t)(MGP_P - 1) <= UINT32_MAX, "a sum of two words fits 32 bits");
  return MGP_LAUNCH(cu, reduce_words, mgp_blocks(n, 4 * THREADS), THREADS, d_buf, n);
}

/* First word of a rank's slice of n. */
static uint64_t slice_start(uint64_t n, uint32_t size, uint32_t rank) {
  const uint64_t rest = n % size;
  return n / size * rank + (rank < rest ? rank : rest);
}
static uint64_t slice_words(uint64_t n, uint32_t size, uint32_t rank) {
  return slice_start(n, size, rank + 1) - slice_start(n, size, rank);
}

static uint64_t slices_bytes(uint64_t n, uint32_t size) {
  if (size < 3) return 0;
  return mgp_cuda_size_of<mgp_f_t>((size - 1) * (n / size + (n % size != 0)));
}

/* NCCL moves nothing before ncclGroupEnd, which is called in any case: a group left open would take
 * in all later calls of this thread. */
static mgp_status_t end_group(link_t *l, mgp_status_t st) {
  if (st == MGP_OK) return NCCL_CALL(l, ncclGroupEnd());
  (void)ncclGroupEnd();
  return st;
}

static mgp_status_t exchange_slices(link_t *l, cudaStream_t stream, const mgp_f_t *d_buf,
                                    uint64_t n) {
  const uint64_t mine = slice_words(n, l->size, l->rank);
  mgp_f_t *d_in = l->d_room;
  for (uint32_t r = 0; r < l->size; r++) {
    const uint64_t out = slice_words(n, l->size, r);
    if (r == l->rank) continue;
    if (out)
      MGP_TRY(NCCL_CALL(l, ncclSend(d_buf + slice_start(n, l->size, r), out, ncclUint32, (int)r,
                                    l->comm, stream)));
    if (mine) MGP_TRY(NCCL_CALL(l, ncclRecv(d_in, mine, ncclUint32, (int)r, l->comm, stream)));
    d_in += mine;
  }
  return MGP_OK;
}

static mgp_status_t start_slices(mgp_device_link_t *base, mgp_backend_t *be, const mgp_f_t *d_buf,
                                 uint64_t n) {
  link_t *l = link_of(base);
  mgp_cuda_t *cu = mgp_cuda_of(be);
  l->started = "ncclGroupEnd (slices of a sum)";
  MGP_TRY(mgp_cuda_take(cu, MGP_MEM_SCRATCH, slices_bytes(n, l->size), (void **)&l->d_room));
  l->room_of = cu;
  MGP_TRY(NCCL_CALL(l, ncclGroupStart()));
  return end_group(l, exchange_slices(l, cu->stream, d_buf, n));
}

/* acc[i] += terms[k][i] for all k < count */
static __global__ void add_terms(mgp_f_t *acc, const mgp_f_t *terms, uint64_t n, uint32_t count) {
  const uint64_t i = (uint64_t)blockIdx.x * THREADS + threadIdx.x;
  if (i >= n) return;
  mgp_f_t sum = acc[i];
  for (uint32_t k = 0; k < count; k++) sum = mgp_f_add(sum, terms[k * n + i]);
  acc[i] = sum;
}

static mgp_status_t add_slices(mgp_device_link_t *base, mgp_backend_t *be, mgp_f_t *d_buf,
                               uint64_t n) {
  link_t *l = link_of(base);
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const uint64_t mine = slice_words(n, l->size, l->rank);
  mgp_status_t st = MGP_OK;
  if (mine)
    st = MGP_LAUNCH(cu, add_terms, mgp_blocks(mine, THREADS), THREADS,
                    d_buf + slice_start(n, l->size, l->rank), l->d_room, mine, l->size - 1);
  mgp_cuda_give(cu, l->d_room);
  l->d_room = NULL;
  return st;
}

static mgp_status_t spread_slices(link_t *l, cudaStream_t stream, mgp_f_t *d_buf, uint64_t n) {
  const uint64_t start = slice_start(n, l->size, l->rank), mine = slice_words(n, l->size, l->rank);
  for (uint32_t r = 0; r < l->size; r++) {
    const uint64_t in = slice_words(n, l->size, r);
    if (r == l->rank) continue;
    if (mine)
      MGP_TRY(NCCL_CALL(l, ncclSend(d_buf + start, mine, ncclUint32, (int)r, l->comm, stream)));
    if (in)
      MGP_TRY(NCCL_CALL(l, ncclRecv(d_buf + slice_start(n, l->size, r), in, ncclUint32, (int)r,
                                    l->comm, stream)));
  }
  return MGP_OK;
}

static mgp_status_t start_spread(mgp_device_link_t *base, mgp_backend_t *be, mgp_f_t *d_buf,
                                 uint64_t n) {
  link_t *l = link_of(base);
  l->started = "ncclGroupEnd (slices to every rank)";
  MGP_TRY(NCCL_CALL(l, ncclGroupStart()));
  return end_group(l, spread_slices(l, mgp_cuda_of(be)->stream, d_buf, n));
}

/* --- pieces ----------------------------------------------------------------------------------- */

static bool travels(const link_t *l, const mgp_device_piece_t *piece) {
  return piece->n && piece->rank != l->rank;
}

static mgp_status_t exchange_pieces(link_t *l, cudaStream_t stream, const mgp_device_piece_t *out,
                                    uint32_t nout, const mgp_device_piece_t *in, uint32_t nin) {
  for (uint32_t k = 0; k < nout; k++)
    if (travels(l, &out[k]))
      MGP_TRY(NCCL_CALL(
          l, ncclSend(out[k].d_words, out[k].n, ncclUint32, (int)out[k].rank, l->comm, stream)));
  for (uint32_t k = 0; k < nin; k++)
    if (travels(l, &in[k]))
      MGP_TRY(NCCL_CALL(
          l, ncclRecv(in[k].d_words, in[k].n, ncclUint32, (int)in[k].rank, l->comm, stream)));
  return MGP_OK;
}

static mgp_status_t start_exchange(mgp_device_link_t *base, mgp_backend_t *be,
                                   const mgp_device_piece_t *out, uint32_t nout,
                                   const mgp_device_piece_t *in, uint32_t nin) {
  link_t *l = link_of(base);
  l->started = "ncclGroupEnd (pieces to other ranks)";
  MGP_TRY(NCCL_CALL(l, ncclGroupStart()));
  return end_group(l, exchange_pieces(l, mgp_cuda_of(be)->stream, out, nout, in, nin));
}

extern "C" const mgp_device_link_ops_t mgp_cuda_link = {
    "NCCL",       version,        place,    open_link,    make_id,    start_connect,
    door,         reach,          reached,  wake,         offset_of,  start_sum,
    drain,        start_sum_u32,  reduce,   start_slices, add_slices, start_spread,
    slices_bytes, start_exchange, wait_for, end};
