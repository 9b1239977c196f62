/* What the shards of a run may claim, and how they must fit together: each rule of shape and chain
 * is broken alone, beside an honest twin. What a proof can claim within these rules is the matter
 * of test_lies_*.c. */
#include "math/curve.h"
#include "protocol/shape.h"
#include "prove_util.h"

static mgp_chipset_t *chips;
static guest_t guest;
static mgp_chain_t chain; /* where no shard has been read */
static const mgp_params_t params = {.partitions = 2,
                                    .log_height = 14,
                                    .log_chunk = 8,
                                    .log_rows = 14,
                                    .queries = 200,
                                    .log_final = 5,
                                    .log_fold = 3};

/* "accepted", or the check that refused */
static const char *check_of(mgp_status_t st) {
  static char text[512];
  CHECK_MSG(st == MGP_OK || st == MGP_REJECTED, "status %d: %s", (int)st, mgp_error_message());
  snprintf(text, sizeof text, "%s", st == MGP_OK ? "accepted" : mgp_error_message());
  char *colon = strstr(text, ": ");
  if (colon) *colon = 0;
  return text;
}

static const char *shape_check(const mgp_statement_t *st) {
  mgp_shape_t shape;
  const char *check = check_of(mgp_shape_create(chips, &guest.prog, &params, st, &shape));
  if (strcmp(check, "accepted") == 0) mgp_shape_free(&shape);
  return check;
}

#define GOOD(base) CHECK_EQ_STR(shape_check(&(base)), "accepted")
#define BAD(check, base, change)                                                                   \
  do {                                                                                             \
    mgp_statement_t st = base;                                                                     \
    change;                                                                                        \
    CHECK_EQ_STR(shape_check(&st), check);                                                         \
  } while (0)

static void put_point(mgp_statement_t *st, const mgp_point_t *p) {
  mgp_curve_write(p, st->point);
}

/* --- one shard -------------------------------------------------------------------------------- */

/* Four jumps; two records, of a word that came in and goes out. nshards 0: not the last. */
static mgp_statement_t program_shard(uint32_t nshards, mgp_point_t end) {
  mgp_statement_t st;
  mgp_chain_context(&chain, MGP_SHARD_PROGRAM, nshards, nshards ? 7 : 0, &st);
  st.id = nshards ? nshards : 1;
  st.end_pc = nshards ? MGP_HALT_PC : guest.prog.entry + 4;
  st.rows[0][MGP_CHIP_J] = 2;
  st.rows[1][MGP_CHIP_J] = 2;
  st.rows[1][MGP_CHIP_HALT] = nshards != 0;
  st.rows[0][MGP_CHIP_SHARD_RAM] = st.rows[1][MGP_CHIP_SHARD_RAM] = 1;
  put_point(&st, &end);
  return st;
}

/* Three words, each with its first record out and its last one in. */
static mgp_statement_t memory_shard(mgp_point_t end) {
  mgp_statement_t st;
  mgp_chain_context(&chain, MGP_SHARD_MEMORY, 2, 0, &st);
  st.image_end = chain.image_at;
  st.hint_end = chain.hint_at;
  for (uint32_t g = 0; g < chain.ngaps; g++) st.zero_end[g] = chain.zero_at[g];
  st.rows[0][MGP_CHIP_MEM_ZERO] = 2;
  st.rows[1][MGP_CHIP_MEM_IMAGE] = 1;
  st.rows[0][MGP_CHIP_SHARD_RAM] = st.rows[1][MGP_CHIP_SHARD_RAM] = 3;
  put_point(&st, &end);
  return st;
}

