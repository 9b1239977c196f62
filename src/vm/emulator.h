/* The emulator: runs a program, counts, and records raw state.
 *
 * A vm is one run in progress. It has no globals, so any number of vms may run at once, one thread
 * each; the program is shared and must outlive them. Three passes continue the run from wherever it
 * stands, and may follow each other in any order:
 *
 *   mgp_vm_run      as fast as possible; counts steps, timestamps and cost only
 *   mgp_vm_profile  the same, and counts the executions of every instruction
 *   mgp_vm_record   the same, and appends step records, commits and first accesses
 *
 * So that many can record one run, mgp_vm_note is mgp_vm_run and notes the words which the steps
 * find in memory, and mgp_vm_record_noted records such steps without the memory (vm/snapshot.h).
 *
 * Cost and timestamps of a step are those of its chip, given as tables at creation. A pass stops
 * before the first step whose preceding steps (since the entry) cost stop_cost or more: that is how
 * partitions are cut, and all passes agree on it exactly. Shards are cut in the same way, but there
 * each word of memory costs something too when it is accessed for the first time
 * (mgp_vm_count_words).
 *
 * Memory of a vm: a sparse 1 GiB mapping for the guest's memory, a second one while recording, one
 * of 32 MiB while words are counted, and 40 bytes per instruction of the program unless it shares
 * those of another vm; some 100 more once there is machine code. */
#ifndef MGP_VM_EMULATOR_H
#define MGP_VM_EMULATOR_H

#include "vm/access.h"
#include "vm/trap.h"

#define MGP_MAX_PUBLIC_OUTPUT (1u << 26)
#define MGP_VM_NO_LIMIT       UINT64_MAX

typedef struct mgp_vm mgp_vm_t;

/* Whether the passes that do not record make machine code of the program (on x86-64): once the run
 * is long enough to pay for it, never, or with the first call. The results are the same. A vm has
 * that of the pass that was first to want it; others interpret. */
typedef enum {
  MGP_VM_TRANSLATE_LATER,
  MGP_VM_TRANSLATE_NEVER,
  MGP_VM_TRANSLATE_NOW
} mgp_vm_translate_t;

typedef struct {
  const mgp_program_t *prog;
  /* contents of the hint region (vm/hints.h), at most its size; must outlive the vm */
  const uint8_t *hints;
  size_t nhints;
  /* per chip of an instruction, indexed by mgp_chip_id_t: timestamps used (>= 1) and cost; copied
   */
  const uint8_t *dt;    /* [MGP_OPCHIP_COUNT] */
  const uint32_t *cost; /* [MGP_OPCHIP_COUNT] */
  /* receives what the guest writes to fd 1 and 2, and the log ecalls as fd 2; NULL drops it */
  void (*write)(void *ctx, uint32_t fd, const void *bytes, size_t nbytes);
  void *ctx;
  mgp_vm_translate_t translate;
} mgp_vm_config_t;

/* What the run has come to. */
typedef struct {
  uint32_t pc;    /* word index of the next instruction; MGP_HALT_PC after HALT */
  uint32_t x[33]; /* registers; [MGP_REG_SINK] holds the last value written to x0 */
  uint64_t steps; /* executed since the entry */
  uint64_t ts;    /* sum of dt over them */
  uint64_t cost;  /* sum of cost over them */
  uint64_t words; /* different words of memory accessed since mgp_vm_count_words */
  int halted;
  uint32_t exit_code;
  int committed; /* PUB_IO_COMMIT has been called with commit[] */
  uint32_t commit[8];
  const uint8_t *output; /* bytes written to fd 3 */
  size_t noutput;
} mgp_vm_state_t;

typedef enum {
  MGP_VM_HALTED,  /* HALT was executed (now or earlier) */
  MGP_VM_CUT,     /* stop_cost is reached */
  MGP_VM_LIMIT,   /* max_steps is reached */
  MGP_VM_FULL,    /* recording, noting: a buffer has no room; make room and call again */
  MGP_VM_TRAPPED, /* see mgp_vm_trap; the run cannot go on */
} mgp_vm_stop_t;

/* Both count from the entry, like the state's counters. MGP_VM_NO_LIMIT for none. */
typedef struct {
  uint64_t max_steps;
  uint64_t stop_cost;
} mgp_vm_limits_t;

mgp_status_t mgp_vm_create(const mgp_vm_config_t *config, mgp_vm_t **out);
/* Only for mgp_vm_record_noted: its memory starts empty, hints and write are not used. like: NULL,
 * or a vm of the same program, dt and cost, which shares its tables and must outlive it. */
mgp_status_t mgp_vm_create_blank(const mgp_vm_config_t *config, const mgp_vm_t *like,
                                 mgp_vm_t **out);
