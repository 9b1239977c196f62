/* What is in a proof file, for people: nothing here is verified.
 *
 * Without the program (prog NULL) only the parameters, the exit code and the commitment can be
 * read: how long the statement is, and which tables the proof has, follows from the program. */
#ifndef MGP_VERIFIER_INSPECT_H
#define MGP_VERIFIER_INSPECT_H

#include <stdio.h>

#include "base/json.h"
#include "protocol/security.h"

typedef struct {
  mgp_params_t params;
  mgp_statement_t statement; /* without the program: exit_code, has_commit, commit only */
  size_t nbytes;
  /* the rest only with a program */
  const mgp_chipset_t *chips; /* NULL: no program */
  uint8_t program_digest[32];
  int has_output;
  size_t output_bytes;
  mgp_shape_t shape;
  mgp_security_t security;
  mgp_body_parts_t parts;
  uint64_t chip_rows[MGP_CHIP_COUNT]; /* over all partitions */
  uint32_t chip_traces[MGP_CHIP_COUNT];
  int complete; /* the file is as long as its header says */
} mgp_inspection_t;

/* chips and prog are both given or both NULL. MGP_REJECTED if the header is not acceptable. */
mgp_status_t mgp_inspect(const uint8_t *bytes, size_t nbytes, const mgp_chipset_t *chips,
                         const mgp_program_t *prog, mgp_inspection_t *out);
void mgp_inspection_free(mgp_inspection_t *in);
void mgp_inspection_print(const mgp_inspection_t *in, FILE *out);
/* One object under `key`. */
void mgp_inspection_json(const mgp_inspection_t *in, mgp_json_t *j, const char *key);

#endif
