/* Numbers as people write them on a command line. All of the text must be the number. */
#ifndef MGP_BASE_PARSE_H
#define MGP_BASE_PARSE_H

#include <stdint.h>

#include "base/status.h"

/* Decimal, or hexadecimal after 0x. `what` names the value in messages (MGP_USAGE). */
mgp_status_t mgp_parse_u64(const char *text, const char *what, uint64_t min, uint64_t max,
                           uint64_t *out);

/* Bytes: a decimal number, with a fraction if wanted, and K, M, G or T (powers of 1024; KiB and KB
 * mean the same), as in 4G or 1.5GiB. Rounded down. */
mgp_status_t mgp_parse_size(const char *text, const char *what, uint64_t *out);

/* The reverse, for messages: "1.5 GiB". Returns buf. */
const char *mgp_format_size(uint64_t nbytes, char buf[32]);

#endif
