/* The arena against a map of its bytes. */
#include "base/arena.h"
#include "test.h"

#define UNITS 600u
#define MOST  80u

typedef struct {
  uint64_t offset, nbytes;
} piece_t;

static int is_free(const uint8_t *map, uint64_t offset, uint64_t nbytes) {
  for (uint64_t i = 0; i < nbytes; i++)
    if (map[offset + i]) return 0;
  return 1;
}

static uint64_t largest_gap(const uint8_t *map) {
  uint64_t most = 0, run = 0;
  for (uint64_t i = 0; i < UNITS; i++) {
    run = map[i] ? 0 : run + 1;
    if (run > most) most = run;
  }
  return most;
}

int main(void) {
  test_rng_t rng = test_rng();
  for (int round = 0; round < 200; round++) {
    mgp_arena_t *a = mgp_arena_create(UNITS);
    uint8_t map[UNITS] = {0};
    piece_t pieces[MOST];
    unsigned n = 0;
    uint64_t used = 0, offset = 0;
    CHECK(mgp_arena_size(a) == UNITS);
    CHECK(!mgp_arena_take(a, 0, 0, &offset));
    CHECK(!mgp_arena_take(a, UNITS + 1, 1, &offset));
    for (int step = 0; step < 400; step++) {
      uint64_t x = test_rand(&rng), want = 1 + (x >> 8) % 40;
      if ((x & 1) && n < MOST) {
        int taken = mgp_arena_take(a, want, (x & 2) != 0, &offset);
        CHECK_EQ_U64(taken, largest_gap(map) >= want);
        if (!taken) continue;
        CHECK(offset + want <= UNITS && is_free(map, offset, want));
        memset(map + offset, 1, want);
        pieces[n].offset = offset;
        pieces[n++].nbytes = want;
        used += want;
      } else if (n) {
        piece_t gone = pieces[(x >> 8) % n];
        pieces[(x >> 8) % n] = pieces[n - 1];
        n--;
        CHECK_EQ_U64(mgp_arena_give(a, gone.offset), gone.nbytes);
        CHECK_EQ_U64(mgp_arena_give(a, gone.offset), 0);
        memset(map + gone.offset, 0, gone.nbytes);
        used -= gone.nbytes;
      }
      CHECK_EQ_U64(mgp_arena_used(a), used);
      CHECK_EQ_U64(mgp_arena_largest_gap(a), largest_gap(map));
    }
    mgp_arena_destroy(a);
  }
  mgp_arena_destroy(NULL);
  return test_result();
}
