/* F(n) in full, by n additions of big numbers. Publishes its decimal digits.
 * Size: n. */
#include "mgp_guest.h"

#define BASE 1000000000u /* one limb: nine decimal digits */

/* a += b; returns the limbs of the sum. Both have n limbs, and room for one more. */
static uint32_t add(uint32_t *a, const uint32_t *b, uint32_t n) {
  uint32_t carry = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t sum = a[i] + b[i] + carry;
    carry = sum >= BASE;
    a[i] = carry ? sum - BASE : sum;
  }
  if (carry) a[n++] = 1;
  return n;
}

static uint32_t digits(char *text, const uint32_t *a, uint32_t n) {
  uint32_t ntext = 0;
  for (uint32_t i = n; i-- > 0;) {
    uint32_t limb = a[i];
    for (uint32_t k = 9; k-- > 0; limb /= 10) text[ntext + k] = (char)('0' + limb % 10);
    ntext += 9;
  }
  uint32_t zeros = 0;
  while (zeros + 1 < ntext && text[zeros] == '0') zeros++;
  memmove(text, text + zeros, ntext - zeros);
  return ntext - zeros;
}

int main(void) {
  uint32_t next, n = mgp_hint_size(1500, &next);
  /* F(n) < 2^(0.6943 n) < 10^(0.21 n), so n / 42 limbs are enough */
  uint32_t room = n / 42 + 3, nlimbs = 1;
  uint32_t *a = mgp_alloc(room * 4), *b = mgp_alloc(room * 4);
  char *text = mgp_alloc(room * 9);
  b[0] = 1; /* a = F(i), b = F(i + 1) */
  for (uint32_t i = 0; i < n; i++) {
    nlimbs = add(a, b, nlimbs);
    uint32_t *t = a;
    a = b;
    b = t;
  }
  uint32_t ntext = digits(text, a, nlimbs);
  mgp_print("F(");
  mgp_print_u32(n);
  mgp_print(") has ");
  mgp_print_u32(ntext);
  mgp_print(" digits and ends in ");
  mgp_write(MGP_FD_OUT, ntext > 20 ? text + ntext - 20 : text, ntext > 20 ? 20 : ntext);
  mgp_print("\n");
  mgp_publish(text, ntext);
  return 0;
}
