/* The real prover about first values in a run of several shards: words that begin twice, in one
 * memory shard or in two, words of the image or of a hint that are said to be something else,
 * chains and intervals that do not fit. Records cancel in all of them. */
#include "liar_shards.h"

static liar_shards_t t;
static uint64_t start[SHARDS_PROGRAM + 1]; /* steps before each program shard */

#define LATE  SHARDS_KEY(SHARDS_LATE)
#define READ  SHARDS_KEY(SHARDS_READ)
#define IMAGE SHARDS_KEY(SHARDS_IMAGE)

/* --- tools ------------------------------------------------------------------------------------ */

static void set_word(const liar_t *lie, mgp_vm_t *vm) {
  liar_set_word(vm, lie->number, (uint32_t)lie->delta);
}

static int has_word(mgp_session_t *s, uint32_t key) {
  return s->now->st.kind == MGP_SHARD_MEMORY && shards_find(s, 1, key) != NULL;
}

/* The gap of the words of bss. */
static uint32_t bss_gap(const mgp_session_t *s) {
  mgp_gap_t gaps[MGP_MAX_GAPS];
  const uint32_t n = mgp_program_gaps(s->prog, gaps);
  for (uint32_t g = 0; g < n; g++)
    if (gaps[g].start <= LATE && LATE < gaps[g].end) return g;
  abort();
}

/* Who was next in a chain behind `from` is so behind `to`. */
static void hang_behind(mgp_session_t *s, int kind, uint32_t gap, uint32_t from, uint32_t to) {
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t k = 0; k < s->now->parts[i].nbounds[kind]; k++) {
      mgp_bound_t *row = (mgp_bound_t *)(uintptr_t)&s->now->parts[i].raw.bounds[kind][k];
      if (row->prev == from && row->gap == gap) row->prev = to;
    }
}

/* Program shard 3 takes the word by a record of a memory shard once more. */
static int taken_again(const liar_t *lie, mgp_session_t *s) {
  if (!shards_is_program(s, 3)) return 0;
  shards_row(s, 1, lie->number)->id = 0;
  shards_seal(s);
  return 1;
}

/* Rows for a second life of a word: first value and last are those of shard 3, which got it as it
 * begins. */
static void second_life(mgp_session_t *s, mgp_part_t *part, int kind, mgp_bound_t row) {
  row.ts = 1;
  liar_add_bound(s, part, kind, row);
  shards_add_row(s, 1, row.key, row.last, 3, 1);
  shards_add_row(s, 0, row.key, row.first, 0, 0);
}

/* --- twice ------------------------------------------------------------------------------------ */

/* `number` begins again, with the value `delta`, behind its first row, which ends with what shard
 * `label` gave away. */
static void begin_again(const liar_t *lie, mgp_session_t *s) {
  const int kind = lie->number >= SHARDS_HINT ? MGP_BOUND_HINT : MGP_BOUND_ZERO;
  const uint32_t *last = lie->more; /* of the first life */
  mgp_part_t *part;
  if (taken_again(lie, s) || !has_word(s, lie->number)) return;
  mgp_bound_t *row = liar_bound_of(s, kind, lie->number, &part), again = *row;
  mgp_ram_t *in = shards_row(s, 1, lie->number);
  in->value = row->last = *last;
  in->id = (uint32_t)lie->label;
  again.prev = again.key + 1;
  again.first = again.last = (uint32_t)lie->delta;
  second_life(s, part, kind, again);
  shards_seal(s);
}
/* The step from key + 1 back to key, with a high part that fits mod p. */
static void wrap_step(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                      mgp_f_t *row, size_t stride) {
  const int kind = lie->number >= SHARDS_HINT ? MGP_BOUND_HINT : MGP_BOUND_ZERO;
  if (chip == MGP_CHIP_MEM_IMAGE + (unsigned)kind &&
      raw->bounds[kind][index].prev == lie->number + 1 &&
      raw->bounds[kind][index].key == lie->number)
    row[liar_column(&t.g, chip, "dh") * stride] = mgp_f_neg(mgp_f_inv(mgp_f_from_u32(65536)));
}

