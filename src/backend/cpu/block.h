/* Shapes that kernels and their callers agree on: blocks of rows, weights, the real part of a
 * column of ones. */
#ifndef MGP_BACKEND_CPU_BLOCK_H
#define MGP_BACKEND_CPU_BLOCK_H

#include "math/ext.h"

#define MGP_BLOCK       64u
#define MGP_BLOCK_WORDS (MGP_BLOCK * MGP_D)

/* eq(point, y) = low[y mod 2^8] * high[y >> 8]. low: planes [2][D][MGP_EQ_LOW], eq and W eq, zero
 * from 2^n on; high: ext planes. */
#define MGP_EQ_LOG       8u
#define MGP_EQ_LOW       (1u << MGP_EQ_LOG)
#define MGP_EQ_LOW_WORDS (2u * MGP_D * MGP_EQ_LOW)

typedef struct {
  mgp_f_t *low, *high;
  size_t high_stride;
} mgp_eq_t;

static inline mgp_e_t mgp_planes_get(const mgp_f_t *planes, size_t stride, size_t i) {
  mgp_e_t r;
  for (int d = 0; d < MGP_D; d++) r.c[d] = planes[(size_t)d * stride + i];
  return r;
}
static inline void mgp_planes_set(mgp_f_t *planes, size_t stride, size_t i, mgp_e_t v) {
  for (int d = 0; d < MGP_D; d++) planes[(size_t)d * stride + i] = v.c[d];
}
static inline mgp_e_t mgp_eq_high(const mgp_eq_t *eq, size_t i) {
  return mgp_planes_get(eq->high, eq->high_stride, i);
}

/* Coordinates above the low ones, and elements of the high table. */
static inline unsigned mgp_eq_high_log(unsigned n) {
  return n > MGP_EQ_LOG ? n - MGP_EQ_LOG : 0;
}

/* a + x (b - a) */
static inline mgp_e_t mgp_e_fold(mgp_e_t a, mgp_e_t b, mgp_e_t x) {
  return mgp_e_add(a, mgp_e_mul(x, mgp_e_sub(b, a)));
}

/* eq(point, i); 0 for i >= 2^n */
mgp_e_t mgp_eq_at(const mgp_e_t *point, unsigned n, uint64_t i);
/* sum of eq(point, i) over i < count */
mgp_e_t mgp_eq_below(const mgp_e_t *point, unsigned n, uint64_t count);

/* The multilinear extension of "row < N" while variables are bound low bit first: entries below
 * `full` are 1, entry `full` is `edge`, all others are 0. */
typedef struct {
  uint64_t full;
  mgp_e_t edge;
} mgp_sel_t;

static inline mgp_sel_t mgp_sel_init(uint64_t n) {
  mgp_sel_t s = {n, mgp_e_zero()};
  return s;
}
/* Both entries of the first pair that is not all ones. */
static inline void mgp_sel_pair(const mgp_sel_t *s, mgp_e_t out[2]) {
  out[0] = s->full & 1 ? mgp_e_one() : s->edge;
  out[1] = s->full & 1 ? s->edge : mgp_e_zero();
}
static inline void mgp_sel_bind(mgp_sel_t *s, mgp_e_t x) {
  mgp_e_t pair[2];
  mgp_sel_pair(s, pair);
  s->full >>= 1;
  s->edge = mgp_e_fold(pair[0], pair[1], x);
}

#endif
