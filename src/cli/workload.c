#include "cli/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/inputs.h"
#include "vm/emulator.h"

/* Guests that take their size as the first hint. */
const char *const mgp_workloads[] = {"fibonacci", "sort",        "sha256", "keccak", "matrix",
                                     "sieve",     "interpreter", "memory", NULL};

mgp_status_t mgp_workload_check(const char *name) {
  for (unsigned i = 0; mgp_workloads[i]; i++)
    if (strcmp(name, mgp_workloads[i]) == 0) return MGP_OK;
  char all[256] = "";
  for (unsigned i = 0, at = 0; mgp_workloads[i]; i++)
    at += (unsigned)snprintf(all + at, sizeof all - at, "%s%s", at ? ", " : "", mgp_workloads[i]);
  return mgp_fail(MGP_USAGE, "--workload: \"%.60s\" is not one of %s", name, all);
}

mgp_status_t mgp_workload_guest(const char *name, const mgp_guest_t **out) {
  *out = mgp_guest_find(name);
  return *out ? MGP_OK : mgp_fail(MGP_INTERNAL, "this build has no guest %s", name);
}

static mgp_status_t is_long_enough(const mgp_guest_t *guest, uint32_t size, uint64_t steps,
                                   bool *out) {
  uint8_t dt[MGP_OPCHIP_COUNT];
  uint32_t cost[MGP_OPCHIP_COUNT];
  mgp_inputs_t in = {0};
  mgp_vm_t *vm = NULL;
  mgp_vm_stop_t why;
  const mgp_vm_limits_t limits = {steps, MGP_VM_NO_LIMIT};
  mgp_status_t st;
  /* steps alone matter here */
  memset(dt, 1, sizeof dt);
  memset(cost, 0, sizeof cost);
  MGP_TRY(mgp_inputs_from_guest(guest, size, &in));
  const mgp_vm_config_t config = {
      .prog = &in.prog, .hints = in.hints, .nhints = in.nhints, .dt = dt, .cost = cost};
  MGP_TRY_GOTO(st, mgp_vm_create(&config, &vm), out);
  MGP_TRY_GOTO(st, mgp_vm_run(vm, &limits, &why), out);
  *out = mgp_vm_state(vm)->steps >= steps;
out:
  mgp_vm_destroy(vm);
  mgp_inputs_free(&in);
  return st;
}

mgp_status_t mgp_workload_size(const mgp_guest_t *guest, uint64_t steps, uint32_t *out) {
  uint32_t low = 0, high = 1;
  bool enough = false;
  for (;; high *= 2) {
    MGP_TRY(is_long_enough(guest, high, steps, &enough));
    if (enough) break;
    if (high > UINT32_MAX / 4)
      return mgp_fail(MGP_RESOURCES, "no size of this workload has %" PRIu64 " steps", steps);
    low = high;
  }
  while (high - low > 1 && high - low > high / 64) {
    uint32_t middle = low + (high - low) / 2;
    MGP_TRY(is_long_enough(guest, middle, steps, &enough));
    *(enough ? &high : &low) = middle;
  }
  uint32_t unit = 1;
  while (high / unit >= 200) unit *= 10;
  *out = (high + unit - 1) / unit * unit;
  return MGP_OK;
}
