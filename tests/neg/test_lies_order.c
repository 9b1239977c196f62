/* The real prover about how the shards of a run follow each other: registers, pc and steps that
 * change between two of them, shards that are proved from where another one starts, two that give a
 * digest; and files put together from shards of honest proofs: shards out of place or of another
 * run, statements changed. */
#include "base/store.h"

#include "liar_shards.h"
#include "proof_parts.h"

static liar_shards_t t;

#define COUNTER SHARDS_COUNTER
/* Where challenges change: whatever depends on them first. */
#define OTHER_CHALLENGES "grind-alpha|gkr-layer"

static uint64_t start_of(uint32_t shard) {
  return t.cut[shard].start.steps;
}

/* --- what passes in public -------------------------------------------------------------------- */

static void more_loops(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  vm->s.x[COUNTER] += 2;
}
static void claim_end_counter(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 1)) s->now->st.reg_value[COUNTER] += 2;
}
static void claim_start_counter(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 2)) s->now->st.start_value[COUNTER] += 2;
}

static void go_to(mgp_vm_t *vm, uint32_t pc) {
  vm->s.pc = pc;
  vm->at = mgp_vm_locate(vm, pc);
}
static void skip(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  go_to(vm, vm->s.pc + 1);
}
static void claim_end_pc(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 1)) s->now->st.end_pc++;
}
static void claim_start_pc(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 2)) s->now->st.start_pc++;
}

/* The machine executes a shard that nobody records. */
static void leave_out_shard(const liar_t *lie, mgp_vm_t *vm) {
  const mgp_vm_state_t before = *mgp_vm_state(vm);
  const mgp_vm_limits_t limits = {start_of(lie->number), MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_run(vm, &limits, &why));
  vm->s.steps = before.steps;
  vm->s.ts = before.ts;
  vm->s.cost = before.cost;
}
/* And one again, but for memory. */
static void repeat_shard(const liar_t *lie, mgp_vm_t *vm) {
  const mgp_vm_point_t *point = &t.cut[lie->number].start;
  memcpy(vm->s.x, point->x, sizeof point->x);
  go_to(vm, point->pc);
}

static void test_public(void) {
  liar_t lie = {.fault_at = start_of(2), .fault = more_loops};
  shards_expect(&t, &lie, "a register changes between shards", "bus-sum", "MEM");
  lie.statement = claim_end_counter;
  shards_expect(&t, &lie, "the shard before claims to have changed it", "bus-sum", "MEM");
  lie.statement = NULL;
  lie.raw = claim_start_counter;
  shards_expect(&t, &lie, "the shard claims to start from the change", OTHER_CHALLENGES, "");
  lie = (liar_t){.fault_at = start_of(2), .fault = skip};
  shards_expect(&t, &lie, "an instruction is skipped between shards", "bus-sum", "STATE");
  lie.statement = claim_end_pc;
  shards_expect(&t, &lie, "the shard before claims to end there", "bus-sum", "STATE");
  lie.statement = NULL;
  lie.raw = claim_start_pc;
  shards_expect(&t, &lie, "the shard claims to start there", OTHER_CHALLENGES, "");
  lie = (liar_t){.fault_at = start_of(2), .fault = leave_out_shard, .number = 3};
  shards_expect(&t, &lie, "a shard left out", "bus-sum", "STATE MEM");
  lie = (liar_t){.fault_at = start_of(3), .fault = repeat_shard, .number = 2};
  shards_expect(&t, &lie, "a shard once more", "bus-sum", "STATE MEM");
}

/* --- two digests ------------------------------------------------------------------------------ */

static void forget_digest(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  vm->s.committed = 0;
}
static void claim_digest(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, SHARDS_PROGRAM)) mgp_statement_commit(&s->now->st, 1, s->run.commit);
}

static void test_digests(void) {
  const liar_t lie = {.fault_at = start_of(3), .fault = forget_digest, .statement = claim_digest};
  t.g.hints[1] = 1;
  shards_expect(&t, &lie, "a digest in two shards", "run-commit", "");
  t.g.hints[1] = 0;
}

/* --- shards of honest proofs ------------------------------------------------------------------ */

static proof_parts_t honest, other;

static void expect_file(const proof_parts_t *p, const char *name, const char *check) {
  size_t n;
  uint8_t *file = proof_put_together(p, &n);
  const char *got = liar_verdict(&t.g, file, n);
  CHECK_MSG(liar_is_one_of(got, check), "%s: %s, not %s", name, got, check);
  printf("%-52s %s\n", name, got);
  free(file);
}

