/* Arithmetic of the messages of a chip proof (docs/protocol.md section 5.4), for C and CUDA. */
#ifndef MGP_BACKEND_TASK_MATH_H
#define MGP_BACKEND_TASK_MATH_H

#include "math/ext.h"

/* h(x) by Horner's rule; n coefficients, the constant one first */
MGP_HD mgp_e_t mgp_task_horner(const mgp_e_t *h, int n, mgp_e_t x) {
  mgp_e_t r = h[n - 1];
  for (int i = n - 2; i >= 0; i--) r = mgp_e_add(mgp_e_mul(r, x), h[i]);
  return r;
}

/* h_1 of a round of the fraction tree: its claim is h(0) + rho (h_1 + h_2), inv = 1 / rho */
MGP_HD mgp_e_t mgp_task_middle(mgp_e_t claim, mgp_e_t h0, mgp_e_t h2, mgp_e_t inv) {
  return mgp_e_sub(mgp_e_mul(mgp_e_sub(claim, h0), inv), h2);
}
/* h(0) of a round of the main sumcheck: its claim is (1 - rho) h(0) + rho h(1), inv = 1 / (1 - rho)
 */
MGP_HD mgp_e_t mgp_task_main_zero(mgp_e_t claim, mgp_e_t rho, mgp_e_t h1, mgp_e_t inv) {
  return mgp_e_mul(mgp_e_sub(claim, mgp_e_mul(rho, h1)), inv);
}
/* The claim that p and q make: of a layer of the fraction tree, or of the main sumcheck, which is
 * over q - 1: 0 where there is no row. */
MGP_HD mgp_e_t mgp_task_claim(mgp_e_t p, mgp_e_t q, mgp_e_t lambda, int to_main) {
  return mgp_e_add(p, mgp_e_mul(lambda, to_main ? mgp_e_sub(q, mgp_e_one()) : q));
}

/* Coefficients of the cubic with the values v0 at 0 and ev at 1, 2, 3. By Newton: differences
 * d1, d2, d3; h = v0 + d1 X + d2 X(X-1)/2 + d3 X(X-1)(X-2)/6. */
MGP_HD void mgp_task_cubic(mgp_e_t v0, const mgp_e_t ev[3], mgp_e_t h[4]) {
  const mgp_f_t half = mgp_f_from_u32((MGP_P + 1) / 2);      /* 1/2 */
  const mgp_f_t third = mgp_f_from_u32((2 * MGP_P + 1) / 3); /* 1/3 */
  const mgp_e_t a = mgp_e_sub(ev[0], v0), b = mgp_e_sub(ev[1], ev[0]), d = mgp_e_sub(ev[2], ev[1]);
  const mgp_e_t d2 = mgp_e_mul_f(mgp_e_sub(b, a), half);
  const mgp_e_t d3 =
      mgp_e_mul_f(mgp_e_mul_f(mgp_e_sub(mgp_e_sub(d, b), mgp_e_sub(b, a)), half), third);
  h[0] = v0;
  h[1] = mgp_e_add(mgp_e_sub(a, d2), mgp_e_add(d3, d3));
  h[2] = mgp_e_sub(d2, mgp_e_add(d3, mgp_e_add(d3, d3)));
  h[3] = d3;
}

/* eq(point, i) for i < 2^n */
MGP_HD mgp_e_t mgp_task_eq(const mgp_e_t *point, unsigned n, uint64_t i) {
  mgp_e_t r = mgp_e_one();
  MGP_NO_UNROLL
  for (unsigned t = 0; t < n; t++)
    r = mgp_e_mul(r, i >> t & 1 ? point[t] : mgp_e_sub(mgp_e_one(), point[t]));
  return r;
}

#endif
