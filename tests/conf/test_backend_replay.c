/* Replay and request counting of every backend on recorded runs, row by row against the witness
 * functions and mgp_table_index. */
#include "chips/replay.h"
#include "chips/witness.h"
#include "conf/backend_ref.h"
#include "unit/chips_run.h"
#include "unit/ram_rows.h"

#define NTABLES (MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE)

#define NRAM 150u /* rows of SHARD_RAM, which runs of one shard do not have */
static mgp_ram_t ram[NRAM];

typedef struct {
  uint32_t n[MGP_CHIP_COUNT];
  uint32_t *list[MGP_CHIP_COUNT]; /* NULL: the rows themselves */
  uint64_t offset[NTABLES + 1];   /* of each table's counters */
  uint32_t *counts;               /* as they should be */
} rows_t;

static mgp_chipset_t *set;

static void find_rows(const run_t *run, rows_t *r) {
  const run_part_t *part = &run->part[0];
  memset(r, 0, sizeof *r);
  mgp_replay_count(run->prog.insn, part->steps, part->rec.nsteps, r->n);
  for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++)
    if (r->n[id]) r->list[id] = ref_alloc(r->n[id], sizeof(uint32_t));
  mgp_replay_index(run->prog.insn, part->steps, part->rec.nsteps, r->list);
  for (unsigned k = 0; k < 3; k++) r->n[MGP_CHIP_MEM_IMAGE + k] = run->nbounds[k];
  r->n[MGP_CHIP_SHARD_RAM] = NRAM;
  for (unsigned t = 0; t < NTABLES; t++) {
    const unsigned id = MGP_CHIP_FIRST_TABLE + t;
    r->n[id] = mgp_table_rows((mgp_chip_id_t)id, &run->prog);
    r->offset[t + 1] = r->offset[t] + (uint64_t)r->n[id] * set->chip[id].ncols;
  }
  r->counts = ref_alloc(r->offset[NTABLES], sizeof *r->counts);
}
static void free_rows(rows_t *r) {
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) free(r->list[id]);
  free(r->counts);
}

static void add_requests(const run_t *run, rows_t *r, const mgp_chip_t *c, const mgp_f_t *cols) {
  mgp_f_t values[MGP_MAX_NODES];
  mgp_chip_eval_row(c, cols, NULL, values);
  for (uint32_t j = 0; j < c->ninteractions; j++) {
    const mgp_interaction_t *it = &c->interactions[j];
    if (!mgp_bus_is_lookup((mgp_bus_t)it->bus)) continue;
    uint32_t tuple[MGP_MAX_TUPLE], m = mgp_f_to_u32(mgp_f_neg(values[it->mult]));
    for (unsigned i = 0; i < it->len; i++) tuple[i] = mgp_f_to_u32(values[it->tuple[i]]);
    if (m == 0) continue;
    uint64_t at = mgp_table_index((mgp_bus_t)it->bus, tuple, &run->prog);
    CHECK(at != UINT64_MAX);
    r->counts[r->offset[mgp_bus_table((mgp_bus_t)it->bus) - MGP_CHIP_FIRST_TABLE] + at] += m;
  }
}

/* Raw state on a backend. */
typedef struct {
  mgp_raw_t raw;
  void *mem[8 + NTABLES];
  unsigned n;
} device_raw_t;

static const void *put(ref_backend_t *b, device_raw_t *d, const void *src, size_t nbytes) {
  const mgp_backend_ops_t *ops = b->be->ops;
  void *p = NULL;
  if (nbytes == 0) return NULL;
  REQUIRE_OK(ops->alloc(b->be, MGP_MEM_RAW, nbytes, &p));
  REQUIRE_OK(ops->upload(b->be, p, src, nbytes));
  return d->mem[d->n++] = p;
}

static void put_raw(ref_backend_t *b, const run_t *run, const rows_t *r, device_raw_t *d) {
  const run_part_t *part = &run->part[0];
  memset(d, 0, sizeof *d);
  REQUIRE_OK(b->be->ops->set_program(b->be, &run->prog, &d->raw.insns));
  d->raw.steps = put(b, d, part->steps, part->rec.nsteps * sizeof(mgp_step_t));
  d->raw.commits = put(b, d, part->commits, sizeof part->commits);
  for (unsigned k = 0; k < 3; k++)
    d->raw.bounds[k] = put(b, d, run->bounds[k], run->nbounds[k] * sizeof(mgp_bound_t));
  d->raw.ram = put(b, d, ram, sizeof ram);
  for (unsigned t = 0; t < NTABLES; t++)
    d->raw.counts[t] =
        put(b, d, r->counts + r->offset[t], (r->offset[t + 1] - r->offset[t]) * sizeof *r->counts);
}

/* Rows [first, first + nrows) of a chip on a backend against the reference columns; in slabs, if
 * they are more than the stride. */
