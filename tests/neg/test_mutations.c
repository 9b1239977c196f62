/* Any changed byte, any cut or longer file, any noise is refused, without a crash. */
#include "neg/mini.h"
#include "verifier/verifier.h"

static mini_t m;
static unsigned long accepted;

static int verify(const uint8_t *file, size_t n) {
  static mgp_verified_t v;
  mgp_status_t st = mgp_verify_proof(m.chips, &m.prog, file, n, &v);
  CHECK_MSG(st == MGP_OK || st == MGP_REJECTED, "status %d: %s", (int)st, mgp_error_message());
  if (st == MGP_REJECTED)
    CHECK_MSG(strstr(mgp_error_message(), ": ") != NULL, "no check named: %s", mgp_error_message());
  return st == MGP_OK;
}

/* The exact size on the heap, so that a sanitizer sees any read beyond it. */
static void refuse(const uint8_t *file, size_t n, const char *what, size_t at) {
  uint8_t *copy = toy_alloc(n, 1);
  if (n) memcpy(copy, file, n);
  int ok = verify(copy, n);
  CHECK_MSG(!ok, "%s at %zu of %zu was accepted", what, at, n);
  accepted += ok != 0;
  free(copy);
}

int main(void) {
  test_rng_t rng = test_rng();
  size_t n;
  unsigned long count = test_slow() ? 10000 : 400;
  mini_run(&m, mini_params(3), 1, "a public output");
  uint8_t *file = toy_prove(&m.t, &n);
  CHECK(verify(file, n));
  size_t header = n - 4 * m.t.body_words;
  printf("%zu bytes, %zu of them header\n", n, header);

  for (size_t at = 0; at < header; at++) { /* every byte of the header */
    uint8_t old = file[at];
    file[at] ^= (uint8_t)(1 + test_rand(&rng) % 255);
    refuse(file, n, "changed byte", at);
    file[at] = old;
  }
  for (unsigned long i = 0; i < count; i++) {
    size_t at = test_rand(&rng) % n;
    uint8_t old = file[at];
    file[at] ^= (uint8_t)(1 + test_rand(&rng) % 255);
    refuse(file, n, "changed byte", at);
    file[at] = old;
  }
  for (unsigned long i = 0; i < count / 4; i++) { /* two words exchanged, a word repeated */
    size_t a = header + 4 * (test_rand(&rng) % m.t.body_words);
    size_t b = header + 4 * (test_rand(&rng) % m.t.body_words);
    if (memcmp(file + a, file + b, 4) == 0) continue;
    uint8_t old[8];
    memcpy(old, file + a, 4);
    memcpy(old + 4, file + b, 4);
    memcpy(file + a, old + 4, 4);
    if (i % 2) memcpy(file + b, old, 4);
    refuse(file, n, "moved word", a);
    memcpy(file + a, old, 4);
    memcpy(file + b, old + 4, 4);
  }
  for (unsigned long i = 0; i < count / 4; i++) refuse(file, test_rand(&rng) % n, "cut", i);
  for (size_t cut = 1; cut <= 16; cut++) refuse(file, n - cut, "cut", cut);
  uint8_t *longer = toy_alloc(n + 64, 1);
  memcpy(longer, file, n);
  for (size_t more = 1; more <= 64; more++) refuse(longer, n + more, "longer", more);
  for (unsigned long i = 0; i < count / 4;
       i++) { /* noise behind a good header, and from the start */
    size_t from = i % 2 ? header : 0;
    for (size_t k = from; k < n; k++) longer[k] = (uint8_t)test_rand(&rng);
    if (i % 4 == 1)
      for (size_t k = from + 3; k < n; k += 4) longer[k] &= 0x3f; /* canonical words */
    refuse(longer, n, "noise", from);
    memcpy(longer, file, n);
  }
  CHECK(verify(file, n));
  free(longer);
  free(file);
  mini_free(&m);
  return test_result();
}
