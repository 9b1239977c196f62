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
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, out, 2 * MGP_D * all);
  CHECK_OK(b->be->ops->pair_fill(b->be, d_values, w, count, n, d));
  get_back(b, d, 2 * MGP_D * all, out);
  unsigned bad = 0;
  for (size_t i = 0; i < all; i++) {
    const mgp_f_t *g = out + (i >> n) * 2 * MGP_D * size;
    bad += !mgp_e_eq(plane_get(g, size, i % size), values[i]);
    bad += !mgp_e_eq(plane_get(g + MGP_D * size, size, i % size), w[i]);
  }
  CHECK_MSG(bad == 0, "%s: %u pairs of 2^%u: %u wrong", b->name, count, n, bad);
  ref_free(b, d);
  ref_free(b, (void *)(uintptr_t)d_values);
  free(out);
  free(w);
  free(values);
}

static void check_cells(ref_backend_t *b, test_rng_t *rng, unsigned log_rows, uint32_t ncols,
                        unsigned s) {
  const size_t rows = (size_t)1 << log_rows, size = (size_t)1 << s;
  mgp_f_t *slab = random_words(rng, ncols * rows), *eq = random_words(rng, MGP_D * rows);
  mgp_f_t *g = random_words(rng, MGP_D * rows), *q = random_words(rng, MGP_D * size);
  mgp_f_t *g2 = ref_alloc(MGP_D * rows, sizeof *g), *q2 = ref_alloc(MGP_D * size, sizeof *q);
  mgp_e_t *w = ref_alloc(ncols, sizeof *w), *inner = ref_alloc(ncols, sizeof *inner);
  void *d_inner = NULL;
  mgp_e_t *want = ref_alloc(size, sizeof *want);
  uint32_t *pos = ref_alloc(ncols, sizeof *pos);
  for (uint32_t c = 0; c < ncols; c++) {
    w[c] = ref_rand_e(rng);
    /* as they come in a proof, or anywhere */
    pos[c] = (ncols > 200 ? c + 3 : (uint32_t)test_rand(rng)) % (uint32_t)(size / rows);
  }
  mgp_f_t *d_slab = ref_upload(b, MGP_MEM_WITNESS, slab, ncols * rows);
  mgp_f_t *d_eq = ref_upload(b, MGP_MEM_SCRATCH, eq, MGP_D * rows);
  mgp_f_t *d_g = ref_upload(b, MGP_MEM_SCRATCH, g, MGP_D * rows);
  mgp_f_t *d_q = ref_upload(b, MGP_MEM_SCRATCH, q, MGP_D * size);
  CHECK_OK(b->be->ops->combine(b->be, d_slab, ncols, log_rows, w, d_g));
  REQUIRE_OK(b->be->ops->alloc(b->be, MGP_MEM_SCRATCH, ncols * sizeof *inner, &d_inner));
  CHECK_OK(b->be->ops->inner(b->be, d_slab, ncols, log_rows, d_eq, d_inner));
  REQUIRE_OK(b->be->ops->download(b->be, inner, d_inner, ncols * sizeof *inner));
  CHECK_OK(b->be->ops->scatter(b->be, d_slab, ncols, log_rows, w, pos, s, d_q));
  get_back(b, d_g, MGP_D * rows, g2);
  get_back(b, d_q, MGP_D * size, q2);
  unsigned bad = 0;
  for (size_t y = 0; y < rows; y++) {
    mgp_e_t sum = plane_get(g, rows, y);
    for (uint32_t c = 0; c < ncols; c++)
      sum = mgp_e_add(sum, mgp_e_mul_f(w[c], slab[c * rows + y]));
    bad += !mgp_e_eq(sum, plane_get(g2, rows, y));
  }
  CHECK_MSG(bad == 0, "%s: combine %u columns of 2^%u: %u wrong", b->name, ncols, log_rows, bad);
  bad = 0;
  for (uint32_t c = 0; c < ncols; c++) {
    mgp_e_t sum = mgp_e_zero();
    for (size_t y = 0; y < rows; y++)
      sum = mgp_e_add(sum, mgp_e_mul_f(plane_get(eq, rows, y), slab[c * rows + y]));
    bad += !mgp_e_eq(sum, inner[c]);
  }
  CHECK_MSG(bad == 0, "%s: inner %u columns of 2^%u: %u wrong", b->name, ncols, log_rows, bad);
  bad = 0;
  for (size_t z = 0; z < size; z++) want[z] = plane_get(q, size, z);
  for (uint32_t c = 0; c < ncols; c++)
    for (size_t y = 0; y < rows; y++)
      want[pos[c] * rows + y] =
          mgp_e_add(want[pos[c] * rows + y], mgp_e_mul_f(w[c], slab[c * rows + y]));
  for (size_t z = 0; z < size; z++) bad += !mgp_e_eq(want[z], plane_get(q2, size, z));
  CHECK_MSG(bad == 0, "%s: scatter %u columns of 2^%u into 2^%u: %u wrong", b->name, ncols,
            log_rows, s, bad);
  ref_free(b, d_inner);
  ref_free(b, d_slab);
  ref_free(b, d_eq);
  ref_free(b, d_g);
  ref_free(b, d_q);
  free(slab);
  free(eq);
  free(g);
  free(q);
  free(g2);
  free(q2);
  free(w);
  free(inner);
  free(want);
  free(pos);
}