void mgp_vm_destroy(mgp_vm_t *vm);
/* Back to the entry, as created. */
void mgp_vm_reset(mgp_vm_t *vm);

/* The pointer stays valid, and shows the current state between passes. */
const mgp_vm_state_t *mgp_vm_state(const mgp_vm_t *vm);
/* Reason MGP_TRAP_NONE unless the run has trapped. */
const mgp_trap_t *mgp_vm_trap(const mgp_vm_t *vm);
/* Word of guest memory at word index key < 2^28. */
uint32_t mgp_vm_word(const mgp_vm_t *vm, uint32_t key);

/* MGP_OK with *why, or MGP_TRAPPED (message: the trap's line, *why = MGP_VM_TRAPPED), or
 * MGP_RESOURCES. */
mgp_status_t mgp_vm_run(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_stop_t *why);

/* The passes that do not record count, from now on and from 0, the words of memory that they
 * access: those with SHARD_RAM rows if a shard starts here. What they compare with stop_cost is
 * then cost + words * word_cost. MGP_RESOURCES without memory for that. */
mgp_status_t mgp_vm_count_words(mgp_vm_t *vm, uint32_t word_cost);

/* Adds to hits[i] the number of times that prog->insn[i] was executed. */
mgp_status_t mgp_vm_profile(mgp_vm_t *vm, const mgp_vm_limits_t *limits, uint64_t *hits,
                            mgp_vm_stop_t *why);

/* Words in the order of the accesses: of each load and store the word that it is in, as it was
 * before; of a COMMIT its eight. */
typedef struct {
  uint32_t *word;
  uint64_t n, cap;
} mgp_vm_notes_t;

/* Most words of one step. */
#define MGP_MAX_NOTES_PER_STEP 8u

/* mgp_vm_run, and appends to notes, which the caller owns. MGP_VM_FULL before a step that could
 * lack room: cap > n + MGP_MAX_NOTES_PER_STEP is enough for one. */
mgp_status_t mgp_vm_note(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_vm_notes_t *notes,
                         mgp_vm_stop_t *why);

/* --- recording ---------------------------------------------------------------------------- */

/* Largest number of first accesses of one step: recording wants room for them before each step. */
#define MGP_MAX_TOUCHES_PER_STEP 10u

/* Output of one partition. The caller owns the three buffers and replaces them when recording
 * stops with MGP_VM_FULL: steps may be a new chunk (steps0 += nsteps, nsteps = 0) or a larger copy;
 * commits and touches are each one array. A run needs at most one commit and 33 + (touched words)
 * touches. Which buffer is full shows from its numbers. */
typedef struct {
  mgp_step_t *steps;
  uint32_t nsteps, cap_steps;
  uint32_t steps0; /* partition-wide index of steps[0] */
  mgp_commit_t *commits;
  uint32_t ncommits, cap_commits;
  mgp_touch_t *touches; /* in the order of the accesses */
  uint32_t ntouches, cap_touches;
  uint32_t ts; /* timestamp of the next step */
} mgp_record_t;

/* Starts a partition whose first step has timestamp ts >= 1 (in the shard): forgets all last
 * accesses, and sets rec's numbers (not its buffers and capacities) accordingly. Cheap if ts is not
 * less than where the vm has stopped recording before; otherwise memory is given back and taken
 * anew. */
mgp_status_t mgp_vm_record_begin(mgp_vm_t *vm, mgp_record_t *rec, uint32_t ts);

/* Appends to rec. Previous timestamps are those within the partition, 0 for the first access; in a
 * step's unused fields 0. Fails with MGP_RESOURCES when timestamps would reach 2^29. After a trap
 * rec is of no use. No other pass may run between begin and end. */
mgp_status_t mgp_vm_record(mgp_vm_t *vm, const mgp_vm_limits_t *limits, mgp_record_t *rec,
                           mgp_vm_stop_t *why);

/* The same for steps that another vm has noted: *words are the next ones, which is moved on. The vm
 * stands where that noting began (mgp_vm_resume), or where it has stopped recording. Its memory is
 * neither read nor, but for the words touched, known afterwards; nothing is written to any fd. */
mgp_status_t mgp_vm_record_noted(mgp_vm_t *vm, const mgp_vm_limits_t *limits,
                                 const uint32_t **words, mgp_record_t *rec, mgp_vm_stop_t *why);

/* Bytes of the mappings that recording has taken so far. A blank vm: all but its fixed part. */
uint64_t mgp_vm_record_bytes(const mgp_vm_t *vm);
/* Gives them back; no recording has begun, or it has ended. */
void mgp_vm_record_release(mgp_vm_t *vm);

/* Ends the partition: fills in last and last_ts of the touches. */
void mgp_vm_record_end(const mgp_vm_t *vm, mgp_record_t *rec);

#endif
