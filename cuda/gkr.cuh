/* The fraction tree of a trace and its sumchecks on the device (docs/protocol.md section 5.4).
 *
 * Storage. Nodes are pairs (p, q). A level with several nodes per row has planes over the rows,
 * [node][p, q][N]; from the level with one node per row on, nodes 2i and 2i + 1 are entry i of
 * planes over the entries, [2][p, q][entries]. What is not there is (0, 1): nodes beyond the last
 * of a row are not stored; the second node of the last entry is, if their number is odd. Leaves of
 * large traces are not stored: each pass computes them from the trace (leaves.cuh).
 *
 * Sumcheck of layer l over the level below it. Its variables are first those of the entries of a
 * row (pairs of nodes), then those of the rows. While entry variables are bound nothing is stored:
 * each pass reads the level again and folds a row's entries with the weights of the challenges so
 * far. With all bound a row is one entry (P_0, q_0, p_1, q_1), P_0 = p_0 + lambda q_0, and folds in
 * halves, two variables a pass (gkr_rows.cuh); a level that has one entry a row is not stored again
 * for that. The summand is P_0 q_1 + p_1 q_0, lambda where nothing is; lambda is taken off every
 * term and added once to the sum, since the weights of a round add up to 1. */
#ifndef MGP_CUDA_GKR_CUH
#define MGP_CUDA_GKR_CUH

#include "task_dev.cuh"

#define MGP_GKR_LEVELS (MGP_TASK_VARS + 1u)

/* Levels 0 .. m + n; those that are not stored are NULL. */
typedef struct {
  unsigned n, m;
  uint32_t rows, k;
  mgp_e_t *level[MGP_GKR_LEVELS];
  mgp_e_t *fold[3]; /* rows, bound: [4][N]; folded: [4][ceil(N/4)], [4][ceil(N/16)] */
} mgp_gkr_dev_t;

/* Nodes of level t: per row for t > n, else in all. */
static __host__ __device__ __forceinline__ uint32_t mgp_gkr_nodes(const mgp_gkr_dev_t &g,
                                                                  unsigned t) {
  const unsigned up = t > g.n ? g.n + g.m - t : g.n - t;
  return (uint32_t)(((uint64_t)(t > g.n ? g.k : g.rows) + (1u << up) - 1) >> up);
}
/* Rows of its planes. */
static __host__ __device__ __forceinline__ uint32_t mgp_gkr_rows(const mgp_gkr_dev_t &g,
                                                                 unsigned t) {
  return t > g.n ? g.rows : (mgp_gkr_nodes(g, t) + 1) / 2;
}
/* Entry variables of layer l. */
static __host__ __device__ __forceinline__ unsigned mgp_gkr_entry_vars(const mgp_gkr_dev_t &g,
                                                                       unsigned l) {
  return l > g.n ? l - g.n : 0;
}
/* Row variables of layer l. */
static __host__ __device__ __forceinline__ unsigned mgp_gkr_row_vars(const mgp_gkr_dev_t &g,
                                                                     unsigned l) {
  return l < g.n ? l : g.n;
}

/* A row is some elements of K, one per plane of its storage: make(of) has of(member, plane) for
 * each of them. */
struct mgp_entry_t {
  mgp_e_t p0, q0, p1, q1;

  template <class Of> __device__ __forceinline__ static mgp_entry_t make(const Of &of) {
    typedef mgp_entry_t row;
    return {of(&row::p0, 0), of(&row::q0, 1), of(&row::p1, 2), of(&row::q1, 3)};
  }
};
/* A bound row of leaves whose multiplicities are constants (leaves.cuh). */
struct mgp_pair_t {
  mgp_e_t u0, u1;

  template <class Of> __device__ __forceinline__ static mgp_pair_t make(const Of &of) {
    return {of(&mgp_pair_t::u0, 0), of(&mgp_pair_t::u1, 1)};
  }
};

template <class Row>
__device__ __forceinline__ Row mgp_gkr_lerp(const Row &a, const Row &b, const mgp_e_t &x) {
  return Row::make([&](auto m, int) { return mgp_e_lerp(a.*m, b.*m, x); });
}
template <class Row> __device__ __forceinline__ Row mgp_gkr_add(const Row &a, const Row &b) {
  return Row::make([&](auto m, int) { return mgp_e_add(a.*m, b.*m); });
}
template <class Row> __device__ __forceinline__ Row mgp_gkr_sub(const Row &a, const Row &b) {
  return Row::make([&](auto m, int) { return mgp_e_sub(a.*m, b.*m); });
}
template <class Row> __device__ __forceinline__ Row mgp_gkr_shfl(const Row &a, unsigned lane) {
  return Row::make([&](auto m, int) { return mgp_shfl(a.*m, lane); });
}
/* Row y of planes that are `stride` apart. */
template <class Row>
__device__ __forceinline__ void mgp_gkr_load(const mgp_e_t *src, size_t stride, size_t y, Row *r) {
  *r = Row::make([&](auto, int plane) { return mgp_ld(src + (size_t)plane * stride + y); });
}
template <class Row>
__device__ __forceinline__ void mgp_gkr_store(mgp_e_t *dst, size_t stride, size_t y, const Row &r) {
  (void)Row::make([&](auto m, int plane) {
    mgp_st(dst + (size_t)plane * stride + y, r.*m);
    return r.*m;
  });
}

