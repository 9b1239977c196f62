/* Runs the whole prover in one process: N ranks as threads. */
#ifndef MGP_TESTS_PROVE_UTIL_H
#define MGP_TESTS_PROVE_UTIL_H

#include "base/file.h"
#include "mgprove/verify.h"
#include "prover/prover.h"
#include "test.h"
#include "vm/hints.h"

typedef struct {
  mgp_program_t prog;
  uint8_t *elf;
  size_t nelf;
  uint8_t *hints;
  size_t nhints;
} guest_t;

/* guest/prebuilt/NAME.elf with one hint word (size), unless size is 0. */
static inline void guest_load(guest_t *g, const char *name, uint32_t size) {
  char path[256];
  memset(g, 0, sizeof *g);
  snprintf(path, sizeof path, "guest/prebuilt/%s.elf", name);
  REQUIRE_OK(mgp_file_read(path, 1u << 24, &g->elf, &g->nelf));
  REQUIRE_OK(mgp_program_load_elf(g->elf, g->nelf, &g->prog));
  if (size) {
    uint8_t word[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16),
                       (uint8_t)(size >> 24)};
    mgp_hint_item_t item = {word, 4};
    REQUIRE_OK(mgp_hints_build(&item, 1, &g->hints, &g->nhints));
  }
}

static inline void guest_free(guest_t *g) {
  mgp_program_free(&g->prog);
  free(g->elf);
  free(g->hints);
}

typedef struct {
  const guest_t *guest;
  const mgp_prove_options_t *options;
  mgp_prove_result_t result; /* of rank 0 */
} prove_job_t;

static inline mgp_status_t prove_rank(mgp_comm_t *comm, void *arg) {
  prove_job_t *job = arg;
  mgp_prove_result_t result;
  mgp_prove_options_t o = *job->options;
  o.hints = job->guest->hints;
  o.hints_nbytes = job->guest->nhints;
  MGP_TRY(mgp_prove(comm, &job->guest->prog, &o, &result));
  if (mgp_comm_rank(comm) == 0)
    job->result = result;
  else
    mgp_prove_result_free(&result);
  return MGP_OK;
}

static inline mgp_status_t guest_prove(const guest_t *g, uint32_t ranks,
                                       const mgp_prove_options_t *options,
                                       mgp_prove_result_t *out) {
  prove_job_t job = {g, options, {0}};
  mgp_status_t st = mgp_comm_threads_run(ranks, prove_rank, &job);
  if (st == MGP_OK) *out = job.result;
  return st;
}

/* Verifies against the ELF. */
static inline mgprove_verdict_t guest_verify(const guest_t *g, const uint8_t *proof, size_t n,
                                             mgprove_result_t *result) {
  mgprove_program_t *program = NULL;
  char err[256];
  mgprove_verdict_t v = mgprove_program_from_elf(g->elf, g->nelf, &program, err, sizeof err);
  if (v == MGPROVE_ACCEPTED) v = mgprove_verify(program, proof, n, result);
  mgprove_program_destroy(program);
  return v;
}

#endif
