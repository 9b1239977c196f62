/* Every instruction against the model on edge values, in all passes; limits, ecalls, profile. */
#include "vm/hints.h"
#include "vm/profile.h"
#include "vm_model.h"

#include <pthread.h>

/* --- every operation ----------------------------------------------------------------------- */

enum { A = 6, B = 7, D = 8, OUT = 9, IN = 18, ARGS = MGP_HINT_START, SCRATCH = DATA_BASE + 0x8000 };

/* Which registers an instruction names. */
static const struct {
  uint8_t rd, rs1, rs2;
} patterns[] = {{D, A, B}, {A, A, B}, {B, A, B}, {D, A, A}, {A, A, A},
                {0, A, B}, {D, 0, B}, {D, A, 0}, {A, 0, A}, {A, A, 0}};
static const int32_t imms[] = {0, 1, -1, 2047, -2048, 5, -129, 255, 256};
static const int32_t amounts[] = {0, 1, 15, 16, 17, 31};

/* One tested instruction and where its result is stored. */
typedef struct {
  uint8_t op, rd, rs1, rs2;
  int32_t imm;
} probe_t;
#define MAX_PROBES 700u
typedef struct {
  code_t code;
  probe_t probe[MAX_PROBES];
  uint32_t n;
} probes_t;

static void probe(probes_t *p, mgp_op_t op, uint32_t rd, uint32_t rs1, uint32_t rs2, int32_t imm) {
  code_t *c = &p->code;
  if (p->n == MAX_PROBES) abort();
  p->probe[p->n++] = (probe_t){(uint8_t)op, (uint8_t)rd, (uint8_t)rs1, (uint8_t)rs2, imm};
  emit(c, MGP_OP_LW, A, IN, 0, 0);
  emit(c, MGP_OP_LW, B, IN, 0, 4);
  if (op >= MGP_OP_BEQ && op <= MGP_OP_BGEU) { /* D = taken */
    emit(c, MGP_OP_ADDI, D, 0, 0, 1);
    emit(c, op, 0, rs1, rs2, 8);
    emit(c, MGP_OP_ADDI, D, 0, 0, 0);
    rd = D;
  } else {
    emit(c, op, rd, rs1, rs2, imm);
  }
  emit(c, MGP_OP_SW, 0, OUT, rd, 0);
  emit(c, MGP_OP_ADDI, OUT, OUT, 0, 4);
}

static void begin(probes_t *p) {
  emit_li(&p->code, IN, ARGS);
  emit_li(&p->code, OUT, DATA_BASE);
}

static int is_shift_imm(unsigned op) {
  return op == MGP_OP_SLLI || op == MGP_OP_SRLI || op == MGP_OP_SRAI;
}

/* half: 0 register-register and branches, 1 immediates */
static void make_alu(probes_t *p, int half) {
  begin(p);
  for (unsigned op = MGP_OP_BEQ; op < MGP_OP_COUNT; op++) {
    const int branch = op <= MGP_OP_BGEU;
    const int rr = (op >= MGP_OP_ADD && op <= MGP_OP_AND) || op >= MGP_OP_MUL;
    const int imm = op >= MGP_OP_ADDI && op <= MGP_OP_SRAI;
    if (half == 0 && (branch || rr))
      for (size_t k = 0; k < sizeof patterns / sizeof patterns[0]; k++)
        probe(p, (mgp_op_t)op, patterns[k].rd, patterns[k].rs1, patterns[k].rs2, 0);
    if (half == 1 && imm) {
      const int32_t *v = is_shift_imm(op) ? amounts : imms;
      const size_t n = is_shift_imm(op) ? 6 : 9;
      for (size_t i = 0; i < n; i++) {
        probe(p, (mgp_op_t)op, D, A, 0, v[i]);
        probe(p, (mgp_op_t)op, A, A, 0, v[i]);
        probe(p, (mgp_op_t)op, 0, A, 0, v[i]);
        probe(p, (mgp_op_t)op, D, 0, 0, v[i]);
        probe(p, (mgp_op_t)op, 0, 0, 0, v[i]);
      }
    }
  }
  emit_halt(&p->code);
}

