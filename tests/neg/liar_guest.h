/* For the lies: a program with every chip, what its run is, and the verdict on a proof.
 * Every result reaches the exit code, so that a lie about any of them would say another outcome. */
#ifndef MGP_TESTS_LIAR_GUEST_H
#define MGP_TESTS_LIAR_GUEST_H

#include "chips/witness.h"
#include "liar.h"
#include "neg/light_params.h"
#include "unit/vm_build.h"

#define LIAR_HINT_WORDS 2
/* bytes from the start of the data; the first SAVED bytes come from the file */
enum { LIAR_WORD = 0, LIAR_DIGEST = 16, LIAR_SAVED = 48, LIAR_BSS = 0x400 };
/* registers */
enum {
  LIAR_DATA = 8,
  LIAR_A = 11,
  LIAR_B = 12,
  LIAR_X0_READ = 7,
  LIAR_BSS_READ = 9,
  LIAR_HINT_READ = 4,
  LIAR_LATER = 2
};

typedef struct {
  mgp_program_t prog;
  mgp_chipset_t *chips;
  uint8_t *vk;
  size_t nvk;
  mgprove_program_t *program;
  uint32_t hints[LIAR_HINT_WORDS];
  mgp_params_t plan;
  /* its honest run, in one partition */
  mgp_step_t *steps;
  uint32_t nsteps;
  mgp_commit_t commit;
  mgp_raw_t raw;
  uint32_t exit_code;
  /* program index (instruction) of the one that stands for a chip, and of others */
  uint32_t mark[MGP_OPCHIP_COUNT];
  uint32_t wide_lw; /* reads LIAR_WORD again, long after */
  uint32_t bss_lw, bss_lw2, hint_lw2, sink, x0_read, limb, saved_lw;
} liar_guest_t;

