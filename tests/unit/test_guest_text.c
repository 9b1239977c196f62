/* What a guest prints while the plain pass executes it: nothing before the budget is known, then
 * all of it, once, in its order, though it may be more than is held back, and though the pass may
 * have to begin again; also what leads to a trap. Nothing if there will be no proof. */
#include <unistd.h>

#include "prover/pass.h"
#include "vm_build.h"

#define LINE  1000u /* bytes that are printed at a time */
#define LINES 100u  /* in all more than what is held back */

static mgp_chipset_t *chips;

/* --- where it is printed ---------------------------------------------------------------------- */

typedef struct {
  FILE *file;
  int before[2];
} capture_t;

/* Both streams, as the program writes them. */
static void capture_begin(capture_t *c) {
  fflush(stdout);
  c->file = tmpfile();
  if (!c->file) abort();
  for (int i = 0; i < 2; i++) {
    c->before[i] = dup(1 + i);
    (void)dup2(fileno(c->file), 1 + i);
  }
}

static size_t captured(const capture_t *c) {
  fflush(stdout);
  return (size_t)lseek(fileno(c->file), 0, SEEK_END);
}

/* The bytes, which the caller frees. */
static uint8_t *capture_end(const capture_t *c, size_t *n) {
  *n = captured(c);
  for (int i = 0; i < 2; i++) {
    (void)dup2(c->before[i], 1 + i);
    (void)close(c->before[i]);
  }
  uint8_t *bytes = malloc(*n + 1);
  rewind(c->file);
  CHECK_EQ_U64(fread(bytes, 1, *n, c->file), *n);
  (void)fclose(c->file);
  return bytes;
}

/* --- who prints ------------------------------------------------------------------------------- */

/* Lines that begin with their number, to fd 1; then it halts, or traps. */
static mgp_program_t make_guest(uint32_t lines, int traps) {
  static const uint32_t data[1] = {0};
  code_t *c = calloc(1, sizeof *c);
  emit_li(c, 11, DATA_BASE);
  emit_li(c, 12, LINE);
  emit_li(c, 6, lines);
  emit(c, MGP_OP_ADDI, 7, 0, 0, 0);
  emit(c, MGP_OP_ADDI, 10, 0, 0, 1);
  emit(c, MGP_OP_ADDI, 5, 0, 0, MGP_ECALL_WRITE);
  const uint32_t loop = c->n;
  emit(c, MGP_OP_SW, 0, 11, 7, 0);
  emit(c, MGP_OP_ECALL, 0, 0, 0, 0);
  emit(c, MGP_OP_ADDI, 7, 7, 0, 1);
  emit(c, MGP_OP_BNE, 0, 7, 6, 4 * ((int32_t)loop - (int32_t)c->n));
  if (traps) emit(c, MGP_OP_LW, 10, 11, 0, 1);
  emit_halt(c);
  const mgp_program_t prog = load_code(c, data, 1);
  free(c);
  return prog;
}

static void check_lines(const uint8_t *bytes, size_t n, uint32_t lines) {
  CHECK_EQ_U64(n, (size_t)lines * LINE);
  for (uint32_t i = 0; i < lines && n == (size_t)lines * LINE; i++) {
    uint32_t number;
    memcpy(&number, bytes + (size_t)i * LINE, sizeof number);
    CHECK_EQ_U64(number, i);
  }
}

typedef struct {
  mgp_session_t s;
  mgp_prove_options_t o;
  mgp_program_t prog;
  mgp_pass_t *pass;
  capture_t capture;
} run_t;

/* Whether the run has that piece. */
static int shows(const mgp_pass_t *pass, uint32_t i) {
  mgp_shown_t shown;
  mgp_stream_look_t look;
  do {
    look = mgp_stream_look(mgp_pass_stream(pass), i, &shown);
  } while (look == MGP_STREAM_NOT_YET);
  return look == MGP_STREAM_SHOWN;
}

/* Until so many pieces have ended, when nothing is printed yet. */
static void begin(run_t *r, uint32_t lines, int traps, uint32_t pieces) {
  memset(r, 0, sizeof *r);
  r->prog = make_guest(lines, traps);
  r->o = (mgp_prove_options_t){.piece_steps = 16, .print_guest_output = 1};
  r->s = (mgp_session_t){.prog = &r->prog, .chips = chips, .opt = &r->o};
  REQUIRE_OK(mgp_ledger_create(0, &r->s.ahead));
  capture_begin(&r->capture);
  REQUIRE_OK(mgp_pass_create(&r->s, UINT64_C(1) << 60, &r->pass));
  CHECK(pieces == 0 || shows(r->pass, pieces - 1));
  CHECK_EQ_U64(captured(&r->capture), 0);
}

static void finish(run_t *r, uint32_t lines) {
  size_t n;
  mgp_pass_destroy(r->pass);
  CHECK_EQ_U64(mgp_ledger_destroy(r->s.ahead), 0);
  uint8_t *bytes = capture_end(&r->capture, &n);
  check_lines(bytes, n, lines);
  free(bytes);
  mgp_program_free(&r->prog);
}

static void take_cuts(run_t *r) {
  mgp_cut_t cut = {0};
  while (!cut.last) {
    REQUIRE_OK(mgp_pass_next(r->pass, &cut));
    mgp_cut_free(&r->s, &cut);
  }
}

/* --- how it goes ------------------------------------------------------------------------------ */

/* 16 steps are four lines. */
static void check_printed(uint32_t lines, uint32_t pieces) {
  run_t r;
  begin(&r, lines, 0, pieces);
  CHECK(mgp_pass_settle(r.pass, UINT64_C(1) << 50));
  take_cuts(&r);
  finish(&r, lines);
}

static void check_again(uint32_t lines, uint32_t pieces) {
  run_t r;
  begin(&r, lines, 0, pieces);
  CHECK(!mgp_pass_settle(r.pass, 900)); /* ten pieces cost more */
  REQUIRE_OK(mgp_pass_restart(r.pass));
  take_cuts(&r);
  finish(&r, lines);
}

static void check_trap(void) {
  run_t r;
  mgp_cut_t cut;
  begin(&r, 3, 1, 0);
  CHECK(!shows(r.pass, MGP_STREAM_PIECES - 1)); /* until it has failed */
  CHECK_EQ_U64(captured(&r.capture), 0);
  CHECK(mgp_pass_settle(r.pass, UINT64_C(1) << 50));
  CHECK(mgp_pass_next(r.pass, &cut) == MGP_TRAPPED);
  finish(&r, 3);
}

static void check_dropped(uint32_t lines, uint32_t pieces) {
  run_t r;
  begin(&r, lines, 0, pieces);
  finish(&r, 0);
}

int main(void) {
  REQUIRE_OK(mgp_chipset_create(&chips));
  check_printed(5, 0);
  check_printed(5, 2);
  check_printed(LINES, 0);
  check_printed(LINES, 14);
  check_again(60, 10);    /* all of it is held back */
  check_again(LINES, 10); /* it may be waiting to print more */
  check_again(LINES, 16);
  check_trap();
  check_dropped(5, 0);
  check_dropped(LINES, 0);
  check_dropped(LINES, 16);
  mgp_chipset_destroy(chips);
  return test_result();
}
