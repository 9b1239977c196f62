#include "vm/hints.h"

#include "vm/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGION_BYTES ((size_t)(MGP_HINT_END - MGP_HINT_START))

static void put_u32(uint8_t *p, size_t v) {
  for (unsigned i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (8 * i));
}

static mgp_status_t too_large(void) {
  return mgp_fail(MGP_RESOURCES, "hints: more than the %zu bytes of the hint region", REGION_BYTES);
}

mgp_status_t mgp_hints_build(const mgp_hint_item_t *items, size_t nitems, uint8_t **out,
                             size_t *nbytes) {
  if (nitems == 0) {
    *out = NULL;
    *nbytes = 0;
    return MGP_OK;
  }
  if (nitems > REGION_BYTES / 4 - 2) return too_large();
  size_t total = 8 + 4 * nitems;
  for (size_t i = 0; i < nitems; i++) {
    if (items[i].nbytes > REGION_BYTES - total) return too_large();
    total += (items[i].nbytes + 3) & ~(size_t)3;
    if (total > REGION_BYTES) return too_large();
  }
  uint8_t *p = calloc(total, 1);
  if (p == NULL) return mgp_fail(MGP_RESOURCES, "hints: no memory for %zu bytes", total);
  size_t at = 8 + 4 * nitems;
  put_u32(p, at);
  put_u32(p + 4, 4);
  for (size_t i = 0; i < nitems; i++) {
    put_u32(p + 8 + 4 * i, items[i].nbytes);
    if (items[i].nbytes > 0) memcpy(p + at, items[i].bytes, items[i].nbytes);
    at += (items[i].nbytes + 3) & ~(size_t)3;
  }
  *out = p;
  *nbytes = total;
  return MGP_OK;
}

/* Reads to the end of the file, so that pipes work too. */
static mgp_status_t read_file(const char *path, uint8_t **out, size_t *nbytes) {
  mgp_status_t st = MGP_OK;
  uint8_t *buf = NULL;
  size_t n = 0, cap = 0;
  FILE *f = fopen(path, "rb");
  if (f == NULL) return mgp_fail(MGP_BAD_INPUT, "hint file %s: %s", path, strerror(errno));
  for (;;) {
    if (n == cap) {
      cap = cap ? 2 * cap : 65536;
      uint8_t *grown = n > REGION_BYTES ? NULL : realloc(buf, cap);
      if (grown == NULL) {
        st = n > REGION_BYTES ? too_large()
                              : mgp_fail(MGP_RESOURCES, "hint file %s: no memory", path);
        goto close;
      }
      buf = grown;
    }
    const size_t got = fread(buf + n, 1, cap - n, f);
    n += got;
    if (got == 0) break;
  }
  if (ferror(f)) {
    st = mgp_fail(MGP_BAD_INPUT, "hint file %s: %s", path, strerror(errno));
    goto close;
  }
  *out = buf;
  *nbytes = n;
  buf = NULL;
close:
  free(buf);
  (void)fclose(f);
  return st;
}

mgp_status_t mgp_hints_read(const char *const *paths, size_t npaths, uint8_t **out,
                            size_t *nbytes) {
  mgp_status_t st = MGP_OK;
  size_t nread = 0;
  mgp_hint_item_t *items = calloc(npaths + 1, sizeof *items);
  uint8_t **bytes = calloc(npaths + 1, sizeof *bytes);
  if (items == NULL || bytes == NULL) {
    st = mgp_fail(MGP_RESOURCES, "hints: no memory for %zu items", npaths);
    goto cleanup;
  }
  for (; nread < npaths; nread++) {
    MGP_TRY_GOTO(st, read_file(paths[nread], &bytes[nread], &items[nread].nbytes), cleanup);
    items[nread].bytes = bytes[nread];
  }
  st = mgp_hints_build(items, npaths, out, nbytes);
cleanup:
  for (size_t i = 0; i < nread; i++) free(bytes[i]);
  free(bytes);
  free(items);
  return st;
}
