/* Life of a CUDA backend, and its table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if !defined(MGP_EMULATED) && __has_include(<nvtx3/nvToolsExt.h>)
#include <nvtx3/nvToolsExt.h>
#else /* some toolkits come without */
static inline uint64_t nvtxRangeStartA(const char *) {
  return 0;
}
static inline void nvtxRangeEnd(uint64_t) {}
#endif

#include "chips.cuh"
#include "graph.cuh"
#include "link.cuh"
#include "ntt.cuh"
#include "ops.cuh"
#include "profile.h"
#include "spare.h"

/* --- errors ----------------------------------------------------------------------------------- */

/* A kernel's time by events around its launch; the one before has ended. */
static cudaError_t measure(mgp_cuda_t *cu, const char *what) {
  float ms = 0;
  cudaError_t error = cudaEventRecord(cu->timed[1], cu->stream);
  if (error == cudaSuccess) error = cudaStreamSynchronize(cu->stream);
  if (strncmp(what, "kernel ", 7) != 0 || error != cudaSuccess) return error;
  error = cudaEventElapsedTime(&ms, cu->timed[0], cu->timed[1]);
  mgp_profile_add(cu->profile, mgp_phase_name(mgp_ledger_phase(cu->base.ledger)), what + 7,
                  (uint64_t)(1e6 * (double)ms));
  return error;
}

/* A range of the profiler's for each phase. */
static void enter_phase(mgp_cuda_t *cu) {
  const mgp_phase_t phase = mgp_ledger_phase(cu->base.ledger);
  if (cu->range && phase == cu->range_phase) return;
  if (cu->range) nvtxRangeEnd(cu->range);
  cu->range = nvtxRangeStartA(mgp_phase_name(phase));
  cu->range_phase = phase;
}

bool mgp_cuda_injected(mgp_cuda_t *cu, const char *what) {
  enter_phase(cu);
  if (cu->sites) mgp_sites_add(cu->sites, what, cu->calls + 1);
  if (cu->timed[1]) (void)cudaEventRecord(cu->timed[0], cu->stream);
  return ++cu->calls == cu->fail_at;
}

mgp_status_t mgp_cuda_ended(mgp_cuda_t *cu, cudaError_t error, const char *what) {
  const bool injected = mgp_cuda_injected(cu, what);
  return mgp_cuda_check(cu, injected && error == cudaSuccess ? cudaErrorUnknown : error, what);
}

mgp_status_t mgp_cuda_check(mgp_cuda_t *cu, cudaError_t error, const char *what) {
  if (error == cudaSuccess && cu->timed[1]) error = measure(cu, what);
  if (error == cudaSuccess) return MGP_OK;
  mgp_status_t st = error == cudaErrorMemoryAllocation ? MGP_RESOURCES : MGP_INTERNAL;
  return mgp_fail(st, "CUDA device %d (%s) on host %s: %s: %s (error %d)", cu->device,
                  cu->device_name, cu->host, what, cudaGetErrorString(error), (int)error);
}

cudaError_t mgp_cuda_launched(mgp_cuda_t *cu) {
  cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess && cu->sync_each) error = cudaStreamSynchronize(cu->stream);
  return error;
}

uint64_t mgp_backend_cuda_calls(const mgp_backend_t *be) {
  return reinterpret_cast<const mgp_cuda_t *>(be)->calls;
}

/* --- devices ---------------------------------------------------------------------------------- */

static bool means_no_device(cudaError_t error) {
  return error == cudaErrorInsufficientDriver || error == cudaErrorNoDevice ||
         error == cudaErrorStubLibrary;
}

mgp_status_t mgp_cuda_probe(int *ndevices) {
  int n = 0; /* the call leaves it alone if there is no driver */
  cudaError_t error = cudaGetDeviceCount(&n);
  if (means_no_device(error)) {
    (void)cudaGetLastError();
    n = 0;
  } else if (error != cudaSuccess) {
    return mgp_fail(MGP_INTERNAL, "CUDA: looking for devices: %s (error %d)",
                    cudaGetErrorString(error), (int)error);
  }
  *ndevices = n;
  return MGP_OK;
}

