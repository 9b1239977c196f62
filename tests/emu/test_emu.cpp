/* The emulation itself: order of threads, barriers, warp operations, shared memory, and that it
 * finds what it is there to find. */
#include <vector>

#include "cuda_runtime.h"

#include "test.h"

static void count_threads(unsigned *seen) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  atomicAdd(&seen[i], 1u);
}

/* Sums of each block by a tree, with a barrier a level. */
static void block_sum(const unsigned *in, unsigned *out) {
  MGP_SHARED(unsigned, room, [256]);
  const unsigned t = threadIdx.x;
  room[t] = in[blockIdx.x * blockDim.x + t];
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (t < half) room[t] += room[t + half];
  }
  if (t == 0) out[blockIdx.x] = room[0];
}

/* The same with a barrier forgotten. */
static void racy_sum(const unsigned *in, unsigned *out) {
  MGP_SHARED(unsigned, room, [256]);
  const unsigned t = threadIdx.x;
  room[t] = in[blockIdx.x * blockDim.x + t];
  if (t == 0) {
    unsigned sum = 0;
    for (unsigned i = 0; i < blockDim.x; i++) sum += room[i];
    out[blockIdx.x] = sum;
  }
}

static void shared_once(unsigned *out) {
  MGP_SHARED(unsigned, word);
  MGP_SHARED_DYNAMIC(unsigned, more);
  if (threadIdx.x == 0) out[2 * blockIdx.x] = word, out[2 * blockIdx.x + 1] = more[0];
  __syncthreads();
  if (threadIdx.x == 0) word = more[0] = 1;
}

/* One word a lane and test. */
static void warp_operations(unsigned *out) {
  const unsigned lane = threadIdx.x % 32, all = 0xffffffffu;
  unsigned *o = out + 12 * threadIdx.x;
  o[0] = __ballot_sync(all, lane & 1);
  o[1] = __shfl_sync(all, lane * 3, 5);
  o[2] = __shfl_xor_sync(all, lane, 3);
  o[3] = __shfl_down_sync(all, lane, 2u);
  o[4] = __shfl_up_sync(all, lane, 2u, 8);
  o[5] = __reduce_add_sync(all, lane);
  o[6] = __reduce_min_sync(all, lane + 7);
  o[7] = __reduce_max_sync(all, lane);
  o[8] = __match_any_sync(all, lane % 3);
  o[9] = o[10] = 0;
  if (lane % 4 == 1) {
    o[9] = __activemask();
    o[10] = __reduce_xor_sync(o[9], 1u << lane);
  }
  o[11] = (unsigned)__syncthreads_count(lane == 0);
}

static void divergent_barrier(void) {
  if (threadIdx.x < 16)
    __syncthreads();
  else
    __syncthreads();
}
static void missing_thread(void) {
  if (threadIdx.x == 7) return;
  __syncthreads();
}
static void missing_lane(unsigned *out) {
  if (threadIdx.x != 7) *out = __ballot_sync(0xffffffffu, 1);
}

template <typename... P, typename... A>
static cudaError_t launch(void (*kernel)(P...), unsigned grid, unsigned block, size_t shared,
                          A... args) {
  mgp_emu_launch("test", kernel, grid, block, shared, nullptr, args...);
  return cudaGetLastError();
}

static void check_blocks(unsigned grid, unsigned block) {
  std::vector<unsigned> in(grid * block), seen(grid * block), sum(grid);
  for (unsigned i = 0; i < in.size(); i++) in[i] = i * i + 1;
  CHECK(launch(count_threads, grid, block, 0, seen.data()) == cudaSuccess);
  for (unsigned i = 0; i < in.size(); i++) CHECK_EQ_U64(seen[i], 1);
  if (block > 256 || (block & (block - 1))) return;
  CHECK(launch(block_sum, grid, block, 0, in.data(), sum.data()) == cudaSuccess);
  for (unsigned b = 0; b < grid; b++) {
    unsigned want = 0;
    for (unsigned t = 0; t < block; t++) want += in[b * block + t];
    CHECK_EQ_U64(sum[b], want);
  }
}

