#include "base/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* First line of a small file; false if there is none. */
static bool first_line(const char *path, char *line, int cap) {
  FILE *f = fopen(path, "re");
  if (f == NULL) return false;
  bool ok = fgets(line, cap, f) != NULL;
  (void)fclose(f);
  return ok;
}

/* "Name:   123 kB" in bytes, 0 if not there. */
static uint64_t kb_field(const char *path, const char *name) {
  FILE *f = fopen(path, "re");
  char line[256];
  unsigned long long kb = 0;
  size_t n = strlen(name);
  if (f == NULL) return 0;
  while (fgets(line, sizeof line, f) != NULL) {
    if (strncmp(line, name, n) != 0 || line[n] != ':') continue;
    if (sscanf(line + n + 1, "%llu", &kb) != 1) kb = 0;
    break;
  }
  (void)fclose(f);
  return (uint64_t)kb * 1024;
}

/* --- control groups --- */

enum { CGROUP_PATH_MAX = 2048 };

/* Calls visit(folder, out) for the process's group in `controller` (NULL: version 2) and each group
 * above it: a limit holds for all below. In a container the path may name a group that is not
 * visible; then only the top is. */
static void each_group(const char *root, const char *controller,
                       void (*visit)(const char *folder, void *out), void *out) {
  char path[CGROUP_PATH_MAX], line[CGROUP_PATH_MAX], group[CGROUP_PATH_MAX] = "";
  bool found = false;
  (void)snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE *f = fopen(path, "re");
  if (f == NULL) return;
  /* lines are ID:CONTROLLERS:PATH, where version 2 has no controllers */
  while (!found && fgets(line, sizeof line, f) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *names = strchr(line, ':');
    char *where = names != NULL ? strchr(names + 1, ':') : NULL;
    if (where == NULL) continue;
    *names++ = *where++ = '\0';
    if (controller == NULL) found = names[0] == '\0';
    for (char *save = NULL, *n = strtok_r(names, ",", &save); n != NULL && !found;
         n = strtok_r(NULL, ",", &save))
      found = controller != NULL && strcmp(n, controller) == 0;
    if (found) (void)snprintf(group, sizeof group, "%s", where);
  }
  (void)fclose(f);
  if (!found) return;
  for (;;) {
    char folder[2 * CGROUP_PATH_MAX];
    size_t n = strlen(group);
    if (n > 0 && group[n - 1] == '/') group[n - 1] = '\0';
    (void)snprintf(folder, sizeof folder, "%s/sys/fs/cgroup%s%s%s", root,
                   controller != NULL ? "/" : "", controller != NULL ? controller : "", group);
    visit(folder, out);
    char *slash = strrchr(group, '/');
    if (slash == NULL) return;
    *slash = '\0';
  }
}

static bool group_file(const char *folder, const char *name, char *line, int cap) {
  char path[3 * CGROUP_PATH_MAX];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return first_line(path, line, cap);
}

static void visit_memory(const char *folder, void *out) {
  uint64_t *least = out;
  char line[64];
  unsigned long long v;
  if (!group_file(folder, "memory.max", line, sizeof line) &&
      !group_file(folder, "memory.limit_in_bytes", line, sizeof line))
    return;
  /* "max" is no number; version 1 writes no limit as a number near 2^63 */
  if (sscanf(line, "%llu", &v) == 1 && v < (1ull << 62) && v < *least) *least = v;
}

uint64_t mgp_machine_cgroup_memory(const char *root) {
  uint64_t least = UINT64_MAX;
  each_group(root, NULL, visit_memory, &least);
  each_group(root, "memory", visit_memory, &least);
  return least;
}

static void visit_cores(const char *folder, void *out) {
  uint32_t *least = out;
  char line[64], period_line[64];
  long long quota = 0, period = 0;
  bool some = false;
  if (group_file(folder, "cpu.max", line, sizeof line))
    some = sscanf(line, "%lld %lld", &quota, &period) == 2;
  else if (group_file(folder, "cpu.cfs_quota_us", line, sizeof line) &&
           group_file(folder, "cpu.cfs_period_us", period_line, sizeof period_line))
    some = sscanf(line, "%lld", &quota) == 1 && sscanf(period_line, "%lld", &period) == 1;
  if (!some || quota <= 0 || period <= 0) return;
  uint32_t cores = (uint32_t)((quota + period - 1) / period);
  if (*least == 0 || cores < *least) *least = cores;
}

uint32_t mgp_machine_cgroup_cores(const char *root) {
  uint32_t least = 0;
  each_group(root, NULL, visit_cores, &least);
  each_group(root, "cpu", visit_cores, &least);
  return least;
}

/* --- machine --- */

mgp_status_t mgp_machine_memory(mgp_memory_t *out) {
  mgp_memory_t m = {0};
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0)
    return mgp_fail(MGP_INTERNAL, "the system does not say how much memory it has");
  m.physical = (uint64_t)pages * (uint64_t)page;
  m.cgroup = mgp_machine_cgroup_memory("");
  m.limit = m.cgroup < m.physical ? m.cgroup : m.physical;
  m.available = kb_field("/proc/meminfo", "MemAvailable");
  if (m.available == 0 || m.available > m.limit) m.available = m.limit;
  m.rss = kb_field("/proc/self/status", "VmRSS");
  m.rss_peak = kb_field("/proc/self/status", "VmHWM");
  *out = m;
  return MGP_OK;
}

bool mgp_machine_reset_peak(void) {
  FILE *f = fopen("/proc/self/clear_refs", "we");
  if (f == NULL) return false;
  bool ok = fputs("5", f) >= 0;
  return fclose(f) == 0 && ok;
}

mgp_cpu_features_t mgp_machine_cpu_features(void) {
  mgp_cpu_features_t f = {false, false};
#if defined(__x86_64__)
  __builtin_cpu_init();
  f.avx2 = __builtin_cpu_supports("avx2");
  f.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  return f;
}

uint32_t mgp_machine_cores(void) {
  cpu_set_t set;
  uint32_t cores = 0, quota = mgp_machine_cgroup_cores("");
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    cores = (uint32_t)CPU_COUNT(&set);
  } else {
    /* more processors than a cpu_set_t has bits */
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    cores = online > 0 ? (uint32_t)online : 1;
  }
  if (quota != 0 && quota < cores) cores = quota;
  return cores > 0 ? cores : 1;
}
