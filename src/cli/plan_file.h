/* Plans that are given and kept: a text file of `name value` lines, or the plan inside a proof.
 *
 * The text: its first line, "budget N", then for each shard "shard I" (from 1) and a line for each
 * of its parameters, in any order. */
#ifndef MGP_CLI_PLAN_FILE_H
#define MGP_CLI_PLAN_FILE_H

#include "prover/prover.h"

/* Takes the plan of a proof, or of a file made by mgp_plan_file_write. MGP_BAD_INPUT if it is
 * neither, or if the plan is out of bounds. mgp_plan_file_free afterwards. */
mgp_status_t mgp_plan_file_read(const char *path, mgp_plan_t *out);
/* The plan of a proof in memory; does not point into it. */
mgp_status_t mgp_plan_of_proof(const uint8_t *bytes, size_t n, mgp_plan_t *out);
void mgp_plan_file_free(mgp_plan_t *plan);

mgp_status_t mgp_plan_file_write(const char *path, const mgp_plan_t *plan);

/* Members of mgp_params_t in the order of the proof file. */
#define MGP_PARAM_LIST(X)                                                                          \
  X(partitions)                                                                                    \
  X(log_height)                                                                                    \
  X(log_chunk)                                                                                     \
  X(log_rows)                                                                                      \
  X(queries)                                                                                       \
  X(grind_alpha)                                                                                   \
  X(grind_u)                                                                                       \
  X(grind_query)                                                                                   \
  X(log_final)                                                                                     \
  X(log_fold)

#endif
