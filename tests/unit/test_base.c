/* Base utilities: numbers, JSON, files, machine, log. */
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/parse.h"
#include "base/version.h"

#include "test.h"

static char dir[64];

static const char *in_dir(const char *name) {
  static char path[256];
  (void)snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static void check_numbers(void) {
  static const struct {
    const char *text;
    int ok;
    uint64_t value;
  } sizes[] = {{"0", 1, 0},
               {"1", 1, 1},
               {"4G", 1, 4ull << 30},
               {"4g", 1, 4ull << 30},
               {"512M", 1, 512ull << 20},
               {"1.5K", 1, 1536},
               {"1.5KiB", 1, 1536},
               {"2kB", 1, 2048},
               {"7B", 1, 7},
               {".5T", 1, 1ull << 39},
               {"0.3333333333333333333333333333G", 1, 357913583},
               {"16777215T", 1, 16777215ull << 40},
               {"18446744073709551615", 1, UINT64_MAX},
               {"18446744073709551616", 0, 0},
               {"16777216T", 0, 0},
               {"99999999999999999999K", 0, 0},
               {"", 0, 0},
               {"G", 0, 0},
               {".", 0, 0},
               {"-1", 0, 0},
               {"+1", 0, 0},
               {" 1", 0, 0},
               {"1 ", 0, 0},
               {"1GG", 0, 0},
               {"1P", 0, 0},
               {"0x10", 0, 0},
               {"1e3", 0, 0}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    uint64_t v = 77;
    mgp_status_t st = mgp_parse_size(sizes[i].text, "--memory", &v);
    CHECK_MSG((st == MGP_OK) == sizes[i].ok, "size \"%s\"", sizes[i].text);
    CHECK_MSG(v == (sizes[i].ok ? sizes[i].value : 77), "size \"%s\": %" PRIu64, sizes[i].text, v);
    if (st != MGP_OK) CHECK(st == MGP_USAGE && strstr(mgp_error_message(), "--memory") != NULL);
  }
  static const struct {
    const char *text;
    int ok;
    uint64_t value;
  } numbers[] = {{"1", 1, 1},       {"0x1F", 1, 31}, {"010", 1, 10},
                 {"1000", 1, 1000}, {"1001", 0, 0},  {"0", 0, 0},
                 {"", 0, 0},        {"-1", 0, 0},    {"+1", 0, 0},
                 {" 1", 0, 0},      {"1 ", 0, 0},    {"1x", 0, 0},
                 {"0x", 0, 0},      {"0x0x1", 0, 0}, {"0x-1", 0, 0},
                 {"0xg", 0, 0},     {"ten", 0, 0},   {"18446744073709551617", 0, 0}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    uint64_t v = 77;
    mgp_status_t st = mgp_parse_u64(numbers[i].text, "-n", 1, 1000, &v);
    CHECK_MSG((st == MGP_OK) == numbers[i].ok, "number \"%s\"", numbers[i].text);
    CHECK_MSG(v == (numbers[i].ok ? numbers[i].value : 77), "number \"%s\"", numbers[i].text);
  }
  uint64_t v;
  CHECK_OK(mgp_parse_u64("18446744073709551615", "n", 0, UINT64_MAX, &v));
  CHECK_EQ_U64(v, UINT64_MAX);
  char buf[32];
  CHECK_EQ_STR(mgp_format_size(1023, buf), "1023 B");
  CHECK_EQ_STR(mgp_format_size(1536, buf), "1.5 KiB");
  CHECK_EQ_STR(mgp_format_size(3ull << 40, buf), "3.0 TiB");
}

static void check_json(void) {
  mgp_json_t *j;
  const char *text;
  size_t n;
  REQUIRE_OK(mgp_json_create(&j));
  mgp_json_object_begin(j, NULL);
  mgp_json_string(j, "s\"", "a\"b\\c\n\x01\x7f/\xc3\xa9\xff\xed\xa0\x80");
  mgp_json_string(j, "none", NULL);
  mgp_json_u64(j, "u", UINT64_MAX);
  mgp_json_i64(j, "i", INT64_MIN);
  mgp_json_f64(j, "f", 0.1);
  mgp_json_f64(j, "third", 1.0 / 3);
  mgp_json_f64(j, "nan", NAN);
  mgp_json_bool(j, "b", true);
  mgp_json_hex(j, "h", (const uint8_t *)"\x00\xfe", 2);
  mgp_json_array_begin(j, "a");
  mgp_json_u64(j, NULL, 1);
  mgp_json_object_begin(j, NULL);
  mgp_json_object_end(j);
  mgp_json_array_end(j);
  mgp_json_array_begin(j, "e");
  mgp_json_array_end(j);
  mgp_json_object_end(j);
  CHECK_OK(mgp_json_finish(j, &text, &n));
  CHECK_EQ_STR(text, "{\n"
                     "  \"s\\\"\": \"a\\\"b\\\\c\\u000a\\u0001\\u007f/\xc3\xa9\xef\xbf\xbd"
                     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\n"
                     "  \"none\": null,\n"
                     "  \"u\": 18446744073709551615,\n"
                     "  \"i\": -9223372036854775808,\n"
                     "  \"f\": 0.1,\n"
                     "  \"third\": 0.3333333333333333,\n"
                     "  \"nan\": null,\n"
                     "  \"b\": true,\n"
                     "  \"h\": \"00fe\",\n"
                     "  \"a\": [\n"
                     "    1,\n"
                     "    {}\n"
                     "  ],\n"
                     "  \"e\": []\n"
                     "}\n");
  CHECK_EQ_U64(n, strlen(text));
  mgp_json_destroy(j);

  REQUIRE_OK(mgp_json_create(&j));
  mgp_json_one_line(j);
  mgp_json_object_begin(j, NULL);
  mgp_json_string(j, "s", "two\nlines");
  mgp_json_array_begin(j, "a");
  mgp_json_u64(j, NULL, 1);
  mgp_json_u64(j, NULL, 2);
  mgp_json_array_end(j);
  mgp_json_object_end(j);
  CHECK_OK(mgp_json_finish(j, &text, &n));
  CHECK_EQ_STR(text, "{\"s\": \"two\\u000alines\", \"a\": [1, 2]}\n");
  mgp_json_destroy(j);
  mgp_json_destroy(NULL);

  /* each misuse is found */
  for (int k = 0; k < 7; k++) {
    REQUIRE_OK(mgp_json_create(&j));
    if (k != 6) mgp_json_object_begin(j, k == 5 ? "key" : NULL);
    if (k == 0) mgp_json_u64(j, NULL, 1);
    if (k == 1) mgp_json_array_end(j);
    if (k == 2) mgp_json_array_begin(j, "a");
    if (k == 2) mgp_json_u64(j, "key", 1);
    if (k == 2) mgp_json_array_end(j);
    if (k != 3 && k != 6) mgp_json_object_end(j);
    if (k == 4) mgp_json_null(j, NULL);
    CHECK_MSG(mgp_json_finish(j, &text, &n) == MGP_INTERNAL, "misuse %d", k);
    mgp_json_destroy(j);
  }
  REQUIRE_OK(mgp_json_create(&j));
  for (int k = 0; k < 1000; k++) mgp_json_array_begin(j, NULL);
  for (int k = 0; k < 1000; k++) mgp_json_array_end(j);
  CHECK(mgp_json_finish(j, &text, &n) == MGP_INTERNAL);
  mgp_json_destroy(j);
}

static int files_in_dir(void) {
  char command[128], line[16] = "";
  (void)snprintf(command, sizeof command, "ls -A %s | wc -l", dir);
  FILE *p = popen(command, "r");
  if (p == NULL || fgets(line, sizeof line, p) == NULL) abort();
  (void)pclose(p);
  return atoi(line);
}

static void expect_contents(const char *path, const char *want) {
  uint8_t *data;
  size_t n;
  CHECK_OK(mgp_file_read(path, 1 << 20, &data, &n));
  CHECK_MSG(n == strlen(want) && strcmp((char *)data, want) == 0, "%s holds \"%s\"", path, data);
  free(data);
}

static void check_file_read(void) {
  uint8_t *data = NULL;
  size_t n = 77;
  CHECK_OK(mgp_file_write(in_dir("x"), "12345", 5));
  CHECK_OK(mgp_file_read(in_dir("x"), 5, &data, &n));
  CHECK(n == 5 && memcmp(data, "12345", 6) == 0);
  free(data);
  data = NULL;
  n = 77;
  CHECK(mgp_file_read(in_dir("x"), 4, &data, &n) == MGP_BAD_INPUT);
  CHECK(strstr(mgp_error_message(), "limit of 4 bytes") != NULL);
  CHECK(mgp_file_read(in_dir("missing"), 4, &data, &n) == MGP_BAD_INPUT);
  CHECK(strstr(mgp_error_message(), "/missing: No such file") != NULL);
  CHECK(mgp_file_read(dir, 4, &data, &n) == MGP_BAD_INPUT);
  CHECK(data == NULL && n == 77);
  CHECK_OK(mgp_file_write(in_dir("x"), "", 0));
  CHECK_OK(mgp_file_read(in_dir("x"), 0, &data, &n));
  CHECK(n == 0 && data != NULL);
  free(data);
  CHECK_OK(mgp_file_read("/proc/self/status", 1 << 20, &data, &n)); /* says that its size is 0 */
  CHECK(n > 100);
  free(data);

  /* a pipe longer than any guess */
  int fds[2];
  char name[32];
  enum { PIPED = 300001 };
  if (pipe(fds) != 0) abort();
  pid_t pid = fork();
  if (pid == 0) {
    static char block[PIPED];
    memset(block, 'p', sizeof block);
    (void)close(fds[0]);
    for (ssize_t at = 0, put; at < PIPED; at += put)
      if ((put = write(fds[1], block + at, PIPED - (size_t)at)) <= 0) _exit(1);
    _exit(0);
  }
  (void)close(fds[1]);
  (void)snprintf(name, sizeof name, "/dev/fd/%d", fds[0]);
  CHECK_OK(mgp_file_read(name, PIPED, &data, &n));
  CHECK(n == PIPED && data[PIPED - 1] == 'p' && data[PIPED] == '\0');
  free(data);
  (void)close(fds[0]);
  (void)waitpid(pid, NULL, 0);
}

/* Threads that write files of their own leave the process's umask alone, even for a moment. */
static void *write_some(void *arg) {
  int *number = arg; /* becomes how often something was wrong */
  int wrong = 0;
  char name[256];
  (void)snprintf(name, sizeof name, "%s/some.%d", dir, *number);
  for (int i = 0; i < 300; i++) {
    mgp_file_t *f;
    struct stat info;
    wrong += mgp_file_create(name, &f) != MGP_OK || mgp_file_commit(f) != MGP_OK ||
             stat(name, &info) != 0 || (info.st_mode & 0777) != 0644 || unlink(name) != 0;
  }
  *number = wrong;
  return NULL;
}

static void check_file_threads(void) {
  pthread_t threads[4];
  int number[4] = {0, 1, 2, 3};
  (void)umask(022);
  for (int i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, write_some, &number[i]) != 0) abort();
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0 && number[i] == 0);
  CHECK(umask(022) == 022);
}

