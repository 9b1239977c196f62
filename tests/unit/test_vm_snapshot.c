/* A run stopped at random cuts by a tracking vm goes on in another that gets pages and points only:
 * states, memory and records are those of a run that was never stopped. */
#include "vm/snapshot.h"
#include "vm_model.h"

#define ARENA      0x10001000u /* where the program writes: 2^18 bytes */
#define ARENA_SIZE (1u << 18)

/* Stores of every size to pseudo-random addresses, loads from others, one COMMIT in the middle. */
static void make_writer(code_t *c, uint32_t rounds) {
  emit_li(c, 20, rounds);
  emit_li(c, 21, 1103515245);
  emit_li(c, 25, ARENA);
  emit_li(c, 26, (ARENA_SIZE - 1) & ~3u);
  emit_li(c, 27, rounds / 2);
  const uint32_t top = c->n;
  emit(c, MGP_OP_MUL, 22, 22, 21, 0);
  emit(c, MGP_OP_ADDI, 22, 22, 0, 1013);
  emit(c, MGP_OP_SRLI, 23, 22, 0, 12);
  emit(c, MGP_OP_AND, 23, 23, 26, 0);
  emit(c, MGP_OP_ADD, 23, 23, 25, 0);
  emit(c, MGP_OP_LW, 24, 23, 0, 0);
  emit(c, MGP_OP_ADD, 28, 28, 24, 0);
  emit(c, MGP_OP_XOR, 23, 23, 20, 0);
  emit(c, MGP_OP_AND, 23, 23, 26, 0);
  emit(c, MGP_OP_ADD, 23, 23, 25, 0);
  emit(c, MGP_OP_SW, 0, 23, 28, 0);
  emit(c, MGP_OP_ANDI, 24, 22, 0, 64);
  emit(c, MGP_OP_BEQ, 0, 24, 0, 12);
  emit(c, MGP_OP_SB, 0, 23, 22, 1);
  emit(c, MGP_OP_SH, 0, 23, 28, 2);
  emit(c, MGP_OP_BNE, 0, 20, 27, 16);
  emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_COMMIT);
  emit(c, MGP_OP_ADDI, 10, 25, 0, 0);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(c, MGP_OP_ADDI, 20, 20, 0, -1);
  emit(c, MGP_OP_BNE, 0, 20, 0, 4 * (int32_t)(top - c->n));
  emit_halt(c);
}

static int same_memory(const mgp_vm_t *a, const mgp_vm_t *b) {
  for (uint32_t key = DATA_BASE / 4; key < (ARENA + ARENA_SIZE) / 4; key++)
    if (mgp_vm_word(a, key) != mgp_vm_word(b, key)) return 0;
  return 1;
}

static void check_point(const mgp_vm_point_t *p, const mgp_vm_state_t *s) {
  CHECK_EQ_U64(p->steps, s->steps);
  CHECK_EQ_U64(p->ts, s->ts);
  CHECK_EQ_U64(p->cost, s->cost);
  CHECK_EQ_U64(p->pc, s->pc);
  CHECK(memcmp(p->x, s->x, sizeof p->x) == 0);
  CHECK(p->halted == (uint32_t)s->halted && p->exit_code == s->exit_code);
  CHECK(p->committed == (uint32_t)s->committed && memcmp(p->commit, s->commit, 32) == 0);
}

#define MAX_STEPS (1u << 16)
#define MAX_TOUCH (1u << 16)
typedef struct {
  mgp_record_t rec;
  mgp_step_t *steps;
  mgp_touch_t *touches;
  mgp_commit_t commit;
} recording_t;

static recording_t *new_recording(void) {
  recording_t *r = calloc(1, sizeof *r);
  r->steps = calloc(MAX_STEPS, sizeof *r->steps);
  r->touches = calloc(MAX_TOUCH, sizeof *r->touches);
  r->rec = (mgp_record_t){.steps = r->steps,
                          .cap_steps = MAX_STEPS,
                          .commits = &r->commit,
                          .cap_commits = 1,
                          .touches = r->touches,
                          .cap_touches = MAX_TOUCH};
  return r;
}

static void free_recording(recording_t *r) {
  free(r->steps);
  free(r->touches);
  free(r);
}

static void record_to(mgp_vm_t *vm, uint64_t cost, recording_t *r) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, cost};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_record_begin(vm, &r->rec, 1));
  REQUIRE_OK(mgp_vm_record(vm, &limits, &r->rec, &why));
  CHECK(why == MGP_VM_CUT || why == MGP_VM_HALTED);
  mgp_vm_record_end(vm, &r->rec);
}

/* The pass in front stops at random costs and hands over pages; `follower` records a part of the
 * way to the next cut, `truth` all of it without ever being resumed. */
