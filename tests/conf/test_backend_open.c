/* Opening operations of every backend against their definitions. */
#include "conf/backend_ref.h"

static mgp_e_t plane_get(const mgp_f_t *planes, size_t stride, size_t i) {
  mgp_e_t e;
  for (size_t d = 0; d < MGP_D; d++) e.c[d] = planes[d * stride + i];
  return e;
}
static mgp_f_t *random_words(test_rng_t *rng, size_t n) {
  mgp_f_t *p = ref_alloc(n, sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = ref_rand_f(rng);
  return p;
}
static void get_back(ref_backend_t *b, const mgp_f_t *d, size_t words, mgp_f_t *out) {
  REQUIRE_OK(b->be->ops->download(b->be, out, d, words * sizeof *out));
}

/* Tables with a gap behind each, which stays as it is. */
static void check_eq(ref_backend_t *b, test_rng_t *rng, uint32_t count, unsigned n) {
  enum { GAP = 4 };
  const size_t size = (size_t)1 << n, stride = MGP_D * size + GAP, words = count * stride;
  mgp_e_t *points = ref_alloc(count * (n + 1), sizeof *points);
  mgp_f_t *in = random_words(rng, words), *out = ref_alloc(words, sizeof *out);
  for (unsigned i = 0; i < count * n; i++) points[i] = ref_rand_e(rng);
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, in, words);
  CHECK_OK(b->be->ops->eq_tables(b->be, points, count, n, stride, d));
  get_back(b, d, words, out);
  unsigned bad = 0;
  for (uint32_t k = 0; k < count; k++) {
    for (size_t i = 0; i < size; i++)
      bad += !mgp_e_eq(plane_get(out + k * stride, size, i), ref_eq(points + k * n, n, i));
    for (size_t i = (k + 1) * stride - GAP; i < (k + 1) * stride; i++) bad += out[i] != in[i];
  }
  CHECK_MSG(bad == 0, "%s: %u eq tables of %u variables: %u wrong", b->name, count, n, bad);
  ref_free(b, d);
  free(points);
  free(in);
  free(out);
}

static void check_fill(ref_backend_t *b, test_rng_t *rng, uint32_t count, unsigned n) {
  const size_t size = (size_t)1 << n, all = count * size;
  mgp_e_t *values = ref_alloc(all, sizeof *values), *w = ref_alloc(all, sizeof *w);
  mgp_f_t *out = random_words(rng, 2 * MGP_D * all);
  for (size_t i = 0; i < all; i++) {
    values[i] = ref_rand_e(rng);
    w[i] = ref_rand_e(rng);
  }
  const mgp_e_t *d_values =
      (const mgp_e_t *)(const void *)ref_upload(b, MGP_MEM_SCRATCH, values->c, MGP_D * all);
  mgp_f_t *d_w = ref_upload(b, MGP_MEM_SCRATCH, w->c, MGP_D * all);
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, out, 2 * MGP_D * all);
  CHECK_OK(b->be->ops->pair_fill(b->be, d_values, (mgp_e_t *)(void *)d_w, count, n, d));
  get_back(b, d, 2 * MGP_D * all, out);
  unsigned bad = 0;
  for (size_t i = 0; i < all; i++) {
    const mgp_f_t *g = out + (i >> n) * 2 * MGP_D * size;
    bad += !mgp_e_eq(plane_get(g, size, i % size), values[i]);
    bad += !mgp_e_eq(plane_get(g + MGP_D * size, size, i % size), w[i]);
  }
  CHECK_MSG(bad == 0, "%s: %u pairs of 2^%u: %u wrong", b->name, count, n, bad);
  ref_free(b, d);
  ref_free(b, d_w);
  ref_free(b, (void *)(uintptr_t)d_values);
  free(out);
  free(w);
  free(values);
}

