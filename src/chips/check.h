/* The constraint checker: evaluates every row of a run's raw state, with no proof in between.
 *
 * Checked: every constraint of every row is zero; every lookup request is in its table; every bus
 * balances, public terms included. The first fault is reported by chip, row and item. Made for
 * tests and for finding witness bugs; not fast, and memory grows with the run only if a bus does
 * not balance. */
#ifndef MGP_CHIPS_CHECK_H
#define MGP_CHIPS_CHECK_H

#include "chips/chip.h"
#include "chips/ram.h"
#include "vm/step.h"

/* One partition. raw->counts is ignored: the checker counts requests itself. */
typedef struct {
  const mgp_raw_t *raw;
  uint32_t nsteps;
  uint32_t nbounds[3];
  uint32_t nram;
} mgp_check_part_t;

typedef struct {
  uint32_t value, ts;
} mgp_check_register_t;

/* Public terms of a shard; of a run, if it has one. Chains begin at word 0 (image), at the hint
 * region's first word and at each gap's first word; their ends are the last key + 1, as found in
 * the boundary rows. */
typedef struct {
  const mgp_program_t *prog;
  const mgp_check_part_t *parts;
  uint32_t nparts;
  uint32_t start_pc, end_pc, end_ts;
  mgp_check_register_t first[MGP_REG_SINK + 1], last[MGP_REG_SINK + 1]; /* first: ts 0 */
  uint32_t exit_code;
  int has_exit;
  const uint32_t *digest;     /* the eight words of COMMIT, or NULL */
  const mgp_ram_terms_t *ram; /* what is said of SHARD_RAM rows, or NULL */
  int memory;                 /* a memory shard: STATE and registers have no terms */
} mgp_check_run_t;

/* Rows per chip over all partitions. */
typedef struct {
  uint64_t rows[MGP_CHIP_COUNT];
} mgp_check_stats_t;

/* MGP_REJECTED with the fault's description if something does not hold. stats may be NULL. */
mgp_status_t mgp_check_run(const mgp_chipset_t *set, const mgp_check_run_t *run,
                           mgp_check_stats_t *stats);

/* One row alone: constraints and lookups. values: mgp_chip_eval_row's output. */
mgp_status_t mgp_check_row(const mgp_chip_t *chip, const mgp_program_t *prog, const mgp_f_t *values,
                           uint32_t row);

#endif
