/* The real prover about the memory that goes from shard to shard: records that are old, early, sent
 * twice, left out, of another sign, another shard or no point at all. What follows from a lie is
 * made to fit, the public sums too; where the records then still do not cancel, the liar says a
 * last sum that makes them, in a second proof. The test says which check refuses each. */
#include "liar_shards.h"

static liar_shards_t t;

#define READ   SHARDS_KEY(SHARDS_READ)
#define TWICE  SHARDS_KEY(SHARDS_TWICE)
#define LATE   SHARDS_KEY(SHARDS_LATE)
#define BEFORE ((uint32_t)MGP_P - 3) /* the id of a shard -3 */

/* --- tools ------------------------------------------------------------------------------------ */

static uint64_t start_of(uint32_t shard) {
  return t.cut[shard].start.steps;
}

/* The word `number` holds something else when shard and machine start. */
static void set_word(const liar_t *lie, mgp_vm_t *vm) {
  liar_set_word(vm, lie->number, (uint32_t)lie->delta);
}

/* What a memory shard takes for the word's last value. */
static void take_last(mgp_session_t *s, uint32_t key, uint32_t value, uint32_t id) {
  mgp_part_t *part;
  mgp_ram_t *row = shards_find(s, 1, key);
  if (s->now->st.kind != MGP_SHARD_MEMORY || !row) return;
  row->value = liar_bound_of(s, MGP_BOUND_ZERO, key, &part)->last = value;
  row->id = id;
  shards_seal(s);
}

/* --- records that do not cancel --------------------------------------------------------------- */

static void stale(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 3)) return;
  shards_row(s, 1, TWICE)->id = 1;
  shards_seal(s);
}

/* Shard 1 receives and gives the word's first value a second time; shard 3 takes that. */
static void send_twice(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 1)) {
    shards_add_row(s, 1, READ, 0, 0, 0);
    shards_add_row(s, 0, READ, 0, 1, 0);
  } else if (shards_is_program(s, 3)) {
    shards_row(s, 1, READ)->id = 1;
  } else {
    return;
  }
  shards_seal(s);
}

/* An id mod p that fits the shard's own count. */
static void from_before(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 1)) return;
  shards_row(s, 1, READ)->id = BEFORE;
  shards_seal(s);
}

/* Two words change values on the way. */
static void exchange_words(const liar_t *lie, mgp_vm_t *vm) {
  (void)lie;
  liar_set_word(vm, READ, SHARDS_LATE_1);
  liar_set_word(vm, LATE, SHARDS_READ_1);
}

static void test_unequal(void) {
  liar_t lie = {.fault_at = start_of(3), .fault = set_word, .number = READ, .delta = SHARDS_OTHER};
  shards_expect_unequal(&t, &lie, "a word changes between shards");
  lie = (liar_t){.fault_at = start_of(3), .fault = exchange_words};
  shards_expect_unequal(&t, &lie, "two words exchange their values");
  lie = (liar_t){.fault_at = start_of(3),
                 .fault = set_word,
                 .raw = stale,
                 .number = TWICE,
                 .delta = SHARDS_TWICE_1};
  shards_expect_unequal(&t, &lie, "a value of two shards before");
  lie = (liar_t){.fault_at = start_of(3), .fault = set_word, .raw = send_twice, .number = READ};
  shards_expect_unequal(&t, &lie, "a record sent twice");
  lie = (liar_t){.raw = from_before};
  shards_expect_unequal(&t, &lie, "a record of a shard -3");
}

/* --- records that cancel, and a shard that does not hold -------------------------------------- */

/* Shard 2 takes the word from shard 3, which has it from shard 2: any value would do. What shard 1
 * has sent goes to the end. */
static void from_later(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  take_last(s, READ, SHARDS_READ_1, 1);
  if (!shards_is_program(s, 2)) return;
  shards_row(s, 1, READ)->id = 3;
  shards_seal(s);
}

static void from_itself(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  take_last(s, READ, SHARDS_READ_1, 2);
  if (!shards_is_program(s, 3)) return;
  shards_row(s, 1, READ)->id = 3;
  shards_seal(s);
}

/* The memory shard gives the first value under an id that shard 1 can take for an older one. */
static void first_from_before(const liar_t *lie, mgp_session_t *s) {
  mgp_ram_t *row = shards_find(s, 0, READ);
  from_before(lie, s);
  if (s->now->st.kind != MGP_SHARD_MEMORY || !row) return;
  row->id = BEFORE;
  shards_seal(s);
}

static void under_another_id(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 2))
    shards_row(s, 0, READ)->id = 1;
  else if (shards_is_program(s, 3))
    shards_row(s, 1, READ)->id = 1;
  else
    return;
  shards_seal(s);
}

/* Shard 2 has accesses to the word and no records; shard 3 takes over from shard 1. */
static void leave_out(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (shards_is_program(s, 2)) {
    shards_drop_row(s, shards_row(s, 1, READ));
    shards_drop_row(s, shards_row(s, 0, READ));
  } else if (shards_is_program(s, 3)) {
    shards_row(s, 1, READ)->id = 1;
  } else {
    return;
  }
  shards_seal(s);
}

