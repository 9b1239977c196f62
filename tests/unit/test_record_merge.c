/* A partition recorded in pieces of any length by any number of threads, and merged, is the one
 * that was recorded in one piece: steps, commit and first accesses, byte for byte. */
#include "prover/crew.h"
#include "prover/merge.h"
#include "vm/snapshot.h"
#include "vm_random.h"

#define MAX_STEPS (1u << 16)
#define MAX_PIECE 4096u

/* --- in one piece ----------------------------------------------------------------------------- */

typedef struct {
  mgp_step_t *steps;
  mgp_touch_t *touches;
  mgp_commit_t commit;
  mgp_record_t rec;
} whole_t;

static void record_whole(mgp_vm_t *vm, uint32_t ts, uint64_t stop, whole_t *w) {
  const mgp_vm_limits_t limits = {MGP_VM_NO_LIMIT, stop};
  mgp_vm_stop_t why;
  memset(&w->commit, 0, sizeof w->commit);
  w->rec = (mgp_record_t){.steps = w->steps,
                          .cap_steps = MAX_STEPS,
                          .commits = &w->commit,
                          .cap_commits = 1,
                          .touches = w->touches,
                          .cap_touches = MAX_STEPS};
  REQUIRE_OK(mgp_vm_record_begin(vm, &w->rec, ts));
  REQUIRE_OK(mgp_vm_record(vm, &limits, &w->rec, &why));
  CHECK(why == MGP_VM_CUT || why == MGP_VM_HALTED);
  mgp_vm_record_end(vm, &w->rec);
}

/* --- in pieces -------------------------------------------------------------------------------- */

typedef struct {
  mgp_vm_point_t start;
  uint32_t *words;
  uint64_t nwords, nsteps;
} piece_t;

typedef struct {
  mgp_ledger_t *ledger;
  mgp_vm_t *vm[MGP_CREW_MAX];
  uint64_t ts0; /* timestamps before the shard */
  piece_t piece[MAX_PIECE];
  mgp_stretch_t stretch[MAX_PIECE];
  uint32_t n;
  const uint32_t *turn; /* which piece is recorded when */
} pieces_t;

/* Notes from where front stands to a cost, a piece at least every `longest` steps. */
static void note_pieces(mgp_vm_t *front, uint64_t stop, uint64_t longest, test_rng_t *rng,
                        pieces_t *p) {
  mgp_vm_stop_t why;
  p->n = 0;
  do {
    piece_t *x = &p->piece[p->n++];
    const uint64_t steps = longest == 0 ? MAX_STEPS : 1 + test_rand(rng) % longest;
    mgp_vm_point(front, &x->start);
    const mgp_vm_limits_t limits = {x->start.steps + steps, stop};
    mgp_vm_notes_t notes = {malloc((steps + 16) * sizeof *notes.word), 0, steps + 16};
    REQUIRE_OK(mgp_vm_note(front, &limits, &notes, &why));
    x->nsteps = mgp_vm_state(front)->steps - x->start.steps;
    x->words = realloc(notes.word, notes.n * sizeof *notes.word + 1); /* not a word more */
    x->nwords = notes.n;
  } while (why == MGP_VM_LIMIT && p->n < MAX_PIECE);
  CHECK(why == MGP_VM_CUT || why == MGP_VM_HALTED);
}

static mgp_status_t record_piece(void *arg, unsigned worker, uint32_t item) {
  pieces_t *p = arg;
  const uint32_t i = p->turn[item];
  const piece_t *x = &p->piece[i];
  mgp_stretch_t *st = &p->stretch[i];
  mgp_vm_t *vm = p->vm[worker];
  const mgp_vm_limits_t limits = {x->start.steps + x->nsteps, MGP_VM_NO_LIMIT};
  const uint32_t cap = (uint32_t)x->nwords + 33 + MGP_MAX_TOUCHES_PER_STEP;
  const uint32_t *words = x->words;
  mgp_touch_t *touches = malloc(cap * sizeof *touches);
  mgp_vm_stop_t why;
  mgp_record_t rec = {.steps = malloc((x->nsteps + 1) * sizeof *rec.steps),
                      .cap_steps = (uint32_t)x->nsteps,
                      .commits = &st->commit,
                      .cap_commits = 1,
                      .touches = touches,
                      .cap_touches = cap};
  memset(&st->commit, 0, sizeof st->commit);
  MGP_TRY(mgp_vm_resume(vm, &x->start));
  MGP_TRY(mgp_vm_record_begin(vm, &rec, (uint32_t)(x->start.ts - p->ts0 + 1)));
  if (x->nsteps) MGP_TRY(mgp_vm_record_noted(vm, &limits, &words, &rec, &why));
  mgp_vm_record_end(vm, &rec);
  if (rec.nsteps != x->nsteps || words != x->words + x->nwords)
    return mgp_fail(MGP_INTERNAL, "piece %u: %u steps", i, rec.nsteps);
  st->steps = rec.steps;
  st->nsteps = rec.nsteps;
  st->ncommits = rec.ncommits;
  mgp_status_t status = mgp_stretch_take(p->ledger, st, touches, rec.ntouches);
  free(touches);
  return status;
}

