#include "backend/cpu/kernels_gkr.h"

#include "backend/cpu/lanes_block.h"

#define EB MGP_BLOCK_WORDS

static mgp_ve_t at(const mgp_f_t *element, unsigned v) {
  return mgp_ve_load(element + v, MGP_BLOCK);
}

/* Elements [0, n) of an entry in rows [from, MGP_BLOCK) become the constants of `value`. */
static void fill(mgp_f_t *element, const mgp_e_t *value, unsigned n, unsigned from) {
  for (unsigned e = 0; e < n; e++)
    for (unsigned i = from; i < MGP_BLOCK; i++)
      mgp_planes_set(element + (size_t)e * EB, MGP_BLOCK, i, value[e]);
}
static void fill_nodes(mgp_f_t *node, uint32_t count, unsigned from) {
  const mgp_e_t zero_one[2] = {mgp_e_zero(), mgp_e_one()};
  for (uint32_t j = 0; j < count; j++) fill(node + (size_t)j * 2 * EB, zero_one, 2, from);
}

/* --- leaves ---------------------------------------------------------------------------------- */

static void leaf_values(const mgp_leaves_t *l, mgp_f_t *slots, uint64_t block,
                        const mgp_f_t **value) {
  const mgp_poly_t *p = &l->poly;
  for (uint32_t c = 0; c < l->ncols; c++) value[c] = l->trace + c * l->stride + block * MGP_BLOCK;
  for (uint32_t c = l->ncols; c < p->ncols; c++)
    value[c] = l->virt + (c - l->ncols) * l->stride + block * MGP_BLOCK;
  for (uint32_t s = 0; s < mgp_poly_slots(p); s++)
    value[MGP_POLY_COLUMNS + s] = slots + (size_t)s * MGP_BLOCK;
  for (uint32_t f = 0; f < p->nforms; f++)
    mgp_block_sum(&p->form[f], p->term, value, 0, 0, MGP_BLOCK, slots + (size_t)f * MGP_BLOCK);
  mgp_block_eval_base(p, slots, value + MGP_POLY_COLUMNS, MGP_BLOCK);
}

static void leaf_entries(const mgp_leaves_t *l, const mgp_gkr_scratch_t *scratch, uint64_t block,
                         mgp_f_t *out) {
  const mgp_f_t *value[MGP_POLY_COLUMNS + MGP_POLY_SLOTS];
  const unsigned step = l->varying ? 2 : 1;
  leaf_values(l, scratch->slots, block, value);
  for (uint32_t j = 0; j < l->count; j++) {
    mgp_f_t *q = out + ((size_t)j * step + step - 1) * EB;
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES)
      mgp_ve_store(q + v, MGP_BLOCK,
                   mgp_ve_dot(l->constant[j], l->weight + l->first[j],
                              (uint32_t)l->first[j + 1] - l->first[j], value, v));
    if (l->varying) {
      mgp_f_t *p = out + (size_t)j * 2 * EB;
      memset(p, 0, EB * sizeof *p);
      mgp_block_sum(&l->mult_sum[j], l->mult_term, value, 0, 1, MGP_BLOCK, p);
    }
  }
  const mgp_e_t one = mgp_e_one();
  const uint32_t count = l->count + (l->count & 1);
  const uint64_t row = block * MGP_BLOCK;
  const unsigned real = l->nrows - row < MGP_BLOCK ? (unsigned)(l->nrows - row) : MGP_BLOCK;
  for (uint32_t j = 0; j < count; j++) {
    unsigned from = j < l->count ? real : 0;
    if (l->varying)
      fill_nodes(out + (size_t)j * 2 * EB, 1, from);
    else
      fill(out + (size_t)j * EB, &one, 1, from);
  }
}

/* --- tree ------------------------------------------------------------------------------------ */

