/* Counting lookup requests: tuples of blocks of rows, then one counter for each. */
#include <string.h>

#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/kernels_count.h"
#include "backend/cpu/parallel.h"

#define BLOCK_GRAIN 64u /* blocks a thread should have at least */
#define NO_ROW      UINT32_MAX

typedef struct {
  uint8_t bus, len;
  uint16_t mult, tuple[MGP_MAX_TUPLE]; /* nodes of the program */
  uint32_t *counts;                    /* of the bus's table */
} request_t;

typedef struct {
  const mgp_count_kernels_t *kernels;
  const mgp_program_t *prog;
  const mgp_f_t *trace;
  size_t stride;
  uint32_t nrows, nrequests;
  int atomic;
  mgp_count_program_t program;
  request_t request[MGP_MAX_INTERACTIONS];
  struct {
    uint32_t row;
    uint8_t bus;
  } bad[MGP_MAX_THREADS]; /* first request that is in no table */
} ctx_t;

/* The two commonest of mgp_table_index, without a call. */
static uint64_t table_index(mgp_bus_t bus, const uint32_t *tuple, const mgp_program_t *prog) {
  const uint32_t a = tuple[0], b = tuple[1];
  if (bus == MGP_BUS_RANGE)
    return a != 0 && (a & (a - 1)) == 0 && a <= MGP_RANGE_ROWS / 2 && b < a ? a + b : UINT64_MAX;
  if (bus == MGP_BUS_TS2)
    return (a | b) >> MGP_TS2_BITS ? UINT64_MAX : a | (uint64_t)b << MGP_TS2_BITS;
  return mgp_table_index(bus, tuple, prog);
}

static int count_row(const ctx_t *c, const request_t *r, uint32_t (*value)[MGP_COUNT_ROWS],
                     unsigned i) {
  uint32_t tuple[MGP_MAX_TUPLE] = {0}, m = value[r->mult][i];
  if (m == 0) return 1;
  for (unsigned e = 0; e < r->len; e++) tuple[e] = value[r->tuple[e]][i];
  const uint64_t at = table_index((mgp_bus_t)r->bus, tuple, c->prog);
  if (at == UINT64_MAX) return 0;
  if (c->atomic)
    __atomic_fetch_add(r->counts + at, MGP_P - m, __ATOMIC_RELAXED);
  else
    r->counts[at] += MGP_P - m;
  return 1;
}

static void count_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  ctx_t *c = ctx;
  uint32_t value[MGP_COUNT_NODES][MGP_COUNT_ROWS];
  c->bad[thread].row = NO_ROW;
  for (uint64_t block = first; block < last; block++) {
    const uint32_t row = (uint32_t)block * MGP_COUNT_ROWS;
    const unsigned n = c->nrows - row < MGP_COUNT_ROWS ? c->nrows - row : MGP_COUNT_ROWS;
    c->kernels->eval(&c->program, c->trace + row, c->stride, value);
    for (uint32_t j = 0; j < c->nrequests; j++) {
      for (unsigned i = 0; i < n; i++) {
        if (count_row(c, &c->request[j], value, i)) continue;
        c->bad[thread].row = row + i;
        c->bad[thread].bus = c->request[j].bus;
        return;
      }
    }
  }
}

/* The part of the chip's DAG under its requests. */
static mgp_status_t take_requests(ctx_t *c, const mgp_chip_t *chip, uint32_t *d_counts,
                                  const uint64_t *offset) {
  uint8_t live[MGP_MAX_NODES] = {0};
  uint16_t to[MGP_MAX_NODES];
  mgp_count_program_t *p = &c->program;
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus)) continue;
    live[it->mult] = 2;
    for (unsigned e = 0; e < it->len; e++) live[it->tuple[e]] = 2;
  }
  for (uint32_t i = chip->nnodes; i-- > 0;) {
    const mgp_xnode_t *n = &chip->nodes[i];
    if (!live[i] || n->op < MGP_X_ADD) continue;
    live[n->a] |= 1;
    live[n->b] |= 1;
  }
  for (uint32_t i = 0; i < chip->nnodes; i++) {
    if (!live[i]) continue;
    if (p->nnodes == MGP_COUNT_NODES)
      return mgp_fail(MGP_INTERNAL, "chip %s: its requests take more than %u nodes", chip->name,
                      MGP_COUNT_NODES);
    mgp_xnode_t n = chip->nodes[i];
    if (n.op >= MGP_X_ADD) {
      n.a = to[n.a];
      n.b = to[n.b];
    }
    p->wanted[p->nnodes] = live[i] >= 2;
    p->node[p->nnodes] = n;
    to[i] = (uint16_t)p->nnodes++;
  }
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *it = &chip->interactions[j];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus)) continue;
    request_t *r = &c->request[c->nrequests++];
    r->bus = it->bus;
    r->len = it->len;
    r->mult = to[it->mult];
    for (unsigned e = 0; e < it->len; e++) r->tuple[e] = to[it->tuple[e]];
    r->counts = d_counts + offset[mgp_bus_table((mgp_bus_t)it->bus) - MGP_CHIP_FIRST_TABLE];
  }
  return MGP_OK;
}

mgp_status_t mgp_cpu_count(mgp_backend_t *be, mgp_chip_id_t id, const mgp_f_t *d_trace,
                           size_t stride, uint32_t nrows, uint32_t *d_counts,
                           const uint64_t *offset) {
  const mgp_chip_t *chip = &be->chips->chip[id];
  if (chip->is_table)
    return mgp_fail(MGP_INTERNAL, "table %s makes no requests to count", chip->name);
  ctx_t c = {.prog = mgp_cpu_of(be)->prog, .trace = d_trace, .stride = stride, .nrows = nrows};
  MGP_TRY(take_requests(&c, chip, d_counts, offset));
  if (c.nrequests == 0) return MGP_OK;
  c.kernels = mgp_count_kernels(mgp_cpu_of(be)->isa);
  const uint64_t blocks = ((uint64_t)nrows + MGP_COUNT_ROWS - 1) / MGP_COUNT_ROWS;
  const int threads = mgp_range_threads(be->threads, blocks, BLOCK_GRAIN);
  c.atomic = threads > 1;
  mgp_ranges(threads, blocks, count_range, &c);
  for (int t = 0; t < threads; t++)
    if (c.bad[t].row != NO_ROW)
      return mgp_fail(MGP_INTERNAL, "chip %s, row %u: its request on bus %s is in no table",
                      chip->name, c.bad[t].row, mgp_bus_name((mgp_bus_t)c.bad[t].bus));
  return MGP_OK;
}

/* Each call has waited for its threads. */
mgp_status_t mgp_cpu_count_end(mgp_backend_t *be) {
  (void)be;
  return MGP_OK;
}