static uint32_t expected(const probe_t *q, uint32_t a, uint32_t b) {
  const uint32_t v1 = q->rs1 == A ? a : q->rs1 == B ? b : 0;
  const uint32_t v2 = q->rs2 == A ? a : q->rs2 == B ? b : 0;
  const mgp_op_t op = (mgp_op_t)q->op;
  if (op >= MGP_OP_BEQ && op <= MGP_OP_BGEU) return (uint32_t)model_branch(op, v1, v2);
  if (q->rd == 0) return 0;
  return op >= MGP_OP_ADDI && op <= MGP_OP_SRAI ? model_alu(op, v1, (uint32_t)q->imm)
                                                : model_alu(op, v1, v2);
}

/* Runs to the halt in one of the passes. */
static void run_pass(mgp_vm_t *vm, int pass) {
  static mgp_step_t steps[MAX_CODE];
  static mgp_touch_t touches[MAX_CODE];
  mgp_commit_t commit;
  mgp_vm_stop_t why = MGP_VM_LIMIT;
  mgp_record_t rec = {.steps = steps,
                      .cap_steps = MAX_CODE,
                      .commits = &commit,
                      .cap_commits = 1,
                      .touches = touches,
                      .cap_touches = MAX_CODE};
  if (pass == 0) REQUIRE_OK(mgp_vm_run(vm, &no_limits, &why));
  if (pass == 1) REQUIRE_OK(mgp_vm_profile(vm, &no_limits, NULL, &why));
  if (pass == 2) {
    REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1));
    REQUIRE_OK(mgp_vm_record(vm, &no_limits, &rec, &why));
    CHECK_EQ_U64(rec.nsteps, mgp_vm_state(vm)->steps);
    mgp_vm_record_end(vm, &rec);
  }
  CHECK(why == MGP_VM_HALTED && mgp_vm_state(vm)->halted);
}

