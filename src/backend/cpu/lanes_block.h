/* Blocks of rows, in the vocabulary of lanes.h: what the kernels of the sumchecks share.
 *
 * An element block is MGP_BLOCK extension elements as planes [D][MGP_BLOCK]; structures of several
 * elements per row are stored block after block, [block][element][D][MGP_BLOCK], so that a pass
 * over them is one stream and rows can be paired without leaving a block or its neighbour. */
#ifndef MGP_BACKEND_CPU_LANES_BLOCK_H
#define MGP_BACKEND_CPU_LANES_BLOCK_H

#include "backend/cpu/block.h"
#include "backend/cpu/lanes.h"
#include "backend/cpu/poly.h"

/* --- sums of products ------------------------------------------------------------------------ */

/* An unreduced sum and a count that bounds it: n products, a folded sum counting as two. Counts are
 * known at compile time once loops are unrolled. */
typedef struct {
  mgp_vw_t s;
  int n;
} mgp_vs_t;

MGP_LANE void mgp_vs_add(mgp_vs_t *a, mgp_vw_t product) {
  if (a->n == 0) {
    a->s = product;
    a->n = 1;
    return;
  }
  if (a->n == 4) {
    a->s = mgp_vw_fold(a->s);
    a->n = 2;
  }
  a->s = mgp_vw_add(a->s, product);
  a->n++;
}
MGP_LANE mgp_v_t mgp_vs_reduce(mgp_vs_t a) {
  return mgp_vw_reduce(a.n <= 2 ? a.s : mgp_vw_fold(a.s));
}

/* a * b + c * d. Products above x^(D-1) are reduced on their own and multiplied by W as words,
 * which costs less than W times all of b and d. */
MGP_LANE mgp_ve_t mgp_ve_mul2(const mgp_ve_t *a, const mgp_ve_t *b, const mgp_ve_t *c,
                              const mgp_ve_t *d) {
  const mgp_f_t w = mgp_f_from_u32(MGP_W);
  mgp_ve_t r;
  for (int k = 0; k < MGP_D; k++) {
    mgp_vs_t lo = {.n = 0};
    if (k < MGP_D - 1) {
      mgp_vs_t hi = {.n = 0};
      for (int i = k + 1; i < MGP_D; i++) {
        mgp_vs_add(&hi, mgp_vw_mul(a->c[i], b->c[MGP_D + k - i]));
        mgp_vs_add(&hi, mgp_vw_mul(c->c[i], d->c[MGP_D + k - i]));
      }
      mgp_vs_add(&lo, mgp_vw_mul_f(mgp_vs_reduce(hi), w));
    }
    for (int i = 0; i <= k; i++) {
      mgp_vs_add(&lo, mgp_vw_mul(a->c[i], b->c[k - i]));
      mgp_vs_add(&lo, mgp_vw_mul(c->c[i], d->c[k - i]));
    }
    r.c[k] = mgp_vs_reduce(lo);
  }
  return r;
}

/* constant + sum of coef * value over K, values base words at at[src] + off. */
MGP_LANE mgp_ve_t mgp_ve_dot(mgp_e_t constant, const mgp_poly_weight_t *w, uint32_t n,
                             const mgp_f_t *const *at, size_t off) {
  mgp_vw_t s[MGP_D];
  mgp_ve_t r;
  for (int i = 0; i < MGP_D; i++) s[i] = mgp_vw_zero();
  uint32_t t = 0;
  for (; t + 2 <= n; t += 2) {
    mgp_v_t x = mgp_v_load(at[w[t].src] + off), y = mgp_v_load(at[w[t + 1].src] + off);
    for (int i = 0; i < MGP_D; i++) {
      s[i] = mgp_vw_add(s[i], mgp_vw_mul_f(x, w[t].coef.c[i]));
      s[i] = mgp_vw_fold(mgp_vw_add(s[i], mgp_vw_mul_f(y, w[t + 1].coef.c[i])));
    }
  }
  if (t < n) {
    mgp_v_t x = mgp_v_load(at[w[t].src] + off);
    for (int i = 0; i < MGP_D; i++)
      s[i] = mgp_vw_fold(mgp_vw_add(s[i], mgp_vw_mul_f(x, w[t].coef.c[i])));
  }
  for (int i = 0; i < MGP_D; i++)
    r.c[i] = mgp_v_add(mgp_vw_reduce(s[i]), mgp_v_set1(constant.c[i]));
  return r;
}

/* --- programs over blocks -------------------------------------------------------------------- */

MGP_LANE mgp_v_t mgp_v_scale(mgp_v_t a, mgp_f_t c) {
  return mgp_vw_reduce(mgp_vw_mul_f(a, c));
}

