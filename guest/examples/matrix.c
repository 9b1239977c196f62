/* Product of two n x n matrices of 32-bit words (mod 2^32), checked by Freivalds' test: A (B r) =
 * C r for random vectors r (R. Freivalds, Probabilistic machines can use less running time, 1977).
 * Publishes n and a checksum of the product.
 * Size: n; steps grow with its cube. */
#include "mgp_guest.h"

#define ROUNDS 4

static void multiply_vector(const uint32_t *m, const uint32_t *x, uint32_t *y, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint32_t k = 0; k < n; k++) sum += m[i * n + k] * x[k];
    y[i] = sum;
  }
}

int main(void) {
  uint32_t next, n = mgp_hint_size(40, &next), seed = 0x6d677076, nn = n * n;
  if (n > 4096) mgp_panic("matrix too large");
  uint32_t *a = mgp_alloc(nn * 4), *b = mgp_alloc(nn * 4), *c = mgp_alloc(nn * 4);
  for (uint32_t i = 0; i < nn; i++) {
    a[i] = mgp_random(&seed);
    b[i] = mgp_random(&seed);
  }
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t k = 0; k < n; k++) {
      uint32_t x = a[i * n + k];
      for (uint32_t j = 0; j < n; j++) c[i * n + j] += x * b[k * n + j];
    }

  uint32_t *r = mgp_alloc(n * 4), *br = mgp_alloc(n * 4), *abr = mgp_alloc(n * 4);
  uint32_t *cr = mgp_alloc(n * 4);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    for (uint32_t i = 0; i < n; i++) r[i] = mgp_random(&seed);
    multiply_vector(b, r, br, n);
    multiply_vector(a, br, abr, n);
    multiply_vector(c, r, cr, n);
    if (memcmp(abr, cr, n * 4) != 0) mgp_panic("wrong product");
  }

  uint32_t checksum = 0;
  for (uint32_t i = 0; i < nn; i++) checksum = checksum * 31 + c[i];
  mgp_print("product of two matrices of ");
  mgp_print_u32(n);
  mgp_print(" rows, checksum ");
  mgp_print_u32(checksum);
  mgp_print("\n");
  mgp_publish_u32(n);
  mgp_publish_u32(checksum);
  return 0;
}
