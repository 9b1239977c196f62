/* Where a device hangs, and binding of a thread to that place. All is best effort: a machine that
 * does not say, or a container that does not allow, leaves things as they are. */
#ifndef MGP_BASE_NUMA_H
#define MGP_BASE_NUMA_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `root`: "" on a real system; files are looked for below it (for tests). */

/* NUMA node of a PCI device such as "0000:1b:00.0"; -1 if it has none, or nobody knows. */
int mgp_numa_of_pci(const char *root, const char *pci);
/* Cores of a node; false if there is no such node. */
bool mgp_numa_cores(const char *root, int node, cpu_set_t *out);

typedef struct {
  bool bound;
  cpu_set_t before;
} mgp_numa_binding_t;

/* From now on the calling thread, and those it starts, run on the cores of the node that they may
 * use now, and take memory from there first. Nothing happens if there are none, or node is -1.
 * *out is for mgp_numa_release, by the same thread. True if it is bound. */
bool mgp_numa_bind(const char *root, int node, mgp_numa_binding_t *out);
void mgp_numa_release(mgp_numa_binding_t *binding);

/* Cores as ranges, "0-3,8"; cut if they do not fit. Returns how many there are. */
uint32_t mgp_cores_text(const cpu_set_t *cores, char *out, size_t cap);

#endif
