/* Parameters of proofs that tests make by the dozen: little grinding, and the queries to make up
 * for it. The rest is the caller's: partitions, log_height, log_chunk, log_rows, log_final. */
#ifndef MGP_TESTS_LIGHT_PARAMS_H
#define MGP_TESTS_LIGHT_PARAMS_H

#include "protocol/proof.h"

static inline mgp_params_t light_params(void) {
  return (mgp_params_t){.queries = MGP_D == 4 ? 241 : 309,
                        .grind_alpha = 2,
                        .grind_u = 3,
                        .grind_query = 4,
                        .log_fold = 3};
}

#endif
