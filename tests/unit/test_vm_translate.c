/* The passes that do not record, in machine code and interpreted: random programs, guests and
 * traps, cut at random, come to the same states, notes and words counted at every cut. On a machine
 * without the first all is interpreted, and this says so. */
#include "cli/guests.h"
#include "cli/inputs.h"
#include "vm/interp.h"
#include "vm_random.h"

#define ROOM (1u << 18)

typedef struct {
  mgp_vm_t *vm;
  mgp_vm_notes_t notes;
  mgp_vm_stop_t why;
  mgp_status_t st;
} side_t;

static side_t open_side(const mgp_vm_config_t *given, mgp_vm_loop_t kind,
                        mgp_vm_translate_t translate) {
  mgp_vm_config_t config = *given;
  config.translate = translate;
  side_t s = {.notes = {.word = malloc(ROOM * 4), .cap = ROOM}};
  REQUIRE_OK(mgp_vm_create(&config, &s.vm));
  if (kind != MGP_VM_LOOP_PLAIN) REQUIRE_OK(mgp_vm_count_words(s.vm, 7));
  return s;
}

static void close_side(side_t *s) {
  mgp_vm_destroy(s->vm);
  free(s->notes.word);
}

static void run_side(side_t *s, mgp_vm_loop_t kind, mgp_vm_limits_t limits, uint64_t room) {
  s->notes.n = 0;
  s->notes.cap = room;
  s->st = kind == MGP_VM_LOOP_NOTE ? mgp_vm_note(s->vm, &limits, &s->notes, &s->why)
                                   : mgp_vm_run(s->vm, &limits, &s->why);
}

static void check_state(const mgp_vm_state_t *a, const mgp_vm_state_t *b) {
  CHECK_EQ_U64(a->pc, b->pc);
  CHECK_EQ_U64(a->steps, b->steps);
  CHECK_EQ_U64(a->ts, b->ts);
  CHECK_EQ_U64(a->cost, b->cost);
  CHECK_EQ_U64(a->words, b->words);
  CHECK(memcmp(a->x, b->x, sizeof a->x) == 0);
  CHECK(a->halted == b->halted && a->exit_code == b->exit_code && a->committed == b->committed);
  CHECK(memcmp(a->commit, b->commit, sizeof a->commit) == 0);
  CHECK(a->noutput == b->noutput);
}

static void check_words(const side_t *a, const side_t *b, uint32_t base, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    CHECK(mgp_vm_word(a->vm, base / 4 + i) == mgp_vm_word(b->vm, base / 4 + i));
}

/* Both go on, from cut to cut, until one cannot; `longest`: steps, cost or notes of a piece at
 * most. 1 if there was machine code. */
static int compare(const mgp_vm_config_t *config, mgp_vm_loop_t kind, mgp_vm_translate_t translate,
                   test_rng_t *rng, uint64_t longest, uint64_t most_steps) {
  side_t a = open_side(config, kind, MGP_VM_TRANSLATE_NEVER);
  side_t b = open_side(config, kind, translate);
  int more = 1;
  while (more) {
    const mgp_vm_state_t *s = mgp_vm_state(a.vm);
    mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, MGP_VM_NO_LIMIT};
    uint64_t room = ROOM;
    const uint64_t n = 1 + test_rand(rng) % longest;
    switch (test_rand(rng) % 3) {
    case 0:
      limits.max_steps = s->steps + n;
      break;
    case 1:
      limits.stop_cost = s->cost + 7 * s->words + n * 10;
      break;
    default:
      limits.max_steps = s->steps + 4 * ROOM;
      room = n < ROOM - 16 ? n + 16 : ROOM;
    }
    run_side(&a, kind, limits, room);
    run_side(&b, kind, limits, room);
    CHECK(a.st == b.st && a.why == b.why);
    CHECK_EQ_U64(a.notes.n, b.notes.n);
    CHECK(memcmp(a.notes.word, b.notes.word, a.notes.n * 4) == 0);
    check_state(s, mgp_vm_state(b.vm));
    if (kind != MGP_VM_LOOP_PLAIN && test_rand(rng) % 16 == 0) { /* a new shard */
      REQUIRE_OK(mgp_vm_count_words(a.vm, 7));
      REQUIRE_OK(mgp_vm_count_words(b.vm, 7));
    }
    more = a.st == MGP_OK && a.why != MGP_VM_HALTED && s->steps < most_steps && test_failures == 0;
  }
  const mgp_trap_t *t = mgp_vm_trap(a.vm), *u = mgp_vm_trap(b.vm);
  CHECK(t->reason == u->reason && t->pc == u->pc);
  check_words(&a, &b, DATA_BASE - WINDOW, WINDOW);
  const int made = b.vm->code != NULL;
  close_side(&a);
  close_side(&b);
  return made;
}

static unsigned translated, compared;

/* Costs of a block beyond 32 bits. */
static int dear;

static void compare_code(const code_t *c, test_rng_t *rng, uint64_t longest) {
  static uint32_t most[MGP_OPCHIP_COUNT];
  static const uint32_t data[2 * WINDOW] = {1, 0x80000000, 0xffffffff};
  mgp_program_t prog = load_code(c, data, 2 * WINDOW);
  mgp_vm_config_t config = test_config(&prog);
  for (unsigned k = 0; k < MGP_OPCHIP_COUNT; k++) most[k] = UINT32_MAX - k;
  if (dear) config.cost = most;
  for (mgp_vm_loop_t k = MGP_VM_LOOP_PLAIN; k <= MGP_VM_LOOP_NOTE; k++, compared++)
    translated += (unsigned)compare(&config, k, MGP_VM_TRANSLATE_NOW, rng, longest, 200000);
  mgp_program_free(&prog);
}

