/* Device memory: the arena, and copies through pinned memory. */
#include <string.h>

#include "chips.cuh"
#include "ntt.cuh"
#include "ops.cuh"
#include "reduce.cuh"
#include "spare.h"
#include "stage.h"

/* --- the arena -------------------------------------------------------------------------------- */

/* What every operation may need, taken with the arena: spare room, counters, roots of unity. */
#define COUNTERS_BYTES ((1 + MGP_CUDA_RESULTS * MGP_D) * sizeof(uint64_t))

uint64_t mgp_cuda_table_bytes(mgp_backend_t *be, unsigned s) {
  const mgp_cuda_t *cu = mgp_cuda_of(be);
  (void)s;
  if (cu->arena) return 0;
  return mgp_cuda_size(MGP_CUDA_SPARE_BYTES + COUNTERS_BYTES) + mgp_cuda_ntt_roots_bytes() +
         mgp_cuda_chips_bytes(cu->chips);
}

static mgp_status_t take_tables(mgp_cuda_t *cu) {
  MGP_TRY(mgp_cuda_take(cu, MGP_MEM_PLAN, MGP_CUDA_SPARE_BYTES + COUNTERS_BYTES,
                        (void **)&cu->d_spare));
  cu->d_bad = (unsigned long long *)(cu->d_spare + MGP_CUDA_SPARE_BYTES);
  cu->d_sums = cu->d_bad + 1;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMemsetAsync(cu->d_bad, 0xff, sizeof *cu->d_bad, cu->stream)));
  MGP_TRY(MGP_CUDA_CALL(
      cu, cudaMemsetAsync(cu->d_sums, 0, COUNTERS_BYTES - sizeof *cu->d_bad, cu->stream)));
  MGP_TRY(mgp_cuda_ntt_roots(cu));
  return mgp_cuda_chips_upload(cu, cu->chips);
}

/* Blocks of the process that are too small for anybody else, too, most likely. */
static void free_spare(int device) {
  for (void *d; (d = mgp_spare_take_hidden(device)) != NULL;) (void)cudaFree(d);
}

/* Whole pages of 2 MiB: of other blocks CUDA makes smaller ones, and other processes need a second
 * instead of 20 ms to open 74 GB. */
#define PAGE ((uint64_t)2 << 20)

static mgp_status_t take_block(mgp_cuda_t *cu, uint64_t nbytes, uint8_t **d_out) {
  int shown = 0;
  nbytes = (nbytes + PAGE - 1) / PAGE * PAGE;
  cu->d_arena_bytes = nbytes;
  *d_out = (uint8_t *)mgp_spare_take(cu->device, nbytes, &cu->d_arena_bytes, &shown);
  cu->arena_shown = shown != 0;
  if (*d_out) return MGP_OK;
  free_spare(cu->device);
  return MGP_CUDA_CALL(cu, cudaMalloc((void **)d_out, nbytes));
}

static mgp_status_t make_arena(mgp_cuda_t *cu, uint64_t nbytes) {
  uint8_t *d_arena = NULL;
  nbytes = mgp_cuda_size(nbytes);
  MGP_TRY(MGP_CUDA_CALL(cu, cudaSetDevice(cu->device)));
  mgp_status_t st = take_block(cu, nbytes, &d_arena);
  if (st != MGP_OK) {
    size_t left = 0, all = 0;
    (void)cudaGetLastError();
    if (st == MGP_RESOURCES && cudaMemGetInfo(&left, &all) == cudaSuccess)
      return mgp_fail(st, "CUDA device %d (%s) on host %s: %llu bytes wanted, %zu of %zu are free",
                      cu->device, cu->device_name, cu->host, (unsigned long long)nbytes, left, all);
    return st;
  }
  mgp_arena_t *arena = mgp_arena_create(nbytes);
  if (!arena) {
    (void)cudaFree(d_arena);
    return mgp_fail(MGP_RESOURCES, "out of host memory for the CUDA backend");
  }
  cu->arena = arena;
  cu->d_arena = d_arena;
  st = take_tables(cu);
  if (st != MGP_OK) mgp_cuda_drop_arena(cu);
  return st;
}

