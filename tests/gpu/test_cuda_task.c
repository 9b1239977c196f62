/* Chip proofs of the cuda backend against cpu, word for word: the program's chips, which have
 * kernels of their own, and random chips, which are interpreted; several under way at a time.
 *
 *   test_cuda_task [SHARE OF]    of the chips those whose number mod OF is SHARE, and no more */
#include "backend/task.h"
#include "conf/backend_ref.h"
#include "cuda_pair.h"

#define GUARD 256u /* bytes behind the scratch that nobody may write */

typedef struct {
  mgp_task_job_t job;
  mgp_task_start_t start;
  ref_trace_t trace;
  void *d[2][2];   /* per backend: columns, virtual columns */
  void *d_scratch; /* of cuda */
  unsigned built;  /* times that the trace was to be made */
  size_t nwords;
  uint32_t *words[2];
  mgp_e_t point[2][32];
  mgp_digest_t digest[2];
  mgp_task_t *task;
} proof_t;

static void *upload(side_t *s, const mgp_f_t *src, size_t words) {
  return words ? to_device(s, MGP_MEM_WITNESS, src, words * sizeof *src) : NULL;
}

static proof_t *make_proof(pair_t *p, const mgp_chipset_t *set, test_rng_t *rng, unsigned id,
                           uint32_t nrows) {
  proof_t *f = new_array(1, sizeof *f);
  const mgp_chip_t *chip = &set->chip[id];
  mgp_digest_t seed;
  f->trace = ref_trace(rng, chip, nrows);
  f->nwords = mgp_task_words(chip, nrows);
  for (int i = 0; i < MGP_DIGEST_WORDS; i++) seed[i] = rand_f(rng);
  f->job.chip = (mgp_chip_id_t)id;
  f->job.nrows = nrows;
  f->job.stride = f->trace.stride;
  f->start.alpha = rand_e(rng);
  f->start.beta = rand_e(rng);
  mgp_transcript_fork(&f->start.transcript, seed, id);
  side_t *side[2] = {&p->cpu, &p->cuda};
  for (int i = 0; i < 2; i++) {
    f->words[i] = new_array(f->nwords, sizeof *f->words[i]);
    f->d[i][0] = upload(side[i], f->trace.cols, f->trace.cols_words);
    f->d[i][1] = upload(side[i], f->trace.virt, f->trace.virt_words);
  }
  return f;
}

static mgp_status_t count_build(void *arg) {
  proof_t *f = arg;
  f->built++;
  return MGP_OK;
}

static mgp_task_job_t job_for(proof_t *f, int i) {
  mgp_task_job_t job = f->job;
  job.d_trace = f->d[i][0];
  job.d_virt = f->d[i][1];
  job.build = count_build;
  job.arg = f;
  job.words = f->words[i];
  job.point = f->point[i];
  job.digest = f->digest[i];
  return job;
}

static uint64_t scratch_bytes(const pair_t *p, const proof_t *f) {
  return p->cuda.be->ops->task_bytes(p->cuda.be, f->job.chip, f->job.nrows);
}

static void prepare(pair_t *p, proof_t *f) {
  uint8_t guard[GUARD];
  const uint64_t nbytes = scratch_bytes(p, f);
  const mgp_backend_ops_t *ops = p->cuda.be->ops;
  mgp_task_job_t job = job_for(f, 1);
  REQUIRE_OK(ops->alloc(p->cuda.be, MGP_MEM_SCRATCH, nbytes + GUARD, &f->d_scratch));
  memset(guard, 0x5a, sizeof guard);
  REQUIRE_OK(ops->upload(p->cuda.be, (uint8_t *)f->d_scratch + nbytes, guard, GUARD));
  job.d_scratch = f->d_scratch;
  const uint64_t before = working_set(&p->cuda);
  REQUIRE_OK(ops->task_prepare(p->cuda.be, &job, &f->task));
  CHECK_EQ_U64(working_set(&p->cuda), before);
}

