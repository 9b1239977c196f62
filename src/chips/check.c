#include "chips/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chips/replay.h"
#include "chips/witness.h"

/* A token in canonical integers; the tuple's hash stands for it in the bus sums. */
typedef struct {
  uint64_t hash;
  uint32_t weight; /* mod p */
  uint32_t row;
  uint8_t chip, len; /* chip 0: a public term */
  uint32_t tuple[MGP_MAX_TUPLE];
} token_t;

typedef struct {
  const mgp_chipset_t *set;
  const mgp_check_run_t *run;
  mgp_check_stats_t stats;
  uint32_t *counts[MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE];
  uint64_t sum[MGP_BUS_COUNT][2];
  /* second pass, only for a bus that does not balance */
  unsigned trace_bus;
  size_t ntokens, cap;
  token_t *tokens;
} checker_t;

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static mgp_status_t add_token(checker_t *c, unsigned bus, uint32_t weight, const uint32_t *tuple,
                              unsigned len, unsigned chip, uint32_t row) {
  uint64_t h = bus;
  for (unsigned i = 0; i < len; i++) h = mix((h << 1) + 0x9e3779b97f4a7c15u + tuple[i]);
  /* sums mod p of two independent 31-bit hashes */
  for (unsigned k = 0; k < 2; k++)
    c->sum[bus][k] = (c->sum[bus][k] + (mix(h + k) >> 33) * weight) % MGP_P;
  if (bus != c->trace_bus || weight == 0) return MGP_OK;
  if (c->ntokens == c->cap) {
    size_t cap = c->cap ? 2 * c->cap : 1024;
    token_t *t = realloc(c->tokens, cap * sizeof *t);
    if (!t) return mgp_fail(MGP_RESOURCES, "no memory for %zu tokens", cap);
    c->tokens = t;
    c->cap = cap;
  }
  token_t *t = &c->tokens[c->ntokens++];
  *t = (token_t){h, weight, row, (uint8_t)chip, (uint8_t)len, {0}};
  memcpy(t->tuple, tuple, len * sizeof *tuple);
  return MGP_OK;
}

static void canonical(const mgp_interaction_t *it, const mgp_f_t *values, uint32_t *tuple) {
  for (unsigned i = 0; i < it->len; i++) tuple[i] = mgp_f_to_u32(values[it->tuple[i]]);
}

static void print_tuple(char *out, size_t nbytes, const uint32_t *tuple, unsigned len) {
  size_t n = 0;
  out[0] = 0;
  for (unsigned i = 0; i < len && n < nbytes; i++)
    n += (size_t)snprintf(out + n, nbytes - n, i ? ", %" PRIu32 : "%" PRIu32, tuple[i]);
}

mgp_status_t mgp_check_row(const mgp_chip_t *chip, const mgp_program_t *prog, const mgp_f_t *values,
                           uint32_t row) {
  for (uint32_t i = 0; i < chip->nconstraints; i++)
    if (values[chip->constraints[i]] != 0)
      return mgp_fail(MGP_REJECTED, "chip %s, row %" PRIu32 ": constraint \"%s\" is not zero",
                      chip->name, row, chip->constraint_name[i]);
  if (chip->is_table) return MGP_OK;
  for (uint32_t i = 0; i < chip->ninteractions; i++) {
    const mgp_interaction_t *it = &chip->interactions[i];
    uint32_t tuple[MGP_MAX_TUPLE];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus) || values[it->mult] == 0) continue;
    canonical(it, values, tuple);
    if (mgp_table_index((mgp_bus_t)it->bus, tuple, prog) == UINT64_MAX) {
      char text[200];
      print_tuple(text, sizeof text, tuple, it->len);
      return mgp_fail(MGP_REJECTED,
                      "chip %s, row %" PRIu32 ": interaction %" PRIu32 " requests (%s) on %s, "
                      "which is not in the table",
                      chip->name, row, i, text, mgp_bus_name((mgp_bus_t)it->bus));
    }
  }
  return MGP_OK;
}

