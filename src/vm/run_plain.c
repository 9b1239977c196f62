/* The plain pass. */
#define LOOP mgp_vm_loop_plain
#define BEGIN
#define END
#define ACCESS(addr) ((void)0)
#define COMMITTED    ((void)0)
#include "vm/run_plain.inc"
