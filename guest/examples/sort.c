/* Quicksort of n pseudo-random words followed by the words of a hinted file, if there is one.
 * Publishes how many, and a checksum of the sorted sequence.
 * Size: n. */
#include "mgp_guest.h"

static void insertion_sort(uint32_t *a, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint32_t x = a[i], k = i;
    for (; k > 0 && a[k - 1] > x; k--) a[k] = a[k - 1];
    a[k] = x;
  }
}

static uint32_t median(uint32_t x, uint32_t y, uint32_t z) {
  if (x > y) {
    uint32_t t = x;
    x = y;
    y = t;
  }
  return z <= x ? x : z >= y ? y : z;
}

static void quicksort(uint32_t *a, uint32_t n) {
  while (n > 12) {
    uint32_t pivot = median(a[0], a[n / 2], a[n - 1]);
    uint32_t i = 0, k = n - 1;
    for (;; i++, k--) {
      while (a[i] < pivot) i++;
      while (a[k] > pivot) k--;
      if (i >= k) break;
      uint32_t t = a[i];
      a[i] = a[k];
      a[k] = t;
    }
    /* recursion into the shorter part bounds the stack by log2(n) frames */
    uint32_t left = k + 1;
    if (left < n - left) {
      quicksort(a, left);
      a += left;
      n -= left;
    } else {
      quicksort(a + left, n - left);
      n = left;
    }
  }
  insertion_sort(a, n);
}

int main(void) {
  uint32_t next, nrandom = mgp_hint_size(4000, &next);
  mgp_hint_t file = {0, 0};
  if (mgp_hint_count() > next) file = mgp_hint(next);
  uint32_t n = nrandom + file.nbytes / 4, seed = 0x6d677076;
  if (n > 1u << 25) mgp_panic("too many words to sort");
  uint32_t *a = mgp_alloc(n * 4);
  for (uint32_t i = 0; i < nrandom; i++) a[i] = mgp_random(&seed);
  memcpy(a + nrandom, file.data, file.nbytes & ~3u);

  uint32_t sum = 0, mix = 0;
  for (uint32_t i = 0; i < n; i++) {
    sum += a[i];
    mix ^= a[i] * (a[i] | 1);
  }
  quicksort(a, n);
  uint32_t checksum = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && a[i - 1] > a[i]) mgp_panic("not in order");
    sum -= a[i];
    mix ^= a[i] * (a[i] | 1);
    checksum = checksum * 31 + a[i];
  }
  if (sum != 0 || mix != 0) mgp_panic("not a permutation");

  mgp_print("sorted ");
  mgp_print_u32(n);
  mgp_print(" words, checksum ");
  mgp_print_u32(checksum);
  mgp_print("\n");
  mgp_publish_u32(n);
  mgp_publish_u32(checksum);
  return 0;
}
