/* What happens, for a script that follows: one JSON object per line, written as it happens.
 *
 * Each line has "version" (of this schema), "event", "time" (seconds since 1970) and the members
 * of its event, all listed in docs/operations.md. A change that a reader could stumble over raises
 * the version; new events and members do not. Rank 0 writes; without an open file nothing is done.
 * One thread at a time. */
#ifndef MGP_CLI_EVENTS_H
#define MGP_CLI_EVENTS_H

#include "base/json.h"

#define MGP_EVENTS_VERSION 1u

/* Appends to the file (which may be a pipe). MGP_IO if that cannot be. */
mgp_status_t mgp_events_open(const char *path);
void mgp_events_close(void);

/* An open object for the members of an event, or NULL if nobody listens. */
mgp_json_t *mgp_event_begin(const char *event);
/* Writes and destroys it. NULL is fine. A file that cannot be written any more gets one warning. */
void mgp_event_end(mgp_json_t *j);

#endif
