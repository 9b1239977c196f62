#include "cli/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

mgp_status_t mgp_output_check(const char *path) {
  mgp_file_t *f;
  if (!path) return MGP_OK;
  MGP_TRY(mgp_file_create(path, &f));
  mgp_file_abandon(f);
  return MGP_OK;
}

mgp_status_t mgp_output_name(const char *input, const char *given, const char *suffix, char **out) {
  const char *slash = strrchr(input, '/'), *name = slash ? slash + 1 : input;
  size_t n = strlen(name), cap = (given ? strlen(given) : n + strlen(suffix)) + 1;
  char *path = malloc(cap);
  if (!path) return mgp_fail(MGP_RESOURCES, "out of memory for a file name");
  if (n > 4 && strcmp(name + n - 4, ".elf") == 0) n -= 4;
  if (given)
    (void)snprintf(path, cap, "%s", given);
  else
    (void)snprintf(path, cap, "%.*s%s", (int)n, name, suffix);
  *out = path;
  return MGP_OK;
}

mgp_status_t mgp_output_path(const char *input, const char *given, const char *suffix, char **out) {
  struct stat a, b;
  char *path;
  MGP_TRY(mgp_output_name(input, given, suffix, &path));
  mgp_status_t st = MGP_OK;
  if (stat(input, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    st = mgp_fail(MGP_USAGE, "%s: the output would replace the input (use -o FILE)", path);
  if (st == MGP_OK) st = mgp_output_check(path);
  if (st == MGP_OK)
    *out = path;
  else
    free(path);
  return st;
}

char *mgp_hex(char *out, const uint8_t *bytes, size_t n) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  out[2 * n] = '\0';
  return out;
}

char *mgp_bytes_text(char buf[MGP_BYTES_TEXT], const uint8_t *bytes, size_t n) {
  enum { MOST_TEXT = 120, MOST_HEX = 64 };
  bool printable = n > 0;
  for (size_t i = 0; i < n; i++) printable = printable && isprint(bytes[i]) && bytes[i] != '"';
  int at = snprintf(buf, MGP_BYTES_TEXT, "%zu byte%s%s", n, n == 1 ? "" : "s", n ? ": " : "");
  if (printable) {
    size_t show = n < MOST_TEXT ? n : MOST_TEXT;
    (void)snprintf(buf + at, MGP_BYTES_TEXT - (size_t)at, "\"%.*s%s\"", (int)show,
                   (const char *)bytes, show < n ? "..." : "");
  } else if (n) {
    size_t show = n < MOST_HEX ? n : MOST_HEX;
    mgp_hex(buf + at, bytes, show);
    if (show < n) strcat(buf, "...");
  }
  return buf;
}

mgp_status_t mgp_json_write(mgp_json_t *j, const char *path) {
  const char *text;
  size_t n;
  mgp_status_t st = mgp_json_finish(j, &text, &n);
  if (st == MGP_OK) st = mgp_file_write(path, text, n);
  mgp_json_destroy(j);
  return st;
}