static void check_replay(ref_backend_t *b, const device_raw_t *d, const rows_t *r, unsigned id,
                         const mgp_f_t *want, uint64_t first, uint32_t nrows, uint32_t zero_to,
                         size_t stride) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const mgp_chip_t *c = &set->chip[id];
  const size_t rows = zero_to > nrows ? zero_to : nrows, slabs = (rows + stride - 1) / stride;
  const size_t slab = c->ncols * stride, words = slabs * slab;
  mgp_f_t *got = ref_alloc(words, sizeof *got);
  for (size_t i = 0; i < words; i++) got[i] = 0xaaaaaaaau;
  mgp_f_t *d_out = ref_upload(b, MGP_MEM_WITNESS, got, words);
  void *d_list = NULL;
  if (r->list[id]) {
    REQUIRE_OK(ops->alloc(b->be, MGP_MEM_PLAN, r->n[id] * sizeof(uint32_t), &d_list));
    REQUIRE_OK(ops->upload(b->be, d_list, r->list[id], r->n[id] * sizeof(uint32_t)));
  }
  CHECK_OK(
      ops->replay(b->be, (mgp_chip_id_t)id, &d->raw, d_list, first, nrows, zero_to, stride, d_out));
  REQUIRE_OK(ops->download(b->be, got, d_out, words * sizeof *got));
  unsigned bad = 0;
  for (uint32_t col = 0; col < c->ncols; col++)
    for (size_t row = 0; row < slabs * stride; row++)
      bad += got[row / stride * slab + col * stride + row % stride] !=
             (row < nrows     ? want[(size_t)col * r->n[id] + first + row]
              : row < zero_to ? 0
                              : 0xaaaaaaaau);
  CHECK_MSG(bad == 0, "%s: %s rows %" PRIu64 " + %u (zero to %u, stride %zu): %u cells differ",
            b->name, c->name, first, nrows, zero_to, stride, bad);
  ops->free(b->be, d_list);
  ops->free(b->be, d_out);
  free(got);
}

/* Requests of one chip's trace; then a request that is in no table must be named. */
static void check_count(ref_backend_t *b, const rows_t *r, unsigned id, const mgp_f_t *want,
                        uint32_t *d_counts, test_rng_t *rng) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const mgp_chip_t *c = &set->chip[id];
  const uint32_t n = r->n[id];
  const size_t stride = (n + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
  mgp_f_t *trace = ref_alloc(c->ncols * stride, sizeof *trace);
  for (uint32_t col = 0; col < c->ncols; col++)
    memcpy(trace + col * stride, want + (size_t)col * n, n * sizeof *trace);
  mgp_f_t *d_trace = ref_upload(b, MGP_MEM_WITNESS, trace, c->ncols * stride);
  CHECK_OK(ops->count(b->be, (mgp_chip_id_t)id, d_trace, stride, n, d_counts, r->offset));
  CHECK_OK(ops->count_end(b->be));
  if (c->lookup_buses >> MGP_BUS_PROGRAM & 1) {
    char where[64];
    uint32_t row = (uint32_t)(test_rand(rng) % n);
    void *bad = NULL;
    trace[row] = mgp_f_from_u32(MGP_HALT_PC); /* column 0 is pc */
    REQUIRE_OK(ops->upload(b->be, d_trace, trace, c->ncols * stride * sizeof *trace));
    REQUIRE_OK(ops->alloc(b->be, MGP_MEM_ACCUMULATOR, r->offset[NTABLES] * 4, &bad));
    REQUIRE_OK(ops->zero(b->be, bad, r->offset[NTABLES] * 4));
    mgp_status_t st = ops->count(b->be, (mgp_chip_id_t)id, d_trace, stride, n, bad, r->offset);
    if (st == MGP_OK) st = ops->count_end(b->be);
    CHECK(st == MGP_INTERNAL);
    snprintf(where, sizeof where, "chip %s, row %u", c->name, row);
    CHECK_MSG(strstr(mgp_error_message(), where) && strstr(mgp_error_message(), "PROGRAM"),
              "wanted %s: %s", where, mgp_error_message());
    ops->free(b->be, bad);
  }
  ops->free(b->be, d_trace);
  free(trace);
}