/* The whole sumcheck over `count` pairs: rounds, bindings, and the products left at the end. */
static void check_pairs(ref_backend_t *b, test_rng_t *rng, uint32_t count, unsigned n) {
  size_t size = (size_t)1 << n, words = (size_t)count * 2 * MGP_D * size;
  mgp_f_t *ge = random_words(rng, words);
  mgp_e_t *v = ref_alloc((size_t)count * 2 * size, sizeof *v);
  for (size_t i = 0; i < 2 * (size_t)count; i++)
    for (size_t y = 0; y < size; y++) v[i * size + y] = plane_get(ge + i * MGP_D * size, size, y);
  mgp_f_t *d = ref_upload(b, MGP_MEM_SCRATCH, ge, words);
  for (unsigned left = n; left > 0; left--) {
    const size_t now = (size_t)1 << left;
    mgp_e_t h[3] = {mgp_e_zero(), mgp_e_zero(), mgp_e_zero()}, out[3], x = ref_rand_e(rng);
    for (uint32_t i = 0; i < count; i++)
      for (size_t y = 0; y < now / 2; y++)
        for (uint32_t X = 0; X < 3; X++)
          h[X] = mgp_e_add(h[X], mgp_e_mul(ref_at(v + 2 * i * size, y, X),
                                           ref_at(v + (2 * i + 1) * size, y, X)));
    CHECK_OK(b->be->ops->pair_round(b->be, d, count, size, left, out));
    for (unsigned X = 0; X < 3; X++)
      CHECK_MSG(mgp_e_eq(h[X], out[X]), "%s: %u pairs of 2^%u, %u left: h(%u)", b->name, count, n,
                left, X);
    CHECK_OK(b->be->ops->pair_bind(b->be, d, count, size, left, x));
    for (size_t i = 0; i < 2 * (size_t)count; i++) ref_bind(v + i * size, now, x);
  }
  mgp_e_t *values = ref_alloc(2 * (size_t)count, sizeof *values);
  CHECK_OK(b->be->ops->pair_values(b->be, d, count, size, values));
  for (size_t i = 0; i < 2 * (size_t)count; i++) CHECK(mgp_e_eq(values[i], v[i * size]));
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
    check_fill(&b[k], &rng, 70, 9); /* more than a launch of the cuda backend takes */
    for (unsigned log_rows = 0; log_rows <= 9; log_rows++)
      check_cells(&b[k], &rng, log_rows, 1 + (uint32_t)(test_rand(&rng) % 20), log_rows + 2);
    check_cells(&b[k], &rng, 5, 131, 5);
    check_cells(&b[k], &rng, 7, 64, 12);
    check_cells(&b[k], &rng, 7, 65, 7);
    check_cells(&b[k], &rng, 13, 3, 14);
    check_cells(&b[k], &rng, 0, 300, 6);
    check_cells(&b[k], &rng, 6, 1000, 12);
    check_cells(&b[k], &rng, 12, 201, 16);
    for (unsigned n = 0; n <= 9; n++)
      check_pairs(&b[k], &rng, 1 + (uint32_t)(test_rand(&rng) % 5), n);
    check_pairs(&b[k], &rng, 3, 12);
    const uint32_t out_of_range = 2;
    mgp_f_t *d = ref_upload(&b[k], MGP_MEM_SCRATCH, (mgp_f_t[32 * MGP_D]){0}, 32 * MGP_D);
    CHECK(b[k].be->ops->scatter(b[k].be, d, 1, 4, (mgp_e_t[1]){{{0}}}, &out_of_range, 5, d) ==
          MGP_INTERNAL);
    ref_free(&b[k], d);
  }
  ref_backends_destroy(b, nb);
  ref_chipset_free(set);
  return test_result();
}
