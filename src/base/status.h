/* Status codes and error messages.
 *
 * Functions that can fail return mgp_status_t; outputs are written only on MGP_OK. The first
 * function that detects an error states it once with mgp_fail(); callers pass the status on with
 * MGP_TRY. The message lives in thread-local storage until the next mgp_fail of the thread. */
#ifndef MGP_BASE_STATUS_H
#define MGP_BASE_STATUS_H

/* name, exit code of the program, description */
#define MGP_STATUS_LIST(X)                                                                         \
  X(MGP_OK, 0, "ok")                                                                               \
  X(MGP_REJECTED, 1, "proof rejected")                                                             \
  X(MGP_TRAPPED, 1, "run trapped")                                                                 \
  X(MGP_USAGE, 2, "usage")                                                                         \
  X(MGP_BAD_INPUT, 3, "bad input")                                                                 \
  X(MGP_RESOURCES, 4, "resources or limits")                                                       \
  X(MGP_IO, 4, "input or output failed")                                                           \
  X(MGP_PEER, 4, "another rank failed")                                                            \
  X(MGP_INTERNAL, 4, "internal error")                                                             \
  X(MGP_STOPPED, 75, "stopped on request")

typedef enum {
#define MGP_STATUS_ENUM(name, code, text) name,
  MGP_STATUS_LIST(MGP_STATUS_ENUM)
#undef MGP_STATUS_ENUM
      MGP_STATUS_COUNT
} mgp_status_t;

/* Records the message (printf format) and returns `status`. */
mgp_status_t mgp_fail(mgp_status_t status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The last message of this thread, "" if none; valid until the next mgp_fail. */
const char *mgp_error_message(void);
int mgp_status_exit_code(mgp_status_t status);
const char *mgp_status_text(mgp_status_t status);

#define MGP_TRY(expr)                                                                              \
  do {                                                                                             \
    mgp_status_t mgp_try_status_ = (expr);                                                         \
    if (mgp_try_status_ != MGP_OK) return mgp_try_status_;                                         \
  } while (0)

/* For functions with a cleanup label: sets `st` and jumps. */
#define MGP_TRY_GOTO(st, expr, label)                                                              \
  do {                                                                                             \
    (st) = (expr);                                                                                 \
    if ((st) != MGP_OK) goto label;                                                                \
  } while (0)

#endif
