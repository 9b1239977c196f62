/* A run stopped at random cuts by a vm that notes what it reads is recorded in another, without
 * memory, from points and words only: states and records are those of a run that was never stopped,
 * and noting changes nothing of the run. */
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

static void record_to(mgp_vm_t *vm, uint32_t ts, uint64_t cost, recording_t *r) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, cost};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_record_begin(vm, &r->rec, ts));
  REQUIRE_OK(mgp_vm_record(vm, &limits, &r->rec, &why));
  CHECK(why == MGP_VM_CUT || why == MGP_VM_HALTED);
  mgp_vm_record_end(vm, &r->rec);
}

/* The same from words. */
static const uint32_t *record_noted(mgp_vm_t *vm, uint32_t ts, uint64_t cost, const uint32_t *words,
                                    recording_t *r) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, cost};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_record_begin(vm, &r->rec, ts));
  REQUIRE_OK(mgp_vm_record_noted(vm, &limits, &words, &r->rec, &why));
  CHECK(why == MGP_VM_CUT || why == MGP_VM_HALTED);
  mgp_vm_record_end(vm, &r->rec);
  return words;
}

/* Runs to a cost, with a buffer for words that is grown when it is full. */
static mgp_vm_stop_t note_to(mgp_vm_t *vm, uint64_t cost, test_rng_t *rng, mgp_vm_notes_t *notes) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, cost};
  mgp_vm_stop_t why;
  *notes = (mgp_vm_notes_t){0};
  for (;;) {
    const uint64_t steps = mgp_vm_state(vm)->steps;
    REQUIRE_OK(mgp_vm_note(vm, &limits, notes, &why));
    CHECK(notes->n <= notes->cap);
    if (why != MGP_VM_FULL) return why;
    CHECK(notes->cap - notes->n <= MGP_MAX_NOTES_PER_STEP || mgp_vm_state(vm)->steps > steps);
    notes->cap += 1 + test_rand(rng) % 2000;
    notes->word = realloc(notes->word, notes->cap * sizeof *notes->word);
  }
}

static void check_same(const recording_t *a, const recording_t *b) {
  CHECK(a->rec.nsteps == b->rec.nsteps &&
        memcmp(a->steps, b->steps, b->rec.nsteps * sizeof *b->steps) == 0);
  CHECK(a->rec.ntouches == b->rec.ntouches &&
        memcmp(a->touches, b->touches, b->rec.ntouches * sizeof *b->touches) == 0);
  CHECK(a->rec.ncommits == b->rec.ncommits && memcmp(&a->commit, &b->commit, 64) == 0);
  CHECK(a->rec.ts == b->rec.ts);
}

/* `follower` records a part of the way to each next cut, or all of it, `truth` all of it without
 * ever being resumed. Timestamps go on through all cuts, or start again at each. */
