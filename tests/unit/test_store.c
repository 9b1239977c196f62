/* The folder of a job: what comes back, what is refused, who may have it, a disk that is full. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/store.h"
#include "test.h"

static char dir[64], folder[96];

static char *below(const char *name) {
  static char path[200];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void says(mgp_status_t got, mgp_status_t want, const char *text) {
  CHECK_MSG(got == want && strstr(mgp_error_message(), text) != NULL, "status %d, says: %s",
            (int)got, mgp_error_message());
}

static void check_records(void) {
  mgp_store_t *s;
  uint8_t bytes[5000], *got;
  size_t n;
  struct stat info;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * i >> 3);
  REQUIRE_OK(mgp_store_open(folder, 0, &s));
  CHECK(stat(folder, &info) == 0 && (info.st_mode & 0777) == 0700);
  static const size_t sizes[] = {0, 1, 4999, 5000};
  for (size_t i = 0; i < 4; i++) {
    CHECK_OK(mgp_store_put(s, "shard.7", bytes, sizes[i])); /* replaced each time */
    CHECK(mgp_store_has(s, "shard.7") && !mgp_store_has(s, "shard.8"));
    REQUIRE_OK(mgp_store_get(s, "shard.7", 5000, &got, &n));
    CHECK(n == sizes[i] && memcmp(got, bytes, n) == 0);
    free(got);
  }
  says(mgp_store_get(s, "shard.7", 4999, &got, &n), MGP_BAD_INPUT, "larger than");
  says(mgp_store_get(s, "shard.8", 5000, &got, &n), MGP_BAD_INPUT, "No such file");
  static const char *const bad[] = {"",        ".",      "..",
                                    "a/b",     "lock",   "a.abcdef",
                                    ".hidden", "a name", "a23456789012345678901234567890123"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    says(mgp_store_put(s, bad[i], bytes, 1), MGP_INTERNAL, "no name");
  mgp_store_close(s);
  mgp_store_close(NULL);
}

/* What a killed process was writing goes as the next one opens the folder; records stay. */
static void check_asides(void) {
  static const struct {
    const char *name;
    int stays;
  } files[] = {{"shard.9", 1},       {"shard.9.abcXY0", 0}, {"job.000000", 0},
               {"shard.9.abcXY", 1}, {"shard.9.abc_Y0", 1}, {"shard.9.abcXY01", 1},
               {"shard.00001", 1}};
  mgp_store_t *s;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    FILE *f = fopen(below(files[i].name), "wx");
    if (f == NULL || fclose(f) != 0) abort();
  }
  REQUIRE_OK(mgp_store_open(folder, 0, &s));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const int there = access(below(files[i].name), F_OK) == 0;
    CHECK_MSG(there == files[i].stays, "%s: there: %d", files[i].name, there);
    if (there) CHECK(unlink(below(files[i].name)) == 0);
  }
  mgp_store_close(s);
}

/* Every single changed byte, every length, is noticed. */
static void check_damage(void) {
  mgp_store_t *s;
  uint8_t *file, *got;
  size_t n, ngot;
  REQUIRE_OK(mgp_store_open(folder, 0, &s));
  REQUIRE_OK(mgp_store_put(s, "shard.1", "seven b", 7));
  REQUIRE_OK(mgp_file_read(below("shard.1"), 1000, &file, &n));
  CHECK_EQ_U64(n, 56 + 7);
  for (size_t i = 0; i < n; i++) {
    file[i] ^= 0x10;
    REQUIRE_OK(mgp_file_write(below("shard.1"), file, n));
    CHECK_MSG(mgp_store_get(s, "shard.1", 100, &got, &ngot) == MGP_BAD_INPUT, "byte %zu", i);
    CHECK(strstr(mgp_error_message(), below("shard.1")) != NULL);
    file[i] ^= 0x10;
  }
  for (size_t i = 0; i <= n + 1; i++) {
    if (i == n) continue;
    REQUIRE_OK(mgp_file_write(below("shard.1"), file, i));
    CHECK_MSG(mgp_store_get(s, "shard.1", 100, &got, &ngot) == MGP_BAD_INPUT, "length %zu", i);
  }
  REQUIRE_OK(mgp_file_write(below("shard.2"), file, n));
  says(mgp_store_get(s, "shard.2", 100, &got, &ngot), MGP_BAD_INPUT, "another record by this name");
  REQUIRE_OK(mgp_file_write(below("shard.1"), file, n));
  CHECK_OK(mgp_store_get(s, "shard.1", 100, &got, &ngot));
  free(got);
  file[8] = 2;
  REQUIRE_OK(mgp_file_write(below("shard.1"), file, n));
  says(mgp_store_get(s, "shard.1", 100, &got, &ngot), MGP_BAD_INPUT, "has version 2");
  free(file);
  /* half-written ones of an owner that was killed go; everything else stays */
  REQUIRE_OK(mgp_file_write(below("shard.3.a1B2c3"), "x", 1));
  mgp_store_close(s);
  REQUIRE_OK(mgp_store_open(folder, 0, &s));
  CHECK(access(below("shard.3.a1B2c3"), F_OK) != 0 && access(below("shard.2"), F_OK) == 0);
  mgp_store_close(s);
}

