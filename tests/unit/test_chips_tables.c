/* Lookup tables: closed-form extensions against sums over all rows, rows against their meaning, and
 * requests back to rows. */
#include "chips/chip.h"
#include "test.h"

static mgp_e_t random_ext(test_rng_t *g) {
  mgp_e_t r;
  for (unsigned k = 0; k < MGP_D; k++) r.c[k] = mgp_f_from_u32((uint32_t)test_rand(g));
  return r;
}

/* sum_i eq(r, i) v_i over all rows, for all virtual columns, folding the low bit first */
static void brute_force(mgp_chip_id_t table, const mgp_program_t *prog, const mgp_e_t *r,
                        unsigned n, unsigned nvirtual, mgp_e_t *out) {
  const uint32_t rows = mgp_table_rows(table, prog);
  mgp_e_t *v = calloc((size_t)1 << n, sizeof *v);
  for (unsigned c = 0; c < nvirtual; c++) {
    for (uint32_t i = 0; i < 1u << n; i++) {
      mgp_f_t row[MGP_MAX_VIRTUAL] = {0};
      if (i < rows) mgp_table_virtual(table, prog, i, row);
      v[i] = mgp_e_from_f(row[c]);
    }
    for (unsigned k = 0; k < n; k++)
      for (uint32_t i = 0; i < 1u << (n - k - 1); i++)
        v[i] = mgp_e_add(v[2 * i], mgp_e_mul(r[k], mgp_e_sub(v[2 * i + 1], v[2 * i])));
    out[c] = v[0];
  }
  free(v);
}

static unsigned log_rows(uint32_t rows) {
  unsigned n = 0;
  while (1u << n < rows) n++;
  return n;
}

static void check_mle(test_rng_t *g, const mgp_chip_t *chip, const mgp_program_t *prog) {
  const mgp_chip_id_t table = (mgp_chip_id_t)chip->id;
  mgp_e_t r[32], want[MGP_MAX_VIRTUAL], got[MGP_MAX_VIRTUAL];
  const unsigned n = log_rows(mgp_table_rows(table, prog));
  for (unsigned k = 0; k < n; k++) r[k] = random_ext(g);
  brute_force(table, prog, r, n, chip->nvirtual, want);
  CHECK_OK(mgp_table_virtual_mle(table, prog, r, n, got));
  for (unsigned c = 0; c < chip->nvirtual; c++)
    CHECK_MSG(mgp_e_eq(want[c], got[c]), "%s, virtual column %u, %u variables", chip->name, c, n);
  CHECK(mgp_table_virtual_mle(table, prog, r, n + 1, got) == MGP_INTERNAL);
}

/* Every row's entries, requested, count at that row (row 0 of RANGE is a copy of row 1). */
static void check_index(const mgp_chip_t *chip, const mgp_program_t *prog) {
  const uint32_t rows = mgp_table_rows((mgp_chip_id_t)chip->id, prog);
  for (uint32_t i = 0; i < rows; i++) {
    mgp_f_t cols[MGP_MAX_COLUMNS] = {0}, virt[MGP_MAX_VIRTUAL], values[MGP_MAX_NODES];
    mgp_table_virtual((mgp_chip_id_t)chip->id, prog, i, virt);
    mgp_chip_eval_row(chip, cols, virt, values);
    for (uint32_t k = 0; k < chip->ninteractions; k++) {
      const mgp_interaction_t *it = &chip->interactions[k];
      uint32_t tuple[MGP_MAX_TUPLE];
      for (unsigned j = 0; j < it->len; j++) tuple[j] = mgp_f_to_u32(values[it->tuple[j]]);
      uint64_t row = chip->id == MGP_CHIP_RANGE && i == 0 ? 1 : i;
      CHECK_EQ_U64(mgp_table_index((mgp_bus_t)it->bus, tuple, prog), (uint64_t)k * rows + row);
      /* another last entry is in the table only where the others do not determine it */
      tuple[it->len - 1]++;
      uint64_t other = mgp_table_index((mgp_bus_t)it->bus, tuple, prog);
      CHECK(other != (uint64_t)k * rows + row);
      if (it->bus != MGP_BUS_RANGE && it->bus != MGP_BUS_TS2) CHECK(other == UINT64_MAX);
    }
  }
}

static int in_table(const mgp_program_t *prog, mgp_bus_t bus, uint32_t a, uint32_t b, uint32_t c,
                    uint32_t d) {
  const uint32_t tuple[MGP_MAX_TUPLE] = {a, b, c, d};
  return mgp_table_index(bus, tuple, prog) != UINT64_MAX;
}

