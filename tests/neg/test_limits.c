/* The verifier's time and memory on hostile files and keys: headers that claim the most there is,
 * over as little as possible. Each case runs in a process of its own, in bounded address space, so
 * that an allocation in proportion to a claim would fail; what it took is printed, and bounded by
 * the sizes of the inputs. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "mgprove/verify.h"
#include "neg/mini.h"
#include "verifier/verifier.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MIB (UINT64_C(1) << 20)
#define FIXED_BYTES                                                                                \
  (40 * MIB)             /* chips, tables of the shape: at most this whatever the file says        \
                          */
#define MAX_SECONDS 60.0 /* of processor time */

typedef struct {
  const char *name;
  const uint8_t *bytes;
  size_t n;
  int is_vk;
  const char *check; /* of the proof; NULL: any */
} input_t;

typedef struct {
  int verdict;
  char check[64];
  uint64_t grown; /* bytes of resident memory */
  double seconds;
} outcome_t;

static mini_t m;
static uint8_t *vk;
static size_t nvk;

static uint64_t most_resident(double *seconds) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  *seconds = (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec +
             (double)u.ru_stime.tv_sec + 1e-6 * (double)u.ru_stime.tv_usec;
  return (uint64_t)u.ru_maxrss * 1024;
}

static uint64_t mapped(void) {
  unsigned long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f || fscanf(f, "%lu", &pages) != 1) abort();
  fclose(f);
  return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* In the child. */
static void measure(const input_t *in, outcome_t *out) {
  mgprove_program_t *program = NULL;
  char err[200];
  double before, after;
  uint64_t start = most_resident(&before);
  struct rlimit space = {mapped() + FIXED_BYTES + 2 * in->n, RLIM_INFINITY};
  if (!SANITIZED && setrlimit(RLIMIT_AS, &space) != 0) abort();
  if (in->is_vk) {
    out->verdict = (int)mgprove_program_from_vk(in->bytes, in->n, &program, err, sizeof err);
  } else {
    static mgp_verified_t v;
    mgp_status_t st = mgp_verify_proof(m.chips, &m.prog, in->bytes, in->n, &v);
    out->verdict = st == MGP_REJECTED ? MGPROVE_REJECTED : (int)st + 100;
    snprintf(out->check, sizeof out->check, "%.*s", (int)strcspn(mgp_error_message(), ":"),
             mgp_error_message());
  }
  out->grown = most_resident(&after) - start;
  out->seconds = after - before;
}

static void check(const input_t *in) {
  outcome_t out;
  int ends[2], status = 0;
  if (pipe(ends) != 0) abort();
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    memset(&out, 0, sizeof out);
    measure(in, &out);
    _exit(write(ends[1], &out, sizeof out) == (ssize_t)sizeof out ? 0 : 1);
  }
  close(ends[1]);
  ssize_t got = read(ends[0], &out, sizeof out);
  close(ends[0]);
  waitpid(child, &status, 0);
  CHECK_MSG(got == (ssize_t)sizeof out && status == 0, "%s: the process ended with %d", in->name,
            status);
  if (got != (ssize_t)sizeof out) return;
  CHECK_MSG(out.verdict == (in->is_vk ? MGPROVE_BAD_PROGRAM : MGPROVE_REJECTED), "%s: verdict %d",
            in->name, out.verdict);
  if (in->check)
    CHECK_MSG(strcmp(out.check, in->check) == 0, "%s: %s, not %s", in->name, out.check, in->check);
  CHECK_MSG(out.seconds < MAX_SECONDS, "%s: %.1f s", in->name, out.seconds);
  if (!SANITIZED)
    CHECK_MSG(out.grown <= FIXED_BYTES + 2 * in->n, "%s: %.1f MiB for %zu bytes", in->name,
              (double)out.grown / (double)MIB, in->n);
  printf("%-40s %10zu bytes  %-18s %7.1f MiB %7.3f s\n", in->name, in->n, out.check,
         (double)out.grown / (double)MIB, out.seconds);
}

/* --- proofs ----------------------------------------------------------------------------------- */

/* A file with this statement and so many words of body (all the same). */
static void check_claim(const char *name, const mgp_params_t *p, const mgp_statement_t *st,
                        size_t body_words, uint32_t word, const char *expected) {
  mgp_run_t run = m.t.run;
  uint32_t *body = malloc(4 * body_words + 4);
  size_t nbytes = mgp_shard_bytes(p, st->kind, st->ngaps, body_words), n;
  uint8_t *bytes = malloc(nbytes), *file;
  if (!body || !bytes) abort();
  for (size_t i = 0; i < body_words; i++) body[i] = word;
  mgp_shard_write(p, st, body, body_words, bytes);
  REQUIRE_OK(mgp_proof_serialize(&run, p, bytes, nbytes, m.t.output, &file, &n));
  check(&(input_t){name, file, n, 0, expected});
  free(file);
  free(bytes);
  free(body);
}