static void check_alu(int half) {
  static probes_t p;
  p.n = p.code.n = 0;
  make_alu(&p, half);
  uint32_t args[2] = {0, 0};
  mgp_program_t prog = load_code(&p.code, args, 1);
  mgp_vm_config_t config = test_config(&prog);
  config.hints = (const uint8_t *)args;
  config.nhints = sizeof args;
  mgp_vm_t *vm;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  for (size_t i = 0; i < N_EDGE; i++) {
    for (size_t j = 0; j < (half == 0 ? N_EDGE : 1); j++) {
      args[0] = edge_values[i];
      args[1] = edge_values[j];
      mgp_vm_reset(vm);
      run_pass(vm, (int)((i + j) % 3));
      for (uint32_t k = 0; k < p.n; k++) {
        const uint32_t want = expected(&p.probe[k], args[0], args[1]);
        const uint32_t got = mgp_vm_word(vm, DATA_BASE / 4 + k);
        CHECK_MSG(got == want, "op %u rd %u rs1 %u rs2 %u imm %d, %08x %08x: %08x, want %08x",
                  p.probe[k].op, p.probe[k].rd, p.probe[k].rs1, p.probe[k].rs2, p.probe[k].imm,
                  args[0], args[1], got, want);
      }
      CHECK_EQ_U64(mgp_vm_state(vm)->x[0], 0);
    }
  }
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* Loads and stores of every size at every offset, also with rd = rs1 and rd = x0. */
static void check_memory(void) {
  static const uint8_t loads[] = {MGP_OP_LB, MGP_OP_LH, MGP_OP_LW, MGP_OP_LBU, MGP_OP_LHU};
  static const uint8_t stores[] = {MGP_OP_SB, MGP_OP_SH, MGP_OP_SW};
  for (int pass = 0; pass < 3; pass++) {
    for (size_t e = 0; e < N_EDGE; e++) {
      const uint32_t word = edge_values[e] ^ 0x80ff7f01, value = edge_values[(e + 7) % N_EDGE];
      static code_t c;
      static uint32_t want[MAX_CODE];
      uint32_t n = 0;
      c.n = 0;
      emit_li(&c, OUT, DATA_BASE);
      emit_li(&c, IN, SCRATCH);
      emit_li(&c, A, word);
      emit_li(&c, B, value);
      for (unsigned at = 0; at < 4; at++) {
        for (size_t k = 0; k < sizeof loads; k++) {
          const mgp_op_t op = (mgp_op_t)loads[k];
          if (at % model_size(op) != 0) continue;
          emit(&c, MGP_OP_SW, 0, IN, A, -4);
          emit(&c, op, D, IN, 0, (int32_t)at - 4);
          emit(&c, MGP_OP_SW, 0, OUT, D, 0);
          want[n++] = model_load(op, word, at);
          emit(&c, MGP_OP_ADDI, D, IN, 0, 4);
          emit(&c, op, D, D, 0, (int32_t)at - 8);
          emit(&c, MGP_OP_SW, 0, OUT, D, 4);
          want[n++] = model_load(op, word, at);
          emit(&c, op, 0, IN, 0, (int32_t)at - 4);
          emit(&c, MGP_OP_SW, 0, OUT, 0, 8);
          want[n++] = 0;
          emit(&c, MGP_OP_ADDI, OUT, OUT, 0, 12);
        }
        for (size_t k = 0; k < sizeof stores; k++) {
          const mgp_op_t op = (mgp_op_t)stores[k];
          if (at % model_size(op) != 0) continue;
          emit(&c, MGP_OP_SW, 0, IN, A, 2044);
          emit(&c, op, 0, IN, B, (int32_t)at + 2044);
          emit(&c, MGP_OP_LW, D, IN, 0, 2044);
          emit(&c, MGP_OP_SW, 0, OUT, D, 0);
          emit(&c, MGP_OP_ADDI, OUT, OUT, 0, 4);
          want[n++] = model_store(op, word, at, value);
        }
      }
      emit_halt(&c);
      mgp_program_t prog = load_code(&c, NULL, 0);
      const mgp_vm_config_t config = test_config(&prog);
      mgp_vm_t *vm;
      REQUIRE_OK(mgp_vm_create(&config, &vm));
      run_pass(vm, pass);
      for (uint32_t k = 0; k < n; k++)
        CHECK_MSG(mgp_vm_word(vm, DATA_BASE / 4 + k) == want[k], "word %u of %08x, %08x", k, word,
                  value);
      mgp_vm_destroy(vm);
      mgp_program_free(&prog);
    }
  }
}

/* LUI, AUIPC, jumps and links; code that crosses between two segments by jumps; Harvard stores. */
static void check_control(void) {
  for (int pass = 0; pass < 3; pass++) {
    code_t c = {.n = 0};
    const uint32_t far = CODE_BASE + 0x10000;
    const uint32_t tail[4] = {enc(MGP_OP_JALR, 31, 1, 0, 0), 0x73, 0, 0};
    emit(&c, MGP_OP_LUI, 10, 0, 0, 0xfffff);
    emit(&c, MGP_OP_AUIPC, 11, 0, 0, 0xfffff); /* at 4 */
    emit(&c, MGP_OP_JAL, 12, 0, 0, 8);         /* at 8 */
    emit_word(&c, 0);
    emit(&c, MGP_OP_AUIPC, 13, 0, 0, 0);  /* at 16 */
    emit(&c, MGP_OP_JALR, 13, 13, 0, 13); /* at 20: to 16 + 13 & ~1 = 28, rd = rs1 */
    emit_word(&c, 0);
    emit_li(&c, 3, far);               /* at 28 */
    emit(&c, MGP_OP_JALR, 1, 3, 0, 1); /* at 36: bit 0 is dropped */
    emit_li(&c, 14, CODE_BASE);        /* at 40, back from the tail: overwrite all code seen */
    emit_li(&c, 15, 0x0000006f);       /* jump to itself */
    emit(&c, MGP_OP_SW, 0, 14, 15, 68);
    emit(&c, MGP_OP_LW, 16, 14, 0, 68);
    emit(&c, MGP_OP_ADDI, 5, 0, 0, 0);  /* at 64 */
    emit(&c, MGP_OP_ADDI, 17, 0, 0, 9); /* at 68: what was overwritten runs as before */
    emit(&c, MGP_OP_JAL, 0, 0, 0, (int32_t)(far + 4 - (CODE_BASE + 72)));
    const elf_segment_t seg[2] = {{CODE_BASE, 5, 4 * c.n, 4 * c.n, c.code}, {far, 5, 16, 16, tail}};
    size_t n;
    uint8_t *elf = elf_build(CODE_BASE, seg, 2, NULL, 0, &n);
    mgp_program_t prog;
    REQUIRE_OK(mgp_program_load_elf(elf, n, &prog));
    const mgp_vm_config_t config = test_config(&prog);
    mgp_vm_t *vm;
    REQUIRE_OK(mgp_vm_create(&config, &vm));
    run_pass(vm, pass);
    const mgp_vm_state_t *s = mgp_vm_state(vm);
    CHECK_EQ_U64(s->x[10], 0xfffff000);
    CHECK_EQ_U64(s->exit_code, 0xfffff000);
    CHECK_EQ_U64(s->x[11], CODE_BASE + 4 - 0x1000);
    CHECK_EQ_U64(s->x[12], CODE_BASE + 12);
    CHECK_EQ_U64(s->x[13], CODE_BASE + 24);
    CHECK_EQ_U64(s->x[1], CODE_BASE + 40);
    CHECK_EQ_U64(s->x[31], far + 4);
    CHECK_EQ_U64(s->x[16], 0x6f);
    CHECK_EQ_U64(s->x[17], 9);
    CHECK_EQ_U64(s->pc, MGP_HALT_PC);
    CHECK_EQ_U64(mgp_vm_word(vm, (CODE_BASE + 68) / 4), 0x6f);
    mgp_vm_destroy(vm);
    mgp_program_free(&prog);
    free(elf);
  }
}

/* --- limits -------------------------------------------------------------------------------- */

/* A loop with blocks of different lengths, entered in the middle, and an ecall. */
static void make_loop(code_t *c, uint32_t rounds) {
  emit_li(c, 20, rounds);
  const uint32_t top = c->n;
  emit(c, MGP_OP_ADDI, 21, 21, 0, 3);
  emit(c, MGP_OP_MUL, 22, 21, 20, 0);
  emit(c, MGP_OP_ANDI, 23, 22, 0, 4);
  emit(c, MGP_OP_BEQ, 0, 23, 0, 12);
  for (unsigned i = 0; i < 9; i++) emit(c, MGP_OP_XOR, 24, 24, 22, 0);
  emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_WRITE);
  emit(c, MGP_OP_ADDI, 12, 0, 0, 0);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(c, MGP_OP_ADDI, 20, 20, 0, -1);
  emit(c, MGP_OP_BNE, 0, 20, 0, 4 * (int32_t)(top - c->n));
  emit_halt(c);
}