/* Options of the build: the first load is from this offset. */
static inline void liar_guest_code(liar_guest_t *g, code_t *c, int32_t load_offset) {
#define MARK(chip) g->mark[MGP_CHIP_##chip] = c->n
#define E(op, ...) emit(c, MGP_OP_##op, __VA_ARGS__)
  emit_li(c, LIAR_DATA, DATA_BASE);
  emit_li(c, LIAR_A, 0x12345678);
  emit_li(c, LIAR_B, 0x9abcdef0);
  emit_li(c, 3, MGP_HINT_START);
  MARK(CONST);
  E(ADDI, 13, 0, 0, 7);
  MARK(MV);
  E(ADDI, 14, LIAR_A, 0, 0);
  MARK(ADDI);
  E(ADDI, 15, LIAR_A, 0, 100);
  g->limb = MARK(ADDI2);
  E(ADDI, 15, 15, 0, 5);
  E(ADDI, 15, 15, 0, 6);
  MARK(ADD);
  E(ADD, 16, LIAR_A, LIAR_B, 0);
  MARK(ADD2);
  E(SUB, 16, 16, 13, 0);
  MARK(LOGIC);
  E(AND, 17, LIAR_A, LIAR_B, 0);
  MARK(LOGIC2);
  E(OR, 17, 17, 13, 0);
  MARK(LOGICI);
  E(XORI, 18, LIAR_A, 0, 0x55);
  MARK(SHIFTI);
  E(SLLI, 19, LIAR_A, 0, 3);
  MARK(SHIFTI2);
  E(SRAI, 19, 19, 0, 2);
  MARK(SHIFT);
  E(SRA, 20, LIAR_B, 13, 0);
  MARK(LW);
  E(LW, 21, LIAR_DATA, 0, LIAR_WORD + load_offset);
  E(ADDI, 22, LIAR_DATA, 0, 0);
  MARK(LW2);
  E(LW, 22, 22, 0, 4);
  MARK(LSUB);
  E(LB, 23, LIAR_DATA, 0, 3);
  MARK(SW);
  E(SW, 0, LIAR_DATA, LIAR_A, LIAR_SAVED);
  MARK(SSUB);
  E(SB, 0, LIAR_DATA, LIAR_B, LIAR_SAVED + 4);
  g->saved_lw = c->n;
  E(LW, 24, LIAR_DATA, 0, LIAR_SAVED);
  E(LW, 25, LIAR_DATA, 0, LIAR_SAVED + 4);
  MARK(MUL);
  E(MUL, 26, LIAR_A, LIAR_B, 0);
  MARK(MULH);
  E(MULH, 27, LIAR_A, LIAR_B, 0);
  MARK(DIV);
  E(REM, 28, LIAR_B, 13, 0);
  MARK(SLT);
  E(SLT, 29, LIAR_A, LIAR_B, 0);
  MARK(SLTU);
  E(SLTU, 30, LIAR_A, LIAR_B, 0);
  MARK(BZ);
  E(BEQ, 0, 13, 0, 8);
  E(ADDI, 14, 14, 0, 1);
  MARK(BEQ);
  E(BEQ, 0, LIAR_A, LIAR_B, 8);
  E(ADDI, 14, 14, 0, 2);
  MARK(BLT);
  E(BLT, 0, LIAR_A, LIAR_B, 8);
  E(ADDI, 14, 14, 0, 4);
  MARK(BLTU);
  E(BLTU, 0, LIAR_A, LIAR_B, 8);
  E(ADDI, 14, 14, 0, 8);
  E(JAL, 1, 0, 0, 8);
  E(ADDI, 14, 14, 0, 16);
  MARK(J);
  E(JAL, 0, 0, 0, 8);
  E(ADDI, 14, 14, 0, 32);
  emit_li(c, 31, CODE_BASE + 4 * (c->n + 4));
  MARK(JALR);
  E(JALR, 1, 31, 0, 0);
  E(ADDI, 14, 14, 0, 64);
  g->sink = c->n;
  E(ADD, 0, LIAR_A, LIAR_B, 0);
  g->x0_read = c->n;
  E(ADD, LIAR_X0_READ, 0, 13, 0);
  E(ADDI, 5, 0, 0, MGP_ECALL_LOG_PC);
  MARK(ENOP);
  E(ECALL, 0, 0, 0, 0);
  g->bss_lw = c->n;
  E(LW, LIAR_BSS_READ, LIAR_DATA, 0, LIAR_BSS);
  E(LW, LIAR_HINT_READ, 3, 0, 0);
  E(ADDI, 6, 0, 0, 150); /* until registers are older than 2^8 timestamps */
  E(ADDI, 6, 6, 0, -1);
  E(BNE, 0, 6, 0, -4);
  g->wide_lw = c->n;
  E(LW, 10, LIAR_DATA, 0, LIAR_WORD);
  g->hint_lw2 = c->n;
  E(LW, LIAR_LATER, 3, 0, 0);
  E(ADD, 10, 10, LIAR_LATER, 0);
  g->bss_lw2 = c->n;
  E(LW, LIAR_LATER, LIAR_DATA, 0, LIAR_BSS);
  static const uint8_t results[] = {LIAR_LATER, LIAR_HINT_READ, LIAR_X0_READ, LIAR_BSS_READ, 1};
  for (unsigned i = 0; i < sizeof results; i++) E(ADD, 10, 10, results[i], 0);
  for (uint32_t r = 13; r <= 30; r++) E(ADD, 10, 10, r, 0);
  E(ADDI, 31, 10, 0, 0);
  E(ADDI, 10, LIAR_DATA, 0, LIAR_DIGEST);
  E(ADDI, 5, 0, 0, MGP_ECALL_COMMIT);
  MARK(COMMIT);
  E(ECALL, 0, 0, 0, 0);
  E(ADDI, 10, 31, 0, 0);
  E(ADDI, 5, 0, 0, MGP_ECALL_HALT);
  MARK(HALT);
  E(ECALL, 0, 0, 0, 0);
#undef E
#undef MARK
}

static inline void liar_guest_program(liar_guest_t *g, int32_t load_offset) {
  static code_t c;
  uint32_t data[LIAR_SAVED / 4];
  c.n = 0;
  liar_guest_code(g, &c, load_offset);
  for (uint32_t i = 0; i < LIAR_SAVED / 4; i++) data[i] = 0x89abcdefu * (i + 1);
  data[LIAR_WORD / 4 + 1] &= ~0xffu; /* so that a load of LIAR_WORD + 1 finds a part of one word */
  g->prog = load_code(&c, data, LIAR_SAVED / 4);
}

static inline void liar_guest_run(liar_guest_t *g) {
  uint8_t dt[MGP_OPCHIP_COUNT] = {0};
  uint32_t cost[MGP_OPCHIP_COUNT] = {0};
  for (uint32_t c = 1; c < MGP_OPCHIP_COUNT; c++) {
    dt[c] = g->chips->chip[c].dt;
    cost[c] = g->chips->chip[c].cost;
  }
  mgp_vm_config_t config = {.prog = &g->prog,
                            .hints = (const uint8_t *)g->hints,
                            .nhints = sizeof g->hints,
                            .dt = dt,
                            .cost = cost};
  mgp_vm_t *vm;
  mgp_record_t rec = {.cap_steps = 4096, .cap_commits = 1, .cap_touches = 4096};
  mgp_vm_stop_t why;
  rec.steps = calloc(rec.cap_steps, sizeof *rec.steps);
  rec.touches = calloc(rec.cap_touches, sizeof *rec.touches);
  rec.commits = &g->commit;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1));
  REQUIRE_OK(mgp_vm_record(vm, &no_limits, &rec, &why));
  CHECK(why == MGP_VM_HALTED);
  g->exit_code = mgp_vm_state(vm)->exit_code;
  g->steps = rec.steps;
  g->nsteps = rec.nsteps;
  g->raw = (mgp_raw_t){.insns = g->prog.insn, .steps = g->steps, .commits = &g->commit};
  free(rec.touches);
  mgp_vm_destroy(vm);
}

