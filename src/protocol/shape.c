#include "protocol/shape.h"

#include <stdlib.h>
#include <string.h>

#include "base/verify.h"
#include "math/poseidon2.h"

static uint64_t ceil_shift(uint64_t n, unsigned bits) {
  return (n + (UINT64_C(1) << bits) - 1) >> bits;
}

static uint32_t ceil_log2(uint64_t n) {
  uint32_t l = 0;
  while (l < 63 && (UINT64_C(1) << l) < n) l++;
  return l;
}

/* Row counts of all chips, tables included. */
typedef struct {
  const mgp_chipset_t *chips;
  const mgp_params_t *params;
  const mgp_statement_t *st;
  uint64_t total[MGP_CHIP_COUNT];      /* over all partitions */
  uint32_t table_rows[MGP_CHIP_COUNT]; /* 0: absent */
} counts_t;

/* Whether a table is there, how long it is and which partition holds it are never read from the
 * proof: a short table would prove wrong results. */
static void count_rows(const mgp_program_t *prog, counts_t *c) {
  uint32_t requested = 0;
  for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++) {
    for (uint32_t p = 0; p < c->params->partitions; p++) c->total[id] += c->st->rows[p][id];
    if (c->total[id]) requested |= c->chips->chip[id].lookup_buses;
  }
  for (unsigned bus = 1; bus < MGP_BUS_COUNT; bus++) {
    if (!(requested >> bus & 1)) continue;
    mgp_chip_id_t table = mgp_bus_table((mgp_bus_t)bus);
    c->table_rows[table] = mgp_table_rows(table, prog);
    c->total[table] = c->table_rows[table];
  }
}

static uint32_t rows_of(const counts_t *c, uint32_t p, unsigned id) {
  if (id < MGP_CHIP_FIRST_TABLE) return c->st->rows[p][id];
  return id % c->params->partitions == p ? c->table_rows[id] : 0;
}

static uint32_t splits_of(const counts_t *c, uint32_t rows, unsigned id) {
  if (id >= MGP_CHIP_FIRST_TABLE) return rows != 0;
  return (uint32_t)ceil_shift(rows, c->params->log_rows);
}

static mgp_status_t in_interval(const char *what, uint32_t v, uint32_t lo, uint32_t hi) {
  if (v < lo || v > hi)
    return MGP_REJECT("statement-chain", "the %s chain ends at word 0x%x, not in [0x%x, 0x%x]",
                      what, v, lo, hi);
  return MGP_OK;
}

static mgp_status_t check_registers(const mgp_statement_t *st) {
  for (unsigned r = 0; r < MGP_REGISTERS; r++)
    if (st->reg_ts[r] >= MGP_TS_LIMIT)
      return MGP_REJECT("statement-timestamp", "register %u was last used at %u, beyond 2^29", r,
                        st->reg_ts[r]);
  if (st->reg_value[0])
    return MGP_REJECT("statement-x0", "register 0 ends as %u", st->reg_value[0]);
  return MGP_OK;
}

/* A chain goes on from where the memory shard before left it, to an end inside its region. */
static mgp_status_t check_chains(const mgp_program_t *prog, const mgp_statement_t *st) {
  MGP_TRY(in_interval("image", st->image_end, st->image_start, MGP_PC_LIMIT));
  MGP_TRY(in_interval("hint", st->hint_end, st->hint_start, MGP_HINT_END / 4));
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps = mgp_program_gaps(prog, gaps);
  if (st->ngaps != ngaps)
    return MGP_REJECT("statement-chain", "%u gaps given, the program has %u", st->ngaps, ngaps);
  for (uint32_t g = 0; g < ngaps; g++)
    MGP_TRY(in_interval("zero", st->zero_end[g], st->zero_start[g], gaps[g].end));
  return MGP_OK;
}

/* Only the last shard halts. Elsewhere the end pc is one that an instruction may have: the next
 * shard starts there (chips.md, 2.4). */
static mgp_status_t check_end(const mgp_statement_t *st) {
  int last = st->id == st->nshards;
  if (last ? st->end_pc != MGP_HALT_PC : st->end_pc >= MGP_PC_LIMIT)
    return MGP_REJECT("statement-pc", "the shard ends at pc 0x%x, %s", st->end_pc,
                      last ? "not the halt's" : "which no instruction has");
  return MGP_OK;
}

