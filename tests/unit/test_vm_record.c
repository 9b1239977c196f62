/* Recording: step records of random programs against the model, which replays them from the
 * accesses of each chip; cuts, chunks and patched pieces against the record in one piece. */
#include "vm_model.h"
#include "vm_random.h"

/* --- accesses of the chips, in their order (chips.md of the design, section 4) --------------- */

typedef struct {
  char what; /* a, b, o, m: the step's field; 0 ends the list */
  uint8_t slot;
} access_t;

static const access_t accesses[MGP_OPCHIP_COUNT][4] = {
    [MGP_CHIP_CONST] = {{'o', 0}},
    [MGP_CHIP_MV] = {{'a', 0}, {'o', 1}},
    [MGP_CHIP_ADDI] = {{'a', 0}, {'o', 1}},
    [MGP_CHIP_ADDI2] = {{'a', 0}},
    [MGP_CHIP_ADD] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_ADD2] = {{'b', 0}, {'a', 1}},
    [MGP_CHIP_LOGIC] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_LOGIC2] = {{'b', 0}, {'a', 1}},
    [MGP_CHIP_LOGICI] = {{'a', 0}, {'o', 1}},
    [MGP_CHIP_SHIFTI] = {{'a', 0}, {'o', 1}},
    [MGP_CHIP_SHIFTI2] = {{'a', 0}},
    [MGP_CHIP_SHIFT] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_BZ] = {{'a', 0}},
    [MGP_CHIP_BEQ] = {{'a', 0}, {'b', 1}},
    [MGP_CHIP_BLT] = {{'a', 0}, {'b', 1}},
    [MGP_CHIP_BLTU] = {{'a', 0}, {'b', 1}},
    [MGP_CHIP_SLT] = {{'a', 0}, {'b', 1}, {'o', 2}}, /* no b with an immediate */
    [MGP_CHIP_SLTU] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_JALR] = {{'a', 0}, {'o', 1}},
    [MGP_CHIP_LW] = {{'a', 0}, {'m', 0}, {'o', 1}},
    [MGP_CHIP_LW2] = {{'m', 0}, {'a', 0}},
    [MGP_CHIP_LSUB] = {{'a', 0}, {'m', 0}, {'o', 1}},
    [MGP_CHIP_SW] = {{'a', 0}, {'b', 1}, {'m', 0}},
    [MGP_CHIP_SSUB] = {{'a', 0}, {'b', 1}, {'m', 0}},
    [MGP_CHIP_MUL] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_MULH] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_DIV] = {{'a', 0}, {'b', 1}, {'o', 2}},
    [MGP_CHIP_HALT] = {{'a', 0}, {'b', 1}},
    [MGP_CHIP_ENOP] = {{'a', 0}},
    [MGP_CHIP_COMMIT] = {{'a', 0}, {'b', 1}},
};

/* --- the model's replay ---------------------------------------------------------------------- */

#define MEM_WORDS (WINDOW / 4 + 16)
typedef struct {
  uint32_t reg[33], reg_ts[33];
  uint32_t mem[MEM_WORDS], mem_ts[MEM_WORDS];
  uint32_t pc, ts;
} model_t;

static uint32_t *word_at(model_t *m, uint32_t key) {
  if (key - DATA_BASE / 4 >= MEM_WORDS) abort();
  return &m->mem[key - DATA_BASE / 4];
}
static uint32_t *word_ts(model_t *m, uint32_t key) {
  return &m->mem_ts[key - DATA_BASE / 4];
}

static uint32_t swap_ts(uint32_t *at, uint32_t ts) {
  const uint32_t before = *at;
  *at = ts;
  return before;
}

