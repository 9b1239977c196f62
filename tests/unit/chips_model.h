/* For the chip tests: what RV32IM instructions mean, written from the manual and not from the
 * chips, and random machine states for one instruction.
 *
 * A test program is one code segment of MODEL_CODE words, so that rows moved to another pc meet
 * other real instructions. */
#ifndef MGP_TESTS_CHIPS_MODEL_H
#define MGP_TESTS_CHIPS_MODEL_H

#include "chips/columns.h"
#include "chips/witness.h"
#include "test.h"

#define MODEL_CODE     64u
#define MODEL_MAX_KEYS 12u

typedef struct {
  uint8_t op, rd, rs1, rs2;
  int32_t imm; /* LUI, AUIPC: the upper 20 bits in place */
} model_insn_t;

/* A word or register as MEM knows it: (a_lo, a_hi). */
typedef struct {
  uint32_t lo, hi, value;
} model_cell_t;

typedef struct {
  uint32_t n;
  model_cell_t cell[MODEL_MAX_KEYS];
} model_state_t;

typedef struct {
  uint32_t lo, hi, value, slot; /* value: after the access */
} model_access_t;

typedef enum { MODEL_OK, MODEL_TRAP, MODEL_MISSING } model_verdict_t;

typedef struct {
  uint32_t next_pc, dt, naccess;
  model_access_t access[MODEL_MAX_KEYS];
  uint32_t nwords; /* words told to the outside: 1 for HALT, 8 for COMMIT */
  uint32_t word[8];
} model_effect_t;

static inline uint32_t model_get(const model_state_t *s, uint32_t lo, uint32_t hi, int *missing) {
  for (uint32_t i = 0; i < s->n; i++)
    if (s->cell[i].lo == lo && s->cell[i].hi == hi) return s->cell[i].value;
  *missing = 1;
  return 0;
}

static inline uint32_t model_div(int64_t a, int64_t b, int rem) {
  if (b == 0) return rem ? (uint32_t)a : 0xffffffffu;
  return (uint32_t)(rem ? a % b : a / b);
}

static inline uint32_t model_alu(unsigned op, uint32_t a, uint32_t b) {
  const int64_t sa = (int32_t)a, sb = (int32_t)b;
  switch (op) {
  case MGP_OP_ADD:
  case MGP_OP_ADDI:
    return a + b;
  case MGP_OP_SUB:
    return a - b;
  case MGP_OP_AND:
  case MGP_OP_ANDI:
    return a & b;
  case MGP_OP_OR:
  case MGP_OP_ORI:
    return a | b;
  case MGP_OP_XOR:
  case MGP_OP_XORI:
    return a ^ b;
  case MGP_OP_SLL:
  case MGP_OP_SLLI:
    return a << (b & 31);
  case MGP_OP_SRL:
  case MGP_OP_SRLI:
    return a >> (b & 31);
  case MGP_OP_SRA:
  case MGP_OP_SRAI:
    return (uint32_t)(sa >> (b & 31));
  case MGP_OP_SLT:
  case MGP_OP_SLTI:
    return sa < sb;
  case MGP_OP_SLTU:
  case MGP_OP_SLTIU:
    return a < b;
  case MGP_OP_MUL:
    return a * b;
  case MGP_OP_MULH:
    return (uint32_t)((uint64_t)(sa * sb) >> 32);
  case MGP_OP_MULHSU:
    return (uint32_t)((uint64_t)(sa * (int64_t)b) >> 32);
  case MGP_OP_MULHU:
    return (uint32_t)((uint64_t)a * b >> 32);
  case MGP_OP_DIV:
  case MGP_OP_REM:
    return model_div(sa, sb, op == MGP_OP_REM);
  default:
    return model_div(a, b, op == MGP_OP_REMU);
  }
}

static inline void model_touch(model_effect_t *e, uint32_t lo, uint32_t hi, uint32_t value,
                               uint32_t slot) {
  e->access[e->naccess++] = (model_access_t){lo, hi, value, slot};
}
static inline void model_reg(model_effect_t *e, uint32_t r, uint32_t value, uint32_t slot) {
  model_touch(e, r, MGP_REG_SPACE, value, slot);
}

