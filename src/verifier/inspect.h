/* What is in a proof file, for people: nothing here is verified.
 *
 * Without the program (prog NULL) only what is said of the whole run and the parameters can be
 * read: how long a statement is, and which tables a proof has, follows from the program. */
#ifndef MGP_VERIFIER_INSPECT_H
#define MGP_VERIFIER_INSPECT_H

#include <stdio.h>

#include "base/json.h"
#include "protocol/security.h"

/* One shard, as far as its header says. */
typedef struct {
  uint32_t kind, id;
  uint64_t rows, cells;
  uint32_t traces, stacked_columns;
  uint64_t nbytes;
  double bits;
} mgp_inspected_shard_t;

typedef struct {
  mgp_run_t run;
  size_t nbytes;
  uint32_t nparams; /* shards of both kinds */
  mgp_params_t *params;
  /* the rest only with a program */
  const mgp_chipset_t *chips; /* NULL: no program */
  uint8_t program_digest[32];
  mgp_inspected_shard_t *shards; /* [nparams] */
  mgp_security_t security;       /* of the shard with the least */
  uint32_t worst;                /* its number */
  uint64_t cells, claims, traces, stacked_columns;
  mgp_body_parts_t parts; /* over all shards */
  uint64_t body_bytes;
  uint64_t chip_rows[MGP_CHIP_COUNT]; /* over all partitions and shards */
  uint32_t chip_traces[MGP_CHIP_COUNT];
  int complete; /* the file is as long as its headers say */
} mgp_inspection_t;

/* chips and prog are both given or both NULL. MGP_REJECTED if the header is not acceptable. */
mgp_status_t mgp_inspect(const uint8_t *bytes, size_t nbytes, const mgp_chipset_t *chips,
                         const mgp_program_t *prog, mgp_inspection_t *out);
void mgp_inspection_free(mgp_inspection_t *in);
void mgp_inspection_print(const mgp_inspection_t *in, FILE *out);
/* One object under `key`. */
void mgp_inspection_json(const mgp_inspection_t *in, mgp_json_t *j, const char *key);

#endif
