/* Small helpers of the commands: names of output files, and values as people read them. */
#ifndef MGP_CLI_TEXT_H
#define MGP_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* Where the result made from `input` goes: `given` if it is not NULL, else the input's name in the
 * current folder with `suffix` instead of ".elf". The caller frees *out. MGP_USAGE if that is the
 * input itself, MGP_IO if it cannot be written there. */
mgp_status_t mgp_output_path(const char *input, const char *given, const char *suffix, char **out);

/* The name of that result, nothing else: the caller frees *out. */
mgp_status_t mgp_output_name(const char *input, const char *given, const char *suffix, char **out);

/* Fails (MGP_IO) if a file cannot be written at path; leaves nothing behind. NULL is fine. */
mgp_status_t mgp_output_check(const char *path);

/* Lower-case hexadecimal of n bytes into out[2 n + 1]; returns out. */
char *mgp_hex(char *out, const uint8_t *bytes, size_t n);

/* "4 bytes: 0a1b2c3d", or quoted if it is printable ASCII; long ones are cut. Returns buf. */
enum { MGP_BYTES_TEXT = 200 };
char *mgp_bytes_text(char buf[MGP_BYTES_TEXT], const uint8_t *bytes, size_t n);

/* Finishes j, writes it to the file, and destroys it in any case. */
mgp_status_t mgp_json_write(mgp_json_t *j, const char *path);

#endif
