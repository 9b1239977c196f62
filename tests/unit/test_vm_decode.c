/* The decoder: a table of instructions with their chips and PROGRAM tuples, written from the design
 * sheet; and every word is either the encoding of its fields or illegal. */
#include "math/field.h"
#include "vm/disasm.h"
#include "vm_build.h"

#define NEG(v) (MGP_P - (v))
#define TRAP   MGP_TRAP_PC
#define PC     0x2000010u /* byte address 0x8000040 */
#define LAST   (MGP_PC_LIMIT - 1)
#define SINK   MGP_REG_SINK

/* flags: bits 23.. of K; rd, rs1, rs2: fields of K */
static const struct {
  uint32_t pc;
  uint8_t op, d, s1, s2; /* instruction */
  int32_t imm;
  uint8_t chip, rd, rs1, rs2, flags; /* tuple */
  uint32_t x, y, z;
} table[] = {
    {PC, MGP_OP_LUI, 7, 0, 0, 0xfffff, MGP_CHIP_CONST, 7, 0, 0, 0, 0xf000, 0xffff, PC + 1},
    {PC, MGP_OP_LUI, 0, 0, 0, 1, MGP_CHIP_CONST, SINK, 0, 0, 0, 0x1000, 0, PC + 1},
    {PC, MGP_OP_AUIPC, 31, 0, 0, 0x10, MGP_CHIP_CONST, 31, 0, 0, 0, 0x0040, 0x0801, PC + 1},
    {PC, MGP_OP_AUIPC, 1, 0, 0, 0xfffff, MGP_CHIP_CONST, 1, 0, 0, 0, 0xf040, 0x07ff, PC + 1},
    {LAST, MGP_OP_AUIPC, 1, 0, 0, 0xc0000, MGP_CHIP_CONST, 1, 0, 0, 0, 0xfffc, 0xffff, LAST + 1},
    {PC, MGP_OP_JAL, 0, 0, 0, 8, MGP_CHIP_J, 0, 0, 0, 0, PC + 2, 0, 0},
    {PC, MGP_OP_JAL, 0, 0, 0, -1048576, MGP_CHIP_J, 0, 0, 0, 0, PC - 262144, 0, 0},
    {PC, MGP_OP_JAL, 0, 0, 0, 6, MGP_CHIP_J, 0, 0, 0, 0, TRAP, 0, 0},
    {PC, MGP_OP_JAL, 1, 0, 0, 1048572, MGP_CHIP_CONST, 1, 0, 0, 0, 0x44, 0x800, PC + 262143},
    {0, MGP_OP_JAL, 1, 0, 0, -4, MGP_CHIP_CONST, 1, 0, 0, 0, 4, 0, TRAP},
    {LAST, MGP_OP_JAL, 1, 0, 0, 4, MGP_CHIP_CONST, 1, 0, 0, 0, 0, 0x4000, TRAP},
    {LAST, MGP_OP_JAL, 0, 0, 0, 0, MGP_CHIP_J, 0, 0, 0, 0, LAST, 0, 0},
    {PC, MGP_OP_JALR, 0, 1, 0, 0, MGP_CHIP_JALR, SINK, 1, 0, 0, 0, 0x44, 0},
    {PC, MGP_OP_JALR, 5, 5, 0, -2048, MGP_CHIP_JALR, 5, 5, 0, 0, NEG(2048), 0x44, 0},
    {PC, MGP_OP_BEQ, 0, 3, 4, 4094, MGP_CHIP_BEQ, 0, 3, 4, 0, TRAP, PC + 1, 0},
    {PC, MGP_OP_BEQ, 0, 3, 4, 4092, MGP_CHIP_BEQ, 0, 3, 4, 0, PC + 1023, PC + 1, 0},
    {PC, MGP_OP_BNE, 0, 3, 4, -4096, MGP_CHIP_BEQ, 0, 3, 4, 0, PC + 1, PC - 1024, 0},
    {PC, MGP_OP_BEQ, 0, 3, 0, 8, MGP_CHIP_BZ, 0, 3, 0, 0, PC + 2, PC + 1, 0},
    {PC, MGP_OP_BNE, 0, 0, 9, 8, MGP_CHIP_BZ, 0, 9, 0, 0, PC + 1, PC + 2, 0},
    {PC, MGP_OP_BNE, 0, 0, 0, 8, MGP_CHIP_BZ, 0, 0, 0, 0, PC + 1, PC + 2, 0},
    {1, MGP_OP_BEQ, 0, 3, 0, -8, MGP_CHIP_BZ, 0, 3, 0, 0, TRAP, 2, 0},
    {PC, MGP_OP_BLT, 0, 0, 4, 8, MGP_CHIP_BLT, 0, 0, 4, 0, PC + 2, PC + 1, 0},
    {PC, MGP_OP_BGE, 0, 4, 0, 8, MGP_CHIP_BLT, 0, 4, 0, 0, PC + 1, PC + 2, 0},
    {PC, MGP_OP_BLTU, 0, 31, 30, 8, MGP_CHIP_BLTU, 0, 31, 30, 0, PC + 2, PC + 1, 0},
    {LAST, MGP_OP_BGEU, 0, 1, 2, 8, MGP_CHIP_BLTU, 0, 1, 2, 0, LAST + 1, TRAP, 0},
    {PC, MGP_OP_LB, 1, 2, 0, -1, MGP_CHIP_LSUB, 1, 2, 0, 2, NEG(1), 0, 0},
    {PC, MGP_OP_LH, 1, 1, 0, 2, MGP_CHIP_LSUB, 1, 1, 0, 5, 2, 0, 0},
    {PC, MGP_OP_LBU, 0, 2, 0, 0, MGP_CHIP_LSUB, SINK, 2, 0, 0, 0, 0, 0},
    {PC, MGP_OP_LHU, 1, 0, 0, 2047, MGP_CHIP_LSUB, 1, 0, 0, 1, 2047, 0, 0},
    {PC, MGP_OP_LW, 1, 2, 0, -4, MGP_CHIP_LW, 1, 2, 0, 0, NEG(4), 0, 0},
    {PC, MGP_OP_LW, 2, 2, 0, 4, MGP_CHIP_LW2, 0, 2, 0, 0, 4, 0, 0},
    {PC, MGP_OP_LW, 0, 0, 0, 4, MGP_CHIP_LW, SINK, 0, 0, 0, 4, 0, 0},
    {PC, MGP_OP_SB, 0, 2, 3, -2048, MGP_CHIP_SSUB, 0, 2, 3, 0, NEG(2048), 0, 0},
    {PC, MGP_OP_SH, 0, 2, 3, 2046, MGP_CHIP_SSUB, 0, 2, 3, 1, 2046, 0, 0},
    {PC, MGP_OP_SW, 0, 2, 2, 0, MGP_CHIP_SW, 0, 2, 2, 0, 0, 0, 0},
    {PC, MGP_OP_ADDI, 0, 0, 0, 0, MGP_CHIP_J, 0, 0, 0, 0, PC + 1, 0, 0},
    {PC, MGP_OP_ADDI, 0, 3, 0, 9, MGP_CHIP_J, 0, 0, 0, 0, PC + 1, 0, 0},
    {PC, MGP_OP_ADDI, 3, 3, 0, 0, MGP_CHIP_J, 0, 0, 0, 0, PC + 1, 0, 0},
    {PC, MGP_OP_ADDI, 3, 0, 0, -2, MGP_CHIP_CONST, 3, 0, 0, 0, 0xfffe, 0xffff, PC + 1},
    {PC, MGP_OP_ADDI, 3, 0, 0, 0, MGP_CHIP_CONST, 3, 0, 0, 0, 0, 0, PC + 1},
    {PC, MGP_OP_ADDI, 3, 4, 0, 0, MGP_CHIP_MV, 3, 4, 0, 0, 0, 0, 0},
    {PC, MGP_OP_ADDI, 3, 4, 0, -2048, MGP_CHIP_ADDI, 3, 4, 0, 0, NEG(2048), 0, 0},
    {PC, MGP_OP_ADDI, 3, 3, 0, 2047, MGP_CHIP_ADDI2, 0, 3, 0, 0, 2047, 0, 0},
    {PC, MGP_OP_SLTI, 3, 4, 0, -1, MGP_CHIP_SLT, 3, 4, 0, 0, 0xffff, 0xffff, 0},
    {PC, MGP_OP_SLTIU, 0, 4, 0, 1, MGP_CHIP_SLTU, SINK, 4, 0, 0, 1, 0, 0},
    {PC, MGP_OP_ANDI, 3, 4, 0, 0x7a5, MGP_CHIP_LOGICI, 3, 4, 0, 0, 0xa5, 7, 0},
    {PC, MGP_OP_ANDI, 3, 3, 0, -256, MGP_CHIP_LOGICI, 3, 3, 0, 0, 0, 0xff, 1},
    {PC, MGP_OP_ORI, 3, 4, 0, 1, MGP_CHIP_LOGICI, 3, 4, 0, 1, 1, 0, 1},
    {PC, MGP_OP_ORI, 3, 4, 0, -2048, MGP_CHIP_LOGICI, 3, 4, 0, 1, 0, 0xf8, 0},
    {PC, MGP_OP_XORI, 3, 4, 0, 1, MGP_CHIP_LOGICI, 3, 4, 0, 2, 1, 0, 1},
    {PC, MGP_OP_XORI, 3, 4, 0, -1, MGP_CHIP_LOGICI, 3, 4, 0, 2, 0xff, 0xff, NEG(1)},
    {PC, MGP_OP_SLLI, 3, 4, 0, 0, MGP_CHIP_SHIFTI, 3, 4, 0, 2, 1, 65536, 0},
    {PC, MGP_OP_SLLI, 3, 4, 0, 1, MGP_CHIP_SHIFTI, 3, 4, 0, 4, 32768, 2, 0},
    {PC, MGP_OP_SLLI, 3, 4, 0, 16, MGP_CHIP_SHIFTI, 3, 4, 0, 4, 1, 65536, 0},
    {PC, MGP_OP_SLLI, 3, 3, 0, 17, MGP_CHIP_SHIFTI2, 0, 3, 0, 0, 32768, 2, 0},
    {PC, MGP_OP_SLLI, 0, 0, 0, 31, MGP_CHIP_SHIFTI, SINK, 0, 0, 0, 2, 32768, 0},
    {PC, MGP_OP_SRLI, 3, 4, 0, 0, MGP_CHIP_SHIFTI, 3, 4, 0, 2, 1, 65536, 0},
    {PC, MGP_OP_SRLI, 3, 4, 0, 15, MGP_CHIP_SHIFTI, 3, 4, 0, 2, 32768, 2, 0},
    {PC, MGP_OP_SRLI, 3, 3, 0, 16, MGP_CHIP_SHIFTI2, 0, 3, 0, 1, 1, 65536, 0},
    {PC, MGP_OP_SRAI, 3, 4, 0, 31, MGP_CHIP_SHIFTI, 3, 4, 0, 9, 32768, 2, 0},
    {PC, MGP_OP_SRAI, 3, 4, 0, 4, MGP_CHIP_SHIFTI, 3, 4, 0, 10, 16, 4096, 0},
    {PC, MGP_OP_ADD, 3, 4, 5, 0, MGP_CHIP_ADD, 3, 4, 5, 0, 0, 0, 0},
    {PC, MGP_OP_ADD, 3, 3, 5, 0, MGP_CHIP_ADD2, 0, 3, 5, 0, 0, 0, 0},
    {PC, MGP_OP_ADD, 3, 5, 3, 0, MGP_CHIP_ADD2, 0, 3, 5, 0, 0, 0, 0},
    {PC, MGP_OP_ADD, 3, 3, 3, 0, MGP_CHIP_ADD2, 0, 3, 3, 0, 0, 0, 0},
    {PC, MGP_OP_ADD, 0, 0, 0, 0, MGP_CHIP_ADD, SINK, 0, 0, 0, 0, 0, 0},
    {PC, MGP_OP_ADD, 3, 0, 3, 0, MGP_CHIP_ADD2, 0, 3, 0, 0, 0, 0, 0},
    {PC, MGP_OP_SUB, 3, 4, 5, 0, MGP_CHIP_ADD, 3, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_SUB, 3, 3, 5, 0, MGP_CHIP_ADD2, 0, 3, 5, 1, 0, 0, 0},
    {PC, MGP_OP_SUB, 3, 5, 3, 0, MGP_CHIP_ADD, 3, 5, 3, 1, 0, 0, 0},
    {PC, MGP_OP_AND, 3, 4, 5, 0, MGP_CHIP_LOGIC, 3, 4, 5, 0, 0, 0, 0},
    {PC, MGP_OP_OR, 0, 4, 0, 0, MGP_CHIP_LOGIC, SINK, 4, 0, 1, 0, 0, 0},
    {PC, MGP_OP_XOR, 3, 5, 3, 0, MGP_CHIP_LOGIC2, 0, 3, 5, 2, 0, 0, 0},
    {PC, MGP_OP_XOR, 3, 3, 3, 0, MGP_CHIP_LOGIC2, 0, 3, 3, 2, 0, 0, 0},
    {PC, MGP_OP_SLL, 3, 3, 5, 0, MGP_CHIP_SHIFT, 3, 3, 5, 2, 0, 0, 0},
    {PC, MGP_OP_SRL, 3, 4, 5, 0, MGP_CHIP_SHIFT, 3, 4, 5, 0, 0, 0, 0},
    {PC, MGP_OP_SRA, 3, 4, 5, 0, MGP_CHIP_SHIFT, 3, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_SLT, 3, 4, 5, 0, MGP_CHIP_SLT, 3, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_SLTU, 0, 4, 5, 0, MGP_CHIP_SLTU, SINK, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_FENCE, 0, 0, 0, 0xff, MGP_CHIP_J, 0, 0, 0, 0, PC + 1, 0, 0},
    {PC, MGP_OP_MUL, 3, 3, 5, 0, MGP_CHIP_MUL, 3, 3, 5, 0, 0, 0, 0},
    {PC, MGP_OP_MULH, 3, 4, 5, 0, MGP_CHIP_MULH, 3, 4, 5, 3, 0, 0, 0},
    {PC, MGP_OP_MULHSU, 3, 4, 5, 0, MGP_CHIP_MULH, 3, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_MULHU, 0, 4, 5, 0, MGP_CHIP_MULH, SINK, 4, 5, 0, 0, 0, 0},
    {PC, MGP_OP_DIV, 3, 4, 5, 0, MGP_CHIP_DIV, 3, 4, 5, 1, 0, 0, 0},
    {PC, MGP_OP_DIVU, 3, 4, 5, 0, MGP_CHIP_DIV, 3, 4, 5, 0, 0, 0, 0},
    {PC, MGP_OP_REM, 3, 4, 5, 0, MGP_CHIP_DIV, 3, 4, 5, 3, 0, 0, 0},
    {PC, MGP_OP_REMU, 3, 4, 5, 0, MGP_CHIP_DIV, 3, 4, 5, 2, 0, 0, 0},
};

