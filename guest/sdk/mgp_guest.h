/* mgprove guest SDK: what a RISC-V program (RV32IM, no operating system, no libc) needs to be run
 * and proved by mgprove.
 *
 * A guest has no input but its hints, which the prover chooses freely: treat every hint as claimed
 * by an adversary and check it. What a proof states is the program, its exit code, and the digest
 * of its public output; fd 1, fd 2 and the log calls are for the person who runs it and are not
 * part of the statement. A guest ends by returning from main or by mgp_exit. */
#ifndef MGP_GUEST_H
#define MGP_GUEST_H

#include <stddef.h>
#include <stdint.h>

/* Ecall codes (register t0); arguments in a0, a1, a2. */
#define MGP_ECALL_HALT    0x00u /* a0 = exit code */
#define MGP_ECALL_WRITE   0x02u /* a0 = fd, a1 = bytes, a2 = how many */
#define MGP_ECALL_LOG_PC  0x03u /* the host logs pc and step count */
#define MGP_ECALL_LOG_STR 0x04u /* a0 = text, a1 = its length */
#define MGP_ECALL_COMMIT  0x10u /* a0 = digest of the public output, 32 bytes, word-aligned */

#define MGP_FD_OUT    1 /* the host's stdout */
#define MGP_FD_ERR    2 /* the host's stderr */
#define MGP_FD_PUBLIC 3 /* travels in the proof */

/* One ecall. Every call goes through this function, so that a program can be linked for another
 * host by replacing the start file alone. Returns a0 as the host left it. */
uint32_t mgp_ecall(uint32_t code, uint32_t a0, uint32_t a1, uint32_t a2);

/* Commits the digest of what was published (nothing, if nothing was) and halts. */
_Noreturn void mgp_exit(int code);

/* Prints the message on fd 2 and exits with 1. */
_Noreturn void mgp_panic(const char *message);

/* --- output ------------------------------------------------------------------------------- */

/* Writes to any fd; bytes for MGP_FD_PUBLIC also enter the digest that mgp_exit commits. */
void mgp_write(int fd, const void *bytes, uint32_t nbytes);
void mgp_publish(const void *bytes, uint32_t nbytes); /* mgp_write to MGP_FD_PUBLIC */
void mgp_publish_u32(uint32_t value);                 /* four bytes, little endian */

/* Commits a digest that the guest got in its own way: the proof then carries the digest without
 * the bytes behind it. At most once, and not together with mgp_publish: panics otherwise. */
void mgp_commit(const uint8_t digest[32]);

/* Text on fd 1. */
void mgp_print(const char *text);
void mgp_print_u32(uint32_t value);                        /* decimal */
void mgp_print_hex(const uint8_t *bytes, uint32_t nbytes); /* two lower-case digits a byte */

/* Diagnostics in the host's log: text as it is; a line of a label, pc and step count. */
void mgp_log(const char *text);
void mgp_log_cycle(const char *label);

/* --- hints -------------------------------------------------------------------------------- */

typedef struct {
  const uint8_t *data; /* word-aligned */
  uint32_t nbytes;
} mgp_hint_t;

/* Items of `mgprove --hint`, in the order of the command line. Reading an item that is not there,
 * or a malformed hint region, panics. */
uint32_t mgp_hint_count(void);
mgp_hint_t mgp_hint(uint32_t index);

/* The size convention of the examples: when item 0 is exactly four bytes long, it is a size word
 * and the data items start at *next = 1; otherwise the size is `fallback` and *next = 0. */
uint32_t mgp_hint_size(uint32_t fallback, uint32_t *next);

/* --- memory ------------------------------------------------------------------------------- */

/* Zeroed memory, 16-byte aligned, never given back; panics when the RAM region is used up. */
void *mgp_alloc(uint32_t nbytes);
void *mgp_alloc_end(void); /* the first byte that was not given out yet */

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

/* --- Keccak-256 (the original padding 0x01, as in Ethereum) --------------------------------- */

typedef struct {
  uint64_t lane[25];
  uint32_t fill; /* bytes absorbed into the current block, < 136 */
} mgp_keccak_t;

void mgp_keccak_init(mgp_keccak_t *k);
void mgp_keccak_update(mgp_keccak_t *k, const void *bytes, uint32_t nbytes);
void mgp_keccak_final(mgp_keccak_t *k, uint8_t digest[32]); /* digest word-aligned */

/* --- pseudo-random numbers for workloads (xorshift32; state must not be zero) ---------------- */

static inline uint32_t mgp_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

#endif
