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
MGP_LANE mgp_vw_t mgp_vw_mul_f(mgp_v_t a, mgp_f_t c) {
  mgp_vw_t r;
  for (int i = 0; i < MGP_LANES; i++) r.w[i] = (uint64_t)a.w[i] * c;
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

MGP_LANE mgp_v_t mgp_v_div_2exp(mgp_v_t x, int n) {
  const mgp_f_t k = (MGP_P - 1) >> n;
  for (int i = 0; i < MGP_LANES; i++) {
    mgp_f_t high = x.w[i] >> n, sub = (x.w[i] & ((1u << n) - 1)) * k;
    x.w[i] = high < sub ? high - sub + MGP_P : high - sub;
  }
  return x;
}
/* v[i] = (v[i] + c[i])^7 for i < n */
MGP_LANE void mgp_v_add_pow7(mgp_v_t *v, const mgp_f_t *c, int n) {
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < MGP_LANES; k++) {
      mgp_f_t t = mgp_f_add(v[i].w[k], c[i]), t2 = mgp_f_sqr(t), t3 = mgp_f_mul(t2, t);
      v[i].w[k] = mgp_f_mul(mgp_f_sqr(t2), t3);
    }
  }
}

/* A fixed factor w with wq = w / p mod 2^32: one product less for each multiplication. */
typedef struct {
  uint32_t w[MGP_LANES], q[MGP_LANES];
} mgp_vk_t;

MGP_LANE mgp_vk_t mgp_vk_set1(mgp_f_t w, uint32_t wq) {
  mgp_vk_t k;
  for (int i = 0; i < MGP_LANES; i++) {
    k.w[i] = w;
    k.q[i] = wq;
  }
  return k;
}
/* Lane i: w[i mod n], n = 2, 4, ... MGP_LANES. */
MGP_LANE mgp_vk_t mgp_vk_load_period(const mgp_f_t *w, const uint32_t *wq, int n) {
  mgp_vk_t k;
  for (int i = 0; i < MGP_LANES; i++) {
    k.w[i] = w[i % n];
    k.q[i] = wq[i % n];
  }
  return k;
}
MGP_LANE mgp_v_t mgp_v_mul_k(mgp_v_t a, mgp_vk_t k) {
  for (int i = 0; i < MGP_LANES; i++) {
    uint32_t q = a.w[i] * k.q[i];
    uint32_t high = (uint32_t)(((uint64_t)a.w[i] * k.w[i]) >> 32);
    a.w[i] = mgp_f_sub(high, (uint32_t)(((uint64_t)q * MGP_P) >> 32));
  }
  return a;
}

#endif