static void move_up(proof_parts_t *p, uint32_t from, uint32_t to, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) p->shard[to + i] = honest.shard[from + i];
}

static void test_places(void) {
  const uint32_t K = honest.run.nshards, L = honest.run.memory_shards;
  proof_parts_t p = honest;
  CHECK(K == SHARDS_PROGRAM && L >= 2);
  expect_file(&p, "as it was", "accepted");
  p.shard[0] = honest.shard[1];
  p.shard[1] = honest.shard[0];
  expect_file(&p, "the first two shards exchanged", OTHER_CHALLENGES);
  p = honest;
  move_up(&p, 2, 1, 1 + L);
  p.n--;
  p.run.nshards--;
  expect_file(&p, "a shard less", OTHER_CHALLENGES);
  p = honest;
  move_up(&p, 1, 2, 2 + L);
  p.n++;
  p.run.nshards++;
  expect_file(&p, "a shard twice", OTHER_CHALLENGES);
  p = honest;
  p.shard[1] = honest.shard[2];
  p.shard[2] = honest.shard[1];
  expect_file(&p, "a halt before the last shard", "statement-pc");
  p = honest;
  move_up(&p, K, 2, L);
  p.n = 2 + L;
  p.run.nshards = 2;
  expect_file(&p, "no halt", "statement-pc");
  p = honest;
  p.shard[1] = other.shard[1]; /* the registers that go in and out are the same */
  expect_file(&p, "a shard of another run", "run-sum");
  p = honest;
  for (uint32_t i = 0; i < L; i++) p.shard[K + i] = other.shard[K + i];
  expect_file(&p, "memory of another run", "run-sum");
  p = honest;
  p.shard[K] = honest.shard[K + 1];
  p.shard[K + 1] = honest.shard[K];
  expect_file(&p, "two memory shards exchanged", OTHER_CHALLENGES "|statement-chain");
  p = honest;
  move_up(&p, K + L - 1, K + L, 1);
  p.n++;
  p.run.memory_shards++;
  expect_file(&p, "a memory shard twice", OTHER_CHALLENGES "|statement-chain");
  p = honest;
  p.n--;
  p.run.memory_shards--;
  expect_file(&p, "a memory shard less", "run-sum");
  p = honest;
  p.shard[1] = honest.shard[K];
  expect_file(&p, "memory in place of a shard",
              "statement-commit|statement-timestamp|statement-x0|statement-pc|statement-point");
  p = honest;
  p.run.exit_code++;
  expect_file(&p, "another exit code over the same shards", OTHER_CHALLENGES);
  p = honest;
  p.run.budget++;
  expect_file(&p, "another budget over the same shards", OTHER_CHALLENGES);
  p = honest;
  p.run.commit[0] ^= 1;
  p.run.has_output = 0;
  expect_file(&p, "another digest over the same shards", OTHER_CHALLENGES);
}

/* --- statements that no prover gets as far as proving ----------------------------------------- */

static mgp_statement_t st; /* of the shard in hand */
static uint32_t number;

static void take(uint32_t i) {
  uint32_t words[MGP_MAX_STATEMENT_WORDS];
  const uint32_t P = honest.shard[i].params.partitions;
  memset(&st, 0, sizeof st);
  number = i;
  st.kind = mgp_run_kind(&honest.run, i);
  mgp_gap_t gaps[MGP_MAX_GAPS];
  st.ngaps = mgp_program_gaps(&t.g.prog, gaps);
  const size_t n = mgp_statement_words(st.kind, P, st.ngaps);
  for (size_t k = 0; k < n; k++) {
    const uint8_t *b = honest.shard[i].bytes + 4 * k;
    words[k] = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
  }
  mgp_statement_unpack(words, P, &st);
}

static void restate(const char *name, const char *check) {
  proof_parts_t p = honest;
  const mgp_params_t *params = &honest.shard[number].params;
  const size_t n = honest.shard[number].nbytes;
  uint8_t *bytes = malloc(n);
  memcpy(bytes, honest.shard[number].bytes, n);
  mgp_shard_write(params, &st, NULL, 0, bytes);
  p.shard[number].bytes = bytes;
  expect_file(&p, name, check);
  free(bytes);
  take(number);
}