/* Of every shard that is lied about. */
static inline mgp_params_t liar_params(void) {
  mgp_params_t p = light_params();
  p.partitions = 2;
  p.log_height = 14;
  p.log_chunk = 6;
  p.log_rows = 20;
  p.log_final = 5;
  return p;
}

static inline void liar_guest_create(liar_guest_t *g) {
  char err[128];
  memset(g, 0, sizeof *g);
  g->hints[0] = 0xfeedbeef;
  REQUIRE_OK(mgp_chipset_create(&g->chips));
  liar_guest_program(g, 0);
  liar_guest_run(g);
  REQUIRE_OK(mgp_vk_serialize(&g->prog, &g->vk, &g->nvk));
  CHECK_MSG(mgprove_program_from_vk(g->vk, g->nvk, &g->program, err, sizeof err) ==
                MGPROVE_ACCEPTED,
            "%s", err);
  g->plan = liar_params();
}

static inline void liar_guest_destroy(liar_guest_t *g) {
  mgprove_program_destroy(g->program);
  free(g->vk);
  free(g->steps);
  mgp_program_free(&g->prog);
  mgp_chipset_destroy(g->chips);
}

/* First step that executes instruction `insn` (index into the program). */
static inline uint32_t liar_step(const liar_guest_t *g, uint32_t insn) {
  for (uint32_t i = 0; i < g->nsteps; i++)
    if (g->steps[i].insn == insn) return i;
  fprintf(stderr, "instruction %u is not executed\n", insn);
  exit(1);
}

static inline uint32_t liar_column(const liar_guest_t *g, mgp_chip_id_t chip, const char *name) {
  for (uint32_t c = 0; c < g->chips->chip[chip].ncols; c++)
    if (strcmp(g->chips->chip[chip].col_name[c], name) == 0) return c;
  fprintf(stderr, "%s has no column %s\n", g->chips->chip[chip].name, name);
  exit(1);
}

/* "accepted", or the check that refuses; "no proof" if none could be made. MGP_LIES_DIR: each proof
 * is also written there (for another verifier) as NUMBER.CHECK.mgp, after its key NUMBER.vk. */
static inline const char *liar_verdict(const liar_guest_t *g, const uint8_t *proof, size_t n) {
  static mgprove_result_t r;
  static unsigned number;
  const char *dir = getenv("MGP_LIES_DIR");
  if (!proof) return "no proof";
  mgprove_verdict_t v = mgprove_verify(g->program, proof, n, &r);
  if (v == MGPROVE_ACCEPTED) snprintf(r.check, sizeof r.check, "accepted");
  CHECK_MSG(v == MGPROVE_ACCEPTED || v == MGPROVE_REJECTED, "verdict %d", (int)v);
  if (dir) {
    char path[512];
    snprintf(path, sizeof path, "%s/%03u.vk", dir, number);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(g->vk, 1, g->nvk, f) == g->nvk && fclose(f) == 0);
    snprintf(path, sizeof path, "%s/%03u.%s.mgp", dir, number++, r.check);
    f = fopen(path, "wb");
    CHECK(f && fwrite(proof, 1, n, f) == n && fclose(f) == 0);
  }
  return r.check;
}

static inline int liar_is_one_of(const char *got, const char *check) {
  const char *at = strstr(check, got);
  size_t n = strlen(got);
  return at && (at == check || at[-1] == '|') && (at[n] == 0 || at[n] == '|');
}

/* Proves with the lie and checks who notices, and what is wrong with the rows (liar_faults). check:
 * alternatives separated by '|', where what comes first depends on challenges. */
static inline void liar_expect(const liar_guest_t *g, const liar_t *lie, const char *name,
                               const char *check, const char *faults) {
  size_t n = 0;
  const mgp_plan_t plan = {UINT32_MAX, 1, &g->plan};
  uint8_t *proof = liar_prove(lie, &g->prog, (const uint8_t *)g->hints, sizeof g->hints, &plan, &n);
  if (!proof) fprintf(stderr, "%s: %s\n", name, mgp_error_message());
  const char *got = liar_verdict(g, proof, n);
  CHECK_MSG(liar_is_one_of(got, check), "%s: %s, not %s", name, got, check);
  CHECK_MSG(strcmp(liar_faults(), faults) == 0, "%s: wrong are \"%s\", not \"%s\"", name,
            liar_faults(), faults);
  printf("%-44s %-12s %s\n", name, got, liar_faults());
  free(proof);
}

#endif
