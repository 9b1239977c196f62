/* Order of memory words by key. Private to src/backend/cpu. */
#ifndef MGP_BACKEND_CPU_KEY_SORT_H
#define MGP_BACKEND_CPU_KEY_SORT_H

#include "base/ledger.h"

/* order[0, n): the numbers of the keys, ascending by key, and of equal keys as they come. Keys are
 * below 2^28 and lie `stride` words apart; tmp: [n]. The result does not depend on threads, which
 * are one at least. Scratch: 64 KiB a thread, if there are many keys. */
mgp_status_t mgp_key_sort(mgp_ledger_t *ledger, int threads, const uint32_t *keys, size_t stride,
                          uint32_t n, uint32_t *order, uint32_t *tmp);

#endif
