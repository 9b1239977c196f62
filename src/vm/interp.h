/* Inside of the emulator: what predecode.c makes, and what the interpreter loops and ecall.c share.
 *
 * A handler is a way to execute an instruction: an operation with its kind of access (in place or
 * not). The loops (run_*.c) are compilations of interp.inc, so an instruction's meaning is written
 * once. */
#ifndef MGP_VM_INTERP_H
#define MGP_VM_INTERP_H

#include "vm/emulator.h"
#include "vm/snapshot.h"

/* Pages of the memory that recording takes, as they are counted. */
#define MGP_VM_PAGE_LOG   12u
#define MGP_VM_PAGE_BYTES (1u << MGP_VM_PAGE_LOG)
#define MGP_VM_PAGES      (MGP_ADDR_LIMIT >> MGP_VM_PAGE_LOG)

/* clang-format off */
#define MGP_H_LIST(X)                                                                              \
  X(NOP) X(JUMP) X(CONST) X(JAL) X(JALR) X(MV)                                                     \
  X(ADDI) X(ADDI2) X(SLTI) X(SLTIU) X(XORI) X(ORI) X(ANDI)                                         \
  X(SLLI) X(SRLI) X(SRAI) X(SLLI2) X(SRLI2) X(SRAI2)                                               \
  X(ADD) X(SUB) X(XOR) X(OR) X(AND) X(ADD2) X(SUB2) X(XOR2) X(OR2) X(AND2)                         \
  X(SLL) X(SRL) X(SRA) X(SLT) X(SLTU)                                                              \
  X(MUL) X(MULH) X(MULHSU) X(MULHU) X(DIV) X(DIVU) X(REM) X(REMU)                                  \
  X(BEQZ) X(BNEZ) X(BEQ) X(BNE) X(BLT) X(BGE) X(BLTU) X(BGEU)                                      \
  X(BAD_JUMP) X(BAD_BRANCHZ) X(BAD_BRANCH) /* target is no code: trap if taken */                  \
  X(LB) X(LH) X(LW) X(LBU) X(LHU) X(LW2) X(SB) X(SH) X(SW)                                         \
  X(ECALL) X(ILLEGAL) X(END) /* END stands behind the last instruction of a code segment */
/* clang-format on */

typedef enum {
#define MGP_H_ENUM(name) MGP_H_##name,
  MGP_H_LIST(MGP_H_ENUM)
#undef MGP_H_ENUM
      MGP_H_COUNT
} mgp_handler_t;

/* One predecoded instruction. imm: immediate; CONST: the value; jumps: index of the target. */
typedef struct {
  uint8_t h, rd, rs1, rs2;
  uint32_t imm;
} mgp_vop_t;

typedef struct {
  uint32_t insn; /* index into prog->insn; UINT32_MAX for END */
  uint32_t pc;
  uint32_t cost, dt; /* 0 for ECALL: its chip is known when it runs */
} mgp_vmeta_t;

typedef struct mgp_vm_code mgp_vm_code_t; /* translate.c */

struct mgp_vm {
  mgp_vm_state_t s;
  uint32_t at; /* index into ops of the next instruction */
  int trapped;
  mgp_trap_t trap;

  const mgp_program_t *prog;
  uint32_t nops; /* ninsn + ncode */
  mgp_vop_t *ops;
  mgp_vmeta_t *meta;
  /* sums from an instruction to the next control transfer, inclusive: steps << 32 | dt; cost */
  uint64_t *block_steps;
  uint64_t *block_cost;
  /* the code segment of the entry: where nearly all jumps lead */
  uint32_t near_base, near_n, near_op;

  uint8_t *mem; /* 1 GiB */
  int blank;    /* ... of which nothing was filled in: only noted steps are recorded */
  int borrows;  /* ops, meta and block_* are another vm's */
  /* [2^28] timestamp of each word's last access; NULL before the first recording */
  uint32_t *mem_ts;
  uint32_t reg_ts[33];
  /* Recording began at timestamp `since`: what is older is from before. All that is in mem_ts is
   * older than ts_end. */
  uint32_t since, ts_end;
  uint8_t *resident;  /* [MGP_VM_PAGES] 1: recording has used this page of mem_ts */
  uint32_t nresident; /* ... and so many of them */
  uint32_t *note;     /* where the next word is noted, or read; NULL: none are noted */
  uint32_t word_cost;
  uint32_t *seen;      /* a bit for each word of memory: it has been counted; NULL: none are */
  uint8_t *seen_block; /* [MGP_VM_SEEN_BLOCKS] 1: a bit of the block is set */

  uint8_t dt[MGP_OPCHIP_COUNT];
  uint32_t cost[MGP_OPCHIP_COUNT];
  uint32_t max_dt, max_cost;
  void (*write)(void *ctx, uint32_t fd, const void *bytes, size_t nbytes);
  void *ctx;
  const uint8_t *hints;
  size_t nhints;
  uint8_t *output;
  size_t cap_output;
  mgp_status_t status; /* what an ecall failed with, if not a trap */
  mgp_vm_translate_t translate;
  int tried;           /* to translate */
  mgp_vm_code_t *code; /* or NULL */
};

