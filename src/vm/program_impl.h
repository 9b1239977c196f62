/* Shared by the two makers of programs, elf.c and vk.c. */
#ifndef MGP_VM_PROGRAM_IMPL_H
#define MGP_VM_PROGRAM_IMPL_H

#include "vm/program.h"

/* prog->entry, code[].base/n, image[].base/n and the image words (one block, image[0].words) are
 * set: links the code to the image words, checks the rules of the canonical form, decodes, and
 * computes the digest. On failure the caller frees prog. */
mgp_status_t mgp_program_seal(mgp_program_t *prog);

/* The checks that need no words: order, ranges, limits, code inside the image, entry in the code.
 */
mgp_status_t mgp_program_check_layout(mgp_program_t *prog);

#endif