/* Lists with a gap between them, which stays as it is. */
static void check_weights(ref_backend_t *b, test_rng_t *rng, uint32_t count, uint32_t most_rows,
                          uint32_t ncols) {
  enum { GAP = 3 };
  mgp_weights_t *lists = ref_alloc(count, sizeof *lists);
  mgp_e_t *points = ref_alloc((size_t)count * MGP_WEIGHTS_VARS, sizeof *points);
  const mgp_e_t gamma = ref_rand_e(rng);
  uint32_t words = 0;
  for (uint32_t k = 0; k < count; k++) {
    lists[k] = (mgp_weights_t){.first = words,
                               .nrows = 1 + (uint32_t)(test_rand(rng) % most_rows),
                               .ncols = 1 + (uint32_t)(test_rand(rng) % ncols),
                               .point = points + k * MGP_WEIGHTS_VARS,
                               .scale = ref_rand_e(rng)};
    while (1u << lists[k].nvars < lists[k].nrows) lists[k].nvars++;
    for (unsigned i = 0; i < lists[k].nvars; i++)
      points[k * MGP_WEIGHTS_VARS + i] = ref_rand_e(rng);
    words += lists[k].nrows * lists[k].ncols + GAP;
  }
  mgp_f_t *in = random_words(rng, (size_t)words * MGP_D);
  mgp_e_t *out = ref_alloc(words, sizeof *out);
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, in, (size_t)words * MGP_D);
  CHECK_OK(b->be->ops->weights(b->be, lists, count, gamma, (mgp_e_t *)(void *)d));
  get_back(b, d, (size_t)words * MGP_D, out->c);
  unsigned bad = 0;
  for (uint32_t k = 0; k < count; k++) {
    const mgp_weights_t *l = &lists[k];
    const mgp_e_t *w = out + l->first;
    for (uint32_t i = 0; i < l->nrows; i++) {
      mgp_e_t want = mgp_e_mul(l->scale, ref_eq(l->point, l->nvars, i));
      for (uint32_t c = 0; c < l->ncols; c++, want = mgp_e_mul(want, gamma))
        bad += !mgp_e_eq(*w++, want);
    }
    bad += memcmp(w, in + (size_t)(w - out) * MGP_D, GAP * sizeof *w) != 0;
  }
  CHECK_MSG(bad == 0, "%s: %u lists of weights: %u wrong", b->name, count, bad);
  ref_free(b, d);
  free(out);
  free(in);
  free(points);
  free(lists);
}

/* Lists of 1 to most chunks each in random order, the first ones of them not there, with a gap
 * behind the planes of each, which stays as it is. */
static void check_combine(ref_backend_t *b, test_rng_t *rng, unsigned log_rows, uint32_t count,
                          uint32_t most) {
  enum { GAP = 4, FROM = 3 };
  const size_t rows = (size_t)1 << log_rows, stride = MGP_D * rows + GAP;
  mgp_weights_t *lists = ref_alloc(count, sizeof *lists);
  uint32_t end = FROM;
  memset(lists, 0, count * sizeof *lists);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t k = (uint32_t)(test_rand(rng) % count);
    while (lists[k].ncols) k = (k + 1) % count;
    lists[k].first = end;
    lists[k].ncols = 1 + (uint32_t)(test_rand(rng) % most);
    lists[k].nrows = 1 + (uint32_t)(test_rand(rng) % (most / lists[k].ncols));
    end += lists[k].nrows * lists[k].ncols + (uint32_t)(test_rand(rng) % 3);
  }
  const size_t nchunks = (end - FROM) * rows, planes = count * stride;
  mgp_f_t *chunks = random_words(rng, nchunks), *g = random_words(rng, planes);
  mgp_f_t *out = ref_alloc(planes, sizeof *out);
  mgp_e_t *w = ref_alloc(end, sizeof *w);
  for (uint32_t c = 0; c < end; c++) w[c] = ref_rand_e(rng);
  mgp_f_t *d_chunks = ref_upload(b, MGP_MEM_WITNESS, chunks, nchunks);
  mgp_f_t *d_w = ref_upload(b, MGP_MEM_SCRATCH, w->c, (size_t)MGP_D * end);
  mgp_f_t *d_g = ref_upload(b, MGP_MEM_SCRATCH, g, planes);
  CHECK_OK(b->be->ops->combine(b->be, d_chunks, FROM, lists, count, log_rows,
                               (mgp_e_t *)(void *)d_w, stride, d_g));
  get_back(b, d_g, planes, out);
  unsigned bad = 0;
  for (uint32_t k = 0; k < count; k++) {
    for (size_t y = 0; y < rows; y++) {
      mgp_e_t sum = plane_get(g + k * stride, rows, y);
      for (uint32_t i = 0; i < lists[k].nrows * lists[k].ncols; i++) {
        const uint32_t c = lists[k].first + i;
        sum = mgp_e_add(sum, mgp_e_mul_f(w[c], chunks[(c - FROM) * rows + y]));
      }
      bad += !mgp_e_eq(sum, plane_get(out + k * stride, rows, y));
    }
    for (size_t i = (k + 1) * stride - GAP; i < (k + 1) * stride; i++) bad += out[i] != g[i];
  }
  CHECK_MSG(bad == 0, "%s: combine %u lists of up to %u chunks of 2^%u: %u wrong", b->name, count,
            most, log_rows, bad);
  ref_free(b, d_g);
  ref_free(b, d_w);
  ref_free(b, d_chunks);
  free(w);
  free(out);
  free(g);
  free(chunks);
  free(lists);
}

