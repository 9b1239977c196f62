/* State of the CUDA backend and what all its operations use: checked calls, memory, small results.
 * Operations are declared in ops.cuh. */
#ifndef MGP_CUDA_STATE_CUH
#define MGP_CUDA_STATE_CUH

#include "kernel.cuh" /* first: it makes the headers below CUDA */

#include "math/ext.h"
#include "math/poseidon2.h"

#include "cuda_backend.h"
#include "sites.h"

extern "C" {
#include "base/arena.h"
#include "protocol/transcript.h"
}

#define MGP_CUDA_STAGE                                                                             \
  ((size_t)8 << 20)            /* bytes of each of the two halves of the staging buffer            \
                                */
#define MGP_CUDA_BLOCKS  2048u /* most blocks of a kernel that sums */
#define MGP_CUDA_RESULTS 16u   /* most sums (elements of K) of one kernel, and one more: */
#define MGP_CUDA_FOLDING MGP_CUDA_RESULTS /* number of the folding's result */
#define MGP_CUDA_TASKS   128              /* most chip proofs at a time */
/* Streams of those beside other work. A device takes work from so many streams at a time as
 * CUDA_DEVICE_MAX_CONNECTIONS says, about 4 if it is not set, each for 12 ms of the process's
 * start; with more of them than that, work on `main` would wait behind theirs. */
#define MGP_CUDA_LANES       5
#define MGP_CUDA_CONNECTIONS (MGP_CUDA_LANES + 3) /* `main`, `bulk` and `side` */
#define MGP_CUDA_GRAPHS      256                  /* most graphs that are kept */
#define MGP_CUDA_BRANCHES    8u                   /* most branches of one: graph.cuh */

/* graph.cuh */
typedef struct {
  cudaGraphExec_t exec; /* or NULL */
  unsigned kind;
  size_t nodes;
  uint64_t used; /* when it was made, or taken again, last */
  bool busy;
} mgp_cuda_graph_t;

typedef struct {
  mgp_backend_t base;
  mgp_ledger_t *host_ledger;
  int device, multiprocessors;
  char device_name[64], host[64];
  /* Where work goes: `main`, whose results the host waits for; `bulk` for the long kernels of a
   * commitment; a task's own while it is prepared or begun. A device takes them up in that order,
   * but for tasks: before `bulk`, which fills what their many small kernels leave. */
  cudaStream_t stream, main, bulk;
  /* device memory */
  mgp_arena_t *arena;
  uint8_t *d_arena;
  uint64_t d_arena_bytes; /* the arena has them all, or fewer */
  bool arena_stays;       /* for the next backend of the process */
  bool arena_shown;       /* others may have it open: reach.cuh */
  /* pinned host memory: two halves for copies, small results, starts and results of chip proofs */
  uint8_t *pinned, *task_pinned;
  uint64_t task_pinned_bytes; /* of a slot */
  cudaStream_t side;          /* copies beside other work */
  cudaEvent_t reached;        /* what such a copy waits for */
  cudaEvent_t staged[2];      /* the last copy out of or into each half is done */
  size_t stage_used;          /* bytes of the half in use that copies may still read */
  unsigned stage_half;
  /* in the arena */
  mgp_f_t *d_roots;           /* ntt.cuh */
  uint8_t *d_spare;           /* MGP_CUDA_SPARE_BYTES */
  unsigned long long *d_sums; /* [MGP_CUDA_RESULTS][MGP_D] over a grid: grid_add.cuh */
  unsigned long long *d_bad;  /* count.cu: first request that is in no table; all ones: none */
  const mgp_program_t *prog;  /* of set_program, and its copy with device pointers */
  mgp_program_t *d_prog;
  /* chip proofs prepared or under way: each has a stream of its own, or one of the first
   * MGP_CUDA_LANES */
  cudaStream_t task_stream[MGP_CUDA_TASKS];
  cudaEvent_t task_done[MGP_CUDA_TASKS]; /* of those under way */
  unsigned next_lane;
  bool task_busy[MGP_CUDA_TASKS];
  cudaEvent_t task_ready; /* what the task begun last needs is there */
  mgp_cuda_graph_t graph[MGP_CUDA_GRAPHS];
  cudaStream_t trunk; /* where a graph is made, or NULL; and its branches: */
  cudaStream_t branch[MGP_CUDA_BRANCHES - 1]; /* nothing but graphs is ever put there */
  cudaEvent_t forked, joined[MGP_CUDA_BRANCHES - 1];
  uint64_t graphs_used;         /* times that one was made, or taken again */
  struct mgp_cuda_chips *chips; /* chips.cuh */
  uint64_t calls, fail_at;
  bool sync_each, poison;
  struct mgp_profile *profile; /* or NULL: profile.h; then, once the device is open, events */
  cudaEvent_t timed[2];        /* before and after a launch */
  struct mgp_sites *sites;     /* or NULL: sites.h */
  uint64_t range;              /* open range of a profiler, or 0, and its phase */
  mgp_phase_t range_phase;
} mgp_cuda_t;

