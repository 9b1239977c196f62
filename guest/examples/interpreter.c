/* An interpreter for a language of eight characters on a tape of byte cells: > < move, + - change
 * the cell, [ ] loop while it is not zero, . writes it, , reads the next input byte (0 at the end).
 * The program is a hinted file, its input the file after that. It is translated first: runs of one
 * character become one operation, brackets know their partners.
 * Publishes what the program wrote.
 * Size: how often the program is run; every run must write the same. */
#include "mgp_guest.h"

#define TAPE   65536u
#define OUTPUT 65536u

typedef struct {
  char what;
  uint32_t arg; /* of > < + -: how often; of [ ]: index of the partner */
} op_t;

/* writes the capital letters in order and backwards */
static const char sample[] = "++++++++[>++++++++<-]>+>+++++[>+++++<-]>+[>+<<<.+>>-]>"
                             "[<<<-.>>>-]<<++++++++++.";

static op_t *code;
static uint32_t ncode;
static uint32_t executed, used; /* used: cells that a run may have changed */

static void translate(const uint8_t *text, uint32_t n) {
  code = mgp_alloc((n + 1) * sizeof(op_t));
  uint32_t *open = mgp_alloc((n + 1) * 4), depth = 0;
  for (uint32_t i = 0; i < n; i++) {
    char what = (char)text[i];
    switch (what) {
    case '>':
    case '<':
    case '+':
    case '-':
      if (ncode > 0 && code[ncode - 1].what == what) {
        code[ncode - 1].arg++;
        continue;
      }
      code[ncode++] = (op_t){what, 1};
      break;
    case '[':
      open[depth++] = ncode;
      code[ncode++] = (op_t){what, 0};
      break;
    case ']':
      if (depth == 0) mgp_panic("a bracket closes that was not opened");
      depth--;
      code[open[depth]].arg = ncode;
      code[ncode++] = (op_t){what, open[depth]};
      break;
    case '.':
    case ',':
      code[ncode++] = (op_t){what, 0};
      break;
    default: /* anything else is a comment */
      break;
    }
  }
  if (depth != 0) mgp_panic("a bracket is not closed");
}

static uint32_t run(uint8_t *tape, mgp_hint_t input, uint8_t *output) {
  uint32_t cell = 0, nin = 0, nout = 0;
  memset(tape, 0, used);
  used = 1;
  for (uint32_t pc = 0; pc < ncode; pc++) {
    uint32_t arg = code[pc].arg;
    executed++;
    switch (code[pc].what) {
    case '>':
      if (arg >= TAPE - cell) mgp_panic("the program left its tape");
      cell += arg;
      if (cell >= used) used = cell + 1;
      break;
    case '<':
      if (arg > cell) mgp_panic("the program left its tape");
      cell -= arg;
      break;
    case '+':
      tape[cell] = (uint8_t)(tape[cell] + arg);
      break;
    case '-':
      tape[cell] = (uint8_t)(tape[cell] - arg);
      break;
    case '[':
      if (tape[cell] == 0) pc = arg;
      break;
    case ']':
      if (tape[cell] != 0) pc = arg;
      break;
    case ',':
      tape[cell] = nin < input.nbytes ? input.data[nin++] : 0;
      break;
    default:
      if (nout == OUTPUT) mgp_panic("the program wrote too much");
      output[nout++] = tape[cell];
      break;
    }
  }
  return nout;
}

int main(void) {
  uint32_t next, runs = mgp_hint_size(24, &next);
  mgp_hint_t program = {(const uint8_t *)sample, sizeof sample - 1}, input = {0, 0};
  if (mgp_hint_count() > next) program = mgp_hint(next);
  if (mgp_hint_count() > next + 1) input = mgp_hint(next + 1);
  translate(program.data, program.nbytes);

  uint8_t *output = mgp_alloc(OUTPUT), *again = mgp_alloc(OUTPUT), *tape = mgp_alloc(TAPE);
  uint32_t nout = 0;
  for (uint32_t i = 0; i < runs; i++) {
    uint32_t n = run(tape, input, i == 0 ? output : again);
    if (i == 0)
      nout = n;
    else if (n != nout || memcmp(output, again, n) != 0)
      mgp_panic("two runs differ");
  }
  mgp_print_u32(runs);
  mgp_print(" runs of ");
  mgp_print_u32(ncode);
  mgp_print(" operations, ");
  mgp_print_u32(executed);
  mgp_print(" executed; output: ");
  mgp_write(MGP_FD_OUT, output, nout);
  if (nout == 0 || output[nout - 1] != '\n') mgp_print("\n");
  mgp_publish(output, nout);
  return 0;
}
