#include "backend/cpu/kernels_main.h"

#include "backend/cpu/lanes_block.h"

#define EB MGP_BLOCK_WORDS

typedef struct {
  const mgp_main_pass_t *a;
  const mgp_main_form_t *form;
  const mgp_main_scratch_t *s;
  const mgp_f_t *column[2 * MGP_POLY_COLUMNS];            /* even rows, then odd rows */
  const mgp_f_t *base[MGP_POLY_COLUMNS + MGP_POLY_SLOTS]; /* base slots, as weights want them */
  const mgp_f_t *slot[MGP_POLY_SLOTS];                    /* slots over K */
  mgp_vec_t x;
} pass_t;

/* --- rows of the trace ----------------------------------------------------------------------- */

static void split_column(const mgp_f_t *col, uint64_t row, uint32_t nrows, mgp_f_t *even,
                         mgp_f_t *odd) {
  mgp_f_t tail[MGP_MAIN_UNIT];
  const mgp_f_t *src = col + row;
  if (nrows - row < MGP_MAIN_UNIT) {
    memset(tail, 0, sizeof tail);
    memcpy(tail, src, (nrows - row) * sizeof *src);
    src = tail;
  }
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
    mgp_v_t a, b;
    mgp_v_deinterleave(mgp_v_load(src + 2 * v), mgp_v_load(src + 2 * v + MGP_LANES), &a, &b);
    mgp_v_store(even + v, a);
    mgp_v_store(odd + v, b);
  }
}

static void split_unit(const pass_t *p, uint64_t unit) {
  const mgp_main_form_t *f = p->form;
  const uint64_t row = unit * MGP_MAIN_UNIT;
  for (uint32_t c = 0; c < f->poly.ncols; c++) {
    const mgp_f_t *col =
        c < f->ncols ? f->trace + c * f->stride : f->virt + (c - f->ncols) * f->stride;
    mgp_f_t *even = p->s->columns + (size_t)c * MGP_BLOCK;
    split_column(col, row, f->nrows, even, even + (size_t)f->poly.ncols * MGP_BLOCK);
  }
}

/* h(1), h(2), h(3) of a unit. */
static void round_of_unit(const pass_t *p, const mgp_f_t *eq, mgp_ve_t acc[3]) {
  const mgp_main_form_t *f = p->form;
  const mgp_poly_t *poly = &f->poly;
  mgp_f_t *l0 = p->s->linear, *slope = l0 + EB;
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
    mgp_ve_t a = mgp_ve_dot(f->constant, f->linear, f->nlinear, p->column, v);
    mgp_ve_t b = mgp_ve_dot(f->constant, f->linear, f->nlinear, p->column + MGP_POLY_COLUMNS, v);
    mgp_ve_store(l0 + v, MGP_BLOCK, a);
    mgp_ve_store(slope + v, MGP_BLOCK, mgp_ve_sub(b, a));
  }
  for (uint32_t i = 0; i < poly->nforms; i++) {
    mgp_f_t *even = p->s->slots + (size_t)i * MGP_BLOCK;
    mgp_f_t *d = p->s->slopes + (size_t)i * MGP_BLOCK;
    mgp_block_sum(&poly->form[i], poly->term, p->column, 0, 0, MGP_BLOCK, even);
    mgp_block_sum(&poly->form[i], poly->term, p->column + MGP_POLY_COLUMNS, 0, 0, MGP_BLOCK, d);
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES)
      mgp_v_store(d + v, mgp_v_sub(mgp_v_load(d + v), mgp_v_load(even + v)));
  }
  for (unsigned X = 0; X < 3; X++) {
    for (size_t w = 0; w < (size_t)poly->nforms * MGP_BLOCK; w += MGP_LANES)
      mgp_v_store(p->s->slots + w,
                  mgp_v_add(mgp_v_load(p->s->slots + w), mgp_v_load(p->s->slopes + w)));
    mgp_block_eval_base(poly, p->s->slots, p->base + MGP_POLY_COLUMNS, MGP_BLOCK);
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
      mgp_ve_t e = mgp_ve_add(mgp_ve_load(l0 + v, MGP_BLOCK), mgp_ve_load(slope + v, MGP_BLOCK));
      mgp_ve_store(l0 + v, MGP_BLOCK, e);
      if (f->natoms)
        e = mgp_ve_add(e, mgp_ve_dot(mgp_e_zero(), f->base_atom, f->natoms, p->base, v));
      acc[X] = mgp_ve_add(acc[X], mgp_ve_mul_eq(e, eq + v));
    }
  }
}

