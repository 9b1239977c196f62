#include "cli/events.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static int fd = -1;

mgp_status_t mgp_events_open(const char *path) {
  fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return mgp_fail(MGP_IO, "%s: %s", path, strerror(errno));
  return MGP_OK;
}

void mgp_events_close(void) {
  if (fd >= 0) (void)close(fd);
  fd = -1;
}

mgp_json_t *mgp_event_begin(const char *event) {
  mgp_json_t *j;
  struct timespec now;
  if (fd < 0 || mgp_json_create(&j) != MGP_OK) return NULL;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  mgp_json_one_line(j);
  mgp_json_object_begin(j, NULL);
  mgp_json_u64(j, "version", MGP_EVENTS_VERSION);
  mgp_json_string(j, "event", event);
  mgp_json_f64(j, "time", (double)now.tv_sec + (double)(now.tv_nsec / 1000000) * 1e-3);
  return j;
}

/* In one piece, so that a reader never sees half a line. */
static mgp_status_t write_line(const char *text, size_t n) {
  ssize_t put;
  do put = write(fd, text, n);
  while (put < 0 && errno == EINTR);
  if (put == (ssize_t)n) return MGP_OK;
  return mgp_fail(MGP_IO, "%s", put < 0 ? strerror(errno) : "a line was cut");
}

void mgp_event_end(mgp_json_t *j) {
  const char *text;
  size_t n;
  if (!j) return;
  mgp_json_object_end(j);
  mgp_status_t st = mgp_json_finish(j, &text, &n);
  if (st == MGP_OK) st = write_line(text, n);
  if (st != MGP_OK) {
    mgp_log_warn("no more events are written: %s", mgp_error_message());
    mgp_events_close();
  }
  mgp_json_destroy(j);
}
