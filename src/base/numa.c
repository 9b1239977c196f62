#include "base/numa.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_NODES = 1024, PATH_LENGTH = 512 };

/* First line of a small file. */
static bool read_line(const char *path, char *line, int cap) {
  FILE *f = fopen(path, "re");
  if (f == NULL) return false;
  bool ok = fgets(line, cap, f) != NULL;
  (void)fclose(f);
  return ok;
}

int mgp_numa_of_pci(const char *root, const char *pci) {
  char path[PATH_LENGTH], line[64];
  if (pci[0] == '\0' || strchr(pci, '/') != NULL) return -1;
  int n = snprintf(path, sizeof path, "%s/sys/bus/pci/devices/%s/numa_node", root, pci);
  if (n < 0 || (size_t)n >= sizeof path) return -1;
  /* the kernel writes hexadecimal digits small */
  for (char *c = path + strlen(root); *c != '\0'; c++) *c = (char)tolower((unsigned char)*c);
  if (!read_line(path, line, sizeof line)) return -1;
  long node = strtol(line, NULL, 10);
  return node >= 0 && node < MAX_NODES ? (int)node : -1;
}

/* "0-3,8" */
static bool parse_cores(const char *text, cpu_set_t *out) {
  CPU_ZERO(out);
  for (const char *at = text; isdigit((unsigned char)*at);) {
    char *end;
    unsigned long first = strtoul(at, &end, 10), last = first;
    if (*end == '-') last = strtoul(end + 1, &end, 10);
    for (unsigned long c = first; c <= last && c < CPU_SETSIZE; c++) CPU_SET(c, out);
    at = *end == ',' ? end + 1 : end;
  }
  return CPU_COUNT(out) > 0;
}

bool mgp_numa_cores(const char *root, int node, cpu_set_t *out) {
  char path[PATH_LENGTH], line[4096];
  if (node < 0) return false;
  (void)snprintf(path, sizeof path, "%s/sys/devices/system/node/node%d/cpulist", root, node);
  return read_line(path, line, sizeof line) && parse_cores(line, out);
}

/* The two modes of the system call that are used here (linux/mempolicy.h). */
enum { POLICY_DEFAULT = 0, POLICY_PREFERRED = 1 };

static void prefer_memory(int node) {
  unsigned long mask[MAX_NODES / (8 * sizeof(unsigned long))] = {0};
  const unsigned bits = 8 * sizeof *mask;
  if (node < 0) {
    (void)syscall(SYS_set_mempolicy, POLICY_DEFAULT, NULL, 0);
    return;
  }
  mask[(unsigned)node / bits] |= 1ul << ((unsigned)node % bits);
  (void)syscall(SYS_set_mempolicy, POLICY_PREFERRED, mask, MAX_NODES);
}

bool mgp_numa_bind(const char *root, int node, mgp_numa_binding_t *out) {
  mgp_numa_binding_t b = {false, {{0}}};
  cpu_set_t near;
  *out = b;
  if (!mgp_numa_cores(root, node, &near)) return false;
  if (sched_getaffinity(0, sizeof b.before, &b.before) != 0) return false;
  CPU_AND(&near, &near, &b.before);
  if (CPU_COUNT(&near) == 0 || sched_setaffinity(0, sizeof near, &near) != 0) return false;
  prefer_memory(node);
  b.bound = true;
  *out = b;
  return true;
}

void mgp_numa_release(mgp_numa_binding_t *binding) {
  if (!binding->bound) return;
  (void)sched_setaffinity(0, sizeof binding->before, &binding->before);
  prefer_memory(-1);
  binding->bound = false;
}

uint32_t mgp_cores_text(const cpu_set_t *cores, char *out, size_t cap) {
  uint32_t n = 0;
  size_t at = 0;
  out[0] = '\0';
  for (int c = 0; c < CPU_SETSIZE; c++) {
    int first = c;
    if (!CPU_ISSET(c, cores)) continue;
    while (c + 1 < CPU_SETSIZE && CPU_ISSET(c + 1, cores)) c++;
    n += (uint32_t)(c - first + 1);
    char range[32];
    int len = first == c ? snprintf(range, sizeof range, "%s%d", at ? "," : "", c)
                         : snprintf(range, sizeof range, "%s%d-%d", at ? "," : "", first, c);
    if (at + (size_t)len + 1 > cap) continue;
    memcpy(out + at, range, (size_t)len + 1);
    at += (size_t)len;
  }
  return n;
}
