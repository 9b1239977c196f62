#include "base/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TIME_IS_UP = -1 };

/* what asked: a signal's number, TIME_IS_UP, or 0 */
static atomic_int request;
/* nanoseconds since 1970; 0: none */
static atomic_int_least64_t limit_ns;
static atomic_bool is_saved;

static void on_signal(int signal) {
  int none = 0;
  if (!atomic_compare_exchange_strong(&request, &none, signal) && signal == SIGINT &&
      none == SIGINT)
    _exit(128 + SIGINT);
}

void mgp_stop_catch_signals(void) {
  static const int signals[] = {SIGTERM, SIGUSR1, SIGINT};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction old, mine;
    if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    memset(&mine, 0, sizeof mine);
    mine.sa_handler = on_signal;
    mine.sa_flags = SA_RESTART;
    (void)sigemptyset(&mine.sa_mask);
    (void)sigaction(signals[i], &mine, NULL);
  }
}

void mgp_stop_at(double unix_time) {
  atomic_store(&limit_ns, (int64_t)(unix_time * 1e9));
}

void mgp_stop_request(int signal) {
  int none = 0;
  (void)atomic_compare_exchange_strong(&request, &none, signal);
}

static bool time_is_up(void) {
  int64_t limit = atomic_load_explicit(&limit_ns, memory_order_relaxed);
  struct timespec now;
  if (limit == 0) return false;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec >= limit;
}

static const char *reason(int what) {
  switch (what) {
  case TIME_IS_UP:
    return "the job's time is nearly over";
  case SIGTERM:
    return "SIGTERM";
  case SIGUSR1:
    return "SIGUSR1";
  case SIGINT:
    return "SIGINT";
  default:
    return "a request";
  }
}

mgp_status_t mgp_stop_check(void) {
  if (atomic_load_explicit(&request, memory_order_relaxed) == 0 && time_is_up())
    mgp_stop_request(TIME_IS_UP);
  int what = atomic_load_explicit(&request, memory_order_relaxed);
  if (what == 0) return MGP_OK;
  return mgp_fail(MGP_STOPPED, "stopped (%s): %s", reason(what),
                  atomic_load(&is_saved) ? "what is finished is saved, --resume goes on from there"
                                         : "nothing was saved");
}

void mgp_stop_set_saved(bool saved) {
  atomic_store(&is_saved, saved);
}

int mgp_stop_exit_code(void) {
  int what = atomic_load(&request);
  if (atomic_load(&is_saved)) return mgp_status_exit_code(MGP_STOPPED);
  return 128 + (what > 0 ? what : SIGTERM);
}
