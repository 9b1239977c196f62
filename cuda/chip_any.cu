/* The kernels of a chip by interpretation of its form (chip_form.h): for chips that have no kernels
 * of their own. A thread keeps its values in device memory, word i at slots[i * MGP_ANY_THREADS +
 * thread]. */
#include "chip_kernels.cuh"

namespace {

/* Words of a value over F or K in the slots. */
__device__ __forceinline__ void get_words(const uint32_t *w, mgp_f_t *v) {
  *v = *w;
}
__device__ __forceinline__ void get_words(const uint32_t *w, mgp_e_t *v) {
  for (int d = 0; d < MGP_D; d++) v->c[d] = w[(size_t)d * MGP_ANY_THREADS];
}
__device__ __forceinline__ void set_words(uint32_t *w, mgp_f_t v) {
  *w = v;
}
__device__ __forceinline__ void set_words(uint32_t *w, const mgp_e_t &v) {
  for (int d = 0; d < MGP_D; d++) w[(size_t)d * MGP_ANY_THREADS] = v.c[d];
}
__device__ __forceinline__ void from_f(mgp_f_t c, mgp_f_t *v) {
  *v = c;
}
__device__ __forceinline__ void from_f(mgp_f_t c, mgp_e_t *v) {
  *v = mgp_e_from_f(c);
}

struct any_t {
  static const unsigned THREADS = MGP_ANY_THREADS, LOG_K = MGP_TASK_LOG_K;
  static const bool LINEAR = true;
  const mgp_chip_args_t &a;
  uint32_t *slots;

  __device__ __forceinline__ explicit any_t(const mgp_chip_args_t &args)
      : a(args), slots(args.slots + blockIdx.x * blockDim.x + threadIdx.x) {}

  __device__ __forceinline__ uint32_t *slot(uint32_t i) const {
    return slots + (size_t)i * MGP_ANY_THREADS;
  }

  /* --- leaves: all nodes that they need, by position */
  __device__ void prepare(uint32_t row) {
    const uint32_t *node = a.words + a.form.nodes;
    for (uint32_t i = 0; i < a.form.nnodes; i++, node += 3) {
      mgp_f_t v;
      switch (node[0]) {
      case MGP_X_COLUMN:
        v = mgp_chip_column(a, node[1], row);
        break;
      case MGP_X_VIRTUAL:
        v = mgp_chip_virtual(a, node[1], row);
        break;
      case MGP_X_CONST:
        v = node[2];
        break;
      case MGP_X_ADD:
        v = mgp_f_add(*slot(node[1]), *slot(node[2]));
        break;
      case MGP_X_SUB:
        v = mgp_f_sub(*slot(node[1]), *slot(node[2]));
        break;
      default:
        v = mgp_f_mul(*slot(node[1]), *slot(node[2]));
      }
      *slot(i) = v;
    }
  }
  /* Leaf j: *q += its entries, *r += its multiplicity if that is no constant, and returns it. */
  template <bool SHIFT>
  __device__ mgp_f_t leaf(uint32_t j, const mgp_e_t *w, mgp_dot_t *q, mgp_dot_t *r) const {
    const uint32_t *at = a.words + a.form.leaf + j * MGP_LEAF_ROW;
    for (unsigned i = 1; i < MGP_LEAF_ROW; i++)
      if (at[i] != MGP_FORM_NONE) q->mac(*slot(at[i]), mgp_ld(w + i));
    const mgp_f_t p = *slot(at[0]);
    if (SHIFT && a.words[a.form.nodes + 3 * at[0]] != MGP_X_CONST) {
      q->mac(p, mgp_ld(w));
      r->mac(p, mgp_ld(w));
    }
    return p;
  }
  static const bool VARYING = true;
  template <bool SHIFT>
  __device__ void leaves(uint32_t e, const mgp_e_t *w, mgp_leaves_t *out) const {
    out->p0 = leaf<SHIFT>(2 * e, w, &out->q0, &out->r0);
    if (2 * e + 1 >= a.form.k) return;
    out->p1 = leaf<SHIFT>(2 * e + 1, w + MGP_LEAF_ROW, &out->q1, &out->r1);
  }

  /* --- forms and atoms */
  __device__ __forceinline__ uint32_t nforms() const { return a.form.nforms; }
  __device__ __forceinline__ static uint32_t number(uint32_t f) { return f; }
  __device__ __forceinline__ static bool owns(uint32_t) { return true; }
  __device__ mgp_f_t form(uint32_t f, size_t row) const {
    const uint32_t *first = a.words + a.form.form_first, *pair = a.words + a.form.form_pairs;
    mgp_f_t s = 0;
    for (uint32_t t = first[f]; t < first[f + 1]; t++)
      s = mgp_f_add(s, mgp_f_mul(pair[2 * t + 1], mgp_chip_any_column(a, pair[2 * t])[row]));
    return s;
  }

  /* Which = 0: forms, then room for the operations; 1: forms after those. */
  template <class V> struct values_t {
    static const uint32_t WORDS = sizeof(V) / sizeof(uint32_t);
    uint32_t *first;
    __device__ __forceinline__ values_t(const any_t &chip, unsigned which)
        : first(chip.slot(which ? WORDS * (chip.a.form.nforms + chip.a.form.nops) : 0)) {}
    __device__ __forceinline__ V get(uint32_t i) const {
      V v;
      get_words(first + (size_t)i * WORDS * MGP_ANY_THREADS, &v);
      return v;
    }
    __device__ __forceinline__ void set(uint32_t i, const V &v) {
      set_words(first + (size_t)i * WORDS * MGP_ANY_THREADS, v);
    }
  };

  template <class V>
  __device__ void atoms(const values_t<V> &form, const mgp_e_t *weights, mgp_dot_t *sum) const {
    const mgp_form_t &f = a.form;
    const uint32_t *op = a.words + f.ops, *first = a.words + f.op_first;
    const uint32_t *pair = a.words + f.op_pairs, *atom = a.words + f.atoms;
    values_t<V> slot = form;
    for (uint32_t i = 0; i < f.nops; i++, op += 3) {
      V v;
      if (op[0]) {
        v = mgp_v_mul(slot.get(op[1]), slot.get(op[2]));
      } else {
        from_f(op[1], &v);
        for (uint32_t t = first[i]; t < first[i + 1]; t++)
          v = mgp_v_add(v, mgp_v_scale(slot.get(pair[2 * t]), pair[2 * t + 1]));
      }
      slot.set(f.nforms + i, v);
    }
    for (uint32_t t = 0; t < f.natoms; t++) mgp_v_mac(sum, slot.get(atom[t]), weights + 2 * t);
  }
};

} // namespace

uint64_t mgp_cuda_any_slots(const mgp_form_t *form) {
  const uint64_t values = MGP_D * (2 * (uint64_t)form->nforms + form->nops);
  return values > form->nnodes ? values : form->nnodes;
}

const mgp_cuda_chip_t mgp_cuda_chip_any = mgp_chip_launch_t<any_t>::table(0, "any");