/* One step of the program, as a record. */
static mgp_step_t model_step(model_t *m, const mgp_program_t *prog, mgp_commit_t *commit) {
  const uint32_t index = m->pc - CODE_BASE / 4;
  const mgp_insn_t *in = &prog->insn[index];
  const uint32_t word = prog->code[0].words[index];
  const mgp_op_t op = (mgp_op_t)in->op;
  const uint32_t rs1 = word >> 15 & 31, rs2 = word >> 20 & 31, rd = word >> 7 & 31;
  const uint32_t v1 = m->reg[rs1], v2 = m->reg[rs2], imm = in->imm;
  mgp_chip_id_t chip = (mgp_chip_id_t)in->chip;
  uint32_t next = m->pc + 1, value = 0, key = 0, stored = 0, a = in->rs1, b = in->rs2;
  int writes_memory = 0;
  /* what the instruction means, from its own fields */
  if (op == MGP_OP_LUI) {
    value = word & 0xfffff000;
  } else if (op == MGP_OP_AUIPC) {
    value = 4 * m->pc + (word & 0xfffff000);
  } else if (op == MGP_OP_JAL) {
    value = 4 * m->pc + 4;
    next = m->pc + (uint32_t)((int32_t)imm / 4);
  } else if (op == MGP_OP_JALR) {
    value = 4 * m->pc + 4;
    next = (v1 + imm) / 4;
  } else if (op >= MGP_OP_BEQ && op <= MGP_OP_BGEU) {
    if (model_branch(op, v1, v2)) next = m->pc + (uint32_t)((int32_t)imm / 4);
  } else if (op >= MGP_OP_LB && op <= MGP_OP_LHU) {
    key = (v1 + imm) / 4;
    value = model_load(op, *word_at(m, key), v1 + imm);
  } else if (op >= MGP_OP_SB && op <= MGP_OP_SW) {
    key = (v1 + imm) / 4;
    stored = model_store(op, *word_at(m, key), v1 + imm, v2);
    writes_memory = 1;
  } else if (op >= MGP_OP_ADDI && op <= MGP_OP_SRAI) {
    value = model_alu(op, v1, imm);
  } else if (op == MGP_OP_ECALL) {
    a = 5;
    b = 10;
    chip = m->reg[5] == 0 ? MGP_CHIP_HALT : m->reg[5] == 16 ? MGP_CHIP_COMMIT : MGP_CHIP_ENOP;
    if (chip == MGP_CHIP_HALT) next = MGP_HALT_PC;
  } else if (op != MGP_OP_FENCE) {
    value = model_alu(op, v1, v2);
  }
  /* what the chip accesses, in its order */
  mgp_step_t s = {.insn = index, .ts = m->ts};
  const int in_place = chip == MGP_CHIP_ADDI2 || chip == MGP_CHIP_ADD2 || chip == MGP_CHIP_LOGIC2 ||
                       chip == MGP_CHIP_SHIFTI2 || chip == MGP_CHIP_LW2;
  for (const access_t *x = accesses[chip]; x->what; x++) {
    const uint32_t ts = m->ts + x->slot;
    if (x->what == 'a') {
      s.a = m->reg[a];
      s.pa = swap_ts(&m->reg_ts[a], ts);
      if (in_place) m->reg[a] = value;
    } else if (x->what == 'b') {
      if (op == MGP_OP_SLTI || op == MGP_OP_SLTIU) continue;
      s.b = m->reg[b];
      s.pb = swap_ts(&m->reg_ts[b], ts);
    } else if (x->what == 'o') {
      const uint32_t d = rd ? rd : 32;
      s.o = m->reg[d];
      s.po = swap_ts(&m->reg_ts[d], ts);
      m->reg[d] = value;
    } else {
      s.m = *word_at(m, key);
      s.pm = swap_ts(word_ts(m, key), ts);
      if (writes_memory) *word_at(m, key) = stored;
    }
  }
  if (chip == MGP_CHIP_COMMIT)
    for (unsigned i = 0; i < 8; i++) {
      commit->m[i] = *word_at(m, m->reg[10] / 4 + i);
      commit->pm[i] = swap_ts(word_ts(m, m->reg[10] / 4 + i), m->ts);
    }
  m->ts += test_dt[chip];
  m->pc = next;
  return s;
}

/* --- recording ------------------------------------------------------------------------------- */

typedef struct {
  mgp_step_t *steps;
  uint32_t nsteps;
  mgp_commit_t commit[1];
  uint32_t ncommits;
  mgp_touch_t *touches;
  uint32_t ntouches;
  uint32_t ts; /* after the last step */
} piece_t;

static void free_piece(piece_t *p) {
  free(p->steps);
  free(p->touches);
}