static void check_file_write(void) {
  struct stat info;
  mgp_file_t *f;
  char link_path[256], target[256];
  (void)snprintf(target, sizeof target, "%s", in_dir("out"));
  (void)umask(022);
  int before = files_in_dir();
  CHECK_OK(mgp_file_create(target, &f));
  CHECK_OK(mgp_file_append(f, "ab", 2));
  CHECK(access(target, F_OK) != 0); /* not before it is whole */
  CHECK_OK(mgp_file_append(f, "cd", 2));
  CHECK_OK(mgp_file_commit(f));
  expect_contents(target, "abcd");
  CHECK(stat(target, &info) == 0 && (info.st_mode & 0777) == 0644);
  CHECK(files_in_dir() == before + 1);

  /* abandoned, or failed: as it was, and nothing left behind */
  (void)chmod(target, 0600);
  CHECK_OK(mgp_file_create(target, &f));
  CHECK_OK(mgp_file_append(f, "other", 5));
  mgp_file_abandon(f);
  mgp_file_abandon(NULL);
  expect_contents(target, "abcd");
  CHECK(files_in_dir() == before + 1);
  (void)fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    struct rlimit small = {10, 10};
    (void)setrlimit(RLIMIT_FSIZE, &small);
    (void)signal(SIGXFSZ, SIG_IGN);
    _exit(mgp_file_write(target, "more than ten bytes", 19) == MGP_IO ? 42 : 1);
  }
  int status = 0;
  (void)waitpid(pid, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
  expect_contents(target, "abcd");
  CHECK(files_in_dir() == before + 1);

  /* keeps the mode; follows a link */
  (void)snprintf(link_path, sizeof link_path, "%s", in_dir("link"));
  CHECK(symlink("out", link_path) == 0);
  CHECK_OK(mgp_file_write(link_path, "via link", 8));
  expect_contents(target, "via link");
  CHECK(lstat(link_path, &info) == 0 && S_ISLNK(info.st_mode));
  CHECK(stat(target, &info) == 0 && (info.st_mode & 0777) == 0600);

  /* not a regular file: written in place */
  CHECK_OK(mgp_file_write("/dev/null", "x", 1));
  CHECK(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode));
  CHECK(mgp_file_write("/dev/full", "x", 1) == MGP_IO);
  /* as /dev/stdout is, if stdout is a pipe: a path that exists but leads to no name */
  int ends[2];
  char fd_path[64], got[2] = "";
  CHECK(pipe(ends) == 0);
  (void)snprintf(fd_path, sizeof fd_path, "/proc/self/fd/%d", ends[1]);
  CHECK_OK(mgp_file_write(fd_path, "y", 1));
  (void)close(ends[1]);
  CHECK(read(ends[0], got, 1) == 1 && got[0] == 'y');
  (void)close(ends[0]);

  CHECK(mgp_file_write(dir, "x", 1) == MGP_IO);
  CHECK(mgp_file_write(in_dir("no/such/folder"), "x", 1) == MGP_IO);
  CHECK(strstr(mgp_error_message(), "no/such/folder") != NULL);
  char longer[PATH_MAX + 10];
  memset(longer, 'a', sizeof longer);
  longer[sizeof longer - 1] = '\0';
  CHECK(mgp_file_write(longer, "x", 1) == MGP_IO);
}