void mgp_cuda_drop_arena(mgp_cuda_t *cu) {
  if (!cu->arena) return;
  mgp_cuda_give(cu, cu->d_spare);
  mgp_cuda_give(cu, cu->d_roots);
  mgp_cuda_chips_drop(cu, cu->chips);
  if (!cu->arena_stays ||
      !mgp_spare_leave(cu->device, cu->d_arena, cu->d_arena_bytes, cu->arena_shown))
    (void)cudaFree(cu->d_arena);
  mgp_arena_destroy(cu->arena);
  cu->d_spare = NULL;
  cu->d_bad = NULL;
  cu->d_roots = NULL;
  cu->d_arena = NULL;
  cu->arena = NULL;
}

static mgp_status_t default_arena(mgp_cuda_t *cu) {
  size_t left = 0, all = 0;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaSetDevice(cu->device)));
  free_spare(cu->device);
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMemGetInfo(&left, &all)));
  return make_arena(cu, left - left / 16);
}

mgp_status_t mgp_backend_cuda_reserve(mgp_backend_t *be, uint64_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (cu->arena) return mgp_fail(MGP_INTERNAL, "the CUDA backend has its memory already");
  cu->arena_stays = true;
  return make_arena(cu, nbytes + mgp_cuda_table_bytes(be, 0));
}

/* Classes that live through several phases. */
static bool lasting(mgp_mem_class_t cls) {
  return cls != MGP_MEM_SCRATCH && cls != MGP_MEM_WITNESS;
}

mgp_status_t mgp_cuda_take(mgp_cuda_t *cu, mgp_mem_class_t cls, uint64_t nbytes, void **d_out) {
  const uint64_t size = mgp_cuda_size(nbytes);
  uint64_t offset = 0;
  if (size < nbytes)
    return mgp_fail(MGP_RESOURCES, "allocation of %llu bytes", (unsigned long long)nbytes);
  if (!cu->arena) MGP_TRY(default_arena(cu));
  if (!mgp_arena_take(cu->arena, size, !lasting(cls), &offset))
    return mgp_fail(MGP_RESOURCES,
                    "CUDA device %d (%s) on host %s: %s memory wants %llu bytes; %llu of %llu are "
                    "in use, the largest gap has %llu",
                    cu->device, cu->device_name, cu->host, mgp_mem_class_name(cls),
                    (unsigned long long)size, (unsigned long long)mgp_arena_used(cu->arena),
                    (unsigned long long)mgp_arena_size(cu->arena),
                    (unsigned long long)mgp_arena_largest_gap(cu->arena));
  mgp_status_t st = mgp_ledger_account(cu->base.ledger, cls, cu->d_arena + offset, size);
  if (st != MGP_OK) {
    mgp_arena_give(cu->arena, offset);
    return st;
  }
  if (cu->poison) {
    st = MGP_CUDA_CALL(cu, cudaMemsetAsync(cu->d_arena + offset, 0xa5, size, cu->stream));
    if (st != MGP_OK) {
      mgp_cuda_give(cu, cu->d_arena + offset);
      return st;
    }
  }
  *d_out = cu->d_arena + offset;
  return MGP_OK;
}

/* No waiting: whoever gets these bytes next works on the same stream. */
void mgp_cuda_give(mgp_cuda_t *cu, void *d_ptr) {
  if (!d_ptr) return;
  mgp_ledger_free(cu->base.ledger, d_ptr);
  mgp_arena_give(cu->arena, (uint64_t)((uint8_t *)d_ptr - cu->d_arena));
}

mgp_status_t mgp_cuda_alloc(mgp_backend_t *be, mgp_mem_class_t cls, size_t nbytes, void **d_out) {
  return mgp_cuda_take(mgp_cuda_of(be), cls, nbytes, d_out);
}

void mgp_cuda_free(mgp_backend_t *be, void *d_ptr) {
  mgp_cuda_give(mgp_cuda_of(be), d_ptr);
}

