#include "comm/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"

static void map(int fd, uint64_t nbytes, mgp_shared_t *m) {
  void *base = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (base != MAP_FAILED) *m = (mgp_shared_t){base, nbytes, -1};
}

/* A file beyond the limit of the process is not an error, but a signal. */
static bool set_length(int fd, uint64_t nbytes) {
  struct rlimit most;
  if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < nbytes) return false;
  return ftruncate(fd, (off_t)nbytes) == 0;
}

void mgp_shared_offer(uint64_t nbytes, mgp_shared_offer_t *offer, mgp_shared_t *m) {
  static atomic_uint number;
  *m = (mgp_shared_t){NULL, 0, -1};
  memset(offer, 0, sizeof *offer);
  if (!mgp_shared_wanted() || gethostname(offer->host, sizeof offer->host) != 0) return;
  (void)snprintf(offer->name, sizeof offer->name, "/mgprove-%ld-%u-%" PRIx64, (long)getpid(),
                 atomic_fetch_add(&number, 1), mgp_clock_ns());
  const int fd = shm_open(offer->name, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd >= 0 && set_length(fd, nbytes)) map(fd, nbytes, m);
  if (m->base != NULL) {
    m->fd = fd;
    return;
  }
  if (fd >= 0) {
    (void)close(fd);
    mgp_shared_withdraw(offer);
  }
  memset(offer, 0, sizeof *offer);
}

void mgp_shared_accept(const mgp_shared_offer_t *offer, uint64_t nbytes, mgp_shared_t *m) {
  char host[MGP_SHARED_HOST_MAX];
  struct stat info;
  *m = (mgp_shared_t){NULL, 0, -1};
  if (offer->name[0] == '\0' || !mgp_shared_wanted() || gethostname(host, sizeof host) != 0 ||
      strcmp(host, offer->host) != 0)
    return;
  const int fd = shm_open(offer->name, O_RDWR, 0);
  if (fd < 0) return;
  if (fstat(fd, &info) == 0 && (uint64_t)info.st_size == nbytes) map(fd, nbytes, m);
  (void)close(fd);
}

void mgp_shared_withdraw(const mgp_shared_offer_t *offer) {
  if (offer->name[0] != '\0') (void)shm_unlink(offer->name);
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
  if (err == 0) return MGP_OK;
  return mgp_fail(MGP_RESOURCES, "shared memory of the ranks: posix_fallocate: %s", strerror(err));
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