static void begin(pair_t *p, proof_t *f) {
  const uint64_t before = working_set(&p->cuda);
  REQUIRE_OK(p->cuda.be->ops->task_begin(p->cuda.be, f->task, &f->start));
  CHECK_EQ_U64(f->built, 1);
  CHECK_EQ_U64(working_set(&p->cuda), before);
}

static void free_scratch(pair_t *p, proof_t *f) {
  uint8_t guard[GUARD];
  unsigned wrong = 0;
  const mgp_backend_ops_t *ops = p->cuda.be->ops;
  const uint8_t *d_guard = (const uint8_t *)f->d_scratch + scratch_bytes(p, f);
  REQUIRE_OK(ops->download(p->cuda.be, guard, d_guard, GUARD));
  for (unsigned i = 0; i < GUARD; i++) wrong += guard[i] != 0x5a;
  CHECK_EQ_U64(wrong, 0);
  ops->free(p->cuda.be, f->d_scratch);
}

/* Where the messages differ first, for the report. */
static size_t first_difference(const proof_t *f) {
  size_t i = 0;
  while (i < f->nwords && f->words[0][i] == f->words[1][i]) i++;
  return i;
}

static void drop(pair_t *p, proof_t *f) {
  side_t *side[2] = {&p->cpu, &p->cuda};
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 2; k++) side[i]->be->ops->free(side[i]->be, f->d[i][k]);
    free(f->words[i]);
  }
  ref_trace_free(&f->trace);
  free(f);
}

static void end(pair_t *p, const mgp_chipset_t *set, proof_t *f) {
  const mgp_task_job_t job = job_for(f, 0);
  mgp_task_t *task = NULL;
  const unsigned n = mgp_task_log(f->job.nrows);
  const char *name = set->chip[f->job.chip].name;
  REQUIRE_OK(p->cuda.be->ops->task_end(p->cuda.be, f->task));
  free_scratch(p, f);
  REQUIRE_OK(p->cpu.be->ops->task_prepare(p->cpu.be, &job, &task));
  REQUIRE_OK(p->cpu.be->ops->task_begin(p->cpu.be, task, &f->start));
  REQUIRE_OK(p->cpu.be->ops->task_end(p->cpu.be, task));
  CHECK_EQ_U64(f->built, 2);
  CHECK_MSG(memcmp(f->words[0], f->words[1], f->nwords * sizeof *f->words[0]) == 0,
            "chip %u %s, %u rows: word %zu of %zu differs", (unsigned)f->job.chip, name,
            f->job.nrows, first_difference(f), f->nwords);
  CHECK_MSG(memcmp(f->point[0], f->point[1], n * sizeof f->point[0][0]) == 0, "%s, %u rows: point",
            name, f->job.nrows);
  CHECK_MSG(memcmp(f->digest[0], f->digest[1], sizeof f->digest[0]) == 0, "%s, %u rows: digest",
            name, f->job.nrows);
  drop(p, f);
}

static void check(pair_t *p, const mgp_chipset_t *set, test_rng_t *rng, unsigned id,
                  uint32_t nrows) {
  proof_t *f = make_proof(p, set, rng, id, nrows);
  prepare(p, f);
  begin(p, f);
  end(p, set, f);
}

/* --- errors ----------------------------------------------------------------------------------- */

typedef struct {
  const mgp_chipset_t *chips;
  mgp_chip_id_t id;
} one_t;