/* --- predecode.c -------------------------------------------------------------------------- */

mgp_status_t mgp_vm_predecode(mgp_vm_t *vm);
/* Whether an op with this handler is the last of its block. */
int mgp_vm_ends_block(unsigned handler);
/* Index into ops of the instruction at word index pc; UINT32_MAX if there is none. */
uint32_t mgp_vm_locate(const mgp_vm_t *vm, uint32_t pc);

/* --- slow paths of the loops: each returns 0 after it has set the trap ---------------------- */

int mgp_vm_set_trap(mgp_vm_t *vm, uint32_t at, mgp_trap_reason_t reason, int64_t addr,
                    uint32_t size);
/* Access of `size` bytes at a + imm; 1 if it is allowed after all. */
int mgp_vm_check_access(mgp_vm_t *vm, uint32_t at, uint32_t a, uint32_t imm, uint32_t size);
/* Indirect jump to byte address `to` (before any wrap); 1 with *target. */
int mgp_vm_check_jump(mgp_vm_t *vm, uint32_t at, int64_t to, uint32_t *target);
/* Taken direct jump or branch whose target is no code: traps. */
int mgp_vm_bad_jump(mgp_vm_t *vm, uint32_t at);
/* Condition of the branch at `at`. */
int mgp_vm_branch_taken(const mgp_vm_t *vm, uint32_t at);

/* Memory of mgp_vm_count_words given back. */
void mgp_vm_free_words(mgp_vm_t *vm);
/* Counts a word that has not been seen. */
void mgp_vm_first_access(mgp_vm_t *vm, uint32_t key);
#define MGP_VM_SEEN_BLOCK_LOG 15u /* words of a block: 4 KiB of bits */
#define MGP_VM_SEEN_BLOCKS    (1u << (28 - MGP_VM_SEEN_BLOCK_LOG))
#define MGP_VM_COUNT(vm, seen, addr)                                                               \
  do {                                                                                             \
    if (__builtin_expect(!((seen)[(addr) >> 7] >> ((addr) >> 2 & 31) & 1), 0))                     \
      mgp_vm_first_access(vm, (addr) >> 2);                                                        \
  } while (0)
/* The words of a COMMIT at addr. */
#define MGP_VM_COUNT_COMMIT(vm, seen, addr)                                                        \
  do {                                                                                             \
    for (uint32_t w = 0; w < 8; w++) MGP_VM_COUNT(vm, seen, (addr) + 4 * w);                       \
  } while (0)

/* Executes the ecall at `at`, `steps` steps after the entry. Returns its chip, MGP_CHIP_NONE if it
 * trapped or failed (vm->status). */
mgp_chip_id_t mgp_vm_ecall(mgp_vm_t *vm, uint32_t at, uint64_t steps);
/* The same where it is known not to fail, without memory and without effects outside the vm; note:
 * the words that a COMMIT has read. */
mgp_chip_id_t mgp_vm_ecall_noted(mgp_vm_t *vm, const uint32_t *note);

/* --- translate.c -------------------------------------------------------------------------- */

/* The loops that can be had as machine code. */
typedef enum { MGP_VM_LOOP_PLAIN, MGP_VM_LOOP_WORDS, MGP_VM_LOOP_NOTE } mgp_vm_loop_t;
/* Sets vm->code if this machine can have it. hits: of each instruction, how often it has been
 * executed in a part of the run. */
void mgp_vm_translate(mgp_vm_t *vm, mgp_vm_loop_t kind, const uint64_t *hits);
void mgp_vm_free_code(mgp_vm_code_t *code); /* NULL is fine */
/* As that loop goes on, by vm->code: 0 if there is none of the kind. Stops before what only the
 * interpreter can do, too. */
int mgp_vm_loop_code(mgp_vm_t *vm, mgp_vm_loop_t kind, uint64_t steps);

/* --- loops: continue from vm->at, update vm->s -------------------------------------------- */

/* At most `steps` <= MGP_PLAIN_STEPS more; stops early where a block would pass that. */
#define MGP_PLAIN_STEPS (1u << 24)
void mgp_vm_loop_plain(mgp_vm_t *vm, uint64_t steps);
/* The same, counting words (vm->seen); stops after a COMMIT too, which may have accessed several.
 */
void mgp_vm_loop_words(mgp_vm_t *vm, uint64_t steps);
/* The same as that, and notes words at vm->note. */
void mgp_vm_loop_note(mgp_vm_t *vm, uint64_t steps);
/* Exact; hits may be NULL. Notes words unless vm->note is NULL, counts them unless vm->seen is. */
void mgp_vm_loop_count(mgp_vm_t *vm, const mgp_vm_limits_t *limits, uint64_t *hits);
/* Exact; at most max_steps more, and as the buffers of rec have room. */
void mgp_vm_loop_record(mgp_vm_t *vm, uint64_t max_steps, uint64_t stop_cost, mgp_record_t *rec);
/* The same with the words noted at vm->note. */
void mgp_vm_loop_noted(mgp_vm_t *vm, uint64_t max_steps, uint64_t stop_cost, mgp_record_t *rec);

#endif
