/* Linked with the programs of gen_random.py: the memory that their sequences work on, and its dump
 * after each of them. */
#include "mgp_guest.h"

void random_dump(void);

/* 64 bytes of memory, then x0 to x31; the sequences address the middle of the 64 bytes */
uint32_t random_memory[16 + 32] = {
    0x00000000, 0xffffffff, 0x80000000, 0x7fffffff, 0x00000001, 0x00008000, 0x00007fff, 0x0000ff80,
    0x80808080, 0x7f7f7f7f, 0x00ff00ff, 0xff00ff00, 0x12345678, 0xdeadbeef, 0xfffffffe, 0x55aa55aa};
__asm__(".globl random_window\n.set random_window, random_memory + 32");

uint32_t random_sp;

void random_dump(void) {
  mgp_write(MGP_FD_OUT, random_memory, sizeof random_memory);
}
