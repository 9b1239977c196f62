/* Keccak-256: Keccak-f[1600] at rate 136 bytes (G. Bertoni et al., The Keccak reference, 2011). */
#include "mgp_guest.h"

#define RATE 136

static const uint64_t round_constant[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

#define ROTL(x, n) ((x) << (n) | (x) >> (64 - (n)))

static void permute(uint64_t a[25]) {
  uint64_t b[25];
  for (uint32_t r = 0; r < 24; r++) {
    uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    uint64_t d0 = c4 ^ ROTL(c1, 1), d1 = c0 ^ ROTL(c2, 1), d2 = c1 ^ ROTL(c3, 1);
    uint64_t d3 = c2 ^ ROTL(c4, 1), d4 = c3 ^ ROTL(c0, 1);
    /* theta, rho and pi: lane `from` of column x goes to `to`, turned by n bits */
    b[0] = a[0] ^ d0;
#define M(to, from, x, n) b[to] = ROTL(a[from] ^ d##x, n)
    M(16, 5, 0, 36), M(7, 10, 0, 3), M(23, 15, 0, 41), M(14, 20, 0, 18);
    M(10, 1, 1, 1), M(1, 6, 1, 44), M(17, 11, 1, 10), M(8, 16, 1, 45), M(24, 21, 1, 2);
    M(20, 2, 2, 62), M(11, 7, 2, 6), M(2, 12, 2, 43), M(18, 17, 2, 15), M(9, 22, 2, 61);
    M(5, 3, 3, 28), M(21, 8, 3, 55), M(12, 13, 3, 25), M(3, 18, 3, 21), M(19, 23, 3, 56);
    M(15, 4, 4, 27), M(6, 9, 4, 20), M(22, 14, 4, 39), M(13, 19, 4, 8), M(4, 24, 4, 14);
#undef M
    for (uint32_t y = 0; y < 25; y += 5) {
      uint64_t b0 = b[y], b1 = b[y + 1], b2 = b[y + 2], b3 = b[y + 3], b4 = b[y + 4];
      a[y] = b0 ^ (~b1 & b2);
      a[y + 1] = b1 ^ (~b2 & b3);
      a[y + 2] = b2 ^ (~b3 & b4);
      a[y + 3] = b3 ^ (~b4 & b0);
      a[y + 4] = b4 ^ (~b0 & b1);
    }
    a[0] ^= round_constant[r];
  }
}

void mgp_keccak_init(mgp_keccak_t *k) {
  memset(k, 0, sizeof *k);
}

void mgp_keccak_update(mgp_keccak_t *k, const void *bytes, uint32_t nbytes) {
  const uint8_t *s = bytes;
  uint8_t *block = (uint8_t *)k->lane;
  while (nbytes > 0) {
    uint32_t n = RATE - k->fill < nbytes ? RATE - k->fill : nbytes, i = 0;
    uint8_t *d = block + k->fill;
    if ((((uintptr_t)d | (uintptr_t)s) & 3) == 0)
      for (; i + 4 <= n; i += 4) *(uint32_t *)(d + i) ^= *(const uint32_t *)(s + i);
    for (; i < n; i++) d[i] ^= s[i];
    s += n;
    nbytes -= n;
    k->fill += n;
    if (k->fill == RATE) {
      permute(k->lane);
      k->fill = 0;
    }
  }
}

void mgp_keccak_final(mgp_keccak_t *k, uint8_t digest[32]) {
  uint8_t *block = (uint8_t *)k->lane;
  block[k->fill] ^= 0x01;
  block[RATE - 1] ^= 0x80;
  permute(k->lane);
  memcpy(digest, k->lane, 32);
}
