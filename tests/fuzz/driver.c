/* Runs a fuzz target without libFuzzer: `fuzz_NAME FILE...` replays files; `fuzz_NAME` runs the
 * target's seeds, then inputs made from them by its mutator, MGP_FUZZ_RUNS of them (500). The seed
 * is printed; MGP_TEST_SEED repeats a run. The input under way is kept in memory only: run again
 * under a debugger to see it. */
#include "fuzz.h"

#include "test.h"

#define MAX_BYTES (1u << 20)

static uint64_t rng;

static size_t below(size_t n) {
  return (size_t)(fuzz_rand(&rng) % n);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max) {
  static const uint32_t edges[] = {0,          1,          0x7f,       0x80,       0xff,
                                   0xffff,     0x7fffffff, 0x80000000, 0xffffffff, 0x78000001,
                                   0x08000000, 0x10000000, 0x40000000};
  for (size_t changes = 1 + below(4); changes > 0; changes--) {
    size_t at = n ? below(n) : 0, len = n ? 1 + below(n - at < 64 ? n - at : 64) : 0;
    switch (below(6)) {
    case 0: /* bit */
      if (n) data[at] ^= (uint8_t)(1u << below(8));
      break;
    case 1: /* byte */
      if (n) data[at] = (uint8_t)fuzz_rand(&rng);
      break;
    case 2: /* word */
      if (n >= 4) memcpy(data + (at & ~(size_t)3) % (n - 3), &edges[below(13)], 4);
      break;
    case 3: /* erase */
      if (n > len) {
        memmove(data + at, data + at + len, n - at - len);
        n -= len;
      }
      break;
    case 4: /* repeat a piece */
      if (n && n + len <= max) {
        memmove(data + at + len, data + at, n - at);
        n += len;
      }
      break;
    default: /* copy a piece elsewhere */
      if (n) memmove(data + below(n - len + 1), data + at, len);
    }
  }
  return n;
}

static int replay(const char *path) {
  uint8_t *bytes = malloc(MAX_BYTES);
  FILE *f = fopen(path, "rb");
  if (!f || !bytes) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return 1;
  }
  LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, MAX_BYTES, f));
  fclose(f);
  free(bytes);
  return 0;
}

int main(int argc, char **argv) {
  const char *env = getenv("MGP_FUZZ_RUNS");
  unsigned long runs = env ? strtoul(env, NULL, 0) : 500, seeds = 0;
  int failed = 0;
  for (int i = 1; i < argc; i++) failed |= replay(argv[i]);
  if (argc > 1) return failed;
  rng = test_rng().s;
  uint8_t *data = malloc(MAX_BYTES);
  size_t n = 0;
  if (!data) return 1;
  for (const uint8_t *seed; (seed = fuzz_seed((unsigned)seeds, &n)) != NULL; seeds++)
    LLVMFuzzerTestOneInput(seed, n);
  if (fuzz_accepted != seeds) {
    fprintf(stderr, "%lu of %lu seeds are valid\n", fuzz_accepted, seeds);
    return 1;
  }
  n = 0;
  for (unsigned long i = 0; i < runs; i++) {
    n = LLVMFuzzerCustomMutator(data, n, MAX_BYTES, (unsigned)fuzz_rand(&rng));
    uint8_t *exact = malloc(n + (n == 0)); /* so that a sanitizer sees a read beyond */
    if (!exact) return 1;
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
  }
  printf("%lu seeds, %lu inputs, %lu valid\n", seeds, runs, fuzz_accepted);
  free(data);
  return 0;
}
