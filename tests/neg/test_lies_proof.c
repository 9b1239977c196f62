/* The real prover about an honest run: it lies in its messages, its commitments, its foldings and
 * its answers. The last lies go on: each check on their way is met by another false message, until
 * one that cannot be met. */
#include "liar_guest.h"
#include "verifier/multilinear.h"

static liar_guest_t g;

static void expect(const char *name, const liar_t *lie, const char *check) {
  liar_expect(&g, lie, name, check, "");
}

/* --- one word of one message ------------------------------------------------------------------ */

static unsigned changed;

static void bump(const liar_t *lie, mgp_session_t *s, int label, mgp_chip_id_t chip,
                 uint32_t number, mgp_f_t *words, size_t n) {
  const size_t *word = lie->more;
  (void)s;
  if (label != lie->label || chip != lie->chip || number != lie->number) return;
  words[*word % n] = mgp_f_add(words[*word % n], mgp_f_one());
  changed++;
}

#define NONE MGP_CHIP_NONE
static const struct {
  const char *name;
  int label;
  mgp_chip_id_t chip;
  uint32_t number;
  size_t word;
  const char *check;
} bumps[] = {
    {"cap of partition 0", MGP_LABEL_ROOT, NONE, 0, 3, "query-path-matrix"},
    {"cap of partition 1", MGP_LABEL_ROOT, NONE, 1, 500, "query-path-matrix"},
    {"root p of RANGE", MGP_LABEL_GKR_ROOT, MGP_CHIP_RANGE, 0, 0, "gkr-layer"},
    {"root q of HALT", MGP_LABEL_GKR_ROOT, MGP_CHIP_HALT, 0, MGP_D, "gkr-layer"},
    {"a round of the fraction sum, at 0", MGP_LABEL_GKR_ROUND, MGP_CHIP_RANGE, 0, 0, "gkr-layer"},
    {"a late round of the fraction sum", MGP_LABEL_GKR_ROUND, MGP_CHIP_BYTE, 100, MGP_D + 1,
     "gkr-layer"},
    {"value p0 of a layer", MGP_LABEL_GKR_EVALS, MGP_CHIP_ADD2, 0, 0, "gkr-layer"},
    {"value p1 of a layer", MGP_LABEL_GKR_EVALS, MGP_CHIP_LW, 2, MGP_D, "gkr-layer"},
    {"value q0 of a layer", MGP_LABEL_GKR_EVALS, MGP_CHIP_PROGRAM, 3, 2 * MGP_D, "gkr-layer"},
    {"value q1 of a layer", MGP_LABEL_GKR_EVALS, MGP_CHIP_RANGE, 16, 4 * MGP_D - 1, "gkr-layer"},
    {"first round of a main sumcheck", MGP_LABEL_MAIN_ROUND, MGP_CHIP_RANGE, 0, 0, "main-last"},
    {"last round of a main sumcheck", MGP_LABEL_MAIN_ROUND, MGP_CHIP_RANGE, 16, 3 * MGP_D - 1,
     "main-last"},
    {"a column's value", MGP_LABEL_COLUMNS, MGP_CHIP_SHIFT, 0, 5 * MGP_D, "main-last"},
    {"a multiplicity's value", MGP_LABEL_COLUMNS, MGP_CHIP_TS2, 0, 1, "main-last"},
    {"first opening round", MGP_LABEL_OPEN_ROUND, NONE, 0, 0, "open-v"},
    {"last opening round", MGP_LABEL_OPEN_ROUND, NONE, 13, 2 * MGP_D - 1, "open-v"},
    {"value of the first stacked column", MGP_LABEL_V, NONE, 0, 0, "open-v"},
    {"value of a later stacked column", MGP_LABEL_V, NONE, 0, 9 * MGP_D + 1, "open-v"},
    {"cap of the first word", MGP_LABEL_FOLD_ROOT, NONE, 0, 0, "query-path-word"},
    {"cap of the third word", MGP_LABEL_FOLD_ROOT, NONE, 2, 9, "query-path-word"},
    {"first folding round", MGP_LABEL_FOLD_ROUND, NONE, 0, 0, "fold-final"},
    {"last folding round", MGP_LABEL_FOLD_ROUND, NONE, 8, 1, "fold-final"},
    {"final polynomial", MGP_LABEL_FINAL, NONE, 0, 7, "fold-final"},
    {"an opened row", LIAR_ROWS, NONE, 0, 2, "query-path-matrix"},
    {"an opened row of partition 1", LIAR_ROWS, NONE, 1, 777, "query-path-matrix"},
    {"a path of the matrix", LIAR_ROW_PATHS, NONE, 1, 9, "query-path-matrix"},
    {"a coset of the first word", LIAR_COSETS, NONE, 0, 100, "query-path-word"},
    {"a coset of the last word", LIAR_COSETS, NONE, 2, 3, "query-path-word"},
    {"a path of a word", LIAR_COSET_PATHS, NONE, 0, 70, "query-path-word"},
};