static mgp_status_t add_row(checker_t *c, mgp_chip_id_t id, const mgp_raw_t *raw, uint32_t index,
                            uint32_t row) {
  const mgp_chip_t *chip = &c->set->chip[id];
  mgp_f_t cols[MGP_MAX_COLUMNS], virt[MGP_MAX_VIRTUAL], values[MGP_MAX_NODES];
  mgp_witness_row(id, raw, index, cols, 1);
  if (chip->is_table) mgp_table_virtual(id, c->run->prog, index, virt);
  mgp_chip_eval_row(chip, cols, virt, values);
  MGP_TRY(mgp_check_row(chip, c->run->prog, values, row));
  c->stats.rows[id]++;
  for (uint32_t i = 0; i < chip->ninteractions; i++) {
    const mgp_interaction_t *it = &chip->interactions[i];
    uint32_t tuple[MGP_MAX_TUPLE];
    canonical(it, values, tuple);
    MGP_TRY(add_token(c, it->bus, mgp_f_to_u32(values[it->mult]), tuple, it->len, id, row));
    if (chip->is_table || !mgp_bus_is_lookup((mgp_bus_t)it->bus) || values[it->mult] == 0) continue;
    uint32_t *counts = c->counts[mgp_bus_table((mgp_bus_t)it->bus) - MGP_CHIP_FIRST_TABLE];
    counts[mgp_table_index((mgp_bus_t)it->bus, tuple, c->run->prog)]++;
  }
  return MGP_OK;
}

static mgp_status_t add_part(checker_t *c, const mgp_check_part_t *part) {
  const mgp_raw_t *raw = part->raw;
  uint32_t n[MGP_CHIP_FIRST_TABLE], *lists[MGP_CHIP_FIRST_TABLE];
  mgp_replay_count(raw->insns, raw->steps, part->nsteps, n);
  uint64_t total = 1;
  for (unsigned id = 0; id < MGP_CHIP_FIRST_TABLE; id++) total += n[id];
  uint32_t *block = malloc(total * sizeof *block);
  if (!block) return mgp_fail(MGP_RESOURCES, "no memory for %" PRIu64 " rows", total);
  uint32_t *at = block;
  for (unsigned id = 0; id < MGP_CHIP_FIRST_TABLE; id++) {
    lists[id] = at;
    at += n[id];
  }
  mgp_replay_index(raw->insns, raw->steps, part->nsteps, lists);
  mgp_status_t st = MGP_OK;
  for (unsigned id = 0; id < MGP_CHIP_FIRST_TABLE && st == MGP_OK; id++)
    for (uint32_t i = 0; i < n[id] && st == MGP_OK; i++)
      st = add_row(c, (mgp_chip_id_t)id, raw, lists[id][i], i);
  for (unsigned k = 0; k < 3 && st == MGP_OK; k++)
    for (uint32_t i = 0; i < part->nbounds[k] && st == MGP_OK; i++)
      st = add_row(c, (mgp_chip_id_t)(MGP_CHIP_MEM_IMAGE + k), raw, i, i);
  for (uint32_t i = 0; i < part->nram && st == MGP_OK; i++)
    st = add_row(c, MGP_CHIP_SHARD_RAM, raw, i, i);
  free(block);
  return st;
}

#define MINUS_ONE (MGP_P - 1)

static mgp_status_t public_token(checker_t *c, mgp_bus_t bus, uint32_t weight,
                                 const uint32_t *tuple) {
  return add_token(c, bus, weight, tuple, mgp_bus_tuple_length(bus), MGP_CHIP_NONE, 0);
}

