#include "backend/cpu/kernels_ntt.h"

#include "backend/cpu/lanes.h"

#define RADIX     (1 << MGP_NTT_RADIX_LOG)
#define LANES_LOG (MGP_LANES == 16 ? 4 : MGP_LANES == 8 ? 3 : 2)
#define TAIL_LOG  (3 + LANES_LOG) /* levels of `tail`: eight vectors */

MGP_LANE void butterfly(mgp_v_t *u, mgp_v_t *v, mgp_vk_t w) {
  mgp_v_t t = mgp_v_mul_k(*v, w);
  *v = mgp_v_sub(*u, t);
  *u = mgp_v_add(*u, t);
}

/* r levels on 2^r vectors; w: the twiddles of the levels one after the other, 1 + 2 + ... */
MGP_LANE void butterflies(mgp_v_t *x, int r, const mgp_vk_t *w) {
  for (int level = 0; level < r; level++) {
    int half = 1 << (r - 1 - level);
    for (int q = 0; q < 1 << level; q++)
      for (int i = 0; i < half; i++)
        butterfly(&x[2 * half * q + i], &x[2 * half * q + half + i], w[(1 << level) - 1 + q]);
  }
}

MGP_LANE void load_twiddles(mgp_vk_t *w, int r, uint32_t b, mgp_twiddles_t tw) {
  for (int level = 0; level < r; level++)
    for (uint32_t q = 0; q < 1u << level; q++) {
      size_t at = ((size_t)b << level) + q;
      w[(1u << level) - 1 + q] = mgp_vk_set1(tw.w[at], tw.wq[at]);
    }
}

MGP_LANE void pass_r(const mgp_f_t *src, mgp_f_t *dst, unsigned log_n, uint32_t b, int r,
                     size_t first, size_t last, mgp_twiddles_t tw) {
  const size_t step = (size_t)1 << (log_n - (unsigned)r);
  mgp_vk_t w[RADIX - 1];
  load_twiddles(w, r, b, tw);
  for (size_t j = first; j < last; j += MGP_LANES) {
    mgp_v_t x[RADIX];
    for (int i = 0; i < 1 << r; i++) x[i] = mgp_v_load(src + (size_t)i * step + j);
    butterflies(x, r, w);
    for (int i = 0; i < 1 << r; i++) mgp_v_store(dst + (size_t)i * step + j, x[i]);
  }
}

static void pass(const mgp_f_t *src, mgp_f_t *dst, unsigned log_n, uint32_t b, unsigned r,
                 size_t first, size_t last, mgp_twiddles_t tw) {
  if (r == 3)
    pass_r(src, dst, log_n, b, 3, first, last, tw);
  else if (r == 2)
    pass_r(src, dst, log_n, b, 2, first, last, tw);
  else
    pass_r(src, dst, log_n, b, 1, first, last, tw);
}

/* The last TAIL_LOG levels. Inside a pair of vectors, interleaving rotates the element's index
 * (vector bit first) by one: the next bit to split becomes the vector's, and the low lane bits
 * number the blocks, so their twiddles lie side by side. After LANES_LOG + 1 rotations all is in
 * order. */
MGP_LANE void tail(mgp_f_t *data, uint32_t b, mgp_twiddles_t tw) {
  mgp_vk_t w[RADIX - 1];
  mgp_v_t x[RADIX];
  load_twiddles(w, 3, b, tw);
  for (int i = 0; i < RADIX; i++) x[i] = mgp_v_load(data + i * MGP_LANES);
  butterflies(x, 3, w);
  for (int i = 0; i < RADIX; i += 2) {
    mgp_v_t lo = x[i], hi = x[i + 1], t;
    size_t block = ((size_t)b << 3) + (size_t)i;
    for (int level = 0; level < LANES_LOG; level++, block <<= 1) {
      mgp_v_interleave(lo, hi, &lo, &t);
      hi = t;
      butterfly(&lo, &hi, mgp_vk_load_period(tw.w + block, tw.wq + block, 2 << level));
    }
    mgp_v_interleave(lo, hi, &lo, &t);
    mgp_v_store(data + i * MGP_LANES, lo);
    mgp_v_store(data + (i + 1) * MGP_LANES, t);
  }
}

static void finish_small(mgp_f_t *data, unsigned log_n, uint32_t b, mgp_twiddles_t tw) {
  for (unsigned level = 0; level < log_n; level++) {
    size_t half = (size_t)1 << (log_n - 1 - level);
    for (size_t q = 0; q < (size_t)1 << level; q++) {
      mgp_f_t w = tw.w[((size_t)b << level) + q], *at = data + 2 * half * q;
      for (size_t i = 0; i < half; i++) {
        mgp_f_t t = mgp_f_mul(at[half + i], w);
        at[half + i] = mgp_f_sub(at[i], t);
        at[i] = mgp_f_add(at[i], t);
      }
    }
  }
}

/* Depth first, so that a block that fits a cache stays in it until it is done. */
static void finish(mgp_f_t *data, unsigned log_n, uint32_t b, mgp_twiddles_t tw) {
  if (log_n < TAIL_LOG) {
    finish_small(data, log_n, b, tw);
  } else if (log_n == TAIL_LOG) {
    tail(data, b, tw);
  } else {
    unsigned left = log_n - TAIL_LOG;
    unsigned r = mgp_ntt_radix(left);
    size_t step = (size_t)1 << (log_n - r);
    pass(data, data, log_n, b, r, 0, step, tw);
    for (uint32_t i = 0; i < 1u << r; i++) finish(data + i * step, log_n - r, (b << r) + i, tw);
  }
}

const mgp_ntt_kernels_t MGP_ISA(mgp_ntt_kernels) = {pass, finish};
