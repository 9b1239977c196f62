#include "reach.cuh"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "planes.cuh"

extern "C" {
#include "base/log.h"
}

#define THREADS 512u
#define EACH    4u /* words of a thread */

static_assert(sizeof(mgp_cuda_door_t) <= sizeof(mgp_device_door_t), "room for a door");
static_assert(sizeof(cudaIpcMemHandle_t) == sizeof(((mgp_cuda_door_t *)0)->handle), "handle");

/* --- doors ------------------------------------------------------------------------------------ */

/* A random name of this process, unless it cannot be had. */
static pthread_once_t named = PTHREAD_ONCE_INIT;
static uint8_t process_name[16];
static bool has_name;

static void name_process(void) {
  has_name = getrandom(process_name, sizeof process_name, 0) == (ssize_t)sizeof process_name;
}

static bool read_boot(char out[40]) {
  FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
  if (!f) return false;
  const bool read = fgets(out, 40, f) != NULL;
  (void)fclose(f);
  return read;
}

/* NCCL's own switch, for machines where such ways do not work. */
static bool peers_are_off(void) {
  const char *off = getenv("NCCL_P2P_DISABLE");
  return off && *off && strcmp(off, "0") != 0;
}

/* Nothing here is an error: without a door sums go another way. */
static bool fill_door(mgp_cuda_t *cu, mgp_cuda_door_t *out) {
  cudaIpcMemHandle_t handle;
  memset(out, 0, sizeof *out);
  if (peers_are_off()) return false;
  (void)pthread_once(&named, name_process);
  if (!cu->arena || !has_name || !read_boot(out->boot)) return false;
  memset(&handle, 0, sizeof handle);
  /* a process that has none can still be reached from within */
  if (cudaIpcGetMemHandle(&handle, cu->d_arena) != cudaSuccess) (void)cudaGetLastError();
  if (cudaDeviceGetPCIBusId(out->pci, sizeof out->pci, cu->device) != cudaSuccess) return false;
  memcpy(out->process, process_name, sizeof out->process);
  memcpy(out->handle, &handle, sizeof out->handle);
  out->address = (uint64_t)(uintptr_t)cu->d_arena;
  out->nbytes = cu->d_arena_bytes;
  out->device = cu->device;
  return true;
}

