/* The permutation in registers, and eight at once, agree with the scalar one. */
#include "math/poseidon2_simd.h"
#include "test.h"

int main(void) {
  static const uint32_t edges[] = {0,         1,         2,         MGP_P - 1,  MGP_P - 2,
                                   MGP_P / 2, 0x7fffffu, 0x8000000, MGP_R_MOD_P};
  const size_t nedges = sizeof edges / sizeof edges[0];
  test_rng_t rng = test_rng();
  for (int round = 0; round < 200; round++) {
    mgp_p2x8_t fast, portable;
    mgp_f_t s[MGP_P2_LANES][MGP_P2_WIDTH];
    for (int lane = 0; lane < MGP_P2_LANES; lane++)
      for (int i = 0; i < MGP_P2_WIDTH; i++) {
        uint64_t r = test_rand(&rng);
        s[lane][i] = round % 2 ? edges[r % nedges] : (mgp_f_t)(r % MGP_P);
        fast.s[i][lane] = s[lane][i];
      }
    portable = fast;
    mgp_p2x8_permute(&fast);
    mgp_p2x8_permute_portable(&portable);
    for (int lane = 0; lane < MGP_P2_LANES; lane++) {
      mgp_f_t one[MGP_P2_WIDTH];
      memcpy(one, s[lane], sizeof one);
      mgp_p2_permute_simd(one);
      mgp_p2_permute(s[lane]);
      CHECK(memcmp(one, s[lane], sizeof one) == 0);
      for (int i = 0; i < MGP_P2_WIDTH; i++) {
        CHECK_EQ_U64(fast.s[i][lane], s[lane][i]);
        CHECK_EQ_U64(portable.s[i][lane], s[lane][i]);
      }
    }
  }
  return test_result();
}
