/* Counting lookup requests. A chip's requests are a small program over slots in shared memory, one
 * column of them a thread; it is a kernel parameter, so that all threads read it from the constant
 * bank. Equal requests of a warp are counted by one atomic: some counters are hot. */
#include <string.h>

#include "ops.cuh"

extern "C" {
#include "chips/chip.h"
}
#include "chips/table_rows.h"

#define THREADS  128u
#define MAX_CODE 440u
#define ALL      0xffffffffu

/* COLUMN, CONST, ADD, SUB, MUL of chip.h, and: */
#define OP_REQUEST 255u

typedef union {
  struct {
    uint8_t op, dst, a, b; /* slots; COLUMN: a = its number; REQUEST: dst = bus, a = multiplicity,
                              b = length, and the next word is the tuple */
    mgp_f_t value;         /* CONST */
  } x;
  uint8_t tuple[8];
} code_t;

typedef struct {
  uint32_t n, nslots;
  code_t code[MAX_CODE];
} program_t;

typedef struct {
  const mgp_program_t *prog;
  const mgp_f_t *trace;
  size_t stride;
  uint32_t nrows, chip;
  uint32_t *counts;
  uint32_t offset[MGP_BUS_COUNT]; /* by bus */
  unsigned long long *bad;        /* chip, row, bus of the first request that is in no table */
} requests_t;

/* --- kernel ----------------------------------------------------------------------------------- */

/* The counter of a request, or ALL. */
__device__ __forceinline__ uint32_t counter_of(const requests_t &r, const code_t *c,
                                               const mgp_f_t *slot, uint32_t row, uint32_t *times) {
  uint32_t tuple[MGP_MAX_TUPLE];
  const unsigned bus = c->x.dst;
  *times = mgp_f_to_u32(mgp_f_neg(slot[c->x.a * THREADS]));
  if (*times == 0) return ALL;
#pragma unroll
  for (unsigned e = 0; e < MGP_MAX_TUPLE; e++)
    tuple[e] = e < c->x.b ? mgp_f_to_u32(slot[c[1].tuple[e] * THREADS]) : 0;
  const uint64_t at = mgp_table_find((mgp_bus_t)bus, tuple, r.prog);
  if (at != UINT64_MAX) return r.offset[bus] + (uint32_t)at;
  atomicMin(r.bad, (unsigned long long)r.chip << 40 | (unsigned long long)row << 8 | bus);
  return ALL;
}

static __global__ void __launch_bounds__(THREADS) count_requests(program_t p, requests_t r) {
  MGP_SHARED_DYNAMIC(mgp_f_t, slots); /* [slot][THREADS] */
  mgp_f_t *slot = slots + threadIdx.x;
  const uint32_t row = blockIdx.x * THREADS + threadIdx.x;
  const bool there = row < r.nrows;
  for (uint32_t i = 0; i < p.n; i++) {
    const code_t *c = &p.code[i];
    const mgp_f_t *a = slot + c->x.a * THREADS, *b = slot + c->x.b * THREADS;
    mgp_f_t *dst = slot + c->x.dst * THREADS;
    switch (c->x.op) {
    case MGP_X_COLUMN:
      *dst = there ? r.trace[c->x.a * r.stride + row] : 0;
      break;
    case MGP_X_CONST:
      *dst = c->x.value;
      break;
    case MGP_X_ADD:
      *dst = mgp_f_add(*a, *b);
      break;
    case MGP_X_SUB:
      *dst = mgp_f_sub(*a, *b);
      break;
    case MGP_X_MUL:
      *dst = mgp_f_mul(*a, *b);
      break;
    default: {
      uint32_t times = 0;
      const uint32_t at = there ? counter_of(r, c, slot, row, &times) : ALL;
      /* requests that ask once, in all chips, together; others one by one */
      const unsigned peers = __match_any_sync(ALL, times == 1 ? at : ALL);
      if (at != ALL && times != 1)
        atomicAdd(r.counts + at, times);
      else if (at != ALL && (peers & ((1u << threadIdx.x % 32) - 1)) == 0)
        atomicAdd(r.counts + at, (uint32_t)__popc(peers));
      i++; /* the tuple */
    }
    }
  }
}

/* --- programs --------------------------------------------------------------------------------- */

typedef struct {
  const mgp_chip_t *chip;
  program_t *p;
  int32_t uses[MGP_MAX_NODES];    /* left; 0: not needed */
  int16_t slot_of[MGP_MAX_NODES]; /* -1: not evaluated yet */
  uint8_t free_slot[256];
  unsigned nfree;
} compiler_t;

static bool emit(compiler_t *k, code_t c) {
  if (k->p->n == MAX_CODE) return false;
  k->p->code[k->p->n++] = c;
  return true;
}

static bool take_slot(compiler_t *k, uint8_t *out) {
  if (k->nfree) {
    *out = k->free_slot[--k->nfree];
    return true;
  }
  if (k->p->nslots == 255) return false;
  *out = (uint8_t)k->p->nslots++;
  return true;
}

static void used(compiler_t *k, uint32_t node) {
  if (--k->uses[node] == 0) k->free_slot[k->nfree++] = (uint8_t)k->slot_of[node];
}

