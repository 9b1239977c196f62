#include "comm/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"

static mgp_status_t failed(const char *what, int err) {
  return mgp_fail(MGP_RESOURCES, "shared memory of the ranks: %s: %s", what, strerror(err));
}

static mgp_status_t map(int fd, uint64_t nbytes, mgp_shared_t *out) {
  void *base = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) return failed("mmap", errno);
  *out = (mgp_shared_t){base, nbytes, -1};
  return MGP_OK;
}

/* A file beyond the limit of the process is not an error, but a signal. */
static mgp_status_t set_length(int fd, uint64_t nbytes) {
  struct rlimit most;
  if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < nbytes)
    return failed("ftruncate", EFBIG);
  return ftruncate(fd, (off_t)nbytes) == 0 ? MGP_OK : failed("ftruncate", errno);
}

mgp_status_t mgp_shared_create(uint64_t nbytes, char name[MGP_SHARED_NAME_MAX], mgp_shared_t *out) {
  static atomic_uint number;
  (void)snprintf(name, MGP_SHARED_NAME_MAX, "/mgprove-%ld-%u-%" PRIx64, (long)getpid(),
                 atomic_fetch_add(&number, 1), mgp_clock_ns());
  const int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return failed("shm_open", errno);
  mgp_status_t st = set_length(fd, nbytes);
  if (st == MGP_OK) st = map(fd, nbytes, out);
  if (st == MGP_OK) {
    out->fd = fd;
    return MGP_OK;
  }
  (void)close(fd);
  mgp_shared_hide(name);
  return st;
}

mgp_status_t mgp_shared_join(const char *name, uint64_t nbytes, mgp_shared_t *out) {
  struct stat info;
  const int fd = shm_open(name, O_RDWR, 0);
  if (fd < 0) return failed("shm_open", errno);
  mgp_status_t st = MGP_OK;
  if (fstat(fd, &info) != 0 || (uint64_t)info.st_size != nbytes)
    st = mgp_fail(MGP_RESOURCES, "shared memory of the ranks: %s is not that of these", name);
  if (st == MGP_OK) st = map(fd, nbytes, out);
  (void)close(fd);
  return st;
}

void mgp_shared_hide(const char *name) {
  (void)shm_unlink(name);
}

uint64_t mgp_shared_spare(const mgp_shared_t *m) {
  struct statvfs fs;
  if (fstatvfs(m->fd, &fs) != 0) return 0;
  if (fs.f_blocks == 0) return UINT64_MAX; /* it has no size of its own */
  return fs.f_bavail > fs.f_blocks / 2 ? (fs.f_bavail - fs.f_blocks / 2) * fs.f_frsize : 0;
}

mgp_status_t mgp_shared_take(const mgp_shared_t *m, uint64_t at, uint64_t nbytes) {
  int err;
  do {
    err = posix_fallocate(m->fd, (off_t)at, (off_t)nbytes);
  } while (err == EINTR); /* signals set flags, which are looked at elsewhere */
  return err == 0 ? MGP_OK : failed("posix_fallocate", err);
}

void mgp_shared_destroy(mgp_shared_t *m) {
  if (m->base == NULL) return;
  (void)munmap(m->base, m->nbytes);
  if (m->fd >= 0) (void)close(m->fd);
  m->base = NULL;
}

int mgp_shared_wanted(void) {
  const char *wish = getenv("MGP_BOARD");
  return wish == NULL || strcmp(wish, "off") != 0;
}