static int in_place(unsigned chip) {
  return chip == MGP_CHIP_ADDI2 || chip == MGP_CHIP_SHIFTI2 || chip == MGP_CHIP_LW2 ||
         chip == MGP_CHIP_ADD2 || chip == MGP_CHIP_LOGIC2;
}

static void check_table(void) {
  uint32_t seen[MGP_OP_COUNT] = {0};
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    mgp_insn_t in;
    const uint32_t w =
        enc((mgp_op_t)table[i].op, table[i].d, table[i].s1, table[i].s2, table[i].imm);
    mgp_decode(table[i].pc, w, &in);
    const uint32_t k = table[i].chip | (uint32_t)table[i].rd << 5 | (uint32_t)table[i].rs1 << 11 |
                       (uint32_t)table[i].rs2 << 17 | (uint32_t)table[i].flags << 23;
    const uint8_t rd = in_place(table[i].chip) ? table[i].rs1 : table[i].rd;
    seen[table[i].op]++;
    CHECK_MSG(in.pc == table[i].pc && in.op == table[i].op && in.chip == table[i].chip,
              "row %zu: op %u chip %u", i, in.op, in.chip);
    CHECK_MSG(in.k == k && in.x == table[i].x && in.y == table[i].y && in.z == table[i].z,
              "row %zu: %x (want %x) %u %u %u", i, in.k, k, in.x, in.y, in.z);
    CHECK_MSG(in.rd == rd && in.rs1 == table[i].rs1 && in.rs2 == table[i].rs2,
              "row %zu: registers %u %u %u", i, in.rd, in.rs1, in.rs2);
    CHECK_MSG(in.k < 1u << 28, "row %zu: k = %x", i, in.k);
  }
  for (unsigned op = MGP_OP_ILLEGAL + 1; op < MGP_OP_COUNT; op++)
    CHECK_MSG(seen[op] > 0 || op == MGP_OP_ECALL, "%s has no row", mgp_op_name(op));
}

