/* A decoded RISC-V program: what the verifying key stands for.
 *
 * Addresses in this struct are *word* indices (byte address / 4) unless a name says otherwise.
 * code:  the words of executable segments; static for the whole run (Harvard: a store changes data
 *        only). insn[] is their decoding, in the order of the code segments.
 * image: words of initial memory that come from the file, in sorted disjoint segments (adjacent
 *        ones merged); all other words start as zero, except the hint region.
 * The digest is Keccak-256 over the canonical verifying-key bytes (vm/vk.c). */
#ifndef MGP_VM_PROGRAM_H
#define MGP_VM_PROGRAM_H

#include "base/status.h"
#include "math/hd.h"

/* Guest address map, byte addresses (Ceno's ABI). */
#define MGP_ADDR_LIMIT      0x40000000u /* memory is [0, 2^30) */
#define MGP_HINT_START      0x28000000u
#define MGP_HINT_END        0x30000000u
#define MGP_STACK_TOP       0x40000000u
#define MGP_MAX_SEGMENTS    64u
#define MGP_MAX_CODE_WORDS  (1u << 22) /* 16 MiB of code */
#define MGP_MAX_IMAGE_WORDS (1u << 24) /* 64 MiB of initial data */

/* pc values (word indices) that no instruction has; chips.md of the design explains the choice */
#define MGP_PC_LIMIT (1u << 28)
#define MGP_HALT_PC  (3u << 27)
#define MGP_TRAP_PC  (MGP_HALT_PC + 1)

/* ecall codes in t0 (x5) */
#define MGP_ECALL_HALT    0x00u
#define MGP_ECALL_WRITE   0x02u
#define MGP_ECALL_LOG_PC  0x03u
#define MGP_ECALL_LOG_STR 0x04u
#define MGP_ECALL_COMMIT  0x10u

/* The 45 instructions of RV32IM and ECALL, in this order everywhere (opcode counts, tables). */
/* clang-format off */
#define MGP_OP_LIST(X)                                                                             \
  X(LUI) X(AUIPC) X(JAL) X(JALR)                                                                   \
  X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU)                                                      \
  X(LB) X(LH) X(LW) X(LBU) X(LHU) X(SB) X(SH) X(SW)                                                \
  X(ADDI) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI) X(SLLI) X(SRLI) X(SRAI)                          \
  X(ADD) X(SUB) X(SLL) X(SLT) X(SLTU) X(XOR) X(SRL) X(SRA) X(OR) X(AND)                            \
  X(FENCE) X(ECALL)                                                                                \
  X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU)
/* clang-format on */

typedef enum {
  MGP_OP_ILLEGAL, /* not RV32IM (EBREAK and CSR instructions included): executing it traps */
#define MGP_OP_ENUM(name) MGP_OP_##name,
  MGP_OP_LIST(MGP_OP_ENUM)
#undef MGP_OP_ENUM
      MGP_OP_COUNT
} mgp_op_t;

/* Chips of instructions. The value is the id packed into the PROGRAM tuple (ids are never 0), and
 * the index into the chip set. Order is canonical: it orders traces in the proof. */
/* clang-format off */
#define MGP_OPCHIP_LIST(X)                                                                         \
  X(J) X(CONST) X(MV) X(ADDI) X(ADDI2) X(ADD) X(ADD2) X(LOGIC) X(LOGIC2) X(LOGICI)                 \
  X(SHIFTI) X(SHIFTI2) X(SHIFT) X(BZ) X(BEQ) X(BLT) X(BLTU) X(SLT) X(SLTU) X(JALR)                 \
  X(LW) X(LW2) X(LSUB) X(SW) X(SSUB) X(MUL) X(MULH) X(DIV)                                         \
  X(HALT) X(ENOP) X(COMMIT)
/* clang-format on */

typedef enum {
  MGP_CHIP_NONE,
#define MGP_CHIP_ENUM(name) MGP_CHIP_##name,
  MGP_OPCHIP_LIST(MGP_CHIP_ENUM)
      MGP_OPCHIP_COUNT, /* first id after the instruction chips (one past COMMIT) */
  /* chips without a program row */
  MGP_CHIP_REFRESH = MGP_OPCHIP_COUNT,
  MGP_CHIP_MEM_IMAGE, /* memory boundary: first value from the program image */
  MGP_CHIP_MEM_HINT,  /* ... free, hint region */
  MGP_CHIP_MEM_ZERO,  /* ... zero */
  MGP_CHIP_SHARD_RAM, /* memory that goes from shard to shard */
  /* tables; from here on a trace has a fixed number of rows that the verifier computes */
  MGP_CHIP_PROGRAM,
  MGP_CHIP_IMAGE,
  MGP_CHIP_RANGE,
  MGP_CHIP_BYTE,
  MGP_CHIP_TS2,
  MGP_CHIP_SHAMT,
  MGP_CHIP_COUNT
#undef MGP_CHIP_ENUM
} mgp_chip_id_t;
#define MGP_CHIP_FIRST_TABLE MGP_CHIP_PROGRAM
#define MGP_ECALL_ID         31u /* id in the PROGRAM tuple of an ECALL; HALT, ENOP, COMMIT serve it */

