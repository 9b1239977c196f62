/* Text of one instruction, for traps and profiles. */
#ifndef MGP_VM_DISASM_H
#define MGP_VM_DISASM_H

#include <stddef.h>
#include <stdint.h>

#define MGP_DISASM_MAX 48u /* room for every text, with its 0 */

/* ABI name of register r < 32. */
const char *mgp_register_name(unsigned r);

/* Upper-case mnemonic of an mgp_op_t. */
const char *mgp_op_name(unsigned op);

/* Assembly of `word` at word index pc; branch and jump targets as byte addresses; ".word 0x..." if
 * it is not RV32IM. Writes at most MGP_DISASM_MAX bytes. */
void mgp_disasm(uint32_t pc, uint32_t word, char out[MGP_DISASM_MAX]);

#endif