mgp_status_t mgp_cuda_memory(int device, uint64_t *free_bytes, uint64_t *total_bytes) {
  size_t left = 0, all = 0;
  cudaError_t error = cudaSetDevice(device);
  if (error == cudaSuccess) error = cudaMemGetInfo(&left, &all);
  if (error != cudaSuccess)
    return mgp_fail(MGP_RESOURCES, "CUDA device %d: reading its memory: %s (error %d)", device,
                    cudaGetErrorString(error), (int)error);
  *free_bytes = mgp_spare_free(device, left);
  *total_bytes = all;
  return MGP_OK;
}

/* "GPU-" and the UUID, as nvidia-smi writes it. A MIG instance has a name of its own, by which the
 * launcher gave it; a process sees one at most. */
static void write_id(const cudaDeviceProp *prop, mgp_device_info_t *out) {
  const char *visible = getenv("CUDA_VISIBLE_DEVICES");
  if (visible && strncmp(visible, "MIG-", 4) == 0) {
    snprintf(out->id, sizeof out->id, "%.*s", (int)strcspn(visible, ","), visible);
    return;
  }
  int at = snprintf(out->id, sizeof out->id, "GPU-");
  for (int i = 0; i < 16; i++)
    at += snprintf(out->id + at, sizeof out->id - at, "%s%02x",
                   i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                   (unsigned)(unsigned char)prop->uuid.bytes[i]);
}

static mgp_status_t device_info(int device, mgp_device_info_t *out) {
  cudaDeviceProp prop;
  memset(out, 0, sizeof *out);
  cudaError_t error = cudaGetDeviceProperties(&prop, device);
  if (error != cudaSuccess)
    return mgp_fail(MGP_RESOURCES, "CUDA device %d: %s (error %d)", device,
                    cudaGetErrorString(error), (int)error);
  snprintf(out->name, sizeof out->name, "%.63s", prop.name);
  write_id(&prop, out);
  snprintf(out->pci, sizeof out->pci, "%04x:%02x:%02x.0", prop.pciDomainID & 0xffff,
           prop.pciBusID & 0xff, prop.pciDeviceID & 0xff);
  out->major = prop.major;
  out->minor = prop.minor;
  (void)cudaDriverGetVersion(&out->driver);
  (void)cudaRuntimeGetVersion(&out->runtime);
  out->total = prop.totalGlobalMem;
  return MGP_OK;
}

static mgp_status_t device_memory(int device, mgp_device_info_t *io) {
  return mgp_cuda_memory(device, &io->free, &io->total);
}

static mgp_status_t reserve_all(mgp_backend_t *be, uint64_t nbytes) {
  const uint64_t tables = mgp_cuda_table_bytes(be, 0);
  if (nbytes <= tables)
    return mgp_fail(MGP_RESOURCES, "%llu bytes of device memory: the tables alone want %llu",
                    (unsigned long long)nbytes, (unsigned long long)tables);
  return mgp_backend_cuda_reserve(be, nbytes - tables);
}

#ifdef MGP_HAVE_NCCL
static const mgp_device_link_ops_t *const links = &mgp_cuda_link;
#else
static const mgp_device_link_ops_t *const links = NULL;
#endif

extern "C" const mgp_device_ops_t mgp_cuda_device = {
    "CUDA",      mgp_cuda_probe, device_info, device_memory, mgp_backend_cuda_create_with,
    reserve_all, links};

/* --- create and destroy ----------------------------------------------------------------------- */