static void one_shard(void) {
  mgp_point_t somewhere = mgp_curve_offset();
  mgp_statement_t first = program_shard(0, somewhere), last = program_shard(2, somewhere);
  mgp_statement_t memory = memory_shard(somewhere), whole;
  mgp_chain_context(&chain, MGP_SHARD_WHOLE, 1, 7, &whole);
  whole.hint_end = chain.hint_at;
  for (uint32_t g = 0; g < chain.ngaps; g++) whole.zero_end[g] = chain.zero_at[g];
  whole.rows[0][MGP_CHIP_J] = whole.rows[1][MGP_CHIP_HALT] = 1;
  GOOD(first);
  GOOD(last);
  GOOD(memory);
  GOOD(whole);

  /* where it ends */
  BAD("statement-pc", first, st.end_pc = MGP_HALT_PC);
  BAD("statement-pc", first, st.end_pc = MGP_PC_LIMIT);
  BAD("accepted", first, st.end_pc = MGP_PC_LIMIT - 1);
  BAD("statement-pc", last, st.end_pc = guest.prog.entry);
  BAD("statement-pc", last, st.end_pc = MGP_HALT_PC + 1);
  BAD("statement-halt", first, st.rows[0][MGP_CHIP_HALT] = 1);
  BAD("statement-halt", last, st.rows[1][MGP_CHIP_HALT] = 0);
  BAD("statement-halt", last, st.rows[1][MGP_CHIP_HALT] = 2);
  BAD("statement-halt", memory, st.rows[0][MGP_CHIP_HALT] = 1);

  /* chips of another kind of shard */
  for (unsigned id = MGP_CHIP_MEM_IMAGE; id <= MGP_CHIP_MEM_ZERO; id++) {
    BAD("statement-kind", first, st.rows[0][id] = 1);
    BAD("statement-kind", last, st.rows[1][id] = 1);
  }
  for (unsigned id = 1; id <= MGP_CHIP_REFRESH; id++)
    if (id != MGP_CHIP_HALT && id != MGP_CHIP_COMMIT)
      BAD("statement-kind", memory, st.rows[0][id] = 1);

  /* records: as many in as out, none in a whole run, two a word in a shard of memory */
  BAD("statement-ram", first, st.rows[0][MGP_CHIP_SHARD_RAM] += 1);
  BAD("statement-ram", memory, st.rows[0][MGP_CHIP_SHARD_RAM] += 1);
  BAD("statement-ram", memory, st.rows[0][MGP_CHIP_SHARD_RAM] += 2);
  BAD("statement-ram", memory, st.rows[0][MGP_CHIP_MEM_ZERO] -= 1);
  BAD("statement-ram", whole, st.rows[0][MGP_CHIP_SHARD_RAM] = 2);

  /* something must happen */
  BAD("statement-empty", first, st.rows[0][MGP_CHIP_J] = st.rows[1][MGP_CHIP_J] = 0);
  BAD("statement-empty", memory, memset(st.rows, 0, sizeof st.rows);
      memset(st.point, 0, sizeof st.point));

  /* the end of the accumulator: a point if there are records, else nothing */
  for (unsigned i = 0; i < MGP_POINT_WORDS; i++) {
    BAD("statement-point", first, st.point[i] ^= 1);
    BAD("statement-point", last, st.point[i] = MGP_P);
    BAD("statement-point", memory, st.point[i] = UINT32_MAX);
  }
  BAD("statement-point", memory, memset(st.point, 0, sizeof st.point));
  mgp_statement_t none = first;
  none.rows[0][MGP_CHIP_SHARD_RAM] = none.rows[1][MGP_CHIP_SHARD_RAM] = 0;
  BAD("statement-point", none, (void)st);
  memset(none.point, 0, sizeof none.point);
  GOOD(none);
  BAD("statement-point", none, st.point[3] = 1);

  /* what every shard must keep to */
  BAD("statement-x0", first, st.reg_value[0] = 1);
  BAD("statement-timestamp", last, st.reg_ts[32] = MGP_TS_LIMIT);
  BAD("statement-chain", memory, st.image_end = MGP_PC_LIMIT + 1);
  BAD("statement-chain", memory, st.hint_end = MGP_HINT_START / 4 - 1);
  BAD("statement-chain", memory, st.zero_end[0] = UINT32_MAX);
  BAD("statement-image", memory, st.rows[1][MGP_CHIP_MEM_IMAGE] = guest.prog.nimage_words + 1;
      st.rows[1][MGP_CHIP_SHARD_RAM] += 2 * guest.prog.nimage_words);
  BAD("statement-commit", first, st.has_commit = 1);
  BAD("statement-commit", first, st.rows[0][MGP_CHIP_COMMIT] = 1);
  BAD("statement-commit", first, st.has_commit = 2);
  BAD("statement-commit", memory, st.rows[0][MGP_CHIP_COMMIT] = 1);
}

/* --- a run ------------------------------------------------------------------------------------ */

/* The verdict on three shards whose accumulators moved by a, b and c. */
static const char *run_check(const mgp_point_t move[3], unsigned commits, uint32_t run_commits) {
  mgp_chain_t c = chain;
  mgp_point_t start = mgp_curve_offset();
  mgp_run_t run = {.nshards = 2, .memory_shards = 1, .has_commit = run_commits};
  for (unsigned i = 0; i < 3; i++) {
    mgp_point_t end = mgp_curve_add(&start, &move[i]);
    mgp_statement_t st = i == 0   ? program_shard(0, end)
                         : i == 1 ? program_shard(2, end)
                                  : memory_shard(end);
    st.has_commit = commits >> i & 1;
    const char *check = check_of(mgp_chain_advance(&c, &st));
    if (strcmp(check, "accepted") != 0) return check;
  }
  return check_of(mgp_chain_finish(&c, &run));
}

static void a_run(void) {
  const mgp_f_t words[2][MGP_CURVE_RECORD_WORDS] = {{1}, {2}};
  mgp_point_t a, b, sum, three[3];
  mgp_curve_hash(words[0], 0, &a);
  mgp_curve_hash(words[1], 0, &b);
  sum = mgp_curve_add(&a, &b);
  three[0] = a;
  three[1] = b;
  three[2] = mgp_curve_neg(&sum);
  CHECK_EQ_STR(run_check(three, 0, 0), "accepted");
  CHECK_EQ_STR(run_check(three, 1, 1), "accepted");
  CHECK_EQ_STR(run_check(three, 2, 1), "accepted");
  CHECK_EQ_STR(run_check(three, 3, 1), "run-commit"); /* twice */
  CHECK_EQ_STR(run_check(three, 0, 1), "run-commit"); /* by nobody */
  CHECK_EQ_STR(run_check(three, 2, 0), "run-commit"); /* but not by the run */
  for (unsigned i = 0; i < 3; i++) {
    mgp_point_t saved = three[i];
    three[i] = mgp_curve_neg(&saved);
    CHECK_EQ_STR(run_check(three, 0, 0), "run-sum");
    three[i] = mgp_curve_add(&saved, &a);
    CHECK_EQ_STR(run_check(three, 0, 0), "run-sum");
    three[i] = mgp_curve_identity(); /* all of a shard's records left out */
    CHECK_EQ_STR(run_check(three, 0, 0), "run-sum");
    three[i] = saved;
  }
  CHECK_EQ_STR(run_check(three, 0, 0), "accepted");
}

int main(void) {
  REQUIRE_OK(mgp_chipset_create(&chips));
  guest_load(&guest, "panic", 7);
  mgp_chain_begin(&guest.prog, &chain);
  one_shard();
  a_run();
  guest_free(&guest);
  mgp_chipset_destroy(chips);
  return test_result();
}