/* A proof of many rows from a trace of zeros, on a backend that may fail anywhere. */
static mgp_status_t one_proof(mgp_backend_t *be, void *arg) {
  const one_t *one = arg;
  const uint32_t nrows = 1100;
  const mgp_chip_t *chip = &one->chips->chip[one->id];
  const size_t stride = (nrows + MGP_ROW_PAD - 1) / MGP_ROW_PAD * MGP_ROW_PAD;
  const size_t nbytes = chip->ncols * stride * sizeof(mgp_f_t);
  MGP_TRY(mgp_backend_cuda_reserve(be, (uint64_t)64 << 20));
  uint32_t *words = new_array(mgp_task_words(chip, nrows), sizeof *words);
  mgp_e_t point[32];
  mgp_digest_t digest, seed = {1};
  void *d_trace = NULL;
  mgp_task_t *task = NULL;
  mgp_task_job_t job = {.chip = one->id, .nrows = nrows, .stride = stride};
  mgp_task_start_t start = {.alpha = mgp_e_from_f(5), .beta = mgp_e_from_f(5)};
  uint64_t scratch;
  job.words = words;
  job.point = point;
  job.digest = digest;
  mgp_transcript_fork(&start.transcript, seed, 0);
  mgp_status_t st = be->ops->alloc(be, MGP_MEM_WITNESS, nbytes, &d_trace);
  if (st == MGP_OK) st = be->ops->zero(be, d_trace, nbytes);
  job.d_trace = d_trace;
  scratch = be->ops->task_bytes(be, one->id, nrows);
  if (st == MGP_OK) st = be->ops->alloc(be, MGP_MEM_SCRATCH, scratch, &job.d_scratch);
  if (st == MGP_OK) st = be->ops->task_prepare(be, &job, &task);
  if (st == MGP_OK) st = be->ops->task_begin(be, task, &start);
  const mgp_status_t end = be->ops->task_end(be, task);
  if (st == MGP_OK) st = end;
  be->ops->free(be, job.d_scratch);
  be->ops->free(be, d_trace);
  free(words);
  return st;
}

#define MOST_SLOTS 128u

/* What is refused: no rows, no memory, more proofs than slots, and to begin twice. */
static void check_refusals(pair_t *p, const mgp_chipset_t *set, test_rng_t *rng) {
  const mgp_backend_ops_t *ops = p->cuda.be->ops;
  const unsigned slots = (unsigned)p->cuda.be->task_slots;
  if (slots > MOST_SLOTS) abort();
  proof_t *f[MOST_SLOTS];
  mgp_task_t *none = NULL;
  for (unsigned i = 0; i < slots; i++) f[i] = make_proof(p, set, rng, 1, 3);
  mgp_task_job_t job = job_for(f[0], 1);
  CHECK(ops->task_prepare(p->cuda.be, &job, &none) == MGP_INTERNAL && !none);
  for (unsigned i = 0; i < slots; i++) prepare(p, f[i]);
  job.d_scratch = f[0]->d_scratch;
  CHECK(ops->task_prepare(p->cuda.be, &job, &none) == MGP_INTERNAL && !none);
  job.nrows = 0;
  CHECK(ops->task_prepare(p->cuda.be, &job, &none) == MGP_INTERNAL && !none);
  for (unsigned i = 0; i < slots; i++) {
    begin(p, f[i]);
    CHECK(ops->task_begin(p->cuda.be, f[i]->task, &f[i]->start) == MGP_INTERNAL);
    end(p, set, f[i]);
  }
}

/* As many as there are slots, each half of them prepared in advance, begun and ended in other
 * orders; then one that does not come to begin, and what is prepared in its place. */
static void check_together(pair_t *p, const mgp_chipset_t *set, test_rng_t *rng, unsigned count) {
  proof_t *f[MOST_SLOTS];
  const unsigned slots = (unsigned)p->cuda.be->task_slots;
  if (slots > MOST_SLOTS) abort();
  for (unsigned i = 0; i < slots; i++) {
    f[i] = make_proof(p, set, rng, 1 + i % count, 1 + (uint32_t)(test_rand(rng) % 700));
    prepare(p, f[i]);
    if (i == slots / 2)
      for (unsigned k = 0; k <= i; k++) begin(p, f[i - k]);
  }
  for (unsigned i = slots / 2 + 1; i < slots; i++) begin(p, f[i]);
  for (unsigned i = 0; i < slots; i++) end(p, set, f[(i * 5 + 3) % slots]);
  for (unsigned i = 0; i < 2; i++) {
    f[i] = make_proof(p, set, rng, 1, 300);
    prepare(p, f[i]);
    if (i) break;
    REQUIRE_OK(p->cuda.be->ops->task_end(p->cuda.be, f[0]->task));
    free_scratch(p, f[0]);
    drop(p, f[0]);
  }
  begin(p, f[1]);
  end(p, set, f[1]);
}

