/* Guest programs that are part of mgprove: for demo and bench. Written by cmake/guests.cmake from
 * guest/prebuilt. */
#ifndef MGP_CLI_GUESTS_H
#define MGP_CLI_GUESTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;
  const uint8_t *elf;
  size_t nelf;
} mgp_guest_t;

extern const mgp_guest_t mgp_guests[]; /* ends with name NULL */

/* NULL if there is none of that name. */
const mgp_guest_t *mgp_guest_find(const char *name);

#endif
