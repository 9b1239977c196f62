/* What a guest prints to fd 1 and 2, on its way to the user: not before it is known that there will
 * be a proof, and once, though the run may be executed a second time from its entry. One thread's.
 * Private to src/prover. */
#ifndef MGP_PROVER_GUEST_TEXT_H
#define MGP_PROVER_GUEST_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define MGP_GUEST_TEXT_HELD (64u << 10) /* bytes that are held back, at most */

/* Zero-initialised: it holds back. */
typedef struct {
  uint64_t printed; /* bytes */
  uint64_t again;   /* ... of which the next so many have been printed before */
  int open;         /* nothing is held back */
  size_t nheld;
  uint8_t held[MGP_GUEST_TEXT_HELD]; /* of each write the fd, its length, its bytes */
} mgp_guest_text_t;

/* 0: it must be held back, and there is no room for it; nothing has been done. */
int mgp_guest_text_write(mgp_guest_text_t *t, uint32_t fd, const void *bytes, size_t nbytes);
/* Prints what is held, and what comes from now on at once. */
void mgp_guest_text_open(mgp_guest_text_t *t);
/* The run begins again: what is held is dropped, what has been printed is passed over. */
void mgp_guest_text_restart(mgp_guest_text_t *t);

#endif
