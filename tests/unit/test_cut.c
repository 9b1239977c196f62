/* Where the plain pass cuts a run into shards: each ends where steps and words of memory, as
 * recording finds them, have cost the budget; the states at cuts and pieces are those of a run
 * whose steps are counted one by one. It is the same when the pass begins with another budget, or
 * goes too far by it. The slow run has more than 2^30 steps. */
#include "prove_util.h"
#include "prover/pass.h"

#define PIECE (1u << 16)

static mgp_chipset_t *chips;

/* What a pass wants of a session. */
static void open_session(mgp_session_t *s, const guest_t *g, mgp_prove_options_t *o,
                         uint64_t budget) {
  memset(s, 0, sizeof *s);
  *o = (mgp_prove_options_t){.hints = g->hints, .hints_nbytes = g->nhints, .piece_steps = 1u << 16};
  s->prog = &g->prog;
  s->chips = chips;
  s->opt = o;
  s->run.budget = budget;
  REQUIRE_OK(mgp_ledger_create(0, &s->ahead));
}

/* --- what recording finds --------------------------------------------------------------------- */

typedef struct {
  mgp_vm_t *vm;
  mgp_record_t rec;
  mgp_commit_t commit;
} recorder_t;

/* Goes on to a step. Returns the words of memory accessed since the shard's start. */
static uint64_t record_to(recorder_t *r, uint64_t steps) {
  const mgp_vm_limits_t limits = {steps, MGP_VM_NO_LIMIT};
  mgp_record_t *rec = &r->rec;
  mgp_vm_stop_t why;
  uint64_t words = 0;
  do {
    if (rec->cap_touches - rec->ntouches < MGP_MAX_TOUCHES_PER_STEP)
      rec->touches = realloc(rec->touches, (rec->cap_touches *= 2) * sizeof *rec->touches);
    rec->steps0 += rec->nsteps;
    rec->nsteps = 0;
    REQUIRE_OK(mgp_vm_record(r->vm, &limits, rec, &why));
  } while (why == MGP_VM_FULL);
  for (uint32_t i = 0; i < rec->ntouches; i++) words += !rec->touches[i].is_register;
  return words;
}

/* --- one run ---------------------------------------------------------------------------------- */

static void check_state(const mgp_vm_point_t *p, const mgp_vm_state_t *v) {
  CHECK_EQ_U64(p->steps, v->steps);
  CHECK_EQ_U64(p->ts, v->ts);
  CHECK_EQ_U64(p->cost, v->cost);
  CHECK_EQ_U64(p->pc, v->pc);
  CHECK(memcmp(p->x, v->x, sizeof p->x) == 0);
  CHECK((int)p->halted == v->halted && p->exit_code == v->exit_code);
  CHECK((int)p->committed == v->committed && memcmp(p->commit, v->commit, 32) == 0);
}

/* steps of a row, words as two rows: before the last step less than the budget, then not. */
static void check_budget(const mgp_session_t *s, const mgp_cut_t *cut, recorder_t *r) {
  const uint64_t W = mgp_word_cost(s), start = cut->start.cost;
  CHECK(W == 2u * (313 + 2 * 8));
  REQUIRE_OK(mgp_vm_record_begin(r->vm, &r->rec, 1));
  uint64_t words = record_to(r, cut->end.steps - 1);
  CHECK(mgp_vm_state(r->vm)->cost - start + W * words < s->run.budget);
  words = record_to(r, cut->end.steps);
  CHECK_EQ_U64(mgp_vm_state(r->vm)->cost, cut->end.cost);
  CHECK(cut->last || cut->end.cost - start + W * words >= s->run.budget);
}

typedef struct {
  uint32_t shards;
  mgp_vm_point_t end;
} run_t;

/* How the pass learns the budget: what it begins with, and how many pieces have ended when it is
 * told. */
typedef struct {
  uint64_t likely;
  uint32_t pieces;
  int expected; /* what mgp_pass_settle returns; -1: it is a matter of time */
} start_t;

/* Whether the first shard has that piece, and the ones before, as they were. */
static int shows(const mgp_pass_t *pass, uint32_t i) {
  mgp_stream_t *stream = mgp_pass_stream(pass);
  mgp_shown_t before, shown;
  mgp_stream_look_t look;
  do {
    look = mgp_stream_look(stream, i, &shown);
  } while (look == MGP_STREAM_NOT_YET);
  for (uint32_t k = 1; look == MGP_STREAM_SHOWN && k <= i; k++) {
    CHECK(mgp_stream_look(stream, k - 1, &before) == MGP_STREAM_SHOWN);
    CHECK(mgp_stream_look(stream, k, &shown) == MGP_STREAM_SHOWN);
    CHECK(memcmp(&before.end, &shown.piece.start, sizeof before.end) == 0);
    CHECK(shown.total >= shown.end.cost);
  }
  return look == MGP_STREAM_SHOWN;
}

