/* Honest proofs of the mini machine are accepted, in many shapes; lies are refused, each by the
 * check that is there for it. */
#include "neg/mini.h"
#include "verifier/verifier.h"

static char verdict[512];

/* "accepted" or the name of the check */
static const char *verify(const mgp_chipset_t *chips, const mgp_program_t *prog,
                          const uint8_t *file, size_t n) {
  static mgp_verified_t v;
  mgp_status_t st = mgp_verify_proof(chips, prog, file, n, &v);
  snprintf(verdict, sizeof verdict, "%s", st == MGP_OK ? "accepted" : mgp_error_message());
  CHECK_MSG(st == MGP_OK || st == MGP_REJECTED, "%s", verdict);
  char *colon = strstr(verdict, ": ");
  if (colon) *colon = 0;
  return verdict;
}

static void expect(mini_t *m, const char *what, const char *check) {
  size_t n;
  uint8_t *file = toy_prove(&m->t, &n);
  const char *got = verify(m->chips, &m->prog, file, n);
  CHECK_MSG(strcmp(got, check) == 0, "%s: %s, not %s", what, got, check);
  free(file);
}

/* --- honest ---------------------------------------------------------------------------------- */

static void test_honest(void) {
  static const struct {
    uint32_t P, s, b, rows, f, k;
    int commit;
  } shapes[] = {{1, 8, 4, 4, 2, 3, 0},  {1, 8, 4, 4, 2, 3, 1},  {2, 8, 5, 6, 1, 4, 1},
                {3, 9, 4, 22, 3, 1, 0}, {3, 8, 8, 8, 7, 2, 1},  {7, 8, 4, 5, 4, 4, 1},
                {64, 8, 4, 4, 2, 2, 1}, {5, 10, 6, 6, 8, 3, 0}, {1, 11, 10, 12, 1, 4, 1}};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    mini_t m;
    mgp_params_t p = mini_params(shapes[i].P);
    char name[32];
    p.log_height = shapes[i].s;
    p.log_chunk = shapes[i].b;
    p.log_rows = shapes[i].rows;
    p.log_final = shapes[i].f;
    p.log_fold = shapes[i].k;
    mini_run(&m, p, shapes[i].commit, "the public output");
    snprintf(name, sizeof name, "honest %zu", i);
    expect(&m, name, "accepted");
    mini_free(&m);
  }
}

static void test_output(void) {
  mini_t m;
  mini_run(&m, mini_params(1), 1, "");
  expect(&m, "empty output", "accepted");
  m.t.run.has_output = 0;
  expect(&m, "empty output left out", "format-output");
  mini_free(&m);
  mini_run(&m, mini_params(1), 1, "abc");
  m.t.run.has_output = 0;
  m.t.run.output_bytes = 0;
  expect(&m, "digest alone", "accepted");
  m.t.run.has_output = 1;
  m.t.run.output_bytes = 2;
  expect(&m, "another output", "statement-output");
  mini_free(&m);
  mini_run(&m, mini_params(1), 0, "");
  m.t.run.has_output = 0;
  expect(&m, "no commit, output left out", "statement-output");
  mini_free(&m);
}

/* --- one changed message --------------------------------------------------------------------- */

typedef struct {
  int what, task;
  uint32_t number;
  size_t word;
  uint32_t done;
} bump_t;

static void bump(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  bump_t *b = t->ctx;
  if (what != b->what || number != b->number || (b->task >= 0 && task != b->task)) return;
  words[b->word % n] = mgp_f_add(words[b->word % n], mgp_f_one());
  b->done++;
}

static void zero_root(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  (void)t, (void)number;
  if (what == MGP_LABEL_GKR_ROOT && task == 1) memset(words + n / 2, 0, n / 2 * sizeof *words);
}

/* Not the smallest nonce that works, but the next: the proof is another one, and valid. */
static void next_nonce(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  const uint32_t bits[] = {t->params.grind_alpha, t->params.grind_u, t->params.grind_query};
  (void)task, (void)n;
  if (what != MGP_LABEL_NONCE) return;
  uint32_t nonce = mgp_f_to_u32(words[0]) + 1;
  while (!mgp_grind_check(t->seed, nonce, bits[number])) nonce++;
  words[0] = mgp_f_from_u32(nonce);
}

