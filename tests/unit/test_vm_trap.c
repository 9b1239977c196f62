/* Every trap by its message, the same in all passes, after the same number of steps. */
#include "vm_build.h"

/* a0, a1, a2, t0 = values; then the instruction; steps before it: 8 */
#define SETUP 8u
typedef struct {
  uint32_t word;
  uint32_t a0, a1, a2, t0;
  uint32_t reason;
  const char *message;
} trap_row_t;

#define AT "trap at pc 0x08000020 (main+0x20) "

static trap_row_t rows[64];
static unsigned nrows;

static void row(mgp_trap_reason_t reason, uint32_t word, uint32_t a0, uint32_t a1, uint32_t t0,
                const char *message) {
  rows[nrows++] = (trap_row_t){word, a0, a1, 4, t0, reason, message};
}

static void make_rows(void) {
  const uint32_t far_end = 0x3ffffffc;
  /* illegal instructions */
  row(MGP_TRAP_ILLEGAL, 0, 0, 0, 0, AT "`.word 0x00000000` [00000000]: not an RV32IM instruction");
  row(MGP_TRAP_ILLEGAL, 0x00100073, 0, 0, 0,
      AT "`.word 0x00100073` [00100073]: not an RV32IM instruction");
  /* alignment */
  row(MGP_TRAP_MISALIGNED, enc(MGP_OP_LW, 10, 11, 0, 2), 0, DATA_BASE, 0,
      AT "`lw a0, 2(a1)` [0025a503]: misaligned load of 4 bytes at address 0x10000002 (a1 = "
         "0x10000000)");
  row(MGP_TRAP_MISALIGNED, enc(MGP_OP_LW, 11, 11, 0, 0), 0, DATA_BASE + 1, 0,
      AT "`lw a1, 0(a1)` [0005a583]: misaligned load of 4 bytes at address 0x10000001 (a1 = "
         "0x10000001)");
  row(MGP_TRAP_MISALIGNED, enc(MGP_OP_LH, 0, 11, 0, -1), 0, DATA_BASE, 0,
      AT "`lh zero, -1(a1)` [fff59003]: misaligned load of 2 bytes at address 0x0fffffff (a1 = "
         "0x10000000)");
  row(MGP_TRAP_MISALIGNED, enc(MGP_OP_SW, 0, 11, 10, 0), 7, 0x30000003, 0,
      AT "`sw a0, 0(a1)` [00a5a023]: misaligned store of 4 bytes at address 0x30000003 (a1 = "
         "0x30000003)");
  row(MGP_TRAP_MISALIGNED, enc(MGP_OP_SH, 0, 11, 10, 0), 7, 0x28000001, 0,
      AT "`sh a0, 0(a1)` [00a59023]: misaligned store of 2 bytes at address 0x28000001 (a1 = "
         "0x28000001)");
  /* range: the end of memory, wraps at 2^32 in both directions */
  row(MGP_TRAP_OUT_OF_RANGE, enc(MGP_OP_LW, 10, 11, 0, 4), 0, far_end, 0,
      AT "`lw a0, 4(a1)` [0045a503]: load of 4 bytes at address 0x40000000, outside the memory "
         "[0, 0x40000000) (a1 = 0x3ffffffc)");
  row(MGP_TRAP_OUT_OF_RANGE, enc(MGP_OP_SB, 0, 11, 10, 0), 0, 0x80000000, 0,
      AT "`sb a0, 0(a1)` [00a58023]: store of 1 bytes at address 0x80000000, outside the memory "
         "[0, 0x40000000) (a1 = 0x80000000)");
  row(MGP_TRAP_OUT_OF_RANGE, enc(MGP_OP_LBU, 10, 0, 0, -1), 0, 0, 0,
      AT "`lbu a0, -1(zero)` [fff04503]: load of 1 bytes at address -0x00000001, outside the "
         "memory [0, 0x40000000) (zero = 0x00000000)");
  row(MGP_TRAP_OUT_OF_RANGE, enc(MGP_OP_LW, 10, 11, 0, 2044), 0, 0xfffffffc, 0,
      AT "`lw a0, 2044(a1)` [7fc5a503]: load of 4 bytes at address 0x1000007f8, outside the "
         "memory [0, 0x40000000) (a1 = 0xfffffffc)");
  row(MGP_TRAP_OUT_OF_RANGE, enc(MGP_OP_SW, 0, 11, 10, -2048), 0, 0x40000800, 0,
      AT "`sw a0, -2048(a1)` [80a5a023]: store of 4 bytes at address 0x40000000, outside the "
         "memory [0, 0x40000000) (a1 = 0x40000800)");
  /* the map has holes */
  row(MGP_TRAP_NO_REGION, enc(MGP_OP_LW, 10, 11, 0, 0), 0, 0x07fffffc, 0,
      AT "`lw a0, 0(a1)` [0005a503]: load of 4 bytes at address 0x07fffffc, outside the address "
         "map and the ELF's segments (a1 = 0x07fffffc)");
  row(MGP_TRAP_NO_REGION, enc(MGP_OP_SB, 0, 11, 10, 0), 0, 0x20000000, 0,
      AT "`sb a0, 0(a1)` [00a58023]: store of 1 bytes at address 0x20000000, outside the address "
         "map and the ELF's segments (a1 = 0x20000000)");
  row(MGP_TRAP_NO_REGION, enc(MGP_OP_LW, 10, 0, 0, 0), 0, 0, 0,
      AT "`lw a0, 0(zero)` [00002503]: load of 4 bytes at address 0x00000000, outside the address "
         "map and the ELF's segments (zero = 0x00000000)");
  /* jumps */
  row(MGP_TRAP_TARGET_MISALIGNED, enc(MGP_OP_JALR, 1, 11, 0, 2), 0, CODE_BASE, 0,
      AT "`jalr ra, 2(a1)` [002580e7]: jump to misaligned address 0x08000002 (a1 = 0x08000000)");
  row(MGP_TRAP_TARGET_MISALIGNED, enc(MGP_OP_JAL, 0, 0, 0, 6), 0, 0, 0,
      AT "`jal zero, 0x08000026` [0060006f]: jump to misaligned address 0x08000026");
  row(MGP_TRAP_TARGET_MISALIGNED, enc(MGP_OP_BEQ, 0, 0, 0, -2), 0, 0, 0,
      AT "`beq zero, zero, 0x0800001e` [fe000fe3]: jump to misaligned address 0x0800001e");
  row(MGP_TRAP_TARGET_RANGE, enc(MGP_OP_JALR, 0, 11, 0, 0), 0, 0x40000000, 0,
      AT "`jalr zero, 0(a1)` [00058067]: jump to address 0x40000000, outside the memory "
         "[0, 0x40000000) (a1 = 0x40000000)");
  row(MGP_TRAP_TARGET_RANGE, enc(MGP_OP_JALR, 0, 0, 0, -4), 0, 0, 0,
      AT "`jalr zero, -4(zero)` [ffc00067]: jump to address -0x00000004, outside the memory "
         "[0, 0x40000000) (zero = 0x00000000)");
  row(MGP_TRAP_TARGET_RANGE, enc(MGP_OP_JALR, 0, 11, 0, 2047), 0, 0xfffffffd, 0,
      AT "`jalr zero, 2047(a1)` [7ff58067]: jump to address 0x1000007fc, outside the memory "
         "[0, 0x40000000) (a1 = 0xfffffffd)");
  row(MGP_TRAP_TARGET_NOT_CODE, enc(MGP_OP_JALR, 0, 11, 0, 0), 0, DATA_BASE, 0,
      AT "`jalr zero, 0(a1)` [00058067]: jump to address 0x10000000, which holds no code (a1 = "
         "0x10000000)");
  row(MGP_TRAP_TARGET_NOT_CODE, enc(MGP_OP_JALR, 0, 0, 0, 0), 0, 0, 0,
      AT "`jalr zero, 0(zero)` [00000067]: jump to address 0x00000000, which holds no code (zero "
         "= 0x00000000)");
  row(MGP_TRAP_TARGET_NOT_CODE, enc(MGP_OP_JAL, 1, 0, 0, 1048572), 0, 0, 0,
      AT "`jal ra, 0x0810001c` [7fdff0ef]: jump to address 0x0810001c, which holds no code");
  row(MGP_TRAP_TARGET_NOT_CODE, enc(MGP_OP_BLTU, 0, 0, 11, -2048), 0, 1, 0,
      AT "`bltu zero, a1, 0x07fff820` [80b060e3]: jump to address 0x07fff820, which holds no "
         "code");
  row(MGP_TRAP_TARGET_NOT_CODE, enc(MGP_OP_BNE, 0, 11, 0, 12), 0, 1, 0,
      AT "`bne a1, zero, 0x0800002c` [00059663]: jump to address 0x0800002c, which holds no code");
  /* ecalls */
  row(MGP_TRAP_ECALL_UNKNOWN, 0x73, 0, 0, 1,
      AT "`ecall` [00000073]: unknown ecall (t0 = 0x00000001)");
  row(MGP_TRAP_ECALL_UNKNOWN, 0x73, 0, 0, 0xffffffff,
      AT "`ecall` [00000073]: unknown ecall (t0 = 0xffffffff)");
  static const struct {
    uint32_t code;
    const char *message;
  } precompiles[] = {
#define P(code, name)                                                                              \
  {code, AT "`ecall` [00000073]: ecall " name " (t0 = " #code ") is a precompile that is not "     \
            "supported"}
      P(0x00300105, "SHA_EXTEND"),
      P(0x00010106, "SHA_COMPRESS"),
      P(0x00010109, "KECCAK_PERMUTE"),
      P(0x00010130, "KECCAK_XORIN"),
      P(0x0001011d, "UINT256_MUL"),
      P(0x0001010a, "SECP256K1_ADD"),
      P(0x0000010b, "SECP256K1_DOUBLE"),
      P(0x0000010c, "SECP256K1_DECOMPRESS"),
      P(0x0000010e, "SECP256K1_SCALAR_INVERT")};
  for (size_t i = 0; i < sizeof precompiles / sizeof precompiles[0]; i++)
    row(MGP_TRAP_ECALL_UNKNOWN, 0x73, 0, 0, precompiles[i].code, precompiles[i].message);
  row(MGP_TRAP_COMMIT_POINTER, 0x73, DATA_BASE + 2, 0, MGP_ECALL_COMMIT,
      AT "`ecall` [00000073]: PUB_IO_COMMIT: the digest at a0 = 0x10000002 is not 8 aligned words "
         "of memory");
  row(MGP_TRAP_COMMIT_POINTER, 0x73, 0x3fffffe4, 0, MGP_ECALL_COMMIT,
      AT "`ecall` [00000073]: PUB_IO_COMMIT: the digest at a0 = 0x3fffffe4 is not 8 aligned words "
         "of memory");
  row(MGP_TRAP_COMMIT_POINTER, 0x73, 0xfffffffc, 0, MGP_ECALL_COMMIT,
      AT "`ecall` [00000073]: PUB_IO_COMMIT: the digest at a0 = 0xfffffffc is not 8 aligned words "
         "of memory");
  row(MGP_TRAP_BUFFER, 0x73, 1, 0x3ffffffd, MGP_ECALL_WRITE,
      AT "`ecall` [00000073]: ecall WRITE: 4 bytes at 0x3ffffffd are not in memory");
  row(MGP_TRAP_BUFFER, 0x73, 3, 0xffffffff, MGP_ECALL_WRITE,
      AT "`ecall` [00000073]: ecall WRITE: 4 bytes at 0xffffffff are not in memory");
  row(MGP_TRAP_BUFFER, 0x73, 0, 100, MGP_ECALL_LOG_STR,
      AT "`ecall` [00000073]: ecall PHANTOM_LOG_PRINT: 100 bytes at 0x00000000 are not in memory");
}

