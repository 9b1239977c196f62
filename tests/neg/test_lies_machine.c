/* The real prover about machines that do not behave: instructions skipped, memory and registers
 * that change by themselves or read what is not there, time that runs backwards, other programs,
 * other outcomes, other numbers of rows. Each lie is consistent but for one thing, and the test
 * says which check refuses it. */
#include "liar_guest.h"
#include "liar_tools.h"

static liar_guest_t g;

#define HINT_KEY (MGP_HINT_START / 4)
#define BSS_KEY  ((DATA_BASE + LIAR_BSS) / 4)
#define OTHER    42u

/* --- tools ------------------------------------------------------------------------------------ */

static void add_to(mgp_f_t *row, size_t stride, mgp_chip_id_t chip, const char *col, int32_t x) {
  mgp_f_t *cell = &row[liar_column(&g, chip, col) * stride];
  *cell = mgp_f_add(*cell, mgp_f_from_i32(x));
}

static void expect(const char *name, const liar_t *lie, const char *check, const char *faults) {
  liar_expect(&g, lie, name, check, faults);
}

/* --- the run ---------------------------------------------------------------------------------- */

static void skip(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  vm->s.pc++;
  vm->at = mgp_vm_locate(vm, vm->s.pc);
}
static void change_register(const liar_t *lie, mgp_vm_t *vm) {
  vm->s.x[lie->number] += (uint32_t)lie->delta;
}
static void change_word(const liar_t *lie, mgp_vm_t *vm) {
  liar_set_word(vm, lie->number, mgp_vm_word(vm, lie->number) + (uint32_t)lie->delta);
}

static void test_run(void) {
  expect("an instruction is skipped",
         &(liar_t){.fault_at = liar_step(&g, g.mark[MGP_CHIP_ADDI]), .fault = skip}, "bus-sum",
         "STATE");
  expect("a register changes",
         &(liar_t){.fault_at = liar_step(&g, g.mark[MGP_CHIP_DIV]),
                   .fault = change_register,
                   .number = 14,
                   .delta = 1},
         "bus-sum", "MEM");
  expect("a memory word changes",
         &(liar_t){.fault_at = liar_step(&g, g.saved_lw),
                   .fault = change_word,
                   .number = (DATA_BASE + LIAR_SAVED) / 4,
                   .delta = 1},
         "bus-sum", "MEM");
  expect("a hint changes between two reads",
         &(liar_t){.fault_at = liar_step(&g, g.hint_lw2),
                   .fault = change_word,
                   .number = HINT_KEY,
                   .delta = 1},
         "bus-sum", "MEM");
}

/* The word as it was before it was written. */
static void stale(const liar_t *lie, mgp_session_t *s) {
  mgp_step_t *step = liar_recorded(s, (uint32_t)lie->fault_at - 1);
  step->m = 0;
  step->pm = 0;
}
static void forget(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  vm->s.x[24] = 0;
}

/* An address that is no multiple of 4: taken as the word around it, or as a word of its own. */
static void odd_word(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                     mgp_f_t *row, size_t stride) {
  if (chip == MGP_CHIP_LW && raw->steps[index].ts == lie->number)
    add_to(row, stride, chip, "w_lo", 1);
}

static void test_access(void) {
  expect("a read finds the value before the last write",
         &(liar_t){.fault_at = liar_step(&g, g.saved_lw) + 1, .fault = forget, .raw = stale},
         "bus-sum", "MEM");
  static liar_guest_t odd; /* lw x21, 1(x8): no honest run, it traps */
  odd = g;
  liar_guest_program(&odd, 1);
  REQUIRE_OK(mgp_vk_serialize(&odd.prog, &odd.vk, &odd.nvk));
  CHECK(mgprove_program_from_vk(odd.vk, odd.nvk, &odd.program, NULL, 0) == MGPROVE_ACCEPTED);
  liar_t lie = {.misaligned = 1, .number = g.steps[liar_step(&g, g.mark[MGP_CHIP_LW])].ts};
  liar_expect(&odd, &lie, "a misaligned load, as of the word around it", "main-last",
              "carry of the address is -1, 0 or 1 MEM");
  lie.witness = odd_word;
  liar_expect(&odd, &lie, "a misaligned load, as of a word of its own", "bus-sum", "MEM");
  mgprove_program_destroy(odd.program);
  free(odd.vk);
  mgp_program_free(&odd.prog);
}

