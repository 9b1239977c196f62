/* Raw state of a partition: what the emulator records, what lives on the device for the whole
 * proof of a shard, and all that the witness functions read. */
#ifndef MGP_VM_STEP_H
#define MGP_VM_STEP_H

#include "math/ext7.h"
#include "vm/program.h"

/* One executed instruction, 40 bytes. Which fields are used, and at which time slot each access
 * happens, follows from the chip (docs/chips.md). Previous timestamps are 0 for a first access in
 * the shard. Values: before the access. */
typedef struct {
  uint32_t insn;           /* index into mgp_program_t.insn */
  uint32_t ts;             /* timestamp of the step, >= 1 */
  uint32_t a, b, o, m;     /* rs1, rs2, old rd, memory word */
  uint32_t pa, pb, po, pm; /* their previous timestamps */
} mgp_step_t;
/* Ecalls: a, pa = x5; HALT and COMMIT: b, pb = x10; COMMIT: o = index into commits[]. */

/* The eight words read by a COMMIT ecall. */
typedef struct {
  uint32_t m[8], pm[8];
} mgp_commit_t;

/* One row of the memory boundary: a word of memory touched by the run. */
typedef struct {
  uint32_t key; /* word index, < 2^28 */
  uint32_t
      prev;     /* chain value received: previous key + 1 in the same chain, or the chain's start */
  uint32_t gap; /* MEM_ZERO: index of the gap; else 0 */
  uint32_t first; /* first value */
  uint32_t last;  /* last value */
  uint32_t ts;    /* timestamp of the last access, >= 1 */
} mgp_bound_t;

/* One row of SHARD_RAM: a word of memory that leaves the shard or enters it, as a record (key,
 * value, id of the shard that gave it away). Field words are in Montgomery form. */
typedef struct {
  uint32_t key, value; /* word index, < 2^28 */
  uint32_t id;    /* the shard the record is from; 0: a memory shard, as the word's first value */
  uint32_t ts;    /* of the MEM token given (in) or taken */
  uint32_t in;    /* 1: a record is received; 0: one is sent */
  uint32_t d;     /* in: the shard's own id - 1 - id; else 1 in a memory shard, 0 otherwise */
  uint32_t nonce; /* of the hash to the curve */
  uint32_t i;     /* number of the row, through all partitions of the shard */
  mgp_e7_t y;     /* ordinate of the record's point, its sign that of sending or receiving */
  mgp_e7_t ax;    /* abscissa of the sum of points before the row */
  mgp_e7_t slope; /* of the chord that adds the row's point */
} mgp_ram_t;

/* Everything a witness function may read, in device memory when the backend has its own. */
typedef struct {
  const mgp_insn_t *insns;
  const mgp_step_t *steps;
  const mgp_commit_t *commits;
  const mgp_bound_t *bounds[3]; /* IMAGE, HINT, ZERO rows of this partition, sorted by key */
  const mgp_ram_t *ram;         /* SHARD_RAM rows of this partition */
  /* LK multiplicities, reduced over all ranks: canonical integers < p, [table columns][rows];
   * indexed by chip id - MGP_CHIP_FIRST_TABLE */
  const uint32_t *counts[MGP_CHIP_COUNT - MGP_CHIP_FIRST_TABLE];
} mgp_raw_t;

#endif
