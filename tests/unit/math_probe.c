/* What the arithmetic gives, for test_math_integers.py: reads lines `operation integer...`, writes
 * a line of integers for each. Field values are canonical; an element of K is D of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/ntt.h"
#include "math/poseidon2_simd.h"
#include "protocol/transcript.h"

#define MAX_WORDS (1u << 14)

static uint64_t in[MAX_WORDS];
static size_t nin;

static mgp_f_t f_at(size_t i) {
  return mgp_f_from_u32((uint32_t)in[i]);
}
static mgp_e_t e_at(size_t i) {
  mgp_e_t e;
  for (size_t k = 0; k < MGP_D; k++) e.c[k] = f_at(i + k);
  return e;
}
static void put(const mgp_f_t *w, size_t n) {
  for (size_t i = 0; i < n; i++) printf("%u%c", mgp_f_to_u32(w[i]), i + 1 < n ? ' ' : '\n');
}
static void put_f(mgp_f_t x) {
  put(&x, 1);
}
static void put_e(mgp_e_t x) {
  put(x.c, MGP_D);
}
static void state(mgp_f_t *s) {
  for (size_t i = 0; i < MGP_P2_WIDTH; i++) s[i] = f_at(i);
}

/* One instruction set's transform: isa, s, 2^s coefficients. */
static void encode(void) {
  mgp_ledger_t *ledger;
  mgp_backend_t *be;
  unsigned s = (unsigned)in[1];
  size_t n = (size_t)1 << s;
  mgp_f_t *col = malloc(n * sizeof *col), *out = malloc(2 * n * sizeof *out);
  if (!col || !out || mgp_ledger_create(0, &ledger) != MGP_OK) abort();
  for (size_t i = 0; i < n; i++) col[i] = f_at(2 + i);
  if (mgp_backend_cpu_create(NULL, ledger, (mgp_isa_t)in[0], 1, &be) == MGP_OK) {
    if (mgp_ntt_prepare(mgp_cpu_of(be), s + 1) != MGP_OK) abort();
    mgp_ntt_encode(mgp_cpu_of(be), col, s, out);
    put(out, 2 * n);
    mgp_backend_destroy(be);
  } else {
    printf("missing\n");
  }
  mgp_ledger_destroy(ledger);
  free(out);
  free(col);
}

static void run(const char *op) {
  mgp_f_t s[MGP_P2_WIDTH], out[MGP_DIGEST_WORDS], row[64];
#define IS(name) (strcmp(op, name) == 0)
  if (IS("degree")) {
    printf("%d\n", MGP_D);
  } else if (IS("fadd")) {
    put_f(mgp_f_add(f_at(0), f_at(1)));
  } else if (IS("fsub")) {
    put_f(mgp_f_sub(f_at(0), f_at(1)));
  } else if (IS("fmul")) {
    put_f(mgp_f_mul(f_at(0), f_at(1)));
  } else if (IS("fneg")) {
    put_f(mgp_f_neg(f_at(0)));
  } else if (IS("fdbl")) {
    put_f(mgp_f_dbl(f_at(0)));
  } else if (IS("fsqr")) {
    put_f(mgp_f_sqr(f_at(0)));
  } else if (IS("finv")) {
    put_f(mgp_f_inv(f_at(0)));
  } else if (IS("fpow")) {
    put_f(mgp_f_pow(f_at(0), in[1]));
  } else if (IS("fint")) {
    put_f(mgp_f_from_i32((int32_t)(uint32_t)in[0]));
  } else if (IS("reduce")) { /* the word itself: x / 2^32 */
    printf("%u\n", mgp_f_reduce(in[0]));
  } else if (IS("reduce4")) {
    printf("%u\n", mgp_f_reduce4(in[0]));
  } else if (IS("omega")) {
    put_f(mgp_f_omega((unsigned)in[0]));
  } else if (IS("eadd")) {
    put_e(mgp_e_add(e_at(0), e_at(MGP_D)));
  } else if (IS("esub")) {
    put_e(mgp_e_sub(e_at(0), e_at(MGP_D)));
  } else if (IS("emul")) {
    put_e(mgp_e_mul(e_at(0), e_at(MGP_D)));
  } else if (IS("esqr")) {
    put_e(mgp_e_sqr(e_at(0)));
  } else if (IS("einv")) {
    put_e(mgp_e_inv(e_at(0)));
  } else if (IS("emulf")) {
    put_e(mgp_e_mul_f(e_at(0), f_at(MGP_D)));
  } else if (IS("epow")) {
    put_e(mgp_e_pow(e_at(0), in[MGP_D]));
  } else if (IS("permute")) {
    state(s);
    mgp_p2_permute(s);
    put(s, MGP_P2_WIDTH);
  } else if (IS("permute_simd")) {
    state(s);
    mgp_p2_permute_simd(s);
    put(s, MGP_P2_WIDTH);
  } else if (IS("leaf")) {
    for (size_t i = 0; i < nin; i++) row[i] = f_at(i);
    mgp_hash_leaf(row, nin, out);
    put(out, MGP_DIGEST_WORDS);
  } else if (IS("node")) {
    state(s);
    mgp_hash_node(s, s + MGP_DIGEST_WORDS, out);
    put(out, MGP_DIGEST_WORDS);
  } else if (IS("encode")) {
    encode();
  } else {
    fprintf(stderr, "no operation %s\n", op);
    exit(1);
  }
#undef IS
}

int main(void) {
  char *line = NULL;
  size_t cap = 0;
  while (getline(&line, &cap, stdin) > 0) {
    char *save, *op = strtok_r(line, " \n", &save), *word;
    for (nin = 0; nin < MAX_WORDS && (word = strtok_r(NULL, " \n", &save)) != NULL; nin++)
      in[nin] = strtoull(word, NULL, 10);
    if (op) run(op);
  }
  free(line);
  return 0;
}