/* A race shows at the latest in every other block. */
static void check_race(void) {
  std::vector<unsigned> in(2 * 64, 1), sum(2);
  CHECK(launch(racy_sum, 2, 64, 0, in.data(), sum.data()) == cudaSuccess);
  CHECK(sum[0] != 64 || sum[1] != 64);
}

static void check_warp(void) {
  std::vector<unsigned> out(12 * 64);
  CHECK(launch(warp_operations, 1, 64, 0, out.data()) == cudaSuccess);
  for (unsigned t = 0; t < 64; t++) {
    const unsigned *o = &out[12 * t], lane = t % 32;
    unsigned same = 0;
    for (unsigned j = lane % 3; j < 32; j += 3) same |= 1u << j;
    CHECK_EQ_U64(o[0], 0xaaaaaaaau);
    CHECK_EQ_U64(o[1], 15);
    CHECK_EQ_U64(o[2], lane ^ 3);
    CHECK_EQ_U64(o[3], lane < 30 ? lane + 2 : lane);
    CHECK_EQ_U64(o[4], lane % 8 < 2 ? lane : lane - 2);
    CHECK_EQ_U64(o[5], 31 * 32 / 2);
    CHECK_EQ_U64(o[6], 7);
    CHECK_EQ_U64(o[7], 31);
    CHECK_EQ_U64(o[8], same);
    CHECK_EQ_U64(o[9], lane % 4 == 1 ? 0x22222222u : 0);
    CHECK_EQ_U64(o[10], lane % 4 == 1 ? 0x22222222u : 0);
    CHECK_EQ_U64(o[11], 2);
  }
}

static void check_faults(void) {
  unsigned word = 0;
  CHECK(launch(divergent_barrier, 1, 32, 0) == cudaErrorLaunchFailure);
  CHECK(launch(missing_thread, 1, 32, 0) == cudaErrorLaunchFailure);
  CHECK(launch(missing_lane, 1, 32, 0, &word) == cudaErrorLaunchFailure);
  CHECK(launch(missing_thread, 1, 1025, 0) == cudaErrorInvalidConfiguration);
  CHECK(launch(missing_thread, 0, 32, 0) == cudaErrorInvalidConfiguration);
  CHECK(launch(missing_thread, 1, 32, 1 << 20) == cudaErrorInvalidConfiguration);
  CHECK(cudaGetLastError() == cudaSuccess);
}

static void check_shared(void) {
  std::vector<unsigned> out(2 * 3);
  CHECK(launch(shared_once, 3, 32, 64, out.data()) == cudaSuccess);
  for (unsigned word : out) CHECK_EQ_U64(word, 0xa5a5a5a5u);
}