static void check_random(test_rng_t *rng) {
  static code_t c;
  for (unsigned k = 0; k < 400 && test_failures == 0; k++) {
    random_program(&c, rng, 3 + (uint32_t)(test_rand(rng) % 120),
                   1 + (uint32_t)(test_rand(rng) % 200));
    dear = k % 16 == 3;
    compare_code(&c, rng, k % 2 ? 40 : 4000);
  }
  dear = 0;
}

/* Every instruction with operands at the edges, in every pair of registers that matters: the same
 * ones, kept in machine registers or not, x0. */
static void check_edges(test_rng_t *rng) {
  static const uint8_t reg[] = {0, 1, 6, 7, 8, 9, 10, 11, 12, 31};
  static code_t c;
  for (mgp_op_t op = MGP_OP_ADDI; op < MGP_OP_COUNT; op++) {
    if (op == MGP_OP_ECALL || op == MGP_OP_FENCE) continue;
    for (unsigned round = 0; round < 4 && test_failures == 0; round++) {
      c.n = 0;
      emit_li(&c, COUNTER, 3); /* the second time it is in code */
      const uint32_t top = c.n;
      for (unsigned k = 0; k < 60; k++) {
        const uint32_t rs1 = reg[test_rand(rng) % 10], rs2 = reg[test_rand(rng) % 10];
        if (rs1) emit_li(&c, rs1, edge_values[test_rand(rng) % N_EDGE]);
        if (rs2 && rs2 != rs1) emit_li(&c, rs2, edge_values[test_rand(rng) % N_EDGE]);
        const int is_shift = op >= MGP_OP_SLLI && op <= MGP_OP_SRAI;
        const int32_t imm = (int32_t)edge_values[test_rand(rng) % N_EDGE] % 2048;
        emit(&c, op, reg[test_rand(rng) % 10], rs1, rs2, is_shift ? imm & 31 : imm);
      }
      emit(&c, MGP_OP_ADDI, COUNTER, COUNTER, 0, -1);
      emit(&c, MGP_OP_BEQ, 0, COUNTER, 0, 8);
      emit(&c, MGP_OP_JAL, 0, 0, 0, 4 * (int32_t)(top - c.n));
      emit_halt(&c);
      compare_code(&c, rng, 50);
    }
  }
}

/* Accesses and jumps that trap, each after a while in a loop: near every border of the address map,
 * and at every offset from a word. */
static void check_traps(test_rng_t *rng) {
  static const uint32_t border[] = {0,          0x08000000, 0x10000000, 0x20000000, 0x28000000,
                                    0x30000000, 0x40000000, 0x80000000, 0xfffffffc};
  static const mgp_op_t ops[] = {MGP_OP_LB, MGP_OP_LH, MGP_OP_LW, MGP_OP_LBU, MGP_OP_LHU,
                                 MGP_OP_SB, MGP_OP_SH, MGP_OP_SW, MGP_OP_JALR};
  static code_t c;
  for (size_t b = 0; b < sizeof border / sizeof *border; b++)
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
      for (int off = -4; off < 5 && test_failures == 0; off++) {
        c.n = 0;
        emit_li(&c, COUNTER, 20);
        emit_li(&c, 7, border[b]);
        emit_li(&c, 8, DATA_BASE);
        const uint32_t top = c.n;
        if (ops[k] != MGP_OP_JALR) { /* in the last round only */
          emit(&c, MGP_OP_ADDI, 9, COUNTER, 0, -1);
          emit(&c, MGP_OP_BNE, 0, 9, 0, 8);
          emit(&c, MGP_OP_ADDI, 8, 7, 0, 0);
          emit(&c, ops[k], 10, 8, 10, off);
        } else {
          emit(&c, MGP_OP_ADDI, 9, COUNTER, 0, -1);
          emit(&c, MGP_OP_BNE, 0, 9, 0, 8);
          emit(&c, ops[k], 10, 7, 0, off);
        }
        emit(&c, MGP_OP_ADDI, COUNTER, COUNTER, 0, -1);
        emit(&c, MGP_OP_BNE, 0, COUNTER, 0, 4 * (int32_t)(top - c.n));
        emit_halt(&c);
        compare_code(&c, rng, 30);
      }
}

static void check_guest(const char *name, uint32_t size, mgp_vm_translate_t translate,
                        test_rng_t *rng) {
  mgp_inputs_t in = {0};
  REQUIRE_OK(mgp_inputs_from_guest(mgp_guest_find(name), size, &in));
  mgp_vm_config_t config = test_config(&in.prog);
  config.hints = in.hints;
  config.nhints = in.nhints;
  for (mgp_vm_loop_t k = MGP_VM_LOOP_PLAIN; k <= MGP_VM_LOOP_NOTE; k++, compared++)
    translated += (unsigned)compare(&config, k, translate, rng, 400000, 3000000);
  mgp_inputs_free(&in);
}

int main(void) {
  test_rng_t rng = test_rng();
  check_edges(&rng);
  check_random(&rng);
  check_traps(&rng);
  static const char *const guests[] = {"fibonacci", "sieve",  "sort",   "sha256",
                                       "memory",    "keccak", "matrix", "interpreter"};
  for (size_t k = 0; k < sizeof guests / sizeof *guests; k++)
    check_guest(guests[k], 20000, k ? MGP_VM_TRANSLATE_NOW : MGP_VM_TRANSLATE_LATER, &rng);
  printf("%u runs compared, %u of them in machine code\n", compared, translated);
#if defined(__x86_64__)
  CHECK(translated == compared);
#endif
  return test_result();
}