static inline uint32_t model_target(uint32_t pc, int32_t offset) {
  int64_t t = 4 * (int64_t)pc + offset;
  return t < 0 || t % 4 || t >= (int64_t)4 << 28 ? MGP_TRAP_PC : (uint32_t)(t / 4);
}

static inline int model_is_load(unsigned op) {
  return op >= MGP_OP_LB && op <= MGP_OP_LHU;
}
static inline int model_is_store(unsigned op) {
  return op >= MGP_OP_SB && op <= MGP_OP_SW;
}
static inline int model_is_branch(unsigned op) {
  return op >= MGP_OP_BEQ && op <= MGP_OP_BGEU;
}
static inline int model_is_imm(unsigned op) {
  return op >= MGP_OP_ADDI && op <= MGP_OP_SRAI;
}

static inline model_verdict_t model_memory(uint32_t pc, const model_insn_t *in,
                                           const model_state_t *s, uint32_t a, model_effect_t *e) {
  static const uint8_t size[] = {1, 2, 4, 1, 2, 1, 2, 4}; /* lb lh lw lbu lhu sb sh sw */
  const unsigned n = size[in->op - MGP_OP_LB];
  int missing = 0;
  int64_t at = (int64_t)a + in->imm;
  if (at < 0 || at >= MGP_ADDR_LIMIT || at % n) return MODEL_TRAP;
  uint32_t word = (uint32_t)at & ~3u, shift = 8 * ((uint32_t)at & 3);
  uint32_t lo = word & 0xffff, hi = word >> 16, m = model_get(s, lo, hi, &missing);
  uint32_t mask = n == 4 ? 0xffffffffu : ((1u << 8 * n) - 1) << shift;
  e->next_pc = pc + 1;
  if (model_is_store(in->op)) {
    uint32_t b = model_get(s, in->rs2, MGP_REG_SPACE, &missing);
    model_reg(e, in->rs1, a, 0);
    model_reg(e, in->rs2, b, 1);
    model_touch(e, lo, hi, (m & ~mask) | (b << shift & mask), 0);
    e->dt = 2;
    return missing ? MODEL_MISSING : MODEL_OK;
  }
  uint32_t v = (m & mask) >> shift;
  if (in->op == MGP_OP_LB) v = (uint32_t)(int8_t)v;
  if (in->op == MGP_OP_LH) v = (uint32_t)(int16_t)v;
  model_touch(e, lo, hi, m, 0);
  if (in->op == MGP_OP_LW && in->rd == in->rs1 && in->rd != 0) {
    model_reg(e, in->rd, v, 0);
    e->dt = 1;
  } else {
    model_reg(e, in->rs1, a, 0);
    model_reg(e, in->rd ? in->rd : MGP_REG_SINK, v, 1);
    e->dt = 2;
  }
  return missing ? MODEL_MISSING : MODEL_OK;
}

static inline model_verdict_t model_ecall(uint32_t pc, const model_state_t *s, model_effect_t *e) {
  int missing = 0;
  uint32_t code = model_get(s, 5, MGP_REG_SPACE, &missing);
  if (missing) return MODEL_MISSING;
  model_reg(e, 5, code, 0);
  e->next_pc = pc + 1;
  e->dt = 1;
  if (code >= 2 && code <= 4) return MODEL_OK;
  if (code != MGP_ECALL_HALT && code != MGP_ECALL_COMMIT) return MODEL_TRAP;
  uint32_t a0 = model_get(s, 10, MGP_REG_SPACE, &missing);
  if (missing) return MODEL_MISSING;
  model_reg(e, 10, a0, 1);
  e->dt = 2;
  if (code == MGP_ECALL_HALT) {
    e->next_pc = MGP_HALT_PC;
    e->nwords = 1;
    e->word[0] = a0;
    return MODEL_OK;
  }
  if (a0 % 4 || a0 > MGP_ADDR_LIMIT - 32) return MODEL_TRAP;
  e->nwords = 8;
  for (uint32_t i = 0; i < 8; i++) {
    uint32_t w = a0 + 4 * i;
    e->word[i] = model_get(s, w & 0xffff, w >> 16, &missing);
    model_touch(e, w & 0xffff, w >> 16, e->word[i], 0);
  }
  return missing ? MODEL_MISSING : MODEL_OK;
}