/* The backend's replay plan is the recorder's. */
static void check_index(ref_backend_t *b, const device_raw_t *d, const rows_t *r, uint32_t nsteps) {
  const mgp_backend_ops_t *ops = b->be->ops;
  for (unsigned part = 0; part < 3; part++) { /* all steps, one, none */
    const uint32_t steps = part == 0 ? nsteps : part == 1;
    uint32_t n[MGP_CHIP_FIRST_TABLE], *d_lists[MGP_CHIP_FIRST_TABLE];
    REQUIRE_OK(ops->index(b->be, &d->raw, steps, n, d_lists));
    for (unsigned id = 0; id < MGP_CHIP_FIRST_TABLE; id++) {
      const uint32_t limit = id == MGP_CHIP_REFRESH ? 4 * steps : steps;
      uint32_t want = 0, *got = ref_alloc(n[id], sizeof *got);
      if (id && id <= MGP_CHIP_REFRESH)
        while (want < r->n[id] && r->list[id][want] < limit) want++;
      CHECK_EQ_U64(n[id], want);
      CHECK((d_lists[id] != NULL) == (n[id] != 0));
      if (n[id] == 0 || n[id] != want) continue;
      REQUIRE_OK(ops->download(b->be, got, d_lists[id], n[id] * sizeof *got));
      CHECK_MSG(memcmp(got, r->list[id], n[id] * sizeof *got) == 0, "%s: list of %s", b->name,
                set->chip[id].name);
      ops->free(b->be, d_lists[id]);
      free(got);
    }
  }
}

static void check_table(ref_backend_t *b, const run_t *run, const rows_t *r, unsigned id) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const mgp_chip_t *c = &set->chip[id];
  const uint32_t n = r->n[id];
  const size_t stride = (n + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
  mgp_f_t *got = ref_alloc(c->nvirtual * stride, sizeof *got), v[MGP_MAX_VIRTUAL];
  mgp_f_t *d = ref_upload(b, MGP_MEM_WITNESS, got, c->nvirtual * stride);
  unsigned bad = 0;
  CHECK_OK(ops->table_columns(b->be, (mgp_chip_id_t)id, n, stride, d));
  REQUIRE_OK(ops->download(b->be, got, d, c->nvirtual * stride * sizeof *got));
  for (uint32_t i = 0; i < stride; i++) {
    memset(v, 0, sizeof v);
    if (i < n) mgp_table_virtual((mgp_chip_id_t)id, &run->prog, i, v);
    for (uint32_t k = 0; k < c->nvirtual; k++) bad += got[k * stride + i] != v[k];
  }
  CHECK_MSG(bad == 0, "%s: table %s: %u cells differ", b->name, c->name, bad);
  ref_free(b, d);
  free(got);
}

/* Slabs of 2^b rows put together to a trace; the last one reaches beyond the stride, or there are
 * too few of them. */
static void check_unstack(ref_backend_t *b, test_rng_t *rng, unsigned log_chunk, uint32_t ncols,
                          uint32_t nslabs, size_t stride) {
  const mgp_backend_ops_t *ops = b->be->ops;
  const size_t chunk = (size_t)1 << log_chunk, nsrc = nslabs * ncols * chunk;
  mgp_f_t *src = ref_alloc(nsrc, sizeof *src), *got = ref_alloc(ncols * stride, sizeof *got);
  for (size_t i = 0; i < nsrc; i++) src[i] = ref_rand_f(rng);
  memset(got, 0xa5, ncols * stride * sizeof *got);
  mgp_f_t *d_src = ref_upload(b, MGP_MEM_WITNESS, src, nsrc);
  mgp_f_t *d_got = ref_upload(b, MGP_MEM_WITNESS, got, ncols * stride);
  unsigned bad = 0;
  CHECK_OK(ops->unstack(b->be, d_src, ncols, log_chunk, nslabs, stride, d_got));
  REQUIRE_OK(ops->download(b->be, got, d_got, ncols * stride * sizeof *got));
  for (uint32_t c = 0; c < ncols; c++)
    for (size_t i = 0; i < stride; i++) {
      const size_t slab = i / chunk;
      bad +=
          got[c * stride + i] != (slab < nslabs ? src[(slab * ncols + c) * chunk + i % chunk] : 0);
    }
  CHECK_MSG(bad == 0, "%s: %u slabs of 2^%u rows, stride %zu: %u cells differ", b->name, nslabs,
            log_chunk, stride, bad);
  ref_free(b, d_src);
  ref_free(b, d_got);
  free(src);
  free(got);
}