/* Starts and ends of the chains that have rows. */
static mgp_status_t add_chains(checker_t *c) {
  const mgp_check_run_t *run = c->run;
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint32_t ngaps = mgp_program_gaps(run->prog, gaps);
  for (unsigned k = 0; k < 3; k++) {
    for (uint32_t g = 0; g < (k == 2 ? ngaps : 1); g++) {
      uint32_t start = k == 0 ? 0 : k == 1 ? MGP_HINT_START / 4 : gaps[g].start;
      uint32_t limit = k == 0 ? MGP_PC_LIMIT : k == 1 ? MGP_HINT_END / 4 : gaps[g].end;
      uint32_t end = start;
      for (uint32_t p = 0; p < run->nparts; p++)
        for (uint32_t i = 0; i < run->parts[p].nbounds[k]; i++)
          if (run->parts[p].raw->bounds[k][i].gap == g)
            end = run->parts[p].raw->bounds[k][i].key + 1;
      if (end > limit)
        return mgp_fail(MGP_REJECTED, "chain %u.%" PRIu32 " ends at %" PRIu32 ", after %" PRIu32, k,
                        g, end, limit);
      mgp_bus_t bus = (mgp_bus_t)(MGP_BUS_CHAIN_IMAGE + k);
      uint32_t first[2] = {start, 0}, last[2] = {end, 0};
      if (k == 2) {
        first[0] = last[0] = g;
        first[1] = start;
        last[1] = end;
      }
      MGP_TRY(public_token(c, bus, 1, first));
      MGP_TRY(public_token(c, bus, MINUS_ONE, last));
    }
  }
  return MGP_OK;
}

/* The rows' directions and ids, and the ends of their chain. */
static mgp_status_t add_ram(checker_t *c, const mgp_ram_terms_t *ram) {
  const mgp_point_t offset = mgp_curve_offset();
  uint32_t in[4] = {1, 1, ram->in_id, ram->memory}, out[4] = {1, 0, ram->out_id, ram->memory};
  uint32_t first[1 + MGP_CURVE_POINT_WORDS] = {0}, last[1 + MGP_CURVE_POINT_WORDS] = {ram->rows};
  mgp_curve_write(&offset, first + 1);
  memcpy(last + 1, ram->sum, sizeof ram->sum);
  MGP_TRY(public_token(c, MGP_BUS_SHARD, ram->n_in, in));
  MGP_TRY(public_token(c, MGP_BUS_SHARD, ram->rows - ram->n_in, out));
  MGP_TRY(public_token(c, MGP_BUS_ACC, 1, first));
  return public_token(c, MGP_BUS_ACC, MINUS_ONE, last);
}

static mgp_status_t add_public(checker_t *c) {
  const mgp_check_run_t *run = c->run;
  if (run->ram && run->ram->rows) MGP_TRY(add_ram(c, run->ram));
  if (run->memory) return add_chains(c);
  uint32_t first[2] = {run->start_pc, 1}, last[2] = {run->end_pc, run->end_ts};
  MGP_TRY(public_token(c, MGP_BUS_STATE, 1, first));
  MGP_TRY(public_token(c, MGP_BUS_STATE, MINUS_ONE, last));
  for (uint32_t r = 0; r <= MGP_REG_SINK; r++) {
    const mgp_check_register_t *f = &run->first[r], *l = &run->last[r];
    uint32_t send[5] = {r, MGP_REG_SPACE, f->value & 0xffff, f->value >> 16, f->ts};
    uint32_t take[5] = {r, MGP_REG_SPACE, l->value & 0xffff, l->value >> 16, l->ts};
    MGP_TRY(public_token(c, MGP_BUS_MEM, 1, send));
    MGP_TRY(public_token(c, MGP_BUS_MEM, MINUS_ONE, take));
  }
  if (run->has_exit) {
    uint32_t code[2] = {run->exit_code & 0xffff, run->exit_code >> 16};
    MGP_TRY(public_token(c, MGP_BUS_EXIT, MINUS_ONE, code));
  }
  for (uint32_t i = 0; i < 8 && run->digest; i++) {
    uint32_t word[3] = {i, run->digest[i] & 0xffff, run->digest[i] >> 16};
    MGP_TRY(public_token(c, MGP_BUS_PUB, MINUS_ONE, word));
  }
  return add_chains(c);
}

