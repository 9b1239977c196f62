#include "prover/stream.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

static void change(mgp_stream_t *x, unsigned state) {
  atomic_store_explicit(&x->state, state, memory_order_release);
  (void)syscall(SYS_futex, &x->state, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

void mgp_stream_show(mgp_stream_t *x, const mgp_shown_t *shown) {
  const unsigned state = atomic_load(&x->state);
  if (state & CLOSED || state / 2 == MGP_STREAM_PIECES) return;
  x->shown[state / 2] = *shown;
  change(x, state + 2);
}

void mgp_stream_close(mgp_stream_t *x) {
  const unsigned state = atomic_load(&x->state);
  if (!(state & CLOSED)) change(x, state | CLOSED);
}

static mgp_stream_look_t look(unsigned state, uint32_t i) {
  if (i < state / 2) return MGP_STREAM_SHOWN;
  return state & CLOSED || i >= MGP_STREAM_PIECES ? MGP_STREAM_NEVER : MGP_STREAM_NOT_YET;
}

mgp_stream_look_t mgp_stream_look(mgp_stream_t *x, uint32_t i, mgp_shown_t *out) {
  const struct timespec wait = {0, WAIT_NS};
  unsigned state = atomic_load_explicit(&x->state, memory_order_acquire);
  if (look(state, i) == MGP_STREAM_NOT_YET) {
    (void)syscall(SYS_futex, &x->state, FUTEX_WAIT, state, &wait, NULL, 0);
    state = atomic_load_explicit(&x->state, memory_order_acquire);
  }
  if (look(state, i) != MGP_STREAM_SHOWN) return look(state, i);
  *out = x->shown[i];
  if (state & CLOSED) out->total = x->shown[state / 2 - 1].end.cost;
  return MGP_STREAM_SHOWN;
}