static void check_special(void) {
  mgp_insn_t in;
  mgp_decode(7, 0x73, &in);
  CHECK(in.op == MGP_OP_ECALL && in.chip == MGP_CHIP_ENOP && in.k == 31 && in.pc == 7);
  CHECK(in.x == 0 && in.y == 0 && in.z == 0 && in.rd == 0 && in.rs1 == 0);
  static const uint32_t illegal[] = {0,
                                     0xffffffff,
                                     0x00100073 /* ebreak */,
                                     0x30200073 /* mret */,
                                     0x10500073 /* wfi */,
                                     0xc0002573 /* rdcycle */,
                                     0x0000100f /* fence.i */,
                                     0x00000001 /* c.nop */,
                                     0x02051513 /* slli by 32 */,
                                     0x40051513 /* slli, bit 30 */,
                                     0x02055513 /* srli by 32 */,
                                     0x20055513,
                                     0x40052533 /* slt, bit 30 */,
                                     0x04b50533,
                                     0x0000003b /* addw */,
                                     0x00053503 /* ld */,
                                     0x00b53023 /* sd */,
                                     0x00056503 /* lwu */,
                                     0x00b52063 /* branch 2 */,
                                     0x00051067 /* jalr 1 */,
                                     0x1005252f /* lr.w */,
                                     0x00052507 /* flw */,
                                     0x000000f3 /* ecall with rd */,
                                     0x00008073 /* ecall with rs1 */};
  for (size_t i = 0; i < sizeof illegal / sizeof illegal[0]; i++) {
    const mgp_insn_t want = {.pc = 9};
    mgp_decode(9, illegal[i], &in);
    CHECK_MSG(memcmp(&in, &want, sizeof in) == 0, "%08x decodes as %u", illegal[i], in.op);
  }
}