static void check_cuts(test_rng_t *rng, uint64_t longest) {
  code_t c = {.n = 0};
  make_writer(&c, 3000);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *front, *follower, *truth;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &front));
  REQUIRE_OK(mgp_vm_create(&config, &follower));
  REQUIRE_OK(mgp_vm_create(&config, &truth));
  REQUIRE_OK(mgp_vm_track(front, 1));
  recording_t *a = new_recording(), *b = new_recording();
  uint32_t *number = malloc(MGP_VM_PAGES * sizeof *number);
  unsigned cuts = 0;
  do {
    const uint64_t before = mgp_vm_state(front)->cost;
    const uint64_t stop = before + 1 + test_rand(rng) % longest;
    const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, stop};
    mgp_vm_point_t point;
    mgp_vm_point(front, &point);
    const uint32_t n = mgp_vm_written_pages(front);
    uint8_t *bytes = malloc((size_t)n * MGP_VM_PAGE_BYTES + 1);
    mgp_vm_take_pages(front, number, bytes);
    CHECK_EQ_U64(mgp_vm_written_pages(front), 0);
    for (uint32_t i = 1; i < n; i++) CHECK(number[i - 1] < number[i]);
    mgp_vm_put_pages(follower, n, number, bytes);
    free(bytes);
    REQUIRE_OK(mgp_vm_resume(follower, &point));
    check_point(&point, mgp_vm_state(truth));
    check_point(&point, mgp_vm_state(follower));
    CHECK(same_memory(follower, truth));
    REQUIRE_OK(mgp_vm_run(front, &limits, &why));
    record_to(truth, stop, a);
    const int whole = (int)(test_rand(rng) % 2);
    record_to(follower, whole ? stop : before + (stop - before) / 2, b);
    CHECK(b->rec.nsteps <= a->rec.nsteps && (!whole || b->rec.nsteps == a->rec.nsteps));
    CHECK(memcmp(a->steps, b->steps, b->rec.nsteps * sizeof *b->steps) == 0);
    if (whole) {
      CHECK(a->rec.ntouches == b->rec.ntouches &&
            memcmp(a->touches, b->touches, b->rec.ntouches * sizeof *b->touches) == 0);
      CHECK(a->rec.ncommits == b->rec.ncommits && memcmp(&a->commit, &b->commit, 64) == 0);
    }
    cuts++;
  } while (why != MGP_VM_HALTED);
  mgp_vm_point_t end;
  mgp_vm_point(front, &end);
  check_point(&end, mgp_vm_state(truth));
  REQUIRE_OK(mgp_vm_resume(follower, &end));
  REQUIRE_OK(mgp_vm_run(follower, &no_limits, &why));
  CHECK(why == MGP_VM_HALTED && mgp_vm_state(follower)->steps == end.steps);
  CHECK(mgp_vm_state(front)->committed);
  printf("%u cuts, %" PRIu64 " steps\n", cuts, end.steps);
  CHECK(cuts > 3);
  free(number);
  free_recording(a);
  free_recording(b);
  mgp_vm_destroy(front);
  mgp_vm_destroy(follower);
  mgp_vm_destroy(truth);
  mgp_program_free(&prog);
}

/* Pages are noted once between two snapshots, and neither before tracking nor after a reset. */
static void check_tracking(void) {
  code_t c = {.n = 0};
  emit_li(&c, 9, ARENA);
  for (int i = 0; i < 4; i++) emit(&c, MGP_OP_SW, 0, 9, 9, 4 * i);
  emit_li(&c, 9, ARENA + 3 * MGP_VM_PAGE_BYTES);
  emit(&c, MGP_OP_SB, 0, 9, 9, 0);
  emit(&c, MGP_OP_SB, 0, 9, 9, -1);
  emit_halt(&c);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *vm;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &vm));
  for (int on = 0; on < 2; on++)
    for (int counting = 0; counting < 2; counting++) {
      mgp_vm_reset(vm);
      REQUIRE_OK(mgp_vm_track(vm, on));
      if (counting)
        REQUIRE_OK(mgp_vm_profile(vm, &no_limits, NULL, &why));
      else
        REQUIRE_OK(mgp_vm_run(vm, &no_limits, &why));
      CHECK_EQ_U64(mgp_vm_written_pages(vm), on ? 3 : 0);
      uint32_t number[3] = {0};
      static uint8_t bytes[3][MGP_VM_PAGE_BYTES];
      mgp_vm_take_pages(vm, number, bytes[0]);
      if (!on) continue;
      CHECK(number[0] == ARENA >> 12 && number[1] == (ARENA >> 12) + 2 &&
            number[2] == (ARENA >> 12) + 3);
      CHECK(bytes[1][MGP_VM_PAGE_BYTES - 1] == 0 && bytes[0][1] == 0x10);
    }
  mgp_vm_point_t nowhere = {.pc = MGP_HALT_PC};
  CHECK(mgp_vm_resume(vm, &nowhere) == MGP_INTERNAL);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

int main(void) {
  test_rng_t rng = test_rng();
  check_tracking();
  check_cuts(&rng, 20000);
  check_cuts(&rng, 300);
  check_cuts(&rng, 300000);
  return test_result();
}
