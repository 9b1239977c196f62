/* Private input of a run: the initial contents of the hint region.
 *
 * Layout (little-endian words at MGP_HINT_START): {data_offset, 4, length of item 0, length of
 * item 1, ...}, then the items in order from byte data_offset of the region, each padded with zeros
 * to a multiple of 4 bytes. data_offset = 8 + 4 * (number of items). */
#ifndef MGP_VM_HINTS_H
#define MGP_VM_HINTS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const uint8_t *bytes;
  size_t nbytes;
} mgp_hint_item_t;

/* Builds the region's contents in *out (caller frees with free()), *nbytes a multiple of 4.
 * No items: no bytes and *out = NULL. MGP_RESOURCES if they do not fit into the region. */
mgp_status_t mgp_hints_build(const mgp_hint_item_t *items, size_t nitems, uint8_t **out,
                             size_t *nbytes);

/* The same from files, one item each. MGP_BAD_INPUT names a file that cannot be read. */
mgp_status_t mgp_hints_read(const char *const *paths, size_t npaths, uint8_t **out, size_t *nbytes);

#endif