static void test_statements(void) {
  const uint32_t K = honest.run.nshards;
  const mgp_point_t d = mgp_curve_offset();
  take(1);
  restate("the same statement", "accepted");
  st.end_pc = MGP_HALT_PC;
  restate("a halt in the middle, as pc", "statement-pc");
  st.rows[0][MGP_CHIP_HALT] = 1;
  restate("a halt in the middle, as row", "statement-halt");
  st.has_commit = 1;
  restate("a digest that no row gives", "statement-commit");
  st.reg_value[0] = 5;
  restate("x0 is 5 between shards", "statement-x0");
  st.reg_ts[COUNTER] = MGP_TS_LIMIT;
  restate("a register's timestamp that wraps, in a shard", "statement-timestamp");
  st.rows[1][MGP_CHIP_J] = MGP_TS_LIMIT;
  restate("a shard whose timestamps wrap", "statement-time");
  st.rows[0][MGP_CHIP_MEM_ZERO] = 1;
  restate("first values in a program shard", "statement-kind");
  st.rows[0][MGP_CHIP_SHARD_RAM]++;
  restate("a record more", "statement-ram");
  st.rows[0][MGP_CHIP_SHARD_RAM] = st.rows[1][MGP_CHIP_SHARD_RAM] = 0;
  restate("no records", "statement-point");
  st.point[13] ^= 1;
  restate("a sum off the curve", "statement-point");
  st.point[0] += MGP_P;
  restate("a sum with a word of p and more", "statement-point");
  mgp_curve_write(&d, st.point);
  restate("another sum over the same body", OTHER_CHALLENGES);
  st.reg_value[COUNTER]++;
  restate("another register over the same body", OTHER_CHALLENGES);
  take(K - 1);
  st.end_pc = t.g.prog.entry;
  restate("no halt at the end", "statement-pc");
  st.rows[0][MGP_CHIP_HALT] = st.rows[1][MGP_CHIP_HALT] = 0;
  restate("a last shard without a halt", "statement-halt");
  take(K);
  st.rows[0][MGP_CHIP_SHARD_RAM] -= 2;
  restate("records of a word never taken back", "statement-ram");
  st.rows[0][MGP_CHIP_ADD] = 1;
  restate("instructions in a memory shard", "statement-kind");
  st.rows[0][MGP_CHIP_MEM_IMAGE] += t.g.prog.nimage_words;
  st.rows[0][MGP_CHIP_SHARD_RAM] += 2 * t.g.prog.nimage_words;
  restate("more words than the image has", "statement-image");
  st.zero_end[0] = MGP_PC_LIMIT;
  restate("an interval that ends outside its gap", "statement-chain");
  st.hint_end = MGP_HINT_START / 4 - 1;
  restate("an interval that ends before it starts", "statement-chain");
  take(honest.n - 1);
  st.zero_end[0]++;
  restate("a longer interval over the same body", OTHER_CHALLENGES);
  take(K + 1);
  st.image_end = 0;
  restate("an interval that goes back in the next shard", "statement-chain");
}

/* The prover notices it itself, beside the proofs of the next shards, and does not keep it. */
static void check_self_check(mgp_store_t *store) {
  const liar_t lie = {.statement = claim_end_counter, .self_check = 1, .store = store};
  const mgp_plan_t plan = {t.budget, SHARDS_MOST, t.params};
  size_t n = 0;
  uint8_t *proof =
      liar_prove(&lie, &t.g.prog, (const uint8_t *)t.g.hints, sizeof t.g.hints, &plan, &n);
  CHECK_MSG(!proof &&
                strstr(mgp_error_message(), "the finished proof of shard 1 does not verify: "),
            "self check: %s", mgp_error_message());
  free(proof);
}

static void test_self_check(void) {
  char folder[] = "/tmp/mgprove-lies-XXXXXX", command[sizeof folder + 16];
  mgp_store_t *store;
  check_self_check(NULL);
  if (!mkdtemp(folder)) abort();
  REQUIRE_OK(mgp_store_open(folder, 0, &store));
  check_self_check(store);
  CHECK(mgp_store_has(store, "job") && !mgp_store_has(store, "shard.00001"));
  mgp_store_close(store);
  (void)snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
}

int main(void) {
  static const liar_t nothing;
  size_t n = 0, m = 0;
  liar_shards_create(&t);
  uint8_t *first = shards_prove(&t, &nothing, "one run", "accepted", "", &n);
  t.g.hints[0]++;
  uint8_t *second = shards_prove(&t, &nothing, "another run", "accepted", "", &m);
  t.g.hints[0]--;
  proof_take_apart(t.g.chips, &t.g.prog, first, n, &honest);
  proof_take_apart(t.g.chips, &t.g.prog, second, m, &other);
  test_places();
  test_statements();
  test_public();
  test_digests();
  test_self_check();
  free(first);
  free(second);
  liar_shards_destroy(&t);
  return test_result();
}
