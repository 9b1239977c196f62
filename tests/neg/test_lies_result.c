/* The real prover about a run in which one instruction, of each chip in turn, did something else
 * than it means: its row says so, and the run goes on from there. Nothing else is false, and each
 * is refused by the check named. */
#include "liar_guest.h"

static liar_guest_t g;

/* What a row sends: the machine after it. */
typedef struct {
  uint32_t pc;
  uint32_t n;
  struct {
    uint32_t is_register, key, value, ts;
  } sent[16];
  int has_exit, has_pub;
  uint32_t exit_code, pub;
} effects_t;

static void effects_of(const mgp_chip_t *chip, const mgp_f_t *row, effects_t *e) {
  mgp_f_t values[MGP_MAX_NODES];
  memset(e, 0, sizeof *e);
  mgp_chip_eval_row(chip, row, NULL, values);
  for (uint32_t j = 0; j < chip->ninteractions; j++) {
    const mgp_interaction_t *x = &chip->interactions[j];
    uint32_t t[MGP_MAX_TUPLE] = {0};
    if (values[x->mult] != mgp_f_one()) continue;
    for (unsigned k = 0; k < x->len; k++) t[k] = mgp_f_to_u32(values[x->tuple[k]]);
    if (x->bus == MGP_BUS_STATE) e->pc = t[0];
    if (x->bus == MGP_BUS_EXIT) e->has_exit = 1, e->exit_code = t[0] + (t[1] << 16);
    if (x->bus == MGP_BUS_PUB && t[0] == 0) e->has_pub = 1, e->pub = t[1] + (t[2] << 16);
    if (x->bus != MGP_BUS_MEM) continue;
    const int reg = t[1] == MGP_REG_SPACE;
    if (!reg && t[1] >= 1u << 14) continue; /* no word of the emulator */
    e->sent[e->n].is_register = reg;
    e->sent[e->n].key = reg ? t[0] : t[1] << 14 | t[0] >> 2;
    e->sent[e->n].value = t[2] + (t[3] << 16);
    e->sent[e->n++].ts = t[4];
  }
}

static void apply(const liar_t *lie, mgp_vm_t *vm) {
  const effects_t *e = lie->more;
  for (uint32_t slot = 0; slot < 4; slot++)
    for (uint32_t i = 0; i < e->n; i++) {
      if (e->sent[i].ts != lie->number + slot) continue;
      if (e->sent[i].is_register)
        vm->s.x[e->sent[i].key] = e->sent[i].value;
      else
        memcpy(vm->mem + 4 * (size_t)e->sent[i].key, &e->sent[i].value, 4);
    }
  vm->s.pc = e->pc;
  vm->at = mgp_vm_locate(vm, e->pc);
}

static void state_outcome(const liar_t *lie, mgp_session_t *s) {
  const effects_t *e = lie->more;
  if (e->has_exit) s->run.exit_code = s->now->st.exit_code = e->exit_code;
  if (e->has_pub) s->run.commit[0] = s->now->st.commit[0] = e->pub;
}

typedef struct {
  const char *col;
  int32_t delta;
} change_t;

typedef struct {
  mgp_chip_id_t chip;
  const char *what;
  change_t change[3];
  const char *check, *faults;
} result_lie_t;

static const result_lie_t *current;

static void change_row(mgp_f_t *row, size_t stride) {
  for (int i = 0; i < 3 && current->change[i].col; i++) {
    mgp_f_t *cell = &row[liar_column(&g, current->chip, current->change[i].col) * stride];
    *cell = mgp_f_add(*cell, mgp_f_from_i32(current->change[i].delta));
  }
}

static void change_witness(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw,
                           uint32_t index, mgp_f_t *row, size_t stride) {
  if (chip == lie->chip && raw->steps[index].ts == lie->number) change_row(row, stride);
}

