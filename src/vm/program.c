#include "vm/program.h"

#include <stdlib.h>

uint32_t mgp_program_gaps(const mgp_program_t *prog, mgp_gap_t gaps[MGP_MAX_GAPS]) {
  const uint32_t hint_start = MGP_HINT_START / 4, hint_end = MGP_HINT_END / 4;
  uint32_t n = 0, start = 0, i = 0;
  int hint_done = 0;
  /* merge the sorted image segments with the one hint interval, and close at the end of memory */
  for (;;) {
    const int image_left = i < prog->nimage;
    uint32_t next = MGP_PC_LIMIT, after = MGP_PC_LIMIT;
    if (image_left && (hint_done || prog->image[i].base < hint_start)) {
      next = prog->image[i].base;
      after = next + prog->image[i].n;
      i++;
    } else if (!hint_done) {
      next = hint_start;
      after = hint_end;
      hint_done = 1;
    }
    if (next > start) gaps[n++] = (mgp_gap_t){start, next};
    if (next == MGP_PC_LIMIT) return n;
    start = after;
  }
}

void mgp_program_free(mgp_program_t *prog) {
  if (prog == NULL) return;
  free(prog->image[0].words); /* one block; the code segments point into it */
  free(prog->insn);
  free(prog->symbols);
  free(prog->strings);
  *prog = (mgp_program_t){0};
}
