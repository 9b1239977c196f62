/* Snapshots: a run is stopped at a cut by one vm and goes on in another.
 *
 * The first vm tracks which pages of guest memory its plain and counting passes write. A snapshot
 * is the point of the run, and the pages written since the snapshot before with their contents.
 * Whoever starts from a fresh vm of the same program and hints, and applies the pages of all
 * snapshots in order, has the memory of the run at the last one. */
#ifndef MGP_VM_SNAPSHOT_H
#define MGP_VM_SNAPSHOT_H

#include "vm/emulator.h"

#define MGP_VM_PAGE_LOG   12u
#define MGP_VM_PAGE_BYTES (1u << MGP_VM_PAGE_LOG)
#define MGP_VM_PAGES      (MGP_ADDR_LIMIT >> MGP_VM_PAGE_LOG)

/* Everything of a run but its memory and its public output: plain data, may be sent as bytes. */
typedef struct {
  uint64_t steps, ts, cost; /* since the entry */
  uint32_t pc;              /* word index; MGP_HALT_PC after the halt */
  uint32_t x[33];
  uint32_t halted, exit_code;
  uint32_t committed, commit[8];
  uint32_t pad; /* 0 */
} mgp_vm_point_t;

/* Starts (on = 1) or ends tracking; what was noted before is forgotten. The recording pass notes
 * nothing, so a vm that tracks must not record. MGP_RESOURCES without memory for the list. */
mgp_status_t mgp_vm_track(mgp_vm_t *vm, int on);

void mgp_vm_point(const mgp_vm_t *vm, mgp_vm_point_t *out);
/* Number of pages written since tracking began or mgp_vm_take_pages was called last. */
uint32_t mgp_vm_written_pages(const mgp_vm_t *vm);
/* Their numbers, ascending, and contents [n][MGP_VM_PAGE_BYTES]; they are written no more. */
void mgp_vm_take_pages(mgp_vm_t *vm, uint32_t *number, uint8_t *bytes);

/* Overwrites n pages. */
void mgp_vm_put_pages(mgp_vm_t *vm, uint32_t n, const uint32_t *number, const uint8_t *bytes);
/* The run goes on from this point; memory is as it is. Public output starts empty. MGP_INTERNAL if
 * the point has not halted and its pc is no instruction. */
mgp_status_t mgp_vm_resume(mgp_vm_t *vm, const mgp_vm_point_t *point);

#endif