static void test_messages(mini_t *m) {
  static const struct {
    bump_t at;
    const char *name, *check;
  } cases[] = {
      {{MGP_LABEL_ROOT, -1, 0, 3, 0}, "cap of partition 0", "query-path-matrix"},
      {{MGP_LABEL_ROOT, -1, 2, 500, 0}, "cap of partition 2", "query-path-matrix"},
      {{MGP_LABEL_NONCE, -1, 0, 0, 0}, "nonce alpha", "grind-alpha"},
      {{MGP_LABEL_NONCE, -1, 1, 0, 0}, "nonce u", "grind-u"},
      {{MGP_LABEL_NONCE, -1, 2, 0, 0}, "nonce query", "grind-query"},
      {{MGP_LABEL_GKR_ROOT, 0, 0, 0, 0}, "root p", "gkr-layer"},
      {{MGP_LABEL_GKR_ROOT, 3, 0, MGP_D, 0}, "root q", "gkr-layer"},
      {{MGP_LABEL_GKR_ROUND, 1, 0, 1, 0}, "first GKR round", "gkr-layer"},
      {{MGP_LABEL_GKR_ROUND, 1, 5, 6, 0}, "GKR round", "gkr-layer"},
      {{MGP_LABEL_GKR_EVALS, 1, 0, 0, 0}, "GKR p0", "gkr-layer"},
      {{MGP_LABEL_GKR_EVALS, 2, 3, 3 * MGP_D + 1, 0}, "GKR q1", "gkr-layer"},
      {{MGP_LABEL_MAIN_ROUND, 1, 0, 0, 0}, "main round", "main-last"},
      {{MGP_LABEL_MAIN_ROUND, 1, 2, 3 * MGP_D - 1, 0}, "main round", "main-last"},
      {{MGP_LABEL_COLUMNS, 0, 0, 0, 0}, "column value", "main-last"},
      {{MGP_LABEL_COLUMNS, 4, 0, 5, 0}, "column value", "main-last"},
      {{MGP_LABEL_OPEN_ROUND, -1, 0, 0, 0}, "opening round", "open-v"},
      {{MGP_LABEL_OPEN_ROUND, -1, 7, 2 * MGP_D - 1, 0}, "opening round", "open-v"},
      {{MGP_LABEL_V, -1, 0, 0, 0}, "v", "open-v"},
      {{MGP_LABEL_V, -1, 0, (size_t)-1, 0}, "v", "open-v"},
      {{MGP_LABEL_FOLD_ROOT, -1, 0, 0, 0}, "cap of word 0", "query-path-word"},
      {{MGP_LABEL_FOLD_ROOT, -1, 1, 9, 0}, "cap of word 1", "query-path-word"},
      {{MGP_LABEL_FOLD_ROUND, -1, 0, 0, 0}, "fold round", "fold-final"},
      {{MGP_LABEL_FOLD_ROUND, -1, 5, 1, 0}, "fold round", "fold-final"},
      {{MGP_LABEL_FINAL, -1, 0, 0, 0}, "final", "fold-final"},
      {{TOY_ROW, 1, 3, 2, 0}, "matrix row", "query-path-matrix"},
      {{TOY_ROW_PATH, 2, 100, 9, 0}, "matrix path", "query-path-matrix"},
      {{TOY_COSET, 0, 5, 2, 0}, "coset", "query-path-word"},
      {{TOY_COSET, 1, 240, 31, 0}, "coset", "query-path-word"},
      {{TOY_COSET_PATH, 0, 7, 0, 0}, "coset path", "query-path-word"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bump_t at = cases[i].at;
    if (at.word == (size_t)-1) at.word = 0;
    m->t.edit = bump;
    m->t.ctx = &at;
    expect(m, cases[i].name, cases[i].check);
    CHECK_MSG(at.done == 1, "%s: changed %u times", cases[i].name, at.done);
  }
  m->t.edit = zero_root;
  expect(m, "root q = 0", "gkr-root-zero");
  m->t.edit = next_nonce;
  expect(m, "larger nonces", "accepted");
  m->t.edit = NULL;
}

/* --- cheats that go on: each check is met by changing one more message ----------------------- */

enum {
  MEET_GKR = 1,  /* choose p_0 so that the layer check holds */
  MEET_MAIN = 2, /* choose a column value so that the last main check holds */
  MEET_V = 4,    /* choose v_0 so that the opening check holds */
  MEET_FOLD = 8, /* choose Q_R,0 so that the last fold check holds */
  CHANGE_Q = 16, /* two coefficients of Q that leave Q(rho) as it is */
  CHANGE_V = 32, /* two v that leave the opening check as it is */
  CHANGE_FINAL = 64,
  CHANGE_WORD0 = 128, /* all of the committed word, so that every query sees it */
  CHANGE_WORD1 = 256,
  BALANCE = 512 /* root p of task 0 makes the bus sum zero */
};
typedef struct {
  unsigned flags;
  mgp_e_t imbalance; /* minus the bus sum, for BALANCE */
} cheat_t;

static void meet_main(toy_t *t, int task, mgp_e_t *cols) {
  const mgp_trace_t *tr = &t->shape.traces[task];
  const mgp_chip_t *chip = &t->chips->chip[tr->chip];
  for (uint32_t c = 0; c < chip->ncols; c++) {
    mgp_e_t e[3], saved = cols[c];
    for (int k = 0; k < 3; k++, cols[c] = mgp_e_add(cols[c], mgp_e_one()))
      e[k] = toy_summand(t, chip, cols, t->others, t->others[chip->nvirtual], t->rho_int,
                         tr->log_inter);
    mgp_e_t slope = mgp_e_sub(e[1], e[0]);
    cols[c] = saved;
    if (mgp_e_is_zero(slope) || !mgp_e_eq(slope, mgp_e_sub(e[2], e[1]))) continue;
    mgp_e_t by = mgp_e_mul(mgp_e_sub(t->claim, e[0]), mgp_e_inv(slope));
    cols[c] = mgp_e_add(cols[c], by);
    return;
  }
}

/* v[0] += 1, v[1] -= w_0 / w_1: sum v w stays */
static void shift_pair(mgp_e_t *v, mgp_e_t w0, mgp_e_t w1) {
  v[0] = mgp_e_add(v[0], mgp_e_one());
  v[1] = mgp_e_sub(v[1], mgp_e_mul(w0, mgp_e_inv(w1)));
}

static void cheat(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  cheat_t *ch = t->ctx;
  mgp_e_t *v = (mgp_e_t *)(void *)words;
  const uint32_t M = t->shape.total_cols, h = t->params.log_height, f = t->params.log_final;
  if (what == MGP_LABEL_GKR_ROOT && task == 0 && ch->flags & BALANCE)
    v[0] = mgp_e_add(v[0], mgp_e_mul(ch->imbalance, v[1]));
  if (what == MGP_LABEL_GKR_EVALS && ch->flags & MEET_GKR) {
    mgp_e_t rest = mgp_e_add(mgp_e_mul(v[1], v[2]), mgp_e_mul(t->lambda, mgp_e_mul(v[2], v[3])));
    v[0] = mgp_e_mul(mgp_e_sub(t->claim, rest), mgp_e_inv(v[3]));
  }
  if (what == MGP_LABEL_COLUMNS && ch->flags & MEET_MAIN) meet_main(t, task, v);
  if (what == MGP_LABEL_V && ch->flags & MEET_V) {
    mgp_e_t sum = mgp_e_zero();
    for (uint32_t j = 0; j < M; j++) sum = mgp_e_add(sum, mgp_e_mul(v[j], t->values[M + j]));
    mgp_e_t by = mgp_e_mul(mgp_e_sub(t->claim, sum), mgp_e_inv(t->values[M]));
    v[0] = mgp_e_add(v[0], by);
  }
  if (what == MGP_LABEL_V && ch->flags & CHANGE_V) shift_pair(v, t->values[M], t->values[M + 1]);
  if (what == TOY_COMBINED && ch->flags & CHANGE_Q)
    shift_pair(v, toy_eq(t->rho, h, 0), toy_eq(t->rho, h, 1));
  if (what == MGP_LABEL_FINAL && ch->flags & CHANGE_FINAL)
    shift_pair(v, toy_eq(t->rho + h - f, f, 0), toy_eq(t->rho + h - f, f, 1));
  if (what == MGP_LABEL_FINAL && ch->flags & MEET_FOLD) {
    mgp_e_t sum = mgp_e_zero();
    for (uint32_t i = 0; i < 1u << f; i++)
      sum = mgp_e_add(sum, mgp_e_mul(toy_eq(t->rho + h - f, f, i), v[i]));
    mgp_e_t by = mgp_e_inv(toy_eq(t->rho + h - f, f, 0));
    v[0] = mgp_e_add(v[0], mgp_e_mul(mgp_e_sub(t->claim, sum), by));
  }
  if (what == TOY_WORD && ch->flags & (number ? CHANGE_WORD1 : CHANGE_WORD0))
    for (size_t i = 0; i < n / MGP_D; i++) v[i] = mgp_e_add(v[i], mgp_e_one());
}

static void cheats(mini_t *m, const char *name, unsigned flags, const char *check) {
  cheat_t ch = {.flags = flags};
  m->t.edit = cheat;
  m->t.ctx = &ch;
  expect(m, name, check);
  m->t.edit = NULL;
}

static void test_adaptive_openings(mini_t *m) {
  cheats(m, "false v that fit", CHANGE_V, "fold-final");
  cheats(m, "false v, final that fits", CHANGE_V | MEET_FOLD, "query-final");
  cheats(m, "false Q that fits", CHANGE_Q, "query-combination");
  cheats(m, "false final that fits", CHANGE_FINAL, "query-final");
  cheats(m, "false word 0", CHANGE_WORD0, "query-combination");
  cheats(m, "false word 1", CHANGE_WORD1, "query-fold");
}

/* A false claim carried through the whole protocol ends at a query. */
static void chain(mini_t *m, const char *what, const char *first, unsigned flags) {
  static const struct {
    unsigned meet;
    const char *check;
  } links[] = {{0, NULL},
               {MEET_GKR, "main-last"},
               {MEET_GKR | MEET_MAIN, "open-v"},
               {MEET_GKR | MEET_MAIN | MEET_V, "fold-final"},
               {MEET_GKR | MEET_MAIN | MEET_V | MEET_FOLD, "query-final"}};
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    cheats(m, what, links[i].meet | flags, i ? links[i].check : first);
}

/* Minus the bus sum of a witness, with the challenges that its proof has. */
typedef struct {
  mgp_e_t sum;
} sum_t;
static void add_root(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  sum_t *s = t->ctx;
  const mgp_e_t *v = (const mgp_e_t *)(const void *)words;
  (void)number, (void)n;
  if (what != MGP_LABEL_GKR_ROOT) return;
  if (task == 0) {
    mgp_public_term_t terms[MGP_MAX_PUBLIC_TERMS];
    uint32_t nterms = mgp_public_terms(&t->st, &t->shape, terms);
    for (uint32_t i = 0; i < nterms; i++) {
      mgp_e_t d = mgp_e_add(t->alpha, toy_small(terms[i].bus));
      for (unsigned j = 0; j < terms[i].len; j++)
        d = mgp_e_add(d, mgp_e_mul(t->beta[j + 1], toy_small(terms[i].t[j])));
      d = mgp_e_inv(d);
      s->sum = terms[i].sign > 0 ? mgp_e_sub(s->sum, d) : mgp_e_add(s->sum, d);
    }
  }
  s->sum = mgp_e_sub(s->sum, mgp_e_mul(v[0], mgp_e_inv(v[1])));
}

static void unbalanced(mini_t *m, const char *what) {
  expect(m, what, "bus-sum");
  sum_t s = {mgp_e_zero()};
  size_t n;
  m->t.edit = add_root;
  m->t.ctx = &s;
  free(toy_prove(&m->t, &n));
  CHECK(!mgp_e_is_zero(s.sum));
  cheat_t ch = {.flags = BALANCE, .imbalance = s.sum};
  m->t.edit = cheat;
  m->t.ctx = &ch;
  expect(m, what, "gkr-layer");
  ch.flags = BALANCE | MEET_GKR;
  expect(m, what, "main-last");
  ch.flags = BALANCE | MEET_GKR | MEET_MAIN;
  expect(m, what, "open-v");
  ch.flags = BALANCE | MEET_GKR | MEET_MAIN | MEET_V;
  expect(m, what, "fold-final");
  ch.flags = BALANCE | MEET_GKR | MEET_MAIN | MEET_V | MEET_FOLD;
  expect(m, what, "query-final");
  m->t.edit = NULL;
}

/* --- false witness --------------------------------------------------------------------------- */

static mgp_f_t *cell(mini_t *m, uint32_t p, unsigned id, uint32_t row, uint32_t col) {
  return &m->t.rows[p][id][row * m->chips->chip[id].ncols + col];
}
static void add_to(mgp_f_t *x, int32_t v) {
  *x = mgp_f_add(*x, mgp_f_from_i32(v));
}

static void test_witness(void) {
  mini_t m;
  /* the last addition of partition 1, with everything after it told accordingly */
  mini_run(&m, mini_params(2), 1, "out");
  uint32_t last = m.t.st.rows[1][MGP_CHIP_ADDI2] - 1, halt = MGP_CHIP_HALT;
  add_to(cell(&m, 1, MGP_CHIP_ADDI2, last, 7), 1);
  add_to(cell(&m, 1, halt, 0, 2), 1);
  m.t.st.exit_code++;
  m.t.st.reg_value[10]++;
  chain(&m, "wrong sum", "main-last", 0);
  mini_free(&m);

  mini_run(&m, mini_params(2), 1, "out");
  m.t.st.exit_code++;
  unbalanced(&m, "another exit code");
  m.t.st.exit_code--;
  m.t.st.commit[3] ^= 1;
  expect(&m, "another digest", "statement-output");
  m.t.run.has_output = 0;
  m.t.run.output_bytes = 0;
  unbalanced(&m, "another digest");
  mini_free(&m);

  mini_run(&m, mini_params(3), 0, "");
  add_to(cell(&m, 1, MGP_CHIP_ADDI2, 3, 5), -1);
  unbalanced(&m, "stale timestamp");
  add_to(cell(&m, 1, MGP_CHIP_ADDI2, 3, 5), 1);
  add_to(cell(&m, MGP_CHIP_PROGRAM % 3, MGP_CHIP_PROGRAM, 5, 0), 1);
  expect(&m, "multiplicity", "bus-sum");
  add_to(cell(&m, MGP_CHIP_PROGRAM % 3, MGP_CHIP_PROGRAM, 5, 0), -1);
  add_to(cell(&m, 0, MGP_CHIP_ADDI2, 4, 6), 5);
  add_to(cell(&m, 0, MGP_CHIP_ADDI2, 4, 7), 5);
  expect(&m, "another immediate", "bus-sum");
  add_to(cell(&m, 0, MGP_CHIP_ADDI2, 4, 6), -5);
  add_to(cell(&m, 0, MGP_CHIP_ADDI2, 4, 7), -5);
  m.t.st.reg_ts[10]--;
  expect(&m, "last timestamp", "bus-sum");
  m.t.st.reg_ts[10]++;
  m.t.st.reg_value[7] = 1;
  expect(&m, "untouched register", "bus-sum");
  m.t.st.reg_value[7] = 0;
  m.t.st.image_end++;
  expect(&m, "end of the image chain", "bus-sum");
  m.t.st.image_end--;
  m.t.st.zero_end[1]--;
  expect(&m, "end of a zero chain", "bus-sum");
  m.t.st.zero_end[1]++;
  m.t.st.hint_end++;
  expect(&m, "end of the hint chain", "bus-sum");
  m.t.st.hint_end--;
  add_to(cell(&m, 0, MGP_CHIP_MEM_IMAGE, 0, 6), 1);
  add_to(cell(&m, 0, MGP_CHIP_MEM_IMAGE, 0, 3), 1);
  expect(&m, "image value", "bus-sum");
  add_to(cell(&m, 0, MGP_CHIP_MEM_IMAGE, 0, 6), -1);
  add_to(cell(&m, 0, MGP_CHIP_MEM_IMAGE, 0, 3), -1);
  MINI_SET(mini_row(&m.t, 1, MGP_CHIP_J), 0, 0, 0);
  expect(&m, "a zero row that counts", "bus-sum");
  m.t.st.rows[1][MGP_CHIP_J]--;
  expect(&m, "honest again", "accepted");
  m.t.st.rows[1][MGP_CHIP_ADDI2]--;
  expect(&m, "a row that does not count", "bus-sum");
  mini_free(&m);
}

/* --- what stands beyond the last row --------------------------------------------------------- */

typedef struct {
  uint32_t chip, row, col;
  int copy; /* of row 0 instead of garbage */
} beyond_t;

/* Writes into the matrix cell of a row beyond the end of the chip's last trace in partition 0. */
static void write_beyond(toy_t *t, int what, int task, uint32_t number, mgp_f_t *words, size_t n) {
  const beyond_t *y = t->ctx;
  uint32_t logp = t->params.log_height - t->params.log_chunk, b = t->params.log_chunk;
  (void)task, (void)n;
  if (what != TOY_MATRIX || number != 0) return;
  for (uint32_t i = 0; i < t->shape.first_trace[1]; i++) {
    const mgp_trace_t *tr = &t->shape.traces[i];
    uint32_t ncols = t->chips->chip[tr->chip].ncols;
    if (tr->chip != y->chip) continue;
    for (uint32_t c = 0; c < ncols; c++) {
      uint32_t e = tr->first_chunk + (y->row >> b) * ncols + c;
      size_t at = ((size_t)(e >> logp) << t->params.log_height) +
                  ((size_t)(e & ((1u << logp) - 1)) << b) + (y->row & ((1u << b) - 1));
      if (y->copy)
        words[at] = toy_cell(t, tr, 0, c);
      else if (c == y->col)
        words[at] = mgp_f_from_u32(77);
    }
  }
}

static void test_beyond(void) {
  mini_t m;
  beyond_t y = {MGP_CHIP_J, 0, 2, 0};
  mgp_params_t p = mini_params(1);
  p.log_rows = 6;
  mini_run(&m, p, 1, "out");
  m.t.edit = write_beyond;
  m.t.ctx = &y;
  uint32_t jumps = m.t.st.rows[0][MGP_CHIP_J], addis = m.t.st.rows[0][MGP_CHIP_ADDI2];
  CHECK_EQ_U64(jumps, 6);
  CHECK_EQ_U64(addis, 37);
  y.row = 7; /* below 2^3: part of the trace's polynomials, no constraint looks at it */
  expect(&m, "garbage beyond N, no constraint", "accepted");
  y.row = 12; /* beyond 2^3, inside the chunk */
  expect(&m, "garbage beyond 2^n", "accepted");
  y = (beyond_t){MGP_CHIP_ADDI2, 40, 7, 0};
  expect(&m, "row beyond N breaks a constraint", "main-last");
  y.copy = 1;
  expect(&m, "row beyond N meets the constraints", "accepted");
  y = (beyond_t){MGP_CHIP_PROGRAM, 46, 0, 0};
  expect(&m, "multiplicity beyond the program's end", "accepted");
  mini_free(&m);
}

/* --- another program, another statement ------------------------------------------------------ */

static void test_other_program(mini_t *m) {
  size_t n;
  uint8_t *file = toy_prove(&m->t, &n);
  mgp_program_t other;
  uint8_t *vk;
  size_t nvk;
  REQUIRE_OK(mgp_vk_serialize(&m->prog, &vk, &nvk));
  REQUIRE_OK(mgp_vk_parse(vk, nvk, &other));
  CHECK_EQ_STR(verify(m->chips, &other, file, n), "accepted");
  mgp_program_free(&other);
  vk[nvk - 1] ^= 1; /* the last data word: it is not even used by the run */
  REQUIRE_OK(mgp_vk_parse(vk, nvk, &other));
  CHECK_MSG(strcmp(verify(m->chips, &other, file, n), "accepted") != 0, "another image");
  mgp_program_free(&other);
  free(vk);
  free(file);
}

int main(void) {
  mini_t m;
  test_honest();
  test_output();
  test_witness();
  test_beyond();
  mgp_params_t p = mini_params(3);
  p.grind_alpha = p.grind_u = p.grind_query = 8;
  p.log_height = 9; /* so that word 0 has paths */
  mini_run(&m, p, 1, "a public output");
  test_messages(&m);
  test_adaptive_openings(&m);
  test_other_program(&m);
  mini_free(&m);
  return test_result();
}
