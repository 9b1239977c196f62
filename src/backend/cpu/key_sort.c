/* One thread: two passes of a radix sort, low digit first. Several: the high digit first, each
 * thread a part of the keys, then the keys of each high digit side by side. */
#include "backend/cpu/key_sort.h"

#include <string.h>

#include "backend/cpu/cpu.h"

#define DIGIT     14u
#define DIGITS    (1u << DIGIT)
#define FEW       (1u << 15) /* keys that one thread sorts sooner than others are started */
#define HALF      7u         /* bits of a pass over the keys of one high digit */
#define INSERTION 24u        /* so few are put in order one by one */

typedef struct {
  const uint32_t *keys;
  size_t stride;
  uint32_t n, parts;
  uint32_t *order, *tmp;
  uint32_t (*at)[DIGITS]; /* [parts]: counts, then places; in the end where the next part's begin */
} sort_t;

static uint32_t key_of(const sort_t *x, uint32_t i) {
  return x->keys[i * x->stride];
}

static int is_sorted(const sort_t *x) {
  for (uint32_t i = 1; i < x->n; i++)
    if (key_of(x, i - 1) > key_of(x, i)) return 0;
  return 1;
}

/* --- one thread ------------------------------------------------------------------------------ */

/* One stable pass of numbers from `in` to `out`, by `bits` bits of their keys. */
static void pass(const sort_t *x, const uint32_t *in, uint32_t *out, uint32_t n, unsigned shift,
                 unsigned bits) {
  uint32_t start[DIGITS];
  const uint32_t mask = (1u << bits) - 1;
  uint32_t sum = 0;
  memset(start, 0, sizeof *start << bits);
  for (uint32_t i = 0; i < n; i++) start[key_of(x, in[i]) >> shift & mask]++;
  for (uint32_t d = 0; d <= mask; d++) {
    const uint32_t c = start[d];
    start[d] = sum;
    sum += c;
  }
  for (uint32_t i = 0; i < n; i++) out[start[key_of(x, in[i]) >> shift & mask]++] = in[i];
}

static void sort_alone(const sort_t *x) {
  for (uint32_t i = 0; i < x->n; i++) x->order[i] = i;
  pass(x, x->order, x->tmp, x->n, 0, DIGIT);
  pass(x, x->tmp, x->order, x->n, DIGIT, DIGIT);
}

/* --- several --------------------------------------------------------------------------------- */

static uint32_t part_begin(const sort_t *x, uint32_t part) {
  return (uint32_t)((uint64_t)x->n * part / x->parts);
}

static void count_part(const sort_t *x, uint32_t part) {
  memset(x->at[part], 0, sizeof x->at[part]);
  for (uint32_t i = part_begin(x, part); i < part_begin(x, part + 1); i++)
    x->at[part][key_of(x, i) >> DIGIT]++;
}

static void scatter_part(const sort_t *x, uint32_t part) {
  for (uint32_t i = part_begin(x, part); i < part_begin(x, part + 1); i++)
    x->tmp[x->at[part][key_of(x, i) >> DIGIT]++] = i;
}

/* Numbers [begin, end) of tmp, whose keys have one high digit, to order. */
static void sort_digit(const sort_t *x, uint32_t begin, uint32_t end) {
  uint32_t *out = x->order + begin, *in = x->tmp + begin;
  const uint32_t n = end - begin;
  if (n > INSERTION) {
    pass(x, in, out, n, 0, HALF);
    pass(x, out, in, n, HALF, HALF);
    memcpy(out, in, n * sizeof *out);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t key = key_of(x, in[i]);
    uint32_t k = i;
    for (; k > 0 && key_of(x, out[k - 1]) > key; k--) out[k] = out[k - 1];
    out[k] = in[i];
  }
}

/* After scattering, the last part's places are where each high digit ends. A share of the keys: the
 * digits that begin in it. */
static void sort_share(const sort_t *x, uint32_t share) {
  const uint32_t *end = x->at[x->parts - 1], low = part_begin(x, share),
                 high = part_begin(x, share + 1);
  for (uint32_t d = 0; d < DIGITS; d++) {
    const uint32_t begin = d ? end[d - 1] : 0;
    if (begin >= low && begin < high && end[d] > begin) sort_digit(x, begin, end[d]);
  }
}

static void sort_together(const sort_t *x) {
  const uint32_t parts = x->parts;
  uint32_t sum = 0;
  MGP_OMP(omp parallel for num_threads(parts) schedule(static, 1))
  for (uint32_t p = 0; p < parts; p++) count_part(x, p);
  for (uint32_t d = 0; d < DIGITS; d++)
    for (uint32_t p = 0; p < parts; p++) {
      const uint32_t c = x->at[p][d];
      x->at[p][d] = sum;
      sum += c;
    }
  MGP_OMP(omp parallel for num_threads(parts) schedule(static, 1))
  for (uint32_t p = 0; p < parts; p++) scatter_part(x, p);
  MGP_OMP(omp parallel for num_threads(parts) schedule(dynamic, 1))
  for (uint32_t p = 0; p < parts; p++) sort_share(x, p);
}

mgp_status_t mgp_key_sort(mgp_ledger_t *ledger, int threads, const uint32_t *keys, size_t stride,
                          uint32_t n, uint32_t *order, uint32_t *tmp) {
  sort_t x = {keys, stride, n, (uint32_t)threads, order, tmp, NULL};
  if (is_sorted(&x)) {
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    return MGP_OK;
  }
  if (threads == 1 || n < FEW) {
    sort_alone(&x);
    return MGP_OK;
  }
  MGP_TRY(mgp_ledger_alloc(ledger, MGP_MEM_SCRATCH, x.parts * sizeof *x.at, (void **)&x.at));
  sort_together(&x);
  mgp_ledger_free(ledger, x.at);
  return MGP_OK;
}
