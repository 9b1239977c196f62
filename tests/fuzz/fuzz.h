/* A fuzz target: one file fuzz_NAME.c, linked with libFuzzer (-DMGP_FUZZ=ON) or with driver.c,
 * which replays files and makes inputs of its own. Seeds are made by the target, so that there are
 * no files to keep current. */
#ifndef MGP_TESTS_FUZZ_H
#define MGP_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- what a target defines -------------------------------------------------------------------- */

/* Aborts if the input shows a fault; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
/* Valid input number i in memory of the target; NULL if there are no more (there is a first one).
 */
const uint8_t *fuzz_seed(unsigned i, size_t *n);
/* Changes data[n] in place, within max bytes; the new length. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed);
/* How many inputs were valid so far. A target whose inputs never are tests nothing. */
extern unsigned long fuzz_accepted;

/* --- what it may use -------------------------------------------------------------------------- */

/* libFuzzer's, or driver.c's: a change that knows nothing of the format. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max);

/* splitmix64 */
static inline uint64_t fuzz_rand(uint64_t *s) {
  uint64_t z = (*s += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Starts over from a valid input now and then, and if there is nothing yet. */
static inline size_t fuzz_start(uint8_t *data, size_t n, size_t max, uint64_t *rng) {
  unsigned count = 0;
  size_t size = 0;
  if (n > 1 && fuzz_rand(rng) % 16) return n;
  while (fuzz_seed(count, &size)) count++;
  const uint8_t *seed = fuzz_seed((unsigned)(fuzz_rand(rng) % count), &size);
  if (size > max) return n;
  memcpy(data, seed, size);
  return size;
}

/* The mutator of targets without one. */
#define FUZZ_PLAIN_MUTATOR                                                                         \
  size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned seed) {             \
    uint64_t rng = seed;                                                                           \
    return LLVMFuzzerMutate(data, fuzz_start(data, n, max, &rng), max);                            \
  }

#endif