/* One entry block from a unit. */
static void fold_unit(const pass_t *p, mgp_f_t *dst) {
  const mgp_main_form_t *f = p->form;
  const mgp_poly_t *poly = &f->poly;
  mgp_f_t *even = p->s->slots, *odd = even + MGP_BLOCK;
  for (uint32_t i = 0; i < poly->nforms; i++, dst += EB) {
    mgp_block_sum(&poly->form[i], poly->term, p->column, 0, 0, MGP_BLOCK, even);
    mgp_block_sum(&poly->form[i], poly->term, p->column + MGP_POLY_COLUMNS, 0, 0, MGP_BLOCK, odd);
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
      mgp_v_t a = mgp_v_load(even + v);
      mgp_ve_t r = mgp_v_mul_c(mgp_v_sub(mgp_v_load(odd + v), a), &p->x);
      r.c[0] = mgp_v_add(r.c[0], a);
      mgp_ve_store(dst + v, MGP_BLOCK, r);
    }
  }
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES)
    mgp_ve_store(dst + v, MGP_BLOCK,
                 mgp_ve_dot(f->constant, p->a->folded, 2 * f->nlinear, p->column, v));
}

/* --- entries over K -------------------------------------------------------------------------- */

/* sum of b * atom */
MGP_LANE mgp_ve_t atoms_dot(const pass_t *p, size_t off) {
  mgp_vw_t s[MGP_D];
  mgp_ve_t r;
  for (int k = 0; k < MGP_D; k++) s[k] = mgp_vw_zero();
  for (uint32_t t = 0; t < p->form->natoms; t++) {
    const mgp_main_atom_t *atom = &p->form->atom[t];
    const mgp_ve_t a = mgp_ve_load(p->slot[atom->slot] + off, MGP_MAIN_STEP);
    for (int k = 0; k < MGP_D; k++) {
      for (int i = 0; i < MGP_D; i++) {
        mgp_f_t c = i <= k ? atom->b.c[k - i] : atom->wb.c[MGP_D + k - i];
        s[k] = mgp_vw_add(s[k], mgp_vw_mul_f(a.c[i], c));
        if (i & 1 || i == MGP_D - 1) s[k] = mgp_vw_fold(s[k]);
      }
    }
  }
  for (int k = 0; k < MGP_D; k++) r.c[k] = mgp_vw_reduce(s[k]);
  return r;
}

static void round_of_block(const pass_t *p, const mgp_f_t *entry, const mgp_f_t *eq,
                           mgp_ve_t acc[3]) {
  const mgp_main_form_t *f = p->form;
  const uint32_t nforms = f->poly.nforms;
  const size_t words = MGP_D * MGP_MAIN_STEP;
  mgp_f_t *linear = p->s->linear, *slope = linear + EB;
  for (unsigned from = 0; from < MGP_BLOCK / 2; from += MGP_MAIN_STEP) {
    for (uint32_t i = 0; i <= nforms; i++) {
      mgp_f_t *value = i < nforms ? p->s->slots + i * words : linear;
      mgp_f_t *d = i < nforms ? p->s->slopes + i * words : slope;
      for (unsigned v = 0; v < MGP_MAIN_STEP; v += MGP_LANES) {
        mgp_ve_t even, odd;
        mgp_block_pairs(entry + (size_t)i * EB, 2 * (from + v), &even, &odd);
        mgp_ve_store(value + v, MGP_MAIN_STEP, even);
        mgp_ve_store(d + v, MGP_MAIN_STEP, mgp_ve_sub(odd, even));
      }
    }
    for (unsigned X = 0; X < 3; X++) {
      for (size_t w = 0; w < nforms * words; w += MGP_LANES)
        mgp_v_store(p->s->slots + w,
                    mgp_v_add(mgp_v_load(p->s->slots + w), mgp_v_load(p->s->slopes + w)));
      mgp_block_eval_ext(&f->poly, p->s->slots, p->slot, MGP_MAIN_STEP);
      for (unsigned v = 0; v < MGP_MAIN_STEP; v += MGP_LANES) {
        mgp_ve_t e = mgp_ve_add(mgp_ve_load(linear + v, MGP_MAIN_STEP),
                                mgp_ve_load(slope + v, MGP_MAIN_STEP));
        mgp_ve_store(linear + v, MGP_MAIN_STEP, e);
        if (f->natoms) e = mgp_ve_add(e, atoms_dot(p, v));
        acc[X] = mgp_ve_add(acc[X], mgp_ve_mul_eq(e, eq + from + v));
      }
    }
  }
}

