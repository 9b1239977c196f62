/* Keccak-256 of a hinted file. Publishes the digest.
 * Size: bytes to hash, from the file repeated end to end; without a size word the file as it is,
 * without a file pseudo-random bytes. */
#include "mgp_guest.h"

#include "message.h"

static void update(void *state, const uint8_t *bytes, uint32_t nbytes) {
  mgp_keccak_update(state, bytes, nbytes);
}

int main(void) {
  static mgp_keccak_t k;
  static uint32_t digest[8];
  mgp_keccak_init(&k);
  message_feed(2000, update, &k);
  mgp_keccak_final(&k, (uint8_t *)digest);
  message_report("Keccak-256", (const uint8_t *)digest);
  return 0;
}