/* Records from where vm stands to stop_cost, with buffers of the given first sizes. */
static piece_t record(mgp_vm_t *vm, uint32_t ts, uint64_t stop_cost, uint32_t chunk,
                      uint32_t touches, mgp_vm_stop_t *why) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, stop_cost};
  piece_t p = {0};
  mgp_record_t rec = {.steps = malloc(chunk * sizeof(mgp_step_t)),
                      .cap_steps = chunk,
                      .commits = p.commit,
                      .cap_commits = 1,
                      .touches = malloc(touches * sizeof(mgp_touch_t)),
                      .cap_touches = touches};
  REQUIRE_OK(mgp_vm_record_begin(vm, &rec, ts));
  for (;;) {
    REQUIRE_OK(mgp_vm_record(vm, &limits, &rec, why));
    CHECK(rec.nsteps <= rec.cap_steps && rec.ntouches <= rec.cap_touches);
    p.steps = realloc(p.steps, (rec.steps0 + rec.nsteps + 1) * sizeof *p.steps);
    memcpy(p.steps + rec.steps0, rec.steps, rec.nsteps * sizeof *p.steps);
    rec.steps0 += rec.nsteps;
    rec.nsteps = 0;
    if (*why != MGP_VM_FULL) break;
    if (rec.cap_touches - rec.ntouches < MGP_MAX_TOUCHES_PER_STEP)
      rec.touches = realloc(rec.touches, (rec.cap_touches += 11) * sizeof *rec.touches);
  }
  mgp_vm_record_end(vm, &rec);
  free(rec.steps);
  p.nsteps = rec.steps0;
  p.ncommits = rec.ncommits;
  p.touches = rec.touches;
  p.ntouches = rec.ntouches;
  p.ts = rec.ts;
  return p;
}

static const char *show(const mgp_step_t *s) {
  static char text[2][200];
  static unsigned turn;
  char *t = text[turn ^= 1];
  (void)snprintf(t, 200, "insn %u ts %u a %x b %x o %x m %x pa %u pb %u po %u pm %u", s->insn,
                 s->ts, s->a, s->b, s->o, s->m, s->pa, s->pb, s->po, s->pm);
  return t;
}

static void check_steps(const mgp_step_t *got, const mgp_step_t *want, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    CHECK_MSG(memcmp(&got[i], &want[i], sizeof *got) == 0, "step %u: %s, want %s", i, show(&got[i]),
              show(&want[i]));
}

/* The record against the model, and the touches against the model's first and last accesses. */
static void check_whole(const piece_t *p, const mgp_program_t *prog, const uint32_t *data,
                        uint32_t ndata, const mgp_vm_t *vm) {
  model_t m = {.pc = prog->entry, .ts = 1};
  memcpy(m.mem, data, 4 * ndata);
  mgp_commit_t commit = {{0}, {0}};
  mgp_step_t *want = calloc(p->nsteps, sizeof *want);
  uint32_t n = 0;
  while (n < p->nsteps && m.pc - CODE_BASE / 4 < prog->ninsn)
    want[n++] = model_step(&m, prog, &commit);
  CHECK(n == p->nsteps && m.pc == MGP_HALT_PC && m.ts == p->ts);
  check_steps(p->steps, want, n);
  CHECK(p->ncommits == 1 && memcmp(p->commit, &commit, sizeof commit) == 0);
  CHECK_EQ_U64(mgp_vm_state(vm)->ts + 1, p->ts);
  free(want);

  /* one touch for each key that the model saw, with its last value and time */
  uint32_t touched = 0, before = 0;
  for (uint32_t r = 0; r < 33; r++) touched += m.reg_ts[r] != 0;
  for (uint32_t k = 0; k < MEM_WORDS; k++) touched += m.mem_ts[k] != 0;
  CHECK_EQ_U64(p->ntouches, touched);
  for (uint32_t i = 0; i < p->ntouches; i++) {
    const mgp_touch_t *t = &p->touches[i];
    const uint32_t k = t->key - DATA_BASE / 4;
    CHECK_EQ_U64(t->last, t->is_register ? m.reg[t->key] : m.mem[k]);
    CHECK_EQ_U64(t->last_ts, t->is_register ? m.reg_ts[t->key] : m.mem_ts[k]);
    CHECK_EQ_U64(t->first, t->is_register ? 0 : k < ndata ? data[k] : 0);
    if (t->field < MGP_TOUCH_COMMIT) { /* in the order of the steps; a first access each */
      const mgp_step_t *s = &p->steps[t->index];
      const uint32_t value[4] = {s->a, s->b, s->o, s->m}, prev[4] = {s->pa, s->pb, s->po, s->pm};
      CHECK(t->index >= before && value[t->field] == t->first && prev[t->field] == 0);
      before = t->index;
    } else {
      const unsigned w = (unsigned)(t->field - MGP_TOUCH_COMMIT);
      CHECK(t->index == 0 && w < 8 && p->commit[0].m[w] == t->first && p->commit[0].pm[w] == 0);
    }
    for (uint32_t j = 0; j < i; j++)
      CHECK(t->key != p->touches[j].key || t->is_register != p->touches[j].is_register);
  }
}

