/* Bookkeeping of the strict backend: device allocations, and objects with the device memory that
 * must stay valid for them. */
#ifndef MGP_BACKEND_STRICT_STRICT_H
#define MGP_BACKEND_STRICT_STRICT_H

#include "backend/backend.h"

#define MGP_POISON_NEW   0xee /* bytes of memory not written yet: no field word has this value */
#define MGP_POISON_FREED 0xdd

typedef struct {
  char *start;
  size_t nbytes;
} mgp_strict_block_t;

/* A stream, tree, fold, GKR or main object. Borrowed memory is checked again at every use. */
typedef struct {
  const void *object;
  unsigned s;
  const void *borrowed[2]; /* trace and virtual columns, or the folded planes; NULL: none */
  size_t nbytes[2];
} mgp_strict_object_t;

typedef struct {
  mgp_backend_t base;
  mgp_backend_t *inner; /* cpu, portable, one thread */
  mgp_strict_block_t *blocks;
  size_t nblocks, block_room;
  mgp_insn_t *insns; /* of set_program, in a block */
  const mgp_program_t *prog;
  mgp_strict_object_t *objects;
  size_t nobjects, object_room;
} mgp_strict_t;

static inline mgp_strict_t *mgp_strict_of(mgp_backend_t *be) {
  return (mgp_strict_t *)be;
}

mgp_status_t mgp_strict_alloc(mgp_strict_t *st, mgp_mem_class_t cls, size_t nbytes, void **out);
void mgp_strict_free(mgp_strict_t *st, void *ptr);

/* MGP_INTERNAL, naming operation and argument, unless [ptr, ptr + nbytes) lies in a live block;
 * `host`: unless it touches none (NULL is fine where nothing is read). */
mgp_status_t mgp_strict_device(const mgp_strict_t *st, const char *op, const char *arg,
                               const void *ptr, size_t nbytes);
mgp_status_t mgp_strict_host(const mgp_strict_t *st, const char *op, const char *arg,
                             const void *ptr, size_t nbytes);

/* Objects. Adding makes room first, so that it cannot fail after the inner operation. */
mgp_status_t mgp_strict_object_room(mgp_strict_t *st);
void mgp_strict_object_add(mgp_strict_t *st, mgp_strict_object_t object);
void mgp_strict_object_remove(mgp_strict_t *st, const void *object);
/* MGP_INTERNAL unless the object is live and what it borrows is too. */
mgp_status_t mgp_strict_object(const mgp_strict_t *st, const char *op, const void *object,
                               mgp_strict_object_t *out);

#endif