#define MGP_REG_SINK 32u /* register number that stands for rd = x0 */

/* One decoded instruction. (pc, k, x, y, z) is its PROGRAM tuple: canonical integers, x, y, z
 * already reduced mod p (chips.md section 3); an undecodable word has k = x = y = z = 0.
 * rd, rs1, rs2 are the register numbers *as the chip uses them*: rd = x0 replaced by MGP_REG_SINK;
 * in-place chips (ADDI2, SHIFTI2, LW2, ADD2, LOGIC2) have rd = rs1, operands swapped if need be;
 * BZ has its one register in rs1; unused fields are 0. */
typedef struct {
  uint32_t pc;
  uint32_t k, x, y, z;
  uint32_t imm; /* sign-extended immediate, shift amount, or upper immediate << 12 */
  uint8_t op;   /* mgp_op_t */
  uint8_t chip; /* mgp_chip_id_t; MGP_CHIP_NONE for ILLEGAL; MGP_CHIP_ENOP for ECALL (x5 decides) */
  uint8_t rd, rs1, rs2;
  uint8_t pad[3];
} mgp_insn_t;

typedef struct {
  uint32_t base;   /* word index of the first word */
  uint32_t n;      /* words */
  uint32_t first;  /* words in the segments before this one: code word i is insn[first + i] */
  uint32_t *words; /* owned by the program; code words are a part of the image's */
} mgp_segment_t;

typedef struct {
  uint32_t addr, size; /* bytes */
  const char *name;
} mgp_symbol_t;

typedef struct {
  uint32_t entry; /* word index */
  uint32_t ncode, nimage;
  mgp_segment_t code[MGP_MAX_SEGMENTS];  /* sorted, disjoint, not adjacent */
  mgp_segment_t image[MGP_MAX_SEGMENTS]; /* sorted, disjoint, not adjacent */
  uint32_t ninsn;
  mgp_insn_t *insn; /* [ninsn] */
  uint32_t nimage_words;
  uint8_t digest[32];
  /* diagnostics for guest authors, not part of the statement */
  uint32_t nsymbols;
  mgp_symbol_t *symbols; /* functions, sorted by addr */
  char *strings;
  uint32_t nregions; /* address ranges named by the ELF: accesses outside these and the map trap */
  struct {
    uint32_t start, end; /* bytes, [start, end) */
  } regions[MGP_MAX_SEGMENTS];
  int writable_code; /* a segment is both writable and executable */
} mgp_program_t;

/* Intervals of word indices whose first value is zero: the complement in [0, 2^28) of the image and
 * the hint region, in ascending order; empty intervals are left out. */
#define MGP_MAX_GAPS (MGP_MAX_SEGMENTS + 2)
typedef struct {
  uint32_t start, end; /* [start, end) */
} mgp_gap_t;
uint32_t mgp_program_gaps(const mgp_program_t *prog, mgp_gap_t gaps[MGP_MAX_GAPS]);

/* Index into prog->insn of the instruction at word index pc, or UINT32_MAX. */
MGP_HD uint32_t mgp_program_find(const mgp_program_t *prog, uint32_t pc) {
  uint32_t lo = 0, hi = prog->ncode; /* the segment with the last base <= pc is in [lo, hi) */
  if (hi == 0 || pc < prog->code[0].base) return UINT32_MAX;
  while (hi - lo > 1) {
    const uint32_t mid = (lo + hi) / 2;
    if (prog->code[mid].base <= pc)
      lo = mid;
    else
      hi = mid;
  }
  const mgp_segment_t *seg = &prog->code[lo];
  return pc - seg->base < seg->n ? seg->first + (pc - seg->base) : UINT32_MAX;
}

/* Decodes one instruction word at word index pc. */
void mgp_decode(uint32_t pc, uint32_t word, mgp_insn_t *out);

/* Loads an ELF32 executable from memory: survives any bytes. MGP_BAD_INPUT names what is wrong.
 * *out is zeroed on failure; mgp_program_free accepts a zeroed struct. */
mgp_status_t mgp_program_load_elf(const uint8_t *bytes, size_t nbytes, mgp_program_t *out);
void mgp_program_free(mgp_program_t *prog);

/* The verifying key: canonical serialization of (entry, code words, image words), what the digest
 * is taken over. mgp_vk_parse accepts canonical bytes only. */
mgp_status_t mgp_vk_serialize(const mgp_program_t *prog, uint8_t **out, size_t *nbytes);
mgp_status_t mgp_vk_parse(const uint8_t *bytes, size_t nbytes, mgp_program_t *out);

#endif
