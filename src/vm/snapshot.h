/* Snapshots: a run is stopped by one vm and goes on in another, or is recorded there.
 *
 * A point is everything of a run but its memory and its public output. For recording memory is not
 * needed either: the vm in front notes the word that each load and store finds (emulator.h,
 * mgp_vm_note), and whoever has the point and these words has all that the steps from there read.
 * That is 4 bytes an access however the accesses lie, where a page would be 4096, and leaves no
 * order among those who record. */
#ifndef MGP_VM_SNAPSHOT_H
#define MGP_VM_SNAPSHOT_H

#include "vm/emulator.h"

/* Plain data, may be sent as bytes. */
typedef struct {
  uint64_t steps, ts, cost; /* since the entry */
  uint32_t pc;              /* word index; MGP_HALT_PC after the halt */
  uint32_t x[33];
  uint32_t halted, exit_code;
  uint32_t committed, commit[8];
  uint32_t pad; /* 0 */
} mgp_vm_point_t;

void mgp_vm_point(const mgp_vm_t *vm, mgp_vm_point_t *out);
/* The run goes on from this point; memory is as it is. Public output starts empty. MGP_INTERNAL if
 * the point has not halted and its pc is no instruction. */
mgp_status_t mgp_vm_resume(mgp_vm_t *vm, const mgp_vm_point_t *point);

#endif
