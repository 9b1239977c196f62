#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

mgp_status_t mgp_parse_u64(const char *text, const char *what, uint64_t min, uint64_t max,
                           uint64_t *out) {
  int hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char *digits = hex ? text + 2 : text;
  char *end = NULL;
  errno = 0;
  /* strtoull takes signs and blanks */
  unsigned long long v = 0;
  int starts = hex ? isxdigit((unsigned char)digits[0]) : isdigit((unsigned char)digits[0]);
  if (starts) v = strtoull(text, &end, hex ? 16 : 10);
  if (!starts || *end != '\0')
    return mgp_fail(MGP_USAGE, "%s: \"%s\" is not a whole number", what, text);
  if (errno == ERANGE || v < min || v > max)
    return mgp_fail(MGP_USAGE, "%s: %s is not between %llu and %llu", what, text,
                    (unsigned long long)min, (unsigned long long)max);
  *out = v;
  return MGP_OK;
}

static const char units[] = "KMGT";

mgp_status_t mgp_parse_size(const char *text, const char *what, uint64_t *out) {
  const char *p = text;
  uint64_t whole = 0, fraction = 0, scale = 1;
  int digits = 0, too_large = 0;
  for (; isdigit((unsigned char)*p); p++, digits++)
    too_large |= __builtin_mul_overflow(whole, 10u, &whole) ||
                 __builtin_add_overflow(whole, (uint64_t)(*p - '0'), &whole);
  if (*p == '.') {
    for (p++; isdigit((unsigned char)*p); p++, digits++) {
      if (scale >= 1000000) continue; /* finer digits do not matter, and must not overflow */
      fraction = fraction * 10 + (uint64_t)(*p - '0');
      scale *= 10;
    }
  }
  unsigned shift = 0;
  const char *unit = *p != '\0' ? strchr(units, toupper((unsigned char)*p)) : NULL;
  if (unit != NULL) {
    shift = 10 * (unsigned)(unit - units + 1);
    p++;
    if (*p == 'i' && (p[1] == 'B' || p[1] == 'b')) p++;
  }
  if (*p == 'B' || *p == 'b') p++;
  if (digits == 0 || *p != '\0')
    return mgp_fail(MGP_USAGE, "%s: \"%s\" is not a size such as 512M or 1.5G", what, text);
  uint64_t bytes = whole << shift;
  too_large |=
      bytes >> shift != whole || __builtin_add_overflow(bytes, (fraction << shift) / scale, &bytes);
  if (too_large) return mgp_fail(MGP_USAGE, "%s: %s does not fit in 64 bits", what, text);
  *out = bytes;
  return MGP_OK;
}

const char *mgp_format_size(uint64_t nbytes, char buf[32]) {
  unsigned unit = 0;
  double v = (double)nbytes;
  for (; v >= 1024 && unit < sizeof units - 1; unit++) v /= 1024;
  if (unit == 0)
    (void)snprintf(buf, 32, "%llu B", (unsigned long long)nbytes);
  else
    (void)snprintf(buf, 32, "%.1f %ciB", v, units[unit - 1]);
  return buf;
}
