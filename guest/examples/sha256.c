/* SHA-256 (FIPS 180-4) of a hinted file. Publishes the digest.
 * Size: bytes to hash, from the file repeated end to end; without a size word the file as it is,
 * without a file pseudo-random bytes. */
#include "mgp_guest.h"

#include "message.h"

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

typedef struct {
  uint32_t h[8];
  uint8_t block[64];
  uint32_t fill, nbytes;
} sha256_t;

static inline uint32_t rotr(uint32_t x, uint32_t n) {
  return x >> n | x << (32 - n);
}

static uint32_t load_be(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be(uint8_t *p, uint32_t x) {
  for (uint32_t i = 0; i < 4; i++) p[i] = (uint8_t)(x >> (24 - 8 * i));
}

static void compress(uint32_t h[8], const uint8_t block[64]) {
  uint32_t w[64];
  for (uint32_t i = 0; i < 16; i++) w[i] = load_be(block + 4 * i);
  for (uint32_t i = 16; i < 64; i++) {
    uint32_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[i - 7] +
           (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
  }
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], s = h[7];
  for (uint32_t i = 0; i < 64; i++) {
    uint32_t t1 =
        s + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) + k256[i] + w[i];
    uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
    s = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + t2;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d;
  h[4] += e, h[5] += f, h[6] += g, h[7] += s;
}

static void update(void *state, const uint8_t *bytes, uint32_t nbytes) {
  sha256_t *s = state;
  s->nbytes += nbytes;
  while (nbytes > 0) {
    uint32_t n = 64 - s->fill < nbytes ? 64 - s->fill : nbytes;
    memcpy(s->block + s->fill, bytes, n);
    bytes += n;
    nbytes -= n;
    s->fill += n;
    if (s->fill == 64) {
      compress(s->h, s->block);
      s->fill = 0;
    }
  }
}

static void final(sha256_t *s, uint8_t digest[32]) {
  static const uint8_t padding[64] = {0x80};
  uint8_t length[8] = {0};
  store_be(length, s->nbytes >> 29);
  store_be(length + 4, s->nbytes << 3);
  update(s, padding, (s->fill < 56 ? 56 : 120) - s->fill);
  update(s, length, 8);
  for (uint32_t i = 0; i < 8; i++) store_be(digest + 4 * i, s->h[i]);
}

int main(void) {
  static sha256_t s = {.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                             0x1f83d9ab, 0x5be0cd19}};
  uint8_t digest[32];
  message_feed(2000, update, &s);
  final(&s, digest);
  message_report("SHA-256", digest);
  return 0;
}
