/* The public API with the real chips and tables (RANGE, TS2, PROGRAM): a program of two
 * instructions, proved by the toy prover. Also: many threads may verify at once. */
#include <pthread.h>

#include "mgprove/verify.h"
#include "neg/mini.h"
#include "verifier/verifier.h"

typedef struct {
  uint8_t elf[256];
  size_t nelf;
  mgp_program_t prog;
  mgp_chipset_t *chips;
  toy_t t;
} real_t;

/* addi x10, x10, 5; addi x10, x10, 7; ecall (x5 = 0: HALT). Exit code 12. */
static void make(real_t *m) {
  static const uint32_t code[] = {5u << 20 | 10u << 15 | 10u << 7 | 0x13,
                                  7u << 20 | 10u << 15 | 10u << 7 | 0x13, 0x73},
                        data[] = {1};
  toy_t *t = &m->t;
  memset(m, 0, sizeof *m);
  m->nelf = mini_elf(code, 3, data, 1, m->elf);
  REQUIRE_OK(mgp_program_load_elf(m->elf, m->nelf, &m->prog));
  REQUIRE_OK(mgp_chipset_create(&m->chips));
  t->chips = m->chips;
  t->prog = &m->prog;
  t->params = mini_params(2);
  t->params.log_height = 13;
  t->params.log_chunk = 10;
  t->params.log_rows = 12;
  t->params.log_final = 4;
  toy_whole(t);
  mgp_gap_t gaps[MGP_MAX_GAPS];
  mgp_program_gaps(&m->prog, gaps);
  for (uint32_t g = 0; g < t->st.ngaps; g++) t->st.zero_end[g] = gaps[g].start;
  t->st.hint_end = MGP_HINT_START / 4;
  uint32_t pc = m->prog.entry;
  MINI_SET(mini_row(t, 0, MGP_CHIP_ADDI2), pc, 1, 10, 0, 0, 0, 5, 5, 0);
  MINI_SET(mini_row(t, 0, MGP_CHIP_ADDI2), pc + 1, 2, 10, 5, 0, 1, 7, 12, 0);
  MINI_SET(mini_row(t, 1, MGP_CHIP_HALT), pc + 2, 3, 0, 12, 0, 2);
  t->st.exit_code = 12;
  t->st.reg_value[10] = 12;
  t->st.reg_ts[10] = 4;
  t->st.reg_ts[5] = 3;
  toy_count_lookups(t);
}

typedef struct {
  const mgprove_program_t *program;
  uint8_t *proof;
  size_t n;
  int good;
} job_t;

static void *verify_often(void *arg) {
  job_t *job = arg;
  mgprove_result_t r;
  for (int i = 0; i < 5; i++) {
    mgprove_verdict_t v = mgprove_verify(job->program, job->proof, job->n, &r);
    if (job->good ? v != MGPROVE_ACCEPTED || r.exit_code != 12
                  : v != MGPROVE_REJECTED || strcmp(r.check, "query-path-word") != 0)
      return job; /* failed */
  }
  return NULL;
}

static void test_threads(const mgprove_program_t *program, const uint8_t *proof, size_t n) {
  job_t jobs[4];
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    jobs[i] = (job_t){program, toy_alloc(n, 1), n, i % 2};
    memcpy(jobs[i].proof, proof, n);
    if (i % 2 == 0) jobs[i].proof[n - 4] ^= 1; /* in the last path */
    if (pthread_create(&threads[i], NULL, verify_often, &jobs[i])) abort();
  }
  for (int i = 0; i < 4; i++) {
    void *failed = NULL;
    pthread_join(threads[i], &failed);
    CHECK_MSG(!failed, "thread %d", i);
    free(jobs[i].proof);
  }
}

