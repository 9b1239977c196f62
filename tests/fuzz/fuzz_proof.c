/* Proof files against the verifier. The mutator takes a file apart, changes a field, and puts it
 * together with the lengths that its header then implies, so that changes get past the first
 * checks. Only the honest file is accepted. */
#include "fuzz.h"
#include "neg/mini.h"
#include "verifier/verifier.h"

#define MAX_BODY   (1u << 18) /* words */
#define MAX_OUTPUT 64u
#define MAX_SHARDS 8u

unsigned long fuzz_accepted;

static mini_t m;
static uint8_t *honest;
static size_t size;

static void start(void) {
  if (honest) return;
  mini_run(&m, mini_params(3), 1, "a public output");
  honest = toy_prove(&m.t, &size);
}

const uint8_t *fuzz_seed(unsigned i, size_t *n) {
  start();
  *n = size;
  return i == 0 ? honest : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static mgp_verified_t v;
  start();
  mgp_status_t st = mgp_verify_proof(m.chips, &m.prog, data, n, &v);
  if (st != MGP_OK && st != MGP_REJECTED) abort();
  if (st == MGP_OK && (n != size || memcmp(data, honest, size) != 0)) abort();
  fuzz_accepted += st == MGP_OK;
  return 0;
}

/* --- a file in parts -------------------------------------------------------------------------- */

static mgp_run_t run;
static mgp_shard_t shard;
static uint32_t words[MGP_MAX_STATEMENT_WORDS], body[MAX_BODY];
static size_t nbody;
static uint8_t output[MAX_OUTPUT];

static int take_apart(const uint8_t *data, size_t n) {
  mgp_proof_t p;
  mgp_chain_t chain;
  if (mgp_proof_parse(data, n, &p) != MGP_OK) return 0;
  mgp_chain_begin(&m.prog, &chain);
  if (mgp_proof_shard(&p, &chain, 0, 0, &shard) != MGP_OK) return 0;
  nbody = mgp_proof_left(&p, &shard) / 4;
  if (nbody > MAX_BODY || p.run.output_bytes > MAX_OUTPUT) return 0;
  memcpy(body, shard.body, 4 * nbody);
  memcpy(output, p.output, p.run.output_bytes);
  run = p.run;
  return 1;
}

static uint32_t other(uint64_t *rng, uint32_t v) {
  static const uint32_t edges[] = {
      0,        1,        2,          64,       MGP_P - 1,   MGP_P,         1u << 28,
      1u << 29, 1u << 31, UINT32_MAX, 1u << 16, MGP_HALT_PC, (1u << 29) - 1};
  switch (fuzz_rand(rng) % 5) {
  case 0:
    return v + 1;
  case 1:
    return v - 1;
  case 2:
    return v ^ 1u << fuzz_rand(rng) % 32;
  case 3:
    return edges[fuzz_rand(rng) % (sizeof edges / sizeof edges[0])];
  default:
    return (uint32_t)fuzz_rand(rng);
  }
}

static void change_field(uint64_t *rng) {
  uint32_t *params = (uint32_t *)(void *)&shard.params;
  uint32_t *fields[] = {&run.nshards,    &run.memory_shards, &run.exit_code, &run.has_commit,
                        &run.has_output, &run.output_bytes,  &run.commit[0], &run.commit[7]};
  const uint32_t P = shard.params.partitions;
  size_t i;
  switch (fuzz_rand(rng) % 8) {
  case 0:
    i = fuzz_rand(rng) % MGP_PARAM_WORDS;
    params[i] = fuzz_rand(rng) % 2 ? other(rng, params[i]) : (uint32_t)(fuzz_rand(rng) % 27);
    break;
  case 1:
    i = fuzz_rand(rng) % (sizeof fields / sizeof fields[0]);
    *fields[i] = other(rng, *fields[i]);
    break;
  case 2:
  case 3:
    i = mgp_statement_words(shard.statement.kind, P, shard.statement.ngaps);
    mgp_statement_pack(&shard.statement, P, words);
    i = fuzz_rand(rng) % i;
    words[i] = fuzz_rand(rng) % 2 ? other(rng, words[i]) : (uint32_t)(fuzz_rand(rng) % 64);
    mgp_statement_unpack(words, P, &shard.statement);
    break;
  case 4: /* a part of the body elsewhere */
    if (nbody > 256) {
      size_t len = 1 + fuzz_rand(rng) % 128;
      memmove(body + fuzz_rand(rng) % (nbody - len), body + fuzz_rand(rng) % (nbody - len),
              4 * len);
    }
    break;
  default: /* a word, more often of the answers at the end */
    if (nbody) {
      i = fuzz_rand(rng) % nbody;
      if (fuzz_rand(rng) % 2) i = nbody - 1 - i / 64;
      body[i] = other(rng, body[i]);
    }
  }
}

static size_t put_together(uint8_t *data, size_t n, size_t max) {
  mgp_shape_t shape;
  mgp_params_t params[MAX_SHARDS];
  uint8_t *bytes, *file = NULL;
  size_t nfile = 0;
  if (shard.params.partitions > MGP_MAX_PARTITIONS || run.output_bytes > MAX_OUTPUT) return n;
  if (run.nshards > MAX_SHARDS || run.memory_shards > MAX_SHARDS - run.nshards) return n;
  for (unsigned i = 0; i < MAX_SHARDS; i++) params[i] = shard.params;
  if (mgp_params_check(&shard.params) == MGP_OK &&
      mgp_shape_create(m.chips, &m.prog, &shard.params, &shard.statement, &shape) == MGP_OK) {
    if (shape.body_words <= MAX_BODY)
      for (; nbody < shape.body_words; nbody++) body[nbody] = body[nbody / 2];
    if (nbody > shape.body_words) nbody = shape.body_words;
    mgp_shape_free(&shape);
  }
  size_t nbytes =
      mgp_shard_bytes(&shard.params, shard.statement.kind, shard.statement.ngaps, nbody);
  bytes = malloc(nbytes);
  if (!bytes) abort();
  mgp_shard_write(&shard.params, &shard.statement, body, nbody, bytes);
  if (mgp_proof_serialize(&run, params, bytes, nbytes, output, &file, &nfile) == MGP_OK &&
      nfile <= max) {
    memcpy(data, file, nfile);
    n = nfile;
  }
  free(file);
  free(bytes);
  return n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed) {
  uint64_t rng = seed;
  n = fuzz_start(data, n, max, &rng);
  if (fuzz_rand(&rng) % 8 == 0) return LLVMFuzzerMutate(data, n, max);
  if (!take_apart(data, n)) {
    if (size > max) return LLVMFuzzerMutate(data, n, max);
    memcpy(data, honest, n = size);
    if (!take_apart(data, n)) abort();
  }
  for (uint64_t changes = 1 + fuzz_rand(&rng) % 3; changes > 0; changes--) {
    change_field(&rng);
    if (shard.params.partitions > MGP_MAX_PARTITIONS) break;
  }
  return put_together(data, n, max);
}
