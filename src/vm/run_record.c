/* The recording pass: memory is the vm's. */
#define LOOP mgp_vm_loop_record
#define BEGIN
#define END
#define WORD(key)       read_word(mem, key)
#define LOADED(v, addr) memcpy(&(v), mem + (addr), sizeof(v))
#define CALL()          mgp_vm_ecall(vm, (uint32_t)i, vm->s.steps + (uint64_t)(s - first))
#define TOUCHED_WORD
#include <stdint.h>
#include <string.h>

static inline uint32_t read_word(const uint8_t *mem, uint32_t key) {
  uint32_t word;
  memcpy(&word, mem + 4 * (size_t)key, 4);
  return word;
}

#include "vm/run_record.inc"
