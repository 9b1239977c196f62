/* Output, hints, memory and exit. */
#include "mgp_guest.h"

#define HINT_START 0x28000000u
#define HINT_BYTES 0x08000000u
#define HEAP_LIMIT 0x20000000u

extern uint8_t _end[]; /* from the linker script: the first byte behind bss */

static mgp_keccak_t public_hash;
static enum { PUBLIC_NONE, PUBLIC_BYTES, PUBLIC_DIGEST } public_state;
static uint32_t heap_used;

_Noreturn void mgp_exit(int code) {
  if (public_state == PUBLIC_BYTES) {
    static uint32_t digest[8];
    mgp_keccak_final(&public_hash, (uint8_t *)digest);
    mgp_ecall(MGP_ECALL_COMMIT, (uint32_t)(uintptr_t)digest, 0, 0);
  }
  for (;;) mgp_ecall(MGP_ECALL_HALT, (uint32_t)code, 0, 0);
}

_Noreturn void mgp_panic(const char *message) {
  mgp_write(MGP_FD_ERR, "guest panic: ", 13);
  mgp_write(MGP_FD_ERR, message, strlen(message));
  mgp_write(MGP_FD_ERR, "\n", 1);
  mgp_exit(1);
}

void mgp_write(int fd, const void *bytes, uint32_t nbytes) {
  if (fd == MGP_FD_PUBLIC && nbytes != 0) {
    if (public_state == PUBLIC_DIGEST) mgp_panic("published after a digest was committed");
    if (public_state == PUBLIC_NONE) mgp_keccak_init(&public_hash);
    public_state = PUBLIC_BYTES;
    mgp_keccak_update(&public_hash, bytes, nbytes);
  }
  mgp_ecall(MGP_ECALL_WRITE, (uint32_t)fd, (uint32_t)(uintptr_t)bytes, nbytes);
}

void mgp_publish(const void *bytes, uint32_t nbytes) {
  mgp_write(MGP_FD_PUBLIC, bytes, nbytes);
}

void mgp_publish_u32(uint32_t value) {
  mgp_publish(&value, 4);
}

void mgp_commit(const uint8_t digest[32]) {
  static uint32_t words[8];
  if (public_state != PUBLIC_NONE) mgp_panic("a second public output");
  public_state = PUBLIC_DIGEST;
  memcpy(words, digest, 32);
  mgp_ecall(MGP_ECALL_COMMIT, (uint32_t)(uintptr_t)words, 0, 0);
}

void mgp_print(const char *text) {
  mgp_write(MGP_FD_OUT, text, strlen(text));
}

void mgp_print_u32(uint32_t value) {
  char text[10];
  uint32_t i = sizeof text;
  do {
    text[--i] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  mgp_write(MGP_FD_OUT, text + i, sizeof text - i);
}

void mgp_print_hex(const uint8_t *bytes, uint32_t nbytes) {
  for (uint32_t i = 0; i < nbytes; i++) {
    char text[2] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
    mgp_write(MGP_FD_OUT, text, 2);
  }
}

void mgp_log(const char *text) {
  mgp_ecall(MGP_ECALL_LOG_STR, (uint32_t)(uintptr_t)text, strlen(text), 0);
}

void mgp_log_cycle(const char *label) {
  mgp_log(label);
  mgp_log(": ");
  mgp_ecall(MGP_ECALL_LOG_PC, 0, 0, 0);
}

/* The region holds {offset of the data, alignment, length of item 0, length of item 1, ...} and,
 * from the offset on, the items, each padded to words. No hints: all zero. */
uint32_t mgp_hint_count(void) {
  const uint32_t *header = (const uint32_t *)HINT_START;
  uint32_t offset = header[0];
  if (offset == 0) return 0;
  if (offset < 8 || offset > HINT_BYTES || offset % 4 != 0 || header[1] != 4)
    mgp_panic("malformed hint region");
  return (offset - 8) / 4;
}

mgp_hint_t mgp_hint(uint32_t index) {
  const uint32_t *header = (const uint32_t *)HINT_START;
  if (index >= mgp_hint_count()) mgp_panic("a hint is missing");
  uint32_t at = header[0];
  for (uint32_t i = 0;; i++) {
    uint32_t nbytes = header[2 + i];
    if (nbytes > HINT_BYTES - at) mgp_panic("malformed hint region");
    if (i == index) return (mgp_hint_t){(const uint8_t *)HINT_START + at, nbytes};
    at += (nbytes + 3) & ~3u;
  }
}

uint32_t mgp_hint_size(uint32_t fallback, uint32_t *next) {
  *next = 0;
  if (mgp_hint_count() == 0 || mgp_hint(0).nbytes != 4) return fallback;
  *next = 1;
  return *(const uint32_t *)mgp_hint(0).data;
}

void *mgp_alloc_end(void) {
  return _end + heap_used;
}

void *mgp_alloc(uint32_t nbytes) {
  uint8_t *p = mgp_alloc_end();
  uint32_t room = HEAP_LIMIT - (uint32_t)(uintptr_t)p;
  if (nbytes > room - 15) mgp_panic("out of memory");
  heap_used += (nbytes + 15) & ~15u;
  return p;
}
