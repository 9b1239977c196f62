/* Runs of several shards, by the constraint checker: three program shards that pass words on, and a
 * memory shard. The honest run is accepted; each lie, with all that an attacker can make fit it, is
 * refused by the check that is named. (The program shards have no steps: they hand on what they
 * receive. Runs of real programs are proved elsewhere.) */
#include "chips/check.h"
#include "test.h"
#include "unit/ram_rows.h"

enum { K = 3, NSHARDS = K + 1, NWORDS = 5, MAX_ROWS = 16 };

/* Shards 1 .. K, then the memory shard, at index K. */
typedef struct {
  mgp_ram_t rows[NSHARDS][MAX_ROWS];
  uint32_t n[NSHARDS];
  mgp_ram_terms_t terms[NSHARDS];
  mgp_bound_t bounds[NWORDS];
  uint32_t nbounds;
  int count[NSHARDS]; /* how often the run has this shard */
} run_t;

static const mgp_chipset_t *chips;
static const mgp_program_t none;

static uint32_t key_of(uint32_t word) {
  return MGP_HINT_START / 4 + 1 + 3 * word;
}

static mgp_ram_t *add_row(run_t *r, unsigned shard, int in, uint32_t word, uint32_t value,
                          uint32_t id) {
  const uint32_t ts = shard == K && in;
  mgp_ram_t row = {.key = key_of(word), .value = value, .id = id, .ts = ts, .in = (uint32_t)in};
  CHECK(r->n[shard] < MAX_ROWS);
  r->rows[shard][r->n[shard]] = row;
  return &r->rows[shard][r->n[shard]++];
}

/* Which words each program shard touches. */
static const uint8_t touched[K][NWORDS] = {{1, 1, 0, 0, 0}, {0, 1, 1, 0, 0}, {1, 0, 1, 1, 0}};

static void make_run(run_t *r) {
  uint32_t last[NWORDS] = {0};
  memset(r, 0, sizeof *r);
  for (unsigned s = 0; s < K; s++) {
    for (uint32_t w = 0; w < NWORDS; w++)
      if (touched[s][w]) add_row(r, s, 1, w, 1000 + w, last[w]);
    for (uint32_t w = 0; w < NWORDS; w++)
      if (touched[s][w]) add_row(r, s, 0, w, 1000 + w, last[w] = s + 1);
  }
  for (uint32_t w = 0; w < NWORDS; w++) {
    add_row(r, K, 1, w, 1000 + w, last[w]);
    r->bounds[w] = (mgp_bound_t){.key = key_of(w),
                                 .prev = w ? key_of(w - 1) + 1 : MGP_HINT_START / 4,
                                 .first = 1000 + w,
                                 .last = 1000 + w,
                                 .ts = 1};
  }
  for (uint32_t w = 0; w < NWORDS; w++) add_row(r, K, 0, w, 1000 + w, 0);
  r->nbounds = NWORDS;
  for (unsigned s = 0; s < NSHARDS; s++) r->count[s] = 1;
}

/* Points and sums as they follow from the records. */
static void finish(run_t *r) {
  for (unsigned s = 0; s < NSHARDS; s++) {
    mgp_point_t block[1] = {mgp_curve_identity()}, total, end;
    mgp_ram_terms_t *t = &r->terms[s];
    *t = (mgp_ram_terms_t){
        .rows = r->n[s], .in_id = s + 1, .out_id = s < K ? s + 1 : 0, .memory = s == K};
    for (uint32_t i = 0; i < r->n[s]; i++) t->n_in += r->rows[s][i].in;
    ram_rows_points(1, r->rows[s], r->n[s], s + 1, s == K, block, &total);
    REQUIRE_OK(ram_rows_chain(1, r->rows[s], r->n[s], 0, mgp_curve_offset(), block, &end));
    mgp_curve_write(&end, t->sum);
  }
}

/* What a verifier says: "accepted", "records", or the checker's words. */
static const char *verdict(const run_t *r) {
  mgp_point_t sum = mgp_curve_identity(), d = mgp_curve_offset();
  d = mgp_curve_neg(&d);
  for (unsigned s = 0; s < NSHARDS; s++) {
    const mgp_raw_t raw = {.bounds = {NULL, r->bounds, NULL}, .ram = r->rows[s]};
    const mgp_check_part_t part = {
        .raw = &raw, .nbounds = {0, s == K ? r->nbounds : 0, 0}, .nram = r->n[s]};
    const mgp_check_run_t run = {.prog = &none,
                                 .parts = &part,
                                 .nparts = 1,
                                 .start_pc = 7,
                                 .end_pc = 7,
                                 .end_ts = 1,
                                 .ram = &r->terms[s],
                                 .memory = s == K};
    if (mgp_check_run(chips, &run, NULL) != MGP_OK) return mgp_error_message();
    mgp_point_t end;
    if (!mgp_curve_read(r->terms[s].sum, &end)) return "point";
    end = mgp_curve_add(&end, &d);
    for (int k = 0; k < r->count[s]; k++) sum = mgp_curve_add(&sum, &end);
  }
  return sum.infinity ? "accepted" : "records";
}

