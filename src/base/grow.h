/* Arrays of the C library's heap that grow by doubling. Private to src/base. */
#ifndef MGP_BASE_GROW_H
#define MGP_BASE_GROW_H

#include <stdlib.h>

/* Has room for one entry more of `size` bytes than the `count` there are; *array is NULL at first.
 * 0 if out of memory: then nothing has changed. */
static inline int mgp_grow(void **array, size_t *capacity, size_t count, size_t size) {
  if (count < *capacity) return 1;
  const size_t larger = *capacity ? 2 * *capacity : 64;
  void *grown = realloc(*array, larger * size);
  if (!grown) return 0;
  *array = grown;
  *capacity = larger;
  return 1;
}

#endif