static void check_merged(pieces_t *p, const whole_t *w, unsigned threads, test_rng_t *rng) {
  uint32_t turn[MAX_PIECE];
  for (uint32_t i = 0; i < p->n; i++) turn[i] = i;
  if (test_rand(rng) % 2) /* out of order */
    for (uint32_t i = p->n; i > 1; i--) {
      const uint32_t k = (uint32_t)(test_rand(rng) % i), t = turn[k];
      turn[k] = turn[i - 1];
      turn[i - 1] = t;
    }
  p->turn = turn;
  memset(p->stretch, 0, sizeof p->stretch);
  REQUIRE_OK(mgp_crew_for(threads, p->n, record_piece, p));
  mgp_touch_t *touches = NULL;
  uint32_t ntouches = 0, at = 0, ncommits = 0;
  REQUIRE_OK(mgp_stretches_merge(p->ledger, threads, p->stretch, p->n, &touches, &ntouches));
  CHECK(ntouches == w->rec.ntouches &&
        memcmp(touches, w->touches, ntouches * sizeof *touches) == 0);
  for (uint32_t i = 0; i < p->n; i++) {
    const mgp_stretch_t *st = &p->stretch[i];
    CHECK(st->first == at && at + st->nsteps <= w->rec.nsteps);
    CHECK_MSG(memcmp(st->steps, w->steps + at, st->nsteps * sizeof *st->steps) == 0,
              "piece %u of %u, %u threads", i, p->n, threads);
    if (st->ncommits) {
      CHECK(memcmp(&st->commit, &w->commit, sizeof w->commit) == 0);
      ncommits++;
    }
    at += st->nsteps;
    free(st->steps);
  }
  CHECK_EQ_U64(at, w->rec.nsteps);
  CHECK_EQ_U64(ncommits, w->rec.ncommits);
  mgp_ledger_free(p->ledger, touches);
  CHECK_EQ_U64(mgp_ledger_live_total(p->ledger), 0);
}

/* One program in partitions, each of them in pieces. */
static void check_program(const mgp_vm_config_t *config, uint32_t partitions, uint64_t longest,
                          unsigned threads, whole_t *w, pieces_t *p, test_rng_t *rng) {
  mgp_vm_t *front, *truth;
  mgp_vm_stop_t why;
  REQUIRE_OK(mgp_vm_create(config, &front));
  REQUIRE_OK(mgp_vm_create(config, &truth));
  for (unsigned k = 0; k < threads; k++)
    REQUIRE_OK(mgp_vm_create_blank(config, k ? p->vm[0] : NULL, &p->vm[k]));
  REQUIRE_OK(mgp_vm_run(front, &no_limits, &why));
  const uint64_t total = mgp_vm_state(front)->cost;
  mgp_vm_reset(front);
  p->ts0 = 0;
  for (uint32_t i = 0; i < partitions; i++) {
    const uint64_t stop = i + 1 == partitions ? MGP_VM_NO_LIMIT : total * (i + 1) / partitions;
    if (test_rand(rng) % 4 == 0) p->ts0 = mgp_vm_state(front)->ts; /* a new shard */
    record_whole(truth, (uint32_t)(mgp_vm_state(truth)->ts - p->ts0 + 1), stop, w);
    note_pieces(front, stop, longest, rng, p);
    check_merged(p, w, threads, rng);
    for (uint32_t k = 0; k < p->n; k++) free(p->piece[k].words);
  }
  for (unsigned k = threads; k-- > 0;) mgp_vm_destroy(p->vm[k]);
  mgp_vm_destroy(front);
  mgp_vm_destroy(truth);
}

static void check_random(whole_t *w, pieces_t *p, test_rng_t *rng) {
  static code_t c;
  uint32_t data[64];
  for (size_t i = 0; i < 64; i++) data[i] = (uint32_t)test_rand(rng);
  random_program(&c, rng, 20 + (uint32_t)(test_rand(rng) % 80), 10);
  mgp_program_t prog = load_code(&c, data, 64);
  const mgp_vm_config_t config = test_config(&prog);
  static const uint64_t longest[] = {1, 2, 7, 100, 0};
  for (unsigned k = 0; k < sizeof longest / sizeof longest[0]; k++)
    check_program(&config, 1 + (uint32_t)(test_rand(rng) % 3), longest[k],
                  1 + (unsigned)(test_rand(rng) % 4), w, p, rng);
  mgp_program_free(&prog);
}