static void node_of_entry(const mgp_f_t *entry, mgp_f_t *node) {
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
    mgp_ve_t p0 = at(entry, v), q0 = at(entry + EB, v);
    mgp_ve_t p1 = at(entry + 2 * EB, v), q1 = at(entry + 3 * EB, v);
    mgp_ve_store(node + v, MGP_BLOCK, mgp_ve_mul2(&p0, &q1, &p1, &q0));
    mgp_ve_store(node + EB + v, MGP_BLOCK, mgp_ve_mul(q0, q1));
  }
}

MGP_LANE mgp_ve_t scale_constant(mgp_ve_t a, mgp_f_t c) {
  if (c == mgp_f_one()) return a;
  if (c == mgp_f_neg(mgp_f_one())) return mgp_ve_sub(mgp_ve_zero(), a);
  for (int i = 0; i < MGP_D; i++) a.c[i] = mgp_v_scale(a.c[i], c);
  return a;
}
static void node_of_constants(const mgp_f_t *q, mgp_f_t m0, mgp_f_t m1, mgp_f_t *node) {
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
    mgp_ve_t q0 = at(q, v), q1 = at(q + EB, v);
    mgp_ve_store(node + v, MGP_BLOCK, mgp_ve_add(scale_constant(q1, m0), scale_constant(q0, m1)));
    mgp_ve_store(node + EB + v, MGP_BLOCK, mgp_ve_mul(q0, q1));
  }
}

/* One node per row into entries of row pairs: half 0 or 1 of an entry block. */
static void store_rows(const mgp_f_t *node, mgp_f_t *entry, unsigned half) {
  for (unsigned e = 0; e < 2; e++) {
    for (unsigned v = 0; v < MGP_BLOCK; v += 2 * MGP_LANES) {
      mgp_ve_t even, odd;
      mgp_block_pairs(node + e * EB, v, &even, &odd);
      mgp_f_t *to = entry + e * EB + half * (MGP_BLOCK / 2) + v / 2;
      mgp_ve_store(to, MGP_BLOCK, even);
      mgp_ve_store(to + 2 * EB, MGP_BLOCK, odd);
    }
  }
}

static void build_block(const mgp_gkr_build_t *b, const mgp_gkr_scratch_t *scratch, uint64_t i) {
  const mgp_leaves_t *l = b->leaves;
  const uint64_t row = i * MGP_BLOCK;
  mgp_f_t *src = scratch->entries[0];
  leaf_entries(l, scratch, i, src);
  if (l->count == 1) memcpy(scratch->node, src, 2 * EB * sizeof *src);
  uint32_t from = l->count;
  for (unsigned s = b->nlevels + 1; s-- > 0 && l->count > 1;) {
    const uint32_t count = (from + 1) / 2;
    const size_t stride = s ? (size_t)((count + 1) / 2) * 4 * EB : 0;
    mgp_f_t *dst = s ? b->level[s - 1] + i * stride : scratch->node;
    for (uint32_t j = 0; j < count; j++) {
      const int alone = 2 * j + 1 == from;
      mgp_f_t *node = dst + (size_t)j * 2 * EB;
      if (s == b->nlevels && !l->varying)
        node_of_constants(src + (size_t)j * 2 * EB, l->mult[2 * j], alone ? 0 : l->mult[2 * j + 1],
                          node);
      else if (alone)
        memcpy(node, src + (size_t)j * 4 * EB, 2 * EB * sizeof *src);
      else
        node_of_entry(src + (size_t)j * 4 * EB, node);
    }
    if (l->nrows - row < MGP_BLOCK) fill_nodes(dst, count, (unsigned)(l->nrows - row));
    if (s && (count & 1)) fill_nodes(dst + (size_t)count * 2 * EB, 1, 0);
    src = dst;
    from = count;
  }
  store_rows(scratch->node, b->rows + (i / 2) * 4 * EB, i & 1);
}