/* What an entry is that is not there. */
__device__ __forceinline__ mgp_entry_t mgp_gkr_nothing(void) {
  mgp_entry_t e;
  e.p0 = e.p1 = mgp_e_zero();
  e.q0 = e.q1 = mgp_e_one();
  return e;
}
__device__ __forceinline__ void mgp_gkr_lift(mgp_entry_t *e, const mgp_e_t &lambda) {
  e->p0 = mgp_e_add(e->p0, mgp_e_mul(e->q0, lambda));
}
/* p_0 q_1 + p_1 q_0; of a pair u_0 u_1 */
__device__ __forceinline__ mgp_e_t mgp_gkr_cross(const mgp_entry_t &e) {
  return mgp_e_mul2(e.p0, e.q1, e.p1, e.q0);
}
__device__ __forceinline__ mgp_e_t mgp_gkr_cross(const mgp_pair_t &v) {
  return mgp_e_mul(v.u0, v.u1);
}

struct mgp_node_t {
  mgp_e_t p, q;
};
__device__ __forceinline__ mgp_node_t mgp_gkr_node(const mgp_node_t &a, const mgp_node_t &b) {
  mgp_node_t r;
  r.p = mgp_e_mul2(a.p, b.q, b.p, a.q);
  r.q = mgp_e_mul(a.q, b.q);
  return r;
}

/* Node i of a level with `nodes` nodes in all. */
__device__ __forceinline__ void mgp_gkr_store_node(mgp_e_t *level, uint32_t nodes, uint32_t i,
                                                   const mgp_e_t &p, const mgp_e_t &q) {
  const size_t stride = (nodes + 1) / 2;
  mgp_e_t *to = level + (i & 1) * 2 * stride + (i >> 1);
  mgp_st(to, p);
  mgp_st(to + stride, q);
  if (i + 1 == nodes && !(i & 1)) {
    mgp_st(to + 2 * stride, mgp_e_zero());
    mgp_st(to + 3 * stride, mgp_e_one());
  }
}

/* --- entries of a row ------------------------------------------------------------------------- */

/* A stored level with several nodes per row. */
struct mgp_gkr_stored_t {
  const mgp_e_t *level;
  size_t stride;
  uint32_t nodes;

  __device__ __forceinline__ uint32_t entries() const { return (nodes + 1) / 2; }
  __device__ __forceinline__ mgp_entry_t entry(uint32_t row, uint32_t e) const {
    const mgp_e_t *src = level + 4 * e * stride + row;
    mgp_entry_t r = mgp_gkr_nothing();
    if (2 * e >= nodes) return r;
    r.p0 = mgp_ld(src);
    r.q0 = mgp_ld(src + stride);
    if (2 * e + 1 >= nodes) return r;
    r.p1 = mgp_ld(src + 2 * stride);
    r.q1 = mgp_ld(src + 3 * stride);
    return r;
  }
  /* Entries first ... first + 2^b - 1 with their variables bound; not lifted. */
  __device__ __forceinline__ mgp_entry_t bound(uint32_t row, uint32_t first, unsigned b,
                                               const mgp_task_state_t *s) const {
    mgp_entry_t r = entry(row, first);
    if (b == 0) return r;
    if (b == 1) return mgp_gkr_lerp(r, entry(row, first + 1), s->x[0]);
    mgp_dot_t p0, q0, p1, q1;
#pragma unroll 1
    for (uint32_t e = 0;;) {
      const mgp_e_t w = s->weight[e], ww = mgp_times_w(w);
      p0.mac(r.p0, w, ww);
      q0.mac(r.q0, w, ww);
      p1.mac(r.p1, w, ww);
      q1.mac(r.q1, w, ww);
      if (++e == 1u << b) break;
      r = entry(row, first + e);
    }
    r.p0 = p0.value();
    r.q0 = q0.value();
    r.p1 = p1.value();
    r.q1 = q1.value();
    return r;
  }
};
static __host__ __device__ __forceinline__ mgp_gkr_stored_t mgp_gkr_stored(const mgp_gkr_dev_t &g,
                                                                           unsigned t) {
  mgp_gkr_stored_t s;
  s.level = g.level[t];
  s.stride = g.rows;
  s.nodes = mgp_gkr_nodes(g, t);
  return s;
}

#endif
