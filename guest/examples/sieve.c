/* Primes up to n by the sieve of Eratosthenes over the odd numbers. Publishes n, how many primes
 * there are, and the largest.
 * Size: n. */
#include "mgp_guest.h"

int main(void) {
  uint32_t next, n = mgp_hint_size(50000, &next);
  if (n > 1u << 28) mgp_panic("sieve too large");
  uint32_t half = (n + 1) / 2; /* odd number 2 i + 1 <= n has index i < half */
  uint8_t *composite = mgp_alloc(half);
  for (uint32_t i = 1; 2 * i * (i + 1) < half; i++)
    if (!composite[i])
      for (uint32_t k = 2 * i * (i + 1); k < half; k += 2 * i + 1) composite[k] = 1;

  uint32_t count = n >= 2, largest = n >= 2 ? 2 : 0;
  for (uint32_t i = 1; i < half; i++)
    if (!composite[i]) {
      count++;
      largest = 2 * i + 1;
    }
  mgp_print_u32(count);
  mgp_print(" primes up to ");
  mgp_print_u32(n);
  mgp_print(", the largest is ");
  mgp_print_u32(largest);
  mgp_print("\n");
  mgp_publish_u32(n);
  mgp_publish_u32(count);
  mgp_publish_u32(largest);
  return 0;
}