static inline mgp_cuda_t *mgp_cuda_of(mgp_backend_t *be) {
  return (mgp_cuda_t *)be;
}

/* --- checked calls ---------------------------------------------------------------------------- */

/* States an error with the name of the call or kernel, device and host. */
mgp_status_t mgp_cuda_check(mgp_cuda_t *cu, cudaError_t error, const char *what);
/* After a launch: its error, or that of the kernel if kernels are waited for. */
cudaError_t mgp_cuda_launched(mgp_cuda_t *cu);

/* Before each: counts it. Whether it shall fail instead of being made. */
bool mgp_cuda_injected(mgp_cuda_t *cu, const char *what);

#define MGP_CUDA_CALL(cu, call) MGP_CUDA_CALL_AS(cu, #call, call)
/* The same by another name. */
#define MGP_CUDA_CALL_AS(cu, name, call)                                                           \
  mgp_cuda_check((cu), mgp_cuda_injected((cu), name) ? cudaErrorUnknown : (call), name)
/* The same of a call that is made in any case, since it ends something: its error. */
mgp_status_t mgp_cuda_ended(mgp_cuda_t *cu, cudaError_t error, const char *what);

/* MGP_LAUNCH(cu, kernel, grid, block, args...) */
#define MGP_LAUNCH(cu, kernel, grid, block, ...)                                                   \
  MGP_LAUNCH_SHARED(cu, kernel, grid, block, 0, __VA_ARGS__)
/* The same with `shared` bytes of dynamic shared memory. */
#define MGP_LAUNCH_SHARED(cu, kernel, grid, block, shared, ...)                                    \
  mgp_cuda_check(                                                                                  \
      (cu),                                                                                        \
      mgp_cuda_injected((cu), "kernel " #kernel) ? cudaErrorUnknown                                \
      : (shared) > MGP_STATIC_SHARED_MAX &&                                                        \
              cudaFuncSetAttribute((kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,          \
                                   (int)(shared)) != cudaSuccess                                   \
          ? cudaGetLastError()                                                                     \
          : (MGP_KERNEL_START(kernel, (grid), (block), (shared), (cu)->stream, __VA_ARGS__),       \
             mgp_cuda_launched(cu)),                                                               \
      "kernel " #kernel)

/* Blocks of `threads` for n items. */
static inline unsigned mgp_blocks(uint64_t n, unsigned threads) {
  return (unsigned)((n + threads - 1) / threads);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Bytes that the ledger counts for a piece. */
static inline uint64_t mgp_cuda_size(uint64_t nbytes) {
  return nbytes ? (nbytes + MGP_CUDA_ALIGN - 1) / MGP_CUDA_ALIGN * MGP_CUDA_ALIGN : MGP_CUDA_ALIGN;
}

mgp_status_t mgp_cuda_take(mgp_cuda_t *cu, mgp_mem_class_t cls, uint64_t nbytes, void **d_out);
void mgp_cuda_give(mgp_cuda_t *cu, void *d_ptr); /* NULL is fine */
/* Gives the arena back to the device; pieces that are still out stay in the ledger, for all to see.
 */
void mgp_cuda_drop_arena(mgp_cuda_t *cu);

template <typename T>
static inline mgp_status_t mgp_cuda_new(mgp_cuda_t *cu, mgp_mem_class_t cls, uint64_t count,
                                        T **out) {
  return mgp_cuda_take(cu, cls, count * sizeof(T), (void **)out);
}
template <typename T> static inline uint64_t mgp_cuda_size_of(uint64_t count) {
  return mgp_cuda_size(count * sizeof(T));
}

/* Room for what an operation is given, or gathers before it is downloaded; nobody needs it between
 * two operations. */
#define MGP_CUDA_SPARE_BYTES ((size_t)512 << 10)
static inline uint8_t *mgp_cuda_spare(const mgp_cuda_t *cu) {
  return cu->d_spare;
}

/* Results of a summing kernel (reduce.cuh) in host memory, waited for: n of them from number
 * `first` on. The last one is the folding's, whose kernels are not waited for at once. */
mgp_status_t mgp_cuda_results(mgp_cuda_t *cu, unsigned first, unsigned n, mgp_e_t *out);

#endif
