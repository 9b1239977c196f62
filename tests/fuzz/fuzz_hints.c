/* Hints: an input is a list of items, each a length byte and that many bytes. What is built is read
 * again as a guest does it. */
#include "fuzz.h"
#include "vm/hints.h"
#include "vm/program.h"

#define MAX_ITEMS 300u

unsigned long fuzz_accepted;

const uint8_t *fuzz_seed(unsigned i, size_t *n) {
  static const uint8_t items[] = {4, 1, 2, 3, 4, 0, 5, 'h', 'e', 'l', 'l', 'o', 1, 255};
  *n = sizeof items;
  return i == 0 ? items : NULL;
}

static uint32_t word_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  static mgp_hint_item_t items[MAX_ITEMS];
  size_t count = 0, nbytes;
  uint8_t *region;
  for (size_t at = 0; at < n && count < MAX_ITEMS; count++) {
    size_t len = data[at] < n - at - 1 ? data[at] : n - at - 1;
    items[count] = (mgp_hint_item_t){data + at + 1, len};
    at += 1 + len;
  }
  if (mgp_hints_build(items, count, &region, &nbytes) != MGP_OK) abort();
  fuzz_accepted++;
  if (count == 0) {
    if (region || nbytes) abort();
    return 0;
  }
  if (nbytes % 4 || nbytes > MGP_HINT_END - MGP_HINT_START) abort();
  size_t at = word_at(region);
  if (at != 8 + 4 * count || word_at(region + 4) != 4) abort();
  for (size_t i = 0; i < count; i++) {
    size_t len = word_at(region + 8 + 4 * i);
    if (len != items[i].nbytes || at + len > nbytes) abort();
    if (len && memcmp(region + at, items[i].bytes, len) != 0) abort();
    for (; len % 4; len++)
      if (region[at + len]) abort();
    at += len;
  }
  if (at != nbytes) abort();
  free(region);
  return 0;
}

FUZZ_PLAIN_MUTATOR
