/* The threads of a block as coroutines. A worker is a stack that runs threads which have not begun
 * yet, one after the other; if one has to wait, the scheduler goes on with another worker. So as
 * many stacks are in use as threads wait at a time: one, for a kernel without barriers. */
#include <cstdio>
#include <vector>

#include "cuda_runtime.h"
#include "runtime.h"
#include "switch.h"

#ifdef __SANITIZE_ADDRESS__
#define STACK_BYTES ((size_t)512 << 10)
#else
#define STACK_BYTES ((size_t)128 << 10)
#endif
#define POISON      0xa5
#define MAX_THREADS 1024u
#define MAX_DYNAMIC ((size_t)227 << 10)
/* More than a GPU has room for. Large grids begin at their beginning, as there: a search that ends
 * with the first hit would else go through all of it. */
#define WAVE ((uint64_t)2048)

thread_local mgp_emu_ids mgp_emu;

namespace {

struct worker_t {
  mgp_emu_context context;
};

enum state_t { WAITING, READY, DONE };

struct thread_t {
  state_t state;
  worker_t *worker;
  mgp_emu_op op; /* what it waits for */
  unsigned mask, aux;
  uint64_t value, result;
  const char *file;
  int line;
};

/* All blocks that a host thread runs, one at a time. */
struct scheduler_t {
  mgp_emu_context context;
  std::vector<worker_t *> idle;
  worker_t *worker; /* running */
  unsigned current; /* running thread */
  unsigned nthreads, next, ndone;
  bool backwards;
  thread_t thread[MAX_THREADS];
  void (*body)(void *);
  void *arg;
  uint64_t block; /* serial number */
  std::vector<uint8_t> dynamic;
  size_t dynamic_bytes;
};

thread_local scheduler_t *scheduler;

void set_current(unsigned t) {
  const dim3 d = mgp_emu.block_dim;
  scheduler->current = t;
  mgp_emu.thread = {t % d.x, t / d.x % d.y, t / d.x / d.y};
}

/* --- workers ---------------------------------------------------------------------------------- */

void work(void) {
  mgp_emu_context_entered(&scheduler->worker->context, &scheduler->context);
  for (;;) {
    scheduler_t *s = scheduler;
    while (s->next < s->nthreads) {
      const unsigned k = s->next++, t = s->backwards ? s->nthreads - 1 - k : k;
      set_current(t);
      s->body(s->arg);
      s->thread[s->current].state = DONE;
      s->ndone++;
    }
    worker_t *self = s->worker;
    s->idle.push_back(self);
    mgp_emu_context_switch(&self->context, &s->context);
  }
}

worker_t *take_worker(scheduler_t *s) {
  if (!s->idle.empty()) {
    worker_t *w = s->idle.back();
    s->idle.pop_back();
    return w;
  }
  worker_t *w = new worker_t();
  w->context.nbytes = STACK_BYTES;
  w->context.stack = mgp_emu_stack_create(STACK_BYTES);
  if (!w->context.stack) {
    fprintf(stderr, "emulation: no memory for a stack\n");
    abort();
  }
  mgp_emu_context_init(&w->context, work);
  return w;
}

void change_to(scheduler_t *s, worker_t *w) {
  s->worker = w;
  mgp_emu_context_switch(&s->context, &w->context);
}

/* --- meetings --------------------------------------------------------------------------------- */

bool is_barrier(mgp_emu_op op) {
  return op >= MGP_EMU_BARRIER && op <= MGP_EMU_BARRIER_COUNT;
}

const char *op_name(mgp_emu_op op) {
  static const char *const names[] = {
      "nothing",           "__syncthreads",       "__syncthreads_and",
      "__syncthreads_or",  "__syncthreads_count", "__syncwarp",
      "__activemask",      "__shfl_sync",         "__ballot_sync",
      "__reduce_add_sync", "__reduce_min",        "__reduce_max",
      "__reduce_and",      "__reduce_or",         "__reduce_xor",
      "__match_any"};
  return names[op];
}

/* The result of a barrier that all threads of the block have reached, or false. */
bool release_block(scheduler_t *s) {
  const thread_t *first = &s->thread[0];
  uint64_t sum = 0;
  if (s->ndone) return false;
  for (unsigned t = 0; t < s->nthreads; t++) {
    const thread_t *x = &s->thread[t];
    if (x->state != WAITING || !is_barrier(x->op) || x->op != first->op || x->line != first->line ||
        strcmp(x->file, first->file) != 0)
      return false;
    sum += x->value;
  }
  if (first->op == MGP_EMU_BARRIER_AND) sum = sum == s->nthreads;
  if (first->op == MGP_EMU_BARRIER_OR) sum = sum != 0;
  for (unsigned t = 0; t < s->nthreads; t++) {
    s->thread[t].result = sum;
    s->thread[t].state = READY;
  }
  return true;
}

uint64_t combine(mgp_emu_op op, uint64_t a, uint64_t b) {
  switch (op) {
  case MGP_EMU_ADD:
    return (uint32_t)(a + b);
  case MGP_EMU_MIN:
    return a < b ? a : b;
  case MGP_EMU_MAX:
    return a > b ? a : b;
  case MGP_EMU_AND:
    return a & b;
  case MGP_EMU_OR:
    return a | b;
  default:
    return a ^ b;
  }
}

/* What lane i of the lanes in mask gets. */
uint64_t warp_result(const thread_t *lane, unsigned mask, unsigned i) {
  const thread_t *x = &lane[i];
  uint64_t r = 0;
  bool any = false;
  switch (x->op) {
  case MGP_EMU_SYNCWARP:
    return 0;
  case MGP_EMU_ACTIVE:
    return mask;
  case MGP_EMU_SHFL:
    return lane[mask >> x->aux & 1 ? x->aux : i].value;
  case MGP_EMU_BALLOT:
  case MGP_EMU_MATCH:
    for (unsigned j = 0; j < 32; j++)
      if (mask >> j & 1 &&
          (x->op == MGP_EMU_BALLOT ? lane[j].value != 0 : lane[j].value == x->value))
        r |= (uint64_t)1 << j;
    return r;
  default:
    for (unsigned j = 0; j < 32; j++)
      if (mask >> j & 1) {
        r = any ? combine(x->op, r, lane[j].value) : lane[j].value;
        any = true;
      }
    return r;
  }
}

void release_lanes(thread_t *lane, unsigned mask) {
  uint64_t result[32];
  for (unsigned i = 0; i < 32; i++)
    if (mask >> i & 1) result[i] = warp_result(lane, mask, i);
  for (unsigned i = 0; i < 32; i++)
    if (mask >> i & 1) {
      lane[i].result = result[i];
      lane[i].state = READY;
    }
}

/* Lanes of a warp that wait for the same operation with the same mask, and are all in it. */
bool release_warp(scheduler_t *s, unsigned first) {
  thread_t *lane = &s->thread[first];
  const unsigned n = s->nthreads - first < 32 ? s->nthreads - first : 32;
  const unsigned all = n < 32 ? (1u << n) - 1 : 0xffffffffu;
  bool released = false;
  for (unsigned i = 0; i < n; i++) {
    if (lane[i].state != WAITING || lane[i].op <= MGP_EMU_BARRIER_COUNT ||
        lane[i].op == MGP_EMU_ACTIVE)
      continue;
    const unsigned mask = lane[i].mask & all; /* bits beyond a short last warp do not count */
    bool complete = mask >> i & 1;
    for (unsigned j = 0; j < n && complete; j++)
      if (mask >> j & 1)
        complete =
            lane[j].state == WAITING && lane[j].op == lane[i].op && (lane[j].mask & all) == mask;
    if (!complete) continue;
    release_lanes(lane, mask);
    released = true;
  }
  return released;
}

/* Lanes of a warp that ask at the same place who is there. */
bool release_active(scheduler_t *s, unsigned first) {
  thread_t *lane = &s->thread[first];
  const unsigned n = s->nthreads - first < 32 ? s->nthreads - first : 32;
  unsigned mask = 0;
  for (unsigned i = 0, leader = 32; i < n; i++) {
    if (lane[i].state != WAITING || lane[i].op != MGP_EMU_ACTIVE) continue;
    if (leader == 32) leader = i;
    if (lane[i].line == lane[leader].line && strcmp(lane[i].file, lane[leader].file) == 0)
      mask |= 1u << i;
  }
  if (mask) release_lanes(lane, mask);
  return mask != 0;
}

bool release(scheduler_t *s) {
  bool any = false;
  for (unsigned first = 0; first < s->nthreads; first += 32) any |= release_warp(s, first);
  if (any) return true;
  for (unsigned first = 0; first < s->nthreads; first += 32) any |= release_active(s, first);
  return any || release_block(s);
}

void report(const scheduler_t *s, const char *kernel) {
  unsigned shown = 0;
  fprintf(stderr,
          "emulation: kernel %s, block (%u, %u, %u): %u of %u threads ended, the others wait\n",
          kernel, mgp_emu.block.x, mgp_emu.block.y, mgp_emu.block.z, s->ndone, s->nthreads);
  for (unsigned t = 0; t < s->nthreads && shown < 8; t++) {
    const thread_t *x = &s->thread[t];
    if (x->state == DONE) continue;
    if (t && s->thread[t - 1].state == WAITING && s->thread[t - 1].op == x->op &&
        s->thread[t - 1].line == x->line && s->thread[t - 1].mask == x->mask)
      continue;
    fprintf(stderr, "  thread %u: %s(mask %08x) at %s:%d\n", t, op_name(x->op), x->mask, x->file,
            x->line);
    shown++;
  }
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Threads that can never go on are forgotten, with what is on their stacks. */
void abandon(scheduler_t *s) {
  for (unsigned t = 0; t < s->nthreads; t++) {
    if (s->thread[t].state == DONE) continue;
    mgp_emu_context_init(&s->thread[t].worker->context, work);
    s->idle.push_back(s->thread[t].worker);
  }
}

bool run_block(scheduler_t *s, const char *kernel) {
  s->next = s->ndone = 0;
  s->block++;
  if (s->dynamic_bytes) memset(s->dynamic.data(), POISON, s->dynamic_bytes);
  while (s->next < s->nthreads) change_to(s, take_worker(s));
  while (s->ndone < s->nthreads) {
    if (!release(s)) {
      report(s, kernel);
      abandon(s);
      return false;
    }
    for (unsigned k = 0; k < s->nthreads; k++) {
      const unsigned t = s->backwards ? s->nthreads - 1 - k : k;
      if (s->thread[t].state != READY) continue;
      set_current(t);
      change_to(s, s->thread[t].worker);
    }
  }
  return true;
}

bool valid(dim3 grid, dim3 block, size_t shared) {
  return grid.x && grid.y && grid.z && block.x && block.y && block.z && grid.x <= 0x7fffffffu &&
         grid.y <= 65535 && grid.z <= 65535 && block.x <= MAX_THREADS && block.y <= MAX_THREADS &&
         block.z <= 64 && (uint64_t)block.x * block.y * block.z <= MAX_THREADS &&
         shared <= MAX_DYNAMIC;
}

} // namespace

uint64_t mgp_emu_meet(mgp_emu_op op, unsigned mask, uint64_t value, unsigned aux, const char *file,
                      int line) {
  scheduler_t *s = scheduler;
  const unsigned t = s->current;
  thread_t *x = &s->thread[t];
  x->state = WAITING;
  x->worker = s->worker;
  x->op = op;
  x->mask = mask;
  x->value = value;
  x->aux = aux;
  x->file = file;
  x->line = line;
  mgp_emu_context_switch(&x->worker->context, &s->context);
  return s->thread[t].result;
}

void mgp_emu_enter_shared(void *p, size_t nbytes, uint64_t *last_block) {
  if (*last_block == scheduler->block) return;
  *last_block = scheduler->block;
  memset(p, POISON, nbytes);
}

void *mgp_emu_dynamic_shared(void) {
  return scheduler->dynamic.data();
}

void mgp_emu_run(const char *kernel, dim3 grid, dim3 block, size_t shared, void (*body)(void *),
                 void *arg) {
  static thread_local uint64_t launches;
  if (!scheduler) scheduler = new scheduler_t();
  scheduler_t *s = scheduler;
  if (!valid(grid, block, shared)) {
    mgp_emu_set_error(cudaErrorInvalidConfiguration);
    return;
  }
  s->nthreads = block.x * block.y * block.z;
  s->body = body;
  s->arg = arg;
  s->dynamic_bytes = shared;
  if (s->dynamic.size() < shared) s->dynamic.resize(shared);
  mgp_emu.block_dim = block;
  mgp_emu.grid_dim = grid;
  const uint64_t nblocks = (uint64_t)grid.x * grid.y * grid.z;
  const bool backwards = launches++ & 1;
  for (uint64_t i = 0; i < nblocks; i++) {
    const uint64_t first = i / WAVE * WAVE;
    const uint64_t last = nblocks - first < WAVE ? nblocks - 1 : first + WAVE - 1;
    const uint64_t b = backwards ? first + last - i : i;
    mgp_emu.block = {(unsigned)(b % grid.x), (unsigned)(b / grid.x % grid.y),
                     (unsigned)(b / grid.x / grid.y)};
    s->backwards = b & 1;
    if (!run_block(s, kernel)) {
      mgp_emu_set_error(cudaErrorLaunchFailure);
      return;
    }
  }
}
