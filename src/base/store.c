#include "base/store.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/keccak.h"

#define MAGIC   "mgpstore"
#define VERSION 1u
#define LOCK    "lock" /* its being there marks a folder as ours */

enum { HEADER_NBYTES = 56, ASIDE_LETTERS = 6 };

struct mgp_store {
  char path[PATH_MAX];
  int lock; /* file descriptor: the lock is gone when it is closed */
};

/* Room for a path below the folder: its length was checked when it was opened. */
typedef char path_t[PATH_MAX + MGP_STORE_NAME_MAX + 2];

static const char *path_of(const mgp_store_t *s, const char *name, path_t out) {
  (void)snprintf(out, sizeof(path_t), "%s/%s", s->path, name);
  return out;
}

/* --- the folder --- */

static mgp_status_t check_folder(const mgp_store_t *s) {
  struct stat info;
  path_t lock;
  if (stat(s->path, &info) != 0) return mgp_fail(MGP_IO, "%s: %s", s->path, strerror(errno));
  if (!S_ISDIR(info.st_mode)) return mgp_fail(MGP_USAGE, "%s: is not a folder", s->path);
  if (info.st_mode & 077)
    return mgp_fail(MGP_USAGE, "%s: is open to other users (mode %04o): chmod 700 it", s->path,
                    (unsigned)(info.st_mode & 07777));
  if (access(path_of(s, LOCK, lock), F_OK) == 0) return MGP_OK;
  DIR *dir = opendir(s->path);
  if (!dir) return mgp_fail(MGP_IO, "%s: %s", s->path, strerror(errno));
  mgp_status_t st = MGP_OK;
  for (struct dirent *e; st == MGP_OK && (e = readdir(dir)) != NULL;)
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
      st = mgp_fail(MGP_USAGE, "%s: is no folder of a job: it holds %.60s", s->path, e->d_name);
  (void)closedir(dir);
  return st;
}

/* NAME.XXXXXX, as base/file.h writes aside. */
static bool is_aside(const char *name) {
  size_t n = strlen(name);
  if (n < ASIDE_LETTERS + 2 || name[n - ASIDE_LETTERS - 1] != '.') return false;
  for (size_t i = n - ASIDE_LETTERS; i < n; i++)
    if (!isalnum((unsigned char)name[i])) return false;
  return true;
}

/* Names of records have no such ending (see check_name). */
static void remove_asides(const mgp_store_t *s) {
  DIR *dir = opendir(s->path);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir)) != NULL;)
    if (is_aside(e->d_name)) (void)unlinkat(dirfd(dir), e->d_name, 0);
  (void)closedir(dir);
}

/* --- the lock --- */

static bool try_lock(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_SETLK, &lock) == 0;
}

/* Who has it, as that process wrote it. */
static void read_owner(int fd, char out[128]) {
  ssize_t n = pread(fd, out, 127, 0);
  out[n > 0 ? n : 0] = '\0';
  out[strcspn(out, "\n")] = '\0';
  if (!*out) strcpy(out, "another process");
}