/* Is w an encoding of op? Its own fields, encoded again, must give it back. */
static int encodes(uint32_t w, mgp_op_t op) {
  const uint32_t rd = w >> 7 & 31, rs1 = w >> 15 & 31, rs2 = w >> 20 & 31;
  const int32_t sign = (int32_t)w >> 31;
  int32_t imm = (int32_t)w >> 20;
  if (op == MGP_OP_FENCE) return (w & 0x707f) == 0x0f;
  if (op == MGP_OP_LUI || op == MGP_OP_AUIPC) imm = (int32_t)(w >> 12);
  if (op == MGP_OP_JAL)
    imm = sign * (1 << 20) +
          (int32_t)((w >> 12 & 0xff) * 4096 + (w >> 20 & 1) * 2048 + (w >> 21 & 0x3ff) * 2);
  if (op >= MGP_OP_BEQ && op <= MGP_OP_BGEU)
    imm = sign * 4096 + (int32_t)((w >> 7 & 1) * 2048 + (w >> 25 & 63) * 32 + (w >> 8 & 15) * 2);
  if (op >= MGP_OP_SB && op <= MGP_OP_SW) imm = ((int32_t)w >> 25) * 32 + (int32_t)rd;
  return enc(op, rd, rs1, rs2, imm) == w;
}

