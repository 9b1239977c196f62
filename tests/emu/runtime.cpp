/* Devices, their memory, copies. All work is done when a call returns. */
#include "runtime.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include <sys/mman.h>

#define DEFAULT_MEMORY ((uint64_t)8 << 30)
#define PROCESSORS     4

namespace {

struct piece_t {
  size_t nbytes;
  int device; /* -1: pinned host memory */
};

std::mutex lock;
std::map<const uint8_t *, piece_t> pieces; /* by first byte; under the lock */
std::map<int, uint64_t> used;
std::set<std::pair<int, int>> peers; /* from, to */

thread_local cudaError_t last_error = cudaSuccess;
thread_local int current_device = 0;

uint64_t from_environment(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text ? strtoull(text, nullptr, 10) : otherwise;
}

int ndevices(void) {
  return (int)from_environment("MGP_EMU_DEVICES", 1);
}

uint64_t memory_of_device(void) {
  return from_environment("MGP_EMU_MEMORY", DEFAULT_MEMORY);
}

cudaError_t failed(cudaError_t error) {
  last_error = error;
  return error;
}

/* The piece that holds p: 1 and its attributes if there is one; *left: bytes from p to its end. */
bool find(const void *p, piece_t *out, size_t *left) {
  const std::lock_guard<std::mutex> guard(lock);
  const uint8_t *at = static_cast<const uint8_t *>(p);
  auto it = pieces.upper_bound(at);
  if (it == pieces.begin()) return false;
  --it;
  if ((size_t)(at - it->first) >= it->second.nbytes) return false;
  *out = it->second;
  *left = it->second.nbytes - (size_t)(at - it->first);
  return true;
}

bool on_device(const void *p, size_t nbytes) {
  piece_t piece;
  size_t left;
  return find(p, &piece, &left) && piece.device >= 0 && nbytes <= left;
}
bool on_host(const void *p) {
  piece_t piece;
  size_t left;
  return !find(p, &piece, &left) || piece.device < 0;
}

bool may_copy(void *dst, const void *src, size_t dst_bytes, size_t src_bytes, cudaMemcpyKind kind) {
  const bool to = kind == cudaMemcpyDeviceToHost ? on_host(dst) : on_device(dst, dst_bytes);
  const bool from = kind == cudaMemcpyHostToDevice ? on_host(src) : on_device(src, src_bytes);
  if (to && from) return true;
  fprintf(stderr, "emulation: copy of kind %d, %zu bytes: %s is not what it should be\n", (int)kind,
          src_bytes, to ? "the source" : "the destination");
  return false;
}

} // namespace

void mgp_emu_set_error(cudaError_t error) {
  last_error = error;
}

bool mgp_emu_on_device(const void *p, size_t nbytes) {
  return on_device(p, nbytes);
}

/* --- errors ----------------------------------------------------------------------------------- */

cudaError_t cudaGetLastError(void) {
  const cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}
cudaError_t cudaPeekAtLastError(void) {
  return last_error;
}

const char *cudaGetErrorString(cudaError_t error) {
  switch (error) {
  case cudaSuccess:
    return "no error";
  case cudaErrorInvalidValue:
    return "invalid argument";
  case cudaErrorMemoryAllocation:
    return "out of memory";
  case cudaErrorInvalidConfiguration:
    return "invalid configuration argument";
  case cudaErrorNoDevice:
    return "no CUDA-capable device is detected";
  case cudaErrorInvalidDevice:
    return "invalid device ordinal";
  case cudaErrorLaunchFailure:
    return "unspecified launch failure";
  default:
    return "unknown error";
  }
}

/* --- devices ---------------------------------------------------------------------------------- */

