/* A small machine for protocol tests: the real J chip and the real PROGRAM and IMAGE tables, and
 * stand-ins without range checks for ADDI2, HALT, COMMIT and the memory boundary, so that no table
 * has more than a few dozen rows. What a run does is checked by the protocol in the same way; what
 * the stand-ins let pass is not the point here. */
#ifndef MGP_TESTS_MINI_H
#define MGP_TESTS_MINI_H

#include "base/keccak.h"
#include "chips/decl.h"
#include "neg/light_params.h"
#include "neg/toy_prover.h"

#define MINI_CODE   0x08000000u
#define MINI_DATA   0x10000000u
#define MINI_ADDIS  37u
#define MINI_JUMPS  6u
#define MINI_STEPS  (MINI_ADDIS + MINI_JUMPS + 2) /* with COMMIT and HALT */
#define MINI_VALUES 20u

/* --- chips ----------------------------------------------------------------------------------- */

static inline void mini_addi2(mgp_decl_t *d) {
  STEP("pc + 1");
  LOOKUP(PROGRAM, "pc, 5 + 2048*rs1, imm, 0, 0");
  RECEIVE(MEM, "rs1, REG, a_lo, a_hi, p1");
  SEND(MEM, "rs1, REG, r_lo, r_hi, ts");
  LET("k", "(a_lo + imm - r_lo) / 65536");
  LET("h", "(a_hi + k - r_hi) / 65536");
  ZERO("low carry", "k * (k - 1) * (k + 1)");
  ZERO("high carry", "h * (h - 1) * (h + 1)");
}
static inline void mini_halt(mgp_decl_t *d) {
  STEP("HALT_PC");
  LOOKUP(PROGRAM, "pc, 31, 0, 0, 0");
  RECEIVE(MEM, "10, REG, v_lo, v_hi, p10");
  SEND(MEM, "10, REG, v_lo, v_hi, ts");
  SEND(EXIT, "v_lo, v_hi");
}
static inline void mini_commit(mgp_decl_t *d) {
  STEP("pc + 1");
  LOOKUP(PROGRAM, "pc, 31, 0, 0, 0");
  for (int i = 0; i < 8; i++) {
    char tuple[48];
    snprintf(tuple, sizeof tuple, "%d, m%d_lo, m%d_hi", i, i, i);
    SEND(PUB, tuple);
  }
}
static inline void mini_image(mgp_decl_t *d) {
  SEND(MEM, "4*k, a_hi, i_lo, i_hi, 0");
  RECEIVE(MEM, "4*k, a_hi, f_lo, f_hi, tf");
  RECEIVE(CHAIN_IMAGE, "c");
  SEND(CHAIN_IMAGE, "k + 16384*a_hi + 1");
  LOOKUP(IMAGE, "k, a_hi, i_lo, i_hi");
}
static inline void mini_zero(mgp_decl_t *d) {
  SEND(MEM, "4*k, a_hi, 0, 0, 0");
  RECEIVE(MEM, "4*k, a_hi, f_lo, f_hi, tf");
  RECEIVE(CHAIN_ZERO, "g, c");
  SEND(CHAIN_ZERO, "g, k + 16384*a_hi + 1");
}

/* Declared under the id of J, which has no register accesses and dt = 1. */
static inline void mini_replace(mgp_chipset_t *set, mgp_chip_id_t id, const char *name,
                                const char *columns, mgp_decl_fn fn) {
  mgp_chip_release(&set->chip[id]);
  REQUIRE_OK(mgp_chip_declare(&set->chip[id], MGP_CHIP_J, name, columns, "", fn));
  set->chip[id].id = (uint8_t)id;
}

static inline mgp_chipset_t *mini_chips(void) {
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  mini_replace(set, MGP_CHIP_ADDI2, "ADDI2", "pc ts rs1 a_lo a_hi p1 imm r_lo r_hi", mini_addi2);
  mini_replace(set, MGP_CHIP_HALT, "HALT", "pc ts v_lo v_hi p10", mini_halt);
  mini_replace(set, MGP_CHIP_COMMIT, "COMMIT",
               "pc ts m0_lo m0_hi m1_lo m1_hi m2_lo m2_hi m3_lo m3_hi m4_lo m4_hi m5_lo m5_hi "
               "m6_lo m6_hi m7_lo m7_hi",
               mini_commit);
  mini_replace(set, MGP_CHIP_MEM_IMAGE, "MEM_IMAGE", "c k a_hi f_lo f_hi tf i_lo i_hi", mini_image);
  mini_replace(set, MGP_CHIP_MEM_ZERO, "MEM_ZERO", "c k a_hi f_lo f_hi tf g", mini_zero);
  return set;
}

