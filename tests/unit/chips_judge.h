/* For the chip tests: is a row accepted, and does an accepted row do what the instruction means?
 *
 * The judge looks only at what the rest of the proof sees: the tokens on the buses that are not
 * lookups. It assumes an honest environment as in docs/chips.md: received tokens have valid keys,
 * u16 limbs and times below 2^29, register 0 holds 0, a sent pc is received. */
#ifndef MGP_TESTS_CHIPS_JUDGE_H
#define MGP_TESTS_CHIPS_JUDGE_H

#include "chips_model.h"

typedef struct {
  uint32_t bus, mult, len;
  uint32_t t[MGP_MAX_TUPLE];
} judge_token_t;

typedef struct {
  uint32_t n;
  judge_token_t token[MGP_MAX_INTERACTIONS];
} judge_face_t;

/* The row meets its constraints and all its requests are in the tables. */
static inline int judge_accepts(const mgp_chip_t *chip, const mgp_program_t *prog,
                                const mgp_f_t *cols, mgp_f_t *values) {
  mgp_chip_eval_row(chip, cols, NULL, values);
  for (uint32_t i = 0; i < chip->nconstraints; i++)
    if (values[chip->constraints[i]]) return 0;
  for (uint32_t i = 0; i < chip->ninteractions; i++) {
    const mgp_interaction_t *it = &chip->interactions[i];
    uint32_t t[MGP_MAX_TUPLE];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus) || !values[it->mult]) continue;
    for (unsigned j = 0; j < it->len; j++) t[j] = mgp_f_to_u32(values[it->tuple[j]]);
    if (mgp_table_index((mgp_bus_t)it->bus, t, prog) == UINT64_MAX) return 0;
  }
  return 1;
}

static inline void judge_face(const mgp_chip_t *chip, const mgp_f_t *values, judge_face_t *face) {
  memset(face, 0, sizeof *face);
  for (uint32_t i = 0; i < chip->ninteractions; i++) {
    const mgp_interaction_t *it = &chip->interactions[i];
    if (mgp_bus_is_lookup((mgp_bus_t)it->bus) || !values[it->mult]) continue;
    judge_token_t *k = &face->token[face->n++];
    k->bus = it->bus;
    k->mult = mgp_f_to_u32(values[it->mult]);
    k->len = it->len;
    for (unsigned j = 0; j < it->len; j++) k->t[j] = mgp_f_to_u32(values[it->tuple[j]]);
  }
}

/* OK; or no environment can match the row; or a text that says what is wrong. */
#define JUDGE_OK  NULL
#define JUDGE_ENV "env"

typedef struct {
  const judge_token_t *in, *out;
} judge_pair_t;

static inline int judge_valid_key(const uint32_t *t) {
  if (t[1] == MGP_REG_SPACE) return t[0] <= MGP_REG_SINK;
  return t[1] < 1u << 14 && t[0] < 1u << 16 && t[0] % 4 == 0;
}

static inline int judge_valid_token(const uint32_t *t) {
  if (!judge_valid_key(t) || t[2] > 0xffff || t[3] > 0xffff || t[4] >= MGP_TS_LIMIT) return 0;
  return !(t[1] == MGP_REG_SPACE && t[0] == 0 && (t[2] || t[3]));
}

/* Splits MEM tokens into accesses (in, out); in time order. */
static inline const char *judge_pairs(const judge_face_t *face, judge_pair_t *pair, uint32_t *n) {
  *n = 0;
  const judge_token_t *in = NULL;
  for (uint32_t i = 0; i < face->n; i++) {
    const judge_token_t *k = &face->token[i];
    if (k->bus != MGP_BUS_MEM) continue;
    if (!in) {
      in = k;
      continue;
    }
    if (in->mult != MGP_P - 1 || k->mult != 1) return "multiplicity";
    if (in->t[0] != k->t[0] || in->t[1] != k->t[1]) return "the key changes";
    if (!judge_valid_token(in->t)) return JUDGE_ENV;
    if (!(in->t[4] < k->t[4] && k->t[4] < MGP_TS_LIMIT + 8)) return "time order";
    uint32_t at = (*n)++;
    for (; at > 0 && pair[at - 1].out->t[4] > k->t[4]; at--) pair[at] = pair[at - 1];
    pair[at] = (judge_pair_t){in, k};
    in = NULL;
  }
  return JUDGE_OK;
}