/* The end of the accumulator: a point, or nothing if there are no records. */
static mgp_status_t check_point(const mgp_statement_t *st) {
  mgp_point_t end;
  uint32_t rows = 0, any = 0;
  for (uint32_t p = 0; p < MGP_MAX_PARTITIONS; p++) rows |= st->rows[p][MGP_CHIP_SHARD_RAM];
  for (unsigned i = 0; i < MGP_POINT_WORDS; i++) any |= st->point[i];
  if (rows ? !mgp_curve_read(st->point, &end) : any != 0)
    return MGP_REJECT("statement-point", "the end of the accumulator is %s",
                      rows ? "not a point of the curve" : "given, but there are no records");
  return MGP_OK;
}

static mgp_status_t check_values(const mgp_program_t *prog, const mgp_statement_t *st) {
  if (st->has_commit > 1) return MGP_REJECT("statement-commit", "has_commit is %u", st->has_commit);
  if (st->kind != MGP_SHARD_MEMORY) MGP_TRY(check_registers(st));
  if (st->kind != MGP_SHARD_PROGRAM) MGP_TRY(check_chains(prog, st));
  if (st->kind != MGP_SHARD_MEMORY) MGP_TRY(check_end(st));
  if (st->kind != MGP_SHARD_WHOLE) MGP_TRY(check_point(st));
  return MGP_OK;
}

static uint64_t sum_of(const counts_t *c, unsigned first, unsigned end) {
  uint64_t n = 0;
  for (unsigned id = first; id < end; id++) n += c->total[id];
  return n;
}

/* Which chips a shard of this kind may have. */
static mgp_status_t check_kind(const counts_t *c) {
  uint64_t steps = sum_of(c, 1, MGP_OPCHIP_COUNT), refreshes = c->total[MGP_CHIP_REFRESH];
  uint64_t words = sum_of(c, MGP_CHIP_MEM_IMAGE, MGP_CHIP_MEM_ZERO + 1);
  int memory = c->st->kind == MGP_SHARD_MEMORY, whole = c->st->kind == MGP_SHARD_WHOLE;
  if (memory ? steps || refreshes : !whole && words)
    return MGP_REJECT("statement-kind", "a shard of %s",
                      memory ? "memory with instructions" : "the program with first values");
  uint64_t records = c->total[MGP_CHIP_SHARD_RAM];
  if (memory ? records != 2 * words : records % 2 || (whole && records))
    return MGP_REJECT("statement-ram", "%llu records for %llu words", (unsigned long long)records,
                      (unsigned long long)words);
  if ((memory ? words : steps) == 0)
    return MGP_REJECT("statement-empty", "a shard without %s", memory ? "words" : "steps");
  return MGP_OK;
}

static mgp_status_t check_counts(const counts_t *c, const mgp_program_t *prog, uint64_t *ts_end) {
  const mgp_statement_t *st = c->st;
  uint64_t t = 1, halts = st->kind != MGP_SHARD_MEMORY && st->id == st->nshards;
  for (unsigned id = 1; id < MGP_OPCHIP_COUNT; id++) t += c->total[id] * c->chips->chip[id].dt;
  if (t >= MGP_TS_LIMIT)
    return MGP_REJECT("statement-time", "the shard ends at timestamp %llu, beyond 2^29",
                      (unsigned long long)t);
  if (c->total[MGP_CHIP_HALT] != halts)
    return MGP_REJECT("statement-halt", "%llu HALT rows, not %llu",
                      (unsigned long long)c->total[MGP_CHIP_HALT], (unsigned long long)halts);
  if (c->total[MGP_CHIP_COMMIT] != st->has_commit)
    return MGP_REJECT("statement-commit", "%llu COMMIT rows, but has_commit is %u",
                      (unsigned long long)c->total[MGP_CHIP_COMMIT], st->has_commit);
  MGP_TRY(check_kind(c));
  if (c->total[MGP_CHIP_MEM_IMAGE] > prog->nimage_words)
    return MGP_REJECT("statement-image", "%llu rows for %u words of the image",
                      (unsigned long long)c->total[MGP_CHIP_MEM_IMAGE], prog->nimage_words);
  *ts_end = t;
  return MGP_OK;
}

/* Fewer than p terms of each sign on each bus: then p equal terms cannot cancel by characteristic.
 * A multiplicity that is not constant counts on both sides. */