static void destroy(mgp_backend_t *be) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  /* not counted as calls: nothing can be done about errors here */
  (void)cudaSetDevice(cu->device);
  if (cu->main) (void)cudaStreamSynchronize(cu->main);
  if (cu->bulk) (void)cudaStreamSynchronize(cu->bulk);
  if (cu->side) (void)cudaStreamSynchronize(cu->side);
  for (int i = 0; i < MGP_CUDA_TASKS; i++)
    if (cu->task_stream[i]) (void)cudaStreamSynchronize(cu->task_stream[i]);
  mgp_cuda_give(cu, cu->d_prog);
  mgp_cuda_drop_arena(cu);
  mgp_cuda_chips_destroy(cu->chips);
  mgp_cuda_graphs_destroy(cu);
  for (int i = 0; i < MGP_CUDA_TASKS; i++) {
    if (cu->task_stream[i]) (void)cudaStreamDestroy(cu->task_stream[i]);
    if (cu->task_done[i]) (void)cudaEventDestroy(cu->task_done[i]);
  }
  for (unsigned k = 0; k < MGP_CUDA_BRANCHES - 1; k++) {
    if (cu->branch[k]) (void)cudaStreamDestroy(cu->branch[k]);
    if (cu->joined[k]) (void)cudaEventDestroy(cu->joined[k]);
  }
  if (cu->forked) (void)cudaEventDestroy(cu->forked);
  if (cu->task_ready) (void)cudaEventDestroy(cu->task_ready);
  if (cu->reached) (void)cudaEventDestroy(cu->reached);
  for (int i = 0; i < 2; i++) {
    if (cu->staged[i]) (void)cudaEventDestroy(cu->staged[i]);
    if (cu->timed[i]) (void)cudaEventDestroy(cu->timed[i]);
  }
  mgp_ledger_free(cu->host_ledger, cu->pinned);
  if (cu->pinned) (void)cudaFreeHost(cu->pinned);
  if (cu->side) (void)cudaStreamDestroy(cu->side);
  if (cu->bulk) (void)cudaStreamDestroy(cu->bulk);
  if (cu->main) (void)cudaStreamDestroy(cu->main);
  if (cu->profile) mgp_profile_print(cu->profile, stderr);
  mgp_profile_destroy(cu->profile);
  if (cu->range) nvtxRangeEnd(cu->range);
  if (cu->sites) mgp_sites_print(cu->sites, stderr);
  mgp_sites_destroy(cu->sites);
  (void)cudaGetLastError();
  free(cu);
}