/* What the instruction does to the state; cells that it needs and that are not there: MISSING. */
static inline model_verdict_t model_effect(uint32_t pc, const model_insn_t *in,
                                           const model_state_t *s, model_effect_t *e) {
  const unsigned op = in->op;
  const uint32_t rd = in->rd ? in->rd : MGP_REG_SINK;
  int missing = 0;
  memset(e, 0, sizeof *e);
  e->next_pc = pc + 1;
  if (op == MGP_OP_ECALL) return model_ecall(pc, s, e);
  /* without operands */
  if (op == MGP_OP_FENCE ||
      (op == MGP_OP_ADDI && (in->rd == 0 || (in->imm == 0 && in->rd == in->rs1)))) {
    e->dt = 1;
    return MODEL_OK;
  }
  if (op == MGP_OP_LUI || op == MGP_OP_AUIPC || op == MGP_OP_JAL ||
      (op == MGP_OP_ADDI && in->rs1 == 0)) {
    e->dt = 1;
    if (op == MGP_OP_JAL) e->next_pc = model_target(pc, in->imm);
    if (op == MGP_OP_JAL && in->rd == 0) return MODEL_OK;
    model_reg(e, rd,
              op == MGP_OP_JAL     ? 4 * pc + 4
              : op == MGP_OP_AUIPC ? 4 * pc + (uint32_t)in->imm
                                   : (uint32_t)in->imm,
              0);
    return MODEL_OK;
  }
  if ((op == MGP_OP_BEQ || op == MGP_OP_BNE) && (in->rs1 == 0 || in->rs2 == 0)) {
    uint32_t r = in->rs1 | in->rs2, v = model_get(s, r, MGP_REG_SPACE, &missing);
    model_reg(e, r, v, 0);
    e->dt = 1;
    if ((v == 0) == (op == MGP_OP_BEQ)) e->next_pc = model_target(pc, in->imm);
    return missing ? MODEL_MISSING : MODEL_OK;
  }
  const uint32_t a = model_get(s, in->rs1, MGP_REG_SPACE, &missing);
  if (missing) return MODEL_MISSING;
  if (model_is_load(op) || model_is_store(op)) return model_memory(pc, in, s, a, e);
  if (op == MGP_OP_JALR) {
    int64_t t = ((int64_t)a + in->imm) & ~(int64_t)1;
    if (t < 0 || t % 4 || t >= MGP_ADDR_LIMIT) return MODEL_TRAP;
    model_reg(e, in->rs1, a, 0);
    model_reg(e, rd, 4 * pc + 4, 1);
    e->next_pc = (uint32_t)t / 4;
    e->dt = 2;
    return MODEL_OK;
  }
  if (model_is_imm(op)) {
    const uint32_t v = model_alu(op, a, (uint32_t)in->imm);
    const int shift = op >= MGP_OP_SLLI, less = op == MGP_OP_SLTI || op == MGP_OP_SLTIU;
    if (in->rd == in->rs1 && in->rd != 0 && (shift || op == MGP_OP_ADDI)) {
      model_reg(e, in->rd, v, 0);
      e->dt = 1;
    } else {
      model_reg(e, in->rs1, a, 0);
      model_reg(e, rd, v, less ? 2 : 1);
      e->dt = less ? 3 : 2;
    }
    return MODEL_OK;
  }
  const uint32_t b = model_get(s, in->rs2, MGP_REG_SPACE, &missing);
  if (missing) return MODEL_MISSING;
  if (model_is_branch(op)) {
    const int eq = a == b, lt = (int32_t)a < (int32_t)b, ltu = a < b;
    const int taken[] = {eq, !eq, lt, !lt, ltu, !ltu};
    model_reg(e, in->rs1, a, 0);
    model_reg(e, in->rs2, b, 1);
    if (taken[op - MGP_OP_BEQ]) e->next_pc = model_target(pc, in->imm);
    e->dt = 2;
    return MODEL_OK;
  }
  const uint32_t v = model_alu(op, a, b);
  const int logic = op == MGP_OP_AND || op == MGP_OP_OR || op == MGP_OP_XOR;
  const int in_place = logic || op == MGP_OP_ADD || op == MGP_OP_SUB;
  if (in_place && in->rd != 0 && in->rd == in->rs1) {
    model_reg(e, in->rs2, b, 0);
    model_reg(e, in->rd, v, 1);
    e->dt = 2;
  } else if (in_place && op != MGP_OP_SUB && in->rd != 0 && in->rd == in->rs2) {
    model_reg(e, in->rs1, a, 0);
    model_reg(e, in->rd, v, 1);
    e->dt = 2;
  } else {
    model_reg(e, in->rs1, a, 0);
    model_reg(e, in->rs2, b, 1);
    model_reg(e, rd, v, 2);
    e->dt = 3;
  }
  return MODEL_OK;
}

