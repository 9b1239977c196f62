/* A small JSON writer into memory. Calls come in document order; `key` is the member's name inside
 * an object and NULL inside an array (and for the outermost value). Errors (memory, wrong nesting)
 * are kept and reported once, by mgp_json_finish.
 *
 * Strings may hold any bytes: what is not UTF-8 is written as U+FFFD. Numbers that JSON does not
 * have (infinities, NaN) are written as null. */
#ifndef MGP_BASE_JSON_H
#define MGP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct mgp_json mgp_json_t;

mgp_status_t mgp_json_create(mgp_json_t **out);
/* From now on without line breaks: a document of one line, as logs of events want it. */
void mgp_json_one_line(mgp_json_t *j);
void mgp_json_destroy(mgp_json_t *j);

void mgp_json_object_begin(mgp_json_t *j, const char *key);
void mgp_json_object_end(mgp_json_t *j);
void mgp_json_array_begin(mgp_json_t *j, const char *key);
void mgp_json_array_end(mgp_json_t *j);
void mgp_json_string(mgp_json_t *j, const char *key, const char *value); /* NULL: null */
void mgp_json_hex(mgp_json_t *j, const char *key, const uint8_t *bytes, size_t n);
void mgp_json_u64(mgp_json_t *j, const char *key, uint64_t value);
void mgp_json_i64(mgp_json_t *j, const char *key, int64_t value);
void mgp_json_f64(mgp_json_t *j, const char *key, double value); /* reads back equal */
void mgp_json_bool(mgp_json_t *j, const char *key, bool value);
void mgp_json_null(mgp_json_t *j, const char *key);

/* The whole text, ending in a newline (and a NUL that *n does not count). It belongs to j. */
mgp_status_t mgp_json_finish(mgp_json_t *j, const char **text, size_t *n);

#endif