static void check_limits(void) {
  code_t c = {.n = 0};
  make_loop(&c, 300);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  const mgp_vm_state_t *s = mgp_vm_state(vm);
  uint64_t *hits = calloc(prog.ninsn, sizeof *hits);

  /* the truth, one step at a time */
  static mgp_vm_state_t at[8192];
  uint32_t n = 0;
  for (;; n++) {
    at[n] = *s;
    const mgp_vm_limits_t one = {s->steps + 1, MGP_VM_NO_LIMIT};
    REQUIRE_OK(mgp_vm_profile(vm, &one, hits, &why));
    if (why == MGP_VM_HALTED) break;
    CHECK(why == MGP_VM_LIMIT && s->steps == n + 1);
    CHECK(s->cost > at[n].cost && s->ts > at[n].ts);
  }
  at[++n] = *s;
  uint64_t counts[MGP_OP_COUNT], total = 0;
  mgp_profile_by_op(&prog, hits, counts);
  for (unsigned op = 0; op < MGP_OP_COUNT; op++) total += counts[op];
  CHECK_EQ_U64(total, n);
  CHECK_EQ_U64(counts[MGP_OP_ECALL], 301);
  CHECK_EQ_U64(counts[MGP_OP_MUL], 300);
  mgp_profile_entry_t *functions;
  uint32_t nfunctions;
  REQUIRE_OK(mgp_profile_by_function(&prog, hits, &functions, &nfunctions));
  CHECK(nfunctions == 1 && functions[0].steps == n);
  CHECK_EQ_STR(functions[0].symbol->name, "main");
  free(functions);

  mgp_vm_reset(vm);
  CHECK(s->steps == 0 && s->pc == prog.entry && s->x[20] == 0);
  REQUIRE_OK(mgp_vm_run(vm, &no_limits, &why));
  CHECK(why == MGP_VM_HALTED && s->steps == n && s->ts == at[n].ts && s->cost == at[n].cost);
  REQUIRE_OK(mgp_vm_run(vm, &no_limits, &why));
  CHECK(why == MGP_VM_HALTED && s->steps == n);

  /* runs cut anywhere, by steps or by cost, stop exactly there */
  test_rng_t rng = test_rng();
  for (unsigned round = 0; round < 300; round++) {
    mgp_vm_reset(vm);
    for (uint32_t k = 0; k < n;) {
      const int by_cost = (int)(test_rand(&rng) & 1), plain = test_rand(&rng) % 4 != 0;
      mgp_vm_limits_t limits = no_limits;
      uint32_t next = k + 1 + (uint32_t)(test_rand(&rng) % (1u << test_rand(&rng) % 14));
      if (by_cost) {
        limits.stop_cost = at[k].cost + 1 + test_rand(&rng) % (1u << test_rand(&rng) % 18);
        for (next = k; next < n && at[next].cost < limits.stop_cost;) next++;
      } else {
        limits.max_steps = next;
      }
      if (plain)
        REQUIRE_OK(mgp_vm_run(vm, &limits, &why));
      else
        REQUIRE_OK(mgp_vm_profile(vm, &limits, hits, &why));
      k = next < n ? next : n;
      CHECK(why == (k == n ? MGP_VM_HALTED : by_cost ? MGP_VM_CUT : MGP_VM_LIMIT));
      CHECK_MSG(memcmp(s, &at[k], sizeof *s) == 0, "at step %u: %" PRIu64, k, s->steps);
    }
  }
  /* a limit that is reached already moves nothing */
  mgp_vm_reset(vm);
  const mgp_vm_limits_t zero_cost = {MGP_VM_NO_LIMIT, 0}, zero_steps = {0, MGP_VM_NO_LIMIT};
  REQUIRE_OK(mgp_vm_run(vm, &zero_cost, &why));
  CHECK(why == MGP_VM_CUT && s->steps == 0);
  REQUIRE_OK(mgp_vm_run(vm, &zero_steps, &why));
  CHECK(why == MGP_VM_LIMIT && s->steps == 0);
  free(hits);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* An endless loop stops at the step limit. */
static void check_endless(void) {
  code_t c = {.n = 0};
  emit(&c, MGP_OP_JAL, 0, 0, 0, 0);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  const mgp_vm_limits_t limits = {40000001, MGP_VM_NO_LIMIT};
  mgp_vm_t *vm;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  REQUIRE_OK(mgp_vm_run(vm, &limits, &why));
  CHECK(why == MGP_VM_LIMIT && mgp_vm_state(vm)->steps == 40000001);
  CHECK_EQ_U64(mgp_vm_state(vm)->cost, 40000001ull * test_cost[MGP_CHIP_J]);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* --- ecalls -------------------------------------------------------------------------------- */

static char written[3][256];
static size_t nwritten[3];
static void collect(void *ctx, uint32_t fd, const void *bytes, size_t n) {
  CHECK(ctx == written && (fd == 1 || fd == 2) && n + nwritten[fd] < sizeof written[0]);
  memcpy(written[fd] + nwritten[fd], bytes, n);
  nwritten[fd] += n;
}

static void emit_ecall(code_t *c, uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2) {
  emit_li(c, 10, a0);
  emit_li(c, 11, a1);
  emit_li(c, 12, a2);
  emit_li(c, 5, number);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
}

static void check_ecalls(void) {
  static const char text[] = "hello, public";
  uint32_t data[16] = {0};
  memcpy(data, text, sizeof text);
  for (unsigned i = 0; i < 8; i++) data[8 + i] = 0x01010101u * i + 5;
  code_t c = {.n = 0};
  emit_ecall(&c, MGP_ECALL_WRITE, 1, DATA_BASE, 5);
  emit_ecall(&c, MGP_ECALL_WRITE, 3, DATA_BASE + 7, 6);
  emit_ecall(&c, MGP_ECALL_WRITE, 2, DATA_BASE + 5, 1);
  emit_ecall(&c, MGP_ECALL_WRITE, 7, DATA_BASE, 1);
  emit_ecall(&c, MGP_ECALL_WRITE, 1, 0xffffffff, 0); /* no bytes: no matter where */
  emit_ecall(&c, MGP_ECALL_LOG_STR, DATA_BASE, 4, 0);
  emit_ecall(&c, MGP_ECALL_COMMIT, DATA_BASE + 32, 0, 0);
  emit_ecall(&c, MGP_ECALL_WRITE, 3, DATA_BASE, 3);
  emit_ecall(&c, MGP_ECALL_LOG_PC, 0, 0, 0); /* 9th: step 80, at word 80 */
  emit_ecall(&c, MGP_ECALL_LOG_PC, DATA_BASE, 5, 0);
  emit_li(&c, 10, 0xfffffff9);
  emit_halt(&c);
  mgp_program_t prog = load_code(&c, data, 16);
  mgp_vm_config_t config = test_config(&prog);
  config.write = collect;
  config.ctx = written;
  mgp_vm_t *vm;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  const mgp_vm_state_t *s = mgp_vm_state(vm);
  for (int pass = 0; pass < 3; pass++) {
    memset(written, 0, sizeof written);
    memset(nwritten, 0, sizeof nwritten);
    mgp_vm_reset(vm);
    CHECK(s->noutput == 0 && !s->committed);
    run_pass(vm, pass);
    CHECK_EQ_STR(written[1], "hello");
    CHECK_EQ_STR(written[2], ",hellpc 0x08000140, step 80\npc 0x08000164, step 89: hello\n");
    CHECK(s->noutput == 9 && memcmp(s->output, "publichel", 9) == 0);
    CHECK(s->committed && memcmp(s->commit, data + 8, 32) == 0);
    CHECK_EQ_U64(s->exit_code, 0xfffffff9);
  }
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* --- several vms at once ------------------------------------------------------------------- */

static void *run_thread(void *arg) {
  mgp_vm_stop_t why;
  mgp_vm_t *vm = arg;
  static const mgp_vm_limits_t part = {3000, MGP_VM_NO_LIMIT};
  return (void *)(intptr_t)(mgp_vm_run(vm, &part, &why) != MGP_OK ||
                            mgp_vm_run(vm, &no_limits, &why) != MGP_OK || why != MGP_VM_HALTED);
}

static void check_threads(void) {
  code_t c = {.n = 0};
  make_loop(&c, 20000);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm[4];
  pthread_t thread[4];
  for (unsigned i = 0; i < 4; i++) {
    REQUIRE_OK(mgp_vm_create(&config, &vm[i]));
    CHECK(pthread_create(&thread[i], NULL, run_thread, vm[i]) == 0);
  }
  for (unsigned i = 0; i < 4; i++) {
    void *failed;
    CHECK(pthread_join(thread[i], &failed) == 0 && failed == NULL);
    CHECK(memcmp(mgp_vm_state(vm[i]), mgp_vm_state(vm[0]), sizeof(mgp_vm_state_t)) == 0);
  }
  for (unsigned i = 0; i < 4; i++) mgp_vm_destroy(vm[i]);
  mgp_vm_destroy(NULL);
  mgp_program_free(&prog);
}

static void check_hints_fit(void) {
  code_t c = {.n = 0};
  emit_halt(&c);
  mgp_program_t prog = load_code(&c, NULL, 0);
  mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm = NULL;
  config.nhints = (size_t)MGP_HINT_END - MGP_HINT_START + 1;
  CHECK(mgp_vm_create(&config, &vm) == MGP_RESOURCES && vm == NULL);
  mgp_program_free(&prog);
}

int main(void) {
  check_alu(0);
  check_alu(1);
  check_memory();
  check_control();
  check_limits();
  check_endless();
  check_ecalls();
  check_threads();
  check_hints_fit();
  return test_result();
}
