/* libFuzzer entry point: verifying keys and ELF files, as the public API loads them. An accepted
 * key must be the canonical one of its program. Built like fuzz_proof.c. */
#include <stdlib.h>
#include <string.h>

#include "vm/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  mgp_program_t prog;
  uint8_t *vk;
  size_t nvk;
  if (n == 0) return 0;
  int elf = data[0] % 2;
  mgp_status_t st =
      elf ? mgp_program_load_elf(data + 1, n - 1, &prog) : mgp_vk_parse(data + 1, n - 1, &prog);
  if (st != MGP_OK) return 0;
  mgp_gap_t gaps[MGP_MAX_GAPS];
  if (mgp_program_gaps(&prog, gaps) > MGP_MAX_GAPS) abort();
  if (mgp_vk_serialize(&prog, &vk, &nvk) != MGP_OK) abort();
  if (!elf && (nvk != n - 1 || memcmp(vk, data + 1, nvk) != 0)) abort();
  free(vk);
  mgp_program_free(&prog);
  return 0;
}