static mgp_status_t take_lock(mgp_store_t *s, double wait_seconds) {
  const struct timespec nap = {0, 100000000};
  const double start = mgp_clock_seconds();
  char owner[128], host[64] = "";
  path_t path;
  s->lock = open(path_of(s, LOCK, path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (s->lock < 0) return mgp_fail(MGP_IO, "%s: %s", path, strerror(errno));
  while (!try_lock(s->lock)) {
    if (errno != EACCES && errno != EAGAIN && errno != EINTR)
      return mgp_fail(MGP_IO,
                      "%s: cannot be locked: %s (Lustre has locks if it is mounted with -o flock)",
                      path, strerror(errno));
    if (mgp_clock_seconds() - start > wait_seconds) {
      read_owner(s->lock, owner);
      return mgp_fail(MGP_RESOURCES, "%s: is in use by %s", s->path, owner);
    }
    (void)nanosleep(&nap, NULL);
  }
  (void)gethostname(host, sizeof host - 1);
  int n = snprintf(owner, sizeof owner, "process %ld on %s\n", (long)getpid(), host);
  if (ftruncate(s->lock, 0) != 0 || pwrite(s->lock, owner, (size_t)n, 0) != n)
    return mgp_fail(MGP_IO, "%s: %s", path, strerror(errno));
  return MGP_OK;
}

mgp_status_t mgp_store_open(const char *path, double wait_seconds, mgp_store_t **out) {
  mgp_status_t st = MGP_OK;
  mgp_store_t *s = calloc(1, sizeof *s);
  if (!s) return mgp_fail(MGP_RESOURCES, "out of memory for the folder of a job");
  s->lock = -1;
  if (snprintf(s->path, sizeof s->path, "%s", path) >= (int)sizeof s->path - 64)
    st = mgp_fail(MGP_USAGE, "the name of the folder is too long");
  if (st == MGP_OK && mkdir(path, 0700) != 0 && errno != EEXIST)
    st = mgp_fail(MGP_IO, "%s: cannot be made: %s", path, strerror(errno));
  if (st == MGP_OK) st = check_folder(s);
  if (st == MGP_OK) st = take_lock(s, wait_seconds);
  if (st == MGP_OK) remove_asides(s);
  if (st == MGP_OK)
    *out = s;
  else
    mgp_store_close(s);
  return st;
}

void mgp_store_close(mgp_store_t *s) {
  if (!s) return;
  if (s->lock >= 0) (void)close(s->lock);
  free(s);
}

const char *mgp_store_path(const mgp_store_t *s) {
  return s->path;
}

/* --- records --- */

static mgp_status_t check_name(const char *name) {
  bool ok = *name && *name != '.' && strlen(name) <= MGP_STORE_NAME_MAX && !is_aside(name) &&
            strcmp(name, LOCK) != 0;
  for (const char *c = name; *c; c++) ok = ok && (isalnum((unsigned char)*c) || *c == '.');
  return ok ? MGP_OK : mgp_fail(MGP_INTERNAL, "\"%.60s\" is no name of a record", name);
}

bool mgp_store_has(const mgp_store_t *s, const char *name) {
  path_t path;
  return check_name(name) == MGP_OK && access(path_of(s, name, path), F_OK) == 0;
}

static void checksum(const char *name, const uint8_t *data, size_t nbytes, uint8_t out[32]) {
  mgp_keccak_t k;
  mgp_keccak_init(&k);
  mgp_keccak_update(&k, name, strlen(name) + 1);
  mgp_keccak_update(&k, data, nbytes);
  mgp_keccak_final(&k, out);
}

static void make_header(const char *name, const uint8_t *data, size_t nbytes,
                        uint8_t out[HEADER_NBYTES]) {
  memset(out, 0, HEADER_NBYTES);
  memcpy(out, MAGIC, 8);
  out[8] = VERSION;
  for (int i = 0; i < 8; i++) out[16 + i] = (uint8_t)((uint64_t)nbytes >> (8 * i));
  checksum(name, data, nbytes, out + 24);
}

mgp_status_t mgp_store_put(mgp_store_t *s, const char *name, const void *data, size_t nbytes) {
  uint8_t header[HEADER_NBYTES];
  path_t path;
  mgp_file_t *f;
  MGP_TRY(check_name(name));
  make_header(name, data, nbytes, header);
  MGP_TRY(mgp_file_create(path_of(s, name, path), &f));
  mgp_status_t st = mgp_file_append(f, header, sizeof header);
  if (st == MGP_OK) st = mgp_file_append(f, data, nbytes);
  if (st == MGP_OK) return mgp_file_commit(f);
  mgp_file_abandon(f);
  return st;
}

static mgp_status_t check_record(const char *path, const char *name, const uint8_t *bytes,
                                 size_t n) {
  uint8_t header[HEADER_NBYTES];
  if (n < HEADER_NBYTES || memcmp(bytes, MAGIC, 8) != 0)
    return mgp_fail(MGP_BAD_INPUT, "%s: is no record of a job", path);
  if (bytes[8] != VERSION || bytes[9] || bytes[10] || bytes[11])
    return mgp_fail(MGP_BAD_INPUT, "%s: has version %u, this mgprove reads version %u", path,
                    (unsigned)bytes[8] | (unsigned)bytes[9] << 8 | (unsigned)bytes[10] << 16 |
                        (unsigned)bytes[11] << 24,
                    VERSION);
  make_header(name, bytes + HEADER_NBYTES, n - HEADER_NBYTES, header);
  if (memcmp(header, bytes, 24) != 0)
    return mgp_fail(MGP_BAD_INPUT, "%s: is cut or has been appended to", path);
  if (memcmp(header, bytes, HEADER_NBYTES) != 0)
    return mgp_fail(MGP_BAD_INPUT, "%s: is damaged, or another record by this name", path);
  return MGP_OK;
}

mgp_status_t mgp_store_get(mgp_store_t *s, const char *name, size_t max_nbytes, uint8_t **data,
                           size_t *nbytes) {
  path_t path;
  uint8_t *bytes;
  size_t n;
  MGP_TRY(check_name(name));
  MGP_TRY(mgp_file_read(path_of(s, name, path), (uint64_t)max_nbytes + HEADER_NBYTES, &bytes, &n));
  mgp_status_t st = check_record(path, name, bytes, n);
  if (st != MGP_OK) {
    free(bytes);
    return st;
  }
  memmove(bytes, bytes + HEADER_NBYTES, n - HEADER_NBYTES);
  *data = bytes;
  *nbytes = n - HEADER_NBYTES;
  return MGP_OK;
}