static void run_pass(mgp_vm_t *vm, int pass, uint64_t steps, uint32_t reason, const char *message) {
  mgp_step_t buffer[64];
  mgp_touch_t touches[64];
  mgp_commit_t commit;
  mgp_record_t rec = {.steps = buffer,
                      .cap_steps = 64,
                      .commits = &commit,
                      .cap_commits = 1,
                      .touches = touches,
                      .cap_touches = 64};
  mgp_vm_stop_t why = MGP_VM_HALTED;
  mgp_status_t st = MGP_OK;
  mgp_vm_reset(vm);
  if (pass == 0) st = mgp_vm_run(vm, &no_limits, &why);
  if (pass == 1) st = mgp_vm_profile(vm, &no_limits, NULL, &why);
  if (pass == 2) {
    REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1));
    st = mgp_vm_record(vm, &no_limits, &rec, &why);
    CHECK_EQ_U64(rec.nsteps, steps);
  }
  CHECK(st == MGP_TRAPPED && why == MGP_VM_TRAPPED);
  CHECK_EQ_STR(mgp_error_message(), message);
  CHECK_EQ_U64(mgp_vm_state(vm)->steps, steps);
  CHECK_EQ_U64(mgp_vm_trap(vm)->reason, reason);
  CHECK_EQ_U64(mgp_vm_trap(vm)->pc, mgp_vm_state(vm)->pc);
  CHECK(!mgp_vm_state(vm)->halted);
  /* it stays trapped, and says so again */
  CHECK(mgp_vm_run(vm, &no_limits, &why) == MGP_TRAPPED && why == MGP_VM_TRAPPED);
  CHECK_EQ_STR(mgp_error_message(), message);
  CHECK_EQ_U64(mgp_vm_state(vm)->steps, steps);
}

