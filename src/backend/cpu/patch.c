#include "backend/cpu/cpu_ops.h"

mgp_status_t mgp_cpu_patch(mgp_backend_t *be, uint32_t *d_words, const uint64_t *index,
                           const uint32_t *value, size_t n) {
  (void)be;
  for (size_t i = 0; i < n; i++) d_words[index[i]] = value[i];
  return MGP_OK;
}
