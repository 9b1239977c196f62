/* Pieces of work in bounded memory: drawn sizes against a plain account of who is where. */
#include "prover/window.h"
#include "test.h"

#define MOST 60u

static unsigned long went_ahead; /* of one that did not fit */

static int falling(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x < y) - (x > y);
}

typedef struct {
  uint64_t nbytes[MOST], offset[MOST];
  uint32_t n, slots, order[MOST], started, ended;
  int taken[MOST];
  uint64_t room, end; /* end: of the highest place so far */
} account_t;

static uint64_t largest_gap(const account_t *a) {
  uint64_t most = 0;
  for (uint32_t i = a->ended; i <= a->started; i++) { /* behind each place, and at the start */
    const uint64_t from = i == a->started ? 0 : a->offset[a->order[i]] + a->nbytes[a->order[i]];
    uint64_t to = a->room;
    int inside = 0;
    for (uint32_t k = a->ended; k < a->started; k++) {
      const uint64_t begin = a->offset[a->order[k]], end = begin + a->nbytes[a->order[k]];
      if (begin <= from && from < end) inside = 1;
      if (begin >= from && begin < to) to = begin;
    }
    if (!inside && to - from > most) most = to - from;
  }
  return most;
}

/* What is to start next: the first of those left that fits the largest gap. */
static uint32_t expected(const account_t *a) {
  if (a->started - a->ended == a->slots) return MGP_WINDOW_NONE;
  const uint64_t gap = largest_gap(a);
  for (uint32_t i = 0; i < a->n; i++)
    if (!a->taken[i] && a->nbytes[i] <= gap) return i;
  return MGP_WINDOW_NONE;
}

static void check_place(const account_t *a, uint32_t i) {
  CHECK(a->offset[i] % 4 == 0 && a->offset[i] + a->nbytes[i] <= a->room);
  for (uint32_t k = a->ended; k < a->started; k++) {
    const uint32_t other = a->order[k];
    CHECK(a->offset[i] + a->nbytes[i] <= a->offset[other] ||
          a->offset[other] + a->nbytes[other] <= a->offset[i]);
  }
}

/* Starts what can be; in between, ends some although others could start. eager: never. */
static void run(mgp_window_t *w, account_t *a, test_rng_t *rng, int eager) {
  uint32_t ahead = 0;
  while (a->ended < a->n) {
    uint64_t offset = 0;
    const int wait = !eager && a->started > a->ended && test_rand(rng) % 4 == 0;
    const uint32_t want = wait ? MGP_WINDOW_NONE : expected(a);
    if (!wait) CHECK_EQ_U64(mgp_window_start(w, &offset), want);
    if (want == MGP_WINDOW_NONE) {
      CHECK_EQ_U64(mgp_window_end(w), a->order[a->ended]);
      a->ended++;
      continue;
    }
    for (uint32_t i = 0; i < want; i++) ahead += !a->taken[i];
    a->offset[want] = offset;
    check_place(a, want);
    a->taken[want] = 1;
    a->order[a->started++] = want;
    if (offset + a->nbytes[want] > a->end) a->end = offset + a->nbytes[want];
    CHECK_EQ_U64(mgp_window_started(w), a->started);
    CHECK_EQ_U64(mgp_window_ended(w), a->ended);
  }
  went_ahead += ahead;
}

int main(void) {
  test_rng_t rng = test_rng();
  mgp_ledger_t *ledger;
  REQUIRE_OK(mgp_ledger_create(0, &ledger));
  for (int round = 0; round < 3000; round++) {
    account_t a = {.n = (uint32_t)(test_rand(&rng) % (MOST + 1))};
    const uint64_t scale = 1 + test_rand(&rng) % 50;
    for (uint32_t i = 0; i < a.n; i++) a.nbytes[i] = 4 * (1 + test_rand(&rng) % scale);
    qsort(a.nbytes, a.n, sizeof *a.nbytes, falling);
    a.slots = 1 + (uint32_t)(test_rand(&rng) % 9);
    const uint64_t room = 4 * (test_rand(&rng) % (6 * scale));
    a.room = a.n && a.nbytes[0] > room ? a.nbytes[0] : room;
    mgp_window_t *w;
    REQUIRE_OK(mgp_window_create(ledger, a.nbytes, a.n, a.slots, room, &w));
    const uint64_t peak = mgp_window_peak(w);
    account_t b = a;
    run(w, &a, &rng, 1);
    CHECK_EQ_U64(peak, a.end);
    CHECK_EQ_U64(mgp_window_end(w), MGP_WINDOW_NONE);
    CHECK_EQ_U64(mgp_window_peak(w), peak); /* and it begins again */
    run(w, &b, &rng, 0);
    mgp_window_destroy(w);
  }
  CHECK(went_ahead > 0);
  mgp_window_destroy(NULL);
  CHECK_EQ_U64(mgp_ledger_destroy(ledger), 0);
  return test_result();
}
