/* How operations check their arguments, in functions with the backend as `st` that are named as the
 * operation is, or mgp_strict_ and that. Private to src/backend/strict. */
#ifndef MGP_BACKEND_STRICT_CHECKS_H
#define MGP_BACKEND_STRICT_CHECKS_H

#include <string.h>

#include "backend/strict/strict.h"

static inline const char *mgp_strict_op(const char *func) {
  static const char prefix[] = "mgp_strict_";
  return strncmp(func, prefix, sizeof prefix - 1) == 0 ? func + sizeof prefix - 1 : func;
}

#define INNER(op, ...) st->inner->ops->op(st->inner, __VA_ARGS__)
#define DEVICE(arg, count)                                                                         \
  MGP_TRY(                                                                                         \
      mgp_strict_device(st, mgp_strict_op(__func__), #arg, arg, (size_t)(count) * sizeof *(arg)))
#define DEVICE_BYTES(arg, nbytes)                                                                  \
  MGP_TRY(mgp_strict_device(st, mgp_strict_op(__func__), #arg, arg, nbytes))
#define HOST(arg, count)                                                                           \
  MGP_TRY(mgp_strict_host(st, mgp_strict_op(__func__), #arg, arg, (size_t)(count) * sizeof *(arg)))
#define HOST_BYTES(arg, nbytes)                                                                    \
  MGP_TRY(mgp_strict_host(st, mgp_strict_op(__func__), #arg, arg, nbytes))
#define OBJECT(arg) MGP_TRY(mgp_strict_object(st, mgp_strict_op(__func__), arg, &object))

/* Operations in files of their own. */
/* clang-format off */
MGP_BACKEND_OP(mgp_strict, touch_words) MGP_BACKEND_OP(mgp_strict, word_merge)
MGP_BACKEND_OP(mgp_strict, word_find) MGP_BACKEND_OP(mgp_strict, patch)
MGP_BACKEND_OP(mgp_strict, bound_rows) MGP_BACKEND_OP(mgp_strict, ram_rows)
MGP_BACKEND_OP(mgp_strict, ram_points) MGP_BACKEND_OP(mgp_strict, ram_sums)
MGP_BACKEND_OP(mgp_strict, ram_chain)
/* clang-format on */

#endif