/* Far more words than one thread merges alone, in many pages, read again and again. */
static void check_many_words(whole_t *w, pieces_t *p, test_rng_t *rng) {
  code_t c = {.n = 0};
  emit_li(&c, 20, 7000); /* rounds */
  emit_li(&c, 21, 1103515245);
  emit_li(&c, 25, 0x10000000);
  emit_li(&c, 26, 0x1ffffc); /* 2^19 words */
  const uint32_t top = c.n;
  emit(&c, MGP_OP_MUL, 22, 22, 21, 0);
  emit(&c, MGP_OP_ADDI, 22, 22, 0, 1013);
  emit(&c, MGP_OP_SRLI, 23, 22, 0, 9);
  emit(&c, MGP_OP_AND, 23, 23, 26, 0);
  emit(&c, MGP_OP_ADD, 23, 23, 25, 0);
  emit(&c, MGP_OP_SW, 0, 23, 22, 0);
  emit(&c, MGP_OP_LBU, 24, 23, 0, 1);
  emit(&c, MGP_OP_ADDI, 20, 20, 0, -1);
  emit(&c, MGP_OP_BNE, 0, 20, 0, 4 * (int32_t)(top - c.n));
  emit_halt(&c);
  const uint32_t data[1] = {0};
  mgp_program_t prog = load_code(&c, data, 1);
  const mgp_vm_config_t config = test_config(&prog);
  for (unsigned threads = 1; threads <= 4; threads++) {
    check_program(&config, 1, 20000, threads, w, p, rng);
    CHECK(w->rec.ntouches > 6000);
  }
  mgp_program_free(&prog);
}

/* The same two hundred words in each of many pieces: more touches than threads are started for. */
static void check_hot_words(whole_t *w, pieces_t *p, test_rng_t *rng) {
  code_t c = {.n = 0};
  emit_li(&c, 20, 100);
  emit_li(&c, 25, 0x10000000);
  const uint32_t top = c.n;
  for (int i = 0; i < 200; i++) emit(&c, MGP_OP_SW, 0, 25, 20, 4 * i);
  emit(&c, MGP_OP_ADDI, 20, 20, 0, -1);
  emit(&c, MGP_OP_BNE, 0, 20, 0, 4 * (int32_t)(top - c.n));
  emit_halt(&c);
  const uint32_t data[1] = {0};
  mgp_program_t prog = load_code(&c, data, 1);
  const mgp_vm_config_t config = test_config(&prog);
  for (unsigned threads = 1; threads <= 4; threads++)
    check_program(&config, 1, 200, threads, w, p, rng);
  mgp_program_free(&prog);
}

/* --- the crew --------------------------------------------------------------------------------- */

typedef struct {
  unsigned threads;
  uint8_t done[1000]; /* each by one thread */
  uint32_t bad;       /* the item that fails */
} crew_t;

static mgp_status_t do_item(void *arg, unsigned worker, uint32_t item) {
  crew_t *x = arg;
  if (worker >= x->threads) return mgp_fail(MGP_INTERNAL, "worker %u", worker);
  x->done[item]++;
  return item == x->bad ? mgp_fail(MGP_TRAPPED, "item %u", item) : MGP_OK;
}

static void check_crew(void) {
  for (unsigned threads = 1; threads <= 5; threads++)
    for (uint32_t n = 0; n <= 1000; n += n < 8 ? 1 : 331) {
      crew_t x = {.threads = threads, .bad = UINT32_MAX};
      CHECK_OK(mgp_crew_for(threads, n, do_item, &x));
      for (uint32_t i = 0; i < 1000; i++) CHECK(x.done[i] == (i < n));
      if (n < 3) continue;
      x = (crew_t){.threads = threads, .bad = 2};
      CHECK(mgp_crew_for(threads, n, do_item, &x) == MGP_TRAPPED);
      CHECK_EQ_STR(mgp_error_message(), "item 2");
      for (uint32_t i = 0; i < 1000; i++) CHECK(x.done[i] <= (i < n) && (i > 2 || x.done[i] == 1));
      if (threads == 1) CHECK(n == 3 || x.done[3] == 0);
    }
}

int main(void) {
  test_rng_t rng = test_rng();
  whole_t *w = calloc(1, sizeof *w);
  pieces_t *p = calloc(1, sizeof *p);
  w->steps = calloc(MAX_STEPS, sizeof *w->steps);
  w->touches = calloc(MAX_STEPS, sizeof *w->touches);
  REQUIRE_OK(mgp_ledger_create(0, &p->ledger));
  check_crew();
  for (int i = 0; i < (test_slow() ? 200 : 12); i++) check_random(w, p, &rng);
  check_many_words(w, p, &rng);
  check_hot_words(w, p, &rng);
  CHECK_EQ_U64(mgp_ledger_destroy(p->ledger), 0);
  free(w->steps);
  free(w->touches);
  free(w);
  free(p);
  return test_result();
}