static void check_words(void) {
  test_rng_t rng = test_rng();
  uint32_t legal[MGP_OP_COUNT] = {0};
  static const uint8_t opcodes[] = {0x37, 0x17, 0x6f, 0x67, 0x63, 0x03,
                                    0x23, 0x13, 0x33, 0x0f, 0x73};
  for (unsigned i = 0; i < 400000; i++) {
    uint32_t w = (uint32_t)test_rand(&rng);
    const unsigned r = (unsigned)(test_rand(&rng) % 16);
    if (r < 11) w = (w & ~0x7fu) | opcodes[r];
    if (r < 11 && (i & 1))
      w = (w & 0x01ffffffu) | (uint32_t)(test_rand(&rng) % 3 == 0) << 30 |
          (uint32_t)(test_rand(&rng) % 2) << 25;
    mgp_insn_t in;
    mgp_decode(PC, w, &in);
    unsigned op = MGP_OP_ILLEGAL;
    for (unsigned o = MGP_OP_ILLEGAL + 1; o < MGP_OP_COUNT; o++)
      if (encodes(w, (mgp_op_t)o)) op = o;
    legal[op]++;
    CHECK_MSG(in.op == op, "%08x: %s, want %s", w, mgp_op_name(in.op), mgp_op_name(op));
    CHECK(in.x < MGP_P && in.y < MGP_P && in.z < MGP_P && in.k < 1u << 28);
    CHECK(in.rd <= SINK && in.rs1 < 32 && in.rs2 < 32);
  }
  for (unsigned op = 0; op < MGP_OP_COUNT; op++)
    CHECK_MSG(legal[op] > 0 || op == MGP_OP_ECALL, "no word for %s", mgp_op_name(op));
}

static void check_disasm(void) {
  static const struct {
    uint32_t word;
    const char *text;
  } t[] = {{0x00000073, "ecall"},
           {0xffc5a503, "lw a0, -4(a1)"},
           {0xfea42e23, "sw a0, -4(s0)"},
           {0x00000013, "addi zero, zero, 0"},
           {0xfff00513, "addi a0, zero, -1"},
           {0x00b50533, "add a0, a0, a1"},
           {0x41f55513, "srai a0, a0, 31"},
           {0x123452b7, "lui t0, 0x12345"},
           {0xffdff0ef, "jal ra, 0x0800003c"},
           {0x00008067, "jalr zero, 0(ra)"},
           {0xfe051ee3, "bne a0, zero, 0x0800003c"},
           {0x0ff0000f, "fence"},
           {0x00100073, ".word 0x00100073"}};
  for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
    char text[MGP_DISASM_MAX];
    mgp_disasm(PC, t[i].word, text);
    CHECK_EQ_STR(text, t[i].text);
  }
}

int main(void) {
  check_table();
  check_special();
  check_words();
  check_disasm();
  return test_result();
}