static mgp_status_t check_buses(const counts_t *c) {
  uint64_t plus[MGP_BUS_COUNT] = {0}, minus[MGP_BUS_COUNT] = {0};
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    const mgp_chip_t *chip = &c->chips->chip[id];
    for (uint32_t j = 0; j < chip->ninteractions; j++) {
      const mgp_interaction_t *x = &chip->interactions[j];
      if (chip->is_table && mgp_bus_table((mgp_bus_t)x->bus) == id) continue; /* free side */
      const mgp_xnode_t *m = &chip->nodes[x->mult];
      int constant = m->op == MGP_X_CONST;
      if (!constant || m->value == mgp_f_one()) plus[x->bus] += c->total[id];
      if (!constant || m->value != mgp_f_one()) minus[x->bus] += c->total[id];
    }
  }
  plus[MGP_BUS_SHARD] += c->total[MGP_CHIP_SHARD_RAM]; /* public terms with a count */
  for (unsigned bus = 1; bus < MGP_BUS_COUNT; bus++)
    if (plus[bus] + MGP_MAX_PUBLIC_TERMS >= MGP_P || minus[bus] + MGP_MAX_PUBLIC_TERMS >= MGP_P)
      return MGP_REJECT("shape-bus", "too many interactions on bus %s",
                        mgp_bus_name((mgp_bus_t)bus));
  return MGP_OK;
}

/* Numbers of traces, chunks and stacked columns, without allocating. */
static mgp_status_t count_shape(const counts_t *c, mgp_shape_t *s) {
  const mgp_params_t *params = c->params;
  uint64_t ntraces = 0, nchunks = 0, ncols = 0;
  for (uint32_t p = 0; p < params->partitions; p++) {
    uint64_t chunks = 0;
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      uint32_t rows = rows_of(c, p, id);
      ntraces += splits_of(c, rows, id);
      chunks += ceil_shift(rows, params->log_chunk) * c->chips->chip[id].ncols;
    }
    nchunks += chunks;
    /* also keeps every number below within 32 bits */
    if (ntraces > MGP_MAX_TRACES)
      return MGP_REJECT("shape-traces", "more than %u traces", MGP_MAX_TRACES);
    if (nchunks > MGP_MAX_CHUNKS)
      return MGP_REJECT("shape-chunks", "more than %u chunks", MGP_MAX_CHUNKS);
    s->nchunks[p] = (uint32_t)chunks;
    s->ncols[p] = (uint32_t)ceil_shift(chunks, params->log_height - params->log_chunk);
    s->first_col[p] = (uint32_t)ncols;
    ncols += s->ncols[p];
    if (ncols > MGP_MAX_STACKED)
      return MGP_REJECT("shape-columns", "more than %u stacked columns", MGP_MAX_STACKED);
  }
  s->first_col[params->partitions] = (uint32_t)ncols;
  s->total_cols = (uint32_t)ncols;
  s->ntraces = (uint32_t)ntraces;
  return MGP_OK;
}

static void fill_traces(const counts_t *c, mgp_shape_t *s) {
  const mgp_params_t *params = c->params;
  mgp_trace_t *t = s->traces;
  for (uint32_t p = 0; p < params->partitions; p++) {
    uint32_t chunk = 0;
    s->first_trace[p] = (uint32_t)(t - s->traces);
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      const mgp_chip_t *chip = &c->chips->chip[id];
      uint32_t rows = rows_of(c, p, id), nsplits = splits_of(c, rows, id);
      for (uint32_t split = 0; split < nsplits; split++, t++) {
        t->partition = p;
        t->chip = (uint8_t)id;
        t->split = split;
        t->first_row = (uint64_t)split << params->log_rows;
        t->rows = split + 1 < nsplits ? 1u << params->log_rows : rows - (uint32_t)t->first_row;
        t->log_rows = ceil_log2(t->rows);
        t->log_inter = ceil_log2(chip->ninteractions);
        t->nchunks = (uint32_t)ceil_shift(t->rows, params->log_chunk);
        t->first_chunk = chunk;
        t->first_claim = s->total_claims;
        chunk += t->nchunks * chip->ncols;
        s->total_claims += chip->ncols;
        s->total_cells += (uint64_t)t->rows * chip->ncols;
      }
    }
  }
  s->first_trace[params->partitions] = s->ntraces;
  MGP_VERIFY_CHECK(t == s->traces + s->ntraces); /* as many as were counted */
}

static uint64_t path_words(uint32_t height) {
  return (uint64_t)MGP_DIGEST_WORDS * (height - mgp_cap_log(height));
}

static uint64_t cap_words(uint32_t height) {
  return (uint64_t)MGP_DIGEST_WORDS << mgp_cap_log(height);
}

