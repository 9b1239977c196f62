/* A request to stop: by a signal, or because the time that a batch system gives is nearly over.
 *
 * The request is one flag of the process. A signal handler sets it and does nothing else; the work
 * asks for it at places where it can be left (between two pieces of a few seconds at most), fails
 * with MGP_STOPPED there, and that status reaches the other ranks like any failure. */
#ifndef MGP_BASE_STOP_H
#define MGP_BASE_STOP_H

#include <stdbool.h>

#include "base/status.h"

/* From now on SIGTERM, SIGUSR1 and SIGINT ask to stop; a second SIGINT ends the process at once.
 * A signal that is ignored stays so (nohup). Safe to call again. */
void mgp_stop_catch_signals(void);

/* The request will come by itself at this time (seconds since 1970). */
void mgp_stop_at(double unix_time);

/* Asks to stop, as that signal would. */
void mgp_stop_request(int signal);

/* MGP_OK, or MGP_STOPPED with a message once there is a request. Cheap. */
mgp_status_t mgp_stop_check(void);

/* Whether what is finished has been kept, so that the job can go on from there: then it ends with
 * exit code 75, which batch systems can be told to requeue. Otherwise (the default) it ends like a
 * process that the signal has killed, with 128 and the signal's number. */
void mgp_stop_set_saved(bool saved);
/* Exit code of a process that stops now. */
int mgp_stop_exit_code(void);

#endif
