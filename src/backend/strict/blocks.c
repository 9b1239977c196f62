#include <string.h>

#include "backend/strict/strict.h"

/* Room for one more item in a list that the ledger accounts as PLAN. */
static mgp_status_t room(mgp_strict_t *st, void **items, size_t count, size_t *capacity,
                         size_t size) {
  if (count < *capacity) return MGP_OK;
  size_t more = *capacity ? 2 * *capacity : 64;
  void *grown;
  MGP_TRY(mgp_ledger_alloc(st->base.ledger, MGP_MEM_PLAN, more * size, &grown));
  if (count) memcpy(grown, *items, count * size);
  mgp_ledger_free(st->base.ledger, *items);
  *items = grown;
  *capacity = more;
  return MGP_OK;
}

/* --- device memory ---------------------------------------------------------------------------- */

mgp_status_t mgp_strict_alloc(mgp_strict_t *st, mgp_mem_class_t cls, size_t nbytes, void **out) {
  void *blocks = st->blocks, *p;
  MGP_TRY(room(st, &blocks, st->nblocks, &st->block_room, sizeof *st->blocks));
  st->blocks = blocks;
  MGP_TRY(st->inner->ops->alloc(st->inner, cls, nbytes, &p));
  memset(p, MGP_POISON_NEW, nbytes);
  st->blocks[st->nblocks++] = (mgp_strict_block_t){p, nbytes};
  *out = p;
  return MGP_OK;
}

void mgp_strict_free(mgp_strict_t *st, void *ptr) {
  for (size_t i = 0; i < st->nblocks; i++) {
    if (st->blocks[i].start != ptr) continue;
    memset(ptr, MGP_POISON_FREED, st->blocks[i].nbytes);
    st->blocks[i] = st->blocks[--st->nblocks];
    st->inner->ops->free(st->inner, ptr);
    return;
  }
}

static const mgp_strict_block_t *block_of(const mgp_strict_t *st, const void *ptr) {
  for (size_t i = 0; i < st->nblocks; i++) {
    const mgp_strict_block_t *b = &st->blocks[i];
    size_t offset = (size_t)((uintptr_t)ptr - (uintptr_t)b->start);
    if ((uintptr_t)ptr >= (uintptr_t)b->start && offset <= b->nbytes) {
      /* the end of one block may be the start of another */
      if (offset < b->nbytes || b->nbytes == 0) return b;
    }
  }
  return NULL;
}

mgp_status_t mgp_strict_device(const mgp_strict_t *st, const char *op, const char *arg,
                               const void *ptr, size_t nbytes) {
  if (nbytes == 0) return MGP_OK;
  const mgp_strict_block_t *b = block_of(st, ptr);
  if (!b)
    return mgp_fail(MGP_INTERNAL,
                    "%s: %s (%p) is not device memory: a host pointer, or freed before", op, arg,
                    ptr);
  size_t left = b->nbytes - (size_t)((const char *)ptr - b->start);
  if (nbytes > left)
    return mgp_fail(MGP_INTERNAL, "%s: %s needs %zu bytes, its allocation has %zu from there on",
                    op, arg, nbytes, left);
  return MGP_OK;
}

mgp_status_t mgp_strict_host(const mgp_strict_t *st, const char *op, const char *arg,
                             const void *ptr, size_t nbytes) {
  if (nbytes && (!ptr || block_of(st, ptr)))
    return mgp_fail(MGP_INTERNAL, "%s: %s (%p) is not host memory", op, arg, ptr);
  return MGP_OK;
}

/* --- objects ---------------------------------------------------------------------------------- */

mgp_status_t mgp_strict_object_room(mgp_strict_t *st) {
  void *objects = st->objects;
  MGP_TRY(room(st, &objects, st->nobjects, &st->object_room, sizeof *st->objects));
  st->objects = objects;
  return MGP_OK;
}

void mgp_strict_object_add(mgp_strict_t *st, mgp_strict_object_t object) {
  st->objects[st->nobjects++] = object;
}

void mgp_strict_object_remove(mgp_strict_t *st, const void *object) {
  for (size_t i = 0; i < st->nobjects; i++)
    if (st->objects[i].object == object) {
      st->objects[i] = st->objects[--st->nobjects];
      return;
    }
}

mgp_status_t mgp_strict_object(const mgp_strict_t *st, const char *op, const void *object,
                               mgp_strict_object_t *out) {
  static const char *const names[] = {"memory given to it at its start", "virtual columns"};
  for (size_t i = 0; i < st->nobjects; i++) {
    const mgp_strict_object_t *o = &st->objects[i];
    if (o->object != object) continue;
    for (int k = 0; k < 2; k++)
      if (o->borrowed[k])
        MGP_TRY(mgp_strict_device(st, op, names[k], o->borrowed[k], o->nbytes[k]));
    *out = *o;
    return MGP_OK;
  }
  return mgp_fail(MGP_INTERNAL, "%s: %p is no live object of this backend", op, object);
}