void mgp_shape_body_parts(const mgp_chipset_t *chips, const mgp_params_t *params,
                          const mgp_shape_t *shape, mgp_body_parts_t *out) {
  const uint64_t D = MGP_D, nq = params->queries;
  mgp_body_parts_t w = {0};
  uint32_t height = params->log_height + 1;
  for (uint32_t p = 0; p < params->partitions; p++) {
    if (!shape->ncols[p]) continue;
    w.caps += cap_words(height);
    w.rows += nq * shape->ncols[p];
    w.row_paths += nq * path_words(height);
  }
  for (uint32_t i = 0; i < shape->ntraces; i++) {
    const mgp_trace_t *t = &shape->traces[i];
    uint64_t layers = t->log_rows + t->log_inter;
    w.gkr += 2 * D + layers * 4 * D;
    for (uint64_t l = 0; l < layers; l++) w.gkr += 2 * D * l;
    w.main += 3 * D * t->log_rows;
    w.columns += D * chips->chip[t->chip].ncols;
  }
  w.opening = 2 * D * params->log_height + D * shape->total_cols;
  w.folding = D * (params->log_height - params->log_final) + (D << params->log_final);
  for (uint32_t g = 0; g < shape->ngroups; g++) {
    uint32_t leaves = mgp_shape_word_log(params, shape, g) - shape->group[g];
    w.folding += cap_words(leaves);
    w.cosets += nq * (D << shape->group[g]);
    w.coset_paths += nq * path_words(leaves);
  }
  *out = w;
}

static size_t body_words(const mgp_chipset_t *chips, const mgp_params_t *params,
                         const mgp_shape_t *shape) {
  mgp_body_parts_t w;
  mgp_shape_body_parts(chips, params, shape, &w);
  return (size_t)(3 + w.caps + w.gkr + w.main + w.columns + w.opening + w.folding + w.rows +
                  w.row_paths + w.cosets + w.coset_paths);
}

mgp_status_t mgp_shape_create(const mgp_chipset_t *chips, const mgp_program_t *prog,
                              const mgp_params_t *params, const mgp_statement_t *st,
                              mgp_shape_t *out) {
  counts_t c = {.chips = chips, .params = params, .st = st};
  mgp_shape_t s = {0};
  MGP_TRY(mgp_params_check(params));
  MGP_TRY(check_values(prog, st));
  count_rows(prog, &c);
  MGP_TRY(check_counts(&c, prog, &s.ts_end));
  MGP_TRY(check_buses(&c));
  MGP_TRY(count_shape(&c, &s));
  s.traces = calloc(s.ntraces, sizeof *s.traces);
  if (!s.traces) return mgp_fail(MGP_RESOURCES, "no memory for %u traces", s.ntraces);
  fill_traces(&c, &s);
  for (uint32_t left = params->log_height - params->log_final; left; s.ngroups++) {
    s.group[s.ngroups] = left < params->log_fold ? left : params->log_fold;
    left -= s.group[s.ngroups];
  }
  s.body_words = body_words(chips, params, &s);
  *out = s;
  return MGP_OK;
}

void mgp_shape_free(mgp_shape_t *shape) {
  if (!shape) return;
  free(shape->traces);
  memset(shape, 0, sizeof *shape);
}

uint32_t mgp_shape_word_log(const mgp_params_t *params, const mgp_shape_t *shape, uint32_t w) {
  uint32_t log = params->log_height + 1;
  for (uint32_t v = 0; v < w; v++) log -= shape->group[v];
  return log;
}

static mgp_public_term_t *add_term(mgp_public_term_t *at, int sign, mgp_bus_t bus, uint32_t t0,
                                   uint32_t t1, uint32_t t2, uint32_t t3, uint32_t t4) {
  const uint32_t t[] = {t0, t1, t2, t3, t4};
  memset(at, 0, sizeof *at);
  at->sign = sign;
  at->count = 1;
  at->bus = (uint8_t)bus;
  at->len = (uint8_t)mgp_bus_tuple_length(bus);
  memcpy(at->t, t, at->len * sizeof t[0]); /* at most five */
  return at + 1;
}

static mgp_public_term_t *add_registers(mgp_public_term_t *t, const mgp_statement_t *st) {
  for (uint32_t r = 0; r < MGP_REGISTERS; r++) {
    uint32_t v = st->start_value[r], w = st->reg_value[r];
    t = add_term(t, 1, MGP_BUS_MEM, r, MGP_REG_SPACE, v & 0xffff, v >> 16, 0);
    t = add_term(t, -1, MGP_BUS_MEM, r, MGP_REG_SPACE, w & 0xffff, w >> 16, st->reg_ts[r]);
  }
  return t;
}

