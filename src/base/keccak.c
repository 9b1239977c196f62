#include "base/keccak.h"

#include <string.h>

static uint64_t rotl(uint64_t v, unsigned n) {
  return n == 0 ? v : v << n | v >> (64 - n);
}

static void permute(uint64_t a[25]) {
  static const uint64_t round_constant[24] = {
      0x0000000000000001u, 0x0000000000008082u, 0x800000000000808au, 0x8000000080008000u,
      0x000000000000808bu, 0x0000000080000001u, 0x8000000080008081u, 0x8000000000008009u,
      0x000000000000008au, 0x0000000000000088u, 0x0000000080008009u, 0x000000008000000au,
      0x000000008000808bu, 0x800000000000008bu, 0x8000000000008089u, 0x8000000000008003u,
      0x8000000000008002u, 0x8000000000000080u, 0x000000000000800au, 0x800000008000000au,
      0x8000000080008081u, 0x8000000000008080u, 0x0000000080000001u, 0x8000000080008008u};
  /* rotation of lane x + 5 y */
  static const uint8_t rotation[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                       25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
  for (unsigned round = 0; round < 24; round++) {
    uint64_t c[5], b[25];
    for (unsigned x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (unsigned x = 0; x < 5; x++) {
      uint64_t d = c[(x + 4) % 5] ^ rotl(c[(x + 1) % 5], 1);
      for (unsigned y = 0; y < 5; y++)
        b[y + 5 * ((2 * x + 3 * y) % 5)] = rotl(a[x + 5 * y] ^ d, rotation[x + 5 * y]);
    }
    for (unsigned y = 0; y < 25; y += 5)
      for (unsigned x = 0; x < 5; x++)
        a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
    a[0] ^= round_constant[round];
  }
}

static void absorb(mgp_keccak_t *k, uint8_t byte) {
  k->lane[k->pos >> 3] ^= (uint64_t)byte << (8 * (k->pos & 7));
  if (++k->pos == MGP_KECCAK_RATE) {
    permute(k->lane);
    k->pos = 0;
  }
}

void mgp_keccak_init(mgp_keccak_t *k) {
  memset(k, 0, sizeof *k);
}

void mgp_keccak_update(mgp_keccak_t *k, const void *bytes, size_t nbytes) {
  const uint8_t *p = bytes;
  for (size_t i = 0; i < nbytes; i++) absorb(k, p[i]);
}

void mgp_keccak_final(mgp_keccak_t *k, uint8_t digest[32]) {
  k->lane[k->pos >> 3] ^= (uint64_t)0x01 << (8 * (k->pos & 7));
  k->lane[MGP_KECCAK_RATE / 8 - 1] ^= (uint64_t)0x80 << 56;
  permute(k->lane);
  for (unsigned i = 0; i < 32; i++) digest[i] = (uint8_t)(k->lane[i >> 3] >> (8 * (i & 7)));
}

void mgp_keccak256(const void *bytes, size_t nbytes, uint8_t digest[32]) {
  mgp_keccak_t k;
  mgp_keccak_init(&k);
  mgp_keccak_update(&k, bytes, nbytes);
  mgp_keccak_final(&k, digest);
}
