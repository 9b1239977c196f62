/* CUDA on the CPU, for tests: what cuda/ uses of the language and of the runtime, so that its files
 * compile as C++ and its kernels run on a machine without a GPU.
 *
 * Execution model. Launches are done when they return. Blocks run one after the other; the threads
 * of a block are coroutines on one core, which change only at barriers and warp operations, so a
 * kernel without those is a plain loop. To bring out what must not matter, every other launch takes
 * its blocks backwards (2048 at a time) and every other block its threads. A barrier that not all
 * threads of a block reach at the same place and a warp operation that not all lanes of its mask
 * reach are reported on stderr and fail the launch. Several host threads may launch at a time.
 * __activemask gives the lanes that wait for it together. A stack that overflows ends the program.
 *
 * Memory. Copies check that device pointers lie in device memory and host pointers do not. Shared
 * memory (MGP_SHARED) is poisoned at the start of each block, device memory by the arena
 * (MGP_CUDA_POISON). Not modelled: timing, several streams at a time, kernels that wait for other
 * blocks, races within a warp.
 *
 * Environment: MGP_EMU_DEVICES (default 1), MGP_EMU_MEMORY (bytes of each, default 8 GiB). */
#ifndef MGP_TESTS_EMU_CUDA_RUNTIME_H
#define MGP_TESTS_EMU_CUDA_RUNTIME_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#define MGP_EMULATED 1
#define __CUDACC__   1

/* --- language --------------------------------------------------------------------------------- */

#define __host__
#define __device__
#define __global__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) ulonglong2 {
  unsigned long long x, y;
};
static inline uint2 make_uint2(unsigned x, unsigned y) {
  return {x, y};
}
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) {
  return {x, y, z, w};
}
static inline ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) {
  return {x, y};
}

/* The running thread; emu.cpp moves these. */
struct mgp_emu_ids {
  uint3 thread, block;
  dim3 block_dim, grid_dim;
};
extern thread_local mgp_emu_ids mgp_emu;
#define threadIdx (mgp_emu.thread)
#define blockIdx  (mgp_emu.block)
#define blockDim  (mgp_emu.block_dim)
#define gridDim   (mgp_emu.grid_dim)
#define warpSize  32

/* --- shared memory ---------------------------------------------------------------------------- */