uint64_t mgp_cuda_room(mgp_backend_t *be) {
  const mgp_cuda_t *cu = mgp_cuda_of(be);
  return cu->arena ? mgp_arena_largest_gap(cu->arena) : 0;
}

/* --- copies ----------------------------------------------------------------------------------- */

/* Memory that the caller has pinned needs no staging. */
static bool is_pinned(const void *host, size_t nbytes) {
  cudaPointerAttributes a;
  if (nbytes < MGP_CUDA_STAGE) return false;
  if (cudaPointerGetAttributes(&a, host) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  return a.type == cudaMemoryTypeHost;
}

/* n <= MGP_CUDA_STAGE bytes that no copy reads any more. Small uploads follow each other through a
 * half; only who comes to the other one may have to wait for what it held. */
static mgp_status_t stage_room(mgp_cuda_t *cu, size_t n, uint8_t **out) {
  if (n > MGP_CUDA_STAGE - cu->stage_used) {
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->staged[cu->stage_half], cu->stream)));
    MGP_TRY(MGP_CUDA_CALL(cu, cudaEventSynchronize(cu->staged[cu->stage_half ^ 1])));
    cu->stage_half ^= 1;
    cu->stage_used = 0;
  }
  *out = cu->pinned + cu->stage_half * MGP_CUDA_STAGE + cu->stage_used;
  cu->stage_used += (n + 15) / 16 * 16;
  return MGP_OK;
}

mgp_status_t mgp_cuda_upload(mgp_backend_t *be, void *d_dst, const void *src, size_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (is_pinned(src, nbytes)) {
    MGP_TRY(
        MGP_CUDA_CALL(cu, cudaMemcpyAsync(d_dst, src, nbytes, cudaMemcpyHostToDevice, cu->stream)));
    return MGP_CUDA_CALL(cu, cudaStreamSynchronize(cu->stream));
  }
  for (size_t at = 0, n; at < nbytes; at += n) {
    n = nbytes - at < MGP_CUDA_STAGE ? nbytes - at : MGP_CUDA_STAGE;
    uint8_t *stage = NULL;
    MGP_TRY(stage_room(cu, n, &stage));
    mgp_stage_copy(stage, (const uint8_t *)src + at, n);
    MGP_TRY(MGP_CUDA_CALL(
        cu, cudaMemcpyAsync((uint8_t *)d_dst + at, stage, n, cudaMemcpyHostToDevice, cu->stream)));
  }
  return MGP_OK;
}

/* Piece i comes over the bus while piece i - 1 is copied out of the other half. Uploads before have
 * left the buffer by then, since the stream keeps its order. */
mgp_status_t mgp_cuda_download(mgp_backend_t *be, void *dst, const void *d_src, size_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const size_t pieces = (nbytes + MGP_CUDA_STAGE - 1) / MGP_CUDA_STAGE;
  for (size_t i = 0; i <= pieces && pieces; i++) {
    if (i < pieces) {
      const size_t at = i * MGP_CUDA_STAGE,
                   n = nbytes - at < MGP_CUDA_STAGE ? nbytes - at : MGP_CUDA_STAGE;
      MGP_TRY(MGP_CUDA_CALL(cu, cudaMemcpyAsync(cu->pinned + (i & 1) * MGP_CUDA_STAGE,
                                                (const uint8_t *)d_src + at, n,
                                                cudaMemcpyDeviceToHost, cu->stream)));
      MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->staged[i & 1], cu->stream)));
    }
    if (i > 0) {
      const size_t at = (i - 1) * MGP_CUDA_STAGE,
                   n = nbytes - at < MGP_CUDA_STAGE ? nbytes - at : MGP_CUDA_STAGE;
      MGP_TRY(MGP_CUDA_CALL(cu, cudaEventSynchronize(cu->staged[(i - 1) & 1])));
      mgp_stage_copy((uint8_t *)dst + at, cu->pinned + ((i - 1) & 1) * MGP_CUDA_STAGE, n);
    }
  }
  if (pieces) cu->stage_used = 0;
  return MGP_OK;
}

