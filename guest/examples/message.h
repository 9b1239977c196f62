/* The message of the hashing examples, and what they print. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "mgp_guest.h"

static uint32_t message_nbytes;

/* Feeds the message in pieces: a hinted file as it is, or `size` bytes of the file repeated end to
 * end, or `size` pseudo-random bytes if there is no file. */
static void message_feed(uint32_t fallback, void (*update)(void *, const uint8_t *, uint32_t),
                         void *state) {
  uint32_t next, left = mgp_hint_size(fallback, &next);
  if (mgp_hint_count() > next) {
    mgp_hint_t file = mgp_hint(next);
    if (next == 0) left = file.nbytes;
    if (file.nbytes == 0) left = 0;
    message_nbytes = left;
    for (; left > file.nbytes; left -= file.nbytes) update(state, file.data, file.nbytes);
    update(state, file.data, left);
    return;
  }
  message_nbytes = left;
  uint32_t seed = 0x6d677076;
  while (left > 0) {
    static uint32_t block[64];
    for (uint32_t i = 0; i < 64; i++) block[i] = mgp_random(&seed);
    uint32_t n = left < sizeof block ? left : sizeof block;
    update(state, (const uint8_t *)block, n);
    left -= n;
  }
}

static void message_report(const char *name, const uint8_t digest[32]) {
  mgp_print(name);
  mgp_print(" of ");
  mgp_print_u32(message_nbytes);
  mgp_print(" bytes: ");
  mgp_print_hex(digest, 32);
  mgp_print("\n");
  mgp_publish(digest, 32);
}

#endif
