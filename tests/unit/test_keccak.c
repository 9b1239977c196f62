#include "base/keccak.h"
#include "test.h"

static void check_digest(const void *bytes, size_t n, const char *want) {
  uint8_t digest[32];
  char hex[65];
  mgp_keccak256(bytes, n, digest);
  for (unsigned i = 0; i < 32; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  CHECK_EQ_STR(hex, want);
}

/* The first two are published vectors (Ethereum's empty hash; "abc"). The others, byte i = 7 i + 1,
 * come from an implementation of the reference's bitwise definition that agrees with SHA3-256 under
 * the other padding; lengths lie around the rate of 136. */
int main(void) {
  static const struct {
    size_t n;
    const char *digest;
  } table[] = {
      {3, "4d4e5957d530c356bdc15eafc8a1032ef79229809ce3c9041017888e0b738a80"},
      {135, "34bd7bed52ea092f88bc887256e7f06500ee814afa9a5566e22030af2ef1c5c0"},
      {136, "2b31811a93dfc4bdc41b6aa7790e784b987c25a2c8a0e101cfa694552dc8ae39"},
      {137, "a6103b089a404974c2b460048bfddd45108748fbdd9bad451f54d1fe95f8f284"},
      {272, "415fd325cae3a2f957fea2770d710027317ced7e7266a59905102c14fdb9959a"},
      {1000, "5f6640d51e97fd85a8fab8981a24c2fcdd022cab5e529f6879475f1f048b6254"},
  };
  uint8_t bytes[1000], whole[32], parts[32];
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(7 * i + 1);
  check_digest("", 0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  check_digest("abc", 3, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    check_digest(bytes, table[i].n, table[i].digest);

  mgp_keccak256(bytes, sizeof bytes, whole);
  for (size_t cut = 0; cut <= sizeof bytes; cut += 17) {
    mgp_keccak_t k;
    mgp_keccak_init(&k);
    mgp_keccak_update(&k, bytes, cut);
    mgp_keccak_update(&k, bytes + cut, sizeof bytes - cut);
    mgp_keccak_final(&k, parts);
    CHECK_MSG(memcmp(whole, parts, 32) == 0, "cut at %zu", cut);
  }
  return test_result();
}
