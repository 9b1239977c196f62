#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char message[1024];

mgp_status_t mgp_fail(mgp_status_t status, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  (void)vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  return status;
}

const char *mgp_error_message(void) {
  return message;
}

int mgp_status_exit_code(mgp_status_t status) {
  static const int code[] = {
#define MGP_STATUS_CODE(name, exit_code, text) exit_code,
      MGP_STATUS_LIST(MGP_STATUS_CODE)
#undef MGP_STATUS_CODE
  };
  return (unsigned)status < MGP_STATUS_COUNT ? code[status] : 4;
}

const char *mgp_status_text(mgp_status_t status) {
  static const char *const text_of[] = {
#define MGP_STATUS_TEXT(name, exit_code, text) text,
      MGP_STATUS_LIST(MGP_STATUS_TEXT)
#undef MGP_STATUS_TEXT
  };
  return (unsigned)status < MGP_STATUS_COUNT ? text_of[status] : "unknown status";
}