static void tell_budget(mgp_pass_t *pass, uint64_t budget, const start_t *x) {
  CHECK(x->pieces == 0 || shows(pass, x->pieces - 1));
  const int kept = mgp_pass_settle(pass, budget);
  CHECK_MSG(kept == x->expected || x->expected < 0, "kept %d, budget %" PRIu64, kept, budget);
  if (kept) return;
  CHECK(!shows(pass, MGP_STREAM_PIECES - 1)); /* who follows is not left waiting */
  REQUIRE_OK(mgp_pass_restart(pass));
}

/* Pieces begin where the shard does, and where the run is then; the run goes on to its end. */
static void check_pieces(const mgp_cut_t *cut, mgp_vm_t *plain, uint64_t *hits) {
  mgp_vm_stop_t why;
  CHECK(cut->npieces > 0 && cut->piece[0].start.steps == cut->start.steps);
  for (uint32_t i = 0; i < cut->npieces; i++) {
    const mgp_vm_limits_t limits = {mgp_piece_end(cut, i)->steps, MGP_VM_NO_LIMIT};
    check_state(&cut->piece[i].start, mgp_vm_state(plain));
    REQUIRE_OK(mgp_vm_profile(plain, &limits, hits, &why));
  }
}

static run_t check_run_from(const guest_t *g, uint64_t budget, const start_t *x) {
  mgp_session_t s;
  mgp_prove_options_t o;
  mgp_pass_t *pass;
  mgp_cut_t cut = {0};
  mgp_vm_t *plain;
  recorder_t r = {.rec = {.cap_steps = PIECE, .cap_commits = 1, .cap_touches = 1u << 12}};
  uint64_t *hits = calloc(g->prog.ninsn, sizeof *hits), executed = 0;
  open_session(&s, g, &o, budget);
  REQUIRE_OK(mgp_pass_create(&s, x->likely, &pass));
  REQUIRE_OK(mgp_pass_create_vm(&s, &plain));
  REQUIRE_OK(mgp_pass_create_vm(&s, &r.vm));
  r.rec.steps = calloc(PIECE, sizeof *r.rec.steps);
  r.rec.touches = calloc(r.rec.cap_touches, sizeof *r.rec.touches);
  r.rec.commits = &r.commit;
  tell_budget(pass, budget, x);
  for (uint32_t id = 1; !cut.last; id++) {
    REQUIRE_OK(mgp_pass_next(pass, &cut));
    CHECK_EQ_U64(cut.id, id);
    check_state(&cut.start, mgp_vm_state(plain));
    if (cut.last && id == 1)
      CHECK(cut.end.cost - chips->chip[MGP_CHIP_HALT].cost < budget);
    else
      check_budget(&s, &cut, &r);
    check_pieces(&cut, plain, hits);
    check_state(&cut.end, mgp_vm_state(plain));
    mgp_cut_free(&s, &cut);
  }
  for (uint32_t i = 0; i < g->prog.ninsn; i++) executed += hits[i];
  CHECK_EQ_U64(executed, cut.end.steps);
  const run_t run = {cut.id, cut.end};
  mgp_pass_destroy(pass);
  mgp_vm_destroy(plain);
  mgp_vm_destroy(r.vm);
  free(hits);
  free(r.rec.steps);
  free(r.rec.touches);
  CHECK_EQ_U64(mgp_ledger_live_total(s.ahead), 0);
  mgp_ledger_destroy(s.ahead);
  return run;
}

static run_t check_run(const guest_t *g, uint64_t budget) {
  const start_t x = {.likely = budget, .expected = 1};
  return check_run_from(g, budget, &x);
}

/* A run is one shard if its steps, without words, stay below the budget. */
static void check_whole(const char *name, uint32_t size) {
  guest_t g;
  guest_load(&g, name, size);
  const run_t run = check_run(&g, UINT64_C(1) << 60);
  const uint64_t spent = run.end.cost - chips->chip[MGP_CHIP_HALT].cost;
  CHECK_EQ_U64(run.shards, 1);
  CHECK_EQ_U64(check_run(&g, spent + 1).shards, 1);
  const run_t more = check_run(&g, spent);
  CHECK(more.shards > 1);
  CHECK(memcmp(&more.end, &run.end, sizeof run.end) == 0);
  printf("%s: %" PRIu64 " steps, %u shards of their cost\n", name, run.end.steps, more.shards);
  guest_free(&g);
}

/* --- budgets that come late --------------------------------------------------------------------
 */