static void test_api(const real_t *m, const uint8_t *proof, size_t n) {
  static const uint8_t nothing[32] = {0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                      0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                      0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                      0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70};
  char err[128];
  mgprove_program_t *from_elf = NULL, *from_vk = NULL;
  mgprove_result_t r;
  uint8_t *vk, digest[2][32];
  size_t nvk;
  CHECK(mgprove_program_from_elf(m->elf, m->nelf, &from_elf, err, sizeof err) == MGPROVE_ACCEPTED);
  CHECK_EQ_STR(err, "");
  REQUIRE_OK(mgp_vk_serialize(&m->prog, &vk, &nvk));
  CHECK(mgprove_program_from_vk(vk, nvk, &from_vk, NULL, 0) == MGPROVE_ACCEPTED);
  mgprove_program_digest(from_elf, digest[0]);
  mgprove_program_digest(from_vk, digest[1]);
  CHECK(memcmp(digest[0], digest[1], 32) == 0);
  for (int i = 0; i < 2; i++) {
    CHECK(mgprove_verify(i ? from_vk : from_elf, proof, n, &r) == MGPROVE_ACCEPTED);
    CHECK_EQ_STR(r.check, "");
    CHECK_EQ_U64(r.exit_code, 12);
    CHECK(!r.has_commit && r.has_output && r.output_bytes == 0);
    CHECK(memcmp(r.output_digest, nothing, 32) == 0);
    CHECK(r.security_bits >= mgp_security_assumed(MGP_TARGET_BITS, 0));
    CHECK(r.security_bits < MGP_TARGET_BITS + 5);
  }
  test_threads(from_elf, proof, n);
  CHECK(mgprove_verify(from_elf, proof, n - 4, &r) == MGPROVE_REJECTED);
  CHECK_EQ_STR(r.check, "format-length");
  CHECK(r.message[0] != 0);
  vk[nvk - 1] ^= 1;
  mgprove_program_destroy(from_vk);
  CHECK(mgprove_program_from_vk(vk, nvk, &from_vk, NULL, 0) == MGPROVE_ACCEPTED);
  CHECK(mgprove_verify(from_vk, proof, n, &r) == MGPROVE_REJECTED);
  mgprove_program_destroy(from_vk);
  from_vk = NULL;
  CHECK(mgprove_program_from_vk(vk, nvk - 1, &from_vk, err, sizeof err) == MGPROVE_BAD_PROGRAM);
  CHECK(err[0] != 0 && !from_vk);
  CHECK(mgprove_program_from_elf(proof, n, &from_vk, err, 8) == MGPROVE_BAD_PROGRAM);
  CHECK_EQ_U64(strlen(err), 7);
  mgprove_program_destroy(from_elf);
  mgprove_program_destroy(NULL);
  free(vk);
}

/* Limbs outside of [0, 2^16) between the two additions: everything balances and meets the
 * constraints, but the RANGE table has no such rows, whatever its multiplicities. */
static void test_range(real_t *m) {
  static mgp_verified_t v;
  size_t n;
  mgp_f_t *rows = m->t.rows[0][MGP_CHIP_ADDI2];
  uint32_t ncols = m->chips->chip[MGP_CHIP_ADDI2].ncols;
  MINI_SET(rows + 7, 5 + 65536, -1);
  MINI_SET(rows + ncols + 3, 5 + 65536, -1);
  uint8_t *proof = toy_prove(&m->t, &n);
  CHECK(mgp_verify_proof(m->chips, &m->prog, proof, n, &v) == MGP_REJECTED);
  CHECK_MSG(strncmp(mgp_error_message(), "bus-sum", 7) == 0, "%s", mgp_error_message());
  free(proof);
}

int main(void) {
  real_t m;
  size_t n;
  make(&m);
  uint8_t *proof = toy_prove(&m.t, &n);
  test_api(&m, proof, n);
  test_range(&m);
  free(proof);
  toy_free_rows(&m.t);
  mgp_program_free(&m.prog);
  mgp_chipset_destroy(m.chips);
  return test_result();
}
