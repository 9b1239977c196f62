/* The program, replay plans and the tables' public columns. Device memory is the host's, so the
 * program is used where it is. */
#include <string.h>

#include "backend/cpu/cpu.h"
#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/parallel.h"
#include "chips/replay.h"

#define ROW_GRAIN 4096u /* rows a thread should have at least */

mgp_status_t mgp_cpu_set_program(mgp_backend_t *be, const mgp_program_t *prog,
                                 const mgp_insn_t **d_insns) {
  mgp_cpu_of(be)->prog = prog;
  *d_insns = prog->insn;
  return MGP_OK;
}

uint64_t mgp_cpu_program_bytes(mgp_backend_t *be, const mgp_program_t *prog) {
  (void)be, (void)prog;
  return 0;
}

mgp_status_t mgp_cpu_index(mgp_backend_t *be, const mgp_raw_t *raw, uint32_t nsteps,
                           uint32_t n[MGP_CHIP_FIRST_TABLE],
                           uint32_t *d_lists[MGP_CHIP_FIRST_TABLE]) {
  uint32_t *lists[MGP_CHIP_FIRST_TABLE] = {NULL};
  mgp_replay_count(raw->insns, raw->steps, nsteps, n);
  for (uint32_t c = 0; c < MGP_CHIP_FIRST_TABLE; c++) {
    if (n[c] == 0) continue;
    mgp_status_t st = MGP_NEW(be, MGP_MEM_PLAN, n[c], &lists[c]);
    if (st == MGP_OK) continue;
    while (c-- > 0) mgp_ledger_free(be->ledger, lists[c]);
    return st;
  }
  mgp_replay_index(raw->insns, raw->steps, nsteps, lists);
  memcpy(d_lists, lists, sizeof lists);
  return MGP_OK;
}

typedef struct {
  mgp_chip_id_t table;
  const mgp_program_t *prog;
  uint32_t nrows, nvirtual;
  size_t stride;
  mgp_f_t *out;
} ctx_t;

static void table_range(void *ctx, int thread, uint64_t first, uint64_t last) {
  (void)thread;
  const ctx_t *c = ctx;
  for (uint64_t i = first; i < last; i++) {
    mgp_f_t v[MGP_MAX_VIRTUAL] = {0};
    if (i < c->nrows) mgp_table_virtual(c->table, c->prog, (uint32_t)i, v);
    for (uint32_t k = 0; k < c->nvirtual; k++) c->out[k * c->stride + i] = v[k];
  }
}

mgp_status_t mgp_cpu_table_columns(mgp_backend_t *be, mgp_chip_id_t table, uint32_t nrows,
                                   size_t stride, mgp_f_t *d_out) {
  const mgp_chip_t *chip = &be->chips->chip[table];
  ctx_t c = {table, mgp_cpu_of(be)->prog, nrows, chip->nvirtual, stride, d_out};
  if (!chip->is_table || !c.prog || nrows > mgp_table_rows(table, c.prog) || stride < nrows)
    return mgp_fail(MGP_INTERNAL, "%u rows of table %s", nrows, chip->name);
  mgp_ranges(mgp_range_threads(be->threads, stride, ROW_GRAIN), stride, table_range, &c);
  return MGP_OK;
}