/* A block is all that runs on its host thread, so its shared memory is thread-local. */
#define MGP_SHARED(T, name, ...)                                                                   \
  static thread_local T name __VA_ARGS__ __attribute__((aligned(16)));                             \
  static thread_local uint64_t name##_block;                                                       \
  mgp_emu_enter_shared(&name, sizeof name, &name##_block)
#define MGP_SHARED_DYNAMIC(T, name) T *const name = static_cast<T *>(mgp_emu_dynamic_shared())

/* Poisons the variable if this is its first use in the block. */
void mgp_emu_enter_shared(void *p, size_t nbytes, uint64_t *last_block);
void *mgp_emu_dynamic_shared(void);

/* --- barriers and warp operations ------------------------------------------------------------- */

enum mgp_emu_op {
  MGP_EMU_NONE,
  MGP_EMU_BARRIER, /* of the block; result: sum, and, or of the values */
  MGP_EMU_BARRIER_AND,
  MGP_EMU_BARRIER_OR,
  MGP_EMU_BARRIER_COUNT,
  MGP_EMU_SYNCWARP,
  MGP_EMU_ACTIVE,
  MGP_EMU_SHFL, /* aux: source lane */
  MGP_EMU_BALLOT,
  MGP_EMU_ADD,
  MGP_EMU_MIN,
  MGP_EMU_MAX,
  MGP_EMU_AND,
  MGP_EMU_OR,
  MGP_EMU_XOR,
  MGP_EMU_MATCH
};
/* Waits for the others; the result of the operation for this thread. */
uint64_t mgp_emu_meet(mgp_emu_op op, unsigned mask, uint64_t value, unsigned aux, const char *file,
                      int line);
#define MGP_EMU_MEET(op, mask, value, aux)                                                         \
  mgp_emu_meet((op), (mask), (value), (aux), __FILE__, __LINE__)

#define __syncthreads()        ((void)MGP_EMU_MEET(MGP_EMU_BARRIER, 0, 0, 0))
#define __syncthreads_and(x)   ((int)MGP_EMU_MEET(MGP_EMU_BARRIER_AND, 0, !!(x), 0))
#define __syncthreads_or(x)    ((int)MGP_EMU_MEET(MGP_EMU_BARRIER_OR, 0, !!(x), 0))
#define __syncthreads_count(x) ((int)MGP_EMU_MEET(MGP_EMU_BARRIER_COUNT, 0, !!(x), 0))

static inline unsigned mgp_emu_lane(void) {
  const dim3 d = mgp_emu.block_dim;
  const uint3 t = mgp_emu.thread;
  return (t.x + d.x * (t.y + d.y * t.z)) % 32;
}
static inline void __syncwarp(unsigned mask = 0xffffffffu) {
  MGP_EMU_MEET(MGP_EMU_SYNCWARP, mask, 0, 0);
}
static inline unsigned __activemask(void) {
  return (unsigned)MGP_EMU_MEET(MGP_EMU_ACTIVE, 0, 0, 0);
}
static inline unsigned __ballot_sync(unsigned mask, int x) {
  return (unsigned)MGP_EMU_MEET(MGP_EMU_BALLOT, mask, x != 0, 0);
}
static inline int __any_sync(unsigned mask, int x) {
  return __ballot_sync(mask, x) != 0;
}
static inline int __all_sync(unsigned mask, int x) {
  return __ballot_sync(mask, !x) == 0;
}

template <typename T> static inline T mgp_emu_shfl(unsigned mask, T v, unsigned from) {
  static_assert(sizeof(T) <= 8, "words of at most eight bytes");
  uint64_t word = 0;
  memcpy(&word, &v, sizeof v);
  word = MGP_EMU_MEET(MGP_EMU_SHFL, mask, word, from);
  memcpy(&v, &word, sizeof v);
  return v;
}
template <typename T> static inline T __shfl_sync(unsigned mask, T v, int from, int width = 32) {
  const unsigned first = mgp_emu_lane() & ~(unsigned)(width - 1);
  return mgp_emu_shfl(mask, v, first + ((unsigned)from & (unsigned)(width - 1)));
}
template <typename T>
static inline T __shfl_xor_sync(unsigned mask, T v, int with, int width = 32) {
  const unsigned lane = mgp_emu_lane(), to = lane ^ (unsigned)with;
  return mgp_emu_shfl(mask, v, to / (unsigned)width <= lane / (unsigned)width ? to : lane);
}
template <typename T>
static inline T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32) {
  const unsigned lane = mgp_emu_lane(), in = lane & (unsigned)(width - 1);
  return mgp_emu_shfl(mask, v, in + by < (unsigned)width ? lane + by : lane);
}
template <typename T>
static inline T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32) {
  const unsigned lane = mgp_emu_lane(), in = lane & (unsigned)(width - 1);
  return mgp_emu_shfl(mask, v, in >= by ? lane - by : lane);
}

#define MGP_EMU_REDUCE(name, op)                                                                   \
  static inline unsigned __reduce_##name##_sync(unsigned mask, unsigned v) {                       \
    return (unsigned)MGP_EMU_MEET(op, mask, v, 0);                                                 \
  }
MGP_EMU_REDUCE(add, MGP_EMU_ADD)
MGP_EMU_REDUCE(min, MGP_EMU_MIN)
MGP_EMU_REDUCE(max, MGP_EMU_MAX)
MGP_EMU_REDUCE(and, MGP_EMU_AND)
MGP_EMU_REDUCE(or, MGP_EMU_OR)
MGP_EMU_REDUCE(xor, MGP_EMU_XOR)
template <typename T> static inline unsigned __match_any_sync(unsigned mask, T v) {
  return (unsigned)MGP_EMU_MEET(MGP_EMU_MATCH, mask, (uint64_t)v, 0);
}

/* --- memory operations and arithmetic --------------------------------------------------------- */

static inline void __threadfence(void) {}
static inline void __threadfence_block(void) {}
template <typename T> static inline T __ldg(const T *p) {
  return *p;
}
template <typename T> static inline T __ldcs(const T *p) {
  return *p;
}
template <typename T> static inline void __stcs(T *p, T v) {
  *p = v;
}