/* Words come one by one. One that is late, since there is other work before it, or does not come at
 * all, is waited for with the stream, which tells why. */
static cudaError_t await_results(mgp_cuda_t *cu, unsigned first, unsigned n, mgp_e_t *out) {
  enum { TURNS = 1 << 14 };
  const volatile uint32_t *word = mgp_cuda_page(cu)[first].c;
  unsigned turn = 0;
  for (unsigned i = 0; i < n * MGP_D; i++) {
    uint32_t w = word[i];
    while (w == MGP_CUDA_NO_RESULT && turn++ < TURNS) w = word[i];
    if (w == MGP_CUDA_NO_RESULT) {
      const cudaError_t error = cudaStreamSynchronize(cu->stream);
      if (error != cudaSuccess) return error;
      if ((w = word[i]) == MGP_CUDA_NO_RESULT) return cudaErrorUnknown;
    }
    out[i / MGP_D].c[i % MGP_D] = w;
  }
  return cudaSuccess;
}

mgp_status_t mgp_cuda_results(mgp_cuda_t *cu, unsigned first, unsigned n, mgp_e_t *out) {
  return MGP_CUDA_CALL_AS(cu, "the end of a sum", await_results(cu, first, n, out));
}

mgp_status_t mgp_cuda_copy(mgp_backend_t *be, void *d_dst, const void *d_src, size_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (nbytes == 0) return MGP_OK;
  return MGP_CUDA_CALL(cu,
                       cudaMemcpyAsync(d_dst, d_src, nbytes, cudaMemcpyDeviceToDevice, cu->stream));
}

mgp_status_t mgp_cuda_zero(mgp_backend_t *be, void *d_dst, size_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (nbytes == 0) return MGP_OK;
  return MGP_CUDA_CALL(cu, cudaMemsetAsync(d_dst, 0, nbytes, cu->stream));
}

/* --- copies beside other work ----------------------------------------------------------------- */

mgp_status_t mgp_cuda_pin(mgp_backend_t *be, void *ptr, size_t nbytes, int *pinned) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const cudaError_t error = mgp_cuda_injected(cu, "cudaHostRegister")
                                ? cudaErrorUnknown
                                : cudaHostRegister(ptr, nbytes, cudaHostRegisterPortable);
  *pinned = error == cudaSuccess;
  if (error == cudaErrorMemoryAllocation || error == cudaErrorNotSupported ||
      error == cudaErrorHostMemoryAlreadyRegistered) {
    (void)cudaGetLastError();
    return MGP_OK;
  }
  return mgp_cuda_check(cu, error, "cudaHostRegister");
}

void mgp_cuda_unpin(mgp_backend_t *be, void *ptr) {
  (void)cudaStreamSynchronize(mgp_cuda_of(be)->side);
  (void)cudaHostUnregister(ptr);
  (void)cudaGetLastError();
}

/* Whoever had these bytes of the device before has done with them by what the stream has now. */
mgp_status_t mgp_cuda_send(mgp_backend_t *be, void *d_dst, const void *pinned, size_t nbytes) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  if (nbytes == 0) return MGP_OK;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaEventRecord(cu->reached, cu->stream)));
  MGP_TRY(MGP_CUDA_CALL(cu, cudaStreamWaitEvent(cu->side, cu->reached, 0)));
  return MGP_CUDA_CALL(cu,
                       cudaMemcpyAsync(d_dst, pinned, nbytes, cudaMemcpyHostToDevice, cu->side));
}

mgp_status_t mgp_cuda_sent(mgp_backend_t *be) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  return MGP_CUDA_CALL(cu, cudaStreamSynchronize(cu->side));
}

/* An error shows again when the work is waited for. Where calls are numbered, their order must not
 * hang on time. */
int mgp_cuda_busy(mgp_backend_t *be) {
  const mgp_cuda_t *cu = mgp_cuda_of(be);
  const int busy = cu->fail_at || cu->sites || cudaStreamQuery(cu->stream) == cudaErrorNotReady;
  (void)cudaGetLastError();
  return busy;
}