static void check_cells(ref_backend_t *b, test_rng_t *rng, unsigned log_rows, uint32_t ncols,
                        unsigned s) {
  const size_t rows = (size_t)1 << log_rows, size = (size_t)1 << s;
  mgp_f_t *slab = random_words(rng, ncols * rows), *eq = random_words(rng, MGP_D * rows);
  mgp_f_t *q = random_words(rng, MGP_D * size), *q2 = ref_alloc(MGP_D * size, sizeof *q);
  mgp_e_t *inner = ref_alloc(ncols, sizeof *inner);
  void *d_inner = NULL;
  mgp_e_t *want = ref_alloc(size, sizeof *want);
  /* chunks of some of the columns, of those from the second one on */
  const uint32_t per_column = (uint32_t)(size / rows);
  const uint32_t first_chunk = per_column + (uint32_t)(test_rand(rng) % per_column);
  const uint32_t columns = (first_chunk + ncols - 1) / per_column + 1;
  mgp_e_t *of_column = ref_alloc(columns, sizeof *of_column);
  for (uint32_t j = 0; j < columns; j++) of_column[j] = ref_rand_e(rng);
  mgp_f_t *d_slab = ref_upload(b, MGP_MEM_WITNESS, slab, ncols * rows);
  mgp_f_t *d_eq = ref_upload(b, MGP_MEM_SCRATCH, eq, MGP_D * rows);
  mgp_f_t *d_q = ref_upload(b, MGP_MEM_SCRATCH, q, MGP_D * size);
  REQUIRE_OK(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, ncols * sizeof *inner, &d_inner));
  CHECK_OK(b->be->ops->inner(b->be, d_slab, ncols, log_rows, d_eq, d_inner));
  REQUIRE_OK(b->be->ops->download(b->be, inner, d_inner, ncols * sizeof *inner));
  CHECK_OK(b->be->ops->scatter(b->be, d_slab, first_chunk, ncols, log_rows, of_column, s, d_q));
  get_back(b, d_q, MGP_D * size, q2);
  unsigned bad = 0;
  for (uint32_t c = 0; c < ncols; c++) {
    mgp_e_t sum = mgp_e_zero();
    for (size_t y = 0; y < rows; y++)
      sum = mgp_e_add(sum, mgp_e_mul_f(plane_get(eq, rows, y), slab[c * rows + y]));
    bad += !mgp_e_eq(sum, inner[c]);
  }
  CHECK_MSG(bad == 0, "%s: inner %u columns of 2^%u: %u wrong", b->name, ncols, log_rows, bad);
  bad = 0;
  for (size_t z = 0; z < size; z++) want[z] = plane_get(q, size, z);
  for (uint32_t c = 0; c < ncols; c++) {
    const uint32_t e = first_chunk + c;
    mgp_e_t *at = want + e % per_column * rows;
    for (size_t y = 0; y < rows; y++)
      at[y] = mgp_e_add(at[y], mgp_e_mul_f(of_column[e / per_column], slab[c * rows + y]));
  }
  for (size_t z = 0; z < size; z++) bad += !mgp_e_eq(want[z], plane_get(q2, size, z));
  CHECK_MSG(bad == 0, "%s: scatter %u columns of 2^%u into 2^%u: %u wrong", b->name, ncols,
            log_rows, s, bad);
  ref_free(b, d_inner);
  ref_free(b, d_slab);
  ref_free(b, d_eq);
  ref_free(b, d_q);
  free(slab);
  free(eq);
  free(q);
  free(q2);
  free(inner);
  free(want);
  free(of_column);
}

/* The sums over the pairs [i][2][size] of v, `now` values left, with M variables at 0, 1, 2. */
static void ref_sums(const mgp_e_t *v, uint32_t count, size_t size, size_t now, unsigned m,
                     mgp_e_t out[9]) {
  for (unsigned p = 0; p < (m == 2 ? 9 : 3); p++) {
    out[p] = mgp_e_zero();
    for (uint32_t i = 0; i < count; i++)
      for (size_t y = 0; y < now >> m; y++) {
        mgp_e_t both[2];
        for (size_t k = 0; k < 2; k++) {
          const mgp_e_t *at = v + (2 * i + k) * size;
          if (m == 1) {
            both[k] = ref_at(at, y, p);
            continue;
          }
          const mgp_e_t two[2] = {ref_at(at, 2 * y, p % 3), ref_at(at, 2 * y + 1, p % 3)};
          both[k] = ref_at(two, 0, p / 3);
        }
        out[p] = mgp_e_add(out[p], mgp_e_mul(both[0], both[1]));
      }
  }
}

/* The whole sumcheck over `count` pairs, of n >= 1 variables: rounds that sum with one or two, and
 * the values left at the end. */