static void check_folders(void) {
  mgp_store_t *s;
  char other[128];
  (void)snprintf(other, sizeof other, "%s/other", dir);
  REQUIRE_OK(mgp_file_write(other, "x", 1));
  says(mgp_store_open(other, 0, &s), MGP_USAGE, "not a folder");
  CHECK(unlink(other) == 0);
  (void)snprintf(other, sizeof other, "%s/missing/folder", dir);
  says(mgp_store_open(other, 0, &s), MGP_IO, "cannot be made");
  (void)snprintf(other, sizeof other, "%s/other", dir);
  CHECK(mkdir(other, 0700) == 0);
  (void)snprintf(other, sizeof other, "%s/other/data", dir);
  REQUIRE_OK(mgp_file_write(other, "x", 1));
  (void)snprintf(other, sizeof other, "%s/other", dir);
  says(mgp_store_open(other, 0, &s), MGP_USAGE, "it holds data");
  CHECK(chmod(folder, 0750) == 0);
  says(mgp_store_open(folder, 0, &s), MGP_USAGE, "mode 0750");
  CHECK(chmod(folder, 0700) == 0);
}

/* Locks are of processes: a child has it, lets go, or is killed. */
static void check_lock(void) {
  mgp_store_t *s;
  int ready[2];
  char c, pid_text[40];
  CHECK(pipe(ready) == 0);
  pid_t pid = fork();
  if (pid == 0) {
    if (mgp_store_open(folder, 0, &s) != MGP_OK || write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) (void)pause();
  }
  CHECK(read(ready[0], &c, 1) == 1);
  double start = mgp_clock_seconds();
  says(mgp_store_open(folder, 0.5, &s), MGP_RESOURCES, "is in use by process");
  CHECK(mgp_clock_seconds() - start >= 0.5);
  (void)snprintf(pid_text, sizeof pid_text, "process %ld on ", (long)pid);
  CHECK_MSG(strstr(mgp_error_message(), pid_text) != NULL, "%s", mgp_error_message());
  /* a lock of a dead process is none; the one that waits gets it */
  pid_t killer = fork();
  if (killer == 0) {
    (void)usleep(300000);
    (void)kill(pid, SIGKILL);
    _exit(0);
  }
  CHECK_OK(mgp_store_open(folder, 10, &s));
  mgp_store_close(s);
  (void)waitpid(pid, NULL, 0);
  (void)waitpid(killer, NULL, 0);
  (void)close(ready[0]);
  (void)close(ready[1]);
}

/* A file system of 256 KiB, and one that is read-only: needs the right to mount. */
static void check_full(void) {
  mgp_store_t *s;
  uint8_t *got, big[200000] = {1};
  size_t n;
  char small[128];
  (void)snprintf(small, sizeof small, "%s/small", dir);
  CHECK(mkdir(small, 0700) == 0);
  if (mount("tmpfs", small, "tmpfs", 0, "size=256k,mode=0700") != 0) {
    printf("without the right to mount: a full disk was not tried\n");
    return;
  }
  REQUIRE_OK(mgp_store_open(small, 0, &s));
  CHECK_OK(mgp_store_put(s, "shard.1", big, 150000));
  says(mgp_store_put(s, "shard.2", big, sizeof big), MGP_IO, "No space left");
  says(mgp_store_put(s, "shard.1", big, sizeof big), MGP_IO, "No space left");
  CHECK(!mgp_store_has(s, "shard.2"));
  REQUIRE_OK(mgp_store_get(s, "shard.1", sizeof big, &got, &n));
  CHECK(n == 150000 && memcmp(got, big, n) == 0);
  free(got);
  CHECK_OK(mgp_store_put(s, "shard.2", big, 50000)); /* nothing of the failed ones is in the way */
  mgp_store_close(s);
  CHECK(mount("tmpfs", small, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=256k") == 0);
  says(mgp_store_open(small, 0, &s), MGP_IO, "Read-only file system");
  CHECK(umount(small) == 0);
}

int main(void) {
  (void)snprintf(dir, sizeof dir, "/tmp/mgp_test_store.XXXXXX");
  if (mkdtemp(dir) == NULL) abort();
  (void)snprintf(folder, sizeof folder, "%s/job", dir);
  check_records();
  check_asides();
  check_damage();
  check_folders();
  check_lock();
  check_full();
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", dir);
  CHECK(system(command) == 0);
  return test_result();
}