cudaError_t cudaGetDeviceCount(int *n) {
  *n = ndevices();
  return *n ? cudaSuccess : failed(cudaErrorNoDevice);
}
cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= ndevices()) return failed(cudaErrorInvalidDevice);
  current_device = device;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int *device) {
  *device = current_device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *prop, int device) {
  if (device < 0 || device >= ndevices()) return failed(cudaErrorInvalidDevice);
  memset(prop, 0, sizeof *prop);
  snprintf(prop->name, sizeof prop->name, "emulation");
  prop->totalGlobalMem = memory_of_device();
  prop->uuid.bytes[0] = (char)(device + 1);
  prop->pciBusID = device + 1;
  prop->major = 9;
  prop->multiProcessorCount = PROCESSORS;
  prop->pciBusID = device;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attr, int device) {
  (void)attr, (void)device;
  *value = 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize(void) {
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int *version) {
  *version = 0;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int *version) {
  *version = 0;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetPCIBusId(char *text, int len, int device) {
  snprintf(text, (size_t)len, "0000:%02x:00.0", (unsigned)device);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetByPCIBusId(int *device, const char *text) {
  unsigned bus;
  if (sscanf(text, "%*x:%x:", &bus) != 1 || bus >= (unsigned)ndevices())
    return failed(cudaErrorInvalidDevice);
  *device = (int)bus;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetP2PAttribute(int *value, cudaDeviceP2PAttr, int, int) {
  *value = 1;
  return cudaSuccess;
}
cudaError_t cudaDeviceCanAccessPeer(int *can, int, int) {
  *can = 1;
  return cudaSuccess;
}
cudaError_t cudaDeviceEnablePeerAccess(int other, unsigned) {
  if (other == current_device) return failed(cudaErrorInvalidDevice);
  const std::lock_guard<std::mutex> guard(lock);
  return peers.insert({current_device, other}).second ? cudaSuccess
                                                      : failed(cudaErrorPeerAccessAlreadyEnabled);
}
cudaError_t cudaIpcGetMemHandle(cudaIpcMemHandle_t *, void *) {
  return failed(cudaErrorNotSupported);
}
cudaError_t cudaIpcOpenMemHandle(void **, cudaIpcMemHandle_t, unsigned) {
  return failed(cudaErrorNotSupported);
}
cudaError_t cudaIpcCloseMemHandle(void *) {
  return failed(cudaErrorNotSupported);
}

/* --- memory ----------------------------------------------------------------------------------- */

cudaError_t cudaMemGetInfo(size_t *left, size_t *all) {
  const std::lock_guard<std::mutex> guard(lock);
  *all = memory_of_device();
  *left = *all - used[current_device];
  return cudaSuccess;
}

cudaError_t cudaMalloc(void **p, size_t nbytes) {
  const std::lock_guard<std::mutex> guard(lock);
  if (nbytes == 0 || nbytes > memory_of_device() - used[current_device])
    return failed(cudaErrorMemoryAllocation);
  void *q = mmap(nullptr, nbytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (q == MAP_FAILED) return failed(cudaErrorMemoryAllocation);
  used[current_device] += nbytes;
  pieces[static_cast<uint8_t *>(q)] = {nbytes, current_device};
  *p = q;
  return cudaSuccess;
}

cudaError_t cudaFree(void *p) {
  if (!p) return cudaSuccess;
  const std::lock_guard<std::mutex> guard(lock);
  const auto it = pieces.find(static_cast<uint8_t *>(p));
  if (it == pieces.end() || it->second.device < 0) return failed(cudaErrorInvalidValue);
  used[it->second.device] -= it->second.nbytes;
  munmap(p, it->second.nbytes);
  pieces.erase(it);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void **p, size_t nbytes) {
  const std::lock_guard<std::mutex> guard(lock);
  uint8_t *q = static_cast<uint8_t *>(malloc(nbytes));
  if (!q) return failed(cudaErrorMemoryAllocation);
  pieces[q] = {nbytes, -1};
  *p = q;
  return cudaSuccess;
}

cudaError_t cudaHostRegister(void *p, size_t nbytes, unsigned) {
  piece_t piece;
  size_t left;
  if (!p || nbytes == 0 || find(p, &piece, &left)) return failed(cudaErrorInvalidValue);
  const std::lock_guard<std::mutex> guard(lock);
  pieces[static_cast<uint8_t *>(p)] = {nbytes, -1};
  return cudaSuccess;
}

cudaError_t cudaHostUnregister(void *p) {
  const std::lock_guard<std::mutex> guard(lock);
  const auto it = pieces.find(static_cast<uint8_t *>(p));
  if (it == pieces.end() || it->second.device >= 0) return failed(cudaErrorInvalidValue);
  pieces.erase(it);
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void *p) {
  const cudaError_t error = cudaHostUnregister(p);
  if (error == cudaSuccess) free(p);
  return error;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *a, const void *p) {
  piece_t piece;
  size_t left;
  a->type = !find(p, &piece, &left) ? cudaMemoryTypeUnregistered
            : piece.device < 0      ? cudaMemoryTypeHost
                                    : cudaMemoryTypeDevice;
  return cudaSuccess;
}

/* --- streams, graphs, copies ------------------------------------------------------------------ */

typedef std::vector<std::function<cudaError_t()>> nodes_t;

struct mgp_emu_stream {
  int device;
  bool captures;
  nodes_t captured;
  cudaStream_t trunk;                 /* of the graph that it has a branch of, or NULL */
  std::vector<cudaStream_t> branches; /* of its own graph, that have not been joined */
};
struct mgp_emu_graph {
  nodes_t nodes;
};
struct mgp_emu_event {
  int device;
  cudaStream_t of; /* where it was recorded last */
  std::chrono::steady_clock::time_point recorded;
};

bool mgp_emu_captures(cudaStream_t stream) {
  return stream && (stream->captures || stream->trunk);
}
void mgp_emu_capture(cudaStream_t stream, std::function<cudaError_t()> node) {
  stream->captured.push_back(std::move(node));
}

namespace {

cudaError_t put(cudaStream_t stream, const std::function<cudaError_t()> &work) {
  if (!mgp_emu_captures(stream)) return work();
  mgp_emu_capture(stream, work);
  return cudaSuccess;
}

} // namespace

cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t nbytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return cudaMemcpy2DAsync(dst, nbytes, src, nbytes, nbytes, 1, kind, stream);
}

cudaError_t cudaMemcpy2DAsync(void *dst, size_t dst_pitch, const void *src, size_t src_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
  if (width == 0 || height == 0) return cudaSuccess;
  if (dst_pitch < width || src_pitch < width ||
      !may_copy(dst, src, (height - 1) * dst_pitch + width, (height - 1) * src_pitch + width, kind))
    return failed(cudaErrorInvalidValue);
  return put(stream, [=]() {
    for (size_t i = 0; i < height; i++)
      memmove(static_cast<uint8_t *>(dst) + i * dst_pitch,
              static_cast<const uint8_t *>(src) + i * src_pitch, width);
    return cudaSuccess;
  });
}

cudaError_t cudaMemsetAsync(void *dst, int value, size_t nbytes, cudaStream_t stream) {
  return cudaMemset2DAsync(dst, nbytes, value, nbytes, 1, stream);
}

cudaError_t cudaMemset2DAsync(void *dst, size_t pitch, int value, size_t width, size_t height,
                              cudaStream_t stream) {
  if (width == 0 || height == 0) return cudaSuccess;
  if (pitch < width || !on_device(dst, (height - 1) * pitch + width))
    return failed(cudaErrorInvalidValue);
  return put(stream, [=]() {
    for (size_t i = 0; i < height; i++)
      memset(static_cast<uint8_t *>(dst) + i * pitch, value, width);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned, int) {
  *stream = new mgp_emu_stream{current_device, false, {}, NULL, {}};
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest) {
  *least = *greatest = 0;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return mgp_emu_captures(stream) ? failed(cudaErrorInvalidValue) : cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t) {
  return cudaErrorNotReady;
}
/* Of a stream that captures, the event makes another one a branch of the same graph; an event of
 * the branch makes its nodes come before what the first one captures next. */
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const cudaStream_t of = event->of;
  if (!of || of == stream || !mgp_emu_captures(of)) return cudaSuccess;
  if (of->captures && !mgp_emu_captures(stream)) {
    stream->trunk = of;
    of->branches.push_back(stream);
    return cudaSuccess;
  }
  if (of->trunk != stream) return failed(cudaErrorInvalidValue);
  for (auto &node : of->captured) stream->captured.push_back(std::move(node));
  of->captured.clear();
  of->trunk = NULL;
  stream->branches.erase(std::find(stream->branches.begin(), stream->branches.end(), of));
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  if (stream->captures) return failed(cudaErrorInvalidValue);
  stream->captures = true;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph) {
  if (!stream->captures) return failed(cudaErrorInvalidValue);
  stream->captures = false;
  const bool loose = !stream->branches.empty();
  for (cudaStream_t branch : stream->branches) {
    branch->trunk = NULL;
    branch->captured.clear();
  }
  stream->branches.clear();
  if (loose) {
    stream->captured.clear();
    return failed(cudaErrorInvalidValue);
  }
  *graph = new mgp_emu_graph{std::move(stream->captured)};
  stream->captured.clear();
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                          unsigned long long) {
  *exec = new mgp_emu_graph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo *) {
  if (exec->nodes.size() != graph->nodes.size()) return failed(cudaErrorGraphExecUpdateFailure);
  exec->nodes = graph->nodes;
  return cudaSuccess;
}
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, void *, size_t *n) {
  *n = graph->nodes.size();
  return cudaSuccess;
}
cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t stream) {
  return stream->captures ? failed(cudaErrorInvalidValue) : cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (stream->captures) return failed(cudaErrorInvalidValue);
  for (const auto &node : exec->nodes) {
    const cudaError_t error = node();
    if (error != cudaSuccess) return error;
  }
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned) {
  *event = new mgp_emu_event{current_device, NULL, {}};
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event->of = stream;
  event->recorded = std::chrono::steady_clock::now();
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t) {
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t) {
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to) {
  *ms = std::chrono::duration<float, std::milli>(to->recorded - from->recorded).count();
  return cudaSuccess;
}
