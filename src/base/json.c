#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

struct mgp_json {
  char *text;
  size_t n, cap;
  bool no_memory;
  bool one_line;
  const char *misuse; /* first wrong call */
  unsigned depth;
  char open[DEPTH_MAX]; /* '{' or '[' of each level */
  bool any[DEPTH_MAX];  /* whether the level has a value already */
  bool done;
};

mgp_status_t mgp_json_create(mgp_json_t **out) {
  mgp_json_t *j = calloc(1, sizeof *j);
  if (j == NULL) return mgp_fail(MGP_RESOURCES, "out of memory for a JSON document");
  *out = j;
  return MGP_OK;
}

void mgp_json_one_line(mgp_json_t *j) {
  j->one_line = true;
}

void mgp_json_destroy(mgp_json_t *j) {
  if (j == NULL) return;
  free(j->text);
  free(j);
}

static void put(mgp_json_t *j, const char *s, size_t n) {
  if (j->no_memory) return;
  if (j->cap - j->n <= n) {
    size_t cap = 2 * j->cap + n + 256;
    char *text = realloc(j->text, cap);
    if (text == NULL) {
      j->no_memory = true;
      return;
    }
    j->text = text;
    j->cap = cap;
  }
  memcpy(j->text + j->n, s, n);
  j->n += n;
  j->text[j->n] = '\0';
}

static void put_text(mgp_json_t *j, const char *s) {
  put(j, s, strlen(s));
}

static void put_line(mgp_json_t *j) {
  if (j->one_line) return;
  put(j, "\n", 1);
  for (unsigned i = 0; i < j->depth; i++) put(j, "  ", 2);
}

/* Length of the UTF-8 sequence at s, 0 if it is none (overlong, surrogate, beyond U+10FFFF). */
static size_t utf8_length(const unsigned char *s) {
  static const struct {
    unsigned char low, high, second_low, second_high;
    size_t n;
  } forms[] = {
      {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
      {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
      {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (s[0] < forms[i].low || s[0] > forms[i].high) continue;
    if (forms[i].n > 1 && (s[1] < forms[i].second_low || s[1] > forms[i].second_high)) return 0;
    for (size_t k = 2; k < forms[i].n; k++)
      if (s[k] < 0x80 || s[k] > 0xbf) return 0;
    return forms[i].n;
  }
  return 0;
}

static void put_string(mgp_json_t *j, const char *value) {
  const unsigned char *s = (const unsigned char *)value;
  put(j, "\"", 1);
  while (*s != '\0') {
    size_t n = utf8_length(s);
    char escape[8];
    if (n == 0) {
      put_text(j, "\xef\xbf\xbd");
      s++;
    } else if (*s == '"' || *s == '\\') {
      put(j, (const char[]){'\\', (char)*s++}, 2);
    } else if (*s < 0x20 || *s == 0x7f) {
      (void)snprintf(escape, sizeof escape, "\\u%04x", *s++);
      put_text(j, escape);
    } else {
      put(j, (const char *)s, n);
      s += n;
    }
  }
  put(j, "\"", 1);
}

/* What stands before a value: comma, line, key. */
static void lead(mgp_json_t *j, const char *key) {
  if (j->misuse != NULL) return;
  if (j->depth == 0) {
    if (j->done) j->misuse = "a second outermost value";
    if (key != NULL) j->misuse = "a key outside an object";
    j->done = true;
    return;
  }
  bool in_object = j->open[j->depth - 1] == '{';
  if (in_object != (key != NULL)) {
    j->misuse = in_object ? "a member without a key" : "a key inside an array";
    return;
  }
  if (j->any[j->depth - 1]) put(j, ", ", j->one_line ? 2 : 1);
  j->any[j->depth - 1] = true;
  put_line(j);
  if (key != NULL) {
    put_string(j, key);
    put(j, ": ", 2);
  }
}

static void open_level(mgp_json_t *j, const char *key, char bracket) {
  lead(j, key);
  if (j->misuse == NULL && j->depth == DEPTH_MAX) j->misuse = "nested too deep";
  if (j->misuse != NULL) return;
  put(j, &bracket, 1);
  j->open[j->depth] = bracket;
  j->any[j->depth++] = false;
}

static void close_level(mgp_json_t *j, char bracket, const char *closing) {
  if (j->misuse != NULL) return;
  if (j->depth == 0 || j->open[j->depth - 1] != bracket) {
    j->misuse = "an end without its beginning";
    return;
  }
  bool any = j->any[--j->depth];
  if (any) put_line(j);
  put_text(j, closing);
}

static void value_text(mgp_json_t *j, const char *key, const char *text) {
  lead(j, key);
  put_text(j, text);
}

void mgp_json_object_begin(mgp_json_t *j, const char *key) {
  open_level(j, key, '{');
}
void mgp_json_object_end(mgp_json_t *j) {
  close_level(j, '{', "}");
}
void mgp_json_array_begin(mgp_json_t *j, const char *key) {
  open_level(j, key, '[');
}
void mgp_json_array_end(mgp_json_t *j) {
  close_level(j, '[', "]");
}

void mgp_json_string(mgp_json_t *j, const char *key, const char *value) {
  if (value == NULL) {
    mgp_json_null(j, key);
    return;
  }
  lead(j, key);
  put_string(j, value);
}

void mgp_json_hex(mgp_json_t *j, const char *key, const uint8_t *bytes, size_t n) {
  static const char digit[] = "0123456789abcdef";
  lead(j, key);
  put(j, "\"", 1);
  for (size_t i = 0; i < n; i++)
    put(j, (const char[]){digit[bytes[i] >> 4], digit[bytes[i] & 15]}, 2);
  put(j, "\"", 1);
}

void mgp_json_u64(mgp_json_t *j, const char *key, uint64_t value) {
  char text[32];
  (void)snprintf(text, sizeof text, "%" PRIu64, value);
  value_text(j, key, text);
}

void mgp_json_i64(mgp_json_t *j, const char *key, int64_t value) {
  char text[32];
  (void)snprintf(text, sizeof text, "%" PRId64, value);
  value_text(j, key, text);
}

void mgp_json_f64(mgp_json_t *j, const char *key, double value) {
  char text[40];
  if (!isfinite(value)) {
    mgp_json_null(j, key);
    return;
  }
  /* the shortest of the usual forms that reads back equal */
  for (int digits = 6; digits <= 17; digits++) {
    (void)snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  value_text(j, key, text);
}

void mgp_json_bool(mgp_json_t *j, const char *key, bool value) {
  value_text(j, key, value ? "true" : "false");
}

void mgp_json_null(mgp_json_t *j, const char *key) {
  value_text(j, key, "null");
}

mgp_status_t mgp_json_finish(mgp_json_t *j, const char **text, size_t *n) {
  if (j->misuse == NULL && (j->depth != 0 || !j->done)) j->misuse = "not complete";
  if (j->misuse != NULL) return mgp_fail(MGP_INTERNAL, "JSON document: %s", j->misuse);
  if (j->n == 0 || j->text[j->n - 1] != '\n') put(j, "\n", 1);
  if (j->no_memory) return mgp_fail(MGP_RESOURCES, "out of memory for a JSON document");
  *text = j->text;
  *n = j->n;
  return MGP_OK;
}