static const result_lie_t lies[] = {
    /* wrong results */
    {MGP_CHIP_CONST, "constant", {{"c_lo", 1}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_MV, "move: reads another value", {{"a_lo", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_ADDI, "addi", {{"r_lo", 1}}, "main-last", "carry of low limb is -1, 0 or 1"},
    {MGP_CHIP_ADDI, "addi with another immediate", {{"r_lo", 1}, {"imm", 1}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_ADDI2,
     "addi in place",
     {{"r_lo", 1}},
     "main-last",
     "carry of low limb is -1, 0 or 1"},
    {MGP_CHIP_ADD, "add", {{"z_lo", 1}}, "main-last", "bit carry"},
    {MGP_CHIP_ADD, "add of another value", {{"z_lo", 1}, {"y_lo", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_ADD2, "sub in place", {{"x_lo", 1}}, "main-last", "bit carry"},
    {MGP_CHIP_LOGIC, "and", {{"n0", 1}}, "bus-sum", "BYTE"},
    {MGP_CHIP_LOGIC2, "or in place", {{"n2", 1}}, "bus-sum", "BYTE"},
    {MGP_CHIP_LOGICI, "xori", {{"n1", 1}}, "bus-sum", "BYTE"},
    {MGP_CHIP_SHIFTI, "slli", {{"r_lo", 1}}, "main-last", "low limb"},
    {MGP_CHIP_SHIFTI2, "srai in place", {{"r_hi", 1}}, "main-last", "high limb"},
    {MGP_CHIP_SHIFT, "sra", {{"r_lo", 1}}, "main-last", "low limb"},
    {MGP_CHIP_LW, "lw: another word", {{"m_lo", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_LW,
     "lw: another address",
     {{"w_lo", 4}},
     "main-last",
     "carry of the address is -1, 0 or 1 MEM"},
    {MGP_CHIP_LW2, "lw in place", {{"m_hi", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_LSUB, "lb", {{"z", 1}}, "main-last", "bytes of the half"},
    {MGP_CHIP_LSUB, "lb: another sign", {{"s", -1}}, "bus-sum", "BYTE"},
    {MGP_CHIP_SW, "sw: another value", {{"b_lo", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_SSUB, "sb", {{"d", 1}}, "main-last", "what is added to the half"},
    {MGP_CHIP_MUL, "mul", {{"r_lo", 1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_MULH, "mulh", {{"r_lo", 1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_MULH,
     "mulh: b not signed",
     {{"sb", -1}, {"r_lo", 0x5678}, {"r_hi", 0x1234}},
     "main-last",
     "b counts as negative MEM RANGE"},
    {MGP_CHIP_DIV, "rem", {{"r_lo", 1}}, "main-last", "nothing above the top limb RANGE"},
    {MGP_CHIP_DIV, "rem, fitting quotient", {{"r_lo", -7}, {"q0", 1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_SLT, "slt", {{"f1", 1}, {"f3", -1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_SLTU, "sltu", {{"f1", -1}, {"f3", 1}}, "bus-sum", "RANGE"},
    /* wrong next pc */
    {MGP_CHIP_BZ, "beqz taken", {{"ne", -1}}, "main-last", "ne = 0 if zero"},
    {MGP_CHIP_BEQ, "beq taken", {{"ne", -1}}, "main-last", "ne = 0 if equal"},
    {MGP_CHIP_BLT, "blt", {{"f1", 1}, {"f3", -1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_BLTU, "bltu", {{"f1", -1}, {"f3", 1}}, "bus-sum", "RANGE"},
    {MGP_CHIP_BZ, "beqz to another target", {{"tn", 1}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_J, "jump to another target", {{"nx", -1}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_JALR, "jalr to another target", {{"imm", 4}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_JALR, "jalr, another link", {{"lk", 4}}, "bus-sum", "MEM PROGRAM"},
    {MGP_CHIP_CONST, "next pc of a constant", {{"nx", 1}}, "bus-sum", "PROGRAM"},
    {MGP_CHIP_ADDI, "executed at another pc", {{"pc", 1}}, "bus-sum", "STATE PROGRAM"},
    /* ecalls */
    {MGP_CHIP_ENOP, "ecall of another code", {{"e", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_ENOP, "ecall of no code", {{"e", 2}}, "main-last", "code 2, 3 or 4 MEM"},
    {MGP_CHIP_COMMIT, "another public digest", {{"m0_lo", 1}}, "bus-sum", "MEM"},
    {MGP_CHIP_HALT, "another exit code", {{"v_lo", 1}}, "bus-sum", "MEM"},
};

static void tell_lie(const result_lie_t *l) {
  effects_t e, honest;
  mgp_f_t row[MGP_MAX_COLUMNS];
  const mgp_chip_t *chip = &g.chips->chip[l->chip];
  uint32_t step = liar_step(&g, g.mark[l->chip]);
  char name[96];
  CHECK_EQ_U64(mgp_step_chip(&g.prog.insn[g.steps[step].insn], &g.steps[step]), l->chip);
  current = l;
  mgp_witness_row(l->chip, &g.raw, step, row, 1);
  effects_of(chip, row, &honest);
  change_row(row, 1);
  effects_of(chip, row, &e);
  /* a lie that changes nothing would prove nothing */
  CHECK_MSG(memcmp(&e, &honest, sizeof e) != 0, "%s: no other effect", l->what);
  liar_t lie = {.fault_at = step + 1,
                .fault = apply,
                .witness = change_witness,
                .statement = state_outcome,
                .chip = l->chip,
                .number = g.steps[step].ts,
                .more = &e};
  snprintf(name, sizeof name, "%s: %s", chip->name, l->what);
  liar_expect(&g, &lie, name, l->check, l->faults);
}

int main(void) {
  static const liar_t nothing;
  unsigned char seen[MGP_OPCHIP_COUNT] = {0};
  liar_guest_create(&g);
  liar_expect(&g, NULL, "the honest twin", "accepted", "");
  liar_expect(&g, &nothing, "the honest twin, through the hooks", "accepted", "");
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    seen[lies[i].chip] = 1;
    tell_lie(&lies[i]);
  }
  for (unsigned c = 1; c < MGP_OPCHIP_COUNT; c++)
    CHECK_MSG(seen[c], "no lie about %s", g.chips->chip[c].name);
  liar_guest_destroy(&g);
  return test_result();
}