static mgp_status_t add_tables(checker_t *c) {
  mgp_raw_t raw = {0};
  for (unsigned t = 0; t < MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE; t++) raw.counts[t] = c->counts[t];
  for (unsigned id = MGP_CHIP_FIRST_TABLE; id < MGP_CHIP_COUNT; id++) {
    uint32_t rows = mgp_table_rows((mgp_chip_id_t)id, c->run->prog);
    for (uint32_t i = 0; i < rows; i++) MGP_TRY(add_row(c, (mgp_chip_id_t)id, &raw, i, i));
  }
  return MGP_OK;
}

static mgp_status_t add_all(checker_t *c) {
  for (unsigned t = 0; t < MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE; t++) {
    mgp_chip_id_t id = (mgp_chip_id_t)(MGP_CHIP_FIRST_TABLE + t);
    size_t words = (size_t)c->set->chip[id].ncols * mgp_table_rows(id, c->run->prog);
    free(c->counts[t]);
    c->counts[t] = calloc(words + 1, sizeof(uint32_t));
    if (!c->counts[t]) return mgp_fail(MGP_RESOURCES, "no memory for %zu counters", words);
  }
  memset(c->sum, 0, sizeof c->sum);
  memset(&c->stats, 0, sizeof c->stats);
  for (uint32_t p = 0; p < c->run->nparts; p++) MGP_TRY(add_part(c, &c->run->parts[p]));
  MGP_TRY(add_public(c));
  return add_tables(c);
}

static int token_order(const void *a, const void *b) {
  const token_t *x = a, *y = b;
  return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* The bus does not balance: names a token that is left over. */
static mgp_status_t report_imbalance(checker_t *c, unsigned bus) {
  c->trace_bus = bus;
  MGP_TRY(add_all(c));
  qsort(c->tokens, c->ntokens, sizeof *c->tokens, token_order);
  for (size_t i = 0, j; i < c->ntokens; i = j) {
    uint64_t sum = 0;
    for (j = i; j < c->ntokens && c->tokens[j].hash == c->tokens[i].hash; j++)
      sum += c->tokens[j].weight;
    if (sum % MGP_P == 0) continue;
    const token_t *t = &c->tokens[i];
    char text[200];
    print_tuple(text, sizeof text, t->tuple, t->len);
    return mgp_fail(
        MGP_REJECTED, "bus %s: token (%s) from %s, row %" PRIu32 ", is left with weight %" PRId64,
        mgp_bus_name((mgp_bus_t)bus), text,
        t->chip ? c->set->chip[t->chip].name : "the public terms", t->row,
        sum % MGP_P > MGP_P / 2 ? (int64_t)(sum % MGP_P) - MGP_P : (int64_t)(sum % MGP_P));
  }
  return mgp_fail(MGP_REJECTED, "bus %s does not balance", mgp_bus_name((mgp_bus_t)bus));
}

mgp_status_t mgp_check_run(const mgp_chipset_t *set, const mgp_check_run_t *run,
                           mgp_check_stats_t *stats) {
  checker_t *c = calloc(1, sizeof *c);
  if (!c) return mgp_fail(MGP_RESOURCES, "no memory for the constraint checker");
  c->set = set;
  c->run = run;
  mgp_status_t st = add_all(c);
  for (unsigned bus = 1; bus < MGP_BUS_COUNT && st == MGP_OK; bus++)
    if (c->sum[bus][0] || c->sum[bus][1]) st = report_imbalance(c, bus);
  if (st == MGP_OK && stats) *stats = c->stats;
  for (unsigned t = 0; t < MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE; t++) free(c->counts[t]);
  free(c->tokens);
  free(c);
  return st;
}