static void test_messages(void) {
  for (size_t i = 0; i < sizeof bumps / sizeof bumps[0]; i++) {
    liar_t lie = {.message = bump,
                  .label = bumps[i].label,
                  .chip = bumps[i].chip,
                  .number = bumps[i].number,
                  .more = &bumps[i].word};
    changed = 0;
    expect(bumps[i].name, &lie, bumps[i].check);
    CHECK_MSG(changed >= 1, "%s: nothing was changed", bumps[i].name);
  }
}

static void zero_root(const liar_t *lie, mgp_session_t *s, int label, mgp_chip_id_t chip,
                      uint32_t number, mgp_f_t *words, size_t n) {
  (void)lie, (void)s, (void)number;
  if (label == MGP_LABEL_GKR_ROOT && chip == MGP_CHIP_LW)
    memset(words + n / 2, 0, n / 2 * sizeof *words);
}

static void other_column(const liar_t *lie, uint32_t partition, uint32_t number, mgp_f_t *column,
                         size_t n) {
  if (partition == lie->number && number == 0) column[n / 3] = mgp_f_add(column[n / 3], 1);
}

static void test_others(void) {
  expect("a zero denominator", &(liar_t){.message = zero_root}, "gkr-root-zero");
  expect("a nonce without work, alpha", &(liar_t){.lazy_nonce = 1}, "grind-alpha");
  expect("a nonce without work, u", &(liar_t){.lazy_nonce = 2}, "grind-u");
  expect("a nonce without work, queries", &(liar_t){.lazy_nonce = 3}, "grind-query");
  expect("roots of two partitions exchanged", &(liar_t){.swap_roots = 1}, "query-path-matrix");
  expect("two tasks exchanged", &(liar_t){.swap_tasks = 1}, "gkr-layer");
  expect("another matrix committed than proved", &(liar_t){.column = other_column, .number = 1},
         "query-combination");
}

/* --- foldings --------------------------------------------------------------------------------- */

static mgp_e_t weight_of_0(const mgp_e_t *point, unsigned log_n) {
  mgp_e_t w = mgp_e_one();
  for (unsigned i = 0; i < log_n; i++) w = mgp_e_mul(w, mgp_e_sub(mgp_e_one(), point[i]));
  return w;
}

/* After `number` rounds another polynomial, with another value at the point (delta = 0) or with the
 * same. */
static int fold_other(const liar_t *lie, uint32_t number, mgp_e_t *q, unsigned log_n,
                      const mgp_e_t *point) {
  if (number != lie->number) return 0;
  if (lie->delta == 0) {
    q[1] = mgp_e_add(q[1], mgp_e_one());
    return 1;
  }
  /* eq(point, 0) : eq(point, 1) = 1 - point_0 : point_0 */
  (void)log_n;
  q[0] = mgp_e_add(q[0], point[0]);
  q[1] = mgp_e_sub(q[1], mgp_e_sub(mgp_e_one(), point[0]));
  return 1;
}

static void test_foldings(void) {
  expect("another combined polynomial", &(liar_t){.folding = fold_other}, "fold-final");
  expect("... of the same value", &(liar_t){.folding = fold_other, .delta = 1},
         "query-combination");
  expect("another second word", &(liar_t){.folding = fold_other, .number = 3}, "fold-final");
  expect("... of the same value", &(liar_t){.folding = fold_other, .number = 3, .delta = 1},
         "query-fold");
  expect("another final polynomial", &(liar_t){.folding = fold_other, .number = 9}, "fold-final");
  expect("... of the same value", &(liar_t){.folding = fold_other, .number = 9, .delta = 1},
         "query-final");
}

/* --- lies that go on: a false sum of RANGE's multiplicities ----------------------------------- */

enum { MEET_LAYER, MEET_MAIN, MEET_OPENING, MEET_FINAL, MEET_FOLDING };

static mgp_e_t q_of[2];  /* of the last layer */
static mgp_e_t error_of; /* what the claim reached is off by */
static const mgp_trace_t *range;
static uint32_t columns;

/* W_j(rho) of the specification */
static mgp_e_t column_weight(const mgp_session_t *s, uint32_t j) {
  const mgp_params_t *p = &s->now->params;
  const unsigned b = p->log_chunk, hi = p->log_height - b;
  mgp_e_t sum = mgp_e_zero();
  for (uint32_t k = 0; k < s->now->shape.ntraces; k++) {
    const mgp_trace_t *t = &s->now->shape.traces[k];
    const mgp_e_t *r = s->now->points + (size_t)k * MGP_MAX_LOG_ROWS;
    const uint32_t ncols = s->chips->chip[t->chip].ncols;
    mgp_e_t low = mgp_e_one();
    for (unsigned i = 0; i < b; i++)
      low = mgp_e_mul(low, mgp_ml_eq1(s->now->rho[i], i < t->log_rows ? r[i] : mgp_e_zero()));
    for (uint32_t e = t->first_chunk; e < t->first_chunk + t->nchunks * ncols; e++) {
      if (s->now->shape.first_col[t->partition] + (e >> hi) != j) continue;
      const uint32_t at = e - t->first_chunk, position = e & ((1u << hi) - 1);
      mgp_e_t w = mgp_e_mul(low, mgp_e_pow(liar_view.gamma, t->first_claim + at % ncols));
      for (unsigned i = b; i < t->log_rows; i++)
        w = mgp_e_mul(w, at / ncols >> (i - b) & 1 ? r[i] : mgp_e_sub(mgp_e_one(), r[i]));
      for (unsigned i = 0; i < hi; i++)
        w = mgp_e_mul(w, position >> i & 1 ? s->now->rho[b + i]
                                           : mgp_e_sub(mgp_e_one(), s->now->rho[b + i]));
      sum = mgp_e_add(sum, w);
    }
  }
  return sum;
}