/* --- instruction words --------------------------------------------------------------------- */

static inline uint32_t model_encode(const model_insn_t *in) {
  static const uint8_t funct3[MGP_OP_COUNT] = {
      [MGP_OP_BNE] = 1,    [MGP_OP_BLT] = 4,   [MGP_OP_BGE] = 5,  [MGP_OP_BLTU] = 6,
      [MGP_OP_BGEU] = 7,   [MGP_OP_LH] = 1,    [MGP_OP_LW] = 2,   [MGP_OP_LBU] = 4,
      [MGP_OP_LHU] = 5,    [MGP_OP_SH] = 1,    [MGP_OP_SW] = 2,   [MGP_OP_SLTI] = 2,
      [MGP_OP_SLTIU] = 3,  [MGP_OP_XORI] = 4,  [MGP_OP_ORI] = 6,  [MGP_OP_ANDI] = 7,
      [MGP_OP_SLLI] = 1,   [MGP_OP_SRLI] = 5,  [MGP_OP_SRAI] = 5, [MGP_OP_SLL] = 1,
      [MGP_OP_SLT] = 2,    [MGP_OP_SLTU] = 3,  [MGP_OP_XOR] = 4,  [MGP_OP_SRL] = 5,
      [MGP_OP_SRA] = 5,    [MGP_OP_OR] = 6,    [MGP_OP_AND] = 7,  [MGP_OP_MULH] = 1,
      [MGP_OP_MULHSU] = 2, [MGP_OP_MULHU] = 3, [MGP_OP_DIV] = 4,  [MGP_OP_DIVU] = 5,
      [MGP_OP_REM] = 6,    [MGP_OP_REMU] = 7};
  const uint32_t u = (uint32_t)in->imm, f3 = (uint32_t)funct3[in->op] << 12;
  const uint32_t rd = (uint32_t)in->rd << 7, rs1 = (uint32_t)in->rs1 << 15,
                 rs2 = (uint32_t)in->rs2 << 20;
  const unsigned op = in->op;
  if (op == MGP_OP_LUI) return (u & 0xfffff000u) | rd | 0x37;
  if (op == MGP_OP_AUIPC) return (u & 0xfffff000u) | rd | 0x17;
  if (op == MGP_OP_JAL)
    return (u >> 20 & 1) << 31 | (u >> 1 & 0x3ff) << 21 | (u >> 11 & 1) << 20 |
           (u >> 12 & 255) << 12 | rd | 0x6f;
  if (op == MGP_OP_JALR) return u << 20 | rs1 | rd | 0x67;
  if (model_is_branch(op))
    return (u >> 12 & 1) << 31 | (u >> 5 & 63) << 25 | rs2 | rs1 | f3 | (u >> 1 & 15) << 8 |
           (u >> 11 & 1) << 7 | 0x63;
  if (model_is_load(op)) return u << 20 | rs1 | f3 | rd | 0x03;
  if (model_is_store(op)) return (u >> 5 & 127) << 25 | rs2 | rs1 | f3 | (u & 31) << 7 | 0x23;
  if (op == MGP_OP_SLLI || op == MGP_OP_SRLI || op == MGP_OP_SRAI)
    return (op == MGP_OP_SRAI ? 0x40000000u : 0) | (u & 31) << 20 | rs1 | f3 | rd | 0x13;
  if (model_is_imm(op)) return u << 20 | rs1 | f3 | rd | 0x13;
  if (op == MGP_OP_FENCE) return 0x0000000f;
  if (op == MGP_OP_ECALL) return 0x00000073;
  const uint32_t f7 = op == MGP_OP_SUB || op == MGP_OP_SRA ? 0x40000000u
                      : op >= MGP_OP_MUL                   ? 0x02000000u
                                                           : 0;
  return f7 | rs2 | rs1 | f3 | rd | 0x33;
}

