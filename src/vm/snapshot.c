#include "vm/snapshot.h"

#include "vm/interp.h"

#include <stdlib.h>
#include <string.h>

void mgp_vm_first_write(mgp_vm_t *vm, uint32_t page) {
  vm->written[page] = 1;
  vm->page[vm->npages++] = page;
}

mgp_status_t mgp_vm_track(mgp_vm_t *vm, int on) {
  vm->npages = 0;
  memset(vm->written, 1, MGP_VM_PAGES);
  if (!on) return MGP_OK;
  if (vm->page == NULL) vm->page = malloc(MGP_VM_PAGES * sizeof *vm->page);
  if (vm->page == NULL) return mgp_fail(MGP_RESOURCES, "emulator: no memory for a list of pages");
  memset(vm->written, 0, MGP_VM_PAGES);
  return MGP_OK;
}

void mgp_vm_point(const mgp_vm_t *vm, mgp_vm_point_t *out) {
  const mgp_vm_state_t *s = &vm->s;
  *out = (mgp_vm_point_t){.steps = s->steps,
                          .ts = s->ts,
                          .cost = s->cost,
                          .pc = s->pc,
                          .halted = s->halted != 0,
                          .exit_code = s->exit_code,
                          .committed = s->committed != 0};
  memcpy(out->x, s->x, sizeof out->x);
  memcpy(out->commit, s->commit, sizeof out->commit);
}

uint32_t mgp_vm_written_pages(const mgp_vm_t *vm) {
  return vm->npages;
}

static int by_number(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

void mgp_vm_take_pages(mgp_vm_t *vm, uint32_t *number, uint8_t *bytes) {
  const uint32_t n = vm->npages;
  if (n == 0) return; /* the arrays may be NULL */
  memcpy(number, vm->page, n * sizeof *number);
  qsort(number, n, sizeof *number, by_number);
  for (uint32_t i = 0; i < n; i++) {
    memcpy(bytes + ((size_t)i << MGP_VM_PAGE_LOG), vm->mem + ((size_t)number[i] << MGP_VM_PAGE_LOG),
           MGP_VM_PAGE_BYTES);
    vm->written[number[i]] = 0;
  }
  vm->npages = 0;
}

void mgp_vm_put_pages(mgp_vm_t *vm, uint32_t n, const uint32_t *number, const uint8_t *bytes) {
  for (uint32_t i = 0; i < n; i++)
    memcpy(vm->mem + ((size_t)number[i] << MGP_VM_PAGE_LOG), bytes + ((size_t)i << MGP_VM_PAGE_LOG),
           MGP_VM_PAGE_BYTES);
}

mgp_status_t mgp_vm_resume(mgp_vm_t *vm, const mgp_vm_point_t *point) {
  const uint32_t at = mgp_vm_locate(vm, point->pc);
  if (at == UINT32_MAX && !point->halted)
    return mgp_fail(MGP_INTERNAL, "emulator: a snapshot at pc 0x%08x, where no instruction is",
                    4 * point->pc);
  vm->s = (mgp_vm_state_t){.pc = point->pc,
                           .steps = point->steps,
                           .ts = point->ts,
                           .cost = point->cost,
                           .halted = (int)point->halted,
                           .exit_code = point->exit_code,
                           .committed = (int)point->committed,
                           .output = vm->output};
  memcpy(vm->s.x, point->x, sizeof vm->s.x);
  memcpy(vm->s.commit, point->commit, sizeof vm->s.commit);
  if (!point->halted) vm->at = at;
  vm->trapped = 0;
  vm->trap = (mgp_trap_t){0};
  vm->status = MGP_OK;
  return MGP_OK;
}
