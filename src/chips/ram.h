/* What a shard says in public about its SHARD_RAM rows: the source of their public terms, for the
 * protocol and for the constraint checker. */
#ifndef MGP_CHIPS_RAM_H
#define MGP_CHIPS_RAM_H

#include "math/curve.h"

/* Ids of shards are below 2^16: memory shards give records of id 0, program shards of 1, 2, ... */
#define MGP_MAX_SHARD_ID 65535u

typedef struct {
  uint32_t rows, n_in;                 /* in all partitions; n_in of them receive */
  uint32_t in_id;                      /* rows that receive take records of ids < in_id <= 2^16 */
  uint32_t out_id;                     /* rows that send give records of this id */
  uint32_t memory;                     /* 1: a memory shard, else 0 */
  uint32_t sum[MGP_CURVE_POINT_WORDS]; /* D + the sum of the rows' points; canonical */
} mgp_ram_terms_t;

#endif
