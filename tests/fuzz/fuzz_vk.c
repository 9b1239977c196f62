/* Verifying keys. An accepted one is the canonical key of its program. */
#include "fuzz.h"
#include "unit/vm_build.h"

unsigned long fuzz_accepted;

const uint8_t *fuzz_seed(unsigned i, size_t *n) {
  static uint8_t *vk[2];
  static size_t size[2];
  static const uint32_t data[3] = {1, 0x89abcdef, 3};
  if (i >= 2) return NULL;
  if (!vk[i]) {
    code_t c = {.n = 0};
    for (uint32_t op = 1; op < MGP_OP_COUNT; op++) emit(&c, (mgp_op_t)op, 10, 11, 12, 8);
    emit_halt(&c);
    mgp_program_t prog = load_code(&c, data, i ? 3 : 0);
    if (mgp_vk_serialize(&prog, &vk[i], &size[i]) != MGP_OK) abort();
    mgp_program_free(&prog);
  }
  *n = size[i];
  return vk[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  mgp_program_t prog;
  mgp_gap_t gaps[MGP_MAX_GAPS];
  uint8_t *vk;
  size_t nvk;
  if (mgp_vk_parse(data, n, &prog) != MGP_OK) return 0;
  fuzz_accepted++;
  if (mgp_program_gaps(&prog, gaps) > MGP_MAX_GAPS) abort();
  if (mgp_vk_serialize(&prog, &vk, &nvk) != MGP_OK) abort();
  if (nvk != n || memcmp(vk, data, n) != 0) abort();
  free(vk);
  mgp_program_free(&prog);
  return 0;
}

/* The counts are at the start: changed lengths get past them if the rest is moved along. */
FUZZ_PLAIN_MUTATOR
