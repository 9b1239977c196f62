/* Words of memory, counted once each. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vm/interp.h"

#define SEEN_BYTES (MGP_ADDR_LIMIT / 4 / 8)

mgp_status_t mgp_vm_count_words(mgp_vm_t *vm, uint32_t word_cost) {
  vm->s.words = 0;
  vm->word_cost = word_cost;
  if (vm->seen == NULL) {
    void *p = mmap(NULL, SEEN_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint8_t *blocks = calloc(MGP_VM_SEEN_BLOCKS, 1);
    if (p == MAP_FAILED || blocks == NULL) {
      if (p != MAP_FAILED) (void)munmap(p, SEEN_BYTES);
      free(blocks);
      return mgp_fail(MGP_RESOURCES, "emulator: no memory to count words");
    }
    vm->seen = p;
    vm->seen_block = blocks;
  }
  for (uint32_t b = 0; b < MGP_VM_SEEN_BLOCKS; b++) {
    if (!vm->seen_block[b]) continue;
    memset((uint8_t *)vm->seen + ((size_t)b << (MGP_VM_SEEN_BLOCK_LOG - 3)), 0,
           1u << (MGP_VM_SEEN_BLOCK_LOG - 3));
    vm->seen_block[b] = 0;
  }
  return MGP_OK;
}

void mgp_vm_free_words(mgp_vm_t *vm) {
  if (vm->seen != NULL) (void)munmap(vm->seen, SEEN_BYTES);
  free(vm->seen_block);
  vm->seen = NULL;
  vm->seen_block = NULL;
  vm->word_cost = 0;
}

void mgp_vm_first_access(mgp_vm_t *vm, uint32_t key) {
  vm->seen[key >> 5] |= 1u << (key & 31);
  vm->seen_block[key >> MGP_VM_SEEN_BLOCK_LOG] = 1;
  vm->s.words++;
}
