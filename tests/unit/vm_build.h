/* For tests of the vm: instruction encoders and a builder of ELF files. */
#ifndef MGP_TESTS_VM_BUILD_H
#define MGP_TESTS_VM_BUILD_H

#include "test.h"
#include "vm/emulator.h"

/* --- encodings (The RISC-V Instruction Set Manual, volume I, chapter 24) ------------------- */

static inline uint32_t enc_r(uint32_t f7, uint32_t rs2, uint32_t rs1, uint32_t f3, uint32_t rd,
                             uint32_t opcode) {
  return f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode;
}
static inline uint32_t enc_i(int32_t imm, uint32_t rs1, uint32_t f3, uint32_t rd, uint32_t opcode) {
  return (uint32_t)imm << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode;
}
static inline uint32_t enc_s(int32_t imm, uint32_t rs2, uint32_t rs1, uint32_t f3) {
  const uint32_t u = (uint32_t)imm;
  return (u >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (u & 31) << 7 | 0x23;
}
static inline uint32_t enc_b(int32_t imm, uint32_t rs2, uint32_t rs1, uint32_t f3) {
  const uint32_t u = (uint32_t)imm;
  return (u >> 12 & 1) << 31 | (u >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 |
         (u >> 1 & 0xf) << 8 | (u >> 11 & 1) << 7 | 0x63;
}
static inline uint32_t enc_jal(uint32_t rd, int32_t imm) {
  const uint32_t u = (uint32_t)imm;
  return (u >> 20 & 1) << 31 | (u >> 1 & 0x3ff) << 21 | (u >> 11 & 1) << 20 |
         (u >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}
static inline uint32_t enc_u(uint32_t imm20, uint32_t rd, uint32_t opcode) {
  return imm20 << 12 | rd << 7 | opcode;
}

/* One encoder for all: fields that the operation does not have are ignored. imm is the 20-bit
 * number for LUI and AUIPC, the shift amount for shifts, the byte offset for jumps. */
static inline uint32_t enc(mgp_op_t op, uint32_t rd, uint32_t rs1, uint32_t rs2, int32_t imm) {
  static const struct {
    uint8_t kind, f3, f7;
  } t[MGP_OP_COUNT] = {
      [MGP_OP_LUI] = {'u', 0, 0x37},   [MGP_OP_AUIPC] = {'u', 0, 0x17},
      [MGP_OP_JAL] = {'j', 0, 0},      [MGP_OP_JALR] = {'i', 0, 0x67},
      [MGP_OP_BEQ] = {'b', 0, 0},      [MGP_OP_BNE] = {'b', 1, 0},
      [MGP_OP_BLT] = {'b', 4, 0},      [MGP_OP_BGE] = {'b', 5, 0},
      [MGP_OP_BLTU] = {'b', 6, 0},     [MGP_OP_BGEU] = {'b', 7, 0},
      [MGP_OP_LB] = {'i', 0, 0x03},    [MGP_OP_LH] = {'i', 1, 0x03},
      [MGP_OP_LW] = {'i', 2, 0x03},    [MGP_OP_LBU] = {'i', 4, 0x03},
      [MGP_OP_LHU] = {'i', 5, 0x03},   [MGP_OP_SB] = {'s', 0, 0},
      [MGP_OP_SH] = {'s', 1, 0},       [MGP_OP_SW] = {'s', 2, 0},
      [MGP_OP_ADDI] = {'i', 0, 0x13},  [MGP_OP_SLTI] = {'i', 2, 0x13},
      [MGP_OP_SLTIU] = {'i', 3, 0x13}, [MGP_OP_XORI] = {'i', 4, 0x13},
      [MGP_OP_ORI] = {'i', 6, 0x13},   [MGP_OP_ANDI] = {'i', 7, 0x13},
      [MGP_OP_SLLI] = {'h', 1, 0},     [MGP_OP_SRLI] = {'h', 5, 0},
      [MGP_OP_SRAI] = {'h', 5, 0x20},  [MGP_OP_ADD] = {'r', 0, 0},
      [MGP_OP_SUB] = {'r', 0, 0x20},   [MGP_OP_SLL] = {'r', 1, 0},
      [MGP_OP_SLT] = {'r', 2, 0},      [MGP_OP_SLTU] = {'r', 3, 0},
      [MGP_OP_XOR] = {'r', 4, 0},      [MGP_OP_SRL] = {'r', 5, 0},
      [MGP_OP_SRA] = {'r', 5, 0x20},   [MGP_OP_OR] = {'r', 6, 0},
      [MGP_OP_AND] = {'r', 7, 0},      [MGP_OP_FENCE] = {'i', 0, 0x0f},
      [MGP_OP_ECALL] = {'e', 0, 0},    [MGP_OP_MUL] = {'r', 0, 1},
      [MGP_OP_MULH] = {'r', 1, 1},     [MGP_OP_MULHSU] = {'r', 2, 1},
      [MGP_OP_MULHU] = {'r', 3, 1},    [MGP_OP_DIV] = {'r', 4, 1},
      [MGP_OP_DIVU] = {'r', 5, 1},     [MGP_OP_REM] = {'r', 6, 1},
      [MGP_OP_REMU] = {'r', 7, 1},
  };
  const uint32_t f3 = t[op].f3, f7 = t[op].f7;
  switch (t[op].kind) {
  case 'u':
    return enc_u((uint32_t)imm & 0xfffff, rd, f7);
  case 'j':
    return enc_jal(rd, imm);
  case 'i':
    return enc_i(imm, rs1, f3, rd, f7);
  case 'b':
    return enc_b(imm, rs2, rs1, f3);
  case 's':
    return enc_s(imm, rs2, rs1, f3);
  case 'h':
    return enc_r(f7, (uint32_t)imm & 31, rs1, f3, rd, 0x13);
  case 'r':
    return enc_r(f7, rs2, rs1, f3, rd, 0x33);
  case 'e':
    return 0x73;
  default:
    return 0;
  }
}

/* --- a program under construction ---------------------------------------------------------- */

#define CODE_BASE 0x08000000u
#define DATA_BASE 0x10000000u
#define MAX_CODE  4096u

typedef struct {
  uint32_t code[MAX_CODE];
  uint32_t n;
} code_t;

static inline void emit_word(code_t *c, uint32_t word) {
  if (c->n == MAX_CODE) abort();
  c->code[c->n++] = word;
}
static inline void emit(code_t *c, mgp_op_t op, uint32_t rd, uint32_t rs1, uint32_t rs2,
                        int32_t imm) {
  emit_word(c, enc(op, rd, rs1, rs2, imm));
}
/* rd = value, always two instructions */
static inline void emit_li(code_t *c, uint32_t rd, uint32_t value) {
  emit(c, MGP_OP_LUI, rd, 0, 0, (int32_t)((value + 0x800) >> 12 & 0xfffff));
  emit(c, MGP_OP_ADDI, rd, rd, 0, (int32_t)(value << 20) >> 20);
}
static inline void emit_halt(code_t *c) {
  emit(c, MGP_OP_ADDI, 5, 0, 0, 0);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
}

/* --- ELF files ----------------------------------------------------------------------------- */

typedef struct {
  uint32_t addr, flags, filesz, memsz; /* flags: 1 X, 2 W, 4 R */
  const void *bytes;
} elf_segment_t;

typedef struct {
  uint32_t addr, size;
  const char *name;
} elf_symbol_t;

static inline void elf_put(uint8_t *p, uint32_t v, unsigned n) {
  for (unsigned i = 0; i < n; i++) p[i] = (uint8_t)(v >> (8 * i));
}

/* Header, program headers, contents, then (if nsym > 0) symbol and string table and the section
 * headers: null, .symtab, .strtab. The caller frees. */
static inline uint8_t *elf_build(uint32_t entry, const elf_segment_t *seg, unsigned nseg,
                                 const elf_symbol_t *sym, unsigned nsym, size_t *nbytes) {
  size_t n = 52 + 32 * (size_t)nseg, str = 1;
  for (unsigned i = 0; i < nseg; i++) n += (seg[i].filesz + 3) & ~3u;
  for (unsigned i = 0; i < nsym; i++) str += strlen(sym[i].name) + 1;
  const size_t symtab = n, strtab = symtab + 16 * (size_t)nsym, sections = (strtab + str + 3) & ~3u;
  const size_t total = nsym ? sections + 3 * 40 : n;
  uint8_t *f = calloc(total, 1);
  static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
  memcpy(f, ident, sizeof ident);
  elf_put(f + 16, 2, 2);
  elf_put(f + 18, 243, 2);
  elf_put(f + 20, 1, 4);
  elf_put(f + 24, entry, 4);
  elf_put(f + 28, 52, 4);
  elf_put(f + 40, 52, 2);
  elf_put(f + 42, 32, 2);
  elf_put(f + 44, nseg, 2);
  size_t at = 52 + 32 * (size_t)nseg;
  for (unsigned i = 0; i < nseg; i++) {
    const uint32_t h[8] = {
        1, (uint32_t)at, seg[i].addr, seg[i].addr, seg[i].filesz, seg[i].memsz, seg[i].flags, 4};
    for (unsigned k = 0; k < 8; k++) elf_put(f + 52 + 32 * i + 4 * k, h[k], 4);
    if (seg[i].filesz > 0) memcpy(f + at, seg[i].bytes, seg[i].filesz);
    at += (seg[i].filesz + 3) & ~3u;
  }
  if (nsym > 0) {
    size_t name = 1;
    for (unsigned i = 0; i < nsym; i++) {
      uint8_t *s = f + symtab + 16 * (size_t)i;
      elf_put(s, (uint32_t)name, 4);
      elf_put(s + 4, sym[i].addr, 4);
      elf_put(s + 8, sym[i].size, 4);
      s[12] = 0x12; /* global function */
      memcpy(f + strtab + name, sym[i].name, strlen(sym[i].name));
      name += strlen(sym[i].name) + 1;
    }
    elf_put(f + 32, (uint32_t)sections, 4);
    elf_put(f + 46, 40, 2);
    elf_put(f + 48, 3, 2);
    uint8_t *s = f + sections + 40;
    elf_put(s + 4, 2, 4);
    elf_put(s + 16, (uint32_t)symtab, 4);
    elf_put(s + 20, 16 * nsym, 4);
    elf_put(s + 24, 2, 4);
    s += 40;
    elf_put(s + 4, 3, 4);
    elf_put(s + 16, (uint32_t)strtab, 4);
    elf_put(s + 20, (uint32_t)str, 4);
  }
  *nbytes = total;
  return f;
}

/* Code at CODE_BASE (entry at its start), data at DATA_BASE with 4096 bytes of bss. */
static inline mgp_program_t load_code(const code_t *c, const uint32_t *data, uint32_t ndata) {
  const elf_segment_t seg[2] = {{CODE_BASE, 5, 4 * c->n, 4 * c->n, c->code},
                                {DATA_BASE, 6, 4 * ndata, 4 * ndata + 4096, data}};
  const elf_symbol_t sym[1] = {{CODE_BASE, 4 * c->n, "main"}};
  size_t n;
  uint8_t *elf = elf_build(CODE_BASE, seg, 2, sym, 1, &n);
  mgp_program_t prog = {0};
  REQUIRE_OK(mgp_program_load_elf(elf, n, &prog));
  free(elf);
  return prog;
}

/* Timestamps of the chips (chips.md of the design, section 4), and costs that differ. */
static const uint8_t test_dt[MGP_OPCHIP_COUNT] = {
    [MGP_CHIP_J] = 1,      [MGP_CHIP_CONST] = 1,  [MGP_CHIP_MV] = 2,     [MGP_CHIP_ADDI] = 2,
    [MGP_CHIP_ADDI2] = 1,  [MGP_CHIP_ADD] = 3,    [MGP_CHIP_ADD2] = 2,   [MGP_CHIP_LOGIC] = 3,
    [MGP_CHIP_LOGIC2] = 2, [MGP_CHIP_LOGICI] = 2, [MGP_CHIP_SHIFTI] = 2, [MGP_CHIP_SHIFTI2] = 1,
    [MGP_CHIP_SHIFT] = 3,  [MGP_CHIP_BZ] = 1,     [MGP_CHIP_BEQ] = 2,    [MGP_CHIP_BLT] = 2,
    [MGP_CHIP_BLTU] = 2,   [MGP_CHIP_SLT] = 3,    [MGP_CHIP_SLTU] = 3,   [MGP_CHIP_JALR] = 2,
    [MGP_CHIP_LW] = 2,     [MGP_CHIP_LW2] = 1,    [MGP_CHIP_LSUB] = 2,   [MGP_CHIP_SW] = 2,
    [MGP_CHIP_SSUB] = 2,   [MGP_CHIP_MUL] = 3,    [MGP_CHIP_MULH] = 3,   [MGP_CHIP_DIV] = 3,
    [MGP_CHIP_HALT] = 2,   [MGP_CHIP_ENOP] = 1,   [MGP_CHIP_COMMIT] = 2};
static const uint32_t test_cost[MGP_OPCHIP_COUNT] = {0,  5,  15, 18, 23, 17, 30, 23, 39, 32, 28,
                                                     34, 28, 43, 16, 23, 28, 24, 34, 30, 22, 28,
                                                     22, 37, 28, 37, 39, 51, 55, 15, 10, 94};

static inline mgp_vm_config_t test_config(const mgp_program_t *prog) {
  return (mgp_vm_config_t){.prog = prog, .dt = test_dt, .cost = test_cost};
}
static const mgp_vm_limits_t no_limits = {MGP_VM_NO_LIMIT, MGP_VM_NO_LIMIT};

#endif