/* The first life of LATE ends with what shard 1 gave away. */
static void end_first_life(mgp_session_t *s) {
  mgp_part_t *part;
  if (!has_word(s, LATE)) return;
  shards_row(s, 1, LATE)->id = 1;
  shards_row(s, 1, LATE)->value = SHARDS_LATE_1;
  liar_bound_of(s, MGP_BOUND_ZERO, LATE, &part)->last = SHARDS_LATE_1;
  shards_seal(s);
}

/* The second life is in the second memory shard, at the head of its chain, which starts at `from`.
 */
static void begin_in_second(mgp_session_t *s, uint32_t from) {
  const uint32_t gap = bss_gap(s);
  hang_behind(s, MGP_BOUND_ZERO, gap, s->now->st.zero_start[gap], LATE + 1);
  s->now->st.zero_start[gap] = from;
  second_life(s, &s->now->parts[0], MGP_BOUND_ZERO,
              (mgp_bound_t){.key = LATE, .prev = from, .gap = gap});
  shards_seal(s);
}
static void in_two_shards(const liar_t *lie, mgp_session_t *s) {
  if (taken_again(lie, s) || s->now->st.kind != MGP_SHARD_MEMORY) return;
  end_first_life(s);
  if (s->now->st.id == 2) begin_in_second(s, s->now->st.zero_start[bss_gap(s)]);
}
/* The interval of the first is said to end before that word. */
static void end_early(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (s->now->st.kind == MGP_SHARD_MEMORY && s->now->st.id == 1)
    s->now->st.zero_end[bss_gap(s)] = LATE;
}
/* Or that of the second to begin there. */
static void start_early(const liar_t *lie, mgp_session_t *s) {
  if (taken_again(lie, s) || s->now->st.kind != MGP_SHARD_MEMORY) return;
  end_first_life(s);
  if (s->now->st.id == 2) begin_in_second(s, LATE);
}

static void test_twice(void) {
  const uint32_t hint = t.g.hints[0] + 1, late = SHARDS_LATE_1;
  liar_t lie = {.fault_at = start[3],
                .fault = set_word,
                .raw = begin_again,
                .number = LATE,
                .label = 1,
                .more = &late};
  shards_expect(&t, &lie, "zero after a write", "bus-sum", "RANGE");
  lie.witness = wrap_step;
  shards_expect(&t, &lie, "zero after a write, keys that wrap", "bus-sum", "RANGE");
  lie.witness = NULL;
  lie.raw = in_two_shards;
  shards_expect(&t, &lie, "zero after a write, in the next memory shard", "bus-sum", "RANGE");
  lie.statement = end_early;
  shards_expect(&t, &lie, "the same, the interval before ends early", "bus-sum", "CHAIN_ZERO");
  lie.statement = NULL;
  lie.raw = start_early;
  shards_expect(&t, &lie, "the same, the interval starts early", "grind-alpha|gkr-layer", "");
  lie = (liar_t){.fault_at = start[3],
                 .fault = set_word,
                 .raw = begin_again,
                 .number = SHARDS_HINT,
                 .delta = SHARDS_OTHER,
                 .label = 2,
                 .more = &hint};
  shards_expect(&t, &lie, "a hint after a write", "bus-sum", "RANGE");
  lie.witness = wrap_step;
  shards_expect(&t, &lie, "a hint after a write, keys that wrap", "bus-sum", "RANGE");
}

/* --- another source --------------------------------------------------------------------------- */

/* What the memory shard sends as the word's first value: what the machine began with. */
static void send_first(const liar_t *lie, mgp_session_t *s) {
  if (!has_word(s, lie->number)) return;
  shards_row(s, 0, lie->number)->value = (uint32_t)lie->delta;
  shards_seal(s);
}
static void give_first(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part;
  const int kind = lie->number == IMAGE ? MGP_BOUND_IMAGE : MGP_BOUND_ZERO;
  if (!has_word(s, lie->number)) return;
  liar_bound_of(s, kind, lie->number, &part)->first = (uint32_t)lie->delta;
  send_first(lie, s);
}

/* The last value poses as the first one: a row takes the late token of the row beside it. */
static void late_as_first(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part;
  if (!has_word(s, lie->number)) return;
  mgp_bound_t *row = liar_bound_of(s, MGP_BOUND_ZERO, lie->number, &part);
  mgp_ram_t *out = shards_row(s, 0, lie->number);
  row->last = row->first;
  row->ts = 0;
  out->value = shards_row(s, 1, lie->number)->value;
  out->ts = (uint32_t)lie->label;
  shards_row(s, 1, lie->number)->ts = out->ts;
  shards_seal(s);
}