/* --- program --------------------------------------------------------------------------------- */

static inline void mini_put32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
}

/* An ELF file with one code and one data segment; returns its size. */
static inline size_t mini_elf(const uint32_t *code, uint32_t ncode, const uint32_t *data,
                              uint32_t ndata, uint8_t *out) {
  static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
  size_t at = 52 + 2 * 32;
  const uint32_t seg[2][7] = {
      {1, (uint32_t)at, MINI_CODE, MINI_CODE, 4 * ncode, 4 * ncode, 5},
      {1, (uint32_t)at + 4 * ncode, MINI_DATA, MINI_DATA, 4 * ndata, 4 * ndata, 6}};
  memset(out, 0, at);
  memcpy(out, ident, sizeof ident);
  mini_put32(out + 16, 2 | 243u << 16); /* executable, RISC-V */
  mini_put32(out + 20, 1);
  mini_put32(out + 24, MINI_CODE);
  mini_put32(out + 28, 52);
  mini_put32(out + 40, 52 | 32u << 16);
  mini_put32(out + 44, 2 | 40u << 16);
  for (int s = 0; s < 2; s++)
    for (int i = 0; i < 7; i++) mini_put32(out + 52 + 32 * s + 4 * i, seg[s][i]);
  for (uint32_t i = 0; i < ncode; i++, at += 4) mini_put32(out + at, code[i]);
  for (uint32_t i = 0; i < ndata; i++, at += 4) mini_put32(out + at, data[i]);
  return at;
}

static inline int32_t mini_imm(uint32_t i) {
  return (int32_t)(i * 641 % 4001) - 2000 + (i == 0);
}

static inline uint32_t mini_code(uint32_t *code) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < MINI_ADDIS; i++) {
    code[n++] = (uint32_t)mini_imm(i) << 20 | 10u << 15 | 10u << 7 | 0x13; /* addi x10, x10, imm */
    if (i % (MINI_ADDIS / MINI_JUMPS) == 1 && n - i - 1 < MINI_JUMPS) code[n++] = 0x0000000f;
  }
  while (n < MINI_STEPS - 2) code[n++] = 0x0000000f;
  code[n++] = 0x00000073;
  code[n++] = 0x00000073;
  return n;
}

static inline void mini_program(mgp_program_t *prog) {
  static uint8_t elf[4096];
  uint32_t code[MINI_STEPS + 8], data[MINI_VALUES];
  uint32_t n = mini_code(code);
  for (uint32_t i = 0; i < MINI_VALUES; i++) data[i] = i * 0x01234567u + 89;
  size_t size = mini_elf(code, n, data, MINI_VALUES, elf);
  REQUIRE_OK(mgp_program_load_elf(elf, size, prog));
}

/* --- a run ----------------------------------------------------------------------------------- */

typedef struct {
  toy_t t;
  mgp_program_t prog;
  mgp_chipset_t *chips;
} mini_t;

static inline mgp_params_t mini_params(uint32_t partitions) {
  mgp_params_t p = light_params();
  p.partitions = partitions;
  p.log_height = 8;
  p.log_chunk = 4;
  p.log_rows = 4;
  p.log_final = 2;
  return p;
}

/* The run is one shard, and has no output; t->prog is set. */
static inline void toy_whole(toy_t *t) {
  mgp_chain_t chain;
  t->run.nshards = t->run.has_output = 1;
  mgp_chain_begin(t->prog, &chain);
  mgp_chain_context(&chain, MGP_SHARD_WHOLE, 1, 0, &t->st);
}