static void meet(const liar_t *lie, mgp_session_t *s, int label, mgp_chip_id_t chip,
                 uint32_t number, mgp_f_t *words, size_t n) {
  mgp_e_t *v = (mgp_e_t *)(void *)words;
  if (label == MGP_LABEL_GKR_ROOT && chip == MGP_CHIP_RANGE) {
    for (uint32_t k = 0; k < s->now->shape.ntraces; k++)
      if (s->now->shape.traces[k].chip == MGP_CHIP_RANGE) range = &s->now->shape.traces[k];
  }
  if (label == MGP_LABEL_GKR_EVALS && chip == MGP_CHIP_RANGE && number + 1 == range->log_rows) {
    /* p0 q1 + p1 q0 stays */
    q_of[0] = v[2];
    q_of[1] = v[3];
    v[0] = mgp_e_add(v[0], q_of[0]);
    v[1] = mgp_e_sub(v[1], q_of[1]);
  }
  if (lie->delta >= MEET_MAIN && label == MGP_LABEL_COLUMNS && chip == MGP_CHIP_RANGE) {
    /* p0 + x (p1 - p0) is off by q0 - x (q0 + q1). Then: sel(r) = 1 as all 2^n rows are there, and
     * the only interaction's multiplicity is n */
    error_of = mgp_e_sub(q_of[0], mgp_e_mul(liar_view.main_rho, mgp_e_add(q_of[0], q_of[1])));
    error_of = mgp_e_mul(error_of, liar_view.main_factor);
    v[0] = mgp_e_add(v[0], error_of);
  }
  if (lie->delta >= MEET_OPENING && label == MGP_LABEL_V) {
    error_of = mgp_e_mul(error_of, mgp_e_pow(liar_view.gamma, range->first_claim));
    for (uint32_t i = 0; i < s->now->params.log_height; i++)
      error_of = mgp_e_mul_f(error_of, mgp_f_inv(mgp_f_from_u32(2)));
    error_of = mgp_e_mul(error_of, mgp_e_inv(column_weight(s, 0)));
    v[0] = mgp_e_add(v[0], error_of);
  }
  if (lie->delta == MEET_FINAL && label == MGP_LABEL_FINAL) {
    const unsigned f = s->now->params.log_final;
    error_of =
        mgp_e_mul(error_of, weight_of_0(liar_view.u, mgp_ml_log2_ceil(s->now->shape.total_cols)));
    error_of =
        mgp_e_mul(error_of, mgp_e_inv(weight_of_0(s->now->rho + s->now->params.log_height - f, f)));
    v[0] = mgp_e_add(v[0], error_of);
  }
  columns = s->now->shape.total_cols;
  (void)n;
}

/* The combined polynomial is changed so that its value is the false claim. */
static int meet_folding(const liar_t *lie, uint32_t number, mgp_e_t *q, unsigned log_n,
                        const mgp_e_t *point) {
  if (lie->delta != MEET_FOLDING || number != 0) return 0;
  error_of = mgp_e_mul(error_of, weight_of_0(liar_view.u, mgp_ml_log2_ceil(columns)));
  q[0] = mgp_e_add(q[0], mgp_e_mul(error_of, mgp_e_inv(weight_of_0(point, log_n))));
  return 1;
}

static void test_chain(void) {
  static const struct {
    const char *name, *check;
  } ends[] = {[MEET_LAYER] = {"a false sum that meets its layer", "main-last"},
              [MEET_MAIN] = {"... and the last main check, by a false value", "open-v"},
              [MEET_OPENING] = {"... and the opening, by a false v", "fold-final"},
              [MEET_FINAL] = {"... and the folds, by a false end", "query-final"},
              [MEET_FOLDING] = {"... or by another polynomial", "query-combination"}};
  for (int stage = MEET_LAYER; stage <= MEET_FOLDING; stage++)
    expect(ends[stage].name, &(liar_t){.message = meet, .folding = meet_folding, .delta = stage},
           ends[stage].check);
}

int main(void) {
  liar_guest_create(&g);
  expect("the honest twin", NULL, "accepted");
  test_messages();
  test_others();
  test_foldings();
  test_chain();
  liar_guest_destroy(&g);
  return test_result();
}