static void check_guest(ref_backend_t *b, unsigned nb, const char *name, uint32_t size,
                        test_rng_t *rng) {
  run_t run;
  rows_t r;
  mgp_f_t *want[MGP_CHIP_COUNT] = {NULL}, cols[MGP_MAX_COLUMNS];
  if (!run_load(&run, set, name, size)) TEST_SKIP("run from the root of the sources");
  run_record(&run, 1);
  find_rows(&run, &r);
  mgp_raw_t raw = run.part[0].raw;
  raw.ram = ram;
  for (unsigned t = 0; t < NTABLES; t++) raw.counts[t] = r.counts + r.offset[t];
  /* instruction chips first: they make the counters that are the tables' columns */
  for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
    const mgp_chip_t *c = &set->chip[id];
    want[id] = ref_alloc((size_t)c->ncols * r.n[id], sizeof(mgp_f_t));
    for (uint32_t row = 0; row < r.n[id]; row++) {
      mgp_witness_row((mgp_chip_id_t)id, &raw, r.list[id] ? r.list[id][row] : row, cols, 1);
      for (uint32_t col = 0; col < c->ncols; col++)
        want[id][(size_t)col * r.n[id] + row] = cols[col];
      if (!c->is_table) add_requests(&run, &r, c, cols);
    }
  }
  for (unsigned k = 0; k < nb; k++) {
    device_raw_t d;
    void *d_counts = NULL;
    const size_t nbytes = r.offset[NTABLES] * sizeof(uint32_t);
    uint32_t *got = ref_alloc(nbytes, 1);
    put_raw(&b[k], &run, &r, &d);
    check_index(&b[k], &d, &r, run.part[0].rec.nsteps);
    REQUIRE_OK(b[k].be->ops->alloc(b[k].be, MGP_MEM_ACCUMULATOR, nbytes, &d_counts));
    REQUIRE_OK(b[k].be->ops->zero(b[k].be, d_counts, nbytes));
    for (unsigned id = 1; id < MGP_CHIP_COUNT; id++) {
      const uint32_t n = r.n[id];
      if (n == 0) continue;
      const uint32_t half = n / 2 + 1;
      check_replay(&b[k], &d, &r, id, want[id], 0, n, n + 100, n + 130);
      check_replay(&b[k], &d, &r, id, want[id], half - 1, n - half + 1, 0, n);
      check_replay(&b[k], &d, &r, id, want[id], n / 3, 1, 64, 64);
      check_replay(&b[k], &d, &r, id, want[id], 0, n, (n / 64 + 3) * 64, 64);
      check_replay(&b[k], &d, &r, id, want[id], n / 4, n - n / 4, 0, (n / 300 + 1) * 64);
      check_replay(&b[k], &d, &r, id, want[id], 0, n, n + 37, n > 1000 ? 1000 : 16);
      if (set->chip[id].is_table)
        check_table(&b[k], &run, &r, id);
      else
        check_count(&b[k], &r, id, want[id], d_counts, rng);
    }
    REQUIRE_OK(b[k].be->ops->download(b[k].be, got, d_counts, nbytes));
    unsigned bad = 0;
    for (uint64_t i = 0; i < r.offset[NTABLES]; i++) bad += got[i] != r.counts[i];
    CHECK_MSG(bad == 0, "%s: %s: %u counters differ", b[k].name, name, bad);
    b[k].be->ops->free(b[k].be, d_counts);
    while (d.n > 0) b[k].be->ops->free(b[k].be, d.mem[--d.n]);
    free(got);
  }
  for (unsigned id = 0; id < MGP_CHIP_COUNT; id++) free(want[id]);
  free_rows(&r);
  run_free(&run);
}

static void make_ram(test_rng_t *rng) {
  mgp_point_t blocks[NRAM / MGP_RAM_BLOCK + 1], total, end;
  for (unsigned i = 0; i < NRAM; i++) {
    ram[i].key = (uint32_t)(test_rand(rng) & ((1u << 28) - 1));
    ram[i].value = (uint32_t)test_rand(rng);
    ram[i].in = i < NRAM / 2;
    ram[i].id = ram[i].in ? (uint32_t)(test_rand(rng) % 9) : 9;
    ram[i].ts = ram[i].in ? 0 : i;
  }
  ram_rows_points(1, ram, NRAM, 9, 0, blocks, &total);
  REQUIRE_OK(ram_rows_chain(1, ram, NRAM, 0, mgp_curve_offset(), blocks, &end));
}

int main(void) {
  test_rng_t rng = test_rng();
  make_ram(&rng);
  ref_backend_t b[REF_MAX_BACKENDS];
  REQUIRE_OK(mgp_chipset_create(&set));
  unsigned nb = ref_backends(set, b);
  check_guest(b, nb, "edges", 1, &rng);
  if (test_quick() < 2) {
    check_guest(b, nb, "sort", 200, &rng);
    check_guest(b, nb, "sha256", 50, &rng);
  }
  for (unsigned k = 0; k < nb; k++) {
    check_unstack(&b[k], &rng, 4, 3, 5, 128);
    check_unstack(&b[k], &rng, 6, 1, 2, 128);
    check_unstack(&b[k], &rng, 7, 5, 1, 64);
    check_unstack(&b[k], &rng, 10, 4, 3, 2112);
  }
  CHECK(b[0].be->ops->count(b[0].be, MGP_CHIP_RANGE, NULL, 0, 0, NULL, NULL) == MGP_INTERNAL);
  ref_backends_destroy(b, nb);
  mgp_chipset_destroy(set);
  return test_result();
}