/* The row of `number` goes from its own chain to that of a gap, whose next row goes on from it. */
static void move_to_gap(const liar_t *lie, mgp_session_t *s, int kind, uint32_t gap) {
  mgp_part_t *part;
  mgp_bound_t *row = liar_bound_of(s, kind, lie->number, &part), moved = *row;
  hang_behind(s, kind, moved.gap, moved.key + 1, moved.prev);
  liar_drop_bound(part, kind, row);
  moved.gap = gap;
  moved.prev = s->now->st.zero_start[gap];
  moved.first = 0;
  hang_behind(s, MGP_BOUND_ZERO, gap, moved.prev, moved.key + 1);
  liar_add_bound(s, part, MGP_BOUND_ZERO, moved);
  send_first(lie, s);
}
static void image_as_zero(const liar_t *lie, mgp_session_t *s) {
  if (has_word(s, lie->number)) move_to_gap(lie, s, MGP_BOUND_IMAGE, bss_gap(s));
}
/* The gap before the image ends where the image begins: the chain would end one behind that. */
static void image_in_gap_before(const liar_t *lie, mgp_session_t *s) {
  if (has_word(s, lie->number)) move_to_gap(lie, s, MGP_BOUND_IMAGE, bss_gap(s) - 1);
}
static void end_of_gap(const liar_t *lie, mgp_session_t *s) {
  if (has_word(s, lie->number)) s->now->st.zero_end[bss_gap(s) - 1] = IMAGE;
}
/* A word of bss as a hint, whose first values are free. Its memory shard has no hints: that chain
 * would end before it starts. */
static void zero_as_hint(const liar_t *lie, mgp_session_t *s) {
  mgp_part_t *part;
  if (!has_word(s, lie->number)) return;
  mgp_bound_t *row = liar_bound_of(s, MGP_BOUND_ZERO, lie->number, &part), moved = *row;
  hang_behind(s, MGP_BOUND_ZERO, moved.gap, moved.key + 1, moved.prev);
  liar_drop_bound(part, MGP_BOUND_ZERO, row);
  moved.gap = 0;
  moved.prev = s->now->st.hint_start;
  moved.first = (uint32_t)lie->delta;
  hang_behind(s, MGP_BOUND_HINT, 0, moved.prev, moved.key + 1);
  liar_add_bound(s, part, MGP_BOUND_HINT, moved);
  send_first(lie, s);
}
static void test_source(void) {
  liar_t lie = {.fault = set_word, .number = READ, .delta = SHARDS_OTHER};
  shards_expect_unequal(&t, &lie, "memory that was not zero");
  lie.raw = send_first;
  shards_expect(&t, &lie, "memory that was not zero, sent as it was", "bus-sum", "MEM");
  lie.raw = zero_as_hint;
  shards_expect(&t, &lie, "memory that was not zero, as a hint", "bus-sum", "CHAIN_HINT RANGE");
  lie.delta = SHARDS_READ_1;
  lie.raw = late_as_first;
  lie.label = 1;
  shards_expect(&t, &lie, "a last value as the first", "main-last",
                "no late token as a first value");
  lie.label = 0;
  shards_expect(&t, &lie, "a last value as the first, early", "bus-sum", "SHARD");
  lie = (liar_t){.fault = set_word, .number = IMAGE};
  lie.raw = send_first;
  shards_expect(&t, &lie, "an image word that begins as zero", "bus-sum", "MEM");
  lie.raw = give_first;
  shards_expect(&t, &lie, "an image word of zero", "bus-sum", "IMAGE");
  lie.raw = image_as_zero;
  shards_expect(&t, &lie, "an image word among those of zero", "bus-sum", "RANGE");
  lie.raw = image_in_gap_before;
  lie.statement = end_of_gap;
  shards_expect(&t, &lie, "an image word in the gap before it", "bus-sum", "CHAIN_ZERO");
}

int main(void) {
  liar_shards_create(&t);
  for (uint32_t k = 1; k <= SHARDS_PROGRAM; k++) start[k] = t.cut[k].start.steps;
  test_twice();
  test_source();
  liar_shards_destroy(&t);
  return test_result();
}
