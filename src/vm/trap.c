#include "vm/trap.h"

#include "vm/disasm.h"

#include <inttypes.h>
#include <stdio.h>

const mgp_symbol_t *mgp_symbol_find(const mgp_program_t *prog, uint32_t addr) {
  uint32_t lo = 0, hi = prog->nsymbols; /* symbols before lo start at or before addr */
  while (lo < hi) {
    const uint32_t mid = lo + (hi - lo) / 2;
    if (prog->symbols[mid].addr <= addr)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo == 0) return NULL;
  const mgp_symbol_t *s = &prog->symbols[lo - 1];
  /* assembler labels have no size: they reach to the next symbol */
  return s->size == 0 || addr - s->addr < s->size ? s : NULL;
}

void mgp_symbol_format(const mgp_program_t *prog, uint32_t addr, char *out, size_t nbytes) {
  const mgp_symbol_t *s = mgp_symbol_find(prog, addr);
  if (s == NULL)
    (void)snprintf(out, nbytes, "?");
  else if (s->addr == addr)
    (void)snprintf(out, nbytes, "%.100s", s->name);
  else
    (void)snprintf(out, nbytes, "%.100s+0x%x", s->name, addr - s->addr);
}

static const char *precompile_name(uint32_t code) {
  static const struct {
    uint32_t code;
    const char *name;
  } names[] = {{0x00300105, "SHA_EXTEND"},
               {0x00010106, "SHA_COMPRESS"},
               {0x00010109, "KECCAK_PERMUTE"},
               {0x00010130, "KECCAK_XORIN"},
               {0x0001011d, "UINT256_MUL"},
               {0x0001010a, "SECP256K1_ADD"},
               {0x0000010b, "SECP256K1_DOUBLE"},
               {0x0000010c, "SECP256K1_DECOMPRESS"},
               {0x0000010e, "SECP256K1_SCALAR_INVERT"}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].code == code) return names[i].name;
  return NULL;
}

static void reason_text(const mgp_trap_t *t, char *out, size_t n) {
  const unsigned rs1 = t->word >> 15 & 31;
  const int is_store = (t->word & 0x7f) == 0x23, is_jalr = (t->word & 0x7f) == 0x67;
  const char *access = is_store ? "store" : "load";
  char base[48] = "";
  if (t->reason == MGP_TRAP_MISALIGNED || t->reason == MGP_TRAP_OUT_OF_RANGE ||
      t->reason == MGP_TRAP_NO_REGION || is_jalr)
    (void)snprintf(base, sizeof base, " (%s = 0x%08x)", mgp_register_name(rs1), t->a);
  const char *sign = t->addr < 0 ? "-" : "";
  const uint64_t addr = (uint64_t)(t->addr < 0 ? -t->addr : t->addr);
  switch ((mgp_trap_reason_t)t->reason) {
  case MGP_TRAP_PC_OUTSIDE:
    (void)snprintf(out, n, "ran past the end of the code: no instruction here");
    return;
  case MGP_TRAP_ILLEGAL:
    (void)snprintf(out, n, "not an RV32IM instruction");
    return;
  case MGP_TRAP_MISALIGNED:
    (void)snprintf(out, n, "misaligned %s of %u bytes at address 0x%08" PRIx64 "%s", access,
                   t->size, addr, base);
    return;
  case MGP_TRAP_OUT_OF_RANGE:
    (void)snprintf(out, n,
                   "%s of %u bytes at address %s0x%08" PRIx64 ", outside the memory "
                   "[0, 0x40000000)%s",
                   access, t->size, sign, addr, base);
    return;
  case MGP_TRAP_NO_REGION:
    (void)snprintf(out, n,
                   "%s of %u bytes at address 0x%08" PRIx64 ", outside the address map "
                   "and the ELF's segments%s",
                   access, t->size, addr, base);
    return;
  case MGP_TRAP_TARGET_MISALIGNED:
    (void)snprintf(out, n, "jump to misaligned address 0x%08" PRIx64 "%s", addr, base);
    return;
  case MGP_TRAP_TARGET_RANGE:
    (void)snprintf(out, n,
                   "jump to address %s0x%08" PRIx64 ", outside the memory "
                   "[0, 0x40000000)%s",
                   sign, addr, base);
    return;
  case MGP_TRAP_TARGET_NOT_CODE:
    (void)snprintf(out, n, "jump to address 0x%08" PRIx64 ", which holds no code%s", addr, base);
    return;
  case MGP_TRAP_ECALL_UNKNOWN: {
    const char *name = precompile_name(t->a);
    if (name != NULL)
      (void)snprintf(out, n, "ecall %s (t0 = 0x%08x) is a precompile that is not supported", name,
                     t->a);
    else
      (void)snprintf(out, n, "unknown ecall (t0 = 0x%08x)", t->a);
    return;
  }
  case MGP_TRAP_COMMIT_TWICE:
    (void)snprintf(out, n, "second PUB_IO_COMMIT: a run commits to one digest");
    return;
  case MGP_TRAP_COMMIT_POINTER:
    (void)snprintf(out, n,
                   "PUB_IO_COMMIT: the digest at a0 = 0x%08x is not 8 aligned words of "
                   "memory",
                   t->b);
    return;
  case MGP_TRAP_BUFFER:
    (void)snprintf(out, n, "ecall %s: %u bytes at 0x%08" PRIx64 " are not in memory",
                   t->a == MGP_ECALL_WRITE ? "WRITE" : "PHANTOM_LOG_PRINT", t->size, addr);
    return;
  case MGP_TRAP_OUTPUT_TOO_LARGE:
    (void)snprintf(out, n, "ecall WRITE: the public output is too large");
    return;
  case MGP_TRAP_NONE:
  case MGP_TRAP_COUNT:
    break;
  }
  (void)snprintf(out, n, "no trap");
}

void mgp_trap_format(const mgp_trap_t *trap, const mgp_program_t *prog, char *out, size_t nbytes) {
  char symbol[128], insn[MGP_DISASM_MAX + 24] = "", text[MGP_DISASM_MAX], reason[200];
  mgp_symbol_format(prog, 4 * trap->pc, symbol, sizeof symbol);
  if (trap->reason != MGP_TRAP_PC_OUTSIDE) {
    mgp_disasm(trap->pc, trap->word, text);
    (void)snprintf(insn, sizeof insn, " `%s` [%08x]", text, trap->word);
  }
  reason_text(trap, reason, sizeof reason);
  (void)snprintf(out, nbytes, "trap at pc 0x%08x (%s)%s: %s", 4 * trap->pc, symbol, insn, reason);
}