static inline const char *judge_step(const model_instance_t *m, const judge_face_t *face) {
  const judge_token_t *now = &face->token[0], *next = &face->token[1];
  judge_pair_t pair[MGP_MAX_INTERACTIONS];
  uint32_t n;
  for (uint32_t i = 0; i < face->n; i++) { /* STATE is not always declared first */
    if (face->token[i].bus != MGP_BUS_STATE) continue;
    if (face->token[i].mult == 1)
      next = &face->token[i];
    else
      now = &face->token[i];
  }
  const uint32_t pc = now->t[0], ts = now->t[1];
  if (pc - m->base >= MODEL_CODE || ts < 1 || ts >= MGP_TS_LIMIT) return JUDGE_ENV;
  if (next->t[0] >= MGP_PC_LIMIT && next->t[0] != MGP_HALT_PC) return JUDGE_ENV;
  const char *fault = judge_pairs(face, pair, &n);
  if (fault != JUDGE_OK) return fault;
  /* the state before the row; a second access of a key receives what the first sent */
  model_state_t s = {0};
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t *t = pair[i].in->t;
    const judge_pair_t *before = NULL;
    for (uint32_t j = 0; j < i; j++)
      if (pair[j].out->t[0] == t[0] && pair[j].out->t[1] == t[1]) before = &pair[j];
    if (!before) {
      s.cell[s.n++] = (model_cell_t){t[0], t[1], t[2] | t[3] << 16};
    } else if (before->out->t[2] != t[2] || before->out->t[3] != t[3] || t[4] < before->out->t[4]) {
      return JUDGE_ENV;
    }
  }
  model_effect_t e;
  model_verdict_t v = model_effect(pc, &m->code[pc - m->base], &s, &e);
  if (v == MODEL_MISSING) return "the wrong set of accesses";
  if (v == MODEL_TRAP) return "a trap is accepted";
  if (e.next_pc != next->t[0]) return "next pc";
  if (next->t[1] != ts + e.dt) return "dt";
  if (e.naccess != n) return "the wrong number of accesses";
  uint32_t used = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t j = 0;
    const uint32_t *t = pair[i].out->t;
    for (; j < n; j++)
      if (!(used >> j & 1) && e.access[j].lo == t[0] && e.access[j].hi == t[1] &&
          e.access[j].value == (t[2] | t[3] << 16) && ts + e.access[j].slot == t[4] &&
          t[2] <= 0xffff)
        break;
    if (j == n) return "a written value or time";
    used |= 1u << j;
  }
  uint32_t told = 0;
  for (uint32_t i = 0; i < face->n; i++) {
    const judge_token_t *k = &face->token[i];
    if (k->bus != MGP_BUS_EXIT && k->bus != MGP_BUS_PUB) continue;
    const uint32_t *limbs = k->t + (k->bus == MGP_BUS_PUB);
    const uint32_t bus = e.nwords == 8 ? MGP_BUS_PUB : MGP_BUS_EXIT;
    if (told >= e.nwords || k->bus != bus || k->mult != 1 || (e.nwords == 8 && k->t[0] != told) ||
        limbs[0] != (e.word[told] & 0xffff) || limbs[1] != e.word[told] >> 16)
      return "a public value";
    told++;
  }
  return told == e.nwords ? JUDGE_OK : "a public value is missing";
}

/* A REFRESH row must give back the token it took, later. */
static inline const char *judge_refresh(const judge_face_t *face) {
  judge_pair_t pair[2];
  uint32_t n;
  const char *fault = judge_pairs(face, pair, &n);
  if (fault != JUDGE_OK) return fault;
  if (n != 1 || face->n != 2) return "not one access";
  const uint32_t *in = pair[0].in->t, *out = pair[0].out->t;
  if (in[1] != MGP_REG_SPACE) return "not a register";
  if (in[2] != out[2] || in[3] != out[3]) return "the value changes";
  return out[4] < MGP_TS_LIMIT ? JUDGE_OK : "a time past the limit";
}

/* A boundary row gives a first and takes a last token of one key, and moves its chain past it. */
static inline const char *judge_boundary(mgp_chip_id_t id, const mgp_program_t *prog,
                                         const judge_face_t *face) {
  const judge_token_t *mem[2] = {0}, *chain[2] = {0};
  for (uint32_t i = 0; i < face->n; i++) {
    const judge_token_t *k = &face->token[i];
    const judge_token_t **to = k->bus == MGP_BUS_MEM ? mem : chain;
    if (k->mult != 1 && k->mult != MGP_P - 1) return "multiplicity";
    to[k->mult == 1] = k;
  }
  if (!mem[0] || !mem[1] || !chain[0] || !chain[1]) return "a token is missing";
  const uint32_t *last = mem[0]->t, *first = mem[1]->t;
  /* keys are valid because of these rows, so validity is no premise here */
  if (!judge_valid_key(first)) return "not a key";
  if (last[2] > 0xffff || last[3] > 0xffff || last[4] >= MGP_TS_LIMIT) return JUDGE_ENV;
  if (first[0] != last[0] || first[1] != last[1]) return "the key changes";
  if (last[1] >= 1u << 14) return "not a word of memory";
  if (first[2] > 0xffff || first[3] > 0xffff || first[4] != 0) return "the first token";
  const uint32_t key = last[0] / 4 | last[1] << 14, value = first[2] | first[3] << 16;
  const uint32_t from = chain[0]->t[chain[0]->len - 1], to = chain[1]->t[chain[1]->len - 1];
  if (from > MGP_PC_LIMIT) return JUDGE_ENV; /* nobody sends that */
  if (from > key || to != key + 1) return "the chain";
  if (id == MGP_CHIP_MEM_ZERO) {
    if (chain[0]->bus != MGP_BUS_CHAIN_ZERO || chain[0]->t[0] != chain[1]->t[0])
      return "the gap changes";
    return value == 0 ? JUDGE_OK : "a first value that is not zero";
  }
  if (id == MGP_CHIP_MEM_HINT)
    return chain[0]->bus == MGP_BUS_CHAIN_HINT ? JUDGE_OK : "the chain's bus";
  if (chain[0]->bus != MGP_BUS_CHAIN_IMAGE) return "the chain's bus";
  for (uint32_t s = 0; s < prog->nimage; s++)
    if (key - prog->image[s].base < prog->image[s].n)
      return prog->image[s].words[key - prog->image[s].base] == value ? JUDGE_OK
                                                                      : "not the image's value";
  return "not in the image";
}

#endif
