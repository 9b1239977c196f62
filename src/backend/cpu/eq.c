#include "backend/cpu/block.h"
#include "backend/task_math.h"

mgp_e_t mgp_eq_at(const mgp_e_t *point, unsigned n, uint64_t i) {
  return i >> n ? mgp_e_zero() : mgp_task_eq(point, n, i);
}

/* From the top: where count has a 1 bit, all indices with a 0 there and equal bits above count. */
mgp_e_t mgp_eq_below(const mgp_e_t *point, unsigned n, uint64_t count) {
  mgp_e_t sum = mgp_e_zero(), prefix = mgp_e_one();
  if (count >> n) return mgp_e_one();
  for (unsigned t = n; t-- > 0;) {
    mgp_e_t with = mgp_e_mul(prefix, point[t]), without = mgp_e_sub(prefix, with);
    if (count >> t & 1) {
      sum = mgp_e_add(sum, without);
      prefix = with;
    } else {
      prefix = without;
    }
  }
  return sum;
}