/* Eight pieces or more, and a budget for four shards: whatever the pass has begun with. */
static void check_late(test_rng_t *rng) {
  const uint64_t never = UINT64_C(1) << 60;
  guest_t g;
  guest_load(&g, "sort", 4000);
  const run_t whole = check_run(&g, never);
  const uint64_t cost = whole.end.cost, budget = cost / 4;
  const uint32_t shards = check_run(&g, budget).shards, n = (uint32_t)(whole.end.steps / PIECE);
  const start_t late[] = {
      {never, n, 0},     /* the run has halted, or nearly so */
      {cost, n / 2, 0},  /* it goes on */
      {cost / 2, 0, -1}, /* whatever it has done by now */
      {budget + 1, 0, -1}, {budget - 1, 0, -1},
      {budget / 3, 1, 1}, /* the shard that was likely may have ended, and goes on */
      {1, 0, 1},
  };
  CHECK(n >= 8 && shards >= 4);
  for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
    const run_t run = check_run_from(&g, budget, &late[i]);
    CHECK_EQ_U64(run.shards, shards);
    CHECK(memcmp(&run.end, &whole.end, sizeof run.end) == 0);
  }
  for (int i = 0; i < 10; i++) {
    const start_t x = {test_rand(rng) % (2 * cost) + 1, 0, -1};
    const uint64_t some = test_rand(rng) % (2 * cost) + cost / 50;
    CHECK_EQ_U64(check_run_from(&g, some, &x).shards, check_run(&g, some).shards);
  }
  /* one shard, though it was not likely */
  const start_t small = {cost / 9, 1, 1}, large = {never, n, 1};
  CHECK_EQ_U64(check_run_from(&g, never, &small).shards, 1);
  CHECK_EQ_U64(check_run_from(&g, 2 * cost, &large).shards, 1);
  printf("sort: %" PRIu64 " steps, budgets that come late\n", whole.end.steps);
  guest_free(&g);
}

/* Nobody tells: it ends all the same. */
static void check_untold(void) {
  guest_t g;
  mgp_session_t s;
  mgp_prove_options_t o;
  mgp_pass_t *pass;
  guest_load(&g, "sort", 300);
  for (uint64_t likely = 1; likely < UINT64_C(1) << 40; likely = likely << 13 | 1) {
    open_session(&s, &g, &o, likely);
    REQUIRE_OK(mgp_pass_create(&s, likely, &pass));
    CHECK(shows(pass, 0));
    mgp_pass_destroy(pass);
    CHECK_EQ_U64(mgp_ledger_live_total(s.ahead), 0);
    mgp_ledger_destroy(s.ahead);
  }
  guest_free(&g);
}

static void check_tiny(void) {
  guest_t g;
  guest_load(&g, "fibonacci", 20);
  const run_t run = check_run(&g, 1); /* a step, a shard */
  CHECK_EQ_U64(run.shards, run.end.steps);
  guest_free(&g);
}

static void check_guest(const char *name, uint32_t size, uint64_t shard_steps) {
  guest_t g;
  guest_load(&g, name, size);
  const run_t run = check_run(&g, shard_steps * MGP_STEP_COST);
  printf("%s: %" PRIu64 " steps, %u shards of %" PRIu64 "\n", name, run.end.steps, run.shards,
         shard_steps);
  guest_free(&g);
}

/* The plan of a long run: its shards, and the state at its end. */
static void check_plan(uint32_t size, uint64_t least_steps, uint64_t shard_steps) {
  guest_t g;
  mgp_estimate_t e;
  guest_load(&g, "fibonacci", size);
  const run_t run = check_run(&g, shard_steps * MGP_STEP_COST);
  const mgp_prove_options_t o = {
      .hints = g.hints, .hints_nbytes = g.nhints, .partitions = 2, .shard_steps = shard_steps};
  CHECK(run.end.steps >= least_steps && run.shards >= 2);
  REQUIRE_OK(mgp_prove_estimate(&g.prog, &o, 2, 0, &e));
  CHECK_EQ_U64(e.steps, run.end.steps);
  CHECK_EQ_U64(e.cost, run.end.cost);
  CHECK_EQ_U64(e.shards, run.shards);
  CHECK_EQ_U64(e.exit_code, run.end.exit_code);
  printf("planned: %" PRIu64 " steps, %u + %u shards, %" PRIu64 " bytes of peak\n", e.steps,
         e.shards, e.memory_shards, e.peak[MGP_CACHE_NONE]);
  mgp_estimate_free(&e);
  guest_free(&g);
}

int main(void) {
  test_rng_t rng = test_rng();
  REQUIRE_OK(mgp_chipset_create(&chips));
  check_late(&rng);
  check_untold();
  check_tiny();
  check_whole("memory", 1000);
  check_whole("sort", 300);
  check_guest("memory", 5000, 1u << 14);
  check_guest("sieve", 20000, 5000);
  if (test_slow()) {
    check_guest("memory", 500000, 1u << 18);
    check_plan(86200, UINT64_C(1) << 30, 1u << 20);
  } else {
    check_plan(5300, 1u << 22, 1u << 16);
  }
  mgp_chipset_destroy(chips);
  return test_result();
}
