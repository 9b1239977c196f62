/* Random programs that halt: every instruction, a small window of memory, one COMMIT at the end. */
#ifndef MGP_TESTS_VM_RANDOM_H
#define MGP_TESTS_VM_RANDOM_H

#include "vm_model.h"

enum { BASE = 2, COUNTER = 3, SAVED = 4 }; /* not written by random instructions, nor is x5 */
#define WINDOW 256                         /* bytes of memory in use around BASE */

static inline uint32_t random_register(test_rng_t *rng) {
  static const uint8_t few[8] = {0, 1, 6, 7, 8, 9, 10, 31};
  return few[test_rand(rng) % 8];
}

/* No jump is longer than three words: behind two of these none lands inside a sequence. */
static inline void shield(code_t *c) {
  for (unsigned i = 0; i < 2; i++) emit(c, MGP_OP_FENCE, 0, 0, 0, 0);
}

static inline void random_insn(code_t *c, test_rng_t *rng) {
  const uint32_t rd = random_register(rng), rs1 = random_register(rng), rs2 = random_register(rng);
  mgp_op_t op = (mgp_op_t)(1 + test_rand(rng) % (MGP_OP_COUNT - 1));
  int32_t imm = (int32_t)(test_rand(rng) % 4096) - 2048;
  if (test_rand(rng) % 4 == 0) imm = 0;
  if (op >= MGP_OP_LB && op <= MGP_OP_SW) {
    imm = (int32_t)(test_rand(rng) % WINDOW) & ~(int32_t)(model_size(op) - 1);
    if (op == MGP_OP_LW && test_rand(rng) % 4 == 0) { /* LW2: the pointer is in rd */
      if (rd == 0) return;
      shield(c);
      emit(c, MGP_OP_ADDI, rd, BASE, 0, 0);
      emit(c, op, rd, rd, 0, imm);
      return;
    }
    emit(c, op, rd, BASE, rs2, imm);
  } else if (op >= MGP_OP_BEQ && op <= MGP_OP_BGEU) {
    emit(c, op, 0, rs1, rs2, 4 * (int32_t)(1 + test_rand(rng) % 3));
  } else if (op == MGP_OP_JAL) {
    emit(c, op, rd, 0, 0, 4 * (int32_t)(1 + test_rand(rng) % 3));
  } else if (op == MGP_OP_JALR) {
    shield(c);
    emit(c, MGP_OP_AUIPC, 6, 0, 0, 0);
    emit(c, op, rd, 6, 0, 8 + (int32_t)(test_rand(rng) % 2));
  } else if (op == MGP_OP_ECALL) {
    shield(c);
    emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_LOG_PC);
    emit(c, op, 0, 0, 0, 0);
  } else if (op == MGP_OP_LUI || op == MGP_OP_AUIPC) {
    emit(c, op, rd, 0, 0, (int32_t)(test_rand(rng) & 0xfffff));
  } else {
    emit(c, op, rd, rs1, rs2, imm);
  }
}

/* A loop of random instructions, one COMMIT behind it. */
static inline void random_program(code_t *c, test_rng_t *rng, uint32_t body, uint32_t rounds) {
  c->n = 0;
  emit_li(c, BASE, DATA_BASE);
  emit_li(c, COUNTER, rounds);
  emit_li(c, 31, (uint32_t)test_rand(rng));
  const uint32_t top = c->n;
  while (c->n < top + body) random_insn(c, rng);
  for (unsigned i = 0; i < 4; i++) emit(c, MGP_OP_ADDI, 0, 0, 0, 0); /* where jumps may land */
  emit(c, MGP_OP_ADDI, COUNTER, COUNTER, 0, -1);
  emit(c, MGP_OP_BEQ, 0, COUNTER, 0, 8);
  emit(c, MGP_OP_JAL, 0, 0, 0, 4 * (int32_t)(top - c->n));
  emit(c, MGP_OP_ADDI, 10, BASE, 0, 16);
  emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_COMMIT);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(c, MGP_OP_LW, 10, BASE, 0, 20); /* reads a word that COMMIT has read */
  emit_halt(c);
}

#endif