static void finish_rows(mgp_f_t *rows, uint64_t blocks) {
  if ((blocks & 1) == 0) return;
  mgp_f_t *last = rows + (blocks / 2) * 4 * EB;
  fill_nodes(last, 2, MGP_BLOCK / 2);
}

static void build(const mgp_gkr_build_t *b, const mgp_gkr_scratch_t *scratch, uint64_t first,
                  uint64_t last) {
  for (uint64_t i = first; i < last; i++) build_block(b, scratch, i);
  if (last == b->blocks) finish_rows(b->rows, b->blocks);
}

static void up(const mgp_f_t *src, uint64_t blocks, mgp_f_t *dst, const mgp_gkr_scratch_t *scratch,
               uint64_t first, uint64_t last) {
  for (uint64_t i = first; i < last; i++) {
    node_of_entry(src + i * 4 * EB, scratch->node);
    store_rows(scratch->node, dst + (i / 2) * 4 * EB, i & 1);
  }
  if (last == blocks) finish_rows(dst, blocks);
}

/* --- rounds ---------------------------------------------------------------------------------- */

/* Values at the round's variable = 0 and 1, elements of one entry. */
typedef struct {
  mgp_ve_t e[4];
} entry_v_t;

MGP_LANE void add_values(const entry_v_t *a, const entry_v_t *b, int shifted, const mgp_f_t *eq,
                         mgp_ve_t acc[2]) {
  mgp_ve_t v0, v2;
  if (shifted) {
    v0 = mgp_ve_mul(a->e[0], a->e[1]);
    v2 = mgp_ve_mul(mgp_ve_sub(b->e[0], a->e[0]), mgp_ve_sub(b->e[1], a->e[1]));
  } else {
    mgp_ve_t d[4];
    for (int i = 0; i < 4; i++) d[i] = mgp_ve_sub(b->e[i], a->e[i]);
    v0 = mgp_ve_mul2(&a->e[0], &a->e[3], &a->e[2], &a->e[1]);
    v2 = mgp_ve_mul2(&d[0], &d[3], &d[2], &d[1]);
  }
  acc[0] = mgp_ve_add(acc[0], mgp_ve_mul_eq(v0, eq));
  acc[1] = mgp_ve_add(acc[1], mgp_ve_mul_eq(v2, eq));
}

static void entry_pair(const mgp_f_t *a, const mgp_f_t *b, int shifted, const mgp_f_t *eq,
                       mgp_ve_t acc[2]) {
  const int n = shifted ? 2 : 4;
  for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES) {
    entry_v_t x, y;
    for (int e = 0; e < n; e++) {
      x.e[e] = at(a + (size_t)e * EB, v);
      y.e[e] = at(b + (size_t)e * EB, v);
    }
    add_values(&x, &y, shifted, eq + v, acc);
  }
}

static void row_pairs(const mgp_f_t *a, int shifted, const mgp_f_t *eq, mgp_ve_t acc[2]) {
  const int n = shifted ? 2 : 4;
  for (unsigned v = 0; v < MGP_BLOCK; v += 2 * MGP_LANES) {
    entry_v_t x, y;
    for (int e = 0; e < n; e++) mgp_block_pairs(a + (size_t)e * EB, v, &x.e[e], &y.e[e]);
    add_values(&x, &y, shifted, eq + v / 2, acc);
  }
}

/* p_0 becomes p_0 + lambda q_0. */
static void lift(mgp_f_t *entries, uint32_t n, const mgp_vec_t *lambda) {
  for (uint32_t j = 0; j < n; j++, entries += 4 * EB)
    for (unsigned v = 0; v < MGP_BLOCK; v += MGP_LANES)
      mgp_ve_store(entries + v, MGP_BLOCK,
                   mgp_ve_add(at(entries, v), mgp_ve_mul_c(at(entries + EB, v), lambda)));
}

typedef struct {
  const mgp_gkr_pass_t *a;
  const mgp_gkr_scratch_t *scratch;
  unsigned elements; /* per entry */
  mgp_vec_t x, lambda;
} pass_t;

