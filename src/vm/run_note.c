/* The plain pass that notes the words which a recording of the same steps will find in memory, and
 * counts them. */
#define LOOP mgp_vm_loop_note
#define BEGIN                                                                                      \
  const uint32_t *const seen = vm->seen;                                                           \
  uint32_t *note = vm->note;
#define END vm->note = note;
#define ACCESS(addr)                                                                               \
  do {                                                                                             \
    MGP_VM_COUNT(vm, seen, addr);                                                                  \
    memcpy(note++, mem + ((addr) & ~3u), 4);                                                       \
  } while (0)
#define COMMITTED                                                                                  \
  do {                                                                                             \
    MGP_VM_COUNT_COMMIT(vm, seen, x[10]);                                                          \
    memcpy(note, vm->s.commit, sizeof vm->s.commit);                                               \
    note += 8;                                                                                     \
    stop = 0;                                                                                      \
  } while (0)
#include "vm/run_plain.inc"
