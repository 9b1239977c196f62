/* Messages for people, on stderr, and progress of long work.
 *
 * Settings are made once at the start; after that all functions may be called from any thread. Each
 * message is one line and one write, so that lines of several ranks do not mix. */
#ifndef MGP_BASE_LOG_H
#define MGP_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef enum { MGP_LOG_QUIET, MGP_LOG_NORMAL, MGP_LOG_VERBOSE } mgp_log_level_t;

void mgp_log_set_level(mgp_log_level_t level);
/* Only rank 0 writes mgp_log_info and progress. */
void mgp_log_set_rank(uint32_t rank);
/* Lines begin with the rank, as in "[3] ". */
void mgp_log_show_rank(bool show);

/* At every level: what went wrong. */
void mgp_log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Unless quiet: something the user should look at; every rank. */
void mgp_log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Unless quiet. */
void mgp_log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* If verbose; every rank. */
void mgp_log_verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One piece of work at a time: `label` (copied), `total` units in all, 0 if not known. On a
 * terminal a bar that is redrawn, in a log a line now and then (every 10 seconds, and at the end if
 * it took that long). `unit` names what is counted, as in "steps". */
void mgp_log_progress_begin(const char *label, uint64_t total, const char *unit);
void mgp_log_progress_add(uint64_t n);
void mgp_log_progress_end(void);

#endif
