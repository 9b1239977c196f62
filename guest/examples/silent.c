/* A guest that writes nothing and commits nothing: its public output is the empty string. It
 * succeeds if the Collatz sequence of its argument reaches 1.
 * Size: the argument. */
#include "mgp_guest.h"

int main(void) {
  uint32_t next, x = mgp_hint_size(837799, &next);
  while (x > 1) {
    if (x % 2 != 0 && x > (UINT32_MAX - 1) / 3) return 1;
    x = x % 2 == 0 ? x / 2 : 3 * x + 1;
  }
  return x == 1 ? 0 : 1;
}
