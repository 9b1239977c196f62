/* How a shift by n in 0..31 is made of a right shift by s in 0..15 and a window (decl_shift.c). */
#ifndef MGP_CHIPS_SHAMT_H
#define MGP_CHIPS_SHAMT_H

#include "math/hd.h"

typedef struct {
  uint8_t s, w2, w1, w0;
} mgp_shamt_t;

MGP_HD mgp_shamt_t mgp_shamt(uint32_t n, uint32_t left) {
  mgp_shamt_t r;
  r.s = (uint8_t)((left ? 0u - n : n) & 15);
  r.w2 = !left && n >= 16;
  r.w1 = left ? n == 0 : n < 16;
  r.w0 = left && n >= 1 && n <= 16;
  return r;
}

#endif