/* A control-group tree of our own. */
static void put_file(const char *path, const char *text) {
  char full[256], command[300];
  (void)snprintf(full, sizeof full, "%s/%s", dir, path);
  (void)snprintf(command, sizeof command, "mkdir -p $(dirname %s)", full);
  if (system(command) != 0) abort();
  REQUIRE_OK(mgp_file_write(full, text, strlen(text)));
}

static void check_cgroups(void) {
  char root[128];
  (void)snprintf(root, sizeof root, "%s/v2", dir);
  put_file("v2/proc/self/cgroup", "0::/a/b\n");
  CHECK(mgp_machine_cgroup_memory(root) == UINT64_MAX && mgp_machine_cgroup_cores(root) == 0);
  put_file("v2/sys/fs/cgroup/a/b/memory.max", "max\n");
  put_file("v2/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  CHECK(mgp_machine_cgroup_memory(root) == UINT64_MAX && mgp_machine_cgroup_cores(root) == 0);
  put_file("v2/sys/fs/cgroup/a/memory.max", "1000000\n"); /* the limit of the group above */
  put_file("v2/sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  CHECK_EQ_U64(mgp_machine_cgroup_memory(root), 1000000);
  CHECK_EQ_U64(mgp_machine_cgroup_cores(root), 3);
  put_file("v2/sys/fs/cgroup/a/b/memory.max", "900000\n");
  CHECK_EQ_U64(mgp_machine_cgroup_memory(root), 900000);
  put_file("v2/proc/self/cgroup", "0::/not/visible/here\n"); /* in a container: the top */
  put_file("v2/sys/fs/cgroup/memory.max", "5000\n");
  CHECK_EQ_U64(mgp_machine_cgroup_memory(root), 5000);

  (void)snprintf(root, sizeof root, "%s/v1", dir);
  put_file("v1/proc/self/cgroup", "7:cpu,cpuacct:/c\n4:memory:/m/job\n0::/\n");
  put_file("v1/sys/fs/cgroup/memory/m/job/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK(mgp_machine_cgroup_memory(root) == UINT64_MAX);
  put_file("v1/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "123456789\n");
  CHECK_EQ_U64(mgp_machine_cgroup_memory(root), 123456789);
  put_file("v1/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "-1\n");
  put_file("v1/sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n");
  CHECK_EQ_U64(mgp_machine_cgroup_cores(root), 0);
  put_file("v1/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "50000\n");
  CHECK_EQ_U64(mgp_machine_cgroup_cores(root), 1);
}

static void check_machine(void) {
  mgp_memory_t m;
  CHECK_OK(mgp_machine_memory(&m));
  CHECK(m.physical > 0 && m.limit <= m.physical && m.available <= m.limit && m.available > 0);
  CHECK(m.rss > 0 && m.rss_peak >= m.rss / 2);
  enum { BLOCK = 64 << 20 };
  volatile char *block = malloc(BLOCK);
  for (size_t i = 0; i < BLOCK; i += 1024) block[i] = 1;
  mgp_memory_t with;
  CHECK_OK(mgp_machine_memory(&with));
  free((void *)block);
  CHECK(with.rss >= m.rss + BLOCK / 2 && with.rss_peak >= with.rss - (1 << 20));
  uint32_t cores = mgp_machine_cores();
  CHECK(cores >= 1 && cores <= (uint32_t)sysconf(_SC_NPROCESSORS_CONF));
  /* the kernel's word on the processor */
  uint8_t *cpuinfo;
  size_t n;
  CHECK_OK(mgp_file_read("/proc/cpuinfo", 1 << 24, &cpuinfo, &n));
  mgp_cpu_features_t f = mgp_machine_cpu_features();
  CHECK(f.avx2 == (strstr((char *)cpuinfo, " avx2 ") != NULL));
  CHECK(f.avx512 == (strstr((char *)cpuinfo, " avx512dq ") != NULL &&
                     strstr((char *)cpuinfo, " avx512vl") != NULL));
  free(cpuinfo);
  uint64_t t = mgp_clock_ns();
  (void)usleep(2000);
  CHECK(mgp_clock_ns() - t >= 2000000);
  CHECK(mgp_version()[0] != '\0' && mgp_version_commit()[0] != '\0');
}

static void *add_steps(void *arg) {
  (void)arg;
  for (int i = 0; i < 1000; i++) mgp_log_progress_add(1);
  return NULL;
}

/* What body() writes to stderr. */
static char *captured(void (*body)(void)) {
  static char text[8192];
  int fd = open(in_dir("stderr"), O_RDWR | O_CREAT | O_TRUNC, 0600);
  (void)fflush(stderr);
  int saved = dup(STDERR_FILENO);
  (void)dup2(fd, STDERR_FILENO);
  body();
  (void)dup2(saved, STDERR_FILENO);
  (void)close(saved);
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  text[n > 0 ? n : 0] = '\0';
  (void)close(fd);
  return text;
}

static void say_all(void) {
  mgp_log_error("e %d", 1);
  mgp_log_warn("w");
  mgp_log_info("i");
  mgp_log_verbose("v");
}

static void say_long(void) {
  char longer[3000];
  memset(longer, 'x', sizeof longer);
  longer[sizeof longer - 1] = '\0';
  mgp_log_error("%s", longer);
}

static void short_work(void) {
  mgp_log_progress_begin("work", 4000, "steps");
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, add_steps, NULL) != 0) abort();
  for (int i = 0; i < 4; i++) (void)pthread_join(threads[i], NULL);
  mgp_log_progress_end();
}

static void check_log(void) {
  mgp_log_set_level(MGP_LOG_QUIET);
  CHECK_EQ_STR(captured(say_all), "mgprove: e 1\n");
  mgp_log_set_level(MGP_LOG_VERBOSE);
  CHECK_EQ_STR(captured(say_all), "mgprove: e 1\nwarning: w\ni\nv\n");
  mgp_log_set_rank(2);
  CHECK_EQ_STR(captured(say_all), "mgprove: e 1\nwarning: w\nv\n");
  mgp_log_show_rank(true);
  CHECK_EQ_STR(captured(say_all), "[2] mgprove: e 1\n[2] warning: w\n[2] v\n");
  mgp_log_show_rank(false);
  mgp_log_set_rank(0);
  mgp_log_set_level(MGP_LOG_NORMAL);
  CHECK_EQ_STR(captured(say_all), "mgprove: e 1\nwarning: w\ni\n");
  char *text = captured(say_long);
  CHECK(strlen(text) > 1000 && strchr(text, '\n') == text + strlen(text) - 1);
  CHECK_EQ_STR(captured(short_work), ""); /* a log has nothing to say about short work */
}

int main(void) {
  (void)snprintf(dir, sizeof dir, "/tmp/mgp_test_base.XXXXXX");
  if (mkdtemp(dir) == NULL) abort();
  check_numbers();
  check_json();
  check_file_read();
  check_file_write();
  check_file_threads();
  check_cgroups();
  check_machine();
  check_log();
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", dir);
  CHECK(system(command) == 0);
  return test_result();
}