static mgp_public_term_t *add_chains(mgp_public_term_t *t, const mgp_statement_t *st) {
  t = add_term(t, 1, MGP_BUS_CHAIN_IMAGE, st->image_start, 0, 0, 0, 0);
  t = add_term(t, -1, MGP_BUS_CHAIN_IMAGE, st->image_end, 0, 0, 0, 0);
  t = add_term(t, 1, MGP_BUS_CHAIN_HINT, st->hint_start, 0, 0, 0, 0);
  t = add_term(t, -1, MGP_BUS_CHAIN_HINT, st->hint_end, 0, 0, 0, 0);
  for (uint32_t g = 0; g < st->ngaps; g++) {
    t = add_term(t, 1, MGP_BUS_CHAIN_ZERO, g, st->zero_start[g], 0, 0, 0);
    t = add_term(t, -1, MGP_BUS_CHAIN_ZERO, g, st->zero_end[g], 0, 0, 0);
  }
  return t;
}

/* As many rows receive as send: MEM balances for every key. */
static mgp_public_term_t *add_ram(mgp_public_term_t *t, const mgp_statement_t *st) {
  const uint32_t memory = st->kind == MGP_SHARD_MEMORY;
  mgp_ram_terms_t ram = {
      .in_id = memory ? st->nshards + 1 : st->id, .out_id = memory ? 0 : st->id, .memory = memory};
  for (uint32_t p = 0; p < MGP_MAX_PARTITIONS; p++) ram.rows += st->rows[p][MGP_CHIP_SHARD_RAM];
  ram.n_in = ram.rows / 2;
  memcpy(ram.sum, st->point, sizeof ram.sum);
  return t + mgp_public_ram_terms(&ram, t);
}

uint32_t mgp_public_terms(const mgp_statement_t *st, const mgp_shape_t *shape,
                          mgp_public_term_t out[MGP_MAX_PUBLIC_TERMS]) {
  mgp_public_term_t *t = out;
  if (st->kind != MGP_SHARD_MEMORY) {
    t = add_term(t, 1, MGP_BUS_STATE, st->start_pc, 1, 0, 0, 0);
    t = add_term(t, -1, MGP_BUS_STATE, st->end_pc, (uint32_t)shape->ts_end, 0, 0, 0);
    t = add_registers(t, st);
    if (st->id == st->nshards)
      t = add_term(t, -1, MGP_BUS_EXIT, st->exit_code & 0xffff, st->exit_code >> 16, 0, 0, 0);
    for (uint32_t i = 0; i < 8 && st->has_commit; i++)
      t = add_term(t, -1, MGP_BUS_PUB, i, st->commit[i] & 0xffff, st->commit[i] >> 16, 0, 0);
  }
  if (st->kind != MGP_SHARD_PROGRAM) t = add_chains(t, st);
  if (st->kind != MGP_SHARD_WHOLE) t = add_ram(t, st);
  return (uint32_t)(t - out);
}

uint32_t mgp_public_ram_terms(const mgp_ram_terms_t *ram,
                              mgp_public_term_t out[MGP_MAX_RAM_TERMS]) {
  mgp_public_term_t *t = out;
  mgp_point_t offset = mgp_curve_offset();
  if (ram->rows == 0) return 0;
  if (ram->n_in) {
    t = add_term(t, 1, MGP_BUS_SHARD, 1, 1, ram->in_id, ram->memory, 0);
    t[-1].count = ram->n_in;
  }
  if (ram->n_in < ram->rows) {
    t = add_term(t, 1, MGP_BUS_SHARD, 1, 0, ram->out_id, ram->memory, 0);
    t[-1].count = ram->rows - ram->n_in;
  }
  for (int end = 0; end < 2; end++, t++) {
    memset(t, 0, sizeof *t);
    t->sign = end ? -1 : 1;
    t->count = 1;
    t->bus = MGP_BUS_ACC;
    t->len = 1 + MGP_CURVE_POINT_WORDS;
    t->t[0] = end ? ram->rows : 0;
    if (end)
      memcpy(t->t + 1, ram->sum, sizeof ram->sum);
    else
      mgp_curve_write(&offset, t->t + 1);
  }
  return (uint32_t)(t - out);
}