static void check_memory(void) {
  void *d = nullptr, *h = nullptr;
  char local[64] = "host";
  size_t before, left, all;
  cudaPointerAttributes a;
  CHECK(cudaMemGetInfo(&before, &all) == cudaSuccess);
  CHECK(cudaMalloc(&d, 100) == cudaSuccess);
  CHECK(cudaMallocHost(&h, 100) == cudaSuccess);
  CHECK(cudaMemGetInfo(&left, &all) == cudaSuccess);
  CHECK_EQ_U64(before - left, 100);
  CHECK(cudaMalloc(&d + 0, all) == cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  CHECK(cudaPointerGetAttributes(&a, h) == cudaSuccess && a.type == cudaMemoryTypeHost);
  CHECK(cudaPointerGetAttributes(&a, local) == cudaSuccess && a.type == cudaMemoryTypeUnregistered);
  CHECK(cudaMemcpyAsync(d, local, 64, cudaMemcpyHostToDevice, nullptr) == cudaSuccess);
  CHECK(cudaMemcpyAsync(h, d, 64, cudaMemcpyDeviceToHost, nullptr) == cudaSuccess);
  CHECK(memcmp(h, local, 64) == 0);
  CHECK(cudaMemcpyAsync(local, h, 64, cudaMemcpyDeviceToHost, nullptr) != cudaSuccess);
  CHECK(cudaMemcpyAsync(d, h, 101, cudaMemcpyHostToDevice, nullptr) != cudaSuccess);
  CHECK(cudaMemsetAsync(h, 0, 1, nullptr) != cudaSuccess);
  (void)cudaGetLastError();
  CHECK(cudaFree(h) == cudaErrorInvalidValue && cudaFreeHost(h) == cudaSuccess);
  CHECK(cudaFree(d) == cudaSuccess);
  (void)cudaGetLastError();
}

/* Branches of a graph: what is on one is in the graph once that is joined, and a graph with one
 * that is not is none. */
static void add(unsigned *to, unsigned what) {
  if (threadIdx.x == 0) *to = 10 * *to + what;
}
static void check_branches(void) {
  unsigned *value = NULL;
  cudaStream_t trunk, branch;
  cudaEvent_t forked, joined;
  CHECK(cudaMalloc(reinterpret_cast<void **>(&value), sizeof *value) == cudaSuccess);
  CHECK(cudaStreamCreateWithPriority(&trunk, 0, 0) == cudaSuccess);
  CHECK(cudaStreamCreateWithPriority(&branch, 0, 0) == cudaSuccess);
  CHECK(cudaEventCreateWithFlags(&forked, 0) == cudaSuccess);
  CHECK(cudaEventCreateWithFlags(&joined, 0) == cudaSuccess);
  for (int join = 0; join < 2; join++) {
    cudaGraph_t graph = NULL;
    size_t nodes = 0;
    *value = 0;
    CHECK(cudaStreamBeginCapture(trunk, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    MGP_KERNEL_START(add, 1, 32, 0, trunk, value, 1u);
    CHECK(cudaEventRecord(forked, trunk) == cudaSuccess);
    CHECK(cudaStreamWaitEvent(branch, forked, 0) == cudaSuccess);
    MGP_KERNEL_START(add, 1, 32, 0, branch, value, 2u);
    CHECK(cudaEventRecord(joined, branch) == cudaSuccess);
    if (join) CHECK(cudaStreamWaitEvent(trunk, joined, 0) == cudaSuccess);
    MGP_KERNEL_START(add, 1, 32, 0, trunk, value, 3u);
    CHECK((cudaStreamEndCapture(trunk, &graph) == cudaSuccess) == (join == 1));
    CHECK((graph != NULL) == (join == 1) && *value == 0);
    (void)cudaGetLastError();
    if (!graph) continue;
    cudaGraphExec_t exec;
    CHECK(cudaGraphGetNodes(graph, NULL, &nodes) == cudaSuccess && nodes == 3);
    CHECK(cudaGraphInstantiateWithFlags(&exec, graph, 0) == cudaSuccess);
    CHECK(cudaGraphLaunch(exec, branch) == cudaSuccess && *value == 123); /* free again */
    CHECK(cudaGraphExecDestroy(exec) == cudaSuccess && cudaGraphDestroy(graph) == cudaSuccess);
  }
  CHECK(cudaEventDestroy(forked) == cudaSuccess && cudaEventDestroy(joined) == cudaSuccess);
  CHECK(cudaStreamDestroy(branch) == cudaSuccess && cudaStreamDestroy(trunk) == cudaSuccess);
  CHECK(cudaFree(value) == cudaSuccess);
}

int main(void) {
  static const unsigned sizes[] = {1, 2, 31, 32, 33, 64, 256, 1000, 1024};
  for (unsigned block : sizes)
    for (unsigned grid = 1; grid <= 3; grid++) check_blocks(grid, block);
  check_race();
  check_warp();
  check_shared();
  for (int i = 0; i < 3; i++) check_faults();
  check_blocks(3, 256); /* after threads were left where they waited */
  check_memory();
  check_branches();
  return test_result();
}