/* --- x0 --------------------------------------------------------------------------------------- */

static void hide_x0(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->now->st.reg_value[0] = 0;
}
/* The write that went to the sink is said to go to x0. */
static void write_x0(const liar_t *lie, mgp_session_t *s) {
  mgp_step_t *sink = liar_recorded(s, (uint32_t)lie->fault_at - 1), *read = sink + 1;
  read->a = sink->a + sink->b;
  read->pa = sink->ts + 2;
  sink->o = sink->po = 0;
  s->now->st.reg_ts[MGP_REG_SINK] = 0;
  s->now->st.reg_value[MGP_REG_SINK] = 0;
  s->now->st.reg_value[0] = 0;
}
static void rd_is_x0(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                     mgp_f_t *row, size_t stride) {
  if (chip == MGP_CHIP_ADD && raw->steps[index].ts == lie->number)
    row[liar_column(&g, chip, "rd") * stride] = 0;
}

static void test_x0(void) {
  liar_t lie = {.fault_at = liar_step(&g, g.sink) + 1,
                .fault = change_register,
                .number = 0,
                .delta = 5,
                .statement = hide_x0};
#ifdef MGP_VERIFY
  printf("not in this build, whose emulator stops at it: x0 is not zero\n");
#else
  expect("x0 is not zero", &lie, "bus-sum", "MEM");
#endif
  lie.statement = NULL;
  lie.raw = write_x0;
  lie.fault = NULL;
  lie.witness = rd_is_x0;
  lie.number = g.steps[lie.fault_at - 1].ts;
  expect("an instruction writes x0", &lie, "bus-sum", "MEM PROGRAM");
}

/* --- the first value of a word ---------------------------------------------------------------- */

static void add_second_hint(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part;
  mgp_bound_t *row = liar_bound_of(s, 1, HINT_KEY, &part), second = *row;
  mgp_step_t *step = liar_recorded(s, (uint32_t)lie->fault_at);
  row->last = row->first;
  row->ts = step->pm;
  step->pm = 0;
  second.first = second.last;
  second.prev = HINT_KEY + 1;
  liar_add_bound(s, part, 1, second);
}
/* The step from key + 1 back to key, with a high part that fits mod p. */
static void wrap_step(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                      mgp_f_t *row, size_t stride) {
  (void)lie;
  if (chip == MGP_CHIP_MEM_HINT && raw->bounds[1][index].prev == HINT_KEY + 1)
    row[liar_column(&g, chip, "dh") * stride] = mgp_f_neg(mgp_f_inv(mgp_f_from_u32(65536)));
}

static void set_unsaid(const liar_t *lie, mgp_vm_t *vm) {
  liar_set_word(vm, lie->number, OTHER);
}
/* The word's row among those whose first value is free: the first of that chain, which then goes on
 * to the hints. */
static void call_it_hint(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part, *hints;
  mgp_bound_t *row = liar_bound_of(s, 2, lie->number, &part), moved = *row;
  mgp_bound_t *first = liar_bound_of(s, 1, HINT_KEY, &hints);
  for (uint32_t k = 0; k < part->nbounds[2]; k++) { /* the chain of zeros goes on without it */
    mgp_bound_t *other = (mgp_bound_t *)(uintptr_t)&part->raw.bounds[2][k];
    if (other->prev == moved.key + 1 && other->gap == moved.gap) other->prev = moved.prev;
  }
  if (s->now->st.zero_end[moved.gap] == moved.key + 1) s->now->st.zero_end[moved.gap] = moved.prev;
  liar_drop_bound(part, 2, row);
  moved.prev = first->prev;
  moved.gap = 0;
  moved.first = OTHER;
  first->prev = moved.key + 1;
  liar_add_bound(s, hints, 1, moved);
}

/* Register 16 begins twice: a word of memory whose key is that of the register, and fits mod p into
 * the chain of a gap. The old value is left to that word's end. */
