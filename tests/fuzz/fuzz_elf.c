/* ELF files. What is accepted has a key, which parses to the same program; and a few steps of it
 * run without harm to the emulator. */
#include "fuzz.h"
#include "unit/vm_build.h"

#define STEPS 3000u

unsigned long fuzz_accepted;

const uint8_t *fuzz_seed(unsigned i, size_t *n) {
  static uint8_t *elf[2];
  static size_t size[2];
  static const uint32_t data[3] = {1, 0x89abcdef, 3};
  static const elf_symbol_t sym[2] = {{CODE_BASE, 64, "main"}, {CODE_BASE + 64, 32, "other"}};
  if (i >= 2) return NULL;
  if (!elf[i]) {
    code_t c = {.n = 0};
    emit_li(&c, 11, DATA_BASE);
    emit_li(&c, 31, CODE_BASE + 20);
    for (uint32_t op = 1; op < MGP_OP_COUNT; op++)
      if (op != MGP_OP_JALR && op != MGP_OP_ECALL) emit(&c, (mgp_op_t)op, 10, 11, 12, 4);
    emit_halt(&c);
    const elf_segment_t seg[2] = {{CODE_BASE, 5, 4 * c.n, 4 * c.n, c.code},
                                  {DATA_BASE, 6, sizeof data, 4096, data}};
    elf[i] = elf_build(CODE_BASE, seg, 2, sym, 2 * i, &size[i]);
  }
  *n = size[i];
  return elf[i];
}

static void run(const mgp_program_t *prog) {
  mgp_vm_config_t config = test_config(prog);
  mgp_vm_t *vm;
  mgp_vm_limits_t limits = {STEPS / 2, MGP_VM_NO_LIMIT};
  mgp_vm_stop_t why;
  mgp_record_t rec = {.cap_steps = STEPS, .cap_commits = 1, .cap_touches = 2 * STEPS};
  static mgp_step_t steps[STEPS];
  static mgp_commit_t commits[1];
  static mgp_touch_t touches[2 * STEPS];
  rec.steps = steps;
  rec.commits = commits;
  rec.touches = touches;
  if (mgp_vm_create(&config, &vm) != MGP_OK) abort();
  mgp_status_t st = mgp_vm_run(vm, &limits, &why);
  limits.max_steps = STEPS;
  if (st == MGP_OK && mgp_vm_record_begin(vm, &rec, 1) == MGP_OK)
    st = mgp_vm_record(vm, &limits, &rec, &why);
  if (st != MGP_OK && st != MGP_TRAPPED && st != MGP_RESOURCES) abort();
  mgp_vm_destroy(vm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  mgp_program_t prog, again;
  uint8_t *vk;
  size_t nvk;
  if (mgp_program_load_elf(data, n, &prog) != MGP_OK) return 0;
  fuzz_accepted++;
  if (mgp_vk_serialize(&prog, &vk, &nvk) != MGP_OK) abort();
  if (mgp_vk_parse(vk, nvk, &again) != MGP_OK) abort();
  if (memcmp(prog.digest, again.digest, sizeof prog.digest) != 0) abort();
  if (prog.ninsn != again.ninsn || prog.nimage_words != again.nimage_words) abort();
  if (prog.digest[0] % 8 == 0) run(&prog); /* slow: two mappings of a gigabyte */
  mgp_program_free(&again);
  free(vk);
  mgp_program_free(&prog);
  return 0;
}

FUZZ_PLAIN_MUTATOR
