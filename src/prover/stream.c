#include "prover/stream.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "processes share the counter");

#define CLOSED  1u /* in `state`, which counts pieces by two */
#define WAIT_NS 10000000

struct mgp_stream {
  atomic_uint state;
  mgp_shown_t shown[MGP_STREAM_PIECES];
};

uint64_t mgp_stream_bytes(void) {
  return sizeof(mgp_stream_t);
}

void mgp_stream_open(mgp_stream_t *x) {
  atomic_store(&x->state, 0);
}

/* Who waits for piece i does so with one bit of 32, so that few are woken for nothing. */
static uint32_t bit_of(uint32_t i) {
  return 1u << i % 32;
}

static void change(mgp_stream_t *x, unsigned state, uint32_t who) {
  atomic_store_explicit(&x->state, state, memory_order_release);
  (void)syscall(SYS_futex, &x->state, FUTEX_WAKE_BITSET, INT32_MAX, NULL, NULL, who);
}

void mgp_stream_show(mgp_stream_t *x, const mgp_shown_t *shown) {
  const unsigned state = atomic_load(&x->state);
  if (state & CLOSED || state / 2 == MGP_STREAM_PIECES) return;
  x->shown[state / 2] = *shown;
  change(x, state + 2, bit_of(state / 2));
}

void mgp_stream_close(mgp_stream_t *x) {
  const unsigned state = atomic_load(&x->state);
  if (!(state & CLOSED)) change(x, state | CLOSED, UINT32_MAX);
}

static mgp_stream_look_t look(unsigned state, uint32_t i) {
  if (i < state / 2) return MGP_STREAM_SHOWN;
  return state & CLOSED || i >= MGP_STREAM_PIECES ? MGP_STREAM_NEVER : MGP_STREAM_NOT_YET;
}

static void wait_for(mgp_stream_t *x, unsigned state, uint32_t i) {
  const uint64_t end = mgp_clock_ns() + WAIT_NS;
  const struct timespec until = {(time_t)(end / 1000000000u), (long)(end % 1000000000u)};
  (void)syscall(SYS_futex, &x->state, FUTEX_WAIT_BITSET, state, &until, NULL, bit_of(i));
}

mgp_stream_look_t mgp_stream_look(mgp_stream_t *x, uint32_t i, mgp_shown_t *out) {
  unsigned state = atomic_load_explicit(&x->state, memory_order_acquire);
  if (look(state, i) == MGP_STREAM_NOT_YET) {
    wait_for(x, state, i);
    state = atomic_load_explicit(&x->state, memory_order_acquire);
  }
  if (look(state, i) != MGP_STREAM_SHOWN) return look(state, i);
  *out = x->shown[i];
  if (state & CLOSED) out->total = x->shown[state / 2 - 1].end.cost;
  return MGP_STREAM_SHOWN;
}
