/* Every example is proved and its proof accepted for its own program, exit code and output only. */
#include "prove_util.h"

static const struct {
  const char *name;
  uint32_t size, exit_code;
} guests[] = {{"fibonacci", 50, 0}, {"edges", 1, 0},  {"sort", 64, 0},      {"sieve", 200, 0},
              {"matrix", 4, 0},     {"keccak", 5, 0}, {"sha256", 70, 0},    {"memory", 256, 0},
              {"panic", 7, 7},      {"silent", 3, 0}, {"interpreter", 1, 0}};

int main(void) {
  guest_t other;
  guest_load(&other, "silent", 0);
  for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++) {
    guest_t g;
    mgp_prove_options_t o = {0};
    mgp_prove_result_t r;
    mgprove_result_t v;
    guest_load(&g, guests[i].name, guests[i].size);
    o.no_self_check = 1;
    mgp_status_t st = guest_prove(&g, 1, &o, &r);
    CHECK_MSG(st == MGP_OK, "%s: %s", guests[i].name, mgp_error_message());
    if (st != MGP_OK) continue;
    mgprove_verdict_t verdict = guest_verify(&g, r.bytes, r.nbytes, &v);
    CHECK_MSG(verdict == MGPROVE_ACCEPTED, "%s: %s: %s", guests[i].name, v.check, v.message);
    CHECK_EQ_U64(v.exit_code, guests[i].exit_code);
    CHECK(v.security_bits >= (MGP_D == 4 ? 100.0 : 123.6)); /* D = 5: of the hash */
    CHECK(v.output_bytes == r.output_nbytes && memcmp(v.output, r.output, v.output_bytes) == 0);
    printf("%-12s %8llu steps, %zu bytes of proof, %.1f bits, %.2f s\n", guests[i].name,
           (unsigned long long)r.report.steps, r.nbytes, v.security_bits, r.report.total_seconds);
    if (strcmp(guests[i].name, "silent") != 0)
      CHECK(guest_verify(&other, r.bytes, r.nbytes, &v) == MGPROVE_REJECTED);
    mgp_prove_result_free(&r);
    guest_free(&g);
  }
  guest_free(&other);
  return test_result();
}