static mgp_f_t *source(const pass_t *p, uint64_t block, unsigned buffer) {
  const mgp_gkr_pass_t *a = p->a;
  mgp_f_t *src = a->src + block * a->src_stride;
  if (a->leaves) {
    src = p->scratch->entries[buffer];
    leaf_entries(a->leaves, p->scratch, block, src);
  }
  if (a->lift) lift(src, a->src_entries, &p->lambda);
  return src;
}

/* The entries of an output block. */
static const mgp_f_t *folded(const pass_t *p, uint64_t block) {
  const mgp_gkr_pass_t *a = p->a;
  const size_t entry = (size_t)p->elements * EB;
  if (a->fold == MGP_FOLD_NONE) return source(p, block, 0);
  mgp_f_t *dst = a->dst + block * a->dst_stride;
  if (a->fold == MGP_FOLD_ENTRIES) {
    const mgp_f_t *src = source(p, block, 0);
    for (uint32_t j = 0; j < a->entries; j++)
      mgp_block_fold(src + 2 * j * entry,
                     2 * j + 1 < a->src_entries ? src + (2 * j + 1) * entry : a->constant,
                     p->elements, &p->x, dst + j * entry);
    return dst;
  }
  const mgp_f_t *even = source(p, 2 * block, 0);
  const mgp_f_t *odd = 2 * block + 1 < a->src_blocks ? source(p, 2 * block + 1, 1) : a->constant;
  mgp_block_fold_rows(even, odd, p->elements, &p->x, dst);
  return dst;
}

static void pass(const mgp_gkr_pass_t *a, const mgp_gkr_scratch_t *scratch, uint64_t first,
                 uint64_t last, mgp_e_t out[2]) {
  pass_t p = {a, scratch, a->shifted ? 2 : 4, mgp_vec(a->x), mgp_vec(a->lambda)};
  const unsigned per_chunk = mgp_gkr_chunk_blocks(a);
  const unsigned step = a->row_pairs ? MGP_BLOCK / 2 : MGP_BLOCK;
  const uint32_t npairs = a->row_pairs ? 1 : (a->entries + 1) / 2;
  const size_t entry = (size_t)p.elements * EB;
  out[0] = out[1] = mgp_e_zero();
  for (uint64_t chunk = first; chunk < last; chunk++) {
    mgp_ve_t acc[MGP_LEAF_PAIRS][2];
    for (uint32_t j = 0; j < npairs; j++) acc[j][0] = acc[j][1] = mgp_ve_zero();
    for (unsigned i = 0; i < per_chunk && chunk * per_chunk + i < a->blocks; i++) {
      const mgp_f_t *now = folded(&p, chunk * per_chunk + i);
      const mgp_f_t *eq = a->eq.low + i * step;
      if (a->row_pairs) {
        row_pairs(now, a->shifted, eq, acc[0]);
        continue;
      }
      for (uint32_t j = 0; j < npairs; j++)
        entry_pair(now + 2 * j * entry,
                   2 * j + 1 < a->entries ? now + (2 * j + 1) * entry : a->constant, a->shifted, eq,
                   acc[j]);
    }
    const mgp_e_t high = mgp_eq_high(&a->eq, chunk);
    for (int i = 0; i < 2; i++) {
      mgp_e_t s = mgp_e_zero();
      for (uint32_t j = 0; j < npairs; j++) {
        mgp_e_t t = mgp_ve_sum(acc[j][i]);
        s = mgp_e_add(s, a->row_pairs ? t : mgp_e_mul(t, a->eq_entry[j]));
      }
      out[i] = mgp_e_add(out[i], mgp_e_mul(s, high));
    }
  }
}

const mgp_gkr_kernels_t MGP_ISA(mgp_gkr_kernels) = {build, up, pass, leaf_entries};
