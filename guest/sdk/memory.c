/* The functions that compilers call on their own. Built with -fno-builtin, so that no loop here is
 * turned into a call of itself. */
#include "mgp_guest.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n) {
  uint8_t *d = dst;
  const uint8_t *s = src;
  if ((((uintptr_t)d | (uintptr_t)s) & 3) == 0)
    for (; n >= 4; n -= 4, d += 4, s += 4) *(uint32_t *)d = *(const uint32_t *)s;
  for (; n > 0; n--) *d++ = *s++;
  return dst;
}

void *memmove(void *dst, const void *src, size_t n) {
  uint8_t *d = dst;
  const uint8_t *s = src;
  if ((uintptr_t)d - (uintptr_t)s >= n) return memcpy(dst, src, n);
  while (n > 0) {
    n--;
    d[n] = s[n];
  }
  return dst;
}

void *memset(void *dst, int value, size_t n) {
  uint8_t *d = dst;
  uint32_t word = (uint8_t)value * 0x01010101u;
  for (; n > 0 && ((uintptr_t)d & 3) != 0; n--) *d++ = (uint8_t)value;
  for (; n >= 4; n -= 4, d += 4) *(uint32_t *)d = word;
  for (; n > 0; n--) *d++ = (uint8_t)value;
  return dst;
}

int memcmp(const void *a, const void *b, size_t n) {
  const uint8_t *x = a, *y = b;
  for (size_t i = 0; i < n; i++)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t n = 0;
  while (text[n] != 0) n++;
  return n;
}