/* --- random instructions and states -------------------------------------------------------- */

static inline uint32_t model_below(test_rng_t *g, uint32_t n) {
  return (uint32_t)(test_rand(g) % n);
}
#define MODEL_PICK(g, array) ((array)[model_below(g, sizeof(array) / sizeof *(array))])

static inline uint32_t model_value(test_rng_t *g) {
  static const uint32_t edge[] = {0,
                                  1,
                                  2,
                                  3,
                                  255,
                                  256,
                                  0x7fff,
                                  0x8000,
                                  0xffff,
                                  0x10000,
                                  0x10001,
                                  0x7fffffff,
                                  0x80000000,
                                  0x80000001,
                                  0xffffffff,
                                  0xfffffffe,
                                  0xffff0000,
                                  0x8000ffff,
                                  MGP_P,
                                  MGP_P - 1,
                                  MGP_P + 1,
                                  2u * MGP_P,
                                  2u * MGP_P + 1,
                                  0x77ffffff,
                                  0x78000000,
                                  0x80ff7f01};
  static const uint8_t shift[] = {0, 0, 0, 8, 16, 24};
  if (test_rand(g) & 1) return MODEL_PICK(g, edge);
  return (uint32_t)test_rand(g) >> MODEL_PICK(g, shift);
}

static inline model_insn_t model_random_insn(test_rng_t *g, unsigned op) {
  static const uint8_t regs[] = {0, 1, 5, 6, 7, 10, 31};
  static const int32_t imms[] = {0, 1, -1, 2, 4, -4, 2047, -2048};
  static const int32_t amounts[] = {0, 1, 15, 16, 17, 31};
  static const int32_t offsets[] = {4, 8, 20, -12, 28, 6};
  model_insn_t in = {(uint8_t)op, MODEL_PICK(g, regs), MODEL_PICK(g, regs), MODEL_PICK(g, regs), 0};
  if (test_rand(g) % 4 == 0) in.rd = (uint8_t)model_below(g, 32);
  if (test_rand(g) % 4 == 0) in.rs1 = (uint8_t)model_below(g, 32);
  in.imm = test_rand(g) % 2 ? MODEL_PICK(g, imms) : (int32_t)model_below(g, 4096) - 2048;
  if (op == MGP_OP_SLLI || op == MGP_OP_SRLI || op == MGP_OP_SRAI)
    in.imm = test_rand(g) % 2 ? MODEL_PICK(g, amounts) : (int32_t)model_below(g, 32);
  if (op == MGP_OP_LUI || op == MGP_OP_AUIPC)
    in.imm = (int32_t)((uint32_t)test_rand(g) & 0xfffff000u);
  if (op == MGP_OP_JAL || model_is_branch(op)) in.imm = MODEL_PICK(g, offsets);
  return in;
}

/* One honest step: program, machine state before, record. */
typedef struct {
  uint32_t base, pc, at; /* first word, the step's word and its index */
  model_insn_t code[MODEL_CODE];
  uint32_t words[MODEL_CODE];
  mgp_insn_t insns[MODEL_CODE];
  mgp_program_t prog;
  uint32_t regs[MGP_REG_SINK + 1];
  model_state_t state; /* what the step touches */
  mgp_chip_id_t chip;
  mgp_step_t step;
  mgp_commit_t commit;
  mgp_raw_t raw;
} model_instance_t;

