/* Requests to stop: each case in a process of its own, as the request is one of the process. */
#include "base/stop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

/* What a case returns if all was as it should be; no exit code of a signal. */
#define FINE 7

/* Exit code of a process that does this. */
static int in_child(int (*fn)(void)) {
  int status = 0;
  (void)fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    static const int signals[] = {SIGTERM, SIGUSR1, SIGINT};
    for (size_t i = 0; i < 3; i++)
      (void)signal(signals[i], SIG_DFL); /* who started it ignores some */
    mgp_stop_catch_signals();
    _exit(fn());
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int stops(const char *says, int code) {
  return mgp_stop_check() == MGP_STOPPED && strstr(mgp_error_message(), says) != NULL &&
         mgp_stop_exit_code() == code;
}

static int no_request(void) {
  mgp_stop_at(4e9);
  return mgp_stop_check() == MGP_OK ? FINE : 1;
}

static int by_signal(int signal, const char *says) {
  (void)raise(signal);
  if (!stops(says, 128 + signal)) return 1;
  mgp_stop_set_saved(true);
  if (!stops("is saved, --resume goes on", 75)) return 2;
  mgp_stop_set_saved(false);
  return stops("nothing was saved", 128 + signal) ? FINE : 3;
}

static int terminated(void) {
  return by_signal(SIGTERM, "(SIGTERM)");
}

static int user_signal(void) {
  return by_signal(SIGUSR1, "(SIGUSR1)");
}

static int interrupted(void) {
  return by_signal(SIGINT, "(SIGINT)");
}

static int interrupted_twice(void) {
  (void)raise(SIGINT);
  if (mgp_stop_check() == MGP_OK) return 1;
  (void)raise(SIGINT);
  return 2; /* it does not come to this */
}

/* Only a second SIGINT is somebody who does not want to wait; the first request is what is told. */
static int others_twice(void) {
  (void)raise(SIGTERM);
  (void)raise(SIGTERM);
  (void)raise(SIGINT);
  (void)raise(SIGUSR1);
  return stops("(SIGTERM)", 128 + SIGTERM) ? FINE : 1;
}

static int interrupted_first(void) {
  (void)raise(SIGINT);
  (void)raise(SIGTERM);
  return stops("(SIGINT)", 128 + SIGINT) ? FINE : 1;
}

static int ignored(void) {
  (void)signal(SIGUSR1, SIG_IGN);
  mgp_stop_catch_signals();
  (void)raise(SIGUSR1);
  return mgp_stop_check() == MGP_OK ? FINE : 1;
}

static int time_is_up(void) {
  mgp_stop_at(1e9);
  return stops("time is nearly over", 128 + SIGTERM) ? FINE : 1;
}

static int asked_otherwise(void) {
  mgp_stop_request(SIGHUP);
  return stops("(a request)", 128 + SIGHUP) ? FINE : 1;
}

int main(void) {
  CHECK(in_child(no_request) == FINE);
  CHECK(in_child(terminated) == FINE);
  CHECK(in_child(user_signal) == FINE);
  CHECK(in_child(interrupted) == FINE);
  CHECK(in_child(interrupted_twice) == 128 + SIGINT);
  CHECK(in_child(others_twice) == FINE);
  CHECK(in_child(interrupted_first) == FINE);
  CHECK(in_child(ignored) == FINE);
  CHECK(in_child(time_is_up) == FINE);
  CHECK(in_child(asked_otherwise) == FINE);
  return test_result();
}
