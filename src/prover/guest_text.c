#include "prover/guest_text.h"

#include <stdio.h>
#include <string.h>

/* In front of the bytes of a write. */
typedef struct {
  uint32_t fd;
  uint32_t nbytes;
} head_t;

static void print(mgp_guest_text_t *t, uint32_t fd, const uint8_t *bytes, size_t nbytes) {
  const size_t known = t->again < nbytes ? (size_t)t->again : nbytes;
  t->again -= known;
  t->printed += nbytes - known;
  fwrite(bytes + known, 1, nbytes - known, fd == 1 ? stdout : stderr);
}

int mgp_guest_text_write(mgp_guest_text_t *t, uint32_t fd, const void *bytes, size_t nbytes) {
  const head_t head = {fd, (uint32_t)nbytes};
  if (t->open) {
    print(t, fd, bytes, nbytes);
    return 1;
  }
  if (nbytes > sizeof t->held || t->nheld + sizeof head + nbytes > sizeof t->held) return 0;
  memcpy(t->held + t->nheld, &head, sizeof head);
  memcpy(t->held + t->nheld + sizeof head, bytes, nbytes);
  t->nheld += sizeof head + nbytes;
  return 1;
}

void mgp_guest_text_open(mgp_guest_text_t *t) {
  head_t head;
  for (size_t at = 0; at < t->nheld; at += sizeof head + head.nbytes) {
    memcpy(&head, t->held + at, sizeof head);
    print(t, head.fd, t->held + at + sizeof head, head.nbytes);
  }
  t->nheld = 0;
  t->open = 1;
}

void mgp_guest_text_restart(mgp_guest_text_t *t) {
  t->nheld = 0;
  t->again = t->printed;
}