static inline void model_build_code(test_rng_t *g, model_instance_t *m, unsigned op) {
  static const uint32_t bases[] = {0, 0x2000000, 0x2003fe0, 0x1fffe0, MGP_PC_LIMIT - MODEL_CODE};
  m->base = test_rand(g) % 3 ? MODEL_PICK(g, bases) : model_below(g, MGP_PC_LIMIT - MODEL_CODE);
  m->at = model_below(g, MODEL_CODE);
  m->pc = m->base + m->at;
  for (uint32_t i = 0; i < MODEL_CODE; i++) {
    m->code[i] = model_random_insn(g, i == m->at ? op : 1 + model_below(g, MGP_OP_COUNT - 1));
    m->words[i] = model_encode(&m->code[i]);
    mgp_decode(m->base + i, m->words[i], &m->insns[i]);
  }
  memset(&m->prog, 0, sizeof m->prog);
  m->prog.ncode = 1;
  m->prog.code[0].base = m->base;
  m->prog.code[0].n = MODEL_CODE;
  m->prog.code[0].words = m->words;
  m->prog.ninsn = MODEL_CODE;
  m->prog.insn = m->insns;
}

static inline void model_build_state(test_rng_t *g, model_instance_t *m) {
  const model_insn_t *in = &m->code[m->at];
  for (uint32_t r = 1; r <= MGP_REG_SINK; r++) m->regs[r] = model_value(g);
  m->regs[0] = 0;
  if (model_is_branch(in->op) && test_rand(g) % 3 == 0) m->regs[in->rs1] = m->regs[in->rs2] = 0;
  if (in->rs2 && test_rand(g) % 5 == 0) m->regs[in->rs2] = m->regs[in->rs1];
  if (in->rs2 && test_rand(g) % 5 == 0) {
    static const uint32_t flip[] = {1, 0x10000, 0x80000000, 0xffff};
    m->regs[in->rs2] = m->regs[in->rs1] ^ MODEL_PICK(g, flip);
  }
  if (in->op >= MGP_OP_DIV && test_rand(g) % 6 == 0)
    m->regs[in->rs2] = (1 + model_below(g, 255)) << (8 * model_below(g, 4));
  if ((model_is_load(in->op) || model_is_store(in->op)) && in->rs1) {
    static const uint32_t at[] = {0x10000000, 0x1000fffc, 0x10010000, 0x3ffffffc, 0, 0xfffc};
    uint32_t x = test_rand(g) % 2 ? MODEL_PICK(g, at) : (uint32_t)test_rand(g) & 0x3ffffffc;
    m->regs[in->rs1] = x + model_below(g, 4) - (uint32_t)in->imm;
  }
  if (in->op == MGP_OP_JALR && in->rs1)
    m->regs[in->rs1] = 4 * model_below(g, MGP_PC_LIMIT) + model_below(g, 2) - (uint32_t)in->imm;
  if (in->op == MGP_OP_ECALL) {
    static const uint32_t codes[] = {0, 2, 3, 4, 16, 16};
    static const uint32_t at[] = {0x1000fff0, 0x10000000, 0xffe4, 0, 0x3fffffe0};
    m->regs[5] = MODEL_PICK(g, codes);
    if (m->regs[5] == 16)
      m->regs[10] = test_rand(g) % 2 ? MODEL_PICK(g, at) : 4 * model_below(g, (1u << 28) - 8);
  }
  m->regs[0] = 0;
}

/* Time since an access: within the window of its lookup, at its edge, or (old) beyond it. */
static inline uint32_t model_age(test_rng_t *g, uint32_t window, int old, uint32_t ts) {
  uint32_t age = model_below(g, window);
  switch (model_below(g, old ? 6 : 4)) {
  case 0:
    age = 0;
    break;
  case 1:
    age = window - 1;
    break;
  case 4:
    age = window;
    break;
  case 5:
    age = model_below(g, ts);
    break;
  default:
    break;
  }
  return age < ts ? age : ts - 1;
}

