#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static mgp_status_t too_large(const char *path, uint64_t max_nbytes) {
  return mgp_fail(MGP_BAD_INPUT, "%s: larger than the limit of %llu bytes", path,
                  (unsigned long long)max_nbytes);
}

mgp_status_t mgp_file_read(const char *path, uint64_t max_nbytes, uint8_t **data, size_t *nbytes) {
  mgp_status_t st = MGP_OK;
  uint8_t *buf = NULL;
  size_t n = 0, cap;
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return mgp_fail(MGP_BAD_INPUT, "%s: %s", path, strerror(errno));
  if (fstat(fd, &info) != 0) {
    st = mgp_fail(MGP_IO, "%s: %s", path, strerror(errno));
    goto close_fd;
  }
  if (S_ISDIR(info.st_mode)) {
    st = mgp_fail(MGP_BAD_INPUT, "%s: is a folder, not a file", path);
    goto close_fd;
  }
  bool sized = S_ISREG(info.st_mode);
  if (sized && (uint64_t)info.st_size > max_nbytes) {
    st = too_large(path, max_nbytes);
    goto close_fd;
  }
  /* the size is a hint only: the file may change, and pipes and /proc have none */
  cap = (sized ? (size_t)info.st_size : 0) + 4096;
  buf = malloc(cap);
  while (buf != NULL) {
    ssize_t got = read(fd, buf + n, cap - 1 - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      st = mgp_fail(MGP_IO, "%s: reading failed: %s", path, strerror(errno));
      goto free_buf;
    }
    if (got == 0) break;
    n += (size_t)got;
    if (n > max_nbytes) {
      st = too_large(path, max_nbytes);
      goto free_buf;
    }
    if (n == cap - 1) {
      cap *= 2;
      uint8_t *larger = realloc(buf, cap);
      if (larger == NULL) free(buf);
      buf = larger;
    }
  }
  if (buf == NULL) {
    st = mgp_fail(MGP_RESOURCES, "%s: out of memory for its %zu bytes", path, cap);
    goto close_fd;
  }
  buf[n] = '\0';
  *data = buf;
  *nbytes = n;
  buf = NULL;
free_buf:
  free(buf);
close_fd:
  (void)close(fd);
  return st;
}

enum { ASIDE_NAME = 7 }; /* a dot and six letters, behind the file's name */

struct mgp_file {
  int fd;
  bool direct; /* written in place: no rename */
  char path[PATH_MAX];
  char aside[PATH_MAX];
};

static mgp_status_t write_error(const mgp_file_t *f, const char *what) {
  return mgp_fail(MGP_IO, "%s: %s: %s", f->path, what, strerror(errno));
}

/* A new file by a name of its own. The system applies the umask: mkstemp does not, and to find out
 * what it is one has to set it, which is for all threads of the process. */
static int open_aside(mgp_file_t *f, mode_t mode) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const size_t n = strlen(f->path);
  int fd = -1;
  for (int tries = 0; tries < 100 && fd < 0; tries++) {
    uint8_t r[ASIDE_NAME - 1];
    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r) return -1;
    memcpy(f->aside, f->path, n);
    f->aside[n] = '.';
    for (size_t i = 0; i < sizeof r; i++)
      f->aside[n + 1 + i] = letters[r[i] % (sizeof letters - 1)];
    f->aside[n + ASIDE_NAME] = '\0';
    fd = open(f->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno != EEXIST) break;
  }
  return fd;
}

mgp_status_t mgp_file_create(const char *path, mgp_file_t **out) {
  mgp_status_t st = MGP_OK;
  struct stat info;
  mgp_file_t *f = calloc(1, sizeof *f);
  if (f == NULL) return mgp_fail(MGP_RESOURCES, "%s: out of memory", path);
  /* stat first: a pipe behind /dev/stdout has no path that realpath could name */
  bool exists = stat(path, &info) == 0;
  f->direct = exists && !S_ISREG(info.st_mode);
  bool named = exists && !f->direct && realpath(path, f->path) != NULL;
  if (!named && strlen(path) >= sizeof f->path - 32) {
    st = mgp_fail(MGP_IO, "the name of the output file is too long");
    goto fail;
  }
  if (!named) strcpy(f->path, path);
  if (exists && S_ISDIR(info.st_mode)) {
    st = mgp_fail(MGP_IO, "%s: is a folder, not a file", path);
    goto fail;
  }
  if (f->direct) {
    f->fd = open(f->path, O_WRONLY | O_CLOEXEC);
  } else {
    if (strlen(f->path) + ASIDE_NAME >= sizeof f->aside) {
      st = mgp_fail(MGP_IO, "the name of the output file is too long");
      goto fail;
    }
    f->fd = open_aside(f, exists ? 0600 : 0666);
  }
  if (f->fd < 0) {
    st = write_error(f, "cannot write");
    goto fail;
  }
  if (!f->direct && exists) (void)fchmod(f->fd, info.st_mode & 07777);
  *out = f;
  return MGP_OK;
fail:
  free(f);
  return st;
}

mgp_status_t mgp_file_append(mgp_file_t *f, const void *data, size_t nbytes) {
  const uint8_t *p = data;
  while (nbytes > 0) {
    ssize_t put = write(f->fd, p, nbytes);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return write_error(f, "writing failed");
    p += put;
    nbytes -= (size_t)put;
  }
  return MGP_OK;
}

static mgp_status_t sync_folder(const mgp_file_t *f) {
  char copy[PATH_MAX];
  strcpy(copy, f->path);
  int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return MGP_OK; /* a folder that may be written but not read */
  /* EINVAL: a file system that cannot, and need not */
  mgp_status_t st = MGP_OK;
  if (fsync(fd) != 0 && errno != EINVAL) st = write_error(f, "syncing its folder failed");
  (void)close(fd);
  return st;
}

mgp_status_t mgp_file_commit(mgp_file_t *f) {
  mgp_status_t st = MGP_OK;
  if (!f->direct && fsync(f->fd) != 0) st = write_error(f, "syncing failed");
  if (close(f->fd) != 0 && st == MGP_OK) st = write_error(f, "closing failed");
  if (!f->direct && st == MGP_OK && rename(f->aside, f->path) != 0)
    st = write_error(f, "renaming failed");
  if (!f->direct && st != MGP_OK) (void)unlink(f->aside);
  if (!f->direct && st == MGP_OK) st = sync_folder(f);
  free(f);
  return st;
}

void mgp_file_abandon(mgp_file_t *f) {
  if (f == NULL) return;
  (void)close(f->fd);
  if (!f->direct) (void)unlink(f->aside);
  free(f);
}

mgp_status_t mgp_file_write(const char *path, const void *data, size_t nbytes) {
  mgp_file_t *f;
  MGP_TRY(mgp_file_create(path, &f));
  mgp_status_t st = mgp_file_append(f, data, nbytes);
  if (st != MGP_OK) {
    mgp_file_abandon(f);
    return st;
  }
  return mgp_file_commit(f);
}
