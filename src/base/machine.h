/* What this machine, and this process's share of it, has. */
#ifndef MGP_BASE_MACHINE_H
#define MGP_BASE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* Bytes. A process cannot use more than `limit`, which is the least of physical memory and the
 * limits of its control groups (version 1 or 2). */
typedef struct {
  uint64_t physical;
  uint64_t available; /* without swapping, by the kernel's estimate; not more than limit */
  uint64_t cgroup;    /* UINT64_MAX: none */
  uint64_t limit;
  uint64_t rss;      /* of this process, now */
  uint64_t rss_peak; /* since its start or the last mgp_machine_reset_peak */
} mgp_memory_t;

mgp_status_t mgp_machine_memory(mgp_memory_t *out);
/* Makes rss_peak start again; false where the kernel does not let us. */
bool mgp_machine_reset_peak(void);

typedef struct {
  bool avx2;
  bool avx512; /* F, DQ, BW and VL together */
} mgp_cpu_features_t;

/* Instructions that both the processor and the operating system support. */
mgp_cpu_features_t mgp_machine_cpu_features(void);

/* Cores that this process may use: by its affinity mask and its control group's quota. At least 1.
 */
uint32_t mgp_machine_cores(void);

/* The limits of control groups, from the files as they look below `root` ("" on a real system):
 * /proc/self/cgroup and /sys/fs/cgroup. UINT64_MAX and 0 mean no limit. For tests. */
uint64_t mgp_machine_cgroup_memory(const char *root);
uint32_t mgp_machine_cgroup_cores(const char *root);

#endif
