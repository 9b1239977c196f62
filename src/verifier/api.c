#include "mgprove/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keccak.h"
#include "verifier/verifier.h"

struct mgprove_program {
  mgp_program_t prog;
  mgp_chipset_t *chips;
};

static mgprove_verdict_t verdict_of(mgp_status_t status) {
  switch (status) {
  case MGP_OK:
    return MGPROVE_ACCEPTED;
  case MGP_REJECTED:
    return MGPROVE_REJECTED;
  case MGP_BAD_INPUT:
    return MGPROVE_BAD_PROGRAM;
  default:
    return MGPROVE_NO_MEMORY;
  }
}

static mgprove_verdict_t create(mgp_status_t (*load)(const uint8_t *, size_t, mgp_program_t *),
                                const uint8_t *bytes, size_t nbytes, mgprove_program_t **out,
                                char *err, size_t nerr) {
  mgprove_program_t *p = calloc(1, sizeof *p);
  mgp_status_t st = p ? load(bytes, nbytes, &p->prog) : mgp_fail(MGP_RESOURCES, "no memory");
  if (st == MGP_OK) st = mgp_chipset_create(&p->chips);
  if (nerr) snprintf(err, nerr, "%s", st == MGP_OK ? "" : mgp_error_message());
  if (st != MGP_OK) {
    mgprove_program_destroy(p);
    return verdict_of(st);
  }
  *out = p;
  return MGPROVE_ACCEPTED;
}

mgprove_verdict_t mgprove_program_from_elf(const uint8_t *bytes, size_t nbytes,
                                           mgprove_program_t **out, char *err, size_t nerr) {
  return create(mgp_program_load_elf, bytes, nbytes, out, err, nerr);
}

mgprove_verdict_t mgprove_program_from_vk(const uint8_t *bytes, size_t nbytes,
                                          mgprove_program_t **out, char *err, size_t nerr) {
  return create(mgp_vk_parse, bytes, nbytes, out, err, nerr);
}

void mgprove_program_destroy(mgprove_program_t *program) {
  if (!program) return;
  mgp_chipset_destroy(program->chips);
  mgp_program_free(&program->prog);
  free(program);
}

void mgprove_program_digest(const mgprove_program_t *program, uint8_t digest[32]) {
  memcpy(digest, program->prog.digest, 32);
}

/* "check: message" as the first detector said it */
static void split_message(const char *text, mgprove_result_t *result) {
  const char *colon = strstr(text, ": ");
  size_t n = colon ? (size_t)(colon - text) : 0;
  if (n >= sizeof result->check) n = sizeof result->check - 1;
  memcpy(result->check, text, n);
  snprintf(result->message, sizeof result->message, "%s", colon ? colon + 2 : text);
}

mgprove_verdict_t mgprove_verify(const mgprove_program_t *program, const uint8_t *proof,
                                 size_t nbytes, mgprove_result_t *result) {
  mgp_verified_t v;
  memset(result, 0, sizeof *result);
  mgp_status_t st = mgp_verify_proof(program->chips, &program->prog, proof, nbytes, &v);
  if (st != MGP_OK) {
    split_message(mgp_error_message(), result);
    return verdict_of(st);
  }
  const mgp_run_t *s = &v.proof.run;
  result->exit_code = s->exit_code;
  result->has_commit = (int)s->has_commit;
  if (s->has_commit)
    for (int i = 0; i < 32; i++)
      result->output_digest[i] = (uint8_t)(s->commit[i / 4] >> (8 * (i % 4)));
  else
    mgp_keccak256("", 0, result->output_digest);
  result->has_output = (int)s->has_output;
  result->output = v.proof.output;
  result->output_bytes = s->output_bytes;
  result->shards = s->nshards;
  result->memory_shards = s->memory_shards;
  result->security_bits = v.security_bits;
  return MGPROVE_ACCEPTED;
}
