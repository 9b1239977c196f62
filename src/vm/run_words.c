/* The plain pass that counts the words of memory which it accesses. */
#define LOOP  mgp_vm_loop_words
#define BEGIN const uint32_t *const seen = vm->seen;
#define END
#define ACCESS(addr) MGP_VM_COUNT(vm, seen, addr)
#define COMMITTED                                                                                  \
  do {                                                                                             \
    MGP_VM_COUNT_COMMIT(vm, seen, x[10]);                                                          \
    stop = 0;                                                                                      \
  } while (0)
#include "vm/run_plain.inc"