static void check_outside(const mgp_program_t *prog) {
  CHECK(in_table(prog, MGP_BUS_RANGE, 65536, 65535, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_RANGE, 65536, 65536, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_RANGE, 131072, 0, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_RANGE, 0, 0, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_RANGE, 3, 0, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_RANGE, MGP_P - 1, 0, 0, 0));
  CHECK(in_table(prog, MGP_BUS_BYTE, 0, 255, 255, 0));
  CHECK(!in_table(prog, MGP_BUS_BYTE, 0, 256, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_BYTE, 0, 0, 256, 0));
  CHECK(!in_table(prog, MGP_BUS_BYTE, 3, 1, 1, 1));
  CHECK(in_table(prog, MGP_BUS_BYTE, 2, 128, 7, 1));
  CHECK(!in_table(prog, MGP_BUS_BYTE, 2, 127, 7, 1));
  CHECK(!in_table(prog, MGP_BUS_TS2, 256, 0, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_TS2, 0, 256, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_SHAMT, 1u << 17, 2, 1, 65536));
  CHECK(!in_table(prog, MGP_BUS_PROGRAM, prog->code[0].base - 1, 0, 0, 0));
  CHECK(!in_table(prog, MGP_BUS_IMAGE, 1u << 14, 0, 0, 0));
}

/* What a shift is made of: the window of the 48-bit number 0, a_lo, a_hi shifted right by s. */
static void check_shamt(test_rng_t *g, const mgp_program_t *prog) {
  for (uint32_t left = 0; left < 2; left++) {
    for (uint32_t n = 0; n < 32; n++) {
      mgp_f_t virt[MGP_MAX_VIRTUAL];
      mgp_table_virtual(MGP_CHIP_SHAMT, prog,
                        n | (((uint32_t)test_rand(g) << 5) & 0xffff) | left << 16, virt);
      const uint32_t w = mgp_f_to_u32(virt[1]), Q = mgp_f_to_u32(virt[2]),
                     P = mgp_f_to_u32(virt[3]);
      const uint32_t a = (uint32_t)test_rand(g);
      const uint64_t shifted = ((uint64_t)a << 16) / Q; /* T2, T1, T0 from the top */
      const uint32_t r = w == 1   ? (uint32_t)(shifted >> 32)
                         : w == 2 ? (uint32_t)(shifted >> 16)
                         : w == 4 ? (uint32_t)shifted
                                  : (uint32_t)shifted << 16;
      CHECK_EQ_U64(Q * P, 65536);
      CHECK_EQ_U64(r, left ? a << n : a >> n);
    }
  }
}

/* A program of `nsegments` code and image segments. */
static void make_program(test_rng_t *g, mgp_program_t *prog, uint32_t nsegments, uint32_t max) {
  uint32_t code = 1000, data = 0x4000000;
  memset(prog, 0, sizeof *prog);
  prog->insn = calloc((size_t)nsegments * max, sizeof *prog->insn);
  prog->image[0].words = NULL;
  for (uint32_t s = 0; s < nsegments; s++) {
    mgp_segment_t *c = &prog->code[s], *d = &prog->image[s];
    c->base = code += 1 + (uint32_t)(test_rand(g) % 50);
    c->n = 1 + (uint32_t)(test_rand(g) % max);
    c->first = prog->ninsn;
    for (uint32_t i = 0; i < c->n; i++)
      prog->insn[prog->ninsn++] = (mgp_insn_t){.pc = c->base + i,
                                               .k = (uint32_t)test_rand(g) >> 4,
                                               .x = (uint32_t)(test_rand(g) % MGP_P),
                                               .y = (uint32_t)(test_rand(g) % MGP_P),
                                               .z = (uint32_t)(test_rand(g) % MGP_P)};
    code += c->n;
    d->base = data += 1 + (uint32_t)(test_rand(g) % 20000);
    d->n = 1 + (uint32_t)(test_rand(g) % max);
    d->words = malloc(d->n * sizeof *d->words);
    for (uint32_t i = 0; i < d->n; i++) d->words[i] = (uint32_t)test_rand(g);
    prog->nimage_words += d->n;
    data += d->n;
  }
  prog->ncode = prog->nimage = nsegments;
}

static void free_program(mgp_program_t *prog) {
  for (uint32_t s = 0; s < prog->nimage; s++) free(prog->image[s].words);
  free(prog->insn);
}

int main(void) {
  test_rng_t g = test_rng();
  mgp_chipset_t *set;
  REQUIRE_OK(mgp_chipset_create(&set));
  static const uint32_t shapes[][2] = {{1, 1}, {1, 2}, {2, 3}, {3, 100}, {5, 700}, {20, 40}};
  for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    mgp_program_t prog;
    make_program(&g, &prog, shapes[i][0], shapes[i][1]);
    for (unsigned id = MGP_CHIP_PROGRAM; id <= MGP_CHIP_IMAGE; id++) {
      check_mle(&g, &set->chip[id], &prog);
      check_index(&set->chip[id], &prog);
    }
    if (i == 0) {
      for (unsigned id = MGP_CHIP_RANGE; id <= MGP_CHIP_SHAMT; id++) {
        check_mle(&g, &set->chip[id], &prog);
        check_index(&set->chip[id], &prog);
      }
      check_outside(&prog);
      check_shamt(&g, &prog);
    }
    free_program(&prog);
  }
  mgp_program_t empty;
  memset(&empty, 0, sizeof empty);
  mgp_e_t virt[MGP_MAX_VIRTUAL];
  CHECK_EQ_U64(mgp_table_rows(MGP_CHIP_IMAGE, &empty), 0);
  CHECK(mgp_table_virtual_mle(MGP_CHIP_IMAGE, &empty, NULL, 0, virt) == MGP_INTERNAL);
  mgp_chipset_destroy(set);
  return test_result();
}
