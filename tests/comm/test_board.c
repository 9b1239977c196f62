/* The memory that ranks of one host share: what each process shows reaches all others, turn by
 * turn, whoever is early or late. */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "comm/board.h"

#include "test.h"

enum { TURNS = 2000, LONGEST = MGP_BOARD_NBYTES };

static uint8_t byte_of(uint32_t turn, uint32_t rank, uint64_t i) {
  return (uint8_t)(((turn + 1) * 0x9e3779b9u + rank * 0x85ebca6bu + (uint32_t)i * 40503u) >> 11);
}

static uint64_t length_of(uint32_t turn) {
  static const uint64_t n[] = {0, 1, 7, 64, 536, LONGEST - 1, LONGEST};
  return n[turn % (sizeof n / sizeof *n)];
}

/* Bytes that were not what a rank had shown. */
static uint64_t take_turns(mgp_board_t *b, uint32_t rank, uint32_t size) {
  uint8_t mine[LONGEST], *all = malloc((size_t)size * LONGEST);
  uint64_t wrong = 0;
  if (all == NULL) return 1;
  for (uint32_t turn = 0; turn < TURNS; turn++) {
    const uint64_t n = length_of(turn);
    /* one rank at a time is late */
    if (turn % size == rank && turn % 7) (void)usleep(20 * (turn % 7));
    for (uint64_t i = 0; i < n; i++) mine[i] = byte_of(turn, rank, i);
    mgp_board_show(b, mine, n);
    /* who only yields waits behind all others that want the core, each turn anew */
    for (uint32_t looks = 0; !mgp_board_take(b, all, n); looks++)
      (void)(looks < 4 ? sched_yield() : usleep(50));
    for (uint32_t r = 0; r < size; r++)
      for (uint64_t i = 0; i < n; i++) wrong += all[r * n + i] != byte_of(turn, r, i);
  }
  free(all);
  return wrong;
}

/* The board of another rank than the one that has made the offer; NULL: the offer holds no more, or
 * is of other ranks. */
static mgp_board_t *join(const mgp_shared_offer_t *offer, uint32_t rank, uint32_t size) {
  mgp_board_t *b = NULL;
  mgp_shared_t shared;
  mgp_shared_accept(offer, mgp_board_nbytes(size), &shared);
  return shared.base != NULL && mgp_board_create(&shared, rank, size, &b) == MGP_OK ? b : NULL;
}

static mgp_board_t *make(uint32_t size, mgp_shared_offer_t *offer) {
  mgp_board_t *b = NULL;
  mgp_shared_t shared;
  mgp_shared_offer(mgp_board_nbytes(size), offer, &shared);
  CHECK(shared.base != NULL && shared.fd >= 0);
  REQUIRE_OK(mgp_board_create(&shared, 0, size, &b));
  return b;
}

static int child(const mgp_shared_offer_t *offer, uint32_t rank, uint32_t size, int told) {
  mgp_board_t *b = join(offer, rank, size);
  char byte = 0;
  if (b == NULL) return 1;
  if (write(told, &byte, 1) != 1) return 1;
  const uint64_t wrong = take_turns(b, rank, size);
  mgp_board_destroy(b);
  return wrong != 0;
}

static void check_processes(uint32_t size) {
  mgp_shared_offer_t offer, far;
  mgp_board_t *b = make(size, &offer);
  char byte;
  int fds[2], status;
  CHECK(join(&offer, 1, size + 1) == NULL);
  far = offer;
  far.host[0] ^= 1;
  CHECK(join(&far, 1, size) == NULL);
  if (pipe(fds) != 0) abort();
  (void)fflush(NULL);
  for (uint32_t r = 1; r < size; r++)
    if (fork() == 0) _exit(child(&offer, r, size, fds[1]));
  for (uint32_t r = 1; r < size; r++) CHECK(read(fds[0], &byte, 1) == 1);
  mgp_shared_withdraw(&offer);
  CHECK(join(&offer, 1, size) == NULL);
  CHECK_EQ_U64(take_turns(b, 0, size), 0);
  for (uint32_t r = 1; r < size; r++) CHECK(wait(&status) > 0 && status == 0);
  mgp_board_destroy(b);
  (void)close(fds[0]);
  (void)close(fds[1]);
}

/* Nobody takes before the last one has shown. */
static void check_late(void) {
  mgp_shared_offer_t offer;
  mgp_board_t *a = make(2, &offer), *b = join(&offer, 1, 2);
  uint32_t one = 1, two = 2, all[2] = {0, 0};
  CHECK(b != NULL);
  mgp_shared_withdraw(&offer);
  for (uint32_t turn = 0; turn < 3; turn++) {
    mgp_board_show(a, &one, sizeof one);
    CHECK(!mgp_board_take(a, all, sizeof one) && all[0] == 0 && all[1] == 0);
    mgp_board_show(b, &two, sizeof two);
    CHECK(mgp_board_take(b, all, sizeof one) && all[0] == one && all[1] == two);
    all[0] = all[1] = 0;
    CHECK(mgp_board_take(a, all, sizeof one) && all[0] == one && all[1] == two);
    all[0] = all[1] = 0;
  }
  CHECK(mgp_board_claim(b) && !mgp_board_claim(a) && !mgp_board_claim(b));
  mgp_board_destroy(a);
  mgp_board_destroy(b);
  mgp_board_destroy(NULL);
}

/* What is not to be had is no error: the offer is empty, and nobody joins. */
static void check_none(void) {
  mgp_shared_offer_t offer;
  mgp_shared_t m, other;
  mgp_shared_offer(UINT64_MAX / 2, &offer, &m);
  CHECK(m.base == NULL && offer.name[0] == '\0');
  mgp_shared_accept(&offer, UINT64_MAX / 2, &other);
  CHECK(other.base == NULL);
  mgp_shared_withdraw(&offer);
  CHECK(setenv("MGP_BOARD", "off", 1) == 0);
  mgp_shared_offer(4096, &offer, &m);
  CHECK(m.base == NULL && offer.name[0] == '\0');
  CHECK(unsetenv("MGP_BOARD") == 0);
  mgp_shared_offer(4096, &offer, &m);
  CHECK(m.base != NULL);
  CHECK(setenv("MGP_BOARD", "off", 1) == 0);
  mgp_shared_accept(&offer, 4096, &other); /* who has been asked not to does not join, either */
  CHECK(other.base == NULL);
  CHECK(unsetenv("MGP_BOARD") == 0);
  mgp_shared_withdraw(&offer);
  mgp_shared_destroy(&m);
  mgp_shared_destroy(&m); /* fine twice */
}

int main(void) {
  static const uint32_t sizes[] = {1, 2, 3, 4, 8};
  (void)alarm(250); /* a rank that is lost is waited for */
  check_none();
  check_late();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check_processes(sizes[i]);
  return test_result();
}
