/* Keccak-256: the sponge Keccak[c = 512] with 32 bytes of output and Keccak's original padding
 * 0x01 .. 0x80 (Bertoni, Daemen, Peeters, Van Assche, "The Keccak reference" 3.0, 2011), not the
 * 0x06 of FIPS 202. */
#ifndef MGP_BASE_KECCAK_H
#define MGP_BASE_KECCAK_H

#include <stddef.h>
#include <stdint.h>

#define MGP_KECCAK_RATE 136u /* bytes absorbed per permutation */

typedef struct {
  uint64_t lane[25]; /* lane x + 5 y */
  uint32_t pos;      /* bytes absorbed since the last permutation, < MGP_KECCAK_RATE */
} mgp_keccak_t;

void mgp_keccak_init(mgp_keccak_t *k);
void mgp_keccak_update(mgp_keccak_t *k, const void *bytes, size_t nbytes);
/* Writes the digest; k must be initialised again before another use. */
void mgp_keccak_final(mgp_keccak_t *k, uint8_t digest[32]);

void mgp_keccak256(const void *bytes, size_t nbytes, uint8_t digest[32]);

#endif