static void alias_register(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part;
  const mgp_bound_t *before = liar_bound_of(s, 2, BSS_KEY, &part);
  mgp_step_t *step = liar_recorded(s, (uint32_t)lie->fault_at);
  mgp_bound_t row = {.key = MGP_REG_SPACE << 14 | 16 / 4,
                     .prev = before->key + 1,
                     .gap = before->gap,
                     .last = g.steps[lie->fault_at].b,
                     .ts = step->pb};
  step->pb = 0;
  liar_add_bound(s, part, 2, row);
  s->now->st.zero_end[row.gap] = row.key + 1 - MGP_P;
}
static void alias_step(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                       mgp_f_t *row, size_t stride) {
  (void)lie;
  if (chip != MGP_CHIP_MEM_ZERO || raw->bounds[2][index].key >> 28 == 0) return;
  row[liar_column(&g, chip, "dh") * stride] =
      mgp_f_from_u32((raw->bounds[2][index].key - MGP_P - raw->bounds[2][index].prev) >> 16);
}
static void zero_register(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  vm->s.x[16] = 0;
}

static void test_first_values(void) {
  liar_t lie = {.fault_at = liar_step(&g, g.hint_lw2),
                .fault = set_unsaid,
                .raw = add_second_hint,
                .number = HINT_KEY};
  expect("a second first value, keys that go back", &lie, "bus-sum", "RANGE");
  lie.witness = wrap_step;
  expect("a second first value, keys that wrap", &lie, "bus-sum", "RANGE");
  lie = (liar_t){.fault_at = 0, .fault = set_unsaid, .number = BSS_KEY};
  expect("memory that was not zero", &lie, "bus-sum", "MEM");
  lie.raw = call_it_hint;
  expect("memory that was not zero, as a hint", &lie, "bus-sum", "RANGE");
  lie = (liar_t){.fault = set_unsaid, .number = (DATA_BASE + LIAR_WORD) / 4};
  expect("memory that was not the image", &lie, "bus-sum", "IMAGE");
  for (uint32_t i = 0; i < g.nsteps; i++) {
    const mgp_insn_t *in = &g.prog.insn[g.steps[i].insn];
    if (in->op == MGP_OP_ADD && in->rs2 == 16 && in->rd == 10) lie.fault_at = i;
  }
  lie.fault = zero_register;
  lie.raw = alias_register;
  lie.witness = alias_step;
  expect("a register among the keys of memory, mod p", &lie, "bus-sum", "RANGE");
}

/* --- time ------------------------------------------------------------------------------------- */

/* Two in-place additions in the wrong order: the first reads what the second wrote. */
static void read_future(const liar_t *lie, mgp_session_t *s) {
  mgp_step_t *first = liar_recorded(s, lie->number), *second = first + 1;
  const uint32_t start = first->a, prev = first->pa;
  first->a = start + 6;
  first->pa = second->ts;
  second->a = start;
  second->pa = prev;
  for (uint32_t i = lie->number + 2; i < g.nsteps; i++) {
    mgp_step_t *later = liar_recorded(s, i);
    if (g.prog.insn[later->insn].rs2 == 15 && later->pb == second->ts) later->pb = first->ts;
  }
}

/* A read that takes what it gives back itself: any value would do. */
static void read_itself(const liar_t *lie, mgp_session_t *s) {
  mgp_step_t *mv = liar_recorded(s, (uint32_t)lie->fault_at - 1), *next = mv + 1;
  next->pa = mv->pa;
  mv->a++;
  mv->pa = mv->ts;
}

/* Limbs of a value between two additions that are no u16. */
static void wide_limbs(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                       mgp_f_t *row, size_t stride) {
  if (chip != MGP_CHIP_ADDI2) return;
  const int first = raw->steps[index].ts == lie->number;
  if (!first && raw->steps[index].ts != lie->number + 1) return;
  add_to(row, stride, chip, first ? "r_lo" : "a_lo", 65536);
  add_to(row, stride, chip, first ? "r_hi" : "a_hi", -1);
}

static void test_time(void) {
  const uint32_t limb = liar_step(&g, g.limb), mv = liar_step(&g, g.mark[MGP_CHIP_MV]);
  expect("a value from the future", &(liar_t){.raw = read_future, .number = limb}, "bus-sum",
         "RANGE");
  expect("a read that feeds itself",
         &(liar_t){.raw = read_itself,
                   .number = 14,
                   .fault_at = mv + 1,
                   .fault = change_register,
                   .delta = 1},
         "bus-sum", "RANGE");
  expect("limbs that wrap", &(liar_t){.witness = wide_limbs, .number = g.steps[limb].ts}, "bus-sum",
         "RANGE");
}

/* --- the program ------------------------------------------------------------------------------ */

