/* Memory ledger: knows every allocation of a rank's prover with its class and phase.
 *
 * Backends take all their memory through mgp_ledger_alloc; nothing else under src/backend and
 * src/prover calls malloc (a lint test). Allocations are 64-byte aligned and zeroed only if asked.
 * A limit makes an allocation that would pass it fail with MGP_RESOURCES, naming the numbers.
 * Thread-safe. */
#ifndef MGP_BASE_LEDGER_H
#define MGP_BASE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define MGP_MEM_CLASS_LIST(X)                                                                      \
  X(RAW, "raw")                 /* step records, metadata, shared shard buffers */                 \
  X(PLAN, "plan")               /* replay plans: index lists */                                    \
  X(ACCUMULATOR, "accumulator") /* LK multiplicities, boundary */                                  \
  X(DIGEST, "digest")           /* kept tree nodes */                                              \
  X(WITNESS, "witness")                                                                            \
  X(CODEWORD, "codeword")                                                                          \
  X(PROOF, "proof")                                                                                \
  X(SCRATCH, "scratch")

typedef enum {
#define MGP_MEM_ENUM(name, text) MGP_MEM_##name,
  MGP_MEM_CLASS_LIST(MGP_MEM_ENUM)
#undef MGP_MEM_ENUM
      MGP_MEM_CLASSES
} mgp_mem_class_t;

/* clang-format off */
#define MGP_PHASE_LIST(X)                                                                          \
  X(SETUP, "setup")                                                                                \
  X(RECORD, "record")                                                                              \
  X(ASSIGN, "assign")                                                                              \
  X(REDUCE, "reduce")                                                                              \
  X(COMMIT, "commit")                                                                              \
  X(TASKS, "tasks")                                                                                \
  X(OPEN, "open")                                                                                  \
  X(FOLD, "fold")                                                                                  \
  X(QUERY, "query")                                                                                \
  X(FINISH, "finish")
/* clang-format on */
typedef enum {
#define MGP_PHASE_ENUM(name, text) MGP_PHASE_##name,
  MGP_PHASE_LIST(MGP_PHASE_ENUM)
#undef MGP_PHASE_ENUM
      MGP_PHASES
} mgp_phase_t;
const char *mgp_phase_name(mgp_phase_t phase);
const char *mgp_mem_class_name(mgp_mem_class_t cls);

typedef struct mgp_ledger mgp_ledger_t;
mgp_status_t mgp_ledger_create(uint64_t limit_bytes, mgp_ledger_t **out); /* 0: no limit */
/* Returns the number of allocations that were still live (each is freed, if the ledger's own). */
size_t mgp_ledger_destroy(mgp_ledger_t *l);
mgp_status_t mgp_ledger_alloc(mgp_ledger_t *l, mgp_mem_class_t cls, size_t nbytes, void **out);
/* *ptr becomes a block of nbytes that begins with the `used` bytes of the one before, which is
 * freed (NULL is fine if there are none). After a failure it is as it was. */
mgp_status_t mgp_ledger_grow(mgp_ledger_t *l, mgp_mem_class_t cls, size_t used, size_t nbytes,
                             void **ptr);
/* Counts memory that comes from elsewhere (a device's, say) and stays its owner's: the address is
 * never read, and freeing the entry only ends the counting. */
mgp_status_t mgp_ledger_account(mgp_ledger_t *l, mgp_mem_class_t cls, void *ptr, size_t nbytes);
/* Counts what an object (no allocation of this ledger) has taken somewhere, in whatever pieces; its
 * address stands for them. */
mgp_status_t mgp_ledger_count(mgp_ledger_t *l, mgp_mem_class_t cls, void *owner, size_t nbytes);
/* The same object has taken more or less since: nothing changes if that would pass the limit. */
mgp_status_t mgp_ledger_recount(mgp_ledger_t *l, void *owner, size_t nbytes);
void mgp_ledger_free(mgp_ledger_t *l, void *ptr); /* NULL is fine */
/* Changes the limit; `what` (a string literal) is named when an allocation would pass it. */
void mgp_ledger_set_limit(mgp_ledger_t *l, uint64_t limit_bytes, const char *what);
/* Sets the phase; peaks are kept per phase and class. */
void mgp_ledger_set_phase(mgp_ledger_t *l, mgp_phase_t phase);
mgp_phase_t mgp_ledger_phase(const mgp_ledger_t *l);
uint64_t mgp_ledger_live(const mgp_ledger_t *l, mgp_mem_class_t cls);
uint64_t mgp_ledger_live_total(const mgp_ledger_t *l);
/* Peak of a class in a phase; cls = MGP_MEM_CLASSES: of the total. phase = MGP_PHASES: overall. */
uint64_t mgp_ledger_peak(const mgp_ledger_t *l, mgp_phase_t phase, unsigned cls);
/* Is this the start of a live allocation, and does [ptr, ptr + nbytes) lie in one? */
int mgp_ledger_contains(const mgp_ledger_t *l, const void *ptr, size_t nbytes);

#endif
