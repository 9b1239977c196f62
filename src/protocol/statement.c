#include "protocol/statement.h"

#include <string.h>

#include "protocol/reject.h"

/* The parts of a statement, each written and read by the same walk. */
static int has_registers(uint32_t kind) {
  return kind != MGP_SHARD_MEMORY;
}
static int has_chains(uint32_t kind) {
  return kind != MGP_SHARD_PROGRAM;
}
static int has_point(uint32_t kind) {
  return kind != MGP_SHARD_WHOLE;
}

size_t mgp_statement_words(uint32_t kind, uint32_t partitions, uint32_t ngaps) {
  size_t n = (size_t)partitions * (MGP_CHIP_FIRST_TABLE - 1);
  if (kind == MGP_SHARD_PROGRAM) n += 2;
  if (has_registers(kind)) n += 2 * (size_t)MGP_REGISTERS;
  if (has_chains(kind)) n += 2 + (size_t)ngaps;
  if (has_point(kind)) n += MGP_POINT_WORDS;
  return n;
}

void mgp_statement_pack(const mgp_statement_t *st, uint32_t partitions, uint32_t *out) {
  if (st->kind == MGP_SHARD_PROGRAM) {
    *out++ = st->has_commit;
    *out++ = st->end_pc;
  }
  for (unsigned r = 0; r < MGP_REGISTERS && has_registers(st->kind); r++) {
    *out++ = st->reg_value[r];
    *out++ = st->reg_ts[r];
  }
  if (has_chains(st->kind)) {
    *out++ = st->image_end;
    *out++ = st->hint_end;
    for (uint32_t g = 0; g < st->ngaps; g++) *out++ = st->zero_end[g];
  }
  for (unsigned i = 0; i < MGP_POINT_WORDS && has_point(st->kind); i++) *out++ = st->point[i];
  for (uint32_t p = 0; p < partitions; p++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) *out++ = st->rows[p][id];
}

void mgp_statement_unpack(const uint32_t *in, uint32_t partitions, mgp_statement_t *st) {
  if (st->kind == MGP_SHARD_PROGRAM) {
    st->has_commit = *in++;
    st->end_pc = *in++;
  }
  for (unsigned r = 0; r < MGP_REGISTERS && has_registers(st->kind); r++) {
    st->reg_value[r] = *in++;
    st->reg_ts[r] = *in++;
  }
  if (has_chains(st->kind)) {
    st->image_end = *in++;
    st->hint_end = *in++;
    for (uint32_t g = 0; g < st->ngaps; g++) st->zero_end[g] = *in++;
  }
  for (unsigned i = 0; i < MGP_POINT_WORDS && has_point(st->kind); i++) st->point[i] = *in++;
  for (uint32_t p = 0; p < partitions; p++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) st->rows[p][id] = *in++;
}

size_t mgp_statement_claim_words(const mgp_statement_t *st, uint32_t partitions) {
  return 3 + 1 + MGP_REGISTERS + 2 + (size_t)st->ngaps + 2 + 8 +
         mgp_statement_words(st->kind, partitions, st->ngaps);
}

void mgp_statement_claim(const mgp_statement_t *st, uint32_t partitions, uint32_t *out) {
  *out++ = st->kind;
  *out++ = st->id;
  *out++ = st->nshards;
  *out++ = st->start_pc;
  for (unsigned r = 0; r < MGP_REGISTERS; r++) *out++ = st->start_value[r];
  *out++ = st->image_start;
  *out++ = st->hint_start;
  for (uint32_t g = 0; g < st->ngaps; g++) *out++ = st->zero_start[g];
  *out++ = st->exit_code;
  *out++ = st->has_commit;
  for (unsigned i = 0; i < 8; i++) *out++ = st->commit[i];
  mgp_statement_pack(st, partitions, out);
}

mgp_shard_kind_t mgp_run_kind(const mgp_run_t *run, uint32_t i) {
  if (run->nshards == 1) return MGP_SHARD_WHOLE;
  return i < run->nshards ? MGP_SHARD_PROGRAM : MGP_SHARD_MEMORY;
}

void mgp_chain_begin(const mgp_program_t *prog, mgp_chain_t *c) {
  mgp_gap_t gaps[MGP_MAX_GAPS];
  memset(c, 0, sizeof *c);
  c->pc = prog->entry;
  c->hint_at = MGP_HINT_START / 4;
  c->sum = mgp_curve_identity();
  c->ngaps = mgp_program_gaps(prog, gaps);
  for (uint32_t g = 0; g < c->ngaps; g++) c->zero_at[g] = gaps[g].start;
}

void mgp_chain_context(const mgp_chain_t *c, mgp_shard_kind_t kind, uint32_t nshards,
                       uint32_t exit_code, mgp_statement_t *st) {
  memset(st, 0, sizeof *st);
  st->kind = kind;
  st->id = c->done[kind] + 1;
  st->nshards = nshards;
  st->ngaps = c->ngaps;
  if (has_registers(kind)) {
    st->start_pc = c->pc;
    memcpy(st->start_value, c->value, sizeof st->start_value);
  }
  if (has_chains(kind)) {
    st->image_start = c->image_at;
    st->hint_start = c->hint_at;
    memcpy(st->zero_start, c->zero_at, c->ngaps * sizeof c->zero_at[0]);
  }
  if (kind == MGP_SHARD_WHOLE) st->end_pc = MGP_HALT_PC;
  if (has_registers(kind) && nshards) st->exit_code = exit_code;
}

void mgp_statement_commit(mgp_statement_t *st, uint32_t has_commit, const uint32_t digest[8]) {
  st->has_commit = has_commit;
  if (has_commit == 1)
    memcpy(st->commit, digest, sizeof st->commit);
  else
    memset(st->commit, 0, sizeof st->commit);
}

static int has_records(const mgp_statement_t *st) {
  uint32_t any = 0;
  for (uint32_t p = 0; p < MGP_MAX_PARTITIONS; p++) any |= st->rows[p][MGP_CHIP_SHARD_RAM];
  return any != 0;
}

mgp_status_t mgp_chain_advance(mgp_chain_t *c, const mgp_statement_t *st) {
  c->commits += st->has_commit;
  if (c->commits > 1)
    return MGP_REJECT("run-commit", "shard %u commits, but one before it has done so", st->id);
  if (has_registers(st->kind)) {
    c->pc = st->end_pc;
    memcpy(c->value, st->reg_value, sizeof c->value);
  }
  if (has_chains(st->kind)) {
    c->image_at = st->image_end;
    c->hint_at = st->hint_end;
    memcpy(c->zero_at, st->zero_end, c->ngaps * sizeof c->zero_at[0]);
  }
  if (has_point(st->kind) && has_records(st)) {
    mgp_point_t end, start = mgp_curve_offset();
    if (!mgp_curve_read(st->point, &end))
      return MGP_REJECT("statement-point", "the accumulator of shard %u is not on the curve",
                        st->id);
    start = mgp_curve_neg(&start);
    end = mgp_curve_add(&end, &start);
    c->sum = mgp_curve_add(&c->sum, &end);
  }
  c->done[st->kind]++;
  return MGP_OK;
}

mgp_status_t mgp_chain_finish(const mgp_chain_t *c, const mgp_run_t *run) {
  if (c->commits != run->has_commit)
    return MGP_REJECT("run-commit", "the run's commitment was made in %u of its shards",
                      c->commits);
  if (!c->sum.infinity)
    return MGP_REJECT("run-sum", "the shards' records do not cancel: memory is not what the shard "
                                 "before has left");
  return MGP_OK;
}