/* Over no body at all, over a megabyte, and over bodies as long as the header says. */
static void check_bodies(const char *what, const mgp_params_t *p, const mgp_statement_t *st) {
  mgp_shape_t shape;
  char name[64];
  size_t words;
  REQUIRE_OK(mgp_shape_create(m.chips, &m.prog, p, st, &shape));
  words = shape.body_words;
  printf("%s: %u traces, %u columns, body of %zu words\n", what, shape.ntraces, shape.total_cols,
         words);
  mgp_shape_free(&shape);
  snprintf(name, sizeof name, "%s, no body", what);
  check_claim(name, p, st, 0, 0, "format-length");
  snprintf(name, sizeof name, "%s, a word is missing", what);
  check_claim(name, p, st, words - 1, 0, "format-length");
  snprintf(name, sizeof name, "%s, zeros", what);
  check_claim(name, p, st, words, 0, "gkr-root-zero");
  snprintf(name, sizeof name, "%s, ones", what);
  check_claim(name, p, st, words, 1, "gkr-layer");
  snprintf(name, sizeof name, "%s, words of 2^32 - 1", what);
  check_claim(name, p, st, words, UINT32_MAX, "format-canonical");
}

/* As many traces as there may be, and as many chunks and columns as leave enough bits: the mini
 * program's run, with rows of its MEM_ZERO added to what is left. */
static void test_claims(void) {
  static mgp_statement_t st;
  mgp_params_t p = m.t.params;
  const uint32_t P = p.partitions;
  p.grind_alpha = p.grind_u = 0;
  p.log_height = 22;
  p.log_rows = 22;
  p.queries = MGP_MAX_QUERIES;
  p.log_final = 8;
  st = m.t.st;
  for (uint32_t q = 0; q < P; q++) st.rows[q][MGP_CHIP_MEM_ZERO] = 16 * (MGP_MAX_CHUNKS / P / 24);
  check_bodies("many chunks", &p, &st);
  p.log_rows = 4;
  st = m.t.st;
  for (uint32_t q = 0; q < P; q++) st.rows[q][MGP_CHIP_MEM_ZERO] = 16 * (MGP_MAX_TRACES / P - 40);
  check_bodies("many traces", &p, &st);
  p.log_height = 8;
  p.log_chunk = 8;
  p.log_rows = 22;
  p.log_final = 7;
  st = m.t.st;
  for (uint32_t q = 0; q < P; q++) st.rows[q][MGP_CHIP_MEM_ZERO] = 256 * (MGP_MAX_STACKED / P / 30);
  check_bodies("many columns", &p, &st);
  st = m.t.st;
  for (uint32_t q = 0; q < P; q++)
    for (unsigned id = 1; id < MGP_CHIP_FIRST_TABLE; id++)
      if (id != MGP_CHIP_HALT && id != MGP_CHIP_COMMIT) st.rows[q][id] = UINT32_MAX;
  check_claim("the largest row counts", &p, &st, 0, 0, "statement-time");
}

/* Parameters and statements of noise, all of it or some words, behind the header of a run. */
static void test_headers(const uint8_t *good, size_t n) {
  test_rng_t rng = test_rng();
  mgp_proof_t p;
  uint8_t *file = malloc(n);
  if (!file) abort();
  REQUIRE_OK(mgp_proof_parse(good, n, &p));
  const size_t from = (size_t)(p.params - good), to = n < from + 2048 ? n : from + 2048;
  for (int i = 0; i < 40; i++) {
    char name[32];
    memcpy(file, good, n);
    for (size_t k = from; k + 4 <= to; k += 4)
      if (i < 10 || test_rand(&rng) % 64 == 0)
        mini_put32(file + k, (uint32_t)test_rand(&rng) >> test_rand(&rng) % 32);
    snprintf(name, sizeof name, "noise %d", i);
    check(&(input_t){name, file, n, 0, NULL});
  }
  free(file);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void test_keys(void) {
  uint8_t *bytes = malloc(nvk);
  if (!bytes) abort();
  for (size_t at = 0; at + 4 <= nvk && at < 128; at += 4) {
    char name[32];
    memcpy(bytes, vk, nvk);
    mini_put32(bytes + at, 0x3fffffff);
    snprintf(name, sizeof name, "key, word %zu", at / 4);
    mgp_program_t prog;
    if (mgp_vk_parse(bytes, nvk, &prog) == MGP_OK) { /* data: another program, not a lie */
      mgp_program_free(&prog);
      continue;
    }
    check(&(input_t){name, bytes, nvk, 1, NULL});
  }
  free(bytes);
}

int main(void) {
  size_t n;
  mini_run(&m, mini_params(3), 1, "a public output");
  uint8_t *good = toy_prove(&m.t, &n);
  REQUIRE_OK(mgp_vk_serialize(&m.prog, &vk, &nvk));
  test_claims();
  test_headers(good, n);
  test_keys();
  free(vk);
  free(good);
  mini_free(&m);
  return test_result();
}
