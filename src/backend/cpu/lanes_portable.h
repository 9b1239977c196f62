/* Four field words in plain C (see lanes.h). */
#ifndef MGP_BACKEND_CPU_LANES_PORTABLE_H
#define MGP_BACKEND_CPU_LANES_PORTABLE_H

#define MGP_LANES 4

typedef struct {
  mgp_f_t w[MGP_LANES];
} mgp_v_t;
typedef struct {
  uint64_t w[MGP_LANES];
} mgp_vw_t;

MGP_LANE mgp_v_t mgp_v_load(const mgp_f_t *p) {
  mgp_v_t r;
  memcpy(r.w, p, sizeof r.w);
  return r;
}
MGP_LANE void mgp_v_store(mgp_f_t *p, mgp_v_t a) {
  memcpy(p, a.w, sizeof a.w);
}
MGP_LANE mgp_v_t mgp_v_set1(mgp_f_t a) {
  mgp_v_t r;
  for (int i = 0; i < MGP_LANES; i++) r.w[i] = a;
  return r;
}
MGP_LANE mgp_v_t mgp_v_add(mgp_v_t a, mgp_v_t b) {
  for (int i = 0; i < MGP_LANES; i++) a.w[i] = mgp_f_add(a.w[i], b.w[i]);
  return a;
}
MGP_LANE mgp_v_t mgp_v_sub(mgp_v_t a, mgp_v_t b) {
  for (int i = 0; i < MGP_LANES; i++) a.w[i] = mgp_f_sub(a.w[i], b.w[i]);
  return a;
}

MGP_LANE mgp_vw_t mgp_vw_zero(void) {
  mgp_vw_t r = {{0}};
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_mul(mgp_v_t a, mgp_v_t b) {
  mgp_vw_t r;
  for (int i = 0; i < MGP_LANES; i++) r.w[i] = (uint64_t)a.w[i] * b.w[i];
  return r;
}
MGP_LANE mgp_vw_t mgp_vw_add(mgp_vw_t a, mgp_vw_t b) {
  for (int i = 0; i < MGP_LANES; i++) a.w[i] += b.w[i];
  return a;
}
MGP_LANE mgp_vw_t mgp_vw_fold(mgp_vw_t a) {
  const uint64_t bound = (uint64_t)MGP_P << 32;
  for (int i = 0; i < MGP_LANES; i++) a.w[i] -= a.w[i] >= bound ? bound : 0;
  return a;
}
MGP_LANE mgp_v_t mgp_vw_reduce(mgp_vw_t a) {
  mgp_v_t r;
  for (int i = 0; i < MGP_LANES; i++) r.w[i] = mgp_f_reduce(a.w[i]);
  return r;
}

/* even = a0 a2 .. b0 b2 ..; odd = a1 a3 .. b1 b3 .. */
MGP_LANE void mgp_v_deinterleave(mgp_v_t a, mgp_v_t b, mgp_v_t *even, mgp_v_t *odd) {
  for (int i = 0; i < MGP_LANES / 2; i++) {
    even->w[i] = a.w[2 * i];
    odd->w[i] = a.w[2 * i + 1];
    even->w[MGP_LANES / 2 + i] = b.w[2 * i];
    odd->w[MGP_LANES / 2 + i] = b.w[2 * i + 1];
  }
}
/* lo, hi = a0 b0 a1 b1 .. */
MGP_LANE void mgp_v_interleave(mgp_v_t a, mgp_v_t b, mgp_v_t *lo, mgp_v_t *hi) {
  for (int i = 0; i < MGP_LANES / 2; i++) {
    lo->w[2 * i] = a.w[i];
    lo->w[2 * i + 1] = b.w[i];
    hi->w[2 * i] = a.w[MGP_LANES / 2 + i];
    hi->w[2 * i + 1] = b.w[MGP_LANES / 2 + i];
  }
}

#endif
