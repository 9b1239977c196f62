#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 1200, BAR_WIDTH = 30 };

static const double terminal_period = 0.1, log_period = 10;

static struct {
  mgp_log_level_t level;
  uint32_t rank;
  bool show_rank;
} settings = {MGP_LOG_NORMAL, 0, false};

/* guards the line on the terminal and `work`, except for the two atomics */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  bool active, terminal, shown;
  char label[64], unit[16];
  uint64_t total;
  double start, last;
  atomic_uint_least64_t done;
  atomic_uint_least64_t next_ns; /* nothing to show before that */
} work;

void mgp_log_set_level(mgp_log_level_t level) {
  settings.level = level;
}

void mgp_log_set_rank(uint32_t rank) {
  settings.rank = rank;
}

void mgp_log_show_rank(bool show) {
  settings.show_rank = show;
}

static void write_all(const char *text, size_t n) {
  while (n > 0) {
    ssize_t put = write(STDERR_FILENO, text, n);
    if (put <= 0) return;
    text += put;
    n -= (size_t)put;
  }
}

/* Whoever writes a line clears the bar first; it comes back at the next step of the work. */
static void clear_bar(void) {
  if (work.shown) write_all("\r\033[K", 4);
  work.shown = false;
}

static void say(const char *kind, const char *fmt, va_list ap) {
  char line[LINE_MAX_BYTES];
  size_t n = 0;
  if (settings.show_rank) n = (size_t)snprintf(line, sizeof line, "[%u] ", settings.rank);
  n += (size_t)snprintf(line + n, sizeof line - n, "%s", kind);
  int more = vsnprintf(line + n, sizeof line - n, fmt, ap);
  if (more > 0) n += (size_t)more;
  if (n > sizeof line - 2) n = sizeof line - 2;
  line[n++] = '\n';
  (void)pthread_mutex_lock(&lock);
  clear_bar();
  write_all(line, n);
  (void)pthread_mutex_unlock(&lock);
}

void mgp_log_error(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  say("mgprove: ", fmt, ap);
  va_end(ap);
}

void mgp_log_warn(const char *fmt, ...) {
  if (settings.level < MGP_LOG_NORMAL) return;
  va_list ap;
  va_start(ap, fmt);
  say("warning: ", fmt, ap);
  va_end(ap);
}

void mgp_log_info(const char *fmt, ...) {
  if (settings.level < MGP_LOG_NORMAL || settings.rank != 0) return;
  va_list ap;
  va_start(ap, fmt);
  say("", fmt, ap);
  va_end(ap);
}

void mgp_log_verbose(const char *fmt, ...) {
  if (settings.level < MGP_LOG_VERBOSE) return;
  va_list ap;
  va_start(ap, fmt);
  say("", fmt, ap);
  va_end(ap);
}

/* --- progress --- */

/* A unit follows directly: "123 " steps, "12.3 k" steps. */
static void format_count(double v, char out[16]) {
  static const char prefix[] = " kMGT";
  unsigned i = 0;
  for (; v >= 1000 && i < 4; i++) v /= 1000;
  if (i == 0)
    (void)snprintf(out, 16, "%.0f ", v);
  else
    (void)snprintf(out, 16, "%.*f %c", v < 10 ? 2 : 1, v, prefix[i]);
}

/* With the lock held. */
static void show_progress(double now) {
  char line[256], bar[BAR_WIDTH + 1], done_text[16], rate_text[16], tail[64] = "";
  double done = (double)atomic_load(&work.done), total = (double)work.total;
  double elapsed = now - work.start, rate = elapsed > 0 ? done / elapsed : 0;
  double share = total > 0 ? done / total : 0;
  if (share > 1) share = 1;
  format_count(done, done_text);
  format_count(rate, rate_text);
  if (total > 0 && rate > 0)
    (void)snprintf(tail, sizeof tail, ", %.0f s left", share < 1 ? (total - done) / rate : 0.0);
  int n;
  if (work.terminal && total > 0) {
    int full = (int)(share * BAR_WIDTH);
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', (size_t)full);
    bar[BAR_WIDTH] = '\0';
    n = snprintf(line, sizeof line, "\r%s [%s] %3.0f%%, %s%s/s%s\033[K", work.label, bar,
                 100 * share, rate_text, work.unit, tail);
  } else if (total > 0) {
    n = snprintf(line, sizeof line, "%s%s: %.0f%%, %s%s, %s%s/s, %.0f s%s%s",
                 work.terminal ? "\r" : "", work.label, 100 * share, done_text, work.unit,
                 rate_text, work.unit, elapsed, tail, work.terminal ? "\033[K" : "\n");
  } else {
    n = snprintf(line, sizeof line, "%s%s: %s%s, %s%s/s, %.0f s%s", work.terminal ? "\r" : "",
                 work.label, done_text, work.unit, rate_text, work.unit, elapsed,
                 work.terminal ? "\033[K" : "\n");
  }
  if (n > 0) write_all(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
  work.shown = work.terminal;
  work.last = now;
}

static double period(void) {
  return work.terminal ? terminal_period : log_period;
}

static void plan_next(double now) {
  atomic_store(&work.next_ns, (uint64_t)((now + period()) * 1e9));
}

void mgp_log_progress_begin(const char *label, uint64_t total, const char *unit) {
  (void)pthread_mutex_lock(&lock);
  clear_bar();
  work.active = settings.level >= MGP_LOG_NORMAL && settings.rank == 0;
  work.terminal = isatty(STDERR_FILENO) == 1;
  work.total = total;
  work.start = work.last = mgp_clock_seconds();
  (void)snprintf(work.label, sizeof work.label, "%s", label);
  (void)snprintf(work.unit, sizeof work.unit, "%s", unit);
  atomic_store(&work.done, 0);
  plan_next(work.start);
  (void)pthread_mutex_unlock(&lock);
}

void mgp_log_progress_add(uint64_t n) {
  (void)atomic_fetch_add(&work.done, n);
  if (mgp_clock_ns() < atomic_load(&work.next_ns)) return;
  (void)pthread_mutex_lock(&lock);
  double now = mgp_clock_seconds();
  if (work.active && now - work.last >= period()) {
    show_progress(now);
    plan_next(now);
  }
  (void)pthread_mutex_unlock(&lock);
}

void mgp_log_progress_end(void) {
  (void)pthread_mutex_lock(&lock);
  if (work.active && !work.terminal && mgp_clock_seconds() - work.start >= log_period)
    show_progress(mgp_clock_seconds());
  clear_bar();
  work.active = false;
  (void)pthread_mutex_unlock(&lock);
}