static void check_cuts(test_rng_t *rng, uint64_t longest, int restart) {
  code_t c = {.n = 0};
  make_writer(&c, 3000);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *front, *follower, *other, *truth;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &front));
  REQUIRE_OK(mgp_vm_create_blank(&config, test_rand(rng) % 2 ? front : NULL, &follower));
  REQUIRE_OK(mgp_vm_create_blank(&config, follower, &other));
  REQUIRE_OK(mgp_vm_create(&config, &truth));
  recording_t *a = new_recording(), *b = new_recording();
  unsigned cuts = 0;
  do {
    const uint64_t before = mgp_vm_state(front)->cost;
    const uint64_t stop = before + 1 + test_rand(rng) % longest;
    const uint32_t ts = restart ? 1 : (uint32_t)mgp_vm_state(front)->ts + 1;
    mgp_vm_point_t point, end;
    mgp_vm_notes_t notes;
    mgp_vm_point(front, &point);
    check_point(&point, mgp_vm_state(truth));
    why = note_to(front, stop, rng, &notes);
    mgp_vm_point(front, &end);
    record_to(truth, ts, stop, a);
    /* sometimes another one records this, and the follower what comes later */
    mgp_vm_t *vm = test_rand(rng) % 4 ? follower : other;
    REQUIRE_OK(mgp_vm_resume(vm, &point));
    check_point(&point, mgp_vm_state(vm));
    const int whole = (int)(test_rand(rng) % 2);
    const uint32_t *at =
        record_noted(vm, ts, whole ? stop : before + (stop - before) / 2, notes.word, b);
    if (whole) {
      check_same(a, b);
      CHECK(at == notes.word + notes.n);
      check_point(&end, mgp_vm_state(vm));
    } else {
      CHECK(b->rec.nsteps <= a->rec.nsteps && at <= notes.word + notes.n);
      CHECK(memcmp(a->steps, b->steps, b->rec.nsteps * sizeof *b->steps) == 0);
    }
    if (test_rand(rng) % 8 == 0) {
      mgp_vm_record_release(vm);
      CHECK_EQ_U64(mgp_vm_record_bytes(vm), 0);
    }
    free(notes.word);
    cuts++;
  } while (why != MGP_VM_HALTED);
  mgp_vm_point_t end;
  mgp_vm_point(front, &end);
  check_point(&end, mgp_vm_state(truth));
  for (uint32_t key = ARENA / 4; key < (ARENA + ARENA_SIZE) / 4; key++)
    CHECK_EQ_U64(mgp_vm_word(front, key), mgp_vm_word(truth, key));
  CHECK(mgp_vm_state(front)->committed);
  printf("%u cuts, %" PRIu64 " steps\n", cuts, end.steps);
  CHECK(cuts > 3);
  free_recording(a);
  free_recording(b);
  mgp_vm_destroy(other);
  mgp_vm_destroy(follower);
  mgp_vm_destroy(front);
  mgp_vm_destroy(truth);
  mgp_program_free(&prog);
}

/* The words themselves, of each size of access, and the pages that recording takes. */
static void check_words(void) {
  code_t c = {.n = 0};
  emit_li(&c, 9, ARENA + 0xc00);
  emit_li(&c, 10, 0x11223344);
  emit(&c, MGP_OP_SW, 0, 9, 10, 0);
  emit(&c, MGP_OP_SB, 0, 9, 9, 3);
  emit(&c, MGP_OP_LHU, 11, 9, 0, 2);
  emit(&c, MGP_OP_LB, 12, 9, 0, 3);
  emit(&c, MGP_OP_SH, 0, 9, 11, 2044);
  emit(&c, MGP_OP_LW, 13, 9, 0, 2044);
  emit_halt(&c);
  mgp_program_t prog = load_code(&c, NULL, 0);
  const mgp_vm_config_t config = test_config(&prog);
  mgp_vm_t *front, *vm;
  mgp_vm_point_t point;
  uint32_t word[64];
  const uint32_t *at = word, want[6] = {0, 0x11223344, 0x00223344, 0x00223344, 0, 0x00000022};
  mgp_vm_notes_t notes = {word, 0, 64};
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(&config, &front));
  REQUIRE_OK(mgp_vm_create_blank(&config, NULL, &vm));
  mgp_vm_point(front, &point);
  REQUIRE_OK(mgp_vm_note(front, &no_limits, &notes, &why));
  CHECK(why == MGP_VM_HALTED);
  CHECK_EQ_U64(notes.n, 6);
  CHECK(memcmp(word, want, sizeof want) == 0);
  recording_t *r = new_recording();
  REQUIRE_OK(mgp_vm_resume(vm, &point));
  CHECK_EQ_U64(mgp_vm_record_bytes(vm), 0);
  at = record_noted(vm, 1, MGP_VM_NO_LIMIT, at, r);
  CHECK(at == word + 6 && mgp_vm_state(vm)->halted);
  CHECK_EQ_U64(mgp_vm_record_bytes(vm), 4 * 4096);
  mgp_vm_point_t nowhere = {.pc = MGP_HALT_PC};
  CHECK(mgp_vm_resume(vm, &nowhere) == MGP_INTERNAL);
  free_recording(r);
  mgp_vm_destroy(front);
  mgp_vm_destroy(vm);
  mgp_program_free(&prog);
}

int main(void) {
  test_rng_t rng = test_rng();
  check_words();
  for (int restart = 0; restart < 2; restart++) {
    check_cuts(&rng, 20000, restart);
    check_cuts(&rng, 300, restart);
    check_cuts(&rng, 300000, restart);
  }
  return test_result();
}