/* out[0..n) = constant + sum coef * at[src][0..n), word-wise; plane 0 takes the constant. */
MGP_LANE void mgp_block_sum(const mgp_poly_sum_t *sum, const mgp_poly_term_t *term,
                            const mgp_f_t *const *at, size_t off, int has_constant, unsigned n,
                            mgp_f_t *out) {
  const mgp_f_t one = mgp_f_one(), minus_one = mgp_f_neg(one);
  for (unsigned v = 0; v < n; v += MGP_LANES) {
    mgp_v_t s = mgp_v_set1(has_constant ? sum->constant : 0);
    for (uint32_t t = sum->first; t < (uint32_t)sum->first + sum->n; t++) {
      mgp_v_t x = mgp_v_load(at[term[t].src] + off + v);
      s = term[t].coef == one         ? mgp_v_add(s, x)
          : term[t].coef == minus_one ? mgp_v_sub(s, x)
                                      : mgp_v_add(s, mgp_v_scale(x, term[t].coef));
    }
    mgp_v_store(out + v, s);
  }
}

/* Base program on n rows: slot s at slots + s * n; at[] points there. */
MGP_LANE void mgp_block_eval_base(const mgp_poly_t *p, mgp_f_t *slots, const mgp_f_t *const *at,
                                  unsigned n) {
  for (uint32_t i = 0; i < p->nops; i++) {
    const mgp_poly_op_t *op = &p->op[i];
    mgp_f_t *out = slots + (size_t)(p->nforms + i) * n;
    if (!op->is_product) {
      mgp_block_sum(&op->sum, p->term, at, 0, 1, n, out);
      continue;
    }
    for (unsigned v = 0; v < n; v += MGP_LANES)
      mgp_v_store(out + v, mgp_v_mul(mgp_v_load(at[op->a] + v), mgp_v_load(at[op->b] + v)));
  }
}

/* The same over K, slots [D][n]. */
MGP_LANE void mgp_block_eval_ext(const mgp_poly_t *p, mgp_f_t *slots, const mgp_f_t *const *at,
                                 unsigned n) {
  for (uint32_t i = 0; i < p->nops; i++) {
    const mgp_poly_op_t *op = &p->op[i];
    mgp_f_t *out = slots + (size_t)(p->nforms + i) * MGP_D * n;
    if (!op->is_product) {
      for (unsigned d = 0; d < MGP_D; d++)
        mgp_block_sum(&op->sum, p->term, at, (size_t)d * n, d == 0, n, out + (size_t)d * n);
      continue;
    }
    for (unsigned v = 0; v < n; v += MGP_LANES)
      mgp_ve_store(out + v, n,
                   mgp_ve_mul(mgp_ve_load(at[op->a] + v, n), mgp_ve_load(at[op->b] + v, n)));
  }
}

/* --- folding --------------------------------------------------------------------------------- */

MGP_LANE mgp_ve_t mgp_ve_fold(mgp_ve_t a, mgp_ve_t b, const mgp_vec_t *x) {
  return mgp_ve_add(a, mgp_ve_mul_c(mgp_ve_sub(b, a), x));
}

/* Entries of one row index: dst = a + x (b - a), n element blocks each; dst may be a. */
MGP_LANE void mgp_block_fold(const mgp_f_t *a, const mgp_f_t *b, unsigned n, const mgp_vec_t *x,
                             mgp_f_t *dst) {
  for (unsigned e = 0; e < n;
       e++, a += MGP_BLOCK_WORDS, b += MGP_BLOCK_WORDS, dst += MGP_BLOCK_WORDS)
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES)
      mgp_ve_store(dst + v, MGP_BLOCK,
                   mgp_ve_fold(mgp_ve_load(a + v, MGP_BLOCK), mgp_ve_load(b + v, MGP_BLOCK), x));
}

/* Rows 2i, 2i + 1 at v of an element block. */
MGP_LANE void mgp_block_pairs(const mgp_f_t *a, unsigned v, mgp_ve_t *even, mgp_ve_t *odd) {
  mgp_ve_deinterleave(mgp_ve_load(a + v, MGP_BLOCK), mgp_ve_load(a + v + MGP_LANES, MGP_BLOCK),
                      even, odd);
}

/* Neighbouring rows: dst_i = row_2i + x (row_2i+1 - row_2i), rows of block a, then of block b. */
MGP_LANE void mgp_block_fold_rows(const mgp_f_t *a, const mgp_f_t *b, unsigned n,
                                  const mgp_vec_t *x, mgp_f_t *dst) {
  for (unsigned e = 0; e < n; e++) {
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
      const mgp_f_t *src = v < MGP_BLOCK / 2 ? a : b;
      mgp_ve_t even, odd;
      mgp_block_pairs(src + (size_t)e * MGP_BLOCK_WORDS, 2 * v % MGP_BLOCK, &even, &odd);
      mgp_ve_store(dst + (size_t)e * MGP_BLOCK_WORDS + v, MGP_BLOCK, mgp_ve_fold(even, odd, x));
    }
  }
}

/* Weights times values: eq at `low` (planes of eq, then of W eq, MGP_EQ_LOW apart). */
MGP_LANE mgp_ve_t mgp_ve_mul_eq(mgp_ve_t a, const mgp_f_t *low) {
  mgp_ve_t b = mgp_ve_load(low, MGP_EQ_LOW);
  mgp_ve_t wb = mgp_ve_load(low + MGP_D * MGP_EQ_LOW, MGP_EQ_LOW);
  return mgp_ve_mul_prepared(&a, &b, &wb);
}

#endif
