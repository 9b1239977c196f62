/* The plain pass that notes the words which a recording of the same steps will find in memory. */
#define LOOP         mgp_vm_loop_note
#define BEGIN        uint32_t *note = vm->note;
#define END          vm->note = note;
#define ACCESS(addr) memcpy(note++, mem + ((addr) & ~3u), 4)
#define COMMITTED    (memcpy(note, vm->s.commit, sizeof vm->s.commit), note += 8)
#include "vm/run_plain.inc"
