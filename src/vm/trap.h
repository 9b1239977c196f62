/* Why a run cannot go on. A trapped run has no proof. */
#ifndef MGP_VM_TRAP_H
#define MGP_VM_TRAP_H

#include "vm/program.h"

/* clang-format off */
#define MGP_TRAP_LIST(X)                                                                           \
  X(NONE)                                                                                          \
  X(PC_OUTSIDE)         /* ran past the end of the code */                                         \
  X(ILLEGAL)            /* not an RV32IM instruction */                                            \
  X(MISALIGNED)         /* load or store */                                                        \
  X(OUT_OF_RANGE)       /* load or store outside [0, 2^30), also by wrapping at 2^32 */            \
  X(NO_REGION)          /* load or store outside the address map and the ELF's segments */         \
  X(TARGET_MISALIGNED)  /* jump or branch */                                                       \
  X(TARGET_RANGE)       /* jump or branch outside [0, 2^30), also by wrapping at 2^32 */           \
  X(TARGET_NOT_CODE)    /* jump or branch to an address that holds no code */                      \
  X(ECALL_UNKNOWN)      /* no such ecall, or a precompile that is not built */                     \
  X(COMMIT_TWICE)       /* second PUB_IO_COMMIT */                                                 \
  X(COMMIT_POINTER)     /* digest misaligned or not in memory */                                   \
  X(BUFFER)             /* WRITE or LOG_PRINT of bytes that are not in memory */                   \
  X(OUTPUT_TOO_LARGE)   /* more public output than MGP_MAX_PUBLIC_OUTPUT */
/* clang-format on */

typedef enum {
#define MGP_TRAP_ENUM(name) MGP_TRAP_##name,
  MGP_TRAP_LIST(MGP_TRAP_ENUM)
#undef MGP_TRAP_ENUM
      MGP_TRAP_COUNT
} mgp_trap_reason_t;

typedef struct {
  uint32_t reason; /* mgp_trap_reason_t */
  uint32_t pc;     /* word index of the instruction that traps; PC_OUTSIDE: of the missing one */
  uint32_t word;   /* the instruction; 0 for PC_OUTSIDE */
  uint32_t a, b;   /* values of its rs1 and rs2; ecalls: x5 and x10 */
  uint32_t size;   /* bytes of the access or buffer */
  int64_t addr;    /* byte address of the access, target or buffer, before any wrap */
} mgp_trap_t;

/* One line without newline: where (pc, symbol + offset), instruction, reason and values. */
void mgp_trap_format(const mgp_trap_t *trap, const mgp_program_t *prog, char *out, size_t nbytes);

/* "symbol+0x10" of the byte address, "?" if no symbol covers it. */
void mgp_symbol_format(const mgp_program_t *prog, uint32_t addr, char *out, size_t nbytes);
/* The function that holds the byte address, or NULL. */
const mgp_symbol_t *mgp_symbol_find(const mgp_program_t *prog, uint32_t addr);

#endif