static void test_program(void) {
  /* addi x15, x11, 101 in place of 100 */
  static liar_guest_t other;
  other = g;
  liar_guest_program(&other, 0);
  uint32_t at = g.mark[MGP_CHIP_ADDI];
  uint32_t word = enc(MGP_OP_ADDI, 15, LIAR_A, 0, 101);
  mgp_decode(other.prog.insn[at].pc, word, &other.prog.insn[at]);
  memcpy(other.prog.digest, g.prog.digest, sizeof g.prog.digest);
  static const liar_t nothing;
  liar_expect(&other, &nothing, "another program under this one's digest", "main-last", "");
  liar_t lie = {.table_of = &g.prog};
  liar_expect(&other, &lie, "another program beside this one's table", "bus-sum", "PROGRAM");
  other.prog.digest[0] ^= 1;
  size_t n;
  uint8_t *proof = liar_prove(&nothing, &other.prog, (const uint8_t *)g.hints, sizeof g.hints,
                              &(mgp_plan_t){UINT32_MAX, 1, &g.plan}, &n);
  const char *check = liar_verdict(&g, proof, n);
  /* the challenges differ: whatever depends on them first */
  CHECK_MSG(strcmp(check, "grind-alpha") == 0 || strcmp(check, "gkr-layer") == 0, "%s", check);
  free(proof);
  mgp_program_free(&other.prog);
}

/* --- outcome and rows ------------------------------------------------------------------------- */

static void other_exit_code(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->run.exit_code = ++s->now->st.exit_code;
}
static void other_digest(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->run.commit[3] = s->now->st.commit[3] ^= 1u << 16;
}
static void other_register(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->now->st.reg_value[15]++;
}
static void other_time(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->now->st.reg_ts[15]--;
}
static void longer_chain(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  s->now->st.hint_end++;
}
static void no_halt(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                    mgp_f_t *row, size_t stride) {
  (void)lie, (void)raw, (void)index;
  for (uint32_t c = 0; chip == MGP_CHIP_HALT && c < g.chips->chip[chip].ncols; c++)
    row[c * stride] = 0;
}

static void count_more(const liar_t *lie, mgp_session_t *s) {
  s->now->d_counts[s->count_offset[lie->chip - MGP_CHIP_FIRST_TABLE] + lie->number] += 1;
}
static void count_elsewhere(const liar_t *lie, mgp_session_t *s) {
  uint32_t *n = s->now->d_counts + s->count_offset[lie->chip - MGP_CHIP_FIRST_TABLE];
  uint32_t i = 0;
  while (n[i] == 0) i++;
  n[i]--;
  n[i + 1]++;
}

static void test_outcome(void) {
  expect("another exit code", &(liar_t){.statement = other_exit_code}, "bus-sum", "EXIT");
  expect("another public digest", &(liar_t){.statement = other_digest}, "bus-sum", "PUB");
  expect("another final register", &(liar_t){.statement = other_register}, "bus-sum", "MEM");
  expect("another final timestamp", &(liar_t){.statement = other_time}, "bus-sum", "MEM");
  expect("another end of a chain", &(liar_t){.statement = longer_chain}, "bus-sum", "CHAIN_HINT");
  expect("an empty row for the halt", &(liar_t){.witness = no_halt}, "bus-sum",
         "STATE MEM EXIT PROGRAM TS2");
}

static void test_rows(void) {
  int8_t rows[MGP_CHIP_FIRST_TABLE] = {0};
  for (mgp_chip_id_t t = MGP_CHIP_FIRST_TABLE; t < MGP_CHIP_COUNT; t++)
    for (uint32_t c = 0; c < g.chips->chip[t].ncols; c++) {
      char name[64];
      snprintf(name, sizeof name, "%s of %s", g.chips->chip[t].col_name[c], g.chips->chip[t].name);
      expect(
          name,
          &(liar_t){.counts = count_more, .chip = t, .number = c * mgp_table_rows(t, &g.prog) + 3},
          "bus-sum", g.chips->chip[t].name);
    }
  expect("a multiplicity at the next row",
         &(liar_t){.counts = count_elsewhere, .chip = MGP_CHIP_RANGE}, "bus-sum", "RANGE");
  static const mgp_chip_id_t some[] = {MGP_CHIP_ADD2, MGP_CHIP_REFRESH, MGP_CHIP_LW};
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
    for (int8_t d = -1; d <= 1; d = (int8_t)(d + 2)) {
      char name[64];
      rows[some[i]] = d;
      snprintf(name, sizeof name, "one row of %s too %s", g.chips->chip[some[i]].name,
               d > 0 ? "many" : "few");
      expect(name, &(liar_t){.rows = rows}, "bus-sum",
             some[i] == MGP_CHIP_REFRESH ? "MEM" : "STATE MEM");
      rows[some[i]] = 0;
    }
  expect("a row in the padding", &(liar_t){.padding = MGP_CHIP_ADD2}, "main-last", "");
}

