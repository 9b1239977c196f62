/* The recording pass over steps whose words were noted: memory says only what the last store to a
 * touched word left there. */
#define LOOP      mgp_vm_loop_noted
#define BEGIN     uint32_t *note = vm->note;
#define END       vm->note = note;
#define WORD(key) ((void)(key), *note++)
#define LOADED(v, addr)                                                                            \
  do {                                                                                             \
    const uint32_t bits = r.m >> 8 * ((addr)&3);                                                   \
    memcpy(&(v), &bits, sizeof(v));                                                                \
  } while (0)
#define CALL()       mgp_vm_ecall_noted(vm, note)
#define TOUCHED_WORD memcpy(vm->mem + 4 * (size_t)key, &value, 4);
#include "vm/run_record.inc"