void mgp_cuda_door(mgp_cuda_t *cu, mgp_device_door_t *out) {
  mgp_cuda_door_t door;
  if (!fill_door(cu, &door)) {
    (void)cudaGetLastError();
    memset(&door, 0, sizeof door);
  }
  memset(out, 0, sizeof *out);
  memcpy(out->bytes, &door, sizeof door);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Kernels of this device may use the other one's memory, as fast as NVLink is; where it is not
 * there, ways are for NCCL to choose. */
static bool near(int device, int other) {
  int access = 0, nvlink = 0;
  return device != other && cudaDeviceCanAccessPeer(&access, device, other) == cudaSuccess &&
         access &&
         cudaDeviceGetP2PAttribute(&nvlink, cudaDevP2PAttrNativeAtomicSupported, device, other) ==
             cudaSuccess &&
         nvlink;
}

static const char *open_own_process(const mgp_cuda_reach_t *r, mgp_cuda_peer_t *p) {
  if (!near(r->device, p->door.device)) return "no NVLink to that GPU";
  const cudaError_t error = cudaDeviceEnablePeerAccess(p->door.device, 0);
  if (error != cudaSuccess && error != cudaErrorPeerAccessAlreadyEnabled)
    return cudaGetErrorString(error);
  p->d_base = (uint8_t *)(uintptr_t)p->door.address;
  return NULL;
}

/* A device that the other process alone sees cannot be asked about; CUDA opens what it can. */
static const char *open_other_process(const mgp_cuda_reach_t *r, mgp_cuda_peer_t *p) {
  cudaIpcMemHandle_t handle, none;
  void *d_base = NULL;
  int other = 0;
  if (cudaDeviceGetByPCIBusId(&other, p->door.pci) == cudaSuccess && !near(r->device, other))
    return "no NVLink to that GPU";
  memset(&none, 0, sizeof none);
  memcpy(&handle, p->door.handle, sizeof handle);
  if (memcmp(&handle, &none, sizeof none) == 0) return "its memory has no handle";
  const cudaError_t error = cudaIpcOpenMemHandle(&d_base, handle, cudaIpcMemLazyEnablePeerAccess);
  if (error != cudaSuccess) return cudaGetErrorString(error);
  p->d_base = (uint8_t *)d_base;
  p->opened = true;
  return NULL;
}

static const char *open_door(const mgp_cuda_reach_t *r, const mgp_cuda_door_t *own,
                             mgp_cuda_peer_t *p) {
  if (p->door.nbytes == 0) return "it has no way in for others";
  if (strncmp(p->door.boot, own->boot, sizeof own->boot) != 0) return "it is on another host";
  return memcmp(p->door.process, own->process, sizeof own->process) == 0 ? open_own_process(r, p)
                                                                         : open_other_process(r, p);
}

static void *open_doors(void *arg) {
  mgp_cuda_reach_t *r = (mgp_cuda_reach_t *)arg;
  const mgp_cuda_door_t *own = &r->peer[r->rank].door;
  (void)cudaSetDevice(r->device);
  r->why[0] = '\0';
  for (uint32_t k = 0; k < r->size && !r->why[0]; k++) {
    mgp_cuda_peer_t *p = &r->peer[k];
    if (k == r->rank || p->d_base) continue;
    const char *why = own->nbytes ? open_door(r, own, p) : "this rank has no way in for others";
    if (why) snprintf(r->why, sizeof r->why, "memory of rank %u: %s", k, why);
  }
  (void)cudaGetLastError();
  return NULL;
}

static void close_door(mgp_cuda_peer_t *p) {
  if (p->opened && cudaIpcCloseMemHandle(p->d_base) != cudaSuccess) (void)cudaGetLastError();
  p->opened = false;
  p->d_base = NULL;
}

/* For tests: MGP_REACH_FAIL=RANK in the environment keeps a rank from opening any door. */
static bool keeps_out(const mgp_cuda_reach_t *r) {
  const char *text = getenv("MGP_REACH_FAIL");
  return text && strtoul(text, NULL, 10) == r->rank;
}

/* Nobody opens doors any more. */
static void join(mgp_cuda_reach_t *r) {
  if (r->opening) (void)pthread_join(r->thread, NULL);
  r->opening = false;
}

mgp_status_t mgp_cuda_reach_begin(mgp_cuda_reach_t *r, mgp_cuda_t *cu, const mgp_device_door_t *all,
                                  bool *fresh) {
  *fresh = false;
  join(r); /* of a proof that ended before it wanted a sum */
  if (!r->peer) r->peer = (mgp_cuda_peer_t *)calloc(r->size, sizeof *r->peer);
  if (!r->peer) return mgp_fail(MGP_RESOURCES, "out of host memory for %u ranks", r->size);
  for (uint32_t k = 0; k < r->size; k++) {
    mgp_cuda_peer_t *p = &r->peer[k];
    if (memcmp(&p->door, all[k].bytes, sizeof p->door) == 0) continue;
    close_door(p);
    memcpy(&p->door, all[k].bytes, sizeof p->door);
    *fresh = true; /* on every rank, whoever's it is */
  }
  if (r->peer[r->rank].door.nbytes) cu->arena_shown = true;
  if (!*fresh) return MGP_OK;
  if (r->size > MGP_DEVICE_REACH_MOST || keeps_out(r)) {
    snprintf(r->why, sizeof r->why, "%u ranks", r->size);
    return MGP_OK;
  }
  r->opening = pthread_create(&r->thread, NULL, open_doors, r) == 0;
  if (!r->opening) open_doors(r);
  return MGP_OK;
}

bool mgp_cuda_reach_end(mgp_cuda_reach_t *r) {
  join(r);
  for (uint32_t k = 0; k < r->size; k++)
    if (k != r->rank && !(r->peer && r->peer[k].d_base)) {
      mgp_log_verbose("rank %u does not reach other GPUs' memory: %s", r->rank,
                      r->why[0] ? r->why : "none is shown");
      return false;
    }
  return true;
}

void mgp_cuda_reach_close(mgp_cuda_reach_t *r) {
  join(r);
  for (uint32_t k = 0; r->peer && k < r->size; k++) close_door(&r->peer[k]);
  free(r->peer);
  r->peer = NULL;
}

/* --- sums ------------------------------------------------------------------------------------- */

typedef struct {
  uint32_t *d[MGP_DEVICE_REACH_MOST]; /* own words first */
} places_t;

template <bool FIELD> __device__ __forceinline__ uint32_t add_words(uint32_t a, uint32_t b) {
  return FIELD ? mgp_f_add(a, b) : a + b;
}

/* A GPU has many links, and addresses are spread over them: a word is read from every second KiB of
 * the first 2 MiB, which every arena has. What it is does not matter. */
#define WAKE_THREADS 1024u
#define WAKE_STRIDE  2048u

static __global__ void touch_places(places_t places) {
  const uint32_t *at = places.d[blockIdx.x] + threadIdx.x * (WAKE_STRIDE / sizeof(uint32_t));
  (void)*(const volatile uint32_t *)(at + threadIdx.x % 32 * 16);
}

mgp_status_t mgp_cuda_reach_wake(mgp_cuda_reach_t *r, mgp_cuda_t *cu) {
  const cudaStream_t stream = cu->stream;
  places_t places;
  uint32_t n = 0;
  for (uint32_t k = 0; k < r->size; k++)
    if (k != r->rank) places.d[n++] = (uint32_t *)r->peer[k].d_base;
  cu->stream = cu->side;
  mgp_status_t st = MGP_LAUNCH(cu, touch_places, n, WAKE_THREADS, places);
  cu->stream = stream;
  return st;
}

/* V words: all are read before one is written, and by nobody else. */
template <bool FIELD, unsigned V>
__device__ __forceinline__ void sum_here(const places_t &places, uint32_t count, uint64_t i) {
  uint32_t sum[V], term[V];
  mgp_load_words<V>(places.d[0] + i, sum);
#pragma unroll 4
  for (uint32_t k = 1; k < count; k++) {
    mgp_load_words<V>(places.d[k] + i, term);
#pragma unroll
    for (unsigned j = 0; j < V; j++) sum[j] = add_words<FIELD>(sum[j], term[j]);
  }
  for (uint32_t k = 0; k < count; k++) mgp_store_words<V>(places.d[k] + i, sum);
}

/* Words first, ..., end - 1 of all places; first is a multiple of EACH. */
template <bool FIELD>
static __global__ void __launch_bounds__(THREADS)
    sum_places(places_t places, uint32_t count, uint64_t first, uint64_t end) {
  const uint64_t at = first + ((uint64_t)blockIdx.x * THREADS + threadIdx.x) * EACH;
  if (at + EACH <= end)
    sum_here<FIELD, EACH>(places, count, at);
  else
    for (uint64_t i = at; i < end; i++) sum_here<FIELD, 1>(places, count, i);
}

mgp_status_t mgp_cuda_reach_sum(mgp_cuda_reach_t *r, mgp_cuda_t *cu, const uint64_t *at, uint64_t n,
                                bool field) {
  const uint64_t groups = (n + EACH - 1) / EACH;
  const uint64_t first = groups * r->rank / r->size * EACH;
  const uint64_t behind = groups * (r->rank + 1) / r->size * EACH, end = behind < n ? behind : n;
  places_t places;
  for (uint32_t k = 0; k < r->size; k++) {
    const uint32_t rank = (r->rank + k) % r->size; /* each begins elsewhere */
    uint8_t *d_base = k == 0 ? cu->d_arena : r->peer[rank].d_base;
    if (at[rank] % (EACH * sizeof(uint32_t)) ||
        at[rank] + n * sizeof(uint32_t) > r->peer[rank].door.nbytes)
      return mgp_fail(MGP_INTERNAL, "words to add lie outside of the memory of rank %u", rank);
    places.d[k] = (uint32_t *)(d_base + at[rank]);
  }
  if (first == end) return MGP_OK;
  const unsigned blocks = mgp_blocks(end - first, EACH * THREADS);
  return field ? MGP_LAUNCH(cu, sum_places<true>, blocks, THREADS, places, r->size, first, end)
               : MGP_LAUNCH(cu, sum_places<false>, blocks, THREADS, places, r->size, first, end);
}
