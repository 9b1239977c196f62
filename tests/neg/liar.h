/* A prover that lies: the objects of the real prover, linked with --wrap so that calls between
 * rooms pass through liar.c, which hands what passes by to the hooks of one lie. Everything that
 * follows from a lie (records, witness, multiplicities, commitments, messages) is made by the real
 * code. Nothing of this is known to the prover: its release objects are what is tested.
 *
 * Wrapped are all functions that liar.c defines as __wrap_NAME (see tests/CMakeLists.txt).
 * One rank, on the cpu backend, whose device memory is host memory. */
#ifndef MGP_TESTS_LIAR_H
#define MGP_TESTS_LIAR_H

#include "mgprove/verify.h"
#include "prover/session.h"
#include "vm/interp.h"

/* Messages by their labels; and what a query opens. */
enum { LIAR_ROWS = 100, LIAR_ROW_PATHS, LIAR_COSETS, LIAR_COSET_PATHS };

/* All hooks may be NULL. `lie` is the lie itself, for what it carries. */
typedef struct liar liar_t;
struct liar {
  /* Every pass over the run: called once, when `fault_at` steps were executed. */
  uint64_t fault_at;
  void (*fault)(const liar_t *lie, mgp_vm_t *vm);
  /* The emulator lets a misaligned access pass. */
  int misaligned;
  /* Recorded raw state, boundary rows, SHARD_RAM rows, and the statement as far as it follows from
   * them; like all hooks below, in each shard of a longer run. */
  void (*raw)(const liar_t *lie, mgp_session_t *s);
  /* Rows of the chips, before witness is made: n[chip] += rows[chip]; one more row repeats the
   * last, one less drops it. */
  const int8_t *rows; /* [MGP_CHIP_FIRST_TABLE] or NULL */
  /* Row counts are known, the statement is complete and not yet used. */
  void (*statement)(const liar_t *lie, mgp_session_t *s);
  /* Each row of each witness, whenever it is built; column c at row[c * stride]. */
  void (*witness)(const liar_t *lie, mgp_chip_id_t chip, const mgp_raw_t *raw, uint32_t index,
                  mgp_f_t *row, size_t stride);
  /* This chip's traces have one more row than they say: a copy of the last in the first of the
   * padding; 0 for none. */
  mgp_chip_id_t padding;
  /* LK multiplicities, reduced, not yet committed. */
  void (*counts)(const liar_t *lie, mgp_session_t *s);
  /* The program's tables are those of another program; or NULL. */
  const mgp_program_t *table_of;
  /* Each column that is committed and opened at the queries; `partition` in order. */
  void (*column)(const liar_t *lie, uint32_t partition, uint32_t number, mgp_f_t *column, size_t n);
  /* Each message, before it is absorbed; `chip`: of the task, 0 for the main transcript; number:
   * among those of its label in the task, or in all. Sumcheck messages of tasks come as the values
   * that the backend gives (backend.h). */
  void (*message)(const liar_t *lie, mgp_session_t *s, int label, mgp_chip_id_t chip,
                  uint32_t number, mgp_f_t *words, size_t n);
  /* The combined polynomial before it is folded (number 0), and after each round, as 2^log_n
   * values; returns whether it has changed them: the folding then goes on with that one, which may
   * happen once, between two committed words. `point`: the coordinates at which it is claimed. */
  int (*folding)(const liar_t *lie, uint32_t number, mgp_e_t *q, unsigned log_n,
                 const mgp_e_t *point);
  /* Nonce number 0, 1, 2 is the first that does no work. */
  int lazy_nonce; /* 1 + number, or 0 */
  int swap_roots, swap_tasks;
  int self_check;     /* the prover verifies what it has made, as it does if not told otherwise */
  mgp_store_t *store; /* and keeps it here, if not NULL */
  /* what a lie carries */
  int label;
  mgp_chip_id_t chip;
  uint32_t number;
  const char *col;
  int32_t delta;
  const void *more;
};

/* Proves with this lie (NULL: honestly); the proof as a file, NULL with the prover's message if it
 * could not. free() it. */
uint8_t *liar_prove(const liar_t *lie, const mgp_program_t *prog, const uint8_t *hints,
                    size_t nhints, const mgp_plan_t *plan, size_t *nbytes);
/* What a lie that goes on needs to know of the challenges so far. */
typedef struct {
  /* by how much a false claim of 1 before a task's main sumcheck, with honest messages, is false
   * after it */
  mgp_e_t main_factor;
  mgp_e_t main_rho; /* first coordinate of the rows' point at which that claim is made */
  mgp_e_t gamma;
  mgp_e_t u[32];
} liar_view_t;
extern liar_view_t liar_view;

/* What the last proof's rows say themselves, kept apart from everything in the prover: the first
 * constraint that a row does not meet, and, shard after shard, the buses that do not balance
 * (requests that no table answers, tokens that are sent and not received, multiplicities that do
 * not fit), separated by spaces. "" if all is well. */
const char *liar_faults(void);

#endif