/* Threads change at barriers only, so the plain form is atomic. */
#define MGP_EMU_ATOMIC(name, after)                                                                \
  template <typename T> static inline T name(T *p, typename std::common_type<T>::type v) {         \
    const T old = *p;                                                                              \
    *p = after;                                                                                    \
    return old;                                                                                    \
  }
MGP_EMU_ATOMIC(atomicAdd, old + v)
MGP_EMU_ATOMIC(atomicSub, old - v)
MGP_EMU_ATOMIC(atomicMin, v < old ? v : old)
MGP_EMU_ATOMIC(atomicMax, v > old ? v : old)
MGP_EMU_ATOMIC(atomicAnd, old &v)
MGP_EMU_ATOMIC(atomicOr, old | v)
MGP_EMU_ATOMIC(atomicXor, old ^ v)
MGP_EMU_ATOMIC(atomicExch, v)
static inline unsigned atomicInc(unsigned *p, unsigned last) {
  const unsigned old = *p;
  *p = old >= last ? 0 : old + 1;
  return old;
}
template <typename T>
static inline T atomicCAS(T *p, typename std::common_type<T>::type expected,
                          typename std::common_type<T>::type v) {
  const T old = *p;
  if (old == expected) *p = v;
  return old;
}

template <typename T> static inline T min(T a, typename std::common_type<T>::type b) {
  return b < a ? b : a;
}
template <typename T> static inline T max(T a, typename std::common_type<T>::type b) {
  return b > a ? b : a;
}
static inline int __popc(unsigned x) {
  return __builtin_popcount(x);
}
static inline int __popcll(unsigned long long x) {
  return __builtin_popcountll(x);
}
static inline int __clz(int x) {
  return x ? __builtin_clz((unsigned)x) : 32;
}
static inline int __clzll(long long x) {
  return x ? __builtin_clzll((unsigned long long)x) : 64;
}
static inline int __ffs(int x) {
  return __builtin_ffs(x);
}
static inline unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned)((uint64_t)a * b >> 32);
}
static inline int __mulhi(int a, int b) {
  return (int)((int64_t)a * b >> 32);
}
static inline unsigned __brev(unsigned x) {
  x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
  x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
  x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(x);
}
static inline unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned n) {
  return (unsigned)(((uint64_t)hi << 32 | lo) << (n & 31) >> 32);
}
static inline unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned n) {
  return (unsigned)(((uint64_t)hi << 32 | lo) >> (n & 31));
}

/* --- runtime ---------------------------------------------------------------------------------- */

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorStubLibrary = 34,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNotReady = 600,
  cudaErrorPeerAccessAlreadyEnabled = 704,
  cudaErrorHostMemoryAlreadyRegistered = 712,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
  cudaErrorGraphExecUpdateFailure = 910,
  cudaErrorUnknown = 999
};
const char *cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError(void);
cudaError_t cudaPeekAtLastError(void);

struct cudaUUID_t {
  char bytes[16];
};
struct cudaDeviceProp {
  char name[256];
  cudaUUID_t uuid;
  size_t totalGlobalMem;
  int major, minor, multiProcessorCount, pciBusID, pciDeviceID, pciDomainID;
};
enum cudaDeviceAttr { cudaDevAttrClockRate = 13, cudaDevAttrMemoryClockRate = 36 };
cudaError_t cudaGetDeviceCount(int *n);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDevice(int *device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *prop, int device);
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attr, int device);
cudaError_t cudaDeviceSynchronize(void);
cudaError_t cudaDriverGetVersion(int *version);
cudaError_t cudaRuntimeGetVersion(int *version);