/* Evaluates a node and what it needs into slots, in the order of the DAG's depth. */
static bool evaluate(compiler_t *k, uint32_t node) {
  const mgp_xnode_t *n = &k->chip->nodes[node];
  const bool inner = n->op >= MGP_X_ADD;
  code_t c;
  if (k->slot_of[node] >= 0) return true;
  if (n->op == MGP_X_VIRTUAL) return false; /* tables do not request */
  if (inner && (!evaluate(k, n->a) || !evaluate(k, n->b))) return false;
  memset(&c, 0, sizeof c);
  c.x.op = n->op;
  c.x.a = inner ? (uint8_t)k->slot_of[n->a] : (uint8_t)n->a;
  c.x.b = inner ? (uint8_t)k->slot_of[n->b] : 0;
  c.x.value = n->value;
  if (inner) used(k, n->a), used(k, n->b); /* a slot may be read and written by one step */
  if (!take_slot(k, &c.x.dst)) return false;
  k->slot_of[node] = c.x.dst;
  return emit(k, c);
}

static bool request(compiler_t *k, const mgp_interaction_t *it) {
  code_t c, tuple;
  memset(&c, 0, sizeof c);
  memset(&tuple, 0, sizeof tuple);
  if (!evaluate(k, it->mult)) return false;
  for (unsigned e = 0; e < it->len; e++)
    if (!evaluate(k, it->tuple[e])) return false;
  c.x.op = OP_REQUEST;
  c.x.dst = it->bus;
  c.x.a = (uint8_t)k->slot_of[it->mult];
  c.x.b = it->len;
  for (unsigned e = 0; e < it->len; e++) tuple.tuple[e] = (uint8_t)k->slot_of[it->tuple[e]];
  used(k, it->mult);
  for (unsigned e = 0; e < it->len; e++) used(k, it->tuple[e]);
  return emit(k, c) && emit(k, tuple);
}

/* How often each node is read: by requests, and by nodes that are read. */
static void count_uses(compiler_t *k) {
  for (uint32_t j = 0; j < k->chip->ninteractions; j++) {
    const mgp_interaction_t *it = &k->chip->interactions[j];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus)) continue;
    k->uses[it->mult]++;
    for (unsigned e = 0; e < it->len; e++) k->uses[it->tuple[e]]++;
  }
  for (uint32_t i = k->chip->nnodes; i-- > 0;) {
    const mgp_xnode_t *n = &k->chip->nodes[i];
    if (k->uses[i] == 0 || n->op < MGP_X_ADD) continue;
    k->uses[n->a]++;
    k->uses[n->b]++;
  }
}

static bool compile(const mgp_chip_t *chip, program_t *p) {
  compiler_t k;
  memset(&k, 0, sizeof k);
  memset(k.slot_of, 0xff, sizeof k.slot_of);
  p->n = p->nslots = 0;
  k.chip = chip;
  k.p = p;
  count_uses(&k);
  for (uint32_t j = 0; j < chip->ninteractions; j++)
    if (mgp_bus_is_lookup((mgp_bus_t)chip->interactions[j].bus) &&
        !request(&k, &chip->interactions[j]))
      return false;
  return true;
}

/* --- operations ------------------------------------------------------------------------------- */

mgp_status_t mgp_cuda_count(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_trace,
                            size_t stride, uint32_t nrows, uint32_t *d_counts,
                            const uint64_t *offset) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  const mgp_chip_t *chip = &be->chips->chip[id];
  program_t p;
  requests_t r;
  if (chip->is_table)
    return mgp_fail(MGP_INTERNAL, "table %s makes no requests to count", chip->name);
  if (!compile(chip, &p))
    return mgp_fail(MGP_INTERNAL, "chip %s: its requests are too long", chip->name);
  if (p.n == 0 || nrows == 0) return MGP_OK;
  memset(&r, 0, sizeof r);
  r.prog = cu->d_prog;
  r.trace = d_trace;
  r.stride = stride;
  r.nrows = nrows;
  r.chip = (uint32_t)id;
  r.counts = d_counts;
  r.bad = cu->d_bad;
  for (unsigned bus = 0; bus < MGP_BUS_COUNT; bus++)
    if (mgp_bus_is_lookup((mgp_bus_t)bus))
      r.offset[bus] = (uint32_t)offset[mgp_bus_table((mgp_bus_t)bus) - MGP_CHIP_FIRST_TABLE];
  static_assert(sizeof p + sizeof r <= 4096, "kernel parameters");
  return MGP_LAUNCH_SHARED(cu, count_requests, mgp_blocks(nrows, THREADS), THREADS,
                           p.nslots * THREADS * sizeof(mgp_f_t), p, r);
}

mgp_status_t mgp_cuda_count_end(mgp_backend_t *be) {
  mgp_cuda_t *cu = mgp_cuda_of(be);
  unsigned long long bad;
  if (!cu->d_bad) return MGP_OK;
  MGP_TRY(mgp_cuda_download(be, &bad, cu->d_bad, sizeof bad));
  if (bad == ~0ull) return MGP_OK;
  MGP_TRY(MGP_CUDA_CALL(cu, cudaMemsetAsync(cu->d_bad, 0xff, sizeof bad, cu->stream)));
  return mgp_fail(MGP_INTERNAL, "chip %s, row %u: its request on bus %s is in no table",
                  be->chips->chip[bad >> 40].name, (uint32_t)(bad >> 8),
                  mgp_bus_name((mgp_bus_t)(bad & 255)));
}