static mgp_backend_ops_t make_ops(void) {
  mgp_backend_ops_t t;
  memset(&t, 0, sizeof t);
  t.alloc = mgp_cuda_alloc;
  t.free = mgp_cuda_free;
  t.room = mgp_cuda_room;
  t.upload = mgp_cuda_upload;
  t.download = mgp_cuda_download;
  t.copy = mgp_cuda_copy;
  t.zero = mgp_cuda_zero;
  t.pin = mgp_cuda_pin;
  t.unpin = mgp_cuda_unpin;
  t.send = mgp_cuda_send;
  t.sent = mgp_cuda_sent;
  t.busy = mgp_cuda_busy;
  t.set_program = mgp_cuda_set_program;
  t.program_bytes = mgp_cuda_program_bytes;
  t.index = mgp_cuda_index;
  t.touch_words = mgp_cuda_touch_words;
  t.word_merge = mgp_cuda_word_merge;
  t.word_find = mgp_cuda_word_find;
  t.patch = mgp_cuda_patch;
  t.bound_rows = mgp_cuda_bound_rows;
  t.ram_rows = mgp_cuda_ram_rows;
  t.ram_points = mgp_cuda_ram_points;
  t.ram_sums = mgp_cuda_ram_sums;
  t.ram_chain = mgp_cuda_ram_chain;
  t.replay = mgp_cuda_replay;
  t.count = mgp_cuda_count;
  t.count_end = mgp_cuda_count_end;
  t.table_columns = mgp_cuda_table_columns;
  t.unstack = mgp_cuda_unstack;
  t.table_bytes = mgp_cuda_table_bytes;
  t.commit_begin = mgp_cuda_commit_begin;
  t.commit_column = mgp_cuda_commit_column;
  t.commit_end = mgp_cuda_commit_end;
  t.commit_abort = mgp_cuda_commit_abort;
  t.tree_free = mgp_cuda_tree_free;
  t.commit_bytes = mgp_cuda_commit_bytes;
  t.query_begin = mgp_cuda_query_begin;
  t.query_column = mgp_cuda_query_column;
  t.query_end = mgp_cuda_query_end;
  t.query_abort = mgp_cuda_query_abort;
  t.query_bytes = mgp_cuda_query_bytes;
  t.task_prepare = mgp_cuda_task_prepare;
  t.task_begin = mgp_cuda_task_begin;
  t.task_end = mgp_cuda_task_end;
  t.task_bytes = mgp_cuda_task_bytes;
  t.eq_tables = mgp_cuda_eq_tables;
  t.weights = mgp_cuda_weights;
  t.combine = mgp_cuda_combine;
  t.inner = mgp_cuda_inner;
  t.scatter = mgp_cuda_scatter;
  t.pair_round = mgp_cuda_pair_round;
  t.pair_values = mgp_cuda_pair_values;
  t.pair_fill = mgp_cuda_pair_fill;
  t.fold_begin = mgp_cuda_fold_begin;
  t.fold_commit = mgp_cuda_fold_commit;
  t.fold_round = mgp_cuda_fold_round;
  t.fold_bind = mgp_cuda_fold_bind;
  t.fold_final = mgp_cuda_fold_final;
  t.fold_open = mgp_cuda_fold_open;
  t.fold_end = mgp_cuda_fold_end;
  t.fold_bytes = mgp_cuda_fold_bytes;
  t.grind = mgp_cuda_grind;
  t.destroy = destroy;
  return t;
}

/* What is greater comes first, and has a lower number. Streams get their ways into the device in
 * the order in which they are made: those that must not wait for each other come first. */
static mgp_status_t open_streams(mgp_cuda_t *cu) {
  const unsigned flags = cudaStreamNonBlocking;
  int least = 0, greatest = 0;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaDeviceGetStreamPriorityRange(&least, &greatest)));
  const int tasks = greatest + (least - greatest) / 2;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamCreateWithPriority(&cu->main, flags, greatest)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamCreateWithPriority(&cu->bulk, flags, least)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamCreateWithPriority(&cu->side, flags, tasks)));
  for (int i = 0; i < MGP_CUDA_TASKS; i++) {
    MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamCreateWithPriority(&cu->task_stream[i], flags, tasks)));
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->task_done[i], cudaEventDisableTiming)));
  }
  for (unsigned k = 0; k < MGP_CUDA_BRANCHES - 1; k++) {
    MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamCreateWithPriority(&cu->branch[k], flags, tasks)));
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->joined[k], cudaEventDisableTiming)));
  }
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->forked, cudaEventDisableTiming)));
  cu->stream = cu->main;
  return MGP_OK;
}