/* Memory of all devices is reached by kernels of this process, and by no other one. */
cudaError_t cudaDeviceGetPCIBusId(char *text, int len, int device);
cudaError_t cudaDeviceGetByPCIBusId(int *device, const char *text);
enum cudaDeviceP2PAttr { cudaDevP2PAttrNativeAtomicSupported = 3 };
cudaError_t cudaDeviceGetP2PAttribute(int *value, cudaDeviceP2PAttr attr, int device, int other);
cudaError_t cudaDeviceCanAccessPeer(int *can, int device, int other);
cudaError_t cudaDeviceEnablePeerAccess(int other, unsigned flags);
struct cudaIpcMemHandle_t {
  char reserved[64];
};
#define cudaIpcMemLazyEnablePeerAccess 1u
cudaError_t cudaIpcGetMemHandle(cudaIpcMemHandle_t *handle, void *p);
cudaError_t cudaIpcOpenMemHandle(void **p, cudaIpcMemHandle_t handle, unsigned flags);
cudaError_t cudaIpcCloseMemHandle(void *p);

cudaError_t cudaMemGetInfo(size_t *left, size_t *all);
cudaError_t cudaMalloc(void **p, size_t nbytes);
cudaError_t cudaFree(void *p);
cudaError_t cudaMallocHost(void **p, size_t nbytes);
cudaError_t cudaFreeHost(void *p);
#define cudaHostRegisterPortable 1u
cudaError_t cudaHostRegister(void *p, size_t nbytes, unsigned flags);
cudaError_t cudaHostUnregister(void *p);
enum cudaMemcpyKind {
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3
};
enum cudaMemoryType { cudaMemoryTypeUnregistered, cudaMemoryTypeHost, cudaMemoryTypeDevice };
struct cudaPointerAttributes {
  cudaMemoryType type;
};
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *a, const void *p);

struct mgp_emu_stream;
struct mgp_emu_event;
typedef mgp_emu_stream *cudaStream_t;
typedef mgp_emu_event *cudaEvent_t;
enum { cudaStreamDefault = 0, cudaStreamNonBlocking = 1 };
enum { cudaEventDefault = 0, cudaEventDisableTiming = 2 };
cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t nbytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync(void *dst, size_t dst_pitch, const void *src, size_t src_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream);
cudaError_t cudaMemsetAsync(void *dst, int value, size_t nbytes, cudaStream_t stream);
cudaError_t cudaMemset2DAsync(void *dst, size_t pitch, int value, size_t width, size_t height,
                              cudaStream_t stream);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int priority);
cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream); /* always busy: the host is to find work beside */
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
/* Graphs: what a stream has captured runs when the graph is launched, one node after the other. */
struct mgp_emu_graph;
typedef mgp_emu_graph *cudaGraph_t;
typedef mgp_emu_graph *cudaGraphExec_t;
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed = 2 };
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph);
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                          unsigned long long flags);
struct cudaGraphExecUpdateResultInfo {};
cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo *info);
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, void *, size_t *n);
cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to);
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
template <typename F> static inline cudaError_t cudaFuncSetAttribute(F, cudaFuncAttribute, int) {
  return cudaSuccess;
}

/* --- launches --------------------------------------------------------------------------------- */

/* Whether the stream captures; then the node that is run by the graph. */
bool mgp_emu_captures(cudaStream_t stream);
void mgp_emu_capture(cudaStream_t stream, std::function<cudaError_t()> node);

/* Runs body(arg) as every thread of the grid. */
void mgp_emu_run(const char *kernel, dim3 grid, dim3 block, size_t shared, void (*body)(void *),
                 void *arg);

template <typename... P, typename... A>
static inline void mgp_emu_launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block,
                                  size_t shared, cudaStream_t stream, A &&...args) {
  struct call_t {
    void (*kernel)(P...);
    std::tuple<P...> params;
  } call = {kernel, std::tuple<P...>(std::forward<A>(args)...)};
  auto run = [=]() mutable {
    mgp_emu_run(
        name, grid, block, shared,
        [](void *arg) {
          call_t *c = static_cast<call_t *>(arg);
          std::apply(c->kernel, c->params);
        },
        &call);
    return cudaPeekAtLastError();
  };
  if (mgp_emu_captures(stream))
    mgp_emu_capture(stream, run);
  else
    (void)run();
}

#define MGP_KERNEL_START(kernel, grid, block, shared, stream, ...)                                 \
  mgp_emu_launch(#kernel, (kernel), (grid), (block), (shared), (stream), __VA_ARGS__)

#endif