static void check_pairs(ref_backend_t *b, test_rng_t *rng, uint32_t count, unsigned n) {
  size_t size = (size_t)1 << n, words = (size_t)count * 2 * MGP_D * size;
  mgp_f_t *ge = random_words(rng, words);
  mgp_e_t *v = ref_alloc((size_t)count * 2 * size, sizeof *v), x[2] = {mgp_e_zero()};
  for (size_t i = 0; i < 2 * (size_t)count; i++)
    for (size_t y = 0; y < size; y++) v[i * size + y] = plane_get(ge + i * MGP_D * size, size, y);
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, ge, words);
  unsigned nbound = 0;
  for (unsigned left = n; left > 0; left -= nbound) {
    const unsigned m = left == 1 ? 1 : 1 + (unsigned)(test_rand(rng) % 2);
    mgp_e_t want[9], out[9];
    ref_sums(v, count, size, (size_t)1 << left, m, want);
    CHECK_OK(b->be->ops->pair_round(b->be, d, count, size, left + nbound, nbound, x, m, out));
    for (unsigned p = 0; p < (m == 2 ? 9 : 3); p++)
      CHECK_MSG(mgp_e_eq(want[p], out[p]), "%s: %u pairs of 2^%u, %u left, %u bound: sum %u of %u",
                b->name, count, n, left, nbound, p, m);
    nbound = m;
    for (unsigned t = 0; t < m; t++) {
      x[t] = ref_rand_e(rng);
      for (size_t i = 0; i < 2 * (size_t)count; i++)
        ref_bind(v + i * size, (size_t)1 << (left - t), x[t]);
    }
  }
  mgp_e_t *values = ref_alloc(count, sizeof *values), none[9];
  CHECK_OK(b->be->ops->pair_values(b->be, d, count, size, nbound, x, values));
  for (size_t i = 0; i < count; i++) CHECK(mgp_e_eq(values[i], v[2 * i * size]));
  CHECK(b->be->ops->pair_round(b->be, d, count, size, n, 0, x, 3, none) == MGP_INTERNAL);
  CHECK(b->be->ops->pair_round(b->be, d, count, size, 1, 1, x, 1, none) == MGP_INTERNAL);
  free(values);
  ref_free(b, d);
  free(ge);
  free(v);
}

int main(void) {
  test_rng_t rng = test_rng();
  ref_backend_t b[REF_MAX_BACKENDS];
  mgp_chipset_t *set = ref_chipset(&rng, NULL, 0);
  unsigned nb = ref_backends(set, b);
  for (unsigned k = 0; k < nb; k++) {
    for (unsigned n = 0; n <= 11; n++) check_eq(&b[k], &rng, 1 + n % 4, n);
    check_eq(&b[k], &rng, 40, 6);
    for (unsigned n = 0; n <= 8; n++) check_fill(&b[k], &rng, 1 + n % 3, n);
    check_fill(&b[k], &rng, 70, 9);
    for (unsigned log_rows = 0; log_rows <= 9; log_rows++)
      check_cells(&b[k], &rng, log_rows, 1 + (uint32_t)(test_rand(&rng) % 20), log_rows + 2);
    check_cells(&b[k], &rng, 5, 131, 5);
    check_cells(&b[k], &rng, 7, 64, 12);
    check_cells(&b[k], &rng, 7, 65, 7);
    check_cells(&b[k], &rng, 13, 3, 14);
    check_cells(&b[k], &rng, 0, 300, 6);
    check_cells(&b[k], &rng, 6, 1000, 12);
    check_cells(&b[k], &rng, 12, 201, 16);
    check_cells(&b[k], &rng, 3, 200, 3); /* a chunk is a column */
    for (unsigned n = 1; n <= 9; n++)
      for (int turn = 0; turn < 3; turn++)
        check_pairs(&b[k], &rng, 1 + (uint32_t)(test_rand(&rng) % 5), n);
    check_pairs(&b[k], &rng, 3, 12);
    for (unsigned log_rows = 0; log_rows <= 9; log_rows++)
      check_combine(&b[k], &rng, log_rows, 1 + log_rows, 20);
    check_combine(&b[k], &rng, 3, 40, 90);
    check_combine(&b[k], &rng, 8, 2, 300);
    check_weights(&b[k], &rng, 1, 1, 1);
    check_weights(&b[k], &rng, 30, 33, 40);
    check_weights(&b[k], &rng, 3, 700, 9);
    mgp_f_t *d = ref_upload(&b[k], MGP_MEM_SCRATCH, (mgp_f_t[32 * MGP_D]){0}, 32 * MGP_D);
    CHECK(b[k].be->ops->scatter(b[k].be, d, 0, 1, 4, (mgp_e_t[1]){{{0}}}, 3, d) == MGP_INTERNAL);
    ref_free(&b[k], d);
  }
  ref_backends_destroy(b, nb);
  ref_chipset_free(set);
  return test_result();
}
