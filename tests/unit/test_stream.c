/* Pieces as they are made: whoever looks, of this process or another, early or late, sees each as
 * it was shown, and that there are no more of them. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prover/stream.h"
#include "test.h"

static mgp_shown_t shown_of(uint32_t round, uint32_t i) {
  mgp_shown_t x = {.piece.nwords = 7 * i + round, .piece.block = i ^ round, .total = 1000 + i};
  x.piece.start.cost = 10 * (uint64_t)i;
  x.end.cost = x.piece.start.cost + 10;
  for (uint32_t k = 0; k < 33; k++) x.end.x[k] = i * 33 + k + round;
  return x;
}

/* How many of the pieces are other than they should be. */
static uint32_t wrong_pieces(mgp_stream_t *stream, uint32_t round, uint32_t n, uint32_t step) {
  uint32_t wrong = 0, i = 0;
  for (mgp_stream_look_t look = MGP_STREAM_NOT_YET; look != MGP_STREAM_NEVER;) {
    mgp_shown_t x;
    while ((look = mgp_stream_look(stream, i, &x)) == MGP_STREAM_NOT_YET) continue;
    if (look == MGP_STREAM_NEVER) break;
    const mgp_shown_t y = shown_of(round, i);
    const uint64_t last = shown_of(round, n - 1).end.cost;
    wrong += memcmp(&x.piece.start, &y.piece.start, sizeof y.piece.start) != 0 ||
             memcmp(&x.end, &y.end, sizeof y.end) != 0 || x.piece.nwords != y.piece.nwords ||
             x.piece.block != y.piece.block || (x.total != y.total && x.total != last);
    i += step;
  }
  return wrong + (i < n);
}

/* Each round: a writer, and readers that are processes; the first round's pieces are not seen in
 * the next one. n: pieces, of which the stream has room for some. */
static void check_round(mgp_stream_t *stream, test_rng_t *rng, uint32_t round, uint32_t n) {
  enum { READERS = 4 };
  const uint32_t kept = n < MGP_STREAM_PIECES ? n : MGP_STREAM_PIECES;
  int status;
  mgp_stream_open(stream);
  (void)fflush(NULL);
  for (uint32_t r = 0; r < READERS; r++)
    if (fork() == 0) _exit(wrong_pieces(stream, round, kept, r + 1) != 0);
  for (uint32_t i = 0; i < n; i++) {
    const mgp_shown_t x = shown_of(round, i);
    if (test_rand(rng) % 16 == 0) (void)usleep((useconds_t)(test_rand(rng) % 200));
    mgp_stream_show(stream, &x);
  }
  (void)usleep((useconds_t)(test_rand(rng) % 20000)); /* they wait for the next one */
  mgp_stream_close(stream);
  mgp_stream_close(stream);
  const mgp_shown_t more = shown_of(round, n);
  mgp_stream_show(stream, &more); /* too late */
  for (uint32_t r = 0; r < READERS; r++) CHECK(wait(&status) > 0 && status == 0);
  CHECK_EQ_U64(wrong_pieces(stream, round, kept, 1), 0);
}

/* A look does not wait for long, and once the stream is closed the total is known. */
static void check_looks(mgp_stream_t *stream) {
  mgp_shown_t x = shown_of(0, 0), y;
  mgp_stream_open(stream);
  CHECK(mgp_stream_look(stream, 0, &y) == MGP_STREAM_NOT_YET);
  CHECK(mgp_stream_look(stream, MGP_STREAM_PIECES - 1, &y) == MGP_STREAM_NOT_YET);
  CHECK(mgp_stream_look(stream, MGP_STREAM_PIECES, &y) == MGP_STREAM_NEVER);
  mgp_stream_show(stream, &x);
  CHECK(mgp_stream_look(stream, 0, &y) == MGP_STREAM_SHOWN && y.total == 1000);
  x = shown_of(0, 1);
  mgp_stream_show(stream, &x);
  mgp_stream_close(stream);
  CHECK(mgp_stream_look(stream, 0, &y) == MGP_STREAM_SHOWN && y.total == x.end.cost);
  CHECK(mgp_stream_look(stream, 2, &y) == MGP_STREAM_NEVER);
  mgp_stream_open(stream);
  mgp_stream_close(stream);
  CHECK(mgp_stream_look(stream, 0, &y) == MGP_STREAM_NEVER);
}

int main(void) {
  test_rng_t rng = test_rng();
  mgp_stream_t *stream =
      mmap(NULL, mgp_stream_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (stream == MAP_FAILED) abort();
  (void)alarm(60); /* who waits for ever */
  check_looks(stream);
  check_round(stream, &rng, 1, 1);
  check_round(stream, &rng, 2, 300);
  check_round(stream, &rng, 3, MGP_STREAM_PIECES);
  check_round(stream, &rng, 4, MGP_STREAM_PIECES + 100);
  return test_result();
}