static mgp_status_t open_device(mgp_cuda_t *cu) {
  int ndevices = 0;
  cudaDeviceProp prop;
  MGP_TRY(mgp_cuda_probe(&ndevices));
  if (ndevices == 0) return mgp_fail(MGP_RESOURCES, "no CUDA device");
  if (cu->device < 0 || cu->device >= ndevices)
    return mgp_fail(MGP_RESOURCES, "no CUDA device %d: there are %d", cu->device, ndevices);
  MGP_TRY(MGP_CUDA_CALL(cu, cudaSetDevice(cu->device)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaGetDeviceProperties(&prop, cu->device)));
  snprintf(cu->device_name, sizeof cu->device_name, "%.63s", prop.name);
  cu->multiprocessors = prop.multiProcessorCount;
  MGP_TRY(open_streams(cu));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->reached, cudaEventDisableTiming)));
  for (int i = 0; i < 2; i++)
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->staged[i], cudaEventDisableTiming)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->task_ready, cudaEventDisableTiming)));
  for (int i = 0; i < 2 && cu->profile; i++)
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventCreateWithFlags(&cu->timed[i], cudaEventDefault)));
  const uint64_t small = mgp_cuda_size((MGP_CUDA_RESULTS + 1) * sizeof(mgp_e_t));
  cu->task_pinned_bytes = mgp_cuda_task_pinned_bytes(cu);
  const uint64_t nbytes = 2 * MGP_CUDA_STAGE + small + MGP_CUDA_TASKS * cu->task_pinned_bytes;
  uint8_t *pinned = NULL;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMallocHost((void **)&pinned, nbytes)));
  mgp_status_t st = mgp_ledger_account(cu->host_ledger, MGP_MEM_PLAN, pinned, nbytes);
  if (st != MGP_OK) {
    (void)cudaFreeHost(pinned);
    return st;
  }
  cu->pinned = pinned;
  cu->task_pinned = pinned + 2 * MGP_CUDA_STAGE + small;
  return MGP_OK;
}

static bool is_set(const char *name) {
  const char *value = getenv(name);
  return value && strcmp(value, "0") != 0;
}

mgp_status_t mgp_backend_cuda_create(const mgp_chipset_t *chips, mgp_ledger_t *ledger, int device,
                                     mgp_backend_t **out) {
  return mgp_backend_cuda_create_with(chips, ledger, ledger, device, out);
}

mgp_status_t mgp_backend_cuda_create_with(const mgp_chipset_t *chips, mgp_ledger_t *ledger,
                                          mgp_ledger_t *host_ledger, int device,
                                          mgp_backend_t **out) {
  static const mgp_backend_ops_t ops = make_ops();
  const char *fail_at = getenv("MGP_CUDA_FAIL"), *tasks = getenv("MGP_CUDA_TASKS");
  const char *connections = getenv("CUDA_DEVICE_MAX_CONNECTIONS");
  mgp_cuda_t *cu = (mgp_cuda_t *)calloc(1, sizeof *cu);
  if (!cu) return mgp_fail(MGP_RESOURCES, "out of host memory for the CUDA backend");
  cu->base.ops = &ops;
  cu->base.name = "cuda";
  cu->base.isa = cu->device_name;
  cu->base.ledger = ledger;
  cu->host_ledger = host_ledger;
  cu->base.chips = chips;
  cu->base.threads = 1;
  cu->base.task_slots = MGP_CUDA_TASKS;
  if (tasks && atoi(tasks) > 0 && atoi(tasks) < MGP_CUDA_TASKS) cu->base.task_slots = atoi(tasks);
  cu->base.beside =
      cu->base.task_slots > 1 && connections && atoi(connections) >= MGP_CUDA_CONNECTIONS;
  cu->device = device;
  snprintf(cu->device_name, sizeof cu->device_name, "name not known yet");
  cu->fail_at = fail_at ? strtoull(fail_at, NULL, 10) : 0;
  cu->sync_each = is_set("MGP_CUDA_SYNC");
  cu->poison = is_set("MGP_CUDA_POISON");
  if (is_set("MGP_CUDA_PROFILE")) cu->profile = mgp_profile_create();
  if (is_set("MGP_CUDA_SITES")) cu->sites = mgp_sites_create();
  if (gethostname(cu->host, sizeof cu->host - 1) != 0) snprintf(cu->host, sizeof cu->host, "?");
  mgp_status_t st = mgp_cuda_chips_create(chips, &cu->chips);
  if (st == MGP_OK) st = open_device(cu);
  if (st != MGP_OK) {
    destroy(&cu->base);
    return st;
  }
  if (!is_set("MGP_CUDA_LAZY")) mgp_cuda_chips_load(cu->chips, device);
  *out = &cu->base;
  return MGP_OK;
}