/* --- pieces ---------------------------------------------------------------------------------- */

typedef struct {
  uint32_t ts, value;
  int seen;
} last_t;
typedef struct {
  last_t reg[33], mem[MEM_WORDS];
} table_t;

static last_t *entry(table_t *t, const mgp_touch_t *touch) {
  return touch->is_register ? &t->reg[touch->key] : &t->mem[touch->key - DATA_BASE / 4];
}

/* Recorded in pieces by vms of their own, patched from the pieces before, it is the same record. */
static void check_pieces(const mgp_vm_config_t *config, const piece_t *whole, uint64_t total_cost,
                         uint32_t npieces, test_rng_t *rng) {
  table_t table;
  memset(&table, 0, sizeof table);
  uint32_t at = 0, ncommits = 0;
  mgp_vm_stop_t why = MGP_VM_CUT;
  for (uint32_t i = 0; i < npieces; i++) {
    mgp_vm_t *vm;
    const mgp_vm_limits_t start = {MGP_VM_NO_LIMIT, total_cost * i / npieces};
    const uint64_t stop = i + 1 == npieces ? MGP_VM_NO_LIMIT : total_cost * (i + 1) / npieces;
    REQUIRE_OK(mgp_vm_create(config, &vm));
    REQUIRE_OK(mgp_vm_run(vm, &start, &why));
    CHECK(why == MGP_VM_CUT && mgp_vm_state(vm)->steps == at);
    piece_t p =
        record(vm, (uint32_t)mgp_vm_state(vm)->ts + 1, stop, 1 + (uint32_t)(test_rand(rng) % 100),
               10 + (uint32_t)(test_rand(rng) % 30), &why);
    CHECK(why == (i + 1 == npieces ? MGP_VM_HALTED : MGP_VM_CUT));
    for (uint32_t k = 0; k < p.ntouches; k++) {
      last_t *e = entry(&table, &p.touches[k]);
      CHECK(!e->seen || e->value == p.touches[k].first);
      mgp_touch_patch(&p.touches[k], p.steps, p.commit, e->ts);
      *e = (last_t){p.touches[k].last_ts, p.touches[k].last, 1};
    }
    CHECK(at + p.nsteps <= whole->nsteps);
    check_steps(p.steps, whole->steps + at, p.nsteps);
    if (p.ncommits) {
      CHECK(memcmp(p.commit, whole->commit, sizeof p.commit) == 0);
      ncommits++;
    }
    at += p.nsteps;
    free_piece(&p);
    mgp_vm_destroy(vm);
  }
  CHECK(at == whole->nsteps && ncommits == 1);
  for (uint32_t k = 0; k < whole->ntouches; k++) {
    const last_t *e = entry(&table, &whole->touches[k]);
    CHECK(e->seen && e->ts == whole->touches[k].last_ts && e->value == whole->touches[k].last);
  }
}