/* Fills the record as an emulator does: accesses in slot order, each sees what the earlier left. */
static inline void model_record(test_rng_t *g, model_instance_t *m, const model_effect_t *e,
                                int old) {
  const mgp_insn_t *in = &m->insns[m->at];
  mgp_step_t *st = &m->step;
  uint32_t seen[MGP_REG_SINK + 1] = {0};
  memset(st, 0, sizeof *st);
  st->insn = m->at;
  st->ts = test_rand(g) % 4 ? (1u << 17) + model_below(g, 1u << 28) : 1 + model_below(g, 60000);
  st->a = m->regs[5]; /* for mgp_step_chip */
  m->chip = mgp_step_chip(in, st);
  st->a = 0;
  const uint32_t accesses = mgp_chip_accesses(m->chip);
  for (uint32_t slot = 0; slot < 3; slot++) {
    for (unsigned f = 0; f < MGP_FIELD_COUNT; f++) {
      unsigned kind = mgp_access_age(accesses, f);
      if (kind == MGP_ACCESS_NO || mgp_access_slot(accesses, f) != slot) continue;
      if (kind == MGP_ACCESS_COND && in->op != MGP_OP_SLT && in->op != MGP_OP_SLTU) continue;
      uint32_t r = in->op == MGP_OP_ECALL ? (f == MGP_FIELD_A ? 5 : 10)
                   : f == MGP_FIELD_A     ? in->rs1
                   : f == MGP_FIELD_B     ? in->rs2
                                          : in->rd;
      uint32_t window = 1u << mgp_access_window(kind), ts = st->ts + slot;
      uint32_t prev = seen[r] ? seen[r] : ts - 1 - model_age(g, window, old, ts);
      if (!seen[r] && prev >= st->ts) prev = st->ts - 1; /* not an access of this step */
      seen[r] = ts;
      if (f == MGP_FIELD_A) st->a = m->regs[r], st->pa = prev;
      if (f == MGP_FIELD_B) st->b = m->regs[r], st->pb = prev;
      if (f == MGP_FIELD_O) st->o = m->regs[r], st->po = prev;
    }
  }
  /* memory: the state holds its value before the access */
  uint32_t words = 0;
  for (uint32_t i = 0; i < e->naccess; i++) {
    static const uint32_t ages[] = {0, 65535, 65536};
    int missing = 0;
    if (e->access[i].hi == MGP_REG_SPACE) continue;
    uint32_t v = model_get(&m->state, e->access[i].lo, e->access[i].hi, &missing);
    uint32_t age = test_rand(g) % 2 ? MODEL_PICK(g, ages) : model_below(g, st->ts);
    if (age >= st->ts) age = st->ts - 1;
    m->commit.m[words] = v;
    m->commit.pm[words] = st->ts - 1 - age;
    st->m = v;
    st->pm = st->ts - 1 - age;
    words++;
  }
  m->raw = (mgp_raw_t){.insns = m->insns, .steps = st, .commits = &m->commit};
}

/* An honest step of an instruction; old: some register accesses need a REFRESH row. */
static inline void model_instance(test_rng_t *g, model_instance_t *m, unsigned op, int old) {
  for (;;) {
    memset(m, 0, sizeof *m);
    model_build_code(g, m, op);
    model_build_state(g, m);
    model_insn_t *in = &m->code[m->at];
    const uint8_t regs[] = {in->rs1, in->rs2, 5, 10};
    model_effect_t e;
    model_verdict_t v;
    for (unsigned i = 0; i < 4; i++)
      m->state.cell[m->state.n++] = (model_cell_t){regs[i], MGP_REG_SPACE, m->regs[regs[i]]};
    /* words are added as the meaning asks for them */
    v = model_effect(m->pc, in, &m->state, &e);
    for (uint32_t i = 0; v == MODEL_MISSING && i < e.naccess; i++)
      if (e.access[i].hi != MGP_REG_SPACE && m->state.n < MODEL_MAX_KEYS)
        m->state.cell[m->state.n++] =
            (model_cell_t){e.access[i].lo, e.access[i].hi, model_value(g)};
    if (v == MODEL_MISSING) v = model_effect(m->pc, in, &m->state, &e);
    if (v != MODEL_OK || (e.next_pc >= MGP_PC_LIMIT && e.next_pc != MGP_HALT_PC)) continue;
    model_record(g, m, &e, old);
    return;
  }
}

#endif
