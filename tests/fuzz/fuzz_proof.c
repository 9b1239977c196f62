/* libFuzzer entry point: proof files. The first byte of an input chooses: even, the rest is a proof
 * file; odd, the rest is a list of changes to an honest one, 8 bytes each (where, new word), so
 * that the fuzzer gets past the transcript's first checks.
 *
 * Build: clang -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Isrc -Iinclude -Itests
 *        tests/fuzz/fuzz_proof.c and the sources of verifier, protocol, chips, vm, math, base */
#include "neg/mini.h"
#include "verifier/verifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static mini_t m;
static uint8_t *honest, *changed;
static size_t size;

static uint32_t word_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void start(void) {
  mini_run(&m, mini_params(3), 1, "a public output");
  honest = toy_prove(&m.t, &size);
  changed = toy_alloc(size, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static mgp_verified_t v;
  if (!honest) start();
  if (n == 0) return 0;
  if (data[0] % 2 == 0) {
    if (mgp_verify_proof(m.chips, &m.prog, data + 1, n - 1, &v) == MGP_OK &&
        (n - 1 != size || memcmp(data + 1, honest, size) != 0))
      abort();
    return 0;
  }
  memcpy(changed, honest, size);
  for (size_t i = 1; i + 8 <= n; i += 8)
    mini_put32(changed + word_at(data + i) % (size / 4) * 4, word_at(data + i + 4));
  if (mgp_verify_proof(m.chips, &m.prog, changed, size, &v) == MGP_OK &&
      memcmp(changed, honest, size) != 0)
    abort();
  return 0;
}