/* --- passes ---------------------------------------------------------------------------------- */

static void prepare(pass_t *p, const mgp_main_pass_t *a, const mgp_main_scratch_t *scratch) {
  p->a = a;
  p->form = a->form;
  p->s = scratch;
  p->x = mgp_vec(a->x);
  const uint32_t ncols = a->form->poly.ncols;
  for (uint32_t c = 0; c < ncols; c++) {
    p->column[c] = scratch->columns + (size_t)c * MGP_BLOCK;
    p->column[MGP_POLY_COLUMNS + c] = scratch->columns + (size_t)(ncols + c) * MGP_BLOCK;
  }
  for (uint32_t s = 0; s < mgp_poly_slots(&a->form->poly); s++) {
    p->base[MGP_POLY_COLUMNS + s] = scratch->slots + (size_t)s * MGP_BLOCK;
    p->slot[s] = scratch->slots + (size_t)s * MGP_D * MGP_MAIN_STEP;
  }
}

/* Weights of a block of pairs: zero from the first pair on that is not to be summed. */
static const mgp_f_t *weights(const pass_t *p, uint64_t first, unsigned off, unsigned n) {
  const mgp_main_pass_t *a = p->a;
  if (first + n <= a->full) return a->eq.low + off;
  const unsigned keep = first < a->full ? (unsigned)(a->full - first) : 0;
  for (unsigned plane = 0; plane < 2 * MGP_D; plane++) {
    mgp_f_t *low = p->s->low + (size_t)plane * MGP_EQ_LOW + off;
    memset(low, 0, n * sizeof *low);
    memcpy(low, a->eq.low + (size_t)plane * MGP_EQ_LOW + off, keep * sizeof *low);
  }
  return p->s->low + off;
}

static const mgp_f_t *entries_of(const pass_t *p, uint64_t block) {
  const mgp_main_pass_t *a = p->a;
  const unsigned n = p->form->poly.nforms + 1;
  const size_t stride = (size_t)n * EB;
  if (!a->fold) return a->src + block * stride;
  mgp_f_t *dst = a->dst + block * stride;
  if (a->from_trace) {
    split_unit(p, block);
    fold_unit(p, dst);
    return dst;
  }
  const mgp_f_t *even = a->src + 2 * block * stride;
  mgp_block_fold_rows(even, 2 * block + 1 < a->src_blocks ? even + stride : a->constant, n, &p->x,
                      dst);
  return dst;
}

static void pass(const mgp_main_pass_t *a, const mgp_main_scratch_t *scratch, uint64_t first,
                 uint64_t last, mgp_e_t out[3]) {
  pass_t p;
  prepare(&p, a, scratch);
  const unsigned pairs = mgp_main_block_pairs(a), per_chunk = MGP_EQ_LOW / pairs;
  for (int i = 0; i < 3; i++) out[i] = mgp_e_zero();
  for (uint64_t chunk = first; chunk < last; chunk++) {
    mgp_ve_t acc[3] = {mgp_ve_zero(), mgp_ve_zero(), mgp_ve_zero()};
    for (unsigned i = 0; i < per_chunk && chunk * per_chunk + i < a->blocks; i++) {
      const uint64_t block = chunk * per_chunk + i;
      const mgp_f_t *entry = NULL;
      if (pairs == MGP_BLOCK)
        split_unit(&p, block);
      else
        entry = entries_of(&p, block);
      if (block * pairs >= a->full) continue;
      const mgp_f_t *eq = weights(&p, block * pairs, i * pairs, pairs);
      if (pairs == MGP_BLOCK)
        round_of_unit(&p, eq, acc);
      else
        round_of_block(&p, entry, eq, acc);
    }
    const mgp_e_t high = mgp_eq_high(&a->eq, chunk);
    for (int i = 0; i < 3; i++) out[i] = mgp_e_add(out[i], mgp_e_mul(mgp_ve_sum(acc[i]), high));
  }
}

const mgp_main_kernels_t MGP_ISA(mgp_main_kernels) = {pass};
