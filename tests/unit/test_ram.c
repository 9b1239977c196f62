/* Rows of SHARD_RAM from records, against points added one by one: at sizes around blocks and
 * groups, for several numbers of threads, in one and more partitions, and where addition is
 * degenerate. */
#include "chips/check.h"
#include "chips/ram.h"
#include "chips/witness.h"
#include "test.h"
#include "unit/ram_rows.h"

static mgp_ram_t *draw(test_rng_t *rng, size_t n, uint32_t own) {
  mgp_ram_t *rows = calloc(n + 1, sizeof *rows);
  for (size_t i = 0; i < n; i++) {
    rows[i].key = (uint32_t)(test_rand(rng) & ((1u << 28) - 1));
    rows[i].value = test_rand(rng) & 3 ? (uint32_t)test_rand(rng) : 0;
    rows[i].in = i < n / 2;
    rows[i].id = rows[i].in ? (uint32_t)(test_rand(rng) % own) : own;
    rows[i].ts = rows[i].in ? 0 : (uint32_t)(test_rand(rng) % MGP_TS_LIMIT);
  }
  return rows;
}

static mgp_point_t point_of(const mgp_ram_t *row, uint32_t *nonce) {
  const mgp_f_t word[MGP_CURVE_RECORD_WORDS] = {mgp_w(row->key << 2 & 0xffff),
                                                mgp_w(row->key >> 14), mgp_w_lo(row->value),
                                                mgp_w_hi(row->value), mgp_w(row->id)};
  mgp_point_t p;
  *nonce = mgp_curve_hash(word, MGP_TAG_RECORD, &p);
  return row->in ? mgp_curve_neg(&p) : p;
}

static void fill(int threads, mgp_ram_t *rows, size_t n, uint32_t own, int memory, uint32_t first,
                 mgp_point_t *sum) {
  mgp_point_t *blocks = malloc((mgp_ram_blocks((uint32_t)n) + 1) * sizeof *blocks), total, end;
  ram_rows_points(threads, rows, n, own, memory, blocks, &total);
  total = mgp_curve_add(sum, &total);
  CHECK_OK(ram_rows_chain(threads, rows, n, first, *sum, blocks, &end));
  CHECK(mgp_curve_equal(&end, &total));
  *sum = end;
  free(blocks);
}

static void check_rows(const mgp_chip_t *chip, const mgp_ram_t *rows, size_t n, uint32_t own,
                       const mgp_point_t *end) {
  const mgp_raw_t raw = {.ram = rows};
  const mgp_program_t none = {0};
  mgp_f_t cols[MGP_MAX_COLUMNS], values[MGP_MAX_NODES];
  mgp_point_t sum = mgp_curve_offset();
  for (size_t i = 0; i < n; i++) {
    uint32_t nonce;
    const mgp_point_t p = point_of(&rows[i], &nonce);
    CHECK_EQ_U64(rows[i].nonce, nonce);
    CHECK_EQ_U64(rows[i].i, i);
    CHECK_EQ_U64(rows[i].d, rows[i].in ? own - 1 - rows[i].id : 0);
    CHECK(mgp_e7_eq(rows[i].y, p.y) && mgp_e7_eq(rows[i].ax, sum.x));
    sum = mgp_curve_add(&sum, &p);
    if (i > 200 && i % 61) continue;
    mgp_witness_row(MGP_CHIP_SHARD_RAM, &raw, (uint32_t)i, cols, 1);
    mgp_chip_eval_row(chip, cols, NULL, values);
    CHECK_OK(mgp_check_row(chip, &none, values, (uint32_t)i));
    const mgp_interaction_t *give = &chip->interactions[chip->ninteractions - 1];
    for (int k = 0; k < MGP_E7_DEGREE; k++) {
      CHECK_EQ_U64(values[give->tuple[1 + k]], sum.x.c[k]);
      CHECK_EQ_U64(values[give->tuple[8 + k]], sum.y.c[k]);
    }
  }
  CHECK(mgp_curve_equal(&sum, end));
}

static void check_size(test_rng_t *rng, const mgp_chip_t *chip, size_t n) {
  const uint32_t own = 1 + (uint32_t)(test_rand(rng) % MGP_MAX_SHARD_ID);
  mgp_ram_t *rows = draw(rng, n, own), *again = malloc((n + 1) * sizeof *again);
  mgp_point_t end = mgp_curve_offset(), cut = mgp_curve_offset();
  memcpy(again, rows, n * sizeof *rows);
  fill(1, rows, n, own, 0, 0, &end);
  check_rows(chip, rows, n, own, &end);
  /* three threads, two partitions */
  const size_t at = n ? test_rand(rng) % (n + 1) : 0;
  fill(3, again, at, own, 0, 0, &cut);
  fill(3, again + at, n - at, own, 0, (uint32_t)at, &cut);
  CHECK(mgp_curve_equal(&cut, &end));
  CHECK(memcmp(rows, again, n * sizeof *rows) == 0);
  free(again);
  free(rows);
}

/* The same record twice in a row is a tangent if the sum is its point, and rows still hold. A sum
 * that comes to the identity is refused. */
static void degenerate(test_rng_t *rng, const mgp_chip_t *chip) {
  mgp_ram_t *rows = draw(rng, 4, 5);
  mgp_point_t blocks[1], total, end, start;
  uint32_t nonce;
  rows[1] = rows[0];
  start = point_of(&rows[0], &nonce);
  ram_rows_points(1, rows, 2, 5, 0, blocks, &total);
  CHECK_OK(ram_rows_chain(1, rows, 2, 0, start, blocks, &end));
  const mgp_point_t two = mgp_curve_add(&start, &start), three = mgp_curve_add(&two, &start);
  CHECK(mgp_curve_equal(&total, &two) && mgp_curve_equal(&end, &three));
  const mgp_raw_t raw = {.ram = rows};
  const mgp_program_t none = {0};
  mgp_f_t cols[MGP_MAX_COLUMNS], values[MGP_MAX_NODES];
  mgp_witness_row(MGP_CHIP_SHARD_RAM, &raw, 0, cols, 1);
  mgp_chip_eval_row(chip, cols, NULL, values);
  CHECK_OK(mgp_check_row(chip, &none, values, 0));
  start = mgp_curve_neg(&start);
  ram_rows_points(1, rows, 2, 5, 0, blocks, &total);
  CHECK(ram_rows_chain(1, rows, 2, 0, start, blocks, &end) == MGP_INTERNAL);
  ram_rows_points(1, rows, 1, 5, 0, blocks, &total);
  CHECK(ram_rows_chain(1, rows, 1, 0, start, blocks, &end) == MGP_INTERNAL);
  /* a memory shard: sent records are of id 0 and say that they are first values */
  rows[0].in = rows[0].id = rows[0].ts = 0;
  rows[1].in = rows[1].ts = 1;
  ram_rows_points(1, rows, 2, 8, 1, blocks, &total);
  CHECK_EQ_U64(rows[0].d, 1);
  CHECK_EQ_U64(rows[1].d, 7 - rows[1].id);
  free(rows);
}

int main(void) {
  static const size_t sizes[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200, 4096, 4097};
  test_rng_t rng = test_rng();
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  const mgp_chip_t *chip = &set->chip[MGP_CHIP_SHARD_RAM];
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) check_size(&rng, chip, sizes[i]);
  degenerate(&rng, chip);
  mgp_chipset_destroy(set);
  return test_result();
}
