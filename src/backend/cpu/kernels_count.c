#include "backend/cpu/kernels_count.h"

#include "backend/cpu/lanes.h"

static void eval(const mgp_count_program_t *p, const mgp_f_t *trace, size_t stride,
                 uint32_t (*value)[MGP_COUNT_ROWS]) {
  for (uint32_t i = 0; i < p->nnodes; i++) {
    const mgp_xnode_t *n = &p->node[i];
    for (unsigned v = 0; v < MGP_COUNT_ROWS; v += MGP_LANES) {
      mgp_v_t r;
      switch (n->op) {
      case MGP_X_COLUMN:
        r = mgp_v_load(trace + n->a * stride + v);
        break;
      case MGP_X_CONST:
        r = mgp_v_set1(n->value);
        break;
      case MGP_X_ADD:
        r = mgp_v_add(mgp_v_load(value[n->a] + v), mgp_v_load(value[n->b] + v));
        break;
      case MGP_X_SUB:
        r = mgp_v_sub(mgp_v_load(value[n->a] + v), mgp_v_load(value[n->b] + v));
        break;
      default:
        r = mgp_v_mul(mgp_v_load(value[n->a] + v), mgp_v_load(value[n->b] + v));
      }
      mgp_v_store(value[i] + v, r);
    }
  }
  const mgp_v_t raw_one = mgp_v_set1(1); /* a Montgomery product with it leaves that form */
  for (uint32_t i = 0; i < p->nnodes; i++)
    for (unsigned v = 0; v < MGP_COUNT_ROWS && p->wanted[i]; v += MGP_LANES)
      mgp_v_store(value[i] + v, mgp_v_mul(mgp_v_load(value[i] + v), raw_one));
}

const mgp_count_kernels_t MGP_ISA(mgp_count_kernels) = {eval};
