/* libmgverify: checks proofs of RISC-V runs made by mgprove.
 *
 * A proof is checked against *your* program, given as its ELF or as the verifying key that
 * `mgprove setup` made from it. Serial C, no global state: any number of threads may call it.
 * Memory and time are bounded by the sizes of program and proof; any bytes are safe. */
#ifndef MGPROVE_VERIFY_H
#define MGPROVE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  MGPROVE_ACCEPTED = 0,
  MGPROVE_REJECTED = 1,    /* the proof does not prove it: see check and message */
  MGPROVE_BAD_PROGRAM = 3, /* the ELF or key cannot be used */
  MGPROVE_NO_MEMORY = 4
} mgprove_verdict_t;

typedef struct mgprove_program mgprove_program_t;

/* Message of the last failed call goes to err (nerr bytes, always terminated) if nerr > 0. */
mgprove_verdict_t mgprove_program_from_elf(const uint8_t *bytes, size_t nbytes,
                                           mgprove_program_t **out, char *err, size_t nerr);
mgprove_verdict_t mgprove_program_from_vk(const uint8_t *bytes, size_t nbytes,
                                          mgprove_program_t **out, char *err, size_t nerr);
void mgprove_program_destroy(mgprove_program_t *program);
/* Keccak-256 of the verifying key. */
void mgprove_program_digest(const mgprove_program_t *program, uint8_t digest[32]);

typedef struct {
  uint32_t exit_code;
  int has_commit;            /* the run called PUB_IO_COMMIT */
  uint8_t output_digest[32]; /* what was committed; Keccak-256 of nothing if it was not */
  int has_output;            /* the bytes travel in the proof */
  const uint8_t *output;     /* points into the proof's bytes */
  size_t output_bytes;
  uint32_t shards, memory_shards; /* a run of one shard has none of memory */
  double security_bits; /* least over the rounds of all shards, hash and, if there are several,
                           curve */
  char check[64];       /* rejected: name of the check that refused, e.g. "bus-sum" */
  char message[256];    /* rejected: one line */
} mgprove_result_t;

/* Accepts only if the proof is valid for this program. The caller compares exit_code and output
 * with what it expects (mgverify does: exit code 0 by default). */
mgprove_verdict_t mgprove_verify(const mgprove_program_t *program, const uint8_t *proof,
                                 size_t nbytes, mgprove_result_t *result);

#ifdef __cplusplus
}
#endif

#endif