/* A new row of the chip in partition p. */
static inline mgp_f_t *mini_row(toy_t *t, uint32_t p, unsigned id) {
  uint32_t ncols = t->chips->chip[id].ncols, n = t->st.rows[p][id]++;
  t->rows[p][id] = realloc(t->rows[p][id], (size_t)(n + 1) * ncols * sizeof(mgp_f_t));
  if (!t->rows[p][id]) abort();
  return t->rows[p][id] + (size_t)n * ncols;
}
static inline void mini_set(mgp_f_t *row, uint32_t n, const int64_t *values) {
  for (uint32_t i = 0; i < n; i++)
    row[i] = mgp_f_from_u32((uint32_t)((values[i] % (int64_t)MGP_P + MGP_P) % MGP_P));
}
#define MINI_SET(row, ...)                                                                         \
  mini_set(row, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

/* A word of the boundary that no step touches: its first token is its last. */
static inline void mini_bound(toy_t *t, uint32_t p, int image, uint32_t gap, uint32_t key,
                              uint32_t *chain, uint32_t value) {
  int64_t lo = value & 0xffff, hi = value >> 16, k = key & 0x3fff, a_hi = key >> 14;
  if (image)
    MINI_SET(mini_row(t, p, MGP_CHIP_MEM_IMAGE), *chain, k, a_hi, lo, hi, 0, lo, hi);
  else
    MINI_SET(mini_row(t, p, MGP_CHIP_MEM_ZERO), *chain, k, a_hi, 0, 0, 0, gap);
  *chain = key + 1;
}

/* Runs the program honestly. commit: the output is committed to (t->output must be set). */
static inline void mini_run(mini_t *m, mgp_params_t params, int commit, const char *output) {
  toy_t *t = &m->t;
  memset(m, 0, sizeof *m);
  m->chips = mini_chips();
  mini_program(&m->prog);
  t->chips = m->chips;
  t->prog = &m->prog;
  t->params = params;
  toy_whole(t);
  t->st.has_commit = (uint32_t)commit;
  if (commit) {
    uint8_t digest[32];
    t->output = (const uint8_t *)output;
    t->run.output_bytes = (uint32_t)strlen(output);
    mgp_keccak256(output, strlen(output), digest);
    for (int i = 0; i < 32; i++) t->st.commit[i / 4] |= (uint32_t)digest[i] << (8 * (i % 4));
  }
  mgp_gap_t gaps[MGP_MAX_GAPS];
  mgp_program_gaps(&m->prog, gaps);
  for (uint32_t g = 0; g < t->st.ngaps; g++) t->st.zero_end[g] = gaps[g].start;
  t->st.hint_end = MGP_HINT_START / 4;

  uint32_t x10 = 0, ts10 = 0, ts = 1, P = params.partitions, pc = m->prog.entry, p = 0;
  for (uint32_t step = 0; step < MINI_STEPS; step++) {
    const mgp_insn_t *in = &m->prog.insn[mgp_program_find(&m->prog, pc)];
    p = step * P / MINI_STEPS;
    if (in->op == MGP_OP_ADDI) {
      uint32_t r = x10 + in->imm;
      MINI_SET(mini_row(t, p, MGP_CHIP_ADDI2), pc, ts, 10, x10 & 0xffff, x10 >> 16, ts10,
               (int32_t)in->imm, r & 0xffff, r >> 16);
      x10 = r;
      ts10 = ts;
    } else if (in->op == MGP_OP_FENCE) {
      MINI_SET(mini_row(t, p, MGP_CHIP_J), pc, ts, pc + 1);
    } else if (step == MINI_STEPS - 1) {
      MINI_SET(mini_row(t, p, MGP_CHIP_HALT), pc, ts, x10 & 0xffff, x10 >> 16, ts10);
      ts10 = ts;
    } else if (commit) {
      mgp_f_t *row = mini_row(t, p, MGP_CHIP_COMMIT);
      MINI_SET(row, pc, ts);
      for (int i = 0; i < 8; i++)
        MINI_SET(row + 2 + 2 * i, t->st.commit[i] & 0xffff, t->st.commit[i] >> 16);
    } else {
      break; /* the first ecall halts */
    }
    ts++;
    pc++;
  }
  if (!commit) {
    MINI_SET(mini_row(t, p, MGP_CHIP_HALT), pc, ts, x10 & 0xffff, x10 >> 16, ts10);
    ts10 = ts;
  }
  t->st.exit_code = x10;
  t->st.reg_value[10] = x10;
  t->st.reg_ts[10] = ts10;

  for (uint32_t i = 0; i < 5; i++) {
    uint32_t key = MINI_DATA / 4 + 3 * i;
    mini_bound(t, i % P, 1, 0, key, &t->st.image_end, 3 * i * 0x01234567u + 89);
  }
  for (uint32_t i = 0; i < 3; i++)
    mini_bound(t, (i + 1) % P, 0, 1, gaps[1].start + 100 * i, &t->st.zero_end[1], 0);
  toy_count_lookups(t);
}

static inline void mini_free(mini_t *m) {
  toy_free_rows(&m->t);
  mgp_program_free(&m->prog);
  mgp_chipset_destroy(m->chips);
}

#endif
