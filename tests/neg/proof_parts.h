/* A proof of several shards taken apart, and put together in another way. */
#ifndef MGP_TESTS_PROOF_PARTS_H
#define MGP_TESTS_PROOF_PARTS_H

#include "protocol/proof.h"
#include "test.h"
#include "verifier/inspect.h"

#define PARTS_MOST 32u

/* The bytes belong to the file. */
typedef struct {
  mgp_run_t run;
  const uint8_t *output;
  uint32_t n;
  struct {
    mgp_params_t params;
    const uint8_t *bytes;
    size_t nbytes;
  } shard[PARTS_MOST];
} proof_parts_t;

static inline void proof_take_apart(const mgp_chipset_t *chips, const mgp_program_t *prog,
                                    const uint8_t *bytes, size_t nbytes, proof_parts_t *out) {
  mgp_proof_t proof;
  mgp_inspection_t in = {0};
  REQUIRE_OK(mgp_proof_parse(bytes, nbytes, &proof));
  REQUIRE_OK(mgp_inspect(bytes, nbytes, chips, prog, &in));
  CHECK(in.complete && in.nparams <= PARTS_MOST - 2);
  *out = (proof_parts_t){.run = proof.run, .output = proof.output, .n = in.nparams};
  const uint8_t *at = proof.shards;
  for (uint32_t i = 0; i < in.nparams; i++) {
    out->shard[i].params = in.params[i];
    out->shard[i].bytes = at;
    out->shard[i].nbytes = in.shards[i].nbytes;
    at += in.shards[i].nbytes;
  }
  mgp_inspection_free(&in);
}

/* The file; free() it. */
static inline uint8_t *proof_put_together(const proof_parts_t *p, size_t *nbytes) {
  mgp_params_t params[PARTS_MOST];
  size_t n = 0;
  uint8_t *shards, *file = NULL;
  for (uint32_t i = 0; i < p->n; i++) n += p->shard[i].nbytes;
  shards = malloc(n + 1);
  n = 0;
  for (uint32_t i = 0; i < p->n; i++) {
    params[i] = p->shard[i].params;
    memcpy(shards + n, p->shard[i].bytes, p->shard[i].nbytes);
    n += p->shard[i].nbytes;
  }
  REQUIRE_OK(mgp_proof_serialize(&p->run, params, shards, n, p->output, &file, nbytes));
  free(shards);
  return file;
}

#endif