/* What shard 2 wrote stays with it: the value it received goes on. */
static void forget_write(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 2)) return;
  mgp_ram_t *row = shards_row(s, 0, TWICE);
  row->value = SHARDS_TWICE_1;
  row->ts = 0;
  shards_seal(s);
}

/* The rows of a word are there, for MEM and SHARD, but beside the sum. */
static void beside_the_sum(mgp_session_t *s, uint32_t key) {
  uint8_t *skip = calloc(shards_rows(s), 1);
  uint32_t number = 0;
  for (uint32_t i = 0; i < s->nparts; i++)
    for (uint32_t k = 0; k < s->now->parts[i].nram; k++)
      skip[number++] = s->now->parts[i].raw.ram[k].key == key;
  const mgp_point_t end = shards_sum_again(s, skip);
  mgp_curve_write(&end, s->now->st.point);
  free(skip);
}
static void do_not_add(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  take_last(s, READ, SHARDS_READ_1, 1);
  if (shards_is_program(s, 2) || shards_is_program(s, 3)) beside_the_sum(s, READ);
}

/* Sent and received change signs. */
static void flip_signs(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 1) && !shards_is_program(s, 2)) return;
  mgp_ram_t *row = shards_row(s, s->now->st.id == 2, READ);
  row->y = mgp_e7_neg(row->y);
  const mgp_point_t end = shards_sum_again(s, NULL);
  mgp_curve_write(&end, s->now->st.point);
}

static void test_cancelling(void) {
  liar_t lie = {.fault_at = start_of(2),
                .fault = set_word,
                .raw = from_later,
                .number = READ,
                .delta = SHARDS_OTHER};
  shards_expect(&t, &lie, "a value of a later shard", "bus-sum", "RANGE");
  lie.raw = do_not_add;
  shards_expect(&t, &lie, "records that are not added up", "bus-sum", "ACC ACC");
  lie.fault_at = start_of(3);
  lie.raw = from_itself;
  shards_expect(&t, &lie, "a shard that gives to itself", "bus-sum", "RANGE");
  lie = (liar_t){.raw = first_from_before};
  shards_expect(&t, &lie, "a first value of a shard -3", "bus-sum", "SHARD");
  lie = (liar_t){.raw = under_another_id};
  shards_expect(&t, &lie, "a record under another shard's id", "bus-sum", "SHARD");
  lie = (liar_t){.raw = leave_out};
  shards_expect(&t, &lie, "records left out", "bus-sum", "MEM");
  lie = (liar_t){.fault_at = start_of(3),
                 .fault = set_word,
                 .raw = forget_write,
                 .number = TWICE,
                 .delta = SHARDS_TWICE_1};
  shards_expect(&t, &lie, "a write that stays in its shard", "bus-sum", "MEM");
  lie = (liar_t){.raw = flip_signs};
  shards_expect(&t, &lie, "both signs of a record flipped", "bus-sum", "RANGE RANGE");
}

/* --- points ----------------------------------------------------------------------------------- */

static void off_the_curve(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 2)) return;
  mgp_ram_t *row = shards_row(s, 0, READ);
  row->y.c[0] = mgp_f_add(row->y.c[0], mgp_f_one());
  (void)shards_sum_again(s, NULL); /* ends off the curve, too: the public sum stays */
}

/* Two shards say other ends, by as much as the other way round. */
static void move_sums(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  if (!shards_is_program(s, 1) && !shards_is_program(s, 2)) return;
  mgp_point_t end, move = mgp_curve_offset();
  CHECK(mgp_curve_read(s->now->st.point, &end));
  if (s->now->st.id == 2) move = mgp_curve_neg(&move);
  end = mgp_curve_add(&end, &move);
  mgp_curve_write(&end, s->now->st.point);
}

static void test_points(void) {
  shards_expect(&t, &(liar_t){.raw = off_the_curve}, "a point off the curve", "main-last",
                "curve 0 ACC");
  shards_expect(&t, &(liar_t){.raw = move_sums}, "two sums moved against each other", "bus-sum",
                "ACC ACC");
}

/* --- harmless --------------------------------------------------------------------------------- */

/* A word that nobody touched, with its first value and its last. */
static void one_more_word(const liar_t *lie, mgp_session_t *s) {
  (void)lie;
  mgp_part_t *part;
  mgp_bound_t *last = s->now->st.kind == MGP_SHARD_MEMORY
                          ? liar_find_bound(s, MGP_BOUND_HINT, SHARDS_HINT + 1, &part)
                          : NULL;
  if (!last) return;
  const uint32_t key = last->key + 1;
  liar_add_bound(s, part, MGP_BOUND_HINT, (mgp_bound_t){key, key, 0, 7, 7, 1});
  s->now->st.hint_end++;
  shards_add_row(s, 1, key, 7, 0, 1);
  shards_add_row(s, 0, key, 7, 0, 0);
  shards_seal(s);
}

int main(void) {
  liar_shards_create(&t);
  shards_expect(&t, &(liar_t){.raw = one_more_word}, "harmless: a word that nobody touched",
                "accepted", "");
  test_unequal();
  test_cancelling();
  test_points();
  liar_shards_destroy(&t);
  return test_result();
}
