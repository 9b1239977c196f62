/* A walk through an array in an order without locality. Cell i holds the successor of i in a
 * permutation with one cycle; the walk visits every cell once and leaves its running sum there, a
 * second pass in order sums the cells up. Publishes the number of cells and both sums.
 * Size: number of cells, rounded up to a power of two. */
#include "mgp_guest.h"

int main(void) {
  uint32_t next, size = mgp_hint_size(16384, &next), n = 16;
  if (size > 1u << 25) mgp_panic("array too large");
  while (n < size) n *= 2;
  uint32_t *a = mgp_alloc(n * 4);
  /* a linear congruence mod 2^k has one cycle iff the factor is 1 mod 4 and the addend is odd; a
   * factor near n / golden ratio keeps neighbours far apart */
  uint32_t factor = (uint32_t)(((uint64_t)n * 0x9e3779b9u) >> 32 & ~3u) + 1;
  for (uint32_t i = 0; i < n; i++) a[i] = (i * factor + 0x3039) & (n - 1);

  uint32_t at = 0, walk = 1;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t to = a[at];
    walk = walk * 5 + at;
    a[at] = walk;
    at = to;
  }
  if (at != 0) mgp_panic("the walk does not close");
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += a[i] ^ i;

  mgp_print("walked over ");
  mgp_print_u32(n);
  mgp_print(" cells, sums ");
  mgp_print_u32(walk);
  mgp_print(" ");
  mgp_print_u32(sum);
  mgp_print("\n");
  mgp_publish_u32(n);
  mgp_publish_u32(walk);
  mgp_publish_u32(sum);
  return 0;
}