/* --- statements that no prover gets as far as proving ----------------------------------------- */

static mgp_proof_t file;
static mgp_shard_t shard;
static mgp_run_t run;
static mgp_statement_t st;
static const uint8_t *output;

static void restate(const char *name, const char *check) {
  const size_t left = mgp_proof_left(&file, &shard);
  const size_t nbytes = mgp_shard_bytes(&shard.params, st.kind, st.ngaps, left / 4);
  uint32_t *body = malloc(left);
  uint8_t *bytes = malloc(nbytes), *proof = NULL;
  size_t n = 0;
  memcpy(body, shard.body, left);
  mgp_shard_write(&shard.params, &st, body, left / 4, bytes);
  REQUIRE_OK(mgp_proof_serialize(&run, &shard.params, bytes, nbytes, output, &proof, &n));
  const char *got = liar_verdict(&g, proof, n);
  CHECK_MSG(liar_is_one_of(got, check), "%s: %s, not %s", name, got, check);
  printf("%-44s %s\n", name, got);
  free(proof);
  free(bytes);
  free(body);
  run = file.run;
  st = shard.statement;
  output = file.output;
}

static void test_statements(void) {
  size_t n;
  mgp_chain_t chain;
  uint8_t *proof = liar_prove(NULL, &g.prog, (const uint8_t *)g.hints, sizeof g.hints,
                              &(mgp_plan_t){UINT32_MAX, 1, &g.plan}, &n);
  CHECK_EQ_STR(liar_verdict(&g, proof, n), "accepted");
  REQUIRE_OK(mgp_proof_parse(proof, n, &file));
  mgp_chain_begin(&g.prog, &chain);
  REQUIRE_OK(mgp_proof_shard(&file, &chain, 0, 0, &shard));
  run = file.run;
  st = shard.statement;
  output = file.output;
  const uint32_t last = shard.params.partitions - 1;
  restate("the same statement", "accepted");
  st.rows[last][MGP_CHIP_HALT] = 0;
  restate("no halt", "statement-halt");
  st.rows[0][MGP_CHIP_HALT] = 1;
  restate("two halts", "statement-halt");
  st.rows[0][MGP_CHIP_COMMIT] = 1;
  restate("two commits", "statement-commit");
  run.has_commit = 0;
  restate("no commit", "statement-commit");
  st.reg_value[0] = 5;
  restate("x0 ends as 5", "statement-x0");
  st.reg_ts[3] = MGP_TS_LIMIT;
  restate("a register's timestamp that wraps", "statement-timestamp");
  st.rows[0][MGP_CHIP_J] = MGP_TS_LIMIT;
  restate("a run whose timestamps wrap", "statement-time");
  st.hint_end = MGP_HINT_END / 4 + 1;
  restate("a chain that ends beyond its region", "statement-chain");
  st.rows[0][MGP_CHIP_MEM_IMAGE] = g.prog.nimage_words + 1;
  restate("more rows than words of the image", "statement-image");
  run.exit_code++;
  restate("another exit code over the same body", "grind-alpha|gkr-layer");
  memcpy(st.rows[0], shard.statement.rows[1], sizeof st.rows[0]);
  memcpy(st.rows[1], shard.statement.rows[0], sizeof st.rows[0]);
  restate("rows of two partitions exchanged", "format-length|grind-alpha|gkr-layer");
  run.has_output = 1;
  run.output_bytes = 9;
  output = (const uint8_t *)"forty-two";
  restate("bytes that were not committed to", "statement-output");
  free(proof);
}

int main(void) {
  liar_guest_create(&g);
  test_statements();
  test_run();
  test_access();
  test_x0();
  test_first_values();
  test_time();
  test_program();
  test_outcome();
  test_rows();
  liar_guest_destroy(&g);
  return test_result();
}