static void check_code(const code_t *c, uint64_t steps, uint32_t reason, const char *message) {
  mgp_program_t prog = load_code(c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  for (int pass = 0; pass < 3; pass++) run_pass(vm, pass, steps, reason, message);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

static void check_rows(void) {
  unsigned seen[MGP_TRAP_COUNT] = {0};
  make_rows();
  for (unsigned i = 0; i < nrows; i++) {
    code_t c = {.n = 0};
    emit_li(&c, 10, rows[i].a0);
    emit_li(&c, 11, rows[i].a1);
    emit_li(&c, 12, rows[i].a2);
    emit_li(&c, 5, rows[i].t0);
    if (c.n != SETUP) abort();
    emit_word(&c, rows[i].word);
    emit_halt(&c);
    check_code(&c, SETUP, rows[i].reason, rows[i].message);
    seen[rows[i].reason]++;
  }
  /* the others have tests of their own below */
  seen[MGP_TRAP_PC_OUTSIDE] = seen[MGP_TRAP_COMMIT_TWICE] = seen[MGP_TRAP_OUTPUT_TOO_LARGE] = 1;
  for (unsigned r = MGP_TRAP_NONE + 1; r < MGP_TRAP_COUNT; r++)
    CHECK_MSG(seen[r] > 0, "no row for trap %u", r);
}

static void check_others(void) {
  code_t c = {.n = 0};
  emit(&c, MGP_OP_ADDI, 1, 1, 0, 1);
  emit(&c, MGP_OP_ADDI, 1, 1, 0, 1);
  check_code(&c, 2, MGP_TRAP_PC_OUTSIDE,
             "trap at pc 0x08000008 (?): ran past the end of the code: no instruction here");

  c.n = 0;
  emit(&c, MGP_OP_BNE, 0, 0, 0, -400); /* not taken: a target outside does not matter */
  emit(&c, MGP_OP_BLT, 0, 0, 0, 402);
  emit_li(&c, 10, DATA_BASE);
  emit(&c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_COMMIT);
  emit(&c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(&c, MGP_OP_ECALL, 0, 0, 0, 0);
  check_code(&c, 6, MGP_TRAP_COMMIT_TWICE,
             "trap at pc 0x08000018 (main+0x18) `ecall` [00000073]: second PUB_IO_COMMIT: a run "
             "commits to one digest");

  c.n = 0;
  emit_li(&c, 10, 3);
  emit_li(&c, 11, 0x10000000);
  emit_li(&c, 12, MGP_MAX_PUBLIC_OUTPUT + 1);
  emit(&c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_WRITE);
  emit(&c, MGP_OP_ECALL, 0, 0, 0, 0);
  check_code(&c, 7, MGP_TRAP_OUTPUT_TOO_LARGE,
             "trap at pc 0x0800001c (main+0x1c) `ecall` [00000073]: ecall WRITE: the public output "
             "is too large");
}

/* A program outside the map may use its own segments, byte by byte. */
static void check_regions(void) {
  static const struct {
    uint32_t addr;
    int traps;
  } t[] = {{0x1000, 0},     {0x0fff, 1},     {0x1040, 1},     {0x103f, 0},    {0x20000000, 0},
           {0x20000005, 0}, {0x20000006, 1}, {0x27ffffff, 1}, {0x28000000, 0}};
  for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
    code_t c = {.n = 0};
    emit_li(&c, 11, t[i].addr);
    emit(&c, MGP_OP_LBU, 10, 11, 0, 0);
    emit_halt(&c);
    while (c.n < 16) emit_word(&c, 0);
    const elf_segment_t seg[2] = {{0x1000, 5, 64, 64, c.code}, {0x20000000, 6, 0, 6, NULL}};
    size_t n;
    uint8_t *elf = elf_build(0x1000, seg, 2, NULL, 0, &n);
    mgp_program_t prog;
    REQUIRE_OK(mgp_program_load_elf(elf, n, &prog));
    const mgp_vm_config_t config = test_config(&prog);
    mgp_vm_t *vm;
    mgp_vm_stop_t why;
    REQUIRE_OK(mgp_vm_create(&config, &vm));
    CHECK_MSG((mgp_vm_run(vm, &no_limits, &why) == MGP_TRAPPED) == t[i].traps, "%x", t[i].addr);
    CHECK(!t[i].traps || mgp_vm_trap(vm)->reason == MGP_TRAP_NO_REGION);
    mgp_vm_destroy(vm);
    mgp_program_free(&prog);
    free(elf);
  }
}

int main(void) {
  check_rows();
  check_others();
  check_regions();
  return test_result();
}