static mgp_ram_t *row_of(run_t *r, unsigned shard, int in, uint32_t word) {
  for (uint32_t i = 0; i < r->n[shard]; i++)
    if (r->rows[shard][i].in == (uint32_t)in && r->rows[shard][i].key == key_of(word))
      return &r->rows[shard][i];
  CHECK_MSG(0, "shard %u has no such row of word %u", shard, word);
  return &r->rows[shard][0];
}

static void remove_row(run_t *r, unsigned shard, mgp_ram_t *row) {
  const size_t i = (size_t)(row - r->rows[shard]);
  memmove(row, row + 1, (r->n[shard] - i - 1) * sizeof *row);
  r->n[shard]--;
}

/* --- lies about records: the shards' own proofs may hold, the sum does not -------------------- */

static void stale(run_t *r) { /* shard 3 takes the first value once more, past shard 1 */
  row_of(r, 2, 1, 0)->id = 0;
}
static void other_value(run_t *r) {
  row_of(r, 1, 1, 1)->value = 5;
  row_of(r, 1, 0, 1)->value = 5;
  row_of(r, K, 1, 1)->value = 5;
  r->bounds[1].last = 5;
}
static void received_twice(run_t *r) { /* and sent twice, so that the shard balances */
  add_row(r, 0, 1, 0, 1000, 0);
  add_row(r, 0, 0, 0, 1000, 1);
}
static void skipped(run_t *r) { /* shard 2 leaves out word 1, the memory shard still wants it */
  remove_row(r, 1, row_of(r, 1, 1, 1));
  remove_row(r, 1, row_of(r, 1, 0, 1));
}
static void from_nowhere(run_t *r) { /* a word that no boundary row gave */
  add_row(r, 1, 1, 9, 77, 0);
  add_row(r, 1, 0, 9, 77, 2);
}
static void of_a_register(run_t *r) { /* (4, 2^17) is x4: its start is sent, another value given */
  add_row(r, 0, 1, 0, 0, 0)->key = (MGP_REG_SPACE << 14) + 1;
  add_row(r, 0, 0, 0, 0, 1)->key = (MGP_REG_SPACE << 14) + 1;
}
static void never_received(run_t *r) { /* the memory shard forgets a last value */
  remove_row(r, K, row_of(r, K, 1, 3));
  remove_row(r, K, row_of(r, K, 0, 3));
  r->bounds[3].ts = 0;
}
static void shard_dropped(run_t *r) {
  r->count[1] = 0;
}
static void shard_twice(run_t *r) {
  r->count[2] = 2;
}

/* --- lies that a shard's own proof refuses ---------------------------------------------------- */

static void from_a_later_shard(run_t *r) {
  row_of(r, 0, 1, 0)->id = 3;
}
static void from_itself(run_t *r) { /* one row gives to the other: nothing has to be sent before */
  row_of(r, 1, 1, 1)->id = 2;
}
static void given_away_under_another_id(run_t *r) {
  row_of(r, 0, 0, 0)->id = 2;
}
static void sent_without_token(run_t *r) {
  add_row(r, 0, 0, 0, 1000, 1);
}
static void given_without_record(run_t *r) {
  remove_row(r, 0, row_of(r, 0, 1, 0));
}
static void late_as_first(run_t *r) { /* the value that came last goes out as the first one */
  row_of(r, K, 0, 2)->ts = 1;
  row_of(r, K, 0, 2)->value = row_of(r, K, 1, 2)->value = 9;
  r->bounds[2].first = r->bounds[2].last = 1002;
  r->bounds[2].ts = 0;
}
static void received_early(run_t *r) { /* ts 0: could be sent at once */
  row_of(r, K, 1, 2)->ts = 0;
  r->bounds[2].ts = 0;
}
static void word_twice(run_t *r) { /* two first values of a word */
  add_row(r, K, 0, 4, 55, 0);
  add_row(r, K, 1, 4, 55, 0);
  r->bounds[3] = r->bounds[4];
  r->bounds[3].first = r->bounds[3].last = 55;
  remove_row(r, K, row_of(r, K, 1, 3));
  remove_row(r, K, row_of(r, K, 0, 3));
  r->bounds[4].prev = r->bounds[4].key + 1;
}