static void check_random(test_rng_t *rng, uint32_t body, uint32_t rounds, uint32_t *chips) {
  static code_t c;
  uint32_t data[MEM_WORDS / 2];
  for (size_t i = 0; i < MEM_WORDS / 2; i++)
    data[i] = test_rand(rng) & 1 ? edge_values[test_rand(rng) % N_EDGE] : (uint32_t)test_rand(rng);
  random_program(&c, rng, body, rounds);
  mgp_program_t prog = load_code(&c, data, MEM_WORDS / 2);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  piece_t whole = record(vm, 1, MGP_VM_NO_LIMIT, 1u << 16, 512, &why);
  CHECK(why == MGP_VM_HALTED);
  const uint64_t total_cost = mgp_vm_state(vm)->cost;
  check_whole(&whole, &prog, data, MEM_WORDS / 2, vm);
  for (uint32_t i = 0; i < whole.nsteps; i++) chips[prog.insn[whole.steps[i].insn].chip]++;

  /* once more in the same vm, in small chunks */
  mgp_vm_reset(vm);
  piece_t again = record(vm, 1, MGP_VM_NO_LIMIT, 7, 10, &why);
  CHECK(again.nsteps == whole.nsteps && again.ntouches == whole.ntouches);
  check_steps(again.steps, whole.steps, whole.nsteps);
  CHECK(memcmp(again.touches, whole.touches, whole.ntouches * sizeof *whole.touches) == 0);
  CHECK(memcmp(again.commit, whole.commit, sizeof whole.commit) == 0);
  free_piece(&again);

  for (uint32_t n = 1; n <= 8; n += n < 4 ? 1 : 4)
    check_pieces(&config, &whole, total_cost, n, rng);
  free_piece(&whole);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* Random words, mostly traps of all kinds: the three passes end in the same state. */
static void check_words(test_rng_t *rng) {
  static const uint8_t opcodes[12] = {0x37, 0x17, 0x6f, 0x67, 0x63, 0x03,
                                      0x23, 0x13, 0x33, 0x13, 0x33, 0x73};
  const mgp_vm_limits_t limits = {300, MGP_VM_NO_LIMIT};
  static code_t c;
  c.n = 0;
  for (uint32_t r = 1; r < 32; r++)
    emit_li(&c, r, r % 4 ? DATA_BASE + 64 * r + r % 3 : (uint32_t)test_rand(rng));
  while (c.n < 256) {
    uint32_t w = ((uint32_t)test_rand(rng) & ~0x7fu) | opcodes[test_rand(rng) % 12];
    if ((w & 0x7f) == 0x33) w &= 0x03ffffffu;
    if ((w & 0x7f) == 0x73) w = 0x73;
    if ((w & 0x7f) == 0x6f || (w & 0x7f) == 0x63) w &= 0x81ffffffu; /* short */
    emit_word(&c, w);
  }
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  mgp_vm_stop_t why[3] = {MGP_VM_FULL, MGP_VM_FULL, MGP_VM_FULL};
  mgp_status_t st[3];
  mgp_vm_state_t state[3];
  mgp_trap_t trap[3];
  static mgp_step_t steps[300];
  static mgp_touch_t touches[300 * MGP_MAX_TOUCHES_PER_STEP + MGP_MAX_TOUCHES_PER_STEP];
  mgp_commit_t commit;
  mgp_record_t rec = {.steps = steps,
                      .cap_steps = 300,
                      .commits = &commit,
                      .cap_commits = 1,
                      .touches = touches,
                      .cap_touches = sizeof touches / sizeof touches[0]};
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  for (int pass = 0; pass < 3; pass++) {
    mgp_vm_reset(vm);
    if (pass == 0) st[0] = mgp_vm_run(vm, &limits, &why[0]);
    if (pass == 1) st[1] = mgp_vm_profile(vm, &limits, NULL, &why[1]);
    if (pass == 2) {
      REQUIRE_OK(mgp_vm_record_begin(vm, &rec, 1));
      st[2] = mgp_vm_record(vm, &limits, &rec, &why[2]);
    }
    state[pass] = *mgp_vm_state(vm);
    trap[pass] = *mgp_vm_trap(vm);
    CHECK(st[pass] == st[0] && why[pass] == why[0] && why[pass] != MGP_VM_FULL);
    CHECK(memcmp(&state[pass], &state[0], sizeof state[0]) == 0);
    CHECK(memcmp(&trap[pass], &trap[0], sizeof trap[0]) == 0);
  }
  CHECK(state[0].steps == rec.nsteps && state[0].x[0] == 0);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

/* Timestamps end below 2^29. */
static void check_ts_limit(void) {
  code_t c = {.n = 0};
  emit(&c, MGP_OP_JAL, 0, 0, 0, 0);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  mgp_vm_stop_t why;
  static mgp_step_t steps[64];
  mgp_touch_t touches[10];
  mgp_commit_t commit;
  mgp_record_t rec = {.steps = steps,
                      .cap_steps = 64,
                      .commits = &commit,
                      .cap_commits = 1,
                      .touches = touches,
                      .cap_touches = 10};
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  REQUIRE_OK(mgp_vm_record_begin(vm, &rec, (1u << 29) - 20));
  CHECK(mgp_vm_record(vm, &no_limits, &rec, &why) == MGP_RESOURCES);
  CHECK(rec.nsteps > 0 && rec.nsteps <= 20 && rec.ts <= 1u << 29);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

int main(void) {
  test_rng_t rng = test_rng();
  uint32_t chips[MGP_OPCHIP_COUNT] = {0};
  for (unsigned i = 0; i < 12; i++) check_random(&rng, 100 + 60 * i, 3 + i % 4, chips);
  for (unsigned chip = MGP_CHIP_NONE + 1; chip < MGP_OPCHIP_COUNT; chip++)
    CHECK_MSG(chips[chip] > 0 || chip == MGP_CHIP_HALT || chip == MGP_CHIP_COMMIT,
              "chip %u was not recorded", chip);
  check_ts_limit();
  for (unsigned i = 0; i < 400; i++) check_words(&rng);
  return test_result();
}