typedef struct {
  unsigned share, of;
} share_t;

static void check_chips(pair_t *p, const mgp_chipset_t *set, test_rng_t *rng, unsigned count,
                        unsigned quick, share_t mine) {
  /* one block and several, few rows and many, for each of the kernels' block sizes */
  static const uint32_t sizes[] = {1,    2,    3,    4,    5,    63,   64,   65,   127,  128,
                                   129,  255,  256,  257,  511,  512,  513,  1023, 1024, 1025,
                                   2047, 2048, 2049, 4095, 4096, 4097, 8193, 16384};
  static const uint32_t few[] = {2, 67, 130, 1025, 2050};
  const unsigned nsizes = sizeof sizes / sizeof *sizes, nfew = sizeof few / sizeof *few;
  for (unsigned id = 1; id <= count; id++) {
    if (id % mine.of != mine.share) continue;
    if (quick > 1) {
      check(p, set, rng, id, few[id / mine.of % nfew]);
      continue;
    }
    for (unsigned i = 0; i < nsizes; i++)
      if (!quick || (i + id) % 13 == 0) check(p, set, rng, id, sizes[i]);
  }
}

int main(int argc, char **argv) {
  static const uint32_t ks[] = {1, 2, 3, 4, 5, 8, 10, 13, 25, 33, 64};
  const unsigned nk = sizeof ks / sizeof *ks;
  const unsigned quick = test_quick();
  const int all = argc < 3;
  const share_t mine = {all ? 0 : (unsigned)atoi(argv[1]), all ? 1 : (unsigned)atoi(argv[2])};
  test_rng_t rng = test_rng();
  mgp_chipset_t *chips, *set = ref_chipset(&rng, ks, nk);
  REQUIRE_OK(mgp_chipset_create(&chips));

  pair_t p = pair_create_chips(set, (uint64_t)1 << 30);
  check_chips(&p, set, &rng, nk, quick, mine);
  if (all) check_together(&p, set, &rng, nk);
  pair_destroy(&p);

  p = pair_create_chips(chips, (uint64_t)(quick ? 1 : 16) << 30);
  check_chips(&p, chips, &rng, MGP_CHIP_COUNT - 1, quick, mine);
  if (all) check_together(&p, chips, &rng, MGP_CHIP_COUNT - 1);
  if (!quick && all) {
    check(&p, chips, &rng, 4, (1u << 20) - 1); /* ADDI */
    check(&p, chips, &rng, 6, (1u << 20) + 1); /* ADD */
    check(&p, chips, &rng, 21, 1u << 22);      /* LW */
  }
  if (test_slow() && all) check(&p, chips, &rng, 4, 1u << 24);
  if (all) check_refusals(&p, chips, &rng);
  pair_destroy(&p);
  setenv("MGP_CUDA_POISON", "1", 1);        /* results that were not made look like any */
  for (unsigned i = 0; all && i < 2; i++) { /* kernels in one part, and in many */
    one_t one = {chips, i ? MGP_CHIP_SHARD_RAM : MGP_CHIP_ADD};
    fail_each_call(chips, quick > 1 ? 61 : quick && i ? 11 : 1, one_proof, &one);
  }
  mgp_chipset_destroy(chips);
  ref_chipset_free(set);
  return test_result();
}