/* --- lies after points and sums are made ------------------------------------------------------ */

static void flip(run_t *r) { /* sent and received change places, sums and all that follows */
  mgp_ram_t *row = r->rows[0];
  mgp_point_t sum = mgp_curve_offset(), end;
  for (uint32_t i = 0; i < r->n[0]; i++, row++) {
    mgp_f_t s[MGP_P2_WIDTH];
    const mgp_f_t word[5] = {mgp_f_from_u32(row->key << 2 & 0xffff), mgp_f_from_u32(row->key >> 14),
                             mgp_f_from_u32(row->value), 0, mgp_f_from_u32(row->id)};
    mgp_curve_hash_state(word, mgp_f_from_u32(row->nonce), MGP_TAG_RECORD, s);
    mgp_p2_permute(s);
    mgp_point_t p = {.infinity = 0};
    memcpy(p.x.c, s, sizeof p.x.c);
    p.y = row->y = i ? row->y : mgp_e7_neg(row->y);
    row->ax = sum.x;
    row->slope = mgp_e7_mul(mgp_e7_sub(p.y, sum.y), mgp_e7_inv(mgp_e7_sub(p.x, sum.x)));
    end = mgp_curve_add(&sum, &p);
    sum = end;
  }
  mgp_curve_write(&sum, r->terms[0].sum);
}
static void off_the_curve(run_t *r) {
  r->rows[0][0].y.c[0] = mgp_f_add(r->rows[0][0].y.c[0], mgp_f_one());
}
static void another_sum(run_t *r) {
  const mgp_point_t d = mgp_curve_offset();
  mgp_curve_write(&d, r->terms[1].sum);
}
static void fewer_received(run_t *r) {
  r->terms[1].n_in--;
}
static void chain_cut(run_t *r) { /* the second half starts from D again */
  const uint32_t half = r->n[2] / 2;
  mgp_point_t block[1], total, end;
  ram_rows_points(1, r->rows[2] + half, r->n[2] - half, 3, 0, block, &total);
  REQUIRE_OK(
      ram_rows_chain(1, r->rows[2] + half, r->n[2] - half, half, mgp_curve_offset(), block, &end));
  mgp_curve_write(&end, r->terms[2].sum);
}
static void row_left_out(run_t *r) { /* in no bus but its token: as if the chain had skipped it */
  r->rows[2][1].i = 99;
}
static void memory_as_program(run_t *r) {
  r->terms[0].memory = 1;
}

static void expect(const char *what, void (*before)(run_t *), void (*after)(run_t *),
                   const char *words) {
  run_t r;
  make_run(&r);
  if (before) before(&r);
  finish(&r);
  if (after) after(&r);
  const char *got = verdict(&r);
  CHECK_MSG(strstr(got, words), "%s: %s, not %s", what, got, words);
}

#define RECORDS(lie)     expect(#lie, lie, NULL, "records")
#define SHARD(lie, word) expect(#lie, lie, NULL, word)
#define LATER(lie, word) expect(#lie, NULL, lie, word)

int main(void) {
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  chips = set;
  expect("the honest run", NULL, NULL, "accepted");
  RECORDS(stale);
  RECORDS(other_value);
  RECORDS(received_twice);
  RECORDS(skipped);
  RECORDS(from_nowhere);
  RECORDS(of_a_register);
  RECORDS(never_received);
  RECORDS(shard_dropped);
  RECORDS(shard_twice);
  SHARD(from_a_later_shard, "on RANGE");
  SHARD(from_itself, "on RANGE");
  SHARD(given_away_under_another_id, "bus SHARD");
  SHARD(sent_without_token, "bus MEM");
  SHARD(given_without_record, "bus MEM");
  SHARD(late_as_first, "no late token");
  SHARD(received_early, "bus SHARD");
  SHARD(word_twice, "MEM_HINT");
  LATER(flip, "on RANGE");
  LATER(off_the_curve, "constraint \"curve 0\"");
  LATER(another_sum, "bus ACC");
  LATER(fewer_received, "bus SHARD");
  LATER(chain_cut, "bus ACC");
  LATER(row_left_out, "bus ACC");
  LATER(memory_as_program, "bus SHARD");
  mgp_chipset_destroy(set);
  return test_result();
}
